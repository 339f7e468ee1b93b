//! Whether the tables are equal to their editions: digests of the rows as the database holds them, chained as the service does it.
//! A digest of every version is kept in memory, so that after a publication only the rows that it changed are read again.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::cells::line_of;
use super::fault::{Fault, Outcome};
use super::following::Session;
use super::table::{Part, Table};
use crate::db::mirror::MirrorDatabase;
use crate::domain::digest::{hex, parse_hex};
use crate::domain::item::edition_digest_of_lines;
use crate::domain::text::ItemCode;
use crate::domain::validity::Date;

/// A table of so many rows or fewer is read whole after every publication that changed it.
const ROWS_READ_WHOLE_MAX: usize = 10_000;
/// Codes of one question to the database.
const CODES_AT_ONCE: usize = 2_000;

/// The digests of the versions of each item, in order of time.
#[derive(Debug, Default)]
pub struct RowDigests {
    items: BTreeMap<ItemCode, Box<[[u8; 32]]>>,
    versions: usize,
}

impl RowDigests {
    /// Reads all rows of a table.
    pub fn read(database: &mut MirrorDatabase, table: &Table) -> Outcome<Self> {
        let mut digests = Self::default();
        digests.add(database, table, None)?;
        Ok(digests)
    }

    /// Reads the rows of some items again.
    fn read_again(&mut self, database: &mut MirrorDatabase, table: &Table, codes: &[ItemCode]) -> Outcome<()> {
        for codes in codes.chunks(CODES_AT_ONCE) {
            codes.iter().for_each(|code| self.forget(code));
            let codes: Vec<&str> = codes.iter().map(ItemCode::as_str).collect();
            self.add(database, table, Some(&codes))?;
        }
        Ok(())
    }

    /// Reads whatever a change of these items may have touched; all of a small table, so that an edit by hand shows soon.
    pub fn refresh(&mut self, database: &mut MirrorDatabase, table: &Table, codes: &[ItemCode]) -> Outcome<()> {
        if self.versions <= ROWS_READ_WHOLE_MAX || codes.len() > self.items.len() / 2 {
            *self = Self::read(database, table)?;
            return Ok(());
        }
        self.read_again(database, table, codes)
    }

    fn add(&mut self, database: &mut MirrorDatabase, table: &Table, codes: Option<&[&str]>) -> Outcome<()> {
        let code_at = table.columns.iter().position(|column| column.part == Part::Code).unwrap_or_default();
        let mut found: Vec<(ItemCode, Date, [u8; 32])> = Vec::new();
        database.walk_rows(&table.kept.table_name, &table.sql_columns(), (table.code_column(), codes), &mut |row| {
            found.push(match line_of(table, &row) {
                Some((code, from, line)) => (code, from.unwrap_or(Date::MIN), Sha256::digest(line).into()),
                // No line of a service has this digest, so the item is found to differ.
                None => (ItemCode::from(row.get(code_at).cloned().flatten().unwrap_or_default()), Date::MIN, [0; 32]),
            });
        })?;
        found.sort_unstable_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        for versions in found.chunk_by(|a, b| a.0 == b.0) {
            self.replace(versions[0].0.clone(), versions.iter().map(|version| version.2).collect());
        }
        Ok(())
    }

    fn replace(&mut self, code: ItemCode, digests: Box<[[u8; 32]]>) {
        self.versions += digests.len();
        if let Some(before) = self.items.insert(code, digests) {
            self.versions -= before.len();
        }
    }

    fn forget(&mut self, code: &str) {
        if let Some(before) = self.items.remove(code) {
            self.versions -= before.len();
        }
    }

    pub fn of_item(&self, code: &str) -> &[[u8; 32]] {
        self.items.get(code).map_or(&[], |digests| digests)
    }

    /// The items, in order of their codes.
    pub fn codes(&self) -> impl Iterator<Item = &ItemCode> {
        self.items.keys()
    }

    pub fn versions(&self) -> i64 {
        self.versions as i64
    }

    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The digest of the edition that these rows are.
    pub fn edition_digest(&self, before: Option<&str>, definition: &[u8; 32]) -> String {
        let before = before.and_then(parse_hex);
        hex(&edition_digest_of_lines(before.as_ref(), definition, self.items.values().flat_map(|digests| digests.iter())))
    }
}

