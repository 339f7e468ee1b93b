//! kill -9 while a change request is published, again and again at random instants: each time the database verifies, and the
//! publication is there whole or not at all, with the state of its request agreeing.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use svod::app::change_request::Destination;
use svod::app::import::ImportOptions;
use svod::domain::change_request::{ChangeRequest, RequestId, RequestState};

use crate::binary::{complained, run, svod, write};
use crate::change_request::code;
use crate::harness::{Database, Instance};
use crate::publication::{REGIONS, on};

on_both_engines!(imports_killed_while_they_publish, servers_killed_while_they_publish_on_schedule);

/// Together with the other test these are the fifty of the promise, on each engine.
const KILLS: u64 = 25;
/// Enough for the transaction to take a while, few enough to verify fifty times.
const ROWS: usize = 600;

/// Random instants that are the same in every run; how far the process has come by then is not.
struct Instants(u64);

impl Instants {
    /// Within the latter part of a duration, where the publication is, and a little beyond it.
    fn next(&mut self, duration: Duration) -> Duration {
        // The generator of Numerical Recipes; its upper bits are random enough.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let part = f64::from((self.0 >> 40) as u32) / f64::from(1 << 24);
        duration.mul_f64(0.25 + 0.85 * part)
    }
}

/// Areas that ask for nobody's approval, and one who watches the database from outside.
struct Watched<'a> {
    database: &'a Database,
    watcher: Instance,
    instants: Instants,
}

fn rows(round: u64) -> String {
    let rows: String = (0..ROWS).map(|item| format!("{item},Область {item} в редакции {round}\n")).collect();
    format!("code,name\n{rows}")
}

impl<'a> Watched<'a> {
    fn new(database: &'a Database, seed: u64) -> Self {
        let watcher = database.open();
        watcher.define(REGIONS, Some(&rows(0))).unwrap();
        Self { database, watcher, instants: Instants(seed) }
    }

    /// The number of the latest publication, once what the killed process had begun is over. PostgreSQL notices late that its
    /// client is gone, and may be committing still; its lock is held until then.
    fn seq(&self) -> i64 {
        self.watcher.svod.acts.store.write(|_| Ok(())).unwrap();
        self.watcher.svod.publisher.refresh().unwrap()
    }

    /// In how many items a round is to be read now.
    fn items_of(&self, round: u64) -> usize {
        let reread = self.database.open();
        let head = reread.svod.publisher.catalog().head();
        let current = &head.dictionaries[&code("regions")].current;
        let suffix = format!("в редакции {round}");
        let is_of_round = |value: &Option<svod::domain::value::Value>| format!("{value:?}").contains(&suffix);
        current.items.versions().iter().filter(|version| version.stretch.content.values.iter().any(is_of_round)).count()
    }

    fn requests(&self) -> Vec<ChangeRequest> {
        let operator = self.watcher.operator();
        self.watcher.svod.change_requests.list_change_requests(&operator, Default::default(), None, 1000).unwrap()
    }

    fn request(&self, id: RequestId) -> ChangeRequest {
        self.requests().into_iter().find(|request| request.id == id).unwrap()
    }

    /// Whether the round was published, which it is whole or not at all.
    #[track_caller]
    fn check(&self, round: u64, seq_before: i64) -> bool {
        let verified = run(self.database, &["verify"]);
        assert!(verified.status.success(), "after the kill of round {round}: {}", complained(&verified));
        let seq = self.seq();
        let is_published = seq == seq_before + 1;
        assert!(is_published || seq == seq_before, "{seq_before} → {seq}");
        let expected = if is_published { ROWS } else { 0 };
        assert_eq!(self.items_of(round), expected, "round {round} is there in part");
        if is_published {
            let head = self.watcher.svod.publisher.catalog().head();
            let request = self.request(head.publication(seq).unwrap().change_request.unwrap());
            assert_eq!((request.state, request.published_seq), (RequestState::Published, Some(seq)));
        }
        is_published
    }

