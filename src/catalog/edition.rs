//! One dictionary at one edition, with what reading it needs: its items, the indexes of their segments, and the text index.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use super::segments::Segments;
use super::subject::{Scalar, Subject};
use super::text_index::{Hit, TextIndex, Typos};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::item_table::ItemTable;
use crate::domain::publication::{Edition, State};
use crate::domain::text::ItemCode;
use crate::domain::validity::Date;

/// Immutable. Positions are those of `items.versions()`.
#[derive(Debug)]
pub struct DictionarySnapshot {
    pub edition: Edition,
    pub dictionary: Arc<Dictionary>,
    pub items: Arc<ItemTable>,
    /// Items that were published by mistake and have no version any more.
    pub annulled: Arc<BTreeSet<ItemCode>>,
    segments: Segments,
    /// Made when first asked for, or from the one of the edition before.
    text_index: OnceLock<TextIndex>,
}

impl DictionarySnapshot {
    pub fn new(edition: Edition, state: State) -> Self {
        Self::sharing(None, edition, state)
    }

    /// Another edition of the dictionary, which takes over the indexes of the rows that both have.
    pub fn beside(&self, edition: Edition, state: State) -> Self {
        Self::sharing(Some(self), edition, state)
    }

    /// The next edition, which also takes over the text index of this one where there is one.
    pub fn next(&self, edition: Edition, state: State, opened: &[Arc<ItemVersion>], closed: &[Arc<ItemVersion>]) -> Self {
        let next = self.beside(edition, state);
        let same_fields = Arc::ptr_eq(&self.dictionary, &next.dictionary);
        if let Some(index) = self.text_index.get().filter(|_| same_fields)
            && let Some(advanced) = index.advanced(&next.dictionary, opened, closed)
        {
            // Nobody else has `next` yet, so the cell is empty.
            let _ = next.text_index.set(advanced);
        }
        next
    }

    fn sharing(other: Option<&Self>, edition: Edition, state: State) -> Self {
        let State { dictionary, items, annulled } = state;
        let segments = Segments::new(&items, &dictionary, other.map(|other| &other.segments));
        Self { edition, dictionary, items, annulled, segments, text_index: OnceLock::new() }
    }

    pub fn state(&self) -> State {
        State { dictionary: Arc::clone(&self.dictionary), items: Arc::clone(&self.items), annulled: Arc::clone(&self.annulled) }
    }

    pub fn version(&self, position: usize) -> &Arc<ItemVersion> {
        self.items.version(position)
    }

    /// The item's version that is valid on a date.
    pub fn position_at(&self, code: &str, on: Date) -> Option<usize> {
        self.items.position_at(code, on)
    }

    /// The positions of all versions, whenever valid, that stand directly under an item; in the order of codes.
    pub fn children_of(&self, code: &str) -> impl Iterator<Item = u32> {
        let parent = Scalar::Text(code);
        let (hash, slot) = (parent.hash(), Subject::PARENT_SLOT);
        let directory = self.dictionary.is_hierarchical().then(|| self.segments.directory(slot, None));
        // Nobody's patience is asked, so nothing interrupts it.
        let directory = directory.and_then(Result::ok);
        directory.into_iter().flat_map(move |directory| {
            directory.segments(directory.mask(hash)).flat_map(move |at| {
                let base = self.items.base(at);
                let rows = directory.rows_of(&self.segments.all()[at], slot, parent, hash);
                rows.iter().map(move |row| base + u32::from(*row))
            })
        })
    }

    /// The positions of the versions that are valid on a date and stand directly under an item then; in the order of codes.
    pub fn children_at(&self, code: &str, on: Date) -> impl Iterator<Item = u32> {
        self.children_of(code).filter(move |position| self.version(*position as usize).validity().contains(on))
    }

    /// The positions of versions that a text finds, with their scores; best first, equals in the order of codes.
    pub fn search(&self, text: &str) -> Vec<(usize, f32)> {
        let position = |version: &ItemVersion| self.position_at(&version.code, version.validity().start_key());
        let hits = self.text_index().search(text).into_iter();
        let mut found: Vec<(usize, f32)> = hits.filter_map(|hit| Some((position(&hit.version)?, hit.score))).collect();
        found.sort_by(|(a, a_score), (b, b_score)| b_score.total_cmp(a_score).then(a.cmp(b)));
        found
    }

    /// The versions of one date that fit a text best, at most so many; best first.
    pub fn search_best(&self, text: &str, typos: Typos, on: Date, count_max: usize) -> Vec<Hit> {
        self.text_index().best(text, typos, count_max, |version| version.validity().contains(on))
    }

    /// Whether the text index is there: making it can take seconds.
    pub fn has_text_index(&self) -> bool {
        self.text_index.get().is_some()
    }

    /// Makes the text index if it is not there yet, so that the first search does not wait for it.
    pub fn text_index(&self) -> &TextIndex {
        self.text_index.get_or_init(|| TextIndex::new(&self.dictionary, self.items.versions().iter().cloned().collect()))
    }

    /// What the text index takes that this edition does not share with others, roughly.
    pub(super) fn text_index_bytes(&self) -> usize {
        self.text_index.get().map_or(0, TextIndex::own_bytes)
    }

    pub(super) fn segments(&self) -> &Segments {
        &self.segments
    }
}
