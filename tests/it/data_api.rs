//! The data API over real classifiers on both engines: what the files say is what it answers, on any date, at any publication.

use serde_json::{Value, json};
use svod::app::import::{ImportOptions, Mode};
use svod::exchange::item_key::Key;
use svod::exchange::item_rows::ReadOptions;
use svod::query::{Caller, DataApi, QueryLimits, Request, ResponseKind};

use crate::harness::{Database, Instance, fixture};
use crate::publication::{offices, on};

on_both_engines!(
    okved_answers_as_its_editions_say,
    okpd_answers_by_code_section_and_words,
    both_times_are_answered_on_both_sides_of_a_change,
    codes_and_searches_find_oktmo,
    wrong_questions_are_told_what_is_wrong,
);

fn ask(instance: &Instance, query: &str) -> Value {
    let api = DataApi::new(instance.svod.reading.clone(), instance.svod.feed.clone(), QueryLimits::default());
    let response = api.execute(Caller::default(), Request { query: query.into(), ..Request::default() });
    serde_json::from_slice(&response.body).unwrap()
}

pub fn data(instance: &Instance, query: &str) -> Value {
    let mut answer = ask(instance, query);
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].take()
}

fn classifier(database: &Database, code: &str) -> Instance {
    let instance = database.open();
    instance.define(&String::from_utf8(fixture(&format!("classifiers/{code}/dictionary.toml"))).unwrap(), None).unwrap();
    instance
}

fn okved_answers_as_its_editions_say(database: Database) {
    let instance = classifier(&database, "okved2");
    let read = ReadOptions {
        columns: Some(["section", "code", "name"].map(str::to_owned).to_vec()),
        key: Key::parse("code,section"),
        ..ReadOptions::default()
    };
    let options = ImportOptions { mode: Mode::Sync, read, ..ImportOptions::default() };
    let import = |file: &str, options: &ImportOptions| {
        instance.import_bytes("okved2", file, &fixture(&format!("classifiers/{file}.gz")), options).unwrap()
    };
    import("okved2_before-2023-12_rosstat_cp1251.csv", &options);
    import("okved2_2023-12-01_rosstat_cp1251.csv", &ImportOptions { on: svod::domain::validity::parse_date("2023-12-01"), ..options });
    let single = data(&instance, "{ dictionary(code: \"okved2\") { code } __schema { queryType { fields { name } } } }");
    let fields: Vec<&str> =
        single["__schema"]["queryType"]["fields"].as_array().unwrap().iter().filter_map(|field| field["name"].as_str()).collect();
    let item = fields.iter().find(|name| name.ends_with("History")).unwrap().trim_end_matches("History").to_owned();
    let question = format!(
        "{{ before: {item}(code: \"38.32.2\", validOn: \"2023-11-30\") {{ name parent {{ code name }} validTo }} \
            after: {item}(code: \"38.32.2\", validOn: \"2023-12-01\") {{ name validFrom history {{ name validFrom validTo publication {{ number }} supersededIn {{ number }} }} }} \
            asKnown: {item}(code: \"38.32.2\", validOn: \"2024-06-01\", publication: 2) {{ name }} \
            section: {item}(code: \"A\") {{ name children {{ code }} }} \
            changed: okved2(filter: {{ validFrom: {{ eq: \"2023-12-01\" }} }}, validOn: \"2024-01-01\", first: 20) {{ totalCount nodes {{ code }} }} }}"
    );
    let answer = data(&instance, &question);
    let (old, new) = ("Утилизация лома и отходов драгоценных металлов во вторичное сырье", "Обработка отходов и лома драгоценных металлов");
    assert_eq!(answer["before"]["name"], old);
    assert_eq!(answer["before"]["parent"]["code"], "38.32");
    assert_eq!(answer["before"]["validTo"], "2023-12-01");
    assert_eq!(answer["after"]["name"], new);
    assert_eq!(answer["asKnown"]["name"], old, "at publication 2 nobody knew better");
    let history: Vec<Value> = answer["after"]["history"].as_array().unwrap().clone();
    let spans: Vec<Value> = history
        .iter()
        .map(|entry| json!([entry["publication"]["number"], entry["supersededIn"]["number"], entry["validFrom"], entry["validTo"]]))
        .collect();
    assert_eq!(spans, [json!([2, 3, null, null]), json!([3, null, null, "2023-12-01"]), json!([3, null, "2023-12-01", null])]);
    assert_eq!(answer["section"]["children"][0]["code"], "01");
    let changed: Vec<&str> = answer["changed"]["nodes"].as_array().unwrap().iter().filter_map(|node| node["code"].as_str()).collect();
    assert_eq!(changed, ["38.32.2", "38.32.3", "38.32.4", "38.32.41", "38.32.42", "38.32.43", "38.32.49"]);
    assert_eq!(answer["changed"]["totalCount"], 7);
}

