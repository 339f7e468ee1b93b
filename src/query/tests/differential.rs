//! Plans against the oracle: random definitions, random items over several publications, random valid queries; the answers must be
//! equal byte for byte, errors included. `make fuzz` runs it for longer (`FUZZ_WORLDS`).

use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;

use apollo_compiler::request::coerce_variable_values;
use apollo_compiler::response::JsonMap;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::super::execute;
use super::super::oracle;
use super::super::request::{Caller, Request};
use super::super::scope::{Place, Scope};
use super::Library;
use super::random::{Dice, query_of, world_of};

const QUERIES_OF_A_WORLD: usize = 60;

#[test]
fn plans_answer_as_resolvers_do() {
    #[allow(clippy::disallowed_methods, reason = "how long to look for differences is not the code's to say")]
    let worlds: u32 = std::env::var("FUZZ_WORLDS").ok().and_then(|count| count.parse().ok()).unwrap_or(24);
    let mut runner = TestRunner::new(Config { cases: worlds, failure_persistence: None, max_shrink_iters: 0, ..Config::default() });
    let (compared, with_errors, with_events) = (Cell::new(0), Cell::new(0), Cell::new(0));
    let publications = Cell::new(0);
    let outcome = runner.run(&any::<u64>(), |seed| {
        let mut dice = Dice::new(seed);
        let library = world_of(&mut dice);
        publications.set(publications.get() + library.svod.publisher.catalog().head().seq());
        for _ in 0..QUERIES_OF_A_WORLD {
            let (query, variables) = query_of(&mut dice, &library);
            let Some((planned, resolved)) = answers(&library, &query, &variables) else { continue };
            prop_assert_eq!(&planned, &resolved, "\n{}\n{}", query, variables);
            compared.set(compared.get() + 1);
            with_events.set(with_events.get() + usize::from(planned.contains("\"specversion\"")));
            with_errors.set(with_errors.get() + usize::from(planned.starts_with("{\"errors\"")));
        }
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    let (compared, with_errors, all) = (compared.get(), with_errors.get(), QUERIES_OF_A_WORLD * worlds as usize);
    assert!(compared > all * 3 / 4, "only {compared} of {all} queries were valid");
    assert!(publications.get() >= i64::from(worlds + worlds / 4), "the worlds were published {} times only", publications.get());
    assert!(with_events.get() >= compared / 100, "only {} of {compared} told events of the feed", with_events.get());
    assert!(with_errors > compared / 50 && with_errors < compared * 3 / 5, "{with_errors} of {compared} had errors");
}

/// The answer of the plan and that of the oracle; `None` when the query is refused before it is run, which is one code for both.
fn answers(library: &Library, query: &str, variables: &str) -> Option<(String, String)> {
    let api = &library.api;
    let (reader, typed) = api.schemas.reader(&api.reading, &Caller::default().authority).ok()?;
    let scope = Scope::new(typed, api.limits, (reader, api.feed.clone()), Caller::default(), Instant::now(), Place::Blocking);
    let request = Request { query: query.into(), variables: variables.into(), ..Request::default() };
    let document = execute::find_document(&scope, query, &request, false).ok()?;
    let prepared = execute::prepare(&scope, Arc::clone(&document), &request, false).ok()?;
    let planned = execute::run(&scope, &prepared, Place::Blocking, false).ok()?;
    let operation = document.valid.operations.get(None).ok()?;
    let given: JsonMap = serde_json::from_str(variables).ok()?;
    let variables = coerce_variable_values(&scope.typed.schema, operation, &given).ok()?;
    let resolved = oracle::answer(&scope, &document.valid, operation, &variables);
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Some((text(&planned.body), text(&resolved)))
}
