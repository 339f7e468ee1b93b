//! Values of items on their way into expressions and out of them. Dates are ISO texts, which compare as dates do; what is absent is an
//! absent key. Deliberately unknown: which item it is, and what a cell is to look like.

use std::collections::{BTreeSet, HashMap};

use cel::Value as CelValue;

use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::rule::cel_value;
use crate::domain::value::Value;

/// What a cell is made of: nothing, a text, or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Produced {
    Absent,
    One(String),
    Many(Vec<String>),
}

/// An item as expressions read it; `fields` are those that they read, or all.
pub fn item_map(dictionary: &Dictionary, version: &ItemVersion, fields: Option<&BTreeSet<String>>) -> HashMap<String, CelValue> {
    let mut map: HashMap<String, CelValue> = HashMap::new();
    let mut add = |name: &str| {
        if let Some(value) = field_value(dictionary, version, name) {
            map.insert(name.to_owned(), value);
        }
    };
    match fields {
        Some(fields) => fields.iter().for_each(|field| add(field)),
        None => {
            super::expression::BUILT_IN.iter().for_each(|field| add(field));
            dictionary.attributes.iter().for_each(|attribute| add(attribute.code()));
        }
    }
    map
}

fn field_value(dictionary: &Dictionary, version: &ItemVersion, field: &str) -> Option<CelValue> {
    let retirement = version.stretch.retirement.as_deref();
    match field {
        "code" => Some(CelValue::from(version.code.as_str())),
        "parent" => version.parent().map(CelValue::from),
        "valid_from" => version.validity().from().map(|date| CelValue::from(date.to_string())),
        "valid_to" => version.validity().to().map(|date| CelValue::from(date.to_string())),
        "reason" => retirement.map(|retirement| CelValue::from(retirement.reason.as_str())),
        "successors" => {
            let successors = &retirement?.successors;
            (!successors.is_empty()).then(|| CelValue::from(successors.iter().map(|code| code.as_str()).collect::<Vec<_>>()))
        }
        attribute => version.value(dictionary.position(attribute)?).map(cel_value),
    }
}

/// A value of an item by its name, without any expression: exact, also for decimals.
pub fn field_produced(dictionary: &Dictionary, version: &ItemVersion, field: &str, language: Option<&str>) -> Produced {
    if let Some(position) = dictionary.position(field) {
        return version.value(position).map_or(Produced::Absent, |value| produced_of_value(value, language));
    }
    let one = |text: Option<String>| text.map_or(Produced::Absent, Produced::One);
    let retirement = version.stretch.retirement.as_deref();
    match field {
        "code" => Produced::One(version.code.to_string()),
        "parent" => one(version.parent().map(str::to_owned)),
        "valid_from" => one(version.validity().from().map(|date| date.to_string())),
        "valid_to" => one(version.validity().to().map(|date| date.to_string())),
        "reason" => one(retirement.map(|retirement| retirement.reason.clone())),
        "successors" => match retirement.map(|retirement| &retirement.successors) {
            Some(codes) if !codes.is_empty() => Produced::Many(codes.iter().map(ToString::to_string).collect()),
            _ => Produced::Absent,
        },
        _ => Produced::Absent,
    }
}

fn produced_of_value(value: &Value, language: Option<&str>) -> Produced {
    match value {
        Value::Text(text) => Produced::One(text.to_string()),
        Value::Localized(texts) => {
            let text = match language {
                Some("ru") => texts.ru.as_deref(),
                Some("en") => texts.en.as_deref(),
                _ => texts.texts().next(),
            };
            text.map_or(Produced::Absent, |text| Produced::One(text.to_owned()))
        }
        Value::Integer(number) => Produced::One(number.to_string()),
        Value::Decimal(number) => Produced::One(number.to_string()),
        Value::Boolean(flag) => Produced::One(flag.to_string()),
        Value::Date(date) => Produced::One(date.to_string()),
        Value::List(values) => {
            let texts = values.iter().map(|value| produced_of_value(value, language));
            Produced::Many(texts.filter_map(Produced::into_one).collect())
        }
    }
}

impl Produced {
    fn into_one(self) -> Option<String> {
        match self {
            Self::One(text) => Some(text),
            Self::Absent | Self::Many(_) => None,
        }
    }
}

/// What an expression gave; `Err` says what it is that no cell can hold.
pub fn produced(value: &CelValue) -> Result<Produced, &'static str> {
    match value {
        CelValue::Null => Ok(Produced::Absent),
        CelValue::String(text) => Ok(Produced::One(text.as_str().to_owned())),
        CelValue::Int(number) => Ok(Produced::One(number.to_string())),
        CelValue::UInt(number) => Ok(Produced::One(number.to_string())),
        CelValue::Float(number) => Ok(Produced::One(number.to_string())),
        CelValue::Bool(flag) => Ok(Produced::One(flag.to_string())),
        // A text in several languages: in Russian where there is one.
        CelValue::Map(map) => {
            let text = ["ru", "en"].iter().find_map(|language| map.get(&cel::objects::Key::from(*language)));
            text.map_or(Err("a map"), produced)
        }
        CelValue::List(values) => {
            let mut texts = Vec::with_capacity(values.len());
            for value in values.iter() {
                match produced(value)? {
                    Produced::One(text) => texts.push(text),
                    Produced::Absent => {}
                    Produced::Many(_) => return Err("a list of lists"),
                }
            }
            Ok(Produced::Many(texts))
        }
        _ => Err("neither a text, a number, true or false, nor a list of these"),
    }
}
