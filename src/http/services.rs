//! What the server serves: the APIs behind plain functions, and whether they are there yet.
//! A server listens before the catalogue is loaded; until then this is empty.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::sync::{Arc, OnceLock};

use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::{BoxStream, StreamExt};

use super::metrics::Measure;
use crate::app::acting;
use crate::app::consumers::Consumers;
use crate::app::exporting::{ExportRequest, Exporting};
use crate::app::feed::Feed;
use crate::app::identity::{Identity, Presented};
use crate::app::import_job::{FileSurvey, ImportJobs, Parameters, ProposedDefinition, Upload};
use crate::app::pulse::Pulse;
use crate::app::readiness::Readiness;
use crate::app::reading::Reading;
use crate::domain::account::Authority;
use crate::domain::definition::Access;
use crate::domain::error::Result;
use crate::domain::import_job::{ImportJob, JobId};
use crate::graphql::{ManagementApi, door};
use crate::query::{Begun, CacheStatistics, Caller, DataApi, OlderStatistics, PersistedQueries, Request};

/// What is published, in two numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Census {
    /// The number of the latest publication; 0 before the first.
    pub publication: i64,
    /// The dictionaries that everybody may see: nobody in particular asks.
    pub dictionaries: usize,
}

type Sdl = dyn Fn(&Authority) -> Result<Arc<str>> + Send + Sync;

