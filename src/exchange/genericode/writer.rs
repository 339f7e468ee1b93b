//! Writes a dictionary as a code list: identification, columns, key, rows.
//! Deliberately unknown: which items, and where the bytes go.

use std::io::{self, Write};

use super::super::cells::{self, ItemColumn};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::super::xml::{XmlWriter, checked};
use super::NAMESPACE;
use crate::domain::definition::{AttributeDefinition, AttributeType};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ITEM_CODE_LENGTH_MAX, Label, Language};

struct CodeListWriter<'a> {
    xml: XmlWriter<'a>,
    columns: Vec<(ItemColumn, String)>,
    text: String,
}

/// The ids of the columns are their names, so that a file reads back as it was. The key is the code; in a file of all versions it is the
/// code and the date from which a version holds.
pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let columns = cells::columns(dictionary).into_iter().map(|column| (column, column.name(dictionary))).collect();
    let mut writer = CodeListWriter { xml: XmlWriter::new(out), columns, text: String::new() };
    writer.xml.start("gc:CodeList").attribute("xmlns:gc", NAMESPACE);
    writer.write_identification(dictionary, head, &options.base_uri)?;
    writer.xml.start("ColumnSet");
    for at in 0..writer.columns.len() {
        writer.write_column(at, dictionary)?;
    }
    // An attribute has no capitals in its code, so that no column is called so.
    writer.xml.start("Key").attribute("Id", "codeKey").element("ShortName", "codeKey");
    writer.xml.start("ColumnRef").attribute("Ref", "code").end();
    if head.valid_on.is_none() {
        writer.xml.start("ColumnRef").attribute("Ref", "valid_from").end();
    }
    writer.xml.end().end().start("SimpleCodeList");
    Ok(Box::new(writer))
}

impl CodeListWriter<'_> {
    fn write_identification(&mut self, dictionary: &Dictionary, head: &ExportHead, base_uri: &str) -> io::Result<()> {
        let (code, definition) = (dictionary.code.as_str(), &dictionary.definition);
        let between = if base_uri.starts_with("urn:") { ':' } else { '/' };
        let uri = format!("{base_uri}{code}");
        self.xml.start("Identification").element("ShortName", code);
        self.write_label(&definition.name, code)?;
        self.xml.element("Version", &head.edition.to_string());
        self.xml.element("CanonicalUri", checked(&uri, code, "base_uri")?);
        self.xml.element("CanonicalVersionUri", &format!("{uri}{between}{}", head.edition));
        self.xml.start("Agency");
        self.xml.start("LongName").attribute("xml:lang", "ru").text(checked(&definition.passport.owner, code, "owner")?);
        self.xml.end().end();
        Ok(())
    }

    fn write_label(&mut self, label: &Label, item: &str) -> io::Result<()> {
        self.xml.start("LongName").attribute("xml:lang", "ru").text(checked(&label.ru, item, "label")?);
        if let Some(en) = &label.en {
            self.xml.start("LongName").attribute("xml:lang", "en").text(checked(en, item, "label")?);
        }
        Ok(())
    }

    fn write_column(&mut self, at: usize, dictionary: &Dictionary) -> io::Result<()> {
        let (column, id) = self.columns[at].clone();
        let (label, is_required) = match column {
            ItemColumn::Code => (label("Код", "Code"), true),
            ItemColumn::Parent => (label("Вышестоящий элемент", "Parent"), false),
            ItemColumn::ValidFrom => (label("Действует с", "Valid from"), false),
            ItemColumn::ValidTo => (label("Действует до (не включая)", "Valid until (not included)"), false),
            ItemColumn::Attribute(position, language) => {
                let definition = &dictionary.attributes[position].definition;
                (definition.label.clone(), definition.required && language != Some(Language::En))
            }
        };
        self.xml.start("Column").attribute("Id", &id).attribute("Use", if is_required { "required" } else { "optional" });
        self.xml.element("ShortName", &id);
        self.write_label(&label, &id)?;
        self.xml.start("Data");
        match column {
            ItemColumn::Code => {
                self.xml.attribute("Type", "string");
                self.write_facet("maxLength", &ITEM_CODE_LENGTH_MAX.to_string());
                self.write_pattern(dictionary.definition.code_rule.pattern.as_deref());
            }
            ItemColumn::Parent => drop(self.xml.attribute("Type", "string")),
            ItemColumn::ValidFrom | ItemColumn::ValidTo => drop(self.xml.attribute("Type", "date")),
            ItemColumn::Attribute(position, language) => self.write_type(&dictionary.attributes[position].definition, language),
        }
        self.xml.end().end();
        Ok(())
    }

    fn write_type(&mut self, definition: &AttributeDefinition, language: Option<Language>) {
        let name = match definition.kind {
            _ if definition.list => "string",
            AttributeType::Integer => "integer",
            AttributeType::Decimal => "decimal",
            AttributeType::Boolean => "boolean",
            AttributeType::Date => "date",
            AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference => "string",
        };
        self.xml.attribute("Type", name);
        match language {
            Some(Language::Ru) => drop(self.xml.attribute("Lang", "ru")),
            Some(Language::En) => drop(self.xml.attribute("Lang", "en")),
            None => {}
        }
        if definition.list {
            return;
        }
        for (facet, length) in [("minLength", definition.length_min), ("maxLength", definition.length_max)] {
            if let Some(length) = length {
                self.write_facet(facet, &length.to_string());
            }
        }
        self.write_pattern(definition.pattern.as_deref());
    }

    /// Patterns of XML Schema match the whole value and have no anchors: only what surely means the same there is written.
    fn write_pattern(&mut self, pattern: Option<&str>) {
        let inside = pattern.and_then(|pattern| pattern.strip_prefix('^')?.strip_suffix('$'));
        if let Some(inside) = inside.filter(|inside| !inside.contains(['^', '$', '|']) && !inside.contains("(?") && !inside.ends_with('\\'))
        {
            self.write_facet("pattern", inside);
        }
    }

    fn write_facet(&mut self, name: &str, value: &str) {
        self.xml.start("Parameter").attribute("ShortName", name).text(value);
    }
}

fn label(ru: &str, en: &str) -> Label {
    Label { ru: ru.to_owned(), en: Some(en.to_owned()) }
}

impl ItemWriter for CodeListWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        self.xml.start("Row");
        for (column, id) in &self.columns {
            self.text.clear();
            column.write(item, &mut self.text);
            if !self.text.is_empty() {
                self.xml.start("Value").attribute("ColumnRef", id);
                self.xml.element("SimpleValue", checked(&self.text, &item.code, id)?).end();
            }
        }
        self.xml.end().flush_when_full()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.xml.finish()
    }
}
