//! What differs in a dictionary between two publications or two dates, and what references were called then.
//! It reads only the rows that were opened and closed in between, never a whole older edition; it does not ask who may see them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::reading::{Reader, Reading, get_id};
use crate::catalog::Resident;
use crate::db::dictionary::DictionaryId;
use crate::db::{self, Engine, Store};
use crate::domain::definition_merge::{DefinitionChange, diff_definitions};
use crate::domain::dictionary::Dictionary;
use crate::domain::diff::{ItemChangeKind, StretchDifference, change_kind, diff_between};
use crate::domain::error::{Error, Result};
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::text::{DictionaryCode, ItemCode, Localized};
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;

/// How many items are read at once.
const ITEMS_AT_ONCE: usize = 1_000;

/// One side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Side {
    /// What was known at this publication; 0 is before the first.
    pub publication: i64,
    /// What held on this date; without it the whole timelines.
    pub valid_on: Option<Date>,
}

/// What to compare, and which part of the differing items to give.
#[derive(Debug, Clone)]
pub struct Comparison<'a> {
    pub dictionary: &'a DictionaryCode,
    pub from: Side,
    pub to: Side,
    /// Items after this code, in the order of codes.
    pub after_code: Option<&'a str>,
    pub count: usize,
}

/// What differs in one dictionary.
#[derive(Debug)]
pub struct DictionaryDifference {
    /// The dictionaries that the two sides stand under; `None` where it was not published yet.
    pub from: Option<Arc<Dictionary>>,
    pub to: Option<Arc<Dictionary>>,
    /// Empty when one side has no definition.
    pub definition: Vec<DefinitionChange>,
    /// How many items differ, the ones that are not given included.
    pub totals: BTreeMap<ItemChangeKind, usize>,
    pub items: Vec<ItemDifference>,
    pub has_more: bool,
}

/// What differs in one item.
#[derive(Debug)]
pub struct ItemDifference {
    pub code: ItemCode,
    pub kind: ItemChangeKind,
    /// Under the definition of `from`; with a date, the version that holds on it.
    pub before: Vec<Stretch>,
    /// Under the definition of `to`.
    pub after: Vec<Stretch>,
    /// Attributes are positions in `domain::diff::attribute_codes` of the two dictionaries; of the one dictionary when there is only one.
    pub differences: Vec<StretchDifference>,
}

/// Compares for the whole service. Cheap to clone.
#[derive(Clone)]
pub struct Comparing {
    reading: Reading,
    store: Store,
}

/// A side as it is read.
struct ReadSide {
    side: Side,
    dictionary: Option<Arc<Dictionary>>,
    annulled: BTreeSet<ItemCode>,
}

impl Comparing {
    pub fn new(reading: Reading, store: Store) -> Self {
        Self { reading, store }
    }

    /// Compares a dictionary at two points of both times. Refuses a date on one side only, and publications that are not there yet.
    pub fn compare(&self, asked: &Comparison<'_>) -> Result<DictionaryDifference> {
        let reader = self.reading.reader();
        check_sides(&reader, asked)?;
        let resident = resident_of(&reader, asked.dictionary)?;
        self.store.read(|connection| {
            let id = get_id(connection, asked.dictionary)?;
            let from = ReadSide::read(connection, id, resident, asked.from)?;
            let to = ReadSide::read(connection, id, resident, asked.to)?;
            let codes = list_candidates(connection, id, resident, asked)?;
            let definition = match (&from.dictionary, &to.dictionary) {
                (Some(before), Some(after)) if !Arc::ptr_eq(before, after) => diff_definitions(&json(before)?, &json(after)?),
                _ => Vec::new(),
            };
            let mut found = Found { asked, totals: BTreeMap::new(), items: Vec::new(), has_more: false };
            for some in codes.chunks(ITEMS_AT_ONCE) {
                let before = from.timelines(connection, id, some)?;
                let after = to.timelines(connection, id, some)?;
                for code in some {
                    found.compare_item(code, (&from, before.get(code)), (&to, after.get(code)));
                }
            }
            let Found { totals, items, has_more, .. } = found;
            Ok(DictionaryDifference { from: from.dictionary, to: to.dictionary, definition, totals, items, has_more })
        })
    }

    /// The dictionaries that publications after the one and up to the other touched, whichever is the later.
    pub fn touched_between(&self, from: i64, to: i64) -> Vec<DictionaryCode> {
        let head = self.reading.catalog().head();
        let number = |resident: &Resident, seq: i64| resident.edition_at(seq).map(|edition| edition.number);
        let is_touched = |resident: &&Resident| number(resident, from) != number(resident, to);
        let touched = head.dictionaries.iter().filter(|(_, resident)| is_touched(resident));
        touched.map(|(code, _)| code.clone()).collect()
    }

