//! How it is carried: routes, content negotiation, health, pages for browsers, and the life of the server.
//! The only floor that knows actix; it asks the floors below through plain functions and never sees the database.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{Server as Running, ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{Compress, from_fn};
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::{App, HttpRequest, HttpServer, rt, web};
use tokio::sync::watch;

use crate::domain::error::{Error, Result};
use errors::Problem;
use identity::Guest;
use metrics::{Counters, Event};
use rate::RateLimiter;

mod answer;
mod blocking;
mod body;
mod compression;
mod console;
mod cross_site;
mod data;
mod errors;
mod export;
mod feed;
mod graphql;
mod health;
mod identity;
mod import;
mod keeping;
mod management;
mod metrics;
mod negotiation;
mod observation;
mod openapi;
mod operation;
mod pages;
mod rate;
pub mod routes;
mod services;
mod websocket;

pub use metrics::{Measure, MeasureKind};
pub use services::{Census, DataDoor, Doors, ExportDoor, FeedDoor, IdentityDoor, ImportDoor, ManagementDoor, Services};

/// The sizes and times of the server; `config.rs` names them.
#[derive(Debug, Clone)]
pub struct HttpSettings {
    pub listen: SocketAddr,
    pub workers: usize,
    /// Over all workers.
    pub blocking_threads: usize,
    /// Queries that are worked on or wait for a thread, over all workers; more are asked to come back.
    pub queries_in_flight_max: usize,
    /// Over all workers.
    pub connections_max: usize,
    pub request_body_bytes_max: usize,
    pub request_head_time_ms_max: u64,
    pub request_time_ms_max: u64,
    pub keep_alive_ms: u64,
    pub disconnect_time_ms_max: u64,
    pub shutdown_timeout_ms: u64,
    /// How many proxies stand before the service and append to `X-Forwarded-For`.
    pub trusted_proxies: usize,
    /// Whether the cookie of a session goes over TLS only.
    pub is_cookie_secure: bool,
    /// An answered query of data that took longer has a line in the log.
    pub slow_request_ms: u64,
    /// How many operations one batch may have; 0 takes no batches.
    pub batch_operations_max: usize,
    /// Files that are being written, over all workers; more are asked to come back.
    pub exports_in_flight_max: usize,
    /// How long the client of a file may take nothing of it.
    pub export_stall_ms_max: u64,
    /// How long nothing may come of a file that is uploaded.
    pub upload_stall_ms_max: u64,
    pub rate: RateSettings,
    pub websockets: WebSocketSettings,
    pub feed: FeedStreamSettings,
}

/// The sizes and times of those who follow the feed.
#[derive(Debug, Clone, Copy)]
pub struct FeedStreamSettings {
    /// Streams that are open, over all workers.
    pub streams_max: usize,
    /// How often a stream on which nothing happens shows that it lives.
    pub heartbeat_every_ms: u64,
    /// How long the client of a stream may take nothing.
    pub stall_ms_max: u64,
    /// The longest that somebody who pulls may wait for an event.
    pub wait_ms_max: u64,
}

/// How fast one caller may ask: one token, one session, or one address of those who present nothing.
#[derive(Debug, Clone, Copy)]
pub struct RateSettings {
    /// Operations a second; 0 is no limit.
    pub per_s: u32,
    /// Operations at once.
    pub burst: u32,
}

/// The sizes and times of WebSockets.
#[derive(Debug, Clone, Copy)]
pub struct WebSocketSettings {
    /// Over all workers.
    pub connections_max: usize,
    /// Messages of one client that wait to be taken up.
    pub messages_waiting_max: usize,
    /// How often a client is asked whether it is still there, and the database whether its credential still holds.
    pub ping_every_ms: u64,
    /// How long a client may take to begin.
    pub begin_time_ms_max: u64,
}

/// What handlers have at hand.
struct State {
    settings: HttpSettings,
    services: Services,
    /// Queries that are worked on or wait for a thread.
    in_flight: Arc<AtomicUsize>,
    /// Files that are being written.
    exports: Arc<AtomicUsize>,
    /// WebSockets that are open.
    websockets: Arc<AtomicUsize>,
    /// Streams of the feed that are open.
    feed_streams: Arc<AtomicUsize>,
    /// True once the server was told to stop.
    stopping: Arc<watch::Sender<bool>>,
    counters: Counters,
    rate: RateLimiter,
}

/// One of so many places, until it is dropped. That of a query is kept until its work is over: a client that leaves does not end it
/// at once.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(taken: &Arc<AtomicUsize>, max: usize) -> Option<Self> {
        let place = Self(Arc::clone(taken));
        let others = taken.fetch_add(1, Ordering::Relaxed);
        (others < max).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl State {
    fn new(settings: HttpSettings, services: Services) -> Self {
        let stopping = Arc::new(watch::Sender::new(false));
        let rate = RateLimiter::new(settings.rate);
        let counters = Counters::default();
        Self {
            settings,
            services,
            in_flight: Arc::default(),
            exports: Arc::default(),
            websockets: Arc::default(),
            feed_streams: Arc::default(),
            stopping,
            counters,
            rate,
        }
    }

    /// That of the application which a request came to. Borrowed, since its count of owners is one that all threads write to.
    fn of(request: &HttpRequest) -> &Self {
        request.app_data::<web::Data<Self>>().expect("every application of ours has its state")
    }

    /// A place among the queries in flight, unless there are so many that a further one would only wait in vain.
    fn enter(&self) -> std::result::Result<Place, Problem> {
        let max = self.settings.queries_in_flight_max;
        Place::take(&self.in_flight, max).ok_or_else(|| {
            self.counters.count(Event::Overloaded, 1);
            Problem::too_many(max)
        })
    }

    /// Lets a caller's operations pass, unless they ask too fast.
    fn take_rate(&self, guest: &Guest, operations: u32) -> std::result::Result<(), Problem> {
        if !self.rate.is_on() {
            return Ok(());
        }
        self.rate.take(guest.rated_by(), operations, Instant::now()).map_err(|wait| {
            self.counters.count(Event::RateLimited, operations.into());
            Problem::rate_limited(wait)
        })
    }

    fn doors(&self) -> std::result::Result<Arc<Doors>, Problem> {
        self.services.doors().map(Arc::clone).ok_or_else(Problem::not_ready)
    }

    /// When a request that begins now is given up.
    fn deadline(&self) -> Instant {
        self.deadline_from(Instant::now())
    }

    fn deadline_from(&self, began: Instant) -> Instant {
        began + Duration::from_millis(self.settings.request_time_ms_max)
    }
}

