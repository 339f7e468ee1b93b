//! Published files from upload to query, as people take them: a draft, its preview, another's approval, publication, an answer. What the
//! two editions of a classifier differ in is worked out here from the files by plain parsing, and must be what Svod says.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use svod::app::acting::Caller;
use svod::app::change_request::Destination;
use svod::app::comparing::{Comparison, Side};
use svod::app::import::{Blank, ImportOptions, Imported, Mode, Source, Surroundings};
use svod::catalog::DictionarySnapshot;
use svod::domain::diff::ItemChangeKind;
use svod::domain::item::{Stretch, attributes_json};
use svod::domain::publication::ChangeCounts;
use svod::domain::text::ItemCode;
use svod::domain::validity::parse_date;
use svod::exchange::item_key::Key;
use svod::exchange::item_rows::ReadOptions;
use svod::exchange::table::Input;

use crate::change_request::{code, person};
use crate::data_api::data;
use crate::harness::{Database, IMPORT_LIMITS, Instance, fixture};

on_both_engines!(
    the_raw_offices_go_from_file_to_query,
    two_editions_of_okpd_differ_as_their_files_do,
    parents_that_no_row_has_are_told_and_the_rest_goes_on,
    two_editions_of_okved_differ_as_their_files_do,
    both_volumes_of_oktmo_go_from_file_to_query,
    oktmo_of_2024_goes_from_file_to_query,
    the_court_register_goes_from_file_to_query,
);

const OFFICES: &str = r#"
code = "prosecution_offices"
type = "ProsecutionOffice"
name = { ru = "Органы прокуратуры" }
display = "name"
passport = { owner = "Управление", access = "public" }
attributes = [
  { code = "number", type = "integer", label = { ru = "Номер" }, required = true, unique = true },
  { code = "name", type = "string", label = { ru = "Наименование" }, required = true },
  { code = "region", type = "string", label = { ru = "Регион" }, required = true },
  { code = "phone", type = "string", label = { ru = "Телефон" } },
  { code = "mailbox", type = "string", label = { ru = "Почта" } },
  { code = "address", type = "string", label = { ru = "Адрес" } },
  { code = "okato", type = "string", label = { ru = "ОКАТО" } },
]
[approval]
four_eyes = false
"#;

const COURTS: &str = r#"
code = "courts"
type = "Court"
name = { ru = "Суды" }
display = "name"
passport = { owner = "Управление", access = "public" }
code_rule = { pattern = '^[0-9]{2}[A-Z]{2}[0-9]{4}$' }
attributes = [
  { code = "region", type = "string", label = { ru = "Регион" }, required = true },
  { code = "name", type = "string", label = { ru = "Наименование" }, required = true },
  { code = "website", type = "string", label = { ru = "Сайт" } },
]
[approval]
four_eyes = false
"#;

/// What a file says of its items: by code, the texts that are compared.
type Said = BTreeMap<String, Vec<String>>;

/// One dictionary under a policy of one stage, with a steward and an approver.
struct Desk {
    instance: Instance,
    dictionary: &'static str,
    maria: Caller,
    anna: Caller,
    /// Where rejected rows go.
    rejected: PathBuf,
}

impl Desk {
    fn open(database: &Database, dictionary: &'static str, toml: &str) -> Self {
        let instance = database.open();
        let policy = "four_eyes = true\nstages = [{ name = { ru = \"Методолог\" }, role = \"approver\", quorum = 1 }]";
        assert!(toml.contains("four_eyes = false"), "the policy is put in its place");
        instance.define(&toml.replace("four_eyes = false", policy), None).unwrap();
        let maria = person(database, &instance, 11, "maria", &[("steward", "")]);
        let anna = person(database, &instance, 13, "anna", &[("approver", "")]);
        Self { instance, dictionary, maria, anna, rejected: database.folder().join("rejected.csv") }
    }

    fn of_classifier(database: &Database, dictionary: &'static str) -> Self {
        let toml = String::from_utf8(fixture(&format!("classifiers/{dictionary}/dictionary.toml"))).unwrap();
        Self::open(database, dictionary, &toml)
    }

