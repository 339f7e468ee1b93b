//! Key pairs of Ed25519 by their seeds. It knows the library and no message.

use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::domain::error::{Error, Result};

/// The public key to the seed of a private one.
pub fn public_key_of(seed: &[u8; 32]) -> Result<[u8; 32]> {
    let pair = key_pair(seed)?;
    pair.public_key().as_ref().try_into().map_err(|_| Error::internal("a public key of Ed25519 has 32 bytes"))
}

/// The pair that signs.
pub fn key_pair(seed: &[u8; 32]) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| Error::internal("a seed of ours makes no key pair"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first test vector of RFC 8032.
    #[test]
    fn the_public_key_is_that_of_the_specification() {
        let seed = b"\x9d\x61\xb1\x9d\xef\xfd\x5a\x60\xba\x84\x4a\xf4\x92\xec\x2c\xc4\x44\x49\xc5\x69\x7b\x32\x69\x19\x70\x3b\xac\x03\x1c\xae\x7f\x60";
        let key = b"\xd7\x5a\x98\x01\x82\xb1\x0a\xb7\xd5\x4b\xfe\xd3\xc9\x64\x07\x3a\x0e\xe1\x72\xf3\xda\xa6\x23\x25\xaf\x02\x1a\x68\xf7\x07\x51\x1a";
        assert_eq!(&public_key_of(seed).unwrap(), key);
    }
}
