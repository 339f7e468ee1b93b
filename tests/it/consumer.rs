//! Consumers of the feed: who may do what with them, how they say what they have taken, and how nodes share out their deliveries.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use svod::app::acting::Caller;
use svod::app::auditing::AuditFilter;
use svod::app::consumers::{ConsumerChange, Consumers, ConsumersSettings, Failure, NewConsumer};
use svod::app::identity::Presented;
use svod::app::svod::{Svod, SvodSettings};
use svod::domain::account::{AccountId, Scope};
use svod::domain::clock::Clock;
use svod::domain::consumer::{Attempt, ChannelKind, Consumer, ConsumerState, DeliveryOutcome, SigningKind, WebhookMode};
use svod::domain::consumer_registration::{Registration, TargetRequest};
use svod::domain::error::{Error, Result};
use svod::domain::feed::Position;
use svod::domain::violation::Violation;

use crate::account::{operator, person, signed_in, token};
use crate::change_request::code;
use crate::harness::{Database, Instance};
use crate::management::{ask, data};
use crate::publication::{offices, on};

on_both_engines!(
    a_consumer_lives_from_registration_to_removal,
    every_wrong_registration_is_refused_by_name,
    only_administrators_and_its_own_account_manage_a_consumer,
    a_consumer_says_what_it_has_taken_and_never_less,
    who_has_confirmed_an_edition_is_told,
    one_node_delivers_and_another_takes_over,
    a_steward_ends_a_delivery_under_way,
    attempts_are_kept_and_quarantine_waits_for_somebody,
    the_management_api_tells_all_but_secrets,
);

fn webhook() -> TargetRequest {
    TargetRequest::Webhook { url: "https://statistics.example/hook".to_owned(), mode: WebhookMode::Batched, batch_events_max: 50 }
}

pub fn registration(target: TargetRequest) -> Registration {
    Registration { title: "Статистика".to_owned(), contact: "тел. 1-23".to_owned(), dictionaries: None, filter: None, target }
}

pub fn new(name: &str, account: AccountId, target: TargetRequest) -> NewConsumer {
    let registration = registration(target);
    NewConsumer { code: name.to_owned(), account, registration, signing: SigningKind::Hmac, from: None }
}

/// The codes of what is wrong.
pub fn refused<T: std::fmt::Debug>(outcome: Result<T>) -> String {
    match outcome.unwrap_err() {
        Error::Invalid(found) => found.kept().iter().map(|Violation { code, .. }| code.as_str()).collect::<Vec<_>>().join(" "),
        other => other.code().to_owned(),
    }
}

fn by_token(instance: &Instance, secret: String) -> Caller {
    let presented = Presented { session: None, bearer: Some(secret) };
    instance.svod.identity.identify(&presented, "192.0.2.8", "request-4").unwrap()
}

