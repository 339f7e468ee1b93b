//! The one place where an error becomes an HTTP status and a body: of GraphQL's shape for programs, a page for people.
//! What is ours or the operator's to know goes to the log with the request id, and only the id goes to the client.

use std::borrow::Cow;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use serde::Serialize;
use serde_json::{Value, json};

use super::answer::answer;
use super::negotiation::Media;
use super::observation::RequestId;
use crate::domain::error::Error;
use crate::domain::refusal_code;

/// How long a client should wait before it asks again what cannot be answered now.
pub const RETRY_AFTER_S: u32 = 1;

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub status: StatusCode,
    faults: Vec<Fault>,
    headers: Vec<(header::HeaderName, HeaderValue)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    code: Cow<'static, str>,
    message: String,
    /// What of the input is meant, `offices/382604670/name`; empty when it is not about one thing.
    place: String,
}

/// The body as GraphQL shapes it. Structs and not a map, so that the message stands first.
#[derive(Serialize)]
struct ErrorsBody {
    errors: Vec<ErrorBody>,
}

#[derive(Serialize)]
struct ErrorBody {
    message: String,
    extensions: Extensions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Extensions {
    code: Cow<'static, str>,
    #[serde(skip_serializing_if = "String::is_empty")]
    place: String,
    request_id: String,
}

impl Problem {
    pub fn new(status: StatusCode, code: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        let fault = Fault { code: code.into(), message: message.into(), place: String::new() };
        debug_assert!(refusal_code::is_known(&fault.code), "{} is in no table of codes", fault.code);
        Self { status, faults: vec![fault], headers: Vec::new() }
    }

    /// The code of the first thing that is wrong.
    pub fn code(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.code)
    }

    /// The words of the first thing that is wrong.
    pub fn message(&self) -> &str {
        self.faults.first().map_or("", |fault| &fault.message)
    }

    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", message)
    }

    pub fn not_ready() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "NOT_READY", "the service is starting: its data is being loaded")
    }

    pub fn time_is_up(time_ms_max: u64) -> Self {
        let message = format!("the request took longer than {time_ms_max} ms and was given up");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "TIME_LIMIT", message)
    }

    pub fn too_many(in_flight_max: usize) -> Self {
        let message =
            format!("{in_flight_max} queries are being worked on or waiting already (query_in_flight_max): ask again in a moment");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message)
    }

    /// Tells how long to wait, in whole seconds.
    pub fn rate_limited(wait: Duration) -> Self {
        let message = "you ask faster than this service allows (rate_limit_per_s): wait as long as Retry-After says";
        let wait_s = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
        Self::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message).with_header(header::RETRY_AFTER, HeaderValue::from(wait_s))
    }

    pub fn not_found(path: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is nothing at {path}"))
    }

    pub fn method_not_allowed(allowed: &str) -> Self {
        let message = format!("this address answers {allowed} only");
        let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", message);
        match HeaderValue::from_str(allowed) {
            Ok(allowed) => problem.with_header(header::ALLOW, allowed),
            Err(_) => problem,
        }
    }

    pub fn not_acceptable(offered: &str) -> Self {
        let message = format!("none of the accepted media types is one of these: {offered}");
        Self::new(StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE", message)
    }

    pub fn with_header(mut self, name: header::HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Logs what the client is not told.
    pub fn of_error(error: Error, id: &RequestId) -> Self {
        match error {
            Error::Invalid(violations) => {
                let fault = |violation: &crate::domain::violation::Violation| Fault {
                    code: Cow::Owned(violation.code.to_ascii_uppercase()),
                    message: violation.message.clone(),
                    place: violation.path(),
                };
                let mut faults: Vec<Fault> = violations.kept().iter().map(fault).collect();
                if violations.omitted() > 0 {
                    let message = format!("and {} more", violations.omitted());
                    faults.push(Fault { code: "OMITTED".into(), message, place: String::new() });
                }
                Self { status: StatusCode::UNPROCESSABLE_ENTITY, faults, headers: Vec::new() }
            }
            Error::NotFound { message } => Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", message),
            Error::Refused { code, message } => Self::new(refusal_status(code), code.to_ascii_uppercase(), message),
            Error::Operator(problem) => {
                tracing::error!(id = id.as_str(), %problem, "the operator must act");
                let message = "the service cannot answer now; its operator finds the reason in the log by the request id";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message)
            }
            Error::Internal(problem) => Self::internal(&problem, id),
        }
    }

    /// Our own fault: the reason goes to the log.
    pub fn internal(problem: &str, id: &RequestId) -> Self {
        tracing::error!(id = id.as_str(), problem, "internal error");
        let message = "an internal error; its reason is in the log of the service by the request id";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", message)
    }

    /// The answer in a form: GraphQL's errors, or a page.
    pub fn respond(&self, media: Media, id: &RequestId) -> HttpResponse {
        let body = match media {
            Media::Html => self.page(id),
            Media::Json | Media::GraphqlResponse => self.json(id),
        };
        let mut response = answer(self.status, media.content_type(), body);
        let headers = response.headers_mut();
        for (name, value) in &self.headers {
            headers.append(name.clone(), value.clone());
        }
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        response
    }

    /// The errors as GraphQL shapes them.
    pub fn json(&self, id: &RequestId) -> String {
        let error = |fault: &Fault| ErrorBody {
            message: fault.message.clone(),
            extensions: Extensions { code: fault.code.clone(), place: fault.place.clone(), request_id: id.as_str().to_owned() },
        };
        let body = ErrorsBody { errors: self.faults.iter().map(error).collect() };
        serde_json::to_string(&body).unwrap_or_default()
    }

    fn page(&self, id: &RequestId) -> String {
        let lines: String = self.faults.iter().map(|fault| format!("  <p>{}</p>\n", escaped(&fault.message))).collect();
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{status} · Svod</title>\n\
             <style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:12vh auto;padding:0 1rem}}</style>\n</head>\n<body>\n<main>\n  <h1>{status}</h1>\n{lines}\
             \x20 <p><small>{id}</small></p>\n  <p><a href=\"/\">Свод · Svod</a></p>\n</main>\n</body>\n</html>\n",
            status = self.status,
            id = escaped(id.as_str()),
        )
    }
}

/// Puts the request id into the errors of a GraphQL response whose execution failed: it knows none.
pub fn with_request_id(body: Bytes, id: &RequestId) -> Bytes {
    let Ok(mut response) = serde_json::from_slice::<Value>(&body) else { return body };
    let errors = response.get_mut("errors").and_then(Value::as_array_mut);
    for error in errors.into_iter().flatten().filter_map(Value::as_object_mut) {
        let extensions = error.entry("extensions").or_insert_with(|| json!({}));
        if let Some(extensions) = extensions.as_object_mut() {
            extensions.insert("requestId".to_owned(), json!(id.as_str()));
        }
    }
    response.to_string().into()
}

/// What is refused because of who asks has a status of its own.
fn refusal_status(code: &str) -> StatusCode {
    match code {
        "unauthenticated" => StatusCode::UNAUTHORIZED,
        "forbidden" | "scope_missing" => StatusCode::FORBIDDEN,
        "cursor_malformed" | "filter_malformed" | "option_invalid" | "filter_invalid" | "format_unknown" | "format_unsupported"
        | "parameter_unknown" => StatusCode::BAD_REQUEST,
        "file_too_large" => StatusCode::PAYLOAD_TOO_LARGE,
        "export_refused" | "projection_invalid" | "file_empty" | "file_unreadable" => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::CONFLICT,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
