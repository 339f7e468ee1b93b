//! Follows what other processes publish, on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::app::svod::Follower;
use crate::domain::error::{Error, Result};

/// How long to wait after a fault before looking again.
const FAULT_PAUSE_MS: u64 = 1_000;

/// A running follower; it stops when this is dropped.
pub struct Following {
    is_stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// Starts to follow. `report` hears of every look that failed, and of the first that did not after one that did.
pub fn follow(mut follower: Follower, look_every_ms: u64, report: impl Fn(Result<()>) + Send + 'static) -> Result<Following> {
    let is_stopping = Arc::new(AtomicBool::new(false));
    let stop = Arc::clone(&is_stopping);
    let look = move || {
        let mut has_failed = false;
        while !stop.load(Ordering::Relaxed) {
            let looked = follower.look();
            let failed = looked.is_err();
            if failed || has_failed {
                report(looked);
            }
            has_failed = failed;
            thread::sleep(Duration::from_millis(if failed { FAULT_PAUSE_MS } else { look_every_ms }));
        }
    };
    let thread = thread::Builder::new().name("following".to_owned()).spawn(look).map_err(Error::internal)?;
    Ok(Following { is_stopping, thread: Some(thread) })
}

impl Drop for Following {
    fn drop(&mut self) {
        self.is_stopping.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic of the thread was reported when it happened.
            let _ = thread.join();
        }
    }
}
