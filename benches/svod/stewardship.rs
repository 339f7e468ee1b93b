//! What stewards wait for: a large draft judged and published, a comparison, lists of very many requests, and one edit.
//! The dictionaries ask for four eyes, and everybody comes with the cookie of a session, as people do.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use serde_json::json;
use svod::app::accounts::NewAccount;
use svod::app::acting::Caller;
use svod::app::change_request::{RequestFilter, RequestedEdit, RequestedItem};
use svod::app::comparing::{Comparison, Side};
use svod::app::identity::Presented;
use svod::app::svod::Svod;
use svod::domain::account::{AccountId, AccountKind, Grant, Role};
use svod::domain::change_request::{ChangeRequest, NewRequest, RequestId, RequestState};
use svod::domain::item_edit::Patch;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::{Validity, parse_date};
use svod::graphql::ManagementApi;

use crate::management::Asker;
use crate::{ENGINES, ROUNDS, Target, apply, data, median, open, operator, seconds, target};

/// How many items a large draft changes.
const DRAFT_ITEMS: usize = 10_000;
/// How many items one edit changes.
const EDIT_ITEMS: usize = 1_000;
/// How many items differ between the compared editions.
const DIFFERING_ITEMS: usize = 10;
/// Items of a dictionary of the size of a shipped one.
const SHIPPED_ITEMS: usize = 3_000;
/// How often something short is measured.
const REPEATS: usize = 200;
/// How many requests a page has, and how many there are at first and at last.
const PAGE: usize = 50;
const REQUESTS: [usize; 2] = [100, 100_000];

/// A service with the territories under the rule of four eyes, and people.
pub struct Office {
    pub svod: Arc<Svod>,
    pub steward: Caller,
    pub approver: Caller,
}

pub fn measure(rows: usize, folder: &Path) {
    let offices: Vec<(Target, Office)> = ENGINES.map(|engine| office(engine, folder, "stewardship", rows)).into();
    drafts(&offices, rows);
    comparisons(&offices);
    let small = ENGINES.map(|engine| office(engine, folder, "small", rows.min(SHIPPED_ITEMS)));
    println!("\n| one edit of one item | median, ms (SQLite ≤ 20) | 95 of 100, ms |");
    println!("|---|---|---|");
    for (all, (target, office)) in small.iter().map(|small| (rows.min(SHIPPED_ITEMS), small)).chain(offices.iter().map(|big| (rows, big))) {
        edits(target, office, all);
    }
    drop(small);
    requests(&offices);
}

fn office(engine: &'static str, folder: &Path, name: &str, rows: usize) -> (Target, Office) {
    let target = target(engine, folder, name);
    let office = Office::new(&target, rows);
    (target, office)
}

impl Office {
    pub fn new(target: &Target, rows: usize) -> Self {
        let svod = Arc::new(open(target));
        let items = Some(data::csv(rows, "№"));
        apply(&svod, &[(data::REGIONS, Some(data::regions().into_bytes().into())), (data::TERRITORIES, items)]);
        let steward = signed_in(&svod, "steward", Role::Steward);
        let approver = signed_in(&svod, "approver", Role::Approver);
        Self { svod, steward, approver }
    }

    pub fn draft(&self, caller: &Caller) -> ChangeRequest {
        let new = NewRequest { title: "Переименование".to_owned(), ..NewRequest::default() };
        self.svod.change_requests.create_change_request(caller, new).expect("stewards may draft")
    }

    fn edit(&self, request: &ChangeRequest, edits: Vec<RequestedItem>) -> ChangeRequest {
        self.svod.change_requests.edit_items(&self.steward, "editItems", request.id, request.revision, edits).expect("it is a draft")
    }

    fn submit(&self, request: &ChangeRequest) -> ChangeRequest {
        self.svod.change_requests.submit_change_request(&self.steward, request.id, request.revision).expect("it is valid")
    }

    fn approve(&self, request: &ChangeRequest) -> ChangeRequest {
        self.svod.change_requests.approve_change_request(&self.approver, request.id, request.revision, "").expect("it is another's")
    }

    fn publish(&self, request: &ChangeRequest) -> i64 {
        let published = self.svod.change_requests.publish_change_request(&self.steward, request.id, request.revision);
        published.expect("it is approved").1.seq.expect("it changes something")
    }
}

