//! Versions of items as the cells of a row, and rows back as canonical lines: what is read from the tables is what digests are made of, so
//! a cell that was lost or changed on the way cannot hide. It knows columns and no SQL.

use std::borrow::Cow;
use std::fmt;

use compact_str::CompactString;
use serde_json::value::RawValue;

use super::fault::{Fault, Outcome};
use super::message::{Members, Name, VersionLine, read_part};
use super::table::{Part, Table};
use crate::db::mirror::rows::Rows;
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, Retirement, Stretch, canonical_line};
use crate::domain::text::{ItemCode, Localized};
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::Value;

const WHAT: &str = "a version of an item";

/// Appends the row of a version, and gives its code.
pub fn push_version<'a>(table: &Table, version: &'a RawValue, rows: &mut Rows) -> Outcome<Cow<'a, str>> {
    let line: VersionLine<'a> = read_part(WHAT, version)?;
    push_line(table, &line, rows)?;
    Ok(line.code)
}

/// The same of a version that was read already.
pub fn push_line(table: &Table, line: &VersionLine<'_>, rows: &mut Rows) -> Outcome<()> {
    let Members(attributes) = &line.attributes;
    // Both are in the order of codes, but columns are in that of the definition, so each is looked up.
    let attribute = |code: &str| attributes.iter().find(|(name, _)| name == code).map(|(_, value)| *value);
    for column in &table.columns {
        match &column.part {
            Part::Code => rows.push(Some(&line.code)),
            Part::Parent => rows.push(line.parent.as_deref()),
            Part::ValidFrom => rows.push(line.valid_from.as_deref()),
            Part::ValidTo => rows.push(line.valid_to.as_deref()),
            Part::RetirementReason => rows.push(line.retirement.as_ref().map(|retirement| retirement.reason.as_str())),
            Part::Successors => rows.push(line.retirement.as_ref().map(|retirement| retirement.successors.get())),
            Part::Attribute { code, language: None } => match attribute(code) {
                Some(value) => rows.push(Some(&cell_of(value)?)),
                None => rows.push(None),
            },
            Part::Attribute { code, language: Some(language) } => match attribute(code) {
                Some(value) => {
                    let Members(texts) = read_part(WHAT, value)?;
                    let text = texts.iter().find(|(name, _)| name == language.as_str()).map(|(_, text)| cell_of(text)).transpose()?;
                    rows.push(text.as_deref());
                }
                None => rows.push(None),
            },
        }
    }
    Ok(())
}

/// A value as a cell: a text without its quotes, a list as JSON, a truth as a number.
fn cell_of(value: &RawValue) -> Outcome<Cow<'_, str>> {
    match value.get() {
        "true" => Ok(Cow::Borrowed("1")),
        "false" => Ok(Cow::Borrowed("0")),
        text if text.starts_with('"') => {
            let Name(text) = read_part("a value", value)?;
            Ok(text)
        }
        other => Ok(Cow::Borrowed(other)),
    }
}

/// The row as the canonical line of a version, with its code and its beginning. `None`: it is no version of this dictionary's items.
pub fn line_of(table: &Table, row: &[Option<String>]) -> Option<(ItemCode, Option<Date>, String)> {
    let (code, stretch) = stretch_of(table, row)?;
    let line = canonical_line(&table.dictionary, &code, &stretch);
    Some((code, stretch.validity.from(), line))
}

fn stretch_of(table: &Table, row: &[Option<String>]) -> Option<(ItemCode, Stretch)> {
    let dictionary: &Dictionary = &table.dictionary;
    let (mut code, mut parent, mut from, mut to) = (None, None, None, None);
    let (mut reason, mut successors) = (None, None);
    let mut values: Box<[Option<Value>]> = vec![None; dictionary.attributes.len()].into();
    for (column, cell) in table.columns.iter().zip(row) {
        let Some(cell) = cell else { continue };
        match &column.part {
            Part::Code => code = Some(ItemCode::new(cell)),
            Part::Parent => parent = Some(ItemCode::new(cell)),
            Part::ValidFrom => from = Some(iso_date(cell)?),
            Part::ValidTo => to = Some(iso_date(cell)?),
            Part::RetirementReason => reason = Some(cell.clone()),
            Part::Successors => successors = Some(serde_json::from_str::<Vec<ItemCode>>(cell).ok()?),
            Part::Attribute { code, language } => {
                let position = dictionary.position(code)?;
                match language {
                    None => values[position] = Some(value_of(dictionary, position, cell)?),
                    Some(language) => {
                        let both = values[position].get_or_insert_with(|| Value::Localized(Box::new(Localized { ru: None, en: None })));
                        let Value::Localized(both) = both else { return None };
                        let text = if language == "en" { &mut both.en } else { &mut both.ru };
                        *text = Some(CompactString::new(cell));
                    }
                }
            }
        }
    }
    let retirement = match (reason, successors) {
        (None, None) => None,
        (Some(reason), Some(successors)) => Some(Box::new(Retirement { reason, successors })),
        _ => return None,
    };
    Some((code?, Stretch { validity: Validity::new(from, to)?, content: Content { parent, values }, retirement }))
}

fn iso_date(text: &str) -> Option<Date> {
    // Only the one form that is written: another one would be an edit that hides.
    parse_date(text).filter(|_| text.as_bytes().get(4) == Some(&b'-'))
}

fn value_of(dictionary: &Dictionary, position: usize, cell: &str) -> Option<Value> {
    let definition = &dictionary.attributes[position].definition;
    if definition.list {
        let json: serde_json::Value = serde_json::from_str(cell).ok()?;
        return Value::from_json(&json, definition.kind, false).filter(|value| matches!(value, Value::List(_)));
    }
    match definition.kind {
        AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference => {
            Some(Value::Text(CompactString::new(cell)))
        }
        AttributeType::Integer => cell.parse().ok().map(Value::Integer),
        AttributeType::Decimal => cell.parse().ok().map(Value::Decimal),
        AttributeType::Date => iso_date(cell).map(Value::Date),
        AttributeType::Boolean => match cell {
            "1" | "true" => Some(Value::Boolean(true)),
            "0" | "false" => Some(Value::Boolean(false)),
            _ => None,
        },
    }
}

impl Fault {
    /// The definition of a dictionary, read and compiled.
    pub fn of_definition(code: &str, reason: impl fmt::Display) -> Self {
        Self::unreadable(&format!("the definition of {code}"), reason)
    }
}
