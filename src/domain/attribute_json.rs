//! Reads attributes of an item as a caller writes them in JSON: dates and decimals as text, a localised text whole or by language.
//! What is read is held to its type only; constraints are for `validation.rs`, since a draft may be invalid.

use std::collections::BTreeMap;

use compact_str::CompactString;
use serde_json::{Map, Value as Json};

use super::attribute::{Attribute, Fault, quoted};
use super::dictionary::Dictionary;
use super::text::Localized;
use super::value::Value;
use super::violation::{Violation, Violations};

/// The longest text of one value, in characters: whatever the definition allows, a draft holds no more.
pub const VALUE_LENGTH_MAX: usize = 100_000;

/// Attributes to be set, by position; `None` clears one.
pub type AttributePatch = BTreeMap<usize, Option<Value>>;

/// Reads an object of attributes by code. Reports every one that the dictionary does not know or that is of another type.
pub fn read_attributes(dictionary: &Dictionary, item: &str, json: &Map<String, Json>, violations: &mut Violations) -> AttributePatch {
    let mut patch = AttributePatch::new();
    for (code, value) in json {
        let mut report = |rule: &str, message: String| {
            violations.push(Violation::new(dictionary.code.as_str(), rule, message).of_item(item).of_attribute(code));
        };
        let Some(position) = dictionary.position(code) else {
            report("attribute_unknown", format!("{} has no attribute {}", dictionary.code, quoted(code)));
            continue;
        };
        match read_value(&dictionary.attributes[position], value) {
            Ok(value) => {
                patch.insert(position, value);
            }
            Err(fault) => report(fault.code, fault.message),
        }
    }
    patch
}

/// Reads one value; null and blank text are no value.
fn read_value(attribute: &Attribute, json: &Json) -> Result<Option<Value>, Fault> {
    match json {
        Json::Array(values) if attribute.definition.list => {
            let read: Vec<Option<Value>> = values.iter().map(|value| read_one(attribute, value)).collect::<Result<_, _>>()?;
            let read: Box<[Value]> = read.into_iter().flatten().collect();
            Ok((!read.is_empty()).then_some(Value::List(read)))
        }
        Json::Null => Ok(None),
        _ if attribute.definition.list => Err(wrong("must be a list")),
        single => read_one(attribute, single),
    }
}

fn wrong(message: &str) -> Fault {
    Fault { code: "type", message: message.to_owned() }
}

fn read_one(attribute: &Attribute, json: &Json) -> Result<Option<Value>, Fault> {
    match json {
        Json::Null => Ok(None),
        Json::String(text) => read_text(attribute, text),
        // Numbers and booleans are read as what they look like, so that the rules are those of files.
        Json::Number(number) => read_text(attribute, &number.to_string()),
        Json::Bool(flag) => read_text(attribute, &flag.to_string()),
        Json::Object(texts) if attribute.definition.localized => read_localized(attribute, texts),
        Json::Object(_) => Err(wrong("must not be an object")),
        Json::Array(_) => Err(wrong("must be a single value")),
    }
}

fn read_text(attribute: &Attribute, text: &str) -> Result<Option<Value>, Fault> {
    if text.chars().nth(VALUE_LENGTH_MAX).is_some() {
        return Err(Fault { code: "length", message: format!("has more than {VALUE_LENGTH_MAX} characters") });
    }
    let text = text.trim();
    if text.is_empty() { Ok(None) } else { attribute.parse_one(text).map(Some) }
}

fn read_localized(attribute: &Attribute, texts: &Map<String, Json>) -> Result<Option<Value>, Fault> {
    let mut localized = Localized { ru: None, en: None };
    for (language, text) in texts {
        let part = match text {
            Json::Null => None,
            Json::String(text) => match read_text(attribute, text)? {
                Some(Value::Localized(read)) => read.ru,
                _ => None,
            },
            _ => return Err(wrong("must have texts by language")),
        };
        match language.as_str() {
            "ru" => localized.ru = part,
            "en" => localized.en = part,
            other => return Err(wrong(&format!("has the language {}, and there are ru and en", quoted(other)))),
        }
    }
    let has_text = localized.ru.is_some() || localized.en.is_some();
    Ok(has_text.then(|| Value::Localized(Box::new(localized))))
}

/// The code of an item as a caller writes it: without spaces at its ends.
pub fn read_code(text: &str) -> CompactString {
    CompactString::new(text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn dictionary() -> Dictionary {
        let definition = toml::from_str(
            r#"
            code = "offices"
            type = "Office"
            name = { ru = "Органы" }
            passport = { owner = "Управление" }
            attributes = [
                { code = "name", type = "string", label = { ru = "Имя" }, localized = true },
                { code = "staff", type = "integer", label = { ru = "Штат" } },
                { code = "share", type = "decimal", label = { ru = "Доля" } },
                { code = "since", type = "date", label = { ru = "С" } },
                { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
                { code = "phones", type = "string", list = true, label = { ru = "Телефоны" } },
            ]
            "#,
        );
        Dictionary::compile(definition.expect("it is TOML")).expect("it compiles")
    }

    fn read(json: Json) -> (AttributePatch, Vec<String>) {
        let mut violations = Violations::new(100);
        let patch = read_attributes(&dictionary(), "1", json.as_object().expect("an object"), &mut violations);
        (patch, violations.kept().iter().map(|violation| format!("{} {}", violation.attribute, violation.code)).collect())
    }

    #[test]
    fn values_come_as_json_people_write() {
        let (patch, problems) = read(json!({
            "name": {"ru": " Главная ", "en": null}, "staff": 12, "share": 0.5, "since": "2026-12-01", "is_open": true, "phones": ["1", " ", "2"],
        }));
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!(patch[&0], Some(Value::Localized(Box::new(Localized { ru: Some("Главная".into()), en: None }))));
        assert_eq!(patch[&1], Some(Value::Integer(12)));
        assert_eq!(patch[&5], Some(Value::List([Value::Text("1".into()), Value::Text("2".into())].into())));
        let (patch, _) = read(json!({ "name": "Главная", "staff": null, "phones": [] }));
        assert_eq!((&patch[&1], &patch[&5]), (&None, &None));
    }

    #[test]
    fn every_wrong_one_is_named() {
        let long = "x".repeat(VALUE_LENGTH_MAX + 1);
        let (_, problems) =
            read(json!({ "nmae": 1, "staff": "many", "phones": "1", "name": {"de": "x"}, "since": [1], "is_open": {}, "share": long }));
        let expected = ["is_open type", "name type", "nmae attribute_unknown", "phones type", "share length", "since type", "staff type"];
        assert_eq!(problems, expected);
    }
}
