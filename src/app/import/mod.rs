//! Importing a file of items: read once into drafts, compared with what is published, and made a change request. Rows that cannot be
//! taken are named with their reasons and come back as a file; what is published at once takes all rows or none.

mod comparing;
mod draft_rows;
mod drafts;
mod inspecting;
mod mapping;
mod proposing;
mod references;
mod rejected;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

pub use drafts::FileShape;
pub use inspecting::Sample;
pub(in crate::app) use inspecting::unpacked;
pub use rejected::{Rejected, TOO_MANY as REJECTED_TOO_MANY};

use self::drafts::Reading;
use super::acting::{Acting, Caller};
use super::change_request::{BulkChange, ChangeRequests, Destination, Filed, may_see};
use crate::catalog::Head;
use crate::domain::change_request::{NewRequest, Origin, RequestId};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::publication::{ChangeCounts, ChangeSet, DictionaryChange, State, World};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::validity::Date;
use crate::domain::violation::Violations;
use crate::exchange::csv::CsvFormat;
use crate::exchange::format::Format;
use crate::exchange::item_columns::MappedColumn;
use crate::exchange::item_rows::ReadOptions;
use crate::exchange::table::{FileLimits, Open};

/// What a file is to do with items that are there, that are not, and that it does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Add new items; one that is there already is rejected.
    Insert,
    /// Change items that are there; a new one is rejected.
    Update,
    /// Add and change.
    #[default]
    Upsert,
    /// Add and change, and retire what the file does not name: the file is the whole dictionary.
    Sync,
}

/// What a blank cell says of an item that is there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Blank {
    /// Nothing: the value stays.
    #[default]
    Keep,
    /// That there is no value.
    Clear,
}

#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    pub mode: Mode,
    pub blank: Blank,
    /// From which date the rows hold that bring no dates of their own. Without it: always while the dictionary has no items,
    /// from today for one that has.
    pub on: Option<Date>,
    /// Whether a row may bring a retired item back.
    pub restores: bool,
    pub read: ReadOptions,
    /// Found out when it is not said.
    pub format: Option<Format>,
    pub csv: CsvFormat,
    pub destination: Destination,
    /// Whether what is sent to review or published may leave rejected rows behind. A draft always may.
    pub leaves_rejected: bool,
}

/// A file that can be opened as often as it is read.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The name that messages show.
    pub name: &'a str,
    pub open: Open<'a>,
}

/// What a long import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Detecting,
    Reading,
    /// Judged against everything that is published, and stored.
    Checking,
}

impl Phase {
    pub fn name(self) -> &'static str {
        match self {
            Self::Detecting => "detecting",
            Self::Reading => "reading",
            Self::Checking => "checking",
        }
    }
}

/// How far an import is.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    pub phase: Phase,
    pub bytes_done: u64,
    pub bytes_total: u64,
    pub rows_done: u64,
}

/// Told how far it is; an error ends the import, and nothing was done.
pub type Progress<'a> = &'a dyn Fn(Step) -> Result<()>;

/// How much an import may take.
#[derive(Debug, Clone, Copy)]
pub struct ImportLimits {
    pub file: FileLimits,
    /// How many rows may be rejected before the whole file is.
    pub rejected_rows_max: usize,
    /// How many rows may say something new: they are in memory until the request is stored.
    pub changing_rows_max: u64,
}

/// Does its part in the transaction that stores the request of an import.
pub type ConcludeImport<'a> = &'a dyn Fn(&mut Acting<'_>, &Imported) -> Result<()>;

/// What an import needs beside what it is asked for.
pub struct Surroundings<'a> {
    pub limits: ImportLimits,
    pub progress: Progress<'a>,
    /// Where rejected rows go, with their reasons; opened only when there are any.
    pub rejected: Option<&'a dyn Fn() -> io::Result<Box<dyn Write>>>,
    /// What else goes into the transaction that stores the request; told what the import came to.
    pub conclude: Option<ConcludeImport<'a>>,
}

