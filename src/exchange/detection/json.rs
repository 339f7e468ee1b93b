//! Which of the formats in JSON a text is: an array or object of items, one object a line, or a code system of FHIR.
//! The text may end in the middle: what is seen of it decides.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Found, shown};
use crate::exchange::format::Format;
use crate::exchange::table::FileError;

/// How many members of the outermost object are looked at.
const MEMBERS_MAX: usize = 100;

/// Documents that hold no items in a form that is read, by the beginning of a member's text.
const OTHERS: [(&str, &str, &str); 3] = [
    ("$schema", "https://json.sdmx.org/", "an SDMX message in JSON: send the code list as SDMX-ML 2.1 (XML)"),
    ("@context", "http://www.w3.org/ns/csvw", "a description of a CSV file (CSVW), and no items: send the CSV file itself"),
    ("profile", "tabular-data-package", "a description of a data package, and no items: send the CSV file itself"),
];

/// Whether what follows the bracket can stand there: a column may be called `[id]`, too.
pub(super) fn is_likely(body: &str) -> bool {
    let is_object = body.starts_with('{');
    let next = body[1..].trim_start().chars().next();
    match next {
        // A text that ends here has nothing against it.
        None => true,
        Some('"') => true,
        Some('}') => is_object,
        Some('{' | '[' | ']' | '-' | '0'..='9') => !is_object,
        Some(_) => false,
    }
}

pub(super) fn judge(body: &str, file_name: &str) -> Found {
    if body.starts_with('[') {
        return Ok((Format::Json, "text that begins as an array of JSON".to_owned()));
    }
    let mut members = Vec::new();
    // A text that ends in the middle is no error here: the members before its end are known.
    let _ = Members(&mut members).deserialize(&mut serde_json::Deserializer::from_str(body));
    let member = |key: &str| members.iter().find(|(name, _)| name == key).map(|(_, text)| text.as_str());
    if let Some(kind) = member("resourceType") {
        return match kind {
            "CodeSystem" => Ok((Format::Fhir, "JSON whose resourceType is CodeSystem".to_owned())),
            other => {
                let message = format!("the file is a FHIR resource {}, and only CodeSystem is read: send the code system", shown(other));
                Err(FileError::of_file(message).of_field("resourceType"))
            }
        };
    }
    for (key, beginning, what) in OTHERS {
        if member(key).is_some_and(|text| text.starts_with(beginning)) {
            return Err(FileError::of_file(format!("the file is {what}")).of_field(key));
        }
    }
    Ok(lines_or_document(body, file_name))
}

/// One object a line is told by a second one; a single object could be both.
fn lines_or_document(body: &str, file_name: &str) -> (Format, String) {
    let mut values = serde_json::Deserializer::from_str(body).into_iter::<IgnoredAny>();
    if let Some(Ok(_)) = values.next() {
        let (first, rest) = body.split_at(values.byte_offset());
        if !first.contains('\n') && rest.trim_start().starts_with('{') {
            return (Format::Ndjson, "several lines, each of them an object of JSON".to_owned());
        }
    }
    let lower = file_name.to_lowercase();
    match [".ndjson", ".jsonl"].iter().find(|extension| lower.ends_with(**extension)) {
        Some(extension) => (Format::Ndjson, format!("an object of JSON, and its name ends in {extension}")),
        None => (Format::Json, "text that begins as an object of JSON".to_owned()),
    }
}

/// Gathers the members of the outermost object that are texts or lists that begin with one, up to the first error.
struct Members<'a>(&'a mut Vec<(String, String)>);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        for _ in 0..MEMBERS_MAX {
            let Some(key) = map.next_key::<String>()? else { break };
            if let FirstText(Some(text)) = map.next_value()? {
                self.0.push((key, text));
            }
        }
        Ok(())
    }
}

/// A text, or the text at the start of a list; nothing for any other value.
struct FirstText(Option<String>);

impl<'de> serde::Deserialize<'de> for FirstText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FirstTextVisitor).map(FirstText)
    }
}

struct FirstTextVisitor;

impl<'de> Visitor<'de> for FirstTextVisitor {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let first = list.next_element::<FirstText>()?.and_then(|FirstText(text)| text);
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}
