//! One request from its text to its answer: looked at before it is run, run, and its errors put in order.

use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationType, Selection};
use async_graphql::{Positioned, Request as Query, Response as Answer, ServerError, Value, Variables};
use serde_json::Value as Json;

use super::door::{Request, Response, ResponseKind, SetCookie};
use super::fault;
use super::limits::ManagementLimits;
use super::measure;
use super::root::{self, ManagementSchema};
use super::view::{Asking, Management, View};
use crate::app::acting::Caller;
use crate::app::svod::Svod;

/// The management API; cheap to clone.
#[derive(Clone)]
pub struct ManagementApi {
    pub(super) schema: ManagementSchema,
    pub(super) management: Management,
}

/// What a request leaves for the browser to remember; it is collected here, since the schema knows no headers.
#[derive(Clone, Default)]
pub struct Cookies(Arc<Mutex<Vec<SetCookie>>>);

impl Cookies {
    pub fn set(&self, cookie: SetCookie) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(cookie);
    }

    fn take(&self) -> Vec<SetCookie> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why a request is not run.
pub(super) struct Refused {
    code: &'static str,
    message: String,
}

impl Refused {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    pub(super) fn into_answer(self) -> Answer {
        Answer::from_errors(vec![fault::error(self.code, self.message).into_server_error(Default::default())])
    }
}

impl ManagementApi {
    pub fn new(svod: Arc<Svod>, limits: ManagementLimits) -> Self {
        let management = Management { svod, limits };
        let mut builder = root::builder().data(management.clone()).limit_depth(limits.depth_max).limit_complexity(limits.complexity_max);
        if !limits.allows_introspection {
            builder = builder.disable_introspection().disable_suggestions();
        }
        Self { schema: builder.finish(), management }
    }

    /// The schema in its own language.
    pub fn sdl() -> String {
        let options = async_graphql::SDLExportOptions::new().prefer_single_line_descriptions().include_specified_by().use_space_ident();
        root::builder().finish().sdl_with_options(options)
    }

    /// Whether all that is asked is to sign in.
    pub fn signs_in_only(&self, request: &Request) -> bool {
        signs_in_only(request, &self.management.limits)
    }

    /// Carries out one query or mutation.
    pub async fn execute(&self, caller: Caller, request: Request) -> Response {
        let operation_name = request.operation_name.clone();
        let cookies = Cookies::default();
        let mut answer = match self.prepared(caller, request, &cookies) {
            Ok(query) => self.schema.execute(query).await,
            Err(refused) => refused.into_answer(),
        };
        finish(&mut answer, &self.management.limits);
        let kind = kind_of(&answer);
        let body = written(&answer, kind);
        Response { body, kind, operation_name, cookies: cookies.take() }
    }

    fn prepared(&self, caller: Caller, request: Request, cookies: &Cookies) -> Result<Query, Refused> {
        let document = parsed(&request.query, &self.management.limits)?;
        let kind = operation_kind(&document, request.operation_name.as_deref());
        match kind {
            Some(OperationType::Subscription) => {
                return Err(Refused::new("SUBSCRIPTION_NEEDS_WEBSOCKET", "a subscription goes over a WebSocket: graphql-transport-ws"));
            }
            Some(OperationType::Mutation) if request.is_get => {
                return Err(Refused::new("MUTATION_NEEDS_POST", "a GET changes nothing: send a mutation by POST"));
            }
            _ => {}
        }
        let caller = Arc::new(caller);
        let is_query = kind == Some(OperationType::Query);
        let pinned = is_query.then(|| View::new(self.management.clone(), Arc::clone(&caller)));
        let mut query = Query::new(request.query)
            .variables(Variables::from_json(Json::Object(request.variables)))
            .data(Asking { caller, pinned })
            .data(cookies.clone());
        query.operation_name = request.operation_name.filter(|name| !name.is_empty());
        query.set_parsed_query(document);
        Ok(query)
    }
}

