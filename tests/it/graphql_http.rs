//! The audits of the npm package graphql-http, which hold a server against the specification of GraphQL over HTTP, on both APIs of the
//! real binary. Without the package this fails: `make test` installs it.

use std::process::Command;

use serde_json::{Value, json};

use crate::binary::{Server, root};
use crate::harness::Database;

/// As many as that version of the package has: fewer would mean that some were not run.
const AUDITS: usize = 61;

#[test]
fn both_apis_pass_every_audit_of_graphql_over_http() {
    let folder = root().join("target/graphql-http");
    assert!(
        folder.join("node_modules/graphql-http").exists(),
        "the audits are not installed in {}: run `make audit-suite` first",
        folder.display()
    );
    let server = Server::start(&Database::sqlite());
    for path in ["/graphql", "/graphql/data"] {
        let url = format!("http://{}{path}", server.address);
        let script = root().join("tests/it/graphql_http/audit.cjs");
        let ran = Command::new("node").arg(script).arg(&folder).arg(&url).output();
        let ran = ran.unwrap_or_else(|error| panic!("node cannot be run: {error}; run `make audit-suite` first"));
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        let told: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(told, json!({ "audits": AUDITS, "failed": [] }), "{path}");
    }
}
