//! Credentials that were found good a moment ago, so that a reader who asks a thousand times a second is not looked up a thousand
//! times. It keeps hashes and never secrets, knows no database, and believes nothing for longer than it was told, nor after anything
//! was changed.

use std::sync::{Arc, RwLock};

use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHashMap;

use crate::domain::account::Authority;

/// So many credentials are kept; when there are more, all are looked up anew.
const CREDENTIALS_MAX: usize = 10_000;

/// The SHA-256 of a secret, and whether it came as a cookie or as a token: neither is good for the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKey {
    Session([u8; 32]),
    Token([u8; 32]),
}

/// What was found, and how long it may be believed.
struct Found {
    authority: Arc<Authority>,
    expires_at: Option<Timestamp>,
    found_at: Timestamp,
    /// The pulse when it was looked up: whatever changes an account, a role, a token or a session beats it.
    beat: u64,
}

pub struct KnownCredentials {
    time: SignedDuration,
    found: RwLock<FxHashMap<CredentialKey, Found>>,
}

impl KnownCredentials {
    pub fn new(time: SignedDuration) -> Self {
        Self { time, found: RwLock::default() }
    }

    /// A clock that was set back makes nothing good for longer.
    pub fn find(&self, key: &CredentialKey, now: Timestamp, beat: u64) -> Option<Arc<Authority>> {
        let found = self.found.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let found = found.get(key).filter(|found| found.beat == beat)?;
        let age = now.duration_since(found.found_at);
        let is_good = (SignedDuration::ZERO..self.time).contains(&age) && found.expires_at.is_none_or(|expires_at| now < expires_at);
        is_good.then(|| Arc::clone(&found.authority))
    }

    pub fn keep(&self, key: CredentialKey, authority: Arc<Authority>, expires_at: Option<Timestamp>, found_at: Timestamp, beat: u64) {
        let mut kept = self.found.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if kept.len() >= CREDENTIALS_MAX && !kept.contains_key(&key) {
            kept.clear();
        }
        kept.insert(key, Found { authority, expires_at, found_at, beat });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn after(time_ms: i64) -> Timestamp {
        NOW + SignedDuration::from_millis(time_ms)
    }

    fn key(number: u32) -> CredentialKey {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.to_be_bytes());
        CredentialKey::Token(hash)
    }

    #[test]
    fn what_was_found_is_believed_for_a_while_until_it_expires_or_anything_changes() {
        let known = KnownCredentials::new(SignedDuration::from_millis(1000));
        known.keep(key(1), Arc::default(), Some(after(500)), NOW, 7);
        known.keep(key(2), Arc::default(), None, NOW, 7);
        let is_known = |number, now, beat| known.find(&key(number), now, beat).is_some();
        assert!(is_known(1, NOW, 7) && is_known(1, after(499), 7) && is_known(2, after(999), 7));
        assert!(!is_known(1, after(500), 7), "it expired");
        assert!(!is_known(2, after(1000), 7), "it was found too long ago");
        assert!(!is_known(2, after(-1), 7), "the clock was set back");
        assert!(!is_known(2, NOW, 8) && !is_known(3, NOW, 7));
        let CredentialKey::Token(hash) = key(2) else { panic!("it is a token") };
        assert!(known.find(&CredentialKey::Session(hash), NOW, 7).is_none(), "a token is no cookie");
    }

    #[test]
    fn a_crowd_takes_no_more_memory_than_is_allowed() {
        let known = KnownCredentials::new(SignedDuration::from_millis(1000));
        for number in 0..50_000 {
            known.keep(key(number), Arc::default(), None, NOW, 7);
        }
        assert!(known.found.read().is_ok_and(|found| (1..=CREDENTIALS_MAX).contains(&found.len())));
    }
}
