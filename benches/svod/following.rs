//! The feed from outside, over the network of this machine: how fast a consumer catches up with a publication of very many changes, how
//! soon one change arrives, and what a thousand idle streams cost.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use svod::app::accounts::NewAccount;
use svod::app::change_request::{RequestedEdit, RequestedItem};
use svod::app::svod::Svod;
use svod::app::tokens::NewToken;
use svod::domain::account::{AccountId, AccountKind, Grant, Role, Scope};
use svod::domain::change_request::{NewRequest, RequestId};
use svod::domain::item_edit::Patch;
use svod::domain::validity::Validity;

use crate::process::{Started, memory_mb, start};
use crate::{Target, files, open, operator};

const PUBLICATIONS: usize = 200;
const IDLE_STREAMS: usize = 1_000;

pub fn measure(rows: usize, folder: &Path) {
    println!("\n| engine | events | catch-up by one pull, events/s (≥ 50,000) | memory before, MB | greatest meanwhile, MB |");
    println!("|---|---|---|---|---|");
    for engine in crate::ENGINES {
        catch_up(&files::published(engine, rows, folder, "follow_big"));
    }
    println!(
        "\n| engine | one change until a stream has it, ms: median | 99 of 100 (≤ 50, 100) | {IDLE_STREAMS} idle streams, MB more (≤ 50) \
         | one publication until all have it, ms (≤ 1000) |"
    );
    println!("|---|---|---|---|---|");
    for engine in crate::ENGINES {
        arrival(engine, folder);
    }
}

/// Reads the whole feed over one connection.
fn catch_up(database: &Target) {
    let server = start(&database.url);
    // The text index is made after the start: it is not of the feed.
    let search = json!({ "query": "{ territories(search: \"новоберёзовка\", first: 1) { totalCount } }" });
    assert!(ureq::post(format!("http://{}/graphql/data", server.address)).send_json(search).is_ok(), "a search is answered");
    let before = memory_mb(&server.process);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let watching = scope.spawn(|| {
            let mut greatest = before;
            while !is_over.load(Ordering::Relaxed) {
                greatest = greatest.max(memory_mb(&server.process));
                std::thread::sleep(Duration::from_millis(20));
            }
            greatest
        });
        let began = Instant::now();
        let response = ureq::get(format!("http://{}/feed", server.address)).header("accept", "application/x-ndjson").call();
        let mut reader = response.expect("it answers").into_body().into_reader();
        let (mut events, mut piece) = (0_usize, vec![0; 1 << 16]);
        loop {
            let read = reader.read(&mut piece).expect("it goes on to the end");
            if read == 0 {
                break;
            }
            events += memchr::memchr_iter(b'\n', &piece[..read]).count();
        }
        let took = began.elapsed().as_secs_f64();
        is_over.store(true, Ordering::Relaxed);
        let greatest = watching.join().expect("it watches");
        println!("| {} | {events} | {:.0} | {before:.0} | {greatest:.0} |", database.engine, events as f64 / took);
    });
}

fn arrival(engine: &'static str, folder: &Path) {
    let database = files::published(engine, 1_000, folder, "follow_small");
    let Prepared { requests, token, .. } = prepare(&open(&database), PUBLICATIONS + 1);
    let server = start(&database.url);
    let (told, hears) = channel();
    let stream = Stream::open(&server.address);
    std::thread::spawn(move || stream.tell(|id| told.send((id, Instant::now())).is_ok()));
    let mut took_ms: Vec<f64> = requests[1..].iter().map(|request| publish_and_hear(&server, &token, *request, &hears)).collect();
    took_ms.sort_by(f64::total_cmp);
    let (median, late) = (took_ms[took_ms.len() / 2], took_ms[took_ms.len() * 99 / 100]);
    let before = memory_mb(&server.process);
    let streams: Vec<Stream> = (0..IDLE_STREAMS).map(|_| Stream::open(&server.address)).collect();
    let more = memory_mb(&server.process) - before;
    let began = Instant::now();
    publish(&server, &token, requests[0]);
    for stream in streams {
        stream.tell(|id| !id.ends_with(".closed"));
    }
    println!("| {engine} | {median:.1} | {late:.1} | {more:.0} | {:.0} |", began.elapsed().as_secs_f64() * 1e3);
}

