//! Seals: SHA-256 digests over the canonical JSON of rows that no edition covers, kept in the audit record of the act that wrote
//! them. They are made of the texts that are stored and not of what these mean, so that a row that nobody can parse is judged too.
//! It knows neither where the rows stand nor how the records are chained.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::approval::{CountedStage, Review};
use super::digest::hex;
use super::publication::Publication;

/// A publication as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicationTexts {
    pub seq: i64,
    pub published_at_ms: i64,
    pub title: String,
    pub basis_kind: Option<String>,
    pub basis_number: Option<String>,
    pub basis_date: Option<String>,
    pub basis_title: Option<String>,
    pub basis_link: Option<String>,
    pub change_request: Option<i64>,
}

impl PublicationTexts {
    pub fn of(publication: &Publication) -> Self {
        let basis = publication.basis.clone();
        Self {
            seq: publication.seq,
            published_at_ms: publication.published_at.as_millisecond(),
            title: publication.title.clone(),
            basis_kind: basis.kind,
            basis_number: basis.number,
            basis_date: basis.date.map(|date| date.to_string()),
            basis_title: basis.title,
            basis_link: basis.link,
            change_request: publication.change_request.map(|request| request.0),
        }
    }

    pub fn seal(&self) -> String {
        sealed(&json!({
            "seq": self.seq,
            "publishedAt": self.published_at_ms,
            "title": self.title,
            "basis": {
                "kind": self.basis_kind,
                "number": self.basis_number,
                "date": self.basis_date,
                "title": self.basis_title,
                "link": self.basis_link,
            },
            "changeRequest": self.change_request,
        }))
    }
}

/// The codes of one dictionary that one publication annulled, and those that it restored.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnnulmentTexts {
    pub annulled: BTreeSet<String>,
    pub restored: BTreeSet<String>,
}

impl AnnulmentTexts {
    pub fn is_empty(&self) -> bool {
        self.annulled.is_empty() && self.restored.is_empty()
    }

    pub fn seal(&self) -> String {
        sealed(&json!({ "annulled": self.annulled, "restored": self.restored }))
    }
}

/// A review as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReviewTexts {
    pub id: i64,
    pub request: i64,
    pub round: i64,
    pub revision: i64,
    pub account: i64,
    pub decision: String,
    pub counts_for: String,
    pub comment: String,
    pub at_ms: i64,
}

impl ReviewTexts {
    pub fn of(review: &Review) -> Self {
        let counted = |stage: &CountedStage| json!([stage.dictionary.as_str(), stage.index, stage.role.name()]);
        Self {
            id: review.id,
            request: review.request.0,
            round: review.round,
            revision: review.revision,
            account: review.account.0,
            decision: review.decision.name().to_owned(),
            counts_for: Json::Array(review.counts_for.iter().map(counted).collect()).to_string(),
            comment: review.comment.clone(),
            at_ms: review.at.as_millisecond(),
        }
    }

    pub fn seal(&self) -> String {
        sealed(&json!({
            "id": self.id,
            "request": self.request,
            "round": self.round,
            "revision": self.revision,
            "account": self.account,
            "decision": self.decision,
            "countsFor": self.counts_for,
            "comment": self.comment,
            "at": self.at_ms,
        }))
    }
}

fn sealed(row: &Json) -> String {
    hex(&Sha256::digest(row.to_string()).into())
}
