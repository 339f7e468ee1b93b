//! For the tests of formats that are XML: a dictionary with every kind of attribute, random items of it, and what a file of them must
//! come back as. It also asks xmllint whether a file holds to a published schema.

use std::io::{self, Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use jiff::Timestamp;
use proptest::option::of as some;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::super::cells;
use super::super::csv::{Encoding, Limits, Separator};
use super::super::esnsi::Generation;
use super::super::row::Row;
use super::super::table::{FileError, FileLimits, Input, Open, Table, TableHead};
use super::super::writing::{ExportHead, ItemWriter, LineEnd, WriteOptions};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::text::{ItemCode, Localized};
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;

pub const LIMITS: FileLimits = FileLimits {
    row: Limits { record_bytes_max: 100_000, columns_max: 100 },
    document_bytes_max: 1_000_000,
    unpacked_bytes_max: 1_000_000,
};

pub fn dictionary() -> &'static Dictionary {
    static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
    DICTIONARY.get_or_init(|| {
        compiled(
            r#"
            code = "offices"
            type = "Office"
            name = { ru = "Органы & «подразделения»", en = "Offices" }
            description = { ru = "Все\n<органы>" }
            display = "title"
            passport = { owner = "Управление", update_period_days = 30 }
            code_rule = { pattern = '^\S+$' }
            hierarchy = { }
            attributes = [
                { code = "title", type = "string", label = { ru = "Имя", en = "Name" }, localized = true, length_max = 500, required = true },
                { code = "note", type = "text", label = { ru = "Примечание" } },
                { code = "description", type = "text", label = { ru = "Описание" }, localized = true },
                { code = "short", type = "string", label = { ru = "Кратко" }, length_max = 100, pattern = "^.*$", unique = true },
                { code = "staff", type = "integer", label = { ru = "Штат" }, min = -9007199254740991, max = 9007199254740991 },
                { code = "share", type = "decimal", label = { ru = "Доля" }, min = "-1000000.5" },
                { code = "since", type = "date", label = { ru = "С" }, min = "01.01.0001" },
                { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
                { code = "status", type = "enum", label = { ru = "Статус" }, values = [
                    { code = "IN_FORCE", label = { ru = "Действует" } }, { code = "GONE", label = { ru = "Нет" } } ] },
                { code = "region", type = "reference", to = "regions", label = { ru = "Регион" } },
                { code = "head", type = "reference", to = "offices", label = { ru = "Головной" } },
                { code = "phones", type = "string", list = true, label = { ru = "Телефоны" } },
                { code = "areas", type = "reference", to = "sub_regions", list = true, label = { ru = "Территории" } },
            ]
            "#,
        )
    })
}

pub fn compiled(definition: &str) -> Dictionary {
    Dictionary::compile(toml::from_str(definition).expect("it is TOML")).expect("it compiles")
}

/// What an export says of itself when the items are those of one date.
pub fn head() -> ExportHead {
    ExportHead {
        publication: 17,
        published_at: "2026-11-25T04:03:02Z".parse::<Timestamp>().unwrap(),
        edition: 3,
        valid_on: Some(Date::constant(2026, 1, 1)),
    }
}

pub fn options() -> WriteOptions {
    WriteOptions {
        encoding: Encoding::Utf8,
        has_mark: false,
        separator: Separator::Semicolon,
        line_end: LineEnd::Lf,
        has_header: true,
        neutralises_formulas: false,
        esnsi_generation: Generation::New,
        base_uri: "urn:svod:".to_owned(),
        scratch_folder: PathBuf::new(),
    }
}

/// An item of a dictionary, always valid, from texts as a file has them.
pub fn item(dictionary: &Dictionary, code: &str, parent: Option<&str>, values: &[(&str, &str)]) -> ItemVersion {
    let mut filled: Vec<Option<Value>> = vec![None; dictionary.attributes.len()];
    for (attribute, text) in values {
        let position = dictionary.position(attribute).expect("the attribute is there");
        filled[position] = Some(dictionary.attributes[position].parse(text).expect("it is a value"));
    }
    version(dictionary, code, parent, Validity::ALWAYS, filled)
}

pub fn version(dictionary: &Dictionary, code: &str, parent: Option<&str>, validity: Validity, values: Vec<Option<Value>>) -> ItemVersion {
    let content = Content { parent: parent.map(ItemCode::new), values: values.into() };
    ItemVersion::new(dictionary, code.into(), Stretch { validity, content, retirement: None }, 1)
}

/// Items of `dictionary()` in the order of their codes, one version each.
pub fn items(code: &'static str) -> impl Strategy<Value = Vec<ItemVersion>> {
    prop::collection::btree_map(code, (some(code), validity(), values(code)), 0..6).prop_map(|items| {
        let make = |(code, (parent, validity, values)): (String, (Option<String>, _, _))| {
            version(dictionary(), &code, parent.as_deref(), validity, values)
        };
        items.into_iter().map(make).collect()
    })
}

fn date() -> impl Strategy<Value = Date> {
    (1i16..9999, 1i8..13, 1i8..29).prop_map(|(year, month, day)| Date::new(year, month, day).unwrap())
}

fn validity() -> impl Strategy<Value = Validity> {
    (some(date()), some(date())).prop_filter_map("not empty", |(from, to)| Validity::new(from, to))
}

fn values(code: &'static str) -> impl Strategy<Value = Vec<Option<Value>>> {
    let text = |pattern: &'static str| pattern.prop_map(|text: String| Value::Text(text.into()));
    let words = r#"[а-яА-Яa-z0-9<>&"';|«»№ ]{0,30}[ё\]>]"#;
    let lines = "[ -~ёЁ€😀\n\r\t]{0,40}[а-я]";
    let localized = |pattern: &'static str| {
        (some(pattern), some(pattern)).prop_filter_map("not empty", |(ru, en)| {
            let texts = Localized { ru: ru.map(Into::into), en: en.map(Into::into) };
            (texts.ru.is_some() || texts.en.is_some()).then(|| Value::Localized(Box::new(texts)))
        })
    };
    let decimal =
        (-9_999_999_999i64..9_999_999_999, 0u32..8).prop_map(|(digits, scale)| Value::Decimal(Decimal::new(digits, scale).normalize()));
    let list = |pattern| prop::collection::vec(text(pattern), 1..4).prop_map(|values| Value::List(values.into()));
    let first = (
        some(localized(words)),
        some(text(lines)),
        some(localized(lines)),
        some(text(words)),
        some((-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Value::Integer)),
        some(decimal),
        some(date().prop_map(Value::Date)),
        some(any::<bool>().prop_map(Value::Boolean)),
    );
    let rest = (some(text("IN_FORCE|GONE")), some(text(code)), some(text(code)), some(list("[0-9+ ]{1,9}7")), some(list("[0-9]{1,4}")));
    (first, rest).prop_map(|((a, b, c, d, e, f, g, h), (i, j, k, l, m))| vec![a, b, c, d, e, f, g, h, i, j, k, l, m])
}

