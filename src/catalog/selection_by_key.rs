//! A page in another order than that of codes: each segment gives its rows in order, one by one, and what comes first of all is taken.
//! Where few rows of a segment match they are sorted, and where many do its order index is walked; both cost about the page.

use std::cell::Cell;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::edition::DictionarySnapshot;
use super::rows::{Rows, no_bits, set_bit};
use super::segment_order::OrderIndex;
use super::selection::{Interrupted, Outcome, Page};
use super::selection_order::{Direction, Key, Order, OrderBy, Place, Row};
use super::selection_plan::{Matches, Plan};
use super::work::{OrderedBy, TotalBy, Work};
use crate::domain::validity::Date;

pub fn page_by_key(
    snapshot: &DictionarySnapshot,
    on: Date,
    orders: &[Order],
    page: &Page,
    plan: &Plan<'_>,
) -> Result<Outcome, Interrupted> {
    let valid = snapshot.segments().valid_on(on);
    let mut all = Vec::new();
    let (mut count, mut candidates_count) = (0, 0);
    let mut total_by = if page.is_total_wanted { TotalBy::Index } else { TotalBy::NotWanted };
    for (at, segment) in plan.segments().iter().enumerate().filter(|(at, _)| plan.may_match(*at)) {
        let mut matches = plan.matches(at, &valid)?;
        if page.is_total_wanted && !matches.is_exact {
            total_by = TotalBy::Walk;
            matches = verified(matches, plan, snapshot.items.base(at), segment.rows_count())?;
        }
        let in_segment = matches.count_from(0, segment.rows_count());
        candidates_count += in_segment;
        count += in_segment;
        if in_segment > 0 {
            all.push(OfSegment { at, base: snapshot.items.base(at), matches, count: in_segment });
        }
    }
    let wanted = page.offset.saturating_add(page.first).saturating_add(1);
    let arranging = Arranging { snapshot, orders, page, plan, wanted_each: wanted / all.len().max(1) + 2, has_walked: Cell::new(false) };
    let has_before = page.after.is_some() && arranging.has_before(&all)?;
    let mut merge = arranging.merge(&all, page.after.as_ref())?;
    let mut skipped = 0;
    while skipped < page.offset && merge.next()?.is_some() {
        skipped += 1;
    }
    let mut rows = Vec::new();
    while rows.len() < page.first
        && let Some(position) = merge.next()?
    {
        rows.push(Row { position, score: 0.0 });
    }
    let has_next = rows.len() == page.first && merge.next()?.is_some();
    let ordered_by = if arranging.has_walked.get() { OrderedBy::Index } else { OrderedBy::Sort };
    let work = Work { found_by: plan.found_by(), candidates_count, tested_count: plan.tested_count(), total_by, ordered_by };
    let total_count = page.is_total_wanted.then_some(count);
    Ok(Outcome { rows, has_next, has_previous: has_before || skipped > 0, total_count, work })
}

/// The candidates that do match.
fn verified<'v>(matches: Matches<'v>, plan: &Plan<'_>, base: u32, rows_count: usize) -> Result<Matches<'v>, Interrupted> {
    let mut bits = no_bits(rows_count);
    for row in matches.iter_from(0, rows_count) {
        if plan.test(base + u32::from(row))? {
            set_bit(&mut bits, row);
        }
    }
    Ok(Matches { rows: Rows::of_bits(bits, rows_count), on_date: Rows::Everything, is_exact: true })
}

/// The candidates of one segment, of which there are some.
struct OfSegment<'v> {
    at: usize,
    base: u32,
    matches: Matches<'v>,
    count: usize,
}

/// The order, and what it is of.
struct Arranging<'a> {
    snapshot: &'a DictionarySnapshot,
    orders: &'a [Order],
    page: &'a Page,
    plan: &'a Plan<'a>,
    /// How many rows of each segment the page takes, roughly.
    wanted_each: usize,
    has_walked: Cell<bool>,
}

/// The order of one subject in one segment; `None` where nothing has a key.
type Ranking<'a> = (Option<&'a OrderIndex>, Direction);

