//! Writes a dictionary as a codelist in a structure message of SDMX-ML 2.1.
//! Deliberately unknown: which items, and where the bytes go.

use std::io::{self, Write};

use super::super::cells::{self, ItemColumn};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use super::super::xml::{XmlWriter, checked};
use super::{COLUMNS_ANNOTATION, NAME_ANNOTATION, UNNAMED_ANNOTATION};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ItemCode, Language};

/// Who maintains the lists, as SDMX asks.
const AGENCY: &str = "SVOD";

struct CodelistWriter<'a> {
    xml: XmlWriter<'a>,
    annotations: Vec<Annotated>,
    names: Vec<(ItemColumn, Language)>,
    name_column: String,
    descriptions: Vec<(ItemColumn, Language)>,
    last_code: Option<ItemCode>,
    text: String,
}

/// What is written as one annotation: the column of an attribute, or those of its two languages.
struct Annotated {
    name: String,
    columns: Vec<(ItemColumn, Option<Language>)>,
}

/// Names are those of the attribute that names an item, descriptions those of an attribute `description`; parents are parents, and all
/// other columns are annotations of their names. Two annotations of the list name its columns, by which it reads back as it was.
///
/// A code is refused that SDMX does not allow, and an item with several versions, since a list has each code once.
pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    _options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let mut writer = CodelistWriter {
        xml: XmlWriter::new(out),
        annotations: Vec::new(),
        names: Vec::new(),
        name_column: String::new(),
        descriptions: Vec::new(),
        last_code: None,
        text: String::new(),
    };
    for column in cells::columns(dictionary) {
        writer.place(column, dictionary);
    }
    writer.write_head(dictionary, head)?;
    Ok(Box::new(writer))
}

impl CodelistWriter<'_> {
    /// Decides where a column goes.
    fn place(&mut self, column: ItemColumn, dictionary: &Dictionary) {
        let ItemColumn::Attribute(position, language) = column else {
            if matches!(column, ItemColumn::ValidFrom | ItemColumn::ValidTo) {
                self.annotations.push(Annotated { name: column.name(dictionary), columns: vec![(column, None)] });
            }
            return;
        };
        let definition = &dictionary.attributes[position].definition;
        let is_text = matches!(definition.kind, AttributeType::String | AttributeType::Text) && !definition.list;
        if dictionary.display_position() == Some(position) {
            self.name_column.clone_from(&definition.code);
            self.names.push((column, language.unwrap_or(Language::Ru)));
        } else if is_text && definition.code == "description" {
            self.descriptions.push((column, language.unwrap_or(Language::Ru)));
        } else {
            match self.annotations.last_mut() {
                Some(last) if last.name == definition.code => last.columns.push((column, language)),
                _ => self.annotations.push(Annotated { name: definition.code.clone(), columns: vec![(column, language)] }),
            }
        }
    }

    fn write_head(&mut self, dictionary: &Dictionary, head: &ExportHead) -> io::Result<()> {
        let (code, definition) = (dictionary.code.as_str(), &dictionary.definition);
        let id = format!("CL_{}", code.to_ascii_uppercase());
        let xml = &mut self.xml;
        xml.start("mes:Structure");
        for (prefix, name) in [("mes", "message"), ("str", "structure"), ("com", "common")] {
            let namespace = format!("{}2_1/{name}", super::SCHEMAS);
            xml.attribute(&format!("xmlns:{prefix}"), &namespace);
        }
        xml.start("mes:Header").element("mes:ID", &format!("{id}-{}", head.publication)).element("mes:Test", "false");
        xml.element("mes:Prepared", &head.published_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
        xml.start("mes:Sender").attribute("id", AGENCY).end().end();
        xml.start("mes:Structures").start("str:Codelists").start("str:Codelist");
        xml.attribute("id", &id).attribute("agencyID", AGENCY).attribute("version", &head.edition.max(1).to_string());
        let columns: Vec<String> = cells::columns(dictionary).into_iter().map(|column| column.name(dictionary)).collect();
        xml.start("com:Annotations");
        write_annotation(xml, COLUMNS_ANNOTATION, Some(&columns.join(" ")));
        if !self.name_column.is_empty() {
            write_annotation(xml, NAME_ANNOTATION, Some(&self.name_column));
        }
        xml.end();
        for (element, label) in [("com:Name", Some(&definition.name)), ("com:Description", definition.description.as_ref())] {
            let texts = label.map(|label| [("ru", Some(&label.ru)), ("en", label.en.as_ref())]);
            for (language, text) in texts.into_iter().flatten() {
                if let Some(text) = text {
                    xml.start(element).attribute("xml:lang", language).text(checked(text, code, "name")?);
                }
            }
        }
        Ok(())
    }

    /// Whether the column has a value; its text is in `text` then.
    fn fill(&mut self, column: ItemColumn, item: &ItemVersion, name: &str) -> io::Result<bool> {
        self.text.clear();
        column.write(item, &mut self.text);
        checked(&self.text, &item.code, name)?;
        Ok(!self.text.is_empty())
    }

    fn write_annotations(&mut self, item: &ItemVersion, is_unnamed: bool) -> io::Result<()> {
        let annotations = std::mem::take(&mut self.annotations);
        let mut is_open = false;
        for annotated in &annotations {
            let mut has_texts = false;
            for (column, language) in &annotated.columns {
                if !self.fill(*column, item, &annotated.name)? {
                    continue;
                }
                self.open_annotations(&mut is_open);
                match language {
                    None => write_annotation(&mut self.xml, &annotated.name, Some(&self.text)),
                    Some(language) => {
                        if !std::mem::replace(&mut has_texts, true) {
                            self.xml.start("com:Annotation").element("com:AnnotationType", &annotated.name);
                        }
                        self.xml.start("com:AnnotationText").attribute("xml:lang", language_code(*language)).text(&self.text);
                    }
                }
            }
            if has_texts {
                self.xml.end();
            }
        }
        if is_unnamed {
            self.open_annotations(&mut is_open);
            write_annotation(&mut self.xml, UNNAMED_ANNOTATION, None);
        }
        if is_open {
            self.xml.end();
        }
        self.annotations = annotations;
        Ok(())
    }

    fn open_annotations(&mut self, is_open: &mut bool) {
        if !std::mem::replace(is_open, true) {
            self.xml.start("com:Annotations");
        }
    }

    fn write_texts(&mut self, element: &'static str, columns: &[(ItemColumn, Language)], item: &ItemVersion, name: &str) -> io::Result<()> {
        for (column, language) in columns {
            if self.fill(*column, item, name)? {
                self.xml.start(element).attribute("xml:lang", language_code(*language)).text(&self.text);
            }
        }
        Ok(())
    }

    fn check_codes(&mut self, item: &ItemVersion) -> io::Result<()> {
        let refused = |message: String| Err(io::Error::new(io::ErrorKind::InvalidData, format!("item {}: {message}", item.code)));
        for (what, code) in [("code", Some(item.code.as_str())), ("parent", item.parent())] {
            if let Some(code) = code.filter(|code| !is_id(code)) {
                return refused(format!(
                    "the {what} «{code}» is no id of SDMX, which takes Latin letters, digits, `_`, `-`, `@` and `$`: export it in another format"
                ));
            }
        }
        if self.last_code.as_ref() == Some(&item.code) {
            return refused("it has several versions, and a codelist has each code once: choose a date".to_owned());
        }
        self.last_code = Some(item.code.clone());
        Ok(())
    }
}

