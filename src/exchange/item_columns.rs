//! Which column of a file is what: by what the caller says, by what was kept of an earlier import, by the code of an attribute, by its
//! label. Deliberately unknown: what the cells hold.

use super::cells::unneutralised;
use super::esnsi::AUTOKEY;
use super::item_key::Key;
use super::item_rows::ReadOptions;
use super::row::Row;
use crate::domain::attribute::{Attribute, quoted};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::text::Language;
use crate::domain::violation::{Violation, Violations};

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    Code,
    Parent,
    ValidFrom,
    ValidTo,
    Action,
    Attribute {
        position: usize,
        language: Option<Language>,
        /// The attribute of the dictionary referred to by which the item there is named, when it is not its code.
        by: Option<String>,
    },
    /// Only part of the key.
    Key,
    LeftOut,
    /// A header cell that is blank; its cells must be blank too.
    Nameless,
}

/// A column and what it was taken for, for people.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct MappedColumn {
    /// As the file names it; blank where it does not.
    pub name: String,
    /// The attribute, or what else it holds; `-` when it is left out.
    pub target: String,
    /// `given`, `saved`, `code`, `label`, `key`, `rejected`, `autokey`, or `unknown`.
    pub because: String,
}

/// Which column of a file is what.
#[derive(Debug)]
pub struct Mapping {
    pub columns: Vec<Column>,
    /// Where the code stands, counted from 0; absent when a key makes it.
    pub code_column: Option<usize>,
    pub names: Vec<String>,
    pub key: Option<Key>,
    /// For people, in the order of the columns.
    pub shown: Vec<MappedColumn>,
    /// Texts may stand behind an apostrophe that keeps them from being formulas.
    pub may_be_neutralised: bool,
}

/// Where the names of columns come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The file itself.
    Header,
    /// Whoever imports it: a name is what the column is for.
    Caller,
}

/// What `rejected_rows` adds to the columns of a file: mended, the file comes back with them.
pub const REJECTED_COLUMNS: [&str; 2] = ["_line", "_reasons"];

struct Mapper<'a> {
    dictionary: &'a Dictionary,
    options: &'a ReadOptions,
    named_by: NamedBy,
    violations: Violations,
}

impl Mapping {
    pub fn new(dictionary: &Dictionary, names: Vec<String>, named_by: NamedBy, options: &ReadOptions) -> Result<Self> {
        let (mapping, violations) = Self::look(dictionary, names, named_by, options);
        if violations.is_empty() { Ok(mapping) } else { Err(Error::Invalid(violations)) }
    }

    /// The same for who only looks: what the columns are as far as that is known, and what keeps them from being read so.
    pub fn look(dictionary: &Dictionary, names: Vec<String>, named_by: NamedBy, options: &ReadOptions) -> (Self, Violations) {
        let mut mapper = Mapper { dictionary, options, named_by, violations: Violations::new(names.len() + 8) };
        let mut columns: Vec<Column> = Vec::with_capacity(names.len());
        let mut shown = Vec::with_capacity(names.len());
        for (at, name) in names.iter().enumerate() {
            let (column, because) = mapper.column(at, name);
            let may_repeat = matches!(column, Column::LeftOut | Column::Nameless | Column::Key);
            if let Some(first) = columns.iter().position(|known| *known == column).filter(|_| !may_repeat) {
                let message = match quoted(name) {
                    name if names[first] == names[at] => format!("the column {name} is there twice: take one of them out of the file"),
                    name => format!(
                        "the columns {} and {name} both go to {}: map the one that is not meant to `-`, or take it out of the file",
                        quoted(&names[first]),
                        target_name(dictionary, &column)
                    ),
                };
                mapper.violations.push(Violation::new(dictionary.code.as_str(), "column_twice", message).at(1, Some(at + 1)));
            }
            let file_name = if named_by == NamedBy::Header { name.clone() } else { String::new() };
            shown.push(MappedColumn { name: file_name, target: target_name(dictionary, &column), because: because.to_owned() });
            columns.push(column);
        }
        mapper.check_named(&names);
        mapper.check_key(&columns, &names);
        let code_column = columns.iter().position(|column| *column == Column::Code);
        (Self { code_column, columns, names, key: options.key.clone(), shown, may_be_neutralised: false }, mapper.violations)
    }