fn a_consumer_lives_from_registration_to_removal(database: Database) {
    let instance = offices(&database);
    let (consumers, operator) = (&instance.svod.consumers, operator(&instance));
    let account = person(&instance, "statistics", &[]).id;
    let made = consumers.register_consumer(&operator, new("statistics", account, webhook())).unwrap();
    assert!(made.secret.as_deref().is_some_and(|secret| secret.starts_with("whsec_")), "{made:?}");
    let consumer = made.consumer;
    assert_eq!((consumer.state, &consumer.position), (ConsumerState::Unverified, &Position::after(2)), "from now on");
    assert_eq!(consumers.claim("a").unwrap().len(), 0, "nothing is sent before the challenge was answered");
    assert_eq!(consumers.list_unverified().unwrap(), std::slice::from_ref(&consumer));
    assert!(consumers.verified(&consumer).unwrap() && !consumers.verified(&consumer).unwrap());

    let paused = consumers.pause_consumer(&operator, "statistics").unwrap();
    assert_eq!(paused.state, ConsumerState::Paused);
    assert_eq!(refused(consumers.pause_consumer(&operator, "statistics")), "consumer_not_active");
    assert_eq!(consumers.claim("a").unwrap().len(), 0);
    assert_eq!(consumers.resume_consumer(&operator, "statistics").unwrap().state, ConsumerState::Active);
    assert_eq!(refused(consumers.resume_consumer(&operator, "statistics")), "consumer_active");

    rotated_five_times(consumers, &operator);
    changed_and_asked_again(consumers, &operator, &consumer);

    assert_eq!(consumers.replay_consumer(&operator, "statistics", "2").unwrap().position, Position::after(1));
    assert_eq!(refused(consumers.replay_consumer(&operator, "statistics", "now")), "replay_ahead");
    assert_eq!(refused(consumers.replay_consumer(&operator, "statistics", "3")), "publication_unknown");
    assert_eq!(refused(consumers.replay_consumer(&operator, "statistics", "x")), "cursor_malformed");
    assert_eq!(consumers.replay_consumer(&operator, "statistics", "start").unwrap().position, Position::START);

    consumers.remove_consumer(&operator, "statistics").unwrap();
    assert_eq!(consumers.find_consumer(&operator, "statistics").unwrap(), None);
    assert_eq!(refused(consumers.remove_consumer(&operator, "statistics")), "not_found");
    let filter = AuditFilter { subject: Some("consumer/statistics".to_owned()), ..AuditFilter::default() };
    let records = instance.svod.auditing.list_audit(&operator, &filter, None, 1_000).unwrap();
    let acts: Vec<&str> = records.iter().rev().filter(|record| record.outcome == "done").map(|record| record.act.as_str()).collect();
    let rotations = ["rotateConsumerSecret"; 6];
    let expected =
        [&["registerConsumer", "pauseConsumer", "resumeConsumer"][..], &rotations, &["updateConsumer"; 2], &["replayConsumer"; 2]];
    assert_eq!(acts, [expected.concat(), vec!["removeConsumer"]].concat());
    let told = format!("{records:?}");
    assert!(!["whsec", "whsk", "whpk"].iter().any(|secret| told.contains(secret)), "the audit knows no secret");
}

fn rotated_five_times(consumers: &Consumers, operator: &Caller) {
    let rotated = consumers.rotate_consumer_secret(operator, "statistics", Some(SigningKind::Ed25519), false).unwrap();
    assert!(rotated.secret.as_deref().is_some_and(|secret| secret.starts_with("whpk_")), "{rotated:?}");
    assert_eq!(secrets(&rotated.consumer), 2, "both sign");
    let rotated = consumers.rotate_consumer_secret(operator, "statistics", None, true).unwrap();
    assert!(rotated.secret.is_some_and(|secret| secret.starts_with("whpk_")), "as the newest was");
    assert_eq!(secrets(&rotated.consumer), 1, "the others are revoked");
    for _ in 0..4 {
        consumers.rotate_consumer_secret(operator, "statistics", None, false).unwrap();
    }
    assert_eq!(refused(consumers.rotate_consumer_secret(operator, "statistics", None, false)), "secrets_too_many");
}

/// `before` is the consumer as it was verified.
fn changed_and_asked_again(consumers: &Consumers, operator: &Caller, before: &Consumer) {
    let change =
        ConsumerChange {
            dictionaries: Some(Some(vec!["offices".to_owned()])), title: Some("Другое".to_owned()), ..Default::default()
        };
    let changed = consumers.update_consumer(operator, "statistics", change).unwrap();
    assert_eq!((changed.title.as_str(), changed.state, secrets(&changed)), ("Другое", ConsumerState::Active, 5));
    let elsewhere =
        TargetRequest::Webhook { url: "https://elsewhere.example/".to_owned(), mode: WebhookMode::Structured, batch_events_max: 1 };
    let change = ConsumerChange { target: Some(elsewhere), ..Default::default() };
    let changed = consumers.update_consumer(operator, "statistics", change).unwrap();
    assert_eq!(changed.state, ConsumerState::Unverified, "another address has to answer again");
    assert!(!consumers.verified(before).unwrap(), "the answer of the address before counts no more");
    assert_eq!(secrets(&changed), 5, "the secrets stay");
}

fn secrets(consumer: &Consumer) -> usize {
    match &consumer.channel {
        svod::domain::consumer::Channel::Webhook(target) => target.secrets.len(),
        _ => 0,
    }
}

