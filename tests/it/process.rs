//! Commands as people run them: what they say, what refuses them, and what survives when they are killed.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;
use std::time::Duration;

use crate::binary::{complained, defined, run, said, svod, write, write_definitions};
use crate::harness::Database;
use crate::publication::OFFICES;

on_both_engines!(
    the_same_definitions_again_publish_nothing,
    definitions_refer_to_what_is_published,
    mistakes_of_definitions_are_told_with_their_lines,
    files_are_imported_and_refused_by_the_command,
    encoding_and_separator_can_be_named,
    an_import_ends_although_nobody_listens,
    killed_imports_leave_a_whole_publication_or_none,
    a_newer_database_is_refused,
    migrations_go_up_down_and_up_again,
);

fn the_same_definitions_again_publish_nothing(database: Database) {
    defined(&database);
    let again = run(&database, &["dictionary", "apply", "d/offices", "d/regions", "--publish"]);
    assert!(said(&again).contains("nothing would change, so there is no change request"), "{}", said(&again));
}

fn definitions_refer_to_what_is_published(database: Database) {
    write_definitions(&database);
    let early = run(&database, &["dictionary", "apply", "d/offices", "--publish"]);
    assert_eq!(early.status.code(), Some(1));
    let line = line_of(OFFICES, "to = \"regions\"");
    let expected = format!("d/offices/dictionary.toml:{line}:");
    assert!(
        complained(&early).contains(&expected) && complained(&early).contains("there is no dictionary `regions`"),
        "{}",
        complained(&early)
    );
    let first = run(&database, &["dictionary", "apply", "d/regions", "--publish"]);
    assert!(said(&first).contains("published as publication 1"), "the refused one took no number: {}", complained(&first));
    let second = run(&database, &["dictionary", "apply", "d/offices", "--publish"]);
    assert!(said(&second).contains("published as publication 2"), "{}", complained(&second));
    let shown = database.open().timeline("offices", "2");
    assert_eq!(shown, [r#".. ^1 {"name":"Районная","region":"01"}"#]);
}

/// The number of the line that holds these words, from 1.
fn line_of(text: &str, words: &str) -> usize {
    1 + text.lines().position(|line| line.contains(words)).unwrap()
}

fn mistakes_of_definitions_are_told_with_their_lines(database: Database) {
    defined(&database);
    let wrong = OFFICES.replace("length_max = 40", "length_max = \"40\"").replace("type = \"integer\"", "type = \"integr\"");
    write(&database, "d/offices/dictionary.toml", &wrong);
    let refused = run(&database, &["dictionary", "apply", "d", "--publish"]);
    let complaint = complained(&refused);
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    let told: Vec<&str> = complaint.lines().collect();
    assert_eq!(told.len(), 4, "{complaint}");
    for (line, words, path) in [(told[1], "length_max", "attributes[0].length_max"), (told[2], "integr\"", "attributes[2].type")] {
        let place = format!("d/offices/dictionary.toml:{}:", line_of(&wrong, words));
        assert!(line.starts_with(&place) && line.contains(path), "{place} {path}: {complaint}");
    }
    assert!(told[3].ends_with("2 problems; nothing was changed."), "{complaint}");

    let astray = OFFICES.replace("to = \"regions\"", "to = \"regoins\"");
    write(&database, "d/offices/dictionary.toml", &astray);
    let refused = run(&database, &["dictionary", "check", "d"]);
    let complaint = complained(&refused);
    assert_eq!(refused.status.code(), Some(1), "{complaint}");
    let place = format!("d/offices/dictionary.toml:{}:", line_of(&astray, "regoins"));
    assert!(complaint.contains(&place) && complaint.contains("did you mean `regions`?"), "{complaint}");
    assert_eq!(database.open().seq(), 1, "nothing was published");
}

fn files_are_imported_and_refused_by_the_command(database: Database) {
    defined(&database);
    write(&database, "new.csv", "code;name\n2;Районная новая\n");
    let imported = run(&database, &["import", "offices", "new.csv", "--on", "2026-12-01", "--publish"]);
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
    let refused = run(&database, &["import", "offices", "wrong.csv", "--publish"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        complained(&refused)
            .contains("wrong.csv:2:2: offices: the quote opened here is never closed; if `\"` quotes nothing in this file, read it with --quoting none [file_unreadable]\nNothing was changed."),
        "{}",
        complained(&refused)
    );
    let unknown = run(&database, &["import", "courts", "new.csv", "--publish"]);
    assert!(
        complained(&unknown).contains("there is no published dictionary `courts`; published are: offices, regions"),
        "{}",
        complained(&unknown)
    );
    let missing = run(&database, &["import", "offices", "nowhere.csv", "--publish"]);
    assert!(complained(&missing).contains("the file nowhere.csv cannot be opened"), "{}", complained(&missing));
    let impossible = run(&database, &["import", "offices", "new.csv", "--on", "2026-02-30", "--publish"]);
    assert_eq!(impossible.status.code(), Some(2));
    assert!(complained(&impossible).contains("`2026-02-30` is not a date"), "{}", complained(&impossible));
}

fn encoding_and_separator_can_be_named(database: Database) {
    defined(&database);
    // One sign above ASCII does not tell an encoding: 0xB9 is `№` in windows-1251.
    write(&database, "number.csv", b"code,name\n1,\xB9 1\n");
    let told = complained(&run(&database, &["import", "offices", "number.csv", "--publish"]));
    assert!(told.contains("cannot be told which encoding"), "{told}");
    let imported = run(&database, &["import", "offices", "number.csv", "--encoding", "windows-1251", "--on", "2026-12-01", "--publish"]);
    assert!(said(&imported).contains("encoding    windows-1251 (as named)"), "{}{}", said(&imported), complained(&imported));
    assert_eq!(database.open().timeline("offices", "1")[1], "2026-12-01.. {\"name\":\"№ 1\",\"region\":\"01\"}");

    write(&database, "tabs.csv", "code\tname\n1\tГлавная, первая\n");
    let told = complained(&run(&database, &["import", "offices", "tabs.csv", "--separator", ",", "--publish"]));
    assert!(told.contains("\"code\tname\"") || told.contains("no header was found"), "the comma is taken at its word: {told}");
    let imported = run(&database, &["import", "offices", "tabs.csv", "--separator", "tab", "--on", "2027-01-01", "--publish"]);
    assert!(said(&imported).contains("(as named)"), "{}{}", said(&imported), complained(&imported));
    assert_eq!(database.open().timeline("offices", "1")[2], "2027-01-01.. {\"name\":\"Главная, первая\",\"region\":\"01\"}");

    for (option, value, expected) in [
        ("--encoding", "latin1", "`latin1` is not read: utf-8, utf-16le, utf-16be, windows-1251,"),
        ("--separator", "!", "`!` is not a separator"),
    ] {
        let refused = run(&database, &["import", "offices", "tabs.csv", option, value, "--publish"]);
        assert_eq!(refused.status.code(), Some(2));
        assert!(complained(&refused).contains(expected), "{}", complained(&refused));
    }
}

/// As in `svod import … | head`: the other end of the pipe is closed before the first word.
fn an_import_ends_although_nobody_listens(database: Database) {
    defined(&database);
    write(&database, "new.csv", "code,name\n2,Районная новая\n");
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = svod(&database, &["import", "offices", "new.csv", "--on", "2026-12-01", "--publish"]);
    command.env("SVOD_LOG_FILTER", "warn");
    let ended = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!((ended.status.code(), complained(&ended).as_str()), (Some(0), ""));
    let instance = database.open();
    assert_eq!(instance.seq(), 2);
    assert!(instance.timeline("offices", "2")[1].contains("Районная новая"));
}

/// An import is killed again and again, later each time; the database is whole after each, and the import goes through at last.
/// Here nothing can be waited for: the moments of interest are those that the process shows to nobody.
fn killed_imports_leave_a_whole_publication_or_none(database: Database) {
    defined(&database);
    let rows: String = (100..20_100).map(|code| format!("{code},1,Отдел {code}\n")).collect();
    write(&database, "big.csv", format!("code,parent,name\n{rows}"));
    let mut pause = Duration::from_millis(5);
    let mut hits_count = 0;
    loop {
        let mut process =
            svod(&database, &["import", "offices", "big.csv", "--publish"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(pause);
        let _ = process.kill();
        let ended = process.wait().unwrap();
        let is_done = ended.success();
        assert!(is_done || ended.signal() == Some(9), "it ended by itself: {ended}");
        let instance = database.open();
        let is_published = instance.seq() == 2;
        assert_eq!(instance.timeline("offices", "100").len(), usize::from(is_published));
        assert_eq!(instance.timeline("offices", "20099").len(), usize::from(is_published), "half an import is there");
        assert!(is_published || !is_done, "a finished import is gone");
        if is_published {
            break;
        }
        hits_count += 1;
        pause = pause * 3 / 2;
    }
    assert!(hits_count >= 3, "only {hits_count} kills came before the publication");
    let told = said(&run(&database, &["import", "offices", "big.csv", "--publish"]));
    assert!(told.contains("nothing would change"), "{told}");
}

fn a_newer_database_is_refused(database: Database) {
    drop(database.open());
    database.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('2099010100000')");
    for arguments in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"], &["dictionary", "apply", "d", "--publish"]] {
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
