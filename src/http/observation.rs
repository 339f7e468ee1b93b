//! What every request gets, whatever it asks for: an id, the headers that keep browsers safe, and one line in the log.

use std::sync::Arc;
use std::time::Instant;

use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use uuid::Uuid;

use super::answer::{Told, take_off_mark};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_CHARS_MAX: usize = 64;
/// A name of an operation is written by the client: the log takes only so much of it.
const OPERATION_NAME_CHARS_MAX: usize = 100;

/// Pages ask nobody else for anything, run no script of their own text and stand in nobody's frame.
/// GraphiQL's editor sets styles by itself, hence the one exception.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// Names one request in answers and in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The client's own id when it is a plain token, else a new one: what it sends ends up in logs.
    fn of_headers(headers: &HeaderMap) -> Self {
        let is_plain = |id: &&str| {
            let is_token_char = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            (1..=REQUEST_ID_CHARS_MAX).contains(&id.len()) && id.bytes().all(is_token_char)
        };
        let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok()).filter(is_plain);
        given.map_or_else(Self::new, |given| Self(given.into()))
    }

    #[allow(clippy::disallowed_methods, reason = "this is where requests get their ids")]
    fn new() -> Self {
        Self(Uuid::new_v4().to_string().into())
    }

    /// The id that [`observe`] gave to a request.
    pub fn of(request: &impl HttpMessage) -> Self {
        let given = request.extensions().get::<Self>().cloned();
        given.unwrap_or_else(Self::new)
    }
}

/// The outermost layer of the server.
pub async fn observe<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let started = Instant::now();
    let id = RequestId::of_headers(request.headers());
    request.extensions_mut().insert(id.clone());
    let mut response = next.call(request).await?;
    dress(response.headers_mut(), &id);
    log(&response, &id, started);
    Ok(response)
}

fn dress(headers: &mut HeaderMap, id: &RequestId) {
    take_off_mark(headers);
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        headers.insert(X_REQUEST_ID, value);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
}

fn log<B>(response: &ServiceResponse<B>, id: &RequestId, started: Instant) {
    let request = response.request();
    let route = request.match_pattern();
    let route = route.as_deref().unwrap_or("none");
    let extensions = response.response().extensions();
    let told = extensions.get::<Told>();
    let operation = told.and_then(|told| told.operation_name.as_deref()).map(shortened);
    let (id, method, status) = (id.as_str(), request.method().as_str(), response.status().as_u16());
    let bytes = told.map_or(0, |told| told.bytes);
    let duration_ms = (started.elapsed().as_secs_f64() * 1e6).round() / 1e3;
    if route.starts_with("/health/") {
        tracing::debug!(id, method, route, status, operation, duration_ms, bytes, "request");
    } else {
        tracing::info!(id, method, route, status, operation, duration_ms, bytes, "request");
    }
}

fn shortened(name: &str) -> &str {
    name.char_indices().nth(OPERATION_NAME_CHARS_MAX).map_or(name, |(end, _)| &name[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(given: &str) -> RequestId {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(given.as_bytes()).expect("no control characters"));
        RequestId::of_headers(&headers)
    }

    #[test]
    fn a_plain_id_is_kept_and_any_other_is_replaced() {
        assert_eq!(id_of("job-17.step_2").as_str(), "job-17.step_2");
        assert_eq!(id_of(&"a".repeat(64)).as_str().len(), 64);
        for given in ["", "two words", "\"quoted\"", "имя", &"a".repeat(65)] {
            assert!(Uuid::parse_str(id_of(given).as_str()).is_ok(), "{given}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shortened("Altai"), "Altai");
        assert_eq!(shortened(&"ё".repeat(200)).chars().count(), OPERATION_NAME_CHARS_MAX);
    }
}
