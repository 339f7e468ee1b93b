//! OASIS genericode 1.0, and 0.4 where it is read: a code list with its columns, its key and its rows.
//! Facts come from the published schema. Deliberately unknown: dictionaries, to the reader; what lies in other files, to both.

mod columns;
mod writer;

#[cfg(test)]
mod tests;

use super::row::Row;
use super::table::{FileError, FileLimits, Open, Table, TableHead};
use super::xml::{Between, XmlReader};
use columns::{Column, ColumnSet};

pub use writer::writer;

const NAMESPACE: &str = "http://docs.oasis-open.org/codelist/ns/genericode/1.0/";

/// Of the draft of 2006, which says the same as far as it is read.
const DRAFT_NAMESPACE: &str = "http://genericode.org/2006/ns/CodeList/0.4/";

struct CodeListTable {
    head: TableHead,
    reader: XmlReader,
    columns: Vec<Column>,
    cells: Vec<Option<String>>,
    record_bytes_max: usize,
    is_over: bool,
}

/// Opens a code list. Its columns are called by their ids, their labels are their names.
pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let bytes_total = open()?.seek(std::io::SeekFrom::End(0))?;
    let mut reader = XmlReader::new(open()?, limits)?;
    check_root(&mut reader)?;
    let mut head = TableHead { bytes_total, ..TableHead::default() };
    head.evidence.push(("encoding".to_owned(), reader.encoding().to_owned()));
    let mut set = None;
    while next_child(&mut reader)? {
        match reader.element().name() {
            "Annotation" => reader.skip()?,
            "Identification" => read_identification(&mut reader, &mut head)?,
            "ColumnSet" if set.is_none() => set = Some(ColumnSet::read(&mut reader, limits.row.columns_max)?),
            "ColumnSetRef" => {
                return Err(reader
                    .refused("the columns are described in another file (<ColumnSetRef>), which is not read: put its <ColumnSet> here"));
            }
            "SimpleCodeList" => {
                let Some(set) = set else {
                    return Err(reader.refused("<SimpleCodeList> stands before <ColumnSet>: the columns must be known first"));
                };
                head.columns = Some(set.columns.iter().map(|column| column.id.clone()).collect());
                head.hints = set.columns.iter().map(|column| column.hint.clone()).collect();
                let cells = vec![None; set.columns.len()];
                let (columns, record_bytes_max) = (set.columns, limits.row.record_bytes_max);
                return Ok(Box::new(CodeListTable { head, reader, columns, cells, record_bytes_max, is_over: false }));
            }
            name => return Err(reader.refused(format!("<{name}> has no place in a code list here"))),
        }
    }
    Err(reader.refused("the code list has no <SimpleCodeList>: it is described, but its codes are elsewhere"))
}

/// Goes to the next child, skipping what belongs to others. Elements inside the document have no namespace, or by mistake its own.
fn next_child(reader: &mut XmlReader) -> Result<bool, FileError> {
    while reader.next_child(Between::Nothing)? {
        if ["", NAMESPACE, DRAFT_NAMESPACE].contains(&reader.element().namespace()) {
            return Ok(true);
        }
        reader.skip()?;
    }
    Ok(false)
}

fn check_root(reader: &mut XmlReader) -> Result<(), FileError> {
    reader.root()?;
    let root = reader.element();
    match (root.namespace(), root.name()) {
        (NAMESPACE | DRAFT_NAMESPACE, "CodeList") => Ok(()),
        (NAMESPACE | DRAFT_NAMESPACE, name) => {
            Err(reader
                .refused(format!("the document is a <{name}>, and only a <CodeList> holds codes: send the code list that it speaks of")))
        }
        (namespace, name) => Err(reader.refused(format!(
            "the document is <{name}> of the namespace «{namespace}», and a code list is <CodeList> of {NAMESPACE}: is it another format?"
        ))),
    }
}

