//! One request from its text to its answer: find or make its plan, check the variables, run it over the catalogue, and put the errors
//! in order. It knows where it runs; whoever carries the answer decides when it is tried at which place.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use apollo_compiler::executable::Operation;
use apollo_compiler::introspection::partial_execute;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::{GraphQLError, JsonMap};
use apollo_compiler::validation::Valid;
use serde::Serialize;

use super::cost;
use super::document::{self, Document};
use super::fault::{self, Fault, FaultCode, Outcome};
use super::input;
use super::introspection;
use super::plan::Plan;
use super::plan::arguments::Bindings;
use super::plan::coercion::Coercion;
use super::run::Run;
use super::run::output::Output;
use super::scope::{Place, Scope};
use super::{Keeping, Request, Response, ResponseKind};

/// A longer text is parsed where nobody waits for the thread.
const INLINE_TEXT_BYTES_MAX: usize = 4 * 1024;
/// A query that would read more values is run where nobody waits for the thread.
const INLINE_COST_MAX: u64 = 20_000;
/// How long a query may hold up the others of its thread before it is run anew elsewhere.
pub const INLINE_TIME: Duration = Duration::from_millis(1);

/// What a request without `data` is answered with.
#[derive(Serialize)]
struct RefusedBody<'a> {
    errors: &'a [GraphQLError],
}

/// Why a request got no answer here.
pub enum Unanswered {
    /// It is to be begun anew at a place where it may block.
    Misplaced,
    /// This is the answer: nothing was run.
    Refused(Response),
}

/// An operation of a document with its variables, ready to be run.
pub struct Prepared {
    document: Arc<Document>,
    plan: Arc<Plan>,
    variables: Valid<JsonMap>,
    /// What is asked of the schema itself.
    introspected: JsonMap,
}

/// Finds or makes the document of a text.
pub fn find_document(scope: &Scope, text: &str, request: &Request<'_>, is_inline: bool) -> Result<Arc<Document>, Unanswered> {
    if let Some(found) = scope.typed.documents.find(text) {
        return Ok(found);
    }
    if is_inline && text.len() > INLINE_TEXT_BYTES_MAX && text.len() <= scope.limits.query_bytes_max {
        return Err(Unanswered::Misplaced);
    }
    let name = request.operation_name.as_deref().map(Into::into);
    document::validated(&scope.typed, &scope.limits, text)
        .map_err(|errors| Unanswered::Refused(refused(ResponseKind::RequestError, &errors, name)))
}

/// Chooses the operation, checks its variables and what it asks of the schema, and finds its plan.
pub fn prepare(scope: &Scope, document: Arc<Document>, request: &Request<'_>, is_inline: bool) -> Result<Prepared, Unanswered> {
    let valid = &document.valid;
    let refuse = |error: GraphQLError, name: Option<Arc<str>>| Unanswered::Refused(refused(ResponseKind::RequestError, &[error], name));
    let asked = request.operation_name.as_deref().filter(|name| !name.is_empty());
    let operation = valid.operations.get(asked);
    let operation = operation.map_err(|error| refuse(fault::of_request(&error, &valid.sources), asked.map(Into::into)))?;
    let name = || -> Option<Arc<str>> { operation.name.as_ref().map(|name| name.as_str().into()) };
    let variables = read_variables(&request.variables).map_err(|fault| refuse(fault.to_error(), name()))?;
    let variables = coerce_variable_values(&scope.typed.schema, operation, &variables);
    let variables = variables.map_err(|error| refuse(fault::of_request(&error, &valid.sources), name()))?;
    input::check_conditions(valid, operation, &variables).map_err(|error| refuse(*error, name()))?;
    let planned = document.plan(&scope.typed, operation, &variables);
    let plan = planned.map_err(|fault| Unanswered::Refused(refused(ResponseKind::Failed, &[fault.to_error()], name())))?;
    // The whole schema is a long answer.
    if plan.asks_schema && is_inline {
        return Err(Unanswered::Misplaced);
    }
    let introspected = if plan.asks_schema { introspect(scope, &document, operation, &variables) } else { Ok(JsonMap::new()) };
    let introspected = introspected.map_err(|fault| refuse(fault.to_error(), name()))?;
    Ok(Prepared { document, plan, variables, introspected })
}

/// The variables as they were sent.
fn read_variables(text: &str) -> Outcome<JsonMap> {
    if text.is_empty() {
        return Ok(JsonMap::new());
    }
    let read = serde_json::from_str::<Option<JsonMap>>(text);
    read.map(Option::unwrap_or_default).map_err(|error| Fault::input(format!("`variables` is not a JSON object: {error}")))
}

