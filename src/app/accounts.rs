//! Accounts and roles: who is known, and what they may do. For administrators, except where a person acts on their own account.
//! Tokens and the accounts of the demo stand beside it; signing in is `identity`'s.

use super::acting::{Act, Acting, Acts, Caller, Credential};
use super::identity::Identity;
use super::passwords::Passwords;
use super::secrets::Secrets;
use crate::db::{self, Engine};
use crate::domain::account::{Account, AccountId, AccountKind, Authority, Grant, Role, Scope, check_display_name, check_name};
use crate::domain::error::{Error, Result};

/// Most accounts that one page has.
const ACCOUNTS_PAGE_MAX: i64 = 1000;

/// An account to be made.
#[derive(Clone)]
pub struct NewAccount {
    pub name: String,
    pub display_name: String,
    /// A person or a system.
    pub kind: AccountKind,
    /// A person without one cannot sign in until it is set; a system never has one.
    pub password: Option<String>,
}

/// Manages accounts, roles and tokens.
#[derive(Clone)]
pub struct Accounts {
    pub(super) acts: Acts,
    pub(super) passwords: Passwords,
    pub(super) secrets: Secrets,
    pub(super) identity: Identity,
    pub(super) is_demo: bool,
}

impl Accounts {
    pub fn new(acts: Acts, passwords: Passwords, secrets: Secrets, identity: Identity, is_demo: bool) -> Self {
        Self { acts, passwords, secrets, identity, is_demo }
    }

    pub fn add_account(&self, caller: &Caller, new: NewAccount) -> Result<Account> {
        // A name that is none is not repeated in the audit either.
        let subject = if check_name(&new.name).is_ok() { format!("account/{}", new.name) } else { String::new() };
        let act = Act::new("addAccount", Scope::Administer, subject);
        let hash = self.acts.audited(caller, &act, self.check_new(caller, &new))?;
        self.acts.act(caller, &act, |acting| {
            check_administrator_in_person(&acting.authority)?;
            if db::account::find_by_name(acting.connection, &new.name)?.is_some() {
                return Err(Error::refused("name_taken", format!("there is an account {} already: choose another name", new.name)));
            }
            let mut account = Account {
                id: AccountId(0),
                name: new.name,
                display_name: new.display_name,
                kind: new.kind,
                created_at: acting.now,
                disabled_at: None,
            };
            account.id = db::account::insert(acting.connection, &account, hash.as_deref())?;
            acting.note("kind", account.kind.name());
            acting.note("displayName", account.display_name.clone());
            Ok(account)
        })
    }

    /// What can be refused before the transaction; gives the hash of the password, which takes long to work out.
    fn check_new(&self, caller: &Caller, new: &NewAccount) -> Result<Option<String>> {
        check_administrator_in_person(&caller.authority)?;
        check_name(&new.name)?;
        check_display_name(&new.display_name)?;
        match (new.kind, &new.password) {
            (AccountKind::Person, Some(password)) => self.passwords.hash(password).map(Some),
            (AccountKind::Person | AccountKind::System, None) => Ok(None),
            (AccountKind::System, Some(_)) => Err(no_password_for_systems()),
            (AccountKind::Demo | AccountKind::BuiltIn, _) => {
                Err(Error::refused("kind_not_allowed", "an account that is added is a person or a system: choose one of these"))
            }
        }
    }

    /// Sets the password of a person, and ends their sessions.
    pub fn set_password(&self, caller: &Caller, id: AccountId, password: &str) -> Result<()> {
        let act = self.act_on(id, "setPassword")?;
        let allowed = check_administrator_in_person(&caller.authority).and_then(|()| self.passwords.hash(password));
        let hash = self.acts.audited(caller, &act, allowed)?;
        self.acts.act(caller, &act, |acting| {
            check_administrator_in_person(&acting.authority)?;
            let account = self.changeable(acting, id)?;
            if account.kind == AccountKind::System {
                return Err(no_password_for_systems());
            }
            db::account::update_password(acting.connection, id, &hash)?;
            end_sessions(acting, id)
        })
    }

    /// Changes one's own password: see `Identity::change_password`.
    pub fn change_password(&self, caller: &Caller, current: &str, new: &str) -> Result<()> {
        self.identity.change_password(caller, current, new)
    }

