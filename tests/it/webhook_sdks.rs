//! Webhooks as others receive them: with the libraries that Standard Webhooks and CloudEvents publish for JavaScript and Python, which
//! know nothing of Svod. Without them this fails: `make test` installs them.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use serde_json::{Value, json};
use svod::domain::consumer::{SigningKind, WebhookMode};

use crate::binary::{Server, root};
use crate::delivery::{LOCAL, followed, register, webhook};
use crate::feed_copy::Copy;
use crate::harness::Database;
use crate::publication::on;
use crate::receiver::{Receiver, Reply};

on_both_engines!(published_libraries_verify_and_read_what_is_delivered);

/// What each library says of an event, in its own words brought to the same form.
fn expected(event: &Value) -> Value {
    let attributes = ["id", "type", "source", "time", "subject", "datacontenttype", "dataschema", "cursor", "data"];
    let mut said: Value = attributes.iter().map(|name| ((*name).to_owned(), event.get(*name).cloned().unwrap_or(Value::Null))).collect();
    // A library makes an instant of it, and each writes instants in its own way.
    said["time"] = event["time"].as_str().unwrap().parse::<Timestamp>().unwrap().as_millisecond().into();
    said
}

/// Runs a script on what was received; gives what it prints, an object with `verified` and `events`.
fn read_by(mut command: Command, advice: &str, captured: &Path) -> Value {
    let ran = command.arg(captured).output();
    let ran = ran.unwrap_or_else(|error| panic!("{command:?} cannot be run: {error}; run `{advice}` first"));
    assert!(ran.status.success(), "{command:?}; is it installed by `{advice}`?\n{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).unwrap()
}

fn by_javascript(captured: &Path) -> Value {
    let mut command = Command::new("node");
    command.arg(root().join("tests/it/webhook_sdks/receive.cjs")).arg(root().join("target/webhook-sdks"));
    read_by(command, "make webhook-sdks", captured)
}

fn by_python(captured: &Path) -> Value {
    let mut command = Command::new(root().join("target/validators/bin/python3"));
    command.arg("-B").arg(root().join("tests/it/webhook_sdks/receive.py"));
    read_by(command, "make validators", captured)
}

/// Holds what a receiver got against the libraries, which are told this secret alone.
fn assert_is_read(database: &Database, receiver: &Receiver, secret: &str) {
    let (received, events) = (receiver.received(), receiver.events());
    let requests: Vec<Value> = received.iter().map(|request| json!({ "headers": request.headers, "body": request.body })).collect();
    let captured: PathBuf = database.folder().join("captured.json");
    std::fs::write(&captured, json!({ "secret": secret, "requests": requests }).to_string()).unwrap();
    // Each script also changes every request in several ways, none of which may pass.
    let answer = json!({ "verified": received.len(), "events": events.iter().map(expected).collect::<Vec<_>>() });
    assert_eq!(by_javascript(&captured), answer);
    // The published libraries know shared secrets only; keys are checked by the cryptography of Node.js.
    if secret.starts_with("whsec_") {
        assert_eq!(by_python(&captured), answer);
    } else {
        assert!(secret.starts_with("whpk_"));
    }
}

fn published_libraries_verify_and_read_what_is_delivered(database: Database) {
    let instance = followed(&database);
    let start = |code: &str, mode, signing| {
        let receiver = Receiver::start(|_, _| Reply::Status(204));
        let secret = register(&instance, code, webhook(&receiver.url(), mode), signing, None);
        (receiver, vec![secret])
    };
    let mut rotating = start("rotating", WebhookMode::Batched, SigningKind::Hmac);
    for kind in [SigningKind::Ed25519, SigningKind::Hmac] {
        let rotated = instance.svod.consumers.rotate_consumer_secret(&instance.operator(), "rotating", Some(kind), false).unwrap();
        rotating.1.push(rotated.secret.unwrap());
    }
    let receivers = [
        start("one", WebhookMode::Structured, SigningKind::Hmac),
        start("many", WebhookMode::Batched, SigningKind::Hmac),
        start("one_by_key", WebhookMode::Structured, SigningKind::Ed25519),
        rotating,
    ];
    let _server = Server::start_with(&database, &LOCAL);
    instance.import("offices", "code,name\n3,Городская «Ёлка» \u{1f384}\n", &on("2026-12-01")).unwrap();
    for (receiver, secrets) in &receivers {
        receiver.wait_for("3.closed");
        let mut copy = Copy::default();
        copy.take_all(&receiver.events());
        assert_eq!(copy.publication, 3);
        secrets.iter().for_each(|secret| assert_is_read(&database, receiver, secret));
    }
}
