//! What an operator's probes ask: is the process up, and can it answer.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use super::answer::answer;
use super::negotiation::Media;
use super::{Census, State};
use crate::app::readiness::ReadinessState;

/// What is not known is left out.
#[derive(Default, Serialize)]
struct Health {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(flatten)]
    census: Option<Census>,
}

pub async fn live() -> HttpResponse {
    respond(StatusCode::OK, &Health { status: "live", ..Health::default() })
}

/// Ready when the catalogue is loaded and new publications are seen; otherwise 503 with the reason.
pub async fn ready(state: web::Data<State>) -> HttpResponse {
    let (code, status, reason) = match state.services.readiness.state() {
        ReadinessState::Ready => (StatusCode::OK, "ready", None),
        ReadinessState::Degraded(reason) => (StatusCode::SERVICE_UNAVAILABLE, "degraded", Some(reason)),
        ReadinessState::Starting => (StatusCode::SERVICE_UNAVAILABLE, "starting", Some("the catalogue is being loaded".to_owned())),
    };
    let census = state.services.doors().map(|doors| (doors.data.census)());
    respond(code, &Health { status, reason, census })
}

fn respond(status: StatusCode, health: &Health) -> HttpResponse {
    answer(status, Media::Json.content_type(), serde_json::to_string(health).unwrap_or_default())
}
