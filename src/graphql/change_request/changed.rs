//! Waiting for a request to change: whoever looks at one is told of each new revision and comment, also of those of other processes.

use async_graphql::{Context, Error as Told, ID, Result, Subscription};
use futures_util::Stream;
use futures_util::stream::unfold;

use super::object::{ChangeRequestObject, read_id};
use crate::domain::change_request::RequestId;
use crate::graphql::fault;
use crate::graphql::published::Waiting;

#[derive(Default)]
pub struct ChangeRequestSubscription;

#[Subscription]
impl ChangeRequestSubscription {
    /// The request whenever its revision changes or somebody comments on it. Ends when it is published, rejected or withdrawn. One
    /// that the caller may not see, or not any more, is the error `NOT_FOUND`.
    async fn change_request_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its number.")] id: ID,
        #[graphql(desc = "The revision that the caller has seen: if there is a newer one it is told at once.")] revision: Option<i64>,
    ) -> Result<impl Stream<Item = Result<ChangeRequestObject>> + use<>> {
        let waiting = Waiting::new(context)?;
        let id = read_id(&id).ok_or_else(not_found)?;
        let (object, comments_count) = look(&waiting, id).await?;
        let seen = Seen { revision: revision.unwrap_or(object.request.revision), comments_count };
        let is_over = object.request.state.is_final() && seen.revision >= object.request.revision;
        Ok(unfold((!is_over).then_some(Watching { waiting, id, seen }), next))
    }
}

/// What was told last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen {
    revision: i64,
    comments_count: usize,
}

struct Watching {
    waiting: Waiting,
    id: RequestId,
    seen: Seen,
}

fn not_found() -> Told {
    fault::error("NOT_FOUND", "there is no such change request")
}

/// The request as it is now, and how many comments there are on it.
async fn look(waiting: &Waiting, id: RequestId) -> Result<(ChangeRequestObject, usize)> {
    let view = waiting.view().await?;
    let found = view.work(move |svod, caller| {
        let found = svod.change_requests.find_change_request(caller, id)?;
        let comments = svod.change_requests.comments_by_request(&[id])?;
        Ok(found.map(|request| (request, comments.get(&id).map_or(0, Vec::len))))
    });
    let (request, comments_count) = found.await?.ok_or_else(not_found)?;
    Ok((ChangeRequestObject { view, request }, comments_count))
}

impl Watching {
    /// The request once it is another than it was; `None` when nothing changes any more.
    async fn next(&mut self) -> Result<Option<ChangeRequestObject>> {
        loop {
            let (object, comments_count) = look(&self.waiting, self.id).await?;
            let now = Seen { revision: object.request.revision, comments_count };
            if now != self.seen {
                self.seen = now;
                return Ok(Some(object));
            }
            if !self.waiting.beat().await {
                return Ok(None);
            }
        }
    }
}

/// An error is the last that is told, and so is a request of which nothing can become any more.
async fn next(watching: Option<Watching>) -> Option<(Result<ChangeRequestObject, Told>, Option<Watching>)> {
    let mut watching = watching?;
    match watching.next().await {
        Ok(Some(object)) => {
            let is_last = object.request.state.is_final();
            Some((Ok(object), (!is_last).then_some(watching)))
        }
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
