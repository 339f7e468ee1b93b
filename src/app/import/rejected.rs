//! Rows that cannot be taken: their reasons, and the file in which they come back to whoever sent them, with the same columns.

use std::collections::BTreeMap;
use std::io::{self, Write};

use rustc_hash::FxHashSet;

use super::drafts::FileShape;
use super::{ImportOptions, Source};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::violation::{Violation, Violations};
use crate::exchange::item_rows::refusal;
use crate::exchange::rejected_rows::RejectedRows;
use crate::exchange::row::Row;
use crate::exchange::table::FileLimits;

/// What was rejected of one file.
#[derive(Debug)]
pub struct Rejected {
    /// The reasons of each rejected row.
    by_line: BTreeMap<u64, String>,
    /// The items that rejected rows are about, as far as that could be read.
    codes: FxHashSet<ItemCode>,
    /// Whether some rejected row does not say which item it is about.
    has_nameless: bool,
    first: Violations,
    rows_max: usize,
}

impl Default for Rejected {
    fn default() -> Self {
        Self::new(0, 0)
    }
}

impl Rejected {
    pub fn new(violations_max: usize, rows_max: usize) -> Self {
        let (by_line, codes, first) = (BTreeMap::new(), FxHashSet::default(), Violations::new(violations_max));
        Self { by_line, codes, has_nameless: false, first, rows_max }
    }

    /// Rejects the row on the line of a violation. An error when there are so many that the file as a whole does not fit.
    pub fn add(&mut self, violation: Violation) -> Result<()> {
        let line = violation.position.map_or(0, |(line, _)| line);
        if violation.item.is_empty() {
            self.has_nameless = true;
        } else {
            self.codes.insert(ItemCode::new(&violation.item));
        }
        let reasons = self.by_line.entry(line).or_default();
        if !reasons.is_empty() {
            reasons.push_str("; ");
        }
        if !violation.attribute.is_empty() {
            reasons.push_str(&violation.attribute);
            reasons.push_str(": ");
        }
        reasons.push_str(&violation.message);
        self.first.push(violation);
        if self.by_line.len() <= self.rows_max {
            return Ok(());
        }
        let message = format!(
            "more than {} rows are wrong, so the file does not fit the dictionary as it is read; the first reasons are above",
            self.rows_max
        );
        let kept = self.first.kept().to_vec();
        let mut all = Violations::new(kept.len() + 1);
        kept.into_iter().for_each(|violation| all.push(violation));
        all.push(Violation::new("", "rejected_too_many", message));
        Err(Error::Invalid(all))
    }

    pub fn rows_count(&self) -> usize {
        self.by_line.len()
    }

    pub fn names(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    pub fn has_line(&self, line: u64) -> bool {
        self.by_line.contains_key(&line)
    }

    pub fn has_nameless(&self) -> bool {
        self.has_nameless
    }

    /// All reasons as one refusal, where rows must not be left behind.
    pub fn refusal(&self) -> Option<Violations> {
        self.first()
    }

    /// The first of the reasons, if anything was rejected.
    pub fn first(&self) -> Option<Violations> {
        (!self.first.is_empty()).then(|| self.first.clone())
    }

    pub fn annotate(&mut self, shape: &FileShape, dictionary: &DictionaryCode, file: &str) {
        self.first.annotate(|violation| shape.annotate(violation, dictionary, file));
    }

    /// Reads the file again and writes the rejected rows with their reasons.
    pub fn write(
        &self,
        dictionary: &Dictionary,
        source: &Source<'_>,
        options: &ImportOptions,
        limits: &FileLimits,
        open: &dyn Fn() -> io::Result<Box<dyn Write>>,
    ) -> Result<()> {
        let unwritable = |error: io::Error| Error::Operator(format!("the rejected rows cannot be written: {error}"));
        let (format, _) = source.format(dictionary, options)?;
        let mut table = format.open(source.open, &options.csv, limits).map_err(|error| refusal(dictionary, &error))?;
        let names = table.head().columns.clone().or_else(|| options.read.columns.clone());
        let mut file = RejectedRows::new(open().map_err(unwritable)?);
        let mut row = Row::new();
        let mut names = names;
        while table.read(&mut row).map_err(|error| refusal(dictionary, &error))? {
            if names.is_none() {
                names = Some(row.fields().map(str::to_owned).collect());
                continue;
            }
            if let Some(reasons) = self.by_line.get(&row.line()) {
                file.write(names.as_deref().unwrap_or_default(), &row, reasons).map_err(unwritable)?;
            }
        }
        file.finish().map_err(unwritable)
    }
}
