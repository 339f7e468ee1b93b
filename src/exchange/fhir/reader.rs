//! The concepts of a CodeSystem as a table: those that stand within another have it as their parent.
//! Deliberately unknown: what the properties mean beyond their types.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::super::kept_table::{KeptTable, read_document};
use super::super::row::Row;
use super::super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::resource::{CodeSystem, Concept, Designation, PropertyDeclaration};
use super::{DISPLAY_EXTENSION, PARENT_URI};
use crate::domain::definition::AttributeType;

/// How deep concepts may stand within one another.
const DEPTH_MAX: usize = 64;

const PARENT: &str = "parent";
const DEFINITION: &str = "definition";

/// Only what kind of resource a file is.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyResource {
    resource_type: Option<String>,
}

pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let (text, bytes_total) = read_document(open()?, limits)?;
    let resource: AnyResource = serde_json::from_str(&text).map_err(|error| malformed(&error, 1))?;
    match resource.resource_type.as_deref() {
        Some("CodeSystem") => {}
        Some(other) => return Err(FileError::of_file(format!("the file is a FHIR {other}, and only a CodeSystem is read"))),
        None => return Err(FileError::of_file("the file is no FHIR resource: it has no resourceType")),
    }
    let system: CodeSystem<'_> = serde_json::from_str(&text).map_err(|error| malformed(&error, 1))?;
    let mut reading = Reading::new(&text, &system, limits.row.columns_max);
    reading.read_all(&system.concept)?;
    let head = TableHead {
        columns: Some(reading.columns.names.clone()),
        hints: reading.columns.hints.clone(),
        title: system.title.clone().or_else(|| system.name.clone()),
        code: system.url.clone(),
        version: system.version.clone(),
        bytes_total,
        evidence: vec![("concepts".to_owned(), reading.told(&system))],
        ..TableHead::default()
    };
    Ok(Box::new(KeptTable::new(head, reading.rows())))
}

/// The columns found so far.
struct Columns {
    names: Vec<String>,
    hints: Vec<ColumnHint>,
    columns_max: usize,
}

impl Columns {
    fn place(&mut self, name: &str) -> Result<usize, FileError> {
        if let Some(place) = self.names.iter().position(|other| other == name) {
            return Ok(place);
        }
        if self.names.len() >= self.columns_max {
            return Err(FileError::of_file(format!("the concepts have more than {} properties and languages", self.columns_max)));
        }
        self.names.push(name.to_owned());
        self.hints.push(ColumnHint::default());
        Ok(self.names.len() - 1)
    }
}