fn every_wrong_registration_is_refused_by_name(database: Database) {
    let instance = offices(&database);
    let (consumers, operator) = (&instance.svod.consumers, operator(&instance));
    let account = person(&instance, "statistics", &[]).id;
    let secret = "code = \"secrets\"\ntype = \"Secret\"\nname = { ru = \"Тайное\" }\npassport = { owner = \"Управление\", access = \"restricted\" }\n\
                  attributes = [{ code = \"name\", type = \"string\", label = { ru = \"Имя\" } }]\n";
    instance.define(secret, Some("code,name\nx,тайна\n")).unwrap();
    consumers.register_consumer(&operator, new("taken", account, TargetRequest::Pull)).unwrap();
    let nats = |url: &str| TargetRequest::Nats { url: url.to_owned(), stream: "svod".to_owned(), subject_prefix: "svod".to_owned() };
    let with = |change: &dyn Fn(&mut NewConsumer)| {
        let mut wrong = new("fresh", account, webhook());
        change(&mut wrong);
        refused(consumers.register_consumer(&operator, wrong))
    };
    let url = |url: &str| TargetRequest::Webhook { url: url.to_owned(), mode: WebhookMode::Batched, batch_events_max: 0 };
    let named = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(with(&|new| new.code = "Fresh".to_owned()), "code_malformed");
    assert_eq!(with(&|new| new.code = "taken".to_owned()), "code_taken");
    assert_eq!(with(&|new| new.registration.title = " ".to_owned()), "title_malformed");
    assert_eq!(with(&|new| new.registration.contact = String::new()), "contact_malformed");
    assert_eq!(with(&|new| new.registration.dictionaries = named(&[])), "dictionaries_out_of_range");
    assert_eq!(with(&|new| new.registration.dictionaries = named(&["nothing"])), "dictionary_unknown");
    assert_eq!(with(&|new| new.registration.dictionaries = named(&["secrets"])), "dictionary_unknown", "its account may not read it");
    assert_eq!(with(&|new| new.registration.filter = Some("item.region ==".to_owned())), "filter_malformed");
    assert_eq!(with(&|new| new.registration.filter = Some("item.nothing == 1".to_owned())), "filter_malformed");
    assert_eq!(with(&|new| new.registration.target = url("ftp://x")), "url_malformed batch_events_out_of_range");
    assert_eq!(with(&|new| new.registration.target = nats("http://x")), "url_malformed");
    assert_eq!(with(&|new| new.account = AccountId(99)), "account_unknown");
    assert_eq!(with(&|new| new.account = AccountId::SVOD), "account_built_in");
    assert_eq!(with(&|new| new.from = Some("x".to_owned())), "cursor_malformed");
    let mut right = new("fresh", account, webhook());
    // Of the two dictionaries only one has regions: the other is told whole.
    right.registration.filter = Some("item.region == '01'".to_owned());
    right.from = Some("start".to_owned());
    assert_eq!(consumers.register_consumer(&operator, right).unwrap().consumer.position, Position::START);
    let change = ConsumerChange { target: Some(TargetRequest::Pull), ..Default::default() };
    assert_eq!(refused(consumers.update_consumer(&operator, "fresh", change)), "channel_fixed");
    assert_eq!(refused(consumers.rotate_consumer_secret(&operator, "taken", None, false)), "consumer_unsigned");
}

