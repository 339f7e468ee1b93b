//! Orders, pages and cursors.

use serde_json::{Value as Json, json};

use super::{data, error, library};

fn nodes(found: &Json, field: &str) -> Vec<String> {
    let nodes = found["offices"]["nodes"].as_array().expect("nodes are a list");
    nodes.iter().map(|node| node[field].as_str().unwrap_or("-").to_owned()).collect()
}

#[test]
fn orders_put_absent_values_last_and_first_when_reversed() {
    let cases = [
        ("[{ field: STAFF }]", "11 10 1 13"),
        ("[{ field: STAFF, direction: DESC }]", "13 1 10 11"),
        ("{ field: CODE, direction: DESC }", "13 11 10 1"),
        ("[{ field: REGION }, { field: NAME, direction: DESC }]", "10 13 11 1"),
        ("[{ field: NAME }]", "11 1 13 10"),
        ("[{ field: NAME, lang: EN }]", "10 11 1 13"),
        ("[{ field: VALID_FROM }]", "11 13 1 10"),
        ("[]", "1 10 11 13"),
    ];
    for (order, expected) in cases {
        let found = data(&format!("{{ offices(orderBy: {order}) {{ nodes {{ code }} }} }}"));
        assert_eq!(nodes(&found, "code").join(" "), expected, "{order}");
    }
}

/// Pages of one until there is no next: their codes.
fn walk(arguments: &str) -> Vec<String> {
    let mut after = Json::Null;
    let mut codes = Vec::new();
    loop {
        let query = format!(
            "query ($after: String) {{ offices({arguments}, first: 1, after: $after) {{
                totalCount edges {{ cursor node {{ code }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let page = library().data_with(&query, json!({ "after": after }))["offices"].take();
        let info = &page["pageInfo"];
        assert_eq!(info["hasPreviousPage"], !codes.is_empty(), "{page}");
        assert_eq!(info["endCursor"], page["edges"][0]["cursor"]);
        assert_eq!(info["startCursor"], page["edges"][0]["cursor"]);
        codes.extend(page["edges"][0]["node"]["code"].as_str().map(ToOwned::to_owned));
        if info["hasNextPage"] == json!(false) {
            assert_eq!(page["totalCount"], codes.len(), "{arguments}");
            return codes;
        }
        after = info["endCursor"].clone();
    }
}

#[test]
fn pages_together_are_the_list() {
    let cases = [
        ("filter: null", "1 10 11 13"),
        ("orderBy: [{ field: BUDGET, direction: DESC }, { field: NAME }]", "11 1 13 10"),
        ("orderBy: [{ field: OPENED_ON }, { field: IS_MILITARY }]", "10 1 11 13"),
        ("search: \"прокуратура\"", "1 10 11 13"),
        ("search: \"барнаул\", orderBy: [{ field: CODE }]", "11"),
        ("filter: { descendantOf: \"10\" }", "11 13"),
    ];
    for (arguments, expected) in cases {
        assert_eq!(walk(arguments).join(" "), expected, "{arguments}");
    }
}

#[test]
fn a_page_goes_on_after_an_item_that_is_gone() {
    // 12 is there in 2022 and not today.
    for order in ["[]", "[{ field: NAME }]"] {
        let then = format!(
            "{{ offices(validOn: \"2022-06-01\", orderBy: {order}, filter: {{ code: {{ eq: \"12\" }} }}) {{ edges {{ cursor }} }} }}"
        );
        let cursor = data(&then)["offices"]["edges"][0]["cursor"].clone();
        let today = format!("query ($after: String) {{ offices(orderBy: {order}, after: $after) {{ nodes {{ code }} }} }}");
        let found = library().data_with(&today, json!({ "after": cursor }));
        assert_eq!(nodes(&found, "code"), if order == "[]" { vec!["13"] } else { Vec::new() }, "{order}");
    }
}

#[test]
fn an_empty_page_still_tells_what_is_around_it() {
    let found = data("{ offices(first: 0) { nodes { code } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }");
    let info = json!({ "hasNextPage": true, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(found["offices"], json!({ "nodes": [], "totalCount": 4, "pageInfo": info }));
}

#[test]
fn foreign_cursors_are_refused() {
    let cursor = data("{ offices(first: 1) { pageInfo { endCursor } } }")["offices"]["pageInfo"]["endCursor"].clone();
    let query = format!("{{ offices(orderBy: [{{ field: NAME }}], after: {cursor}) {{ nodes {{ code }} }} }}");
    let message = "argument `after`: the cursor is of the list \"offices by CODE ASC\", and this is the list \"offices by NAME ASC RU\"";
    assert_eq!(error(&query), ("BAD_USER_INPUT".to_owned(), message.to_owned()));
    let query = "{ offices(after: \"382604670\") { nodes { code } } }";
    assert_eq!(error(query).1, "argument `after`: \"382604670\" is not a cursor of this service");
}

#[test]
fn publications_are_paged_from_either_end() {
    let page = |arguments: &str| {
        let query = format!(
            "{{ publications({arguments}) {{ nodes {{ number }} totalCount pageInfo {{ hasNextPage hasPreviousPage endCursor }} }} }}"
        );
        data(&query)["publications"].take()
    };
    let first = page("first: 2");
    assert_eq!(first["nodes"], json!([{ "number": 3 }, { "number": 2 }]));
    assert_eq!(first["totalCount"], 3);
    let second = page(&format!("first: 2, after: {}", first["pageInfo"]["endCursor"]));
    assert_eq!(second["nodes"], json!([{ "number": 1 }]));
    assert_eq!((&second["pageInfo"]["hasNextPage"], &second["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
    let upwards = page(&format!("direction: ASC, after: {}", first["pageInfo"]["endCursor"]));
    assert_eq!(upwards["nodes"], json!([{ "number": 3 }]));
}

#[test]
fn a_cursor_of_a_search_goes_on_with_that_search_only() {
    let of = |arguments: &str| format!("offices(first: 1, {arguments}) {{ nodes {{ code }} pageInfo {{ endCursor }} }}");
    let begun = "search: \"прокуратура\", filter: { region: { eq: \"01\" }, parent: { eq: \"10\" } }";
    let cursor = data(&format!("{{ {} }}", of(begun)))["offices"]["pageInfo"]["endCursor"].clone();
    let go_on = |arguments: &str| format!("{{ {} }}", of(&format!("{arguments}, after: {cursor}")));
    let same = "search: \" прокуратура \", filter: { parent: { eq: \"10\" }, region: { eq: \"01\" }, staff: null }";
    assert_eq!(nodes(&data(&go_on(same)), "code").len(), 1);
    for other in [begun.replace("прокуратура", "городская"), begun.replace("\"01\"", "\"77\""), "search: \"прокуратура\"".to_owned()]
    {
        let message = "argument `after`: the cursor is of another search: it goes on with the search text and the filter that it came from";
        assert_eq!(error(&go_on(&other)), ("BAD_USER_INPUT".to_owned(), message.to_owned()), "{other}");
    }
}
