//! Works through the files that were sent to be imported, one after another: two at once would only take memory from each other.

use super::periodic::Periodic;
use crate::app::import_job::ImportJobs;
use crate::domain::error::Result;

/// Starts to look for files. What was cut off when the last process ended begins anew.
pub fn import_files(jobs: ImportJobs, look_every_ms: u64) -> Result<Periodic> {
    let mut is_recovered = false;
    let run = move || {
        if !is_recovered {
            jobs.recover()?;
            is_recovered = true;
        }
        while jobs.run_next()? {}
        Ok(())
    };
    let report = |outcome: Result<()>| match outcome {
        Ok(()) => tracing::info!("files are imported again"),
        Err(error) => tracing::error!(%error, "files cannot be imported"),
    };
    Periodic::start("importing", look_every_ms, run, report)
}
