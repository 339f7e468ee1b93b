//! A dictionary as a classifier of the register: its attributes, their kinds and limits, and the text of each value.
//! Deliberately unknown: XML, CSV, and where they go.

use std::io;

use super::super::cells::{self, ItemColumn};
use super::{AUTOKEY, Generation, REFERENCE_LENGTH_MAX, attribute_uid, classifier_code};
use crate::domain::attribute::Attribute;
use crate::domain::definition::{AttributeType, Bound};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ITEM_CODE_LENGTH_MAX, Language};
use crate::domain::validity::parse_date;

/// An attribute of the classifier.
pub(super) struct OutColumn {
    pub source: Source,
    /// As people read it; the old generation has no other, so there it is the name of the column.
    pub name: String,
    /// The name of the column.
    pub code: String,
    pub uid: String,
    pub kind: AttributeType,
    pub length_max: Option<u32>,
    pub pattern: Option<String>,
    pub is_required: bool,
    pub is_unique: bool,
    /// The least and the greatest value.
    pub range: (Option<String>, Option<String>),
    /// The code of the classifier that a reference names.
    pub target: Option<String>,
    /// The attribute of it that a reference refers to.
    pub target_uid: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Item(ItemColumn),
    AutoKey,
}

/// All columns in the order of the file; `autokey` comes last.
pub(super) fn sources(dictionary: &Dictionary) -> Vec<Source> {
    cells::columns(dictionary).into_iter().map(Source::Item).chain([Source::AutoKey]).collect()
}

/// The same as attributes. Where a file has several versions of one item, they all have its key and other unique values.
pub(super) fn of(dictionary: &Dictionary, generation: Generation, has_versions: bool) -> Vec<OutColumn> {
    let mut columns: Vec<OutColumn> = sources(dictionary).into_iter().map(|source| column(dictionary, source)).collect();
    for column in &mut columns {
        column.is_unique &= !has_versions;
        if generation == Generation::Old {
            column.name.clone_from(&column.code);
            // What is longer than a string may be is a text, which has no limit.
            if column.kind == AttributeType::String && column.length_max.is_some_and(|max| max as usize > generation.string_length_max()) {
                column.kind = AttributeType::Text;
            }
        }
    }
    columns
}

fn column(dictionary: &Dictionary, source: Source) -> OutColumn {
    let code = source.name(dictionary);
    let empty = OutColumn {
        source,
        name: String::new(),
        uid: attribute_uid(dictionary.code.as_str(), &code),
        code,
        kind: AttributeType::String,
        length_max: None,
        pattern: None,
        is_required: false,
        is_unique: false,
        range: (None, None),
        target: None,
        target_uid: None,
    };
    match source {
        Source::AutoKey => OutColumn { name: AUTOKEY.to_owned(), is_required: true, is_unique: true, ..empty },
        Source::Item(ItemColumn::Code) => OutColumn {
            name: "Код".to_owned(),
            length_max: Some(ITEM_CODE_LENGTH_MAX as u32),
            pattern: dictionary.definition.code_rule.pattern.as_deref().map(whole),
            is_required: true,
            ..empty
        },
        Source::Item(ItemColumn::Parent) => {
            let empty = OutColumn { name: "Вышестоящий элемент".to_owned(), ..empty };
            referring(empty, dictionary.code.as_str())
        }
        Source::Item(ItemColumn::ValidFrom) => OutColumn { name: "Действует с".to_owned(), kind: AttributeType::Date, ..empty },
        Source::Item(ItemColumn::ValidTo) => {
            OutColumn { name: "Действует до (не включая)".to_owned(), kind: AttributeType::Date, ..empty }
        }
        Source::Item(ItemColumn::Attribute(position, language)) => of_attribute(&dictionary.attributes[position], language, empty),
    }
}

