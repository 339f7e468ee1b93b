//! Query texts become validated documents here, once: a text that was validated before is taken from a bounded cache.
//! The cache belongs to one schema, since a document that one schema accepts another may refuse.

use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::parser::Parser;
use apollo_compiler::response::GraphQLError;
use apollo_compiler::validation::{DiagnosticList, Valid};
use rustc_hash::FxHashMap;

use super::fault::{Fault, FaultCode};
use super::input;
use super::limits::QueryLimits;
use super::measure;
use super::suggestion::with_suggestion;
use super::typed::TypedSchema;

pub type Document = Arc<Valid<ExecutableDocument>>;

/// Takes a validated document from the cache, or makes it; or says everything that is wrong with the text.
pub fn validated(typed: &TypedSchema, limits: &QueryLimits, text: &str) -> Result<Document, Vec<GraphQLError>> {
    if text.len() > limits.query_bytes_max {
        let message = format!("the query has {} bytes, and at most {} are allowed (query_bytes_max)", text.len(), limits.query_bytes_max);
        return Err(vec![Fault::limit(message).to_error()]);
    }
    if let Some(document) = typed.documents.find(text) {
        return Ok(document);
    }
    let mut parser = Parser::new().recursion_limit(limits.nesting_max).token_limit(limits.tokens_max);
    let ast = parser.parse_ast(text, "query.graphql").map_err(|refused| parse_errors(&refused.errors, limits))?;
    let document = ast.to_executable_validate(&typed.schema).map_err(|refused| validation_errors(&refused.errors, typed, limits))?;
    let mut inputs = input::check(&typed.schema, &document);
    if !inputs.is_empty() {
        inputs.truncate(limits.errors_max);
        return Err(inputs);
    }
    measure::check(&document, limits).map_err(|error| vec![*error])?;
    let document = Arc::new(document);
    typed.documents.keep(text, Arc::clone(&document));
    Ok(document)
}

/// Where a limit ended the reading, that is all there is to tell.
fn parse_errors(problems: &DiagnosticList, limits: &QueryLimits) -> Vec<GraphQLError> {
    let mut told: Vec<GraphQLError> = problems.iter().map(|problem| problem.to_json()).collect();
    for error in &mut told {
        let limit = if error.message.contains("recursion limit reached") {
            Some(format!("braces and brackets stand more than {} deep in one another (nesting_max)", limits.nesting_max))
        } else if error.message.contains("token limit reached") {
            Some(format!("the query has more than {} tokens (tokens_max)", limits.tokens_max))
        } else {
            None
        };
        if let Some(message) = limit {
            let locations = std::mem::take(&mut error.locations);
            return vec![GraphQLError { locations, ..Fault::limit(message).to_error() }];
        }
        error.extensions.insert("code", FaultCode::ParseFailed.name().into());
    }
    told.truncate(limits.errors_max);
    told
}

/// What apollo-compiler says when a selection is empty, also when it is so only because it left out a field that it does not know.
const EMPTY_SELECTION: &str = "interface, union and object types must have a subselection set";

fn validation_errors(problems: &DiagnosticList, typed: &TypedSchema, limits: &QueryLimits) -> Vec<GraphQLError> {
    let mut told: Vec<GraphQLError> = problems.iter().map(|problem| problem.to_json()).collect();
    if told.iter().any(|error| error.message.contains("does not have a field")) {
        told.retain(|error| error.message != EMPTY_SELECTION);
    }
    told.truncate(limits.errors_max);
    for error in &mut told {
        error.message = with_suggestion(std::mem::take(&mut error.message), &typed.schema);
        error.extensions.insert("code", FaultCode::ValidationFailed.name().into());
    }
    told
}

/// Keeps documents by their texts in two generations: what was asked for since the older one was dropped survives the next drop.
pub struct DocumentCache {
    generation_bytes_max: usize,
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    young: FxHashMap<Box<str>, Document>,
    old: FxHashMap<Box<str>, Document>,
    young_bytes: usize,
}

impl DocumentCache {
    pub fn new(bytes_max: usize) -> Self {
        Self { generation_bytes_max: bytes_max / 2, generations: Mutex::default() }
    }

    fn find(&self, text: &str) -> Option<Document> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(document) = generations.young.get(text) {
            return Some(Arc::clone(document));
        }
        let (text, document) = generations.old.remove_entry(text)?;
        generations.put(text, Arc::clone(&document), self.generation_bytes_max);
        Some(document)
    }

    fn keep(&self, text: &str, document: Document) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.put(text.into(), document, self.generation_bytes_max);
    }
}

impl Generations {
    fn put(&mut self, text: Box<str>, document: Document, bytes_max: usize) {
        if self.young_bytes + text.len() > bytes_max {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        let bytes = text.len();
        if self.young.insert(text, document).is_none() {
            self.young_bytes += bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_forgets_what_is_not_asked_for() {
        let cache = DocumentCache::new(8);
        let document = || Arc::new(Valid::assume_valid(ExecutableDocument::new()));
        for text in ["aa", "bb", "cc"] {
            cache.keep(text, document());
        }
        assert!(cache.find("aa").is_some(), "the old generation is still there");
        cache.keep("dd", document());
        assert!(cache.find("bb").is_none());
        assert!(cache.find("aa").is_some() && cache.find("cc").is_some() && cache.find("dd").is_some());
    }
}
