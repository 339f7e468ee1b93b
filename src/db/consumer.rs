//! Registered consumers, the leases by which nodes share out the work of delivering to them, and what they are signed with. What
//! stewards change and what deliveries change are different columns, so neither overwrites the other.

use diesel::prelude::*;
use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::connection::{Engine, fault};
use super::schema::{consumer, delivery};
use crate::domain::account::AccountId;
use crate::domain::consumer::{
    Channel, ChannelKind, Consumer, ConsumerId, ConsumerState, NatsTarget, SigningSecret, WebhookMode, WebhookTarget,
};
use crate::domain::error::{Error, Result};
use crate::domain::feed::{Place, Position};
use crate::domain::text::DictionaryCode;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = consumer, treat_none_as_default_value = false)]
struct ConsumerRow {
    id: i64,
    code: String,
    title: String,
    account_id: i64,
    contact: String,
    dictionaries: Option<String>,
    item_filter: Option<String>,
    channel: String,
    target: String,
    secrets: String,
    state: String,
    state_reason: Option<String>,
    position_publication: i64,
    position_place: String,
    position_dictionary: Option<String>,
    position_ordinal: Option<i64>,
    confirmed_publication: Option<i64>,
    confirmed_place: Option<String>,
    confirmed_dictionary: Option<String>,
    confirmed_ordinal: Option<i64>,
    confirmed_at_ms: Option<i64>,
    attempts_count: i64,
    failed_count: i64,
    failures: i64,
    failing_since_ms: Option<i64>,
    next_attempt_at_ms: Option<i64>,
    delivered_at_ms: Option<i64>,
    created_at_ms: i64,
    lease_node: Option<String>,
    lease_fence: i64,
    lease_until_ms: i64,
}

/// Which consumers are listed.
#[derive(Debug, Clone, Default)]
pub struct ConsumerFilter {
    pub account: Option<AccountId>,
    pub state: Option<ConsumerState>,
    /// Only consumers with greater numbers.
    pub after: Option<ConsumerId>,
}

/// A consumer with the lease that a node holds on it.
#[derive(Debug, Clone)]
pub struct LeasedConsumer {
    pub consumer: Consumer,
    pub fence: i64,
    pub until: Timestamp,
}