/// Makes a person with a role on everything, and signs them in.
pub fn signed_in(svod: &Svod, name: &str, role: Role) -> Caller {
    const PASSWORD: &str = "it is only a benchmark";
    let operator = operator(svod);
    let (person, password) = (AccountKind::Person, Some(PASSWORD.to_owned()));
    let new = NewAccount { name: name.to_owned(), display_name: name.to_owned(), kind: person, password };
    let account = svod.accounts.add_account(&operator, new).expect("the name is free");
    svod.accounts.grant_role(&operator, account.id, &Grant { role, dictionary: None }).expect("the operator may");
    let session = svod.identity.sign_in(&Caller::anonymous("bench", ""), name, PASSWORD).expect("the password is right");
    let presented = Presented { session: Some(session.secret), bearer: None };
    svod.identity.identify(&presented, "bench", "").expect("the session has just begun")
}

pub fn territories() -> DictionaryCode {
    DictionaryCode::parse("territories").expect("a code")
}

/// Gives an item a new name from a date on.
pub fn renamed(item: usize, on: &str, name: String) -> RequestedItem {
    let attributes = json!({ "name": name }).as_object().cloned().expect("it is an object");
    let validity = Validity::starting(parse_date(on).expect("a date"));
    let edit = RequestedEdit::Update { validity, parent: Patch::Keep, attributes };
    RequestedItem { dictionary: territories(), code: data::code(item), edit, comment: None }
}

/// A large draft from its first edit to its publication; each round changes other items.
fn drafts(offices: &[(Target, Office)], rows: usize) {
    let items = DRAFT_ITEMS.min(rows / ROUNDS);
    println!(
        "| a draft of {items} items in {rows} | edited, s | judged, s (≤ 2) | submitted, s | approved, ms | published, s (≤ 5) \
         | then undone: drafted, s |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (target, office) in offices {
        let mut figures: [Vec<f64>; 6] = Default::default();
        for round in 0..ROUNDS {
            let mut request = office.draft(&office.steward);
            figures[0].push(seconds(|| {
                let all: Vec<usize> = (0..items).map(|item| item * ROUNDS + round).collect();
                for some in all.chunks(EDIT_ITEMS) {
                    let edits = some.iter().map(|item| renamed(*item, "2030-01-01", format!("Новое имя {item}"))).collect();
                    request = office.edit(&request, edits);
                }
            }));
            figures[1].push(seconds(|| {
                let judgement = office.svod.change_requests.judge(&office.steward, request.id).expect("it can be judged");
                let judgement = judgement.expect("it is the steward's own");
                assert_eq!(judgement.counts[&territories()].changed, items as i64, "{:?}", judgement.violations);
            }));
            figures[2].push(seconds(|| request = office.submit(&request)));
            figures[3].push(seconds(|| request = office.approve(&request)) * 1e3);
            let mut seq = 0;
            figures[4].push(seconds(|| seq = office.publish(&request)));
            figures[5].push(seconds(|| {
                let undone = office.svod.change_requests.undo_publication(&office.steward, &office.svod.comparing, seq);
                assert!(undone.expect("it can be undone").request.is_some(), "there is something to undo");
            }));
        }
        let [edited, judged, submitted, approved, published, undone] = figures.map(|mut figures| median(&mut figures));
        println!("| {} | {edited:.2} | {judged:.3} | {submitted:.2} | {approved:.1} | {published:.2} | {undone:.2} |", target.engine);
    }
}

/// Two editions that differ in a few items, as the newest and as older ones.
fn comparisons(offices: &[(Target, Office)]) {
    println!("\n| comparison of two editions that differ in {DIFFERING_ITEMS} items | median, ms (≤ 50) | 95 of 100, ms |");
    println!("|---|---|---|");
    for (target, office) in offices {
        let change = |on: &str| {
            let edits = (0..DIFFERING_ITEMS).map(|item| renamed(item * 1_000 % 100_000, on, format!("Сравнение {on} {item}"))).collect();
            let request = office.submit(&office.edit(&office.draft(&office.steward), edits));
            office.publish(&office.approve(&request))
        };
        let first = change("2031-01-01");
        let differing = |from: Side, to: Side| {
            let dictionary = &territories();
            let asked = Comparison { dictionary, from, to, after_code: None, count: PAGE };
            let difference = office.svod.comparing.compare(&asked).expect("both are there");
            assert_eq!(difference.totals.values().sum::<usize>(), DIFFERING_ITEMS);
            assert_eq!(difference.items.len(), DIFFERING_ITEMS);
        };
        let whole = |publication: i64| Side { publication, valid_on: None };
        row(&format!("{}: the newest and the one before", target.engine), || differing(whole(first - 1), whole(first)));
        let second = change("2032-01-01");
        row(&format!("{}: two older ones", target.engine), || differing(whole(first - 1), whole(first)));
        let on = |date: &str| Side { publication: second, valid_on: parse_date(date) };
        row(&format!("{}: two dates", target.engine), || differing(on("2031-06-01"), on("2032-06-01")));
    }
}

