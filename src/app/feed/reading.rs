//! Reading the feed: page by page from any position, each page one consistent read of the database. A page is bounded by its events and
//! by what they take, so that a million changes take no more memory than a thousand.

use std::sync::Arc;

use super::event::{ItemChange, Teller};
use super::recent_pages::Page;
use super::{Feed, FeedEvent, FeedView, Touched};
use crate::app::reading::get_id;
use crate::db::feed::StoredVersion;
use crate::db::{self, Engine};
use crate::domain::error::{Error, Result};
use crate::domain::feed::{Place, Position};
use crate::domain::item_condition::ItemCondition;
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::version_text::{VersionTexts, event_type_of};

/// How many items are read at once.
const ITEMS_AT_ONCE: usize = 500;
/// A page ends after so many items were looked at, however few of them were told.
const ITEMS_LOOKED_AT_MAX: usize = 20_000;
/// A page ends with the batch that goes beyond this.
const PAGE_BYTES_MAX: usize = 4 << 20;

/// Some events in their order.
#[derive(Debug, Clone)]
pub struct FeedPage {
    pub events: Arc<[FeedEvent]>,
    /// Where to go on: all up to here was told, or is not told to this reader.
    pub position: Position,
    /// Whether nothing more was published when the view was taken.
    pub is_at_end: bool,
}

/// A page in the making.
struct Building {
    events: Vec<FeedEvent>,
    events_max: usize,
    bytes: usize,
    looked_at: usize,
}

impl Building {
    fn new(events_max: usize) -> Self {
        Self { events: Vec::new(), events_max: events_max.max(1), bytes: 0, looked_at: 0 }
    }

    fn is_full(&self) -> bool {
        self.room() == 0 || self.bytes >= PAGE_BYTES_MAX || self.looked_at >= ITEMS_LOOKED_AT_MAX
    }

    fn room(&self) -> usize {
        self.events_max - self.events.len()
    }

    fn push(&mut self, event: FeedEvent) {
        self.bytes += event.json.len();
        self.events.push(event);
    }
}

impl Feed {
    /// The next events after a position, at most so many; it may block. A page may be empty before the
    /// end, when a condition leaves out what was looked at.
    pub fn read(&self, view: &FeedView, after: &Position, events_max: usize) -> Result<FeedPage> {
        let key = (view.0.key, after.clone(), events_max);
        if let Some(kept) = self.0.recent.find(&key) {
            return Ok(self.page_of(view, kept));
        }
        let mut building = Building::new(events_max);
        let position = self.0.store.read(|connection| self.read_on(connection, view, after, &mut building, false))?;
        let page = (building.events.into(), position);
        self.0.recent.keep(key, &page);
        Ok(self.page_of(view, page))
    }

    /// The same where it must not block: `None` when somebody who may has to read it.
    pub fn find_read(&self, view: &FeedView, after: &Position, events_max: usize) -> Option<FeedPage> {
        if *after >= Position::after(view.head().seq()) {
            return Some(self.page_of(view, (Arc::default(), after.clone())));
        }
        self.0.recent.find(&(view.0.key, after.clone(), events_max)).map(|kept| self.page_of(view, kept))
    }

    fn page_of(&self, view: &FeedView, (events, position): Page) -> FeedPage {
        let is_at_end = position >= Position::after(view.head().seq());
        FeedPage { events, position, is_at_end }
    }

    /// One event by its id, whole however long it is.
    pub fn event_by_id(&self, view: &FeedView, id: &str) -> Result<FeedEvent> {
        let not_found = || Error::not_found(format!("there is no event {id}"));
        let position = Position::of_event_id(id).filter(|position| position.publication <= view.head().seq()).ok_or_else(not_found)?;
        let before = match &position.place {
            Place::Opened => Position::after(position.publication - 1),
            Place::Within { dictionary, ordinal } => {
                Position { place: Place::Within { dictionary: dictionary.clone(), ordinal: ordinal - 1 }, ..position }
            }
            // The end is told without a look at what is before it.
            Place::Closed => {
                let publication = view.head().publication(position.publication).ok_or_else(not_found)?;
                return Ok(Teller::new(self, view, publication, true).closed());
            }
        };
        let mut building = Building::new(1);
        self.0.store.read(|connection| self.read_on(connection, view, &before, &mut building, true))?;
        building.events.pop().filter(|event| event.id == id).ok_or_else(not_found)
    }

