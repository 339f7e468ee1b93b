//! The JSON Schema of a definition: generated from the domain's types, then told more plainly.
//! Editors complete and check `dictionary.toml` by the same schema that `shape.rs` walks.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::domain::definition::Definition;

/// Relative, so that it is true wherever the file lies.
const ID: &str = "dictionary.schema.json";

static SCHEMA: LazyLock<Value> = LazyLock::new(generate);

/// The schema as text: pretty, in the same order every time, with a line break at its end.
pub fn json_schema() -> String {
    format!("{:#}\n", *SCHEMA)
}

/// The schema as `shape.rs` walks it: no `$ref`, no alternatives but lists of types, no null.
pub(super) fn schema() -> &'static Value {
    &SCHEMA
}

/// Draft 7 is what the TOML editors know, and a schema without `$ref` is what all of them follow.
fn generate() -> Value {
    let generator = SchemaSettings::draft07().with(|settings| settings.inline_subschemas = true).into_generator();
    let mut schema = generator.into_root_schema_for::<Definition>().to_value();
    schema["$id"] = json!(ID);
    simplify(&mut schema);
    schema
}

/// TOML has no null, and a choice of words is one list: `oneOf` and `anyOf` would only blur what editors say.
fn simplify(schema: &mut Value) {
    let Some(node) = schema.as_object_mut() else { return };
    while let Some(Value::Array(mut choices)) = node.remove("anyOf").or_else(|| node.remove("oneOf")) {
        choices.retain(|choice| choice["type"] != "null");
        merge_choices(node, choices);
    }
    if let Some(Value::Object(properties)) = node.get_mut("properties") {
        properties.values_mut().for_each(simplify);
    }
    if let Some(items) = node.get_mut("items") {
        simplify(items);
    }
    // What any key of an open table holds.
    if let Some(values) = node.get_mut("additionalProperties") {
        simplify(values);
    }
    simplify_type(node);
}

fn merge_choices(node: &mut Map<String, Value>, mut choices: Vec<Value>) {
    if choices.len() == 1 {
        if let Some(Value::Object(only)) = choices.pop() {
            for (key, value) in only {
                node.entry(key).or_insert(value);
            }
        }
    } else if choices.iter().all(|choice| choice.get("const").is_some()) {
        merge_words(node, &choices);
    } else {
        node.insert("type".to_owned(), choices.iter().map(|choice| choice["type"].clone()).collect());
    }
}

/// The words of an enum become one list, and what each of them means a list in the description.
fn merge_words(node: &mut Map<String, Value>, choices: &[Value]) {
    let mut meaning = node.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    for choice in choices {
        if let (Some(word), Some(description)) = (choice["const"].as_str(), choice["description"].as_str()) {
            meaning.push_str(&format!("\n- `{word}`: {description}"));
        }
    }
    node.insert("description".to_owned(), json!(meaning.trim_start()));
    node.insert("type".to_owned(), json!("string"));
    node.insert("enum".to_owned(), choices.iter().map(|choice| choice["const"].clone()).collect());
}

fn simplify_type(node: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = node.get_mut("type") {
        let has_number = types.contains(&json!("number"));
        types.retain(|name| name != "null" && !(name == "integer" && has_number));
        if let [only] = types.as_slice() {
            let only = only.clone();
            node.insert("type".to_owned(), only);
        }
    }
    // Rust's names of formats say nothing to others; the one bound that they imply is written out.
    if let Some(format) = node.remove("format")
        && format == "uint32"
    {
        node.entry("maximum").or_insert(json!(u32::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_schema_is_the_generated_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/dictionary.schema.json");
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            checked_in == json_schema(),
            "dictionaries/dictionary.schema.json is out of date: svod dictionary schema > dictionaries/dictionary.schema.json"
        );
    }

    #[test]
    fn the_schema_has_only_what_the_checker_walks() {
        const KNOWN: [&str; 15] = [
            "$id",
            "$schema",
            "additionalProperties",
            "default",
            "description",
            "enum",
            "items",
            "maximum",
            "minimum",
            "pattern",
            "patternErrorMessage",
            "properties",
            "required",
            "title",
            "type",
        ];
        fn walk(node: &Value, path: &str) {
            for key in node.as_object().expect("a schema is an object").keys() {
                assert!(KNOWN.contains(&key.as_str()), "{path} has `{key}`, which shape.rs would not check");
            }
            if node["type"] == "object" {
                let additional = &node["additionalProperties"];
                assert!(*additional == false || additional.is_object(), "{path} takes any key");
                if additional.is_object() {
                    assert!(node.get("properties").is_none(), "{path} is an open table, and has keys of its own");
                    walk(additional, &format!("{path}.*"));
                }
            }
            for (key, property) in node["properties"].as_object().into_iter().flatten() {
                assert!(property["description"].is_string(), "{path}.{key} has no description");
                walk(property, &format!("{path}.{key}"));
            }
            if let Some(items) = node.get("items") {
                walk(items, &format!("{path}[]"));
            }
        }
        walk(schema(), "");
        assert_eq!(schema()["properties"]["passport"]["properties"]["access"]["enum"], json!(["public", "internal", "restricted"]));
        assert_eq!(schema()["properties"]["attributes"]["items"]["properties"]["min"]["type"], json!(["number", "string"]));
    }
}
