//! The edges of change requests: who decides on what they put only a little into, what a policy or a definition that changed meanwhile
//! does to what was drafted, and what may be told and recorded of a refusal. On both engines.

use serde_json::json;
use svod::app::acting::{Act, Caller};
use svod::app::auditing::AuditFilter;
use svod::app::change_request::{RequestedEdit, SettledConflict, Side};
use svod::domain::account::Scope;
use svod::domain::audit::AuditRecord;
use svod::domain::change_request::RequestState;
use svod::domain::definition::Definition;
use svod::domain::error::Error;

use crate::change_request::{Office, add, code, edit, office, person, retire, titled, update};
use crate::harness::Database;
use crate::publication::REGIONS;

on_both_engines!(
    who_put_something_in_decides_on_nothing_else,
    an_approver_does_not_stand_for_the_owner_whom_a_newer_policy_asks_for,
    a_definition_that_is_defined_again_takes_nothing_of_others_back,
    what_leans_on_a_change_is_not_named_to_whoever_may_not_see_it,
    what_others_annulled_comes_back_by_a_choice,
    items_of_a_new_dictionary_keep_its_definition,
    the_audit_records_what_was_done_and_what_was_refused,
    taking_one_change_back_leaves_the_others_of_the_same_edit,
);

fn code_of<T: std::fmt::Debug>(outcome: Result<T, Error>) -> &'static str {
    outcome.expect_err("it is refused").code()
}

fn audit(office: &Office, filter: AuditFilter) -> Vec<AuditRecord> {
    let operator = office.instance.operator();
    office.instance.svod.auditing.list_audit(&operator, &filter, None, 1000).unwrap()
}

fn who_put_something_in_decides_on_nothing_else(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let oleg = person(&database, &office.instance, 15, "oleg", &[("steward", "offices")]);
    let draft = office.draft(&office.maria, vec![add("regions", "03", None, json!({ "name": "Бурятия" }))]);
    for nosy in [&oleg, &office.anna] {
        assert_eq!(code_of(office.edit(nosy, &draft, Vec::new())), "forbidden", "editing nothing makes nobody an author");
        assert_eq!(code_of(requests.settle_conflicts(nosy, draft.id, draft.revision, &[])), "choices_missing");
    }
    assert_eq!(requests.authors_by_request(&[draft.id]).unwrap()[&draft.id].len(), 1);
    let edited = office.edit(&oleg, &draft, vec![update("2", "2026-12-01", json!({ "number": 5 }))]).unwrap();
    assert_eq!(code_of(requests.withdraw_change_request(&oleg, draft.id, edited.revision)), "forbidden");
    assert_eq!(code_of(requests.update_change_request(&oleg, draft.id, edited.revision, titled("Моё"))), "forbidden");
    let submitted = office.submit(&office.maria, &edited).unwrap();
    assert_eq!(code_of(requests.reopen_change_request(&oleg, draft.id, submitted.revision)), "forbidden");
}

/// The published definition of the offices.
fn definition(office: &Office) -> Definition {
    office.instance.svod.publisher.catalog().head().dictionaries[&code("offices")].current.dictionary.definition.clone()
}

fn an_approver_does_not_stand_for_the_owner_whom_a_newer_policy_asks_for(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let olga = person(&database, &office.instance, 14, "olga", &[("owner", "")]);
    let early = office.approved(&office.maria, &office.draft(&office.maria, vec![update("2", "2026-12-01", json!({ "number": 5 }))]));
    let mut owners = definition(&office);
    owners.approval = serde_json::from_value(json!({
        "four_eyes": true,
        "stages": [{ "name": { "ru": "Владелец" }, "role": "owner", "quorum": 1 }],
    }))
    .unwrap();
    let draft = requests.create_change_request(&olga, titled("Строже")).unwrap();
    let draft = requests.define_dictionary(&olga, draft.id, draft.revision, owners).unwrap();
    office.publish(&olga, &office.approved(&olga, &draft)).unwrap();
    assert_eq!(code_of(office.publish(&office.maria, &early)), "approval_incomplete", "an approver is no owner");
    let approved = office.approve(&olga, &early).unwrap();
    assert_eq!(office.publish(&office.maria, &approved).unwrap().state, RequestState::Published);
}

