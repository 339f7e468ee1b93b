//! Files of dictionaries through every door, on both engines: what receivers are sent byte for byte, at any point of both times, and what
//! is refused.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;
use svod::app::exporting::{Export, ExportRequest, Exporting, ItemChange, State, Target, each_change, formats};
use svod::app::import::{Blank, ImportOptions, Mode};
use svod::domain::account::Authority;
use svod::domain::error::Result;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::parse_date;

use crate::binary::{Server, complained, root, run, said, write};
use crate::harness::{Database, Instance, fixture};
use crate::publication::on;

on_both_engines!(
    the_projections_of_offices_are_what_receivers_take,
    files_are_asked_over_http,
    a_file_that_cannot_be_finished_breaks_off,
    the_command_line_writes_whole_files,
    older_publications_and_filters_are_exported,
    what_a_receiver_would_refuse_is_listed,
    what_may_not_be_read_is_not_there,
    updates_lead_from_one_state_to_the_other,
    every_format_is_written_and_a_csv_changes_nothing_when_it_comes_back,
);

const FED: &str = "esnsi_fed_genprok_organization";
const ERVK: &str = "esnsi_14531";
const TODAY: &str = "2026-11-25";

/// A definition as it is shipped, that asks nobody's approval.
fn shipped(code: &str) -> String {
    let toml = std::fs::read_to_string(root().join("dictionaries").join(code).join("dictionary.toml")).unwrap();
    toml.split("\n[approval]").next().unwrap().to_owned()
}

fn shipped_items(code: &str) -> String {
    std::fs::read_to_string(root().join("dictionaries").join(code).join("items.csv")).unwrap()
}

/// The shipped regions and kinds, and the offices of the fixture; publication 3.
fn offices(database: &Database) -> Instance {
    let instance = database.open();
    instance.set_today(TODAY);
    for code in ["regions", "office_types"] {
        instance.define(&shipped(code), Some(&shipped_items(code))).unwrap();
    }
    instance.define(&shipped("offices"), Some(&String::from_utf8(fixture("esnsi/offices.csv")).unwrap())).unwrap();
    instance
}

fn projection(code: &str, words: &[(&str, &str)]) -> ExportRequest {
    said_of(ExportRequest::new(Target::Projection(code.to_owned())), words)
}

fn said_of(mut request: ExportRequest, words: &[(&str, &str)]) -> ExportRequest {
    words.iter().for_each(|(name, value)| request.set(name, value).unwrap());
    request
}

fn prepare(instance: &Instance, authority: &Authority, request: &ExportRequest) -> Result<Export> {
    Exporting::new(instance.svod.reading.clone(), std::env::temp_dir()).prepare(authority, "offices", request)
}

fn exported(instance: &Instance, request: &ExportRequest) -> Vec<u8> {
    let export = prepare(instance, &Authority::anonymous(), request).unwrap();
    let mut bytes = Vec::new();
    export.write(Box::new(&mut bytes), &|_, _| {}).unwrap();
    bytes
}

/// Bytes of windows-1251 as messages show them.
fn text(bytes: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        0xC0..=0xFF => char::from_u32(0x410 + u32::from(byte - 0xC0)).unwrap(),
        0x20..=0x7E | b'\n' => char::from(*byte),
        _ => '·',
    };
    bytes.iter().map(letter).collect()
}

/// The codes in a column of a projection's file, without the header.
fn column(bytes: &[u8], at: usize) -> Vec<String> {
    let text = text(bytes);
    text.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split(';').nth(at).unwrap().to_owned()).collect()
}

fn the_projections_of_offices_are_what_receivers_take(database: Database) {
    let instance = offices(&database);
    for code in [FED, ERVK] {
        let made = exported(&instance, &projection(code, &[]));
        let expected = fixture(&format!("esnsi/{code}.csv"));
        assert_eq!(text(&made), text(&expected), "{code}");
        assert_eq!(made, expected, "{code}");
    }
    // Two years later one is closed and one is open.
    let later = exported(&instance, &projection(ERVK, &[("valid_on", "2028-01-01")]));
    let (codes, is_active) = (column(&later, 0), column(&later, 5));
    let states: Vec<(&str, &str)> = codes.iter().map(String::as_str).zip(is_active.iter().map(String::as_str)).collect();
    assert!(states.contains(&("900000005", "false")) && states.contains(&("900000006", "true")), "{states:?}");
}

