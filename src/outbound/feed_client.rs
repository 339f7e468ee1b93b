//! The client of a feed's doors: lines of events and of snapshots as they come, never a whole answer in memory. It blocks its caller, and
//! reads a little ahead meanwhile. It knows addresses, tokens and answers; what the lines say, whoever asks knows.

use std::time::Duration;

use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use reqwest::{Client, Response, StatusCode, Url};
use serde_json::Value as Json;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use super::tls;
use crate::domain::error::{Error, Result};

/// The longest line that is taken: an event told whole has the timeline of one item.
const LINE_BYTES_MAX: usize = 256 << 20;
/// Pieces of an answer that are read ahead.
const PIECES_AHEAD: usize = 32;
/// The longest answer that tells of a refusal.
const REFUSAL_BYTES_MAX: usize = 64 << 10;
/// How often one snapshot that broke off is gone on with.
const RESUMPTIONS_MAX: u32 = 5;
const RESUME_AFTER: Duration = Duration::from_millis(500);
const LINES: &str = "application/x-ndjson";

/// Why there is no answer, by what helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FeedFault {
    /// Asking again later helps: no connection, a time-out, a service that starts or has too much to do.
    #[error("{0}")]
    Lost(String),
    /// The service says no, by name.
    #[error("{message}")]
    Refused { code: String, message: String },
    /// What answers is no feed, or none that this version can read.
    #[error("{0}")]
    Foreign(String),
}

/// Where the feed is and how patient one is with it.
#[derive(Clone)]
pub struct FeedAddress {
    pub url: String,
    pub token: Option<String>,
    /// How long a connection and the next piece of an answer may take.
    pub timeout_ms: u64,
}

/// A client of one feed.
pub struct FeedClient {
    base: String,
    client: Client,
    runtime: Runtime,
}

