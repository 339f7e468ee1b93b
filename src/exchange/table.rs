//! A file of any format as a table: named columns, and rows of text that know where they stand. What reads formats implements
//! [`Table`]; what imports knows nothing else. Deliberately unknown: dictionaries, types, and where the bytes come from.

use std::fmt;
use std::io::{self, Read, Seek};

use super::csv::Limits;
use super::row::Row;
use crate::domain::definition::AttributeType;

/// The bytes of a file.
pub trait Input: Read + Seek + Send {}

impl<T: Read + Seek + Send> Input for T {}

/// Opens a file from its start, as often as it is asked.
pub type Open<'a> = &'a dyn Fn() -> io::Result<Box<dyn Input>>;

/// How much a file may take.
#[derive(Debug, Clone, Copy)]
pub struct FileLimits {
    /// Of one row: its bytes and its cells.
    pub row: Limits,
    /// The bytes of a document that has to be in memory whole, such as a concept scheme in Turtle.
    pub document_bytes_max: u64,
    /// The bytes that a compressed file may unpack to, all its parts together.
    pub unpacked_bytes_max: u64,
}

/// What a format says of a column beyond its name. Absent is what it does not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnHint {
    pub label: Option<String>,
    pub kind: Option<AttributeType>,
    pub is_key: bool,
    pub is_required: bool,
    pub is_unique: bool,
    pub length_max: Option<u32>,
    pub pattern: Option<String>,
    /// The code of the dictionary that the column refers to.
    pub refers_to: Option<String>,
}

/// What is known of a table before its rows are read.
#[derive(Debug, Clone, Default)]
pub struct TableHead {
    /// The columns, where the format names them; `None` where the first row may do so.
    ///
    /// What every item has is called `code`, `parent`, `valid_from` and `valid_to`; `action` says `add`, `update` or `remove`.
    /// A text in two languages is two columns, `name` and `name_en`; a list is one cell, its values separated by `|`.
    pub columns: Option<Vec<String>>,
    /// One for each column, or none at all.
    pub hints: Vec<ColumnHint>,
    /// What the file calls itself: a title, a code, a version, as it says them.
    pub title: Option<String>,
    pub code: Option<String>,
    pub version: Option<String>,
    /// Whether a text may stand behind an apostrophe that keeps it from being a formula: [`super::cells::unneutralised`] takes it away.
    pub may_be_neutralised: bool,
    /// The length of the file.
    pub bytes_total: u64,
    /// Of a format of lines: the last line has no end, as in a file that was cut off.
    pub ends_within_line: bool,
    /// Why it was read as it was, each with its evidence: (`encoding`, "windows-1251: …").
    pub evidence: Vec<(String, String)>,
}

/// A file that is read row by row, by one thread after another.
pub trait Table: Send {
    fn head(&self) -> &TableHead;

    /// Reads the next row; `false` at the end. Dates are `2024-02-29`, booleans `true` and `false`, decimals have a point,
    /// unless the file has them as text. After an error the table is at its end.
    fn read(&mut self, row: &mut Row) -> Result<bool, FileError>;

    /// How far into the file it is, of `bytes_total`.
    fn bytes_read(&self) -> u64;
}

/// Why a file, or the rest of it, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// From 1.
    pub line: Option<u64>,
    /// From 1: the number of the cell in its row, or of the character in its line where there are no cells.
    pub column: Option<usize>,
    /// The column, attribute or element by name.
    pub field: Option<String>,
    /// A sentence for the person who sent the file: what is wrong, and what to do about it.
    pub message: String,
}

impl FileError {
    pub fn of_file(message: impl Into<String>) -> Self {
        Self { line: None, column: None, field: None, message: message.into() }
    }

    pub fn at_line(line: u64, message: impl Into<String>) -> Self {
        Self { line: Some(line), ..Self::of_file(message) }
    }

    pub fn of_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, _) => {}
        }
        if let Some(field) = &self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for FileError {}

impl From<io::Error> for FileError {
    fn from(error: io::Error) -> Self {
        Self::of_file(format!("the file could not be read: {error}"))
    }
}