impl<'a> Arranging<'a> {
    fn keys(&self, position: u32) -> Vec<Option<Key<'a>>> {
        let version = self.snapshot.version(position as usize);
        self.orders.iter().map(|order| Key::of(order.by, &self.snapshot.dictionary, version)).collect()
    }

    fn rankings(&self, at: usize) -> Result<Vec<Ranking<'a>>, Interrupted> {
        let segment = &self.plan.segments()[at];
        let ranking = |order: &Order| {
            let index = match order.by {
                OrderBy::Subject(subject, language) => subject.slot(&self.snapshot.dictionary).map(|slot| {
                    if !segment.has_order(slot, language) {
                        self.plan.patience().spend(segment.rows_count());
                    }
                    segment.order(slot, language)
                }),
                OrderBy::Score => None,
            };
            (index, order.direction)
        };
        let rankings = self.orders.iter().map(ranking).collect();
        self.plan.patience().check().map(|()| rankings)
    }

    /// Whether a row comes after a place. `start` is the first position whose code does.
    fn is_after(&self, position: u32, place: &Place, start: u32) -> bool {
        let version = self.snapshot.version(position as usize);
        let mut each = self.orders.iter().zip(&place.keys).map(|(order, of_place)| {
            let key = Key::of(order.by, &self.snapshot.dictionary, version);
            order.directed(key, of_place.as_ref(), |key, place| key.compare_to(place))
        });
        match each.find(|ordering| ordering.is_ne()) {
            Some(ordering) => ordering.is_gt(),
            None => position >= start,
        }
    }

    /// Whether the first row of all comes before the place from which the page goes on.
    fn has_before(&self, all: &[OfSegment<'_>]) -> Result<bool, Interrupted> {
        let Some(place) = &self.page.after else { return Ok(false) };
        let start = self.snapshot.items.position_after(&place.code);
        for of_segment in all {
            let first = self.cursor(of_segment, None, 1)?.next()?;
            if first.is_some_and(|position| !self.is_after(position, place, start)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn merge<'m>(&'m self, all: &'m [OfSegment<'m>], after: Option<&'m Place>) -> Result<Merge<'m>, Interrupted>
    where
        'a: 'm,
    {
        let mut heads = BinaryHeap::with_capacity(all.len());
        let mut cursors = Vec::with_capacity(all.len());
        for of_segment in all {
            let mut cursor = self.cursor(of_segment, after, self.wanted_each)?;
            if let Some(position) = cursor.next()? {
                heads.push(Head { keys: self.keys(position), position, cursor: cursors.len(), orders: self.orders });
                cursors.push(cursor);
            }
        }
        Ok(Merge { arranging: self, heads, cursors })
    }

    /// The rows of a segment in order, after a place.
    fn cursor<'m>(&'m self, of_segment: &'m OfSegment<'m>, after: Option<&'m Place>, wanted: usize) -> Result<Cursor<'m>, Interrupted>
    where
        'a: 'm,
    {
        let rankings = self.rankings(of_segment.at)?;
        let rows_count = self.plan.segments()[of_segment.at].rows_count();
        let start = after.map_or(0, |place| self.snapshot.items.position_after(&place.code));
        let mut cursor =
            Cursor { arranging: self, of_segment, rankings, after, start, ready: Vec::new(), left: 0..0, is_descending: false };
        let count = of_segment.count;
        match cursor.rankings.first() {
            // Each row of the page is found after so many that do not match; sorting looks at each that does.
            Some((Some(primary), direction)) if wanted.saturating_mul(rows_count) < count * count * 2 => {
                self.has_walked.set(true);
                cursor.is_descending = *direction == Direction::Descending;
                cursor.left = cursor.places_after(primary);
            }
            _ => {
                let rows: Vec<u16> = of_segment.matches.iter_from(0, rows_count).collect();
                self.plan.patience().spend(rows.len());
                cursor.make_ready(rows);
            }
        }
        Ok(cursor)
    }
}

/// Gives the rows of a segment in order.
struct Cursor<'m> {
    arranging: &'m Arranging<'m>,
    of_segment: &'m OfSegment<'m>,
    rankings: Vec<Ranking<'m>>,
    after: Option<&'m Place>,
    /// The first position whose code comes after the place.
    start: u32,
    /// The next rows, the nearest last.
    ready: Vec<u16>,
    /// The places of the first order that were not looked at.
    left: std::ops::Range<usize>,
    is_descending: bool,
}

impl Cursor<'_> {
    fn next(&mut self) -> Result<Option<u32>, Interrupted> {
        loop {
            while let Some(row) = self.ready.pop() {
                let position = self.of_segment.base + u32::from(row);
                if self.of_segment.matches.is_exact || self.arranging.plan.test(position)? {
                    return Ok(Some(position));
                }
            }
            if self.left.is_empty() {
                return Ok(None);
            }
            self.take_class()?;
        }
    }

    /// The places of rows whose first key is not before that of the place.
    fn places_after(&self, primary: &OrderIndex) -> std::ops::Range<usize> {
        let rows = primary.rows();
        let (Some(place), Some(order)) = (self.after, self.arranging.orders.first()) else { return 0..rows.len() };
        let of_place = place.keys.first().and_then(Option::as_ref);
        let compare = |row: &u16| {
            let version = self.arranging.snapshot.version((self.of_segment.base + u32::from(*row)) as usize);
            let key = Key::of(order.by, &self.arranging.snapshot.dictionary, version);
            order.directed(key, of_place, |key, place| key.compare_to(place))
        };
        match order.direction {
            Direction::Ascending => rows.partition_point(|row| compare(row).is_lt())..rows.len(),
            Direction::Descending => 0..rows.partition_point(|row| compare(row).is_ge()),
        }
    }

    /// Makes the next rows ready whose first keys are equal.
    fn take_class(&mut self) -> Result<(), Interrupted> {
        let Some((Some(primary), _)) = self.rankings.first() else {
            self.left = 0..0;
            return Ok(());
        };
        let mut rows = Vec::new();
        // Classes are often of one row, so they are passed over here until one has a row that matches.
        while rows.is_empty() && !self.left.is_empty() {
            let next = if self.is_descending { self.left.end - 1 } else { self.left.start };
            let class = primary.class(next, self.is_descending);
            if self.is_descending {
                self.left.end = class.start
            } else {
                self.left.start = class.end
            }
            self.arranging.plan.patience().spend_on_rows(class.len() * 8);
            rows.extend(primary.rows()[class].iter().copied().filter(|row| self.of_segment.matches.contains(*row)));
        }
        self.arranging.plan.patience().check()?;
        self.make_ready(rows);
        Ok(())
    }

    /// Sorts rows and leaves out those that are not after the place.
    fn make_ready(&mut self, mut rows: Vec<u16>) {
        // Whatever is made ready later comes after the place: only the first class can be that of the place.
        if let Some(place) = self.after.take() {
            let base = self.of_segment.base;
            rows.retain(|row| self.arranging.is_after(base + u32::from(*row), place, self.start));
        }
        let rankings = &self.rankings;
        let compare = |a: &u16, b: &u16| {
            let of_each = rankings.iter().map(|(index, direction)| {
                let ordering = index.map_or(Ordering::Equal, |index| index.rank(*a).cmp(&index.rank(*b)));
                if *direction == Direction::Descending { ordering.reverse() } else { ordering }
            });
            of_each.fold(Ordering::Equal, Ordering::then).then(a.cmp(b))
        };
        rows.sort_unstable_by(|a, b| compare(b, a));
        self.ready = rows;
    }
}

