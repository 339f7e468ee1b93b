//! Records of the register, one by one: in a file of a classifier and in what is attached to an update.
//! Deliberately unknown: what the columns are called.

use rustc_hash::FxHashMap;

use super::super::table::{FileError, FileLimits};
use super::super::xml::{Between, XmlReader};
use super::structure::{AttributeFound, Structure, kind_of_value};
use super::{AUTOKEY, attribute_uid};
use crate::domain::definition::AttributeType;
use crate::domain::text::DictionaryCode;

/// What the values of one attribute go into.
#[derive(Default)]
pub(super) struct Column {
    pub name: String,
    pub kind: Option<AttributeType>,
    /// The element that holds its values; `None` where any may.
    pub value_element: Option<&'static str>,
    /// The code of the dictionary that an attachment names with a reference.
    pub refers_to: Option<String>,
    /// The attribute that a reference written by this service refers to.
    own_reference: Option<String>,
    prefix: Option<String>,
    text: String,
    is_filled: bool,
}

impl Column {
    pub(super) fn text(&self) -> &str {
        if self.is_filled { &self.text } else { "" }
    }
}

/// Where a record finds its columns.
pub(super) struct Columns {
    pub list: Vec<Column>,
    by_reference: FxHashMap<String, usize>,
    /// Whether an attribute that is not known yet makes a column: the file itself does not say which there are.
    is_growing: bool,
    columns_max: usize,
    record_bytes_max: usize,
    /// The identifier of the record, for messages.
    record: String,
    pub action: &'static str,
}

impl Columns {
    /// Those that the classifier has.
    pub(super) fn of(structure: &Structure, limits: &FileLimits) -> Self {
        let column = |attribute: &AttributeFound| Column {
            name: attribute.column.clone(),
            kind: attribute.hint.kind,
            value_element: Some(attribute.value_element),
            own_reference: attribute.refers_to_uid.clone().filter(|_| structure.is_ours),
            prefix: attribute.prefix.clone(),
            ..Column::default()
        };
        let references = structure.attributes.iter().enumerate().map(|(at, attribute)| (attribute.uid.clone(), at));
        Self {
            list: structure.attributes.iter().map(column).collect(),
            by_reference: references.collect(),
            is_growing: false,
            ..Self::unknown(limits)
        }
    }

    /// Those that the records will be found to have.
    pub(super) fn unknown(limits: &FileLimits) -> Self {
        Self {
            list: Vec::new(),
            by_reference: FxHashMap::default(),
            is_growing: true,
            columns_max: limits.row.columns_max,
            record_bytes_max: limits.row.record_bytes_max,
            record: String::new(),
            action: "add",
        }
    }

    /// Reads the record whose start tag was read last.
    pub(super) fn read(&mut self, reader: &mut XmlReader) -> Result<(), FileError> {
        for column in &mut self.list {
            column.is_filled = false;
        }
        let element = reader.element();
        self.record.clear();
        self.record.push_str(element.attribute("uid").unwrap_or_default());
        if let Some(action) = element.attribute("action") {
            self.action = match action.trim() {
                "add" => "add",
                "update" => "update",
                "remove" => "remove",
                other => {
                    return Err(reader
                        .refused(format!("{}`{other}` is no action: add, update or remove is", self.of_record()))
                        .of_field("action"));
                }
            };
        }
        let mut bytes = 0;
        while reader.next_child(Between::Nothing)? {
            let name = reader.element().name();
            if name != "attribute-value" {
                return Err(reader.refused(format!("{}<{name}> stands where an <attribute-value> is expected", self.of_record())));
            }
            let at = self.find(reader)?;
            bytes += self.read_value(at, reader)?;
            if bytes > self.record_bytes_max {
                return Err(reader.refused(format!("{}it has more than {} bytes: it is damaged", self.of_record(), self.record_bytes_max)));
            }
        }
        Ok(())
    }

    fn of_record(&self) -> String {
        of_record(&self.record)
    }

