//! Tokens: issued once, shown once, revoked for ever. An administrator issues them for systems, a person for themselves.
//! A token issues no tokens: whoever got hold of one would outlive its revocation.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::accounts::{Accounts, account_not_found, check_administrator, check_own_or_overseer};
use super::acting::{Act, Acting, Caller, Credential};
use super::identity::TOKEN_PREFIX;
use super::secrets::hash_of;
use crate::db;
use crate::domain::account::{AccountId, AccountKind, Role, Scope, TokenLimit, check_token_title};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

pub use crate::domain::account::{Token, TokenId};

/// Most tokens of one account that work at the same time.
const TOKENS_PER_ACCOUNT_MAX: usize = 100;
/// Most dictionaries that a token names.
const DICTIONARIES_PER_TOKEN_MAX: usize = 1000;

/// A token to be issued.
#[derive(Debug, Clone)]
pub struct NewToken {
    pub account: AccountId,
    /// What it is for.
    pub title: String,
    pub scopes: BTreeSet<Scope>,
    /// `None`: every dictionary that the account reaches.
    pub dictionaries: Option<BTreeSet<DictionaryCode>>,
    /// `None`: until it is revoked.
    pub expires_at: Option<Timestamp>,
}

impl Accounts {
    /// Issues a token; the text is its secret, which is told this once.
    pub fn issue_token(&self, caller: &Caller, new: NewToken) -> Result<(Token, String)> {
        let act = self.act_on(new.account, "issueToken")?;
        let secret = format!("{TOKEN_PREFIX}{}", self.secrets.make_secret()?);
        let hash = hash_of(&secret).ok_or_else(|| Error::Internal("a secret of ours is none".to_owned()))?;
        self.acts.act(caller, &act, |acting| {
            check_issuer(acting, caller, new.account)?;
            check_bearer(acting, caller, new.account)?;
            check_new(acting, &new)?;
            let mut token = Token {
                id: TokenId(0),
                account: new.account,
                title: new.title,
                limit: TokenLimit { scopes: new.scopes, dictionaries: new.dictionaries },
                created_at: acting.now,
                expires_at: new.expires_at,
                last_used_at: None,
                revoked_at: None,
            };
            token.id = db::token::insert(acting.connection, &token, &hash)?;
            note_token(acting, &token);
            Ok((token, secret))
        })
    }

    /// Revokes a token. Revoking it again is refused, so that nobody takes it for their own doing.
    pub fn revoke_token(&self, caller: &Caller, id: TokenId) -> Result<()> {
        let act = Act::new("revokeToken", Scope::Administer, format!("token/{}", id.0));
        self.acts.act(caller, &act, |acting| {
            let not_found = || Error::not_found("there is no such token: list the tokens of the account");
            let token = db::token::find(acting.connection, id)?.ok_or_else(not_found)?;
            let is_own = acting.account_id()? == token.account;
            if !is_own && check_administrator(&acting.authority).is_err() {
                return Err(not_found());
            }
            if token.revoked_at.is_some() {
                return Err(Error::refused("token_revoked_already", format!("the token {} was revoked already", id.0)));
            }
            db::token::update_revoked(acting.connection, id, acting.now)?;
            acting.note("title", token.title);
            Ok(())
        })
    }

    /// The tokens of an account, by number. For administrators, auditors, and the account itself.
    pub fn list_tokens(&self, caller: &Caller, account: AccountId) -> Result<Vec<Token>> {
        check_own_or_overseer(&caller.authority, account)?;
        self.tokens_by_account(&[account])
    }

    /// Tokens for a loader. Whoever asks for them has decided already that the caller may know them.
    pub fn tokens_by_account(&self, accounts: &[AccountId]) -> Result<Vec<Token>> {
        self.acts.store.read(|connection| db::token::list_by_account(connection, accounts))
    }
}

/// Administrators issue tokens for others, a person for themselves; and both with their password, not with a token.
fn check_issuer(acting: &Acting<'_>, caller: &Caller, account: AccountId) -> Result<()> {
    if matches!(caller.credential, Credential::Token(_)) {
        return Err(Error::refused("session_needed", "a token issues no tokens: sign in with your password"));
    }
    if acting.account_id()? == account || acting.authority.holds_everywhere(Role::Administrator) {
        return Ok(());
    }
    Err(Error::forbidden("a token of somebody else is issued by administrators: ask one of them"))
}

fn check_bearer(acting: &mut Acting<'_>, caller: &Caller, id: AccountId) -> Result<()> {
    let account = db::account::find(acting.connection, id)?.ok_or_else(account_not_found)?;
    let is_built_in = matches!(caller.credential, Credential::BuiltIn(_));
    if account.kind != AccountKind::System && acting.account_id()? != id && !is_built_in {
        // Whoever holds a person's token acts as that person, and could approve as somebody else.
        return Err(Error::forbidden("a token of a person is issued by that person: ask them, or add an account for the system"));
    }
    if account.kind == AccountKind::BuiltIn {
        let message = format!("the account {} is a part of the service: it has no tokens", account.name);
        return Err(Error::refused("account_built_in", message));
    }
    if account.disabled_at.is_some() {
        return Err(Error::refused("account_disabled", format!("the account {} is disabled: enable it first", account.name)));
    }
    let tokens = db::token::list_by_account(acting.connection, &[id])?;
    let is_good = |token: &&Token| token.revoked_at.is_none() && token.expires_at.is_none_or(|at| at > acting.now);
    if tokens.iter().filter(is_good).count() >= TOKENS_PER_ACCOUNT_MAX {
        let message = format!("the account {} has {TOKENS_PER_ACCOUNT_MAX} tokens that work: revoke one first", account.name);
        return Err(Error::refused("tokens_too_many", message));
    }
    Ok(())
}

fn check_new(acting: &mut Acting<'_>, new: &NewToken) -> Result<()> {
    check_token_title(&new.title)?;
    if new.scopes.is_empty() {
        return Err(Error::refused("scopes_missing", "a token without a scope does nothing: name at least one"));
    }
    if new.expires_at.is_some_and(|at| at <= acting.now) {
        return Err(Error::refused("expiry_past", "this token would have expired before it is issued: name a later instant"));
    }
    let Some(dictionaries) = &new.dictionaries else { return Ok(()) };
    if dictionaries.is_empty() || dictionaries.len() > DICTIONARIES_PER_TOKEN_MAX {
        let message = format!("a token is for 1 to {DICTIONARIES_PER_TOKEN_MAX} dictionaries, or names none and is for all");
        return Err(Error::refused("dictionaries_out_of_range", message));
    }
    for code in dictionaries {
        if db::dictionary::find(acting.connection, code)?.is_none() {
            return Err(Error::refused("dictionary_unknown", format!("there is no dictionary {code}: name one that is published")));
        }
    }
    Ok(())
}

fn note_token(acting: &mut Acting<'_>, token: &Token) {
    let scopes: Vec<&str> = token.limit.scopes.iter().map(|scope| scope.name()).collect();
    acting.note("token", token.id.0);
    acting.note("title", token.title.clone());
    acting.note("scopes", scopes);
    if let Some(dictionaries) = &token.limit.dictionaries {
        acting.note("dictionaries", dictionaries.iter().map(DictionaryCode::as_str).collect::<Vec<_>>());
    }
    if let Some(expires_at) = token.expires_at {
        acting.note("expiresAt", expires_at.to_string());
    }
}
