//! Holds a definition to its schema and says what does not fit, as a person would.
//! What does not fit is mended, so that the sense of all the rest can be checked in the same run.

use regex::Regex;
use serde_json::{Map, Value, json};
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

use super::expected::{expected, shown};
use super::hint::nearest;
use super::place::child;
use crate::domain::attribute::quoted;

/// Something that does not fit the schema.
#[derive(Debug)]
pub(super) struct Misfit {
    /// The byte at which it stands; what is missing stands where its table does.
    pub at: usize,
    pub path: String,
    pub message: String,
    pub is_missing: bool,
}

/// A definition that was held to the schema.
#[derive(Debug)]
pub(super) struct Shape {
    pub misfits: Vec<Misfit>,
    /// The definition as JSON of the right shape.
    pub json: Value,
    /// The paths at which the JSON says something else than the file.
    pub mended: Vec<String>,
}

pub(super) fn check(schema: &Value, root: &DeTable<'_>) -> Shape {
    let mut checker = Checker { root: schema, misfits: Vec::new(), mended: Vec::new() };
    let json = checker.table(schema, root, 0, "");
    Shape { misfits: checker.misfits, json, mended: checker.mended }
}

struct Checker<'s> {
    root: &'s Value,
    misfits: Vec<Misfit>,
    mended: Vec<String>,
}

