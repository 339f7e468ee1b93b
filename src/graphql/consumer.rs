//! Registered consumers of the feed: how each is reached, how far it is, and how its deliveries go. Secrets are told once, when they
//! are made.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::account::AccountObject;
use super::connection::{Page, Seek, page_cost};
use super::consumer_input::{ChannelValue, ConsumerStateValue, DeliveryOutcomeValue, WebhookModeValue};
use super::scalar::DateTime;
use super::view::View;
use crate::app::consumers::Confirmation;
use crate::domain::consumer::{Channel, Consumer, ConsumerId, Delivery, DeliveryOutcome};
use crate::domain::feed::{Lag, Position};
use crate::domain::text::DictionaryCode;

/// A consumer, without its secrets.
#[derive(Clone)]
pub struct ConsumerObject {
    pub view: View,
    pub consumer: Consumer,
}

/// A place in the feed.
#[derive(SimpleObject)]
#[graphql(name = "FeedPosition")]
struct PositionObject {
    /// To be given as `after` to go on from there.
    cursor: String,
    /// The publication in which it is, or which is the last before it.
    publication: i64,
}

impl ConsumerObject {
    async fn position_of(&self, position: &Position) -> Result<PositionObject> {
        let position = position.clone();
        let publication = position.publication;
        let cursor = self.view.work(move |svod, _| Ok(svod.feed.cursor_of(&position))).await?;
        Ok(PositionObject { cursor, publication })
    }

    async fn lag(&self) -> Result<Option<(Lag, f64)>> {
        let consumer = self.consumer.clone();
        let work = self.view.work(move |svod, _| {
            let lag = svod.consumers.lag_of(&consumer)?;
            Ok(lag.map(|lag| (lag, svod.consumers.lag_seconds(&lag))))
        });
        work.await
    }
}

/// A system that follows the feed.
#[Object(name = "Consumer")]
impl ConsumerObject {
    /// By which it is known.
    async fn code(&self) -> ID {
        self.consumer.code.clone().into()
    }

    /// What it is.
    async fn title(&self) -> &str {
        &self.consumer.title
    }

    /// Whom to ask when it fails.
    async fn contact(&self) -> &str {
        &self.consumer.contact
    }

    /// Whose rights it reads with.
    async fn account(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.view, self.consumer.account).await
    }

    /// The codes of the dictionaries that it follows; null: all that its account may read.
    async fn dictionaries(&self) -> Option<Vec<ID>> {
        self.consumer.dictionaries.as_ref().map(|codes| codes.iter().map(|code| code.as_str().into()).collect())
    }

    /// A condition on items, in CEL.
    async fn filter(&self) -> Option<&str> {
        self.consumer.filter.as_deref()
    }

    /// By which way it gets its events.
    async fn channel(&self) -> ChannelValue {
        self.consumer.channel.kind().into()
    }

    /// Where events are sent, without any password; null of one that fetches them.
    async fn url(&self) -> Option<String> {
        match &self.consumer.channel {
            Channel::Pull => None,
            Channel::Webhook(target) => Some(target.url.clone()),
            Channel::Nats(target) => Some(target.shown_url()),
        }
    }

    /// How many events one request carries; of a webhook.
    async fn mode(&self) -> Option<WebhookModeValue> {
        if let Channel::Webhook(target) = &self.consumer.channel { Some(target.mode.into()) } else { None }
    }

    /// Most events of one request; of a webhook.
    async fn batch_events_max(&self) -> Option<i64> {
        let Channel::Webhook(target) = &self.consumer.channel else { return None };
        i64::try_from(target.batch_events_max).ok()
    }

    /// How many secrets sign; of a webhook.
    async fn secrets_count(&self) -> Option<i64> {
        if let Channel::Webhook(target) = &self.consumer.channel { Some(target.secrets.len() as i64) } else { None }
    }

    /// The stream of a broker.
    async fn stream(&self) -> Option<&str> {
        if let Channel::Nats(target) = &self.consumer.channel { Some(&target.stream) } else { None }
    }

    /// What the subjects of a broker begin with.
    async fn subject_prefix(&self) -> Option<&str> {
        if let Channel::Nats(target) = &self.consumer.channel { Some(&target.subject_prefix) } else { None }
    }

    /// Whether anything is delivered to it.
    async fn state(&self) -> ConsumerStateValue {
        self.consumer.state.into()
    }

    /// Why it is in its state, where that was not simply asked for.
    async fn state_reason(&self) -> Option<&str> {
        self.consumer.state_reason.as_deref()
    }

    /// Up to where events were delivered; of one that fetches them, up to where it said that it has them.
    async fn position(&self) -> Result<PositionObject> {
        self.position_of(&self.consumer.position).await
    }

    /// Up to where it said itself that it has taken the events; null: it never said.
    async fn confirmed(&self) -> Result<Option<PositionObject>> {
        match &self.consumer.confirmed {
            Some(confirmed) => self.position_of(confirmed).await.map(Some),
            None => Ok(None),
        }
    }

    /// When it said so last.
    async fn confirmed_at(&self) -> Option<DateTime> {
        self.consumer.confirmed_at.map(DateTime)
    }

    /// Events that it was not given yet, those that its filter leaves out included; null when its account may not read what it follows.
    async fn lag_events(&self) -> Result<Option<i64>> {
        Ok(self.lag().await?.map(|(lag, _)| lag.events))
    }

    /// How long ago the oldest publication was made that it was not given whole; 0 when it has all.
    async fn lag_seconds(&self) -> Result<Option<f64>> {
        Ok(self.lag().await?.map(|(_, seconds)| seconds))
    }

    /// Attempts to deliver, so far.
    async fn attempts(&self) -> i64 {
        self.consumer.attempts_count
    }

    /// How many of them failed.
    async fn attempts_failed(&self) -> i64 {
        self.consumer.failed_count
    }

    /// Failed attempts in a row, up to now.
    async fn failures(&self) -> i64 {
        self.consumer.failures
    }

    /// Since when every attempt has failed.
    async fn failing_since(&self) -> Option<DateTime> {
        self.consumer.failing_since.map(DateTime)
    }

    /// When it is tried again; null: as soon as there is something to deliver.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        self.consumer.next_attempt_at.map(DateTime)
    }

    /// When something was delivered last.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.consumer.delivered_at.map(DateTime)
    }

    /// When it was registered.
    async fn created_at(&self) -> DateTime {
        DateTime(self.consumer.created_at)
    }

    /// The newest attempts to deliver, newest first. About a thousand are kept.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn deliveries(
        &self,
        #[graphql(desc = "Only those that came to this.")] outcome: Option<DeliveryOutcomeValue>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<DeliveryObject>> {
        let outcome = outcome.map(DeliveryOutcome::from);
        let list = format!("{} deliveries of {}", outcome.map_or("all", DeliveryOutcome::name), self.consumer.id.0);
        let seek = Seek::read(self.view.limits(), list, first, after.as_deref())?;
        let (id, before, count) = (self.consumer.id, seek.after_number()?, seek.count() as i64);
        let found = self.view.work(move |svod, _| svod.consumers.list_deliveries(id, outcome, before, count)).await?;
        Ok(seek.page(found, |delivery| delivery.number.to_string()).map(DeliveryObject))
    }
}

