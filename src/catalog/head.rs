//! The catalogue itself: the newest published state, advanced by whole publications, and a bounded store of older editions.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;

use super::edition::DictionarySnapshot;
use super::older::OlderEditions;
use crate::domain::publication::{Edition, Publication, World};
use crate::domain::text::DictionaryCode;

/// Everything that is published, as of one publication. Immutable.
#[derive(Debug, Default, Clone)]
pub struct Head {
    /// All publications; that of number n is at n - 1.
    pub publications: Arc<Vec<Arc<Publication>>>,
    pub dictionaries: BTreeMap<DictionaryCode, Resident>,
    /// The publication that last changed a definition: what is built from definitions is good for as long as this stays.
    pub definitions_seq: i64,
}

/// A dictionary in memory: its newest edition whole, the older ones by name.
#[derive(Debug, Clone)]
pub struct Resident {
    pub current: Arc<DictionarySnapshot>,
    /// By number, from 1.
    pub editions: Arc<Vec<Edition>>,
}

impl Resident {
    /// The edition that was the newest at a publication; `None` before the first.
    pub fn edition_at(&self, seq: i64) -> Option<&Edition> {
        let after = self.editions.partition_point(|edition| edition.published_seq <= seq);
        after.checked_sub(1).map(|at| &self.editions[at])
    }
}

impl Head {
    /// The number of the latest publication; 0 when nothing is published.
    pub fn seq(&self) -> i64 {
        self.publications.len() as i64
    }

    pub fn publication(&self, seq: i64) -> Option<&Arc<Publication>> {
        self.publications.get(usize::try_from(seq).ok()?.checked_sub(1)?)
    }

    /// The latest publication that was known at an instant.
    pub fn publication_known_at(&self, at: Timestamp) -> Option<&Arc<Publication>> {
        // Clocks can step back, so instants are not taken to be sorted.
        self.publications.iter().rev().find(|publication| publication.published_at <= at)
    }

    /// The newest state of every dictionary, to change and validate against.
    pub fn world(&self) -> World {
        self.dictionaries.iter().map(|(code, resident)| (code.clone(), resident.current.state())).collect()
    }
}

/// Where readers take the newest state, and where older editions are kept for a while.
#[derive(Debug)]
pub struct Catalog {
    head: RwLock<Arc<Head>>,
    older: OlderEditions,
}

impl Catalog {
    /// An empty catalogue that keeps older editions of at most `older_bytes_max` bytes together.
    pub fn new(older_bytes_max: usize) -> Self {
        Self { head: RwLock::default(), older: OlderEditions::new(older_bytes_max) }
    }

    /// The newest state. What the caller does with it, later publications do not disturb.
    pub fn head(&self) -> Arc<Head> {
        Arc::clone(&self.head.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a newer state the one that readers get, at once and whole. An older one than there is is ignored. Editions that are
    /// superseded by it are kept as older ones: they share nearly everything with those that follow. Indexes that they do not share
    /// are left behind, since few of them will ever be asked again; whoever does makes them anew.
    pub fn advance(&self, head: Arc<Head>) {
        let before = {
            let mut current = self.head.write().unwrap_or_else(PoisonError::into_inner);
            if head.seq() < current.seq() {
                return;
            }
            std::mem::replace(&mut *current, Arc::clone(&head))
        };
        for (code, superseded) in &before.dictionaries {
            let newest = head.dictionaries.get(code).map(|resident| &resident.current);
            if let Some(newest) = newest.filter(|newest| newest.edition.number > superseded.current.edition.number) {
                let superseded = &superseded.current;
                self.older.keep(Arc::new(newest.beside(superseded.edition.clone(), superseded.state())), newest);
            }
        }
    }

    /// Older editions: found where they are kept, loaded once however many ask for them, and counted.
    pub fn older(&self) -> &OlderEditions {
        &self.older
    }
}
