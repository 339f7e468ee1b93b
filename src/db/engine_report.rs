//! What the engine tells of itself: which it is, and how much room the database takes.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{Engine, fault};
use crate::domain::error::Result;

/// The engine and its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineReport {
    /// `SQLite` or `PostgreSQL`.
    pub engine: &'static str,
    pub version: String,
    /// The whole database; of SQLite without its write-ahead log.
    pub database_bytes: i64,
}

#[derive(QueryableByName)]
struct Told {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = BigInt)]
    database_bytes: i64,
}

pub fn get(connection: &mut Engine) -> Result<EngineReport> {
    const SQLITE: &str =
        "SELECT sqlite_version() AS version, page_count * page_size AS database_bytes FROM pragma_page_count(), pragma_page_size()";
    const POSTGRES: &str = "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS database_bytes";
    let (engine, told): (_, Told) = match connection {
        Engine::Sqlite(connection) => ("SQLite", diesel::sql_query(SQLITE).get_result(connection).map_err(fault)?),
        Engine::Postgres(connection) => ("PostgreSQL", diesel::sql_query(POSTGRES).get_result(connection).map_err(fault)?),
    };
    Ok(EngineReport { engine, version: told.version, database_bytes: told.database_bytes })
}
