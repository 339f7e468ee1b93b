//! Applying definitions with their items: several dictionaries become what their folders say, in one publication.
//! Applying the same again publishes nothing.

use std::cell::RefCell;
use std::sync::Arc;

use super::acting::Caller;
use super::change_request::{BulkChange, ChangeRequests, Filed};
use super::import::{FileShape, ImportOptions, Source, Surroundings};
use crate::catalog::Head;
use crate::domain::change_request::{NewRequest, Origin};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::publication::{ChangeSet, DictionaryChange, State, realigned};

/// A definition and the file of its items, if it brings one.
pub struct DefinedDictionary<'a> {
    pub dictionary: Arc<Dictionary>,
    pub items: Option<Source<'a>>,
}

impl ChangeRequests {
    /// Makes one change request of definitions and items together, which goes as far as the options say.
    pub fn apply(
        &self,
        caller: &Caller,
        new: NewRequest,
        origin: Origin,
        defined: &[DefinedDictionary<'_>],
        options: &ImportOptions,
        around: &Surroundings<'_>,
    ) -> Result<Filed> {
        let shapes: RefCell<Vec<FileShape>> = RefCell::default();
        let change = |head: &Head| -> Result<ChangeSet> {
            let mut changes = ChangeSet::new();
            let world = head.world();
            shapes.borrow_mut().clear();
            for one in defined {
                let mut change = DictionaryChange::default();
                let mut shape = FileShape::default();
                if let Some(items) = &one.items {
                    let state = aligned_state(head, &one.dictionary);
                    (change, shape) = self.reading(&world, state, &one.dictionary, items, options, around).work_out_whole()?;
                }
                shapes.borrow_mut().push(shape);
                let is_new = world.get(&one.dictionary.code).is_none_or(|state| state.dictionary.definition != one.dictionary.definition);
                change.dictionary = is_new.then(|| Arc::clone(&one.dictionary));
                changes.insert(one.dictionary.code.clone(), change);
            }
            Ok(changes)
        };
        let bulk = BulkChange { head: new, origin, undoes: None, change: &change, leave_out: None, conclude: None };
        let outcome = self.file(caller, &bulk, options.destination);
        let shapes = shapes.into_inner();
        outcome.map_err(|error| defined.iter().zip(&shapes).fold(error, |error, (one, shape)| annotated(error, one, shape)))
    }
}

/// The published state with its values in the order of a definition that may be new.
fn aligned_state(head: &Head, dictionary: &Dictionary) -> Option<State> {
    let state = head.dictionaries.get(&dictionary.code)?.current.state();
    if state.dictionary.definition == dictionary.definition {
        return Some(state);
    }
    let items = Arc::new(realigned(&state.items, &state.dictionary, dictionary));
    Some(State { items, ..state })
}

/// Tells the violations of one dictionary where in its file they stand.
fn annotated(error: Error, one: &DefinedDictionary<'_>, shape: &FileShape) -> Error {
    match &one.items {
        Some(items) => shape.annotated(error, &one.dictionary.code, items.name),
        None => error,
    }
}
