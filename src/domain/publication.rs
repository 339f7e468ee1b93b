//! Publications and editions: the acts that make changes known, and what each made of a dictionary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::dictionary::Dictionary;
use super::item::{ItemVersion, Stretch};
use super::item_table::ItemTable;
use super::text::{DictionaryCode, ItemCode};
use super::validity::Date;

/// The order or act that a publication rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Basis {
    /// `order`, `act`, `letter` or another word; blank when there is none.
    pub kind: Option<String>,
    pub number: Option<String>,
    pub date: Option<Date>,
    pub title: Option<String>,
    pub link: Option<String>,
}

/// One atomic act that made changes known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// 1, 2, 3 … over the whole service, with no gap.
    pub seq: i64,
    pub published_at: Timestamp,
    pub title: String,
    pub basis: Basis,
}

/// What a publication made of one dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// 1, 2, 3 … within the dictionary.
    pub number: i64,
    pub published_seq: i64,
    pub definition_changed: bool,
    pub items_count: i64,
    pub added_count: i64,
    pub changed_count: i64,
    pub retired_count: i64,
    pub digest: [u8; 32],
}

/// A dictionary with all that is published of it at one publication.
#[derive(Debug, Clone)]
pub struct State {
    pub dictionary: Arc<Dictionary>,
    pub items: Arc<ItemTable>,
    /// Items that were published by mistake: they have no version any more, and their codes are not free.
    pub annulled: Arc<BTreeSet<ItemCode>>,
}

/// Every dictionary that a change could touch or lean on.
pub type World = BTreeMap<DictionaryCode, State>;

/// What is to become of one dictionary.
#[derive(Debug, Clone, Default)]
pub struct DictionaryChange {
    /// A new or changed definition.
    pub dictionary: Option<Arc<Dictionary>>,
    /// The whole new timeline of each item that changes.
    pub timelines: BTreeMap<ItemCode, Vec<Stretch>>,
    /// The items among those that are annulled: their timelines are empty.
    pub annulled: BTreeSet<ItemCode>,
    /// The items among those that were annulled and get versions again.
    pub restored: BTreeSet<ItemCode>,
}

/// What is to become of several dictionaries together.
pub type ChangeSet = BTreeMap<DictionaryCode, DictionaryChange>;

/// How the items of one dictionary changed, by item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ChangeCounts {
    pub added: i64,
    pub changed: i64,
    pub retired: i64,
}

/// The rows that a publication opens and closes in one dictionary.
#[derive(Debug, Default)]
pub struct RowChanges {
    pub opened: Vec<Arc<ItemVersion>>,
    pub closed: Vec<Arc<ItemVersion>>,
    pub annulled: Vec<ItemCode>,
    pub restored: Vec<ItemCode>,
    pub counts: ChangeCounts,
}

/// Works out one dictionary's next state and the rows that lead there. Stretches that stay as they are keep their row.
///
/// `None` when nothing changes.
pub fn apply_change(before: Option<&State>, change: &DictionaryChange, seq: i64) -> Option<(State, RowChanges)> {
    let nothing = Arc::new(ItemTable::default());
    let dictionary_before = before.map(|state| &state.dictionary);
    let dictionary = change.dictionary.as_ref().or(dictionary_before)?;
    let is_redefined = change.dictionary.is_some();
    let items_before = match before {
        Some(state) if is_redefined => &Arc::new(realigned(&state.items, &state.dictionary, dictionary)),
        Some(state) => &state.items,
        None => &nothing,
    };
    let mut rows = RowChanges::default();
    let mut replaced = BTreeMap::new();
    for (code, timeline) in &change.timelines {
        let published = items_before.versions_of(code);
        let mut versions = Vec::with_capacity(timeline.len());
        for stretch in timeline {
            match published.iter().find(|version| version.stretch == *stretch) {
                Some(kept) => versions.push(Arc::clone(kept)),
                None => {
                    let opened = Arc::new(ItemVersion::new(dictionary, code.clone(), stretch.clone(), seq));
                    rows.opened.push(Arc::clone(&opened));
                    versions.push(opened);
                }
            }
        }
        let is_dropped = |version: &&Arc<ItemVersion>| !versions.iter().any(|kept| Arc::ptr_eq(kept, version));
        rows.closed.extend(published.iter().filter(is_dropped).cloned());
        count_change(published, &versions, &mut rows.counts);
        if change.annulled.contains(code) && versions.is_empty() && !published.is_empty() {
            rows.annulled.push(code.clone());
        }
        if change.restored.contains(code) && !versions.is_empty() && before.is_some_and(|state| state.annulled.contains(code)) {
            rows.restored.push(code.clone());
        }
        replaced.insert(code.clone(), versions);
    }
    if rows.opened.is_empty() && rows.closed.is_empty() && !is_redefined {
        return None;
    }
    let items = Arc::new(items_before.with(&replaced));
    let annulled = annulled_after(before, &rows);
    Some((State { dictionary: Arc::clone(dictionary), items, annulled }, rows))
}

fn annulled_after(before: Option<&State>, rows: &RowChanges) -> Arc<BTreeSet<ItemCode>> {
    let annulled = before.map(|state| Arc::clone(&state.annulled)).unwrap_or_default();
    if rows.annulled.is_empty() && rows.restored.is_empty() {
        return annulled;
    }
    let mut annulled = BTreeSet::clone(&annulled);
    for code in &rows.restored {
        annulled.remove(code);
    }
    annulled.extend(rows.annulled.iter().cloned());
    Arc::new(annulled)
}

fn count_change(before: &[Arc<ItemVersion>], after: &[Arc<ItemVersion>], counts: &mut ChangeCounts) {
    let is_same = before.len() == after.len() && before.iter().zip(after).all(|(a, b)| Arc::ptr_eq(a, b));
    if is_same {
        return;
    }
    let end = |versions: &[Arc<ItemVersion>]| versions.last().and_then(|version| version.validity().to());
    if before.is_empty() {
        counts.added += 1;
    } else if after.is_empty() || end(after).is_some_and(|after| end(before).is_none_or(|before| after < before)) {
        counts.retired += 1;
    } else {
        counts.changed += 1;
    }
}

/// Fits the values of published items to a definition whose attributes moved, came or went. Digests stay:
/// `validation` lets no attribute go that still has a value.
pub fn realigned(items: &ItemTable, from: &Dictionary, to: &Dictionary) -> ItemTable {
    let old_positions: Vec<Option<usize>> = to.attributes.iter().map(|attribute| from.position(attribute.code())).collect();
    let realign = |version: &Arc<ItemVersion>| {
        let values = old_positions.iter().map(|at| at.and_then(|at| version.value(at).cloned())).collect();
        let mut stretch = version.stretch.clone();
        stretch.content.values = values;
        Arc::new(ItemVersion { code: version.code.clone(), stretch, digest: version.digest, published_seq: version.published_seq })
    };
    ItemTable::new(items.versions().iter().map(realign).collect())
}
