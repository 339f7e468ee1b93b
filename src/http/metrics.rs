//! What the server counts, and how it is told to Prometheus. Each thread counts in a place of its own, so that counting costs a request
//! next to nothing; whoever asks adds the places up. What others count, they are asked for.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, web};

use super::State;
use super::answer::answer;
use super::compression::Coding;
use super::routes::ROUTES;
use crate::app::consumers::{ConsumerMeasure, DURATION_BOUNDS_S, DeliveryMeasure};
use crate::app::system::resident_bytes;

/// One figure of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// As Prometheus wants it: `svod_response_cache_bytes`.
    pub name: &'static str,
    pub help: &'static str,
    pub kind: MeasureKind,
    pub value: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasureKind {
    /// It only grows.
    Counter,
    Gauge,
}

impl MeasureKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
        }
    }
}

/// How a query of the data API was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataOutcome {
    /// On the thread that carries the connection, with an answer that is kept.
    Cached,
    /// On the thread that carries the connection.
    Inline,
    /// On a thread that may block.
    Blocking,
    /// Not at all: it was told why.
    Refused,
}

const DATA_OUTCOMES: [(DataOutcome, &str); 4] = [
    (DataOutcome::Cached, "cached"),
    (DataOutcome::Inline, "inline"),
    (DataOutcome::Blocking, "blocking"),
    (DataOutcome::Refused, "refused"),
];

/// Events that are counted without any label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Too many queries were in flight.
    Overloaded,
    RateLimited,
    /// An operation came in a batch.
    BatchOperation,
    /// A credential was known without asking the database.
    CredentialCached,
    NotModified,
}

const EVENTS: [(Event, &str, &str); 5] = [
    (Event::Overloaded, "svod_requests_overloaded_total", "Requests refused since too many queries were in flight"),
    (Event::RateLimited, "svod_requests_rate_limited_total", "Operations refused since their caller asked too fast"),
    (Event::BatchOperation, "svod_batch_operations_total", "Operations that came in batches"),
    (Event::CredentialCached, "svod_credentials_cached_total", "Credentials that were known without asking the database"),
    (Event::NotModified, "svod_answers_not_modified_total", "Answers of the data API that the client had already"),
];

const CODINGS: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];
const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// The rows of the table of routes, and one for what stands in none.
const ROWS: usize = ROUTES.len() + 1;
/// Upper bounds of the durations, in microseconds; the last place is for all that is longer.
const BOUNDS_US: [u64; 16] =
    [50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 10_000_000];
/// More threads than these share places.
const SHARDS: usize = 16;

/// What one thread counts. Aligned so that no two threads write to one line of the processor's cache.
#[repr(align(128))]
struct Shard {
    requests: [[[AtomicU64; CLASSES.len()]; METHODS.len()]; ROWS],
    data: [AtomicU64; DATA_OUTCOMES.len()],
    events: [AtomicU64; EVENTS.len()],
    compressed: [AtomicU64; CODINGS.len()],
    /// Of the data API.
    durations: [AtomicU64; BOUNDS_US.len() + 1],
    duration_us: AtomicU64,
}

/// By hand, since arrays as long as the table of routes have none.
impl Default for Shard {
    fn default() -> Self {
        Self {
            requests: std::array::from_fn(|_| Default::default()),
            data: Default::default(),
            events: Default::default(),
            compressed: Default::default(),
            durations: Default::default(),
            duration_us: AtomicU64::default(),
        }
    }
}

/// All that the server counts.
pub struct Counters {
    shards: Box<[Shard]>,
    started: Instant,
}

/// A row of the table of routes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row(usize);

impl Row {
    /// The row of a path and a method; that of what stands in none.
    pub fn of(path: Option<&str>, method: &Method) -> Self {
        let found = path.and_then(|path| ROUTES.iter().position(|route| route.path == path && route.methods.contains(method)));
        // A path that does not know the method is told by its first row.
        let found = found.or_else(|| path.and_then(|path| ROUTES.iter().position(|route| route.path == path)));
        Self(found.unwrap_or(ROUTES.len()))
    }
}

impl Default for Counters {
    fn default() -> Self {
        Self { shards: (0..SHARDS).map(|_| Shard::default()).collect(), started: Instant::now() }
    }
}

fn add(place: &AtomicU64, count: u64) {
    place.fetch_add(count, Ordering::Relaxed);
}

impl Counters {
    /// The place of this thread.
    fn shard(&self) -> &Shard {
        static THREADS: AtomicUsize = AtomicUsize::new(0);
        thread_local!(static PLACE: Cell<usize> = const { Cell::new(usize::MAX) });
        let place = PLACE.with(|place| {
            if place.get() == usize::MAX {
                place.set(THREADS.fetch_add(1, Ordering::Relaxed) % SHARDS);
            }
            place.get()
        });
        &self.shards[place]
    }

