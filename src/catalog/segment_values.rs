//! Which rows of a segment have a value: for each distinct value of a subject its rows, found by hash or in order.
//! Values are not copied: a group of rows knows where in the segment its value stands.

use std::cmp::Ordering;
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHashMap;

use super::rows::{Rows, few_max, no_bits, set_bit};
use super::subject::{Collation, Scalar, Subject};
use crate::domain::item::ItemVersion;

/// The rows of one value.
#[derive(Debug)]
struct Group {
    hash: u32,
    /// Where the rows begin in the list of all.
    start: u32,
    /// The value is that of this row…
    row: u16,
    /// …with this number among its values of the subject.
    ordinal: u16,
}

#[derive(Debug)]
pub struct ValueIndex {
    subject: Subject,
    groups: Box<[Group]>,
    by_hash: HashTable<u32>,
    /// The rows of each group, one group after the other.
    offsets: Box<[u16]>,
    /// The groups of so many rows that a bitmap is smaller.
    many: FxHashMap<u32, Box<[u64]>>,
    /// The rows that have any value.
    present: Rows<'static>,
    has_only_texts: bool,
}

/// Hashbrown takes its bits from both ends of a hash.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn scalar_at(subject: Subject, version: &ItemVersion, ordinal: u16) -> Option<Scalar<'_>> {
    let mut found = None;
    let mut left = ordinal;
    subject.any(version, |scalar| {
        let is_it = left == 0;
        if is_it {
            found = Some(scalar);
        }
        left = left.saturating_sub(1);
        is_it
    });
    found
}

/// Groups while they are collected.
struct Collecting<'a> {
    values: Vec<Scalar<'a>>,
    groups: Vec<Group>,
    /// The last row and the number of rows of each group.
    lasts: Vec<(u16, u32)>,
    by_hash: HashTable<u32>,
    /// Group and row, by row.
    found: Vec<(u32, u16)>,
}

impl<'a> Collecting<'a> {
    fn add(&mut self, row: u16, ordinal: u16, scalar: Scalar<'a>) {
        let hash = scalar.hash();
        let is_it = |at: &u32| {
            let group = &self.groups[*at as usize];
            group.hash == hash && self.values[*at as usize].compare(scalar, Collation::Exact).is_eq()
        };
        match self.by_hash.find(spread(hash), is_it) {
            Some(at) => {
                let (last, count) = &mut self.lasts[*at as usize];
                // A row may have the value twice.
                if *last != row {
                    *last = row;
                    *count += 1;
                    self.found.push((*at, row));
                }
            }
            None => {
                let at = self.groups.len() as u32;
                self.groups.push(Group { hash, start: 0, row, ordinal });
                self.values.push(scalar);
                self.lasts.push((row, 1));
                self.found.push((at, row));
                let rehash = |at: &u32| spread(self.groups[*at as usize].hash);
                self.by_hash.insert_unique(spread(hash), at, rehash);
            }
        }
    }
}

impl ValueIndex {
    pub fn new(subject: Subject, versions: &[Arc<ItemVersion>]) -> Self {
        let rows_count = versions.len();
        let mut all = Collecting { values: vec![], groups: vec![], lasts: vec![], by_hash: HashTable::new(), found: vec![] };
        let mut present = no_bits(rows_count);
        let mut has_only_texts = true;
        for (row, version) in versions.iter().enumerate() {
            let mut ordinal: u16 = 0;
            subject.any(version, |scalar| {
                set_bit(&mut present, row as u16);
                has_only_texts &= matches!(scalar, Scalar::Text(_));
                all.add(row as u16, ordinal, scalar);
                ordinal = ordinal.saturating_add(1);
                false
            });
        }
        let Collecting { mut groups, lasts, mut by_hash, found, .. } = all;
        let mut start = 0;
        for (group, (_, count)) in groups.iter_mut().zip(&lasts) {
            group.start = start;
            start += count;
        }
        let mut offsets = vec![0; found.len()];
        let mut ends: Vec<u32> = groups.iter().map(|group| group.start).collect();
        for (group, row) in found {
            let end = &mut ends[group as usize];
            offsets[*end as usize] = row;
            *end += 1;
        }
        by_hash.shrink_to_fit(|at| spread(groups[*at as usize].hash));
        groups.push(Group { hash: 0, start, row: 0, ordinal: 0 });
        let present = Rows::of_bits(present, rows_count);
        let mut index =
            Self { subject, groups: groups.into(), by_hash, offsets: offsets.into(), many: FxHashMap::default(), present, has_only_texts };
        index.make_bitmaps(rows_count);
        index
    }

