//! The audit as auditors read it, and the refusals of credentials and sign-ins, which anybody can bring about without an account.
//! Everything else is audited by `acting`.

use serde_json::json;

use super::acting::{Act, Acts, Caller};
use crate::db::{self, Store};
use crate::domain::account::{Role, Scope};
use crate::domain::audit::AuditRecord;
use crate::domain::error::{Error, Result};

pub use crate::db::audit::AuditFilter;

/// Most records that one page has.
const RECORDS_PAGE_MAX: i64 = 1000;

/// Reads the audit.
#[derive(Clone)]
pub struct Auditing {
    store: Store,
}

impl Auditing {
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    /// The records before a number (the newest ones without it) that fit a filter, newest first. For auditors and administrators.
    pub fn list_audit(&self, caller: &Caller, filter: &AuditFilter, before_seq: Option<i64>, count: i64) -> Result<Vec<AuditRecord>> {
        let authority = &caller.authority;
        let may = authority.holds_everywhere(Role::Auditor) || authority.holds_everywhere(Role::Administrator);
        if !(may && authority.reaches(Scope::Read)) {
            return Err(match &authority.account {
                None => Error::unauthenticated("sign in first: the audit is for auditors"),
                Some(_) => Error::forbidden("the audit is for auditors: ask an administrator for that role"),
            });
        }
        let (before, count) = (before_seq.unwrap_or(i64::MAX), count.clamp(0, RECORDS_PAGE_MAX));
        self.store.read(|connection| db::audit::list_before(connection, filter, before, count))
    }
}

/// Records refusals of callers whom nobody knows.
#[derive(Clone)]
pub struct Refusals {
    acts: Acts,
}

impl Refusals {
    pub fn new(acts: Acts) -> Self {
        Self { acts }
    }

    /// Records the refusal of an act within the budget, and hands the outcome on. What is left out is counted in the next record of
    /// the same address. A fault of ours or of the operator's is no refusal.
    pub fn audited<T>(&self, caller: &Caller, act: &Act, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome
            && !matches!(error, Error::Operator(_) | Error::Internal(_))
        {
            self.record(caller, act, error);
        }
        outcome
    }

    fn record(&self, caller: &Caller, act: &Act, error: &Error) {
        let now = self.acts.clock.now();
        let Some(omitted) = self.acts.refusals.take(&caller.address, now) else { return };
        let account = caller.authority.account.as_ref();
        let detail = match omitted {
            0 => json!({ "reason": error.to_string() }),
            _ => json!({ "reason": error.to_string(), "omittedBefore": omitted }),
        };
        let record = AuditRecord {
            seq: 0,
            at: now,
            account: account.map(|account| account.id),
            actor: account.map(|account| account.name.clone()).unwrap_or_default(),
            address: caller.address.clone(),
            request_id: caller.request_id.clone(),
            act: act.verb.to_owned(),
            subject: act.subject.clone(),
            outcome: error.code().to_owned(),
            detail,
        };
        if let Err(fault) = self.acts.store.write(|connection| db::audit::append(connection, record)) {
            tracing::error!(%fault, act = act.verb, outcome = error.code(), "a refusal could not be audited");
        }
    }
}
