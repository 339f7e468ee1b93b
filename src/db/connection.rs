//! Connections to the two engines behind one type, the pool of them, and the write transaction.
//! The settings that make SQLite fast and safe are set here and nowhere else.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, Pool, PooledConnection};

use crate::domain::error::{Error, Result};

/// A connection to either engine.
#[derive(diesel::MultiConnection)]
pub enum Engine {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Which database to use: `sqlite:PATH` or `postgres://…`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseUrl {
    pub fn parse(text: &str) -> Result<Self> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Postgres(text.to_owned()))
        } else if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            // SQLite would give each connection a database of its own, which is gone with it.
            if path.is_empty() || path == ":memory:" {
                return Err(Error::Operator(format!("the database URL `{text}` names no file: write sqlite:PATH")));
            }
            Ok(Self::Sqlite(PathBuf::from(path)))
        } else {
            let message = format!("the database URL `{}` is neither sqlite:PATH nor postgres://USER@HOST/NAME", without_password(text));
            Err(Error::Operator(message))
        }
    }

    /// The database as a message names it: without a password.
    pub fn display_name(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Postgres(url) => without_password(url),
        }
    }
}

fn without_password(url: &str) -> String {
    let (address, parameters) = url.split_once('?').unwrap_or((url, ""));
    let is_open = |parameter: &&str| !parameter.starts_with("password=");
    let open: Vec<&str> = parameters.split('&').filter(is_open).filter(|parameter| !parameter.is_empty()).collect();
    let mark = if open.is_empty() { "" } else { "?" };
    format!("{}{mark}{}", without_user_password(address), open.join("&"))
}

fn without_user_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            let user = url[scheme + 3..at].split(':').next().unwrap_or_default();
            format!("{}://{user}@{}", &url[..scheme], &url[at + 1..])
        }
        _ => url.to_owned(),
    }
}

/// Opens connections for the pool.
#[derive(Debug, Clone)]
pub struct Manager {
    url: DatabaseUrl,
    busy_timeout_ms: u64,
}

impl Manager {
    pub fn new(url: DatabaseUrl, busy_timeout_ms: u64) -> Self {
        Self { url, busy_timeout_ms }
    }

    /// Settings for SQLite: readers beside one writer (WAL), every commit on the disk, and the page cache that keeps parallel
    /// scans from collapsing. What of the file is mapped counts as memory of the process, so it is not the whole of a big one.
    fn sqlite_settings(&self) -> String {
        format!(
            "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
             PRAGMA mmap_size = 134217728; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;",
            self.busy_timeout_ms
        )
    }
}

impl ManageConnection for Manager {
    type Connection = Engine;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> std::result::Result<Engine, Self::Error> {
        match &self.url {
            DatabaseUrl::Sqlite(path) => {
                let path = path.to_string_lossy();
                let mut connection = SqliteConnection::establish(&path).map_err(diesel::r2d2::Error::ConnectionError)?;
                connection.batch_execute(&self.sqlite_settings()).map_err(diesel::r2d2::Error::QueryError)?;
                Ok(Engine::Sqlite(connection))
            }
            DatabaseUrl::Postgres(url) => {
                let mut connection = PgConnection::establish(url).map_err(diesel::r2d2::Error::ConnectionError)?;
                let patience = format!("SET lock_timeout = {}", self.busy_timeout_ms);
                connection.batch_execute(&patience).map_err(diesel::r2d2::Error::QueryError)?;
                Ok(Engine::Postgres(connection))
            }
        }
    }

    fn is_valid(&self, connection: &mut Engine) -> std::result::Result<(), Self::Error> {
        connection.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
    }

    /// A connection whose thread panicked may be inside a transaction.
    fn has_broken(&self, _: &mut Engine) -> bool {
        std::thread::panicking()
    }
}

pub type ConnectionPool = Pool<Manager>;
pub type Pooled = PooledConnection<Manager>;

/// Opens a pool. Fails at once, with a sentence for the operator, when the database cannot be reached.
pub fn open_pool(manager: Manager, connections_max: u32, connect_timeout_ms: u64) -> Result<ConnectionPool> {
    if let DatabaseUrl::Sqlite(path) = &manager.url
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::Operator(format!("the folder {} cannot be made: {error}", folder.display())))?;
    }
    let name = manager.url.display_name();
    // One connection by hand first: the pool would retry until its time-out and hide the reason.
    manager.connect().map_err(|error| cannot_open(&name, &error))?;
    Pool::builder()
        .max_size(connections_max)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_millis(connect_timeout_ms))
        .test_on_check_out(matches!(manager.url, DatabaseUrl::Postgres(_)))
        .build(manager)
        .map_err(|error| cannot_open(&name, &error))
}

fn cannot_open(name: &str, error: &dyn std::fmt::Display) -> Error {
    let reason = error.to_string();
    let hint = if reason.contains("file is not a database") {
        "the file is not a database of SQLite"
    } else if reason.contains("database is locked") {
        "another program holds it locked"
    } else {
        reason.trim()
    };
    Error::Operator(format!("the database {name} cannot be opened: {}", hint.replace('\n', " ")))
}