    /// The rejected rows, if there are any, go into the file.
    fn drafted(&self, file: &str, options: &ImportOptions, rejected: &Path) -> Imported {
        let bytes = fixture(file);
        let open = || -> std::io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(bytes.clone()))) };
        let source = Source { name: file, open: &open };
        let options = ImportOptions { destination: Destination::Draft, ..options.clone() };
        let rejected = || -> std::io::Result<Box<dyn Write>> { Ok(Box::new(std::fs::File::create(rejected)?)) };
        let around = Surroundings { rejected: Some(&rejected), ..Surroundings::unwatched(IMPORT_LIMITS) };
        self.instance.svod.change_requests.import(&self.maria, &code(self.dictionary), &source, &options, &around).unwrap()
    }

    /// Drafted by Maria, looked at, approved by Anna, published. Every count on the way is the same.
    fn taken(&self, file: &str, options: &ImportOptions) -> Imported {
        let requests = &self.instance.svod.change_requests;
        let before = self.instance.seq();
        let imported = self.drafted(file, options, &self.rejected);
        let request = requests.find_change_request(&self.maria, imported.request.unwrap()).unwrap().unwrap();
        let judged = requests.judge(&self.anna, request.id).unwrap().unwrap();
        assert!(judged.conflicts.is_empty() && judged.violations.is_empty(), "{:?}", judged.violations);
        assert_eq!(judged.counts[&code(self.dictionary)], imported.counts);
        let preview = requests.preview(&self.anna, request.id, &code(self.dictionary)).unwrap().unwrap();
        let stretches = |snapshot: &DictionarySnapshot| -> Vec<(ItemCode, Stretch)> {
            snapshot.items.versions().iter().map(|version| (version.code.clone(), version.stretch.clone())).collect()
        };

        let early = requests.publish_change_request(&self.maria, request.id, request.revision);
        assert!(early.is_err(), "a draft was published");
        let submitted = requests.submit_change_request(&self.maria, request.id, request.revision).unwrap();
        let own = requests.approve_change_request(&self.maria, submitted.id, submitted.revision, "");
        assert!(own.is_err(), "its author approved it");
        let unapproved = requests.publish_change_request(&self.maria, submitted.id, submitted.revision);
        assert!(unapproved.is_err(), "what nobody approved was published");
        assert_eq!(self.instance.seq(), before, "nothing is published before approval");
        let approved = requests.approve_change_request(&self.anna, submitted.id, submitted.revision, "").unwrap();
        let (_, published) = requests.publish_change_request(&self.maria, approved.id, approved.revision).unwrap();
        assert_eq!(published.counts[&code(self.dictionary)], imported.counts);
        let head = self.instance.svod.publisher.catalog().head();
        let current = &head.dictionaries[&code(self.dictionary)].current;
        assert!(stretches(current) == stretches(&preview), "what was published is not what was previewed");
        imported
    }

    /// What is known of the items that hold on a date: the named attributes as texts.
    fn said(&self, on: &str, attributes: &[&str]) -> Said {
        let head = self.instance.svod.publisher.catalog().head();
        let snapshot = &head.dictionaries[&code(self.dictionary)].current;
        let text = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Object(languages) => languages["ru"].as_str().unwrap().to_owned(),
            other => other.to_string(),
        };
        let on = parse_date(on).unwrap();
        let valid = snapshot.items.versions().iter().filter(|version| version.validity().contains(on));
        valid
            .map(|version| {
                let json: Value = serde_json::from_str(&attributes_json(&snapshot.dictionary, &version.stretch.content)).unwrap();
                (version.code.to_string(), attributes.iter().map(|attribute| text(&json[*attribute])).collect())
            })
            .collect()
    }

    /// The codes that differ between two sides, by kind.
    fn differing(&self, from: Side, to: Side) -> BTreeMap<ItemChangeKind, BTreeSet<String>> {
        let dictionary = &code(self.dictionary);
        let asked = Comparison { dictionary, from, to, after_code: None, count: 1_000_000 };
        let found = self.instance.svod.comparing.compare(&asked).unwrap();
        assert!(!found.has_more);
        let mut by_kind: BTreeMap<ItemChangeKind, BTreeSet<String>> = BTreeMap::new();
        for item in found.items {
            by_kind.entry(item.kind).or_default().insert(item.code.to_string());
        }
        by_kind
    }

    fn answer(&self, question: &str) -> Value {
        data(&self.instance, question)
    }
}

