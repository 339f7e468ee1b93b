//! Who sees what: dictionaries that one may not see are nowhere, in no name, count, suggestion or publication.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::super::Caller;
use super::{Library, QueryLimits, Request};
use crate::domain::account::{Account, AccountId, AccountKind, Authority, Grant, Role, Scope, TokenLimit};
use crate::domain::text::DictionaryCode;

fn code(text: &str) -> DictionaryCode {
    DictionaryCode::parse(text).expect("it is a code")
}

fn somebody(grants: &[(Role, Option<&str>)]) -> Authority {
    let account = Account {
        id: AccountId(7),
        name: "maria".to_owned(),
        display_name: "Мария".to_owned(),
        kind: AccountKind::Person,
        created_at: Timestamp::UNIX_EPOCH,
        disabled_at: None,
    };
    let grants = grants.iter().map(|(role, of)| Grant { role: *role, dictionary: of.map(code) }).collect();
    Authority { account: Some(account), grants, limit: None }
}

fn limited_to(mut authority: Authority, dictionaries: &[&str]) -> Authority {
    let dictionaries = dictionaries.iter().map(|of| code(of)).collect();
    authority.limit = Some(TokenLimit { scopes: BTreeSet::from([Scope::Read]), dictionaries: Some(dictionaries) });
    authority
}

fn defined(code: &str, type_name: &str, access: &str, more: &str) -> String {
    format!(
        "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"{code}\" }}\npassport = {{ owner = \"Кто-то\", access = \"{access}\" }}\n\
         attributes = [ {{ code = \"name\", type = \"string\", label = {{ ru = \"Имя\" }} }}{more} ]"
    )
}

fn acts_that_refer() -> String {
    let agent = ", { code = \"who\", type = \"reference\", to = \"agents\", label = { ru = \"Кто\" } }";
    let agents = ", { code = \"helpers\", type = \"reference\", to = \"agents\", list = true, label = { ru = \"С кем\" } }";
    defined("acts", "Act", "public", &format!("{agent}{agents}"))
}

/// Acts are public, offices internal, agents and cases restricted. One publication each, in the order agents, all else, agents.
fn guarded_library() -> Library {
    let library = Library::new(QueryLimits::default());
    let agents = library.edit().define(&defined("agents", "Agent", "restricted", ""));
    let agents = agents.say("agents", "7", None, &[("name", "Штирлиц")]).say("agents", "8", None, &[("name", "Плейшнер")]);
    library.publish("2020-01-01T00:00:00Z", "Агенты", &agents.changes);
    let others = library
        .edit()
        .define(&acts_that_refer())
        .define(&defined("offices", "Office", "internal", ""))
        .define(&defined("cases", "Case", "restricted", ""))
        .say("acts", "1", None, &[("name", "Первый"), ("who", "7"), ("helpers", "7|8")])
        .say("offices", "5", None, &[("name", "Первая")]);
    library.publish("2020-02-01T00:00:00Z", "Остальное", &others.changes);
    let renaming = library.edit().say("agents", "7", None, &[("name", "Исаев")]);
    library.publish("2020-03-01T00:00:00Z", "Исаев", &renaming.changes);
    library
}

fn answer(library: &Library, authority: &Authority, query: &str) -> Json {
    let caller = Caller { authority: Arc::new(authority.clone()), ..Caller::default() };
    let response = library.api.execute(caller, Request { query: query.into(), ..Request::default() });
    serde_json::from_slice(&response.body).expect("an answer is JSON")
}

