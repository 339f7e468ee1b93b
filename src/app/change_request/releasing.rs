//! Releasing: an approved request is published, at once or at an instant. The request, the audit and the publication are one
//! transaction, so it happens exactly once, whoever asks and however many nodes do.

use std::cell::RefCell;

use jiff::Timestamp;

use super::previewing::progress;
use super::reviewing::{review, store_rebased};
use super::{ChangeRequests, permission, subject};
use crate::app::acting::{Act, Acting, Caller};
use crate::app::publishing::{Proposal, Published, Upcoming};
use crate::catalog::Head;
use crate::db;
use crate::domain::account::{AccountId, Role, Scope};
use crate::domain::approval::Decision;
use crate::domain::change_request::{ChangeRequest, RequestId, RequestState};
use crate::domain::error::{Error, Result};
use crate::domain::publication::ChangeSet;
use crate::domain::request_text::COMMENT_LENGTH_MAX;

const PUBLISH: &str = "publishChangeRequest";

impl ChangeRequests {
    /// Publishes an approved request now. It is rebased first; a conflict or a violation refuses it, and nothing is changed.
    pub fn publish_change_request(&self, caller: &Caller, id: RequestId, revision: i64) -> Result<(ChangeRequest, Published)> {
        let act = Act::new(PUBLISH, Scope::Publish, subject(id));
        self.release(caller, &act, id, |acting, request| {
            request.check_revision(revision)?;
            check_releaser(acting, request)
        })
    }

    /// Publishes in one transaction with `check`, the request's new state and the audit record.
    fn release(
        &self,
        caller: &Caller,
        act: &Act,
        id: RequestId,
        check: impl Fn(&mut Acting<'_>, &ChangeRequest) -> Result<()>,
    ) -> Result<(ChangeRequest, Published)> {
        let head = self.fresh_head()?;
        let request = self.acts.look(caller, act, |acting| {
            let request = permission::get_visible(acting, &head, id)?;
            check(acting, &request)?;
            // What is not approved is not worked out either: its state is the answer.
            request.clone().publish(0, acting.now)?;
            check_approved(acting, &head, &request)?;
            Ok(request)
        })?;
        let (released, rebased) = (RefCell::new(None), RefCell::new(None));
        let change = |head: &Head| -> Result<ChangeSet> {
            // Somebody else may have published this very request meanwhile; then that is the answer, and not that nothing is left.
            if let Some(current) = self.read_visible(caller, head, id, |_, current| Ok(current.clone()))? {
                current.check_revision(request.revision)?;
            }
            let mut content = self.rebased(caller, head, id)?;
            let changes = content.take_changes();
            rebased.replace(Some(content));
            Ok(changes)
        };
        let record = |connection: &mut db::Engine, upcoming: &Upcoming<'_>| {
            let published = self.acts.act_within(connection, caller, act, |acting| {
                let head = self.head();
                let current = permission::get_visible(acting, &head, id)?;
                check(acting, &current)?;
                current.check_revision(request.revision)?;
                check_approved(acting, &head, &current)?;
                // What was merged with the changes of others is kept as it was published.
                if let Some(rebased) = rebased.borrow().as_ref() {
                    store_rebased(acting, id, &head, rebased)?;
                }
                let published = current.publish(upcoming.seq(), acting.now)?;
                db::change_request::update(acting.connection, &published)?;
                upcoming.note(acting, id);
                acting.note("revision", request.revision);
                Ok(published)
            })?;
            released.replace(Some(published));
            Ok(Some(id))
        };
        let proposal =
            Proposal { title: request.title.clone(), basis: request.basis.clone(), change: &change, leave_out: None, record: &record };
        let outcome = self.publisher.publish(&proposal).and_then(|published| {
            let empty = || Error::refused("change_request_empty", "this change request would change nothing any more");
            Ok((released.take().ok_or_else(empty)?, published))
        });
        let outcome = outcome.map_err(|error| permission::told_to(&caller.authority, &self.head(), error));
        self.acts.audited(caller, act, outcome)
    }