fn older_publications_and_filters_are_exported(database: Database) {
    let instance = offices(&database);
    let renamed = "code,name\n900000002,Прокуратура Алтайского края (новая)\n";
    instance.import("offices", renamed, &on("2026-01-01")).unwrap();
    let names = |words: &[(&str, &str)]| column(&exported(&instance, &projection(FED, words)), 1);
    assert!(names(&[])[1].contains("новая"));
    assert!(!names(&[("publication", "3")])[1].contains("новая"), "nobody knew of it at publication 3");
    assert!(!names(&[("valid_on", "2025-12-31")])[1].contains("новая"), "it was not so in 2025");
    let codes = |words: &[(&str, &str)]| column(&exported(&instance, &projection(FED, words)), 7);
    for (filter, expected) in [
        ("under=900000001", &["900000002", "900000003", "900000003", "900000005"][..]),
        ("parent=900000002", &["900000003", "900000003"]),
        ("code=900000001|900000005", &["900000001", "900000005"]),
        ("kind=2|10", &["900000002", "900000005"]),
        ("name^=прокуратура алт", &["900000002"]),
        ("other_regions=52", &["900000003", "900000003"]),
        ("ogrn=", &["900000001", "900000003", "900000003", "900000005"]),
    ] {
        assert_eq!(codes(&[("filter", filter)]), expected, "{filter}");
    }
    assert_eq!(codes(&[("filter", "kind=2"), ("filter", "region=52")]), Vec::<String>::new());
    // Timelines stay whole: the second office has two versions now.
    let all = exported(&instance, &projection(ERVK, &[("all_versions", "true"), ("filter", "code=900000002")]));
    assert_eq!(column(&all, 8), ["31.12.1899", "01.03.2020", "01.01.2026"]);
    assert_eq!(column(&all, 9), ["", "", ""], "a version that another follows closes nothing");
    let refusals = [
        (
            projection("nothing", &[]),
            "the dictionary offices has no projection `nothing`: there are esnsi_fed_genprok_organization, esnsi_14531",
        ),
        (projection(FED, &[("publication", "9")]), "there is no publication 9: the latest is 4"),
        (projection(FED, &[("publication", "2")]), "the dictionary offices was not published yet at publication 2"),
        (projection(FED, &[("filter", "colour=red")]), "the dictionary offices has no attribute `colour` to filter by"),
        (projection(FED, &[("filter", "colour")]), "`colour` is not a filter: write attribute=value"),
        (projection(FED, &[("separator", ",")]), "`separator` means nothing here: a projection says in its definition how its file looks"),
        (projection(FED, &[("substitute", "₽")]), "`substitute`: '₽' is not in windows-1251 either"),
        (projection(FED, &[("from", "1")]), "`from` means nothing here: a projection says in its definition how its file looks"),
    ];
    for (request, expected) in refusals {
        let refused = prepare(&instance, &Authority::anonymous(), &request).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.starts_with(expected), "{refused}");
    }
}

fn what_a_receiver_would_refuse_is_listed(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name,address\n900000001,Главная ₽,\"Москва, ☎ 1\"\n", &on("2026-01-01")).unwrap();
    let clear = ImportOptions { blank: Blank::Clear, ..on("2026-01-01") };
    instance.import("offices", "code,esnsi_id\n900000005,\n", &clear).unwrap();
    let export = prepare(&instance, &Authority::anonymous(), &projection(FED, &[])).unwrap();
    let found: Vec<String> = export.lint().unwrap().kept.iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "900000001: NAME: the character '₽' (U+20BD) is not in windows-1251: change the value, or name a substitute [encoding]",
            "900000001: ADDRESS: the character '☎' (U+260E) is not in windows-1251: change the value, or name a substitute [encoding]",
            "900000005: id: the receiver needs a value, and there is none [required]",
            "900000005: autokey: the receiver needs a value, and there is none [required]",
        ]
    );
    let refused = export.write(Box::new(std::io::sink()), &|_, _| {}).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "item 900000001, NAME: the character '₽' (U+20BD) is not in windows-1251: change the value, or name a substitute"
    );
    let substituted = text(&exported(&instance, &projection(FED, &[("substitute", "?")])));
    assert!(substituted.contains(";Главная ?;") && substituted.contains(";Москва, ? 1;"), "{substituted}");
}

