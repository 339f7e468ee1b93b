//! The door of the data API. What is cheap or known is answered on the thread that carries the connection, with no hop; who asks is
//! looked up only when they say who they are and that was not asked a moment ago. This route looks after itself: see `observation`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, web};

use super::blocking::in_time;
use super::body::Incoming;
use super::compression::{self, Coding};
use super::errors::{Problem, RETRY_AFTER_S, with_request_id};
use super::identity::{Guest, carries_credential, carries_session};
use super::metrics::{DataOutcome, Event, Row};
use super::negotiation::{Media, choose};
use super::observation::{Line, RequestId, Watch, finish_headers};
use super::operation::{self, Asked};
use super::services::Doors;
use super::{State, cross_site, graphql, keeping, pages, routes};
use crate::domain::account::Authority;
use crate::query::{Begun, Caller, Forms, Keeping, Request, Response, ResponseKind, Work};

/// Nothing can be changed here, but a page of another site has no business with anybody's session.
pub async fn post(request: HttpRequest, payload: web::Payload) -> HttpResponse {
    static ROW: LazyLock<Row> = LazyLock::new(|| Row::of(Some(routes::DATA), &Method::POST));
    let (visit, mut incoming) = (Visit::begin(&request), Incoming::new(payload));
    let sent = match choose(&request, &graphql::OFFERED_TO_POST) {
        Some(media) => {
            let answered = visit.answer_post(&mut incoming).await;
            visit.carry(answered, media).await
        }
        None => visit.refuse(&graphql::not_acceptable(), Media::Json),
    };
    incoming.leave_with(visit.finish(sent, *ROW))
}

/// A browser gets GraphiQL, a program an answer.
pub async fn get(request: HttpRequest) -> HttpResponse {
    let visit = Visit::begin(&request);
    let sent = match choose(&request, &graphql::OFFERED_TO_GET) {
        Some(Media::Html) => Sent::of(pages::graphiql(&request)),
        Some(media) => {
            let answered = visit.answer_get().await;
            visit.carry(answered, media).await
        }
        None => visit.refuse(&graphql::not_acceptable(), Media::Json),
    };
    visit.finish(sent, Row::of(Some(routes::DATA), request.method()))
}

/// Also a method that is not answered here is looked after.
pub async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let visit = Visit::begin(&request);
    let sent = Sent::of(routes::refuse_method(&request, routes::DATA, &visit.watch.id));
    visit.finish(sent, Row::of(Some(routes::DATA), request.method()))
}

/// An answer on its way, and what the log tells of it.
struct Sent {
    response: HttpResponse,
    operation_name: Option<Arc<str>>,
    /// The body before compression.
    bytes: usize,
    is_refused: bool,
}

impl Sent {
    /// What was not made for this route.
    fn of(mut response: HttpResponse) -> Self {
        finish_headers(response.headers_mut());
        let bytes = match actix_web::body::MessageBody::size(response.body()) {
            actix_web::body::BodySize::Sized(bytes) => usize::try_from(bytes).unwrap_or(usize::MAX),
            _ => 0,
        };
        Self { response, operation_name: None, bytes, is_refused: false }
    }
}

/// One request at this door.
struct Visit<'r> {
    request: &'r HttpRequest,
    state: &'r State,
    watch: Watch,
    deadline: Instant,
    /// Whether the request says who asks, rightly or not.
    presents_credential: bool,
}

impl<'r> Visit<'r> {
    fn begin(request: &'r HttpRequest) -> Self {
        let state = State::of(request);
        let watch = Watch::begin(request.headers());
        let deadline = state.deadline_from(watch.started);
        let presents_credential = carries_credential(request.headers(), state.settings.is_cookie_secure);
        Self { request, state, watch, deadline, presents_credential }
    }

    async fn answer_post(&self, incoming: &mut Incoming) -> Result<Response, Problem> {
        let (headers, settings) = (self.request.headers(), &self.state.settings);
        if self.presents_credential && carries_session(headers, settings.is_cookie_secure) {
            cross_site::check(headers)?;
        }
        let body = incoming.read(self.request, self.state, self.deadline).await?;
        match operation::in_body(&body, settings.batch_operations_max)? {
            Asked::One(asked) => self.answer(asked).await,
            Asked::Batch(operations) => Box::pin(self.answer_batch(operations)).await,
        }
    }

    async fn answer_get(&self) -> Result<Response, Problem> {
        self.answer(operation::in_query_string(self.request.query_string())?).await
    }