    /// The request goes out at an instant. Until then it can be taken off the schedule, reopened or sent back.
    pub fn schedule_change_request(&self, caller: &Caller, id: RequestId, revision: i64, at: Timestamp) -> Result<ChangeRequest> {
        let act = Act::new("scheduleChangeRequest", Scope::Publish, subject(id));
        let head = self.head();
        self.act_on(caller, &act, id, revision, |acting, request| {
            check_releaser(acting, &request)?;
            // The state first, so that an unapproved request is told to be one.
            let now = acting.now;
            let scheduled = request.schedule(at, now)?;
            check_approved(acting, &head, &scheduled)?;
            acting.note("at", at.to_string());
            Ok(scheduled)
        })
    }

    pub fn unschedule_change_request(&self, caller: &Caller, id: RequestId, revision: i64) -> Result<ChangeRequest> {
        let act = Act::new("unscheduleChangeRequest", Scope::Publish, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            check_releaser(acting, &request)?;
            request.unschedule(acting.now)
        })
    }

    /// Publishes the scheduled requests whose instant has come; gives their numbers. One that cannot be published goes back to its
    /// authors with the reason, and the others go out all the same.
    pub fn publish_due(&self) -> Result<Vec<RequestId>> {
        let now = self.acts.clock.now();
        let due = self.acts.store.read(|connection| db::change_request::list_due(connection, now))?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let caller = self.acts.built_in(AccountId::SVOD, "service")?;
        let mut published = Vec::new();
        for request in due {
            match self.publish_scheduled(&caller, &request) {
                Ok(true) => published.push(request.id),
                Ok(false) => {}
                Err(error) => tracing::error!(%error, request = request.id.0, "a scheduled change request could not be published yet"),
            }
        }
        Ok(published)
    }

    /// Whether it was published by this call; another node may have been faster.
    fn publish_scheduled(&self, caller: &Caller, request: &ChangeRequest) -> Result<bool> {
        let act = Act::new(PUBLISH, Scope::Publish, request.subject());
        let is_due = |current: &ChangeRequest| current.state == RequestState::Scheduled && current.revision == request.revision;
        let outcome = self.release(caller, &act, request.id, |_, current| {
            if is_due(current) {
                Ok(())
            } else {
                Err(Error::refused("not_due", "it is not scheduled any more, or was published by another node"))
            }
        });
        match outcome {
            Ok(_) => Ok(true),
            // That others keep publishing is no fault of the authors: it is tried again at the next look.
            Err(Error::Refused { code: "not_due" | "wrong_state" | "stale_revision" | "publication_contended", .. }) => Ok(false),
            Err(error @ (Error::Invalid(_) | Error::Refused { .. } | Error::NotFound { .. })) => {
                self.return_unpublishable(caller, request, error)?;
                Ok(false)
            }
            Err(fault) => Err(fault),
        }
    }

    fn return_unpublishable(&self, caller: &Caller, request: &ChangeRequest, reason: Error) -> Result<()> {
        let act = Act::new("returnChangeRequest", Scope::Review, request.subject());
        let touched = self.acts.store.read(|connection| db::change_request_content::list_dictionaries(connection, &[request.id]))?;
        let reason = permission::told_to_readers(&touched, &self.head(), reason);
        let reason: String = reason.to_string().chars().take(COMMENT_LENGTH_MAX / 2).collect();
        let comment = format!("Не опубликовано по расписанию, нужно исправить:\n{reason}");
        self.act_on(caller, &act, request.id, request.revision, |acting, current| {
            review(acting, &current, Decision::Return, Vec::new(), comment)?;
            current.return_to_authors(acting.now)
        })?;
        Ok(())
    }
}

/// Refuses whoever is neither a steward nor an approver of everything that the request touches.
fn check_releaser(acting: &mut Acting<'_>, request: &ChangeRequest) -> Result<()> {
    permission::check_on_all(acting, request, &[Role::Steward, Role::Approver], "publishing needs a steward or an approver")
}

/// The policies may have become stricter since the request was approved.
fn check_approved(acting: &mut Acting<'_>, head: &Head, request: &ChangeRequest) -> Result<()> {
    let progress = progress(acting.connection, head, request)?;
    if progress.is_complete() {
        return Ok(());
    }
    let message = format!("the approval policy asks for more than was given: {} must still approve", progress.missing_text());
    Err(Error::refused("approval_incomplete", message))
}
