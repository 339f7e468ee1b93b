//! FHIR R4 CodeSystem in JSON. Deliberately unknown: other resources, value sets and the server that such files come from.
//!
//! `display` is the attribute that the dictionary shows as an item's name, with its English text as a designation; every other attribute
//! is a property. The file says in an extension which attribute that is; a file of others has it as the column `name`.

mod reader;
mod resource;
mod writer;

pub use reader::open;
pub use writer::writer;

/// The extension that names the columns of the display and of its English designation.
const DISPLAY_EXTENSION: &str = "urn:svod:fhir:display-attribute";

/// The property by which a concept names its parent: <http://hl7.org/fhir/R4/codesystem-concept-properties.html>.
const PARENT_URI: &str = "http://hl7.org/fhir/concept-properties#parent";
