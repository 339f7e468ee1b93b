//! How much was published week by week, for a picture of it. Weeks begin on Monday and are those of UTC, so that two who look from
//! different places see the same. It counts what it is given; who may see which edition, it does not know.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::publication::Edition;
use super::validity::Date;

/// What was published in one week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its Monday.
    pub starts_on: Date,
    pub publications_count: i64,
    /// Items, over all editions of the week.
    pub added_count: i64,
    pub changed_count: i64,
    pub retired_count: i64,
}

/// The last `weeks_count` weeks up to the one of `now`, those in which nothing happened included, the earliest first. `editions` are
/// some dictionaries' editions with the instants of their publications, in any order.
pub fn by_week<'a>(now: Timestamp, weeks_count: usize, editions: impl Iterator<Item = (Timestamp, &'a Edition)>) -> Vec<Week> {
    let mut weeks: Vec<Week> = (0..weeks_count).rev().map(|back| Week::starting(monday(now, back))).collect();
    let mut counted: BTreeSet<i64> = BTreeSet::new();
    for (published_at, edition) in editions {
        let starts_on = monday(published_at, 0);
        let Ok(at) = weeks.binary_search_by_key(&starts_on, |week| week.starts_on) else { continue };
        let week = &mut weeks[at];
        week.publications_count += i64::from(counted.insert(edition.published_seq));
        week.added_count += edition.added_count;
        week.changed_count += edition.changed_count;
        week.retired_count += edition.retired_count;
    }
    weeks
}

/// The Monday of the week of an instant, or of a week so many before it.
fn monday(at: Timestamp, weeks_back: usize) -> Date {
    let day = at.to_zoned(TimeZone::UTC).date();
    let days_back = i64::from(day.weekday().to_monday_zero_offset()) + i64::try_from(weeks_back).unwrap_or(i64::MAX / 14) * 7;
    day.saturating_sub(Span::new().days(days_back.min(4_000_000)))
}

impl Week {
    const fn starting(starts_on: Date) -> Self {
        Self { starts_on, publications_count: 0, added_count: 0, changed_count: 0, retired_count: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edition(published_seq: i64, added_count: i64) -> Edition {
        Edition {
            number: 1,
            published_seq,
            definition_changed: false,
            items_count: 0,
            added_count,
            changed_count: 2 * added_count,
            retired_count: 0,
            digest: [0; 32],
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_in_utc_and_none_is_left_out() {
        let editions = [
            (at("2026-10-11T23:59:59Z"), edition(1, 100)),
            (at("2026-11-08T23:59:59Z"), edition(2, 1)),
            (at("2026-11-09T00:00:00Z"), edition(3, 2)),
            (at("2026-11-22T23:00:00Z"), edition(4, 4)),
            (at("2026-11-22T23:00:00Z"), edition(4, 8)),
        ];
        let weeks = by_week(at("2026-11-22T12:00:00Z"), 4, editions.iter().map(|(at, edition)| (*at, edition)));
        let told = |week: &Week| format!("{} {} {} {}", week.starts_on, week.publications_count, week.added_count, week.changed_count);
        let told: Vec<String> = weeks.iter().map(told).collect();
        assert_eq!(told, ["2026-10-26 0 0 0", "2026-11-02 1 1 2", "2026-11-09 1 2 4", "2026-11-16 1 12 24"]);
        assert!(by_week(at("2026-11-22T12:00:00Z"), 0, std::iter::empty()).is_empty());
    }
}