fn okpd_answers_by_code_section_and_words(database: Database) {
    let instance = classifier(&database, "okpd2");
    let read = ReadOptions {
        columns: Some(["name", "-", "section", "code", "note", "-", "-"].map(str::to_owned).to_vec()),
        has_header: Some(true),
        key: Key::parse("code,section"),
        ..ReadOptions::default()
    };
    let file = fixture("classifiers/okpd2_2020-07_mosru.csv.gz");
    instance.import_bytes("okpd2", "okpd2.csv", &file, &ImportOptions { read, ..ImportOptions::default() }).unwrap();
    let answer = data(
        &instance,
        "{ repair: productGroup(code: \"95.22.10.110\") { name section parent { code } ancestors { code } } \
           root: productGroup(code: \"S\") { parent { code } children { code } } \
           absent: productGroup(code: \"95.22.10.999\") { code } \
           all: okpd2(first: 1) { totalCount } \
           services: okpd2(filter: { section: { eq: \"S\" } }, first: 1) { totalCount nodes { code } } \
           made: okpd2(filter: { section: { eq: \"C\" } }, first: 1) { totalCount } \
           found: okpd2(search: \"ремонт холодильника\", first: 1) { nodes { code } } \
           household: okpd2(search: \"бытовой морозильник\", filter: { section: { eq: \"C\" } }, first: 1) { nodes { code } } }",
    );
    assert_eq!(answer["repair"]["name"], "Услуги по ремонту холодильников, морозильников");
    assert_eq!(answer["repair"]["section"], "S");
    let codes = |codes: &str| -> Value { codes.split(' ').map(|code| json!({ "code": code })).collect() };
    // Padding at every length would put it under its neighbour 95.22.10.100.
    assert_eq!(answer["repair"]["parent"]["code"], "95.22.10");
    assert_eq!(answer["repair"]["ancestors"], codes("95.22.10 95.22.1 95.22 95.2 95 S"));
    assert_eq!(answer["root"], json!({ "parent": null, "children": [{ "code": "94" }, { "code": "95" }, { "code": "96" }] }));
    assert_eq!(answer["absent"], Value::Null);
    assert_eq!(answer["all"]["totalCount"], 19_248);
    assert_eq!(answer["services"], json!({ "totalCount": 479, "nodes": [{ "code": "94" }] }));
    assert_eq!(answer["made"]["totalCount"], 12_155);
    assert_eq!(answer["found"]["nodes"][0]["code"], "95.22.10.110");
    assert_eq!(answer["household"]["nodes"][0]["code"], "27.51.11");
}

