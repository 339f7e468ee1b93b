//! Every operator on every type, and what joins them.

use serde_json::json;

use super::{data, error, library};

/// The codes that a filter lets through today.
fn codes(filter: &str) -> String {
    let found = data(&format!("{{ offices(filter: {{ {filter} }}) {{ nodes {{ code }} totalCount }} }}"));
    let nodes = found["offices"]["nodes"].as_array().expect("nodes are a list");
    assert_eq!(found["offices"]["totalCount"], nodes.len(), "{filter}");
    nodes.iter().map(|node| node["code"].as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

/// Filters and what they let through today, of 1, 10, 11 and 13.
const CASES: &[(&str, &str)] = &[
    ("", "1 10 11 13"),
    ("code: { eq: \"10\" }", "10"),
    ("code: { eq: 10 }", "10"),
    ("code: { ne: \"10\" }", "1 11 13"),
    ("code: { in: [\"13\", \"1\", \"12\", \"?\"] }", "1 13"),
    ("code: { in: [] }", ""),
    ("code: { in: \"10\" }", "10"),
    ("code: { lt: \"11\" }", "1 10"),
    ("code: { between: [\"10\", \"11\"] }", "10 11"),
    ("code: { startsWith: \"1\", ne: \"1\" }", "10 11 13"),
    ("parent: { eq: \"10\" }", "11 13"),
    ("parent: { in: [\"10\", \"1\"] }", "10 11 13"),
    ("parent: { isNull: true }", "1"),
    ("descendantOf: \"1\"", "10 11 13"),
    ("descendantOf: \"11\"", ""),
    ("validFrom: { isNull: false }", "11 13"),
    ("validFrom: { gte: \"2022-01-01\" }", "13"),
    ("validTo: { isNull: true }", "1 10 11 13"),
    ("name: { eq: \"Генеральная прокуратура\" }", "1"),
    ("name: { eq: \"генеральная прокуратура\" }", ""),
    ("name: { eq: \"Altai office\" }", "10"),
    ("name: { startsWith: \"БАРН\" }", "11"),
    ("name: { contains: \"ПРОКУРАТУРА\" }", "1 10 11 13"),
    ("name: { contains: \"office\" }", "1 10 11"),
    ("alias: { contains: \"ЕЛК\" }", "10"),
    ("alias: { eq: \"ёлка\" }", "10"),
    ("alias: { eq: \"елка\" }", ""),
    ("alias: { isNull: true }", "1 11 13"),
    ("alias: { gt: \"ЕЛ\", lte: \"елка\" }", ""),
    ("alias: { between: [\"ЕЛ\", \"елкА\"] }", ""),
    ("alias: { between: [\"ЕЛ\", \"Ёлка\"] }", ""),
    ("alias: { between: [\"ЕЛ\", \"ёлкб\"] }", "10"),
    ("region: { eq: \"01\" }", "10 11 13"),
    ("region: { ne: \"01\" }", "1"),
    ("region: { in: [\"77\"] }", "1"),
    ("servedRegions: { eq: \"77\" }", "10"),
    ("servedRegions: { isNull: true }", "1 11 13"),
    ("status: { eq: ACTIVE }", "1 10"),
    ("status: { ne: ACTIVE }", "11 13"),
    ("status: { in: [CLOSED] }", ""),
    ("status: { isNull: true }", "11 13"),
    ("staff: { lt: 200 }", "11"),
    ("staff: { lte: 200 }", "10 11"),
    ("staff: { gt: 35 }", "1 10"),
    ("staff: { gte: 35 }", "1 10 11"),
    ("staff: { between: [35, 200] }", "10 11"),
    ("staff: { in: [35, 1000] }", "1 11"),
    ("budget: { eq: \"1000.5\" }", "10"),
    ("budget: { eq: 1000.50 }", "10"),
    ("budget: { gt: \"99.9\" }", "10"),
    ("isMilitary: { eq: false }", "10"),
    ("isMilitary: { isNull: false }", "10"),
    ("openedOn: { between: [\"1937-09-28\", \"1937-09-28\"] }", "10"),
    ("openedOn: { lt: \"1937-09-28\" }", ""),
    ("tags: { eq: \"Сибирь\" }", "10"),
    ("tags: { ne: \"Сибирь\" }", "1 11 13"),
    ("tags: { startsWith: \"сиб\" }", "10"),
    ("or: [{ staff: { eq: 1000 } }, { code: { eq: \"13\" } }]", "1 13"),
    ("or: []", ""),
    ("and: []", "1 10 11 13"),
    ("and: [{ region: { eq: \"01\" } }, { not: { parent: { eq: \"10\" } } }]", "10"),
    ("not: { staff: { gte: 35 } }", "13"),
    ("staff: null, alias: { eq: null }", "1 10 11 13"),
    ("staff: { gte: 35 }, region: { eq: \"01\" }", "10 11"),
];

#[test]
fn operators_choose_what_they_say() {
    for (filter, expected) in CASES {
        assert_eq!(codes(filter), *expected, "{filter}");
    }
}

#[test]
fn the_past_is_filtered_as_it_was() {
    let found = data("{ offices(validOn: \"2022-06-01\", filter: { isMilitary: { eq: true } }) { nodes { code name } } }");
    assert_eq!(found, json!({ "offices": { "nodes": [{ "code": "12", "name": "Прокуратура Ёлочного района" }] } }));
}

#[test]
fn mistakes_in_a_filter_say_where_they_are() {
    let bad_input = |query: &str| {
        let (code, message) = error(&format!("{{ offices({query}) {{ nodes {{ code }} }} }}"));
        assert_eq!(code, "BAD_USER_INPUT", "{query}: {message}");
        message
    };
    assert_eq!(
        bad_input("filter: { staff: { between: [1] } }"),
        "argument `filter.staff.between`: takes exactly two values, the least and the greatest, and there are 1"
    );
    assert_eq!(
        bad_input("filter: { and: [{}, { openedOn: { gte: \"2024-02-30\" } }] }"),
        "argument `filter.and[1].openedOn.gte`: \"2024-02-30\" is not a date: there is no such day"
    );
    assert_eq!(
        bad_input("filter: { budget: { in: [\"1\", \"1,5\"] } }"),
        "argument `filter.budget.in[1]`: \"1,5\" is not a decimal number: they are strings such as \"1234.56\", of at most 28 digits"
    );
    assert_eq!(
        bad_input("filter: { staff: { eq: 9007199254740992 } }"),
        "argument `filter.staff.eq`: 9007199254740992 is not a whole number between -9007199254740991 and 9007199254740991"
    );
    assert_eq!(bad_input("validOn: \"2024-02-30\""), "argument `validOn`: \"2024-02-30\" is not a date: there is no such day");
    let (code, message) = error("{ offices(filter: { staf: { eq: 1 } }) { nodes { code } } }");
    assert_eq!(code, "GRAPHQL_VALIDATION_FAILED");
    assert!(message.contains("staf"), "{message}");
}

#[test]
fn variables_filter_as_literals_do() {
    let query = "query ($filter: OfficeFilter, $code: ID, $on: Date) {
        offices(filter: $filter, validOn: $on) { nodes { code } }
        one: offices(filter: { code: { eq: $code } }) { totalCount }
    }";
    let given = json!({ "filter": { "and": { "staff": { "gte": 100 } } }, "code": "10", "on": "2022-01-01" });
    let found = library().data_with(query, given);
    assert_eq!(found, json!({ "offices": { "nodes": [{ "code": "1" }, { "code": "10" }] }, "one": { "totalCount": 1 } }));
    // A variable that is not given filters nothing, so that one query serves a form with empty fields.
    assert_eq!(library().data_with(query, json!({}))["one"], json!({ "totalCount": 4 }));
    let (response, body) = library().execute(query, json!({ "filter": { "staf": 1 } }));
    assert_eq!(response.kind, super::ResponseKind::RequestError);
    assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{body}");
    assert_eq!(body.get("data"), None);
    let (_, body) = library().execute(query, json!({ "on": "2022-13-01" }));
    assert_eq!(body["errors"][0]["extensions"], json!({ "code": "BAD_USER_INPUT", "argument": "validOn" }));
    assert_eq!(body["errors"][0]["path"], json!(["offices"]));
}

#[test]
fn a_field_of_an_input_is_given_once() {
    let twice = |query: &str| {
        let (response, body) = library().execute(query, json!({}));
        assert_eq!(response.kind, super::ResponseKind::RequestError, "{body}");
        assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
        assert_eq!(body["errors"][0]["locations"].as_array().map(Vec::len), Some(1), "{body}");
        body["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    let message = "the field `code` is given twice in one input object";
    assert_eq!(twice("{ offices(filter: { code: { eq: 1 }, code: { eq: 10 } }) { totalCount } }"), message);
    assert_eq!(twice("query ($f: OfficeFilter = { code: { eq: 1 }, code: { eq: 1 } }) { offices(filter: $f) { totalCount } }"), message);
    let in_fragment =
        "query A { ...F } query B { ...F } fragment F on Query { offices(filter: { or: [{ staff: { gt: 1, gt: 2 } }] }) { totalCount } }";
    assert_eq!(twice(in_fragment), message.replace("code", "gt"));
    data("{ offices(filter: { and: [{ code: { eq: 1 } }, { code: { eq: 1 } }] }) { totalCount } }");
}

#[test]
fn lists_hold_no_null_and_numbers_keep_their_digits() {
    let nullable = "query ($f: ID) { offices(filter: { code: { in: [$f] } }) { totalCount } }";
    let message = "the variable $f may be null, and the list holds no null: declare it as ID!";
    assert_eq!(error(nullable), ("GRAPHQL_VALIDATION_FAILED".to_owned(), message.to_owned()));
    for declared in ["ID!", "ID = 10"] {
        let query = nullable.replace("ID", declared);
        assert_eq!(library().data_with(&query, json!({ "f": "10" }))["offices"]["totalCount"], 1, "{declared}");
    }
    for number in ["12345678901234567890123", "0.12345678901234567", "1234567890123456.78"] {
        let (code, message) = error(&format!("{{ offices(filter: {{ budget: {{ in: [1, {number}] }} }}) {{ totalCount }} }}"));
        let expected = format!("the number {number} has more digits than a number keeps: write it as a string, \"{number}\"");
        assert_eq!((code.as_str(), message), ("GRAPHQL_VALIDATION_FAILED", expected));
    }
    data("{ offices(filter: { budget: { in: [1000.50, 18446744073709551615, \"12345678901234567890123\"] } }) { totalCount } }");
}

#[test]
fn a_condition_is_true_or_false() {
    let query = "query ($b: Boolean = true) { offices { ...F @include(if: $b) totalCount @skip(if: $b) } } fragment F on OfficeConnection { validOn }";
    assert_eq!(library().data_with(query, json!({}))["offices"].as_object().map(serde_json::Map::len), Some(1));
    for (query, directive) in [(query, "include"), ("query ($b: Boolean = false) { offices { totalCount @skip(if: $b) } }", "skip")] {
        let (response, body) = library().execute(query, json!({ "b": null }));
        assert_eq!(response.kind, super::ResponseKind::RequestError, "{body}");
        assert_eq!(body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
        assert_eq!(body["errors"][0]["message"], format!("the variable $b is null, and @{directive} needs true or false"));
    }
}
