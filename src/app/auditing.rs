//! The audit as auditors read it, and the refusals that anybody can bring about without an account: these are written within a
//! budget, so that nobody fills the disk with them. Everything else is audited by `acting`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::json;

use super::acting::{Act, Acts, Caller};
use crate::db::{self, Store};
use crate::domain::account::{Role, Scope};
use crate::domain::audit::AuditRecord;
use crate::domain::error::{Error, Result};

pub use crate::db::audit::AuditFilter;

/// Most records that one page has.
const RECORDS_PAGE_MAX: i64 = 1000;
/// Most refused credentials and sign-ins that are recorded of one address in a minute.
const REFUSALS_PER_ADDRESS_AND_MINUTE_MAX: u32 = 30;
/// And of all addresses together: one who attacks may have many.
const REFUSALS_PER_MINUTE_MAX: u32 = 600;
/// Most addresses that are told apart; the rest share one budget.
const ADDRESSES_MAX: usize = 10_000;

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
    budget: Arc<Mutex<Budget>>,
}

impl Refusals {
    pub fn new(acts: Acts) -> Self {
        Self { acts, budget: Arc::default() }
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
        let address = counted_address(&caller.address);
        let Some(omitted) = self.budget.lock().unwrap_or_else(PoisonError::into_inner).take(&address, now) else { return };
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

/// What an address is counted as. Whoever has one address of IPv6 has the 2^64 around it.
pub fn counted_address(address: &str) -> String {
    match address.parse() {
        Ok(std::net::IpAddr::V6(six)) => match six.to_ipv4_mapped() {
            Some(four) => four.to_string(),
            None => {
                let [a, b, c, d, ..] = six.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        },
        _ => address.chars().take(64).collect(),
    }
}

/// What was recorded in the present minute.
#[derive(Default)]
struct Budget {
    minute: i64,
    recorded: u32,
    by_address: HashMap<String, Recorded>,
}

#[derive(Default, Clone, Copy)]
struct Recorded {
    count: u32,
    /// How many were left out since the last record.
    omitted: u64,
}

impl Budget {
    /// How many were left out before this one; `None` when this one is to be left out too.
    fn take(&mut self, address: &str, now: Timestamp) -> Option<u64> {
        let minute = now.as_second().div_euclid(60);
        if minute != self.minute {
            self.minute = minute;
            self.recorded = 0;
            // What was left out is still to be said.
            self.by_address.retain(|_, recorded| recorded.omitted > 0);
            self.by_address.values_mut().for_each(|recorded| recorded.count = 0);
        }
        let is_told_apart = self.by_address.contains_key(address) || self.by_address.len() < ADDRESSES_MAX;
        let recorded = self.by_address.entry(if is_told_apart { address.to_owned() } else { String::new() }).or_default();
        if recorded.count >= REFUSALS_PER_ADDRESS_AND_MINUTE_MAX || self.recorded >= REFUSALS_PER_MINUTE_MAX {
            recorded.omitted += 1;
            return None;
        }
        recorded.count += 1;
        self.recorded += 1;
        Some(std::mem::take(&mut recorded.omitted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("it is in range")
    }

    #[test]
    fn a_budget_is_of_an_address_and_a_minute_and_what_is_left_out_is_said() {
        let mut budget = Budget::default();
        let recorded = (0..100).filter(|_| budget.take("a", at(60)).is_some()).count();
        assert_eq!(recorded, 30);
        assert_eq!(budget.take("b", at(60)), Some(0), "others have budgets of their own");
        assert_eq!(budget.take("a", at(120)), Some(70));
        assert_eq!(budget.take("a", at(120)), Some(0));
    }

    #[test]
    fn many_addresses_share_what_there_is() {
        let mut budget = Budget::default();
        let recorded = (0..50_000).filter(|address| budget.take(&address.to_string(), at(0)).is_some()).count();
        assert_eq!(recorded, 600);
        assert!(budget.by_address.len() <= ADDRESSES_MAX + 1);
    }

    #[test]
    fn an_address_of_ipv6_is_counted_with_its_network() {
        assert_eq!(counted_address("2001:db8:1:2:3:4:5:6"), counted_address("2001:db8:1:2::9"));
        assert_ne!(counted_address("2001:db8:1:2::9"), counted_address("2001:db8:1:3::9"));
        assert_eq!(counted_address("::ffff:10.0.0.1"), "10.0.0.1");
        assert_eq!(counted_address("10.0.0.1"), "10.0.0.1");
    }
}
