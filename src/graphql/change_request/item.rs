//! The items that a request changes: as it stores them, or as the publication tells that it became when it was filed.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{ID, Object, Result};
use jiff::Timestamp;

use super::loader::{DictionariesOf, ItemCountsOf};
use crate::app::change_request::RequestItem;
use crate::app::comparing::{Comparison, ItemDifference, Side};
use crate::app::svod::Svod;
use crate::catalog::phrase::Phrase;
use crate::domain::account::AccountId;
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::dictionary::Dictionary;
use crate::domain::diff::{ItemChangeKind, StretchDifference, change_kind, diff_timelines};
use crate::domain::error::Result as CoreResult;
use crate::domain::item::Stretch;
use crate::domain::merge::Said;
use crate::domain::text::{DictionaryCode, ItemCode, Language};
use crate::graphql::account::AccountObject;
use crate::graphql::connection::{Page, Seek, list_cost, page_cost};
use crate::graphql::diff::{DifferenceObject, ItemChangeKindValue, Sides};
use crate::graphql::item_version::{ItemVersionObject, display_name};
use crate::graphql::scalar::{DateTime, LanguageArgument};
use crate::graphql::usage::{self, UsageObject};
use crate::graphql::view::View;

/// Who changed an item in a request, when, and what they said.
struct Made {
    by: AccountId,
    at: Timestamp,
    comment: String,
}

/// What a request changes of one item.
struct Change {
    dictionary: DictionaryCode,
    code: ItemCode,
    kind: ItemChangeKind,
    before: Vec<Stretch>,
    after: Vec<Stretch>,
    /// What is published now; absent where the request is published, and then it is not asked for.
    published: Option<Vec<Stretch>>,
    differences: Vec<StretchDifference>,
    /// The definitions that both sides stand under.
    from: Option<Arc<Dictionary>>,
    to: Option<Arc<Dictionary>>,
    made: Made,
}

pub struct ItemChangeObject {
    sides: Arc<Sides>,
    change: Change,
}

/// What a change request changes of one item.
#[Object(name = "ItemChange")]
impl ItemChangeObject {
    /// The code of the dictionary.
    async fn dictionary(&self) -> ID {
        self.change.dictionary.as_str().into()
    }

    /// The code of the item.
    async fn code(&self) -> ID {
        self.change.code.as_str().into()
    }

    /// What the item is called after the change; where it is not there any more, what it was called.
    async fn name(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Option<String> {
        self.change.name(language.into())
    }

    /// What happens to it as a whole.
    async fn kind(&self) -> ItemChangeKindValue {
        self.change.kind.into()
    }

    /// What its last editor says of it.
    async fn comment(&self) -> &str {
        &self.change.made.comment
    }

    /// Who changed it last in this request.
    async fn changed_by(&self) -> Result<Option<AccountObject>> {
        AccountObject::load(&self.sides.view, self.change.made.by).await
    }

    /// When.
    async fn changed_at(&self) -> DateTime {
        DateTime(self.change.made.at)
    }

    /// What was published of it when it was changed; empty for a new item.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn before(&self) -> Vec<ItemVersionObject> {
        ItemVersionObject::timeline(&self.sides.view, self.change.from.as_ref(), &self.change.before)
    }

    /// What is to be said of it; empty for one that is annulled.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn after(&self) -> Vec<ItemVersionObject> {
        ItemVersionObject::timeline(&self.sides.view, self.change.to.as_ref(), &self.change.after)
    }

    /// What is published of it now.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn published(&self) -> Vec<ItemVersionObject> {
        let published = self.change.published.as_deref().unwrap_or(&self.change.after);
        ItemVersionObject::timeline(&self.sides.view, self.change.to.as_ref(), published)
    }

    /// Whether others published another change of it since; merged at submission and at publication, or in conflict.
    async fn is_stale(&self) -> bool {
        self.change.published.as_ref().is_some_and(|published| *published != self.change.before)
    }

    /// What differs between before and after, by time and subject.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn differences(&self) -> Vec<DifferenceObject> {
        let object = |difference: &StretchDifference| DifferenceObject { sides: Arc::clone(&self.sides), difference: difference.clone() };
        self.change.differences.iter().map(object).collect()
    }

    /// What refers to the item now: to be looked at before it is retired or annulled.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn usages(
        &self,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<UsageObject>> {
        usage::page(&self.sides.view, &self.change.dictionary, &self.change.code, first, after.as_deref()).await
    }
}

