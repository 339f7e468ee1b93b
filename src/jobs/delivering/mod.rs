//! Delivers the feed to registered consumers: each by one node at a time, which holds a lease on it, and in a task of its own, so that
//! one that hangs delays nobody else. A supervisor takes leases, prolongs them and starts and stops the tasks; it delivers nothing itself.

mod backoff;
mod challenging;
mod pinging;
mod spans;
mod task;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::{Semaphore, watch};
use tokio::task::AbortHandle;

pub use backoff::BackoffSettings;

use self::challenging::Challenges;
use self::pinging::Pings;
use self::task::Task;
use crate::app::consumers::{Consumers, Lease};
use crate::app::feed::Feed;
use crate::app::pulse::Pulse;
use crate::app::secrets::Secrets;
use crate::domain::clock::Clock;
use crate::domain::consumer::{Channel, ConsumerId};
use crate::domain::error::{Error, Result};
use crate::outbound::address_guard::{AddressGuard, Network};
use crate::outbound::nats::NatsSink;
use crate::outbound::sink::Sink;
use crate::outbound::webhook::{WebhookClient, WebhookTimes};
use crate::traces::TracedPublications;

/// Threads that carry requests; they never block.
const WORKERS: usize = 2;
/// Reads and writes of the database at once, for all consumers: the rest of the service needs it too.
const DATABASE_ACTS_MAX: usize = 4;

/// How deliveries are made; `config` names these.
#[derive(Debug, Clone)]
pub struct DeliverySettings {
    pub times: WebhookTimes,
    pub backoff: BackoffSettings,
    /// Networks that may be asked although they are not public.
    pub allowed: Vec<Network>,
    /// As whom the service asks receivers whether they want its events: the host of its public address.
    pub origin: String,
}

/// What deliveries are made of.
#[derive(Clone)]
pub struct Delivery {
    pub consumers: Consumers,
    pub feed: Feed,
    pub pulse: Pulse,
    pub clock: Clock,
    pub secrets: Secrets,
    /// What caused what is delivered.
    pub traced: TracedPublications,
}

/// What all tasks have in common.
struct Shared {
    delivery: Delivery,
    settings: DeliverySettings,
    webhooks: WebhookClient,
    guard: AddressGuard,
    database: Semaphore,
}

/// Running deliveries; they end when this is dropped, and their leases are given back.
pub struct Delivering {
    stopping: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

/// Starts to deliver. `node` is another for each start of each process.
pub fn deliver(delivery: Delivery, settings: DeliverySettings, node: String) -> Result<Delivering> {
    let guard = AddressGuard::new(settings.allowed.clone());
    let webhooks = WebhookClient::new(guard.clone(), settings.times, settings.origin.clone())?;
    let shared = Arc::new(Shared { delivery, settings, webhooks, guard, database: Semaphore::new(DATABASE_ACTS_MAX) });
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).thread_name("delivering").enable_all().build();
    let runtime = runtime.map_err(|error| Error::Operator(format!("threads for deliveries cannot be started: {error}")))?;
    let (stopping, stopped) = watch::channel(false);
    let supervisor = Supervisor { shared, node, tasks: BTreeMap::new(), challenges: Challenges::default(), pings: Pings::default() };
    let run = move || supervise(runtime, supervisor, stopped);
    let thread = std::thread::Builder::new().name("delivering".to_owned()).spawn(run).map_err(Error::internal)?;
    Ok(Delivering { stopping, thread: Some(thread) })
}

