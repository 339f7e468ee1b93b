//! The settings of registered consumers, by name, with their units and defaults.

use clap::Args;

use super::between;
use crate::app::consumers::{ConsumersSettings, LEASE_MS_MAX, PublicKeyOf};
use crate::outbound::signing_key;

const LEASE_MS: u64 = 6_000;

/// How nodes share out the consumers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: consumers")]
pub struct ConsumerSettings {
    /// How long a node may deliver to a consumer without asking again; when it dies, another takes over after this
    #[arg(long, value_name = "MS", default_value_t = LEASE_MS, value_parser = between::<u64>(1_000, LEASE_MS_MAX))]
    pub consumer_lease_ms: u64,
}

impl ConsumerSettings {
    pub fn consumers(&self) -> ConsumersSettings {
        consumers_settings(self.consumer_lease_ms)
    }
}

/// Those of a process that delivers nothing.
pub fn idle_consumers() -> ConsumersSettings {
    consumers_settings(LEASE_MS)
}

fn consumers_settings(lease_ms: u64) -> ConsumersSettings {
    ConsumersSettings { lease_ms, public_key_of: PublicKeyOf::new(signing_key::public_key_of) }
}
