//! One column of a projection: how its cell comes to its text, and what the receiver holds it to.
//! Deliberately unknown: where values come from, and how a text becomes bytes.

use regex::Regex;

use super::dates::DateFormat;
use super::definition::{ColumnDefinition, Padding};
use super::expression::{Expression, Scope};
use super::functions::{WIDTH_MAX, cut, pad};
use super::values::Produced;
use crate::domain::attribute::{compile_pattern, quoted};
use crate::domain::validity::{Date, parse_date};

/// A column that was compiled.
#[derive(Debug)]
pub struct Column {
    pub definition: ColumnDefinition,
    expression: Expression,
    earliest: Option<Date>,
    date_format: Option<DateFormat>,
    pad_left: Option<(usize, char)>,
    pad_right: Option<(usize, char)>,
    pattern: Option<Regex>,
}

pub struct ColumnProblem {
    pub key: &'static str,
    pub message: String,
}

/// Something that the receiver of a file would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code of the item; blank for a row that is in every file, and for the dictionary itself.
    pub item: String,
    /// The column or the attribute; blank when it is not about one.
    pub column: String,
    /// The machine-readable name of what is wrong: `required`, `length`, `pattern`, `encoding`, `expression`.
    pub code: &'static str,
    /// A sentence that says what is wrong, with the value.
    pub message: String,
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for place in [&self.item, &self.column].into_iter().filter(|place| !place.is_empty()) {
            write!(f, "{place}: ")?;
        }
        write!(f, "{} [{}]", self.message, self.code)
    }
}

impl Column {
    pub fn compile(definition: &ColumnDefinition, scope: &Scope<'_>) -> Result<Self, Vec<ColumnProblem>> {
        let mut problems = Vec::new();
        let mut report = |key: &'static str, message: String| problems.push(ColumnProblem { key, message });
        let expression = match Expression::compile(&definition.value, scope) {
            Ok(expression) => Some(expression),
            Err(messages) => {
                messages.into_iter().for_each(|message| report("value", message));
                None
            }
        };
        let earliest = definition.earliest.as_deref().and_then(|text| {
            let date = parse_date(text);
            if date.is_none() {
                report("earliest", format!("`{text}` is not a date as 1900-01-01"));
            }
            date
        });
        let date_format = definition.date_format.as_deref().and_then(|text| match DateFormat::parse(text) {
            Ok(format) => Some(format),
            Err(message) => {
                report("date_format", message);
                None
            }
        });
        let pattern = definition.pattern.as_deref().and_then(|source| match compile_pattern(source) {
            Ok(regex) => Some(regex),
            Err(message) => {
                report("pattern", message);
                None
            }
        });
        let pad_left = padding("pad_left", &definition.pad_left, &mut report);
        let pad_right = padding("pad_right", &definition.pad_right, &mut report);
        match expression {
            Some(expression) if problems.is_empty() => {
                Ok(Self { definition: definition.clone(), expression, earliest, date_format, pad_left, pad_right, pattern })
            }
            _ => Err(problems),
        }
    }

    pub fn expression(&self) -> &Expression {
        &self.expression
    }

    /// The text of the cell; `Err` says what cannot be written.
    pub fn text(&self, produced: Produced) -> Result<String, String> {
        match produced {
            Produced::One(text) if !text.is_empty() => self.text_of_one(text),
            Produced::Many(texts) if !texts.is_empty() => {
                let texts: Vec<String> = texts.into_iter().map(|text| self.text_of_one(text)).collect::<Result<_, _>>()?;
                Ok(texts.join(self.definition.join.as_deref().unwrap_or(",")))
            }
            Produced::Absent | Produced::One(_) | Produced::Many(_) => match &self.definition.empty {
                None => Ok(String::new()),
                // A sentinel is no value of the receiver's words, but a date among them is written as dates are.
                Some(empty) => Ok(self.date_text(empty).unwrap_or_else(|| empty.clone())),
            },
        }
    }

    fn text_of_one(&self, text: String) -> Result<String, String> {
        let mut text = match &self.date_format {
            Some(_) => {
                self.date_text(&text).ok_or_else(|| format!("{} is not a date, and the column has a `date_format`", quoted(&text)))?
            }
            None if self.earliest.is_some() => self.date_text(&text).unwrap_or(text),
            None => text,
        };
        if !self.definition.map.is_empty() {
            let mapped = self.definition.map.get(&text);
            text = mapped.cloned().ok_or_else(|| format!("{} is not in the `map` of the column", quoted(&text)))?;
        }
        if let Some(count) = self.definition.cut {
            text = cut(&text, count as usize).to_owned();
        }
        if let Some((width, with)) = self.pad_left {
            text = pad(&text, width, with, true);
        }
        if let Some((width, with)) = self.pad_right {
            text = pad(&text, width, with, false);
        }
        Ok(text)
    }

    /// A date as the column writes it; `None` for what is none.
    fn date_text(&self, text: &str) -> Option<String> {
        let date = parse_date(text)?;
        let date = self.earliest.map_or(date, |earliest| date.max(earliest));
        Some(self.date_format.as_ref().map_or_else(|| date.to_string(), |format| format.text_of(date)))
    }

    /// What the receiver would refuse of a text, told to `report` with the name of the rule.
    pub fn check(&self, text: &str, report: &mut dyn FnMut(&'static str, String)) {
        if text.is_empty() {
            if self.definition.required {
                report("required", "the receiver needs a value, and there is none".to_owned());
            }
            return;
        }
        if let Some(max) = self.definition.length_max {
            let length = text.chars().count();
            if length > max as usize {
                report("length", format!("{} has {length} characters, and the receiver takes {max}", quoted(text)));
            }
        }
        if let (Some(pattern), Some(source)) = (&self.pattern, &self.definition.pattern)
            && !pattern.is_match(text)
        {
            report("pattern", format!("{} does not match {source}", quoted(text)));
        }
    }
}

fn padding(key: &'static str, padding: &Option<Padding>, report: &mut impl FnMut(&'static str, String)) -> Option<(usize, char)> {
    let Padding { width, with } = padding.as_ref()?;
    let mut characters = with.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) if (1..=WIDTH_MAX).contains(width) => Some((*width as usize, character)),
        _ => {
            report(key, format!("it has a `width` from 1 to {WIDTH_MAX} and one character in `with`"));
            None
        }
    }
}
