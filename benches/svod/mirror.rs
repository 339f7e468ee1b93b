//! A mirror from outside: how long it takes until the tables of a consumer are filled for the first time, held against a bare bulk insert
//! of the same rows into the same columns with the same index, each engine by its fastest way.

use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use svod::app::import::ImportOptions;
use svod::app::svod::Svod;
use svod::db::DatabaseUrl;
use svod::domain::clock::Clock;
use svod::domain::text::DictionaryCode;
use svod::exchange::cells::{ItemColumn, columns};
use svod::mirror::{MirrorSettings, run};
use svod::outbound::feed_client::FeedAddress;

use crate::process::start;
use crate::{ROUNDS, Target, data, define, load, median, open, target};

diesel::table! {
    bare_mirror (code) {
        code -> Text,
        parent -> Nullable<Text>,
        valid_from -> Nullable<Text>,
        valid_to -> Nullable<Text>,
        retirement_reason -> Nullable<Text>,
        successors -> Nullable<Text>,
        name -> Nullable<Text>,
        region -> Nullable<Text>,
        kind -> Nullable<Text>,
        centre -> Nullable<Text>,
        population -> Nullable<BigInt>,
        area -> Nullable<Text>,
        is_closed -> Nullable<Bool>,
        registered_on -> Nullable<Text>,
    }
}

#[derive(Insertable, Clone)]
#[diesel(table_name = bare_mirror, treat_none_as_default_value = false)]
struct Row {
    code: String,
    parent: Option<String>,
    valid_from: Option<String>,
    valid_to: Option<String>,
    retirement_reason: Option<String>,
    successors: Option<String>,
    name: Option<String>,
    region: Option<String>,
    kind: Option<String>,
    centre: Option<String>,
    population: Option<i64>,
    area: Option<String>,
    is_closed: Option<bool>,
    registered_on: Option<String>,
}

pub fn measure(rows: usize, folder: &Path) {
    println!("\n| engine | bare bulk insert, s | first snapshot until stored, s | ratio (≤ 2) | the same until read back and equal, s |");
    println!("|---|---|---|---|---|");
    // The service is the same for both, so that only the mirror's engine differs.
    let service = target("sqlite", folder, "mirrored");
    let svod = open(&service);
    define(&svod);
    load(&svod, &data::csv(rows, "№"), &ImportOptions::default());
    let server = start(&service.url);
    for engine in crate::ENGINES {
        let (mut bare, mut first, mut whole) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let into = target(engine, folder, &format!("mirror_{round}"));
            let started = Instant::now();
            let mirrored =
                run(&settings(&server.address, &into), &Clock::new(jiff::tz::TimeZone::UTC, jiff::Timestamp::now)).expect("it mirrors");
            whole.push(started.elapsed().as_secs_f64());
            first.push(mirrored.bootstrap.expect("the tables are new").as_secs_f64());
            assert_eq!(mirrored.dictionaries.iter().map(|dictionary| dictionary.rows).max(), Some(rows as i64));
            bare.push(insert(&target(engine, folder, &format!("bare_mirror_{round}")), &svod));
        }
        let (bare, first, whole) = (median(&mut bare), median(&mut first), median(&mut whole));
        println!("| {engine} | {bare:.2} | {first:.2} | {:.2} | {whole:.2} |", first / bare);
    }
}

fn settings(address: &str, into: &Target) -> MirrorSettings {
    MirrorSettings {
        from: FeedAddress { url: format!("http://{address}"), token: None, timeout_ms: 30_000 },
        into: DatabaseUrl::parse(&into.url).expect("a URL of ours"),
        dictionaries: DictionaryCode::parse("territories").map(|code| vec![code]),
        is_once: true,
        is_verifying: false,
        wait_ms: 0,
        retry_ms_max: 1_000,
        verify_every: Duration::from_secs(86_400),
        busy_timeout_ms: 5_000,
        rows_at_once: 2_000,
        held_bytes_max: 16 << 20,
    }
}