    fn make_bitmaps(&mut self, rows_count: usize) {
        for group in 0..self.groups_count() {
            let offsets = self.offsets_of(group);
            if offsets.len() > few_max(rows_count) {
                let mut bits = no_bits(rows_count);
                offsets.iter().for_each(|offset| set_bit(&mut bits, *offset));
                self.many.insert(group, bits.into());
            }
        }
    }

    fn groups_count(&self) -> u32 {
        // Behind the groups is one that only says where they end.
        self.groups.len() as u32 - 1
    }

    pub fn offsets_of(&self, group: u32) -> &[u16] {
        let group = group as usize;
        &self.offsets[self.groups[group].start as usize..self.groups[group + 1].start as usize]
    }

    fn scalar<'a>(&self, group: u32, versions: &'a [Arc<ItemVersion>]) -> Scalar<'a> {
        let group = &self.groups[group as usize];
        let scalar = scalar_at(self.subject, &versions[usize::from(group.row)], group.ordinal);
        scalar.expect("the index is of these rows, in which the value was found")
    }

    /// The group of a value.
    pub fn group_of(&self, wanted: Scalar<'_>, hash: u32, versions: &[Arc<ItemVersion>]) -> Option<u32> {
        let is_it = |at: &u32| {
            let group = &self.groups[*at as usize];
            group.hash == hash && self.scalar(*at, versions).compare(wanted, Collation::Exact).is_eq()
        };
        self.by_hash.find(spread(hash), is_it).copied()
    }

    pub fn rows_of(&self, group: u32) -> Rows<'_> {
        match self.many.get(&group).filter(|_| !self.many.is_empty()) {
            Some(bits) => Rows::Many(bits.as_ref().into()),
            None => Rows::list(self.offsets_of(group)),
        }
    }

    /// The rows of several groups.
    pub fn rows_of_all(&self, groups: &[u32], rows_count: usize) -> Rows<'_> {
        match groups {
            [] => Rows::Nothing,
            [group] => self.rows_of(*group),
            groups => {
                let mut bits = no_bits(rows_count);
                groups.iter().for_each(|group| self.rows_of(*group).add_to(&mut bits));
                Rows::of_bits(bits, rows_count)
            }
        }
    }

    /// How many rows are in several groups, those that are in more than one counted again.
    pub fn count_of_all(&self, groups: &[u32]) -> usize {
        groups.iter().map(|group| self.offsets_of(*group).len()).sum()
    }

    pub fn present(&self) -> Rows<'_> {
        self.present.borrowed()
    }

    pub fn has_only_texts(&self) -> bool {
        self.has_only_texts
    }

    pub fn hashes(&self) -> impl Iterator<Item = u32> {
        self.groups[..self.groups_count() as usize].iter().map(|group| group.hash)
    }

    /// The groups in the order of their values.
    pub fn sorted(&self, collation: Collation, versions: &[Arc<ItemVersion>]) -> SortedGroups {
        let mut keyed: Vec<(Scalar<'_>, String, u32)> = Vec::with_capacity(self.groups.len());
        for group in 0..self.groups_count() {
            let scalar = self.scalar(group, versions);
            // Folded once here, and not at every comparison.
            let folded = match scalar {
                Scalar::Text(text) if collation == Collation::Folded => super::folding::fold(text),
                _ => String::new(),
            };
            keyed.push((scalar, folded, group));
        }
        keyed.sort_unstable_by(|(a, folded_a, _), (b, folded_b, _)| {
            let by_type = a.type_rank().cmp(&b.type_rank());
            by_type.then_with(|| folded_a.cmp(folded_b)).then_with(|| a.compare(*b, Collation::Exact))
        });
        SortedGroups { groups: keyed.into_iter().map(|(_, _, group)| group).collect() }
    }

    pub fn heap_bytes(&self) -> usize {
        let many: usize = self.many.values().map(|bits| size_of_val::<[u64]>(bits) + 32).sum();
        size_of_val(&*self.groups) + size_of_val(&*self.offsets) + self.by_hash.allocation_size() + many + self.present.heap_bytes()
    }
}

/// The groups of a value index in the order of their values.
#[derive(Debug)]
pub struct SortedGroups {
    groups: Box<[u32]>,
}

impl SortedGroups {
    /// The groups whose values are within; `place` says whether a value is before, within or behind, which must agree with the order.
    pub fn within(&self, values: &ValueIndex, versions: &[Arc<ItemVersion>], place: impl Fn(Scalar<'_>) -> Ordering) -> &[u32] {
        let start = self.groups.partition_point(|group| place(values.scalar(*group, versions)).is_lt());
        let rest = &self.groups[start..];
        &rest[..rest.partition_point(|group| place(values.scalar(*group, versions)).is_eq())]
    }

    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.groups)
    }
}
