//! A circuit breaker before the pool: while the database does not answer, one caller at a time tries, and the others fail at once.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long after a failure the next caller may try.
const PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug, Default)]
pub struct Breaker {
    state: Mutex<State>,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// The database answers, as far as is known.
    #[default]
    Closed,
    /// It did not answer; nobody tries before this instant.
    Open(Instant),
    /// One caller tries.
    Trying,
}

impl Breaker {
    /// Whether to try. Whoever may must `report`.
    pub fn pass(&self) -> Result<(), ()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match *state {
            State::Closed => Ok(()),
            State::Open(until) if Instant::now() >= until => {
                *state = State::Trying;
                Ok(())
            }
            State::Open(_) | State::Trying => Err(()),
        }
    }

    pub fn report(&self, has_answered: bool) {
        let next = if has_answered { State::Closed } else { State::Open(Instant::now() + PAUSE) };
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_failure_one_tries_and_the_others_do_not_wait() {
        let breaker = Breaker::default();
        assert!(breaker.pass().is_ok());
        breaker.report(false);
        assert!(breaker.pass().is_err(), "the pause is not over");
        *breaker.state.lock().unwrap() = State::Open(Instant::now());
        assert!(breaker.pass().is_ok(), "one tries");
        assert!(breaker.pass().is_err(), "the others do not");
        breaker.report(true);
        assert!(breaker.pass().is_ok());
    }
}
