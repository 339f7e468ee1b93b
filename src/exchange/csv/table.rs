//! A CSV file as a table: surveyed once, then read.

use super::super::row::Row;
use super::super::table::{FileError, FileLimits, Input, Open, Table, TableHead};
use super::{CsvError, CsvFormat, CsvReader, detect, look};

struct CsvTable {
    head: TableHead,
    rows: CsvReader<Box<dyn Input>>,
}

/// Surveys a file and opens it again to be read.
pub fn open(open: Open<'_>, format: &CsvFormat, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let detected = detect(open()?, format)?;
    let mut evidence = vec![
        ("encoding".to_owned(), format!("{}: {}", detected.encoding.name(), detected.encoding_because)),
        ("separator".to_owned(), format!("{}: {}", detected.separator.shown(), detected.separator_because)),
    ];
    evidence.extend(look::evidence(open()?, &detected, limits.row));
    let head = TableHead { bytes_total: detected.bytes_total, evidence, may_be_neutralised: true, ..TableHead::default() };
    Ok(Box::new(CsvTable { head, rows: CsvReader::new(open()?, &detected, limits.row) }))
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
