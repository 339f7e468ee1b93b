//! Items of change requests that change very many: packed some thousands to a row and compressed, since a row for each would cost more
//! than publishing them. An item that is edited later leaves its pack and becomes a row of `change_request_item`.
//! Timelines are text here, as they are there.

use std::borrow::Cow;

use diesel::prelude::*;
use jiff::Timestamp;
use rustc_hash::FxHashSet;
use serde_json::value::RawValue;

use super::change_request_content::{StoredItem, read_dictionary};
use super::connection::{Engine, fault};
use super::schema::change_request_pack;
use crate::domain::account::AccountId;
use crate::domain::change_request::RequestId;
use crate::domain::error::{Error, Result};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::timeline_json::NO_TIMELINE;
use crate::domain::value::write_json_string;

/// How many items a pack holds when it is made: enough to compress well, few enough to be rewritten for one edit.
pub const ITEMS_PER_PACK: usize = 2_000;

/// Speed matters more than the last percent: a pack lives until its request is published.
const COMPRESSION_LEVEL: i32 = 1;

/// How many packs one COPY stores: some megabytes.
const PACKS_AT_ONCE: usize = 50;

/// Some thousand items of one dictionary, in the order of their codes.
#[derive(Debug, Clone)]
pub struct ItemPack {
    pub request: RequestId,
    pub dictionary: DictionaryCode,
    first_code: String,
    last_code: String,
    items_count: i64,
    body: Vec<u8>,
    changed_by: AccountId,
    changed_at: Timestamp,
}

/// What a pack keeps of one item.
pub struct PackedItem<'a> {
    pub code: &'a str,
    pub base: &'a str,
    pub proposed: &'a str,
    pub is_restored: bool,
}

/// Packs items one by one.
pub struct Packer {
    /// Kept between packs: to make one takes long beside what it does.
    compressor: zstd::bulk::Compressor<'static>,
    lines: String,
    first_code: String,
    last_code: String,
    items_count: i64,
}

impl Packer {
    pub fn new() -> Result<Self> {
        let compressor = zstd::bulk::Compressor::new(COMPRESSION_LEVEL).map_err(Error::internal)?;
        Ok(Self { compressor, lines: String::new(), first_code: String::new(), last_code: String::new(), items_count: 0 })
    }

    pub fn push(&mut self, item: &PackedItem<'_>) {
        if self.items_count == 0 {
            item.code.clone_into(&mut self.first_code);
        }
        item.code.clone_into(&mut self.last_code);
        self.items_count += 1;
        self.lines.push('[');
        write_json_string(item.code, &mut self.lines);
        for part in [item.base, item.proposed, if item.is_restored { "true" } else { "false" }] {
            self.lines.push(',');
            self.lines.push_str(part);
        }
        self.lines.push_str("]\n");
    }

    /// The items so far as a pack; the packer is empty again.
    pub fn finish(&mut self, of: &PackedFor) -> Result<Option<ItemPack>> {
        if self.items_count == 0 {
            return Ok(None);
        }
        let mut body = self.compressor.compress(self.lines.as_bytes()).map_err(Error::internal)?;
        // It was given room for what does not compress at all, and hundreds of packs wait to be stored.
        body.shrink_to_fit();
        self.lines.clear();
        Ok(Some(ItemPack {
            request: of.request,
            dictionary: of.dictionary.clone(),
            first_code: std::mem::take(&mut self.first_code),
            last_code: std::mem::take(&mut self.last_code),
            items_count: std::mem::take(&mut self.items_count),
            body,
            changed_by: of.changed_by,
            changed_at: of.changed_at,
        }))
    }
}

/// Whose items are packed.
#[derive(Debug, Clone)]
pub struct PackedFor {
    pub request: RequestId,
    pub dictionary: DictionaryCode,
    pub changed_by: AccountId,
    pub changed_at: Timestamp,
}

#[derive(serde::Deserialize)]
struct Line<'a>(#[serde(borrow)] Cow<'a, str>, #[serde(borrow)] &'a RawValue, #[serde(borrow)] &'a RawValue, bool);

/// The line of an item that was not there before, cut without reading its JSON: most lines of a first import are such.
fn new_item(line: &str) -> Option<PackedItem<'_>> {
    let (code, rest) = line.strip_prefix("[\"")?.split_once('"')?;
    let proposed = rest.strip_prefix(",")?.strip_prefix(NO_TIMELINE)?.strip_prefix(",")?.strip_suffix(",false]")?;
    // A code that is escaped ends elsewhere.
    (!code.contains('\\')).then_some(PackedItem { code, base: NO_TIMELINE, proposed, is_restored: false })
}

