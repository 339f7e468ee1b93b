//! Sixteen stewards at once over two services on one database: how many edits are acknowledged, and whether every one of them is
//! there in the end. A draft shared by two is edited by revision number, so that neither overwrites the other.

use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use svod::app::acting::Caller;
use svod::app::svod::Svod;
use svod::domain::account::Role;
use svod::domain::attribute_json::read_code;
use svod::domain::change_request::{NewRequest, RequestId, RequestState};
use svod::domain::error::Error;
use svod::domain::item::attributes_json;

use crate::stewardship::{renamed, signed_in, territories};
use crate::{ENGINES, Target, apply, data, open, target};

const STEWARDS: usize = 16;
/// The first of them publish what they edit; the others share drafts by two.
const PUBLISHING: usize = 8;
const ITEMS_EACH: usize = 5_000;
const EDITS_PER_REQUEST: usize = 20;

/// What the stewards did.
#[derive(Default)]
struct Tally {
    stale: AtomicUsize,
    refused: AtomicUsize,
    publications: AtomicUsize,
    /// Item, new name, request.
    acknowledged: Mutex<Vec<(usize, String, RequestId)>>,
    times: Mutex<Vec<f64>>,
}

pub fn measure(seconds: u64, folder: &Path) {
    println!(
        "\n| {STEWARDS} stewards for {seconds} s | edits acknowledged, 1/s | median, ms | 99 of 100, ms | publications | stale, retried | refused | lost (0) |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for engine in ENGINES {
        soak(&target(engine, folder, "soak"), Duration::from_secs(seconds));
    }
}

fn soak(target: &Target, duration: Duration) {
    let services = [open(target), open(target)];
    let items = Some(data::csv(STEWARDS * ITEMS_EACH, "№"));
    apply(&services[0], &[(data::REGIONS, Some(data::regions().into_bytes().into())), (data::TERRITORIES, items)]);
    services[1].publisher.refresh().expect("it reads");
    let approver = signed_in(&services[0], "approver", Role::Approver);
    let stewards: Vec<Caller> = (0..STEWARDS).map(|at| signed_in(&services[0], &format!("steward{at}"), Role::Steward)).collect();
    let shared: Vec<RequestId> = (PUBLISHING..STEWARDS).step_by(2).map(|at| draft(&services[0], &stewards[at])).collect();
    let tally = Tally::default();
    let until = Instant::now() + duration;
    std::thread::scope(|scope| {
        for (at, steward) in stewards.iter().enumerate() {
            let (svod, tally, approver) = (&services[at % 2], &tally, &approver);
            let shared = at.checked_sub(PUBLISHING).map(|at| shared[at / 2]);
            scope.spawn(move || match shared {
                Some(request) => share(svod, steward, request, at, until, tally),
                None => publish_often(svod, steward, approver, at, until, tally),
            });
        }
    });
    services[0].publisher.refresh().expect("it reads");
    let lost = lost(&services[0], &tally);
    let acknowledged = tally.acknowledged.into_inner().expect("nobody panicked").len();
    let mut times = tally.times.into_inner().expect("nobody panicked");
    times.sort_by(f64::total_cmp);
    let at = |hundredth: usize| times[times.len() * hundredth / 100];
    let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
    println!(
        "| {} | {:.0} | {:.1} | {:.1} | {} | {} | {} | {lost} |",
        target.engine,
        acknowledged as f64 / duration.as_secs_f64(),
        at(50),
        at(99),
        count(&tally.publications),
        count(&tally.stale),
        count(&tally.refused)
    );
    assert_eq!(lost, 0, "acknowledged edits were lost");
}

fn draft(svod: &Svod, caller: &Caller) -> RequestId {
    let new = NewRequest { title: "Вместе".to_owned(), ..NewRequest::default() };
    svod.change_requests.create_change_request(caller, new).expect("stewards may draft").id
}