/// What was added, changed and left out between two files, by plain comparison.
fn differing(before: &Said, after: &Said) -> BTreeMap<ItemChangeKind, BTreeSet<String>> {
    let mut by_kind: BTreeMap<ItemChangeKind, BTreeSet<String>> = BTreeMap::new();
    for code in before.keys().chain(after.keys()) {
        let kind = match (before.get(code), after.get(code)) {
            (None, _) => ItemChangeKind::Added,
            (_, None) => ItemChangeKind::Retired,
            (old, new) if old != new => ItemChangeKind::Changed,
            _ => continue,
        };
        by_kind.entry(kind).or_default().insert(code.clone());
    }
    by_kind
}

fn counted(differing: &BTreeMap<ItemChangeKind, BTreeSet<String>>) -> [usize; 3] {
    [ItemChangeKind::Added, ItemChangeKind::Changed, ItemChangeKind::Retired].map(|kind| differing.get(&kind).map_or(0, BTreeSet::len))
}

fn counts(counts: ChangeCounts) -> [usize; 3] {
    [counts.added, counts.changed, counts.retired].map(|count| usize::try_from(count).unwrap())
}

fn side(publication: i64, on: &str) -> Side {
    Side { publication, valid_on: parse_date(on) }
}

fn windows_1251(name: &str) -> String {
    encoding_rs::WINDOWS_1251.decode_without_bom_handling_and_without_replacement(&fixture(name)).unwrap().into_owned()
}

/// Lines of cells, without their edge spaces. A cell that begins with a quote ends with one; no cell has a line break.
fn cells(text: &str) -> Vec<Vec<String>> {
    let split = |line: &str| {
        let (mut row, mut rest) = (Vec::new(), line);
        loop {
            let ends = if rest.starts_with('"') {
                let is_end = |at: &usize| rest[..*at].matches('"').count() % 2 == 0;
                rest.match_indices(';').map(|(at, _)| at).find(is_end)
            } else {
                rest.find(';')
            };
            let text = &rest[..ends.unwrap_or(rest.len())];
            let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(|inner| inner.replace("\"\"", "\""));
            row.push(inner.as_deref().unwrap_or(text).trim().to_owned());
            match ends {
                Some(at) => rest = &rest[at + 1..],
                None => return row,
            }
        }
    };
    text.lines().map(split).collect()
}

fn columns(names: &str) -> ReadOptions {
    ReadOptions { columns: Some(names.split(',').map(str::to_owned).collect()), ..ReadOptions::default() }
}

fn offices_of(file: &str) -> Said {
    let rows = cells(&windows_1251(file)).into_iter().skip(1);
    rows.map(|mut row| {
        let item = row.remove(7);
        (item, row[..7].to_vec())
    })
    .collect()
}

