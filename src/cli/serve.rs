//! `svod serve`: takes the port, loads what is published while it already listens, and follows other processes.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::dictionary::{Applying, apply_folders};
use super::svod_settings;
use crate::app::change_request::Destination;
use crate::app::exporting::Exporting;
use crate::app::import::ImportOptions;
use crate::app::svod::{Svod, SvodSettings};
use crate::config::{ServeSettings, system_secrets};
use crate::domain::account::AccountId;
use crate::domain::change_request::Origin;
use crate::domain::error::{Error, Result};
use crate::graphql::{ManagementApi, ManagementLimits};
use crate::http::{self, DataDoor, Doors, ExportDoor, FeedDoor, IdentityDoor, ImportDoor, ManagementDoor, Services};
use crate::jobs::delivering::{Delivering, Delivery, deliver};
use crate::jobs::following::follow;
use crate::jobs::importing::import_files;
use crate::jobs::periodic::Periodic;
use crate::jobs::scheduling::publish_scheduled;
use crate::query::{DataApi, PersistedQueries, RegisteredOperations};

/// What goes on beside requests until it is dropped.
struct Jobs {
    _periodic: Vec<Periodic>,
    _delivering: Delivering,
}

pub fn serve(settings: ServeSettings) -> Result<()> {
    check_demo(&settings)?;
    let persisted = Arc::new(persisted_queries(&settings)?);
    raise_open_files(settings.http_connections_max);
    let services = Services::default();
    let server = http::bind(settings.http(), services.clone())?;
    let addresses = server.addresses().to_vec();
    // Kept until the server has stopped: dropping them stops their threads.
    let jobs: Arc<Mutex<Option<Jobs>>> = Arc::default();
    let keeper = Arc::clone(&jobs);
    server.run(move || {
        let started = prepare(&settings, &services, &addresses, persisted)?;
        *keeper.lock().unwrap_or_else(PoisonError::into_inner) = Some(started);
        Ok(())
    })
}

/// Whoever reads the output of a demo has its passwords, so nobody beyond this machine may reach it.
fn check_demo(settings: &ServeSettings) -> Result<()> {
    if !settings.demo || settings.listen.ip().is_loopback() {
        return Ok(());
    }
    let message =
        format!("--demo makes accounts whose passwords it prints, so it listens on 127.0.0.1 or [::1] only, not on {}", settings.listen);
    Err(Error::Operator(message))
}

/// The texts that clients may name, and those of the operator's file. What is wrong with the file is told before the port is taken.
fn persisted_queries(settings: &ServeSettings) -> Result<PersistedQueries> {
    let limits = settings.query.persisted();
    let Some(path) = &settings.registered_operations else {
        if limits.is_registered_only {
            let message = "--registered-only answers registered operations only: name their file with --registered-operations FILE";
            return Err(Error::Operator(message.to_owned()));
        }
        return Ok(PersistedQueries::new(limits, RegisteredOperations::default()));
    };
    let name = path.display();
    let content = std::fs::read_to_string(path)
        .map_err(|error| Error::Operator(format!("the file of registered operations {name} cannot be read: {error}")))?;
    let registered = RegisteredOperations::parse(&content).map_err(|mistakes| {
        Error::Operator(format!("the file of registered operations is wrong\n{name}: {}", mistakes.join(&format!("\n{name}: "))))
    })?;
    tracing::info!(file = %name, operations = registered.count(), "read the registered operations");
    Ok(PersistedQueries::new(limits, registered))
}

/// Each connection is an open file, and the usual limit of 1,024 would be met long before ours.
fn raise_open_files(connections_max: usize) {
    const OTHERS: u64 = 200;
    let wanted = connections_max as u64 + OTHERS;
    match rlimit::increase_nofile_limit(wanted) {
        Ok(limit) if limit >= wanted => {}
        Ok(limit) => tracing::warn!(limit, wanted, "fewer files may be open than connections are allowed: raise the limit (ulimit -n)"),
        Err(error) => tracing::warn!(%error, "the limit of open files is not known"),
    }
}

