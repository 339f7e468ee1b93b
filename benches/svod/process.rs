//! The binary from outside: how soon it is ready, and how much memory it takes.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use crate::{ROUNDS, Target, median};

pub struct Started {
    pub process: Child,
    pub address: String,
    ready_s: f64,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the server on the shipped dictionaries (first into an empty database, then again) and on the big dictionary of each engine.
pub fn measure(loaded: &[Target], rows: usize, folder: &Path) {
    println!("\n| start | ready, s | resident memory then, MB | after the first search, MB |");
    println!("|---|---|---|---|");
    let shipped = folder.join("shipped.db");
    let first = start(&format!("sqlite:{}", shipped.display()));
    println!("| shipped dictionaries, empty SQLite database | {:.2} | {:.0} | |", first.ready_s, memory_mb(&first.process));
    drop(first);
    row(
        "shipped dictionaries, loaded before (≤ 1 s)",
        &format!("sqlite:{}", shipped.display()),
        "{ offices(search: \"барнаул\", first: 1) { totalCount } }",
    );
    for target in loaded {
        let name = format!("{rows} items of 8 attributes on {} (≤ 3 s, ≤ 250 MB)", target.engine);
        row(&name, &target.url, "{ territories(search: \"берёзовый\", first: 1) { totalCount } }");
    }
}

fn row(name: &str, url: &str, search: &str) {
    let mut ready = Vec::new();
    let (mut memory, mut memory_searched) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let started = start(url);
        ready.push(started.ready_s);
        memory = memory_mb(&started.process);
        let answer = ureq::post(format!("http://{}/graphql/data", started.address)).send_json(serde_json::json!({ "query": search }));
        assert!(answer.is_ok(), "the search was answered");
        memory_searched = memory_mb(&started.process);
    }
    println!("| {name} | {:.2} | {memory:.0} | {memory_searched:.0} |", median(&mut ready));
}

/// Ready is when the server says so itself, which it does when `/health/ready` would.
pub fn start(url: &str) -> Started {
    start_with(url, &[])
}

/// The same with other settings than the usual ones.
pub fn start_with(url: &str, settings: &[&str]) -> Started {
    let dictionaries = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dictionaries");
    let began = Instant::now();
    let process = Command::new(env!("CARGO_BIN_EXE_svod"))
        .args(["serve", "--listen", "127.0.0.1:0", "--database-url", url, "--dictionaries"])
        .arg(dictionaries)
        .args(settings)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut started = Started { process, address: String::new(), ready_s: 0.0 };
    let lines = BufReader::new(started.process.stdout.take().expect("it is piped")).lines();
    for line in lines {
        let line = line.expect("it is text");
        if line.starts_with("Svod is ready") {
            started.ready_s = began.elapsed().as_secs_f64();
        }
        if let Some((_, address)) = line.split_once("  console ") {
            started.address = address.trim().trim_start_matches("http://").trim_end_matches('/').to_owned();
            return started;
        }
    }
    panic!("the server ended before it was ready");
}

pub fn memory_mb(process: &Child) -> f64 {
    resident_mb(&process.id().to_string())
}

/// The resident memory of the measuring process itself.
pub fn own_memory_mb() -> f64 {
    resident_mb("self")
}

fn resident_mb(process: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("the process runs");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("Linux tells the resident memory");
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number of kilobytes");
    kilobytes / 1024.0
}