    /// The published versions of some items at a publication, under its definition; none of the items that were not there.
    /// `None` when the dictionary was not published yet.
    pub fn versions_at(&self, dictionary: &DictionaryCode, codes: &[ItemCode], publication: i64) -> Result<Option<VersionsAt>> {
        let reader = self.reading.reader();
        let Some(resident) = reader.head.dictionaries.get(dictionary) else { return Ok(None) };
        let Some(edition) = resident.edition_at(publication) else { return Ok(None) };
        if edition.number == resident.current.edition.number {
            let items = &resident.current.items;
            let of_one = |code: &ItemCode| (code.clone(), items.versions_of(code).to_vec());
            let by_code = codes.iter().map(of_one).filter(|(_, versions)| !versions.is_empty()).collect();
            return Ok(Some(VersionsAt { dictionary: Arc::clone(&resident.current.dictionary), by_code }));
        }
        self.store.read(|connection| {
            let id = get_id(connection, dictionary)?;
            let definition = dictionary_at(connection, id, resident, publication)?;
            let by_code = list_by_code(connection, id, &definition, codes, publication)?;
            Ok(Some(VersionsAt { dictionary: definition, by_code }))
        })
    }

    /// What items are called on a side: the name on its date (today without one), else the last name. Items without a name are left out.
    pub fn reference_names(&self, side: Side, dictionary: &DictionaryCode, codes: &[ItemCode]) -> Result<BTreeMap<ItemCode, Localized>> {
        let on = side.valid_on.unwrap_or_else(|| self.reading.reader().today());
        let Some(found) = self.versions_at(dictionary, codes, side.publication)? else { return Ok(BTreeMap::new()) };
        let Some(position) = found.dictionary.display_position() else { return Ok(BTreeMap::new()) };
        let name = |versions: &[Arc<ItemVersion>]| {
            let version = versions.iter().find(|version| version.validity().contains(on)).or(versions.last())?;
            match version.value(position)? {
                Value::Text(text) => Some(Localized { ru: Some(text.clone()), en: None }),
                Value::Localized(localized) => Some(Localized::clone(localized)),
                _ => None,
            }
        };
        Ok(found.by_code.into_iter().filter_map(|(code, versions)| Some((code, name(&versions)?))).collect())
    }
}

/// The versions of some items at one publication.
#[derive(Debug)]
pub struct VersionsAt {
    pub dictionary: Arc<Dictionary>,
    /// By interval.
    pub by_code: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>>,
}

fn check_sides(reader: &Reader, asked: &Comparison<'_>) -> Result<()> {
    let latest = reader.head.seq();
    for side in [asked.from, asked.to] {
        if !(0..=latest).contains(&side.publication) {
            let message = format!("there is no publication {}: the latest is {latest}", side.publication);
            return Err(Error::refused("publication_unknown", message));
        }
    }
    if asked.from.valid_on.is_some() != asked.to.valid_on.is_some() {
        return Err(Error::refused("comparison_ambiguous", "give a date for both sides, or for none: then whole timelines are compared"));
    }
    Ok(())
}

fn resident_of<'a>(reader: &'a Reader, code: &DictionaryCode) -> Result<&'a Resident> {
    reader.head.dictionaries.get(code).ok_or_else(|| Error::not_found(format!("there is no dictionary {code}")))
}

fn json(dictionary: &Dictionary) -> Result<serde_json::Value> {
    serde_json::to_value(&dictionary.definition).map_err(Error::internal)
}

/// The dictionary under the definition of a publication; the resident one when the definition has not changed since.
fn dictionary_at(connection: &mut Engine, id: DictionaryId, resident: &Resident, publication: i64) -> Result<Arc<Dictionary>> {
    let is_changed_since = resident.editions.iter().any(|edition| edition.definition_changed && edition.published_seq > publication);
    if is_changed_since {
        db::definition::get_at(connection, id, publication).map(Arc::new)
    } else {
        Ok(Arc::clone(&resident.current.dictionary))
    }
}

