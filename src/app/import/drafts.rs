//! Reading a file into drafts. A row that says what is published already is only counted: a file of a million rows of which a hundred
//! differ takes the memory of a hundred. What the drafts make of what is published is `proposing`'s.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::Arc;

use super::comparing::{Comparing, Confirmed, FileColumns};
use super::draft_rows::DraftRows;
use super::references::References;
use super::rejected::Rejected;
use super::{ImportOptions, Mode, Phase, Source, Step, Surroundings};
use crate::domain::attribute::quoted;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::item::ITEM_VERSIONS_MAX;
use crate::domain::publication::{State, World};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::validity::Date;
use crate::domain::violation::{Violation, Violations};
use crate::exchange::format::{self, Format};
use crate::exchange::item_columns::MappedColumn;
use crate::exchange::item_rows::{Action, ItemDraft, ItemReader, Progress, refusal};
use crate::exchange::row::RowPlace;
use crate::exchange::table::FileError;

/// How many bytes of a file its format is judged by.
const START_BYTES: u64 = 64 * 1024;

/// One file that is read against one state.
pub struct Reading<'a> {
    /// What references may lead to.
    pub world: &'a World,
    /// The dictionary as it is published, its values in the order of `dictionary`; `None` while it is not.
    pub state: Option<State>,
    pub dictionary: &'a Dictionary,
    pub source: &'a Source<'a>,
    pub options: &'a ImportOptions,
    pub around: &'a Surroundings<'a>,
    pub today: Date,
    pub violations_max: usize,
}

/// What there is to say about a file that was read, and where its items stand in it.
#[derive(Debug, Default)]
pub struct FileShape {
    pub evidence: Vec<(String, String)>,
    pub columns: Vec<MappedColumn>,
    pub rows_count: u64,
    pub skipped_count: u64,
    bytes_total: u64,
    /// For messages: the column of each attribute, and of the built-in ones.
    column_numbers: BTreeMap<String, usize>,
    /// The places of the items that the file may change, by code.
    places: Vec<(ItemCode, RowPlace)>,
}

/// What a file says, item by item.
pub struct Drafts {
    /// Rows that may change something, by code, then place.
    pub rows: DraftRows,
    /// The published versions that rows say again, by position.
    confirmed: Vec<Confirmed>,
    pub columns: FileColumns,
    pub shape: FileShape,
}

impl Source<'_> {
    /// Which format the file has, and why.
    pub fn format(&self, dictionary: &Dictionary, options: &ImportOptions) -> Result<(Format, String)> {
        self.judged(options.format)?.map_err(|error| refusal(dictionary, &error))
    }

    /// The same where there is no dictionary yet: a format, or why the file can have none that is read.
    pub fn judged(&self, named: Option<Format>) -> Result<std::result::Result<(Format, String), FileError>> {
        if let Some(format) = named {
            return Ok(Ok((format, "as named".to_owned())));
        }
        let trouble =
            |what: &'static str| move |error: std::io::Error| Error::Operator(format!("the file {} cannot be {what}: {error}", self.name));
        let mut start = Vec::new();
        (self.open)().map_err(trouble("opened"))?.take(START_BYTES).read_to_end(&mut start).map_err(trouble("read"))?;
        Ok(format::detect(&start, self.name))
    }
}