/// What apollo-compiler tells of the schema. It is measured before it is made.
fn introspect(scope: &Scope, document: &Document, operation: &Operation, variables: &Valid<JsonMap>) -> Outcome<JsonMap> {
    let bytes_max = scope.limits.response_bytes_max;
    scope.check_bytes(introspection::bytes_of(&scope.typed.schema, &document.valid, operation, variables, bytes_max))?;
    let typed = &scope.typed;
    let answer = partial_execute(&typed.schema, &typed.implementers, &document.valid, operation, variables);
    Ok(answer.map_err(|error| Fault::internal(error.message()))?.data.unwrap_or_default())
}

/// Runs what is prepared.
pub fn run(scope: &Scope, prepared: &Prepared, place: Place, is_explained: bool) -> Result<Response, Unanswered> {
    let Prepared { document, plan, variables, introspected } = prepared;
    let typed = &scope.typed;
    let coercion = Coercion { schema: &typed.schema, variables, sources: &document.valid.sources };
    let bindings = Bindings::new(&plan.arguments, coercion);
    let cost = cost::estimate(scope, plan, &bindings);
    let operation_name = plan.operation_name.clone();
    if let Err(fault) = cost::check(cost, scope) {
        return Err(Unanswered::Refused(refused(ResponseKind::RequestError, &[fault.to_error()], operation_name)));
    }
    if matches!(place, Place::Inline { .. }) && cost > INLINE_COST_MAX {
        return Err(Unanswered::Misplaced);
    }
    let run = Run::new(scope, plan, &bindings, is_explained);
    let bytes = document.answer_bytes.load(Ordering::Relaxed);
    let mut output = Output::new(scope.limits.errors_max, bytes);
    output.raw("{\"data\":");
    let begin = output.bytes.len();
    let has_data = run.root(&mut output, introspected).is_ok();
    if scope.is_misplaced() {
        return Err(Unanswered::Misplaced);
    }
    let is_pinned = run.is_pinned();
    if output.errors.is_empty() && has_data && !scope.is_stopped() {
        document.answer_bytes.store(output.bytes.len() + 64, Ordering::Relaxed);
        let explained = run.into_explained().map(|selections| explain(cost, place, &selections));
        output.raw(&explained.map_or_else(|| "}".to_owned(), |explained| format!(",\"extensions\":{{\"explain\":{explained}}}}}")));
        let keeping = if is_pinned { Keeping::Pinned } else { Keeping::UntilChange };
        return Ok(Response { body: output.bytes.into(), kind: ResponseKind::Executed, operation_name, keeping, forms: None });
    }
    let data = output.bytes.split_off(begin);
    Ok(with_errors(scope, output.errors, has_data.then_some(data), operation_name))
}

/// How an answer was found, for whoever asks with `extensions: { explain: true }`.
fn explain(cost: u64, place: Place, selections: &[serde_json::Value]) -> serde_json::Value {
    let place = if place == Place::Blocking { "blocking" } else { "inline" };
    serde_json::json!({ "cost": cost, "place": place, "selections": selections })
}

/// An answer with errors, and what there is of `data`.
fn with_errors(scope: &Scope, mut errors: Vec<GraphQLError>, data: Option<Vec<u8>>, operation_name: Option<Arc<str>>) -> Response {
    for error in &mut errors {
        fault::name_request(error, scope.request_id());
    }
    // An answer that a limit has cut short is not given at all: nobody shall take a part for the whole.
    let stopped = scope.stopped();
    if let Some(stopped) = &stopped {
        let told = stopped.to_error();
        let first = errors.iter().find(|error| error.extensions.get("code") == told.extensions.get("code"));
        errors = vec![first.cloned().unwrap_or(told)];
    }
    let data = data.filter(|_| stopped.is_none());
    if is_unavailable(&errors, data.as_deref()) {
        return refused(ResponseKind::Unavailable, &errors, operation_name);
    }
    let mut body = b"{\"errors\":".to_vec();
    body.extend(json(&errors));
    body.extend(b",\"data\":");
    body.extend(data.as_deref().unwrap_or(b"null"));
    body.push(b'}');
    Response { body: body.into(), kind: ResponseKind::Executed, operation_name, keeping: Keeping::Never, forms: None }
}

/// Whether there is nothing in an answer but that something could not be read.
fn is_unavailable(errors: &[GraphQLError], data: Option<&[u8]>) -> bool {
    let is_all = !errors.is_empty() && errors.iter().all(|error| fault::has_code(error, FaultCode::Unavailable));
    is_all
        && data.and_then(|data| serde_json::from_slice::<JsonMap>(data).ok()).is_none_or(|data| data.values().all(|value| value.is_null()))
}

/// An answer without data.
pub fn refused(kind: ResponseKind, errors: &[GraphQLError], operation_name: Option<Arc<str>>) -> Response {
    Response { body: json(&RefusedBody { errors }).into(), kind, operation_name, keeping: Keeping::Never, forms: None }
}

fn json(answer: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer has string keys only")
}
