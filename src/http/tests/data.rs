//! The data API as clients see it beside single queries by POST: what they may keep, in which form it comes, batches, persisted queries,
//! and what is counted and refused of those who ask too fast.

use std::io::Read;

use actix_web::http::Method;

use super::*;

const KEPT_BODY_ITEMS: usize = 300;

fn kept_body() -> String {
    json!({ "data": "Прокуратура города Барнаула, ".repeat(KEPT_BODY_ITEMS) }).to_string()
}

/// What needs no other thread.
pub fn answered_at_once(caller: &Caller, request: &Request<'_>, forms: &Arc<Forms>) -> Option<Response> {
    let (body, keeping) = match request.query.as_ref() {
        "kept" => (kept_body(), Keeping::UntilChange),
        "pinned" => (kept_body(), Keeping::Pinned),
        "at once" => (json!({ "data": name_of(&caller.authority) }).to_string(), Keeping::UntilChange),
        "at once, with errors" => (json!({ "data": null, "errors": [] }).to_string(), Keeping::Never),
        "panic at once" => panic!("the query said so"),
        "" => (
            json!({ "data": { "hash": request.persisted_hash.map(|hash| hash[0]), "explain": request.is_explained } }).to_string(),
            Keeping::Never,
        ),
        _ => return None,
    };
    let is_kept = matches!(request.query.as_ref(), "kept" | "pinned");
    let forms = is_kept.then(|| Arc::clone(forms));
    Some(Response { body: body.into(), kind: ResponseKind::Executed, operation_name: None, keeping, forms })
}

fn by_get(query: &str) -> TestRequest {
    get(&format!("/graphql/data?query={}", query.replace(' ', "%20").replace(',', "%2C")), JSON)
}

#[actix_web::test]
async fn an_answer_by_get_may_be_kept_as_long_as_it_says() {
    let bearer = ("authorization", "Bearer register");
    let cases = [
        ("kept", "public, no-cache", "private, no-cache"),
        ("pinned", "public, max-age=3600", "private, max-age=3600"),
        ("at once, with errors", "no-store", "private, no-store"),
        ("refused", "no-store", "private, no-store"),
        ("failed", "no-store", "private, no-store"),
    ];
    for (query, anybody, somebody) in cases {
        let answered = ask(by_get(query)).await;
        assert_eq!((answered.header("cache-control"), answered.header("vary")), (anybody, keeping::VARY), "{query}");
        assert_eq!(answered.header("etag").is_empty(), anybody == "no-store", "{query}");
        let private = ask(by_get(query).insert_header(bearer)).await;
        assert_eq!(private.header("cache-control"), somebody, "{query}");
        let posted = ask(post(JSON, &json!({ "query": query }))).await;
        assert_eq!((posted.header("cache-control"), posted.header("etag")), ("no-store", ""), "{query}: a POST is not kept");
    }
}

#[actix_web::test]
async fn what_a_client_keeps_is_not_sent_again() {
    for query in ["kept", "at once"] {
        let first = ask(by_get(query)).await;
        let tag = first.header("etag").to_owned();
        assert_eq!((first.status.as_u16(), tag.len(), tag.starts_with('"')), (200, 34, true), "{tag}");
        let bare = tag.trim_matches('"');
        for same in [tag.clone(), format!("W/{tag}"), format!("\"other\", \"{bare}-br\""), "*".to_owned()] {
            for method in [Method::GET, Method::HEAD] {
                let again = ask(by_get(query).method(method).insert_header(("if-none-match", same.as_str()))).await;
                assert_eq!((again.status.as_u16(), again.body.len(), again.header("etag")), (304, 0, tag.as_str()), "{same}");
                assert_eq!((again.header("cache-control"), again.header("vary")), ("public, no-cache", keeping::VARY));
            }
        }
        for other in ["\"other\"", "", "W/\"\"", bare] {
            let again = ask(by_get(query).insert_header(("if-none-match", other))).await;
            assert_eq!((again.status.as_u16(), &again.body), (200, &first.body), "{other}");
        }
        let head = ask(by_get(query).method(Method::HEAD)).await;
        assert_eq!((head.status.as_u16(), head.header("etag")), (200, tag.as_str()));
        let posted = ask(post(JSON, &json!({ "query": query })).insert_header(("if-none-match", tag.as_str()))).await;
        assert_eq!(posted.status.as_u16(), 200, "a POST is always answered");
    }
    assert_ne!(ask(by_get("at once")).await.header("etag"), ask(by_get("kept")).await.header("etag"));
}

fn decoded(answered: &Answered) -> String {
    let mut text = String::new();
    let read = match answered.header("content-encoding") {
        "br" => brotli::Decompressor::new(&answered.body[..], 4096).read_to_string(&mut text),
        "zstd" => zstd::stream::decode_all(&answered.body[..]).and_then(|bytes| bytes.as_slice().read_to_string(&mut text)),
        "gzip" => flate2::read::GzDecoder::new(&answered.body[..]).read_to_string(&mut text),
        _ => answered.body.as_slice().read_to_string(&mut text),
    };
    read.expect("it can be decoded");
    text
}