impl ItemChangeObject {
    fn new(view: &View, request: &ChangeRequest, change: Change) -> Self {
        let side = |publication| Side { publication, valid_on: None };
        let latest = view.head().seq();
        let (from, to) = match request.published_seq {
            Some(seq) => (side(seq - 1), side(seq)),
            None => (side(request.base_seq.min(latest)), side(latest)),
        };
        let sides = Sides { view: view.clone(), from: (from, change.from.clone()), to: (to, change.to.clone()) };
        Self { sides: Arc::new(sides), change }
    }
}

impl Change {
    fn name(&self, language: Language) -> Option<String> {
        let last =
            |dictionary: &Option<Arc<Dictionary>>, timeline: &[Stretch]| display_name(dictionary.as_ref()?, timeline.last()?, language);
        last(&self.to, &self.after).or_else(|| last(&self.from, &self.before))
    }

    /// Whether every word is in its code, its names, its comment or the texts that it changes.
    fn has_words(&self, phrase: &Phrase) -> bool {
        let names = [Language::Ru, Language::En].map(|language| self.name(language).unwrap_or_default());
        let said = self.differences.iter().flat_map(|difference| [&difference.before, &difference.after]).flatten();
        let texts = [self.code.as_str(), self.made.comment.as_str()].into_iter().chain(names.iter().map(String::as_str));
        phrase.is_in(texts.chain(said.flat_map(Said::texts)))
    }

    fn stored(item: RequestItem, is_final: bool) -> Self {
        let RequestItem { stored, dictionary, base, proposed, published } = item;
        let kind = change_kind(&base, &proposed, stored.is_restored, true).unwrap_or(ItemChangeKind::Changed);
        Self {
            kind,
            differences: diff_timelines(&base, &proposed),
            before: base,
            after: proposed,
            published: (!is_final).then_some(published),
            from: Some(Arc::clone(&dictionary)),
            to: Some(dictionary),
            dictionary: stored.dictionary,
            code: stored.code,
            made: Made { by: stored.changed_by, at: stored.changed_at, comment: stored.comment },
        }
    }
}

/// Which items of a request are wanted; all unless told.
#[derive(Default)]
pub struct WantedItems {
    pub dictionary: Option<String>,
    pub kind: Option<ItemChangeKind>,
    /// What code, names, comment or changed texts have.
    pub phrase: Option<Phrase>,
}

impl WantedItems {
    /// Whether every item has to be looked at to tell.
    fn looks_at_each(&self) -> bool {
        self.kind.is_some() || self.phrase.is_some()
    }

    fn is_of(&self, dictionary: &DictionaryCode) -> bool {
        self.dictionary.as_deref().is_none_or(|wanted| wanted == dictionary.as_str())
    }

    fn accepts(&self, change: &Change) -> bool {
        self.kind.is_none_or(|kind| kind == change.kind) && self.phrase.as_ref().is_none_or(|phrase| change.has_words(phrase))
    }
}

