//! The test ping: a receiver that nothing else is sent to gets it, one that fails gets it once, of several nodes one sends it, and the
//! consumer stands afterwards where it stood before.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use svod::app::auditing::AuditFilter;
use svod::app::consumers::ConsumerChange;
use svod::domain::consumer::{ConsumerState, Delivery, DeliveryOutcome, SigningKind, WebhookMode};
use svod::domain::consumer_registration::TargetRequest;
use svod::domain::feed::Position;

use crate::binary::Server;
use crate::consumer::refused;
use crate::delivery::{LOCAL, consumer, followed, register, wait_until, webhook};
use crate::feed::against_schema;
use crate::harness::{Database, Instance};
use crate::publication::on;
use crate::receiver::{Receiver, Reply};

on_both_engines!(
    a_paused_consumer_gets_the_ping_and_nothing_else,
    a_ping_that_fails_is_sent_once_and_its_delivery_says_so,
    of_several_nodes_one_sends_a_ping,
    who_is_sent_nothing_is_not_pinged_either,
);

/// Asks for a ping at an instant of its own; gives the id of its event.
fn ping(instance: &Instance, code: &str) -> String {
    instance.wait(jiff::SignedDuration::from_secs(1));
    let asked = instance.svod.consumers.ping_consumer(&instance.operator(), code).unwrap();
    format!("ping.{}.{}", asked.code, instance.svod.acts.clock.now().as_millisecond())
}

