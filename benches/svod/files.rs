//! Files of very many items: a CSV into a change request, its publication, the same file again with a hundred changes, and exports. The
//! yardsticks are the same rows into a bare table, without and with the indexes of the real one, and the csv crate alone.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use svod::app::change_request::Destination;
use svod::app::exporting::{ExportRequest, Exporting};
use svod::app::import::{ImportOptions, Imported, Source, Surroundings};
use svod::app::svod::Svod;
use svod::domain::account::Authority;
use svod::domain::change_request::RequestId;
use svod::domain::text::DictionaryCode;
use svod::exchange::cells::columns;
use svod::exchange::table::Input;

use crate::{LIMITS, ROUNDS, Target, apply, bare, data, median, open, operator, seconds, target, unapproved};

const PLACES: &str = r#"
code = "territories"
type = "Territory"
name = { ru = "Территории" }
display = "name"
passport = { owner = "Управление", access = "public" }
code_rule = { pattern = '^[0-9]{11}$' }
hierarchy = { check = "warn" }
attributes = [
  { code = "name", type = "string", label = { ru = "Наименование" }, required = true, length_max = 200 },
  { code = "centre", type = "string", label = { ru = "Центр" }, length_max = 200 },
  { code = "region", type = "reference", to = "regions", label = { ru = "Регион" }, required = true },
]
"#;

/// Items under their regions, then under each other, with dates; every so many are called otherwise in the second edition.
fn csv(rows: usize, changed_every: Option<usize>) -> String {
    let mut text = String::from("code,name,parent,centre,region,valid_from,valid_to\n");
    for row in 0..rows {
        let (region, serial) = (row % 85 + 1, row / 85);
        let parent = if serial == 0 { String::new() } else { code(region, (serial - 1) / 10) };
        let kind = if changed_every.is_some_and(|every| row % every == every / 2) { "округ" } else { "поселение" };
        let (year, month, day) = (1995 + row % 25, row % 12 + 1, row % 28 + 1);
        let _ = writeln!(
            text,
            "{},Сельское {kind} Новоберёзовское {serial},{parent},с. Новоберёзовка {serial},{region:02},{year}-{month:02}-{day:02},",
            code(region, serial)
        );
    }
    text
}

pub fn code(region: usize, serial: usize) -> String {
    format!("{region:02}{serial:09}")
}

pub fn measure(rows: usize, folder: &Path) {
    let (first, second) = (csv(rows, None), csv(rows, Some(rows / 100)));
    println!(
        "\n{rows} items of 3 attributes with parents and dates, {:.0} MB of CSV; medians of {ROUNDS} rounds\n",
        first.len() as f64 / 1e6
    );
    println!(
        "| engine | bare insert, s | with indexes, s | CSV into a request, s | ratio (≤ 3) | its publication, s | ratio (≤ 1.5) \
         | again with 100 changes, s | ratio (≤ 0.5) |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let (first, second): (Arc<[u8]>, Arc<[u8]>) = (first.into_bytes().into(), second.into_bytes().into());
    for engine in crate::ENGINES {
        let [mut bare_s, mut indexed_s, mut draft_s, mut publish_s, mut again_s] = [const { Vec::new() }; 5];
        for round in 0..ROUNDS {
            let database = target(engine, folder, &format!("files_{round}"));
            let svod = open(&database);
            define(&svod);
            let mut request = None;
            draft_s.push(seconds(|| request = draft(&svod, &first).request));
            publish_s.push(publication(&svod, request.expect("there is something to publish")));
            again_s.push(seconds(|| assert_eq!(draft(&svod, &second).counts.changed, 100)));
            bare_s.push(bare::insert_into(&database, &svod, bare::Indexes::None));
            indexed_s.push(bare::insert_into(&database, &svod, bare::Indexes::AsReal));
        }
        let [bare, indexed, draft, publish, again] =
            [&mut bare_s, &mut indexed_s, &mut draft_s, &mut publish_s, &mut again_s].map(|s| median(s));
        println!(
            "| {engine} | {bare:.2} | {indexed:.2} | {draft:.2} | {:.2} | {publish:.2} | {:.2} | {again:.2} | {:.2} |",
            draft / bare,
            publish / indexed,
            again / draft
        );
    }
    memory(&first, folder);
    exports(rows.min(200_000), folder);
}

/// A database of which one publication has so many items.
pub fn published(engine: &'static str, rows: usize, folder: &Path, name: &str) -> Target {
    let database = target(engine, folder, name);
    let svod = open(&database);
    define(&svod);
    let request = draft(&svod, &csv(rows, None).into_bytes().into()).request.expect("there is something to publish");
    publication(&svod, request);
    database
}

fn define(svod: &Svod) {
    let regions = Some(data::regions().into_bytes().into());
    apply(svod, &[(&unapproved(data::REGIONS), regions), (&unapproved(PLACES), None)]);
}

pub fn territories() -> DictionaryCode {
    DictionaryCode::parse("territories").expect("a code")
}

fn draft(svod: &Svod, file: &Arc<[u8]>) -> Imported {
    let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(std::io::Cursor::new(Arc::clone(file)))) };
    let source = Source { name: "territories.csv", open: &open };
    let options = ImportOptions { destination: Destination::Draft, ..ImportOptions::default() };
    let around = Surroundings::unwatched(LIMITS);
    svod.change_requests.import(&operator(svod), &territories(), &source, &options, &around).expect("it is valid")
}

