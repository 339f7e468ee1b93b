//! The federal register of reference data (ЕСНСИ): its XML in both generations, its CSV, its updates.

use std::io::{self, Write};

use super::table::{FileError, FileLimits, Open, Table};
use super::writing::{ExportHead, ItemWriter, WriteOptions};
use crate::domain::dictionary::Dictionary;

pub fn open(_open: Open<'_>, _limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    Err(FileError::of_file("not read yet"))
}

pub fn writer<'a>(
    _dictionary: &'a Dictionary,
    _head: &'a ExportHead,
    _options: &'a WriteOptions,
    _out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "not written yet"))
}

/// Which of the two schemas of one namespace a file follows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Generation {
    /// As printed in the recommendations of 2015.
    Old,
    #[default]
    New,
}

pub fn csv_writer<'a>(
    _dictionary: &'a Dictionary,
    _options: &'a WriteOptions,
    _out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "not written yet"))
}
