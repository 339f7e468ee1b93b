//! Real files from their bytes to a definition, and the same files imported by it: every row that is no exception must come in,
//! and the state that they make must be one that could be published.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::domain::dictionary::Dictionary;
use crate::domain::hierarchy::parent_from_code;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::item_table::ItemTable;
use crate::domain::publication::State;
use crate::domain::text::ItemCode;
use crate::domain::validation::{Change, TouchedItems, validate};
use crate::domain::validity::Validity;
use crate::domain::violation::Violations;
use crate::exchange::csv::{self, CsvFormat, Limits};
use crate::exchange::item_key::Key;
use crate::exchange::item_rows::{DraftedRows, ItemDraft, ItemReader, ReadOptions};
use crate::exchange::row::Row;
use crate::exchange::table::{ColumnHint, FileLimits, Input, TableHead};

const ROW_LIMITS: Limits = Limits { record_bytes_max: 1_000_000, columns_max: 300 };
const LIMITS: FileLimits = FileLimits { row: ROW_LIMITS, document_bytes_max: 10_000_000, unpacked_bytes_max: 100_000_000 };

fn request<'a>(known: &'a [KnownDictionary<'a>]) -> DraftRequest<'a> {
    DraftRequest { code: "drafts", type_name: None, name: None, sample_rows_max: u64::MAX, known }
}

fn csv_table(bytes: &[u8]) -> Result<Box<dyn Table>, FileError> {
    let open = || Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Input>);
    csv::open(&open, &CsvFormat::default(), &LIMITS)
}

