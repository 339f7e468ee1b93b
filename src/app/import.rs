//! Importing a file of items: read once into drafts, compared with what is published, and published whole or not at all.
//! A file holds what it says: memory holds its drafts and never the file itself.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::acting::Caller;
use super::change_request::{BulkChange, ChangeRequests, Destination, Filed};
use crate::catalog::Head;
use crate::domain::attribute::quoted;
use crate::domain::change_request::{NewRequest, Origin, RequestId};
use crate::domain::definition::Check;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::hierarchy::parent_from_code;
use crate::domain::item::{
    Content, ITEM_VERSIONS_MAX, ItemVersion, Retirement, Stretch, cut, keep_retirement, overlay, retire, timeline_of,
};
use crate::domain::publication::{ChangeCounts, ChangeSet, DictionaryChange, State};
use crate::domain::text::{DictionaryCode, ItemCode, Language, Localized};
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;
use crate::domain::violation::{Violation, Violations};
use crate::exchange::csv::{CsvFormat, Detected, Limits, detect};
use crate::exchange::items_csv::{ItemDraft, ItemReader, ReadOptions, refusal};

/// What a file is to do with items that it does not name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mode {
    /// Leave them as they are.
    #[default]
    Upsert,
    /// Retire them: the file is the whole dictionary.
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
    pub format: CsvFormat,
    pub destination: Destination,
}

/// A file that can be opened twice: once to survey it, once to read it.
pub struct Source<'a> {
    /// The name that messages show.
    pub name: &'a str,
    pub open: &'a dyn Fn() -> std::io::Result<Box<dyn Read>>,
}

/// Told how far the reading is: bytes done, bytes in all, rows done.
pub type Progress<'a> = &'a dyn Fn(u64, u64, u64);

/// What a file says, item by item.
#[derive(Debug)]
pub struct Drafts {
    pub detected: Detected,
    /// By code, then line.
    rows: Vec<ItemDraft>,
    pub rows_count: u64,
    pub skipped_count: u64,
    /// Columns that were left out because the dictionary does not know them.
    pub ignored_columns: Vec<String>,
    has_parent: bool,
    /// The attributes that have a column, and in which language.
    attribute_columns: Vec<(usize, Option<Language>)>,
    /// For messages: the column of each attribute, and of the built-in ones.
    columns: BTreeMap<String, usize>,
}

/// What an import did, or would do.
#[derive(Debug)]
pub struct Imported {
    pub detected: Detected,
    pub rows_count: u64,
    pub skipped_count: u64,
    pub ignored_columns: Vec<String>,
    pub counts: ChangeCounts,
    pub unchanged_count: i64,
    /// `None` when nothing changed or it was a dry run.
    pub request: Option<RequestId>,
    /// `None` unless it was published.
    pub publication: Option<i64>,
}

impl ChangeRequests {
    /// Imports a file into a published dictionary: it becomes a change request, and goes as far as the options say.
    pub fn import(
        &self,
        caller: &Caller,
        code: &DictionaryCode,
        source: &Source<'_>,
        options: &ImportOptions,
        limits: Limits,
        progress: Progress<'_>,
    ) -> Result<Imported> {
        self.check_may_import(caller, code, options.destination)?;
        let head = self.fresh_head()?;
        let unknown = || Error::not_found(format!("there is no dictionary {code}"));
        let resident = head.dictionaries.get(code).ok_or_else(unknown)?;
        let dictionary = &resident.current.dictionary;
        let drafts = read_drafts(dictionary, source, options, limits, self.violations_max(), progress)?;
        let (today, violations_max) = (self.clock().today(), self.violations_max());
        let unchanged_count = Cell::new(0);
        let change = |head: &Head| -> Result<ChangeSet> {
            let state = head.dictionaries.get(code).map(|resident| resident.current.state());
            if state.as_ref().is_none_or(|state| state.dictionary.definition != dictionary.definition) {
                let message = format!("the definition of {code} was changed while the file was read; nothing was changed, try again");
                return Err(Error::refused("definition_changed", message));
            }
            let proposed = propose(state.as_ref(), dictionary, &drafts, source.name, options, today, violations_max)?;
            unchanged_count.set(proposed.unchanged_count);
            Ok(BTreeMap::from([(code.clone(), proposed.change)]))
        };
        let bulk = BulkChange { head: import_head(source.name), origin: Origin::Import, undoes: None, change: &change, leave_out: None, conclude: None };
        let outcome = self.file(caller, &bulk, options.destination);
        let filed = outcome.map_err(|error| drafts.annotated(error, code, source.name))?;
        Ok(drafts.imported(code, &filed, unchanged_count.get()))
    }
}