#[actix_web::test]
async fn a_body_goes_out_in_the_form_that_the_client_likes_best() {
    let cases = [
        ("gzip, deflate, br, zstd", "br"),
        ("zstd", "zstd"),
        ("gzip", "gzip"),
        ("gzip;q=0.8, zstd;q=0.9", "zstd"),
        ("br;q=0", ""),
        ("identity", ""),
    ];
    let plain = ask(by_get("kept")).await;
    for (accepted, coding) in cases {
        let answered = ask(by_get("kept").insert_header(("accept-encoding", accepted))).await;
        assert_eq!(answered.header("content-encoding"), coding, "{accepted}");
        assert_eq!(decoded(&answered).as_bytes(), plain.body, "{accepted}");
        assert!(coding.is_empty() || answered.body.len() < plain.body.len() / 10);
        let expected = if coding.is_empty() {
            plain.header("etag").to_owned()
        } else {
            format!("{}-{coding}\"", plain.header("etag").trim_end_matches('"'))
        };
        assert_eq!(answered.header("etag"), expected, "every form has a tag of its own");
    }
    for coding in ["br", "zstd", "gzip"] {
        let long = ask(post(JSON, &json!({ "query": "long" })).insert_header(("accept-encoding", coding))).await;
        assert_eq!((long.header("content-encoding"), decoded(&long).contains("ааа")), (coding, true));
        let other = ask(get("/metrics", "*/*").insert_header(("accept-encoding", coding))).await;
        assert_eq!((other.header("content-encoding"), decoded(&other).contains("svod_uptime_seconds")), (coding, true));
    }
}

#[actix_web::test]
async fn a_batch_is_answered_operation_by_operation() {
    let batch = json!([{ "query": "at once" }, { "query": 1 }, { "query": "refused" }]);
    for accept in [JSON, GRAPHQL] {
        let answered = ask(post(accept, &batch)).await;
        assert_eq!((answered.status.as_u16(), answered.header("cache-control")), (200, "no-store"));
        assert!(answered.header("content-type").starts_with(accept));
        let answers = answered.json();
        assert_eq!(answers.as_array().map(Vec::len), Some(3));
        assert_eq!(answers[0], json!({ "data": null }));
        assert_eq!((&answers[1]["errors"][0]["extensions"]["code"], &answers[1]["data"]), (&json!("BAD_REQUEST"), &Value::Null));
        assert_eq!(answers[2], json!({ "errors": [{ "message": "no such field" }] }));
    }
    let faults = json!([{ "query": "panic at once" }, { "query": "panic" }, { "query": "at once" }]);
    let answers = ask(post(JSON, &faults)).await.json();
    let code = |at: usize| answers[at]["errors"][0]["extensions"]["code"].clone();
    assert_eq!((code(0), code(1), &answers[2]["data"]), (json!("INTERNAL"), json!("INTERNAL"), &Value::Null));
    let who =
        ask(post(JSON, &json!([{ "query": "who" }, { "query": "at once" }])).insert_header(("authorization", "Bearer register"))).await;
    assert_eq!(who.json(), json!([{ "data": "register" }, { "data": "register" }]));
    let revoked = ask(post(JSON, &batch).insert_header(("authorization", "Bearer revoked"))).await;
    assert_eq!((revoked.status.as_u16(), revoked.code().as_str()), (401, "TOKEN_REVOKED"));
    for (uri, max, body, told) in [
        ("/graphql/data", 3, json!([{}, {}, {}, {}]), "at most 3 are taken (batch_operations_max)"),
        ("/graphql/data", 3, json!([]), "the batch has no operation"),
        ("/graphql/data", 0, json!([{ "query": "a" }]), "a batch is not taken: send one request at a time"),
        ("/graphql", 0, json!([{ "query": "a" }]), "a batch is not taken: send one request at a time"),
    ] {
        let refused = ask_with(HttpSettings { batch_operations_max: max, ..settings() }, post(JSON, &body).uri(uri)).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "BAD_REQUEST"), "{body}");
        assert!(refused.text().contains(told), "{}", refused.text());
    }
}

#[actix_web::test]
async fn a_batch_of_the_management_api_goes_on_in_its_order_and_leaves_one_cookie() {
    let send = |batch: Value| ask(post(JSON, &batch).uri("/graphql"));
    let answered = send(json!([{ "query": "who" }, { "query": "signIn" }, { "query": "panic" }])).await;
    assert_eq!(answered.status.as_u16(), 200);
    let answers = answered.json();
    assert_eq!(answers[0]["data"]["who"], Value::Null);
    assert_eq!(answers[1], json!({ "data": { "signIn": null } }));
    assert_eq!(answers[2]["errors"][0]["extensions"]["code"], json!("INTERNAL"));
    assert!(answered.header("set-cookie").starts_with("svod_session=maria"));
    let signed_out = send(json!([{ "query": "signIn" }, { "query": "signOut" }])).await;
    let cookies: Vec<_> = signed_out.headers.get_all("set-cookie").collect();
    assert_eq!(cookies.len(), 1, "the last one holds");
    assert!(signed_out.header("set-cookie").contains("Max-Age=0"));
    let named = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } } });
    let refused = send(named).await;
    assert_eq!((refused.status.as_u16(), refused.code().as_str()), (400, "PERSISTED_QUERY_NOT_SUPPORTED"));
}

