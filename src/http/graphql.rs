//! GraphQL over HTTP (the specification's draft of 2025), as far as it is the same for every door: the media types, the status that
//! an answer has under each, and batches. What a query means, the doors know.
//!
//! A batch is a JSON array of operations by POST. The specification has none, so it is answered as most servers do: always with 200
//! under the media type that was asked for, by an array with what each operation would have got, in their order.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};

use super::State;
use super::answer::answer;
use super::errors::Problem;
use super::identity::carries_credential;
use super::keeping;
use super::negotiation::Media;
use crate::query::{Keeping, ResponseKind};

/// In the order of preference where the client has none: what old clients understand goes first.
pub const OFFERED_TO_POST: [Media; 2] = [Media::Json, Media::GraphqlResponse];
pub const OFFERED_TO_GET: [Media; 3] = [Media::Json, Media::GraphqlResponse, Media::Html];

pub fn not_acceptable() -> Problem {
    Problem::not_acceptable("application/graphql-response+json, application/json")
}

pub fn status_of(kind: ResponseKind, media: Media) -> StatusCode {
    match (kind, media) {
        (ResponseKind::Executed, _) => StatusCode::OK,
        // Under the old media type a 4xx could come from anything between us and the client.
        (ResponseKind::RequestError, Media::Json) => StatusCode::OK,
        (ResponseKind::RequestError, _) => StatusCode::BAD_REQUEST,
        (ResponseKind::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (ResponseKind::Failed, _) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// The answer to a batch, made of the answers to its operations.
pub fn joined(bodies: &[impl AsRef<[u8]>]) -> Vec<u8> {
    let mut array = vec![b'['];
    for (at, body) in bodies.iter().enumerate() {
        if at > 0 {
            array.push(b',');
        }
        array.extend_from_slice(body.as_ref());
    }
    array.push(b']');
    array
}

/// A schema as text.
pub fn schema(sdl: String) -> HttpResponse {
    let mut response = answer(StatusCode::OK, "text/plain; charset=utf-8", sdl);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Says that an answer is for this caller: nobody on the way may give it to another.
pub fn mark_private(request: &HttpRequest, state: &State, response: &mut HttpResponse) {
    response.headers_mut().insert(header::VARY, HeaderValue::from_static(keeping::VARY));
    if carries_credential(request.headers(), state.settings.is_cookie_secure) {
        let cache_control = keeping::cache_control(Keeping::Never, true);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache_control));
    }
}
