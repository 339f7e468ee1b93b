//! What a classifier says of itself and its attributes, as columns of a table.
//! Deliberately unknown: records.

use rustc_hash::{FxHashMap, FxHashSet};

use super::super::table::{ColumnHint, FileError};
use super::super::xml::{Between, Element, XmlReader};
use super::{ACTION, AUTOKEY, DOCUMENT_NAMESPACE, classifier_uid};
use crate::domain::definition::AttributeType;

/// How an element of an attribute is called, its type, and the element of its values.
const KINDS: [(&str, AttributeType, &str); 7] = [
    ("string-attribute", AttributeType::String, "string"),
    ("text-attribute", AttributeType::Text, "text"),
    ("boolean-attribute", AttributeType::Boolean, "bool"),
    ("date-attribute", AttributeType::Date, "date"),
    ("integer-attribute", AttributeType::Integer, "integer"),
    ("decimal-attribute", AttributeType::Decimal, "decimal"),
    ("reference-attribute", AttributeType::Reference, "reference"),
];

/// Attributes of elements that only the new generation has.
const NEW_MARKS: [&str; 7] = ["updatePeriod", "tech-name", "public-id", "checksum", "autoFill", "unique", "autoKeyPartNum"];

/// The type that the element of a value stands for.
pub(super) fn kind_of_value(element: &str) -> Option<AttributeType> {
    KINDS.iter().find(|(_, _, value)| *value == element).map(|(_, kind, _)| *kind)
}

/// An attribute as the file describes it.
pub(super) struct AttributeFound {
    pub uid: String,
    pub column: String,
    /// The element that holds its values.
    pub value_element: &'static str,
    pub hint: ColumnHint,
    /// Of a reference: the attribute that it refers to.
    pub refers_to_uid: Option<String>,
    /// What stands before the code of an item in a reference: `OFFICES_`.
    pub prefix: Option<String>,
    tech_name: Option<String>,
    is_key_part: bool,
}

#[derive(Default)]
pub(super) struct Structure {
    pub code: String,
    pub name: String,
    pub version: Option<String>,
    pub attributes: Vec<AttributeFound>,
    pub evidence: Vec<(String, String)>,
    /// Whether this service wrote it.
    pub is_ours: bool,
    uid: String,
    key_uid: Option<String>,
    new_marks: Vec<&'static str>,
    donors: Vec<String>,
}

/// Reads the classifier whose start tag was read last.
pub(super) fn read(reader: &mut XmlReader, columns_max: usize) -> Result<Structure, FileError> {
    let mut structure = Structure::default();
    structure.take_passport(reader)?;
    while reader.next_child(Between::AnyText)? {
        let line = reader.line();
        let element = reader.element();
        if element.namespace() != DOCUMENT_NAMESPACE {
            reader.skip()?;
            continue;
        }
        match element.name() {
            "description" | "attribute-option" => {}
            "donor-classifier" => structure.donors.push(element.attribute("name").unwrap_or_default().to_owned()),
            name => {
                let Some((_, kind, value_element)) = KINDS.iter().find(|(attribute, _, _)| *attribute == name) else {
                    return Err(reader.refused(format!("<{name}> is no kind of attribute that ЕСНСИ knows: take it out")));
                };
                let attribute = attribute_of(element, *kind, value_element).map_err(|message| reader.refused(message))?;
                structure.mark(element);
                structure.attributes.push(attribute);
            }
        }
        if structure.attributes.len() > columns_max {
            let message = format!("the classifier has more than {columns_max} attributes, and no more are read");
            return Err(FileError::at_line(line, message));
        }
        reader.skip()?;
    }
    structure.conclude().map_err(|message| reader.refused(message))?;
    Ok(structure)
}

fn attribute_of(element: &Element, kind: AttributeType, value_element: &'static str) -> Result<AttributeFound, String> {
    let needed = |name: &str| {
        let found = element.attribute(name).filter(|value| !value.trim().is_empty());
        found.map(str::to_owned).ok_or_else(|| format!("<{}> lacks the attribute {name}: name it", element.name()))
    };
    let (uid, name) = (needed("uid")?, needed("name")?);
    let is_true = |name: &str| element.attribute(name).is_some_and(|value| matches!(value.trim(), "true" | "1"));
    let hint = ColumnHint {
        label: Some(name.clone()),
        kind: Some(kind),
        is_key: false,
        is_required: is_true("required"),
        is_unique: is_true("unique"),
        length_max: element.attribute("length").and_then(|length| length.trim().parse().ok()),
        pattern: element.attribute("regex").filter(|pattern| !pattern.is_empty()).map(str::to_owned),
        refers_to: None,
    };
    Ok(AttributeFound {
        column: name,
        value_element,
        hint,
        refers_to_uid: element.attribute("ref-attribute-uid").map(str::to_owned),
        prefix: None,
        tech_name: element.attribute("tech-name").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        is_key_part: element.attribute("autoKeyPartNum").is_some(),
        uid,
    })
}

