//! What change requests change: the dictionaries they touch, with new definitions, and the items, each with its base and its proposal.
//! Timelines and definitions are text here: what they mean depends on the definition they stand under, which the caller knows.

use std::collections::BTreeMap;

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sqlite::SqliteConnection;
use jiff::Timestamp;

use super::change_request_pack;
use super::connection::{Engine, fault};
use super::schema::{change_request_author, change_request_dictionary, change_request_item};
use crate::domain::account::AccountId;
use crate::domain::change_request::RequestId;
use crate::domain::error::{Error, Result};
use crate::domain::text::{DictionaryCode, ItemCode};

/// How many rows one COPY buffer takes.
const ROWS_AT_ONCE: usize = 10_000;

/// A dictionary that a request touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDictionary {
    pub request: RequestId,
    pub code: DictionaryCode,
    /// The definition that the new one was made from; absent for a new dictionary and where the definition stays.
    pub definition_base: Option<String>,
    /// The new definition; absent where it stays.
    pub definition: Option<String>,
}

/// An item that a request changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredItem {
    pub request: RequestId,
    pub dictionary: DictionaryCode,
    pub code: ItemCode,
    /// Its timeline as it was published when the change was made, as JSON.
    pub base: String,
    /// Its timeline as it is to be.
    pub proposed: String,
    /// It was annulled and is to be there again.
    pub is_restored: bool,
    pub comment: String,
    pub changed_by: AccountId,
    pub changed_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = change_request_item, treat_none_as_default_value = false)]
struct ItemRow {
    request_id: i64,
    dictionary_code: String,
    code: String,
    base: String,
    proposed: String,
    is_restored: bool,
    comment: String,
    changed_by: i64,
    changed_at_ms: i64,
}

pub fn list_dictionaries(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<StoredDictionary>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, Option<String>, Option<String>)> = change_request_dictionary::table
        .filter(change_request_dictionary::request_id.eq_any(ids))
        .order((change_request_dictionary::request_id, change_request_dictionary::dictionary_code))
        .load(connection)
        .map_err(fault)?;
    let read = |(request, code, definition_base, definition): (i64, String, Option<String>, Option<String>)| {
        Ok(StoredDictionary { request: RequestId(request), code: read_dictionary(&code)?, definition_base, definition })
    };
    rows.into_iter().map(read).collect()
}

pub(super) fn read_dictionary(code: &str) -> Result<DictionaryCode> {
    DictionaryCode::parse(code).ok_or_else(|| Error::Internal(format!("a change request names the dictionary {code:?}")))
}

/// Says that a request touches a dictionary; with or without a new definition, whatever was said before.
pub fn put_dictionary(connection: &mut Engine, dictionary: &StoredDictionary) -> Result<()> {
    delete_dictionary(connection, dictionary.request, &dictionary.code)?;
    let row = (
        change_request_dictionary::request_id.eq(dictionary.request.0),
        change_request_dictionary::dictionary_code.eq(dictionary.code.as_str()),
        change_request_dictionary::definition_base.eq(dictionary.definition_base.as_deref()),
        change_request_dictionary::definition.eq(dictionary.definition.as_deref()),
    );
    diesel::insert_into(change_request_dictionary::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}

pub fn delete_dictionary(connection: &mut Engine, request: RequestId, code: &DictionaryCode) -> Result<()> {
    diesel::delete(change_request_dictionary::table)
        .filter(change_request_dictionary::request_id.eq(request.0))
        .filter(change_request_dictionary::dictionary_code.eq(code.as_str()))
        .execute(connection)
        .map_err(fault)?;
    Ok(())
}

pub fn count_items(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode) -> Result<i64> {
    let packed = change_request_pack::count_items(connection, &[request])?;
    let packed: i64 = packed.iter().filter(|(_, code, _)| code == dictionary).map(|(.., count)| count).sum();
    let rows: i64 = change_request_item::table
        .filter(change_request_item::request_id.eq(request.0))
        .filter(change_request_item::dictionary_code.eq(dictionary.as_str()))
        .count()
        .get_result(connection)
        .map_err(fault)?;
    Ok(packed + rows)
}

/// How many items these requests change in each dictionary.
pub fn count_items_by_dictionary(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<(RequestId, DictionaryCode, i64)>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, i64)> = change_request_item::table
        .filter(change_request_item::request_id.eq_any(ids))
        .group_by((change_request_item::request_id, change_request_item::dictionary_code))
        .select((change_request_item::request_id, change_request_item::dictionary_code, diesel::dsl::count_star()))
        .load(connection)
        .map_err(fault)?;
    let mut counts: BTreeMap<(i64, DictionaryCode), i64> = BTreeMap::new();
    for (request, code, count) in rows {
        *counts.entry((request, read_dictionary(&code)?)).or_default() += count;
    }
    for (request, code, count) in change_request_pack::count_items(connection, requests)? {
        *counts.entry((request.0, code)).or_default() += count;
    }
    Ok(counts.into_iter().map(|((request, code), count)| (RequestId(request), code, count)).collect())
}

