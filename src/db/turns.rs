//! Turns: the writers of one process wait for each other here, in the order in which they came and without a connection.
//! It knows nothing of other processes: for those there is the lock of the database.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A queue of writers; whoever stands first writes.
#[derive(Default)]
pub struct Turns {
    queue: Mutex<Queue>,
    moved: Condvar,
}

#[derive(Default)]
struct Queue {
    latest: u64,
    waiting: VecDeque<u64>,
}

/// The right to write, until it is dropped.
pub struct Turn<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Turns {
    /// Waits until it is one's turn; `None` when that takes longer than the patience.
    pub fn take(&self, patience: Duration) -> Option<Turn<'_>> {
        let until = Instant::now() + patience;
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.latest += 1;
        let number = queue.latest;
        queue.waiting.push_back(number);
        // From here on, dropping it leaves the queue.
        let turn = Turn { turns: self, number };
        while queue.waiting.front() != Some(&number) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                drop(queue);
                return None;
            }
            queue = self.moved.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(queue);
        Some(turn)
    }

    /// The turn when nobody else has it or waits for it.
    pub fn take_unless_busy(&self) -> Option<Turn<'_>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if !queue.waiting.is_empty() {
            return None;
        }
        queue.latest += 1;
        let number = queue.latest;
        queue.waiting.push_back(number);
        drop(queue);
        Some(Turn { turns: self, number })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut queue = self.turns.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.retain(|number| *number != self.number);
        drop(queue);
        self.turns.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_and_whoever_gives_up_is_not_waited_for() {
        let turns = Turns::default();
        let first = turns.take(Duration::ZERO).expect("nobody else is there");
        assert!(turns.take(Duration::from_millis(1)).is_none(), "the first one still writes");
        assert!(turns.take_unless_busy().is_none());
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| turns.take(Duration::from_secs(60)).is_some());
            drop(first);
            assert!(waiting.join().expect("it does not panic"), "the turn of whoever gave up was skipped");
        });
        assert!(turns.take_unless_busy().is_some());
    }

    #[test]
    fn writers_come_in_the_order_in_which_they_asked() {
        let turns = Turns::default();
        let order = Mutex::new(Vec::new());
        let waiting = |count: usize| {
            while turns.queue.lock().expect("nobody panics").waiting.len() < count {
                std::thread::yield_now();
            }
        };
        let first = turns.take(Duration::ZERO).expect("nobody else is there");
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (turns, order) = (&turns, &order);
                scope.spawn(move || {
                    let _turn = turns.take(Duration::from_secs(60)).expect("it comes");
                    order.lock().expect("nobody panics").push(number);
                });
                waiting(number + 2);
            }
            drop(first);
        });
        assert_eq!(order.into_inner().expect("nobody panics"), (0..8).collect::<Vec<_>>());
    }
}
