//! A file of the register as a table: a classifier with its data, data alone, or what is attached to an update.
//! Deliberately unknown: dictionaries.

use super::super::row::Row;
use super::super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::super::xml::{Between, XmlReader};
use super::records::Columns;
use super::structure::{self, Structure};
use super::{ACTION, DOCUMENT_NAMESPACE, UPDATE_NAMESPACE};

struct RecordTable {
    head: TableHead,
    reader: XmlReader,
    position: Position,
    columns: Columns,
    action: &'static str,
    is_over: bool,
}

/// Where in a file its records are.
struct Position {
    /// `None` where the file has data only.
    structure: Option<Structure>,
    /// How many elements around the records are still open; none when there are no data.
    open: usize,
    /// Whether the start tag of the first record was read already.
    is_at_record: bool,
    /// What becomes of a record that does not say.
    action: &'static str,
    evidence: Vec<(String, String)>,
}

/// Opens a file; one that does not say which attributes there are is surveyed first.
pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let bytes_total = open()?.seek(std::io::SeekFrom::End(0))?;
    let mut reader = XmlReader::new(open()?, limits)?;
    let mut position = Position::find(&mut reader, limits)?;
    let mut head = TableHead { bytes_total, ..TableHead::default() };
    head.evidence.push(("encoding".to_owned(), reader.encoding().to_owned()));
    head.evidence.append(&mut position.evidence);
    let mut columns = match &mut position.structure {
        Some(structure) => {
            head.title = Some(structure.name.clone());
            head.code = Some(structure.code.clone());
            head.version.clone_from(&structure.version);
            head.evidence.append(&mut structure.evidence);
            head.hints = structure.attributes.iter().map(|attribute| attribute.hint.clone()).collect();
            Columns::of(structure, limits)
        }
        None => {
            let columns = survey(&mut reader, &mut position, limits)?;
            reader = XmlReader::new(open()?, limits)?;
            position = Position::find(&mut reader, limits)?;
            head.evidence.push(("columns".to_owned(), "the file does not describe them: those that its records have".to_owned()));
            head.hints = columns.list.iter().map(|column| hint(&column.name, column.kind, column.refers_to.clone())).collect();
            columns
        }
    };
    columns.action = position.action;
    let names = columns.list.iter().map(|column| column.name.clone());
    head.columns = Some(names.chain([ACTION.to_owned()]).collect());
    head.hints.push(ColumnHint::default());
    let is_over = position.open == 0;
    Ok(Box::new(RecordTable { head, reader, action: position.action, position, columns, is_over }))
}

fn hint(name: &str, kind: Option<crate::domain::definition::AttributeType>, refers_to: Option<String>) -> ColumnHint {
    ColumnHint { label: Some(name.to_owned()), kind, refers_to, is_key: name == super::AUTOKEY, ..ColumnHint::default() }
}

fn survey(reader: &mut XmlReader, position: &mut Position, limits: &FileLimits) -> Result<Columns, FileError> {
    let mut columns = Columns::unknown(limits);
    while position.next_record(reader)? {
        columns.read(reader)?;
    }
    if let Some(column) = columns.list.iter_mut().find(|column| column.name == ACTION) {
        column.name = format!("{ACTION} (attribute)");
    }
    Ok(columns)
}

impl Table for RecordTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        if self.is_over {
            return Ok(false);
        }
        // Until the record has been read well.
        self.is_over = true;
        if !self.position.next_record(&mut self.reader)? {
            return Ok(false);
        }
        row.start(self.reader.line());
        self.columns.action = self.action;
        self.columns.read(&mut self.reader)?;
        for column in &self.columns.list {
            row.push(column.text());
        }
        row.push(self.columns.action);
        self.is_over = false;
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }
}

impl Position {
    /// Reads a file up to its records.
    fn find(reader: &mut XmlReader, limits: &FileLimits) -> Result<Position, FileError> {
        reader.root()?;
        let root = reader.element();
        let mut position = Position { structure: None, open: 1, is_at_record: false, action: "add", evidence: Vec::new() };
        match (root.namespace(), root.name()) {
            (DOCUMENT_NAMESPACE, "document") => position.enter_document(reader, limits)?,
            (UPDATE_NAMESPACE, "ClassifierDataUpdateRequest") => position.enter_attachment(reader, "update")?,
            (UPDATE_NAMESPACE, "ClassifierDataDeleteRequest") => position.enter_attachment(reader, "remove")?,
            (namespace, name) => {
                let message = format!(
                    "the document is <{name}> of the namespace «{namespace}», and a file of ЕСНСИ is <document> of {DOCUMENT_NAMESPACE}, or \
                     <ClassifierDataUpdateRequest> or <ClassifierDataDeleteRequest> of {UPDATE_NAMESPACE}: is it another format?"
                );
                return Err(reader.refused(message));
            }
        }
        Ok(position)
    }

