//! What a writer writes, its reader gives back: the dictionaries and items that the round trips are made of, and the comparison.
//! Deliberately unknown: formats; each of them has a file of its own beside this one.

mod csv_encodings;
mod csv_round_trip;
mod fhir_round_trip;
mod json_round_trip;
mod package_round_trip;
mod skos_round_trip;
mod validators;
mod xlsx_round_trip;

use std::cell::RefCell;
use std::fmt;
use std::io::{self, Cursor, Write};
use std::rc::Rc;

use compact_str::CompactString;
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::cells::columns;
use super::csv::{CsvFormat, Encoding, Limits, Separator};
use super::format::Format;
use super::row::Row;
use super::table::{FileError, FileLimits, Input, Table};
use super::writing::{ExportHead, LineEnd, WriteOptions, writer};
use crate::domain::definition::Definition;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::text::Localized;
use crate::domain::validity::{Date, Validity};
use crate::domain::value::{INTEGER_MAX, Value};

pub(super) const LIMITS: FileLimits = FileLimits {
    row: Limits { record_bytes_max: 1_000_000, columns_max: 1_000 },
    document_bytes_max: 10_000_000,
    unpacked_bytes_max: 50_000_000,
};

/// Every type, alone and in a list, and every kind of localised text.
const DEFINITION: &str = r#"
code = "things"
type = "Thing"
name = { ru = "Вещи «разные»", en = "Things & others" }
description = { ru = "Для проверки", en = "For tests" }
display = "name"
passport = { owner = "Управление" }
hierarchy = {}
attributes = [
  { code = "name", type = "string", label = { ru = "Имя", en = "Name" }, localized = true },
  { code = "note", type = "text", label = { ru = "Примечание" } },
  { code = "number", type = "integer", label = { ru = "Номер" }, unique = true },
  { code = "rate", type = "decimal", label = { ru = "Ставка" } },
  { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
  { code = "since", type = "date", label = { ru = "С" } },
  { code = "kind", type = "enum", label = { ru = "Вид" }, values = [{ code = "A", label = { ru = "а" } }, { code = "B_2", label = { ru = "б" } }] },
  { code = "other", type = "reference", to = "others", label = { ru = "Другой" } },
  { code = "tags", type = "string", list = true, label = { ru = "Метки" } },
  { code = "days", type = "date", list = true, label = { ru = "Дни" } },
  { code = "counts", type = "integer", list = true, label = { ru = "Числа" } },
  { code = "long_note", type = "text", label = { ru = "Длинно" }, localized = true },
]
approval = { stages = [] }
"#;

/// A dictionary and versions of its items, in the order in which they are written.
pub(super) struct Sample {
    pub(super) dictionary: Dictionary,
    pub(super) items: Vec<ItemVersion>,
}

/// As a file shows it: the definition is always the same.
impl fmt::Debug for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts().fmt(f)
    }
}

impl Sample {
    /// What a file of them must say: the names of the columns, and the texts of the rows.
    pub(super) fn texts(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let columns = columns(&self.dictionary);
        let row = |item: &ItemVersion| {
            let cell = |column: &super::cells::ItemColumn| {
                let mut cell = String::new();
                column.write(item, &mut cell);
                cell
            };
            columns.iter().map(cell).collect()
        };
        (columns.iter().map(|column| column.name(&self.dictionary)).collect(), self.items.iter().map(row).collect())
    }
}

/// Texts as people write them, and as they should not.
fn text() -> impl Strategy<Value = CompactString> {
    let any = "[ -~а-яА-ЯёЁ«»№—\u{a0}中🙂ß]{1,12}";
    let awkward = "['=+@\"\\\\<>&;,|\\t\\-_x0-9]{1,8}";
    let coded = prop::sample::select(&["_x000D_", "0012", "1e5", "true", "2024-02-29", "12.50", "NULL", "#N/A", "]]>", "а\u{301}"]);
    prop_oneof![4 => any, 2 => awkward, 1 => coded.prop_map(str::to_owned)].prop_map(CompactString::new)
}

