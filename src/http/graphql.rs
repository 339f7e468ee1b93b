//! GraphQL over HTTP (the specification's draft of 2025): how a request is read from a POST or a GET, and how the answer
//! is carried in the media type that the client accepts. What a query means, the data API knows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, rt, web};
use serde_json::{Map, Value};

use super::answer::{Told, answer};
use super::errors::{Problem, RETRY_AFTER_S, with_request_id};
use super::negotiation::{Media, choose};
use super::observation::RequestId;
use super::services::DataDoor;
use super::{State, pages};
use crate::query::{Caller, Request, Response, ResponseKind};

/// In the order of preference where the client has none: what old clients understand goes first.
const OFFERED_TO_POST: [Media; 2] = [Media::Json, Media::GraphqlResponse];
const OFFERED_TO_GET: [Media; 3] = [Media::Json, Media::GraphqlResponse, Media::Html];

pub async fn post(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    let deadline = state.deadline();
    let Some(media) = choose(&request, &OFFERED_TO_POST) else { return not_acceptable(&request) };
    let answered = match read_post(&request, payload, &state, deadline).await {
        Ok(parameters) => execute(&request, &state, parameters, deadline).await,
        Err(problem) => Err(problem),
    };
    respond(&request, media, answered)
}

/// A browser gets GraphiQL, a program an answer.
pub async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let deadline = state.deadline();
    let media = match choose(&request, &OFFERED_TO_GET) {
        Some(Media::Html) => return pages::graphiql(&request),
        Some(media) => media,
        None => return not_acceptable(&request),
    };
    let answered = match read_get(request.query_string()) {
        Ok(parameters) => execute(&request, &state, parameters, deadline).await,
        Err(problem) => Err(problem),
    };
    respond(&request, media, answered)
}

/// The schema as text.
pub async fn schema(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let id = RequestId::of(&request);
    let answered = match state.services.data() {
        Some(data) => {
            let data = Arc::clone(data);
            in_time(&state, state.deadline(), &id, move || (data.sdl)()).await
        }
        None => Err(Problem::not_ready()),
    };
    match answered.and_then(|sdl| sdl.map_err(|error| Problem::of_error(error, &id))) {
        Ok(sdl) => {
            let mut response = answer(StatusCode::OK, "text/plain; charset=utf-8", sdl.to_string());
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        }
        Err(problem) => problem.respond(Media::Json, &id),
    }
}

fn not_acceptable(request: &HttpRequest) -> HttpResponse {
    let problem = Problem::not_acceptable("application/graphql-response+json, application/json");
    respond(request, Media::Json, Err(problem))
}

/// Executes on a thread that may block: older editions come from the database, and a long query must not hold up the others.
async fn execute(request: &HttpRequest, state: &State, parameters: Request, deadline: Instant) -> Result<Response, Problem> {
    let data: Arc<DataDoor> = state.services.data().map(Arc::clone).ok_or_else(Problem::not_ready)?;
    let id = RequestId::of(request);
    let span = tracing::info_span!("request", id = id.as_str());
    // Dropped with this future: when the answer is there, when time is up, and when the client has gone.
    let leaving = Leaving(Arc::default());
    let request_id = Some(id.as_str().to_owned());
    let caller = Caller { authority: Arc::default(), request_id, deadline: Some(deadline), has_left: Arc::clone(&leaving.0) };
    in_time(state, deadline, &id, move || span.in_scope(|| (data.execute)(caller, parameters))).await
}

/// Tells the work on another thread that nobody waits for it any more.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Runs work on a blocking thread until the deadline. Work that begins only after it is not begun: nobody waits any more.
async fn in_time<T: Send + 'static>(
    state: &State,
    deadline: Instant,
    id: &RequestId,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let place = state.enter().ok_or_else(|| Problem::too_many(state.settings.queries_in_flight_max))?;
    let work = web::block(move || {
        let done = (Instant::now() < deadline).then(work);
        drop(place);
        done
    });
    match rt::time::timeout(remaining(deadline), work).await {
        Ok(Ok(Some(done))) => Ok(done),
        Ok(Ok(None)) | Err(_) => Err(Problem::time_is_up(state.settings.request_time_ms_max)),
        Ok(Err(_)) => Err(Problem::internal("the thread that worked on the request panicked", id)),
    }
}

fn remaining(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn respond(request: &HttpRequest, media: Media, answered: Result<Response, Problem>) -> HttpResponse {
    let id = RequestId::of(request);
    let mut response = match answered {
        Ok(Response { body, kind, operation_name }) => {
            let (status, body) = match (kind, media) {
                (ResponseKind::Executed, _) => (StatusCode::OK, body),
                // Under the old media type a 4xx could come from anything between us and the client.
                (ResponseKind::RequestError, Media::Json) => (StatusCode::OK, body),
                (ResponseKind::RequestError, _) => (StatusCode::BAD_REQUEST, body),
                (ResponseKind::Unavailable, _) => (StatusCode::SERVICE_UNAVAILABLE, with_request_id(body, &id)),
                (ResponseKind::Failed, _) => (StatusCode::INTERNAL_SERVER_ERROR, with_request_id(body, &id)),
            };
            let mut response = answer(status, media.content_type(), body);
            if status == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
            }
            if let Some(told) = response.extensions_mut().get_mut::<Told>() {
                told.operation_name = operation_name;
            }
            response
        }
        Err(problem) => problem.respond(media, &id),
    };
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
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
            .with_header(header::HeaderName::from_static("accept-post"), "application/json")
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