impl Surroundings<'_> {
    /// Nobody watches, and rejected rows are told but not kept.
    pub fn unwatched(limits: ImportLimits) -> Self {
        Self { limits, progress: &|_| Ok(()), rejected: None, conclude: None }
    }
}

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct Imported {
    /// What was found out about the file, each with its evidence.
    pub evidence: Vec<(String, String)>,
    pub columns: Vec<MappedColumn>,
    pub rows_count: u64,
    pub skipped_count: u64,
    pub counts: ChangeCounts,
    pub unchanged_count: i64,
    pub rejected_count: usize,
    /// The first of the reasons.
    pub rejections: Option<Violations>,
    /// `None` when nothing changed or it was a dry run.
    pub request: Option<RequestId>,
    /// `None` unless it was published.
    pub publication: Option<i64>,
}

impl Imported {
    /// What was found out about one thing, such as the encoding; blank when there was nothing to find out.
    pub fn evidence_of(&self, what: &str) -> &str {
        self.evidence.iter().find(|(name, _)| name == what).map(|(_, found)| found.as_str()).unwrap_or_default()
    }
}

/// What is known of a file once it was read.
#[derive(Default)]
struct Found {
    shape: FileShape,
    unchanged_count: i64,
    rejected: Rejected,
}

impl ChangeRequests {
    /// Imports a file into a published dictionary: it becomes a change request, and goes as far as the options say.
    pub fn import(
        &self,
        caller: &Caller,
        code: &DictionaryCode,
        source: &Source<'_>,
        options: &ImportOptions,
        around: &Surroundings<'_>,
    ) -> Result<Imported> {
        self.check_may_import(caller, code, options.destination)?;
        let options = &self.with_saved_mapping(code, options)?;
        let head = self.fresh_head()?;
        let unknown = || Error::not_found(format!("there is no dictionary {code}"));
        let dictionary = &head.dictionaries.get(code).ok_or_else(unknown)?.current.dictionary;
        let found = RefCell::new(Found::default());
        let may_reject = options.leaves_rejected || matches!(options.destination, Destination::Draft | Destination::DryRun);
        let change = |head: &Head| -> Result<ChangeSet> {
            let mut world = head.world();
            // What others are called by an attribute is told to nobody who may not see them.
            world.retain(|other, _| may_see(&caller.authority, head, other));
            let state = world.get(code).cloned();
            if state.as_ref().is_none_or(|state| state.dictionary.definition != dictionary.definition) {
                let message = format!("the definition of {code} was changed while the file was read; nothing was changed, try again");
                return Err(Error::refused("definition_changed", message));
            }
            let reading = self.reading(&world, state, dictionary, source, options, around);
            let (change, worked_out) = reading.work_out()?;
            let refused = (!may_reject).then(|| worked_out.rejected.first()).flatten();
            found.replace(worked_out);
            (around.progress)(Step { phase: Phase::Checking, ..found.borrow().shape.done() })?;
            refused.map_or(Ok(BTreeMap::from([(code.clone(), change)])), |refused| Err(Error::Invalid(refused)))
        };
        let leave_out = |violations: &Violations| found.borrow_mut().leave_out(code, violations);
        let has_written = Cell::new(false);
        let write_rejected = |found: &Found| match around.rejected.filter(|_| found.rejected.rows_count() > 0 && !has_written.get()) {
            Some(open) => {
                has_written.set(true);
                found.rejected.write(dictionary, source, options, &around.limits.file, open)
            }
            None => Ok(()),
        };
        // Whoever finds the request finds the rejected rows too, whenever the process may end.
        let conclude = |acting: &mut Acting<'_>, filed: &Filed| {
            let found = found.borrow();
            write_rejected(&found)?;
            around.conclude.map_or(Ok(()), |conclude| conclude(acting, &found.imported(code, filed)))
        };
        let bulk = BulkChange {
            head: import_head(source.name),
            origin: Origin::Import,
            undoes: None,
            change: &change,
            leave_out: may_reject.then_some(&leave_out),
            conclude: Some(&conclude),
        };
        let outcome = self.file(caller, &bulk, options.destination);
        let found = found.borrow();
        write_rejected(&found)?;
        let filed = outcome.map_err(|error| found.shape.annotated(error, code, source.name))?;
        Ok(found.imported(code, &filed))
    }

    /// What was kept of earlier imports of the dictionary stands behind what the caller says.
    fn with_saved_mapping(&self, code: &DictionaryCode, options: &ImportOptions) -> Result<ImportOptions> {
        let mut options = options.clone();
        if let Some(saved) = self.find_mapping(code)? {
            options.read.saved_mapping = saved;
        }
        Ok(options)
    }

    pub(super) fn reading<'a>(
        &self,
        world: &'a World,
        state: Option<State>,
        dictionary: &'a Dictionary,
        source: &'a Source<'a>,
        options: &'a ImportOptions,
        around: &'a Surroundings<'a>,
    ) -> Reading<'a> {
        let (today, violations_max) = (self.clock().today(), self.violations_max());
        Reading { world, state, dictionary, source, options, around, today, violations_max }
    }
}

