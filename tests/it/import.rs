//! Imports: what files do, what refuses them, and that a refused one changes nothing.

use svod::app::change_request::Destination;
use svod::app::import::{Blank, ImportOptions, Mode, Source};
use svod::domain::text::DictionaryCode;
use svod::exchange::item_key::Key;
use svod::exchange::item_rows::ReadOptions;
use svod::exchange::table::Input;

use crate::harness::{Database, Instance, fixture};
use crate::publication::{OFFICES, REGIONS, endless, offices, on};

on_both_engines!(
    okved_editions_differ_in_seven_names,
    okpd_stands_as_its_codes_say,
    oktmo_volumes_go_in_one_after_the_other,
    oktmo_of_2024_brings_its_dates,
    a_row_says_what_holds_from_a_date_on,
    blank_cells_leave_values_or_clear_them,
    sync_retires_what_the_file_leaves_out,
    sync_leaves_what_begins_later,
    languages_have_their_own_columns,
    what_a_dated_row_leaves_unsaid_stays_as_it_was,
    codes_tell_parents_among_what_is_valid,
    a_cell_of_separators_is_blank,
    deep_hierarchies_are_refused_from_either_end,
    many_changed_rows_are_closed_by_their_index,
    a_retired_item_comes_back_only_when_told,
    dates_in_the_file_are_the_timeline,
    every_problem_is_named_with_its_place,
    rows_of_one_line_are_told_apart,
    cycles_and_gaps_are_refused,
    a_dry_run_counts_and_changes_nothing,
    broken_files_are_refused_whole,
);

fn read(columns: &str, key: Option<&str>) -> ReadOptions {
    ReadOptions {
        columns: Some(columns.split(',').map(str::to_owned).collect()),
        key: key.map(|key| Key::parse(key).unwrap()),
        ..ReadOptions::default()
    }
}

fn defined(database: &Database, code: &str) -> Instance {
    let instance = database.open();
    let toml = String::from_utf8(fixture(&format!("classifiers/{code}/dictionary.toml"))).unwrap();
    instance.define(&toml, None).unwrap();
    instance
}

/// How many items stand at each depth, the roots first.
fn depths(instance: &Instance, dictionary: &str) -> Vec<usize> {
    let head = instance.svod.publisher.catalog().head();
    let snapshot = &head.dictionaries[&DictionaryCode::parse(dictionary).unwrap()].current;
    let mut depths = Vec::new();
    for version in snapshot.items.versions() {
        let mut depth = 0;
        let mut above = version.parent();
        while let Some(code) = above {
            depth += 1;
            above = snapshot.items.versions_of(code)[0].parent();
        }
        depths.resize(depths.len().max(depth + 1), 0);
        depths[depth] += 1;
    }
    depths
}

fn okved_editions_differ_in_seven_names(database: Database) {
    let instance = defined(&database, "okved2");
    let options = ImportOptions { mode: Mode::Sync, read: read("section,code,name", Some("code,section")), ..on("2023-12-01") };
    let before = fixture("classifiers/okved2_before-2023-12_rosstat_cp1251.csv.gz");
    let first = instance.import_bytes("okved2", "before.csv", &before, &ImportOptions { on: None, ..options.clone() }).unwrap();
    assert_eq!((first.rows_count, first.counts.added, first.skipped_count), (2_899, 2_899, 0));
    let because = first.evidence_of("encoding");
    assert!(because.starts_with("windows-1251 (not UTF-8 from line 1 on; as windows-1251 "), "{because}");
    assert_eq!(depths(&instance, "okved2"), [21, 88, 272, 623, 1228, 667]);

    let again = instance.import_bytes("okved2", "before.csv", &before, &options).unwrap();
    assert_eq!((again.publication, again.unchanged_count), (None, 2_899));

    let after = fixture("classifiers/okved2_2023-12-01_rosstat_cp1251.csv.gz");
    let second = instance.import_bytes("okved2", "after.csv", &after, &options).unwrap();
    assert_eq!((second.counts.added, second.counts.changed, second.counts.retired, second.unchanged_count), (0, 7, 0, 2_892));
    let renamed = instance.timeline("okved2", "38.32.2");
    assert_eq!(renamed.len(), 2);
    assert!(
        renamed[0].starts_with("..2023-12-01 ^38.32 ")
            && renamed[0].contains("Утилизация лома и отходов драгоценных металлов во вторичное сырье")
    );
    assert!(renamed[1].starts_with("2023-12-01.. ^38.32 ") && renamed[1].contains("Обработка отходов и лома драгоценных металлов"));
    assert_eq!(instance.timeline_at("okved2", "38.32.2", 2).len(), 1, "what was known before stays");
    assert_eq!(instance.timeline("okved2", "38.32.1").len(), 1);
}

