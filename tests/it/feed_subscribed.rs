//! The subscription `changes` over a real WebSocket tells the same events as `/feed`: those that there are, and those that are published
//! while it waits.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use svod::domain::account::Scope;

use crate::account::token;
use crate::binary::Server;
use crate::consumer::system;
use crate::harness::Database;
use crate::publication::{offices, on};

on_both_engines!(a_subscription_tells_what_the_feed_tells);

const TEXT: u8 = 1;
const PING: u8 = 9;

/// As much of a client of `graphql-transport-ws` as is needed to be told something.
struct Subscriber(BufReader<TcpStream>);

impl Subscriber {
    fn connect(server: &Server, secret: &str) -> Self {
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut subscriber = Self(BufReader::new(stream));
        let head = format!(
            "GET /graphql HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\
             Authorization: Bearer {secret}\r\n\r\n",
            server.address
        );
        subscriber.0.get_mut().write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            assert_ne!(subscriber.0.read_line(&mut answer).unwrap(), 0, "{answer}");
        }
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        subscriber.say(&json!({ "type": "connection_init" }));
        assert_eq!(subscriber.heard()["type"], "connection_ack");
        subscriber
    }

    /// Sends a frame under a mask of zeros.
    fn say(&mut self, message: &Value) {
        let payload = message.to_string();
        let length = u16::try_from(payload.len()).unwrap();
        let mut frame = vec![0x80 | TEXT];
        if length < 126 {
            frame.push(0x80 | length as u8)
        } else {
            frame.extend([&[0x80 | 126], &length.to_be_bytes()[..]].concat())
        }
        frame.extend([0; 4]);
        frame.extend(payload.as_bytes());
        self.0.get_mut().write_all(&frame).unwrap();
    }

    fn heard(&mut self) -> Value {
        loop {
            let mut head = [0; 2];
            self.0.read_exact(&mut head).unwrap();
            let length = match head[1] {
                126 => {
                    let mut long = [0; 2];
                    self.0.read_exact(&mut long).unwrap();
                    u64::from(u16::from_be_bytes(long))
                }
                127 => {
                    let mut long = [0; 8];
                    self.0.read_exact(&mut long).unwrap();
                    u64::from_be_bytes(long)
                }
                short => u64::from(short),
            };
            let mut payload = Vec::new();
            (&mut self.0).take(length).read_to_end(&mut payload).unwrap();
            match head[0] & 0x0f {
                TEXT => return serde_json::from_slice(&payload).unwrap(),
                PING => {}
                other => panic!("a frame of kind {other}: {}", payload.escape_ascii()),
            }
        }
    }

    fn subscribe(&mut self, id: &str, arguments: &str) {
        let query = format!("subscription {{ changes{arguments} {{ id type cursor json }} }}");
        self.say(&json!({ "id": id, "type": "subscribe", "payload": { "query": query } }));
    }

    /// The next event of a subscription.
    fn event(&mut self, id: &str) -> Value {
        let mut message = self.heard();
        assert_eq!((&message["id"], &message["type"]), (&json!(id), &json!("next")), "{message}");
        let mut told = message["payload"]["data"]["changes"].take();
        let event = told["json"].take();
        assert_eq!((&told["id"], &told["type"], &told["cursor"]), (&event["id"], &event["type"], &event["cursor"]), "{event}");
        event
    }
}

fn pulled(server: &Server, secret: &str, asked: &str) -> Vec<Value> {
    let request = ureq::get(format!("http://{}/feed?{asked}", server.address)).header("authorization", format!("Bearer {secret}"));
    request.call().unwrap().body_mut().read_json().unwrap()
}

fn a_subscription_tells_what_the_feed_tells(database: Database) {
    let instance = offices(&database);
    let secret = token(&instance, &system(&instance, "statistics"), &[Scope::Read]).1;
    let server = Server::start(&database);
    let mut subscriber = Subscriber::connect(&server, &secret);
    let there = pulled(&server, &secret, "after=start");
    assert!(there.len() > 6, "{there:?}");
    subscriber.subscribe("all", "(after: \"start\")");
    for expected in &there {
        assert_eq!(subscriber.event("all"), *expected);
    }
    let cursor = there[2]["cursor"].as_str().unwrap();
    subscriber.say(&json!({ "id": "all", "type": "complete" }));
    assert_eq!(subscriber.heard(), json!({ "id": "all", "type": "complete" }));
    subscriber.subscribe("some", &format!("(after: \"{cursor}\", dictionaries: [\"offices\"])"));
    for expected in &pulled(&server, &secret, &format!("after={cursor}&dictionaries=offices")) {
        assert_eq!(subscriber.event("some"), *expected, "from any place, and of some dictionaries");
    }
    instance.import("offices", "code,name\n3,Городская иная\n", &on("2026-12-01")).unwrap();
    let told: Vec<Value> = (0..3).map(|_| subscriber.event("some")).collect();
    let last = there[there.len() - 1]["cursor"].as_str().unwrap();
    assert_eq!(told, pulled(&server, &secret, &format!("after={last}&dictionaries=offices")), "what is published comes by itself");
    assert_eq!(told[2]["id"], "3.closed");
    subscriber.subscribe("wrong", "(after: \"x\")");
    let refused = subscriber.heard();
    assert_eq!(refused["payload"]["errors"][0]["extensions"]["code"], "CURSOR_MALFORMED", "{refused}");
}
