//! WebSockets over real sockets, by a client that knows just enough of RFC 6455.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc;

use super::*;
use crate::app::acting;
use crate::domain::account::{Grant, Role};

const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

const OFTEN: WebSocketSettings =
    WebSocketSettings { connections_max: 2, messages_waiting_max: 4, ping_every_ms: 100, begin_time_ms_max: 60_000 };
const SELDOM: WebSocketSettings = WebSocketSettings { ping_every_ms: 60_000, ..OFTEN };

/// A server on a port of its own, until it is dropped.
struct Listening {
    address: SocketAddr,
    handle: ServerHandle,
    stopping: Arc<watch::Sender<bool>>,
}

impl Listening {
    fn new(websockets: WebSocketSettings, services: Services) -> Self {
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            rt::System::new().block_on(async move {
                let server = bind(HttpSettings { websockets, ..settings() }, services).map_err(|error| error.to_string());
                let server = server.expect("a free port is free");
                let (address, stopping) = (server.addresses()[0], server.stopping);
                let running = (server.start)();
                tell.send(Self { address, handle: running.handle(), stopping }).expect("the test waits");
                running.await.expect("the server stops");
            });
        });
        told.recv().expect("the server starts")
    }

    /// The status of the handshake, its headers, and the client if it came about.
    fn connect(&self, headers: &[(&str, &str)]) -> (u16, String, Client) {
        let stream = TcpStream::connect(self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time can be set");
        let mut client = Client { stream: BufReader::new(stream) };
        let mut head = format!("GET /graphql HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n", self.address);
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        client.write(format!("{head}\r\n").as_bytes());
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            assert_ne!(client.stream.read_line(&mut answer).expect("it answers in time"), 0, "{answer}");
        }
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("there is a status");
        (status, answer.to_ascii_lowercase(), client)
    }

    fn open(&self, headers: &[(&str, &str)]) -> Client {
        let (status, answer, client) = self.connect(&[&GOOD, headers].concat());
        assert_eq!(status, 101, "{answer}");
        assert!(answer.contains("sec-websocket-protocol: graphql-transport-ws\r\n"), "{answer}");
        client
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

const GOOD: [(&str, &str); 3] = [
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "x3JJHMbDL1EzLkh9GBhXDw=="),
    ("Sec-WebSocket-Protocol", "graphql-ws, graphql-transport-ws"),
];

struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    fn write(&mut self, bytes: &[u8]) {
        self.stream.get_mut().write_all(bytes).expect("the server reads");
    }

    /// Sends a frame under a mask of zeros.
    fn send(&mut self, kind: u8, payload: &[u8]) {
        let mut frame = vec![0x80 | kind];
        match u8::try_from(payload.len()).ok().filter(|length| *length < 126) {
            Some(length) => frame.push(0x80 | length),
            None => {
                frame.push(0x80 | 126);
                frame.extend(u16::try_from(payload.len()).expect("it is short enough").to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.write(&frame);
    }

    fn say(&mut self, text: &str) {
        self.send(TEXT, text.as_bytes());
    }

    /// The next frame; an end of the connection is one of kind 0.
    fn read(&mut self) -> (u8, Vec<u8>) {
        let mut head = [0; 2];
        if self.stream.read_exact(&mut head).is_err() {
            return (0, Vec::new());
        }
        let mut length = u64::from(head[1]);
        if length == 126 {
            let mut long = [0; 2];
            self.stream.read_exact(&mut long).expect("the length is there");
            length = u64::from(u16::from_be_bytes(long));
        }
        let mut payload = Vec::new();
        (&mut self.stream).take(length).read_to_end(&mut payload).expect("the payload is there");
        (head[0] & 0x0f, payload)
    }

    fn heard(&mut self) -> String {
        let (kind, payload) = self.read();
        assert_eq!(kind, TEXT, "{}", payload.escape_ascii());
        String::from_utf8(payload).expect("it is UTF-8")
    }

    /// The code and reason of the end, whatever comes before it.
    fn ended(&mut self) -> (u16, String) {
        loop {
            let (kind, payload) = self.read();
            assert_ne!(kind, 0, "the connection ended without a reason");
            if kind == CLOSE {
                let code = u16::from_be_bytes([payload[0], payload[1]]);
                return (code, String::from_utf8_lossy(&payload[2..]).into_owned());
            }
        }
    }
}

#[test]
fn messages_go_both_ways() {
    let server = Listening::new(SELDOM, ready());
    let mut client = server.open(&[("Cookie", "svod_session=maria"), ("Sec-Fetch-Site", "same-origin")]);
    client.say("init");
    assert_eq!(client.heard(), r#"{"type":"connection_ack"}"#);
    client.send(PING, b"there?");
    assert_eq!(client.read(), (PONG, b"there?".to_vec()));
    client.say("{\"имя\"}");
    assert_eq!(client.heard(), "{\"имя\"}");
    client.say("bad");
    assert_eq!(client.ended(), (4400, "Bad Request".to_owned()));
}

#[test]
fn a_handshake_that_is_not_right_is_refused() {
    let server = Listening::new(SELDOM, ready());
    let without = |name: &str| -> Vec<(&str, &str)> { GOOD.into_iter().filter(|(header, _)| *header != name).collect() };
    let with = |name, value| [&GOOD[..], &[(name, value)]].concat();
    let cases = [
        (without("Sec-WebSocket-Protocol"), 400),
        ([without("Sec-WebSocket-Protocol"), vec![("Sec-WebSocket-Protocol", "graphql-ws")]].concat(), 400),
        (without("Sec-WebSocket-Version"), 400),
        (without("Sec-WebSocket-Key"), 400),
        (with("Origin", "https://evil.example"), 403),
        (with("Sec-Fetch-Site", "cross-site"), 403),
        (with("Sec-Fetch-Site", "same-site"), 403),
        (with("Cookie", "svod_session=expired"), 401),
        (with("Authorization", "Bearer revoked"), 401),
        (with("Authorization", "Basic YTpi"), 401),
    ];
    for (headers, expected) in cases {
        let (status, answer, _) = server.connect(&headers);
        assert_eq!(status, expected, "{headers:?}");
        assert!(answer.contains("cache-control: ") && answer.contains("x-request-id: "), "{answer}");
        assert_eq!(
            answer.contains("set-cookie: svod_session=;"),
            answer.contains(" 401 ") && headers.contains(&("Cookie", "svod_session=expired"))
        );
    }
    let starting = Listening::new(SELDOM, Services::default());
    assert_eq!(starting.connect(&GOOD).0, 503);
}

#[test]
fn what_a_client_sends_and_how_many_there_are_is_bounded() {
    let server = Listening::new(SELDOM, ready());
    let mut client = server.open(&[]);
    client.send(TEXT, &[b'a'; 2000]);
    assert_eq!(client.heard().len(), 2000);
    client.send(TEXT, &[b'a'; 3000]);
    assert_eq!(client.ended().0, 1009);
    let mut client = server.open(&[]);
    client.send(BINARY, b"init");
    assert_eq!(client.ended().0, 4400);
    drop(client);
    let mut open = vec![server.open(&[])];
    // The places of those that ended are free again, soon.
    while open.len() < 2 {
        let (status, _, client) = server.connect(&GOOD);
        if status == 101 {
            open.push(client);
        }
    }
    let (status, answer, _) = server.connect(&GOOD);
    assert_eq!((status, answer.contains("retry-after: 1")), (503, true));
}

#[test]
fn a_client_that_does_not_begin_or_does_not_answer_is_let_go() {
    let server = Listening::new(WebSocketSettings { begin_time_ms_max: 50, ..SELDOM }, ready());
    assert_eq!(server.open(&[]).ended(), (4408, "Connection initialisation timeout".to_owned()));
    let server = Listening::new(OFTEN, ready());
    let mut client = server.open(&[]);
    assert_eq!(client.read(), (PING, Vec::new()));
    client.send(PONG, b"");
    assert_eq!(client.read(), (PING, Vec::new()));
    assert_eq!(client.ended().0, 1008);
}

#[test]
fn a_session_that_is_over_ends_the_conversation_and_so_does_another_role() {
    for (credential, expected) in [("Cookie", (4401, "SESSION_EXPIRED")), ("Authorization", (4403, "ACCESS_CHANGED"))] {
        let is_over = Arc::new(AtomicBool::new(false));
        let door = identity::identity_door();
        let seen = Arc::clone(&is_over);
        let identify = move |presented: &_, address: &str, id: &str| {
            let mut caller: acting::Caller = (door.identify)(presented, address, id)?;
            if seen.load(Ordering::SeqCst) && expected.0 == 4401 {
                return Err(Error::refused("session_expired", "this session has expired: sign in again"));
            }
            if seen.load(Ordering::SeqCst) {
                caller.authority.grants.push(Grant { role: Role::Reader, dictionary: None });
            }
            Ok(caller)
        };
        let services = Services::default();
        services.open(Doors { identity: IdentityDoor { identify: Box::new(identify), known: Box::new(|_| None) }, ..doors() });
        let server = Listening::new(OFTEN, services);
        let value = if credential == "Cookie" { "svod_session=maria" } else { "Bearer maria" };
        let mut client = server.open(&[(credential, value)]);
        for _ in 0..2 {
            assert_eq!(client.read(), (PING, Vec::new()), "it goes on while all is as it was");
            client.send(PONG, b"");
        }
        is_over.store(true, Ordering::SeqCst);
        assert_eq!(client.ended(), (expected.0, expected.1.to_owned()));
    }
}

#[test]
fn a_server_that_stops_says_so() {
    let server = Listening::new(SELDOM, ready());
    let mut client = server.open(&[]);
    server.stopping.send_replace(true);
    assert_eq!(client.ended(), (1001, "the service is stopping".to_owned()));
}
