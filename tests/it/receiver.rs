//! A receiver of webhooks as anybody might have one: it keeps what it gets and answers as it is told, well or badly.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    pub method: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    pub at: Instant,
}

/// How it is answered.
#[derive(Debug, Clone)]
pub enum Reply {
    Status(u16),
    With(u16, &'static str),
    /// Wants to be left alone until an instant, which it says as a date of HTTP.
    After(jiff::Timestamp),
    /// Takes its time first.
    Slow(Duration, u16),
    /// Never answers.
    Hang,
    /// Ends the connection in the middle of its answer.
    BreakOff,
    /// Answers 200 and then goes on and on.
    Endless,
}

type Behaviour = dyn Fn(usize, &Received) -> Reply + Send + Sync;

/// Listens until it is dropped.
pub struct Receiver {
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
    is_over: Arc<AtomicBool>,
}

impl Receiver {
    /// `behaviour` is told the number of the request among those that are no challenge, from 0.
    pub fn start(behaviour: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (received, is_over) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let behaviour: Arc<Behaviour> = Arc::new(behaviour);
        let (kept, over) = (Arc::clone(&received), Arc::clone(&is_over));
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    return;
                }
                let (kept, behaviour, over) = (Arc::clone(&kept), Arc::clone(&behaviour), Arc::clone(&over));
                // A client may go at any time.
                std::thread::spawn(move || serve(connection.ok()?, &kept, &*behaviour, &over));
            }
        });
        Self { address, received, is_over }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// What came beside challenges.
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().iter().filter(|received| received.method == "POST").cloned().collect()
    }

    /// The events of all requests, in the order in which they came; of a batch each.
    pub fn events(&self) -> Vec<Value> {
        let of_one = |received: Received| match serde_json::from_str(&received.body).unwrap() {
            Value::Array(events) => events,
            event => vec![event],
        };
        self.received().into_iter().flat_map(of_one).collect()
    }

    /// Waits until something is so; the deadline is only there for the test to end.
    pub fn wait_until(&self, what: &str, is_so: impl Fn(&[Received]) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_so(&self.received()) {
            assert!(Instant::now() < deadline, "waited in vain until {what}; {} requests came", self.received().len());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until the event of an id has come.
    pub fn wait_for(&self, id: &str) {
        let needle = format!("\"id\":\"{id}\"");
        self.wait_until(&format!("{id} comes"), |received| received.iter().any(|received| received.body.contains(&needle)));
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(&self.address);
    }
}

/// Serves one connection until it ends. `None`: it ended early.
fn serve(connection: TcpStream, kept: &Mutex<Vec<Received>>, behaviour: &Behaviour, is_over: &AtomicBool) -> Option<()> {
    let mut out = connection.try_clone().ok()?;
    let mut reader = BufReader::new(connection);
    loop {
        let request = read(&mut reader)?;
        if request.method == "OPTIONS" {
            let origin = request.headers.get("webhook-request-origin").cloned().unwrap_or_default();
            kept.lock().unwrap().push(request);
            write!(out, "HTTP/1.1 204 No Content\r\nwebhook-allowed-origin: {origin}\r\ncontent-length: 0\r\n\r\n").ok()?;
            continue;
        }
        let number = {
            let mut kept = kept.lock().unwrap();
            kept.push(request.clone());
            kept.iter().filter(|received| received.method == "POST").count() - 1
        };
        let reply =
            |out: &mut TcpStream, status: u16, more: &str| write!(out, "HTTP/1.1 {status} It\r\n{more}content-length: 2\r\n\r\nok").ok();
        match behaviour(number, &request) {
            Reply::Status(status) => reply(&mut out, status, "")?,
            Reply::With(status, header) => reply(&mut out, status, &format!("{header}\r\n"))?,
            Reply::After(at) => reply(&mut out, 503, &format!("retry-after: {}\r\n", at.strftime("%a, %d %b %Y %H:%M:%S GMT")))?,
            Reply::Slow(wait, status) => {
                std::thread::sleep(wait);
                reply(&mut out, status, "")?;
            }
            Reply::Hang => {
                while !is_over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(50));
                }
                return None;
            }
            Reply::BreakOff => {
                out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").ok()?;
                return None;
            }
            Reply::Endless => {
                out.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n").ok()?;
                let piece = vec![b'x'; 1 << 16];
                for _ in 0..16_000 {
                    out.write_all(&piece).ok()?;
                }
                return None;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Received> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let method = line.split(' ').next()?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Received { method, headers, body: String::from_utf8(body).ok()?, at: Instant::now() })
}
