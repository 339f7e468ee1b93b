//! All item versions of one dictionary at one publication, sorted by code and interval; it never changes.
//! Codes sort by their UTF-8 bytes, here as in digests, feeds and the data API.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, BuildHasherDefault};
use std::sync::Arc;

use hashbrown::HashTable;
use rustc_hash::FxHasher;

use super::item::ItemVersion;
use super::text::ItemCode;
use super::validity::Date;

/// An immutable table; a changed one shares the versions that did not change.
#[derive(Debug, Default)]
pub struct ItemTable {
    versions: Vec<Arc<ItemVersion>>,
    /// For each item the position of its first version. Holds positions only, so it costs five bytes an item.
    first_by_code: HashTable<u32>,
}

const HASHER: BuildHasherDefault<FxHasher> = BuildHasherDefault::new();

impl ItemTable {
    /// Sorts the versions of any number of items.
    pub fn new(mut versions: Vec<Arc<ItemVersion>>) -> Self {
        versions.sort_by(|a, b| sort_key(a).cmp(&sort_key(b)));
        Self::from_sorted(versions)
    }

    fn from_sorted(versions: Vec<Arc<ItemVersion>>) -> Self {
        let mut first_by_code: HashTable<u32> = HashTable::with_capacity(versions.len());
        for (position, version) in versions.iter().enumerate() {
            if position == 0 || versions[position - 1].code != version.code {
                let rehash = |at: &u32| HASHER.hash_one(versions[*at as usize].code.as_str());
                first_by_code.insert_unique(HASHER.hash_one(version.code.as_str()), position as u32, rehash);
            }
        }
        Self { versions, first_by_code }
    }

    /// The table with the timelines of some items replaced; an empty timeline takes the item out.
    pub fn with(&self, replaced: &BTreeMap<ItemCode, Vec<Arc<ItemVersion>>>) -> Self {
        let mut versions = Vec::with_capacity(self.versions.len() + replaced.len());
        let mut replacements = replaced.iter().peekable();
        let mut position = 0;
        while position < self.versions.len() || replacements.peek().is_some() {
            let kept = self.versions.get(position);
            match (kept, replacements.peek()) {
                (Some(kept), Some((code, _))) if kept.code < **code => {
                    versions.push(Arc::clone(kept));
                    position += 1;
                }
                (Some(kept), None) => {
                    versions.push(Arc::clone(kept));
                    position += 1;
                }
                (_, Some((code, timeline))) => {
                    versions.extend(timeline.iter().cloned());
                    position += self.versions[position..].iter().take_while(|version| version.code == **code).count();
                    replacements.next();
                }
                (None, None) => break,
            }
        }
        Self::from_sorted(versions)
    }

    /// All versions, by code and interval.
    pub fn versions(&self) -> &[Arc<ItemVersion>] {
        &self.versions
    }

    /// How many items there are, whenever they are valid.
    pub fn items_count(&self) -> usize {
        self.first_by_code.len()
    }

    /// The versions of one item, by interval; none when there is no such item.
    pub fn versions_of(&self, code: &str) -> &[Arc<ItemVersion>] {
        match self.first_position(code) {
            Some(first) => {
                let rest = &self.versions[first..];
                let count = rest.iter().take_while(|version| version.code == code).count();
                &rest[..count]
            }
            None => &[],
        }
    }

    /// The position of the version of an item that is valid on a date.
    pub fn position_at(&self, code: &str, on: Date) -> Option<usize> {
        let first = self.first_position(code)?;
        let versions = self.versions[first..].iter().take_while(|version| version.code == code);
        versions.enumerate().find(|(_, version)| version.validity().contains(on)).map(|(offset, _)| first + offset)
    }

    /// The code of each item once, in order.
    pub fn codes(&self) -> impl Iterator<Item = &ItemCode> {
        let is_first = |at: &usize| *at == 0 || self.versions[at - 1].code != self.versions[*at].code;
        (0..self.versions.len()).filter(is_first).map(|at| &self.versions[at].code)
    }

    fn first_position(&self, code: &str) -> Option<usize> {
        let is_it = |at: &u32| self.versions[*at as usize].code == code;
        self.first_by_code.find(HASHER.hash_one(code), is_it).map(|at| *at as usize)
    }
}

fn sort_key(version: &ItemVersion) -> (&ItemCode, Date) {
    (&version.code, version.validity().start_key())
}
