//! Timelines as JSON, the way drafts are stored: an array of what digests take a line of, without the code.
//! It knows one definition at a time, and refuses what that does not know.

mod reader;

use serde_json::Value as Json;

use crate::domain::attribute::quoted;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, Retirement, Stretch, attributes_json, retirement_json};
use crate::domain::text::ItemCode;
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::{Value, write_json_string};

/// The timeline of an item that is not there.
pub const NO_TIMELINE: &str = "[]";

/// A JSON array of `{"attributes":{…},"parent":…,"retirement":…,"validFrom":…,"validTo":…}`; absent members are left out, and the
/// ends are `null` when open.
pub fn timeline_json<'a>(dictionary: &Dictionary, timeline: impl IntoIterator<Item = &'a Stretch>) -> String {
    let mut json = String::from("[");
    for (at, stretch) in timeline.into_iter().enumerate() {
        if at > 0 {
            json.push(',');
        }
        write_stretch(dictionary, stretch, &mut json);
    }
    json.push(']');
    json
}

fn write_stretch(dictionary: &Dictionary, stretch: &Stretch, json: &mut String) {
    let date = |date: Option<Date>| date.map_or_else(|| "null".to_owned(), |date| format!("\"{date}\""));
    json.push_str("{\"attributes\":");
    json.push_str(&attributes_json(dictionary, &stretch.content));
    if let Some(parent) = &stretch.content.parent {
        json.push_str(",\"parent\":");
        write_json_string(parent, json);
    }
    if let Some(retirement) = &stretch.retirement {
        json.push_str(",\"retirement\":");
        json.push_str(&retirement_json(retirement));
    }
    json.push_str(",\"validFrom\":");
    json.push_str(&date(stretch.validity.from()));
    json.push_str(",\"validTo\":");
    json.push_str(&date(stretch.validity.to()));
    json.push('}');
}

/// Reads what `timeline_json` wrote, in order of time. An error names the attribute that the dictionary does not know, or that is of
/// another type there.
pub fn parse_timeline(dictionary: &Dictionary, json: &str) -> Result<Vec<Stretch>, String> {
    // What cannot be read straight is read again as a tree, which knows what to say about it.
    let timeline = reader::read(dictionary, json).map_or_else(|| parse_tree(dictionary, json), Ok)?;
    in_order(timeline)
}

fn parse_tree(dictionary: &Dictionary, json: &str) -> Result<Vec<Stretch>, String> {
    let parsed: Json = serde_json::from_str(json).map_err(|error| format!("the timeline is not JSON: {error}"))?;
    let stretches = parsed.as_array().ok_or("the timeline is not an array")?;
    stretches.iter().map(|stretch| parse_stretch(dictionary, stretch)).collect()
}

fn in_order(mut timeline: Vec<Stretch>) -> Result<Vec<Stretch>, String> {
    timeline.sort_by_key(|stretch| stretch.validity.start_key());
    match timeline.windows(2).find(|pair| pair[0].validity.overlaps(pair[1].validity)) {
        Some(pair) => Err(format!("two versions overlap: {} and {}", pair[0].validity, pair[1].validity)),
        None => Ok(timeline),
    }
}

fn parse_stretch(dictionary: &Dictionary, json: &Json) -> Result<Stretch, String> {
    const KNOWN: [&str; 5] = ["attributes", "parent", "retirement", "validFrom", "validTo"];
    let object = json.as_object().ok_or("a version is not an object")?;
    if let Some(unknown) = object.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("a version has the unknown member {}", quoted(unknown)));
    }
    let date = |key: &str| match object.get(key) {
        None | Some(Json::Null) => Ok(None),
        Some(json) => json.as_str().and_then(parse_date).map(Some).ok_or_else(|| format!("`{key}` is not a date: {json}")),
    };
    let (from, to) = (date("validFrom")?, date("validTo")?);
    let validity = Validity::new(from, to).ok_or("a version ends before it begins")?;
    let parent = match object.get("parent") {
        None | Some(Json::Null) => None,
        Some(json) => Some(json.as_str().map(ItemCode::new).ok_or_else(|| format!("`parent` is not a code: {json}"))?),
    };
    let retirement = match object.get("retirement") {
        None | Some(Json::Null) => None,
        Some(json) => Some(Box::new(parse_retirement(json).ok_or_else(|| format!("`retirement` cannot be read: {json}"))?)),
    };
    let values = parse_attributes(dictionary, object.get("attributes").unwrap_or(&Json::Null))?;
    Ok(Stretch { validity, content: Content { parent, values }, retirement })
}

fn parse_attributes(dictionary: &Dictionary, json: &Json) -> Result<Box<[Option<Value>]>, String> {
    let mut values: Box<[Option<Value>]> = vec![None; dictionary.attributes.len()].into();
    let attributes = match json {
        Json::Null => return Ok(values),
        json => json.as_object().ok_or("`attributes` is not an object")?,
    };
    for (code, json) in attributes {
        let position = dictionary.position(code).ok_or_else(|| format!("{} has no attribute {}", dictionary.code, quoted(code)))?;
        let definition = &dictionary.attributes[position].definition;
        let is_fitting = definition.list == json.is_array();
        let value = Value::from_json(json, definition.kind, definition.localized).filter(|_| is_fitting);
        values[position] = Some(value.ok_or_else(|| format!("the attribute {} of {} is of another type", quoted(code), dictionary.code))?);
    }
    Ok(values)
}

