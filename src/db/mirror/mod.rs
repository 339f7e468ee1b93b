//! The database of a mirror: a consumer's own, which holds other tables too. One connection writes it, by transactions that are begun and
//! ended by hand, since a big publication comes over the network while one is open. It knows tables, columns and cells, and no dictionary.

pub mod bookkeeping;
pub mod rows;
pub mod structure;

use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;

use super::connection::{self, DatabaseUrl, Engine, Manager};
use crate::domain::error::{Error, Result};

/// The one connection of a mirror to its database.
pub struct MirrorDatabase {
    engine: Engine,
    name: String,
}

impl MirrorDatabase {
    /// Opens the database, makes the mirror's own tables where they are not, and refuses the database of a service.
    pub fn open(url: &DatabaseUrl, busy_timeout_ms: u64) -> Result<Self> {
        let name = url.display_name();
        let cannot = |reason: &dyn std::fmt::Display| {
            let reason = reason.to_string().trim().replace('\n', " ");
            Error::Operator(format!("the database {name} cannot be opened: {reason}"))
        };
        if let DatabaseUrl::Sqlite(path) = url
            && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
        }
        let mut engine = Manager::new(url.clone(), busy_timeout_ms).connect().map_err(|error| cannot(&error))?;
        if matches!(engine, Engine::Postgres(_)) {
            // Dates come and go as ISO text, whatever the server is set to; notices are for people at a terminal.
            let settings = "SET DateStyle TO ISO; SET client_min_messages TO warning";
            engine.batch_execute(settings).map_err(|error| cannot(&error))?;
        }
        let mut database = Self { engine, name };
        if database.has_relation("__diesel_schema_migrations")? && database.has_relation("item_version")? {
            let message = format!(
                "the database {} is that of a Svod service, and a mirror keeps tables of its own: give another one with --into",
                database.name
            );
            return Err(Error::Operator(message));
        }
        database.execute(bookkeeping::TABLES)?;
        Ok(database)
    }

    /// The database as a message names it: without a password.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self.engine, Engine::Sqlite(_))
    }

    pub fn begin(&mut self) -> Result<()> {
        // Two mirrors that write at once would both replace rows that each of them has not seen: they take turns.
        let begin = match self.engine {
            Engine::Sqlite(_) => "BEGIN IMMEDIATE",
            Engine::Postgres(_) => "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE svod_mirror IN SHARE ROW EXCLUSIVE MODE",
        };
        let begun = self.execute(begin);
        if begun.is_err() && !self.is_sqlite() {
            self.roll_back();
        }
        begun
    }

    pub fn commit(&mut self) -> Result<()> {
        self.execute("COMMIT")
    }

    /// Takes back what was done since `begin`. A failing rollback means that the connection is gone, and its transaction with it.
    pub fn roll_back(&mut self) {
        if let Err(error) = self.engine.batch_execute("ROLLBACK") {
            tracing::debug!(%error, "rollback failed");
        }
    }

    /// Tries something inside the transaction: what fails is as if it had not been tried.
    pub fn attempt<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T>) -> Result<Result<T>> {
        self.execute("SAVEPOINT svod_mirror_attempt")?;
        let outcome = act(self);
        if outcome.is_err() {
            self.execute("ROLLBACK TO SAVEPOINT svod_mirror_attempt")?;
        }
        self.execute("RELEASE SAVEPOINT svod_mirror_attempt")?;
        Ok(outcome)
    }

    fn execute(&mut self, sql: &str) -> Result<()> {
        self.engine.batch_execute(sql).map_err(fault)
    }
}

/// Whatever is wrong with the database of a mirror, whoever runs it must act.
fn fault(error: diesel::result::Error) -> Error {
    match connection::fault(error) {
        Error::Internal(reason) => Error::Operator(format!("the mirror's {reason}")),
        other => other,
    }
}
