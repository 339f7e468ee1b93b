//! What every request gets, whatever it asks for: an id, the headers that keep browsers safe, its place in the counts, and one line in
//! the log.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;

use super::State;
use super::answer::{Told, take_off_mark};
use super::metrics::Row;
use super::routes;
use crate::traces::{self, PastRequest};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const REQUEST_ID_CHARS_MAX: usize = 64;
/// A name of an operation is written by the client: the log takes only so much of it.
const OPERATION_NAME_CHARS_MAX: usize = 100;

/// Pages ask nobody else for anything, run no script of their own text and stand in no frame but the console's.
/// GraphiQL's editor sets styles by itself, hence the one exception.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// Names one request in answers and in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn shared(&self) -> Arc<str> {
        Arc::clone(&self.0)
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

    /// The random name of this process, and the number of the request in it: as unique as anything, and made without asking the system.
    fn new() -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let name = process_name();
        let number = next_number();
        let mut text = [b'-'; PROCESS_NAME_CHARS + 1 + NUMBER_CHARS];
        text[..PROCESS_NAME_CHARS].copy_from_slice(name);
        for (at, sign) in text.iter_mut().rev().take(NUMBER_CHARS).enumerate() {
            *sign = DIGITS[(number >> (4 * at) & 0xf) as usize];
        }
        Self(str::from_utf8(&text).expect("hexadecimal digits are ASCII").into())
    }

    /// The id that [`observe`] gave to a request.
    pub fn of(request: &impl HttpMessage) -> Self {
        let given = request.extensions().get::<Self>().cloned();
        given.unwrap_or_else(Self::new)
    }
}

const PROCESS_NAME_CHARS: usize = 16;
const NUMBER_CHARS: usize = 12;

fn process_name() -> &'static [u8; PROCESS_NAME_CHARS] {
    #[allow(clippy::disallowed_methods, reason = "this is where requests get their ids")]
    static NAME: LazyLock<[u8; PROCESS_NAME_CHARS]> = LazyLock::new(|| {
        let random = Uuid::new_v4().simple().to_string();
        let mut name = [0; PROCESS_NAME_CHARS];
        name.copy_from_slice(&random.as_bytes()[..PROCESS_NAME_CHARS]);
        name
    });
    &NAME
}

/// Each thread takes many numbers at a time, so that threads do not wait for one another.
fn next_number() -> u64 {
    const AT_A_TIME: u64 = 1 << 12;
    static TAKEN: AtomicU64 = AtomicU64::new(0);
    thread_local!(static NEXT: Cell<u64> = const { Cell::new(0) });
    NEXT.with(|next| {
        let mut number = next.get();
        if number % AT_A_TIME == 0 {
            number = TAKEN.fetch_add(AT_A_TIME, Ordering::Relaxed);
        }
        // The first of each lot is left out: it is the sign that a new lot is due.
        next.set(number + 1);
        number + 1
    })
}

/// One request that is being looked after.
pub struct Watch {
    pub id: RequestId,
    pub started: Instant,
}

/// What the line of the log tells of a request beside its id and its duration.
pub struct Line<'a> {
    /// Blank where nothing stands at the address.
    pub route: &'a str,
    pub method: &'a Method,
    pub status: StatusCode,
    pub operation_name: Option<&'a str>,
    /// The body before compression.
    pub bytes: usize,
    /// Whether the operation was refused, which the old media type tells with a good status too.
    pub is_refused: bool,
}

impl Watch {
    pub fn begin(headers: &HeaderMap) -> Self {
        Self { id: RequestId::of_headers(headers), started: Instant::now() }
    }

    /// The headers of every answer. What a page may do and say is told with pages only: an answer in JSON is never shown by a browser
    /// as anything but text, since its type must not be guessed, and a policy of 300 bytes would be a third of most answers.
    pub fn dress(&self, headers: &mut HeaderMap) {
        if let Ok(value) = HeaderValue::from_str(self.id.as_str()) {
            headers.insert(X_REQUEST_ID, value);
        }
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    }

    /// Tells the collector of a query of data that took long, or that whoever sent it follows. It has no span while it goes on: most
    /// are answered in less time than that would take.
    pub fn trace_past(&self, headers: &HeaderMap, line: &Line<'_>, duration: Duration, slow_request_ms: u64) {
        if !traces::is_on() {
            return;
        }
        let is_slow = duration >= Duration::from_millis(slow_request_ms);
        let traceparent = traceparent(headers);
        if !is_slow && traceparent.is_none() {
            return;
        }
        let past = PastRequest {
            name: format!("{} {}", line.method, line.route),
            duration,
            status: line.status.as_u16(),
            request_id: self.id.as_str(),
            operation_name: line.operation_name.map(shortened),
            traceparent,
        };
        traces::tell_past(past, is_slow);
    }

