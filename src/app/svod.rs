//! The service put together below the web: database, catalogue, publisher and readers, opened in one place.

use std::sync::Arc;

use jiff::SignedDuration;
use uuid::Uuid;

use super::accounts::Accounts;
use super::acting::Acts;
use super::auditing::Auditing;
use super::change_request::ChangeRequests;
use super::comparing::Comparing;
use super::consumers::{Consumers, ConsumersSettings};
use super::feed::{Feed, FeedSettings};
use super::identity::Identity;
use super::import_job::{ImportJobSettings, ImportJobs};
use super::passwords::{PasswordCost, Passwords};
use super::publishing::{NameCheck, Publisher};
use super::pulse::Pulse;
use super::reading::Reading;
use super::refusal_budget::RefusalBudget;
use super::searching::Searching;
use super::secrets::Secrets;
use super::system::{Following, SettingInForce, System};
use super::verifying::{self, Stage, Verified};
use crate::catalog::Catalog;
use crate::db;
use crate::db::migration::{self, MigrationStatus};
use crate::db::notification::Watcher;
use crate::db::{DatabaseUrl, Store, StoreLimits};
use crate::domain::clock::Clock;
use crate::domain::error::{Error, Result};

/// The settings of the floors below the web; `config.rs` fills them.
#[derive(Debug, Clone)]
pub struct SvodSettings {
    pub database_url: DatabaseUrl,
    pub store: StoreLimits,
    pub clock: Clock,
    /// How many violations are kept; the rest are counted.
    pub violations_max: usize,
    /// How many bytes the older editions take that are kept in memory, together.
    pub older_bytes_max: usize,
    pub secrets: Secrets,
    pub password_cost: PasswordCost,
    /// How long after signing in one has to do it again.
    pub session_lifetime: SignedDuration,
    /// Whether the people of the demo are let in.
    pub is_demo: bool,
    pub name_check: NameCheck,
    /// Of a process that takes files to import; others have none.
    pub import_jobs: Option<ImportJobSettings>,
    pub feed: FeedSettings,
    pub consumers: ConsumersSettings,
}

/// An open service.
pub struct Svod {
    store: Store,
    pub acts: Acts,
    pub identity: Identity,
    pub accounts: Accounts,
    pub auditing: Auditing,
    pub publisher: Arc<Publisher>,
    pub reading: Reading,
    pub change_requests: ChangeRequests,
    pub comparing: Comparing,
    pub searching: Searching,
    pub system: System,
    pub feed: Feed,
    pub consumers: Consumers,
    /// `None` in a process that takes no files.
    pub import_jobs: Option<ImportJobs>,
}

impl Svod {
    /// Opens the database, runs the migrations that wait, and loads what is published.
    pub fn open(settings: SvodSettings) -> Result<Self> {
        let svod = Self::open_unloaded(settings)?;
        svod.publisher.refresh()?;
        Ok(svod)
    }

    /// The same with an empty catalogue, for a server that listens while it loads.
    pub fn open_unloaded(settings: SvodSettings) -> Result<Self> {
        let store = open_store(&settings)?;
        for version in store.with(migration::run_pending)? {
            tracing::info!(migration = version, "migrated");
        }
        let database_id = identify(&store, &settings)?;
        let catalog = Arc::new(Catalog::new(settings.older_bytes_max));
        let acts =
            Acts { store: store.clone(), clock: settings.clock.clone(), pulse: Pulse::default(), refusals: RefusalBudget::default() };
        let SvodSettings { secrets, is_demo, import_jobs, .. } = settings;
        let (import_secrets, consumer_secrets) = (secrets.clone(), secrets.clone());
        let passwords = Passwords::new(settings.password_cost, secrets.clone());
        let identity = Identity::new(acts.clone(), passwords.clone(), secrets.clone(), settings.session_lifetime, is_demo);
        let accounts = Accounts::new(acts.clone(), passwords, secrets, identity.clone(), is_demo);
        let auditing = Auditing::new(store.clone());
        let publisher = Publisher::new(&acts, Arc::clone(&catalog), settings.violations_max, settings.name_check);
        let reading = Reading::new(catalog, store.clone(), settings.clock);
        let feed = Feed::new(reading.clone(), store.clone(), settings.feed, database_id);
        let consumers = Consumers::new(acts.clone(), feed.clone(), consumer_secrets, settings.consumers);
        let publisher = Arc::new(publisher);
        let comparing = Comparing::new(reading.clone(), store.clone());
        let change_requests = ChangeRequests::new(acts.clone(), Arc::clone(&publisher));
        let system = System::new(store.clone(), acts.pulse.clone(), &acts.clock);
        let searching = Searching::new(change_requests.clone(), accounts.clone());
        let import_jobs = import_jobs
            .map(|settings| ImportJobs::new(acts.clone(), change_requests.clone(), Arc::clone(&publisher), import_secrets, settings));
        Ok(Self {
            store,
            acts,
            identity,
            accounts,
            auditing,
            publisher,
            reading,
            change_requests,
            comparing,
            searching,
            system,
            feed,
            consumers,
            import_jobs,
        })
    }