fn only_administrators_and_its_own_account_manage_a_consumer(database: Database) {
    let instance = offices(&database);
    let consumers = &instance.svod.consumers;
    let own = person(&instance, "own", &[]).id;
    person(&instance, "stranger", &["owner"]);
    person(&instance, "auditor", &["auditor"]);
    person(&instance, "administrator", &["administrator"]);
    let callers = ["own", "stranger", "auditor", "administrator"].map(|name| signed_in(&instance, name));
    consumers.register_consumer(&operator(&instance), new("one", own, TargetRequest::Pull)).unwrap();
    type Tried = fn(&Consumers, &Caller) -> Result<Consumer>;
    let acts: [(&str, Tried); 6] = [
        ("update", |consumers, caller| consumers.update_consumer(caller, "one", ConsumerChange::default())),
        ("pause", |consumers, caller| consumers.pause_consumer(caller, "one")),
        ("resume", |consumers, caller| consumers.resume_consumer(caller, "one")),
        ("ping", |consumers, caller| consumers.ping_consumer(caller, "one")),
        ("replay", |consumers, caller| consumers.replay_consumer(caller, "one", "start")),
        ("rotate", |consumers, caller| consumers.rotate_consumer_secret(caller, "one", None, false).map(|made| made.consumer)),
    ];
    for (name, tried) in acts {
        let outcomes = callers.each_ref().map(|caller| tried(consumers, caller).err().map_or("done", |error| error.code()));
        // What the first of them did, the last finds done.
        let (own, last) = match name {
            "rotate" => ("consumer_unsigned", "consumer_unsigned"),
            "ping" => ("consumer_pulls", "consumer_pulls"),
            "pause" => ("done", "consumer_not_active"),
            "resume" => ("done", "consumer_active"),
            _ => ("done", "done"),
        };
        assert_eq!(outcomes, [own, "not_found", "forbidden", last], "{name}");
        let nobody = tried(consumers, &Caller::anonymous("192.0.2.9", "r"));
        assert_eq!(refused(nobody), "unauthenticated", "{name}");
    }
    let registered = callers.each_ref().map(|caller| {
        let name = format!("of_{}", caller.authority.account.as_ref().unwrap().name);
        consumers.register_consumer(caller, new(&name, own, TargetRequest::Pull)).err().map_or("done", |error| error.code())
    });
    assert_eq!(registered, ["done", "forbidden", "forbidden", "done"], "each for the first account");
    let listed = callers.each_ref().map(|caller| consumers.list_consumers(caller, None, None, 10).unwrap().len());
    assert_eq!(listed, [3, 0, 3, 3]);
    assert_eq!(consumers.find_consumer(&callers[1], "one").unwrap(), None);
    let account = instance.svod.accounts.find_account_by_name(&operator(&instance), "own").unwrap().unwrap();
    let reader = by_token(
        &instance,
        instance.svod.accounts.issue_token(&callers[0], crate::account::new_token(&account, &[Scope::Read])).unwrap().1,
    );
    assert_eq!(refused(consumers.pause_consumer(&reader, "one")), "scope_missing");
    assert_eq!(refused(consumers.remove_consumer(&callers[1], "one")), "not_found");
    assert_eq!(refused(consumers.remove_consumer(&callers[2], "one")), "forbidden");
    consumers.remove_consumer(&callers[0], "one").unwrap();
}

fn a_consumer_says_what_it_has_taken_and_never_less(database: Database) {
    let instance = offices(&database);
    let consumers = &instance.svod.consumers;
    let account = system(&instance, "statistics");
    let mut made = new("statistics", account.id, TargetRequest::Pull);
    made.from = Some("start".to_owned());
    consumers.register_consumer(&operator(&instance), made).unwrap();
    let own = by_token(&instance, token(&instance, &account, &[Scope::Read]).1);
    let feed = &instance.svod.feed;
    let cursor = |id: &str| feed.cursor_of(&Position::of_event_id(id).unwrap());
    let lag = || consumers.lag_of(&consumers.find_consumer(&own, "statistics").unwrap().unwrap()).unwrap().unwrap().events;
    let (before, audited) = (lag(), count_audit(&instance));
    assert!(before > 6);
    let said = consumers.acknowledge(&own, "statistics", &cursor("2.offices.1")).unwrap();
    assert_eq!(said.position.event_id(), "2.offices.1", "who pulls moves by what it says");
    assert_eq!((said.confirmed.as_ref(), count_audit(&instance)), (Some(&said.position), audited + 1));
    assert!(lag() < before);
    let said = consumers.acknowledge(&own, "statistics", &cursor("2.offices.2")).unwrap();
    assert_eq!((said.position.event_id().as_str(), count_audit(&instance)), ("2.offices.2", audited + 1), "a step within is not audited");
    let older = consumers.acknowledge(&own, "statistics", &cursor("1.closed")).unwrap();
    assert_eq!(older, said, "an older cursor changes nothing");
    assert_eq!(consumers.acknowledge(&own, "statistics", "now").unwrap().position, Position::after(2));
    assert_eq!((lag(), count_audit(&instance)), (0, audited + 2));
    assert_eq!(refused(consumers.acknowledge(&own, "statistics", "x")), "cursor_malformed");
    assert_eq!(refused(consumers.acknowledge(&own, "nothing", "now")), "not_found");
    assert_eq!(refused(consumers.acknowledge(&operator(&instance), "statistics", "now")), "forbidden", "nobody else speaks for it");
    person(&instance, "stranger", &[]);
    assert_eq!(refused(consumers.acknowledge(&signed_in(&instance, "stranger"), "statistics", "now")), "not_found");

    consumers.register_consumer(&operator(&instance), new("pushed", account.id, webhook())).unwrap();
    consumers.replay_consumer(&operator(&instance), "pushed", "start").unwrap();
    let said = consumers.acknowledge(&own, "pushed", "now").unwrap();
    assert_eq!((said.position, said.confirmed), (Position::START, Some(Position::after(2))), "what is delivered is another matter");
}

