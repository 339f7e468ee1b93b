//! Who stands over an item and who under it, at a point of both times.

use super::super::fault::Outcome;
use super::super::filter::FilterReader;
use super::super::plan::Items;
use super::super::plan::arguments::Bound;
use super::super::schema::CHILDREN_DEFAULT;
use super::item::Item;
use super::output::{Output, Written};
use super::{Run, arguments_of};
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::catalog::selection::{Page, Selection};
use crate::catalog::selection_predicate::{Predicate, Subject};
use crate::domain::hierarchy::DEPTH_MAX;

impl<'q> Run<'q> {
    pub fn parent(&self, bound: Option<&Bound>, item: Item<'_>) -> Outcome<Option<Item<'q>>> {
        let at = self.coordinate(bound, item.at)?;
        item.version.parent().map_or(Ok(None), |code| self.find_item(item.shape_index, code, at))
    }

    /// From the parent that this version names up to the root; it ends early where a parent is not valid.
    pub fn ancestors(&self, out: &mut Output<'q>, of: &'q Items, bound: Option<&Bound>, item: Item<'_>) -> Written {
        let at = self.coordinate(bound, item.at);
        let at = self.told(out, at)?;
        let ancestors = self.ancestors_of(item, at);
        let ancestors = self.told(out, ancestors)?;
        self.list(out, ancestors.into_iter(), |out, item| self.item(out, of, item))
    }

    fn ancestors_of(&self, item: Item<'_>, at: Coordinate) -> Outcome<Vec<Item<'q>>> {
        let mut ancestors: Vec<Item<'q>> = Vec::new();
        let mut found = match item.version.parent() {
            Some(code) => self.find_item(item.shape_index, code, at)?,
            None => None,
        };
        while let Some(ancestor) = found.filter(|_| ancestors.len() < DEPTH_MAX) {
            ancestors.push(ancestor);
            found = match ancestor.version.parent() {
                Some(code) => self.find_item(item.shape_index, code, at)?,
                None => None,
            };
        }
        Ok(ancestors)
    }

    pub fn children(&self, out: &mut Output<'q>, of: &'q Items, bound: Option<&Bound>, item: Item<'_>) -> Written {
        let below = self.below(bound, item);
        let Some(below) = self.told(out, below)? else { return empty(out) };
        if !below.is_ordered {
            // In the order of codes, children are what the snapshot lists anyway.
            let Below { snapshot, first, at, .. } = below;
            let positions = snapshot.children_at(&item.version.code, at.valid_on);
            return self.positions(out, of, item, snapshot, at, positions.take(first));
        }
        self.selected(out, of, bound, item, &below, Predicate::equal(Subject::Parent, &item.version.code))
    }

    pub fn descendants(&self, out: &mut Output<'q>, of: &'q Items, bound: Option<&Bound>, item: Item<'_>) -> Written {
        let below = self.below(bound, item);
        let Some(below) = self.told(out, below)? else { return empty(out) };
        self.selected(out, of, bound, item, &below, Predicate::Under(item.version.code.clone()))
    }

    /// `None` when the dictionary was not published yet.
    fn below(&self, bound: Option<&Bound>, item: Item<'_>) -> Outcome<Option<Below<'q>>> {
        let arguments = arguments_of(bound);
        let first = arguments.page_size(self.scope, CHILDREN_DEFAULT)?;
        let at = self.coordinate(bound, item.at)?;
        let is_ordered = arguments.get("orderBy").is_some();
        let snapshot = self.snapshot(item.shape_index, at.publication)?;
        Ok(snapshot.map(|snapshot| Below { snapshot, first, at, is_ordered }))
    }

    fn selected(
        &self,
        out: &mut Output<'q>,
        of: &'q Items,
        bound: Option<&Bound>,
        item: Item<'_>,
        below: &Below<'q>,
        predicate: Predicate,
    ) -> Written {
        let (snapshot, at) = (below.snapshot, below.at);
        let reader = FilterReader::new(self.shape(item), &snapshot.dictionary, &self.scope.limits);
        let orders = reader.orders(arguments_of(bound).get("orderBy"));
        let (orders, _) = self.told(out, orders)?;
        let selection = Selection::new(at.valid_on, Some(predicate), None, &orders);
        let page = Page { first: below.first, after: None, offset: 0, is_total_wanted: false };
        let selected = self.scope.select(snapshot, &selection, &page);
        let selected = self.told(out, selected)?;
        self.explain(item.shape_index, &selected.work);
        self.positions(out, of, item, snapshot, at, selected.rows.iter().map(|row| row.position))
    }

    fn positions(
        &self,
        out: &mut Output<'q>,
        of: &'q Items,
        item: Item<'_>,
        snapshot: &'q DictionarySnapshot,
        at: Coordinate,
        positions: impl Iterator<Item = u32>,
    ) -> Written {
        self.list(out, positions, |out, position| {
            let version = snapshot.version(position as usize);
            let found = Item { shape_index: item.shape_index, dictionary: &snapshot.dictionary, version, at, superseded_seq: None };
            self.item(out, of, found)
        })
    }
}

/// What is asked of those who stand under an item.
struct Below<'q> {
    snapshot: &'q DictionarySnapshot,
    first: usize,
    at: Coordinate,
    is_ordered: bool,
}

fn empty(out: &mut Output<'_>) -> Written {
    out.raw("[]");
    Ok(())
}
