//! `/feed`: events after a cursor, as a batch of CloudEvents or one a line; with `wait` it answers as soon as there is one.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::{BufMut, Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse, rt, web};
use futures_util::stream;
use tokio::sync::watch;

use super::super::State;
use super::super::answer::answer;
use super::super::errors::Problem;
use super::super::observation::RequestId;
use super::{Asked, Entered, SVOD_CURSOR, door, enter, finished};
use crate::app::feed::{Feed, FeedPage, FeedRequest, FeedView, START};
use crate::app::pulse::LOOK_EVERY;
use crate::domain::account::Authority;
use crate::domain::error::Error;
use crate::domain::feed::Position;

pub const KNOWN: [&str; 5] = ["after", "dictionaries", "filter", "limit", "wait"];
const BATCH: &str = "application/cloudevents-batch+json; charset=utf-8";
const LINES: &str = "application/x-ndjson; charset=utf-8";

/// Events of one answer unless more are asked for, and at most where they are one document.
const EVENTS_DEFAULT: usize = 1_000;
const EVENTS_MAX: usize = 10_000;
/// How many events are read at once for an answer of lines, which has no end of its own.
const LINES_AT_ONCE: usize = 2_000;

pub async fn pull(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let responded = respond(&request, &state).await;
    finished(&request, responded)
}

async fn respond(request: &HttpRequest, state: &State) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(request.query_string(), &KNOWN)?;
    let has_lines = wants_lines(request);
    let events_max = match asked.limit {
        Some(limit) if !has_lines && limit > EVENTS_MAX => {
            let message = format!("`limit` is at most {EVENTS_MAX} for a batch: ask for application/x-ndjson, which has no limit");
            return Err(Problem::bad_request(message));
        }
        Some(limit) => limit,
        None if has_lines => usize::MAX,
        None => EVENTS_DEFAULT,
    };
    let until = Instant::now() + Duration::from_millis(asked.wait_ms.min(state.settings.feed.wait_ms_max));
    let (after, first_max) =
        (asked.after.unwrap_or_else(|| START.to_owned()), events_max.min(if has_lines { LINES_AT_ONCE } else { EVENTS_MAX }));
    let find = move |door: &super::FeedDoor, view: &FeedView| {
        // Beats from here on are heard: what is published after the look is not slept through.
        let beats = door.pulse.subscribe();
        let position = door.feed.position_of(&after)?;
        let page = door.feed.read(view, &position, first_max)?;
        Ok((page, beats))
    };
    let (entered, _, (page, beats)) = enter(request, state, asked.request.clone(), find).await?;
    let mut puller = Puller { feed: door(&entered.doors)?.feed.clone(), asked: asked.request, entered, id: RequestId::of(request) };
    let page = puller.wait(page, beats, first_max, until).await?;
    let cursor = puller.feed.cursor_of(&page.position);
    let mut response = if has_lines { puller.lines(page, events_max) } else { answer(StatusCode::OK, BATCH, batch(&page)) };
    if let Ok(cursor) = HeaderValue::from_str(&cursor) {
        // Of an answer of lines the end is not known yet: each of its events has its cursor.
        if !has_lines {
            response.headers_mut().insert(SVOD_CURSOR, cursor);
        }
    }
    Ok(response)
}

fn wants_lines(request: &HttpRequest) -> bool {
    let lines = request.headers().get_all(header::ACCEPT).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|range| range.trim().to_ascii_lowercase().contains("ndjson"))
}

fn batch(page: &FeedPage) -> Bytes {
    let mut body = BytesMut::with_capacity(page.events.iter().map(|event| event.json.len() + 1).sum::<usize>() + 2);
    body.put_u8(b'[');
    for (at, event) in page.events.iter().enumerate() {
        if at > 0 {
            body.put_u8(b',');
        }
        body.put_slice(event.json.as_bytes());
    }
    body.put_u8(b']');
    body.freeze()
}

fn lines_of(page: &FeedPage) -> Bytes {
    let mut body = BytesMut::with_capacity(page.events.iter().map(|event| event.json.len() + 1).sum());
    for event in page.events.iter() {
        body.put_slice(event.json.as_bytes());
        body.put_u8(b'\n');
    }
    body.freeze()
}

/// Somebody who pulls.
struct Puller {
    feed: Feed,
    entered: Entered,
    asked: FeedRequest,
    id: RequestId,
}

impl Puller {
    /// The page, or the first one that is not empty until an instant.
    async fn wait(
        &mut self,
        mut page: FeedPage,
        mut beats: watch::Receiver<u64>,
        events_max: usize,
        until: Instant,
    ) -> Result<FeedPage, Problem> {
        while page.events.is_empty() {
            if !page.is_at_end {
                page = read(&self.feed, &self.entered.view, page.position, events_max, &self.id).await?;
                continue;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            // A beat, or time to look: both lead to a look. An error says that nothing beats any more.
            if let Ok(Err(_)) = rt::time::timeout(left.min(LOOK_EVERY), beats.changed()).await {
                break;
            }
            self.entered.view = self.view(&self.entered.authority)?;
            page = read(&self.feed, &self.entered.view, page.position, events_max, &self.id).await?;
        }
        Ok(page)
    }

    /// What is seen of the newest head; it does not block.
    fn view(&self, authority: &Authority) -> Result<FeedView, Problem> {
        self.feed.view(authority, &self.asked).map_err(|error| Problem::of_error(error, &self.id))
    }

    /// An answer of lines: read as fast as the client takes it, and never further ahead than one page.
    fn lines(self, first: FeedPage, events_max: usize) -> HttpResponse {
        let left = events_max - first.events.len().min(events_max);
        let (feed, view, id) = (self.feed, self.entered.view, self.id);
        let body = stream::unfold(Some((first, left, true)), move |state| {
            let (feed, view, id) = (feed.clone(), view.clone(), id.clone());
            async move {
                let (page, left, is_first) = state?;
                if is_first {
                    return Some((Ok(lines_of(&page)), Some((page, left, false))));
                }
                if page.is_at_end || left == 0 {
                    return None;
                }
                match read(&feed, &view, page.position, left.min(LINES_AT_ONCE), &id).await {
                    Ok(next) => {
                        let left = left - next.events.len().min(left);
                        Some((Ok(lines_of(&next)), Some((next, left, false))))
                    }
                    Err(problem) => Some((Err(std::io::Error::other(format!("the feed broke off: {}", problem.code()))), None)),
                }
            }
        });
        HttpResponse::Ok().insert_header((header::CONTENT_TYPE, LINES)).streaming(body)
    }
}

/// A page, read on a thread that may block unless it is at hand.
pub async fn read(feed: &Feed, view: &FeedView, after: Position, events_max: usize, id: &RequestId) -> Result<FeedPage, Problem> {
    if let Some(page) = feed.find_read(view, &after, events_max) {
        return Ok(page);
    }
    let (feed, view) = (feed.clone(), view.clone());
    let read = web::block(move || feed.read(&view, &after, events_max)).await;
    let read = read.unwrap_or_else(|_| Err(Error::internal("the thread that read the feed panicked")));
    read.map_err(|error| Problem::of_error(error, id))
}