    /// The column of the `attribute-value` whose start tag was read last.
    fn find(&mut self, reader: &XmlReader) -> Result<usize, FileError> {
        let element = reader.element();
        let reference = element.attribute("attribute-ref").or_else(|| element.attribute("attribute-name"));
        let Some(reference) = reference.map(str::trim).filter(|reference| !reference.is_empty()) else {
            let message = format!("{}<attribute-value> does not say of which attribute it is: attribute-ref is missing", self.of_record());
            return Err(reader.refused(message));
        };
        let at = match self.by_reference.get(reference) {
            Some(at) => *at,
            None if self.is_growing && self.list.len() < self.columns_max => {
                self.by_reference.insert(reference.to_owned(), self.list.len());
                self.list.push(Column { name: reference.to_owned(), ..Column::default() });
                self.list.len() - 1
            }
            None if self.is_growing => {
                return Err(reader.refused(format!("the records have more than {} attributes, and no more are read", self.columns_max)));
            }
            None => {
                let message =
                    format!("{}the classifier has no attribute with this uid: describe it there, or take the value out", self.of_record());
                return Err(reader.refused(message).of_field(reference));
            }
        };
        if self.list[at].is_filled {
            let message = format!("{}the attribute has two values: keep one of them", self.of_record());
            return Err(reader.refused(message).of_field(&self.list[at].name));
        }
        Ok(at)
    }

    /// Reads the children of an `attribute-value`, and gives the length of the value.
    fn read_value(&mut self, at: usize, reader: &mut XmlReader) -> Result<usize, FileError> {
        let (column, record) = (&mut self.list[at], &self.record);
        let refused = |reader: &XmlReader, name: &str, message: String| reader.refused(of_record(record) + &message).of_field(name);
        if !reader.next_child(Between::Nothing)? {
            return Err(refused(reader, &column.name, "<attribute-value> holds no value: leave it out where there is none".into()));
        }
        let name = reader.element().name();
        let kind = match name {
            // An attachment may name the item that is referred to by its dictionary and its key.
            "code" if column.value_element.is_none() => {
                column.refers_to = Some(reader.read_text()?.trim().to_owned());
                if !reader.next_child(Between::Nothing)? || !reader.element().name().ends_with("-key") {
                    return Err(refused(reader, &column.name, "<code> is not followed by the key of the item referred to".into()));
                }
                AttributeType::Reference
            }
            name => match (kind_of_value(name), column.value_element) {
                (Some(kind), None) => kind,
                (Some(kind), Some(expected)) if expected == name => kind,
                (_, expected) => {
                    let expected = expected.unwrap_or("string, text, bool, date, integer, decimal or reference");
                    return Err(refused(reader, &column.name, format!("the value is given as <{name}>, and <{expected}> is expected")));
                }
            },
        };
        column.take(kind, reader.read_text()?);
        if reader.next_child(Between::Nothing)? {
            return Err(refused(reader, &column.name, "<attribute-value> holds more than one value: keep one of them".into()));
        }
        Ok(self.list[at].text.len())
    }
}

/// `record 4f…: `, where it has an identifier.
fn of_record(uid: &str) -> String {
    if uid.is_empty() { String::new() } else { format!("record {uid}: ") }
}

impl Column {
    fn take(&mut self, kind: AttributeType, text: &str) {
        if self.value_element.is_none() {
            self.kind = match self.kind {
                None => Some(kind),
                // Values of several kinds are texts.
                Some(before) if before != kind => Some(AttributeType::String),
                same => same,
            };
        }
        self.text.clear();
        self.is_filled = true;
        let text = match kind {
            AttributeType::String | AttributeType::Text => text,
            AttributeType::Boolean => match text.trim() {
                "1" => "true",
                "0" => "false",
                other => other,
            },
            AttributeType::Date => without_time_zone(text.trim()),
            AttributeType::Reference => self.code_in(text.trim()),
            _ => text.trim(),
        };
        self.text.push_str(text);
    }

    /// The code of the item that a reference names, where the reference is known to be made of it.
    fn code_in<'t>(&mut self, reference: &'t str) -> &'t str {
        if self.prefix.is_none()
            && let Some(uid) = &self.own_reference
        {
            let ends = reference.match_indices('_').map(|(at, _)| &reference[..=at]);
            let is_target = |prefix: &&str| {
                let dictionary = prefix[..prefix.len() - 1].to_ascii_lowercase();
                DictionaryCode::parse(&dictionary).is_some() && attribute_uid(&dictionary, AUTOKEY) == *uid
            };
            self.prefix = ends.into_iter().find(is_target).map(str::to_owned);
        }
        let named = self.refers_to.as_deref();
        let after_named = named.and_then(|code| reference.strip_prefix(code)?.strip_prefix('_'));
        let after_prefix = self.prefix.as_deref().and_then(|prefix| reference.strip_prefix(prefix));
        after_named.or(after_prefix).unwrap_or(reference)
    }
}

/// `2024-02-29+03:00`, which XML Schema allows, is a day like any other.
fn without_time_zone(date: &str) -> &str {
    match date.get(10..) {
        Some("Z") => &date[..10],
        Some(zone) if zone.len() == 6 && zone.starts_with(['+', '-']) && zone.as_bytes()[3] == b':' => &date[..10],
        _ => date,
    }
}
