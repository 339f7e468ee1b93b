//! The door of exported files: what is asked for by path and query string, and the file as a stream. A thread of its own writes it, as
//! far ahead of the client as a few pieces; what can be refused is refused before the first of them is sent, and what fails later
//! ends the connection, so that no client takes half a file for a whole one.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode, Version};
use actix_web::web::{Bytes, Query};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, rt, web};
use futures_util::stream;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use super::blocking::{in_time, remaining};
use super::errors::Problem;
use super::identity::{Guest, carries_credential};
use super::negotiation::Media;
use super::observation::RequestId;
use super::services::{PreparedExport, Write};
use super::{Place, State, keeping};
use crate::app::exporting::{ExportRequest, Target, told};
use crate::domain::error::Error;
use crate::query::Keeping;

/// How much of a file is sent at once, and how many pieces wait for the client.
const PIECE_BYTES: usize = 64 * 1024;
const PIECES_WAITING_MAX: usize = 8;

/// `/export/offices.csv`.
pub async fn by_format(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let file = request.match_info().query("file").to_owned();
    let asked = match file.split_once('.') {
        Some((dictionary, format)) => {
            let read = ExportRequest::of_format(format).map_err(|error| Problem::of_error(error, &RequestId::of(&request)));
            read.map(|asked| (dictionary.to_owned(), asked))
        }
        None => Err(Problem::not_found(request.path())),
    };
    respond(&request, &state, asked).await
}

/// `/export/offices/esnsi_14531`.
pub async fn by_projection(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let part = |name: &str| request.match_info().query(name).to_owned();
    let asked = Ok((part("dictionary"), ExportRequest::new(Target::Projection(part("projection")))));
    respond(&request, &state, asked).await
}

async fn respond(request: &HttpRequest, state: &State, asked: Result<(String, ExportRequest), Problem>) -> HttpResponse {
    let sent = match asked {
        Ok((dictionary, asked)) => send(request, state, dictionary, asked).await,
        Err(problem) => Err(problem),
    };
    let mut response = sent.unwrap_or_else(|problem| problem.respond(Media::Json, &RequestId::of(request)));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static(keeping::VARY));
    response
}

async fn send(request: &HttpRequest, state: &State, dictionary: String, mut asked: ExportRequest) -> Result<HttpResponse, Problem> {
    let id = RequestId::of(request);
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings, id.clone())?;
    state.take_rate(&guest, 1)?;
    let deadline = state.deadline();
    let words = words_of(request.query_string());
    let work_id = id.clone();
    let prepared = in_time(state, deadline, &id, move || {
        // A credential that is not good is refused before anything else is looked at.
        let authority = guest.read_authority(&doors.identity)?;
        let of_error = |error: Error| Problem::of_error(error, &work_id);
        for (name, value) in words? {
            asked.set(&name, &value).map_err(of_error)?;
        }
        (doors.export.prepare)(&authority, &dictionary, &asked).map_err(of_error)
    });
    let prepared = prepared.await??;
    let mut builder = head_of(request, state, &prepared);
    if keeping::has_same(request.headers(), &prepared.entity_tag) {
        return Ok(builder.status(StatusCode::NOT_MODIFIED).finish());
    }
    builder.insert_header((header::CONTENT_TYPE, prepared.media_type.clone()));
    builder.insert_header(ContentDisposition {
        disposition: DispositionType::Attachment,
        parameters: vec![DispositionParam::Filename(prepared.file_name.clone())],
    });
    if request.method() == Method::HEAD {
        return Ok(builder.finish());
    }
    let mut pieces = begin(state, prepared.write, &id)?;
    let first = rt::time::timeout(remaining(deadline), pieces.recv()).await;
    match first.map_err(|_| Problem::time_is_up(state.settings.request_time_ms_max))? {
        Some(Piece::Failed(error)) => Err(Problem::of_error(told(error), &id)),
        Some(first) => {
            let mut response = builder.streaming(body(first, pieces, id));
            // Clients of HTTP/1.0, which some proxies are, know no chunks: for them the body ends with the connection.
            if request.version() < Version::HTTP_11 {
                response.head_mut().no_chunking(true);
                response.head_mut().set_connection_type(ConnectionType::Close);
            }
            Ok(response)
        }
        None => Err(Problem::internal("the thread that wrote an export ended without a word", &id)),
    }
}

/// The words of a query string, decoded; `+` is a space, as forms have it.
pub fn words_of(query_string: &str) -> Result<Vec<(String, String)>, Problem> {
    let words = Query::<Vec<(String, String)>>::from_query(query_string);
    words.map(Query::into_inner).map_err(|error| Problem::bad_request(format!("the query string cannot be read: {error}")))
}