fn fixture(name: &str) -> Vec<u8> {
    let bytes = std::fs::read(format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    if !name.ends_with(".gz") {
        return bytes;
    }
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
    unpacked
}

fn draft_of_csv(bytes: &[u8], known: &[KnownDictionary<'_>]) -> Draft {
    draft(&mut || csv_table(bytes), &request(known)).expect("a draft")
}

/// What came of importing a file by its draft.
struct Outcome {
    items: usize,
    roots: usize,
    problems: Vec<String>,
}

/// Imports a CSV file by the definition and the mapping of its draft, as `svod import` would into an empty dictionary.
fn import(bytes: &[u8], draft: &Draft) -> Outcome {
    let definition = definition_file::read(definition_file::Source { file: "draft", text: &draft.toml }).expect("a definition");
    let dictionary = definition.dictionary;
    let options = ReadOptions {
        columns: draft.mapping.columns.clone(),
        mapping: draft.mapping.named.iter().cloned().collect(),
        has_header: draft.mapping.skips_header.then_some(true),
        key: draft.mapping.key.as_deref().map(|key| Key::parse(key).expect("a key")),
        skips_blank_key: draft.mapping.skips_blank_key,
        ..ReadOptions::default()
    };
    let mut reader = ItemReader::new(csv_table(bytes).expect("a readable file"), &dictionary, &options).expect("the mapping fits");
    let mut violations = Violations::new(20);
    let mut rows = Vec::new();
    let take = |_, drafted: DraftedRows| {
        drafted.refusals.into_iter().for_each(|(_, violation)| violations.push(violation));
        rows.extend(drafted.drafts);
        Ok(())
    };
    reader.read_all(|drafted| drafted, take).expect("readable");
    rows.sort_by(ItemDraft::in_order);
    rows.dedup_by(|next, row| {
        row.code == next.code && row.validity == next.validity && row.parent == next.parent && row.values == next.values
    });
    let state = state_of(&dictionary, rows);
    let after = BTreeMap::from([(dictionary.code.clone(), state)]);
    let touched = BTreeMap::from([(dictionary.code.clone(), TouchedItems::All)]);
    validate(&Change { before: &BTreeMap::new(), after: &after, touched: &touched }, &mut violations);
    let versions = after[&dictionary.code].items.versions();
    let problems = violations.to_string().lines().map(str::to_owned).collect();
    Outcome { items: versions.len(), roots: versions.iter().filter(|version| version.parent().is_none()).count(), problems }
}

fn state_of(dictionary: &Arc<Dictionary>, rows: Vec<ItemDraft>) -> State {
    let codes: std::collections::HashSet<ItemCode> = rows.iter().map(|row| row.code.clone()).collect();
    let hierarchy = dictionary.definition.hierarchy.as_ref();
    let derived = |row: &ItemDraft| {
        let hierarchy = hierarchy?;
        parent_from_code(&row.code, hierarchy, |code| codes.contains(code)).or_else(|| {
            let root = row.values[dictionary.position(hierarchy.root_attribute.as_deref()?)?].as_ref()?.as_text()?;
            (root != row.code && codes.contains(root)).then(|| ItemCode::new(root))
        })
    };
    let version = |row: ItemDraft| {
        let parent = row.parent.clone().or_else(|| derived(&row));
        let content = Content { parent, values: row.values };
        let stretch = Stretch { validity: row.validity.unwrap_or(Validity::ALWAYS), content, retirement: None };
        Arc::new(ItemVersion::new(dictionary, row.code, stretch, 1))
    };
    let versions = rows.into_iter().map(version).collect();
    State { dictionary: Arc::clone(dictionary), items: Arc::new(ItemTable::new(versions)), annulled: Arc::default() }
}

/// A fixture, what makes its code, its parents, and how it is imported; and how many items and roots there are then.
type RealFile = (&'static str, &'static str, &'static str, &'static str, usize, usize);

const REAL_FILES: [RealFile; 12] = [
    ("offices/offices_esnsi_raw_cp1251.csv", "`CODE`: never blank", "the codes tell no parents", "", 63, 63),
    ("offices/offices_esnsi_edited_cp1251.csv", "`CODE`: never blank", "the codes tell no parents", "", 63, 63),
    (
        "classifiers/okved2_before-2023-12_rosstat_cp1251.csv.gz",
        "column 2, and column 1 in the 21 rows where that is blank",
        "begin with the code of another, and 88 stand under what column 1 names; 21 items without a parent",
        "--columns section,code,name --key code,section",
        2899,
        21,
    ),
    (
        "classifiers/okved2_2023-12-01_rosstat_cp1251.csv.gz",
        "column 2, and column 1 in the 21 rows where that is blank",
        "2,790 of 2,899 codes begin with the code of another",
        "--columns section,code,name --key code,section",
        2899,
        21,
    ),
    (
        "classifiers/okpd2_2020-07_mosru.csv.gz",
        "`Kod`, and `Razdel` in the 21 rows where that is blank",
        "at the lengths 2, 4, 5, 7, 8, 11, and 88 stand under what `Razdel` names; 21 items without a parent",
        "--map Kod=code --key Kod,Razdel",
        19_248,
        21,
    ),
    (
        "classifiers/oktmo_2016_vol5_municipalities.csv.gz",
        "spaces inside of codes are dropped",
        "at the lengths 2, 3, 5, 6; 14 items without a parent",
        "--columns code,column_2,name,column_4 --skip-blank-key",
        6743,
        14,
    ),
    (
        "classifiers/oktmo_2016_vol5_settlements.csv.gz",
        "spaces inside of codes are dropped",
        "14 items without a parent",
        "--columns code,column_2,name --skip-blank-key",
        39_931,
        14,
    ),
    (
        "classifiers/oktmo_2024_rosstat-layout_region01-03part.csv.gz",
        "column 6, column 1, column 2, column 3, column 4 joined",
        "at the lengths 4, 5, 7, 8, 10; 4 items without a parent",
        "--columns code_part_1,code_part_2,code_part_3,code_part_4,column_5,column_6,name,column_8,column_9,column_10,column_11,column_12,\
         column_13 --key \"column_6+'.'+code_part_1+code_part_2+code_part_3+code_part_4\"",
        5690,
        4,
    ),
    ("nasty/budget_expense_types_mos.tsv", "`Code`: never blank", "at the lengths 1, 2; 9 items without a parent", "", 75, 9),
    ("nasty/budget_functional_codes_mos.tsv", "`Code`: never blank", "at the lengths 2; 16 items without a parent", "", 119, 16),
    (
        "nasty/mvd_crime_stats_112_utf8.csv.gz",
        "`year`, `month`, `reg_name` joined",
        "",
        "--key \"year+'.'+month+'.'+reg_name\"",
        1999,
        1999,
    ),
    ("nasty/emergency_services_dup_rows.csv", "`id`, `service_name` joined", "", "--key \"id+'.'+service_name\"", 362, 362),
];

#[test]
fn real_files_come_in_by_their_drafts() {
    for (name, key, hierarchy, mapping, items, roots) in REAL_FILES {
        let bytes = fixture(name);
        let draft = draft_of_csv(&bytes, &[]);
        let evidence = |what: &str| draft.evidence.iter().find(|(of, _)| of == what).map(|(_, told)| told.as_str()).unwrap_or_default();
        assert!(evidence("key").contains(key), "{name}: {}", evidence("key"));
        assert!(evidence("hierarchy").contains(hierarchy), "{name}: {}", evidence("hierarchy"));
        assert_eq!(draft.mapping.shown(), mapping, "{name}");
        let outcome = import(&bytes, &draft);
        assert_eq!(outcome.problems, Vec::<String>::new(), "{name}");
        assert_eq!((outcome.items, outcome.roots), (items, roots), "{name}");
    }
}

#[test]
fn shipped_items_come_in_by_their_drafts() {
    for entry in std::fs::read_dir(format!("{}/dictionaries", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let path = entry.unwrap().path().join("items.csv");
        let Ok(bytes) = std::fs::read(&path) else { continue };
        let draft = draft_of_csv(&bytes, &[]);
        let outcome = import(&bytes, &draft);
        assert!(outcome.problems.is_empty(), "{}: {:?}\n{}", path.display(), outcome.problems, draft.toml);
        assert!(draft.toml.contains("display = \"name\""), "{}", path.display());
        let has_parents = bytes.starts_with(b"code,parent,");
        assert_eq!(outcome.roots < outcome.items, has_parents, "{}", path.display());
    }
}

#[test]
fn rows_that_are_exceptions_are_told_and_the_rest_comes_in() {
    let cases = [
        ("nasty/party_reports_tab-named-csv_ragged.csv.gz", "1 row has another number of cells than 6, first line 3 with 9", 1, 533),
        ("nasty/gov_domains_bom_multiline.csv.gz", "no column tells all rows apart; `Domain` comes nearest, with 12 values", 12, 883),
    ];
    for (name, warning, problems_max, items) in cases {
        let bytes = fixture(name);
        let draft = draft_of_csv(&bytes, &[]);
        assert!(draft.warnings.iter().any(|told| told.starts_with(warning)), "{name}: {:#?}", draft.warnings);
        let outcome = import(&bytes, &draft);
        assert!(outcome.problems.len() <= problems_max + 2, "{name}: {:#?}", outcome.problems);
        assert_eq!(outcome.items, items, "{name}");
    }
}

/// The lines of a draft from an attribute's code to the next blank line.
fn attribute<'t>(toml: &'t str, code: &str) -> &'t str {
    let at = toml.find(&format!("code = \"{code}\"\ntype")).unwrap_or_else(|| panic!("no attribute {code} in\n{toml}"));
    let rest = &toml[at..];
    &rest[..rest.find("\n\n").unwrap_or(rest.len())]
}

#[test]
fn types_are_told_by_all_values() {
    let mut text = "Код;Наименование;Наименование (англ.);Дата начала действия;Действует до;Состояние;Признак;Сумма;Население;ОКАТО;Прежний код;Примечание;Доля\n"
        .to_owned();
    for number in 1..=40 {
        let even = number % 2 == 0;
        text.push_str(&format!(
            "{number:04};Район {number};District {number};01.01.20{:02};{};{};{};{}.5;{};{:02}000;{};\"первая\nвторая\";{},5\n",
            number % 20,
            if even { "31.12.2999" } else { "" },
            if even { "действует" } else { "упразднён" },
            if even { "да" } else { "нет" },
            number * 3,
            number * 1017,
            number,
            if even { String::new() } else { format!("{}", number * 7919) },
            number,
        ));
    }
    let draft = draft_of_csv(text.as_bytes(), &[]);
    let toml = &draft.toml;
    assert!(toml.contains("pattern = '^[0-9]{4}$'\n\n[[attributes]]"), "{toml}");
    for (code, lines) in [
        ("name", "type = \"string\"\nlabel = { ru = \"Наименование\" }\nrequired = true\nlocalized = true\nsearch = true\nlength_max = 20"),
        (
            "status",
            "type = \"enum\"\nlabel = { ru = \"Состояние\" }\nrequired = true\nvalues = [\n  { code = \"UPRAZDNEN\", label = { ru = \"упразднён\" } },",
        ),
        ("priznak", "type = \"boolean\"\nlabel = { ru = \"Признак\" }\nrequired = true"),
        ("summa", "type = \"decimal\"\nlabel = { ru = \"Сумма\" }\nrequired = true"),
        ("naselenie", "type = \"integer\"\nlabel = { ru = \"Население\" }\nrequired = true"),
        ("okato", "type = \"string\"\nlabel = { ru = \"ОКАТО\" }\nrequired = true\nunique = true\npattern = '^[0-9]{5}$'"),
        ("prezhnii_kod", "type = \"string\"\nlabel = { ru = \"Прежний код\" }\nunique = true\npattern = '^[0-9]{4,6}$'"),
        ("note", "type = \"text\"\nlabel = { ru = \"Примечание\" }\nrequired = true\nlength_max = 20"),
        ("dolia", "type = \"string\""),
    ] {
        let found = attribute(toml, code);
        assert!(found.starts_with(&format!("code = \"{code}\"\n{lines}")), "{found}");
    }
    let roles: Vec<&ColumnRole> = draft.columns.iter().map(|column| &column.role).collect();
    assert_eq!((roles[0], roles[3], roles[4]), (&ColumnRole::Code, &ColumnRole::ValidFrom, &ColumnRole::ValidTo));
    assert!(draft.warnings.iter().any(|warning| warning.contains("decimal comma")), "{:?}", draft.warnings);
    assert_eq!(draft.mapping.arguments(), ["--map", "Наименование (англ.)=name_en", "--map", "Дата начала действия=valid_from"]);
    assert_eq!(import(text.as_bytes(), &draft).problems, Vec::<String>::new());
}

#[test]
fn columns_refer_to_dictionaries_by_codes_or_by_a_unique_attribute() {
    let regions = ["01", "02", "03", "04", "05", "77"];
    let names = ["Алтайский край", "Краснодарский край", "Москва", "Тыва", "Якутия"];
    let (is_region, is_name) = (|text: &str| regions.contains(&text), |text: &str| names.contains(&text));
    let known = [KnownDictionary { code: "regions", codes: &is_region, unique: vec![("name", &is_name)] }];
    let mut text = "code,name,okato,subject,level\n".to_owned();
    for number in 0..30 {
        let (region, name) = (regions[number % 5], names[number % 5]);
        text.push_str(&format!("A{number:03},Office {number},{region},{name},{}\n", number % 3 + 1));
    }
    let draft = draft_of_csv(text.as_bytes(), &known);
    assert!(attribute(&draft.toml, "okato").starts_with("code = \"okato\"\ntype = \"reference\"\nto = \"regions\""), "{}", draft.toml);
    assert!(draft.toml.contains("# 5 of 5 different values are values of `name` of regions; never blank"), "{}", draft.toml);
    assert_eq!(draft.mapping.arguments(), ["--map", "subject=subject.name"]);
    assert!(attribute(&draft.toml, "level").contains("type = \"integer\""), "small numbers refer to nothing");
}

#[test]
fn parents_that_lead_nowhere_are_told_and_not_proposed() {
    let rows = |last: &str| format!("id,parent_id,name\n1,,a\n2,1,b\n3,1,c\n4,2,d\n5,{last},e\n");
    let whole = draft_of_csv(rows("3").as_bytes(), &[]);
    assert!(
        whole.toml.contains("[hierarchy]\n# 4 of the 4 values of `parent_id` are codes of the file; 1 item without one."),
        "{}",
        whole.toml
    );
    let dangling = draft_of_csv(rows("9").as_bytes(), &[]);
    assert!(!dangling.toml.contains("\n[hierarchy]"), "{}", dangling.toml);
    assert!(
        dangling.warnings[0].starts_with("3 of the 4 values of `parent_id` are codes of the file, and one is not"),
        "{:?}",
        dangling.warnings
    );
    let cycle = draft_of_csv(b"id,parent_id,name\n1,3,a\n2,1,b\n3,2,c\n4,2,d\n", &[]);
    assert!(cycle.warnings[0].contains("but `1` comes to stand under itself"), "{:?}", cycle.warnings);
    for (draft, rows) in [(&whole, rows("3")), (&dangling, rows("9"))] {
        assert_eq!(import(rows.as_bytes(), draft).problems, Vec::<String>::new());
    }
}

/// A table as another format gives it: with names and hints.
struct Named {
    head: TableHead,
    rows: std::vec::IntoIter<[&'static str; 3]>,
}

impl Table for Named {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        let Some(cells) = self.rows.next() else { return Ok(false) };
        row.start(1);
        cells.iter().for_each(|cell| row.push(cell));
        Ok(true)
    }

    fn bytes_read(&self) -> u64 {
        0
    }
}

#[test]
fn what_a_format_says_of_columns_goes_before_guesses() {
    let mut open = || -> Result<Box<dyn Table>, FileError> {
        let columns = ["code", "TaxCode", "amount"].map(str::to_owned).to_vec();
        let mut hints = vec![ColumnHint::default(); 3];
        hints[1] = ColumnHint { is_key: true, label: Some("Вид налога".to_owned()), ..ColumnHint::default() };
        hints[2] = ColumnHint { kind: Some(AttributeType::Decimal), is_required: true, ..ColumnHint::default() };
        let head = TableHead { columns: Some(columns), hints, title: Some("Налоги \"2024\"".to_owned()), ..TableHead::default() };
        Ok(Box::new(Named { head, rows: vec![["1", "VAT", "20"], ["2", "GST", "18"], ["3", "EXC", ""]].into_iter() }))
    };
    let draft = draft(&mut open, &request(&[])).unwrap();
    assert!(draft.toml.contains("name = { ru = \"Налоги \\\"2024\\\"\" }"), "{}", draft.toml);
    assert_eq!(draft.columns[1].role, ColumnRole::Code);
    assert!(attribute(&draft.toml, "amount").contains("type = \"decimal\""));
    assert_eq!(draft.mapping.arguments(), ["--map", "code=source_code", "--map", "TaxCode=code"]);
    assert!(draft.warnings[0].contains("`amount` is required by the file and blank in 1 row"), "{:?}", draft.warnings);
}

#[test]
fn a_sample_says_that_it_is_one_and_an_empty_file_says_so_too() {
    let text = "code,name\n1,a\n2,b\n3,c\n";
    let sampled = DraftRequest { sample_rows_max: 2, ..request(&[]) };
    let draft = draft(&mut || csv_table(text.as_bytes()), &sampled).unwrap();
    assert_eq!(draft.rows_count, 2);
    assert!(draft.warnings[0].starts_with("only the first 2 rows were looked at"), "{:?}", draft.warnings);
    for empty in ["", "code,name\n", "\n;;\n"] {
        let error = super::draft(&mut || csv_table(empty.as_bytes()), &request(&[])).expect_err("no rows");
        assert!(error.message.starts_with("the file has no rows with cells in them"), "{error}");
    }
    let below_blank_rows = ";\n\n;\nкод;имя\n1;a\n2;b\n";
    let outcome = import(below_blank_rows.as_bytes(), &draft_of_csv(below_blank_rows.as_bytes(), &[]));
    assert_eq!((outcome.items, outcome.problems), (2, Vec::new()));
    let error = super::draft(&mut || csv_table(text.as_bytes()), &DraftRequest { code: "Offices", ..request(&[]) }).expect_err("no code");
    assert!(error.message.starts_with("`Offices` is not a code of a dictionary"), "{error}");
    let named = DraftRequest { type_name: Some("drafts"), ..request(&[]) };
    let error = super::draft(&mut || csv_table(text.as_bytes()), &named).expect_err("no type");
    assert!(error.message.starts_with("the file leads to no definition, name the type or the code otherwise"), "{error}");
}

proptest! {
    #[test]
    fn whatever_stands_in_a_table_the_draft_is_a_definition(
        width in 1usize..5,
        cells in prop::collection::vec("[0-9]{0,3}|[A-Za-zА-я\"'#\\\\ .+,-]{0,12}|да|нет|2024-02-29|1,5", 0..60),
    ) {
        let mut writer = ::csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
        for row in cells.chunks_exact(width) {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        match draft(&mut || csv_table(&bytes), &request(&[])) {
            Ok(draft) => prop_assert!(import(&bytes, &draft).items <= cells.len()),
            Err(error) => prop_assert!(error.message.starts_with("the file has no rows") || error.line.is_some(), "{}", error),
        }
    }
}
