//! The executor of the first version, which resolves field by field through apollo-compiler: slow, plain and independent of the plans.
//! Tests hold the answers of plans against its answers. It stands under no limit and keeps nothing.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::resolvers::{FieldError, ResolveInfo, ResolvedValue};

use super::argument::{Arguments, language};
use super::fault::Outcome;
use super::scalar::read_date;
use super::scope::Scope;
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::domain::text::Language;

mod changes;
mod connection;
mod execute;
mod hierarchy;
mod history;
mod item;
mod passport;
mod publication;
mod root;

use item::Item;

pub use execute::answer;

impl Scope {
    /// A dictionary as it was known at a publication.
    fn whole(&self, shape: usize, publication: i64) -> Outcome<Option<Arc<DictionarySnapshot>>> {
        Ok(self.reader.dictionary(&self.typed.shapes[shape].dictionary.code, publication)?)
    }

    fn find_item(&self, shape: usize, code: &str, at: Coordinate) -> Outcome<Option<Item<'_>>> {
        let Some(snapshot) = self.whole(shape, at.publication)? else { return Ok(None) };
        let Some(position) = snapshot.position_at(code, at.valid_on) else { return Ok(None) };
        let version = Arc::clone(snapshot.version(position));
        Ok(Some(Item::new(self, shape, Arc::clone(&snapshot.dictionary), version, at)))
    }

    fn list<'a>(&'a self, objects: impl Iterator<Item = Outcome<ResolvedValue<'a>>> + 'a) -> ResolvedValue<'a> {
        ResolvedValue::List(Box::new(objects.map(|object| object.map_err(FieldError::from))))
    }
}

fn arguments_of<'a>(info: &ResolveInfo<'a>) -> Arguments<'a> {
    Arguments::new(info.arguments())
}

fn language_of(arguments: Arguments<'_>) -> Language {
    language(arguments.get("lang"))
}

/// Both times; what is not said is inherited.
fn coordinate(arguments: Arguments<'_>, scope: &Scope, inherited: Coordinate) -> Outcome<Coordinate> {
    let valid_on = arguments.get("validOn").map(read_date).transpose().map_err(|fault| fault.within("validOn"))?;
    Ok(Coordinate { valid_on: valid_on.unwrap_or(inherited.valid_on), publication: arguments.publication(scope, inherited.publication)? })
}

/// Whether a field is asked for under the one that is resolved. What `@skip` would take out counts, too.
fn asks_for(info: &ResolveInfo<'_>, name: &str) -> bool {
    info.field_selections().iter().any(|field| has_field(&field.selection_set, info.document(), name))
}

fn has_field(set: &SelectionSet, document: &ExecutableDocument, name: &str) -> bool {
    set.selections.iter().any(|selection| match selection {
        Selection::Field(field) => field.name == name,
        Selection::InlineFragment(inline) => has_field(&inline.selection_set, document, name),
        Selection::FragmentSpread(spread) => {
            document.fragments.get(&spread.fragment_name).is_some_and(|fragment| has_field(&fragment.selection_set, document, name))
        }
    })
}
