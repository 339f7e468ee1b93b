//! Each limit refuses with a message that names it, and hostile texts fail cleanly.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde_json::json;

use super::super::{Caller, Request};
use super::{Library, QueryLimits, ResponseKind, data, error, library, publish_world};

fn limited(change: impl FnOnce(&mut QueryLimits)) -> Library {
    let mut limits = QueryLimits::default();
    change(&mut limits);
    let library = Library::new(limits);
    publish_world(&library);
    library
}

fn refusal(code: &str, message: &str) -> (String, String) {
    (code.to_owned(), message.to_owned())
}

#[test]
fn pages_have_a_size() {
    let too_many = "argument `first`: 1000000 is more than a page may have, 1000 (page_size_max): ask page by page with `after`";
    assert_eq!(error("{ offices(first: 1000000) { nodes { code } } }"), refusal("LIMIT_EXCEEDED", too_many));
    assert_eq!(error("{ office(code: 1) { children(first: 1000000) { code } } }").1, too_many);
    assert_eq!(error("{ publications(first: 1000000) { totalCount } }").1, too_many);
    assert_eq!(error("{ offices(first: -1) { nodes { code } } }"), refusal("BAD_USER_INPUT", "argument `first`: -1 is negative"));
}

#[test]
fn deep_queries_are_refused_at_any_depth() {
    let nested = |depth: usize| format!("{{ office(code: 1) {}{{ code }}{} }}", "{ parent ".repeat(depth), " }".repeat(depth));
    let too_deep = "fields stand more than 15 deep in one another (depth_max): it is 17";
    assert_eq!(error(&nested(15)), refusal("LIMIT_EXCEEDED", too_deep));
    data(&nested(13));
    for depth in [1_000, 5_000] {
        let (code, message) = error(&nested(depth));
        assert_eq!(code, "LIMIT_EXCEEDED", "{message}");
        assert_eq!(message, "braces and brackets stand more than 100 deep in one another (nesting_max)");
    }
    let (code, message) = error(&nested(100_000));
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert!(message.ends_with("and at most 65536 are allowed (query_bytes_max)"), "{message}");
    let patient = limited(|limits| (limits.query_bytes_max, limits.tokens_max) = (usize::MAX, usize::MAX));
    assert_eq!(patient.error(&nested(100_000)).1, "braces and brackets stand more than 100 deep in one another (nesting_max)");
    for (open, close) in [("[", "]"), ("{ and: ", " }")] {
        let filter = format!("{{ offices(filter: {}1{}) {{ totalCount }} }}", open.repeat(5_000), close.repeat(5_000));
        assert_eq!(error(&filter).0, "LIMIT_EXCEEDED");
    }
}

#[test]
fn long_queries_are_refused() {
    let (response, body) = library().execute(&format!("{{ __typename }} #{}", "x".repeat(1 << 20)), json!({}));
    assert_eq!(response.kind, ResponseKind::RequestError);
    assert_eq!(body["errors"][0]["message"], "the query has 1048592 bytes, and at most 65536 are allowed (query_bytes_max)");
    let (code, message) = error(&format!("{{ {} }}", "a ".repeat(15_000)));
    assert_eq!((code.as_str(), message.as_str()), ("LIMIT_EXCEEDED", "the query has more than 20000 tokens (tokens_max)"));
}

