//! What subscribers are told: they wait for a beat of the pulse, look what is new, and never miss what came between two beats.

use std::sync::Arc;

use async_graphql::{Context, Error as Told, ID, Result, Subscription};
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::watch;

use super::publication::PublicationObject;
use super::view::{Asking, Management, View, hop};
use crate::app::acting::Caller;
use crate::app::pulse::LOOK_EVERY;

/// Somebody who waits for changes.
pub struct Waiting {
    management: Management,
    caller: Arc<Caller>,
    beats: watch::Receiver<u64>,
}

impl Waiting {
    pub fn new(context: &Context<'_>) -> Result<Self> {
        let management = context.data::<Management>()?.clone();
        let caller = Arc::clone(&context.data::<Asking>()?.caller);
        let beats = management.svod.acts.pulse.subscribe();
        Ok(Self { management, caller, beats })
    }

    /// The number of the latest publication.
    fn seq(&self) -> i64 {
        self.management.svod.reading.catalog().head().seq()
    }

    /// Waits until something may have changed. `false`: nothing will any more.
    pub async fn beat(&mut self) -> bool {
        match tokio::time::timeout(LOOK_EVERY, self.beats.changed()).await {
            Ok(changed) => changed.is_ok(),
            Err(_) => true,
        }
    }

    /// What the caller sees now: their roles are asked anew, since they may have been waiting for days.
    pub async fn view(&self) -> Result<View> {
        let (svod, caller) = (Arc::clone(&self.management.svod), Arc::clone(&self.caller));
        let renewed = hop(move || svod.acts.renewed(&caller)).await;
        let caller = renewed.map_err(|error| super::fault::told(&error, &self.caller.request_id))?;
        Ok(View::new(self.management.clone(), Arc::new(caller)))
    }
}

#[derive(Default)]
pub struct PublishedSubscription;

#[Subscription]
impl PublishedSubscription {
    /// Each publication that touches a dictionary that the caller may read, in order.
    async fn published(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Only publications that touch one of these.")] dictionaries: Option<Vec<ID>>,
        #[graphql(desc = "Begin with the publication after this number; with the next one unless told.")] after: Option<i64>,
    ) -> Result<impl Stream<Item = Result<PublicationObject>> + use<>> {
        let waiting = Waiting::new(context)?;
        let seen = after.unwrap_or_else(|| waiting.seq()).max(0);
        let wanted = dictionaries.map(|codes| codes.into_iter().map(|code| code.to_string()).collect());
        Ok(unfold(Some(Following { waiting, seen, wanted, view: None }), next))
    }
}

struct Following {
    waiting: Waiting,
    seen: i64,
    wanted: Option<Vec<String>>,
    /// What the caller sees as long as the head is that of the view.
    view: Option<View>,
}

impl Following {
    /// The next publication that concerns the caller; `None` when nothing is published any more.
    async fn next(&mut self) -> Result<Option<PublicationObject>> {
        loop {
            while self.seen < self.waiting.seq() {
                let view = self.view_of_now().await?;
                while self.seen < view.head().seq() {
                    self.seen += 1;
                    if let Some(publication) = self.concerning(&view) {
                        return Ok(Some(publication));
                    }
                }
            }
            self.view = None;
            if !self.waiting.beat().await {
                return Ok(None);
            }
        }
    }

    /// Kept while there is more to tell of the same head.
    async fn view_of_now(&mut self) -> Result<View> {
        match &self.view {
            Some(view) if view.head().seq() > self.seen => Ok(view.clone()),
            _ => {
                let view = self.waiting.view().await?;
                self.view = Some(view.clone());
                Ok(view)
            }
        }
    }

    fn concerning(&self, view: &View) -> Option<PublicationObject> {
        let is_wanted = |code: &str| self.wanted.as_ref().is_none_or(|wanted| wanted.iter().any(|of| of == code));
        PublicationObject::find(view, self.seen).filter(|publication| publication.touches(is_wanted))
    }
}

/// An error is the last that is told.
async fn next(following: Option<Following>) -> Option<(Result<PublicationObject, Told>, Option<Following>)> {
    let mut following = following?;
    match following.next().await {
        Ok(Some(publication)) => Some((Ok(publication), Some(following))),
        Ok(None) => None,
        Err(error) => Some((Err(error), None)),
    }
}
