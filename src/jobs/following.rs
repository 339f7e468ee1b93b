//! Follows what other processes publish.

use super::periodic::Periodic;
use crate::app::svod::Follower;
use crate::domain::error::Result;

/// Starts to follow. `report` hears of every look that failed, and of the first that did not after one that did.
pub fn follow(mut follower: Follower, look_every_ms: u64, report: impl Fn(Result<()>) + Send + 'static) -> Result<Periodic> {
    Periodic::start("following", look_every_ms, move || follower.look(), report)
}
