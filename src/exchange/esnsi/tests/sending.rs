//! The CSV of the register, updates between two publications, and the linter.

use super::super::super::xml::round_trip::{LIMITS, assert_valid, dictionary, fixture, head, item, options, read, version, written};
use super::super::*;
use crate::domain::item::ItemVersion;
use crate::domain::validity::Validity;
use crate::domain::value::Value;
use crate::exchange::csv::{self, CsvFormat, Encoding};
use crate::exchange::writing::{LineEnd, WriteOptions};

fn csv_file(options: &WriteOptions, items: &[ItemVersion]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    written(csv_writer(dictionary(), options, Box::new(&mut out)), items)?;
    Ok(out)
}

#[test]
fn csv_is_what_the_register_loads() {
    let items = [
        item(dictionary(), "01", None, &[("title", "Имя; «№ 1»"), ("note", "a\tb\r\nc"), ("short", "ООО \"Ё\""), ("region", "77")]),
        item(dictionary(), "02", Some("01"), &[("share", "1.5"), ("is_open", "да"), ("phones", "1|2")]),
    ];
    let text = |options: &WriteOptions| encoding_rs::WINDOWS_1251.decode(&csv_file(options, &items).unwrap()).0.into_owned();
    let header = "code;parent;valid_from;valid_to;title;title_en;note;description;description_en;short;staff;share;since;is_open;status;\
                  region;head;phones;areas;autokey\n";
    let rows = "01;;;;Имя, «№ 1»;;abc;;;\"ООО \"\"Ё\"\"\";;;;;;77;;;;OFFICES_01\n\
                02;01;;;;;;;;;;1.5;;true;;;;1|2;;OFFICES_02\n";
    assert_eq!(text(&options()), format!("{header}{rows}"));
    let bare = WriteOptions { has_header: false, line_end: LineEnd::CrLf, ..options() };
    assert_eq!(text(&bare), rows.replace('\n', "\r\n"));
    // To read, it is a CSV like any other.
    let bytes = csv_file(&options(), &items).unwrap();
    let open = || Ok(Box::new(std::io::Cursor::new(bytes.clone())) as Box<dyn crate::exchange::table::Input>);
    let format = CsvFormat { encoding: Some(Encoding::Windows1251), ..CsvFormat::default() };
    let mut table = csv::open(&open, &format, &LIMITS).unwrap();
    let (mut row, mut codes) = (crate::exchange::row::Row::new(), Vec::new());
    while table.read(&mut row).unwrap() {
        codes.push(row.get(0).unwrap().to_owned());
    }
    assert_eq!(codes, ["code", "01", "02"]);
}

#[test]
fn csv_refuses_what_windows_1251_does_not_have() {
    let error = csv_file(&options(), &[item(dictionary(), "01", None, &[("title", "1 ₽")])]).unwrap_err();
    assert_eq!(error.to_string(), "item 01, title: windows-1251 has no «₽» (U+20BD): write it otherwise");
}

fn update(form: UpdateForm, generation: Generation, changes: &[(Change, &ItemVersion)]) -> std::io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let (head, options) = (head(), WriteOptions { esnsi_generation: generation, ..options() });
    let mut writer = update_writer(dictionary(), &head, &options, form, Box::new(&mut out))?;
    changes.iter().try_for_each(|(change, item)| writer.write(*change, item))?;
    writer.finish()?;
    drop(writer);
    Ok(out)
}

#[test]
fn updates_say_what_becomes_of_each_record() {
    let one = item(dictionary(), "01", Some("00"), &[("title", "Один"), ("region", "77"), ("is_open", "1"), ("staff", "7")]);
    let two = item(dictionary(), "02", None, &[("title", "Два")]);
    let changes = [(Change::Add, &one), (Change::Update, &one), (Change::Remove, &two)];
    let cells = |bytes: &[u8], names: &[&str]| -> Vec<String> {
        let (head, rows) = read(open, bytes).unwrap();
        let columns = head.columns.unwrap();
        let at = |name: &&str| columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("{name} in {columns:?}"));
        rows.iter().map(|(_, row)| names.iter().map(|name| row[at(name)].as_str()).collect::<Vec<_>>().join(" ")).collect()
    };
    let document = update(UpdateForm::Document, Generation::New, &changes[1..]).unwrap();
    assert_valid(&document, &fixture("esnsi/classifier_new.xsd"));
    let names = ["code", "parent", "title", "region", "autokey", "action"];
    assert_eq!(cells(&document, &names), ["01 00 Один 77 OFFICES_01 update", "02    OFFICES_02 remove"]);

    let attachment = update(UpdateForm::UpdateAttachment, Generation::New, &changes).unwrap();
    assert_valid(&attachment, &fixture("esnsi/update.xsd"));
    let (head, rows) = read(open, &attachment).unwrap();
    let columns = ["Код", "Вышестоящий элемент", "Имя", "Штат", "Открыт", "Регион", "autokey", "action"];
    assert_eq!(head.columns.unwrap(), columns);
    assert_eq!(rows[1].1, ["01", "00", "Один", "7", "true", "77", "OFFICES_01", "update"]);
    assert_eq!((rows.len(), head.hints[5].refers_to.as_deref(), head.hints[6].is_key), (2, Some("REGIONS"), true));

    // In the old generation names are codes, and an attachment comes back like a full file.
    let attachment = update(UpdateForm::UpdateAttachment, Generation::Old, &changes[..1]).unwrap();
    assert_eq!(cells(&attachment, &["code", "parent", "title", "region", "action"]), ["01 00 Один 77 update"]);
    let attachment = update(UpdateForm::DeleteAttachment, Generation::Old, &changes).unwrap();
    assert_eq!(cells(&attachment, &["code", "autokey", "action"]), ["02 OFFICES_02 remove"]);
}

