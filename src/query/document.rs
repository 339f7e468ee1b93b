//! Query texts become validated documents and plans here, once: what was validated before is taken from a bounded cache.
//! The cache belongs to one schema, since a document that one schema accepts another may refuse.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::parser::Parser;
use apollo_compiler::response::{GraphQLError, JsonMap};
use apollo_compiler::validation::{DiagnosticList, Valid};

use super::cache::Cache;
use super::fault::{Fault, FaultCode, Outcome};
use super::input;
use super::limits::QueryLimits;
use super::measure;
use super::plan::Plan;
use super::plan::compile::compile;
use super::suggestion::with_suggestion;
use super::typed::TypedSchema;

pub type DocumentCache = Cache<Box<str>, Arc<Document>>;

/// What a document takes in the cache for each byte of its text: the tree of a query is much larger than its text.
const BYTES_PER_BYTE: usize = 16;

/// More combinations of conditions than these are compiled anew each time: whoever needs so many does not ask often.
const PLANS_MAX: usize = 16;

/// A validated document with the plans that were made of it.
pub struct Document {
    /// Names it among all documents that were ever validated in this process.
    pub id: u64,
    pub valid: Valid<ExecutableDocument>,
    plans: Mutex<Vec<(PlanKey, Arc<Plan>)>>,
    /// How long its last answer was: the next is likely to be about as long.
    pub answer_bytes: AtomicUsize,
}

/// The operation by its place in the document, and the values of the variables that its conditions ask for.
#[derive(PartialEq, Eq)]
struct PlanKey {
    operation: usize,
    conditions: Box<[bool]>,
}

impl Document {
    fn new(valid: Valid<ExecutableDocument>) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Self { id, valid, plans: Mutex::default(), answer_bytes: AtomicUsize::new(0) }
    }

    /// The plan of an operation of this document for the values that the variables have.
    pub fn plan(&self, typed: &TypedSchema, operation: &Operation, variables: &JsonMap) -> Outcome<Arc<Plan>> {
        let at = self.valid.operations.iter().position(|other| std::ptr::eq(other.as_ref(), operation)).unwrap_or_default();
        let key = PlanKey { operation: at, conditions: input::conditions(&self.valid, operation, variables) };
        let lock = || self.plans.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, plan)) = lock().iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(plan));
        }
        let plan = Arc::new(compile(typed, &self.valid, operation, variables)?);
        let mut plans = lock();
        if plans.len() < PLANS_MAX {
            plans.push((key, Arc::clone(&plan)));
        }
        Ok(plan)
    }
}

/// Takes a validated document from the cache, or makes it; or says everything that is wrong with the text.
pub fn validated(typed: &TypedSchema, limits: &QueryLimits, text: &str) -> Result<Arc<Document>, Vec<GraphQLError>> {
    if text.len() > limits.query_bytes_max {
        let message = format!("the query has {} bytes, and at most {} are allowed (query_bytes_max)", text.len(), limits.query_bytes_max);
        return Err(vec![Fault::limit(message).to_error()]);
    }
    match typed.documents.find(text) {
        Some(document) => Ok(document),
        None => validate(typed, limits, text),
    }
}

fn validate(typed: &TypedSchema, limits: &QueryLimits, text: &str) -> Result<Arc<Document>, Vec<GraphQLError>> {
    let mut parser = Parser::new().recursion_limit(limits.nesting_max).token_limit(limits.tokens_max);
    let ast = parser.parse_ast(text, "query.graphql").map_err(|refused| parse_errors(&refused.errors, limits))?;
    let document = ast.to_executable_validate(&typed.schema).map_err(|refused| validation_errors(&refused.errors, typed, limits))?;
    let mut inputs = input::check(&typed.schema, &document);
    if !inputs.is_empty() {
        inputs.truncate(limits.errors_max);
        return Err(inputs);
    }
    measure::check(&document, limits).map_err(|error| vec![*error])?;
    let document = Arc::new(Document::new(document));
    typed.documents.keep(text.into(), Arc::clone(&document), text.len() * BYTES_PER_BYTE);
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
