//! When to try again what failed: later and later, by chance within bounds so that many do not come back together, and not for ever.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// How patient deliveries are.
#[derive(Debug, Clone, Copy)]
pub struct BackoffSettings {
    /// Before the second attempt; each later wait is twice the one before.
    pub first_ms: u64,
    pub longest_ms: u64,
    /// After so long without a success, a consumer is quarantined.
    pub give_up_after_ms: u64,
}

impl BackoffSettings {
    /// How long to wait after so many failures in a row: between half of the step and the whole of it, or as long as the receiver asks.
    pub fn wait(&self, failures: i64, chance: u64, asked: Option<Duration>) -> Duration {
        let doublings = u32::try_from(failures.clamp(1, 32) - 1).unwrap_or(0);
        let step = self.first_ms.saturating_mul(1 << doublings).min(self.longest_ms).max(1);
        let wait = Duration::from_millis(step / 2 + chance % (step - step / 2 + 1));
        // Nobody is waited for longer than it takes to give them up.
        asked.map_or(wait, |asked| asked.max(wait)).min(Duration::from_millis(self.give_up_after_ms.max(self.longest_ms)))
    }

    pub fn is_over(&self, failing_since: Timestamp, now: Timestamp) -> bool {
        let patience = SignedDuration::from_millis(i64::try_from(self.give_up_after_ms).unwrap_or(i64::MAX));
        now.duration_since(failing_since) >= patience
    }
}

/// What is left of a wait. Never more than the whole of it, from the last attempt on: the clock may have been set back since.
pub fn rest_of_wait(next_attempt_at: Timestamp, attempted_at: Option<Timestamp>, now: Timestamp) -> Duration {
    let rest = next_attempt_at.duration_since(now);
    let whole = attempted_at.map_or(rest, |attempted_at| next_attempt_at.duration_since(attempted_at));
    Duration::try_from(rest.min(whole)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SETTINGS: BackoffSettings = BackoffSettings { first_ms: 1_000, longest_ms: 3_600_000, give_up_after_ms: 3 * 24 * 3_600_000 };

    proptest! {
        #[test]
        fn waits_grow_within_bounds(failures in 1i64..10_000, chance: u64) {
            let wait = SETTINGS.wait(failures, chance, None).as_millis() as u64;
            let step = if failures > 12 { 3_600_000 } else { (1_000 << (failures - 1)).min(3_600_000) };
            prop_assert!((step / 2..=step).contains(&wait), "{wait} of {step}");
        }
    }

    #[test]
    fn receivers_are_waited_for_and_given_up() {
        assert_eq!(SETTINGS.wait(1, 0, Some(Duration::from_secs(60))), Duration::from_secs(60));
        assert_eq!(SETTINGS.wait(1, 0, Some(Duration::from_secs(u64::MAX / 2))), Duration::from_hours(72));
        let since: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        assert!(!SETTINGS.is_over(since, since + SignedDuration::from_hours(71)));
        assert!(SETTINGS.is_over(since, since + SignedDuration::from_hours(72)));
        // A clock that was set back gives nobody up, and has nobody wait for longer.
        assert!(!SETTINGS.is_over(since, since - SignedDuration::from_hours(72)));
        let (next, hours) = (since + SignedDuration::from_hours(6), |hours| since + SignedDuration::from_hours(hours));
        for (now, rest) in [(0, 6), (4, 2), (7, 0), (-24, 6)] {
            assert_eq!(rest_of_wait(next, Some(since), hours(now)), Duration::from_hours(rest), "{now}");
        }
        assert_eq!(rest_of_wait(next, None, since), Duration::from_hours(6));
    }
}
