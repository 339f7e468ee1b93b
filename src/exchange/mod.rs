//! Bytes to domain and back: files that people send and definitions that they write. No I/O of its own;
//! errors carry line, column and field.

pub mod csv;
pub mod definition_file;
pub mod items_csv;
