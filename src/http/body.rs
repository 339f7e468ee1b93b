//! How the body of a POST is read: in JSON, whole, not too long, and in time. It knows nothing of what stands in it.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpMessage, HttpRequest, rt};
use futures_util::stream::{Stream, StreamExt};

use super::State;
use super::blocking::remaining;
use super::errors::Problem;

pub async fn read(request: &HttpRequest, payload: Payload, state: &State, deadline: Instant) -> Result<Bytes, Problem> {
    check_content_type(request)?;
    let bytes_max = state.settings.request_body_bytes_max;
    let announced = announced_bytes(request.headers());
    if announced.is_some_and(|announced| announced > bytes_max as u64) {
        return Err(too_large(bytes_max));
    }
    let mut payload = payload;
    let first = match soon(&mut payload).await {
        Some(first) => first,
        None => return Box::pin(read_in_time(payload, BytesMut::new(), state, deadline)).await,
    };
    match first {
        // Nearly always the first piece is all there is, and it need not be copied.
        Some(Ok(piece)) if announced == Some(piece.len() as u64) => Ok(piece),
        Some(Ok(piece)) => Box::pin(read_in_time(payload, BytesMut::from(&piece[..]), state, deadline)).await,
        Some(Err(_)) => Err(broken_off()),
        None => Ok(Bytes::new()),
    }
}

/// What comes of looking twice. Actix hands a request on before it has read the body that came with it, so that the first look nearly
/// always comes too early and the second does not; a timer is worth its cost only after that.
async fn soon<S: Stream + Unpin>(stream: &mut S) -> Option<Option<S::Item>> {
    let mut looks = 0;
    poll_fn(|context| match stream.poll_next_unpin(context) {
        Poll::Ready(item) => Poll::Ready(Some(item)),
        Poll::Pending if looks > 0 => Poll::Ready(None),
        Poll::Pending => {
            looks += 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }
    })
    .await
}

async fn read_in_time(payload: Payload, begun: BytesMut, state: &State, deadline: Instant) -> Result<Bytes, Problem> {
    let bytes_max = state.settings.request_body_bytes_max;
    match rt::time::timeout(remaining(deadline), read_on(payload, begun, bytes_max)).await {
        Ok(read) => read,
        Err(_) => {
            let message = format!("the body of the request did not arrive within {} ms", state.settings.request_time_ms_max);
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message))
        }
    }
}

async fn read_on(payload: Payload, mut body: BytesMut, bytes_max: usize) -> Result<Bytes, Problem> {
    let mut payload = pin!(payload);
    loop {
        if body.len() > bytes_max {
            return Err(too_large(bytes_max));
        }
        match payload.next().await {
            Some(Ok(piece)) => body.extend_from_slice(&piece),
            Some(Err(_)) => return Err(broken_off()),
            None => return Ok(body.freeze()),
        }
    }
}

fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(bytes_max: usize) -> Problem {
    let message = format!("the body of the request is longer than {bytes_max} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message)
}

fn broken_off() -> Problem {
    Problem::bad_request("the body of the request broke off")
}

/// How nearly every client writes it.
const USUAL_CONTENT_TYPES: [&[u8]; 3] = [b"application/json", b"application/json; charset=utf-8", b"application/json;charset=UTF-8"];

fn check_content_type(request: &HttpRequest) -> Result<(), Problem> {
    let refused = |message: String| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message)
            .with_header(HeaderName::from_static("accept-post"), HeaderValue::from_static("application/json"))
    };
    let headers = request.headers();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(refused("a compressed body is not taken: send it as it is".to_owned()));
    }
    if headers.get(header::CONTENT_TYPE).is_some_and(|value| USUAL_CONTENT_TYPES.contains(&value.as_bytes())) {
        return Ok(());
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
