//! Both times, on every read: half-open days, publications, and what nested reads inherit.

use serde_json::json;

use super::super::{Caller, Request, ResponseKind};
use super::{Library, QueryLimits, data, error, library};

#[test]
fn a_version_holds_from_its_first_day_to_the_day_before_its_end() {
    let name = |on: &str| data(&format!("{{ office(code: \"11\", validOn: \"{on}\") {{ name validFrom validTo }} }}"))["office"].take();
    assert_eq!(name("2021-06-30"), json!({ "name": "Прокуратура города Барнаула", "validFrom": null, "validTo": "2021-07-01" }));
    assert_eq!(name("2021-07-01"), json!({ "name": "Барнаульская городская прокуратура", "validFrom": "2021-07-01", "validTo": null }));
    let retired = |on: &str| data(&format!("{{ office(code: \"12\", validOn: \"{on}\") {{ code }} }}"))["office"].take();
    assert_eq!(retired("2009-12-31"), json!(null));
    assert_eq!(retired("2010-01-01"), json!({ "code": "12" }));
    assert_eq!(retired("2022-12-31"), json!({ "code": "12" }));
    assert_eq!(retired("2023-01-01"), json!(null));
}

#[test]
fn what_was_known_is_told_as_it_was_known() {
    let query = |times: &str| {
        let query = format!("{{ office(code: \"11\", {times}) {{ name publication {{ number }} }} }}");
        data(&query)["office"].take()
    };
    let old = json!({ "name": "Прокуратура города Барнаула", "publication": { "number": 1 } });
    let new = json!({ "name": "Барнаульская городская прокуратура", "publication": { "number": 2 } });
    assert_eq!(query("publication: 1"), old);
    assert_eq!(query("publication: 2"), new);
    assert_eq!(query("knownAt: \"2021-06-01T08:59:59Z\""), old);
    assert_eq!(query("knownAt: \"2021-06-01T12:00:00+03:00\""), new);
    assert_eq!(query("publication: 0"), json!(null));
    assert_eq!(query("knownAt: \"2019-01-01T00:00:00Z\""), json!(null));
    let refused = |times: &str| error(&format!("{{ office(code: \"11\", {times}) {{ name }} }}"));
    assert_eq!(refused("publication: 4"), ("BAD_USER_INPUT".to_owned(), "there is no publication 4: the latest is 3".to_owned()));
    assert_eq!(refused("publication: 1, knownAt: \"2021-06-01T12:00:00Z\"").0, "BAD_USER_INPUT");
    assert!(refused("knownAt: \"2021-06-01\"").1.starts_with("argument `knownAt`: \"2021-06-01\" is not an instant"));
}

#[test]
fn a_list_says_when_it_is_of() {
    let query = |times: &str| {
        let query = format!("{{ offices({times}) {{ totalCount validOn publication {{ number }} nodes {{ code }} }} }}");
        data(&query)["offices"].take()
    };
    let today = query("first: 0");
    assert_eq!(today, json!({ "totalCount": 4, "validOn": "2024-06-15", "publication": { "number": 3 }, "nodes": [] }));
    assert_eq!(query("publication: 2, validOn: \"2024-01-01\", first: 0")["totalCount"], 4, "as was thought then, 12 goes on");
    let before = query("publication: 0");
    assert_eq!(before, json!({ "totalCount": 0, "validOn": "2024-06-15", "publication": null, "nodes": [] }));
}

#[test]
fn nested_reads_inherit_both_times() {
    let query = "query ($on: Date, $publication: Int) { office(code: \"11\", validOn: $on, publication: $publication) {
        region { name } parent { code region { name } } ancestors { code children { name } } } }";
    let at = |on: &str, publication: i64| library().data_with(query, json!({ "on": on, "publication": publication }))["office"].take();
    let now = at("2024-01-01", 3);
    assert_eq!(now["region"], json!({ "name": "Край Алтайский" }));
    assert_eq!(now["parent"], json!({ "code": "10", "region": { "name": "Край Алтайский" } }));
    assert_eq!(
        now["ancestors"][0]["children"],
        json!([{ "name": "Барнаульская городская прокуратура" }, { "name": "Межрайонная прокуратура" }])
    );
    assert_eq!(now["ancestors"][1], json!({ "code": "1", "children": [{ "name": "Прокуратура Алтайского края" }] }));
    assert_eq!(at("2021-12-31", 3)["region"], json!({ "name": "Алтайский край" }));
    assert_eq!(at("2024-01-01", 2)["region"], json!({ "name": "Алтайский край" }), "the new name was not known yet");
    let then = at("2022-06-01", 2);
    assert_eq!(
        then["ancestors"][0]["children"],
        json!([{ "name": "Барнаульская городская прокуратура" }, { "name": "Прокуратура Ёлочного района" }])
    );
}