fn what_may_not_be_read_is_not_there(database: Database) {
    let instance = offices(&database);
    let refused = |authority: &Authority| prepare(&instance, authority, &projection(FED, &[])).err().map(|error| error.to_string());
    let restricted = |code: &str| {
        let toml = shipped(code).replace("access = \"public\"", "access = \"restricted\"");
        instance.define(&toml, None).unwrap();
    };
    restricted("regions");
    let told = refused(&Authority::anonymous()).unwrap();
    let expected = "the projection `esnsi_fed_genprok_organization` reads another dictionary that is not there: ask its owner for the file";
    assert_eq!(told, expected, "not even its name is told");
    assert_eq!(refused(&instance.operator().authority), None);
    restricted("offices");
    assert_eq!(refused(&Authority::anonymous()).unwrap(), "there is no dictionary `offices`");
}

fn updates_lead_from_one_state_to_the_other(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n900000002,Новое имя\n", &on("2026-01-01")).unwrap();
    let new = "code,parent,name,region,kind,okato,address\n900000007,900000002,Новая,01,4,01,Барнаул\n";
    instance.import("offices", new, &on("2026-01-01")).unwrap();
    let reader = instance.svod.reading.reader();
    let code = DictionaryCode::parse("offices").unwrap();
    let [before, after] = [3, 5].map(|publication| reader.dictionary(&code, publication).unwrap());
    let valid_on = parse_date(TODAY).unwrap();
    let changes = |from: State<'_>, to: State<'_>| {
        let mut found: Vec<String> = Vec::new();
        let taken: std::result::Result<(), ()> = each_change(from, to, |change, version| {
            found.push(format!("{change:?} {}", version.code));
            Ok(())
        });
        assert_eq!(taken, Ok(()));
        found
    };
    let [old, new] = [&before, &after].map(|snapshot| State { snapshot: snapshot.as_deref(), valid_on });
    assert_eq!(changes(old, new), ["Update 900000002", "Add 900000007"]);
    assert_eq!(changes(new, old), ["Update 900000002", "Remove 900000007"]);
    assert!(changes(new, new).is_empty());
    let nothing = State { snapshot: None, valid_on };
    assert!(changes(nothing, new).iter().all(|change| change.starts_with(&format!("{:?}", ItemChange::Add))));
    let later = State { valid_on: parse_date("2027-06-01").unwrap(), ..new };
    assert_eq!(changes(new, later), ["Remove 900000005", "Add 900000006"], "time alone changes what is valid");
    let update = said_of(ExportRequest::of_format("esnsi-update").unwrap(), &[("to", "3")]);
    let refused = prepare(&instance, &Authority::anonymous(), &update).err().map(|error| error.to_string()).unwrap();
    assert!(refused.starts_with("an update needs `from`"), "{refused}");
    let backward = said_of(update, &[("from", "5")]);
    let refused = prepare(&instance, &Authority::anonymous(), &backward).err().map(|error| error.to_string()).unwrap();
    assert_eq!(refused, "an update leads forward: `from` 5 is after `to` 3");
    let forward = said_of(ExportRequest::of_format("esnsi-update").unwrap(), &[("from", "3"), ("valid_on", TODAY)]);
    let file = String::from_utf8(exported(&instance, &forward)).unwrap();
    let actions: Vec<&str> = file.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(actions, ["update", "add"], "{file}");
    assert!(file.contains("Новое имя") && file.contains("OFFICES_900000007"), "{file}");
    let removed = said_of(ExportRequest::of_format("esnsi-update").unwrap(), &[("from", "3"), ("form", "delete-attachment")]);
    let refused = prepare(&instance, &Authority::anonymous(), &removed).unwrap().write(Box::new(std::io::sink()), &|_, _| {}).unwrap_err();
    assert!(refused.to_string().contains("there is nothing to send"), "{refused}");
}

