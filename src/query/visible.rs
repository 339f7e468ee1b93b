//! Which dictionaries a caller may see, and the schema that these make. What one may not see is in no schema of theirs: no type,
//! no field, no count. It knows neither how somebody proved who they are nor what a query asks for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use rustc_hash::FxHashSet;

use super::limits::QueryLimits;
use super::typed::TypedSchema;
use crate::app::reading::{Reader, Reading};
use crate::catalog::Head;
use crate::domain::account::Authority;
use crate::domain::definition::Access;
use crate::domain::error::Error;
use crate::domain::text::DictionaryCode;

/// The schemas of the newest definitions that a request has met.
pub struct Schemas {
    limits: QueryLimits,
    newest: RwLock<Option<Arc<Generation>>>,
    /// Held while a schema is made: those who need the same one wait for it, those who have theirs do not.
    making: Mutex<()>,
}

/// The schemas of one state of the definitions.
struct Generation {
    definitions_seq: i64,
    /// The dictionaries that not everybody may see, in the order of their codes.
    guarded: Vec<(DictionaryCode, Access)>,
    /// The schema of those who see what everybody sees.
    public: Arc<TypedSchema>,
    others: RwLock<Vec<KeptSchema>>,
    /// Counts reads of `others`, to tell what was not asked for longest.
    reads_count: AtomicU64,
}

struct KeptSchema {
    /// Which of the guarded dictionaries are seen.
    seen: Box<[bool]>,
    typed: Arc<TypedSchema>,
    read_at: AtomicU64,
}

impl Schemas {
    pub fn new(limits: QueryLimits) -> Self {
        Self { limits, newest: RwLock::default(), making: Mutex::default() }
    }

    /// The same as [`Self::reader`], where the schema is there already.
    pub fn find(&self, reading: &Reading, authority: &Authority) -> Option<(Reader, Arc<TypedSchema>)> {
        let reader = reading.reader();
        let generation = self.generation_of(&reader.head)?;
        let typed = generation.find(&generation.seen_by(authority))?;
        Some((reader, typed))
    }

    /// A reader of the newest head, with the schema of what the caller may see of that very head.
    pub fn reader(&self, reading: &Reading, authority: &Authority) -> Result<(Reader, Arc<TypedSchema>), Error> {
        if let Some(found) = self.find(reading, authority) {
            return Ok(found);
        }
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        // Others may have waited for the same lock: heads and schemas only ever advance, so look again under it.
        let reader = reading.reader();
        let generation = match self.generation_of(&reader.head) {
            Some(generation) => generation,
            None => {
                let made = Arc::new(Generation::new(&reader.head, &self.limits)?);
                *self.newest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&made));
                made
            }
        };
        let seen = generation.seen_by(authority);
        let typed = match generation.find(&seen) {
            Some(typed) => typed,
            None => generation.make(&reader.head, seen, &self.limits)?,
        };
        Ok((reader, typed))
    }

    /// How many schemas are kept beside that of everybody.
    #[cfg(test)]
    pub fn kept_count(&self) -> usize {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        newest.as_ref().map_or(0, |generation| generation.others.read().unwrap_or_else(PoisonError::into_inner).len())
    }

    fn generation_of(&self, head: &Head) -> Option<Arc<Generation>> {
        let newest = self.newest.read().unwrap_or_else(PoisonError::into_inner);
        newest.as_ref().filter(|generation| generation.definitions_seq == head.definitions_seq).map(Arc::clone)
    }
}

impl Generation {
    fn new(head: &Head, limits: &QueryLimits) -> Result<Self, Error> {
        let accesses = head.dictionaries.iter().map(|(code, resident)| (code, resident.current.dictionary.definition.passport.access));
        let guarded: Vec<(DictionaryCode, Access)> =
            accesses.filter(|(_, access)| *access != Access::Public).map(|(code, access)| (code.clone(), access)).collect();
        let hidden = guarded.iter().map(|(code, _)| code.clone()).collect();
        let public = Arc::new(TypedSchema::build(head, hidden, limits)?);
        let definitions_seq = head.definitions_seq;
        Ok(Self { definitions_seq, guarded, public, others: RwLock::default(), reads_count: AtomicU64::new(0) })
    }

    /// Which of the guarded dictionaries a caller may see; empty for none of them, which needs no look at each.
    fn seen_by(&self, authority: &Authority) -> Box<[bool]> {
        if self.guarded.is_empty() || authority.account.is_none() {
            return Box::default();
        }
        let seen: Box<[bool]> = self.guarded.iter().map(|(code, access)| authority.may_read(code, *access)).collect();
        if seen.contains(&true) { seen } else { Box::default() }
    }

    fn find(&self, seen: &[bool]) -> Option<Arc<TypedSchema>> {
        if seen.is_empty() {
            return Some(Arc::clone(&self.public));
        }
        let others = self.others.read().unwrap_or_else(PoisonError::into_inner);
        let kept = others.iter().find(|kept| *kept.seen == *seen)?;
        kept.read_at.store(self.next_read(), Ordering::Relaxed);
        Some(Arc::clone(&kept.typed))
    }

    fn next_read(&self) -> u64 {
        self.reads_count.fetch_add(1, Ordering::Relaxed)
    }

    /// Makes the schema of a set and keeps it, in the place of the one that was not asked for longest when there are too many.
    fn make(&self, head: &Head, seen: Box<[bool]>, limits: &QueryLimits) -> Result<Arc<TypedSchema>, Error> {
        let unseen = self.guarded.iter().zip(&seen).filter(|(_, is_seen)| !**is_seen);
        let hidden: FxHashSet<DictionaryCode> = unseen.map(|((code, _), _)| code.clone()).collect();
        // Together the sets keep no more validated queries than everybody does.
        let limits = QueryLimits { cached_bytes_max: limits.cached_bytes_max / limits.schemas_max, ..*limits };
        let typed = Arc::new(TypedSchema::build(head, hidden, &limits)?);
        let kept = KeptSchema { seen, typed: Arc::clone(&typed), read_at: AtomicU64::new(self.next_read()) };
        let mut others = self.others.write().unwrap_or_else(PoisonError::into_inner);
        if others.len() >= limits.schemas_max {
            let oldest = others.iter().enumerate().min_by_key(|(_, kept)| kept.read_at.load(Ordering::Relaxed));
            if let Some(at) = oldest.map(|(at, _)| at) {
                others.swap_remove(at);
            }
        }
        others.push(kept);
        Ok(typed)
    }
}
