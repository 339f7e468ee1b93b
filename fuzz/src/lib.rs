//! What the fuzz targets do with bytes. It takes in the two floors that read files as they stand, so that neither a database nor a web
//! server is built with a sanitizer; exchange knows nothing but domain, and a test of the library keeps it so.

#![allow(dead_code, unused_imports)]

use std::io::{Cursor, Read};
use std::sync::Arc;

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/exchange/mod.rs"]
pub mod exchange;

use exchange::csv::{CsvFormat, Limits};
use exchange::definition_draft::{self, DraftRequest};
use exchange::definition_file;
use exchange::format::{Format, START_BYTES, detect};
use exchange::gzip::unpacked;
use exchange::row::Row;
use exchange::table::{FileError, FileLimits, Input, Table};

/// Small, so that what they bound is reached.
const LIMITS: FileLimits = FileLimits {
    row: Limits { record_bytes_max: 16 * 1024, columns_max: 64 },
    document_bytes_max: 256 * 1024,
    unpacked_bytes_max: 4 * 1024 * 1024,
};

/// More rows than these are of no use, and take long.
const ROWS_MAX: usize = 100_000;

fn open_table(format: Format, bytes: &[u8]) -> Result<Box<dyn Table>, FileError> {
    let bytes: Arc<[u8]> = Arc::from(bytes);
    let open = || Ok(Box::new(Cursor::new(Arc::clone(&bytes))) as Box<dyn Input>);
    format.open(&open, &CsvFormat::default(), &LIMITS)
}

/// Reads a table to its end and holds it to what every table promises.
pub fn read(format: Format, bytes: &[u8]) {
    let Ok(mut table) = open_table(format, bytes).inspect_err(told) else { return };
    let columns = table.head().columns.as_ref().map(Vec::len);
    let hints = table.head().hints.len();
    assert!(hints == 0 || columns.is_none_or(|columns| columns == hints), "{hints} hints for {columns:?} columns");
    let mut row = Row::new();
    for _ in 0..ROWS_MAX {
        match table.read(&mut row) {
            Ok(true) => {
                // Objects of JSON may have no members, and then there are no columns at all.
                assert!(!row.is_empty() || columns == Some(0), "a row without a cell");
                assert!(columns.is_none_or(|columns| columns == row.len()), "{} cells for {columns:?} columns", row.len());
            }
            Ok(false) => break,
            Err(error) => {
                told(&error);
                assert_eq!(table.read(&mut row), Ok(false), "after an error a table is at its end");
                break;
            }
        }
    }
}

/// Every refusal can be told to a person.
fn told(error: &FileError) {
    assert!(!error.message.trim().is_empty() && !error.to_string().is_empty());
    assert!(error.line != Some(0) && error.column != Some(0), "lines and columns are counted from one: {error:?}");
}

/// Judges the beginning of a file, and reads the file as what it was judged to be.
pub fn tell(bytes: &[u8]) {
    let start = &bytes[..bytes.len().min(START_BYTES)];
    match detect(start, "file") {
        Ok((format, because)) => {
            assert!(!because.is_empty());
            read(format, bytes);
        }
        Err(error) => told(&error),
    }
}

pub fn unpack(bytes: &[u8]) {
    let mut unpacked_bytes = Vec::new();
    let unpacking = unpacked(bytes, LIMITS.unpacked_bytes_max).read_to_end(&mut unpacked_bytes);
    assert!(unpacked_bytes.len() as u64 <= LIMITS.unpacked_bytes_max);
    if let Err(error) = unpacking {
        assert!(!error.to_string().is_empty());
    }
}

pub fn read_definition(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Err(problems) = definition_file::read(definition_file::Source { file: "dictionary.toml", text }) {
        assert!(!problems.is_empty(), "refused without a reason");
        for problem in problems {
            assert!(problem.line > 0 && problem.column > 0 && !problem.message.is_empty(), "{problem:?}");
        }
    }
}

/// A file that can be read leads to a definition that can be read.
pub fn draft(bytes: &[u8]) {
    let request = DraftRequest { code: "drafts", type_name: None, name: None, sample_rows_max: 10_000, known: &[] };
    if let Err(error) = definition_draft::draft(&mut || open_table(Format::Csv, bytes), &request) {
        assert!(!error.message.contains("leads to no definition"), "{error}");
        told(&error);
    }
}
