//! Sets of rows of one segment, by their offsets there: a few in a list, many in a bitmap. It knows nothing of what rows are.
//!
//! The crate `roaring` has such sets of whole numbers of 32 bits. Its bitmaps are of 65,536 bits where a segment has a quarter of
//! that, so that each would be four times as large and as slow, and it does not count what two sets share with a borrowed list.

use std::borrow::Cow;

/// Which of the rows `0..rows_count` of a segment. Every operation must be given the same count.
#[derive(Debug, Clone)]
pub enum Rows<'a> {
    Nothing,
    Everything,
    /// Sorted, each once.
    Few(Cow<'a, [u16]>),
    /// A bit for each row; those behind the last row are zero.
    Many(Cow<'a, [u64]>),
}

/// Up to so many rows are a list. A bitmap of all rows takes as much as a list of one row in sixteen.
pub fn few_max(rows_count: usize) -> usize {
    rows_count / 16 + 4
}

/// A bitmap with no row.
pub fn no_bits(rows_count: usize) -> Vec<u64> {
    vec![0; rows_count.div_ceil(64)]
}

pub fn set_bit(bits: &mut [u64], offset: u16) {
    bits[usize::from(offset / 64)] |= 1 << (offset % 64);
}

fn has_bit(bits: &[u64], offset: u16) -> bool {
    bits[usize::from(offset / 64)] >> (offset % 64) & 1 == 1
}

fn bits_count(bits: &[u64]) -> usize {
    bits.iter().map(|word| word.count_ones() as usize).sum()
}

impl<'a> Rows<'a> {
    pub fn list(offsets: &'a [u16]) -> Self {
        if offsets.is_empty() { Self::Nothing } else { Self::Few(Cow::Borrowed(offsets)) }
    }

    /// What a bitmap says, in the form that fits.
    pub fn of_bits(bits: Vec<u64>, rows_count: usize) -> Self {
        let count = bits_count(&bits);
        if count == 0 {
            Self::Nothing
        } else if count == rows_count {
            Self::Everything
        } else if count <= few_max(rows_count) {
            Self::Few(Self::Many(Cow::Owned(bits)).iter_from(0, rows_count).collect())
        } else {
            Self::Many(Cow::Owned(bits))
        }
    }

    pub fn borrowed(&self) -> Rows<'_> {
        match self {
            Self::Nothing => Rows::Nothing,
            Self::Everything => Rows::Everything,
            Self::Few(offsets) => Rows::Few(Cow::Borrowed(offsets)),
            Self::Many(bits) => Rows::Many(Cow::Borrowed(bits)),
        }
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Nothing)
    }

    pub fn contains(&self, offset: u16) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Few(offsets) => offsets.binary_search(&offset).is_ok(),
            Self::Many(bits) => has_bit(bits, offset),
        }
    }

    pub fn count(&self, rows_count: usize) -> usize {
        match self {
            Self::Nothing => 0,
            Self::Everything => rows_count,
            Self::Few(offsets) => offsets.len(),
            Self::Many(bits) => bits_count(bits),
        }
    }

    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, _) | (_, Self::Nothing) => Self::Nothing,
            (Self::Everything, rows) | (rows, Self::Everything) => rows,
            (Self::Few(a), Self::Few(b)) => {
                let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
                Self::few(shared(&short, &long).collect())
            }
            (Self::Few(offsets), Self::Many(bits)) | (Self::Many(bits), Self::Few(offsets)) => {
                Self::few(offsets.iter().copied().filter(|offset| has_bit(&bits, *offset)).collect())
            }
            (Self::Many(a), Self::Many(b)) => {
                let mut bits = a.into_owned();
                bits.iter_mut().zip(b.iter()).for_each(|(a, b)| *a &= b);
                if bits.iter().all(|word| *word == 0) { Self::Nothing } else { Self::Many(Cow::Owned(bits)) }
            }
        }
    }

    fn few(offsets: Vec<u16>) -> Self {
        if offsets.is_empty() { Self::Nothing } else { Self::Few(Cow::Owned(offsets)) }
    }

    /// How many rows are in both.
    pub fn count_of_both(&self, other: &Rows<'_>, rows_count: usize) -> usize {
        match (self, other) {
            (Rows::Nothing, _) | (_, Rows::Nothing) => 0,
            (Rows::Everything, rows) | (rows, Rows::Everything) => rows.count(rows_count),
            (Rows::Few(a), Rows::Few(b)) => {
                let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
                shared(short, long).count()
            }
            (Rows::Few(offsets), Rows::Many(bits)) | (Rows::Many(bits), Rows::Few(offsets)) => {
                offsets.iter().map(|offset| usize::from(has_bit(bits, *offset))).sum()
            }
            (Rows::Many(a), Rows::Many(b)) => a.iter().zip(b.iter()).map(|(a, b)| (a & b).count_ones() as usize).sum(),
        }
    }

    pub fn or(self, other: Self, rows_count: usize) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Nothing, rows) | (rows, Self::Nothing) => rows,
            (a, b) => {
                let mut bits = a.into_bits(rows_count);
                b.add_to(&mut bits);
                Self::of_bits(bits, rows_count)
            }
        }
    }

    pub fn not(self, rows_count: usize) -> Self {
        match self {
            Self::Nothing => Self::Everything,
            Self::Everything => Self::Nothing,
            rows => {
                let mut bits = rows.into_bits(rows_count);
                bits.iter_mut().for_each(|word| *word = !*word);
                hide_behind(&mut bits, rows_count);
                Self::of_bits(bits, rows_count)
            }
        }
    }

    /// Puts the rows into a bitmap.
    pub fn add_to(&self, bits: &mut [u64]) {
        match self {
            Self::Nothing => {}
            // The last word is not cut here: unions with everything do not come this far.
            Self::Everything => bits.iter_mut().for_each(|word| *word = u64::MAX),
            Self::Few(offsets) => offsets.iter().for_each(|offset| set_bit(bits, *offset)),
            Self::Many(more) => bits.iter_mut().zip(more.iter()).for_each(|(word, more)| *word |= more),
        }
    }

    fn into_bits(self, rows_count: usize) -> Vec<u64> {
        match self {
            Self::Many(bits) => bits.into_owned(),
            rows => {
                let mut bits = no_bits(rows_count);
                rows.add_to(&mut bits);
                hide_behind(&mut bits, rows_count);
                bits
            }
        }
    }

    /// The rows from an offset on, in order.
    pub fn iter_from(&self, offset: usize, rows_count: usize) -> RowsFrom<'_> {
        match self {
            Self::Nothing => RowsFrom::All(0..0),
            Self::Everything => RowsFrom::All(offset as u32..rows_count as u32),
            Self::Few(offsets) => RowsFrom::Few(offsets[offsets.partition_point(|at| usize::from(*at) < offset)..].iter()),
            Self::Many(bits) => {
                let word = offset / 64;
                let left = bits.get(word).map_or(0, |bits| bits >> (offset % 64) << (offset % 64));
                RowsFrom::Many { bits, word, left }
            }
        }
    }

    pub fn heap_bytes(&self) -> usize {
        match self {
            Self::Nothing | Self::Everything => 0,
            Self::Few(offsets) => size_of_val::<[u16]>(offsets),
            Self::Many(bits) => size_of_val::<[u64]>(bits),
        }
    }
}

