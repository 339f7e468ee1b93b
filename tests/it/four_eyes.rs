//! Four eyes: nobody who authored any change in a request approves it. Every path by which anything is approved or published, for
//! every kind of person, in one table; and the ways round the rule that somebody might think of. On both engines.

use std::cell::Cell;
use std::io::Cursor;
use std::sync::Arc;

use serde_json::json;
use svod::app::acting::Caller;
use svod::app::applying::DefinedDictionary;
use svod::app::auditing::AuditFilter;
use svod::app::change_request::{Destination, RequestedItem, SettledConflict, Side};
use svod::app::identity::Presented;
use svod::app::import::{ImportOptions, Source, Surroundings};
use svod::app::tokens::NewToken;
use svod::domain::account::{AccountId, Grant, Scope};
use svod::domain::change_request::{ChangeRequest, NewRequest, Origin, RequestState};
use svod::domain::definition::Definition;
use svod::domain::dictionary::Dictionary;
use svod::domain::error::Result;
use svod::exchange::table::Input;

use crate::change_request::{Office, add, code, date, office, person, titled, update};
use crate::harness::{Database, IMPORT_LIMITS};
use crate::publication::{OFFICES, REGIONS};

on_both_engines!(
    every_path_for_everybody,
    the_schedule_publishes_only_what_others_approved,
    a_strict_dictionary_makes_the_whole_request_strict,
    two_strict_dictionaries_need_the_stages_of_each,
    a_quorum_counts_persons,
    one_person_counts_for_one_stage,
    who_helped_is_an_author,
    an_author_of_an_earlier_round_stays_one,
    roles_count_when_the_decision_is_made,
    a_policy_that_became_strict_counts_no_approval_of_an_author,
);

/// What comes of each path, by who takes it. `author`: they wrote the request that is to be approved or published; else Maria did.
/// A path that is always one's own work (an import, an applied definition, an undo) is the same for both.
///
/// approve: of a request in review · in_review, approved: publishing it in that state · schedule: of an approved one ·
/// submit: where the policy asks for nobody, which approves it · import, import': publishing a file at once where the policy asks for
/// somebody, and where it does not · apply: publishing a definition that relaxes its own policy · undo: drafting it and then
/// approving it oneself.
const MATRIX: &str = "
who                      | approve          | in_review        | approved         | schedule         | submit           | import           | import'          | apply            | undo
nobody                   | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated  | unauthenticated
no role                  | not_found        | not_found        | not_found        | not_found        | not_found        | forbidden        | forbidden        | forbidden        | forbidden
reader                   | not_found        | not_found        | not_found        | not_found        | not_found        | forbidden        | forbidden        | forbidden        | forbidden
steward, author          | four_eyes        | wrong_state      | done             | done             | done             | approval_needed  | done             | forbidden        | four_eyes
steward                  | forbidden        | wrong_state      | done             | done             | done             | approval_needed  | done             | forbidden        | four_eyes
approver+steward, author | four_eyes        | wrong_state      | done             | done             | done             | approval_needed  | done             | forbidden        | four_eyes
approver                 | done             | wrong_state      | done             | done             | forbidden        | forbidden        | forbidden        | forbidden        | forbidden
owner, author            | four_eyes        | wrong_state      | done             | done             | done             | approval_needed  | done             | approval_needed  | four_eyes
owner                    | done             | wrong_state      | done             | done             | done             | approval_needed  | done             | approval_needed  | four_eyes
administrator            | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden
administrator+owner, author | four_eyes     | wrong_state      | done             | done             | done             | approval_needed  | done             | approval_needed  | four_eyes
auditor                  | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden        | forbidden
operator, author         | four_eyes        | wrong_state      | done             | done             | done             | approval_needed  | done             | approval_needed  | four_eyes
operator                 | done             | wrong_state      | done             | done             | done             | approval_needed  | done             | approval_needed  | four_eyes
token without review     | scope_missing    | wrong_state      | done             | done             | forbidden        | forbidden        | forbidden        | forbidden        | forbidden
token without publish    | done             | scope_missing    | scope_missing    | scope_missing    | forbidden        | scope_missing    | scope_missing    | scope_missing    | forbidden
disabled approver        | account_disabled | account_disabled | account_disabled | account_disabled | account_disabled | account_disabled | account_disabled | account_disabled | account_disabled
";

