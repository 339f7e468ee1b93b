//! The pulse: beats whenever something in the database may have changed, by this process or another. Whoever waits for a change
//! waits for a beat and then looks; a beat says nothing of what changed.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// A beat may come before its news can be read, so whoever waits for one looks after this in any case.
pub const LOOK_EVERY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone)]
pub struct Pulse(Arc<watch::Sender<u64>>);

impl Default for Pulse {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Pulse {
    pub fn beat(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// How often it has beaten. As long as that stays the same, nothing has changed that anybody was told of.
    pub fn count(&self) -> u64 {
        *self.0.borrow()
    }

    /// How many wait for beats.
    pub fn listeners_count(&self) -> usize {
        self.0.receiver_count()
    }

    /// Beats from now on.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
