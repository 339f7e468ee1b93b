//! The indexes of one block of rows. Each part is made when it is first needed and then stays; editions share the segments of the
//! blocks that they share. It knows rows by their offsets in the block, and neither editions nor what is asked of them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use super::segment_order::OrderIndex;
use super::segment_text::TextPartIndex;
use super::segment_validity::ValidityIndex;
use super::segment_values::{SortedGroups, ValueIndex};
use super::selection_order::{Key, OrderBy};
use super::subject::{Collation, Subject};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::item_table::ItemBlock;
use crate::domain::text::Language;

#[derive(Debug)]
pub struct Segment {
    block: Arc<ItemBlock>,
    dictionary: Arc<Dictionary>,
    validity: OnceLock<ValidityIndex>,
    /// By slot.
    subjects: Box<[OfSubject]>,
    /// What the parts take that were made so far.
    bytes: AtomicUsize,
}

/// What is kept of one subject.
#[derive(Debug, Default)]
struct OfSubject {
    values: OnceLock<Box<ValueIndex>>,
    /// By exact and by folded texts.
    sorted: [OnceLock<Box<SortedGroups>>; 2],
    /// In Russian and in English.
    orders: [OnceLock<Box<OrderIndex>>; 2],
    text_parts: OnceLock<Box<TextPartIndex>>,
}

impl Segment {
    pub fn new(block: Arc<ItemBlock>, dictionary: Arc<Dictionary>) -> Self {
        let subjects = (0..Subject::slots_count(&dictionary)).map(|_| OfSubject::default()).collect();
        Self { block, dictionary, validity: OnceLock::new(), subjects, bytes: AtomicUsize::new(0) }
    }

    /// Whether this is the segment of a block under a definition.
    pub fn is_of(&self, block: &Arc<ItemBlock>, dictionary: &Arc<Dictionary>) -> bool {
        Arc::ptr_eq(&self.block, block) && Arc::ptr_eq(&self.dictionary, dictionary)
    }

    pub fn versions(&self) -> &[Arc<ItemVersion>] {
        self.block.versions()
    }

    pub fn block(&self) -> &Arc<ItemBlock> {
        &self.block
    }

    pub fn rows_count(&self) -> usize {
        self.versions().len()
    }

    pub fn validity(&self) -> &ValidityIndex {
        self.validity.get_or_init(|| self.charged(ValidityIndex::new(self.versions()), ValidityIndex::heap_bytes))
    }

    pub fn has_values(&self, slot: usize) -> bool {
        self.subjects[slot].values.get().is_some()
    }

    pub fn values(&self, slot: usize) -> &ValueIndex {
        let make = || Box::new(self.charged(ValueIndex::new(Subject::of_slot(slot), self.versions()), ValueIndex::heap_bytes));
        self.subjects[slot].values.get_or_init(make)
    }

    pub fn has_sorted(&self, slot: usize, collation: Collation) -> bool {
        self.subjects[slot].sorted[usize::from(collation == Collation::Folded)].get().is_some()
    }

    pub fn sorted(&self, slot: usize, collation: Collation) -> &SortedGroups {
        let make = || Box::new(self.charged(self.values(slot).sorted(collation, self.versions()), SortedGroups::heap_bytes));
        self.subjects[slot].sorted[usize::from(collation == Collation::Folded)].get_or_init(make)
    }

    pub fn has_order(&self, slot: usize, language: Language) -> bool {
        self.subjects[slot].orders[language as usize].get().is_some()
    }

    pub fn order(&self, slot: usize, language: Language) -> &OrderIndex {
        let make = || {
            let by = OrderBy::Subject(Subject::of_slot(slot), language);
            let keys = self.versions().iter().map(|version| Key::of(by, &self.dictionary, version).map(Key::to_sort_key)).collect();
            Box::new(self.charged(OrderIndex::new(keys), OrderIndex::heap_bytes))
        };
        self.subjects[slot].orders[language as usize].get_or_init(make)
    }

    pub fn has_text_parts(&self, slot: usize) -> bool {
        self.subjects[slot].text_parts.get().is_some()
    }

    pub fn text_parts(&self, slot: usize) -> &TextPartIndex {
        let make = || Box::new(self.charged(TextPartIndex::new(Subject::of_slot(slot), self.versions()), TextPartIndex::heap_bytes));
        self.subjects[slot].text_parts.get_or_init(make)
    }

    /// What the indexes take that were made so far.
    pub fn index_bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.subjects) + self.bytes.load(Ordering::Relaxed)
    }

    fn charged<T>(&self, part: T, bytes_of: impl Fn(&T) -> usize) -> T {
        self.bytes.fetch_add(bytes_of(&part), Ordering::Relaxed);
        part
    }
}
