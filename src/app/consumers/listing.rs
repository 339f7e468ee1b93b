//! Consumers as they are shown: to stewards one by one with their lag, and to operators as numbers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use jiff::Timestamp;

use super::{Consumers, find_visible, oversees};
use crate::app::acting::Caller;
use crate::app::feed::FeedRequest;
use crate::db;
use crate::db::consumer::ConsumerFilter;
use crate::domain::account::{AccountId, Authority, Scope};
use crate::domain::consumer::{Consumer, ConsumerId, ConsumerState, Delivery, DeliveryOutcome};
use crate::domain::error::{Error, Result};
use crate::domain::feed::Lag;

/// Most consumers, and most deliveries, that one page has.
const PAGE_MAX: i64 = 1_000;

/// What operators watch of one consumer.
#[derive(Debug, Clone)]
pub struct ConsumerMeasure {
    pub code: String,
    pub channel: &'static str,
    pub state: ConsumerState,
    pub publication: i64,
    pub lag_events: i64,
    pub lag_seconds: f64,
    pub attempts: i64,
    pub failures: i64,
}

impl Consumers {
    /// One consumer. For its own account, administrators and auditors; for others it is not there.
    pub fn find_consumer(&self, caller: &Caller, code: &str) -> Result<Option<Consumer>> {
        check_reader(&caller.authority)?;
        match self.acts.store.read(|connection| find_visible(connection, &caller.authority, code)) {
            Ok(found) => Ok(Some(found)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The consumers that the caller may know of, in the order of registration.
    pub fn list_consumers(
        &self,
        caller: &Caller,
        state: Option<ConsumerState>,
        after: Option<ConsumerId>,
        count: i64,
    ) -> Result<Vec<Consumer>> {
        let authority = &caller.authority;
        let account = check_reader(authority)?;
        let filter = ConsumerFilter { account: (!oversees(authority)).then_some(account), state, after };
        self.acts.store.read(|connection| db::consumer::list(connection, &filter, count.clamp(0, PAGE_MAX)))
    }

    /// The deliveries of a consumer before a number (the newest without it), newest first, or only those with an outcome. Whoever asks
    /// has found the consumer.
    pub fn list_deliveries(
        &self,
        id: ConsumerId,
        outcome: Option<DeliveryOutcome>,
        before: Option<i64>,
        count: i64,
    ) -> Result<Vec<Delivery>> {
        self.acts.store.read(|connection| db::delivery::list_before(connection, id, outcome, before, count.clamp(0, PAGE_MAX)))
    }

    /// How far a consumer is behind. `None` when it cannot be told: its account is disabled, or may read one of its dictionaries no more.
    pub fn lag_of(&self, consumer: &Consumer) -> Result<Option<Lag>> {
        let authority = unless_refused(self.authority_of(consumer))?;
        authority.map_or(Ok(None), |authority| self.lag_under(&authority, consumer))
    }

    fn lag_under(&self, authority: &Authority, consumer: &Consumer) -> Result<Option<Lag>> {
        let asked = FeedRequest { dictionaries: consumer.dictionaries.clone(), filter: None };
        unless_refused(self.feed.view(authority, &asked).map(|view| self.feed.lag(&view, &consumer.position)))
    }

    /// How long ago the oldest publication was made that a consumer has not got whole.
    pub fn lag_seconds(&self, lag: &Lag) -> f64 {
        let since = |since: Timestamp| self.acts.clock.now().duration_since(since).as_secs_f64().max(0.0);
        lag.since.map_or(0.0, since)
    }

    /// What `/metrics` tells of all consumers. Whoever asks again soon is told the same, unless something was done meanwhile; positions
    /// to which deliveries came since then show a little later.
    pub fn measures(&self) -> Result<Arc<[ConsumerMeasure]>> {
        let beats = self.acts.pulse.count();
        if let Some(known) = self.measured.find(beats) {
            return Ok(known);
        }
        let measures: Arc<[ConsumerMeasure]> = self.measure()?.into();
        self.measured.keep(beats, Arc::clone(&measures));
        Ok(measures)
    }

    fn measure(&self) -> Result<Vec<ConsumerMeasure>> {
        let consumers =
            self.acts.store.read(|connection| db::consumer::list(connection, &ConsumerFilter::default(), super::CONSUMERS_MAX))?;
        // Many consumers are of few accounts, and rights are what takes the time.
        let mut authorities: BTreeMap<AccountId, Option<Authority>> = BTreeMap::new();
        let measure = |consumer: Consumer| {
            let authority = match authorities.entry(consumer.account) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => unknown.insert(unless_refused(self.authority_of(&consumer))?),
            };
            let lag = authority.as_ref().map(|authority| self.lag_under(authority, &consumer)).transpose()?;
            let lag = lag.flatten().unwrap_or_default();
            Ok(ConsumerMeasure {
                channel: consumer.channel.kind().name(),
                state: consumer.state,
                publication: consumer.position.publication,
                lag_events: lag.events,
                lag_seconds: self.lag_seconds(&lag),
                attempts: consumer.attempts_count,
                failures: consumer.failed_count,
                code: consumer.code,
            })
        };
        consumers.into_iter().map(measure).collect()
    }
}

/// `None` for what is refused or not there; faults stay faults.
fn unless_refused<T>(outcome: Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(told) => Ok(Some(told)),
        Err(Error::NotFound { .. } | Error::Refused { .. }) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn check_reader(authority: &Authority) -> Result<AccountId> {
    let account = authority.account_id().ok_or_else(|| Error::unauthenticated("sign in first: consumers are not for everybody"))?;
    if authority.reaches(Scope::Read) {
        return Ok(account);
    }
    Err(Error::refused("scope_missing", "this token does not allow to read"))
}
