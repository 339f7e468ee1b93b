//! Words to whoever called: results on standard output, problems on standard error.
//! Nobody has to listen: a pipe that was closed at the other end (`svod … | head -1`) ends nothing but the talking.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static IS_OUTPUT_LOST: AtomicBool = AtomicBool::new(false);

/// Writes text to standard output.
pub fn write_out(text: Arguments<'_>) {
    let mut out = std::io::stdout();
    let written = out.write_fmt(text).and_then(|()| out.flush());
    // Whoever closed the pipe has heard enough; a full disk has not, and the exit code says so.
    if written.is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        IS_OUTPUT_LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether something that was to be said could not be written.
pub fn is_output_lost() -> bool {
    IS_OUTPUT_LOST.load(Ordering::Relaxed)
}

/// Writes text to standard error.
pub fn write_error(text: Arguments<'_>) {
    let _ = std::io::stderr().write_fmt(text);
}

/// A line on standard output.
macro_rules! say {
    ($($part:tt)*) => { $crate::cli::terminal::write_out(format_args!("{}\n", format_args!($($part)*))) };
}

/// A line on standard error.
macro_rules! complain {
    ($($part:tt)*) => { $crate::cli::terminal::write_error(format_args!("{}\n", format_args!($($part)*))) };
}
