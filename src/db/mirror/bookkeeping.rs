//! What a mirror remembers of itself: whose copy it is, how far it is, and of each dictionary its table, columns, definition and digests.
//! The tables begin with `svod_mirror`, and no dictionary's table is called so.

use diesel::prelude::*;

use super::{MirrorDatabase, fault};
use crate::domain::error::Result;

pub(super) const TABLES: &str = "\
    CREATE TABLE IF NOT EXISTS svod_mirror (id BIGINT PRIMARY KEY, layout BIGINT NOT NULL, source TEXT NOT NULL, origin TEXT NOT NULL, \
    cursor TEXT NOT NULL, publication BIGINT NOT NULL, published_at TEXT, verified_at TEXT, verified_publication BIGINT); \
    CREATE TABLE IF NOT EXISTS svod_mirror_dictionary (code TEXT PRIMARY KEY, table_name TEXT NOT NULL, view_name TEXT NOT NULL, \
    is_followed BOOLEAN NOT NULL, is_equal BOOLEAN NOT NULL, edition BIGINT NOT NULL, schema_version BIGINT NOT NULL, \
    versions BIGINT NOT NULL, digest_before TEXT, digest TEXT NOT NULL, definition TEXT NOT NULL, layout TEXT NOT NULL);";

/// There is one row, and this is its number.
const ROW: i64 = 1;
/// How these tables are laid out; a later Svod that changes it counts on.
const LAYOUT: i64 = 1;

diesel::table! {
    svod_mirror (id) {
        id -> BigInt,
        layout -> BigInt,
        source -> Text,
        origin -> Text,
        cursor -> Text,
        publication -> BigInt,
        published_at -> Nullable<Text>,
        verified_at -> Nullable<Text>,
        verified_publication -> Nullable<BigInt>,
    }
}

diesel::table! {
    svod_mirror_dictionary (code) {
        code -> Text,
        table_name -> Text,
        view_name -> Text,
        is_followed -> Bool,
        is_equal -> Bool,
        edition -> BigInt,
        schema_version -> BigInt,
        versions -> BigInt,
        digest_before -> Nullable<Text>,
        digest -> Text,
        definition -> Text,
        layout -> Text,
    }
}

/// Whose copy this is and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = svod_mirror)]
pub struct Progress {
    /// The database that is mirrored: `urn:uuid:…`.
    pub source: String,
    /// The address at which it was last asked.
    pub origin: String,
    /// Where to go on.
    pub cursor: String,
    /// The publication that the tables are equal to.
    pub publication: i64,
    pub published_at: Option<String>,
    /// When every row was last read and held against the digests, and at which publication.
    pub verified_at: Option<String>,
    pub verified_publication: Option<i64>,
}

/// One dictionary: its table and what that must be equal to.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = svod_mirror_dictionary)]
pub struct KeptDictionary {
    pub code: String,
    pub table_name: String,
    pub view_name: String,
    /// `false`: it was mirrored once, and its table stays as it was then.
    pub is_followed: bool,
    /// Whether the rows made the digest when they were last held against it.
    pub is_equal: bool,
    pub edition: i64,
    pub schema_version: i64,
    pub versions: i64,
    /// Hexadecimal; `None` for the first edition.
    pub digest_before: Option<String>,
    pub digest: String,
    /// Canonical JSON, byte for byte as it came.
    pub definition: String,
    /// JSON: which column holds what.
    pub layout: String,
}

impl MirrorDatabase {
    /// `None` before the first snapshot was taken.
    pub fn find_progress(&mut self) -> Result<Option<Progress>> {
        let row = svod_mirror::table.filter(svod_mirror::id.eq(ROW)).select(Progress::as_select());
        row.first(&mut self.engine).optional().map_err(fault)
    }

    pub fn save_progress(&mut self, progress: &Progress) -> Result<()> {
        diesel::delete(svod_mirror::table).execute(&mut self.engine).map_err(fault)?;
        let row = (svod_mirror::id.eq(ROW), svod_mirror::layout.eq(LAYOUT), progress.clone());
        diesel::insert_into(svod_mirror::table).values(row).execute(&mut self.engine).map_err(fault)?;
        Ok(())
    }

    pub fn list_dictionaries(&mut self) -> Result<Vec<KeptDictionary>> {
        let rows = svod_mirror_dictionary::table.order(svod_mirror_dictionary::code).select(KeptDictionary::as_select());
        rows.load(&mut self.engine).map_err(fault)
    }

    pub fn save_dictionary(&mut self, kept: &KeptDictionary) -> Result<()> {
        let of_code = svod_mirror_dictionary::table.filter(svod_mirror_dictionary::code.eq(&kept.code));
        diesel::delete(of_code).execute(&mut self.engine).map_err(fault)?;
        diesel::insert_into(svod_mirror_dictionary::table).values(kept.clone()).execute(&mut self.engine).map_err(fault)?;
        Ok(())
    }
}