/// Reads what `retirement_json` wrote.
pub fn parse_retirement(json: &Json) -> Option<Retirement> {
    let successors = json["successors"].as_array()?.iter().map(|code| code.as_str().map(ItemCode::new)).collect::<Option<_>>()?;
    Some(Retirement { reason: json["reason"].as_str()?.to_owned(), successors })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dictionary(attributes: &str) -> Dictionary {
        let toml = format!(
            "code = \"things\"\ntype = \"Thing\"\nname = {{ ru = \"Вещи\" }}\n[passport]\nowner = \"Отдел\"\n[hierarchy]\n{attributes}"
        );
        Dictionary::compile(toml::from_str(&toml).unwrap()).unwrap()
    }

    const NAME: &str = "[[attributes]]\ncode = \"name\"\ntype = \"string\"\nlabel = { ru = \"Имя\" }\n";
    const SIZES: &str = "[[attributes]]\ncode = \"sizes\"\ntype = \"integer\"\nlist = true\nlabel = { ru = \"Размеры\" }\n";

    #[test]
    fn a_timeline_comes_back_equal() {
        let dictionary = dictionary(&format!("{NAME}{SIZES}"));
        let sizes = Value::List([Value::Integer(1), Value::Integer(2)].into());
        let content = |name: &str, sizes: Option<Value>| Content {
            parent: Some("п\"1".into()),
            values: [Some(Value::Text(name.into())), sizes].into(),
        };
        let change = Date::constant(2024, 3, 1);
        let end = Date::constant(2025, 1, 1);
        let retirement = Retirement { reason: "слияние".to_owned(), successors: vec!["2".into(), "3".into()] };
        let timeline = vec![
            Stretch { validity: Validity::new(None, Some(change)).unwrap(), content: content("a", None), retirement: None },
            Stretch {
                validity: Validity::new(Some(change), Some(end)).unwrap(),
                content: content("b", Some(sizes)),
                retirement: Some(Box::new(retirement)),
            },
        ];
        let json = timeline_json(&dictionary, &timeline);
        assert_eq!(parse_timeline(&dictionary, &json), Ok(timeline.clone()), "{json}");
        assert_eq!(reader::read(&dictionary, &json), Some(timeline), "{json} is read straight");
        assert_eq!(parse_timeline(&dictionary, "[]"), Ok(Vec::new()));
    }

    /// Both readings give the same, or the straight one leaves it to the other.
    #[test]
    fn both_readings_agree() {
        let kinds = ["string", "integer", "decimal", "boolean", "date"];
        let attribute = |kind: &&str| format!("[[attributes]]\ncode = \"{kind}_\"\ntype = \"{kind}\"\nlabel = {{ ru = \"А\" }}\n");
        let localized = "[[attributes]]\ncode = \"title\"\ntype = \"string\"\nlocalized = true\nlabel = { ru = \"Т\" }\n";
        let dictionary = dictionary(&format!("{}{localized}{SIZES}", kinds.iter().map(attribute).collect::<String>()));
        let values = [
            "\"a\"",
            "\"\\u0416\\n\"",
            "1",
            "-7",
            "1.0",
            "1e2",
            "18446744073709551615",
            "\"1.50\"",
            "true",
            "null",
            "\"2024-02-30\"",
            "\"2024-02-29\"",
            "[1,2]",
            "[]",
            "[[1]]",
            "[null]",
            "{\"ru\":\"а\",\"en\":\"b\",\"de\":1}",
            "{\"ru\":5}",
            "{\"ru\":null}",
            "{}",
        ];
        let mut straight = 0;
        for name in ["string_", "integer_", "decimal_", "boolean_", "date_", "title", "sizes", "nobody"] {
            for value in values {
                let json =
                    format!("[{{\"attributes\":{{\"{name}\":{value}}},\"parent\":null,\"retirement\":null,\"validTo\":\"2024-01-01\"}}]");
                let Some(read) = reader::read(&dictionary, &json) else { continue };
                straight += 1;
                assert_eq!(Ok(read), parse_tree(&dictionary, &json), "{json}");
            }
        }
        assert_eq!(straight, 15, "what is well typed is read straight");
        for json in
            ["[{}]", "[{\"attributes\":null}]", "[{\"parent\":\"a\",\"parent\":\"b\"}]", "[{\"validFrom\":\"x\"}]", "[] []", "{}", "[1]"]
        {
            assert!(reader::read(&dictionary, json).is_none_or(|read| Ok(read) == parse_tree(&dictionary, json)), "{json}");
        }
    }

    #[test]
    fn what_the_dictionary_does_not_know_is_named() {
        let dictionary = dictionary(SIZES);
        for (json, expected) in [
            (r#"[{"attributes":{"name":"a"}}]"#, "things has no attribute \"name\""),
            (r#"[{"attributes":{"sizes":["a"]}}]"#, "the attribute \"sizes\" of things is of another type"),
            (r#"[{"attributes":{"sizes":1}}]"#, "the attribute \"sizes\" of things is of another type"),
            (r#"[{"validFrom":"2024-01-01","validTo":"2024-01-01"}]"#, "a version ends before it begins"),
            (r#"[{"validTo":"2024-02-01"},{"validFrom":"2024-01-01"}]"#, "two versions overlap: until 2024-02-01 and from 2024-01-01"),
            (r#"[{"valid":1}]"#, "a version has the unknown member \"valid\""),
        ] {
            assert_eq!(parse_timeline(&dictionary, json), Err(expected.to_owned()));
        }
    }
}
