//! The feed as a subscription: the same events in the same order as over HTTP, each with the cursor to go on from. Whoever takes nothing
//! for a while is cut by the connection that carries this, and loses nothing.

use std::collections::VecDeque;

use async_graphql::{Context, Error as Told, ID, Json, Result, SimpleObject, Subscription};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::fault;
use super::published::Waiting;
use super::scalar::AnyJson;
use crate::app::feed::{FeedEvent, FeedPage, FeedRequest, NOW};
use crate::domain::error::Error;
use crate::domain::feed::Position;
use crate::domain::text::DictionaryCode;

/// Events that are read ahead of a subscriber.
const EVENTS_AT_ONCE: usize = 200;

/// An event of the feed.
#[derive(SimpleObject)]
#[graphql(name = "FeedEvent")]
struct FeedEventObject {
    /// The same however often the event is sent: `17.offices.3`.
    id: String,
    /// `svod.item.changed`.
    #[graphql(name = "type")]
    event_type: &'static str,
    /// To be given as `after` to go on after this event.
    cursor: String,
    /// The whole event, as CloudEvents 1.0 has it.
    json: AnyJson,
}

#[derive(Default)]
pub struct ChangesSubscription;

#[Subscription]
impl ChangesSubscription {
    /// The events of the feed, in order and without a gap.
    async fn changes(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Where to go on: a cursor, `start` or `now`; `now` unless told.")] after: Option<String>,
        #[graphql(desc = "Only of these; of all that the caller may read unless told.")] dictionaries: Option<Vec<ID>>,
    ) -> Result<impl Stream<Item = Result<FeedEventObject>> + use<>> {
        let waiting = Waiting::new(context)?;
        let unknown = |code: &str| fault::error("NOT_FOUND", format!("there is no dictionary {code:.63}"));
        let parse = |code: ID| DictionaryCode::parse(&code).ok_or_else(|| unknown(&code));
        let dictionaries = dictionaries.map(|codes| codes.into_iter().map(parse).collect::<Result<Vec<_>>>()).transpose()?;
        let request = FeedRequest { dictionaries, filter: None };
        let after = after.unwrap_or_else(|| NOW.to_owned());
        let asked = request.clone();
        let begin = waiting.view().await?.work(move |svod, caller| {
            svod.feed.view(&caller.authority, &asked)?;
            svod.feed.position_of(&after)
        });
        let following = Following { waiting, request, position: begin.await?, read: VecDeque::new() };
        Ok(unfold(Some(following), next))
    }
}

struct Following {
    waiting: Waiting,
    request: FeedRequest,
    position: Position,
    /// Events that were read and not told yet.
    read: VecDeque<FeedEvent>,
}

impl Following {
    /// The next event; `None` when nothing will be published any more.
    async fn next(&mut self) -> Result<Option<FeedEventObject>> {
        loop {
            if let Some(event) = self.read.pop_front() {
                return told(event).map(Some);
            }
            let page = self.read_on().await?;
            self.position = page.position;
            self.read.extend(page.events.iter().cloned());
            if self.read.is_empty() && page.is_at_end && !self.waiting.beat().await {
                return Ok(None);
            }
        }
    }

    /// Rights are asked anew for each page.
    async fn read_on(&self) -> Result<FeedPage> {
        let (request, position) = (self.request.clone(), self.position.clone());
        let work = self.waiting.view().await?.work(move |svod, caller| {
            let view = svod.feed.view(&caller.authority, &request)?;
            svod.feed.read(&view, &position, EVENTS_AT_ONCE)
        });
        work.await
    }
}

fn told(event: FeedEvent) -> Result<FeedEventObject> {
    let json = serde_json::from_str(&event.json).map_err(|error| fault::told(&Error::internal(error), ""))?;
    Ok(FeedEventObject { id: event.id, event_type: event.event_type.name(), cursor: event.cursor, json: Json(json) })
}

/// An error is the last that is told.
async fn next(following: Option<Following>) -> Option<(Result<FeedEventObject, Told>, Option<Following>)> {
    let mut following = following?;
    match following.next().await {
        Ok(Some(event)) => Some((Ok(event), Some(following))),
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
