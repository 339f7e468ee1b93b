//! Older editions that are kept for a while, within a budget of bytes: those that this process saw superseded, and those that were
//! loaded. An edition is charged for what it does not share with the newest; what that is, is estimated. It loads nothing itself.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::{FxHashMap, FxHashSet};

use super::edition::DictionarySnapshot;
use super::segment::Segment;
use crate::domain::item::ItemVersion;
use crate::domain::text::DictionaryCode;

/// What became of the older editions that were asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OlderStatistics {
    /// Editions that were kept when they were asked for.
    pub hits: u64,
    /// Editions that had to be loaded.
    pub loads: u64,
    /// Editions that made room for others.
    pub evictions: u64,
    pub editions_count: usize,
    /// What they take beside the newest ones, roughly.
    pub bytes: usize,
}

/// Least recently used editions go first. There are few, so a list does.
#[derive(Debug)]
pub struct OlderEditions {
    state: Mutex<State>,
    /// Editions that are being loaded, so that who comes meanwhile waits for the one load.
    loading: Mutex<FxHashMap<EditionName, Turn>>,
}

/// A dictionary and the number of one of its editions.
type EditionName = (DictionaryCode, i64);

/// Who holds it loads the edition.
type Turn = Arc<Mutex<()>>;

#[derive(Debug)]
struct State {
    /// The least recently used one first.
    kept: Vec<Kept>,
    bytes_max: usize,
    hits: u64,
    loads: u64,
    evictions: u64,
}

#[derive(Debug)]
struct Kept {
    snapshot: Arc<DictionarySnapshot>,
    own: Own,
}

/// What an edition does not share with the newest.
#[derive(Debug, Default)]
struct Own {
    rows_bytes: usize,
    /// Their indexes grow as they are used.
    segments: Vec<Arc<Segment>>,
}

impl OlderEditions {
    pub fn new(bytes_max: usize) -> Self {
        let state = State { kept: Vec::new(), bytes_max, hits: 0, loads: 0, evictions: 0 };
        Self { state: Mutex::new(state), loading: Mutex::default() }
    }

    /// An edition that is kept.
    pub fn find(&self, code: &DictionaryCode, number: i64) -> Option<Arc<DictionarySnapshot>> {
        self.locked().find(code, number)
    }

    /// An edition that is kept, or else is loaded and kept. `newest` is the dictionary's newest edition.
    pub fn find_or_load<E>(
        &self,
        code: &DictionaryCode,
        number: i64,
        newest: &DictionarySnapshot,
        load: impl FnOnce() -> Result<DictionarySnapshot, E>,
    ) -> Result<Arc<DictionarySnapshot>, E> {
        if let Some(found) = self.locked().find(code, number) {
            return Ok(found);
        }
        let key = (code.clone(), number);
        let turn = Arc::clone(self.loading.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default());
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = self.locked().find(code, number) {
            return Ok(found);
        }
        let loaded = load().map(Arc::new);
        if let Ok(loaded) = &loaded {
            self.locked().loads += 1;
            self.keep(Arc::clone(loaded), newest);
        }
        // Who waits holds the turn already; who comes later finds the edition, or takes a turn of their own.
        self.loading.lock().unwrap_or_else(PoisonError::into_inner).remove(&key);
        loaded
    }

    /// Keeps an edition that is not the newest any more.
    pub fn keep(&self, snapshot: Arc<DictionarySnapshot>, newest: &DictionarySnapshot) {
        // Worked out before anybody has to wait for it.
        let own = Own::of(&snapshot, newest);
        self.locked().keep(Kept { snapshot, own }, newest);
    }

    pub fn statistics(&self) -> OlderStatistics {
        let state = self.locked();
        OlderStatistics {
            hits: state.hits,
            loads: state.loads,
            evictions: state.evictions,
            editions_count: state.kept.len(),
            bytes: state.bytes(),
        }
    }

    #[cfg(test)]
    pub fn clear(&self) {
        self.locked().kept.clear();
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn find(&mut self, code: &DictionaryCode, number: i64) -> Option<Arc<DictionarySnapshot>> {
        let is_it = |kept: &Kept| kept.snapshot.dictionary.code == *code && kept.snapshot.edition.number == number;
        let at = self.kept.iter().position(is_it)?;
        self.kept[at..].rotate_left(1);
        self.hits += 1;
        self.kept.last().map(|kept| Arc::clone(&kept.snapshot))
    }

    fn keep(&mut self, kept: Kept, newest: &DictionarySnapshot) {
        let is_same = |other: &Kept| {
            other.snapshot.dictionary.code == kept.snapshot.dictionary.code && other.snapshot.edition.number == kept.snapshot.edition.number
        };
        self.kept.retain(|other| !is_same(other));
        // One that has no room at all does not drive out the others.
        let is_too_large = kept.bytes() > self.bytes_max;
        self.kept.push(kept);
        if is_too_large {
            self.evict(self.kept.len() - 1, newest);
        }
        while !self.kept.is_empty() && self.bytes() > self.bytes_max {
            self.evict(0, newest);
        }
    }

    fn bytes(&self) -> usize {
        self.kept.iter().map(Kept::bytes).sum()
    }

    /// What the edition was charged for and the one before it has too, that one is charged for from now on.
    fn evict(&mut self, at: usize, newest: &DictionarySnapshot) {
        let gone = self.kept.remove(at);
        self.evictions += 1;
        let is_before = |kept: &&mut Kept| {
            kept.snapshot.dictionary.code == gone.snapshot.dictionary.code && kept.snapshot.edition.number < gone.snapshot.edition.number
        };
        let before = self.kept.iter_mut().filter(is_before).max_by_key(|kept| kept.snapshot.edition.number);
        let Some(before) = before else { return };
        let held: FxHashSet<*const Segment> = before.snapshot.segments().all().iter().map(Arc::as_ptr).collect();
        before.own.segments.extend(gone.own.segments.into_iter().filter(|segment| held.contains(&Arc::as_ptr(segment))));
        before.own.rows_bytes += gone.own.rows_bytes;
        if newest.dictionary.code == before.snapshot.dictionary.code {
            before.own.rows_bytes = before.own.rows_bytes.min(Own::of(&before.snapshot, newest).rows_bytes);
        }
    }
}

impl Kept {
    fn bytes(&self) -> usize {
        let indexes: usize = self.own.segments.iter().map(|segment| segment.index_bytes()).sum();
        size_of::<DictionarySnapshot>() + self.own.rows_bytes + indexes + self.snapshot.text_index_bytes()
    }
}

impl Own {
    fn of(snapshot: &DictionarySnapshot, newest: &DictionarySnapshot) -> Self {
        let pointers = |of: &DictionarySnapshot| of.items.blocks().iter().map(Arc::as_ptr).collect::<FxHashSet<_>>();
        let (here, there) = (pointers(snapshot), pointers(newest));
        let changed = newest.items.blocks().iter().filter(|block| !here.contains(&Arc::as_ptr(block)));
        let shared: FxHashSet<*const ItemVersion> = changed.flat_map(|block| block.versions().iter().map(Arc::as_ptr)).collect();
        let mut own = Self::default();
        for segment in snapshot.segments().all() {
            let block = segment.block();
            if there.contains(&Arc::as_ptr(block)) {
                continue;
            }
            let is_own = |version: &&Arc<ItemVersion>| !shared.contains(&Arc::as_ptr(version));
            let rows = block.versions().iter().filter(is_own);
            own.rows_bytes += block.own_bytes() + rows.map(|version| version.estimated_bytes()).sum::<usize>();
            own.segments.push(Arc::clone(segment));
        }
        own
    }
}
