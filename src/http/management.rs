//! The door of the management API: GraphiQL for browsers, queries and mutations for whoever may, and WebSockets. Everybody may
//! knock; what they may do, the API itself decides field by field.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use futures_util::FutureExt;

use super::blocking::{in_time, remaining};
use super::errors::Problem;
use super::identity::Guest;
use super::negotiation::Media;
use super::observation::RequestId;
use super::{State, cross_site, graphql, websocket};
use crate::app::acting::Caller;
use crate::graphql::door::{Request, Response};

/// Also somebody without a session is not to be signed in, or anything else, by a page of another site.
pub async fn post(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    let checked = cross_site::check(request.headers());
    graphql::post(&request, payload, &state, checked, async |asked, deadline| ask(&request, &state, asked, deadline).await).await
}

pub async fn get(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    if websocket::is_asked_for(&request) {
        return websocket::open(&request, payload, &state).await;
    }
    graphql::get(&request, &state, async |asked, deadline| ask(&request, &state, asked, deadline).await).await
}

async fn ask(request: &HttpRequest, state: &State, asked: Request, deadline: Instant) -> Result<Response, Problem> {
    let doors = state.doors()?;
    let id = RequestId::of(request);
    let caller = match identify(request, state, deadline).await {
        // A browser keeps sending the cookie of a session that is over; whoever signs in anew is not to be refused for it.
        Err(problem) if is_over(&problem) && (doors.management.signs_in_only)(&asked) => Guest::of(request, &state.settings)?.as_nobody(),
        identified => identified?,
    };
    let _place = state.enter()?;
    let is_get = asked.is_get;
    let executed = AssertUnwindSafe((doors.management.execute)(caller, asked)).catch_unwind();
    match rt::time::timeout(remaining(deadline), executed).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(_)) => Err(Problem::internal("the request panicked", &id)),
        Err(_) if is_get => Err(Problem::time_is_up(state.settings.request_time_ms_max)),
        Err(_) => Err(outcome_unknown(state.settings.request_time_ms_max)),
    }
}

/// Whether a session was refused that was good once, or may have been.
fn is_over(problem: &Problem) -> bool {
    matches!(problem.code(), "SESSION_ENDED" | "SESSION_EXPIRED" | "SESSION_UNKNOWN")
}

/// Who asks. Only a credential is worth a blocking thread.
pub async fn identify(request: &HttpRequest, state: &State, deadline: Instant) -> Result<Caller, Problem> {
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings)?;
    if !guest.presents_anything() {
        return guest.identify(&doors.identity);
    }
    in_time(state, deadline, &RequestId::of(request), move || guest.identify(&doors.identity)).await?
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
