//! What a definition was expected to say at a place, and what it says, in words.

use serde_json::Value;
use toml::de::DeValue;

use crate::domain::attribute::quoted;

/// What the schema admits: `one of string, text`, `a whole number from 1 to 20`, `a table such as { ru = "…" }`.
pub(super) fn expected(schema: &Value, path: &str) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!("one of {}", words.join(", "));
    }
    let kinds: Vec<&str> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect(),
    };
    let kinds: Vec<String> = kinds.into_iter().map(|kind| of_kind(kind, schema, path)).collect();
    kinds.join(" or ")
}

fn of_kind(kind: &str, schema: &Value, path: &str) -> String {
    match kind {
        "string" => "a text in quotes".to_owned(),
        "boolean" => "true or false".to_owned(),
        "number" => "a number".to_owned(),
        "integer" => match (schema["minimum"].as_i64(), schema["maximum"].as_i64()) {
            (Some(least), Some(greatest)) if greatest < i64::from(u32::MAX) => format!("a whole number from {least} to {greatest}"),
            (Some(least), _) => format!("a whole number of at least {least}"),
            _ => "a whole number".to_owned(),
        },
        "array" if schema["items"]["type"] == "object" => {
            // Inside a list the double bracket has no short path, and the inline form is the usual one.
            match path.contains(['.', '[']) {
                true => format!("a list of tables such as [ {} ]", sample(&schema["items"])),
                false => format!("a list of tables, each under its own `[[{path}]]`"),
            }
        }
        "array" => "a list".to_owned(),
        _ => format!("a table such as {}", sample(schema)),
    }
}

/// The shortest value that fits, and both languages where there are two.
fn sample(schema: &Value) -> String {
    if let Some(word) = schema["enum"].get(0) {
        return word.to_string();
    }
    match schema["type"].as_str() {
        Some("object") => {
            let properties = schema["properties"].as_object().into_iter().flatten();
            let is_required = |key: &str| schema["required"].as_array().is_some_and(|required| required.iter().any(|name| name == key));
            let is_label = properties.clone().count() == 2 && is_required("ru");
            let mut shown: Vec<_> = properties.filter(|(key, _)| is_label || is_required(key)).collect();
            shown.sort_by_key(|(key, _)| *key == "en");
            let fields: Vec<String> = shown.into_iter().map(|(key, property)| format!("{key} = {}", sample(property))).collect();
            if fields.is_empty() { "{ }".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
        }
        Some("array") => "[ ]".to_owned(),
        Some("boolean") => "true".to_owned(),
        Some("integer") => "1".to_owned(),
        _ => "\"…\"".to_owned(),
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => quoted(text),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(date) => format!("the date {date} without quotes"),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
