//! Files as jobs: received, recognised, cancelled, cut off and begun anew; and what comes back of the rows that cannot be taken.

use std::io::Read;

use serde_json::Value;
use svod::app::acting::Caller;
use svod::app::import_job::{ImportJobs, ImportReport, Uploaded};
use svod::domain::error::Result;
use svod::domain::import_job::{ImportJob, JobState};

use crate::binary::{Server, complained, defined, run, said, write};
use crate::change_request::{code, person};
use crate::harness::{Database, IMPORT_LIMITS, Instance};
use crate::management::data;
use crate::publication::offices;

on_both_engines!(
    rows_that_cannot_be_taken_come_back_with_their_reasons,
    the_same_file_is_recognised,
    a_cancelled_import_leaves_nothing,
    an_import_that_was_cut_off_begins_anew,
    a_file_that_is_refused_says_why,
    whoever_may_not_import_is_refused_before_their_file_is_read,
    a_file_goes_over_http_from_upload_to_request,
    a_file_that_breaks_off_on_its_way_leaves_nothing,
    a_file_that_is_too_long_is_refused_before_it_is_there,
    servers_killed_at_work_leave_one_request,
);

fn jobs(instance: &Instance) -> &ImportJobs {
    instance.svod.import_jobs().unwrap()
}

fn upload(instance: &Instance, caller: &Caller, name: &str, text: &str, asked: &[(&str, &str)]) -> Result<Uploaded> {
    let asked = asked.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let mut upload = jobs(instance).receive(caller, "offices", name, asked)?;
    upload.write(text.as_bytes())?;
    upload.finish()
}

/// Receives a file and works through the queue.
fn imported(instance: &Instance, caller: &Caller, text: &str, asked: &[(&str, &str)]) -> (ImportJob, ImportReport) {
    let job = upload(instance, caller, "offices.csv", text, asked).unwrap().job;
    while jobs(instance).run_next().unwrap() {}
    let job = jobs(instance).find(caller, job.id).unwrap().unwrap();
    let report = ImportReport::parse(job.report.as_deref().unwrap());
    (job, report)
}

fn rejected_rows(instance: &Instance, caller: &Caller, job: &ImportJob) -> Option<(String, String)> {
    let (name, mut file) = jobs(instance).rejected_rows(caller, job.id).unwrap()?;
    let mut text = String::new();
    file.read_to_string(&mut text).unwrap();
    Some((name, text))
}

const MIXED: &str = "code;parent;name;region;number\n4;1;Районная 4;01;4\n5;1;Районная 5;09;5\n6;5;Районная 6;01;\n7;1;Городская;02;семь\n8;;Районная без вышестоящей;01;8\n9;1;Городская 9;01\n";

fn rows_that_cannot_be_taken_come_back_with_their_reasons(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let (job, report) = imported(&instance, &olga, MIXED, &[]);
    assert_eq!(job.state, JobState::Done, "{report:?}");
    assert_eq!((report.rows, report.added, report.rejected), (6, 1, 5), "{report:?}");
    assert_eq!(instance.seq(), 2, "nothing is published before somebody approves");
    let items = instance.svod.change_requests.list_items(job.request.unwrap(), None, 10).unwrap();
    assert_eq!(items.iter().map(|item| item.stored.code.as_str()).collect::<Vec<_>>(), ["4"]);
    let (name, rows) = rejected_rows(&instance, &olga, &job).unwrap();
    assert_eq!(name, "offices.rejected.csv");
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[0], "\u{feff}code;parent;name;region;number;_line;_reasons");
    assert_eq!(lines[1], "5;1;Районная 5;09;5;3;\"region: \"\"09\"\" is not an item of regions\"");
    assert!(lines[2].starts_with("6;5;Районная 6;01;;4;") && lines[2].contains("\"\"5\"\" is not an item of offices"), "{}", lines[2]);
    assert!(lines[3].starts_with("7;1;Городская;02;семь;5;") && lines[3].contains("is not a whole number"), "{}", lines[3]);
    assert!(lines[4].ends_with(";6;A district needs a parent"), "{}", lines[4]);
    assert!(lines[5].starts_with("9;1;Городская 9;01;;7;") && lines[5].contains("the row has 4 fields"), "{}", lines[5]);
    assert_eq!(lines.len(), 6);
    // Mended, the file comes back as it is, its two last columns too.
    let mended = rows.replace(";09;", ";02;").replace("семь", "7").replace("8;;", "8;1;");
    let (_, again) = imported(&instance, &olga, &mended, &[]);
    assert_eq!((again.added, again.rejected), (5, 0), "{again:?}");
}