impl Reading<'_> {
    /// Reads the file and compares it with what is published.
    fn work_out(&self) -> Result<(DictionaryChange, Found)> {
        let mut rejected = Rejected::new(self.violations_max, self.around.limits.rejected_rows_max);
        let drafts = self.read(&mut rejected).map_err(|error| in_file(error, self.source.name))?;
        let (change, unchanged_count, shape) = proposing::propose(self, drafts, &mut rejected)?;
        rejected.annotate(&shape, &self.dictionary.code, self.source.name);
        Ok((change, Found { shape, unchanged_count, rejected }))
    }

    /// The change of a file of which every row must be taken, and where its items stand.
    pub(super) fn work_out_whole(&self) -> Result<(DictionaryChange, FileShape)> {
        let (change, found) = self.work_out()?;
        match found.rejected.first() {
            Some(reasons) => Err(Error::Invalid(reasons)),
            None => Ok((change, found.shape)),
        }
    }
}

impl Found {
    /// The items with which something is wrong; their rows are rejected.
    fn leave_out(&mut self, code: &DictionaryCode, violations: &Violations) -> Result<BTreeMap<DictionaryCode, BTreeSet<ItemCode>>> {
        let mut left_out = BTreeSet::new();
        for violation in violations.kept().iter().filter(|violation| violation.dictionary == code.as_str()) {
            for place in self.shape.places_of(&violation.item) {
                self.rejected.add(place, self.shape.placed(violation.clone(), place))?;
                left_out.insert(ItemCode::new(&violation.item));
            }
        }
        Ok(BTreeMap::from([(code.clone(), left_out)]))
    }

    fn imported(&self, code: &DictionaryCode, filed: &Filed) -> Imported {
        Imported {
            counts: filed.counts.get(code).copied().unwrap_or_default(),
            unchanged_count: self.unchanged_count,
            evidence: self.shape.evidence.clone(),
            columns: self.shape.columns.clone(),
            rows_count: self.shape.rows_count,
            skipped_count: self.shape.skipped_count,
            rejected_count: self.rejected.rows_count(),
            rejections: self.rejected.first(),
            request: filed.request,
            publication: filed.publication,
        }
    }
}

/// A name of a file may hold what a title may not.
fn import_head(file: &str) -> NewRequest {
    const NAME_LENGTH_MAX: usize = 200;
    let plain: String = file.chars().filter(|letter| !letter.is_control()).take(NAME_LENGTH_MAX).collect();
    NewRequest { title: format!("Импорт {plain}"), ..NewRequest::default() }
}

/// Every problem of reading is a problem of the file, also one that has no line.
fn in_file(error: Error, file: &str) -> Error {
    let Error::Invalid(mut violations) = error else { return error };
    violations.annotate(|violation| violation.file = Some(file.to_owned()));
    Error::Invalid(violations)
}
