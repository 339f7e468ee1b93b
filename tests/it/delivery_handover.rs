//! Two nodes over one PostgreSQL, and a holder that is met in the middle of its work: the other goes on soon after it died or slept, and
//! what comes again comes in order. Those that rest between publications are tested beside this.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use svod::domain::consumer::{SigningKind, WebhookMode};

use crate::binary::Server;
use crate::delivery::{LOCAL, consumer, followed, register, webhook};
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::publication::on;
use crate::receiver::{Received, Receiver, Reply};

/// As `LOCAL`, with leases as they are by default.
const PATIENT: [&str; 2] = ["--outbound-allow", "127.0.0.0/8"];
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(10);
/// So many publications are to be delivered when something happens to the holder.
const PUBLICATIONS: usize = 12;

/// Slow enough that the holder is met in the middle of its work.
fn slow_receiver() -> Receiver {
    Receiver::start(|_, _| Reply::Slow(Duration::from_millis(40), 200))
}

fn publish(instance: &Instance, rounds: std::ops::Range<usize>) {
    for round in rounds {
        instance.import("offices", &format!("code,name\n3,Городская {round}\n"), &on("2026-12-01")).unwrap();
    }
}

fn ids(received: &[Received]) -> Vec<String> {
    received.iter().map(|received| received.headers["webhook-id"].clone()).collect()
}

/// Holds what came to all promises but one: after a change of holders, what was not written down comes again. Gives how many came again.
fn check(receiver: &Receiver, publication: i64) -> usize {
    let events = receiver.events();
    let mut copy = Copy::default();
    let mut seen = BTreeSet::new();
    let (mut last, mut repeated) = (0, 0);
    for event in &events {
        let id = event["id"].as_str().unwrap().to_owned();
        if seen.insert(id.clone()) {
            copy.take(event);
            last = copy.ids.len() - 1;
        } else {
            // It goes back once and comes forward again in order, up to where it was.
            let place = copy.ids.iter().position(|known| *known == id).unwrap();
            assert!(repeated == 0 || place == last + 1, "{id} came again out of order: {:?}", ids_of(&events));
            (last, repeated) = (place, repeated + 1);
        }
    }
    assert_eq!(copy.publication, publication, "nothing was lost");
    repeated
}

fn ids_of(events: &[Value]) -> Vec<&str> {
    events.iter().filter_map(|event| event["id"].as_str()).collect()
}

/// A consumer that the first of two nodes delivers to, and has begun to deliver a lot.
fn two_nodes(database: &Database, arguments: &[&str]) -> (Instance, Receiver, Server, Server) {
    let instance = followed(database);
    let receiver = slow_receiver();
    register(&instance, "court", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let holder = Server::start_with(database, arguments);
    receiver.wait_for("2.closed");
    let other = Server::start_with(database, arguments);
    publish(&instance, 0..PUBLICATIONS);
    receiver.wait_for("5.closed");
    let so_far = ids(&receiver.received());
    assert_eq!(so_far.iter().collect::<BTreeSet<_>>().len(), so_far.len(), "two nodes that are well send nothing twice: {so_far:?}");
    (instance, receiver, holder, other)
}

#[test]
fn a_holder_that_is_killed_is_followed_within_ten_seconds() {
    let database = Database::postgres();
    let (instance, receiver, mut holder, _other) = two_nodes(&database, &PATIENT);
    holder.kill();
    let killed_at = Instant::now();
    assert!(consumer(&instance, "court").position.publication < instance.seq(), "it was met in the middle of its work");
    // One request may have been on its way still.
    let count = receiver.received().len() + 2;
    receiver.wait_until("the other delivers", |received| received.len() >= count);
    let took = killed_at.elapsed();
    publish(&instance, 100..101);
    assert!(took < TAKEN_OVER_WITHIN, "it took {took:?}");
    receiver.wait_for(&format!("{}.closed", instance.seq()));
    let repeated = check(&receiver, instance.seq());
    println!("delivered to by the other after {took:?}; {repeated} events came again");
}

#[test]
fn a_holder_that_slept_delivers_nothing_when_it_wakes() {
    let database = Database::postgres();
    let (instance, receiver, holder, _other) = two_nodes(&database, &LOCAL);
    holder.signal("STOP");
    assert!(consumer(&instance, "court").position.publication < instance.seq(), "it was met in the middle of its work");
    receiver.wait_for(&format!("{}.closed", instance.seq()));
    let count = receiver.received().len();
    holder.signal("CONT");
    // Nothing can be waited for: what is looked for is that nothing comes.
    std::thread::sleep(Duration::from_secs(3));
    let after: Vec<String> = ids(&receiver.received()[count..]);
    assert!(after.is_empty(), "the holder that slept sent {after:?}");
    publish(&instance, 100..102);
    receiver.wait_for(&format!("{}.closed", instance.seq()));
    assert_eq!(receiver.received().len(), count + 6, "each once, whoever delivers them");
    check(&receiver, instance.seq());
    assert!(holder.get("/health/live").0 == 200, "it goes on to serve");
}

#[test]
fn a_node_that_ends_in_order_hands_over_at_once() {
    let database = Database::postgres();
    let (instance, receiver, mut holder, _other) =
        two_nodes(&database, &["--outbound-allow", "127.0.0.0/8", "--consumer-lease-ms", "60000"]);
    holder.terminate();
    assert!(holder.wait().success());
    let ended_at = Instant::now();
    publish(&instance, 100..101);
    receiver.wait_for(&format!("{}.closed", instance.seq()));
    check(&receiver, instance.seq());
    // A lease of a minute was given back, not waited for: others look when a publication comes.
    assert!(ended_at.elapsed() < Duration::from_secs(30), "{:?}", ended_at.elapsed());
}
