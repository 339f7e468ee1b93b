//! The test ping: a steward asks whether a receiver can be reached, and is told among its deliveries. It is one event of its own, out of
//! order, without a cursor, and nothing of where the consumer stands depends on it.

use jiff::Timestamp;
use serde_json::json;

use super::delivering::keep;
use super::managing::{UNVERIFIED_BEFORE, act, get_again};
use super::{Consumers, get_manageable};
use crate::app::acting::Caller;
use crate::db;
use crate::domain::consumer::{Attempt, ChannelKind, Consumer, ConsumerState, DeliveryOutcome};
use crate::domain::error::{Error, Result};

/// A ping that somebody asked for.
#[derive(Debug, Clone)]
pub struct Ping {
    /// As it was when the ping was found; it is sent by its channel.
    pub consumer: Consumer,
    pub asked_at: Timestamp,
}

impl Ping {
    /// The type of its event.
    pub const EVENT_TYPE: &str = "svod.ping";
    /// The name of its published schema.
    pub const SCHEMA_NAME: &str = "ping.v1.json";

    /// The id of its event: `ping.statistics.1764057600000`, the instant in milliseconds since 1970.
    pub fn event_id(&self) -> String {
        format!("ping.{}.{}", self.consumer.code, self.asked_at.as_millisecond())
    }
}

impl Consumers {
    /// Asks for a ping to a consumer that is active, paused or quarantined. It is sent once, soon, by one node; what came of it is told
    /// among the deliveries.
    pub fn ping_consumer(&self, caller: &Caller, code: &str) -> Result<Consumer> {
        self.acts.act(caller, &act("pingConsumer", code), |acting| {
            let found = get_manageable(acting, code)?;
            check_can_be_pinged(&found)?;
            db::consumer::update_ping_asked(acting.connection, found.id, Some(acting.now))?;
            acting.note("state", found.state.name());
            get_again(acting.connection, &found)
        })
    }

    /// The pings that are asked for and that nobody has taken.
    pub fn list_pings(&self) -> Result<Vec<Ping>> {
        let found = self.acts.store.read(db::consumer::list_to_ping)?;
        Ok(found.into_iter().map(|(consumer, asked_at)| Ping { consumer, asked_at }).collect())
    }

    /// Takes a ping, to be sent by whoever is told `true`: of several nodes one. It is not sent again when that one dies meanwhile.
    pub fn take_ping(&self, ping: &Ping) -> Result<bool> {
        self.acts.store.write_beside(|connection| db::consumer::take_ping(connection, ping.consumer.id, ping.asked_at))
    }

    /// The event of a ping, as the JSON format of `CloudEvents` has it.
    pub fn event_of_ping(&self, ping: &Ping) -> String {
        let event = json!({
            "specversion": "1.0",
            "id": ping.event_id(),
            "source": self.feed.source(),
            "type": Ping::EVENT_TYPE,
            "time": ping.asked_at.to_string(),
            "datacontenttype": "application/json",
            "dataschema": format!("{}/feed/schemas/{}", self.feed.settings().public_url, Ping::SCHEMA_NAME),
            "data": { "consumer": ping.consumer.code },
        });
        event.to_string()
    }

    /// Keeps what came of a ping. Position, state and failures in a row stay as they are, and a ping that failed is none of the failures
    /// that are counted: those are of events. `false`: the consumer is gone.
    pub fn pinged(&self, ping: &Ping, node: &str, attempt: &Attempt, outcome: DeliveryOutcome) -> Result<bool> {
        let id = ping.consumer.id;
        self.acts.store.write_beside(|connection| {
            let number = db::consumer::update_pinged(connection, id)?;
            keep(connection, id, node, number, attempt, outcome)
        })
    }
}

/// Whether something may be sent to a consumer that it did not ask for just now.
fn check_can_be_pinged(consumer: &Consumer) -> Result<()> {
    let code = &consumer.code;
    if consumer.channel.kind() == ChannelKind::Pull {
        return Err(Error::refused("consumer_pulls", format!("the consumer {code} fetches its events itself: it has no address to ping")));
    }
    // One that was paused while it waited for its challenge has not answered it either.
    if consumer.state == ConsumerState::Unverified || consumer.state_reason.as_deref() == Some(UNVERIFIED_BEFORE) {
        let message =
            format!("the consumer {code} has not answered its challenge, and is sent nothing before: ask its contact to answer it");
        return Err(Error::refused("consumer_unverified", message));
    }
    if consumer.state == ConsumerState::Ended {
        let message = format!("the consumer {code} answered that it wants nothing more: resume it first");
        return Err(Error::refused("consumer_ended", message));
    }
    Ok(())
}
