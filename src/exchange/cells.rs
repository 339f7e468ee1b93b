//! The columns by which a dictionary is written into tables, and the text of each cell: what `item_rows` reads back to the same.
//! What a spreadsheet would take for a formula is known here too, since whoever reads a text back must know how it was kept from being one.
//! Deliberately unknown: separators, quotes, encodings.

use std::fmt::Write;

use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::Language;
use crate::domain::validity::Date;
use crate::domain::value::Value;

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemColumn {
    Code,
    Parent,
    ValidFrom,
    ValidTo,
    /// By its position in the definition; localised ones have a column for each language.
    Attribute(usize, Option<Language>),
}

/// All columns of a dictionary: code, parent where there is a hierarchy, the dates, the attributes.
pub fn columns(dictionary: &Dictionary) -> Vec<ItemColumn> {
    let mut columns = vec![ItemColumn::Code];
    if dictionary.definition.hierarchy.is_some() {
        columns.push(ItemColumn::Parent);
    }
    columns.extend([ItemColumn::ValidFrom, ItemColumn::ValidTo]);
    for (position, attribute) in dictionary.attributes.iter().enumerate() {
        if attribute.definition.localized {
            columns.extend([Language::Ru, Language::En].map(|language| ItemColumn::Attribute(position, Some(language))));
        } else {
            columns.push(ItemColumn::Attribute(position, None));
        }
    }
    columns
}

/// The attribute that is an item's name in formats that have a word for it: the one that is displayed, if it is one text.
pub fn label_attribute(dictionary: &Dictionary) -> Option<usize> {
    let position = dictionary.display_position().or_else(|| dictionary.position("name"))?;
    let definition = &dictionary.attributes[position].definition;
    (!definition.list && matches!(definition.kind, AttributeType::String | AttributeType::Text)).then_some(position)
}

impl ItemColumn {
    /// What heads the column in a file: `code`, `name`, `name_en`.
    pub fn name(self, dictionary: &Dictionary) -> String {
        match self {
            Self::Code => "code".to_owned(),
            Self::Parent => "parent".to_owned(),
            Self::ValidFrom => "valid_from".to_owned(),
            Self::ValidTo => "valid_to".to_owned(),
            Self::Attribute(position, Some(Language::En)) => format!("{}_en", dictionary.attributes[position].code()),
            Self::Attribute(position, _) => dictionary.attributes[position].code().to_owned(),
        }
    }

    /// Whether its cells are texts that people write, rather than numbers, dates and truths.
    pub fn holds_text(self, dictionary: &Dictionary) -> bool {
        match self {
            Self::Code | Self::Parent => true,
            Self::ValidFrom | Self::ValidTo => false,
            Self::Attribute(position, _) => matches!(
                dictionary.attributes[position].definition.kind,
                AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference
            ),
        }
    }

    /// Appends the text of a cell; nothing for what is absent.
    pub fn write(self, item: &ItemVersion, out: &mut String) {
        match self {
            Self::Code => out.push_str(&item.code),
            Self::Parent => out.push_str(item.parent().unwrap_or_default()),
            Self::ValidFrom => item.validity().from().into_iter().for_each(|date| write_date(date, out)),
            Self::ValidTo => item.validity().to().into_iter().for_each(|date| write_date(date, out)),
            Self::Attribute(position, language) => {
                if let Some(value) = item.value(position) {
                    write_value(value, language, out);
                }
            }
        }
    }
}

/// Appends a value as text; of a localised one the text in a language.
pub fn write_value(value: &Value, language: Option<Language>, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = match value {
        Value::Text(text) => out.write_str(text),
        Value::Localized(texts) => {
            let text = if language == Some(Language::En) { &texts.en } else { &texts.ru };
            out.write_str(text.as_deref().unwrap_or_default())
        }
        Value::Integer(number) => {
            write_integer(*number, out);
            Ok(())
        }
        Value::Decimal(number) => write!(out, "{number}"),
        Value::Boolean(truth) => write!(out, "{truth}"),
        Value::Date(date) => {
            write_date(*date, out);
            Ok(())
        }
        Value::List(values) => {
            for (at, value) in values.iter().enumerate() {
                if at > 0 {
                    out.push('|');
                }
                write_value(value, language, out);
            }
            Ok(())
        }
    };
}

/// Formatting by the standard library takes several times as long, and a million rows have millions of dates and numbers.
fn write_integer(number: i64, out: &mut String) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = number.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    if number < 0 {
        out.push('-');
    }
    out.extend(digits[at..].iter().map(|digit| char::from(*digit)));
}

/// As `2024-02-29`.
fn write_date(date: Date, out: &mut String) {
    let (year, month, day) = (date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs());
    let digit = |number: u16| char::from(b'0' + (number % 10) as u8);
    out.extend([digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), '-']);
    out.extend([digit(u16::from(month) / 10), digit(month.into()), '-', digit(u16::from(day) / 10), digit(day.into())]);
}

/// Whether a spreadsheet would take a text for a formula, or would once one apostrophe fewer stands before it.
pub fn is_like_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// The text that stands behind the apostrophe by which `neutralises_formulas` keeps it from being a formula; any other text as it is.
pub fn unneutralised(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if is_like_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_begins_like_a_formula_is_told_from_what_does_not() {
        for text in ["=1+1", "+7 495", "-", "@a", "\tx", "\rx", "'=1", "''@"] {
            assert!(is_like_formula(text), "{text:?}");
            assert_eq!(unneutralised(&format!("'{text}")), text);
        }
        for text in ["", "'", "'a", "1=1", " =1", "а-я", "''"] {
            assert!(!is_like_formula(text), "{text:?}");
            assert_eq!(unneutralised(text), text);
        }
        assert_eq!(unneutralised("-1"), "-1");
    }

    proptest! {
        #[test]
        fn numbers_and_dates_are_written_as_the_standard_library_does(number in any::<i64>(), days in 0i32..3_600_000) {
            let mut text = String::new();
            write_integer(number, &mut text);
            prop_assert_eq!(text, number.to_string());
            let date = Date::constant(1, 1, 1).saturating_add(jiff::Span::new().days(days));
            let mut text = String::new();
            write_date(date, &mut text);
            prop_assert_eq!(text, date.to_string());
        }
    }
}
