//! The arguments of a field: times, pages and languages. null is always the same as nothing.

use std::borrow::Cow;

use apollo_compiler::response::{JsonMap, JsonValue};

use super::fault::{Fault, Outcome};
use super::scalar::{read_id, read_instant, read_text};
use super::scope::Scope;
use crate::app::reading::Knowledge;
use crate::domain::text::Language;

#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    values: &'a JsonMap,
}

impl<'a> Arguments<'a> {
    pub fn new(values: &'a JsonMap) -> Self {
        Self { values }
    }

    pub fn get(&self, name: &str) -> Option<&'a JsonValue> {
        self.values.get(name).filter(|value| !value.is_null())
    }

    fn read<T>(&self, name: &str, read: impl FnOnce(&'a JsonValue) -> Outcome<T>) -> Outcome<Option<T>> {
        self.get(name).map(read).transpose().map_err(|fault| fault.within(name))
    }

    /// A required ID.
    pub fn id(&self, name: &str) -> Outcome<Cow<'a, str>> {
        self.read(name, read_id)?.ok_or_else(|| Fault::input("is required").within(name))
    }

    pub fn text(&self, name: &str) -> Outcome<Option<&'a str>> {
        self.read(name, read_text)
    }

    /// A list of IDs; one that stands by itself is a list of one.
    pub fn ids(&self, name: &str) -> Outcome<Option<Vec<Cow<'a, str>>>> {
        self.read(name, |json| match json {
            JsonValue::Array(elements) => elements.iter().map(read_id).collect(),
            one => read_id(one).map(|id| vec![id]),
        })
    }

    pub fn integer(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(JsonValue::as_i64)
    }

    /// Which publication is asked for.
    pub fn knowledge(&self) -> Outcome<Knowledge> {
        Ok(Knowledge { publication: self.integer("publication"), known_at: self.read("knownAt", read_instant)? })
    }

    /// The publication that is asked for, or the inherited one.
    pub fn publication(&self, scope: &Scope, inherited: i64) -> Outcome<i64> {
        Ok(scope.reader.publication(self.knowledge()?, inherited)?)
    }

    /// How many are passed over before the page begins.
    pub fn offset(&self) -> Outcome<usize> {
        let offset = self.integer("offset").unwrap_or_default();
        usize::try_from(offset).map_err(|_| Fault::input(format!("{offset} is negative")).within("offset"))
    }

    /// How many are wanted at most.
    pub fn page_size(&self, scope: &Scope, default: usize) -> Outcome<usize> {
        let max = scope.limits.page_size_max;
        let Some(first) = self.integer("first") else { return Ok(default.min(max)) };
        match usize::try_from(first) {
            Ok(first) if first <= max => Ok(first),
            Ok(_) => {
                let message = format!("{first} is more than a page may have, {max} (page_size_max): ask page by page with `after`");
                Err(Fault::limit(message).within("first"))
            }
            Err(_) => Err(Fault::input(format!("{first} is negative")).within("first")),
        }
    }
}

pub fn language(json: Option<&JsonValue>) -> Language {
    match json.and_then(JsonValue::as_str) {
        Some("EN") => Language::En,
        _ => Language::Ru,
    }
}