    /// From now on nobody acts as this account; its sessions end, and its tokens are refused until it is enabled.
    pub fn disable_account(&self, caller: &Caller, id: AccountId) -> Result<()> {
        let act = self.act_on(id, "disableAccount")?;
        self.acts.act(caller, &act, |acting| {
            let account = self.changeable(acting, id)?;
            if account.disabled_at.is_some() {
                return Err(Error::refused("account_disabled_already", format!("the account {} is disabled already", account.name)));
            }
            self.check_not_last_administrator(acting.connection, caller, id)?;
            db::account::update_disabled(acting.connection, id, Some(acting.now))?;
            end_sessions(acting, id)
        })
    }

    pub fn enable_account(&self, caller: &Caller, id: AccountId) -> Result<()> {
        let act = self.act_on(id, "enableAccount")?;
        self.acts.act(caller, &act, |acting| {
            check_administrator_in_person(&acting.authority)?;
            let account = self.changeable(acting, id)?;
            if account.disabled_at.is_none() {
                return Err(Error::refused("account_enabled_already", format!("the account {} is not disabled", account.name)));
            }
            db::account::update_disabled(acting.connection, id, None)
        })
    }

    /// Whether roles can be granted at all, so that nobody is added first and refused a role after.
    pub fn check_roles(&self, roles: &[Grant]) -> Result<()> {
        self.acts.store.read(|connection| {
            roles.iter().try_for_each(|grant| {
                grant.check()?;
                check_dictionary(connection, grant)
            })
        })
    }

    /// Grants a role on a dictionary, on all, or over the service. A role that is there already is left as it is.
    pub fn grant_role(&self, caller: &Caller, id: AccountId, grant: &Grant) -> Result<()> {
        let act = self.act_on(id, "grantRole")?;
        self.acts.act(caller, &act, |acting| {
            check_administrator_in_person(&acting.authority)?;
            self.changeable(acting, id)?;
            grant.check()?;
            check_dictionary(acting.connection, grant)?;
            let is_new = db::account::insert_grant(acting.connection, id, grant, acting.now)?;
            acting.note("role", grant.text());
            acting.note("isNew", is_new);
            Ok(())
        })
    }

    pub fn revoke_role(&self, caller: &Caller, id: AccountId, grant: &Grant) -> Result<()> {
        let act = self.act_on(id, "revokeRole")?;
        self.acts.act(caller, &act, |acting| {
            let account = self.changeable(acting, id)?;
            if grant.role == Role::Administrator {
                self.check_not_last_administrator(acting.connection, caller, id)?;
            }
            if !db::account::delete_grant(acting.connection, id, grant)? {
                let message = format!("the account {} has no grant {}: list its roles", account.name, grant.text());
                return Err(Error::refused("role_not_granted", message));
            }
            acting.note("role", grant.text());
            Ok(())
        })
    }

    /// An act on an account, named for the audit.
    pub(super) fn act_on(&self, id: AccountId, verb: &'static str) -> Result<Act> {
        let account = self.acts.store.read(|connection| db::account::find(connection, id))?;
        let subject = account.map_or_else(|| format!("account/#{}", id.0), |account| format!("account/{}", account.name));
        Ok(Act::new(verb, Scope::Administer, subject))
    }

    /// The account that an administrator is about to change.
    fn changeable(&self, acting: &mut Acting<'_>, id: AccountId) -> Result<Account> {
        check_administrator(&acting.authority)?;
        let account = db::account::find(acting.connection, id)?.ok_or_else(account_not_found)?;
        if account.kind == AccountKind::BuiltIn {
            let message = format!("the account {} is a part of the service: it cannot be changed", account.name);
            return Err(Error::refused("account_built_in", message));
        }
        Ok(account)
    }

    /// The service must not be left without anybody who can let others in; its operator at the command line always can.
    fn check_not_last_administrator(&self, connection: &mut Engine, caller: &Caller, id: AccountId) -> Result<()> {
        if matches!(caller.credential, Credential::BuiltIn(_)) {
            return Ok(());
        }
        let is_person = |account: &&Account| account.kind == AccountKind::Person || (self.is_demo && account.kind == AccountKind::Demo);
        let holders = db::account::list_holders(connection, Role::Administrator)?;
        let mut persons = holders.iter().filter(is_person);
        if persons.clone().any(|account| account.id == id) && persons.all(|account| account.id == id) {
            let message = "this is the last administrator: make somebody else one first, or do it at the command line of the service";
            return Err(Error::refused("last_administrator", message));
        }
        Ok(())
    }

