//! kill -9 of the service and of a mirror again and again while publications stream in: whoever follows gets every event, in order,
//! without a gap, and ends with a copy that is equal. `make soak` runs this for minutes.

use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::annulment::{annul, published, say};
use crate::binary::{Server, complained, said};
use crate::feed_copy::Copy;
use crate::harness::{Database, Instance};
use crate::mirror::{Running, mirror};
use crate::publication::{REGIONS, on};

on_both_engines!(followers_of_a_killed_service_miss_nothing);

/// How long publications stream in; `SOAK_S` says otherwise.
const DURATION_S: u64 = 15;

/// Where the service is reached now; it moves with every start.
#[derive(Clone, Default)]
struct Whereabouts(Arc<Mutex<String>>);

impl Whereabouts {
    fn set(&self, server: &Server) {
        server.address.clone_into(&mut self.0.lock().unwrap());
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.0.lock().unwrap())
    }
}

/// How far followers have to come; it is known when publications end.
type Target = Arc<AtomicI64>;

/// Takes the stream up where it broke off.
fn follow_stream(whereabouts: &Whereabouts, target: &Target) -> Copy {
    let mut copy = Copy::default();
    while copy.publication < target.load(Ordering::SeqCst) {
        let request = ureq::get(whereabouts.url("/feed/stream?after=start"));
        let request = match &copy.cursor {
            Some(cursor) => request.header("last-event-id", cursor),
            None => request,
        };
        let Ok(response) = request.call() else { continue };
        let mut reader = BufReader::new(response.into_body().into_reader());
        let (mut line, mut name) = (String::new(), String::new());
        while copy.publication < target.load(Ordering::SeqCst) {
            line.clear();
            if !matches!(reader.read_line(&mut line), Ok(read) if read > 0 && line.ends_with('\n')) {
                break;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", value)) => value.clone_into(&mut name),
                // A line that broke off with its connection never came to its end.
                Some(("data", value)) if name.is_empty() => copy.take(&serde_json::from_str(value).unwrap()),
                _ => name.clear(),
            }
        }
    }
    copy
}

/// Asks again and again for some events, and waits for them.
fn follow_by_pulling(whereabouts: &Whereabouts, target: &Target) -> Copy {
    let mut copy = Copy::default();
    while copy.publication < target.load(Ordering::SeqCst) {
        let after = copy.cursor.clone().unwrap_or_else(|| "start".to_owned());
        let asked = ureq::get(whereabouts.url(&format!("/feed?after={after}&limit=7&wait=200ms"))).call();
        let events = asked.ok().and_then(|mut response| response.body_mut().read_json::<Vec<Value>>().ok());
        copy.take_all(&events.unwrap_or_default());
    }
    copy
}

/// Kills a mirror again and again, amid a snapshot as amid a publication; each begins where the last one was ended.
fn kill_mirrors(target: &Database, whereabouts: &Whereabouts, is_over: &AtomicBool) -> u64 {
    let mut kills = 0_u64;
    while !is_over.load(Ordering::SeqCst) {
        let mut mirror = Running::start(target, &whereabouts.url(""), &[]);
        std::thread::sleep(Duration::from_millis(20 + kills * 251 % 900));
        mirror.kill();
        kills += 1;
    }
    kills
}

/// Publishes until told to stop: items that are renamed, added, annulled and restored, and now and then another definition.
fn publish_on(instance: &Instance, is_over: &AtomicBool) {
    let mut round = 0;
    while !is_over.load(Ordering::SeqCst) {
        round += 1;
        let file = format!("code,name\n{},Область {round}\nn{round},Новая {round}\n", round % 20);
        instance.import("regions", &file, &on("2026-12-01")).unwrap();
        if round % 5 == 0 {
            let (item, timeline) = (format!("n{round}"), published(instance, "regions", &format!("n{round}")));
            annul(instance, "regions", &[&item]).unwrap();
            say(instance, "regions", &item, &timeline, true).unwrap();
        }
        if round % 11 == 0 {
            let named = REGIONS.replace("Наименование", &format!("Наименование {round}"));
            instance.define(&named, None).unwrap();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn followers_of_a_killed_service_miss_nothing(database: Database) {
    let duration = std::env::var("SOAK_S").ok().and_then(|text| text.parse().ok()).unwrap_or(DURATION_S);
    let instance = database.open();
    let items: String = (0..20).map(|item| format!("{item},Область {item}\n")).collect();
    instance.define(REGIONS, Some(&format!("code,name\n{items}"))).unwrap();
    let (whereabouts, target, is_over) = (Whereabouts::default(), Target::new(AtomicI64::new(i64::MAX)), AtomicBool::new(false));
    let mut server = Server::start(&database);
    whereabouts.set(&server);
    let mirrored = Database::sqlite();
    let (copies, kills, mirror_kills) = std::thread::scope(|scope| {
        let followers = [
            scope.spawn(|| follow_stream(&whereabouts, &target)),
            scope.spawn(|| follow_stream(&whereabouts, &target)),
            scope.spawn(|| follow_by_pulling(&whereabouts, &target)),
        ];
        let publishing = scope.spawn(|| publish_on(&instance, &is_over));
        let mirroring = scope.spawn(|| kill_mirrors(&mirrored, &whereabouts, &is_over));
        let (until, mut kills) = (Instant::now() + Duration::from_secs(duration), 0_u64);
        while Instant::now() < until && !followers.iter().any(|follower| follower.is_finished()) {
            // Anything from at once to well after it has begun to tell.
            std::thread::sleep(Duration::from_millis(kills * 173 % 700));
            server.kill();
            kills += 1;
            server = Server::start(&database);
            whereabouts.set(&server);
        }
        is_over.store(true, Ordering::SeqCst);
        publishing.join().unwrap();
        target.store(instance.seq(), Ordering::SeqCst);
        (followers.map(|follower| follower.join().unwrap()), kills, mirroring.join().unwrap())
    });
    let output = mirror(&mirrored, &whereabouts.url(""), &["--once"]).output().unwrap();
    assert!(output.status.success(), "{}", complained(&output));
    assert!(said(&output).contains(&format!("equal at publication {}\n", instance.seq())), "{}", said(&output));
    let head = instance.svod.publisher.catalog().head();
    let digest = svod::domain::digest::hex(&head.dictionaries[&crate::change_request::code("regions")].current.edition.digest);
    for copy in &copies {
        assert_eq!(copy.publication, instance.seq());
        assert_eq!(copy.dictionaries["regions"].digest.as_ref(), Some(&digest), "the copy is equal");
        assert_eq!(copy.ids, copies[0].ids, "everybody was told the same");
    }
    assert!(kills >= 5 && mirror_kills >= 5, "{kills} kills and {mirror_kills} of the mirror in {duration} s");
}