pub fn system(instance: &Instance, name: &str) -> svod::domain::account::Account {
    let new = svod::app::accounts::NewAccount {
        name: name.to_owned(),
        display_name: name.to_owned(),
        kind: svod::domain::account::AccountKind::System,
        password: None,
    };
    instance.svod.accounts.add_account(&operator(instance), new).unwrap()
}

fn count_audit(instance: &Instance) -> usize {
    let filter = AuditFilter { act: Some("acknowledge".to_owned()), ..AuditFilter::default() };
    let records = instance.svod.auditing.list_audit(&operator(instance), &filter, None, 1_000).unwrap();
    records.iter().filter(|record| record.outcome == "done").count()
}

fn who_has_confirmed_an_edition_is_told(database: Database) {
    let instance = offices(&database);
    let consumers = &instance.svod.consumers;
    let account = system(&instance, "statistics");
    let own = by_token(&instance, token(&instance, &account, &[Scope::Read]).1);
    for (name, followed) in [("all", None), ("some", Some(vec!["regions".to_owned()]))] {
        let mut made = new(name, account.id, TargetRequest::Pull);
        made.registration.dictionaries = followed;
        consumers.register_consumer(&operator(&instance), made).unwrap();
    }
    let told = |caller: &Caller, edition| {
        let told = consumers.confirmations(caller, &code("offices"), edition).unwrap();
        told.iter().map(|told| (told.consumer.code.clone(), told.is_confirmed)).collect::<Vec<_>>()
    };
    let expected = |is_confirmed| vec![("all".to_owned(), is_confirmed)];
    let steward = signed_in(&instance, &person(&instance, "steward", &["steward:offices"]).name);
    let stranger = signed_in(&instance, &person(&instance, "stranger", &["steward:regions"]).name);
    assert_eq!(told(&steward, 1), expected(false));
    let position = Position::of_event_id("2.offices.3").unwrap();
    consumers.acknowledge(&own, "all", &instance.svod.feed.cursor_of(&position)).unwrap();
    assert_eq!(told(&steward, 1), expected(false), "only the end of a publication confirms it");
    consumers.acknowledge(&own, "all", "now").unwrap();
    assert_eq!(told(&steward, 1), expected(true));
    instance.import("offices", "code,name\n2,Вторая\n", &on("2026-12-01")).unwrap();
    assert_eq!((told(&operator(&instance), 2), told(&own, 1)), (expected(false), expected(true)));
    assert_eq!(told(&stranger, 2), []);
    assert_eq!(refused(consumers.confirmations(&steward, &code("offices"), 3)), "not_found");
    assert_eq!(refused(consumers.confirmations(&Caller::anonymous("", ""), &code("offices"), 1)), "unauthenticated");
    instance.svod.accounts.disable_account(&operator(&instance), account.id).unwrap();
    assert_eq!(told(&steward, 2), [], "a disabled account reads nothing");
}

const LEASE_MS: u64 = 2_000;

/// A node of several, whose leases are short.
struct Node {
    svod: Svod,
    now_ms: Arc<AtomicI64>,
}

impl Node {
    fn open(database: &Database) -> Self {
        let now_ms = Arc::new(AtomicI64::new(1_000));
        let clock_ms = Arc::clone(&now_ms);
        let clock =
            Clock::new(jiff::tz::TimeZone::UTC, move || jiff::Timestamp::from_millisecond(clock_ms.load(Ordering::SeqCst)).unwrap());
        let settings = database.settings();
        let consumers = ConsumersSettings { lease_ms: LEASE_MS, ..settings.consumers.clone() };
        Self { svod: Svod::open(SvodSettings { clock, consumers, ..settings }).unwrap(), now_ms }
    }

    fn operator(&self) -> Caller {
        self.svod.acts.built_in(AccountId::OPERATOR, "test").unwrap()
    }

    /// By the clock of the node, and by that of PostgreSQL.
    fn outlast_a_lease(&self) {
        self.now_ms.fetch_add(LEASE_MS as i64 + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(LEASE_MS + 50));
    }
}

fn attempt(id: &str) -> Attempt {
    Attempt {
        first_event: id.to_owned(),
        last_event: id.to_owned(),
        events: 1,
        attempted_at: jiff::Timestamp::from_millisecond(1_000).unwrap(),
        took_ms: 5,
        status: Some(200),
        message: "x".repeat(10_000) + "\0",
    }
}