    pub fn count_request(&self, row: Row, method: &Method, status: StatusCode) {
        let method = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        let class = usize::from(status.as_u16() / 100).clamp(1, CLASSES.len()) - 1;
        add(&self.shard().requests[row.0][method][class], 1);
    }

    /// Counts operations of one request of the data API that were answered alike.
    pub fn count_data(&self, outcome: DataOutcome, operations: u64) {
        add(&self.shard().data[outcome as usize], operations);
    }

    pub fn count_data_time(&self, duration: Duration) {
        let shard = self.shard();
        let duration_us = duration.as_secs().saturating_mul(1_000_000) + u64::from(duration.subsec_micros());
        let place = BOUNDS_US.iter().position(|bound| duration_us <= *bound).unwrap_or(BOUNDS_US.len());
        add(&shard.durations[place], 1);
        add(&shard.duration_us, duration_us);
    }

    pub fn count(&self, event: Event, times: u64) {
        add(&self.shard().events[event as usize], times);
    }

    pub fn count_compressed(&self, coding: Coding) {
        add(&self.shard().compressed[coding as usize], 1);
    }

    fn sum(&self, place: impl Fn(&Shard) -> &AtomicU64) -> u64 {
        self.shards.iter().map(|shard| place(shard).load(Ordering::Relaxed)).sum()
    }
}

/// A page in the text format of Prometheus.
#[derive(Default)]
struct Page(String);

impl Page {
    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text does not fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn line(&mut self, name: &str, labels: &str, value: f64) {
        let _ = if labels.is_empty() { writeln!(self.0, "{name} {value}") } else { writeln!(self.0, "{name}{{{labels}}} {value}") };
    }

    fn tell(&mut self, name: &str, kind: MeasureKind, help: &str, value: f64) {
        self.begin(name, kind.name(), help);
        self.line(name, "", value);
    }
}