fn every_format_is_written_and_a_csv_changes_nothing_when_it_comes_back(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n900000002,\"=1+1; и \"\"кавычки\"\"\"\n", &on("2026-01-01")).unwrap();
    for (format, _) in formats() {
        let bytes = exported(&instance, &ExportRequest::of_format(format).unwrap());
        assert!(bytes.len() > 500, "{format}: {} bytes", bytes.len());
        assert_eq!(bytes, exported(&instance, &ExportRequest::of_format(format).unwrap()), "{format} is written the same every time");
    }
    let whole = |words: &[(&str, &str)]| {
        let words: Vec<(&str, &str)> = [("all_versions", "true")].into_iter().chain(words.iter().copied()).collect();
        exported(&instance, &said_of(ExportRequest::of_format("csv").unwrap(), &words))
    };
    let everything = ImportOptions { mode: Mode::Sync, blank: Blank::Clear, ..ImportOptions::default() };
    for words in
        [&[][..], &[("encoding", "windows-1251"), ("separator", ";"), ("line_end", "crlf")], &[("mark", "true"), ("separator", "tab")]]
    {
        let imported = instance.import_bytes("offices", "offices.csv", &whole(words), &everything).unwrap();
        assert_eq!((imported.publication, imported.unchanged_count), (None, 6), "{words:?}: {imported:?}");
    }
    let listed = prepare(&instance, &Authority::anonymous(), &ExportRequest::of_format("esnsi-csv").unwrap()).unwrap().lint().unwrap();
    assert_eq!((listed.total, listed.rows_count), (0, 4), "{:?}", listed.kept);
    instance.import("offices", "code,name\n900000001,Главная ₽\n", &on("2026-01-01")).unwrap();
    let listed = prepare(&instance, &Authority::anonymous(), &ExportRequest::of_format("esnsi-csv").unwrap()).unwrap().lint().unwrap();
    let listed: Vec<String> = listed.kept.iter().map(ToString::to_string).collect();
    assert!(listed.len() == 1 && listed[0].starts_with("900000001: name: windows-1251 has no "), "{listed:?}");
    let csv = said_of(ExportRequest::of_format("csv").unwrap(), &[("encoding", "windows-1251")]);
    let listed = prepare(&instance, &Authority::anonymous(), &csv).unwrap().lint().unwrap();
    assert!(listed.total == 1 && listed.kept[0].to_string().contains("900000001"), "{:?}", listed.kept);
}

/// An answer: its status, its headers a line each, its body.
fn asked(server: &Server, path: &str, kept: &str) -> (u16, String, Vec<u8>) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.get(format!("http://{}{path}", server.address)).header("if-none-match", kept).call().unwrap();
    let head = response.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap())).collect();
    (response.status().as_u16(), head, response.body_mut().read_to_vec().unwrap())
}

fn files_are_asked_over_http(database: Database) {
    drop(offices(&database));
    let server = Server::start(&database);
    for code in [FED, ERVK] {
        let path = format!("/export/offices/{code}?valid_on={TODAY}");
        let (status, head, body) = asked(&server, &path, "\"other\"");
        assert_eq!((status, text(&body)), (200, text(&fixture(&format!("esnsi/{code}.csv")))), "{head}");
        assert_eq!(body, fixture(&format!("esnsi/{code}.csv")));
        assert!(head.contains(&format!("content-disposition: attachment; filename=\"offices_{code}_{TODAY}_p3.csv\"")), "{head}");
        assert!(head.contains("content-type: text/csv; charset=windows-1251"), "{head}");
        let tag = head.lines().find_map(|line| line.strip_prefix("etag: ")).unwrap().to_owned();
        let (status, _, body) = asked(&server, &path, &tag);
        assert_eq!((status, body.len()), (304, 0));
        assert_eq!(asked(&server, &path.replace("11-25", "11-24"), &tag).0, 200, "another date is another file");
    }
    let (status, head, body) = asked(&server, &format!("/export/offices.csv?validOn={TODAY}&filter=kind%3D2&header=false"), "");
    assert_eq!((status, String::from_utf8(body).unwrap().split(',').next().unwrap().to_owned()), (200, "900000002".to_owned()));
    assert!(head.contains("content-type: text/csv; charset=utf-8"), "{head}");
    assert!(head.contains(&format!("filename=\"offices_{TODAY}_p3.csv\"")), "{head}");
    for (path, status, part) in [
        ("/export/offices.doc", 400, "there is no format `doc`"),
        ("/export/courts.csv", 404, "there is no dictionary `courts`"),
        ("/export/offices/nothing", 404, "has no projection `nothing`"),
        ("/export/offices/esnsi_14531?publication=99", 409, "there is no publication 99"),
        ("/export/offices.csv?valid_on=2026-02-30", 400, "is not a date"),
    ] {
        let (found, body) = server.get(path);
        assert!(found == status && body.contains(part), "{path}: {found} {body}");
    }
    let (status, described) = server.get("/openapi.json");
    let described: Value = serde_json::from_str(&described).unwrap();
    assert_eq!((status, &described["openapi"]), (200, &Value::from("3.1.0")));
}