/// The office of `change_request`, with a dictionary that asks for nobody, and people who come and go.
struct House {
    office: Office,
    next: Cell<i64>,
}

/// A dictionary of its own; `approval` is a line of its definition.
fn areas(approval: &str) -> String {
    let toml = REGIONS.replace(r#"code = "regions""#, r#"code = "areas""#).replace("Region", "Area");
    toml.replace("approval = { four_eyes = false }", approval)
}

impl House {
    fn open(database: &Database) -> Self {
        let office = office(database);
        office.instance.define(&areas("approval = { four_eyes = false }"), Some("code,name\n1,Первая\n")).unwrap();
        Self { office, next: Cell::new(100) }
    }

    /// The same, where `areas` has this policy.
    fn with_policy(database: &Database, approval: &str) -> Self {
        let house = Self::open(database);
        house.office.instance.define(&areas(&format!("approval = {approval}")), None).unwrap();
        house
    }

    fn number(&self) -> i64 {
        self.next.replace(self.next.get() + 1)
    }

    fn person(&self, database: &Database, roles: &[&str]) -> Caller {
        let id = self.number();
        let roles: Vec<(&str, &str)> = roles.iter().map(|role| role.split_once(':').unwrap_or((role, ""))).collect();
        person(database, &self.office.instance, id, &format!("person{id}"), &roles)
    }

    /// A new item, so that no two requests are in each other's way.
    fn item(&self, dictionary: &str) -> RequestedItem {
        let number = self.number();
        let parent = (dictionary == "offices").then_some("1");
        add(dictionary, &number.to_string(), parent, json!({ "name": format!("Новая {number}") }))
    }

    fn in_review(&self, author: &Caller, dictionary: &str) -> ChangeRequest {
        self.office.submit(author, &self.office.draft(author, vec![self.item(dictionary)])).unwrap()
    }

    fn approved(&self, author: &Caller) -> ChangeRequest {
        self.office.approve(&self.office.anna, &self.in_review(author, "offices")).unwrap()
    }

    fn schedule(&self, caller: &Caller, request: &ChangeRequest) -> Result<ChangeRequest> {
        let at = "2026-11-23T06:00:00Z".parse().unwrap();
        self.office.instance.svod.change_requests.schedule_change_request(caller, request.id, request.revision, at)
    }

    fn found(&self, request: &ChangeRequest) -> ChangeRequest {
        self.office.instance.svod.change_requests.find_change_request(&self.office.instance.operator(), request.id).unwrap().unwrap()
    }

    fn import(&self, caller: &Caller, dictionary: &str) -> Result<()> {
        let number = self.number();
        let text = match dictionary {
            "offices" => format!("code,parent,name\n{number},1,Файл {number}\n"),
            _ => format!("code,name\n{number},Файл {number}\n"),
        };
        let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(text.clone().into_bytes()))) };
        let source = Source { name: "items.csv", open: &open };
        let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
        let requests = &self.office.instance.svod.change_requests;
        requests.import(caller, &code(dictionary), &source, &options, &Surroundings::unwatched(IMPORT_LIMITS)).map(drop)
    }

    /// The definition of offices as it was before it became strict; its policy in force is the one that is published.
    fn relax_offices(&self, caller: &Caller) -> Result<()> {
        let definition: Definition = toml::from_str(OFFICES).unwrap();
        let defined = DefinedDictionary { dictionary: Arc::new(Dictionary::compile(definition).unwrap()), items: None };
        let new = NewRequest { title: "Без согласования".to_owned(), ..NewRequest::default() };
        let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
        let requests = &self.office.instance.svod.change_requests;
        requests.apply(caller, new, Origin::Apply, &[defined], &options, &Surroundings::unwatched(IMPORT_LIMITS)).map(drop)
    }

    fn undo_and_approve(&self, caller: &Caller, publication: i64) -> Result<()> {
        let svod = &self.office.instance.svod;
        let undo = svod.change_requests.undo_publication(caller, &svod.comparing, publication)?.request.unwrap();
        let submitted = self.office.submit(caller, &undo)?;
        self.office.approve(caller, &submitted).map(drop)
    }

    fn token(&self, account: &Caller, scopes: &[Scope]) -> Caller {
        let svod = &self.office.instance.svod;
        let account = account.authority.account_id().unwrap();
        let scopes = scopes.iter().copied().collect();
        let new = NewToken { account, title: "сценарий".to_owned(), scopes, dictionaries: None, expires_at: None };
        let (_, secret) = svod.accounts.issue_token(&self.office.instance.operator(), new).unwrap();
        svod.identity.identify(&Presented { session: None, bearer: Some(secret) }, "192.0.2.7", "request").unwrap()
    }

    /// A caller of the first column of the matrix, and whether they wrote what is to be approved.
    fn caller(&self, database: &Database, who: &str) -> (Caller, bool) {
        let approver = || self.person(database, &["approver"]);
        let (kind, is_author) = who.strip_suffix(", author").map_or((who, false), |kind| (kind, true));
        let caller = match kind {
            "nobody" => Caller::anonymous("192.0.2.7", "request"),
            "no role" => self.person(database, &[]),
            "operator" => self.office.instance.operator(),
            "token without review" => self.token(&approver(), &[Scope::Read, Scope::Propose, Scope::Publish]),
            "token without publish" => self.token(&approver(), &[Scope::Read, Scope::Propose, Scope::Review]),
            "disabled approver" => {
                let approver = approver();
                let accounts = &self.office.instance.svod.accounts;
                accounts.disable_account(&self.office.instance.operator(), approver.authority.account_id().unwrap()).unwrap();
                approver
            }
            roles => self.person(database, &roles.split('+').collect::<Vec<_>>()),
        };
        (caller, is_author)
    }

    /// Takes a path of the matrix; gives the request that it was tried on, if there was one before.
    fn take(&self, path: &str, caller: &Caller, author: &Caller, undone: i64) -> (Option<ChangeRequest>, Result<()>) {
        match path {
            "approve" | "in_review" => {
                let request = self.in_review(author, "offices");
                let taken = if path == "approve" { self.office.approve(caller, &request) } else { self.office.publish(caller, &request) };
                (Some(request), taken.map(drop))
            }
            "approved" | "schedule" => {
                let request = self.approved(author);
                let taken = if path == "approved" { self.office.publish(caller, &request) } else { self.schedule(caller, &request) };
                (Some(request), taken.map(drop))
            }
            "submit" => {
                let request = self.office.draft(author, vec![self.item("areas")]);
                let submitted = self.office.submit(caller, &request);
                (Some(request), submitted.map(|submitted| assert_eq!(submitted.state, RequestState::Approved)))
            }
            "import" => (None, self.import(caller, "offices")),
            "import'" => (None, self.import(caller, "areas")),
            "apply" => (None, self.relax_offices(caller)),
            "undo" => (None, self.undo_and_approve(caller, undone)),
            unknown => panic!("{unknown}"),
        }
    }

    /// One cell of the matrix. Whatever is refused is in the audit, and changes nothing.
    fn cell(&self, path: &str, caller: &Caller, author: &Caller, undone: i64) -> &'static str {
        let seq = self.office.instance.seq();
        let (request, taken) = self.take(path, caller, author, undone);
        let Err(error) = taken else { return "done" };
        let operator = self.office.instance.operator();
        let last = self.office.instance.svod.auditing.list_audit(&operator, &AuditFilter::default(), None, 1).unwrap().remove(0);
        let actor = caller.authority.account.as_ref().map_or("", |account| account.name.as_str());
        assert_eq!((last.outcome.as_str(), last.actor.as_str()), (error.code(), actor), "{path}: {error}");
        assert_eq!(self.office.instance.seq(), seq, "{path} published although it was refused");
        request.into_iter().for_each(|request| assert_eq!(self.found(&request), request, "{path}"));
        error.code()
    }
}

