//! The log: lines for people on a terminal, JSON otherwise, always on stderr so that stdout stays for results.
//! What is logged, the one who logs it knows; which of it is shown, a setting says.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt;

use crate::config::{LogFormat, LogSettings};
use crate::domain::error::{Error, Result};

/// Starts the log of the process. To be called once, before anything is logged.
pub fn start(settings: &LogSettings) -> Result<()> {
    let filter = filter(&settings.log_filter)?;
    let is_terminal = std::io::stderr().is_terminal();
    // A log that cannot be written is lost; told on the same standard error, it would end the process by a panic.
    let lines = fmt().with_env_filter(filter).log_internal_errors(false).with_writer(std::io::stderr);
    let started = match (settings.log_format, is_terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => lines.json().flatten_event(true).with_span_list(false).try_init(),
        (LogFormat::Auto, true) => lines.compact().with_target(false).try_init(),
        (LogFormat::Pretty, true) => lines.compact().with_target(false).try_init(),
        (LogFormat::Pretty, false) => lines.compact().with_target(false).with_ansi(false).try_init(),
    };
    started.map_err(|error| Error::Internal(format!("the log was started twice: {error}")))?;
    log_panics();
    Ok(())
}

fn filter(text: &str) -> Result<EnvFilter> {
    EnvFilter::try_new(text).map_err(|error| Error::Operator(format!("the log filter `{text}` is not right: {error}")))
}

/// A panic is a line of the log like any other, so that whoever collects JSON lines sees it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let reason = panic.payload_as_str().unwrap_or("of unknown reason");
        let place = panic.location().map(ToString::to_string);
        let backtrace = Backtrace::capture();
        let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
        tracing::error!(reason, place, backtrace, "panicked");
    }));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_filter_is_told_to_the_operator() {
        assert!(filter("info,svod::http=debug").is_ok());
        let error = filter("svod=loud").err().map(|error| error.to_string()).unwrap_or_default();
        assert!(error.starts_with("the log filter `svod=loud` is not right"), "{error}");
    }
}
