//! The CSV of the register: windows-1251, `;`, and no line breaks inside of texts.
//! Deliberately unknown: which items, and where the bytes go. Receivers that want other columns are served by projections.

use std::io::{self, Write};

use encoding_rs::WINDOWS_1251;

use super::super::writing::{ItemWriter, LineEnd, WriteOptions};
use super::super::xml::shown;
use super::columns::{Source, refused, sources};
use super::lint::beyond_windows_1251;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;

struct CsvWriter<'a> {
    out: io::BufWriter<Box<dyn Write + 'a>>,
    dictionary: &'a Dictionary,
    columns: Vec<Source>,
    line_end: &'static str,
    line: String,
    cell: String,
}

/// The columns are those of every other CSV, and `autokey` behind them. Parents and references stay codes.
///
/// CR, LF and TAB are dropped, `;` becomes `,`, and a text is quoted only when it holds a quote. A character that windows-1251 does not
/// have is refused by the error.
pub fn csv_writer<'a>(
    dictionary: &'a Dictionary,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let line_end = match options.line_end {
        LineEnd::Lf => "\n",
        LineEnd::CrLf => "\r\n",
    };
    let columns = sources(dictionary);
    let mut writer = CsvWriter { out: io::BufWriter::new(out), dictionary, columns, line_end, line: String::new(), cell: String::new() };
    if options.has_header {
        for at in 0..writer.columns.len() {
            writer.cell = writer.columns[at].name(dictionary);
            writer.push_cell();
        }
        writer.end_line(None)?;
    }
    Ok(Box::new(writer))
}

impl CsvWriter<'_> {
    /// The first cell is the code, which is never empty.
    fn push_cell(&mut self) {
        if !self.line.is_empty() {
            self.line.push(';');
        }
        let is_quoted = self.cell.contains('"');
        if is_quoted {
            self.line.push('"');
        }
        for letter in self.cell.chars() {
            match letter {
                '\r' | '\n' | '\t' => {}
                ';' => self.line.push(','),
                '"' => self.line.push_str("\"\""),
                letter => self.line.push(letter),
            }
        }
        if is_quoted {
            self.line.push('"');
        }
    }

    fn end_line(&mut self, item: Option<&ItemVersion>) -> io::Result<()> {
        if let (Some(letter), Some(item)) = (beyond_windows_1251(&self.line), item) {
            return Err(self.refusal(item, letter));
        }
        self.line.push_str(self.line_end);
        self.out.write_all(&WINDOWS_1251.encode(&self.line).0)?;
        self.line.clear();
        Ok(())
    }

    /// Names the first value that has the character.
    fn refusal(&self, item: &ItemVersion, letter: char) -> io::Error {
        let has_letter = |column: &&Source| {
            let mut text = String::new();
            column.write(self.dictionary, item, &mut text);
            text.contains(letter)
        };
        let name = self.columns.iter().find(has_letter).map(|column| column.name(self.dictionary)).unwrap_or_default();
        refused(format!("item {}, {name}: windows-1251 has no {}: write it otherwise", item.code, shown(letter)))
    }
}

impl ItemWriter for CsvWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        for at in 0..self.columns.len() {
            self.cell.clear();
            self.columns[at].write(self.dictionary, item, &mut self.cell);
            self.push_cell();
        }
        self.end_line(Some(item))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
