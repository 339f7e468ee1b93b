//! SDMX codelists: structure messages of SDMX-ML 2.1, 3.0 and 3.1 are read, 2.1 is written. Facts come from the published schemas.
//! Deliberately unknown: dictionaries, to the reader; every other structure that a message may hold, to both.

mod code;
mod survey;
mod writer;

#[cfg(test)]
mod tests;

use super::row::Row;
use super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::xml::{Between, XmlReader};
use crate::domain::definition::AttributeType;
use code::Code;
use survey::{Plan, Survey};

pub use writer::writer;

/// What the namespaces of SDMX-ML begin with; a version and `/message`, `/structure` or `/common` follow.
const SCHEMAS: &str = "http://www.sdmx.org/resources/sdmxml/schemas/v";

const VERSIONS: [&str; 3] = ["2_1", "3_0", "3_1"];

/// What this service says to itself in a codelist that it writes: the names of all columns, the one of them that names a code, and that
/// a code has no name, which SDMX does not allow.
const COLUMNS_ANNOTATION: &str = "svod:columns";
const NAME_ANNOTATION: &str = "svod:name";
const UNNAMED_ANNOTATION: &str = "svod:unnamed";

struct CodelistTable {
    head: TableHead,
    reader: XmlReader,
    walk: Walk,
    plan: Plan,
    code: Code,
    record_bytes_max: usize,
    is_over: bool,
}

/// Opens a message: it is surveyed once, since only the codes say which languages and annotations there are.
pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let bytes_total = open()?.seek(std::io::SeekFrom::End(0))?;
    let mut reader = XmlReader::new(open()?, limits)?;
    let survey = Survey::of(&mut reader, limits)?;
    let (plan, list) = survey.plan(limits.row.columns_max)?;
    let mut head =
        TableHead { bytes_total, title: list.title(), code: Some(list.id.clone()), version: list.version.clone(), ..TableHead::default() };
    head.evidence.push(("encoding".to_owned(), reader.encoding().to_owned()));
    head.evidence.extend(plan.evidence.iter().cloned());
    head.hints = plan.columns.iter().map(|name| hint(name)).collect();
    head.columns = Some(plan.columns.clone());
    let mut reader = XmlReader::new(open()?, limits)?;
    let walk = Walk::start(&mut reader)?;
    let record_bytes_max = limits.row.record_bytes_max;
    Ok(Box::new(CodelistTable { head, reader, walk, plan, code: Code::default(), record_bytes_max, is_over: false }))
}

fn hint(column: &str) -> ColumnHint {
    let is_code = column == "code";
    let kind = matches!(column, "code" | "parent").then_some(AttributeType::String);
    ColumnHint { kind, is_key: is_code, is_required: is_code, is_unique: is_code, ..ColumnHint::default() }
}

/// Goes to the next child that is of SDMX; others are passed over. `Ref` and what is in it have no namespace in 2.1.
fn next_child(reader: &mut XmlReader) -> Result<bool, FileError> {
    while reader.next_child(Between::Nothing)? {
        let namespace = reader.element().namespace();
        if namespace.is_empty() || namespace.starts_with(SCHEMAS) {
            return Ok(true);
        }
        reader.skip()?;
    }
    Ok(false)
}

/// What a walk through a message comes by. What is found must be read to its end, a codelist excepted.
enum Found {
    /// Its start tag.
    Codelist,
    Code,
    /// Another child of a codelist.
    Part,
}

/// The way through a message to its codelists and their codes.
struct Walk {
    /// How many of `Structure`, `Structures`, `Codelists` and `Codelist` are open.
    level: usize,
    /// How many codelists were come by.
    lists: usize,
}

impl Walk {
    fn start(reader: &mut XmlReader) -> Result<Walk, FileError> {
        reader.root()?;
        let root = reader.element();
        let version = root.namespace().strip_prefix(SCHEMAS).and_then(|rest| rest.strip_suffix("/message"));
        match (version, root.name()) {
            (Some(version), "Structure") if VERSIONS.contains(&version) => Ok(Walk { level: 1, lists: 0 }),
            (Some(version), "Structure") => {
                Err(reader.refused(format!("the message is of SDMX-ML {}, and 2.1, 3.0 and 3.1 are read: export it anew", version.replace('_', "."))))
            }
            (_, name) => Err(reader.refused(format!(
                "the document is <{name}> of the namespace «{}», and a codelist comes in a <Structure> of {SCHEMAS}2_1/message or a later one: \
                 is it another format?",
                root.namespace()
            ))),
        }
    }

    /// The next find, in those codelists that `enters` by their number.
    fn next(&mut self, reader: &mut XmlReader, enters: impl Fn(usize) -> bool) -> Result<Option<Found>, FileError> {
        while self.level > 0 {
            if !next_child(reader)? {
                self.level -= 1;
                continue;
            }
            match (self.level, reader.element().name()) {
                (1, "Structures") | (2, "Codelists") => self.level += 1,
                (3, "Codelist") => {
                    self.lists += 1;
                    if enters(self.lists - 1) {
                        self.level += 1;
                        return Ok(Some(Found::Codelist));
                    }
                    reader.skip()?;
                }
                (4, "Code") => return Ok(Some(Found::Code)),
                (4, _) => return Ok(Some(Found::Part)),
                _ => reader.skip()?,
            }
        }
        reader.end()?;
        Ok(None)
    }
}

impl CodelistTable {
    fn next_code(&mut self) -> Result<Option<u64>, FileError> {
        let plan = &self.plan;
        while let Some(found) = self.walk.next(&mut self.reader, |list| plan.lists[list].is_some())? {
            match found {
                Found::Codelist => {}
                Found::Part => self.reader.skip()?,
                Found::Code => {
                    let line = self.reader.line();
                    self.code.read(&mut self.reader, self.record_bytes_max)?;
                    let selection = self.plan.lists[self.walk.lists - 1].as_ref();
                    if selection.is_some_and(|selection| selection.take(&mut self.code)) {
                        return Ok(Some(line));
                    }
                }
            }
        }
        Ok(None)
    }
}

impl Table for CodelistTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        // Until a code has been read well.
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(false);
        }
        let Some(line) = self.next_code()? else { return Ok(false) };
        row.start(line);
        let mut cells: Vec<&str> = vec![""; self.plan.columns.len()];
        for (field, text) in &self.code.fields {
            if let Some(at) = self.plan.by_field.get(field) {
                cells[*at] = text;
            }
        }
        cells.iter().for_each(|cell| row.push(cell));
        self.is_over = false;
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }
}