/// Measures something short, and prints its line.
fn row(name: &str, mut act: impl FnMut()) {
    act();
    let mut figures: Vec<f64> = (0..REPEATS).map(|_| seconds(&mut act) * 1e3).collect();
    let median = median(&mut figures);
    println!("| {name} | {median:.2} | {:.2} |", figures[REPEATS * 95 / 100]);
}

/// One edit of one item after another: of other items of one draft.
fn edits(target: &Target, office: &Office, rows: usize) {
    let mut request = office.draft(&office.steward);
    let mut item = 0;
    row(&format!("{}, {rows} items: the edit alone", target.engine), || {
        item += 1;
        request = office.edit(&request, vec![renamed(item, "2033-01-01", format!("Правка {item}"))]);
    });
    let mut request = office.draft(&office.steward);
    row(&format!("{}, {rows} items: the edit, and what it makes judged", target.engine), || {
        item += 1;
        request = office.edit(&request, vec![renamed(7, "2033-01-01", format!("Правка {item}"))]);
        let judgement = office.svod.change_requests.judge(&office.steward, request.id).expect("it can be judged");
        assert!(judgement.expect("it is the steward's own").violations.is_empty());
    });
    if !ManagementApi::sdl().contains("updateItem(") {
        return;
    }
    let asker = Asker::new(&office.svod, &office.steward);
    for (name, is_judged) in [("the mutation updateItem", false), ("the mutation updateItem, and its validation asked for", true)] {
        let request = office.draft(&office.steward);
        let mut revision = request.revision;
        row(&format!("{}, {rows} items: {name}", target.engine), || {
            item += 1;
            let input = json!({
                "changeRequest": request.id.0.to_string(), "revision": revision, "dictionary": "territories", "code": data::code(7),
                "validFrom": "2033-01-01", "attributes": { "name": format!("Правка {item}") },
            });
            revision = asker.update_item(input, is_judged);
        });
    }
}

/// Pages of lists and the opening of one request, with few requests in the database and with very many.
fn requests(offices: &[(Target, Office)]) {
    println!("\n| with requests in the database | {} , ms | {} , ms | ratio (≈ 1) |", REQUESTS[0], REQUESTS[1]);
    println!("|---|---|---|---|");
    for (target, office) in offices {
        let mut figures: Vec<Vec<(String, f64)>> = Vec::new();
        let like = office.edit(&office.draft(&office.steward), vec![renamed(5, "2034-01-01", "Образец".to_owned())]);
        let first = like.id.0 + 1;
        let mut filled = 0;
        for count in REQUESTS {
            fill(target, like.id, first + filled, count as i64 - filled);
            filled = count as i64;
            figures.push(lists(office, first, first + filled - 1));
        }
        for ((name, few), (_, many)) in figures[0].iter().zip(&figures[1]) {
            println!("| {}: {name} | {few:.2} | {many:.2} | {:.1} |", target.engine, many / few);
        }
    }
}

