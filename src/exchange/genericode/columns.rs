//! The columns and the key that a code list describes.
//! Deliberately unknown: rows.

use super::super::table::{ColumnHint, FileError};
use super::super::xml::XmlReader;
use super::next_child;
use crate::domain::definition::AttributeType;

pub(super) struct Column {
    pub id: String,
    pub hint: ColumnHint,
}

pub(super) struct ColumnSet {
    pub columns: Vec<Column>,
}

/// What something is called: once for programs, and for people in several languages.
#[derive(Default)]
pub(super) struct Names {
    pub short: Option<String>,
    /// Language and name.
    long: Vec<(Option<String>, String)>,
}

impl Names {
    /// Takes the `ShortName` or `LongName` whose start tag was read last. Long names with an identifier are no names but numbers of lists.
    pub(super) fn take(&mut self, reader: &mut XmlReader) -> Result<(), FileError> {
        let element = reader.element();
        let (is_short, is_number) = (element.name() == "ShortName", element.attribute("Identifier").is_some());
        let language = element.attribute("xml:lang").map(str::to_owned);
        let name = reader.read_text()?.trim().to_owned();
        match (is_short, is_number) {
            (true, _) => self.short = Some(name),
            (false, true) => {}
            (false, false) => self.long.push((language, name)),
        }
        Ok(())
    }

    /// The name in Russian, in any language, or the short one.
    pub(super) fn label(&self) -> Option<String> {
        let russian = self.long.iter().find(|(language, _)| language.as_deref().is_some_and(|language| language.starts_with("ru")));
        let long = russian.or(self.long.first()).map(|(_, name)| name.clone());
        long.or_else(|| self.short.clone())
    }
}

impl ColumnSet {
    /// Reads the set whose start tag was read last.
    pub(super) fn read(reader: &mut XmlReader, columns_max: usize) -> Result<ColumnSet, FileError> {
        let mut columns: Vec<Column> = Vec::new();
        let mut keys: Vec<Vec<String>> = Vec::new();
        while next_child(reader)? {
            match reader.element().name() {
                "Column" if columns.len() == columns_max => {
                    return Err(reader.refused(format!("the list has more than {columns_max} columns, and no more are read")));
                }
                "Column" => {
                    let column = read_column(reader)?;
                    if columns.iter().any(|known| known.id == column.id) {
                        return Err(reader.refused("two columns have this id: give each its own").of_field(column.id));
                    }
                    columns.push(column);
                }
                "ColumnRef" => {
                    return Err(reader.refused(
                        "a column is described in another file (<ColumnRef>), which is not read: describe it here as a <Column>",
                    ));
                }
                "Key" => keys.push(read_key(reader)?),
                // Where another file says what identifies a row, nothing here depends on it.
                _ => reader.skip()?,
            }
        }
        // The first key is the one that lists are referred to by.
        for id in keys.first().into_iter().flatten() {
            match columns.iter_mut().find(|column| column.id == *id) {
                Some(column) => column.hint.is_key = true,
                None => return Err(reader.refused("the key refers to a column that is not there: describe the column").of_field(id)),
            }
        }
        for key in keys.iter().filter(|key| key.len() == 1) {
            columns.iter_mut().filter(|column| column.id == key[0]).for_each(|column| column.hint.is_unique = true);
        }
        Ok(ColumnSet { columns })
    }
}

fn read_column(reader: &mut XmlReader) -> Result<Column, FileError> {
    let element = reader.element();
    let Some(id) = element.attribute("Id").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()) else {
        return Err(reader.refused("a <Column> has no Id: give it one"));
    };
    let mut hint = ColumnHint { is_required: element.attribute("Use") == Some("required"), ..ColumnHint::default() };
    let mut names = Names::default();
    while next_child(reader)? {
        match reader.element().name() {
            "ShortName" | "LongName" => names.take(reader)?,
            "Data" => {
                hint.kind = reader.element().attribute("Type").and_then(|name| kind_of(name.trim()));
                read_facets(reader, &mut hint)?;
            }
            _ => reader.skip()?,
        }
    }
    hint.label = names.label();
    Ok(Column { id, hint })
}

fn read_facets(reader: &mut XmlReader, hint: &mut ColumnHint) -> Result<(), FileError> {
    while next_child(reader)? {
        let facet =
            (reader.element().name() == "Parameter").then(|| reader.element().attribute("ShortName").unwrap_or_default().to_owned());
        match facet.as_deref() {
            Some("maxLength" | "length") => hint.length_max = reader.read_text()?.trim().parse().ok(),
            // In XML Schema a pattern matches the whole value.
            Some("pattern") => hint.pattern = Some(format!("^(?:{})$", reader.read_text()?)),
            _ => reader.skip()?,
        }
    }
    Ok(())
}

fn read_key(reader: &mut XmlReader) -> Result<Vec<String>, FileError> {
    let mut ids = Vec::new();
    while next_child(reader)? {
        if reader.element().name() == "ColumnRef" {
            ids.extend(reader.element().attribute("Ref").map(|id| id.trim().to_owned()));
        }
        reader.skip()?;
    }
    Ok(ids)
}

/// The type that a datatype of XML Schema stands for; `None` for those that are none of ours.
fn kind_of(name: &str) -> Option<AttributeType> {
    Some(match name {
        "string" | "normalizedString" | "token" | "NMTOKEN" | "Name" | "NCName" | "language" | "anyURI" => AttributeType::String,
        "integer" | "long" | "int" | "short" | "byte" | "nonNegativeInteger" | "positiveInteger" | "unsignedInt" | "unsignedShort"
        | "unsignedByte" => AttributeType::Integer,
        "decimal" => AttributeType::Decimal,
        "boolean" => AttributeType::Boolean,
        "date" => AttributeType::Date,
        _ => return None,
    })
}

impl Column {
    /// A value as tables have it: only texts keep the spaces around them.
    pub(super) fn normal<'t>(&self, text: &'t str) -> &'t str {
        match self.hint.kind {
            Some(AttributeType::String) | None => text,
            Some(AttributeType::Boolean) if text.trim() == "1" => "true",
            Some(AttributeType::Boolean) if text.trim() == "0" => "false",
            Some(_) => text.trim(),
        }
    }
}
