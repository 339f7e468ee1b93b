//! What an operator looks at when something seems wrong: versions, sizes, queues, whether others' publications are followed, and the
//! settings in force. It tells and changes nothing; secrets are never among what it knows.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::accounts::check_overseer;
use super::acting::Caller;
use super::pulse::Pulse;
use crate::db::engine_report::{self, EngineReport};
use crate::db::{self, Store, migration};
use crate::domain::clock::Clock;
use crate::domain::error::{Error, Result};
use crate::domain::import_job::JobState;

/// A setting by its name, as it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingInForce {
    /// As flags and files write it, with `_`: `query_page_size_max`.
    pub name: &'static str,
    pub value: String,
}

/// How the following of other processes' publications goes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FollowingState {
    /// Since when they are followed without a break; absent while they are not.
    pub since: Option<Timestamp>,
    /// The last look that came to something.
    pub looked_at: Option<Timestamp>,
    /// When they last could not be followed, and why.
    pub last_failure: Option<(Timestamp, String)>,
}

/// Written by whoever follows, read by whoever asks.
#[derive(Debug, Clone, Default)]
pub struct Following(Arc<Mutex<FollowingState>>);

/// How the service is.
#[derive(Debug, Clone)]
pub struct SystemReport {
    pub engine: EngineReport,
    /// The latest migration that was run.
    pub migration: String,
    pub started_at: Timestamp,
    /// Memory of the process; absent where the system does not tell.
    pub resident_bytes: Option<u64>,
    /// Who waits for something new: subscriptions, streams, long polls, and the service's own deliveries.
    pub listeners_count: usize,
    pub imports_queued: i64,
    pub imports_running: i64,
    pub following: FollowingState,
    pub settings: Arc<[SettingInForce]>,
}

/// Reports on the whole service.
pub struct System {
    store: Store,
    pulse: Pulse,
    started_at: Timestamp,
    following: Following,
    settings: Arc<[SettingInForce]>,
}

impl System {
    pub fn new(store: Store, pulse: Pulse, clock: &Clock) -> Self {
        Self { store, pulse, started_at: clock.now(), following: Following::default(), settings: Arc::default() }
    }

    /// The settings that reports are to tell. None of them may be a secret.
    pub fn tell_settings(&mut self, settings: Vec<SettingInForce>) {
        self.settings = settings.into();
    }

    pub fn following(&self) -> &Following {
        &self.following
    }

    /// How the service is now. For administrators and auditors.
    pub fn report(&self, caller: &Caller) -> Result<SystemReport> {
        check_overseer(&caller.authority)?;
        self.store.with(|connection| {
            let migration = migration::get_status(connection)?.applied.pop().unwrap_or_default();
            Ok(SystemReport {
                engine: engine_report::get(connection)?,
                migration,
                started_at: self.started_at,
                resident_bytes: resident_bytes(),
                listeners_count: self.pulse.listeners_count(),
                imports_queued: db::import_job::count(connection, JobState::Queued)?,
                imports_running: db::import_job::count(connection, JobState::Running)?,
                following: self.following.state(),
                settings: Arc::clone(&self.settings),
            })
        })
    }
}

impl Following {
    pub fn state(&self) -> FollowingState {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how a look went.
    pub fn note(&self, outcome: &Result<()>, now: Timestamp) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Ok(()) => {
                state.since.get_or_insert(now);
                state.looked_at = Some(now);
            }
            Err(error) => {
                // What is our own doing stands in the log.
                let reason = match error {
                    Error::Internal(_) => "internal error: see the log".to_owned(),
                    told => told.to_string(),
                };
                (state.since, state.last_failure) = (None, Some((now, reason)));
            }
        }
    }
}

/// The resident memory of the process as Linux tells it; other systems do not.
pub fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn following_tells_since_when_and_what_went_wrong_last() {
        let at = |second| Timestamp::from_second(second).expect("it is an instant");
        let following = Following::default();
        following.note(&Ok(()), at(1));
        following.note(&Ok(()), at(2));
        assert_eq!(following.state(), FollowingState { since: Some(at(1)), looked_at: Some(at(2)), last_failure: None });
        following.note(&Err(Error::Operator("the database does not answer".to_owned())), at(3));
        let failure = Some((at(3), "the database does not answer".to_owned()));
        assert_eq!(following.state(), FollowingState { since: None, looked_at: Some(at(2)), last_failure: failure.clone() });
        following.note(&Ok(()), at(4));
        assert_eq!(following.state(), FollowingState { since: Some(at(4)), looked_at: Some(at(4)), last_failure: failure });
        following.note(&Err(Error::internal("a secret of ours")), at(5));
        assert_eq!(following.state().last_failure, Some((at(5), "internal error: see the log".to_owned())));
    }
}
