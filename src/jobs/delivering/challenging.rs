//! Asks new webhooks whether they want events at all, again and again at growing intervals, until they say so or are removed. Whoever
//! registers an address that is not theirs finds that nothing is ever sent there.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Shared;
use crate::domain::consumer::{Channel, Consumer, ConsumerId, WebhookTarget};
use crate::outbound::webhook::Outcome;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// When which webhook is asked again.
#[derive(Default)]
pub struct Challenges {
    /// By consumer and address: another address is asked at once.
    waiting: BTreeMap<(ConsumerId, String), (Instant, Duration)>,
}

impl Challenges {
    /// Asks those whose turn it is, each in a task of its own.
    pub fn look(&mut self, shared: &Arc<Shared>, unverified: Vec<Consumer>) {
        let now = Instant::now();
        let targets: Vec<(Consumer, WebhookTarget)> = unverified.into_iter().filter_map(with_target).collect();
        self.waiting.retain(|(id, url), _| targets.iter().any(|(consumer, target)| consumer.id == *id && target.url == *url));
        for (consumer, target) in targets {
            let key = (consumer.id, target.url.clone());
            let pause = match self.waiting.get(&key) {
                Some((at, _)) if now < *at => continue,
                Some((_, pause)) => (*pause * 2).min(LONGEST_PAUSE),
                None => FIRST_PAUSE,
            };
            self.waiting.insert(key, (now + pause, pause));
            tokio::spawn(ask(Arc::clone(shared), consumer, target));
        }
    }
}

fn with_target(consumer: Consumer) -> Option<(Consumer, WebhookTarget)> {
    match consumer.channel.clone() {
        Channel::Webhook(target) => Some((consumer, target)),
        Channel::Pull | Channel::Nats(_) => None,
    }
}

async fn ask(shared: Arc<Shared>, consumer: Consumer, target: WebhookTarget) {
    let outcome = shared.webhooks.challenge(&target).await;
    let (consumers, code) = (shared.delivery.consumers.clone(), consumer.code.clone());
    let noted = shared
        .blocking(move || match outcome {
            Outcome::Delivered { .. } => consumers.verified(&consumer),
            Outcome::Failed { message, .. } | Outcome::Ended { message, .. } => consumers.not_verified(&consumer, &message).map(|_| false),
        })
        .await;
    match noted {
        Ok(true) => tracing::info!(consumer = code, "a webhook said that it wants events"),
        Ok(false) => {}
        Err(error) => tracing::warn!(%error, consumer = code, "the answer of a new webhook was not kept: it is asked again"),
    }
}
