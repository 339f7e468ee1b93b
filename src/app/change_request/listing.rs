//! Reading change requests: one, lists, and what hangs on many of them at once. What one may not see is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::content::{Stored, published_timeline};
use super::{ChangeRequests, Comment, RequestFilter, permission};
use crate::app::acting::Caller;
use crate::catalog::Head;
use crate::catalog::phrase::Phrase;
use crate::db::change_request_content::{StoredDictionary, StoredItem};
use crate::db::{self, Engine};
use crate::domain::account::{AccountId, Authority, Scope};
use crate::domain::approval::{Progress, Review};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::definition::Definition;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::item::Stretch;
use crate::domain::text::DictionaryCode;
use crate::domain::timeline_json::parse_timeline;

/// How many requests are looked at together where it takes more than an index to tell which are wanted.
const LOOKED_AT_ONCE: usize = 100;

/// The same where only their titles are looked at.
const TITLES_AT_ONCE: usize = 500;

/// How often one page looks for more: beyond that it ends early.
const LOOKS_MAX: usize = 50;

/// How many titles somebody waits for who is still typing.
const TITLES_QUICKLY: usize = 1_000;

/// One item of a request: as it was when it was changed, as it is to be, and as it is published now.
#[derive(Debug, Clone)]
pub struct RequestItem {
    pub stored: StoredItem,
    /// The definition that both timelines stand under.
    pub dictionary: Arc<Dictionary>,
    pub base: Vec<Stretch>,
    pub proposed: Vec<Stretch>,
    pub published: Vec<Stretch>,
}

impl ChangeRequests {
    /// A request, if there is one that the caller may see.
    pub fn find_change_request(&self, caller: &Caller, id: RequestId) -> Result<Option<ChangeRequest>> {
        self.read_visible(caller, &self.head(), id, |_, request| Ok(request.clone()))
    }

    /// A page of the requests that the caller may see, newest first, before one of them.
    pub fn list_change_requests(
        &self,
        caller: &Caller,
        mut filter: RequestFilter,
        before: Option<RequestId>,
        count_max: usize,
    ) -> Result<Vec<ChangeRequest>> {
        if !permission::works_with_requests(&caller.authority) {
            return Ok(Vec::new());
        }
        let head = self.head();
        filter.hidden = permission::hidden(&caller.authority, &head);
        let phrase = Phrase::new(&filter.words);
        let looked_at = count_max.max(match (filter.reviewable_by_caller, &phrase) {
            (true, _) => LOOKED_AT_ONCE,
            (false, Some(_)) => TITLES_AT_ONCE,
            (false, None) => 1,
        });
        self.acts.store.read(|connection| {
            let (mut before, mut kept) = (before, Vec::new());
            for _ in 0..LOOKS_MAX {
                let mut page = db::change_request::list_before(connection, &filter, before, i64::try_from(looked_at).unwrap_or(i64::MAX))?;
                let is_last = page.len() < looked_at;
                before = page.last().map(|request| request.id).or(before);
                if let Some(phrase) = &phrase {
                    retain_said(connection, phrase, &mut page)?;
                }
                kept.extend(listed(connection, &head, caller, &filter, page)?);
                if is_last || kept.len() >= count_max {
                    break;
                }
            }
            kept.truncate(count_max);
            Ok(kept)
        })
    }

    /// Some of the newest requests whose title has every word of a phrase, as far as the caller may see them. It looks at some hundred
    /// titles and not at all: for somebody who is still typing.
    pub fn list_newest_titled(&self, caller: &Caller, phrase: &Phrase, count_max: usize) -> Result<Vec<ChangeRequest>> {
        if !permission::works_with_requests(&caller.authority) {
            return Ok(Vec::new());
        }
        let head = self.head();
        self.acts.store.read(|connection| {
            let titles = db::change_request::list_newest_titles(connection, TITLES_QUICKLY as i64)?;
            let titled = titles.into_iter().filter(|(_, title)| phrase.is_in([title.as_str()]));
            let mut wanted: Vec<RequestId> = titled.map(|(id, _)| id).collect();
            // As many again, since some may be hidden.
            wanted.truncate(count_max.saturating_mul(2));
            let found = db::change_request::list_by_id(connection, &wanted)?;
            let mut seen = permission::only_visible(connection, &caller.authority, &head, found)?;
            seen.sort_by_key(|request| std::cmp::Reverse(request.id));
            seen.truncate(count_max);
            Ok(seen)
        })
    }

