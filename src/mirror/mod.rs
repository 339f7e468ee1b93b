//! A consumer's copy: tables of its own that are kept equal to dictionaries of another service by its feed.
//! It sees that service by its public doors only, as any consumer does.

mod applying;
mod cells;
mod fault;
mod following;
mod message;
mod synchronising;
mod table;
mod verifying;

use std::time::Duration;

pub use following::run;

use crate::db::DatabaseUrl;
use crate::domain::text::DictionaryCode;
use crate::outbound::feed_client::FeedAddress;

/// What is mirrored, from where and into what.
#[derive(Clone)]
pub struct MirrorSettings {
    pub from: FeedAddress,
    pub into: DatabaseUrl,
    /// All that one may see unless given.
    pub dictionaries: Option<Vec<DictionaryCode>>,
    /// Ends when it has caught up.
    pub is_once: bool,
    /// Reads every row once more when it has caught up, ends, and fails when a row was another than it had to be.
    pub is_verifying: bool,
    /// How long the service may hold an answer back while nothing is published.
    pub wait_ms: u64,
    /// The longest pause between two tries.
    pub retry_ms_max: u64,
    /// How often every row is read and held against the digests.
    pub verify_every: Duration,
    /// How long to wait for others who write into the same database.
    pub busy_timeout_ms: u64,
    /// Rows that are written by one statement and read back by one.
    pub rows_at_once: usize,
    /// How much of a publication is held back before it is written, in bytes: a bigger one is written while it comes.
    pub held_bytes_max: usize,
}

/// What a run that ended had done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mirrored {
    pub publication: i64,
    /// Dictionaries with their tables and rows.
    pub dictionaries: Vec<MirroredDictionary>,
    /// Items that were another than they had to be, and were made equal again.
    pub healed: u64,
    /// How long the first snapshot took until it was stored; `None`: the tables were there.
    pub bootstrap: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MirroredDictionary {
    pub code: String,
    pub table: String,
    pub rows: i64,
}
