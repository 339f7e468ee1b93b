//! The codes of dictionaries and the numbers that stand for them in other tables.

use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::schema::dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

/// The number of a dictionary in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DictionaryId(pub i64);

pub fn list(connection: &mut Engine) -> Result<Vec<(DictionaryId, DictionaryCode)>> {
    let rows: Vec<(i64, String)> = dictionary::table.order(dictionary::id).load(connection).map_err(fault)?;
    let parse = |(id, code): (i64, String)| {
        let parsed = DictionaryCode::parse(&code).ok_or_else(|| Error::Internal(format!("the database names a dictionary {code:?}")))?;
        Ok((DictionaryId(id), parsed))
    };
    rows.into_iter().map(parse).collect()
}

pub fn find(connection: &mut Engine, code: &DictionaryCode) -> Result<Option<DictionaryId>> {
    let id = dictionary::table.filter(dictionary::code.eq(code.as_str())).select(dictionary::id).first(connection).optional();
    Ok(id.map_err(fault)?.map(DictionaryId))
}

/// Numbers are taken under the writers' lock, so counting on is safe.
pub fn insert(connection: &mut Engine, code: &DictionaryCode) -> Result<DictionaryId> {
    let greatest: Option<i64> = dictionary::table.select(diesel::dsl::max(dictionary::id)).first(connection).map_err(fault)?;
    let id = greatest.unwrap_or(0) + 1;
    let row = (dictionary::id.eq(id), dictionary::code.eq(code.as_str()));
    diesel::insert_into(dictionary::table).values(row).execute(connection).map_err(fault)?;
    Ok(DictionaryId(id))
}
