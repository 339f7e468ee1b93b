//! What the objects of an answer take before any of their values is known: the names of their fields and what holds them together.
//! A query writes these names itself, as long as it likes, and they stand in every object again.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::{Field, Selection, SelectionSet};
use rustc_hash::FxHashSet;

/// What a field takes in memory and in the answer besides its name and its value.
pub const FIELD_BYTES: usize = 64;

/// The bytes of one object of a field, without its values. A field that is selected twice under one name stands there once;
/// what `@skip` would take out counts.
pub fn object_bytes(document: &ExecutableDocument, fields: &[&Field]) -> usize {
    bytes_of(document, fields.iter().map(|field| &field.selection_set))
}

/// The same for the object that selection sets are of.
pub fn bytes_of<'a>(document: &'a ExecutableDocument, sets: impl Iterator<Item = &'a SelectionSet>) -> usize {
    let mut weight = Weight { document, keys: FxHashSet::default(), fragments: FxHashSet::default(), bytes: 0 };
    sets.for_each(|set| weight.add(set));
    weight.bytes
}

struct Weight<'a> {
    document: &'a ExecutableDocument,
    keys: FxHashSet<&'a str>,
    fragments: FxHashSet<&'a str>,
    bytes: usize,
}

impl<'a> Weight<'a> {
    fn add(&mut self, set: &'a SelectionSet) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().as_str();
                    if self.keys.insert(key) {
                        self.bytes += FIELD_BYTES + key.len();
                    }
                }
                Selection::InlineFragment(inline) => self.add(&inline.selection_set),
                Selection::FragmentSpread(spread) => {
                    let name = spread.fragment_name.as_str();
                    if let Some(fragment) = self.document.fragments.get(name).filter(|_| self.fragments.insert(name)) {
                        self.add(&fragment.selection_set);
                    }
                }
            }
        }
    }
}
