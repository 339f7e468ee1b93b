//! The scalars of the management API beside those of GraphQL itself.

use async_graphql::{Enum, InputValueError, InputValueResult, Json, Scalar, ScalarType, SimpleObject, Value};
use jiff::Timestamp;

use crate::domain::text::{Label, Language};
use crate::domain::validity::{Date, parse_date};

/// A day of the calendar: `2024-02-29`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarDate(pub Date);

/// A day of the calendar: `2024-02-29`.
#[Scalar(name = "Date", specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for CalendarDate {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            // `29.02.2024`, which files may have, is not a date of an API.
            Value::String(text) if text.contains('-') => {
                let date = parse_date(text).ok_or_else(|| InputValueError::custom(format!("{text:?} is not a date such as 2024-02-29")))?;
                Ok(Self(date))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An instant by RFC 3339, in UTC and whole milliseconds: `2024-02-29T12:00:00.000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub Timestamp);

/// An instant by RFC 3339; answers are in UTC and whole milliseconds: `2024-02-29T12:00:00.000Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                let wrong = |_| InputValueError::custom(format!("{text:?} is not an instant such as 2024-02-29T12:00:00Z"));
                text.parse().map(Self).map_err(wrong)
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.text())
    }
}

impl DateTime {
    /// As answers write it.
    pub fn text(self) -> String {
        format!("{:.3}", self.0)
    }
}

/// A JSON value as it is.
pub type AnyJson = Json<serde_json::Value>;

/// JSON that this service wrote itself; what it cannot read again is given as text.
pub fn json_of(text: &str) -> AnyJson {
    Json(serde_json::from_str(text).unwrap_or_else(|_| serde_json::Value::String(text.to_owned())))
}

/// The language of a text. Where there is none in that language, it is the text in the other one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Enum)]
#[graphql(name = "Language")]
pub enum LanguageArgument {
    /// Russian.
    #[default]
    Ru,
    /// English.
    En,
}

impl From<LanguageArgument> for Language {
    fn from(language: LanguageArgument) -> Self {
        match language {
            LanguageArgument::Ru => Self::Ru,
            LanguageArgument::En => Self::En,
        }
    }
}

/// A text in the two languages of the service.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct LocalizedText {
    /// In Russian; always there.
    pub ru: String,
    /// In English, where somebody wrote it.
    pub en: Option<String>,
}

impl From<&Label> for LocalizedText {
    fn from(label: &Label) -> Self {
        Self { ru: label.ru.clone(), en: label.en.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_told_in_utc_and_milliseconds() {
        let parsed = DateTime::parse(Value::from("2026-11-22T12:00:00+03:00")).expect("it is an instant");
        assert_eq!(parsed.to_value(), Value::from("2026-11-22T09:00:00.000Z"));
        assert!(DateTime::parse(Value::from("yesterday")).is_err());
        assert!(CalendarDate::parse(Value::from("29.02.2024")).is_err());
        assert!(CalendarDate::parse(Value::from("2023-02-29")).is_err());
    }
}