fn the_raw_offices_go_from_file_to_query(database: Database) {
    const ATTRIBUTES: [&str; 7] = ["number", "name", "region", "phone", "mailbox", "address", "okato"];
    let desk = Desk::open(&database, "prosecution_offices", OFFICES);
    let mapping = [
        ("id", "number"),
        ("Наименование прокуратуры (SV-0001)", "name"),
        ("REGION", "region"),
        ("Телефон канцелярии (SV-0004)", "phone"),
        ("Электронный адрес канцелярии(SV-0005)", "mailbox"),
        ("Адрес приемной(SV-0006)", "address"),
        ("OKATO", "okato"),
        ("CODE", "code"),
        ("autokey", "-"),
    ];
    let mapping = mapping.map(|(column, target)| (column.to_owned(), target.to_owned())).into();
    let options = ImportOptions {
        mode: Mode::Sync,
        blank: Blank::Clear,
        read: ReadOptions { mapping, ..ReadOptions::default() },
        ..ImportOptions::default()
    };
    let [raw, edited] = ["raw", "edited"].map(|edition| format!("offices/offices_esnsi_{edition}_cp1251.csv"));
    let first = desk.taken(&raw, &options);
    let (before, after) = (offices_of(&raw), offices_of(&edited));
    assert_eq!((counts(first.counts), first.rejected_count), ([before.len(), 0, 0], 0), "{:?}", first.rejections);
    assert_eq!(before.len(), 63);
    assert!(first.evidence_of("encoding").starts_with("windows-1251 ("), "{:?}", first.evidence);
    assert_eq!(desk.said("2026-11-22", &ATTRIBUTES), before);

    let second = desk.taken(&edited, &ImportOptions { on: parse_date("2026-11-22"), ..options });
    let expected = differing(&before, &after);
    assert_eq!(counted(&expected), [0, 14, 0]);
    assert_eq!(counts(second.counts), [0, 14, 0]);
    assert_eq!(desk.differing(side(2, "2026-11-21"), side(3, "2026-11-22")), expected);
    assert_eq!(desk.said("2026-11-22", &ATTRIBUTES), after);
    assert_eq!(desk.said("2026-11-21", &ATTRIBUTES), before);

    let answer = desk.answer(
        "{ all: prosecutionOffices(first: 1) { totalCount } \
           changed: prosecutionOffices(filter: { validFrom: { eq: \"2026-11-22\" } }, first: 50) { nodes { code } } \
           before: prosecutionOffice(code: \"382844529\", validOn: \"2026-11-21\") { name number okato } \
           after: prosecutionOffice(code: \"382844529\") { name } }",
    );
    assert_eq!(answer["all"]["totalCount"], 63);
    let changed: BTreeSet<String> =
        answer["changed"]["nodes"].as_array().unwrap().iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect();
    assert_eq!(&changed, &expected[&ItemChangeKind::Changed]);
    let name = "Прокуратура космодрома \"Восточный\" Амурской области";
    assert_eq!(answer["before"], json!({ "name": name, "number": 93, "okato": "10" }));
    assert_eq!(answer["after"]["name"], "Прокуратура космодрома «Восточный» Амурской области");
}

/// The definition, except that the section of an item may be blank: the newer file has no column for it.
fn okpd(database: &Database) -> Desk {
    let toml = String::from_utf8(fixture("classifiers/okpd2/dictionary.toml")).unwrap();
    let relaxed = toml.replace("required = true\npattern = '^[A-U]$'", "pattern = '^[A-U]$'");
    assert_ne!(relaxed, toml);
    let desk = Desk::open(database, "okpd2", &relaxed);
    let read = ReadOptions { has_header: Some(true), key: Key::parse("code,section"), ..columns("name,-,section,code,note,-,-") };
    let first = desk.taken(OKPD_OF_2020, &ImportOptions { read, ..ImportOptions::default() });
    assert_eq!((counts(first.counts), first.rejected_count), ([19_248, 0, 0], 0));
    desk
}

const OKPD_OF_2020: &str = "classifiers/okpd2_2020-07_mosru.csv.gz";
const OKPD_OF_2022: &str = "classifiers/okpd2_2022-02_parentcode.json.gz";

fn okpd_of_2020() -> Said {
    let rows = cells(&String::from_utf8(fixture(OKPD_OF_2020)).unwrap()).into_iter().skip(1);
    rows.map(|row| (if row[3].is_empty() { row[2].clone() } else { row[3].clone() }, vec![row[0].clone(), row[4].clone()])).collect()
}

/// By code the name and the note, and by code the parent.
fn okpd_of_2022() -> (Said, BTreeMap<String, String>) {
    let rows: Vec<BTreeMap<String, String>> = serde_json::from_slice(&fixture(OKPD_OF_2022)).unwrap();
    let text = |row: &BTreeMap<String, String>, name: &str| row[name].trim().to_owned();
    let said = rows.iter().map(|row| (text(row, "code"), vec![text(row, "name"), text(row, "comment")])).collect();
    (said, rows.iter().map(|row| (text(row, "code"), text(row, "parent_code"))).collect())
}

fn okpd_options(parent: &str) -> ImportOptions {
    let mapping = [("parent_code", parent), ("comment", "note")].map(|(column, target)| (column.to_owned(), target.to_owned())).into();
    ImportOptions {
        mode: Mode::Sync,
        blank: Blank::Clear,
        on: parse_date("2022-02-23"),
        read: ReadOptions { mapping, ..ReadOptions::default() },
        ..ImportOptions::default()
    }
}

