//! From a snapshot to equal tables: filled where they are empty, else compared item by item, so that only what differs is replaced.
//! All dictionaries of a snapshot are one transaction, together with the cursor to go on from.

use std::collections::BTreeSet;
use std::sync::mpsc::sync_channel;

use compact_str::CompactString;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::cells::{push_line, push_version};
use super::fault::{Fault, Outcome};
use super::following::Session;
use super::message::{DictionaryLine, SnapshotDictionary, SnapshotEnd, SnapshotHead, SnapshotLine, SnapshotVersion, read};
use super::table::{Part, Table};
use super::verifying::RowDigests;
use crate::db::mirror::MirrorDatabase;
use crate::db::mirror::bookkeeping::Progress;
use crate::db::mirror::rows::Rows;
use crate::db::mirror::structure::ColumnType;
use crate::domain::attribute::quoted;
use crate::domain::text::ItemCode;
use crate::outbound::feed_client::SnapshotLines;

/// How the line of a version begins, as the service writes it.
const VERSION_BEGINNING: &[u8] = br#"{"kind":"version","#;

/// Rows that were read and wait to be written, in batches.
const BATCHES_WAITING_MAX: usize = 2;
const CUT_SHORT: &str = "the snapshot ended before its last line";

/// In what a table differed from a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub code: String,
    /// Items that were replaced, added or taken away.
    pub items: u64,
    /// What differed first, in words.
    pub first: Option<String>,
}

impl Session<'_> {
    /// Makes tables equal to a snapshot: of some dictionaries or of all that are mirrored, at a publication or at the newest.
    /// At the newest the mirror goes on from there; else it stays where it is.
    pub fn synchronise(&mut self, codes: Option<&[String]>, publication: Option<i64>) -> Outcome<Vec<Difference>> {
        let asked = codes.map(|codes| codes.join(",")).or_else(|| self.asked.clone());
        let client = self.client;
        let mut lines = client.snapshot(asked.as_deref(), publication)?;
        let head = read_head(&mut lines)?;
        self.check_source(&head.source)?;
        lines.pin(head.publication);
        self.begin()?;
        let taken = self.take_snapshot(&mut lines, &head, publication.is_none());
        self.end(taken)
    }

    fn take_snapshot(&mut self, lines: &mut SnapshotLines<'_>, head: &SnapshotHead, is_going_on: bool) -> Outcome<Vec<Difference>> {
        let mut differences = Vec::new();
        let mut current: Option<Filling> = None;
        let mut unseen: BTreeSet<String> = self.tables.keys().cloned().collect();
        let mut ahead: Option<Vec<u8>> = None;
        let cursor = loop {
            let kept = ahead.take();
            let text = match &kept {
                Some(line) => line.as_slice(),
                None => lines.next_line()?.ok_or_else(|| Fault::Lost(CUT_SHORT.to_owned()))?,
            };
            let line: SnapshotLine<'_> = read("a line of the snapshot", text)?;
            match (line.kind.as_ref(), line.version) {
                ("version", Some(version)) => {
                    let filling =
                        current.as_mut().ok_or_else(|| Fault::unreadable("the snapshot", "a version stands before its dictionary"))?;
                    filling.take(&mut self.database, version)?;
                }
                ("dictionary", _) => {
                    differences.extend(self.finish(current.take())?);
                    let line: DictionaryLine<'_> = read("a dictionary of the snapshot", text)?;
                    unseen.remove(line.code.as_ref());
                    let filling = current.insert(self.start(&line, head)?);
                    if filling.is_empty {
                        ahead = Some(filling.fill(&mut self.database, lines)?);
                    }
                }
                ("end", _) => {
                    differences.extend(self.finish(current.take())?);
                    let end: SnapshotEnd = read("the end of the snapshot", text)?;
                    break end.cursor;
                }
                // A later version of the service may say more.
                _ => {}
            }
        };
        if is_going_on {
            self.go_on_from(head, cursor, &unseen)?;
        }
        Ok(differences)
    }

    fn start(&mut self, line: &DictionaryLine<'_>, head: &SnapshotHead) -> Outcome<Filling> {
        let described = head.dictionaries.iter().find(|described| described.code == line.code);
        let described = described.ok_or_else(|| Fault::unreadable("the snapshot", format!("{} is not in its first line", line.code)))?;
        let definition = line.definition.get();
        let mut table = match self.tables.remove(line.code.as_ref()) {
            Some(table) => table,
            None => Table::new(&line.code, definition)?,
        };
        table.shape(&mut self.database, definition)?;
        let before = RowDigests::read(&mut self.database, &table)?;
        if table.kept.edition == 0 {
            self.database.begin_filling(&table.kept.table_name)?;
        }
        Ok(Filling::new(table, described.clone(), before, head.publication, self.settings.rows_at_once))
    }

    fn finish(&mut self, filling: Option<Filling>) -> Outcome<Option<Difference>> {
        let Some(mut filling) = filling else { return Ok(None) };
        let difference = filling.finish(&mut self.database)?;
        let table = filling.table;
        self.database.save_dictionary(&table.kept)?;
        self.tables.insert(table.kept.code.clone(), table);
        Ok(difference)
    }

    /// From here on the mirror follows; tables of dictionaries that are not in the snapshot stay as they are.
    fn go_on_from(&mut self, head: &SnapshotHead, cursor: String, unseen: &BTreeSet<String>) -> Outcome<()> {
        for code in unseen {
            self.leave(code)?;
        }
        let progress = Progress {
            source: head.source.clone(),
            origin: self.client.base().to_owned(),
            cursor,
            publication: head.publication,
            published_at: head.published_at.clone(),
            verified_at: None,
            verified_publication: None,
        };
        self.database.save_progress(&progress)?;
        self.progress = Some(progress);
        Ok(())
    }
}

