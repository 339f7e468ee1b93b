//! Imports as jobs: a file is received and kept, waits for its turn, and becomes a change request in the background. Whoever sent it
//! looks how far it is, cancels it, and gets back the rows that were rejected. A job whose process died begins anew.

mod parameters;
mod proposing;
mod report;
mod running;
mod spool;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

pub use crate::db::import_job::JobFilter;
pub use crate::exchange::item_columns::MappedColumn;
pub use crate::exchange::item_survey::FileSurvey;
pub use parameters::{KNOWN as PARAMETER_NAMES, Parameters};
pub use proposing::{PROPOSAL_PARAMETER_NAMES, ProposedDefinition};
pub use report::ImportReport;
pub use spool::SpoolSettings;

use self::spool::{Receiving, Spool};
use super::acting::{Act, Acts, Caller, Credential};
use super::change_request::{ChangeRequests, may_see};
use super::import::{ImportLimits, Sample, Step};
use super::publishing::Publisher;
use super::secrets::Secrets;
use crate::db;
use crate::domain::account::{Authority, Role, Scope};
use crate::domain::change_request::RequestState;
use crate::domain::error::{Error, Result};
use crate::domain::import_job::{Beginner, ImportJob, JobFile, JobId, JobState};
use crate::domain::text::DictionaryCode;

/// How long a name of a file is kept.
const FILE_NAME_CHARS_MAX: usize = 200;

/// What jobs need of the settings.
#[derive(Debug, Clone)]
pub struct ImportJobSettings {
    pub spool: SpoolSettings,
    pub limits: ImportLimits,
}

/// The use cases of import jobs.
#[derive(Clone)]
pub struct ImportJobs {
    acts: Acts,
    change_requests: ChangeRequests,
    publisher: Arc<Publisher>,
    secrets: Secrets,
    settings: ImportJobSettings,
    /// Opened when it is first needed: not every process imports.
    spool: Arc<OnceLock<Spool>>,
    opening: Arc<Mutex<()>>,
    /// How far the job is that this process works on.
    live: Arc<Mutex<BTreeMap<JobId, Live>>>,
}

/// A job at work in this process.
#[derive(Clone)]
struct Live {
    step: Option<Step>,
    is_cancelled: Arc<AtomicBool>,
}

/// An upload under way.
pub struct Upload {
    jobs: ImportJobs,
    caller: Caller,
    dictionary: DictionaryCode,
    file_name: String,
    parameters: Parameters,
    again: bool,
    receiving: Receiving,
}

/// What became of an upload.
#[derive(Debug)]
pub struct Uploaded {
    pub job: ImportJob,
    /// The same file was imported before, and this is that import: nothing new was begun.
    pub is_repeated: bool,
}

impl ImportJobs {
    pub fn new(
        acts: Acts,
        change_requests: ChangeRequests,
        publisher: Arc<Publisher>,
        secrets: Secrets,
        settings: ImportJobSettings,
    ) -> Self {
        Self { acts, change_requests, publisher, secrets, settings, spool: Arc::default(), opening: Arc::default(), live: Arc::default() }
    }

    fn spool(&self) -> Result<&Spool> {
        if let Some(spool) = self.spool.get() {
            return Ok(spool);
        }
        // One at a time: two would take two folders, and the jobs of the one that is given back would wait for a process that has it.
        let _opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if self.spool.get().is_none() {
            let opened = Spool::open(self.settings.spool.clone(), &self.secrets)?;
            // Nobody else can have set it meanwhile.
            let _ = self.spool.set(opened);
        }
        self.spool.get().ok_or_else(|| Error::internal("the spool was opened and is not there"))
    }

