//! One consumer: reads what it was not given yet and hands it over, one request after another, each only after the one before was taken.
//! Where it stands is written down often enough that a restart repeats little, and before it rests; what is repeated has the same ids.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use tokio::sync::watch;

use super::backoff::rest_of_wait;
use super::{Held, Shared, spans};
use crate::app::consumers::Failure;
use crate::app::feed::{FeedEvent, FeedPage, FeedRequest};
use crate::app::pulse::LOOK_EVERY;
use crate::domain::consumer::{Attempt, Consumer};
use crate::domain::error::{Error, Result};
use crate::domain::feed::Position;
use crate::outbound::sink::{OutgoingEvent, Sink};
use crate::outbound::webhook::Outcome;
use crate::traces;

/// Events that are read at once: the same for all, so that they share what was read.
const EVENTS_AT_ONCE: usize = 200;
/// What was delivered is written down at least so often.
const WRITE_EVERY: Duration = Duration::from_millis(100);
const WRITE_EVERY_EVENTS: usize = 500;
/// After a fault of our own.
const FAULT_PAUSE: Duration = Duration::from_secs(1);

pub struct Task {
    shared: Arc<Shared>,
    held: watch::Receiver<Held>,
    /// The consumer as it was when the lease was taken: who changes it makes a new lease.
    consumer: Consumer,
    position: Position,
    /// What was delivered and is not written down yet.
    unwritten: Option<Unwritten>,
    failures: i64,
    failing_since: Option<jiff::Timestamp>,
}

/// Requests that went well, told as one attempt.
struct Unwritten {
    attempt: Attempt,
    since: Instant,
}

/// Why a task ends.
enum End {
    /// Its lease is another's, or nobody's.
    LeaseLost,
    /// There is nothing more to deliver to this consumer.
    Over,
    Fault(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}

impl Task {
    pub fn new(shared: Arc<Shared>, held: watch::Receiver<Held>) -> Self {
        let consumer = held.borrow().lease.consumer.clone();
        let (position, failures, failing_since) = (consumer.position.clone(), consumer.failures, consumer.failing_since);
        Self { shared, held, consumer, position, unwritten: None, failures, failing_since }
    }

    /// Delivers until the lease is lost or the supervisor ends it.
    pub async fn run(mut self) {
        let Some(mut sink) = self.shared.sink_of(&self.consumer.channel) else { return };
        loop {
            match self.deliver(&mut sink).await {
                Ok(()) => {}
                Err(End::LeaseLost | End::Over) => return,
                Err(End::Fault(error)) => {
                    tracing::error!(%error, consumer = self.consumer.code, "nothing can be delivered for the moment");
                    tokio::time::sleep(FAULT_PAUSE).await;
                }
            }
        }
    }

    /// Waits for its time, then hands over what there is, then waits for more.
    async fn deliver(&mut self, sink: &mut Sink) -> std::result::Result<(), End> {
        if let Some(at) = self.consumer.next_attempt_at {
            let (consumers, id) = (self.shared.delivery.consumers.clone(), self.consumer.id);
            let attempted_at = self.shared.blocking(move || consumers.last_attempt_at(id)).await?;
            tokio::time::sleep(rest_of_wait(at, attempted_at, self.shared.delivery.clock.now())).await;
            self.consumer.next_attempt_at = None;
        }
        // Heard from here on, so that nothing is slept through that is published after the look.
        let mut beats = self.shared.delivery.pulse.subscribe();
        loop {
            if self.position >= self.shared.delivery.feed.latest() {
                break;
            }
            let page = self.read().await?;
            for events in page.events.chunks(sink.events_max()) {
                self.hand_over(sink, events).await?;
            }
            // Behind events that are not for this consumer.
            self.position = page.position;
        }
        self.write().await?;
        // An error says that nothing beats any more: then it looks now and then.
        let _ = tokio::time::timeout(LOOK_EVERY, beats.changed()).await;
        Ok(())
    }

    async fn read(&self) -> Result<FeedPage> {
        let (feed, consumers) = (self.shared.delivery.feed.clone(), self.shared.delivery.consumers.clone());
        let (consumer, position) = (self.consumer.clone(), self.position.clone());
        let read = move || {
            let authority = consumers.authority_of(&consumer)?;
            let asked = FeedRequest { dictionaries: consumer.dictionaries, filter: consumer.filter };
            let view = feed.view(&authority, &asked)?;
            feed.read(&view, &position, EVENTS_AT_ONCE)
        };
        self.shared.blocking(read).await
    }

