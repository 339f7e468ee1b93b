//! The binary as people run it: what it says, how it starts and stops, and what survives when it is killed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Database;
use crate::publication::{OFFICES, REGIONS};

on_both_engines!(
    a_newcomer_asks_the_register_of_offices,
    files_are_imported_and_refused_by_the_command,
    a_publication_of_another_process_reaches_readers,
    killed_imports_leave_a_whole_publication_or_none,
    a_newer_database_is_refused,
    migrations_go_up_down_and_up_again,
);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary with nothing of this machine's settings.
fn svod(database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svod"));
    let names: Vec<String> = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("SVOD_")).collect();
    for name in names {
        command.env_remove(name);
    }
    command.args(arguments).env("SVOD_DATABASE_URL", &database.url).current_dir(database.folder());
    command
}

fn run(database: &Database, arguments: &[&str]) -> Output {
    svod(database, arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn write(database: &Database, name: &str, text: &str) {
    let path = database.folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// A running server; it is killed when the test ends.
struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start(database: &Database) -> Self {
        let dictionaries = root().join("dictionaries");
        let mut command = svod(database, &["serve", "--listen", "127.0.0.1:0", "--dictionaries", dictionaries.to_str().unwrap()]);
        let log = std::fs::File::create(database.folder().join("server.log")).unwrap();
        let mut process = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut lines = lines.map(Result::unwrap);
        let start_page = lines.find(|line| line.contains("start page")).expect("it says where it listens");
        let address = start_page.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        Self { process, address }
    }

    fn post(&self, query: &str) -> Value {
        let body = serde_json::json!({ "query": query });
        let mut response = ureq::post(format!("http://{}/graphql/data", self.address)).send_json(body).unwrap();
        response.body_mut().read_json().unwrap()
    }

    fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.get(format!("http://{}{path}", self.address)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([name, &self.process.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The query of the README, which a newcomer pastes.
pub fn readme_query() -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```graphql\n").nth(1).expect("the README has a query to paste");
    block.split("```").next().unwrap().to_owned()
}

fn a_newcomer_asks_the_register_of_offices(database: Database) {
    let mut server = Server::start(&database);
    let answer = server.post(&readme_query());
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    let offices = &answer["data"]["offices"];
    assert_eq!(offices["totalCount"], 77);
    let barnaul = offices["nodes"].as_array().unwrap().iter().find(|office| office["code"] == "382737917").expect("an office of Barnaul");
    assert_eq!(barnaul["parent"]["code"], "359971335");
    assert_eq!(barnaul["kind"]["name"], "Городская районная прокуратура");
    assert_eq!(server.get("/health/live").0, 200);
    assert_eq!(server.get("/health/ready").0, 200);
    let (status, sdl) = server.get("/graphql/data/schema.graphql");
    assert_eq!((status, sdl), (200, std::fs::read_to_string(root().join("graphql/data.graphql")).unwrap()));
    server.signal("-TERM");
    assert!(server.process.wait().unwrap().success(), "a stop that was asked for is no failure");
}

fn defined(database: &Database) {
    write(database, "d/regions/dictionary.toml", REGIONS);
    write(database, "d/regions/items.csv", "code,name\n01,Алтайский край\n");
    write(database, "d/offices/dictionary.toml", OFFICES);
    write(database, "d/offices/items.csv", "code,parent,name,region\n1,,Главная,01\n2,1,Районная,01\n");
    let applied = run(database, &["dictionary", "apply", "d"]);
    assert!(applied.status.success(), "{}", complained(&applied));
    assert!(
        said(&applied).contains("offices: added 2 · changed 0 · retired 0") && said(&applied).contains("published as publication 1"),
        "{}",
        said(&applied)
    );
    let again = run(database, &["dictionary", "apply", "d/offices", "d/regions"]);
    assert!(said(&again).contains("nothing changed, so nothing was published"), "{}", said(&again));
}

fn files_are_imported_and_refused_by_the_command(database: Database) {
    defined(&database);
    write(&database, "new.csv", "code;name\n2;Районная новая\n");
    let imported = run(&database, &["import", "offices", "new.csv", "--on", "2026-12-01"]);
    let told = said(&imported);
    for expected in [
        "encoding    utf-8",
        "separator   `;`",
        "rows        1",
        "added 0 · changed 1 · retired 0 · unchanged 0",
        "published as publication 2",
    ] {
        assert!(told.contains(expected), "{expected}: {told}{}", complained(&imported));
    }
    write(&database, "wrong.csv", "code,name\n2,\"Районная\n");
    let refused = run(&database, &["import", "offices", "wrong.csv"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complained(&refused)
            .contains("wrong.csv:2:2: offices: the quote opened here is never closed [file_unreadable]\nNothing was changed."),
        "{}",
        complained(&refused)
    );
    let unknown = run(&database, &["import", "courts", "new.csv"]);
    assert!(
        complained(&unknown).contains("there is no published dictionary `courts`; published are: offices, regions"),
        "{}",
        complained(&unknown)
    );
    let missing = run(&database, &["import", "offices", "nowhere.csv"]);
    assert!(complained(&missing).contains("the file nowhere.csv cannot be opened"), "{}", complained(&missing));
    let impossible = run(&database, &["import", "offices", "new.csv", "--on", "2026-02-30"]);
    assert_eq!(impossible.status.code(), Some(2));
    assert!(complained(&impossible).contains("`2026-02-30` is not a date"), "{}", complained(&impossible));
    write(
        &database,
        "d/offices/dictionary.toml",
        &OFFICES.replace("to = \"regions\"", "to = \"regoins\"").replace("length_max = 40", "length_max = \"40\""),
    );
    let wrong = run(&database, &["dictionary", "apply", "d"]);
    let lines = complained(&wrong);
    assert!(lines.contains("d/offices/dictionary.toml:"), "{lines}");
    assert!(said(&run(&database, &["dictionary", "schema"])).starts_with('{'));
}

fn a_publication_of_another_process_reaches_readers(database: Database) {
    let server = Server::start(&database);
    let name = || server.post("{ region(code: \"01\", validOn: \"2030-01-01\") { name } publication { number } }");
    assert_eq!(name()["data"]["publication"]["number"], 1);
    write(&database, "new.csv", "code,name\n01,Алтайский край (новое имя)\n");
    let imported = run(&database, &["import", "regions", "new.csv", "--on", "2029-01-01"]);
    assert!(imported.status.success(), "{}", complained(&imported));
    let deadline = Instant::now() + Duration::from_secs(30);
    while name()["data"]["publication"]["number"] != 2 {
        let log = || std::fs::read_to_string(database.folder().join("server.log")).unwrap();
        assert!(
            Instant::now() < deadline,
            "the publication did not reach the reader:\n{}",
            log().lines().filter(|line| !line.contains("request")).collect::<String>()
        );
    }
    assert_eq!(name()["data"]["region"]["name"], "Алтайский край (новое имя)");
}

/// An import is killed again and again, later each time; the database is whole after each, and the import goes through at last.
fn killed_imports_leave_a_whole_publication_or_none(database: Database) {
    defined(&database);
    let rows: String = (100..20_100).map(|code| format!("{code},1,Отдел {code}\n")).collect();
    write(&database, "big.csv", &format!("code,parent,name\n{rows}"));
    let mut pause = Duration::from_millis(5);
    loop {
        let mut process = svod(&database, &["import", "offices", "big.csv"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let _ = process.kill();
        let is_done = process.wait().unwrap().success();
        let instance = database.open();
        let is_published = instance.seq() == 2;
        assert_eq!(instance.timeline("offices", "100").len(), usize::from(is_published));
        assert_eq!(instance.timeline("offices", "20099").len(), usize::from(is_published), "half an import is there");
        assert!(is_published || !is_done, "a finished import is gone");
        if is_published {
            break;
        }
        pause = pause * 3 / 2;
    }
    let told = said(&run(&database, &["import", "offices", "big.csv"]));
    assert!(told.contains("nothing changed"), "{told}");
}

fn a_newer_database_is_refused(database: Database) {
    drop(database.open());
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('2099010100000')");
    for arguments in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"], &["dictionary", "apply", "d"]] {
        let refused = run(&database, arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(
            complained(&refused).contains("the database was made by a newer version of Svod (migration 2099010100000"),
            "{}",
            complained(&refused)
        );
    }
}

fn migrations_go_up_down_and_up_again(database: Database) {
    use svod::db::{DatabaseUrl, Store, StoreLimits, migration};
    let limits = StoreLimits { connections_max: 2, busy_timeout_ms: 5_000, connect_timeout_ms: 5_000 };
    let store = Store::open(DatabaseUrl::parse(&database.url).unwrap(), limits).unwrap();
    store.with(migration::run_pending).unwrap();
    let first = database.dump();
    assert!(first.contains("item_version"));
    store.with(migration::revert_all).unwrap();
    assert!(!database.dump().contains("item_version"), "down leaves nothing");
    store.with(migration::run_pending).unwrap();
    assert_eq!(database.dump(), first);
}

#[test]
fn one_clear_line_when_it_cannot_start() {
    let database = Database::sqlite();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let refused = run(&database, &["serve", "--listen", &address]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains(&format!("the address {address} is taken by another program")), "{}", complained(&refused));

    write(&database, "svod.db", "This is a letter and not a database, whatever its name says. It is long enough to have a header.");
    let refused = run(&database, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains("cannot be opened: the file is not a database of SQLite"), "{}", complained(&refused));

    let refused = svod(&database, &["migrate"]).env("SVOD_DATABASE_URL", "mysql://root@localhost/svod").output().unwrap();
    assert!(complained(&refused).contains("neither sqlite:PATH nor postgres://"), "{}", complained(&refused));
}

#[test]
fn a_locked_database_is_named() {
    let database = Database::sqlite();
    drop(database.open());
    let path = database.url.strip_prefix("sqlite:").unwrap().to_owned();
    use diesel::connection::SimpleConnection;
    let mut holder = <diesel::SqliteConnection as diesel::Connection>::establish(&path).unwrap();
    holder.batch_execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE").unwrap();
    let refused = svod(&database, &["migrate"]).env("SVOD_DATABASE_BUSY_TIMEOUT_MS", "100").output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(complained(&refused).contains("locked"), "{}", complained(&refused));
}

#[test]
fn the_log_is_json_lines_in_a_pipe() {
    let database = Database::sqlite();
    let dictionaries = root().join("dictionaries");
    let mut command = svod(&database, &["serve", "--listen", "127.0.0.1:0", "--dictionaries", dictionaries.to_str().unwrap()]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
    let start_page = lines.find(|line| line.contains("start page")).unwrap();
    let address = start_page.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
    let request = ureq::get(format!("http://{address}/graphql/data?query=query+Ask%7B__typename%7D"))
        .header("X-Request-Id", "mine-1")
        .call()
        .unwrap();
    assert_eq!(request.headers()["x-request-id"], "mine-1");
    let stop = Command::new("kill").args(["-TERM", &process.id().to_string()]).status().unwrap();
    assert!(stop.success());
    let mut log = String::new();
    process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    process.wait().unwrap();
    let of_request: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .filter(|line| line.to_string().contains("mine-1"))
        .collect();
    assert_eq!(of_request.len(), 1, "one line a request: {log}");
    let line = of_request[0].to_string();
    assert!(line.contains("/graphql/data") && line.contains("Ask") && line.contains("duration_ms"), "{line}");
}