fn code_of<T>(outcome: Result<T>) -> &'static str {
    outcome.err().map_or("done", |error| error.code())
}

fn every_path_for_everybody(database: Database) {
    let house = House::open(&database);
    let published = house.office.published(&house.office.maria, vec![house.item("offices")]).published_seq.unwrap();
    let mut lines = MATRIX.trim().lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    let paths = lines.next().unwrap();
    assert_eq!(paths.len(), 10);
    for expected in lines {
        let (caller, is_author) = house.caller(&database, expected[0]);
        let author = if is_author { &caller } else { &house.office.maria };
        let found: Vec<&str> = paths[1..].iter().map(|path| house.cell(path, &caller, author, published)).collect();
        assert_eq!(found, expected[1..], "{}", expected[0]);
    }
}

fn the_schedule_publishes_only_what_others_approved(database: Database) {
    let house = House::open(&database);
    let office = &house.office;
    let in_review = house.in_review(&office.maria, "offices");
    let alone = house.schedule(&office.maria, &in_review);
    assert_eq!(code_of(alone), "wrong_state");
    let scheduled = house.schedule(&office.maria, &house.approved(&office.maria)).unwrap();
    let draft = office.draft(&office.maria, vec![house.item("areas")]);
    let unasked = house.schedule(&office.maria, &office.submit(&office.maria, &draft).unwrap()).unwrap();
    office.instance.define(&areas("approval = { four_eyes = true }"), None).unwrap();
    let seq = office.instance.seq();
    // Behind the service's back, as if a schedule had been slipped under a request that nobody approved.
    database.execute(&format!("UPDATE change_request SET state = 'scheduled', scheduled_at_ms = 1 WHERE id = {}", in_review.id.0));
    office.instance.set_today("2026-11-24");
    assert_eq!(office.instance.svod.change_requests.publish_due().unwrap(), [scheduled.id]);
    assert_eq!(office.instance.seq(), seq + 1);
    assert_eq!(house.found(&unasked).state, RequestState::Returned, "its dictionary asks for somebody now");
    assert_eq!(house.found(&in_review).state, RequestState::Returned);
}

