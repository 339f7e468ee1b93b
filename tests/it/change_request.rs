//! The life of change requests: drafted, reviewed, merged with what others published, released, undone. On both engines.

use serde_json::json;
use svod::app::acting::Caller;
use svod::app::change_request::{RequestFilter, RequestedEdit, RequestedItem, SettledConflict, Side};
use svod::domain::account::AccountId;
use svod::domain::change_request::{ChangeRequest, NewRequest, RequestId, RequestState};
use svod::domain::error::{Error, Result};
use svod::domain::item_edit::Patch;
use svod::domain::publication::Basis;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::{Date, Validity};

use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, REGIONS};

on_both_engines!(
    a_request_over_two_dictionaries_lives_its_whole_life,
    a_draft_may_be_invalid_and_a_submitted_one_may_not,
    every_edit_has_its_revision,
    different_attributes_of_one_item_merge,
    a_conflict_blocks_until_a_steward_chooses,
    definitions_merge_and_conflict_by_key,
    a_schedule_is_kept_once_over_two_nodes,
    what_cannot_go_out_on_schedule_goes_back_to_its_authors,
    two_publications_at_the_same_instant_are_one,
    an_undo_takes_back_what_nobody_changed_since,
    an_annulled_item_comes_back_as_it_was,
    what_one_may_not_see_is_not_there,
);

/// Offices and regions under the policy of four eyes, with a steward, another one, an approver and an owner.
pub struct Office {
    pub instance: Instance,
    pub maria: Caller,
    pub ivan: Caller,
    pub anna: Caller,
}

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn code(text: &str) -> DictionaryCode {
    DictionaryCode::parse(text).unwrap()
}

/// An account made behind the service's back, as a caller.
pub fn person(database: &Database, instance: &Instance, id: i64, name: &str, roles: &[(&str, &str)]) -> Caller {
    database.execute(&format!(
        "INSERT INTO account (id, name, display_name, kind, created_at_ms) VALUES ({id}, '{name}', '{name}', 'person', 0)"
    ));
    for (role, dictionary) in roles {
        database.execute(&format!(
            "INSERT INTO role_grant (account_id, role, dictionary_code, granted_at_ms) VALUES ({id}, '{role}', '{dictionary}', 0)"
        ));
    }
    instance.svod.acts.built_in(AccountId(id), "test").unwrap()
}

pub fn office(database: &Database) -> Office {
    let instance = database.open();
    let strict = |toml: &str| toml.replace("four_eyes = false", "four_eyes = true");
    let (regions, offices) = (strict(REGIONS), strict(OFFICES));
    let define = |toml: &str, items: &str| instance.define(toml, Some(items));
    define(&regions, "code,name\n01,Алтайский край\n02,Башкортостан\n").unwrap();
    // Only the first publication of a database needs nobody's approval, so the second one gets it.
    let refused = define(&offices, "code,parent,name,region,number\n1,,Главная,01,1\n").unwrap_err();
    assert_eq!(refused.code(), "approval_needed", "{refused}");
    define(OFFICES, "code,parent,name,region,number\n1,,Главная,01,1\n2,1,Районная,01,2\n3,1,Городская,02,3\n").unwrap();
    let strict = instance.define(&offices, None).unwrap();
    assert_eq!(strict.publication, Some(3), "the policy in force is the one before");
    let maria = person(database, &instance, 11, "maria", &[("steward", "")]);
    let ivan = person(database, &instance, 12, "ivan", &[("steward", "")]);
    let anna = person(database, &instance, 13, "anna", &[("approver", "")]);
    Office { instance, maria, ivan, anna }
}

pub fn titled(title: &str) -> NewRequest {
    NewRequest { title: title.to_owned(), ..NewRequest::default() }
}

pub fn edit(dictionary: &str, item: &str, edit: RequestedEdit) -> RequestedItem {
    RequestedItem { dictionary: code(dictionary), code: item.to_owned(), edit, comment: None }
}

pub fn update(item: &str, from: &str, attributes: serde_json::Value) -> RequestedItem {
    let validity = Validity::starting(date(from));
    let attributes = attributes.as_object().unwrap().clone();
    edit("offices", item, RequestedEdit::Update { validity, parent: Patch::Keep, attributes })
}