    /// Starts a command and kills it after a pause, unless it has ended by then.
    fn run_until(&self, arguments: &[&str], pause: Duration) -> ExitStatus {
        let mut process = svod(self.database, arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let _ = process.kill();
        process.wait().unwrap()
    }
}

fn imports_killed_while_they_publish(database: Database) {
    let mut watched = Watched::new(&database, 3);
    let import = |round: u64| {
        write(&database, "areas.csv", rows(round));
        ["import", "--publish", "--on", "2026-12-01", "regions", "areas.csv"]
    };
    let started = Instant::now();
    let whole = run(&database, &import(1));
    assert!(whole.status.success(), "{}", complained(&whole));
    let duration = started.elapsed();
    assert!(watched.check(1, 1));
    let (mut absent, mut killed) = (0, 0);
    for round in 2..2 + KILLS {
        let (seq, requests) = (watched.seq(), watched.requests().len());
        let pause = watched.instants.next(duration);
        let ended = watched.run_until(&import(round), pause);
        assert!(ended.success() || ended.signal() == Some(9), "it ended by itself: {ended}");
        let is_published = watched.check(round, seq);
        assert!(is_published || !ended.success(), "a finished import is gone");
        assert_eq!(watched.requests().len(), requests + usize::from(is_published), "a request without its publication");
        absent += u64::from(!is_published);
        killed += u64::from(!ended.success());
    }
    assert!(killed >= KILLS / 3 && absent > 0, "of {KILLS} only {killed} were killed, and {absent} before they published");
    let seq = watched.seq();
    assert!(run(&database, &import(100)).status.success());
    assert!(watched.check(100, seq), "what was killed is in nobody's way");
}

fn servers_killed_while_they_publish_on_schedule(database: Database) {
    let mut watched = Watched::new(&database, 5);
    let serve = ["serve", "--listen", "127.0.0.1:0", "--schedule-every-ms", "5"];
    let mut duration = None;
    let mut absent = 0;
    let (mut round, mut kills) = (0, 0);
    while kills < KILLS {
        round += 1;
        let id = scheduled(&watched, round);
        let seq = watched.seq();
        loop {
            let Some(duration) = duration else {
                duration = Some(measured(&watched, &serve, seq));
                assert!(watched.check(round, seq));
                break;
            };
            let pause = watched.instants.next(duration);
            let ended = watched.run_until(&serve, pause);
            assert_eq!(ended.signal(), Some(9), "it ended by itself: {ended}");
            kills += 1;
            let is_published = watched.check(round, seq);
            let state = if is_published { RequestState::Published } else { RequestState::Scheduled };
            assert_eq!(watched.request(id).state, state, "the request and the publication disagree");
            if is_published || kills == KILLS {
                break;
            }
            absent += 1;
        }
    }
    assert!(absent > 0 && round > 2, "{absent} kills came before the publication, and {round} requests were begun");
}

/// A request that is due since long ago.
fn scheduled(watched: &Watched<'_>, round: u64) -> RequestId {
    let options = ImportOptions { destination: Destination::Review, ..on("2026-12-01") };
    let id = watched.watcher.import("regions", &rows(round), &options).unwrap().request.unwrap();
    let request = watched.request(id);
    assert_eq!(request.state, RequestState::Approved, "its policy asks for nobody");
    let at = "2026-11-23T06:00:00Z".parse().unwrap();
    let requests = &watched.watcher.svod.change_requests;
    requests.schedule_change_request(&watched.watcher.operator(), id, request.revision, at).unwrap();
    // The clock of the test is not that of the server.
    watched.database.execute(&format!("UPDATE change_request SET scheduled_at_ms = 1 WHERE id = {}", id.0));
    id
}

/// How long it takes from the start of a server until what is due is published.
fn measured(watched: &Watched<'_>, serve: &[&str], seq: i64) -> Duration {
    let started = Instant::now();
    let mut process = svod(watched.database, serve).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while watched.watcher.svod.publisher.refresh().unwrap() == seq {
        assert!(started.elapsed() < Duration::from_secs(60), "nothing is published on schedule");
        std::thread::sleep(Duration::from_millis(2));
    }
    let duration = started.elapsed();
    process.kill().unwrap();
    process.wait().unwrap();
    duration
}
