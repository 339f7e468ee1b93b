//! Accounts and the roles that are granted to them: who may do what.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};

use super::connection::{Page, Seek, list_cost, page_cost};
use super::loader::Reads;
use super::payload::{Outcome, act, payload, refused};
use super::scalar::DateTime;
use super::token::TokenObject;
use super::view::View;
use crate::app::accounts::NewAccount;
use crate::app::acting::{Act, Caller};
use crate::app::svod::Svod;
use crate::catalog::Head;
use crate::domain::account::{Account, AccountId, AccountKind, Grant, Role, Scope, check_name};
use crate::domain::error::Error;
use crate::domain::text::DictionaryCode;

/// What an account stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "AccountKind", remote = "AccountKind")]
pub enum AccountKindValue {
    /// Somebody who signs in with a password.
    Person,
    /// A system that comes with a token.
    System,
    /// A person of the demo.
    Demo,
    /// The service itself, or its command line.
    BuiltIn,
}

/// What a person or a system may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Role", remote = "Role")]
pub enum RoleValue {
    /// Reads a restricted dictionary.
    Reader,
    /// Drafts changes of items.
    Steward,
    /// Decides on changes that others made.
    Approver,
    /// All of these, and changes definitions.
    Owner,
    /// Over the service: manages accounts, roles and tokens.
    Administrator,
    /// Over the service: reads the audit.
    Auditor,
}

/// What kind of thing a token lets its bearer do; the roles of its account decide on what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
#[graphql(name = "Scope", remote = "Scope")]
pub enum ScopeValue {
    /// Read.
    Read,
    /// Draft changes.
    Propose,
    /// Decide on changes.
    Review,
    /// Publish.
    Publish,
    /// Manage accounts.
    Administer,
}

/// A role on one dictionary, on all of them, or over the service.
#[derive(Debug, Clone, SimpleObject)]
pub struct RoleGrant {
    /// The role.
    role: RoleValue,
    /// The code of the dictionary; null: on every dictionary, or over the service.
    dictionary: Option<ID>,
}

impl From<&Grant> for RoleGrant {
    fn from(grant: &Grant) -> Self {
        Self { role: grant.role.into(), dictionary: grant.dictionary.as_ref().map(|code| code.as_str().into()) }
    }
}

/// Somebody who is known by name. What else there is to know of them, few may.
#[derive(Clone)]
pub struct AccountObject {
    pub view: View,
    pub account: Account,
}

impl AccountObject {
    /// Somebody by number: for names beside what people did.
    pub async fn load(view: &View, id: AccountId) -> Result<Option<Self>> {
        let found = view.loader().load_one(id).await.map_err(|error| view.told(&error))?;
        Ok(found.map(|account| Self { view: view.clone(), account }))
    }

    /// Some people at once, in the order of their numbers given.
    pub async fn load_all(view: &View, ids: &[AccountId]) -> Result<Vec<Self>> {
        let found = view.loader().load_many(ids.iter().copied()).await.map_err(|error| view.told(&error))?;
        let object = |id| found.get(id).map(|account| Self { view: view.clone(), account: Account::clone(account) });
        Ok(ids.iter().filter_map(object).collect())
    }

    /// Whether the caller may know their roles and tokens: administrators, auditors, and they themselves.
    fn may_look_closer(&self) -> bool {
        let authority = &self.view.caller().authority;
        let over_service = authority.holds_everywhere(Role::Administrator) || authority.holds_everywhere(Role::Auditor);
        over_service || authority.account_id() == Some(self.account.id)
    }
}

/// A person or a system that is known by name.
#[Object(name = "Account")]
impl AccountObject {
    /// What they sign in with; unique.
    async fn name(&self) -> ID {
        self.account.name.as_str().into()
    }

    /// What others are shown.
    async fn display_name(&self) -> &str {
        &self.account.display_name
    }

    /// What the account stands for.
    async fn kind(&self) -> AccountKindValue {
        self.account.kind.into()
    }

    /// When it was made.
    async fn created_at(&self) -> DateTime {
        DateTime(self.account.created_at)
    }

    /// When it was disabled; null while it is not.
    async fn disabled_at(&self) -> Option<DateTime> {
        self.account.disabled_at.map(DateTime)
    }

