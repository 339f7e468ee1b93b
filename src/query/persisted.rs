//! Persisted queries: texts that clients name by their SHA-256 instead of sending them (Apollo's protocol), and the operations that
//! an operator registered beforehand. A text is only a text here: it knows neither schemas nor how a request was carried.

use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Keeping, Request, Response, ResponseKind};
use crate::domain::refusal_code;

mod registered;

pub use registered::RegisteredOperations;

/// SHA-256 of a query's text.
pub type QueryHash = [u8; 32];

/// Locks are held for less than a microsecond, and so many of them are enough for any machine.
const SHARDS: usize = 8;
/// What keeping a text costs beside its bytes: its entry, its places in the table and its counters.
const ENTRY_BYTES: usize = 160;

/// How much is kept, and whether anything else than what is registered is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersistedLimits {
    /// What the texts that clients sent may take together; the least recently used go first.
    pub bytes_max: usize,
    pub is_registered_only: bool,
}

impl Default for PersistedLimits {
    fn default() -> Self {
        Self { bytes_max: 16 << 20, is_registered_only: false }
    }
}

/// Why a request is not run. It is answered without `data`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub message: &'static str,
}

const NOT_FOUND: Refusal = Refusal { code: "PERSISTED_QUERY_NOT_FOUND", message: "PersistedQueryNotFound" };
const MISMATCH: Refusal = Refusal { code: "BAD_REQUEST", message: "provided sha does not match query" };
const NOT_REGISTERED: Refusal = Refusal {
    code: "OPERATION_NOT_REGISTERED",
    message: "only registered operations are answered here: ask the operator to add yours to the file of registered operations, \
              and send its text as it stands there, or its SHA-256",
};

impl Refusal {
    pub fn into_response(self, request: &Request<'_>) -> Response {
        debug_assert!(refusal_code::is_known(self.code), "{} is in no table of codes", self.code);
        let body = json!({ "errors": [{ "message": self.message, "extensions": { "code": self.code } }] });
        let operation_name = request.operation_name.as_deref().map(Into::into);
        Response { body: body.to_string().into(), kind: ResponseKind::RequestError, operation_name, keeping: Keeping::Never, forms: None }
    }
}

/// By what a text is named.
pub fn hash_of_query(text: &str) -> QueryHash {
    Sha256::digest(text.as_bytes()).into()
}

/// The texts that requests may name.
pub struct PersistedQueries {
    limits: PersistedLimits,
    registered: FxHashMap<QueryHash, Arc<str>>,
    registered_texts: FxHashSet<Arc<str>>,
    sent: [Mutex<Sent>; SHARDS],
}

impl PersistedQueries {
    pub fn new(limits: PersistedLimits, registered: RegisteredOperations) -> Self {
        let registered = registered.into_texts();
        let registered_texts = registered.values().cloned().collect();
        let sent = std::array::from_fn(|_| Mutex::new(Sent::new(limits.bytes_max / SHARDS)));
        Self { limits, registered, registered_texts, sent }
    }

    /// The text that a request names by its hash; `None` when it carries its text alone and that is what is to be run. A text that
    /// comes with its hash is kept for those who will name it, whether it is a good query or not: that shows only later, and what
    /// nobody names again is the first to go.
    pub fn resolve(&self, request: &Request<'_>) -> Result<Option<Arc<str>>, Refusal> {
        let text = request.query.as_ref();
        match request.persisted_hash {
            None if self.limits.is_registered_only => self.registered_texts.get(text).cloned().map(Some).ok_or(NOT_REGISTERED),
            None => Ok(None),
            Some(hash) if text.is_empty() => self.find(&hash).map(Some),
            Some(hash) if hash_of_query(text) != hash => Err(MISMATCH),
            Some(hash) => match self.registered.get(&hash) {
                Some(text) => Ok(Some(Arc::clone(text))),
                None if self.limits.is_registered_only => Err(NOT_REGISTERED),
                None => Ok(Some(self.shard(&hash).lock().unwrap_or_else(PoisonError::into_inner).keep(hash, text))),
            },
        }
    }

    fn find(&self, hash: &QueryHash) -> Result<Arc<str>, Refusal> {
        if let Some(text) = self.registered.get(hash) {
            return Ok(Arc::clone(text));
        }
        if self.limits.is_registered_only {
            return Err(NOT_REGISTERED);
        }
        self.shard(hash).lock().unwrap_or_else(PoisonError::into_inner).find(hash).ok_or(NOT_FOUND)
    }

    fn shard(&self, hash: &QueryHash) -> &Mutex<Sent> {
        &self.sent[usize::from(hash[0]) % SHARDS]
    }

    /// What the texts of clients take now.
    pub fn sent_bytes(&self) -> usize {
        self.sent.iter().map(|sent| sent.lock().unwrap_or_else(PoisonError::into_inner).bytes).sum()
    }
}

/// Texts that clients sent with their hashes.
struct Sent {
    texts: LruCache<QueryHash, Arc<str>>,
    bytes: usize,
    bytes_max: usize,
}

impl Sent {
    fn new(bytes_max: usize) -> Self {
        Self { texts: LruCache::unbounded(), bytes: 0, bytes_max }
    }

    fn find(&mut self, hash: &QueryHash) -> Option<Arc<str>> {
        self.texts.get(hash).cloned()
    }

    /// A text that is longer than all that may be kept is not kept.
    fn keep(&mut self, hash: QueryHash, text: &str) -> Arc<str> {
        if let Some(kept) = self.find(&hash) {
            return kept;
        }
        let kept: Arc<str> = text.into();
        let bytes = text.len() + ENTRY_BYTES;
        if bytes <= self.bytes_max {
            self.texts.put(hash, Arc::clone(&kept));
            self.bytes += bytes;
        }
        while self.bytes > self.bytes_max {
            let Some((_, oldest)) = self.texts.pop_lru() else { break };
            self.bytes -= oldest.len() + ENTRY_BYTES;
        }
        kept
    }
}

#[cfg(test)]
mod tests;