/// The data API as the carrier sees it. Functions and not the type itself, here and below: tests stand in for it, and nothing of
/// the catalogue is needed here.
pub struct DataDoor {
    /// Begins a request; it never blocks.
    pub begin: Box<dyn Fn(Caller, Request<'_>) -> Begun + Send + Sync>,
    pub sdl: Box<Sdl>,
    pub census: Box<dyn Fn() -> Census + Send + Sync>,
    /// Figures of what is behind the door, for `/metrics`.
    pub metrics: Box<dyn Fn() -> Vec<Measure> + Send + Sync>,
}

impl DataDoor {
    pub fn new(data_api: Arc<DataApi>, reading: Reading, persisted: Arc<PersistedQueries>) -> Self {
        let (sdl_api, metrics_api) = (Arc::clone(&data_api), Arc::clone(&data_api));
        let census = move || {
            let head = reading.reader().head;
            let accesses = head.dictionaries.values().map(|resident| resident.current.dictionary.definition.passport.access);
            Census { publication: head.seq(), dictionaries: accesses.filter(|access| *access == Access::Public).count() }
        };
        Self {
            begin: Box::new(move |caller, request| match persisted.resolve(&request) {
                Ok(None) => data_api.begin(caller, request),
                Ok(Some(text)) => data_api.begin(caller, Request { query: Cow::Borrowed(&text), ..request }),
                Err(refusal) => Begun::Answered(refusal.into_response(&request)),
            }),
            sdl: Box::new(move |authority| sdl_api.sdl(authority)),
            census: Box::new(census),
            metrics: Box::new(move || measures(metrics_api.answers_statistics(), metrics_api.older_statistics())),
        }
    }
}

/// The response cache and the older editions in figures.
fn measures(answers: CacheStatistics, older: OlderStatistics) -> Vec<Measure> {
    use super::metrics::MeasureKind::{Counter, Gauge};
    let measure = |name, help, kind, value| Measure { name, help, kind, value };
    vec![
        measure("svod_response_cache_hits_total", "Data queries answered from the response cache.", Counter, answers.hits as f64),
        measure("svod_response_cache_misses_total", "Data queries that the response cache did not have.", Counter, answers.misses as f64),
        measure("svod_response_cache_evictions_total", "Answers that the response cache dropped.", Counter, answers.evictions as f64),
        measure("svod_response_cache_bytes", "Bytes of the answers kept.", Gauge, answers.bytes as f64),
        measure("svod_older_editions_hits_total", "Reads of older editions that were in memory.", Counter, older.hits as f64),
        measure("svod_older_editions_loads_total", "Older editions loaded from the database.", Counter, older.loads as f64),
        measure("svod_older_editions_evictions_total", "Older editions that made room for others.", Counter, older.evictions as f64),
        measure("svod_older_editions", "Older editions in memory.", Gauge, older.editions_count as f64),
        measure("svod_older_editions_bytes", "What they take beside the newest, roughly.", Gauge, older.bytes as f64),
    ]
}

type Identify = dyn Fn(&Presented, &str, &str) -> Result<acting::Caller> + Send + Sync;
type Known = dyn Fn(&Presented) -> Option<Arc<Authority>> + Send + Sync;

/// By which callers are known: from what they present, the address they ask from and the id of their request.
pub struct IdentityDoor {
    /// May block.
    pub identify: Box<Identify>,
    /// What a credential allows that was found good a moment ago; for reading only. It never blocks.
    pub known: Box<Known>,
}

impl IdentityDoor {
    /// With the credentials that [`Identity::keeping`] keeps, if it does.
    pub fn new(identity: Identity) -> Self {
        let knowing = identity.clone();
        Self {
            identify: Box::new(move |presented, address, request_id| identity.identify(presented, address, request_id)),
            known: Box::new(move |presented| knowing.known(presented)),
        }
    }
}

type Execute = dyn Fn(acting::Caller, door::Request) -> BoxFuture<'static, door::Response> + Send + Sync;
type Subscribe = dyn Fn(acting::Caller, BoxStream<'static, Vec<u8>>) -> BoxStream<'static, door::Outgoing> + Send + Sync;

/// The management API.
pub struct ManagementDoor {
    pub execute: Box<Execute>,
    /// Whether all that is asked is to sign in.
    pub signs_in_only: Box<dyn Fn(&door::Request) -> bool + Send + Sync>,
    /// Text messages of one client in, what goes out to it out, by `graphql-transport-ws`.
    pub subscribe: Box<Subscribe>,
    pub sdl: String,
}

impl ManagementDoor {
    pub fn new(api: ManagementApi) -> Self {
        let (subscribe_api, sign_in_api) = (api.clone(), api.clone());
        Self {
            signs_in_only: Box::new(move |request| sign_in_api.signs_in_only(request)),
            execute: Box::new(move |caller, request| {
                let api = api.clone();
                async move { api.execute(caller, request).await }.boxed()
            }),
            subscribe: Box::new(move |caller, incoming| subscribe_api.subscribe(caller, incoming).boxed()),
            sdl: ManagementApi::sdl(),
        }
    }
}

type Prepare = dyn Fn(&Authority, &str, &ExportRequest) -> Result<PreparedExport> + Send + Sync;
pub type Write = dyn FnOnce(Box<dyn io::Write>) -> io::Result<()> + Send;

/// The files of dictionaries.
pub struct ExportDoor {
    /// Finds what is asked of a dictionary; it may block.
    pub prepare: Box<Prepare>,
}

/// A file that only needs to be written.
pub struct PreparedExport {
    pub file_name: String,
    pub entity_tag: String,
    pub media_type: String,
    /// It blocks as long as the writer does.
    pub write: Box<Write>,
}

impl ExportDoor {
    pub fn new(exporting: Exporting) -> Self {
        let prepare = move |authority: &Authority, dictionary: &str, asked: &ExportRequest| {
            let export = exporting.prepare(authority, dictionary, asked)?;
            Ok(PreparedExport {
                file_name: export.file_name().to_owned(),
                entity_tag: export.entity_tag().to_owned(),
                media_type: export.media_type(),
                write: Box::new(move |out| export.write(out, &|_, _| {}).map(|_| ())),
            })
        };
        Self { prepare: Box::new(prepare) }
    }
}

type InspectFile = dyn Fn(&acting::Caller, &str, &str, Parameters, Vec<u8>) -> Result<FileSurvey> + Send + Sync;
type ProposeDefinition = dyn Fn(&acting::Caller, &str, &Parameters, Vec<u8>) -> Result<ProposedDefinition> + Send + Sync;
type ReceiveFile = dyn Fn(&acting::Caller, &str, &str, Parameters) -> Result<Box<Upload>> + Send + Sync;
type FindJob = dyn Fn(&acting::Caller, JobId) -> Result<Option<ImportJob>> + Send + Sync;
type CancelJob = dyn Fn(&acting::Caller, JobId) -> Result<ImportJob> + Send + Sync;
type RejectedRows = dyn Fn(&acting::Caller, JobId) -> Result<Option<(String, File)>> + Send + Sync;

/// Files to import. All of it may block.
pub struct ImportDoor {
    pub receive: Box<ReceiveFile>,
    pub inspect: Box<InspectFile>,
    pub propose_definition: Box<ProposeDefinition>,
    /// The longest piece of a file that is looked at.
    pub inspected_bytes_max: u64,
    pub find: Box<FindJob>,
    pub cancel: Box<CancelJob>,
    pub rejected_rows: Box<RejectedRows>,
}

impl ImportDoor {
    pub fn new(jobs: &ImportJobs) -> Self {
        let (receive, find, cancel, rejected) = (jobs.clone(), jobs.clone(), jobs.clone(), jobs.clone());
        let (inspect, propose) = (jobs.clone(), jobs.clone());
        Self {
            inspect: Box::new(move |caller, dictionary, file, asked, bytes| inspect.inspect(caller, dictionary, file, asked, bytes)),
            propose_definition: Box::new(move |caller, file, asked, bytes| propose.propose_definition(caller, file, asked, bytes)),
            inspected_bytes_max: jobs.inspected_bytes_max(),
            receive: Box::new(move |caller, dictionary, file, asked| receive.receive(caller, dictionary, file, asked).map(Box::new)),
            find: Box::new(move |caller, id| find.find(caller, id)),
            cancel: Box::new(move |caller, id| cancel.cancel_import(caller, id)),
            rejected_rows: Box::new(move |caller, id| rejected.rejected_rows(caller, id)),
        }
    }
}

/// The feed, the beats after which something may have come, and who is registered for it.
pub struct FeedDoor {
    pub feed: Feed,
    pub pulse: Pulse,
    pub consumers: Consumers,
}

/// All that is served.
pub struct Doors {
    pub data: DataDoor,
    pub export: ExportDoor,
    /// `None`: this process tells no feed.
    pub feed: Option<FeedDoor>,
    pub identity: IdentityDoor,
    pub import: ImportDoor,
    pub management: ManagementDoor,
}

/// Shared by the server, by whoever loads the catalogue and by whoever follows publications.
#[derive(Clone, Default)]
pub struct Services {
    pub readiness: Arc<Readiness>,
    doors: Arc<OnceLock<Arc<Doors>>>,
}

impl Services {
    /// Opens the doors and says that the service is ready. To be called once, when the catalogue is loaded.
    pub fn open(&self, doors: Doors) {
        // A second call would change nothing: the first doors stay.
        let _ = self.doors.set(Arc::new(doors));
        self.readiness.set_ready();
    }

    /// The doors, once the catalogue is loaded.
    pub fn doors(&self) -> Option<&Arc<Doors>> {
        self.doors.get()
    }
}
