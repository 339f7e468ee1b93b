//! Tables, columns, indexes and views of a mirror, made and changed so that whatever its user added beside them stays.
//! Which columns a dictionary needs is not known here.

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};

use super::{MirrorDatabase, fault};
use crate::db::connection::Engine;
use crate::domain::error::Result;

/// The longest name that PostgreSQL keeps whole, in bytes.
pub const NAME_BYTES_MAX: usize = 63;

/// What a column holds. Lists are JSON, which is text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    Text,
    Integer,
    Decimal,
    Boolean,
    Date,
}

impl ColumnType {
    /// SQLite would turn a long decimal into a binary fraction, which is another number: it keeps decimals and dates as text.
    const fn sqlite(self) -> &'static str {
        match self {
            Self::Text | Self::Decimal | Self::Date => "TEXT",
            Self::Integer => "BIGINT",
            Self::Boolean => "BOOLEAN",
        }
    }

    pub(super) const fn postgres(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "bigint",
            Self::Decimal => "numeric",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// One column of a mirrored table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub name: String,
    #[serde(rename = "type")]
    pub column_type: ColumnType,
}

/// A name as SQL writes it, whatever is in it.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

pub(super) fn list(columns: &[Column]) -> String {
    columns.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ")
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

impl MirrorDatabase {
    /// Whether a table, view or index of this name is there.
    pub fn has_relation(&mut self, name: &str) -> Result<bool> {
        let found: Vec<Named> = match &mut self.engine {
            Engine::Sqlite(connection) => diesel::sql_query("SELECT name FROM sqlite_master WHERE lower(name) = lower(?)")
                .bind::<Text, _>(name)
                .load(connection)
                .map_err(fault)?,
            Engine::Postgres(connection) => diesel::sql_query("SELECT relname::text AS name FROM pg_class WHERE oid = to_regclass($1)")
                .bind::<Text, _>(quoted(name))
                .load(connection)
                .map_err(fault)?,
        };
        Ok(!found.is_empty())
    }

    /// The columns that a table has at this moment, those of its user included.
    pub fn list_columns(&mut self, table: &str) -> Result<Vec<String>> {
        let found: Vec<Named> = match &mut self.engine {
            Engine::Sqlite(connection) => {
                diesel::sql_query("SELECT name FROM pragma_table_info(?)").bind::<Text, _>(table).load(connection).map_err(fault)?
            }
            Engine::Postgres(connection) => diesel::sql_query(
                "SELECT attname::text AS name FROM pg_attribute WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped",
            )
            .bind::<Text, _>(quoted(table))
            .load(connection)
            .map_err(fault)?,
        };
        Ok(found.into_iter().map(|column| column.name).collect())
    }

    fn declared(&self, column: &Column) -> String {
        let column_type = if self.is_sqlite() { column.column_type.sqlite() } else { column.column_type.postgres() };
        format!("{} {column_type}", quoted(&column.name))
    }

    /// Makes a table; the first column is the code, which every row has.
    pub fn create_table(&mut self, table: &str, columns: &[Column]) -> Result<()> {
        let declared: Vec<String> =
            columns.iter().enumerate().map(|(at, column)| self.declared(column) + if at == 0 { " NOT NULL" } else { "" }).collect();
        self.execute(&format!("CREATE TABLE {} ({})", quoted(table), declared.join(", ")))
    }

    /// Makes the index by which rows are replaced, where it is not there: after the first rows, since that is faster.
    pub fn create_index(&mut self, index: &str, table: &str, column: &str) -> Result<()> {
        self.execute(&format!("CREATE INDEX IF NOT EXISTS {} ON {} ({})", quoted(index), quoted(table), quoted(column)))
    }

    pub fn add_column(&mut self, table: &str, column: &Column) -> Result<()> {
        let declared = self.declared(column);
        self.execute(&format!("ALTER TABLE {} ADD COLUMN {declared}", quoted(table)))
    }

    /// Drops a column, and the indexes over it; the view of what holds today is left with the columns that are given. Gives `false` when
    /// something of the user's hangs on the column: then it stays, with nothing in it.
    pub fn drop_column(&mut self, view: &CurrentView<'_>, column: &str) -> Result<bool> {
        let table = view.table;
        let dropped = self.attempt(|database| {
            database.remake_view(view)?;
            // PostgreSQL drops such indexes by itself.
            for index in database.list_sqlite_indexes_over(table, column)? {
                database.execute(&format!("DROP INDEX {}", quoted(&index)))?;
            }
            database.execute(&format!("ALTER TABLE {} DROP COLUMN {}", quoted(table), quoted(column)))
        })?;
        if let Err(error) = &dropped {
            tracing::debug!(%error, table, column, "the column cannot be dropped");
            self.execute(&format!("UPDATE {} SET {} = NULL", quoted(table), quoted(column)))?;
        }
        Ok(dropped.is_ok())
    }

    fn list_sqlite_indexes_over(&mut self, table: &str, column: &str) -> Result<Vec<String>> {
        let Engine::Sqlite(connection) = &mut self.engine else { return Ok(Vec::new()) };
        let over =
            "SELECT DISTINCT l.name AS name FROM pragma_index_list(?) l, pragma_index_info(l.name) c WHERE c.name = ? AND l.origin = 'c'";
        let found: Vec<Named> = diesel::sql_query(over).bind::<Text, _>(table).bind::<Text, _>(column).load(connection).map_err(fault)?;
        Ok(found.into_iter().map(|index| index.name).collect())
    }

    /// Makes the view of what holds today, or gives it the columns of now. Gives `false` when views of the user's hang on it so that it
    /// stays as it was.
    pub fn replace_view(&mut self, view: &CurrentView<'_>) -> Result<bool> {
        // Replaced in place, the views that a user built on it stay; that does for new columns.
        let body = view.body(self.is_sqlite());
        if !self.is_sqlite() && self.attempt(|database| database.execute(&format!("CREATE OR REPLACE VIEW {body}")))?.is_ok() {
            return Ok(true);
        }
        Ok(self.attempt(|database| database.remake_view(view))?.is_ok())
    }

    fn remake_view(&mut self, view: &CurrentView<'_>) -> Result<()> {
        self.execute(&format!("DROP VIEW IF EXISTS {}", quoted(view.name)))?;
        self.execute(&format!("CREATE VIEW {}", view.body(self.is_sqlite())))
    }
}

/// The view of the rows that hold today by the clock of the database.
pub struct CurrentView<'a> {
    pub name: &'a str,
    pub table: &'a str,
    pub columns: &'a [Column],
    pub from_column: &'a str,
    pub to_column: &'a str,
}

impl CurrentView<'_> {
    fn body(&self, is_sqlite: bool) -> String {
        let today = if is_sqlite { "date('now', 'localtime')" } else { "CURRENT_DATE" };
        let (from, to) = (quoted(self.from_column), quoted(self.to_column));
        format!(
            "{} AS SELECT {} FROM {} WHERE ({from} IS NULL OR {from} <= {today}) AND ({to} IS NULL OR {to} > {today})",
            quoted(self.name),
            list(self.columns),
            quoted(self.table)
        )
    }
}