impl Reading<'_> {
    /// Reads the whole file. Rows that cannot be read go to `rejected`.
    pub fn read(&self, rejected: &mut Rejected) -> Result<Drafts> {
        (self.around.progress)(Step { phase: Phase::Detecting, bytes_done: 0, bytes_total: 0, rows_done: 0 })?;
        let (format, because) = self.source.format(self.dictionary, self.options)?;
        let opened = format.open(self.source.open, &self.options.csv, &self.around.limits.file);
        let table = opened.map_err(|error| refusal(self.dictionary, &error))?;
        let mut reader = ItemReader::new(table, self.dictionary, &self.options.read)?;
        let mut drafts = self.started(&reader, format, because);
        let references = References::new(self.world, self.dictionary, reader.mapping())?;
        let bytes_total = reader.table().head().bytes_total;
        let columns = drafts.columns.clone();
        let (state, today) = (self.state.as_ref(), self.today);
        let comparing = Comparing { state, dictionary: self.dictionary, options: self.options, today, columns: &columns };
        reader.read_all(
            |drafted| comparing.compare(&references, drafted),
            |done, compared| {
                compared.refusals.into_iter().try_for_each(|(row, violation)| rejected.add(row, violation))?;
                compared.rows.into_iter().for_each(|row| drafts.rows.push(row));
                drafts.confirmed.extend(compared.confirmed);
                self.check_count(done.rows_done - drafts.confirmed.len() as u64)?;
                (self.around.progress)(step(done, bytes_total))
            },
        )?;
        self.finish(&reader, drafts, rejected)
    }

    fn check_count(&self, changing_rows: u64) -> Result<()> {
        let most = self.around.limits.changing_rows_max;
        if changing_rows <= most {
            return Ok(());
        }
        let message = format!(
            "more than {most} rows say something new, which is more than is held in memory: send the file in parts, or ask those who run the \
             service to raise --changing-rows-max"
        );
        Err(Error::refused("import_too_long", message))
    }

    fn started(&self, reader: &ItemReader<'_>, format: Format, because: String) -> Drafts {
        let head = reader.table().head();
        let mut evidence = vec![("format".to_owned(), format!("{} ({because})", format.name()))];
        evidence.extend(head.evidence.iter().cloned());
        evidence.push(("header".to_owned(), reader.header_because.clone()));
        let built_in = ["code", "parent", "valid_from", "valid_to", "action"];
        let names = self.dictionary.attributes.iter().map(|attribute| attribute.code()).chain(built_in);
        let mapping = reader.mapping();
        let number = |name: &str| Some((name.to_owned(), mapping.column_of(self.dictionary, name)?));
        let shape = FileShape {
            evidence,
            columns: mapping.shown.clone(),
            bytes_total: head.bytes_total,
            column_numbers: names.filter_map(number).collect(),
            ..FileShape::default()
        };
        Drafts { rows: DraftRows::default(), confirmed: Vec::new(), columns: FileColumns::new(mapping), shape }
    }

    fn finish(&self, reader: &ItemReader<'_>, mut drafts: Drafts, rejected: &mut Rejected) -> Result<Drafts> {
        (self.around.progress)(step(reader.progress(), drafts.shape.bytes_total))?;
        let dictionary = self.dictionary.code.as_str();
        let refuse = |code: &str, message: String| {
            let mut violations = Violations::new(1);
            violations.push(Violation::new(dictionary, code, message));
            Err(Error::Invalid(violations))
        };
        if let Some((line, fields)) = reader.short_last_row()
            && reader.table().head().ends_within_line
        {
            let columns = reader.mapping().columns.len();
            let message = format!(
                "the file ends in the middle of line {line}, after {fields} of {columns} fields: it was cut off, send it whole; nothing was changed"
            );
            return refuse("file_truncated", message);
        }
        let (read, total) = (reader.progress().bytes_done, drafts.shape.bytes_total);
        if read != total {
            return refuse(
                "file_changed",
                format!("the file had {total} bytes at first and {read} when it was read: it changed meanwhile"),
            );
        }
        if self.options.mode == Mode::Sync {
            if drafts.rows.is_empty() && drafts.confirmed.is_empty() {
                return refuse("file_empty", "the file has no items, and to sync with it would retire the whole dictionary".to_owned());
            }
            if rejected.has_nameless() {
                let message =
                    "some rows do not say which item they are about, and to sync would retire it: mend these rows, or use another mode";
                let kept = rejected.first().into_iter().flat_map(|violations| violations.kept().to_vec());
                let mut violations = Violations::new(self.violations_max);
                violations.push(Violation::new(dictionary, "sync_unsure", message));
                kept.for_each(|violation| violations.push(violation));
                return Err(Error::Invalid(violations));
            }
        }
        drafts.shape.rows_count = reader.rows_count;
        drafts.shape.skipped_count = reader.skipped_count;
        self.revive(&mut drafts);
        if !drafts.rows.is_in_order() || rejected.rows_count() > 0 {
            self.put_in_order(&mut drafts, rejected)?;
        }
        drafts.shape.places = drafts.rows.iter().map(|row| (row.code.clone(), row.place)).collect();
        Ok(drafts)
    }

    /// Sorts the rows, and rejects those that cannot stand beside the others of their item.
    fn put_in_order(&self, drafts: &mut Drafts, rejected: &mut Rejected) -> Result<()> {
        let mut rows = drafts.rows.take();
        rows.sort_by(ItemDraft::in_order);
        let rows_count = rows.len();
        // A row that is there twice, word for word, is a slip of whoever made the file and harms nobody.
        rows.dedup_by(|next, row| says_the_same_row(row, next));
        if rows.len() < rows_count {
            let repeated = rows_count - rows.len();
            drafts.shape.evidence.push(("repeated".to_owned(), format!("{repeated} rows say again what another row of the file says")));
        }
        let rows = self.reject_twice(rows, &drafts.shape, rejected)?;
        drafts.rows.set(rows);
        Ok(())
    }

    /// Rows that only say what is published stand for themselves only if the others of their item do too.
    fn revive(&self, drafts: &mut Drafts) {
        let Some(state) = self.state.as_ref().filter(|_| !drafts.confirmed.is_empty()) else { return };
        drafts.confirmed.sort_unstable();
        // Who says twice what is published anyway harms nobody.
        drafts.confirmed.dedup_by_key(|confirmed| (confirmed.position, confirmed.is_dated));
        let changing: rustc_hash::FxHashSet<ItemCode> = drafts.rows.iter().map(|row| row.code.clone()).collect();
        let code = |confirmed: &Confirmed| &state.items.version(confirmed.position as usize).code;
        let mut kept = Vec::with_capacity(drafts.confirmed.len());
        let mut items = state.items.cursor();
        for same in std::mem::take(&mut drafts.confirmed).chunk_by(|a, b| code(a) == code(b)) {
            let versions = items.versions_of(code(&same[0]));
            // Rows with dates are the timeline from the earliest of them on, so each later version must have its row.
            let is_whole = match same {
                [only] if !only.is_dated => true,
                rows => {
                    let is_last =
                        |row: &Confirmed| versions.last().is_some_and(|last| Arc::ptr_eq(last, state.items.version(row.position as usize)));
                    let is_next = |pair: &[Confirmed]| pair[1].position == pair[0].position + 1;
                    rows.iter().all(|row| row.is_dated) && rows.windows(2).all(is_next) && rows.last().is_some_and(is_last)
                }
            };
            if is_whole && !changing.contains(code(&same[0])) {
                kept.extend_from_slice(same);
            } else {
                same.iter().for_each(|row| drafts.rows.push(revived(state, row)));
            }
        }
        drafts.confirmed = kept;
    }

    /// One item may have several rows only when their dates tell them apart. Gives the rows that can stand.
    fn reject_twice(&self, rows: Vec<ItemDraft>, shape: &FileShape, rejected: &mut Rejected) -> Result<Vec<ItemDraft>> {
        for same in rows.chunk_by(|a, b| a.code == b.code).filter(|same| same.len() > 1) {
            self.refusals_of(same, shape).into_iter().try_for_each(|(row, violation)| rejected.add(row, violation))?;
        }
        if rejected.rows_count() == 0 {
            return Ok(rows);
        }
        // A row that was rejected takes the other rows of its item with it.
        let (kept, left_out): (Vec<ItemDraft>, Vec<ItemDraft>) = rows.into_iter().partition(|row| !rejected.names(&row.code));
        for row in &left_out {
            if !rejected.has_row(row.place) {
                let message = "another row of this item was rejected, and its rows go together";
                let violation = Violation::new(self.dictionary.code.as_str(), "item_rejected", message);
                rejected.add(row.place, violation.of_item(&row.code).at(row.place.line(), None))?;
            }
        }
        Ok(kept)
    }

    /// What is wrong with several rows of one item together.
    fn refusals_of(&self, same: &[ItemDraft], shape: &FileShape) -> Vec<(RowPlace, Violation)> {
        let dictionary = self.dictionary.code.as_str();
        let refuse = |code: &str, message: String, row: &ItemDraft| {
            let column = shape.column_numbers.get("code").copied();
            let violation = Violation::new(dictionary, code, message).of_item(&row.code).of_attribute("code");
            (row.place, violation.at(row.place.line(), column))
        };
        if same.len() > ITEM_VERSIONS_MAX && same.iter().all(|row| row.validity.is_some()) {
            let message = format!("the item has {} rows, and at most {ITEM_VERSIONS_MAX} versions are allowed", same.len());
            return same.iter().map(|row| refuse("item_versions", message.clone(), row)).collect();
        }
        let clash = same.iter().enumerate().skip(1).find_map(|(at, row)| {
            let overlaps = |other: &&ItemDraft| match (row.validity, other.validity) {
                (Some(a), Some(b)) => a.overlaps(b),
                _ => true,
            };
            Some((row.place, same[..at].iter().find(overlaps)?.place))
        });
        let Some((second, first)) = clash else { return Vec::new() };
        // Which of them is meant cannot be told, so none is taken.
        let refused = |row: &ItemDraft| {
            let (here, there) = if row.place == first { ("again", second) } else { ("already", first) };
            let there =
                if first.line() == second.line() { format!("in row {}", there.number()) } else { format!("on line {}", there.line()) };
            refuse("code_twice", format!("the code {} is there twice: it is {here} {there}", quoted(&row.code)), row)
        };
        same.iter().map(refused).collect()
    }
}

