//! Several nodes over one PostgreSQL: each consumer is delivered to by one of them at a time. One that dies or sleeps is taken over from,
//! in order and with nothing lost; one that wakes delivers nothing more until it is its turn again.

use std::time::{Duration, Instant};

use serde_json::Value;
use svod::domain::consumer::{SigningKind, WebhookMode};

use crate::binary::Server;
use crate::delivery::{LOCAL, consumer, followed, register, webhook};
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::publication::on;
use crate::receiver::{Receiver, Reply};

/// Two services that take each other's place, and a receiver that says to whom it answered.
struct Nodes {
    instance: Instance,
    receiver: Receiver,
    servers: Vec<Server>,
    round: usize,
}

impl Nodes {
    fn start(database: &Database) -> Self {
        let instance = followed(database);
        let receiver = Receiver::start(|_, _| Reply::Status(200));
        register(&instance, "statistics", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
        let servers = vec![Server::start_with(database, &LOCAL), Server::start_with(database, &LOCAL)];
        receiver.wait_for("2.closed");
        Self { instance, receiver, servers, round: 0 }
    }

    fn publish(&mut self) -> i64 {
        self.round += 1;
        self.instance.import("offices", &format!("code,name\n3,Городская {}\n", self.round), &on("2026-12-01")).unwrap();
        self.instance.seq()
    }

    /// The place of the server that delivers: the one whose node stands at the newest delivery is known by what it counted itself.
    fn holder(&self) -> usize {
        let counted = |server: &Server| {
            let told = server.get("/metrics").1;
            told.contains("svod_delivery_duration_seconds_count{consumer=\"statistics\"}")
        };
        let holders: Vec<usize> = (0..self.servers.len()).filter(|at| counted(&self.servers[*at])).collect();
        assert_eq!(holders.len(), 1, "one node delivers and no other");
        holders[0]
    }

    /// Everything that came, each event the first time that it came.
    fn check(&self) {
        let mut copy = Copy::default();
        for event in self.receiver.events() {
            if !copy.ids.iter().any(|id| event["id"] == **id) {
                copy.take(&event);
            }
        }
        assert_eq!(copy.publication, self.instance.seq());
    }
}

#[test]
fn a_node_that_is_killed_is_taken_over_from() {
    let database = Database::postgres();
    let mut nodes = Nodes::start(&database);
    let holder = nodes.holder();
    nodes.publish();
    nodes.servers[holder].kill();
    let last = nodes.publish();
    let began = Instant::now();
    nodes.receiver.wait_for(&format!("{last}.closed"));
    assert!(began.elapsed() < Duration::from_secs(10), "it took {:?} until another took over", began.elapsed());
    nodes.check();
}

#[test]
fn a_node_that_slept_delivers_nothing_when_it_wakes() {
    let database = Database::postgres();
    let mut nodes = Nodes::start(&database);
    let holder = nodes.holder();
    nodes.servers[holder].signal("STOP");
    // The other takes over while this one sleeps, for longer than its lease.
    let last = nodes.publish();
    nodes.receiver.wait_for(&format!("{last}.closed"));
    let fence_node = consumer(&nodes.instance, "statistics").position;
    let before = nodes.receiver.received().len();
    nodes.servers[holder].signal("CONT");
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(nodes.receiver.received().len(), before, "nothing came of the one that woke");
    let last = nodes.publish();
    nodes.receiver.wait_for(&format!("{last}.closed"));
    std::thread::sleep(Duration::from_millis(500));
    let ids: Vec<Value> = nodes.receiver.events().into_iter().map(|event| event["id"].clone()).collect();
    let of_last = ids.iter().filter(|id| id.as_str().unwrap().starts_with(&format!("{last}."))).count();
    assert_eq!(of_last, 3, "one node alone delivered the last publication, after {fence_node:?}: {ids:?}");
    nodes.check();
}

#[test]
fn deliveries_go_on_when_the_database_was_away() {
    let database = Database::postgres();
    let mut nodes = Nodes::start(&database);
    // All that the nodes had open is gone, as it is when the database restarts.
    for _ in 0..3 {
        database.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        nodes.instance = database.open();
        nodes.publish();
    }
    let last = nodes.instance.seq();
    nodes.receiver.wait_for(&format!("{last}.closed"));
    nodes.check();
}
