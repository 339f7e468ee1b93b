//! `svod refusals`: the codes by which the service refuses something, as a table for programs or for people.

use std::fmt::Write as _;

use clap::Args;
use serde_json::{Value, json};

use super::terminal;
use crate::domain::refusal_code::TOPICS;

#[derive(Debug, Args)]
pub struct RefusalsArguments {
    /// Print tables for people instead of JSON
    #[arg(long)]
    markdown: bool,
}

pub fn print(arguments: &RefusalsArguments) {
    terminal::write_out(format_args!("{}", if arguments.markdown { as_markdown() } else { as_json() }));
}

/// One code a line, so that a change of the table is a change of as many lines.
fn as_json() -> String {
    let lines: Vec<String> = TOPICS.iter().flat_map(|topic| topic.codes.iter().map(|entry| line(topic.name, entry).to_string())).collect();
    format!("[\n  {}\n]\n", lines.join(",\n  "))
}

fn line(topic: &str, (code, meaning): &(&str, &str)) -> Value {
    json!({ "code": code.to_ascii_uppercase(), "topic": topic, "meaning": meaning })
}

fn as_markdown() -> String {
    let mut out = String::from(
        "# Codes of refusals\n\n\
         Written by `make generate`; the table is `src/domain/refusal_code.rs`, and for programs it is `graphql/refusals.json`.\n\n\
         A program looks at the code, a person reads the message: codes stay, words may change. Mutations of the management API tell \
         `errors: [{ path, code, message }]`; faults of GraphQL, and everything that answers over HTTP, `errors[].extensions.code`; the data \
         API names what the core refused in `extensions.reason`. Rules of a definition have codes of their own, written as all others are; \
         `ruleMessage` tells what the definition says of them.\n",
    );
    for topic in TOPICS {
        // Writing to a `String` does not fail.
        let _ = write!(out, "\n## {}\n\n| code | what it means |\n|---|---|\n", topic.name);
        for (code, meaning) in topic.codes {
            let _ = writeln!(out, "| `{}` | {meaning} |", code.to_ascii_uppercase());
        }
    }
    out
}
