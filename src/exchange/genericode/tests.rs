//! The published samples, what is refused, round trips, and the published schema.

use proptest::prelude::*;

use super::super::xml::round_trip::{
    assert_damage_is_survived, assert_valid, dictionary, expected, fixture, head, items, options, read, version, written,
};
use super::*;
use crate::domain::definition::AttributeType;
use crate::domain::item::ItemVersion;
use crate::domain::validity::{Date, Validity};
use crate::exchange::writing::{ExportHead, WriteOptions};

fn file(head: &ExportHead, options: &WriteOptions, items: &[ItemVersion]) -> Vec<u8> {
    let mut out = Vec::new();
    written(writer(dictionary(), head, options, Box::new(&mut out)), items).unwrap();
    out
}

proptest! {
    #[test]
    fn what_was_written_is_read(items in items("[0-9A-Za-zА-я_.]{1,20}")) {
        let (head, rows) = read(open, &file(&head(), &options(), &items)).unwrap();
        let (columns, cells) = expected(dictionary(), &items);
        prop_assert_eq!(head.columns.unwrap(), columns);
        prop_assert_eq!(rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), cells);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn files_hold_to_the_schema(items in items("[0-9A-Za-zА-я_.]{1,20}"), all_versions: bool) {
        let head = ExportHead { valid_on: head().valid_on.filter(|_| !all_versions), ..head() };
        assert_valid(&file(&head, &options(), &items), &fixture("genericode/genericode_1.0.xsd"));
    }
}

proptest! {
    #[test]
    fn damage_is_survived(items in items("[0-9A-Za-z]{1,20}"), at: prop::sample::Index, byte: u8) {
        assert_damage_is_survived(open, &file(&head(), &options(), &items), at, byte);
    }
}

#[test]
fn the_schema_can_refuse() {
    let text = String::from_utf8(file(&head(), &options(), &[])).unwrap().replace("<Version>3</Version>", "");
    assert!(std::panic::catch_unwind(|| assert_valid(text.as_bytes(), &fixture("genericode/genericode_1.0.xsd"))).is_err());
}

#[test]
fn a_list_says_what_it_is() {
    let (head, _) = read(open, &file(&head(), &options(), &[])).unwrap();
    assert_eq!((head.code.as_deref(), head.title.as_deref()), (Some("offices"), Some("Органы & «подразделения»")));
    assert_eq!(head.version.as_deref(), Some("3"));
    assert!(head.evidence.contains(&("CanonicalVersionUri".to_owned(), "urn:svod:offices:3".to_owned())), "{:?}", head.evidence);
    let hint = |column: &str| &head.hints[head.columns.as_ref().unwrap().iter().position(|name| name == column).unwrap()];
    assert!(hint("code").is_key && hint("code").is_unique && hint("code").is_required && !hint("title").is_key);
    assert_eq!((hint("code").pattern.as_deref(), hint("title").length_max), (Some("^(?:\\S+)$"), Some(500)));
    assert_eq!((hint("since").kind, hint("share").kind), (Some(AttributeType::Date), Some(AttributeType::Decimal)));
    assert_eq!(hint("title").label.as_deref(), Some("Имя"));
    let text = String::from_utf8(file(&self::head(), &WriteOptions { base_uri: "https://a/".into(), ..options() }, &[])).unwrap();
    assert!(text.contains("<CanonicalVersionUri>https://a/offices/3</CanonicalVersionUri>"));
}

#[test]
fn versions_are_told_apart_by_their_dates() {
    let version = |from: i16| {
        let validity = Validity::new(Some(Date::constant(from, 1, 1)), Some(Date::constant(from + 1, 1, 1))).unwrap();
        version(dictionary(), "01", None, validity, vec![None; dictionary().attributes.len()])
    };
    let (head, rows) = read(open, &file(&ExportHead { valid_on: None, ..head() }, &options(), &[version(2001), version(2002)])).unwrap();
    let keys = head.hints.iter().zip(head.columns.unwrap()).filter(|(hint, _)| hint.is_key).map(|(_, name)| name);
    assert_eq!((keys.collect::<Vec<_>>(), rows.len()), (vec!["code".to_owned(), "valid_from".to_owned()], 2));
}

