//! The people of the demo: three accounts with passwords that are new at every start. A normal service never makes them and lets
//! none of them in.

use super::accounts::{Accounts, NewAccount};
use super::acting::{Act, Acting, Caller, Credential};
use crate::db;
use crate::domain::account::{Account, AccountId, AccountKind, Grant, Role, Scope};
use crate::domain::error::{Error, Result};

/// Name, shown name, and roles: on all dictionaries, and over the service.
const PEOPLE: [(&str, &str, &[Role]); 3] = [
    ("steward", "Мария Стрельцова", &[Role::Steward]),
    ("approver", "Анна Ковалёва", &[Role::Approver]),
    ("administrator", "Пётр Орлов", &[Role::Administrator, Role::Auditor, Role::Owner]),
];

/// Somebody of the demo, with the password that works until the next start.
#[derive(Clone)]
pub struct DemoAccount {
    pub name: String,
    pub display_name: String,
    pub password: String,
    pub roles: Vec<Grant>,
}

impl Accounts {
    /// Makes the people of the demo, or gives them new passwords. Only for the service itself, and only where it runs as a demo.
    pub fn prepare_demo(&self, caller: &Caller) -> Result<Vec<DemoAccount>> {
        let act = Act::new("prepareDemo", Scope::Administer, "");
        let mut people = Vec::with_capacity(PEOPLE.len());
        for (name, display_name, roles) in PEOPLE {
            let password = self.secrets.make_password()?;
            let hash = self.passwords.hash(&password)?;
            let new = NewAccount { name: name.to_owned(), display_name: display_name.to_owned(), kind: AccountKind::Demo, password: None };
            let roles: Vec<Grant> = roles.iter().map(|role| Grant { role: *role, dictionary: None }).collect();
            people.push((new, roles, password, hash));
        }
        self.acts.act(caller, &act, |acting| {
            if !self.is_demo || !matches!(caller.credential, Credential::BuiltIn(_)) {
                return Err(Error::refused("not_a_demo", "the people of the demo are made by a service that is started as a demo"));
            }
            people.iter().try_for_each(|(new, roles, _, hash)| prepare(acting, new, roles, hash))
        })?;
        let shown = |(new, roles, password, _): (NewAccount, Vec<Grant>, String, String)| DemoAccount {
            name: new.name,
            display_name: new.display_name,
            password,
            roles,
        };
        Ok(people.into_iter().map(shown).collect())
    }
}

fn prepare(acting: &mut Acting<'_>, new: &NewAccount, roles: &[Grant], hash: &str) -> Result<()> {
    let id = match db::account::find_by_name(acting.connection, &new.name)? {
        Some(account) if account.kind == AccountKind::Demo => renew(acting, &account, hash)?,
        Some(account) => {
            let message = format!("the account {} is no account of the demo: start the demo on another database", account.name);
            return Err(Error::refused("demo_name_taken", message));
        }
        None => {
            let account = Account {
                id: AccountId(0),
                name: new.name.clone(),
                display_name: new.display_name.clone(),
                kind: AccountKind::Demo,
                created_at: acting.now,
                disabled_at: None,
            };
            db::account::insert(acting.connection, &account, Some(hash))?
        }
    };
    roles.iter().try_for_each(|grant| db::account::insert_grant(acting.connection, id, grant, acting.now).map(|_| ()))
}

fn renew(acting: &mut Acting<'_>, account: &Account, hash: &str) -> Result<AccountId> {
    db::account::update_password(acting.connection, account.id, hash)?;
    db::account::update_disabled(acting.connection, account.id, None)?;
    db::session::update_all_ended(acting.connection, account.id, None, acting.now)?;
    Ok(account.id)
}
