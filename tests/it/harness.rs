//! Databases of both engines and an open service on each. PostgreSQL is a private server: that of `make test` where there is one,
//! else one that the test process starts and that ends with it.

use std::io::{BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, RunQueryDsl, SqliteConnection};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use svod::app::acting::Caller;
use svod::app::applying::DefinedDictionary;
use svod::app::change_request::{Destination, Filed};
use svod::app::import::{ImportLimits, ImportOptions, Imported, Source, Surroundings};
use svod::app::import_job::{ImportJobSettings, SpoolSettings};
use svod::app::passwords::PasswordCost;
use svod::app::svod::{Svod, SvodSettings};
use svod::config::system_secrets;
use svod::db::{DatabaseUrl, StoreLimits};
use svod::domain::account::AccountId;
use svod::domain::change_request::{NewRequest, Origin};
use svod::domain::clock::Clock;
use svod::domain::definition::Definition;
use svod::domain::dictionary::Dictionary;
use svod::domain::error::Result;
use svod::domain::item::{ItemVersion, attributes_json};
use svod::domain::text::DictionaryCode;
use svod::domain::validity::Date;
use svod::exchange::csv::Limits;
use svod::exchange::table::{FileLimits, Input};
use tempfile::TempDir;

/// Makes a test of each function for each engine: `sqlite::name` and `postgres::name`.
macro_rules! on_both_engines {
    ($($test:ident),+ $(,)?) => {
        mod sqlite { $(#[test] fn $test() { super::$test(crate::harness::Database::sqlite()) })+ }
        mod postgres { $(#[test] fn $test() { super::$test(crate::harness::Database::postgres()) })+ }
    };
}

const FILE_LIMITS: FileLimits = FileLimits {
    row: Limits { record_bytes_max: 1 << 20, columns_max: 1_000 },
    document_bytes_max: 16 << 20,
    unpacked_bytes_max: 64 << 20,
};

pub const IMPORT_LIMITS: ImportLimits = ImportLimits { file: FILE_LIMITS, rejected_rows_max: 10_000, changing_rows_max: 100_000 };

/// A database of its own for one test.
pub struct Database {
    pub url: String,
    folder: TempDir,
}

impl Database {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("svod.db").display());
        Self { url, folder }
    }

    pub fn postgres() -> Self {
        let server = postgres_folder();
        // Numbers of processes come again within one run.
        let name = format!("svod_{}", uuid::Uuid::new_v4().simple());
        let url = |name: &str| format!("postgres:///{name}?host={}&user=postgres", server.display());
        let mut connection = PgConnection::establish(&url("postgres")).unwrap();
        connection.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self { url: url(&name), folder: tempfile::tempdir().unwrap() }
    }

    /// A folder for the files of the test.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// One of SQLite with nothing in it but its tables.
    pub fn sqlite_migrated() -> Self {
        let database = Self::sqlite();
        drop(database.open());
        database
    }

    /// The settings of a service over it, whose clock stands.
    pub fn settings(&self) -> SvodSettings {
        settings(self, Arc::new(AtomicI64::new(0)))
    }

    pub fn open(&self) -> Instance {
        Instance::open(self)
    }

    /// Runs SQL on the database behind the service's back.
    pub fn execute(&self, sql: &str) {
        match self.url.strip_prefix("sqlite:") {
            // A service may be writing.
            Some(path) => {
                SqliteConnection::establish(path).unwrap().batch_execute(&format!("PRAGMA busy_timeout = 10000; {sql}")).unwrap();
            }
            None => PgConnection::establish(&self.url).unwrap().batch_execute(sql).unwrap(),
        }
    }
}

impl Database {
    /// How SQLite would carry out a statement; nothing on PostgreSQL, whose plans follow its statistics.
    pub fn explain_sqlite(&self, statement: &str) -> Option<String> {
        #[derive(diesel::QueryableByName)]
        struct Step {
            #[diesel(sql_type = diesel::sql_types::Text)]
            detail: String,
        }
        let path = self.url.strip_prefix("sqlite:")?;
        let mut connection = SqliteConnection::establish(path).unwrap();
        let steps: Vec<Step> = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}")).load(&mut connection).unwrap();
        Some(steps.into_iter().map(|step| step.detail).collect())
    }

    /// The tables, columns and indexes, as the engine itself describes them.
    pub fn dump(&self) -> String {
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text)]
            line: String,
        }
        let sqlite = "SELECT coalesce(sql, name) AS line FROM sqlite_master ORDER BY name";
        let postgres = "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line FROM information_schema.columns \
                        WHERE table_schema = 'public' UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY line";
        let lines: Vec<Line> = match self.url.strip_prefix("sqlite:") {
            Some(path) => diesel::sql_query(sqlite).load(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
            None => diesel::sql_query(postgres).load(&mut PgConnection::establish(&self.url).unwrap()).unwrap(),
        };
        lines.into_iter().map(|line| line.line + "\n").collect()
    }
}