/// Some consumers that are delivered to.
fn followed(node: &Node, count: usize) {
    for number in 0..count {
        let made = new(&format!("consumer_{number}"), AccountId(3), webhook());
        let made = node.svod.consumers.register_consumer(&node.operator(), made).unwrap().consumer;
        assert!(node.svod.consumers.verified(&made).unwrap());
    }
}

/// A published dictionary, and an account of the number 3.
fn published(database: &Database) {
    let instance = offices(database);
    assert_eq!(person(&instance, "own", &[]).id, AccountId(3));
    let made = new("pulled", AccountId(3), TargetRequest::Pull);
    instance.svod.consumers.register_consumer(&operator(&instance), made).unwrap();
}

fn one_node_delivers_and_another_takes_over(database: Database) {
    published(&database);
    let (first, second) = (Node::open(&database), Node::open(&database));
    followed(&first, 8);
    let claims = std::thread::scope(|scope| {
        let nodes = [("first", &first), ("second", &second)];
        let threads = nodes.map(|(name, node)| scope.spawn(move || node.svod.consumers.claim(name).unwrap()));
        threads.map(|thread| thread.join().unwrap())
    });
    let codes: std::collections::BTreeSet<String> = claims.iter().flatten().map(|lease| lease.consumer.code.clone()).collect();
    assert_eq!((claims[0].len() + claims[1].len(), codes.len()), (8, 8), "each by one node, and none that pulls");
    let (winner, other, name, other_name) =
        if claims[0].is_empty() { (&second, &first, "second", "first") } else { (&first, &second, "first", "second") };
    let held = if claims[0].is_empty() { &claims[1] } else { &claims[0] };
    let again = winner.svod.consumers.claim(name).unwrap();
    assert_eq!(again[0].fence, held[0].fence, "a lease that is prolonged is the same");
    let position = Position::of_event_id("1.opened").unwrap();
    assert!(winner.svod.consumers.delivered(&held[0], &position, &attempt("1.opened")).unwrap());

    winner.outlast_a_lease();
    other.outlast_a_lease();
    let taken = other.svod.consumers.claim(other_name).unwrap();
    assert!(taken.iter().any(|lease| lease.consumer.id == held[0].consumer.id && lease.fence > held[0].fence), "{taken:?}");
    let of_first = taken.iter().find(|lease| lease.consumer.id == held[0].consumer.id).unwrap();
    assert_eq!(of_first.consumer.position, position, "it goes on where the other was");
    let later = Position::of_event_id("1.regions.1").unwrap();
    assert!(!winner.svod.consumers.delivered(&held[0], &later, &attempt("1.regions.1")).unwrap(), "whoever slept writes nothing");
    let failure = Failure::Quarantine { reason: "it slept".to_owned() };
    assert!(!winner.svod.consumers.failed(&held[0], &attempt("1.regions.1"), &failure).unwrap());
    winner.svod.consumers.release(&held[0]).unwrap();
    let found = other.svod.consumers.find_consumer(&other.operator(), &held[0].consumer.code).unwrap().unwrap();
    assert_eq!((found.position, found.state, found.attempts_count), (position, ConsumerState::Active, 1));
    assert!(other.svod.consumers.delivered(of_first, &later, &attempt("1.regions.1")).unwrap());
    assert_eq!(winner.svod.consumers.claim(name).unwrap().iter().filter(|lease| lease.consumer.id == held[0].consumer.id).count(), 0);
    for lease in other.svod.consumers.claim(other_name).unwrap() {
        other.svod.consumers.release(&lease).unwrap();
    }
    let freed = winner.svod.consumers.claim(name).unwrap();
    assert!(freed.iter().any(|lease| lease.consumer.id == held[0].consumer.id), "what was given back is free at once");
}

