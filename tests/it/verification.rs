//! What `svod verify` finds: every row that was changed, taken out or put in behind the service's back, by its name.

use svod::app::import::{Blank, ImportOptions, Mode};
use svod::app::svod::verify;
use svod::app::verifying::Verified;

use crate::account::person;
use crate::annulment::{annul, published as timeline, say};
use crate::change_request::{Office, office, update};
use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, offices, on};

on_both_engines!(
    a_database_of_svod_verifies,
    a_database_with_a_past_verifies,
    a_meddled_audit_record_is_named,
    a_meddled_edition_is_named,
    a_gap_in_the_numbers_is_named,
    a_publication_of_a_request_needs_its_record,
    a_meddled_publication_is_named,
    a_meddled_annulment_is_named,
    a_meddled_review_is_named,
    a_meddled_state_is_named,
    verifying_works_while_others_write,
);

fn verified(database: &Database) -> Verified {
    verify(&database.settings(), &|_| {}).unwrap()
}

/// Three publications: regions, offices, and a change of offices; and some audit records.
fn published(database: &Database) -> Instance {
    let instance = offices(database);
    instance.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
    for name in ["a1", "a2", "a3"] {
        person(&instance, name, &[]);
    }
    instance
}

fn a_database_of_svod_verifies(database: Database) {
    let instance = published(&database);
    let found = verified(&database);
    assert_eq!(found.problems, [] as [&str; 0]);
    assert_eq!((found.publications, found.editions, found.dictionaries), (3, 3, 2));
    assert!(found.records >= 3 && found.last_hash.len() == 64);
    drop(instance);
    assert_eq!(verified(&Database::sqlite_migrated()).problems, [] as [&str; 0], "an empty one too");
}

/// Definitions that gained and lost attributes, items that were retired, and texts that JSON escapes.
fn a_database_with_a_past_verifies(database: Database) {
    let instance = published(&database);
    let number = r#"{ code = "number", type = "integer", label = { ru = "Номер" }, unique = true }"#;
    let note = r#"{ code = "note", type = "text", label = { ru = "Примечание" } }"#;
    assert!(OFFICES.contains(number));
    instance.define(&OFFICES.replace(number, &format!("{number}, {note}")), None).unwrap();
    let tricky = "code,parent,name,note\n4,1,\"Имя \"\"в\"\" кавычках \\ и / слэш\",\"a\u{1f600}\u{e000}é\nb\"\nЯ,1,Ещё,\n";
    instance.import("offices", tricky, &on("2026-12-05")).unwrap();
    instance.import("offices", "code,note\n4,\n", &ImportOptions { blank: Blank::Clear, ..on("2027-01-01") }).unwrap();
    let snapshot = "code,name,region,number\n1,Главная,01,1\n2,Районная 2,01,2\n";
    instance.import("offices", snapshot, &ImportOptions { mode: Mode::Sync, ..on("2027-02-01") }).unwrap();
    let found = verified(&database);
    assert_eq!((found.problems, found.editions), (Vec::new(), 7));
}

/// What is found after SQL was run behind the service's back, on a database of its own each time.
fn found_after(database: &Database, sql: &str, undo: &str) -> Vec<String> {
    database.execute(sql);
    let problems = verified(database).problems;
    database.execute(undo);
    assert_eq!(verified(database).problems, [] as [&str; 0], "{undo}");
    problems
}

fn a_meddled_audit_record_is_named(database: Database) {
    let _instance = published(&database);
    // The records before it are those of the publications, which have more reasons to be missed.
    let first_bad = |sql: &str, undo: &str| found_after(&database, sql, undo).join("\n");
    let changed = "it does not match its hash, so it or its hash was changed";
    for (column, other) in [
        ("actor", "'x'"),
        ("address", "'x'"),
        ("request_id", "'x'"),
        ("act", "'x'"),
        ("subject", "'x'"),
        ("outcome", "'x'"),
        ("detail", "'{}'"),
        ("detail", "'no JSON'"),
        ("at_ms", "1"),
        ("at_ms", "9223372036854775807"),
        ("account_id", "NULL"),
        ("hash", "'x'"),
    ] {
        database.execute("CREATE TABLE kept AS SELECT * FROM audit WHERE seq = 5");
        let undo = "DELETE FROM audit WHERE seq = 5; INSERT INTO audit SELECT * FROM kept; DROP TABLE kept";
        let told = first_bad(&format!("UPDATE audit SET {column} = {other} WHERE seq = 5"), undo);
        assert_eq!(told, format!("audit record 5: {changed}"), "{column} {other}");
    }
    database.execute("CREATE TABLE kept AS SELECT * FROM audit WHERE seq = 5");
    let back = "INSERT INTO audit SELECT * FROM kept; DROP TABLE kept";
    assert_eq!(first_bad("DELETE FROM audit WHERE seq = 5", back), "audit record 5: it is missing");
    let swap = "UPDATE audit SET seq = -1 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -1";
    assert_eq!(first_bad(swap, swap), format!("audit record 5: {changed}"));
}