struct Reading<'a> {
    text: &'a str,
    /// How far lines were counted: an offset and its line.
    counted: (usize, u64),
    columns: Columns,
    /// The columns of the display and of its designation in English.
    display: String,
    display_en: String,
    /// The properties that name a parent.
    parent_properties: Vec<String>,
    /// The line of each concept, and its texts by the place of their column.
    cells: Vec<(u64, Vec<(usize, String)>)>,
    nested: usize,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str, system: &CodeSystem<'_>, columns_max: usize) -> Self {
        let mut named = system.extension.iter().filter(|extension| extension.url == DISPLAY_EXTENSION);
        let mut next = || named.next().and_then(|extension| extension.value_code.clone());
        let (display, display_en) = (next(), next());
        let is_parent = |property: &&PropertyDeclaration| match &property.uri {
            Some(uri) => uri == PARENT_URI,
            None => property.code == PARENT,
        };
        let parent_properties: Vec<String> =
            system.property.iter().filter(is_parent).map(|property| property.code.clone()).chain([PARENT.to_owned()]).collect();
        let mut columns = Columns { names: Vec::new(), hints: Vec::new(), columns_max };
        let mut put = |name: &str, hint: ColumnHint| {
            if !columns.names.iter().any(|other| other == name) {
                columns.names.push(name.to_owned());
                columns.hints.push(hint);
            }
        };
        put("code", ColumnHint { is_key: true, is_required: true, ..ColumnHint::default() });
        if system.property.iter().any(|property| parent_properties.contains(&property.code)) {
            put(PARENT, ColumnHint::default());
        }
        let name = display.unwrap_or_else(|| "name".to_owned());
        put(&name, ColumnHint::default());
        display_en.iter().for_each(|name| put(name, ColumnHint::default()));
        for property in system.property.iter().filter(|property| !parent_properties.contains(&property.code)) {
            put(&property.code, hint(property));
        }
        let display_en = display_en.unwrap_or_else(|| format!("{name}_en"));
        Self { text, counted: (0, 1), columns, display: name, display_en, parent_properties, cells: Vec::new(), nested: 0 }
    }

    /// Concepts come before those that stand within them.
    fn read_all(&mut self, concepts: &[&'a RawValue]) -> Result<(), FileError> {
        let mut left: Vec<(&RawValue, Option<String>, usize)> = concepts.iter().rev().map(|concept| (*concept, None, 1)).collect();
        while let Some((raw, parent, depth)) = left.pop() {
            let line = self.line_of(raw);
            if depth > DEPTH_MAX {
                return Err(FileError::at_line(line, format!("concepts stand within one another more than {DEPTH_MAX} deep")));
            }
            let concept: Concept<'_> = serde_json::from_str(raw.get()).map_err(|error| malformed(&error, line))?;
            self.read(&concept, parent, line).map_err(|error| FileError { line: Some(line), ..error })?;
            let inner = concept.concept.iter().rev();
            left.extend(inner.map(|inner| (*inner, Some(concept.code.clone()), depth + 1)));
        }
        Ok(())
    }

    fn read(&mut self, concept: &Concept<'_>, outer: Option<String>, line: u64) -> Result<(), FileError> {
        let mut cells: Vec<(usize, String)> = vec![(0, concept.code.clone())];
        self.nested += usize::from(outer.is_some());
        if let Some(parent) = self.parent_of(concept, outer)? {
            cells.push((self.columns.place(PARENT)?, parent));
        }
        if let Some(display) = &concept.display {
            cells.push((self.columns.place(&self.display)?, display.clone()));
        }
        for designation in &concept.designation {
            if let Some(column) = self.column_of(designation) {
                append(&mut cells, self.columns.place(&column)?, &designation.value);
            }
        }
        if let Some(definition) = &concept.definition {
            cells.push((self.columns.place(DEFINITION)?, definition.clone()));
        }
        for property in concept.property.iter().filter(|property| !self.parent_properties.contains(&property.code)) {
            let text = property.text().ok_or_else(|| {
                FileError::of_file(format!("the property of concept {} has no value of a type that FHIR R4 knows", concept.code))
                    .of_field(property.code.clone())
            })?;
            append(&mut cells, self.columns.place(&property.code)?, text);
        }
        self.cells.push((line, cells));
        Ok(())
    }

    fn parent_of(&self, concept: &Concept<'_>, outer: Option<String>) -> Result<Option<String>, FileError> {
        let named = concept.property.iter().filter(|property| self.parent_properties.contains(&property.code));
        let mut parents: Vec<&str> = outer.as_deref().into_iter().chain(named.filter_map(|property| property.text())).collect();
        parents.dedup();
        match parents[..] {
            [] => Ok(None),
            [parent] => Ok(Some(parent.to_owned())),
            [first, second, ..] => {
                let message = format!(
                    "concept {} stands under {first} and under {second}, and an item has one parent: keep one of them",
                    concept.code
                );
                Err(FileError::of_file(message).of_field(PARENT))
            }
        }
    }

    /// A designation in Russian says the same as the display; one without a language is a synonym.
    fn column_of(&self, designation: &Designation) -> Option<String> {
        let language = designation.language.as_deref().unwrap_or_default().to_lowercase();
        let usage = designation.usage.as_ref().and_then(|usage| usage.code.as_deref());
        match (language.as_str(), usage) {
            ("", _) => Some("alt_label".to_owned()),
            (language, Some("synonym" | "900000000000013009")) => Some(format!("alt_label_{language}")),
            ("en", _) => Some(self.display_en.clone()),
            ("ru", _) => None,
            (language, _) => Some(format!("{}_{language}", self.display)),
        }
    }

    fn line_of(&mut self, raw: &RawValue) -> u64 {
        let offset = (raw.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        let (from, line) = self.counted;
        // Concepts are looked at in the order in which they stand.
        let passed = &self.text.as_bytes()[from.min(offset)..offset];
        self.counted = (offset, line + memchr::memchr_iter(b'\n', passed).count() as u64);
        self.counted.1
    }

    fn told(&self, system: &CodeSystem<'_>) -> String {
        let part = match system.content.as_deref() {
            Some("complete") | None => String::new(),
            Some(other) => format!("; the file says that its content is {other}, not complete"),
        };
        format!("{}, {} of them within another, which is their parent{part}", self.cells.len(), self.nested)
    }

    fn rows(self) -> Vec<Row> {
        let width = self.columns.names.len();
        let row = |(line, cells): (u64, Vec<(usize, String)>)| {
            let mut texts = vec![""; width];
            cells.iter().for_each(|(place, text)| texts[*place] = text);
            let mut row = Row::new();
            row.start(line);
            texts.into_iter().for_each(|text| row.push(text));
            row
        };
        self.cells.into_iter().map(row).collect()
    }
}

/// Puts a text into a cell, behind what is there.
fn append(cells: &mut Vec<(usize, String)>, place: usize, text: &str) {
    match cells.iter_mut().find(|(other, _)| *other == place) {
        Some((_, there)) => {
            there.push('|');
            there.push_str(text);
        }
        None => cells.push((place, text.to_owned())),
    }
}

fn hint(property: &PropertyDeclaration) -> ColumnHint {
    let kind = match property.kind.as_str() {
        "integer" => Some(AttributeType::Integer),
        "decimal" => Some(AttributeType::Decimal),
        "boolean" => Some(AttributeType::Boolean),
        "dateTime" => Some(AttributeType::Date),
        _ => None,
    };
    ColumnHint { label: property.description.clone(), kind, ..ColumnHint::default() }
}

/// What the parser found, in a part of the file that begins on `line`.
fn malformed(error: &serde_json::Error, line: u64) -> FileError {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    FileError::at_line(line + (error.line() as u64).saturating_sub(1), format!("the CodeSystem is malformed: {message}"))
}
