//! What changed between two publications, as a file of the register or as the attachment of a request in СМЭВ.
//! Deliberately unknown: which items changed, and how the file is sent.

use std::io::{self, Write};

use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::super::xml::{XmlWriter, checked};
use super::columns::{self, OutColumn, dictionary_fault, refused};
use super::writer::DocumentWriter;
use super::{Generation, UPDATE_NAMESPACE};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Add,
    Update,
    Remove,
}

/// How the changes are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UpdateForm {
    /// A file with the classifier, whose records say what becomes of them.
    #[default]
    Document,
    /// `ClassifierDataUpdateRequest`: what was added and updated. The rest is passed over.
    UpdateAttachment,
    /// `ClassifierDataDeleteRequest`: what was removed. The rest is passed over.
    DeleteAttachment,
}

/// Takes changes one by one. `finish` must be called, or the file is not whole.
pub struct UpdateWriter<'a>(Form<'a>);

enum Form<'a> {
    Document(DocumentWriter<'a>),
    Attachment(AttachmentWriter<'a>),
}

struct AttachmentWriter<'a> {
    xml: XmlWriter<'a>,
    dictionary: &'a Dictionary,
    columns: Vec<OutColumn>,
    generation: Generation,
    removes: bool,
    has_records: bool,
    text: String,
}

/// A file of changes. Of what is removed only the code and the key are written, since the register does not say which of them it goes by.
/// Attributes are named as in the full file, so that an attachment fits the classifier that was loaded from it.
pub fn update_writer<'a>(
    dictionary: &'a Dictionary,
    head: &ExportHead,
    options: &WriteOptions,
    form: UpdateForm,
    out: Box<dyn Write + 'a>,
) -> io::Result<UpdateWriter<'a>> {
    let generation = options.esnsi_generation;
    if form == UpdateForm::Document {
        return Ok(UpdateWriter(Form::Document(DocumentWriter::new(dictionary, head, generation, out)?)));
    }
    if let Some(fault) = dictionary_fault(dictionary) {
        return Err(refused(fault));
    }
    let removes = form == UpdateForm::DeleteAttachment;
    let mut xml = XmlWriter::new(out);
    xml.start(if removes { "tns:ClassifierDataDeleteRequest" } else { "tns:ClassifierDataUpdateRequest" });
    xml.attribute("xmlns:tns", UPDATE_NAMESPACE);
    let columns = columns::of(dictionary, generation, false);
    Ok(UpdateWriter(Form::Attachment(AttachmentWriter {
        xml,
        dictionary,
        columns,
        generation,
        removes,
        has_records: false,
        text: String::new(),
    })))
}

impl UpdateWriter<'_> {
    pub fn write(&mut self, change: Change, item: &ItemVersion) -> io::Result<()> {
        match &mut self.0 {
            Form::Document(document) => match change {
                Change::Add => document.write_record(item, "add", true),
                Change::Update => document.write_record(item, "update", true),
                Change::Remove => document.write_record(item, "remove", false),
            },
            Form::Attachment(attachment) if attachment.removes == (change == Change::Remove) => attachment.write_record(item),
            Form::Attachment(_) => Ok(()),
        }
    }

    /// An attachment must have a record: one without any is an error of kind `InvalidData`.
    pub fn finish(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Form::Document(document) => document.finish(),
            Form::Attachment(attachment) if attachment.has_records => attachment.xml.finish(),
            Form::Attachment(attachment) => {
                let what = if attachment.removes { "removed" } else { "added or updated" };
                Err(refused(format!("nothing was {what}, and ЕСНСИ takes no attachment without records: there is nothing to send")))
            }
        }
    }
}

impl AttachmentWriter<'_> {
    fn write_record(&mut self, item: &ItemVersion) -> io::Result<()> {
        self.has_records = true;
        self.xml.start("tns:record");
        for column in self.columns.iter().filter(|column| !self.removes || column.is_identity()) {
            self.text.clear();
            column.write(self.dictionary, item, &mut self.text);
            if self.text.is_empty() {
                continue;
            }
            let text = checked(&self.text, &item.code, &column.code)?;
            self.xml.start("tns:attribute-value").attribute("attribute-name", checked(&column.name, &item.code, &column.code)?);
            match &column.target {
                // By the key, since an identifier of a record is shorter than some of the codes.
                Some(target) => {
                    if text.chars().count() > KEY_LENGTH_MAX {
                        let message = format!("the key «{text}» is longer than the {KEY_LENGTH_MAX} characters that ЕСНСИ takes");
                        return Err(refused(format!("item {}, {}: {message}: shorten the code", item.code, column.code)));
                    }
                    self.xml.element("tns:code", target).element("tns:string-key", text);
                }
                None => {
                    if let Some((_, message)) = column.fault(text, self.generation) {
                        return Err(refused(format!("item {}, {}: {message}", item.code, column.code)));
                    }
                    self.xml.element(value_element(column.kind), text);
                }
            }
            self.xml.end();
        }
        self.xml.end().flush_when_full()
    }
}

/// The longest key of an item that is referred to.
const KEY_LENGTH_MAX: usize = 255;

fn value_element(kind: AttributeType) -> &'static str {
    match kind {
        AttributeType::String | AttributeType::Enum => "tns:string",
        AttributeType::Text => "tns:text",
        AttributeType::Boolean => "tns:bool",
        AttributeType::Date => "tns:date",
        AttributeType::Integer => "tns:integer",
        AttributeType::Decimal => "tns:decimal",
        AttributeType::Reference => "tns:reference",
    }
}