#[test]
fn the_published_samples_load() {
    let sample = |name: &str| read(open, &std::fs::read(fixture("genericode").join(name)).unwrap()).unwrap();
    for (name, columns, count, first, title) in [
        ("TaxTypeCode.gc", &["code", "name"][..], 2, "StandardRated", "Tax TypeCode"),
        ("CountryIdentificationCode-2.0.gc", &["code", "name", "numericcode"], 240, "AF", "Country"),
        ("TransportationStatusCode-2.0.gc", &["code", "name"], 329, "1", "Transportation Status"),
    ] {
        let (head, rows) = sample(name);
        assert_eq!(head.columns.unwrap(), columns, "{name}");
        assert_eq!((rows.len(), rows[0].1[0].as_str(), head.title.as_deref()), (count, first, Some(title)), "{name}");
        assert_eq!(head.hints.iter().map(|hint| hint.is_key).collect::<Vec<_>>()[..2], [true, false], "{name}");
        assert!(head.hints[0].is_required && head.hints[0].label.as_deref() == Some("Code"));
    }
    let (_, rows) = sample("TaxTypeCode.gc");
    assert_eq!(rows[0], (32, vec!["StandardRated".into(), "The tax specified by the Tax Scheme attracts VAT at standard\nrate.".into()]));
}

/// A list with two columns, and rows.
fn list(rows: &str) -> String {
    format!(
        "<gc:CodeList xmlns:gc=\"{NAMESPACE}\"><Identification/>\n<ColumnSet><Column Id=\"a\" Use=\"required\"/><Column Id=\"b\" Use=\"optional\">\
         <Data Type=\"boolean\"/></Column></ColumnSet>\n<SimpleCodeList>\n{rows}</SimpleCodeList></gc:CodeList>"
    )
}

fn told(text: &str) -> Result<Vec<Vec<String>>, String> {
    let (_, rows) = read(open, text.as_bytes()).map_err(|error| error.to_string())?;
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}

#[test]
fn values_find_their_columns_by_name_or_place() {
    let value = |text: &str| format!("<Value><SimpleValue>{text}</SimpleValue></Value>");
    for (row, cells) in [
        (value("1") + &value(" 1 "), ["1", "true"]),
        (
            "<Value ColumnRef=\"b\"><SimpleValue>false</SimpleValue></Value>".to_owned()
                + &value("1").replace("<Value", "<Value ColumnRef=\"a\""),
            ["1", "false"],
        ),
        ("<Annotation/><Value/>".to_owned() + &value("0"), ["", "false"]),
        (value("1") + "<x:y xmlns:x='urn:x'>z</x:y>", ["1", ""]),
    ] {
        assert_eq!(told(&list(&format!("<Row>{row}</Row>"))).unwrap(), [cells], "{row}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_field() {
    let one = "<Value><SimpleValue>1</SimpleValue></Value>";
    let named = |id: &str| format!("<Value ColumnRef=\"{id}\"/>");
    let row = |values: &str| list(&format!("<Row>\n{values}</Row>"));
    let with_set = |set: &str| list("").replace("<ColumnSet>", &format!("<ColumnSet>{set}"));
    for (text, expected) in [
        (row(&one.repeat(3)), "line 5: the row has a value behind the last of the 2 columns: name its column by ColumnRef"),
        (row(&(named("b") + one)), "line 5: the row has a value behind the last of the 2 columns: name its column by ColumnRef"),
        (row(&named("c")), "line 5: c: there is no column with this id"),
        (row(&(one.to_owned() + &named("a"))), "line 5: a: the column has two values in one row: keep one of them"),
        (row("<Value><ComplexValue/></Value>"), "line 5: a: <ComplexValue> cannot be a cell of a table"),
        (row("<Value><UndefinedValue/></Value>"), "line 5: a: <UndefinedValue> cannot be a cell of a table"),
        (row("<Value><SimpleValue>1<b/></SimpleValue></Value>"), "line 5: <SimpleValue> holds <b>, and only text belongs there"),
        (row("<Cell/>"), "line 5: <Cell> stands where a <Value> is expected"),
        (list("<Line/>"), "line 4: <Line> stands where a <Row> is expected"),
        (list("").replace("SimpleCodeList", "CodeListRef"), "line 3: <CodeListRef> has no place in a code list here"),
        (with_set("<Column/>"), "line 2: a <Column> has no Id"),
        (with_set("<Column Id='a'/>"), "line 2: a: two columns have this id"),
        (with_set("<ColumnRef Id='a'/>"), "line 2: a column is described in another file (<ColumnRef>)"),
        (with_set("<Key><ColumnRef Ref='z'/></Key>"), "line 2: z: the key refers to a column that is not there"),
        (list("").replace("ColumnSet", "ColumnSetRef"), "line 2: the columns are described in another file (<ColumnSetRef>)"),
        (format!("<c:CodeListSet xmlns:c='{NAMESPACE}'/>"), "line 1: the document is a <CodeListSet>, and only a <CodeList> holds codes"),
        (format!("<c:CodeList xmlns:c='{NAMESPACE}'/>"), "line 1: the code list has no <SimpleCodeList>"),
        ("<CodeList/>".to_owned(), "line 1: the document is <CodeList> of the namespace «», and a code list is"),
    ] {
        let error = told(&text).expect_err(&text);
        assert!(error.starts_with(expected), "{error}");
    }
}
