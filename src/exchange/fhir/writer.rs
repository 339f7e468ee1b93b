//! Items as a CodeSystem, concept by concept: flat, each with its parent as a property. Deliberately unknown: which items, and whether they
//! are all of them.

use std::io::{self, Write};

use serde_json::{Value as Json, json};

use super::super::cells::{ItemColumn, columns, label_attribute, write_value};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::{DISPLAY_EXTENSION, PARENT_URI};
use crate::domain::attribute::Attribute;
use crate::domain::definition::{AttributeType, Bound};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ItemCode, Language};
use crate::domain::value::{Value, write_json_string};

const BUFFER_BYTES: usize = 64 * 1024;

struct FhirItemWriter<'a> {
    dictionary: &'a Dictionary,
    base_uri: &'a str,
    /// The columns that are properties, each with how its values are written.
    properties: Vec<(ItemColumn, String, &'static str)>,
    /// The attribute that is the display.
    display: Option<usize>,
    count: u64,
    last_code: ItemCode,
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
    let display = label_attribute(dictionary);
    let is_property = |column: &ItemColumn| match column {
        ItemColumn::Code => false,
        ItemColumn::Attribute(position, _) => Some(*position) != display,
        _ => true,
    };
    let property = |column: ItemColumn| (column, column.name(dictionary), value_member(column, dictionary));
    let properties: Vec<_> = columns(dictionary).into_iter().filter(is_property).map(property).collect();
    let mut text = resource(dictionary, head, &options.base_uri, display, &properties).to_string();
    // The concepts and their number come behind the rest of the object.
    text.pop();
    let (base_uri, last_code) = (options.base_uri.as_str(), ItemCode::default());
    Ok(Box::new(FhirItemWriter { dictionary, base_uri, properties, display, count: 0, last_code, text, cell: String::new(), out }))
}

/// Everything but the concepts.
fn resource(
    dictionary: &Dictionary,
    head: &ExportHead,
    base_uri: &str,
    display: Option<usize>,
    properties: &[(ItemColumn, String, &'static str)],
) -> Json {
    let definition = &dictionary.definition;
    let url = format!("{base_uri}{}", definition.code);
    let extension = |column: String| json!({ "url": DISPLAY_EXTENSION, "valueCode": column });
    let mut extensions = Vec::new();
    if let Some(attribute) = display.map(|position| &dictionary.attributes[position]) {
        extensions.push(extension(attribute.code().to_owned()));
        if attribute.definition.localized {
            extensions.push(extension(format!("{}_en", attribute.code())));
        }
    }
    let declarations: Vec<Json> = properties
        .iter()
        .map(|(column, name, member)| {
            let uri = if *column == ItemColumn::Parent { PARENT_URI.to_owned() } else { format!("{url}#{name}") };
            json!({ "code": name, "uri": uri, "description": label(*column, dictionary), "type": type_of(member) })
        })
        .collect();
    let mut resource = json!({
        "resourceType": "CodeSystem",
        "id": definition.code.replace('_', "-"),
        "language": "ru",
        "url": url,
        "version": head.edition.to_string(),
        "name": definition.type_name,
        "title": definition.name.ru,
        "status": "active",
        "experimental": false,
        "date": head.published_at.to_string(),
        "publisher": definition.passport.owner,
        "caseSensitive": true,
        "content": "complete",
        "property": declarations,
    });
    if !extensions.is_empty() {
        resource["extension"] = json!(extensions);
    }
    if let Some(description) = &definition.description {
        resource["description"] = json!(description.ru);
    }
    if definition.hierarchy.is_some() {
        resource["hierarchyMeaning"] = json!("is-a");
    }
    resource
}

fn label(column: ItemColumn, dictionary: &Dictionary) -> String {
    match column {
        ItemColumn::Code => "Код".to_owned(),
        ItemColumn::Parent => "Вышестоящий".to_owned(),
        ItemColumn::ValidFrom => "Действует с".to_owned(),
        ItemColumn::ValidTo => "Действует до".to_owned(),
        ItemColumn::Attribute(position, Some(Language::En)) => format!("{} (англ.)", dictionary.attributes[position].definition.label.ru),
        ItemColumn::Attribute(position, _) => dictionary.attributes[position].definition.label.ru.clone(),
    }
}

/// The member that holds a value of the column, by its type.
fn value_member(column: ItemColumn, dictionary: &Dictionary) -> &'static str {
    match column {
        ItemColumn::Code | ItemColumn::Parent => "valueCode",
        ItemColumn::ValidFrom | ItemColumn::ValidTo => "valueDateTime",
        ItemColumn::Attribute(position, _) => {
            let attribute = &dictionary.attributes[position];
            match attribute.definition.kind {
                AttributeType::Integer if fits_integer(attribute) => "valueInteger",
                AttributeType::Integer | AttributeType::Decimal => "valueDecimal",
                AttributeType::Boolean => "valueBoolean",
                AttributeType::Date => "valueDateTime",
                AttributeType::Enum => "valueCode",
                AttributeType::Reference => "valueCoding",
                AttributeType::String | AttributeType::Text => "valueString",
            }
        }
    }
}

/// An integer of FHIR R4 has 32 bits.
fn fits_integer(attribute: &Attribute) -> bool {
    let fits = |bound: &Option<Bound>| matches!(bound, Some(Bound::Integer(number)) if i32::try_from(*number).is_ok());
    fits(&attribute.definition.min) && fits(&attribute.definition.max)
}

fn type_of(member: &str) -> &'static str {
    match member {
        "valueCode" => "code",
        "valueCoding" => "Coding",
        "valueInteger" => "integer",
        "valueDecimal" => "decimal",
        "valueBoolean" => "boolean",
        "valueDateTime" => "dateTime",
        _ => "string",
    }
}

