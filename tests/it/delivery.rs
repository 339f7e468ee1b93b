//! Deliveries to receivers that do well and to those that do not: in order, complete, as patient as promised, and never past one that
//! has not said that it took what came before.

use std::time::{Duration, Instant};

use serde_json::Value;
use svod::app::consumers::NewConsumer;
use svod::domain::account::{AccountId, Grant, Role, Scope};
use svod::domain::consumer::{Consumer, ConsumerState, SigningKind, WebhookMode};
use svod::domain::consumer_registration::{Registration, TargetRequest};

use crate::binary::Server;
use crate::change_request::person;
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::publication::{offices, on};
use crate::receiver::{Receiver, Reply};

on_both_engines!(
    everything_is_delivered_once_in_order,
    what_fails_is_tried_again_until_it_is_taken,
    a_receiver_that_misbehaves_hurts_itself_alone,
    a_receiver_says_when_and_that_it_is_enough,
    what_fails_for_too_long_is_quarantined_until_somebody_resumes_it,
    nothing_goes_to_addresses_of_private_networks,
    a_filter_leaves_out_what_does_not_concern_a_consumer,
    a_pause_takes_effect_at_once,
);

/// What a server is started with here: receivers on this machine, and little patience.
pub const LOCAL: [&str; 8] = [
    "--outbound-allow",
    "127.0.0.0/8",
    "--consumer-lease-ms",
    "2000",
    "--delivery-retry-first-ms",
    "20",
    "--delivery-retry-longest-ms",
    "100",
];

pub fn webhook(url: &str, mode: WebhookMode) -> TargetRequest {
    TargetRequest::Webhook { url: url.to_owned(), mode, batch_events_max: if mode == WebhookMode::Batched { 5 } else { 1 } }
}

/// Offices, and a system that may follow them.
pub fn followed(database: &Database) -> Instance {
    let instance = offices(database);
    person(database, &instance, 90, "statistics", &[("reader", "")]);
    instance
}

/// Registers a consumer from the first publication on; gives the secret by which its receiver verifies.
pub fn register(instance: &Instance, code: &str, target: TargetRequest, signing: SigningKind, filter: Option<&str>) -> String {
    let registration = Registration {
        title: code.to_owned(),
        contact: "дежурный".to_owned(),
        dictionaries: None,
        filter: filter.map(str::to_owned),
        target,
    };
    let new = NewConsumer { code: code.to_owned(), account: AccountId(90), registration, signing, from: Some("start".to_owned()) };
    let registered = instance.svod.consumers.register_consumer(&instance.operator(), new).unwrap();
    registered.secret.unwrap_or_default()
}

pub fn consumer(instance: &Instance, code: &str) -> Consumer {
    instance.svod.consumers.find_consumer(&instance.operator(), code).unwrap().unwrap()
}

