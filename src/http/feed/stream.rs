//! `/feed/stream`: Server-Sent Events (HTML Living Standard §9.2). Whoever follows is told as soon as something is published, and goes on
//! with `Last-Event-ID` after whatever happened to the connection. A few pieces wait for a client and no more: one that takes nothing
//! for long is told so and cut, and loses nothing.

use std::io;
use std::time::{Duration, Instant};

use actix_web::http::header::{self, ContentEncoding, HeaderMap};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, rt, web};
use futures_util::future::{Either, select};
use futures_util::stream;
use serde_json::json;
use tokio::sync::mpsc::{OwnedPermit, Receiver, Sender, channel};
use tokio::sync::watch;

use super::super::errors::Problem;
use super::super::identity::Guest;
use super::super::observation::RequestId;
use super::super::services::Doors;
use super::super::{FeedStreamSettings, Place, State};
use super::pull::read;
use super::{Asked, door, enter, finished};
use crate::app::feed::{Feed, FeedPage, FeedRequest, FeedView, NOW};
use crate::app::pulse::LOOK_EVERY;
use crate::domain::error::Error;
use crate::domain::feed::Position;

pub const KNOWN: [&str; 3] = ["after", "dictionaries", "filter"];
const EVENTS: &str = "text/event-stream; charset=utf-8";
const LAST_EVENT_ID: &str = "last-event-id";
/// Events of one piece, and pieces that wait for a client beside the last word.
const EVENTS_AT_ONCE: usize = 200;
const PIECES_WAITING_MAX: usize = 4;
/// How long a browser waits before it connects again.
const RETRY_MS: u64 = 2_000;
/// For so long, rights that were found are good for what comes next.
const RIGHTS_HOLD: Duration = Duration::from_secs(1);

pub async fn stream(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let responded = respond(&request, &state).await;
    finished(&request, responded)
}

async fn respond(request: &HttpRequest, state: &State) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(request.query_string(), &KNOWN)?;
    let settings = state.settings.feed;
    let place = Place::take(&state.feed_streams, settings.streams_max).ok_or_else(|| {
        let message = format!("{} streams are open already (feed_streams_max): ask again later, or pull", settings.streams_max);
        Problem::new(actix_web::http::StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message)
    })?;
    let after = last_event_id(request.headers()).or(asked.after).unwrap_or_else(|| NOW.to_owned());
    let find = move |door: &super::FeedDoor, _: &FeedView| Ok((door.pulse.subscribe(), door.feed.position_of(&after)?));
    let (entered, guest, (beats, position)) = enter(request, state, asked.request.clone(), find).await?;
    let feed = door(&entered.doors)?.feed.clone();
    let (sender, receiver) = channel(PIECES_WAITING_MAX + 1);
    // The last word has its place from the beginning: a client whose pieces are all waiting can still be told.
    let last_word = sender.clone().try_reserve_owned().map_err(|_| Problem::internal("a new channel is full", &RequestId::of(request)))?;
    let follower = Follower {
        feed,
        doors: entered.doors,
        guest,
        asked: asked.request,
        view: entered.view,
        position,
        rights_until: Instant::now() + RIGHTS_HOLD,
        settings,
        sender,
        id: RequestId::of(request),
        _place: place,
    };
    rt::spawn(follower.follow(beats, state.stopping.subscribe(), last_word));
    let mut response = HttpResponse::Ok();
    response.insert_header((header::CONTENT_TYPE, EVENTS)).insert_header((header::CACHE_CONTROL, "no-store"));
    // Proxies that collect answers would hold events back; so would the layer that compresses.
    response.insert_header(("x-accel-buffering", "no")).insert_header(ContentEncoding::Identity);
    Ok(response.streaming(body(receiver)))
}

/// The header that browsers send when they connect again; blank is none.
fn last_event_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(LAST_EVENT_ID)?.to_str().ok()?.trim();
    (!id.is_empty()).then(|| id.to_owned())
}

fn body(receiver: Receiver<Bytes>) -> impl stream::Stream<Item = Result<Bytes, io::Error>> {
    stream::unfold(receiver, |mut receiver| async move { receiver.recv().await.map(|piece| (Ok(piece), receiver)) })
}

/// Why a stream ends.
enum End {
    /// The client has gone: nobody is left to be told.
    Gone,
    /// The client is told why, and may come again.
    Cut { code: String, message: String },
}

impl From<Problem> for End {
    fn from(problem: Problem) -> Self {
        Self::Cut { code: problem.code().to_owned(), message: problem.message().to_owned() }
    }
}

/// Somebody who follows.
struct Follower {
    feed: Feed,
    doors: std::sync::Arc<Doors>,
    guest: Guest,
    asked: FeedRequest,
    view: FeedView,
    position: Position,
    rights_until: Instant,
    settings: FeedStreamSettings,
    sender: Sender<Bytes>,
    id: RequestId,
    _place: Place,
}

