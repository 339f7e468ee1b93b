//! What stewards say of consumers: enumerations and inputs, and how they become what the core reads.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined, OneofObject};

use crate::app::consumers::ConsumerChange;
use crate::domain::consumer::{ChannelKind, ConsumerState, DeliveryOutcome, SigningKind, WebhookMode};
use crate::domain::consumer_registration::TargetRequest;

/// Most events of one request unless told.
const BATCH_EVENTS_DEFAULT: i64 = 100;

/// By which way a consumer gets its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ConsumerChannel", remote = "ChannelKind")]
pub enum ChannelValue {
    /// It fetches them itself.
    Pull,
    /// They are sent to an address over HTTP, signed.
    Webhook,
    /// They are published to a stream of NATS.
    Nats,
}

/// Whether anything is delivered to a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ConsumerState", remote = "ConsumerState")]
pub enum ConsumerStateValue {
    /// A webhook that has not answered yet that it wants events.
    Unverified,
    /// It is delivered to.
    Active,
    /// Nothing is delivered until somebody resumes it.
    Paused,
    /// It failed for too long: nothing is tried until somebody resumes it.
    Quarantined,
    /// It answered that it wants nothing more.
    Ended,
}

/// What one attempt to deliver came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DeliveryOutcome", remote = "DeliveryOutcome")]
pub enum DeliveryOutcomeValue {
    /// The receiver took the events.
    Delivered,
    /// It did not, and is sent them again.
    Failed,
}

/// How many events one request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "WebhookMode", remote = "WebhookMode")]
pub enum WebhookModeValue {
    /// One, as `application/cloudevents+json`.
    Structured,
    /// Several, as `application/cloudevents-batch+json`.
    Batched,
}

/// How requests are signed, by the words of Standard Webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SigningKind", remote = "SigningKind")]
pub enum SigningKindValue {
    /// `v1`: both sides know one secret.
    Hmac,
    /// `v1a`: the service alone signs, the receiver has the public key.
    #[graphql(name = "ED25519")]
    Ed25519,
}

/// An address over HTTP.
#[derive(InputObject)]
pub struct WebhookInput {
    /// Where events are sent: `https://…`.
    url: String,
    /// How many events one request carries.
    #[graphql(default_with = "WebhookModeValue::Structured")]
    mode: WebhookModeValue,
    /// Most events of one request; of mode `BATCHED` only.
    #[graphql(default_with = "BATCH_EVENTS_DEFAULT")]
    batch_events_max: i64,
}

/// A stream of NATS `JetStream`.
#[derive(InputObject)]
pub struct NatsInput {
    /// `nats://[user:password@]host:port`.
    url: String,
    /// The name of the stream.
    stream: String,
    /// What subjects begin with.
    #[graphql(default_with = "\"svod\".to_owned()")]
    subject_prefix: String,
}

/// Where events are sent to.
#[derive(OneofObject)]
pub enum ConsumerTargetInput {
    /// Over HTTP.
    Webhook(WebhookInput),
    /// To a broker.
    Nats(NatsInput),
}

impl From<ConsumerTargetInput> for TargetRequest {
    fn from(input: ConsumerTargetInput) -> Self {
        match input {
            ConsumerTargetInput::Webhook(WebhookInput { url, mode, batch_events_max }) => {
                Self::Webhook { url, mode: mode.into(), batch_events_max }
            }
            ConsumerTargetInput::Nats(NatsInput { url, stream, subject_prefix }) => Self::Nats { url, stream, subject_prefix },
        }
    }
}

/// A consumer to be registered.
#[derive(InputObject)]
pub struct RegisterConsumerInput {
    /// By which it is known: lower-case Latin letters, digits and `_`.
    pub code: String,
    pub title: String,
    /// Whom to ask when it fails.
    pub contact: String,
    /// The name of the account whose rights it reads with; one's own unless told.
    pub account: Option<ID>,
    /// The codes of the dictionaries that it follows; left out: all that its account may read.
    pub dictionaries: Option<Vec<ID>>,
    /// A condition on items in CEL, as `item.region == '77'`. A dictionary under which it cannot be read is told whole.
    pub filter: Option<String>,
    /// Where events are sent to; left out: it fetches them itself.
    pub target: Option<ConsumerTargetInput>,
    /// How requests of a webhook are signed.
    #[graphql(default_with = "SigningKindValue::Hmac")]
    pub signing: SigningKindValue,
    /// Where it begins: a cursor, `start` or `now`.
    #[graphql(default_with = "\"now\".to_owned()")]
    pub from: String,
}

/// What is to become another; what is left out stays.
#[derive(InputObject)]
pub struct UpdateConsumerInput {
    /// Which consumer.
    pub code: ID,
    title: Option<String>,
    contact: Option<String>,
    /// Null: all that its account may read.
    dictionaries: MaybeUndefined<Vec<ID>>,
    /// Null: none.
    filter: MaybeUndefined<String>,
    /// Of the same kind as it is. A webhook with another address has to answer its challenge again.
    target: Option<ConsumerTargetInput>,
}

impl UpdateConsumerInput {
    pub fn change(self) -> ConsumerChange {
        fn asked<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
            match value {
                MaybeUndefined::Undefined => None,
                MaybeUndefined::Null => Some(None),
                MaybeUndefined::Value(value) => Some(Some(value)),
            }
        }
        let codes = |codes: Vec<ID>| codes.into_iter().map(|code| code.0).collect();
        ConsumerChange {
            title: self.title,
            contact: self.contact,
            dictionaries: asked(self.dictionaries).map(|codes_or_null| codes_or_null.map(codes)),
            filter: asked(self.filter),
            target: self.target.map(Into::into),
        }
    }
}

/// Which consumer.
#[derive(InputObject)]
pub struct ConsumerInput {
    /// Its code.
    pub code: ID,
}

/// Which secrets are to be there afterwards.
#[derive(InputObject)]
pub struct RotateConsumerSecretInput {
    /// The code of the consumer.
    pub code: ID,
    /// Of which kind the new one is; as the newest that is there unless told.
    pub kind: Option<SigningKindValue>,
    /// Whether the others sign no more from now on.
    #[graphql(default)]
    pub revoke_others: bool,
}

/// From where a consumer is to be sent events again.
#[derive(InputObject)]
pub struct ReplayConsumerInput {
    /// The code of the consumer.
    pub code: ID,
    /// A cursor, after which it goes on; `start`; or the number of the first publication that is sent again.
    pub from: String,
}

/// What a consumer has taken.
#[derive(InputObject)]
pub struct AcknowledgeInput {
    /// The code of the consumer.
    pub consumer: ID,
    /// The cursor of the last event that it has taken.
    pub cursor: String,
}