impl FeedClient {
    /// `wait_ms` is the longest that an answer may be held back when there is nothing to tell.
    pub fn new(address: &FeedAddress, wait_ms: u64) -> Result<Self> {
        tls::prepare();
        let base = base_of(&address.url)?;
        let mut headers = HeaderMap::new();
        if let Some(token) = &address.token {
            let unsendable = || Error::Operator("the token has signs that no token has: copy it anew".to_owned());
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.trim())).map_err(|_| unsendable())?;
            bearer.set_sensitive(true);
            headers.insert(reqwest::header::AUTHORIZATION, bearer);
        }
        let timeout = Duration::from_millis(address.timeout_ms);
        let client = Client::builder()
            .default_headers(headers)
            .user_agent(concat!("svod-mirror/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(timeout)
            .read_timeout(timeout.saturating_add(Duration::from_millis(wait_ms)))
            // The token is for the address that was named, and for no other one that this may point to.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| Error::Operator(format!("the client of HTTP cannot be made: {}", told(&error))))?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.map_err(|error| Error::Operator(format!("a thread for the network cannot be started: {error}")))?;
        Ok(Self { base, client, runtime })
    }

    /// The address without the door.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Events after a cursor, one a line, as soon as there is one, to the end of what is there.
    pub fn events(&self, after: &str, dictionaries: Option<&str>, wait_ms: u64) -> std::result::Result<Lines, FeedFault> {
        let wait = format!("{wait_ms}ms");
        let mut words = vec![("after", after), ("wait", &wait)];
        words.extend(dictionaries.map(|codes| ("dictionaries", codes)));
        let response = self.ask("/feed", &words, HeaderMap::new(), LINES)?;
        Ok(self.lines(response))
    }

    /// The lines of a snapshot, of the newest publication unless told. A connection that breaks off is gone on with.
    pub fn snapshot(&self, dictionaries: Option<&str>, publication: Option<i64>) -> std::result::Result<SnapshotLines<'_>, FeedFault> {
        let asked = SnapshotAsked { dictionaries: dictionaries.map(str::to_owned), publication };
        let number = publication.map(|publication| publication.to_string());
        let mut words = asked.words();
        words.extend(number.as_deref().map(|number| ("publication", number)));
        let response = self.ask("/feed/snapshot", &words, HeaderMap::new(), LINES)?;
        let tag = response.headers().get(ETAG).cloned();
        Ok(SnapshotLines { client: self, asked, tag, lines: self.lines(response), resumptions: 0 })
    }

    /// One event, whole.
    pub fn event(&self, id: &str) -> std::result::Result<String, FeedFault> {
        let response = self.ask(&format!("/feed/events/{id}"), &[], HeaderMap::new(), "application/cloudevents+json")?;
        let mut lines = self.lines(response);
        match lines.next_line()? {
            Some(line) => String::from_utf8(line.to_vec()).map_err(|_| FeedFault::Foreign(format!("the event {id} is no text"))),
            None => Err(FeedFault::Lost(format!("the event {id} came empty"))),
        }
    }

    fn ask(&self, door: &str, words: &[(&str, &str)], headers: HeaderMap, media: &'static str) -> std::result::Result<Response, FeedFault> {
        let url = Url::parse_with_params(&format!("{}{door}", self.base), words).map_err(|error| FeedFault::Foreign(error.to_string()))?;
        let request = self.client.get(url).headers(headers).header(ACCEPT, media);
        let lost = |error: reqwest::Error| FeedFault::Lost(format!("{} does not answer: {}", self.base, told(&error)));
        let response = self.runtime.block_on(async { request.send().await }).map_err(lost)?;
        let status = response.status();
        if !status.is_success() {
            return Err(self.runtime.block_on(self.refusal(response)));
        }
        let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !found.starts_with(media) {
            let message = format!(
                "{}{door} answers {} and not {media}: this is no feed of a Svod",
                self.base,
                if found.is_empty() { "something" } else { found }
            );
            return Err(FeedFault::Foreign(message));
        }
        Ok(response)
    }

    /// What a service says when it says no.
    async fn refusal(&self, response: Response) -> FeedFault {
        let status = response.status();
        if status.is_redirection() {
            let target = response.headers().get(reqwest::header::LOCATION).and_then(|target| target.to_str().ok()).unwrap_or("elsewhere");
            return FeedFault::Foreign(format!("{} points to {target}: name the address that answers itself", self.base));
        }
        let mut body = Vec::new();
        let mut response = response;
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece);
            if body.len() > REFUSAL_BYTES_MAX {
                break;
            }
        }
        let json: Json = serde_json::from_slice(&body).unwrap_or_default();
        let error = &json["errors"][0];
        let (code, message) = (error["extensions"]["code"].as_str(), error["message"].as_str());
        let may_pass = status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        match (code, message) {
            (_, message) if may_pass => {
                FeedFault::Lost(format!("{} answers {status}: {}", self.base, message.unwrap_or("without a reason")))
            }
            (Some(code), Some(message)) => FeedFault::Refused { code: code.to_owned(), message: message.to_owned() },
            _ => FeedFault::Foreign(format!("{} answers {status} where the feed of a Svod would be", self.base)),
        }
    }

    /// Reads an answer ahead of whoever takes its lines, as far as a few pieces.
    fn lines(&self, mut response: Response) -> Lines {
        let (sender, receiver) = mpsc::channel(PIECES_AHEAD);
        self.runtime.spawn(async move {
            loop {
                let piece = match response.chunk().await {
                    Ok(None) => return,
                    Ok(Some(piece)) => Ok(piece),
                    Err(error) => Err(format!("the connection broke off: {}", told(&error))),
                };
                let is_last = piece.is_err();
                if sender.send(piece).await.is_err() || is_last {
                    return;
                }
            }
        });
        Lines { receiver, piece: Bytes::new(), line: Vec::new(), taken: 0 }
    }
}

/// The address as it stands before the doors.
fn base_of(url: &str) -> Result<String> {
    let wrong = |reason: &str| Error::Operator(format!("`{url}` is not the address of a feed: {reason}"));
    let parsed = Url::parse(url).map_err(|_| wrong("write it like https://svod.example"))?;
    if !matches!(parsed.scheme(), "http" | "https") || parsed.host().is_none() {
        return Err(wrong("write it like https://svod.example"));
    }
    if !parsed.username().is_empty() || parsed.password().is_some() {
        return Err(Error::Operator("the address of a feed has no password in it: give a token with --token".to_owned()));
    }
    if parsed.query().is_some() || parsed.fragment().is_some() {
        return Err(wrong("leave out what follows ? and #"));
    }
    let base = parsed.as_str().trim_end_matches('/');
    Ok(base.strip_suffix("/feed").unwrap_or(base).to_owned())
}

/// An error with its causes, and without the address, which the sentence about it names.
fn told(error: &reqwest::Error) -> String {
    let mut source = std::error::Error::source(error);
    let mut last = error.to_string();
    while let Some(cause) = source {
        last = cause.to_string();
        source = cause.source();
    }
    if error.is_timeout() { "it took too long".to_owned() } else { last }
}

/// Lines of an answer, one after the other.
pub struct Lines {
    receiver: mpsc::Receiver<std::result::Result<Bytes, String>>,
    piece: Bytes,
    /// The last line that was handed out, when it came in several pieces.
    line: Vec<u8>,
    /// Bytes that were taken off, line ends included.
    taken: u64,
}

