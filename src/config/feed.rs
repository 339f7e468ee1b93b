//! The settings of the feed, by name, with their units and defaults.

use std::net::SocketAddr;

use clap::Args;

use super::between;
use crate::app::feed;
use crate::http::FeedStreamSettings;

/// How the feed is told, and to how many at once.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: feed")]
pub struct FeedSettings {
    /// Where clients reach the service, as `https://svod.example`: events link to it [default: the address that it listens on]
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Longest event of an item that is told whole; a longer one has a link instead
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 10, value_parser = between::<usize>(1024, 1 << 30))]
    pub feed_event_bytes_max: usize,
    /// Streams of the feed open at once
    #[arg(long, value_name = "COUNT", default_value_t = 5000, value_parser = between::<usize>(1, 1_000_000))]
    pub feed_streams_max: usize,
    /// How often a stream on which nothing happens shows that it lives
    #[arg(long, value_name = "MS", default_value_t = 15_000, value_parser = between::<u64>(10, 600_000))]
    pub feed_heartbeat_every_ms: u64,
    /// How long the client of a stream may take nothing before it is cut
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(10, 3_600_000))]
    pub feed_stall_ms_max: u64,
    /// The longest that a pull may wait for an event
    #[arg(long, value_name = "MS", default_value_t = 60_000, value_parser = between::<u64>(0, 3_600_000))]
    pub feed_wait_ms_max: u64,
}

impl FeedSettings {
    /// What events say of the service that listens on these addresses.
    pub fn feed(&self, addresses: &[SocketAddr]) -> feed::FeedSettings {
        let listening =
            || addresses.first().map_or_else(|| feed::FeedSettings::default().public_url, |address| format!("http://{address}"));
        feed::FeedSettings { public_url: self.public_url.clone().unwrap_or_else(listening), event_bytes_max: self.feed_event_bytes_max }
    }

    pub fn streams(&self) -> FeedStreamSettings {
        FeedStreamSettings {
            streams_max: self.feed_streams_max,
            heartbeat_every_ms: self.feed_heartbeat_every_ms,
            stall_ms_max: self.feed_stall_ms_max,
            wait_ms_max: self.feed_wait_ms_max,
        }
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let is_url = ["http://", "https://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>?#".contains(&byte));
    if is_url && is_plain {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(format!("`{text}` is not an address like https://svod.example"))
    }
}