fn one_line() -> impl Strategy<Value = CompactString> {
    // A tab in a string becomes a space when it is read, and `|` parts the values of a list.
    text().prop_map(|text| CompactString::new(text.replace(['\t', '|'], "·")))
}

fn several_lines() -> impl Strategy<Value = CompactString> {
    let line_end = prop::sample::select(&["\n", "\r\n", "\t", " "]);
    (text(), line_end, text()).prop_map(|(first, end, second)| CompactString::new(format!("{first}{end}{second}")))
}

fn localized(text: impl Strategy<Value = CompactString>) -> impl Strategy<Value = Value> {
    let both = (text, prop::option::of(one_line()), any::<bool>());
    both.prop_map(|(ru, en, has_ru)| {
        let ru = (has_ru || en.is_none()).then_some(ru);
        Value::Localized(Box::new(Localized { ru, en }))
    })
}

fn date() -> impl Strategy<Value = Date> {
    (0i32..3_600_000).prop_map(|days| Date::constant(1, 1, 1).saturating_add(jiff::Span::new().days(days)))
}

fn decimal() -> impl Strategy<Value = Decimal> {
    (any::<i64>(), 0u32..15).prop_map(|(digits, scale)| Decimal::new(digits, scale).normalize())
}

fn list(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::vec(value, 1..4).prop_map(|values| Value::List(values.into()))
}

fn values() -> impl Strategy<Value = Box<[Option<Value>]>> {
    let integer = -INTEGER_MAX..=INTEGER_MAX;
    let some = prop::option::of::<BoxedStrategy<Value>>;
    let first = (
        some(localized(one_line()).boxed()),
        some(several_lines().prop_map(Value::Text).boxed()),
        some(integer.clone().prop_map(Value::Integer).boxed()),
        some(decimal().prop_map(Value::Decimal).boxed()),
        some(any::<bool>().prop_map(Value::Boolean).boxed()),
        some(date().prop_map(Value::Date).boxed()),
    );
    let second = (
        some(prop::sample::select(&["A", "B_2"]).prop_map(|code| Value::Text(code.into())).boxed()),
        some(code().prop_map(Value::Text).boxed()),
        some(list(one_line().prop_map(Value::Text)).boxed()),
        some(list(date().prop_map(Value::Date)).boxed()),
        some(list(integer.prop_map(Value::Integer)).boxed()),
        some(localized(several_lines()).boxed()),
    );
    (first, second).prop_map(|((a, b, c, d, e, f), (g, h, i, j, k, l))| [a, b, c, d, e, f, g, h, i, j, k, l].into())
}

fn code() -> impl Strategy<Value = CompactString> {
    prop_oneof!["[0-9]{1,6}(\\.[0-9]{1,2})?", "[A-ZА-Я][A-Za-z0-9а-я_.-]{0,6}", "[=+'-][0-9]{1,3}", "[а-я] [/#?%а-я]{1,3}x"]
        .prop_map(CompactString::new)
}

fn validity() -> impl Strategy<Value = Validity> {
    let ends = (prop::option::of(date()), prop::option::of(date()));
    ends.prop_map(|(from, to)| Validity::new(from, to).unwrap_or(Validity::ALWAYS))
}

/// Items whose codes do not repeat, as on one date, and whose parents are among them.
pub(super) fn sample() -> impl Strategy<Value = Sample> {
    let items = prop::collection::btree_map(code(), (validity(), values(), any::<prop::sample::Index>(), any::<bool>()), 0..8);
    items.prop_map(|items| {
        let dictionary = dictionary(DEFINITION);
        let codes: Vec<CompactString> = items.keys().cloned().collect();
        let version =
            |(at, (code, (validity, values, parent, has_parent))): (usize, (CompactString, (_, _, prop::sample::Index, bool)))| {
                // Parents stand before their children in the order of codes, so that no cycle comes about.
                let parent = (at > 0 && has_parent).then(|| codes[parent.index(at)].clone());
                let stretch = Stretch { validity, content: Content { parent, values }, retirement: None };
                ItemVersion::new(&dictionary, code, stretch, 1)
            };
        let items = items.into_iter().enumerate().map(version).collect();
        Sample { dictionary, items }
    })
}

