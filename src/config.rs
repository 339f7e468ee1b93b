//! Every setting and every limit of the system, by name, with its unit at the end and its default beside it.
//! With `config/layers.rs` the only reader of the environment and of the file of settings: a flag goes before a variable,
//! a variable before the file, the file before the default.

use std::fmt::Display;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::{ArgAction, Args};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use validator::ValidateRange;

use crate::app::import::ImportLimits;
use crate::app::import_job::{ImportJobSettings, SpoolSettings};
use crate::app::passwords::PasswordCost;
use crate::app::secrets::Secrets;
use crate::db::{DatabaseUrl, StoreLimits};
use crate::domain::clock::Clock;
use crate::domain::error::Error;
use crate::exchange::csv::Limits;
use crate::exchange::table::FileLimits;
use crate::http::{HttpSettings, RateSettings, WebSocketSettings};
use crate::query::{PersistedLimits, QueryLimits};

mod consumers;
mod delivery;
mod feed;
mod in_force;
mod layers;
mod mirror;
mod traces;

pub use consumers::{ConsumerSettings, idle_consumers};
pub use feed::FeedSettings;
pub use layers::{Environment, parse};
pub use mirror::MirrorArguments;
pub use traces::TraceArguments;

/// Which database, and how patient with it: every subcommand that touches data takes these.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: database")]
pub struct DatabaseSettings {
    /// File of settings in TOML, one `name = value` a line; ./svod.toml is read when it is there
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Database: sqlite:PATH or postgres://USER@HOST/NAME
    #[arg(long, value_name = "URL", default_value = "sqlite:svod-data/svod.db", value_parser = DatabaseUrl::parse)]
    pub database_url: DatabaseUrl,
    /// Connections to the database at once [default: cores + 1 on SQLite, 10 on PostgreSQL]
    #[arg(long, value_name = "COUNT", value_parser = between::<u32>(2, 1000))]
    pub database_connections_max: Option<u32>,
    /// How long a writer of SQLite waits for another one
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = between::<u64>(0, 600_000))]
    pub database_busy_timeout_ms: u64,
    /// How long to wait for a connection to the database
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = between::<u64>(1, 600_000))]
    pub database_connect_timeout_ms: u64,
    /// Where the service works: its day begins there
    #[arg(long, value_name = "NAME", default_value = "Europe/Moscow", value_parser = time_zone)]
    pub time_zone: TimeZone,
    /// Memory for older editions beside the newest ones, all together
    #[arg(long, value_name = "BYTES", default_value_t = 256 << 20, value_parser = between::<usize>(0, 1 << 40))]
    pub older_bytes_max: usize,
    /// Problems of one input that are told one by one; the rest is counted
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = between::<usize>(1, 1_000_000))]
    pub violations_max: usize,
    #[command(flatten)]
    pub identity: IdentitySettings,
    #[command(flatten)]
    pub log: LogSettings,
}

