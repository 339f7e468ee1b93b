//! A set of positions of one edition, and what it is in each segment.

use super::rows::{Rows, no_bits};

#[derive(Debug)]
pub struct Positions {
    words: Vec<u64>,
}

impl Positions {
    /// None of so many.
    pub fn none_of(count: usize) -> Self {
        Self { words: no_bits(count) }
    }

    /// Whether the position was not there before.
    pub fn insert(&mut self, position: u32) -> bool {
        let word = &mut self.words[position as usize / 64];
        let before = *word;
        *word |= 1 << (position % 64);
        *word != before
    }

    pub fn contains(&self, position: u32) -> bool {
        self.words[position as usize / 64] >> (position % 64) & 1 == 1
    }

    /// The positions from `base` on, as rows of a segment that begins there.
    pub fn rows(&self, base: u32, rows_count: usize) -> Rows<'static> {
        let (first, shift) = (base as usize / 64, base % 64);
        let word = |at: usize| self.words.get(at).copied().unwrap_or_default();
        let mut bits = no_bits(rows_count);
        for (at, bits) in bits.iter_mut().enumerate() {
            *bits = word(first + at) >> shift;
            if shift > 0 {
                *bits |= word(first + at + 1) << (64 - shift);
            }
        }
        if let Some(last) = bits.last_mut().filter(|_| !rows_count.is_multiple_of(64)) {
            *last &= (1 << (rows_count % 64)) - 1;
        }
        Rows::of_bits(bits, rows_count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_the_positions_behind_a_base() {
        let mut positions = Positions::none_of(1_000);
        let put: Vec<u32> = (0..1_000).filter(|position| position % 7 == 3).collect();
        assert!(put.iter().all(|position| positions.insert(*position)));
        assert!(!positions.insert(3) && positions.contains(3) && !positions.contains(4));
        for (base, count) in [(0, 1_000), (64, 64), (65, 300), (127, 1), (900, 100)] {
            let found: Vec<u32> = positions.rows(base, count).iter_from(0, count).map(|row| base + u32::from(row)).collect();
            let expected: Vec<u32> = put.iter().copied().filter(|position| (base..base + count as u32).contains(position)).collect();
            assert_eq!(found, expected, "{base} {count}");
        }
    }
}
