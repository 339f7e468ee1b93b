//! Arguments in, exit code out.

use std::ffi::OsString;
use std::process::ExitCode;

use svod::cli;
use svod::config::Environment;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    cli::run(&arguments, &Environment::of_process())
}
