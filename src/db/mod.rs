//! What is stored: the only floor that knows Diesel. One file per noun; rows stay inside, domain types come out.
//! Verbs: find (may be absent), get (must be there), list, count, insert, update, delete.

use std::sync::Arc;
use std::time::Duration;

use breaker::Breaker;
use file_identity::FileIdentity;
use turns::{Turn, Turns};

use crate::domain::error::{Error, Result};

pub mod account;
pub mod annulment;
pub mod audit;
mod breaker;
pub mod change_request;
pub mod change_request_content;
pub mod change_request_pack;
pub mod connection;
pub mod consumer;
pub mod definition;
pub mod delivery;
pub mod dictionary;
pub mod edition;
pub mod engine_report;
pub mod feed;
mod file_identity;
pub mod import_job;
pub mod import_mapping;
pub mod installation;
pub mod item;
pub mod migration;
pub mod mirror;
pub mod notification;
pub mod publication;
pub mod review;
mod schema;
pub mod session;
pub mod sign_in_failure;
pub mod stored;
pub mod token;
mod turns;

pub use connection::{DatabaseUrl, Engine};

/// The sizes and times of the pool; `config.rs` names them.
#[derive(Debug, Clone, Copy)]
pub struct StoreLimits {
    pub connections_max: u32,
    pub busy_timeout_ms: u64,
    pub connect_timeout_ms: u64,
}

/// The database.
#[derive(Clone)]
pub struct Store {
    pool: connection::ConnectionPool,
    url: Arc<DatabaseUrl>,
    breaker: Arc<Breaker>,
    turns: Arc<Turns>,
    patience: Duration,
    file: Option<FileIdentity>,
}

impl Store {
    /// Opens a database. Its migrations are not looked at.
    pub fn open(url: DatabaseUrl, limits: StoreLimits) -> Result<Self> {
        let manager = connection::Manager::new(url.clone(), limits.busy_timeout_ms);
        let pool = connection::open_pool(manager, limits.connections_max, limits.connect_timeout_ms)?;
        let file = FileIdentity::of(&url);
        let patience = Duration::from_millis(limits.busy_timeout_ms);
        Ok(Self { pool, url: Arc::new(url), breaker: Arc::default(), turns: Arc::default(), patience, file })
    }

    pub fn url(&self) -> &DatabaseUrl {
        &self.url
    }

    /// Runs a closure with a connection and no transaction.
    pub fn with<T>(&self, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        act(&mut *self.pooled()?)
    }

    /// Runs a closure on one consistent state.
    pub fn read<T>(&self, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        connection::read(&mut *self.pooled()?, act)
    }

    /// Runs a closure in the one write transaction.
    pub fn write<T>(&self, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        let _turn = self.turn()?;
        connection::write(&mut *self.pooled()?, act)
    }

    /// Runs a closure in the one write transaction, unless somebody else writes just now: then it does nothing and gives `None`.
    pub fn write_unless_busy<T>(&self, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<Option<T>> {
        let Some(_turn) = self.turns.take_unless_busy() else { return Ok(None) };
        connection::write_unless_busy(&mut *self.pooled()?, act)
    }

    /// Runs a closure in a write transaction beside other writers, where the engine can: for what changes rows only as long as they are
    /// as it expects, such as a lease. A long publication holds it up on SQLite alone, which has one writer at a time.
    pub fn write_beside<T>(&self, act: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        match *self.url {
            DatabaseUrl::Sqlite(_) => self.write(act),
            DatabaseUrl::Postgres(_) => connection::write_beside(&mut *self.pooled()?, act),
        }
    }

    /// Only one writes at a time anyway. Whoever waits does it without a connection, which readers may need meanwhile, and is woken,
    /// where SQLite would have them ask again and again and let the luckiest be next.
    fn turn(&self) -> Result<Turn<'_>> {
        let busy = || Error::Operator("others were writing for too long; nothing was changed, try again".to_owned());
        self.turns.take(self.patience).ok_or_else(busy)
    }

    /// Fails at once while the database is known not to answer, so that whoever needs it does not hold up whoever does not.
    fn pooled(&self) -> Result<connection::Pooled> {
        let name = self.url.display_name();
        self.breaker.pass().map_err(|()| Error::Operator(format!("the database {name} does not answer")))?;
        let taken = self.pool.get();
        self.breaker.report(taken.is_ok());
        taken.map_err(|error| Error::Operator(format!("the database {name} does not answer: {error}")))
    }

    /// Refuses when the file that was opened is not the one that lies there now: the open one would be read for ever, and lost.
    fn check_file(&self) -> Result<()> {
        if self.file == FileIdentity::of(&self.url) {
            return Ok(());
        }
        let name = self.url.display_name();
        Err(Error::Operator(format!("the file {name} was deleted or replaced while it was open: put it back and restart")))
    }
}
