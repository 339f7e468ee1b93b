//! Reviewing: a draft is submitted, and reviewers approve it, send it back or reject it; its authors take it back or give it up.

use super::content::{Rebased, RebasedItem};
use super::previewing::{load, progress};
use super::{ATTEMPTS_MAX, ChangeRequests, permission, subject};
use crate::app::acting::{Act, Acting, Caller};
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::{StoredDictionary, StoredItem};
use crate::domain::account::{Role, Scope};
use crate::domain::approval::{CountedStage, Decision, Review};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::error::{Error, Result};
use crate::domain::request_text::{optional_text, required_text};
use crate::domain::seal::ReviewTexts;
use crate::domain::text::DictionaryCode;
use crate::domain::timeline_json::timeline_json;

impl ChangeRequests {
    /// Sends a draft to review: rebased on what is published now, and valid. Where nobody has to approve, it is approved at once.
    pub fn submit_change_request(&self, caller: &Caller, id: RequestId, revision: i64) -> Result<ChangeRequest> {
        let act = Act::new("submitChangeRequest", Scope::Propose, subject(id));
        for _ in 0..ATTEMPTS_MAX {
            // Worked out before the transaction, which would hold up every other writer meanwhile.
            let head = self.fresh_head()?;
            self.acts.look(caller, &act, |acting| {
                let request = permission::get_visible(acting, &head, id)?;
                request.check_revision(revision)?;
                permission::check_author(acting, &request)?;
                request.submit(head.seq(), acting.now).map(|_| ())
            })?;
            let rebased = self.acts.audited(caller, &act, self.judged(caller, &head, id))?;
            let outcome = self.acts.try_act(caller, &act, |acting| {
                let request = permission::get_visible(acting, &head, id)?;
                request.check_revision(revision)?;
                permission::check_author(acting, &request)?;
                if db::publication::get_latest_seq(acting.connection)? != head.seq() {
                    // Somebody published meanwhile; nothing was written yet.
                    return Ok(None);
                }
                acting.note("revision", revision);
                let submitted = request.submit(head.seq(), acting.now)?;
                store_rebased(acting, id, &head, &rebased)?;
                let is_complete = progress(acting.connection, &head, &submitted)?.is_complete();
                let submitted = if is_complete { approved_by_nobody(submitted, acting.now)? } else { submitted };
                db::change_request::update(acting.connection, &submitted)?;
                Ok(Some(submitted))
            })?;
            if let Some(submitted) = outcome {
                return Ok(submitted);
            }
        }
        Err(Error::refused("publication_contended", "others keep publishing meanwhile; nothing was changed, try again"))
    }

    /// What a request comes to on a head. Refuses conflicts, violations, and a request that would change nothing.
    fn judged(&self, caller: &Caller, head: &Head, id: RequestId) -> Result<Rebased> {
        let mut rebased = self.rebased(caller, head, id)?;
        let changes = rebased.take_changes();
        let judge = |changes| self.publisher.judge(head, changes).map_err(|error| permission::told_to(&caller.authority, head, error));
        if changes.is_empty() || judge(changes)?.is_empty() {
            return Err(Error::refused("change_request_empty", "this change request would change nothing: edit some items first"));
        }
        Ok(rebased)
    }

    /// The content of a request merged with a head. Refuses conflicts; whether the outcome is valid is not looked at.
    pub(super) fn rebased(&self, caller: &Caller, head: &Head, id: RequestId) -> Result<Rebased> {
        let stored = self.read_visible(caller, head, id, |connection, _| load(connection, id))?;
        let stored = stored.ok_or_else(|| Error::not_found(format!("there is no change request {}", id.0)))?;
        let rebased = stored.rebase(head, self.publisher.violations_max())?;
        rebased.check()?;
        Ok(rebased)
    }

    /// The newest head, whoever published last.
    pub(in crate::app) fn fresh_head(&self) -> Result<std::sync::Arc<Head>> {
        self.publisher.refresh()?;
        Ok(self.head())
    }

    /// One approval by one person, for every open stage that is theirs. Four eyes hold on every path.
    pub fn approve_change_request(&self, caller: &Caller, id: RequestId, revision: i64, comment: &str) -> Result<ChangeRequest> {
        let act = Act::new("approveChangeRequest", Scope::Review, subject(id));
        let head = self.head();
        self.act_on(caller, &act, id, revision, |acting, request| {
            let at = acting.now;
            // The state first: whoever approves what is not in review should be told so and nothing else.
            request.clone().approve(true, at)?;
            let before = progress(acting.connection, &head, &request)?;
            let authors = permission::authors(acting.connection, id)?;
            let counts_for = before.stages_to_approve(&acting.authority, &authors)?;
            if authors.contains(&acting.account_id()?) {
                acting.note("fourEyes", "relaxed by the policies of the dictionaries");
            }
            review(acting, &request, Decision::Approve, counts_for, optional_text("comment", comment)?)?;
            let is_complete = progress(acting.connection, &head, &request)?.is_complete();
            request.approve(is_complete, at)
        })
    }

