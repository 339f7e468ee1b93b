//! Everything that was ever published of an item, what was replaced since included. It comes from the database: snapshots hold one
//! publication each.

use super::super::fault::{Fault, Outcome};
use super::super::plan::Items;
use super::Run;
use super::item::Item;
use super::output::{Output, Written};
use crate::app::reading::{Coordinate, RecordedVersion};
use crate::catalog::DictionarySnapshot;
use crate::domain::validity::{Date, Validity};

impl<'q> Run<'q> {
    /// The history of a code as it was known at a publication; empty when the code was never published.
    pub fn history(&self, out: &mut Output<'q>, of: &'q Items, shape_index: usize, code: &str, at: Coordinate) -> Written {
        let snapshot = self.snapshot(shape_index, at.publication);
        let Some(snapshot) = self.told(out, snapshot)? else {
            out.raw("[]");
            return Ok(());
        };
        let recorded = self.recorded(snapshot, code, at.publication);
        let recorded = self.told(out, recorded)?;
        self.list(out, recorded.iter(), |out, RecordedVersion { version, superseded_seq }| {
            let at = coordinate_of(version.validity(), *superseded_seq, at);
            let superseded_seq = *superseded_seq;
            self.item(out, of, Item { shape_index, dictionary: &snapshot.dictionary, version, at, superseded_seq })
        })
    }

    fn recorded(&self, snapshot: &DictionarySnapshot, code: &str, publication: i64) -> Outcome<Vec<RecordedVersion>> {
        // By which publication a version was replaced may not be known yet.
        self.is_pinned.set(false);
        self.scope.check_blocking()?;
        let recorded = self.scope.reader.history(snapshot, code, publication)?;
        let max = self.scope.limits.history_items_max;
        if recorded.len() > max {
            let message = format!("the history of {code} has {} versions, and at most {max} are given (history_items_max)", recorded.len());
            return Err(Fault::limit(message));
        }
        Ok(recorded)
    }
}

/// Where a version of a history reads what it refers to: on the day of its interval nearest to the one asked for, and at the last
/// publication in which it stood.
pub fn coordinate_of(validity: Validity, superseded_seq: Option<i64>, asked: Coordinate) -> Coordinate {
    let publication = superseded_seq.map_or(asked.publication, |seq| asked.publication.min(seq - 1));
    Coordinate { valid_on: nearest_day(validity, asked.valid_on), publication }
}

fn nearest_day(validity: Validity, wanted: Date) -> Date {
    match (validity.from(), validity.to()) {
        (Some(from), _) if wanted < from => from,
        (_, Some(to)) if wanted >= to => to.yesterday().unwrap_or(to),
        _ => wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_inside_its_interval() {
        let day = |day| Date::constant(2020, 1, day);
        let validity = Validity::new(Some(day(10)), Some(day(20))).unwrap();
        for (wanted, expected) in [(1, 10), (10, 10), (15, 15), (19, 19), (20, 19), (30, 19)] {
            assert_eq!(nearest_day(validity, day(wanted)), day(expected));
        }
        let asked = Coordinate { valid_on: day(15), publication: 7 };
        assert_eq!(coordinate_of(validity, Some(5), asked), Coordinate { valid_on: day(15), publication: 4 });
        assert_eq!(coordinate_of(validity, None, asked), asked);
    }
}