pub(super) fn dictionary(definition: &str) -> Dictionary {
    let definition: Definition = toml::from_str(definition).unwrap();
    Dictionary::compile(definition).unwrap()
}

pub(super) fn head() -> ExportHead {
    let published_at = "2024-03-01T09:30:00Z".parse().unwrap();
    ExportHead { publication: 17, published_at, edition: 3, valid_on: Some(Date::constant(2024, 2, 29)) }
}

pub(super) fn options() -> WriteOptions {
    WriteOptions {
        encoding: Encoding::Utf8,
        has_mark: false,
        separator: Separator::Comma,
        line_end: LineEnd::Lf,
        has_header: true,
        neutralises_formulas: true,
        esnsi_generation: Default::default(),
        base_uri: "https://nsi.example.org/".to_owned(),
        scratch_folder: std::env::temp_dir(),
    }
}

/// Bytes that are still there when the writer is gone.
#[derive(Clone, Default)]
struct Shared(Rc<RefCell<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn written(format: Format, sample: &Sample, options: &WriteOptions) -> io::Result<Vec<u8>> {
    written_with(format, sample, &head(), options)
}

pub(super) fn written_with(format: Format, sample: &Sample, head: &ExportHead, options: &WriteOptions) -> io::Result<Vec<u8>> {
    let out = Shared::default();
    let mut writer = writer(format, &sample.dictionary, head, options, Box::new(out.clone()))?;
    sample.items.iter().try_for_each(|item| writer.write(item))?;
    writer.finish()?;
    drop(writer);
    Ok(out.0.take())
}

pub(super) fn opened(format: Format, bytes: &[u8]) -> Result<Box<dyn Table>, FileError> {
    let open = || -> io::Result<Box<dyn Input>> { Ok(Box::new(Cursor::new(bytes.to_vec()))) };
    format.open(&open, &CsvFormat::default(), &LIMITS)
}

/// All rows, each with its line.
pub(super) fn rows(table: &mut dyn Table) -> Result<Vec<(u64, Vec<String>)>, FileError> {
    let (mut row, mut rows) = (Row::new(), Vec::new());
    while table.read(&mut row)? {
        rows.push((row.line(), row.fields().map(str::to_owned).collect()));
    }
    Ok(rows)
}

/// The columns and rows of a file, the first row for the columns where the format names none.
pub(super) fn read(format: Format, bytes: &[u8]) -> Result<(Vec<String>, Vec<Vec<String>>), FileError> {
    let mut table = opened(format, bytes)?;
    let columns = table.head().columns.clone();
    let mut rows: Vec<Vec<String>> = rows(&mut *table)?.into_iter().map(|(_, cells)| cells).collect();
    assert_eq!(
        table.bytes_read(),
        table.head().bytes_total,
        "a file that is at its end was read whole, or it would pass for a changed one"
    );
    let columns = columns.unwrap_or_else(|| if rows.is_empty() { Vec::new() } else { rows.remove(0) });
    Ok((columns, rows))
}

/// A table by the names of its columns: every column that must be there, with its texts; what else a file says is left out.
pub(super) fn by_name(format: Format, bytes: &[u8], wanted: &[String]) -> Result<Vec<Vec<String>>, FileError> {
    let (columns, rows) = read(format, bytes)?;
    let place = |name: &String| columns.iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}: {columns:?}"));
    let places: Vec<usize> = wanted.iter().map(place).collect();
    Ok(rows.into_iter().map(|row| places.iter().map(|place| row[*place].clone()).collect()).collect())
}
