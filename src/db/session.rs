//! Sessions of people who signed in: known by the SHA-256 of the secret in their cookie.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::session;
use crate::domain::account::AccountId;
use crate::domain::digest::hex;
use crate::domain::error::{Error, Result};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub account: AccountId,
    pub last_used_at: Timestamp,
    pub expires_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

pub fn find(connection: &mut Engine, secret_hash: &[u8; 32]) -> Result<Option<Session>> {
    let row: Option<(i64, i64, i64, Option<i64>)> = session::table
        .filter(session::secret_hash.eq(hex(secret_hash)))
        .select((session::account_id, session::last_used_at_ms, session::expires_at_ms, session::ended_at_ms))
        .first(connection)
        .optional()
        .map_err(fault)?;
    let Some((account, last_used_at_ms, expires_at_ms, ended_at_ms)) = row else { return Ok(None) };
    Ok(Some(Session {
        account: AccountId(account),
        last_used_at: Timestamp::from_millisecond(last_used_at_ms).map_err(Error::internal)?,
        expires_at: Timestamp::from_millisecond(expires_at_ms).map_err(Error::internal)?,
        ended_at: ended_at_ms.map(Timestamp::from_millisecond).transpose().map_err(Error::internal)?,
    }))
}

pub fn insert(connection: &mut Engine, secret_hash: &[u8; 32], account: AccountId, now: Timestamp, expires_at: Timestamp) -> Result<()> {
    let row = (
        session::secret_hash.eq(hex(secret_hash)),
        session::account_id.eq(account.0),
        session::created_at_ms.eq(now.as_millisecond()),
        session::last_used_at_ms.eq(now.as_millisecond()),
        session::expires_at_ms.eq(expires_at.as_millisecond()),
    );
    diesel::insert_into(session::table).values(row).execute(connection).map(|_| ()).map_err(fault)
}

pub fn update_last_used(connection: &mut Engine, secret_hash: &[u8; 32], at: Timestamp) -> Result<()> {
    let used = session::last_used_at_ms.eq(at.as_millisecond());
    let this = session::secret_hash.eq(hex(secret_hash));
    diesel::update(session::table).filter(this).set(used).execute(connection).map(|_| ()).map_err(fault)
}

pub fn update_ended(connection: &mut Engine, secret_hash: &[u8; 32], at: Timestamp) -> Result<()> {
    diesel::update(session::table)
        .filter(session::secret_hash.eq(hex(secret_hash)))
        .filter(session::ended_at_ms.is_null())
        .set(session::ended_at_ms.eq(Some(at.as_millisecond())))
        .execute(connection)
        .map(|_| ())
        .map_err(fault)
}

/// Ends every session of an account but one that is to be kept, if any.
pub fn update_all_ended(connection: &mut Engine, account: AccountId, kept: Option<&[u8; 32]>, at: Timestamp) -> Result<usize> {
    diesel::update(session::table)
        .filter(session::account_id.eq(account.0))
        .filter(session::secret_hash.ne(kept.map(hex).unwrap_or_default()))
        .filter(session::ended_at_ms.is_null())
        .set(session::ended_at_ms.eq(Some(at.as_millisecond())))
        .execute(connection)
        .map_err(fault)
}

/// Forgets the sessions of an account that expired before an instant: the audit still knows that they were.
pub fn delete_expired(connection: &mut Engine, account: AccountId, before: Timestamp) -> Result<()> {
    let is_old = session::expires_at_ms.lt(before.as_millisecond());
    let of_account = session::account_id.eq(account.0);
    diesel::delete(session::table).filter(of_account).filter(is_old).execute(connection).map(|_| ()).map_err(fault)
}
