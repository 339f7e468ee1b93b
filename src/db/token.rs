//! Bearer tokens: known by the SHA-256 of their secret.

use std::collections::BTreeSet;

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::token;
use crate::domain::account::{AccountId, Scope, TokenLimit};
use crate::domain::digest::hex;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

/// The number of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TokenId(pub i64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub id: TokenId,
    pub account: AccountId,
    /// What it is for, in its maker's words.
    pub title: String,
    pub limit: TokenLimit,
    pub created_at: Timestamp,
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    pub revoked_at: Option<Timestamp>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = token)]
struct TokenRow {
    id: i64,
    account_id: i64,
    title: String,
    scopes: String,
    dictionaries: Option<String>,
    created_at_ms: i64,
    expires_at_ms: Option<i64>,
    last_used_at_ms: Option<i64>,
    revoked_at_ms: Option<i64>,
}

pub fn find(connection: &mut Engine, id: TokenId) -> Result<Option<Token>> {
    let row = token::table.filter(token::id.eq(id.0)).select(TokenRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(TokenRow::read).transpose()
}

pub fn find_by_secret(connection: &mut Engine, secret_hash: &[u8; 32]) -> Result<Option<Token>> {
    let row = token::table.filter(token::secret_hash.eq(hex(secret_hash))).select(TokenRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(TokenRow::read).transpose()
}

impl TokenRow {
    fn read(self) -> Result<Token> {
        let unreadable = || Error::Internal(format!("the limits of token {} cannot be read from the database", self.id));
        let scopes: Option<BTreeSet<Scope>> = self.scopes.split_whitespace().map(Scope::parse).collect();
        let dictionaries = match &self.dictionaries {
            None => None,
            Some(codes) => {
                let codes: Option<BTreeSet<DictionaryCode>> = codes.split_whitespace().map(DictionaryCode::parse).collect();
                Some(codes.ok_or_else(unreadable)?)
            }
        };
        let limit = TokenLimit { scopes: scopes.ok_or_else(unreadable)?, dictionaries };
        let instant = |ms: Option<i64>| ms.map(Timestamp::from_millisecond).transpose().map_err(Error::internal);
        Ok(Token {
            id: TokenId(self.id),
            account: AccountId(self.account_id),
            title: self.title,
            limit,
            created_at: Timestamp::from_millisecond(self.created_at_ms).map_err(Error::internal)?,
            expires_at: instant(self.expires_at_ms)?,
            last_used_at: instant(self.last_used_at_ms)?,
            revoked_at: instant(self.revoked_at_ms)?,
        })
    }
}
