//! How one process learns that another has published: `LISTEN`/`NOTIFY` on PostgreSQL, a counter of SQLite, and asking as the fallback.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Store;
use super::connection::{Engine, Pooled, fault};
use crate::domain::error::Result;

const CHANNEL: &str = "svod_publication";

/// Says on commit that something was published. SQLite needs no word: its file says it.
pub fn announce(connection: &mut Engine) -> Result<()> {
    match connection {
        Engine::Sqlite(_) => Ok(()),
        Engine::Postgres(connection) => connection.batch_execute(&format!("NOTIFY {CHANNEL}")).map_err(fault),
    }
}

/// Watches a database over a connection of its own.
pub struct Watcher {
    store: Store,
    connection: Pooled,
    data_version: i64,
    /// When to ask although no word came: a notification can be lost with its connection.
    ask_at: Instant,
    ask_every: Duration,
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

impl Watcher {
    pub fn new(store: &Store, ask_every_ms: u64) -> Result<Self> {
        let mut connection = store.pooled()?;
        if let Engine::Postgres(connection) = &mut *connection {
            connection.batch_execute(&format!("LISTEN {CHANNEL}")).map_err(fault)?;
        }
        let ask_every = Duration::from_millis(ask_every_ms);
        let mut watcher = Self { store: store.clone(), connection, data_version: -1, ask_at: Instant::now() + ask_every, ask_every };
        watcher.may_have_changed()?;
        Ok(watcher)
    }

    /// Whether another process may have published since the last call. Costs microseconds and no query on PostgreSQL.
    pub fn may_have_changed(&mut self) -> Result<bool> {
        let has_word = match &mut *self.connection {
            Engine::Sqlite(connection) => {
                let version: DataVersion = diesel::sql_query("PRAGMA data_version").get_result(connection).map_err(fault)?;
                let has_moved = version.data_version != self.data_version;
                self.data_version = version.data_version;
                has_moved
            }
            Engine::Postgres(connection) => {
                let mut has_word = false;
                for notification in connection.notifications_iter() {
                    notification.map_err(fault)?;
                    has_word = true;
                }
                has_word
            }
        };
        let now = Instant::now();
        let is_time = now >= self.ask_at;
        if has_word || is_time {
            self.ask_at = now + self.ask_every;
            self.store.check_file()?;
        }
        Ok(has_word || is_time)
    }
}
