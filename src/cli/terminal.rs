//! Words to whoever called: results on standard output, problems on standard error.
//! Nobody has to listen: a pipe that was closed at the other end (`svod … | head -1`) ends nothing but the talking.

use std::fmt::Arguments;
use std::io::Write;

/// Writes text to standard output.
pub fn write_out(text: Arguments<'_>) {
    // Whoever closed the pipe has heard enough, and an operation that was carried out stays so.
    let _ = std::io::stdout().write_fmt(text);
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
