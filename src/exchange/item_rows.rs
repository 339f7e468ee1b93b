//! Rows of a table as drafts of items: which column is what and why, which columns make the code, and what each cell says.
//! It knows one dictionary's definition and nothing of what is published; `app/import` compares the two.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHasher;

use super::item_columns::{Column, Mapping, NamedBy, is_header};
use super::item_key::Key;
use super::row::{Row, RowPlace};
use super::table::{FileError, Table};
use crate::domain::attribute::quoted;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::in_order::in_order;
use crate::domain::text::{ItemCode, Language};
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::Value;
use crate::domain::violation::{Violation, Violations};

/// How many rows are drafted at once.
const ROWS_AT_ONCE: usize = 2_048;

/// How to take a file; what is left out is found out.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadOptions {
    /// The columns of a file without a header, in order; `-` leaves one out.
    pub columns: Option<Vec<String>>,
    /// Which column is what, by the name of the column: a code of an attribute, `code`, `parent`, `valid_from`, `valid_to`, `action`,
    /// `region.okato` for a reference that is given by a unique attribute of what it refers to, or `-`.
    pub mapping: BTreeMap<String, String>,
    /// What was kept of an earlier import; `mapping` goes before it.
    pub saved_mapping: BTreeMap<String, String>,
    /// Whether the first row is a header; found out when it is not said.
    pub has_header: Option<bool>,
    /// Which columns make the code, when it is not the column `code`.
    pub key: Option<Key>,
    /// Leave out rows whose code is blank, instead of refusing them.
    pub skips_blank_key: bool,
    /// Leave out columns that the dictionary does not know, instead of refusing the file.
    pub ignores_unknown_columns: bool,
}

/// What a row asks for, where it says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Say what the row says, whether the item is there or not.
    Put,
    /// Retire the item.
    Remove,
}

/// One row as an item draft. An attribute whose cell is blank is `None` in `values` and named in the mapping.
#[derive(Debug, Clone)]
pub struct ItemDraft {
    pub place: RowPlace,
    pub code: ItemCode,
    /// `None` when blank or when there is no such column.
    pub parent: Option<ItemCode>,
    /// Given when the file has a column for either end.
    pub validity: Option<Validity>,
    /// In the order of the definition's attributes.
    pub values: Box<[Option<Value>]>,
    pub action: Action,
    /// Of all cells of the row, those that are left out too: by it rows are known that are there twice, word for word.
    pub row_hash: u64,
}

impl ItemDraft {
    /// By code, then as they stand in the file.
    pub fn in_order(&self, other: &Self) -> Ordering {
        self.code.cmp(&other.code).then(self.place.cmp(&other.place))
    }
}

/// Told each problem of a row; the row is left out then.
pub type Report<'a> = &'a mut dyn FnMut(Violation);

/// What neighbouring rows of a table say.
#[derive(Debug, Default)]
pub struct DraftedRows {
    pub drafts: Vec<ItemDraft>,
    /// What is wrong with the rows that are left out, in the order of the rows.
    pub refusals: Vec<(RowPlace, Violation)>,
    skipped_count: u64,
    /// The last row had fewer cells than there are columns.
    last_is_short: Option<(u64, usize)>,
}

/// How far into a file a reader is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    pub bytes_done: u64,
    pub rows_done: u64,
}

/// Reads drafts from a table.
pub struct ItemReader<'a> {
    table: Box<dyn Table>,
    row: Row,
    rows: RowReader<'a>,
    /// How the header was found, for people.
    pub header_because: String,
    /// Rows that were left out because their code is blank, and rows that are blank altogether.
    pub skipped_count: u64,
    pub rows_count: u64,
    /// The last row that was read had fewer cells than there are columns.
    last_is_short: Option<(u64, usize)>,
}