#[test]
fn a_nested_read_may_look_elsewhere() {
    let found = data(
        "{ office(code: \"13\") {
            region { now: name } then: region(validOn: \"2020-01-01\") { name } known: region(publication: 1) { name }
            parent(validOn: \"2022-01-01\") { children { code } } servedRegions { code }
        } }",
    );
    let expected = json!({
        "region": { "now": "Край Алтайский" }, "then": { "name": "Алтайский край" }, "known": { "name": "Алтайский край" },
        "parent": { "children": [{ "code": "11" }, { "code": "12" }] }, "servedRegions": []
    });
    assert_eq!(found["office"], expected);
}

#[test]
fn a_retired_item_names_its_successors() {
    let found = data("{ office(code: \"12\", validOn: \"2022-12-31\") { validTo reason successorCodes successors { code validFrom } } }");
    let expected = json!({
        "validTo": "2023-01-01", "reason": "слияние", "successorCodes": ["13"], "successors": [{ "code": "13", "validFrom": "2023-01-01" }]
    });
    assert_eq!(found["office"], expected);
    let earlier =
        data("{ office(code: \"12\", validOn: \"2022-12-31\", publication: 2) { validTo reason successorCodes successors { code } } }");
    assert_eq!(earlier["office"], json!({ "validTo": null, "reason": null, "successorCodes": [], "successors": [] }));
}

#[test]
fn history_tells_every_version_that_was_ever_published() {
    let found = data(
        "{ office(code: \"11\") { history { name validFrom validTo publication { number } supersededIn { number } region { name } } } }",
    );
    let old = json!({ "name": "Алтайский край" });
    let expected = json!([
        // What was believed until publication 2, of today: the region's new name was not known.
        { "name": "Прокуратура города Барнаула", "validFrom": null, "validTo": null,
          "publication": { "number": 1 }, "supersededIn": { "number": 2 }, "region": old },
        // Ended on 2021-07-01, so the region is of the day before.
        { "name": "Прокуратура города Барнаула", "validFrom": null, "validTo": "2021-07-01",
          "publication": { "number": 2 }, "supersededIn": null, "region": old },
        { "name": "Барнаульская городская прокуратура", "validFrom": "2021-07-01", "validTo": null,
          "publication": { "number": 2 }, "supersededIn": null, "region": { "name": "Край Алтайский" } },
    ]);
    assert_eq!(found["office"]["history"], expected);
    let earlier = data("{ office(code: \"11\") { history(publication: 1) { name supersededIn { number } } } }");
    assert_eq!(earlier["office"]["history"], json!([{ "name": "Прокуратура города Барнаула", "supersededIn": null }]));
    let retired = data("{ officeHistory(code: \"12\") { validTo reason } none: officeHistory(code: \"?\") { code } }");
    assert_eq!(retired["officeHistory"], json!([{ "validTo": null, "reason": null }, { "validTo": "2023-01-01", "reason": "слияние" }]));
    assert_eq!(retired["none"], json!([]));
}

