//! The feed in the data API: pages that always lead on, what they cost, and where they are read. That they tell what the feed tells,
//! `differential.rs` and the tests of the feed look at.

use std::sync::Arc;

use serde_json::{Value as Json, json};

use super::super::{Begun, Caller, DataApi, Keeping, Request};
use super::{Library, QueryLimits, error, library, publish_world};

fn page(library: &Library, after: &str, first: usize) -> Json {
    let query = "query($after: String, $first: Int) { changes(after: $after, first: $first) {
        nodes { id type cursor publication dictionary code publishedAt event } endCursor hasNextPage } }";
    library.data_with(query, json!({ "after": after, "first": first }))["changes"].take()
}

/// All events from the beginning, page by page, and how many pages that were.
fn walk(library: &Library, first: usize) -> (Vec<Json>, usize) {
    let (mut events, mut after, mut pages) = (Vec::new(), "start".to_owned(), 0);
    loop {
        let page = page(library, &after, first);
        pages += 1;
        page["endCursor"].as_str().expect("there always is one").clone_into(&mut after);
        events.extend(page["nodes"].as_array().expect("it is a list").iter().cloned());
        if page["hasNextPage"] == false {
            return (events, pages);
        }
    }
}

#[test]
fn an_event_stands_whole_beside_what_is_asked_of_it_most() {
    let (events, _) = walk(library(), 1_000);
    for event in &events {
        let whole = &event["event"];
        for field in ["id", "type", "cursor"] {
            assert_eq!(event[field], whole[field]);
        }
        assert_eq!(event["publishedAt"], whole["time"]);
        assert_eq!(event["publication"], whole["data"]["publication"]);
        assert_eq!((&event["dictionary"], &event["code"]), (&whole["data"]["dictionary"], &whole["data"]["code"]));
    }
    let renamed = events.iter().find(|event| event["id"] == "2.offices.1").expect("it was published");
    assert_eq!((renamed["code"].as_str(), renamed["type"].as_str()), (Some("11"), Some("svod.item.changed")));
    let opened = &events[0];
    assert_eq!((opened["dictionary"].is_null(), opened["code"].is_null(), opened["id"].as_str()), (true, true, Some("1.opened")));
}

#[test]
fn pages_of_any_size_lead_to_the_end_and_no_page_is_past_it() {
    let whole = walk(library(), 1_000).0;
    for first in [1, 2, 5] {
        let (events, pages) = walk(library(), first);
        assert_eq!((events, pages), (whole.clone(), whole.len().div_ceil(first)), "{first} at a time");
    }
    let last = whole.last().expect("there are events")["cursor"].clone();
    let at_end = json!({ "nodes": [], "endCursor": last, "hasNextPage": false });
    assert_eq!(page(library(), "now", 10), at_end);
    assert_eq!(page(library(), last.as_str().unwrap_or_default(), 10), at_end);
    let nothing = page(library(), "start", 0);
    assert_eq!((nothing["nodes"].clone(), nothing["hasNextPage"].clone()), (json!([]), json!(true)));
    assert_eq!(page(library(), nothing["endCursor"].as_str().unwrap_or_default(), 1_000)["nodes"], json!(whole));
}

#[test]
fn a_page_that_no_answer_carries_is_told_in_parts() {
    let whole = walk(library(), 1_000).0;
    // The longest event is a definition of two or three thousand bytes.
    let small = Library::new(QueryLimits { response_bytes_max: 16_000, ..QueryLimits::default() });
    publish_world(&small);
    let (events, pages) = walk(&small, 1_000);
    let ids = |events: &[Json]| -> Vec<Json> { events.iter().map(|event| event["id"].clone()).collect() };
    assert_eq!(ids(&events), ids(&whole));
    assert!(pages > 1, "all {} events were in one answer", events.len());
}

#[test]
fn what_is_wrong_is_told_with_its_reason() {
    let (_, body) = library().execute("{ changes(after: \"x\") { endCursor } }", json!({}));
    assert_eq!(
        body["errors"][0]["extensions"],
        json!({ "code": "BAD_USER_INPUT", "argument": "after", "reason": "CURSOR_MALFORMED" }),
        "{body}"
    );
    for (unknown, told) in [("courts", "courts"), ("Дом 1", "\"Дом 1\"")] {
        let query = format!("{{ changes(dictionaries: [\"offices\", \"{unknown}\"]) {{ endCursor }} }}");
        let (_, body) = library().execute(&query, json!({}));
        let extensions = json!({ "code": "BAD_USER_INPUT", "argument": "dictionaries", "reason": "NOT_FOUND" });
        assert_eq!(body["errors"][0]["extensions"], extensions, "{body}");
        assert_eq!(body["errors"][0]["message"], format!("argument `dictionaries`: there is no dictionary {told}"));
    }
    let (code, message) = error("{ changes(first: 1001) { endCursor } }");
    assert!(code == "LIMIT_EXCEEDED" && message.contains("page_size_max"), "{message}");
    let (_, message) = error("{ changes(first: -1) { endCursor } }");
    assert_eq!(message, "argument `first`: -1 is negative");
}

#[test]
fn events_cost_what_they_read_whatever_is_asked_of_them() {
    let pages = |count: usize| (0..count).map(|at| format!("a{at}: changes(first: 1000) {{ endCursor }} ")).collect::<String>();
    library().data(&format!("{{ {} }}", pages(40)));
    let (code, message) = error(&format!("{{ {} }}", pages(60)));
    assert!(code == "LIMIT_EXCEEDED" && message.contains("cost_max"), "{message}");
}

#[test]
fn what_is_not_in_memory_is_read_elsewhere_and_then_kept_until_something_is_published() {
    let library = Library::new(QueryLimits::default());
    publish_world(&library);
    library.data("{ __typename }");
    let asked = |query: &'static str| Request { query: query.into(), ..Request::default() };
    let begin = |api: &Arc<DataApi>, query: &'static str| api.begin(Caller::default(), asked(query));
    let query = "{ changes(after: \"start\", first: 3) { nodes { id } } }";
    assert!(matches!(begin(&library.api, query), Begun::Heavy(_)));
    let response = library.api.execute(Caller::default(), asked(query));
    assert_eq!(response.keeping, Keeping::UntilChange);
    let before = library.api.answers_statistics().hits;
    assert!(matches!(begin(&library.api, query), Begun::Answered(_)));
    assert_eq!(library.api.answers_statistics().hits, before + 1);
    // Whoever asks whether there is anything new needs no database.
    let end = "{ changes(after: \"now\") { endCursor hasNextPage } }";
    let Begun::Answered(at_end) = begin(&library.api, end) else { panic!("nothing is to be read") };
    library.publish("2024-01-01T09:00:00Z", "Ещё", &library.edit().say("offices", "1", None, &[("name", "Иное")]).changes);
    let Begun::Answered(later) = begin(&library.api, end) else { panic!("nothing is to be read") };
    assert_ne!(at_end.body, later.body, "the end is elsewhere now");
}
