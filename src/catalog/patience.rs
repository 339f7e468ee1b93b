//! How long a caller is willing to wait: work is counted, and the caller is asked whether to go on after so much of it.

use std::cell::Cell;

/// The caller's patience ended before the outcome was there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interrupted;

/// Says whether to go on; asked at the beginning and then after every so much work.
pub type KeepGoing<'a> = &'a dyn Fn() -> bool;

/// How much work is done between two looks at the caller's patience. One test of one item is the unit, and so are so many bytes
/// of its text, or so many rows of a set.
const WORK_BETWEEN_CHECKS: u32 = 4096;

/// How many rows a set operation takes up in the time that a test takes.
const ROWS_PER_WORK: usize = 64;

/// Counts work, and asks the caller whether to go on whenever enough of it was done.
pub struct Patience<'a> {
    keep_going: KeepGoing<'a>,
    work: Cell<u32>,
    is_over: Cell<bool>,
}

impl<'a> Patience<'a> {
    pub fn new(keep_going: KeepGoing<'a>) -> Self {
        Self { keep_going, work: Cell::new(0), is_over: Cell::new(!keep_going()) }
    }

    pub fn spend(&self, work: usize) {
        let sum = self.work.get().saturating_add(u32::try_from(work).unwrap_or(u32::MAX));
        if sum < WORK_BETWEEN_CHECKS {
            self.work.set(sum);
        } else {
            self.work.set(0);
            self.is_over.set(self.is_over.get() || !(self.keep_going)());
        }
    }

    /// Counts a set operation that looked at so many rows.
    pub fn spend_on_rows(&self, rows: usize) {
        self.spend(1 + rows / ROWS_PER_WORK);
    }

    pub fn is_over(&self) -> bool {
        self.is_over.get()
    }

    /// Whether there is patience left for more. It costs nothing until enough work was done.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.is_over() { Err(Interrupted) } else { Ok(()) }
    }
}