impl<'a> ItemReader<'a> {
    /// Reads the header, if there is one, and works out the columns.
    pub fn new(mut table: Box<dyn Table>, dictionary: &'a Dictionary, options: &'a ReadOptions) -> Result<Self> {
        let mut row = Row::new();
        let (names, named_by, header_because) = match (&table.head().columns, &options.columns) {
            (Some(columns), None) => (columns.clone(), NamedBy::Header, "columns as the format names them".to_owned()),
            (in_format, Some(columns)) => {
                let because = if options.has_header == Some(true) && in_format.is_none() {
                    read_header(table.as_mut(), &mut row, dictionary)?;
                    "row 1, passed over: the columns are given"
                } else {
                    "none: the columns are given"
                };
                (columns.clone(), NamedBy::Caller, because.to_owned())
            }
            (None, None) => {
                if !read_header(table.as_mut(), &mut row, dictionary)? {
                    let message = "the file is empty: it needs a header of column names";
                    return Err(one(Violation::new(dictionary.code.as_str(), "file_empty", message)));
                }
                if options.has_header == Some(false) || !is_header(dictionary, row.fields(), options) && options.has_header.is_none() {
                    return Err(one(header_missing(dictionary, &row)));
                }
                (row.fields().map(|name| name.trim().to_owned()).collect(), NamedBy::Header, format!("row {}", row.line()))
            }
        };
        let mut mapping = Mapping::new(dictionary, names, named_by, options)?;
        mapping.may_be_neutralised = table.head().may_be_neutralised;
        let known = mapping.shown.iter().filter(|column| column.because != "unknown").count();
        let header_because = match named_by {
            NamedBy::Header => format!("{header_because}: {known} of {} names are known", mapping.names.len()),
            NamedBy::Caller => header_because,
        };
        let rows = RowReader { dictionary, mapping, options };
        Ok(Self { table, row, rows, header_because, skipped_count: 0, rows_count: 0, last_is_short: None })
    }

    pub fn mapping(&self) -> &Mapping {
        &self.rows.mapping
    }

    pub fn progress(&self) -> Progress {
        Progress { bytes_done: self.table.bytes_read(), rows_done: self.rows_count }
    }

    pub fn table(&self) -> &dyn Table {
        self.table.as_ref()
    }

    /// The line and the cells of the last row, when it ended before its time: the file may have been cut there.
    pub fn short_last_row(&self) -> Option<(u64, usize)> {
        self.last_is_short
    }

    /// The next row as it stands; `None` at the end.
    pub fn next_row(&mut self) -> Result<Option<(RowPlace, &Row)>> {
        if !self.table.read(&mut self.row).map_err(|error| refusal(self.rows.dictionary, &error))? {
            return Ok(None);
        }
        self.rows_count += 1;
        Ok(Some((RowPlace::new(self.rows_count, self.row.line()), &self.row)))
    }

    /// Reads the rest of the file. What some thousand rows say is handed to `make`, on threads of its own, and what becomes of it to
    /// `take`, in the order of the file. An error of the table ends the file: what follows could not be told apart.
    pub fn read_all<T: Send>(
        &mut self,
        make: impl Fn(DraftedRows) -> T + Sync,
        mut take: impl FnMut(Progress, T) -> Result<()>,
    ) -> Result<()> {
        let Self { table, rows, skipped_count, rows_count, last_is_short, .. } = self;
        let rows = &*rows;
        // Rows are read into again: to allocate each anew would take longer than to read it.
        let spare: Mutex<Vec<Vec<Row>>> = Mutex::default();
        let mut done = Progress { bytes_done: 0, rows_done: *rows_count };
        let mut has_failed = false;
        let next = || {
            let mut read = spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
            let (count, failure) = if has_failed { (0, None) } else { read_some(table.as_mut(), &mut read) };
            has_failed = failure.is_some();
            let first = done.rows_done + 1;
            done = Progress { bytes_done: table.bytes_read(), rows_done: done.rows_done + count as u64 };
            (count > 0 || has_failed).then_some((read, count, first, done, failure))
        };
        let drafted = |(read, count, first, done, failure): (Vec<Row>, usize, u64, Progress, Option<FileError>)| {
            let mut drafted = DraftedRows::default();
            for (row, number) in read[..count].iter().zip(first..) {
                rows.draft(RowPlace::new(number, row.line()), row, &mut drafted);
            }
            spare.lock().unwrap_or_else(PoisonError::into_inner).push(read);
            let (skipped, short) = (drafted.skipped_count, drafted.last_is_short);
            (done, skipped, short, make(drafted), failure)
        };
        in_order(next, drafted, |(done, skipped, short, made, failure)| {
            *rows_count = done.rows_done;
            *skipped_count += skipped;
            *last_is_short = short;
            take(done, made)?;
            failure.map_or(Ok(()), |error| Err(refusal(rows.dictionary, &error)))
        })
    }
}

