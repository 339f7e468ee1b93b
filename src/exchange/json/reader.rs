//! JSON as a table, read twice: once for the columns, which stand nowhere but in the rows, and once for the rows.
//! Deliberately unknown: the bytes of a row and of what is around it.

use std::io::{Seek, SeekFrom};

use super::super::row::Row;
use super::super::table::{FileError, FileLimits, Input, Open, Table, TableHead};
use super::cells::{Columns, RowCells};
use super::framing::{Framing, Place};
use super::object;

/// The column for the key under which a row or its group stands.
const KEY: &str = "key";

struct JsonTable {
    head: TableHead,
    framing: Framing<Box<dyn Input>>,
    columns: Columns,
    rows_at: Place,
    has_key: bool,
    bytes: Vec<u8>,
    texts: Vec<(bool, String)>,
    failed: bool,
}

/// What the first pass found.
struct Survey {
    /// Of the rows in arrays, and of the objects that are members of the document.
    in_arrays: Columns,
    members: Columns,
    /// The keys of the arrays of rows: the first of them, and how many.
    first_array: Option<String>,
    arrays: usize,
    array_line: u64,
    first_member: Option<(String, u64)>,
    members_count: usize,
    /// Why the members of the document cannot be rows.
    member_refusal: Option<FileError>,
    is_array: bool,
}

/// Where the rows are, and how that is told.
struct Layout {
    rows_at: Place,
    has_key: bool,
    told: String,
}

/// An array of objects; an object with one array of objects, or with several that its keys tell apart; objects by their keys.
pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    open_framed(open, false, limits)
}

/// One object a line.
pub fn open_lines(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    open_framed(open, true, limits)
}

fn open_framed(open: Open<'_>, has_lines: bool, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let mut input = open()?;
    let bytes_total = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let framing = |input| Framing::new(input, has_lines, limits.row.record_bytes_max);
    let survey = Survey::of(&mut framing(input), limits.row.columns_max)?;
    let Layout { rows_at, has_key, told } = survey.layout()?;
    let mut columns = if rows_at == Place::Member { survey.members } else { survey.in_arrays };
    if has_key {
        if columns.has(KEY) {
            return Err(FileError::of_file(format!("the rows stand under keys, and have a member {KEY} too: rename one of them")));
        }
        columns.put_first(KEY.to_owned());
    }
    let head = TableHead {
        columns: Some(columns.names.clone()),
        hints: columns.hints(),
        bytes_total,
        evidence: vec![("rows".to_owned(), told)],
        ..TableHead::default()
    };
    let framing = framing(open()?);
    Ok(Box::new(JsonTable { head, framing, columns, rows_at, has_key, bytes: Vec::new(), texts: Vec::new(), failed: false }))
}

impl Survey {
    fn of(framing: &mut Framing<Box<dyn Input>>, columns_max: usize) -> Result<Survey, FileError> {
        let mut survey = Survey {
            in_arrays: Columns::new(columns_max),
            members: Columns::new(columns_max),
            first_array: None,
            arrays: 0,
            array_line: 0,
            first_member: None,
            members_count: 0,
            member_refusal: None,
            is_array: false,
        };
        let (mut bytes, mut last_key) = (Vec::new(), None);
        while let Some((place, line)) = framing.next(&mut bytes)? {
            match place {
                Place::Array => {
                    survey.is_array = true;
                    object::read(&bytes, line, &mut survey.in_arrays)?;
                }
                Place::MemberArray => {
                    if last_key.as_ref() != Some(&framing.key) {
                        survey.arrays += 1;
                        survey.array_line = line;
                        survey.first_array.get_or_insert(framing.key.clone());
                        last_key = Some(framing.key.clone());
                    }
                    object::read(&bytes, line, &mut survey.in_arrays)
                        .map_err(|error| FileError { field: error.field.map(|field| format!("{}[].{field}", framing.key)), ..error })?;
                }
                Place::Member => {
                    survey.members_count += 1;
                    survey.first_member.get_or_insert((framing.key.clone(), line));
                    let read = object::read(&bytes, line, &mut survey.members);
                    survey.member_refusal = survey.member_refusal.or(read.err());
                }
            }
        }
        Ok(survey)
    }

    fn layout(&self) -> Result<Layout, FileError> {
        let layout = |rows_at, has_key, told: String| Ok(Layout { rows_at, has_key, told });
        match (self.arrays, self.members_count) {
            (0, 0) => layout(Place::Array, false, if self.is_array { "the array that the file is" } else { "none" }.to_owned()),
            (1, _) => layout(Place::MemberArray, false, format!("the array {}", self.first_array.as_deref().unwrap_or_default())),
            (arrays, 0) => layout(Place::MemberArray, true, format!("those of {arrays} arrays, whose keys are the column {KEY}")),
            (0, members) => match &self.member_refusal {
                Some(refusal) => Err(refusal.clone()),
                None => layout(Place::Member, true, format!("{members} objects, whose keys are the column {KEY}")),
            },
            (_, _) => {
                let (member, line) = self.first_member.clone().unwrap_or_default();
                let array = self.first_array.as_deref().unwrap_or_default();
                let message =
                    format!("the document has arrays of rows such as {array} beside the object {member}: send an array of objects");
                Err(FileError::at_line(line, message))
            }
        }
    }
}

impl Table for JsonTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        if self.failed {
            row.fields.clear();
            return Ok(false);
        }
        let read = self.read_checked(row);
        self.failed = read.is_err();
        read
    }

    fn bytes_read(&self) -> u64 {
        self.framing.bytes_read()
    }
}

impl JsonTable {
    fn read_checked(&mut self, row: &mut Row) -> Result<bool, FileError> {
        loop {
            let Some((place, line)) = self.framing.next(&mut self.bytes)? else {
                row.fields.clear();
                return Ok(false);
            };
            // An object beside the array of rows tells something about them.
            if place != self.rows_at {
                continue;
            }
            let mut cells = RowCells { columns: &self.columns, texts: &mut self.texts };
            cells.start();
            if self.has_key {
                object::TakesCells::take(&mut cells, KEY, &self.framing.key, None).map_err(|message| FileError::at_line(line, message))?;
            }
            object::read(&self.bytes, line, &mut cells)?;
            cells.finish(line, row);
            return Ok(true);
        }
    }
}