fn the_same_file_is_recognised(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let first = upload(&instance, &olga, "a.csv", "code,name\n1,Новая\n", &[]).unwrap();
    let second = upload(&instance, &olga, "b.csv", "code,name\n1,Новая\n", &[]).unwrap();
    assert_eq!((first.is_repeated, second.is_repeated, second.job.id), (false, true, first.job.id));
    while jobs(&instance).run_next().unwrap() {}
    assert!(upload(&instance, &olga, "a.csv", "code,name\n1,Новая\n", &[]).unwrap().is_repeated, "its request is a draft still");
    let again = upload(&instance, &olga, "a.csv", "code,name\n1,Новая\n", &[("again", "true")]).unwrap();
    assert!(!again.is_repeated && again.job.id != first.job.id);
    let other = upload(&instance, &olga, "a.csv", "code,name\n1,Другая\n", &[]).unwrap();
    assert!(!other.is_repeated);
}

fn a_cancelled_import_leaves_nothing(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let job = upload(&instance, &olga, "a.csv", "code,name\n1,Новая\n", &[]).unwrap().job;
    let cancelled = jobs(&instance).cancel_import(&olga, job.id).unwrap();
    assert_eq!(cancelled.state, JobState::Cancelled);
    assert!(!jobs(&instance).run_next().unwrap(), "it waits no more");
    assert_eq!(jobs(&instance).cancel_import(&olga, job.id).unwrap_err().code(), "import_over");
    let requests = instance.svod.change_requests.list_change_requests(&olga, Default::default(), None, 10).unwrap();
    assert!(requests.iter().all(|request| !request.title.contains("Импорт")), "{requests:?}");
    let query =
        "{ queued: importJobs(state: QUEUED) { nodes { id } } cancelled: importJobs(state: CANCELLED) { nodes { id secondsLeft } } }";
    let listed = data(&instance, olga, query);
    let cancelled = serde_json::json!([{ "id": job.id.0.to_string(), "secondsLeft": null }]);
    assert_eq!((&listed["queued"]["nodes"], &listed["cancelled"]["nodes"]), (&serde_json::json!([]), &cancelled));
}

fn an_import_that_was_cut_off_begins_anew(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    let job = upload(&instance, &olga, "a.csv", "code,name\n1,Новая\n", &[]).unwrap().job;
    drop(instance);
    database.execute("UPDATE import_job SET state = 'running', attempts = 1");
    let next = database.open();
    jobs(&next).recover().unwrap();
    assert!(jobs(&next).run_next().unwrap());
    let done = jobs(&next).find(&olga, job.id).unwrap().unwrap();
    assert_eq!((done.state, done.attempts), (JobState::Done, 2));
    assert!(done.request.is_some());
    // A process that ended between the end of a job and the removal of its file left the file behind; that of a waiting job is kept.
    let waiting = upload(&next, &olga, "waiting.csv", "code,name\n2,Ещё\n", &[]).unwrap().job;
    let kept = |job: &ImportJob| database.folder().join("imports/0").join(format!("{}.file", job.id.0));
    std::fs::write(kept(&done), "code,name\n").unwrap();
    jobs(&next).recover().unwrap();
    assert_eq!((kept(&done).exists(), kept(&waiting).exists()), (false, true));
    while jobs(&next).run_next().unwrap() {}
    // What ends the process each time is given up, and told.
    let job = upload(&next, &olga, "b.csv", "code,name\n1,Ещё одна\n", &[]).unwrap().job;
    drop(next);
    database.execute("UPDATE import_job SET state = 'running', attempts = 3 WHERE state = 'queued'");
    let last = database.open();
    jobs(&last).recover().unwrap();
    assert!(jobs(&last).run_next().unwrap());
    let failed = jobs(&last).find(&olga, job.id).unwrap().unwrap();
    let report = ImportReport::parse(failed.report.as_deref().unwrap());
    assert_eq!((failed.state, report.error_code.as_str()), (JobState::Failed, "import_given_up"));
}