fn okpd_stands_as_its_codes_say(database: Database) {
    let instance = defined(&database, "okpd2");
    let file = fixture("classifiers/okpd2_2020-07_mosru.csv.gz");
    let read = ReadOptions { has_header: Some(true), ..read("name,-,section,code,note,-,-", Some("code,section")) };
    let imported = instance.import_bytes("okpd2", "okpd2.csv", &file, &ImportOptions { read, ..ImportOptions::default() }).unwrap();
    assert_eq!(imported.counts.added, 19_248);
    assert_eq!(depths(&instance, "okpd2"), [21, 88, 271, 619, 1462, 3212, 8269, 5306]);
}

fn oktmo_volumes_go_in_one_after_the_other(database: Database) {
    let instance = defined(&database, "oktmo");
    let options =
        |columns| ImportOptions { read: ReadOptions { skips_blank_key: true, ..read(columns, None) }, ..ImportOptions::default() };
    let municipalities = fixture("classifiers/oktmo_2016_vol5_municipalities.csv.gz");
    let first = instance.import_bytes("oktmo", "municipalities.csv", &municipalities, &options("code,check_digit,name,centre")).unwrap();
    assert_eq!((first.rows_count, first.counts.added, first.skipped_count), (6_800, 6_743, 57));
    assert_eq!(depths(&instance, "oktmo"), [14, 29, 528, 702, 5470]);
    let settlements = fixture("classifiers/oktmo_2016_vol5_settlements.csv.gz");
    let always = ImportOptions { on: svod::domain::validity::parse_date("2016-01-01"), ..options("code,check_digit,name") };
    let second = instance.import_bytes("oktmo", "settlements.csv", &settlements, &always).unwrap();
    assert_eq!((second.counts.added, second.skipped_count), (39_931, 27));
    assert_eq!(depths(&instance, "oktmo"), [14, 43, 529, 1974, 5470, 38644]);
}

fn oktmo_of_2024_brings_its_dates(database: Database) {
    let instance = defined(&database, "oktmo_2024");
    let columns = "ter,kod1,kod2,kod3,check_digit,section,name,centre,note,change_number,change_kind,accepted_on,valid_from";
    let options = ImportOptions { read: read(columns, Some("section+'.'+ter+kod1+kod2+kod3")), ..ImportOptions::default() };
    let file = fixture("classifiers/oktmo_2024_rosstat-layout_region01-03part.csv.gz");
    let imported = instance.import_bytes("oktmo_2024", "oktmo.csv", &file, &options).unwrap();
    assert_eq!(imported.counts.added, 5_690);
    assert_eq!(depths(&instance, "oktmo_2024"), [4, 1051, 3484, 122, 1029]);
    assert!(instance.timeline("oktmo_2024", "1.01616000000")[0].starts_with("2016-03-01.."));
}