fn says_the_same_row(row: &ItemDraft, next: &ItemDraft) -> bool {
    row.code == next.code && row.row_hash == next.row_hash && row.values == next.values && row.validity == next.validity
}

fn step(Progress { bytes_done, rows_done }: Progress, bytes_total: u64) -> Step {
    Step { phase: Phase::Reading, bytes_done, bytes_total, rows_done }
}

fn revived(state: &State, row: &Confirmed) -> ItemDraft {
    let version = state.items.version(row.position as usize);
    let content = &version.stretch.content;
    ItemDraft {
        place: row.place,
        code: version.code.clone(),
        parent: content.parent.clone(),
        validity: row.is_dated.then(|| version.validity()),
        values: content.values.clone(),
        action: Action::Put,
        row_hash: row.place.number(),
    }
}

impl Drafts {
    /// How many published items the file names without changing them.
    pub fn confirmed_items_count(&self, state: Option<&State>) -> i64 {
        let Some(state) = state else { return 0 };
        let code = |confirmed: &Confirmed| &state.items.version(confirmed.position as usize).code;
        self.confirmed.chunk_by(|a, b| code(a) == code(b)).count() as i64
    }

    /// Whether a row that says nothing new is about the version at a position.
    pub fn confirms(&self, position: u32) -> bool {
        self.confirmed.binary_search_by_key(&position, |confirmed| confirmed.position).is_ok()
    }
}

