//! `svod token …`: the tokens that systems come with, as the operator issues and revokes them.
//! What may be done is decided by `app::tokens`.

use std::collections::BTreeSet;

use clap::{Args, Subcommand};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::import::date;
use super::{account_named, open_as_operator};
use crate::app::tokens::{NewToken, Token};
use crate::config::DatabaseSettings;
use crate::domain::account::{Account, AccountId, Scope, TokenId};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;

const ACCOUNTS_AT_ONCE: i64 = 500;

#[derive(Debug, Args)]
pub struct TokenArguments {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Issue a token, and print it this once
    Add(Box<AddArguments>),
    /// List the tokens of an account, or of all
    List(Box<ListArguments>),
    /// Revoke a token by its number
    Revoke(Box<RevokeArguments>),
}

#[derive(Debug, Args)]
struct AddArguments {
    /// The account that the token acts as
    name: String,
    /// What the token is for
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// What it may do: read, propose, review, publish, administer
    #[arg(long = "scope", value_name = "SCOPE", value_delimiter = ',', default_value = "read", value_parser = scope)]
    scopes: Vec<Scope>,
    /// The dictionaries that it reaches [default: all that the account reaches]
    #[arg(long = "dictionary", value_name = "CODE", value_delimiter = ',', value_parser = dictionary)]
    // Not called `dictionaries`: the setting of that name would be taken for it.
    reached: Vec<DictionaryCode>,
    /// The day from which it works no more [default: until it is revoked]
    #[arg(long, value_name = "DATE", value_parser = date)]
    expires: Option<Date>,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct ListArguments {
    /// The name of the account [default: all]
    name: Option<String>,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct RevokeArguments {
    /// The number of the token
    id: i64,
    #[command(flatten)]
    database: DatabaseSettings,
}

pub fn run(arguments: TokenArguments) -> Result<()> {
    match arguments.command {
        TokenCommand::Add(arguments) => add(&arguments),
        TokenCommand::List(arguments) => list(&arguments),
        TokenCommand::Revoke(arguments) => {
            let (svod, operator) = open_as_operator(&arguments.database)?;
            svod.accounts.revoke_token(&operator, TokenId(arguments.id))?;
            say!("The token {} is revoked.", arguments.id);
            Ok(())
        }
    }
}

fn add(arguments: &AddArguments) -> Result<()> {
    let (svod, operator) = open_as_operator(&arguments.database)?;
    let account = account_named(&svod, &operator, &arguments.name)?;
    let dictionaries: BTreeSet<DictionaryCode> = arguments.reached.iter().cloned().collect();
    let new = NewToken {
        account: account.id,
        title: arguments.title.clone(),
        scopes: arguments.scopes.iter().copied().collect(),
        dictionaries: (!dictionaries.is_empty()).then_some(dictionaries),
        expires_at: arguments.expires.map(|date| begin_of(date, &arguments.database.time_zone)).transpose()?,
    };
    let (token, secret) = svod.accounts.issue_token(&operator, new)?;
    say!("The token {} of {} is issued; it is shown this once:", token.id.0, account.name);
    say!("{secret}");
    Ok(())
}

fn begin_of(date: Date, zone: &TimeZone) -> Result<Timestamp> {
    let begin =
        date.to_zoned(zone.clone()).map_err(|_| Error::refused("expiry_out_of_range", "this date is too far away: name another"))?;
    Ok(begin.timestamp())
}

fn list(arguments: &ListArguments) -> Result<()> {
    let (svod, operator) = open_as_operator(&arguments.database)?;
    if let Some(name) = &arguments.name {
        let account = account_named(&svod, &operator, name)?;
        let tokens = svod.accounts.list_tokens(&operator, account.id)?;
        tokens.iter().for_each(|token| say_token(token, &account));
        return Ok(());
    }
    let mut after: Option<AccountId> = None;
    loop {
        let accounts = svod.accounts.list_accounts(&operator, after, ACCOUNTS_AT_ONCE)?;
        let Some(last) = accounts.last() else { return Ok(()) };
        after = Some(last.id);
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        for token in svod.accounts.tokens_by_account(&ids)? {
            accounts.iter().filter(|account| account.id == token.account).for_each(|account| say_token(&token, account));
        }
    }
}

fn say_token(token: &Token, account: &Account) {
    let scopes: Vec<&str> = token.limit.scopes.iter().map(|scope| scope.name()).collect();
    let dictionaries = match &token.limit.dictionaries {
        None => "all".to_owned(),
        Some(codes) => codes.iter().map(DictionaryCode::as_str).collect::<Vec<_>>().join(","),
    };
    let state = match (token.revoked_at, token.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(at)) => format!("until {at}"),
        (None, None) => "until revoked".to_owned(),
    };
    let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
    say!("{}\t{}\t{}\t{dictionaries}\t{state}\t{used}\t{}", token.id.0, account.name, scopes.join(","), token.title);
}

fn scope(text: &str) -> std::result::Result<Scope, String> {
    let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    Scope::parse(text).ok_or_else(|| format!("a scope is one of {}", names.join(", ")))
}

fn dictionary(text: &str) -> std::result::Result<DictionaryCode, String> {
    DictionaryCode::parse(text).ok_or_else(|| "a dictionary is named by its code, like offices".to_owned())
}
