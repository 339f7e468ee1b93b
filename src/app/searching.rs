//! Search over everything at once, for somebody who types a few letters and wants to go there: items of all dictionaries at one date,
//! dictionaries, change requests, publications, accounts. It finds what its caller may see, a handful of it, and never looks at everything
//! where there is an index.

use std::cmp::Reverse;
use std::sync::Arc;

use super::accounts::Accounts;
use super::acting::Caller;
use super::change_request::ChangeRequests;
use crate::catalog::phrase::Phrase;
use crate::catalog::text_index::Typos;
use crate::catalog::{DictionarySnapshot, Head, Resident};
use crate::domain::account::{Account, AccountId, Authority, Role, Scope};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::error::Result;
use crate::domain::item::ItemVersion;
use crate::domain::publication::Publication;
use crate::domain::text::DictionaryCode;
use crate::domain::validity::Date;

/// How many publications and accounts are looked at for a word, the newest of the ones and the eldest of the others: they are in no index.
const LOOKED_AT_MAX: usize = 2_000;

/// Which part of the outcome each kind but items takes at most, and each dictionary of those items while others have some.
const PART_OF_KIND: usize = 5;
const PART_OF_DICTIONARY: usize = 3;

/// An item whose code is what was searched for fits better than any text does.
const SCORE_OF_CODE: f32 = 1_000_000.0;

/// Something that was searched for.
#[derive(Debug, Clone)]
pub enum Found {
    Dictionary(Arc<DictionarySnapshot>),
    ChangeRequest(Box<ChangeRequest>),
    Publication(Arc<Publication>),
    Account(Account),
    Item(FoundItem),
}

/// An item that was searched for.
#[derive(Debug, Clone)]
pub struct FoundItem {
    /// Its dictionary as it is published now.
    pub snapshot: Arc<DictionarySnapshot>,
    pub version: Arc<ItemVersion>,
    score: f32,
}

/// Searches for the whole service.
pub struct Searching {
    change_requests: ChangeRequests,
    accounts: Accounts,
}

/// What is searched for, by whom, and in what.
struct Search<'a> {
    caller: &'a Caller,
    head: &'a Head,
    text: &'a str,
    phrase: Phrase,
    /// The number that the text is, where it is one.
    number: Option<i64>,
    /// Of each kind but items.
    count_of_kind: usize,
}

impl Searching {
    pub fn new(change_requests: ChangeRequests, accounts: Accounts) -> Self {
        Self { change_requests, accounts }
    }

    /// At most `count_max` things that the caller may see and that have every word of the text: first what is named or numbered so,
    /// then the items that fit best on a date.
    pub fn search(&self, caller: &Caller, head: &Head, text: &str, on: Date, count_max: usize) -> Result<Vec<Found>> {
        let text = text.trim();
        let Some(phrase) = Phrase::new(text) else { return Ok(Vec::new()) };
        let number = text.trim_start_matches(['№', '#', ' ']).parse().ok();
        let search = Search { caller, head, text, phrase, number, count_of_kind: count_max.div_ceil(PART_OF_KIND) };
        let mut found: Vec<Found> = search.dictionaries().into_iter().map(Found::Dictionary).collect();
        found.extend(self.change_requests(&search)?.into_iter().map(|request| Found::ChangeRequest(Box::new(request))));
        found.extend(search.publications().into_iter().map(Found::Publication));
        found.extend(self.accounts(&search)?.into_iter().map(Found::Account));
        found.truncate(count_max);
        let items = search.items(on, count_max - found.len());
        found.extend(items.into_iter().map(Found::Item));
        Ok(found)
    }

    fn change_requests(&self, search: &Search<'_>) -> Result<Vec<ChangeRequest>> {
        let numbered = match search.number {
            Some(number) => self.change_requests.find_change_request(search.caller, RequestId(number))?,
            None => None,
        };
        let mut found: Vec<ChangeRequest> = numbered.into_iter().collect();
        for request in self.change_requests.list_newest_titled(search.caller, &search.phrase, search.count_of_kind)? {
            if found.iter().all(|other| other.id != request.id) {
                found.push(request);
            }
        }
        found.truncate(search.count_of_kind);
        Ok(found)
    }