    /// The accounts after one, by number. For administrators and auditors.
    pub fn list_accounts(&self, caller: &Caller, after: Option<AccountId>, count: i64) -> Result<Vec<Account>> {
        check_overseer(&caller.authority)?;
        let (after, count) = (after.unwrap_or(AccountId(0)), count.clamp(0, ACCOUNTS_PAGE_MAX));
        self.acts.store.read(|connection| db::account::list_after(connection, after, count))
    }

    /// Somebody by number. For everybody with an account: names stand beside what people did.
    pub fn find_account(&self, caller: &Caller, id: AccountId) -> Result<Option<Account>> {
        check_signed_in(&caller.authority)?;
        self.acts.store.read(|connection| db::account::find(connection, id))
    }

    /// The same by name.
    pub fn find_account_by_name(&self, caller: &Caller, name: &str) -> Result<Option<Account>> {
        check_signed_in(&caller.authority)?;
        if check_name(name).is_err() {
            return Ok(None);
        }
        self.acts.store.read(|connection| db::account::find_by_name(connection, name))
    }

    /// The roles of an account. For administrators, auditors, and the account itself.
    pub fn list_grants(&self, caller: &Caller, id: AccountId) -> Result<Vec<Grant>> {
        check_own_or_overseer(&caller.authority, id)?;
        self.acts.store.read(|connection| db::account::list_grants(connection, id))
    }

    /// Accounts for a loader, by number. Whoever asks for them has decided already that the caller may know them.
    pub fn accounts_by_id(&self, ids: &[AccountId]) -> Result<Vec<Account>> {
        self.acts.store.read(|connection| db::account::list_by_id(connection, ids))
    }

    /// Roles for a loader, under the same condition.
    pub fn grants_by_account(&self, ids: &[AccountId]) -> Result<Vec<(AccountId, Grant)>> {
        self.acts.store.read(|connection| db::account::list_grants_by_account(connection, ids))
    }
}

fn end_sessions(acting: &mut Acting<'_>, id: AccountId) -> Result<()> {
    let ended = db::session::update_all_ended(acting.connection, id, None, acting.now)?;
    acting.note("sessionsEnded", ended);
    Ok(())
}

/// Refuses a grant on a dictionary that is not there.
fn check_dictionary(connection: &mut Engine, grant: &Grant) -> Result<()> {
    match &grant.dictionary {
        Some(code) if db::dictionary::find(connection, code)?.is_none() => {
            Err(Error::refused("dictionary_unknown", format!("there is no dictionary {code}: name one that is published")))
        }
        _ => Ok(()),
    }
}

pub(super) fn account_not_found() -> Error {
    Error::not_found("there is no such account: list the accounts")
}

fn no_password_for_systems() -> Error {
    Error::refused("password_not_allowed", "a system signs in with a token and has no password: issue it a token")
}

fn check_signed_in(authority: &Authority) -> Result<()> {
    if authority.account.is_none() {
        return Err(Error::unauthenticated("sign in first, or send a token: accounts are not for everybody"));
    }
    if authority.reaches(Scope::Read) { Ok(()) } else { Err(Error::refused("scope_missing", "this token does not allow to read")) }
}

/// What lets somebody in is for administrators who signed in: a token that could do it would outlive its revocation.
fn check_administrator_in_person(authority: &Authority) -> Result<()> {
    check_administrator(authority)?;
    if authority.limit.is_some() {
        return Err(Error::refused("session_needed", "a token lets nobody in: sign in with your password"));
    }
    Ok(())
}

pub(super) fn check_administrator(authority: &Authority) -> Result<()> {
    check_signed_in_at_all(authority)?;
    if authority.holds_everywhere(Role::Administrator) {
        return Ok(());
    }
    Err(Error::forbidden("this is for administrators: ask one of them"))
}

fn check_signed_in_at_all(authority: &Authority) -> Result<()> {
    match authority.account {
        Some(_) => Ok(()),
        None => Err(Error::unauthenticated("sign in first: this is for administrators")),
    }
}

pub(super) fn check_overseer(authority: &Authority) -> Result<()> {
    check_signed_in(authority)?;
    if authority.holds_everywhere(Role::Administrator) || authority.holds_everywhere(Role::Auditor) {
        return Ok(());
    }
    Err(Error::forbidden("this is for administrators and auditors: ask one of them"))
}

/// What others have is not there for whoever may not know of it.
pub(super) fn check_own_or_overseer(authority: &Authority, id: AccountId) -> Result<()> {
    check_signed_in(authority)?;
    if authority.account_id() == Some(id) || check_overseer(authority).is_ok() { Ok(()) } else { Err(account_not_found()) }
}