#[test]
fn fragments_cannot_multiply() {
    let mut query = "{ office(code: 1) { ...F0 } }".to_owned();
    for at in 0..12 {
        query.push_str(&format!(" fragment F{at} on Office {{ a: parent {{ ...F{next} }} b: parent {{ ...F{next} }} }}", next = at + 1));
    }
    query.push_str(" fragment F12 on Office { code }");
    let (code, message) = error(&query);
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert!(message.contains("complexity_max"), "{message}");
    let cycle = "{ office(code: 1) { ...A } } fragment A on Office { parent { ...B } } fragment B on Office { parent { ...A } }";
    assert_eq!(error(cycle).0, "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn aliases_and_introspection_are_bounded() {
    let aliases: String = (0..201).map(|at| format!("a{at}: __typename ")).collect();
    assert_eq!(error(&format!("{{ {aliases} }}")).1, "the query has more than 200 aliases (aliases_max): it is 201");
    let nested = "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }";
    assert_eq!(error(nested), refusal("LIMIT_EXCEEDED", "lists of the introspection stand too deep in one another"));
    let many: String = (0..130).map(|at| format!("a{at}: __schema {{ types {{ name description kind }} }} ")).collect();
    assert!(error(&format!("{{ {many} }}")).1.contains("introspection_complexity_max"));
}

#[test]
fn an_answer_that_is_cut_short_is_not_given() {
    let small = limited(|limits| limits.nodes_max = 5);
    let (response, body) = small.execute("{ offices { nodes { code region { code } } } }", json!({}));
    assert_eq!(response.kind, ResponseKind::Executed);
    assert_eq!(body["data"], json!(null));
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(1), "{body}");
    assert_eq!(body["errors"][0]["message"], "the answer has more than 5 objects (nodes_max): ask for fewer at once");
    assert_eq!(body["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED");

    let narrow = limited(|limits| limits.response_bytes_max = 300);
    assert!(narrow.error("{ offices { nodes { name a: name b: name } } }").1.contains("response_bytes_max"));
    let hasty = limited(|limits| limits.time_ms_max = 0);
    std::thread::sleep(std::time::Duration::from_millis(2));
    assert!(hasty.error("{ a: offices { nodes { history { code } } } }").1.contains("time_ms_max"));
    let forgetful = limited(|limits| limits.history_items_max = 1);
    assert!(forgetful.error("{ office(code: 11) { history { code } } }").1.contains("history_items_max"));
}

#[test]
fn a_query_reads_few_old_editions() {
    let library = limited(|limits| limits.older_items_max = 1);
    library.data("{ offices(publication: 1) { totalCount } }");
    let (code, message) = library.error("{ offices(publication: 1) { totalCount } b: offices(publication: 2) { totalCount } }");
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert!(message.contains("older_items_max"), "{message}");
}

#[test]
fn filters_are_bounded() {
    let library = limited(|limits| (limits.filter_depth_max, limits.filter_values_max) = (3, 3));
    let deep = "{ offices(filter: { not: { not: { not: { code: { eq: 1 } } } } }) { totalCount } }";
    assert!(library.error(deep).1.contains("filter_depth_max"));
    assert!(library.error("{ offices(filter: { code: { in: [1, 2, 3, 4] } }) { totalCount } }").1.contains("filter_values_max"));
}

/// Fields under long names of their own.
fn long_aliases(count: usize, field: &str) -> String {
    (0..count).map(|at| format!("a{at:0>299}: {field} ")).collect()
}

#[test]
fn names_that_a_query_gives_are_part_of_the_answer() {
    let library = limited(|limits| (limits.response_bytes_max, limits.query_bytes_max, limits.aliases_max) = (60_000, 1 << 20, 1_000));
    let names = long_aliases(100, "__typename");
    let code = |query: &str| {
        let (code, message) = library.error(query);
        assert!(message.contains("60000 bytes (response_bytes_max)"), "{message}");
        code
    };
    let queries = [
        format!("{{ office(code: 1) {{ descendants {{ parent {{ children {{ {names} }} }} }} }} }}"),
        format!("{{ offices {{ nodes {{ {names} }} }} }}"),
        format!("{{ offices {{ edges {{ {names} }} }} }}"),
        format!(
            "{{ a: offices {{ pageInfo {{ {names} }} }} b: offices {{ {names} pageInfo {{ ...P }} }} }} fragment P on PageInfo {{ {names} }}"
        ),
        format!("{{ dictionaries {{ attributes {{ {names} }} }} }}"),
        format!("{{ dictionaries {{ attributes {{ values {{ {names} }} }} {names} }} }}", names = long_aliases(100, "__typename")),
        format!(
            "{{ publications {{ nodes {{ {names} basis {{ ...B }} }} }} }} fragment B on Basis {{ {names} }}",
            names = long_aliases(60, "__typename")
        ),
    ];
    for query in queries {
        assert_eq!(code(&query), "LIMIT_EXCEEDED", "{query:.80}");
    }
    let introspections = [
        format!("{{ __schema {{ types {{ {names} }} }} }}"),
        format!("{{ __schema {{ types {{ fields {{ type {{ ...T }} }} }} }} }} fragment T on __Type {{ {names} }}"),
        format!("{{ __type(name: \"Office\") {{ fields {{ {names} }} }} }}", names = long_aliases(100, "name")),
    ];
    for query in introspections {
        let (response, _) = library.execute(&query, json!({}));
        assert_eq!(response.kind, ResponseKind::RequestError);
        assert_eq!(code(&query), "LIMIT_EXCEEDED", "{query:.80}");
    }
    library.data("{ offices { nodes { code name parent { code } } } __type(name: \"Region\") { name } }");
}

#[test]
fn texts_that_are_not_of_items_and_errors_count_too() {
    let library = limited(|limits| (limits.response_bytes_max, limits.aliases_max) = (50_000, 1_000));
    let many = |field: &str| (0..200).map(|at| format!("a{at}: {field} ")).collect::<String>();
    let cursors = format!("{{ offices {{ edges {{ {} }} }} }}", many("cursor"));
    assert!(library.error(&cursors).1.contains("response_bytes_max"));
    let failing = format!("{{ offices {{ nodes {{ {} }} }} }}", many("region(publication: 99) { code }"));
    let (_, body) = library.execute(&failing, json!({}));
    let errors_max = QueryLimits::default().errors_max;
    assert_eq!(body["errors"].as_array().map(Vec::len), Some(errors_max), "each field of each object fails");
}

#[test]
fn every_part_of_a_filter_counts() {
    let library = limited(|limits| limits.filter_values_max = 3);
    let refused = [
        "code: { startsWith: \"1\", contains: \"1\", isNull: false, ne: 5 }",
        "or: [{}, {}, {}, {}]",
        "and: [{ descendantOf: 1 }, { descendantOf: 1 }]",
        "not: { not: { staff: { between: [1, 2] } } }",
        "or: [{ code: { in: [] } }, { code: { in: [] } }]",
    ];
    for filter in refused {
        let (code, message) = library.error(&format!("{{ offices(filter: {{ {filter} }}) {{ totalCount }} }}"));
        assert_eq!(code, "LIMIT_EXCEEDED", "{filter}");
        assert!(message.contains("more than 3 values, tests and filters inside it (filter_values_max)"), "{message}");
    }
    library.data("{ offices(filter: { code: { in: [1, 2, 3] } }) { totalCount } }");
}

#[test]
fn work_that_nobody_waits_for_is_not_done() {
    let ask = |caller: Caller| {
        let request = Request { query: "{ offices { nodes { code } } }".into(), ..Request::default() };
        let response = library().api.execute(caller, request);
        String::from_utf8(response.body.to_vec()).expect("an answer is JSON")
    };
    let gone = Caller { has_left: Arc::new(AtomicBool::new(true)), ..Caller::default() };
    let late = Caller { deadline: Some(Instant::now()), ..Caller::default() };
    for caller in [gone, late] {
        let body = ask(caller);
        assert!(body.contains("LIMIT_EXCEEDED") && body.contains("\"data\":null"), "{body}");
    }
    let patient = Caller { deadline: Some(Instant::now() + Duration::from_secs(600)), ..Caller::default() };
    assert!(!ask(patient).contains("errors"));
}