pub fn find(connection: &mut Engine, id: ConsumerId) -> Result<Option<Consumer>> {
    let row = consumer::table.filter(consumer::id.eq(id.0)).select(ConsumerRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(ConsumerRow::read).transpose()
}

pub fn find_by_code(connection: &mut Engine, code: &str) -> Result<Option<Consumer>> {
    let row = consumer::table.filter(consumer::code.eq(code)).select(ConsumerRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(ConsumerRow::read).transpose()
}

/// Consumers by number.
pub fn list(connection: &mut Engine, filter: &ConsumerFilter, count_max: i64) -> Result<Vec<Consumer>> {
    let mut query = consumer::table.order(consumer::id).limit(count_max).into_boxed();
    if let Some(account) = filter.account {
        query = query.filter(consumer::account_id.eq(account.0));
    }
    if let Some(state) = filter.state {
        query = query.filter(consumer::state.eq(state.name()));
    }
    if let Some(after) = filter.after {
        query = query.filter(consumer::id.gt(after.0));
    }
    let rows: Vec<ConsumerRow> = query.select(ConsumerRow::as_select()).load(connection).map_err(fault)?;
    rows.into_iter().map(ConsumerRow::read).collect()
}

pub fn count(connection: &mut Engine, account: Option<AccountId>) -> Result<i64> {
    let mut query = consumer::table.select(diesel::dsl::count_star()).into_boxed();
    if let Some(account) = account {
        query = query.filter(consumer::account_id.eq(account.0));
    }
    query.first(connection).map_err(fault)
}

/// Stores a consumer under the next number, which it gives. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, made: Consumer) -> Result<Consumer> {
    let greatest: Option<i64> = consumer::table.select(diesel::dsl::max(consumer::id)).first(connection).map_err(fault)?;
    let made = Consumer { id: ConsumerId(greatest.unwrap_or(0) + 1), ..made };
    diesel::insert_into(consumer::table).values(ConsumerRow::new(&made)).execute(connection).map_err(fault)?;
    Ok(made)
}

/// Takes a consumer away with its deliveries.
pub fn delete(connection: &mut Engine, id: ConsumerId) -> Result<()> {
    diesel::delete(delivery::table).filter(delivery::consumer_id.eq(id.0)).execute(connection).map_err(fault)?;
    diesel::delete(consumer::table).filter(consumer::id.eq(id.0)).execute(connection).map(|_| ()).map_err(fault)
}

/// Stores what a steward may change. Whoever delivers just now holds another consumer by then, and may write nothing more.
pub fn update_registration(connection: &mut Engine, changed: &Consumer) -> Result<()> {
    let row = ConsumerRow::new(changed);
    diesel::update(consumer::table)
        .filter(consumer::id.eq(row.id))
        .set((
            consumer::title.eq(row.title),
            consumer::contact.eq(row.contact),
            consumer::dictionaries.eq(row.dictionaries),
            consumer::item_filter.eq(row.item_filter),
            consumer::target.eq(row.target),
        ))
        .execute(connection)
        .map_err(fault)?;
    fence_off(connection, changed.id)
}

/// Stores another set of secrets.
pub fn update_secrets(connection: &mut Engine, id: ConsumerId, secrets: &[SigningSecret]) -> Result<()> {
    let set = consumer::secrets.eq(secrets_text(secrets));
    diesel::update(consumer::table).filter(consumer::id.eq(id.0)).set(set).execute(connection).map_err(fault)?;
    fence_off(connection, id)
}

/// Stores a state that somebody asked for. One that is to be delivered to is tried at once, and its failures are forgotten.
pub fn update_state(connection: &mut Engine, id: ConsumerId, state: ConsumerState, reason: Option<&str>) -> Result<()> {
    diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0))
        .set((consumer::state.eq(state.name()), consumer::state_reason.eq(reason)))
        .execute(connection)
        .map_err(fault)?;
    if matches!(state, ConsumerState::Active | ConsumerState::Unverified) {
        let none: Option<i64> = None;
        let forgotten = (consumer::failures.eq(0), consumer::failing_since_ms.eq(none), consumer::next_attempt_at_ms.eq(none));
        diesel::update(consumer::table).filter(consumer::id.eq(id.0)).set(forgotten).execute(connection).map_err(fault)?;
    }
    if state == ConsumerState::Unverified {
        // Whoever asked for a ping meant the address that there was, and one that has not answered its challenge is sent nothing.
        update_ping_asked(connection, id, None)?;
    }
    Ok(())
}

/// Notes that a ping is asked for, or that none is. One that was asked for before and not sent yet is the same ping.
pub fn update_ping_asked(connection: &mut Engine, id: ConsumerId, at: Option<Timestamp>) -> Result<()> {
    let asked = consumer::ping_asked_at_ms.eq(at.map(Timestamp::as_millisecond));
    diesel::update(consumer::table).filter(consumer::id.eq(id.0)).set(asked).execute(connection).map(|_| ()).map_err(fault)
}

/// Consumers for which a ping is asked, with when it was, by number.
pub fn list_to_ping(connection: &mut Engine) -> Result<Vec<(Consumer, Timestamp)>> {
    let states = [ConsumerState::Active, ConsumerState::Paused, ConsumerState::Quarantined].map(ConsumerState::name);
    let rows: Vec<(ConsumerRow, Option<i64>)> = consumer::table
        .filter(consumer::ping_asked_at_ms.is_not_null())
        .filter(consumer::state.eq_any(states))
        .order(consumer::id)
        .select((ConsumerRow::as_select(), consumer::ping_asked_at_ms))
        .load(connection)
        .map_err(fault)?;
    let read = |(row, asked_at_ms): (ConsumerRow, Option<i64>)| {
        let asked_at = Timestamp::from_millisecond(asked_at_ms.unwrap_or_default()).map_err(Error::internal)?;
        Ok((row.read()?, asked_at))
    };
    rows.into_iter().map(read).collect()
}

