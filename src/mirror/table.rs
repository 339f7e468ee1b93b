//! The table of one dictionary: which column holds what, how columns are called when their names would clash, and what changes when the
//! definition does. A column keeps its name for as long as it keeps its meaning.
//!
//! Names: the table is called by the code of the dictionary, columns as in files (`name`, `name_en`). A name that is taken (by another
//! table, a column of the user's, or a column that PostgreSQL has in every table) or longer than 63 bytes gets a number: `name_en_2`.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fault::{Fault, Outcome};
use super::verifying::RowDigests;
use crate::db::mirror::MirrorDatabase;
use crate::db::mirror::bookkeeping::KeptDictionary;
use crate::db::mirror::structure::{Column, ColumnType, CurrentView, NAME_BYTES_MAX};
use crate::domain::definition::{AttributeType, Definition};
use crate::domain::dictionary::Dictionary;
use crate::domain::digest::hex;
use crate::domain::text::Language;
use crate::exchange::cells::{ItemColumn, columns};

/// What a column holds of a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Code,
    Parent,
    ValidFrom,
    ValidTo,
    RetirementReason,
    /// JSON: the codes of those that came after.
    Successors,
    Attribute {
        code: String,
        /// Of a localised text: `ru` or `en`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        language: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    pub part: Part,
    #[serde(flatten)]
    pub column: Column,
}

/// One mirrored dictionary.
pub struct Table {
    pub dictionary: Arc<Dictionary>,
    pub columns: Vec<TableColumn>,
    pub kept: KeptDictionary,
    /// SHA-256 of the canonical definition, byte for byte as it came.
    definition_digest: [u8; 32],
    /// The digests of the rows as they were last read; `None` before that.
    pub digests: Option<RowDigests>,
}

/// Columns that PostgreSQL has in every table.
const SYSTEM_COLUMNS: [&str; 6] = ["ctid", "cmin", "cmax", "tableoid", "xmin", "xmax"];

impl Table {
    /// As it was kept.
    pub fn of_kept(kept: KeptDictionary) -> Outcome<Self> {
        let columns = serde_json::from_str(&kept.layout)
            .map_err(|error| Fault::ended(format!("svod_mirror_dictionary does not say what the columns of {} are: {error}", kept.code)))?;
        let dictionary = compiled(&kept.code, &kept.definition)?;
        let definition_digest = Sha256::digest(&kept.definition).into();
        Ok(Self { dictionary, columns, kept, definition_digest, digests: None })
    }

    /// Of a dictionary that was not mirrored before; its table is not made yet.
    pub fn new(code: &str, definition: &str) -> Outcome<Self> {
        let kept = KeptDictionary {
            code: code.to_owned(),
            table_name: String::new(),
            view_name: String::new(),
            is_followed: true,
            is_equal: false,
            edition: 0,
            schema_version: 0,
            versions: 0,
            digest_before: None,
            digest: String::new(),
            definition: definition.to_owned(),
            layout: "[]".to_owned(),
        };
        Self::of_kept(kept)
    }

    pub fn definition_digest(&self) -> &[u8; 32] {
        &self.definition_digest
    }

    /// The columns as SQL knows them.
    pub fn sql_columns(&self) -> Vec<Column> {
        self.columns.iter().map(|column| column.column.clone()).collect()
    }

    /// The name of the column of codes.
    pub fn code_column(&self) -> &str {
        self.columns.iter().find(|column| column.part == Part::Code).map_or("code", |column| &column.column.name)
    }

    /// Gives the table the definition, and its columns to the database where they are not there. It is made when it is new.
    pub fn shape(&mut self, database: &mut MirrorDatabase, definition: &str) -> Outcome<()> {
        self.dictionary = compiled(&self.kept.code, definition)?;
        self.definition_digest = Sha256::digest(definition).into();
        definition.clone_into(&mut self.kept.definition);
        let wanted = wanted(&self.dictionary);
        let is_new = self.kept.table_name.is_empty() || !database.has_relation(&self.kept.table_name)?;
        let is_changed = if is_new { self.make(database, wanted)? } else { self.change(database, wanted)? };
        if is_changed || !database.has_relation(&self.kept.view_name)? {
            self.make_view(database)?;
        }
        self.kept.layout = serde_json::to_string(&self.columns).map_err(|error| Fault::ended(error.to_string()))?;
        Ok(())
    }

    fn make(&mut self, database: &mut MirrorDatabase, wanted: Vec<(Part, String, ColumnType)>) -> Outcome<bool> {
        let mut taken = BTreeSet::new();
        self.columns = wanted.into_iter().map(|wanted| named(wanted, &mut taken)).collect();
        self.digests = Some(RowDigests::default());
        let code = &self.kept.code;
        if self.kept.table_name.is_empty() {
            self.kept.table_name = free_name(code, "", &mut |name| is_taken(database, name))?;
        }
        if self.kept.table_name != *code {
            tracing::warn!(
                "the name {code} is taken in this database: the dictionary {code} is mirrored into the table {}",
                self.kept.table_name
            );
        }
        database.create_table(&self.kept.table_name, &self.sql_columns())?;
        Ok(true)
    }

