//! Webhooks: one request to the address of a consumer, and what its answer means. Only a 2xx counts; redirects are not followed, since
//! what was registered and challenged is this address; of an answer no more is read than a person would. Whether and when to try
//! again, others decide.

use std::time::Duration;

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode, Url};

use super::address_guard::AddressGuard;
use super::signature::{WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP, sign};
use super::tls;
use crate::domain::consumer::{WebhookMode, WebhookTarget};
use crate::domain::error::{Error, Result};

/// Of an answer so much is read, and shown of it so much.
const ANSWER_BYTES_MAX: usize = 64 << 10;
const SHOWN_CHARS_MAX: usize = 200;

/// The handshake of the CloudEvents HTTP webhook specification 1.0 §4.
const ORIGIN_ASKED: &str = "webhook-request-origin";
const ORIGIN_ALLOWED: &str = "webhook-allowed-origin";
/// W3C Trace Context.
pub const TRACEPARENT: &str = "traceparent";

/// How long a receiver may take.
#[derive(Debug, Clone, Copy)]
pub struct WebhookTimes {
    pub connect_ms_max: u64,
    pub request_ms_max: u64,
}

/// What came of an attempt to hand events over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Delivered {
        status: Option<u16>,
        message: String,
    },
    /// To be tried again, not before `after` where the receiver said so.
    Failed {
        after: Option<Duration>,
        status: Option<u16>,
        message: String,
    },
    /// The receiver wants nothing more.
    Ended {
        status: Option<u16>,
        message: String,
    },
}

/// One request to be sent.
pub struct WebhookRequest<'a> {
    /// The same whenever these events are sent again.
    pub id: &'a str,
    pub mode: WebhookMode,
    pub body: Vec<u8>,
    pub now: Timestamp,
    /// What the request is part of (W3C Trace Context), when traces are told.
    pub traceparent: Option<&'a str>,
}

/// Sends to all webhooks of a process. Cheap to clone.
#[derive(Clone)]
pub struct WebhookClient {
    client: Client,
    guard: AddressGuard,
    /// As whom the service asks receivers whether they want its events.
    origin: String,
}

impl WebhookClient {
    pub fn new(guard: AddressGuard, times: WebhookTimes, origin: String) -> Result<Self> {
        tls::prepare();
        let client = Client::builder()
            .user_agent(concat!("svod/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(guard.clone())
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would resolve names where the guard does not look.
            .no_proxy()
            .connect_timeout(Duration::from_millis(times.connect_ms_max))
            .timeout(Duration::from_millis(times.request_ms_max))
            .build()
            .map_err(|error| Error::Operator(format!("the client of HTTP cannot be made: {error}")))?;
        Ok(Self { client, guard, origin })
    }

    /// Sends one request, signed by all secrets of the target.
    pub async fn send(&self, target: &WebhookTarget, request: WebhookRequest<'_>) -> Outcome {
        let timestamp_s = request.now.as_second();
        let signature = match sign(&target.secrets, request.id, timestamp_s, &request.body) {
            Ok(signature) => signature,
            Err(error) => return failed(format!("it could not be signed: {error}")),
        };
        let media = match request.mode {
            WebhookMode::Structured => "application/cloudevents+json; charset=utf-8",
            WebhookMode::Batched => "application/cloudevents-batch+json; charset=utf-8",
        };
        let url = match self.url_of(&target.url) {
            Ok(url) => url,
            Err(reason) => return failed(reason),
        };
        let traced = request.traceparent.map(|traceparent| (TRACEPARENT, traceparent));
        let posting = self.client.post(url);
        let posting = traced.into_iter().fold(posting, |posting, (name, value)| posting.header(name, value));
        let sent = posting
            .header(CONTENT_TYPE, media)
            .header(WEBHOOK_ID, request.id)
            .header(WEBHOOK_TIMESTAMP, timestamp_s)
            .header(WEBHOOK_SIGNATURE, signature)
            .body(request.body)
            .send()
            .await;
        match sent {
            Ok(response) => judge(response, request.now).await,
            Err(error) => failed(told(&error)),
        }
    }

    /// Asks the owner of an address whether it wants events of this service: an OPTIONS that must be answered with its own origin, or `*`.
    pub async fn challenge(&self, target: &WebhookTarget) -> Outcome {
        let url = match self.url_of(&target.url) {
            Ok(url) => url,
            Err(reason) => return failed(reason),
        };
        let asked = self.client.request(Method::OPTIONS, url).header(ORIGIN_ASKED, &self.origin).send().await;
        let response = match asked {
            Ok(response) => response,
            Err(error) => return failed(told(&error)),
        };
        let status = Some(response.status().as_u16());
        let allowed = response.headers().get(ORIGIN_ALLOWED).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if response.status().is_success() && (allowed == "*" || allowed.eq_ignore_ascii_case(&self.origin)) {
            return Outcome::Delivered { status, message: "it wants the events".to_owned() };
        }
        let message = format!(
            "it did not say that it wants the events: answer OPTIONS with 2xx and the header `WebHook-Allowed-Origin: {}` (or `*`)",
            self.origin
        );
        Outcome::Failed { after: None, status, message }
    }

    /// A host that is an address is not resolved, so it is looked at here.
    fn url_of(&self, text: &str) -> std::result::Result<Url, String> {
        let url = Url::parse(text).map_err(|error| format!("`{text}` is not an address: {error}"))?;
        let host = url.host_str().ok_or_else(|| format!("`{text}` names no host"))?;
        self.guard.check_host(host)?;
        Ok(url)
    }
}

fn failed(message: String) -> Outcome {
    Outcome::Failed { after: None, status: None, message }
}

async fn judge(response: Response, now: Timestamp) -> Outcome {
    let status = response.status();
    let after = retry_after(response.headers(), now);
    let location = response.headers().get(reqwest::header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
    // A 2xx counts only when the answer came to its end: a receiver that dies in the middle may have kept nothing.
    let said = read_some(response).await;
    let status_code = Some(status.as_u16());
    match said {
        Err(message) => Outcome::Failed { after, status: status_code, message },
        Ok(_) if status.is_success() => Outcome::Delivered { status: status_code, message: String::new() },
        Ok(said) if status == StatusCode::GONE => Outcome::Ended { status: status_code, message: said },
        Ok(_) if status.is_redirection() => {
            let to = location.unwrap_or_else(|| "nowhere".to_owned());
            let message = format!("it points to {to}, and redirects are not followed: register the address that answers itself");
            Outcome::Failed { after, status: status_code, message }
        }
        Ok(said) => {
            Outcome::Failed { after, status: status_code, message: if said.is_empty() { format!("it answered {status}") } else { said } }
        }
    }
}

/// The beginning of an answer. What is longer than anybody reads is left unread: that is no fault.
async fn read_some(mut response: Response) -> std::result::Result<String, String> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(piece)) => body.extend_from_slice(&piece[..piece.len().min(ANSWER_BYTES_MAX)]),
            Ok(None) => break,
            Err(error) => return Err(format!("its answer broke off: {}", told(&error))),
        }
        if body.len() >= ANSWER_BYTES_MAX {
            break;
        }
    }
    let text = String::from_utf8_lossy(&body);
    Ok(text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(SHOWN_CHARS_MAX).collect::<String>().trim().to_owned())
}

