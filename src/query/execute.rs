//! One request from its text to its answer: validate, check the variables, run over the catalogue, and put the errors in order.

use std::sync::Arc;
use std::time::Instant;

use apollo_compiler::Name;
use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{ExecutionResponse, GraphQLError, JsonMap, JsonValue};
use serde::Serialize;

use super::document;
use super::fault::{self, Fault};
use super::limits::QueryLimits;
use super::root::Root;
use super::scope::Scope;
use super::typed::TypedSchema;
use super::{Request, Response, ResponseKind};
use crate::app::reading::Reader;

/// What a request without `data` is answered with.
#[derive(Serialize)]
struct RefusedBody<'a> {
    errors: &'a [GraphQLError],
}

/// Runs a request on one schema and one head. `started` is when the request came: waiting counts.
pub fn run(typed: Arc<TypedSchema>, reader: Reader, limits: QueryLimits, request: Request, started: Instant) -> Response {
    let document = match document::validated(&typed, &limits, &request.query) {
        Ok(document) => document,
        Err(errors) => return refused(ResponseKind::RequestError, &errors, request.operation_name),
    };
    let name = request.operation_name.as_deref().filter(|name| !name.is_empty());
    let operation = match document.operations.get(name) {
        Ok(operation) => operation,
        Err(error) => return refused(ResponseKind::RequestError, &[fault::of_request(&error, &document.sources)], request.operation_name),
    };
    let operation_name = operation.name.as_ref().map(Name::to_string);
    let variables: JsonMap = request.variables.into_iter().map(|(name, value)| (name.into(), JsonValue::from(value))).collect();
    let variables = match coerce_variable_values(&typed.schema, operation, &variables) {
        Ok(variables) => variables,
        Err(error) => return refused(ResponseKind::RequestError, &[fault::of_request(&error, &document.sources)], operation_name),
    };
    let scope = Scope::new(Arc::clone(&typed), limits, reader, started);
    let execution = Execution::new(&typed.schema, &document)
        .operation(operation)
        .implementers_map(&typed.implementers)
        .coerced_variable_values(&variables)
        .enable_schema_introspection(true);
    match execution.execute_sync(&Root(&scope)) {
        Ok(answer) => Response { body: body(&finished(answer, &scope)), kind: ResponseKind::Executed, operation_name },
        Err(error) => refused(ResponseKind::Failed, &[Fault::internal(error.message()).to_error()], operation_name),
    }
}

/// Gives every error its code. An answer that a limit has cut short is not given at all: nobody shall take a part for the whole.
fn finished(mut answer: ExecutionResponse, scope: &Scope) -> ExecutionResponse {
    answer.errors.iter_mut().for_each(fault::finish);
    if let Some(stopped) = scope.stopped() {
        let told = stopped.to_error();
        let first = answer.errors.iter().find(|error| error.extensions.get("code") == told.extensions.get("code"));
        return ExecutionResponse { errors: vec![first.cloned().unwrap_or(told)], data: None };
    }
    answer.errors.truncate(scope.limits.errors_max);
    answer
}

/// An answer without data.
pub fn refused(kind: ResponseKind, errors: &[GraphQLError], operation_name: Option<String>) -> Response {
    Response { body: body(&RefusedBody { errors }), kind, operation_name }
}

fn body(answer: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(answer).expect("an answer has string keys only")
}
