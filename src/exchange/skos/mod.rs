//! SKOS concept schemes in Turtle (<https://www.w3.org/TR/skos-reference/>): concepts are items, `skos:broader` is the parent, and labels in
//! a language are columns of their own. What SKOS has no word for stands under a vocabulary of ours.

mod reader;
mod subject;
mod writer;

pub use reader::open;
pub use writer::writer;

const SKOS: &str = "http://www.w3.org/2004/02/skos/core#";
const DCT: &str = "http://purl.org/dc/terms/";
const RDF_TYPE: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
/// Attributes, and of the scheme `columns`, which are all columns in their order, and `display`, the one that `skos:prefLabel` is.
const VOCABULARY: &str = "urn:svod:vocabulary#";
