//! The feed: what consuming systems follow. It is a query over the rows of publications and keeps nothing of its own, so it cannot
//! disagree with the data, and it goes back to the first publication for ever. Deliberately unknown: how events are carried, and who
//! was sent what.

mod changed_codes;
mod event;
mod reading;
mod recent_pages;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use event::FeedEvent;
pub use reading::FeedPage;
pub use snapshot::FeedSnapshot;

use self::changed_codes::ChangedCodes;
use self::recent_pages::RecentPages;
use super::change_request::may_see;
use super::reading::Reading;
use crate::catalog::{Head, Resident};
use crate::db::Store;
use crate::domain::account::Authority;
use crate::domain::error::{Error, Result};
use crate::domain::feed::{Cursor, DatabaseMark, HistoryMark, Lag, Place, Position};
use crate::domain::item_condition::ItemCondition;
use crate::domain::publication::Edition;
use crate::domain::text::DictionaryCode;

/// The word for the position before the first publication, and the one for that after the newest.
pub const START: &str = "start";
pub const NOW: &str = "now";

/// How events look.
#[derive(Debug, Clone)]
pub struct FeedSettings {
    /// Where clients reach the service, without a slash at the end: events name schemas and links by it.
    pub public_url: String,
    /// Item events that would be longer are told thin, with a link to the whole.
    pub event_bytes_max: usize,
}

impl Default for FeedSettings {
    fn default() -> Self {
        Self { public_url: "http://127.0.0.1:8080".to_owned(), event_bytes_max: 256 << 10 }
    }
}

/// The feed of the whole service. Cheap to clone.
#[derive(Clone)]
pub struct Feed(Arc<Sources>);

struct Sources {
    reading: Reading,
    store: Store,
    settings: FeedSettings,
    database_id: Uuid,
    changed: ChangedCodes,
    recent: RecentPages,
}

/// What a reader wants of the feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FeedRequest {
    /// All that the reader may see unless given.
    pub dictionaries: Option<Vec<DictionaryCode>>,
    /// A CEL condition on items: events of which it holds for no version before or after are left out. It is held to the dictionaries
    /// under whose definition it makes sense; of the others all is told.
    pub filter: Option<String>,
}

/// What one reader sees of one head. Cheap to clone.
#[derive(Clone)]
pub struct FeedView(Arc<Seen>);

struct Seen {
    head: Arc<Head>,
    /// The dictionaries that are told of.
    told: BTreeSet<DictionaryCode>,
    /// Those that the reader may read at all: a publication that touches none of them is told by its number and instant only.
    readable: BTreeSet<DictionaryCode>,
    /// The condition on items, by dictionary.
    conditions: BTreeMap<DictionaryCode, ItemCondition>,
    /// Readers with equal keys are told the same.
    key: u64,
}

/// An edition that a publication made, with what events say of it.
struct Touched<'a> {
    code: &'a DictionaryCode,
    resident: &'a Resident,
    edition: &'a Edition,
}

impl Feed {
    pub fn new(reading: Reading, store: Store, settings: FeedSettings, database_id: Uuid) -> Self {
        let (changed, recent) = (ChangedCodes::default(), RecentPages::default());
        Self(Arc::new(Sources { reading, store, settings, database_id, changed, recent }))
    }

    pub fn settings(&self) -> &FeedSettings {
        &self.0.settings
    }

    /// The `source` of all events: the database, by its id.
    pub fn source(&self) -> String {
        format!("urn:uuid:{}", self.0.database_id)
    }

    /// What a reader sees of the newest head. A dictionary that is not there, or that the reader may not see, is not found.
    pub fn view(&self, authority: &Authority, asked: &FeedRequest) -> Result<FeedView> {
        self.view_of(self.0.reading.catalog().head(), authority, asked)
    }

