//! The file of a projection: rows as its receiver wants them, into bytes of its encoding. What the encoding does not have is an error
//! that names item, column and character, unless a substitute was named. Deliberately unknown: what the cells mean.

use std::io::{self, Write};

use encoding_rs::{EncoderResult, WINDOWS_1251};

use super::writing::ItemWriter;
use crate::domain::item::ItemVersion;
use crate::domain::projection::definition::{
    ProjectionDefinition, ProjectionEncoding, ProjectionLineEnd, ProjectionSeparator, Quoting, RowPosition,
};
use crate::domain::projection::{Finding, ProjectionFault, Projector};

/// How many findings are kept of one file; the rest is counted.
const FINDINGS_MAX: usize = 1_000;

/// Writes a projection, item by item.
pub struct ProjectionFile<'a> {
    projector: Projector<'a>,
    layout: Layout<'a>,
    out: Box<dyn Write + 'a>,
    /// The rows that are at hand, encoded.
    bytes: Vec<u8>,
    rows_count: u64,
}

/// How cells become bytes.
struct Layout<'a> {
    definition: &'a ProjectionDefinition,
    names: Vec<&'a str>,
    separator: u8,
    line_end: &'static [u8],
    /// Instead of a character that the encoding does not have, in the encoding.
    substitute: Option<Vec<u8>>,
    /// The cell at hand.
    cell: String,
}

/// What would be refused of a whole file.
#[derive(Debug, Default)]
pub struct Findings {
    pub kept: Vec<Finding>,
    pub total: usize,
    pub rows_count: u64,
}

impl Findings {
    pub fn push(&mut self, finding: Finding) {
        self.total += 1;
        if self.kept.len() < FINDINGS_MAX {
            self.kept.push(finding);
        }
    }
}

/// The name registered at IANA.
pub fn encoding_name(encoding: ProjectionEncoding) -> &'static str {
    match encoding {
        ProjectionEncoding::Utf8 => "utf-8",
        ProjectionEncoding::Windows1251 => "windows-1251",
    }
}

/// Whether an encoding has every character of a text; `Err` gives the first that it does not have.
pub fn check_encoding(text: &str, encoding: ProjectionEncoding) -> Result<(), char> {
    encode(text, encoding, None, &mut Vec::new())
}

impl<'a> ProjectionFile<'a> {
    /// Begins a file. `substitute` is checked beforehand by [`check_encoding`]; what of it cannot be written is left out.
    pub fn new(projector: Projector<'a>, definition: &'a ProjectionDefinition, substitute: Option<&str>, out: Box<dyn Write + 'a>) -> Self {
        let substitute = substitute.map(|text| {
            let mut bytes = Vec::new();
            // Checked by whoever named it.
            let _ = encode(text, definition.encoding, Some(&[]), &mut bytes);
            bytes
        });
        let layout = Layout::new(definition, &projector, substitute);
        Self { projector, layout, out, bytes: Vec::new(), rows_count: 0 }
    }

    /// What stands before the rows of items.
    pub fn begin(&mut self) -> io::Result<()> {
        if self.layout.definition.has_header {
            let names: Vec<String> = self.layout.names.iter().map(|name| (*name).to_owned()).collect();
            self.layout.row("", &names, &mut self.bytes)?;
        }
        self.constant_rows(RowPosition::First)?;
        self.flush_rows()
    }

    /// How many rows were written, those that are in every file included.
    pub fn rows_count(&self) -> u64 {
        self.rows_count
    }

    fn constant_rows(&mut self, position: RowPosition) -> io::Result<()> {
        for row in self.projector.constant_rows(position) {
            self.layout.row("", &row, &mut self.bytes)?;
            self.rows_count += 1;
        }
        Ok(())
    }

    fn flush_rows(&mut self) -> io::Result<()> {
        self.out.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }
}

