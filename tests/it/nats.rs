//! Deliveries to NATS JetStream, with the broker that the distribution has and private processes of it: what stands in the stream is
//! what the feed tells, in its order and each once, whatever happens to the broker. Without the broker this fails: `make test` installs it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU16, Ordering};
use std::time::{Duration, Instant};

use async_nats::jetstream::{self, consumer, stream};
use futures_util::StreamExt as _;
use serde_json::Value;
use serde_json::value::RawValue;
use svod::domain::consumer::{ConsumerState, SigningKind};
use svod::domain::consumer_registration::TargetRequest;
use tempfile::TempDir;

use crate::binary::Server;
use crate::delivery::{LOCAL, consumer, followed, register, wait_until};
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::publication::on;

on_both_engines!(
    the_stream_is_the_feed,
    a_broker_that_is_killed_loses_nothing,
    what_is_wrong_with_a_broker_is_told,
    a_stream_that_others_made_is_used_as_it_is,
);

pub const STREAM: &str = "SVOD";

/// One message as the broker keeps it.
struct Stored {
    subject: String,
    id: String,
    content_type: String,
    payload: String,
}

/// A broker of its own for one test, reached by an address that stays when it is started again; its own port is chosen by itself.
struct Broker {
    folder: TempDir,
    arguments: Vec<&'static str>,
    process: Child,
    door: Arc<Door>,
    /// The address that stays.
    address: String,
}

/// What stands between the address that stays and a broker.
struct Door {
    /// Where the broker listens now; 0 while it is dead.
    port: AtomicU16,
    /// How many answers of the broker are let through yet.
    answers_left: AtomicI64,
    /// Whether an answer has come that is kept back.
    is_holding: AtomicBool,
}

impl Broker {
    fn start(arguments: &[&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, port) = spawn(&folder, arguments);
        let door =
            Arc::new(Door { port: AtomicU16::new(port), answers_left: AtomicI64::new(i64::MAX), is_holding: AtomicBool::new(false) });
        Self { folder, arguments: arguments.to_vec(), process, address: open(&door), door }
    }

