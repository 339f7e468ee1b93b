//! System clocks that jump, under the real binary: back an hour, forward a day, back a day, while it runs and while it is dead. What is
//! published stays in order, who follows stays equal, and nobody waits for as long as the clock was wrong.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use svod::app::change_request::Destination;
use svod::app::import::ImportOptions;
use svod::domain::consumer::{SigningKind, WebhookMode};

use crate::binary::{Server, complained, said};
use crate::delivery::{LOCAL, consumer, followed, register, wait_until, webhook};
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::mirror::{Running, mirror};
use crate::publication::on;
use crate::receiver::{Receiver, Reply};

on_both_engines!(jumping_clocks_neither_disorder_nor_delay);

/// Where Debian's package puts it.
fn faketime() -> PathBuf {
    let libraries = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    let found = libraries.map(|folder| folder.path().join("faketime/libfaketime.so.1")).find(|path| path.exists());
    found.unwrap_or_else(|| panic!("libfaketime is not there: run `make faketime`"))
}

/// A service whose system clock is set by a file; what measures durations goes on as it does.
struct Clocked<'a> {
    database: &'a Database,
    instance: Instance,
    server: Server,
}

/// Sets the clock against the right time: `-1h`, `+1d`.
fn set(database: &Database, offset: &str) {
    let (path, new) = (database.folder().join("clock"), database.folder().join("clock.new"));
    std::fs::write(&new, offset).unwrap();
    std::fs::rename(new, path).unwrap();
}

fn started(database: &Database) -> Server {
    let (library, clock) = (faketime(), database.folder().join("clock"));
    let variables = [
        ("LD_PRELOAD", library.to_str().unwrap()),
        ("FAKETIME_TIMESTAMP_FILE", clock.to_str().unwrap()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        ("NO_FAKE_STAT", "1"),
    ];
    let arguments: Vec<&str> = LOCAL.into_iter().chain(["--schedule-every-ms", "20"]).collect();
    Server::start_with_variables(database, &arguments, &variables)
}

impl Clocked<'_> {
    /// Has the service publish by its own clock, and gives the number.
    fn publish(&self, round: usize) -> i64 {
        let before = self.instance.svod.publisher.refresh().unwrap();
        let options = ImportOptions { destination: Destination::Review, ..on("2026-12-01") };
        let id = self.instance.import("offices", &format!("code,name\n3,Городская {round}\n"), &options).unwrap().request.unwrap();
        let (requests, operator) = (&self.instance.svod.change_requests, self.instance.operator());
        let request = requests.find_change_request(&operator, id).unwrap().unwrap();
        let at = "2026-11-23T06:00:00Z".parse().unwrap();
        requests.schedule_change_request(&operator, id, request.revision, at).unwrap();
        // Due by every clock.
        self.database.execute(&format!("UPDATE change_request SET scheduled_at_ms = 1 WHERE id = {}", id.0));
        self.server.wait_until("it is published", || self.instance.svod.publisher.refresh().unwrap() == before + 1);
        before + 1
    }

    /// The instants at which the publications were made, by the clock of their time.
    fn hours_between(&self, earlier: i64, later: i64) -> f64 {
        let head = self.instance.svod.publisher.catalog().head();
        let at = |seq| head.publication(seq).unwrap().published_at;
        at(later).duration_since(at(earlier)).as_secs_f64() / 3600.0
    }
}

fn jumping_clocks_neither_disorder_nor_delay(database: Database) {
    let instance = followed(&database);
    let is_failing = Arc::new(AtomicBool::new(false));
    let failing = Arc::clone(&is_failing);
    let receiver = Receiver::start(move |_, _| Reply::Status(if failing.load(Ordering::SeqCst) { 503 } else { 200 }));
    register(&instance, "court", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    set(&database, "+0");
    let server = started(&database);
    let mut clocked = Clocked { database: &database, instance, server };
    let mirrored = Database::sqlite();
    let following = Running::start(&mirrored, &format!("http://{}", clocked.server.address), &[]);
    let arrived = |seq: i64| receiver.wait_for(&format!("{seq}.closed"));

    let first = clocked.publish(0);
    arrived(first);
    for (round, offset) in ["-1h", "+1d", "+0", "+1d"].into_iter().enumerate() {
        set(&database, offset);
        arrived(clocked.publish(1 + round));
    }
    let hours = [(first, -1.0), (first + 1, 25.0), (first + 2, -24.0)];
    for (seq, expected) in hours {
        let told = clocked.hours_between(seq, seq + 1);
        assert!((told - expected).abs() < 0.1, "the service was under another clock: {told} hours instead of {expected}");
    }

    // It waits for its next attempt when the clock is set back, and then it dies in another such wait.
    is_failing.store(true, Ordering::SeqCst);
    clocked.publish(10);
    wait_until(&clocked.instance, "court", "an attempt failed", |consumer| consumer.failures > 0);
    set(&database, "-1h");
    is_failing.store(false, Ordering::SeqCst);
    arrived(clocked.instance.seq());
    set(&database, "+1d");
    is_failing.store(true, Ordering::SeqCst);
    clocked.publish(11);
    wait_until(&clocked.instance, "court", "an attempt failed", |consumer| consumer.failures > 0);
    following.wait_for("equal at publication");
    clocked.server.kill();
    assert!(consumer(&clocked.instance, "court").next_attempt_at.is_some(), "it was killed while it waited");
    set(&database, "-1h");
    if database.url.starts_with("postgres") {
        // Leases go by the clock of PostgreSQL, which is nobody's here: as if it had been set back too.
        database.execute("UPDATE consumer SET lease_until_ms = lease_until_ms + 86400000");
    }
    is_failing.store(false, Ordering::SeqCst);
    clocked.server = started(&database);
    arrived(clocked.instance.seq());
    arrived(clocked.publish(12));
    check(&clocked, &receiver, &mirrored);
}

/// Everybody was told the same, in order and without a gap, and has an equal copy.
fn check(clocked: &Clocked<'_>, receiver: &Receiver, mirrored: &Database) {
    let seq = clocked.instance.seq();
    clocked.server.wait_for_publication(seq);
    let mut pulled = Copy::default();
    pulled.take_all(&serde_json::from_str::<Vec<Value>>(&clocked.server.get("/feed?after=start&limit=1000").1).unwrap());
    assert_eq!(pulled.publication, seq);
    let mut delivered = Copy::default();
    for event in receiver.events() {
        // What was refused came again.
        if !delivered.ids.iter().any(|id| event["id"] == **id) {
            delivered.take(&event);
        }
    }
    assert_eq!((delivered.publication, &delivered.ids), (seq, &pulled.ids));
    let output = mirror(mirrored, &format!("http://{}", clocked.server.address), &["--once"]).output().unwrap();
    assert!(output.status.success(), "{}", complained(&output));
    assert!(said(&output).contains(&format!("equal at publication {seq}\n")), "{}", said(&output));
}