/// A page of the items that a request changes, by dictionary and code.
pub async fn page(
    view: &View,
    request: &ChangeRequest,
    wanted: WantedItems,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<Page<ItemChangeObject>> {
    let seek = Seek::read(view.limits(), format!("items of change request {}", request.id.0), first, after)?;
    let place = seek.after.as_deref().and_then(place_of);
    let counts = counts(view, request).await?;
    let is_filed = request.published_seq.is_some() && stored_counts(view, request.id).await?.is_empty();
    let count_of_wanted: i64 = counts.iter().filter(|(code, _)| wanted.is_of(code)).map(|(_, count)| count).sum();
    let total = (!wanted.looks_at_each()).then_some(count_of_wanted);
    // What is not wanted at all need not be looked at.
    let changed = counts.into_iter().filter(|(code, count)| *count > 0 && wanted.is_of(code));
    let codes: Vec<DictionaryCode> = changed.map(|(code, _)| code).collect();
    let (asked, count) = (request.clone(), seek.count());
    let filed = request.published_seq.filter(|_| is_filed);
    let changes = view.work(move |svod, _| match filed {
        Some(seq) => list_published(svod, &asked, seq, &codes, &wanted, place, count),
        None => list_stored(svod, &asked, &codes, &wanted, place, count),
    });
    let page = seek.page(changes.await?, |change| format!("{} {}", change.dictionary, change.code));
    let page = match total {
        Some(total) => page.with_total(total),
        None => page,
    };
    Ok(page.map(|change| ItemChangeObject::new(view, request, change)))
}

/// How many items a request changes, by each dictionary that it touches.
pub async fn counts(view: &View, request: &ChangeRequest) -> Result<BTreeMap<DictionaryCode, i64>> {
    let stored = stored_counts(view, request.id).await?;
    let touched = view.loader().load_one(DictionariesOf(request.id)).await.map_err(|error| view.told(&error))?.unwrap_or_default();
    let count = |code: &DictionaryCode| match request.published_seq {
        Some(seq) if stored.is_empty() => published_count(view, code, seq),
        _ => stored.get(code).copied().unwrap_or(0),
    };
    Ok(touched.iter().map(|dictionary| (dictionary.code.clone(), count(&dictionary.code))).collect())
}

/// How many items a request stores, by dictionary.
async fn stored_counts(view: &View, id: RequestId) -> Result<BTreeMap<DictionaryCode, i64>> {
    let found = view.loader().load_one(ItemCountsOf(id)).await.map_err(|error| view.told(&error))?;
    Ok(found.unwrap_or_default())
}

/// How many items of a dictionary a publication changed.
fn published_count(view: &View, dictionary: &DictionaryCode, seq: i64) -> i64 {
    let edition = view.resident(dictionary).and_then(|resident| resident.edition_at(seq)).filter(|edition| edition.published_seq == seq);
    edition.map_or(0, |edition| edition.added_count + edition.changed_count + edition.retired_count)
}

fn place_of(key: &str) -> Option<(DictionaryCode, ItemCode)> {
    let (dictionary, code) = key.split_once(' ')?;
    Some((DictionaryCode::parse(dictionary)?, ItemCode::new(code)))
}

type Place = Option<(DictionaryCode, ItemCode)>;

/// How many items are read together where each has to be looked at.
const LOOKED_AT_ONCE: usize = 500;

/// Dictionary by dictionary, so that of one that is not wanted nothing is read.
fn list_stored(
    svod: &Svod,
    request: &ChangeRequest,
    dictionaries: &[DictionaryCode],
    wanted: &WantedItems,
    place: Place,
    count: usize,
) -> CoreResult<Vec<Change>> {
    let mut changes = Vec::new();
    let at_once = if wanted.looks_at_each() { count.max(LOOKED_AT_ONCE) } else { count };
    for dictionary in dictionaries {
        let mut after = match &place {
            Some((last, _)) if dictionary < last => continue,
            Some((last, code)) if dictionary == last => code.clone(),
            // No code is empty.
            _ => ItemCode::new(""),
        };
        loop {
            let items = svod.change_requests.list_items(request.id, Some((dictionary, after.as_str())), at_once)?;
            let is_last = items.len() < at_once || items.last().is_none_or(|item| item.stored.dictionary != *dictionary);
            after = items.last().map_or(after, |item| item.stored.code.clone());
            let of_dictionary = items.into_iter().filter(|item| item.stored.dictionary == *dictionary);
            let of_dictionary = of_dictionary.map(|item| Change::stored(item, request.state.is_final()));
            changes.extend(of_dictionary.filter(|change| wanted.accepts(change)).take(count - changes.len()));
            if changes.len() == count {
                return Ok(changes);
            }
            if is_last {
                break;
            }
        }
    }
    Ok(changes)
}

/// A request that was published as it was filed stores no items: its publication says what it changed.
fn list_published(
    svod: &Svod,
    request: &ChangeRequest,
    seq: i64,
    dictionaries: &[DictionaryCode],
    wanted: &WantedItems,
    place: Place,
    count: usize,
) -> CoreResult<Vec<Change>> {
    let mut changes = Vec::new();
    let side = |publication| Side { publication, valid_on: None };
    let (from, to) = (side(seq - 1), side(seq));
    for dictionary in dictionaries {
        let after_code = match &place {
            Some((last, _)) if dictionary < last => continue,
            Some((last, code)) if dictionary == last => Some(code.as_str()),
            _ => None,
        };
        let left = count - changes.len();
        if left == 0 {
            break;
        }
        // A comparison looks at everything anyway, so where something is looked for it gives everything.
        let asked = if wanted.looks_at_each() { usize::MAX } else { left };
        let found = svod.comparing.compare(&Comparison { dictionary, from, to, after_code, count: asked })?;
        let change = |item: ItemDifference| Change {
            dictionary: dictionary.clone(),
            code: item.code,
            kind: item.kind,
            before: item.before,
            after: item.after,
            published: None,
            differences: item.differences,
            from: found.from.clone(),
            to: found.to.clone(),
            made: Made { by: request.author, at: request.created_at, comment: String::new() },
        };
        changes.extend(found.items.into_iter().map(change).filter(|change| wanted.accepts(change)).take(left));
    }
    Ok(changes)
}
