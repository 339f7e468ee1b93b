//! `svod user …`: people and systems, their passwords and their roles, as the operator of the service sets them.
//! What may be done is decided by `app::accounts`.

use clap::{Args, Subcommand};

use super::{account_named, open_as_operator};
use crate::app::accounts::NewAccount;
use crate::app::acting::Caller;
use crate::app::svod::Svod;
use crate::config::{DatabaseSettings, system_secrets};
use crate::domain::account::{Account, AccountId, AccountKind, Grant, Role};
use crate::domain::error::{Error, Result};

/// How many accounts are read at once.
const ACCOUNTS_AT_ONCE: i64 = 500;

#[derive(Debug, Args)]
pub struct UserArguments {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person, or a system
    Add(Box<AddArguments>),
    /// List who there is, and with which roles
    List(Box<ListArguments>),
    /// Grant roles: steward:offices on one dictionary, steward on all, administrator over the service
    Grant(Box<RoleArguments>),
    /// Take roles away
    Revoke(Box<RoleArguments>),
    /// Set a new password, which ends all sessions
    Password(Box<PasswordArguments>),
    /// Let nobody act as an account any more
    Disable(Box<NameArguments>),
    /// Let an account be used again
    Enable(Box<NameArguments>),
}

#[derive(Debug, Args)]
struct AddArguments {
    /// What one signs in with: lower-case Latin letters, digits, `.`, `_`, `-`
    name: String,
    /// What others are shown [default: the name]
    #[arg(long, value_name = "TEXT")]
    display_name: Option<String>,
    /// ROLE or ROLE:DICTIONARY, as often as needed
    #[arg(long = "role", value_name = "ROLE", value_parser = grant)]
    roles: Vec<Grant>,
    /// It is a system: it has no password and comes with a token
    #[arg(long)]
    system: bool,
    /// Read the password from a line of standard input; without it one is made and printed
    #[arg(long, conflicts_with = "system")]
    password_stdin: bool,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct ListArguments {
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct NameArguments {
    /// The name of the account
    name: String,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct RoleArguments {
    /// The name of the account
    name: String,
    /// ROLE or ROLE:DICTIONARY
    #[arg(required = true, value_name = "ROLE", value_parser = grant)]
    roles: Vec<Grant>,
    #[command(flatten)]
    database: DatabaseSettings,
}

#[derive(Debug, Args)]
struct PasswordArguments {
    /// The name of the account
    name: String,
    /// Read the password from a line of standard input; without it one is made and printed
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    database: DatabaseSettings,
}

pub fn run(arguments: UserArguments) -> Result<()> {
    match arguments.command {
        UserCommand::Add(arguments) => add(&arguments),
        UserCommand::List(arguments) => list(&arguments.database),
        UserCommand::Grant(arguments) => change_roles(&arguments, true),
        UserCommand::Revoke(arguments) => change_roles(&arguments, false),
        UserCommand::Password(arguments) => set_password(&arguments),
        UserCommand::Disable(arguments) => {
            let (svod, operator, account) = open_for(&arguments.name, &arguments.database)?;
            svod.accounts.disable_account(&operator, account.id)?;
            say!("{} is disabled; its sessions are ended.", account.name);
            Ok(())
        }
        UserCommand::Enable(arguments) => {
            let (svod, operator, account) = open_for(&arguments.name, &arguments.database)?;
            svod.accounts.enable_account(&operator, account.id)?;
            say!("{} is enabled.", account.name);
            Ok(())
        }
    }
}

fn open_for(name: &str, database: &DatabaseSettings) -> Result<(Svod, Caller, Account)> {
    let (svod, operator) = open_as_operator(database)?;
    let account = account_named(&svod, &operator, name)?;
    Ok((svod, operator, account))
}

fn add(arguments: &AddArguments) -> Result<()> {
    let (svod, operator) = open_as_operator(&arguments.database)?;
    svod.accounts.check_roles(&arguments.roles)?;
    let password = if arguments.system { None } else { Some(password(arguments.password_stdin)?) };
    let new = NewAccount {
        name: arguments.name.clone(),
        display_name: arguments.display_name.clone().unwrap_or_else(|| arguments.name.clone()),
        kind: if arguments.system { AccountKind::System } else { AccountKind::Person },
        password: password.clone(),
    };
    let account = svod.accounts.add_account(&operator, new)?;
    say!("{} is added.", account.name);
    // The password first: it is lost when a role is refused and this ends.
    if let Some(password) = password.filter(|_| !arguments.password_stdin) {
        say!("password: {password}");
    }
    grant_all(&svod, &operator, &account, &arguments.roles)
}

fn grant_all(svod: &Svod, operator: &Caller, account: &Account, roles: &[Grant]) -> Result<()> {
    for role in roles {
        svod.accounts.grant_role(operator, account.id, role)?;
        say!("{} has the role {}.", account.name, role.text());
    }
    Ok(())
}

fn change_roles(arguments: &RoleArguments, is_granted: bool) -> Result<()> {
    let (svod, operator, account) = open_for(&arguments.name, &arguments.database)?;
    if is_granted {
        return grant_all(&svod, &operator, &account, &arguments.roles);
    }
    for role in &arguments.roles {
        svod.accounts.revoke_role(&operator, account.id, role)?;
        say!("{} has the role {} no more.", account.name, role.text());
    }
    Ok(())
}

fn set_password(arguments: &PasswordArguments) -> Result<()> {
    let (svod, operator, account) = open_for(&arguments.name, &arguments.database)?;
    let password = password(arguments.password_stdin)?;
    svod.accounts.set_password(&operator, account.id, &password)?;
    say!("{} has a new password; its sessions are ended.", account.name);
    if !arguments.password_stdin {
        say!("password: {password}");
    }
    Ok(())
}

/// The password from standard input, or a new one.
fn password(is_from_stdin: bool) -> Result<String> {
    if !is_from_stdin {
        return system_secrets().make_password();
    }
    let mut line = String::new();
    let unreadable = |error: std::io::Error| Error::Operator(format!("the password cannot be read from standard input: {error}"));
    // More than any password has is not read: it may be a file that was piped by mistake.
    let mut input = std::io::Read::take(std::io::stdin(), 64 << 10);
    std::io::BufRead::read_line(&mut std::io::BufReader::new(&mut input), &mut line).map_err(unreadable)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn list(database: &DatabaseSettings) -> Result<()> {
    let (svod, operator) = open_as_operator(database)?;
    let mut after: Option<AccountId> = None;
    loop {
        let accounts = svod.accounts.list_accounts(&operator, after, ACCOUNTS_AT_ONCE)?;
        let Some(last) = accounts.last() else { return Ok(()) };
        after = Some(last.id);
        let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
        let grants = svod.accounts.grants_by_account(&ids)?;
        for account in &accounts {
            let roles: Vec<String> = grants.iter().filter(|(id, _)| *id == account.id).map(|(_, grant)| grant.text()).collect();
            let state = if account.disabled_at.is_some() { "disabled" } else { "enabled" };
            say!("{}\t{}\t{state}\t{}\t{}", account.name, account.kind.name(), roles.join(","), account.display_name);
        }
    }
}

fn grant(text: &str) -> std::result::Result<Grant, String> {
    let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
    let grant = Grant::parse(text).ok_or_else(|| format!("write ROLE or ROLE:DICTIONARY, where a role is one of {}", names.join(", ")))?;
    grant.check().map_err(|refusal| refusal.to_string())?;
    Ok(grant)
}
