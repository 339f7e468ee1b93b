//! The settings of deliveries to consumers, by name, with their units and defaults.

use clap::Args;

use super::between;
use crate::jobs::delivering::{BackoffSettings, DeliverySettings};
use crate::outbound::address_guard::Network;
use crate::outbound::webhook::WebhookTimes;

const DAY_MS: u64 = 24 * 3_600_000;

/// How events are handed over to webhooks and brokers.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: deliveries")]
pub struct DeliveryArguments {
    /// Networks of this machine or private ones that consumers may be in, as 10.0.0.0/8,192.0.2.7; others are refused
    #[arg(long, value_name = "NETWORKS", value_delimiter = ',')]
    pub outbound_allow: Vec<Network>,
    /// How long a receiver may take to be reached
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = between::<u64>(1, 600_000))]
    pub delivery_connect_ms_max: u64,
    /// How long a receiver may take to answer
    #[arg(long, value_name = "MS", default_value_t = 20_000, value_parser = between::<u64>(1, 600_000))]
    pub delivery_request_ms_max: u64,
    /// How long to wait after a first failure; each wait is twice the one before, with chance
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = between::<u64>(1, 3_600_000))]
    pub delivery_retry_first_ms: u64,
    /// The longest wait between two attempts
    #[arg(long, value_name = "MS", default_value_t = 3_600_000, value_parser = between::<u64>(1, DAY_MS))]
    pub delivery_retry_longest_ms: u64,
    /// After so long without a success a consumer is quarantined
    #[arg(long, value_name = "MS", default_value_t = 3 * DAY_MS, value_parser = between::<u64>(1, 365 * DAY_MS))]
    pub delivery_give_up_after_ms: u64,
}

impl DeliveryArguments {
    /// `public_url` is where the service is reached, whose host receivers are asked to allow.
    pub fn delivery(&self, public_url: &str) -> DeliverySettings {
        let host = public_url.split("://").nth(1).unwrap_or(public_url);
        DeliverySettings {
            times: WebhookTimes { connect_ms_max: self.delivery_connect_ms_max, request_ms_max: self.delivery_request_ms_max },
            backoff: BackoffSettings {
                first_ms: self.delivery_retry_first_ms,
                longest_ms: self.delivery_retry_longest_ms,
                give_up_after_ms: self.delivery_give_up_after_ms,
            },
            allowed: self.outbound_allow.clone(),
            origin: host.split('/').next().unwrap_or_default().to_owned(),
        }
    }
}
