//! Items as a concept scheme, concept by concept. Deliberately unknown: which items, and where the bytes go.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::super::cells::{ItemColumn, columns, label_attribute};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::VOCABULARY;
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ItemCode, Language};

struct SkosItemWriter<'a> {
    dictionary: &'a Dictionary,
    /// The address of the scheme; those of concepts begin with it.
    scheme: String,
    /// The attribute that is the label.
    display: Option<usize>,
    columns: Vec<ItemColumn>,
    last_code: Option<ItemCode>,
    text: String,
    cell: String,
    out: Box<dyn Write + 'a>,
}

pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let definition = &dictionary.definition;
    let display = label_attribute(dictionary);
    let columns = columns(dictionary);
    let scheme = format!("{}{}", options.base_uri, definition.code);
    let mut text = format!(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix dct: <http://purl.org/dc/terms/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n\
         @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n@prefix svod: <{VOCABULARY}> .\n\n<{scheme}> a skos:ConceptScheme ;\n  dct:title "
    );
    literal(&definition.name.ru, "@ru", &mut text);
    if let Some(name) = &definition.name.en {
        text.push_str(", ");
        literal(name, "@en", &mut text);
    }
    let names: Vec<String> = columns.iter().map(|column| column.name(dictionary)).collect();
    let _ = write!(
        text,
        " ;\n  owl:versionInfo \"{}\" ;\n  dct:issued \"{}\"^^xsd:dateTime ;\n  svod:columns ",
        head.edition, head.published_at
    );
    literal(&names.join(" "), "", &mut text);
    if let Some(position) = display {
        text.push_str(" ;\n  svod:display ");
        literal(dictionary.attributes[position].code(), "", &mut text);
    }
    text.push_str(" .\n");
    Ok(Box::new(SkosItemWriter { dictionary, scheme, display, columns, last_code: None, text, cell: String::new(), out }))
}

impl ItemWriter for SkosItemWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        if self.last_code.as_ref() == Some(&item.code) {
            let message =
                format!("{}/{}: a concept holds one version of an item: export what is valid on a date", self.dictionary.code, item.code);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        self.last_code = Some(item.code.clone());
        self.text.push_str("\n<");
        address(&self.scheme, &item.code, &mut self.text);
        let _ = write!(self.text, "> a skos:Concept ;\n  skos:inScheme <{}> ;\n  skos:notation ", self.scheme);
        literal(&item.code, "", &mut self.text);
        match item.parent() {
            Some(parent) => {
                self.text.push_str(" ;\n  skos:broader <");
                address(&self.scheme, parent, &mut self.text);
                self.text.push('>');
            }
            None => {
                let _ = write!(self.text, " ;\n  skos:topConceptOf <{}>", self.scheme);
            }
        }
        for column in &self.columns {
            self.cell.clear();
            column.write(item, &mut self.cell);
            if self.cell.is_empty() || matches!(column, ItemColumn::Code | ItemColumn::Parent) {
                continue;
            }
            match column {
                ItemColumn::Attribute(position, language) if Some(*position) == self.display => {
                    self.text.push_str(" ;\n  skos:prefLabel ");
                    literal(&self.cell, if *language == Some(Language::En) { "@en" } else { "@ru" }, &mut self.text);
                }
                _ => {
                    let _ = write!(self.text, " ;\n  svod:{} ", column.name(self.dictionary));
                    literal(&self.cell, datatype(self.dictionary, *column), &mut self.text);
                }
            }
        }
        self.text.push_str(" .\n");
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.out.flush()
    }
}

/// The address of a concept: what addresses do not hold is written in hexadecimal (RFC 3986).
fn address(scheme: &str, code: &str, out: &mut String) {
    out.push_str(scheme);
    out.push('/');
    for byte in code.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// A literal of Turtle, quoted and escaped, with its language or type.
fn literal(text: &str, suffix: &str, out: &mut String) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04X}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out.push_str(suffix);
}

fn datatype(dictionary: &Dictionary, column: ItemColumn) -> &'static str {
    match column {
        ItemColumn::ValidFrom | ItemColumn::ValidTo => "^^xsd:date",
        ItemColumn::Attribute(position, _) if !dictionary.attributes[position].definition.list => {
            match dictionary.attributes[position].definition.kind {
                AttributeType::Integer => "^^xsd:integer",
                AttributeType::Decimal => "^^xsd:decimal",
                AttributeType::Boolean => "^^xsd:boolean",
                AttributeType::Date => "^^xsd:date",
                _ => "",
            }
        }
        _ => "",
    }
}
