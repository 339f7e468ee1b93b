//! What the doors of a feed say, as far as a mirror listens: events, and the lines of a snapshot. Texts are borrowed where they can be,
//! since a big publication has a million of them.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fault::{Fault, Outcome};

/// A `CloudEvent`, without what a mirror does not need.
#[derive(Debug, Deserialize)]
pub struct Event<'a> {
    #[serde(borrow)]
    pub id: Cow<'a, str>,
    #[serde(borrow)]
    pub source: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    pub event_type: Cow<'a, str>,
    #[serde(borrow)]
    pub cursor: Cow<'a, str>,
    #[serde(borrow)]
    pub data: &'a RawValue,
}

/// The header of a publication.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Opened {
    pub publication: i64,
    pub published_at: String,
    pub dictionaries: Vec<OpenedDictionary>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenedDictionary {
    pub code: String,
    pub edition: i64,
    pub schema_version: i64,
    pub digest_before: Option<String>,
    pub digest_after: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DefinitionChanged<'a> {
    #[serde(borrow)]
    pub dictionary: Cow<'a, str>,
    #[serde(borrow)]
    pub definition: &'a RawValue,
}

/// An item as it is after a publication; `after` is missing from a big event, which has to be fetched.
#[derive(Debug, Deserialize)]
pub struct ItemChanged<'a> {
    #[serde(borrow)]
    pub dictionary: Cow<'a, str>,
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    #[serde(borrow)]
    pub after: Option<Vec<&'a RawValue>>,
}

#[derive(Debug, Deserialize)]
pub struct Closed {
    pub publication: i64,
}

/// One line of a snapshot. What a line has, its kind says.
#[derive(Debug, Deserialize)]
pub struct SnapshotLine<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    #[serde(borrow)]
    pub version: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotHead {
    pub source: String,
    pub publication: i64,
    pub published_at: Option<String>,
    pub dictionaries: Vec<SnapshotDictionary>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SnapshotDictionary {
    pub code: String,
    pub edition: i64,
    pub schema_version: i64,
    pub digest_before: Option<String>,
    pub digest: String,
}

#[derive(Debug, Deserialize)]
pub struct DictionaryLine<'a> {
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    #[serde(borrow)]
    pub definition: &'a RawValue,
}

#[derive(Debug, Deserialize)]
pub struct SnapshotEnd {
    pub cursor: String,
}

/// A version of an item: the canonical line that digests are made of.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VersionLine<'a> {
    #[serde(borrow)]
    pub code: Cow<'a, str>,
    #[serde(borrow)]
    pub attributes: Members<'a>,
    #[serde(borrow)]
    pub parent: Option<Cow<'a, str>>,
    pub retirement: Option<RetirementLine>,
    #[serde(borrow)]
    pub valid_from: Option<Cow<'a, str>>,
    #[serde(borrow)]
    pub valid_to: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
pub struct RetirementLine {
    pub reason: String,
    pub successors: Box<RawValue>,
}

/// The line of a version in a snapshot, read at one go.
#[derive(Debug, Deserialize)]
pub struct SnapshotVersion<'a> {
    #[serde(borrow)]
    pub version: VersionLine<'a>,
}

/// The members of an object, in the order in which they stand.
#[derive(Debug)]
pub struct Members<'a>(pub Vec<(Cow<'a, str>, &'a RawValue)>);

/// A name that borrows where no sign of it is escaped.
#[derive(Deserialize)]
pub struct Name<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// Reads a message, or says which one cannot be read.
pub fn read<'a, T: Deserialize<'a>>(what: &str, text: &'a [u8]) -> Outcome<T> {
    serde_json::from_slice(text).map_err(|error| Fault::unreadable(what, error))
}

/// The same of a part that was kept as text.
pub fn read_part<'a, T: Deserialize<'a>>(what: &str, part: &'a RawValue) -> Outcome<T> {
    serde_json::from_str(part.get()).map_err(|error| Fault::unreadable(what, error))
}