/// `Retry-After` in seconds or as a date (RFC 9110 §10.2.3).
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let at = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    let wait: SignedDuration = at.duration_since(now);
    Duration::try_from(wait).ok()
}

/// An error of the client in words that say what is wrong: the innermost reason.
fn told(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it took too long".to_owned();
    }
    let mut reason: &dyn std::error::Error = error;
    while let Some(source) = reason.source() {
        reason = source;
    }
    reason.to_string()
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Write};
    use std::net::{IpAddr, TcpListener};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// Answers one request a connection, and ends it then, so that each request has the name looked up anew.
    fn receive(listener: TcpListener, taken: Arc<AtomicUsize>) {
        std::thread::spawn(move || {
            for mut connection in listener.incoming().map_while(std::result::Result::ok) {
                let head = BufReader::new(connection.try_clone().unwrap()).lines().map_while(std::result::Result::ok);
                head.take_while(|line| !line.is_empty()).for_each(drop);
                taken.fetch_add(1, Ordering::SeqCst);
                connection.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
        });
    }

    #[test]
    fn a_name_that_moves_to_a_private_address_is_refused_when_it_is_looked_up_again() {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        let (port, taken, looked_up) =
            (listener.local_addr().unwrap().port(), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        receive(listener, Arc::clone(&taken));
        let asked = Arc::clone(&looked_up);
        // 127.0.0.2 stands for an address of the public network; 127.0.0.1 is what it is.
        let moves = move |_: &str| -> Vec<IpAddr> {
            let address = if asked.fetch_add(1, Ordering::SeqCst) == 0 { "127.0.0.2" } else { "127.0.0.1" };
            vec![address.parse().unwrap()]
        };
        let guard = AddressGuard::new(vec!["127.0.0.2".parse().unwrap()]).with_names(moves);
        let times = WebhookTimes { connect_ms_max: 5_000, request_ms_max: 5_000 };
        let client = WebhookClient::new(guard, times, "svod.example".to_owned()).unwrap();
        let (url, mode) = (format!("http://receiver.example:{port}/hook"), WebhookMode::Structured);
        let target = WebhookTarget { url, mode, batch_events_max: 1, secrets: Vec::new() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let send = || {
            let now = "2026-11-25T08:00:00Z".parse().unwrap();
            let request = WebhookRequest { id: "1.opened", mode, body: Vec::new(), now, traceparent: None };
            runtime.block_on(client.send(&target, request))
        };
        assert_eq!(send(), Outcome::Delivered { status: Some(204), message: String::new() });
        let Outcome::Failed { message, .. } = send() else { panic!("it is refused") };
        assert!(message.starts_with("receiver.example is at 127.0.0.1, an address of this machine"), "{message}");
        assert_eq!((looked_up.load(Ordering::SeqCst), taken.load(Ordering::SeqCst)), (2, 1));
    }

    #[test]
    fn receivers_say_when_to_come_again() {
        let now: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
        let after = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, reqwest::header::HeaderValue::from_static(text))]);
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(after("120"), Some(120));
        assert_eq!(after("Wed, 25 Nov 2026 08:02:00 GMT"), Some(120));
        assert_eq!(after("Wed, 25 Nov 2026 07:00:00 GMT"), None);
        assert_eq!(after("soon"), None);
    }
}
