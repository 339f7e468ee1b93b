//! The carrier as clients see it, over doors that stand in for the real ones.

use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web;
use serde_json::{Value, json};

use super::*;
use crate::domain::account::Authority;
use crate::domain::violation::{Violation, Violations};
use crate::query::{Begun, Caller, Forms, Keeping, Request, Response, ResponseKind, Work};

mod data;
mod export;
mod identity;
mod websocket;

const GRAPHQL: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

fn settings() -> HttpSettings {
    HttpSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        workers: 1,
        blocking_threads: 2,
        queries_in_flight_max: 3,
        connections_max: 16,
        request_body_bytes_max: 2048,
        request_head_time_ms_max: 1000,
        // Long enough for a busy machine to answer in; whoever is to be late waits until nobody does.
        request_time_ms_max: 2_000,
        keep_alive_ms: 1000,
        disconnect_time_ms_max: 1000,
        shutdown_timeout_ms: 1000,
        trusted_proxies: 0,
        is_cookie_secure: false,
        slow_request_ms: 500,
        batch_operations_max: 3,
        exports_in_flight_max: 2,
        export_stall_ms_max: 1_000,
        upload_stall_ms_max: 1_000,
        rate: RateSettings { per_s: 0, burst: 1 },
        feed: FeedStreamSettings { streams_max: 2, heartbeat_every_ms: 1_000, stall_ms_max: 1_000, wait_ms_max: 1_000 },
        websockets: WebSocketSettings { connections_max: 2, messages_waiting_max: 4, ping_every_ms: 60_000, begin_time_ms_max: 60_000 },
    }
}

/// Answers with what it was asked; some words of a query make it answer otherwise.
fn answer_like(caller: Caller, request: Request<'_>) -> Response {
    let Request { query, operation_name, variables, is_get, .. } = request;
    let variables: Value = serde_json::from_str(&variables).unwrap_or_else(|_| json!({}));
    let (kind, body) = match query.as_ref() {
        "refused" => (ResponseKind::RequestError, json!({ "errors": [{ "message": "no such field" }] })),
        "failed" => {
            (ResponseKind::Failed, json!({ "data": null, "errors": [{ "message": "fault", "extensions": { "code": "INTERNAL" } }] }))
        }
        "unavailable" => {
            (ResponseKind::Unavailable, json!({ "errors": [{ "message": "later", "extensions": { "code": "UNAVAILABLE" } }] }))
        }
        "until nobody waits" => {
            while !caller.has_left.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(1));
            }
            (ResponseKind::Executed, json!({ "data": null }))
        }
        "caller" => (ResponseKind::Executed, json!({ "data": { "id": caller.request_id.as_deref(), "waits": caller.deadline.is_some() } })),
        "who" => (ResponseKind::Executed, json!({ "data": name_of(&caller.authority) })),
        "long" => (ResponseKind::Executed, json!({ "data": "а".repeat(2000) })),
        "panic" => panic!("the query said so"),
        _ => (
            ResponseKind::Executed,
            json!({ "data": { "query": query, "operation": operation_name, "variables": variables, "get": is_get } }),
        ),
    };
    let operation_name = operation_name.map(|name| name.as_ref().into());
    Response { body: body.to_string().into(), kind, operation_name, keeping: Keeping::Never, forms: None }
}

fn data_door() -> DataDoor {
    let forms = Arc::<Forms>::default();
    DataDoor {
        begin: Box::new(move |caller, request| {
            if let Some(response) = data::answered_at_once(&caller, &request, &forms) {
                return Begun::Answered(response);
            }
            let request = request.into_owned();
            Begun::Heavy(Work::new(move || answer_like(caller, request)))
        }),
        sdl: Box::new(|authority| Ok(name_of(authority).map_or("type Query { offices: Int }", |_| "type Query { secrets: Int }").into())),
        census: Box::new(|| Census { publication: 17, dictionaries: 8 }),
        metrics: Box::new(|| vec![Measure { name: "svod_stand_in", help: "A stand-in", kind: MeasureKind::Gauge, value: 3.0 }]),
    }
}