/// Seconds from the word to publish until readers are given it.
fn publication(svod: &Svod, request: RequestId) -> f64 {
    let (caller, requests) = (operator(svod), &svod.change_requests);
    let drafted = requests.find_change_request(&caller, request).expect("it answers").expect("it is there");
    let submitted = requests.submit_change_request(&caller, drafted.id, drafted.revision).expect("it is valid");
    seconds(|| drop(requests.publish_change_request(&caller, submitted.id, submitted.revision).expect("it is published")))
}

/// The greatest memory that the command line takes for a file, and for exports of what it made.
fn memory(file: &Arc<[u8]>, folder: &Path) {
    let database = Target { engine: "sqlite", url: format!("sqlite:{}", folder.join("memory.db").display()) };
    define(&open(&database));
    let path = folder.join("territories.csv");
    std::fs::write(&path, file).expect("there is room");
    println!("\n| command | peak memory, MB |\n|---|---|");
    let shown = |what: &str, arguments: &[&str]| println!("| {what} | {:.0} |", peak_mb(&database, arguments));
    let path = path.to_string_lossy().into_owned();
    shown("import into a request (≤ 600)", &["import", "territories", &path]);
    shown("import, published", &["import", "territories", &path, "--publish"]);
    for format in ["csv", "xlsx"] {
        let out = folder.join(format!("out.{format}")).to_string_lossy().into_owned();
        shown(&format!("export as {format}"), &["export", "territories", "--format", format, "--output", &out]);
    }
}

fn peak_mb(database: &Target, arguments: &[&str]) -> f64 {
    let mut child = Command::new(env!("CARGO_BIN_EXE_svod"))
        .args(arguments)
        .args(["--database-url", &database.url])
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("the binary starts");
    let mut peak_kb = 0.0_f64;
    while child.try_wait().expect("it can be asked").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
        peak_kb = peak_kb.max(line.trim().trim_end_matches(" kB").parse().unwrap_or_default());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(child.wait().expect("it ended").success(), "{arguments:?}");
    peak_kb / 1024.0
}

/// The whole dictionary as CSV, beside the same cells through the csv crate.
fn exports(rows: usize, folder: &Path) {
    let svod = open(&published("sqlite", rows, folder, "files_export"));
    let export = |format: &str| {
        let mut asked = ExportRequest::of_format(format).expect("a format");
        asked.set("all_versions", "true").expect("a parameter");
        let exporting = Exporting::new(svod.reading.clone(), folder.to_owned());
        let prepared = exporting.prepare(&Authority::anonymous(), "territories", &asked).expect("it may be read");
        let mut counted = Counted(0);
        let took = seconds(|| {
            prepared.write(Box::new(&mut counted), &|_, _| {}).expect("memory takes everything");
        });
        (counted.0 as f64 / 1e6, took)
    };
    println!("\n{rows} items written | MB | s | MB/s\n|---|---|---|---|");
    let mut rates = Vec::new();
    let mut alone = Vec::new();
    for _ in 0..ROUNDS {
        let (size, took) = export("csv");
        rates.push(size / took);
        alone.push(crate_alone(&svod));
    }
    let (rate, alone) = (median(&mut rates), median(&mut alone));
    println!("| csv, here (≥ 200 MB/s or half of the crate) | | | {rate:.0} |\n| csv, the crate alone | | | {alone:.0} |");
    for format in ["ndjson", "xlsx", "esnsi-xml"] {
        let (size, took) = export(format);
        println!("| {format} | {size:.1} | {took:.2} | {:.0} |", size / took);
    }
}

struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Megabytes a second of the csv crate, for cells that are ready.
fn crate_alone(svod: &Svod) -> f64 {
    let head = svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&territories()].current;
    let columns = columns(&snapshot.dictionary);
    let cells = |version| -> Vec<String> {
        let cell = |column: &svod::exchange::cells::ItemColumn| {
            let mut text = String::new();
            column.write(version, &mut text);
            text
        };
        columns.iter().map(cell).collect()
    };
    let rows: Vec<Vec<String>> = snapshot.items.versions().iter().map(|version| cells(version)).collect();
    let mut counted = Counted(0);
    let took = seconds(|| {
        let mut writer = ::csv::Writer::from_writer(&mut counted);
        rows.iter().for_each(|row| writer.write_record(row).expect("memory takes everything"));
        writer.flush().expect("memory takes everything");
    });
    counted.0 as f64 / 1e6 / took
}