/// Takes a ping that was asked for. `false`: somebody else has taken it, or another is asked for by now.
pub fn take_ping(connection: &mut Engine, id: ConsumerId, asked_at: Timestamp) -> Result<bool> {
    let none: Option<i64> = None;
    let taken = diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::ping_asked_at_ms.eq(asked_at.as_millisecond())))
        .set(consumer::ping_asked_at_ms.eq(none))
        .execute(connection)
        .map_err(fault)?;
    Ok(taken == 1)
}

/// Counts an attempt that was no delivery of events; `None` when the consumer is gone, else the number of the attempt.
pub fn update_pinged(connection: &mut Engine, id: ConsumerId) -> Result<Option<i64>> {
    let counted = consumer::attempts_count.eq(consumer::attempts_count + 1);
    let updated = diesel::update(consumer::table).filter(consumer::id.eq(id.0)).set(counted).execute(connection).map_err(fault)?;
    if updated == 0 { Ok(None) } else { attempts_count(connection, id).map(Some) }
}

/// Moves a consumer to any position. Whoever delivers just now may write nothing more.
pub fn update_position(connection: &mut Engine, id: ConsumerId, position: &Position) -> Result<()> {
    let (place, dictionary, ordinal) = place_columns(&position.place);
    diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0))
        .set((
            consumer::position_publication.eq(position.publication),
            consumer::position_place.eq(place),
            consumer::position_dictionary.eq(dictionary),
            consumer::position_ordinal.eq(ordinal),
        ))
        .execute(connection)
        .map_err(fault)?;
    fence_off(connection, id)
}

/// Stores up to where a consumer says that it has taken events. To be called under the writers' lock.
pub fn update_confirmed(connection: &mut Engine, id: ConsumerId, confirmed: &Position, at: Timestamp) -> Result<()> {
    let (place, dictionary, ordinal) = place_columns(&confirmed.place);
    diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0))
        .set((
            consumer::confirmed_publication.eq(confirmed.publication),
            consumer::confirmed_place.eq(place),
            consumer::confirmed_dictionary.eq(dictionary),
            consumer::confirmed_ordinal.eq(ordinal),
            consumer::confirmed_at_ms.eq(at.as_millisecond()),
        ))
        .execute(connection)
        .map(|_| ())
        .map_err(fault)
}

/// Ends whatever lease there is: its holder may write nothing more, and anybody may take the next.
fn fence_off(connection: &mut Engine, id: ConsumerId) -> Result<()> {
    let none: Option<&str> = None;
    let ended = (consumer::lease_fence.eq(consumer::lease_fence + 1), consumer::lease_node.eq(none), consumer::lease_until_ms.eq(0));
    diesel::update(consumer::table).filter(consumer::id.eq(id.0)).set(ended).execute(connection).map(|_| ()).map_err(fault)
}

#[derive(QueryableByName)]
struct Instant {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    now_ms: i64,
}

/// The instant by which leases are judged: nodes share the clock of PostgreSQL, so that theirs may differ. On SQLite it is the service's.
fn lease_now_ms(connection: &mut Engine, now: Timestamp) -> Result<i64> {
    match connection {
        Engine::Sqlite(_) => Ok(now.as_millisecond()),
        Engine::Postgres(connection) => {
            let asked = diesel::sql_query("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS now_ms");
            asked.get_result::<Instant>(connection).map(|instant| instant.now_ms).map_err(fault)
        }
    }
}

/// Whether there is anything to claim or to prolong: whoever finds nothing need not write.
pub fn has_to_deliver(connection: &mut Engine) -> Result<bool> {
    let found: Option<i64> = consumer::table
        .filter(consumer::state.eq(ConsumerState::Active.name()))
        .filter(consumer::channel.ne(ChannelKind::Pull.name()))
        .select(consumer::id)
        .first(connection)
        .optional()
        .map_err(fault)?;
    Ok(found.is_some())
}

/// No lease is longer. One that ends later was taken before the clock was set back.
pub const LEASE_MS_MAX: u64 = 600_000;