impl ItemWriter for CodelistWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        self.check_codes(item)?;
        self.xml.start("str:Code").attribute("id", &item.code);
        let (names, descriptions) = (std::mem::take(&mut self.names), std::mem::take(&mut self.descriptions));
        let name_column = std::mem::take(&mut self.name_column);
        let mut is_unnamed = true;
        for (column, _) in &names {
            is_unnamed &= !self.fill(*column, item, &name_column)?;
        }
        self.write_annotations(item, is_unnamed)?;
        if is_unnamed {
            // SDMX asks for a name; an annotation says that there is none.
            self.xml.start("com:Name").attribute("xml:lang", "ru").text(&item.code);
        }
        self.write_texts("com:Name", &names, item, &name_column)?;
        self.write_texts("com:Description", &descriptions, item, "description")?;
        (self.names, self.descriptions, self.name_column) = (names, descriptions, name_column);
        if let Some(parent) = item.parent() {
            self.xml.start("str:Parent").start("Ref").attribute("id", parent).end().end();
        }
        self.xml.end().flush_when_full()
    }

    fn finish(&mut self) -> io::Result<()> {
        self.xml.finish()
    }
}

fn write_annotation(xml: &mut XmlWriter<'_>, kind: &str, title: Option<&str>) {
    xml.start("com:Annotation");
    if let Some(title) = title {
        xml.element("com:AnnotationTitle", title);
    }
    xml.element("com:AnnotationType", kind).end();
}

fn language_code(language: Language) -> &'static str {
    match language {
        Language::Ru => "ru",
        Language::En => "en",
    }
}

/// `IDType` of SDMX-ML.
fn is_id(code: &str) -> bool {
    !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'@' | b'$' | b'-'))
}