/// The folder with the socket of the PostgreSQL server for tests.
fn postgres_folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match std::env::var_os("SVOD_TEST_POSTGRES") {
        Some(folder) => PathBuf::from(folder),
        None => start_postgres(),
    })
}

/// The server stops when its standard input closes, which it does when this process ends, however it ends.
fn start_postgres() -> PathBuf {
    static SERVER: Mutex<Option<Child>> = Mutex::new(None);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/postgres.sh");
    let mut server = Command::new(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut folder = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut folder).unwrap();
    assert!(!folder.is_empty(), "PostgreSQL did not start: run `make postgres` once");
    *SERVER.lock().unwrap() = Some(server);
    PathBuf::from(folder.trim())
}

/// An open service whose clock the test sets.
pub struct Instance {
    pub svod: Arc<Svod>,
    now_ms: Arc<AtomicI64>,
}

/// What the clock of a test says at first: noon of this day in Moscow.
pub const TODAY: &str = "2026-11-22";

impl Instance {
    pub fn open(database: &Database) -> Self {
        Self::try_open(database).unwrap()
    }

    pub fn try_open(database: &Database) -> Result<Self> {
        let start: Timestamp = format!("{TODAY}T12:00:00+03:00").parse().unwrap();
        let now_ms = Arc::new(AtomicI64::new(start.as_millisecond()));
        let svod = Arc::new(Svod::open(settings(database, Arc::clone(&now_ms)))?);
        Ok(Self { svod, now_ms })
    }

    /// A service that runs as a demo.
    pub fn open_demo(database: &Database) -> Self {
        let now_ms = Arc::new(AtomicI64::new(format!("{TODAY}T12:00:00+03:00").parse::<Timestamp>().unwrap().as_millisecond()));
        let svod = Arc::new(Svod::open(SvodSettings { is_demo: true, ..settings(database, Arc::clone(&now_ms)) }).unwrap());
        Self { svod, now_ms }
    }

    /// Lets the clock go on.
    pub fn wait(&self, duration: SignedDuration) {
        self.now_ms.fetch_add(i64::try_from(duration.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Sets the clock to noon of a day.
    pub fn set_today(&self, date: &str) {
        let noon: Timestamp = format!("{date}T12:00:00+03:00").parse().unwrap();
        self.now_ms.store(noon.as_millisecond(), Ordering::SeqCst);
    }

    /// Publishes a definition, with items where there are any.
    pub fn define(&self, toml: &str, items: Option<&str>) -> Result<Filed> {
        let mut definition: Definition = toml::from_str(toml).unwrap();
        // Whoever approves is not what these tests are about, unless their definition says so.
        if !toml.contains("approval") {
            definition.approval.four_eyes = false;
        }
        let dictionary = Arc::new(Dictionary::compile(definition).unwrap());
        let bytes = items.unwrap_or_default().as_bytes().to_vec();
        let open = move || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(bytes.clone()))) };
        let defined = DefinedDictionary { dictionary, items: items.map(|_| Source { name: "items.csv", open: &open }) };
        let new = NewRequest { title: "test".to_owned(), ..NewRequest::default() };
        let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
        self.svod.change_requests.apply(&self.operator(), new, Origin::Apply, &[defined], &options, &Surroundings::unwatched(IMPORT_LIMITS))
    }

