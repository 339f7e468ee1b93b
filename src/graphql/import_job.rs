//! Import jobs: how far a file is that was sent to be imported, what it came to, and its end before the time. Files themselves come and
//! go by `/import`.

use async_graphql::{Context, Enum, Error as Told, ID, InputObject, Object, Result, SimpleObject, Subscription};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::change_request::ChangeRequestObject;
use super::connection::{Page, Seek, page_cost};
use super::fault::{self, written};
use super::payload::{act, payload};
use super::published::Waiting;
use super::scalar::DateTime;
use super::view::View;
use crate::app::import_job::{ImportReport, JobFilter, MappedColumn};
use crate::domain::import_job::{ImportJob, JobId, JobState};
use crate::domain::text::DictionaryCode;

/// Where an import stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(name = "ImportState", remote = "JobState")]
pub enum ImportStateValue {
    /// Received, and waiting for its turn.
    Queued,
    /// At work.
    Running,
    /// It came to a change request, or to nothing that would change.
    Done,
    /// The file was refused: the report says why.
    Failed,
    /// Ended before it was done; nothing of it stays.
    Cancelled,
}

/// What was found out about a file, and why.
#[derive(SimpleObject)]
struct ImportEvidence {
    /// `format`, `encoding`, `separator`, `header` and so on.
    name: String,
    /// What it is, and by what it was told.
    found: String,
}

/// What a column of a file was taken for.
#[derive(SimpleObject)]
struct ImportColumn {
    /// As the file names it; blank where it does not.
    name: String,
    /// The attribute, or `code`, `parent`, `valid_from`, `valid_to`, `action`; `-` when it was left out.
    target: String,
    /// `code`, `label`, `given`, `saved`, `key`, `rejected` or `unknown`.
    because: String,
}

/// What an import came to.
#[derive(SimpleObject)]
#[graphql(name = "ImportReport")]
struct ImportReportObject {
    /// What was found out about the file.
    evidence: Vec<ImportEvidence>,
    /// What each column was taken for.
    columns: Vec<ImportColumn>,
    /// Rows of the file.
    rows: i64,
    /// Rows that were passed over: blank, or without a code where that was allowed.
    skipped: i64,
    /// Items that the request adds.
    added: i64,
    /// Items that it changes.
    changed: i64,
    /// Items that it retires.
    retired: i64,
    /// Items that the file names and that are so already.
    unchanged: i64,
    /// Rows that were rejected; they come back at `rejectedRows`.
    rejected: i64,
    /// The first of the reasons, each with its line.
    reasons: Vec<String>,
    /// How many reasons there are besides.
    reasons_omitted: i64,
    /// Why the file as a whole was refused; null when it was not.
    error: Option<String>,
    /// The code of that refusal; `INVALID` when the reasons say why.
    error_code: Option<String>,
}

#[derive(Clone)]
pub struct ImportJobObject {
    view: View,
    job: ImportJob,
}

/// A file that was sent to be imported.
#[Object(name = "ImportJob")]
impl ImportJobObject {
    /// Its number.
    async fn id(&self) -> ID {
        self.job.id.0.into()
    }

    /// The code of the dictionary that it goes into.
    async fn dictionary_code(&self) -> &str {
        self.job.dictionary.as_str()
    }

    /// The name of the file.
    async fn file_name(&self) -> &str {
        &self.job.file.name
    }

    /// The length of the file as it was sent, in bytes.
    async fn file_bytes(&self) -> f64 {
        self.job.file.bytes as f64
    }

    /// Its SHA-256.
    async fn file_sha256(&self) -> &str {
        &self.job.file.digest
    }

    /// Where it stands.
    async fn state(&self) -> ImportStateValue {
        self.job.state.into()
    }

    /// What is being done: `queued`, `detecting`, `reading`, `checking`, or the state that it ended in.
    async fn phase(&self) -> &str {
        &self.job.phase
    }

    /// How many bytes of the file were read.
    async fn bytes_done(&self) -> f64 {
        self.job.bytes_done as f64
    }

    /// How many rows were read.
    async fn rows_done(&self) -> i64 {
        i64::try_from(self.job.rows_done).unwrap_or(i64::MAX)
    }

    /// Rows a second since it was begun; null before.
    async fn rows_per_second(&self) -> Option<f64> {
        let began = self.job.started_at?;
        let seconds = self.job.updated_at.duration_since(began).as_secs_f64();
        (seconds > 0.0).then_some(self.job.rows_done as f64 / seconds)
    }

    /// How many seconds are left of reading the file, if it goes on as it went; null while that cannot be told.
    async fn seconds_left(&self) -> Option<f64> {
        self.job.seconds_left(self.view.now())
    }

    /// When it was received.
    async fn created_at(&self) -> DateTime {
        DateTime(self.job.created_at)
    }

    /// When it was begun, for the last time.
    async fn started_at(&self) -> Option<DateTime> {
        self.job.started_at.map(DateTime)
    }

    /// When it ended.
    async fn finished_at(&self) -> Option<DateTime> {
        self.job.finished_at.map(DateTime)
    }

    /// The change request that it came to; null before, and when nothing would change.
    async fn change_request(&self) -> Result<Option<ChangeRequestObject>> {
        match self.job.request {
            Some(request) => ChangeRequestObject::load(&self.view, request).await,
            None => Ok(None),
        }
    }

    /// Where the rejected rows are, with the same columns and the reasons; null when there are none.
    async fn rejected_rows(&self) -> Option<String> {
        let report = self.report_of()?;
        (report.rejected > 0).then(|| format!("/import/jobs/{}/rejected.csv", self.job.id.0))
    }

