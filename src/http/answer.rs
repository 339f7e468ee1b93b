//! How every answer is made: its form, whether it may be kept, whether it is worth compressing, and what the log says of it.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};

/// Shorter bodies are sent as they are: a compressed one would not fit fewer packets.
const COMPRESSED_FROM_BYTES: usize = 1024;

/// What the line of the log tells of an answer, beside what the carrier knows anyway.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub operation_name: Option<String>,
    /// The body before compression.
    pub bytes: usize,
}

/// An answer that nobody may keep, unless the caller puts another `Cache-Control`.
pub fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> HttpResponse {
    let body = body.into();
    let bytes = body.len();
    let mut builder = HttpResponseBuilder::new(status);
    builder.insert_header((header::CONTENT_TYPE, HeaderValue::from_static(content_type)));
    builder.insert_header((header::CACHE_CONTROL, HeaderValue::from_static("no-store")));
    if bytes < COMPRESSED_FROM_BYTES {
        // This keeps the compressing middleware away; `observation` takes it off again.
        builder.insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")));
    }
    let mut response = builder.body(body);
    response.extensions_mut().insert(Told { operation_name: None, bytes });
    response
}

/// Takes off the mark that [`answer`] puts on short bodies.
pub fn take_off_mark(headers: &mut header::HeaderMap) {
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding == "identity") {
        headers.remove(header::CONTENT_ENCODING);
    }
}
