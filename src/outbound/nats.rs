//! NATS JetStream: each event is a message that the server has confirmed before the next one goes. Its id is the id of the event, so that
//! the server drops what comes again. A connection is made when it is needed, and looked at by the guard each time.

use std::time::Duration;

use async_nats::ConnectOptions;
use async_nats::HeaderMap;
use async_nats::header::{NATS_EXPECTED_STREAM, NATS_MESSAGE_ID};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::{self, Context, ErrorCode, stream};
use reqwest::Url;

use super::address_guard::AddressGuard;
use super::sink::OutgoingEvent;
use super::tls;
use super::webhook::{Outcome, TRACEPARENT, WebhookTimes};
use crate::domain::consumer::NatsTarget;

const PORT: u16 = 4222;
/// How long the server remembers ids, of a stream that is made here: longer than a service is usually away.
const DUPLICATE_WINDOW: Duration = Duration::from_hours(24);

/// Publishes to one stream.
pub struct NatsSink {
    target: NatsTarget,
    guard: AddressGuard,
    connect_timeout: Duration,
    timeout: Duration,
    /// Dropped with every fault, so that the next attempt connects anew.
    context: Option<Context>,
}

impl NatsSink {
    pub fn new(target: NatsTarget, guard: AddressGuard, times: WebhookTimes) -> Self {
        let (connect_timeout, timeout) = (Duration::from_millis(times.connect_ms_max), Duration::from_millis(times.request_ms_max));
        Self { target, guard, connect_timeout, timeout, context: None }
    }