fn head_of(request: &HttpRequest, state: &State, prepared: &PreparedExport) -> HttpResponseBuilder {
    let is_private = carries_credential(request.headers(), state.settings.is_cookie_secure);
    let mut builder = HttpResponse::Ok();
    builder.insert_header((header::CACHE_CONTROL, keeping::cache_control(Keeping::UntilChange, is_private)));
    if let Some(tag) = keeping::tag_header(&prepared.entity_tag, None) {
        // The compressing layer sends other bytes under the same tag, so it names what they say and not what they are.
        let weak = HeaderValue::from_bytes(&[b"W/", tag.as_bytes()].concat());
        builder.insert_header((header::ETAG, weak.unwrap_or(tag)));
    }
    builder
}

/// What the writing thread sends.
pub enum Piece {
    Some(Bytes),
    /// The file is whole.
    End,
    Failed(io::Error),
}

/// Has the file written on a thread of its own: a slow client must not keep one of those that answer queries.
pub fn begin(state: &State, write: Box<Write>, id: &RequestId) -> Result<Receiver<Piece>, Problem> {
    let max = state.settings.exports_in_flight_max;
    let place = Place::take(&state.exports, max).ok_or_else(|| {
        let message = format!("{max} files are being written already (export_in_flight_max): ask again in a moment");
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message)
    })?;
    let (sender, receiver) = channel(PIECES_WAITING_MAX);
    let stall_max = Duration::from_millis(state.settings.export_stall_ms_max);
    let span = tracing::info_span!("export", id = id.as_str());
    let work = move || {
        let _place = place;
        let _entered = span.enter();
        let out = PieceWriter { sender: sender.clone(), bytes: Vec::with_capacity(PIECE_BYTES), stall_max };
        let written = catch_unwind(AssertUnwindSafe(|| write(Box::new(out))));
        let last = match written {
            Ok(Ok(_)) => Piece::End,
            Ok(Err(error)) => Piece::Failed(error),
            Err(_) => Piece::Failed(io::Error::other("the export panicked; the log says where")),
        };
        // Whoever has gone need not be told.
        let _ = send_piece(&sender, last, stall_max);
    };
    let spawned = std::thread::Builder::new().name("export".to_owned()).spawn(work);
    spawned.map_err(|error| Problem::internal(&format!("no thread for an export: {error}"), id))?;
    Ok(receiver)
}

/// The body from its first piece on. It ends well with [`Piece::End`] only.
pub fn body(first: Piece, pieces: Receiver<Piece>, id: RequestId) -> impl stream::Stream<Item = Result<Bytes, io::Error>> {
    stream::unfold(Some((Some(first), pieces)), move |state| {
        let id = id.clone();
        async move {
            let (waiting, mut pieces) = state?;
            let piece = match waiting {
                Some(piece) => Some(piece),
                None => pieces.recv().await,
            };
            match piece {
                Some(Piece::Some(bytes)) => Some((Ok(bytes), Some((None, pieces)))),
                Some(Piece::End) => None,
                Some(Piece::Failed(error)) => {
                    tracing::error!(id = id.as_str(), %error, "an export broke off: its connection is closed, so that its client knows");
                    Some((Err(error), None))
                }
                None => Some((Err(io::Error::other("an export broke off")), None)),
            }
        }
    })
}

/// Collects what is written into pieces, and waits while the client has enough of them.
struct PieceWriter {
    sender: Sender<Piece>,
    bytes: Vec<u8>,
    stall_max: Duration,
}

impl io::Write for PieceWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes.extend_from_slice(bytes);
        if self.bytes.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(PIECE_BYTES));
        send_piece(&self.sender, Piece::Some(bytes.into()), self.stall_max)
    }
}

impl Drop for PieceWriter {
    /// Whoever wrote the file flushed it at its end; what is left is of a file that broke off.
    fn drop(&mut self) {
        self.bytes.clear();
    }
}

/// The thread is of no runtime, so it looks by itself whether there is room: a client that takes nothing for long is given up.
fn send_piece(sender: &Sender<Piece>, mut piece: Piece, stall_max: Duration) -> io::Result<()> {
    const LOOK_EVERY: Duration = Duration::from_millis(1);
    let deadline = Instant::now() + stall_max;
    loop {
        piece = match sender.try_send(piece) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(io::Error::new(io::ErrorKind::BrokenPipe, "the client has gone")),
            Err(TrySendError::Full(piece)) => piece,
        };
        if Instant::now() >= deadline {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the client took nothing for too long (export_stall_ms_max)"));
        }
        std::thread::sleep(LOOK_EVERY);
    }
}