/// Reads rows until there are many, the file ends or cannot be read on; tells how many they are.
fn read_some(table: &mut dyn Table, rows: &mut Vec<Row>) -> (usize, Option<FileError>) {
    for at in 0..ROWS_AT_ONCE {
        if at == rows.len() {
            rows.push(Row::new());
        }
        match table.read(&mut rows[at]) {
            Ok(true) => {}
            Ok(false) => return (at, None),
            Err(error) => return (at, Some(error)),
        }
    }
    (ROWS_AT_ONCE, None)
}

/// Makes drafts of rows. It knows nothing of the file, so that several threads may ask it.
struct RowReader<'a> {
    dictionary: &'a Dictionary,
    mapping: Mapping,
    options: &'a ReadOptions,
}

impl RowReader<'_> {
    /// Adds what one row says.
    fn draft(&self, place: RowPlace, row: &Row, drafted: &mut DraftedRows) {
        let dictionary = self.dictionary.code.as_str();
        let line = place.line();
        let expected = self.mapping.columns.len();
        drafted.last_is_short = None;
        if row.is_blank() {
            drafted.skipped_count += 1;
            return;
        }
        let code = cell_code(&self.mapping, row, self.dictionary);
        if row.len() != expected {
            drafted.last_is_short = (row.len() < expected).then(|| (line, row.len()));
            let named_by = if self.options.columns.is_some() { "--columns names" } else { "the header has" };
            let message = format!("the row has {} fields, and {named_by} {expected}", row.len());
            // Whose row it is may well be readable all the same.
            drafted.refusals.push((place, Violation::new(dictionary, "row_ragged", message).of_item(&code).at(line, None)));
            return;
        }
        if code.is_empty() && self.options.skips_blank_key {
            drafted.skipped_count += 1;
            return;
        }
        let refusals_before = drafted.refusals.len();
        let mut report = |violation: Violation| drafted.refusals.push((place, violation));
        if code.is_empty() {
            let message =
                "the code is blank, and every item needs one (--key makes it of other columns, --skip-blank-key leaves such rows out)";
            let column = self.mapping.code_column.map(|at| at + 1);
            report(Violation::new(dictionary, "code_blank", message).of_attribute("code").at(line, column));
        }
        let values = vec![None; self.dictionary.attributes.len()].into();
        let row_hash = row_hash(row);
        let mut draft = ItemDraft { place, code, parent: None, validity: None, values, action: Action::Put, row_hash };
        fill(&self.mapping, &mut draft, row, self.dictionary, &mut report);
        if drafted.refusals.len() == refusals_before {
            drafted.drafts.push(draft);
        }
    }
}