fn codes(library: &Library, authority: &Authority) -> Vec<String> {
    let body = answer(library, authority, "{ dictionaries { code } }");
    let all = body["data"]["dictionaries"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| one["code"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn everybody_sees_what_they_may_and_nothing_else() {
    let library = guarded_library();
    let reader = somebody(&[(Role::Reader, Some("agents"))]);
    let cases: [(Authority, &[&str]); 8] = [
        (Authority::anonymous(), &["acts"]),
        (somebody(&[]), &["acts", "offices"]),
        (reader.clone(), &["acts", "agents", "offices"]),
        (somebody(&[(Role::Steward, None)]), &["acts", "agents", "cases", "offices"]),
        (somebody(&[(Role::Auditor, None)]), &["acts", "agents", "cases", "offices"]),
        (limited_to(reader.clone(), &["agents"]), &["acts", "agents"]),
        (limited_to(reader.clone(), &["offices"]), &["acts", "offices"]),
        (limited_to(reader, &["cases"]), &["acts"]),
    ];
    // Twice: the second answer is of a schema that was kept.
    for (authority, expected) in cases.iter().chain(&cases) {
        assert_eq!(codes(&library, authority), *expected, "{authority:?}");
        let sdl = library.api.sdl(authority).expect("there is a schema");
        for (dictionary, type_name) in [("acts", "Act"), ("offices", "Office"), ("agents", "Agent"), ("cases", "Case")] {
            let is_there = sdl.contains(&format!("type {type_name} {{"));
            assert_eq!(is_there, expected.contains(&dictionary), "{type_name} for {authority:?}");
        }
    }
}

#[test]
fn what_is_hidden_is_named_nowhere() {
    let library = guarded_library();
    let nobody = Authority::anonymous();
    let sdl = library.api.sdl(&nobody).expect("there is a schema");
    assert!(!sdl.contains("Agent") && !sdl.contains("agents") && sdl.contains("whoCode: ID") && sdl.contains("helpersCodes: [ID!]!"));
    let whole = "{ dictionary(code: \"acts\") { code itemsCount attributes { code type to } edition { number } }
        agents: dictionary(code: \"agents\") { code } nothing: dictionary(code: \"nothing\") { code }
        acts { totalCount nodes { code whoCode helpersCodes history { whoCode } publication { number title } } } }";
    let attribute = |code: &str, kind: &str| json!({ "code": code, "type": kind, "to": null });
    let expected = json!({
        "dictionary": {
            "code": "acts",
            "itemsCount": 1,
            "attributes": [attribute("name", "STRING"), attribute("who", "REFERENCE"), attribute("helpers", "REFERENCE")],
            "edition": { "number": 1 },
        },
        "agents": null,
        "nothing": null,
        "acts": { "totalCount": 1, "nodes": [{
            "code": "1", "whoCode": "7", "helpersCodes": ["7", "8"], "history": [{ "whoCode": "7" }],
            "publication": { "number": 2, "title": "Остальное" },
        }] },
    });
    assert_eq!(answer(&library, &nobody, whole), json!({ "data": expected }));
    let reader = somebody(&[(Role::Reader, Some("agents"))]);
    let found =
        answer(&library, &reader, "{ dictionary(code: \"acts\") { attributes { to } } acts { nodes { who { name } helpers { name } } } }");
    assert_eq!(
        found["data"]["acts"]["nodes"],
        json!([{ "who": { "name": "Исаев" }, "helpers": [{ "name": "Исаев" }, { "name": "Плейшнер" }] }])
    );
    assert_eq!(found["data"]["dictionary"]["attributes"][1]["to"], json!("agents"));
}

#[test]
fn mistakes_are_told_as_if_the_hidden_were_not() {
    let library = guarded_library();
    // Queries that would suggest a hidden name, ask for one, or name it where its schema is in the cache of somebody else.
    for query in [
        "{ agent(code: \"7\") { name } }",
        "{ agens { totalCount } }",
        "{ acts { nodes { who { name } } } }",
        "{ __type(name: \"Agent\") { name } }",
    ] {
        assert!(answer(&library, &somebody(&[(Role::Reader, None)]), query).get("data").is_some() || query.contains("agens"), "{query}");
        let body = answer(&library, &Authority::anonymous(), query).to_string();
        let told = body.replace("`agent`", "").replace("`agens`", "");
        assert!(!told.contains("gent"), "{query}: {body}");
    }
    let unknown = answer(&library, &Authority::anonymous(), "{ agents { totalCount } }");
    let nothing = answer(&library, &Authority::anonymous(), "{ nuance { totalCount } }");
    assert_eq!(unknown.to_string().replace("agents", "nuance"), nothing.to_string());
}

#[test]
fn a_publication_of_hidden_dictionaries_keeps_its_number_only() {
    let library = guarded_library();
    let query = "{ publications(direction: ASC) { totalCount nodes { number title publishedAt basis { number } editions { dictionary itemsCount } } }
        publication(number: 3) { title basis { kind } editions { number } } }";
    let edition = |dictionary: &str, count: i64| json!({ "dictionary": dictionary, "itemsCount": count });
    let node = |number: i64, title: &str, basis: Json, editions: Json| json!({ "number": number, "title": title, "publishedAt": format!("2020-0{number}-01T00:00:00Z"), "basis": basis, "editions": editions });
    let blank = |number| node(number, "", Json::Null, json!([]));
    let expected = json!({ "data": {
        "publications": { "totalCount": 3, "nodes": [
            blank(1),
            node(2, "Остальное", json!({ "number": "2-П" }), json!([edition("acts", 1)])),
            blank(3),
        ] },
        "publication": { "title": "", "basis": null, "editions": [] },
    } });
    assert_eq!(answer(&library, &Authority::anonymous(), query), expected);
    let reader = somebody(&[(Role::Reader, Some("agents"))]);
    let found = answer(&library, &reader, query);
    assert_eq!(found["data"]["publications"]["nodes"][0], node(1, "Агенты", json!({ "number": "1-П" }), json!([edition("agents", 2)])));
    assert_eq!(found["data"]["publication"], json!({ "title": "Исаев", "basis": { "kind": "order" }, "editions": [{ "number": 2 }] }));
    let editions = &found["data"]["publications"]["nodes"][1]["editions"];
    assert_eq!(*editions, json!([edition("acts", 1), edition("offices", 1)]), "cases are hidden still");
}

#[test]
fn the_access_of_today_decides_about_what_was() {
    let library = guarded_library();
    let closing = library.edit().define(&acts_that_refer().replace("public", "restricted"));
    library.publish("2020-04-01T00:00:00Z", "Закрытие", &closing.changes);
    assert!(codes(&library, &Authority::anonymous()).is_empty());
    let before = "{ dictionaries(publication: 2) { code } publication(number: 2) { title editions { dictionary } } }";
    let expected = json!({ "dictionaries": [], "publication": { "title": "", "editions": [] } });
    assert_eq!(answer(&library, &Authority::anonymous(), before)["data"], expected);
    let opening = library.edit().define(&defined("agents", "Agent", "public", ""));
    library.publish("2020-05-01T00:00:00Z", "Открытие", &opening.changes);
    let before =
        "{ dictionaries(publication: 1) { code access } publication(number: 1) { title } agent(code: \"7\", publication: 1) { name } }";
    let found = &answer(&library, &Authority::anonymous(), before)["data"];
    assert_eq!(found["agent"], json!({ "name": "Штирлиц" }));
    assert_eq!(found["publication"], json!({ "title": "Агенты" }));
    assert_eq!(found["dictionaries"], json!([{ "code": "agents", "access": "RESTRICTED" }]), "the passport is that of then");
}

#[test]
fn many_sets_of_dictionaries_push_out_the_oldest_and_each_stays_right() {
    let library = Library::new(QueryLimits { schemas_max: 3, ..QueryLimits::default() });
    let names: Vec<String> = (0..5).map(|number| format!("d{number:02}")).collect();
    let edit = names.iter().fold(library.edit(), |edit, name| edit.define(&defined(name, &format!("T{name}"), "restricted", "")));
    library.publish("2020-01-01T00:00:00Z", "Пять", &edit.changes);
    for _ in 0..2 {
        for name in &names {
            assert_eq!(codes(&library, &somebody(&[(Role::Reader, Some(name))])), [name.as_str()]);
            assert!(codes(&library, &Authority::anonymous()).is_empty());
        }
        assert_eq!(library.api.schemas.kept_count(), 3);
    }
}