fn a_strict_dictionary_makes_the_whole_request_strict(database: Database) {
    let house = House::open(&database);
    let office = &house.office;
    let author = house.person(&database, &["owner"]);
    let of_areas = house.person(&database, &["owner:areas"]);
    let of_offices = house.person(&database, &["approver:offices"]);
    let draft = office.draft(&author, vec![house.item("areas"), house.item("offices")]);
    let submitted = office.submit(&author, &draft).unwrap();
    assert_eq!(submitted.state, RequestState::InReview, "the relaxed one does not carry the strict one along");
    assert_eq!(code_of(office.approve(&author, &submitted)), "four_eyes");
    assert_eq!(code_of(office.approve(&of_areas, &submitted)), "forbidden");
    assert_eq!(code_of(office.publish(&author, &submitted)), "wrong_state");
    let approved = office.approve(&of_offices, &submitted).unwrap();
    assert_eq!(approved.state, RequestState::Approved);
    assert_eq!(code_of(office.publish(&of_areas, &approved)), "forbidden");
    assert_eq!(code_of(office.publish(&of_offices, &approved)), "forbidden", "publishing needs a role on all that is touched");
    office.publish(&author, &approved).unwrap();
}

fn two_strict_dictionaries_need_the_stages_of_each(database: Database) {
    let house = House::with_policy(&database, "{ four_eyes = true }");
    let office = &house.office;
    let [of_areas, of_offices] = ["approver:areas", "approver:offices"].map(|role| house.person(&database, &[role]));
    let draft = office.draft(&office.maria, vec![house.item("areas"), house.item("offices")]);
    let submitted = office.submit(&office.maria, &draft).unwrap();
    let half = office.approve(&of_areas, &submitted).unwrap();
    assert_eq!(half.state, RequestState::InReview);
    assert_eq!(code_of(office.publish(&office.maria, &half)), "wrong_state");
    assert_eq!(code_of(house.schedule(&office.maria, &half)), "wrong_state");
    assert_eq!(code_of(office.approve(&of_areas, &half)), "forbidden");
    let whole = office.approve(&of_offices, &half).unwrap();
    assert_eq!(whole.state, RequestState::Approved);
    let other = office.submit(&office.maria, &office.draft(&office.maria, vec![house.item("areas"), house.item("offices")])).unwrap();
    assert_eq!(office.approve(&office.anna, &other).unwrap().state, RequestState::Approved, "one approver of both");
}

