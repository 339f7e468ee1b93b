//! The door of the data API: who asks is looked up only when they say who they are, on the thread that answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use actix_web::{HttpRequest, HttpResponse, web};

use super::blocking::in_time;
use super::errors::Problem;
use super::graphql;
use super::identity::{Guest, carries_session};
use super::negotiation::Media;
use super::observation::RequestId;
use super::{State, cross_site};
use crate::graphql::door;
use crate::query::{Begun, Caller, Request, Response, ResponseKind};

/// Nothing can be changed here, but a page of another site has no business with anybody's session.
pub async fn post(request: HttpRequest, payload: web::Payload, state: web::Data<State>) -> HttpResponse {
    let carries_session = carries_session(request.headers(), state.settings.is_cookie_secure);
    let checked = if carries_session { cross_site::check(request.headers()) } else { Ok(()) };
    graphql::post(&request, payload, &state, checked, async |asked, deadline| ask(&request, &state, asked, deadline).await).await
}

pub async fn get(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    graphql::get(&request, &state, async |asked, deadline| ask(&request, &state, asked, deadline).await).await
}

/// Executes on a thread that may block: older editions come from the database, and a long query must not hold up the others.
async fn ask(request: &HttpRequest, state: &State, asked: door::Request, deadline: Instant) -> Result<door::Response, Problem> {
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings)?;
    let id = RequestId::of(request);
    let span = tracing::info_span!("request", id = id.as_str());
    // Dropped with this future: when the answer is there, when time is up, and when the client has gone.
    let leaving = Leaving(Arc::default());
    let has_left = Arc::clone(&leaving.0);
    let request_id = Some(id.as_str().into());
    let answered = in_time(state, deadline, &id, move || {
        span.in_scope(|| {
            let authority = guest.read_authority(&doors.identity)?;
            let caller = Caller { authority, request_id, deadline: Some(deadline), has_left };
            match (doors.data.begin)(caller, of_door(asked)) {
                Begun::Answered(response) => Ok(response),
                Begun::Heavy(work) => Ok(work.run()),
            }
        })
    });
    answered.await?.map(to_door)
}

/// Tells the work on another thread that nobody waits for it any more.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn of_door(door::Request { query, operation_name, variables, is_get }: door::Request) -> Request<'static> {
    let variables = serde_json::Value::Object(variables).to_string().into();
    Request { query: query.into(), operation_name: operation_name.map(Into::into), variables, is_get, ..Request::default() }
}

fn to_door(Response { body, kind, operation_name, .. }: Response) -> door::Response {
    let kind = match kind {
        ResponseKind::Executed => door::ResponseKind::Executed,
        ResponseKind::RequestError => door::ResponseKind::RequestError,
        ResponseKind::Unavailable => door::ResponseKind::Unavailable,
        ResponseKind::Failed => door::ResponseKind::Failed,
    };
    door::Response { body: body.to_vec(), kind, operation_name: operation_name.map(|name| name.to_string()), cookies: Vec::new() }
}

/// The schema as text: of what the caller may see.
pub async fn schema(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let mut response = match read_schema(&request, &state).await {
        Ok(sdl) => graphql::schema(sdl),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(&request)),
    };
    graphql::mark_private(&request, &state, &mut response);
    response
}

async fn read_schema(request: &HttpRequest, state: &State) -> Result<String, Problem> {
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings)?;
    let id = RequestId::of(request);
    let work_id = id.clone();
    let read = in_time(state, state.deadline(), &id, move || {
        let authority = guest.read_authority(&doors.identity)?;
        (doors.data.sdl)(&authority).map_err(|error| Problem::of_error(error, &work_id))
    });
    read.await?.map(|sdl| sdl.to_string())
}
