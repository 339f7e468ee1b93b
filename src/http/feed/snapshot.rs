//! `/feed/snapshot`: what dictionaries hold at one publication, as lines. One that broke off is gone on with by a range of bytes
//! (RFC 9110 §14), since the same publication always makes the same ones.

use std::io::{self, Write};
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentEncoding, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};

use super::super::State;
use super::super::blocking::in_time;
use super::super::errors::Problem;
use super::super::export::{begin, body};
use super::super::observation::RequestId;
use super::{Asked, FeedDoor, enter, finished};
use crate::app::feed::{FeedSnapshot, FeedView};
use crate::domain::error::Error;

pub const KNOWN: [&str; 2] = ["dictionaries", "publication"];
const LINES: &str = "application/x-ndjson; charset=utf-8";

pub async fn snapshot(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let responded = respond(&request, &state).await;
    finished(&request, responded)
}

async fn respond(request: &HttpRequest, state: &State) -> Result<HttpResponse, Problem> {
    let asked = Asked::read(request.query_string(), &KNOWN)?;
    let publication = asked.publication;
    let find = move |door: &FeedDoor, view: &FeedView| door.feed.snapshot(view, publication).map(Arc::new);
    let (_, _, snapshot) = enter(request, state, asked.request, find).await?;
    let id = RequestId::of(request);
    let tag = format!("\"{}\"", snapshot.entity_tag());
    let mut builder = HttpResponse::Ok();
    builder.insert_header((header::CONTENT_TYPE, LINES)).insert_header((header::ETAG, tag.clone()));
    builder.insert_header((header::ACCEPT_RANGES, "bytes")).insert_header((header::CACHE_CONTROL, "private, no-cache"));
    let range = range_in(request.headers(), &tag);
    let mut part = Part { skipped: 0, left: u64::MAX };
    if let Some((first, last)) = range {
        let counted = Arc::clone(&snapshot);
        // Nobody knows how long it is without writing it; that is done for ranges only.
        let total = in_time(state, state.deadline(), &id, move || count(&counted)).await?;
        let total = total.map_err(|error| Problem::of_error(Error::internal(error), &id))?;
        if first >= total {
            let message = format!("the snapshot has {total} bytes, and the range begins at {first}");
            let problem = Problem::new(StatusCode::RANGE_NOT_SATISFIABLE, "RANGE_NOT_SATISFIABLE", message);
            return Err(match HeaderValue::from_str(&format!("bytes */{total}")) {
                Ok(size) => problem.with_header(header::CONTENT_RANGE, size),
                Err(_) => problem,
            });
        }
        let last = last.unwrap_or(u64::MAX).min(total - 1);
        part = Part { skipped: first, left: last - first + 1 };
        builder.status(StatusCode::PARTIAL_CONTENT).insert_header((header::CONTENT_RANGE, format!("bytes {first}-{last}/{total}")));
        // The range is one of these very bytes and not of compressed ones.
        builder.insert_header(ContentEncoding::Identity);
    }
    if request.method() == actix_web::http::Method::HEAD {
        return Ok(builder.finish());
    }
    let write = move |mut out: Box<dyn Write>| {
        let mut ranged = RangedWriter { part, out: &mut out };
        snapshot.write(&mut ranged)?;
        out.flush()
    };
    let mut pieces = begin(state, Box::new(write), &id)?;
    match pieces.recv().await {
        Some(first) => Ok(builder.streaming(body(first, pieces, id))),
        None => Err(Problem::internal("the thread that wrote a snapshot ended without a word", &id)),
    }
}

/// The one range that is asked for: its first byte and its last. What cannot be read is as if it were not there, and a range of another
/// snapshot asks for the whole of this one.
fn range_in(headers: &HeaderMap, tag: &str) -> Option<(u64, Option<u64>)> {
    let is_of_this = headers.get(header::IF_RANGE).is_none_or(|value| value.as_bytes() == tag.as_bytes());
    let text = headers.get(header::RANGE).filter(|_| is_of_this)?.to_str().ok()?;
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
    last.is_none_or(|last| first <= last).then_some((first, last))
}

fn count(snapshot: &FeedSnapshot) -> io::Result<u64> {
    let mut counter = Counter(0);
    snapshot.write(&mut counter)?;
    Ok(counter.0)
}

struct Counter(u64);

impl Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How many bytes are left out, and how many after them are written.
#[derive(Clone, Copy)]
struct Part {
    skipped: u64,
    left: u64,
}

/// Writes one part of what it is given.
struct RangedWriter<'a> {
    part: Part,
    out: &'a mut dyn Write,
}

impl Write for RangedWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let skipped = self.part.skipped.min(bytes.len() as u64);
        self.part.skipped -= skipped;
        let rest = &bytes[skipped as usize..];
        let taken = self.part.left.min(rest.len() as u64);
        self.part.left -= taken;
        self.out.write_all(&rest[..taken as usize])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_the_range_says() {
        for (skipped, left, expected) in [(0, u64::MAX, "abcdefgh"), (3, u64::MAX, "defgh"), (2, 3, "cde"), (8, 1, "")] {
            let mut out = Vec::new();
            let mut ranged = RangedWriter { part: Part { skipped, left }, out: &mut out };
            for piece in ["ab", "cdef", "gh"] {
                ranged.write_all(piece.as_bytes()).unwrap();
            }
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
    }
}
