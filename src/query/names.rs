//! Whether the names that definitions give to types and fields can stand in one schema.
//! Asked before a definition is published, so that the schema of what is published can always be built.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use super::schema::built_in_types;
use super::shape::{ItemField, Names, enum_type, filter_fields, item_fields};
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::text::DictionaryCode;

/// The fields of `Query` that belong to no dictionary.
pub const ROOT_FIELDS: [&str; 5] = ["publication", "publications", "dictionary", "dictionaries", "changes"];

/// `check_names` for whoever holds the dictionaries by themselves.
pub fn name_problems(dictionaries: &[Arc<Dictionary>]) -> Vec<(DictionaryCode, String)> {
    check_names(dictionaries)
}

/// What stands in the way of one schema for these dictionaries, each problem with the dictionary that must change.
/// Where two want the same name, it is the later in the order given.
pub fn check_names<'a>(dictionaries: impl IntoIterator<Item = &'a Arc<Dictionary>>) -> Vec<(DictionaryCode, String)> {
    let mut problems = Vec::new();
    let mut types: BTreeMap<String, Taken> = built_in_types().map(|name| (name.to_owned(), Taken::ByService)).collect();
    let mut roots: BTreeMap<String, Taken> = ROOT_FIELDS.iter().map(|name| ((*name).to_owned(), Taken::ByService)).collect();
    for dictionary in dictionaries {
        let names = Names::new(dictionary);
        let mut report = |message: String| problems.push((dictionary.code.clone(), message));
        for name in type_names(dictionary, &names) {
            take(&mut types, name, "type", &dictionary.code, &mut report);
        }
        for name in [&names.single_field, &names.list_field, &names.history_field] {
            take(&mut roots, name.clone(), "field of Query", &dictionary.code, &mut report);
        }
        let fields = item_fields(dictionary);
        for (at, (name, field)) in fields.iter().enumerate() {
            if fields[..at].iter().any(|(earlier, _)| earlier == name) {
                report(format!("{} would have two fields `{name}`: {}", names.item, advice(dictionary, *field)));
            }
        }
        let fields = filter_fields(dictionary);
        for (at, (name, _)) in fields.iter().enumerate() {
            if fields[..at].iter().any(|(earlier, _)| earlier == name) {
                report(format!("{} would have two fields `{name}`: give the attribute another code", names.filter));
            }
        }
    }
    problems
}

#[derive(Clone)]
enum Taken {
    ByService,
    By(DictionaryCode),
}

fn take(taken: &mut BTreeMap<String, Taken>, name: String, what: &str, by: &DictionaryCode, report: &mut impl FnMut(String)) {
    match taken.entry(name) {
        Entry::Vacant(free) => {
            free.insert(Taken::By(by.clone()));
        }
        Entry::Occupied(entry) => {
            let name = entry.key();
            report(match entry.get() {
                Taken::ByService => format!("the {what} `{name}` belongs to the service itself: name the type or the dictionary otherwise"),
                Taken::By(other) if other == by => format!("the {what} `{name}` would be there twice: name the attribute otherwise"),
                Taken::By(other) => format!("the {what} `{name}` is already made by the dictionary {other}: name one of the two otherwise"),
            });
        }
    }
}

fn type_names(dictionary: &Dictionary, names: &Names) -> Vec<String> {
    let mut all: Vec<String> =
        [&names.item, &names.connection, &names.edge, &names.filter, &names.order, &names.order_field].into_iter().cloned().collect();
    for (at, attribute) in dictionary.attributes.iter().enumerate() {
        if attribute.definition.kind == AttributeType::Enum {
            let name = enum_type(dictionary, at);
            all.extend([format!("{name}Filter"), name]);
        }
    }
    all
}

fn advice(dictionary: &Dictionary, field: ItemField) -> String {
    match field {
        ItemField::ReferenceCode(at) | ItemField::Attribute(at) => {
            format!("the attribute `{}` needs another code", dictionary.attributes[at].code())
        }
        _ => "an attribute has the name of a built-in field and needs another code".to_owned(),
    }
}