fn name_of(authority: &Authority) -> Option<&str> {
    authority.account.as_ref().map(|account| account.name.as_str())
}

fn doors() -> Doors {
    let (data, export, import) = (data_door(), export::export_door(), import_door());
    Doors { data, export, feed: None, identity: identity::identity_door(), import, management: identity::management_door() }
}

/// Nobody may import anything here.
fn import_door() -> ImportDoor {
    let refused = || Error::forbidden("importing needs the role steward");
    ImportDoor {
        receive: Box::new(move |_, _, _, _| Err(refused())),
        inspect: Box::new(move |_, _, _, _, _| Err(refused())),
        propose_definition: Box::new(|_, _, _, _| Err(Error::not_found("nothing is proposed"))),
        inspected_bytes_max: 1024,
        find: Box::new(move |_, _| Err(refused())),
        cancel: Box::new(move |_, _| Err(refused())),
        rejected_rows: Box::new(move |_, _| Err(refused())),
    }
}

fn ready() -> Services {
    let services = Services::default();
    services.open(doors());
    services
}

struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answered {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("headers of ours are ASCII"))
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is UTF-8")
    }

    fn code(&self) -> String {
        self.json()["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned()
    }
}

async fn ask_of(services: Services, request: TestRequest) -> Answered {
    ask_both(settings(), services, request).await
}

async fn ask_with(settings: HttpSettings, request: TestRequest) -> Answered {
    ask_both(settings, ready(), request).await
}

async fn ask_both(settings: HttpSettings, services: Services, request: TestRequest) -> Answered {
    let state = web::Data::new(State::new(settings, services));
    let application = init_service(application(state)).await;
    read(application.call(request.to_request()).await.expect("no layer fails")).await
}

async fn read<B: MessageBody>(response: ServiceResponse<B>) -> Answered {
    let (status, headers) = (response.status(), response.headers().clone());
    Answered { status, headers, body: read_body(response).await.to_vec() }
}

async fn ask(request: TestRequest) -> Answered {
    ask_of(ready(), request).await
}

fn post(accept: &str, body: &Value) -> TestRequest {
    TestRequest::post().uri("/graphql/data").insert_header(("accept", accept)).set_json(body)
}

fn get(uri: &str, accept: &str) -> TestRequest {
    TestRequest::get().uri(uri).insert_header(("accept", accept))
}

#[actix_web::test]
async fn the_media_type_decides_the_status() {
    let cases = [
        ("ok", JSON, 200),
        ("ok", GRAPHQL, 200),
        ("refused", JSON, 200),
        ("refused", GRAPHQL, 400),
        ("unavailable", JSON, 503),
        ("unavailable", GRAPHQL, 503),
        ("failed", JSON, 500),
        ("failed", GRAPHQL, 500),
    ];
    for (query, accept, status) in cases {
        let answered = ask(post(accept, &json!({ "query": query }))).await;
        assert_eq!(answered.status.as_u16(), status, "{query} as {accept}");
        assert_eq!(answered.header("content-type"), format!("{accept}; charset=utf-8"));
        assert_eq!(answered.header("vary"), keeping::VARY);
        assert_eq!(answered.header("cache-control"), "no-store");
    }
}

#[actix_web::test]
async fn who_accepts_anything_gets_json_and_who_accepts_nothing_of_ours_is_told() {
    for accept in ["*/*", "application/*", ""] {
        assert_eq!(ask(post(accept, &json!({ "query": "ok" }))).await.header("content-type"), "application/json; charset=utf-8");
    }
    for request in [post("text/html", &json!({ "query": "ok" })), get("/graphql/data?query=ok", "image/png")] {
        let answered = ask(request).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (406, "NOT_ACCEPTABLE"));
    }
}