impl ItemWriter for ProjectionFile<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        let Self { projector, layout, bytes, rows_count, .. } = self;
        let mut written = Ok(());
        let projected = projector.project(item, &mut |row| {
            if written.is_ok() {
                written = layout.row(&item.code, &row, bytes);
                *rows_count += 1;
            }
        });
        projected.map_err(|fault| invalid(fault.to_string()))?;
        written?;
        self.flush_rows()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.constant_rows(RowPosition::Last)?;
        if self.layout.definition.final_blank_line {
            self.bytes.extend_from_slice(self.layout.line_end);
        }
        self.flush_rows()?;
        self.out.flush()
    }
}

/// Goes through a file without writing it, and collects what its receiver would refuse.
pub struct Linter<'l, 'a> {
    projector: &'l Projector<'a>,
    definition: &'l ProjectionDefinition,
    findings: Findings,
}

impl<'l, 'a> Linter<'l, 'a> {
    pub fn new(projector: &'l Projector<'a>, definition: &'l ProjectionDefinition) -> Self {
        let mut linter = Self { projector, definition, findings: Findings::default() };
        for position in [RowPosition::First, RowPosition::Last] {
            for row in projector.constant_rows(position) {
                linter.row("", &row);
            }
        }
        linter
    }

    pub fn item(&mut self, item: &ItemVersion) {
        let projected = self.projector.project(item, &mut |row| self.row(&item.code, &row));
        if let Err(ProjectionFault { item, column, expression, message }) = projected {
            self.findings.push(Finding { item, column, code: "expression", message: format!("`{expression}`: {message}") });
        }
    }

    pub fn finish(self) -> Findings {
        self.findings
    }

    fn row(&mut self, item: &str, row: &[String]) {
        let Self { projector, definition, findings } = self;
        findings.rows_count += 1;
        projector.check(item, row, &mut |finding| findings.push(finding));
        for (name, text) in projector.header().zip(row) {
            if let Err(character) = check_encoding(text, definition.encoding) {
                let message = not_in_encoding(character, definition.encoding);
                findings.push(Finding { item: item.to_owned(), column: name.to_owned(), code: "encoding", message });
            }
        }
    }
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn not_in_encoding(character: char, encoding: ProjectionEncoding) -> String {
    format!(
        "the character {:?} (U+{:04X}) is not in {}: change the value, or name a substitute",
        character,
        u32::from(character),
        encoding_name(encoding)
    )
}

impl<'a> Layout<'a> {
    fn new(definition: &'a ProjectionDefinition, projector: &Projector<'a>, substitute: Option<Vec<u8>>) -> Self {
        let separator = match definition.separator {
            ProjectionSeparator::Comma => b',',
            ProjectionSeparator::Semicolon => b';',
            ProjectionSeparator::Tab => b'\t',
            ProjectionSeparator::Pipe => b'|',
        };
        let line_end: &[u8] = match definition.line_end {
            ProjectionLineEnd::Lf => b"\n",
            ProjectionLineEnd::Crlf => b"\r\n",
        };
        Self { definition, names: projector.header().collect(), separator, line_end, substitute, cell: String::new() }
    }

