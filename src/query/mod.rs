//! How systems ask: the read-only data API, typed by the definitions. The schema is made of the newest definitions, queries are
//! validated by apollo-compiler and run over the resident catalogue. It is told what a caller may see, and knows nothing of HTTP,
//! passwords and tokens, or the database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::app::reading::Reading;
use crate::domain::account::Authority;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::Error;
use fault::Fault;
use scope::Scope;
use shape::Shape;
use visible::Schemas;

mod argument;
mod connection;
mod cursor;
mod document;
mod execute;
mod fault;
mod filter;
mod hierarchy;
mod history;
mod input;
mod introspection;
mod item;
mod limits;
mod measure;
mod names;
mod passport;
mod publication;
mod root;
mod scalar;
mod schema;
mod scope;
mod shape;
mod suggestion;
mod typed;
mod visible;
mod weight;

#[cfg(test)]
mod tests;

pub use limits::QueryLimits;
pub use names::{check_names, name_problems};

/// The data API; cheap to share behind an `Arc`.
pub struct DataApi {
    reading: Reading,
    limits: QueryLimits,
    schemas: Schemas,
}

/// Who asks: what they may see, what the answer must tell them of ours, and how long they wait for it.
#[derive(Debug, Clone, Default)]
pub struct Caller {
    /// Nobody in particular unless it says otherwise.
    pub authority: Arc<Authority>,
    /// Goes into the errors whose reason only the log has.
    pub request_id: Option<String>,
    /// Nobody waits for the answer after this.
    pub deadline: Option<Instant>,
    /// Set once nobody waits any more.
    pub has_left: Arc<AtomicBool>,
}

impl Caller {
    fn waits(&self) -> bool {
        !self.has_left.load(Ordering::Relaxed) && self.deadline.is_none_or(|deadline| Instant::now() < deadline)
    }
}

/// One request, as GraphQL over HTTP carries it.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: serde_json::Map<String, serde_json::Value>,
    /// Whether it came by GET. There is nothing here but queries, so it makes no difference yet.
    pub is_get: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// JSON.
    pub body: Vec<u8>,
    pub kind: ResponseKind,
    /// The operation that was run, or that was asked for.
    pub operation_name: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseKind {
    /// There is a `data` entry; fields may have errors.
    Executed,
    /// The text, the operation name or the variables were refused: there is no `data` entry.
    RequestError,
    /// Nothing could be read: it may be asked again later.
    Unavailable,
    /// We must act.
    Failed,
}

/// The SDL that definitions make, whether they are published or not. Their names must have been checked.
pub fn sdl_of(mut dictionaries: Vec<Arc<Dictionary>>) -> String {
    dictionaries.sort_by(|a, b| a.code.cmp(&b.code));
    schema::sdl(&Shape::linked(dictionaries))
}

impl DataApi {
    pub fn new(reading: Reading, limits: QueryLimits) -> Self {
        Self { reading, limits, schemas: Schemas::new(limits) }
    }

    /// Executes one request synchronously; may touch the database for older editions and history.
    pub fn execute(&self, request: Request) -> Response {
        self.execute_for(Caller::default(), request)
    }

    /// The same for a caller who may go away: the work ends soon after.
    pub fn execute_for(&self, caller: Caller, request: Request) -> Response {
        let started = Instant::now();
        match self.schemas.reader(&self.reading, &caller.authority) {
            Ok((reader, typed)) => execute::run(Scope::new(typed, self.limits, reader, caller, started), request),
            Err(error) => {
                let kind = if matches!(error, Error::Operator(_)) { ResponseKind::Unavailable } else { ResponseKind::Failed };
                execute::refused(kind, &[Fault::from(error).to_error()], request.operation_name)
            }
        }
    }

    /// The SDL of the typed schema for the newest definitions of what a caller may see.
    pub fn sdl(&self, authority: &Authority) -> Result<Arc<str>, Error> {
        self.schemas.reader(&self.reading, authority).map(|(_, typed)| Arc::clone(&typed.sdl))
    }
}
