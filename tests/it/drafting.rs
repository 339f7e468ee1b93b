//! A definition drafted from a file, applied, and the same file imported by it: what `svod dictionary draft` promises.

use std::io::Cursor;

use svod::app::drafting_definitions::{DraftOptions, draft_definition};
use svod::app::import::{ImportOptions, Source};
use svod::exchange::csv::{CsvFormat, Limits};
use svod::exchange::definition_draft::Draft;
use svod::exchange::item_key::Key;
use svod::exchange::item_rows::ReadOptions;
use svod::exchange::table::{FileLimits, Input};

use crate::harness::{Database, Instance, fixture};

on_both_engines!(raw_classifiers_go_from_a_file_to_items, columns_refer_to_what_is_published);

const LIMITS: FileLimits =
    FileLimits { row: Limits { record_bytes_max: 1 << 20, columns_max: 100 }, document_bytes_max: 1 << 20, unpacked_bytes_max: 1 << 26 };

fn draft(instance: &Instance, code: &str, name: &str, bytes: &[u8]) -> Draft {
    let bytes = bytes.to_vec();
    let open = move || Ok(Box::new(Cursor::new(bytes.clone())) as Box<dyn Input>);
    let options = DraftOptions {
        code: code.to_owned(),
        type_name: None,
        name: None,
        sample_rows_max: None,
        format: None,
        csv: CsvFormat::default(),
        finds_references: true,
    };
    let head = instance.svod.publisher.catalog().head();
    draft_definition(&head, &|_| true, &Source { name, open: &open }, &options, &LIMITS).unwrap()
}

/// Publishes what a draft proposes; who approves is not what this is about.
fn apply(instance: &Instance, draft: &Draft) {
    let (definition, _) = draft.toml.split_once("\n[approval]").expect("a draft says who approves");
    instance.define(definition, None).unwrap();
}

fn by_mapping(draft: &Draft) -> ImportOptions {
    let mapping = &draft.mapping;
    let read = ReadOptions {
        columns: mapping.columns.clone(),
        mapping: mapping.named.iter().cloned().collect(),
        has_header: mapping.skips_header.then_some(true),
        key: mapping.key.as_deref().and_then(Key::parse),
        skips_blank_key: mapping.skips_blank_key,
        ..ReadOptions::default()
    };
    ImportOptions { read, ..ImportOptions::default() }
}

fn raw_classifiers_go_from_a_file_to_items(database: Database) {
    let instance = database.open();
    let before = fixture("classifiers/okved2_before-2023-12_rosstat_cp1251.csv.gz");
    let drafted = draft(&instance, "activities", "okved2.csv", &before);
    assert_eq!(drafted.evidence[0].0, "format");
    apply(&instance, &drafted);
    let imported = instance.import_bytes("activities", "okved2.csv", &before, &by_mapping(&drafted)).unwrap();
    assert_eq!(imported.counts.added, 2_899);
    assert!(instance.timeline("activities", "01.11.1")[0].contains("^01.11 "));
    assert!(instance.timeline("activities", "01")[0].contains("^A "));
    let after = fixture("classifiers/okved2_2023-12-01_rosstat_cp1251.csv.gz");
    let renewed = instance.import_bytes("activities", "okved2.csv", &after, &by_mapping(&drafted)).unwrap();
    assert_eq!((renewed.counts.added, renewed.counts.changed), (0, 7));

    let offices = fixture("offices/offices_esnsi_raw_cp1251.csv");
    let drafted = draft(&instance, "bureaus", "offices.csv", &offices);
    apply(&instance, &drafted);
    assert_eq!(instance.import_bytes("bureaus", "offices.csv", &offices, &by_mapping(&drafted)).unwrap().counts.added, 63);
}

fn columns_refer_to_what_is_published(database: Database) {
    let instance = database.open();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/dictionaries/regions");
    let definition = std::fs::read_to_string(format!("{folder}/dictionary.toml")).unwrap();
    let items = std::fs::read_to_string(format!("{folder}/items.csv")).unwrap();
    instance.define(definition.split_once("\n[approval]").unwrap().0, Some(&items)).unwrap();
    let regions =
        [("01", "Алтайский край"), ("03", "Краснодарский край"), ("45", "Москва"), ("40", "Санкт-Петербург"), ("46", "Московская область")];
    let mut text = "code;name;region;subject\n".to_owned();
    for number in 0..20 {
        let (code, name) = regions[number % 5];
        text.push_str(&format!("C{number:02};Суд {number};{code};{name}\n"));
    }
    let drafted = draft(&instance, "courts", "courts.csv", text.as_bytes());
    assert!(drafted.toml.contains("code = \"region\"\ntype = \"reference\"\nto = \"regions\""), "{}", drafted.toml);
    assert!(drafted.toml.contains("code = \"subject\"\ntype = \"reference\"\nto = \"regions\""), "{}", drafted.toml);
    assert_eq!(drafted.mapping.arguments(), ["--map", "subject=subject.name"]);
    apply(&instance, &drafted);
    instance.import_bytes("courts", "courts.csv", text.as_bytes(), &by_mapping(&drafted)).unwrap();
    assert!(instance.timeline("courts", "C01")[0].contains("\"subject\":\"03\""), "{:?}", instance.timeline("courts", "C01"));
}
