//! Editions: what each publication made of each dictionary.

use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::schema::edition;
use crate::domain::digest::{hex, parse_hex};
use crate::domain::error::{Error, Result};
use crate::domain::publication::Edition;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = edition)]
struct EditionRow {
    dictionary_id: i64,
    number: i64,
    published_seq: i64,
    definition_changed: bool,
    items_count: i64,
    added_count: i64,
    changed_count: i64,
    retired_count: i64,
    digest: String,
}

/// Every edition that a publication after `seq` made, in the order of publications.
pub fn list_after(connection: &mut Engine, seq: i64) -> Result<Vec<(DictionaryId, Edition)>> {
    let rows: Vec<EditionRow> = edition::table
        .filter(edition::published_seq.gt(seq))
        .order((edition::published_seq, edition::dictionary_id))
        .select(EditionRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(|row| Ok((DictionaryId(row.dictionary_id), Edition::try_from(row)?))).collect()
}

pub fn insert(connection: &mut Engine, dictionary: DictionaryId, made: &Edition) -> Result<()> {
    let row = EditionRow {
        dictionary_id: dictionary.0,
        number: made.number,
        published_seq: made.published_seq,
        definition_changed: made.definition_changed,
        items_count: made.items_count,
        added_count: made.added_count,
        changed_count: made.changed_count,
        retired_count: made.retired_count,
        digest: hex(&made.digest),
    };
    diesel::insert_into(edition::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}

impl TryFrom<EditionRow> for Edition {
    type Error = Error;

    fn try_from(row: EditionRow) -> Result<Self> {
        Ok(Self {
            number: row.number,
            published_seq: row.published_seq,
            definition_changed: row.definition_changed,
            items_count: row.items_count,
            added_count: row.added_count,
            changed_count: row.changed_count,
            retired_count: row.retired_count,
            digest: parse_hex(&row.digest).ok_or_else(|| Error::Internal(format!("a digest reads {:?}", row.digest)))?,
        })
    }
}
