//! Reading published state at any point of both times: the newest from the catalogue, older ones loaded once and kept for a while.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::catalog::{Catalog, DictionarySnapshot, Head, Resident};
use crate::db::dictionary::DictionaryId;
use crate::db::{self, Store};
use crate::domain::clock::Clock;
use crate::domain::error::{Error, Result};
use crate::domain::item::ItemVersion;
use crate::domain::publication::{Edition, State};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::validity::Date;

pub use crate::db::item::RecordedVersion;

/// Where in the two times a read looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coordinate {
    pub valid_on: Date,
    /// What was known at this publication; 0 is before the first.
    pub publication: i64,
}

/// Which publication a read asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Knowledge {
    pub publication: Option<i64>,
    pub known_at: Option<Timestamp>,
}

/// Reads for the whole service.
#[derive(Clone)]
pub struct Reading(Arc<Sources>);

/// Where reads come from. Behind one `Arc`, since a read begins many thousand times a second.
struct Sources {
    catalog: Arc<Catalog>,
    store: Store,
    clock: Clock,
}

/// One read: everything it sees is of one head, whatever is published meanwhile. May touch the database for older editions.
pub struct Reader {
    pub head: Arc<Head>,
    reading: Reading,
    today: Date,
}

impl Reading {
    pub fn new(catalog: Arc<Catalog>, store: Store, clock: Clock) -> Self {
        Self(Arc::new(Sources { catalog, store, clock }))
    }

    pub fn catalog(&self) -> &Catalog {
        &self.0.catalog
    }

    /// Begins a read of the newest head.
    pub fn reader(&self) -> Reader {
        self.reader_of(self.0.catalog.head())
    }

    pub fn reader_of(&self, head: Arc<Head>) -> Reader {
        Reader { head, reading: self.clone(), today: self.0.clock.today() }
    }
}

impl Reader {
    /// Today in the service's time zone, as of the beginning of the read.
    pub fn today(&self) -> Date {
        self.today
    }

    /// Which publication is meant: the named one, the latest known at an instant, or `otherwise`. Refuses both at once and the future.
    pub fn publication(&self, asked: Knowledge, otherwise: i64) -> Result<i64> {
        match (asked.publication, asked.known_at) {
            (None, None) => Ok(otherwise),
            (Some(_), Some(_)) => {
                Err(Error::refused("publication_ambiguous", "give `publication` or `knownAt`, not both: they say the same in two ways"))
            }
            (Some(seq), None) if (0..=self.head.seq()).contains(&seq) => Ok(seq),
            (Some(seq), None) => {
                let message = format!("there is no publication {seq}: the latest is {}", self.head.seq());
                Err(Error::refused("publication_unknown", message))
            }
            (None, Some(at)) => Ok(self.head.publication_known_at(at).map_or(0, |publication| publication.seq)),
        }
    }

    /// An older edition that is in memory; it touches no database.
    pub fn find_kept(&self, code: &DictionaryCode, edition: &Edition) -> Option<Arc<DictionarySnapshot>> {
        self.reading.0.catalog.older().find(code, edition.number)
    }

    /// A dictionary as it was known at a publication; `None` when it was not published yet.
    pub fn dictionary(&self, code: &DictionaryCode, publication: i64) -> Result<Option<Arc<DictionarySnapshot>>> {
        let Some(resident) = self.head.dictionaries.get(code) else { return Ok(None) };
        let Some(edition) = resident.edition_at(publication) else { return Ok(None) };
        if edition.number == resident.current.edition.number {
            return Ok(Some(Arc::clone(&resident.current)));
        }
        let load = || self.load_older(resident, edition);
        self.reading.0.catalog.older().find_or_load(code, edition.number, &resident.current, load).map(Some)
    }