    /// How far the approval of these requests is; for loaders, whose callers have seen the requests.
    pub fn progress_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Progress>> {
        let head = self.head();
        self.acts.store.read(|connection| {
            let requests = db::change_request::list_by_id(connection, ids)?;
            progress_of(connection, &head, &requests)
        })
    }

    /// How many items these requests change, by dictionary.
    pub fn item_counts_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, BTreeMap<DictionaryCode, i64>>> {
        let listed = self.acts.store.read(|connection| db::change_request_content::count_items_by_dictionary(connection, ids))?;
        let grouped = grouped(listed, |(request, _, _)| *request);
        Ok(grouped.into_iter().map(|(id, counts)| (id, counts.into_iter().map(|(_, code, count)| (code, count)).collect())).collect())
    }

    /// Requests by number, in no order, for callers who have them from a request or publication that they may see.
    pub fn requests_by_id(&self, caller: &Caller, ids: &[RequestId]) -> Result<Vec<ChangeRequest>> {
        let head = self.head();
        if !permission::works_with_requests(&caller.authority) {
            return Ok(Vec::new());
        }
        self.acts.store.read(|connection| {
            let found = db::change_request::list_by_id(connection, ids)?;
            permission::only_visible(connection, &caller.authority, &head, found)
        })
    }

    /// The dictionaries that these requests touch; for loaders, whose callers have seen the requests.
    pub fn dictionaries_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Vec<StoredDictionary>>> {
        let listed = self.acts.store.read(|connection| db::change_request_content::list_dictionaries(connection, ids))?;
        Ok(grouped(listed, |stored| stored.request))
    }

    pub fn authors_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Vec<AccountId>>> {
        let listed = self.acts.store.read(|connection| db::change_request_content::list_authors(connection, ids))?;
        let grouped = grouped(listed, |(request, _)| *request);
        Ok(grouped.into_iter().map(|(id, authors)| (id, authors.into_iter().map(|(_, account)| account).collect())).collect())
    }

    pub fn reviews_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Vec<Review>>> {
        Ok(grouped(self.acts.store.read(|connection| db::review::list(connection, ids))?, |review| review.request))
    }

    pub fn comments_by_request(&self, ids: &[RequestId]) -> Result<BTreeMap<RequestId, Vec<Comment>>> {
        Ok(grouped(self.acts.store.read(|connection| db::review::list_comments(connection, ids))?, |comment| comment.request))
    }

    /// A page of the items that a request changes, by dictionary and code. A request that was published as it was filed has none
    /// stored: its publication says what it changed.
    pub fn list_items(&self, id: RequestId, after: Option<(&DictionaryCode, &str)>, count_max: usize) -> Result<Vec<RequestItem>> {
        let head = self.head();
        let count_max = i64::try_from(count_max).unwrap_or(i64::MAX);
        self.acts.store.read(|connection| {
            let dictionaries = db::change_request_content::list_dictionaries(connection, &[id])?;
            let items = db::change_request_content::list_items_after(connection, id, after, count_max)?;
            let definitions = definitions(&head, &dictionaries)?;
            let read = |stored: StoredItem| {
                let unknown =
                    || Error::Internal(format!("change request {} has items of {} and not the dictionary", id.0, stored.dictionary));
                let dictionary = Arc::clone(definitions.get(&stored.dictionary).ok_or_else(unknown)?);
                // What cannot be read under the definition any more shows as nothing; validation says why.
                let base = parse_timeline(&dictionary, &stored.base).unwrap_or_default();
                let proposed = parse_timeline(&dictionary, &stored.proposed).unwrap_or_default();
                let published = published_timeline(&head, &dictionary, &stored.code);
                Ok(RequestItem { base, proposed, published, dictionary, stored })
            };
            items.into_iter().map(read).collect()
        })
    }
}

/// Keeps those of a page that have every word of a phrase in the title, the number or the names of their authors.
fn retain_said(connection: &mut Engine, phrase: &Phrase, page: &mut Vec<ChangeRequest>) -> Result<()> {
    let ids: Vec<RequestId> = page.iter().map(|request| request.id).collect();
    let authors = db::change_request_content::list_authors(connection, &ids)?;
    let people: BTreeSet<AccountId> = authors.iter().map(|(_, account)| *account).collect();
    let people = db::account::list_by_id(connection, &people.into_iter().collect::<Vec<_>>())?;
    let names: BTreeMap<AccountId, String> = people.into_iter().map(|account| (account.id, account.display_name)).collect();
    let authors = grouped(authors, |(request, _)| *request);
    page.retain(|request| {
        let number = request.id.0.to_string();
        let named = authors.get(&request.id).into_iter().flatten().filter_map(|(_, account)| names.get(account));
        phrase.is_in([request.title.as_str(), number.as_str()].into_iter().chain(named.map(String::as_str)))
    });
    Ok(())
}