#[actix_web::test]
async fn a_post_carries_all_parameters() {
    let body = json!({ "query": "{ a }", "operationName": "A", "variables": { "on": "2020-01-01" }, "extensions": { "x": 1 } });
    let answered = ask(post(JSON, &body)).await;
    let expected = json!({ "query": "{ a }", "operation": "A", "variables": { "on": "2020-01-01" }, "get": false });
    assert_eq!(answered.json()["data"], expected);
    let nulls = json!({ "query": "{ a }", "operationName": null, "variables": null, "extensions": null });
    let answered = ask(post(GRAPHQL, &nulls)).await;
    assert_eq!(answered.json()["data"], json!({ "query": "{ a }", "operation": null, "variables": {}, "get": false }));
}

#[actix_web::test]
async fn a_get_carries_all_parameters() {
    let uri = "/graphql/data?query=%7B%20a%20%7D&operationName=A&variables=%7B%22on%22%3A%22%D0%B0%22%7D&extensions=%7B%7D";
    let answered = ask(get(uri, JSON)).await;
    let expected = json!({ "query": "{ a }", "operation": "A", "variables": { "on": "а" }, "get": true });
    assert_eq!(answered.json()["data"], expected);
    let answered = ask(get("/graphql/data?query=a&operationName=&variables=", JSON)).await;
    assert_eq!(answered.json()["data"], json!({ "query": "a", "operation": null, "variables": {}, "get": true }));
}

#[actix_web::test]
async fn wrong_parameters_are_bad_requests_in_either_media_type() {
    let mut bodies: Vec<Value> = vec![json!({}), json!({ "qeury": "a" }), json!("a"), json!({ "query": null })];
    for wrong in [json!({ "a": 1 }), json!(0), json!(false), json!(["a"])] {
        bodies.push(json!({ "query": wrong }));
        bodies.push(json!({ "query": "a", "operationName": wrong }));
    }
    for wrong in [json!("a"), json!(0), json!(false), json!(["a"])] {
        bodies.push(json!({ "query": "a", "variables": wrong }));
        bodies.push(json!({ "query": "a", "extensions": wrong }));
    }
    for body in bodies {
        for accept in [JSON, GRAPHQL] {
            let answered = ask(post(accept, &body)).await;
            assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "BAD_REQUEST"), "{body} as {accept}");
            assert!(answered.header("content-type").starts_with(accept));
        }
    }
    for query_string in
        ["", "?variables={}", "?query=", "?query=a&variables=a", "?query=a&variables=[]", "?query=a&extensions=1", "?query=a&query=b"]
    {
        let answered = ask(get(&format!("/graphql/data{query_string}"), GRAPHQL)).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (400, "BAD_REQUEST"), "{query_string}");
    }
}

#[actix_web::test]
async fn a_body_must_be_json_in_utf_8_and_not_too_long() {
    let send = |content_type: &'static str, body: &'static [u8]| {
        let request = TestRequest::post().uri("/graphql/data").insert_header(("content-type", content_type));
        ask(request.set_payload(body))
    };
    let good = br#"{"query":"a"}"#;
    assert_eq!(send("application/json; charset=UTF-8", good).await.status, 200);
    let cases: [(&'static str, &'static [u8], u16, &str); 8] = [
        ("text/plain", good, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/x-www-form-urlencoded", b"query=a", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json; charset=windows-1251", good, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("nonsense", good, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("application/json", b"", 400, "BAD_REQUEST"),
        ("application/json", b"{ \"not a JSON", 400, "BAD_REQUEST"),
        ("application/json", b"{\"query\":\"\xff\"}", 400, "BAD_REQUEST"),
        ("application/json", &[b' '; 3000], 413, "TOO_LARGE"),
    ];
    for (content_type, body, status, code) in cases {
        let answered = send(content_type, body).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str()), (status, code), "{content_type} {}", body.escape_ascii());
    }
    let without_type = TestRequest::post().uri("/graphql/data").set_payload(&good[..]);
    let answered = ask(without_type).await;
    assert_eq!((answered.status.as_u16(), answered.header("accept-post")), (415, "application/json"));
    let compressed = post(JSON, &json!({ "query": "a" })).insert_header(("content-encoding", "gzip"));
    assert_eq!(ask(compressed).await.status, 415);
}

