//! Sixteen stewards at once over two open services on one database, and a checker that proves that no acknowledged edit was lost.
//! It knows the library alone and takes its duration as an argument, so that a benchmark can include it as it is.

use crate::harness::IMPORT_LIMITS;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::json;
use svod::app::accounts::NewAccount;
use svod::app::acting::Caller;
use svod::app::applying::DefinedDictionary;
use svod::app::change_request::{Destination, RequestConflict, RequestedEdit, RequestedItem, SettledConflict, Side};
use svod::app::import::{ImportOptions, Source, Surroundings};
use svod::app::svod::{Svod, SvodSettings, verify};
use svod::domain::account::{AccountId, AccountKind, Grant};
use svod::domain::change_request::{ChangeRequest, NewRequest, Origin, RequestId, RequestState};
use svod::domain::dictionary::Dictionary;
use svod::domain::error::{Error, Result};
use svod::domain::item_edit::Patch;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::Validity;

use svod::exchange::table::Input;

const STEWARDS: usize = 16;
/// Requests that many stewards edit at the same time. Each is left to a quarter of them to approve, who do not edit it.
const SHARED: usize = 4;
/// Items that everybody changes.
const SHARED_ITEMS: u64 = 6;
/// Of whom four eyes are asked, and of whom nobody.
const DICTIONARIES: [(&str, bool); 2] = [("strict", true), ("relaxed", false)];

/// What the stewards did, once the checker has found nothing lost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Edits of items that were acknowledged.
    pub edits: u64,
    pub requests: u64,
    pub publications: u64,
    /// Acts that were refused because somebody else had been faster, and were tried anew.
    pub stale: u64,
    /// Conflicts that a steward settled.
    pub settled: u64,
    /// Acts that the database was too busy for; nothing came of them.
    pub busy: u64,
}

/// One acknowledged act on a request.
struct Acknowledged {
    request: RequestId,
    /// The revision that the steward had seen, and the one that the act made of it.
    seen: i64,
    revision: i64,
    /// The item and what it was called, where it was an edit.
    edit: Option<(DictionaryCode, String, String)>,
}

/// What all stewards see of each other besides the database.
struct Table {
    shared: [Mutex<RequestId>; SHARED],
    acknowledged: Mutex<Vec<Acknowledged>>,
    stale: AtomicU64,
    settled: AtomicU64,
    busy: AtomicU64,
}

struct Steward<'a> {
    svod: &'a Svod,
    table: &'a Table,
    caller: Caller,
    number: usize,
    edits: u64,
    random: u64,
}

/// Lets sixteen stewards work for a while, and then looks for what was lost. Panics at the first thing that was.
pub fn soak(settings: &SvodSettings, duration: Duration) -> Outcome {
    let services = [(); 2].map(|()| Svod::open(settings.clone()).unwrap());
    define(&services[0]);
    services[1].publisher.refresh().unwrap();
    let people: Vec<AccountId> = (0..STEWARDS).map(|number| hire(&services[0], number)).collect();
    let caller = |number: usize| services[number % 2].acts.built_in(people[number], "soak").unwrap();
    let acknowledged = Mutex::default();
    let shared = std::array::from_fn(|slot| Mutex::new(begin(&services[0], &acknowledged, &caller((slot + 1) % STEWARDS)).unwrap().id));
    let (stale, settled, busy) = Default::default();
    let table = Table { shared, acknowledged, stale, settled, busy };
    let ends_at = Instant::now() + duration;
    std::thread::scope(|scope| {
        for number in 0..STEWARDS {
            let random = number as u64 * 7919 + 1;
            let mut steward = Steward { svod: &services[number % 2], table: &table, caller: caller(number), number, edits: 0, random };
            scope.spawn(move || {
                while Instant::now() < ends_at {
                    steward.work();
                }
            });
        }
    });
    check(settings, table)
}

