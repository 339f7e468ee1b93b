//! The audit: one record for every act that changed anything and for every refused one, chained by hashes.

use jiff::Timestamp;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::account::AccountId;

/// What the outcome of an act that was carried out is called; a refused one has the code of its error.
pub const DONE: &str = "done";

/// Who did what to what, from where, and what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditRecord {
    /// 1, 2, 3 … with no gap.
    pub seq: i64,
    pub at: Timestamp,
    pub account: Option<AccountId>,
    /// The name of the account, or what the caller said to be.
    pub actor: String,
    /// The network address of the caller, or `command line`, or `service`.
    pub address: String,
    /// The id of the request that the act came by; blank when it came by none.
    pub request_id: String,
    /// The verb: `submitChangeRequest`.
    pub act: String,
    /// What it was done to: `changeRequest/42`, `account/maria`; blank for the service itself.
    pub subject: String,
    /// `done`, or the code of the refusal.
    pub outcome: String,
    /// What else there is to know, as a JSON object.
    pub detail: Json,
}

impl AuditRecord {
    /// SHA-256 of the hash before and of the record as canonical JSON (RFC 8785). Instants are milliseconds since 1970.
    pub fn hash(&self, before: &[u8; 32]) -> [u8; 32] {
        let line = json!({
            "seq": self.seq,
            "at": self.at.as_millisecond(),
            "account": self.account.map(|account| account.0),
            "actor": self.actor,
            "address": self.address,
            "requestId": self.request_id,
            "act": self.act,
            "subject": self.subject,
            "outcome": self.outcome,
            "detail": self.detail,
        });
        let mut chained = Sha256::new();
        chained.update(before);
        chained.update(line.to_string());
        chained.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_covers_every_field_and_the_record_before() {
        let record = AuditRecord {
            seq: 1,
            at: Timestamp::UNIX_EPOCH,
            account: Some(AccountId(7)),
            actor: "maria".to_owned(),
            address: "127.0.0.1".to_owned(),
            request_id: "r".to_owned(),
            act: "approveChangeRequest".to_owned(),
            subject: "changeRequest/1".to_owned(),
            outcome: DONE.to_owned(),
            detail: json!({ "revision": 3 }),
        };
        let hash = record.hash(&[0; 32]);
        let changes: [fn(&mut AuditRecord); 10] = [
            |record| record.seq = 2,
            |record| record.at = Timestamp::from_millisecond(1).expect("it is in range"),
            |record| record.account = None,
            |record| record.actor.push('x'),
            |record| record.address.push('x'),
            |record| record.request_id.push('x'),
            |record| record.act.push('x'),
            |record| record.subject.push('x'),
            |record| record.outcome.push('x'),
            |record| record.detail = json!({ "revision": 4 }),
        ];
        for (at, change) in changes.iter().enumerate() {
            let mut changed = record.clone();
            change(&mut changed);
            assert_ne!(changed.hash(&[0; 32]), hash, "change {at}");
        }
        assert_ne!(record.hash(&[1; 32]), hash);
    }
}