    /// As a machine does that loses its power.
    fn kill(&mut self) {
        self.door.port.store(0, Ordering::SeqCst);
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// On the same folder.
    fn start_again(&mut self) {
        let (process, port) = spawn(&self.folder, &self.arguments);
        self.process = process;
        self.door.port.store(port, Ordering::SeqCst);
    }

    fn target(&self) -> TargetRequest {
        target(&format!("nats://{}", self.address))
    }

    /// Does something with the broker itself, past the address that stays.
    fn with<T>(&self, act: impl AsyncFnOnce(jetstream::Context) -> T) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let address = format!("nats://127.0.0.1:{}", self.door.port.load(Ordering::SeqCst));
            let options = async_nats::ConnectOptions::new();
            let options =
                if self.arguments.contains(&"--user") { options.user_and_password("svod".into(), "p@ss".into()) } else { options };
            act(jetstream::new(options.connect(address).await.unwrap())).await
        })
    }

    /// How many messages the stream has.
    fn count(&self) -> u64 {
        self.with(async |context| context.get_stream(STREAM).await.map_or(0, |stream| stream.cached_info().state.messages))
    }

    /// Lets so many answers through from now on.
    fn let_through(&self, answers: i64) {
        self.door.is_holding.store(false, Ordering::SeqCst);
        self.door.answers_left.store(answers, Ordering::SeqCst);
    }

    /// Waits until the broker has answered and its answer is kept back: what it has taken, its publisher does not know.
    fn wait_until_it_is_not_heard(&self) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.door.is_holding.load(Ordering::SeqCst) {
            assert!(Instant::now() < deadline, "the broker was waited for in vain; it has {} messages", self.count());
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// All messages of the stream as a consumer of it gets them.
    fn stored(&self) -> Vec<Stored> {
        self.with(async |context| {
            let stream = context.get_stream(STREAM).await.unwrap();
            let count = usize::try_from(stream.cached_info().state.messages).unwrap();
            let config = consumer::pull::Config { ack_policy: consumer::AckPolicy::None, ..consumer::pull::Config::default() };
            let reader = stream.create_consumer(config).await.unwrap();
            let mut messages = reader.messages().await.unwrap();
            let mut stored = Vec::with_capacity(count);
            while stored.len() < count {
                let message = messages.next().await.unwrap().unwrap();
                let headers = message.headers.as_ref().unwrap();
                let header = |name: &str| headers.get(name).unwrap().as_str().to_owned();
                stored.push(Stored {
                    subject: message.subject.to_string(),
                    id: header("Nats-Msg-Id"),
                    content_type: header("Content-Type"),
                    payload: String::from_utf8(message.payload.to_vec()).unwrap(),
                });
            }
            stored
        })
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A broker on a folder, and the port that it has chosen.
pub fn spawn(folder: &TempDir, arguments: &[&str]) -> (Child, u16) {
    let mut command = Command::new("nats-server");
    command.args(["-a", "127.0.0.1", "-p", "-1", "-sd"]).arg(folder.path()).arg("--ports_file_dir").arg(folder.path());
    let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log")).unwrap();
    let process = command.args(arguments).stdout(Stdio::null()).stderr(log).spawn();
    let mut process = process.unwrap_or_else(|error| panic!("nats-server cannot be run: {error}; run `make nats-server` first"));
    let told = folder.path().join(format!("nats-server_{}.ports", process.id()));
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        // The file may be there before its words are.
        let ports = std::fs::read(&told).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if let Some(ports) = ports {
            let port = ports["nats"][0].as_str().unwrap().rsplit(':').next().unwrap().parse().unwrap();
            return (process, port);
        }
        let log = || std::fs::read_to_string(folder.path().join("log")).unwrap();
        assert!(process.try_wait().unwrap().is_none(), "nats-server has ended:\n{}", log());
        assert!(Instant::now() < deadline, "nats-server does not say where it listens:\n{}", log());
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// An address at which connections are handed on to wherever the broker is, and end when it is nowhere.
fn open(door: &Arc<Door>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let door = Arc::downgrade(door);
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Some(door) = door.upgrade() else { return };
            let Ok(broker) = TcpStream::connect(("127.0.0.1", door.port.load(Ordering::SeqCst))) else { continue };
            let (mut from_client, mut to_broker) = (client.try_clone().unwrap(), broker.try_clone().unwrap());
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from_client, &mut to_broker);
                let _ = to_broker.shutdown(Shutdown::Both);
            });
            std::thread::spawn(move || {
                door.hand_on(&broker, &client);
                let _ = client.shutdown(Shutdown::Both);
            });
        }
    });
    address
}

