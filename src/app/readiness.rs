//! Whether this process can answer: it starts, it is ready, or something keeps it from seeing what is published.
//! It is told so by whoever loads and follows; it does not look itself.

use std::sync::{Mutex, PoisonError};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadinessState {
    /// The catalogue is not loaded yet.
    Starting,
    Ready,
    /// Reads are answered, but perhaps not from the newest publication. The reason is shown to anybody who asks.
    Degraded(String),
}

#[derive(Debug)]
pub struct Readiness {
    state: Mutex<ReadinessState>,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { state: Mutex::new(ReadinessState::Starting) }
    }
}

impl Readiness {
    pub fn state(&self) -> ReadinessState {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The catalogue is loaded, or is followed again.
    pub fn set_ready(&self) {
        self.set(ReadinessState::Ready);
    }

    pub fn set_degraded(&self, reason: impl Into<String>) {
        self.set(ReadinessState::Degraded(reason.into()));
    }

    fn set(&self, state: ReadinessState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}
