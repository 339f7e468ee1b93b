//! Which answers are kept and for how long, and where a query is run.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::{Begun, Caller, Keeping, Request, Response};
use super::{Library, QueryLimits, publish_world};

fn world() -> Library {
    let library = Library::new(QueryLimits::default());
    publish_world(&library);
    // Whoever comes first waits until the schema is made.
    library.data("{ __typename }");
    library
}

fn asked(query: &str) -> Request<'_> {
    Request { query: query.into(), ..Request::default() }
}

/// The answer given at once; `None` when the query is to be run where it may block.
fn at_once(library: &Library, request: Request<'_>) -> Option<Response> {
    match library.api.begin(Caller::default(), request) {
        Begun::Answered(response) => Some(response),
        Begun::Heavy(_) => None,
    }
}

fn hits(library: &Library) -> u64 {
    library.api.answers_statistics().hits
}

#[test]
fn the_same_question_is_answered_once_until_something_is_published_or_the_day_ends() {
    let library = world();
    let query = "{ office(code: 11) { name } }";
    let ask = || at_once(&library, asked(query)).expect("it is cheap");
    let (first, second, third) = (ask(), ask(), ask());
    assert_eq!((first.body.as_ptr(), hits(&library)), (second.body.as_ptr(), 2));
    assert!(first.forms.is_none(), "nobody knows yet whether it will be asked for again");
    assert!(Arc::ptr_eq(second.forms.as_ref().expect("it was kept"), third.forms.as_ref().expect("it was kept")));

    let renamed = library.edit().say("offices", "11", None, &[("name", "Другое имя"), ("parent", "10")]);
    library.publish("2023-05-01T09:00:00Z", "Ещё одно", &renamed.changes);
    assert_eq!(ask().body, "{\"data\":{\"office\":{\"name\":\"Другое имя\"}}}");
    ask();
    assert_eq!(hits(&library), 3);
    library.go_to("2024-06-16T12:00:00Z");
    ask();
    assert_eq!(hits(&library), 3, "another day, another answer");
}

#[test]
fn variables_and_operations_are_part_of_the_question() {
    let library = world();
    let ask = |variables: &str, operation: Option<&str>| {
        let query = "query A($code: ID!) { office(code: $code) { code } } query B($code: ID!) { office(code: $code) { name } }";
        let request = Request { variables: variables.into(), operation_name: operation.map(Into::into), ..asked(query) };
        String::from_utf8(at_once(&library, request).expect("it is cheap").body.to_vec()).expect("JSON is text")
    };
    let answers = [
        ask("{\"code\":\"10\"}", Some("A")),
        ask("{\"code\":\"11\"}", Some("A")),
        ask("{\"code\":\"11\"}", Some("B")),
        ask("{\"code\":\"10\"}", Some("A")),
    ];
    assert_eq!(answers[0], answers[3]);
    assert_eq!(answers.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "{answers:?}");
    assert!(ask("{}", None).contains("errors"));
}

#[test]
fn what_has_errors_is_not_kept_and_what_is_pinned_says_so() {
    let library = world();
    let keeping = |query: &str| at_once(&library, asked(query)).expect("it is cheap").keeping;
    assert_eq!(keeping("{ office(code: 11, publication: 99) { name } }"), Keeping::Never);
    assert_eq!(keeping("{ office(code: 11) { name } }"), Keeping::UntilChange);
    assert_eq!(keeping("{ office(code: 11, validOn: \"2024-01-01\") { name } }"), Keeping::UntilChange);
    assert_eq!(keeping("{ office(code: 11, validOn: \"2024-01-01\", publication: 3) { name } }"), Keeping::Pinned);
    let nested = "{ office(code: 11, validOn: \"2024-01-01\", publication: 3) { parent(knownAt: \"2030-01-01T00:00:00Z\") { code } } }";
    assert_eq!(keeping(nested), Keeping::UntilChange, "an instant to come may know more");
    assert_eq!(
        keeping("{ a: office(code: 11, validOn: \"2024-01-01\", publication: 3) { name } publication { number } }"),
        Keeping::UntilChange
    );
    let before = hits(&library);
    keeping("{ office(code: 11, publication: 99) { name } }");
    assert_eq!(hits(&library), before);
}

#[test]
fn what_needs_the_database_or_the_whole_schema_goes_elsewhere() {
    let library = world();
    let is_at_once = |query: &str| at_once(&library, asked(query)).is_some();
    assert!(is_at_once("{ offices { nodes { code parent { name } } totalCount } }"));
    assert!(!is_at_once("{ office(code: 11) { history { name } } }"));
    assert!(!is_at_once("{ __schema { types { name } } }"));
    let long = format!("{{ office(code: 11) {{ name }} }} # {}", "x".repeat(5_000));
    assert!(!is_at_once(&long), "a long text is parsed elsewhere");
    library.data(&long);
    assert!(is_at_once(&long), "and known from then on");

    let (api, _store) = library.with_store_of_its_own();
    let api = Arc::new(api);
    api.execute(Caller::default(), asked("{ __typename }"));
    library.api.reading.catalog().older().clear();
    let old = "{ office(code: 11, publication: 1) { name } }";
    assert!(matches!(api.begin(Caller::default(), asked(old)), Begun::Heavy(_)), "the edition is to be loaded");
    api.execute(Caller::default(), asked(old));
    let other = "{ office(code: 10, publication: 1) { name } }";
    assert!(matches!(api.begin(Caller::default(), asked(other)), Begun::Answered(_)), "now it is in memory");
}

#[test]
fn an_answer_explains_how_it_was_found_and_is_then_not_kept() {
    let library = world();
    let request = || Request {
        is_explained: true,
        ..asked("{ offices(filter: { region: { eq: \"01\" } }, first: 2) { totalCount nodes { code } } }")
    };
    let response = at_once(&library, request()).expect("it is cheap");
    let body: Json = serde_json::from_slice(&response.body).expect("an answer is JSON");
    let expected = json!({ "cost": 6, "place": "inline", "selections": [{
        "dictionary": "offices", "foundBy": "values of region", "candidates": 3, "tested": 0, "totalBy": "index", "orderedBy": "code" }] });
    assert_eq!(body["extensions"]["explain"], expected);
    at_once(&library, request());
    assert_eq!(hits(&library), 0);
}

#[test]
fn a_query_that_would_read_too_much_is_refused_beforehand() {
    let library = Library::new(QueryLimits { cost_max: 20, ..QueryLimits::default() });
    publish_world(&library);
    library.data("{ offices { nodes { code } } }");
    let (code, message) = library.error("{ offices { nodes { code name a: name b: name c: name parent { code } } } }");
    assert_eq!(code, "LIMIT_EXCEEDED");
    assert_eq!(message, "the query would read about 49 values, rows × fields, and at most 20 are read (cost_max): ask for fewer at once");
}
