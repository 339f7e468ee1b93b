//! A change request as it is read, alone or in lists; what hangs on it stands in the files beside this one.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};

use super::dictionary::TouchedObject;
use super::item::{self, ItemChangeObject, WantedItems};
use super::loader::{AuthorsOf, CommentsOf, DictionariesOf, JudgementOf, ProgressOf, ReviewsOf};
use super::stage::{CanApprove, CommentObject, ReviewObject, StageObject};
use super::validation::{Conflict, ValidationObject};
use crate::app::change_request::{Judgement, RequestFilter, StoredDictionary, check_may_approve};
use crate::catalog::phrase::Phrase;
use crate::domain::account::AccountId;
use crate::domain::change_request::{ChangeRequest, Origin, RequestId, RequestState};
use crate::domain::text::DictionaryCode;
use crate::graphql::account::AccountObject;
use crate::graphql::connection::{Page, Seek, list_cost, page_cost};
use crate::graphql::diff::ItemChangeKindValue;
use crate::graphql::item_page::read_search;
use crate::graphql::publication::{BasisObject, PublicationObject};
use crate::graphql::scalar::DateTime;
use crate::graphql::view::View;

/// What judging a request costs: it is worked out whole.
const JUDGEMENT_COST: usize = 50;

/// Where a change request is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ChangeRequestState", remote = "RequestState")]
pub enum StateValue {
    /// Being written; may be invalid.
    Draft,
    /// Sent back by a reviewer: a draft again, with comments.
    Returned,
    /// Waits for approvals.
    InReview,
    /// Approved by everybody who must; waits to be published.
    Approved,
    /// Approved, and goes out at an instant.
    Scheduled,
    /// Known to everybody.
    Published,
    /// Refused for good.
    Rejected,
    /// Given up by its authors.
    Withdrawn,
}

/// By which path a change request came into being.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ChangeRequestOrigin", remote = "Origin")]
pub enum OriginValue {
    /// A steward drafted it.
    Steward,
    /// A file was imported.
    Import,
    /// Definitions were applied from the command line.
    Apply,
    /// The shipped dictionaries were loaded into an empty database.
    Shipped,
    /// It takes a publication back.
    Undo,
}

/// A request that the caller may see.
#[derive(Clone)]
pub struct ChangeRequestObject {
    pub view: View,
    pub request: ChangeRequest,
}

impl ChangeRequestObject {
    /// A request by number, in batches; absent where the caller may not see it.
    pub async fn load(view: &View, id: RequestId) -> Result<Option<Self>> {
        let found = view.loader().load_one(id).await.map_err(|error| view.told(&error))?;
        Ok(found.map(|request| Self { view: view.clone(), request }))
    }

    async fn author_ids(&self) -> Result<Vec<AccountId>> {
        let found = self.view.loader().load_one(AuthorsOf(self.request.id)).await.map_err(|error| self.view.told(&error))?;
        Ok(found.unwrap_or_default())
    }

    /// What it would come to; nothing where nothing can become of it any more.
    async fn judgement(&self) -> Result<Option<Arc<Judgement>>> {
        if self.request.state.is_final() {
            return Ok(None);
        }
        self.view.loader().load_one(JudgementOf(self.request.id)).await.map_err(|error| self.view.told(&error))
    }
}

/// A draft of changes to one or several dictionaries that is reviewed, approved and published as one.
#[Object(name = "ChangeRequest")]
impl ChangeRequestObject {
    /// Its number.
    async fn id(&self) -> ID {
        self.request.id.0.to_string().into()
    }

    /// Counts every change of its content or state; whoever changes it says which revision they saw.
    async fn revision(&self) -> i64 {
        self.request.revision
    }

    /// Where it is in its life.
    async fn state(&self) -> StateValue {
        self.request.state.into()
    }

    /// What is to change, in a line.
    async fn title(&self) -> &str {
        &self.request.title
    }

    /// What is to change and why.
    async fn description(&self) -> &str {
        &self.request.description
    }

    /// What it rests on.
    async fn basis(&self) -> Option<BasisObject> {
        BasisObject::of(&self.request.basis)
    }

    /// By which path it came into being.
    async fn origin(&self) -> OriginValue {
        self.request.origin.into()
    }

