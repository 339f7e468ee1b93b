//! The migration history: run forward, never past what this binary knows.

use std::time::Duration;

use diesel::connection::SimpleConnection;
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
        Engine::Sqlite(connection) => run_beside_others(connection),
        Engine::Postgres(connection) => {
            wait_for_turn(connection)?;
            let outcome = run(connection);
            connection.batch_execute("SELECT pg_advisory_unlock(7301930156)").map_err(fault)?;
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

#[derive(QueryableByName)]
struct Turn {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    is_ours: bool,
}

/// Whoever migrates first may take its time, more than the patience that connections have with other locks.
fn wait_for_turn(connection: &mut PgConnection) -> Result<()> {
    loop {
        let asked = diesel::sql_query("SELECT pg_try_advisory_lock(7301930156) AS is_ours");
        if asked.get_result::<Turn>(connection).map_err(fault)?.is_ours {
            return Ok(());
        }
        std::thread::sleep(PAUSE);
    }
}

/// How long to wait before looking again whether another process has migrated.
const PAUSE: Duration = Duration::from_millis(100);

/// SQLite has no lock that outlives a transaction: when two processes start at once, one of them fails, and finds it done.
fn run_beside_others(connection: &mut SqliteConnection) -> Result<Vec<String>> {
    const ATTEMPTS_MAX: usize = 20;
    for _ in 1..ATTEMPTS_MAX {
        match run(connection) {
            Ok(versions) => return Ok(versions),
            Err(error) => tracing::debug!(%error, "another process may be migrating"),
        }
        std::thread::sleep(PAUSE);
        if status_of(connection)?.pending.is_empty() {
            return Ok(Vec::new());
        }
    }
    run(connection)
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
