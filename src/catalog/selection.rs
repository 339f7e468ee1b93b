//! Choosing items of one edition: filter, search, valid date, order and one page of the outcome.
//! It knows positions and keys; names, cursors and GraphQL are the business of the floors above.

use super::edition::DictionarySnapshot;
use super::patience::Patience;
use super::selection_by_code::page_by_code;
use super::selection_by_key::page_by_key;
use super::selection_order::{Order, Place, Row, SortKey, compare_keys, essential, keys_of};
use super::selection_plan::{Plan, descendants};
use super::selection_predicate::Predicate;
use super::work::{FoundBy, OrderedBy, TotalBy, Work};
use crate::domain::validity::Date;

pub use super::patience::{Interrupted, KeepGoing};

/// Which items are wanted and in which order.
#[derive(Debug, Clone)]
pub struct Selection {
    pub(super) valid_on: Date,
    pub(super) predicate: Option<Predicate>,
    pub(super) search: Option<String>,
    pub(super) orders: Vec<Order>,
}

/// The part of the outcome that is wanted.
#[derive(Debug, Clone)]
pub struct Page {
    pub first: usize,
    /// The page begins after this place.
    pub after: Option<Place>,
    /// So many rows after the place are passed over.
    pub offset: usize,
    /// Counting may mean looking at everything, so it is done on demand.
    pub is_total_wanted: bool,
}

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub rows: Vec<Row>,
    pub has_next: bool,
    pub has_previous: bool,
    /// All that match, on whatever page, where it was wanted.
    pub total_count: Option<usize>,
    pub work: Work,
}

impl Selection {
    /// What is searched for is ordered by how well it fits, unless an order is given; everything else by code.
    pub fn new(valid_on: Date, predicate: Option<Predicate>, search: Option<String>, orders: &[Order]) -> Self {
        let orders = if orders.is_empty() && search.is_some() { vec![Order::by_score()] } else { essential(orders) };
        Self { valid_on, predicate, search, orders }
    }

    /// The orders that decide, without the code, which comes after them.
    pub fn orders(&self) -> &[Order] {
        &self.orders
    }

    /// Whether it needs the text index.
    pub fn searches(&self) -> bool {
        self.search.is_some()
    }

    pub fn page(&self, snapshot: &DictionarySnapshot, page: &Page, keep_going: KeepGoing<'_>) -> Result<Outcome, Interrupted> {
        let patience = Patience::new(keep_going);
        if snapshot.items.versions().is_empty() {
            return Ok(nothing(page));
        }
        patience.check()?;
        let predicate = self.predicate.as_ref();
        let under = descendants(snapshot, predicate, self.valid_on, &patience)?;
        let plan = Plan::new(snapshot, predicate, &under, &patience)?;
        match &self.search {
            Some(text) => Hits { selection: self, snapshot, page, plan: &plan }.page(text),
            None if self.orders.is_empty() => page_by_code(snapshot, self.valid_on, page, &plan),
            None => page_by_key(snapshot, self.valid_on, &self.orders, page, &plan),
        }
    }

    /// The place of a row in the order, to go on from later.
    pub fn place_of(&self, snapshot: &DictionarySnapshot, row: Row) -> Place {
        Place { keys: keys_of(&self.orders, snapshot, row), code: snapshot.version(row.position as usize).code.clone() }
    }
}

fn nothing(page: &Page) -> Outcome {
    let total_by = if page.is_total_wanted { TotalBy::Index } else { TotalBy::NotWanted };
    let work = Work { found_by: FoundBy::ValidTime, candidates_count: 0, tested_count: 0, total_by, ordered_by: OrderedBy::Code };
    Outcome { rows: Vec::new(), has_next: false, has_previous: false, total_count: page.is_total_wanted.then_some(0), work }
}

/// A page of what a text finds. There are as many rows as hits, so each is looked at and only the page itself is sorted.
struct Hits<'a> {
    selection: &'a Selection,
    snapshot: &'a DictionarySnapshot,
    page: &'a Page,
    plan: &'a Plan<'a>,
}

/// A row with what it is sorted by.
struct Keyed {
    keys: Vec<Option<SortKey>>,
    row: Row,
}

impl Hits<'_> {
    fn page(&self, text: &str) -> Result<Outcome, Interrupted> {
        let orders = &self.selection.orders;
        let hits = self.snapshot.search(text);
        let (hits_count, mut count) = (hits.len(), 0);
        let mut keyed: Vec<Keyed> = Vec::new();
        for (position, score) in hits {
            let row = Row { position: position as u32, score };
            let version = self.snapshot.version(position);
            if !version.validity().contains(self.selection.valid_on) || !self.plan.test(row.position)? {
                continue;
            }
            count += 1;
            let keys = keys_of(orders, self.snapshot, row);
            self.plan.patience().spend(orders.len());
            let is_after = |place: &Place| compare_keys(orders, &keys, &place.keys).then_with(|| version.code.cmp(&place.code)).is_gt();
            if self.page.after.as_ref().is_none_or(is_after) {
                keyed.push(Keyed { keys, row });
            }
        }
        let left = keyed.len();
        let skipped = self.page.offset.min(left);
        let end = skipped.saturating_add(self.page.first).min(left);
        // On one date an item has one version, so positions are in the order of codes.
        let compare = |a: &Keyed, b: &Keyed| compare_keys(orders, &a.keys, &b.keys).then(a.row.position.cmp(&b.row.position));
        if 0 < end && end < left {
            keyed.select_nth_unstable_by(end - 1, compare);
        }
        keyed.truncate(end);
        keyed.sort_unstable_by(compare);
        let total_by = if self.page.is_total_wanted { TotalBy::Walk } else { TotalBy::NotWanted };
        Ok(Outcome {
            rows: keyed.into_iter().skip(skipped).map(|keyed| keyed.row).collect(),
            has_next: left > end,
            has_previous: count > left || skipped > 0,
            total_count: self.page.is_total_wanted.then_some(count),
            work: Work {
                found_by: FoundBy::Search,
                candidates_count: hits_count,
                tested_count: self.plan.tested_count(),
                total_by,
                ordered_by: OrderedBy::Sort,
            },
        })
    }
}
