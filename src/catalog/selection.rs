//! Choosing items of one edition: filter, search, valid date, order and one page of the outcome.
//! It knows positions and keys; names, cursors and GraphQL are the business of the floors above.

use super::edition::DictionarySnapshot;
use super::selection_order::{Order, Place, Row, SortKey, compare_keys, essential, keys_of};
use super::selection_predicate::{Matcher, Predicate};
use crate::domain::validity::Date;

/// Which items are wanted and in which order.
#[derive(Debug, Clone)]
pub struct Selection {
    valid_on: Date,
    predicate: Option<Predicate>,
    search: Option<String>,
    orders: Vec<Order>,
}

/// The part of the outcome that is wanted.
#[derive(Debug, Clone)]
pub struct Page {
    pub first: usize,
    /// The page begins after this place.
    pub after: Option<Place>,
    /// Counting means looking at everything, so it is done on demand.
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
}

/// The caller's patience ended before the outcome was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Says whether to go on; asked at the beginning and then after every so many tests of items.
pub type KeepGoing<'a> = &'a dyn Fn() -> bool;

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

    pub fn page(&self, snapshot: &DictionarySnapshot, page: &Page, keep_going: KeepGoing<'_>) -> Result<Outcome, Interrupted> {
        let matcher = Matcher::new(snapshot, self.valid_on, self.predicate.as_ref(), keep_going)?;
        let candidates = match &self.search {
            Some(text) => Candidates::Rows(self.hits(snapshot, text)),
            None => match matcher.candidates() {
                Some(positions) => Candidates::Rows(positions.into_iter().map(|position| Row { position, score: 0.0 }).collect()),
                None => Candidates::All(snapshot.items.versions().len() as u32),
            },
        };
        let run = Run { selection: self, snapshot, matcher, page };
        if self.orders.is_empty() { run.by_code(candidates) } else { run.by_keys(candidates) }
    }

    /// What the search finds, in the order of codes.
    fn hits(&self, snapshot: &DictionarySnapshot, text: &str) -> Vec<Row> {
        let found = snapshot.search(text).into_iter();
        let mut rows: Vec<Row> = found.map(|(position, score)| Row { position: position as u32, score }).collect();
        rows.sort_unstable_by_key(|row| row.position);
        rows
    }

    /// The place of a row in the order, to go on from later.
    pub fn place_of(&self, snapshot: &DictionarySnapshot, row: Row) -> Place {
        Place { keys: keys_of(&self.orders, snapshot, row), code: snapshot.version(row.position as usize).code.clone() }
    }
}

/// The positions that may match, in the order of codes.
enum Candidates {
    All(u32),
    Rows(Vec<Row>),
}

impl Candidates {
    fn count(&self) -> u32 {
        match self {
            Self::All(count) => *count,
            Self::Rows(rows) => rows.len() as u32,
        }
    }

    fn row(&self, at: u32) -> Row {
        match self {
            Self::All(_) => Row { position: at, score: 0.0 },
            Self::Rows(rows) => rows[at as usize],
        }
    }
}

struct Run<'a> {
    selection: &'a Selection,
    snapshot: &'a DictionarySnapshot,
    matcher: Matcher<'a>,
    page: &'a Page,
}

/// A row with what it is sorted by.
struct Keyed {
    keys: Vec<Option<SortKey>>,
    row: Row,
}

impl Run<'_> {
    /// The rows come in the order of codes already, so that the walk can begin in the middle and stop early.
    fn by_code(&self, candidates: Candidates) -> Result<Outcome, Interrupted> {
        let code_of = |at: u32| &self.snapshot.version(candidates.row(at).position as usize).code;
        let start = match &self.page.after {
            Some(place) => partition_point(candidates.count(), |at| *code_of(at) <= place.code),
            None => 0,
        };
        let mut rows = Vec::new();
        let mut has_next = false;
        let mut count = 0;
        for at in start..candidates.count() {
            let row = candidates.row(at);
            if !self.matches(row)? {
                continue;
            }
            count += 1;
            if rows.len() < self.page.first {
                rows.push(row);
            } else {
                has_next = true;
                if !self.page.is_total_wanted {
                    break;
                }
            }
        }
        let mut has_previous = false;
        for at in (0..start).rev() {
            if self.matches(candidates.row(at))? {
                has_previous = true;
                count += 1;
                if !self.page.is_total_wanted {
                    break;
                }
            }
        }
        Ok(Outcome { rows, has_next, has_previous, total_count: self.page.is_total_wanted.then_some(count) })
    }

    /// Everything that matches is keyed; only the page itself is sorted.
    fn by_keys(&self, candidates: Candidates) -> Result<Outcome, Interrupted> {
        let orders = &self.selection.orders;
        let mut count = 0;
        let mut keyed: Vec<Keyed> = Vec::new();
        for at in 0..candidates.count() {
            let row = candidates.row(at);
            if !self.matches(row)? {
                continue;
            }
            count += 1;
            let keys = keys_of(orders, self.snapshot, row);
            self.matcher.spend(orders.len());
            let code = &self.snapshot.version(row.position as usize).code;
            let is_after = |place: &Place| compare_keys(orders, &keys, &place.keys).then_with(|| code.cmp(&place.code)).is_gt();
            if self.page.after.as_ref().is_none_or(is_after) {
                keyed.push(Keyed { keys, row });
            }
        }
        let (first, left) = (self.page.first, keyed.len());
        // On one date an item has one version, so positions are in the order of codes.
        let compare = |a: &Keyed, b: &Keyed| compare_keys(orders, &a.keys, &b.keys).then(a.row.position.cmp(&b.row.position));
        if first > 0 && first < left {
            keyed.select_nth_unstable_by(first - 1, compare);
        }
        keyed.truncate(first);
        keyed.sort_unstable_by(compare);
        Ok(Outcome {
            rows: keyed.into_iter().map(|keyed| keyed.row).collect(),
            has_next: left > first,
            has_previous: count > left,
            total_count: self.page.is_total_wanted.then_some(count),
        })
    }

    /// Whether the item at a position is wanted.
    fn matches(&self, row: Row) -> Result<bool, Interrupted> {
        let matches = self.matcher.matches(row.position);
        self.matcher.check().map(|()| matches)
    }
}

/// The first of `0..count` for which `is_before` does not hold.
fn partition_point(count: u32, is_before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if is_before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}