/// Turns a fault of the database into an error for whoever must act.
pub fn fault(error: diesel::result::Error) -> Error {
    let text = error.to_string();
    if text.contains("database is locked") || text.contains("due to lock timeout") {
        Error::Operator("the database is locked by another program; nothing was changed".to_owned())
    } else if text.contains("disk is full") || text.contains("No space left") {
        Error::Operator("the disk is full; nothing was changed".to_owned())
    } else {
        Error::Internal(format!("database: {text}"))
    }
}

/// Runs a closure in the one write transaction: it either happens whole or not at all.
///
/// Writers take turns: SQLite by `BEGIN IMMEDIATE`, PostgreSQL by a lock on the table that numbers publications.
pub fn write<T>(connection: &mut Engine, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
    let begun = match connection {
        Engine::Sqlite(connection) => begin_soon(connection)?,
        Engine::Postgres(_) => {
            connection.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE publication IN SHARE ROW EXCLUSIVE MODE")
        }
    };
    if let Err(error) = begun {
        roll_back(connection);
        return Err(fault(error));
    }
    finish(connection, act)
}

/// Runs a closure in a write transaction of PostgreSQL that takes no turn with other writers.
pub fn write_beside<T>(connection: &mut Engine, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
    connection.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").map_err(fault)?;
    finish(connection, act)
}

/// The same as `write`, unless another writer holds the lock: then nothing is done, and nobody waits.
pub fn write_unless_busy<T>(connection: &mut Engine, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<Option<T>> {
    let begun = match connection {
        Engine::Sqlite(connection) => begin_unless_busy(connection)?,
        Engine::Postgres(_) => {
            connection.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE publication IN SHARE ROW EXCLUSIVE MODE NOWAIT")
        }
    };
    match begun {
        Ok(()) => finish(connection, act).map(Some),
        Err(error) => {
            roll_back(connection);
            tracing::debug!(%error, "another writer was there first");
            Ok(None)
        }
    }
}

#[derive(QueryableByName)]
struct BusyTimeout {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    timeout: i32,
}

/// Begins a write transaction of SQLite as soon as another process lets it. SQLite itself would look again only every tenth of a
/// second, and never meet the short moments between the writers of a busy process, who wake each other.
fn begin_soon(connection: &mut SqliteConnection) -> Result<QueryResult<()>> {
    const LOOK_EVERY: Duration = Duration::from_millis(1);
    let patience: BusyTimeout = diesel::sql_query("PRAGMA busy_timeout").get_result(connection).map_err(fault)?;
    let until = Instant::now() + Duration::from_millis(u64::try_from(patience.timeout).unwrap_or(0));
    loop {
        let begun = begin_unless_busy(connection)?;
        let is_busy = begun.as_ref().is_err_and(|error| error.to_string().contains("database is locked"));
        if !is_busy || Instant::now() >= until {
            return Ok(begun);
        }
        std::thread::sleep(LOOK_EVERY);
    }
}

/// Begins a write transaction of SQLite with no patience, and gives the connection its patience back.
fn begin_unless_busy(connection: &mut SqliteConnection) -> Result<QueryResult<()>> {
    let patience: BusyTimeout = diesel::sql_query("PRAGMA busy_timeout").get_result(connection).map_err(fault)?;
    connection.batch_execute("PRAGMA busy_timeout = 0").map_err(fault)?;
    let begun = connection.batch_execute("BEGIN IMMEDIATE");
    connection.batch_execute(&format!("PRAGMA busy_timeout = {}", patience.timeout)).map_err(fault)?;
    Ok(begun)
}

/// Carries out what a transaction was begun for, and ends it.
fn finish<T>(connection: &mut Engine, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
    match act(connection) {
        Ok(outcome) => match connection.batch_execute("COMMIT") {
            Ok(()) => Ok(outcome),
            Err(error) => {
                roll_back(connection);
                Err(fault(error))
            }
        },
        Err(error) => {
            roll_back(connection);
            Err(error)
        }
    }
}

/// The first error is the one to tell; a failing rollback means that the connection is gone, and its transaction with it.
fn roll_back(connection: &mut Engine) {
    if let Err(error) = connection.batch_execute("ROLLBACK") {
        tracing::debug!(%error, "rollback failed");
    }
}

/// Runs a closure on one consistent state of the database.
pub fn read<T>(connection: &mut Engine, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
    let begin = match connection {
        Engine::Sqlite(_) => "BEGIN DEFERRED",
        Engine::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    connection.batch_execute(begin).map_err(fault)?;
    let outcome = act(connection);
    roll_back(connection);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_a_database_without_its_password() {
        let url = DatabaseUrl::parse("postgres://svod:s3cret@db.example:5432/svod").expect("it is right");
        assert_eq!(url.display_name(), "postgres://svod@db.example:5432/svod");
        let url = DatabaseUrl::parse("postgres:///svod?host=db&password=s3cret&user=svod").expect("it is right");
        assert_eq!(url.display_name(), "postgres:///svod?host=db&user=svod");
        for wrong in ["mysql://root@localhost/svod", "sqlite:", "sqlite://", "sqlite::memory:", "svod.db"] {
            assert!(DatabaseUrl::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(DatabaseUrl::parse("sqlite:a/b.db").ok(), Some(DatabaseUrl::Sqlite(PathBuf::from("a/b.db"))));
    }
}