pub fn find_item(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, code: &str) -> Result<Option<StoredItem>> {
    let row = change_request_item::table
        .filter(change_request_item::request_id.eq(request.0))
        .filter(change_request_item::dictionary_code.eq(dictionary.as_str()))
        .filter(change_request_item::code.eq(code))
        .select(ItemRow::as_select())
        .first(connection)
        .optional();
    match row.map_err(fault)? {
        Some(row) => row.read().map(Some),
        None => change_request_pack::find_item(connection, request, dictionary, code),
    }
}

/// The items of a request that are not packed, by dictionary and code.
pub fn list_items(connection: &mut Engine, request: RequestId) -> Result<Vec<StoredItem>> {
    let rows: Vec<ItemRow> = change_request_item::table
        .filter(change_request_item::request_id.eq(request.0))
        .order((change_request_item::dictionary_code, change_request_item::code))
        .select(ItemRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(ItemRow::read).collect()
}

/// A page of the items of a request, packed or not, by dictionary and code, after one of them.
pub fn list_items_after(
    connection: &mut Engine,
    request: RequestId,
    after: Option<(&DictionaryCode, &str)>,
    count_max: i64,
) -> Result<Vec<StoredItem>> {
    if !change_request_pack::has_any(connection, request)? {
        return list_rows_after(connection, request, after, count_max);
    }
    // Packs are in the order of bytes, and rows in that of the database. Rows beside packs are those that somebody edited: not many.
    let is_after = |item: &StoredItem| after.is_none_or(|after| (&item.dictionary, item.code.as_str()) > after);
    let count_max = usize::try_from(count_max).unwrap_or(usize::MAX);
    let mut items = change_request_pack::list_items_after(connection, request, after, count_max)?;
    items.extend(list_items(connection, request)?.into_iter().filter(is_after));
    items.sort_by(|a, b| (&a.dictionary, &a.code).cmp(&(&b.dictionary, &b.code)));
    items.truncate(count_max);
    Ok(items)
}

fn list_rows_after(
    connection: &mut Engine,
    request: RequestId,
    after: Option<(&DictionaryCode, &str)>,
    count_max: i64,
) -> Result<Vec<StoredItem>> {
    let mut query = change_request_item::table.filter(change_request_item::request_id.eq(request.0)).into_boxed();
    if let Some((dictionary, code)) = after {
        let same =
            change_request_item::dictionary_code.eq(dictionary.as_str().to_owned()).and(change_request_item::code.gt(code.to_owned()));
        query = query.filter(change_request_item::dictionary_code.gt(dictionary.as_str().to_owned()).or(same));
    }
    let rows: Vec<ItemRow> = query
        .order((change_request_item::dictionary_code, change_request_item::code))
        .limit(count_max)
        .select(ItemRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(ItemRow::read).collect()
}

/// Stores an item's change, whatever was stored for it before.
pub fn put_item(connection: &mut Engine, item: &StoredItem) -> Result<()> {
    put_items(connection, item.request, &item.dictionary, std::slice::from_ref(item))
}

/// The same for some items of one dictionary of one request.
pub fn put_items(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, items: &[StoredItem]) -> Result<()> {
    items.iter().try_for_each(|item| delete_row(connection, request, dictionary, &item.code))?;
    let codes: Vec<&ItemCode> = items.iter().map(|item| &item.code).collect();
    change_request_pack::delete_items(connection, request, dictionary, &codes)?;
    insert_items(connection, items)
}

pub fn delete_item(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, code: &str) -> Result<()> {
    delete_row(connection, request, dictionary, code)?;
    change_request_pack::delete_items(connection, request, dictionary, &[&ItemCode::new(code)])
}

fn delete_row(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, code: &str) -> Result<()> {
    diesel::delete(change_request_item::table)
        .filter(change_request_item::request_id.eq(request.0))
        .filter(change_request_item::dictionary_code.eq(dictionary.as_str()))
        .filter(change_request_item::code.eq(code))
        .execute(connection)
        .map_err(fault)?;
    Ok(())
}

pub fn insert_items(connection: &mut Engine, items: &[StoredItem]) -> Result<()> {
    match connection {
        Engine::Sqlite(connection) => items.iter().try_for_each(|item| insert_sqlite(connection, item)),
        Engine::Postgres(connection) => items.chunks(ROWS_AT_ONCE).try_for_each(|some| copy_postgres(connection, some)),
    }
}

fn insert_sqlite(connection: &mut SqliteConnection, item: &StoredItem) -> Result<()> {
    diesel::insert_into(change_request_item::table).values(ItemRow::new(item)).execute(connection).map(|_| ()).map_err(fault)
}

fn copy_postgres(connection: &mut PgConnection, items: &[StoredItem]) -> Result<()> {
    let rows: Vec<ItemRow> = items.iter().map(ItemRow::new).collect();
    diesel::copy_from(change_request_item::table).from_insertable(rows).execute(connection).map(|_| ()).map_err(fault)
}

/// Everybody who changed anything in these requests.
pub fn list_authors(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<(RequestId, AccountId)>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, i64)> = change_request_author::table
        .filter(change_request_author::request_id.eq_any(ids))
        .order((change_request_author::request_id, change_request_author::account_id))
        .load(connection)
        .map_err(fault)?;
    Ok(rows.into_iter().map(|(request, account)| (RequestId(request), AccountId(account))).collect())
}

pub fn insert_author(connection: &mut Engine, request: RequestId, account: AccountId) -> Result<()> {
    let known: i64 = change_request_author::table
        .filter(change_request_author::request_id.eq(request.0))
        .filter(change_request_author::account_id.eq(account.0))
        .count()
        .get_result(connection)
        .map_err(fault)?;
    if known == 0 {
        let row = (change_request_author::request_id.eq(request.0), change_request_author::account_id.eq(account.0));
        diesel::insert_into(change_request_author::table).values(row).execute(connection).map_err(fault)?;
    }
    Ok(())
}

impl ItemRow {
    fn new(item: &StoredItem) -> Self {
        Self {
            request_id: item.request.0,
            dictionary_code: item.dictionary.as_str().to_owned(),
            code: item.code.to_string(),
            base: item.base.clone(),
            proposed: item.proposed.clone(),
            is_restored: item.is_restored,
            comment: item.comment.clone(),
            changed_by: item.changed_by.0,
            changed_at_ms: item.changed_at.as_millisecond(),
        }
    }

    fn read(self) -> Result<StoredItem> {
        Ok(StoredItem {
            request: RequestId(self.request_id),
            dictionary: read_dictionary(&self.dictionary_code)?,
            code: ItemCode::from(self.code),
            base: self.base,
            proposed: self.proposed,
            is_restored: self.is_restored,
            comment: self.comment,
            changed_by: AccountId(self.changed_by),
            changed_at: Timestamp::from_millisecond(self.changed_at_ms).map_err(Error::internal)?,
        })
    }
}
