//! Mirrors in trouble: killed, cut off, sent elsewhere, led astray by their operators, and two where one should be.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection as _, PgConnection, SqliteConnection};
use svod::app::import::ImportOptions;

use crate::binary::{Server, complained, svod};
use crate::harness::Database;
use crate::mirror::{Running, Source, caught_up, check, mirror, rows};
use crate::publication::on;

on_both_engines!(
    a_mirror_killed_again_and_again_is_equal_in_the_end,
    a_service_that_goes_and_comes_back_is_followed_on,
    what_breaks_off_is_gone_on_with,
    a_restored_service_is_mirrored_anew,
    a_database_that_others_lock_is_waited_for,
    wrong_inputs_are_told,
    two_mirrors_do_not_write_into_one_database,
);

/// The mirror is killed at instants that nobody chose while publications come in, small ones and one that is too big to be held back.
fn a_mirror_killed_again_and_again_is_equal_in_the_end(target: Database) {
    let source = Source::start();
    let instance = &source.instance;
    let many = |name: &str| -> String { (100..2_100).map(|code| format!("{code},1,{name} {code}\n")).collect() };
    let mut pause_ms = 3;
    let mut kills = 0;
    for round in 0..12 {
        match round {
            4 => drop(instance.import("offices", &format!("code,parent,name\n{}", many("Отдел")), &ImportOptions::default()).unwrap()),
            8 => drop(instance.import("offices", &format!("code,parent,name\n{}", many("Часть")), &on("2027-05-01")).unwrap()),
            _ => drop(
                instance.import("offices", &format!("code,parent,name\n5{round},1,Новая {round}\n"), &ImportOptions::default()).unwrap(),
            ),
        }
        source.settle();
        for _ in 0..if matches!(round, 4 | 8) { 6 } else { 2 } {
            let mut running = Running::start(&target, &source.url(), &["--held-bytes-max", "100000"]);
            std::thread::sleep(Duration::from_millis(pause_ms));
            running.kill();
            kills += 1;
            assert!(!["WARN", "ERROR", "svod:"].iter().any(|word| running.log().contains(word)), "{}", running.log());
            pause_ms = (pause_ms * 7 / 5 + 5) % 400;
        }
    }
    assert!(kills > 20);
    let told = caught_up(&target, &source);
    assert!(!told.contains("WARN") && !told.contains("ERROR"), "nothing had to be healed:\n{told}");
    check(&target, instance);
}

/// A way to the service that can be cut, and that leads to wherever it is told.
struct Way {
    address: String,
    to: Arc<Mutex<String>>,
    /// After so many bytes of answers the next connection is cut.
    cut_after: Arc<AtomicI64>,
}

impl Way {
    fn to(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (to, cut_after) = (Arc::new(Mutex::new(server.address.clone())), Arc::new(AtomicI64::new(i64::MAX)));
        let (leads_to, cut) = (Arc::clone(&to), Arc::clone(&cut_after));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // Where nobody listens, the connection is closed at once.
                let Ok(server) = TcpStream::connect(leads_to.lock().unwrap().as_str()) else { continue };
                let (mut asks, mut asked) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                std::thread::spawn(move || std::io::copy(&mut asks, &mut asked));
                let cut = Arc::clone(&cut);
                std::thread::spawn(move || carry(server, client, &cut));
            }
        });
        Self { address, to, cut_after }
    }
}

/// Carries answers, until as many bytes as are allowed have gone by; then the connection breaks in the middle, once.
fn carry(mut server: TcpStream, mut client: TcpStream, cut_after: &AtomicI64) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = server.read(&mut piece) {
        if cut_after.fetch_sub(length as i64, Ordering::SeqCst) < length as i64 {
            cut_after.store(i64::MAX, Ordering::SeqCst);
            break;
        }
        if client.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

/// The address of something that always answers the same.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for mut client in listener.incoming().flatten() {
            let _ = client.read(&mut [0; 4096]);
            let _ = client.write_all(answer.as_bytes());
        }
    });
    address
}

