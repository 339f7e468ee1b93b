//! The migration history: run forward, never past what this binary knows.

use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connection::{Engine, fault};
use crate::domain::error::{Error, Result};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Where a database stands in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationStatus {
    pub applied: Vec<String>,
    pub pending: Vec<String>,
}

/// Which migrations were run and which wait. Refuses a database that a newer binary has changed.
pub fn get_status(connection: &mut Engine) -> Result<MigrationStatus> {
    match connection {
        Engine::Sqlite(connection) => status_of(connection),
        Engine::Postgres(connection) => status_of(connection),
    }
}

/// Runs what waits; gives the names of what was run.
///
/// On PostgreSQL two nodes may start at once, so they take turns by an advisory lock of the session.
pub fn run_pending(connection: &mut Engine) -> Result<Vec<String>> {
    match connection {
        Engine::Sqlite(connection) => run(connection),
        Engine::Postgres(connection) => {
            diesel::sql_query("SELECT pg_advisory_lock(7301930156)").execute(connection).map_err(fault)?;
            let outcome = run(connection);
            diesel::sql_query("SELECT pg_advisory_unlock(7301930156)").execute(connection).map_err(fault)?;
            outcome
        }
    }
}

/// Takes the whole history back. For the test that proves that it can be.
pub fn revert_all(connection: &mut Engine) -> Result<()> {
    let reverted = match connection {
        Engine::Sqlite(connection) => connection.revert_all_migrations(MIGRATIONS).map(|versions| versions.len()),
        Engine::Postgres(connection) => connection.revert_all_migrations(MIGRATIONS).map(|versions| versions.len()),
    };
    reverted.map(|_| ()).map_err(|error| Error::Internal(format!("a migration cannot be reverted: {error}")))
}

fn status_of<C, DB>(connection: &mut C) -> Result<MigrationStatus>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed = |error: &dyn std::fmt::Display| Error::Operator(format!("the migrations of the database cannot be read: {error}"));
    let known: Vec<Box<dyn Migration<DB>>> = MigrationSource::<DB>::migrations(&MIGRATIONS).map_err(|error| failed(&error))?;
    let known: Vec<String> = known.iter().map(|migration| migration.name().version().to_string()).collect();
    let mut applied: Vec<String> =
        connection.applied_migrations().map_err(|error| failed(&error))?.iter().map(ToString::to_string).collect();
    applied.sort_unstable();
    if let Some(unknown) = applied.iter().find(|version| !known.contains(version)) {
        let message = format!(
            "the database was made by a newer version of Svod (migration {unknown} is unknown to {}): run that version or a newer one",
            env!("CARGO_PKG_VERSION")
        );
        return Err(Error::Operator(message));
    }
    let pending = known.into_iter().filter(|version| !applied.contains(version)).collect();
    Ok(MigrationStatus { applied, pending })
}

fn run<C, DB>(connection: &mut C) -> Result<Vec<String>>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    status_of(connection)?;
    let run = connection.run_pending_migrations(MIGRATIONS);
    let versions = run.map_err(|error| Error::Operator(format!("a migration failed and was taken back: {error}")))?;
    Ok(versions.iter().map(ToString::to_string).collect())
}
