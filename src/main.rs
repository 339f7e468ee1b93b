//! Arguments in, exit code out.

use std::ffi::OsString;
use std::process::ExitCode;

use svod::cli;
use svod::config::Environment;

/// Answers are many small allocations on a few threads, and the system's allocator keeps much of what a publication has freed.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    cli::run(&arguments, &Environment::of_process())
}