impl Drop for Delivering {
    fn drop(&mut self) {
        self.stopping.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}

fn supervise(runtime: Runtime, supervisor: Supervisor, stopped: watch::Receiver<bool>) {
    const LAST_WORK_MAX: Duration = Duration::from_secs(1);
    runtime.block_on(supervisor.run(stopped));
    runtime.shutdown_timeout(LAST_WORK_MAX);
}

/// A lease as its task sees it.
#[derive(Clone)]
pub struct Held {
    pub lease: Lease,
    /// By a clock that is never set, so that a process that was stopped finds its leases run out. A machine that slept whole is caught by
    /// the fence.
    pub until: Instant,
}

/// A task and the lease that it works under.
struct Running {
    held: watch::Sender<Held>,
    abort: AbortHandle,
}

struct Supervisor {
    shared: Arc<Shared>,
    node: String,
    tasks: BTreeMap<ConsumerId, Running>,
    challenges: Challenges,
    pings: Pings,
}

impl Supervisor {
    async fn run(mut self, mut stopped: watch::Receiver<bool>) {
        let mut beats = self.shared.delivery.pulse.subscribe();
        let renew_every = Duration::from_millis(self.shared.delivery.consumers.lease_ms() / 3);
        let mut has_failed = false;
        while !*stopped.borrow() {
            let outcome = self.look().await;
            match &outcome {
                Err(error) if !has_failed => tracing::error!(%error, "consumers cannot be looked for: nothing is delivered"),
                Ok(()) if has_failed => tracing::info!("consumers are delivered to again"),
                _ => {}
            }
            has_failed = outcome.is_err();
            let soon = async {
                // A beat may tell of a new consumer; leases are prolonged in any case.
                let _ = tokio::time::timeout(renew_every, beats.changed()).await;
                beats.mark_unchanged();
            };
            tokio::pin!(soon);
            let stop = stopped.wait_for(|is_stopping| *is_stopping);
            tokio::pin!(stop);
            futures_util::future::select(soon, stop).await;
        }
        self.end().await;
    }

    /// Takes and prolongs leases, and has as many tasks as there are.
    async fn look(&mut self) -> Result<()> {
        let began = Instant::now();
        let (consumers, node) = (self.shared.delivery.consumers.clone(), self.node.clone());
        let found = move || Ok((consumers.claim(&node)?, consumers.list_unverified()?, consumers.list_pings()?));
        let (leases, unverified, pings) = self.shared.blocking(found).await?;
        // From when it was asked for: the answer may have been long on its way.
        let until = began + Duration::from_millis(self.shared.delivery.consumers.lease_ms());
        let held: BTreeMap<ConsumerId, Held> = leases.into_iter().map(|lease| (lease.consumer.id, Held { lease, until })).collect();
        self.tasks.retain(|id, running| {
            let is_kept = held.get(id).is_some_and(|held| held.lease.fence == running.held.borrow().lease.fence);
            if !is_kept {
                running.abort.abort();
            }
            is_kept
        });
        for (id, held) in held {
            match self.tasks.get(&id) {
                Some(running) if !running.abort.is_finished() => drop(running.held.send_replace(held)),
                _ => drop(self.tasks.insert(id, self.start(held))),
            }
        }
        self.challenges.look(&self.shared, unverified);
        self.pings.look(&self.shared, &self.node, pings);
        Ok(())
    }

    fn start(&self, held: Held) -> Running {
        let (sender, receiver) = watch::channel(held);
        let task = Task::new(Arc::clone(&self.shared), receiver);
        Running { held: sender, abort: tokio::spawn(task.run()).abort_handle() }
    }

    /// Ends all tasks between two requests or within one, and gives the leases back.
    async fn end(self) {
        let leases: Vec<Lease> = self.tasks.values().map(|running| running.held.borrow().lease.clone()).collect();
        self.tasks.values().for_each(|running| running.abort.abort());
        let consumers = self.shared.delivery.consumers.clone();
        let released = self.shared.blocking(move || leases.iter().try_for_each(|lease| consumers.release(lease))).await;
        if let Err(error) = released {
            tracing::warn!(%error, "leases of deliveries run out by themselves");
        }
    }
}

impl Shared {
    /// Acts on the database on a thread that may block.
    async fn blocking<T: Send + 'static>(&self, act: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self.database.acquire().await.map_err(Error::internal)?;
        tokio::task::spawn_blocking(act).await.map_err(|_| Error::internal("a thread of deliveries panicked"))?
    }

    /// What a consumer is reached by; `None` for one that pulls.
    fn sink_of(&self, channel: &Channel) -> Option<Sink> {
        match channel {
            Channel::Pull => None,
            Channel::Webhook(target) => Some(Sink::Webhook { client: self.webhooks.clone(), target: target.clone() }),
            Channel::Nats(target) => Some(Sink::Nats(Box::new(NatsSink::new(target.clone(), self.guard.clone(), self.settings.times)))),
        }
    }
}
