//! Traces: what went on in one request, publication or delivery, and what caused what, told to a collector when one is configured.
//! Others open spans of the target [`TARGET`] by `tracing`; here they are joined over threads, processes and time. Without a collector
//! no such span is ever made. How spans travel to the collector, `outbound::span_posting` knows.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::time::Duration;

use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{Span as _, SpanContext, SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracer, SdkTracerProvider, SpanExporter};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::{Layer, Registry};

mod publications;

pub use publications::TracedPublications;

/// The target of spans that are told to the collector. They are no lines of the log, whatever its filter says.
pub const TARGET: &str = "svod_traces";

/// The header by which others say what their request is part of (W3C Trace Context).
pub const TRACEPARENT: &str = "traceparent";

/// Spans that wait to be sent; what comes beyond is forgotten, since nobody is to wait for a collector.
const WAITING_MAX: usize = 8192;
const SENT_AT_ONCE_MAX: usize = 512;
const SENT_EVERY: Duration = Duration::from_secs(1);
/// How long the end of the process is put off for the last spans.
const LAST_SENT_MAX: Duration = Duration::from_secs(2);

/// For requests that are told only once they are over; the others go through the layer.
static TRACER: OnceLock<SdkTracer> = OnceLock::new();

/// As what the service tells of itself, and of how much.
#[derive(Debug, Clone)]
pub struct TraceSettings {
    pub service_name: String,
    /// Of a thousand traces that begin here, so many are told; those that others began, as they decided.
    pub sampled_per_mille: u32,
}

/// Traces under way. To be ended by hand, so that the last spans are sent.
pub struct Traces(SdkTracerProvider);

/// Starts to tell of spans; the layer belongs to the subscriber of the process.
pub fn start(exporter: impl SpanExporter + 'static, settings: &TraceSettings) -> (Traces, impl Layer<Registry> + Send + Sync + 'static) {
    // Everything is said here, since the library would else ask the environment.
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(WAITING_MAX)
        .with_max_export_batch_size(SENT_AT_ONCE_MAX)
        .with_scheduled_delay(SENT_EVERY)
        .build();
    let sampled = Sampler::TraceIdRatioBased(f64::from(settings.sampled_per_mille) / 1000.0);
    let resource = Resource::builder_empty()
        .with_service_name(settings.service_name.clone())
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::builder(exporter).with_batch_config(batches).build())
        .with_sampler(Sampler::ParentBased(Box::new(sampled)))
        .with_resource(resource)
        .build();
    let tracer = provider.tracer("svod");
    // A second start would be a mistake of ours that `logging` refuses.
    let _ = TRACER.set(tracer.clone());
    let layer = tracing_opentelemetry::layer()
        .with_tracer(tracer)
        .with_location(false)
        .with_threads(false)
        .with_target(false)
        .with_tracked_inactivity(false)
        .with_filter(filter_fn(|metadata| metadata.is_span() && metadata.target() == TARGET));
    (Traces(provider), layer)
}

impl Traces {
    /// Sends what waits, for no longer than a moment.
    pub fn end(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_SENT_MAX) {
            tracing::warn!(%error, "the last spans did not reach the collector");
        }
    }
}

/// Whether anybody is told of spans.
pub fn is_on() -> bool {
    TRACER.get().is_some()
}

/// Makes a span part of what somebody else began. What is not a `traceparent` is passed over, as the standard wants it.
pub fn continue_from(span: &Span, traceparent: &str) {
    if !span.is_disabled()
        && let Some(parent) = context_of(traceparent)
        && let Err(error) = span.set_parent(parent)
    {
        tracing::debug!(%error, "a span has begun too early to be part of another");
    }
}

/// Gives a span the name that is known only now.
pub fn rename(span: &Span, name: String) {
    if !span.is_disabled() {
        span.context().span().update_name(name);
    }
}

/// How a span is named to others; `None` when nobody is told of it.
pub fn traceparent_of(span: &Span) -> Option<String> {
    if span.is_disabled() {
        return None;
    }
    let context = span.context();
    let span = context.span();
    let named: &SpanContext = span.span_context();
    named.is_valid().then(|| format!("00-{}-{}-{:02x}", named.trace_id(), named.span_id(), named.trace_flags().to_u8()))
}

/// A request that is over and had no span while it went on.
pub struct PastRequest<'a> {
    /// `POST /graphql/data`.
    pub name: String,
    pub duration: Duration,
    pub status: u16,
    pub request_id: &'a str,
    pub operation_name: Option<&'a str>,
    /// What its client says that it is part of.
    pub traceparent: Option<&'a str>,
}

/// Tells of a request that is over, when it took too long or when whoever sent it looks at it.
pub fn tell_past(request: PastRequest<'_>, is_slow: bool) {
    let Some(tracer) = TRACER.get() else { return };
    let parent = request.traceparent.and_then(context_of);
    if !is_slow && !parent.as_ref().is_some_and(|parent| parent.span().span_context().is_sampled()) {
        return;
    }
    let ended_at = opentelemetry::time::now();
    let mut attributes = vec![
        KeyValue::new("http.response.status_code", i64::from(request.status)),
        KeyValue::new("svod.request_id", request.request_id.to_owned()),
    ];
    attributes.extend(request.operation_name.map(|name| KeyValue::new("graphql.operation.name", name.to_owned())));
    let builder = tracer
        .span_builder(Cow::Owned(request.name))
        .with_kind(SpanKind::Server)
        .with_start_time(ended_at.checked_sub(request.duration).unwrap_or(ended_at))
        .with_attributes(attributes);
    let mut span = tracer.build_with_context(builder, &parent.unwrap_or_default());
    if request.status >= 500 {
        span.set_status(Status::error(""));
    }
    span.end_with_timestamp(ended_at);
}

/// The one header that is looked at.
struct Header<'a>(&'a str);

impl Extractor for Header<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}

fn context_of(traceparent: &str) -> Option<Context> {
    let context = TraceContextPropagator::new().extract_with_context(&Context::new(), &Header(traceparent));
    context.span().span_context().is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_standard_calls_so_is_gone_on_with() {
        let good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let context = context_of(good).unwrap();
        assert_eq!(context.span().span_context().trace_id().to_string(), "0af7651916cd43dd8448eb211c80319c");
        assert!(context.span().span_context().is_sampled());
        for wrong in
            ["", "00", "00-0-0-01", "00-00000000000000000000000000000000-b7ad6b7169203331-01", "ff-0af7651916cd43dd8448eb211c80319c"]
        {
            assert!(context_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn without_a_collector_there_are_no_spans() {
        let span = tracing::info_span!(target: TARGET, "request");
        assert!(span.is_disabled() && traceparent_of(&span).is_none());
        continue_from(&span, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        assert!(traceparent_of(&span).is_none());
    }
}
