//! Item versions: loaded by edition, by item, and written in bulk, each engine by its fastest way.

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::connection::DefaultLoadingMode;
use diesel::pg::{PgConnection, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::schema::item_version;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::in_order::in_order;
use crate::domain::item::{Content, ItemVersion, Retirement, Stretch, attributes_json, retirement_json};
use crate::domain::item_table::ItemTable;
use crate::domain::text::ItemCode;
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::Value;

/// How many rows one COPY buffer or one closing statement takes.
const ROWS_AT_ONCE: usize = 10_000;

/// How many codes one query names.
pub(super) const CODES_AT_ONCE: usize = 1_000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = item_version)]
struct ItemVersionRow {
    code: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
    parent_code: Option<String>,
    attributes: String,
    retirement: Option<String>,
    published_seq: i64,
}

#[derive(Insertable)]
#[diesel(table_name = item_version, treat_none_as_default_value = false)]
struct NewItemVersionRow<'a> {
    dictionary_id: i64,
    code: &'a str,
    valid_from: Option<String>,
    valid_to: Option<String>,
    parent_code: Option<&'a str>,
    attributes: String,
    retirement: Option<String>,
    published_seq: i64,
    superseded_seq: Option<i64>,
}

/// A version with the publication that replaced it, if any did.
#[derive(Debug, Clone)]
pub struct RecordedVersion {
    pub version: Arc<ItemVersion>,
    pub superseded_seq: Option<i64>,
}

/// What was known of a dictionary at a publication, in no particular order.
///
/// Rows are read one by one: the rows of a big dictionary and the items made of them would not fit into memory's budget together.
pub fn list_at(connection: &mut Engine, id: DictionaryId, dictionary: &Dictionary, seq: i64) -> Result<Vec<Arc<ItemVersion>>> {
    // The type of a query names its engine, so each engine has its own; a macro writes it once.
    macro_rules! query {
        () => {
            item_version::table
                .filter(item_version::dictionary_id.eq(id.0))
                .filter(item_version::published_seq.le(seq))
                .filter(item_version::superseded_seq.is_null().or(item_version::superseded_seq.gt(seq)))
                .select(ItemVersionRow::as_select())
        };
    }
    let read = |row: QueryResult<ItemVersionRow>| Ok(Arc::new(row.map_err(fault)?.read(dictionary)?));
    match connection {
        Engine::Sqlite(connection) => query!().load_iter::<_, DefaultLoadingMode>(connection).map_err(fault)?.map(read).collect(),
        Engine::Postgres(connection) => query!().load_iter::<_, PgRowByRowLoadingMode>(connection).map_err(fault)?.map(read).collect(),
    }
}

/// What publications after a number opened and closed in a dictionary, as far as it is still so.
pub struct ChangedSince {
    /// The versions that are current now and were not then.
    pub opened: Vec<Arc<ItemVersion>>,
    /// Code and start of the versions that were current then and are not now.
    closed: Vec<(String, Option<String>)>,
}

impl ChangedSince {
    /// The closed versions, as a table of then holds them.
    pub fn closed_of(&self, items: &ItemTable) -> Vec<Arc<ItemVersion>> {
        let version = |(code, valid_from): &(String, Option<String>)| {
            let start = valid_from.as_deref().and_then(parse_date);
            items.versions_of(code).iter().find(|version| version.validity().from() == start).cloned()
        };
        self.closed.iter().filter_map(version).collect()
    }
}

pub fn list_changed_since(connection: &mut Engine, id: DictionaryId, dictionary: &Dictionary, seq: i64) -> Result<ChangedSince> {
    let rows: Vec<ItemVersionRow> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::published_seq.gt(seq))
        .filter(item_version::superseded_seq.is_null())
        .select(ItemVersionRow::as_select())
        .load(connection)
        .map_err(fault)?;
    let opened = rows.into_iter().map(|row| Ok(Arc::new(row.read(dictionary)?))).collect::<Result<_>>()?;
    let closed: Vec<(String, Option<String>)> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::superseded_seq.gt(seq))
        .filter(item_version::published_seq.le(seq))
        .select((item_version::code, item_version::valid_from))
        .load(connection)
        .map_err(fault)?;
    Ok(ChangedSince { opened, closed })
}

