//! Secrets: what proves who somebody is. Made of random bytes that are handed in, shown once, and kept only as their SHA-256.
//! It knows nothing of cookies, headers or tables.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::error::Result;

/// How many random bytes a secret is made of.
const SECRET_BYTES: usize = 32;
/// Longer texts than any secret of ours are not even hashed.
const SECRET_CHARS_MAX: usize = 100;
/// Letters and digits that nobody takes for one another; there are 32, so each stands for five bits.
const READABLE: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// A password that is made has so many groups of so many signs: 100 random bits.
const PASSWORD_GROUPS: usize = 4;
const PASSWORD_GROUP_CHARS: usize = 5;

/// A source of random bytes, handed in like the clock.
#[derive(Clone)]
pub struct Secrets(Arc<dyn Fn(&mut [u8]) -> Result<()> + Send + Sync>);

impl Secrets {
    /// `fill` fills a buffer with bytes that nobody can guess.
    pub fn new(fill: impl Fn(&mut [u8]) -> Result<()> + Send + Sync + 'static) -> Self {
        Self(Arc::new(fill))
    }

    pub fn bytes<const COUNT: usize>(&self) -> Result<[u8; COUNT]> {
        let mut bytes = [0; COUNT];
        (self.0)(&mut bytes)?;
        Ok(bytes)
    }

    /// A new secret: 32 random bytes in base64url.
    pub fn make_secret(&self) -> Result<String> {
        Ok(URL_SAFE_NO_PAD.encode(self.bytes::<SECRET_BYTES>()?))
    }

    /// A password that a person can read and type: `k7m2p-…`.
    pub fn make_password(&self) -> Result<String> {
        let bytes = self.bytes::<{ PASSWORD_GROUPS * PASSWORD_GROUP_CHARS }>()?;
        let signs: Vec<char> = bytes.iter().map(|byte| char::from(READABLE[usize::from(byte % 32)])).collect();
        let groups: Vec<String> = signs.chunks(PASSWORD_GROUP_CHARS).map(|group| group.iter().collect()).collect();
        Ok(groups.join("-"))
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

/// By what a secret is found: the SHA-256 of its text. `None` for what is no secret of ours at all.
pub fn hash_of(secret: &str) -> Option<[u8; 32]> {
    let is_possible = !secret.is_empty() && secret.len() <= SECRET_CHARS_MAX;
    is_possible.then(|| Sha256::digest(secret.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_long_and_passwords_readable() {
        let secrets = Secrets::new(|bytes| {
            bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8);
            Ok(())
        });
        assert_eq!(secrets.make_secret().expect("there are bytes"), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        assert_eq!(secrets.make_password().expect("there are bytes"), "abcde-fghij-kmnpq-rstuv");
        assert_eq!(hash_of(""), None);
        assert_eq!(hash_of(&"a".repeat(101)), None);
        assert_ne!(hash_of("a"), hash_of("b"));
    }
}
