//! One dictionary at one edition, with what reading it needs: its items, who stands under whom, and the text index.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::text_index::TextIndex;
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
    /// The positions of the versions that name a parent, by its code, in the order of codes.
    children: FxHashMap<ItemCode, Vec<u32>>,
    /// Made when first asked for, or from the one of the edition before.
    text_index: OnceLock<TextIndex>,
}

impl DictionarySnapshot {
    pub fn new(edition: Edition, state: State) -> Self {
        let mut children: FxHashMap<ItemCode, Vec<u32>> = FxHashMap::default();
        if state.dictionary.is_hierarchical() {
            for (position, version) in state.items.versions().iter().enumerate() {
                if let Some(parent) = &version.stretch.content.parent {
                    match children.get_mut(parent) {
                        Some(positions) => positions.push(position as u32),
                        None => {
                            children.insert(parent.clone(), vec![position as u32]);
                        }
                    }
                }
            }
        }
        let State { dictionary, items, annulled } = state;
        Self { edition, dictionary, items, annulled, children, text_index: OnceLock::new() }
    }

    /// The next edition, which takes over the text index of this one where there is one.
    pub fn next(&self, edition: Edition, state: State, opened: &[Arc<ItemVersion>], closed: &[Arc<ItemVersion>]) -> Self {
        let next = Self::new(edition, state);
        let same_fields = Arc::ptr_eq(&self.dictionary, &next.dictionary);
        if let Some(index) = self.text_index.get().filter(|_| same_fields)
            && let Some(advanced) = index.advanced(&next.dictionary, opened, closed)
        {
            // Nobody else has `next` yet, so the cell is empty.
            let _ = next.text_index.set(advanced);
        }
        next
    }

    pub fn state(&self) -> State {
        State { dictionary: Arc::clone(&self.dictionary), items: Arc::clone(&self.items), annulled: Arc::clone(&self.annulled) }
    }

    pub fn version(&self, position: usize) -> &Arc<ItemVersion> {
        &self.items.versions()[position]
    }

    /// The item's version that is valid on a date.
    pub fn position_at(&self, code: &str, on: Date) -> Option<usize> {
        self.items.position_at(code, on)
    }

    /// The positions of all versions, whenever valid, that stand directly under an item; in the order of codes.
    pub fn children_of(&self, code: &str) -> &[u32] {
        self.children.get(code).map(Vec::as_slice).unwrap_or_default()
    }

    /// The positions of versions that a text finds, with their scores; best first, equals in the order of codes.
    pub fn search(&self, text: &str) -> Vec<(usize, f32)> {
        let position = |version: &ItemVersion| self.position_at(&version.code, version.validity().start_key());
        let hits = self.text_index().search(text).into_iter();
        let mut found: Vec<(usize, f32)> = hits.filter_map(|hit| Some((position(&hit.version)?, hit.score))).collect();
        found.sort_by(|(a, a_score), (b, b_score)| b_score.total_cmp(a_score).then(a.cmp(b)));
        found
    }

    /// Makes the text index if it is not there yet, so that the first search does not wait for it.
    pub fn text_index(&self) -> &TextIndex {
        self.text_index.get_or_init(|| TextIndex::new(&self.dictionary, self.items.versions()))
    }
}