/// Waits until a consumer is as it should be.
pub fn wait_until(instance: &Instance, code: &str, what: &str, is_so: impl Fn(&Consumer) -> bool) -> Consumer {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let found = consumer(instance, code);
        if is_so(&found) {
            return found;
        }
        assert!(Instant::now() < deadline, "waited in vain until {what}: {found:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Renames an office, which is one publication of one change.
fn rename(instance: &Instance, round: usize) {
    instance.import("offices", &format!("code,name\n3,Городская {round}\n"), &on("2026-12-01")).unwrap();
}

/// Takes all events as a careful consumer would; events that came again count once.
fn copied(events: &[Value]) -> Copy {
    let mut copy = Copy::default();
    for event in events {
        if !copy.ids.iter().any(|id| event["id"] == **id) {
            copy.take(event);
        }
    }
    copy
}

fn everything_is_delivered_once_in_order(database: Database) {
    let instance = followed(&database);
    let (one, many) = (Receiver::start(|_, _| Reply::Status(204)), Receiver::start(|_, _| Reply::Status(200)));
    register(&instance, "one", webhook(&one.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    register(&instance, "many", webhook(&many.url(), WebhookMode::Batched), SigningKind::Ed25519, None);
    let mut server = Server::start_with(&database, &LOCAL);
    for round in 0..5 {
        rename(&instance, round);
    }
    let last = format!("{}.closed", instance.seq());
    for receiver in [&one, &many] {
        receiver.wait_for(&last);
        let events = receiver.events();
        let mut copy = Copy::default();
        copy.take_all(&events);
        assert_eq!(copy.publication, instance.seq(), "no event came twice and none was left out");
    }
    assert!(many.received().iter().any(|received| received.body.starts_with('[') && received.headers["webhook-id"].contains("..")));
    for received in one.received() {
        assert_eq!(received.headers["content-type"], "application/cloudevents+json; charset=utf-8");
        let event: Value = serde_json::from_str(&received.body).unwrap();
        assert_eq!(event["id"], received.headers["webhook-id"]);
    }
    let at_end = wait_until(&instance, "one", "its position is written down", |found| found.position.publication == instance.seq());
    assert_eq!((at_end.state, at_end.failed_count), (ConsumerState::Active, 0));
    // A service that starts anew sends nothing again.
    let count = one.received().len();
    server.terminate();
    assert!(server.wait().success());
    let _server = Server::start_with(&database, &LOCAL);
    rename(&instance, 99);
    one.wait_for(&format!("{}.closed", instance.seq()));
    assert_eq!(one.received().len(), count + 3, "header, change and end");
}

fn what_fails_is_tried_again_until_it_is_taken(database: Database) {
    let instance = followed(&database);
    let failing = Receiver::start(|number, _| match number {
        0 | 1 | 4 => Reply::Status(500),
        2 => Reply::BreakOff,
        6 => Reply::With(302, "location: http://127.0.0.1:1/"),
        _ => Reply::Status(200),
    });
    register(&instance, "failing", webhook(&failing.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &LOCAL);
    failing.wait_for("2.closed");
    let received = failing.received();
    let ids: Vec<&str> = received.iter().map(|received| received.headers["webhook-id"].as_str()).collect();
    assert_eq!(ids[..8], ["1.opened", "1.opened", "1.opened", "1.opened", "1.regions.0", "1.regions.0", "1.regions.1", "1.regions.1"]);
    let copy = copied(&failing.events());
    assert_eq!(copy.publication, 2);
    let found = wait_until(&instance, "failing", "its failures are told", |found| found.position.publication == 2);
    assert_eq!((found.failed_count, found.failures, found.state), (5, 0, ConsumerState::Active));
    let deliveries = instance.svod.consumers.list_deliveries(found.id, None, None, 100).unwrap();
    let failed: Vec<String> = deliveries
        .iter()
        .rev()
        .filter(|delivery| delivery.attempt.status != Some(200))
        .map(|delivery| delivery.attempt.message.clone())
        .collect();
    assert_eq!(failed[0], "ok", "what the receiver said");
    assert!(deliveries.iter().any(|delivery| delivery.attempt.message.contains("broke off")), "{deliveries:?}");
    assert!(deliveries.iter().any(|delivery| delivery.attempt.message.contains("redirects are not followed")), "{deliveries:?}");
}

fn a_receiver_that_misbehaves_hurts_itself_alone(database: Database) {
    let instance = followed(&database);
    let hanging = Receiver::start(|_, _| Reply::Hang);
    let endless = Receiver::start(|_, _| Reply::Endless);
    let slow = Receiver::start(|_, _| Reply::Slow(Duration::from_millis(300), 200));
    let good = Receiver::start(|_, _| Reply::Status(200));
    for (code, receiver) in [("hanging", &hanging), ("endless", &endless), ("slow", &slow), ("good", &good)] {
        register(&instance, code, webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    }
    let server = Server::start_with(&database, &LOCAL);
    good.wait_for("2.closed");
    let count = good.received().len();
    let slow_count = slow.received().len();
    assert!(slow_count < count, "{slow_count} of {count}: it is waited for");
    assert_eq!(hanging.received().len(), 1, "one that hangs is sent nothing else meanwhile");
    // A gigabyte that nobody reads is an answer like any other.
    endless.wait_until("it is sent more", |received| received.len() > 3);
    let told = server.get("/metrics").1;
    for expected in
        ["svod_consumer_publication{consumer=\"good\",channel=\"webhook\"} 2", "svod_delivery_duration_seconds_count{consumer=\"good\"}"]
    {
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

fn a_receiver_says_when_and_that_it_is_enough(database: Database) {
    let instance = followed(&database);
    let waiting = Receiver::start(|number, _| if number == 0 { Reply::With(429, "retry-after: 1") } else { Reply::Status(200) });
    // A date has whole seconds, so that this one is between one and two seconds away.
    let dated = Receiver::start(|number, _| match number {
        0 => Reply::After(jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2)),
        _ => Reply::Status(200),
    });
    register(&instance, "dated", webhook(&dated.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let leaving = Receiver::start(|number, _| if number < 2 { Reply::Status(200) } else { Reply::Status(410) });
    register(&instance, "waiting", webhook(&waiting.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    register(&instance, "leaving", webhook(&leaving.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &LOCAL);
    waiting.wait_for("2.closed");
    let received = waiting.received();
    assert!(received[1].at - received[0].at >= Duration::from_secs(1), "it is asked to be left alone for a second");
    dated.wait_for("2.closed");
    let received = dated.received();
    let waited = received[1].at - received[0].at;
    assert!(waited >= Duration::from_millis(900), "it named a date that is further away than any wait of ours: {waited:?}");
    let ended = wait_until(&instance, "leaving", "it has ended", |found| found.state == ConsumerState::Ended);
    assert!(ended.state_reason.unwrap().contains("410"));
    assert_eq!(leaving.received().len(), 3, "nothing is sent after it");
}

fn what_fails_for_too_long_is_quarantined_until_somebody_resumes_it(database: Database) {
    let instance = followed(&database);
    let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let well = std::sync::Arc::clone(&is_well);
    let receiver =
        Receiver::start(move |_, _| if well.load(std::sync::atomic::Ordering::SeqCst) { Reply::Status(200) } else { Reply::Status(503) });
    register(&instance, "ill", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &[&LOCAL[..], &["--delivery-give-up-after-ms", "500"]].concat());
    let ill = wait_until(&instance, "ill", "it is quarantined", |found| found.state == ConsumerState::Quarantined);
    let reason = ill.state_reason.unwrap();
    assert!(reason.contains("nothing was delivered since"), "{reason}");
    let count = receiver.received().len();
    is_well.store(true, std::sync::atomic::Ordering::SeqCst);
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.received().len(), count, "one in quarantine is left alone");
    instance.svod.consumers.resume_consumer(&instance.operator(), "ill").unwrap();
    receiver.wait_for("2.closed");
    assert_eq!(copied(&receiver.events()).publication, 2, "it gets what it missed");
    // And once more from the beginning, when somebody asks for it.
    let count = receiver.received().len();
    instance.svod.consumers.replay_consumer(&instance.operator(), "ill", "start").unwrap();
    receiver.wait_until("all comes again", |received| {
        received.len() >= 2 * (count - 1) / 2 && received[count..].iter().any(|received| received.body.contains("\"id\":\"2.closed\""))
    });
}

fn nothing_goes_to_addresses_of_private_networks(database: Database) {
    let instance = followed(&database);
    let receiver = Receiver::start(|_, _| Reply::Status(200));
    let by_name = receiver.url().replace("127.0.0.1", "localhost");
    register(&instance, "by_address", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    register(&instance, "by_name", webhook(&by_name, WebhookMode::Structured), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &[]);
    for code in ["by_address", "by_name"] {
        let found = wait_until(&instance, code, "it says why", |found| found.state_reason.is_some());
        assert_eq!(found.state, ConsumerState::Unverified);
        let reason = found.state_reason.unwrap();
        assert!(reason.contains("--outbound-allow"), "{reason}");
    }
    assert!(receiver.received().is_empty());
}

fn a_filter_leaves_out_what_does_not_concern_a_consumer(database: Database) {
    let instance = followed(&database);
    let receiver = Receiver::start(|_, _| Reply::Status(200));
    let filter = Some("item.region == \"02\"");
    register(&instance, "bashkortostan", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, filter);
    let _server = Server::start_with(&database, &LOCAL);
    receiver.wait_for("2.closed");
    let events = receiver.events();
    let of_offices: Vec<&str> =
        events.iter().filter(|event| event["data"]["dictionary"] == "offices").filter_map(|event| event["data"]["code"].as_str()).collect();
    assert_eq!(of_offices, ["3"], "{events:#?}");
}

/// With leases of a minute nothing but the pause itself can end what is going on.
fn a_pause_takes_effect_at_once(database: Database) {
    let instance = followed(&database);
    for round in 0..30 {
        instance.import("offices", &format!("code,name\n3,Городская {round}\n"), &on("2026-12-01")).unwrap();
    }
    let receiver = Receiver::start(|_, _| Reply::Slow(Duration::from_millis(50), 200));
    register(&instance, "court", webhook(&receiver.url(), WebhookMode::Structured), SigningKind::Hmac, None);
    let secret = crate::account::token(&instance, &administrator(&instance), &[Scope::Read, Scope::Administer]).1;
    let server = Server::start_with(&database, &["--outbound-allow", "127.0.0.0/8", "--consumer-lease-ms", "60000"]);
    receiver.wait_until("it is amid the delivery", |received| received.len() >= 5);
    let query = "mutation { pauseConsumer(input: { code: \"court\" }) { consumer { state } errors { message } } }";
    let asked = ureq::post(format!("http://{}/graphql", server.address)).header("authorization", format!("Bearer {secret}"));
    let told: Value = asked.send_json(serde_json::json!({ "query": query })).unwrap().body_mut().read_json().unwrap();
    assert_eq!(told["data"]["pauseConsumer"]["consumer"]["state"], "PAUSED", "{told}");
    // The request that is under way, and a moment for the supervisor.
    std::thread::sleep(Duration::from_millis(500));
    let count = receiver.received().len();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(receiver.received().len(), count, "nothing more is sent");
    assert!(count < 80, "there was more to deliver: {count}");
    instance.svod.consumers.resume_consumer(&instance.operator(), "court").unwrap();
    receiver.wait_for(&format!("{}.closed", instance.seq()));
}

fn administrator(instance: &Instance) -> svod::domain::account::Account {
    let account = crate::consumer::system(instance, "keeper");
    let grant = Grant { role: Role::Administrator, dictionary: None };
    instance.svod.accounts.grant_role(&crate::account::operator(instance), account.id, &grant).unwrap();
    account
}