impl Follower {
    async fn follow(mut self, mut beats: watch::Receiver<u64>, mut stopping: watch::Receiver<bool>, last_word: OwnedPermit<Bytes>) {
        let end = match self.begin().await {
            Ok(()) => loop {
                if let Err(end) = self.catch_up().await {
                    break end;
                }
                if let Err(end) = self.rest(&mut beats, &mut stopping).await {
                    break end;
                }
            },
            Err(end) => end,
        };
        if let End::Cut { code, message } = end {
            tracing::debug!(id = self.id.as_str(), code, "a stream was cut");
            last_word.send(format!("event: cut\ndata: {}\n\n", json!({ "code": code, "message": message })).into());
        }
    }

    /// Says where the stream begins, so that a client which is cut before the first event knows where to go on.
    async fn begin(&self) -> Result<(), End> {
        let position = json!({ "cursor": self.feed.cursor_of(&self.position), "publication": self.position.publication });
        self.send(format!("retry: {RETRY_MS}\nevent: position\ndata: {position}\n\n").into()).await
    }

    /// Sends all there is.
    async fn catch_up(&mut self) -> Result<(), End> {
        while self.position < self.feed.latest() {
            self.renew().await?;
            let page = read(&self.feed, &self.view, self.position.clone(), EVENTS_AT_ONCE, &self.id).await?;
            if !page.events.is_empty() {
                self.send(frames(&page)).await?;
            }
            self.position = page.position;
        }
        Ok(())
    }

    /// Waits for a beat, and shows meanwhile that the connection lives.
    async fn rest(&mut self, beats: &mut watch::Receiver<u64>, stopping: &mut watch::Receiver<bool>) -> Result<(), End> {
        let heartbeat_at = Instant::now() + Duration::from_millis(self.settings.heartbeat_every_ms);
        loop {
            let wait = LOOK_EVERY.min(heartbeat_at.saturating_duration_since(Instant::now()));
            let beat = std::pin::pin!(rt::time::timeout(wait, beats.changed()));
            let stop = std::pin::pin!(stopping.wait_for(|is_stopping| *is_stopping));
            match select(beat, stop).await {
                Either::Right(_) => {
                    let message = "the server is stopping: connect again, and the stream goes on where it was";
                    return Err(End::Cut { code: "STOPPING".to_owned(), message: message.to_owned() });
                }
                Either::Left((Ok(Err(_)), _)) => return Err(End::Gone),
                Either::Left(_) if self.position < self.feed.latest() => return Ok(()),
                Either::Left(_) if self.sender.is_closed() => return Err(End::Gone),
                Either::Left(_) => {}
            }
            if Instant::now() >= heartbeat_at {
                // Rights that were taken away end a stream even when nothing is published.
                self.renew().await?;
                self.send(Bytes::from_static(b": heartbeat\n\n")).await?;
                return Ok(());
            }
        }
    }

    /// Asks anew what the client may read, and sees the newest head.
    async fn renew(&mut self) -> Result<(), End> {
        let is_newest = self.view.head().seq() == self.feed.latest().publication;
        if is_newest && Instant::now() < self.rights_until {
            return Ok(());
        }
        let (guest, doors) = (self.guest.clone(), std::sync::Arc::clone(&self.doors));
        let authority = match self.guest.known_authority(&self.doors.identity) {
            Some(authority) => authority?,
            None if !self.guest.presents_anything() => std::sync::Arc::default(),
            None => {
                let found = web::block(move || guest.read_authority(&doors.identity)).await;
                let panicked = |_| Problem::of_error(Error::internal("the thread that asked for rights panicked"), &self.id);
                found.map_err(panicked)??
            }
        };
        self.view = self.feed.view(&authority, &self.asked).map_err(|error| Problem::of_error(error, &self.id))?;
        self.rights_until = Instant::now() + RIGHTS_HOLD;
        Ok(())
    }

    /// Hands a piece over. A client that takes nothing for long is cut.
    async fn send(&self, piece: Bytes) -> Result<(), End> {
        let stall_max = Duration::from_millis(self.settings.stall_ms_max);
        match rt::time::timeout(stall_max, self.sender.send(piece)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => {
                let message = format!(
                    "nothing was taken for {} ms (feed_stall_ms_max): connect again with the id of the last event that came, and nothing is lost",
                    self.settings.stall_ms_max
                );
                Err(End::Cut { code: "TOO_SLOW".to_owned(), message })
            }
        }
    }
}

/// Events as the stream carries them: the cursor is the id, so that a client which connects again says where it was.
fn frames(page: &FeedPage) -> Bytes {
    let mut text = String::with_capacity(page.events.iter().map(|event| event.json.len() + 128).sum());
    for event in page.events.iter() {
        // Neither cursor nor JSON has a line end.
        text.push_str("id: ");
        text.push_str(&event.cursor);
        text.push_str("\ndata: ");
        text.push_str(&event.json);
        text.push_str("\n\n");
    }
    text.into()
}