/// The next row of a segment.
struct Head<'m> {
    keys: Vec<Option<Key<'m>>>,
    position: u32,
    cursor: usize,
    orders: &'m [Order],
}

impl Ord for Head<'_> {
    /// The heap gives the greatest, and the first row is wanted.
    fn cmp(&self, other: &Self) -> Ordering {
        let each = self.orders.iter().zip(self.keys.iter().zip(&other.keys));
        let mut each = each.map(|(order, (a, b))| order.directed(a.as_ref(), b.as_ref(), |a, b| a.compare(b)));
        let by_keys = each.find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal);
        by_keys.then(self.position.cmp(&other.position)).reverse()
    }
}

impl PartialOrd for Head<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Head<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Head<'_> {}

/// The rows of all segments in order.
struct Merge<'m> {
    arranging: &'m Arranging<'m>,
    heads: BinaryHeap<Head<'m>>,
    cursors: Vec<Cursor<'m>>,
}

impl Merge<'_> {
    fn next(&mut self) -> Result<Option<u32>, Interrupted> {
        self.arranging.plan.patience().spend(1);
        self.arranging.plan.patience().check()?;
        let Some(mut head) = self.heads.peek_mut() else { return Ok(None) };
        let position = head.position;
        match self.cursors[head.cursor].next()? {
            Some(next) => {
                head.position = next;
                head.keys = self.arranging.keys(next);
            }
            None => {
                std::collections::binary_heap::PeekMut::pop(head);
            }
        }
        Ok(Some(position))
    }
}