/// Prolongs the leases that a node holds on active consumers, and takes those that nobody holds. One that has run out is taken with a
/// new fence, even by the node that held it. One of another that ends too late is cut short and left to its holder, who prolongs it if it
/// is there still.
pub fn claim(connection: &mut Engine, node: &str, lease_ms: i64, now: Timestamp) -> Result<Vec<LeasedConsumer>> {
    let now_ms = lease_now_ms(connection, now)?;
    let until = consumer::lease_until_ms.eq(now_ms.saturating_add(lease_ms));
    let is_delivered_to = consumer::state.eq(ConsumerState::Active.name()).and(consumer::channel.ne(ChannelKind::Pull.name()));
    diesel::update(consumer::table)
        .filter(is_delivered_to)
        .filter(consumer::lease_node.eq(node))
        .filter(consumer::lease_until_ms.gt(now_ms))
        .set(until)
        .execute(connection)
        .map_err(fault)?;
    diesel::update(consumer::table)
        .filter(is_delivered_to)
        .filter(consumer::lease_until_ms.le(now_ms))
        .set((consumer::lease_node.eq(node), consumer::lease_fence.eq(consumer::lease_fence + 1), until))
        .execute(connection)
        .map_err(fault)?;
    diesel::update(consumer::table)
        .filter(is_delivered_to)
        .filter(consumer::lease_until_ms.gt(now_ms.saturating_add(LEASE_MS_MAX.cast_signed())))
        .set(until)
        .execute(connection)
        .map_err(fault)?;
    let rows: Vec<ConsumerRow> = consumer::table
        .filter(is_delivered_to)
        .filter(consumer::lease_node.eq(node))
        .filter(consumer::lease_until_ms.gt(now_ms))
        .order(consumer::id)
        .select(ConsumerRow::as_select())
        .load(connection)
        .map_err(fault)?;
    let leased = |row: ConsumerRow| {
        let (fence, until) = (row.lease_fence, Timestamp::from_millisecond(row.lease_until_ms).map_err(Error::internal)?);
        Ok(LeasedConsumer { consumer: row.read()?, fence, until })
    };
    rows.into_iter().map(leased).collect()
}

/// Gives a lease back.
pub fn release(connection: &mut Engine, id: ConsumerId, node: &str, fence: i64) -> Result<()> {
    let none: Option<&str> = None;
    diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::lease_node.eq(node)).and(consumer::lease_fence.eq(fence)))
        .set((consumer::lease_node.eq(none), consumer::lease_until_ms.eq(0)))
        .execute(connection)
        .map(|_| ())
        .map_err(fault)
}

/// Moves the position on after a delivery; `None` when the lease is another's by now, else the number of the attempt.
pub fn update_delivered(
    connection: &mut Engine,
    id: ConsumerId,
    node: &str,
    fence: i64,
    position: &Position,
    at: Timestamp,
) -> Result<Option<i64>> {
    let (place, dictionary, ordinal) = place_columns(&position.place);
    let none: Option<i64> = None;
    let updated = diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::lease_node.eq(node)).and(consumer::lease_fence.eq(fence)))
        .set((
            consumer::position_publication.eq(position.publication),
            consumer::position_place.eq(place),
            consumer::position_dictionary.eq(dictionary),
            consumer::position_ordinal.eq(ordinal),
            consumer::attempts_count.eq(consumer::attempts_count + 1),
            consumer::failures.eq(0),
            consumer::failing_since_ms.eq(none),
            consumer::next_attempt_at_ms.eq(none),
            consumer::delivered_at_ms.eq(at.as_millisecond()),
        ))
        .execute(connection)
        .map_err(fault)?;
    if updated == 0 { Ok(None) } else { attempts_count(connection, id).map(Some) }
}

