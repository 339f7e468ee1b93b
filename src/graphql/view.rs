//! What one caller sees in one request: one head, what of it they may read, and the reads that need the database. Every object of an
//! answer carries its view, so nothing that one may not see can be reached from it. It knows no field of the schema.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_graphql::dataloader::DataLoader;
use async_graphql::{Context, Error as Told, Result};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::fault;
use super::limits::ManagementLimits;
use super::loader::{EditionKey, Reads};
use crate::app::acting::Caller;
use crate::app::reading::{Coordinate, Knowledge, Reader};
use crate::app::svod::Svod;
use crate::catalog::{DictionarySnapshot, Head, Resident};
use crate::domain::error::{Error, Result as CoreResult};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;

/// What the schema stands on.
#[derive(Clone)]
pub struct Management {
    pub svod: Arc<Svod>,
    pub limits: ManagementLimits,
}

/// Who asks, and what a query sees. A mutation looks anew at every root field, since the one before may have changed something.
#[derive(Clone)]
pub struct Asking {
    pub caller: Arc<Caller>,
    pub pinned: Option<View>,
}

#[derive(Clone)]
pub struct View(Arc<Parts>);

struct Parts {
    management: Management,
    caller: Arc<Caller>,
    reader: Reader,
    loader: DataLoader<Reads>,
    /// How often the loader was asked.
    asked: Arc<AtomicUsize>,
}

impl View {
    /// What a caller sees from now on.
    pub fn new(management: Management, caller: Arc<Caller>) -> Self {
        let reader = management.svod.reading.reader();
        let reads = Reads::new(Arc::clone(&management.svod), Arc::clone(&reader.head), Arc::clone(&caller));
        let asked: Arc<AtomicUsize> = Arc::default();
        let of_batches = Arc::clone(&asked);
        let spawn = move |batch: BoxFuture<'static, ()>| drop(tokio::task::spawn(settled(Arc::clone(&of_batches)).then(|()| batch)));
        let loader = DataLoader::new(reads, spawn).delay(Duration::ZERO);
        Self(Arc::new(Parts { management, caller, reader, loader, asked }))
    }

    pub fn of(context: &Context<'_>) -> Result<Self> {
        let asking = context.data::<Asking>()?;
        match &asking.pinned {
            Some(view) => Ok(view.clone()),
            None => Ok(Self::new(context.data::<Management>()?.clone(), Arc::clone(&asking.caller))),
        }
    }

    pub fn head(&self) -> &Arc<Head> {
        &self.0.reader.head
    }

    pub fn caller(&self) -> &Arc<Caller> {
        &self.0.caller
    }

    /// Today in the service's time zone, as of the beginning of the request.
    pub fn today(&self) -> Date {
        self.0.reader.today()
    }

    /// Now, by the service's clock.
    pub fn now(&self) -> Timestamp {
        self.0.management.svod.acts.clock.now()
    }

    /// The date of an instant in the service's time zone.
    pub fn date_of(&self, instant: Timestamp) -> Date {
        self.0.management.svod.acts.clock.date_of(instant)
    }

    pub fn limits(&self) -> &ManagementLimits {
        &self.0.management.limits
    }

    /// To be asked once each time it is taken.
    pub fn loader(&self) -> &DataLoader<Reads> {
        self.0.asked.fetch_add(1, Ordering::Relaxed);
        &self.0.loader
    }

    /// The error of the core as this caller is told it.
    pub fn told(&self, error: &Error) -> Told {
        fault::told(error, &self.0.caller.request_id)
    }

    /// Carries out what touches the database or takes more than microseconds, on a thread that may wait.
    pub fn work<T, F>(&self, act: F) -> impl Future<Output = Result<T>> + Send + use<T, F>
    where
        T: Send + 'static,
        F: FnOnce(&Svod, &Caller) -> CoreResult<T> + Send + 'static,
    {
        let (svod, caller) = (Arc::clone(&self.0.management.svod), Arc::clone(&self.0.caller));
        async move {
            let request_id = caller.request_id.clone();
            hop(move || act(&svod, &caller)).await.map_err(|error| fault::told(&error, &request_id))
        }
    }

    /// A dictionary that the caller may read by its present definition; another is not there.
    pub fn resident(&self, code: &DictionaryCode) -> Option<&Resident> {
        let resident = self.head().dictionaries.get(code)?;
        self.may_read(code, resident).then_some(resident)
    }

    /// The dictionaries that the caller may read, in the order of their codes.
    pub fn residents(&self) -> impl Iterator<Item = (&DictionaryCode, &Resident)> {
        self.head().dictionaries.iter().filter(|(code, resident)| self.may_read(code, resident))
    }

    fn may_read(&self, code: &DictionaryCode, resident: &Resident) -> bool {
        self.0.caller.authority.may_read(code, resident.current.dictionary.definition.passport.access)
    }

    /// A dictionary as it was known at a publication, if it was and the caller may read it.
    pub async fn snapshot(&self, code: &DictionaryCode, publication: i64) -> Result<Option<Arc<DictionarySnapshot>>> {
        let Some(resident) = self.resident(code) else { return Ok(None) };
        let Some(edition) = resident.edition_at(publication) else { return Ok(None) };
        if edition.number == resident.current.edition.number {
            return Ok(Some(Arc::clone(&resident.current)));
        }
        let key = EditionKey { dictionary: code.clone(), publication: edition.published_seq };
        self.loader().load_one(key).await.map_err(|error| self.told(&error))
    }

    /// Where in the two times a field looks.
    pub fn coordinate(&self, valid_on: Option<Date>, knowledge: Knowledge) -> Result<Coordinate> {
        let publication = self.0.reader.publication(knowledge, self.head().seq()).map_err(|error| self.told(&error))?;
        Ok(Coordinate { valid_on: valid_on.unwrap_or_else(|| self.0.reader.today()), publication })
    }
}

/// A batch begins once nobody asks any more, so that it has all of them: entries of a list are resolved a few at a time, and between
/// two such handfuls other tasks have their turn.
async fn settled(asked: Arc<AtomicUsize>) {
    const QUIET_TURNS: usize = 3;
    let mut before = asked.load(Ordering::Relaxed);
    let mut quiet_turns = 0;
    while quiet_turns < QUIET_TURNS {
        tokio::task::yield_now().await;
        let now = asked.load(Ordering::Relaxed);
        quiet_turns = if now == before { quiet_turns + 1 } else { 0 };
        before = now;
    }
}

/// One hop to a thread that may wait.
pub async fn hop<T: Send + 'static>(act: impl FnOnce() -> CoreResult<T> + Send + 'static) -> CoreResult<T> {
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(act)).await {
        Ok(done) => done,
        Err(fault) => Err(Error::internal(fault)),
    }
}
