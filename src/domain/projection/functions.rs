//! What expressions of projections can call beside what CEL has: padding, cutting, joining and dates.
//! Each gives at most so much text as its arguments have, or a bounded width: nothing here can grow without end.

use std::sync::Arc;

use cel::{Context, ExecutionError, Value};
use jiff::ToSpan;

use super::dates::DateFormat;
use crate::domain::validity::{Date, parse_date};

/// The widest that a text is filled up to.
pub const WIDTH_MAX: u32 = 1_000;

/// A context with the functions, to be shared by all rows of a file.
pub fn context<'v>() -> Context<'static, 'v> {
    let mut context = Context::default();
    // They could only be refused as overloads of what CEL has, and no names of ours are.
    let added = [
        context.add_function("pad_left", |text: Arc<String>, width: i64, with: Arc<String>| padded("pad_left", &text, width, &with)),
        context.add_function("pad_right", |text: Arc<String>, width: i64, with: Arc<String>| padded("pad_right", &text, width, &with)),
        context.add_function("cut", |text: Arc<String>, count: i64| Arc::new(cut(&text, usize::try_from(count).unwrap_or(0)).to_owned())),
        context.add_function("join", join),
        context.add_function("date_text", date_text),
        context.add_function("day_before", day_before),
    ];
    debug_assert!(added.iter().all(Result::is_ok), "a function of ours has a name that CEL has");
    context
}

/// Fills a text up to a width, in characters.
pub fn pad(text: &str, width: usize, with: char, is_left: bool) -> String {
    let missing = width.saturating_sub(text.chars().count());
    let filling: String = std::iter::repeat_n(with, missing).collect();
    if is_left { filling + text } else { text.to_owned() + &filling }
}

/// The first characters of a text.
pub fn cut(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}

fn padded(function: &str, text: &str, width: i64, with: &str) -> Result<Arc<String>, ExecutionError> {
    let width = u32::try_from(width).ok().filter(|width| *width <= WIDTH_MAX);
    let mut characters = with.chars();
    match (width, characters.next(), characters.next()) {
        (Some(width), Some(with), None) => Ok(Arc::new(pad(text, width as usize, with, function == "pad_left"))),
        _ => Err(ExecutionError::function_error(function, format!("it takes a text, a width of at most {WIDTH_MAX} and one character"))),
    }
}

fn join(values: Arc<Vec<Value>>, between: Arc<String>) -> Result<Arc<String>, ExecutionError> {
    let texts: Option<Vec<&str>> = values
        .iter()
        .map(|value| match value {
            Value::String(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let texts = texts.ok_or_else(|| ExecutionError::function_error("join", "it joins texts only: write `string(…)` around the others"))?;
    Ok(Arc::new(texts.join(&between)))
}

fn date(function: &str, text: &str) -> Result<Date, ExecutionError> {
    parse_date(text).ok_or_else(|| ExecutionError::function_error(function, format!("`{text}` is not a date as 2024-02-29")))
}

fn date_text(text: Arc<String>, format: Arc<String>) -> Result<Arc<String>, ExecutionError> {
    let format = DateFormat::parse(&format).map_err(|message| ExecutionError::function_error("date_text", message))?;
    Ok(Arc::new(format.text_of(date("date_text", &text)?)))
}

fn day_before(text: Arc<String>) -> Result<Arc<String>, ExecutionError> {
    let day = date("day_before", &text)?;
    Ok(Arc::new(day.saturating_sub(1.day()).to_string()))
}