/// A name of a file may hold what a title may not.
fn import_head(file: &str) -> NewRequest {
    const NAME_LENGTH_MAX: usize = 200;
    let plain: String = file.chars().filter(|letter| !letter.is_control()).take(NAME_LENGTH_MAX).collect();
    NewRequest { title: format!("Импорт {plain}"), ..NewRequest::default() }
}

/// Reads a whole file into drafts; refuses it with every problem found.
pub fn read_drafts(
    dictionary: &Dictionary,
    source: &Source<'_>,
    options: &ImportOptions,
    limits: Limits,
    violations_max: usize,
    progress: Progress<'_>,
) -> Result<Drafts> {
    read_all(dictionary, source, options, limits, violations_max, progress).map_err(|error| in_file(error, source.name))
}

/// Every problem of reading is a problem of the file, also one that has no line.
fn in_file(error: Error, file: &str) -> Error {
    let Error::Invalid(mut violations) = error else { return error };
    violations.annotate(|violation| violation.file = Some(file.to_owned()));
    Error::Invalid(violations)
}

fn read_all(
    dictionary: &Dictionary,
    source: &Source<'_>,
    options: &ImportOptions,
    limits: Limits,
    violations_max: usize,
    progress: Progress<'_>,
) -> Result<Drafts> {
    let open = || (source.open)().map_err(|error| Error::Operator(format!("the file {} cannot be opened: {error}", source.name)));
    let detected = detect(open()?, &options.format).map_err(|error| refusal(dictionary, &error))?;
    let mut reader = ItemReader::new(open()?, &detected, limits, dictionary, &options.read)?;
    let mut violations = Violations::new(violations_max);
    let mut rows: Vec<ItemDraft> = Vec::new();
    while let Some(draft) = reader.next(&mut violations)? {
        rows.push(draft);
        if rows.len().is_multiple_of(4096) {
            progress(reader.bytes_read(), detected.bytes_total, reader.rows_count);
        }
    }
    progress(detected.bytes_total, detected.bytes_total, reader.rows_count);
    if violations.is_empty() && reader.bytes_read() != detected.bytes_total {
        let message = format!(
            "the file had {} bytes at first and {} when it was read: it changed meanwhile",
            detected.bytes_total,
            reader.bytes_read()
        );
        violations.push(Violation::new(dictionary.code.as_str(), "file_changed", message));
    }
    rows.sort_by(|a, b| a.code.cmp(&b.code).then(a.line.cmp(&b.line)));
    check_twice(dictionary, &rows, &mut violations);
    if options.mode == Mode::Sync && rows.is_empty() && violations.is_empty() {
        let message = "the file has no items, and to sync with it would retire the whole dictionary";
        violations.push(Violation::new(dictionary.code.as_str(), "file_empty", message));
    }
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    let names = dictionary.attributes.iter().map(|attribute| attribute.code()).chain(["code", "parent", "valid_from", "valid_to"]);
    Ok(Drafts {
        rows_count: reader.rows_count,
        skipped_count: reader.skipped_count,
        has_parent: reader.mapping.has_parent(),
        attribute_columns: reader.mapping.attributes().collect(),
        columns: names.filter_map(|name| Some((name.to_owned(), reader.mapping.column_of(dictionary, name)?))).collect(),
        ignored_columns: std::mem::take(&mut reader.mapping.ignored),
        detected,
        rows,
    })
}

/// One item may have several rows only when their dates tell them apart.
fn check_twice(dictionary: &Dictionary, rows: &[ItemDraft], violations: &mut Violations) {
    for same in rows.chunk_by(|a, b| a.code == b.code).filter(|same| same.len() > 1) {
        if same.len() > ITEM_VERSIONS_MAX && same.iter().all(|row| row.validity.is_some()) {
            let message = format!("the item has {} rows, and at most {ITEM_VERSIONS_MAX} versions are allowed", same.len());
            violations
                .push(Violation::new(dictionary.code.as_str(), "item_versions", message).of_item(&same[0].code).at(same[0].line, None));
            continue;
        }
        for (at, row) in same.iter().enumerate().skip(1) {
            let overlaps = |other: &&ItemDraft| match (row.validity, other.validity) {
                (Some(a), Some(b)) => a.overlaps(b),
                _ => true,
            };
            if let Some(other) = same[..at].iter().find(overlaps) {
                let message = format!("the code {} is there twice: it was on line {}", quoted(&row.code), other.line);
                violations.push(
                    Violation::new(dictionary.code.as_str(), "code_twice", message)
                        .of_item(&row.code)
                        .of_attribute("code")
                        .at(row.line, None),
                );
            }
        }
    }
}

