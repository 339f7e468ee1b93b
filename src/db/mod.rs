//! What is stored: the only floor that knows Diesel. One file per noun; rows stay inside, domain types come out.
//! Verbs: find (may be absent), get (must be there), list, count, insert, update, delete.

use std::sync::Arc;

use crate::domain::error::{Error, Result};

pub mod connection;
pub mod definition;
pub mod dictionary;
pub mod edition;
pub mod item;
pub mod migration;
pub mod notification;
pub mod publication;
mod schema;

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
}

impl Store {
    /// Opens a database. Its migrations are not looked at.
    pub fn open(url: DatabaseUrl, limits: StoreLimits) -> Result<Self> {
        let manager = connection::Manager::new(url.clone(), limits.busy_timeout_ms);
        let pool = connection::open_pool(manager, limits.connections_max, limits.connect_timeout_ms)?;
        Ok(Self { pool, url: Arc::new(url) })
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
        connection::write(&mut *self.pooled()?, act)
    }

    fn pooled(&self) -> Result<connection::Pooled> {
        self.pool.get().map_err(|error| Error::Operator(format!("the database {} does not answer: {error}", self.url.display_name())))
    }
}
