//! The rows of a segment in the order of one subject: which comes where, and which are equal.

use std::cmp::Ordering;
use std::ops::Range;

use super::selection_order::SortKey;

/// Rows in the order of their keys, equals in the order of codes; those without a key come last.
#[derive(Debug)]
pub struct OrderIndex {
    rows: Box<[u16]>,
    /// For each row the number of its key among the distinct ones: rows of a segment compare by it.
    ranks: Box<[u16]>,
}

impl OrderIndex {
    /// Of the keys of all rows.
    pub fn new(keys: Vec<Option<SortKey>>) -> Self {
        let compare = |a: &u16, b: &u16| compare_absent_last(&keys[usize::from(*a)], &keys[usize::from(*b)]);
        let mut rows: Vec<u16> = (0..keys.len()).map(|row| row as u16).collect();
        rows.sort_unstable_by(|a, b| compare(a, b).then(a.cmp(b)));
        let mut ranks: Box<[u16]> = vec![0; keys.len()].into();
        for at in 1..rows.len() {
            let step = u16::from(compare(&rows[at - 1], &rows[at]).is_ne());
            ranks[usize::from(rows[at])] = ranks[usize::from(rows[at - 1])] + step;
        }
        Self { rows: rows.into(), ranks }
    }

    pub fn rank(&self, row: u16) -> u16 {
        self.ranks[usize::from(row)]
    }

    pub fn rows(&self) -> &[u16] {
        &self.rows
    }

    /// The places of the rows that are equal to the one at a place, counted upwards from it or downwards to it.
    pub fn class(&self, place: usize, is_descending: bool) -> Range<usize> {
        let rank = self.rank(self.rows[place]);
        if is_descending {
            let start = self.rows[..place].partition_point(|row| self.rank(*row) < rank);
            start..place + 1
        } else {
            let length = self.rows[place..].partition_point(|row| self.rank(*row) == rank);
            place..place + length
        }
    }

    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of_val(&*self.ranks)
    }
}

fn compare_absent_last(a: &Option<SortKey>, b: &Option<SortKey>) -> Ordering {
    a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b))
}