/// Reads the first line.
pub fn read_head(lines: &mut SnapshotLines<'_>) -> Outcome<SnapshotHead> {
    let first = lines.next_line()?.ok_or_else(|| Fault::Lost("the snapshot came empty".to_owned()))?;
    read("the first line of the snapshot", first)
}

/// One table that is made equal.
struct Filling {
    table: Table,
    described: SnapshotDictionary,
    publication: i64,
    /// Nothing is in it: every version is a new row, and no digest is asked for.
    is_empty: bool,
    /// It was made just now, so that it being empty is no difference.
    is_new: bool,
    /// Rows that an empty table was given.
    filled: u64,
    before: RowDigests,
    /// Items that the snapshot has, as long as there may be others.
    seen: BTreeSet<ItemCode>,
    /// The versions of the item that the lines are at.
    item: Option<ItemCode>,
    versions: Vec<Box<RawValue>>,
    /// What is to be written, and the items whose old rows go before.
    rows: Rows,
    replaced: Vec<ItemCode>,
    cells_at_once: usize,
    changed: Vec<ItemCode>,
    first: Option<String>,
}

impl Filling {
    fn new(table: Table, described: SnapshotDictionary, before: RowDigests, publication: i64, rows_at_once: usize) -> Self {
        let cells_at_once = rows_at_once * table.columns.len();
        Self {
            is_new: table.kept.edition == 0,
            filled: 0,
            table,
            described,
            publication,
            is_empty: before.is_empty(),
            before,
            seen: BTreeSet::new(),
            item: None,
            versions: Vec::new(),
            rows: Rows::default(),
            replaced: Vec::new(),
            cells_at_once,
            changed: Vec::new(),
            first: None,
        }
    }