fn a_meddled_edition_is_named(database: Database) {
    let _instance = published(&database);
    let offices = "dictionary_id = (SELECT id FROM dictionary WHERE code = 'offices')";
    let mismatch = "the stored items and definition do not match its digest, so they or it were changed";
    let cases = [
        // A row of the second publication that the third replaced: only the older edition ever held it.
        (
            format!(
                "UPDATE item_version SET attributes = replace(attributes, 'Районная', 'Раионная') WHERE {offices} AND superseded_seq = 3"
            ),
            format!(
                "UPDATE item_version SET attributes = replace(attributes, 'Раионная', 'Районная') WHERE {offices} AND superseded_seq = 3"
            ),
            format!("edition 1 of offices (publication 2): {mismatch}"),
        ),
        (
            format!("UPDATE item_version SET attributes = replace(attributes, 'Районная 2', 'Районная 3') WHERE {offices}"),
            format!("UPDATE item_version SET attributes = replace(attributes, 'Районная 3', 'Районная 2') WHERE {offices}"),
            format!("edition 2 of offices (publication 3): {mismatch}"),
        ),
        (
            format!("UPDATE item_version SET attributes = attributes || ' ' WHERE {offices} AND code = '1'"),
            format!("UPDATE item_version SET attributes = trim(attributes) WHERE {offices} AND code = '1'"),
            format!("edition 1 of offices (publication 2): {mismatch}"),
        ),
        (
            format!("UPDATE item_version SET valid_to = '2030-01-01' WHERE {offices} AND code = '1'"),
            format!("UPDATE item_version SET valid_to = NULL WHERE {offices} AND code = '1'"),
            format!("edition 1 of offices (publication 2): {mismatch}"),
        ),
        (
            format!("UPDATE item_version SET superseded_seq = 3 WHERE {offices} AND code = '1'"),
            format!("UPDATE item_version SET superseded_seq = NULL WHERE {offices} AND code = '1'"),
            format!("edition 2 of offices (publication 3): {mismatch}"),
        ),
        (
            format!("UPDATE definition SET body = body || ' ' WHERE {offices}"),
            format!("UPDATE definition SET body = trim(body) WHERE {offices}"),
            format!("edition 1 of offices (publication 2): {mismatch}"),
        ),
        (
            format!("UPDATE edition SET digest = upper(digest) WHERE {offices} AND number = 2"),
            format!("UPDATE edition SET digest = lower(digest) WHERE {offices} AND number = 2"),
            format!("edition 2 of offices (publication 3): {mismatch}"),
        ),
        (
            format!("UPDATE edition SET items_count = items_count + 1 WHERE {offices} AND number = 2"),
            format!("UPDATE edition SET items_count = items_count - 1 WHERE {offices} AND number = 2"),
            "edition 2 of offices (publication 3): it says 4 items, and has 3".to_owned(),
        ),
        (
            "INSERT INTO item_version (dictionary_id, code, attributes, published_seq) SELECT id, '9', '{}', 1 FROM dictionary WHERE code = 'offices'".to_owned(),
            format!("DELETE FROM item_version WHERE {offices} AND code = '9'"),
            "item 9 of offices: a row names publication 1, which has no edition of it".to_owned(),
        ),
    ];
    for (sql, undo, expected) in cases {
        assert_eq!(found_after(&database, &sql, &undo), [expected], "{sql}");
    }
}

