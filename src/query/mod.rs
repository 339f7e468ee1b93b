//! How systems ask: the read-only data API, typed by the definitions. The schema is made of the newest definitions, queries are
//! validated by apollo-compiler and run over the resident catalogue. It is told what a caller may see, and knows nothing of HTTP,
//! passwords and tokens, or the database.

use std::sync::Arc;
use std::time::Instant;

use crate::app::feed::Feed;
use crate::app::reading::Reading;
use crate::domain::account::Authority;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::Error;
use answer::{AnswerKey, Asked};
use cache::Cache;
use execute::Unanswered;
use fault::Fault;
use scope::{Place, Scope};
use shape::Shape;
use visible::Schemas;

mod answer;
mod argument;
mod cache;
mod cost;
mod cursor;
mod document;
mod execute;
mod fault;
mod filter;
mod input;
mod introspection;
mod limits;
mod measure;
mod names;
#[cfg(test)]
mod oracle;
mod persisted;
mod plan;
mod request;
mod response;
mod run;
mod scalar;
mod schema;
mod scope;
mod shape;
mod suggestion;
mod typed;
mod visible;

#[cfg(test)]
mod tests;

pub use crate::catalog::OlderStatistics;
pub use cache::CacheStatistics;
pub use limits::QueryLimits;
pub use names::{check_names, name_problems};
pub use persisted::{PersistedLimits, PersistedQueries, QueryHash, Refusal, RegisteredOperations, hash_of_query};
pub use request::{Caller, Request};
pub use response::{Begun, Forms, Keeping, Response, ResponseKind, Work};

/// The data API; cheap to share behind an `Arc`.
pub struct DataApi {
    reading: Reading,
    feed: Feed,
    limits: QueryLimits,
    schemas: Schemas,
    /// Answers without errors, until something is published or the day ends.
    answers: Cache<AnswerKey, Response>,
}

/// The SDL that definitions make, whether they are published or not. Their names must have been checked.
pub fn sdl_of(mut dictionaries: Vec<Arc<Dictionary>>) -> String {
    dictionaries.sort_by(|a, b| a.code.cmp(&b.code));
    schema::sdl(&Shape::linked(dictionaries))
}

impl DataApi {
    /// The feed must be of the same catalogue as what is read.
    pub fn new(reading: Reading, feed: Feed, limits: QueryLimits) -> Self {
        Self { reading, feed, limits, schemas: Schemas::new(limits), answers: Cache::new(limits.response_cache_bytes_max) }
    }

    /// Begins a request on a thread that must not block: what is cheap or was answered before is answered at once.
    pub fn begin(self: &Arc<Self>, caller: Caller, request: Request<'_>) -> Begun {
        let place = Place::Inline { until: Instant::now() + execute::INLINE_TIME };
        match self.attempt(&caller, &request, place) {
            Ok(response) | Err(Unanswered::Refused(response)) => Begun::Answered(response),
            Err(Unanswered::Misplaced) => {
                let (api, request) = (Arc::clone(self), request.into_owned());
                Begun::Heavy(Work::new(move || api.execute(caller, request)))
            }
        }
    }

    /// Executes one request synchronously; may touch the database for older editions and history. The work ends soon after its
    /// caller went away.
    pub fn execute(&self, caller: Caller, request: Request<'_>) -> Response {
        match self.attempt(&caller, &request, Place::Blocking) {
            Ok(response) | Err(Unanswered::Refused(response)) => response,
            Err(Unanswered::Misplaced) => {
                let fault = Fault::internal("a query was refused at a place where it may block");
                execute::refused(ResponseKind::Failed, &[fault.to_error()], None)
            }
        }
    }

    fn attempt(&self, caller: &Caller, request: &Request<'_>, place: Place) -> Result<Response, Unanswered> {
        let started = Instant::now();
        let is_inline = place != Place::Blocking;
        let found = if is_inline { self.schemas.find(&self.reading, &caller.authority) } else { None };
        let (reader, typed) = match found {
            Some(found) => found,
            None if is_inline => return Err(Unanswered::Misplaced),
            None => self.schemas.reader(&self.reading, &caller.authority).map_err(|error| unreadable(error, request))?,
        };
        let scope = Scope::new(typed, self.limits, (reader, self.feed.clone()), caller.clone(), started, place);
        let document = execute::find_document(&scope, &request.query, request, is_inline)?;
        let asked = Asked::new(&scope, document.id, request);
        if let Some(response) = self.answers.find(&asked).filter(|_| !request.is_explained) {
            return Ok(response);
        }
        let prepared = execute::prepare(&scope, document, request, is_inline)?;
        let response = execute::run(&scope, &prepared, place, request.is_explained)?;
        if !request.is_explained {
            answer::keep(&self.answers, &asked, &response);
        }
        Ok(response)
    }

    /// How the older editions that are kept do.
    pub fn older_statistics(&self) -> OlderStatistics {
        self.reading.catalog().older().statistics()
    }

    /// How the kept answers do.
    pub fn answers_statistics(&self) -> CacheStatistics {
        self.answers.statistics()
    }

    /// The SDL of the typed schema for the newest definitions of what a caller may see.
    pub fn sdl(&self, authority: &Authority) -> Result<Arc<str>, Error> {
        self.schemas.reader(&self.reading, authority).map(|(_, typed)| Arc::clone(&typed.sdl))
    }
}

/// What is told when there is nothing to read from.
fn unreadable(error: Error, request: &Request<'_>) -> Unanswered {
    let kind = if matches!(error, Error::Operator(_)) { ResponseKind::Unavailable } else { ResponseKind::Failed };
    let operation_name = request.operation_name.as_deref().map(Into::into);
    Unanswered::Refused(execute::refused(kind, &[Fault::from(error).to_error()], operation_name))
}
