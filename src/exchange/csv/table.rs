//! A CSV file as a table: surveyed once, then read.

use std::io::{Read as _, SeekFrom};

use super::super::row::Row;
use super::super::table::{FileError, FileLimits, Input, Open, Table, TableHead};
use super::{CsvError, CsvFormat, CsvReader, Detected, Encoding, detect, look};

struct CsvTable {
    head: TableHead,
    rows: CsvReader<Box<dyn Input>>,
}

/// Surveys a file and opens it again to be read.
pub fn open(open: Open<'_>, format: &CsvFormat, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let detected = detect(open()?, format)?;
    let mut evidence = vec![
        ("encoding".to_owned(), format!("{} ({})", detected.encoding.name(), detected.encoding_because)),
        ("separator".to_owned(), format!("{} ({})", detected.separator.shown(), detected.separator_because)),
    ];
    evidence.extend(look::evidence(open()?, &detected, limits.row));
    let ends_within_line = !ends_with_line_end(open()?.as_mut(), &detected)?;
    if ends_within_line && let Some((_, told)) = evidence.iter_mut().find(|(name, _)| name == "line ends") {
        told.push_str("; the last line has none, as where a file was cut off");
    }
    let head =
        TableHead { bytes_total: detected.bytes_total, evidence, may_be_neutralised: true, ends_within_line, ..TableHead::default() };
    Ok(Box::new(CsvTable { head, rows: CsvReader::new(open()?, &detected, limits.row) }))
}

/// A file that was cut off ends anywhere, a whole one nearly always with a line. In UTF-16 that is two bytes, of which one is the sign.
fn ends_with_line_end(input: &mut dyn Input, detected: &Detected) -> std::io::Result<bool> {
    let unit = if matches!(detected.encoding, Encoding::Utf16Le | Encoding::Utf16Be) { 2 } else { 1 };
    if detected.bytes_total < unit {
        return Ok(true);
    }
    input.seek(SeekFrom::End(-(unit as i64)))?;
    let mut last = Vec::new();
    input.take(unit).read_to_end(&mut last)?;
    Ok(last.iter().any(|byte| matches!(byte, b'\n' | b'\r')))
}

impl Table for CsvTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        Ok(self.rows.read(row)?)
    }

    fn bytes_read(&self) -> u64 {
        self.rows.bytes_read()
    }
}

impl From<CsvError> for FileError {
    fn from(error: CsvError) -> Self {
        Self { line: error.line, column: error.column, field: None, message: error.kind.to_string() }
    }
}
