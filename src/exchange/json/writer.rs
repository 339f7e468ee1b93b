//! Items as JSON objects with the types of JSON: numbers and truths as they are, lists as arrays, a text in two languages as an object of both.
//! Deliberately unknown: which items. Every object has all members, absent values are null.

use std::io::{self, Write};

use super::super::cells::{ItemColumn, columns, write_value};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::Language;
use crate::domain::value::{Value, write_json_string};

const BUFFER_BYTES: usize = 64 * 1024;

struct JsonItemWriter<'a> {
    /// The columns, with the member that each begins or is.
    members: Vec<(ItemColumn, String)>,
    is_array: bool,
    is_first: bool,
    text: String,
    cell: String,
    out: Box<dyn Write + 'a>,
}

pub fn writer<'a>(
    dictionary: &'a Dictionary,
    _head: &'a ExportHead,
    _options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Ok(Box::new(JsonItemWriter::new(dictionary, true, out)))
}

pub fn lines_writer<'a>(
    dictionary: &'a Dictionary,
    _options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Ok(Box::new(JsonItemWriter::new(dictionary, false, out)))
}

impl<'a> JsonItemWriter<'a> {
    fn new(dictionary: &Dictionary, is_array: bool, out: Box<dyn Write + 'a>) -> Self {
        // Both languages of a text are one member.
        let members = columns(dictionary).into_iter().filter(|column| !matches!(column, ItemColumn::Attribute(_, Some(Language::En))));
        let member = |column: ItemColumn| {
            let mut name = String::new();
            write_json_string(&column.name(dictionary), &mut name);
            (column, name)
        };
        let text = if is_array { "[".to_owned() } else { String::new() };
        Self { members: members.map(member).collect(), is_array, is_first: true, text, cell: String::new(), out }
    }
}

impl ItemWriter for JsonItemWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        if self.is_array {
            self.text.push_str(if self.is_first { "\n" } else { ",\n" });
        }
        self.is_first = false;
        for (at, (column, name)) in self.members.iter().enumerate() {
            self.text.push(if at == 0 { '{' } else { ',' });
            self.text.push_str(name);
            self.text.push(':');
            match column {
                ItemColumn::Attribute(position, _) => match item.value(*position) {
                    Some(value) => write_typed(value, &mut self.text),
                    // Both languages are there even where no item has the text, or a reader would not know of the second.
                    None if matches!(column, ItemColumn::Attribute(_, Some(_))) => self.text.push_str("{\"ru\":null,\"en\":null}"),
                    None => self.text.push_str("null"),
                },
                column => {
                    self.cell.clear();
                    column.write(item, &mut self.cell);
                    write_text(Some(&self.cell).filter(|cell| !cell.is_empty()).map(String::as_str), &mut self.text);
                }
            }
        }
        self.text.push('}');
        if !self.is_array {
            self.text.push('\n');
        }
        if self.text.len() >= BUFFER_BYTES {
            self.out.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.is_array {
            self.text.push_str(if self.is_first { "]\n" } else { "\n]\n" });
        }
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.out.flush()
    }
}

fn write_text(text: Option<&str>, out: &mut String) {
    match text {
        Some(text) => write_json_string(text, out),
        None => out.push_str("null"),
    }
}

fn write_typed(value: &Value, out: &mut String) {
    match value {
        Value::Localized(texts) => {
            out.push_str("{\"ru\":");
            write_text(texts.ru.as_deref(), out);
            out.push_str(",\"en\":");
            write_text(texts.en.as_deref(), out);
            out.push('}');
        }
        Value::List(values) => {
            for (at, value) in values.iter().enumerate() {
                out.push(if at == 0 { '[' } else { ',' });
                write_typed(value, out);
            }
            out.push(']');
        }
        Value::Text(text) => write_json_string(text, out),
        Value::Date(_) => {
            out.push('"');
            write_value(value, None, out);
            out.push('"');
        }
        // Numbers and truths look the same as in a cell.
        Value::Integer(_) | Value::Decimal(_) | Value::Boolean(_) => write_value(value, None, out),
    }
}
