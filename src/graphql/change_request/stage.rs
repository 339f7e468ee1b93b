//! Approval as it stands: the stages of each dictionary, the decisions so far, what was said, and whether the caller may approve.

use async_graphql::{Enum, ID, Object, Result, SimpleObject};

use crate::app::change_request::Comment;
use crate::domain::approval::{Decision, Review, StageProgress};
use crate::domain::error::{Error, Result as CoreResult};
use crate::graphql::account::AccountObject;
use crate::graphql::connection::list_cost;
use crate::graphql::definition::ApprovalRoleValue;
use crate::graphql::fault::written;
use crate::graphql::scalar::{DateTime, LocalizedText};
use crate::graphql::view::View;

pub struct StageObject {
    pub view: View,
    pub progress: StageProgress,
}

/// How far one stage of one dictionary is.
#[Object(name = "ReviewStage")]
impl StageObject {
    /// The code of the dictionary whose policy asks for it.
    async fn dictionary(&self) -> ID {
        self.progress.dictionary.as_str().into()
    }

    /// Its place among the stages of the dictionary, from 1.
    async fn position(&self) -> usize {
        self.progress.index + 1
    }

    /// What it is called.
    async fn name(&self) -> LocalizedText {
        (&self.progress.stage.name).into()
    }

    /// Whose approval it takes.
    async fn role(&self) -> ApprovalRoleValue {
        self.progress.stage.role.into()
    }

    /// How many people must approve.
    async fn quorum(&self) -> u32 {
        self.progress.stage.quorum
    }

    /// Who approved in this round.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn approved_by(&self) -> Result<Vec<AccountObject>> {
        AccountObject::load_all(&self.view, &self.progress.approved_by).await
    }

    /// Whether approvals count for it now: the stages before it are complete, and it is not.
    async fn is_open(&self) -> bool {
        self.progress.is_open
    }

    /// Whether enough people approved.
    async fn is_complete(&self) -> bool {
        self.progress.is_complete()
    }

    /// How many approvals are missing.
    async fn missing(&self) -> usize {
        self.progress.missing()
    }
}

/// Whether the caller may approve now.
#[derive(SimpleObject)]
pub struct CanApprove {
    /// Whether an approval of the caller would count.
    allowed: bool,
    /// The code with which it would be refused: `FOUR_EYES`.
    code: Option<String>,
    /// Why it would be refused, in a sentence.
    reason: Option<String>,
}

impl CanApprove {
    pub fn of(outcome: CoreResult<()>) -> std::result::Result<Self, Error> {
        match outcome {
            Ok(()) => Ok(Self { allowed: true, code: None, reason: None }),
            Err(fault @ (Error::Internal(_) | Error::Operator(_))) => Err(fault),
            Err(refusal) => Ok(Self { allowed: false, code: Some(written(refusal.code())), reason: Some(refusal.to_string()) }),
        }
    }
}

/// What somebody decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Decision", remote = "Decision")]
pub enum DecisionValue {
    /// To be published, as far as it is theirs to say.
    Approve,
    /// Back to its authors.
    Return,
    /// Not to be published.
    Reject,
}

pub struct ReviewObject {
    pub view: View,
    pub review: Review,
}

/// One decision by one person.
#[Object(name = "Review")]
impl ReviewObject {
    /// Who decided.
    async fn account(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.view, self.review.account).await
    }

    /// What they decided.
    async fn decision(&self) -> DecisionValue {
        self.review.decision.into()
    }

    /// What they said.
    async fn comment(&self) -> &str {
        &self.review.comment
    }

    /// The round of review; approvals of earlier rounds count no more.
    async fn round(&self) -> i64 {
        self.review.round
    }

    /// The revision that was reviewed.
    async fn revision(&self) -> i64 {
        self.review.revision
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.review.at)
    }
}

#[derive(Clone)]
pub struct CommentObject {
    pub view: View,
    pub comment: Comment,
}

/// What somebody said about a change request or about one of its items.
#[Object(name = "Comment")]
impl CommentObject {
    /// Its number.
    async fn id(&self) -> ID {
        self.comment.id.to_string().into()
    }

    /// Who said it.
    async fn account(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.view, self.comment.account).await
    }

    /// The code of the dictionary of the item that it is about; null: it is about the whole request.
    async fn dictionary(&self) -> Option<ID> {
        self.comment.item.as_ref().map(|(dictionary, _)| dictionary.as_str().into())
    }

    /// The code of the item that it is about.
    async fn code(&self) -> Option<ID> {
        self.comment.item.as_ref().map(|(_, code)| code.as_str().into())
    }

    /// What was said.
    async fn text(&self) -> &str {
        &self.comment.text
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.comment.at)
    }
}
