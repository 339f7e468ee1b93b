//! Passwords: which are taken, how they are hashed (Argon2id, PHC strings), and how they are verified so that time tells nothing.
//! It knows neither whose they are nor where they are kept.

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier, Version};

use super::secrets::Secrets;
use crate::domain::error::{Error, Result};

const PASSWORD_CHARS_MIN: usize = 12;
const PASSWORD_CHARS_MAX: usize = 1000;
const SALT_BYTES: usize = 16;

/// What hashing one password costs. The default is what OWASP recommends for Argon2id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost {
    pub memory_kib: u32,
    /// How often the memory is gone over.
    pub passes: u32,
    /// How many threads an attacker could use at most.
    pub lanes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2, lanes: 1 }
    }
}

#[derive(Debug, Clone)]
pub struct Passwords {
    cost: PasswordCost,
    secrets: Secrets,
}

impl Passwords {
    pub fn new(cost: PasswordCost, secrets: Secrets) -> Self {
        Self { cost, secrets }
    }

    /// The PHC string of a new password. Refuses one that is too short or too long; nothing else is asked of it.
    pub fn hash(&self, password: &str) -> Result<String> {
        check(password)?;
        let salt = self.secrets.bytes::<SALT_BYTES>()?;
        let hashed: PasswordHash = self.argon2()?.hash_password_with_salt(password.as_bytes(), &salt).map_err(Error::internal)?;
        Ok(hashed.to_string())
    }

    /// Whether a password is the one of a PHC string. Takes as long without one, so that time does not tell who has none.
    pub fn verify(&self, hash: Option<&str>, password: &str) -> Result<bool> {
        // What is too long was never taken as a password; the time of a short one is spent all the same.
        let is_possible = password.len() <= 4 * PASSWORD_CHARS_MAX;
        let password = if is_possible { password.as_bytes() } else { b"" };
        let Some(hash) = hash else {
            let _: PasswordHash = self.argon2()?.hash_password_with_salt(password, &[0; SALT_BYTES]).map_err(Error::internal)?;
            return Ok(false);
        };
        let hash = PasswordHash::new(hash).map_err(|error| Error::Internal(format!("a stored password hash cannot be read: {error}")))?;
        // The cost that the string names is used, whatever new passwords cost today.
        Ok(self.argon2()?.verify_password(password, &hash).is_ok() && is_possible)
    }

    fn argon2(&self) -> Result<Argon2<'static>> {
        let params = Params::new(self.cost.memory_kib, self.cost.passes, self.cost.lanes, None);
        let params = params.map_err(|error| Error::Operator(format!("the cost of passwords cannot be used, change it: {error}")))?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

fn check(password: &str) -> Result<()> {
    let is_long = password.len() > 4 * PASSWORD_CHARS_MAX || password.chars().count() > PASSWORD_CHARS_MAX;
    if is_long {
        let message = format!("a password has at most {PASSWORD_CHARS_MAX} characters: choose a shorter one");
        return Err(Error::refused("password_too_long", message));
    }
    if password.chars().count() < PASSWORD_CHARS_MIN {
        let message = format!("a password has at least {PASSWORD_CHARS_MIN} characters: choose a longer one, such as some words");
        return Err(Error::refused("password_too_short", message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passwords() -> Passwords {
        let secrets = Secrets::new(|bytes| {
            bytes.fill(7);
            Ok(())
        });
        Passwords::new(PasswordCost { memory_kib: 8, passes: 1, lanes: 1 }, secrets)
    }

    #[test]
    fn a_password_is_verified_by_its_hash_alone() {
        let hash = passwords().hash("верный пароль").expect("it is long enough");
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        let dear = Passwords::new(PasswordCost::default(), passwords().secrets);
        assert!(dear.verify(Some(&hash), "верный пароль").expect("it reads"), "an older cost still verifies");
        assert!(!passwords().verify(Some(&hash), "верный пароль ").expect("it reads"));
        assert!(!passwords().verify(None, "верный пароль").expect("it reads"));
        assert!(!passwords().verify(Some(&hash), &"a".repeat(10 << 20)).expect("it reads"));
        assert!(passwords().verify(Some("plain"), "plain").is_err());
    }

    #[test]
    fn only_the_length_of_a_password_is_asked() {
        let code = |password: &str| passwords().hash(password).err().map(|error| error.code());
        assert_eq!(code(&"я".repeat(11)), Some("password_too_short"));
        assert_eq!(code(&"я".repeat(12)), None);
        assert_eq!(code(&"я".repeat(1000)), None);
        assert_eq!(code(&"я".repeat(1001)), Some("password_too_long"));
        assert_eq!(code(&"a".repeat(10 << 20)), Some("password_too_long"));
    }
}
