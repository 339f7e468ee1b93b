//! Accounts, and the roles granted to them.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::{account, role_grant};
use crate::domain::account::{Account, AccountId, AccountKind, Grant, Role};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

#[derive(Queryable, Selectable)]
#[diesel(table_name = account)]
struct AccountRow {
    id: i64,
    name: String,
    display_name: String,
    kind: String,
    created_at_ms: i64,
    disabled_at_ms: Option<i64>,
}

#[derive(Insertable)]
#[diesel(table_name = account, treat_none_as_default_value = false)]
struct NewAccountRow<'a> {
    id: i64,
    name: &'a str,
    display_name: &'a str,
    kind: &'a str,
    password_hash: Option<&'a str>,
    created_at_ms: i64,
    disabled_at_ms: Option<i64>,
}

pub fn find(connection: &mut Engine, id: AccountId) -> Result<Option<Account>> {
    let row = account::table.filter(account::id.eq(id.0)).select(AccountRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(AccountRow::read).transpose()
}

pub fn find_by_name(connection: &mut Engine, name: &str) -> Result<Option<Account>> {
    let row = account::table.filter(account::name.eq(name)).select(AccountRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(AccountRow::read).transpose()
}

/// The PHC string of an account's password; `None` for one that has none.
pub fn find_password_hash(connection: &mut Engine, id: AccountId) -> Result<Option<String>> {
    let found: Option<Option<String>> =
        account::table.filter(account::id.eq(id.0)).select(account::password_hash).first(connection).optional().map_err(fault)?;
    Ok(found.flatten())
}

pub fn list_by_id(connection: &mut Engine, ids: &[AccountId]) -> Result<Vec<Account>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<AccountRow> = account::table
        .filter(account::id.eq_any(ids))
        .order(account::id)
        .select(AccountRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(AccountRow::read).collect()
}

/// The accounts after one, by number.
pub fn list_after(connection: &mut Engine, after: AccountId, count_max: i64) -> Result<Vec<Account>> {
    let rows: Vec<AccountRow> = account::table
        .filter(account::id.gt(after.0))
        .order(account::id)
        .limit(count_max)
        .select(AccountRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(AccountRow::read).collect()
}

/// Everybody who holds a role by a grant of its own, the disabled left out.
pub fn list_holders(connection: &mut Engine, role: Role) -> Result<Vec<Account>> {
    let ids: Vec<i64> = role_grant::table
        .filter(role_grant::role.eq(role.name()))
        .select(role_grant::account_id)
        .distinct()
        .load(connection)
        .map_err(fault)?;
    let ids: Vec<AccountId> = ids.into_iter().map(AccountId).collect();
    Ok(list_by_id(connection, &ids)?.into_iter().filter(|account| account.disabled_at.is_none()).collect())
}

/// Stores an account under the next number, which it gives. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, made: &Account, password_hash: Option<&str>) -> Result<AccountId> {
    let greatest: Option<i64> = account::table.select(diesel::dsl::max(account::id)).first(connection).map_err(fault)?;
    let id = greatest.unwrap_or(0) + 1;
    let row = NewAccountRow {
        id,
        name: &made.name,
        display_name: &made.display_name,
        kind: made.kind.name(),
        password_hash,
        created_at_ms: made.created_at.as_millisecond(),
        disabled_at_ms: None,
    };
    diesel::insert_into(account::table).values(row).execute(connection).map_err(fault)?;
    Ok(AccountId(id))
}

pub fn update_password(connection: &mut Engine, id: AccountId, password_hash: &str) -> Result<()> {
    let hash = account::password_hash.eq(Some(password_hash));
    diesel::update(account::table).filter(account::id.eq(id.0)).set(hash).execute(connection).map(|_| ()).map_err(fault)
}

/// Disables an account from an instant on, or enables it.
pub fn update_disabled(connection: &mut Engine, id: AccountId, at: Option<Timestamp>) -> Result<()> {
    let disabled = account::disabled_at_ms.eq(at.map(Timestamp::as_millisecond));
    diesel::update(account::table).filter(account::id.eq(id.0)).set(disabled).execute(connection).map(|_| ()).map_err(fault)
}

/// Grants a role; `false` when it was granted already. To be called under the writers' lock.
pub fn insert_grant(connection: &mut Engine, id: AccountId, grant: &Grant, at: Timestamp) -> Result<bool> {
    if list_grants(connection, id)?.contains(grant) {
        return Ok(false);
    }
    let row = (
        role_grant::account_id.eq(id.0),
        role_grant::role.eq(grant.role.name()),
        role_grant::dictionary_code.eq(dictionary_text(grant)),
        role_grant::granted_at_ms.eq(at.as_millisecond()),
    );
    diesel::insert_into(role_grant::table).values(row).execute(connection).map_err(fault)?;
    Ok(true)
}

/// Takes a role away; `false` when it was not granted.
pub fn delete_grant(connection: &mut Engine, id: AccountId, grant: &Grant) -> Result<bool> {
    let deleted = diesel::delete(role_grant::table)
        .filter(role_grant::account_id.eq(id.0))
        .filter(role_grant::role.eq(grant.role.name()))
        .filter(role_grant::dictionary_code.eq(dictionary_text(grant)))
        .execute(connection)
        .map_err(fault)?;
    Ok(deleted > 0)
}

fn dictionary_text(grant: &Grant) -> String {
    grant.dictionary.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// The roles of some accounts, in a stable order.
pub fn list_grants_by_account(connection: &mut Engine, ids: &[AccountId]) -> Result<Vec<(AccountId, Grant)>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, String)> = role_grant::table
        .filter(role_grant::account_id.eq_any(ids))
        .order((role_grant::account_id, role_grant::role, role_grant::dictionary_code))
        .select((role_grant::account_id, role_grant::role, role_grant::dictionary_code))
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(|(id, role, dictionary)| Ok((AccountId(id), read_grant(&role, &dictionary)?))).collect()
}

/// The roles of an account, in a stable order.
pub fn list_grants(connection: &mut Engine, id: AccountId) -> Result<Vec<Grant>> {
    let rows: Vec<(String, String)> = role_grant::table
        .filter(role_grant::account_id.eq(id.0))
        .order((role_grant::role, role_grant::dictionary_code))
        .select((role_grant::role, role_grant::dictionary_code))
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(|(role, dictionary)| read_grant(&role, &dictionary)).collect()
}

fn read_grant(role: &str, dictionary: &str) -> Result<Grant> {
    let unreadable = || Error::Internal(format!("the database grants the role {role:?} on {dictionary:?}"));
    let role = Role::parse(role).ok_or_else(unreadable)?;
    let dictionary = match dictionary {
        "" => None,
        code => Some(DictionaryCode::parse(code).ok_or_else(unreadable)?),
    };
    Ok(Grant { role, dictionary })
}

impl AccountRow {
    fn read(self) -> Result<Account> {
        let unreadable = || Error::Internal(format!("the account {} cannot be read from the database", self.id));
        Ok(Account {
            id: AccountId(self.id),
            kind: AccountKind::parse(&self.kind).ok_or_else(unreadable)?,
            name: self.name,
            display_name: self.display_name,
            created_at: Timestamp::from_millisecond(self.created_at_ms).map_err(Error::internal)?,
            disabled_at: self.disabled_at_ms.map(Timestamp::from_millisecond).transpose().map_err(Error::internal)?,
        })
    }
}