fn two_editions_of_okpd_differ_as_their_files_do(database: Database) {
    let desk = okpd(&database);
    let (before, (after, parents)) = (okpd_of_2020(), okpd_of_2022());
    assert_eq!(desk.said("2022-02-22", &["name", "note"]), before);
    let second = desk.taken(OKPD_OF_2022, &okpd_options("-"));
    let mut expected = differing(&before, &after);
    assert_eq!((counted(&expected), second.rejected_count), ([240, 1_280, 13], 0));
    // What stood under a group that is gone stands higher now, as the newer file says too.
    let gone = &expected[&ItemChangeKind::Retired];
    let stood_under = |code: &&String| gone.iter().any(|group| code.starts_with(&format!("{group}.")));
    let moved: Vec<String> = after.keys().filter(stood_under).cloned().collect();
    assert_eq!(moved, ["49.50.11.110", "49.50.11.120"]);
    assert!(moved.iter().all(|code| parents[code] == "49.50.1"));
    expected.get_mut(&ItemChangeKind::Changed).unwrap().extend(moved);
    assert_eq!(counts(second.counts), [240, 1_282, 13]);
    assert_eq!(desk.differing(side(2, "2022-02-22"), side(3, "2022-02-23")), expected);
    assert_eq!(desk.said("2022-02-22", &["name", "note"]), before);
    assert_eq!(desk.said("2022-02-23", &["name", "note"]), after);

    let added = &expected[&ItemChangeKind::Added];
    let answer = desk.answer(
        "{ before: okpd2(first: 1, validOn: \"2022-02-22\") { totalCount } after: okpd2(first: 1, validOn: \"2022-02-23\") { totalCount } \
           gone: productGroup(code: \"49.50.11\") { code } there: productGroup(code: \"49.50.11\", validOn: \"2022-02-22\") { name } \
           believed: productGroup(code: \"49.50.11\", publication: 2) { name } }",
    );
    assert_eq!((&answer["before"]["totalCount"], &answer["after"]["totalCount"]), (&json!(19_248), &json!(19_475)));
    assert_eq!((&answer["gone"], &answer["there"]["name"]), (&Value::Null, &json!(before["49.50.11"][0])));
    assert_eq!(answer["believed"], answer["there"]);
    let new = added.first().unwrap();
    let answer = desk.answer(&format!("{{ new: productGroup(code: \"{new}\") {{ name validFrom }} }}"));
    assert_eq!(answer["new"], json!({ "name": after[new][0], "validFrom": "2022-02-23" }));
}

/// 86 rows of the file name one of six parents that no row has; nothing else may be left out because of them.
fn parents_that_no_row_has_are_told_and_the_rest_goes_on(database: Database) {
    let desk = okpd(&database);
    let (after, parents) = okpd_of_2022();
    let orphans: BTreeSet<&String> =
        parents.iter().filter(|(_, parent)| !parent.is_empty() && !after.contains_key(*parent)).map(|(code, _)| code).collect();
    assert_eq!(orphans.len(), 86);
    let second = desk.taken(OKPD_OF_2022, &okpd_options("parent"));
    let told: BTreeSet<String> = second.rejections.as_ref().unwrap().kept().iter().map(|violation| violation.item.to_string()).collect();
    assert_eq!(told.iter().collect::<BTreeSet<_>>(), orphans);
    assert_eq!(second.rejected_count, 86);
    // They come back, these and no other, though all rows of the file stand on one line.
    let rows = std::fs::read_to_string(&desk.rejected).unwrap();
    let (head, rows) = rows.split_once('\n').unwrap();
    assert_eq!(head, "\u{feff}code;parent_code;name;comment;_line;_reasons");
    let returned: BTreeSet<&str> = rows.lines().filter(|row| row.contains(";1;")).filter_map(|row| row.split(';').next()).collect();
    assert_eq!(returned, orphans.iter().map(|code| code.as_str()).collect());
    let mut expected = differing(&okpd_of_2020(), &after);
    expected.values_mut().for_each(|codes| codes.retain(|code| !orphans.contains(code)));
    assert_eq!(desk.differing(side(2, "2022-02-22"), side(3, "2022-02-23"))[&ItemChangeKind::Added], expected[&ItemChangeKind::Added]);
    assert_eq!(counts(second.counts)[2], 13, "a row that was left out is no reason to retire its item");
}

