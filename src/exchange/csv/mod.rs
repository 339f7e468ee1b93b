//! CSV at the level of bytes: what encoding and separator a file has, and its records, one at a time, with the line each
//! of them starts on. Reading takes two passes over the same bytes, because a file can be plain ASCII for megabytes and
//! then not be: [`detect()`] surveys the whole file, [`CsvReader`] reads it. Both work in constant memory.
//! Deliberately unknown here: headers, types, dictionaries, what a ragged row means, and where the bytes come from.

mod detect;
mod encoding;
mod error;
mod guard;
mod lines;
mod look;
mod reader;
mod russian;
mod scanner;
mod separator;
mod survey;
mod table;
mod utf16;
mod writer;

pub use detect::{Detected, detect};
pub use encoding::Encoding;
pub use error::{CsvError, CsvErrorKind, Place};
pub use reader::CsvReader;
pub use table::open;
pub use writer::writer;

const UTF8_BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands between two fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator {
    Comma,
    Semicolon,
    Tab,
    Pipe,
}

impl Separator {
    /// Accepts the character itself, and `tab` or `\t` for those who cannot type one.
    pub fn parse(text: &str) -> Option<Separator> {
        match text {
            "," => Some(Separator::Comma),
            ";" => Some(Separator::Semicolon),
            "\t" | "\\t" | "tab" => Some(Separator::Tab),
            "|" => Some(Separator::Pipe),
            _ => None,
        }
    }

    pub fn byte(self) -> u8 {
        match self {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
            Separator::Tab => b'\t',
            Separator::Pipe => b'|',
        }
    }

    /// How a message shows it: the character in backquotes, or the word for the invisible one.
    pub fn shown(self) -> &'static str {
        match self {
            Separator::Comma => "`,`",
            Separator::Semicolon => "`;`",
            Separator::Tab => "tab",
            Separator::Pipe => "`|`",
        }
    }
}

/// What the caller knows about a file. `None` means: find out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvFormat {
    pub encoding: Option<Encoding>,
    pub separator: Option<Separator>,
    /// Whether `"` quotes a field; if not, it stands for itself everywhere.
    pub quoting: Option<bool>,
}

/// How much one record may take. The bytes are those of the file, before decoding, quotes and separators included; of UTF-16, those of the
/// same text in UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    pub record_bytes_max: usize,
    pub columns_max: usize,
}

/// `1,203 letters`, `1 letter`.
fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// Digits in groups of three, as English prose has them.
pub(in crate::exchange) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_parsed_by_their_character() {
        for separator in [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Pipe] {
            let character = char::from(separator.byte()).to_string();
            assert_eq!(Separator::parse(&character), Some(separator));
        }
        assert_eq!(Separator::parse("tab"), Some(Separator::Tab));
        assert_eq!(Separator::parse("\\t"), Some(Separator::Tab));
        assert_eq!(Separator::parse(":"), None);
    }

    #[test]
    fn numbers_are_grouped_and_nouns_counted() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(12_345_678), "12,345,678");
        assert_eq!(counted(1, "letter"), "1 letter");
        assert_eq!(counted(1_203, "letter"), "1,203 letters");
    }
}
