//! Work that two threads share, its outcomes in order. It knows nothing of what is worked on.

use std::collections::BTreeMap;
use std::sync::mpsc::sync_channel;
use std::sync::{Mutex, PoisonError};
use std::thread;

/// How many threads make; more would take what readers need.
const THREADS: usize = 2;

/// How many outcomes wait to be taken before the threads pause.
const WAITING_MAX: usize = 4;

/// Makes something of each piece, on threads of their own, and takes what was made on this one, in the order of the pieces.
///
/// Pieces are asked for one at a time, by whichever thread is free. When `take` fails no more are asked for, and its error is given.
pub fn in_order<P: Send, M: Send, E>(
    mut next: impl FnMut() -> Option<P> + Send,
    make: impl Fn(P) -> M + Sync,
    mut take: impl FnMut(M) -> Result<(), E>,
) -> Result<(), E> {
    // One piece is done before a thread has begun.
    let Some(first) = next() else { return Ok(()) };
    let Some(second) = next() else { return take(make(first)) };
    let mut early_pieces = [first, second].into_iter();
    let next = move || early_pieces.next().or_else(&mut next);
    let pieces = Mutex::new(Some((0_usize, next)));
    let next_piece = || {
        let mut pieces = pieces.lock().unwrap_or_else(PoisonError::into_inner);
        let (number, next) = pieces.as_mut()?;
        let Some(piece) = next() else {
            *pieces = None;
            return None;
        };
        *number += 1;
        Some((*number, piece))
    };
    let (sender, receiver) = sync_channel(WAITING_MAX);
    thread::scope(|scope| {
        // Given up with this closure, so that the threads end when an outcome is refused.
        let receiver = receiver;
        for _ in 0..THREADS {
            let sender = sender.clone();
            let (next_piece, make) = (&next_piece, &make);
            scope.spawn(move || {
                while let Some((number, piece)) = next_piece() {
                    if sender.send((number, make(piece))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut early, mut due) = (BTreeMap::new(), 1);
        for (number, made) in receiver.iter() {
            early.insert(number, made);
            while let Some(made) = early.remove(&due) {
                due += 1;
                take(made)?;
            }
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use super::*;

    #[test]
    fn outcomes_come_in_the_order_of_their_pieces() {
        let mut numbers = 0..100_u64;
        let mut taken = Vec::new();
        let uneven = |number: u64| {
            thread::sleep(Duration::from_micros(number % 7 * 100));
            number * 2
        };
        let outcome: Result<(), Infallible> = in_order(
            || numbers.next(),
            uneven,
            |made| {
                taken.push(made);
                Ok(())
            },
        );
        assert_eq!(outcome, Ok(()));
        assert_eq!(taken, (0..100).map(|number| number * 2).collect::<Vec<_>>());
    }

    #[test]
    fn one_piece_is_done_here_and_none_is_nothing() {
        let here = thread::current().id();
        for count in 0..3 {
            let (mut pieces, mut made) = (0..count, Vec::new());
            let outcome: Result<(), Infallible> = in_order(
                || pieces.next(),
                |_| thread::current().id(),
                |thread| {
                    made.push(thread);
                    Ok(())
                },
            );
            assert_eq!((outcome, made.len()), (Ok(()), count));
            assert_eq!(made.iter().all(|thread| *thread == here), count < 2);
        }
    }

    #[test]
    fn a_refusal_ends_it_although_pieces_never_end() {
        let mut asked = 0;
        let next = || {
            asked += 1;
            Some(asked)
        };
        let outcome = in_order(next, |piece| piece, |made| if made < 10 { Ok(()) } else { Err(made) });
        assert_eq!(outcome, Err(10));
    }
}
