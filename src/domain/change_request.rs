//! The life of a change request: its states, and the transitions that there are. An illegal one cannot be written: each transition
//! is a method that takes the request and gives back the next one, or the reason why not.
//! What it changes stands in `item_edit.rs`; who must approve it, in `approval.rs`.

use jiff::Timestamp;

use super::account::AccountId;
use super::error::{Error, Result};
use super::publication::Basis;

/// The number of a change request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestId(pub i64);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RequestState {
    /// Being written; may be invalid.
    Draft,
    /// Sent back by a reviewer: a draft again, with comments.
    Returned,
    InReview,
    /// Approved by everybody who must; waits to be published.
    Approved,
    /// Approved, and goes out at an instant.
    Scheduled,
    Published,
    Rejected,
    Withdrawn,
}

impl RequestState {
    pub const ALL: [RequestState; 8] =
        [Self::Draft, Self::Returned, Self::InReview, Self::Approved, Self::Scheduled, Self::Published, Self::Rejected, Self::Withdrawn];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Returned => "returned",
            Self::InReview => "in_review",
            Self::Approved => "approved",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    pub const fn is_editable(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }

    /// Whether nothing can become of it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Published | Self::Rejected | Self::Withdrawn)
    }
}

/// By which path a request came into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// A steward drafted it.
    Steward,
    Import,
    /// `svod dictionary apply`.
    Apply,
    /// The loading of the shipped dictionaries into an empty database.
    Shipped,
    /// It takes a publication back.
    Undo,
}

impl Origin {
    pub const ALL: [Origin; 5] = [Self::Steward, Self::Import, Self::Apply, Self::Shipped, Self::Undo];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Steward => "steward",
            Self::Import => "import",
            Self::Apply => "apply",
            Self::Shipped => "shipped",
            Self::Undo => "undo",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }
}

/// A draft of changes that is reviewed, approved and published as one; without the changes themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeRequest {
    pub id: RequestId,
    /// Counts every change of the request, its content or its state.
    pub revision: i64,
    pub state: RequestState,
    pub title: String,
    pub description: String,
    pub basis: Basis,
    pub origin: Origin,
    /// The publication that it takes back.
    pub undoes: Option<i64>,
    /// Who created it; others may have changed it too.
    pub author: AccountId,
    /// The publication that it was based on when it was created or last rebased.
    pub base_seq: i64,
    /// Counts submissions: approvals of earlier rounds count no more.
    pub round: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub submitted_at: Option<Timestamp>,
    pub scheduled_at: Option<Timestamp>,
    pub published_seq: Option<i64>,
}

/// What a request is at first.
#[derive(Debug, Clone, Default)]
pub struct NewRequest {
    pub title: String,
    pub description: String,
    pub basis: Basis,
}

impl ChangeRequest {
    /// A new draft; the number is given when it is stored.
    pub fn draft(new: NewRequest, origin: Origin, author: AccountId, base_seq: i64, at: Timestamp) -> Self {
        Self {
            id: RequestId(0),
            revision: 1,
            state: RequestState::Draft,
            title: new.title,
            description: new.description,
            basis: new.basis,
            origin,
            undoes: None,
            author,
            base_seq,
            round: 0,
            created_at: at,
            updated_at: at,
            submitted_at: None,
            scheduled_at: None,
            published_seq: None,
        }
    }

    /// What messages and the audit call it.
    pub fn subject(&self) -> String {
        format!("changeRequest/{}", self.id.0)
    }

    /// Refuses to act on another revision than the one that the caller has seen.
    pub fn check_revision(&self, seen: i64) -> Result<()> {
        if self.revision == seen {
            return Ok(());
        }
        let message = format!(
            "change request {} is at revision {}, and you saw revision {seen}: somebody changed it meanwhile, read it anew",
            self.id.0, self.revision
        );
        Err(Error::refused("stale_revision", message))
    }

    fn next(mut self, from: &[RequestState], to: RequestState, verb: &str, at: Timestamp) -> Result<Self> {
        if !from.contains(&self.state) {
            let allowed: Vec<&str> = from.iter().map(|state| state.name()).collect();
            let message = format!(
                "change request {} is {}, and only one that is {} can be {verb}",
                self.id.0,
                self.state.name(),
                allowed.join(" or ")
            );
            return Err(Error::refused("wrong_state", message));
        }
        self.state = to;
        self.revision += 1;
        self.updated_at = at;
        Ok(self)
    }

    /// Its content or its head was changed.
    pub fn edit(self, at: Timestamp) -> Result<Self> {
        let state = self.state;
        self.next(&[RequestState::Draft, RequestState::Returned], state, "changed", at)
    }

    /// A new round of review begins.
    pub fn submit(self, base_seq: i64, at: Timestamp) -> Result<Self> {
        let mut submitted = self.next(&[RequestState::Draft, RequestState::Returned], RequestState::InReview, "submitted", at)?;
        submitted.round += 1;
        submitted.base_seq = base_seq;
        submitted.submitted_at = Some(at);
        Ok(submitted)
    }

    /// One more approval was given; with the last one the request is approved.
    pub fn approve(self, is_complete: bool, at: Timestamp) -> Result<Self> {
        let to = if is_complete { RequestState::Approved } else { RequestState::InReview };
        // A policy that became stricter asks for further approvals of what was approved already.
        self.next(&[RequestState::InReview, RequestState::Approved], to, "approved", at)
    }

