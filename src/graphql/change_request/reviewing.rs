//! Reviewing and releasing by mutation: a draft is submitted, decided on, published at once or at an instant, and publications are
//! taken back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::object::ChangeRequestObject;
use super::payload::{ChangeRequestPayload, Verb, act_on_request, change};
use crate::app::change_request::Undone;
use crate::domain::account::Scope;
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::graphql::fault::UserError;
use crate::graphql::payload::act;
use crate::graphql::publication::PublicationObject;
use crate::graphql::scalar::DateTime;
use crate::graphql::view::View;

/// Which request, at which revision.
#[derive(InputObject)]
struct ChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
}

/// An approval.
#[derive(InputObject)]
struct ApproveChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// What there is to say of it.
    #[graphql(default)]
    comment: String,
}

/// A decision that needs a reason.
#[derive(InputObject)]
struct DecideChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// Why.
    comment: String,
}

/// When a request is to go out.
#[derive(InputObject)]
struct ScheduleChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// The instant, which must be in the future.
    at: DateTime,
}

/// A publication that is to be taken back.
#[derive(InputObject)]
struct UndoPublicationInput {
    /// Its number.
    number: i64,
}

/// What came of `publishChangeRequest`.
#[derive(SimpleObject)]
struct PublishChangeRequestPayload {
    /// The request after the act. After a refusal as it stands; null where the caller may not see it.
    change_request: Option<ChangeRequestObject>,
    /// The publication that it became.
    publication: Option<PublicationObject>,
    /// Why nothing was done; empty when it was.
    errors: Vec<UserError>,
}

/// An item that is named only.
#[derive(Debug, Clone, SimpleObject)]
struct NamedItem {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
}

/// What came of `undoPublication`.
#[derive(SimpleObject)]
struct UndoPublicationPayload {
    /// The draft that takes the publication back; null when nothing is left to take back.
    change_request: Option<ChangeRequestObject>,
    /// Items that changed again since: they are kept as they are.
    kept: Vec<NamedItem>,
    /// The codes of dictionaries whose definition is kept: it changed again since, or the publication made the dictionary.
    kept_definitions: Vec<ID>,
    /// Why nothing was done; empty when it was.
    errors: Vec<UserError>,
}

impl UndoPublicationPayload {
    fn of(view: View, undone: Undone) -> Self {
        let named = |(dictionary, code): &(DictionaryCode, ItemCode)| NamedItem {
            dictionary: dictionary.as_str().into(),
            code: code.as_str().into(),
        };
        Self {
            kept: undone.kept.iter().map(named).collect(),
            kept_definitions: undone.kept_definitions.iter().map(|code| code.as_str().into()).collect(),
            change_request: undone.request.map(|request| ChangeRequestObject { view, request }),
            errors: Vec::new(),
        }
    }
}

#[derive(Default)]
pub struct ReviewingMutation;

#[Object]
impl ReviewingMutation {
    /// Sends a draft to review: rebased on what is published now, and valid. Where nobody has to approve, it is approved at once. For
    /// its authors.
    async fn submit_change_request(&self, context: &Context<'_>, input: ChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ChangeRequestInput { change_request, revision } = input;
        change(context, Verb("submitChangeRequest", Scope::Propose), change_request, move |svod, caller, id| {
            svod.change_requests.submit_change_request(caller, id, revision)
        })
        .await
    }

    /// One approval, for every open stage that is the caller's. Nobody approves what they changed, where four eyes hold.
    async fn approve_change_request(&self, context: &Context<'_>, input: ApproveChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ApproveChangeRequestInput { change_request, revision, comment } = input;
        change(context, Verb("approveChangeRequest", Scope::Review), change_request, move |svod, caller, id| {
            svod.change_requests.approve_change_request(caller, id, revision, &comment)
        })
        .await
    }

