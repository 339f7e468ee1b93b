//! Timelines read straight from the text that `timeline_json` wrote, with no tree of JSON in between: a publication reads millions.
//! Deliberately unknown: what is wrong with a text that cannot be read so; the careful reading beside it says that.

use std::fmt;

use compact_str::CompactString;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;

use super::parse_retirement;
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, Stretch};
use crate::domain::text::{ItemCode, Localized};
use crate::domain::validity::{Validity, parse_date};
use crate::domain::value::Value;

/// The stretches as the text gives them; `None` when anything is not as it is written here.
pub(super) fn read(dictionary: &Dictionary, json: &str) -> Option<Vec<Stretch>> {
    let mut parser = serde_json::Deserializer::from_str(json);
    let timeline = TimelineReader(dictionary).deserialize(&mut parser).ok()?;
    parser.end().ok()?;
    Some(timeline)
}

/// The reason is never shown, so it is not made.
fn unreadable<E: Error>() -> E {
    E::custom("")
}

struct TimelineReader<'d>(&'d Dictionary);

impl<'de> DeserializeSeed<'de> for TimelineReader<'_> {
    type Value = Vec<Stretch>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for TimelineReader<'_> {
    type Value = Vec<Stretch>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a timeline")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut timeline = Vec::new();
        while let Some(stretch) = from.next_element_seed(StretchReader(self.0))? {
            // Most items have one version, and a vector would begin with room for four.
            if timeline.is_empty() {
                timeline.reserve_exact(1);
            }
            timeline.push(stretch);
        }
        Ok(timeline)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Member {
    Attributes,
    Parent,
    Retirement,
    ValidFrom,
    ValidTo,
}

struct StretchReader<'d>(&'d Dictionary);

impl<'de> DeserializeSeed<'de> for StretchReader<'_> {
    type Value = Stretch;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for StretchReader<'_> {
    type Value = Stretch;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a version")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let (mut values, mut parent, mut retirement, mut starts_on, mut ends_on) = (None, None, None, None, None);
        while let Some(member) = from.next_key::<Member>()? {
            match member {
                Member::Attributes => values = Some(from.next_value_seed(AttributesReader(self.0))?),
                Member::Parent => parent = from.next_value_seed(TextReader(|text: &str| Some(ItemCode::new(text))))?,
                Member::ValidFrom => starts_on = from.next_value_seed(TextReader(parse_date))?,
                Member::ValidTo => ends_on = from.next_value_seed(TextReader(parse_date))?,
                Member::Retirement => {
                    let json: Json = from.next_value()?;
                    retirement = if json.is_null() { None } else { Some(Box::new(parse_retirement(&json).ok_or_else(unreadable)?)) };
                }
            }
        }
        let validity = Validity::new(starts_on, ends_on).ok_or_else(unreadable)?;
        let values = values.unwrap_or_else(|| vec![None; self.0.attributes.len()].into());
        Ok(Stretch { validity, content: Content { parent, values }, retirement })
    }
}

/// A text as what it is read to, or null.
struct TextReader<F>(F);

impl<'de, T, F: Fn(&str) -> Option<T>> DeserializeSeed<'de> for TextReader<F> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<T, F: Fn(&str) -> Option<T>> Visitor<'_> for TextReader<F> {
    type Value = Option<T>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        (self.0)(text).map(Some).ok_or_else(unreadable)
    }
}

struct AttributesReader<'d>(&'d Dictionary);

impl<'de> DeserializeSeed<'de> for AttributesReader<'_> {
    type Value = Box<[Option<Value>]>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for AttributesReader<'_> {
    type Value = Box<[Option<Value>]>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("attributes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut values: Box<[Option<Value>]> = vec![None; self.0.attributes.len()].into();
        while let Some(position) = from.next_key_seed(TextReader(|code: &str| self.0.position(code)))? {
            let position = position.ok_or_else(unreadable)?;
            let definition = &self.0.attributes[position].definition;
            let one = OneReader { kind: definition.kind, is_localized: definition.localized };
            values[position] =
                Some(if definition.list { Value::List(from.next_value_seed(ListReader(one))?) } else { from.next_value_seed(one)? });
        }
        Ok(values)
    }
}

struct ListReader(OneReader);

impl<'de> DeserializeSeed<'de> for ListReader {
    type Value = Box<[Value]>;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for ListReader {
    type Value = Box<[Value]>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = from.next_element_seed(self.0)? {
            values.push(value);
        }
        Ok(values.into())
    }
}

/// A value that is no list, as `Value::from_json` takes it.
#[derive(Clone, Copy)]
struct OneReader {
    kind: AttributeType,
    is_localized: bool,
}

impl<'de> DeserializeSeed<'de> for OneReader {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Self::Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for OneReader {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        let value = match self.kind {
            AttributeType::Decimal => text.parse().ok().map(Value::Decimal),
            AttributeType::Date => parse_date(text).map(Value::Date),
            AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference if !self.is_localized => {
                Some(Value::Text(CompactString::new(text)))
            }
            _ => None,
        };
        value.ok_or_else(unreadable)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        if self.kind == AttributeType::Integer { Ok(Value::Integer(number)) } else { Err(unreadable()) }
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        i64::try_from(number).map_err(|_| unreadable()).and_then(|number| self.visit_i64(number))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        if self.kind == AttributeType::Boolean { Ok(Value::Boolean(flag)) } else { Err(unreadable()) }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        if !self.is_localized {
            return Err(unreadable());
        }
        let mut texts = Localized { ru: None, en: None };
        while let Some(language) = from.next_key_seed(TextReader(|name: &str| Some(CompactString::new(name))))? {
            let place = match language.as_deref() {
                Some("ru") => &mut texts.ru,
                Some("en") => &mut texts.en,
                _ => {
                    from.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *place = from.next_value_seed(TextReader(|text: &str| Some(CompactString::new(text))))?;
        }
        Ok(Value::Localized(Box::new(texts)))
    }
}
