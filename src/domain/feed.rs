//! The feed: the order of its events, the names of their types, and the cursors by which a consumer says how far it is.
//! It knows neither where events come from nor how they are carried.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::text::DictionaryCode;

/// What an event tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventType {
    PublicationOpened,
    DefinitionChanged,
    ItemAdded,
    ItemChanged,
    ItemRetired,
    ItemAnnulled,
    ItemRestored,
    PublicationClosed,
}

impl EventType {
    pub const ALL: [Self; 8] = [
        Self::PublicationOpened,
        Self::DefinitionChanged,
        Self::ItemAdded,
        Self::ItemChanged,
        Self::ItemRetired,
        Self::ItemAnnulled,
        Self::ItemRestored,
        Self::PublicationClosed,
    ];

    /// The `type` of the `CloudEvents` specification.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicationOpened => "svod.publication.opened",
            Self::DefinitionChanged => "svod.definition.changed",
            Self::ItemAdded => "svod.item.added",
            Self::ItemChanged => "svod.item.changed",
            Self::ItemRetired => "svod.item.retired",
            Self::ItemAnnulled => "svod.item.annulled",
            Self::ItemRestored => "svod.item.restored",
            Self::PublicationClosed => "svod.publication.closed",
        }
    }

    /// The name of the JSON Schema of its events: `item.changed.v1.json`.
    pub fn schema_name(self) -> String {
        format!("{}.v1.json", self.name().trim_start_matches("svod."))
    }
}

/// Where an event stands within its publication.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// The header.
    Opened,
    /// The definition of a dictionary at 0, its item events from 1, in the order of codes.
    Within {
        dictionary: DictionaryCode,
        ordinal: i64,
    },
    Closed,
}

/// Everything up to an event and including it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub publication: i64,
    pub place: Place,
}

impl Position {
    /// Before the first publication.
    pub const START: Self = Self { publication: 0, place: Place::Closed };

    /// After the whole of a publication.
    pub const fn after(publication: i64) -> Self {
        Self { publication, place: Place::Closed }
    }

    /// The id of the event that stands here: `17.offices.3`. It is the same however often the event is sent.
    pub fn event_id(&self) -> String {
        match &self.place {
            Place::Opened => format!("{}.opened", self.publication),
            Place::Within { dictionary, ordinal } => format!("{}.{dictionary}.{ordinal}", self.publication),
            Place::Closed => format!("{}.closed", self.publication),
        }
    }

    /// The position of the event with an id.
    pub fn of_event_id(id: &str) -> Option<Self> {
        let (publication, rest) = id.split_once('.')?;
        let publication = publication.parse().ok().filter(|number| *number > 0)?;
        let place = match rest {
            "opened" => Place::Opened,
            "closed" => Place::Closed,
            within => {
                let (dictionary, ordinal) = within.rsplit_once('.')?;
                let ordinal = ordinal.parse().ok().filter(|ordinal| *ordinal >= 0)?;
                Place::Within { dictionary: DictionaryCode::parse(dictionary)?, ordinal }
            }
        };
        // Only the very text that `event_id` writes is an id.
        Some(Self { publication, place }).filter(|position| position.event_id() == id)
    }
}

/// The database that a cursor was made by, as far as it must be known again.
pub type DatabaseMark = [u8; 8];

/// A publication as this database has told it: after a backup was restored, the same number can come again with other contents.
pub type HistoryMark = [u8; 8];

/// A position together with what it was a position in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    pub database: DatabaseMark,
    pub history: HistoryMark,
    pub position: Position,
}

/// The first version of the layout; a later one reads this too, since cursors are kept for ever.
const LAYOUT: u8 = 1;
const OPENED: u8 = 0;
const WITHIN: u8 = 1;
const CLOSED: u8 = 2;
const CHECKSUM_BYTES: usize = 6;