fn a_service_that_goes_and_comes_back_is_followed_on(target: Database) {
    let mut source = Source::start();
    let way = Way::to(&source.server);
    let following = Running::start(&target, &format!("http://{}", way.address), &["--wait-ms", "500"]);
    following.wait_for("INFO equal at publication 2");
    source.server.kill();
    following.wait_for("trying again until it works");
    source.instance.import("offices", "code,name\n2,Районная вторая\n", &on("2026-12-01")).unwrap();
    source.server = Server::start(&source.database);
    way.to.lock().unwrap().clone_from(&source.server.address);
    following.wait_for("it works again");
    following.wait_for("INFO equal at publication 3");
    let log = following.log();
    assert_eq!(log.matches("trying again").count(), 1, "{log}");
    check(&target, &source.instance);
}

/// The snapshot breaks off in the middle and is gone on with where it broke off; the feed breaks off in the middle of a publication,
/// of which nothing stays.
fn what_breaks_off_is_gone_on_with(target: Database) {
    let source = Source::start();
    let many = |name: &str| -> String { (100..3_100).map(|code| format!("{code},1,{name} {code}\n")).collect() };
    source.instance.import("offices", &format!("code,parent,name\n{}", many("Отдел")), &ImportOptions::default()).unwrap();
    source.settle();
    let way = Way::to(&source.server);
    way.cut_after.store(200_000, Ordering::SeqCst);
    let url = format!("http://{}", way.address);
    let output = mirror(&target, &url, &["--once"]).env("SVOD_LOG_FILTER", "info,svod::outbound=debug").output().unwrap();
    let told = complained(&output);
    assert!(output.status.success() && told.contains("the snapshot broke off; asking for the rest"), "{told}");
    check(&target, &source.instance);

    source.instance.import("offices", &format!("code,parent,name\n{}", many("Часть")), &on("2027-05-01")).unwrap();
    source.settle();
    // The start looks at the first line of a snapshot, which may bring some more of it.
    way.cut_after.store(1_500_000, Ordering::SeqCst);
    let following = Running::start(&target, &url, &[]);
    following.wait_for("trying again until it works");
    following.wait_for("INFO equal at publication 4");
    check(&target, &source.instance);
}

fn a_restored_service_is_mirrored_anew(target: Database) {
    let mut source = Source::start();
    source.settle();
    let backup = source.database.folder().join("backup.db");
    source.database.execute(&format!("VACUUM INTO '{}'", backup.display()));
    source.instance.import("offices", "code,parent,name\n2,1,Районная утраченная\n8,1,Утраченная\n", &on("2026-12-01")).unwrap();
    caught_up(&target, &source);
    source.server.kill();
    drop(source.instance);
    let restored = Database::sqlite();
    std::fs::copy(&backup, restored.url.strip_prefix("sqlite:").unwrap()).unwrap();
    let instance = restored.open();
    instance.wait(jiff::SignedDuration::from_mins(1));
    instance.import("offices", "code,parent,name\n2,1,Районная другая\n", &on("2026-12-02")).unwrap();
    instance.import("regions", "code,name\n03,Бурятия\n", &ImportOptions::default()).unwrap();
    let server = Server::start(&restored);
    let source = Source { database: restored, instance, server };
    let told = caught_up(&target, &source);
    assert!(told.contains("beginning anew with a snapshot"), "{told}");
    check(&target, &source.instance);
    let again = caught_up(&target, &source);
    assert!(!again.contains("WARN"), "{again}");
}