fn lists(office: &Office, first: i64, last: i64) -> Vec<(String, f64)> {
    let steward = office.steward.authority.account_id().expect("a person");
    let requests = &office.svod.change_requests;
    let any = RequestFilter::default;
    let regions = DictionaryCode::parse("regions").expect("a code");
    let filters = [
        ("any", any()),
        ("in one state", RequestFilter { states: vec![RequestState::InReview], ..any() }),
        (
            "in the open states",
            RequestFilter { states: vec![RequestState::Draft, RequestState::Returned, RequestState::InReview], ..any() },
        ),
        ("in a rare state", RequestFilter { states: vec![RequestState::Scheduled], ..any() }),
        ("of one author", RequestFilter { author: Some(AccountId(steward.0 + 1_000)), ..any() }),
        ("of a rare author", RequestFilter { author: Some(steward), ..any() }),
        ("of one dictionary", RequestFilter { dictionary: Some(territories()), ..any() }),
        ("of a rare dictionary", RequestFilter { dictionary: Some(regions.clone()), ..any() }),
        (
            "of one author in one state",
            RequestFilter { states: vec![RequestState::InReview], author: Some(AccountId(steward.0 + 1_000)), ..any() },
        ),
        ("of a rare dictionary in one state", RequestFilter { states: vec![RequestState::Published], dictionary: Some(regions), ..any() }),
    ];
    let mut figures = Vec::new();
    for (name, filter) in filters {
        for (end, before) in [("newest", None), ("oldest", Some(RequestId(first + 60)))] {
            let time = typical(|| {
                requests.list_change_requests(&office.steward, filter.clone(), before, PAGE).expect("it can be listed");
            });
            figures.push((format!("a page of {PAGE}, {name}, the {end}"), time));
        }
    }
    let time = typical(|| {
        let id = RequestId((first + last) / 2);
        assert!(requests.find_change_request(&office.steward, id).expect("it can be read").is_some());
        assert_eq!(requests.list_items(id, None, PAGE).expect("they can be read").len(), 1);
        requests.progress(&office.steward, id).expect("it can be read");
        requests.reviews_by_request(&[id]).expect("they can be read");
        requests.comments_by_request(&[id]).expect("they can be read");
        requests.authors_by_request(&[id]).expect("they can be read");
    });
    figures.push(("one request opened".to_owned(), time));
    let time = typical(|| {
        requests.judge(&office.steward, RequestId((first + last) / 2)).expect("it can be judged");
    });
    figures.push(("one request judged".to_owned(), time));
    figures
}

/// The median of something short, in milliseconds. What takes very long is not repeated as often.
fn typical(mut act: impl FnMut()) -> f64 {
    act();
    let started = Instant::now();
    let mut figures = Vec::new();
    while figures.len() < REPEATS && (figures.len() < 5 || started.elapsed().as_secs() < 2) {
        figures.push(seconds(&mut act) * 1e3);
    }
    median(&mut figures)
}

/// Copies a request very often, behind the service's back: in all states, of some authors, most of them about the territories.
fn fill(target: &Target, like: RequestId, first: i64, count: i64) {
    let (like, last) = (like.0, first + count - 1);
    let numbers = format!("WITH RECURSIVE n(i) AS (SELECT {first} + 0 UNION ALL SELECT i + 1 FROM n WHERE i < {last})");
    // A few are scheduled; the others are in the other states by turns.
    let state = "CASE WHEN i % 997 = 0 THEN 'scheduled' WHEN i % 7 = 0 THEN 'draft' WHEN i % 7 = 1 THEN 'returned' WHEN i % 7 = 2 THEN \
                 'in_review' WHEN i % 7 = 3 THEN 'approved' WHEN i % 7 = 4 THEN 'rejected' WHEN i % 7 = 5 THEN 'withdrawn' ELSE 'published' END";
    let author = "author_id + 1000 + i % 20";
    let dictionary = "CASE WHEN i % 1009 = 0 THEN 'regions' ELSE dictionary_code END";
    let sql = [
        format!(
            "{numbers} INSERT INTO change_request (id, revision, state, title, description, origin, author_id, base_seq, round, created_at_ms, \
             updated_at_ms) SELECT i, revision, {state}, title, description, origin, {author}, base_seq, round, created_at_ms, updated_at_ms \
             FROM n, change_request WHERE id = {like}"
        ),
        format!(
            "{numbers} INSERT INTO change_request_dictionary (request_id, dictionary_code) SELECT i, {dictionary} \
             FROM n, change_request_dictionary WHERE request_id = {like}"
        ),
        format!(
            "{numbers} INSERT INTO change_request_item (request_id, dictionary_code, code, base, proposed, is_restored, comment, changed_by, \
             changed_at_ms) SELECT i, dictionary_code, code, base, proposed, is_restored, comment, changed_by, changed_at_ms \
             FROM n, change_request_item WHERE request_id = {like} AND i % 1009 <> 0"
        ),
        format!(
            "{numbers} INSERT INTO change_request_author (request_id, account_id) SELECT i, {author} FROM n, change_request WHERE id = {like}"
        ),
    ];
    let execute = |connection: &mut dyn FnMut(&str)| sql.iter().for_each(|one| connection(one));
    match target.url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).expect("the file is there");
            execute(&mut |one| connection.batch_execute(one).expect("the rows fit"));
        }
        None => {
            let mut connection = PgConnection::establish(&target.url).expect("PostgreSQL answers");
            execute(&mut |one| connection.batch_execute(one).expect("the rows fit"));
            // What PostgreSQL does by itself within a minute.
            connection.batch_execute("ANALYZE").expect("it may");
        }
    }
}
