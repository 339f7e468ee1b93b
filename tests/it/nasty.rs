//! Awkward files that somebody really published: each goes in as it should, or is refused with a reason that a person can act on.

use svod::app::import::{ImportOptions, Imported};
use svod::domain::error::Result;
use svod::exchange::item_key::Key;
use svod::exchange::item_rows::ReadOptions;

use crate::harness::{Database, Instance, fixture};

on_both_engines!(
    budget_tables_keep_their_zeros,
    the_same_table_in_two_encodings_is_the_same,
    text_that_is_ascii_for_long_is_read_to_its_end,
    registers_with_repeated_keys_are_refused_line_by_line,
    sheets_without_a_code_are_refused_by_name,
    the_edited_list_of_offices_only_loses_quotes,
);

fn list(code: &str, more: &str) -> String {
    let type_name = "Thing";
    format!(
        "code = \"{code}\"\ntype = \"{type_name}\"\nname = {{ ru = \"Список\" }}\npassport = {{ owner = \"Управление\", access = \"public\" }}\n{more}\n\
         [[attributes]]\ncode = \"name\"\ntype = \"string\"\nlabel = {{ ru = \"Наименование\" }}\n"
    )
}

fn by_key(key: &str) -> ImportOptions {
    let read = ReadOptions { key: Key::parse(key), ignores_unknown_columns: true, ..ReadOptions::default() };
    ImportOptions { read, ..ImportOptions::default() }
}

fn import(instance: &Instance, file: &str, options: &ImportOptions) -> Result<Imported> {
    instance.import_bytes("things", file, &fixture(&format!("nasty/{file}")), options)
}

fn refusal(instance: &Instance, file: &str, options: &ImportOptions) -> String {
    let refusal = import(instance, file, options).unwrap_err().to_string();
    assert_eq!(instance.seq(), 1, "nothing of {file} is published");
    refusal
}

fn budget_tables_keep_their_zeros(database: Database) {
    let instance = database.open();
    instance.define(&list("things", "hierarchy = { parent_from = \"zero_padded_prefix\", prefix_lengths = [2] }"), None).unwrap();
    let expenses = import(&instance, "budget_expense_types_mos.tsv", &by_key("Code")).unwrap();
    assert_eq!((expenses.counts.added, expenses.columns.iter().filter(|column| column.because == "unknown").count()), (75, 2));
    let sections = import(&instance, "budget_functional_codes_mos.tsv", &by_key("Code")).unwrap();
    assert_eq!(sections.counts.added + sections.unchanged_count, 119);
    assert_eq!(instance.timeline("things", "0102").len(), 1, "leading zeros are part of a code");
    assert!(instance.timeline("things", "0102")[0].contains("^0100"));
    assert_eq!(instance.timeline("things", "102").len(), 0);
}

fn the_same_table_in_two_encodings_is_the_same(database: Database) {
    let instance = database.open();
    instance.define(&list("things", "").replace("\"name\"", "\"ind_bribery\""), None).unwrap();
    let options = by_key("year+'-'+month+'-'+reg_name");
    let first = import(&instance, "mvd_crime_stats_112_utf8.csv.gz", &options).unwrap();
    assert_eq!(first.counts.added, 1_999);
    let second = import(&instance, "mvd_crime_stats_112_cp1251.csv.gz", &options).unwrap();
    assert_eq!((second.publication, second.unchanged_count), (None, 1_999));
    assert!(instance.timeline("things", "2009-1-ЦЕНТРАЛЬНЫЙ ФО")[0].contains("\"1.78\""));
}

fn text_that_is_ascii_for_long_is_read_to_its_end(database: Database) {
    let instance = database.open();
    instance.define(&list("things", ""), None).unwrap();
    let imported = import(&instance, "nz_orgs_late_nonascii.csv", &by_key("id")).unwrap();
    assert_eq!(imported.counts.added, 507);
    let head = instance.svod.publisher.catalog().head();
    let code = svod::domain::text::DictionaryCode::parse("things").unwrap();
    let names =
        head.dictionaries[&code].current.items.versions().iter().filter_map(|version| version.value(0)?.as_text().map(str::to_owned));
    assert!(names.into_iter().any(|name| name.contains('ā') || name.contains('ō') || name.contains('Ā')), "the macrons are there");
}

fn registers_with_repeated_keys_are_refused_line_by_line(database: Database) {
    let instance = database.open();
    instance.define(&list("things", ""), None).unwrap();
    let services = refusal(&instance, "emergency_services_dup_rows.csv", &by_key("id"));
    assert!(services.lines().all(|line| line.contains("[code_twice]")), "{services}");
    assert_eq!(services.lines().count(), 354, "every row whose key is there twice is named, and the one that is repeated whole once");
    assert!(
        services.starts_with("emergency_services_dup_rows.csv:2: things/01/code: the code \"01\" is there twice: it is again on line 3"),
        "{services}"
    );
    let domains = refusal(&instance, "gov_domains_bom_multiline.csv.gz", &by_key("Domain"));
    let twice = domains.lines().filter(|line| line.contains("[code_twice]")).count();
    assert_eq!(twice, 26, "the thirteen domains that are there twice, and say different things: {domains}");
}

fn sheets_without_a_code_are_refused_by_name(database: Database) {
    let instance = database.open();
    instance.define(&list("things", ""), None).unwrap();
    let cases = [
        ("census2002_xls_export_headers.tsv.gz", "no header was found: the first row (\"3. НАСЕЛЕНИЕ"),
        ("mvd_budget_2012_maccyrillic_cr.txt.gz", "no header was found: the first row (\"Наименование показателя\""),
    ];
    for (file, expected) in cases {
        let refused = refusal(&instance, file, &ImportOptions::default());
        assert!(refused.contains(expected), "{file}: {refused}");
    }
    let ragged = refusal(&instance, "party_reports_tab-named-csv_ragged.csv.gz", &by_key("year+'/'+number+'/'+report_url"));
    assert!(ragged.contains("the row has 9 fields, and the header has 6 [row_ragged]"), "{ragged}");
    let packed = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/nasty/gov_domains_bom_multiline.csv.gz")).unwrap();
    let refused = instance.import_bytes("things", "domains.csv", &packed, &ImportOptions::default()).unwrap_err().to_string();
    assert!(refused.contains("the file is a gzip archive: unpack it"), "{refused}");
}

/// The hand-edited list differs from the raw one in quotes only, and two of its names have quotes.
fn the_edited_list_of_offices_only_loses_quotes(database: Database) {
    let instance = database.open();
    instance.define(&list("things", ""), None).unwrap();
    let mut options = by_key("code");
    options.read.columns = Some("-,name,-,-,-,-,-,code,-".split(',').map(str::to_owned).collect());
    options.read.has_header = Some(true);
    options.on = svod::domain::validity::parse_date("2026-01-01");
    let raw = instance.import_bytes("things", "raw.csv", &fixture("offices/offices_esnsi_raw_cp1251.csv"), &options).unwrap();
    assert_eq!(raw.counts.added, 63);
    let edited = instance.import_bytes("things", "edited.csv", &fixture("offices/offices_esnsi_edited_cp1251.csv"), &options).unwrap();
    assert_eq!((edited.counts.added, edited.counts.changed, edited.counts.retired, edited.unchanged_count), (0, 2, 0, 61));
}
