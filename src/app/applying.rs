//! Applying definitions with their items: several dictionaries become what their folders say, in one publication.
//! Applying the same again publishes nothing.

use std::sync::Arc;

use super::acting::Caller;
use super::change_request::{BulkChange, ChangeRequests, Filed};
use super::import::{Drafts, ImportOptions, Progress, Source, propose, read_drafts};
use crate::catalog::Head;
use crate::domain::change_request::{NewRequest, Origin};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::publication::{ChangeSet, DictionaryChange, State, realigned};
use crate::exchange::csv::Limits;

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
        limits: Limits,
        progress: Progress<'_>,
    ) -> Result<Filed> {
        let mut drafts: Vec<Option<Drafts>> = Vec::with_capacity(defined.len());
        for one in defined {
            let read = |items| read_drafts(&one.dictionary, items, options, limits, self.violations_max(), progress);
            drafts.push(one.items.as_ref().map(read).transpose()?);
        }
        let (today, violations_max) = (self.clock().today(), self.violations_max());
        let change = |head: &Head| -> Result<ChangeSet> {
            let mut changes = ChangeSet::new();
            for (one, drafts) in defined.iter().zip(&drafts) {
                let mut change = DictionaryChange::default();
                let state = aligned_state(head, &one.dictionary);
                if let (Some(drafts), Some(items)) = (drafts, &one.items) {
                    change = propose(state.as_ref(), &one.dictionary, drafts, items.name, options, today, violations_max)?.change;
                }
                let is_new = state.is_none_or(|state| state.dictionary.definition != one.dictionary.definition);
                change.dictionary = is_new.then(|| Arc::clone(&one.dictionary));
                changes.insert(one.dictionary.code.clone(), change);
            }
            Ok(changes)
        };
        let bulk = BulkChange { head: new, origin, undoes: None, change: &change, leave_out: None, conclude: None };
        let outcome = self.file(caller, &bulk, options.destination);
        outcome.map_err(|error| defined.iter().zip(&drafts).fold(error, |error, (one, drafts)| annotated(error, one, drafts.as_ref())))
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
fn annotated(error: Error, one: &DefinedDictionary<'_>, drafts: Option<&Drafts>) -> Error {
    match (drafts, &one.items) {
        (Some(drafts), Some(items)) => drafts.annotated(error, &one.dictionary.code, items.name),
        _ => error,
    }
}