/// Walks a set in order.
pub enum RowsFrom<'a> {
    All(std::ops::Range<u32>),
    Few(std::slice::Iter<'a, u16>),
    Many { bits: &'a [u64], word: usize, left: u64 },
}

impl Iterator for RowsFrom<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        match self {
            Self::All(range) => range.next().map(|offset| offset as u16),
            Self::Few(offsets) => offsets.next().copied(),
            Self::Many { bits, word, left } => {
                while *left == 0 {
                    *word += 1;
                    *left = *bits.get(*word)?;
                }
                let bit = left.trailing_zeros();
                *left &= *left - 1;
                Some((*word * 64) as u16 + bit as u16)
            }
        }
    }
}

fn hide_behind(bits: &mut [u64], rows_count: usize) {
    if let Some(last) = bits.last_mut().filter(|_| !rows_count.is_multiple_of(64)) {
        *last &= (1 << (rows_count % 64)) - 1;
    }
}

/// What two sorted lists share. The longer one is searched where it is much longer.
fn shared<'a>(short: &'a [u16], long: &'a [u16]) -> impl Iterator<Item = u16> + 'a {
    let mut rest = long;
    short.iter().copied().filter(move |offset| {
        // The next one is near where both are about as long; a doubling step finds it soon where it is far.
        let mut step = 1;
        while step < rest.len() && rest[step] < *offset {
            step *= 2;
        }
        let end = (step + 1).min(rest.len());
        let at = rest[step / 2..end].partition_point(|other| other < offset) + step / 2;
        rest = &rest[at.min(rest.len())..];
        rest.first() == Some(offset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const COUNT: usize = 300;

    fn set() -> impl Strategy<Value = BTreeSet<u16>> {
        let few = prop::collection::btree_set(0..COUNT as u16, 0..20);
        let many = prop::collection::btree_set(0..COUNT as u16, 100..280);
        prop_oneof![few, many, Just((0..COUNT as u16).collect()), Just(BTreeSet::new())]
    }

    fn rows(set: &BTreeSet<u16>, is_list: bool) -> Rows<'static> {
        if is_list {
            return Rows::few(set.iter().copied().collect());
        }
        let mut bits = no_bits(COUNT);
        set.iter().for_each(|offset| set_bit(&mut bits, *offset));
        Rows::of_bits(bits, COUNT)
    }

    fn set_of(rows: &Rows<'_>) -> BTreeSet<u16> {
        rows.iter_from(0, COUNT).collect()
    }

    proptest! {
        #[test]
        fn algebra_agrees_with_sets(a in set(), b in set(), lists in any::<[bool; 2]>(), from in 0..COUNT + 10) {
            let (rows_a, rows_b) = (rows(&a, lists[0]), rows(&b, lists[1]));
            prop_assert_eq!(set_of(&rows_a), a.clone());
            prop_assert_eq!(set_of(&rows_a.clone().and(rows_b.clone())), &a & &b);
            prop_assert_eq!(rows_a.count_of_both(&rows_b, COUNT), (&a & &b).len());
            prop_assert_eq!(set_of(&rows_a.clone().or(rows_b.clone(), COUNT)), &a | &b);
            prop_assert_eq!(set_of(&rows_a.clone().not(COUNT)), &(0..COUNT as u16).collect::<BTreeSet<u16>>() - &a);
            prop_assert_eq!(rows_a.count(COUNT), a.len());
            prop_assert_eq!(rows_a.iter_from(from, COUNT).collect::<Vec<_>>(), a.range(from as u16..).copied().collect::<Vec<_>>());
            for offset in 0..COUNT as u16 {
                prop_assert_eq!(rows_a.contains(offset), a.contains(&offset));
            }
        }
    }
}
