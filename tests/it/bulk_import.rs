//! Imports of very many items, whose request packs them, and the ways of telling a file what it is for: modes, mappings, references by
//! other attributes than the code.

use std::collections::BTreeMap;

use svod::app::change_request::Destination;
use svod::app::import::{Blank, ImportOptions, Mode};
use svod::domain::change_request::{ChangeRequest, RequestId};

use crate::change_request::{code, edit, update};
use crate::harness::{Database, Instance};
use crate::publication::{offices, on};

on_both_engines!(
    a_request_of_many_items_is_previewed_edited_published_and_undone,
    what_is_judged_while_it_is_written_is_published_whole_or_not,
    only_what_differs_is_kept_of_a_file_that_says_the_rest_again,
    modes_say_what_may_happen_to_items,
    columns_are_found_given_and_kept,
    references_are_given_by_another_attribute,
    removed_rows_retire_their_items,
    rejected_rows_are_left_behind_by_a_publication_that_says_so,
    nobody_learns_by_references_what_they_may_not_see,
    a_file_that_is_wrong_throughout_is_refused_as_a_whole,
    an_import_into_a_request_of_others_publications_is_worked_out_anew,
);

const MANY: usize = 6_000;

/// A flat dictionary that asks for nobody's approval.
const THINGS: &str = r#"
code = "things"
type = "Thing"
name = { ru = "Вещи" }
approval = { four_eyes = false }
passport = { owner = "Управление", access = "public" }
attributes = [
  { code = "name", type = "string", label = { ru = "Наименование" }, required = true },
  { code = "okato", type = "string", label = { ru = "ОКАТО" }, unique = true },
]
"#;

fn many(suffix: &str) -> String {
    let rows: String = (0..MANY).map(|row| format!("{row:05},Вещь {row}{suffix},{row}\n")).collect();
    format!("code,name,okato\n{rows}")
}

fn drafted(instance: &Instance, text: &str) -> ChangeRequest {
    let around = svod::app::import::Surroundings::unwatched(crate::harness::IMPORT_LIMITS);
    let bytes = text.as_bytes().to_vec();
    let open = move || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn svod::exchange::table::Input>);
    let source = svod::app::import::Source { name: "things.csv", open: &open };
    let options = ImportOptions { destination: Destination::Draft, ..ImportOptions::default() };
    let operator = instance.operator();
    let imported = instance.svod.change_requests.import(&operator, &code("things"), &source, &options, &around).unwrap();
    instance.svod.change_requests.find_change_request(&operator, imported.request.unwrap()).unwrap().unwrap()
}

fn item_codes(instance: &Instance, request: RequestId, after: Option<&str>, count: usize) -> Vec<String> {
    let things = code("things");
    let items = instance.svod.change_requests.list_items(request, after.map(|after| (&things, after)), count).unwrap();
    items.into_iter().map(|item| item.stored.code.to_string()).collect()
}

fn a_request_of_many_items_is_previewed_edited_published_and_undone(database: Database) {
    let instance = database.open();
    instance.define(THINGS, None).unwrap();
    let operator = instance.operator();
    let requests = &instance.svod.change_requests;
    let request = drafted(&instance, &many(""));
    let judged = requests.judge(&operator, request.id).unwrap().unwrap();
    assert_eq!(judged.counts[&code("things")].added, MANY as i64);
    let preview = requests.preview(&operator, request.id, &code("things")).unwrap().unwrap();
    assert_eq!(preview.items.items_count(), MANY);
    assert_eq!(item_codes(&instance, request.id, None, 2), ["00000", "00001"]);
    assert_eq!(item_codes(&instance, request.id, Some("01999"), 3), ["02000", "02001", "02002"]);
    assert_eq!(item_codes(&instance, request.id, Some("05998"), 3), ["05999"]);

    // One item is edited, one is taken out: both leave their packs, and the list stays in order.
    let edits = vec![edit("things", "02001", update("02001", "2020-01-01", serde_json::json!({ "name": "Исправлено" })).edit)];
    let edited = requests.edit_items(&operator, "editItems", request.id, request.revision, edits).unwrap();
    let edited = requests.discard_item_change(&operator, edited.id, edited.revision, &code("things"), "02002").unwrap();
    assert_eq!(item_codes(&instance, request.id, Some("01999"), 4), ["02000", "02001", "02003", "02004"]);
    let counted = requests.judge(&operator, request.id).unwrap().unwrap().counts[&code("things")];
    assert_eq!(counted.added, MANY as i64 - 1);

    let submitted = requests.submit_change_request(&operator, edited.id, edited.revision).unwrap();
    let (_, published) = requests.publish_change_request(&operator, submitted.id, submitted.revision).unwrap();
    assert_eq!(published.counts[&code("things")].added, MANY as i64 - 1);
    assert!(instance.timeline("things", "02001").iter().any(|version| version.contains("Исправлено")));
    assert!(instance.timeline("things", "02002").is_empty());
    let reread = database.open();
    assert_eq!(reread.svod.publisher.catalog().head().dictionaries[&code("things")].current.items.items_count(), MANY - 1);

    let undone = requests.undo_publication(&operator, &instance.svod.comparing, published.seq.unwrap()).unwrap();
    let judged = requests.judge(&operator, undone.request.unwrap().id).unwrap().unwrap();
    assert_eq!(judged.counts[&code("things")].retired, MANY as i64 - 1);
}

