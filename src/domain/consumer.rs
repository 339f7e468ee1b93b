//! Consumers: systems that are registered as followers of the feed, how each is reached, how far it is and how that goes.
//! It knows neither the network nor the database; what a registration must look like stands in `consumer_registration`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;

use super::account::AccountId;
use super::feed::Position;
use super::text::DictionaryCode;

/// The number of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConsumerId(pub i64);

/// By which way a consumer gets its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChannelKind {
    /// It fetches them itself and says how far it is.
    Pull,
    Webhook,
    Nats,
}

impl ChannelKind {
    pub const ALL: [Self; 3] = [Self::Pull, Self::Webhook, Self::Nats];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Webhook => "webhook",
            Self::Nats => "nats",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The way to a consumer, with all that is needed to go it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    Pull,
    Webhook(WebhookTarget),
    Nats(NatsTarget),
}

impl Channel {
    pub fn kind(&self) -> ChannelKind {
        match self {
            Self::Pull => ChannelKind::Pull,
            Self::Webhook(_) => ChannelKind::Webhook,
            Self::Nats(_) => ChannelKind::Nats,
        }
    }
}

/// How many events one request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookMode {
    /// One, as `application/cloudevents+json`.
    Structured,
    /// Several, as `application/cloudevents-batch+json`.
    Batched,
}

impl WebhookMode {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Structured => "structured",
            Self::Batched => "batched",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Structured, Self::Batched].into_iter().find(|mode| mode.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookTarget {
    pub url: String,
    pub mode: WebhookMode,
    /// Most events of one request; 1 in structured mode.
    pub batch_events_max: usize,
    /// The oldest first. While secrets are rotated there are several, and all sign.
    pub secrets: Vec<SigningSecret>,
}

#[derive(Clone, PartialEq, Eq)]
pub struct NatsTarget {
    /// `nats://[user:password@]host:port`, or `tls://…`.
    pub url: String,
    pub stream: String,
    /// What subjects begin with: `svod`.
    pub subject_prefix: String,
}

impl NatsTarget {
    /// The address without its password, to be shown.
    pub fn shown_url(&self) -> String {
        let Some((scheme, rest)) = self.url.split_once("://") else { return String::new() };
        match rest.rsplit_once('@') {
            Some((credentials, host)) => {
                let user = credentials.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}@{host}")
            }
            None => self.url.clone(),
        }
    }
}

impl fmt::Debug for NatsTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { stream, subject_prefix, .. } = self;
        f.debug_struct("NatsTarget")
            .field("url", &self.shown_url())
            .field("stream", stream)
            .field("subject_prefix", subject_prefix)
            .finish()
    }
}

/// How requests are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningKind {
    /// Both sides know one secret (`v1` of Standard Webhooks).
    Hmac,
    /// The service alone can sign, everybody can verify (`v1a`).
    Ed25519,
}

/// What requests to a consumer are signed with, as the specification of Standard Webhooks writes secrets.
#[derive(Clone, PartialEq, Eq)]
pub enum SigningSecret {
    /// `whsec_` and base64.
    Hmac(Vec<u8>),
    /// The seed of a key pair: `whsk_` and base64.
    Ed25519([u8; 32]),
}

impl SigningSecret {
    pub const fn kind(&self) -> SigningKind {
        match self {
            Self::Hmac(_) => SigningKind::Hmac,
            Self::Ed25519(_) => SigningKind::Ed25519,
        }
    }

    /// The whole secret as text. Whoever has it can sign in the service's name.
    pub fn text(&self) -> String {
        match self {
            Self::Hmac(bytes) => format!("whsec_{}", STANDARD.encode(bytes)),
            Self::Ed25519(seed) => format!("whsk_{}", STANDARD.encode(seed)),
        }
    }

    /// Reads what [`Self::text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(encoded) = text.strip_prefix("whsec_") {
            return STANDARD.decode(encoded).ok().filter(|bytes| !bytes.is_empty()).map(Self::Hmac);
        }
        let seed = STANDARD.decode(text.strip_prefix("whsk_")?).ok()?;
        seed.try_into().ok().map(Self::Ed25519)
    }
}