impl Checker<'_> {
    fn report(&mut self, at: usize, path: &str, message: String) {
        self.misfits.push(Misfit { at, path: path.to_owned(), message, is_missing: false });
    }

    /// The value as JSON, or nothing when it was reported and cannot be used.
    fn value(&mut self, schema: &Value, value: &Spanned<DeValue<'_>>, path: &str) -> Option<Value> {
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) if admits(schema, "object") => Some(self.table(schema, table, at, path)),
            DeValue::Array(items) if admits(schema, "array") => {
                let items = items.iter().enumerate();
                Some(items.map(|(index, item)| self.value_or_stand_in(&schema["items"], item, &format!("{path}[{index}]"))).collect())
            }
            DeValue::String(text) if admits(schema, "string") => self.text(schema, text, at, path),
            DeValue::Boolean(flag) if admits(schema, "boolean") => Some(json!(flag)),
            DeValue::Integer(number) if admits(schema, "integer") || admits(schema, "number") => self.whole(schema, number, at, path),
            DeValue::Float(number) if admits(schema, "number") => self.float(number, at, path),
            other => {
                self.report(at, path, format!("{} is not {}", shown(other), expected(schema, path)));
                None
            }
        }
    }

    fn value_or_stand_in(&mut self, schema: &Value, value: &Spanned<DeValue<'_>>, path: &str) -> Value {
        self.value(schema, value, path).unwrap_or_else(|| self.stand_in(schema, path))
    }

    fn table(&mut self, schema: &Value, table: &DeTable<'_>, at: usize, path: &str) -> Value {
        let no_properties = Map::new();
        let properties = schema["properties"].as_object().unwrap_or(&no_properties);
        let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut json = Map::new();
        let mut meant = Vec::new();
        for (key, value) in table {
            let path = child(path, key.get_ref());
            let open = Some(&schema["additionalProperties"]).filter(|values| values.is_object());
            match properties.get(key.get_ref().as_ref()).or(open) {
                None => meant.extend(self.unknown_key(schema, key, table, &path)),
                Some(property) if required.contains(&key.get_ref().as_ref()) => {
                    json.insert(key.get_ref().to_string(), self.value_or_stand_in(property, value, &path));
                }
                Some(property) => match self.value(property, value, &path) {
                    Some(value) => drop(json.insert(key.get_ref().to_string(), value)),
                    None => self.mended.push(path),
                },
            }
        }
        self.mended.extend(meant.iter().map(|key| child(path, key)));
        for key in required.into_iter().filter(|key| !table.contains_key(*key)) {
            let path = child(path, key);
            let property = &properties[key];
            // A mistyped key is one mistake, and not a missing one as well.
            if !meant.iter().any(|meant| meant == key) {
                let message = format!("`{key}` is missing, expected {}", expected(property, &path));
                self.misfits.push(Misfit { at, path: path.clone(), message, is_missing: true });
            }
            json.insert(key.to_owned(), self.stand_in(property, &path));
        }
        Value::Object(json)
    }

    /// Reports a key that is not in the schema; gives the absent key that it was probably meant for.
    fn unknown_key(&mut self, schema: &Value, key: &Spanned<impl AsRef<str>>, table: &DeTable<'_>, path: &str) -> Option<String> {
        let name = key.get_ref().as_ref();
        let known: Vec<&str> = schema["properties"].as_object().into_iter().flat_map(Map::keys).map(String::as_str).collect();
        let hint = nearest(name, known.iter().copied().filter(|known| !table.contains_key(*known)));
        let is_of_root = path != name && self.root["properties"].get(name).is_some();
        let message = match hint {
            Some(hint) => format!("unknown key, did you mean `{hint}`?"),
            None if is_of_root => {
                format!(
                    "unknown key here; `{name}` of the dictionary itself stands above the first `[table]`; expected one of {}",
                    known.join(", ")
                )
            }
            None => format!("unknown key, expected one of {}", known.join(", ")),
        };
        self.report(key.span().start, path, message);
        if hint.is_none() {
            self.mended.push(path.to_owned());
        }
        hint.map(str::to_owned)
    }

    /// A text that breaks a pattern is reported and stays as it is: it is a text all the same.
    fn text(&mut self, schema: &Value, text: &str, at: usize, path: &str) -> Option<Value> {
        if let Some(words) = schema["enum"].as_array()
            && !words.iter().any(|word| word == text)
        {
            self.report(at, path, format!("{} is not {}", quoted(text), expected(schema, path)));
            return None;
        }
        if let Some(pattern) = schema["pattern"].as_str()
            && !Regex::new(pattern).is_ok_and(|regex| regex.is_match(text))
        {
            let in_words = schema["patternErrorMessage"].as_str().map_or_else(|| format!("must match {pattern}"), str::to_owned);
            self.report(at, path, format!("{} {in_words}", quoted(text)));
        }
        Some(json!(text))
    }

    fn whole(&mut self, schema: &Value, number: &DeInteger<'_>, at: usize, path: &str) -> Option<Value> {
        let Ok(whole) = i64::from_str_radix(number.as_str(), number.radix()) else {
            self.report(at, path, format!("{number} is too large, expected a number of at most 18 digits"));
            return None;
        };
        if let Some(greatest) = schema["maximum"].as_i64().filter(|greatest| whole > *greatest) {
            self.report(at, path, format!("{number} is too large, expected at most {greatest}"));
            return None;
        }
        if schema["minimum"].as_i64().is_some_and(|least| whole < least) {
            self.report(at, path, format!("{number} is not {}", expected(schema, path)));
            return None;
        }
        Some(json!(whole))
    }

    fn float(&mut self, number: &DeFloat<'_>, at: usize, path: &str) -> Option<Value> {
        match number.as_str().parse::<f64>() {
            Ok(finite) if finite.is_finite() => Some(json!(finite)),
            _ => {
                self.report(at, path, format!("{number} is not a number to compare with, expected a finite one"));
                None
            }
        }
    }

    /// Something of the right shape in place of what is missing or unusable; texts are unlike all others.
    fn stand_in(&mut self, schema: &Value, path: &str) -> Value {
        self.mended.push(path.to_owned());
        self.least(schema)
    }

    fn least(&self, schema: &Value) -> Value {
        if let Some(word) = schema["enum"].get(0) {
            return word.clone();
        }
        match schema["type"].as_str() {
            Some("object") => {
                let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
                required.map(|key| (key.to_owned(), self.least(&schema["properties"][key]))).collect()
            }
            Some("array") => json!([]),
            Some("boolean") => json!(false),
            Some("integer") => schema.get("minimum").cloned().unwrap_or(json!(0)),
            _ => json!(format!("mended_{}", self.mended.len())),
        }
    }
}

fn admits(schema: &Value, kind: &str) -> bool {
    match &schema["type"] {
        Value::Array(kinds) => kinds.iter().any(|admitted| admitted == kind),
        admitted => admitted == kind,
    }
}
