//! How systems ask: the read-only data API, typed by the definitions. The schema is made of the newest definitions, queries are
//! validated by apollo-compiler and run over the resident catalogue. It is told what a caller may see, and knows nothing of HTTP,
//! passwords and tokens, or the database.

use std::sync::Arc;
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
mod persisted;
mod publication;
mod request;
mod response;
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
pub use persisted::{PersistedLimits, PersistedQueries, QueryHash, Refusal, RegisteredOperations, hash_of_query};
pub use request::{Caller, Request};
pub use response::{Begun, Forms, Keeping, Response, ResponseKind, Work};

/// The data API; cheap to share behind an `Arc`.
pub struct DataApi {
    reading: Reading,
    limits: QueryLimits,
    schemas: Schemas,
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

    /// Begins a request on a thread that must not block: what is cheap is answered at once.
    pub fn begin(self: &Arc<Self>, caller: Caller, request: Request<'_>) -> Begun {
        let (api, request) = (Arc::clone(self), request.into_owned());
        Begun::Heavy(Work::new(move || api.execute(caller, request)))
    }

    /// Executes one request synchronously; may touch the database for older editions and history. The work ends soon after its
    /// caller went away.
    pub fn execute(&self, caller: Caller, request: Request<'_>) -> Response {
        let started = Instant::now();
        match self.schemas.reader(&self.reading, &caller.authority) {
            Ok((reader, typed)) => execute::run(Scope::new(typed, self.limits, reader, caller, started), request),
            Err(error) => {
                let kind = if matches!(error, Error::Operator(_)) { ResponseKind::Unavailable } else { ResponseKind::Failed };
                let operation_name = request.operation_name.map(|name| name.as_ref().into());
                execute::refused(kind, &[Fault::from(error).to_error()], operation_name)
            }
        }
    }

    /// The SDL of the typed schema for the newest definitions of what a caller may see.
    pub fn sdl(&self, authority: &Authority) -> Result<Arc<str>, Error> {
        self.schemas.reader(&self.reading, authority).map(|(_, typed)| Arc::clone(&typed.sdl))
    }
}