/// More rows than a publication judges before it writes them; what is wrong with one is found only when all are seen.
fn what_is_judged_while_it_is_written_is_published_whole_or_not(database: Database) {
    const VERY_MANY: usize = 21_000;
    let instance = database.open();
    instance.define(THINGS, None).unwrap();
    let rows: String = (0..VERY_MANY).map(|row| format!("{row:05},Вещь {row},{row}\n")).collect();
    let whole = format!("code,name,okato\n{rows}");
    let spoilt = whole.replace("\n20999,Вещь 20999,20999\n", "\n20999,Вещь 20999,7\n");
    let published = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
    let before = instance.svod.publisher.catalog().head().seq();
    let refused = instance.import("things", &spoilt, &published).unwrap_err().to_string();
    assert!(refused.starts_with("items.csv:21001:3: things/20999/okato: the value is not unique: 00007 has it too"), "{refused}");
    assert_eq!(instance.svod.publisher.refresh().unwrap(), before);
    let reread = database.open();
    let items_count = |instance: &Instance| {
        let head = instance.svod.publisher.catalog().head();
        (head.seq(), head.dictionaries[&code("things")].current.items.items_count())
    };
    assert_eq!(items_count(&reread), (before, 0));
    instance.import("things", &whole, &published).unwrap();
    assert_eq!(items_count(&instance), (before + 1, VERY_MANY));
    assert_eq!(items_count(&database.open()), (before + 1, VERY_MANY));
}

fn only_what_differs_is_kept_of_a_file_that_says_the_rest_again(database: Database) {
    let instance = database.open();
    instance.define(THINGS, Some(&many(""))).unwrap();
    let changed = many("").replace("Вещь 77,", "Предмет 77,").replace("\n00500,Вещь 500,500\n", "\n");
    let dated = ImportOptions { destination: Destination::DryRun, mode: Mode::Sync, ..on("2026-12-01") };
    let tried = instance.import("things", &changed, &dated).unwrap();
    assert_eq!((tried.counts.added, tried.counts.changed, tried.counts.retired), (0, 1, 1));
    assert_eq!(tried.unchanged_count, MANY as i64 - 2);
    let request = drafted(&instance, &changed);
    assert_eq!(item_codes(&instance, request.id, None, 10), ["00077"]);
    // Blank cells are values too where the caller says so.
    let cleared = ImportOptions { blank: Blank::Clear, destination: Destination::DryRun, ..on("2026-12-01") };
    let blank = instance.import("things", "code,name,okato\n00077,Вещь 77,\n00078,Вещь 78,78\n", &cleared).unwrap();
    assert_eq!((blank.counts.changed, blank.unchanged_count), (1, 1));
}

fn modes_say_what_may_happen_to_items(database: Database) {
    let instance = offices(&database);
    let file = "code,parent,name,region\n2,1,Районная иначе,01\n4,1,Районная новая,01\n";
    let tried = |mode: Mode| {
        let options = ImportOptions { mode, destination: Destination::DryRun, ..on("2026-12-01") };
        let imported = instance.import("offices", file, &options).unwrap();
        let reasons = imported.rejections.map(|reasons| reasons.to_string()).unwrap_or_default();
        (imported.counts.added, imported.counts.changed, imported.counts.retired, imported.rejected_count, reasons)
    };
    assert_eq!(tried(Mode::Upsert), (1, 1, 0, 0, String::new()));
    let (added, changed, _, rejected, reasons) = tried(Mode::Insert);
    assert!(
        (added, changed, rejected) == (1, 0, 1) && reasons.starts_with("items.csv:2: offices/2: the item is there already"),
        "{reasons}"
    );
    let (added, changed, _, rejected, reasons) = tried(Mode::Update);
    assert!((added, changed, rejected) == (0, 1, 1) && reasons.starts_with("items.csv:3: offices/4: there is no such item"), "{reasons}");
    let whole = "code,parent,name,region\n1,,Главная,01\n2,1,Районная,01\n";
    let options = ImportOptions { mode: Mode::Sync, ..on("2026-12-01") };
    let synced = instance.import("offices", whole, &options).unwrap();
    assert_eq!((synced.counts.changed, synced.counts.retired, synced.unchanged_count), (0, 1, 2));
    // A row that was rejected is no reason to retire its item.
    let spoilt = "code,parent,name,region\n1,,Главная,01\n2,1,Районная,99\n";
    let options = ImportOptions { mode: Mode::Sync, destination: Destination::DryRun, ..on("2027-01-01") };
    let synced = instance.import("offices", spoilt, &options).unwrap();
    assert_eq!((synced.counts.retired, synced.rejected_count), (0, 1));
}

