//! Cursors: places in an order, written so that clients take them for what they are, opaque. A cursor knows the list that it is of,
//! and one of another list is refused.

use apollo_compiler::response::JsonValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use super::fault::{Fault, Outcome};
use crate::catalog::DictionarySnapshot;
use crate::catalog::selection_order::{Order, OrderBy, Place, SortKey};
use crate::catalog::selection_predicate::Subject;
use crate::domain::attribute::quoted;
use crate::domain::definition::AttributeType;
use crate::domain::text::Language;
use crate::domain::value::Value;

/// Longer ones are not ours: keys are values of attributes, and those are texts of a line.
const CURSOR_LENGTH_MAX: usize = 64 * 1024;

/// The list that a cursor is of.
pub struct ListName {
    /// The list and its order.
    pub of: String,
    /// What is searched for and how it is filtered, where the order depends on a search; such a cursor means nothing elsewhere.
    pub search: Option<String>,
}

impl ListName {
    /// `search` is the text that is searched for.
    pub fn new(of: String, search: Option<&str>, filter: Option<&JsonValue>) -> Self {
        let search = search.map(|text| {
            let mut asked = format!("{text}\n");
            if let Some(filter) = filter {
                write_canonical(filter, &mut asked);
            }
            let digest = Sha256::digest(asked.as_bytes());
            URL_SAFE_NO_PAD.encode(&digest[..SEARCH_BYTES])
        });
        Self { of, search }
    }
}

/// So much of a digest tells searches apart.
const SEARCH_BYTES: usize = 12;

/// The order of members and what is null make no difference to a filter.
fn write_canonical(json: &JsonValue, out: &mut String) {
    match json {
        JsonValue::Object(members) => {
            let mut members: Vec<_> = members.iter().filter(|(_, value)| !value.is_null()).collect();
            members.sort_unstable_by_key(|(name, _)| name.as_str());
            out.push('{');
            for (name, value) in members {
                out.push_str(name.as_str());
                out.push(':');
                write_canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        JsonValue::Array(elements) => {
            out.push('[');
            for element in elements {
                write_canonical(element, out);
                out.push(',');
            }
            out.push(']');
        }
        leaf => out.push_str(&leaf.to_string()),
    }
}

#[derive(Serialize, Deserialize)]
struct Written {
    /// The list and its order.
    of: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    search: Option<String>,
    keys: Vec<Json>,
    code: String,
}

/// Writes a place in the order of a list.
pub fn write(list: &ListName, place: &Place) -> String {
    let keys = place.keys.iter().map(|key| key.as_ref().map_or(Json::Null, key_json)).collect();
    let written = Written { of: list.of.clone(), search: list.search.clone(), keys, code: place.code.to_string() };
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).expect("a cursor has string keys only"))
}

/// Reads a cursor of the same list.
pub fn read(text: &str, list: &ListName, orders: &[Order], snapshot: &DictionarySnapshot) -> Outcome<Place> {
    let written = decode(text).ok_or_else(|| Fault::input(format!("{} is not a cursor of this service", quoted(text))))?;
    if written.of != list.of {
        let message = format!("the cursor is of the list {}, and this is the list {}", quoted(&written.of), quoted(&list.of));
        return Err(Fault::input(message));
    }
    if written.search != list.search {
        return Err(Fault::input("the cursor is of another search: it goes on with the search text and the filter that it came from"));
    }
    let keys = orders.iter().zip(&written.keys).map(|(order, json)| read_key(*order, json, snapshot));
    let keys: Option<Vec<Option<SortKey>>> = keys.collect();
    match keys.filter(|keys| keys.len() == orders.len()) {
        Some(keys) => Ok(Place { keys, code: written.code.as_str().into() }),
        None => Err(Fault::input("the cursor was made when an attribute of the order had another type: begin from the first page")),
    }
}

fn decode(text: &str) -> Option<Written> {
    if text.len() > CURSOR_LENGTH_MAX {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

fn key_json(key: &SortKey) -> Json {
    match key {
        SortKey::Code(text) | SortKey::Text { exact: text, .. } => Json::from(text.as_str()),
        SortKey::Integer(number) => Json::from(*number),
        SortKey::Decimal(number) => Json::from(number.to_string()),
        SortKey::Boolean(flag) => Json::from(*flag),
        SortKey::Date(date) => Json::from(date.to_string()),
    }
}

/// `None` when it is no key of this order.
fn read_key(order: Order, json: &Json, snapshot: &DictionarySnapshot) -> Option<Option<SortKey>> {
    if json.is_null() {
        return Some(None);
    }
    let kind = match order.by {
        OrderBy::Score => AttributeType::Integer,
        OrderBy::Subject(Subject::Code | Subject::Parent, _) => AttributeType::Reference,
        OrderBy::Subject(Subject::ValidFrom | Subject::ValidTo, _) => AttributeType::Date,
        OrderBy::Subject(Subject::Attribute(at), _) => snapshot.dictionary.attributes[at].definition.kind,
        // Whatever it was, in this edition nobody has it.
        OrderBy::Subject(Subject::Absent, _) => return Some(None),
    };
    SortKey::of_value(&Value::from_json(json, kind, false)?, kind, Language::Ru).map(Some)
}
