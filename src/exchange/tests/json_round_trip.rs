//! JSON in its shapes: what is written is read back, documents of others are read, and what is no table is refused where it goes wrong.

use proptest::prelude::*;

use super::*;
use crate::domain::definition::AttributeType;

proptest! {
    #[test]
    fn what_is_written_is_read_back(sample in sample()) {
        for format in [Format::Json, Format::Ndjson] {
            let bytes = written(format, &sample, &options()).unwrap();
            let (columns, texts) = sample.texts();
            let expected = if texts.is_empty() { (Vec::new(), Vec::new()) } else { (columns, texts) };
            prop_assert_eq!(read(format, &bytes).unwrap(), expected);
            if format == Format::Json {
                prop_assert!(serde_json::from_slice::<serde_json::Value>(&bytes).unwrap().is_array());
            } else {
                prop_assert_eq!(bytes.iter().filter(|byte| **byte == b'\n').count(), sample.items.len());
            }
        }
    }

    /// Nothing that is sent makes the reader panic, or read for ever.
    #[test]
    fn any_text_is_read_or_refused(text in "[\\[\\]{}:,\"\\\\aя0-9.\n trufalsenu]{0,60}") {
        for format in [Format::Json, Format::Ndjson] {
            if read(format, text.as_bytes()).is_ok() && format == Format::Json && !text.trim().is_empty() {
                prop_assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
            }
        }
    }
}

fn shown(format: Format, text: &str) -> Vec<String> {
    let (columns, rows) = read(format, text.as_bytes()).unwrap();
    std::iter::once(columns).chain(rows).map(|cells| cells.join(",")).collect()
}

#[test]
fn the_types_are_those_of_json() {
    let mut sample = Sample { dictionary: dictionary(DEFINITION), items: Vec::new() };
    let mut values: Box<[Option<Value>]> = vec![None; sample.dictionary.attributes.len()].into();
    values[0] = Some(Value::Localized(Box::new(Localized { ru: Some("Имя \"а\"".into()), en: None })));
    values[2] = Some(Value::Integer(-5));
    values[3] = Some(Value::Decimal(Decimal::new(125, 1)));
    values[4] = Some(Value::Boolean(true));
    values[9] = Some(Value::List([Value::Date(Date::constant(2024, 2, 29))].into()));
    let stretch = Stretch { validity: Validity::ALWAYS, content: Content { parent: None, values }, retirement: None };
    sample.items.push(ItemVersion::new(&sample.dictionary, "01".into(), stretch, 1));
    let text = String::from_utf8(written(Format::Json, &sample, &options()).unwrap()).unwrap();
    assert_eq!(
        text,
        "[\n{\"code\":\"01\",\"parent\":null,\"valid_from\":null,\"valid_to\":null,\"name\":{\"ru\":\"Имя \\\"а\\\"\",\"en\":null},\
         \"note\":null,\"number\":-5,\"rate\":12.5,\"is_open\":true,\"since\":null,\"kind\":null,\"other\":null,\"tags\":null,\
         \"days\":[\"2024-02-29\"],\"counts\":null,\"long_note\":{\"ru\":null,\"en\":null}}\n]\n"
    );
}

#[test]
fn documents_of_others_are_read() {
    let plain =
        "\u{feff} [ {\"a\": 1.50, \"b\": [\"x\", 2, null]},\n {\"c\": {\"ru\": \"я\", \"en\": \"i\", \"de\": null}, \"a\": 1e5}, {} ]\n";
    assert_eq!(shown(Format::Json, plain), ["a,b,c,c_en,c_de", "1.50,x|2,,,", "1e5,,я,i,", ",,,,"]);
    let inside =
        "{\"count\": 2, \"tags\": [1, [2]], \"about\": {\"x\": {\"y\": 1}}, \"items\": [{\"a\": \"1\"}, {\"a\": true}], \"empty\": []}";
    assert_eq!(shown(Format::Json, inside), ["a", "1", "true"]);
    let groups = "{\"22\": [{\"court_id\": \"22RS0001\"}, {\"court_id\": \"22RS0002\"}], \"28\": [{\"court_id\": \"28RS0001\"}]}";
    assert_eq!(shown(Format::Json, groups), ["key,court_id", "22,22RS0001", "22,22RS0002", "28,28RS0001"]);
    let by_key = "{\"RU\": {\"name\": \"Россия\"}, \"DE\": {\"name\": \"Германия\"}}";
    assert_eq!(shown(Format::Json, by_key), ["key,name", "RU,Россия", "DE,Германия"]);
    for empty in ["", " \n", "[]", "{}", "{\"items\": []}"] {
        assert_eq!(shown(Format::Json, empty), [""], "{empty:?}");
    }
    assert_eq!(shown(Format::Ndjson, "{\"a\": 1}\r\n\n{\"b\": \"\\u044f\"}"), ["a,b", "1,", ",я"]);
}

