//! Where events are handed over: the small interface to receivers, with exactly two of them, webhooks and NATS. Events go in their order,
//! and what comes back says how it went; whose events they are and what is next, others know.

use jiff::Timestamp;

use super::nats::NatsSink;
use super::webhook::{Outcome, WebhookClient, WebhookRequest};
use crate::domain::consumer::{WebhookMode, WebhookTarget};
use crate::domain::text::DictionaryCode;

/// An event on its way out.
#[derive(Debug, Clone, Copy)]
pub struct OutgoingEvent<'a> {
    pub id: &'a str,
    /// `svod.item.changed`.
    pub event_type: &'a str,
    /// `None`: of a publication as a whole.
    pub dictionary: Option<&'a DictionaryCode>,
    /// The whole event as CloudEvents have it.
    pub json: &'a str,
}

/// One receiver.
pub enum Sink {
    Webhook { client: WebhookClient, target: WebhookTarget },
    Nats(Box<NatsSink>),
}

impl Sink {
    /// How many events are handed over at once, at most.
    pub fn events_max(&self) -> usize {
        match self {
            Self::Webhook { target, .. } if target.mode == WebhookMode::Batched => target.batch_events_max.max(1),
            Self::Webhook { .. } | Self::Nats(_) => 1,
        }
    }

    /// Hands events over, all or none as far as the receiver says. `traceparent` says what this is part of, for whoever follows it.
    pub async fn send(&mut self, events: &[OutgoingEvent<'_>], now: Timestamp, traceparent: Option<&str>) -> Outcome {
        match self {
            Self::Webhook { client, target } => {
                let id = request_id(events);
                let body = match target.mode {
                    WebhookMode::Structured => events.first().map(|event| event.json.as_bytes().to_vec()).unwrap_or_default(),
                    WebhookMode::Batched => batch(events),
                };
                client.send(target, WebhookRequest { id: &id, mode: target.mode, body, now, traceparent }).await
            }
            Self::Nats(sink) => sink.send(events, traceparent).await,
        }
    }
}

/// The id by which a receiver knows the same request again: that of its event, or those of the first and the last of a batch.
fn request_id(events: &[OutgoingEvent<'_>]) -> String {
    match events {
        [] => String::new(),
        [only] => only.id.to_owned(),
        [first, .., last] => format!("{}..{}", first.id, last.id),
    }
}

fn batch(events: &[OutgoingEvent<'_>]) -> Vec<u8> {
    let mut body = Vec::with_capacity(events.iter().map(|event| event.json.len() + 1).sum::<usize>() + 2);
    body.push(b'[');
    for (at, event) in events.iter().enumerate() {
        if at > 0 {
            body.push(b',');
        }
        body.extend_from_slice(event.json.as_bytes());
    }
    body.push(b']');
    body
}
