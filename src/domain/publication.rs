//! Publications and editions: the acts that make changes known, and what each made of a dictionary.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use jiff::Timestamp;

use super::change_request::RequestId;
use super::dictionary::Dictionary;
use super::in_order::in_order;
use super::item::{ItemVersion, Stretch};
use super::item_table::ItemTable;
use super::text::{DictionaryCode, ItemCode};
use super::validity::Date;

/// How many new items a thread makes versions of at once.
const ITEMS_AT_ONCE: usize = 4_096;

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
    /// The request that it came from; publications of the first version have none.
    pub change_request: Option<RequestId>,
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

/// Whether the versions that a change makes carry their digests: what is only tried needs none, and they take most of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digesting {
    Published,
    Tried,
}

/// Works out one dictionary's next state and the rows that lead there. Stretches that stay as they are keep their row.
///
/// `None` when nothing changes.
pub fn apply_change(before: Option<&State>, change: DictionaryChange, seq: i64, digesting: Digesting) -> Option<(State, RowChanges)> {
    let nothing = Arc::new(ItemTable::default());
    let dictionary_before = before.map(|state| &state.dictionary);
    let DictionaryChange { dictionary: redefined, timelines, annulled, restored } = change;
    let dictionary = redefined.as_ref().or(dictionary_before)?;
    let items_before = match before {
        Some(state) if redefined.is_some() => &Arc::new(realigned(&state.items, &state.dictionary, dictionary)),
        Some(state) => &state.items,
        None => &nothing,
    };
    if items_before.is_empty() {
        return first_items(before, dictionary, timelines, &restored, (seq, digesting), redefined.is_some());
    }
    let mut rows = RowChanges::default();
    let mut replaced = Vec::with_capacity(timelines.len());
    for (code, timeline) in timelines {
        let published = items_before.versions_of(&code);
        let mut versions = Vec::with_capacity(timeline.len());
        for stretch in timeline {
            match published.iter().find(|version| version.stretch == stretch) {
                Some(kept) => versions.push(Arc::clone(kept)),
                None => {
                    let opened = Arc::new(opened_version(dictionary, &code, stretch, seq, digesting));
                    rows.opened.push(Arc::clone(&opened));
                    versions.push(opened);
                }
            }
        }
        let is_dropped = |version: &&Arc<ItemVersion>| !versions.iter().any(|kept| Arc::ptr_eq(kept, version));
        rows.closed.extend(published.iter().filter(is_dropped).cloned());
        count_change(published, &versions, &mut rows.counts);
        if annulled.contains(&code) && versions.is_empty() && !published.is_empty() {
            rows.annulled.push(code.clone());
        }
        if restored.contains(&code) && !versions.is_empty() && before.is_some_and(|state| state.annulled.contains(&code)) {
            rows.restored.push(code.clone());
        }
        replaced.push((code, versions));
    }
    if rows.opened.is_empty() && rows.closed.is_empty() && redefined.is_none() {
        return None;
    }
    let items = Arc::new(items_before.with(replaced.iter().map(|(code, versions)| (code, versions))));
    let annulled = annulled_after(before, &rows);
    Some((State { dictionary: Arc::clone(dictionary), items, annulled }, rows))
}

/// The same where nothing was: every stretch opens a row. There may be a million, so that two threads take their digests.
fn first_items(
    before: Option<&State>,
    dictionary: &Arc<Dictionary>,
    timelines: BTreeMap<ItemCode, Vec<Stretch>>,
    restored: &BTreeSet<ItemCode>,
    (seq, digesting): (i64, Digesting),
    is_redefined: bool,
) -> Option<(State, RowChanges)> {
    let mut rows = RowChanges { opened: Vec::with_capacity(timelines.len()), ..RowChanges::default() };
    let was_annulled = |code: &ItemCode| before.is_some_and(|state| state.annulled.contains(code));
    rows.restored = restored
        .iter()
        .filter(|code| was_annulled(code) && timelines.get(*code).is_some_and(|timeline| has_any(timeline)))
        .cloned()
        .collect();
    let mut timelines = timelines.into_iter().filter(|(_, timeline)| has_any(timeline));
    let next = || {
        let some: Vec<(ItemCode, Vec<Stretch>)> = timelines.by_ref().take(ITEMS_AT_ONCE).collect();
        (!some.is_empty()).then_some(some)
    };
    let open = |some: Vec<(ItemCode, Vec<Stretch>)>| {
        let version = |code: &ItemCode, stretch| Arc::new(opened_version(dictionary, code, stretch, seq, digesting));
        let count = some.len();
        let versions = some.into_iter().flat_map(|(code, timeline)| timeline.into_iter().map(move |stretch| version(&code, stretch)));
        (count, versions.collect::<Vec<_>>())
    };
    let Ok(()) = in_order(next, open, |(count, mut versions)| {
        rows.counts.added += count as i64;
        rows.opened.append(&mut versions);
        Ok::<(), Infallible>(())
    });
    if rows.opened.is_empty() && !is_redefined {
        return None;
    }
    let items = Arc::new(ItemTable::new(rows.opened.clone()));
    let annulled = annulled_after(before, &rows);
    Some((State { dictionary: Arc::clone(dictionary), items, annulled }, rows))
}