    /// Reads until the page is full or nothing more is published; gives where it stopped.
    fn read_on(
        &self,
        connection: &mut Engine,
        view: &FeedView,
        after: &Position,
        building: &mut Building,
        is_whole: bool,
    ) -> Result<Position> {
        let mut position = after.clone();
        while !building.is_full() {
            let seq = if position.place == Place::Closed { position.publication + 1 } else { position.publication };
            let Some(publication) = view.head().publication(seq) else { break };
            let teller = Teller::new(self, view, publication, is_whole);
            position.publication = seq;
            position.place = if position.place == Place::Closed {
                building.push(teller.opened());
                Place::Opened
            } else {
                self.go_on(connection, &teller, &position.place, building)?
            };
            // What is left of a publication needs no new teller.
            while !building.is_full() && position.place != Place::Closed {
                position.place = self.go_on(connection, &teller, &position.place, building)?;
            }
        }
        Ok(position)
    }

    /// One step within a publication: a definition, some items, or the end.
    fn go_on(&self, connection: &mut Engine, teller: &Teller<'_>, place: &Place, building: &mut Building) -> Result<Place> {
        let seq = teller.publication.seq;
        let (from_code, mut ordinal) = match place {
            Place::Within { dictionary, ordinal } => (Some(dictionary), (*ordinal + 1).max(0)),
            _ => (None, 0),
        };
        for touched in teller.view.touched_by(seq) {
            if from_code.is_some_and(|from| touched.code < from) {
                continue;
            }
            if from_code.is_some_and(|from| touched.code > from) {
                ordinal = 0;
            }
            if ordinal == 0 && touched.edition.definition_changed {
                let id = get_id(connection, touched.code)?;
                let definition = db::feed::get_definition_text(connection, id, seq)?;
                building.push(teller.definition_changed(&touched, &definition));
                return Ok(Place::Within { dictionary: touched.code.clone(), ordinal: 0 });
            }
            if let Some(last) = self.push_items(connection, teller, &touched, ordinal.max(1), building)? {
                return Ok(Place::Within { dictionary: touched.code.clone(), ordinal: last });
            }
        }
        building.push(teller.closed());
        Ok(Place::Closed)
    }

    /// Pushes some item events from an ordinal on; the ordinal of the last of them, `None` when there is none.
    fn push_items(
        &self,
        connection: &mut Engine,
        teller: &Teller<'_>,
        touched: &Touched<'_>,
        from: i64,
        building: &mut Building,
    ) -> Result<Option<i64>> {
        let seq = teller.publication.seq;
        let id = get_id(connection, touched.code)?;
        let load = || db::feed::list_codes(connection, id, seq);
        let codes = self.0.changed.find_or_load(touched.code, seq, load)?;
        let first = usize::try_from(from - 1).unwrap_or(usize::MAX);
        let Some(rest) = codes.get(first..).filter(|rest| !rest.is_empty()) else { return Ok(None) };
        let condition = teller.view.0.conditions.get(touched.code);
        let at_once = if condition.is_some() { ITEMS_AT_ONCE } else { ITEMS_AT_ONCE.min(building.room()) };
        let some = &rest[..rest.len().min(at_once)];
        let versions = db::feed::list_versions_around(connection, id, some, seq)?;
        let restored = db::feed::list_restored(connection, id, seq)?;
        let schema_version = touched.schema_version();
        let mut versions = versions.into_iter().peekable();
        for (ordinal, code) in (from..).zip(some) {
            let (before, after) = take_around(&mut versions, touched.code, code, seq)?;
            building.looked_at += 1;
            let concerns = |condition: &ItemCondition| before.iter().chain(&after).any(|version| condition.holds(version));
            if !condition.is_none_or(concerns) {
                continue;
            }
            let event_type = event_type_of(&before, &after, restored.contains(code));
            let change = ItemChange { ordinal, event_type, before: &before, after: &after };
            building.push(teller.item_changed(touched, schema_version, &change)?);
            if building.room() == 0 {
                return Ok(Some(ordinal));
            }
        }
        Ok(Some(from + some.len() as i64 - 1))
    }
}

/// Takes the versions of the next item, by what was known before a publication and after it.
fn take_around(
    versions: &mut std::iter::Peekable<impl Iterator<Item = StoredVersion>>,
    dictionary: &DictionaryCode,
    code: &ItemCode,
    seq: i64,
) -> Result<(Vec<VersionTexts>, Vec<VersionTexts>)> {
    let (mut before, mut after) = (Vec::new(), Vec::new());
    while let Some(version) = versions.next_if(|version| version.texts.code == *code) {
        let is_opened = version.published_seq == seq;
        let is_closed = version.superseded_seq == Some(seq);
        match (is_opened, is_closed) {
            (true, _) => after.push(version.texts),
            (false, true) => before.push(version.texts),
            (false, false) => {
                before.push(version.texts.clone());
                after.push(version.texts);
            }
        }
    }
    if before.is_empty() && after.is_empty() {
        return Err(Error::Internal(format!("publication {seq} changed {dictionary}/{code}, and no version of it is there")));
    }
    Ok((before, after))
}
