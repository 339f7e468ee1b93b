//! Publications as they come by the feed: held back until they are whole, then one transaction together with the cursor. One that is too
//! big to be held is written as it comes, in a transaction that stays open until its end.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::push_version;
use super::fault::{Fault, Outcome};
use super::following::Session;
use super::message::{Closed, DefinitionChanged, Event, ItemChanged, Opened, read, read_part};
use super::table::Table;
use super::verifying::RowDigests;
use crate::db::mirror::rows::Rows;
use crate::domain::feed::EventType;
use crate::domain::text::ItemCode;

/// A publication that is not closed yet.
pub struct Pending {
    opened: Opened,
    /// Events that were not written yet.
    held: Vec<Vec<u8>>,
    held_bytes: usize,
    is_begun: bool,
    batch: Batch,
    /// Items whose rows were replaced, by dictionary.
    touched: BTreeMap<String, Vec<ItemCode>>,
}

/// Rows of one dictionary that are written together.
#[derive(Default)]
struct Batch {
    dictionary: String,
    codes: Vec<ItemCode>,
    rows: Rows,
}

impl Session<'_> {
    /// Takes the next event of the feed.
    pub fn take(&mut self, line: &[u8]) -> Outcome<()> {
        let event: Event<'_> = read("an event of the feed", line)?;
        self.check_source(&event.source)?;
        if event.event_type == EventType::PublicationOpened.name() {
            let opened: Opened = read_part("the header of a publication", event.data)?;
            let (number, last) = (opened.publication, self.progress.as_ref().map_or(0, |progress| progress.publication));
            if number != last + 1 {
                return Err(Fault::AnotherHistory(format!("publication {number} was sent after publication {last}")));
            }
            self.pending = Some(Pending {
                opened,
                held: Vec::new(),
                held_bytes: 0,
                is_begun: false,
                batch: Batch::default(),
                touched: BTreeMap::new(),
            });
            return Ok(());
        }
        let without_header =
            || Fault::unreadable("the feed", format!("the event {} comes without the header of its publication", event.id));
        let pending = self.pending.as_mut().ok_or_else(without_header)?;
        if event.event_type == EventType::PublicationClosed.name() {
            let closed: Closed = read_part("the end of a publication", event.data)?;
            if closed.publication != pending.opened.publication {
                return Err(Fault::unreadable("the feed", format!("{} ends another publication than was begun", event.id)));
            }
            return self.close(&event.cursor);
        }
        pending.held.push(line.to_vec());
        pending.held_bytes += line.len();
        if pending.held_bytes > self.settings.held_bytes_max { self.write_held() } else { Ok(()) }
    }

    /// Lets go of a publication that did not come whole: nothing of it stays.
    pub fn drop_pending(&mut self) {
        if self.pending.take().is_some_and(|pending| pending.is_begun) {
            self.database.roll_back();
            self.is_stale = true;
        }
    }

    fn close(&mut self, cursor: &str) -> Outcome<()> {
        let written = self.write_held().and_then(|()| self.finish_publication(cursor));
        let unequal = match written {
            Ok(unequal) => unequal,
            Err(fault) => {
                self.drop_pending();
                return Err(fault);
            }
        };
        self.pending = None;
        self.end(Ok(()))?;
        self.heal(&unequal)?;
        self.tell();
        Ok(())
    }

    /// Writes the events that were held back.
    fn write_held(&mut self) -> Outcome<()> {
        let Some(mut pending) = self.pending.take() else { return Ok(()) };
        let written = self.write(&mut pending);
        self.pending = Some(pending);
        written
    }

    fn write(&mut self, pending: &mut Pending) -> Outcome<()> {
        if !pending.is_begun {
            self.begin()?;
            pending.is_begun = true;
        }
        pending.held_bytes = 0;
        for line in std::mem::take(&mut pending.held) {
            let event: Event<'_> = read("an event of the feed", &line)?;
            if event.event_type == EventType::DefinitionChanged.name() {
                self.write_batch(pending)?;
                let changed: DefinitionChanged<'_> = read_part("a changed definition", event.data)?;
                self.change_definition(&changed)?;
            } else if event.event_type.starts_with("svod.item.") {
                self.add_item(&event, pending)?;
            }
        }
        self.write_batch(pending)
    }

    fn change_definition(&mut self, changed: &DefinitionChanged<'_>) -> Outcome<()> {
        let (code, definition) = (changed.dictionary.as_ref(), changed.definition.get());
        let mut table = match self.tables.remove(code) {
            Some(table) => table,
            None => Table::new(code, definition)?,
        };
        table.shape(&mut self.database, definition)?;
        table.make_index(&mut self.database)?;
        self.tables.insert(code.to_owned(), table);
        Ok(())
    }

    fn add_item(&mut self, event: &Event<'_>, pending: &mut Pending) -> Outcome<()> {
        let item: ItemChanged<'_> = read_part("a changed item", event.data)?;
        if pending.batch.dictionary != item.dictionary || pending.batch.codes.len() >= self.settings.rows_at_once {
            self.write_batch(pending)?;
            item.dictionary.as_ref().clone_into(&mut pending.batch.dictionary);
        }
        // A dictionary that came to be seen in between has no table yet; it is filled from a snapshot after this publication.
        let Some(table) = self.tables.get(item.dictionary.as_ref()) else { return Ok(()) };
        let mut push = |item: &ItemChanged<'_>| -> Outcome<bool> {
            let Some(after) = &item.after else { return Ok(false) };
            after.iter().try_for_each(|version| push_version(table, version, &mut pending.batch.rows).map(drop))?;
            pending.batch.codes.push(ItemCode::new(&item.code));
            Ok(true)
        };
        if !push(&item)? {
            // The link of a thin event is not followed as it stands: the token is for the address that was named.
            let text = self.client.event(&event.id)?;
            let whole: Event<'_> = read("a whole event", text.as_bytes())?;
            let item: ItemChanged<'_> = read_part("a changed item", whole.data)?;
            if !push(&item)? {
                return Err(Fault::unreadable("a whole event", format!("{} is thin again", event.id)));
            }
        }
        Ok(())
    }

    fn write_batch(&mut self, pending: &mut Pending) -> Outcome<()> {
        let batch = &mut pending.batch;
        let Some(table) = self.tables.get(&batch.dictionary).filter(|_| !batch.codes.is_empty()) else { return Ok(()) };
        let codes: Vec<&str> = batch.codes.iter().map(ItemCode::as_str).collect();
        self.database.delete_rows(&table.kept.table_name, table.code_column(), &codes)?;
        self.database.insert_rows(&table.kept.table_name, &table.sql_columns(), &batch.rows)?;
        batch.rows.clear();
        pending.touched.entry(batch.dictionary.clone()).or_default().append(&mut batch.codes);
        Ok(())
    }

    /// Holds every changed table against its digest and moves the cursor on. Gives the dictionaries that are not equal.
    fn finish_publication(&mut self, cursor: &str) -> Outcome<Vec<String>> {
        let Some(pending) = &self.pending else { return Ok(Vec::new()) };
        let mut unequal = BTreeSet::new();
        for described in &pending.opened.dictionaries {
            let Some(table) = self.tables.get_mut(&described.code).filter(|table| table.kept.is_followed) else {
                unequal.insert(described.code.clone());
                continue;
            };
            let touched = pending.touched.get(&described.code).map_or(&[][..], Vec::as_slice);
            let digests = match table.digests.take() {
                Some(mut digests) => {
                    digests.refresh(&mut self.database, table, touched)?;
                    digests
                }
                None => RowDigests::read(&mut self.database, table)?,
            };
            table.digests = Some(digests);
            table.kept.edition = described.edition;
            table.kept.schema_version = described.schema_version;
            table.kept.digest_before.clone_from(&described.digest_before);
            table.kept.digest.clone_from(&described.digest_after);
            table.judge();
            if !table.kept.is_equal {
                unequal.insert(described.code.clone());
            }
            self.database.save_dictionary(&table.kept)?;
        }
        if let Some(progress) = &mut self.progress {
            cursor.clone_into(&mut progress.cursor);
            progress.publication = pending.opened.publication;
            progress.published_at = Some(pending.opened.published_at.clone());
            self.database.save_progress(progress)?;
        }
        Ok(unequal.into_iter().collect())
    }
}
