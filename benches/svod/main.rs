//! Measures what the issues promise, on both engines in one run, and prints tables. Quote ratios: the machines are noisy.
//! `make bench` runs it with a private PostgreSQL; `make bench ROWS=20000` does it smaller.

// A bench prints, stops when something is wrong, and reads the clock and the environment itself.
#![allow(clippy::print_stdout, clippy::panic, clippy::disallowed_methods)]

mod bare;
mod data;
mod process;

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use svod::app::applying::DefinedDictionary;
use svod::app::import::{ImportOptions, Source};
use svod::app::svod::{Svod, SvodSettings};
use svod::db::{DatabaseUrl, StoreLimits};
use svod::domain::clock::Clock;
use svod::domain::dictionary::Dictionary;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::parse_date;
use svod::exchange::csv::Limits;

const LIMITS: Limits = Limits { record_bytes_max: 1 << 20, columns_max: 1_000 };
const ROUNDS: usize = 3;

/// A database for one measurement.
pub struct Target {
    pub engine: &'static str,
    pub url: String,
}

fn main() {
    let rows: usize = std::env::var("ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(200_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = data::csv(rows, "№");
    let renamed = data::csv(rows, "номер");
    println!("{rows} items of 8 attributes, {:.1} MB of CSV; medians of {ROUNDS} rounds\n", file.len() as f64 / 1e6);
    println!(
        "| engine | bare bulk insert, s | import of a CSV, s | ratio (≤ 3) | one change until read, ms (≤ 200) \
         | the same, seen by another process, ms | the same file again, s | every row changed, s |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let mut loaded = Vec::new();
    for engine in ["sqlite", "postgres"] {
        let mut bare = Vec::new();
        let mut import = Vec::new();
        let mut change = Vec::new();
        let mut change_followed = Vec::new();
        let (mut again, mut changed) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let target = target(engine, folder.path(), round);
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
    process::measure(&loaded, rows, folder.path());
}

fn seconds(act: impl FnOnce()) -> f64 {
    let started = Instant::now();
    act();
    started.elapsed().as_secs_f64()
}

pub fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn target(engine: &'static str, folder: &std::path::Path, round: usize) -> Target {
    if engine == "sqlite" {
        return Target { engine, url: format!("sqlite:{}", folder.join(format!("{round}.db")).display()) };
    }
    let server = std::env::var("SVOD_TEST_POSTGRES").expect("scripts/postgres.sh runs this and names its folder");
    let url = |name: &str| format!("postgres:///{name}?host={server}&user=postgres");
    let name = format!("bench_{round}");
    let mut connection = PgConnection::establish(&url("postgres")).expect("PostgreSQL answers");
    connection.batch_execute(&format!("CREATE DATABASE {name}")).expect("a new database");
    Target { engine, url: url(&name) }
}

fn open(target: &Target) -> Svod {
    let settings = SvodSettings {
        database_url: DatabaseUrl::parse(&target.url).expect("a URL of ours"),
        store: StoreLimits { connections_max: 4, busy_timeout_ms: 5_000, connect_timeout_ms: 5_000 },
        clock: Clock::new(TimeZone::UTC, Timestamp::now),
        violations_max: 1_000,
        older_versions_max: 2_000_000,
        secrets: svod::config::system_secrets(),
        password_cost: svod::app::passwords::PasswordCost::default(),
        session_lifetime: jiff::SignedDuration::from_hours(12),
        is_demo: false,
        name_check: svod::query::name_problems,
    };
    Svod::open(settings).expect("the database opens")
}

fn define(svod: &Svod) {
    for (toml, items) in [(data::REGIONS, data::regions()), (data::TERRITORIES, String::new())] {
        let dictionary = Dictionary::compile(toml::from_str(toml).expect("it reads")).expect("it compiles");
        let open = || -> std::io::Result<Box<dyn Read>> { Ok(Box::new(Cursor::new(items.clone().into_bytes()))) };
        let items = (!items.is_empty()).then_some(Source { name: "items.csv", open: &open });
        let defined = [DefinedDictionary { dictionary: Arc::new(dictionary), items }];
        svod.publisher.apply("bench", &defined, &ImportOptions::default(), LIMITS, &|_, _, _| {}).expect("it is valid");
    }
}

fn load(svod: &Svod, file: &Arc<[u8]>, options: &ImportOptions) {
    let open = || -> std::io::Result<Box<dyn Read>> { Ok(Box::new(Cursor::new(Arc::clone(file)))) };
    let source = Source { name: "territories.csv", open: &open };
    let code = DictionaryCode::parse("territories").expect("a code");
    svod.publisher.import(&code, &source, options, LIMITS, &|_, _, _| {}).expect("it is valid");
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