/// For anybody who reaches the port, as the health is: numbers of requests and bytes, the codes of consumers and how far each
/// is, and nothing of what was asked, by whom, or of dictionaries that not everybody may see. Whoever wants it closed closes the address in the proxy.
pub async fn metrics(state: web::Data<State>) -> HttpResponse {
    let mut page = page(&state);
    let consumers = state.services.doors().and_then(|doors| Some(doors.feed.as_ref()?.consumers.clone()));
    if let Some(consumers) = consumers {
        tell_deliveries(&mut page, &consumers.delivery_measures().all());
        match web::block(move || consumers.measures()).await {
            Ok(Ok(measures)) => tell_consumers(&mut page, &measures),
            // The other figures are wanted most while the database does not answer.
            Ok(Err(error)) => tracing::warn!(%error, "what consumers do could not be measured"),
            Err(_) => tracing::error!("the thread that measured consumers panicked"),
        }
    }
    answer(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", page.0)
}

type OfConsumer = (&'static str, MeasureKind, &'static str, fn(&ConsumerMeasure) -> f64);

const OF_CONSUMERS: [OfConsumer; 5] = [
    ("svod_consumer_publication", MeasureKind::Gauge, "The publication that a consumer is at", |measure| measure.publication as f64),
    ("svod_consumer_lag_events", MeasureKind::Gauge, "Events that a consumer was not given yet", |measure| measure.lag_events as f64),
    ("svod_consumer_lag_seconds", MeasureKind::Gauge, "Age of the oldest publication that a consumer has not got", |measure| {
        measure.lag_seconds
    }),
    ("svod_consumer_attempts_total", MeasureKind::Counter, "Attempts to deliver, by all nodes", |measure| measure.attempts as f64),
    ("svod_consumer_failures_total", MeasureKind::Counter, "Attempts that failed, by all nodes", |measure| measure.failures as f64),
];

/// By their codes, which have no sign that a label would have to escape.
fn tell_consumers(page: &mut Page, measures: &[ConsumerMeasure]) {
    for (name, kind, help, value) in OF_CONSUMERS {
        page.begin(name, kind.name(), help);
        for measure in measures {
            page.line(name, &format!("consumer=\"{}\",channel=\"{}\"", measure.code, measure.channel), value(measure));
        }
    }
    page.begin("svod_consumer_state", "gauge", "1 for the state in which a consumer is");
    for measure in measures {
        let labels = format!("consumer=\"{}\",state=\"{}\"", measure.code, measure.state.name());
        page.line("svod_consumer_state", &labels, 1.0);
    }
}

/// How long receivers took, as this process has seen it.
fn tell_deliveries(page: &mut Page, measures: &BTreeMap<String, DeliveryMeasure>) {
    const NAME: &str = "svod_delivery_duration_seconds";
    page.begin(NAME, "histogram", "Durations of attempts to deliver, by this node");
    for (consumer, measure) in measures {
        let label = format!("consumer=\"{consumer}\"");
        let mut count = 0;
        for (at, in_place) in measure.durations.iter().enumerate() {
            count += in_place;
            let bound = DURATION_BOUNDS_S.get(at).map_or_else(|| "+Inf".to_owned(), f64::to_string);
            page.line(&format!("{NAME}_bucket"), &format!("{label},le=\"{bound}\""), count as f64);
        }
        page.line(&format!("{NAME}_sum"), &label, measure.duration_s);
        page.line(&format!("{NAME}_count"), &label, count as f64);
    }
}

fn page(state: &State) -> Page {
    let mut page = Page::default();
    requests(&mut page, &state.counters);
    durations(&mut page, &state.counters);
    for (event, name, help) in EVENTS {
        page.tell(name, MeasureKind::Counter, help, state.counters.sum(|shard| &shard.events[event as usize]) as f64);
    }
    let gauge = |page: &mut Page, name: &str, help: &str, value: f64| page.tell(name, MeasureKind::Gauge, help, value);
    gauge(&mut page, "svod_queries_in_flight", "Queries that are worked on or wait", state.in_flight.load(Ordering::Relaxed) as f64);
    gauge(&mut page, "svod_websockets_open", "WebSockets that are open", state.websockets.load(Ordering::Relaxed) as f64);
    let (started, readiness) = (state.counters.started, state.services.readiness.state());
    gauge(&mut page, "svod_uptime_seconds", "Time since the start", started.elapsed().as_secs_f64());
    let is_ready = readiness == crate::app::readiness::ReadinessState::Ready;
    gauge(&mut page, "svod_ready", "1 when the service answers and follows publications", f64::from(u8::from(is_ready)));
    if let Some(bytes) = resident_bytes() {
        gauge(&mut page, "process_resident_memory_bytes", "Memory of the process", bytes as f64);
    }
    page.begin("svod_build_info", "gauge", "The version of this build");
    page.line("svod_build_info", concat!("version=\"", env!("CARGO_PKG_VERSION"), "\""), 1.0);
    if let Some(doors) = state.services.doors() {
        gauge(&mut page, "svod_publication", "The number of the latest publication", (doors.data.census)().publication as f64);
        for Measure { name, help, kind, value } in (doors.data.metrics)() {
            page.tell(name, kind, help, value);
        }
    }
    page
}

fn requests(page: &mut Page, counters: &Counters) {
    page.begin("svod_http_requests_total", "counter", "Requests by route, method and class of status");
    for row in 0..ROWS {
        let route = ROUTES.get(row).map_or("none", |route| route.path);
        for (at, method) in METHODS.iter().enumerate() {
            for (class, status) in CLASSES.iter().enumerate() {
                let count = counters.sum(|shard| &shard.requests[row][at][class]);
                if count > 0 {
                    let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
                    page.line("svod_http_requests_total", &labels, count as f64);
                }
            }
        }
    }
    page.begin("svod_data_operations_total", "counter", "Operations of the data API by how they were answered");
    for (outcome, name) in DATA_OUTCOMES {
        let count = counters.sum(|shard| &shard.data[outcome as usize]);
        page.line("svod_data_operations_total", &format!("outcome=\"{name}\""), count as f64);
    }
    page.begin("svod_answers_compressed_total", "counter", "Answers of the data API that went out compressed");
    for coding in CODINGS {
        let count = counters.sum(|shard| &shard.compressed[coding as usize]);
        page.line("svod_answers_compressed_total", &format!("coding=\"{}\"", coding.name()), count as f64);
    }
}

fn durations(page: &mut Page, counters: &Counters) {
    const NAME: &str = "svod_data_request_duration_seconds";
    page.begin(NAME, "histogram", "How long requests of the data API took, from their head to their answer");
    let mut total = 0;
    for (place, bound) in BOUNDS_US.iter().enumerate() {
        total += counters.sum(|shard| &shard.durations[place]);
        page.line(&format!("{NAME}_bucket"), &format!("le=\"{}\"", *bound as f64 / 1e6), total as f64);
    }
    total += counters.sum(|shard| &shard.durations[BOUNDS_US.len()]);
    page.line(&format!("{NAME}_bucket"), "le=\"+Inf\"", total as f64);
    page.line(&format!("{NAME}_sum"), "", counters.sum(|shard| &shard.duration_us) as f64 / 1e6);
    page.line(&format!("{NAME}_count"), "", total as f64);
}
