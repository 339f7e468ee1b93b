//! One row: a flat object as columns and texts. Numbers keep their digits as they are written, a list is one text parted by `|`, and a text
//! by language is a column for each language. Deliberately unknown: other rows, and what the columns are for.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::super::table::FileError;
use crate::domain::definition::AttributeType;

/// What a cell says of the type of its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Of(AttributeType),
}

/// Takes the cells of a row, one by one. `Err` refuses a cell with a sentence.
pub(super) trait TakesCells {
    fn take(&mut self, column: &str, text: &str, kind: Option<Kind>) -> Result<(), String>;
}

/// The members of an object in their order, repetitions included.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

/// Reads a row. `line` is that of the file on which it begins.
pub(super) fn read(row: &[u8], line: u64, cells: &mut impl TakesCells) -> Result<(), FileError> {
    let members: Members<'_> = serde_json::from_slice(row).map_err(|error| malformed(&error, line))?;
    for (name, value) in &members.0 {
        let refused = |message: String| {
            let offset = (value.get().as_ptr() as usize).saturating_sub(row.as_ptr() as usize);
            let lines_before = memchr::memchr_iter(b'\n', &row[..offset.min(row.len())]).count() as u64;
            FileError::at_line(line + lines_before, message).of_field(name.clone())
        };
        read_member(name, value.get(), cells).map_err(refused)?;
    }
    Ok(())
}

fn read_member(name: &str, value: &str, cells: &mut impl TakesCells) -> Result<(), String> {
    match value.as_bytes().first() {
        Some(b'{') => read_languages(name, value, cells),
        Some(b'[') => {
            let values: Vec<&RawValue> = serde_json::from_str(value).map_err(|error| error.to_string())?;
            let mut text = String::new();
            let mut kind = None;
            for value in values {
                let (part, of_part) = scalar(value.get()).ok_or_else(|| nested(&format!("{name}[]")))?;
                if of_part.is_some() {
                    text.push_str(if kind.is_some() { "|" } else { "" });
                    text.push_str(&part);
                    kind = of_part;
                }
            }
            cells.take(name, &text, kind)
        }
        _ => {
            let (text, kind) = scalar(value).ok_or_else(|| nested(name))?;
            cells.take(name, &text, kind)
        }
    }
}

/// `{"ru": …, "en": …}`: Russian has the name itself, every other language a column `name_en`.
fn read_languages(name: &str, value: &str, cells: &mut impl TakesCells) -> Result<(), String> {
    let members: Members<'_> = serde_json::from_str(value).map_err(|error| error.to_string())?;
    for (language, text) in &members.0 {
        let is_language = (2..=8).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        let read = scalar(text.get()).filter(|(_, kind)| is_language && !matches!(kind, Some(Kind::Of(_))));
        let (text, kind) = read.ok_or_else(|| nested(&format!("{name}.{language}")))?;
        if language == "ru" {
            cells.take(name, &text, kind)?;
        } else {
            cells.take(&format!("{name}_{language}"), &text, kind)?;
        }
    }
    Ok(())
}

/// The text of a value that is neither an array nor an object; no kind for null.
fn scalar(value: &str) -> Option<(Cow<'_, str>, Option<Kind>)> {
    match value.as_bytes().first()? {
        b'"' => serde_json::from_str::<Text<'_>>(value).ok().map(|text| (text.0, Some(Kind::Text))),
        b't' | b'f' => Some((value.into(), Some(Kind::Of(AttributeType::Boolean)))),
        b'n' => Some(("".into(), None)),
        b'[' | b'{' => None,
        _ if value.contains(['.', 'e', 'E']) => Some((value.into(), Some(Kind::Of(AttributeType::Decimal)))),
        _ => Some((value.into(), Some(Kind::Of(AttributeType::Integer)))),
    }
}

fn nested(path: &str) -> String {
    format!(
        "{path} is a value within a value: a row is flat, with texts, numbers, truths, lists of these, and texts by language \
         ({{\"ru\": \"…\", \"en\": \"…\"}})"
    )
}

/// What the parser found, at its line of the file.
pub(super) fn malformed(error: &serde_json::Error, line: u64) -> FileError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    let line = line + (error.line() as u64).saturating_sub(1);
    FileError::at_line(line, format!("the JSON is malformed: {message}"))
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfObject;
        impl<'de> Visitor<'de> for OfObject {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Text(name), value)) = map.next_entry::<Text<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(OfObject)
    }
}

/// A string that is borrowed where it holds no escapes: `Cow` by itself never is.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfString;
        impl<'de> Visitor<'de> for OfString {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(text.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(text.to_owned().into()))
            }
        }
        deserializer.deserialize_str(OfString)
    }
}