fn okved_of(file: &str) -> Said {
    let rows = cells(&windows_1251(file)).into_iter();
    // In one name of both editions a tab stands for a space.
    rows.map(|row| (if row[1].is_empty() { row[0].clone() } else { row[1].clone() }, vec![row[2].replace('\t', " ")])).collect()
}

fn two_editions_of_okved_differ_as_their_files_do(database: Database) {
    let desk = Desk::of_classifier(&database, "okved2");
    let read = ReadOptions { key: Key::parse("code,section"), ..columns("section,code,name") };
    let options = ImportOptions { mode: Mode::Sync, read, ..ImportOptions::default() };
    let [old, new] = ["before-2023-12", "2023-12-01"].map(|edition| format!("classifiers/okved2_{edition}_rosstat_cp1251.csv.gz"));
    let (before, after) = (okved_of(&old), okved_of(&new));
    desk.taken(&old, &options);
    let second = desk.taken(&new, &ImportOptions { on: parse_date("2023-12-01"), ..options });
    let expected = differing(&before, &after);
    assert_eq!((counted(&expected), counts(second.counts)), ([0, 7, 0], [0, 7, 0]));
    assert_eq!(desk.differing(side(2, "2023-11-30"), side(3, "2023-12-01")), expected);
    assert_eq!(desk.said("2023-11-30", &["name"]), before);
    assert_eq!(desk.said("2023-12-01", &["name"]), after);
    let answer = desk.answer("{ okved2(filter: { validFrom: { eq: \"2023-12-01\" } }, first: 20) { nodes { code name } } }");
    let told = answer["okved2"]["nodes"].as_array().unwrap().iter();
    let told: Said =
        told.map(|node| (node["code"].as_str().unwrap().to_owned(), vec![node["name"].as_str().unwrap().to_owned()])).collect();
    let changed: Said = after.into_iter().filter(|(code, _)| expected[&ItemChangeKind::Changed].contains(code)).collect();
    assert_eq!(told, changed);
}

/// Rows with a code, which has spaces in it.
fn oktmo_of(text: &str) -> Said {
    let without_spaces = |code: &str| code.replace(' ', "");
    cells(text).into_iter().filter(|row| !row[0].is_empty()).map(|row| (without_spaces(&row[0]), row[1..3].to_vec())).collect()
}

fn both_volumes_of_oktmo_go_from_file_to_query(database: Database) {
    let desk = Desk::of_classifier(&database, "oktmo");
    let options = |names| ImportOptions {
        read: ReadOptions { skips_blank_key: true, ..columns(names) },
        on: parse_date("2016-01-01"),
        ..ImportOptions::default()
    };
    let [upper, lower] = ["municipalities", "settlements"].map(|volume| format!("classifiers/oktmo_2016_vol5_{volume}.csv.gz"));
    let municipalities = oktmo_of(&windows_1251(&upper));
    let settlements = oktmo_of(&String::from_utf8(fixture(&lower)).unwrap());
    let first = desk.taken(&upper, &options("code,check_digit,name,centre"));
    assert_eq!((counts(first.counts), first.rejected_count), ([municipalities.len(), 0, 0], 0));
    let second = desk.taken(&lower, &options("code,check_digit,name"));
    assert_eq!((counts(second.counts), second.rejected_count), ([settlements.len(), 0, 0], 0));
    assert_eq!(desk.differing(side(2, "2016-01-01"), side(3, "2016-01-01")), differing(&Said::new(), &settlements));
    let both: Said = municipalities.into_iter().chain(settlements).collect();
    assert_eq!(both.len(), 46_674);
    assert_eq!(desk.said("2016-01-01", &["check_digit", "name"]), both);
    let answer = desk.answer(
        "{ oktmo(first: 1) { totalCount } \
           municipalTerritory(code: \"80601404101\") { name parent { code name } } }",
    );
    assert_eq!(answer["oktmo"]["totalCount"], 46_674);
    let found = &answer["municipalTerritory"];
    assert_eq!((&found["name"], &found["parent"]["code"]), (&json!(both["80601404101"][1]), &json!("80601404")));
    assert_eq!(found["parent"]["name"], json!(both["80601404"][1]));
}

