//! Filters of exports as they are typed: `region=45`, `code=1|2`, `okato^=4`, `under=402651553`. They become what the catalogue tests;
//! several of them must all hold. Deliberately unknown: who types them, and where.

use rustc_hash::FxHashSet;

use crate::catalog::selection_predicate::{Folded, Predicate, Subject, Test};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::validity::parse_date;
use crate::domain::value::Value;

/// How many filters one export may have, and how many values one of them.
const FILTERS_MAX: usize = 50;
const VALUES_MAX: usize = 10_000;

/// Reads filters under a definition; `None` when there are none.
pub fn read(filters: &[String], dictionary: &Dictionary) -> Result<Option<Predicate>> {
    if filters.len() > FILTERS_MAX {
        return Err(invalid(format!("there are {} filters, and at most {FILTERS_MAX} are allowed", filters.len())));
    }
    let parts: Vec<Predicate> = filters.iter().map(|filter| read_one(filter, dictionary)).collect::<Result<_>>()?;
    Ok(match parts.len() {
        0 => None,
        _ => Some(Predicate::All(parts)),
    })
}

fn invalid(message: String) -> Error {
    Error::refused("filter_invalid", message)
}

fn read_one(filter: &str, dictionary: &Dictionary) -> Result<Predicate> {
    let (name, value) = filter.split_once('=').ok_or_else(|| {
        invalid(format!("`{filter}` is not a filter: write attribute=value, attribute^=beginning, code=1|2, parent=CODE or under=CODE"))
    })?;
    if let Some(name) = name.strip_suffix('^') {
        return begins(name, value, dictionary);
    }
    match name {
        "under" => {
            need_hierarchy(name, dictionary)?;
            Ok(Predicate::Under(value.into()))
        }
        "parent" => {
            need_hierarchy(name, dictionary)?;
            one_of(Subject::Parent, texts(value))
        }
        "code" => one_of(Subject::Code, texts(value)),
        "valid_from" => one_of(Subject::ValidFrom, dates(name, value)?),
        "valid_to" => one_of(Subject::ValidTo, dates(name, value)?),
        _ => {
            let position = position(name, dictionary)?;
            one_of(Subject::Attribute(position), values(position, value, dictionary)?)
        }
    }
}

fn need_hierarchy(name: &str, dictionary: &Dictionary) -> Result<()> {
    if dictionary.is_hierarchical() {
        return Ok(());
    }
    Err(invalid(format!("the filter `{name}` needs items that stand under one another, and those of {} do not", dictionary.code)))
}

/// Nothing behind the sign: what has no value.
fn one_of(subject: Subject, mut values: Vec<Value>) -> Result<Predicate> {
    let test = match values.len() {
        0 => Test::IsAbsent(true),
        1 => values.pop().map_or(Test::IsAbsent(true), Test::Equal),
        count if count > VALUES_MAX => {
            return Err(invalid(format!("a filter has {count} values, and at most {VALUES_MAX} are allowed")));
        }
        _ => Test::OneOf(values.into_iter().collect::<FxHashSet<Value>>()),
    };
    Ok(Predicate::Test(subject, test))
}

fn parts(value: &str) -> impl Iterator<Item = &str> {
    value.split('|').map(str::trim).filter(|part| !part.is_empty())
}

fn texts(value: &str) -> Vec<Value> {
    parts(value).map(|part| Value::Text(part.into())).collect()
}

fn dates(name: &str, value: &str) -> Result<Vec<Value>> {
    let date = |part| parse_date(part).map(Value::Date).ok_or_else(|| invalid(format!("`{name}`: `{part}` is not a date as 2024-02-29")));
    parts(value).map(date).collect()
}

fn position(name: &str, dictionary: &Dictionary) -> Result<usize> {
    dictionary.position(name).ok_or_else(|| {
        let known: Vec<&str> = dictionary.attributes.iter().map(|attribute| attribute.code()).collect();
        let message = format!(
            "the dictionary {} has no attribute `{name}` to filter by: there are code, parent, under, valid_from, valid_to, {}",
            dictionary.code,
            known.join(", ")
        );
        invalid(message)
    })
}

fn values(position: usize, value: &str, dictionary: &Dictionary) -> Result<Vec<Value>> {
    let attribute = &dictionary.attributes[position];
    // Whatever the language, a text is looked for as it is typed.
    if attribute.definition.localized {
        return Ok(texts(value));
    }
    let mut found = Vec::new();
    for part in parts(value) {
        let read = attribute.parse(part).map_err(|fault| invalid(format!("`{}`: {}", attribute.code(), fault.message)))?;
        found.extend_from_slice(read.each());
    }
    Ok(found)
}

fn begins(name: &str, value: &str, dictionary: &Dictionary) -> Result<Predicate> {
    if value.is_empty() {
        return Err(invalid(format!("`{name}^=` needs the beginning of a text")));
    }
    let subject = match name {
        "code" => Subject::Code,
        "parent" => Subject::Parent,
        _ => {
            let position = position(name, dictionary)?;
            let kind = dictionary.attributes[position].definition.kind;
            let is_text = matches!(kind, AttributeType::String | AttributeType::Text | AttributeType::Enum | AttributeType::Reference);
            if !is_text {
                return Err(invalid(format!("`{name}^=` looks at the beginning of a text, and `{name}` is none")));
            }
            Subject::Attribute(position)
        }
    };
    Ok(Predicate::Test(subject, Test::StartsWith(Folded::new(value))))
}