/// How people sign in.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Settings: people")]
pub struct IdentitySettings {
    /// How long after signing in one has to do it again
    #[arg(long, value_name = "MINUTES", default_value_t = 12 * 60, value_parser = between::<u32>(1, 365 * 24 * 60))]
    pub session_lifetime_minutes: u32,
    /// Memory that hashing a password takes (Argon2id)
    #[arg(long, value_name = "KIB", default_value_t = password_default().memory_kib, value_parser = between::<u32>(8, 4 << 20))]
    pub password_memory_kib: u32,
    /// How often hashing a password goes over its memory
    #[arg(long, value_name = "COUNT", default_value_t = password_default().passes, value_parser = between::<u32>(1, 1000))]
    pub password_passes: u32,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: log")]
pub struct LogSettings {
    /// Form of the log: auto is pretty on a terminal and JSON lines otherwise
    #[arg(long, value_name = "FORM", default_value = "auto")]
    pub log_format: LogFormat,
    /// What is logged: a level, or levels by module like info,svod::http=debug
    #[arg(long, value_name = "FILTER", default_value = "info,tantivy=warn,actix_server=warn,actix_http=off,r2d2=off")]
    pub log_filter: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    Auto,
    Pretty,
    Json,
}

/// How much of a file of items is held at once: for the subcommands that read such files.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Settings: files")]
pub struct FileSettings {
    /// Longest row of a file
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = between::<usize>(1024, 1 << 30))]
    pub csv_record_bytes_max: usize,
    /// Most columns of a file
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = between::<usize>(1, 100_000))]
    pub csv_columns_max: usize,
    /// Longest document that has to be in memory whole, such as a concept scheme in Turtle
    #[arg(long, value_name = "BYTES", default_value_t = 64 << 20, value_parser = between::<u64>(1024, 4 << 30))]
    pub document_bytes_max: u64,
    /// What a compressed file or a workbook may unpack to
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30, value_parser = between::<u64>(1024, 64 << 30))]
    pub unpacked_bytes_max: u64,
    /// How many rows may be rejected before the whole file is
    #[arg(long, value_name = "COUNT", default_value_t = 100_000, value_parser = between::<usize>(1, 10_000_000))]
    pub rejected_rows_max: usize,
    /// How many rows of a file may say something new; they take some 250 bytes of memory each, and more while they are stored
    #[arg(long, value_name = "COUNT", default_value_t = 5_000_000, value_parser = between::<u64>(1, 1 << 40))]
    pub changing_rows_max: u64,
}

impl FileSettings {
    pub fn import_limits(&self) -> ImportLimits {
        let row = Limits { record_bytes_max: self.csv_record_bytes_max, columns_max: self.csv_columns_max };
        let file = FileLimits { row, document_bytes_max: self.document_bytes_max, unpacked_bytes_max: self.unpacked_bytes_max };
        ImportLimits { file, rejected_rows_max: self.rejected_rows_max, changing_rows_max: self.changing_rows_max }
    }
}

/// How files are written: for the subcommands that export.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: export")]
pub struct ExportSettings {
    /// Folder of unfinished files, for formats that cannot be written from beginning to end [default: that of the system]
    #[arg(long, value_name = "FOLDER")]
    pub scratch_folder: Option<PathBuf>,
}

