//! JSON: an array of objects, and one object a line.

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

pub fn open_lines(_open: Open<'_>, _limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    Err(FileError::of_file("not read yet"))
}

pub fn lines_writer<'a>(
    _dictionary: &'a Dictionary,
    _options: &'a WriteOptions,
    _out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "not written yet"))
}
