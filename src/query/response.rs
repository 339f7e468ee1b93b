//! What a carrier gets back: the body, what kind of answer it is, how long it may be kept, and the forms of it that were made before.
//! It knows neither status codes nor headers.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;

#[derive(Debug, Clone)]
pub struct Response {
    /// JSON.
    pub body: Bytes,
    pub kind: ResponseKind,
    /// The operation that was run, or that was asked for.
    pub operation_name: Option<Arc<str>>,
    pub keeping: Keeping,
    /// What was made of a body that was kept and is asked for again; `None` for an answer that was just made.
    pub forms: Option<Arc<Forms>>,
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

/// How long the same question has the same answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// It is not told: an answer with errors.
    Never,
    /// Until something is published or, where it was asked for what holds today, the day ends.
    UntilChange,
    /// For as long as the definitions stay: it was asked for a date and a publication.
    Pinned,
}

/// Other forms of a kept body, each made by the first who needs it.
#[derive(Debug, Default)]
pub struct Forms {
    pub entity_tag: OnceLock<Box<str>>,
    pub brotli: OnceLock<Bytes>,
    pub zstd: OnceLock<Bytes>,
    pub gzip: OnceLock<Bytes>,
}

/// What came of beginning a request.
pub enum Begun {
    Answered(Response),
    /// It is to be gone on with on a thread that may block.
    Heavy(Work),
}

/// The rest of a request.
pub struct Work(Box<dyn FnOnce() -> Response + Send>);

impl Work {
    pub fn new(rest: impl FnOnce() -> Response + Send + 'static) -> Self {
        Self(Box::new(rest))
    }

    pub fn run(self) -> Response {
        (self.0)()
    }
}