/// The body of an answer to a client of HTTP/1.0.
fn asked_by_an_old_client(server: &Server, path: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(&server.address).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nhost: svod\r\n\r\n").unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    bytes[end + 4..].to_vec()
}

/// The last of many items has a character that the receiver's encoding has not: by then the first pieces are sent.
fn a_file_that_cannot_be_finished_breaks_off(database: Database) {
    let instance = database.open();
    let toml = r#"
        code = "goods"
        type = "Good"
        name = { ru = "Товары" }
        passport = { owner = "Управление", access = "public" }
        attributes = [{ code = "name", type = "string", label = { ru = "Имя" } }]
        [[projections]]
        code = "receiver"
        name = { ru = "Получатель" }
        encoding = "windows-1251"
        columns = [{ name = "code", value = "item.code" }, { name = "name", value = "item.name" }]
        "#;
    let names = |last: &str| {
        let rows = (1000..9000).map(|number| format!("{number},товар с очень длинным и ничем не примечательным именем {number}\n"));
        format!("code,name\n{}9000,{last}\n", rows.collect::<String>())
    };
    instance.define(toml, Some(&names("100 ₽"))).unwrap();
    let server = Server::start(&database);
    let url = format!("http://{}/export/goods/receiver", server.address);
    let mut broken = ureq::get(&url).call().unwrap();
    assert_eq!(broken.status().as_u16(), 200);
    assert!(broken.body_mut().with_config().limit(1 << 30).read_to_vec().is_err(), "half a file was taken for a whole one");
    assert!(server.log().contains("an export broke off"), "{}", server.log());
    let mut whole = ureq::get(format!("{url}?substitute=rub")).call().unwrap();
    let whole = whole.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
    assert!(whole.len() > 400_000 && whole.ends_with(b"9000,100 rub\n"));
    assert_eq!(asked_by_an_old_client(&server, "/export/goods/receiver?substitute=rub"), whole);
    let told = run(&database, &["export", "goods", "--projection", "receiver", "--output", "goods.csv"]);
    let expected = "item 9000, name: the character '₽' (U+20BD) is not in windows-1251";
    assert!(!told.status.success() && complained(&told).contains(expected), "{}", complained(&told));
    assert!(!database.folder().join("goods.csv").exists());
}

fn the_command_line_writes_whole_files(database: Database) {
    drop(offices(&database));
    let told = run(&database, &["export", "offices", "--projection", ERVK, "--valid-on", TODAY]);
    assert!(told.status.success(), "{}", complained(&told));
    let name = format!("offices_{ERVK}_{TODAY}_p3.csv");
    assert!(said(&told).contains(&format!("5 versions of items, publication 3, into {name}")), "{}", said(&told));
    assert_eq!(std::fs::read(database.folder().join(&name)).unwrap(), fixture(&format!("esnsi/{ERVK}.csv")));
    let piped = run(&database, &["export", "offices", "--projection", FED, "--valid-on", TODAY, "--output", "-"]);
    assert_eq!(piped.stdout, fixture(&format!("esnsi/{FED}.csv")));
    write(&database, "kept.csv", "what was there");
    let refused = run(&database, &["export", "offices", "--projection", "nothing", "--output", "kept.csv"]);
    assert!(!refused.status.success() && complained(&refused).contains("has no projection `nothing`"), "{}", complained(&refused));
    assert_eq!(std::fs::read_to_string(database.folder().join("kept.csv")).unwrap(), "what was there");
    let clean = run(&database, &["export", "offices", "--projection", FED, "--valid-on", TODAY, "--lint"]);
    assert!(clean.status.success() && said(&clean).contains("nothing of it would be refused"), "{}", said(&clean));
    for format in ["csv", "esnsi-xml", "xlsx"] {
        let full = run(&database, &["export", "offices", "--format", format, "--output", "/dev/full"]);
        assert!(!full.status.success() && complained(&full).contains("/dev/full could not be written"), "{format}: {}", complained(&full));
    }
    let left: Vec<_> = std::fs::read_dir(database.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().ends_with(".part")), "{left:?}");
}
