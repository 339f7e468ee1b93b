//! The items that publications changed, kept for a while: whoever reads a big publication page by page asks for them at each.
//! They never change, so nothing is ever out of date.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::domain::error::Result;
use crate::domain::text::{DictionaryCode, ItemCode};

/// What all that are kept take together; the codes of one publication are kept in any case.
const BYTES_MAX: usize = 64 << 20;
/// A code of up to 24 bytes lies in this; longer ones are rare.
const CODE_BYTES: usize = size_of::<ItemCode>();

type Codes = Arc<[ItemCode]>;

pub struct ChangedCodes(Mutex<State>);

struct State {
    kept: LruCache<(DictionaryCode, i64), Codes>,
    bytes: usize,
}

impl Default for ChangedCodes {
    fn default() -> Self {
        let most = NonZeroUsize::new(10_000).expect("it is not zero");
        Self(Mutex::new(State { kept: LruCache::new(most), bytes: 0 }))
    }
}

impl ChangedCodes {
    /// In the order of codes. Two who ask at once may both load: that costs time and nothing else.
    pub fn find_or_load(&self, code: &DictionaryCode, publication: i64, load: impl FnOnce() -> Result<Vec<ItemCode>>) -> Result<Codes> {
        let key = (code.clone(), publication);
        if let Some(found) = self.locked().kept.get(&key) {
            return Ok(Arc::clone(found));
        }
        let loaded: Codes = load()?.into();
        let mut state = self.locked();
        state.bytes += loaded.len() * CODE_BYTES;
        if let Some((_, replaced)) = state.kept.push(key, Arc::clone(&loaded)) {
            state.bytes -= replaced.len() * CODE_BYTES;
        }
        while state.bytes > BYTES_MAX && state.kept.len() > 1 {
            let Some((_, oldest)) = state.kept.pop_lru() else { break };
            state.bytes -= oldest.len() * CODE_BYTES;
        }
        Ok(loaded)
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