    /// What a cell of a row says; blank where the row has none.
    pub fn cell<'r>(&self, row: &'r Row, at: usize) -> &'r str {
        let text = row.get(at).unwrap_or_default().trim();
        if self.may_be_neutralised { unneutralised(text) } else { text }
    }

    /// The attributes that the file has a column for, localised ones by language.
    pub fn attributes(&self) -> impl Iterator<Item = (usize, Option<Language>)> {
        self.columns.iter().filter_map(|column| match column {
            Column::Attribute { position, language, .. } => Some((*position, *language)),
            _ => None,
        })
    }

    /// The references that are given by an attribute of what they refer to: position, and that attribute's code.
    pub fn references_by(&self) -> impl Iterator<Item = (usize, &str)> {
        self.columns.iter().filter_map(|column| match column {
            Column::Attribute { position, by: Some(by), .. } => Some((*position, by.as_str())),
            _ => None,
        })
    }

    pub fn has_parent(&self) -> bool {
        self.columns.contains(&Column::Parent)
    }

    pub fn has_validity(&self) -> bool {
        self.columns.contains(&Column::ValidFrom) || self.columns.contains(&Column::ValidTo)
    }

    /// The number of the column that holds an attribute or a built-in field, from 1.
    pub fn column_of(&self, dictionary: &Dictionary, attribute: &str) -> Option<usize> {
        let wanted = |column: &Column| match column {
            Column::Attribute { position, .. } => dictionary.attributes[*position].code() == attribute,
            Column::Key | Column::LeftOut | Column::Nameless => false,
            built_in => target_name(dictionary, built_in) == attribute,
        };
        self.columns.iter().position(wanted).map(|at| at + 1)
    }
}

impl Mapper<'_> {
    /// What a column is, and why.
    fn column(&mut self, at: usize, name: &str) -> (Column, &'static str) {
        let is_header = self.named_by == NamedBy::Header;
        if name == "-" && !is_header {
            return (Column::LeftOut, "given");
        }
        if name.is_empty() && is_header {
            return (Column::Nameless, "unknown");
        }
        if is_header && REJECTED_COLUMNS.contains(&name) {
            return (Column::LeftOut, "rejected");
        }
        let is_key = self.options.key.as_ref().is_some_and(|key| key.mentions(name));
        for (mapping, because) in [(&self.options.mapping, "given"), (&self.options.saved_mapping, "saved")] {
            let Some(target) = mapping.get(name) else { continue };
            match column_of_target(self.dictionary, target) {
                Some(column) => return (column, because),
                // What was kept may name an attribute that is no more.
                None if because == "saved" => {}
                None => {
                    self.violations.push(unknown_target(self.dictionary, name, target));
                    return (Column::LeftOut, because);
                }
            }
        }
        match column_named(self.dictionary, name) {
            // A key made of other columns takes the place of the column that is called so.
            Some((Column::Code, _)) if self.options.key.is_some() => (Column::Key, "key"),
            Some(found) => found,
            None if is_key => (Column::Key, "key"),
            // ЕСНСИ makes it of the code, so that it says nothing more.
            None if is_header && name == AUTOKEY => (Column::LeftOut, "autokey"),
            None if self.options.ignores_unknown_columns && is_header => (Column::LeftOut, "unknown"),
            None => {
                self.violations.push(unknown_column(self.dictionary, name, is_header).at(1, Some(at + 1)));
                (Column::LeftOut, "unknown")
            }
        }
    }

    /// What the caller names must be there.
    fn check_named(&mut self, names: &[String]) {
        for name in self.options.mapping.keys().filter(|name| !names.contains(name)) {
            let message = format!("--map names the column {}, and the file has none called so: {}", quoted(name), names.join(", "));
            self.violations.push(Violation::new(self.dictionary.code.as_str(), "column_missing", message));
        }
    }

    fn check_key(&mut self, columns: &[Column], names: &[String]) {
        let dictionary = self.dictionary.code.as_str();
        match &self.options.key {
            None if !columns.contains(&Column::Code) => {
                let message =
                    "no column holds the code: name one `code`, map one to it (--map NAME=code), or say with --key which columns make it";
                self.violations.push(Violation::new(dictionary, "column_missing", message));
            }
            None => {}
            Some(key) => {
                for name in key.columns().filter(|name| !names.iter().any(|other| other == name)) {
                    let message = format!("--key names the column {}, and the file has none called so", quoted(name));
                    self.violations.push(Violation::new(dictionary, "column_missing", message));
                }
            }
        }
    }
}

/// Whether a row of names looks like a header: somebody knows one of them.
pub fn is_header<'n>(dictionary: &Dictionary, mut names: impl Iterator<Item = &'n str>, options: &ReadOptions) -> bool {
    names.any(|name| {
        let name = name.trim();
        let is_given = options.mapping.contains_key(name) || options.saved_mapping.contains_key(name);
        let is_key = options.key.as_ref().is_some_and(|key| key.mentions(name));
        !name.is_empty() && (is_given || is_key || column_named(dictionary, name).is_some())
    })
}

