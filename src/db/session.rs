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
