//! Rows of a CSV file as drafts of items: which column is what, which columns make the code, and what each cell says.
//! It knows one dictionary's definition and nothing of what is published; `app/import.rs` compares the two.

use std::io::Read;

use super::csv::{CsvError, CsvReader, Detected, Limits};
use super::row::Row;
use crate::domain::attribute::{Attribute, quoted};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::text::{ItemCode, Language};
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::Value;
use crate::domain::violation::{Violation, Violations};

/// How to take a file; what is left out is found out.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The columns of a file without a header, in order; `-` leaves one out.
    pub columns: Option<Vec<String>>,
    /// The file has a header although its columns are named: it is passed over.
    pub skips_header: bool,
    /// Which columns make the code, when it is not the column `code`.
    pub key: Option<Key>,
    /// Leave out rows whose code is blank, instead of refusing them.
    pub skips_blank_key: bool,
    /// Leave out columns of the header that the dictionary does not know, instead of refusing the file.
    pub ignores_unknown_columns: bool,
}

/// How a code is made: the first way that gives anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    ways: Vec<Vec<KeyPart>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum KeyPart {
    Column(String),
    Literal(String),
}

impl Key {
    /// Reads `code,section` (the first that is not blank) and `ter+kod1+'.'+section` (joined, with a literal).
    pub fn parse(text: &str) -> Option<Self> {
        let part = |part: &str| {
            let part = part.trim();
            match part.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
                Some(literal) => Some(KeyPart::Literal(literal.to_owned())),
                None if part.is_empty() => None,
                None => Some(KeyPart::Column(part.to_owned())),
            }
        };
        let way = |way: &str| way.split('+').map(part).collect::<Option<Vec<KeyPart>>>();
        text.split(',').map(way).collect::<Option<Vec<_>>>().map(|ways| Self { ways })
    }

    fn mentions(&self, column: &str) -> bool {
        self.ways.iter().flatten().any(|part| matches!(part, KeyPart::Column(name) if name == column))
    }

    /// A joined key needs all its columns; blank text means that no way gave a code.
    fn code(&self, cell: impl Fn(&str) -> String) -> String {
        let joined = |way: &Vec<KeyPart>| {
            let mut code = String::new();
            for part in way {
                match part {
                    KeyPart::Literal(literal) => code.push_str(literal),
                    KeyPart::Column(name) => match cell(name) {
                        blank if blank.is_empty() => return String::new(),
                        filled => code.push_str(&filled),
                    },
                }
            }
            code
        };
        self.ways.iter().map(joined).find(|code| !code.is_empty()).unwrap_or_default()
    }
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Code,
    Parent,
    ValidFrom,
    ValidTo,
    Attribute {
        position: usize,
        language: Option<Language>,
    },
    /// Only part of the key.
    Key,
    LeftOut,
    /// A header cell that is blank; its cells must be blank too.
    Nameless,
}

/// Which column of a file is what.
#[derive(Debug)]
pub struct Mapping {
    columns: Vec<Column>,
    /// Where the code stands, counted from 0; absent when a key makes it.
    code_column: Option<usize>,
    names: Vec<String>,
    key: Option<Key>,
    /// Columns of the header that were left out because the dictionary does not know them.
    pub ignored: Vec<String>,
}

/// One row as an item draft. An attribute whose cell is blank is `None` in `values` and named in the mapping.
#[derive(Debug)]
pub struct ItemDraft {
    pub line: u64,
    pub code: ItemCode,
    /// `None` when blank or when there is no such column.
    pub parent: Option<ItemCode>,
    /// Given when the file has a column for either end.
    pub validity: Option<Validity>,
    /// In the order of the definition's attributes.
    pub values: Box<[Option<Value>]>,
}

/// Reads drafts from a file that was surveyed.
pub struct ItemReader<'a, R> {
    rows: CsvReader<R>,
    row: Row,
    dictionary: &'a Dictionary,
    pub mapping: Mapping,
    options: &'a ReadOptions,
    /// Rows that were left out because their code is blank, and rows that are blank altogether.
    pub skipped_count: u64,
    pub rows_count: u64,
}

