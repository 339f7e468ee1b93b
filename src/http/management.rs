//! The door of the management API: GraphiQL for browsers, queries and mutations for whoever may, and WebSockets. Everybody may
//! knock; what they may do, the API itself decides field by field.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use futures_util::FutureExt;

use super::answer::{Told, answer};
use super::blocking::{in_time, remaining};
use super::body::Incoming;
use super::errors::{Problem, RETRY_AFTER_S, with_request_id};
use super::identity::{Guest, cookie};
use super::metrics::Event;
use super::negotiation::{Media, choose};
use super::observation::RequestId;
use super::operation::{self, Asked};
use super::services::Doors;
use super::{State, cross_site, graphql, pages, websocket};
use crate::app::acting::Caller;
use crate::graphql::door::{Request, Response, ResponseKind, SetCookie};
use crate::query;

/// Also somebody without a session is not to be signed in, or anything else, by a page of another site.
pub async fn post(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    let (deadline, mut incoming) = (state.deadline(), Incoming::new(payload));
    let response = match choose(&request, &graphql::OFFERED_TO_POST) {
        Some(media) => {
            let answered = answer_post(&request, &mut incoming, &state, deadline).await;
            let answered = answered.and_then(|answered| carried(answered, &state, media, &RequestId::of(&request)));
            finished(&request, &state, media, answered)
        }
        None => not_acceptable(&request, &state),
    };
    incoming.leave_with(response)
}

/// A browser gets GraphiQL, a program an answer.
pub async fn get(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    if websocket::is_asked_for(&request) {
        return websocket::open(&request, payload, &state).await;
    }
    let deadline = state.deadline();
    let media = match choose(&request, &graphql::OFFERED_TO_GET) {
        Some(Media::Html) => return pages::graphiql(&request),
        Some(media) => media,
        None => return not_acceptable(&request, &state),
    };
    let asked = operation::in_query_string(request.query_string());
    let answered = match asked.and_then(to_door) {
        Ok(asked) => answer_one(&request, &state, asked, deadline).await,
        Err(problem) => Err(problem),
    };
    let answered = answered.and_then(|answered| carried(answered, &state, media, &RequestId::of(&request)));
    finished(&request, &state, media, answered)
}

fn not_acceptable(request: &HttpRequest, state: &State) -> HttpResponse {
    finished(request, state, Media::Json, Err(graphql::not_acceptable()))
}

fn finished(request: &HttpRequest, state: &State, media: Media, answered: Result<HttpResponse, Problem>) -> HttpResponse {
    let mut response = answered.unwrap_or_else(|problem| problem.respond(media, &RequestId::of(request)));
    graphql::mark_private(request, state, &mut response);
    response
}

async fn answer_post(request: &HttpRequest, incoming: &mut Incoming, state: &State, deadline: Instant) -> Result<Response, Problem> {
    cross_site::check(request.headers())?;
    let body = incoming.read(request, state, deadline).await?;
    match operation::in_body(&body, state.settings.batch_operations_max)? {
        Asked::One(asked) => answer_one(request, state, to_door(asked)?, deadline).await,
        Asked::Batch(operations) => answer_batch(request, state, operations, deadline).await,
    }
}

async fn answer_one(request: &HttpRequest, state: &State, asked: Request, deadline: Instant) -> Result<Response, Problem> {
    let doors = state.doors()?;
    let caller = match identify(request, state, deadline, 1).await {
        // A browser keeps sending the cookie of a session that is over; whoever signs in anew is not to be refused for it.
        Err(problem) if is_over(&problem) && (doors.management.signs_in_only)(&asked) => {
            Guest::of(request, &state.settings, RequestId::of(request))?.as_nobody()
        }
        identified => identified?,
    };
    execute(&doors, state, caller, asked, deadline, &RequestId::of(request)).await
}

/// Carries out one operation after the other, each for itself, all in the name of whoever sent the batch: somebody who signs in
/// within one is known by their cookie from the next request on. Once time is up, the rest is not begun.
async fn answer_batch(
    request: &HttpRequest,
    state: &State,
    operations: Vec<Result<query::Request<'_>, Problem>>,
    deadline: Instant,
) -> Result<Response, Problem> {
    let doors = state.doors()?;
    let id = RequestId::of(request);
    let count = u32::try_from(operations.len()).unwrap_or(u32::MAX);
    let caller = identify(request, state, deadline, count).await?;
    state.counters.count(Event::BatchOperation, count.into());
    let mut bodies = Vec::with_capacity(operations.len());
    let mut last_cookie = None;
    for operation in operations {
        let answered = match operation.and_then(to_door) {
            Ok(_) if Instant::now() >= deadline => Err(Problem::time_is_up(state.settings.request_time_ms_max)),
            Ok(asked) => execute(&doors, state, caller.clone(), asked, deadline, &id).await,
            Err(problem) => Err(problem),
        };
        bodies.push(match answered {
            Ok(response) => {
                // A response sets a cookie once (RFC 6265 §4.1.1): what the last operation left is what holds.
                last_cookie = response.cookies.into_iter().next_back().or(last_cookie);
                body_of(response.kind, response.body.into(), &id)
            }
            Err(problem) => problem.json(&id).into(),
        });
    }
    let cookies: Vec<SetCookie> = last_cookie.into_iter().collect();
    Ok(Response { body: graphql::joined(&bodies), kind: ResponseKind::Executed, operation_name: None, cookies })
}

