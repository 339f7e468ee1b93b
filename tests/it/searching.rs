//! Search over everything: what is found by a few letters, in which order and mix, and that nobody finds what they may not see.

use serde_json::{Value, json};
use svod::app::acting::Caller;

use crate::change_request::{Office, office, person, titled};
use crate::harness::{Database, Instance};
use crate::management::{anonymous, ask, data, operator};

on_both_engines!(everything_is_found_by_a_few_letters, no_dictionary_takes_all_the_room, what_one_may_not_see_is_not_found);

const STREETS: &str = r#"
code = "streets"
type = "Street"
name = { ru = "Улицы города", en = "Streets" }
display = "name"
approval = { four_eyes = false }
passport = { owner = "Управление", access = "restricted" }
attributes = [{ code = "name", type = "string", label = { ru = "Наименование" }, search = true }]
"#;

fn hits(instance: &Instance, caller: &Caller, arguments: &str) -> Vec<Value> {
    let query = format!("{{ search({arguments}) {{ kind dictionary code title detail }} }}");
    data(instance, caller.clone(), &query)["search"].as_array().unwrap().clone()
}

/// Kinds and codes of what a text finds.
fn found(instance: &Instance, caller: &Caller, text: &str) -> Vec<String> {
    let hits = hits(instance, caller, &format!("text: {text:?}"));
    hits.iter().map(|hit| format!("{} {}", hit["kind"].as_str().unwrap(), hit["code"].as_str().unwrap())).collect()
}

fn everything_is_found_by_a_few_letters(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    instance.define(STREETS, Some("code,name\nА-1,Городская улица\n2,Районная улица\n")).unwrap();
    instance.svod.change_requests.create_change_request(&maria, titled("О переименовании городских органов")).unwrap();
    let own = operator(&instance);
    let item = json!({ "kind": "ITEM", "dictionary": "offices", "code": "2", "title": "Районная", "detail": "Органы" });
    assert_eq!(hits(&instance, &anonymous(), r#"text: "РАЙОН", first: 5"#), std::slice::from_ref(&item));
    assert_eq!(hits(&instance, &anonymous(), r#"text: "раеонная""#), [item], "misspelt");
    let streets = json!({ "kind": "DICTIONARY", "dictionary": "streets", "code": "streets", "title": "Streets", "detail": "Управление" });
    assert_eq!(hits(&instance, &own, r#"text: "street", language: EN"#), [streets]);
    assert_eq!(found(&instance, &own, "город ул"), ["DICTIONARY streets", "ITEM А-1"]);
    assert_eq!(found(&instance, &own, "А-1"), ["ITEM А-1"], "its code is what fits best");
    let (request, publication) = ("CHANGE_REQUEST 5", "PUBLICATION 2");
    assert_eq!(found(&instance, &maria, "органы переименов"), [request]);
    let told = hits(&instance, &maria, r#"text: "№ 5""#);
    assert_eq!(
        told[0],
        json!({ "kind": "CHANGE_REQUEST", "dictionary": null, "code": "5", "title": "О переименовании городских органов", "detail": "DRAFT" })
    );
    assert!(found(&instance, &own, "2").starts_with(&["CHANGE_REQUEST 2".to_owned(), publication.to_owned()]));
    let about = hits(&instance, &own, r#"text: "№2""#).remove(1);
    assert_eq!((&about["title"], &about["detail"]), (&json!("test"), &json!("2026-11-22T09:00:00.000Z")));
    assert_eq!(found(&instance, &own, " ,. "), [""; 0]);
}

fn no_dictionary_takes_all_the_room(database: Database) {
    let Office { instance, .. } = office(&database);
    let many: String = (100..160).map(|number| format!("{number},Районная № {number}\n")).collect();
    instance.define(STREETS, Some(&format!("code,name\n{many}"))).unwrap();
    let found = |first: i32| {
        let hits = hits(&instance, &operator(&instance), &format!(r#"text: "районная", first: {first}"#));
        let count_of = |dictionary: &str| hits.iter().filter(|hit| hit["dictionary"] == dictionary).count();
        (count_of("offices"), count_of("streets"))
    };
    assert_eq!(found(4), (1, 3), "what the one dictionary leaves, the other takes");
    assert_eq!(found(1).0 + found(1).1, 1);
    assert_eq!(found(0), (0, 0));
    let refused = |arguments: &str| {
        ask(&instance, anonymous(), &format!("{{ search({arguments}) {{ code }} }}"))["errors"][0]["extensions"]["code"].clone()
    };
    assert_eq!(refused(r#"text: "a", first: 51"#), "LIMIT_EXCEEDED");
    assert_eq!(refused(r#"text: "a", first: -1"#), "BAD_USER_INPUT");
    assert_eq!(refused(&format!("text: {:?}", "я".repeat(201))), "LIMIT_EXCEEDED");
}

fn what_one_may_not_see_is_not_found(database: Database) {
    let Office { instance, maria, .. } = office(&database);
    let stranger = person(&database, &instance, 21, "stranger", &[("steward", "offices")]);
    let auditor = person(&database, &instance, 22, "auditor", &[("auditor", "")]);
    instance.define(STREETS, Some("code,name\n77,Тайная улица\n")).unwrap();
    let hidden = ["тайная", "77", "streets", "улицы"];
    for text in hidden {
        assert_eq!(found(&instance, &stranger, text), [""; 0], "{text}");
        assert_eq!(found(&instance, &anonymous(), text), [""; 0], "{text}");
        assert!(!found(&instance, &auditor, text).is_empty(), "{text}");
    }
    // The fourth publication made nothing but the hidden dictionary, and the fourth request touches nothing else.
    assert_eq!(found(&instance, &stranger, "4"), [""; 0]);
    assert_eq!(found(&instance, &auditor, "4"), ["CHANGE_REQUEST 4", "PUBLICATION 4"]);
    assert_eq!(found(&instance, &anonymous(), "test"), ["PUBLICATION 3", "PUBLICATION 2", "PUBLICATION 1"], "readers know of no requests");
    assert_eq!(found(&instance, &auditor, "stranger"), ["ACCOUNT stranger"]);
    assert_eq!(found(&instance, &maria, "stranger"), [""; 0], "accounts are not for everybody");
}
