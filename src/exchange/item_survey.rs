//! A look at the first rows of a file before anybody imports it: what each column is taken for and why, what stands in it, and what
//! would keep the file from being read so. Unlike `item_rows` it ends at no mistake. It knows nothing of what is published.

use super::item_columns::{MappedColumn, Mapping, NamedBy, is_header};
use super::item_rows::{ReadOptions, header_missing, one, read_header, refusal};
use super::row::Row;
use super::table::Table;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::violation::{Violation, Violations};

/// How many rows are looked at.
const ROWS_MAX: u64 = 200;
/// How many different values of a column are shown, and how much of each.
const SAMPLES_MAX: usize = 5;
const SAMPLE_CHARS_MAX: usize = 80;

/// A column of a file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedColumn {
    pub mapped: MappedColumn,
    /// The first different values that are not blank.
    pub samples: Vec<String>,
}

/// What a look at a file found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSurvey {
    /// Each thing that was found out, with its evidence.
    pub evidence: Vec<(String, String)>,
    pub columns: Vec<SurveyedColumn>,
    /// How many rows were looked at; the file may have more.
    pub rows_seen: u64,
    /// What would refuse the file as it is asked for now.
    pub violations: Violations,
}

/// Where the columns of a table have their names.
struct Names {
    names: Vec<String>,
    named_by: NamedBy,
    because: String,
    /// The first row holds values, and was read.
    is_row_read: bool,
    missing: Option<Violation>,
}

/// Looks at a table. `is_partial`: the file goes on behind what is here, so that how it ends means nothing.
pub fn survey(mut table: Box<dyn Table>, dictionary: &Dictionary, options: &ReadOptions, is_partial: bool) -> Result<FileSurvey> {
    let mut row = Row::new();
    let found = find_names(table.as_mut(), &mut row, dictionary, options)?;
    let (mapping, mut violations) = Mapping::look(dictionary, found.names, found.named_by, options);
    if let Some(missing) = found.missing {
        violations.push(missing);
    }
    let mut columns: Vec<SurveyedColumn> =
        mapping.shown.iter().map(|mapped| SurveyedColumn { mapped: mapped.clone(), samples: Vec::new() }).collect();
    let mut rows_seen = 0;
    let mut is_read = found.is_row_read;
    while rows_seen < ROWS_MAX {
        if !is_read {
            match table.read(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(_) if is_partial => break,
                Err(error) => {
                    if let Error::Invalid(refused) = refusal(dictionary, &error) {
                        refused.kept().iter().for_each(|violation| violations.push(violation.clone()));
                    }
                    break;
                }
            }
        }
        is_read = false;
        if !row.is_blank() {
            rows_seen += 1;
            columns.iter_mut().zip(row.fields()).for_each(|(column, cell)| sample(&mut column.samples, cell));
        }
    }
    let mut evidence = table.head().evidence.clone();
    evidence.push(("header".to_owned(), found.because));
    Ok(FileSurvey { evidence, columns, rows_seen, violations })
}

fn sample(samples: &mut Vec<String>, cell: &str) {
    let shown: String = cell.trim().chars().take(SAMPLE_CHARS_MAX).collect();
    if !shown.is_empty() && samples.len() < SAMPLES_MAX && !samples.contains(&shown) {
        samples.push(shown);
    }
}

fn find_names(table: &mut dyn Table, row: &mut Row, dictionary: &Dictionary, options: &ReadOptions) -> Result<Names> {
    let in_format = table.head().columns.clone();
    let named = |names, named_by, because: &str| Names { names, named_by, because: because.to_owned(), is_row_read: false, missing: None };
    match (in_format, &options.columns) {
        (Some(columns), None) => Ok(named(columns, NamedBy::Header, "columns as the format names them")),
        (in_format, Some(columns)) => {
            let is_passed_over = options.has_header == Some(true) && in_format.is_none();
            if is_passed_over {
                read_header(table, row, dictionary)?;
            }
            let because = if is_passed_over { "row 1, passed over: the columns are given" } else { "none: the columns are given" };
            Ok(named(columns.clone(), NamedBy::Caller, because))
        }
        (None, None) => {
            if !read_header(table, row, dictionary)? {
                let message = "the file is empty: it needs a header of column names";
                return Err(one(Violation::new(dictionary.code.as_str(), "file_empty", message)));
            }
            let is_known = is_header(dictionary, row.fields(), options);
            if options.has_header == Some(false) || !is_known && options.has_header.is_none() {
                let because = if is_known { "none, as said" } else { "none: the first row names nothing that the dictionary has" };
                let names = vec![String::new(); row.fields().count()];
                let missing = Some(header_missing(dictionary, row));
                return Ok(Names { names, named_by: NamedBy::Header, because: because.to_owned(), is_row_read: true, missing });
            }
            let names = row.fields().map(|name| name.trim().to_owned()).collect();
            Ok(named(names, NamedBy::Header, &format!("row {}", row.line())))
        }
    }
}
