//! The walkthrough of the README, run as it stands there by a shell against a demo: its commands are the test.

use std::process::Command;

use diesel::{Connection as _, RunQueryDsl as _};
use serde_json::{Value, json};

use crate::binary::{Server, root};
use crate::harness::Database;

on_both_engines!(the_readme_walks_a_change_from_draft_to_undo, the_readme_follows_the_feed);

/// The shell blocks of the chapter, as one script.
fn script(chapter: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let chapter = readme.split(chapter).nth(1).expect("the README has the walkthrough");
    let chapter = chapter.split("\n## ").next().unwrap();
    chapter.split("```sh\n").skip(1).map(|block| block.split("```").next().unwrap()).collect()
}

/// What the commands print, a line each.
fn walk(server: &Server, folder: &std::path::Path) -> Vec<Value> {
    let script = script("## Change the register together").replace("127.0.0.1:8080", &server.address);
    let password = |name: &str| server.password(name);
    let output = Command::new("bash")
        .args(["-euo", "pipefail", "-c", &script])
        .env("STEWARD", password("steward"))
        .env("APPROVER", password("approver"))
        .current_dir(folder)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect()
}

fn the_readme_walks_a_change_from_draft_to_undo(database: Database) {
    let server = Server::start_with(&database, &["--demo"]);
    let said = walk(&server, database.folder());
    let of = |answer: &Value, mutation: &str| answer["data"][mutation].clone();
    let no_errors = json!([]);
    let refused = 10;
    for (at, answer) in said.iter().enumerate() {
        assert_eq!(answer.get("errors"), None, "{at}: {answer}");
        let data = answer["data"].as_object().unwrap();
        let errors = data.values().next().and_then(|payload| payload.get("errors"));
        assert!(at == refused || errors.is_none_or(|errors| *errors == no_errors), "{at}: {answer}");
    }
    assert_eq!(of(&said[2], "createChangeRequest")["changeRequest"], json!({ "id": "2", "revision": 1 }));
    assert_eq!(of(&said[5], "addItem")["changeRequest"]["validation"], json!({ "isValid": true, "violations": [] }));
    let states = [(6, "submitChangeRequest", "IN_REVIEW"), (7, "returnChangeRequest", "RETURNED"), (9, "submitChangeRequest", "IN_REVIEW")];
    for (at, mutation, state) in states {
        assert_eq!(of(&said[at], mutation)["changeRequest"]["state"], state, "{at}");
    }
    assert_eq!(of(&said[10], "approveChangeRequest")["errors"][0]["code"], "FOUR_EYES");
    assert_eq!(of(&said[11], "approveChangeRequest")["changeRequest"], json!({ "state": "APPROVED", "revision": 9 }));
    assert_eq!(of(&said[12], "publishChangeRequest")["publication"], json!({ "number": 2 }));
    let read = &said[13]["data"];
    let office = json!({ "name": "Прокуратура Индустриального района г. Барнаула Алтайского края" });
    assert_eq!([&read["before"], &read["after"], &read["believed"]], [&office, &Value::Null, &office]);
    assert_eq!(read["united"]["name"], "Объединённая прокуратура районов г. Барнаула");
    assert_eq!(read["branch"], json!({ "name": "Legislation on waste", "parent": { "code": "3.1" } }));
    let successor = json!([{ "code": "382735776", "name": "Объединённая прокуратура районов г. Барнаула" }]);
    assert_eq!(of(&said[14], "resolve")["items"], successor);
    let undone = of(&said[15], "undoPublication");
    assert_eq!(
        (&undone["changeRequest"]["id"], &undone["changeRequest"]["state"], &undone["kept"]),
        (&json!("3"), &json!("DRAFT"), &no_errors)
    );
}

fn the_readme_follows_the_feed(database: Database) {
    let server = Server::start_with(&database, &["--demo"]);
    let script = script("## Follow the changes").replace("127.0.0.1:8080", &server.address);
    let script = format!("svod() {{ {} \"$@\"; }}\n{script}", env!("CARGO_BIN_EXE_svod"));
    let output = Command::new("bash").args(["-euo", "pipefail", "-c", &script]).current_dir(database.folder()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.starts_with("[{\"specversion\":\"1.0\",\"id\":\"1.opened\""), "{text}");
    for expected in ["\"id\":\"1.closed\"", "\n[]", "\"kind\":\"end\",", "\"title\": \"Item changed\"", "equal at publication 1"] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    let mirror = diesel::SqliteConnection::establish(database.folder().join("mirror.db").to_str().unwrap());
    let offices: i64 =
        diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>("count(*) FROM offices_current")).first(&mut mirror.unwrap()).unwrap();
    assert!(offices > 2_000, "{offices}");
}
