//! Measures what the issues promise, on both engines in one run, and prints tables. Quote ratios: the machines are noisy.
//! `make bench` runs it with a private PostgreSQL; `make bench ROWS=20000` does it smaller, and `ONLY=stewardship` only a part of it:
//! `import`, `process`, `files` (of `FILE_ROWS`), `feed` (of as many), `arrival` (the end of it), `selection`, `mirror`, `stewardship` or `soak`, which `SOAK_S` makes shorter.

// A bench prints, stops when something is wrong, and reads the clock and the environment itself.
#![allow(clippy::print_stdout, clippy::panic, clippy::disallowed_methods)]

mod arriving;
mod bare;
mod data;
mod files;
mod following;
mod management;
mod mirror;
mod process;
mod selection;
mod soak;
mod stewardship;

use std::io::Cursor;
use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use svod::app::acting::Caller;
use svod::app::applying::DefinedDictionary;
use svod::app::change_request::Destination;
use svod::app::import::{ImportLimits, ImportOptions, Source, Surroundings};
use svod::app::svod::{Svod, SvodSettings};
use svod::db::{DatabaseUrl, StoreLimits};
use svod::domain::account::AccountId;
use svod::domain::change_request::{NewRequest, Origin};
use svod::domain::clock::Clock;
use svod::domain::dictionary::Dictionary;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::parse_date;
use svod::exchange::csv::Limits;
use svod::exchange::table::{FileLimits, Input};

/// What is measured runs in this process, with the allocator of the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LIMITS: ImportLimits = ImportLimits {
    file: FileLimits {
        row: Limits { record_bytes_max: 1 << 20, columns_max: 1_000 },
        document_bytes_max: 1 << 26,
        unpacked_bytes_max: 1 << 31,
    },
    rejected_rows_max: 1_000,
    changing_rows_max: u64::MAX,
};
const ROUNDS: usize = 3;
const ENGINES: [&str; 2] = ["sqlite", "postgres"];

/// A database for one measurement.
pub struct Target {
    pub engine: &'static str,
    pub url: String,
}

fn main() {
    let setting = |name: &str| std::env::var(name).ok();
    let number = |name: &str, otherwise: usize| setting(name).and_then(|number| number.parse().ok()).unwrap_or(otherwise);
    let rows = number("ROWS", 200_000);
    let only = setting("ONLY");
    let is_asked = |part: &str| only.as_deref().is_none_or(|only| only == part);
    let folder = tempfile::tempdir().expect("a temporary folder");
    println!("{rows} items of 8 attributes, {:.1} MB of CSV; medians of {ROUNDS} rounds\n", data::csv(rows, "№").len() as f64 / 1e6);
    if is_asked("import") || is_asked("process") {
        let loaded = import(rows, folder.path());
        process::measure(&loaded, rows, folder.path());
    }
    if is_asked("selection") {
        selection::measure();
    }
    if is_asked("files") {
        files::measure(number("FILE_ROWS", 1_000_000), folder.path());
    }
    if is_asked("feed") {
        following::measure(number("FILE_ROWS", 1_000_000), folder.path());
    }
    if is_asked("feed") || is_asked("arrival") {
        arriving::measure(folder.path());
    }
    if is_asked("mirror") {
        mirror::measure(rows, folder.path());
    }
    if is_asked("stewardship") {
        stewardship::measure(rows, folder.path());
    }
    if is_asked("soak") {
        soak::measure(number("SOAK_S", 60) as u64, folder.path());
    }
}

/// Measures imports; gives a database of each engine with the big dictionary.
fn import(rows: usize, folder: &std::path::Path) -> Vec<Target> {
    let file = data::csv(rows, "№");
    let renamed = data::csv(rows, "номер");
    println!(
        "| engine | bare bulk insert, s | import of a CSV, s | ratio (≤ 3) | one change until read, ms (≤ 200) \
         | the same, seen by another process, ms | the same file again, s | every row changed, s |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut loaded = Vec::new();
    for engine in ENGINES {
        let mut bare = Vec::new();
        let mut import = Vec::new();
        let mut change = Vec::new();
        let mut change_followed = Vec::new();
        let (mut again, mut changed) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let target = target(engine, folder, &format!("import_{round}"));
            let svod = open(&target);
            define(&svod);
            import.push(seconds(|| load(&svod, &file, &ImportOptions::default())));
            bare.push(bare::insert(&target, &svod));
            let (here, there) = one_change(&svod, &target, rows);
            change.push(here);
            change_followed.push(there);
            // The first database stays as it is, for the measurement of starts.
            if round == 0 {
                loaded.push(target);
                continue;
            }
            let on = ImportOptions { on: parse_date("2029-01-01"), ..ImportOptions::default() };
            again.push(seconds(|| load(&svod, &file, &on)));
            changed.push(seconds(|| load(&svod, &renamed, &on)));
        }
        let (bare, import) = (median(&mut bare), median(&mut import));
        let (change, followed) = (median(&mut change) * 1e3, median(&mut change_followed) * 1e3);
        let (again, changed) = (median(&mut again), median(&mut changed));
        println!("| {engine} | {bare:.2} | {import:.2} | {:.2} | {change:.0} | {followed:.0} | {again:.2} | {changed:.2} |", import / bare);
    }
    loaded
}

