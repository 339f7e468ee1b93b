//! Whether a dictionary is renewed as often as its passport says. It knows days only; what renewed it is the caller's to say.

use jiff::{Span, Unit};

use super::validity::Date;

/// How the age of a dictionary stands to its update period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    Fresh,
    /// The last tenth of the period has begun; of a short period, its last day.
    Due,
    /// The period is over.
    Overdue,
    /// The passport names no period.
    Unknown,
}

/// The day by which it is to be renewed; `None` where the passport names no period.
pub fn renewal_due_on(renewed_on: Date, period_days: Option<u32>) -> Option<Date> {
    period_days.map(|days| renewed_on.saturating_add(Span::new().days(i64::from(days).min(3_000_000))))
}

/// How fresh something is on a day that was last renewed on another.
pub fn freshness(renewed_on: Date, period_days: Option<u32>, today: Date) -> Freshness {
    let (Some(due_on), Some(period_days)) = (renewal_due_on(renewed_on, period_days), period_days) else { return Freshness::Unknown };
    let days_left = today.until((Unit::Day, due_on)).map_or(0, |left| i64::from(left.get_days()));
    match days_left {
        ..0 => Freshness::Overdue,
        days if days <= i64::from(period_days / 10).max(1) => Freshness::Due,
        _ => Freshness::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_tenth_of_a_period_is_due_and_then_it_is_overdue() {
        let renewed_on = Date::constant(2026, 1, 1);
        for (period, age, expected) in [
            (None, 10_000, Freshness::Unknown),
            (Some(30), 0, Freshness::Fresh),
            (Some(30), 26, Freshness::Fresh),
            (Some(30), 27, Freshness::Due),
            (Some(30), 30, Freshness::Due),
            (Some(30), 31, Freshness::Overdue),
            (Some(1), 0, Freshness::Due),
            (Some(1), 2, Freshness::Overdue),
            (Some(7), 5, Freshness::Fresh),
            (Some(7), 6, Freshness::Due),
            (Some(u32::MAX), 9_000, Freshness::Fresh),
        ] {
            let today = renewed_on.saturating_add(Span::new().days(age));
            assert_eq!(freshness(renewed_on, period, today), expected, "{period:?} days, {age} days later");
        }
        // A clock that stepped back.
        assert_eq!(freshness(renewed_on, Some(30), Date::constant(2025, 12, 1)), Freshness::Fresh);
        assert_eq!(renewal_due_on(renewed_on, Some(31)), Some(Date::constant(2026, 2, 1)));
    }
}