    /// The number of the latest publication.
    pub fn seq(&self) -> i64 {
        self.svod.publisher.catalog().head().seq()
    }

    /// What is known now of an item, a line a version: `from..to parent attribute=value`.
    pub fn timeline(&self, dictionary: &str, item: &str) -> Vec<String> {
        self.timeline_at(dictionary, item, self.seq())
    }

    /// The same as it was known at a publication.
    pub fn timeline_at(&self, dictionary: &str, item: &str, publication: i64) -> Vec<String> {
        let code = DictionaryCode::parse(dictionary).unwrap();
        let Some(snapshot) = self.svod.reading.reader().dictionary(&code, publication).unwrap() else { return Vec::new() };
        let versions = snapshot.items.versions_of(item).iter();
        versions.map(|version| shown(&snapshot.dictionary, version)).collect()
    }

    /// The command line as a caller.
    pub fn operator(&self) -> Caller {
        self.svod.acts.built_in(AccountId::OPERATOR, "test").unwrap()
    }

    /// Imports and publishes at once, unless the options name another destination than the default.
    pub fn import_source(&self, code: &DictionaryCode, source: &Source<'_>, options: &ImportOptions) -> Result<Imported> {
        let destination = match options.destination {
            Destination::Draft => Destination::Publish,
            other => other,
        };
        let options = ImportOptions { destination, ..options.clone() };
        self.svod.change_requests.import(&self.operator(), code, source, &options, &Surroundings::unwatched(IMPORT_LIMITS))
    }

    /// Imports bytes as a file of this name.
    pub fn import_bytes(&self, dictionary: &str, name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported> {
        let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(bytes.to_vec()))) };
        let source = Source { name, open: &open };
        let code = DictionaryCode::parse(dictionary).unwrap();
        self.import_source(&code, &source, options)
    }

    pub fn import(&self, dictionary: &str, text: &str, options: &ImportOptions) -> Result<Imported> {
        self.import_bytes(dictionary, "items.csv", text.as_bytes(), options)
    }

    /// The problems that refuse an import, one a line.
    pub fn import_refused(&self, dictionary: &str, text: &str, options: &ImportOptions) -> String {
        let before = self.svod.publisher.catalog().head().seq();
        let refusal = self.import(dictionary, text, options).unwrap_err().to_string();
        assert_eq!(self.svod.publisher.catalog().head().seq(), before, "a refused import published");
        refusal
    }
}

fn settings(database: &Database, now_ms: Arc<AtomicI64>) -> SvodSettings {
    let now = move || Timestamp::from_millisecond(now_ms.load(Ordering::SeqCst)).unwrap();
    SvodSettings {
        database_url: DatabaseUrl::parse(&database.url).unwrap(),
        store: StoreLimits { connections_max: 4, busy_timeout_ms: 5_000, connect_timeout_ms: 5_000 },
        clock: Clock::new(TimeZone::get("Europe/Moscow").unwrap(), now),
        violations_max: 1_000,
        older_bytes_max: 256 << 20,
        secrets: system_secrets(),
        password_cost: PasswordCost { memory_kib: 8, passes: 1, lanes: 1 },
        session_lifetime: SignedDuration::from_hours(12),
        is_demo: false,
        name_check: svod::query::name_problems,
        feed: svod::app::feed::FeedSettings::default(),
        consumers: svod::config::idle_consumers(),
        import_jobs: Some(ImportJobSettings {
            spool: SpoolSettings { folder: database.folder().join("imports"), file_bytes_max: 64 << 20, unpacked_bytes_max: 64 << 20 },
            limits: IMPORT_LIMITS,
        }),
    }
}

fn shown(dictionary: &Dictionary, version: &ItemVersion) -> String {
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let parent = version.parent().map(|parent| format!(" ^{parent}")).unwrap_or_default();
    let attributes = attributes_json(dictionary, &version.stretch.content);
    let validity = version.validity();
    format!("{}..{}{parent} {attributes}", date(validity.from()), date(validity.to()))
}

/// A file of `tests/fixtures`, unpacked when its name ends in `.gz`.
pub fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if !name.ends_with(".gz") {
        return bytes;
    }
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
    unpacked
}