fn columns_are_found_given_and_kept(database: Database) {
    let instance = offices(&database);
    let mapped = |pairs: &[(&str, &str)], text: &str| {
        let mapping: BTreeMap<String, String> = pairs.iter().map(|(column, target)| ((*column).to_owned(), (*target).to_owned())).collect();
        let mut options = ImportOptions { destination: Destination::DryRun, ..on("2026-12-01") };
        options.read.mapping = mapping;
        instance.import("offices", text, &options)
    };
    let by_label = mapped(&[], "Код;Title;Регион\n2;Районная по-новому;02\n").unwrap();
    let because: Vec<_> = by_label.columns.iter().map(|column| (column.target.as_str(), column.because.as_str())).collect();
    assert_eq!(because, [("code", "label"), ("name", "label"), ("region", "label")]);
    let text = "id,Полное имя,Примечание\n2,Районная по-новому,x\n";
    let refused = mapped(&[], text).unwrap_err().to_string();
    assert!(refused.contains("no header was found"), "{refused}");
    let refused = mapped(&[("id", "code"), ("Полное имя", "nome")], text).unwrap_err().to_string();
    assert!(refused.contains("the column \"Полное имя\" is mapped to \"nome\", which is neither code"), "{refused}");
    let refused = mapped(&[("id", "code"), ("Имя", "name")], text).unwrap_err().to_string();
    assert!(refused.contains("--map names the column \"Имя\", and the file has none called so"), "{refused}");
    let given = mapped(&[("id", "code"), ("Полное имя", "name"), ("Примечание", "-")], text).unwrap();
    assert_eq!((given.counts.changed, given.columns[2].target.as_str()), (1, "-"));
    instance.svod.change_requests.keep_mapping(&instance.operator(), &code("offices"), &given.columns).unwrap();
    let kept = mapped(&[], text).unwrap();
    assert_eq!((kept.counts.changed, kept.columns[0].because.as_str()), (1, "saved"));
}

fn references_are_given_by_another_attribute(database: Database) {
    let instance = database.open();
    instance.define(THINGS, Some("code,name,okato\n1,Первая,01\n2,Вторая,02\n3,Третья,\n")).unwrap();
    let parts = r#"
code = "parts"
type = "Part"
name = { ru = "Части" }
approval = { four_eyes = false }
passport = { owner = "Управление", access = "public" }
attributes = [{ code = "thing", type = "reference", to = "things", label = { ru = "Вещь" } }]
"#;
    instance.define(parts, None).unwrap();
    let options = ImportOptions { destination: Destination::DryRun, ..ImportOptions::default() };
    let imported = instance.import("parts", "code,thing.okato\na,02\nb,09\n", &options).unwrap();
    assert_eq!((imported.counts.added, imported.rejected_count), (1, 1));
    let reasons = imported.rejections.unwrap().to_string();
    assert_eq!(reasons, "items.csv:3: parts/b/thing: no item of things has the okato \"09\" [reference_unknown]");
    instance.import("parts", "code,thing.okato\na,02\n", &ImportOptions::default()).unwrap();
    assert!(instance.timeline("parts", "a")[0].contains("\"thing\":\"2\""), "{:?}", instance.timeline("parts", "a"));
    let refused = instance.import("parts", "code,thing.colour\na,02\n", &options).unwrap_err().to_string();
    assert!(refused.contains("has no attribute \"colour\""), "{refused}");
}

fn removed_rows_retire_their_items(database: Database) {
    let instance = offices(&database);
    let imported = instance.import("offices", "code,name,action\n2,,remove\n3,Городская новая,update\n", &on("2026-12-01")).unwrap();
    assert_eq!((imported.counts.changed, imported.counts.retired), (1, 1));
    assert!(instance.timeline("offices", "2")[0].starts_with("..2026-12-01"), "{:?}", instance.timeline("offices", "2"));
    let options = ImportOptions { destination: Destination::DryRun, ..ImportOptions::default() };
    let unknown = instance.import("offices", "code,action\n77,remove\n", &options).unwrap();
    assert_eq!(unknown.rejected_count, 1);
}