fn a_file_that_is_refused_says_why(database: Database) {
    let instance = offices(&database);
    let olga = person(&database, &instance, 20, "olga", &[("steward", "offices")]);
    for (text, expected) in [
        ("code,name\n4,\"Незакрытая\n5,Б\n", "offices.csv:2:2: offices: the quote opened here is never closed; if"),
        ("code,name,region\n4,Городская,01\n5,Город", "the file ends in the middle of line 3, after 2 of 3 fields: it was cut off"),
        ("code,colour\n4,А\n", "the column \"colour\" is neither code, parent, valid_from, valid_to, action nor an attribute of offices"),
        ("code,name,name\n4,А,Б\n", "the column \"name\" is there twice: take one of them out of the file [column_twice]"),
        (
            "code,Наименование,name\n4,А,Б\n",
            "the columns \"Наименование\" and \"name\" both go to name: map the one that is not meant to `-`",
        ),
        ("%PDF-1.7\n", "PDF"),
    ] {
        let (job, report) = imported(&instance, &olga, text, &[]);
        let told = format!("{} {}", report.error, report.reasons.join("\n"));
        assert!(job.state == JobState::Failed && job.request.is_none(), "{text}: {report:?}");
        assert!(told.contains(expected), "{text}: {told}");
    }
    assert!(upload(&instance, &olga, "a.csv", "", &[]).is_err_and(|error| error.code() == "file_empty"));
    // One more wrong row than are given back: that is said first, whatever else is wrong.
    let rows: String = (0..=IMPORT_LIMITS.rejected_rows_max).map(|row| format!("{row},А,x\n")).collect();
    let (_, report) = imported(&instance, &olga, &format!("code,name,number\n{rows}"), &[]);
    let told = format!("the file was refused: more than {} rows are wrong, and nothing further was read", IMPORT_LIMITS.rejected_rows_max);
    assert!(report.error.starts_with(&told) && report.reasons[0].contains("[rejected_too_many]"), "{} {}", report.error, report.reasons[0]);
    let rows: String = (0..=IMPORT_LIMITS.changing_rows_max).map(|row| format!("{},А\n", row + 100)).collect();
    let (_, report) = imported(&instance, &olga, &format!("code,name\n{rows}"), &[]);
    let told = format!("more than {} rows say something new", IMPORT_LIMITS.changing_rows_max);
    assert!(report.error.starts_with(&told) && report.error_code == "import_too_long", "{}", report.error);
    let unknown = upload(&instance, &olga, "a.csv", "code\n1\n", &[("mod", "sync")]).unwrap_err();
    assert!(unknown.to_string().starts_with("there is no parameter `mod`; there are mode,"), "{unknown}");
}

fn whoever_may_not_import_is_refused_before_their_file_is_read(database: Database) {
    let instance = offices(&database);
    let reader = person(&database, &instance, 20, "reader", &[("reader", "offices")]);
    let olga = person(&database, &instance, 21, "olga", &[("steward", "offices")]);
    let refused = |caller: &Caller| upload(&instance, caller, "a.csv", "code,name\n1,А\n", &[]).unwrap_err().code().to_owned();
    assert_eq!(refused(&reader), "forbidden");
    assert_eq!(refused(&Caller::anonymous("192.0.2.7", "request")), "unauthenticated");
    let job = upload(&instance, &olga, "a.csv", "code,name\n1,А\n", &[]).unwrap().job;
    assert_eq!(jobs(&instance).find(&reader, job.id).unwrap(), None, "the imports of others are not for readers");
    assert_eq!(jobs(&instance).cancel_import(&reader, job.id).unwrap_err().code(), "not_found");
    assert!(jobs(&instance).list(&reader, &Default::default(), 10).unwrap().is_empty());
    assert_eq!(jobs(&instance).list(&olga, &Default::default(), 10).unwrap().len(), 1);
}

/// A token of a steward of offices, made by the command line.
pub fn steward_token(database: &Database) -> String {
    let added = run(database, &["user", "add", "register", "--system", "--role", "steward:offices"]);
    assert!(added.status.success(), "{}", complained(&added));
    let issued = run(database, &["token", "add", "register", "--title", "загрузка", "--scope", "read", "--scope", "propose"]);
    assert!(issued.status.success(), "{}", complained(&issued));
    let told = said(&issued);
    told.split_whitespace().max_by_key(|word| word.len()).unwrap().to_owned()
}

