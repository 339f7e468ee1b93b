//! Rows of mirrored tables, whose columns are known only when the program runs: cells as text, written many at once by each engine's fast
//! way, and read back as what the database really holds.

use std::ops::Range;

use diesel::backend::Backend;
use diesel::connection::DefaultLoadingMode;
use diesel::deserialize::{self, FromSql, QueryableByName};
use diesel::pg::{CopyTarget, Pg, PgRowByRowLoadingMode};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::row::NamedRow;
use diesel::sql_types::{Array, Nullable, Text};
use diesel::sqlite::Sqlite;

use super::bookkeeping::svod_mirror;
use super::structure::{Column, list, quoted};
use super::{MirrorDatabase, fault};
use crate::db::connection::Engine;
use crate::domain::error::{Error, Result};

/// Rows of one statement of SQLite: enough for its cost to be shared, and few enough for its parameters.
const SQLITE_ROWS_AT_ONCE: usize = 16;
/// The most parameters of one statement that are sure to be allowed.
const SQLITE_PARAMETERS_MAX: usize = 30_000;

/// Cells of many rows in one piece of memory: numbers, dates and decimals as text, truths as 1 and 0.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    text: String,
    cells: Vec<Option<Range<usize>>>,
}

impl Rows {
    /// Appends a cell: those of the first row in the order of columns, then those of the next.
    pub fn push(&mut self, cell: Option<&str>) {
        let range = cell.map(|cell| {
            let start = self.text.len();
            self.text.push_str(cell);
            start..self.text.len()
        });
        self.cells.push(range);
    }

    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    pub fn cells_count(&self) -> usize {
        self.cells.len()
    }

    pub fn clear(&mut self) {
        self.text.clear();
        self.cells.clear();
    }

    /// All cells, row after row.
    pub fn cells(&self) -> impl Iterator<Item = Option<&str>> {
        self.cells.iter().map(|range| range.clone().map(|range| &self.text[range]))
    }
}

/// `INSERT INTO … VALUES (…), (…)`; statements of equal texts are prepared once.
struct InsertStatement<'a> {
    head: &'a str,
    width: usize,
    cells: &'a [Option<&'a str>],
}

impl QueryFragment<Sqlite> for InsertStatement<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(self.head);
        for (at, cell) in self.cells.iter().enumerate() {
            out.push_sql(match (at, at % self.width) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            });
            out.push_bind_param::<Nullable<Text>, Option<&str>>(cell)?;
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for InsertStatement<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for InsertStatement<'_> {}

/// What a table is called while PostgreSQL copies rows into it: the library copies into tables whose names it knows beforehand.
const FILLED_TABLE: &str = "svod_mirror_filled";

struct FilledTable;

impl CopyTarget for FilledTable {
    // Any table does: neither its name nor its columns are written.
    type Table = svod_mirror::table;
    type SqlType = Text;

    fn walk_target(mut out: AstPass<'_, '_, Pg>) -> QueryResult<()> {
        out.push_sql(FILLED_TABLE);
        Ok(())
    }
}

/// A row as text, whatever its columns are.
struct TextRow(Vec<Option<String>>);

impl<DB: Backend> QueryableByName<DB> for TextRow
where
    String: FromSql<Text, DB>,
{
    fn build<'a>(row: &impl NamedRow<'a, DB>) -> deserialize::Result<Self> {
        let count = row.field_count();
        (0..count).map(|at| row.get_value::<Nullable<Text>, Option<String>, usize>(at)).collect::<deserialize::Result<_>>().map(Self)
    }
}

impl MirrorDatabase {
    /// Makes ready for rows of a table that is empty, until `end_filling`. Others see nothing of it before the transaction ends.
    pub fn begin_filling(&mut self, table: &str) -> Result<()> {
        if self.is_sqlite() {
            return Ok(());
        }
        self.execute(&format!("ALTER TABLE {} RENAME TO {FILLED_TABLE}", quoted(table)))
    }

    pub fn end_filling(&mut self, table: &str) -> Result<()> {
        if self.is_sqlite() {
            return Ok(());
        }
        self.execute(&format!("ALTER TABLE {FILLED_TABLE} RENAME TO {}", quoted(table)))
    }

    /// Adds rows between `begin_filling` and `end_filling`. The columns are all that the mirror made, in their order.
    pub fn fill_rows(&mut self, table: &str, columns: &[Column], rows: &Rows) -> Result<()> {
        match &mut self.engine {
            Engine::Sqlite(_) => self.insert_rows(table, columns, rows),
            Engine::Postgres(connection) => {
                let lines = copy_lines(rows, columns.len());
                let copy = diesel::copy_from(svod_mirror::table).from_raw_data(FilledTable, |copy| -> QueryResult<()> {
                    copy.write_all(lines.as_bytes()).map_err(|error| diesel::result::Error::SerializationError(error.into()))
                });
                copy.execute(connection).map_err(fault)?;
                Ok(())
            }
        }
    }