    /// For those who may know everybody.
    fn accounts(&self, search: &Search<'_>) -> Result<Vec<Account>> {
        let authority = &search.caller.authority;
        let is_overseer = authority.holds_everywhere(Role::Administrator) || authority.holds_everywhere(Role::Auditor);
        let (mut found, mut after, mut looked_at) = (Vec::new(), AccountId(0), 0);
        while is_overseer && authority.reaches(Scope::Read) && found.len() < search.count_of_kind && looked_at < LOOKED_AT_MAX {
            let page = self.accounts.list_accounts(search.caller, Some(after), LOOKED_AT_MAX as i64)?;
            let Some(last) = page.last() else { break };
            (after, looked_at) = (last.id, looked_at + page.len());
            found.extend(page.into_iter().filter(|account| search.phrase.is_in([account.display_name.as_str(), account.name.as_str()])));
        }
        found.truncate(search.count_of_kind);
        Ok(found)
    }
}

impl Search<'_> {
    fn authority(&self) -> &Authority {
        &self.caller.authority
    }

    /// The dictionaries that the caller may read, in the order of their codes.
    fn readable(&self) -> impl Iterator<Item = (&DictionaryCode, &Resident)> {
        let may_read = |code: &DictionaryCode, resident: &Resident| {
            self.authority().may_read(code, resident.current.dictionary.definition.passport.access)
        };
        self.head.dictionaries.iter().filter(move |(code, resident)| may_read(code, resident))
    }

    fn dictionaries(&self) -> Vec<Arc<DictionarySnapshot>> {
        let is_named_so = |snapshot: &&Arc<DictionarySnapshot>| {
            let definition = &snapshot.dictionary.definition;
            let names = [Some(definition.name.ru.as_str()), definition.name.en.as_deref(), Some(definition.code.as_str())];
            self.phrase.is_in(names.into_iter().flatten())
        };
        self.readable().map(|(_, resident)| &resident.current).filter(is_named_so).take(self.count_of_kind).cloned().collect()
    }

    /// Whoever may see nothing of what a publication touched is not told of it.
    fn publications(&self) -> Vec<Arc<Publication>> {
        let is_visible = |publication: &&Arc<Publication>| {
            let made =
                |resident: &Resident| resident.edition_at(publication.seq).is_some_and(|edition| edition.published_seq == publication.seq);
            self.readable().any(|(_, resident)| made(resident))
        };
        let numbered = self.number.and_then(|number| self.head.publication(number));
        let newest = self.head.publications.iter().rev().take(LOOKED_AT_MAX);
        let titled = newest.filter(|publication| Some(publication.seq) != self.number && self.phrase.is_in([publication.title.as_str()]));
        numbered.into_iter().chain(titled).filter(is_visible).take(self.count_of_kind).cloned().collect()
    }

    /// Misspelt words are looked for only where there is too little without: that takes the most time by far.
    fn items(&self, on: Date, count_max: usize) -> Vec<FoundItem> {
        let rightly = self.items_of_all(Typos::Unforgiven, on, count_max);
        if rightly.len() < count_max { self.items_of_all(Typos::Forgiven, on, count_max) } else { rightly }
    }

    fn items_of_all(&self, typos: Typos, on: Date, count_max: usize) -> Vec<FoundItem> {
        let mut found = Vec::new();
        for (_, resident) in self.readable() {
            let snapshot = &resident.current;
            let named = snapshot.position_at(self.text, on).map(|position| snapshot.version(position));
            let item =
                |version: &Arc<ItemVersion>, score| FoundItem { snapshot: Arc::clone(snapshot), version: Arc::clone(version), score };
            let hits = snapshot.search_best(self.text, typos, on, count_max).into_iter();
            let others = hits.filter(|hit| named.is_none_or(|named| !Arc::ptr_eq(named, &hit.version)));
            let of_dictionary = named.map(|version| item(version, SCORE_OF_CODE)).into_iter();
            found.push(of_dictionary.chain(others.map(|hit| item(&hit.version, hit.score))).collect());
        }
        mixed(found, count_max)
    }
}

/// The best of some lists that are in order themselves. No list takes more than its part while others have something to show.
fn mixed(lists: Vec<Vec<FoundItem>>, count_max: usize) -> Vec<FoundItem> {
    let part = count_max.div_ceil(PART_OF_DICTIONARY);
    let ranked = lists.into_iter().flat_map(|list| list.into_iter().enumerate().map(|(rank, item)| (rank >= part, item)));
    let mut all: Vec<(bool, FoundItem)> = ranked.collect();
    // The sort keeps equals in the order of dictionaries, and within one in that of its list.
    all.sort_by_key(|(is_beyond_part, item)| (*is_beyond_part, Reverse(item.score.to_bits())));
    all.truncate(count_max);
    all.sort_by_key(|(_, item)| Reverse(item.score.to_bits()));
    all.into_iter().map(|(_, item)| item).collect()
}
