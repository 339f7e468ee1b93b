//! The log: lines for people on a terminal, JSON otherwise, always on stderr so that stdout stays for results.
//! What is logged, the one who logs it knows; which of it is shown, a setting says.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::IsTerminal;

use tracing_subscriber::filter::{FilterExt, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt};

use crate::config::{LogFormat, LogSettings, TraceArguments};
use crate::domain::error::{Error, Result};
use crate::outbound::span_posting;
use crate::traces::{self, Traces};

/// What takes lines or spans, for the whole process.
type AnyLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// Starts the log of the process. To be called once, before anything is logged.
pub fn start(settings: &LogSettings) -> Result<()> {
    begin(vec![lines(settings)?])
}

/// The same, and tells a collector of spans when one is named; `None` when none is.
pub fn start_with_traces(settings: &LogSettings, arguments: &TraceArguments) -> Result<Option<Traces>> {
    let Some(address) = &arguments.otlp_endpoint else { return start(settings).map(|()| None) };
    let lines = lines(settings)?;
    let (traces, spans) = traces::start(span_posting::exporter_to(address)?, &arguments.traces());
    begin(vec![lines, spans.boxed()])?;
    Ok(Some(traces))
}

/// Each layer has its filter, so that what none of them wants costs nothing where it would be told.
fn begin(layers: Vec<AnyLayer>) -> Result<()> {
    let started = tracing_subscriber::registry().with(layers).try_init();
    started.map_err(|error| Error::Internal(format!("the log was started twice: {error}")))?;
    log_panics();
    Ok(())
}

fn lines(settings: &LogSettings) -> Result<AnyLayer> {
    // Spans for the collector are no lines, and without a collector nobody asks for them, so that they are never made.
    let is_line = filter_fn(|metadata| !(metadata.is_span() && metadata.target() == traces::TARGET));
    let filter = filter(&settings.log_filter)?.and(is_line.with_max_level_hint(LevelFilter::TRACE));
    let is_terminal = std::io::stderr().is_terminal();
    // A log that cannot be written is lost; told on the same standard error, it would end the process by a panic.
    let lines = fmt::layer().log_internal_errors(false).with_writer(std::io::stderr);
    Ok(match (settings.log_format, is_terminal) {
        (LogFormat::Json, _) | (LogFormat::Auto, false) => {
            lines.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed()
        }
        (LogFormat::Auto | LogFormat::Pretty, true) => lines.compact().with_target(false).with_filter(filter).boxed(),
        (LogFormat::Pretty, false) => lines.compact().with_target(false).with_ansi(false).with_filter(filter).boxed(),
    })
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
