//! `svod user`, `svod token` and `svod verify` as operators run them.

use std::io::Write;
use std::process::{Output, Stdio};

use crate::binary::{complained, defined, run, said, svod};
use crate::harness::Database;

on_both_engines!(
    users_are_added_listed_and_changed,
    tokens_are_issued_listed_and_revoked,
    mistakes_are_told_and_change_nothing,
    verify_says_what_it_did_and_names_what_is_bad,
);

fn run_with_input(database: &Database, arguments: &[&str], input: &str) -> Output {
    let mut process = svod(database, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    process.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    process.wait_with_output().unwrap()
}

fn done(database: &Database, arguments: &[&str]) -> String {
    let output = run(database, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", complained(&output));
    said(&output)
}

fn refused(database: &Database, arguments: &[&str]) -> String {
    let output = run(database, arguments);
    assert!(!output.status.success(), "{arguments:?}: {}", said(&output));
    complained(&output)
}

fn users_are_added_listed_and_changed(database: Database) {
    defined(&database);
    let told =
        done(&database, &["user", "add", "petr", "--display-name", "Пётр Орлов", "--role", "administrator", "--role", "steward:offices"]);
    let password = told.lines().find_map(|line| line.strip_prefix("password: ")).unwrap();
    assert_eq!(password.len(), 23, "{told}");
    let input = run_with_input(&database, &["user", "add", "anna", "--password-stdin"], "очень длинный пароль\n");
    assert!(input.status.success() && !said(&input).contains("password:"), "{}", complained(&input));
    done(&database, &["user", "add", "statistics", "--system", "--role", "reader"]);
    done(&database, &["user", "grant", "anna", "approver", "reader:regions"]);
    done(&database, &["user", "revoke", "anna", "reader:regions"]);
    done(&database, &["user", "disable", "statistics"]);
    let list = done(&database, &["user", "list"]);
    let lines: Vec<&str> = list.lines().skip(2).collect();
    assert_eq!(
        lines,
        [
            "petr\tperson\tenabled\tadministrator,steward:offices\tПётр Орлов",
            "anna\tperson\tenabled\tapprover\tanna",
            "statistics\tsystem\tdisabled\treader\tstatistics",
        ]
    );
    done(&database, &["user", "enable", "statistics"]);
    assert!(done(&database, &["user", "password", "anna"]).contains("password: "));
    // The operator may do what a last administrator may not do to themselves.
    done(&database, &["user", "disable", "petr"]);
}

fn tokens_are_issued_listed_and_revoked(database: Database) {
    defined(&database);
    done(&database, &["user", "add", "statistics", "--system"]);
    let arguments = [
        "token",
        "add",
        "statistics",
        "--title",
        "Выгрузка",
        "--scope",
        "read,propose",
        "--dictionary",
        "offices",
        "--expires",
        "2999-01-01",
    ];
    let told = done(&database, &arguments);
    let secret = told.lines().last().unwrap();
    assert!(secret.starts_with("svod_") && secret.len() == 48, "{told}");
    let list = done(&database, &["token", "list", "statistics"]);
    assert_eq!(list, "1\tstatistics\tread,propose\toffices\tuntil 2998-12-31T21:00:00Z\tnever used\tВыгрузка\n");
    done(&database, &["token", "revoke", "1"]);
    let list = done(&database, &["token", "list"]);
    assert!(list.contains("\trevoked ") && !list.contains(secret), "{list}");
    // The setting of the shipped dictionaries' folder is not taken for the dictionaries of a token.
    let mut unlimited = svod(&database, &["token", "add", "statistics", "--title", "Всё"]);
    assert!(unlimited.env("SVOD_DICTIONARIES", "offices").output().unwrap().status.success());
    assert!(done(&database, &["token", "list"]).contains("2\tstatistics\tread\tall\tuntil revoked\tnever used\tВсё"));
    assert!(refused(&database, &["token", "revoke", "1"]).contains("revoked already"));
}

fn mistakes_are_told_and_change_nothing(database: Database) {
    defined(&database);
    assert!(refused(&database, &["user", "add", "Petr"]).contains("a name is a lower-case Latin letter"));
    assert!(refused(&database, &["user", "add", "petr", "--role", "king"]).contains("steward, approver, owner"));
    assert!(refused(&database, &["user", "add", "petr", "--role", "auditor:offices"]).contains("over the whole service"));
    assert!(refused(&database, &["user", "add", "petr", "--role", "steward:courts"]).contains("there is no dictionary courts"));
    assert!(refused(&database, &["user", "grant", "nobody", "reader"]).contains("there is no account of this name"));
    assert!(refused(&database, &["token", "add", "nobody", "--title", "x"]).contains("there is no account of this name"));
    let short = run_with_input(&database, &["user", "add", "petr", "--password-stdin"], "short\n");
    assert!(complained(&short).contains("at least 12 characters"), "{}", complained(&short));
    assert_eq!(done(&database, &["user", "list"]).lines().count(), 2);
}

fn verify_says_what_it_did_and_names_what_is_bad(database: Database) {
    defined(&database);
    done(&database, &["user", "add", "petr"]);
    let told = done(&database, &["verify"]);
    assert!(told.contains("2 editions of 2 dictionaries") && told.contains("verifies."), "{told}");
    database.execute("UPDATE audit SET actor = 'somebody' WHERE seq = 1");
    database.execute("UPDATE item_version SET parent_code = NULL WHERE code = '2'");
    let output = run(&database, &["verify"]);
    assert_eq!(output.status.code(), Some(1));
    let complaint = complained(&output);
    assert!(
        complaint.contains("audit record 1: it does not match") && complaint.contains("edition 1 of offices (publication 1): "),
        "{complaint}"
    );
    assert!(complaint.contains("does not verify, 2 problems"), "{complaint}");
    let absent = run(&Database::sqlite(), &["verify"]);
    assert!(complained(&absent).contains("there is no database"), "{}", complained(&absent));
}
