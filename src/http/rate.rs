//! How fast one caller may ask: so many operations a second, and so many at once (GCRA, ITU-T I.371). Who a caller is, others know:
//! here they are a number.

use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustc_hash::FxHashMap;

use super::RateSettings;

/// So many callers are remembered in each of two generations: whoever has not asked for long is forgotten, and may ask anew.
const CALLERS_PER_GENERATION: usize = 50_000;
const SHARDS: usize = 8;

/// Whom a limit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatedBy<'a> {
    /// The secret that they present.
    Credential(&'a str),
    /// The address of somebody who presents nothing.
    Address(&'a str),
}

/// Holds callers to a rate.
pub struct RateLimiter {
    /// How long one operation takes up at the allowed rate; `None` without a limit.
    interval: Option<Duration>,
    /// How far ahead of the rate somebody may be.
    ahead_max: Duration,
    began: Instant,
    /// Callers cannot choose their numbers.
    hasher: std::hash::RandomState,
    shards: [Mutex<Generations>; SHARDS],
}

#[derive(Default)]
struct Generations {
    /// By caller, until when their operations take up the rate, in nanoseconds since the limiter began.
    young: FxHashMap<u64, u64>,
    old: FxHashMap<u64, u64>,
}

impl RateLimiter {
    pub fn new(settings: RateSettings) -> Self {
        let RateSettings { per_s, burst } = settings;
        let interval = (per_s > 0).then(|| Duration::from_secs(1) / per_s);
        let ahead_max = interval.unwrap_or_default() * burst.max(1);
        Self { interval, ahead_max, began: Instant::now(), hasher: Default::default(), shards: Default::default() }
    }

    pub fn is_on(&self) -> bool {
        self.interval.is_some()
    }

    /// Lets some operations pass, or says how long their caller is to wait. More than may ever come at once are let pass by whoever
    /// has not asked for long: a batch has its own limit.
    pub fn take(&self, by: RatedBy<'_>, operations: u32, now: Instant) -> Result<(), Duration> {
        let Some(interval) = self.interval else { return Ok(()) };
        let nanos = |duration: Duration| u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        let now = nanos(now.saturating_duration_since(self.began));
        let ahead_max = nanos(self.ahead_max);
        let cost = nanos(interval).saturating_mul(u64::from(operations));
        let caller = match by {
            RatedBy::Credential(secret) => self.hasher.hash_one((true, secret)),
            RatedBy::Address(address) => self.hasher.hash_one((false, address)),
        };
        let shard = &self.shards[caller as usize % SHARDS];
        let mut callers = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let taken_until = callers.find(caller).max(now);
        let after = taken_until.saturating_add(cost);
        let late = after.saturating_sub(now.saturating_add(ahead_max.max(cost)));
        if late > 0 {
            return Err(Duration::from_nanos(late));
        }
        callers.put(caller, after);
        Ok(())
    }
}

impl Generations {
    fn find(&self, caller: u64) -> u64 {
        self.young.get(&caller).or_else(|| self.old.get(&caller)).copied().unwrap_or(0)
    }

    /// Whoever has not asked since the older generation was young is forgotten with it.
    fn put(&mut self, caller: u64, taken_until: u64) {
        if self.young.len() >= CALLERS_PER_GENERATION / SHARDS && !self.young.contains_key(&caller) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(caller, taken_until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limiter(per_s: u32, burst: u32) -> RateLimiter {
        RateLimiter::new(RateSettings { per_s, burst })
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let limiter = limiter(10, 3);
        let start = limiter.began;
        let take = |by, after_ms| limiter.take(by, 1, start + Duration::from_millis(after_ms));
        let maria = RatedBy::Credential("maria");
        assert_eq!([take(maria, 0), take(maria, 0), take(maria, 0)], [Ok(()); 3]);
        assert_eq!(take(maria, 0), Err(Duration::from_millis(100)));
        assert_eq!(take(RatedBy::Credential("ivan"), 0), Ok(()), "another has a rate of their own");
        assert_eq!(take(RatedBy::Address("maria"), 0), Ok(()));
        assert_eq!(take(maria, 60), Err(Duration::from_millis(40)));
        assert_eq!((take(maria, 100), take(maria, 100)), (Ok(()), Err(Duration::from_millis(100))));
        assert_eq!([take(maria, 60_000), take(maria, 60_000), take(maria, 60_000)], [Ok(()); 3], "idle time is no more than a burst");
        assert!(take(maria, 60_000).is_err());
    }

    #[test]
    fn a_batch_counts_as_so_many_and_without_a_limit_everything_passes() {
        let limiter = limiter(10, 5);
        let maria = RatedBy::Credential("maria");
        assert_eq!(limiter.take(maria, 4, limiter.began), Ok(()));
        assert_eq!(limiter.take(maria, 2, limiter.began), Err(Duration::from_millis(100)));
        assert_eq!(limiter.take(RatedBy::Credential("ivan"), 9, limiter.began), Ok(()), "after long silence");
        assert!(limiter.take(RatedBy::Credential("ivan"), 1, limiter.began).is_err());
        let off = RateLimiter::new(RateSettings { per_s: 0, burst: 1 });
        assert!(!off.is_on() && (0..1000).all(|_| off.take(maria, 1, off.began).is_ok()));
    }

    #[test]
    fn a_crowd_takes_no_more_memory_than_is_allowed() {
        let limiter = limiter(1, 1);
        for number in 0..300_000_u32 {
            assert_eq!(limiter.take(RatedBy::Address(&number.to_string()), 1, limiter.began), Ok(()));
        }
        let remembered = |shard: &Mutex<Generations>| {
            let callers = shard.lock().expect("nobody panicked");
            callers.young.len() + callers.old.len()
        };
        assert!(limiter.shards.iter().map(remembered).sum::<usize>() <= 2 * CALLERS_PER_GENERATION);
    }
}
