//! What can be wrong with a file at the level of bytes, told to the person who made or sent it: where, what, and what to
//! do about it. Deliberately unknown: how these become violations or HTTP statuses.

use std::fmt;
use std::io;

use super::encoding::ENCODING_NAMES;
use super::{counted, grouped};

/// A refusal, with the place where the trouble starts as far as there is one.
#[derive(Debug)]
pub struct CsvError {
    /// One-based physical line of the file.
    pub line: Option<u64>,
    /// One-based number of the field in its record.
    pub column: Option<usize>,
    pub kind: CsvErrorKind,
}

/// Where a field starts: both numbers are one-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub line: u64,
    pub column: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum CsvErrorKind {
    #[error("the file could not be read: {0}")]
    Reading(io::Error),

    #[error("the file is {what}, not text: {advice}")]
    NotText { what: &'static str, advice: &'static str },

    #[error("the text is {name} ({because}), but {named} was named as its encoding: name {name}, or none")]
    NamedWrongly { name: &'static str, because: &'static str, named: &'static str },

    #[error("the bytes at offset {} are not valid {name}: the file is damaged, or its encoding is another one", grouped(*.offset))]
    NotUtf16 { name: &'static str, offset: u64 },

    #[error("a NUL byte at offset {}: the file is binary, not text; is it an Excel workbook? Save the sheet as CSV in UTF-8", grouped(*.offset))]
    Nul { offset: u64 },

    #[error("byte 0x{byte:02X} at offset {} is not valid UTF-8: mend the file, or name its true encoding", grouped(*.offset))]
    NotUtf8 { byte: u8, offset: u64 },

    #[error(
        "byte 0x{byte:02X} at offset {} is not valid UTF-8, though the text is mostly UTF-8 ({} beyond ASCII well-formed, {} not): mend the file and save it as UTF-8",
        grouped(*.offset), counted(*.valid, "character"), grouped(*.malformed)
    )]
    BrokenUtf8 { byte: u8, offset: u64, valid: u64, malformed: u64 },

    #[error(
        "byte 0x{byte:02X} at offset {} is not UTF-8, and the text looks like {name}, which is not read: save the file as UTF-8, or name the encoding ({ENCODING_NAMES}) if you know better",
        grouped(*.offset)
    )]
    LooksLike { name: &'static str, byte: u8, offset: u64 },

    #[error(
        "byte 0x{byte:02X} at offset {} is not UTF-8, and there is too little text to tell which encoding it is: {candidates} would all make Russian words of it; say which with --encoding",
        grouped(*.offset)
    )]
    AmbiguousEncoding { candidates: String, byte: u8, offset: u64 },

    #[error(
        "byte 0x{byte:02X} at offset {} is not UTF-8, and it cannot be told which encoding it is: save the file as UTF-8, or name the encoding ({ENCODING_NAMES})",
        grouped(*.offset)
    )]
    UnknownEncoding { byte: u8, offset: u64 },

    #[error("byte 0x98 at offset {} means nothing in windows-1251: the encoding is another one, or the file is damaged", grouped(*.offset))]
    UndefinedInWindows1251 { offset: u64 },

    #[error("the record is longer than {} bytes{}", grouped(*.bytes_max as u64), open_quote_shown(*.open_quote))]
    RecordTooLong { bytes_max: usize, open_quote: Option<Place> },

    #[error("the record has more than {} columns", grouped(*.columns_max as u64))]
    TooManyColumns { columns_max: usize },

    #[error("the quote opened here is never closed; if `\"` quotes nothing in this file, read it with --quoting none")]
    UnclosedQuote,

    #[error(
        "text follows the closing quote of a field{}; a quote inside a quoted field is written twice; if `\"` quotes nothing in this file, read it with --quoting none",
        opening_shown(*.opened_line)
    )]
    TextAfterQuote { opened_line: Option<u64> },

    #[error("the field is not valid in the encoding found before, {encoding}: the file has changed between two readings")]
    Changed { encoding: &'static str },
}

impl CsvError {
    /// Trouble with the file as a whole.
    pub(super) fn of_file(kind: CsvErrorKind) -> CsvError {
        CsvError { line: None, column: None, kind }
    }

    pub(super) fn at_line(line: u64, kind: CsvErrorKind) -> CsvError {
        CsvError { line: Some(line), column: None, kind }
    }

    pub(super) fn at_field(place: Place, kind: CsvErrorKind) -> CsvError {
        CsvError { line: Some(place.line), column: Some(place.column), kind }
    }
}

impl fmt::Display for CsvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.kind),
            (Some(line), None) => write!(f, "line {line}: {}", self.kind),
            (None, _) => self.kind.fmt(f),
        }
    }
}

impl std::error::Error for CsvError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            CsvErrorKind::Reading(error) => Some(error),
            _ => None,
        }
    }
}

/// The guard is a [`io::Read`], so its refusals travel through the csv crate as I/O errors.
impl From<CsvError> for io::Error {
    fn from(error: CsvError) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, error)
    }
}

/// Gives the refusal back if the I/O error carries one.
impl From<io::Error> for CsvError {
    fn from(error: io::Error) -> CsvError {
        error.downcast().unwrap_or_else(|error| CsvError::of_file(CsvErrorKind::Reading(error)))
    }
}

fn open_quote_shown(quote: Option<Place>) -> String {
    quote.map_or_else(String::new, |Place { line, column }| {
        format!("; a quote opened at line {line}, column {column} is not closed within it")
    })
}

fn opening_shown(line: Option<u64>) -> String {
    line.map_or_else(String::new, |line| format!(" that opened at line {line}"))
}
