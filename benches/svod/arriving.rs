//! How soon a publication arrives where the service sends it: at a webhook, at a subscriber of a broker, and at those webhooks that are
//! well while others hang. Everything is on this machine, and goes over its network.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use serde_json::Value;
use svod::app::accounts::NewAccount;
use svod::app::consumers::NewConsumer;
use svod::app::svod::Svod;
use svod::domain::account::{AccountId, AccountKind, Grant, Role};
use svod::domain::consumer::{SigningKind, WebhookMode};
use svod::domain::consumer_registration::{Registration, TargetRequest};

use crate::following::{Prepared, prepare, publish};
use crate::process::{Started, start_with};
use crate::{files, open, operator};

const PUBLICATIONS: usize = 100;
const CONSUMERS: usize = 200;
const HANGING: usize = 20;
const PATIENCE: Duration = Duration::from_secs(60);
const LOCAL: [&str; 2] = ["--outbound-allow", "127.0.0.0/8"];

/// Something that came: at which of the receivers, which event, and when.
type Arrival = (usize, String, Instant);

pub fn measure(folder: &Path) {
    println!("\n| engine | where one change arrives | ms: median | 99 of 100 (≤ 50, 100) |");
    println!("|---|---|---|---|");
    for engine in crate::ENGINES {
        let (at, hears) = webhooks(0);
        let target = webhook(&at, 0);
        row(engine, "a webhook, an event a request", folder, "arrive_webhook", &target, &hears);
        let Some(broker) = Broker::start() else {
            println!("| {engine} | a subscriber of NATS: not measured, nats-server is not installed (`make bench` does) | | |");
            continue;
        };
        let hears = broker.subscribe();
        let url = format!("nats://{}", broker.address);
        let target = TargetRequest::Nats { url, stream: "SVOD".to_owned(), subject_prefix: "svod".to_owned() };
        row(engine, "a subscriber of NATS JetStream", folder, "arrive_nats", &target, &hears);
    }
    println!(
        "\n| engine | {CONSUMERS} webhooks, of which {HANGING} hang: ms until one of the others has it, median | 99 of 100 (≤ 1000) | the last |"
    );
    println!("|---|---|---|---|");
    for engine in crate::ENGINES {
        beside_hanging(engine, folder);
    }
}

fn webhook(address: &str, number: usize) -> TargetRequest {
    TargetRequest::Webhook { url: format!("http://{address}/{number}"), mode: WebhookMode::Structured, batch_events_max: 1 }
}

/// Registers a consumer from now on.
fn register(svod: &Svod, account: AccountId, number: usize, target: TargetRequest) {
    let title = format!("consumer {number}");
    let registration = Registration { title, contact: "bench".to_owned(), dictionaries: None, filter: None, target };
    let new = NewConsumer { code: format!("consumer_{number}"), account, registration, signing: SigningKind::Hmac, from: None };
    svod.consumers.register_consumer(&operator(svod), new).expect("a new consumer");
}

fn another_account(svod: &Svod) -> AccountId {
    let caller = operator(svod);
    let new = NewAccount { name: "bench2".to_owned(), display_name: "Bench".to_owned(), kind: AccountKind::System, password: None };
    let account = svod.accounts.add_account(&caller, new).expect("a new account");
    svod.accounts.grant_role(&caller, account.id, &Grant { role: Role::Reader, dictionary: None }).expect("a role");
    account.id
}

fn percent(sorted: &[f64], hundredths: usize) -> f64 {
    sorted[(sorted.len() * hundredths / 100).min(sorted.len() - 1)]
}

fn row(engine: &'static str, place: &str, folder: &Path, name: &str, target: &TargetRequest, hears: &Receiver<Arrival>) {
    let database = files::published(engine, 1_000, folder, name);
    let svod = open(&database);
    let Prepared { requests, token, account } = prepare(&svod, PUBLICATIONS + 1);
    register(&svod, account, 0, target.clone());
    drop(svod);
    let server = start_with(&database.url, &LOCAL);
    let mut took_ms: Vec<f64> = Vec::new();
    for request in requests {
        took_ms.extend(publish_and_hear(&server, &token, request, hears, 1));
    }
    // The first one waits for the handshake or the connection.
    took_ms.remove(0);
    took_ms.sort_by(f64::total_cmp);
    println!("| {engine} | {place} | {:.1} | {:.1} |", percent(&took_ms, 50), percent(&took_ms, 99));
}