/// What was refused before anything ran has no `data`, and an error that has no place in the text has no locations.
fn written(answer: &Answer, kind: ResponseKind) -> Vec<u8> {
    if kind != ResponseKind::RequestError {
        return serde_json::to_vec(answer).expect("an answer has string keys only");
    }
    let mut json = serde_json::to_value(answer).expect("an answer has string keys only");
    if let Some(entries) = json.as_object_mut() {
        entries.remove("data");
    }
    for error in json.get_mut("errors").and_then(Json::as_array_mut).into_iter().flatten() {
        let is_nowhere = error["locations"][0]["line"] == 0;
        if let Some(entries) = error.as_object_mut().filter(|_| is_nowhere) {
            entries.remove("locations");
        }
    }
    serde_json::to_vec(&json).expect("it was JSON")
}

/// The document of a text that is short enough to be looked at.
pub(super) fn parsed(query: &str, limits: &ManagementLimits) -> Result<ExecutableDocument, Refused> {
    let (length, max) = (query.len(), limits.query_bytes_max);
    if length > max {
        return Err(Refused::new("LIMIT_EXCEEDED", format!("the query has {length} bytes, and at most {max} are read (query_bytes_max)")));
    }
    let document = parse_query(query).map_err(|error| Refused::new("GRAPHQL_PARSE_FAILED", error.to_string()))?;
    measure::check(&document, limits).map_err(|message| Refused::new("LIMIT_EXCEEDED", message))?;
    Ok(document)
}

/// Whether all that is asked is to sign in: then a session that is over is no reason to refuse.
pub(super) fn signs_in_only(request: &Request, limits: &ManagementLimits) -> bool {
    let Ok(document) = parsed(&request.query, limits) else { return false };
    let DocumentOperations::Single(operation) = &document.operations else { return false };
    let is_sign_in =
        |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if field.node.name.node == "signIn");
    let selections = &operation.node.selection_set.node.items;
    operation.node.ty == OperationType::Mutation && selections.len() == 1 && selections.iter().all(is_sign_in)
}

/// `None` when the request does not say which operation it means; that is for the execution to tell.
fn operation_kind(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    match (&document.operations, name.filter(|name| !name.is_empty())) {
        (DocumentOperations::Single(operation), _) => Some(operation.node.ty),
        (DocumentOperations::Multiple(operations), Some(name)) => operations.get(name).map(|operation| operation.node.ty),
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// Gives every error its code, and lists not too many.
pub(super) fn finish(answer: &mut Answer, limits: &ManagementLimits) {
    answer.errors.truncate(limits.errors_max);
    for error in &mut answer.errors {
        if code_of(error).is_none() {
            let (code, message) = code_for(error, limits);
            error.extensions.get_or_insert_default().set("code", code);
            error.message = message.unwrap_or_else(|| std::mem::take(&mut error.message));
        }
    }
}

fn code_of(error: &ServerError) -> Option<&str> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code),
        _ => None,
    }
}

/// Errors without a code come from async-graphql, which tells them by their texts only.
fn code_for(error: &ServerError, limits: &ManagementLimits) -> (&'static str, Option<String>) {
    match error.message.as_str() {
        "Query is too complex." => {
            let message = format!(
                "the query asks for more than {} fields and entries of lists (complexity_max): ask for shorter pages, or for less in each entry",
                limits.complexity_max
            );
            ("LIMIT_EXCEEDED", Some(message))
        }
        "Query is nested too deep." => {
            ("LIMIT_EXCEEDED", Some(format!("fields stand more than {} deep in one another (depth_max)", limits.depth_max)))
        }
        _ if error.path.is_empty() => ("GRAPHQL_VALIDATION_FAILED", None),
        _ => ("BAD_USER_INPUT", None),
    }
}

fn kind_of(answer: &Answer) -> ResponseKind {
    if answer.errors.is_empty() || !matches!(answer.data, Value::Null) {
        let is_empty = matches!(&answer.data, Value::Object(fields) if fields.values().all(|value| *value == Value::Null));
        let is_unavailable = !answer.errors.is_empty() && answer.errors.iter().all(|error| code_of(error) == Some("UNAVAILABLE"));
        return if is_empty && is_unavailable { ResponseKind::Unavailable } else { ResponseKind::Executed };
    }
    let has = |code: &str| answer.errors.iter().any(|error| code_of(error) == Some(code));
    if has("UNAVAILABLE") {
        ResponseKind::Unavailable
    } else if has("INTERNAL") {
        ResponseKind::Failed
    } else if answer.errors.iter().all(|error| error.path.is_empty()) {
        ResponseKind::RequestError
    } else {
        ResponseKind::Executed
    }
}