fn define(svod: &Svod) {
    let dictionary = |(code, four_eyes): (&str, bool)| {
        let type_name = code[..1].to_uppercase() + &code[1..] + "Item";
        let definition = toml::from_str(&format!(
            "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"{code}\" }}\npassport = {{ owner = \"Отдел\" }}\n\
             approval = {{ four_eyes = {four_eyes} }}\n\
             attributes = [{{ code = \"name\", type = \"string\", label = {{ ru = \"Имя\" }}, required = true }}]"
        ));
        Arc::new(Dictionary::compile(definition.unwrap()).unwrap())
    };
    let items: String = (0..SHARED_ITEMS).map(|item| format!("shared{item},в начале\n")).collect();
    let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(format!("code,name\n{items}").into_bytes()))) };
    let defined =
        DICTIONARIES.map(|one| DefinedDictionary { dictionary: dictionary(one), items: Some(Source { name: "items.csv", open: &open }) });
    let operator = svod.acts.built_in(AccountId::OPERATOR, "soak").unwrap();
    let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
    svod.change_requests
        .apply(&operator, titled("Начало"), Origin::Apply, &defined, &options, &Surroundings::unwatched(IMPORT_LIMITS))
        .unwrap();
}

fn hire(svod: &Svod, number: usize) -> AccountId {
    let operator = svod.acts.built_in(AccountId::OPERATOR, "soak").unwrap();
    let name = format!("steward{number}");
    let new = NewAccount { name: name.clone(), display_name: name, kind: AccountKind::Person, password: None };
    let account = svod.accounts.add_account(&operator, new).unwrap();
    for role in ["steward", "approver"] {
        svod.accounts.grant_role(&operator, account.id, &Grant::parse(role).unwrap()).unwrap();
    }
    account.id
}

fn titled(title: &str) -> NewRequest {
    NewRequest { title: title.to_owned(), ..NewRequest::default() }
}

fn begin(svod: &Svod, acknowledged: &Mutex<Vec<Acknowledged>>, caller: &Caller) -> Result<ChangeRequest> {
    let request = svod.change_requests.create_change_request(caller, titled("Проверка"))?;
    acknowledged.lock().unwrap().push(Acknowledged { request: request.id, seen: 0, revision: request.revision, edit: None });
    Ok(request)
}

fn code(text: &str) -> DictionaryCode {
    DictionaryCode::parse(text).unwrap()
}