    /// An older edition from the database: only the rows that were superseded since, where that is less than all of them.
    fn load_older(&self, resident: &Resident, edition: &Edition) -> Result<DictionarySnapshot> {
        let current = &resident.current;
        let later = resident.editions.iter().filter(|later| later.number > edition.number);
        let has_same_definition = later.clone().all(|later| !later.definition_changed);
        let changes: i64 = later.map(|later| later.added_count + later.changed_count + later.retired_count).sum();
        self.reading.0.store.read(|connection| {
            let id = get_id(connection, &current.dictionary.code)?;
            if has_same_definition && changes < edition.items_count {
                let state = state_before(connection, id, current, edition.published_seq)?;
                // Rows that were changed behind the service's back may not fit together; then the database has the word.
                if state.items.items_count() as i64 == edition.items_count {
                    return Ok(current.beside(edition.clone(), state));
                }
            }
            Ok(DictionarySnapshot::new(edition.clone(), load_state(connection, id, edition.published_seq)?))
        })
    }

    /// Every version of an item that was ever published up to a publication, by publication and interval.
    /// Values stand in the order of the attributes of that publication's definition.
    pub fn history(&self, snapshot: &DictionarySnapshot, item: &str, publication: i64) -> Result<Vec<RecordedVersion>> {
        let dictionary = &snapshot.dictionary;
        self.reading.0.store.read(|connection| {
            let id = get_id(connection, &dictionary.code)?;
            db::item::list_history(connection, id, dictionary, item, publication)
        })
    }

    /// The same for some items at once, by code; codes that were never published are left out.
    pub fn histories(
        &self,
        snapshot: &DictionarySnapshot,
        items: &[ItemCode],
        publication: i64,
    ) -> Result<BTreeMap<ItemCode, Vec<RecordedVersion>>> {
        let dictionary = &snapshot.dictionary;
        self.reading.0.store.read(|connection| {
            let id = get_id(connection, &dictionary.code)?;
            db::item::list_histories(connection, id, dictionary, items, publication)
        })
    }
}

pub(super) fn get_id(connection: &mut db::Engine, code: &DictionaryCode) -> Result<DictionaryId> {
    let found = db::dictionary::find(connection, code)?;
    found.ok_or_else(|| Error::Internal(format!("the dictionary {code} is resident and not in the database")))
}

/// A dictionary whole, from the database.
pub fn load_state(connection: &mut db::Engine, id: DictionaryId, publication: i64) -> Result<State> {
    use crate::domain::item_table::ItemTable;
    let dictionary = Arc::new(db::definition::get_at(connection, id, publication)?);
    let versions = db::item::list_at(connection, id, &dictionary, publication)?;
    let annulled = Arc::new(db::annulment::list_at(connection, id, publication)?);
    Ok(State { dictionary, items: Arc::new(ItemTable::new(versions)), annulled })
}

/// What was known of a dictionary before some publications that left its definition alone: of the rows that are still current
/// nothing is read.
fn state_before(connection: &mut db::Engine, id: DictionaryId, current: &DictionarySnapshot, publication: i64) -> Result<State> {
    let closed = db::item::list_closed_between(connection, id, &current.dictionary, publication, current.edition.published_seq)?;
    let changed_blocks = current.items.blocks().iter().filter(|block| block.newest_seq() > publication);
    let opened = changed_blocks.flat_map(|block| block.versions()).filter(|version| version.published_seq > publication);
    let mut replaced: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> = BTreeMap::new();
    for version in closed.iter().chain(opened) {
        replaced.entry(version.code.clone()).or_default();
    }
    for (code, timeline) in &mut replaced {
        let was_known = |version: &&Arc<ItemVersion>| version.published_seq <= publication;
        timeline.extend(current.items.versions_of(code).iter().filter(was_known).cloned());
    }
    for version in closed {
        replaced.entry(version.code.clone()).or_default().push(version);
    }
    for timeline in replaced.values_mut() {
        timeline.sort_by_key(|version| version.validity().start_key());
    }
    let annulled = Arc::new(db::annulment::list_at(connection, id, publication)?);
    Ok(State { dictionary: Arc::clone(&current.dictionary), items: Arc::new(current.items.with(&replaced)), annulled })
}