#[test]
fn rows_know_their_lines_and_columns_their_types() {
    let text = "[\n{\"a\": 1, \"b\": true, \"c\": \"x\", \"d\": null,\n \"e\": 1},\n\n{\"a\": 2, \"b\": 0, \"c\": 1, \"e\": 1.5}]";
    let mut table = opened(Format::Json, text.as_bytes()).unwrap();
    let kinds: Vec<_> = table.head().hints.iter().map(|hint| hint.kind).collect();
    assert_eq!(kinds, [Some(AttributeType::Integer), None, None, None, Some(AttributeType::Decimal)]);
    let lines: Vec<u64> = rows(&mut *table).unwrap().into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [2, 5]);
    assert_eq!(table.bytes_read(), table.head().bytes_total);
}

#[test]
fn what_is_no_table_is_refused_where_it_goes_wrong() {
    let nested = "is a value within a value: a row is flat";
    let cut = "the file ends in the middle of the document";
    for (text, place, message) in [
        ("[\n{\"a\": 1,\n\"a\": 2}]", "line 3: a: ", "the row has a twice: keep one of them"),
        ("[{\"a\": 1},\n{\"a\": 2", "line 2: ", cut),
        ("[{\"a\": \"x", "line 1: ", cut),
        ("[{\"a\": 1}", "line 1: ", cut),
        ("{\"items\": [", "line 1: ", cut),
        ("[{\"a\": 1}]\n\n]", "line 3: ", "`]` follows the end of the document"),
        ("{\"a\": {}}\n{\"a\": {}}", "line 2: ", "name the format ndjson"),
        ("[{\"a\": 1} {\"a\": 2}]", "line 1: ", "`,` or `]` is missing before `{`"),
        ("[{\"a\": 1},]", "line 1: ", "a comma stands behind the last part"),
        ("[1]", "line 1: ", "a row is not an object"),
        ("5", "line 1: ", "neither an array nor an object"),
        ("[{\"a\": {\"b\": {\"c\": 1}}}]", "line 1: a: ", nested),
        ("[{\"a\":\n[{\"b\": 1}]}]", "line 2: a: ", nested),
        ("{\"Sections\": [{\"Name\": \"x\", \"Groups\": [{\"a\": 1}]}]}", "line 1: Sections[].Groups: ", nested),
        ("[{\"a\": 1,\n\"b\": nul}]", "line 2: ", "the JSON is malformed: "),
        ("{\"a\": nul, \"b\": [{\"x\": 1}]}", "line 1: ", "the JSON is malformed: "),
        ("{\"a\": [1, x], \"b\": [{\"x\": 1}]}", "line 1: ", "the JSON is malformed: "),
        ("[{\"a\": \"\n\"}]", "line ", "control character"),
        ("{\"a\": {\"x\": 1}, \"b\": [{\"x\": 1}], \"c\": [{\"x\": 1}]}", "line 1: ", "beside the object a"),
    ] {
        let refused = read(Format::Json, text.as_bytes()).unwrap_err().to_string();
        assert!(refused.starts_with(place) && refused.contains(message), "{text:?}: {refused}");
    }
    let deep = format!("[{{\"a\": {}1{}}}]", "[".repeat(100_000), "]".repeat(100_000));
    assert!(read(Format::Json, deep.as_bytes()).unwrap_err().to_string().contains("more than 64 levels deep"));
    let long = format!("[{{\"a\": \"{}\"}}]", "x".repeat(LIMITS.row.record_bytes_max));
    assert_eq!(read(Format::Json, long.as_bytes()).unwrap_err().to_string(), "line 1: the row is longer than 1000000 bytes");
    let refused = read(Format::Ndjson, b"{\"a\": 1}\n{\"a\": 2} {\"a\": 3}\n").unwrap_err().to_string();
    assert_eq!(refused, "line 2: something follows the object on its line: every line is one object");
    assert!(read(Format::Ndjson, b"{\"a\": 1}\n{\"a\": ").unwrap_err().to_string().starts_with("line 2: the file ends"));
    assert!(read(Format::Json, b"\xFF\xFE[").unwrap_err().to_string().contains("UTF-16"));
}