pub fn add(dictionary: &str, item: &str, parent: Option<&str>, attributes: serde_json::Value) -> RequestedItem {
    let (validity, parent) = (Validity::ALWAYS, parent.map(str::to_owned));
    let attributes = attributes.as_object().unwrap().clone();
    edit(dictionary, item, RequestedEdit::Add { validity, parent, attributes })
}

pub fn retire(item: &str, on: &str, successors: &[&str]) -> RequestedItem {
    let successors = successors.iter().map(|code| (*code).to_owned()).collect();
    edit("offices", item, RequestedEdit::Retire { on: date(on), reason: "Объединение".to_owned(), successors })
}

impl Office {
    pub fn draft(&self, caller: &Caller, edits: Vec<RequestedItem>) -> ChangeRequest {
        let request = self.instance.svod.change_requests.create_change_request(caller, titled("Проверка")).unwrap();
        self.edit(caller, &request, edits).unwrap()
    }

    pub fn edit(&self, caller: &Caller, request: &ChangeRequest, edits: Vec<RequestedItem>) -> Result<ChangeRequest> {
        self.instance.svod.change_requests.edit_items(caller, "editItems", request.id, request.revision, edits)
    }

    pub fn submit(&self, caller: &Caller, request: &ChangeRequest) -> Result<ChangeRequest> {
        self.instance.svod.change_requests.submit_change_request(caller, request.id, request.revision)
    }

    pub fn approve(&self, caller: &Caller, request: &ChangeRequest) -> Result<ChangeRequest> {
        self.instance.svod.change_requests.approve_change_request(caller, request.id, request.revision, "")
    }

    pub fn publish(&self, caller: &Caller, request: &ChangeRequest) -> Result<ChangeRequest> {
        let published = self.instance.svod.change_requests.publish_change_request(caller, request.id, request.revision);
        published.map(|(request, _)| request)
    }

    /// Submitted by its author and approved by Anna.
    pub fn approved(&self, caller: &Caller, request: &ChangeRequest) -> ChangeRequest {
        let submitted = self.submit(caller, request).unwrap();
        self.approve(&self.anna, &submitted).unwrap()
    }

    pub fn published(&self, caller: &Caller, edits: Vec<RequestedItem>) -> ChangeRequest {
        let approved = self.approved(caller, &self.draft(caller, edits));
        self.publish(caller, &approved).unwrap()
    }

    fn state(&self, id: RequestId) -> RequestState {
        self.instance.svod.change_requests.find_change_request(&self.anna, id).unwrap().unwrap().state
    }
}

fn violations(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(violations) => violations.kept().iter().map(|one| format!("{} {}", one.path(), one.code)).collect(),
        other => panic!("{other}"),
    }
}

