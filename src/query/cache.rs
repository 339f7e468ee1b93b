//! A cache bounded by bytes, in two generations: what was asked for since the older one was dropped survives the next drop. That is
//! nearly as good as least-recently-used and costs a look-up nothing. A million things that are asked for once push out each other.

use std::hash::{BuildHasher, Hash};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use hashbrown::{DefaultHashBuilder, Equivalent, HashMap};

/// So many parts can be looked into at once.
const SHARDS_COUNT: usize = 8;

/// What an entry takes besides what its owner counts.
const ENTRY_BYTES: usize = 128;

pub struct Cache<K, V> {
    shards: [Mutex<Shard<K, V>>; SHARDS_COUNT],
    hasher: DefaultHashBuilder,
    /// Of one generation of one shard.
    generation_bytes_max: usize,
    bytes: AtomicUsize,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: AtomicU64,
}

/// What became of the entries so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CacheStatistics {
    pub hits: u64,
    pub misses: u64,
    pub evictions: u64,
    /// What is kept now.
    pub bytes: usize,
}

struct Shard<K, V> {
    young: Generation<K, V>,
    old: Generation<K, V>,
}

struct Generation<K, V> {
    entries: HashMap<K, Entry<V>, DefaultHashBuilder>,
    bytes: usize,
}

struct Entry<V> {
    value: V,
    bytes: usize,
}

impl<K, V> Generation<K, V> {
    fn new(hasher: &DefaultHashBuilder) -> Self {
        Self { entries: HashMap::with_hasher(hasher.clone()), bytes: 0 }
    }
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// A cache of at most so many bytes; 0 keeps nothing.
    pub fn new(bytes_max: usize) -> Self {
        // The hashes are seeded anew in each process: whoever writes the keys cannot make them collide.
        let hasher = DefaultHashBuilder::default();
        let shard = || Mutex::new(Shard { young: Generation::new(&hasher), old: Generation::new(&hasher) });
        Self {
            shards: std::array::from_fn(|_| shard()),
            hasher,
            generation_bytes_max: bytes_max / 2 / SHARDS_COUNT,
            bytes: AtomicUsize::new(0),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            evictions: AtomicU64::new(0),
        }
    }

    pub fn is_off(&self) -> bool {
        self.generation_bytes_max == 0
    }

    pub fn find<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q) -> Option<V> {
        if self.is_off() {
            return None;
        }
        let mut shard = self.shard(key);
        let found = match shard.young.entries.get(key) {
            Some(entry) => Some(entry.value.clone()),
            None => shard.old.entries.remove_entry(key).map(|(key, entry)| {
                shard.old.bytes -= entry.bytes;
                let value = entry.value.clone();
                self.put(&mut shard, key, entry);
                value
            }),
        };
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Keeps a value of so many bytes, the key counted in, unless it is too large to be kept beside others.
    pub fn keep(&self, key: K, value: V, bytes: usize) {
        let bytes = bytes + ENTRY_BYTES;
        if bytes <= self.generation_bytes_max {
            let mut shard = self.shard(&key);
            self.bytes.fetch_add(bytes, Ordering::Relaxed);
            self.put(&mut shard, key, Entry { value, bytes });
        }
    }

    pub fn statistics(&self) -> CacheStatistics {
        CacheStatistics {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            evictions: self.evictions.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, Shard<K, V>> {
        // The low bits choose the place inside the shard.
        let at = (self.hasher.hash_one(key) >> 32) as usize % SHARDS_COUNT;
        self.shards[at].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The entry must be counted in `self.bytes` already.
    fn put(&self, shard: &mut Shard<K, V>, key: K, entry: Entry<V>) {
        if shard.young.bytes + entry.bytes > self.generation_bytes_max {
            let dropped = std::mem::replace(&mut shard.old, std::mem::replace(&mut shard.young, Generation::new(&self.hasher)));
            self.bytes.fetch_sub(dropped.bytes, Ordering::Relaxed);
            self.evictions.fetch_add(dropped.entries.len() as u64, Ordering::Relaxed);
        }
        shard.young.bytes += entry.bytes;
        if let Some(replaced) = shard.young.entries.insert(key, entry) {
            shard.young.bytes -= replaced.bytes;
            self.bytes.fetch_sub(replaced.bytes, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_stays_and_the_rest_goes() {
        let cache: Cache<u32, u32> = Cache::new(SHARDS_COUNT * 2 * 10 * (ENTRY_BYTES + 100));
        for key in 0..1_000 {
            cache.keep(key, key * 2, 100);
            assert_eq!(cache.find(&0), Some(0), "{key}");
        }
        let kept = (1..1_000).filter(|key| cache.find(key).is_some()).count();
        assert!((40..=160).contains(&kept), "{kept}");
        assert_eq!(cache.find(&999), Some(1998));
        let statistics = cache.statistics();
        assert!(statistics.bytes <= SHARDS_COUNT * 2 * 10 * (ENTRY_BYTES + 100) && statistics.evictions > 800, "{statistics:?}");
    }

    #[test]
    fn bytes_are_those_of_what_is_kept() {
        let cache: Cache<u32, u32> = Cache::new(1 << 20);
        cache.keep(1, 1, 100);
        cache.keep(1, 2, 300);
        assert_eq!((cache.find(&1), cache.statistics().bytes), (Some(2), 300 + ENTRY_BYTES));
        cache.keep(2, 2, 1 << 20);
        assert_eq!(cache.find(&2), None, "it would push out everything else");
        let off: Cache<u32, u32> = Cache::new(0);
        off.keep(1, 1, 0);
        assert_eq!((off.find(&1), off.statistics()), (None, CacheStatistics::default()));
    }
}
