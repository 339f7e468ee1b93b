//! JSON: an array of flat objects, and one object a line. Deliberately unknown: what the objects mean, and documents of other shapes, which
//! are refused by the place where they begin to differ.

mod cells;
mod framing;
mod object;
mod reader;
mod writer;

pub use reader::{open, open_lines};
pub use writer::{lines_writer, writer};