    /// Says in the log what came of it. Queries of data that were answered soon are many and all alike: `/metrics` counts them.
    pub fn log(&self, line: &Line<'_>, duration: Duration, slow_request_ms: u64) {
        let Line { route, method, status, bytes, .. } = *line;
        let is_probe = route.starts_with("/health/") || route == "/metrics";
        let is_good = status.is_success() || status == StatusCode::NOT_MODIFIED;
        let is_usual = route == routes::DATA && is_good && !line.is_refused && duration < Duration::from_millis(slow_request_ms);
        let operation = || line.operation_name.map(shortened);
        let duration_ms = || (duration.as_secs_f64() * 1e6).round() / 1e3;
        let (id, method, status) = (self.id.as_str(), method.as_str(), status.as_u16());
        if is_probe || is_usual {
            tracing::debug!(id, method, route, status, operation = operation(), duration_ms = duration_ms(), bytes, "request");
        } else {
            tracing::info!(id, method, route, status, operation = operation(), duration_ms = duration_ms(), bytes, "request");
        }
    }
}

/// Pages run scripts and follow links.
fn dress_page(headers: &mut HeaderMap) {
    let is_page = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        // The console brings its own, with a nonce.
        if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
            headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
        }
    }
}

/// Takes off the marks of answers that are not made for one route, and puts on what pages need.
pub fn finish_headers(headers: &mut HeaderMap) {
    take_off_mark(headers);
    dress_page(headers);
}

/// The outermost layer of all routes but that of the data API, which does the same by itself.
pub async fn observe<B: MessageBody + 'static>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, actix_web::Error> {
    let watch = Watch::begin(request.headers());
    request.extensions_mut().insert(watch.id.clone());
    let span = span_of(&request, &watch.id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    finish_headers(response.headers_mut());
    watch.dress(response.headers_mut());
    let duration = watch.started.elapsed();
    let request = response.request();
    let route = request.match_pattern();
    let extensions = response.response().extensions();
    let told = extensions.get::<Told>();
    if let Some(state) = request.app_data::<web::Data<State>>() {
        state.counters.count_request(Row::of(route.as_deref(), request.method()), request.method(), response.status());
        let line = Line {
            route: route.as_deref().unwrap_or("none"),
            method: request.method(),
            status: response.status(),
            operation_name: told.and_then(|told| told.operation_name.as_deref()),
            bytes: told.map_or(0, |told| told.bytes),
            is_refused: false,
        };
        watch.log(&line, duration, state.settings.slow_request_ms);
        record(&span, &line);
    }
    drop(extensions);
    Ok(response)
}

/// The span of a request; none of what asks every few seconds whether the service lives.
fn span_of(request: &ServiceRequest, id: &RequestId) -> Span {
    let path = request.path();
    if path.starts_with("/health/") || path == "/metrics" {
        return Span::none();
    }
    let span = tracing::info_span!(
        target: traces::TARGET,
        "request",
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = request.method().as_str(),
        http.route = Empty,
        http.response.status_code = Empty,
        graphql.operation.name = Empty,
        svod.request_id = id.as_str(),
    );
    if !span.is_disabled()
        && let Some(parent) = traceparent(request.headers())
    {
        traces::continue_from(&span, parent);
    }
    span
}

fn traceparent(headers: &HeaderMap) -> Option<&str> {
    headers.get(traces::TRACEPARENT).and_then(|value| value.to_str().ok())
}

/// What is known of a request once it is answered.
fn record(span: &Span, line: &Line<'_>) {
    if span.is_disabled() {
        return;
    }
    traces::rename(span, format!("{} {}", line.method, line.route));
    span.record("http.route", line.route);
    span.record("http.response.status_code", line.status.as_u16());
    if let Some(name) = line.operation_name {
        span.record("graphql.operation.name", shortened(name));
    }
    if line.status.is_server_error() {
        span.record("otel.status_code", "ERROR");
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
            assert_eq!(id_of(given).as_str().len(), PROCESS_NAME_CHARS + 1 + NUMBER_CHARS, "{given}");
        }
    }

    #[test]
    fn no_two_requests_have_one_id() {
        let made = || (0..10_000).map(|_| RequestId::new().as_str().to_owned()).collect::<Vec<_>>();
        let threads = [std::thread::spawn(made), std::thread::spawn(made)];
        let mut ids: Vec<String> = threads.into_iter().flat_map(|thread| thread.join().expect("it does not panic")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 20_000);
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(shortened("Altai"), "Altai");
        assert_eq!(shortened(&"ё".repeat(200)).chars().count(), OPERATION_NAME_CHARS_MAX);
    }
}
