//! Failed sign-ins, counted by name and by address. It knows neither who is slowed nor for how long.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::sign_in_failure;
use crate::domain::error::{Error, Result};

/// How often signing in failed, and when last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    pub count: i64,
    pub last_at: Timestamp,
}

pub fn find(connection: &mut Engine, counted_for: &str) -> Result<Option<Failures>> {
    let row: Option<(i64, i64)> = sign_in_failure::table
        .filter(sign_in_failure::counted_for.eq(counted_for))
        .select((sign_in_failure::failures, sign_in_failure::last_at_ms))
        .first(connection)
        .optional()
        .map_err(fault)?;
    let Some((count, last_at_ms)) = row else { return Ok(None) };
    Ok(Some(Failures { count, last_at: Timestamp::from_millisecond(last_at_ms).map_err(Error::internal)? }))
}

pub fn count(connection: &mut Engine) -> Result<i64> {
    sign_in_failure::table.count().get_result(connection).map_err(fault)
}

pub fn insert(connection: &mut Engine, counted_for: &str, failures: Failures) -> Result<()> {
    let row = (
        sign_in_failure::counted_for.eq(counted_for),
        sign_in_failure::failures.eq(failures.count),
        sign_in_failure::last_at_ms.eq(failures.last_at.as_millisecond()),
    );
    diesel::insert_into(sign_in_failure::table).values(row).execute(connection).map(|_| ()).map_err(fault)
}

pub fn update(connection: &mut Engine, counted_for: &str, failures: Failures) -> Result<()> {
    let counted = (sign_in_failure::failures.eq(failures.count), sign_in_failure::last_at_ms.eq(failures.last_at.as_millisecond()));
    let this = sign_in_failure::counted_for.eq(counted_for);
    diesel::update(sign_in_failure::table).filter(this).set(counted).execute(connection).map(|_| ()).map_err(fault)
}

pub fn delete(connection: &mut Engine, counted_for: &str) -> Result<()> {
    let this = sign_in_failure::counted_for.eq(counted_for);
    diesel::delete(sign_in_failure::table).filter(this).execute(connection).map(|_| ()).map_err(fault)
}

/// Forgets whatever was last counted before an instant.
pub fn delete_before(connection: &mut Engine, at: Timestamp) -> Result<()> {
    let is_old = sign_in_failure::last_at_ms.lt(at.as_millisecond());
    diesel::delete(sign_in_failure::table).filter(is_old).execute(connection).map(|_| ()).map_err(fault)
}

/// Forgets the one that was counted longest ago.
pub fn delete_oldest(connection: &mut Engine) -> Result<()> {
    let oldest: Option<String> = sign_in_failure::table
        .order((sign_in_failure::last_at_ms, sign_in_failure::counted_for))
        .select(sign_in_failure::counted_for)
        .first(connection)
        .optional()
        .map_err(fault)?;
    oldest.map_or(Ok(()), |oldest| delete(connection, &oldest))
}