/// A public key as Standard Webhooks writes it.
pub fn public_key_text(key: &[u8; 32]) -> String {
    format!("whpk_{}", STANDARD.encode(key))
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(…)", self.kind())
    }
}

/// Whether anything is delivered to a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ConsumerState {
    /// A webhook that has not answered yet that it wants events: nothing else is sent to it.
    Unverified,
    Active,
    /// Until somebody resumes it.
    Paused,
    /// It failed for too long: nothing is tried until somebody resumes it.
    Quarantined,
    /// It answered that it wants nothing more.
    Ended,
}

impl ConsumerState {
    pub const ALL: [Self; 5] = [Self::Unverified, Self::Active, Self::Paused, Self::Quarantined, Self::Ended];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Unverified => "unverified",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Quarantined => "quarantined",
            Self::Ended => "ended",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A system that follows the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    pub id: ConsumerId,
    /// By which it is known; like the code of a dictionary.
    pub code: String,
    pub title: String,
    /// Whose rights it reads with, and who confirms for it.
    pub account: AccountId,
    /// Whom to ask when it fails: an address, a telephone number.
    pub contact: String,
    /// `None`: all that its account may read.
    pub dictionaries: Option<Vec<DictionaryCode>>,
    /// A condition on items; see `item_condition`.
    pub filter: Option<String>,
    pub channel: Channel,
    pub state: ConsumerState,
    /// Why it is in its state, where that was not simply asked for.
    pub state_reason: Option<String>,
    /// Up to where events were delivered; of one that pulls, up to where it said that it has them.
    pub position: Position,
    /// Up to where it said itself that it has taken the events.
    pub confirmed: Option<Position>,
    pub confirmed_at: Option<Timestamp>,
    /// Attempts to deliver so far, and how many of them failed.
    pub attempts_count: i64,
    pub failed_count: i64,
    /// Failed attempts in a row.
    pub failures: i64,
    pub failing_since: Option<Timestamp>,
    /// `None`: at once.
    pub next_attempt_at: Option<Timestamp>,
    pub delivered_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

/// What one attempt to deliver came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryOutcome {
    Delivered,
    Failed,
}

impl DeliveryOutcome {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Delivered, Self::Failed].into_iter().find(|outcome| outcome.name() == name)
    }
}

/// One attempt to hand events over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The ids of the first event and of the last.
    pub first_event: String,
    pub last_event: String,
    pub events: usize,
    pub attempted_at: Timestamp,
    pub took_ms: i64,
    /// The status of HTTP; `None` when there was no answer, or the channel has none.
    pub status: Option<u16>,
    /// What the receiver said or what went wrong, in short.
    pub message: String,
}

/// An attempt as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub consumer: ConsumerId,
    /// 1, 2, 3 … within its consumer.
    pub number: i64,
    pub attempt: Attempt,
    pub outcome: DeliveryOutcome,
    /// The node that attempted it.
    pub node: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_written_and_read_and_never_shown() {
        for secret in [SigningSecret::Hmac(vec![1, 2, 3]), SigningSecret::Ed25519([7; 32])] {
            assert_eq!(SigningSecret::parse(&secret.text()), Some(secret.clone()));
            assert!(!format!("{secret:?}").contains('7'), "{secret:?}");
        }
        for text in ["", "whsec_", "whsk_AAAA", "AAAA", "whsec_*"] {
            assert_eq!(SigningSecret::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_broker_is_shown_without_its_password() {
        let target = |url: &str| NatsTarget { url: url.to_owned(), stream: "svod".to_owned(), subject_prefix: "svod".to_owned() };
        assert_eq!(target("nats://svod:s3cret@broker:4222").shown_url(), "nats://svod@broker:4222");
        assert_eq!(target("nats://broker:4222").shown_url(), "nats://broker:4222");
        assert!(!format!("{:?}", target("nats://svod:s3cret@broker:4222")).contains("s3cret"));
    }
}