/// Those of a page that the caller may see, and if only these are wanted, may approve now.
fn listed(
    connection: &mut Engine,
    head: &Head,
    caller: &Caller,
    filter: &RequestFilter,
    page: Vec<ChangeRequest>,
) -> Result<Vec<ChangeRequest>> {
    // Dictionaries that are not published yet are not among the hidden ones: those who may not see them are few.
    let mut page = permission::only_visible(connection, &caller.authority, head, page)?;
    if filter.reviewable_by_caller {
        let ids: Vec<RequestId> = page.iter().map(|request| request.id).collect();
        let progress = progress_of(connection, head, &page)?;
        let mut authors: BTreeMap<RequestId, BTreeSet<AccountId>> = BTreeMap::new();
        for (request, account) in db::change_request_content::list_authors(connection, &ids)? {
            authors.entry(request).or_default().insert(account);
        }
        let nobody = BTreeSet::new();
        let may_approve = |request: &ChangeRequest| {
            let authors = authors.get(&request.id).unwrap_or(&nobody);
            progress.get(&request.id).is_some_and(|progress| check_may_approve(&caller.authority, request, progress, authors).is_ok())
        };
        page.retain(may_approve);
    }
    Ok(page)
}

/// Refuses an approval as the act itself would, for callers who want to know it before.
pub fn check_may_approve(authority: &Authority, request: &ChangeRequest, progress: &Progress, authors: &BTreeSet<AccountId>) -> Result<()> {
    if !authority.reaches(Scope::Review) {
        return Err(Error::refused("scope_missing", "this token does not allow to review"));
    }
    request.clone().approve(true, request.updated_at)?;
    progress.stages_to_approve(authority, authors).map(|_| ())
}

/// How far the approval of requests is, under the policies in force now.
pub fn progress_of(connection: &mut Engine, head: &Head, requests: &[ChangeRequest]) -> Result<BTreeMap<RequestId, Progress>> {
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
    let mut dictionaries = grouped(db::change_request_content::list_dictionaries(connection, &ids)?, |stored| stored.request);
    let reviews = grouped(db::review::list(connection, &ids)?, |review| review.request);
    let mut authors = grouped(db::change_request_content::list_authors(connection, &ids)?, |(request, _)| *request);
    let mut found = BTreeMap::new();
    for request in requests {
        let dictionaries = dictionaries.remove(&request.id).unwrap_or_default();
        // Items are not needed to know the policies, and there may be very many.
        let rebased = Stored { dictionaries, items: Vec::new(), packs: Vec::new() }.rebase(head, 1)?;
        let reviews = reviews.get(&request.id).map(Vec::as_slice).unwrap_or_default();
        let authors = authors.remove(&request.id).unwrap_or_default().into_iter().map(|(_, account)| account).collect();
        found.insert(request.id, Progress::new(&rebased.policies(head), reviews, &authors, request.round));
    }
    Ok(found)
}

fn grouped<T>(listed: Vec<T>, of: impl Fn(&T) -> RequestId) -> BTreeMap<RequestId, Vec<T>> {
    let mut grouped: BTreeMap<RequestId, Vec<T>> = BTreeMap::new();
    for one in listed {
        grouped.entry(of(&one)).or_default().push(one);
    }
    grouped
}

/// The definitions that the items of a request stand under.
fn definitions(head: &Head, dictionaries: &[StoredDictionary]) -> Result<BTreeMap<DictionaryCode, Arc<Dictionary>>> {
    let mut definitions = BTreeMap::new();
    for stored in dictionaries {
        let drafted = match &stored.definition {
            Some(text) => {
                let definition: Definition = serde_json::from_str(text).map_err(Error::internal)?;
                Dictionary::compile(definition).ok().map(Arc::new)
            }
            None => None,
        };
        let published = head.dictionaries.get(&stored.code).map(|resident| Arc::clone(&resident.current.dictionary));
        if let Some(dictionary) = drafted.or(published) {
            definitions.insert(stored.code.clone(), dictionary);
        }
    }
    Ok(definitions)
}
