//! The formats of files of items: their names, extensions and media types, and who reads which.
//! Which one a file has is judged by its first bytes, in `detection`.

pub use super::detection::{START_BYTES, detect};
use super::table::{FileError, FileLimits, Open, Table};
use super::{csv, esnsi, fhir, genericode, json, sdmx, skos, xlsx};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    Csv,
    Xlsx,
    Json,
    Ndjson,
    EsnsiXml,
    /// The windows-1251 CSV of ЕСНСИ. To read, it is a CSV like any other.
    EsnsiCsv,
    Genericode,
    Skos,
    Fhir,
    Sdmx,
    /// Written only.
    DataPackage,
}

impl Format {
    pub const ALL: [Format; 11] = [
        Format::Csv,
        Format::Xlsx,
        Format::Json,
        Format::Ndjson,
        Format::EsnsiXml,
        Format::EsnsiCsv,
        Format::Genericode,
        Format::Skos,
        Format::Fhir,
        Format::Sdmx,
        Format::DataPackage,
    ];

    /// The name in addresses and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::EsnsiXml => "esnsi-xml",
            Format::EsnsiCsv => "esnsi-csv",
            Format::Genericode => "genericode",
            Format::Skos => "skos",
            Format::Fhir => "fhir",
            Format::Sdmx => "sdmx",
            Format::DataPackage => "data-package",
        }
    }

    pub fn parse(name: &str) -> Option<Format> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How the name of such a file ends.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Csv | Format::EsnsiCsv => "csv",
            Format::Xlsx => "xlsx",
            Format::Json => "json",
            Format::Ndjson => "ndjson",
            Format::EsnsiXml | Format::Sdmx => "xml",
            Format::Genericode => "gc",
            Format::Skos => "ttl",
            Format::Fhir => "fhir.json",
            Format::DataPackage => "zip",
        }
    }

    pub fn media_type(self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::EsnsiCsv => "text/csv; charset=windows-1251",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Format::Json => "application/json",
            Format::Ndjson => "application/x-ndjson",
            Format::EsnsiXml | Format::Genericode => "application/xml",
            Format::Sdmx => "application/vnd.sdmx.structure+xml; version=2.1",
            Format::Skos => "text/turtle",
            Format::Fhir => "application/fhir+json",
            Format::DataPackage => "application/zip",
        }
    }

    /// Opens a file of this format. `file_name` is for messages.
    pub fn open(self, open: Open<'_>, csv_format: &csv::CsvFormat, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
        match self {
            Format::Csv | Format::EsnsiCsv => csv::open(open, csv_format, limits),
            Format::Xlsx => xlsx::open(open, limits),
            Format::Json => json::open(open, limits),
            Format::Ndjson => json::open_lines(open, limits),
            Format::EsnsiXml => esnsi::open(open, limits),
            Format::Genericode => genericode::open(open, limits),
            Format::Skos => skos::open(open, limits),
            Format::Fhir => fhir::open(open, limits),
            Format::Sdmx => sdmx::open(open, limits),
            Format::DataPackage => Err(FileError::of_file("a data package is written only: import the CSV inside it")),
        }
    }
}