impl FileShape {
    /// That the whole file was read.
    pub fn done(&self) -> Step {
        Step { phase: Phase::Reading, bytes_done: self.bytes_total, bytes_total: self.bytes_total, rows_done: self.rows_count }
    }

    /// The places of an item, with its code each.
    fn rows_of(&self, code: &str) -> &[(ItemCode, RowPlace)] {
        let first = self.places.partition_point(|(other, _)| other.as_str() < code);
        let count = self.places[first..].iter().take_while(|(other, _)| other == code).count();
        &self.places[first..first + count]
    }

    pub fn names(&self, code: &str) -> bool {
        !self.rows_of(code).is_empty()
    }

    pub fn places_of(&self, code: &str) -> impl ExactSizeIterator<Item = RowPlace> + '_ {
        self.rows_of(code).iter().map(|(_, place)| *place)
    }

    /// A violation of an item as one of a row.
    pub fn placed(&self, violation: Violation, place: RowPlace) -> Violation {
        let column = violation.position.and_then(|(_, column)| column).or_else(|| self.column_numbers.get(&violation.attribute).copied());
        violation.at(place.line(), column)
    }

    /// Tells a violation of the dictionary where in the file its item stands.
    pub fn annotate(&self, violation: &mut Violation, dictionary: &DictionaryCode, file: &str) {
        if violation.dictionary != dictionary.as_str() || violation.file.is_some() {
            return;
        }
        if let (None, Some((_, place))) = (violation.position, self.rows_of(&violation.item).first()) {
            violation.position = Some((place.line(), self.column_numbers.get(&violation.attribute).copied()));
        }
        if violation.position.is_some() {
            violation.file = Some(file.to_owned());
        }
    }

    pub fn annotated(&self, error: Error, dictionary: &DictionaryCode, file: &str) -> Error {
        let Error::Invalid(mut violations) = error else { return error };
        violations.annotate(|violation| self.annotate(violation, dictionary, file));
        Error::Invalid(violations)
    }
}
