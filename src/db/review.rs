//! Reviews of change requests and the comments on them. Only appended to.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::{change_request_comment, review};
use crate::domain::account::{AccountId, Role};
use crate::domain::approval::{CountedStage, Decision, Review};
use crate::domain::change_request::RequestId;
use crate::domain::error::{Error, Result};
use crate::domain::seal::ReviewTexts;
use crate::domain::text::{DictionaryCode, ItemCode};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = review)]
pub(super) struct ReviewRow {
    id: i64,
    request_id: i64,
    round: i64,
    revision: i64,
    account_id: i64,
    decision: String,
    counts_for: String,
    comment: String,
    at_ms: i64,
}

/// What somebody said of a request or of one of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    pub id: i64,
    pub request: RequestId,
    pub account: AccountId,
    /// The item that is meant; `None`: the request as a whole.
    pub item: Option<(DictionaryCode, ItemCode)>,
    pub text: String,
    pub at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = change_request_comment, treat_none_as_default_value = false)]
struct CommentRow {
    id: i64,
    request_id: i64,
    account_id: i64,
    dictionary_code: Option<String>,
    code: Option<String>,
    text: String,
    at_ms: i64,
}

/// The reviews of these requests, in the order in which they were given.
pub fn list(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<Review>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<ReviewRow> = review::table
        .filter(review::request_id.eq_any(ids))
        .order((review::request_id, review::id))
        .select(ReviewRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(ReviewRow::read).collect()
}

/// Appends a review under the next number, and gives it with that. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, new: Review) -> Result<Review> {
    let greatest: Option<i64> = review::table.select(diesel::dsl::max(review::id)).first(connection).map_err(fault)?;
    let numbered = Review { id: greatest.unwrap_or(0) + 1, ..new };
    let row = ReviewRow::from(ReviewTexts::of(&numbered));
    diesel::insert_into(review::table).values(row).execute(connection).map_err(fault)?;
    Ok(numbered)
}

/// The comments on these requests, in the order in which they were made.
pub fn list_comments(connection: &mut Engine, requests: &[RequestId]) -> Result<Vec<Comment>> {
    let ids: Vec<i64> = requests.iter().map(|id| id.0).collect();
    let rows: Vec<CommentRow> = change_request_comment::table
        .filter(change_request_comment::request_id.eq_any(ids))
        .order((change_request_comment::request_id, change_request_comment::id))
        .select(CommentRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(CommentRow::read).collect()
}

pub fn count_comments(connection: &mut Engine, request: RequestId) -> Result<i64> {
    let comments = change_request_comment::table.filter(change_request_comment::request_id.eq(request.0));
    comments.count().get_result(connection).map_err(fault)
}

/// Appends a comment under the next number. To be called under the writers' lock.
pub fn insert_comment(connection: &mut Engine, mut comment: Comment) -> Result<Comment> {
    let greatest: Option<i64> =
        change_request_comment::table.select(diesel::dsl::max(change_request_comment::id)).first(connection).map_err(fault)?;
    comment.id = greatest.unwrap_or(0) + 1;
    let row = CommentRow {
        id: comment.id,
        request_id: comment.request.0,
        account_id: comment.account.0,
        dictionary_code: comment.item.as_ref().map(|(dictionary, _)| dictionary.to_string()),
        code: comment.item.as_ref().map(|(_, code)| code.to_string()),
        text: comment.text.clone(),
        at_ms: comment.at.as_millisecond(),
    };
    diesel::insert_into(change_request_comment::table).values(row).execute(connection).map_err(fault)?;
    Ok(comment)
}

impl ReviewRow {
    fn read(self) -> Result<Review> {
        let unreadable = || Error::Internal(format!("review {} cannot be read from the database", self.id));
        let counts_for: Vec<(String, usize, String)> = serde_json::from_str(&self.counts_for).map_err(|_| unreadable())?;
        let counted = |(code, index, role): (String, usize, String)| {
            Some(CountedStage { dictionary: DictionaryCode::parse(&code)?, index, role: Role::parse(&role)? })
        };
        Ok(Review {
            id: self.id,
            request: RequestId(self.request_id),
            round: self.round,
            revision: self.revision,
            account: AccountId(self.account_id),
            decision: Decision::parse(&self.decision).ok_or_else(unreadable)?,
            counts_for: counts_for.into_iter().map(counted).collect::<Option<_>>().ok_or_else(unreadable)?,
            comment: self.comment,
            at: Timestamp::from_millisecond(self.at_ms).map_err(Error::internal)?,
        })
    }
}

impl CommentRow {
    fn read(self) -> Result<Comment> {
        let item = match (self.dictionary_code, self.code) {
            (Some(dictionary), Some(code)) => DictionaryCode::parse(&dictionary).map(|dictionary| (dictionary, ItemCode::from(code))),
            _ => None,
        };
        Ok(Comment {
            id: self.id,
            request: RequestId(self.request_id),
            account: AccountId(self.account_id),
            item,
            text: self.text,
            at: Timestamp::from_millisecond(self.at_ms).map_err(Error::internal)?,
        })
    }
}

impl From<ReviewTexts> for ReviewRow {
    fn from(row: ReviewTexts) -> Self {
        Self {
            id: row.id,
            request_id: row.request,
            round: row.round,
            revision: row.revision,
            account_id: row.account,
            decision: row.decision,
            counts_for: row.counts_for,
            comment: row.comment,
            at_ms: row.at_ms,
        }
    }
}

impl From<ReviewRow> for ReviewTexts {
    fn from(row: ReviewRow) -> Self {
        Self {
            id: row.id,
            request: row.request_id,
            round: row.round,
            revision: row.revision,
            account: row.account_id,
            decision: row.decision,
            counts_for: row.counts_for,
            comment: row.comment,
            at_ms: row.at_ms,
        }
    }
}
