//! Rows of a file beside what is published: those that say it again are only counted, so that a file of a million rows of which a hundred
//! differ takes the memory of a hundred. Rows are compared one by one; what those of one item say together is `drafts`'s.

use super::references::References;
use super::{Blank, ImportOptions, Mode};
use crate::domain::definition::ParentFrom;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::publication::State;
use crate::domain::text::Language;
use crate::domain::validity::Date;
use crate::domain::value::Value;
use crate::domain::violation::Violation;
use crate::exchange::item_columns::Mapping;
use crate::exchange::item_rows::{Action, DraftedRows, ItemDraft};
use crate::exchange::row::RowPlace;

/// What a file may say of an item.
#[derive(Debug, Clone)]
pub struct FileColumns {
    pub has_parent: bool,
    /// The attributes that have a column, and in which language.
    attributes: Vec<(usize, Option<Language>)>,
}

/// What rows are compared with.
pub struct Comparing<'a> {
    pub state: Option<&'a State>,
    pub dictionary: &'a Dictionary,
    pub options: &'a ImportOptions,
    pub today: Date,
    pub columns: &'a FileColumns,
}

/// Neighbouring rows of a file, told apart.
pub struct ComparedRows {
    /// What may change something.
    pub rows: Vec<ItemDraft>,
    pub confirmed: Vec<Confirmed>,
    pub refusals: Vec<(RowPlace, Violation)>,
}

/// A row that says what a published version says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confirmed {
    pub position: u32,
    pub place: RowPlace,
    /// The row has dates, and they are those of the version.
    pub is_dated: bool,
}

impl FileColumns {
    pub fn new(mapping: &Mapping) -> Self {
        Self { has_parent: mapping.has_parent(), attributes: mapping.attributes().collect() }
    }

    pub fn has_column(&self, position: usize, language: Option<Language>) -> bool {
        self.attributes.contains(&(position, language))
    }
}

impl Comparing<'_> {
    /// Turns what drafts refer to into codes, and tells those that change nothing from the others.
    pub fn compare(&self, references: &References<'_>, drafted: DraftedRows) -> ComparedRows {
        let mut compared = ComparedRows { rows: Vec::new(), confirmed: Vec::new(), refusals: drafted.refusals };
        for mut draft in drafted.drafts {
            let row = draft.place;
            references.resolve(&mut draft, &mut |violation| compared.refusals.push((row, violation)));
            match self.confirms(&draft) {
                Some(confirmed) => compared.confirmed.push(confirmed),
                None => compared.rows.push(draft),
            }
        }
        // All rows are put in order in the end, which is soon done with parts that are.
        compared.rows.sort_by(ItemDraft::in_order);
        compared
    }

    /// The published version that a row says again, when that is all it does.
    fn confirms(&self, draft: &ItemDraft) -> Option<Confirmed> {
        let state = self.state?;
        let derives_parent =
            self.dictionary.definition.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.parent_from != ParentFrom::Column);
        if draft.action == Action::Remove || derives_parent || self.options.mode == Mode::Insert {
            return None;
        }
        let (block, offsets) = state.items.locate_versions(&draft.code)?;
        let versions = state.items.versions_of(&draft.code);
        let at = match draft.validity {
            Some(validity) => versions.iter().position(|version| version.validity() == validity),
            None => versions.iter().position(|version| version.validity().contains(self.options.on.unwrap_or(self.today))),
        }?;
        let position = state.items.base(block) + u32::from(offsets.start) + at as u32;
        self.says_the_same(draft, &versions[at]).then_some(Confirmed { position, place: draft.place, is_dated: draft.validity.is_some() })
    }

    fn says_the_same(&self, draft: &ItemDraft, version: &ItemVersion) -> bool {
        let keeps = |has_column: bool| !has_column || self.options.blank == Blank::Keep;
        let is_same_parent = match &draft.parent {
            Some(parent) => version.parent() == Some(parent.as_str()),
            None => version.parent().is_none() || keeps(self.columns.has_parent),
        };
        is_same_parent
            && draft.values.iter().enumerate().all(|(position, given)| match (given, version.value(position)) {
                (Some(Value::Localized(given)), Some(Value::Localized(held))) => {
                    let is_same = |language: Language, given: Option<&str>, held: Option<&str>| match given {
                        Some(given) => held == Some(given),
                        None => held.is_none() || keeps(self.columns.has_column(position, Some(language))),
                    };
                    is_same(Language::Ru, given.ru.as_deref(), held.ru.as_deref())
                        && is_same(Language::En, given.en.as_deref(), held.en.as_deref())
                }
                (Some(given), held) => held == Some(given),
                (None, None) => true,
                (None, Some(_)) => {
                    let has_column = |language| self.columns.has_column(position, language);
                    keeps([None, Some(Language::Ru), Some(Language::En)].into_iter().any(has_column))
                }
            })
    }
}
