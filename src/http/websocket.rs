//! WebSockets of the management API, by the subprotocol `graphql-transport-ws`: the handshake, how much a client may send, whether
//! it is still there and still who it was. What the messages say, the door knows.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, rt, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use futures_util::stream::{self, BoxStream, LocalBoxStream, StreamExt};
use tokio::sync::{mpsc, watch};

use super::errors::Problem;
use super::identity::Guest;
use super::negotiation::Media;
use super::observation::RequestId;
use super::services::Doors;
use super::{Place, State, WebSocketSettings, cross_site, graphql, management};
use crate::domain::account::Authority;
use crate::graphql::door::Outgoing;

/// The only subprotocol there is here (github.com/enisdenjo/graphql-ws, PROTOCOL.md), whose close codes these are.
const SUBPROTOCOL: &str = "graphql-transport-ws";
const BAD_REQUEST: u16 = 4400;
const UNAUTHORIZED: u16 = 4401;
const FORBIDDEN: u16 = 4403;
const BEGIN_TIMEOUT: u16 = 4408;

/// What a door says first to a client that has begun.
const ACKNOWLEDGED: &str = "\"connection_ack\"";

pub fn is_asked_for(request: &HttpRequest) -> bool {
    listed(request, &header::UPGRADE).any(|word| word.eq_ignore_ascii_case("websocket"))
}

/// The words of a header that lists them.
fn listed<'a>(request: &'a HttpRequest, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = request.headers().get_all(name).filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// Answers the handshake; the conversation then goes on by itself.
pub async fn open(request: &HttpRequest, payload: web::Payload, state: &State) -> HttpResponse {
    let mut response = match shake_hands(request, payload, state).await {
        Ok(response) => return response,
        Err(problem) => problem.respond(Media::Json, &RequestId::of(request)),
    };
    graphql::mark_private(request, state, &mut response);
    response
}

async fn shake_hands(request: &HttpRequest, payload: web::Payload, state: &State) -> Result<HttpResponse, Problem> {
    let doors = state.doors()?;
    cross_site::check(request.headers())?;
    if !listed(request, &header::SEC_WEBSOCKET_PROTOCOL).any(|protocol| protocol == SUBPROTOCOL) {
        let message = format!("the subprotocol must be {SUBPROTOCOL}: send it in Sec-WebSocket-Protocol");
        return Err(Problem::new(StatusCode::BAD_REQUEST, "SUBPROTOCOL_UNKNOWN", message)
            .with_header(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL)));
    }
    let settings = state.settings.websockets;
    let place = Place::take(&state.websockets, settings.connections_max).ok_or_else(|| too_many(settings.connections_max))?;
    let caller = management::identify(request, state, state.deadline(), 1).await?;
    let standing =
        Standing { guest: Guest::of(request, &state.settings, RequestId::of(request))?, authority: caller.authority.clone(), doors };
    let (response, session, messages) = actix_ws::handle_with_protocols(request, payload, &[SUBPROTOCOL])
        .map_err(|error| Problem::bad_request(format!("this is not the handshake of a WebSocket: {error}")))?;
    let bytes_max = state.settings.request_body_bytes_max;
    let messages = messages.max_frame_size(bytes_max).aggregate_continuations().max_continuation_size(bytes_max);
    let (waiting, taken_up) = mpsc::channel(settings.messages_waiting_max);
    let incoming = stream::unfold(taken_up, async |mut taken_up| taken_up.recv().await.map(|message| (message, taken_up)));
    let said = (standing.doors.management.subscribe)(caller, incoming.boxed());
    let events = events(messages, said, settings, state.stopping.subscribe());
    let conversation = Conversation { session, waiting, settings, standing, has_begun: false, is_heard: true, _place: place };
    rt::spawn(conversation.go_on(events, RequestId::of(request)));
    Ok(response)
}

fn too_many(connections_max: usize) -> Problem {
    let message = format!("{connections_max} WebSockets are open already (websocket_connections_max): ask again later");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", message)
}

/// What happens in a conversation.
enum Event {
    Heard(AggregatedMessage),
    /// The client sent what no client may.
    Broken(ProtocolError),
    Gone,
    Said(Outgoing),
    /// The door has nothing more to say.
    Finished,
    PingDue,
    BeginDue,
    Stopping,
}

