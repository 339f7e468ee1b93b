//! How the body of a POST is read: in JSON, whole, not too long, and in time. It knows nothing of what stands in it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::web::{Bytes, BytesMut, Payload};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, rt};
use futures_util::stream::{Stream, StreamExt};

use super::State;
use super::blocking::remaining;
use super::errors::Problem;

/// The body of a request on its way.
pub struct Incoming {
    payload: Payload,
    is_whole: bool,
}

impl Incoming {
    pub fn new(payload: Payload) -> Self {
        Self { payload, is_whole: false }
    }

    /// The pieces, for who takes them one by one; to be told when all were read.
    pub fn payload(&mut self) -> &mut Payload {
        &mut self.payload
    }

    pub fn mark_read(&mut self) {
        self.is_whole = true;
    }

    pub async fn read(&mut self, request: &HttpRequest, state: &State, deadline: Instant) -> Result<Bytes, Problem> {
        check_content_type(request)?;
        let bytes_max = state.settings.request_body_bytes_max;
        let announced = announced_bytes(request.headers());
        if announced.is_some_and(|announced| announced > bytes_max as u64) {
            return Err(too_large(bytes_max));
        }
        let body = match soon(&mut self.payload).await {
            // Nearly always the first piece is all there is, and it need not be copied.
            Some(Some(Ok(piece))) if announced == Some(piece.len() as u64) => piece,
            Some(Some(Ok(piece))) => Box::pin(read_in_time(&mut self.payload, BytesMut::from(&piece[..]), state, deadline)).await?,
            Some(Some(Err(_))) => return Err(broken_off()),
            Some(None) => Bytes::new(),
            None => Box::pin(read_in_time(&mut self.payload, BytesMut::new(), state, deadline)).await?,
        };
        self.is_whole = true;
        Ok(body)
    }

    /// Lets an answer go out. Where the body was not read whole, it goes with the answer: then actix closes the connection after it,
    /// whereas it would read on for ever what is sent in pieces and nobody waits for.
    pub fn leave_with(self, response: HttpResponse) -> HttpResponse {
        if self.is_whole {
            return response;
        }
        response.map_body(|_, body| Unread { body, _payload: self.payload }).map_into_boxed_body()
    }
}

/// The body of an answer to a request that was not read whole.
struct Unread {
    body: BoxBody,
    _payload: Payload,
}

impl MessageBody for Unread {
    type Error = <BoxBody as MessageBody>::Error;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
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

async fn read_in_time(payload: &mut Payload, begun: BytesMut, state: &State, deadline: Instant) -> Result<Bytes, Problem> {
    let bytes_max = state.settings.request_body_bytes_max;
    match rt::time::timeout(remaining(deadline), read_on(payload, begun, bytes_max)).await {
        Ok(read) => read,
        Err(_) => {
            let message = format!("the body of the request did not arrive within {} ms", state.settings.request_time_ms_max);
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message))
        }
    }
}

async fn read_on(payload: &mut Payload, mut body: BytesMut, bytes_max: usize) -> Result<Bytes, Problem> {
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

/// How long a body says that it will be.
pub fn announced_bytes(headers: &HeaderMap) -> Option<u64> {
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