    /// Publishes events one after another. When one fails, those before it are in the stream already, and come to nothing when they are
    /// sent again.
    pub async fn send(&mut self, events: &[OutgoingEvent<'_>], traceparent: Option<&str>) -> Outcome {
        let sent = tokio::time::timeout(self.timeout, self.try_send(events, traceparent)).await;
        let message = match sent {
            Ok(Ok(())) => return Outcome::Delivered { status: None, message: String::new() },
            Ok(Err(message)) => message,
            Err(_) => "the broker took too long to answer".to_owned(),
        };
        self.context = None;
        Outcome::Failed { after: None, status: None, message }
    }

    async fn try_send(&mut self, events: &[OutgoingEvent<'_>], traceparent: Option<&str>) -> Result<(), String> {
        let context = match &self.context {
            Some(context) => context.clone(),
            None => {
                let context = self.connect().await?;
                self.context.insert(context).clone()
            }
        };
        for event in events {
            let mut headers = HeaderMap::new();
            headers.insert(NATS_MESSAGE_ID, event.id);
            // Another stream may have the subjects: it refuses then, and nobody finds the events where they are not looked for.
            headers.insert(NATS_EXPECTED_STREAM, self.target.stream.as_str());
            headers.insert("Content-Type", "application/cloudevents+json");
            if let Some(traceparent) = traceparent {
                headers.insert(TRACEPARENT, traceparent);
            }
            let payload = event.json.as_bytes().to_vec().into();
            let subject = self.subject_of(event);
            let published = context.publish_with_headers(subject.clone(), headers, payload).await;
            let confirmed = published.map_err(|error| format!("the message was not taken: {error}"))?.await;
            confirmed.map_err(|error| self.unconfirmed(&subject, &error))?;
        }
        Ok(())
    }

    /// Why a message does not stand in the stream.
    fn unconfirmed(&self, subject: &str, error: &PublishError) -> String {
        let NatsTarget { stream, subject_prefix, .. } = &self.target;
        match error.kind() {
            PublishErrorKind::StreamNotFound => {
                format!("no stream takes the subject {subject}: give the stream {stream} the subjects {subject_prefix}.>")
            }
            PublishErrorKind::Other if is_of_another_stream(error) => {
                format!(
                    "another stream than {stream} takes the subject {subject}: one stream alone may have the subjects {subject_prefix}.>"
                )
            }
            PublishErrorKind::BrokenPipe => "the connection to the broker was lost before it confirmed the message".to_owned(),
            PublishErrorKind::TimedOut => "the broker took too long to confirm the message".to_owned(),
            _ => format!("the stream {stream} did not confirm the message: {error}"),
        }
    }

    /// `svod.offices.changed`, `svod.offices.definition_changed`, `svod.publication.opened`, `svod.ping`.
    fn subject_of(&self, event: &OutgoingEvent<'_>) -> String {
        let words = event.event_type.trim_start_matches("svod.");
        let prefix = &self.target.subject_prefix;
        match (event.dictionary, words.split_once('.')) {
            (Some(dictionary), Some(("item", verb))) => format!("{prefix}.{dictionary}.{verb}"),
            (Some(dictionary), _) => format!("{prefix}.{dictionary}.{}", words.replace('.', "_")),
            (None, _) => format!("{prefix}.{words}"),
        }
    }

    async fn connect(&self) -> Result<Context, String> {
        tls::prepare();
        let url = Url::parse(&self.target.url).map_err(|error| format!("the address of the broker cannot be read: {error}"))?;
        let host = url.host_str().ok_or("the address of the broker names no host")?;
        let port = url.port().unwrap_or(PORT);
        self.guard.check_host(host)?;
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let found = self.guard.resolve(bare, port).await?;
        let is_tls = url.scheme() == "tls";
        // Without TLS the address that was looked at is the one that is asked; with it the name must stay, for its certificate, and
        // nobody else can answer to it.
        let server = match found.first().filter(|_| !is_tls) {
            Some(address) => format!("nats://{address}"),
            None => format!("nats://{host}:{port}"),
        };
        let mut options = ConnectOptions::new()
            .name("svod")
            .connection_timeout(self.connect_timeout)
            .request_timeout(Some(self.timeout))
            // Whom else the server knows was not registered; and a lost connection is made anew here, past the guard.
            .ignore_discovered_servers()
            .max_reconnects(1)
            .require_tls(is_tls);
        if !url.username().is_empty() {
            options = options.user_and_password(decoded(url.username()), decoded(url.password().unwrap_or_default()));
        }
        let client = options.connect(server).await.map_err(|error| format!("the broker does not answer: {error}"))?;
        let mut context = jetstream::new(client);
        context.set_timeout(self.timeout);
        let subjects = vec![format!("{}.>", self.target.subject_prefix)];
        let config =
            stream::Config { name: self.target.stream.clone(), subjects, duplicate_window: DUPLICATE_WINDOW, ..Default::default() };
        let made = context.get_or_create_stream(config).await;
        made.map_err(|error| format!("there is no stream {} and it cannot be made: {error}", self.target.stream))?;
        Ok(context)
    }
}

/// Whether the stream that has the subject is not the one that was expected.
fn is_of_another_stream(error: &PublishError) -> bool {
    let source = std::error::Error::source(error).and_then(|source| source.downcast_ref::<jetstream::Error>());
    source.is_some_and(|source| source.error_code() == ErrorCode::STREAM_NOT_MATCH)
}

/// Percent-encoded signs of a user's name or password, as addresses have them.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'%').then(|| after.get(..2)).flatten().and_then(|digits| str::from_utf8(digits).ok());
        match escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::EventType;
    use crate::domain::text::DictionaryCode;

    #[test]
    fn subjects_name_the_dictionary_and_what_happened() {
        let target = NatsTarget { url: "nats://broker".to_owned(), stream: "SVOD".to_owned(), subject_prefix: "svod".to_owned() };
        let sink = NatsSink::new(target, AddressGuard::default(), WebhookTimes { connect_ms_max: 1, request_ms_max: 1 });
        let offices = DictionaryCode::parse("offices").unwrap();
        let subject = |event_type: EventType, dictionary| {
            sink.subject_of(&OutgoingEvent { id: "1", event_type: event_type.name(), dictionary, json: "" })
        };
        assert_eq!(subject(EventType::ItemChanged, Some(&offices)), "svod.offices.changed");
        assert_eq!(subject(EventType::DefinitionChanged, Some(&offices)), "svod.offices.definition_changed");
        assert_eq!(subject(EventType::PublicationOpened, None), "svod.publication.opened");
        assert_eq!(sink.subject_of(&OutgoingEvent { id: "1", event_type: "svod.ping", dictionary: None, json: "" }), "svod.ping");
        assert_eq!(decoded("a%40b%"), "a@b%");
    }
}