    /// Sends one request until it is taken.
    async fn hand_over(&mut self, sink: &mut Sink, events: &[FeedEvent]) -> std::result::Result<(), End> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Ok(()) };
        let outgoing: Vec<OutgoingEvent<'_>> = events
            .iter()
            .map(|event| OutgoingEvent {
                id: &event.id,
                event_type: event.event_type.name(),
                dictionary: event.dictionary.as_ref(),
                json: &event.json,
            })
            .collect();
        loop {
            self.check_lease()?;
            let (attempted_at, began) = (self.shared.delivery.clock.now(), Instant::now());
            let span = spans::span_of(&self.shared.delivery.traced, &self.consumer, events);
            let cause = traces::traceparent_of(&span);
            let outcome = sink.send(&outgoing, attempted_at, cause.as_deref()).await;
            let took = began.elapsed();
            spans::record(&span, &outcome);
            drop(span);
            let is_delivered = matches!(outcome, Outcome::Delivered { .. });
            self.shared.delivery.consumers.delivery_measures().count(&self.consumer.code, took, is_delivered);
            let (Outcome::Delivered { status, ref message }
            | Outcome::Failed { status, ref message, .. }
            | Outcome::Ended { status, ref message }) = outcome;
            let attempt = Attempt {
                first_event: first.id.clone(),
                last_event: last.id.clone(),
                events: events.len(),
                attempted_at,
                took_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
                status,
                message: message.clone(),
            };
            if is_delivered {
                self.position = last.position.clone();
                return self.note_delivered(attempt).await;
            }
            self.write().await?;
            self.fail(&outcome, attempt).await?;
        }
    }

    async fn note_delivered(&mut self, attempt: Attempt) -> std::result::Result<(), End> {
        (self.failures, self.failing_since) = (0, None);
        match &mut self.unwritten {
            Some(unwritten) => {
                let known = &mut unwritten.attempt;
                known.last_event = attempt.last_event;
                known.events += attempt.events;
                known.took_ms += attempt.took_ms;
            }
            None => self.unwritten = Some(Unwritten { attempt, since: Instant::now() }),
        }
        let is_due = |unwritten: &Unwritten| unwritten.since.elapsed() >= WRITE_EVERY || unwritten.attempt.events >= WRITE_EVERY_EVENTS;
        if self.unwritten.as_ref().is_some_and(is_due) { self.write().await } else { Ok(()) }
    }

    /// Writes down what was delivered, under the fence of the lease.
    async fn write(&mut self) -> std::result::Result<(), End> {
        let Some(Unwritten { attempt, since }) = self.unwritten.take() else { return Ok(()) };
        let (consumers, lease, position) =
            (self.shared.delivery.consumers.clone(), self.held.borrow().lease.clone(), self.position.clone());
        let kept = attempt.clone();
        let written = self.shared.blocking(move || consumers.delivered(&lease, &position, &attempt)).await;
        match written {
            Ok(true) => Ok(()),
            Ok(false) => Err(End::LeaseLost),
            Err(error) => {
                self.unwritten = Some(Unwritten { attempt: kept, since });
                Err(End::Fault(error))
            }
        }
    }

    /// Writes down what failed, and waits for the next attempt, unless there is none.
    async fn fail(&mut self, outcome: &Outcome, attempt: Attempt) -> std::result::Result<(), End> {
        let now = self.shared.delivery.clock.now();
        let failing_since = *self.failing_since.get_or_insert(now);
        self.failures += 1;
        let backoff = self.shared.settings.backoff;
        let (failure, wait) = match outcome {
            Outcome::Ended { message, .. } => (Failure::End { reason: ended(message) }, None),
            _ if backoff.is_over(failing_since, now) => (Failure::Quarantine { reason: given_up(failing_since, &attempt) }, None),
            Outcome::Failed { after, .. } => {
                let chance = u64::from_le_bytes(self.shared.delivery.secrets.bytes()?);
                let wait = backoff.wait(self.failures, chance, *after);
                let at = now + SignedDuration::try_from(wait).unwrap_or(SignedDuration::ZERO);
                (Failure::RetryAt(at), Some(wait))
            }
            Outcome::Delivered { .. } => return Ok(()),
        };
        tracing::debug!(consumer = self.consumer.code, failures = self.failures, message = attempt.message, "a delivery failed");
        let (consumers, lease) = (self.shared.delivery.consumers.clone(), self.held.borrow().lease.clone());
        if !self.shared.blocking(move || consumers.failed(&lease, &attempt, &failure)).await? {
            return Err(End::LeaseLost);
        }
        match wait {
            Some(wait) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            None => {
                tracing::warn!(consumer = self.consumer.code, "nothing more is delivered to a consumer: its state says why");
                Err(End::Over)
            }
        }
    }

    /// Nothing is sent without a lease, by whatever clock: a process that slept finds here that it did.
    fn check_lease(&self) -> std::result::Result<(), End> {
        if Instant::now() < self.held.borrow().until { Ok(()) } else { Err(End::LeaseLost) }
    }
}

fn ended(message: &str) -> String {
    let said = if message.is_empty() { String::new() } else { format!(": {message}") };
    format!("it answered 410, that it wants nothing more{said}")
}

fn given_up(failing_since: jiff::Timestamp, attempt: &Attempt) -> String {
    format!("nothing was delivered since {failing_since}, and it was tried often enough; at last: {}", attempt.message)
}