impl Drafts {
    fn has_column(&self, position: usize, language: Option<Language>) -> bool {
        self.attribute_columns.contains(&(position, language))
    }

    fn rows_of(&self, code: &str) -> &[ItemDraft] {
        let first = self.rows.partition_point(|row| row.code.as_str() < code);
        let count = self.rows[first..].iter().take_while(|row| row.code == code).count();
        &self.rows[first..first + count]
    }

    /// Tells the violations of a dictionary where in the file their items stand.
    pub fn annotated(&self, error: Error, dictionary: &DictionaryCode, file: &str) -> Error {
        let Error::Invalid(mut violations) = error else { return error };
        violations.annotate(|violation| {
            if violation.dictionary != dictionary.as_str() || violation.file.is_some() {
                return;
            }
            if let (None, Some(row)) = (violation.position, self.rows_of(&violation.item).first()) {
                violation.position = Some((row.line, self.columns.get(&violation.attribute).copied()));
            }
            if violation.position.is_some() {
                violation.file = Some(file.to_owned());
            }
        });
        Error::Invalid(violations)
    }

    fn imported(self, code: &DictionaryCode, filed: &Filed, unchanged_count: i64) -> Imported {
        let counts = filed.counts.get(code).copied().unwrap_or_default();
        Imported {
            unchanged_count,
            detected: self.detected,
            rows_count: self.rows_count,
            skipped_count: self.skipped_count,
            ignored_columns: self.ignored_columns,
            counts,
            request: filed.request,
            publication: filed.publication,
        }
    }
}

/// What a file would change, and how many of the items it names it would not.
pub struct Proposed {
    pub change: DictionaryChange,
    pub unchanged_count: i64,
}

/// What the drafts make of the published state.
pub fn propose(
    state: Option<&State>,
    dictionary: &Dictionary,
    drafts: &Drafts,
    file: &str,
    options: &ImportOptions,
    today: Date,
    violations_max: usize,
) -> Result<Proposed> {
    let mut unchanged_count = 0;
    let mut change = DictionaryChange::default();
    let mut violations = Violations::new(violations_max);
    let proposing = Proposing { state, dictionary, drafts, options, today };
    for rows in drafts.rows.chunk_by(|a, b| a.code == b.code) {
        let code = &rows[0].code;
        let published = proposing.published(code);
        let timeline = proposing.timeline(published, rows);
        if let Some(retired_on) = revived(published, &timeline)
            && !options.restores
        {
            let message = format!("the item was retired on {retired_on}, and the row would bring it back (--restore allows it)");
            violations.push(Violation::new(dictionary.code.as_str(), "item_retired", message).of_item(code).at(rows[0].line, None));
            continue;
        }
        let is_same =
            published.len() == timeline.len() && published.iter().zip(&timeline).all(|(version, stretch)| version.stretch == *stretch);
        if is_same {
            unchanged_count += 1;
        } else {
            change.timelines.insert(code.clone(), timeline);
        }
    }
    if options.mode == Mode::Sync {
        proposing.retire_absent(file, &mut change);
    }
    if violations.is_empty() { Ok(Proposed { change, unchanged_count }) } else { Err(Error::Invalid(violations)) }
}

/// When an item that was retired would be valid past that date.
fn revived(published: &[Arc<ItemVersion>], timeline: &[Stretch]) -> Option<Date> {
    let retired_on = published.last()?.validity().to()?;
    let last = timeline.last()?;
    (last.validity.end_key() > retired_on).then_some(retired_on)
}

struct Proposing<'a> {
    state: Option<&'a State>,
    dictionary: &'a Dictionary,
    drafts: &'a Drafts,
    options: &'a ImportOptions,
    today: Date,
}

