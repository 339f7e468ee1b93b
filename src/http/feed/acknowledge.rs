//! `POST /feed/acknowledge`: a consumer says up to where it has taken events. What becomes of that, the core knows.

use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::super::blocking::in_time;
use super::super::body::Incoming;
use super::super::errors::Problem;
use super::super::identity::Guest;
use super::super::observation::RequestId;
use super::super::{State, cross_site};
use super::{door, finished};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acknowledgement {
    consumer: String,
    cursor: String,
}

pub async fn acknowledge(request: HttpRequest, payload: Payload, state: web::Data<State>) -> HttpResponse {
    let mut incoming = Incoming::new(payload);
    let taken = take(&request, &mut incoming, &state).await;
    incoming.leave_with(finished(&request, taken.map(|()| HttpResponse::NoContent().finish())))
}

async fn take(request: &HttpRequest, incoming: &mut Incoming, state: &State) -> Result<(), Problem> {
    cross_site::check(request.headers())?;
    let (id, deadline) = (RequestId::of(request), state.deadline());
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings, id.clone())?;
    state.take_rate(&guest, 1)?;
    let knocked = std::sync::Arc::clone(&doors);
    let caller = in_time(state, deadline, &id, move || guest.identify(&knocked.identity)).await??;
    let body = incoming.read(request, state, deadline).await?;
    let wrong = |error| Problem::bad_request(format!("the body must be {{\"consumer\": \"code\", \"cursor\": \"…\"}}: {error}"));
    let Acknowledgement { consumer, cursor } = serde_json::from_slice(&body).map_err(wrong)?;
    let work = move || door(&doors).map(|door| door.consumers.acknowledge(&caller, &consumer, &cursor).map(|_| ()));
    in_time(state, deadline, &id, work).await??.map_err(|error| Problem::of_error(error, &id))
}