/// Reads up to the first row with anything in it, since spreadsheets leave blank ones above their tables; false at the end.
pub fn read_header(table: &mut dyn Table, row: &mut Row, dictionary: &Dictionary) -> Result<bool> {
    while table.read(row).map_err(|error| refusal(dictionary, &error))? {
        if !row.is_blank() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn row_hash(row: &Row) -> u64 {
    let mut hasher = FxHasher::default();
    row.fields().for_each(|field| field.hash(&mut hasher));
    hasher.finish()
}

/// That a file without a header says nothing of its columns.
pub fn header_missing(dictionary: &Dictionary, row: &Row) -> Violation {
    let shown: Vec<String> = row.fields().take(5).map(quoted).collect();
    let message = format!(
        "no header was found: the first row ({}) names nothing that {} has; name the columns in order with --columns code,-,name, \
         map them with --map NAME=name, or say --header if the first row is one",
        shown.join(", "),
        dictionary.code
    );
    Violation::new(dictionary.code.as_str(), "header_missing", message).at(row.line(), None)
}

fn cell_code(mapping: &Mapping, row: &Row, dictionary: &Dictionary) -> ItemCode {
    let cell = |name: &str| {
        let at = mapping.names.iter().position(|other| other == name);
        cleaned_code(at.map(|at| mapping.cell(row, at)).unwrap_or_default(), dictionary)
    };
    let code = match &mapping.key {
        Some(key) => key.code(cell),
        None => cleaned_code(mapping.code_column.map(|at| mapping.cell(row, at)).unwrap_or_default(), dictionary),
    };
    ItemCode::new(code)
}

fn fill(mapping: &Mapping, draft: &mut ItemDraft, row: &Row, dictionary: &Dictionary, report: Report<'_>) {
    let (mut from, mut to): (Option<Date>, Option<Date>) = (None, None);
    for (at, column) in mapping.columns.iter().enumerate() {
        let text = mapping.cell(row, at);
        if text.is_empty() {
            continue;
        }
        let mut report = |attribute: &str, code: &str, message: String| {
            let violation = Violation::new(dictionary.code.as_str(), code, message);
            report(violation.of_item(&draft.code).of_attribute(attribute).at(draft.place.line(), Some(at + 1)));
        };
        match column {
            Column::Code | Column::Key | Column::LeftOut => {}
            Column::Nameless => report("", "column_nameless", format!("{} stands in a column without a name", quoted(text))),
            Column::Parent => draft.parent = Some(ItemCode::new(cleaned_code(text, dictionary))),
            Column::ValidFrom | Column::ValidTo => match parse_date(text) {
                Some(date) if *column == Column::ValidFrom => from = Some(date),
                Some(date) => to = Some(date),
                None => report(&mapping.names[at], "type", format!("{} is not a date as 2024-02-29 or 29.02.2024", quoted(text))),
            },
            Column::Action => match text.to_lowercase().as_str() {
                "add" | "update" => {}
                "remove" | "delete" => draft.action = Action::Remove,
                _ => report("action", "type", format!("{} is neither add, update nor remove", quoted(text))),
            },
            Column::Attribute { position, language, .. } => {
                let attribute = &dictionary.attributes[*position];
                match attribute.parse(text) {
                    // A cell of nothing but separators names no value.
                    Ok(value) if value.each().is_empty() => {}
                    Ok(value) => put(&mut draft.values[*position], value, *language),
                    Err(fault) => report(attribute.code(), fault.code, fault.message),
                }
            }
        }
    }
    if mapping.has_validity() {
        draft.validity = Validity::new(from, to);
        if draft.validity.is_none() {
            let message = format!("valid_from {} is not before valid_to {}", from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
            report(Violation::new(dictionary.code.as_str(), "validity_empty", message).of_item(&draft.code).at(draft.place.line(), None));
        }
    }
}

/// Puts a value into its place; the two languages of a localised one come from two columns.
fn put(place: &mut Option<Value>, value: Value, language: Option<Language>) {
    match (place.as_mut(), value, language) {
        (Some(Value::Localized(there)), Value::Localized(text), Some(Language::En)) => there.en = text.ru,
        (Some(Value::Localized(there)), Value::Localized(text), _) => there.ru = text.ru,
        (_, Value::Localized(mut text), Some(Language::En)) => {
            text.en = text.ru.take();
            *place = Some(Value::Localized(text));
        }
        (_, value, _) => *place = Some(value),
    }
}

fn cleaned_code(text: &str, dictionary: &Dictionary) -> String {
    let removed = &dictionary.definition.code_rule.remove;
    let text = text.trim();
    if removed.is_empty() { text.to_owned() } else { text.chars().filter(|letter| !removed.contains(*letter)).collect() }
}

/// A refusal for one reason.
pub fn one(violation: Violation) -> Error {
    let mut violations = Violations::new(1);
    violations.push(violation);
    Error::Invalid(violations)
}

/// A file that cannot be read, as a violation at its place.
pub fn refusal(dictionary: &Dictionary, error: &FileError) -> Error {
    let violation = Violation::new(dictionary.code.as_str(), "file_unreadable", &error.message);
    let violation = violation.of_attribute(error.field.as_deref().unwrap_or_default());
    one(match error.line {
        Some(line) => violation.at(line, error.column),
        None => violation,
    })
}
