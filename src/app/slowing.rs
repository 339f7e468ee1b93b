//! Slowing: whoever fails to sign in waits longer and longer before the next attempt, by name and by address.
//! It knows no password; an attempt counts as failed until it is told otherwise, so that many at once gain nothing.

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::refusal_budget::counted_address;
use crate::db::Engine;
use crate::db::sign_in_failure::{self, Failures};
use crate::domain::digest::hex;
use crate::domain::error::{Error, Result};

/// So many failures of one name cost no wait.
const FAILURES_FREE_OF_NAME: i64 = 4;
/// And so many of one address, behind which a whole office may sit.
const FAILURES_FREE_OF_ADDRESS: i64 = 50;
const WAIT_SECONDS_MAX: i64 = 15 * 60;
/// After so long without another failure they are forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// Most names and addresses that are kept; beyond it the oldest are forgotten.
const COUNTED_MAX: i64 = 100_000;

/// One attempt to sign in: what it is counted for.
#[derive(Debug, Clone)]
pub struct Attempt {
    name: String,
    address: String,
}

impl Attempt {
    /// Names are kept as their digests: people type passwords where a name belongs.
    pub fn new(name: &str, address: &str) -> Self {
        let digest: [u8; 32] = Sha256::digest(name.as_bytes()).into();
        Self { name: format!("name:{}", hex(&digest)), address: format!("address:{}", counted_address(address)) }
    }

    /// Counts an attempt, or refuses it when it comes too soon. To be called under the writers' lock.
    pub fn begin(&self, connection: &mut Engine, now: Timestamp) -> Result<()> {
        let found = [&self.name, &self.address].map(|counted_for| recent(connection, counted_for, now));
        let [of_name, of_address] = found;
        let (of_name, of_address) = (of_name?, of_address?);
        let waits = [(of_name, FAILURES_FREE_OF_NAME), (of_address, FAILURES_FREE_OF_ADDRESS)];
        let waits = waits.into_iter().filter_map(|(failures, free)| Some(wait_seconds(failures?, free, now)));
        let wait_seconds = waits.max().unwrap_or(0);
        if wait_seconds > 0 {
            let noun = if wait_seconds == 1 { "second" } else { "seconds" };
            let message = format!("signing in failed too often: wait {wait_seconds} {noun} and try again");
            return Err(Error::refused("sign_in_slowed", message));
        }
        count(connection, &self.name, of_name, now)?;
        count(connection, &self.address, of_address, now)
    }

    /// The attempt was good: the name is forgotten. The address gets back what was counted for this attempt and one failure more, and
    /// waits no longer: others who sit behind it would wait for somebody who got in.
    pub fn succeed(&self, connection: &mut Engine, now: Timestamp) -> Result<()> {
        sign_in_failure::delete(connection, &self.name)?;
        match sign_in_failure::find(connection, &self.address)? {
            Some(failures) if failures.count > 2 => {
                let waited_out = now - SignedDuration::from_secs(WAIT_SECONDS_MAX);
                let fewer = Failures { count: failures.count - 2, last_at: failures.last_at.min(waited_out) };
                sign_in_failure::update(connection, &self.address, fewer)
            }
            _ => sign_in_failure::delete(connection, &self.address),
        }
    }
}

fn recent(connection: &mut Engine, counted_for: &str, now: Timestamp) -> Result<Option<Failures>> {
    let found = sign_in_failure::find(connection, counted_for)?;
    if let Some(failures) = found
        && now.duration_since(failures.last_at) >= FORGOTTEN_AFTER
    {
        sign_in_failure::delete(connection, counted_for)?;
        return Ok(None);
    }
    Ok(found)
}

/// One second after the first failure that is not free, twice as long after each one more.
fn wait_seconds(failures: Failures, free: i64, now: Timestamp) -> i64 {
    let beyond = failures.count - free - 1;
    if beyond < 0 {
        return 0;
    }
    let wait = if beyond < 10 { 1 << beyond } else { WAIT_SECONDS_MAX };
    let until = failures.last_at + SignedDuration::from_secs(wait.min(WAIT_SECONDS_MAX));
    let rest_ms = until.as_millisecond() - now.as_millisecond();
    // A clock that was set back must not lock anybody out for longer.
    ((rest_ms + 999).div_euclid(1000)).clamp(0, WAIT_SECONDS_MAX)
}

fn count(connection: &mut Engine, counted_for: &str, before: Option<Failures>, now: Timestamp) -> Result<()> {
    if let Some(before) = before {
        return sign_in_failure::update(connection, counted_for, Failures { count: before.count + 1, last_at: now });
    }
    if sign_in_failure::count(connection)? >= COUNTED_MAX {
        sign_in_failure::delete_before(connection, now - FORGOTTEN_AFTER)?;
        if sign_in_failure::count(connection)? >= COUNTED_MAX {
            sign_in_failure::delete_oldest(connection)?;
        }
    }
    sign_in_failure::insert(connection, counted_for, Failures { count: 1, last_at: now })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_the_fifth_failure_up_to_a_quarter_of_an_hour() {
        let at = Timestamp::UNIX_EPOCH;
        let waits: Vec<i64> = (1..18).map(|count| wait_seconds(Failures { count, last_at: at }, FAILURES_FREE_OF_NAME, at)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        let later = at + SignedDuration::from_millis(1_001);
        assert_eq!(wait_seconds(Failures { count: 6, last_at: at }, FAILURES_FREE_OF_NAME, later), 1);
        assert_eq!(wait_seconds(Failures { count: 5, last_at: at }, FAILURES_FREE_OF_NAME, later), 0);
    }

    #[test]
    fn a_tried_name_is_not_kept_as_it_was_typed() {
        let attempt = Attempt::new("my password 123", "10.0.0.1");
        assert!(!attempt.name.contains("password") && attempt.name.len() == 69);
        assert_eq!(Attempt::new(&"a".repeat(10 << 20), "10.0.0.1").name.len(), 69);
    }
}