struct DeliveryObject(Delivery);

/// One attempt to hand events over.
#[Object(name = "Delivery")]
impl DeliveryObject {
    /// 1, 2, 3 … within its consumer.
    async fn number(&self) -> i64 {
        self.0.number
    }

    /// What came of it.
    async fn outcome(&self) -> DeliveryOutcomeValue {
        self.0.outcome.into()
    }

    /// The id of the first event.
    async fn first_event(&self) -> &str {
        &self.0.attempt.first_event
    }

    /// The id of the last event.
    async fn last_event(&self) -> &str {
        &self.0.attempt.last_event
    }

    /// How many events it carried.
    async fn events(&self) -> i64 {
        self.0.attempt.events as i64
    }

    /// When it began.
    async fn attempted_at(&self) -> DateTime {
        DateTime(self.0.attempt.attempted_at)
    }

    /// How long it took, in milliseconds.
    async fn took_ms(&self) -> i64 {
        self.0.attempt.took_ms
    }

    /// The status of HTTP; null when there was no answer, or the channel has none.
    async fn status(&self) -> Option<i32> {
        self.0.attempt.status.map(i32::from)
    }

    /// What the receiver said, or what went wrong.
    async fn message(&self) -> &str {
        &self.0.attempt.message
    }

    /// The node that attempted it.
    async fn node(&self) -> &str {
        &self.0.node
    }
}

/// Whether a consumer has confirmed an edition.
#[derive(SimpleObject)]
#[graphql(name = "Confirmation")]
struct ConfirmationObject {
    /// The consumer.
    consumer: ConsumerObject,
    /// Whether it said that it has taken everything up to the publication of the edition.
    confirmed: bool,
}

#[derive(Default)]
pub struct ConsumerQuery;

#[Object]
impl ConsumerQuery {
    /// A consumer: for its own account, administrators and auditors.
    async fn consumer(&self, context: &Context<'_>, #[graphql(desc = "Its code.")] code: ID) -> Result<Option<ConsumerObject>> {
        let view = View::of(context)?;
        let found = view.work(move |svod, caller| svod.consumers.find_consumer(caller, &code)).await?;
        Ok(found.map(|consumer| ConsumerObject { view, consumer }))
    }

    /// The consumers that the caller may see, in the order of registration.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn consumers(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "In which state; in any unless told.")] state: Option<ConsumerStateValue>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<Page<ConsumerObject>>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "consumers", first, after.as_deref())?;
        let (after, count, state) = (seek.after_number()?.map(ConsumerId), seek.count() as i64, state.map(Into::into));
        let found = view.work(move |svod, caller| svod.consumers.list_consumers(caller, state, after, count)).await?;
        let page = seek.page(found, |consumer| consumer.id.0.to_string());
        Ok(Some(page.map(|consumer| ConsumerObject { view: view.clone(), consumer })))
    }

    /// The consumers that follow a dictionary and may read it, with whether each has confirmed one of its editions. Stewards, approvers
    /// and owners of the dictionary, administrators and auditors are told of all, others of their own.
    #[graphql(complexity = "page_cost(None, child_complexity)")]
    async fn confirmations(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the dictionary.")] dictionary: ID,
        #[graphql(desc = "The number of the edition.")] edition: i64,
    ) -> Result<Option<Vec<ConfirmationObject>>> {
        let view = View::of(context)?;
        let Some(code) = DictionaryCode::parse(&dictionary) else { return Ok(None) };
        let found = view.work(move |svod, caller| svod.consumers.confirmations(caller, &code, edition)).await?;
        let told = |Confirmation { consumer, is_confirmed }| {
            let consumer = ConsumerObject { view: view.clone(), consumer };
            ConfirmationObject { consumer, confirmed: is_confirmed }
        };
        Ok(Some(found.into_iter().map(told).collect()))
    }
}