    /// The same service, with settings for its reports to tell; none of them may be a secret.
    pub fn telling(mut self, settings: Vec<SettingInForce>) -> Self {
        self.system.tell_settings(settings);
        self
    }

    /// The import jobs of a process that takes files.
    pub fn import_jobs(&self) -> Result<&ImportJobs> {
        let refused = || Error::refused("imports_elsewhere", "this process takes no files to import");
        self.import_jobs.as_ref().ok_or_else(refused)
    }

    /// Whoever publishes in another process is noticed through this.
    pub fn follower(&self, ask_every_ms: u64) -> Result<Follower> {
        let (publisher, pulse) = (Arc::clone(&self.publisher), self.acts.pulse.clone());
        let (following, clock) = (self.system.following().clone(), self.acts.clock.clone());
        Ok(Follower { publisher, pulse, store: self.store.clone(), watcher: None, ask_every_ms, following, clock })
    }
}

/// The id of the database, which gets one when it has none yet.
fn identify(store: &Store, settings: &SvodSettings) -> Result<Uuid> {
    if let Some(id) = store.read(db::installation::find)? {
        return Ok(id);
    }
    let made = uuid::Builder::from_random_bytes(settings.secrets.bytes()?).into_uuid();
    // Two nodes may open a new database at once.
    store.write(|connection| match db::installation::find(connection)? {
        Some(id) => Ok(id),
        None => db::installation::insert(connection, made, settings.clock.now()).map(|()| made),
    })
}

fn open_store(settings: &SvodSettings) -> Result<Store> {
    Store::open(settings.database_url.clone(), settings.store)
}

/// Where the database stands in the history of migrations; with `runs`, after what waits was run.
pub fn migrate(settings: &SvodSettings, runs: bool) -> Result<(MigrationStatus, Vec<String>)> {
    let store = open_store(settings)?;
    let run = if runs { store.with(migration::run_pending)? } else { Vec::new() };
    Ok((store.with(migration::get_status)?, run))
}

/// Recomputes the audit chain and the digests of all editions of a database; see `verifying`.
pub fn verify(settings: &SvodSettings, progress: &dyn Fn(&Stage)) -> Result<Verified> {
    let store = open_store(settings)?;
    if !store.with(migration::get_status)?.pending.is_empty() {
        let name = settings.database_url.display_name();
        return Err(Error::Operator(format!("the database {name} is of an older version: run `svod migrate` first")));
    }
    store.read(|connection| verifying::verify(connection, progress))
}

/// Takes up publications of other processes.
pub struct Follower {
    publisher: Arc<Publisher>,
    pulse: Pulse,
    store: Store,
    /// Absent until connected, and again after a fault.
    watcher: Option<Watcher>,
    ask_every_ms: u64,
    following: Following,
    clock: Clock,
}

impl Follower {
    /// Looks once. After a fault the next look connects anew and asks, since a word may have been lost meanwhile.
    pub fn look(&mut self) -> Result<()> {
        let outcome = self.look_once();
        if outcome.is_err() {
            self.watcher = None;
        }
        self.following.note(&outcome, self.clock.now());
        outcome
    }

    fn look_once(&mut self) -> Result<()> {
        let is_new = self.watcher.is_none();
        let watcher = match &mut self.watcher {
            Some(watcher) => watcher,
            None => self.watcher.insert(Watcher::new(&self.store, self.ask_every_ms)?),
        };
        if watcher.may_have_changed()? || is_new {
            self.publisher.refresh()?;
            self.pulse.beat();
        }
        Ok(())
    }
}