/// Counts a failed attempt; `None` when the lease is another's by now, else the number of the attempt.
pub fn update_failed(
    connection: &mut Engine,
    id: ConsumerId,
    node: &str,
    fence: i64,
    at: Timestamp,
    next_attempt_at: Option<Timestamp>,
) -> Result<Option<i64>> {
    let updated = diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::lease_node.eq(node)).and(consumer::lease_fence.eq(fence)))
        .set((
            consumer::attempts_count.eq(consumer::attempts_count + 1),
            consumer::failed_count.eq(consumer::failed_count + 1),
            consumer::failures.eq(consumer::failures + 1),
            consumer::next_attempt_at_ms.eq(next_attempt_at.map(Timestamp::as_millisecond)),
        ))
        .execute(connection)
        .map_err(fault)?;
    if updated == 0 {
        return Ok(None);
    }
    diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::failing_since_ms.is_null()))
        .set(consumer::failing_since_ms.eq(at.as_millisecond()))
        .execute(connection)
        .map_err(fault)?;
    attempts_count(connection, id).map(Some)
}

/// Stores a state to which deliveries led, unless a steward asked for another meanwhile.
pub fn update_state_if(
    connection: &mut Engine,
    id: ConsumerId,
    expected: ConsumerState,
    state: ConsumerState,
    reason: Option<&str>,
) -> Result<bool> {
    let updated = diesel::update(consumer::table)
        .filter(consumer::id.eq(id.0).and(consumer::state.eq(expected.name())))
        .set((consumer::state.eq(state.name()), consumer::state_reason.eq(reason)))
        .execute(connection)
        .map_err(fault)?;
    Ok(updated == 1)
}

fn attempts_count(connection: &mut Engine, id: ConsumerId) -> Result<i64> {
    consumer::table.filter(consumer::id.eq(id.0)).select(consumer::attempts_count).first(connection).map_err(fault)
}

const OPENED: &str = "opened";
const WITHIN: &str = "within";
const CLOSED: &str = "closed";

fn place_columns(place: &Place) -> (&'static str, Option<String>, Option<i64>) {
    match place {
        Place::Opened => (OPENED, None, None),
        Place::Within { dictionary, ordinal } => (WITHIN, Some(dictionary.to_string()), Some(*ordinal)),
        Place::Closed => (CLOSED, None, None),
    }
}

fn read_position(publication: i64, place: &str, dictionary: Option<&str>, ordinal: Option<i64>) -> Option<Position> {
    let place = match (place, dictionary, ordinal) {
        (OPENED, ..) => Place::Opened,
        (CLOSED, ..) => Place::Closed,
        (WITHIN, Some(dictionary), Some(ordinal)) => Place::Within { dictionary: DictionaryCode::parse(dictionary)?, ordinal },
        _ => return None,
    };
    Some(Position { publication, place })
}

fn secrets_text(secrets: &[SigningSecret]) -> String {
    secrets.iter().map(SigningSecret::text).collect::<Vec<_>>().join(" ")
}

fn target_text(channel: &Channel) -> String {
    let target = match channel {
        Channel::Pull => json!({}),
        Channel::Webhook(target) => {
            json!({ "url": target.url, "mode": target.mode.name(), "batchEventsMax": target.batch_events_max })
        }
        Channel::Nats(target) => json!({ "url": target.url, "stream": target.stream, "subjectPrefix": target.subject_prefix }),
    };
    target.to_string()
}

fn read_channel(channel: &str, target: &str, secrets: &str) -> Option<Channel> {
    let target: Json = serde_json::from_str(target).ok()?;
    let text = |name: &str| target.get(name).and_then(Json::as_str).map(str::to_owned);
    match ChannelKind::parse(channel)? {
        ChannelKind::Pull => Some(Channel::Pull),
        ChannelKind::Webhook => {
            let secrets: Option<Vec<SigningSecret>> = secrets.split_whitespace().map(SigningSecret::parse).collect();
            let batch_events_max = usize::try_from(target.get("batchEventsMax")?.as_u64()?).ok()?;
            let mode = WebhookMode::parse(&text("mode")?)?;
            Some(Channel::Webhook(WebhookTarget { url: text("url")?, mode, batch_events_max, secrets: secrets? }))
        }
        ChannelKind::Nats => {
            Some(Channel::Nats(NatsTarget { url: text("url")?, stream: text("stream")?, subject_prefix: text("subjectPrefix")? }))
        }
    }
}

