//! The definitions of dictionaries, versioned by publication.

use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::schema::definition;
use crate::domain::definition::Definition;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};

/// The definition that a dictionary had at a publication.
pub fn get_at(connection: &mut Engine, dictionary: DictionaryId, seq: i64) -> Result<Dictionary> {
    let body: String = definition::table
        .filter(definition::dictionary_id.eq(dictionary.0))
        .filter(definition::published_seq.le(seq))
        .order(definition::published_seq.desc())
        .select(definition::body)
        .first(connection)
        .map_err(fault)?;
    let read: Definition =
        serde_json::from_str(&body).map_err(|error| Error::Internal(format!("a published definition cannot be read: {error}")))?;
    let code = read.code.clone();
    Dictionary::compile(read).map_err(|problems| {
        let first = problems.first().map(|problem| format!("{}: {}", problem.path_text(), problem.message)).unwrap_or_default();
        Error::Internal(format!("the published definition of {code} does not compile: {first}"))
    })
}

pub fn insert(connection: &mut Engine, dictionary: DictionaryId, seq: i64, body: &str) -> Result<()> {
    diesel::update(definition::table)
        .filter(definition::dictionary_id.eq(dictionary.0))
        .filter(definition::superseded_seq.is_null())
        .set(definition::superseded_seq.eq(Some(seq)))
        .execute(connection)
        .map_err(fault)?;
    let row = (definition::dictionary_id.eq(dictionary.0), definition::published_seq.eq(seq), definition::body.eq(body));
    diesel::insert_into(definition::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}
