//! The server as people run it: what it answers, how it follows the publications of others, how it stops, and why it cannot start.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use svod::domain::change_request::RequestId;

use crate::binary::{Server, complained, defined, root, run, said, svod, write};
use crate::change_request::person;
use crate::harness::Database;
use crate::publication::{OFFICES, REGIONS};

on_both_engines!(
    a_newcomer_asks_the_register_of_offices,
    a_publication_of_another_process_reaches_readers,
    a_publication_reaches_every_node,
    a_request_under_way_finishes_when_told_to_stop,
);

/// The query of the README, which a newcomer pastes.
pub fn readme_query() -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```graphql\n").nth(1).expect("the README has a query to paste");
    block.split("```").next().unwrap().to_owned()
}

fn a_newcomer_asks_the_register_of_offices(database: Database) {
    let mut server = Server::start(&database);
    let answer = server.post(&readme_query());
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let offices = &answer["data"]["offices"];
    assert_eq!(offices["totalCount"], 77);
    let barnaul = offices["nodes"].as_array().unwrap().iter().find(|office| office["code"] == "382737917").expect("an office of Barnaul");
    assert_eq!(barnaul["parent"]["code"], "359971335");
    assert_eq!(barnaul["kind"]["name"], "Городская районная прокуратура");
    assert_eq!(server.get("/health/live").0, 200);
    assert_eq!(server.get("/health/ready").0, 200);
    let (status, sdl) = server.get("/graphql/data/schema.graphql");
    assert_eq!((status, sdl), (200, std::fs::read_to_string(root().join("graphql/data.graphql")).unwrap()));
    server.terminate();
    assert!(server.wait().success(), "a stop that was asked for is no failure");
}

fn a_publication_of_another_process_reaches_readers(database: Database) {
    let server = Server::start(&database);
    let ask = || server.post("{ region(code: \"01\", validOn: \"2030-01-01\") { name } publication { number } }");
    assert_eq!(ask()["data"]["publication"]["number"], 1);
    write(&database, "new.csv", "code,name\n01,Алтайский край (новое имя)\n");
    let refused = run(&database, &["import", "regions", "new.csv", "--on", "2029-01-01", "--publish"]);
    assert!(complained(&refused).contains("this needs approval before it is published: 1 more approver of regions"), "{refused:?}");
    let submitted = run(&database, &["import", "regions", "new.csv", "--on", "2029-01-01", "--submit"]);
    assert!(said(&submitted).contains("change request 2 is sent to review"), "{submitted:?}");
    let instance = database.open();
    let requests = &instance.svod.change_requests;
    let anna = person(&database, &instance, 13, "anna", &[("approver", "")]);
    let approved = requests.approve_change_request(&anna, RequestId(2), 2, "").unwrap();
    requests.publish_change_request(&anna, RequestId(2), approved.revision).unwrap();
    server.wait_for_publication(2);
    assert_eq!(ask()["data"]["region"]["name"], "Алтайский край (новое имя)");
}

fn a_publication_reaches_every_node(database: Database) {
    defined(&database);
    let nodes = [Server::start(&database), Server::start(&database)];
    let names = || {
        nodes
            .each_ref()
            .map(|node| node.post("{ office(code: \"2\", validOn: \"2030-01-01\") { name } }")["data"]["office"]["name"].clone())
    };
    assert_eq!(names(), ["Районная", "Районная"]);
    write(&database, "new.csv", "code,name\n2,Районная новая\n");
    let imported = run(&database, &["import", "offices", "new.csv", "--on", "2029-01-01", "--publish"]);
    assert!(imported.status.success(), "{}", complained(&imported));
    for node in &nodes {
        node.wait_for_publication(2);
    }
    assert_eq!(names(), ["Районная новая", "Районная новая"]);
}