fn wrong_inputs_are_told(target: Database) {
    let source = Source::start();
    let url = source.url();
    source.settle();
    let refused = |from: &str, arguments: &[&str], expected: &str| {
        let output = mirror(&target, from, arguments).output().unwrap();
        let told = complained(&output);
        assert_eq!(output.status.code().map(|code| code > 0), Some(true), "{told}");
        assert!(told.contains(expected), "{expected}: {told}");
        assert!(!told.contains("panicked"), "{told}");
    };
    refused(&url, &["--token", "svod_wrong"], "the feed refuses: ");
    refused(&url, &["--token", "a\nb"], "the token has signs that no token has");
    refused(&url, &["--dictionaries", "offices,courts"], "the feed refuses: there is no dictionary courts");
    refused(&url, &["--dictionaries", "Offices"], "a dictionary is named by its code");
    refused(&format!("{url}/graphql/data"), &[], "the feed refuses: there is nothing at /graphql/data/feed/snapshot");
    for (answer, expected) in [
        ("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi", "answers text/html and not application/x-ndjson"),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nhi", "where the feed of a Svod would be"),
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "name the address that answers itself"),
        (
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n",
            "the first line of the snapshot cannot be read",
        ),
        ("SSH-2.0-OpenSSH\r\n", "does not answer"),
    ] {
        refused(&format!("http://{}", answering(answer)), &["--once"], expected);
    }
    refused("svod.example", &[], "is not the address of a feed");
    refused("http://u:secret@127.0.0.1", &[], "has no password in it");
    refused("http://127.0.0.1:1", &["--once"], "does not answer");
    let foreign = mirror(&source.database, &url, &[]).output().unwrap();
    assert!(complained(&foreign).contains("is that of a Svod service"), "{}", complained(&foreign));
    std::fs::write(target.folder().join("letter.db"), "This is a letter and not a database, whatever its name says. ".repeat(20)).unwrap();
    let letter = svod(&target, &["mirror", "--from", &url, "--into", "sqlite:letter.db", "--once"]).output().unwrap();
    assert!(complained(&letter).contains("letter.db cannot be opened"), "{}", complained(&letter));
    assert_eq!(rows(&target, "SELECT source AS line FROM svod_mirror"), Vec::<String>::new(), "nothing was mirrored");

    caught_up(&target, &source);
    let other = Source::start();
    other.settle();
    refused(&other.url(), &[], "mirrors urn:uuid:");
    check(&target, &source.instance);
    // A table that somebody else made is not touched.
    let mine = Database::sqlite();
    mine.execute("CREATE TABLE offices (x TEXT); INSERT INTO offices VALUES ('моё')");
    caught_up(&mine, &source);
    assert_eq!(rows(&mine, "SELECT x AS line FROM offices"), ["моё"]);
    assert_eq!(rows(&mine, "SELECT code AS line FROM offices_2").len(), 3);
}

/// Whichever comes later to a publication finds that the cursor is not where it left it.
fn two_mirrors_do_not_write_into_one_database(target: Database) {
    let source = Source::start();
    caught_up(&target, &source);
    let mirrors = [0, 1].map(|_| Running::start(&target, &source.url(), &[]));
    mirrors.iter().for_each(|mirror| mirror.wait_for("INFO equal at publication 2"));
    source.instance.import("offices", "code,name\n2,Районная вторая\n", &on("2026-12-01")).unwrap();
    let is_told = || mirrors.iter().any(|mirror| mirror.log().contains("another mirror writes into the database"));
    source.server.wait_until("one of two mirrors gives way", is_told);
    source.server.wait_until("the other one goes on", || mirrors.iter().any(|mirror| mirror.log().contains("INFO equal at publication 3")));
    check(&target, &source.instance);
}

fn a_database_that_others_lock_is_waited_for(target: Database) {
    let source = Source::start();
    let following = Running::start(&target, &source.url(), &["--busy-timeout-ms", "100"]);
    following.wait_for("INFO equal at publication 2");
    let lock = Lock::take(&target);
    source.instance.import("offices", "code,name\n2,Районная вторая\n", &on("2026-12-01")).unwrap();
    following.wait_for("the database is locked by another program");
    std::thread::sleep(Duration::from_millis(500));
    drop(lock);
    following.wait_for("it works again");
    following.wait_for("INFO equal at publication 3");
    let log = following.log();
    assert_eq!(log.matches("WARN").count(), 1, "{log}");
    check(&target, &source.instance);
}

/// Somebody else's transaction, which keeps others from writing until it is dropped.
enum Lock {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Lock {
    fn take(target: &Database) -> Self {
        match target.url.strip_prefix("sqlite:") {
            Some(path) => {
                let mut connection = SqliteConnection::establish(path).unwrap();
                connection.batch_execute("BEGIN IMMEDIATE").unwrap();
                Self::Sqlite(connection)
            }
            None => {
                let mut connection = PgConnection::establish(&target.url).unwrap();
                connection.batch_execute("BEGIN; LOCK TABLE offices IN EXCLUSIVE MODE").unwrap();
                Self::Postgres(connection)
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.batch_execute("ROLLBACK").unwrap(),
            Self::Postgres(connection) => connection.batch_execute("ROLLBACK").unwrap(),
        }
    }
}
