//! Scalars from the outside: apollo-compiler lets any JSON through where a scalar is our own, so they are read and refused here.
//! Messages do not name the argument; whoever asked puts that before them.

use std::borrow::Cow;

use apollo_compiler::response::JsonValue;
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::fault::{Fault, Outcome};
use crate::domain::attribute::quoted;
use crate::domain::validity::{Date, parse_date};
use crate::domain::value::INTEGER_MAX;

/// The longest decimal that is looked at; rust_decimal holds 28 digits.
const DECIMAL_LENGTH_MAX: usize = 40;

pub fn read_date(json: &JsonValue) -> Outcome<Date> {
    let text =
        json.as_str().ok_or_else(|| Fault::input(format!("{} is not a date: dates are strings such as \"2024-02-29\"", shown(json))))?;
    let is_iso = text.len() == 10 && text.as_bytes()[4] == b'-';
    parse_date(text).filter(|_| is_iso).ok_or_else(|| {
        let looks_like_one = is_iso && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let why = if looks_like_one { "there is no such day" } else { "dates are written as 2024-02-29" };
        Fault::input(format!("{} is not a date: {why}", quoted(text)))
    })
}

pub fn read_instant(json: &JsonValue) -> Outcome<Timestamp> {
    json.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        Fault::input(format!("{} is not an instant: instants are strings such as \"2024-02-29T12:00:00Z\", with an offset", shown(json)))
    })
}

pub fn read_long(json: &JsonValue) -> Outcome<i64> {
    let number = json.as_i64().filter(|number| (-INTEGER_MAX..=INTEGER_MAX).contains(number));
    number.ok_or_else(|| Fault::input(format!("{} is not a whole number between -{INTEGER_MAX} and {INTEGER_MAX}", shown(json))))
}

pub fn read_decimal(json: &JsonValue) -> Outcome<Decimal> {
    let text = match json {
        JsonValue::String(text) => Cow::Borrowed(text.as_str()),
        JsonValue::Number(number) => Cow::Owned(number.to_string()),
        _ => Cow::Borrowed(""),
    };
    let number =
        if text.len() <= DECIMAL_LENGTH_MAX { text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text)).ok() } else { None };
    number.map(|number| number.normalize()).ok_or_else(|| {
        Fault::input(format!("{} is not a decimal number: they are strings such as \"1234.56\", of at most 28 digits", shown(json)))
    })
}

/// An ID may be written as a number.
pub fn read_id(json: &JsonValue) -> Outcome<Cow<'_, str>> {
    match json {
        JsonValue::String(text) => Ok(Cow::Borrowed(text.as_str())),
        JsonValue::Number(number) => Ok(Cow::Owned(number.to_string())),
        _ => Err(Fault::input(format!("{} is not a code: codes are strings", shown(json)))),
    }
}

pub fn read_text(json: &JsonValue) -> Outcome<&str> {
    json.as_str().ok_or_else(|| Fault::input(format!("{} is not a string", shown(json))))
}

pub fn read_boolean(json: &JsonValue) -> Outcome<bool> {
    json.as_bool().ok_or_else(|| Fault::input(format!("{} is not true or false", shown(json))))
}

/// A value as a message shows it.
fn shown(json: &JsonValue) -> String {
    match json {
        JsonValue::String(text) => quoted(text.as_str()),
        JsonValue::Array(_) => "a list".to_owned(),
        JsonValue::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use apollo_compiler::response::serde_json_bytes::json;

    #[test]
    fn scalars_are_taken_or_refused_with_a_reason() {
        assert_eq!(read_date(&json!("2024-02-29")), Ok(Date::constant(2024, 2, 29)));
        let refusals = [
            (json!("2024-02-30"), "\"2024-02-30\" is not a date: there is no such day"),
            (json!("29.02.2024"), "\"29.02.2024\" is not a date: dates are written as 2024-02-29"),
            (json!("вчера"), "\"вчера\" is not a date: dates are written as 2024-02-29"),
            (json!(20240229), "20240229 is not a date: dates are strings such as \"2024-02-29\""),
        ];
        for (json, message) in refusals {
            assert_eq!(read_date(&json), Err(Fault::input(message)), "{json}");
        }
        assert!(read_instant(&json!("2024-02-29T15:00:00+03:00")).is_ok());
        assert!(read_instant(&json!("2024-02-29T15:00:00")).is_err(), "an instant needs an offset");
        assert_eq!(read_long(&json!(9007199254740991i64)), Ok(INTEGER_MAX));
        assert!(read_long(&json!(9007199254740992i64)).is_err() && read_long(&json!(1.5)).is_err() && read_long(&json!("1")).is_err());
        for (json, text) in [(json!("1.50"), "1.5"), (json!(2), "2"), (json!(0.1), "0.1"), (json!(1e3), "1000")] {
            assert_eq!(read_decimal(&json).map(|number| number.to_string()), Ok(text.to_owned()), "{json}");
        }
        assert!(read_decimal(&json!("1,5")).is_err() && read_decimal(&json!(true)).is_err());
    }
}
