//! The drafts of a file in the order of their codes. They lie in blocks that are given back one by one as they are taken: a million
//! drafts and what becomes of them would not fit into memory's budget together.

use crate::exchange::item_rows::ItemDraft;

const BLOCK_ROWS: usize = 16_384;

#[derive(Default)]
pub struct DraftRows {
    blocks: Vec<Vec<ItemDraft>>,
    /// Some row has a code that is not greater than that of the row before.
    is_unsorted: bool,
}

impl DraftRows {
    pub fn push(&mut self, draft: ItemDraft) {
        self.is_unsorted |= self.last().is_some_and(|last| last.code >= draft.code);
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK_ROWS) {
            Some(block) => block.push(draft),
            None => {
                let mut block = Vec::with_capacity(BLOCK_ROWS);
                block.push(draft);
                self.blocks.push(block);
            }
        }
    }

    fn last(&self) -> Option<&ItemDraft> {
        self.blocks.last()?.last()
    }

    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &ItemDraft> {
        self.blocks.iter().flatten()
    }

    /// Whether the rows may stand as they came: by code, and each code once.
    pub fn is_in_order(&self) -> bool {
        !self.is_unsorted
    }

    /// All rows, to be put in order.
    pub fn take(&mut self) -> Vec<ItemDraft> {
        self.is_unsorted = false;
        let blocks = std::mem::take(&mut self.blocks);
        // All the room at once: a vector that grows has half of them twice while it does.
        let mut rows = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
        blocks.into_iter().for_each(|block| rows.extend(block));
        rows
    }

    /// Rows in order, by code and line.
    pub fn set(&mut self, rows: Vec<ItemDraft>) {
        *self = Self::default();
        let mut rows = rows.into_iter();
        loop {
            let block: Vec<ItemDraft> = rows.by_ref().take(BLOCK_ROWS).collect();
            if block.is_empty() {
                return;
            }
            self.blocks.push(block);
        }
    }
}

impl IntoIterator for DraftRows {
    type Item = ItemDraft;
    type IntoIter = std::iter::Flatten<std::vec::IntoIter<Vec<ItemDraft>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.blocks.into_iter().flatten()
    }
}
