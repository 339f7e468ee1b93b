//! Kept answers: what the same question is, and which answers are kept for whoever asks it again. The key names the newest
//! publication and today, so that a publication and midnight make every answer anew by themselves.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use hashbrown::Equivalent;

use super::cache::Cache;
use super::request::Request;
use super::response::{Keeping, Response};
use super::scope::Scope;
use crate::domain::validity::Date;

/// Compressed forms of an answer are kept with it; together they take about as much as the answer.
const FORMS_SHARE: usize = 2;

/// A question as it is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct AnswerKey {
    place: Standing,
    operation_name: Option<Box<str>>,
    variables: Box<str>,
}

/// The same while it is asked.
pub struct Asked<'a> {
    place: Standing,
    operation_name: Option<&'a str>,
    variables: &'a str,
}

/// What a question is asked of: a document, which belongs to one schema and so to those who see the same dictionaries, at a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Standing {
    document: u64,
    publication: i64,
    today: Date,
}

impl<'a> Asked<'a> {
    pub fn new(scope: &Scope, document: u64, request: &'a Request<'_>) -> Self {
        let now = scope.now();
        Self {
            place: Standing { document, publication: now.publication, today: now.valid_on },
            operation_name: request.operation_name.as_deref(),
            variables: &request.variables,
        }
    }

    fn to_key(&self) -> AnswerKey {
        AnswerKey { place: self.place, operation_name: self.operation_name.map(Into::into), variables: self.variables.into() }
    }
}

impl Hash for Asked<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.place, self.operation_name, self.variables).hash(state);
    }
}

impl Hash for AnswerKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.place, self.operation_name.as_deref(), &*self.variables).hash(state);
    }
}

impl Equivalent<AnswerKey> for Asked<'_> {
    fn equivalent(&self, key: &AnswerKey) -> bool {
        self.place == key.place && self.variables == &*key.variables && self.operation_name == key.operation_name.as_deref()
    }
}

/// Keeps an answer, unless it has errors. Whoever asks for it next gets it with its forms: most answers are asked for once, and
/// nothing is made of these.
pub fn keep(answers: &Cache<AnswerKey, Response>, asked: &Asked<'_>, response: &Response) {
    if response.keeping != Keeping::Never && !answers.is_off() {
        let bytes = asked.variables.len() + response.body.len() * FORMS_SHARE;
        answers.keep(asked.to_key(), Response { forms: Some(Arc::default()), ..response.clone() }, bytes);
    }
}
