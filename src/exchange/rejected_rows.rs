//! The file in which rejected rows come back: the columns as they were, the line, and the reasons. Always UTF-8 with a mark, so that
//! spreadsheets show it right, and always `;`, since reasons have commas.

use std::io::{self, Write};

use super::item_columns::REJECTED_COLUMNS;
use super::row::Row;

pub struct RejectedRows {
    file: csv::Writer<Box<dyn Write>>,
    has_header: bool,
}

impl RejectedRows {
    pub fn new(out: Box<dyn Write>) -> Self {
        Self { file: csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(out), has_header: false }
    }

    /// Writes a row; `names` head the columns.
    pub fn write(&mut self, names: &[String], row: &Row, reasons: &str) -> io::Result<()> {
        if !self.has_header {
            self.has_header = true;
            // The mark stands before the first name, and is no part of it for whoever reads the file.
            let mut head: Vec<String> = names.to_vec();
            head.extend(REJECTED_COLUMNS.map(str::to_owned));
            if let Some(first) = head.first_mut() {
                first.insert(0, '\u{feff}');
            }
            self.file.write_record(&head)?;
        }
        let blank = std::iter::repeat_n("", names.len().saturating_sub(row.len()));
        let line = row.line().to_string();
        self.file.write_record(row.fields().chain(blank).chain([line.as_str(), reasons]))?;
        Ok(())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}
