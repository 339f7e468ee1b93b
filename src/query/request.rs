//! What a carrier hands in: one request as GraphQL over HTTP has it, and who asks.
//! It knows neither headers nor how somebody proved who they are.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::domain::account::Authority;

/// One request. Texts are borrowed from the carrier where they stand there as they are.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// Blank where a persisted query is named by its hash alone.
    pub query: Cow<'a, str>,
    pub operation_name: Option<Cow<'a, str>>,
    /// A JSON object as it was sent; blank for none.
    pub variables: Cow<'a, str>,
    /// SHA-256 of the query's text, by Apollo's protocol of persisted queries.
    pub persisted_hash: Option<[u8; 32]>,
    /// Whether the answer shall tell in `extensions` how it was found.
    pub is_explained: bool,
    /// Whether it came by GET. There is nothing here but queries, so it makes no difference to the answer.
    pub is_get: bool,
}

impl Request<'_> {
    pub fn into_owned(self) -> Request<'static> {
        Request {
            query: Cow::Owned(self.query.into_owned()),
            operation_name: self.operation_name.map(|name| Cow::Owned(name.into_owned())),
            variables: Cow::Owned(self.variables.into_owned()),
            persisted_hash: self.persisted_hash,
            is_explained: self.is_explained,
            is_get: self.is_get,
        }
    }
}

/// Who asks: what they may see, what the answer must tell them of ours, and how long they wait for it.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Nobody in particular unless it says otherwise.
    pub authority: Arc<Authority>,
    /// Goes into the errors whose reason only the log has.
    pub request_id: Option<Arc<str>>,
    /// Nobody waits for the answer after this.
    pub deadline: Option<Instant>,
    /// Set once nobody waits any more.
    pub has_left: Arc<AtomicBool>,
}

impl Caller {
    pub fn waits(&self) -> bool {
        !self.has_left.load(Ordering::Relaxed) && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }
}
