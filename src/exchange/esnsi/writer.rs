//! Writes a dictionary as a file of the register: the classifier and its records.
//! Deliberately unknown: which items, and where the bytes go.

use std::io::{self, Write};

use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::super::xml::{XmlWriter, checked};
use super::columns::{self, OutColumn, dictionary_fault, refused};
use super::{AUTOKEY, DOCUMENT_NAMESPACE, Generation, attribute_uid, classifier_code, classifier_uid, uid};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;

/// The elements of an attribute and of its values.
fn elements(kind: AttributeType) -> (&'static str, &'static str) {
    match kind {
        AttributeType::String | AttributeType::Enum => ("nsi:string-attribute", "nsi:string"),
        AttributeType::Text => ("nsi:text-attribute", "nsi:text"),
        AttributeType::Boolean => ("nsi:boolean-attribute", "nsi:bool"),
        AttributeType::Date => ("nsi:date-attribute", "nsi:date"),
        AttributeType::Integer => ("nsi:integer-attribute", "nsi:integer"),
        AttributeType::Decimal => ("nsi:decimal-attribute", "nsi:decimal"),
        AttributeType::Reference => ("nsi:reference-attribute", "nsi:reference"),
    }
}

/// A document of the register into which records go one by one.
pub(super) struct DocumentWriter<'a> {
    xml: XmlWriter<'a>,
    dictionary: &'a Dictionary,
    columns: Vec<OutColumn>,
    generation: Generation,
    /// Whether an item may come several times, once for each of its versions.
    has_versions: bool,
    text: String,
}

/// A full file. Its identifiers are the same in every export; the version of the classifier is the edition.
///
/// Parents and references are written as the key of the item they name (`REGIONS_77`), which the reader takes apart again. A file of
/// all versions repeats the keys of items that have several; the register takes files that are valid on one date.
pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    Ok(Box::new(DocumentWriter::new(dictionary, head, options.esnsi_generation, out)?))
}

impl<'a> DocumentWriter<'a> {
    pub(super) fn new(
        dictionary: &'a Dictionary,
        head: &ExportHead,
        generation: Generation,
        out: Box<dyn Write + 'a>,
    ) -> io::Result<DocumentWriter<'a>> {
        if let Some(fault) = dictionary_fault(dictionary) {
            return Err(refused(fault));
        }
        let has_versions = head.valid_on.is_none();
        let columns = columns::of(dictionary, generation, has_versions);
        let mut writer = Self { xml: XmlWriter::new(out), dictionary, columns, generation, has_versions, text: String::new() };
        writer.xml.start("nsi:document").attribute("xmlns:nsi", DOCUMENT_NAMESPACE);
        writer.write_classifier(head)?;
        writer.xml.start("nsi:data").attribute("classifier-ref", &classifier_uid(dictionary.code.as_str()));
        Ok(writer)
    }

    fn write_classifier(&mut self, head: &ExportHead) -> io::Result<()> {
        let (code, definition) = (self.dictionary.code.as_str(), &self.dictionary.definition);
        let is_new = self.generation == Generation::New;
        let xml = &mut self.xml;
        xml.start("nsi:simple-classifier").attribute("code", &classifier_code(code));
        xml.attribute("name", checked(&definition.name.ru, code, "name")?).attribute("uid", &classifier_uid(code));
        // The schema knows no revision before the first.
        xml.attribute("version", &head.edition.max(1).to_string()).attribute("key-attribute-ref", &attribute_uid(code, AUTOKEY));
        if is_new {
            xml.attribute("tech-name", code);
            if let Some(days) = definition.passport.update_period_days {
                xml.attribute("updatePeriod", &days.to_string());
            }
        }
        if let Some(description) = &definition.description {
            xml.element("nsi:description", checked(&description.ru, code, "description")?);
        }
        for column in &self.columns {
            write_attribute(xml, column, code, is_new)?;
        }
        xml.end();
        Ok(())
    }

    /// A record, with all values or with those alone that say which item it is.
    pub(super) fn write_record(&mut self, item: &ItemVersion, action: &str, has_values: bool) -> io::Result<()> {
        let uid = record_uid(self.dictionary, item, self.has_versions);
        self.xml.start("nsi:record").attribute("uid", &uid).attribute("action", action);
        for column in self.columns.iter().filter(|column| has_values || column.is_identity()) {
            self.text.clear();
            column.write(self.dictionary, item, &mut self.text);
            if self.text.is_empty() {
                continue;
            }
            if let Some((_, message)) = column.fault(&self.text, self.generation) {
                return Err(refused(format!("item {}, {}: {message}", item.code, column.code)));
            }
            let text = checked(&self.text, &item.code, &column.code)?;
            self.xml.start("nsi:attribute-value").attribute("attribute-ref", &column.uid);
            self.xml.element(elements(column.kind).1, text).end();
        }
        self.xml.end().flush_when_full()
    }
}

impl ItemWriter for DocumentWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        self.write_record(item, "add", true)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.xml.finish()
    }
}

fn write_attribute(xml: &mut XmlWriter<'_>, column: &OutColumn, code: &str, is_new: bool) -> io::Result<()> {
    xml.start(elements(column.kind).0).attribute("uid", &column.uid);
    xml.attribute("name", checked(&column.name, code, &column.code)?);
    xml.attribute("required", if column.is_required { "true" } else { "false" });
    if is_new {
        xml.attribute("tech-name", &column.code);
        if column.is_unique {
            xml.attribute("unique", "true");
        }
        if column.code == "code" {
            xml.attribute("autoKeyPartNum", "1");
        }
    }
    let is_text = matches!(column.kind, AttributeType::String | AttributeType::Text);
    if let Some(length_max) = column.length_max.filter(|_| is_text) {
        xml.attribute("length", &length_max.min(10_000_000).to_string());
    }
    if let Some(pattern) = column.pattern.as_ref().filter(|_| is_text) {
        xml.attribute("regex", checked(pattern, code, &column.code)?);
    }
    if let Some(uid) = &column.target_uid {
        xml.attribute("ref-attribute-uid", uid);
    }
    if let (from, to) = &column.range
        && (from.is_some() || to.is_some())
    {
        xml.start("nsi:range");
        for (name, bound) in [("from", from), ("to", to)] {
            if let Some(bound) = bound {
                xml.attribute(name, bound);
            }
        }
        xml.end();
    }
    xml.end();
    Ok(())
}

/// Of an item, or of one of its versions where several may be in a file: identifiers are unique in it.
fn record_uid(dictionary: &Dictionary, item: &ItemVersion, has_versions: bool) -> String {
    let code = dictionary.code.as_str();
    match item.validity().from().filter(|_| has_versions) {
        Some(from) => uid(code, "version", &format!("{from} {}", item.code)),
        None => uid(code, "record", &item.code),
    }
}