    /// Adds, drops and remakes columns. What the user added stays, and so does a column on which something of the user's hangs.
    fn change(&mut self, database: &mut MirrorDatabase, wanted: Vec<(Part, String, ColumnType)>) -> Outcome<bool> {
        let table = self.kept.table_name.clone();
        let actual = database.list_columns(&table)?;
        if !actual.iter().any(|name| name == self.code_column()) {
            let message =
                format!("the table {table} has lost its column {}: drop the table, and the mirror makes it anew", self.code_column());
            return Err(Fault::ended(message));
        }
        let is_there = |column: &TableColumn| actual.contains(&column.column.name);
        let is_wanted = |column: &TableColumn| {
            wanted.iter().any(|(part, _, column_type)| *part == column.part && *column_type == column.column.column_type)
        };
        let (kept, dropped): (Vec<TableColumn>, Vec<TableColumn>) =
            self.columns.drain(..).partition(|column| is_there(column) && is_wanted(column));
        self.columns = kept;
        let mut is_changed = false;
        for column in dropped.iter().filter(|column| is_there(column)) {
            is_changed = true;
            let (name, left) = (&column.column.name, self.sql_columns());
            if database.drop_column(&self.view(&left), name)? {
                tracing::info!("the column {name} of {table} is dropped: the definition of {} has it no more", self.kept.code);
            } else {
                tracing::warn!("the column {name} of {table} is no more in the definition and stays empty: something of yours hangs on it");
            }
        }
        let mut taken: BTreeSet<String> = database.list_columns(&table)?.iter().map(|name| name.to_lowercase()).collect();
        for wanted in wanted {
            if self.columns.iter().any(|column| column.part == wanted.0) {
                continue;
            }
            is_changed = true;
            let column = named(wanted, &mut taken);
            database.add_column(&table, &column.column)?;
            tracing::info!("the column {} of {table} is added", column.column.name);
            self.columns.push(column);
        }
        Ok(is_changed)
    }

    fn make_view(&mut self, database: &mut MirrorDatabase) -> Outcome<()> {
        if self.kept.view_name.is_empty() {
            self.kept.view_name = free_name(&self.kept.code, "_current", &mut |name| is_taken(database, name))?;
        }
        let (columns, view) = (self.sql_columns(), &self.kept.view_name);
        if !database.replace_view(&self.view(&columns))? {
            tracing::warn!("the view {view} stays as it was: views of yours hang on it; drop them and it, and start the mirror again");
        }
        Ok(())
    }

    fn view<'a>(&'a self, columns: &'a [Column]) -> CurrentView<'a> {
        let name_of = |part: Part| self.columns.iter().find(|column| column.part == part).map_or("", |column| &column.column.name);
        let (from_column, to_column) = (name_of(Part::ValidFrom), name_of(Part::ValidTo));
        CurrentView { name: &self.kept.view_name, table: &self.kept.table_name, columns, from_column, to_column }
    }

    /// Makes the index on codes, where it is not there.
    pub fn make_index(&mut self, database: &mut MirrorDatabase) -> Outcome<()> {
        let table = &self.kept.table_name;
        let prefix = "svod_mirror_code_";
        let index = if prefix.len() + table.len() <= NAME_BYTES_MAX {
            format!("{prefix}{table}")
        } else {
            format!("{prefix}{}", &hex(&Sha256::digest(table).into())[..16])
        };
        Ok(database.create_index(&index, table, self.code_column())?)
    }
}

fn compiled(code: &str, definition: &str) -> Outcome<Arc<Dictionary>> {
    let read: Definition = serde_json::from_str(definition).map_err(|error| Fault::of_definition(code, error))?;
    let compiled = Dictionary::compile(read).map_err(|problems| {
        let first = problems.first().map(|problem| format!("{}: {}", problem.path_text(), problem.message)).unwrap_or_default();
        Fault::of_definition(code, first)
    })?;
    Ok(Arc::new(compiled))
}

/// What a table of this dictionary has to hold, in the order of its columns.
fn wanted(dictionary: &Dictionary) -> Vec<(Part, String, ColumnType)> {
    let mut wanted = Vec::new();
    for column in columns(dictionary) {
        let name = column.name(dictionary);
        let (part, column_type) = match column {
            ItemColumn::Code => (Part::Code, ColumnType::Text),
            ItemColumn::Parent => (Part::Parent, ColumnType::Text),
            ItemColumn::ValidFrom => (Part::ValidFrom, ColumnType::Date),
            ItemColumn::ValidTo => (Part::ValidTo, ColumnType::Date),
            ItemColumn::Attribute(position, language) => {
                let definition = &dictionary.attributes[position].definition;
                let language = language.map(|language| if language == Language::En { "en" } else { "ru" }.to_owned());
                let column_type = if definition.list { ColumnType::Text } else { type_of(definition.kind) };
                (Part::Attribute { code: definition.code.clone(), language }, column_type)
            }
        };
        wanted.push((part, name, column_type));
        if column == ItemColumn::ValidTo {
            wanted.push((Part::RetirementReason, "retirement_reason".to_owned(), ColumnType::Text));
            wanted.push((Part::Successors, "successors".to_owned(), ColumnType::Text));
        }
    }
    wanted
}

