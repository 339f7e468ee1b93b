//! What stewards do with consumers, and what consumers say themselves.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::account::account_named;
use super::consumer::ConsumerObject;
use super::consumer_input::{
    AcknowledgeInput, ConsumerInput, RegisterConsumerInput, ReplayConsumerInput, RotateConsumerSecretInput, UpdateConsumerInput,
};
use super::payload::{Outcome, act, payload};
use super::view::View;
use crate::app::acting::{Act, Caller};
use crate::app::consumers::{NewConsumer, WithSecret};
use crate::app::svod::Svod;
use crate::domain::account::Scope;
use crate::domain::consumer::Consumer;
use crate::domain::consumer_registration::{Registration, TargetRequest, violation};
use crate::domain::error::{Error, Result as CoreResult};

/// A consumer with a secret that is told only here.
#[derive(SimpleObject)]
pub struct ConsumerWithSecret {
    /// The consumer.
    consumer: ConsumerObject,
    /// What its receiver verifies signatures with: `whsec_…`, or the public key `whpk_…`. It is told once. Null where nothing is signed.
    secret: Option<String>,
}

payload!(RegisterConsumerPayload, "What came of `registerConsumer`.", registered: ConsumerWithSecret, "The new consumer with its secret.");
payload!(UpdateConsumerPayload, "What came of `updateConsumer`.", consumer: ConsumerObject, "The consumer as it is now.");
payload!(PauseConsumerPayload, "What came of `pauseConsumer`.", consumer: ConsumerObject, "The consumer, paused.");
payload!(ResumeConsumerPayload, "What came of `resumeConsumer`.", consumer: ConsumerObject, "The consumer, which is tried at once.");
payload!(PingConsumerPayload, "What came of `pingConsumer`.", consumer: ConsumerObject, "The consumer; its deliveries will tell of the ping.");
payload!(RemoveConsumerPayload, "What came of `removeConsumer`.", consumer: ConsumerObject, "The consumer as it was.");
payload!(
    RotateConsumerSecretPayload,
    "What came of `rotateConsumerSecret`.",
    rotated: ConsumerWithSecret,
    "The consumer with its new secret."
);
payload!(ReplayConsumerPayload, "What came of `replayConsumer`.", consumer: ConsumerObject, "The consumer at its new position.");
payload!(AcknowledgePayload, "What came of `acknowledge`.", consumer: ConsumerObject, "The consumer as it is now.");

#[derive(Default)]
pub struct ConsumerMutation;

#[Object]
impl ConsumerMutation {
    /// Registers a system that follows the feed: administrators for any account, others for their own.
    async fn register_consumer(&self, context: &Context<'_>, input: RegisterConsumerInput) -> Result<RegisterConsumerPayload> {
        let outcome = act(context, move |svod, caller| {
            let found = match &input.account {
                None => caller.authority.account_id().ok_or_else(|| Error::unauthenticated("sign in first: a consumer is somebody's")),
                // Who may see no accounts is told no more of those that are there than of those that are not.
                Some(name) => account_named(svod, caller, name).map(|account| account.id).map_err(|error| match error {
                    Error::NotFound { .. } => violation("account", "account_unknown", "there is no such account: add it first"),
                    other => other,
                }),
            };
            let account = svod.acts.audited(caller, &Act::new("registerConsumer", Scope::Administer, ""), found)?;
            let registration = Registration {
                title: input.title,
                contact: input.contact,
                dictionaries: input.dictionaries.map(|codes| codes.into_iter().map(|code| code.0).collect()),
                filter: input.filter,
                target: input.target.map_or(TargetRequest::Pull, Into::into),
            };
            let new = NewConsumer { code: input.code, account, registration, signing: input.signing.into(), from: Some(input.from) };
            svod.consumers.register_consumer(caller, new)
        });
        Ok(RegisterConsumerPayload::of(with_secret(context, outcome.await?)?))
    }

    /// Changes what is said of a consumer.
    async fn update_consumer(&self, context: &Context<'_>, input: UpdateConsumerInput) -> Result<UpdateConsumerPayload> {
        let code = input.code.0.clone();
        let outcome = changed(context, move |svod, caller| svod.consumers.update_consumer(caller, &code, input.change())).await?;
        Ok(UpdateConsumerPayload::of(outcome))
    }

    /// Delivers nothing more to a consumer until it is resumed.
    async fn pause_consumer(&self, context: &Context<'_>, input: ConsumerInput) -> Result<PauseConsumerPayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.pause_consumer(caller, &input.code)).await?;
        Ok(PauseConsumerPayload::of(outcome))
    }

    /// Goes on with a consumer that is paused, quarantined, ended, or waiting for its next attempt: it is tried at once.
    async fn resume_consumer(&self, context: &Context<'_>, input: ConsumerInput) -> Result<ResumeConsumerPayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.resume_consumer(caller, &input.code)).await?;
        Ok(ResumeConsumerPayload::of(outcome))
    }

    /// Sends a consumer that is active, paused or quarantined one event `svod.ping`, once and out of order. What came of it is told among
    /// its deliveries; its position, state and failures stay as they are.
    async fn ping_consumer(&self, context: &Context<'_>, input: ConsumerInput) -> Result<PingConsumerPayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.ping_consumer(caller, &input.code)).await?;
        Ok(PingConsumerPayload::of(outcome))
    }

    /// Takes a consumer away with its deliveries.
    async fn remove_consumer(&self, context: &Context<'_>, input: ConsumerInput) -> Result<RemoveConsumerPayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.remove_consumer(caller, &input.code)).await?;
        Ok(RemoveConsumerPayload::of(outcome))
    }

    /// Adds a new secret to a webhook. The others sign beside it until they are revoked.
    async fn rotate_consumer_secret(&self, context: &Context<'_>, input: RotateConsumerSecretInput) -> Result<RotateConsumerSecretPayload> {
        let kind = input.kind.map(Into::into);
        let rotate =
            move |svod: &Svod, caller: &Caller| svod.consumers.rotate_consumer_secret(caller, &input.code, kind, input.revoke_others);
        Ok(RotateConsumerSecretPayload::of(with_secret(context, act(context, rotate).await?)?))
    }

    /// Sends a consumer events again, from any earlier position on.
    async fn replay_consumer(&self, context: &Context<'_>, input: ReplayConsumerInput) -> Result<ReplayConsumerPayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.replay_consumer(caller, &input.code, &input.from)).await?;
        Ok(ReplayConsumerPayload::of(outcome))
    }

    /// Says up to where a consumer has taken events; only its own account does. An older cursor changes nothing.
    async fn acknowledge(&self, context: &Context<'_>, input: AcknowledgeInput) -> Result<AcknowledgePayload> {
        let outcome = changed(context, move |svod, caller| svod.consumers.acknowledge(caller, &input.consumer, &input.cursor)).await?;
        Ok(AcknowledgePayload::of(outcome))
    }
}

async fn changed<F>(context: &Context<'_>, use_case: F) -> Result<Outcome<ConsumerObject>>
where
    F: FnOnce(&Svod, &Caller) -> CoreResult<Consumer> + Send + 'static,
{
    let outcome = act(context, use_case).await?;
    let view = View::of(context)?;
    Ok(outcome.map(|consumer| ConsumerObject { view, consumer }))
}

fn with_secret(context: &Context<'_>, outcome: Outcome<WithSecret>) -> Result<Outcome<ConsumerWithSecret>> {
    let view = View::of(context)?;
    Ok(outcome.map(|WithSecret { consumer, secret }| ConsumerWithSecret { consumer: ConsumerObject { view, consumer }, secret }))
}