#[test]
fn publications_tell_what_they_did() {
    let found = data(
        "{ publication { number title publishedAt basis { kind number date } editions { dictionary number added changed retired itemsCount } }
           known: publication(knownAt: \"2021-12-31T00:00:00Z\") { number } none: publication(number: 9) { number } }",
    );
    let expected = json!({
        "number": 3, "title": "Слияние", "publishedAt": "2022-12-01T09:00:00Z", "basis": { "kind": "order", "number": "3-П", "date": null },
        "editions": [
            { "dictionary": "offices", "number": 3, "added": 1, "changed": 0, "retired": 1, "itemsCount": 5 },
            { "dictionary": "regions", "number": 2, "added": 0, "changed": 1, "retired": 0, "itemsCount": 2 },
        ]
    });
    assert_eq!(found, json!({ "publication": expected, "known": { "number": 2 }, "none": null }));
}

#[test]
fn an_edition_from_before_an_attribute_answers_without_it() {
    let library = Library::new(QueryLimits::default());
    super::publish_world(&library);
    let name_only = library.data("{ offices(first: 1) { nodes { name } } }");
    let more = super::OFFICES
        .replace("{ code = \"alias\"", "{ code = \"rank\", type = \"integer\", label = { ru = \"Ранг\" } },\n  { code = \"alias\"");
    let more =
        library.edit().define(&more).say("offices", "1", None, &[("name", "Генеральная прокуратура"), ("rank", "1"), ("alias", "ГП")]);
    library.publish("2024-01-01T00:00:00Z", "Ранг", &more.changes);
    assert_eq!(library.data("{ offices(first: 1) { nodes { name } } }"), name_only, "a query of before goes on");
    let query = |publication: i64| {
        let query = format!(
            "{{ offices(publication: {publication}, filter: {{ rank: {{ isNull: false }} }}) {{ totalCount }}
                office(code: \"10\", publication: {publication}) {{ rank alias tags region {{ name }} }}
                ordered: offices(publication: {publication}, orderBy: [{{ field: RANK }}], first: 1) {{ nodes {{ code rank }} }} }}"
        );
        library.data(&query)
    };
    let office = json!({ "rank": null, "alias": "ёлка", "tags": ["край", "Сибирь"], "region": { "name": "Край Алтайский" } });
    let ordered = |rank| json!({ "nodes": [{ "code": "1", "rank": rank }] });
    assert_eq!(query(4), json!({ "offices": { "totalCount": 1 }, "office": office, "ordered": ordered(Some(1)) }));
    assert_eq!(query(3), json!({ "offices": { "totalCount": 0 }, "office": office, "ordered": ordered(None) }));
}

#[test]
fn a_database_that_does_not_answer_is_told_as_such() {
    let (api, store) = library().with_store_of_its_own();
    let ask = |query: &str| {
        let caller = Caller { request_id: Some("job-21".into()), ..Caller::default() };
        let response = api.execute(caller, Request { query: query.into(), ..Request::default() });
        (response.kind, serde_json::from_slice::<serde_json::Value>(&response.body).expect("an answer is JSON"))
    };
    let history = "{ officeHistory(code: 11) { code } }";
    let mixed = "{ office(code: 11) { code } regionHistory(code: 99) { code } a: office(code: 11) { history { code } } }";
    let nullable = mixed.replace("regionHistory(code: 99) { code }", "");
    // Whoever holds both connections leaves none to anybody else.
    // After a time-out the database is given a pause, so whoever wants both may have to wait for it.
    let hold = |query: &str| until(|| store.read(|_| store.read(|_| Ok(ask(query)))).ok());
    let told = json!({ "code": "UNAVAILABLE", "requestId": "job-21" });
    for query in [history, mixed] {
        let (kind, body) = hold(query);
        assert_eq!(kind, ResponseKind::Unavailable, "{body}");
        assert_eq!((&body["errors"][0]["extensions"], body.get("data")), (&told, None), "{body}");
    }
    let (kind, body) = hold("{ office(code: 11) { code } dictionary(code: \"nothing\") { code } }");
    assert_eq!((kind, body.get("errors")), (ResponseKind::Executed, None), "{body}");
    let (kind, body) = hold(&nullable);
    assert_eq!(kind, ResponseKind::Executed, "{body}");
    assert_eq!((&body["data"]["office"]["code"], &body["errors"][0]["extensions"]), (&json!("11"), &told), "{body}");
    assert!(!body.to_string().contains("svod.db"), "{body}");
    until(|| Some(ask(history)).filter(|(kind, body)| *kind == ResponseKind::Executed && body.get("errors").is_none()));
}

/// Asks again and again until there is something, for as long as a patient person would.
fn until<T>(ask: impl Fn() -> Option<T>) -> T {
    let began = std::time::Instant::now();
    while began.elapsed() < std::time::Duration::from_secs(60) {
        if let Some(found) = ask() {
            return found;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    panic!("it did not come to that");
}
