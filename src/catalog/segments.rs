//! All segments of one edition: where each begins, which of them may have a value, and what is valid on a date.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use super::patience::{Interrupted, Patience};
use super::rows::{Rows, few_max};
use super::segment::Segment;
use super::subject::{Scalar, Subject};
use crate::domain::dictionary::Dictionary;
use crate::domain::item_table::ItemTable;
use crate::domain::validity::Date;

/// How many dates are kept with what is valid on them.
const DATES_MAX: usize = 32;

/// A date that was asked for so many times gets sets of what is valid.
const USES_UNTIL_KEPT: u32 = 2;

#[derive(Debug)]
pub struct Segments {
    all: Box<[Arc<Segment>]>,
    /// By slot.
    directories: Box<[OnceLock<Directory>]>,
    dates: RwLock<Vec<Arc<ValidOn>>>,
}

impl Segments {
    /// Takes over from other segments those whose blocks are here too.
    pub fn new(items: &ItemTable, dictionary: &Arc<Dictionary>, others: Option<&Segments>) -> Self {
        let mut rest = others.map(|others| &others.all[..]).unwrap_or_default();
        let segment = |block| {
            // Blocks that both have are in the same order in both.
            match rest.iter().position(|other: &Arc<Segment>| other.is_of(block, dictionary)) {
                Some(at) => {
                    let found = Arc::clone(&rest[at]);
                    rest = &rest[at + 1..];
                    found
                }
                None => Arc::new(Segment::new(Arc::clone(block), Arc::clone(dictionary))),
            }
        };
        let all = items.blocks().iter().map(segment).collect();
        let directories = (0..Subject::slots_count(dictionary)).map(|_| OnceLock::new()).collect();
        Self { all, directories, dates: RwLock::default() }
    }

    pub fn all(&self) -> &[Arc<Segment>] {
        &self.all
    }

    /// Says which segments may have a value. Made when first needed, of the values of all segments.
    pub fn directory(&self, slot: usize, patience: Option<&Patience<'_>>) -> Result<&Directory, Interrupted> {
        if let Some(made) = self.directories[slot].get() {
            return Ok(made);
        }
        for segment in &self.all {
            if !segment.has_values(slot) {
                segment.values(slot);
                if let Some(patience) = patience {
                    patience.spend(segment.rows_count());
                    patience.check()?;
                }
            }
        }
        Ok(self.directories[slot].get_or_init(|| Directory::new(&self.all, slot)))
    }

    /// What is valid on a date, remembered for the next time.
    pub fn valid_on(&self, date: Date) -> Arc<ValidOn> {
        let find = |dates: &[Arc<ValidOn>]| dates.iter().find(|valid| valid.date == date).cloned();
        let found = find(&self.dates.read().unwrap_or_else(PoisonError::into_inner));
        let valid = found.unwrap_or_else(|| {
            let mut dates = self.dates.write().unwrap_or_else(PoisonError::into_inner);
            find(&dates).unwrap_or_else(|| {
                if dates.len() == DATES_MAX {
                    // The least used of all but the newest goes.
                    let uses = |valid: &Arc<ValidOn>| valid.uses.load(Ordering::Relaxed);
                    let least = (0..DATES_MAX - 1).min_by_key(|at| uses(&dates[*at])).unwrap_or_default();
                    dates.remove(least);
                }
                let segments = self.all.iter().map(|_| OnceLock::new()).collect();
                let valid = Arc::new(ValidOn { date, uses: AtomicU32::new(0), segments });
                dates.push(Arc::clone(&valid));
                valid
            })
        });
        if valid.uses.load(Ordering::Relaxed) < USES_UNTIL_KEPT {
            valid.uses.fetch_add(1, Ordering::Relaxed);
        }
        valid
    }
}

/// For values by their hashes, the segments that may have them: a bit for each, or for several neighbours where there are many.
#[derive(Debug)]
pub struct Directory {
    masks: Box<[u64]>,
    segments_count: usize,
}

/// The bit of a segment among so many. Of more segments than bits some neighbours share one.
pub fn bit_of(segment: usize, segments_count: usize) -> u64 {
    1 << (segment >> shift(segments_count))
}

fn shift(segments_count: usize) -> u32 {
    (usize::BITS - segments_count.saturating_sub(1).leading_zeros()).saturating_sub(6)
}

impl Directory {
    /// More masks than this are not worth their memory: a mask for several values still leaves out most segments.
    const MASKS_MAX: usize = 1 << 17;

    fn new(segments: &[Arc<Segment>], slot: usize) -> Self {
        let values_count: usize = segments.iter().map(|segment| segment.values(slot).hashes().count()).sum();
        let masks = vec![0; (values_count * 2).next_power_of_two().min(Self::MASKS_MAX)];
        let mut directory = Self { masks: masks.into(), segments_count: segments.len() };
        for (at, segment) in segments.iter().enumerate() {
            for hash in segment.values(slot).hashes() {
                let mask = directory.place(hash);
                directory.masks[mask] |= bit_of(at, segments.len());
            }
        }
        directory
    }

    fn place(&self, hash: u32) -> usize {
        (hash ^ hash >> 16) as usize & (self.masks.len() - 1)
    }

    pub fn mask(&self, hash: u32) -> u64 {
        self.masks[self.place(hash)]
    }

    pub fn has(&self, mask: u64, segment: usize) -> bool {
        mask & bit_of(segment, self.segments_count) != 0
    }

    /// The segments of a mask, in order.
    pub fn segments(&self, mask: u64) -> impl Iterator<Item = usize> + use<> {
        let count = self.segments_count;
        let mut left = mask;
        let bits = std::iter::from_fn(move || {
            let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
            left &= left - 1;
            Some(bit)
        });
        bits.flat_map(move |bit| bit << shift(count)..count.min((bit + 1) << shift(count)))
    }

    /// The rows of a value in one segment.
    pub fn rows_of<'s>(&self, segment: &'s Segment, slot: usize, wanted: Scalar<'_>, hash: u32) -> &'s [u16] {
        let values = segment.values(slot);
        values.group_of(wanted, hash, segment.versions()).map(|group| values.offsets_of(group)).unwrap_or_default()
    }
}

/// What is valid on a date.
#[derive(Debug)]
pub struct ValidOn {
    date: Date,
    uses: AtomicU32,
    segments: Box<[OnceLock<Arc<Rows<'static>>>]>,
}

impl ValidOn {
    /// The rows of a segment that are valid; or, where that is cheaper, those of the wanted rows that are, and then nothing more is known.
    pub fn rows<'v>(&'v self, at: usize, segment: &Segment, wanted: Rows<'v>) -> Valid<'v> {
        if let Some(rows) = self.segments[at].get() {
            return Valid { rows: wanted, on_date: rows.borrowed() };
        }
        if let Some(rows) = segment.validity().simply_on(self.date) {
            return Valid { rows: wanted, on_date: rows };
        }
        match wanted {
            Rows::Few(offsets) if self.uses.load(Ordering::Relaxed) < USES_UNTIL_KEPT && offsets.len() <= few_max(segment.rows_count()) => {
                let left = segment.validity().valid_of(&offsets, self.date);
                Valid { rows: if left.is_empty() { Rows::Nothing } else { Rows::Few(left.into()) }, on_date: Rows::Everything }
            }
            wanted => {
                let rows = self.segments[at].get_or_init(|| segment.validity().valid_on(self.date));
                Valid { rows: wanted, on_date: rows.borrowed() }
            }
        }
    }
}

/// Two sets that together say which of some rows are valid.
pub struct Valid<'v> {
    pub rows: Rows<'v>,
    pub on_date: Rows<'v>,
}
