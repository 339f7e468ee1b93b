//! A consumer's mirror as its operator runs it: tables that stay equal to what was published, whatever happens to the mirror, to its
//! tables and to the service. The mirror's database is of either engine; the service beside it has one of its own.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::{Connection as _, PgConnection, RunQueryDsl, SqliteConnection};
use svod::app::import::{ImportOptions, Mode};
use svod::domain::validity::Date;

use crate::annulment::{annul, code, published, retired, say};
use crate::binary::{Server, complained, run, said, svod};
use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, REGIONS, offices, on};

on_both_engines!(
    tables_are_filled_and_follow_every_kind_of_change,
    every_type_of_value_comes_through,
    a_changed_definition_changes_columns_and_leaves_the_rest,
    what_somebody_edited_is_named_and_made_equal,
    only_what_the_token_sees_is_mirrored,
    big_events_are_fetched_whole,
    a_mirror_of_nothing_follows_from_the_first_publication,
);

/// A service of its own on a database of SQLite, and a hand that publishes.
pub struct Source {
    pub database: Database,
    pub instance: Instance,
    pub server: Server,
}

impl Source {
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    pub fn start_with(arguments: &[&str]) -> Self {
        let database = Database::sqlite();
        let instance = offices(&database);
        let server = Server::start_with(&database, arguments);
        Self { database, instance, server }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// Waits until the server tells of everything that was published.
    pub fn settle(&self) -> i64 {
        let seq = self.instance.seq();
        self.server.wait_for_publication(seq);
        seq
    }
}

/// The command line of a mirror.
pub fn mirror(target: &Database, from: &str, arguments: &[&str]) -> Command {
    let mut command = svod(target, &["mirror", "--from", from, "--into", &target.url, "--retry-ms-max", "200"]);
    command.env("SVOD_LOG_FORMAT", "pretty").env("RUST_BACKTRACE", "0").args(arguments);
    command
}

/// Runs a mirror until it has caught up; gives its log.
#[track_caller]
pub fn caught_up(target: &Database, source: &Source) -> String {
    let seq = source.settle();
    let output = mirror(target, &source.url(), &["--once"]).output().unwrap();
    assert!(output.status.success(), "{}", complained(&output));
    assert!(said(&output).contains(&format!("equal at publication {seq}\n")), "{}", said(&output));
    complained(&output)
}

/// A mirror that runs on its own until the test ends.
pub struct Running {
    process: Child,
    log: PathBuf,
}

impl Running {
    pub fn start(target: &Database, from: &str, arguments: &[&str]) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let log = target.folder().join(format!("mirror-{}.log", COUNT.fetch_add(1, Ordering::Relaxed)));
        let process = mirror(target, from, arguments).stdout(Stdio::null()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        Self { process, log }
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The deadline is only there for the test to end when what it waits for never comes.
    #[track_caller]
    pub fn wait_for(&self, words: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.log().contains(words) {
            assert!(Instant::now() < deadline, "waited in vain for `{words}`:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The rows of a query of one column of text, sorted.
pub fn rows(target: &Database, sql: &str) -> Vec<String> {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        line: String,
    }
    let lines: Vec<Line> = match target.url.strip_prefix("sqlite:") {
        Some(path) => diesel::sql_query(sql).load(&mut SqliteConnection::establish(path).unwrap()).unwrap(),
        None => diesel::sql_query(sql).load(&mut PgConnection::establish(&target.url).unwrap()).unwrap(),
    };
    let mut lines: Vec<String> = lines.into_iter().map(|line| line.line).collect();
    lines.sort();
    lines
}

/// The cells of these columns with `|` between them, as a query of one column.
pub fn joined(table: &str, columns: &[&str]) -> String {
    let cells: Vec<String> = columns.iter().map(|column| format!("coalesce(CAST({column} AS TEXT), '')")).collect();
    format!("SELECT {} AS line FROM {table}", cells.join(" || '|' || "))
}

/// Holds the tables of offices and regions against what is published, value by value and without a digest.
#[track_caller]
pub fn check(target: &Database, instance: &Instance) {
    let found = rows(target, &joined("offices", &["code", "parent", "valid_from", "valid_to", "name", "region", "number"]));
    assert_eq!(found, expected(instance, "offices", &["name", "region", "number"]));
    let found = rows(target, &joined("regions", &["code", "''", "valid_from", "valid_to", "name"]));
    assert_eq!(found, expected(instance, "regions", &["name"]));
}

fn expected(instance: &Instance, dictionary: &str, attributes: &[&str]) -> Vec<String> {
    let head = instance.svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&code(dictionary)].current;
    let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
    let line = |version: &Arc<svod::domain::item::ItemVersion>| {
        let mut line = format!(
            "{}|{}|{}|{}",
            version.code,
            version.parent().unwrap_or_default(),
            date(version.validity().from()),
            date(version.validity().to())
        );
        for attribute in attributes {
            line.push('|');
            if let Some(value) = version.value(snapshot.dictionary.position(attribute).unwrap()) {
                svod::exchange::cells::write_value(value, None, &mut line);
            }
        }
        line
    };
    let mut lines: Vec<String> = snapshot.items.versions().iter().map(line).collect();
    lines.sort();
    lines
}

fn tables_are_filled_and_follow_every_kind_of_change(target: Database) {
    let source = Source::start();
    let instance = &source.instance;
    let told = caught_up(&target, &source);
    assert!(told.contains("took the snapshot of publication 2"), "{told}");
    check(&target, instance);

    let following = Running::start(&target, &source.url(), &[]);
    following.wait_for("INFO equal at publication 2");
    instance.import("offices", "code,name,number\n2,Районная вторая,22\n4,Новая,4\n", &on("2026-12-01")).unwrap();
    let timeline = retired(published(instance, "offices", "2"), "2027-01-01", &["3"]);
    say(instance, "offices", "2", &timeline, false).unwrap();
    let restored = published(instance, "offices", "4");
    annul(instance, "offices", &["4"]).unwrap();
    following.wait_for("INFO equal at publication 5");
    check(&target, instance);
    assert_eq!(rows(&target, &joined("offices", &["code", "retirement_reason", "successors"]))[1..3], ["2||", "2|слияние|[\"3\"]"]);
    say(instance, "offices", "4", &restored, true).unwrap();
    instance.import("regions", "code,name\n02,Республика Башкортостан\n03,Бурятия\n", &on("2026-12-01")).unwrap();
    let sync = ImportOptions { mode: Mode::Sync, ..on("2028-01-01") };
    instance.import("offices", "code,parent,name\n1,,Главная\n3,1,Городская\n", &sync).unwrap();
    following.wait_for("INFO equal at publication 8");
    check(&target, instance);
    let log = following.log();
    for publication in 2..=8 {
        assert_eq!(log.matches(&format!(" equal at publication {publication}\n")).count(), 1, "{log}");
    }
    assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    drop(following);
    // What holds today by the clock of the database, which is later than that of the test.
    let today = "SELECT code AS line FROM offices WHERE (valid_from IS NULL OR valid_from <= CURRENT_DATE) AND (valid_to IS NULL OR valid_to > CURRENT_DATE)";
    assert_eq!(rows(&target, &joined("offices_current", &["code"])), rows(&target, today));
}

const THINGS: &str = r#"
code = "things"
type = "Thing"
name = { ru = "Вещи" }
approval = { four_eyes = false }
passport = { owner = "Управление", access = "public" }
attributes = [
  { code = "name", type = "string", localized = true, label = { ru = "Имя" } },
  { code = "name_en", type = "string", label = { ru = "Другое имя" } },
  { code = "note", type = "text", label = { ru = "Заметка" } },
  { code = "count", type = "integer", label = { ru = "Счёт" } },
  { code = "share", type = "decimal", label = { ru = "Доля" } },
  { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
  { code = "since", type = "date", label = { ru = "С" } },
  { code = "kind", type = "enum", values = [{ code = "BIG", label = { ru = "Большой" } }], label = { ru = "Вид" } },
  { code = "phones", type = "string", list = true, label = { ru = "Телефоны" } },
  { code = "sizes", type = "decimal", list = true, label = { ru = "Размеры" } },
  { code = "order", type = "string", label = { ru = "Слово из SQL" } },
  { code = "xmin", type = "integer", label = { ru = "Имя из PostgreSQL" } },
]
"#;

fn every_type_of_value_comes_through(target: Database) {
    let source = Source::start();
    let items = "code,name,name_en,note,count,share,is_open,since,kind,phones,sizes,order,xmin\n\
                 \"a'\"\"\\;DROP\",Имя \\ 'с кавычками',second,\"две\nстроки\",9007199254740991,79228162514264337593543950.335,да,2024-02-29,BIG,1|два,1.5|2,x,7\n\
                 б,,,,-1,0.1,нет,,,,,,\n";
    source.instance.define(THINGS, Some(items)).unwrap();
    caught_up(&target, &source);
    let columns = ["code", "name", "name_en_2", "count", "share", "since", "kind", "phones", "sizes", "\"order\"", "xmin_2"];
    assert_eq!(
        rows(&target, &joined("things", &columns)),
        [
            "a'\"\\;DROP|Имя \\ 'с кавычками'|second|9007199254740991|79228162514264337593543950.335|2024-02-29|BIG|[\"1\",\"два\"]|[\"1.5\",\"2\"]|x|7",
            "б|||-1|0.1||||||",
        ]
    );
    assert_eq!(rows(&target, "SELECT note AS line FROM things WHERE note IS NOT NULL"), ["две\nстроки"]);
    // Types of the engine's own, which the engine works with.
    assert_eq!(rows(&target, "SELECT code AS line FROM things WHERE is_open AND count + 1 > 5 AND since < '2024-03-01'"), ["a'\"\\;DROP"]);
}

fn a_changed_definition_changes_columns_and_leaves_the_rest(target: Database) {
    let source = Source::start();
    let instance = &source.instance;
    caught_up(&target, &source);
    target.execute(
        "CREATE TABLE mine (code TEXT PRIMARY KEY, note TEXT); INSERT INTO mine VALUES ('1', 'моё'); \
         CREATE INDEX mine_by_name ON offices (name); CREATE INDEX mine_by_number ON offices (number); \
         CREATE VIEW mine_offices AS SELECT o.code, o.name, m.note FROM offices_current o JOIN mine m ON m.code = o.code; \
         ALTER TABLE offices ADD COLUMN phone INTEGER",
    );
    let attributes = "  { code = \"phone\", type = \"string\", label = { ru = \"Телефон\" } },\n  { code = \"number\"";
    let wider = OFFICES.replace("  { code = \"number\"", attributes);
    let following = Running::start(&target, &source.url(), &[]);
    instance.define(&wider, Some("code,parent,name,region,number,phone\n1,,Главная,01,1,123\n")).unwrap();
    following.wait_for("INFO equal at publication 3");
    check(&target, instance);
    let phones = rows(&target, &joined("offices", &["code", "phone_2", "phone"]));
    assert_eq!(phones[..2], ["1|123|", "1||"], "a column of the user's own is called so");
    assert_eq!(rows(&target, &joined("mine_offices", &["code", "name", "note"])), ["1|Главная|моё"], "a view on a view of ours stays");

    // An attribute that no item has any more may go.
    let cleared: String = wider.lines().filter(|line| !line.contains("\"number\"")).collect::<Vec<_>>().join("\n");
    for item in ["1", "2", "3"] {
        let mut timeline = published(instance, "offices", item);
        let number = instance.svod.publisher.catalog().head().dictionaries[&code("offices")].current.dictionary.position("number").unwrap();
        timeline.iter_mut().for_each(|stretch| stretch.content.values[number] = None);
        say(instance, "offices", item, &timeline, false).unwrap();
    }
    instance.define(&cleared, None).unwrap();
    let seq = source.settle();
    following.wait_for(&format!("INFO equal at publication {seq}"));
    drop(following);
    let (columns, indexes) = if target.url.starts_with("sqlite:") {
        (
            "SELECT name AS line FROM pragma_table_info('offices')",
            "SELECT name AS line FROM sqlite_master WHERE type = 'index' AND tbl_name = 'offices'",
        )
    } else {
        (
            "SELECT column_name::text AS line FROM information_schema.columns WHERE table_name = 'offices'",
            "SELECT indexname::text AS line FROM pg_indexes WHERE tablename = 'offices'",
        )
    };
    let columns = rows(&target, columns);
    assert!(columns.contains(&"phone".to_owned()) && columns.contains(&"phone_2".to_owned()), "{columns:?}");
    if target.url.starts_with("sqlite:") {
        assert!(!columns.contains(&"number".to_owned()), "{columns:?}");
        assert_eq!(rows(&target, indexes), ["mine_by_name", "svod_mirror_code_offices"]);
    } else {
        // PostgreSQL keeps the view of the user's, and with it the column, which is empty.
        assert_eq!(rows(&target, "SELECT code AS line FROM offices WHERE number IS NOT NULL"), Vec::<String>::new());
        assert!(rows(&target, indexes).contains(&"mine_by_name".to_owned()));
    }
    assert_eq!(rows(&target, &joined("mine_offices", &["code", "name", "note"])), ["1|Главная|моё"]);
    caught_up(&target, &source);

    // An attribute without values may become another one, and its column is made anew.
    let with = |attributes: &str| REGIONS.replace("attributes = [", &format!("attributes = [{attributes}, "));
    instance.define(&with("{ code = \"area\", type = \"integer\", label = { ru = \"Площадь\" } }"), None).unwrap();
    caught_up(&target, &source);
    let decimal = with("{ code = \"area\", type = \"decimal\", label = { ru = \"Площадь\" } }");
    instance.define(&decimal, Some("code,name,area\n01,Алтайский край,168.5\n")).unwrap();
    caught_up(&target, &source);
    assert_eq!(rows(&target, &joined("regions", &["code", "area"])), ["01|", "01|168.5", "02|"]);
}

fn what_somebody_edited_is_named_and_made_equal(target: Database) {
    let source = Source::start();
    source.instance.import("offices", "code,name\n2,Районная вторая\n", &on("2026-12-01")).unwrap();
    caught_up(&target, &source);
    let quiet = mirror(&target, &source.url(), &["--verify"]).output().unwrap();
    assert!(quiet.status.success() && !complained(&quiet).contains("WARN"), "{}", complained(&quiet));
    let cases = [
        ("UPDATE offices SET name = 'Тайком' WHERE code = '1'", "offices 1: name is \"Тайком\" here and \"Главная\" at publication 3"),
        ("UPDATE offices SET number = NULL WHERE code = '3'", "offices 3: number is empty here and \"3\" at publication 3"),
        ("DELETE FROM offices WHERE code = '3'", "offices 3 is missing here"),
        ("DELETE FROM offices WHERE valid_from IS NOT NULL", "offices 2 has 1 versions here and 2 at publication 3"),
        ("INSERT INTO offices (code, name) VALUES ('9', 'Лишняя')", "offices 9 is here and not at publication 3"),
        ("INSERT INTO offices SELECT * FROM offices WHERE code = '1'", "offices 1 has 2 versions here and 1 at publication 3"),
        (
            "UPDATE offices SET valid_to = '2026-12-02' WHERE valid_to IS NOT NULL",
            "offices 2: valid_to is \"2026-12-02\" here and \"2026-12-01\"",
        ),
        ("DELETE FROM regions", "regions: the first difference: the table regions is empty here"),
    ];
    for (edit, expected) in cases {
        target.execute(edit);
        let verified = mirror(&target, &source.url(), &["--verify"]).output().unwrap();
        assert_eq!(verified.status.code(), Some(1), "{edit}: {}", complained(&verified));
        assert!(complained(&verified).contains(expected), "{edit}: {}", complained(&verified));
        check(&target, &source.instance);
    }
    // A column and a table that are gone come back.
    target.execute("DROP VIEW offices_current; ALTER TABLE offices DROP COLUMN name; DROP VIEW regions_current; DROP TABLE regions");
    let told = caught_up(&target, &source);
    assert!(told.contains("offices 1: name is empty here"), "{told}");
    check(&target, &source.instance);
    // While it follows, the next publication of the dictionary shows what was edited.
    let following = Running::start(&target, &source.url(), &[]);
    following.wait_for("INFO equal at publication 3");
    target.execute("UPDATE offices SET name = 'Тайком' WHERE code = '1'");
    source.instance.import("offices", "code,name\n3,Городская третья\n", &on("2027-01-01")).unwrap();
    following.wait_for("INFO equal at publication 4");
    assert!(following.log().contains("offices 1: name is \"Тайком\" here"), "{}", following.log());
    check(&target, &source.instance);
}

fn only_what_the_token_sees_is_mirrored(target: Database) {
    let source = Source::start();
    let secret = THINGS.replace("\"public\"", "\"restricted\"");
    source.instance.define(&secret, Some("code,name\nx,тайна\n")).unwrap();
    let done = |arguments: &[&str]| {
        let output = run(&source.database, arguments);
        assert!(output.status.success(), "{}", complained(&output));
        said(&output)
    };
    done(&["user", "add", "statistics", "--system", "--role", "reader:things"]);
    let token = done(&["token", "add", "statistics", "--title", "проба"]).lines().last().unwrap().to_owned();
    let with = |token: &str, arguments: &[&str]| -> Output {
        source.settle();
        mirror(&target, &source.url(), arguments).env("SVOD_MIRROR_TOKEN", token).output().unwrap()
    };
    caught_up(&target, &source);
    let tables = |output: &Output| said(output).lines().map(|line| line.split_whitespace().next().unwrap().to_owned()).collect::<Vec<_>>();
    // The token sees one dictionary more, which is fetched as it was at the publication where the mirror stands.
    let seen = with(&token, &["--once"]);
    assert_eq!(tables(&seen), ["offices", "regions", "things", "equal"], "{}", complained(&seen));
    assert_eq!(rows(&target, &joined("things", &["code", "name"])), ["x|тайна"]);
    // Without it the table stays as it is, and is not said to be equal.
    source.instance.import("things", "code,name\nx,большая тайна\n", &ImportOptions::default()).unwrap();
    let unseen = with("", &["--once"]);
    assert_eq!(tables(&unseen), ["offices", "regions", "equal"]);
    assert!(complained(&unseen).contains("things is not mirrored any more"), "{}", complained(&unseen));
    assert_eq!(rows(&target, &joined("things", &["code", "name"])), ["x|тайна"]);
    let seen = with(&token, &["--once", "--dictionaries", "things,offices"]);
    assert_eq!(tables(&seen), ["offices", "things", "equal"], "{}", complained(&seen));
    assert!(rows(&target, &joined("things", &["code", "name"])).contains(&"x|большая тайна".to_owned()));
}

fn big_events_are_fetched_whole(target: Database) {
    let source = Source::start_with(&["--feed-event-bytes-max", "1024"]);
    source.instance.define(THINGS, None).unwrap();
    caught_up(&target, &source);
    let long = "длинно ".repeat(400);
    source.instance.import("things", &format!("code,note\nx,{long}\ny,кратко\n"), &ImportOptions::default()).unwrap();
    let told = caught_up(&target, &source);
    assert!(!told.contains("WARN"), "{told}");
    assert_eq!(rows(&target, "SELECT note AS line FROM things"), [long.trim(), "кратко"]);
}

fn a_mirror_of_nothing_follows_from_the_first_publication(target: Database) {
    let database = Database::sqlite();
    let instance = database.open();
    let server = Server::start_with(&database, &["--dictionaries", "none"]);
    let following = Running::start(&target, &format!("http://{}", server.address), &[]);
    following.wait_for("INFO equal at publication 0");
    let instance_of = offices(&database);
    following.wait_for("INFO equal at publication 2");
    check(&target, &instance_of);
    assert!(!following.log().contains("WARN"), "{}", following.log());
    drop(instance);
}
