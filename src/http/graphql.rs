//! GraphQL over HTTP (the specification's draft of 2025): how a request is read from a POST or a GET, and how the answer
//! is carried in the media type that the client accepts. It is the same for every door; what a query means, the doors know.

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, rt, web};
use serde_json::{Map, Value};

use super::answer::{Told, answer};
use super::blocking::remaining;
use super::errors::{Problem, RETRY_AFTER_S, with_request_id};
use super::identity::{carries_credential, cookie};
use super::negotiation::{Media, choose};
use super::observation::RequestId;
use super::{State, pages};
use crate::graphql::door::{Request, Response, ResponseKind};

/// In the order of preference where the client has none: what old clients understand goes first.
const OFFERED_TO_POST: [Media; 2] = [Media::Json, Media::GraphqlResponse];
const OFFERED_TO_GET: [Media; 3] = [Media::Json, Media::GraphqlResponse, Media::Html];

/// Reads a POST and lets a door answer it, unless it was refused beforehand.
pub async fn post(
    request: &HttpRequest,
    payload: web::Payload,
    state: &State,
    checked: Result<(), Problem>,
    ask: impl AsyncFnOnce(Request, Instant) -> Result<Response, Problem>,
) -> HttpResponse {
    let deadline = state.deadline();
    let Some(media) = choose(request, &OFFERED_TO_POST) else { return not_acceptable(request, state) };
    let read = match checked {
        Ok(()) => read_post(request, payload, state, deadline).await,
        Err(problem) => Err(problem),
    };
    let answered = match read {
        Ok(asked) => ask(asked, deadline).await,
        Err(problem) => Err(problem),
    };
    respond(request, state, media, answered)
}

/// A browser gets GraphiQL, a program an answer.
pub async fn get(
    request: &HttpRequest,
    state: &State,
    ask: impl AsyncFnOnce(Request, Instant) -> Result<Response, Problem>,
) -> HttpResponse {
    let deadline = state.deadline();
    let media = match choose(request, &OFFERED_TO_GET) {
        Some(Media::Html) => return pages::graphiql(request),
        Some(media) => media,
        None => return not_acceptable(request, state),
    };
    let answered = match read_get(request.query_string()) {
        Ok(asked) => ask(asked, deadline).await,
        Err(problem) => Err(problem),
    };
    respond(request, state, media, answered)
}

/// A schema as text.
pub fn schema(sdl: String) -> HttpResponse {
    let mut response = answer(StatusCode::OK, "text/plain; charset=utf-8", sdl);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Says that an answer is for this caller: nobody on the way may give it to another.
pub fn mark_private(request: &HttpRequest, state: &State, response: &mut HttpResponse) {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept, cookie, authorization"));
    if carries_credential(request.headers(), state.settings.is_cookie_secure) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
}

fn not_acceptable(request: &HttpRequest, state: &State) -> HttpResponse {
    let problem = Problem::not_acceptable("application/graphql-response+json, application/json");
    respond(request, state, Media::Json, Err(problem))
}

fn respond(request: &HttpRequest, state: &State, media: Media, answered: Result<Response, Problem>) -> HttpResponse {
    let id = RequestId::of(request);
    let mut response = match answered {
        Ok(answered) => carried(answered, state, media, &id),
        Err(problem) => problem.respond(media, &id),
    };
    mark_private(request, state, &mut response);
    response
}

fn carried(answered: Response, state: &State, media: Media, id: &RequestId) -> HttpResponse {
    let Response { body, kind, operation_name, cookies } = answered;
    let (status, body) = match (kind, media) {
        (ResponseKind::Executed, _) => (StatusCode::OK, body),
        // Under the old media type a 4xx could come from anything between us and the client.
        (ResponseKind::RequestError, Media::Json) => (StatusCode::OK, body),
        (ResponseKind::RequestError, _) => (StatusCode::BAD_REQUEST, body),
        (ResponseKind::Unavailable, _) => (StatusCode::SERVICE_UNAVAILABLE, with_request_id(body, id)),
        (ResponseKind::Failed, _) => (StatusCode::INTERNAL_SERVER_ERROR, with_request_id(body, id)),
    };
    let mut response = answer(status, media.content_type(), body);
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    for set in &cookies {
        match cookie(set, state.settings.is_cookie_secure) {
            Some(cookie) => response.headers_mut().append(header::SET_COOKIE, cookie),
            None => return Problem::internal("the secret of a session cannot stand in a cookie", id).respond(media, id),
        }
    }
    if let Some(told) = response.extensions_mut().get_mut::<Told>() {
        told.operation_name = operation_name;
    }
    response
}

async fn read_post(request: &HttpRequest, payload: web::Payload, state: &State, deadline: Instant) -> Result<Request, Problem> {
    check_content_type(request)?;
    let bytes_max = state.settings.request_body_bytes_max;
    let too_large = || {
        let message = format!("the body of the request is longer than {bytes_max} bytes");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message)
    };
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|announced| announced > bytes_max as u64) {
        return Err(too_large());
    }
    let body = match rt::time::timeout(remaining(deadline), payload.to_bytes_limited(bytes_max)).await {
        Ok(Ok(Ok(body))) => body,
        Ok(Ok(Err(_))) => return Err(Problem::bad_request("the body of the request broke off")),
        Ok(Err(_)) => return Err(too_large()),
        Err(_) => {
            let message = format!("the body of the request did not arrive within {} ms", state.settings.request_time_ms_max);
            return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message));
        }
    };
    parse_body(&body)
}

