//! The columns by which a dictionary is written into tables, and the text of each cell: what `item_rows` reads back to the same.
//! Deliberately unknown: separators, quotes, encodings.

use std::fmt::Write;

use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::Language;
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

    /// Appends the text of a cell; nothing for what is absent.
    pub fn write(self, item: &ItemVersion, out: &mut String) {
        match self {
            Self::Code => out.push_str(&item.code),
            Self::Parent => out.push_str(item.parent().unwrap_or_default()),
            Self::ValidFrom => {
                let _ = item.validity().from().map(|date| write!(out, "{date}"));
            }
            Self::ValidTo => {
                let _ = item.validity().to().map(|date| write!(out, "{date}"));
            }
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
        Value::Integer(number) => write!(out, "{number}"),
        Value::Decimal(number) => write!(out, "{number}"),
        Value::Boolean(truth) => write!(out, "{truth}"),
        Value::Date(date) => write!(out, "{date}"),
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