    /// Back to its authors, with a comment.
    pub fn return_to_authors(self, at: Timestamp) -> Result<Self> {
        let from = [RequestState::InReview, RequestState::Approved, RequestState::Scheduled];
        let mut returned = self.next(&from, RequestState::Returned, "returned", at)?;
        returned.scheduled_at = None;
        Ok(returned)
    }

    pub fn reject(self, at: Timestamp) -> Result<Self> {
        let from = [RequestState::InReview, RequestState::Approved, RequestState::Scheduled];
        let mut rejected = self.next(&from, RequestState::Rejected, "rejected", at)?;
        rejected.scheduled_at = None;
        Ok(rejected)
    }

    pub fn withdraw(self, at: Timestamp) -> Result<Self> {
        let from = [RequestState::Draft, RequestState::Returned, RequestState::InReview, RequestState::Approved, RequestState::Scheduled];
        let mut withdrawn = self.next(&from, RequestState::Withdrawn, "withdrawn", at)?;
        withdrawn.scheduled_at = None;
        Ok(withdrawn)
    }

    /// Its authors take it back to change it; approvals given so far count no more.
    pub fn reopen(self, at: Timestamp) -> Result<Self> {
        let from = [RequestState::InReview, RequestState::Approved, RequestState::Scheduled];
        let mut reopened = self.next(&from, RequestState::Draft, "reopened", at)?;
        reopened.scheduled_at = None;
        Ok(reopened)
    }

    /// Goes out at an instant, or at another one than before.
    pub fn schedule(self, goes_out_at: Timestamp, at: Timestamp) -> Result<Self> {
        if goes_out_at <= at {
            let message = format!("{goes_out_at} is not in the future: publish it now, or name a later instant");
            return Err(Error::refused("instant_past", message));
        }
        let mut scheduled = self.next(&[RequestState::Approved, RequestState::Scheduled], RequestState::Scheduled, "scheduled", at)?;
        scheduled.scheduled_at = Some(goes_out_at);
        Ok(scheduled)
    }

    pub fn unschedule(self, at: Timestamp) -> Result<Self> {
        let mut approved = self.next(&[RequestState::Scheduled], RequestState::Approved, "taken off the schedule", at)?;
        approved.scheduled_at = None;
        Ok(approved)
    }

    pub fn publish(self, seq: i64, at: Timestamp) -> Result<Self> {
        let mut published = self.next(&[RequestState::Approved, RequestState::Scheduled], RequestState::Published, "published", at)?;
        published.published_seq = Some(seq);
        published.scheduled_at = None;
        Ok(published)
    }

    /// Published without approval, where the policy asks for none.
    pub fn publish_directly(self, seq: i64, at: Timestamp) -> Result<Self> {
        let mut published = self.next(&[RequestState::Draft], RequestState::Published, "published without approval", at)?;
        published.published_seq = Some(seq);
        published.revision = 1;
        Ok(published)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Transition = fn(ChangeRequest, Timestamp) -> Result<ChangeRequest>;

    fn request(state: RequestState) -> ChangeRequest {
        let new = NewRequest { title: "Объединение".to_owned(), ..NewRequest::default() };
        let mut request = ChangeRequest::draft(new, Origin::Steward, AccountId(7), 1, Timestamp::UNIX_EPOCH);
        request.state = state;
        request
    }

    #[test]
    fn only_the_transitions_of_the_design_are_there() {
        use RequestState::*;
        let transitions: [(&str, Transition, &[RequestState], RequestState); 11] = [
            ("submit", |r, at| r.submit(1, at), &[Draft, Returned], InReview),
            ("approve", |r, at| r.approve(true, at), &[InReview, Approved], Approved),
            ("approve in part", |r, at| r.approve(false, at), &[InReview, Approved], InReview),
            ("return", ChangeRequest::return_to_authors, &[InReview, Approved, Scheduled], Returned),
            ("reject", ChangeRequest::reject, &[InReview, Approved, Scheduled], Rejected),
            ("withdraw", ChangeRequest::withdraw, &[Draft, Returned, InReview, Approved, Scheduled], Withdrawn),
            ("reopen", ChangeRequest::reopen, &[InReview, Approved, Scheduled], Draft),
            ("schedule", |r, at| r.schedule(at + jiff::SignedDuration::from_secs(60), at), &[Approved, Scheduled], Scheduled),
            ("unschedule", ChangeRequest::unschedule, &[Scheduled], Approved),
            ("publish", |r, at| r.publish(9, at), &[Approved, Scheduled], Published),
            ("publish directly", |r, at| r.publish_directly(9, at), &[Draft], Published),
        ];
        let at = Timestamp::UNIX_EPOCH;
        for (name, transition, allowed, to) in transitions {
            for state in RequestState::ALL {
                let outcome = transition(request(state), at);
                if allowed.contains(&state) {
                    assert_eq!(outcome.expect(name).state, to, "{name} from {state:?}");
                } else {
                    assert_eq!(outcome.expect_err(name).code(), "wrong_state", "{name} from {state:?}");
                }
            }
        }
    }

    #[test]
    fn a_stale_revision_and_a_past_instant_are_refused() {
        let approved = request(RequestState::Approved);
        assert_eq!(approved.check_revision(0).expect_err("stale").code(), "stale_revision");
        assert!(approved.check_revision(1).is_ok());
        let refusal = approved.schedule(Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).expect_err("past");
        assert_eq!(refusal.code(), "instant_past");
    }
}