    async fn answer(&self, asked: Request<'_>) -> Result<Response, Problem> {
        let doors = self.state.services.doors().ok_or_else(Problem::not_ready)?;
        let authority = self.authority(doors, 1).await?;
        self.execute(doors, authority, asked).await
    }

    /// Answers each operation for itself, in their order, and whatever came of it, the batch is answered.
    async fn answer_batch(&self, operations: Vec<Result<Request<'_>, Problem>>) -> Result<Response, Problem> {
        let doors = self.state.services.doors().ok_or_else(Problem::not_ready)?;
        let count = u32::try_from(operations.len()).unwrap_or(u32::MAX);
        let authority = self.authority(doors, count).await?;
        self.state.counters.count(Event::BatchOperation, count.into());
        let mut bodies = Vec::with_capacity(operations.len());
        for operation in operations {
            let answered = match operation {
                Ok(asked) => self.execute(doors, Arc::clone(&authority), asked).await,
                Err(problem) => Err(problem),
            };
            bodies.push(match answered {
                Ok(response) => self.body_of(response.kind, response.body),
                Err(problem) => {
                    self.state.counters.count_data(DataOutcome::Refused, 1);
                    problem.json(&self.watch.id).into()
                }
            });
        }
        let body = graphql::joined(&bodies).into();
        Ok(Response { body, kind: ResponseKind::Executed, operation_name: None, keeping: Keeping::Never, forms: None })
    }

    /// Who asks, once they may ask so many operations more.
    async fn authority(&self, doors: &Arc<Doors>, operations: u32) -> Result<Arc<Authority>, Problem> {
        thread_local!(static ANYBODY: Arc<Authority> = Arc::default());
        if !self.presents_credential && !self.state.rate.is_on() {
            return Ok(ANYBODY.with(Arc::clone));
        }
        let guest = Guest::of(self.request, &self.state.settings, self.watch.id.clone())?;
        self.state.take_rate(&guest, operations)?;
        if !guest.presents_anything() {
            return Ok(ANYBODY.with(Arc::clone));
        }
        if let Some(known) = guest.known_authority(&doors.identity) {
            self.state.counters.count(Event::CredentialCached, 1);
            return known;
        }
        let doors = Arc::clone(doors);
        Box::pin(in_time(self.state, self.deadline, &self.watch.id, move || guest.read_authority(&doors.identity))).await?
    }

    async fn execute(&self, doors: &Doors, authority: Arc<Authority>, asked: Request<'_>) -> Result<Response, Problem> {
        // Dropped with this future: when the answer is there, when time is up, and when the client has gone.
        let leaving = Leaving(Arc::default());
        let caller =
            Caller { authority, request_id: Some(self.watch.id.shared()), deadline: Some(self.deadline), has_left: Arc::clone(&leaving.0) };
        let begun = catch_unwind(AssertUnwindSafe(|| (doors.data.begin)(caller, asked)));
        let (response, outcome) = match begun {
            Ok(Begun::Answered(response)) => {
                let outcome = if response.forms.is_some() { DataOutcome::Cached } else { DataOutcome::Inline };
                (response, outcome)
            }
            Ok(Begun::Heavy(work)) => (Box::pin(self.work(work)).await?, DataOutcome::Blocking),
            Err(_) => return Err(Problem::internal("the request panicked", &self.watch.id)),
        };
        let outcome = if response.kind == ResponseKind::Executed { outcome } else { DataOutcome::Refused };
        self.state.counters.count_data(outcome, 1);
        Ok(response)
    }

    /// Goes on where it may block: older editions come from the database, and a long query must not hold up the others.
    async fn work(&self, work: Work) -> Result<Response, Problem> {
        let id = &self.watch.id;
        let span = tracing::info_span!("request", id = id.as_str());
        in_time(self.state, self.deadline, id, move || span.in_scope(|| work.run())).await
    }

    /// Errors whose reason only the log has name the request.
    fn body_of(&self, kind: ResponseKind, body: Bytes) -> Bytes {
        match kind {
            ResponseKind::Executed | ResponseKind::RequestError => body,
            ResponseKind::Unavailable | ResponseKind::Failed => with_request_id(body, &self.watch.id),
        }
    }