/// Requests of one change each that only need to be published, and a token of somebody who may.
pub struct Prepared {
    pub requests: Vec<(RequestId, i64)>,
    pub token: String,
    /// Whose the token is.
    pub account: AccountId,
}

pub fn prepare(svod: &Svod, count: usize) -> Prepared {
    let caller = operator(svod);
    let new = NewAccount { name: "bench".to_owned(), display_name: "Bench".to_owned(), kind: AccountKind::System, password: None };
    let account = svod.accounts.add_account(&caller, new).expect("a new account");
    svod.accounts.grant_role(&caller, account.id, &Grant { role: Role::Owner, dictionary: None }).expect("a role");
    let scopes = BTreeSet::from([Scope::Read, Scope::Propose, Scope::Review, Scope::Publish]);
    let token = NewToken { account: account.id, title: "bench".to_owned(), scopes, dictionaries: None, expires_at: None };
    let (_, secret) = svod.accounts.issue_token(&caller, token).expect("a token");
    let draft = |number: usize| {
        let new = NewRequest { title: format!("Изменение {number}"), ..NewRequest::default() };
        let request = svod.change_requests.create_change_request(&caller, new).expect("a draft");
        let attributes = json!({ "name": format!("Переименованное поселение {number}") });
        let edit = RequestedItem {
            dictionary: files::territories(),
            code: files::code(number % 85 + 1, number / 85),
            edit: RequestedEdit::Update {
                validity: Validity::starting(jiff::civil::date(2030, 1, 1)),
                parent: Patch::Keep,
                attributes: attributes.as_object().cloned().unwrap_or_default(),
            },
            comment: None,
        };
        let edited = svod.change_requests.edit_items(&caller, "editItems", request.id, request.revision, vec![edit]).expect("an edit");
        let submitted = svod.change_requests.submit_change_request(&caller, edited.id, edited.revision).expect("it is valid");
        (submitted.id, submitted.revision)
    };
    Prepared { requests: (0..count).map(draft).collect(), token: secret, account: account.id }
}

pub fn publish(server: &Started, token: &str, (request, revision): (RequestId, i64)) -> i64 {
    let query =
        "mutation P($input: ChangeRequestInput!) { publishChangeRequest(input: $input) { publication { number } errors { message } } }";
    let body = json!({ "query": query, "variables": { "input": { "changeRequest": request.0.to_string(), "revision": revision } } });
    let asked = ureq::post(format!("http://{}/graphql", server.address)).header("authorization", format!("Bearer {token}")).send_json(body);
    let answer: Value = asked.expect("it answers").body_mut().read_json().expect("JSON");
    answer["data"]["publishChangeRequest"]["publication"]["number"].as_i64().unwrap_or_else(|| panic!("it is published: {answer}"))
}

/// Milliseconds from the word to publish until the last event of the publication is there.
fn publish_and_hear(server: &Started, token: &str, request: (RequestId, i64), hears: &Receiver<(String, Instant)>) -> f64 {
    let began = Instant::now();
    let number = publish(server, token, request);
    let last = format!("{number}.closed");
    loop {
        let (id, at) = hears.recv_timeout(Duration::from_secs(60)).expect("it is told");
        if id == last {
            return (at - began).as_secs_f64() * 1e3;
        }
    }
}

/// A stream of the feed from now on.
struct Stream(BufReader<TcpStream>);

impl Stream {
    /// Returns when the server has said where the stream begins.
    fn open(address: &str) -> Self {
        let mut socket = TcpStream::connect(address).expect("it listens");
        socket.write_all(format!("GET /feed/stream HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes()).expect("it is sent");
        let mut stream = Self(BufReader::with_capacity(4096, socket));
        let mut line = String::new();
        while !line.starts_with("data: ") {
            line.clear();
            assert!(stream.0.read_line(&mut line).expect("it is text") > 0, "the stream begins");
        }
        stream
    }

    /// Hands over the id of each event until told to stop.
    fn tell(mut self, mut hear: impl FnMut(String) -> bool) {
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(event) = line.strip_prefix("data: ").and_then(|data| serde_json::from_str::<Value>(data).ok())
                && let Some(id) = event["id"].as_str()
                && !hear(id.to_owned())
            {
                return;
            }
        }
    }
}
