//! One valid operation from its document to its answer, resolver by resolver.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::executable::Operation;
use apollo_compiler::resolvers::Execution;
use apollo_compiler::response::{ExecutionResponse, JsonMap};
use apollo_compiler::validation::Valid;

use super::super::fault;
use super::super::scope::Scope;
use super::root::Root;

/// The whole answer, as bytes.
pub fn answer(scope: &Scope, document: &Valid<ExecutableDocument>, operation: &Operation, variables: &Valid<JsonMap>) -> Vec<u8> {
    let typed = &scope.typed;
    let execution = Execution::new(&typed.schema, document)
        .operation(operation)
        .implementers_map(&typed.implementers)
        .coerced_variable_values(variables)
        .enable_schema_introspection(true);
    let mut answer: ExecutionResponse = execution.execute_sync(&Root(scope)).expect("the operation is valid and synchronous");
    answer.errors.iter_mut().for_each(fault::finish);
    answer.errors.truncate(scope.limits.errors_max);
    serde_json::to_vec(&answer).expect("an answer has string keys only")
}
