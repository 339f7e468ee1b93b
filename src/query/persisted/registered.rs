//! The file of registered operations: a JSON object of query texts, each under its SHA-256 or a name, as the compilers of Apollo and
//! Relay write it. It is read once, at start, and everything that is wrong with it is told at once, each mistake with its key.

use std::fmt;
use std::sync::Arc;

use apollo_compiler::parser::Parser;
use rustc_hash::{FxHashMap, FxHashSet};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::{QueryHash, hash_of_query};

/// How a key may say outright that it is a hash.
const HASH_PREFIX: &str = "sha256:";
const HASH_CHARS: usize = 64;

/// Operations that an operator registered.
#[derive(Debug, Clone, Default)]
pub struct RegisteredOperations(FxHashMap<QueryHash, Arc<str>>);

impl RegisteredOperations {
    /// Reads the content of the file. The error has a line for each mistake.
    pub fn parse(content: &str) -> Result<Self, Vec<String>> {
        let Entries(entries) =
            serde_json::from_str(content).map_err(|error| vec![format!("this is not a JSON object of query texts: {error}")])?;
        let mut operations = FxHashMap::default();
        let mut keys = FxHashSet::default();
        let mut mistakes = Vec::new();
        for (key, value) in &entries {
            let text = if keys.insert(key.as_str()) { text_of(key, value) } else { Err("the key stands there twice".to_owned()) };
            match text {
                Ok(text) => drop(operations.insert(hash_of_query(text), Arc::from(text))),
                Err(mistake) => mistakes.push(format!("{key:?}: {mistake}")),
            }
        }
        if mistakes.is_empty() { Ok(Self(operations)) } else { Err(mistakes) }
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub(super) fn into_texts(self) -> FxHashMap<QueryHash, Arc<str>> {
        self.0
    }
}

/// Whether the text is one of today's schema shows only when it is asked for: definitions change while the service runs.
fn text_of<'a>(key: &str, value: &'a Value) -> Result<&'a str, String> {
    let text = value.as_str().ok_or("its value is not a string")?;
    if text.trim().is_empty() {
        return Err("the text is blank".to_owned());
    }
    let named = key.strip_prefix(HASH_PREFIX).unwrap_or(key);
    let is_hash = named.len() == HASH_CHARS && named.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hash = in_hex(&hash_of_query(text));
    if is_hash && !named.eq_ignore_ascii_case(&hash) {
        return Err(format!("the key is not the SHA-256 of the text, which is {hash}"));
    }
    if !is_hash && key.starts_with(HASH_PREFIX) {
        return Err(format!("after {HASH_PREFIX} come {HASH_CHARS} hexadecimal digits"));
    }
    match Parser::new().parse_ast(text, "query.graphql") {
        Ok(_) => Ok(text),
        Err(refused) => {
            let first = refused.errors.iter().next().map(|problem| problem.to_json());
            let place = first.as_ref().and_then(|error| error.locations.first().copied());
            let place = place.map(|place| format!(" at {}:{}", place.line, place.column)).unwrap_or_default();
            Err(format!("the text is not GraphQL{place}: {}", first.map(|error| error.message).unwrap_or_default()))
        }
    }
}

fn in_hex(hash: &QueryHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The members of an object in their order, also those whose key stands there twice.
struct Entries(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of query texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = members.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Members)
    }
}
