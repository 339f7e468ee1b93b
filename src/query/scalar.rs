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

/// Every decimal of so many digits comes through a float unharmed; one of more may have lost some before it came here.
const FLOAT_DIGITS_MAX: usize = 15;

/// The year in which other systems let things end that do not end.
const YEAR_OF_NO_END: &str = "9999";

pub fn read_date(json: &JsonValue) -> Outcome<Date> {
    let text =
        json.as_str().ok_or_else(|| Fault::input(format!("{} is not a date: dates are strings such as \"2024-02-29\"", shown(json))))?;
    let is_iso = text.len() == 10 && text.as_bytes()[4] == b'-';
    parse_date(text).filter(|_| is_iso).ok_or_else(|| {
        let looks_like_one = is_iso && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let why = match text.get(..4).filter(|_| looks_like_one) {
            Some(YEAR_OF_NO_END) => "dates go to 9998-12-31, and an open end is null",
            Some(_) => "there is no such day",
            None => "dates are written as 2024-02-29",
        };
        Fault::input(format!("{} is not a date: {why}", quoted(text)))
    })
}

pub fn read_instant(json: &JsonValue) -> Outcome<Timestamp> {
    let text = json.as_str().unwrap_or_default();
    if text.starts_with(YEAR_OF_NO_END) {
        let message = format!("{} is too late: instants go to 9998-12-31; what is known now is what is read without one", quoted(text));
        return Err(Fault::input(message));
    }
    text.parse().map_err(|_| {
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
    if json.is_f64() && digits_count(&text) > FLOAT_DIGITS_MAX {
        let message = "has more digits than a number of JSON keeps: write it as a string, such as \"1234567890123456.78\"";
        return Err(Fault::input(message));
    }
    exact_decimal(&text).map(|number| number.normalize()).ok_or_else(|| {
        Fault::input(format!("{} is not a decimal number: they are strings such as \"1234.56\", of at most 28 digits", shown(json)))
    })
}

/// Reads a decimal as people and programs write it. What rust_decimal takes besides, such as `1_5` and `.5`, is not taken.
pub fn exact_decimal(text: &str) -> Option<Decimal> {
    if text.len() > DECIMAL_LENGTH_MAX || !is_decimal(text) {
        return None;
    }
    if text.contains(['e', 'E']) { Decimal::from_scientific(text).ok() } else { Decimal::from_str_exact(text).ok() }
}

fn is_decimal(text: &str) -> bool {
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let text = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    is_number(whole) && is_number(fraction) && is_number(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))
}

/// The digits that a number holds, without zeros at either end.
fn digits_count(number: &str) -> usize {
    let mantissa = number.split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').len()
}

/// An ID may be written as a number.
pub fn read_id(json: &JsonValue) -> Outcome<Cow<'_, str>> {
    match json {
        JsonValue::String(text) => Ok(Cow::Borrowed(text.as_str())),
        // A number that became a float is not what was written.
        JsonValue::Number(number) if !number.is_f64() => Ok(Cow::Owned(number.to_string())),
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
        for never in ["9999-12-31", "9999-99-99"] {
            let message = format!("\"{never}\" is not a date: dates go to 9998-12-31, and an open end is null");
            assert_eq!(read_date(&json!(never)), Err(Fault::input(message)));
        }
        let never = read_instant(&json!("9999-12-31T23:59:59Z")).map_err(|fault| fault.message);
        let message = "\"9999-12-31T23:59:59Z\" is too late: instants go to 9998-12-31; what is known now is what is read without one";
        assert_eq!(never, Err(message.to_owned()));
        assert!(read_instant(&json!("9998-12-31T23:59:59Z")).is_ok() && read_instant(&json!(9999)).is_err());
        assert!(read_instant(&json!("2024-02-29T15:00:00+03:00")).is_ok());
        assert!(read_instant(&json!("2024-02-29T15:00:00")).is_err(), "an instant needs an offset");
        assert_eq!(read_long(&json!(9007199254740991i64)), Ok(INTEGER_MAX));
        assert!(read_long(&json!(9007199254740992i64)).is_err() && read_long(&json!(1.5)).is_err() && read_long(&json!("1")).is_err());
        for (json, text) in [(json!("1.50"), "1.5"), (json!(2), "2"), (json!(0.1), "0.1"), (json!(1e3), "1000")] {
            assert_eq!(read_decimal(&json).map(|number| number.to_string()), Ok(text.to_owned()), "{json}");
        }
        assert!(read_decimal(&json!("1,5")).is_err() && read_decimal(&json!(true)).is_err());
        for (text, number) in
            [("-0.50", "-0.5"), ("1e3", "1000"), ("25E-1", "2.5"), ("12345678901234567890.12345678", "12345678901234567890.12345678")]
        {
            assert_eq!(read_decimal(&json!(text)).map(|number| number.to_string()), Ok(number.to_owned()), "{text}");
        }
        for text in ["1_5", ".5", "5.", "+5", "", "-", "1e", "e5", "0x1", " 1", "1.2.3", "123456789012345678901234567890"] {
            assert!(read_decimal(&json!(text)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_number_that_may_have_lost_digits_is_refused() {
        for exact in [json!(1234567890123.45), json!(1e23), json!(u64::MAX), json!(0.000001)] {
            assert!(read_decimal(&exact).is_ok(), "{exact}");
        }
        for lossy in [json!(12345678901234567890123.0), json!(0.12345678901234568)] {
            let refused = read_decimal(&lossy).map_err(|fault| fault.message);
            assert!(refused.as_ref().is_err_and(|message| message.contains("write it as a string")), "{lossy}: {refused:?}");
        }
    }
}
