//! The binary as people run it: commands with nothing of this machine's settings, and servers that end with their test.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::Database;
use crate::publication::{OFFICES, REGIONS};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The binary with nothing of this machine's settings.
pub fn svod(database: &Database, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_svod"));
    let names: Vec<String> = std::env::vars().map(|(name, _)| name).filter(|name| name.starts_with("SVOD_")).collect();
    for name in names {
        command.env_remove(name);
    }
    command.args(arguments).env("SVOD_DATABASE_URL", &database.url).current_dir(database.folder());
    command
}

pub fn run(database: &Database, arguments: &[&str]) -> Output {
    svod(database, arguments).output().unwrap()
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn write(database: &Database, name: &str, text: impl AsRef<[u8]>) {
    let path = database.folder().join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// The folder `d` with definitions of regions and offices and their items.
pub fn write_definitions(database: &Database) {
    write(database, "d/regions/dictionary.toml", REGIONS);
    write(database, "d/regions/items.csv", "code,name\n01,Алтайский край\n");
    write(database, "d/offices/dictionary.toml", OFFICES);
    write(database, "d/offices/items.csv", "code,parent,name,region\n1,,Главная,01\n2,1,Районная,01\n");
}

/// Publishes that folder as publication 1.
pub fn defined(database: &Database) {
    write_definitions(database);
    let applied = run(database, &["dictionary", "apply", "--publish", "d"]);
    assert!(applied.status.success(), "{}", complained(&applied));
    let told = said(&applied);
    assert!(told.contains("offices: added 2 · changed 0 · retired 0") && told.contains("published as publication 1"), "{told}");
}

/// A running server; it is killed when the test ends, however it ends.
pub struct Server {
    process: Child,
    pub address: String,
    log: PathBuf,
    /// What it has said while it started.
    said: Vec<String>,
}

impl Server {
    /// On an empty database it loads the shipped dictionaries.
    pub fn start(database: &Database) -> Self {
        Self::start_with(database, &[])
    }

    pub fn start_with(database: &Database, arguments: &[&str]) -> Self {
        Self::start_with_variables(database, arguments, &[])
    }

    /// Variables are those that are no settings of ours.
    pub fn start_with_variables(database: &Database, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let dictionaries = root().join("dictionaries");
        let mut command = svod(database, &["serve", "--listen", "127.0.0.1:0"]);
        if !arguments.contains(&"--dictionaries") {
            command.arg("--dictionaries").arg(dictionaries);
        }
        let log = database.folder().join(format!("server-{}.log", COUNT.fetch_add(1, Ordering::Relaxed)));
        command.args(arguments).envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
        let process = command.spawn().unwrap();
        let mut server = Self { process, address: String::new(), log, said: Vec::new() };
        let lines = BufReader::new(server.process.stdout.take().unwrap()).lines();
        // A demo says its people last.
        let last = if arguments.contains(&"--demo") { "  administrator" } else { "console" };
        for line in lines.map(Result::unwrap) {
            let is_last = line.contains(last);
            server.said.push(line);
            if is_last {
                break;
            }
        }
        let console = server.said.iter().find(|line| line.contains("console"));
        let console = console.unwrap_or_else(|| panic!("it does not say where it listens:\n{}", server.log()));
        server.address = console.split("http://").nth(1).unwrap().trim_end_matches('/').to_owned();
        server
    }

    /// The password of somebody of the demo, as it was said.
    pub fn password(&self, name: &str) -> String {
        let mut words = self.said.iter().map(|line| line.split_whitespace().collect::<Vec<_>>());
        let line = words.find(|words| words.first() == Some(&name)).unwrap_or_else(|| panic!("nothing is said of {name}"));
        line[2].to_owned()
    }

    pub fn post(&self, query: &str) -> Value {
        let body = serde_json::json!({ "query": query });
        let mut response = ureq::post(format!("http://{}/graphql/data", self.address)).send_json(body).unwrap();
        response.body_mut().read_json().unwrap()
    }

    pub fn get(&self, path: &str) -> (u16, String) {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut response = agent.get(format!("http://{}{path}", self.address)).call().unwrap();
        (response.status().as_u16(), response.body_mut().read_to_string().unwrap())
    }

    /// Everything it has written to standard error so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Returns when readers are given this publication.
    pub fn wait_for_publication(&self, number: i64) {
        self.wait_until(&format!("publication {number} reaches readers"), || {
            self.post("{ publication { number } }")["data"]["publication"]["number"] == number
        });
    }

    /// Returns when it takes no connection any more, which is how a stop begins.
    pub fn wait_until_it_listens_no_more(&self) {
        self.wait_until("it listens no more", || TcpStream::connect(&self.address).is_err());
    }

    /// The deadline is only there for the test to end when what it waits for never comes.
    pub fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !is_so() {
            let log = || self.log().lines().filter(|line| !line.contains("request")).collect::<Vec<_>>().join("\n");
            assert!(Instant::now() < deadline, "waited in vain until {what}:\n{}", log());
        }
    }

    /// The shell's own `kill` does it: the program of that name is absent from slim images.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        let sent = Command::new("sh").args(["-c", "kill -s \"$1\" \"$0\"", &pid, name]).status().unwrap();
        assert!(sent.success());
    }

    pub fn terminate(&self) {
        self.signal("TERM");
    }

    /// As a machine does that loses its power.
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    pub fn wait(&mut self) -> ExitStatus {
        self.process.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