/// Waits until what came of a ping stands among the deliveries.
fn delivery_of(instance: &Instance, code: &str, id: &str) -> Delivery {
    let (of, deadline) = (consumer(instance, code).id, Instant::now() + Duration::from_secs(60));
    loop {
        let kept = instance.svod.consumers.list_deliveries(of, None, None, 1_000).unwrap();
        let mut found = kept.into_iter().filter(|delivery| delivery.attempt.first_event == id);
        if let Some(delivery) = found.next() {
            assert_eq!((delivery.attempt.last_event.as_str(), delivery.attempt.events, found.count()), (id, 1, 0));
            return delivery;
        }
        assert!(Instant::now() < deadline, "waited in vain until {id} is told");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The ids of all events that came from a place on.
fn ids(receiver: &Receiver, from: usize) -> Vec<String> {
    receiver.events()[from..].iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

fn a_paused_consumer_gets_the_ping_and_nothing_else(database: Database) {
    let instance = followed(&database);
    let receiver = Receiver::start(|_, _| Reply::Status(200));
    register(&instance, "resting", webhook(&receiver.url(), WebhookMode::Batched), SigningKind::Hmac, None);
    let server = Server::start_with(&database, &LOCAL);
    wait_until(&instance, "resting", "it has all", |found| found.position == Position::after(2));
    instance.svod.consumers.pause_consumer(&instance.operator(), "resting").unwrap();
    // A pause is heeded when the supervisor looks next, which is when it finds this ping.
    let zeroth = ping(&instance, "resting");
    delivery_of(&instance, "resting", &zeroth);
    let (before, count) = (consumer(&instance, "resting"), receiver.events().len());
    instance.import("offices", "code,name\n3,Городская иная\n", &on("2026-12-01")).unwrap();
    let first = ping(&instance, "resting");
    let kept = delivery_of(&instance, "resting", &first);
    assert_eq!((kept.outcome, kept.attempt.status), (DeliveryOutcome::Delivered, Some(200)));
    // Whatever else would have come between the two would be there by now.
    let second = ping(&instance, "resting");
    delivery_of(&instance, "resting", &second);
    assert_eq!(ids(&receiver, count), [first.clone(), second]);

    let event = &receiver.events()[count];
    let asked_at = instance.svod.acts.clock.now() - jiff::SignedDuration::from_secs(1);
    let expected = json!({
        "specversion": "1.0", "id": first, "source": instance.svod.feed.source(), "type": "svod.ping", "time": asked_at.to_string(),
        "datacontenttype": "application/json", "data": { "consumer": "resting" },
        "dataschema": format!("http://{}/feed/schemas/ping.v1.json", server.address),
    });
    assert_eq!(*event, expected, "it has no cursor");
    assert_eq!(against_schema(event), [""; 0]);
    assert_ne!(against_schema(&json!({ "type": "svod.ping", "dataschema": event["dataschema"] })), [""; 0]);
    let request = receiver.received().into_iter().find(|request| request.headers["webhook-id"] == first).unwrap();
    assert!(request.headers["webhook-signature"].starts_with("v1,"), "it is signed as all are: {request:?}");
    assert!(serde_json::from_str::<Value>(&request.body).unwrap().is_array(), "and told as this receiver is told all");

    let after = consumer(&instance, "resting");
    assert_eq!(after.attempts_count, before.attempts_count + 2);
    let attempts_count = before.attempts_count;
    assert_eq!(svod::domain::consumer::Consumer { attempts_count, ..after }, before, "it stands where it stood");
    instance.svod.consumers.resume_consumer(&instance.operator(), "resting").unwrap();
    receiver.wait_for("3.closed");
    assert_eq!(ids(&receiver, count + 2), ["3.opened", "3.offices.1", "3.closed"]);
}

fn a_ping_that_fails_is_sent_once_and_its_delivery_says_so(database: Database) {
    let instance = followed(&database);
    let receiver = Receiver::start(|_, request| if request.body.contains("svod.ping") { Reply::Status(500) } else { Reply::Status(200) });
    register(&instance, "failing", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &LOCAL);
    let before = wait_until(&instance, "failing", "it has all", |found| found.position == Position::after(2));
    let count = receiver.events().len();
    let first = ping(&instance, "failing");
    let kept = delivery_of(&instance, "failing", &first);
    assert_eq!((kept.outcome, kept.attempt.status, kept.attempt.message.as_str()), (DeliveryOutcome::Failed, Some(500), "ok"));
    let after = consumer(&instance, "failing");
    assert_eq!((after.state, after.position), (ConsumerState::Active, before.position));
    assert_eq!((after.failures, after.failed_count, after.failing_since, after.next_attempt_at), (0, 0, None, None));
    // A retry, which comes within 100 ms here, would be there before what is published now and asked for then.
    instance.import("offices", "code,name\n3,Городская иная\n", &on("2026-12-01")).unwrap();
    receiver.wait_for("3.closed");
    std::thread::sleep(Duration::from_millis(200));
    let second = ping(&instance, "failing");
    delivery_of(&instance, "failing", &second);
    assert_eq!(ids(&receiver, count), [first, "3.opened".to_owned(), "3.offices.1".to_owned(), "3.closed".to_owned(), second]);
}

fn of_several_nodes_one_sends_a_ping(database: Database) {
    let instance = followed(&database);
    let target = TargetRequest::Nats { url: "nats://broker".to_owned(), stream: "svod".to_owned(), subject_prefix: "svod".to_owned() };
    register(&instance, "broker", target, SigningKind::Hmac, None);
    let another = database.open();
    for _ in 0..8 {
        ping(&instance, "broker");
        let found = instance.svod.consumers.list_pings().unwrap();
        assert_eq!(found.len(), 1);
        let taken = std::thread::scope(|scope| {
            let nodes = [&instance, &another].map(|node| scope.spawn(|| node.svod.consumers.take_ping(&found[0]).unwrap()));
            nodes.map(|node| node.join().unwrap())
        });
        assert_ne!(taken[0], taken[1], "one of them takes it");
        assert!(instance.svod.consumers.list_pings().unwrap().is_empty());
    }
    ping(&instance, "broker");
    let found = another.svod.consumers.list_pings().unwrap().remove(0);
    ping(&instance, "broker");
    assert!(!another.svod.consumers.take_ping(&found).unwrap(), "it became another");
}

fn who_is_sent_nothing_is_not_pinged_either(database: Database) {
    let instance = followed(&database);
    let (consumers, operator) = (&instance.svod.consumers, instance.operator());
    register(&instance, "pulling", TargetRequest::Pull, SigningKind::Hmac, None);
    register(&instance, "fresh", webhook("https://statistics.example/hook", WebhookMode::Structured), SigningKind::Hmac, None);
    assert_eq!(refused(consumers.ping_consumer(&operator, "pulling")), "consumer_pulls");
    assert_eq!(refused(consumers.ping_consumer(&operator, "fresh")), "consumer_unverified");
    consumers.pause_consumer(&operator, "fresh").unwrap();
    assert_eq!(refused(consumers.ping_consumer(&operator, "fresh")), "consumer_unverified", "paused or not");
    consumers.resume_consumer(&operator, "fresh").unwrap();
    assert!(consumers.verified(&consumer(&instance, "fresh")).unwrap());
    database.execute("UPDATE consumer SET state = 'ended' WHERE code = 'fresh'");
    assert_eq!(refused(consumers.ping_consumer(&operator, "fresh")), "consumer_ended");
    database.execute("UPDATE consumer SET state = 'quarantined' WHERE code = 'fresh'");
    ping(&instance, "fresh");
    assert_eq!(consumers.list_pings().unwrap().len(), 1, "one in quarantine may be tried");
    let elsewhere = webhook("https://elsewhere.example/", WebhookMode::Structured);
    consumers.update_consumer(&operator, "fresh", ConsumerChange { target: Some(elsewhere), ..Default::default() }).unwrap();
    assert!(consumers.verified(&consumer(&instance, "fresh")).unwrap());
    assert!(consumers.list_pings().unwrap().is_empty(), "it was the address before that was to be pinged");
    let filter = AuditFilter { act: Some("pingConsumer".to_owned()), ..AuditFilter::default() };
    let records = instance.svod.auditing.list_audit(&operator, &filter, None, 100).unwrap();
    let told: Vec<(&str, &str)> = records.iter().map(|record| (record.subject.as_str(), record.outcome.as_str())).collect();
    assert_eq!((told.len(), told[0]), (5, ("consumer/fresh", "done")), "{told:?}");
}