struct Client<'a> {
    server: &'a Server,
    token: &'a str,
}

impl Client<'_> {
    fn agent(&self) -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).build().into()
    }

    fn post(&self, path: &str, body: &[u8], kind: &str) -> (u16, Value) {
        let request = self.agent().post(format!("http://{}{path}", self.server.address)).header("content-type", kind);
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).send(body).unwrap();
        (response.status().as_u16(), response.body_mut().read_json().unwrap())
    }

    fn get(&self, path: &str) -> (u16, String) {
        let request = self.agent().get(format!("http://{}{path}", self.server.address));
        let mut response = request.header("authorization", format!("Bearer {}", self.token)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// The job once it is over.
    fn done(&self, job: &Value) -> Value {
        let path = format!("/import/jobs/{}", job["id"]);
        let last = std::cell::RefCell::new(Value::Null);
        self.server.wait_until("the import is over", || {
            last.replace(serde_json::from_str(&self.get(&path).1).unwrap());
            ["done", "failed", "cancelled"].contains(&last.borrow()["state"].as_str().unwrap())
        });
        last.into_inner()
    }
}

fn a_file_goes_over_http_from_upload_to_request(database: Database) {
    defined(&database);
    let token = steward_token(&database);
    let server = Server::start(&database);
    let client = Client { server: &server, token: &token };
    let (status, job) = client.post("/import/offices?file=new.csv", MIXED.as_bytes(), "text/csv");
    assert_eq!((status, &job["file"]["name"], &job["isRepeated"]), (202, &Value::from("new.csv"), &Value::from(false)), "{job}");
    let done = client.done(&job);
    assert_eq!((&done["state"], &done["report"]["rejected"]), (&Value::from("done"), &Value::from(5)), "{done}");
    assert!(done["changeRequest"].as_i64().is_some_and(|number| number > 0), "{done}");
    let (status, rows) = client.get(done["rejectedRows"].as_str().unwrap());
    assert!(status == 200 && rows.contains("_reasons") && rows.lines().count() == 6, "{rows}");
    let (status, repeated) = client.post("/import/offices?file=new.csv", MIXED.as_bytes(), "text/csv");
    assert_eq!((status, &repeated["id"], &repeated["isRepeated"]), (200, &job["id"], &Value::from(true)));
    // A file that was packed is unpacked.
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut packed, "code,name\n2,Упакованная\n".as_bytes()).unwrap();
    let (_, packed) = client.post("/import/offices?file=new.csv.gz&on=2027-01-01", &packed.finish().unwrap(), "application/gzip");
    assert_eq!(client.done(&packed)["report"]["changed"], 1);
    for (path, kind, status, code) in [
        ("/import/offices", "multipart/form-data; boundary=x", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("/import/offices?mode=merge", "text/csv", 400, "PARAMETER_UNKNOWN"),
        ("/import/courts", "text/csv", 404, "NOT_FOUND"),
        ("/import/regions", "text/csv", 403, "FORBIDDEN"),
    ] {
        let (told, body) = client.post(path, b"code,name\n1,x\n", kind);
        assert_eq!((told, body["errors"][0]["extensions"]["code"].as_str()), (status, Some(code)), "{path}: {body}");
    }
    let small = Server::start_with(&database, &["--import-file-bytes-max", "100"]);
    let (status, body) = Client { server: &small, token: &token }.post("/import/offices", MIXED.as_bytes(), "text/csv");
    assert!(status == 413 && body.to_string().contains("longer than 100 bytes"), "{status} {body}");
    assert_eq!(client.get("/import/jobs/999").0, 404);
}

fn a_file_that_breaks_off_on_its_way_leaves_nothing(database: Database) {
    use std::io::Write as _;
    defined(&database);
    let token = steward_token(&database);
    let server = Server::start_with(&database, &["--import-folder", database.folder().join("spool").to_str().unwrap()]);
    let mut connection = std::net::TcpStream::connect(&server.address).unwrap();
    let head = format!("POST /import/offices HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 2000000\r\n\r\n");
    connection.write_all(head.as_bytes()).unwrap();
    connection.write_all(&vec![b'x'; 1_000_000]).unwrap();
    let place = database.folder().join("spool").join("0");
    let receiving = || {
        let files = std::fs::read_dir(&place).into_iter().flatten().flatten();
        files.filter(|file| file.file_name().to_string_lossy().starts_with("receiving")).count()
    };
    server.wait_until("the file is on its way", || receiving() == 1);
    drop(connection);
    server.wait_until("nothing of it is left", || receiving() == 0);
    let (status, jobs) = Client { server: &server, token: &token }.get("/import/jobs/1");
    assert_eq!(status, 404, "{jobs}");
}

/// Whoever says beforehand that a file is too long is told so before any of it comes; whoever does not is cut off.
fn a_file_that_is_too_long_is_refused_before_it_is_there(database: Database) {
    use std::io::Write as _;
    defined(&database);
    let token = steward_token(&database);
    let spool = database.folder().join("spool");
    let server = Server::start_with(&database, &["--import-folder", spool.to_str().unwrap(), "--import-file-bytes-max", "100000"]);
    for path in ["/import/offices?file=big.csv", "/import/offices/inspect?file=big.csv"] {
        let mut connection = std::net::TcpStream::connect(&server.address).unwrap();
        let head = format!("POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Length: 2147483648\r\n\r\n");
        connection.write_all(head.as_bytes()).unwrap();
        let answer = answer_of(&mut connection);
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("FILE_TOO_LARGE"), "{path}: {answer}");
    }
    let mut connection = std::net::TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "POST /import/offices?file=big.csv HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    connection.write_all(head.as_bytes()).unwrap();
    let piece = format!("2710\r\n{}\r\n", "x".repeat(10_000));
    let mut answer = connection.try_clone().unwrap();
    let answer = std::thread::spawn(move || answer_of(&mut answer));
    // It would send for ever; what comes after the answer is thrown away for a while, so that the answer can be read, and then nobody
    // takes it any more.
    let began = std::time::Instant::now();
    while connection.write_all(piece.as_bytes()).is_ok() {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "it is read on and on");
    }
    let answer = answer.join().unwrap();
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("FILE_TOO_LARGE"), "{answer}");
    let files = std::fs::read_dir(spool.join("0")).unwrap().flatten().map(|file| file.file_name().into_string().unwrap());
    assert_eq!(files.filter(|name| !["lock", "node"].contains(&name.as_str())).count(), 0, "nothing of it was kept");
    // As long as it may be, in pieces.
    let whole = format!("code,name\n4,{}\n", "я".repeat(10)).into_bytes();
    let (status, job) = Client { server: &server, token: &token }.post("/import/offices?file=small.csv", &whole, "text/csv");
    assert_eq!(status, 202, "{job}");
}