fn type_of(kind: AttributeType) -> ColumnType {
    match kind {
        AttributeType::Integer => ColumnType::Integer,
        AttributeType::Decimal => ColumnType::Decimal,
        AttributeType::Boolean => ColumnType::Boolean,
        AttributeType::Date => ColumnType::Date,
        AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference => ColumnType::Text,
    }
}

/// Gives a column its name, and takes it.
fn named((part, name, column_type): (Part, String, ColumnType), taken: &mut BTreeSet<String>) -> TableColumn {
    let mut is_taken = |name: &str| Ok(taken.contains(name) || SYSTEM_COLUMNS.contains(&name));
    // The search ends: no table has more columns than there are numbers.
    let name = free_name(&name, "", &mut is_taken).unwrap_or(name);
    taken.insert(name.clone());
    TableColumn { part, column: Column { name, column_type } }
}

/// Whether a dictionary's table or view cannot be called so.
fn is_taken(database: &mut MirrorDatabase, name: &str) -> Outcome<bool> {
    // SQLite keeps the names that begin with its own for itself.
    Ok(name.starts_with("svod_mirror") || name.starts_with("sqlite_") || database.has_relation(name)?)
}

/// The first of `name`, `name_2`, `name_3` … that is free, cut so that PostgreSQL keeps it whole.
fn free_name(stem: &str, suffix: &str, is_taken: &mut dyn FnMut(&str) -> Outcome<bool>) -> Outcome<String> {
    let mut number = 1;
    loop {
        let end = if number == 1 { suffix.to_owned() } else { format!("{suffix}_{number}") };
        // Codes are ASCII, so that any cut is between signs. A name that SQLite keeps for itself is free under no number.
        let stem = if stem.starts_with("sqlite_") || stem.starts_with("svod_mirror") { format!("of_{stem}") } else { stem.to_owned() };
        let whole = stem.len() + end.len() <= NAME_BYTES_MAX;
        let stem = if whole { &stem } else { &stem[..NAME_BYTES_MAX - end.len()] };
        let name = format!("{stem}{end}");
        // A cut name may be that of another dictionary, which comes later: it gets a number in any case.
        if (whole || number > 1) && !is_taken(&name)? {
            return Ok(name);
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(attributes: &str) -> Vec<String> {
        let toml = format!(
            "code = \"things\"\ntype = \"Thing\"\nname = {{ ru = \"Вещи\" }}\npassport = {{ owner = \"Отдел\" }}\nhierarchy = {{}}\nattributes = [{attributes}]"
        );
        let dictionary = Dictionary::compile(toml::from_str(&toml).unwrap()).unwrap();
        let mut taken = BTreeSet::new();
        wanted(&dictionary).into_iter().map(|wanted| named(wanted, &mut taken).column.name).collect()
    }

    #[test]
    fn names_that_clash_get_numbers() {
        let long = "a".repeat(63);
        let found = names(&format!(
            r#"{{ code = "name_en", type = "string", label = {{ ru = "Имя" }} }},
               {{ code = "name", type = "string", localized = true, label = {{ ru = "Имя" }} }},
               {{ code = "retirement_reason", type = "string", label = {{ ru = "Почему" }} }},
               {{ code = "xmin", type = "integer", label = {{ ru = "Наименьшее" }} }},
               {{ code = "{long}", type = "string", localized = true, label = {{ ru = "Длинное" }} }}"#
        ));
        let fixed = ["code", "parent", "valid_from", "valid_to", "retirement_reason", "successors"];
        assert_eq!(found[..6], fixed);
        let cut = format!("{}_en_2", &long[..58]);
        // The English part of the long name is cut by what is added to it.
        assert_eq!(found[6..11], ["name_en", "name", "name_en_2", "retirement_reason_2", "xmin_2"]);
        assert_eq!(found[11], long);
        assert!(found[12].len() <= NAME_BYTES_MAX && found[12] != found[11], "{cut}: {}", found[12]);
    }

    #[test]
    fn names_that_are_reserved_are_not_taken() {
        let mut free = |_: &str| Ok(false);
        assert_eq!(free_name("sqlite_things", "", &mut free).ok().as_deref(), Some("of_sqlite_things"));
        assert_eq!(free_name("offices", "_current", &mut free).ok().as_deref(), Some("offices_current"));
        let long = "a".repeat(63);
        let view = free_name(&long, "_current", &mut free).ok().unwrap_or_default();
        assert_eq!((view.len(), view.ends_with("_current_2")), (63, true), "{view}");
    }
}