#[actix_web::test]
async fn what_takes_too_long_is_given_up_and_what_panics_is_told() {
    let answered = ask(post(GRAPHQL, &json!({ "query": "until nobody waits" }))).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str(), answered.header("retry-after")), (503, "TIME_LIMIT", "1"));
    let answered = ask(post(GRAPHQL, &json!({ "query": "panic" }))).await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str()), (500, "INTERNAL"));
    assert!(!answered.text().contains("the query said so"));
}

#[actix_web::test]
async fn before_the_catalogue_is_loaded_queries_are_asked_to_come_back() {
    for request in [post(GRAPHQL, &json!({ "query": "a" })), get("/graphql/data?query=a", JSON), get("/graphql/data/schema.graphql", "*/*")]
    {
        let answered = ask_of(Services::default(), request).await;
        assert_eq!((answered.status.as_u16(), answered.code().as_str(), answered.header("retry-after")), (503, "NOT_READY", "1"));
    }
    assert_eq!(ask_of(Services::default(), get("/", "text/html")).await.status, 200);
}

#[actix_web::test]
async fn health_says_whether_it_lives_and_whether_it_can_answer() {
    let live = ask_of(Services::default(), get("/health/live", "*/*")).await;
    assert_eq!((live.status.as_u16(), live.json()), (200, json!({ "status": "live" })));
    let services = Services::default();
    let starting = ask_of(services.clone(), get("/health/ready", "*/*")).await;
    assert_eq!((starting.status.as_u16(), &starting.json()["status"]), (503, &json!("starting")));
    services.open(doors());
    let ready = ask_of(services.clone(), get("/health/ready", "*/*")).await;
    assert_eq!((ready.status.as_u16(), ready.json()), (200, json!({ "status": "ready", "publication": 17, "dictionaries": 8 })));
    services.readiness.set_degraded("the database does not answer");
    let degraded = ask_of(services.clone(), get("/health/ready", "*/*")).await;
    let expected = json!({ "status": "degraded", "reason": "the database does not answer", "publication": 17, "dictionaries": 8 });
    assert_eq!((degraded.status.as_u16(), degraded.json()), (503, expected));
    assert_eq!(ask_of(services, post(JSON, &json!({ "query": "a" }))).await.status, 200, "reads go on");
}

#[actix_web::test]
async fn a_browser_gets_pages() {
    let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";
    let console = ["/", "/dictionaries", "/dictionaries/offices/items/382737917?on=2026-12-01", "/sign-in", "/requests/17"];
    for (uri, part) in console.map(|uri| (uri, "lang=\"ru\"")).into_iter().chain([("/graphql/data?query=a", "id=\"graphiql\"")]) {
        let page = ask(get(uri, browser)).await;
        assert_eq!((page.status.as_u16(), page.header("content-type")), (200, "text/html; charset=utf-8"), "{uri}");
        assert!(page.text().contains(part), "{uri}");
    }
    let missing = ask(get("/no%3Cwhere%3E", browser)).await;
    assert_eq!((missing.status.as_u16(), missing.header("content-type")), (404, "text/html; charset=utf-8"));
    assert!(missing.text().contains("there is nothing at /no") && !missing.text().contains("<where>"));
}

#[actix_web::test]
async fn a_kept_page_is_not_sent_again() {
    for uri in ["/assets/graphiql.css", "/assets/graphiql.js", "/assets/licenses.txt"] {
        let first = ask(get(uri, "*/*")).await;
        let tag = first.header("etag").to_owned();
        let second = ask(get(uri, "*/*").insert_header(("if-none-match", tag.as_str()))).await;
        assert_eq!((second.status.as_u16(), second.body.len(), second.header("etag")), (304, 0, tag.as_str()), "{uri}");
        let other = ask(get(uri, "*/*").insert_header(("if-none-match", "\"other\""))).await;
        assert_eq!((other.status.as_u16(), other.body), (200, first.body));
    }
}