fn a_steward_ends_a_delivery_under_way(database: Database) {
    published(&database);
    let node = Node::open(&database);
    followed(&node, 1);
    let (consumers, operator) = (&node.svod.consumers, node.operator());
    let position = Position::of_event_id("1.opened").unwrap();
    let lease = consumers.claim("a").unwrap().remove(0);
    consumers.replay_consumer(&operator, "consumer_0", "start").unwrap();
    assert!(!consumers.delivered(&lease, &position, &attempt("1.opened")).unwrap(), "a replay is not undone");
    let lease = consumers.claim("a").unwrap().remove(0);
    assert_eq!(lease.consumer.position, Position::START);
    consumers.pause_consumer(&operator, "consumer_0").unwrap();
    assert!(consumers.delivered(&lease, &position, &attempt("1.opened")).unwrap(), "what was taken is not sent again");
    let failure = Failure::End { reason: "gone".to_owned() };
    assert!(consumers.failed(&lease, &attempt("1.regions.0"), &failure).unwrap());
    let found = consumers.find_consumer(&operator, "consumer_0").unwrap().unwrap();
    assert_eq!((found.state, found.position), (ConsumerState::Paused, position), "what a steward asked for stands");
    consumers.remove_consumer(&operator, "consumer_0").unwrap();
    assert!(!consumers.delivered(&lease, &Position::START, &attempt("1.opened")).unwrap());
}

/// Two attempts failed, and a third was taken.
fn deliveries_are_narrowed(instance: &Instance) {
    let told = |arguments: &str| {
        let query = format!(
            r#"{{ consumer(code: "consumer_0") {{ deliveries({arguments}) {{ nodes {{ number }} pageInfo {{ hasNextPage endCursor }} }} }} }}"#
        );
        data(instance, operator(instance), &query)["consumer"]["deliveries"].take()
    };
    let numbers =
        |arguments: &str| told(arguments)["nodes"].as_array().unwrap().iter().map(|node| node["number"].clone()).collect::<Vec<_>>();
    assert_eq!(numbers("outcome: FAILED"), [2, 1]);
    assert_eq!(numbers("outcome: DELIVERED"), [3]);
    assert_eq!(numbers("first: 9"), [3, 2, 1]);
    let page = told("outcome: FAILED, first: 1")["pageInfo"].take();
    assert_eq!(page["hasNextPage"], true);
    assert_eq!(numbers(&format!("outcome: FAILED, first: 1, after: {}", page["endCursor"])), [1]);
}

fn attempts_are_kept_and_quarantine_waits_for_somebody(database: Database) {
    published(&database);
    let node = Node::open(&database);
    followed(&node, 1);
    let (consumers, operator) = (&node.svod.consumers, node.operator());
    let lease = consumers.claim("a").unwrap().remove(0);
    let later = jiff::Timestamp::from_millisecond(5_000).unwrap();
    assert!(consumers.failed(&lease, &attempt("1.opened"), &Failure::RetryAt(later)).unwrap());
    let found = consumers.find_consumer(&operator, "consumer_0").unwrap().unwrap();
    assert_eq!((found.failures, found.next_attempt_at, found.failing_since.is_some()), (1, Some(later), true));
    assert!(consumers.failed(&lease, &attempt("1.opened"), &Failure::Quarantine { reason: "three days".to_owned() }).unwrap());
    let found = consumers.find_consumer(&operator, "consumer_0").unwrap().unwrap();
    assert_eq!((found.state, found.state_reason.as_deref(), found.failures), (ConsumerState::Quarantined, Some("three days"), 2));
    assert_eq!(consumers.claim("a").unwrap().len(), 0);
    let resumed = consumers.resume_consumer(&operator, "consumer_0").unwrap();
    assert_eq!((resumed.state, resumed.failures, resumed.next_attempt_at, resumed.failing_since), (ConsumerState::Active, 0, None, None));
    let lease = consumers.claim("a").unwrap().remove(0);
    assert!(consumers.delivered(&lease, &Position::after(1), &attempt("1.closed")).unwrap());
    let kept = consumers.list_deliveries(lease.consumer.id, None, None, 10).unwrap();
    let told: Vec<(i64, DeliveryOutcome)> = kept.iter().map(|kept| (kept.number, kept.outcome)).collect();
    assert_eq!(told, [(3, DeliveryOutcome::Delivered), (2, DeliveryOutcome::Failed), (1, DeliveryOutcome::Failed)]);
    assert!(kept.iter().all(|kept| kept.node == "a" && kept.attempt.message.len() < 1_000));
    deliveries_are_narrowed(&database.open());
    database.execute("UPDATE consumer SET attempts_count = 1002 WHERE code = 'consumer_0'");
    assert!(consumers.delivered(&lease, &Position::after(1), &attempt("1.closed")).unwrap());
    let kept = consumers.list_deliveries(lease.consumer.id, None, None, 10).unwrap();
    assert_eq!(kept.iter().map(|kept| kept.number).collect::<Vec<_>>(), [1003], "only the newest thousand numbers are kept");
    let measured = consumers.measures().unwrap();
    let measured = measured.iter().find(|measure| measure.code == "consumer_0").unwrap();
    assert_eq!((measured.attempts, measured.failures, measured.publication), (1003, 2, 1));
    assert!(measured.lag_events > 0 && measured.channel == ChannelKind::Webhook.name());
}