impl Cursor {
    /// The text that consumers keep: layout, marks, publication, place and a checksum, as base64 that goes into addresses.
    pub fn text(&self) -> String {
        let mut bytes = Vec::with_capacity(64);
        bytes.push(LAYOUT);
        bytes.extend(self.database);
        bytes.extend(self.history);
        bytes.extend(self.position.publication.to_be_bytes());
        match &self.position.place {
            Place::Opened => bytes.push(OPENED),
            Place::Within { dictionary, ordinal } => {
                bytes.push(WITHIN);
                bytes.extend(ordinal.to_be_bytes());
                bytes.extend(dictionary.as_str().as_bytes());
            }
            Place::Closed => bytes.push(CLOSED),
        }
        let sum = checksum(&bytes);
        bytes.extend(sum);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what [`Self::text`] wrote; `None` for anything else, one changed letter included.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (content, sum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if checksum(content) != sum {
            return None;
        }
        let (layout, rest) = content.split_first()?;
        let (database, rest) = rest.split_first_chunk()?;
        let (history, rest) = rest.split_first_chunk()?;
        let (publication, rest) = rest.split_first_chunk()?;
        let place = match rest.split_first()? {
            (&OPENED, []) => Place::Opened,
            (&CLOSED, []) => Place::Closed,
            (&WITHIN, rest) => {
                let (ordinal, dictionary) = rest.split_first_chunk()?;
                let dictionary = DictionaryCode::parse(str::from_utf8(dictionary).ok()?)?;
                Place::Within { dictionary, ordinal: i64::from_be_bytes(*ordinal) }
            }
            _ => return None,
        };
        let position = Position { publication: i64::from_be_bytes(*publication), place };
        (*layout == LAYOUT).then_some(Self { database: *database, history: *history, position })
    }
}

fn checksum(content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest = Sha256::new().chain_update(b"svod cursor").chain_update(content).finalize();
    let mut sum = [0; CHECKSUM_BYTES];
    sum.copy_from_slice(&digest[..CHECKSUM_BYTES]);
    sum
}

/// How far a reader is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lag {
    /// Events that it was not given yet, those that its filter leaves out included.
    pub events: i64,
    /// The instant of the oldest publication of which it was not given everything.
    pub since: Option<jiff::Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn within(dictionary: &str, ordinal: i64) -> Place {
        Place::Within { dictionary: DictionaryCode::parse(dictionary).unwrap(), ordinal }
    }

    #[test]
    fn events_stand_in_their_order() {
        let places = [Place::Opened, within("courts", 0), within("courts", 2), within("offices", 0), within("offices", 1), Place::Closed];
        assert!(places.is_sorted());
        assert!(Position { publication: 2, place: Place::Opened } > Position::after(1));
    }

    #[test]
    fn ids_are_read_back_and_nothing_else_is() {
        for place in [Place::Opened, within("offices", 0), within("offices", 31), Place::Closed] {
            let position = Position { publication: 17, place };
            assert_eq!(Position::of_event_id(&position.event_id()), Some(position));
        }
        for wrong in ["", "17", "17.", "0.opened", "017.opened", "17.offices", "17.offices.-1", "17.offices.+1", "17.Offices.1", "x.opened"]
        {
            assert_eq!(Position::of_event_id(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn cursors_are_read_back_and_tampered_ones_are_not(
            publication in 0i64..1 << 40, ordinal in 0i64..1 << 40, place in 0u8..3, database: [u8; 8], history: [u8; 8],
            at in 0usize..200, flip in 1u8..63,
        ) {
            let place = match place { 0 => Place::Opened, 1 => within("offices", ordinal), _ => Place::Closed };
            let cursor = Cursor { database, history, position: Position { publication, place } };
            let text = cursor.text();
            prop_assert_eq!(Cursor::parse(&text), Some(cursor));
            const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let mut letters = text.clone().into_bytes();
            let at = at % letters.len();
            let was = LETTERS.iter().position(|letter| *letter == letters[at]).unwrap();
            letters[at] = LETTERS[(was + usize::from(flip)) % 64];
            prop_assert_eq!(Cursor::parse(str::from_utf8(&letters).unwrap()), None);
            prop_assert_eq!(Cursor::parse(&text[..text.len() - 1]), None);
        }
    }
}
