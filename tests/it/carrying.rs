//! The real server towards clients that name queries by hash, send batches, are slow, or send nonsense: each gets what is due, and
//! nobody else is held up. Nothing here touches SQL of its own, so one engine is enough.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::binary::{Server, complained, defined, run, write};
use crate::harness::Database;

const QUERY: &str = "{ publication { number } }";

fn hash_of(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn named(text: Option<&str>, hash: &str) -> Value {
    let mut body = json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
    if let Some(text) = text {
        body["query"] = json!(text);
    }
    body
}

fn post(server: &Server, path: &str, body: &Value) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.post(format!("http://{}{path}", server.address)).send_json(body).unwrap();
    (response.status().as_u16(), response.body_mut().read_json().unwrap())
}

#[test]
fn persisted_queries_and_batches_go_through_the_real_server() {
    let database = Database::sqlite();
    defined(&database);
    let server = Server::start(&database);
    let ask = |body: &Value| post(&server, "/graphql/data", body);
    let hash = hash_of(QUERY);
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
    let (status, unknown) = ask(&named(None, &hash));
    assert_eq!(
        (status, code(&unknown), &unknown["errors"][0]["message"]),
        (200, json!("PERSISTED_QUERY_NOT_FOUND"), &json!("PersistedQueryNotFound"))
    );
    assert_eq!(ask(&named(Some(QUERY), &hash_of("{ other }"))).0, 400);
    assert_eq!(ask(&named(Some(QUERY), &hash)).1["data"]["publication"]["number"], 1);
    assert_eq!(ask(&named(None, &hash)).1["data"]["publication"]["number"], 1);
    let extensions = named(None, &hash)["extensions"].to_string().replace('"', "%22").replace('{', "%7B").replace('}', "%7D");
    let (status, by_get) = server.get(&format!("/graphql/data?extensions={extensions}"));
    assert!(status == 200 && by_get.contains("\"number\":1"), "{status} {by_get}");

    let (status, answers) = ask(&json!([{ "query": QUERY }, { "query": "{ nothing }" }, named(None, &hash)]));
    assert_eq!(
        (status, &answers[0]["data"]["publication"]["number"], &answers[2]["data"]["publication"]["number"]),
        (200, &json!(1), &json!(1))
    );
    assert_eq!(code(&answers[1]), "GRAPHQL_VALIDATION_FAILED");
    let (status, answers) = post(&server, "/graphql", &json!([{ "query": "{ __typename }" }, { "query": "{ nothing }" }]));
    assert_eq!((status, &answers[0]["data"]["__typename"]), (200, &json!("Query")));
    assert_eq!(code(&answers[1]), "GRAPHQL_VALIDATION_FAILED");
}

#[test]
fn a_server_of_registered_operations_answers_no_others_and_names_what_is_wrong_with_their_file() {
    let database = Database::sqlite();
    defined(&database);
    write(&database, "operations.json", json!({ hash_of(QUERY): QUERY }).to_string());
    let server = Server::start_with(&database, &["--registered-operations", "operations.json", "--registered-only"]);
    let ask = |body: &Value| post(&server, "/graphql/data", body).1;
    for good in [json!({ "query": QUERY }), named(None, &hash_of(QUERY))] {
        assert_eq!(ask(&good)["data"]["publication"]["number"], 1, "{good}");
    }
    for bad in [json!({ "query": "{ __typename }" }), named(None, &hash_of("{ a }")), named(Some("{ a }"), &hash_of("{ a }"))] {
        assert_eq!(ask(&bad)["errors"][0]["extensions"]["code"], "OPERATION_NOT_REGISTERED", "{bad}");
    }
    write(&database, "wrong.json", json!({ "0".repeat(64): QUERY, "broken": "{ a(" }).to_string());
    for (arguments, told) in [
        (
            &["serve", "--registered-operations", "wrong.json"][..],
            ["000\": the key is not the SHA-256", "\"broken\": the text is not GraphQL"],
        ),
        (&["serve", "--registered-operations", "missing.json"], ["missing.json cannot be read", ""]),
        (&["serve", "--registered-only"], ["--registered-operations FILE", ""]),
    ] {
        let refused = run(&database, arguments);
        let complaint = complained(&refused);
        assert!(refused.status.code() == Some(1) && told.iter().all(|told| complaint.contains(told)), "{complaint}");
    }
}

const TIME_MAX_MS: u64 = 1500;

fn patient_server(database: &Database) -> Server {
    let times = ["--request-head-time-ms-max", "1500", "--request-time-ms-max", "1500", "--keep-alive-ms", "60000"];
    Server::start_with(database, &[&times[..], &["--workers", "1", "--request-body-bytes-max", "4096"]].concat())
}