/// What a column is for, as `--map` writes it.
fn target_name(dictionary: &Dictionary, column: &Column) -> String {
    match column {
        Column::Code => "code".to_owned(),
        Column::Parent => "parent".to_owned(),
        Column::ValidFrom => "valid_from".to_owned(),
        Column::ValidTo => "valid_to".to_owned(),
        Column::Action => "action".to_owned(),
        Column::Attribute { position, language, by } => {
            let code = dictionary.attributes[*position].code();
            match (language, by) {
                (Some(Language::En), _) => format!("{code}_en"),
                (_, Some(by)) => format!("{code}.{by}"),
                _ => code.to_owned(),
            }
        }
        Column::Key => "key".to_owned(),
        Column::LeftOut | Column::Nameless => "-".to_owned(),
    }
}

/// What `--map` or a saved mapping means by a target.
fn column_of_target(dictionary: &Dictionary, target: &str) -> Option<Column> {
    if target == "-" {
        return Some(Column::LeftOut);
    }
    column_named(dictionary, target).filter(|(_, because)| *because == "code").map(|(column, _)| column)
}

/// Finds a column by the code or a label of an attribute, or by the name of what every item has; and says which it was.
fn column_named(dictionary: &Dictionary, name: &str) -> Option<(Column, &'static str)> {
    let name = name.to_lowercase();
    let built_in = [
        (Column::Code, ["code", "код"]),
        (Column::Parent, ["parent", "вышестоящий"]),
        (Column::ValidFrom, ["valid_from", "действует с"]),
        (Column::ValidTo, ["valid_to", "действует до"]),
        (Column::Action, ["action", "действие"]),
    ];
    let attributes = || dictionary.attributes.iter().enumerate();
    let column = |position: usize, attribute: &Attribute, language: Option<Language>, because: &'static str| {
        let language = attribute.definition.localized.then_some(language.unwrap_or(Language::Ru));
        Some((Column::Attribute { position, language, by: None }, because))
    };
    let by_code = || attributes().find(|(_, attribute)| attribute.code() == name);
    if let Some((built_in, _)) = built_in.iter().find(|(_, names)| names[0] == name)
        && (*built_in != Column::Action || by_code().is_none())
    {
        return Some((built_in.clone(), "code"));
    }
    if let Some((position, attribute)) = by_code() {
        return column(position, attribute, None, "code");
    }
    if let Some((reference, by)) = name.split_once('.')
        && let Some((position, attribute)) = attributes().find(|(_, attribute)| attribute.code() == reference)
        && attribute.to.is_some()
    {
        return Some((Column::Attribute { position, language: None, by: Some(by.to_owned()) }, "code"));
    }
    let localized = attributes().filter(|(_, attribute)| attribute.definition.localized);
    for (position, attribute) in localized {
        for (language, suffix) in [(Language::Ru, "_ru"), (Language::En, "_en")] {
            if name.strip_suffix(suffix) == Some(attribute.code()) {
                return column(position, attribute, Some(language), "code");
            }
        }
    }
    let has_label = |attribute: &Attribute| {
        let label = &attribute.definition.label;
        label.ru.to_lowercase() == name || label.en.as_ref().is_some_and(|label| label.to_lowercase() == name)
    };
    if let Some((position, attribute)) = attributes().find(|(_, attribute)| has_label(attribute)) {
        return column(position, attribute, None, "label");
    }
    built_in.into_iter().find(|(_, names)| names[1] == name).map(|(column, _)| (column, "label"))
}

fn known_targets(dictionary: &Dictionary) -> String {
    let known: Vec<&str> = dictionary.attributes.iter().map(Attribute::code).collect();
    format!("code, parent, valid_from, valid_to, action nor an attribute of {} ({})", dictionary.code, known.join(", "))
}

fn unknown_target(dictionary: &Dictionary, name: &str, target: &str) -> Violation {
    let message = format!("the column {} is mapped to {}, which is neither {}", quoted(name), quoted(target), known_targets(dictionary));
    Violation::new(dictionary.code.as_str(), "column_unknown", message)
}

fn unknown_column(dictionary: &Dictionary, name: &str, is_header: bool) -> Violation {
    let way_out = if is_header {
        "map it (--map NAME=name, or NAME=- to leave it out), name all columns with --columns code,-,name, or leave all such columns out with --ignore-unknown-columns"
    } else {
        "write - to leave a column out, or use it in --key"
    };
    let message = format!("the column {} is neither {}: {way_out}", quoted(name), known_targets(dictionary));
    Violation::new(dictionary.code.as_str(), "column_unknown", message)
}
