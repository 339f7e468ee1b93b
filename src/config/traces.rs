//! The settings of traces, by name, with their units and defaults.

use clap::Args;

use super::between;
use crate::traces::TraceSettings;

/// Which collector of OpenTelemetry is told what goes on, if any.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: traces")]
pub struct TraceArguments {
    /// Collector of OpenTelemetry that is told of requests, publications and deliveries, over HTTP, like http://collector:4318 [default: none]
    #[arg(long, value_name = "URL")]
    pub otlp_endpoint: Option<String>,
    /// How many of a thousand traces that begin here are told; those that others began, as they decided
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = between::<u32>(0, 1000))]
    pub otlp_sampled_per_mille: u32,
    /// The name of the service in traces
    #[arg(long, value_name = "NAME", default_value = "svod")]
    pub otlp_service_name: String,
}

impl TraceArguments {
    pub fn traces(&self) -> TraceSettings {
        TraceSettings { service_name: self.otlp_service_name.clone(), sampled_per_mille: self.otlp_sampled_per_mille }
    }
}