    /// Sends a request back to its authors, who can change it and submit it again. For approvers.
    async fn return_change_request(&self, context: &Context<'_>, input: DecideChangeRequestInput) -> Result<ChangeRequestPayload> {
        let DecideChangeRequestInput { change_request, revision, comment } = input;
        change(context, Verb("returnChangeRequest", Scope::Review), change_request, move |svod, caller, id| {
            svod.change_requests.return_change_request(caller, id, revision, &comment)
        })
        .await
    }

    /// Refuses a request for good. For approvers.
    async fn reject_change_request(&self, context: &Context<'_>, input: DecideChangeRequestInput) -> Result<ChangeRequestPayload> {
        let DecideChangeRequestInput { change_request, revision, comment } = input;
        change(context, Verb("rejectChangeRequest", Scope::Review), change_request, move |svod, caller, id| {
            svod.change_requests.reject_change_request(caller, id, revision, &comment)
        })
        .await
    }

    /// Gives a request up. For its authors.
    async fn withdraw_change_request(&self, context: &Context<'_>, input: ChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ChangeRequestInput { change_request, revision } = input;
        change(context, Verb("withdrawChangeRequest", Scope::Propose), change_request, move |svod, caller, id| {
            svod.change_requests.withdraw_change_request(caller, id, revision)
        })
        .await
    }

    /// Takes a submitted request back to change it; approvals given so far count no more. For its authors.
    async fn reopen_change_request(&self, context: &Context<'_>, input: ChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ChangeRequestInput { change_request, revision } = input;
        change(context, Verb("reopenChangeRequest", Scope::Propose), change_request, move |svod, caller, id| {
            svod.change_requests.reopen_change_request(caller, id, revision)
        })
        .await
    }

    /// Publishes an approved request now. It is rebased first; a conflict or a violation refuses it, and then nothing is changed. For
    /// stewards and approvers of everything that it touches.
    async fn publish_change_request(&self, context: &Context<'_>, input: ChangeRequestInput) -> Result<PublishChangeRequestPayload> {
        let ChangeRequestInput { change_request, revision } = input;
        let done = act_on_request(context, Verb("publishChangeRequest", Scope::Publish), change_request, move |svod, caller, id| {
            svod.change_requests.publish_change_request(caller, id, revision)
        });
        let (payload, published) = done.await?;
        let (change_request, errors) = payload.into_parts();
        let seq = published.and_then(|published| published.seq);
        let publication = change_request.as_ref().zip(seq).and_then(|(request, seq)| PublicationObject::find(&request.view, seq));
        Ok(PublishChangeRequestPayload { change_request, publication, errors })
    }

    /// Lets an approved request go out at an instant, or at another one than before. For stewards and approvers of everything that it
    /// touches.
    async fn schedule_change_request(&self, context: &Context<'_>, input: ScheduleChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ScheduleChangeRequestInput { change_request, revision, at } = input;
        change(context, Verb("scheduleChangeRequest", Scope::Publish), change_request, move |svod, caller, id| {
            svod.change_requests.schedule_change_request(caller, id, revision, at.0)
        })
        .await
    }

    /// Takes a request off the schedule; it stays approved. For stewards and approvers of everything that it touches.
    async fn unschedule_change_request(&self, context: &Context<'_>, input: ChangeRequestInput) -> Result<ChangeRequestPayload> {
        let ChangeRequestInput { change_request, revision } = input;
        change(context, Verb("unscheduleChangeRequest", Scope::Publish), change_request, move |svod, caller, id| {
            svod.change_requests.unschedule_change_request(caller, id, revision)
        })
        .await
    }

    /// Drafts a request that takes a publication back, to be reviewed and published like any other. What changed again since is kept,
    /// and named. For stewards of everything that it touched.
    async fn undo_publication(&self, context: &Context<'_>, input: UndoPublicationInput) -> Result<UndoPublicationPayload> {
        let undone = act(context, move |svod, caller| svod.change_requests.undo_publication(caller, &svod.comparing, input.number));
        Ok(match undone.await? {
            Ok(undone) => UndoPublicationPayload::of(View::of(context)?, undone),
            Err(errors) => UndoPublicationPayload { change_request: None, kept: Vec::new(), kept_definitions: Vec::new(), errors },
        })
    }
}
