//! When the rows of a segment are valid: between two neighbouring dates on which anything begins or ends, the same rows are.

use std::sync::{Arc, Mutex, PoisonError};

use super::rows::{Rows, no_bits, set_bit};
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;

/// How many sets of valid rows a segment keeps; the one that was not asked for longest goes first.
const KEPT_MAX: usize = 16;

/// For each row the number of the interval in which it becomes valid, and of that in which it is not any more.
#[derive(Debug)]
pub struct ValidityIndex {
    /// The dates on which anything begins or ends. The interval before the first has the number 0.
    boundaries: Box<[Date]>,
    intervals: Box<[(u16, u16)]>,
    /// How many rows are valid in each interval.
    counts: Box<[u16]>,
    kept: Mutex<Vec<(u16, Arc<Rows<'static>>)>>,
}

impl ValidityIndex {
    pub fn new(versions: &[Arc<ItemVersion>]) -> Self {
        let ends = versions.iter().flat_map(|version| [version.validity().from(), version.validity().to()]);
        let mut boundaries: Vec<Date> = ends.flatten().collect();
        boundaries.sort_unstable();
        boundaries.dedup();
        let number = |date: Date| boundaries.partition_point(|boundary| *boundary <= date);
        let interval = |version: &Arc<ItemVersion>| {
            let begins = version.validity().from().map_or(0, number);
            // An open end lies behind the last interval.
            let ends = version.validity().to().map_or(boundaries.len() + 1, number);
            (begins as u16, ends as u16)
        };
        let intervals: Box<[(u16, u16)]> = versions.iter().map(interval).collect();
        let mut changes = vec![0i32; boundaries.len() + 2];
        for (begins, ends) in &intervals {
            changes[usize::from(*begins)] += 1;
            changes[usize::from(*ends)] -= 1;
        }
        let mut count = 0;
        let counts = changes[..=boundaries.len()].iter().map(|change| {
            count += change;
            count as u16
        });
        Self { counts: counts.collect(), boundaries: boundaries.into(), intervals, kept: Mutex::default() }
    }

    fn interval_of(&self, date: Date) -> u16 {
        self.boundaries.partition_point(|boundary| *boundary <= date) as u16
    }

    /// All or no rows, where it is so: that needs no look at any row.
    pub fn simply_on(&self, date: Date) -> Option<Rows<'static>> {
        match usize::from(self.counts[usize::from(self.interval_of(date))]) {
            0 => Some(Rows::Nothing),
            count if count == self.intervals.len() => Some(Rows::Everything),
            _ => None,
        }
    }

    /// Leaves of some rows those that are valid on a date, without making a set of all that are.
    pub fn valid_of(&self, offsets: &[u16], date: Date) -> Vec<u16> {
        let number = self.interval_of(date);
        let is_valid = |offset: &u16| {
            let (begins, ends) = self.intervals[usize::from(*offset)];
            begins <= number && number < ends
        };
        offsets.iter().copied().filter(is_valid).collect()
    }

    /// The rows that are valid on a date.
    pub fn valid_on(&self, date: Date) -> Arc<Rows<'static>> {
        let number = self.interval_of(date);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = kept.iter().position(|(of, _)| *of == number) {
            kept[at..].rotate_left(1);
            return kept.last().map(|(_, rows)| Arc::clone(rows)).unwrap_or_else(|| Arc::new(Rows::Nothing));
        }
        let rows_count = self.intervals.len();
        let mut bits = no_bits(rows_count);
        for (offset, (begins, ends)) in self.intervals.iter().enumerate() {
            if *begins <= number && number < *ends {
                set_bit(&mut bits, offset as u16);
            }
        }
        let rows = Arc::new(Rows::of_bits(bits, rows_count));
        if kept.len() == KEPT_MAX {
            kept.remove(0);
        }
        kept.push((number, Arc::clone(&rows)));
        rows
    }

    /// Without the sets that are kept for a while.
    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.boundaries) + size_of_val(&*self.intervals) + size_of_val(&*self.counts)
    }
}