/// The items that may differ, in the order of codes: those whose rows were opened or closed in between, and with dates those of which
/// a version begins or ends in between.
fn list_candidates(connection: &mut Engine, id: DictionaryId, resident: &Resident, asked: &Comparison<'_>) -> Result<Vec<ItemCode>> {
    let (from, to) = (asked.from.publication, asked.to.publication);
    let mut codes = db::item::list_codes_changed_between(connection, id, from.min(to), from.max(to))?;
    if let (Some(before), Some(after)) = (asked.from.valid_on, asked.to.valid_on)
        && before != after
    {
        let (first, last) = (before.min(after), before.max(after));
        // An item that was not touched in between is the same on both sides, so looking at the later one is enough.
        let later = from.max(to);
        if resident.edition_at(later).map(|edition| edition.number) == Some(resident.current.edition.number) {
            let is_between = |date: Option<Date>| date.is_some_and(|date| first < date && date <= last);
            let is_bounded = |version: &&Arc<ItemVersion>| is_between(version.validity().from()) || is_between(version.validity().to());
            codes.extend(resident.current.items.versions().iter().filter(is_bounded).map(|version| version.code.clone()));
        } else {
            codes.extend(db::item::list_codes_bounded_between(connection, id, later, first, last)?);
        }
    }
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

fn list_by_code(
    connection: &mut Engine,
    id: DictionaryId,
    dictionary: &Dictionary,
    codes: &[ItemCode],
    publication: i64,
) -> Result<BTreeMap<ItemCode, Vec<Arc<ItemVersion>>>> {
    let mut by_code: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> = BTreeMap::new();
    for version in db::item::list_of_codes_at(connection, id, dictionary, codes, publication)? {
        by_code.entry(version.code.clone()).or_default().push(version);
    }
    Ok(by_code)
}

impl ReadSide {
    fn read(connection: &mut Engine, id: DictionaryId, resident: &Resident, side: Side) -> Result<Self> {
        if resident.edition_at(side.publication).is_none() {
            return Ok(Self { side, dictionary: None, annulled: BTreeSet::new() });
        }
        let dictionary = Some(dictionary_at(connection, id, resident, side.publication)?);
        Ok(Self { side, dictionary, annulled: db::annulment::list_at(connection, id, side.publication)? })
    }

    /// The timelines of some items; with a date, what holds on it.
    fn timelines(&self, connection: &mut Engine, id: DictionaryId, codes: &[ItemCode]) -> Result<BTreeMap<ItemCode, Vec<Stretch>>> {
        let Some(dictionary) = &self.dictionary else { return Ok(BTreeMap::new()) };
        let by_code = list_by_code(connection, id, dictionary, codes, self.side.publication)?;
        let holds = |version: &&Arc<ItemVersion>| self.side.valid_on.is_none_or(|on| version.validity().contains(on));
        let stretches = |versions: Vec<Arc<ItemVersion>>| versions.iter().filter(holds).map(|version| version.stretch.clone()).collect();
        Ok(by_code.into_iter().map(|(code, versions)| (code, stretches(versions))).collect())
    }
}

/// What a comparison has found so far.
struct Found<'a> {
    asked: &'a Comparison<'a>,
    totals: BTreeMap<ItemChangeKind, usize>,
    items: Vec<ItemDifference>,
    has_more: bool,
}

impl Found<'_> {
    fn compare_item(&mut self, code: &ItemCode, before: (&ReadSide, Option<&Vec<Stretch>>), after: (&ReadSide, Option<&Vec<Stretch>>)) {
        let ((from, before), (to, after)) = (before, after);
        let [before, after] = [before, after].map(|timeline| timeline.map(Vec::as_slice).unwrap_or_default());
        let Some(either) = from.dictionary.as_ref().or(to.dictionary.as_ref()) else { return };
        let old = from.dictionary.as_ref().unwrap_or(either);
        let new = to.dictionary.as_ref().unwrap_or(either);
        let is_of_dates = self.asked.from.valid_on.is_some();
        let differences = if is_of_dates {
            diff_between((old, &undated(before)), (new, &undated(after)))
        } else {
            diff_between((old, before), (new, after))
        };
        if differences.is_empty() {
            return;
        }
        let kind = match change_kind(before, after, from.annulled.contains(code), to.annulled.contains(code)) {
            // On a date there is nothing to see of an end but that the item does not hold.
            Some(ItemChangeKind::Removed) if is_of_dates => ItemChangeKind::Retired,
            Some(ItemChangeKind::Retired) if is_of_dates => ItemChangeKind::Changed,
            // Values that stand at other positions under another definition are equal for all that.
            kind => kind.unwrap_or(ItemChangeKind::Changed),
        };
        *self.totals.entry(kind).or_default() += 1;
        if self.asked.after_code.is_some_and(|after| code.as_str() <= after) {
            return;
        }
        if self.items.len() == self.asked.count {
            self.has_more = true;
            return;
        }
        self.items.push(ItemDifference { code: code.clone(), kind, before: before.to_vec(), after: after.to_vec(), differences });
    }
}

/// What holds on a date, as if it held always and were never to end: intervals are not what is compared.
fn undated(timeline: &[Stretch]) -> Vec<Stretch> {
    let undate = |stretch: &Stretch| {
        let content = Content::clone(&stretch.content);
        Stretch { validity: Validity::ALWAYS, content, retirement: None }
    };
    timeline.iter().map(undate).collect()
}