impl ExportSettings {
    pub fn scratch_folder(&self) -> PathBuf {
        self.scratch_folder.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// All there is: what `svod serve` takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings: server")]
pub struct ServeSettings {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8080", value_parser = address)]
    pub listen: SocketAddr,
    /// Folder of the shipped dictionaries, which go into an empty database
    #[arg(long, value_name = "FOLDER", default_value = "dictionaries")]
    pub dictionaries: PathBuf,
    /// Threads that carry connections
    #[arg(long, value_name = "COUNT", default_value_t = cores(), value_parser = between::<usize>(1, 1024))]
    pub workers: usize,
    /// Threads that answer queries, over all workers
    #[arg(long, value_name = "COUNT", default_value_t = 2 * cores(), value_parser = between::<usize>(1, 1024))]
    pub blocking_threads: usize,
    /// Queries that are worked on or wait for a thread, over all workers; more are asked to come back
    #[arg(long, value_name = "COUNT", default_value_t = 32 * cores(), value_parser = between::<usize>(1, 1_000_000))]
    pub query_in_flight_max: usize,
    /// Connections of clients at once; more wait in the queue of the system
    #[arg(long, value_name = "COUNT", default_value_t = 10_000, value_parser = between::<usize>(1, 1_000_000))]
    pub http_connections_max: usize,
    /// Longest body of a request
    #[arg(long, value_name = "BYTES", default_value_t = 1 << 20, value_parser = between::<usize>(1024, 1 << 30))]
    pub request_body_bytes_max: usize,
    /// How long a client may take to send the head of a request
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = between::<u64>(1, 600_000))]
    pub request_head_time_ms_max: u64,
    /// How long a request may take from its head to its answer
    #[arg(long, value_name = "MS", default_value_t = 10_000, value_parser = between::<u64>(1, 600_000))]
    pub request_time_ms_max: u64,
    /// How long an answered query of data may take without a line in the log; /metrics counts those
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = between::<u64>(0, 600_000))]
    pub slow_request_ms: u64,
    /// Operations in one request, sent as a batch; 0 takes no batches
    #[arg(long, value_name = "COUNT", default_value_t = 10, value_parser = between::<usize>(0, 1000))]
    pub batch_operations_max: usize,
    /// Operations a second of one token, one session, or one address of those who have neither; 0 is no limit
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = between::<u32>(0, 1_000_000))]
    pub rate_limit_per_s: u32,
    /// Operations at once of the same, after which the rate holds
    #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = between::<u32>(1, 1_000_000))]
    pub rate_limit_burst: u32,
    /// How long a token or session that was found good is good for reading without asking the database; 0 asks every time
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = between::<u32>(0, 60_000))]
    pub credential_cache_ms: u32,
    /// How long a connection without requests stays open
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(1, 3_600_000))]
    pub keep_alive_ms: u64,
    /// How long a closed connection may take to go
    #[arg(long, value_name = "MS", default_value_t = 1000, value_parser = between::<u64>(1, 600_000))]
    pub disconnect_time_ms_max: u64,
    /// How long requests may finish after the server was told to stop
    #[arg(long, value_name = "MS", default_value_t = 10_000, value_parser = between::<u64>(0, 600_000))]
    pub shutdown_timeout_ms: u64,
    /// How many proxies stand before the service: each appends to X-Forwarded-For, and what stands there further left is not believed
    #[arg(long, value_name = "COUNT", default_value_t = 0, value_parser = between::<usize>(0, 16))]
    pub trusted_proxies: usize,
    /// Send the cookie of a session over TLS only: for a service behind a proxy that speaks TLS
    #[arg(long, value_name = "BOOL", default_value = "false", action = ArgAction::Set)]
    pub cookie_secure: bool,
    /// WebSockets open at once
    #[arg(long, value_name = "COUNT", default_value_t = 1000, value_parser = between::<usize>(1, 1_000_000))]
    pub websocket_connections_max: usize,
    /// Messages of one WebSocket that wait to be taken up
    #[arg(long, value_name = "COUNT", default_value_t = 64, value_parser = between::<usize>(1, 10_000))]
    pub websocket_messages_waiting_max: usize,
    /// How often a WebSocket is pinged and its session or token looked up anew
    #[arg(long, value_name = "MS", default_value_t = 20_000, value_parser = between::<u64>(10, 600_000))]
    pub websocket_ping_every_ms: u64,
    /// How long a WebSocket may take to begin
    #[arg(long, value_name = "MS", default_value_t = 5000, value_parser = between::<u64>(1, 600_000))]
    pub websocket_begin_time_ms_max: u64,
    /// Make accounts to try the service with, and print their passwords: on this machine only, never where data matters
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set)]
    pub demo: bool,
    /// Files of dictionaries that are written at once, over all workers; more are asked to come back
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = between::<usize>(1, 10_000))]
    pub export_in_flight_max: usize,
    /// How long the client of a file may take nothing of it
    #[arg(long, value_name = "MS", default_value_t = 60_000, value_parser = between::<u64>(1, 3_600_000))]
    pub export_stall_ms_max: u64,
    /// How long nothing may come of a file that is uploaded
    #[arg(long, value_name = "MS", default_value_t = 30_000, value_parser = between::<u64>(1, 3_600_000))]
    pub upload_stall_ms_max: u64,
    /// Folder in which uploaded files wait for their import; each process takes a folder of its own in it
    #[arg(long, value_name = "FOLDER", default_value = "svod-data/imports")]
    pub import_folder: PathBuf,
    /// Longest file that is uploaded
    #[arg(long, value_name = "BYTES", default_value_t = 2 << 30, value_parser = between::<u64>(1, 1 << 40))]
    pub import_file_bytes_max: u64,
    /// How often to look for uploaded files
    #[arg(long, value_name = "MS", default_value_t = 200, value_parser = between::<u64>(1, 600_000))]
    pub import_every_ms: u64,
    /// How often to look whether another process has published
    #[arg(long, value_name = "MS", default_value_t = 50, value_parser = between::<u64>(1, 600_000))]
    pub poll_every_ms: u64,
    /// How often to ask the database for publications although no word came
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = between::<u64>(1, 600_000))]
    pub ask_every_ms: u64,
    /// How often to look for change requests that are scheduled to go out
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = between::<u64>(1, 600_000))]
    pub schedule_every_ms: u64,
    /// File of registered operations: a JSON object of query texts, each under its SHA-256 or a name
    #[arg(long, value_name = "FILE")]
    pub registered_operations: Option<PathBuf>,
    #[command(flatten)]
    pub query: QuerySettings,
    #[command(flatten)]
    pub files: FileSettings,
    #[command(flatten)]
    pub export: ExportSettings,
    #[command(flatten)]
    pub feed: FeedSettings,
    #[command(flatten)]
    pub delivery: delivery::DeliveryArguments,
    #[command(flatten)]
    pub consumers: ConsumerSettings,
    #[command(flatten)]
    pub traces: TraceArguments,
    #[command(flatten)]
    pub database: DatabaseSettings,
}

