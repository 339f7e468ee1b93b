//! Excel workbooks (XLSX): one sheet as a table of text, and items as a sheet that keeps codes as they are. Deliberately unknown:
//! formulas, of which only the values that were computed last are read, and none is ever written.

mod bomb;
mod cell;
mod markup;
mod reader;
mod writer;

pub use reader::open;
pub use writer::writer;