/// The whole file that a writer makes of items.
pub fn written(opened: io::Result<Box<dyn ItemWriter + '_>>, items: &[ItemVersion]) -> io::Result<()> {
    let mut writer = opened?;
    items.iter().try_for_each(|item| writer.write(item))?;
    writer.finish()
}

/// A row as its line and its cells.
pub type RowRead = (u64, Vec<String>);

pub type Opener = fn(Open<'_>, &FileLimits) -> Result<Box<dyn Table>, FileError>;

/// What a reader says of a file, and its rows as lines and cells.
pub fn read(open: Opener, bytes: &[u8]) -> Result<(TableHead, Vec<RowRead>), FileError> {
    let mut table = open(&|| Ok(Box::new(Cursor::new(bytes.to_vec())) as Box<dyn Input>), &LIMITS)?;
    assert_eq!(table.head().bytes_total, bytes.len() as u64);
    let (mut row, mut rows) = (Row::new(), Vec::new());
    loop {
        match table.read(&mut row) {
            Ok(true) => rows.push((row.line(), row.fields().map(str::to_owned).collect::<Vec<String>>())),
            Ok(false) => break,
            Err(error) => {
                assert_eq!(table.read(&mut row), Ok(false), "after an error the table is at its end");
                return Err(error);
            }
        }
    }
    assert_eq!(table.bytes_read(), bytes.len() as u64);
    let head = table.head().clone();
    let columns = head.columns.as_ref().map_or(0, Vec::len);
    assert_eq!(head.hints.len(), columns, "one hint for each column");
    assert!(rows.iter().all(|(_, cells)| cells.len() == columns), "one cell for each column");
    Ok((head, rows))
}

/// A file that was cut off is refused; one with a byte changed is read or refused, and nothing worse.
pub fn assert_damage_is_survived(open: Opener, file: &[u8], at: prop::sample::Index, byte: u8) {
    let at = at.index(file.len().saturating_sub(2));
    assert!(read(open, &file[..at]).is_err(), "cut off after {at} bytes: {}", String::from_utf8_lossy(&file[..at]));
    let mut changed = file.to_vec();
    changed[at] = byte;
    let _ = read(open, &changed);
}

/// The columns and cells that every export has.
pub fn expected(dictionary: &Dictionary, items: &[ItemVersion]) -> (Vec<String>, Vec<Vec<String>>) {
    let columns = cells::columns(dictionary);
    let cell = |column: cells::ItemColumn, item: &ItemVersion| {
        let mut text = String::new();
        column.write(item, &mut text);
        text
    };
    let rows = items.iter().map(|item| columns.iter().map(|column| cell(*column, item)).collect());
    (columns.iter().map(|column| column.name(dictionary)).collect(), rows.collect())
}

pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

/// Fails with what xmllint says when a file does not hold to a schema.
pub fn assert_valid(file: &[u8], schema: &Path) {
    let mut xmllint = Command::new("xmllint")
        .args(["--noout", "--nonet", "--schema"])
        .arg(schema)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("xmllint is installed: `make xmllint` does it");
    xmllint.stdin.take().unwrap().write_all(file).unwrap();
    let output = xmllint.wait_with_output().unwrap();
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(file));
}