fn a_definition_that_is_defined_again_takes_nothing_of_others_back(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let olga = person(&database, &office.instance, 14, "olga", &[("owner", "")]);
    let drafted = |definition: Definition| {
        let draft = requests.create_change_request(&olga, titled("Определение")).unwrap();
        requests.define_dictionary(&olga, draft.id, draft.revision, definition).unwrap()
    };
    let mut mine = definition(&office);
    mine.passport.owner = "Отдел".to_owned();
    let draft = drafted(mine.clone());
    let mut theirs = definition(&office);
    theirs.attributes[0].length_max = Some(50);
    office.publish(&olga, &office.approved(&olga, &drafted(theirs))).unwrap();
    mine.passport.owner = "Отдел статистики".to_owned();
    let again = requests.define_dictionary(&olga, draft.id, draft.revision, mine).unwrap();
    office.publish(&olga, &office.approved(&olga, &again)).unwrap();
    let merged = definition(&office);
    assert_eq!((merged.attributes[0].length_max, merged.passport.owner.as_str()), (Some(50), "Отдел статистики"));
}

fn what_leans_on_a_change_is_not_named_to_whoever_may_not_see_it(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let restricted = REGIONS
        .replace(r#"code = "regions""#, r#"code = "secrets""#)
        .replace("Region", "Secret")
        .replace(r#"access = "public""#, r#"access = "restricted""#)
        .replace(
            "attributes = [",
            "attributes = [{ code = \"office\", type = \"reference\", to = \"offices\", label = { ru = \"Орган\" } }, ",
        );
    office.instance.define(&restricted, Some("code,name,office\nX1,Тайна,3\n")).unwrap();
    let oleg = person(&database, &office.instance, 16, "oleg", &[("steward", "offices")]);
    let vera = person(&database, &office.instance, 17, "vera", &[("steward", "")]);
    let draft = office.draft(&oleg, vec![retire("3", "2026-12-01", &[])]);
    let told = |caller: &Caller| format!("{:?}", requests.judge(caller, draft.id).unwrap().unwrap().violations.kept());
    assert!(told(&vera).contains("secrets") && told(&vera).contains("X1"), "{}", told(&vera));
    for said in [told(&oleg), format!("{:?}", office.submit(&oleg, &draft).unwrap_err())] {
        assert!(said.contains("reference_gap") && !said.contains("secrets") && !said.contains("X1"), "{said}");
    }
    // What was approved before the reference came goes back from the schedule with the same discretion.
    let approved = office.approved(&office.maria, &office.draft(&office.maria, vec![retire("2", "2026-12-01", &[])]));
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    let scheduled = requests.schedule_change_request(&office.maria, approved.id, approved.revision, at).unwrap();
    office.instance.import("secrets", "code,name,office\nX2,Другая,2\n", &crate::publication::on("2026-11-22")).unwrap();
    office.instance.set_today("2026-11-24");
    requests.publish_due().unwrap();
    let reviews = requests.reviews_by_request(&[scheduled.id]).unwrap().remove(&scheduled.id).unwrap();
    let comment = &reviews.last().unwrap().comment;
    assert!(comment.contains("reference_gap") && !comment.contains("secrets") && !comment.contains("X2"), "{comment}");
}

fn what_others_annulled_comes_back_by_a_choice(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let draft = office.draft(&office.ivan, vec![update("3", "2026-12-01", json!({ "name": "Городская 3" }))]);
    office.published(&office.maria, vec![edit("offices", "3", RequestedEdit::Annul { reason: "По ошибке".to_owned() })]);
    let judged = requests.judge(&office.ivan, draft.id).unwrap().unwrap();
    assert_eq!(judged.conflicts.len(), 1, "{:?}", judged.conflicts);
    let choice = SettledConflict {
        dictionary: code("offices"),
        item: Some("3".into()),
        subject: judged.conflicts[0].subject(),
        valid_from: None,
        side: Side::Mine,
    };
    let settled = requests.settle_conflicts(&office.ivan, draft.id, draft.revision, &[choice]).unwrap();
    office.publish(&office.ivan, &office.approved(&office.ivan, &settled)).unwrap();
    assert_eq!(office.instance.timeline("offices", "3").len(), 2);
}

fn items_of_a_new_dictionary_keep_its_definition(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let olga = person(&database, &office.instance, 14, "olga", &[("owner", "")]);
    let areas = REGIONS.replace(r#"code = "regions""#, r#"code = "areas""#).replace("Region", "Area");
    let draft = requests.create_change_request(&olga, titled("Участки")).unwrap();
    let draft = requests.define_dictionary(&olga, draft.id, draft.revision, toml::from_str(&areas).unwrap()).unwrap();
    let draft = office.edit(&olga, &draft, vec![add("areas", "1", None, json!({ "name": "Первый" }))]).unwrap();
    let discard = |revision| requests.discard_definition(&olga, draft.id, revision, &code("areas"));
    assert_eq!(code_of(discard(draft.revision)), "definition_needed");
    assert_eq!(requests.list_items(draft.id, None, 10).unwrap().len(), 1);
    let without = requests.discard_item_change(&olga, draft.id, draft.revision, &code("areas"), "1").unwrap();
    discard(without.revision).unwrap();
}

fn the_audit_records_what_was_done_and_what_was_refused(database: Database) {
    let office = office(&database);
    let svod = &office.instance.svod;
    let rename = || vec![update("2", "2026-12-01", json!({ "name": "Районная 2" }))];
    let approved = office.approved(&office.maria, &office.draft(&office.maria, rename()));
    office.published(&office.ivan, rename());
    assert_eq!(code_of(office.publish(&office.maria, &approved)), "change_request_empty");
    assert_eq!(audit(&office, AuditFilter::default())[0].outcome, "change_request_empty");
    let before = audit(&office, AuditFilter::default()).len();
    let passed = svod.acts.try_act(&office.maria, &Act::new("submitChangeRequest", Scope::Propose, ""), |_| Ok(None::<()>));
    assert_eq!(passed.unwrap(), None);
    assert_eq!(audit(&office, AuditFilter::default()).len(), before, "what was not done is not recorded");
    for _ in 0..100 {
        let nobody = Caller::anonymous("10.0.0.1", "");
        assert_eq!(code_of(svod.change_requests.create_change_request(&nobody, titled("Спам"))), "unauthenticated");
    }
    assert_eq!(audit(&office, AuditFilter::default()).len(), before + 30, "nobody in particular cannot fill the audit");
    assert_eq!(office.instance.timeline("offices", "2").len(), 2);
}

/// The last change of a dictionary is taken back, and another of the same dictionary comes in the same edit.
fn taking_one_change_back_leaves_the_others_of_the_same_edit(database: Database) {
    let office = office(&database);
    let requests = &office.instance.svod.change_requests;
    let number = |item: &str, number: i64| update(item, "2026-12-01", json!({ "number": number }));
    let draft = office.draft(&office.maria, vec![number("2", 22)]);
    let edited = office.edit(&office.maria, &draft, vec![number("2", 2), number("3", 33)]).unwrap();
    let items: Vec<String> = requests.list_items(edited.id, None, 10).unwrap().iter().map(|item| item.stored.code.to_string()).collect();
    assert_eq!(items, ["3"]);
    let emptied = office.edit(&office.maria, &edited, vec![number("3", 3)]).unwrap();
    assert!(requests.dictionaries_by_request(&[emptied.id]).unwrap().is_empty(), "it touches nothing any more");
    let again = office.edit(&office.maria, &emptied, vec![number("3", 34)]).unwrap();
    assert_eq!(office.approved(&office.maria, &again).state, RequestState::Approved);
}
