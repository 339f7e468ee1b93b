//! How to import the very file that a definition was drafted from: nothing where its own names say it all, a word for each column that
//! they do not tell, or all columns in order where there are no names. Deliberately unknown: what an import does with it.

use super::attributes::{AttributeDraft, Drafted};
use super::key::{Key, Part};
use super::survey::Survey;
use super::{ColumnDraft, ColumnRole};
use crate::domain::text::Language;
use crate::exchange::item_columns::REJECTED_COLUMNS;

/// The options of an import, as `svod import` has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The columns in order; `-` leaves one out. `None` where the file names them.
    pub columns: Option<Vec<String>>,
    /// The first row is a header, though the columns are named here.
    pub skips_header: bool,
    /// What a column is that its name does not tell: the name, and what it is.
    pub named: Vec<(String, String)>,
    /// Which columns make the code.
    pub key: Option<String>,
    /// Rows without a code are left out.
    pub skips_blank_key: bool,
}

impl Mapping {
    /// The options of the command line.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        if let Some(columns) = &self.columns {
            arguments.extend(["--columns".to_owned(), columns.join(",")]);
        }
        if self.skips_header {
            arguments.push("--header".to_owned());
        }
        for (name, target) in &self.named {
            arguments.extend(["--map".to_owned(), format!("{name}={target}")]);
        }
        if let Some(key) = &self.key {
            arguments.extend(["--key".to_owned(), key.clone()]);
        }
        if self.skips_blank_key {
            arguments.push("--skip-blank-key".to_owned());
        }
        arguments
    }

    /// The options as a shell takes them.
    pub fn shown(&self) -> String {
        let is_plain = |text: &str| text.chars().all(|letter| letter.is_alphanumeric() || "-_,.+=".contains(letter));
        let quoted = |text: String| match text {
            text if is_plain(&text) => text,
            text if text.contains('\'') => format!("\"{}\"", text.replace(['"', '$', '`', '\\'], "?")),
            text => format!("'{text}'"),
        };
        self.arguments().into_iter().map(quoted).collect::<Vec<_>>().join(" ")
    }
}

pub(super) fn of(survey: &Survey, key: &Key, drafted: &Drafted) -> Mapping {
    let skips_blank_key = key.skips_blank;
    let has_key = key.only_column().is_none();
    if can_go_by_names(survey, has_key) {
        let is_told = |column: &&ColumnDraft| column.header.is_some() && !is_found_by_name(column, drafted);
        let named = |column: &ColumnDraft| match &column.role {
            // A key mentions such a column, and that is all there is to say of it.
            ColumnRole::PartOfKey(_) => None,
            _ => Some((column.header.clone()?, target_of(column, drafted))),
        };
        let named = drafted.columns.iter().filter(is_told).filter_map(named).collect();
        let key = has_key.then(|| key_text(key, &survey.names));
        return Mapping { named, key, skips_blank_key, ..Mapping::default() };
    }
    let columns: Vec<String> = drafted.columns.iter().map(|column| target_of(column, drafted)).collect();
    let key = has_key.then(|| key_text(key, &columns));
    Mapping { skips_header: survey.has_header_row, key, skips_blank_key, columns: Some(columns), named: Vec::new() }
}

/// Whether every column with anything in it has a name of its own that can be written on a command line.
fn can_go_by_names(survey: &Survey, has_key: bool) -> bool {
    let is_usable = |(at, name): (usize, &String)| {
        let is_own = !name.is_empty() && !survey.names[..at].contains(name);
        let is_plain = name.trim() == name && !name.contains(char::is_control) && !REJECTED_COLUMNS.contains(&name.as_str());
        // A key has signs of its own, which no name in it may have.
        let fits_key = !has_key || !name.contains(['+', ',', '\'']);
        (is_own && is_plain && fits_key) || (name.is_empty() && survey.columns[at].filled == 0)
    };
    (survey.has_header_row || survey.has_named_columns) && survey.names.iter().enumerate().all(is_usable)
}