fn a_quorum_counts_persons(database: Database) {
    let house =
        House::with_policy(&database, r#"{ four_eyes = true, stages = [{ name = { ru = "Двое" }, role = "approver", quorum = 2 }] }"#);
    let office = &house.office;
    let [author, second] = [["approver", "steward"], ["approver", "reader"]].map(|roles| house.person(&database, &roles));
    let submitted = house.in_review(&author, "areas");
    let once = office.approve(&office.anna, &submitted).unwrap();
    assert_eq!(once.state, RequestState::InReview);
    assert_eq!(code_of(office.approve(&office.anna, &once)), "already_approved");
    let token = house.token(&office.anna, &Scope::ALL);
    assert_eq!(code_of(office.approve(&token, &once)), "already_approved", "her token is she");
    assert_eq!(code_of(office.approve(&author, &once)), "four_eyes");
    assert_eq!(code_of(office.publish(&author, &once)), "wrong_state");
    let twice = office.approve(&second, &once).unwrap();
    assert_eq!(twice.state, RequestState::Approved);
    let requests = &office.instance.svod.change_requests;
    let reopened = requests.reopen_change_request(&author, twice.id, twice.revision).unwrap();
    let again = office.submit(&author, &reopened).unwrap();
    assert_eq!(again.state, RequestState::InReview, "approvals of an earlier round count no more");
    assert_eq!(office.approve(&office.anna, &again).unwrap().state, RequestState::InReview);
}

fn one_person_counts_for_one_stage(database: Database) {
    let stages = r#"[{ name = { ru = "Согласование" }, role = "approver", quorum = 1 }, { name = { ru = "Утверждение" }, role = "owner", quorum = 1 }]"#;
    let house = House::with_policy(&database, &format!("{{ four_eyes = true, stages = {stages} }}"));
    let office = &house.office;
    let [first, second] = [(); 2].map(|()| house.person(&database, &["owner"]));
    let submitted = house.in_review(&office.maria, "areas");
    let half = office.approve(&first, &submitted).unwrap();
    assert_eq!(half.state, RequestState::InReview);
    assert_eq!(code_of(office.approve(&first, &half)), "already_approved", "an owner is an approver, and still one person");
    assert_eq!(code_of(office.approve(&office.anna, &half)), "forbidden", "the second stage is the owner's");
    assert_eq!(office.approve(&second, &half).unwrap().state, RequestState::Approved);
    let own = house.in_review(&first, "areas");
    let half = office.approve(&office.anna, &own).unwrap();
    assert_eq!(code_of(office.approve(&first, &half)), "four_eyes", "also at the last stage");
}

fn who_helped_is_an_author(database: Database) {
    let house = House::open(&database);
    let office = &house.office;
    let requests = &office.instance.svod.change_requests;
    let helper = || house.person(&database, &["steward", "approver"]);
    let [editing, titling, refused, discarding, settling, speaking] = [(); 6].map(|()| helper());
    let draft = office.draft(&office.maria, vec![house.item("offices"), update("2", "2026-12-01", json!({ "name": "Районная моя" }))]);
    let edited = office.edit(&editing, &draft, vec![house.item("offices")]).unwrap();
    let edited = requests.update_change_request(&titling, draft.id, edited.revision, titled("Другое")).unwrap();
    let wrong = update("2", "2026-12-01", json!({ "number": "много" }));
    assert_eq!(code_of(office.edit(&refused, &edited, vec![wrong])), "invalid");
    let passing = house.item("offices");
    let edited = office.edit(&discarding, &edited, vec![passing.clone()]).unwrap();
    let edited = requests.discard_item_change(&discarding, draft.id, edited.revision, &passing.dictionary, &passing.code).unwrap();
    requests.comment_change_request(&speaking, draft.id, None, "Хорошо бы").unwrap();
    office.published(&office.ivan, vec![update("2", "2026-12-01", json!({ "name": "Районная чужая" }))]);
    let choice = SettledConflict {
        dictionary: code("offices"),
        item: Some("2".into()),
        subject: "name".to_owned(),
        valid_from: Some(date("2026-12-01")),
        side: Side::Mine,
    };
    let settled = requests.settle_conflicts(&settling, draft.id, edited.revision, &[choice]).unwrap();
    let submitted = office.submit(&refused, &settled).unwrap();
    for (helper, what) in [(&editing, "edited"), (&titling, "titled"), (&discarding, "took an edit back"), (&settling, "settled")] {
        assert_eq!(code_of(office.approve(helper, &submitted)), "four_eyes", "{what}");
    }
    let by_token = house.token(&editing, &Scope::ALL);
    assert_eq!(code_of(office.approve(&by_token, &submitted)), "four_eyes", "a token is the person");
    assert_eq!(office.approve(&speaking, &submitted).unwrap().state, RequestState::Approved, "a comment changes nothing");
    assert_eq!(house.found(&submitted).state, RequestState::Approved);
    let other = house.in_review(&office.maria, "offices");
    office.approve(&refused, &other).unwrap();
}

fn an_author_of_an_earlier_round_stays_one(database: Database) {
    let house = House::open(&database);
    let office = &house.office;
    let requests = &office.instance.svod.change_requests;
    let helper = house.person(&database, &["steward", "approver"]);
    let theirs = house.item("offices");
    let draft = office.draft(&office.maria, vec![house.item("offices")]);
    let edited = office.edit(&helper, &draft, vec![theirs.clone()]).unwrap();
    let submitted = office.submit(&office.maria, &edited).unwrap();
    let returned = requests.return_change_request(&office.anna, draft.id, submitted.revision, "Лишнее").unwrap();
    let without = requests.discard_item_change(&office.maria, draft.id, returned.revision, &theirs.dictionary, &theirs.code).unwrap();
    let again = office.submit(&office.maria, &without).unwrap();
    assert_eq!(again.round, 2);
    assert_eq!(code_of(office.approve(&helper, &again)), "four_eyes");
    office.approve(&office.anna, &again).unwrap();
}

fn roles_count_when_the_decision_is_made(database: Database) {
    let house = House::open(&database);
    let office = &house.office;
    let operator = office.instance.operator();
    let accounts = &office.instance.svod.accounts;
    let id = |caller: &Caller| -> AccountId { caller.authority.account_id().unwrap() };
    let grant = |caller: &Caller, role: &str| accounts.grant_role(&operator, id(caller), &Grant::parse(role).unwrap()).unwrap();
    let revoke = |caller: &Caller, role: &str| accounts.revoke_role(&operator, id(caller), &Grant::parse(role).unwrap()).unwrap();
    let [late, former, turned] = [&["steward"][..], &["approver"], &["steward"]].map(|roles| house.person(&database, roles));
    let submitted = house.in_review(&turned, "offices");
    assert_eq!(code_of(office.approve(&late, &submitted)), "forbidden");
    revoke(&former, "approver");
    grant(&former, "steward");
    assert_eq!(code_of(office.approve(&former, &submitted)), "forbidden", "the caller came while it still counted");
    revoke(&turned, "steward");
    grant(&turned, "approver");
    assert_eq!(code_of(office.approve(&turned, &submitted)), "four_eyes", "who wrote it as a steward does not approve it as an approver");
    grant(&late, "approver:offices");
    let approved = office.approve(&late, &submitted).unwrap();
    revoke(&late, "approver:offices");
    revoke(&late, "steward");
    assert_eq!(code_of(office.publish(&late, &approved)), "not_found", "without a role there are no requests");
    office.publish(&office.maria, &approved).unwrap();
}

/// Where the policy does not ask for four eyes an author may approve; what it asks for later counts for what is not published yet.
fn a_policy_that_became_strict_counts_no_approval_of_an_author(database: Database) {
    let stages = r#"stages = [{ name = { ru = "Согласование" }, role = "approver", quorum = 1 }]"#;
    let house = House::with_policy(&database, &format!("{{ four_eyes = false, {stages} }}"));
    let office = &house.office;
    let owner = house.person(&database, &["owner"]);
    let requests = &office.instance.svod.change_requests;
    let [now, later, clocked] = [(); 3].map(|()| {
        let own = house.in_review(&owner, "areas");
        office.approve(&owner, &own).unwrap()
    });
    assert!(office.publish(&owner, &now).is_ok(), "the policy is relaxed");
    let clocked = house.schedule(&owner, &clocked).unwrap();
    let other = database.open();
    let draft = requests.create_change_request(&owner, titled("Строже")).unwrap();
    let strict: Definition = toml::from_str(&areas(&format!("approval = {{ four_eyes = true, {stages} }}"))).unwrap();
    let drafted = requests.define_dictionary(&owner, draft.id, draft.revision, strict).unwrap();
    office.publish(&owner, &office.approved(&owner, &drafted)).unwrap();
    let seq = office.instance.seq();
    assert_eq!(code_of(office.publish(&owner, &later)), "approval_incomplete");
    let elsewhere = other.svod.change_requests.publish_change_request(&owner, later.id, later.revision);
    assert_eq!(code_of(elsewhere), "approval_incomplete", "a node that has not heard of it yet");
    office.instance.set_today("2026-11-24");
    assert_eq!(requests.publish_due().unwrap(), []);
    assert_eq!(house.found(&clocked).state, RequestState::Returned);
    assert_eq!(code_of(office.approve(&owner, &later)), "four_eyes");
    let approved = office.approve(&office.anna, &later).unwrap();
    office.publish(&owner, &approved).unwrap();
    assert_eq!(office.instance.seq(), seq + 1);
}
