//! Search as people write: word forms, ё and е, beginnings, slips of the finger.

use super::{data, error};

fn found(arguments: &str) -> String {
    let found = data(&format!("{{ offices({arguments}) {{ nodes {{ code }} }} }}"));
    let nodes = found["offices"]["nodes"].as_array().expect("nodes are a list").clone();
    nodes.iter().map(|node| node["code"].as_str().unwrap_or_default()).collect::<Vec<_>>().join(" ")
}

#[test]
fn search_finds_what_was_meant() {
    let cases = [
        ("search: \"алтайская\"", "10"),
        ("search: \"алтай\"", "10"),
        ("search: \"алтайскго\"", "10"),
        ("search: \"АЛТАЙСКОГО КРАЮ\"", "10"),
        ("search: \"городских прокуратур\"", "11"),
        ("search: \"елочный\", validOn: \"2022-06-01\"", "12"),
        ("search: \"ёлочного\", validOn: \"2022-06-01\"", "12"),
        ("search: \"елочный\"", ""),
        ("search: \"барнаула\", validOn: \"2021-06-30\"", "11"),
        ("search: \"Barnaul\"", "11"),
        ("search: \"13\"", "13"),
        ("search: \"прокуратура\", filter: { parent: { eq: \"10\" } }", "11 13"),
        ("search: \"прокуратура\", orderBy: [{ field: CODE, direction: DESC }]", "13 11 10 1"),
        ("search: \"  \"", "1 10 11 13"),
        ("search: \"—\"", ""),
        ("search: \"нет такого\"", ""),
    ];
    for (arguments, expected) in cases {
        assert_eq!(found(arguments), expected, "{arguments}");
    }
}

#[test]
fn the_text_must_not_be_a_book() {
    let (code, message) = error(&format!("{{ offices(search: \"{}\") {{ totalCount }} }}", "а".repeat(201)));
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert_eq!(message, "argument `search`: has 201 characters, and at most 200 are searched for (search_length_max)");
}