fn a_row_says_what_holds_from_a_date_on(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n2,С декабря\n", &on("2026-12-01")).unwrap();
    // A row without a date of its own holds until the next change that is known already.
    instance.set_today("2026-11-25");
    let imported = instance.import("offices", "Код;Title\n2;С ноября\n", &ImportOptions::default()).unwrap();
    assert_eq!(imported.counts.changed, 1);
    let spans: Vec<String> =
        instance.timeline("offices", "2").iter().map(|version| version.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(spans, ["..2026-11-25", "2026-11-25..2026-12-01", "2026-12-01.."]);
    // A new item of a dictionary that has an edition begins on the day.
    instance.import("offices", "code,parent,name\n7,1,Новая\n", &ImportOptions::default()).unwrap();
    assert!(instance.timeline("offices", "7")[0].starts_with("2026-11-25.. "));
}

fn blank_cells_leave_values_or_clear_them(database: Database) {
    let instance = offices(&database);
    let keep = instance.import("offices", "code,name,number\n2,Районная,\n", &on("2026-12-01")).unwrap();
    assert_eq!((keep.publication, keep.unchanged_count), (None, 1));
    let clear = ImportOptions { blank: Blank::Clear, ..on("2026-12-01") };
    instance.import("offices", "code,name,number\n2,Районная,\n", &clear).unwrap();
    assert_eq!(instance.timeline("offices", "2")[1], r#"2026-12-01.. ^1 {"name":"Районная","region":"01"}"#);
}

fn sync_retires_what_the_file_leaves_out(database: Database) {
    let instance = offices(&database);
    let sync = ImportOptions { mode: Mode::Sync, ..on("2026-12-01") };
    let imported = instance.import("offices", "code,name\n1,Главная\n2,Районная\n", &sync).unwrap();
    assert_eq!((imported.counts.retired, imported.unchanged_count), (1, 2));
    let again = instance.import("offices", "code,name\n1,Главная\n2,Районная\n", &sync).unwrap();
    assert_eq!(again.publication, None, "what is retired stays retired");
    let refused = instance.import_refused("offices", "code,name\n2,Районная\n", &sync);
    assert!(refused.contains("offices/2/parent: \"1\" of offices is not valid from 2026-12-01"), "{refused}");
    assert!(instance.import_refused("offices", "code,name\n", &sync).contains("would retire the whole dictionary"));
    let regions = instance.import_refused("regions", "code,name\n02,Башкортостан\n", &sync);
    assert!(regions.contains("offices/1/region: \"01\" of regions is not valid from 2026-12-01"), "{regions}");
}

fn sync_leaves_what_begins_later(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,parent,name\n4,1,С 2028 года\n", &on("2028-01-01")).unwrap();
    let sync = ImportOptions { mode: Mode::Sync, ..on("2026-12-01") };
    let imported = instance.import("offices", "code,name\n1,Главная\n2,Районная\n", &sync).unwrap();
    assert_eq!((imported.counts.retired, imported.unchanged_count), (1, 2));
    assert!(instance.timeline("offices", "4")[0].starts_with("2028-01-01.. "), "it is not missing from a file of 2026");
}

fn languages_have_their_own_columns(database: Database) {
    let instance = database.open();
    let toml = OFFICES
        .replace(r#""name", type = "string","#, r#""name", type = "string", localized = true,"#)
        .replace(r#"item.name.startsWith("Район")"#, "false");
    instance.define(REGIONS, None).unwrap();
    instance.define(&toml, Some("code,name,name_en\n1,Главная,Main\n")).unwrap();
    let clear = |file: &str| instance.import("offices", file, &ImportOptions { blank: Blank::Clear, ..on("2026-12-01") }).unwrap();
    clear("code,name\n1,Первая\n");
    assert_eq!(instance.timeline("offices", "1")[1], r#"2026-12-01.. {"name":{"en":"Main","ru":"Первая"}}"#, "no column, nothing said");
    clear("code,name_ru,name_en\n1,Первая,\n");
    assert_eq!(instance.timeline("offices", "1")[1], r#"2026-12-01.. {"name":{"ru":"Первая"}}"#, "a blank cell clears");
    instance.import("offices", "code,Наименование,name_en\n1,,First\n", &on("2026-12-01")).unwrap();
    assert_eq!(instance.timeline("offices", "1")[1], r#"2026-12-01.. {"name":{"en":"First","ru":"Первая"}}"#, "a blank cell keeps");
}

fn what_a_dated_row_leaves_unsaid_stays_as_it_was(database: Database) {
    let instance = offices(&database);
    let dated = "code,parent,name,number,valid_from,valid_to\n5,1,А,51,2000-01-01,2010-01-01\n5,1,А,52,2010-01-01,\n";
    instance.import("offices", dated, &ImportOptions::default()).unwrap();
    instance.import("offices", "code,name,valid_from\n5,Б,2005-01-01\n", &ImportOptions::default()).unwrap();
    let said = [
        "2000-01-01..2005-01-01 ^1 {\"name\":\"А\",\"number\":51}",
        "2005-01-01..2010-01-01 ^1 {\"name\":\"Б\",\"number\":51}",
        "2010-01-01.. ^1 {\"name\":\"Б\",\"number\":52}",
    ];
    assert_eq!(instance.timeline("offices", "5"), said);
}

fn codes_tell_parents_among_what_is_valid(database: Database) {
    let instance = database.open();
    instance
        .define(
            &REGIONS.replace("passport", "hierarchy = { parent_from = \"prefix\" }\npassport"),
            Some("code,name\n01,А\n01.1,Б\n01.11,В\n"),
        )
        .unwrap();
    let sync = ImportOptions { mode: Mode::Sync, ..on("2026-12-01") };
    instance.import("regions", "code,name\n01,А\n01.11,В\n", &sync).unwrap();
    assert!(instance.timeline("regions", "01.11")[1].starts_with("2026-12-01.. ^01 "), "the level between is gone");
    instance.import("regions", "code,name\n01.12,Г\n", &on("2027-01-01")).unwrap();
    assert!(instance.timeline("regions", "01.12")[0].starts_with("2027-01-01.. ^01 "), "a retired item is no parent");
}

fn a_cell_of_separators_is_blank(database: Database) {
    let instance = database.open();
    instance.define(&REGIONS.replace("required = true", "required = true, list = true"), None).unwrap();
    let refused = instance.import_refused("regions", "code,name\n01, | |\n", &ImportOptions::default());
    assert_eq!(refused, "items.csv:2:2: regions/01/name: is required and blank [required]");
}

fn deep_hierarchies_are_refused_from_either_end(database: Database) {
    let instance = database.open();
    instance.define(&REGIONS.replace("passport", "hierarchy = { }\npassport"), None).unwrap();
    let row =
        |code: usize, parent: Option<usize>| format!("{code:05},{},А\n", parent.map(|parent| format!("{parent:05}")).unwrap_or_default());
    for is_reversed in [false, true] {
        let number = |at: usize| if is_reversed { 99_999 - at } else { at };
        let rows: String = (0..20_000).map(|at| row(number(at), at.checked_sub(1).map(number))).collect();
        let refused = instance.import_refused("regions", &format!("code,parent,name\n{rows}"), &ImportOptions::default());
        assert!(refused.contains("stands deeper than 64 levels [hierarchy_depth]"), "{}", refused.chars().take(300).collect::<String>());
    }
    // Two trees that are both allowed make one that is not; only the root of the lower one is touched.
    let tree = |first: usize| (first..first + 40).map(|at| row(at, (at > first).then(|| at - 1))).collect::<String>();
    instance.import("regions", &format!("code,parent,name\n{}{}", tree(0), tree(1_000)), &ImportOptions::default()).unwrap();
    let refused = instance.import_refused("regions", "code,parent\n01000,00039\n", &on("2026-12-01"));
    assert!(refused.contains("regions/01025/parent: stands deeper than 64 levels"), "{refused}");
}

/// With the wrong index each closed row would scan all current ones: minutes instead of a second.
fn many_changed_rows_are_closed_by_their_index(database: Database) {
    let instance = offices(&database);
    let rows = |name: &str| (0..20_000).map(|at| format!("{},1,{name}\n", 100 + at)).collect::<String>();
    instance.import("offices", &format!("code,parent,name\n{}", rows("А")), &ImportOptions::default()).unwrap();
    let imported = instance.import("offices", &format!("code,parent,name\n{}", rows("Б")), &on("2027-01-01")).unwrap();
    assert_eq!(imported.counts.changed, 20_000);
    if let Some(plan) = database.explain_sqlite("UPDATE item_version SET superseded_seq = 1 WHERE dictionary_id = 1 AND code = 'x' AND superseded_seq IS NULL AND valid_from IS NULL") {
        assert!(plan.contains("item_version_code"), "{plan}");
    }
}

fn a_retired_item_comes_back_only_when_told(database: Database) {
    let instance = offices(&database);
    let sync = ImportOptions { mode: Mode::Sync, ..on("2026-12-01") };
    instance.import("offices", "code,name\n1,Главная\n2,Районная\n", &sync).unwrap();
    let refused = instance.import_refused("offices", "code,name\n3,Городская\n", &on("2027-01-01"));
    assert!(refused.starts_with("items.csv:2: offices/3: the item was retired on 2026-12-01"), "{refused}");
    let restore = ImportOptions { restores: true, ..on("2027-01-01") };
    instance.import("offices", "code,parent,name\n3,1,Городская\n", &restore).unwrap();
    assert_eq!(instance.timeline("offices", "3").len(), 2);
}

fn dates_in_the_file_are_the_timeline(database: Database) {
    let instance = offices(&database);
    let file = "code,parent,name,valid_from,valid_to\n5,1,Старая,,2020-01-01\n5,1,Новая,01.01.2020,\n";
    instance.import("offices", file, &ImportOptions::default()).unwrap();
    let spans = |timeline: Vec<String>| timeline.iter().map(|version| version.split(' ').next().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(spans(instance.timeline("offices", "5")), ["..2020-01-01", "2020-01-01.."]);
    assert_eq!(instance.import("offices", file, &ImportOptions::default()).unwrap().publication, None);
    instance.import("offices", "code,name,valid_from,valid_to\n5,Новейшая,2025-01-01,2026-01-01\n", &ImportOptions::default()).unwrap();
    assert_eq!(spans(instance.timeline("offices", "5")), ["..2020-01-01", "2020-01-01..2025-01-01", "2025-01-01..2026-01-01"]);
    let refused =
        instance.import_refused("offices", "code,name,valid_from,valid_to\n6,А,2020-01-01,2020-01-01\n", &ImportOptions::default());
    assert!(refused.contains("valid_from 2020-01-01 is not before valid_to 2020-01-01"), "{refused}");
}

fn every_problem_is_named_with_its_place(database: Database) {
    let instance = offices(&database);
    let file = "code,parent,name,region,number\n\
                4,1,,01,4\n\
                5,1,Районная с очень длинным наименованием более сорока знаков,01,5\n\
                6,1,Шестая,77,6\n\
                7,1,Седьмая,01,семь\n\
                8,,Районная,01,8\n\
                9,1,Девятая,01,1\n\
                10,1,Десятая\n\
                11,12,Одиннадцатая,,\n\
                13,1,Одна,,\n13,1,Другая,,\n\
                ,1,Без кода,,\n";
    let reading = instance.import_refused("offices", file, &ImportOptions::default());
    let lines: Vec<&str> = reading.lines().collect();
    assert_eq!(
        lines,
        [
            "items.csv:5:5: offices/7/number: \"семь\" is not a whole number from -9007199254740991 to 9007199254740991 [type]",
            "items.csv:8: offices/10: the row has 3 fields, and the header has 5 [row_ragged]",
            "items.csv:12:1: offices/code: the code is blank, and every item needs one (--key makes it of other columns, --skip-blank-key leaves such rows out) [code_blank]",
            "items.csv:10:1: offices/13/code: the code \"13\" is there twice: it is again on line 11 [code_twice]",
            "items.csv:11:1: offices/13/code: the code \"13\" is there twice: it is already on line 10 [code_twice]",
        ]
    );
    let readable: String =
        file.lines().enumerate().filter(|(at, _)| ![4, 7, 10, 11].contains(at)).map(|(_, line)| format!("{line}\n")).collect();
    let rules = instance.import_refused("offices", &readable, &ImportOptions::default());
    let lines: Vec<&str> = rules.lines().collect();
    assert_eq!(
        lines,
        [
            "items.csv:7:2: offices/11/parent: \"12\" is not an item of offices [reference_dangling]",
            "items.csv:2:3: offices/4/name: is required and blank [required]",
            "items.csv:3:3: offices/5/name: \"Районная с очень длинным наименованием более сорока знаков\" has 58 characters, and at most 40 are allowed [length]",
            "items.csv:4:4: offices/6/region: \"77\" is not an item of regions [reference_dangling]",
            "items.csv:5: offices/8: A district needs a parent [district_has_parent]",
            "items.csv:6:5: offices/9/number: the value is not unique: 1 has it too (always) [unique]",
        ]
    );
}

fn rows_of_one_line_are_told_apart(database: Database) {
    let instance = offices(&database);
    let file = "[{\"code\": \"2\", \"name\": \"А\"}, {\"code\": \"3\", \"name\": \"Б\"}, {\"code\": \"2\", \"name\": \"В\"}]";
    let options = ImportOptions { destination: Destination::DryRun, ..on("2026-12-01") };
    let tried = instance.import_bytes("offices", "items.json", file.as_bytes(), &options).unwrap();
    assert_eq!((tried.counts.changed, tried.rejected_count), (1, 2));
    let reasons = tried.rejections.unwrap().to_string();
    assert!(reasons.contains("it is again in row 3") && reasons.contains("it is already in row 1"), "{reasons}");
}

fn cycles_and_gaps_are_refused(database: Database) {
    let instance = offices(&database);
    let cycle = instance.import_refused("offices", "code,parent,name\n4,6,А\n5,4,Б\n6,5,В\n", &ImportOptions::default());
    assert!(cycle.contains("stands under itself (4 → 6 → 5 → 4)") && cycle.contains("[hierarchy_cycle]"), "{cycle}");
    let own = instance.import_refused("offices", "code,parent,name\n4,4,А\n", &ImportOptions::default());
    assert!(own.contains("stands under itself (4 → 4)"), "{own}");
    let gap =
        instance.import_refused("offices", "code,parent,name,valid_from\n4,1,А,2020-01-01\n5,4,Б,2019-01-01\n", &ImportOptions::default());
    assert_eq!(
        gap,
        "items.csv:3:2: offices/5/parent: \"4\" of offices is not valid from 2019-01-01 until 2020-01-01, and this version is valid from 2019-01-01 [reference_gap]"
    );
    let roots = instance.import_refused("offices", "code,name\n4,А\n5,Б\n", &ImportOptions::default());
    assert!(roots.contains("3 items have no parent on 2026-11-22, and at most 2 may"), "{roots}");
    // What stands under one another at different times is no cycle.
    let turns = "code,parent,name,valid_from,valid_to\n4,5,А,,2020-01-01\n4,1,А,2020-01-01,\n5,1,Б,,2020-01-01\n5,4,Б,2020-01-01,\n";
    instance.import("offices", turns, &ImportOptions::default()).unwrap();
}

fn a_dry_run_counts_and_changes_nothing(database: Database) {
    let instance = offices(&database);
    let dry = ImportOptions { destination: Destination::DryRun, mode: Mode::Sync, ..on("2026-12-01") };
    let imported = instance.import("offices", "code,parent,name\n1,,Главная\n2,1,Иначе\n4,1,Новая\n", &dry).unwrap();
    let counts = imported.counts;
    assert_eq!((counts.added, counts.changed, counts.retired, imported.unchanged_count), (1, 1, 1, 1));
    assert_eq!((imported.publication, instance.seq()), (None, 2));
    assert_eq!(instance.timeline("offices", "4").len(), 0);
}

fn broken_files_are_refused_whole(database: Database) {
    let instance = offices(&database);
    let default = ImportOptions::default();
    let cases: [(&[u8], &str); 7] = [
        (b"", "the file is empty"),
        ("code,name\n4,\"Незакрытая\n5,Б\n".as_bytes(), "items.csv:2:2: offices: the quote opened here is never closed"),
        ("code,name\n4,А\n5,Б,лишнее\n".as_bytes(), "items.csv:3: offices/5: the row has 3 fields, and the header has 2"),
        (b"code,name\n4,\xFF\xFE\x98\n", "cannot be told which encoding"),
        ("code,colour\n4,А\n".as_bytes(), "items.csv:1:2: offices: the column \"colour\" is neither code"),
        ("name\nА\n".as_bytes(), "no column holds the code"),
        ("code,name,Наименование\n4,А,Б\n".as_bytes(), "the columns \"name\" and \"Наименование\" both go to name"),
    ];
    for (bytes, expected) in cases {
        let refused = instance.import_bytes("offices", "items.csv", bytes, &default).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
    let source = Source { name: "endless.csv", open: &|| -> std::io::Result<Box<dyn Input>> { Ok(Box::new(endless())) } };
    let code = DictionaryCode::parse("offices").unwrap();
    let refused = instance.import_source(&code, &source, &default).unwrap_err().to_string();
    assert!(
        refused.starts_with("endless.csv:2: offices: the record is longer than 1,048,576 bytes; a quote opened at line 2, column 2"),
        "{refused}"
    );
    assert_eq!(instance.seq(), 2);
}