/// Sends a part of a request and then nothing; gives what comes back until the server closes, and after how long.
fn half_sent(server: &Server, part: &str) -> (String, Duration) {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let began = Instant::now();
    stream.write_all(part.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut answer = Vec::new();
    // A server that resets the connection has ended it too.
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), began.elapsed())
}

fn head(length: usize) -> String {
    format!(
        "POST /graphql/data HTTP/1.1\r\nhost: svod\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
}

#[test]
fn half_sent_requests_are_given_up_in_time_and_hold_nobody_up() {
    let database = Database::sqlite();
    defined(&database);
    let server = patient_server(&database);
    let waiting = Duration::from_millis(TIME_MAX_MS * 2 / 3)..Duration::from_millis(TIME_MAX_MS * 6);
    std::thread::scope(|scope| {
        let half_heads: Vec<_> = (0..20).map(|_| scope.spawn(|| half_sent(&server, "POST /graphql/data HTTP/1.1\r\nhost: sv"))).collect();
        let half_bodies: Vec<_> = (0..20).map(|_| scope.spawn(|| half_sent(&server, &format!("{}{{\"query\":", head(200))))).collect();
        let drips = scope.spawn(|| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.write_all(head(1000).as_bytes()).unwrap();
            let began = Instant::now();
            // A byte now and then does not keep a request alive.
            while began.elapsed() < Duration::from_millis(TIME_MAX_MS * 6) && stream.write_all(b" ").is_ok() {
                std::thread::sleep(Duration::from_millis(100));
            }
            let mut answer = String::new();
            let _ = stream.read_to_string(&mut answer);
            (answer, began.elapsed())
        });
        let began = Instant::now();
        for _ in 0..20 {
            assert_eq!(server.post(QUERY)["data"]["publication"]["number"], 1);
        }
        assert!(began.elapsed() < Duration::from_millis(TIME_MAX_MS), "others were held up: {:?}", began.elapsed());
        for half in half_heads {
            let (answer, after) = half.join().unwrap();
            assert!(waiting.contains(&after), "{after:?}: {answer}");
            assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
        }
        for half in half_bodies {
            let (answer, after) = half.join().unwrap();
            assert!(waiting.contains(&after), "{after:?}: {answer}");
            assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
        }
        let (answer, _) = drips.join().unwrap();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    });
    let metrics = server.get("/metrics").1;
    assert!(metrics.contains("route=\"/graphql/data\",method=\"POST\",status=\"4xx\"} 21"), "{metrics}");
}

#[test]
fn bodies_may_come_in_pieces_and_not_be_too_long_however_they_are_sent() {
    let database = Database::sqlite();
    defined(&database);
    let server = patient_server(&database);
    let body = json!({ "query": QUERY }).to_string();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.write_all(head(body.len()).as_bytes()).unwrap();
    for piece in body.as_bytes().chunks(7) {
        stream.write_all(piece).unwrap();
        stream.flush().unwrap();
        std::thread::sleep(Duration::from_millis(5));
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"number\":1"), "{answer}");

    let chunked = "POST /graphql/data HTTP/1.1\r\nhost: svod\r\ncontent-type: application/json\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let good = format!("{chunked}{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let announced = head(1 << 30);
    let endless = format!("{chunked}{}", format!("400\r\n{}\r\n", " ".repeat(1024)).repeat(5));
    for (sent, status, part) in [(&good, "200", "\"number\":1"), (&announced, "413", "TOO_LARGE"), (&endless, "413", "TOO_LARGE")] {
        let (answer, after) = half_sent(&server, sent);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")) && answer.contains(part), "{answer}");
        assert!(after < Duration::from_millis(TIME_MAX_MS), "{after:?}");
    }
    let mut broken_off = TcpStream::connect(&server.address).unwrap();
    broken_off.write_all(format!("{}{{", head(100)).as_bytes()).unwrap();
    broken_off.shutdown(Shutdown::Both).unwrap();
    assert_eq!(server.post(QUERY)["data"]["publication"]["number"], 1);
}

#[test]
fn somebody_who_reads_slowly_holds_nobody_up() {
    let database = Database::sqlite();
    defined(&database);
    let server = patient_server(&database);
    let mut slow = TcpStream::connect(&server.address).unwrap();
    let body = json!({ "query": "{ __schema { types { name fields { name type { name ofType { name } } } } } }" }).to_string();
    let request = head(body.len()).replace("connection: close\r\n", "") + &body;
    // Far more than what the sockets hold is asked for, and nothing of it is read.
    slow.set_write_timeout(Some(Duration::from_millis(200))).unwrap();
    for _ in 0..2000 {
        if slow.write_all(request.as_bytes()).is_err() {
            break;
        }
    }
    let began = Instant::now();
    for _ in 0..20 {
        assert_eq!(server.post(QUERY)["data"]["publication"]["number"], 1);
    }
    assert!(began.elapsed() < Duration::from_millis(TIME_MAX_MS), "others were held up: {:?}", began.elapsed());
}