    pub fn insert_rows(&mut self, table: &str, columns: &[Column], rows: &Rows) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let cells: Vec<Option<&str>> = rows.cells().collect();
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let head = format!("INSERT INTO {} ({}) VALUES ", quoted(table), list(columns));
                let width = columns.len();
                let rows_at_once = SQLITE_ROWS_AT_ONCE.min(SQLITE_PARAMETERS_MAX / width).max(1);
                let chunks = cells.chunks_exact(width * rows_at_once);
                let rest = chunks.remainder();
                for cells in chunks.chain(rest.chunks(width)) {
                    InsertStatement { head: &head, width, cells }.execute(connection).map_err(fault)?;
                }
            }
            Engine::Postgres(connection) => insert_unnested(connection, table, columns, &cells)?,
        }
        Ok(())
    }

    /// Takes the rows of these codes away; gives how many there were.
    pub fn delete_rows(&mut self, table: &str, code_column: &str, codes: &[&str]) -> Result<usize> {
        let (table, column) = (quoted(table), quoted(code_column));
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let sql = format!("DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))");
                diesel::sql_query(sql).bind::<Text, _>(json_of(codes)?).execute(connection).map_err(fault)
            }
            Engine::Postgres(connection) => {
                let sql = format!("DELETE FROM {table} WHERE {column} = ANY($1)");
                diesel::sql_query(sql).bind::<Array<Text>, _>(codes).execute(connection).map_err(fault)
            }
        }
    }

    /// Hands on the rows of some codes, or all rows, as the database holds them, in no particular order.
    pub fn walk_rows(
        &mut self,
        table: &str,
        columns: &[Column],
        (code_column, codes): (&str, Option<&[&str]>),
        take: &mut dyn FnMut(Vec<Option<String>>),
    ) -> Result<()> {
        let code_column = quoted(code_column);
        match &mut self.engine {
            Engine::Sqlite(connection) => {
                let cells: Vec<String> = columns.iter().map(|column| format!("CAST({} AS TEXT)", quoted(&column.name))).collect();
                let all = format!("SELECT {} FROM {}", cells.join(", "), quoted(table));
                let query = match codes {
                    None => diesel::sql_query(all).into_boxed::<Sqlite>(),
                    Some(codes) => diesel::sql_query(format!("{all} WHERE {code_column} IN (SELECT value FROM json_each(?))"))
                        .into_boxed::<Sqlite>()
                        .bind::<Text, _>(json_of(codes)?),
                };
                for row in query.load_iter::<TextRow, DefaultLoadingMode>(connection).map_err(fault)? {
                    take(row.map_err(fault)?.0);
                }
            }
            Engine::Postgres(connection) => {
                let cells: Vec<String> = columns.iter().map(|column| format!("{}::text", quoted(&column.name))).collect();
                let all = format!("SELECT {} FROM {}", cells.join(", "), quoted(table));
                let query = match codes {
                    None => diesel::sql_query(all).into_boxed::<Pg>(),
                    Some(codes) => {
                        diesel::sql_query(format!("{all} WHERE {code_column} = ANY($1)")).into_boxed::<Pg>().bind::<Array<Text>, _>(codes)
                    }
                };
                for row in query.load_iter::<TextRow, PgRowByRowLoadingMode>(connection).map_err(fault)? {
                    take(row.map_err(fault)?.0);
                }
            }
        }
        Ok(())
    }
}

/// Rows in the text format of COPY.
fn copy_lines(rows: &Rows, width: usize) -> String {
    let mut lines = String::with_capacity(rows.text.len() + 4 * rows.cells.len());
    for (at, cell) in rows.cells().enumerate() {
        match cell {
            None => lines.push_str("\\N"),
            Some(cell) if !cell.contains(['\\', '\t', '\n', '\r']) => lines.push_str(cell),
            Some(cell) => {
                for sign in cell.chars() {
                    match sign {
                        '\\' => lines.push_str("\\\\"),
                        '\t' => lines.push_str("\\t"),
                        '\n' => lines.push_str("\\n"),
                        '\r' => lines.push_str("\\r"),
                        other => lines.push(other),
                    }
                }
            }
        }
        lines.push(if (at + 1) % width == 0 { '\n' } else { '\t' });
    }
    lines
}

/// One parameter a column, however many rows.
fn insert_unnested(connection: &mut PgConnection, table: &str, columns: &[Column], cells: &[Option<&str>]) -> Result<()> {
    let numbers = 1..=columns.len();
    let typed: Vec<String> =
        columns.iter().zip(numbers.clone()).map(|(column, at)| format!("c{at}::{}", column.column_type.postgres())).collect();
    let parameters: Vec<String> = numbers.clone().map(|at| format!("${at}")).collect();
    let names: Vec<String> = numbers.map(|at| format!("c{at}")).collect();
    let sql = format!(
        "INSERT INTO {} ({}) SELECT {} FROM unnest({}) AS given({})",
        quoted(table),
        list(columns),
        typed.join(", "),
        parameters.join(", "),
        names.join(", ")
    );
    let mut query = diesel::sql_query(sql).into_boxed::<Pg>();
    for at in 0..columns.len() {
        let column: Vec<Option<&str>> = cells.iter().skip(at).step_by(columns.len()).copied().collect();
        query = query.bind::<Array<Nullable<Text>>, _>(column);
    }
    query.execute(connection).map_err(fault)?;
    Ok(())
}

fn json_of(codes: &[&str]) -> Result<String> {
    serde_json::to_string(codes).map_err(Error::internal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_copied_whatever_is_in_them() {
        let mut rows = Rows::default();
        for cell in [Some("a\tb"), None, Some("\\N"), Some("две\nстроки\r"), Some(""), Some("\\.")] {
            rows.push(cell);
        }
        assert_eq!(copy_lines(&rows, 3), "a\\tb\t\\N\t\\\\N\nдве\\nстроки\\r\t\t\\\\.\n");
    }
}
