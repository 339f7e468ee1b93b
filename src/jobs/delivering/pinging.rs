//! Sends the pings that stewards ask for: each once, by the node that takes it, beside whatever is being delivered. A receiver is sent
//! one at a time; one that hangs has the others wait with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::AbortHandle;

use super::Shared;
use crate::app::consumers::Ping;
use crate::domain::consumer::{Attempt, ConsumerId, DeliveryOutcome};
use crate::domain::error::Result;
use crate::outbound::sink::OutgoingEvent;
use crate::outbound::webhook::Outcome;

/// Which consumers are pinged just now.
#[derive(Default)]
pub struct Pings {
    under_way: BTreeMap<ConsumerId, AbortHandle>,
}

impl Pings {
    /// Sends those that are asked for, each in a task of its own.
    pub fn look(&mut self, shared: &Arc<Shared>, node: &str, asked: Vec<Ping>) {
        self.under_way.retain(|_, task| !task.is_finished());
        for ping in asked {
            let (shared, node) = (Arc::clone(shared), node.to_owned());
            self.under_way.entry(ping.consumer.id).or_insert_with(|| tokio::spawn(send(shared, node, ping)).abort_handle());
        }
    }
}

async fn send(shared: Arc<Shared>, node: String, ping: Ping) {
    let code = ping.consumer.code.clone();
    if let Err(error) = try_send(&shared, node, ping).await {
        tracing::warn!(%error, consumer = code, "a ping was not sent, or what came of it was not kept: it can be asked for again");
    }
}

async fn try_send(shared: &Shared, node: String, ping: Ping) -> Result<()> {
    let Some(mut sink) = shared.sink_of(&ping.consumer.channel) else { return Ok(()) };
    let (consumers, asked) = (shared.delivery.consumers.clone(), ping.clone());
    if !shared.blocking(move || consumers.take_ping(&asked)).await? {
        return Ok(());
    }
    let (id, json) = (ping.event_id(), shared.delivery.consumers.event_of_ping(&ping));
    let (attempted_at, began) = (shared.delivery.clock.now(), Instant::now());
    let event = OutgoingEvent { id: &id, event_type: Ping::EVENT_TYPE, dictionary: None, json: &json };
    // A receiver that ends its subscription by answering 410 says so of events, when it is sent one.
    let (outcome, status, message) = match sink.send(&[event], attempted_at, None).await {
        Outcome::Delivered { status, message } => (DeliveryOutcome::Delivered, status, message),
        Outcome::Failed { status, message, .. } | Outcome::Ended { status, message } => (DeliveryOutcome::Failed, status, message),
    };
    let took_ms = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
    let attempt = Attempt { first_event: id.clone(), last_event: id, events: 1, attempted_at, took_ms, status, message };
    let consumers = shared.delivery.consumers.clone();
    shared.blocking(move || consumers.pinged(&ping, &node, &attempt, outcome).map(|_| ())).await
}
