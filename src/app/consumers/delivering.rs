//! What whoever delivers events needs of the database: leases, so that one node at a time delivers to a consumer, and the outcome of
//! each attempt, written under the fence of the lease. Deliveries are no acts of people, so they leave no audit record.

use jiff::Timestamp;

use super::Consumers;
use crate::app::acting::{Credential, authority_of};
use crate::db::{self, Engine};
use crate::domain::account::Authority;
use crate::domain::consumer::{Attempt, Channel, Consumer, ConsumerId, ConsumerState, Delivery, DeliveryOutcome};
use crate::domain::error::Result;
use crate::domain::feed::Position;

/// How many attempts are kept of each consumer.
pub const DELIVERIES_KEPT_MAX: i64 = 1_000;
/// How much is kept of what a receiver said, in characters.
const MESSAGE_CHARS_MAX: usize = 500;

/// The right to deliver to a consumer for a while. A node holds it from when it asked, by a clock that never jumps, for
/// `Consumers::lease_ms`; `until` is by the clock of the database and is for people.
#[derive(Debug, Clone)]
pub struct Lease {
    /// As it was when the lease was taken or prolonged.
    pub consumer: Consumer,
    pub node: String,
    /// Another number than before means that somebody else may have delivered meanwhile, or that a steward changed the consumer:
    /// go on from `consumer.position`.
    pub fence: i64,
    pub until: Timestamp,
}

/// What is to come of a failed attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    RetryAt(Timestamp),
    /// Nothing more is tried until somebody resumes it.
    Quarantine {
        reason: String,
    },
    /// The receiver wants nothing more.
    End {
        reason: String,
    },
}

impl Consumers {
    /// How long a lease lasts.
    pub fn lease_ms(&self) -> u64 {
        self.settings.lease_ms
    }

    /// Takes or prolongs the leases of this node on active consumers that are delivered to and that nobody else holds. `node` is
    /// another for each start of each process. Consumers whose next attempt is not due yet are among them.
    pub fn claim(&self, node: &str) -> Result<Vec<Lease>> {
        if !self.acts.store.read(db::consumer::has_to_deliver)? {
            return Ok(Vec::new());
        }
        let (lease_ms, now) = (i64::try_from(self.settings.lease_ms).unwrap_or(i64::MAX), self.acts.clock.now());
        let leased = self.acts.store.write_beside(|connection| db::consumer::claim(connection, node, lease_ms, now))?;
        let lease = |leased: db::consumer::LeasedConsumer| Lease {
            consumer: leased.consumer,
            node: node.to_owned(),
            fence: leased.fence,
            until: leased.until,
        };
        Ok(leased.into_iter().map(lease).collect())
    }

    /// What the account of a consumer may read now; refused when it is disabled.
    pub fn authority_of(&self, consumer: &Consumer) -> Result<Authority> {
        let credential = Credential::Began(consumer.account);
        self.acts.store.read(|connection| authority_of(connection, &credential, self.acts.clock.now()))
    }

    /// When something was last sent to a consumer, or tried to be.
    pub fn last_attempt_at(&self, id: ConsumerId) -> Result<Option<Timestamp>> {
        let newest = self.acts.store.read(|connection| db::delivery::list_before(connection, id, None, None, 1))?;
        Ok(newest.first().map(|delivery| delivery.attempt.attempted_at))
    }

    /// Moves the position on after events were delivered. `false`: the lease is another's by now, and nothing was written.
    pub fn delivered(&self, lease: &Lease, position: &Position, attempt: &Attempt) -> Result<bool> {
        let (id, at) = (lease.consumer.id, self.acts.clock.now());
        self.acts.store.write_beside(|connection| {
            let number = db::consumer::update_delivered(connection, id, &lease.node, lease.fence, position, at)?;
            keep(connection, id, &lease.node, number, attempt, DeliveryOutcome::Delivered)
        })
    }

