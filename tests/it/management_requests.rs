//! Change requests over the management API, on both engines: their life by mutations, what is refused and how that is told, what is
//! read of them and by whom, and what a subscriber is told.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use svod::app::acting::Caller;
use svod::app::identity::Presented;
use svod::domain::account::AccountId;
use svod::graphql::{ManagementApi, ManagementLimits};

use crate::change_request::{Office, office, person};
use crate::harness::{Database, Instance};
use crate::management::{anonymous, api, ask, block_on, data, futures_channel, next, operator, request, statements};
use crate::publication::REGIONS;

on_both_engines!(
    a_request_lives_its_whole_life_by_mutations,
    what_is_left_out_and_what_is_null_differ,
    refusals_say_where_and_show_the_present_revision,
    conflicts_are_listed_and_settled,
    an_undo_and_a_schedule_are_drafted,
    a_draft_is_previewed_and_differs_by_name,
    what_was_filed_is_told_by_its_publication,
    what_one_may_not_see_is_not_there,
    a_page_of_requests_asks_the_database_as_often_as_one,
    whoever_looks_at_a_request_is_told_of_its_changes,
);

/// Carries out a mutation and gives its payload.
fn done(instance: &Instance, caller: &Caller, mutation: &str, input: &str, fields: &str) -> Value {
    let query = format!("mutation {{ {mutation}(input: {{ {input} }}) {{ {fields} errors {{ path code message }} }} }}");
    data(instance, caller.clone(), &query)[mutation].take()
}

/// Carries out a mutation on a request at its present revision; gives the request as the payload tells it.
fn change(instance: &Instance, caller: &Caller, mutation: &str, id: &str, input: &str) -> Value {
    let seen = data(instance, caller.clone(), &format!("{{ changeRequest(id: \"{id}\") {{ revision }} }}"));
    let input = format!("changeRequest: \"{id}\", revision: {}, {input}", seen["changeRequest"]["revision"]);
    let mut payload = done(instance, caller, mutation, &input, "changeRequest { id revision state }");
    assert_eq!(payload["errors"], json!([]), "{mutation}");
    payload["changeRequest"].take()
}