impl ConsumerRow {
    fn new(made: &Consumer) -> Self {
        let (place, dictionary, ordinal) = place_columns(&made.position.place);
        let confirmed = made.confirmed.as_ref().map(|position| place_columns(&position.place));
        let (confirmed_place, confirmed_dictionary, confirmed_ordinal) =
            confirmed.map_or((None, None, None), |(place, dictionary, ordinal)| (Some(place.to_owned()), dictionary, ordinal));
        let codes = |codes: &Vec<DictionaryCode>| codes.iter().map(DictionaryCode::as_str).collect::<Vec<_>>().join(" ");
        let secrets = match &made.channel {
            Channel::Webhook(target) => secrets_text(&target.secrets),
            Channel::Pull | Channel::Nats(_) => String::new(),
        };
        Self {
            id: made.id.0,
            code: made.code.clone(),
            title: made.title.clone(),
            account_id: made.account.0,
            contact: made.contact.clone(),
            dictionaries: made.dictionaries.as_ref().map(codes),
            item_filter: made.filter.clone(),
            channel: made.channel.kind().name().to_owned(),
            target: target_text(&made.channel),
            secrets,
            state: made.state.name().to_owned(),
            state_reason: made.state_reason.clone(),
            position_publication: made.position.publication,
            position_place: place.to_owned(),
            position_dictionary: dictionary,
            position_ordinal: ordinal,
            confirmed_publication: made.confirmed.as_ref().map(|position| position.publication),
            confirmed_place,
            confirmed_dictionary,
            confirmed_ordinal,
            confirmed_at_ms: made.confirmed_at.map(Timestamp::as_millisecond),
            attempts_count: made.attempts_count,
            failed_count: made.failed_count,
            failures: made.failures,
            failing_since_ms: made.failing_since.map(Timestamp::as_millisecond),
            next_attempt_at_ms: made.next_attempt_at.map(Timestamp::as_millisecond),
            delivered_at_ms: made.delivered_at.map(Timestamp::as_millisecond),
            created_at_ms: made.created_at.as_millisecond(),
            lease_node: None,
            lease_fence: 0,
            lease_until_ms: 0,
        }
    }

    fn read(self) -> Result<Consumer> {
        let unreadable = |what: &str| Error::Internal(format!("the {what} of consumer {} cannot be read from the database", self.id));
        let instant = |ms: Option<i64>| ms.map(Timestamp::from_millisecond).transpose().map_err(Error::internal);
        let dictionaries: Option<Option<Vec<DictionaryCode>>> =
            self.dictionaries.as_deref().map(|codes| codes.split_whitespace().map(DictionaryCode::parse).collect());
        let dictionaries = dictionaries.map(|codes| codes.ok_or_else(|| unreadable("dictionaries"))).transpose()?;
        let position =
            read_position(self.position_publication, &self.position_place, self.position_dictionary.as_deref(), self.position_ordinal);
        let confirmed = match (self.confirmed_publication, &self.confirmed_place) {
            (Some(publication), Some(place)) => {
                let read = read_position(publication, place, self.confirmed_dictionary.as_deref(), self.confirmed_ordinal);
                Some(read.ok_or_else(|| unreadable("confirmed position"))?)
            }
            _ => None,
        };
        Ok(Consumer {
            id: ConsumerId(self.id),
            account: AccountId(self.account_id),
            dictionaries,
            channel: read_channel(&self.channel, &self.target, &self.secrets).ok_or_else(|| unreadable("channel"))?,
            state: ConsumerState::parse(&self.state).ok_or_else(|| unreadable("state"))?,
            position: position.ok_or_else(|| unreadable("position"))?,
            confirmed,
            confirmed_at: instant(self.confirmed_at_ms)?,
            failing_since: instant(self.failing_since_ms)?,
            next_attempt_at: instant(self.next_attempt_at_ms)?,
            delivered_at: instant(self.delivered_at_ms)?,
            created_at: Timestamp::from_millisecond(self.created_at_ms).map_err(Error::internal)?,
            code: self.code,
            title: self.title,
            contact: self.contact,
            filter: self.item_filter,
            state_reason: self.state_reason,
            attempts_count: self.attempts_count,
            failed_count: self.failed_count,
            failures: self.failures,
        })
    }
}