/// The request has its head and half of its body with the server when the signal comes; the rest follows when the server has
/// begun to stop, which shows by its port.
fn a_request_under_way_finishes_when_told_to_stop(database: Database) {
    defined(&database);
    let mut server = Server::start_with(&database, &["--shutdown-timeout-ms", "60000", "--request-time-ms-max", "60000"]);
    let body = r#"{"query":"{ office(code: \"2\") { name } }"}"#;
    let (first, rest) = body.split_at(body.len() / 2);
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let (address, length) = (&server.address, body.len());
    let head = format!(
        "POST /graphql/data HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Expect: 100-continue\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    answer.read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n", "the server has the head");
    stream.write_all(first.as_bytes()).unwrap();

    server.terminate();
    server.wait_until_it_listens_no_more();
    stream.write_all(rest.as_bytes()).unwrap();
    let mut rest = String::new();
    answer.read_to_string(&mut rest).unwrap();
    assert!(rest.trim_start().starts_with("HTTP/1.1 200 OK"), "{rest}\n{}", server.log());
    assert!(rest.ends_with(r#"{"data":{"office":{"name":"Районная"}}}"#), "{rest}");
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
}

#[test]
fn one_clear_line_when_it_cannot_start() {
    let database = Database::sqlite();
    let is_told = |refused: std::process::Output, expected: &str| {
        let complaint = complained(&refused);
        assert_eq!(refused.status.code(), Some(1), "{complaint}");
        assert!(complaint.contains(expected), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    };
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    is_told(run(&database, &["serve", "--listen", &address]), &format!("the address {address} is taken by another program"));

    let demo = ["serve", "--demo", "--listen", "0.0.0.0:0"];
    is_told(run(&database, &demo), "--demo makes accounts whose passwords it prints, so it listens on 127.0.0.1 or [::1] only");

    write(&database, "svod.db", "This is a letter and not a database, whatever its name says. It is long enough to have a header.");
    is_told(run(&database, &["serve", "--listen", "127.0.0.1:0"]), "cannot be opened: the file is not a database of SQLite");

    let foreign = svod(&database, &["migrate"]).env("SVOD_DATABASE_URL", "mysql://root@localhost/svod").output().unwrap();
    let complaint = complained(&foreign);
    assert!(complaint.contains("neither sqlite:PATH nor postgres://"), "{complaint}");
}

#[test]
fn what_is_not_public_is_not_there_and_a_bad_credential_is_refused() {
    let database = Database::sqlite();
    write(&database, "d/regions/dictionary.toml", REGIONS);
    write(&database, "d/regions/items.csv", "code,name\n01,Алтайский край\n");
    write(&database, "d/offices/dictionary.toml", OFFICES.replace("\"public\"", "\"restricted\""));
    write(&database, "d/offices/items.csv", "code,name,region\n1,Тайная,01\n");
    let applied = run(&database, &["dictionary", "apply", "d", "--publish"]);
    assert!(applied.status.success(), "{}", complained(&applied));
    let server = Server::start(&database);
    let found = server.post("{ dictionaries { code } publication { editions { dictionary } } regions { totalCount } }");
    let expected = serde_json::json!({
        "dictionaries": [{ "code": "regions" }],
        "publication": { "editions": [{ "dictionary": "regions" }] },
        "regions": { "totalCount": 1 },
    });
    assert_eq!(found["data"], expected);
    assert_eq!(server.post("{ offices { totalCount } }")["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    let (_, schema) = server.get("/graphql/data/schema.graphql");
    assert!(schema.contains("type Region {") && !schema.contains("ffice"), "{schema}");
    let (_, health) = server.get("/health/ready");
    assert!(health.contains("\"dictionaries\":1"), "{health}");

    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for path in ["/graphql/data?query=%7B__typename%7D", "/graphql?query=%7B__typename%7D", "/graphql/data/schema.graphql"] {
        for (header, value) in [("authorization", "Bearer nobody-knows-this"), ("cookie", "svod_session=nobody-knows-this")] {
            let answered = agent.get(format!("http://{}{path}", server.address)).header(header, value).call().unwrap();
            assert_eq!(answered.status().as_u16(), 401, "{path} by {header}");
            assert_eq!(answered.headers()["www-authenticate"], "Bearer");
            assert_eq!(answered.headers().contains_key("set-cookie"), header == "cookie");
        }
    }
}

#[test]
fn a_locked_database_is_named() {
    use diesel::connection::SimpleConnection;
    let database = Database::sqlite();
    drop(database.open());
    let path = database.url.strip_prefix("sqlite:").unwrap().to_owned();
    let mut holder = <diesel::SqliteConnection as diesel::Connection>::establish(&path).unwrap();
    holder.batch_execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    for arguments in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = svod(&database, arguments).env("SVOD_DATABASE_BUSY_TIMEOUT_MS", "100").output().unwrap();
        let complaint = complained(&refused);
        assert_eq!(refused.status.code(), Some(1), "{arguments:?}: {complaint}");
        assert!(complaint.contains(&format!("the database {path} cannot be opened: another program holds it locked")), "{complaint}");
        assert_eq!(complaint.lines().count(), 1, "{arguments:?}: {complaint}");
    }
}

#[test]
fn the_log_is_json_lines_where_there_is_no_terminal() {
    let database = Database::sqlite();
    defined(&database);
    // What is answered soon is only counted, unless nothing is soon enough; what is refused always has its line.
    for (slow_ms, query, lines) in
        [("0", "query+Ask%7B__typename%7D", 1), ("60000", "query+Ask%7B__typename%7D", 0), ("60000", "query+Ask%7Bno%7D", 1)]
    {
        let mut server = Server::start_with(&database, &["--slow-request-ms", slow_ms]);
        let request = ureq::get(format!("http://{}/graphql/data?operationName=Ask&query={query}", server.address))
            .header("X-Request-Id", "mine-1")
            .call()
            .unwrap();
        assert_eq!(request.headers()["x-request-id"], "mine-1");
        server.terminate();
        assert!(server.wait().success());
        let log = server.log();
        let of_request: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
            .filter(|line| line.to_string().contains("mine-1"))
            .collect();
        assert_eq!(of_request.len(), lines, "{slow_ms} {query}: {log}");
        let line = of_request.iter().map(Value::to_string).next();
        assert!(line.is_none_or(|line| line.contains("/graphql/data") && line.contains("Ask") && line.contains("duration_ms")));
    }
}