/// What one query may cost. The defaults are those of the data API.
#[derive(Debug, Clone, Copy, Args)]
#[command(next_help_heading = "Settings: queries")]
pub struct QuerySettings {
    /// Longest text of a query
    #[arg(long, value_name = "BYTES", default_value_t = query_default().query_bytes_max, value_parser = between::<usize>(64, 1 << 30))]
    pub query_bytes_max: usize,
    /// Most words, signs, spaces and comments of a query
    #[arg(long, value_name = "COUNT", default_value_t = query_default().tokens_max, value_parser = between::<usize>(10, 10_000_000))]
    pub query_tokens_max: usize,
    /// Deepest nesting of braces and brackets in the text of a query
    #[arg(long, value_name = "COUNT", default_value_t = query_default().nesting_max, value_parser = between::<usize>(1, 500))]
    pub query_nesting_max: usize,
    /// Deepest nesting of fields
    #[arg(long, value_name = "COUNT", default_value_t = query_default().depth_max, value_parser = between::<usize>(1, 100))]
    pub query_depth_max: usize,
    /// Deepest nesting of fields that ask for the schema
    #[arg(long, value_name = "COUNT", default_value_t = query_default().introspection_depth_max, value_parser = between::<usize>(1, 100))]
    pub query_introspection_depth_max: usize,
    /// Most that a query may ask: a field counts 1, a list of pages 10
    #[arg(long, value_name = "COUNT", default_value_t = query_default().complexity_max, value_parser = between::<usize>(1, 10_000_000))]
    pub query_complexity_max: usize,
    /// Most fields that ask for the schema
    #[arg(long, value_name = "COUNT", default_value_t = query_default().introspection_complexity_max, value_parser = between::<usize>(1, 10_000_000))]
    pub query_introspection_complexity_max: usize,
    /// Most fields under another name than their own
    #[arg(long, value_name = "COUNT", default_value_t = query_default().aliases_max, value_parser = between::<usize>(0, 10_000_000))]
    pub query_aliases_max: usize,
    /// Largest page: the most that `first` may ask for
    #[arg(long, value_name = "COUNT", default_value_t = query_default().page_size_max, value_parser = between::<usize>(1, 1_000_000))]
    pub query_page_size_max: usize,
    /// Most versions in one history
    #[arg(long, value_name = "COUNT", default_value_t = query_default().history_items_max, value_parser = between::<usize>(1, 1_000_000))]
    pub query_history_items_max: usize,
    /// Most objects in one answer
    #[arg(long, value_name = "COUNT", default_value_t = query_default().nodes_max, value_parser = between::<usize>(1, 1_000_000_000))]
    pub query_nodes_max: usize,
    /// Longest answer
    #[arg(long, value_name = "BYTES", default_value_t = query_default().response_bytes_max, value_parser = between::<usize>(1024, 1 << 40))]
    pub query_response_bytes_max: usize,
    /// Deepest nesting of filters
    #[arg(long, value_name = "COUNT", default_value_t = query_default().filter_depth_max, value_parser = between::<usize>(1, 100))]
    pub query_filter_depth_max: usize,
    /// Most values, tests and inner filters that the filter of one list has
    #[arg(long, value_name = "COUNT", default_value_t = query_default().filter_values_max, value_parser = between::<usize>(1, 10_000_000))]
    pub query_filter_values_max: usize,
    /// Longest text to search for
    #[arg(long, value_name = "CHARS", default_value_t = query_default().search_length_max, value_parser = between::<usize>(1, 100_000))]
    pub query_search_length_max: usize,
    /// Most items of older editions that one query reads; one edition is always read
    #[arg(long, value_name = "COUNT", default_value_t = query_default().older_items_max, value_parser = between::<usize>(0, 1_000_000_000))]
    pub query_older_items_max: usize,
    /// Most values that a query may read, rows × fields, told before it is run from its page sizes and the dictionaries
    #[arg(long, value_name = "COUNT", default_value_t = query_default().cost_max, value_parser = between::<u64>(1, 1_000_000_000_000))]
    pub query_cost_max: u64,
    /// Most errors that one answer lists
    #[arg(long, value_name = "COUNT", default_value_t = query_default().errors_max, value_parser = between::<usize>(1, 10_000))]
    pub query_errors_max: usize,
    /// Answers kept in memory until something is published or the day ends; 0 keeps none
    #[arg(long, value_name = "BYTES", default_value_t = query_default().response_cache_bytes_max, value_parser = between::<usize>(0, 1 << 40))]
    pub response_cache_bytes_max: usize,
    /// Validated queries kept in memory: about 16 bytes for each byte of their texts
    #[arg(long, value_name = "BYTES", default_value_t = query_default().cached_bytes_max, value_parser = between::<usize>(0, 1 << 40))]
    pub query_cached_bytes_max: usize,
    /// Schemas kept in memory for those who see other dictionaries than everybody does
    #[arg(long, value_name = "COUNT", default_value_t = query_default().schemas_max, value_parser = between::<usize>(1, 10_000))]
    pub query_schemas_max: usize,
    /// Texts kept that clients sent to name them by their SHA-256 from then on (persisted queries)
    #[arg(long, value_name = "BYTES", default_value_t = persisted_default().bytes_max, value_parser = between::<usize>(0, 1 << 40))]
    pub persisted_bytes_max: usize,
    /// Answer registered operations only
    #[arg(long, value_name = "BOOL", default_value = "false", default_missing_value = "true", num_args = 0..=1, require_equals = true, action = ArgAction::Set)]
    pub registered_only: bool,
    /// How long one query may be worked on
    #[arg(long, value_name = "MS", default_value_t = query_default().time_ms_max, value_parser = between::<u64>(1, 600_000))]
    pub query_time_ms_max: u64,
}