    /// Back to its authors, with a comment that says why.
    pub fn return_change_request(&self, caller: &Caller, id: RequestId, revision: i64, comment: &str) -> Result<ChangeRequest> {
        let act = Act::new("returnChangeRequest", Scope::Review, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            check_reviewer(acting, id)?;
            review(acting, &request, Decision::Return, Vec::new(), required_text("comment", comment)?)?;
            request.return_to_authors(acting.now)
        })
    }

    /// For good: nothing can become of the request any more.
    pub fn reject_change_request(&self, caller: &Caller, id: RequestId, revision: i64, comment: &str) -> Result<ChangeRequest> {
        let act = Act::new("rejectChangeRequest", Scope::Review, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            check_reviewer(acting, id)?;
            review(acting, &request, Decision::Reject, Vec::new(), required_text("comment", comment)?)?;
            request.reject(acting.now)
        })
    }

    /// Given up by those who wrote it.
    pub fn withdraw_change_request(&self, caller: &Caller, id: RequestId, revision: i64) -> Result<ChangeRequest> {
        let act = Act::new("withdrawChangeRequest", Scope::Propose, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            permission::check_author(acting, &request)?;
            request.withdraw(acting.now)
        })
    }

    /// Taken back by those who wrote it, to be changed; approvals given so far count no more.
    pub fn reopen_change_request(&self, caller: &Caller, id: RequestId, revision: i64) -> Result<ChangeRequest> {
        let act = Act::new("reopenChangeRequest", Scope::Propose, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            permission::check_author(acting, &request)?;
            request.reopen(acting.now)
        })
    }
}

/// A policy without any stage asks for nobody.
fn approved_by_nobody(submitted: ChangeRequest, at: jiff::Timestamp) -> Result<ChangeRequest> {
    let revision = submitted.revision;
    let mut approved = submitted.approve(true, at)?;
    approved.revision = revision;
    Ok(approved)
}

/// Stores the content as it was merged, so that reviewers see what will be published.
pub fn store_rebased(acting: &mut Acting<'_>, id: RequestId, head: &Head, rebased: &Rebased) -> Result<()> {
    for dictionary in &rebased.dictionaries {
        let published = head.dictionaries.get(&dictionary.code).map(|resident| resident.current.dictionary.canonical_json());
        let definition = dictionary.is_defined.then(|| dictionary.dictionary.canonical_json());
        if definition.is_some() {
            let (request, code) = (id, dictionary.code.clone());
            let stored = StoredDictionary { request, code, definition_base: published, definition };
            db::change_request_content::put_dictionary(acting.connection, &stored)?;
        }
        let stored = |item: &RebasedItem| StoredItem {
            base: timeline_json(&dictionary.dictionary, &item.theirs),
            proposed: timeline_json(&dictionary.dictionary, &item.merged),
            ..item.stored.clone()
        };
        let items: Vec<StoredItem> = dictionary.items.iter().map(stored).collect();
        db::change_request_content::put_items(acting.connection, id, &dictionary.code, &items)?;
    }
    Ok(())
}

fn check_reviewer(acting: &mut Acting<'_>, id: RequestId) -> Result<()> {
    let touched: Vec<DictionaryCode> =
        db::change_request_content::list_dictionaries(acting.connection, &[id])?.into_iter().map(|stored| stored.code).collect();
    if touched.iter().any(|code| acting.authority.holds(Role::Approver, code)) {
        return Ok(());
    }
    Err(Error::forbidden("this decision needs the role approver on one of the dictionaries: ask an administrator"))
}

/// Writes a decision down, and seals it in the audit.
pub fn review(
    acting: &mut Acting<'_>,
    request: &ChangeRequest,
    decision: Decision,
    counts_for: Vec<CountedStage>,
    comment: String,
) -> Result<()> {
    let review = Review {
        id: 0,
        request: request.id,
        round: request.round,
        revision: request.revision,
        account: acting.account_id()?,
        decision,
        counts_for,
        comment,
        at: acting.now,
    };
    let review = db::review::insert(acting.connection, review)?;
    acting.note("review", review.id);
    acting.note("reviewDigest", ReviewTexts::of(&review).seal());
    Ok(())
}