fn a_gap_in_the_numbers_is_named(database: Database) {
    let _instance = published(&database);
    let problems = found_after(&database, "UPDATE publication SET seq = 30 WHERE seq = 3", "UPDATE publication SET seq = 3 WHERE seq = 30");
    let unaudited = "publication 30: there is no audit record of the publishing of its change request 3";
    assert_eq!(problems, ["publication 3: it is missing", unaudited, "publication 30: it has no edition of any dictionary"]);
    database.execute("CREATE TABLE kept AS SELECT * FROM edition WHERE published_seq = 2");
    let problems =
        found_after(&database, "DELETE FROM edition WHERE published_seq = 2", "INSERT INTO edition SELECT * FROM kept; DROP TABLE kept");
    assert_eq!(problems[0], "edition 1 of offices: it is missing");
    assert!(problems.contains(&"publication 2: it has no edition of any dictionary".to_owned()), "{problems:?}");
}

fn a_publication_of_a_request_needs_its_record(database: Database) {
    let _instance = published(&database);
    let undo = "UPDATE publication SET change_request_id = 3 WHERE seq = 3";
    let found = |sql: &str| found_after(&database, sql, undo);
    let expected = "publication 3: there is no audit record of the publishing of its change request 7";
    assert_eq!(found("UPDATE publication SET change_request_id = 7 WHERE seq = 3"), [expected]);
    let expected = "publication 3: the audit says that changeRequest/3 was published as it, and it was not";
    assert_eq!(found("UPDATE publication SET change_request_id = NULL WHERE seq = 3"), [expected]);
    // The newest publication taken away whole leaves numbers without a gap, and is missed all the same.
    for table in ["publication", "edition", "item_version"] {
        let column = if table == "publication" { "seq" } else { "published_seq" };
        database.execute(&format!("DELETE FROM {table} WHERE {column} = 3"));
    }
    database.execute("UPDATE item_version SET superseded_seq = NULL WHERE superseded_seq = 3");
    assert_eq!(verified(&database).problems, [expected]);
}

fn a_meddled_publication_is_named(database: Database) {
    let _instance = published(&database);
    let expected = "publication 2: its instant, title or basis does not match its audit record, so it was changed";
    let cases = [
        ("title = title || ' '", "title = trim(title)"),
        ("published_at_ms = published_at_ms - 1", "published_at_ms = published_at_ms + 1"),
        ("basis_kind = 'x'", "basis_kind = NULL"),
        ("basis_number = ''", "basis_number = NULL"),
        ("basis_date = 'no date'", "basis_date = NULL"),
        ("basis_title = 'x'", "basis_title = NULL"),
        ("basis_link = 'x'", "basis_link = NULL"),
    ];
    for (change, back) in cases {
        let sql = |change: &str| format!("UPDATE publication SET {change} WHERE seq = 2");
        assert_eq!(found_after(&database, &sql(change), &sql(back)), [expected], "{change}");
    }
}

/// Annulled by publication 3, restored by 4, another one annulled by 5.
fn a_meddled_annulment_is_named(database: Database) {
    let instance = offices(&database);
    let before = timeline(&instance, "offices", "3");
    annul(&instance, "offices", &["3"]).unwrap();
    say(&instance, "offices", "3", &before, true).unwrap();
    annul(&instance, "offices", &["2"]).unwrap();
    let expected =
        |seq: i64| format!("annulments of offices (publication {seq}): what was annulled and restored does not match its audit record");
    let kept = "CREATE TABLE kept AS SELECT * FROM annulment";
    let back = "DELETE FROM annulment; INSERT INTO annulment SELECT * FROM kept; DROP TABLE kept";
    let cases = [
        ("DELETE FROM annulment WHERE published_seq = 3", 3),
        ("DELETE FROM annulment WHERE published_seq = 5", 5),
        ("UPDATE annulment SET code = '9' WHERE published_seq = 5", 5),
        ("UPDATE annulment SET superseded_seq = NULL WHERE published_seq = 3", 4),
        ("UPDATE annulment SET superseded_seq = 5 WHERE published_seq = 3", 4),
        ("UPDATE annulment SET published_seq = 2 WHERE published_seq = 3", 2),
        ("INSERT INTO annulment SELECT dictionary_id, '7', 5, NULL FROM annulment WHERE published_seq = 5", 5),
    ];
    for (sql, seq) in cases {
        assert_eq!(found_after(&database, &format!("{kept}; {sql}"), back), [expected(seq)], "{sql}");
    }
    let stray = "UPDATE annulment SET dictionary_id = 77 WHERE published_seq = 5";
    assert_eq!(found_after(&database, &format!("{kept}; {stray}"), back).len(), 1);
}

