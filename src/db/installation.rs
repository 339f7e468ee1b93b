//! Which database this is: a random id that it gets when it is first opened and keeps for ever.

use diesel::prelude::*;
use jiff::Timestamp;
use uuid::Uuid;

use super::connection::{Engine, fault};
use super::schema::installation;
use crate::domain::error::{Error, Result};

/// There is one row, and this is its number.
const ROW: i64 = 1;

/// The id of the database; `None` before it was given one.
pub fn find(connection: &mut Engine) -> Result<Option<Uuid>> {
    let id: Option<String> = installation::table
        .filter(installation::id.eq(ROW))
        .select(installation::database_id)
        .first(connection)
        .optional()
        .map_err(fault)?;
    let parse = |id: String| Uuid::parse_str(&id).map_err(|_| Error::Internal(format!("the id of the database reads {id:?}")));
    id.map(parse).transpose()
}

pub fn insert(connection: &mut Engine, database_id: Uuid, now: Timestamp) -> Result<()> {
    let row = (
        installation::id.eq(ROW),
        installation::database_id.eq(database_id.to_string()),
        installation::created_at_ms.eq(now.as_millisecond()),
    );
    diesel::insert_into(installation::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}