/// The versions that were known at a publication and that publications after it and up to another closed.
pub fn list_closed_between(
    connection: &mut Engine,
    id: DictionaryId,
    dictionary: &Dictionary,
    after: i64,
    up_to: i64,
) -> Result<Vec<Arc<ItemVersion>>> {
    prefer_indexes(connection)?;
    // When they were published is looked at here: asked for it too, an engine may take the index of that, which leaves nearly all.
    let rows: Vec<ItemVersionRow> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::superseded_seq.gt(after))
        .filter(item_version::superseded_seq.le(up_to))
        .select(ItemVersionRow::as_select())
        .load(connection)
        .map_err(fault)?;
    let known = rows.into_iter().filter(|row| row.published_seq <= after);
    known.map(|row| Ok(Arc::new(row.read(dictionary)?))).collect()
}

/// The items of which rows were opened or closed by publications after a number and up to another; some of them more than once.
pub fn list_codes_changed_between(connection: &mut Engine, id: DictionaryId, after: i64, up_to: i64) -> Result<Vec<ItemCode>> {
    prefer_indexes(connection)?;
    // Two queries, so that each takes its own index.
    let opened: Vec<String> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::published_seq.gt(after))
        .filter(item_version::published_seq.le(up_to))
        .select(item_version::code)
        .load(connection)
        .map_err(fault)?;
    let closed: Vec<String> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::superseded_seq.gt(after))
        .filter(item_version::superseded_seq.le(up_to))
        .select(item_version::code)
        .load(connection)
        .map_err(fault)?;
    Ok(opened.into_iter().chain(closed).map(ItemCode::from).collect())
}

/// The items of which a version, as known at a publication, begins or ends after a date and up to another. Reads the dictionary whole.
pub fn list_codes_bounded_between(connection: &mut Engine, id: DictionaryId, seq: i64, after: Date, up_to: Date) -> Result<Vec<ItemCode>> {
    let (after, up_to) = (after.to_string(), up_to.to_string());
    let begins = item_version::valid_from.gt(&after).and(item_version::valid_from.le(&up_to));
    let ends = item_version::valid_to.gt(&after).and(item_version::valid_to.le(&up_to));
    let codes: Vec<String> = item_version::table
        .filter(item_version::dictionary_id.eq(id.0))
        .filter(item_version::published_seq.le(seq))
        .filter(item_version::superseded_seq.is_null().or(item_version::superseded_seq.gt(seq)))
        .filter(begins.or(ends))
        .select(item_version::code)
        .load(connection)
        .map_err(fault)?;
    Ok(codes.into_iter().map(ItemCode::from).collect())
}

/// What was known of some items at a publication, by code and interval.
pub fn list_of_codes_at(
    connection: &mut Engine,
    id: DictionaryId,
    dictionary: &Dictionary,
    codes: &[ItemCode],
    seq: i64,
) -> Result<Vec<Arc<ItemVersion>>> {
    // Each engine has its own way to ask for one of many. When the rows were known is looked at here: asked for it too, both
    // engines may take the index of publications, and by that they read the dictionary whole.
    macro_rules! query {
        ($codes:expr) => {
            item_version::table
                .filter(item_version::dictionary_id.eq(id.0))
                .filter(item_version::code.eq_any($codes.iter().map(ItemCode::as_str)))
                .select((ItemVersionRow::as_select(), item_version::superseded_seq))
        };
    }
    prefer_indexes(connection)?;
    let mut versions = Vec::with_capacity(codes.len());
    for some in codes.chunks(CODES_AT_ONCE) {
        let rows: Vec<(ItemVersionRow, Option<i64>)> = match connection {
            Engine::Sqlite(connection) => query!(some).load(connection).map_err(fault)?,
            Engine::Postgres(connection) => query!(some).load(connection).map_err(fault)?,
        };
        let is_known = |(row, superseded_seq): &(ItemVersionRow, Option<i64>)| {
            row.published_seq <= seq && superseded_seq.is_none_or(|superseded_seq| superseded_seq > seq)
        };
        for (row, _) in rows.into_iter().filter(is_known) {
            versions.push(Arc::new(row.read(dictionary)?));
        }
    }
    versions.sort_by(|a, b| (&a.code, a.validity().start_key()).cmp(&(&b.code, b.validity().start_key())));
    Ok(versions)
}

/// Until PostgreSQL has counted what a bulk publication brought, it takes few rows for many and reads the table whole.
/// For the rest of the transaction.
pub(super) fn prefer_indexes(connection: &mut Engine) -> Result<()> {
    if let Engine::Postgres(connection) = connection {
        diesel::sql_query("SET LOCAL enable_seqscan = off").execute(connection).map_err(fault)?;
    }
    Ok(())
}

