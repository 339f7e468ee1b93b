//! The door of files to import: a file comes in as it is, piece by piece, and becomes a job; how far the job is, its rejected rows, and
//! its end before the time are asked for here too. It knows neither formats nor dictionaries.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, ContentDisposition, DispositionParam, DispositionType, HeaderMap, HeaderValue};
use actix_web::web::{Bytes, Payload};
use actix_web::{HttpRequest, HttpResponse, rt, web};
use futures_util::stream::StreamExt;
use serde_json::{Value, json};

use super::blocking::in_time;
use super::body::{Incoming, announced_bytes};
use super::errors::Problem;
use super::export::words_of;
use super::identity::Guest;
use super::negotiation::Media;
use super::observation::RequestId;
use super::services::Doors;
use super::{State, cross_site};
use crate::app::acting::Caller;
use crate::app::import_job::{FileSurvey, ImportReport, Parameters, ProposedDefinition, Upload, Uploaded};
use crate::domain::error::{Error, Result as CoreResult};
use crate::domain::import_job::{ImportJob, JobId};

/// How much of a file is handed over at once: fewer hops between threads, and little held of slow clients.
const PIECE_BYTES: usize = 256 * 1024;

/// What of the query string is not for the import itself.
const FILE: &str = "file";

/// `POST /import/{dictionary}`.
pub async fn upload(request: HttpRequest, payload: Payload, state: web::Data<State>) -> HttpResponse {
    let mut incoming = Incoming::new(payload);
    let uploaded = receive(&request, &mut incoming, &state).await;
    let response = uploaded.unwrap_or_else(|problem| problem.respond(Media::Json, &RequestId::of(&request)));
    incoming.leave_with(response)
}

/// What the address of a file says.
struct Asked {
    dictionary: String,
    file_name: String,
    /// For the import itself.
    words: Parameters,
}

impl Asked {
    fn of(request: &HttpRequest) -> Result<Self, Problem> {
        let dictionary = request.match_info().query("dictionary").to_owned();
        let (file_words, words): (Vec<_>, Vec<_>) = words_of(request.query_string())?.into_iter().partition(|(name, _)| name == FILE);
        let file_name = file_words.into_iter().next().map(|(_, name)| name).or_else(|| disposed_name(request)).unwrap_or_default();
        Ok(Self { dictionary, file_name, words })
    }
}

/// `POST /import/{dictionary}/inspect`: what the beginning of a file would be taken for. Nothing of it is kept.
pub async fn inspect(request: HttpRequest, payload: Payload, state: web::Data<State>) -> HttpResponse {
    let mut incoming = Incoming::new(payload);
    let looked = look(&request, &mut incoming, &state).await;
    let response = match looked {
        Ok(found) => HttpResponse::Ok().json(surveyed(&found)),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(&request)),
    };
    incoming.leave_with(private(response))
}

async fn look(request: &HttpRequest, incoming: &mut Incoming, state: &State) -> Result<FileSurvey, Problem> {
    cross_site::check(request.headers())?;
    check_kind(request)?;
    let id = RequestId::of(request);
    let caller = caller(request, state).await?;
    let doors = state.doors()?;
    let Asked { dictionary, file_name, words } = Asked::of(request)?;
    let bytes = whole(incoming, request.headers(), state, doors.import.inspected_bytes_max).await?;
    blocking(state, &id, move || (doors.import.inspect)(&caller, &dictionary, &file_name, words, bytes)).await
}

/// All that comes, if it is not too much to be held.
async fn whole(incoming: &mut Incoming, headers: &HeaderMap, state: &State, bytes_max: u64) -> Result<Vec<u8>, Problem> {
    let too_large = || {
        let message = format!("at most {bytes_max} bytes of a file are looked at: send its beginning with partial=true");
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "FILE_TOO_LARGE", message)
    };
    if announced_bytes(headers).is_some_and(|announced| announced > bytes_max) {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    while let Some(piece) = next_piece(incoming, state).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() as u64 > bytes_max {
            return Err(too_large());
        }
    }
    incoming.mark_read();
    Ok(bytes)
}

/// `POST /definition/draft`: a definition proposed for a file, or for its beginning. Nothing of it is kept.
pub async fn draft_definition(request: HttpRequest, payload: Payload, state: web::Data<State>) -> HttpResponse {
    let mut incoming = Incoming::new(payload);
    let response = match propose(&request, &mut incoming, &state).await {
        Ok(proposed) => HttpResponse::Ok().json(told_proposal(&proposed)),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(&request)),
    };
    incoming.leave_with(private(response))
}