    /// What it came to; null while it is not over.
    async fn report(&self) -> Option<ImportReportObject> {
        let report = self.report_of()?;
        let evidence = report.evidence.into_iter().map(|(name, found)| ImportEvidence { name, found }).collect();
        let column = |column: MappedColumn| ImportColumn { name: column.name, target: column.target, because: column.because };
        Some(ImportReportObject {
            evidence,
            columns: report.columns.into_iter().map(column).collect(),
            rows: i64::try_from(report.rows).unwrap_or(i64::MAX),
            skipped: i64::try_from(report.skipped).unwrap_or(i64::MAX),
            added: report.added,
            changed: report.changed,
            retired: report.retired,
            unchanged: report.unchanged,
            rejected: report.rejected as i64,
            reasons: report.reasons,
            reasons_omitted: report.reasons_omitted as i64,
            error: Some(report.error).filter(|error| !error.is_empty()),
            error_code: Some(written(&report.error_code)).filter(|code| !code.is_empty()),
        })
    }
}

impl ImportJobObject {
    fn report_of(&self) -> Option<ImportReport> {
        self.job.report.as_deref().map(ImportReport::parse)
    }
}

fn read_id(id: &ID) -> JobId {
    // No job has the number 0, so what is no number is not found.
    JobId(id.parse().unwrap_or(0))
}

#[derive(Default)]
pub struct ImportJobQuery;

#[Object]
impl ImportJobQuery {
    /// A file that was sent to be imported: for whoever sent it, and for the stewards of its dictionary.
    async fn import_job(&self, context: &Context<'_>, #[graphql(desc = "Its number.")] id: ID) -> Result<Option<ImportJobObject>> {
        let view = View::of(context)?;
        let found = view.work(move |svod, caller| svod.import_jobs()?.find(caller, read_id(&id))).await?;
        Ok(found.map(|job| ImportJobObject { view, job }))
    }

    /// The files that were sent to be imported, as far as the caller may see them, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn import_jobs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Into which dictionary; into any unless told.")] dictionary: Option<ID>,
        #[graphql(desc = "In which state; in any unless told.")] state: Option<ImportStateValue>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<Page<ImportJobObject>>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "imports", first, after.as_deref())?;
        let (before, count) = (seek.after_number()?.map(JobId), seek.count());
        let dictionary = dictionary.map(|code| DictionaryCode::parse(&code));
        let found = match dictionary {
            Some(None) => Vec::new(),
            dictionary => {
                let filter = JobFilter { dictionary: dictionary.flatten(), state: state.map(Into::into), before, ..JobFilter::default() };
                view.work(move |svod, caller| svod.import_jobs()?.list(caller, &filter, count)).await?
            }
        };
        let page = seek.page(found, |job| job.id.0.to_string());
        Ok(Some(page.map(|job| ImportJobObject { view: view.clone(), job })))
    }
}

/// Which import.
#[derive(InputObject)]
struct CancelImportInput {
    /// Its number.
    id: ID,
}

payload!(CancelImportPayload, "What came of `cancelImport`.", import_job: ImportJobObject, "The import, ended.");

#[derive(Default)]
pub struct ImportJobMutation;

#[Object]
impl ImportJobMutation {
    /// Ends an import that waits or runs; nothing of it stays. For whoever sent the file, and for the stewards of its dictionary.
    async fn cancel_import(&self, context: &Context<'_>, input: CancelImportInput) -> Result<CancelImportPayload> {
        let outcome = act(context, move |svod, caller| svod.import_jobs()?.cancel_import(caller, read_id(&input.id))).await?;
        let view = View::of(context)?;
        Ok(CancelImportPayload::of(outcome.map(|job| ImportJobObject { view, job })))
    }
}

#[derive(Default)]
pub struct ImportJobSubscription;

#[Subscription]
impl ImportJobSubscription {
    /// The import now, and again whenever it is further; ends when it is over. One that the caller may not see is the error `NOT_FOUND`.
    async fn import_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its number.")] id: ID,
    ) -> Result<impl Stream<Item = Result<ImportJobObject>> + use<>> {
        let waiting = Waiting::new(context)?;
        let id = read_id(&id);
        look(&waiting, id).await?;
        Ok(unfold(Some(Watching { waiting, id, told: None }), next))
    }
}

struct Watching {
    waiting: Waiting,
    id: JobId,
    told: Option<ImportJob>,
}

async fn look(waiting: &Waiting, id: JobId) -> Result<ImportJobObject> {
    let view = waiting.view().await?;
    let found = view.work(move |svod, caller| svod.import_jobs()?.find(caller, id)).await?;
    let job = found.ok_or_else(|| fault::error("NOT_FOUND", "there is no such import"))?;
    Ok(ImportJobObject { view, job })
}

impl Watching {
    async fn next(&mut self) -> Result<Option<ImportJobObject>> {
        loop {
            let object = look(&self.waiting, self.id).await?;
            if self.told.as_ref() != Some(&object.job) {
                self.told = Some(object.job.clone());
                return Ok(Some(object));
            }
            if !self.waiting.beat().await {
                return Ok(None);
            }
        }
    }
}

/// An error is the last that is told, and so is an import that is over.
async fn next(watching: Option<Watching>) -> Option<(Result<ImportJobObject, Told>, Option<Watching>)> {
    let mut watching = watching?;
    match watching.next().await {
        Ok(Some(object)) => {
            let is_last = object.job.state.is_over();
            Some((Ok(object), (!is_last).then_some(watching)))
        }
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