impl<'a, R: Read> ItemReader<'a, R> {
    /// Reads the header, if there is to be one, and works out the columns.
    pub fn new(reader: R, detected: &Detected, limits: Limits, dictionary: &'a Dictionary, options: &'a ReadOptions) -> Result<Self> {
        let mut rows = CsvReader::new(reader, detected, limits);
        let mut row = Row::new();
        let (names, is_header) = match &options.columns {
            Some(columns) => {
                if options.skips_header {
                    rows.read(&mut row).map_err(|error| refusal(dictionary, &error))?;
                }
                (columns.clone(), false)
            }
            None => {
                if !rows.read(&mut row).map_err(|error| refusal(dictionary, &error))? {
                    return Err(one(Violation::new(
                        dictionary.code.as_str(),
                        "file_empty",
                        "the file is empty: it needs a header of column names",
                    )));
                }
                (row.fields().map(|name| name.trim().to_owned()).collect(), true)
            }
        };
        let mapping = Mapping::new(dictionary, names, is_header, options)?;
        Ok(Self { rows, row, dictionary, mapping, options, skipped_count: 0, rows_count: 0 })
    }

    pub fn bytes_read(&self) -> u64 {
        self.rows.bytes_read()
    }

    /// The next draft; `None` at the end. Cells that cannot be read go to `violations`, and their row with them.
    /// An error ends the file: what follows could not be told apart.
    pub fn next(&mut self, violations: &mut Violations) -> Result<Option<ItemDraft>> {
        loop {
            if !self.rows.read(&mut self.row).map_err(|error| refusal(self.dictionary, &error))? {
                return Ok(None);
            }
            self.rows_count += 1;
            if self.row.is_blank() {
                self.skipped_count += 1;
                continue;
            }
            if let Some(draft) = self.draft(violations) {
                return Ok(Some(draft));
            }
        }
    }

    fn draft(&mut self, violations: &mut Violations) -> Option<ItemDraft> {
        let dictionary = self.dictionary.code.as_str();
        let line = self.row.line();
        let expected = self.mapping.columns.len();
        if self.row.len() != expected {
            let named_by = if self.options.columns.is_some() { "--columns names" } else { "the header has" };
            let message = format!("the row has {} fields, and {named_by} {expected}", self.row.len());
            violations.push(Violation::new(dictionary, "row_ragged", message).at(line, None));
            return None;
        }
        let code = self.mapping.code(&self.row, self.dictionary);
        if code.is_empty() && self.options.skips_blank_key {
            self.skipped_count += 1;
            return None;
        }
        let before = violations.total();
        if code.is_empty() {
            let message =
                "the code is blank, and every item needs one (--key makes it of other columns, --skip-blank-key leaves such rows out)";
            let column = self.mapping.code_column.map(|at| at + 1);
            violations.push(Violation::new(dictionary, "code_blank", message).of_attribute("code").at(line, column));
        }
        let mut draft = ItemDraft { line, code, parent: None, validity: None, values: vec![None; self.dictionary.attributes.len()].into() };
        self.mapping.fill(&mut draft, &self.row, self.dictionary, violations);
        (violations.total() == before).then_some(draft)
    }
}

