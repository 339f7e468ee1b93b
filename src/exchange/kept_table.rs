//! A table whose rows are in memory, for documents that have to be understood as a whole before their first row is known.
//! Deliberately unknown: how the rows came about.

use std::io::{Read, Seek, SeekFrom};

use super::row::Row;
use super::table::{FileError, FileLimits, Input, Table, TableHead};

pub(super) struct KeptTable {
    head: TableHead,
    rows: std::vec::IntoIter<Row>,
    rows_total: usize,
}

impl KeptTable {
    pub(super) fn new(head: TableHead, rows: Vec<Row>) -> Self {
        Self { head, rows_total: rows.len(), rows: rows.into_iter() }
    }
}

impl Table for KeptTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        match self.rows.next() {
            Some(next) => *row = next,
            None => {
                row.fields.clear();
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// All was read before; what counts for whoever waits is how many rows are done.
    fn bytes_read(&self) -> u64 {
        if self.rows.len() == 0 {
            return self.head.bytes_total;
        }
        let done = (self.rows_total - self.rows.len()) as u128;
        let bytes = u128::from(self.head.bytes_total) * done / self.rows_total.max(1) as u128;
        bytes as u64
    }
}

/// A document as text, if it is no longer than is allowed, and how many bytes it has.
pub(super) fn read_document(mut input: Box<dyn Input>, limits: &FileLimits) -> Result<(String, u64), FileError> {
    let bytes_total = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let bytes_max = limits.document_bytes_max;
    let mut bytes = Vec::new();
    input.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(FileError::of_file(format!(
            "the document is longer than {bytes_max} bytes, and has to be understood as a whole: send the items as CSV or JSON"
        )));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let error = error.utf8_error();
        FileError::of_file(format!("byte {} of the document is not valid UTF-8: save it as UTF-8", error.valid_up_to()))
    })?;
    Ok((text, bytes_total))
}