#[actix_web::test]
async fn long_answers_are_compressed_once_and_short_ones_never() {
    let gzip = |request: TestRequest| ask(request.insert_header(("accept-encoding", "gzip, br")));
    let long = gzip(post(JSON, &json!({ "query": "long" }))).await;
    assert_eq!(long.header("content-encoding"), "gzip");
    assert!(long.body.len() < 200, "{}", long.body.len());
    let short = gzip(post(JSON, &json!({ "query": "a" }))).await;
    assert_eq!((short.header("content-encoding"), short.json()["data"]["query"].as_str()), ("", Some("a")));
    assert_eq!(ask(post(JSON, &json!({ "query": "long" }))).await.header("content-encoding"), "");
    for (uri, file) in [
        ("/assets/graphiql.js", &include_bytes!("../../../console/graphiql/dist/graphiql.js.gz")[..]),
        ("/assets/graphiql.css", &include_bytes!("../../../console/graphiql/dist/graphiql.css.gz")[..]),
    ] {
        let asset = gzip(get(uri, "*/*")).await;
        assert_eq!((asset.header("content-encoding"), asset.body.as_slice()), ("gzip", file), "{uri}");
    }
}

#[actix_web::test]
async fn every_answer_names_its_request_and_is_safe_in_a_browser() {
    for uri in ["/nowhere", "/health/live", "/graphql/data", "/assets/graphiql.css", "/graphql", "/", "/metrics"] {
        let answered = ask(get(uri, "application/json").insert_header(("x-request-id", "job-17"))).await;
        assert_eq!(answered.header("x-request-id"), "job-17");
        assert_eq!(answered.header("x-content-type-options"), "nosniff");
        let is_page = answered.header("content-type").starts_with("text/html");
        assert!(is_page || answered.header("content-security-policy").is_empty(), "{uri}: a policy is for what a browser shows");
        let page = ask(get(uri, "text/html").insert_header(("x-request-id", "job-17"))).await;
        if page.header("content-type").starts_with("text/html") {
            assert_eq!((page.header("x-request-id"), page.header("x-content-type-options")), ("job-17", "nosniff"));
            assert_eq!(page.header("referrer-policy"), "no-referrer");
            assert!(page.header("content-security-policy").starts_with("default-src 'none'; script-src 'self'"));
        }
    }
    for query in ["failed", "panic"] {
        let answered = ask(post(JSON, &json!({ "query": query })).insert_header(("x-request-id", "job-18"))).await;
        assert_eq!(answered.json()["errors"][0]["extensions"], json!({ "code": "INTERNAL", "requestId": "job-18" }));
    }
    assert_eq!(ask(get("/", "*/*").insert_header(("x-request-id", "a\tb"))).await.header("x-request-id").len(), 29);
}

#[actix_web::test]
async fn other_methods_and_addresses_are_refused() {
    let unknown = ask(get("/graphql/nowhere", "*/*")).await;
    assert_eq!((unknown.status.as_u16(), unknown.code().as_str()), (404, "NOT_FOUND"));
    for (uri, allowed) in [("/graphql/data", "GET, HEAD, POST"), ("/health/live", "GET, HEAD"), ("/", "GET, HEAD")] {
        let refused = ask(TestRequest::delete().uri(uri)).await;
        assert_eq!(
            (refused.status.as_u16(), refused.code().as_str(), refused.header("allow")),
            (405, "METHOD_NOT_ALLOWED", allowed),
            "{uri}"
        );
    }
}

#[actix_web::test]
async fn every_route_of_the_table_answers_by_its_methods() {
    for route in routes::ROUTES {
        for method in route.methods {
            let answered = ask(TestRequest::default().method(method.clone()).uri(&export::address(route.path))).await;
            assert!(![404, 405].contains(&answered.status.as_u16()), "{method} {}", route.path);
        }
    }
    let schema = ask(get("/graphql/data/schema.graphql", "*/*")).await;
    assert_eq!((schema.text(), schema.header("content-type")), ("type Query { offices: Int }", "text/plain; charset=utf-8"));
}

