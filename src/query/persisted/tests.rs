//! Persisted queries and registered operations, by what a request gets for naming them.

use std::borrow::Cow;

use super::*;

const TEXT: &str = "{ offices { totalCount } }";

fn asked(text: &str, hash: Option<QueryHash>) -> Request<'_> {
    Request { query: Cow::Borrowed(text), persisted_hash: hash, ..Request::default() }
}

fn queries(bytes_max: usize) -> PersistedQueries {
    PersistedQueries::new(PersistedLimits { bytes_max, is_registered_only: false }, RegisteredOperations::default())
}

fn registered_only() -> PersistedQueries {
    let content = json!({ "the offices": TEXT, in_hex(&hash_of_query("{ a }")): "{ a }" }).to_string();
    let registered = RegisteredOperations::parse(&content).expect("the file is right");
    PersistedQueries::new(PersistedLimits { is_registered_only: true, ..PersistedLimits::default() }, registered)
}

fn in_hex(hash: &QueryHash) -> String {
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn told(resolved: Result<Option<Arc<str>>, Refusal>) -> Result<Option<String>, &'static str> {
    resolved.map(|text| text.map(|text| text.to_string())).map_err(|refusal| refusal.code)
}

#[test]
fn a_text_is_named_by_its_hash_once_it_was_sent_with_it() {
    let queries = queries(1 << 20);
    let hash = hash_of_query(TEXT);
    assert_eq!(told(queries.resolve(&asked(TEXT, None))), Ok(None), "a text alone is run as it is");
    assert_eq!(told(queries.resolve(&asked("", Some(hash)))), Err("PERSISTED_QUERY_NOT_FOUND"), "a text alone is not kept");
    assert_eq!(told(queries.resolve(&asked(TEXT, Some(hash)))), Ok(Some(TEXT.to_owned())));
    assert_eq!(told(queries.resolve(&asked("", Some(hash)))), Ok(Some(TEXT.to_owned())));
    assert_eq!(told(queries.resolve(&asked("", Some([0; 32])))), Err("PERSISTED_QUERY_NOT_FOUND"));
}

#[test]
fn a_hash_of_another_text_is_refused_and_nothing_is_kept() {
    let queries = queries(1 << 20);
    let hash = hash_of_query("{ another }");
    let refusal = queries.resolve(&asked(TEXT, Some(hash))).expect_err("it is another's hash");
    assert_eq!((refusal.code, refusal.message), ("BAD_REQUEST", "provided sha does not match query"));
    assert_eq!(told(queries.resolve(&asked("", Some(hash)))), Err("PERSISTED_QUERY_NOT_FOUND"));
    assert_eq!(queries.sent_bytes(), 0);
}

#[test]
fn a_million_texts_take_no_more_than_is_allowed_and_those_in_use_stay() {
    let queries = queries(1 << 20);
    let used = hash_of_query(TEXT);
    told(queries.resolve(&asked(TEXT, Some(used)))).expect("it is its hash");
    for number in 0..1_000_000 {
        let text = format!("{{ office(code: \"{number}\") {{ name }} }}");
        told(queries.resolve(&asked(&text, Some(hash_of_query(&text))))).expect("it is its hash");
        if number % 100 == 0 {
            assert!(queries.find(&used).is_ok(), "what is used goes last");
        }
    }
    let kept: usize = queries.sent.iter().map(|sent| sent.lock().expect("nobody panicked").texts.len()).sum();
    assert!(queries.sent_bytes() <= 1 << 20 && kept > 4_000, "{} bytes of {kept} texts", queries.sent_bytes());
    let first = hash_of_query("{ office(code: \"0\") { name } }");
    assert_eq!(told(queries.resolve(&asked("", Some(first)))), Err("PERSISTED_QUERY_NOT_FOUND"));
    let long = "x".repeat(1 << 20);
    assert_eq!(told(queries.resolve(&asked(&long, Some(hash_of_query(&long))))), Ok(Some(long.clone())));
    assert_eq!(told(queries.resolve(&asked("", Some(hash_of_query(&long))))), Err("PERSISTED_QUERY_NOT_FOUND"));
    assert!(queries.find(&used).is_ok(), "what is too long to be kept drives nothing out");
}

#[test]
fn where_only_registered_operations_are_answered_others_are_told_what_to_do() {
    let queries = registered_only();
    for (text, hash) in [(TEXT, None), ("", Some(hash_of_query(TEXT))), (TEXT, Some(hash_of_query(TEXT)))] {
        assert_eq!(told(queries.resolve(&asked(text, hash))), Ok(Some(TEXT.to_owned())), "{text}");
    }
    for (text, hash) in [("{ b }", None), ("", Some(hash_of_query("{ b }"))), ("{ b }", Some(hash_of_query("{ b }"))), ("", None)] {
        let refusal = queries.resolve(&asked(text, hash)).expect_err("it is not registered");
        assert_eq!(refusal.code, "OPERATION_NOT_REGISTERED", "{text}");
        assert!(refusal.message.contains("ask the operator"));
    }
    assert_eq!(queries.sent_bytes(), 0, "nothing is kept of others");
    let response = NOT_REGISTERED.into_response(&asked("{ b }", None));
    let body: serde_json::Value = serde_json::from_slice(&response.body).expect("it is JSON");
    assert_eq!((response.kind, &body["errors"][0]["extensions"]["code"]), (ResponseKind::RequestError, &json!("OPERATION_NOT_REGISTERED")));
}

#[test]
fn every_mistake_of_the_file_is_named_with_its_key() {
    let hash = in_hex(&hash_of_query("{ a }"));
    let content = format!(
        r#"{{ "good": "{{ a }}", "sha256:{hash}": "{{ a }}", "number": 1, "blank": " ", "{hash}": "{{ b }}", "sha256:12": "{{ a }}",
             "broken": "{{ a(", "good": "{{ c }}" }}"#
    );
    let mistakes = RegisteredOperations::parse(&content).expect_err("it is full of mistakes");
    let expected = [
        "\"number\": its value",
        "\"blank\": the text",
        &format!("\"{hash}\": the key is not"),
        "\"sha256:12\": after",
        "\"broken\": the text is not GraphQL at 1:",
        "\"good\": the key stands there twice",
    ];
    assert_eq!(mistakes.len(), expected.len(), "{mistakes:?}");
    for (mistake, beginning) in mistakes.iter().zip(expected) {
        assert!(mistake.starts_with(beginning), "{mistake}");
    }
    for wrong in ["", "[]", "1", "{ \"a\": "] {
        assert_eq!(RegisteredOperations::parse(wrong).map_err(|mistakes| mistakes.len()).err(), Some(1), "{wrong}");
    }
    assert_eq!(RegisteredOperations::parse("{}").map(|operations| operations.count()).ok(), Some(0));
}