impl Door {
    /// Hands answers on as many as may go through, until the connection ends or the broker is dead.
    fn hand_on(&self, mut broker: &TcpStream, mut client: &TcpStream) {
        let mut piece = vec![0; 1 << 16];
        while let Ok(length @ 1..) = broker.read(&mut piece) {
            while self.answers_left.load(Ordering::SeqCst) <= 0 {
                self.is_holding.store(true, Ordering::SeqCst);
                if self.port.load(Ordering::SeqCst) == 0 {
                    return;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            self.answers_left.fetch_sub(1, Ordering::SeqCst);
            if client.write_all(&piece[..length]).is_err() {
                return;
            }
        }
    }
}

pub fn target(url: &str) -> TargetRequest {
    TargetRequest::Nats { url: url.to_owned(), stream: STREAM.to_owned(), subject_prefix: "svod".to_owned() }
}

/// Renames an office, which is one publication of one change: three events.
fn rename(instance: &Instance, round: usize) {
    instance.import("offices", &format!("code,name\n3,Городская {round}\n"), &on("2026-12-01")).unwrap();
}

/// The events as `/feed` tells them, to the letter, asked on until nothing comes.
fn told(server: &Server) -> Vec<String> {
    let (mut after, mut told) = ("start".to_owned(), Vec::new());
    loop {
        let (status, text) = server.get(&format!("/feed?after={after}&limit=10000"));
        assert_eq!(status, 200, "{text}");
        let events: Vec<Box<RawValue>> = serde_json::from_str(&text).unwrap();
        let Some(last) = events.last() else { return told };
        serde_json::from_str::<Value>(last.get()).unwrap()["cursor"].as_str().unwrap().clone_into(&mut after);
        told.extend(events.iter().map(|event| event.get().to_owned()));
    }
}

/// The subject that an event has by the documentation.
fn subject_of(event: &Value) -> String {
    let words: Vec<&str> = event["type"].as_str().unwrap().split('.').collect();
    match event["data"]["dictionary"].as_str() {
        Some(dictionary) if words[1] == "item" => format!("svod.{dictionary}.{}", words[2]),
        Some(dictionary) => format!("svod.{dictionary}.{}_{}", words[1], words[2]),
        None => format!("svod.{}.{}", words[1], words[2]),
    }
}

/// Holds a stream to the feed: the same events in the same order, none missing and none twice.
fn assert_is_the_feed(stored: &[Stored], server: &Server) -> Copy {
    let told = told(server);
    let ids = |events: &[&str]| -> Vec<Value> {
        events.iter().map(|event| serde_json::from_str::<Value>(event).unwrap()["id"].clone()).collect()
    };
    let payloads: Vec<&str> = stored.iter().map(|message| message.payload.as_str()).collect();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    assert_eq!(ids(&payloads), ids(&told));
    assert_eq!(payloads, told, "to the letter");
    let mut copy = Copy::default();
    for message in stored {
        let event: Value = serde_json::from_str(&message.payload).unwrap();
        assert_eq!(event["id"], message.id);
        assert_eq!(message.subject, subject_of(&event), "{event}");
        assert_eq!(message.content_type, "application/cloudevents+json");
        copy.take(&event);
    }
    copy
}

/// Waits until a consumer has everything and it is written down.
pub fn wait_for_end(instance: &Instance, code: &str) {
    wait_until(instance, code, "everything is in the stream", |found| found.position.publication == instance.seq());
}

fn the_stream_is_the_feed(database: Database) {
    let instance = followed(&database);
    let broker = Broker::start(&["-js"]);
    register(&instance, "broker", broker.target(), SigningKind::Hmac, None);
    let server = Server::start_with(&database, &LOCAL);
    for round in 0..3 {
        rename(&instance, round);
    }
    wait_for_end(&instance, "broker");
    server.wait_for_publication(instance.seq());
    let stored = broker.stored();
    assert_eq!(assert_is_the_feed(&stored, &server).publication, instance.seq());
    let subjects: BTreeSet<&str> = stored.iter().map(|message| message.subject.as_str()).collect();
    let expected = [
        "svod.offices.added",
        "svod.offices.changed",
        "svod.offices.definition_changed",
        "svod.publication.closed",
        "svod.publication.opened",
        "svod.regions.added",
        "svod.regions.definition_changed",
    ];
    assert_eq!(subjects.into_iter().collect::<Vec<_>>(), expected);

    // All is sent once more, and the broker knows it by its ids.
    instance.svod.consumers.replay_consumer(&instance.operator(), "broker", "start").unwrap();
    let id = consumer(&instance, "broker").id;
    wait_until(&instance, "broker", "all was sent again", |found| {
        let deliveries = instance.svod.consumers.list_deliveries(id, None, None, 1_000).unwrap();
        let starts = deliveries.iter().filter(|delivery| delivery.attempt.first_event == "1.opened").count();
        starts == 2 && found.position.publication == instance.seq()
    });
    assert_eq!(broker.count(), stored.len() as u64, "a replay adds nothing");
    // What is new comes after it as ever.
    rename(&instance, 99);
    wait_for_end(&instance, "broker");
    assert_eq!(broker.count(), stored.len() as u64 + 3);
    server.wait_for_publication(instance.seq());
    assert_is_the_feed(&broker.stored(), &server);
}

fn a_broker_that_is_killed_loses_nothing(database: Database) {
    let instance = followed(&database);
    let items: String = (100..600).map(|code| format!("{code},1,Новая {code}\n")).collect();
    instance.import("offices", &format!("code,parent,name\n{items}"), &on("2026-12-01")).unwrap();
    let mut broker = Broker::start(&["-js"]);
    register(&instance, "broker", broker.target(), SigningKind::Hmac, None);
    broker.let_through(100);
    let server = Server::start_with(&database, &LOCAL);
    for round in 1..=3 {
        broker.wait_until_it_is_not_heard();
        assert!(broker.count() < 500, "it is killed in the middle");
        broker.kill();
        rename(&instance, round);
        let before = consumer(&instance, "broker").failed_count;
        wait_until(&instance, "broker", "its absence is told", |found| found.failed_count > before);
        broker.let_through(if round < 3 { 100 } else { i64::MAX });
        broker.start_again();
    }
    wait_for_end(&instance, "broker");
    server.wait_for_publication(instance.seq());
    assert_eq!(assert_is_the_feed(&broker.stored(), &server).publication, instance.seq());
    assert_eq!(consumer(&instance, "broker").state, ConsumerState::Active);
}

fn what_is_wrong_with_a_broker_is_told(database: Database) {
    let instance = followed(&database);
    let locked = Broker::start(&["-js", "--user", "svod", "--pass", "p@ss"]);
    let without_streams = Broker::start(&[]);
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let wrong = [
        ("nobody", "nats://127.0.0.1:1".to_owned(), "the broker does not answer"),
        ("silent", format!("nats://{}", silent.local_addr().unwrap()), "timed out"),
        ("unknown", "nats://broker.invalid".to_owned(), "the name broker.invalid is not known"),
        ("private", "nats://10.0.0.1".to_owned(), "--outbound-allow"),
        ("stranger", format!("nats://svod:secret@{}", locked.address), "authorization violation"),
        ("without_streams", format!("nats://{}", without_streams.address), "there is no stream SVOD and it cannot be made"),
    ];
    for (code, url, _) in &wrong {
        register(&instance, code, target(url), SigningKind::Hmac, None);
    }
    register(&instance, "right", target(&format!("nats://svod:p%40ss@{}", locked.address)), SigningKind::Hmac, None);
    let _server = Server::start_with(&database, &[&LOCAL[..], &["--delivery-connect-ms-max", "500"]].concat());
    for (code, _, expected) in wrong {
        let found = wait_until(&instance, code, "it fails", |found| found.failed_count > 1);
        let deliveries = instance.svod.consumers.list_deliveries(found.id, None, None, 1).unwrap();
        let message = &deliveries[0].attempt.message;
        assert!(message.contains(expected) && !message.contains("secret"), "{code}: {message}");
        assert_eq!(found.position.publication, 0, "{code}");
    }
    wait_for_end(&instance, "right");
    assert!(locked.count() > 0);
}

fn a_stream_that_others_made_is_used_as_it_is(database: Database) {
    let instance = followed(&database);
    let broker = Broker::start(&["-js"]);
    let stream = |name: &str, subjects: &[&str]| stream::Config {
        name: name.to_owned(),
        subjects: subjects.iter().map(|subject| (*subject).to_owned()).collect(),
        ..stream::Config::default()
    };
    broker.with(async |context| drop(context.create_stream(stream(STREAM, &["elsewhere.>"])).await.unwrap()));
    register(&instance, "broker", broker.target(), SigningKind::Hmac, None);
    let server = Server::start_with(&database, &LOCAL);
    let wait_until_told = |expected: &str| {
        wait_until(&instance, "broker", expected, |found| {
            let deliveries = instance.svod.consumers.list_deliveries(found.id, None, None, 1).unwrap();
            deliveries.first().is_some_and(|delivery| delivery.attempt.message.contains(expected))
        })
    };
    wait_until_told("no stream takes the subject svod.publication.opened: give the stream SVOD the subjects svod.>");
    // Another stream that takes them does not get what this one should have.
    broker.with(async |context| drop(context.create_stream(stream("OTHER", &["svod.>"])).await.unwrap()));
    wait_until_told("another stream than SVOD takes the subject svod.publication.opened");
    broker.with(async |context| {
        assert_eq!(context.get_stream("OTHER").await.unwrap().cached_info().state.messages, 0);
        context.delete_stream("OTHER").await.unwrap();
        context.update_stream(stream(STREAM, &["elsewhere.>", "svod.>"])).await.unwrap();
    });
    wait_for_end(&instance, "broker");
    assert_is_the_feed(&broker.stored(), &server);
}
