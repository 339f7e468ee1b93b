//! Drafting a definition for the items of a file, beside what is published: references are looked for in the dictionaries that whoever
//! asks may read. Nothing is stored: the draft is a text to be edited, checked and applied like any other.

use rustc_hash::FxHashSet;

use super::import::Source;
use crate::catalog::{DictionarySnapshot, Head};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::exchange::cells::write_value;
use crate::exchange::csv::CsvFormat;
use crate::exchange::definition_draft::{self, Draft, DraftRequest, IsKnown, KnownDictionary};
use crate::exchange::definition_file;
use crate::exchange::format::Format;
use crate::exchange::table::{FileError, FileLimits, Table};

/// Attributes of longer dictionaries are not looked into, since their values would have to be remembered one by one.
const ITEMS_REMEMBERED_MAX: usize = 200_000;

/// What to draft, and how to read the file.
#[derive(Debug, Clone)]
pub struct DraftOptions {
    /// The code of the dictionary to be.
    pub code: String,
    /// The GraphQL type of an item; made of the code when left out.
    pub type_name: Option<String>,
    /// What the dictionary is to be called.
    pub name: Option<String>,
    /// How many rows are looked at; all when left out.
    pub sample_rows_max: Option<u64>,
    /// Found out when it is not said.
    pub format: Option<Format>,
    pub csv: CsvFormat,
    pub finds_references: bool,
}

/// What a definition looks like, as JSON Schema: for editors that help to write one.
pub fn definition_schema() -> String {
    definition_file::json_schema()
}

/// Drafts a definition for the items of a file. `may_read` says which published dictionaries the caller may know of.
pub fn draft_definition(
    head: &Head,
    may_read: &dyn Fn(&Dictionary) -> bool,
    source: &Source<'_>,
    options: &DraftOptions,
    limits: &FileLimits,
) -> Result<Draft> {
    let unreadable = |error: FileError| Error::refused("file_unreadable", format!("{}: {error}", source.name));
    let (format, because) = source.judged(options.format)?.map_err(unreadable)?;
    let published = head.dictionaries.values().map(|resident| resident.current.as_ref());
    let published = published.filter(|snapshot| options.finds_references && may_read(&snapshot.dictionary));
    let targets: Vec<Target<'_>> = published.map(Target::of).collect();
    let lookups: Vec<Lookups<'_>> = targets.iter().map(Target::lookups).collect();
    let known: Vec<KnownDictionary<'_>> = targets.iter().zip(&lookups).map(|(target, lookups)| target.known(lookups)).collect();
    let request = DraftRequest {
        code: &options.code,
        type_name: options.type_name.as_deref(),
        name: options.name.as_deref(),
        sample_rows_max: options.sample_rows_max.unwrap_or(u64::MAX),
        known: &known,
    };
    let mut open = || -> std::result::Result<Box<dyn Table>, FileError> { format.open(source.open, &options.csv, limits) };
    let drafted = definition_draft::draft(&mut open, &request);
    let mut draft = drafted.map_err(unreadable)?;
    draft.evidence.insert(0, ("format".to_owned(), format!("{}: {because}", format.name())));
    Ok(draft)
}

/// A published dictionary that columns may refer to.
struct Target<'a> {
    snapshot: &'a DictionarySnapshot,
    /// Attributes whose values name one item each.
    naming: Vec<(&'a str, FxHashSet<String>)>,
}

type Lookup<'a> = Box<dyn Fn(&str) -> bool + 'a>;

/// How texts are looked up in a target.
struct Lookups<'a> {
    codes: Lookup<'a>,
    values: Vec<Lookup<'a>>,
}

impl<'a> Target<'a> {
    fn of(snapshot: &'a DictionarySnapshot) -> Self {
        let mut naming = Vec::new();
        if snapshot.items.items_count() <= ITEMS_REMEMBERED_MAX {
            for (position, attribute) in snapshot.dictionary.attributes.iter().enumerate() {
                // What an item is called names it, too, where no two are called alike.
                let is_display = snapshot.dictionary.display_position() == Some(position);
                if attribute.definition.unique || is_display {
                    naming.extend(naming_values(snapshot, position).map(|values| (attribute.code(), values)));
                }
            }
        }
        Self { snapshot, naming }
    }

    fn lookups(&self) -> Lookups<'_> {
        Lookups {
            codes: Box::new(|text| !self.snapshot.items.versions_of(text).is_empty()),
            values: self.naming.iter().map(|(_, values)| Box::new(|text: &str| values.contains(text)) as Lookup<'_>).collect(),
        }
    }

    fn known<'l>(&'l self, lookups: &'l Lookups<'l>) -> KnownDictionary<'l> {
        let unique = self.naming.iter().zip(&lookups.values).map(|((code, _), is_value)| (*code, is_value.as_ref() as IsKnown<'l>));
        KnownDictionary { code: self.snapshot.dictionary.code.as_str(), codes: lookups.codes.as_ref(), unique: unique.collect() }
    }
}

/// The values of an attribute as a file has them; `None` where two items share one.
fn naming_values(snapshot: &DictionarySnapshot, position: usize) -> Option<FxHashSet<String>> {
    let mut values = FxHashSet::default();
    let mut last_code = "";
    for version in snapshot.items.versions() {
        let Some(value) = version.value(position) else { continue };
        let mut text = String::new();
        write_value(value, None, &mut text);
        // Versions of one item stand beside each other and may say the same.
        if !values.insert(text) && version.code != last_code {
            return None;
        }
        last_code = &version.code;
    }
    (!values.is_empty()).then_some(values)
}
