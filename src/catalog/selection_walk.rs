//! All versions of an edition that a filter takes, one after another in the order of codes, with no page and no total: what is written
//! into files. It goes from block to block and keeps nothing, so memory does not grow with the rows.

use std::sync::Arc;

use super::edition::DictionarySnapshot;
use super::patience::{Interrupted, Patience};
use super::selection_plan::descendants;
use super::selection_predicate::{Matcher, Predicate};
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;

pub use super::patience::KeepGoing;

/// Which versions of an item are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkedVersions {
    /// The one that is valid on the date.
    Valid,
    /// The one that is valid on the date, or else the last that was before it.
    Latest,
    /// All of an item of which one passes the filter, so that timelines stay whole.
    All,
}

/// A walk through one edition.
pub struct Walk<'a> {
    pub snapshot: &'a DictionarySnapshot,
    /// What stands under an item is looked at on the date, whichever versions are given.
    pub predicate: Option<&'a Predicate>,
    pub valid_on: Date,
    pub versions: WalkedVersions,
}

impl<'a> Walk<'a> {
    /// Gives each version to `take` with the number of versions that were passed so far; stops at its first error.
    pub fn each<E: From<Interrupted>>(
        &self,
        keep_going: KeepGoing<'_>,
        mut take: impl FnMut(&'a Arc<ItemVersion>, u64) -> Result<(), E>,
    ) -> Result<(), E> {
        let patience = Patience::new(keep_going);
        let under = descendants(self.snapshot, self.predicate, self.valid_on, &patience)?;
        let matcher = Matcher::new(self.snapshot, self.predicate, &under, &patience);
        let mut position = 0;
        for block in self.snapshot.items.blocks() {
            for timeline in block.versions().chunk_by(|a, b| a.code == b.code) {
                let first = position;
                position += timeline.len() as u32;
                let passes = |at: usize| self.predicate.is_none() || matcher.matches(first + at as u32);
                match self.versions {
                    WalkedVersions::All => {
                        if self.predicate.is_none() || (0..timeline.len()).any(passes) {
                            timeline.iter().try_for_each(|version| take(version, u64::from(position)))?;
                        }
                    }
                    WalkedVersions::Valid | WalkedVersions::Latest => {
                        if let Some(at) = self.chosen(timeline).filter(|at| passes(*at)) {
                            take(&timeline[at], u64::from(position))?;
                        }
                    }
                }
            }
            patience.spend_on_rows(block.versions().len());
            patience.check()?;
        }
        Ok(())
    }

    /// Which version of a timeline is meant.
    fn chosen(&self, timeline: &[Arc<ItemVersion>]) -> Option<usize> {
        // Versions stand in the order of their intervals, and these do not overlap.
        let begun = timeline.partition_point(|version| version.validity().start_key() <= self.valid_on);
        let at = begun.checked_sub(1)?;
        let is_meant = self.versions == WalkedVersions::Latest || timeline[at].validity().contains(self.valid_on);
        is_meant.then_some(at)
    }
}
