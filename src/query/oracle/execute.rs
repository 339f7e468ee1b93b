//! One request from its text to its answer: validate, check the variables, run over the catalogue, and put the errors in order.

use std::sync::Arc;

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{ExecutionResponse, GraphQLError, JsonMap};
use serde::Serialize;

use super::super::document;
use super::super::fault::{self, Fault, FaultCode, Outcome};
use super::super::input;
use super::super::introspection;
use super::root::Root;
use super::super::scope::Scope;
use super::weight;
use super::{Keeping, Request, Response, ResponseKind};

/// What a request without `data` is answered with.
#[derive(Serialize)]
struct RefusedBody<'a> {
    errors: &'a [GraphQLError],
}

/// Runs a request on the schema and the head of its scope.
pub fn run(scope: Scope, request: Request<'_>) -> Response {
    let typed = Arc::clone(&scope.typed);
    let asked_name: Option<Arc<str>> = request.operation_name.as_deref().map(Into::into);
    let document = match document::validated(&typed, &scope.limits, &request.query) {
        Ok(document) => document,
        Err(errors) => return refused(ResponseKind::RequestError, &errors, asked_name),
    };
    let name = request.operation_name.as_deref().filter(|name| !name.is_empty());
    let operation = match document.operations.get(name) {
        Ok(operation) => operation,
        Err(error) => return refused(ResponseKind::RequestError, &[fault::of_request(&error, &document.sources)], asked_name),
    };
    let operation_name: Option<Arc<str>> = operation.name.as_ref().map(|name| name.as_str().into());
    let variables = match read_variables(&request.variables) {
        Ok(variables) => variables,
        Err(fault) => return refused(ResponseKind::RequestError, &[fault.to_error()], operation_name),
    };
    let variables = match coerce_variable_values(&typed.schema, operation, &variables) {
        Ok(variables) => variables,
        Err(error) => return refused(ResponseKind::RequestError, &[fault::of_request(&error, &document.sources)], operation_name),
    };
    if let Err(error) = input::check_conditions(&document, operation, &variables) {
        return refused(ResponseKind::RequestError, &[*error], operation_name);
    }
    if let Err(fault) = count_beforehand(&scope, &document, operation, &variables) {
        return refused(ResponseKind::RequestError, &[fault.to_error()], operation_name);
    }
    let execution = Execution::new(&typed.schema, &document)
        .operation(operation)
        .implementers_map(&typed.implementers)
        .coerced_variable_values(&variables)
        .enable_schema_introspection(true);
    match execution.execute_sync(&Root(&scope)) {
        Ok(answer) => {
            let answer = finished(answer, &scope);
            if is_unavailable(&answer) {
                return refused(ResponseKind::Unavailable, &answer.errors, operation_name);
            }
            Response { body: body(&answer).into(), kind: ResponseKind::Executed, operation_name, keeping: Keeping::Never, forms: None }
        }
        Err(error) => refused(ResponseKind::Failed, &[Fault::internal(error.message()).to_error()], operation_name),
    }
}

/// The variables as they were sent.
fn read_variables(text: &str) -> Outcome<JsonMap> {
    if text.is_empty() {
        return Ok(JsonMap::new());
    }
    let read: Option<JsonMap> =
        serde_json::from_str(text).map_err(|error| Fault::input(format!("`variables` is not a JSON object: {error}")))?;
    Ok(read.unwrap_or_default())
}

/// Counts what no resolver of ours will see: the names of the root fields, and what apollo-compiler tells of the schema.
fn count_beforehand(scope: &Scope, document: &ExecutableDocument, operation: &Operation, variables: &JsonMap) -> Outcome<()> {
    let bytes_max = scope.limits.response_bytes_max;
    scope.count_bytes(introspection::bytes_of(&scope.typed.schema, document, operation, variables, bytes_max))
}

/// Gives every error its code. An answer that a limit has cut short is not given at all: nobody shall take a part for the whole.
fn finished(mut answer: ExecutionResponse, scope: &Scope) -> ExecutionResponse {
    for error in &mut answer.errors {
        fault::finish(error);
        fault::name_request(error, scope.request_id());
    }
    if let Some(stopped) = scope.stopped() {
        let told = stopped.to_error();
        let first = answer.errors.iter().find(|error| error.extensions.get("code") == told.extensions.get("code"));
        return ExecutionResponse { errors: vec![first.cloned().unwrap_or(told)], data: None };
    }
    answer.errors.truncate(scope.limits.errors_max);
    answer
}

/// Whether there is nothing in an answer but that something could not be read.
fn is_unavailable(answer: &ExecutionResponse) -> bool {
    let has_data = answer.data.iter().flat_map(|data| data.values()).any(|value| !value.is_null());
    !has_data && !answer.errors.is_empty() && answer.errors.iter().all(|error| fault::has_code(error, FaultCode::Unavailable))
}

/// An answer without data.
pub fn refused(kind: ResponseKind, errors: &[GraphQLError], operation_name: Option<Arc<str>>) -> Response {
    Response { body: body(&RefusedBody { errors }).into(), kind, operation_name, keeping: Keeping::Never, forms: None }
}

fn body(answer: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer has string keys only")
}