#[actix_web::test]
async fn a_query_may_be_named_by_its_hash_and_ask_how_it_was_answered() {
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": "ab".repeat(32) }, "explain": true });
    let expected = json!({ "hash": 0xab, "explain": true });
    assert_eq!(ask(post(JSON, &json!({ "extensions": extensions }))).await.json()["data"], expected);
    let uri = format!("/graphql/data?extensions={}", extensions.to_string().replace('"', "%22").replace('{', "%7B").replace('}', "%7D"));
    assert_eq!(ask(get(&uri, JSON)).await.json()["data"], expected);
    for accept in [JSON, GRAPHQL] {
        let mismatch = ask(post(accept, &json!({ "query": "a", "extensions": extensions }))).await;
        assert_eq!((mismatch.status.as_u16(), mismatch.code().as_str()), (400, "BAD_REQUEST"));
        assert!(mismatch.text().contains("provided sha does not match query"));
    }
}

#[actix_web::test]
async fn a_credential_that_is_known_is_not_looked_up_and_what_panics_at_once_is_told() {
    let known = ask(post(JSON, &json!({ "query": "who" })).insert_header(("authorization", "Bearer known"))).await;
    assert_eq!(known.json()["data"], json!("known"));
    let managed = ask(post(JSON, &json!({ "query": "who" })).uri("/graphql").insert_header(("authorization", "Bearer known"))).await;
    assert_eq!((managed.status.as_u16(), managed.code().as_str()), (401, "TOKEN_UNKNOWN"), "who may change something is always asked");
    let panicked = ask(post(GRAPHQL, &json!({ "query": "panic at once" }))).await;
    assert_eq!((panicked.status.as_u16(), panicked.code().as_str()), (500, "INTERNAL"));
    assert!(!panicked.text().contains("the query said so"));
}

#[actix_web::test]
async fn who_asks_too_fast_is_told_when_to_come_back_and_it_is_counted() {
    let state = web::Data::new(State::new(HttpSettings { rate: RateSettings { per_s: 1, burst: 2 }, ..settings() }, ready()));
    let application = init_service(application(state)).await;
    let call = async |request: TestRequest| read(application.call(request.to_request()).await.expect("no layer fails")).await;
    let by = |name: &str| post(JSON, &json!({ "query": "at once" })).insert_header(("authorization", format!("Bearer {name}")));
    for name in ["register", "other"] {
        assert_eq!([call(by(name)).await.status.as_u16(), call(by(name)).await.status.as_u16()], [200, 200]);
        let refused = call(by(name)).await;
        assert_eq!((refused.status.as_u16(), refused.code().as_str(), refused.header("retry-after")), (429, "RATE_LIMITED", "1"));
    }
    let from = |peer: &str| post(JSON, &json!([{ "query": "at once" }, { "query": "kept" }])).peer_addr(peer.parse().expect("an address"));
    assert_eq!(call(from("10.0.0.9:1")).await.status.as_u16(), 200);
    assert_eq!(call(from("10.0.0.9:2")).await.status.as_u16(), 429, "nobody in particular is known by their address");
    assert_eq!(call(from("10.0.0.8:1")).await.status.as_u16(), 200);
    assert_eq!(call(by("register").uri("/graphql")).await.status.as_u16(), 429);
    call(by_get("kept").insert_header(("if-none-match", "*")).insert_header(("authorization", "Bearer third"))).await;
    call(by_get("kept").insert_header(("accept-encoding", "br")).insert_header(("authorization", "Bearer third"))).await;
    let told = call(get("/metrics", "*/*")).await;
    assert!(told.header("content-type").starts_with("text/plain; version=0.0.4"));
    for line in [
        "svod_http_requests_total{route=\"/graphql/data\",method=\"POST\",status=\"2xx\"} 6",
        "svod_http_requests_total{route=\"/graphql/data\",method=\"POST\",status=\"4xx\"} 3",
        "svod_http_requests_total{route=\"/graphql\",method=\"POST\",status=\"4xx\"} 1",
        "svod_http_requests_total{route=\"/graphql/data\",method=\"GET\",status=\"3xx\"} 1",
        "svod_data_operations_total{outcome=\"cached\"} 4",
        "svod_data_operations_total{outcome=\"inline\"} 6",
        "svod_data_operations_total{outcome=\"refused\"} 3",
        "svod_requests_rate_limited_total 5",
        "svod_batch_operations_total 4",
        "svod_answers_not_modified_total 1",
        "svod_answers_compressed_total{coding=\"br\"} 1",
        "svod_data_request_duration_seconds_count 11",
        "svod_stand_in 3",
        "svod_publication 17",
        "svod_ready 1",
    ] {
        assert!(told.text().lines().any(|told| told == line), "{line} is not in\n{}", told.text());
    }
}
