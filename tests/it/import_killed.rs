//! kill -9 in each phase of an import over HTTP, as soon as the service says that it is in it: whatever was begun, nothing half written is
//! there; started again, the service begins the job anew by itself, and one request comes of it with all rows.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::Value;
use svod::domain::change_request::{ChangeRequest, RequestId};

use crate::binary::{Server, complained, defined, run};
use crate::change_request::code;
use crate::harness::{Database, Instance};
use crate::import_job::steward_token;

on_both_engines!(an_import_that_is_killed_in_any_phase_begins_anew);

/// Enough for each phase to be met from outside; twice as many where one was over too soon.
const ROWS: usize = 15_000;
/// How often a phase may be missed.
const TRIES: usize = 4;

fn file(name: &str, rows: usize) -> String {
    let rows: String = (0..rows).map(|row| format!("{},1,{name} {row},01\n", 1_000 + row)).collect();
    format!("code,parent,name,region\n{rows}")
}

/// A service that is killed and started again, and one who looks at its database from outside.
struct Work<'a> {
    database: &'a Database,
    watcher: Instance,
    token: String,
    server: Server,
    agent: ureq::Agent,
}

impl<'a> Work<'a> {
    fn new(database: &'a Database) -> Self {
        defined(database);
        let token = steward_token(database);
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        Self { database, watcher: database.open(), token, server: started(database), agent }
    }

    fn spool(&self) -> PathBuf {
        self.database.folder().join("spool/0")
    }

    /// The files of the spool whose names begin or end so.
    fn spooled(&self, part: &str) -> usize {
        let files = std::fs::read_dir(self.spool()).into_iter().flatten().flatten();
        files.filter(|file| file.file_name().to_string_lossy().contains(part)).count()
    }

    fn upload(&self, name: &str, rows: usize) -> Value {
        let request = self.agent.post(format!("http://{}/import/offices?file={name}.csv", self.server.address));
        let request = request.header("authorization", format!("Bearer {}", self.token)).content_type("text/csv");
        let mut response = request.send(file(name, rows)).unwrap();
        assert_eq!(response.status().as_u16(), 202);
        response.body_mut().read_json().unwrap()
    }

    fn job(&self, id: &Value) -> Value {
        let request = self.agent.get(format!("http://{}/import/jobs/{id}", self.server.address));
        request.header("authorization", format!("Bearer {}", self.token)).call().unwrap().body_mut().read_json().unwrap()
    }

    /// Asks again and again without a pause until the job is in a phase; `false` when it was over before that was seen.
    fn meet(&self, id: &Value, phase: &str) -> bool {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let job = self.job(id);
            if job["phase"] == phase {
                return true;
            }
            assert!(job["state"] != "failed" && Instant::now() < deadline, "waited in vain until it is {phase}: {job}");
            if job["state"] == "done" {
                return false;
            }
        }
    }

    /// What the database says of the job, once what the killed process had begun is over: PostgreSQL notices late that its client is
    /// gone, and may be committing still; its lock is held until then.
    fn state(&self, id: &Value) -> String {
        self.watcher.svod.acts.store.write(|_| Ok(())).unwrap();
        let jobs = self.watcher.svod.import_jobs().unwrap();
        let job = jobs.find(&self.watcher.operator(), svod::domain::import_job::JobId(id.as_i64().unwrap())).unwrap();
        job.unwrap().state.name().to_owned()
    }

    fn requests(&self, name: &str) -> Vec<ChangeRequest> {
        let all = self.watcher.svod.change_requests.list_change_requests(&self.watcher.operator(), Default::default(), None, 100).unwrap();
        all.into_iter().filter(|request| request.title.contains(&format!("{name}.csv"))).collect()
    }

    fn items_count(&self, request: RequestId) -> usize {
        let offices = code("offices");
        let (mut count, mut after) = (0, None::<String>);
        loop {
            let place = after.as_deref().map(|after| (&offices, after));
            let page = self.watcher.svod.change_requests.list_items(request, place, 5_000).unwrap();
            count += page.len();
            match page.last() {
                Some(last) => after = Some(last.stored.code.as_str().to_owned()),
                None => return count,
            }
        }
    }

    fn restart(&mut self) {
        self.server = started(self.database);
    }

    /// Waits for a job, and finds one request with all rows, and nothing else.
    fn check_done(&self, id: &Value, name: &str, rows: usize, attempts: i64) {
        assert!(self.meet(id, "done"));
        let job = self.job(id);
        assert_eq!((&job["attempts"], &job["report"]["added"]), (&Value::from(attempts), &Value::from(rows)), "{name}: {job}");
        let report = &job["report"];
        assert_eq!((&report["rejected"], &report["changed"], &report["retired"]), (&0.into(), &0.into(), &0.into()), "{name}: {job}");
        let requests = self.requests(name);
        assert_eq!(requests.len(), 1, "{name}: one file, one request");
        assert_eq!((Some(requests[0].id.0), self.items_count(requests[0].id)), (job["changeRequest"].as_i64(), rows), "{name}");
        assert_eq!(self.watcher.svod.publisher.refresh().unwrap(), 1, "nothing is published before somebody approves");
        assert_eq!(self.spooled("receiving"), 0);
        self.server.wait_until("its file is gone", || self.spooled(&format!("{id}.file")) == 0);
    }

    /// Kills the service in a phase, and a while after it was seen in it.
    fn kill_in(&mut self, phase: &str, pause: Duration) {
        for round in 0..TRIES {
            let (name, rows) = (format!("{phase}-{}-{round}", pause.as_millis()), ROWS << round);
            let id = self.upload(&name, rows)["id"].clone();
            let is_met = self.meet(&id, phase);
            std::thread::sleep(pause);
            self.server.kill();
            let is_hit = is_met && self.state(&id) == "running";
            if is_hit {
                assert!(self.requests(&name).is_empty(), "{name}: half a job is there");
                assert_eq!(self.spooled(&format!("{id}.file")), 1, "{name}: its file is kept");
            }
            self.restart();
            self.check_done(&id, &name, rows, if is_hit { 2 } else { 1 });
            if is_hit {
                return;
            }
        }
        panic!("no kill came while it was {phase}");
    }
}

