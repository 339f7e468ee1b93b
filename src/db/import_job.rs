//! Import jobs: the queue of files that are to become change requests.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::import_job;
use crate::domain::account::{AccountId, TokenId};
use crate::domain::change_request::RequestId;
use crate::domain::error::{Error, Result};
use crate::domain::import_job::{Beginner, ImportJob, JobFile, JobId, JobState};
use crate::domain::text::DictionaryCode;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = import_job, treat_none_as_default_value = false, treat_none_as_null = true)]
struct JobRow {
    id: i64,
    dictionary_code: String,
    account_id: i64,
    token_id: Option<i64>,
    node: String,
    file_name: String,
    file_bytes: i64,
    file_digest: String,
    options: String,
    state: String,
    phase: String,
    bytes_done: i64,
    rows_done: i64,
    attempts: i64,
    report: Option<String>,
    request_id: Option<i64>,
    created_at_ms: i64,
    started_at_ms: Option<i64>,
    updated_at_ms: i64,
    finished_at_ms: Option<i64>,
}

/// Which jobs are listed.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    pub dictionary: Option<DictionaryCode>,
    pub state: Option<JobState>,
    pub node: Option<String>,
    pub digest: Option<String>,
    /// Only jobs with lesser numbers.
    pub before: Option<JobId>,
}

/// Stores a job under the next number, which it gives. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, job: ImportJob) -> Result<ImportJob> {
    let greatest: Option<i64> = import_job::table.select(diesel::dsl::max(import_job::id)).first(connection).map_err(fault)?;
    let job = ImportJob { id: JobId(greatest.unwrap_or(0) + 1), ..job };
    diesel::insert_into(import_job::table).values(JobRow::new(&job)).execute(connection).map_err(fault)?;
    Ok(job)
}

pub fn find(connection: &mut Engine, id: JobId) -> Result<Option<ImportJob>> {
    let row = import_job::table.filter(import_job::id.eq(id.0)).select(JobRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(JobRow::read).transpose()
}

/// Jobs, the newest first.
pub fn list(connection: &mut Engine, filter: &JobFilter, count_max: i64) -> Result<Vec<ImportJob>> {
    let mut query = import_job::table.order(import_job::id.desc()).limit(count_max).into_boxed();
    if let Some(dictionary) = &filter.dictionary {
        query = query.filter(import_job::dictionary_code.eq(dictionary.as_str().to_owned()));
    }
    if let Some(state) = filter.state {
        query = query.filter(import_job::state.eq(state.name()));
    }
    if let Some(node) = &filter.node {
        query = query.filter(import_job::node.eq(node.clone()));
    }
    if let Some(digest) = &filter.digest {
        query = query.filter(import_job::file_digest.eq(digest.clone()));
    }
    if let Some(before) = filter.before {
        query = query.filter(import_job::id.lt(before.0));
    }
    let rows: Vec<JobRow> = query.select(JobRow::as_select()).load(connection).map_err(fault)?;
    rows.into_iter().map(JobRow::read).collect()
}

/// How many jobs are in a state, on whatever node.
pub fn count(connection: &mut Engine, state: JobState) -> Result<i64> {
    import_job::table.filter(import_job::state.eq(state.name())).count().get_result(connection).map_err(fault)
}

/// The job of a node that waits longest.
pub fn find_next(connection: &mut Engine, node: &str) -> Result<Option<ImportJob>> {
    let row = import_job::table
        .filter(import_job::state.eq(JobState::Queued.name()))
        .filter(import_job::node.eq(node))
        .order(import_job::id)
        .select(JobRow::as_select())
        .first(connection)
        .optional();
    row.map_err(fault)?.map(JobRow::read).transpose()
}

pub fn update(connection: &mut Engine, job: &ImportJob) -> Result<()> {
    let row = JobRow::new(job);
    diesel::update(import_job::table).filter(import_job::id.eq(job.id.0)).set(row).execute(connection).map(|_| ()).map_err(fault)
}

/// Says how far a running job is; `false` when it does not run any more.
pub fn update_progress(connection: &mut Engine, id: JobId, phase: &str, bytes_done: u64, rows_done: u64, now: Timestamp) -> Result<bool> {
    let updated = diesel::update(import_job::table)
        .filter(import_job::id.eq(id.0))
        .filter(import_job::state.eq(JobState::Running.name()))
        .set((
            import_job::phase.eq(phase),
            import_job::bytes_done.eq(signed(bytes_done)),
            import_job::rows_done.eq(signed(rows_done)),
            import_job::updated_at_ms.eq(now.as_millisecond()),
        ))
        .execute(connection)
        .map_err(fault)?;
    Ok(updated == 1)
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl JobRow {
    fn new(job: &ImportJob) -> Self {
        Self {
            id: job.id.0,
            dictionary_code: job.dictionary.as_str().to_owned(),
            account_id: job.beginner.account.0,
            token_id: job.beginner.token.map(|token| token.0),
            node: job.node.clone(),
            file_name: job.file.name.clone(),
            file_bytes: signed(job.file.bytes),
            file_digest: job.file.digest.clone(),
            options: job.options.clone(),
            state: job.state.name().to_owned(),
            phase: job.phase.clone(),
            bytes_done: signed(job.bytes_done),
            rows_done: signed(job.rows_done),
            attempts: job.attempts,
            report: job.report.clone(),
            request_id: job.request.map(|request| request.0),
            created_at_ms: job.created_at.as_millisecond(),
            started_at_ms: job.started_at.map(Timestamp::as_millisecond),
            updated_at_ms: job.updated_at.as_millisecond(),
            finished_at_ms: job.finished_at.map(Timestamp::as_millisecond),
        }
    }

    fn read(self) -> Result<ImportJob> {
        let unreadable = |what: &str| Error::Internal(format!("the {what} of import job {} cannot be read from the database", self.id));
        let instant = |ms: i64| Timestamp::from_millisecond(ms).map_err(Error::internal);
        Ok(ImportJob {
            id: JobId(self.id),
            dictionary: DictionaryCode::parse(&self.dictionary_code).ok_or_else(|| unreadable("dictionary"))?,
            beginner: Beginner { account: AccountId(self.account_id), token: self.token_id.map(TokenId) },
            state: JobState::parse(&self.state).ok_or_else(|| unreadable("state"))?,
            file: JobFile { name: self.file_name, bytes: self.file_bytes.unsigned_abs(), digest: self.file_digest },
            node: self.node,
            options: self.options,
            phase: self.phase,
            bytes_done: self.bytes_done.unsigned_abs(),
            rows_done: self.rows_done.unsigned_abs(),
            attempts: self.attempts,
            report: self.report,
            request: self.request_id.map(RequestId),
            created_at: instant(self.created_at_ms)?,
            started_at: self.started_at_ms.map(instant).transpose()?,
            updated_at: instant(self.updated_at_ms)?,
            finished_at: self.finished_at_ms.map(instant).transpose()?,
        })
    }
}
