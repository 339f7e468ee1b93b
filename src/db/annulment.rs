//! Annulled items: published by mistake, without an interval any more, their codes not free. A row is changed only to say
//! which publication restored the item.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::schema::annulment;
use crate::domain::error::{Error, Result};
use crate::domain::text::ItemCode;

/// How many rows one COPY buffer or one updating statement takes.
const ROWS_AT_ONCE: usize = 10_000;

/// The items of a dictionary that were annulled as of a publication.
pub fn list_at(connection: &mut Engine, id: DictionaryId, seq: i64) -> Result<BTreeSet<ItemCode>> {
    let codes: Vec<String> = annulment::table
        .filter(annulment::dictionary_id.eq(id.0))
        .filter(annulment::published_seq.le(seq))
        .filter(annulment::superseded_seq.is_null().or(annulment::superseded_seq.gt(seq)))
        .select(annulment::code)
        .load(connection)
        .map_err(fault)?;
    Ok(codes.into_iter().map(ItemCode::from).collect())
}

pub fn insert_all(connection: &mut Engine, id: DictionaryId, codes: &[ItemCode], seq: i64) -> Result<()> {
    let row = |code: &ItemCode| (annulment::dictionary_id.eq(id.0), annulment::code.eq(code.to_string()), annulment::published_seq.eq(seq));
    match connection {
        Engine::Sqlite(connection) => {
            for code in codes {
                diesel::insert_into(annulment::table).values(row(code)).execute(connection).map_err(fault)?;
            }
        }
        Engine::Postgres(connection) => {
            for some in codes.chunks(ROWS_AT_ONCE) {
                let rows: Vec<_> = some.iter().map(row).collect();
                diesel::insert_into(annulment::table).values(rows).execute(connection).map_err(fault)?;
            }
        }
    }
    Ok(())
}

/// Marks items as restored by a publication. Fails when one of them is not annulled.
pub fn update_superseded(connection: &mut Engine, id: DictionaryId, codes: &[ItemCode], seq: i64) -> Result<()> {
    let mut updated = 0;
    for some in codes.chunks(ROWS_AT_ONCE) {
        macro_rules! close {
            ($connection:expr, $is_one:expr) => {
                diesel::update(annulment::table)
                    .filter(annulment::dictionary_id.eq(id.0))
                    .filter(annulment::superseded_seq.is_null())
                    .filter($is_one)
                    .set(annulment::superseded_seq.eq(Some(seq)))
                    .execute($connection)
                    .map_err(fault)?
            };
        }
        updated += match connection {
            Engine::Sqlite(connection) => {
                let mut closed = 0;
                for code in some {
                    closed += close!(&mut *connection, annulment::code.eq(code.as_str()));
                }
                closed
            }
            Engine::Postgres(connection) => {
                let codes: Vec<&str> = some.iter().map(ItemCode::as_str).collect();
                close!(&mut *connection, annulment::code.eq_any(codes))
            }
        };
    }
    if updated == codes.len() {
        Ok(())
    } else {
        Err(Error::Internal(format!("{} items were to be restored, and {updated} were annulled", codes.len())))
    }
}