/// Everything that must be done before readers are answered, and the jobs that go on beside.
fn prepare(settings: &ServeSettings, services: &Services, addresses: &[SocketAddr], persisted: Arc<PersistedQueries>) -> Result<Jobs> {
    let opening = SvodSettings {
        is_demo: settings.demo,
        import_jobs: Some(settings.import_jobs()),
        feed: settings.feed.feed(addresses),
        consumers: settings.consumers.consumers(),
        ..svod_settings(&settings.database)
    };
    let svod = Arc::new(Svod::open(opening)?.telling(settings.in_force()));
    let import_jobs = svod.import_jobs.clone().ok_or_else(|| Error::internal("the service takes no files"))?;
    if svod.publisher.catalog().head().seq() == 0 {
        load_shipped(settings, &svod)?;
    }
    let data_api = Arc::new(DataApi::new(svod.reading.clone(), svod.feed.clone(), settings.query.limits()));
    services.open(Doors {
        data: DataDoor::new(data_api, svod.reading.clone(), persisted),
        export: ExportDoor::new(Exporting::new(svod.reading.clone(), settings.export.scratch_folder())),
        feed: Some(FeedDoor { feed: svod.feed.clone(), pulse: svod.acts.pulse.clone(), consumers: svod.consumers.clone() }),
        identity: IdentityDoor::new(svod.identity.clone().keeping(settings.credential_cache_ms)),
        import: ImportDoor::new(&import_jobs),
        management: ManagementDoor::new(ManagementApi::new(Arc::clone(&svod), ManagementLimits::default())),
    });
    say_ready(&svod, addresses);
    if settings.demo {
        say_demo(&svod)?;
    }
    let readiness = Arc::clone(&services.readiness);
    let report = move |looked: Result<()>| match looked {
        Ok(()) => readiness.set_ready(),
        Err(error) => {
            tracing::error!(%error, "publications of other processes cannot be followed");
            readiness.set_degraded("publications of other processes cannot be followed");
        }
    };
    let following = follow(svod.follower(settings.ask_every_ms)?, settings.poll_every_ms, report)?;
    // The first search need not wait for its index; readers are answered meanwhile.
    for resident in svod.publisher.catalog().head().dictionaries.values() {
        resident.current.text_index();
    }
    let scheduling = publish_scheduled(svod.change_requests.clone(), settings.schedule_every_ms)?;
    let importing = import_files(import_jobs, settings.import_every_ms)?;
    let delivering = start_delivering(settings, &svod)?;
    Ok(Jobs { _periodic: vec![following, scheduling, importing], _delivering: delivering })
}

/// Hands events over to consumers, under the name of this very start of the process.
fn start_delivering(settings: &ServeSettings, svod: &Svod) -> Result<Delivering> {
    let delivery = Delivery {
        consumers: svod.consumers.clone(),
        feed: svod.feed.clone(),
        pulse: svod.acts.pulse.clone(),
        clock: svod.acts.clock.clone(),
        secrets: system_secrets(),
        traced: svod.publisher.traced().clone(),
    };
    let node = system_secrets().make_secret()?;
    deliver(delivery, settings.delivery.delivery(&svod.feed.settings().public_url), node)
}

fn load_shipped(settings: &ServeSettings, svod: &Svod) -> Result<()> {
    let folder = &settings.dictionaries;
    if !folder.exists() {
        tracing::warn!(folder = %folder.display(), "the database is empty, and there is no folder of shipped dictionaries to load");
        return Ok(());
    }
    tracing::info!(folder = %folder.display(), "the database is empty: loading the shipped dictionaries");
    let caller = svod.acts.built_in(AccountId::SVOD, "service")?;
    let applying = Applying { caller, title: "Начальная загрузка", origin: Origin::Shipped };
    let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
    apply_folders(svod, &applying, std::slice::from_ref(folder), &options, settings.files.import_limits())?;
    Ok(())
}

/// Makes the people of the demo and says their passwords, which are new at every start.
fn say_demo(svod: &Svod) -> Result<()> {
    let people = svod.accounts.prepare_demo(&svod.acts.built_in(AccountId::OPERATOR, "service")?)?;
    say!("This is a demo; its people, until the next start:");
    for person in people {
        say!("  {:<14} password {}   {}", person.name, person.password, person.display_name);
    }
    Ok(())
}

fn say_ready(svod: &Svod, addresses: &[SocketAddr]) {
    let head = svod.publisher.catalog().head();
    say!("Svod is ready: {} dictionaries, publication {}.", head.dictionaries.len(), head.seq());
    for address in addresses {
        say!("  console            http://{address}/");
        say!("  GraphQL explorer   http://{address}/graphql/data");
        say!("  GraphQL schema     http://{address}/graphql/data/schema.graphql");
        say!("  management API     http://{address}/graphql");
        say!("  files              http://{address}/openapi.json");
    }
}