/// A new draft; its number.
fn draft(instance: &Instance, caller: &Caller) -> String {
    let payload = done(instance, caller, "createChangeRequest", r#"title: "Проверка""#, "changeRequest { id }");
    assert_eq!(payload["errors"], json!([]));
    payload["changeRequest"]["id"].as_str().unwrap().to_owned()
}

fn codes(payload: &Value) -> Vec<&str> {
    payload["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect()
}

fn read(instance: &Instance, caller: &Caller, id: &str, fields: &str) -> Value {
    data(instance, caller.clone(), &format!("{{ changeRequest(id: \"{id}\") {{ {fields} }} }}"))["changeRequest"].take()
}

/// A draft over two dictionaries: a merger of offices, and a new region.
fn merger(instance: &Instance, maria: &Caller) -> String {
    let input = r#"title: "Объединение", description: "Слияние двух", basis: { kind: "order", number: "123", date: "2026-11-20" }"#;
    let payload = done(instance, maria, "createChangeRequest", input, "changeRequest { id state revision basis { number date } origin }");
    let created = &payload["changeRequest"];
    let expected = json!({ "id": created["id"], "state": "DRAFT", "revision": 1, "basis": { "number": "123", "date": "2026-11-20" }, "origin": "STEWARD" });
    assert_eq!(*created, expected);
    let id = created["id"].as_str().unwrap();
    let region = r#"edits: [{ add: { dictionary: "regions", code: "22", validFrom: null, attributes: { name: "Новый край" } } },
        { retire: { dictionary: "offices", code: "3", on: "2026-12-01", reason: "Объединение", successors: ["2"], comment: "по приказу" } }]"#;
    change(instance, maria, "editItems", id, region);
    change(instance, maria, "updateItem", id, r#"dictionary: "offices", code: "2", validFrom: "2026-12-01", attributes: { region: "22" }"#);
    id.to_owned()
}

fn check_merger(instance: &Instance, maria: &Caller, id: &str) {
    let told = read(
        instance,
        maria,
        id,
        "dictionaries { dictionaryCode definitionChanged itemsCount } validation { isValid total counts { dictionary added changed retired } judgedAgainst }
         items(first: 5) { totalCount nodes { dictionary code name kind comment changedBy { name } isStale usages(first: 1) { totalCount } } } canApprove { allowed code }",
    );
    let dictionaries = json!([{ "dictionaryCode": "offices", "definitionChanged": false, "itemsCount": 2 }, { "dictionaryCode": "regions", "definitionChanged": false, "itemsCount": 1 }]);
    assert_eq!(told["dictionaries"], dictionaries);
    assert_eq!((&told["validation"]["isValid"], &told["validation"]["judgedAgainst"]), (&json!(true), &json!(3)), "{told}");
    assert_eq!(told["items"]["totalCount"], 3);
    let retired = json!({ "dictionary": "offices", "code": "3", "name": "Городская", "kind": "RETIRED", "comment": "по приказу", "changedBy": { "name": "maria" }, "isStale": false, "usages": { "totalCount": 0 } });
    assert_eq!(told["items"]["nodes"][1], retired);
    assert_eq!(told["canApprove"]["allowed"], false);
}

fn a_request_lives_its_whole_life_by_mutations(database: Database) {
    let Office { instance, maria, anna, .. } = office(&database);
    let id = merger(&instance, &maria);
    let id = id.as_str();
    check_merger(&instance, &maria, id);
    assert_eq!(change(&instance, &maria, "submitChangeRequest", id, "")["state"], "IN_REVIEW");
    let own = done(&instance, &maria, "approveChangeRequest", &format!("changeRequest: \"{id}\", revision: 4"), "changeRequest { state }");
    assert_eq!(codes(&own), ["FOUR_EYES"]);
    let to_review = |caller: &Caller| {
        let listed =
            data(&instance, caller.clone(), "{ changeRequests(filter: { toReview: true }) { nodes { id canApprove { allowed } } } }");
        listed["changeRequests"]["nodes"].clone()
    };
    assert_eq!((to_review(&maria), to_review(&anna)), (json!([]), json!([{ "id": id, "canApprove": { "allowed": true } }])));
    change(&instance, &anna, "returnChangeRequest", id, r#"comment: "А номер?""#);
    let comment = done(
        &instance,
        &maria,
        "commentChangeRequest",
        &format!(r#"changeRequest: "{id}", text: "Добавлю", dictionary: "offices", code: "2""#),
        "comment { account { name } text code }",
    );
    assert_eq!(comment["comment"], json!({ "account": { "name": "maria" }, "text": "Добавлю", "code": "2" }));
    change(&instance, &maria, "updateItem", id, r#"dictionary: "offices", code: "2", validFrom: "2026-12-01", attributes: { number: 23 }"#);
    change(&instance, &maria, "submitChangeRequest", id, "");
    assert_eq!(change(&instance, &anna, "approveChangeRequest", id, r#"comment: "Согласовано""#)["state"], "APPROVED");
    let revision = read(&instance, &maria, id, "revision")["revision"].clone();
    let input = format!("changeRequest: \"{id}\", revision: {revision}");
    let published =
        done(&instance, &maria, "publishChangeRequest", &input, "changeRequest { state } publication { number changeRequest { id } }");
    assert_eq!(
        (&published["changeRequest"]["state"], &published["publication"]["number"]),
        (&json!("PUBLISHED"), &json!(4)),
        "{published}"
    );
    check_published(&instance, &anna, id);
}

fn check_published(instance: &Instance, anna: &Caller, id: &str) {
    let told = read(
        instance,
        anna,
        id,
        "validation { isValid } stages { dictionary isComplete missing approvedBy { name } } reviews { account { name } decision comment round }
         comments { totalCount } publication { number } authors { name } items(first: 1) { nodes { code isStale } pageInfo { hasNextPage } }",
    );
    assert_eq!(
        (&told["validation"], &told["publication"]["number"], &told["comments"]["totalCount"]),
        (&Value::Null, &json!(4), &json!(1))
    );
    let stage = json!({ "dictionary": "offices", "isComplete": true, "missing": 0, "approvedBy": [{ "name": "anna" }] });
    assert_eq!(told["stages"][0], stage);
    assert_eq!(told["reviews"][1], json!({ "account": { "name": "anna" }, "decision": "APPROVE", "comment": "Согласовано", "round": 2 }));
    assert_eq!(told["items"]["pageInfo"]["hasNextPage"], true);
    let history = r#"{ dictionary(code: "offices") { itemHistory(code: "2") { publication { number changeRequest { author { name } reviews { account { name } } } } } } }"#;
    let history = data(instance, anna.clone(), history);
    let versions = history["dictionary"]["itemHistory"].as_array().unwrap();
    let last = &versions.iter().find(|version| version["publication"]["number"] == 4).unwrap()["publication"]["changeRequest"];
    assert_eq!(last["author"]["name"], "maria");
}

fn what_is_left_out_and_what_is_null_differ(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let id = draft(&instance, &maria);
    change(&instance, &maria, "addItem", &id, r#"dictionary: "regions", code: "51", attributes: { name: "С сегодня" }"#);
    change(&instance, &maria, "addItem", &id, r#"dictionary: "regions", code: "52", validFrom: null, attributes: { name: "Всегда" }"#);
    change(&instance, &maria, "updateItem", &id, r#"dictionary: "offices", code: "2", attributes: { number: 22 }"#);
    change(
        &instance,
        &maria,
        "updateItem",
        &id,
        r#"dictionary: "offices", code: "3", validFrom: null, parent: null, attributes: { number: null }"#,
    );
    let told = read(&instance, &maria, &id, "items { nodes { code after { validFrom parentCode attributes } } }");
    let nodes = told["items"]["nodes"].as_array().unwrap();
    let after = |code: &str| nodes.iter().find(|node| node["code"] == code).unwrap()["after"].clone();
    assert_eq!(after("51")[0]["validFrom"], crate::harness::TODAY, "from today on unless told");
    assert_eq!(after("52")[0]["validFrom"], Value::Null, "null is since ever");
    assert_eq!(
        (&after("2")[1]["validFrom"], &after("2")[1]["parentCode"]),
        (&json!(crate::harness::TODAY), &json!("1")),
        "a parent that is left out stays"
    );
    assert_eq!(after("3"), json!([{ "validFrom": null, "parentCode": null, "attributes": { "name": "Городская", "region": "02" } }]));
    change(&instance, &maria, "updateChangeRequest", &id, r#"description: "Подробно", basis: { number: "7" }"#);
    change(&instance, &maria, "updateChangeRequest", &id, r#"title: "Иначе""#);
    let head = read(&instance, &maria, &id, "title description basis { number }");
    assert_eq!(head, json!({ "title": "Иначе", "description": "Подробно", "basis": { "number": "7" } }));
    change(&instance, &maria, "updateChangeRequest", &id, "basis: null, description: null");
    assert_eq!(
        read(&instance, &maria, &id, "title description basis { number }"),
        json!({ "title": "Иначе", "description": "", "basis": null })
    );
    change(&instance, &maria, "discardItemChange", &id, r#"dictionary: "regions", code: "51""#);
    change(
        &instance,
        &maria,
        "closeItemInterval",
        &id,
        r#"dictionary: "offices", code: "1", validFrom: "2027-01-01", validTo: "2027-02-01""#,
    );
    change(&instance, &maria, "annulItem", &id, r#"dictionary: "regions", code: "02", reason: "По ошибке""#);
    let versions = r#"[{ validTo: "2026-12-01", attributes: { name: "Была" }, retirement: { reason: "Упразднена", successors: ["02"] } }]"#;
    change(&instance, &maria, "setItemTimeline", &id, &format!(r#"dictionary: "regions", code: "01", versions: {versions}"#));
    change(&instance, &maria, "restoreItem", &id, r#"dictionary: "regions", code: "01", on: "2027-01-01""#);
    let kinds = read(&instance, &maria, &id, "items { nodes { code kind } }");
    assert!(kinds["items"]["nodes"].as_array().unwrap().contains(&json!({ "code": "02", "kind": "ANNULLED" })), "{kinds}");
}

fn refusals_say_where_and_show_the_present_revision(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let id = draft(&instance, &maria);
    let edits = r#"edits: [{ update: { dictionary: "offices", code: "2", attributes: { nmae: "x", number: "много" } } }]"#;
    let fields = "changeRequest { revision }";
    let refused = done(&instance, &maria, "editItems", &format!("changeRequest: \"{id}\", revision: 1, {edits}"), fields);
    assert_eq!(refused["changeRequest"]["revision"], 1);
    let errors: Vec<(&Value, &Value)> =
        refused["errors"].as_array().unwrap().iter().map(|error| (&error["path"], &error["code"])).collect();
    let expected = [(json!(["offices", "2", "nmae"]), json!("ATTRIBUTE_UNKNOWN")), (json!(["offices", "2", "number"]), json!("TYPE"))];
    assert_eq!(errors, expected.iter().map(|(path, code)| (path, code)).collect::<Vec<_>>());
    let empty = r#"dictionary: "offices", code: "2", validFrom: "2027-01-01", validTo: "2026-12-01", attributes: { number: 1 }"#;
    let empty = done(&instance, &maria, "updateItem", &format!("changeRequest: \"{id}\", revision: 1, {empty}"), fields);
    assert_eq!((&empty["errors"][0]["path"], codes(&empty)), (&json!(["offices", "2", "validTo"]), vec!["VALIDITY_EMPTY"]));
    change(&instance, &maria, "updateItem", &id, r#"dictionary: "offices", code: "2", attributes: { name: "Иная" }"#);
    let stale = done(
        &instance,
        &maria,
        "submitChangeRequest",
        &format!("changeRequest: \"{id}\", revision: 1"),
        "changeRequest { revision state }",
    );
    assert_eq!((codes(&stale), &stale["changeRequest"]), (vec!["STALE_REVISION"], &json!({ "revision": 2, "state": "DRAFT" })));
    let title =
        done(&instance, &maria, "createChangeRequest", r#"title: "", basis: { link: "javascript:alert(1)" }"#, "changeRequest { id }");
    assert!(title["changeRequest"].is_null() && codes(&title).len() == 2, "{title}");
    let unknown = done(&instance, &maria, "submitChangeRequest", "changeRequest: \"nothing\", revision: 1", fields);
    assert_eq!((codes(&unknown), &unknown["changeRequest"]), (vec!["NOT_FOUND"], &Value::Null));
    let definition =
        done(&instance, &maria, "defineDictionary", &format!("changeRequest: \"{id}\", revision: 2, definition: {{ code: 1 }}"), fields);
    assert_eq!(codes(&definition), ["DEFINITION_MALFORMED"]);
    let undo = done(&instance, &maria, "undoPublication", "number: 99", fields);
    assert_eq!(codes(&undo), ["NOT_FOUND"]);
    // Whoever is nobody, and a token that may only read.
    let nobody = done(&instance, &anonymous(), "createChangeRequest", r#"title: "Проверка""#, "changeRequest { id }");
    assert_eq!(codes(&nobody), ["UNAUTHENTICATED"]);
    let asked = ask(&instance, anonymous(), "{ changeRequests { nodes { id } } }");
    assert_eq!(asked["errors"][0]["extensions"]["code"], "UNAUTHENTICATED", "{asked}");
    let issue = r#"account: "maria", title: "чтение", scopes: [READ]"#;
    let issued = done(&instance, &operator(&instance), "issueToken", issue, "issued { secret }");
    let bearer = issued["issued"]["secret"].as_str().map(str::to_owned);
    let reader = instance.svod.identity.identify(&Presented { session: None, bearer }, "127.0.0.1", "r").unwrap();
    assert_eq!(
        read(&instance, &reader, &id, "canApprove { allowed code }"),
        json!({ "canApprove": { "allowed": false, "code": "SCOPE_MISSING" } })
    );
    let kept =
        done(&instance, &reader, "addItem", &format!(r#"changeRequest: "{id}", revision: 2, dictionary: "regions", code: "9""#), fields);
    assert_eq!(codes(&kept), ["SCOPE_MISSING"]);
}

fn conflicts_are_listed_and_settled(database: Database) {
    let Office { instance, maria, ivan, anna } = office(&database);
    let rename = |caller: &Caller, name: &str| {
        let id = draft(&instance, caller);
        let input = format!(r#"dictionary: "offices", code: "2", validFrom: "2026-12-01", attributes: {{ name: "{name}" }}"#);
        change(&instance, caller, "updateItem", &id, &input);
        id
    };
    let mine = rename(&maria, "Районная моя");
    let theirs = rename(&ivan, "Районная чужая");
    change(&instance, &ivan, "submitChangeRequest", &theirs, "");
    change(&instance, &anna, "approveChangeRequest", &theirs, "");
    let approved = read(&instance, &ivan, &theirs, "revision")["revision"].clone();
    let published = done(
        &instance,
        &ivan,
        "publishChangeRequest",
        &format!("changeRequest: \"{theirs}\", revision: {approved}"),
        "publication { number }",
    );
    assert_eq!(published["publication"]["number"], 4, "{published}");
    let fields = "conflicts { dictionary item subject validFrom validTo base theirs mine } validation { isValid } items { nodes { isStale published { name } } }";
    let told = read(&instance, &maria, &mine, fields);
    let conflict = json!({ "dictionary": "offices", "item": "2", "subject": "name", "validFrom": "2026-12-01", "validTo": null, "base": "Районная", "theirs": "Районная чужая", "mine": "Районная моя" });
    assert_eq!((&told["conflicts"], &told["validation"]["isValid"]), (&json!([conflict]), &json!(false)));
    assert_eq!(told["items"]["nodes"][0], json!({ "isStale": true, "published": [{ "name": "Районная" }, { "name": "Районная чужая" }] }));
    let refused =
        done(&instance, &maria, "submitChangeRequest", &format!("changeRequest: \"{mine}\", revision: 2"), "changeRequest { state }");
    assert_eq!((codes(&refused), &refused["errors"][0]["path"]), (vec!["CONFLICT"], &json!(["offices", "2", "name"])));
    let choice = r#"choices: [{ dictionary: "offices", item: "2", subject: "name", validFrom: "2026-12-01", side: MINE }]"#;
    change(&instance, &maria, "settleConflicts", &mine, choice);
    assert_eq!(
        read(&instance, &maria, &mine, "conflicts { subject } validation { isValid }"),
        json!({ "conflicts": [], "validation": { "isValid": true } })
    );
    assert_eq!(change(&instance, &maria, "submitChangeRequest", &mine, "")["state"], "IN_REVIEW");
    assert_eq!(change(&instance, &maria, "reopenChangeRequest", &mine, "")["state"], "DRAFT");
    assert_eq!(change(&instance, &maria, "withdrawChangeRequest", &mine, "")["state"], "WITHDRAWN");
}

fn an_undo_and_a_schedule_are_drafted(database: Database) {
    let Office { instance, maria, ivan, anna } = office(&database);
    let id = draft(&instance, &maria);
    change(&instance, &maria, "updateItem", &id, r#"dictionary: "offices", code: "2", attributes: { number: 22 }"#);
    change(&instance, &maria, "addItem", &id, r#"dictionary: "regions", code: "22", attributes: { name: "Новый" }"#);
    change(&instance, &maria, "submitChangeRequest", &id, "");
    change(&instance, &anna, "approveChangeRequest", &id, "");
    assert_eq!(change(&instance, &maria, "scheduleChangeRequest", &id, r#"at: "2026-11-22T10:00:00Z""#)["state"], "SCHEDULED");
    assert_eq!(change(&instance, &maria, "unscheduleChangeRequest", &id, "")["state"], "APPROVED");
    let past = r#"at: "2026-11-22T08:00:00Z""#;
    let revision = read(&instance, &maria, &id, "revision")["revision"].clone();
    let past = done(
        &instance,
        &maria,
        "scheduleChangeRequest",
        &format!("changeRequest: \"{id}\", revision: {revision}, {past}"),
        "changeRequest { state }",
    );
    assert_eq!(codes(&past), ["INSTANT_PAST"]);
    change(&instance, &maria, "scheduleChangeRequest", &id, r#"at: "2026-11-22T10:00:00Z""#);
    assert_eq!(read(&instance, &anna, &id, "scheduledAt"), json!({ "scheduledAt": "2026-11-22T10:00:00.000Z" }));
    instance.wait(SignedDuration::from_hours(2));
    assert_eq!(instance.svod.change_requests.publish_due().unwrap().len(), 1);
    assert_eq!(
        read(&instance, &anna, &id, "state publication { number }"),
        json!({ "state": "PUBLISHED", "publication": { "number": 4 } })
    );
    let undone = done(
        &instance,
        &ivan,
        "undoPublication",
        "number: 4",
        "changeRequest { id origin undoes { number } items { nodes { code kind } } } kept { dictionary code } keptDefinitions",
    );
    assert_eq!(undone["errors"], json!([]));
    let request = &undone["changeRequest"];
    assert_eq!((&request["origin"], &request["undoes"]["number"], &undone["kept"]), (&json!("UNDO"), &json!(4), &json!([])));
    assert_eq!(request["items"]["nodes"], json!([{ "code": "2", "kind": "CHANGED" }, { "code": "22", "kind": "ANNULLED" }]));
    let refused = done(&instance, &anna, "undoPublication", "number: 4", "kept { code }");
    assert_eq!(codes(&refused), ["FORBIDDEN"], "an approver drafts nothing");
    let rejected = request["id"].as_str().unwrap();
    change(&instance, &ivan, "submitChangeRequest", rejected, "");
    assert_eq!(change(&instance, &anna, "rejectChangeRequest", rejected, r#"comment: "Незачем""#)["state"], "REJECTED");
}

fn a_draft_is_previewed_and_differs_by_name(database: Database) {
    let Office { instance, maria, anna, .. } = office(&database);
    let id = draft(&instance, &maria);
    change(
        &instance,
        &maria,
        "updateItem",
        &id,
        r#"dictionary: "offices", code: "2", validFrom: "2026-12-01", parent: "3", attributes: { region: "02" }"#,
    );
    change(
        &instance,
        &maria,
        "addItem",
        &id,
        r#"dictionary: "offices", code: "4", validFrom: "2026-12-01", parent: "2", attributes: { name: "Новая" }"#,
    );
    let listed = |preview: &str, on: &str| {
        let query = format!(
            r#"{{ dictionary(code: "offices") {{ items(validOn: "{on}"{preview}) {{ totalCount nodes {{ code parent {{ code parent {{ code }} }} }} }} }} }}"#
        );
        data(&instance, anna.clone(), &query)["dictionary"]["items"].take()
    };
    let preview = format!(", changeRequest: \"{id}\"");
    let previewed = listed(&preview, "2026-12-01");
    assert_eq!(previewed["totalCount"], 4);
    assert_eq!(previewed["nodes"][3], json!({ "code": "4", "parent": { "code": "2", "parent": { "code": "3" } } }));
    assert_eq!((&listed("", "2026-12-01")["totalCount"], &listed(&preview, "2026-11-30")["totalCount"]), (&json!(3), &json!(3)));
    let unknown = ask(&instance, anna.clone(), r#"{ dictionary(code: "offices") { items(changeRequest: "999") { totalCount } } }"#);
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND", "and not a dictionary without items");
    let both = format!(r#"{{ dictionary(code: "offices") {{ items(changeRequest: "{id}", publication: 1) {{ totalCount }} }} }}"#);
    assert_eq!(ask(&instance, anna.clone(), &both)["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    let fields = "items(first: 5) { nodes { code differences { subject attribute validFrom before after beforeNames { code name } afterNames { code name } } } } dictionaries { preview(validOn: \"2026-12-01\") { totalCount } }";
    let told = read(&instance, &anna, &id, fields);
    let differences = told["items"]["nodes"][0]["differences"].as_array().unwrap();
    let parent = differences.iter().find(|difference| difference["subject"] == "PARENT").unwrap();
    assert_eq!((&parent["beforeNames"][0]["name"], &parent["afterNames"][0]["name"]), (&json!("Главная"), &json!("Городская")));
    let region = differences.iter().find(|difference| difference["attribute"] == "region").unwrap();
    assert_eq!((&region["before"], &region["after"], &region["validFrom"]), (&json!("01"), &json!("02"), &json!("2026-12-01")));
    assert_eq!(told["dictionaries"], json!([{ "preview": { "totalCount": 4 } }]));
    // A definition of an owner, and what it changes.
    let olga = person(&database, &instance, 14, "olga", &[("owner", "")]);
    let mut definition =
        data(&instance, olga.clone(), r#"{ dictionary(code: "regions") { definition } }"#)["dictionary"]["definition"].take();
    definition["attributes"][0]["length_max"] = json!(60);
    let query = "mutation($id: ID!, $definition: JSON!) { defineDictionary(input: { changeRequest: $id, revision: 3, definition: $definition }) {
        changeRequest { dictionaries { dictionaryCode definitionChanged definitionChanges { path before after } } } errors { code message } } }";
    let variables = json!({ "id": id, "definition": definition }).as_object().unwrap().clone();
    let mut asked = request(query);
    asked.variables = variables;
    let answer: Value = serde_json::from_slice(&block_on(api(&instance).execute(olga.clone(), asked)).body).unwrap();
    let payload = &answer["data"]["defineDictionary"];
    assert_eq!(payload["errors"], json!([]), "{answer}");
    let change_of_length = json!([{ "path": "attributes[name].length_max", "before": null, "after": 60 }]);
    let regions = json!({ "dictionaryCode": "regions", "definitionChanged": true, "definitionChanges": change_of_length });
    assert_eq!(payload["changeRequest"]["dictionaries"][1], regions);
    change(&instance, &olga, "discardDefinition", &id, r#"dictionary: "regions""#);
    assert_eq!(read(&instance, &olga, &id, "dictionaries { dictionaryCode } authors { name }")["authors"][1]["name"], "olga");
}

fn what_was_filed_is_told_by_its_publication(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let fields = "{ publication(number: 2) { changeRequest { id origin state dictionaries { dictionaryCode definitionChanged itemsCount }
        items(first: 2) { totalCount nodes { code kind after { name } changedBy { name } } pageInfo { endCursor } } } } }";
    let told = data(&instance, maria.clone(), fields)["publication"]["changeRequest"].take();
    assert_eq!((&told["origin"], &told["state"]), (&json!("APPLY"), &json!("PUBLISHED")), "{told}");
    assert_eq!(told["dictionaries"], json!([{ "dictionaryCode": "offices", "definitionChanged": true, "itemsCount": 3 }]));
    assert_eq!(
        told["items"]["nodes"][1],
        json!({ "code": "2", "kind": "ADDED", "after": [{ "name": "Районная" }], "changedBy": { "name": "operator" } })
    );
    let cursor = told["items"]["pageInfo"]["endCursor"].as_str().unwrap();
    let rest = read(
        &instance,
        &maria,
        told["id"].as_str().unwrap(),
        &format!("items(after: \"{cursor}\") {{ nodes {{ code }} pageInfo {{ hasNextPage }} }}"),
    );
    assert_eq!(rest["items"], json!({ "nodes": [{ "code": "3" }], "pageInfo": { "hasNextPage": false } }));
    assert_eq!(
        data(&instance, anonymous(), "{ publication(number: 2) { changeRequest { id } } }")["publication"]["changeRequest"],
        Value::Null
    );
}

fn what_one_may_not_see_is_not_there(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let restricted = REGIONS
        .replace(r#"code = "regions""#, r#"code = "secrets""#)
        .replace("Region", "Secret")
        .replace(r#"access = "public""#, r#"access = "restricted""#);
    instance.define(&restricted, Some("code,name\n1,Тайна\n")).unwrap();
    let vera = person(&database, &instance, 15, "vera", &[("steward", "secrets")]);
    let oleg = person(&database, &instance, 16, "oleg", &[("steward", "offices")]);
    let secret = draft(&instance, &vera);
    change(&instance, &vera, "addItem", &secret, r#"dictionary: "secrets", code: "2", attributes: { name: "Вторая" }"#);
    let open = draft(&instance, &oleg);
    let listed = |caller: &Caller, filter: &str| -> Vec<Value> {
        let query = format!("{{ changeRequests(filter: {{ states: [DRAFT] {filter} }}) {{ nodes {{ id }} }} }}");
        let listed = data(&instance, caller.clone(), &query);
        listed["changeRequests"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].clone()).collect()
    };
    assert_eq!((listed(&oleg, ""), listed(&vera, "")), (vec![json!(open)], vec![json!(open), json!(secret)]));
    assert_eq!((listed(&vera, "mine: true"), listed(&vera, "author: \"oleg\"")), (vec![json!(secret)], vec![json!(open)]));
    assert_eq!((listed(&vera, "dictionary: \"secrets\""), listed(&maria, "author: \"nobody\"")), (vec![json!(secret)], Vec::new()));
    assert_eq!(read(&instance, &oleg, &secret, "title"), Value::Null);
    let payload =
        done(&instance, &oleg, "submitChangeRequest", &format!("changeRequest: \"{secret}\", revision: 2"), "changeRequest { id }");
    assert_eq!((codes(&payload), &payload["changeRequest"]), (vec!["NOT_FOUND"], &Value::Null));
    let undo = done(&instance, &oleg, "undoPublication", "number: 4", "kept { code }");
    assert_eq!(codes(&undo), ["NOT_FOUND"]);
    // A page goes on where it ended.
    let first =
        data(&instance, vera.clone(), "{ changeRequests(first: 1) { nodes { id } pageInfo { endCursor hasNextPage } } }")["changeRequests"]
            .take();
    let after = first["pageInfo"]["endCursor"].as_str().unwrap();
    let second = data(&instance, vera, &format!("{{ changeRequests(first: 1, after: \"{after}\") {{ nodes {{ id }} }} }}"));
    assert_eq!((&first["nodes"][0]["id"], &second["changeRequests"]["nodes"][0]["id"]), (&json!(open), &json!(secret)));
}

fn a_page_of_requests_asks_the_database_as_often_as_one(database: Database) {
    statements::prepare();
    let Office { instance, maria, .. } = office(&database);
    for _ in 0..50 {
        let id = draft(&instance, &maria);
        change(&instance, &maria, "updateItem", &id, r#"dictionary: "offices", code: "2", attributes: { number: 22 }"#);
        let comment = format!(r#"changeRequest: "{id}", text: "Слово""#);
        assert_eq!(codes(&done(&instance, &maria, "commentChangeRequest", &comment, "comment { id }")), Vec::<&str>::new());
    }
    let api = ManagementApi::new(Arc::clone(&instance.svod), ManagementLimits { complexity_max: 100_000, ..ManagementLimits::default() });
    let asked = |first: usize| {
        let query = format!(
            "{{ changeRequests(first: {first}) {{ nodes {{ id author {{ name }} authors {{ name }} reviews {{ account {{ name }} }} comments {{ nodes {{ account {{ name }} }} }}
               stages {{ missing }} canApprove {{ allowed }} dictionaries {{ dictionaryCode itemsCount }} }} }} }}"
        );
        let (answer, count) = statements::counted(|| block_on(api.execute(maria.clone(), request(&query))));
        let answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        let nodes = answer["data"]["changeRequests"]["nodes"].as_array().unwrap().clone();
        assert!(nodes.len() == first && nodes.iter().all(|node| node["comments"]["nodes"][0]["account"]["name"] == "maria"));
        count
    };
    let (one, fifty) = (asked(2), asked(50));
    assert!(one > 0 && fifty <= one + 6, "{one} statements for two and {fifty} for fifty");
}

fn whoever_looks_at_a_request_is_told_of_its_changes(database: Database) {
    let Office { instance, maria, anna, .. } = office(&database);
    let id = draft(&instance, &maria);
    let other = database.open();
    let reader = person(&database, &instance, 17, "reader", &[("reader", "")]);
    block_on(async {
        let api = api(&instance);
        let (sender, incoming) = futures_channel();
        let mut outgoing = Box::pin(api.subscribe(anna.clone(), incoming));
        sender.send(json!({ "type": "connection_init" }));
        assert_eq!(next(&mut outgoing).await["type"], "connection_ack");
        let query = format!("subscription {{ changeRequestChanged(id: \"{id}\") {{ revision state comments {{ totalCount }} }} }}");
        sender.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }));
        let early = tokio::time::timeout(std::time::Duration::from_millis(100), futures_util::StreamExt::next(&mut outgoing)).await;
        assert!(early.is_err(), "nothing has changed yet: {early:?}");
        let requests = &instance.svod.change_requests;
        let number = svod::domain::change_request::RequestId(id.parse().unwrap());
        let told = |revision: i64, state: &str, comments: i64| json!({ "revision": revision, "state": state, "comments": { "totalCount": comments } });
        requests.comment_change_request(&maria, number, None, "Слово").unwrap();
        assert_eq!(next(&mut outgoing).await["payload"]["data"]["changeRequestChanged"], told(1, "DRAFT", 1));
        // Another process, whose beat is not heard here: the subscriber looks by itself.
        let there = other.svod.acts.built_in(AccountId(11), "test").unwrap();
        other.svod.change_requests.update_change_request(&there, number, 1, crate::change_request::titled("Иначе")).unwrap();
        assert_eq!(next(&mut outgoing).await["payload"]["data"]["changeRequestChanged"], told(2, "DRAFT", 1));
        requests.withdraw_change_request(&maria, number, 2).unwrap();
        assert_eq!(next(&mut outgoing).await["payload"]["data"]["changeRequestChanged"], told(3, "WITHDRAWN", 1));
        assert_eq!(next(&mut outgoing).await, json!({ "type": "complete", "id": "1" }));
        let (sender, incoming) = futures_channel();
        let mut outgoing = Box::pin(api.subscribe(reader, incoming));
        sender.send(json!({ "type": "connection_init" }));
        assert_eq!(next(&mut outgoing).await["type"], "connection_ack");
        sender.send(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } }));
        let refused = next(&mut outgoing).await;
        assert!(refused.to_string().contains("NOT_FOUND"), "{refused}");
    });
}