impl Tally {
    /// One edit at a revision; the next revision when it was acknowledged.
    fn edit(&self, svod: &Svod, caller: &Caller, request: RequestId, revision: i64, item: usize) -> Option<i64> {
        let name = format!("Вместе {item} {revision}");
        let started = Instant::now();
        let edits = vec![renamed(item, "2030-01-01", name.clone())];
        match svod.change_requests.edit_items(caller, "updateItem", request, revision, edits) {
            Ok(edited) => {
                self.times.lock().expect("nobody panicked").push(started.elapsed().as_secs_f64() * 1e3);
                self.acknowledged.lock().expect("nobody panicked").push((item, name, request));
                Some(edited.revision)
            }
            Err(error) => {
                self.note(&error);
                None
            }
        }
    }

    fn note(&self, error: &Error) {
        match error {
            Error::Refused { code: "stale_revision", .. } => self.stale.fetch_add(1, Ordering::Relaxed),
            error => {
                println!("{error}");
                self.refused.fetch_add(1, Ordering::Relaxed)
            }
        };
    }
}

/// Edits a draft that somebody else edits, too: whoever comes too late looks anew.
fn share(svod: &Svod, caller: &Caller, request: RequestId, at: usize, until: Instant, tally: &Tally) {
    let mut item = at * ITEMS_EACH;
    while Instant::now() < until && item < (at + 1) * ITEMS_EACH {
        let found = svod.change_requests.find_change_request(caller, request).expect("it can be read").expect("it is the steward's");
        if tally.edit(svod, caller, request, found.revision, item).is_some() {
            item += 1;
        }
    }
}

/// Edits drafts of one's own, each of which is then submitted, approved by somebody else and published.
fn publish_often(svod: &Svod, caller: &Caller, approver: &Caller, at: usize, until: Instant, tally: &Tally) {
    let requests = &svod.change_requests;
    let mut item = at * ITEMS_EACH;
    while Instant::now() < until && item + EDITS_PER_REQUEST < (at + 1) * ITEMS_EACH {
        let id = draft(svod, caller);
        let mut revision = 1;
        for _ in 0..EDITS_PER_REQUEST {
            match tally.edit(svod, caller, id, revision, item) {
                Some(next) => (revision, item) = (next, item + 1),
                None => revision = requests.find_change_request(caller, id).expect("it can be read").expect("it is there").revision,
            }
        }
        let outcome = requests
            .submit_change_request(caller, id, revision)
            .and_then(|submitted| requests.approve_change_request(approver, id, submitted.revision, ""))
            .and_then(|approved| requests.publish_change_request(caller, id, approved.revision));
        match outcome {
            Ok(_) => _ = tally.publications.fetch_add(1, Ordering::Relaxed),
            Err(error) => tally.note(&error),
        }
    }
}

/// How many acknowledged edits are neither published nor in their draft.
fn lost(svod: &Svod, tally: &Tally) -> usize {
    let head = svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&territories()].current;
    let published = |item: usize| {
        let code = read_code(&data::code(item));
        let last = snapshot.items.versions_of(&code).last().cloned();
        last.map(|version| attributes_json(&snapshot.dictionary, &version.stretch.content)).unwrap_or_default()
    };
    let acknowledged = tally.acknowledged.lock().expect("nobody panicked");
    let is_lost = |(item, name, request): &&(usize, String, RequestId)| {
        let found = svod.change_requests.requests_by_id(&crate::operator(svod), &[*request]).expect("it can be read");
        let json = match found[0].state {
            RequestState::Published => published(*item),
            _ => drafted(svod, *request, *item),
        };
        !json.contains(&Json::from(name.as_str()).to_string())
    };
    acknowledged.iter().filter(is_lost).count()
}

fn drafted(svod: &Svod, request: RequestId, item: usize) -> String {
    let (dictionary, before) = (territories(), item.checked_sub(1).map(data::code));
    let after = before.as_deref().map(|before| (&dictionary, before));
    let found = svod.change_requests.list_items(request, after, 1).expect("it can be read");
    found.into_iter().filter(|found| found.stored.code == data::code(item).as_str()).map(|found| found.stored.proposed).collect()
}