/// How long something takes.
pub fn seconds(act: impl FnOnce()) -> f64 {
    let started = Instant::now();
    act();
    started.elapsed().as_secs_f64()
}

pub fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A new database.
pub fn target(engine: &'static str, folder: &std::path::Path, name: &str) -> Target {
    if engine == "sqlite" {
        return Target { engine, url: format!("sqlite:{}", folder.join(format!("{name}.db")).display()) };
    }
    let server = std::env::var("SVOD_TEST_POSTGRES").expect("scripts/postgres.sh runs this and names its folder");
    let url = |name: &str| format!("postgres:///{name}?host={server}&user=postgres");
    let name = format!("bench_{name}");
    let mut connection = PgConnection::establish(&url("postgres")).expect("PostgreSQL answers");
    connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a new database");
    Target { engine, url: url(&name) }
}

/// A service over a database.
pub fn open(target: &Target) -> Svod {
    let settings = SvodSettings {
        database_url: DatabaseUrl::parse(&target.url).expect("a URL of ours"),
        store: StoreLimits { connections_max: 4, busy_timeout_ms: 5_000, connect_timeout_ms: 5_000 },
        clock: Clock::new(TimeZone::UTC, Timestamp::now),
        violations_max: 1_000,
        older_bytes_max: 256 << 20,
        secrets: svod::config::system_secrets(),
        password_cost: svod::app::passwords::PasswordCost::default(),
        session_lifetime: jiff::SignedDuration::from_hours(12),
        is_demo: false,
        name_check: svod::query::name_problems,
        import_jobs: None,
        feed: svod::app::feed::FeedSettings::default(),
        consumers: svod::config::idle_consumers(),
    };
    Svod::open(settings).expect("the database opens")
}

/// The command line as a caller.
pub fn operator(svod: &Svod) -> Caller {
    svod.acts.built_in(AccountId::OPERATOR, "bench").expect("it is there")
}

/// A dictionary whose changes need nobody's approval, so that an import is published at once.
fn unapproved(toml: &str) -> String {
    toml.replacen("passport =", "approval = { four_eyes = false }\npassport =", 1)
}

fn define(svod: &Svod) {
    let regions = Some(data::regions().into_bytes().into());
    apply(svod, &[(&unapproved(data::REGIONS), regions), (&unapproved(data::TERRITORIES), None)]);
}

/// Publishes definitions with their items, as one publication.
pub fn apply(svod: &Svod, all: &[(&str, Option<Arc<[u8]>>)]) {
    type Open = Box<dyn Fn() -> std::io::Result<Box<dyn Input>>>;
    let opening = |items: Arc<[u8]>| -> Open { Box::new(move || Ok(Box::new(Cursor::new(Arc::clone(&items))))) };
    let files: Vec<Option<Open>> = all.iter().map(|(_, items)| items.clone().map(opening)).collect();
    let defined = all.iter().zip(&files).map(|((toml, _), open)| {
        let dictionary = Dictionary::compile(toml::from_str(toml).expect("it reads")).expect("it compiles");
        let items = open.as_ref().map(|open| Source { name: "items.csv", open });
        DefinedDictionary { dictionary: Arc::new(dictionary), items }
    });
    let defined: Vec<DefinedDictionary<'_>> = defined.collect();
    let new = NewRequest { title: "Словари".to_owned(), ..NewRequest::default() };
    let options = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
    let applied = svod.change_requests.apply(&operator(svod), new, Origin::Apply, &defined, &options, &Surroundings::unwatched(LIMITS));
    applied.expect("it is valid");
}

fn load(svod: &Svod, file: &Arc<[u8]>, options: &ImportOptions) {
    let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(Arc::clone(file)))) };
    let source = Source { name: "territories.csv", open: &open };
    let code = DictionaryCode::parse("territories").expect("a code");
    let options = ImportOptions { destination: Destination::Publish, ..options.clone() };
    svod.change_requests.import(&operator(svod), &code, &source, &options, &Surroundings::unwatched(LIMITS)).expect("it is valid");
}

/// Publishes one change and waits until a new reader sees it, here and over a follower in what could be another process.
fn one_change(svod: &Svod, target: &Target, rows: usize) -> (f64, f64) {
    let other = open(target);
    let mut follower = other.follower(2_000).expect("it connects");
    follower.look().expect("it looks");
    let code = DictionaryCode::parse("territories").expect("a code");
    let item = data::code(rows / 2);
    let file: Arc<[u8]> = format!("code,name\n{item},Переименованная территория\n").into_bytes().into();
    // The text index is part of what readers see, so it is there before the change and advanced by it.
    for one in [svod, &other] {
        one.publisher.catalog().head().dictionaries[&code].current.text_index();
    }
    let sees = |svod: &Svod| {
        let snapshot = Arc::clone(&svod.publisher.catalog().head().dictionaries[&code].current);
        snapshot.search("переименованная").len() == 1
    };
    let started = Instant::now();
    load(svod, &file, &ImportOptions { on: parse_date("2030-01-01"), ..ImportOptions::default() });
    assert!(sees(svod), "a reader does not see the change");
    let here = started.elapsed().as_secs_f64();
    let mut looks = 0;
    while !sees(&other) {
        follower.look().expect("it looks");
        looks += 1;
        assert!(looks < 100_000, "another process does not see the change");
    }
    (here, started.elapsed().as_secs_f64())
}