    /// Fills an empty table with the versions that follow, and gives the first line that is none. Lines are read while rows are written.
    fn fill(&mut self, database: &mut MirrorDatabase, lines: &mut SnapshotLines<'_>) -> Outcome<Vec<u8>> {
        let (name, columns, is_new) = (self.table.kept.table_name.clone(), self.table.sql_columns(), self.is_new);
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel::<Rows>(BATCHES_WAITING_MAX);
            let writer = scope.spawn(move || -> Outcome<()> {
                for rows in receiver {
                    if is_new { database.fill_rows(&name, &columns, &rows)? } else { database.insert_rows(&name, &columns, &rows)? }
                }
                Ok(())
            });
            let mut rows = Rows::default();
            let next = loop {
                let text = lines.next_line()?.ok_or_else(|| Fault::Lost(CUT_SHORT.to_owned()))?;
                if !text.starts_with(VERSION_BEGINNING) {
                    break text.to_vec();
                }
                let line: SnapshotVersion<'_> = read("a version of the snapshot", text)?;
                push_line(&self.table, &line.version, &mut rows)?;
                self.filled += 1;
                // A writer that has ended says why when it is asked.
                if rows.cells_count() >= self.cells_at_once && sender.send(std::mem::take(&mut rows)).is_err() {
                    break Vec::new();
                }
            };
            let _ = sender.send(rows);
            drop(sender);
            match writer.join() {
                Ok(written) => written.map(|()| next),
                Err(_) => Err(Fault::ended("the thread that wrote rows panicked")),
            }
        })
    }

    fn take(&mut self, database: &mut MirrorDatabase, version: &RawValue) -> Outcome<()> {
        if self.is_empty {
            push_version(&self.table, version, &mut self.rows)?;
            self.filled += 1;
            return self.write_if_many(database);
        }
        let code = code_of(version)?;
        if self.item.as_ref() != Some(&code) {
            self.compare(database)?;
            self.item = Some(code);
        }
        self.versions.push(version.to_owned());
        Ok(())
    }

    /// Holds an item's versions against its rows.
    fn compare(&mut self, database: &mut MirrorDatabase) -> Outcome<()> {
        let Some(code) = self.item.take() else { return Ok(()) };
        let versions = std::mem::take(&mut self.versions);
        let here = self.before.of_item(&code);
        let is_equal = here.len() == versions.len()
            && here.iter().zip(&versions).all(|(digest, version)| *digest == <[u8; 32]>::from(Sha256::digest(version.get())));
        self.seen.insert(code.clone());
        if is_equal {
            return Ok(());
        }
        let start = self.rows.cells_count();
        for version in &versions {
            push_version(&self.table, version, &mut self.rows)?;
        }
        if self.first.is_none() {
            let there: Vec<Option<String>> = self.rows.cells().skip(start).map(|cell| cell.map(str::to_owned)).collect();
            self.first = Some(self.describe(database, &code, &there)?);
        }
        self.replaced.push(code);
        self.write_if_many(database)
    }

    /// In what an item's rows differ from its versions, in words.
    fn describe(&self, database: &mut MirrorDatabase, code: &str, there: &[Option<String>]) -> Outcome<String> {
        let columns = self.table.sql_columns();
        let mut here = Vec::new();
        database.walk_rows(&self.table.kept.table_name, &columns, (self.table.code_column(), Some(&[code])), &mut |row| here.push(row))?;
        let from_at = self.table.columns.iter().position(|column| column.part == Part::ValidFrom).unwrap_or_default();
        here.sort_by(|a, b| a.get(from_at).cmp(&b.get(from_at)));
        let (item, at) = (format!("{} {code}", self.table.kept.code), format!("at publication {}", self.publication));
        let there_count = there.len() / columns.len().max(1);
        if here.is_empty() || there_count == 0 {
            return Ok(if here.is_empty() { format!("{item} is missing here") } else { format!("{item} is here and not {at}") });
        }
        if here.len() != there_count {
            return Ok(format!("{item} has {} versions here and {there_count} {at}", here.len()));
        }
        for (cells, expected) in here.iter().zip(there.chunks(columns.len())) {
            for ((column, cell), expected) in columns.iter().zip(cells).zip(expected) {
                let cell = cell.as_deref().map(|cell| truth_as_number(column.column_type, cell));
                if cell != expected.as_deref() {
                    let shown = |cell: Option<&str>| cell.map_or_else(|| "empty".to_owned(), quoted);
                    return Ok(format!("{item}: {} is {} here and {} {at}", column.name, shown(cell), shown(expected.as_deref())));
                }
            }
        }
        Ok(format!("{item} is written in another way here"))
    }

    fn write_if_many(&mut self, database: &mut MirrorDatabase) -> Outcome<()> {
        if self.rows.cells_count() >= self.cells_at_once || self.replaced.len() >= self.cells_at_once {
            self.write(database)?;
        }
        Ok(())
    }

    fn write(&mut self, database: &mut MirrorDatabase) -> Outcome<()> {
        let table = &self.table.kept.table_name;
        if !self.replaced.is_empty() {
            let codes: Vec<&str> = self.replaced.iter().map(ItemCode::as_str).collect();
            database.delete_rows(table, self.table.code_column(), &codes)?;
            self.changed.append(&mut self.replaced);
        }
        if self.is_new {
            database.fill_rows(table, &self.table.sql_columns(), &self.rows)?;
        } else {
            database.insert_rows(table, &self.table.sql_columns(), &self.rows)?;
        }
        self.rows.clear();
        Ok(())
    }

    /// Writes the rest, and says of the table which edition it is. What was compared is judged at once; a table that was empty is read
    /// and judged by whoever verifies it.
    fn finish(&mut self, database: &mut MirrorDatabase) -> Outcome<Option<Difference>> {
        self.compare(database)?;
        self.write(database)?;
        if !self.is_empty {
            let extra: Vec<ItemCode> = self.before.codes().filter(|code| !self.seen.contains(*code)).cloned().collect();
            if let (None, Some(code)) = (&self.first, extra.first()) {
                self.first = Some(self.describe(database, code, &[])?);
            }
            self.replaced = extra;
            self.write(database)?;
        }
        if self.is_new {
            database.end_filling(&self.table.kept.table_name)?;
        }
        self.table.make_index(database)?;
        let kept = &mut self.table.kept;
        kept.is_followed = true;
        kept.is_equal = false;
        kept.edition = self.described.edition;
        kept.schema_version = self.described.schema_version;
        kept.digest_before.clone_from(&self.described.digest_before);
        kept.digest.clone_from(&self.described.digest);
        self.table.digests = None;
        if self.is_empty {
            let first = format!("the table {} is empty here", self.table.kept.table_name);
            let difference = Difference { code: self.table.kept.code.clone(), items: self.filled, first: Some(first) };
            return Ok((!self.is_new && self.filled > 0).then_some(difference));
        }
        let mut digests = std::mem::take(&mut self.before);
        digests.refresh(database, &self.table, &self.changed)?;
        self.table.digests = Some(digests);
        self.table.judge();
        Ok(Some(Difference { code: self.table.kept.code.clone(), items: self.changed.len() as u64, first: self.first.take() }))
    }
}

fn truth_as_number(column_type: ColumnType, cell: &str) -> &str {
    match (column_type, cell) {
        (ColumnType::Boolean, "true") => "1",
        (ColumnType::Boolean, "false") => "0",
        (_, cell) => cell,
    }
}

fn code_of(version: &RawValue) -> Outcome<ItemCode> {
    #[derive(serde::Deserialize)]
    struct Coded {
        code: CompactString,
    }
    let coded: Coded = super::message::read_part("a version of an item", version)?;
    Ok(coded.code)
}