fn both_times_are_answered_on_both_sides_of_a_change(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n2,Районная новая\n", &on("2026-12-01")).unwrap();
    instance.import("regions", "code,name\n01,Алтай\n", &on("2026-12-01")).unwrap();
    let answer = data(
        &instance,
        "{ today: office(code: \"2\") { name region { name } } \
           eve: office(code: \"2\", validOn: \"2026-11-30\") { name region { name } } \
           day: office(code: \"2\", validOn: \"2026-12-01\") { name region { name } parent { name children { code name } } } \
           old: office(code: \"2\", validOn: \"2026-12-01\", publication: 2) { name region { name } } \
           unborn: office(code: \"2\", publication: 1) { name } \
           between: office(code: \"2\", validOn: \"2026-12-01\", publication: 3) { name region { name } } }",
    );
    let said = |field: &str| {
        (
            answer[field]["name"].as_str().unwrap_or_default().to_owned(),
            answer[field]["region"]["name"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let (old, new) = (("Районная".to_owned(), "Алтайский край".to_owned()), ("Районная новая".to_owned(), "Алтай".to_owned()));
    assert_eq!(said("today"), old);
    assert_eq!(said("eve"), old);
    assert_eq!(said("day"), new);
    assert_eq!(said("old"), old);
    assert_eq!(said("between"), (new.0, old.1));
    assert_eq!(answer["unborn"], Value::Null);
    assert_eq!(
        answer["day"]["parent"]["children"],
        json!([{ "code": "2", "name": "Районная новая" }, { "code": "3", "name": "Городская" }])
    );
}

fn codes_and_searches_find_oktmo(database: Database) {
    let instance = classifier(&database, "oktmo");
    let read = ReadOptions {
        columns: Some(["code", "check_digit", "name", "centre"].map(str::to_owned).to_vec()),
        skips_blank_key: true,
        ..ReadOptions::default()
    };
    let file = fixture("classifiers/oktmo_2016_vol5_municipalities.csv.gz");
    instance.import_bytes("oktmo", "oktmo.csv", &file, &ImportOptions { read, ..ImportOptions::default() }).unwrap();
    let answer = data(
        &instance,
        "{ oktmo(search: \"альмухаметовский\", first: 5) { totalCount nodes { code ancestors { code } } } \
           under: oktmo(filter: { descendantOf: \"80601000\" }, first: 1) { totalCount } }",
    );
    assert_eq!(answer["oktmo"]["nodes"][0]["code"], "80601404");
    let ancestors: Vec<&str> =
        answer["oktmo"]["nodes"][0]["ancestors"].as_array().unwrap().iter().filter_map(|node| node["code"].as_str()).collect();
    assert_eq!(ancestors, ["80601400", "80601000", "80600000", "80000000"]);
    assert_eq!(answer["under"]["totalCount"], 16);
}

fn wrong_questions_are_told_what_is_wrong(database: Database) {
    let instance = offices(&database);
    let deep = format!("{{ office(code: \"1\") {}", "{ parent ".repeat(1_000)) + &"}".repeat(1_001);
    let cases = [
        (deep.as_str(), ResponseKind::RequestError, "deep"),
        ("{ office(code: \"1\") { colour } }", ResponseKind::RequestError, "colour"),
        ("{ office(code: \"1\", validOn: \"2026-02-30\") { name } }", ResponseKind::Executed, "2026-02-30"),
        ("{ offices(first: 1000000) { nodes { code } } }", ResponseKind::Executed, "page_size_max"),
        ("{ office(code: \"1\", publication: 99) { name } }", ResponseKind::Executed, "there is no publication 99: the latest is 2"),
        ("{ office(code: \"1\"", ResponseKind::RequestError, "syntax error"),
        ("mutation { office }", ResponseKind::RequestError, "mutation"),
    ];
    let api = DataApi::new(instance.svod.reading.clone(), instance.svod.feed.clone(), QueryLimits::default());
    for (query, kind, expected) in cases {
        let response = api.execute(Caller::default(), Request { query: query.into(), ..Request::default() });
        let answer: Value = serde_json::from_slice(&response.body).unwrap();
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(expected), "{answer}");
        assert_eq!(response.kind, kind, "{answer}");
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
    }
}