async fn propose(request: &HttpRequest, incoming: &mut Incoming, state: &State) -> Result<ProposedDefinition, Problem> {
    cross_site::check(request.headers())?;
    check_kind(request)?;
    let id = RequestId::of(request);
    let caller = caller(request, state).await?;
    let doors = state.doors()?;
    let Asked { file_name, words, .. } = Asked::of(request)?;
    let bytes = whole(incoming, request.headers(), state, doors.import.inspected_bytes_max).await?;
    blocking(state, &id, move || (doors.import.propose_definition)(&caller, &file_name, &words, bytes)).await
}

fn told_proposal(proposed: &ProposedDefinition) -> Value {
    let named = |(name, found): &(String, String)| json!({ "name": name, "found": found });
    let columns = proposed.columns.iter();
    let columns = columns.map(|column| json!({ "name": column.name, "target": column.target, "because": column.because }));
    let parameters = proposed.import_parameters.iter().map(|(name, value)| json!({ "name": name, "value": value }));
    json!({
        "toml": proposed.toml,
        "definition": proposed.dictionary.definition,
        "columns": columns.collect::<Vec<_>>(),
        "warnings": proposed.warnings,
        "evidence": proposed.evidence.iter().map(named).collect::<Vec<_>>(),
        "rowsSeen": proposed.rows_seen,
        "importParameters": parameters.collect::<Vec<_>>(),
    })
}

fn surveyed(found: &FileSurvey) -> Value {
    let evidence: Vec<Value> = found.evidence.iter().map(|(name, found)| json!({ "name": name, "found": found })).collect();
    let columns = found.columns.iter().map(|column| {
        let mapped = &column.mapped;
        json!({ "name": mapped.name, "target": mapped.target, "because": mapped.because, "samples": column.samples })
    });
    let errors = found.violations.kept().iter();
    let errors: Vec<Value> = errors.map(|each| json!({ "code": each.code.to_uppercase(), "message": each.to_string() })).collect();
    json!({ "evidence": evidence, "columns": columns.collect::<Vec<_>>(), "rowsSeen": found.rows_seen, "errors": errors })
}

async fn receive(request: &HttpRequest, incoming: &mut Incoming, state: &State) -> Result<HttpResponse, Problem> {
    cross_site::check(request.headers())?;
    check_kind(request)?;
    let id = RequestId::of(request);
    let caller = caller(request, state).await?;
    let doors = state.doors()?;
    let Asked { dictionary, file_name, words } = Asked::of(request)?;
    let begin_doors = Arc::clone(&doors);
    let mut upload = blocking(state, &id, move || (begin_doors.import.receive)(&caller, &dictionary, &file_name, words)).await?;
    if let Some(bytes) = announced_bytes(request.headers()) {
        upload.announce(bytes).map_err(|error| Problem::of_error(error, &id))?;
    }
    let mut piece: Vec<u8> = Vec::with_capacity(PIECE_BYTES);
    loop {
        let next = next_piece(incoming, state).await?;
        let is_last = next.is_none();
        piece.extend_from_slice(&next.unwrap_or_default());
        if piece.len() >= PIECE_BYTES || is_last && !piece.is_empty() {
            let full = std::mem::replace(&mut piece, Vec::with_capacity(PIECE_BYTES));
            upload = blocking(state, &id, move || written(upload, &full)).await?;
        }
        if is_last {
            break;
        }
    }
    incoming.mark_read();
    let Uploaded { job, is_repeated } = blocking(state, &id, move || upload.finish()).await?;
    let status = if is_repeated { StatusCode::OK } else { StatusCode::ACCEPTED };
    let mut shown = shown(&job);
    shown["isRepeated"] = is_repeated.into();
    let mut response = HttpResponse::build(status);
    response.insert_header((header::LOCATION, format!("/import/jobs/{}", job.id.0)));
    Ok(response.json(shown))
}

fn written(mut upload: Box<Upload>, piece: &[u8]) -> CoreResult<Box<Upload>> {
    upload.write(piece)?;
    Ok(upload)
}

/// The next piece of a file, in time: a client may be slow, and not silent.
async fn next_piece(incoming: &mut Incoming, state: &State) -> Result<Option<Bytes>, Problem> {
    let silence_max = Duration::from_millis(state.settings.upload_stall_ms_max);
    match rt::time::timeout(silence_max, incoming.payload().next()).await {
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(_))) => Err(Problem::bad_request("the file broke off on its way: nothing of it was kept, send it again")),
        Ok(None) => Ok(None),
        Err(_) => {
            let message = format!("nothing of the file came for {} ms: nothing of it was kept, send it again", silence_max.as_millis());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message))
        }
    }
}

/// The body is the file itself. A form would have to be taken apart, and a compressed body be unpacked, before anything is known of it.
fn check_kind(request: &HttpRequest) -> Result<(), Problem> {
    let refused = |message: &str| Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message);
    let headers = request.headers();
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(refused("a body with Content-Encoding is not taken: send the file as it is, or packed by gzip as a file"));
    }
    let is_form = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).is_some_and(|kind| kind.starts_with("multipart/"));
    if is_form {
        return Err(refused(
            "a form is not taken: send the file itself as the body (curl --data-binary @FILE), and its name as ?file=NAME",
        ));
    }
    Ok(())
}