impl Mapping {
    fn new(dictionary: &Dictionary, names: Vec<String>, is_header: bool, options: &ReadOptions) -> Result<Self> {
        let key = options.key.clone();
        let mut violations = Violations::new(names.len() + 8);
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        let mut ignored = Vec::new();
        for (at, name) in names.iter().enumerate() {
            let found = column_named(dictionary, name);
            let is_key = key.as_ref().is_some_and(|key| key.mentions(name));
            let column = match found {
                _ if name == "-" && !is_header => Column::LeftOut,
                _ if name.is_empty() && is_header => Column::Nameless,
                // A key made of other columns takes the place of the column that is called so.
                Some(Column::Code) if key.is_some() => Column::Key,
                Some(column) => column,
                None if is_key => Column::Key,
                None if options.ignores_unknown_columns && is_header => {
                    ignored.push(name.clone());
                    Column::LeftOut
                }
                None => {
                    violations.push(unknown_column(dictionary, name, is_header).at(1, Some(at + 1)));
                    Column::LeftOut
                }
            };
            let is_twice = !matches!(column, Column::LeftOut | Column::Nameless | Column::Key) && columns.contains(&column);
            if is_twice {
                let message = format!("the column {} is there twice", quoted(name));
                violations.push(Violation::new(dictionary.code.as_str(), "column_twice", message).at(1, Some(at + 1)));
            }
            columns.push(column);
        }
        check_key(dictionary, &columns, &names, key.as_ref(), &mut violations);
        if violations.is_empty() {
            Ok(Self { code_column: columns.iter().position(|column| *column == Column::Code), columns, names, key, ignored })
        } else {
            Err(Error::Invalid(violations))
        }
    }

    /// The attributes that the file has a column for, localised ones by language.
    pub fn attributes(&self) -> impl Iterator<Item = (usize, Option<Language>)> {
        self.columns.iter().filter_map(|column| match column {
            Column::Attribute { position, language } => Some((*position, *language)),
            _ => None,
        })
    }

    pub fn has_parent(&self) -> bool {
        self.columns.contains(&Column::Parent)
    }

    pub fn has_validity(&self) -> bool {
        self.columns.contains(&Column::ValidFrom) || self.columns.contains(&Column::ValidTo)
    }

    /// The number of the column that holds an attribute or a built-in field, from 1.
    pub fn column_of(&self, dictionary: &Dictionary, attribute: &str) -> Option<usize> {
        let wanted = |column: &Column| match column {
            Column::Code => attribute == "code",
            Column::Parent => attribute == "parent",
            Column::ValidFrom => attribute == "valid_from",
            Column::ValidTo => attribute == "valid_to",
            Column::Attribute { position, .. } => dictionary.attributes[*position].code() == attribute,
            Column::Key | Column::LeftOut | Column::Nameless => false,
        };
        self.columns.iter().position(wanted).map(|at| at + 1)
    }

    fn code(&self, row: &Row, dictionary: &Dictionary) -> ItemCode {
        let cell = |name: &str| {
            let at = self.names.iter().position(|other| other == name);
            cleaned_code(at.and_then(|at| row.get(at)).unwrap_or_default(), dictionary)
        };
        let code = match &self.key {
            Some(key) => key.code(cell),
            None => cleaned_code(self.code_column.and_then(|at| row.get(at)).unwrap_or_default(), dictionary),
        };
        ItemCode::new(code)
    }

