//! XML for the formats that are made of it: a reader that streams, knows namespaces and lines, and refuses what a file of items
//! has no need of, and a writer that escapes. Deliberately unknown: which elements a format has and what they mean.

mod decoder;
mod reader;
#[cfg(test)]
pub mod round_trip;
mod writer;

use std::io::{self, Cursor};

use super::table::{FileLimits, Input};

pub use reader::{Between, Element, XmlReader};
pub use writer::XmlWriter;

/// The root element of a file, judged by its first bytes: namespace and name.
pub fn root(start: &[u8], limits: &FileLimits) -> Option<(String, String)> {
    let input: Box<dyn Input> = Box::new(Cursor::new(start.to_vec()));
    let mut reader = XmlReader::new(input, limits).ok()?;
    reader.root().ok()?;
    let element = reader.element();
    Some((element.namespace().to_owned(), element.name().to_owned()))
}

/// The first character that no XML 1.0 document may hold, not even escaped.
pub fn forbidden_character(text: &str) -> Option<char> {
    // Such characters are rare, and the bytes that begin them are too.
    let is_suspect = |byte: &u8| (*byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r')) || *byte == 0xEF;
    if !text.as_bytes().iter().any(is_suspect) {
        return None;
    }
    text.chars().find(|letter| !is_allowed(*letter))
}

/// The `Char` of XML 1.0.
fn is_allowed(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..)
}

/// A text that goes into a document as it is, or an error that names where it stands.
pub fn checked<'t>(text: &'t str, item: &str, attribute: &str) -> io::Result<&'t str> {
    match forbidden_character(text) {
        None => Ok(text),
        Some(letter) => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("item {item}, {attribute}: the character {} cannot stand in XML: take it out", shown(letter)),
        )),
    }
}

/// A character as messages show it: itself, where it can be seen, and its code point.
pub fn shown(letter: char) -> String {
    match letter.is_control() || !is_allowed(letter) {
        true => format!("U+{:04X}", u32::from(letter)),
        false => format!("«{letter}» (U+{:04X})", u32::from(letter)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_cannot_hold_is_named() {
        for text in ["", "Прокуратура\t\r\n", "\u{FFFD}\u{10FFFF}\u{85}\u{FEFF}"] {
            assert_eq!(forbidden_character(text), None, "{text:?}");
        }
        for letter in ['\0', '\u{1}', '\u{B}', '\u{1F}', '\u{FFFE}', '\u{FFFF}'] {
            assert_eq!(forbidden_character(&format!("я{letter}")), Some(letter));
        }
        let error = checked("a\u{1}", "7", "name").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert_eq!(error.to_string(), "item 7, name: the character U+0001 cannot stand in XML: take it out");
    }
}
