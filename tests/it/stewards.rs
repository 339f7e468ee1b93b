//! Sixteen stewards work at once and lose nothing, in short; the benchmark lets them work for a minute.

use std::time::Duration;

use crate::harness::Database;
use crate::soak::soak;

on_both_engines!(sixteen_stewards_lose_no_edit);

fn sixteen_stewards_lose_no_edit(database: Database) {
    let outcome = soak(&database.settings(), Duration::from_secs(3));
    assert!(outcome.edits >= 50 && outcome.publications >= 5 && outcome.stale > 0, "they hardly met: {outcome:?}");
}
