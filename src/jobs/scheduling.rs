//! Publishes scheduled change requests when their instant has come. Every node may run this: the transaction of a publication looks
//! at the request's state, so each goes out exactly once.

use super::periodic::Periodic;
use crate::app::change_request::ChangeRequests;
use crate::domain::error::Result;

/// Starts to look for what is due. What became due while no process ran goes out at once.
pub fn publish_scheduled(change_requests: ChangeRequests, look_every_ms: u64) -> Result<Periodic> {
    let run = move || {
        for request in change_requests.publish_due()? {
            tracing::info!(request = request.0, "a scheduled change request was published");
        }
        Ok(())
    };
    let report = |outcome: Result<()>| match outcome {
        Ok(()) => tracing::info!("scheduled change requests are looked for again"),
        Err(error) => tracing::error!(%error, "scheduled change requests cannot be looked for"),
    };
    Periodic::start("scheduling", look_every_ms, run, report)
}
