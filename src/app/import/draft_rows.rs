//! The drafts of a file, in the order of their codes in the end. Each lies by itself and is given back as it is taken: a million drafts
//! and what becomes of them would not fit into memory's budget together, and to sort them would take room for half of them again.

use crate::exchange::item_rows::ItemDraft;

/// Sorted and handed on by their places in memory.
pub type BoxedDrafts = Vec<Box<ItemDraft>>;

#[derive(Default)]
pub struct DraftRows {
    rows: BoxedDrafts,
    /// Some row has a code that is not greater than that of the row before.
    is_unsorted: bool,
}

impl DraftRows {
    pub fn push(&mut self, draft: Box<ItemDraft>) {
        self.is_unsorted |= self.rows.last().is_some_and(|last| last.code >= draft.code);
        self.rows.push(draft);
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &ItemDraft> {
        self.rows.iter().map(Box::as_ref)
    }

    /// Whether the rows may stand as they came: by code, and each code once.
    pub fn is_in_order(&self) -> bool {
        !self.is_unsorted
    }

    /// All rows, to be put in order.
    pub fn take(&mut self) -> BoxedDrafts {
        std::mem::take(self).rows
    }

    /// Rows in order, by code and line.
    pub fn set(&mut self, rows: BoxedDrafts) {
        *self = Self { rows, is_unsorted: false };
    }
}

impl IntoIterator for DraftRows {
    type Item = Box<ItemDraft>;
    type IntoIter = std::vec::IntoIter<Box<ItemDraft>>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.into_iter()
    }
}
