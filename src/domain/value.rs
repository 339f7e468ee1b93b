//! A value of an attribute, and its one JSON form: that of the database, of digests and of events.
//! It knows no constraints; `attribute.rs` does.

use compact_str::CompactString;
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::definition::AttributeType;
use super::text::Localized;
use super::validity::{Date, parse_date};

/// The greatest whole number that every JSON reader keeps exact (RFC 7493): 2^53 - 1.
pub const INTEGER_MAX: i64 = 9_007_199_254_740_991;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// A string, a text, the code of an enum value or of an item that is referred to.
    Text(CompactString),
    /// Boxed, since few values are localised and most values are in memory.
    Localized(Box<Localized>),
    Integer(i64),
    /// Without trailing zeros.
    Decimal(Decimal),
    Boolean(bool),
    Date(Date),
    /// Not empty; of values that are not lists.
    List(Box<[Value]>),
}

impl Value {
    /// The text of a string, text, enum or reference.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The values of a list; a single value is a list of one.
    pub fn each(&self) -> &[Value] {
        match self {
            Value::List(values) => values,
            single => std::slice::from_ref(single),
        }
    }

    /// Every text in the value, in every language.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = Vec::new();
        for value in self.each() {
            match value {
                Value::Text(text) => texts.push(text.as_str()),
                Value::Localized(localized) => texts.extend(localized.texts()),
                _ => {}
            }
        }
        texts
    }

    /// The first of the texts, in Russian where it is localised.
    pub fn first_text(&self) -> Option<&str> {
        match self.each().first()? {
            Value::Text(text) => Some(text),
            Value::Localized(localized) => localized.texts().next(),
            _ => None,
        }
    }

    /// What the value takes beside itself, roughly.
    pub fn heap_bytes(&self) -> usize {
        let of_text = |text: &CompactString| if text.is_heap_allocated() { text.len() + 8 } else { 0 };
        match self {
            Value::Text(text) => of_text(text),
            Value::Localized(localized) => {
                let texts = [&localized.ru, &localized.en].into_iter().flatten();
                size_of::<Localized>() + 8 + texts.map(of_text).sum::<usize>()
            }
            Value::List(values) => size_of_val(&**values) + 8 + values.iter().map(Value::heap_bytes).sum::<usize>(),
            Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) | Value::Date(_) => 0,
        }
    }

    /// Appends the canonical JSON (RFC 8785) of the value: decimals and dates as strings, languages in order.
    pub fn write_json(&self, out: &mut String) {
        match self {
            Value::Text(text) => write_json_string(text, out),
            Value::Localized(localized) => {
                let languages = [("en", &localized.en), ("ru", &localized.ru)];
                write_list(
                    out,
                    '{',
                    '}',
                    languages.iter().filter_map(|(code, text)| text.as_ref().map(|t| (code, t))),
                    |out, (code, text)| {
                        write_json_string(code, out);
                        out.push(':');
                        write_json_string(text, out);
                    },
                );
            }
            Value::Integer(number) => out.push_str(&number.to_string()),
            Value::Decimal(number) => write_json_string(&number.to_string(), out),
            Value::Boolean(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Date(date) => write_json_string(&date.to_string(), out),
            Value::List(values) => write_list(out, '[', ']', values.iter(), |out, value| value.write_json(out)),
        }
    }

    /// The value that `write_json` wrote for an attribute of this type. `None`: it is of another type.
    pub fn from_json(json: &Json, kind: AttributeType, localized: bool) -> Option<Value> {
        if let Json::Array(values) = json {
            let values: Option<Box<[Value]>> = values.iter().map(|value| Self::from_json(value, kind, localized)).collect();
            return values.map(Value::List);
        }
        match (kind, json) {
            (_, Json::Object(texts)) if localized => {
                let text = |language: &str| texts.get(language).and_then(Json::as_str).map(CompactString::new);
                Some(Value::Localized(Box::new(Localized { ru: text("ru"), en: text("en") })))
            }
            (AttributeType::Integer, Json::Number(number)) => number.as_i64().map(Value::Integer),
            (AttributeType::Boolean, Json::Bool(flag)) => Some(Value::Boolean(*flag)),
            (AttributeType::Decimal, Json::String(text)) => text.parse().ok().map(Value::Decimal),
            (AttributeType::Date, Json::String(text)) => parse_date(text).map(Value::Date),
            (AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference, Json::String(text))
                if !localized =>
            {
                Some(Value::Text(CompactString::new(text)))
            }
            _ => None,
        }
    }
}

/// Appends a JSON string; serde_json escapes exactly what RFC 8785 asks for.
pub fn write_json_string(text: &str, out: &mut String) {
    if text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&Json::from(text).to_string());
    }
}

fn write_list<T>(out: &mut String, open: char, close: char, parts: impl Iterator<Item = T>, write: impl Fn(&mut String, T)) {
    out.push(open);
    for (index, part) in parts.enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, part);
    }
    out.push(close);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_back_equal() {
        let localized = Localized { ru: Some("Имя \"в кавычках\"\n".into()), en: Some("Name".into()) };
        let cases = [
            (Value::Text("a\\b\u{1}".into()), AttributeType::String, false),
            (Value::Localized(Box::new(localized)), AttributeType::Text, true),
            (Value::Integer(-INTEGER_MAX), AttributeType::Integer, false),
            (Value::Decimal(Decimal::new(1005, 3)), AttributeType::Decimal, false),
            (Value::Boolean(true), AttributeType::Boolean, false),
            (Value::Date(Date::constant(2024, 2, 29)), AttributeType::Date, false),
            (Value::List([Value::Text("1".into()), Value::Text("2".into())].into()), AttributeType::Reference, false),
        ];
        for (value, kind, is_localized) in cases {
            let mut json = String::new();
            value.write_json(&mut json);
            let canonical = serde_json_canonicalizer::to_string(&serde_json::from_str::<Json>(&json).unwrap()).unwrap();
            assert_eq!(json, canonical, "not canonical");
            assert_eq!(Value::from_json(&serde_json::from_str(&json).unwrap(), kind, is_localized), Some(value));
        }
    }
}