/// Seconds for the rows that the service holds of the measured dictionary.
fn insert(target: &Target, svod: &Svod) -> f64 {
    let table = |decimal: &str, date: &str| {
        format!(
            "CREATE TABLE bare_mirror (code TEXT NOT NULL, parent TEXT, valid_from {date}, valid_to {date}, retirement_reason TEXT, \
             successors TEXT, name TEXT, region TEXT, kind TEXT, centre TEXT, population BIGINT, area {decimal}, is_closed BOOLEAN, \
             registered_on {date})"
        )
    };
    const INDEX: &str = "CREATE INDEX bare_mirror_code ON bare_mirror (code)";
    let rows = rows(svod);
    match target.url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut connection = SqliteConnection::establish(path).expect("a new file");
            let settings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;";
            connection.batch_execute(settings).expect("settings");
            let started = Instant::now();
            let inserted = connection.immediate_transaction(|connection| {
                connection.batch_execute(&table("TEXT", "TEXT"))?;
                for row in rows {
                    diesel::insert_into(bare_mirror::table).values(row).execute(connection)?;
                }
                connection.batch_execute(INDEX)
            });
            inserted.expect("the rows fit");
            started.elapsed().as_secs_f64()
        }
        None => {
            let mut connection = PgConnection::establish(&target.url).expect("PostgreSQL answers");
            let started = Instant::now();
            let inserted: QueryResult<()> = connection.transaction(|connection| {
                connection.batch_execute(&table("NUMERIC", "DATE"))?;
                let lines: Vec<String> = rows.iter().map(line).collect();
                let copy = diesel::copy_from(bare_mirror::table).from_raw_data(bare_mirror::table, |copy| -> QueryResult<()> {
                    let written = lines.iter().try_for_each(|line| copy.write_all(line.as_bytes()));
                    written.map_err(|error| diesel::result::Error::SerializationError(error.into()))
                });
                copy.execute(connection)?;
                connection.batch_execute(INDEX)
            });
            inserted.expect("the rows fit");
            started.elapsed().as_secs_f64()
        }
    }
}

/// A row as PostgreSQL copies it; no text of the data set has a sign that it would read in another way.
fn line(row: &Row) -> String {
    let mut line = row.code.clone();
    let texts = [&row.parent, &row.valid_from, &row.valid_to, &row.retirement_reason, &row.successors, &row.name, &row.region, &row.kind];
    let mut add = |cell: Option<&str>| {
        line.push('\t');
        line.push_str(cell.unwrap_or("\\N"));
    };
    texts.into_iter().for_each(|text| add(text.as_deref()));
    add(row.centre.as_deref());
    add(row.population.map(|number| number.to_string()).as_deref());
    add(row.area.as_deref());
    add(row.is_closed.map(|is| if is { "t" } else { "f" }));
    add(row.registered_on.as_deref());
    let _ = writeln!(line);
    line
}

fn rows(svod: &Svod) -> Vec<Row> {
    let head = svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&DictionaryCode::parse("territories").expect("a code")].current;
    let columns: Vec<(String, ItemColumn)> =
        columns(&snapshot.dictionary).into_iter().map(|column| (column.name(&snapshot.dictionary), column)).collect();
    let row = |version: &std::sync::Arc<svod::domain::item::ItemVersion>| {
        let cell = |name: &str| {
            let mut text = String::new();
            columns.iter().find(|(column, _)| column == name)?.1.write(version, &mut text);
            (!text.is_empty()).then_some(text)
        };
        Row {
            code: version.code.to_string(),
            parent: cell("parent"),
            valid_from: cell("valid_from"),
            valid_to: cell("valid_to"),
            retirement_reason: None,
            successors: None,
            name: cell("name"),
            region: cell("region"),
            kind: cell("kind"),
            centre: cell("centre"),
            population: cell("population").and_then(|number| number.parse().ok()),
            area: cell("area"),
            is_closed: cell("is_closed").map(|is| is == "true"),
            registered_on: cell("registered_on"),
        }
    };
    snapshot.items.versions().iter().map(row).collect()
}