/// What comes until the other end is closed, as far as it goes.
fn answer_of(connection: &mut std::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    connection.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
    let _ = connection.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Enough for the work to take a while.
const ROWS: usize = 8_000;

fn servers_killed_at_work_leave_one_request(database: Database) {
    defined(&database);
    let token = steward_token(&database);
    let rows: String = (0..ROWS).map(|row| format!("{},1,Городская {row},01\n", 1_000 + row)).collect();
    write(&database, "many.csv", format!("code,parent,name,region\n{rows}"));
    let mut server = Server::start(&database);
    let file = std::fs::read(database.folder().join("many.csv")).unwrap();
    let (status, job) = Client { server: &server, token: &token }.post("/import/offices?file=many.csv", &file, "text/csv");
    assert_eq!(status, 202, "{job}");
    // Twice while it is at work, as far as it has come by then; a third time would give the job up.
    for pause_ms in [90, 230] {
        std::thread::sleep(std::time::Duration::from_millis(pause_ms));
        server.kill();
        server = Server::start(&database);
    }
    let done = Client { server: &server, token: &token }.done(&job);
    assert_eq!((&done["state"], &done["report"]["added"]), (&Value::from("done"), &Value::from(ROWS)), "{done}");
    let instance = database.open();
    let requests = instance.svod.change_requests.list_change_requests(&instance.operator(), Default::default(), None, 10).unwrap();
    let imports: Vec<_> = requests.iter().filter(|request| request.title.contains("many.csv")).collect();
    assert_eq!(imports.len(), 1, "one file, one request");
    assert_eq!(instance.seq(), 1);
    let items = instance.svod.change_requests.list_items(imports[0].id, Some((&code("offices"), "1500")), 3).unwrap();
    assert_eq!(items.iter().map(|item| item.stored.code.as_str()).collect::<Vec<_>>(), ["1501", "1502", "1503"]);
}
