//! Valid time: half-open intervals of dates whose ends may be open, and the algebra on them.
//! It knows nothing of what holds during an interval.

use std::fmt;

pub use jiff::civil::Date;

/// `[from, to)`: `None` at an end means that it is open.
///
/// An interval is never empty: `parse` and `new` refuse `from >= to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Validity {
    /// `Date::MIN` stands for an open start, so that an interval takes eight bytes.
    from: Date,
    /// `Date::MAX` stands for an open end.
    to: Date,
}

impl Validity {
    /// Holds always.
    pub const ALWAYS: Validity = Validity { from: Date::MIN, to: Date::MAX };

    /// `None` when the interval would be empty.
    pub fn new(from: Option<Date>, to: Option<Date>) -> Option<Self> {
        let from = from.unwrap_or(Date::MIN);
        let to = to.unwrap_or(Date::MAX);
        (from < to).then_some(Self { from, to })
    }

    /// Holds from a date on, with no end.
    pub fn starting(from: Date) -> Self {
        Self { from, to: Date::MAX }
    }

    pub fn from(self) -> Option<Date> {
        (self.from != Date::MIN).then_some(self.from)
    }

    pub fn to(self) -> Option<Date> {
        (self.to != Date::MAX).then_some(self.to)
    }

    pub fn contains(self, date: Date) -> bool {
        self.from <= date && date < self.to
    }

    pub fn overlaps(self, other: Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// The part that both share, if any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let to = self.to.min(other.to);
        (from < to).then_some(Self { from, to })
    }

    /// What is left of `self` before and after `cut`.
    pub fn without(self, cut: Self) -> (Option<Self>, Option<Self>) {
        let before = Self { from: self.from, to: self.to.min(cut.from) };
        let after = Self { from: self.from.max(cut.to), to: self.to };
        ((before.from < before.to).then_some(before), (after.from < after.to).then_some(after))
    }

    /// Whether `next` begins on the very day that `self` ends.
    pub fn meets(self, next: Self) -> bool {
        self.to == next.from
    }

    /// `self` and an adjoining `next` as one interval.
    pub fn joined(self, next: Self) -> Self {
        Self { from: self.from, to: next.to }
    }

    /// Ends before `other` begins or on the same day.
    pub fn is_before(self, other: Self) -> bool {
        self.to <= other.from
    }

    /// Intervals sort by their start; an open start comes first.
    pub fn start_key(self) -> Date {
        self.from
    }

    /// The end as a sortable key; an open end comes last.
    pub fn end_key(self) -> Date {
        self.to
    }

    /// The first part of `self` that none of the intervals covers. They must be sorted by start.
    pub fn uncovered_by(self, sorted: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut from = self.from;
        for cover in sorted {
            if cover.to <= from {
                continue;
            }
            if cover.from > from {
                return Some(Self { from, to: cover.from.min(self.to) });
            }
            from = cover.to;
            if from >= self.to {
                return None;
            }
        }
        Some(Self { from, to: self.to })
    }
}

impl fmt::Display for Validity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from(), self.to()) {
            (None, None) => write!(f, "always"),
            (Some(from), None) => write!(f, "from {from}"),
            (None, Some(to)) => write!(f, "until {to}"),
            (Some(from), Some(to)) => write!(f, "from {from} until {to}"),
        }
    }
}

/// Reads `yyyy-MM-dd` and `dd.MM.yyyy`; years 1 to 9998, so that no date meets the sentinels of an open end.
pub fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let (year, month, day) = match bytes {
        [_, _, _, _, b'-', _, _, b'-', _, _] => (&text[0..4], &text[5..7], &text[8..10]),
        [_, _, b'.', _, _, b'.', _, _, _, _] => (&text[6..10], &text[3..5], &text[0..2]),
        _ => return None,
    };
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if ![year, month, day].into_iter().all(is_number) {
        return None;
    }
    let year: i16 = year.parse().ok()?;
    if !(1..=9998).contains(&year) {
        return None;
    }
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(number: i16) -> Date {
        Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(number))
    }

    fn interval() -> impl Strategy<Value = Validity> {
        (proptest::option::of(0i16..20), proptest::option::of(0i16..20))
            .prop_filter_map("not empty", |(from, to)| Validity::new(from.map(day), to.map(day)))
    }

    proptest! {
        #[test]
        fn algebra_agrees_with_days(a in interval(), b in interval()) {
            let (before, after) = a.without(b);
            for number in -2i16..23 {
                let date = day(number);
                let (in_a, in_b) = (a.contains(date), b.contains(date));
                prop_assert_eq!(a.intersection(b).is_some_and(|both| both.contains(date)), in_a && in_b);
                let left = before.is_some_and(|part| part.contains(date)) || after.is_some_and(|part| part.contains(date));
                prop_assert_eq!(left, in_a && !in_b);
            }
            prop_assert_eq!(a.overlaps(b), a.intersection(b).is_some());
        }

        #[test]
        fn uncovered_agrees_with_days(a in interval(), mut covers in prop::collection::vec(interval(), 0..4)) {
            covers.sort_by_key(|cover| cover.start_key());
            let gap = a.uncovered_by(covers.iter().copied());
            let first_bare = (-2i16..23).map(day).find(|date| a.contains(*date) && !covers.iter().any(|c| c.contains(*date)));
            prop_assert_eq!(gap.is_some(), first_bare.is_some());
            if let (Some(gap), Some(date)) = (gap, first_bare) {
                prop_assert!(gap.contains(date));
            }
        }
    }

    #[test]
    fn reads_both_date_forms_and_refuses_impossible_ones() {
        assert_eq!(parse_date("2024-02-29"), Some(Date::constant(2024, 2, 29)));
        assert_eq!(parse_date("29.02.2024"), Some(Date::constant(2024, 2, 29)));
        for wrong in ["2023-02-29", "30.02.2024", "2024-2-9", "1.2.2024", "9999-12-31", "+024-01-01", "сегодня", ""] {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
