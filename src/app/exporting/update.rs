//! What changed in a dictionary between two publications, item by item, as receivers of updates want it: added, updated, removed.
//! Both states are walked side by side, so nothing is kept of them. Deliberately unknown: how an update file is written.

use std::iter::Peekable;
use std::sync::Arc;

use crate::catalog::DictionarySnapshot;
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;

/// What became of an item for the receiver; what is removed comes with the version that the receiver has.
pub use crate::exchange::esnsi::Change as ItemChange;

/// A state that a receiver has or is to have: what is valid on a date, of an edition; `None` before the first.
#[derive(Clone, Copy)]
pub struct State<'a> {
    pub snapshot: Option<&'a DictionarySnapshot>,
    pub valid_on: Date,
}

impl<'a> State<'a> {
    /// The versions that are valid, in the order of codes: one an item.
    fn versions(self) -> impl Iterator<Item = &'a Arc<ItemVersion>> {
        let versions = self.snapshot.into_iter().flat_map(|snapshot| snapshot.items.versions());
        versions.filter(move |version| version.validity().contains(self.valid_on))
    }
}

/// Gives the changes that lead from one state to another, in the order of codes; stops at the first error of `take`.
pub fn each_change<'a, E>(
    from: State<'a>,
    to: State<'a>,
    mut take: impl FnMut(ItemChange, &'a ItemVersion) -> Result<(), E>,
) -> Result<(), E> {
    let (mut before, mut after) = (from.versions().peekable(), to.versions().peekable());
    while let Some((change, version)) = next(&mut before, &mut after) {
        if let Some(change) = change {
            take(change, version)?;
        }
    }
    Ok(())
}

/// The next item of either side, and what became of it.
fn next<'a>(
    before: &mut Peekable<impl Iterator<Item = &'a Arc<ItemVersion>>>,
    after: &mut Peekable<impl Iterator<Item = &'a Arc<ItemVersion>>>,
) -> Option<(Option<ItemChange>, &'a ItemVersion)> {
    let (old, new) = (before.peek().copied(), after.peek().copied());
    match (old, new) {
        (None, None) => None,
        (Some(old), new) if new.is_none_or(|new| old.code < new.code) => {
            before.next();
            Some((Some(ItemChange::Remove), old))
        }
        (old, Some(new)) if old.is_none_or(|old| new.code < old.code) => {
            after.next();
            Some((Some(ItemChange::Add), new))
        }
        (Some(old), Some(new)) => {
            before.next();
            after.next();
            // The digest covers everything that is said of the item, its interval included.
            Some(((old.digest != new.digest).then_some(ItemChange::Update), new))
        }
        (None, Some(_)) | (Some(_), None) => None,
    }
}