fn has_any(timeline: &[Stretch]) -> bool {
    !timeline.is_empty()
}

fn opened_version(dictionary: &Dictionary, code: &ItemCode, stretch: Stretch, seq: i64, digesting: Digesting) -> ItemVersion {
    match digesting {
        Digesting::Published => ItemVersion::new(dictionary, code.clone(), stretch, seq),
        Digesting::Tried => ItemVersion { code: code.clone(), stretch, digest: [0; 32], published_seq: seq },
    }
}

/// Takes some items out of a change that was worked out on a state: they stay as they are there. `None` when nothing is left of it.
pub fn without_items(
    before: Option<&State>,
    (after, mut rows): (State, RowChanges),
    left_out: &BTreeSet<ItemCode>,
) -> Option<(State, RowChanges)> {
    let nothing = Arc::new(ItemTable::default());
    let items_before = before.map_or(&nothing, |state| &state.items);
    let replaced: Vec<(ItemCode, Vec<Arc<ItemVersion>>)> =
        left_out.iter().map(|code| (code.clone(), items_before.versions_of(code).to_vec())).collect();
    for (code, kept) in &replaced {
        let mut counted = ChangeCounts::default();
        count_change(kept, after.items.versions_of(code), &mut counted);
        rows.counts.added -= counted.added;
        rows.counts.changed -= counted.changed;
        rows.counts.retired -= counted.retired;
    }
    rows.opened.retain(|version| !left_out.contains(&version.code));
    rows.closed.retain(|version| !left_out.contains(&version.code));
    rows.annulled.retain(|code| !left_out.contains(code));
    rows.restored.retain(|code| !left_out.contains(code));
    if rows.opened.is_empty() && rows.closed.is_empty() {
        return None;
    }
    let (items, annulled) =
        (Arc::new(after.items.with(replaced.iter().map(|(code, versions)| (code, versions)))), annulled_after(before, &rows));
    Some((State { items, annulled, ..after }, rows))
}

impl RowChanges {
    /// The items of which rows are opened or closed, each once, in order.
    pub fn codes(&self) -> Vec<ItemCode> {
        let mut codes: Vec<ItemCode> = Vec::with_capacity(self.opened.len());
        let (mut opened, mut closed) = (self.opened.iter().peekable(), self.closed.iter().peekable());
        loop {
            let takes_opened = match (opened.peek(), closed.peek()) {
                (Some(opened), Some(closed)) => opened.code <= closed.code,
                (Some(_), None) => true,
                (None, Some(_)) => false,
                (None, None) => return codes,
            };
            let Some(next) = (if takes_opened { opened.next() } else { closed.next() }) else { return codes };
            if codes.last() != Some(&next.code) {
                codes.push(next.code.clone());
            }
        }
    }
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
    // Worked out once for all items; `realigned_timeline` is for a few.
    let old_positions: Vec<Option<usize>> = to.attributes.iter().map(|attribute| from.position(attribute.code())).collect();
    let realign = |version: &Arc<ItemVersion>| {
        let values = old_positions.iter().map(|at| at.and_then(|at| version.value(at).cloned())).collect();
        let mut stretch = version.stretch.clone();
        stretch.content.values = values;
        Arc::new(ItemVersion { code: version.code.clone(), stretch, digest: version.digest, published_seq: version.published_seq })
    };
    ItemTable::new(items.versions().iter().map(realign).collect())
}

/// The same for the timeline of one item.
pub fn realigned_timeline(mut timeline: Vec<Stretch>, from: &Dictionary, to: &Dictionary) -> Vec<Stretch> {
    // Most items stand under one definition, and it is long to compare.
    if !std::ptr::eq(from, to) && from.definition != to.definition {
        for stretch in &mut timeline {
            let value = |code: &str| from.position(code).and_then(|at| stretch.content.values[at].clone());
            stretch.content.values = to.attributes.iter().map(|attribute| value(attribute.code())).collect();
        }
    }
    timeline
}