impl Proposing<'_> {
    fn published(&self, code: &str) -> &[Arc<ItemVersion>] {
        self.state.map(|state| state.items.versions_of(code)).unwrap_or_default()
    }

    /// Rows with dates of their own are the item's timeline from the first of these dates on; what held before stays.
    /// A row without holds until the next change that is published already.
    fn timeline(&self, published: &[Arc<ItemVersion>], rows: &[ItemDraft]) -> Vec<Stretch> {
        let before = timeline_of(published);
        let said_from = rows.iter().filter_map(|row| row.validity).map(Validity::start_key).min();
        let mut timeline = match said_from {
            Some(from) => cut(before.clone(), Validity::starting(from)),
            None => before.clone(),
        };
        for row in rows {
            let validity = row.validity.unwrap_or_else(|| self.validity(published));
            // What a row leaves unsaid stays as it was, and that may be different things over the row's interval.
            let mut bare = vec![validity];
            for held in &before {
                if let Some(shared) = held.validity.intersection(validity) {
                    timeline = overlay(timeline, shared, self.content(Some(&held.content), row, validity));
                    bare = bare.into_iter().flat_map(|part| [part.without(shared).0, part.without(shared).1]).flatten().collect();
                }
            }
            for part in bare {
                timeline = overlay(timeline, part, self.content(None, row, validity));
            }
        }
        keep_retirement(published, &mut timeline);
        timeline
    }

    /// For a row without dates of its own: until the next change that is published already.
    fn validity(&self, published: &[Arc<ItemVersion>]) -> Validity {
        let has_no_items = self.state.is_none_or(|state| state.items.versions().is_empty());
        match (self.options.on, published.is_empty() && has_no_items) {
            (None, true) => Validity::ALWAYS,
            (on, _) => {
                let on = on.unwrap_or(self.today);
                let mut stretches = published.iter().map(|version| version.validity());
                let next = stretches.find_map(|validity| {
                    if validity.contains(on) { Some(validity.to()) } else { validity.from().filter(|from| *from > on).map(Some) }
                });
                Validity::new(Some(on), next.flatten()).unwrap_or(Validity::starting(on))
            }
        }
    }

    /// What a row says, over what was held; `validity` is the whole interval of the row.
    fn content(&self, holding: Option<&Content>, row: &ItemDraft, validity: Validity) -> Content {
        let keeps = |has_column: bool| !has_column || self.options.blank == Blank::Keep;
        let value = |(position, given): (usize, &Option<Value>)| {
            let held = holding.and_then(|content| content.values[position].as_ref());
            if self.dictionary.attributes[position].definition.localized {
                return self.localized(position, given.as_ref(), held);
            }
            given.as_ref().or(held.filter(|_| keeps(self.drafts.has_column(position, None)))).cloned()
        };
        let values = row.values.iter().enumerate().map(value).collect();
        let held_parent = || holding.and_then(|content| content.parent.clone()).filter(|_| keeps(self.drafts.has_parent));
        let parent = row.parent.clone().or_else(|| self.derived_parent(row, validity)).or_else(held_parent);
        Content { parent, values }
    }

    /// Each language has its own column, and may have none.
    fn localized(&self, position: usize, given: Option<&Value>, held: Option<&Value>) -> Option<Value> {
        let text = |value: Option<&Value>, language: Language| match (value, language) {
            (Some(Value::Localized(texts)), Language::Ru) => texts.ru.clone(),
            (Some(Value::Localized(texts)), Language::En) => texts.en.clone(),
            _ => None,
        };
        let said = |language: Language| {
            let keeps = !self.drafts.has_column(position, Some(language)) || self.options.blank == Blank::Keep;
            text(given, language).or_else(|| text(held, language).filter(|_| keeps))
        };
        let texts = Localized { ru: said(Language::Ru), en: said(Language::En) };
        (texts.ru.is_some() || texts.en.is_some()).then(|| Value::Localized(Box::new(texts)))
    }

    fn derived_parent(&self, row: &ItemDraft, validity: Validity) -> Option<ItemCode> {
        let hierarchy = self.dictionary.definition.hierarchy.as_ref()?;
        // With sync the file is the whole dictionary: what it leaves out is no parent any more. Otherwise a published item is one
        // if it is valid while the row is.
        let is_kept = |code: &str| {
            let covers = self.published(code).iter().map(|version| version.validity());
            let is_valid = hierarchy.check == Check::Warn || validity.uncovered_by(covers).is_none();
            self.options.mode == Mode::Upsert && !self.published(code).is_empty() && is_valid
        };
        let is_item = |code: &str| !self.drafts.rows_of(code).is_empty() || is_kept(code);
        parent_from_code(&row.code, hierarchy, is_item).or_else(|| {
            let position = self.dictionary.position(hierarchy.root_attribute.as_deref()?)?;
            let root = row.values[position].as_ref()?.as_text()?;
            (root != row.code && is_item(root)).then(|| ItemCode::new(root))
        })
    }

    fn retire_absent(&self, file: &str, change: &mut DictionaryChange) {
        let Some(state) = self.state else { return };
        let on = self.options.on.unwrap_or(self.today);
        for code in state.items.codes().filter(|code| self.drafts.rows_of(code).is_empty()) {
            let published = self.published(code);
            let retirement = Retirement { reason: format!("Отсутствует в файле {file}"), successors: Vec::new() };
            // An item that begins later is not missing from a file that says what holds now.
            if published.iter().any(|version| version.validity().contains(on))
                && let Some(timeline) = retire(timeline_of(published), on, retirement)
            {
                change.timelines.insert(code.clone(), timeline);
            }
        }
    }
}