    /// The same of a head that the reader holds already: all that it is told is then of that one.
    pub fn view_of(&self, head: Arc<Head>, authority: &Authority, asked: &FeedRequest) -> Result<FeedView> {
        let readable: BTreeSet<DictionaryCode> = head.dictionaries.keys().filter(|code| may_see(authority, &head, code)).cloned().collect();
        let told = match &asked.dictionaries {
            None => readable.clone(),
            Some(asked) => {
                if let Some(unknown) = asked.iter().find(|code| !readable.contains(code)) {
                    return Err(Error::not_found(format!("there is no dictionary {unknown}")));
                }
                asked.iter().cloned().collect()
            }
        };
        let mut hasher = FxHasher::default();
        (&told, &readable, &asked.filter).hash(&mut hasher);
        let conditions = match &asked.filter {
            Some(filter) => compiled(&head, &told, filter)?,
            None => BTreeMap::new(),
        };
        Ok(FeedView(Arc::new(Seen { head, told, readable, conditions, key: hasher.finish() })))
    }

    pub fn head(&self) -> Arc<Head> {
        self.0.reading.catalog().head()
    }

    /// After the newest publication.
    pub fn latest(&self) -> Position {
        Position::after(self.0.reading.catalog().head().seq())
    }

    /// The text by which a consumer says that it has everything up to a position.
    pub fn cursor_of(&self, position: &Position) -> String {
        self.cursor_within(&self.0.reading.catalog().head(), position)
    }

    /// The same for whoever holds a head.
    pub fn cursor_within(&self, head: &Head, position: &Position) -> String {
        self.cursor_with(history_mark(head, position.publication), position)
    }

    /// The same where the mark of the publication is known: a big one has a million cursors.
    fn cursor_with(&self, history: HistoryMark, position: &Position) -> String {
        Cursor { database: self.database_mark(), history, position: position.clone() }.text()
    }

    /// The position that a cursor names, or one of the words `start` and `now`. Refuses by name a cursor that is none of ours, of
    /// another database, of a publication that is not there yet, or of one that is there with other contents.
    pub fn position_of(&self, cursor: &str) -> Result<Position> {
        self.position_within(&self.0.reading.catalog().head(), cursor)
    }

    /// The same for whoever holds a head: `now` is after its newest publication, and what came since is the future.
    pub fn position_within(&self, head: &Head, cursor: &str) -> Result<Position> {
        match cursor {
            START => return Ok(Position::START),
            NOW => return Ok(Position::after(head.seq())),
            _ => {}
        }
        let malformed = || {
            let message = "this is no cursor of the feed, or it was changed on its way: give one that came with an event, `start` or `now`";
            Error::refused("cursor_malformed", message)
        };
        let cursor = Cursor::parse(cursor).ok_or_else(malformed)?;
        if cursor.database != self.database_mark() {
            let message = "this cursor is of another database: begin anew with a snapshot of this one";
            return Err(Error::refused("cursor_of_another_database", message));
        }
        let publication = cursor.position.publication;
        if publication > head.seq() {
            let message = format!(
                "this cursor is of publication {publication}, and the latest is {}: if the database was restored from a backup, begin anew \
                 with a snapshot",
                head.seq()
            );
            return Err(Error::refused("cursor_of_the_future", message));
        }
        if publication < 0 || cursor.history != history_mark(head, publication) {
            let message = format!(
                "this cursor knows another publication {publication} than there is: the database was restored from a backup and went on \
                 from there; begin anew with a snapshot"
            );
            return Err(Error::refused("cursor_of_another_history", message));
        }
        Ok(cursor.position)
    }

    fn database_mark(&self) -> DatabaseMark {
        let mut mark = [0; 8];
        mark.copy_from_slice(&self.0.database_id.as_bytes()[..8]);
        mark
    }

    /// How far a reader at a position is behind the head of its view.
    pub fn lag(&self, view: &FeedView, position: &Position) -> Lag {
        let head = &view.0.head;
        if *position >= Position::after(head.seq()) {
            return Lag::default();
        }
        let whole = head.seq() - position.publication;
        // A header and an end for each publication that was not begun, and the end of the one that was.
        let mut events = if position.place == Place::Closed { 2 * whole } else { 2 * whole + 1 };
        for code in &view.0.told {
            let Some(resident) = head.dictionaries.get(code) else { continue };
            let first = resident.editions.partition_point(|edition| edition.published_seq < position.publication);
            for edition in &resident.editions[first..] {
                let total = events_count(edition);
                events += if edition.published_seq > position.publication { total } else { total - taken(position, code, edition) };
            }
        }
        let oldest = if position.place == Place::Closed { position.publication + 1 } else { position.publication };
        Lag { events, since: head.publication(oldest).map(|publication| publication.published_at) }
    }
}

