//! The settings of a mirror, by name, with their units and defaults. They are no settings of a service: a mirror is a consumer that only
//! happens to be in the same binary.

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{LogSettings, between};
use crate::db::DatabaseUrl;
use crate::domain::clock::Clock;
use crate::domain::text::DictionaryCode;
use crate::outbound::feed_client::FeedAddress;

/// What `svod mirror` takes.
#[derive(Debug, Clone, Args)]
pub struct MirrorArguments {
    /// Address of the service whose dictionaries are mirrored, such as `https://svod.example`
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// Token by which the service knows you; better in the variable, which others on the machine do not see
    #[arg(long, value_name = "TOKEN", env = "SVOD_MIRROR_TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// Dictionaries to mirror, with commas between their codes [default: all that you may see]
    // Not called `dictionaries`: the setting of that name would be taken for it.
    #[arg(long = "dictionaries", value_name = "CODES", value_delimiter = ',', value_parser = dictionary)]
    pub mirrored: Vec<DictionaryCode>,
    /// Your database: sqlite:PATH or postgres://USER@HOST/NAME; other tables in it stay as they are
    #[arg(long, value_name = "URL", value_parser = DatabaseUrl::parse)]
    pub into: DatabaseUrl,
    /// End when the tables are equal to the newest publication, instead of following
    #[arg(long)]
    pub once: bool,
    /// Like --once, and then read every row again; fails when a row was not what it had to be, after making it so
    #[arg(long)]
    pub verify: bool,
    /// How long the service may hold an answer back while nothing is published
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(0, 600_000))]
    pub wait_ms: u64,
    /// How long a connection, or the next piece of an answer, may take
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(10, 600_000))]
    pub timeout_ms: u64,
    /// The longest pause between two tries when the service or the database does not answer
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(10, 3_600_000))]
    pub retry_ms_max: u64,
    /// How often every row is read and held against the digests, beside the start
    #[arg(long, value_name = "MINUTES", default_value_t = 24 * 60, value_parser = between::<u64>(1, 365 * 24 * 60))]
    pub verify_every_minutes: u64,
    /// How long to wait for other programs that write into the same database
    #[arg(long, value_name = "MS", default_value_t = 10_000, value_parser = between::<u64>(0, 600_000))]
    pub busy_timeout_ms: u64,
    /// Rows that are written at once
    #[arg(long, value_name = "COUNT", default_value_t = 2_000, value_parser = between::<usize>(1, 100_000))]
    pub rows_at_once: usize,
    /// How much of a publication is held back until it is whole; a bigger one is written while it comes, and others wait so long
    #[arg(long, value_name = "BYTES", default_value_t = 16 << 20, value_parser = between::<usize>(1024, 1 << 30))]
    pub held_bytes_max: usize,
    /// File of settings in TOML, of which the log is of interest here
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub log: LogSettings,
}

impl MirrorArguments {
    pub fn address(&self) -> FeedAddress {
        let token = self.token.clone().filter(|token| !token.trim().is_empty());
        FeedAddress { url: self.from.clone(), token, timeout_ms: self.timeout_ms }
    }

    /// The clock of the system. A mirror has no day of its own: which versions hold today, its database says.
    #[allow(clippy::disallowed_methods, reason = "this is where the system's clock is taken to be handed in")]
    pub fn clock(&self) -> Clock {
        Clock::new(TimeZone::UTC, Timestamp::now)
    }
}

fn dictionary(text: &str) -> Result<DictionaryCode, String> {
    DictionaryCode::parse(text.trim()).ok_or_else(|| "a dictionary is named by its code, like offices".to_owned())
}