impl DatabaseSettings {
    pub fn store_limits(&self) -> StoreLimits {
        let connections_max = self.database_connections_max.unwrap_or(match self.database_url {
            DatabaseUrl::Sqlite(_) => u32::try_from(cores()).unwrap_or(u32::MAX).saturating_add(1),
            DatabaseUrl::Postgres(_) => 10,
        });
        StoreLimits {
            connections_max,
            busy_timeout_ms: self.database_busy_timeout_ms,
            connect_timeout_ms: self.database_connect_timeout_ms,
        }
    }

    /// The clock of the system, in the service's time zone.
    #[allow(clippy::disallowed_methods, reason = "this is where the system's clock is taken to be handed in")]
    pub fn clock(&self) -> Clock {
        Clock::new(self.time_zone.clone(), Timestamp::now)
    }
}

impl IdentitySettings {
    pub fn session_lifetime(&self) -> SignedDuration {
        SignedDuration::from_mins(i64::from(self.session_lifetime_minutes))
    }

    pub fn password_cost(&self) -> PasswordCost {
        PasswordCost { memory_kib: self.password_memory_kib, passes: self.password_passes, ..password_default() }
    }
}

/// The random bytes of the system.
pub fn system_secrets() -> Secrets {
    Secrets::new(|bytes| getrandom::fill(bytes).map_err(|error| Error::Operator(format!("the system gives no random bytes: {error}"))))
}