fn of_attribute(attribute: &Attribute, language: Option<Language>, empty: OutColumn) -> OutColumn {
    let definition = &attribute.definition;
    let name = match language {
        Some(Language::En) => format!("{} (англ.)", definition.label.ru),
        _ => definition.label.ru.clone(),
    };
    let column = OutColumn { name, is_required: definition.required && language != Some(Language::En), ..empty };
    if definition.list {
        // A list is one string, its values separated by `|`, and limits of one value say nothing of it.
        return column;
    }
    let column = OutColumn { is_unique: definition.unique, ..column };
    match definition.kind {
        AttributeType::String | AttributeType::Text => OutColumn {
            kind: definition.kind,
            length_max: definition.length_max,
            pattern: definition.pattern.as_deref().map(whole),
            ..column
        },
        AttributeType::Enum => column,
        AttributeType::Reference => referring(column, definition.to.as_deref().unwrap_or_default()),
        kind => OutColumn { kind, range: (bound(definition.min.as_ref()), bound(definition.max.as_ref())), ..column },
    }
}

fn referring(column: OutColumn, dictionary: &str) -> OutColumn {
    OutColumn {
        kind: AttributeType::Reference,
        target: Some(classifier_code(dictionary)),
        target_uid: Some(attribute_uid(dictionary, AUTOKEY)),
        ..column
    }
}

/// Here a pattern may match a part of a value; the register holds it to the whole.
fn whole(pattern: &str) -> String {
    if pattern.starts_with('^') && pattern.ends_with('$') && !pattern.contains('|') {
        pattern.to_owned()
    } else {
        format!(".*(?:{pattern}).*")
    }
}

fn bound(bound: Option<&Bound>) -> Option<String> {
    match bound? {
        Bound::Integer(number) => Some(number.to_string()),
        // A date may be written in two ways, and the register knows one of them.
        Bound::Text(text) => Some(parse_date(text).map_or_else(|| text.clone(), |date| date.to_string())),
    }
}

impl Source {
    pub(super) fn name(self, dictionary: &Dictionary) -> String {
        match self {
            Source::Item(column) => column.name(dictionary),
            Source::AutoKey => AUTOKEY.to_owned(),
        }
    }

    /// Appends the text of a value, references as the codes that they are.
    pub(super) fn write(self, dictionary: &Dictionary, item: &ItemVersion, out: &mut String) {
        match self {
            Source::Item(column) => column.write(item, out),
            Source::AutoKey => {
                out.extend(dictionary.code.as_str().chars().map(|letter| letter.to_ascii_uppercase()));
                out.push('_');
                out.push_str(&item.code);
            }
        }
    }
}

impl OutColumn {
    /// Appends the text of a value: of references the key of the item referred to, `REGIONS_77`.
    pub(super) fn write(&self, dictionary: &Dictionary, item: &ItemVersion, out: &mut String) {
        let before = out.len();
        self.source.write(dictionary, item, out);
        if out.len() > before
            && let Some(target) = &self.target
        {
            out.insert(before, '_');
            out.insert_str(before, target);
        }
    }

    /// Whether the column says which item a record is of.
    pub(super) fn is_identity(&self) -> bool {
        matches!(self.source, Source::AutoKey | Source::Item(ItemColumn::Code))
    }

    /// Why the value cannot stand in a file of this generation at all: a code and a sentence that follows the attribute's name.
    pub(super) fn fault(&self, text: &str, generation: Generation) -> Option<(&'static str, String)> {
        let max = match self.kind {
            AttributeType::String | AttributeType::Enum => generation.string_length_max(),
            AttributeType::Reference => REFERENCE_LENGTH_MAX,
            _ => return None,
        };
        // Bytes are at least as many as characters.
        let length = if text.len() > max { text.chars().count() } else { return None };
        let what = if self.kind == AttributeType::Reference { "reference" } else { "string" };
        let start: String = text.chars().take(40).collect();
        (length > max)
            .then(|| ("length", format!("«{start}» has {length} characters, and ЕСНСИ takes {what}s of at most {max}: shorten it")))
    }
}

/// What of the dictionary itself the register does not take.
pub(super) fn dictionary_fault(dictionary: &Dictionary) -> Option<String> {
    const NAME_LENGTH_MAX: usize = 255;
    let length = dictionary.definition.name.ru.chars().count();
    if length > NAME_LENGTH_MAX {
        return Some(format!("the name of the dictionary has {length} characters, and ЕСНСИ takes at most {NAME_LENGTH_MAX}: shorten it"));
    }
    let taken = dictionary.position(AUTOKEY)?;
    let code = dictionary.attributes[taken].code();
    Some(format!("the dictionary has an attribute `{code}`, and ЕСНСИ makes one of this name by itself: rename it"))
}

/// The error of a format that cannot hold something.
pub(super) fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
