//! A page in the order of codes, in which rows lie: segments are looked at from the place on, until the page is full.

use super::edition::DictionarySnapshot;
use super::selection::{Interrupted, Outcome, Page};
use super::selection_order::Row;
use super::selection_plan::{Matches, Plan};
use super::work::{OrderedBy, TotalBy, Work};
use crate::domain::validity::Date;

/// A page of no more rows is made room for at once.
const ROWS_AT_ONCE: usize = 128;

pub fn page_by_code(snapshot: &DictionarySnapshot, on: Date, page: &Page, plan: &Plan<'_>) -> Result<Outcome, Interrupted> {
    let valid = snapshot.segments().valid_on(on);
    let segments_count = plan.segments().len();
    let start = page.after.as_ref().map_or(0, |place| snapshot.items.position_after(&place.code));
    let is_behind_all = start as usize >= snapshot.items.versions().len();
    let (first, offset) = if is_behind_all { (segments_count, 0) } else { snapshot.items.locate(start) };
    let mut filling = Filling {
        snapshot,
        plan,
        page,
        to_skip: page.offset,
        rows: Vec::with_capacity(page.first.min(ROWS_AT_ONCE)),
        has_next: false,
        candidates_count: 0,
    };
    let (mut count_before, mut count) = (0, 0);
    let (mut has_before, mut is_counted_by_index) = (false, true);
    for at in (first..segments_count).filter(|at| plan.may_match(*at)) {
        let matches = plan.matches(at, &valid)?;
        is_counted_by_index &= matches.is_exact;
        let from = if at == first { usize::from(offset) } else { 0 };
        if at == first && from > 0 {
            count_before = filling.count_before(at, &matches, from)?;
            has_before = count_before > 0;
        }
        count += filling.take(at, &matches, from)?;
        if filling.has_next && !page.is_total_wanted {
            break;
        }
    }
    for at in (0..first).rev().filter(|at| plan.may_match(*at)) {
        if has_before && !page.is_total_wanted {
            break;
        }
        let matches = plan.matches(at, &valid)?;
        is_counted_by_index &= matches.is_exact;
        count_before += filling.count_before(at, &matches, plan.segments()[at].rows_count())?;
        has_before = count_before > 0;
    }
    let total_by = match (page.is_total_wanted, is_counted_by_index) {
        (false, _) => TotalBy::NotWanted,
        (true, true) => TotalBy::Index,
        (true, false) => TotalBy::Walk,
    };
    Ok(Outcome {
        has_next: filling.has_next,
        has_previous: has_before || filling.to_skip < page.offset,
        total_count: page.is_total_wanted.then_some(count + count_before),
        work: Work {
            found_by: plan.found_by(),
            candidates_count: filling.candidates_count,
            tested_count: plan.tested_count(),
            total_by,
            ordered_by: OrderedBy::Code,
        },
        rows: filling.rows,
    })
}

/// A page while it is filled.
struct Filling<'a> {
    snapshot: &'a DictionarySnapshot,
    plan: &'a Plan<'a>,
    page: &'a Page,
    to_skip: usize,
    rows: Vec<Row>,
    has_next: bool,
    candidates_count: usize,
}

impl Filling<'_> {
    /// Takes the rows of a segment from one on. Gives how many match, where the total is wanted.
    fn take(&mut self, at: usize, matches: &Matches<'_>, from: usize) -> Result<usize, Interrupted> {
        let rows_count = self.plan.segments()[at].rows_count();
        if matches.rows.is_nothing() {
            return Ok(0);
        }
        let is_total_wanted = self.page.is_total_wanted;
        let needs_count = is_total_wanted || self.to_skip > 0;
        if matches.is_exact && (needs_count || self.has_next) {
            let count = matches.count_from(from, rows_count);
            self.candidates_count += count;
            if self.has_next {
                return Ok(count);
            }
            if count <= self.to_skip {
                self.to_skip -= count;
                return Ok(count);
            }
            self.fill(at, matches, from, rows_count)?;
            return Ok(count);
        }
        self.fill(at, matches, from, rows_count)
    }

    /// Looks at the rows one by one until the page is full, and further where only that counts them.
    fn fill(&mut self, at: usize, matches: &Matches<'_>, from: usize, rows_count: usize) -> Result<usize, Interrupted> {
        let base = self.snapshot.items.base(at);
        let mut count = 0;
        for row in matches.iter_from(from, rows_count) {
            let position = base + u32::from(row);
            if !matches.is_exact {
                self.candidates_count += 1;
                if !self.plan.test(position)? {
                    continue;
                }
            }
            count += 1;
            if self.to_skip > 0 {
                self.to_skip -= 1;
            } else if self.rows.len() < self.page.first {
                self.rows.push(Row { position, score: 0.0 });
            } else {
                self.has_next = true;
                if matches.is_exact || !self.page.is_total_wanted {
                    break;
                }
            }
        }
        Ok(count)
    }

    /// How many rows before one match; where the total is not wanted, one is enough to know.
    fn count_before(&mut self, at: usize, matches: &Matches<'_>, end: usize) -> Result<usize, Interrupted> {
        let rows_count = self.plan.segments()[at].rows_count();
        if matches.is_exact && self.page.is_total_wanted {
            let behind = if end < rows_count { matches.count_from(end, rows_count) } else { 0 };
            let count = matches.count_from(0, rows_count) - behind;
            self.candidates_count += count;
            return Ok(count);
        }
        let base = self.snapshot.items.base(at);
        let mut count = 0;
        for row in matches.iter_from(0, rows_count).take_while(|row| usize::from(*row) < end) {
            if matches.is_exact || self.plan.test(base + u32::from(row))? {
                count += 1;
                if !self.page.is_total_wanted {
                    break;
                }
            }
        }
        Ok(count)
    }
}

impl Matches<'_> {
    /// The rows from one on, in order.
    pub fn iter_from(&self, from: usize, rows_count: usize) -> impl Iterator<Item = u16> {
        // The smaller set is walked, the other one asked.
        self.rows.iter_from(from, rows_count).filter(|row| self.on_date.contains(*row))
    }

    pub fn contains(&self, row: u16) -> bool {
        self.rows.contains(row) && self.on_date.contains(row)
    }

    pub fn count_from(&self, from: usize, rows_count: usize) -> usize {
        if from == 0 { self.rows.count_of_both(&self.on_date, rows_count) } else { self.iter_from(from, rows_count).count() }
    }
}
