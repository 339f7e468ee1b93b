//! What stewards do with a consumer once it is there: change, pause and resume it, rotate its secrets, send events again, take it away.
//! Each bumps the fence where a delivery under way would undo it.

use super::registering::{check_account, note};
use super::{Consumers, WithSecret, get_manageable};
use crate::app::acting::{Act, Caller};
use crate::db;
use crate::domain::account::Scope;
use crate::domain::consumer::{Channel, Consumer, ConsumerState, SigningKind};
use crate::domain::consumer_registration::{Registration, SECRETS_MAX, TargetRequest, violation};
use crate::domain::error::{Error, Result};
use crate::domain::feed::Position;
use crate::domain::text::DictionaryCode;

/// What is to become another; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct ConsumerChange {
    pub title: Option<String>,
    pub contact: Option<String>,
    /// `Some(None)`: all that its account may read.
    pub dictionaries: Option<Option<Vec<String>>>,
    /// `Some(None)`: no condition.
    pub filter: Option<Option<String>>,
    /// Of the same kind as it is.
    pub target: Option<TargetRequest>,
}

pub(super) fn act(verb: &'static str, code: &str) -> Act {
    let subject = DictionaryCode::parse(code).map_or_else(String::new, |code| format!("consumer/{code}"));
    Act::new(verb, Scope::Administer, subject)
}

impl Consumers {
    /// Changes what is said of a consumer. A webhook with another address has to answer its challenge again.
    pub fn update_consumer(&self, caller: &Caller, code: &str, change: ConsumerChange) -> Result<Consumer> {
        self.acts.act(caller, &act("updateConsumer", code), |acting| {
            let was = get_manageable(acting, code)?;
            let (registration, secrets) = (merged(&was, change)?, secrets_of(&was.channel));
            let checked = registration.check(None, secrets)?;
            let authority = check_account(acting, was.account)?;
            self.check_reach(&authority, &checked)?;
            let is_elsewhere = matches!(
                (&was.channel, &checked.channel),
                (Channel::Webhook(before), Channel::Webhook(after)) if before.url != after.url
            );
            let changed = Consumer {
                title: checked.title,
                contact: checked.contact,
                dictionaries: checked.dictionaries,
                filter: checked.filter,
                channel: checked.channel,
                ..was
            };
            db::consumer::update_registration(acting.connection, &changed)?;
            if is_elsewhere {
                db::consumer::update_state(acting.connection, changed.id, ConsumerState::Unverified, None)?;
            }
            note(acting, &changed);
            get_again(acting.connection, &changed)
        })
    }

    /// Nothing more is delivered until it is resumed.
    pub fn pause_consumer(&self, caller: &Caller, code: &str) -> Result<Consumer> {
        self.acts.act(caller, &act("pauseConsumer", code), |acting| {
            let was = get_manageable(acting, code)?;
            if matches!(was.state, ConsumerState::Paused | ConsumerState::Ended) {
                let message = format!("the consumer {code} is {} already: nothing is delivered to it", was.state.name());
                return Err(Error::refused("consumer_not_active", message));
            }
            let reason = (was.state == ConsumerState::Unverified).then_some(UNVERIFIED_BEFORE);
            db::consumer::update_state(acting.connection, was.id, ConsumerState::Paused, reason)?;
            acting.note("was", was.state.name());
            get_again(acting.connection, &was)
        })
    }

    /// Goes on with a consumer that was paused, quarantined or ended, or that waits for its next attempt: it is tried at once. A webhook
    /// that never answered its challenge, or that had ended, is asked anew.
    pub fn resume_consumer(&self, caller: &Caller, code: &str) -> Result<Consumer> {
        self.acts.act(caller, &act("resumeConsumer", code), |acting| {
            let was = get_manageable(acting, code)?;
            if was.state == ConsumerState::Active && was.failures == 0 {
                let message = format!("the consumer {code} is active, and nothing of it failed: there is nothing to resume");
                return Err(Error::refused("consumer_active", message));
            }
            let is_webhook = matches!(was.channel, Channel::Webhook(_));
            let is_unverified = was.state_reason.as_deref() == Some(UNVERIFIED_BEFORE);
            let asks_anew = matches!(was.state, ConsumerState::Unverified | ConsumerState::Ended) || is_unverified;
            let state = if is_webhook && asks_anew { ConsumerState::Unverified } else { ConsumerState::Active };
            db::consumer::update_state(acting.connection, was.id, state, None)?;
            acting.note("was", was.state.name());
            get_again(acting.connection, &was)
        })
    }

    /// Takes a consumer away with its deliveries. The audit keeps what was done with it.
    pub fn remove_consumer(&self, caller: &Caller, code: &str) -> Result<Consumer> {
        self.acts.act(caller, &act("removeConsumer", code), |acting| {
            let was = get_manageable(acting, code)?;
            db::consumer::delete(acting.connection, was.id)?;
            note(acting, &was);
            Ok(was)
        })
    }

