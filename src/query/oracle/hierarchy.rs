//! Who stands over an item and who under it, at a point of both times.

use std::sync::Arc;

use apollo_compiler::resolvers::ResolvedValue;

use super::super::argument::Arguments;
use super::super::fault::Outcome;
use super::super::filter::FilterReader;
use super::super::schema::CHILDREN_DEFAULT;
use super::coordinate;
use super::item::Item;
use crate::catalog::selection::{Page, Selection};
use crate::catalog::selection_predicate::{Predicate, Subject};
use crate::domain::hierarchy::DEPTH_MAX;

impl<'q> Item<'q> {
    pub fn parent<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        let at = coordinate(arguments, self.scope, self.at)?;
        let found = self.version.parent().map(|code| self.scope.find_item(self.shape_index, code, at)).transpose()?;
        Item::resolved_or_null(found.flatten())
    }

    /// From the parent that this version names up to the root; it ends early where a parent is not valid.
    pub fn ancestors<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        let at = coordinate(arguments, self.scope, self.at)?;
        let mut ancestors: Vec<Item<'q>> = Vec::new();
        let mut next = self.version.parent().map(ToOwned::to_owned);
        while let Some(code) = next.take().filter(|_| ancestors.len() < DEPTH_MAX) {
            let Some(item) = self.scope.find_item(self.shape_index, &code, at)? else { break };
            next = item.version.parent().map(ToOwned::to_owned);
            ancestors.push(item);
        }
        Ok(self.scope.list(ancestors.into_iter().map(move |item| item.resolved())))
    }

    pub fn children<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        self.below(arguments, Predicate::equal(Subject::Parent, &self.version.code))
    }

    pub fn descendants<'a>(&'a self, arguments: Arguments<'a>) -> Outcome<ResolvedValue<'a>> {
        self.below(arguments, Predicate::Under(self.version.code.clone()))
    }

    fn below<'a>(&'a self, arguments: Arguments<'a>, predicate: Predicate) -> Outcome<ResolvedValue<'a>> {
        let scope = self.scope;
        let first = arguments.page_size(scope, CHILDREN_DEFAULT)?;
        let at = coordinate(arguments, scope, self.at)?;
        let Some(snapshot) = scope.whole(self.shape_index, at.publication)? else { return Ok(ResolvedValue::list([])) };
        let (orders, _) = FilterReader::new(self.shape(), &snapshot.dictionary, &scope.limits).orders(arguments.get("orderBy"))?;
        let selection = Selection::new(at.valid_on, Some(predicate), None, &orders);
        let selected = selection.page_by_walking(&snapshot, &Page { first, after: None, offset: 0, is_total_wanted: false });
        let shape_index = self.shape_index;
        Ok(scope.list(selected.rows.into_iter().map(move |row| {
            let version = Arc::clone(snapshot.version(row.position as usize));
            Item::new(scope, shape_index, Arc::clone(&snapshot.dictionary), version, at).resolved()
        })))
    }
}
