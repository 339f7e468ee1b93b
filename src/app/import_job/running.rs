//! Working through the queue: one job of this node after another, each as whoever began it, with their rights of now.

use std::cell::Cell;
use std::fs::File;
use std::io::Write;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tracing::field::Empty;

use super::report::ImportReport;
use super::{ImportJobs, Live, Parameters, parameters};
use crate::app::acting::{Acting, Caller, Credential};
use crate::app::import::{Imported, Source, Step, Surroundings};
use crate::db;
use crate::db::import_job::JobFilter;
use crate::domain::account::Authority;
use crate::domain::error::{Error, Result};
use crate::domain::import_job::{ATTEMPTS_MAX, ImportJob, JobState};
use crate::exchange::table::Input;
use crate::traces;

/// How often a running job says in the database how far it is, and looks whether it was cancelled.
const SAID_EVERY: Duration = Duration::from_secs(1);

impl ImportJobs {
    /// Puts jobs back into the queue that this node was working on when its last process ended, and throws away files of jobs
    /// that were over by then. To be called before the first is run.
    pub fn recover(&self) -> Result<()> {
        let spool = self.spool()?;
        let filter = JobFilter { state: Some(JobState::Running), node: Some(spool.node().to_owned()), ..JobFilter::default() };
        let now = self.acts.clock.now();
        self.acts.store.write(|connection| {
            // A job is over a moment before its file is thrown away, and the process may have ended in between.
            for id in spool.kept_files()? {
                match db::import_job::find(connection, id)? {
                    Some(job) if job.node == spool.node() && job.state.is_over() => spool.forget(id),
                    Some(_) => {}
                    None => tracing::warn!(file = %spool.file(id).display(), "this file belongs to no import of this database"),
                }
            }
            for job in db::import_job::list(connection, &filter, i64::MAX)? {
                tracing::info!(job = job.id.0, "an import was cut off and begins anew");
                db::import_job::update(connection, &job.requeue(now))?;
            }
            Ok(())
        })
    }

    /// Runs the job that waits longest, if one waits. The error is a fault of ours or the database's; what is wrong with the file is
    /// the job's report.
    pub fn run_next(&self) -> Result<bool> {
        let Some(job) = self.begin_next()? else { return Ok(false) };
        let live = Live { step: None, is_cancelled: Arc::new(AtomicBool::new(false)) };
        self.live.lock().unwrap_or_else(PoisonError::into_inner).insert(job.id, live.clone());
        let span = tracing::info_span!(
            target: traces::TARGET, "import", svod.job = job.id.0, svod.dictionary = job.dictionary.as_str(), otel.status_code = Empty
        );
        let outcome = span.in_scope(|| self.run(&job, &live));
        if outcome.is_err() {
            span.record("otel.status_code", "ERROR");
        }
        let ended = self.conclude(&job, outcome);
        self.live.lock().unwrap_or_else(PoisonError::into_inner).remove(&job.id);
        self.acts.pulse.beat();
        ended.map(|()| true)
    }

    fn begin_next(&self) -> Result<Option<ImportJob>> {
        let node = self.spool()?.node();
        let now = self.acts.clock.now();
        // Most looks find nothing, and need not hold up writers.
        if self.acts.store.read(|connection| db::import_job::find_next(connection, node))?.is_none() {
            return Ok(None);
        }
        self.acts.store.write(|connection| {
            let Some(job) = db::import_job::find_next(connection, node)? else { return Ok(None) };
            let begun = job.begin(now);
            db::import_job::update(connection, &begun)?;
            Ok(Some(begun))
        })
    }