impl ItemPack {
    pub fn items_count(&self) -> i64 {
        self.items_count
    }

    /// Hands on what it keeps of each item, in the order of their codes.
    pub fn for_each(&self, mut take: impl FnMut(PackedItem<'_>)) -> Result<()> {
        let lines = zstd::stream::decode_all(self.body.as_slice()).map_err(Error::internal)?;
        for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            if let Some(item) = std::str::from_utf8(line).ok().and_then(new_item) {
                take(item);
                continue;
            }
            let Line(code, base, proposed, is_restored) = serde_json::from_slice(line).map_err(Error::internal)?;
            take(PackedItem { code: &code, base: base.get(), proposed: proposed.get(), is_restored });
        }
        Ok(())
    }

    /// One of its items as a row keeps it.
    pub fn stored(&self, item: &PackedItem<'_>) -> StoredItem {
        StoredItem {
            request: self.request,
            dictionary: self.dictionary.clone(),
            code: ItemCode::new(item.code),
            base: item.base.to_owned(),
            proposed: item.proposed.to_owned(),
            is_restored: item.is_restored,
            comment: String::new(),
            changed_by: self.changed_by,
            changed_at: self.changed_at,
        }
    }

    pub fn unpack(&self) -> Result<Vec<StoredItem>> {
        let mut items = Vec::new();
        self.for_each(|item| items.push(self.stored(&item)))?;
        Ok(items)
    }

    fn belonging(&self) -> PackedFor {
        PackedFor { request: self.request, dictionary: self.dictionary.clone(), changed_by: self.changed_by, changed_at: self.changed_at }
    }

    fn without(&self, codes: &[&ItemCode]) -> Result<Option<ItemPack>> {
        let codes: FxHashSet<&str> = codes.iter().map(|code| code.as_str()).collect();
        let mut packer = Packer::new()?;
        self.for_each(|item| {
            if !codes.contains(item.code) {
                packer.push(&item);
            }
        })?;
        packer.finish(&self.belonging())
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = change_request_pack, treat_none_as_default_value = false)]
struct PackRow {
    request_id: i64,
    dictionary_code: String,
    first_code: String,
    last_code: String,
    items_count: i64,
    body: Vec<u8>,
    changed_by: i64,
    changed_at_ms: i64,
}

impl PackRow {
    fn new(pack: &ItemPack, of: &PackedFor) -> Self {
        Self {
            request_id: of.request.0,
            dictionary_code: of.dictionary.to_string(),
            first_code: pack.first_code.clone(),
            last_code: pack.last_code.clone(),
            items_count: pack.items_count,
            body: pack.body.clone(),
            changed_by: of.changed_by.0,
            changed_at_ms: of.changed_at.as_millisecond(),
        }
    }

    fn read(self) -> Result<ItemPack> {
        Ok(ItemPack {
            request: RequestId(self.request_id),
            dictionary: read_dictionary(&self.dictionary_code)?,
            first_code: self.first_code,
            last_code: self.last_code,
            items_count: self.items_count,
            body: self.body,
            changed_by: AccountId(self.changed_by),
            changed_at: Timestamp::from_millisecond(self.changed_at_ms).map_err(Error::internal)?,
        })
    }
}

/// Stores packs as those of a request, whosever they were when they were made; each engine by its fastest way.
pub fn insert_all(connection: &mut Engine, packs: &[ItemPack], of: &PackedFor) -> Result<()> {
    let mut rows = packs.iter().map(|pack| PackRow::new(pack, of));
    match connection {
        Engine::Sqlite(connection) => rows
            .try_for_each(|row| diesel::insert_into(change_request_pack::table).values(row).execute(connection).map(|_| ()).map_err(fault)),
        Engine::Postgres(connection) => {
            while let Some(first) = rows.next() {
                let some: Vec<PackRow> = std::iter::once(first).chain(rows.by_ref().take(PACKS_AT_ONCE - 1)).collect();
                diesel::copy_from(change_request_pack::table).from_insertable(some).execute(connection).map_err(fault)?;
            }
            Ok(())
        }
    }
}