    /// Who created it.
    async fn author(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.view, self.request.author).await
    }

    /// Everybody who changed anything in it: where four eyes hold, none of them approves it.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn authors(&self) -> Result<Vec<AccountObject>> {
        AccountObject::load_all(&self.view, &self.author_ids().await?).await
    }

    /// The publication that it was based on when it was created or last rebased; 0 is before the first.
    async fn base_publication(&self) -> i64 {
        self.request.base_seq
    }

    /// Counts submissions: approvals of earlier rounds count no more.
    async fn round(&self) -> i64 {
        self.request.round
    }

    /// When it was created.
    async fn created_at(&self) -> DateTime {
        DateTime(self.request.created_at)
    }

    /// When it was last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.request.updated_at)
    }

    /// When it was last submitted.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.request.submitted_at.map(DateTime)
    }

    /// When it is to go out.
    async fn scheduled_at(&self) -> Option<DateTime> {
        self.request.scheduled_at.map(DateTime)
    }

    /// The publication that it became.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.request.published_seq?)
    }

    /// The publication that it takes back.
    async fn undoes(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.request.undoes?)
    }

    /// The dictionaries that it touches, in the order of their codes.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn dictionaries(&self) -> Result<Vec<TouchedObject>> {
        let (view, id) = (&self.view, self.request.id);
        let found = view.loader().load_one(DictionariesOf(id)).await.map_err(|error| view.told(&error))?.unwrap_or_default();
        let counts = item::counts(view, &self.request).await?;
        let items_count = |code: &DictionaryCode| counts.get(code).copied().unwrap_or(0);
        let touched = |stored: &StoredDictionary| TouchedObject {
            view: view.clone(),
            stored: stored.clone(),
            items_count: items_count(&stored.code),
        };
        Ok(found.iter().map(touched).collect())
    }

    /// The items that it changes, by dictionary and code.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn items(
        &self,
        #[graphql(desc = "Only those of the dictionary of this code.")] dictionary: Option<ID>,
        #[graphql(desc = "Only those to which this happens.")] kind: Option<ItemChangeKindValue>,
        #[graphql(desc = "Only those with every one of these words in code, name, comment or what changes, in any form or begun.")] search: Option<String>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<ItemChangeObject>> {
        let search = read_search(&self.view, "search", search.as_deref())?;
        let wanted = WantedItems {
            dictionary: dictionary.map(Into::into),
            kind: kind.map(Into::into),
            phrase: search.as_deref().and_then(Phrase::new),
        };
        item::page(&self.view, &self.request, wanted, first, after.as_deref()).await
    }

    /// How many items it changes, over all dictionaries.
    async fn items_count(&self) -> Result<i64> {
        let counts = item::counts(&self.view, &self.request).await?;
        Ok(counts.values().sum())
    }

    /// What it comes to on what is published now; null once it is published, rejected or withdrawn.
    #[graphql(complexity = "JUDGEMENT_COST + child_complexity")]
    async fn validation(&self) -> Result<Option<ValidationObject>> {
        Ok(self.judgement().await?.map(ValidationObject))
    }

    /// What others published to another end meanwhile; each blocks until a steward chooses: see `settleConflicts`.
    #[graphql(complexity = "JUDGEMENT_COST + list_cost(child_complexity)")]
    async fn conflicts(&self) -> Result<Vec<Conflict>> {
        let judgement = self.judgement().await?;
        Ok(judgement.map(|judgement| judgement.conflicts.iter().map(Conflict::from).collect()).unwrap_or_default())
    }

    /// Who must approve it and who has, by dictionary and stage, under the policies in force now.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn stages(&self) -> Result<Vec<StageObject>> {
        let found = self.view.loader().load_one(ProgressOf(self.request.id)).await.map_err(|error| self.view.told(&error))?;
        let stages = found.map(|progress| progress.stages.clone()).unwrap_or_default();
        Ok(stages.into_iter().map(|progress| StageObject { view: self.view.clone(), progress }).collect())
    }

    /// Whether the caller may approve it now, and if not, why.
    async fn can_approve(&self) -> Result<CanApprove> {
        let found = self.view.loader().load_one(ProgressOf(self.request.id)).await.map_err(|error| self.view.told(&error))?;
        let authors: BTreeSet<AccountId> = self.author_ids().await?.into_iter().collect();
        let progress = found.unwrap_or_default();
        let outcome = check_may_approve(&self.view.caller().authority, &self.request, &progress, &authors);
        CanApprove::of(outcome).map_err(|fault| self.view.told(&fault))
    }

    /// The decisions so far, in the order in which they were made.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn reviews(&self) -> Result<Vec<ReviewObject>> {
        let found = self.view.loader().load_one(ReviewsOf(self.request.id)).await.map_err(|error| self.view.told(&error))?;
        Ok(found.unwrap_or_default().into_iter().map(|review| ReviewObject { view: self.view.clone(), review }).collect())
    }

    /// What was said about it, in the order in which it was said.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn comments(
        &self,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<CommentObject>> {
        let view = &self.view;
        let seek = Seek::read(view.limits(), format!("comments on change request {}", self.request.id.0), first, after.as_deref())?;
        let after = seek.after_number()?;
        let found = view.loader().load_one(CommentsOf(self.request.id)).await.map_err(|error| view.told(&error))?.unwrap_or_default();
        let total = found.len();
        let following = found.into_iter().filter(|comment| after.is_none_or(|after| comment.id > after));
        let page = seek.page(following, |comment| comment.id.to_string()).with_total(total);
        Ok(page.map(|comment| CommentObject { view: view.clone(), comment }))
    }
}