    fn run(&self, job: &ImportJob, live: &Live) -> Result<Imported> {
        if job.attempts > ATTEMPTS_MAX {
            let message = "the service was ended each time it worked on this file: send it in parts, and tell those who run the service";
            return Err(Error::refused("import_given_up", message));
        }
        let caller = self.caller_of(job)?;
        let parameters: Parameters = serde_json::from_str(&job.options).map_err(Error::internal)?;
        let options = parameters::read(&parameters)?;
        let spool = self.spool()?;
        let (path, rejected_path) = (spool.file(job.id), spool.rejected(job.id));
        let open = || File::open(&path).map(|file| Box::new(file) as Box<dyn Input>);
        let rejected = || File::create(&rejected_path).map(|file| Box::new(file) as Box<dyn Write>);
        let said_at = Cell::new(Instant::now());
        let progress = |step: Step| self.said(job, live, step, &said_at);
        let conclude = |acting: &mut Acting<'_>, imported: &Imported| {
            let current = db::import_job::find(acting.connection, job.id)?.ok_or_else(|| Error::internal("an import job is gone"))?;
            let ended =
                self.with_progress(current).end(JobState::Done, ImportReport::of(imported).to_json(), imported.request, acting.now)?;
            db::import_job::update(acting.connection, &ended)
        };
        let around =
            Surroundings { limits: self.settings.limits, progress: &progress, rejected: Some(&rejected), conclude: Some(&conclude) };
        let source = Source { name: &job.file.name, open: &open };
        let imported = self.change_requests.import(&caller, &job.dictionary, &source, &options.import, &around)?;
        if options.saves_mapping {
            self.change_requests.keep_mapping(&caller, &job.dictionary, &imported.columns)?;
        }
        Ok(imported)
    }

    fn said(&self, job: &ImportJob, live: &Live, step: Step, said_at: &Cell<Instant>) -> Result<()> {
        if let Some(live) = self.live.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&job.id) {
            live.step = Some(step);
        }
        let cancelled = || Error::refused("import_cancelled", "the import was cancelled");
        if live.is_cancelled.load(Ordering::Relaxed) {
            return Err(cancelled());
        }
        if said_at.get().elapsed() < SAID_EVERY {
            return Ok(());
        }
        said_at.set(Instant::now());
        let now = self.acts.clock.now();
        let is_running = self.acts.store.write(|connection| {
            db::import_job::update_progress(connection, job.id, step.phase.name(), step.bytes_done, step.rows_done, now)
        })?;
        self.acts.pulse.beat();
        if is_running { Ok(()) } else { Err(cancelled()) }
    }

    /// Whoever began the job, as they are now: a token that was revoked meanwhile begins nothing any more.
    fn caller_of(&self, job: &ImportJob) -> Result<Caller> {
        let credential = match job.beginner.token {
            Some(token) => Credential::Token(token),
            None => Credential::Began(job.beginner.account),
        };
        let nobody = Caller { credential, authority: Authority::anonymous(), address: "service".to_owned(), request_id: String::new() };
        self.acts.renewed(&nobody)
    }

    /// Writes down what a job came to, where the request's own transaction did not.
    fn conclude(&self, job: &ImportJob, outcome: Result<Imported>) -> Result<()> {
        let (state, report, fault) = match outcome {
            Ok(imported) => (JobState::Done, ImportReport::of(&imported), None),
            Err(error) => (JobState::Failed, ImportReport::of_refusal(&error), Some(error)),
        };
        let is_ours = matches!(fault, Some(Error::Internal(_) | Error::Operator(_)));
        let now = self.acts.clock.now();
        self.acts.store.write(|connection| {
            let Some(current) = db::import_job::find(connection, job.id)?.filter(|current| current.state == JobState::Running) else {
                return Ok(());
            };
            // What is no fault of the file is tried again, a few times.
            let current = self.with_progress(current);
            let next =
                if is_ours && !current.is_given_up() { current.requeue(now) } else { current.end(state, report.to_json(), None, now)? };
            db::import_job::update(connection, &next)
        })?;
        match fault.filter(|_| is_ours) {
            Some(fault) => {
                tracing::error!(error = %fault, job = job.id.0, "an import failed");
                Err(fault)
            }
            None => {
                self.spool()?.forget(job.id);
                Ok(())
            }
        }
    }
}
