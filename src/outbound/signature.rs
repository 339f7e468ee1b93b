//! Signatures of webhooks as Standard Webhooks has them (github.com/standard-webhooks, specification 1.0): `v1` HMAC-SHA256 with a shared
//! secret, `v1a` Ed25519. Several secrets sign at once while one replaces another.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

use super::signing_key::key_pair;
use crate::domain::consumer::SigningSecret;
use crate::domain::error::Result;

/// The headers that carry id, time in seconds, and signatures.
pub const WEBHOOK_ID: &str = "webhook-id";
pub const WEBHOOK_TIMESTAMP: &str = "webhook-timestamp";
pub const WEBHOOK_SIGNATURE: &str = "webhook-signature";

/// The value of `webhook-signature`: one signature for each secret, with spaces between them.
pub fn sign(secrets: &[SigningSecret], id: &str, timestamp_s: i64, body: &[u8]) -> Result<String> {
    let mut signed = format!("{id}.{timestamp_s}.").into_bytes();
    signed.extend_from_slice(body);
    let signatures: Vec<String> = secrets.iter().map(|secret| sign_by(secret, &signed)).collect::<Result<_>>()?;
    Ok(signatures.join(" "))
}

fn sign_by(secret: &SigningSecret, signed: &[u8]) -> Result<String> {
    match secret {
        SigningSecret::Hmac(bytes) => {
            let key = hmac::Key::new(hmac::HMAC_SHA256, bytes);
            Ok(format!("v1,{}", STANDARD.encode(hmac::sign(&key, signed))))
        }
        SigningSecret::Ed25519(seed) => Ok(format!("v1a,{}", STANDARD.encode(key_pair(seed)?.sign(signed)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of the specification's reference implementations.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let signature = sign(std::slice::from_ref(&secret), id, 1_614_265_330, br#"{"test": 2432232314}"#).unwrap();
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let both = sign(&[secret, SigningSecret::Ed25519([7; 32])], id, 1_614_265_330, b"{}").unwrap();
        let parts: Vec<&str> = both.split(' ').collect();
        assert!(parts.len() == 2 && parts[0].starts_with("v1,") && parts[1].starts_with("v1a,"), "{both}");
    }
}