/// Milliseconds from the word to publish until each of so many receivers has the end of the publication.
fn publish_and_hear(
    server: &Started,
    token: &str,
    request: (svod::domain::change_request::RequestId, i64),
    hears: &Receiver<Arrival>,
    count: usize,
) -> Vec<f64> {
    let began = Instant::now();
    let last = format!("{}.closed", publish(server, token, request));
    let mut arrived = BTreeMap::new();
    while arrived.len() < count {
        let (receiver, id, at) = hears.recv_timeout(PATIENCE).expect("it arrives");
        if id == last {
            arrived.insert(receiver, (at - began).as_secs_f64() * 1e3);
        }
    }
    arrived.into_values().collect()
}

fn beside_hanging(engine: &'static str, folder: &Path) {
    let database = files::published(engine, 1_000, folder, "arrive_hanging");
    let svod = open(&database);
    let Prepared { requests, token, account } = prepare(&svod, PUBLICATIONS / 2 + 1);
    let (at, hears) = webhooks(HANGING);
    // One account has a hundred consumers at most.
    let accounts = [account, another_account(&svod)];
    (0..CONSUMERS).for_each(|number| register(&svod, accounts[number % 2], number, webhook(&at, number)));
    drop(svod);
    let server = start_with(&database.url, &LOCAL);
    let mut took_ms = Vec::new();
    for (round, request) in requests.into_iter().enumerate() {
        let took = publish_and_hear(&server, &token, request, &hears, CONSUMERS - HANGING);
        // The first one waits for all the handshakes.
        if round > 0 {
            took_ms.extend(took);
        }
    }
    took_ms.sort_by(f64::total_cmp);
    println!("| {engine} | {:.0} | {:.0} | {:.0} |", percent(&took_ms, 50), percent(&took_ms, 99), percent(&took_ms, 100));
}

/// A receiver of many webhooks, told apart by their paths; the first so many take what comes and never answer.
fn webhooks(hanging: usize) -> (String, Receiver<Arrival>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("it listens").to_string();
    let (tell, hears) = channel();
    std::thread::spawn(move || {
        for connection in listener.incoming().map_while(Result::ok) {
            let tell = tell.clone();
            // It ends when its client does.
            std::thread::spawn(move || answer(connection, hanging, &tell));
        }
    });
    (address, hears)
}

fn answer(connection: TcpStream, hanging: usize, tell: &Sender<Arrival>) -> Option<()> {
    let mut out = connection.try_clone().ok()?;
    let mut reader = BufReader::new(connection);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let (at, number) = (Instant::now(), path.trim_start_matches('/').parse().ok()?);
        if method == "OPTIONS" {
            out.write_all(b"HTTP/1.1 204 It\r\nwebhook-allowed-origin: *\r\ncontent-length: 0\r\n\r\n").ok()?;
            continue;
        }
        if number < hanging {
            // Until the client gives it up.
            let mut rest = Vec::new();
            return reader.read_to_end(&mut rest).ok().map(drop);
        }
        tell.send((number, headers.remove("webhook-id")?, at)).ok()?;
        out.write_all(b"HTTP/1.1 204 It\r\ncontent-length: 0\r\n\r\n").ok()?;
    }
}

/// A broker of the distribution in a folder of its own.
struct Broker {
    process: Child,
    address: String,
    _folder: tempfile::TempDir,
}

impl Broker {
    /// `None` where there is none.
    fn start() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut command = Command::new("nats-server");
        command.args(["-a", "127.0.0.1", "-p", "-1", "-sd"]).arg(folder.path()).arg("--ports_file_dir").arg(folder.path());
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).arg("-js").spawn().ok()?;
        let told: PathBuf = folder.path().join(format!("nats-server_{}.ports", process.id()));
        let deadline = Instant::now() + PATIENCE;
        loop {
            // The file may be there before its words are.
            if let Some(ports) = std::fs::read(&told).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok()) {
                let address = ports["nats"][0].as_str().expect("it listens").trim_start_matches("nats://").to_owned();
                return Some(Self { process, address, _folder: folder });
            }
            assert!(Instant::now() < deadline, "nats-server does not say where it listens");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Hears everything that is published, as soon as the broker hands it on.
    fn subscribe(&self) -> Receiver<Arrival> {
        let (tell, hears) = channel();
        let (ready, is_ready) = channel();
        let address = self.address.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let client = async_nats::connect(format!("nats://{address}")).await.expect("it answers");
                let mut messages = client.subscribe("svod.>").await.expect("it takes subscribers");
                client.flush().await.expect("it answers");
                ready.send(()).expect("somebody waits");
                while let Some(message) = messages.next().await {
                    let id = message.headers.as_ref().and_then(|headers| headers.get("Nats-Msg-Id")).map(ToString::to_string);
                    if tell.send((0, id.expect("messages have ids"), Instant::now())).is_err() {
                        return;
                    }
                }
            });
        });
        is_ready.recv_timeout(PATIENCE).expect("it subscribes");
        hears
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