async fn execute(
    doors: &Doors,
    state: &State,
    caller: Caller,
    asked: Request,
    deadline: Instant,
    id: &RequestId,
) -> Result<Response, Problem> {
    let _place = state.enter()?;
    let is_get = asked.is_get;
    let executed = AssertUnwindSafe((doors.management.execute)(caller, asked)).catch_unwind();
    match rt::time::timeout(remaining(deadline), executed).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => Err(Problem::internal("the request panicked", id)),
        Err(_) if is_get => Err(Problem::time_is_up(state.settings.request_time_ms_max)),
        Err(_) => Err(outcome_unknown(state.settings.request_time_ms_max)),
    }
}

/// As this door takes it. Its queries are run as they are sent: persisted ones are for systems that read.
fn to_door(asked: query::Request<'_>) -> Result<Request, Problem> {
    if asked.query.is_empty() {
        return Err(Problem::new(StatusCode::BAD_REQUEST, "PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported"));
    }
    let variables = match asked.variables.as_ref() {
        "" => Some(serde_json::Map::new()),
        text => serde_json::from_str(text).map_err(|error| Problem::bad_request(format!("`variables` is not JSON: {error}")))?,
    };
    Ok(Request {
        query: asked.query.into_owned(),
        operation_name: asked.operation_name.map(|name| name.into_owned()),
        variables: variables.unwrap_or_default(),
        is_get: asked.is_get,
    })
}

fn carried(answered: Response, state: &State, media: Media, id: &RequestId) -> Result<HttpResponse, Problem> {
    let Response { body, kind, operation_name, cookies } = answered;
    let status = graphql::status_of(query_kind(kind), media);
    let mut response = answer(status, media.content_type(), body_of(kind, body.into(), id));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    }
    for set in &cookies {
        let cookie = cookie(set, state.settings.is_cookie_secure);
        let cookie = cookie.ok_or_else(|| Problem::internal("the secret of a session cannot stand in a cookie", id))?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    if let Some(told) = response.extensions_mut().get_mut::<Told>() {
        told.operation_name = operation_name;
    }
    Ok(response)
}

/// Errors whose reason only the log has name the request.
fn body_of(kind: ResponseKind, body: Bytes, id: &RequestId) -> Bytes {
    match kind {
        ResponseKind::Executed | ResponseKind::RequestError => body,
        ResponseKind::Unavailable | ResponseKind::Failed => with_request_id(body, id),
    }
}

/// The kinds of the two doors are the same.
fn query_kind(kind: ResponseKind) -> query::ResponseKind {
    match kind {
        ResponseKind::Executed => query::ResponseKind::Executed,
        ResponseKind::RequestError => query::ResponseKind::RequestError,
        ResponseKind::Unavailable => query::ResponseKind::Unavailable,
        ResponseKind::Failed => query::ResponseKind::Failed,
    }
}

/// Whether a session was refused that was good once, or may have been.
fn is_over(problem: &Problem) -> bool {
    matches!(problem.code(), "SESSION_ENDED" | "SESSION_EXPIRED" | "SESSION_UNKNOWN")
}

/// Who asks, once they may ask so many operations more. Only a credential is worth a blocking thread.
pub async fn identify(request: &HttpRequest, state: &State, deadline: Instant, operations: u32) -> Result<Caller, Problem> {
    let doors = state.doors()?;
    let id = RequestId::of(request);
    let guest = Guest::of(request, &state.settings, id.clone())?;
    state.take_rate(&guest, operations)?;
    if !guest.presents_anything() {
        return guest.identify(&doors.identity);
    }
    in_time(state, deadline, &id, move || guest.identify(&doors.identity)).await?
}

fn outcome_unknown(time_ms_max: u64) -> Problem {
    let message = format!("the request took longer than {time_ms_max} ms: look whether it was carried out before you send it again");
    Problem::new(StatusCode::GATEWAY_TIMEOUT, "OUTCOME_UNKNOWN", message)
}

/// The schema as text: the same for everybody.
pub async fn schema(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    match state.doors() {
        Ok(doors) => graphql::schema(doors.management.sdl.clone()),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(&request)),
    }
}