/// Request 4 was sent back once, then approved and published.
fn reviewed(database: &Database) -> Office {
    let office = office(database);
    let requests = &office.instance.svod.change_requests;
    let draft = office.draft(&office.maria, vec![update("2", "2026-12-01", serde_json::json!({ "name": "Иная" }))]);
    let submitted = office.submit(&office.maria, &draft).unwrap();
    let returned = requests.return_change_request(&office.anna, submitted.id, submitted.revision, "Почему «иная»?").unwrap();
    let approved = office.approved(&office.maria, &returned);
    office.publish(&office.maria, &approved).unwrap();
    assert_eq!(verified(database).problems, [] as [&str; 0]);
    office
}

fn a_meddled_review_is_named(database: Database) {
    let _office = reviewed(&database);
    let changed = "review 2 of change request 4: it does not match its audit record, so it was changed";
    let kept = "CREATE TABLE kept AS SELECT * FROM review";
    let back = "DELETE FROM review; INSERT INTO review SELECT * FROM kept; DROP TABLE kept";
    let mut cases = vec![
        ("DELETE FROM review WHERE id = 2", "review 2: the audit says that it was given, and it is missing"),
        (
            "INSERT INTO review SELECT 3, request_id, round, revision, 12, decision, counts_for, comment, at_ms FROM review WHERE id = 2",
            "review 3 of change request 4: there is no audit record of it",
        ),
        (
            "UPDATE review SET decision = 'approve' WHERE id = 1",
            "review 1 of change request 4: it does not match its audit record, so it was changed",
        ),
        (
            "UPDATE review SET request_id = 1 WHERE id = 2",
            "review 2 of change request 1: it does not match its audit record, so it was changed",
        ),
    ];
    let columns = ["account_id = 12", "round = 1", "revision = 1", "decision = 'x'", "counts_for = 'x'", "comment = 'x'", "at_ms = 1"];
    let updates = columns.map(|column| format!("UPDATE review SET {column} WHERE id = 2"));
    cases.extend(updates.iter().map(|sql| (sql.as_str(), changed)));
    for (sql, expected) in cases {
        assert_eq!(found_after(&database, &format!("{kept}; {sql}"), back), [expected], "{sql}");
    }
}

fn a_meddled_state_is_named(database: Database) {
    let office = reviewed(&database);
    let open = office.draft(&office.maria, vec![update("3", "2026-12-01", serde_json::json!({ "name": "Другая" }))]);
    assert_eq!(open.id.0, 5);
    let back = "UPDATE change_request SET state = 'published', published_seq = 4 WHERE id = 4;
        UPDATE change_request SET state = 'draft', published_seq = NULL WHERE id = 5";
    let cases = [
        (
            "state = 'draft' WHERE id = 4",
            "change request 4: it is draft as publication 4, and the audit says that publication 4 came of it",
        ),
        (
            "published_seq = 3 WHERE id = 4",
            "change request 4: it is published as publication 3, and the audit says that publication 4 came of it",
        ),
        ("published_seq = NULL WHERE id = 4", "change request 4: it is published, and the audit says that publication 4 came of it"),
        (
            "state = 'draft', published_seq = NULL WHERE id = 4",
            "change request 4: the audit says that publication 4 came of it, and it is not published",
        ),
        ("state = 'published' WHERE id = 5", "change request 5: it is published, and the audit says that nothing came of it"),
    ];
    for (change, expected) in cases {
        assert_eq!(found_after(&database, &format!("UPDATE change_request SET {change}"), back), [expected], "{change}");
    }
}

fn verifying_works_while_others_write(database: Database) {
    let instance = published(&database);
    instance
        .svod
        .acts
        .store
        .write(|_| {
            assert_eq!(verified(&database).problems, [] as [&str; 0]);
            Ok(())
        })
        .unwrap();
}
