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

pub fn find(connection: &mut Engine, id: AccountId) -> Result<Option<Account>> {
    let row = account::table.filter(account::id.eq(id.0)).select(AccountRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(AccountRow::read).transpose()
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