fn check_content_type(request: &HttpRequest) -> Result<(), Problem> {
    let refused = |message: String| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
            .with_header(header::HeaderName::from_static("accept-post"), HeaderValue::from_static("application/json"))
    };
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(refused("a compressed body is not taken: send it as it is".to_owned()));
    }
    let Ok(Some(content_type)) = request.mime_type() else {
        return Err(refused("the request needs the header Content-Type: application/json".to_owned()));
    };
    if content_type.essence_str() != "application/json" {
        return Err(refused(format!("the body must be application/json, and {} was sent", content_type.essence_str())));
    }
    match content_type.get_param("charset") {
        Some(charset) if charset != "utf-8" => Err(refused(format!("the body must be in UTF-8, and {charset} was sent"))),
        _ => Ok(()),
    }
}

fn parse_body(body: &[u8]) -> Result<Request, Problem> {
    if body.is_empty() {
        return Err(Problem::bad_request("the request has no body: send {\"query\": \"…\"}"));
    }
    let value: Value = serde_json::from_slice(body).map_err(|error| Problem::bad_request(format!("the body is not JSON: {error}")))?;
    let mut parameters = match value {
        Value::Object(parameters) => parameters,
        Value::Array(_) => return Err(Problem::bad_request("a batch is not taken: send one request at a time")),
        _ => return Err(Problem::bad_request("the body must be a JSON object with a `query`")),
    };
    // Extensions are read to be checked only: there are none yet.
    map_in(&mut parameters, "extensions")?;
    Ok(Request {
        query: text_in(&mut parameters, "query")?.ok_or_else(no_query)?,
        operation_name: text_in(&mut parameters, "operationName")?,
        variables: map_in(&mut parameters, "variables")?.unwrap_or_default(),
        is_get: false,
    })
}

fn no_query() -> Problem {
    Problem::bad_request("the request has no `query`")
}

/// A text that may be absent or null.
fn text_in(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a string"))),
    }
}

/// A map that may be absent or null.
fn map_in(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, Problem> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a JSON object"))),
    }
}

#[derive(serde::Deserialize)]
struct GetParameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Parameters that are sent empty are taken as not sent.
fn read_get(query_string: &str) -> Result<Request, Problem> {
    let parameters = web::Query::<GetParameters>::from_query(query_string);
    let parameters = parameters.map_err(|error| Problem::bad_request(format!("the parameters of the address are not right: {error}")))?;
    let GetParameters { query, operation_name, variables, extensions } = parameters.into_inner();
    let map = |name: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => {
            let value = serde_json::from_str(&text).map_err(|error| Problem::bad_request(format!("`{name}` is not JSON: {error}")))?;
            map_in(&mut Map::from_iter([(name.to_owned(), value)]), name)
        }
    };
    map("extensions", extensions)?;
    Ok(Request {
        query: query.filter(|query| !query.is_empty()).ok_or_else(no_query)?,
        operation_name: operation_name.filter(|name| !name.is_empty()),
        variables: map("variables", variables)?.unwrap_or_default(),
        is_get: true,
    })
}
