//! An import as a job: a file that was received and is to become a change request, and how far that is.
//! Its states go one way, except that a job whose process died begins anew. It knows no file and no database.

use jiff::Timestamp;

use super::account::{AccountId, TokenId};
use super::change_request::RequestId;
use super::error::{Error, Result};
use super::text::DictionaryCode;

/// How often a job is begun before it is given up: what ends the process three times will do so again.
pub const ATTEMPTS_MAX: i64 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Received, and waiting for its turn.
    Queued,
    Running,
    /// It came to a change request, or to nothing that would change.
    Done,
    /// The file was refused; the report says why.
    Failed,
    Cancelled,
}

impl JobState {
    pub const ALL: [JobState; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// A file as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFile {
    pub name: String,
    pub bytes: u64,
    /// SHA-256, hexadecimal.
    pub digest: String,
}

/// Who began a job, and by what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beginner {
    pub account: AccountId,
    /// The token that it was begun with; its limits hold for the whole job.
    pub token: Option<TokenId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportJob {
    pub id: JobId,
    pub dictionary: DictionaryCode,
    pub beginner: Beginner,
    /// The node that keeps the file.
    pub node: String,
    pub file: JobFile,
    /// What was asked for, as JSON.
    pub options: String,
    pub state: JobState,
    /// What it is doing: `queued`, `detecting`, `reading`, `checking`, or its last state.
    pub phase: String,
    pub bytes_done: u64,
    pub rows_done: u64,
    pub attempts: i64,
    /// What was found, counted and refused, as JSON; there once the job is over.
    pub report: Option<String>,
    pub request: Option<RequestId>,
    pub created_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

impl ImportJob {
    pub fn subject(&self) -> String {
        format!("importJob/{}", self.id.0)
    }

    /// Takes the job up. Gives it up instead when it was begun too often.
    pub fn begin(self, now: Timestamp) -> Self {
        let begun = Self { attempts: self.attempts + 1, started_at: Some(now), updated_at: now, ..self };
        Self { state: JobState::Running, phase: "detecting".to_owned(), bytes_done: 0, rows_done: 0, ..begun }
    }

    /// How many seconds are left of reading the file, if it goes on as it went; `None` while that cannot be told: before and after
    /// reading, in its first second, and where more came out of the file than was sent.
    pub fn seconds_left(&self, now: Timestamp) -> Option<f64> {
        let elapsed_s = now.duration_since(self.started_at?).as_secs_f64();
        let is_read = self.state == JobState::Running && self.phase == "reading";
        let is_told = is_read && elapsed_s >= 1.0 && (1..=self.file.bytes).contains(&self.bytes_done);
        is_told.then(|| elapsed_s * (self.file.bytes - self.bytes_done) as f64 / self.bytes_done as f64)
    }

    /// Back into the queue, since the process that ran it is no more.
    pub fn requeue(self, now: Timestamp) -> Self {
        Self { state: JobState::Queued, phase: JobState::Queued.name().to_owned(), updated_at: now, ..self }
    }

    pub fn is_given_up(&self) -> bool {
        self.attempts >= ATTEMPTS_MAX
    }

    /// Ends a running job.
    pub fn end(self, state: JobState, report: String, request: Option<RequestId>, now: Timestamp) -> Result<Self> {
        if self.state != JobState::Running {
            return Err(Error::refused("import_over", format!("the import is {} already", self.state.name())));
        }
        Ok(self.over(state, Some(report), request, now))
    }

    /// Ends a job that waits or runs; whoever runs it looks, and leaves nothing behind.
    pub fn cancel(self, now: Timestamp) -> Result<Self> {
        if self.state.is_over() {
            return Err(Error::refused("import_over", format!("the import is {} already, and cannot be cancelled", self.state.name())));
        }
        Ok(self.over(JobState::Cancelled, None, None, now))
    }

    fn over(self, state: JobState, report: Option<String>, request: Option<RequestId>, now: Timestamp) -> Self {
        Self { state, phase: state.name().to_owned(), report, request, updated_at: now, finished_at: Some(now), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> ImportJob {
        ImportJob {
            id: JobId(1),
            dictionary: DictionaryCode::parse("offices").unwrap(),
            beginner: Beginner { account: AccountId(3), token: None },
            node: "a".to_owned(),
            file: JobFile { name: "offices.csv".to_owned(), bytes: 3, digest: "00".to_owned() },
            options: "[]".to_owned(),
            state: JobState::Queued,
            phase: "queued".to_owned(),
            bytes_done: 0,
            rows_done: 0,
            attempts: 0,
            report: None,
            request: None,
            created_at: Timestamp::UNIX_EPOCH,
            started_at: None,
            updated_at: Timestamp::UNIX_EPOCH,
            finished_at: None,
        }
    }

    #[test]
    fn a_job_ends_once() {
        let now = Timestamp::UNIX_EPOCH;
        let done = job().begin(now).end(JobState::Done, "{}".to_owned(), Some(RequestId(7)), now).unwrap();
        assert_eq!((done.state, done.request, done.finished_at), (JobState::Done, Some(RequestId(7)), Some(now)));
        assert!(done.clone().cancel(now).is_err());
        assert!(done.end(JobState::Failed, String::new(), None, now).is_err());
        let cancelled = job().begin(now).cancel(now).unwrap();
        assert!(cancelled.end(JobState::Done, "{}".to_owned(), Some(RequestId(7)), now).is_err(), "who cancelled must not get a request");
    }

    #[test]
    fn a_job_that_kills_its_process_is_given_up() {
        let now = Timestamp::UNIX_EPOCH;
        let mut job = job();
        for _ in 0..ATTEMPTS_MAX {
            assert!(!job.is_given_up());
            job = job.begin(now).requeue(now);
        }
        assert!(job.is_given_up());
    }

    #[test]
    fn what_is_left_of_a_file_takes_as_long_as_what_was_read() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let read = |bytes_done, phase: &str| ImportJob { bytes_done, phase: phase.to_owned(), ..job().begin(at(0)) };
        let of_100 = |job: ImportJob| ImportJob { file: JobFile { bytes: 100, ..job.file.clone() }, ..job };
        assert_eq!(of_100(read(25, "reading")).seconds_left(at(10)), Some(30.0));
        assert_eq!(of_100(read(100, "reading")).seconds_left(at(10)), Some(0.0));
        for (told, second) in [(read(25, "checking"), 10), (read(0, "reading"), 10), (read(101, "reading"), 10), (read(25, "reading"), 0)] {
            assert_eq!(of_100(told).seconds_left(at(second)), None);
        }
        assert_eq!(job().seconds_left(at(10)), None);
    }

    #[test]
    fn states_are_read_back() {
        for state in JobState::ALL {
            assert_eq!(JobState::parse(state.name()), Some(state));
        }
    }
}
