//! Writing items into a file of some format, one after another, in constant memory wherever the format allows it.
//! Deliberately unknown: which items, who asked for them, and where the bytes go.

use std::io::{self, Write};
use std::path::PathBuf;

use jiff::Timestamp;

use super::csv::{Encoding, Separator};
use super::format::Format;
use super::{csv, data_package, esnsi, fhir, genericode, json, sdmx, skos, xlsx};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;

/// What is exported, for those formats that say so in the file.
#[derive(Debug, Clone)]
pub struct ExportHead {
    /// The publication as of which the items were known, and when it was made.
    pub publication: i64,
    pub published_at: Timestamp,
    /// The edition of the dictionary.
    pub edition: i64,
    /// The date on which the items are valid; `None` when all their versions are written.
    pub valid_on: Option<Date>,
}

/// What ends a line of text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LineEnd {
    #[default]
    Lf,
    CrLf,
}

/// How a file is to look. Formats take what concerns them.
#[derive(Debug, Clone)]
pub struct WriteOptions {
    /// Of CSV.
    pub encoding: Encoding,
    /// Whether a text in UTF-8 begins with a byte-order mark, by which spreadsheets know it.
    pub has_mark: bool,
    pub separator: Separator,
    pub line_end: LineEnd,
    pub has_header: bool,
    /// Whether a text that a spreadsheet would take for a formula is written behind an apostrophe.
    pub neutralises_formulas: bool,
    /// Of ЕСНСИ.
    pub esnsi_generation: esnsi::Generation,
    /// Where the concepts of a dictionary live, for SKOS and FHIR: `https://…/`, or `urn:svod:`.
    pub base_uri: String,
    /// Where a format that cannot be written from its beginning to its end keeps what it has so far.
    pub scratch_folder: PathBuf,
}

/// Takes items one by one. `finish` must be called, or the file is not whole.
pub trait ItemWriter {
    /// The items come in the order of their codes, and the versions of one item in that of their intervals.
    fn write(&mut self, item: &ItemVersion) -> io::Result<()>;

    fn finish(&mut self) -> io::Result<()>;
}

/// A writer of a format. What the format cannot hold is refused by an error of kind `InvalidData`, whose text names item, attribute and
/// reason; the file is not whole then.
pub fn writer<'a>(
    format: Format,
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    match format {
        Format::Csv => csv::writer(dictionary, options, out),
        Format::Xlsx => xlsx::writer(dictionary, head, options, out),
        Format::Json => json::writer(dictionary, head, options, out),
        Format::Ndjson => json::lines_writer(dictionary, options, out),
        Format::EsnsiXml => esnsi::writer(dictionary, head, options, out),
        Format::EsnsiCsv => esnsi::csv_writer(dictionary, options, out),
        Format::Genericode => genericode::writer(dictionary, head, options, out),
        Format::Skos => skos::writer(dictionary, head, options, out),
        Format::Fhir => fhir::writer(dictionary, head, options, out),
        Format::Sdmx => sdmx::writer(dictionary, head, options, out),
        Format::DataPackage => data_package::writer(dictionary, head, options, out),
    }
}