/// A server that has its port and does not answer yet: whoever connects meanwhile waits.
pub struct Server {
    addresses: Vec<SocketAddr>,
    start: Box<dyn FnOnce() -> Running>,
    stopping: Arc<watch::Sender<bool>>,
}

/// Takes the port. A port that is taken, or not ours to take, is the operator's to change.
pub fn bind(settings: HttpSettings, services: Services) -> Result<Server> {
    let per_worker = |total: usize| total.div_ceil(settings.workers).max(1);
    let (listen, workers) = (settings.listen, settings.workers);
    let blocking_threads = per_worker(settings.blocking_threads);
    let connections_max = per_worker(settings.connections_max);
    let keep_alive = Duration::from_millis(settings.keep_alive_ms);
    let head_timeout = Duration::from_millis(settings.request_head_time_ms_max);
    let disconnect_timeout = Duration::from_millis(settings.disconnect_time_ms_max);
    let shutdown_timeout_s = settings.shutdown_timeout_ms.div_ceil(1000);
    let state = web::Data::new(State::new(settings, services));
    let stopping = Arc::clone(&state.stopping);
    let server = HttpServer::new(move || application(state.clone()))
        .workers(workers)
        .worker_max_blocking_threads(blocking_threads)
        .max_connections(connections_max)
        .keep_alive(keep_alive)
        .client_request_timeout(head_timeout)
        .client_disconnect_timeout(disconnect_timeout)
        .shutdown_timeout(shutdown_timeout_s)
        .disable_signals()
        .bind(listen)
        .map_err(|error| cannot_listen(listen, &error))?;
    Ok(Server { addresses: server.addrs(), start: Box::new(move || server.run()), stopping })
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Error {
    use std::io::ErrorKind;
    let reason = match error.kind() {
        ErrorKind::AddrInUse => "is taken by another program: choose another with --listen".to_owned(),
        ErrorKind::PermissionDenied => "may not be used by this user: choose a port from 1024 with --listen".to_owned(),
        ErrorKind::AddrNotAvailable => "is not an address of this machine: choose another with --listen".to_owned(),
        _ => format!("cannot be used: {error}"),
    };
    Error::Operator(format!("the address {address} {reason}"))
}

impl Server {
    /// Where it listens, with the real port when any was asked for.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Answers until SIGTERM or SIGINT, then lets the requests under way finish. Meanwhile `prepare` runs on a thread of its
    /// own; when it fails, the server stops and its error is returned.
    pub fn run(self, prepare: impl FnOnce() -> Result<()> + Send + 'static) -> Result<()> {
        let failure = Arc::new(Mutex::new(None));
        let told = Arc::clone(&failure);
        let served = rt::System::new().block_on(async move {
            let running = (self.start)();
            let handle = running.handle();
            rt::spawn(stop_on_signal(handle.clone(), self.stopping)?);
            std::thread::Builder::new().name("prepare".to_owned()).spawn(move || {
                // A server whose preparation panicked would listen for ever and never be ready.
                let prepared = catch_unwind(AssertUnwindSafe(prepare));
                let prepared = prepared.unwrap_or_else(|_| Err(Error::Internal("the preparation panicked; the log says where".to_owned())));
                if let Err(error) = prepared {
                    *told.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    // The order is given at once; the future would only wait until it is carried out.
                    drop(handle.stop(false));
                }
            })?;
            running.await
        });
        let failed = failure.lock().unwrap_or_else(PoisonError::into_inner).take();
        match failed {
            Some(error) => Err(error),
            None => served.map_err(|error| Error::Operator(format!("the server stopped: {error}"))),
        }
    }
}

/// The first signal stops gracefully, a second one at once.
fn stop_on_signal(server: ServerHandle, stopping: Arc<watch::Sender<bool>>) -> std::io::Result<impl Future<Output = ()> + 'static> {
    let mut signals = [signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?];
    Ok(async move {
        any_of(&mut signals).await;
        tracing::info!("stopping: requests under way may finish");
        // WebSockets would stay open for ever.
        stopping.send_replace(true);
        rt::spawn(server.stop(true));
        any_of(&mut signals).await;
        // The server would hear a second order only after it has carried out the first. What is published is in the database, whole.
        tracing::info!("stopping at once");
        std::process::exit(1);
    })
}

async fn any_of(signals: &mut [Signal]) {
    let mut is_any_ready = |context: &mut Context<'_>| signals.iter_mut().any(|signal| signal.poll_recv(context).is_ready());
    poll_fn(|context| if is_any_ready(context) { Poll::Ready(()) } else { Poll::Pending }).await;
}

fn application(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error, InitError = ()>,
> {
    let others = web::scope("").configure(routes::configure_others).wrap(Compress::default()).wrap(from_fn(observation::observe));
    App::new().app_data(state).configure(routes::configure_data).service(others)
}

#[cfg(test)]
mod tests;
