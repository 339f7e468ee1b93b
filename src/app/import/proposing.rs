//! What the drafts of a file make of what is published: the whole new timeline of each item that changes.
//! It knows no file and no request.

use std::sync::Arc;

use super::drafts::{Drafts, FileShape, Reading};
use super::rejected::Rejected;
use super::{Blank, ImportOptions, Mode};
use crate::domain::definition::Check;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::Result;
use crate::domain::hierarchy::parent_from_code;
use crate::domain::item::{Content, ItemVersion, Retirement, Stretch, cut, keep_retirement, overlay, retire, timeline_of};
use crate::domain::publication::{DictionaryChange, State};
use crate::domain::text::{ItemCode, Language, Localized};
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;
use crate::domain::violation::Violation;
use crate::exchange::item_rows::{Action, ItemDraft};

struct Proposing<'a> {
    state: Option<&'a State>,
    dictionary: &'a Dictionary,
    drafts: &'a Drafts,
    options: &'a ImportOptions,
    today: Date,
}

/// What the drafts change, how many of the items that the file names they do not, and what there is to say about the file.
pub fn propose(reading: &Reading<'_>, mut drafts: Drafts, rejected: &mut Rejected) -> Result<(DictionaryChange, i64, FileShape)> {
    let rows = std::mem::take(&mut drafts.rows);
    let (state, dictionary, options) = (reading.state.as_ref(), reading.dictionary, reading.options);
    let mut unchanged_count = drafts.confirmed_items_count(state);
    let proposing = Proposing { state, dictionary, drafts: &drafts, options, today: reading.today };
    let mut change = DictionaryChange::default();
    let mut rows = rows.into_iter().peekable();
    let mut same: Vec<ItemDraft> = Vec::new();
    while let Some(row) = rows.next() {
        let is_last = rows.peek().is_none_or(|next| next.code != row.code);
        same.push(row);
        if !is_last {
            continue;
        }
        let published = proposing.published(&same[0].code);
        if let Some((code, message)) = proposing.refused(published, &same) {
            for row in same.drain(..) {
                let violation = Violation::new(dictionary.code.as_str(), code, message.clone()).of_item(&row.code);
                rejected.add(row.place, violation.at(row.place.line(), None))?;
            }
            continue;
        }
        let code = same[0].code.clone();
        let timeline = proposing.timeline(published, &mut same);
        same.clear();
        let is_same =
            published.len() == timeline.len() && published.iter().zip(&timeline).all(|(version, stretch)| version.stretch == *stretch);
        if is_same {
            unchanged_count += 1;
        } else {
            change.timelines.insert(code, timeline);
        }
    }
    if options.mode == Mode::Sync {
        proposing.retire_absent(reading.source.name, rejected, &mut change);
    }
    Ok((change, unchanged_count, drafts.shape))
}

/// Why an item was retired, when a file says that it is gone.
fn retirement(file: &str) -> Retirement {
    Retirement { reason: format!("Отсутствует в файле {file}"), successors: Vec::new() }
}

impl Proposing<'_> {
    fn published(&self, code: &str) -> &[Arc<ItemVersion>] {
        self.state.map(|state| state.items.versions_of(code)).unwrap_or_default()
    }

    /// Why the rows of an item cannot be taken.
    fn refused(&self, published: &[Arc<ItemVersion>], rows: &[ItemDraft]) -> Option<(&'static str, String)> {
        let is_there = !published.is_empty();
        let removes = rows.iter().any(|row| row.action == Action::Remove);
        if removes && !is_there {
            return Some(("code_unknown", "the row removes an item that is not there".to_owned()));
        }
        if removes && rows.len() > 1 {
            return Some(("code_twice", "the item is removed, and has other rows".to_owned()));
        }
        match self.options.mode {
            Mode::Insert if is_there => {
                return Some(("code_exists", "the item is there already, and --mode insert only adds (upsert changes too)".to_owned()));
            }
            Mode::Update if !is_there => {
                return Some(("code_unknown", "there is no such item, and --mode update only changes (upsert adds too)".to_owned()));
            }
            _ => {}
        }
        let retired_on = published.last().and_then(|version| version.validity().to())?;
        let said_to = rows.iter().map(|row| row.validity.unwrap_or_else(|| self.validity(published)).end_key()).max()?;
        let revives = said_to > retired_on && !removes && !self.options.restores;
        revives.then(|| {
            ("item_retired", format!("the item was retired on {retired_on}, and the row would bring it back (--restore allows it)"))
        })
    }

    /// Rows with dates of their own are the item's timeline from the first of these dates on; what held before stays.
    /// A row without holds until the next change that is published already.
    fn timeline(&self, published: &[Arc<ItemVersion>], rows: &mut [ItemDraft]) -> Vec<Stretch> {
        if let ([], [row]) = (published, &mut *rows) {
            // Most rows of a first import; nothing of them is copied.
            let validity = row.validity.unwrap_or_else(|| self.validity(published));
            let parent = row.parent.take().or_else(|| self.derived_parent(row, validity));
            let content = Content { parent, values: std::mem::take(&mut row.values) };
            return vec![Stretch { validity, content, retirement: None }];
        }
        let before = timeline_of(published);
        if let [ItemDraft { action: Action::Remove, validity, .. }] = rows {
            let on = validity.and_then(Validity::to).or(self.options.on).unwrap_or(self.today);
            return retire(before.clone(), on, Retirement { reason: "Исключён файлом".to_owned(), successors: Vec::new() })
                .unwrap_or(before);
        }
        let said_from = rows.iter().filter_map(|row| row.validity).map(Validity::start_key).min();
        let mut timeline = match said_from {
            Some(from) => cut(before.clone(), Validity::starting(from)),
            None => before.clone(),
        };
        for row in &*rows {
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
            given.as_ref().or(held.filter(|_| keeps(self.drafts.columns.has_column(position, None)))).cloned()
        };
        let values = row.values.iter().enumerate().map(value).collect();
        let held_parent = || holding.and_then(|content| content.parent.clone()).filter(|_| keeps(self.drafts.columns.has_parent));
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
            let keeps = !self.drafts.columns.has_column(position, Some(language)) || self.options.blank == Blank::Keep;
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
            self.options.mode != Mode::Sync && !self.published(code).is_empty() && is_valid
        };
        let is_item = |code: &str| self.drafts.shape.names(code) || is_kept(code);
        parent_from_code(&row.code, hierarchy, is_item).or_else(|| {
            let position = self.dictionary.position(hierarchy.root_attribute.as_deref()?)?;
            let root = row.values[position].as_ref()?.as_text()?;
            (root != row.code && is_item(root)).then(|| ItemCode::new(root))
        })
    }

    fn retire_absent(&self, file: &str, rejected: &Rejected, change: &mut DictionaryChange) {
        let Some(state) = self.state else { return };
        let on = self.options.on.unwrap_or(self.today);
        for code in state.items.codes() {
            let published = self.published(code);
            let confirmed = state.items.locate_versions(code).is_some_and(|(block, offsets)| {
                offsets.into_iter().any(|offset| self.drafts.confirms(state.items.base(block) + u32::from(offset)))
            });
            let is_named = confirmed || self.drafts.shape.names(code) || rejected.names(code);
            // An item that begins later is not missing from a file that says what holds now.
            if !is_named
                && published.iter().any(|version| version.validity().contains(on))
                && let Some(timeline) = retire(timeline_of(published), on, retirement(file))
            {
                change.timelines.insert(code.clone(), timeline);
            }
        }
    }
}
