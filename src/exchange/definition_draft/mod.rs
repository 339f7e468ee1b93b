//! "Define from a file": proposes a definition for the items of a table, as TOML to edit, every proposal with its evidence, and says
//! how to import the same file by it. A proposal is no verdict: what the file cannot tell is left to its reader, and said.
//! Deliberately unknown: formats, which other dictionaries exist beyond what the caller knows of them, and where the text goes.

mod attributes;
mod facts;
mod header;
mod hierarchy;
mod key;
mod levels;
mod mapping;
mod naming;
mod rendering;
mod rows;
mod shape;
mod survey;
mod typing;

use self::rows::Rows;
use super::definition_file;
use super::table::{FileError, Table};
use crate::domain::definition::AttributeType;
use crate::domain::text::{DictionaryCode, Language};

pub use mapping::Mapping;

/// Opens the table from its start, as often as it is asked.
pub type OpenTable<'a> = &'a mut dyn FnMut() -> Result<Box<dyn Table>, FileError>;

/// Whether a text is one of those that are known.
pub type IsKnown<'a> = &'a dyn Fn(&str) -> bool;

/// A dictionary that columns may refer to.
pub struct KnownDictionary<'a> {
    pub code: &'a str,
    /// Whether a text is the code of one of its items.
    pub codes: IsKnown<'a>,
    /// Its unique attributes, and whether a text is a value of one.
    pub unique: Vec<(&'a str, IsKnown<'a>)>,
}

/// What to draft.
pub struct DraftRequest<'a> {
    /// The code of the dictionary to be.
    pub code: &'a str,
    /// The GraphQL type of one item; made of the code when left out.
    pub type_name: Option<&'a str>,
    /// What the dictionary is called; what the file calls itself, or its code, when left out.
    pub name: Option<&'a str>,
    /// How many rows are looked at; `u64::MAX` for all.
    pub sample_rows_max: u64,
    pub known: &'a [KnownDictionary<'a>],
}

/// What was found in a file.
#[derive(Debug)]
pub struct Draft {
    /// The definition, which `definition_file` reads as it stands.
    pub toml: String,
    pub columns: Vec<ColumnDraft>,
    /// What an importer of this file should know before trying.
    pub warnings: Vec<String>,
    /// How to import the same file.
    pub mapping: Mapping,
    /// What the file as a whole was found to be: (`key`, "CODE: …").
    pub evidence: Vec<(String, String)>,
    pub rows_count: u64,
}

/// One column of the file and what is to become of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnDraft {
    /// From 1.
    pub number: usize,
    /// What the file calls it.
    pub header: Option<String>,
    pub role: ColumnRole,
    /// The type of the attribute.
    pub kind: Option<AttributeType>,
    pub evidence: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnRole {
    Code,
    /// Only part of the code, under a name that the key mentions.
    PartOfKey(String),
    Parent,
    ValidFrom,
    ValidTo,
    /// What is to be done with the item.
    Action,
    Attribute {
        code: String,
        language: Option<Language>,
    },
    LeftOut,
}

/// Proposes a definition for the items of a table. The table is read a few times, row by row; memory is bounded.
///
/// An error says that the file cannot be read, or that the request names no possible dictionary.
pub fn draft(tables: OpenTable<'_>, request: &DraftRequest<'_>) -> Result<Draft, FileError> {
    if DictionaryCode::parse(request.code).is_none() {
        let message = format!("`{}` is not a code of a dictionary: {}", request.code, DictionaryCode::PATTERN);
        return Err(FileError::of_file(message));
    }
    let mut rows = Rows::peek(tables, request.sample_rows_max)?;
    let survey = survey::survey(&mut rows, request.known)?;
    if survey.rows == 0 {
        return Err(FileError::of_file("the file has no rows with cells in them, and nothing can be proposed: send one with items"));
    }
    let key = key::choose(&mut rows, &survey)?;
    let hierarchy = hierarchy::find(&mut rows, &survey, &key)?;
    let mut drafted = attributes::draft(&survey, &key, &hierarchy, request.known);
    let mapping = mapping::of(&survey, &key, &drafted);
    let mut warnings = survey.warnings();
    warnings.extend(key.warnings.iter().chain(&hierarchy.warnings).cloned());
    warnings.append(&mut drafted.warnings);
    let mut evidence = survey.evidence.clone();
    evidence.push(("key".to_owned(), key.because.clone()));
    evidence.push(("hierarchy".to_owned(), hierarchy.because.clone()));
    let toml = rendering::toml(&rendering::Parts {
        request,
        survey: &survey,
        key: &key,
        hierarchy: &hierarchy,
        drafted: &drafted,
        mapping: &mapping,
        warnings: &warnings,
    });
    check(&toml)?;
    Ok(Draft { toml, columns: drafted.columns, warnings, mapping, evidence, rows_count: survey.rows })
}

/// A draft that is no definition would be of no use to anybody: only a strange name of a type can make one.
fn check(toml: &str) -> Result<(), FileError> {
    definition_file::read(definition_file::Source { file: "draft", text: toml }).map(drop).map_err(|problems| {
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        FileError::of_file(format!("the file leads to no definition, name the type or the code otherwise: {}", problems.join("; ")))
    })
}

#[cfg(test)]
mod tests;