impl ItemWriter for FhirItemWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        if self.count > 0 && item.code == self.last_code {
            return Err(refused(item, "has several versions, and a CodeSystem holds one of each: export the items of one date".to_owned()));
        }
        self.last_code = item.code.clone();
        self.text.push_str(if self.count == 0 { ",\"concept\":[\n" } else { ",\n" });
        self.count += 1;
        self.text.push_str("{\"code\":");
        self.push_code(item, "code", &item.code)?;
        self.push_display(item);
        self.push_properties(item)?;
        self.text.push('}');
        if self.text.len() >= BUFFER_BYTES {
            self.out.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        if self.count > 0 {
            self.text.push_str("\n]");
        }
        self.text.push_str(&format!(",\"count\":{}}}\n", self.count));
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.out.flush()
    }
}

impl FhirItemWriter<'_> {
    /// A code of FHIR has single spaces, and none at its ends.
    fn push_code(&mut self, item: &ItemVersion, field: &str, code: &str) -> io::Result<()> {
        let is_plain = code.split(' ').all(|part| !part.is_empty() && !part.contains(char::is_whitespace));
        if !is_plain {
            return Err(refused(
                item,
                format!("has in {field} the code {code:?}, and a code of FHIR has no white space but single spaces inside"),
            ));
        }
        write_json_string(code, &mut self.text);
        Ok(())
    }

    fn push_display(&mut self, item: &ItemVersion) {
        match self.display.and_then(|position| item.value(position)) {
            Some(Value::Localized(texts)) => {
                if let Some(ru) = &texts.ru {
                    self.text.push_str(",\"display\":");
                    write_json_string(ru, &mut self.text);
                }
                if let Some(en) = &texts.en {
                    self.text.push_str(",\"designation\":[{\"language\":\"en\",\"value\":");
                    write_json_string(en, &mut self.text);
                    self.text.push_str("}]");
                }
            }
            Some(Value::Text(text)) => {
                self.text.push_str(",\"display\":");
                write_json_string(text, &mut self.text);
            }
            _ => {}
        }
    }

    fn push_properties(&mut self, item: &ItemVersion) -> io::Result<()> {
        let mut is_first = true;
        for at in 0..self.properties.len() {
            let column = self.properties[at].0;
            match column {
                ItemColumn::Attribute(position, language) => {
                    for value in item.value(position).map(Value::each).unwrap_or_default() {
                        self.cell.clear();
                        write_value(value, language, &mut self.cell);
                        self.push_property(item, at, &mut is_first)?;
                    }
                }
                column => {
                    self.cell.clear();
                    column.write(item, &mut self.cell);
                    self.push_property(item, at, &mut is_first)?;
                }
            }
        }
        if !is_first {
            self.text.push(']');
        }
        Ok(())
    }

    /// Writes what is in `cell`, if anything is, as a value of a property.
    fn push_property(&mut self, item: &ItemVersion, at: usize, is_first: &mut bool) -> io::Result<()> {
        if self.cell.is_empty() {
            return Ok(());
        }
        let cell = std::mem::take(&mut self.cell);
        let (column, member) = (self.properties[at].0, self.properties[at].2);
        self.text.push_str(if std::mem::take(is_first) { ",\"property\":[" } else { "," });
        self.text.push_str("{\"code\":\"");
        self.text.push_str(&self.properties[at].1);
        self.text.push_str("\",\"");
        self.text.push_str(member);
        self.text.push_str("\":");
        let name = self.properties[at].1.clone();
        match member {
            "valueInteger" | "valueDecimal" | "valueBoolean" => self.text.push_str(&cell),
            "valueCode" => self.push_code(item, &name, &cell)?,
            "valueCoding" => {
                self.text.push_str("{\"system\":");
                write_json_string(&self.system_of(column), &mut self.text);
                self.text.push_str(",\"code\":");
                self.push_code(item, &name, &cell)?;
                self.text.push('}');
            }
            _ => write_json_string(&cell, &mut self.text),
        }
        self.text.push('}');
        self.cell = cell;
        Ok(())
    }

    /// Where the codes of a reference are from.
    fn system_of(&self, column: ItemColumn) -> String {
        let ItemColumn::Attribute(position, _) = column else { return self.base_uri.to_owned() };
        let to = self.dictionary.attributes[position].definition.to.as_deref().unwrap_or_default();
        format!("{}{to}", self.base_uri)
    }
}

fn refused(item: &ItemVersion, why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("item {} {why}", item.code))
}
