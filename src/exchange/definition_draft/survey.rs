//! One reading of all rows: the facts of every column, and what is wrong with the rows themselves.
//! Deliberately unknown: what is concluded from it.

use super::KnownDictionary;
use super::facts::ColumnFacts;
use super::rendering::{counted, shown};
use super::rows::{PassedOver, Rows};
use crate::exchange::csv::grouped;
use crate::exchange::table::{ColumnHint, FileError};

/// How many distinct values all columns together may keep to tell repetitions: at sixteen bytes each.
const DISTINCT_MAX: usize = 6_000_000;

pub(super) struct Survey {
    pub columns: Vec<ColumnFacts>,
    /// As the file has them; blank where it has none.
    pub names: Vec<String>,
    pub hints: Vec<ColumnHint>,
    /// The first row names the columns, so an import has to pass it over or map by it.
    pub has_header_row: bool,
    /// The format itself names the columns.
    pub has_named_columns: bool,
    pub title: Option<String>,
    pub version: Option<String>,
    pub rows: u64,
    pub passed: PassedOver,
    pub evidence: Vec<(String, String)>,
}

pub(super) fn survey(rows: &mut Rows<'_>, known: &[KnownDictionary<'_>]) -> Result<Survey, FileError> {
    let width = rows.width();
    let targets_count = known.iter().map(|dictionary| 1 + dictionary.unique.len()).sum();
    let distinct_max = DISTINCT_MAX / width.max(1);
    let mut columns: Vec<ColumnFacts> = (0..width).map(|_| ColumnFacts::new(distinct_max, targets_count)).collect();
    let mut count = 0;
    let passed = rows.read(|row| {
        count += 1;
        for (facts, cell) in columns.iter_mut().zip(row.fields()) {
            facts.take(cell, row.line(), known);
        }
    })?;
    let mut evidence = rows.head.evidence.clone();
    let told = match (rows.header.is_there, rows.head.columns.is_some()) {
        (_, true) => "none is needed".to_owned(),
        (true, _) => "the first row".to_owned(),
        (false, _) => "no header row".to_owned(),
    };
    evidence.push(("header".to_owned(), format!("{told}: {}", rows.header.because)));
    Ok(Survey {
        columns,
        names: rows.names.clone(),
        hints: rows.hints.clone(),
        has_header_row: rows.header.is_there,
        has_named_columns: rows.head.columns.is_some(),
        title: rows.head.title.clone(),
        version: rows.head.version.clone(),
        rows: count,
        passed,
        evidence,
    })
}

impl Survey {
    /// A column as messages name it: `CODE`, or column 3.
    pub fn shown(&self, column: usize) -> String {
        match self.names[column].as_str() {
            "" => format!("column {}", column + 1),
            name => format!("`{}`", shown(name)),
        }
    }

    /// What is wrong with the rows themselves.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some((line, cells)) = self.passed.first_ragged {
            warnings.push(format!(
                "{} another number of cells than {}, first line {line} with {cells}: an import refuses such rows, mend the file",
                counted_have(self.passed.ragged),
                self.columns.len()
            ));
        }
        if let Some(line) = self.passed.first_repeated_line {
            let repeated = counted_repeat(self.passed.repeated);
            warnings.push(format!("{repeated} word for word what another says, first line {line}: an import takes such rows once"));
        }
        if self.passed.is_cut {
            warnings
                .push(format!("only the first {} rows were looked at: what holds for them may not hold for the rest", grouped(self.rows)));
        }
        let capped: Vec<String> = (0..self.columns.len()).filter(|at| self.columns[*at].is_capped).map(|at| self.shown(at)).collect();
        if !capped.is_empty() {
            warnings.push(format!(
                "{} more values than can be compared in memory: repetitions were told among the first ones only",
                capped.join(", ") + if capped.len() == 1 { " has" } else { " have" }
            ));
        }
        warnings
    }
}

fn counted_have(count: u64) -> String {
    format!("{} {}", counted(count, "row"), if count == 1 { "has" } else { "have" })
}

fn counted_repeat(count: u64) -> String {
    format!("{} {}", counted(count, "row"), if count == 1 { "repeats" } else { "repeat" })
}