/// Everything that was ever published of one item up to a publication, by publication and interval.
pub fn list_history(
    connection: &mut Engine,
    id: DictionaryId,
    dictionary: &Dictionary,
    code: &str,
    seq: i64,
) -> Result<Vec<RecordedVersion>> {
    let histories = list_histories(connection, id, dictionary, &[ItemCode::new(code)], seq)?;
    Ok(histories.into_values().next().unwrap_or_default())
}

/// The same for some items at once, by code; codes that were never published are left out.
pub fn list_histories(
    connection: &mut Engine,
    id: DictionaryId,
    dictionary: &Dictionary,
    codes: &[ItemCode],
    seq: i64,
) -> Result<BTreeMap<ItemCode, Vec<RecordedVersion>>> {
    let mut histories: BTreeMap<ItemCode, Vec<RecordedVersion>> = BTreeMap::new();
    for some in codes.chunks(CODES_AT_ONCE) {
        let wanted: Vec<&str> = some.iter().map(ItemCode::as_str).collect();
        macro_rules! rows {
            ($connection:expr) => {
                item_version::table
                    .filter(item_version::dictionary_id.eq(id.0))
                    .filter(item_version::code.eq_any(&wanted))
                    .filter(item_version::published_seq.le(seq))
                    .select((ItemVersionRow::as_select(), item_version::superseded_seq))
                    .load($connection)
                    .map_err(fault)?
            };
        }
        let rows: Vec<(ItemVersionRow, Option<i64>)> = match connection {
            Engine::Sqlite(connection) => rows!(connection),
            Engine::Postgres(connection) => rows!(connection),
        };
        for (row, superseded_seq) in rows {
            let version = Arc::new(row.read(dictionary)?);
            let recorded = RecordedVersion { version, superseded_seq: superseded_seq.filter(|by| *by <= seq) };
            histories.entry(recorded.version.code.clone()).or_default().push(recorded);
        }
    }
    for history in histories.values_mut() {
        history.sort_by_key(|recorded| (recorded.version.published_seq, recorded.version.validity().start_key()));
    }
    Ok(histories)
}

/// Writes versions. Rows are made of very many on threads of their own, while those before are written on this one.
pub fn insert_all(connection: &mut Engine, id: DictionaryId, dictionary: &Dictionary, opened: &[Arc<ItemVersion>]) -> Result<()> {
    if opened.len() <= ROWS_AT_ONCE {
        return insert_rows(connection, rows_of(id, dictionary, opened));
    }
    let mut chunks = opened.chunks(ROWS_AT_ONCE);
    in_order(|| chunks.next(), |chunk| rows_of(id, dictionary, chunk), |rows| insert_rows(connection, rows))
}

fn rows_of<'a>(id: DictionaryId, dictionary: &Dictionary, versions: &'a [Arc<ItemVersion>]) -> Vec<NewItemVersionRow<'a>> {
    versions.iter().map(|version| NewItemVersionRow::new(id, dictionary, version)).collect()
}

fn insert_rows(connection: &mut Engine, rows: Vec<NewItemVersionRow<'_>>) -> Result<()> {
    match connection {
        // Diesel keeps the statement prepared, so row by row is the fastest way into SQLite.
        Engine::Sqlite(connection) => rows
            .into_iter()
            .try_for_each(|row| diesel::insert_into(item_version::table).values(row).execute(connection).map(|_| ()).map_err(fault)),
        // An empty COPY would be one more word to the server for nothing.
        Engine::Postgres(_) if rows.is_empty() => Ok(()),
        Engine::Postgres(connection) => {
            diesel::copy_from(item_version::table).from_insertable(rows).execute(connection).map(|_| ()).map_err(fault)
        }
    }
}

/// Marks versions as replaced by a publication. Fails when one of them is not there as it was read.
pub fn update_superseded(connection: &mut Engine, id: DictionaryId, closed: &[Arc<ItemVersion>], seq: i64) -> Result<()> {
    let updated = match connection {
        Engine::Sqlite(connection) => close_sqlite(connection, id, closed, seq)?,
        Engine::Postgres(connection) => close_postgres(connection, id, closed, seq)?,
    };
    if updated == closed.len() {
        Ok(())
    } else {
        Err(Error::Internal(format!("{} versions were to be closed, and {updated} were there", closed.len())))
    }
}

const CLOSE: &str = "UPDATE item_version SET superseded_seq = ? WHERE dictionary_id = ? AND code = ? AND superseded_seq IS NULL \
                     AND valid_from IS NOT DISTINCT FROM ?";

