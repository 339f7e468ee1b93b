//! The doors of the feed: pull, stream, snapshot and single events, for whoever may read. What is asked for is read here from addresses
//! and headers; what events say, the feed knows.

mod acknowledge;
mod described;
mod documents;
mod pull;
mod snapshot;
mod stream;

pub use acknowledge::acknowledge;
pub use described::openapi_paths;
pub use documents::{asyncapi, schema};
pub use pull::pull;
pub use snapshot::snapshot;
pub use stream::stream;

use std::sync::Arc;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::answer::answer;
use super::blocking::in_time;
use super::errors::Problem;
use super::export::words_of;
use super::identity::Guest;
use super::negotiation::Media;
use super::observation::RequestId;
use super::services::{Doors, FeedDoor};
use super::{State, keeping};
use crate::app::feed::{FeedRequest, FeedView};
use crate::domain::account::Authority;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

/// Where to go on, with every answer of events.
const SVOD_CURSOR: HeaderName = HeaderName::from_static("svod-cursor");

const EVENT: &str = "application/cloudevents+json; charset=utf-8";

/// What an address asks of the feed.
#[derive(Debug, Default)]
struct Asked {
    after: Option<String>,
    request: FeedRequest,
    limit: Option<usize>,
    wait_ms: u64,
    publication: Option<i64>,
}

impl Asked {
    /// Reads the words of a query string; `known` are those that the address takes.
    fn read(query_string: &str, known: &[&str]) -> std::result::Result<Self, Problem> {
        let mut asked = Self::default();
        for (name, value) in words_of(query_string)? {
            if !known.contains(&name.as_str()) {
                let message = format!("there is no parameter `{name}` here: there are {}", known.join(", "));
                return Err(Problem::bad_request(message));
            }
            asked.set(&name, value)?;
        }
        Ok(asked)
    }

    fn set(&mut self, name: &str, value: String) -> std::result::Result<(), Problem> {
        match name {
            "after" => self.after = Some(value),
            "dictionaries" => self.request.dictionaries = Some(dictionaries_in(&value)?),
            "filter" => self.request.filter = Some(value),
            "limit" => self.limit = Some(positive(name, &value)?),
            "publication" => self.publication = Some(positive::<i64>(name, &value)?),
            "wait" => self.wait_ms = wait_in(&value)?,
            _ => {}
        }
        Ok(())
    }
}

/// Codes with commas between them. A code that cannot be one is of no dictionary.
fn dictionaries_in(text: &str) -> std::result::Result<Vec<DictionaryCode>, Problem> {
    let codes = text.split(',').map(str::trim).filter(|code| !code.is_empty());
    let parse = |code: &str| {
        let unknown = || Problem::new(actix_web::http::StatusCode::NOT_FOUND, "NOT_FOUND", format!("there is no dictionary {code}"));
        DictionaryCode::parse(code).ok_or_else(unknown)
    };
    codes.map(parse).collect()
}

fn positive<T: std::str::FromStr + PartialOrd + Default>(name: &str, text: &str) -> std::result::Result<T, Problem> {
    let number = text.parse().ok().filter(|number| *number > T::default());
    number.ok_or_else(|| Problem::bad_request(format!("`{name}` must be a whole number above 0, and is `{text}`")))
}

/// How long to wait, in milliseconds: `30s`, `500ms`, or seconds without a unit.
fn wait_in(text: &str) -> std::result::Result<u64, Problem> {
    let (number, unit_ms) = match text.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (text.strip_suffix('s').unwrap_or(text), 1000),
    };
    let wrong = || Problem::bad_request(format!("`wait` must be a time like 30s or 500ms, and is `{text}`"));
    number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit_ms)).ok_or_else(wrong)
}

/// The feed of this process.
fn door(doors: &Doors) -> std::result::Result<&FeedDoor, Problem> {
    doors.feed.as_ref().ok_or_else(Problem::not_ready)
}

/// What a request found before its first event.
struct Entered {
    doors: Arc<Doors>,
    authority: Arc<Authority>,
    view: FeedView,
}

/// Looks up who asks and what they see; then `find` looks for the rest, where it may block.
async fn enter<T: Send + 'static>(
    request: &HttpRequest,
    state: &State,
    asked: FeedRequest,
    find: impl FnOnce(&FeedDoor, &FeedView) -> Result<T> + Send + 'static,
) -> std::result::Result<(Entered, Guest, T), Problem> {
    let id = RequestId::of(request);
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings, id.clone())?;
    state.take_rate(&guest, 1)?;
    let (work_id, knocking) = (id.clone(), guest.clone());
    let work = move || {
        // A credential that is not good is refused before anything else is looked at.
        let authority = knocking.read_authority(&doors.identity)?;
        let of_error = |error: Error| Problem::of_error(error, &work_id);
        let door = door(&doors)?;
        let view = door.feed.view(&authority, &asked).map_err(of_error)?;
        let found = find(door, &view).map_err(of_error)?;
        Ok((Entered { doors: Arc::clone(&doors), authority, view }, found))
    };
    let (entered, found) = in_time(state, state.deadline(), &id, work).await??;
    Ok((entered, guest, found))
}

/// An answer or a problem, marked as nobody else's.
fn finished(request: &HttpRequest, responded: std::result::Result<HttpResponse, Problem>) -> HttpResponse {
    let mut response = responded.unwrap_or_else(|problem| problem.respond(Media::Json, &RequestId::of(request)));
    let headers = response.headers_mut();
    headers.insert(header::VARY, HeaderValue::from_static(keeping::VARY));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// `/feed/events/17.offices.3`: one event, whole however long it is.
pub async fn event(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let id = request.match_info().query("event").to_owned();
    let found = enter(&request, &state, FeedRequest::default(), move |door, view| door.feed.event_by_id(view, &id)).await;
    let responded = found.map(|(_, _, event)| answer(actix_web::http::StatusCode::OK, EVENT, event.json.to_string()));
    finished(&request, responded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_an_address_are_read_or_refused_by_name() {
        let known = ["after", "dictionaries", "limit", "wait"];
        let asked = Asked::read("after=now&dictionaries=offices,%20courts&limit=5&wait=30s", &known).unwrap();
        assert_eq!((asked.after.as_deref(), asked.limit, asked.wait_ms), (Some("now"), Some(5), 30_000));
        assert_eq!(asked.request.dictionaries.map(|codes| codes.len()), Some(2));
        for wrong in [
            "limit=0",
            "limit=-1",
            "limit=x",
            "wait=soon",
            "wait=99999999999999999999s",
            "dictionaries=Offices",
            "afer=now",
            "publication=1",
        ] {
            assert!(Asked::read(wrong, &known).is_err(), "{wrong}");
        }
        assert_eq!(wait_in("250ms").ok(), Some(250));
        assert_eq!(wait_in("2").ok(), Some(2000));
    }
}