    fn fill(&self, draft: &mut ItemDraft, row: &Row, dictionary: &Dictionary, violations: &mut Violations) {
        let (mut from, mut to): (Option<Date>, Option<Date>) = (None, None);
        for (at, column) in self.columns.iter().enumerate() {
            let text = row.get(at).unwrap_or_default().trim();
            if text.is_empty() {
                continue;
            }
            let mut report = |attribute: &str, code: &str, message: String| {
                let violation = Violation::new(dictionary.code.as_str(), code, message);
                violations.push(violation.of_item(&draft.code).of_attribute(attribute).at(draft.line, Some(at + 1)));
            };
            match column {
                Column::Code | Column::Key | Column::LeftOut => {}
                Column::Nameless => report("", "column_nameless", format!("{} stands in a column without a name", quoted(text))),
                Column::Parent => draft.parent = Some(ItemCode::new(cleaned_code(text, dictionary))),
                Column::ValidFrom | Column::ValidTo => match parse_date(text) {
                    Some(date) if *column == Column::ValidFrom => from = Some(date),
                    Some(date) => to = Some(date),
                    None => report(&self.names[at], "type", format!("{} is not a date as 2024-02-29 or 29.02.2024", quoted(text))),
                },
                Column::Attribute { position, language } => {
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
        if self.has_validity() {
            draft.validity = Validity::new(from, to);
            if draft.validity.is_none() {
                let message = format!("valid_from {} is not before valid_to {}", from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX));
                violations
                    .push(Violation::new(dictionary.code.as_str(), "validity_empty", message).of_item(&draft.code).at(draft.line, None));
            }
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

/// Finds a column by the code or a label of an attribute, or by the name of what every item has.
fn column_named(dictionary: &Dictionary, name: &str) -> Option<Column> {
    let name = name.to_lowercase();
    let built_in = [
        (Column::Code, ["code", "код"]),
        (Column::Parent, ["parent", "вышестоящий"]),
        (Column::ValidFrom, ["valid_from", "действует с"]),
        (Column::ValidTo, ["valid_to", "действует до"]),
    ];
    if let Some((column, _)) = built_in.iter().find(|(_, names)| names[0] == name) {
        return Some(column.clone());
    }
    let attributes = || dictionary.attributes.iter().enumerate();
    let column = |position: usize, attribute: &Attribute, language: Option<Language>| {
        let language = attribute.definition.localized.then_some(language.unwrap_or(Language::Ru));
        Some(Column::Attribute { position, language })
    };
    if let Some((position, attribute)) = attributes().find(|(_, attribute)| attribute.code() == name) {
        return column(position, attribute, None);
    }
    let localized = attributes().filter(|(_, attribute)| attribute.definition.localized);
    for (position, attribute) in localized {
        for (language, suffix) in [(Language::Ru, "_ru"), (Language::En, "_en")] {
            if name.strip_suffix(suffix) == Some(attribute.code()) {
                return column(position, attribute, Some(language));
            }
        }
    }
    let has_label = |attribute: &Attribute| {
        let label = &attribute.definition.label;
        label.ru.to_lowercase() == name || label.en.as_ref().is_some_and(|label| label.to_lowercase() == name)
    };
    if let Some((position, attribute)) = attributes().find(|(_, attribute)| has_label(attribute)) {
        return column(position, attribute, None);
    }
    built_in.into_iter().find(|(_, names)| names[1] == name).map(|(column, _)| column)
}

fn unknown_column(dictionary: &Dictionary, name: &str, is_header: bool) -> Violation {
    let known: Vec<&str> = dictionary.attributes.iter().map(Attribute::code).collect();
    let way_out = if is_header {
        "rename it, name all columns with --columns code,-,name, or leave such columns out with --ignore-unknown-columns"
    } else {
        "write - to leave a column out, or use it in --key"
    };
    let message = format!(
        "the column {} is neither code, parent, valid_from, valid_to nor an attribute of {} ({}): {way_out}",
        quoted(name),
        dictionary.code,
        known.join(", ")
    );
    Violation::new(dictionary.code.as_str(), "column_unknown", message)
}

fn check_key(dictionary: &Dictionary, columns: &[Column], names: &[String], key: Option<&Key>, violations: &mut Violations) {
    match key {
        None if !columns.contains(&Column::Code) => {
            let message = "no column holds the code: name one `code`, or say with --key which columns make it";
            violations.push(Violation::new(dictionary.code.as_str(), "column_missing", message));
        }
        None => {}
        Some(key) => {
            for part in key.ways.iter().flatten() {
                if let KeyPart::Column(name) = part
                    && !names.contains(name)
                {
                    let message = format!("--key names the column {}, and the file has none called so", quoted(name));
                    violations.push(Violation::new(dictionary.code.as_str(), "column_missing", message));
                }
            }
        }
    }
}

fn one(violation: Violation) -> Error {
    let mut violations = Violations::new(1);
    violations.push(violation);
    Error::Invalid(violations)
}

/// A file that cannot be read as CSV, as a violation at its place.
pub fn refusal(dictionary: &Dictionary, error: &CsvError) -> Error {
    let violation = Violation::new(dictionary.code.as_str(), "file_unreadable", error.kind.to_string());
    one(match error.line {
        Some(line) => violation.at(line, error.column),
        None => violation,
    })
}