/// The tests' limit is ten thousand rows.
fn a_file_that_is_wrong_throughout_is_refused_as_a_whole(database: Database) {
    let instance = offices(&database);
    let rows: String = (0..30_000).map(|row| format!("{row},1,Городская,99\n")).collect();
    let refused = instance.import_refused("offices", &format!("code,parent,name,region\n{rows}"), &dry_run());
    assert!(refused.starts_with("more than 10000 rows are wrong, and nothing further was read"), "{}", &refused[..400]);
    assert!(refused.contains("\nitems.csv:2:4: offices/0/region: \"99\" is not an item of regions"), "{}", &refused[..400]);
    let unreadable: String = (0..30_000).map(|row| format!("{row},1,Городская,01,семь\n")).collect();
    let refused = instance.import_refused("offices", &format!("code,parent,name,region,number\n{unreadable}"), &dry_run());
    assert!(refused.contains("more than 10000 rows are wrong"), "{}", &refused[..400]);
}

fn dry_run() -> ImportOptions {
    ImportOptions { destination: Destination::DryRun, ..ImportOptions::default() }
}

/// A draft of many items stands on what was published when it was made; what others published since is merged, and packs follow.
fn an_import_into_a_request_of_others_publications_is_worked_out_anew(database: Database) {
    let instance = database.open();
    instance.define(THINGS, Some(&many(""))).unwrap();
    let operator = instance.operator();
    let requests = &instance.svod.change_requests;
    let request = drafted(&instance, &many(" иначе"));
    instance.import("things", "code,okato\n00003,новый\n", &on("2026-11-22")).unwrap();
    let judged = requests.judge(&operator, request.id).unwrap().unwrap();
    assert!(judged.conflicts.is_empty() && judged.violations.is_empty(), "{judged:?}");
    let submitted = requests.submit_change_request(&operator, request.id, request.revision).unwrap();
    requests.publish_change_request(&operator, submitted.id, submitted.revision).unwrap();
    let merged = instance.timeline("things", "00003").pop().unwrap();
    assert!(merged.contains("Вещь 3 иначе") && merged.contains("новый"), "both changes stand: {merged}");
}

fn rejected_rows_are_left_behind_by_a_publication_that_says_so(database: Database) {
    let instance = offices(&database);
    // One row cannot be read, one refers to nothing, and one stands under that one.
    let file = "code,parent,name,region,number\n4,1,Районная 4,01,4\n5,1,Районная 5,99,5\n6,5,Районная 6,01,6\n7,1,Городская,01,семь\n";
    let whole = ImportOptions { destination: Destination::Publish, ..ImportOptions::default() };
    instance.import_refused("offices", file, &whole);
    let read_only = file.replace("7,1,Городская,01,семь\n", "");
    let refused = instance.import_refused("offices", &read_only, &whole);
    assert!(refused.contains("\"99\" is not an item of regions"), "{refused}");
    let leaving = ImportOptions { leaves_rejected: true, ..whole };
    let imported = instance.import("offices", file, &leaving).unwrap();
    assert_eq!((imported.publication, imported.counts.added, imported.rejected_count), (Some(3), 1, 3));
    assert_eq!((instance.timeline("offices", "4").len(), instance.timeline("offices", "6").len()), (1, 0));
    let nothing = instance.import("offices", "code,region\n2,99\n", &leaving).unwrap();
    assert_eq!((nothing.publication, nothing.rejected_count, instance.seq()), (None, 1, 3));
}

fn nobody_learns_by_references_what_they_may_not_see(database: Database) {
    let instance = database.open();
    let secrets = THINGS.replace("things", "secrets").replace("Thing", "Secret").replace("\"public\"", "\"restricted\"");
    instance.define(&secrets, Some("code,name,okato\nx1,Тайная,77\n")).unwrap();
    let parts = r#"
code = "parts"
type = "Part"
name = { ru = "Части" }
passport = { owner = "Управление", access = "public" }
attributes = [{ code = "secret", type = "reference", to = "secrets", label = { ru = "Тайна" } }]
"#;
    instance.define(parts, None).unwrap();
    let import = |caller: &svod::app::acting::Caller| {
        let open = || Ok(Box::new(std::io::Cursor::new(&b"code,secret.okato\na,77\n"[..])) as Box<dyn svod::exchange::table::Input>);
        let source = svod::app::import::Source { name: "parts.csv", open: &open };
        let around = svod::app::import::Surroundings::unwatched(crate::harness::IMPORT_LIMITS);
        instance.svod.change_requests.import(caller, &code("parts"), &source, &dry_run(), &around)
    };
    let olga = crate::change_request::person(&database, &instance, 20, "olga", &[("steward", "parts")]);
    let refused = import(&olga).unwrap_err().to_string();
    assert!(refused.contains("the dictionary secrets is not published, or has no attribute \"okato\""), "{refused}");
    let ivan = crate::change_request::person(&database, &instance, 21, "ivan", &[("steward", "parts"), ("reader", "secrets")]);
    assert_eq!(import(&ivan).unwrap().counts.added, 1);
}