fn events(
    messages: AggregatedMessageStream,
    said: BoxStream<'static, Outgoing>,
    settings: WebSocketSettings,
    mut stopping: watch::Receiver<bool>,
) -> impl StreamExt<Item = Event> + Unpin {
    let heard = messages.map(|message| message.map_or_else(Event::Broken, Event::Heard)).chain(stream::iter([Event::Gone]));
    let said = said.map(Event::Said).chain(stream::iter([Event::Finished]));
    let every = Duration::from_millis(settings.ping_every_ms);
    let pings = stream::unfold((), move |()| async move {
        rt::time::sleep(every).await;
        Some((Event::PingDue, ()))
    });
    let begin_time = Duration::from_millis(settings.begin_time_ms_max);
    let begin = stream::once(async move {
        rt::time::sleep(begin_time).await;
        Event::BeginDue
    });
    let stop = stream::once(async move {
        // An error says that nobody is left who could stop the server: it is gone.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
        Event::Stopping
    });
    let all: [LocalBoxStream<'static, Event>; 5] =
        [heard.boxed_local(), said.boxed_local(), pings.boxed_local(), begin.boxed_local(), stop.boxed_local()];
    stream::select_all(all)
}

/// One open WebSocket.
struct Conversation {
    session: Session,
    /// Messages of the client that the door has not taken up yet.
    waiting: mpsc::Sender<Vec<u8>>,
    settings: WebSocketSettings,
    standing: Standing,
    has_begun: bool,
    /// Whether anything was heard since the last ping.
    is_heard: bool,
    _place: Place,
}

/// `Break` ends the conversation, with a reason where the client is to be told one.
type Flow = ControlFlow<Option<CloseReason>>;

fn close(code: impl Into<CloseCode>, reason: impl Into<String>) -> Flow {
    Flow::Break(Some(CloseReason { code: code.into(), description: Some(reason.into()) }))
}

impl Conversation {
    async fn go_on(mut self, mut events: impl StreamExt<Item = Event> + Unpin, id: RequestId) {
        let reason = loop {
            let Some(event) = events.next().await else { break None };
            if let Flow::Break(reason) = self.meet(event).await {
                break reason;
            }
        };
        let (code, told) = reason.as_ref().map_or((None, None), |reason| (Some(u16::from(reason.code)), reason.description.as_deref()));
        tracing::info!(id = id.as_str(), code, reason = told, "websocket closed");
        // An error says that the client is gone already.
        let _ = self.session.close(reason).await;
    }

    async fn meet(&mut self, event: Event) -> Flow {
        match event {
            Event::Heard(message) => self.hear(message).await,
            Event::Broken(ProtocolError::Overflow) => close(CloseCode::Size, "the message is too long"),
            Event::Broken(error) => close(CloseCode::Protocol, error.to_string()),
            Event::Said(Outgoing::Text(text)) => {
                self.has_begun = self.has_begun || text.contains(ACKNOWLEDGED);
                self.send(async |session| session.text(text).await).await
            }
            Event::Said(Outgoing::Close(code, reason)) => close(code, reason),
            Event::Gone | Event::Finished => Flow::Break(None),
            Event::PingDue if !self.is_heard => close(CloseCode::Policy, "nothing was heard since the last ping"),
            Event::PingDue => {
                self.is_heard = false;
                self.standing.check().await?;
                self.send(async |session| session.ping(b"").await).await
            }
            Event::BeginDue if self.has_begun => Flow::Continue(()),
            Event::BeginDue => close(BEGIN_TIMEOUT, "Connection initialisation timeout"),
            Event::Stopping => close(CloseCode::Away, "the service is stopping"),
        }
    }

    async fn hear(&mut self, message: AggregatedMessage) -> Flow {
        self.is_heard = true;
        match message {
            AggregatedMessage::Text(text) => match self.waiting.try_send(text.into_bytes().to_vec()) {
                Err(mpsc::error::TrySendError::Full(_)) => close(CloseCode::Policy, "too many messages at once"),
                // A door that takes up no more is about to end the conversation itself.
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Flow::Continue(()),
            },
            AggregatedMessage::Binary(_) => close(BAD_REQUEST, "only text messages are taken"),
            AggregatedMessage::Ping(bytes) => self.send(async |session| session.pong(&bytes).await).await,
            AggregatedMessage::Pong(_) => Flow::Continue(()),
            AggregatedMessage::Close(_) => Flow::Break(None),
        }
    }

    /// Sends, unless the client has gone or does not read what was sent before.
    async fn send(&mut self, send: impl AsyncFnOnce(&mut Session) -> Result<(), actix_ws::Closed>) -> Flow {
        let patience = Duration::from_millis(self.settings.ping_every_ms);
        match rt::time::timeout(patience, send(&mut self.session)).await {
            Ok(Ok(())) => Flow::Continue(()),
            Ok(Err(_)) | Err(_) => Flow::Break(None),
        }
    }
}

/// By what right the conversation goes on.
struct Standing {
    guest: Guest,
    /// As it was when the conversation began, which is what the door goes by.
    authority: Authority,
    doors: Arc<Doors>,
}

impl Standing {
    /// Ends the conversation when the credential does not hold any more, or not for the same. A client may then begin anew.
    async fn check(&self) -> Flow {
        if !self.guest.presents_anything() {
            return Flow::Continue(());
        }
        let (guest, doors) = (self.guest.clone(), Arc::clone(&self.doors));
        match web::block(move || guest.identify(&doors.identity)).await {
            Ok(Ok(caller)) if caller.authority.grants == self.authority.grants && caller.authority.limit == self.authority.limit => {
                Flow::Continue(())
            }
            Ok(Ok(_)) => close(FORBIDDEN, "ACCESS_CHANGED"),
            Ok(Err(problem)) if problem.status == StatusCode::UNAUTHORIZED => close(UNAUTHORIZED, problem.code()),
            // The database does not answer just now: it is asked again at the next ping.
            Ok(Err(_)) | Err(_) => Flow::Continue(()),
        }
    }
}