fn oktmo_of_2024_goes_from_file_to_query(database: Database) {
    let desk = Desk::of_classifier(&database, "oktmo_2024");
    let names = "ter,kod1,kod2,kod3,check_digit,section,name,centre,note,change_number,change_kind,accepted_on,valid_from";
    let read = ReadOptions { key: Key::parse("section+'.'+ter+kod1+kod2+kod3"), ..columns(names) };
    let file = "classifiers/oktmo_2024_rosstat-layout_region01-03part.csv.gz";
    let imported = desk.taken(file, &ImportOptions { read, ..ImportOptions::default() });
    let iso = |date: &str| date.split('.').rev().collect::<Vec<_>>().join("-");
    let rows = cells(&String::from_utf8(fixture(file)).unwrap()).into_iter();
    let (mut expected, mut starts) = (Said::new(), BTreeMap::new());
    for row in rows {
        let item = format!("{}.{}", row[5], row[..4].concat());
        starts.insert(item.clone(), iso(&row[12]));
        expected.insert(item, vec![row[4].clone(), row[6].clone(), row[7].clone(), row[8].clone(), iso(&row[11])]);
    }
    assert_eq!((counts(imported.counts), imported.rejected_count), ([5_690, 0, 0], 0));
    assert_eq!(desk.said("2026-11-22", &["check_digit", "name", "centre", "note", "accepted_on"]), expected);
    // Its own dates say what held when.
    let held = starts.values().filter(|start| start.as_str() <= "2016-03-01").count();
    let answer = desk.answer(
        "{ all: oktmo2024(first: 1) { totalCount } then: oktmo2024(first: 1, validOn: \"2016-03-01\") { totalCount } \
           municipalTerritory2024(code: \"1.01616400000\") { name validFrom parent { code } } }",
    );
    assert!(0 < held && held < 5_690, "{held}");
    assert_eq!((&answer["all"]["totalCount"], &answer["then"]["totalCount"]), (&json!(5_690), &json!(held)));
    let found = &answer["municipalTerritory2024"];
    assert_eq!(found["name"], json!(expected["1.01616400000"][1]));
    assert_eq!((&found["validFrom"], &found["parent"]["code"]), (&json!(starts["1.01616400000"]), &json!("1.01616000000")));
}

fn the_court_register_goes_from_file_to_query(database: Database) {
    let desk = Desk::open(&database, "courts", COURTS);
    let file = "courts/courts_vnkod_2023-11-18.json";
    let mapping = [("key", "region"), ("court_id", "code"), ("court_name", "name"), ("court_website", "website")];
    let mapping = mapping.map(|(column, target)| (column.to_owned(), target.to_owned())).into();
    let read = ReadOptions { mapping, ..ReadOptions::default() };
    let imported = desk.taken(file, &ImportOptions { read, ..ImportOptions::default() });
    let by_region: BTreeMap<String, Vec<BTreeMap<String, String>>> = serde_json::from_slice(&fixture(file)).unwrap();
    let text = |court: &BTreeMap<String, String>, name: &str| court[name].trim().to_owned();
    let of_region = |(region, courts): (&String, &Vec<BTreeMap<String, String>>)| -> Said {
        let said = |court| (text(court, "court_id"), vec![region.clone(), text(court, "court_name"), text(court, "court_website")]);
        courts.iter().map(said).collect()
    };
    let expected: Said = by_region.iter().flat_map(of_region).collect();
    assert_eq!((counts(imported.counts), imported.rejected_count), ([58, 0, 0], 0), "{:?}", imported.rejections);
    assert_eq!(desk.said("2026-11-22", &["region", "name", "website"]), expected);
    let answer = desk.answer(
        "{ courts(filter: { region: { eq: \"95\" } }, first: 10) { totalCount nodes { code name } } court(code: \"03RS0019\") { name region } }",
    );
    assert_eq!(answer["courts"]["totalCount"], 5);
    let codes: Vec<&str> = answer["courts"]["nodes"].as_array().unwrap().iter().map(|node| node["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"66GV0008"), "{codes:?}");
    assert_eq!(answer["court"], json!({ "name": "Абзелиловский районный суд Республики Башкортостан", "region": "03" }));
}