/// Which change requests are wanted; what is left out is not asked for.
#[derive(Default, InputObject)]
struct ChangeRequestFilter {
    /// In one of these states.
    states: Option<Vec<StateValue>>,
    /// Changed by the account of this name.
    author: Option<ID>,
    /// Touching the dictionary of this code.
    dictionary: Option<ID>,
    /// Changed by the caller.
    #[graphql(default)]
    mine: bool,
    /// With every one of these words in the title, the number or the names of its authors, in any form or begun.
    search: Option<String>,
    /// In review, and an approval of the caller would count now.
    #[graphql(default)]
    to_review: bool,
}

/// The filter as the floor below takes it; `None`: nothing can be found.
async fn read_filter(view: &View, filter: ChangeRequestFilter) -> Result<Option<RequestFilter>> {
    let mut states: Vec<RequestState> = filter.states.unwrap_or_default().into_iter().map(Into::into).collect();
    if filter.to_review {
        if !states.is_empty() && !states.contains(&RequestState::InReview) {
            return Ok(None);
        }
        states = vec![RequestState::InReview];
    }
    let dictionary = match &filter.dictionary {
        Some(code) => match DictionaryCode::parse(code) {
            Some(code) => Some(code),
            None => return Ok(None),
        },
        None => None,
    };
    let words = read_search(view, "search", filter.search.as_deref())?.unwrap_or_default();
    let own = view.caller().authority.account_id();
    let author = match filter.author {
        Some(name) => match view.work(move |svod, caller| svod.accounts.find_account_by_name(caller, &name)).await? {
            Some(account) if !filter.mine || own == Some(account.id) => Some(account.id),
            _ => return Ok(None),
        },
        None if filter.mine => own,
        None => None,
    };
    Ok(Some(RequestFilter { states, author, dictionary, reviewable_by_caller: filter.to_review, words, ..RequestFilter::default() }))
}

/// Reads the number of a request; another text is the number of none.
pub fn read_id(id: &str) -> Option<RequestId> {
    id.parse().ok().filter(|id| *id > 0).map(RequestId)
}

#[derive(Default)]
pub struct ChangeRequestQuery;

#[Object]
impl ChangeRequestQuery {
    /// The change request of a number; null when there is none that the caller may see.
    async fn change_request(&self, context: &Context<'_>, #[graphql(desc = "Its number.")] id: ID) -> Result<Option<ChangeRequestObject>> {
        let view = View::of(context)?;
        match read_id(&id) {
            Some(id) => ChangeRequestObject::load(&view, id).await,
            None => Ok(None),
        }
    }

    /// The change requests that the caller may see, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn change_requests(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which are wanted; all unless told.")] filter: Option<ChangeRequestFilter>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<Page<ChangeRequestObject>>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "change requests", first, after.as_deref())?;
        let (before, count) = (seek.after_number()?.map(RequestId), seek.count());
        let found = match read_filter(&view, filter.unwrap_or_default()).await? {
            Some(filter) => view.work(move |svod, caller| svod.change_requests.list_change_requests(caller, filter, before, count)).await?,
            None => Vec::new(),
        };
        let page = seek.page(found, |request| request.id.0.to_string());
        Ok(Some(page.map(|request| ChangeRequestObject { view: view.clone(), request })))
    }
}