impl Structure {
    fn take_passport(&mut self, reader: &XmlReader) -> Result<(), FileError> {
        let element = reader.element();
        let text = |name: &str| element.attribute(name).map(str::to_owned);
        self.code = text("code").ok_or_else(|| reader.refused(format!("<{}> lacks the attribute code: name it", element.name())))?;
        self.name = text("name").unwrap_or_default();
        self.version = text("version");
        self.uid = text("uid").unwrap_or_default();
        self.key_uid = text("key-attribute-ref");
        self.mark(element);
        self.is_ours = self.uid == classifier_uid(&self.code.to_ascii_lowercase());
        Ok(())
    }

    fn mark(&mut self, element: &Element) {
        for mark in NEW_MARKS {
            if element.attribute(mark).is_some() && !self.new_marks.contains(&mark) {
                self.new_marks.push(mark);
            }
        }
    }

    /// Whether an identifier is that of the classifier. Real files, and even the recommendations, mix identifiers up.
    pub(super) fn is_called(&self, reference: &str) -> bool {
        [&self.uid, &self.code].iter().any(|name| *name == reference)
    }

    fn conclude(&mut self) -> Result<(), String> {
        let mut uids = FxHashSet::default();
        if let Some(twice) = self.attributes.iter().find(|attribute| !uids.insert(&attribute.uid)) {
            return Err(format!("two attributes of the classifier {} have the uid {}: give each its own", self.code, twice.uid));
        }
        self.name_columns();
        self.find_key();
        let generation = match (self.new_marks.is_empty(), self.donors.is_empty()) {
            (false, _) => format!("new: {} is there", self.new_marks.join(", ")),
            (_, false) => "new: donor-classifier is there".to_owned(),
            _ => "old: nothing that only the new one has is there".to_owned(),
        };
        self.evidence.push(("generation".to_owned(), generation));
        if !self.donors.is_empty() {
            let donors = format!("{}: their records are read like the others", self.donors.join(", "));
            self.evidence.push(("donors".to_owned(), donors));
        }
        Ok(())
    }

    /// A column is called by the technical name of its attribute, where that says something and no other has it, or by its name.
    fn name_columns(&mut self) {
        let mut counts: FxHashMap<String, usize> = FxHashMap::default();
        for tech_name in self.attributes.iter().filter_map(|attribute| attribute.tech_name.as_ref()) {
            *counts.entry(tech_name.clone()).or_default() += 1;
        }
        let mut taken: FxHashSet<String> = FxHashSet::default();
        taken.insert(ACTION.to_owned());
        for attribute in &mut self.attributes {
            // The register makes such a name of the identifier when nobody gives one.
            let made = format!("f_{}", attribute.uid.replace('-', ""));
            let telling = attribute.tech_name.clone().filter(|name| counts.get(name) == Some(&1) && *name != made);
            let wanted = telling.into_iter().chain([attribute.column.clone()]);
            let free = wanted.into_iter().find(|name| !taken.contains(name));
            attribute.column = free.unwrap_or_else(|| format!("{} ({})", attribute.column, attribute.uid));
            taken.insert(attribute.column.clone());
        }
    }

    fn find_key(&mut self) {
        let key_uid = self.key_uid.clone();
        let is_key = |attribute: &AttributeFound| match &key_uid {
            Some(uid) => attribute.uid == *uid,
            None => attribute.column == AUTOKEY,
        };
        let Some(key) = self.attributes.iter().position(is_key) else { return };
        self.attributes[key].hint.is_key = true;
        // A reference to the own key names an item by `<code of the classifier>_<its code>` when the key is made so.
        let mut parts = self.attributes.iter().filter(|attribute| attribute.is_key_part);
        let only_code = match (parts.next(), parts.next()) {
            (None, _) => self.attributes.iter().any(|attribute| attribute.column == "code"),
            (Some(part), None) => part.column == "code",
            _ => false,
        };
        let is_made_of_code = only_code && self.attributes[key].column == AUTOKEY;
        let (key_uid, code) = (self.attributes[key].uid.clone(), self.code.clone());
        for attribute in &mut self.attributes {
            if attribute.refers_to_uid.as_ref() == Some(&key_uid) {
                attribute.hint.refers_to = Some(code.clone());
                attribute.prefix = is_made_of_code.then(|| format!("{code}_"));
            }
        }
    }
}