    /// Their roles; null for who may not know them: that is administrators, auditors, and they themselves.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn roles(&self) -> Result<Option<Vec<RoleGrant>>> {
        if !self.may_look_closer() {
            return Ok(None);
        }
        let key = GrantsOf(self.account.id);
        let grants = self.view.loader().load_one(key).await.map_err(|error| self.view.told(&error))?;
        Ok(Some(grants.unwrap_or_default().iter().map(Into::into).collect()))
    }

    /// Their tokens, without the secrets; null for who may not know them.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn tokens(&self) -> Result<Option<Vec<TokenObject>>> {
        if !self.may_look_closer() {
            return Ok(None);
        }
        TokenObject::list_of(&self.view, self.account.id).await.map(Some)
    }
}

/// The key of the roles of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GrantsOf(AccountId);

impl Loader<AccountId> for Reads {
    type Value = Account;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[AccountId]) -> std::result::Result<HashMap<AccountId, Account>, Self::Error> {
        let read = |svod: &Svod, _: &Arc<Head>, ids: Vec<AccountId>| {
            let accounts = svod.accounts.accounts_by_id(&ids)?;
            Ok(accounts.into_iter().map(|account| (account.id, account)).collect())
        };
        self.batch(keys, read).await
    }
}

impl Loader<GrantsOf> for Reads {
    type Value = Vec<Grant>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[GrantsOf]) -> std::result::Result<HashMap<GrantsOf, Vec<Grant>>, Self::Error> {
        let read = |svod: &Svod, _: &Arc<Head>, keys: Vec<GrantsOf>| {
            let ids: Vec<AccountId> = keys.iter().map(|key| key.0).collect();
            let mut found: HashMap<GrantsOf, Vec<Grant>> = HashMap::new();
            for (id, grant) in svod.accounts.grants_by_account(&ids)? {
                found.entry(GrantsOf(id)).or_default().push(grant);
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}

#[derive(Default)]
pub struct AccountQuery;

#[Object]
impl AccountQuery {
    /// All accounts in the order in which they were made. For administrators and auditors.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn accounts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<Page<AccountObject>>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "accounts", first, after.as_deref())?;
        let (after, count) = (seek.after_number()?.map(AccountId), seek.count() as i64);
        let accounts = view.work(move |svod, caller| svod.accounts.list_accounts(caller, after, count)).await?;
        let page = seek.page(accounts, |account| account.id.0.to_string());
        Ok(Some(page.map(|account| AccountObject { view: view.clone(), account })))
    }

    /// The account of a name; null when there is none.
    async fn account(&self, context: &Context<'_>, #[graphql(desc = "Its name: `maria`.")] name: ID) -> Result<Option<AccountObject>> {
        let view = View::of(context)?;
        let found = view.work(move |svod, caller| svod.accounts.find_account_by_name(caller, &name)).await?;
        Ok(found.map(|account| AccountObject { view, account }))
    }
}

/// An account to be made.
#[derive(InputObject)]
struct AddAccountInput {
    /// What they sign in with: small Latin letters, digits, `.`, `_` and `-`, a letter first.
    name: ID,
    /// What others are shown.
    display_name: String,
    /// A person, or a system; a person unless told.
    #[graphql(default_with = "NewAccountKind::Person")]
    kind: NewAccountKind,
    /// At least 12 characters. A person without one cannot sign in until it is set; a system never has one.
    #[graphql(secret)]
    password: Option<String>,
}

/// What a new account may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
enum NewAccountKind {
    /// Somebody who signs in with a password.
    Person,
    /// A system that comes with a token.
    System,
}

/// A new password of an account.
#[derive(InputObject)]
struct SetPasswordInput {
    /// The name of the account.
    account: ID,
    /// At least 12 characters.
    #[graphql(secret)]
    password: String,
}

/// Which account.
#[derive(InputObject)]
struct AccountInput {
    /// The name of the account.
    account: ID,
}

/// A role of an account.
#[derive(InputObject)]
struct RoleInput {
    /// The name of the account.
    account: ID,
    /// The role.
    role: RoleValue,
    /// The code of the dictionary; left out: on every dictionary, or over the service.
    dictionary: Option<ID>,
}

payload!(AddAccountPayload, "What came of `addAccount`.", account: AccountObject, "The new account.");
payload!(SetPasswordPayload, "What came of `setPassword`.", account: AccountObject, "The account, whose sessions are ended.");
payload!(DisableAccountPayload, "What came of `disableAccount`.", account: AccountObject, "The account, whose sessions are ended.");
payload!(EnableAccountPayload, "What came of `enableAccount`.", account: AccountObject, "The account.");
payload!(GrantRolePayload, "What came of `grantRole`.", account: AccountObject, "The account with its roles.");
payload!(RevokeRolePayload, "What came of `revokeRole`.", account: AccountObject, "The account with its roles.");

/// Carries out a use case on the account of a name, and gives the account as it is then.
///
/// A name that nobody has is refused, and audited, as the use case itself would be.
async fn act_on<F>(context: &Context<'_>, verb: &'static str, name: ID, use_case: F) -> Result<Outcome<AccountObject>>
where
    F: FnOnce(&Svod, &Caller, AccountId) -> Result<(), Error> + Send + 'static,
{
    let outcome = act(context, move |svod, caller| {
        let subject = if check_name(&name).is_ok() { format!("account/{}", name.as_str()) } else { String::new() };
        let found = account_named(svod, caller, &name);
        let account = svod.acts.audited(caller, &Act::new(verb, Scope::Administer, subject), found)?;
        use_case(svod, caller, account.id)?;
        let changed = svod.accounts.accounts_by_id(&[account.id])?;
        changed.into_iter().next().ok_or_else(|| Error::internal("an account went away"))
    });
    let outcome = outcome.await?;
    let view = View::of(context)?;
    Ok(outcome.map(|account| AccountObject { view, account }))
}

/// The account of a name; refused when there is none.
pub fn account_named(svod: &Svod, caller: &Caller, name: &str) -> Result<Account, Error> {
    let found = svod.accounts.find_account_by_name(caller, name)?;
    found.ok_or_else(|| Error::not_found("there is no account of this name"))
}

fn grant_of(input: &RoleInput) -> Option<Grant> {
    let dictionary = match &input.dictionary {
        None => None,
        Some(code) => Some(DictionaryCode::parse(code)?),
    };
    Some(Grant { role: input.role.into(), dictionary })
}

fn no_such_dictionary<T>() -> Outcome<T> {
    refused("dictionary", "NOT_FOUND", "there is no such dictionary")
}

#[derive(Default)]
pub struct AccountMutation;

#[Object]
impl AccountMutation {
    /// Makes an account. For administrators.
    async fn add_account(&self, context: &Context<'_>, input: AddAccountInput) -> Result<AddAccountPayload> {
        let kind = match input.kind {
            NewAccountKind::Person => AccountKind::Person,
            NewAccountKind::System => AccountKind::System,
        };
        let new = NewAccount { name: input.name.to_string(), display_name: input.display_name, kind, password: input.password };
        let outcome = act(context, move |svod, caller| svod.accounts.add_account(caller, new)).await?;
        let view = View::of(context)?;
        Ok(AddAccountPayload::of(outcome.map(|account| AccountObject { view, account })))
    }

    /// Gives a person a new password and ends their sessions. For administrators.
    async fn set_password(&self, context: &Context<'_>, input: SetPasswordInput) -> Result<SetPasswordPayload> {
        let SetPasswordInput { account, password } = input;
        let outcome = act_on(context, "setPassword", account, move |svod, caller, id| svod.accounts.set_password(caller, id, &password));
        Ok(SetPasswordPayload::of(outcome.await?))
    }

    /// Lets an account do nothing any more, and ends its sessions. For administrators.
    async fn disable_account(&self, context: &Context<'_>, input: AccountInput) -> Result<DisableAccountPayload> {
        let outcome = act_on(context, "disableAccount", input.account, |svod, caller, id| svod.accounts.disable_account(caller, id));
        Ok(DisableAccountPayload::of(outcome.await?))
    }

    /// Lets a disabled account in again. For administrators.
    async fn enable_account(&self, context: &Context<'_>, input: AccountInput) -> Result<EnableAccountPayload> {
        let outcome = act_on(context, "enableAccount", input.account, |svod, caller, id| svod.accounts.enable_account(caller, id));
        Ok(EnableAccountPayload::of(outcome.await?))
    }

    /// Grants a role. For administrators.
    async fn grant_role(&self, context: &Context<'_>, input: RoleInput) -> Result<GrantRolePayload> {
        let Some(grant) = grant_of(&input) else { return Ok(GrantRolePayload::of(no_such_dictionary())) };
        let outcome = act_on(context, "grantRole", input.account, move |svod, caller, id| svod.accounts.grant_role(caller, id, &grant));
        Ok(GrantRolePayload::of(outcome.await?))
    }

    /// Takes a role away; it counts no more at once. For administrators.
    async fn revoke_role(&self, context: &Context<'_>, input: RoleInput) -> Result<RevokeRolePayload> {
        let Some(grant) = grant_of(&input) else { return Ok(RevokeRolePayload::of(no_such_dictionary())) };
        let outcome = act_on(context, "revokeRole", input.account, move |svod, caller, id| svod.accounts.revoke_role(caller, id, &grant));
        Ok(RevokeRolePayload::of(outcome.await?))
    }
}