impl Lines {
    /// The next line without its end; `None` at the end of the answer.
    pub fn next_line(&mut self) -> std::result::Result<Option<&[u8]>, FeedFault> {
        self.line.clear();
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.piece) {
                let rest = self.piece.split_off(end + 1);
                let found = std::mem::replace(&mut self.piece, rest);
                self.line.extend_from_slice(&found[..end]);
                self.taken += self.line.len() as u64 + 1;
                return Ok(Some(&self.line));
            }
            self.line.extend_from_slice(&self.piece);
            self.piece = Bytes::new();
            if self.line.len() > LINE_BYTES_MAX {
                return Err(FeedFault::Foreign(format!("a line of the feed is longer than {LINE_BYTES_MAX} bytes")));
            }
            match self.receiver.blocking_recv() {
                Some(Ok(piece)) => self.piece = piece,
                Some(Err(reason)) => return Err(FeedFault::Lost(reason)),
                None if self.line.is_empty() => return Ok(None),
                // The last line of a document that is not made of lines.
                None => {
                    self.taken += self.line.len() as u64;
                    return Ok(Some(&self.line));
                }
            }
        }
    }
}

struct SnapshotAsked {
    dictionaries: Option<String>,
    publication: Option<i64>,
}

impl SnapshotAsked {
    fn words(&self) -> Vec<(&str, &str)> {
        self.dictionaries.iter().map(|codes| ("dictionaries", codes.as_str())).collect()
    }
}

/// The lines of a snapshot.
pub struct SnapshotLines<'a> {
    client: &'a FeedClient,
    asked: SnapshotAsked,
    tag: Option<HeaderValue>,
    lines: Lines,
    resumptions: u32,
}

impl SnapshotLines<'_> {
    /// Says which publication this is, as its first line told: from then on it can be gone on with.
    pub fn pin(&mut self, publication: i64) {
        self.asked.publication = Some(publication);
    }

    pub fn next_line(&mut self) -> std::result::Result<Option<&[u8]>, FeedFault> {
        loop {
            // What was found borrows the lines, so whether there is something is looked at first.
            match self.lines.next_line() {
                Ok(Some(_)) => return Ok(Some(&self.lines.line)),
                Ok(None) => return Ok(None),
                Err(FeedFault::Lost(reason)) => self.resume(reason)?,
                Err(other) => return Err(other),
            }
        }
    }

    /// Asks for the rest of the same bytes: RFC 9110 §14.
    fn resume(&mut self, reason: String) -> std::result::Result<(), FeedFault> {
        let (Some(tag), Some(publication)) = (&self.tag, self.asked.publication) else { return Err(FeedFault::Lost(reason)) };
        if self.resumptions >= RESUMPTIONS_MAX {
            return Err(FeedFault::Lost(reason));
        }
        self.resumptions += 1;
        std::thread::sleep(RESUME_AFTER * self.resumptions);
        tracing::debug!(reason, at = self.lines.taken, "the snapshot broke off; asking for the rest");
        let mut headers = HeaderMap::new();
        headers.insert(IF_RANGE, tag.clone());
        let range = format!("bytes={}-", self.lines.taken);
        headers.insert(RANGE, HeaderValue::from_str(&range).map_err(|error| FeedFault::Foreign(error.to_string()))?);
        let publication = publication.to_string();
        let mut words = self.asked.words();
        words.push(("publication", &publication));
        let response = match self.client.ask("/feed/snapshot", &words, headers, LINES) {
            Ok(response) => response,
            // The next word of whoever asks for lines leads here again.
            Err(FeedFault::Lost(reason)) => return self.resume(reason),
            Err(other) => return Err(other),
        };
        if response.status() != StatusCode::PARTIAL_CONTENT {
            return Err(FeedFault::Lost("the snapshot broke off, and there is another one by now".to_owned()));
        }
        let taken = self.lines.taken;
        self.lines = Lines { taken, ..self.client.lines(response) };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_that_before_the_doors() {
        for (url, base) in [
            ("https://svod.example", "https://svod.example"),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
            ("https://a.example/svod/feed/", "https://a.example/svod"),
        ] {
            assert_eq!(base_of(url).ok().as_deref(), Some(base));
        }
        for wrong in ["", "svod.example", "ftp://svod.example", "https://u:p@svod.example", "https://svod.example/?a=1", "file:///etc"] {
            assert!(base_of(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lines_are_put_together_from_pieces() {
        let (sender, receiver) = mpsc::channel(10);
        for piece in ["ab", "c\n", "\nd\ne", "f"] {
            sender.try_send(Ok(Bytes::from_static(piece.as_bytes()))).unwrap();
        }
        drop(sender);
        let mut lines = Lines { receiver, piece: Bytes::new(), line: Vec::new(), taken: 0 };
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push(String::from_utf8(line.to_vec()).unwrap());
        }
        assert_eq!((found.join("|").as_str(), lines.taken), ("abc||d|ef", 9));
    }
}