#[test]
fn every_error_has_its_status_and_tells_no_secret() {
    let mut violations = Violations::new(1);
    for code in ["required", "unique"] {
        violations.push(Violation::new("offices", code, "is wrong").of_item("1"));
    }
    let cases = [
        (Error::Invalid(violations), 422, "REQUIRED"),
        (Error::not_found("there is no dictionary x"), 404, "NOT_FOUND"),
        (Error::refused("publication_unknown", "there is no publication 9"), 409, "PUBLICATION_UNKNOWN"),
        (Error::Operator("the database /secret is locked".to_owned()), 503, "UNAVAILABLE"),
        (Error::internal("secret"), 500, "INTERNAL"),
    ];
    let id = observation::RequestId::of(&TestRequest::default().to_request());
    for (error, status, code) in cases {
        let told = errors::Problem::of_error(error, &id);
        let response = told.respond(negotiation::Media::Json, &id);
        let body = response.into_body().try_into_bytes().expect("the body is whole");
        let body = String::from_utf8_lossy(&body).into_owned();
        assert_eq!(told.status.as_u16(), status);
        assert!(body.contains(code) && body.contains(id.as_str()) && !body.contains("secret"), "{body}");
    }
}

#[test]
fn a_taken_port_is_told_and_a_failed_preparation_stops_the_server() {
    let server = bind(settings(), Services::default()).map_err(|error| error.to_string()).expect("a free port is free");
    let taken = server.addresses()[0];
    assert_ne!(taken.port(), 0);
    let refused = bind(HttpSettings { listen: taken, ..settings() }, Services::default()).err().map(|error| error.to_string());
    assert_eq!(refused, Some(format!("the address {taken} is taken by another program: choose another with --listen")));
    let outcome = server.run(|| Err(Error::Operator("the file is not a database".to_owned())));
    assert_eq!(outcome.map_err(|error| error.to_string()), Err("the file is not a database".to_owned()));
}

#[actix_web::test]
async fn what_cannot_be_read_now_may_be_asked_again_later() {
    let answered = ask(post(GRAPHQL, &json!({ "query": "unavailable" })).insert_header(("x-request-id", "job-19"))).await;
    assert_eq!((answered.status.as_u16(), answered.header("retry-after")), (503, "1"));
    assert_eq!(answered.json()["errors"][0]["extensions"], json!({ "code": "UNAVAILABLE", "requestId": "job-19" }));
    let answered = ask(post(GRAPHQL, &json!({ "query": "caller" })).insert_header(("x-request-id", "job-20"))).await;
    assert_eq!(answered.json()["data"], json!({ "id": "job-20", "waits": true }));
}

#[actix_web::test]
async fn queries_beyond_the_limit_are_refused_at_once_and_those_left_alone_end() {
    let state = web::Data::new(State::new(settings(), ready()));
    let in_flight = Arc::clone(&state.in_flight);
    let application = init_service(application(state)).await;
    let call = |query: &str| application.call(post(JSON, &json!({ "query": query })).to_request());
    let [a, b, c] = std::array::from_fn(|_| Box::pin(call("until nobody waits")));
    let mut waiting = [a, b, c];
    let refused = async {
        while in_flight.load(Ordering::Relaxed) < 3 {
            rt::time::sleep(Duration::from_millis(1)).await;
        }
        read(call("a").await.expect("no layer fails")).await
    };
    let mut refused = Box::pin(refused);
    let answered = poll_fn(|context| {
        for one in &mut waiting {
            assert!(one.as_mut().poll(context).is_pending(), "it waits until it is given up");
        }
        refused.as_mut().poll(context)
    });
    let answered = answered.await;
    assert_eq!((answered.status.as_u16(), answered.code().as_str(), answered.header("retry-after")), (503, "OVERLOADED", "1"));
    assert!(answered.text().contains("3 queries") && answered.text().contains("query_in_flight_max"));
    drop(waiting);
    while in_flight.load(Ordering::Relaxed) > 0 {
        rt::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(read(call("a").await.expect("no layer fails")).await.status, 200);
}
