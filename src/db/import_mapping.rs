//! Which column of a dictionary's files is what, as somebody kept it: JSON, by the code of the dictionary.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::import_mapping;
use crate::domain::account::AccountId;
use crate::domain::error::Result;
use crate::domain::text::DictionaryCode;

pub fn find(connection: &mut Engine, dictionary: &DictionaryCode) -> Result<Option<String>> {
    import_mapping::table
        .filter(import_mapping::dictionary_code.eq(dictionary.as_str()))
        .select(import_mapping::mapping)
        .first(connection)
        .optional()
        .map_err(fault)
}

/// Keeps a mapping, whatever was kept before.
pub fn put(connection: &mut Engine, dictionary: &DictionaryCode, mapping: &str, by: AccountId, at: Timestamp) -> Result<()> {
    diesel::delete(import_mapping::table)
        .filter(import_mapping::dictionary_code.eq(dictionary.as_str()))
        .execute(connection)
        .map_err(fault)?;
    let row = (
        import_mapping::dictionary_code.eq(dictionary.as_str()),
        import_mapping::mapping.eq(mapping),
        import_mapping::changed_by.eq(by.0),
        import_mapping::changed_at_ms.eq(at.as_millisecond()),
    );
    diesel::insert_into(import_mapping::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}