    async fn carry(&self, answered: Result<Response, Problem>, media: Media) -> Sent {
        let answered = match answered {
            Ok(answered) => answered,
            Err(problem) => {
                self.state.counters.count_data(DataOutcome::Refused, 1);
                return self.refuse(&problem, media);
            }
        };
        let Response { body, kind, operation_name, keeping, forms } = answered;
        let status = graphql::status_of(kind, media);
        let body = self.body_of(kind, body);
        let bytes = body.len();
        let headers = self.request.headers();
        let is_kept_by_clients = self.request.method() != Method::POST && kind == ResponseKind::Executed && keeping != Keeping::Never;
        let keeping = if is_kept_by_clients { keeping } else { Keeping::Never };
        let tag = is_kept_by_clients.then(|| keeping::tag_of(&body, forms.as_deref()));
        if let Some(tag) = tag.as_deref().filter(|tag| keeping::has_same(headers, tag)) {
            self.state.counters.count(Event::NotModified, 1);
            let mut response = HttpResponse::new(StatusCode::NOT_MODIFIED);
            self.mark(response.headers_mut(), keeping, Some(tag), None);
            return Sent { response, operation_name, bytes, is_refused: false };
        }
        let coding = compression::choose(headers, bytes, forms.is_some());
        let (body, coding) = match coding {
            None => (body, None),
            Some(coding) => Box::pin(self.coded(body, coding, forms)).await,
        };
        let mut response = HttpResponse::with_body(status, body).map_into_boxed_body();
        let head = response.headers_mut();
        head.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            head.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
        }
        self.mark(head, keeping, tag.as_deref(), coding);
        Sent { response, operation_name, bytes, is_refused: kind != ResponseKind::Executed }
    }

    /// The body in another form; as it is when that cannot be made.
    async fn coded(&self, body: Bytes, coding: Coding, forms: Option<Arc<Forms>>) -> (Bytes, Option<Coding>) {
        self.state.counters.count_compressed(coding);
        if let Some(made) = forms.as_deref().and_then(|forms| coding.made(forms)) {
            return (made.clone(), Some(coding));
        }
        let plain = body.clone();
        let make = move || match &forms {
            Some(forms) => coding.kept(forms, &plain),
            None => coding.passing(&plain),
        };
        if body.len() <= compression::INLINE_BYTES_MAX {
            return (make(), Some(coding));
        }
        match web::block(make).await {
            Ok(made) => (made, Some(coding)),
            Err(_) => (body, None),
        }
    }

    fn mark(&self, headers: &mut HeaderMap, keeping: Keeping, tag: Option<&str>, coding: Option<Coding>) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping::cache_control(keeping, self.presents_credential)));
        headers.insert(header::VARY, HeaderValue::from_static(keeping::VARY));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
        }
        if let Some(value) = tag.and_then(|tag| keeping::tag_header(tag, coding)) {
            headers.insert(header::ETAG, value);
        }
    }

    fn refuse(&self, problem: &Problem, media: Media) -> Sent {
        let mut response = problem.respond(media, &self.watch.id);
        self.mark(response.headers_mut(), Keeping::Never, None, None);
        Sent::of(response)
    }

    fn finish(&self, sent: Sent, row: Row) -> HttpResponse {
        let Sent { mut response, operation_name, bytes, is_refused } = sent;
        self.watch.dress(response.headers_mut());
        let duration = self.watch.started.elapsed();
        let (method, status) = (self.request.method(), response.status());
        self.state.counters.count_request(row, method, status);
        self.state.counters.count_data_time(duration);
        let line = Line { route: routes::DATA, method, status, operation_name: operation_name.as_deref(), bytes, is_refused };
        let slow_request_ms = self.state.settings.slow_request_ms;
        self.watch.log(&line, duration, slow_request_ms);
        self.watch.trace_past(self.request.headers(), &line, duration, slow_request_ms);
        response
    }
}

/// Tells the work on another thread that nobody waits for it any more.
struct Leaving(Arc<AtomicBool>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The schema as text: of what the caller may see.
pub async fn schema(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let mut response = match read_schema(&request, &state).await {
        Ok(sdl) => graphql::schema(sdl),
        Err(problem) => problem.respond(Media::Json, &RequestId::of(&request)),
    };
    graphql::mark_private(&request, &state, &mut response);
    response
}

async fn read_schema(request: &HttpRequest, state: &State) -> Result<String, Problem> {
    let doors = state.doors()?;
    let id = RequestId::of(request);
    let guest = Guest::of(request, &state.settings, id.clone())?;
    let work_id = id.clone();
    let read = in_time(state, state.deadline(), &id, move || {
        let authority = guest.read_authority(&doors.identity)?;
        (doors.data.sdl)(&authority).map_err(|error| Problem::of_error(error, &work_id))
    });
    read.await?.map(|sdl| sdl.to_string())
}
