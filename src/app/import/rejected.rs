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
use crate::exchange::item_rows::{ItemReader, refusal};
use crate::exchange::rejected_rows::RejectedRows;
use crate::exchange::row::RowPlace;
use crate::exchange::table::FileLimits;

/// The code of a file that has more wrong rows than can be given back.
pub const TOO_MANY: &str = "rejected_too_many";

/// What was rejected of one file.
#[derive(Debug)]
pub struct Rejected {
    /// The reasons of each rejected row.
    by_row: BTreeMap<RowPlace, String>,
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
        let (by_row, codes, first) = (BTreeMap::new(), FxHashSet::default(), Violations::new(violations_max));
        Self { by_row, codes, has_nameless: false, first, rows_max }
    }

    /// Rejects a row for a violation. An error when there are so many that the file as a whole does not fit.
    pub fn add(&mut self, row: RowPlace, violation: Violation) -> Result<()> {
        if violation.item.is_empty() {
            self.has_nameless = true;
        } else {
            self.codes.insert(ItemCode::new(&violation.item));
        }
        let reasons = self.by_row.entry(row).or_default();
        if !reasons.is_empty() {
            reasons.push_str("; ");
        }
        if !violation.attribute.is_empty() {
            reasons.push_str(&violation.attribute);
            reasons.push_str(": ");
        }
        reasons.push_str(&violation.message);
        self.first.push(violation);
        if self.by_row.len() <= self.rows_max {
            return Ok(());
        }
        let message = format!(
            "more than {} rows are wrong, and nothing further was read: look whether the columns are what they were taken for, and mend what \
             the first reasons say",
            self.rows_max
        );
        // First of all: what comes after many reasons is not read.
        let kept = self.first.kept().to_vec();
        let mut all = Violations::new(kept.len() + 1);
        all.push(Violation::new("", TOO_MANY, message));
        kept.into_iter().for_each(|violation| all.push(violation));
        Err(Error::Invalid(all))
    }

    pub fn rows_count(&self) -> usize {
        self.by_row.len()
    }

    pub fn names(&self, code: &str) -> bool {
        self.codes.contains(code)
    }

    pub fn has_row(&self, row: RowPlace) -> bool {
        self.by_row.contains_key(&row)
    }

    pub fn has_nameless(&self) -> bool {
        self.has_nameless
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
        let table = format.open(source.open, &options.csv, limits).map_err(|error| refusal(dictionary, &error))?;
        let mut reader = ItemReader::new(table, dictionary, &options.read)?;
        let names = reader.mapping().names.clone();
        let mut file = RejectedRows::new(open().map_err(unwritable)?);
        while let Some((place, row)) = reader.next_row()? {
            if let Some(reasons) = self.by_row.get(&place) {
                file.write(&names, row, reasons).map_err(unwritable)?;
            }
        }
        file.finish().map_err(unwritable)
    }
}