    fn enter_document(&mut self, reader: &mut XmlReader, limits: &FileLimits) -> Result<(), FileError> {
        while reader.next_child(Between::Nothing)? {
            match (reader.element().name(), self.structure.is_some()) {
                ("simple-classifier" | "aggregator-classifier", false) => {
                    self.structure = Some(structure::read(reader, limits.row.columns_max)?);
                }
                ("composite-classifier", false) => self.structure = Some(the_one_nested(reader, limits)?),
                ("data", _) => return self.enter_data(reader),
                ("composite-data", _) => {
                    self.open += 1;
                    return match reader.next_child(Between::Nothing)? {
                        true if reader.element().name() == "data" => self.enter_data(reader),
                        _ => Err(reader.refused("<composite-data> holds no <data>: there is nothing to read")),
                    };
                }
                (name, _) => return Err(reader.refused(format!("<{name}> stands where a classifier or its data are expected"))),
            }
        }
        if self.structure.is_none() {
            return Err(reader.refused("the document is empty: it has neither a classifier nor data"));
        }
        self.open = 0;
        reader.end()
    }

    fn enter_data(&mut self, reader: &XmlReader) -> Result<(), FileError> {
        self.open += 1;
        if let (Some(structure), Some(reference)) = (&self.structure, reader.element().attribute("classifier-ref"))
            && !structure.is_called(reference)
        {
            let message =
                format!("the data are said to be of {reference}, and the classifier before them is not called so: read all the same");
            self.evidence.push(("classifier-ref".to_owned(), message));
        }
        Ok(())
    }

    /// Records stand in an attachment as they are, or in `data`.
    fn enter_attachment(&mut self, reader: &mut XmlReader, action: &'static str) -> Result<(), FileError> {
        self.action = action;
        if !reader.next_child(Between::Nothing)? {
            self.open = 0;
            return reader.end();
        }
        match reader.element().name() {
            "record" => self.is_at_record = true,
            "data" => self.open += 1,
            name => return Err(reader.refused(format!("<{name}> stands where a <record> or <data> is expected"))),
        }
        Ok(())
    }

    /// Goes to the start tag of the next record; `false` after the last one, at the end of the file.
    fn next_record(&mut self, reader: &mut XmlReader) -> Result<bool, FileError> {
        if std::mem::take(&mut self.is_at_record) {
            return Ok(true);
        }
        let mut are_data_over = false;
        while self.open > 0 {
            if !reader.next_child(Between::Nothing)? {
                self.open -= 1;
                are_data_over = true;
                continue;
            }
            match reader.element().name() {
                "record" if !are_data_over => return Ok(true),
                "data" | "composite-data" if are_data_over => {
                    let message = "a second <data> follows: the file holds several classifiers, and a table can hold one: save each in a file of its own";
                    return Err(reader.refused(message));
                }
                name => return Err(reader.refused(format!("<{name}> stands where a <record> is expected"))),
            }
        }
        reader.end()?;
        Ok(false)
    }
}

/// The classifier of a composite one, which may be read where it is the only one.
fn the_one_nested(reader: &mut XmlReader, limits: &FileLimits) -> Result<Structure, FileError> {
    let line = reader.line();
    let composite = reader.element().attribute("name").unwrap_or_default().to_owned();
    let mut nested: Vec<Structure> = Vec::new();
    while reader.next_child(Between::AnyText)? {
        match reader.element().name() {
            "classifier" => nested.push(structure::read(reader, limits.row.columns_max)?),
            _ => reader.skip()?,
        }
    }
    match nested.len() {
        1 => Ok(nested.remove(0)),
        count => {
            let names: Vec<&str> = nested.iter().map(|structure| structure.code.as_str()).collect();
            let message = format!(
                "the composite classifier «{composite}» is made of {count} classifiers ({}), and a table can hold one: save each in a file of its own",
                names.join(", ")
            );
            Err(FileError::at_line(line, message))
        }
    }
}