/// A condition for each dictionary under whose definition it can be read. Refused when there is none.
fn compiled(head: &Head, told: &BTreeSet<DictionaryCode>, filter: &str) -> Result<BTreeMap<DictionaryCode, ItemCondition>> {
    let (mut conditions, mut problem) = (BTreeMap::new(), None);
    for code in told {
        let Some(resident) = head.dictionaries.get(code) else { continue };
        match ItemCondition::compile(filter, &resident.current.dictionary) {
            Ok(condition) => drop(conditions.insert(code.clone(), condition)),
            Err(message) => drop(problem.get_or_insert_with(|| format!("`filter` is no condition on items of {code}: {message}"))),
        }
    }
    match problem.filter(|_| conditions.is_empty()) {
        Some(message) => Err(Error::refused("filter_malformed", message)),
        None => Ok(conditions),
    }
}

/// How many events of an edition stand at a position or before it.
fn taken(position: &Position, code: &DictionaryCode, edition: &Edition) -> i64 {
    let definition = i64::from(edition.definition_changed);
    match &position.place {
        Place::Closed => events_count(edition),
        Place::Opened => 0,
        Place::Within { dictionary, .. } if dictionary > code => events_count(edition),
        Place::Within { dictionary, ordinal } if dictionary == code => (definition + ordinal).clamp(0, events_count(edition)),
        Place::Within { .. } => 0,
    }
}

/// How many item events an edition has.
const fn item_events(edition: &Edition) -> i64 {
    edition.added_count + edition.changed_count + edition.retired_count
}

fn events_count(edition: &Edition) -> i64 {
    item_events(edition) + i64::from(edition.definition_changed)
}

/// What a publication was: its number, its instant and the digests of its editions, which cover all that led there.
fn history_mark(head: &Head, publication: i64) -> HistoryMark {
    let Some(published) = head.publication(publication) else { return [0; 8] };
    let mut digest = Sha256::new();
    digest.update(publication.to_be_bytes());
    digest.update(published.published_at.as_millisecond().to_be_bytes());
    for resident in head.dictionaries.values() {
        if let Some(edition) = resident.edition_at(publication).filter(|edition| edition.published_seq == publication) {
            digest.update(edition.digest);
        }
    }
    let mut mark = [0; 8];
    mark.copy_from_slice(&digest.finalize()[..8]);
    mark
}

impl FeedView {
    pub fn head(&self) -> &Arc<Head> {
        &self.0.head
    }

    /// The dictionaries that are told of, in order.
    pub fn dictionaries(&self) -> impl Iterator<Item = &DictionaryCode> {
        self.0.told.iter()
    }

    /// The dictionaries of a publication that are told of, in order.
    fn touched_by(&self, publication: i64) -> impl Iterator<Item = Touched<'_>> {
        self.0.told.iter().filter_map(move |code| self.touched(code, publication))
    }

    fn touched<'a>(&'a self, code: &'a DictionaryCode, publication: i64) -> Option<Touched<'a>> {
        let resident = self.0.head.dictionaries.get(code)?;
        let edition = resident.edition_at(publication).filter(|edition| edition.published_seq == publication)?;
        Some(Touched { code, resident, edition })
    }

    /// Whether the reader may read any of what a publication touched.
    fn may_know(&self, publication: i64) -> bool {
        self.0.readable.iter().any(|code| self.touched(code, publication).is_some())
    }
}

impl Touched<'_> {
    /// How many definitions the dictionary has had: 1 for the first.
    fn schema_version(&self) -> i64 {
        let known = self.resident.editions.iter().take_while(|edition| edition.number <= self.edition.number);
        known.filter(|edition| edition.definition_changed).count() as i64
    }

    /// The digest of the edition before.
    fn digest_before(&self) -> Option<&[u8; 32]> {
        let before = usize::try_from(self.edition.number - 2).ok()?;
        self.resident.editions.get(before).map(|edition| &edition.digest)
    }
}
