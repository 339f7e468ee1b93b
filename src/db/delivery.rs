//! Attempts to deliver events, the newest of each consumer: what its steward looks at when something does not arrive.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::delivery;
use crate::domain::consumer::{Attempt, ConsumerId, Delivery, DeliveryOutcome};
use crate::domain::error::{Error, Result};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = delivery, treat_none_as_default_value = false)]
struct DeliveryRow {
    consumer_id: i64,
    number: i64,
    first_event: String,
    last_event: String,
    events_count: i64,
    attempted_at_ms: i64,
    took_ms: i64,
    status: Option<i64>,
    message: String,
    outcome: String,
    node: String,
}

/// Stores an attempt, and forgets those that are older than the newest so many.
pub fn insert(connection: &mut Engine, made: &Delivery, kept_max: i64) -> Result<()> {
    let attempt = &made.attempt;
    let row = DeliveryRow {
        consumer_id: made.consumer.0,
        number: made.number,
        first_event: attempt.first_event.clone(),
        last_event: attempt.last_event.clone(),
        events_count: i64::try_from(attempt.events).unwrap_or(i64::MAX),
        attempted_at_ms: attempt.attempted_at.as_millisecond(),
        took_ms: attempt.took_ms,
        status: attempt.status.map(i64::from),
        message: attempt.message.clone(),
        outcome: made.outcome.name().to_owned(),
        node: made.node.clone(),
    };
    diesel::insert_into(delivery::table).values(row).execute(connection).map_err(fault)?;
    diesel::delete(delivery::table)
        .filter(delivery::consumer_id.eq(made.consumer.0))
        .filter(delivery::number.le(made.number - kept_max))
        .execute(connection)
        .map(|_| ())
        .map_err(fault)
}

/// The attempts before a number (the newest ones without it), newest first, or only those with an outcome.
pub fn list_before(
    connection: &mut Engine,
    consumer: ConsumerId,
    outcome: Option<DeliveryOutcome>,
    before: Option<i64>,
    count_max: i64,
) -> Result<Vec<Delivery>> {
    let outcomes = outcome.map_or(vec![DeliveryOutcome::Delivered, DeliveryOutcome::Failed], |outcome| vec![outcome]);
    let rows: Vec<DeliveryRow> = delivery::table
        .filter(delivery::consumer_id.eq(consumer.0))
        .filter(delivery::number.lt(before.unwrap_or(i64::MAX)))
        .filter(delivery::outcome.eq_any(outcomes.into_iter().map(DeliveryOutcome::name)))
        .order(delivery::number.desc())
        .limit(count_max)
        .select(DeliveryRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(DeliveryRow::read).collect()
}

impl DeliveryRow {
    fn read(self) -> Result<Delivery> {
        let unreadable = || Error::Internal(format!("delivery {} of consumer {} cannot be read", self.number, self.consumer_id));
        let outcome = DeliveryOutcome::parse(&self.outcome).ok_or_else(unreadable)?;
        let status = self.status.map(u16::try_from).transpose().map_err(Error::internal)?;
        Ok(Delivery {
            consumer: ConsumerId(self.consumer_id),
            number: self.number,
            attempt: Attempt {
                first_event: self.first_event,
                last_event: self.last_event,
                events: usize::try_from(self.events_count).unwrap_or(0),
                attempted_at: Timestamp::from_millisecond(self.attempted_at_ms).map_err(Error::internal)?,
                took_ms: self.took_ms,
                status,
                message: self.message,
            },
            outcome,
            node: self.node,
        })
    }
}