    /// Keeps a failed attempt and what is to come of it. `false`: the lease is another's by now, and nothing was written.
    pub fn failed(&self, lease: &Lease, attempt: &Attempt, failure: &Failure) -> Result<bool> {
        let (id, at) = (lease.consumer.id, self.acts.clock.now());
        let next_attempt_at = if let Failure::RetryAt(at) = failure { Some(*at) } else { None };
        let ended = match failure {
            Failure::RetryAt(_) => None,
            Failure::Quarantine { reason } => Some((ConsumerState::Quarantined, reason)),
            Failure::End { reason } => Some((ConsumerState::Ended, reason)),
        };
        self.acts.store.write_beside(|connection| {
            let number = db::consumer::update_failed(connection, id, &lease.node, lease.fence, at, next_attempt_at)?;
            if let Some((state, reason)) = ended.filter(|_| number.is_some()) {
                db::consumer::update_state_if(connection, id, ConsumerState::Active, state, Some(&shortened(reason)))?;
            }
            keep(connection, id, &lease.node, number, attempt, DeliveryOutcome::Failed)
        })
    }

    /// Gives a lease back at an orderly end, so that others need not wait for it to run out.
    pub fn release(&self, lease: &Lease) -> Result<()> {
        let id = lease.consumer.id;
        self.acts.store.write_beside(|connection| db::consumer::release(connection, id, &lease.node, lease.fence))
    }

    /// Webhooks that have not shown yet that they want events.
    pub fn list_unverified(&self) -> Result<Vec<Consumer>> {
        let filter = db::consumer::ConsumerFilter { state: Some(ConsumerState::Unverified), ..Default::default() };
        self.acts.store.read(|connection| db::consumer::list(connection, &filter, super::CONSUMERS_MAX))
    }

    /// Notes that a webhook answered its challenge: from now on it is delivered to. `false` when it is another by now: it was removed,
    /// its address was changed, or it is not waiting any more.
    pub fn verified(&self, asked: &Consumer) -> Result<bool> {
        let verified = self.acts.store.write(|connection| {
            let is_same = find_url(connection, asked.id)? == url_of(&asked.channel);
            Ok(is_same && db::consumer::update_state_if(connection, asked.id, ConsumerState::Unverified, ConsumerState::Active, None)?)
        })?;
        if verified {
            self.acts.pulse.beat();
        }
        Ok(verified)
    }

    /// Says why a webhook is unverified still.
    pub fn not_verified(&self, asked: &Consumer, reason: &str) -> Result<bool> {
        let reason = shortened(reason);
        let unverified = ConsumerState::Unverified;
        self.acts.store.write(|connection| db::consumer::update_state_if(connection, asked.id, unverified, unverified, Some(&reason)))
    }
}

fn find_url(connection: &mut Engine, id: ConsumerId) -> Result<Option<String>> {
    Ok(db::consumer::find(connection, id)?.and_then(|found| url_of(&found.channel)))
}

fn url_of(channel: &Channel) -> Option<String> {
    match channel {
        Channel::Pull => None,
        Channel::Webhook(target) => Some(target.url.clone()),
        Channel::Nats(target) => Some(target.url.clone()),
    }
}

pub(super) fn keep(
    connection: &mut Engine,
    consumer: ConsumerId,
    node: &str,
    number: Option<i64>,
    attempt: &Attempt,
    outcome: DeliveryOutcome,
) -> Result<bool> {
    let Some(number) = number else { return Ok(false) };
    let attempt = Attempt { message: shortened(&attempt.message), ..attempt.clone() };
    let delivery = Delivery { consumer, number, attempt, outcome, node: node.to_owned() };
    db::delivery::insert(connection, &delivery, DELIVERIES_KEPT_MAX)?;
    Ok(true)
}

/// What a receiver says may be long, and may hold signs that PostgreSQL cannot store.
fn shortened(message: &str) -> String {
    message.chars().filter(|sign| *sign != '\0').take(MESSAGE_CHARS_MAX).collect()
}