/// The packs of a request, by dictionary and code.
pub fn list(connection: &mut Engine, request: RequestId) -> Result<Vec<ItemPack>> {
    let rows: Vec<PackRow> = change_request_pack::table
        .filter(change_request_pack::request_id.eq(request.0))
        .order((change_request_pack::dictionary_code, change_request_pack::first_code))
        .select(PackRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(PackRow::read).collect()
}

/// Where packs lie. The database may compare texts by the rules of a language, so that ranges of codes are compared here.
struct PackPlace {
    dictionary: DictionaryCode,
    first_code: String,
    last_code: String,
}

fn list_places(connection: &mut Engine, request: RequestId) -> Result<Vec<PackPlace>> {
    let rows: Vec<(String, String, String)> = change_request_pack::table
        .filter(change_request_pack::request_id.eq(request.0))
        .select((change_request_pack::dictionary_code, change_request_pack::first_code, change_request_pack::last_code))
        .load(connection)
        .map_err(fault)?;
    let read = |(dictionary, first_code, last_code): (String, String, String)| {
        Ok(PackPlace { dictionary: read_dictionary(&dictionary)?, first_code, last_code })
    };
    let mut places = rows.into_iter().map(read).collect::<Result<Vec<PackPlace>>>()?;
    places.sort_by(|a, b| (&a.dictionary, &a.first_code).cmp(&(&b.dictionary, &b.first_code)));
    Ok(places)
}

pub fn has_any(connection: &mut Engine, request: RequestId) -> Result<bool> {
    let found: Option<i64> = change_request_pack::table
        .filter(change_request_pack::request_id.eq(request.0))
        .select(change_request_pack::request_id)
        .first(connection)
        .optional()
        .map_err(fault)?;
    Ok(found.is_some())
}

/// The first packed items after one of them, by dictionary and code.
pub fn list_items_after(
    connection: &mut Engine,
    request: RequestId,
    after: Option<(&DictionaryCode, &str)>,
    count_max: usize,
) -> Result<Vec<StoredItem>> {
    let is_after = |dictionary: &DictionaryCode, code: &str| after.is_none_or(|after| (dictionary, code) > after);
    let mut items = Vec::new();
    for place in list_places(connection, request)?.iter().filter(|place| is_after(&place.dictionary, &place.last_code)) {
        if items.len() >= count_max {
            break;
        }
        let unpacked = get_pack(connection, request, place)?.unpack()?;
        items.extend(unpacked.into_iter().filter(|item| is_after(&item.dictionary, &item.code)));
    }
    items.truncate(count_max);
    Ok(items)
}

/// How many items of these requests are packed, by dictionary.
pub fn count_items(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<(RequestId, DictionaryCode, i64)>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<(i64, String, i64)> = change_request_pack::table
        .filter(change_request_pack::request_id.eq_any(ids))
        .select((change_request_pack::request_id, change_request_pack::dictionary_code, change_request_pack::items_count))
        .order((change_request_pack::request_id, change_request_pack::dictionary_code))
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(|(request, code, count)| Ok((RequestId(request), read_dictionary(&code)?, count))).collect()
}

fn get_pack(connection: &mut Engine, request: RequestId, place: &PackPlace) -> Result<ItemPack> {
    let row: PackRow = change_request_pack::table
        .filter(change_request_pack::request_id.eq(request.0))
        .filter(change_request_pack::dictionary_code.eq(place.dictionary.as_str()))
        .filter(change_request_pack::first_code.eq(&place.first_code))
        .select(PackRow::as_select())
        .first(connection)
        .map_err(fault)?;
    row.read()
}

impl PackPlace {
    fn may_hold(&self, dictionary: &DictionaryCode, code: &str) -> bool {
        self.dictionary == *dictionary && self.first_code.as_str() <= code && code <= self.last_code.as_str()
    }
}

pub fn find_item(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, code: &str) -> Result<Option<StoredItem>> {
    match list_places(connection, request)?.iter().find(|place| place.may_hold(dictionary, code)) {
        Some(place) => Ok(get_pack(connection, request, place)?.unpack()?.into_iter().find(|item| item.code == code)),
        None => Ok(None),
    }
}

/// Takes items out of their packs; those that are in none are passed over.
pub fn delete_items(connection: &mut Engine, request: RequestId, dictionary: &DictionaryCode, codes: &[&ItemCode]) -> Result<()> {
    for place in list_places(connection, request)? {
        let of_pack: Vec<&ItemCode> = codes.iter().copied().filter(|code| place.may_hold(dictionary, code)).collect();
        if of_pack.is_empty() {
            continue;
        }
        let pack = get_pack(connection, request, &place)?;
        let rest = pack.without(&of_pack)?;
        if rest.as_ref().is_some_and(|rest| rest.items_count == pack.items_count) {
            continue;
        }
        diesel::delete(change_request_pack::table)
            .filter(change_request_pack::request_id.eq(request.0))
            .filter(change_request_pack::dictionary_code.eq(dictionary.as_str()))
            .filter(change_request_pack::first_code.eq(&place.first_code))
            .execute(connection)
            .map_err(fault)?;
        insert_all(connection, rest.as_slice(), &pack.belonging())?;
    }
    Ok(())
}
