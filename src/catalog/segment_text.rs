//! Which rows of a segment have a part of a text: by every three letters that follow each other in the folded texts.
//! A text is continued by two ends, so that its last letters begin three as well: whatever begins with one or two letters is then a
//! range of the sorted threes, and parts of up to three letters need no second look. It verifies nothing itself.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::folding::fold_into;
use super::rows::{Rows, no_bits, set_bit};
use super::subject::{Scalar, Subject};
use crate::domain::item::ItemVersion;

/// Stands behind the last letter, and is none.
const END: u64 = 0x11_0000;

/// A Unicode scalar takes so many bits.
const LETTER_BITS: u32 = 21;

/// Candidates of so few rows are not narrowed further: a look at each is cheaper.
const CANDIDATES_ENOUGH: usize = 16;

/// What one row in so many has narrows the candidates less than it takes to look for them in it.
const COMMON_SHARE: usize = 6;

/// Three letters as one number that sorts as they do.
fn three(letters: [u64; 3]) -> u64 {
    letters[0] << (2 * LETTER_BITS) | letters[1] << LETTER_BITS | letters[2]
}

/// What is looked for: a folded text, cut as the index cuts.
#[derive(Debug)]
pub enum Needle {
    /// No letter: whatever is a text has it.
    Empty,
    /// One or two letters: the first three that begins with them, and the first behind those.
    Short(u64, u64),
    /// Three letters.
    Three(u64),
    /// More of them: a row that has every three may still not have them in a row.
    Long(Vec<u64>),
}

impl Needle {
    pub fn new(folded: &str) -> Self {
        let letters: Vec<u64> = folded.chars().map(u64::from).collect();
        match letters[..] {
            [] => Self::Empty,
            [one] => Self::Short(three([one, 0, 0]), three([one + 1, 0, 0])),
            [one, two] => Self::Short(three([one, two, 0]), three([one, two + 1, 0])),
            [one, two, last] => Self::Three(three([one, two, last])),
            _ => {
                let mut threes: Vec<u64> = letters.windows(3).map(|letters| three([letters[0], letters[1], letters[2]])).collect();
                threes.sort_unstable();
                threes.dedup();
                Self::Long(threes)
            }
        }
    }

    /// Whether what the index finds needs no verification.
    pub fn is_exact(&self) -> bool {
        matches!(self, Self::Short(..) | Self::Three(_))
    }
}

#[derive(Debug)]
pub struct TextPartIndex {
    /// Sorted.
    threes: Box<[u64]>,
    /// Where the rows of each begin, and where the last end.
    starts: Box<[u32]>,
    offsets: Box<[u16]>,
}

impl TextPartIndex {
    pub fn new(subject: Subject, versions: &[Arc<ItemVersion>]) -> Self {
        let mut numbers: FxHashMap<u64, u32> = FxHashMap::default();
        // The last row and the number of rows of each three.
        let mut counts: Vec<(u16, u32)> = Vec::new();
        let mut found: Vec<(u32, u16)> = Vec::new();
        let mut folded = String::new();
        for (row, version) in versions.iter().enumerate() {
            subject.any(version, |scalar| {
                let Scalar::Text(text) = scalar else { return false };
                folded.clear();
                fold_into(text, &mut folded);
                each_three(&folded, |letters| {
                    let next = counts.len() as u32;
                    let number = *numbers.entry(letters).or_insert(next);
                    if number == next {
                        counts.push((row as u16, 0));
                    }
                    let (last, count) = &mut counts[number as usize];
                    if *last != row as u16 || *count == 0 {
                        *last = row as u16;
                        *count += 1;
                        found.push((number, row as u16));
                    }
                });
                false
            });
        }
        let mut sorted: Vec<(u64, u32)> = numbers.into_iter().collect();
        sorted.sort_unstable();
        let mut starts = Vec::with_capacity(sorted.len() + 1);
        let mut ends = vec![0u32; sorted.len()];
        let mut start = 0;
        for (_, number) in &sorted {
            starts.push(start);
            ends[*number as usize] = start;
            start += counts[*number as usize].1;
        }
        starts.push(start);
        let mut offsets: Box<[u16]> = vec![0; found.len()].into();
        for (number, row) in found {
            let end = &mut ends[number as usize];
            offsets[*end as usize] = row;
            *end += 1;
        }
        Self { threes: sorted.into_iter().map(|(letters, _)| letters).collect(), starts: starts.into(), offsets }
    }

    /// The rows that may have the part, and how many rows were looked at for it.
    pub fn candidates(&self, needle: &Needle, rows_count: usize) -> (Rows<'_>, usize) {
        match needle {
            Needle::Empty => (Rows::Everything, 0),
            Needle::Short(first, behind) => {
                let from = self.threes.partition_point(|letters| letters < first);
                let to = from + self.threes[from..].partition_point(|letters| letters < behind);
                let all = &self.offsets[self.starts[from] as usize..self.starts[to] as usize];
                if to <= from + 1 {
                    return (Rows::list(all), 0);
                }
                let mut bits = no_bits(rows_count);
                all.iter().for_each(|offset| set_bit(&mut bits, *offset));
                (Rows::of_bits(bits, rows_count), all.len())
            }
            Needle::Three(letters) => self.with_all(&[*letters], rows_count),
            Needle::Long(threes) => self.with_all(threes, rows_count),
        }
    }

    fn with_all(&self, threes: &[u64], rows_count: usize) -> (Rows<'_>, usize) {
        let mut lists: Vec<&[u16]> = Vec::with_capacity(threes.len());
        for letters in threes {
            match self.threes.binary_search(letters) {
                Ok(at) => lists.push(&self.offsets[self.starts[at] as usize..self.starts[at + 1] as usize]),
                Err(_) => return (Rows::Nothing, 0),
            }
        }
        // The rarest first: what the others have more is not looked at.
        lists.sort_unstable_by_key(|list| list.len());
        let mut looked_at = 0;
        let mut found = Rows::Nothing;
        for (at, list) in lists.into_iter().enumerate() {
            if at > 0 && (found.count(0) <= CANDIDATES_ENOUGH || list.len() * COMMON_SHARE > rows_count) {
                break;
            }
            looked_at += list.len();
            found = if at == 0 { Rows::list(list) } else { found.and(Rows::list(list)) };
        }
        (found, looked_at)
    }

    pub fn heap_bytes(&self) -> usize {
        size_of_val(&*self.threes) + size_of_val(&*self.starts) + size_of_val(&*self.offsets)
    }
}

/// Every three letters of a folded text, with those that begin with its last ones.
fn each_three(folded: &str, mut take: impl FnMut(u64)) {
    let mut letters = folded.chars().map(u64::from);
    let Some(mut first) = letters.next() else { return };
    let mut rest = letters.chain([END, END]);
    let Some(mut second) = rest.next() else { return };
    for third in rest {
        take(three([first, second, third]));
        (first, second) = (second, third);
    }
}