fn started(database: &Database) -> Server {
    Server::start_with(database, &["--import-folder", database.folder().join("spool").to_str().unwrap()])
}

fn an_import_that_is_killed_in_any_phase_begins_anew(database: Database) {
    let mut work = Work::new(&database);
    kill_while_it_is_sent(&mut work);
    kill_while_it_waits(&mut work);
    for phase in ["detecting", "reading", "checking"] {
        work.kill_in(phase, Duration::ZERO);
    }
    let pause = storing_after(&work);
    work.kill_in("checking", pause);
    let verified = run(&database, &["verify"]);
    assert!(verified.status.success(), "{}", complained(&verified));
}

/// How long after it was seen to be checked a file is in the midst of being stored.
fn storing_after(work: &Work<'_>) -> Duration {
    let id = work.upload("measured", ROWS)["id"].clone();
    assert!(work.meet(&id, "checking"));
    let began = Instant::now();
    assert!(work.meet(&id, "done"));
    work.check_done(&id, "measured", ROWS, 1);
    began.elapsed().mul_f64(0.6)
}

/// Half of a file came: there is no job, and the next start throws that half away.
fn kill_while_it_is_sent(work: &mut Work<'_>) {
    let mut connection = TcpStream::connect(&work.server.address).unwrap();
    let head = format!(
        "POST /import/offices?file=half.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 2000000\r\n\r\n",
        work.token
    );
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&vec![b'x'; 1_000_000]).unwrap();
    work.server.wait_until("the file is on its way", || work.spooled("receiving") == 1);
    work.server.kill();
    let mut answer = String::new();
    let told = connection.read_to_string(&mut answer);
    assert!(told.is_err() || answer.is_empty(), "nobody was told that it arrived: {answer}");
    assert_eq!(work.spooled("receiving"), 1);
    work.restart();
    work.server.wait_until("half a file is gone", || work.spooled("receiving") == 0);
    let first = work.upload("first", 1);
    assert_eq!(first["id"], 1, "half a file was no job");
    work.check_done(&first["id"], "first", 1, 1);
}

/// Two files, one behind the other: the second waits when the service is killed, and was not begun.
fn kill_while_it_waits(work: &mut Work<'_>) {
    let ahead = work.upload("ahead", ROWS)["id"].clone();
    let behind = work.upload("behind", 10)["id"].clone();
    assert!(work.meet(&behind, "queued"));
    work.server.kill();
    let is_cut_off = work.state(&ahead) == "running";
    assert_eq!(work.state(&behind), "queued");
    work.restart();
    work.check_done(&ahead, "ahead", ROWS, if is_cut_off { 2 } else { 1 });
    work.check_done(&behind, "behind", 10, 1);
}