fn disposed_name(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(header::CONTENT_DISPOSITION)?;
    ContentDisposition::from_raw(header).ok()?.get_filename().map(str::to_owned)
}

/// Who asks, looked up where it may block.
async fn caller(request: &HttpRequest, state: &State) -> Result<Caller, Problem> {
    let id = RequestId::of(request);
    let doors = state.doors()?;
    let guest = Guest::of(request, &state.settings, id.clone())?;
    state.take_rate(&guest, 1)?;
    in_time(state, state.deadline(), &id, move || guest.identify(&doors.identity)).await?
}

/// Work that touches the disk or the database. Its time is its own: a whole file takes longer than a query may.
async fn blocking<T: Send + 'static>(
    state: &State,
    id: &RequestId,
    work: impl FnOnce() -> CoreResult<T> + Send + 'static,
) -> Result<T, Problem> {
    let done = in_time(state, state.deadline(), id, work).await?;
    done.map_err(|error| Problem::of_error(error, id))
}

/// `GET /import/jobs/{job}`.
pub async fn job(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    respond(&request, about_job(&request, &state, |doors, caller, id| found((doors.import.find)(caller, id)?, id)).await)
}

/// `DELETE /import/jobs/{job}`.
pub async fn cancel(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let cancelled = match cross_site::check(request.headers()) {
        Ok(()) => about_job(&request, &state, |doors, caller, id| (doors.import.cancel)(caller, id)).await,
        Err(problem) => Err(problem),
    };
    respond(&request, cancelled)
}

/// `GET /import/jobs/{job}/rejected.csv`.
pub async fn rejected(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let read = about_job(&request, &state, |doors, caller, id| {
        let rows = (doors.import.rejected_rows)(caller, id)?;
        let (name, mut file) = rows.ok_or_else(|| Error::not_found(format!("import {} has no rejected rows, or is not there", id.0)))?;
        let mut bytes = Vec::new();
        // Bounded by how many rows may be rejected, and by how long a row may be.
        file.read_to_end(&mut bytes).map_err(Error::internal)?;
        Ok((name, bytes))
    });
    let sent = read.await.map(|(name, bytes)| {
        let disposition =
            ContentDisposition { disposition: DispositionType::Attachment, parameters: vec![DispositionParam::Filename(name)] };
        HttpResponse::Ok().insert_header((header::CONTENT_TYPE, "text/csv; charset=utf-8")).insert_header(disposition).body(bytes)
    });
    private(sent.unwrap_or_else(|problem| problem.respond(Media::Json, &RequestId::of(&request))))
}

fn found(job: Option<ImportJob>, id: JobId) -> CoreResult<ImportJob> {
    job.ok_or_else(|| Error::not_found(format!("there is no import {}", id.0)))
}

async fn about_job<T: Send + 'static>(
    request: &HttpRequest,
    state: &State,
    work: impl FnOnce(&Doors, &Caller, JobId) -> CoreResult<T> + Send + 'static,
) -> Result<T, Problem> {
    let caller = caller(request, state).await?;
    let job = request.match_info().query("job").parse::<i64>().map_err(|_| Problem::not_found(request.path()))?;
    let doors = state.doors()?;
    blocking(state, &RequestId::of(request), move || work(&doors, &caller, JobId(job))).await
}

fn respond(request: &HttpRequest, job: Result<ImportJob, Problem>) -> HttpResponse {
    private(match job {
        Ok(job) => HttpResponse::Ok().json(shown(&job)),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(request)),
    })
}

fn private(mut response: HttpResponse) -> HttpResponse {
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A job as JSON; `report` once it is over.
fn shown(job: &ImportJob) -> Value {
    let report = job.report.as_deref().map(ImportReport::parse);
    json!({
        "id": job.id.0,
        "dictionary": job.dictionary.as_str(),
        "file": { "name": job.file.name, "bytes": job.file.bytes, "sha256": job.file.digest },
        "state": job.state.name(),
        "phase": job.phase,
        "bytesDone": job.bytes_done,
        "rowsDone": job.rows_done,
        "attempts": job.attempts,
        "createdAt": job.created_at.to_string(),
        "startedAt": job.started_at.map(|at| at.to_string()),
        "finishedAt": job.finished_at.map(|at| at.to_string()),
        "changeRequest": job.request.map(|request| request.0),
        "rejectedRows": report.as_ref().filter(|report| report.rejected > 0).map(|_| format!("/import/jobs/{}/rejected.csv", job.id.0)),
        "report": report,
    })
}
