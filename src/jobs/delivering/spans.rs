//! What traces tell of deliveries: a span for each attempt, as a consequence of the publication that it tells of where that is known.

use tracing::Span;
use tracing::field::Empty;

use crate::app::feed::FeedEvent;
use crate::domain::consumer::Consumer;
use crate::outbound::webhook::Outcome;
use crate::traces::{self, TracedPublications};

/// Opens the span of an attempt to hand over events, from the first to the last.
pub fn span_of(traced: &TracedPublications, consumer: &Consumer, events: &[FeedEvent]) -> Span {
    let id = |event: Option<&FeedEvent>| event.map(|event| event.id.clone()).unwrap_or_default();
    let span = tracing::info_span!(
        target: traces::TARGET,
        "deliver",
        otel.kind = "producer",
        otel.status_code = Empty,
        otel.status_description = Empty,
        http.response.status_code = Empty,
        svod.consumer = consumer.code,
        svod.channel = consumer.channel.kind().name(),
        svod.events = events.len(),
        svod.first_event = id(events.first()),
        svod.last_event = id(events.last()),
        svod.outcome = Empty,
    );
    if !span.is_disabled()
        && let Some(cause) = events.first().and_then(|first| traced.find(first.position.publication))
    {
        traces::continue_from(&span, &cause);
    }
    span
}

/// What came of the attempt.
pub fn record(span: &Span, outcome: &Outcome) {
    if span.is_disabled() {
        return;
    }
    let (word, status, message) = match outcome {
        Outcome::Delivered { status, .. } => ("delivered", status, None),
        Outcome::Failed { status, message, .. } => ("failed", status, Some(message)),
        Outcome::Ended { status, message } => ("ended", status, Some(message)),
    };
    span.record("svod.outcome", word);
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if let Some(message) = message {
        span.record("otel.status_code", "ERROR");
        span.record("otel.status_description", message.as_str());
    }
}