fn read_identification(reader: &mut XmlReader, head: &mut TableHead) -> Result<(), FileError> {
    let mut names = columns::Names::default();
    while next_child(reader)? {
        let name = reader.element().name().to_owned();
        match name.as_str() {
            "ShortName" | "LongName" => names.take(reader)?,
            "Version" => head.version = Some(reader.read_text()?.trim().to_owned()),
            "CanonicalUri" | "CanonicalVersionUri" => head.evidence.push((name, reader.read_text()?.trim().to_owned())),
            _ => reader.skip()?,
        }
    }
    head.title = names.label();
    head.code = names.short;
    Ok(())
}

impl CodeListTable {
    /// Reads the values of the row whose start tag was read last.
    fn read_row(&mut self) -> Result<(), FileError> {
        self.cells.fill(None);
        let (mut next_column, mut bytes) = (0, 0);
        while next_child(&mut self.reader)? {
            match self.reader.element().name() {
                "Annotation" => {
                    self.reader.skip()?;
                    continue;
                }
                "Value" => {}
                name => return Err(self.reader.refused(format!("<{name}> stands where a <Value> is expected"))),
            }
            let at = self.column_of_value(next_column)?;
            next_column = at + 1;
            let value = self.read_value(at)?;
            bytes += value.as_ref().map_or(0, String::len);
            if bytes > self.record_bytes_max {
                return Err(self.reader.refused(format!("the row has more than {} bytes: it is damaged", self.record_bytes_max)));
            }
            self.cells[at] = Some(value.unwrap_or_default());
        }
        Ok(())
    }

    /// A value that does not name its column is of the one after the column of the value before it.
    fn column_of_value(&self, next_column: usize) -> Result<usize, FileError> {
        let at = match self.reader.element().attribute("ColumnRef") {
            Some(id) => self.columns.iter().position(|column| column.id == id.trim()).ok_or_else(|| {
                let message = "there is no column with this id: describe it in the <ColumnSet>, or take the value out";
                self.reader.refused(message).of_field(id)
            })?,
            None if next_column < self.columns.len() => next_column,
            None => {
                let message =
                    format!("the row has a value behind the last of the {} columns: name its column by ColumnRef", self.columns.len());
                return Err(self.reader.refused(message));
            }
        };
        if self.cells[at].is_some() {
            return Err(self.reader.refused("the column has two values in one row: keep one of them").of_field(&self.columns[at].id));
        }
        Ok(at)
    }

    /// The text of a `Value`; `None` where it is undefined.
    fn read_value(&mut self, at: usize) -> Result<Option<String>, FileError> {
        let column = &self.columns[at];
        let mut value = None;
        while next_child(&mut self.reader)? {
            match self.reader.element().name() {
                "Annotation" => self.reader.skip()?,
                "SimpleValue" if value.is_none() => value = Some(column.normal(self.reader.read_text()?).to_owned()),
                "SimpleValue" => return Err(self.reader.refused("the value is there twice: keep one <SimpleValue>").of_field(&column.id)),
                name => {
                    let message =
                        format!("<{name}> cannot be a cell of a table: give a <SimpleValue>, or leave the <Value> out where there is none");
                    return Err(self.reader.refused(message).of_field(&column.id));
                }
            }
        }
        Ok(value)
    }

    /// What may stand behind the rows, up to the end of the file.
    fn read_rest(&mut self) -> Result<(), FileError> {
        if next_child(&mut self.reader)? {
            let name = self.reader.element().name();
            return Err(self.reader.refused(format!("<{name}> follows the codes: a file holds one list of them")));
        }
        self.reader.end()
    }
}

impl Table for CodeListTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        // Until a row has been read well.
        if std::mem::replace(&mut self.is_over, true) {
            return Ok(false);
        }
        while next_child(&mut self.reader)? {
            match self.reader.element().name() {
                "Annotation" => self.reader.skip()?,
                "Row" => {
                    row.start(self.reader.line());
                    self.read_row()?;
                    self.cells.iter().for_each(|cell| row.push(cell.as_deref().unwrap_or_default()));
                    self.is_over = false;
                    return Ok(true);
                }
                name => return Err(self.reader.refused(format!("<{name}> stands where a <Row> is expected"))),
            }
        }
        self.read_rest()?;
        Ok(false)
    }

    fn bytes_read(&self) -> u64 {
        self.reader.bytes_read()
    }
}
