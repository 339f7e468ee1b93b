//! Items as CSV.

use std::io::{self, Write};

use super::super::writing::{ItemWriter, WriteOptions};
use crate::domain::dictionary::Dictionary;

pub fn writer<'a>(
    _dictionary: &'a Dictionary,
    _options: &'a WriteOptions,
    _out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Err(io::Error::new(io::ErrorKind::Unsupported, "not written yet"))
}