impl Steward<'_> {
    /// A number below `end`, the same in every run of one steward.
    fn random(&mut self, end: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % end
    }

    fn work(&mut self) {
        let outcome = if self.random(8) == 0 { self.publish_alone() } else { self.work_on_shared() };
        match outcome {
            Ok(()) => {}
            Err(Error::Refused { code: "stale_revision" | "wrong_state" | "publication_contended", .. }) => {
                self.table.stale.fetch_add(1, Ordering::Relaxed);
            }
            // It says itself that nothing was changed; the checker believes no word of it.
            Err(Error::Operator(reason)) if reason.contains("is locked") => {
                self.table.busy.fetch_add(1, Ordering::Relaxed);
            }
            Err(other) => panic!("steward {} was refused: {} {other}", self.number, other.code()),
        }
    }

    /// Writes down that an act on a request was acknowledged.
    fn acknowledge(&self, seen: &ChangeRequest, made: ChangeRequest) -> ChangeRequest {
        let one = Acknowledged { request: made.id, seen: seen.revision, revision: made.revision, edit: None };
        self.table.acknowledged.lock().unwrap().push(one);
        made
    }

    /// From the draft to its publication, where nobody is asked.
    fn publish_alone(&mut self) -> Result<()> {
        let draft = begin(self.svod, &self.table.acknowledged, &self.caller)?;
        let edited = self.edit(&draft, "relaxed")?;
        let submitted = self.svod.change_requests.submit_change_request(&self.caller, edited.id, edited.revision)?;
        let submitted = self.acknowledge(&edited, submitted);
        assert_eq!(submitted.state, RequestState::Approved);
        self.publish(&submitted)
    }

    fn work_on_shared(&mut self) -> Result<()> {
        let slot = self.random(SHARED as u64) as usize;
        let id = *self.table.shared[slot].lock().unwrap();
        let request = self.svod.change_requests.find_change_request(&self.caller, id)?.unwrap();
        let is_approver = self.number % SHARED == slot;
        let requests = &self.svod.change_requests;
        match request.state {
            RequestState::Draft if is_approver => Ok(()),
            RequestState::Draft if request.revision > 8 && self.random(6) == 0 => self.submit(&request),
            RequestState::Draft => self.edit(&request, "strict").map(drop),
            RequestState::InReview if is_approver => requests
                .approve_change_request(&self.caller, id, request.revision, "")
                .map(|approved| drop(self.acknowledge(&request, approved))),
            RequestState::Approved => self.publish(&request),
            RequestState::Published => {
                let mut current = self.table.shared[slot].lock().unwrap();
                // Whoever begins it is an author, and so no approver of it.
                if *current == id && !is_approver {
                    *current = begin(self.svod, &self.table.acknowledged, &self.caller)?.id;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Adds an item of one's own, or renames one that is everybody's; the name is never used again.
    fn edit(&mut self, request: &ChangeRequest, dictionary: &str) -> Result<ChangeRequest> {
        self.edits += 1;
        let name = format!("имя-{}-{}", self.number, self.edits);
        let attributes = json!({ "name": name }).as_object().unwrap().clone();
        let validity = Validity::ALWAYS;
        let (item, edit) = if dictionary == "strict" && self.random(2) == 0 {
            let item = format!("shared{}", self.random(SHARED_ITEMS));
            (item, RequestedEdit::Update { validity, parent: Patch::Keep, attributes })
        } else {
            (format!("own-{}-{}", self.number, self.edits), RequestedEdit::Add { validity, parent: None, attributes })
        };
        let edits = vec![RequestedItem { dictionary: code(dictionary), code: item.clone(), edit, comment: None }];
        let edited = self.svod.change_requests.edit_items(&self.caller, "editItems", request.id, request.revision, edits)?;
        let edit = Some((code(dictionary), item, name));
        self.table.acknowledged.lock().unwrap().push(Acknowledged {
            request: edited.id,
            seen: request.revision,
            revision: edited.revision,
            edit,
        });
        Ok(edited)
    }

    fn submit(&mut self, request: &ChangeRequest) -> Result<()> {
        match self.svod.change_requests.submit_change_request(&self.caller, request.id, request.revision) {
            Ok(submitted) => {
                self.acknowledge(request, submitted);
                Ok(())
            }
            Err(Error::Invalid(_)) => self.settle(request),
            Err(other) => Err(other),
        }
    }

    fn publish(&mut self, request: &ChangeRequest) -> Result<()> {
        let requests = &self.svod.change_requests;
        match requests.publish_change_request(&self.caller, request.id, request.revision) {
            Ok((published, _)) => {
                self.acknowledge(request, published);
                Ok(())
            }
            // What others published since it was submitted is in its way: its authors have to choose.
            Err(Error::Invalid(_)) => requests
                .reopen_change_request(&self.caller, request.id, request.revision)
                .map(|reopened| drop(self.acknowledge(request, reopened))),
            Err(other) => Err(other),
        }
    }

    /// Chooses what the request says in every conflict.
    fn settle(&mut self, request: &ChangeRequest) -> Result<()> {
        let requests = &self.svod.change_requests;
        let conflicts = requests.judge(&self.caller, request.id)?.unwrap().conflicts;
        let chosen: Vec<SettledConflict> = conflicts
            .iter()
            .map(|conflict| match conflict {
                RequestConflict::Item { dictionary, item, conflict: merge } => SettledConflict {
                    dictionary: dictionary.code.clone(),
                    item: Some(item.clone()),
                    subject: conflict.subject(),
                    valid_from: merge.validity.from(),
                    side: Side::Mine,
                },
                RequestConflict::Definition { .. } => panic!("nobody changed a definition"),
            })
            .collect();
        match requests.settle_conflicts(&self.caller, request.id, request.revision, &chosen) {
            Ok(settled) => {
                self.table.settled.fetch_add(chosen.len() as u64, Ordering::Relaxed);
                self.acknowledge(request, settled);
                Ok(())
            }
            // Others published once more since the conflicts were read.
            Err(Error::Refused { code: "conflict_unknown", .. }) => Ok(()),
            Err(other) => Err(other),
        }
    }
}

/// Reads the database anew and compares it with what was acknowledged.
fn check(settings: &SvodSettings, table: Table) -> Outcome {
    let svod = Svod::open(settings.clone()).unwrap();
    let operator = svod.acts.built_in(AccountId::OPERATOR, "soak").unwrap();
    let mut by_request: BTreeMap<RequestId, Vec<Acknowledged>> = BTreeMap::new();
    for one in table.acknowledged.into_inner().unwrap() {
        by_request.entry(one.request).or_default().push(one);
    }
    let mut outcome = Outcome {
        requests: by_request.len() as u64,
        stale: table.stale.into_inner(),
        settled: table.settled.into_inner(),
        busy: table.busy.into_inner(),
        ..Outcome::default()
    };
    let mut latest: BTreeMap<(DictionaryCode, String), (i64, String)> = BTreeMap::new();
    let mut published = BTreeSet::new();
    for (id, mut acknowledged) in by_request {
        acknowledged.sort_by_key(|one| one.revision);
        let request = svod.change_requests.find_change_request(&operator, id).unwrap().unwrap();
        let revisions: Vec<i64> = acknowledged.iter().map(|one| one.revision).collect();
        assert_eq!(revisions, (1..=request.revision).collect::<Vec<_>>(), "{id:?}: each revision is acknowledged once, none is missing");
        let unseen = acknowledged.iter().find(|one| one.seen + 1 != one.revision).map(|one| (one.seen, one.revision));
        assert_eq!(unseen, None, "{id:?}: an act on what the steward had not seen was acknowledged");
        let edits = acknowledged.into_iter().filter_map(|one| one.edit);
        outcome.edits += check_edits(&svod, &request, edits, &mut latest);
        if let Some(seq) = request.published_seq {
            assert!(published.insert(seq), "publication {seq} has two requests");
        }
    }
    for ((dictionary, item), (seq, name)) in &latest {
        let head = svod.publisher.catalog().head().seq();
        assert!(is_published(&svod, dictionary, head, item, name), "{dictionary}/{item}: {name} of publication {seq} is gone");
    }
    let head = svod.publisher.catalog().head();
    let numbers: Vec<i64> = head.publications.iter().map(|publication| publication.seq).collect();
    assert_eq!(numbers, (1..=numbers.len() as i64).collect::<Vec<_>>(), "publications have a gap");
    assert_eq!(published, numbers[1..].iter().copied().collect(), "publications and published requests differ");
    let verified = verify(settings, &|_| {}).unwrap();
    assert_eq!(verified.problems, [] as [&str; 0]);
    Outcome { publications: published.len() as u64, ..outcome }
}

/// The last edit of each item of a request is what the request, or its publication, says of it. Gives the number of edits.
fn check_edits(
    svod: &Svod,
    request: &ChangeRequest,
    edits: impl Iterator<Item = (DictionaryCode, String, String)>,
    latest: &mut BTreeMap<(DictionaryCode, String), (i64, String)>,
) -> u64 {
    let stored = svod.change_requests.list_items(request.id, None, usize::MAX).unwrap();
    let mut last = BTreeMap::new();
    let mut count = 0;
    for (dictionary, item, name) in edits {
        last.insert((dictionary, item), name);
        count += 1;
    }
    for ((dictionary, item), name) in last {
        let place = format!("{:?} at revision {}: {dictionary}/{item} {name}", request.id, request.revision);
        let quoted = format!("\"{name}\"");
        let is_stored = |one: &&_| -> bool {
            let one: &svod::app::change_request::RequestItem = one;
            one.stored.dictionary == dictionary && one.stored.code == item && one.stored.proposed.contains(&quoted)
        };
        assert_eq!(stored.iter().filter(is_stored).count(), 1, "the request lost an edit: {place}");
        if let Some(seq) = request.published_seq {
            assert!(is_published(svod, &dictionary, seq, &item, &name), "publication {seq} lost an edit: {place}");
            let newest = latest.entry((dictionary, item)).or_default();
            if newest.0 < seq {
                *newest = (seq, name);
            }
        }
    }
    count
}

fn is_published(svod: &Svod, dictionary: &DictionaryCode, seq: i64, item: &str, name: &str) -> bool {
    let snapshot = svod.reading.reader().dictionary(dictionary, seq).unwrap().unwrap();
    let position = snapshot.dictionary.position("name").unwrap();
    let is_named = |version: &Arc<svod::domain::item::ItemVersion>| version.value(position).is_some_and(|value| value.texts() == [name]);
    snapshot.items.versions_of(item).iter().any(is_named)
}