#[test]
fn an_attachment_without_records_is_refused() {
    let one = item(dictionary(), "01", None, &[]);
    assert_eq!(
        update(UpdateForm::DeleteAttachment, Generation::New, &[(Change::Add, &one)]).unwrap_err().to_string(),
        "nothing was removed, and ЕСНСИ takes no attachment without records: there is nothing to send"
    );
    assert!(update(UpdateForm::Document, Generation::New, &[]).is_ok());
}

#[test]
fn the_linter_names_each_value_that_would_be_refused() {
    let found = |target: Target, item: &ItemVersion| -> Vec<String> {
        let refusals = lint(dictionary(), item, target);
        refusals.iter().map(|refusal| format!("{} {} {}: {}", refusal.item, refusal.attribute, refusal.code, refusal.message)).collect()
    };
    let fine = item(dictionary(), "01", Some("00"), &[("title", "Один"), ("region", "77"), ("short", "№ 1 — «ё»")]);
    for target in [Target::Xml(Generation::Old), Target::Xml(Generation::New), Target::Csv(Generation::New)] {
        assert_eq!(found(target, &fine), Vec::<String>::new());
    }
    let long = "1".repeat(256);
    let mut values = vec![None; dictionary().attributes.len()];
    let mut set = |name: &str, text: &str| values[dictionary().position(name).unwrap()] = Some(Value::Text(text.into()));
    set("short", &long);
    set("note", "1 ₽\u{1}");
    set("status", "NONE");
    let bad = version(dictionary(), "0 1", Some(&"я".repeat(29)), Validity::ALWAYS, values);
    let start = "1".repeat(40);
    assert_eq!(
        found(Target::Xml(Generation::Old), &bad),
        [
            &format!(
                "0 1 parent length: «OFFICES_{}» has 37 characters, and ЕСНСИ takes references of at most 36: shorten it",
                "я".repeat(29)
            ),
            "0 1 title required: is required, and the item has none: fill it in",
            "0 1 note character: XML forbids U+0001: write it otherwise",
            &format!("0 1 short length: «{start}» has 256 characters, and ЕСНСИ takes strings of at most 255: shorten it"),
            "0 1 code pattern: «0 1» does not match ^\\S+$: correct it",
            "0 1 note control_character: \"1 ₽\\u{1}\" has a control character",
            &format!("0 1 short length: \"{}…\" has 256 characters, and at most 100 are allowed", "1".repeat(80)),
            "0 1 status enum: \"NONE\" is not one of the values",
        ]
    );
    let encodings: Vec<String> = found(Target::Csv(Generation::New), &bad).into_iter().filter(|text| text.contains(" encoding")).collect();
    assert_eq!(encodings, ["0 1 note encoding: windows-1251 has no «₽» (U+20BD): write it otherwise"]);
}

#[test]
fn the_linter_sees_keys_that_come_twice() {
    let item = item(dictionary(), "01", None, &[("title", "Один")]);
    let mut linter = Linter::new(dictionary(), Target::Xml(Generation::New));
    assert_eq!(linter.lint(&item), []);
    let refusals = linter.lint(&item);
    assert_eq!((refusals.len(), refusals[0].attribute.as_str(), refusals[0].code), (1, "autokey", "duplicate"));
}

#[test]
fn windows_1251_is_known_whole() {
    let all: Vec<u8> = (0..=255).filter(|byte| *byte != 0x98).collect();
    assert_eq!(lint::beyond_windows_1251(&encoding_rs::WINDOWS_1251.decode_without_bom_handling(&all).0), None);
    for letter in ['₽', '\u{98}', 'ǆ', '😀', 'ѐ'] {
        assert_eq!(lint::beyond_windows_1251(&format!("Ё{letter}")), Some(letter));
    }
}
