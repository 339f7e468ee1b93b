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

pub use crate::domain::account::{Token, TokenId};

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

#[derive(Insertable)]
#[diesel(table_name = token, treat_none_as_default_value = false)]
struct NewTokenRow<'a> {
    id: i64,
    account_id: i64,
    title: &'a str,
    secret_hash: String,
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

/// The tokens of some accounts, by number.
pub fn list_by_account(connection: &mut Engine, accounts: &[AccountId]) -> Result<Vec<Token>> {
    let ids: Vec<i64> = accounts.iter().map(|account| account.0).collect();
    let rows: Vec<TokenRow> = token::table
        .filter(token::account_id.eq_any(ids))
        .order(token::id)
        .select(TokenRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(TokenRow::read).collect()
}

/// Stores a token under the next number, which it gives. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, made: &Token, secret_hash: &[u8; 32]) -> Result<TokenId> {
    let greatest: Option<i64> = token::table.select(diesel::dsl::max(token::id)).first(connection).map_err(fault)?;
    let id = greatest.unwrap_or(0) + 1;
    let scopes: Vec<&str> = made.limit.scopes.iter().map(|scope| scope.name()).collect();
    let dictionaries = made.limit.dictionaries.as_ref().map(|codes| {
        let codes: Vec<&str> = codes.iter().map(DictionaryCode::as_str).collect();
        codes.join(" ")
    });
    let row = NewTokenRow {
        id,
        account_id: made.account.0,
        title: &made.title,
        secret_hash: hex(secret_hash),
        scopes: scopes.join(" "),
        dictionaries,
        created_at_ms: made.created_at.as_millisecond(),
        expires_at_ms: made.expires_at.map(Timestamp::as_millisecond),
        last_used_at_ms: None,
        revoked_at_ms: None,
    };
    diesel::insert_into(token::table).values(row).execute(connection).map_err(fault)?;
    Ok(TokenId(id))
}

pub fn update_last_used(connection: &mut Engine, id: TokenId, at: Timestamp) -> Result<()> {
    let used = token::last_used_at_ms.eq(Some(at.as_millisecond()));
    diesel::update(token::table).filter(token::id.eq(id.0)).set(used).execute(connection).map(|_| ()).map_err(fault)
}

/// Only the first revocation is kept.
pub fn update_revoked(connection: &mut Engine, id: TokenId, at: Timestamp) -> Result<()> {
    diesel::update(token::table)
        .filter(token::id.eq(id.0))
        .filter(token::revoked_at_ms.is_null())
        .set(token::revoked_at_ms.eq(Some(at.as_millisecond())))
        .execute(connection)
        .map(|_| ())
        .map_err(fault)
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