    /// Begins to receive a file. Refuses at once whoever may not import, and what cannot be asked for.
    pub fn receive(&self, caller: &Caller, dictionary: &str, file_name: &str, parameters: Parameters) -> Result<Upload> {
        let code = DictionaryCode::parse(dictionary).ok_or_else(|| Error::not_found(format!("there is no dictionary {dictionary}")))?;
        let options = parameters::read(&parameters)?;
        self.change_requests.check_may_import(caller, &code, options.import.destination)?;
        let plain: String = file_name.chars().filter(|letter| !letter.is_control() && *letter != '/').take(FILE_NAME_CHARS_MAX).collect();
        let file_name = if plain.trim().is_empty() { format!("{code}-upload") } else { plain.trim().to_owned() };
        let receiving = self.spool()?.receive(&self.secrets)?;
        Ok(Upload { jobs: self.clone(), caller: caller.clone(), dictionary: code, file_name, parameters, again: options.again, receiving })
    }

    /// Looks at the beginning of a file; nothing of it is kept. `partial` among the parameters says that it goes on.
    pub fn inspect(
        &self,
        caller: &Caller,
        dictionary: &str,
        file_name: &str,
        parameters: Parameters,
        bytes: Vec<u8>,
    ) -> Result<FileSurvey> {
        let code = DictionaryCode::parse(dictionary).ok_or_else(|| Error::not_found(format!("there is no dictionary {dictionary}")))?;
        let (partial, parameters): (Parameters, Parameters) = parameters.into_iter().partition(|(name, _)| name == "partial");
        let options = parameters::read(&parameters)?;
        let is_partial = partial.iter().any(|(_, value)| value != "false");
        let sample = Sample { file_name: file_name.to_owned(), bytes, is_partial };
        self.change_requests.inspect_file(caller, &code, sample, &options.import, &self.settings.limits)
    }

    /// How much of a file is looked at before it is imported, at most: it is held in memory.
    pub fn inspected_bytes_max(&self) -> u64 {
        self.settings.limits.file.document_bytes_max
    }

    /// A job, if the caller may see it: whoever began it, and the stewards of its dictionary.
    pub fn find(&self, caller: &Caller, id: JobId) -> Result<Option<ImportJob>> {
        let job = self.acts.store.read(|connection| db::import_job::find(connection, id))?;
        Ok(job.filter(|job| self.may_see(&caller.authority, job)).map(|job| self.with_progress(job)))
    }

    /// The newest jobs that the caller may see.
    pub fn list(&self, caller: &Caller, filter: &JobFilter, count_max: usize) -> Result<Vec<ImportJob>> {
        const PAGE: i64 = 200;
        let mut found = Vec::new();
        let mut filter = filter.clone();
        loop {
            let page = self.acts.store.read(|connection| db::import_job::list(connection, &filter, PAGE))?;
            let Some(last) = page.last().map(|job| job.id) else { return Ok(found) };
            let visible = page.into_iter().filter(|job| self.may_see(&caller.authority, job)).map(|job| self.with_progress(job));
            found.extend(visible.take(count_max - found.len()));
            if found.len() == count_max {
                return Ok(found);
            }
            filter.before = Some(last);
        }
    }

    fn may_see(&self, authority: &Authority, job: &ImportJob) -> bool {
        let head = self.publisher.catalog().head();
        let began = authority.account_id() == Some(job.beginner.account);
        authority.account_id().is_some()
            && may_see(authority, &head, &job.dictionary)
            && (began || authority.holds(Role::Steward, &job.dictionary))
    }

    /// What the database knows of a running job may be a second old.
    fn with_progress(&self, job: ImportJob) -> ImportJob {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        match live.get(&job.id).and_then(|live| live.step) {
            Some(step) if job.state == JobState::Running => {
                ImportJob { phase: step.phase.name().to_owned(), bytes_done: step.bytes_done, rows_done: step.rows_done, ..job }
            }
            _ => job,
        }
    }

    /// Ends a job before it is done; nothing of it stays.
    pub fn cancel_import(&self, caller: &Caller, id: JobId) -> Result<ImportJob> {
        let act = Act::new("cancelImport", Scope::Propose, format!("importJob/{}", id.0));
        let unknown = || Error::not_found(format!("there is no import {}", id.0));
        let cancelled = self.acts.act(caller, &act, |acting| {
            let job = db::import_job::find(acting.connection, id)?.ok_or_else(unknown)?;
            if !self.may_see(&acting.authority, &job) {
                return Err(unknown());
            }
            let cancelled = job.cancel(acting.now)?;
            db::import_job::update(acting.connection, &cancelled)?;
            Ok(cancelled)
        })?;
        if let Some(live) = self.live.lock().unwrap_or_else(PoisonError::into_inner).get(&id) {
            live.is_cancelled.store(true, Ordering::Relaxed);
        }
        Ok(cancelled)
    }