fn a_request_over_two_dictionaries_lives_its_whole_life(database: Database) {
    let office = office(&database);
    let (maria, anna) = (&office.maria, &office.anna);
    let requests = &office.instance.svod.change_requests;
    let basis =
        Basis { kind: Some("order".to_owned()), number: Some("123".to_owned()), date: Some(date("2026-11-20")), ..Basis::default() };
    let request = requests.create_change_request(maria, NewRequest { basis: basis.clone(), ..titled("Объединение прокуратур") }).unwrap();
    assert_eq!((request.state, request.revision, request.base_seq), (RequestState::Draft, 1, 3));
    let region = add("regions", "22", None, json!({ "name": "Новый край" }));
    let edited = office.edit(maria, &request, vec![retire("3", "2026-12-01", &["2"]), region]).unwrap();
    let edited = office.edit(maria, &edited, vec![update("2", "2026-12-01", json!({ "region": "22" }))]).unwrap();
    let judgement = requests.judge(maria, request.id).unwrap().unwrap();
    assert!(judgement.violations.is_empty() && judgement.conflicts.is_empty(), "{judgement:?}");
    assert_eq!(judgement.counts.len(), 2);
    let submitted = office.submit(maria, &edited).unwrap();
    assert_eq!(submitted.state, RequestState::InReview);
    assert_eq!(office.edit(maria, &submitted, Vec::new()).unwrap_err().code(), "wrong_state");
    let returned = requests.return_change_request(anna, request.id, submitted.revision, "А номер?").unwrap();
    assert_eq!((returned.state, returned.round), (RequestState::Returned, 1));
    let edited = office.edit(maria, &returned, vec![update("2", "2026-12-01", json!({ "number": 23 }))]).unwrap();
    let approved = office.approved(maria, &edited);
    assert_eq!((approved.state, approved.round), (RequestState::Approved, 2));
    assert_eq!(office.instance.seq(), 3, "approved is not published");
    let published = office.publish(maria, &approved).unwrap();
    assert_eq!((published.state, published.published_seq), (RequestState::Published, Some(4)));
    let head = office.instance.svod.publisher.catalog().head();
    let publication = head.publication(4).unwrap();
    assert_eq!((publication.basis.clone(), publication.change_request), (basis, Some(request.id)));
    assert_eq!(office.instance.timeline("offices", "3"), [r#"..2026-12-01 ^1 {"name":"Городская","number":3,"region":"02"}"#]);
    let merged = [
        r#"..2026-12-01 ^1 {"name":"Районная","number":2,"region":"01"}"#,
        r#"2026-12-01.. ^1 {"name":"Районная","number":23,"region":"22"}"#,
    ];
    assert_eq!(office.instance.timeline("offices", "2"), merged);
    let reviews = requests.reviews_by_request(&[request.id]).unwrap().remove(&request.id).unwrap();
    let decisions: Vec<(&str, i64)> = reviews.iter().map(|review| (review.decision.name(), review.round)).collect();
    assert_eq!(decisions, [("return", 1), ("approve", 2)]);
    let other = database.open();
    assert_eq!(other.timeline("offices", "2"), merged, "another process sees the same");
}

fn a_draft_may_be_invalid_and_a_submitted_one_may_not(database: Database) {
    let office = office(&database);
    let maria = &office.maria;
    let orphan = add("offices", "9", Some("77"), json!({ "name": "Районная без района", "region": "99" }));
    let draft = office.draft(maria, vec![orphan]);
    let judgement = office.instance.svod.change_requests.judge(maria, draft.id).unwrap().unwrap();
    let found: Vec<String> = judgement.violations.kept().iter().map(|one| format!("{} {}", one.path(), one.code)).collect();
    assert_eq!(found, ["offices/9/region reference_dangling", "offices/9/parent reference_dangling"]);
    assert_eq!(violations(office.submit(maria, &draft).unwrap_err()), found);
    assert_eq!(office.state(draft.id), RequestState::Draft);
    let typo = update("2", "2026-12-01", json!({ "nmae": "x", "number": "много" }));
    let refused = violations(office.edit(maria, &draft, vec![typo]).unwrap_err());
    assert_eq!(refused, ["offices/2/nmae attribute_unknown", "offices/2/number type"], "what cannot be read is refused at once");
    let empty = office.draft(maria, Vec::new());
    assert_eq!(office.submit(maria, &empty).unwrap_err().code(), "change_request_empty");
    let same = office.draft(maria, vec![update("2", "2026-12-01", json!({ "name": "Районная" }))]);
    assert_eq!(office.submit(maria, &same).unwrap_err().code(), "change_request_empty");
}

fn every_edit_has_its_revision(database: Database) {
    let office = office(&database);
    let draft = office.draft(&office.maria, Vec::new());
    let first = office.edit(&office.maria, &draft, vec![update("2", "2026-12-01", json!({ "name": "Районная А" }))]).unwrap();
    let second_tab = office.edit(&office.ivan, &draft, vec![update("2", "2026-12-01", json!({ "name": "Районная Б" }))]);
    assert_eq!(second_tab.unwrap_err().code(), "stale_revision");
    let submitted = office.submit(&office.maria, &first).unwrap();
    let stale = office.instance.svod.change_requests.approve_change_request(&office.anna, draft.id, first.revision, "");
    assert_eq!(stale.unwrap_err().code(), "stale_revision", "an approval of what was not seen");
    office.approve(&office.anna, &submitted).unwrap();
}

fn different_attributes_of_one_item_merge(database: Database) {
    let office = office(&database);
    let name = office.draft(&office.maria, vec![update("2", "2026-12-01", json!({ "name": "Районная новая" }))]);
    let number = office.draft(&office.ivan, vec![update("2", "2027-01-01", json!({ "number": 22 }))]);
    let name = office.approved(&office.maria, &name);
    let number = office.approved(&office.ivan, &number);
    office.publish(&office.maria, &name).unwrap();
    office.publish(&office.ivan, &number).unwrap();
    let expected = [
        r#"..2026-12-01 ^1 {"name":"Районная","number":2,"region":"01"}"#,
        r#"2026-12-01..2027-01-01 ^1 {"name":"Районная новая","number":2,"region":"01"}"#,
        r#"2027-01-01.. ^1 {"name":"Районная новая","number":22,"region":"01"}"#,
    ];
    assert_eq!(office.instance.timeline("offices", "2"), expected);
}

fn a_conflict_blocks_until_a_steward_chooses(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let rename = |name: &str| vec![update("2", "2026-12-01", json!({ "name": name, "number": 22 }))];
    let mine = office.draft(&office.maria, rename("Районная моя"));
    let late = office.approved(&office.ivan, &office.draft(&office.ivan, rename("Районная поздняя")));
    office.published(&office.ivan, vec![update("2", "2026-12-01", json!({ "name": "Районная чужая" }))]);
    let conflicting = ["offices/2/name conflict"];
    assert_eq!(violations(office.submit(&office.maria, &mine).unwrap_err()), conflicting);
    assert_eq!(violations(office.publish(&office.ivan, &late).unwrap_err()), conflicting, "also what was approved before");
    assert_eq!(office.state(late.id), RequestState::Approved);
    let judgement = requests.judge(&office.maria, mine.id).unwrap().unwrap();
    assert_eq!(judgement.conflicts.len(), 1);
    let choice = |side| SettledConflict {
        dictionary: code("offices"),
        item: Some("2".into()),
        subject: "name".to_owned(),
        valid_from: Some(date("2026-12-01")),
        side,
    };
    let wrong = SettledConflict { subject: "number".to_owned(), ..choice(Side::Mine) };
    assert_eq!(requests.settle_conflicts(&office.maria, mine.id, mine.revision, &[wrong]).unwrap_err().code(), "conflict_unknown");
    let settled = requests.settle_conflicts(&office.maria, mine.id, mine.revision, &[choice(Side::Mine)]).unwrap();
    let approved = office.approved(&office.maria, &settled);
    office.publish(&office.maria, &approved).unwrap();
    assert_eq!(office.instance.timeline("offices", "2")[1], r#"2026-12-01.. ^1 {"name":"Районная моя","number":22,"region":"01"}"#);
    let reopened = requests.reopen_change_request(&office.ivan, late.id, late.revision).unwrap();
    let settled = requests.settle_conflicts(&office.ivan, late.id, reopened.revision, &[choice(Side::Theirs)]).unwrap();
    assert_eq!(office.submit(&office.ivan, &settled).unwrap_err().code(), "change_request_empty", "theirs is all there is left");
}

fn definitions_merge_and_conflict_by_key(database: Database) {
    let office = office(&database);
    let olga = person(&database, &office.instance, 14, "olga", &[("owner", "")]);
    let requests = &office.instance.svod.change_requests;
    let published = || office.instance.svod.publisher.catalog().head().dictionaries[&code("offices")].current.dictionary.definition.clone();
    let define = |change: &dyn Fn(&mut svod::domain::definition::Definition)| {
        let draft = requests.create_change_request(&olga, titled("Определение")).unwrap();
        let mut definition = published();
        change(&mut definition);
        requests.define_dictionary(&olga, draft.id, draft.revision, definition).unwrap()
    };
    let longer = define(&|definition| definition.attributes[0].length_max = Some(50));
    let much_longer = define(&|definition| {
        definition.attributes[0].length_max = Some(60);
        definition.passport.owner = "Отдел".to_owned();
    });
    let shorter = define(&|definition| definition.attributes[0].length_max = Some(8));
    assert_eq!(violations(office.submit(&olga, &shorter).unwrap_err()), ["offices/3/name length"], "every item that does not fit is named");
    let steward = requests.define_dictionary(&office.maria, longer.id, longer.revision, published());
    assert_eq!(steward.unwrap_err().code(), "forbidden");
    office.publish(&olga, &office.approved(&olga, &longer)).unwrap();
    let conflicting = office.submit(&olga, &much_longer).unwrap_err();
    assert_eq!(violations(conflicting), ["offices/attributes[name].length_max conflict"]);
    let choice = SettledConflict {
        dictionary: code("offices"),
        item: None,
        subject: "attributes[name].length_max".to_owned(),
        valid_from: None,
        side: Side::Theirs,
    };
    let settled = requests.settle_conflicts(&olga, much_longer.id, much_longer.revision, &[choice]).unwrap();
    office.publish(&olga, &office.approved(&olga, &settled)).unwrap();
    let merged = published();
    assert_eq!((merged.attributes[0].length_max, merged.passport.owner.as_str()), (Some(50), "Отдел"));
}

fn a_schedule_is_kept_once_over_two_nodes(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let approved = office.approved(&office.maria, &office.draft(&office.maria, vec![retire("3", "2026-12-01", &[])]));
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    let past = requests.schedule_change_request(&office.maria, approved.id, approved.revision, "2020-01-01T00:00:00Z".parse().unwrap());
    assert_eq!(past.unwrap_err().code(), "instant_past");
    let scheduled = requests.schedule_change_request(&office.maria, approved.id, approved.revision, at).unwrap();
    assert_eq!(requests.publish_due().unwrap(), Vec::new(), "not yet");
    // A restart in between, and two nodes that look at the same moment.
    let nodes = [database.open(), database.open()];
    let published: Vec<RequestId> = std::thread::scope(|scope| {
        let looks = nodes.each_ref().map(|node| {
            node.set_today("2026-11-24");
            scope.spawn(|| node.svod.change_requests.publish_due().unwrap())
        });
        looks.into_iter().flat_map(|look| look.join().unwrap()).collect()
    });
    assert_eq!(published, [scheduled.id]);
    assert_eq!(office.state(scheduled.id), RequestState::Published);
    office.instance.svod.publisher.refresh().unwrap();
    assert_eq!(office.instance.seq(), 4);
    assert_eq!(nodes[0].svod.change_requests.publish_due().unwrap(), Vec::new());
}

fn what_cannot_go_out_on_schedule_goes_back_to_its_authors(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let rename = |name: &str| vec![update("2", "2026-12-01", json!({ "name": name }))];
    let approved = office.approved(&office.maria, &office.draft(&office.maria, rename("Районная А")));
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    let scheduled = requests.schedule_change_request(&office.maria, approved.id, approved.revision, at).unwrap();
    office.published(&office.ivan, rename("Районная Б"));
    office.instance.set_today("2026-11-24");
    assert_eq!(requests.publish_due().unwrap(), Vec::new());
    assert_eq!(office.state(scheduled.id), RequestState::Returned);
    let reviews = requests.reviews_by_request(&[scheduled.id]).unwrap().remove(&scheduled.id).unwrap();
    assert!(reviews.last().unwrap().comment.contains("offices/2/name"), "{reviews:?}");
}

fn two_publications_at_the_same_instant_are_one(database: Database) {
    let office = office(&database);
    let approved = office.approved(&office.maria, &office.draft(&office.maria, vec![retire("3", "2026-12-01", &[])]));
    let other = database.open();
    let outcomes: Vec<Result<ChangeRequest>> = std::thread::scope(|scope| {
        let here = scope.spawn(|| office.publish(&office.maria, &approved));
        let there = other.svod.change_requests.publish_change_request(&office.maria, approved.id, approved.revision);
        vec![here.join().unwrap(), there.map(|(request, _)| request)]
    });
    let refusals: Vec<&str> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).map(Error::code).collect();
    assert!(refusals == ["stale_revision"] || refusals == ["wrong_state"], "{outcomes:?}");
    assert_eq!(database.open().seq(), 4);
}

fn an_undo_takes_back_what_nobody_changed_since(database: Database) {
    let office = office(&database);
    let svod = &office.instance.svod;
    let published = office.published(
        &office.maria,
        vec![
            retire("3", "2026-12-01", &["2"]),
            update("2", "2026-12-01", json!({ "number": 23 })),
            add("offices", "4", Some("1"), json!({ "name": "Новая" })),
        ],
    );
    let before = office.instance.timeline_at("offices", "3", 3);
    office.published(&office.ivan, vec![update("2", "2026-12-01", json!({ "name": "Районная 2" }))]);
    let undone = svod.change_requests.undo_publication(&office.ivan, &svod.comparing, published.published_seq.unwrap()).unwrap();
    assert_eq!(undone.kept, [(code("offices"), "2".into())], "it changed again since");
    let request = undone.request.unwrap();
    assert_eq!((request.state, request.author), (RequestState::Draft, AccountId(12)));
    let approved = office.approved(&office.ivan, &request);
    office.publish(&office.ivan, &approved).unwrap();
    assert_eq!(office.instance.timeline("offices", "3"), before);
    assert_eq!(office.instance.timeline("offices", "4"), Vec::<String>::new(), "what the publication added is annulled");
    assert_eq!(office.instance.timeline_at("offices", "4", 4).len(), 1, "and still known as it was believed");
    let unknown = svod.change_requests.undo_publication(&office.ivan, &svod.comparing, 99).unwrap_err();
    assert_eq!(unknown.code(), "not_found");
}

fn an_annulled_item_comes_back_as_it_was(database: Database) {
    let office = office(&database);
    let annul = edit("offices", "3", RequestedEdit::Annul { reason: "Внесена по ошибке".to_owned() });
    let before = office.instance.timeline("offices", "3");
    office.published(&office.maria, vec![annul]);
    assert_eq!(office.instance.timeline("offices", "3"), Vec::<String>::new());
    let draft = office.draft(&office.maria, Vec::new());
    let reused = office.edit(&office.maria, &draft, vec![add("offices", "3", Some("1"), json!({ "name": "Другая" }))]);
    assert_eq!(reused.unwrap_err().code(), "code_reused");
    let restore = edit("offices", "3", RequestedEdit::Restore { on: date("2027-01-01") });
    office.published(&office.maria, vec![restore]);
    assert_eq!(office.instance.timeline("offices", "3"), [before[0].replacen("..", "2027-01-01..", 1)]);
}

fn what_one_may_not_see_is_not_there(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let restricted = REGIONS
        .replace(r#"code = "regions""#, r#"code = "secrets""#)
        .replace("Region", "Secret")
        .replace(r#"access = "public""#, r#"access = "restricted""#);
    office.instance.define(&restricted, Some("code,name\n1,Тайна\n")).unwrap();
    let vera = person(&database, &office.instance, 15, "vera", &[("steward", "secrets")]);
    let oleg = person(&database, &office.instance, 16, "oleg", &[("steward", "offices")]);
    let reader = person(&database, &office.instance, 17, "reader", &[("reader", "")]);
    let secret = office.draft(&vera, vec![add("secrets", "2", None, json!({ "name": "Вторая" }))]);
    let open = office.draft(&oleg, vec![update("2", "2026-12-01", json!({ "number": 5 }))]);
    let seen = |caller: &Caller| -> Vec<i64> {
        let page = requests.list_change_requests(caller, RequestFilter::default(), None, 100).unwrap();
        page.iter().map(|request| request.id.0).filter(|id| *id >= secret.id.0).collect()
    };
    assert_eq!(seen(&oleg), [open.id.0]);
    assert_eq!(seen(&vera), [open.id.0, secret.id.0]);
    assert_eq!(seen(&reader), Vec::<i64>::new());
    assert!(requests.find_change_request(&oleg, secret.id).unwrap().is_none());
    assert!(requests.judge(&oleg, secret.id).unwrap().is_none());
    assert_eq!(office.submit(&oleg, &secret).unwrap_err().code(), "not_found");
    let hidden = office.edit(&oleg, &open, vec![add("secrets", "3", None, json!({ "name": "x" }))]);
    assert_eq!(hidden.unwrap_err().code(), "not_found", "not even that the dictionary is there");
    let foreign = office.edit(&oleg, &open, vec![add("regions", "3", None, json!({ "name": "x" }))]);
    assert_eq!(foreign.unwrap_err().code(), "forbidden");
}