impl ServeSettings {
    pub fn import_jobs(&self) -> ImportJobSettings {
        let spool = SpoolSettings {
            folder: self.import_folder.clone(),
            file_bytes_max: self.import_file_bytes_max,
            unpacked_bytes_max: self.files.unpacked_bytes_max,
        };
        ImportJobSettings { spool, limits: self.files.import_limits() }
    }

    pub fn http(&self) -> HttpSettings {
        HttpSettings {
            listen: self.listen,
            workers: self.workers,
            blocking_threads: self.blocking_threads,
            queries_in_flight_max: self.query_in_flight_max,
            connections_max: self.http_connections_max,
            request_body_bytes_max: self.request_body_bytes_max,
            request_head_time_ms_max: self.request_head_time_ms_max,
            request_time_ms_max: self.request_time_ms_max,
            keep_alive_ms: self.keep_alive_ms,
            disconnect_time_ms_max: self.disconnect_time_ms_max,
            shutdown_timeout_ms: self.shutdown_timeout_ms,
            trusted_proxies: self.trusted_proxies,
            is_cookie_secure: self.cookie_secure,
            slow_request_ms: self.slow_request_ms,
            batch_operations_max: self.batch_operations_max,
            exports_in_flight_max: self.export_in_flight_max,
            export_stall_ms_max: self.export_stall_ms_max,
            upload_stall_ms_max: self.upload_stall_ms_max,
            rate: RateSettings { per_s: self.rate_limit_per_s, burst: self.rate_limit_burst },
            websockets: WebSocketSettings {
                connections_max: self.websocket_connections_max,
                messages_waiting_max: self.websocket_messages_waiting_max,
                ping_every_ms: self.websocket_ping_every_ms,
                begin_time_ms_max: self.websocket_begin_time_ms_max,
            },
            feed: self.feed.streams(),
        }
    }
}

impl QuerySettings {
    pub fn persisted(&self) -> PersistedLimits {
        PersistedLimits { bytes_max: self.persisted_bytes_max, is_registered_only: self.registered_only }
    }

    pub fn limits(&self) -> QueryLimits {
        QueryLimits {
            query_bytes_max: self.query_bytes_max,
            tokens_max: self.query_tokens_max,
            nesting_max: self.query_nesting_max,
            depth_max: self.query_depth_max,
            introspection_depth_max: self.query_introspection_depth_max,
            complexity_max: self.query_complexity_max,
            introspection_complexity_max: self.query_introspection_complexity_max,
            aliases_max: self.query_aliases_max,
            page_size_max: self.query_page_size_max,
            history_items_max: self.query_history_items_max,
            nodes_max: self.query_nodes_max,
            response_bytes_max: self.query_response_bytes_max,
            filter_depth_max: self.query_filter_depth_max,
            filter_values_max: self.query_filter_values_max,
            search_length_max: self.query_search_length_max,
            older_items_max: self.query_older_items_max,
            cost_max: self.query_cost_max,
            errors_max: self.query_errors_max,
            response_cache_bytes_max: self.response_cache_bytes_max,
            cached_bytes_max: self.query_cached_bytes_max,
            schemas_max: self.query_schemas_max,
            time_ms_max: self.query_time_ms_max,
        }
    }
}

fn password_default() -> PasswordCost {
    PasswordCost::default()
}

fn query_default() -> QueryLimits {
    QueryLimits::default()
}

fn persisted_default() -> PersistedLimits {
    PersistedLimits::default()
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A parser of numbers from `min` to `max`, both included.
fn between<T>(min: T, max: T) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: ValidateRange<T> + FromStr + Display + Copy + Send + Sync + 'static,
{
    move |text| {
        let number: T = text.parse().map_err(|_| format!("`{text}` is not a whole number from {min} to {max}"))?;
        let is_within = number.validate_range(Some(min), Some(max), None, None);
        if is_within { Ok(number) } else { Err(format!("{number} is not from {min} to {max}")) }
    }
}

fn time_zone(name: &str) -> Result<TimeZone, String> {
    TimeZone::get(name).map_err(|_| format!("there is no time zone `{name}`: names are like Europe/Moscow"))
}

fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("`{text}` is not an address: write IP:PORT like 127.0.0.1:8080 or [::1]:8080"))
}