fn the_management_api_tells_all_but_secrets(database: Database) {
    let instance = offices(&database);
    person(&instance, "statistics", &[]);
    let register = r#"mutation { registerConsumer(input: {
        code: "statistics", title: "Статистика", contact: "тел. 1-23", account: "statistics", dictionaries: ["offices"], from: "start"
        target: { webhook: { url: "https://statistics.example/hook" } }, signing: ED25519
    }) { registered { secret consumer { code state channel url mode secretsCount position { publication } lagEvents lagSeconds } } errors { code path } } }"#;
    let mut made = data(&instance, operator(&instance), register)["registerConsumer"].take();
    assert!(made["registered"]["secret"].as_str().is_some_and(|secret| secret.starts_with("whpk_")), "{made}");
    let told = made["registered"]["consumer"].take();
    assert_eq!((&told["state"], &told["mode"], &told["secretsCount"]), (&json!("UNVERIFIED"), &json!("STRUCTURED"), &json!(1)));
    assert_eq!((&told["position"]["publication"], told["lagEvents"].as_i64().is_some_and(|lag| lag > 0)), (&json!(0), true), "{told}");
    let again = data(&instance, operator(&instance), register);
    assert_eq!(again["registerConsumer"]["errors"], json!([{ "code": "CODE_TAKEN", "path": [] }]));
    let wrong = register.replace("https://", "ftp://").replace("code: \"statistics\"", "code: \"another\"");
    let wrong = data(&instance, operator(&instance), &wrong);
    assert_eq!(wrong["registerConsumer"]["errors"][0], json!({ "code": "URL_MALFORMED", "path": ["url"] }));
    for act in ["pauseConsumer", "resumeConsumer"] {
        let acted = data(
            &instance,
            operator(&instance),
            &format!("mutation {{ {act}(input: {{ code: \"statistics\" }}) {{ consumer {{ state }} errors {{ code }} }} }}"),
        );
        assert_eq!(acted[act]["errors"], json!([]), "{acted}");
    }
    let ping = r#"mutation { pingConsumer(input: { code: "statistics" }) { consumer { code } errors { code } } }"#;
    let pinged = data(&instance, operator(&instance), ping);
    assert_eq!(pinged["pingConsumer"]["errors"], json!([{ "code": "CONSUMER_UNVERIFIED" }]), "{pinged}");
    let acknowledge = r#"mutation { acknowledge(input: { consumer: "statistics", cursor: "now" }) { consumer { confirmed { publication cursor } } errors { code } } }"#;
    let said = data(&instance, signed_in(&instance, "statistics"), acknowledge);
    assert_eq!(said["acknowledge"]["consumer"]["confirmed"]["publication"], 2, "{said}");
    let query = r#"{
        consumers(state: UNVERIFIED) { nodes { code account { name } deliveries { nodes { number } } nextAttemptAt stateReason } pageInfo { hasNextPage } }
        consumer(code: "statistics") { lagSeconds confirmedAt }
        confirmations(dictionary: "offices", edition: 1) { confirmed consumer { code } }
    }"#;
    let told = data(&instance, operator(&instance), query);
    assert_eq!(told["consumers"]["nodes"][0]["account"]["name"], "statistics", "{told}");
    assert_eq!(told["confirmations"], json!([{ "confirmed": true, "consumer": { "code": "statistics" } }]));
    person(&instance, "stranger", &[]);
    let hidden = ask(&instance, signed_in(&instance, "stranger"), query);
    assert_eq!((&hidden["data"]["consumer"], &hidden["data"]["consumers"]["nodes"]), (&Value::Null, &json!([])), "{hidden}");
    let removed = r#"mutation { removeConsumer(input: { code: "statistics" }) { errors { code } } }"#;
    let refused = data(&instance, signed_in(&instance, "stranger"), removed);
    assert_eq!(refused["removeConsumer"]["errors"], json!([{ "code": "NOT_FOUND" }]));
}