impl Table {
    /// Holds the rows, as far as they were read, against the digest of their edition.
    pub fn judge(&mut self) {
        let Some(digests) = &self.digests else { return };
        self.kept.versions = digests.versions();
        let found = digests.edition_digest(self.kept.digest_before.as_deref(), self.definition_digest());
        self.kept.is_equal = found == self.kept.digest;
    }
}

impl Session<'_> {
    /// Reads every row of all tables, and makes equal what is not. Gives whether all was equal.
    pub fn verify(&mut self) -> Outcome<bool> {
        let mut unequal = Vec::new();
        for (code, table) in self.tables.iter_mut().filter(|(_, table)| table.kept.is_followed) {
            table.digests = Some(RowDigests::read(&mut self.database, table)?);
            table.judge();
            if !table.kept.is_equal {
                unequal.push(code.clone());
            }
        }
        let is_equal = unequal.is_empty();
        self.heal(&unequal)?;
        let now = self.clock.now().to_string();
        self.begin()?;
        let saved = self.save_verified(&now);
        self.end(saved)?;
        self.verified_at = std::time::Instant::now();
        Ok(is_equal)
    }

    fn save_verified(&mut self, now: &str) -> Outcome<()> {
        for table in self.tables.values() {
            self.database.save_dictionary(&table.kept)?;
        }
        let Some(progress) = &mut self.progress else { return Ok(()) };
        progress.verified_at = Some(now.to_owned());
        progress.verified_publication = Some(progress.publication);
        Ok(self.database.save_progress(progress)?)
    }

    /// Makes dictionaries equal to the publication at which the mirror stands, and says in what they were not.
    pub fn heal(&mut self, codes: &[String]) -> Outcome<()> {
        let Some(publication) = self.progress.as_ref().map(|progress| progress.publication) else { return Ok(()) };
        if codes.is_empty() {
            return Ok(());
        }
        tracing::warn!("not equal at publication {publication}: {}; comparing with the snapshot of that publication", codes.join(", "));
        // If the snapshot does not come, the next session finds by itself what is not equal.
        self.is_stale = true;
        let differences = self.synchronise(Some(codes), Some(publication))?;
        for difference in &differences {
            let (code, items) = (&difference.code, difference.items);
            match &difference.first {
                Some(first) => tracing::warn!("{code}: the first difference: {first}; items made equal again: {items}"),
                None => tracing::warn!("{code}: no row differed; what the mirror remembered of the edition did"),
            }
            self.healed += items;
        }
        // A table that was empty was filled and not read.
        for code in codes {
            let Some(table) = self.tables.get_mut(code).filter(|table| table.digests.is_none()) else { continue };
            table.digests = Some(RowDigests::read(&mut self.database, table)?);
            table.judge();
            self.database.save_dictionary(&table.kept)?;
        }
        for code in codes.iter().filter(|code| self.tables.get(*code).is_some_and(|table| !table.kept.is_equal)) {
            tracing::error!("{code} cannot be made equal to publication {publication}: its digest differs and none of its rows does");
        }
        Ok(())
    }

    /// Says how the tables stand, in one line.
    pub fn tell(&self) {
        let Some(progress) = &self.progress else { return };
        let publication = progress.publication;
        let followed = self.tables.values().filter(|table| table.kept.is_followed);
        let unequal: Vec<&str> = followed.filter(|table| !table.kept.is_equal).map(|table| table.kept.code.as_str()).collect();
        if unequal.is_empty() {
            tracing::info!("equal at publication {publication}");
        } else {
            tracing::error!("NOT equal at publication {publication}: {}", unequal.join(", "));
        }
    }

    /// The fault of tables that stay unequal, for whoever asked for a verification.
    pub fn unequal(&self) -> Option<Fault> {
        let unequal = self.tables.values().find(|table| table.kept.is_followed && !table.kept.is_equal)?;
        Some(Fault::ended(format!("{} is not equal to its edition and cannot be made so: see the log", unequal.kept.code)))
    }
}
