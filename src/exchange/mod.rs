//! Bytes to domain and back: files that people send and definitions that they write. No I/O of its own;
//! errors carry line, column and field. Every format of items is read as a [`table::Table`] and written by an [`writing::ItemWriter`].

pub mod cells;
pub mod csv;
pub mod data_package;
pub mod definition_draft;
pub mod definition_file;
mod detection;
pub mod esnsi;
pub mod fhir;
pub mod format;
pub mod genericode;
pub mod gzip;
pub mod item_columns;
pub mod item_key;
pub mod item_rows;
pub mod item_survey;
pub mod json;
mod kept_table;
pub mod projection_file;
pub mod rejected_rows;
pub mod row;
pub mod sdmx;
pub mod skos;
pub mod table;
pub mod writing;
pub mod xlsx;
pub mod xml;

#[cfg(test)]
mod tests;
