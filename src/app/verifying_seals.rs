//! What verifying holds against the audit: every publication, annulment, review and published request has the record of the act
//! that wrote it, and is as that record sealed it. It follows no chain: what the records say is taken as it stands.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::db::Engine;
use crate::db::stored::{self, StoredRequest};
use crate::domain::audit::{AuditRecord, DONE};
use crate::domain::change_request::RequestState;
use crate::domain::error::Result;
use crate::domain::seal::{AnnulmentTexts, PublicationTexts, ReviewTexts};

/// What the audit says was written, by number.
#[derive(Debug, Default)]
pub struct Sealed {
    publications: BTreeMap<i64, SealedPublication>,
    /// The seals of reviews.
    reviews: BTreeMap<i64, String>,
}

#[derive(Debug)]
struct SealedPublication {
    /// `changeRequest/42`
    subject: String,
    seal: String,
    /// By the code of the dictionary.
    annulments: BTreeMap<String, String>,
}

impl Sealed {
    pub fn take(&mut self, record: &AuditRecord) {
        if record.outcome != DONE || !record.subject.starts_with("changeRequest/") {
            return;
        }
        let text = |name: &str| record.detail[name].as_str().unwrap_or_default().to_owned();
        if let Some(publication) = record.detail["publication"].as_i64() {
            let annulments = record.detail["annulments"].as_object();
            let annulments =
                annulments.into_iter().flatten().map(|(code, seal)| (code.clone(), seal.as_str().unwrap_or_default().to_owned()));
            let sealed = SealedPublication { subject: record.subject.clone(), seal: text("head"), annulments: annulments.collect() };
            self.publications.entry(publication).or_insert(sealed);
        }
        if let Some(review) = record.detail["review"].as_i64() {
            self.reviews.entry(review).or_insert_with(|| text("reviewDigest"));
        }
    }

    /// The first problem of each kind.
    pub fn problems(
        &self,
        connection: &mut Engine,
        publications: &[PublicationTexts],
        codes: &HashMap<i64, String>,
    ) -> Result<Vec<String>> {
        let publication = self.first_unaudited(publications).or_else(|| self.first_bad_publication(publications));
        let annulment = self.first_bad_annulment(&annulments(connection, codes)?);
        let request = self.first_bad_request(&stored::list_published_requests(connection)?);
        let review = self.first_bad_review(&stored::list_reviews(connection)?);
        Ok([publication, annulment, request, review].into_iter().flatten().collect())
    }

    /// A publication of a change request was an act, so it has a record; and what the records say was published is there.
    fn first_unaudited(&self, publications: &[PublicationTexts]) -> Option<String> {
        let of_requests: BTreeMap<i64, i64> = publications.iter().filter_map(|row| Some((row.seq, row.change_request?))).collect();
        let is_of = |seq: i64, request: i64| self.publications.get(&seq).is_some_and(|sealed| sealed.subject == subject(request));
        if let Some((seq, request)) = of_requests.iter().find(|(seq, request)| !is_of(**seq, **request)) {
            return Some(format!("publication {seq}: there is no audit record of the publishing of its change request {request}"));
        }
        let (seq, sealed) = self.publications.iter().find(|(seq, _)| !of_requests.contains_key(seq))?;
        Some(format!("publication {seq}: the audit says that {} was published as it, and it was not", sealed.subject))
    }

    fn first_bad_publication(&self, publications: &[PublicationTexts]) -> Option<String> {
        let is_bad = |row: &&PublicationTexts| self.publications.get(&row.seq).is_some_and(|sealed| sealed.seal != row.seal());
        let row = publications.iter().find(is_bad)?;
        Some(format!("publication {}: its instant, title or basis does not match its audit record, so it was changed", row.seq))
    }

    fn first_bad_annulment(&self, annulments: &Annulments) -> Option<String> {
        let stored: BTreeMap<(i64, &str), String> =
            annulments.iter().map(|((seq, code), texts)| ((*seq, code.as_str()), texts.seal())).collect();
        let sealed: BTreeMap<(i64, &str), &String> = self.publications.iter().flat_map(of_publication).collect();
        let all: BTreeSet<(i64, &str)> = stored.keys().chain(sealed.keys()).copied().collect();
        let (seq, code) = all.into_iter().find(|key| stored.get(key) != sealed.get(key).copied())?;
        Some(format!("annulments of {code} (publication {seq}): what was annulled and restored does not match its audit record"))
    }

    fn first_bad_request(&self, requests: &[StoredRequest]) -> Option<String> {
        let audited: BTreeMap<&str, i64> = self.publications.iter().map(|(seq, sealed)| (sealed.subject.as_str(), *seq)).collect();
        for StoredRequest { id, state, published_seq } in requests {
            let seq = audited.get(subject(*id).as_str());
            if seq.is_none() || published_seq.as_ref() != seq || state != RequestState::Published.name() {
                let seq = seq.map_or_else(|| "nothing".to_owned(), |seq| format!("publication {seq}"));
                let said = published_seq.map_or_else(String::new, |seq| format!(" as publication {seq}"));
                return Some(format!("change request {id}: it is {state}{said}, and the audit says that {seq} came of it"));
            }
        }
        let stored: BTreeSet<String> = requests.iter().map(|request| subject(request.id)).collect();
        let (missing, seq) = audited.iter().find(|(audited, _)| !stored.contains(**audited))?;
        let id = missing.trim_start_matches("changeRequest/");
        Some(format!("change request {id}: the audit says that publication {seq} came of it, and it is not published"))
    }

    fn first_bad_review(&self, reviews: &[ReviewTexts]) -> Option<String> {
        let stored: BTreeMap<i64, &ReviewTexts> = reviews.iter().map(|review| (review.id, review)).collect();
        let all: BTreeSet<i64> = stored.keys().chain(self.reviews.keys()).copied().collect();
        all.into_iter().find_map(|id| match (stored.get(&id), self.reviews.get(&id)) {
            (Some(review), Some(seal)) if review.seal() == *seal => None,
            (Some(review), Some(_)) => {
                Some(format!("review {id} of change request {}: it does not match its audit record, so it was changed", review.request))
            }
            (Some(review), None) => Some(format!("review {id} of change request {}: there is no audit record of it", review.request)),
            (None, _) => Some(format!("review {id}: the audit says that it was given, and it is missing")),
        })
    }
}

fn subject(request: i64) -> String {
    format!("changeRequest/{request}")
}

fn of_publication<'a>((seq, sealed): (&'a i64, &'a SealedPublication)) -> impl Iterator<Item = ((i64, &'a str), &'a String)> {
    sealed.annulments.iter().map(|(code, seal)| ((*seq, code.as_str()), seal))
}

/// By publication and dictionary.
type Annulments = BTreeMap<(i64, String), AnnulmentTexts>;

fn annulments(connection: &mut Engine, codes: &HashMap<i64, String>) -> Result<Annulments> {
    let mut annulments = Annulments::new();
    for row in stored::list_annulments(connection)? {
        let dictionary = codes.get(&row.dictionary_id).cloned().unwrap_or_else(|| format!("dictionary {}", row.dictionary_id));
        if let Some(seq) = row.superseded_seq {
            annulments.entry((seq, dictionary.clone())).or_default().restored.insert(row.code.clone());
        }
        annulments.entry((row.published_seq, dictionary)).or_default().annulled.insert(row.code);
    }
    Ok(annulments)
}