    /// Adds a new secret to a webhook, which is told this once. The others sign beside it until they are revoked.
    pub fn rotate_consumer_secret(
        &self,
        caller: &Caller,
        code: &str,
        kind: Option<SigningKind>,
        revokes_others: bool,
    ) -> Result<WithSecret> {
        let (hmac, ed25519) = (self.make_secret(SigningKind::Hmac)?, self.make_secret(SigningKind::Ed25519)?);
        let (consumer, made) = self.acts.act(caller, &act("rotateConsumerSecret", code), |acting| {
            let was = get_manageable(acting, code)?;
            let Channel::Webhook(target) = &was.channel else {
                let message = format!("nothing that is sent to the consumer {code} is signed: it is no webhook");
                return Err(Error::refused("consumer_unsigned", message));
            };
            let kind = kind.or(target.secrets.last().map(|secret| secret.kind())).unwrap_or(SigningKind::Hmac);
            let made = match kind {
                SigningKind::Hmac => hmac,
                SigningKind::Ed25519 => ed25519,
            };
            let mut secrets = if revokes_others { Vec::new() } else { target.secrets.clone() };
            if secrets.len() >= SECRETS_MAX {
                let message = format!("the consumer {code} has {SECRETS_MAX} secrets, which is the most: revoke the others");
                return Err(Error::refused("secrets_too_many", message));
            }
            secrets.push(made.clone());
            db::consumer::update_secrets(acting.connection, was.id, &secrets)?;
            acting.note("revokesOthers", revokes_others);
            acting.note("secrets", secrets.len());
            Ok((get_again(acting.connection, &was)?, made))
        })?;
        let secret = Some(self.told_secret(&made)?);
        Ok(WithSecret { consumer, secret })
    }

    /// Delivers again from a position on: after a cursor, `start`, or a publication by its number, which is the first that is sent again.
    pub fn replay_consumer(&self, caller: &Caller, code: &str, from: &str) -> Result<Consumer> {
        self.acts.act(caller, &act("replayConsumer", code), |acting| {
            let was = get_manageable(acting, code)?;
            let position = self.replay_position(from)?;
            if position > was.position {
                let message = format!(
                    "this is ahead of where the consumer {code} is, at publication {}: a replay goes back, and never leaves events out",
                    was.position.publication
                );
                return Err(Error::refused("replay_ahead", message));
            }
            db::consumer::update_position(acting.connection, was.id, &position)?;
            acting.note("from", position.event_id());
            acting.note("was", was.position.event_id());
            get_again(acting.connection, &was)
        })
    }

    fn replay_position(&self, from: &str) -> Result<Position> {
        let Ok(publication) = from.parse::<i64>() else { return self.feed.position_of(from) };
        if publication < 1 || publication > self.feed.latest().publication {
            let message = format!("there is no publication {publication}: the latest is {}", self.feed.latest().publication);
            return Err(violation("from", "publication_unknown", message));
        }
        Ok(Position::after(publication - 1))
    }
}

/// Why a paused webhook has to answer its challenge before anything else when it is resumed.
pub(super) const UNVERIFIED_BEFORE: &str = "it was paused before it answered its challenge";

fn secrets_of(channel: &Channel) -> Vec<crate::domain::consumer::SigningSecret> {
    match channel {
        Channel::Webhook(target) => target.secrets.clone(),
        Channel::Pull | Channel::Nats(_) => Vec::new(),
    }
}

fn merged(was: &Consumer, change: ConsumerChange) -> Result<Registration> {
    let stands = match &was.channel {
        Channel::Pull => TargetRequest::Pull,
        Channel::Webhook(target) => TargetRequest::Webhook {
            url: target.url.clone(),
            mode: target.mode,
            batch_events_max: i64::try_from(target.batch_events_max).unwrap_or(i64::MAX),
        },
        Channel::Nats(target) => {
            TargetRequest::Nats { url: target.url.clone(), stream: target.stream.clone(), subject_prefix: target.subject_prefix.clone() }
        }
    };
    let target = change.target.unwrap_or_else(|| stands.clone());
    if std::mem::discriminant(&target) != std::mem::discriminant(&stands) {
        let message = format!("the consumer {} is reached by {}, which stays: register another", was.code, was.channel.kind().name());
        return Err(Error::refused("channel_fixed", message));
    }
    let codes = |codes: &Vec<DictionaryCode>| codes.iter().map(ToString::to_string).collect();
    Ok(Registration {
        title: change.title.unwrap_or_else(|| was.title.clone()),
        contact: change.contact.unwrap_or_else(|| was.contact.clone()),
        dictionaries: change.dictionaries.unwrap_or_else(|| was.dictionaries.as_ref().map(codes)),
        filter: change.filter.unwrap_or_else(|| was.filter.clone()),
        target,
    })
}

pub(super) fn get_again(connection: &mut db::Engine, consumer: &Consumer) -> Result<Consumer> {
    db::consumer::find(connection, consumer.id)?.ok_or_else(|| Error::internal("a consumer is gone within its transaction"))
}