    fn row(&mut self, item: &str, cells: &[String], bytes: &mut Vec<u8>) -> io::Result<()> {
        let is_alone = cells.len() == 1;
        for (at, text) in cells.iter().enumerate() {
            if at > 0 {
                bytes.push(self.separator);
            }
            self.cell.clear();
            match self.definition.quoting {
                Quoting::Minimal => quote_minimal(text, char::from(self.separator), is_alone, &mut self.cell),
                Quoting::Esnsi => quote_esnsi(text, char::from(self.separator), &mut self.cell),
            }
            let encoded = encode(&self.cell, self.definition.encoding, self.substitute.as_deref(), bytes);
            encoded.map_err(|character| {
                let item = if item.is_empty() { "a constant row".to_owned() } else { format!("item {item}") };
                invalid(format!("{item}, {}: {}", self.names[at], not_in_encoding(character, self.definition.encoding)))
            })?;
        }
        bytes.extend_from_slice(self.line_end);
        Ok(())
    }
}

/// RFC 4180. A row of one empty cell would be an empty line, which readers skip.
fn quote_minimal(text: &str, separator: char, is_alone: bool, cell: &mut String) {
    let needs_quotes = text.contains([separator, '"', '\r', '\n']) || (is_alone && text.is_empty());
    if !needs_quotes {
        cell.push_str(text);
        return;
    }
    cell.push('"');
    for character in text.chars() {
        if character == '"' {
            cell.push('"');
        }
        cell.push(character);
    }
    cell.push('"');
}

fn quote_esnsi(text: &str, separator: char, cell: &mut String) {
    let has_quotes = text.contains('"');
    if has_quotes {
        cell.push('"');
    }
    for character in text.chars() {
        match character {
            // A separator that is a tab is dropped like any tab.
            '\r' | '\n' | '\t' => {}
            '"' => cell.push_str("\"\""),
            _ if character == separator => cell.push(','),
            _ => cell.push(character),
        }
    }
    if has_quotes {
        cell.push('"');
    }
}

/// Appends a text in an encoding; `Err` gives the first character that it does not have, where there is no substitute.
fn encode(text: &str, encoding: ProjectionEncoding, substitute: Option<&[u8]>, bytes: &mut Vec<u8>) -> Result<(), char> {
    if encoding == ProjectionEncoding::Utf8 || text.is_ascii() {
        bytes.extend_from_slice(text.as_bytes());
        return Ok(());
    }
    let mut encoder = WINDOWS_1251.new_encoder();
    let mut rest = text;
    loop {
        // One byte a character, so the text itself is long enough.
        bytes.reserve(rest.len() + 1);
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(rest, bytes, true);
        rest = &rest[read..];
        match (result, substitute) {
            (EncoderResult::InputEmpty, _) => return Ok(()),
            (EncoderResult::OutputFull, _) => {}
            (EncoderResult::Unmappable(_), Some(substitute)) => bytes.extend_from_slice(substitute),
            (EncoderResult::Unmappable(character), None) => return Err(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_as_the_receiver_reads_them() {
        let cases = [
            ("а;б", "\"а;б\"", "а,б"),
            ("ООО \"Ромашка\"; г. Омск", "\"ООО \"\"Ромашка\"\"; г. Омск\"", "\"ООО \"\"Ромашка\"\", г. Омск\""),
            ("две\r\nстроки\tи", "\"две\r\nстроки\tи\"", "двестрокии"),
            ("«ёлка» № 5", "«ёлка» № 5", "«ёлка» № 5"),
            ("", "", ""),
        ];
        for (text, minimal, esnsi) in cases {
            let mut cell = String::new();
            quote_minimal(text, ';', false, &mut cell);
            assert_eq!(cell, minimal);
            cell.clear();
            quote_esnsi(text, ';', &mut cell);
            assert_eq!(cell, esnsi);
        }
        let mut alone = String::new();
        quote_minimal("", ';', true, &mut alone);
        assert_eq!(alone, "\"\"");
    }

    #[test]
    fn what_an_encoding_does_not_have_is_named_or_substituted() {
        let mut bytes = Vec::new();
        assert_eq!(encode("№ «ё» — 5", ProjectionEncoding::Windows1251, None, &mut bytes), Ok(()));
        assert_eq!(bytes, b"\xB9 \xAB\xB8\xBB \x97 5");
        assert_eq!(check_encoding("100 ₽", ProjectionEncoding::Windows1251), Err('₽'));
        assert_eq!(check_encoding("100 ₽", ProjectionEncoding::Utf8), Ok(()));
        bytes.clear();
        assert_eq!(encode("₽да₽₽", ProjectionEncoding::Windows1251, Some(b"?"), &mut bytes), Ok(()));
        assert_eq!(bytes, b"?\xE4\xE0??");
    }
}