/// What an import calls what a column holds.
fn target_of(column: &ColumnDraft, drafted: &Drafted) -> String {
    match &column.role {
        ColumnRole::Code => "code".to_owned(),
        ColumnRole::PartOfKey(name) => name.clone(),
        ColumnRole::Parent => "parent".to_owned(),
        ColumnRole::ValidFrom => "valid_from".to_owned(),
        ColumnRole::ValidTo => "valid_to".to_owned(),
        ColumnRole::Action => "action".to_owned(),
        ColumnRole::Attribute { code, language: Some(Language::En) } => format!("{code}_en"),
        ColumnRole::Attribute { code, .. } => match reference_by(code, drafted) {
            Some(by) => format!("{code}.{by}"),
            None => code.clone(),
        },
        ColumnRole::LeftOut => "-".to_owned(),
    }
}

/// The attribute by whose values a reference is given, when it is not given by codes.
fn reference_by<'a>(code: &str, drafted: &'a Drafted) -> Option<&'a str> {
    let attribute = drafted.attributes.iter().find(|attribute| attribute.code == code)?;
    attribute.typed.to.as_ref()?.1.as_deref()
}

fn key_text(key: &Key, names: &[String]) -> String {
    let way = |way: &Vec<Part>| {
        let parts: Vec<&str> = way.iter().map(|part| if let Part::Column(at) = part { names[*at].as_str() } else { "'.'" }).collect();
        parts.join("+")
    };
    key.ways.iter().map(way).collect::<Vec<_>>().join(",")
}

/// Whether an import finds what a column is by its name: a code, a label, or the built-in names.
fn is_found_by_name(column: &ColumnDraft, drafted: &Drafted) -> bool {
    let Some(header) = column.header.as_ref().map(|header| header.to_lowercase()) else { return false };
    let found = found_by_name(&header, drafted);
    let built_in = |code: &str| found == Some((code, None));
    match &column.role {
        ColumnRole::Code => built_in("code"),
        ColumnRole::Parent => built_in("parent"),
        ColumnRole::ValidFrom => built_in("valid_from"),
        ColumnRole::ValidTo => built_in("valid_to"),
        ColumnRole::Action => built_in("action"),
        ColumnRole::Attribute { code, .. } if reference_by(code, drafted).is_some() => false,
        ColumnRole::Attribute { code, language } => found == Some((code.as_str(), Some(language.unwrap_or(Language::Ru)))),
        ColumnRole::PartOfKey(_) | ColumnRole::LeftOut => false,
    }
}

/// What an import takes a name for: an attribute with a language, or what every item has without one. Codes go before labels, and the
/// Russian names of what every item has come last.
fn found_by_name<'a>(header: &str, drafted: &'a Drafted) -> Option<(&'a str, Option<Language>)> {
    const BUILT_IN: [(&str, &str); 5] =
        [("code", "код"), ("parent", "вышестоящий"), ("valid_from", "действует с"), ("valid_to", "действует до"), ("action", "действие")];
    let attributes = || drafted.attributes.iter();
    let found = |attribute: &'a AttributeDraft, language: Language| Some((attribute.code.as_str(), Some(language)));
    let by_code = attributes().find(|attribute| attribute.code == header);
    if let Some((code, _)) = BUILT_IN.iter().find(|(code, _)| *code == header && (*code != "action" || by_code.is_none())) {
        return Some((code, None));
    }
    if let Some(attribute) = by_code {
        return found(attribute, Language::Ru);
    }
    for attribute in attributes().filter(|attribute| attribute.is_localized) {
        for (language, suffix) in [(Language::Ru, "_ru"), (Language::En, "_en")] {
            if header.strip_suffix(suffix) == Some(attribute.code.as_str()) {
                return found(attribute, language);
            }
        }
    }
    if let Some(attribute) = attributes().find(|attribute| attribute.label.to_lowercase() == header) {
        return found(attribute, Language::Ru);
    }
    BUILT_IN.iter().find(|(_, name)| *name == header).map(|(code, _)| (*code, None))
}