    /// The rejected rows of a job: the name of their file, and where it is. `None` when there are none, or they are gone.
    pub fn rejected_rows(&self, caller: &Caller, id: JobId) -> Result<Option<(String, File)>> {
        let Some(job) = self.find(caller, id)? else { return Ok(None) };
        let spool = self.spool()?;
        if job.node != spool.node() {
            let message = "the rejected rows are kept by another node of the service: ask that one";
            return Err(Error::refused("other_node", message));
        }
        let name = PathBuf::from(&job.file.name).with_extension("rejected.csv").to_string_lossy().into_owned();
        match File::open(spool.rejected(id)) {
            Ok(file) => Ok(Some((name, file))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Operator(format!("the rejected rows cannot be read: {error}"))),
        }
    }

    /// An import of the same file that still stands: it waits, runs, or its request is not settled.
    fn repeated(&self, dictionary: &DictionaryCode, digest: &str) -> Result<Option<ImportJob>> {
        const LOOKED_AT: i64 = 20;
        let filter = JobFilter { dictionary: Some(dictionary.clone()), digest: Some(digest.to_owned()), ..JobFilter::default() };
        self.acts.store.read(|connection| {
            for job in db::import_job::list(connection, &filter, LOOKED_AT)? {
                let stands = match (job.state, job.request) {
                    (JobState::Queued | JobState::Running, _) => true,
                    (JobState::Done, Some(request)) => db::change_request::find(connection, request)?.is_some_and(|request| {
                        !matches!(request.state, RequestState::Rejected | RequestState::Withdrawn | RequestState::Published)
                    }),
                    _ => false,
                };
                if stands {
                    return Ok(Some(job));
                }
            }
            Ok(None)
        })
    }
}

impl Upload {
    /// Refuses a file that says beforehand that it is too long, before any of it comes.
    pub fn announce(&self, bytes: u64) -> Result<()> {
        self.receiving.check_length(bytes)
    }

    pub fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.receiving.write(bytes)
    }

    /// The whole file is there: it becomes a job.
    pub fn finish(mut self) -> Result<Uploaded> {
        let (bytes, digest) = self.receiving.finish()?;
        if !self.again
            && let Some(job) = self.jobs.repeated(&self.dictionary, &digest)?
        {
            return Ok(Uploaded { job, is_repeated: true });
        }
        let act = Act::new("importItems", Scope::Propose, "");
        let Self { jobs, caller, dictionary, file_name, parameters, receiving, .. } = self;
        let spool = jobs.spool()?;
        let options = serde_json::to_string(&parameters).map_err(Error::internal)?;
        let mut receiving = Some(receiving);
        let job = jobs.acts.act(&caller, &act, |acting| {
            let token = match caller.credential {
                Credential::Token(id) => Some(id),
                _ => None,
            };
            let job = ImportJob {
                id: JobId(0),
                dictionary,
                beginner: Beginner { account: acting.account_id()?, token },
                node: spool.node().to_owned(),
                file: JobFile { name: file_name, bytes, digest },
                options,
                state: JobState::Queued,
                phase: JobState::Queued.name().to_owned(),
                bytes_done: 0,
                rows_done: 0,
                attempts: 0,
                report: None,
                request: None,
                created_at: acting.now,
                started_at: None,
                updated_at: acting.now,
                finished_at: None,
            };
            let job = db::import_job::insert(acting.connection, job)?;
            acting.subject = job.subject();
            acting.note("dictionary", job.dictionary.as_str());
            acting.note("file", job.file.digest.clone());
            // Before the job is known, or it might be taken up without its file.
            receiving.take().map_or(Ok(()), |received| spool.keep(received, job.id))?;
            Ok(job)
        })?;
        Ok(Uploaded { job, is_repeated: false })
    }
}
