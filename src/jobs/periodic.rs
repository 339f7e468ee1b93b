//! A job that runs again and again on a thread of its own until it is dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::domain::error::{Error, Result};

/// How long to wait after a fault before the next run.
const FAULT_PAUSE_MS: u64 = 1_000;

/// A running job; it stops when this is dropped.
pub struct Periodic {
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Periodic {
    /// Starts a job. `report` hears of every run that failed, and of the first that did not after one that did.
    pub fn start(
        name: &str,
        every_ms: u64,
        mut run: impl FnMut() -> Result<()> + Send + 'static,
        report: impl Fn(Result<()>) + Send + 'static,
    ) -> Result<Self> {
        let is_stopping = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&is_stopping);
        let repeat = move || {
            let mut has_failed = false;
            while !stop.load(Ordering::Relaxed) {
                let outcome = run();
                let failed = outcome.is_err();
                if failed || has_failed {
                    report(outcome);
                }
                has_failed = failed;
                thread::sleep(Duration::from_millis(if failed { FAULT_PAUSE_MS } else { every_ms }));
            }
        };
        let thread = thread::Builder::new().name(name.to_owned()).spawn(repeat).map_err(Error::internal)?;
        Ok(Self { is_stopping, thread: Some(thread) })
    }
}

impl Drop for Periodic {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}