fn close_sqlite(connection: &mut SqliteConnection, id: DictionaryId, closed: &[Arc<ItemVersion>], seq: i64) -> Result<usize> {
    let mut updated = 0;
    for version in closed {
        updated += diesel::sql_query(CLOSE)
            .bind::<BigInt, _>(seq)
            .bind::<BigInt, _>(id.0)
            .bind::<Text, _>(version.code.as_str())
            .bind::<Nullable<Text>, _>(date_text(version.validity().from()))
            .execute(connection)
            .map_err(fault)?;
    }
    Ok(updated)
}

const CLOSE_MANY: &str = "UPDATE item_version SET superseded_seq = $1 FROM unnest($3, $4) AS closed(code, valid_from) \
                          WHERE dictionary_id = $2 AND item_version.code = closed.code AND superseded_seq IS NULL \
                          AND item_version.valid_from IS NOT DISTINCT FROM closed.valid_from";

fn close_postgres(connection: &mut PgConnection, id: DictionaryId, closed: &[Arc<ItemVersion>], seq: i64) -> Result<usize> {
    let mut updated = 0;
    for some in closed.chunks(ROWS_AT_ONCE) {
        let codes: Vec<&str> = some.iter().map(|version| version.code.as_str()).collect();
        let starts: Vec<Option<String>> = some.iter().map(|version| date_text(version.validity().from())).collect();
        updated += diesel::sql_query(CLOSE_MANY)
            .bind::<BigInt, _>(seq)
            .bind::<BigInt, _>(id.0)
            .bind::<Array<Text>, _>(codes)
            .bind::<Array<Nullable<Text>>, _>(starts)
            .execute(connection)
            .map_err(fault)?;
    }
    Ok(updated)
}

fn date_text(date: Option<Date>) -> Option<String> {
    date.map(|date| date.to_string())
}

impl<'a> NewItemVersionRow<'a> {
    fn new(id: DictionaryId, dictionary: &Dictionary, version: &'a ItemVersion) -> Self {
        Self {
            dictionary_id: id.0,
            code: &version.code,
            valid_from: date_text(version.validity().from()),
            valid_to: date_text(version.validity().to()),
            parent_code: version.parent(),
            attributes: attributes_json(dictionary, &version.stretch.content),
            retirement: version.stretch.retirement.as_deref().map(retirement_json),
            published_seq: version.published_seq,
            superseded_seq: None,
        }
    }
}

impl ItemVersionRow {
    /// Reads a row under the definition of its publication.
    fn read(self, dictionary: &Dictionary) -> Result<ItemVersion> {
        let unreadable =
            |what: &str| Error::Internal(format!("{what} of {}/{} cannot be read from the database", dictionary.code, self.code));
        let date = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => parse_date(text).map(Some).ok_or_else(|| unreadable("a date")),
        };
        let validity = Validity::new(date(&self.valid_from)?, date(&self.valid_to)?).ok_or_else(|| unreadable("the interval"))?;
        let values = read_attributes(dictionary, &self.attributes).ok_or_else(|| unreadable("the attributes"))?;
        let retirement = match &self.retirement {
            None => None,
            Some(json) => Some(Box::new(read_retirement(json).ok_or_else(|| unreadable("the retirement"))?)),
        };
        let content = Content { parent: self.parent_code.as_deref().map(ItemCode::new), values };
        let stretch = Stretch { validity, content, retirement };
        Ok(ItemVersion::new(dictionary, ItemCode::new(&self.code), stretch, self.published_seq))
    }
}

/// Attributes that the definition does not know are left out; `validation` lets none go that has a current value.
fn read_attributes(dictionary: &Dictionary, json: &str) -> Option<Box<[Option<Value>]>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).ok()?;
    let mut values: Box<[Option<Value>]> = vec![None; dictionary.attributes.len()].into();
    for (code, value) in &object {
        if let Some(position) = dictionary.position(code) {
            let definition = &dictionary.attributes[position].definition;
            values[position] = Value::from_json(value, definition.kind, definition.localized);
        }
    }
    Some(values)
}

fn read_retirement(json: &str) -> Option<Retirement> {
    let object: serde_json::Value = serde_json::from_str(json).ok()?;
    let successors = object["successors"].as_array()?.iter().map(|code| code.as_str().map(ItemCode::new)).collect::<Option<_>>()?;
    Some(Retirement { reason: object["reason"].as_str()?.to_owned(), successors })
}
