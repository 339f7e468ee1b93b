//! What a publication changed, as the feed tells it: the items in their order, and their versions as the texts that are stored, which
//! are the very texts that digests are made of. The feed keeps nothing of its own.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::item::{CODES_AT_ONCE, list_codes_changed_between, prefer_indexes};
use super::schema::{annulment, definition, item_version};
use crate::domain::error::Result;
use crate::domain::text::ItemCode;
use crate::domain::version_text::VersionTexts;

/// A version as it is stored, and between which publications it was known.
#[derive(Debug, Clone)]
pub struct StoredVersion {
    pub texts: VersionTexts,
    pub published_seq: i64,
    pub superseded_seq: Option<i64>,
}

type Row = (String, Option<String>, Option<String>, Option<String>, String, Option<String>, i64, Option<i64>);

/// The items that a publication changed in a dictionary, each once, in the order of codes.
pub fn list_codes(connection: &mut Engine, id: DictionaryId, seq: i64) -> Result<Vec<ItemCode>> {
    let mut codes = list_codes_changed_between(connection, id, seq - 1, seq)?;
    codes.sort_unstable();
    codes.dedup();
    Ok(codes)
}

/// The versions of some items that were known just before a publication or just after it, by code and interval.
pub fn list_versions_around(connection: &mut Engine, id: DictionaryId, codes: &[ItemCode], seq: i64) -> Result<Vec<StoredVersion>> {
    prefer_indexes(connection)?;
    // As elsewhere, when rows were known is looked at here: asked for it too, an engine may take an index that leaves nearly all.
    macro_rules! rows {
        ($connection:expr, $codes:expr) => {
            item_version::table
                .filter(item_version::dictionary_id.eq(id.0))
                .filter(item_version::code.eq_any($codes.iter().map(ItemCode::as_str)))
                .select((
                    item_version::code,
                    item_version::valid_from,
                    item_version::valid_to,
                    item_version::parent_code,
                    item_version::attributes,
                    item_version::retirement,
                    item_version::published_seq,
                    item_version::superseded_seq,
                ))
                .load($connection)
                .map_err(fault)?
        };
    }
    let mut versions = Vec::with_capacity(codes.len());
    for some in codes.chunks(CODES_AT_ONCE) {
        let rows: Vec<Row> = match connection {
            Engine::Sqlite(connection) => rows!(connection, some),
            Engine::Postgres(connection) => rows!(connection, some),
        };
        let read = |(code, valid_from, valid_to, parent, attributes, retirement, published_seq, superseded_seq): Row| {
            let texts = VersionTexts { code: code.into(), valid_from, valid_to, parent, attributes, retirement };
            StoredVersion { texts, published_seq, superseded_seq }
        };
        let is_around =
            |version: &StoredVersion| version.published_seq <= seq && version.superseded_seq.is_none_or(|superseded| superseded >= seq);
        versions.extend(rows.into_iter().map(read).filter(is_around));
    }
    versions.sort_by(|a, b| (&a.texts.code, &a.texts.valid_from).cmp(&(&b.texts.code, &b.texts.valid_from)));
    Ok(versions)
}

/// The items of a dictionary that a publication restored after they had been annulled.
pub fn list_restored(connection: &mut Engine, id: DictionaryId, seq: i64) -> Result<BTreeSet<ItemCode>> {
    let codes: Vec<String> = annulment::table
        .filter(annulment::dictionary_id.eq(id.0))
        .filter(annulment::superseded_seq.eq(seq))
        .select(annulment::code)
        .load(connection)
        .map_err(fault)?;
    Ok(codes.into_iter().map(ItemCode::from).collect())
}

/// The canonical JSON of the definition that a dictionary had at a publication.
pub fn get_definition_text(connection: &mut Engine, id: DictionaryId, seq: i64) -> Result<String> {
    definition::table
        .filter(definition::dictionary_id.eq(id.0))
        .filter(definition::published_seq.le(seq))
        .order(definition::published_seq.desc())
        .select(definition::body)
        .first(connection)
        .map_err(fault)
}
