//! Everything that was ever published of an item, what was replaced since included. It comes from the database: snapshots hold one
//! publication each.

use apollo_compiler::resolvers::ResolvedValue;

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::run::coordinate_of;
use super::super::scope::Scope;
use super::coordinate;
use super::item::Item;
use crate::app::reading::{Coordinate, RecordedVersion};

impl Item<'_> {
    pub fn history<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        let at = coordinate(arguments, self.scope, self.at)?;
        history_of(self.scope, self.shape_index, &self.version.code, at)
    }
}

/// The history of a code as it was known at a publication; empty when the code was never published.
pub fn history_of<'a>(scope: &'a Scope, shape_index: usize, code: &str, at: Coordinate) -> Outcome<ResolvedValue<'a>> {
    let Some(snapshot) = scope.whole(shape_index, at.publication)? else { return Ok(ResolvedValue::list([])) };
    scope.check_time()?;
    let recorded = scope.reader.history(&snapshot, code, at.publication)?;
    let max = scope.limits.history_items_max;
    if recorded.len() > max {
        let message = format!("the history of {code} has {} versions, and at most {max} are given (history_items_max)", recorded.len());
        return Err(Fault::limit(message));
    }
    Ok(scope.list(recorded.into_iter().map(move |RecordedVersion { version, superseded_seq }| {
        let at = coordinate_of(version.validity(), superseded_seq, at);
        let item = Item::new(scope, shape_index, snapshot.dictionary.clone(), version, at);
        Item { superseded_seq, ..item }.resolved()
    })))
}
