//! One code of a codelist: its id, names, descriptions, parent and annotations, as fields with texts.
//! Deliberately unknown: which columns they make.

use super::super::table::FileError;
use super::super::xml::XmlReader;
use super::{UNNAMED_ANNOTATION, next_child};

/// What a text of a code is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Field {
    pub kind: FieldKind,
    /// As `xml:lang` says; `None` where it says nothing.
    pub language: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum FieldKind {
    Id,
    Parent,
    Name,
    Description,
    /// By its type, or by its id where it has no type.
    Annotation(String),
}

impl Field {
    fn plain(kind: FieldKind) -> Self {
        Self { kind, language: None }
    }
}

/// An annotation as it was read.
#[derive(Default)]
pub(super) struct Annotation {
    pub kind: String,
    pub title: Option<String>,
    texts: Vec<(Option<String>, String)>,
    other: Option<String>,
}

#[derive(Default)]
pub(super) struct Code {
    pub fields: Vec<(Field, String)>,
}

impl Code {
    /// Reads the code whose start tag was read last.
    pub(super) fn read(&mut self, reader: &mut XmlReader, bytes_max: usize) -> Result<(), FileError> {
        self.fields.clear();
        let Some(id) = reader.element().attribute("id").filter(|id| !id.trim().is_empty()) else {
            return Err(reader.refused("the code has no id: give it one").of_field("id"));
        };
        self.fields.push((Field::plain(FieldKind::Id), id.to_owned()));
        let mut is_unnamed = false;
        while next_child(reader)? {
            match reader.element().name() {
                "Name" => self.take_text(FieldKind::Name, reader)?,
                "Description" => self.take_text(FieldKind::Description, reader)?,
                "Parent" => self.take_parent(reader)?,
                "Annotations" => {
                    while next_child(reader)? {
                        let annotation = Annotation::read(reader)?;
                        is_unnamed |= annotation.kind == UNNAMED_ANNOTATION;
                        self.take_annotation(annotation);
                    }
                }
                _ => reader.skip()?,
            }
            let bytes: usize = self.fields.iter().map(|(_, text)| text.len()).sum();
            if bytes > bytes_max {
                return Err(reader.refused(format!("the code has more than {bytes_max} bytes: it is damaged")));
            }
        }
        if is_unnamed {
            self.fields.retain(|(field, _)| field.kind != FieldKind::Name);
        }
        Ok(())
    }

    pub(super) fn id(&self) -> &str {
        self.fields.first().map(|(_, id)| id.as_str()).unwrap_or_default()
    }

    /// Where a list takes codes over from another, they may get a prefix; so do their parents.
    pub(super) fn put_before_ids(&mut self, prefix: &str) {
        for (field, text) in &mut self.fields {
            if matches!(field.kind, FieldKind::Id | FieldKind::Parent) {
                text.insert_str(0, prefix);
            }
        }
    }

    /// A second text of the same kind and language would have no cell, so it is refused.
    fn push(&mut self, field: Field, text: &str, reader: &XmlReader) -> Result<(), FileError> {
        if self.fields.iter().any(|(known, _)| *known == field) {
            let name = match field.kind {
                FieldKind::Name => "Name",
                FieldKind::Description => "Description",
                _ => "Parent",
            };
            let message = format!("the code {} has it twice in one language: keep one of them", self.id());
            return Err(reader.refused(message).of_field(name));
        }
        self.fields.push((field, text.to_owned()));
        Ok(())
    }

    fn take_text(&mut self, kind: FieldKind, reader: &mut XmlReader) -> Result<(), FileError> {
        // English is what SDMX means when nothing is said.
        let language = Some(reader.element().attribute("xml:lang").unwrap_or("en").to_owned());
        reader.read_text()?;
        self.push(Field { kind, language }, reader.text(), reader)
    }

    /// 2.1 writes `<Parent><Ref id="…"/></Parent>`, 3.0 the id as text.
    fn take_parent(&mut self, reader: &mut XmlReader) -> Result<(), FileError> {
        let parent = reader.read_text_or_child("Ref", "id")?;
        if parent.trim().is_empty() {
            return Err(reader.refused(format!("the parent of the code {} is not named: name it, or leave <Parent> out", self.id())));
        }
        self.push(Field::plain(FieldKind::Parent), parent.trim(), reader)
    }

    /// Several annotations of one type are a list.
    fn take_annotation(&mut self, annotation: Annotation) {
        if annotation.kind == UNNAMED_ANNOTATION {
            return;
        }
        let kind = FieldKind::Annotation(annotation.kind);
        let mut texts = annotation.texts;
        if texts.is_empty() {
            texts.extend(annotation.other.or(annotation.title).map(|text| (None, text)));
        }
        for (language, text) in texts {
            let field = Field { kind: kind.clone(), language };
            match self.fields.iter_mut().find(|(known, _)| *known == field) {
                Some((_, known)) => {
                    known.push('|');
                    known.push_str(&text);
                }
                None => self.fields.push((field, text)),
            }
        }
    }
}

impl Annotation {
    /// Reads the annotation whose start tag was read last.
    pub(super) fn read(reader: &mut XmlReader) -> Result<Annotation, FileError> {
        let mut annotation = Annotation::default();
        let id = reader.element().attribute("id").map(str::to_owned);
        while next_child(reader)? {
            let language = reader.element().attribute("xml:lang").map(str::to_owned);
            match reader.element().name() {
                "AnnotationType" => annotation.kind = reader.read_text()?.trim().to_owned(),
                "AnnotationTitle" => annotation.title = Some(reader.read_text()?.to_owned()),
                "AnnotationText" => annotation.texts.push((language, reader.read_text()?.to_owned())),
                "AnnotationValue" => annotation.other = Some(reader.read_text()?.to_owned()),
                "AnnotationURL" if annotation.other.is_none() => annotation.other = Some(reader.read_text()?.to_owned()),
                _ => reader.skip()?,
            }
        }
        if annotation.kind.is_empty() {
            annotation.kind = id.unwrap_or_else(|| "annotation".to_owned());
        }
        Ok(annotation)
    }
}
