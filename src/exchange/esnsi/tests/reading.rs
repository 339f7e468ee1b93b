//! The published samples, and what is refused with its line and field.

use super::super::super::xml::round_trip::{fixture, read};
use super::super::*;
use crate::domain::definition::AttributeType;

fn told(text: &str) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
    let (head, rows) = read(open, text.as_bytes()).map_err(|error| error.to_string())?;
    Ok((head.columns.unwrap(), rows.into_iter().map(|(_, row)| row).collect()))
}

/// A classifier with some attributes, and its data.
fn document(attributes: &str, data: &str) -> String {
    format!(
        "<nsi:document xmlns:nsi=\"{DOCUMENT_NAMESPACE}\">\n<nsi:simple-classifier code=\"C\" name=\"N\" uid=\"u-1\" key-attribute-ref=\"a-k\">\
         {attributes}</nsi:simple-classifier>\n<nsi:data classifier-ref=\"u-1\">\n{data}\n</nsi:data></nsi:document>"
    )
}

const CODE: &str = "<nsi:string-attribute uid=\"a-1\" name=\"Код\"/>";

fn value(reference: &str, kind: &str, text: &str) -> String {
    format!("<nsi:attribute-value attribute-ref=\"{reference}\"><nsi:{kind}>{text}</nsi:{kind}></nsi:attribute-value>")
}

fn record(values: &str) -> String {
    format!("<nsi:record uid=\"r-1\">{values}</nsi:record>")
}

#[test]
fn the_published_samples_load() {
    let sample = |name: &str| {
        let bytes = std::fs::read(fixture("esnsi").join(name)).unwrap();
        read(open, &bytes).unwrap()
    };
    let (head, rows) = sample("okato-valid_test.xml");
    assert_eq!(head.columns.unwrap(), ["code", "k4", "name", "additional_data", "autokey", "action"]);
    assert_eq!((head.code.as_deref(), head.version.as_deref()), (Some("classifierOkato"), Some("7")));
    assert!(head.title.unwrap().starts_with("Общероссийский классификатор"));
    assert_eq!(rows[0].1[..3], ["01", "2", "Алтайский край"]);
    assert!(rows[0].0 == 11 && rows.iter().all(|(_, row)| row[5] == "add"), "{rows:?}");
    let keys: Vec<bool> = head.hints.iter().map(|hint| hint.is_key).collect();
    assert_eq!(keys, [false, false, false, false, true, false]);
    assert_eq!((head.hints[0].label.as_deref(), head.hints[0].length_max, head.hints[0].is_required), (Some("Код"), Some(64), true));
    assert_eq!(head.hints[4].kind, Some(AttributeType::String));
    assert!(head.hints[4].is_unique);
    assert!(head.evidence.iter().any(|(what, why)| what == "generation" && why.starts_with("new: updatePeriod")), "{:?}", head.evidence);

    let (_, rows) = sample("okato-duplicate_test.xml");
    assert_eq!(rows.iter().map(|(_, row)| row[0].as_str()).collect::<Vec<_>>(), ["01.201.800", "01.201.800"]);

    // The names that the register makes of identifiers say nothing, so the columns are called as people call them.
    let (head, rows) = sample("decoder-missing-field_test.xml");
    assert_eq!(head.columns.unwrap(), ["ToSfrCode", "RegionCode", "OfficeType", "action"]);
    assert_eq!(rows[0].1, ["210", "013", "2", "add"]);
    assert_eq!(rows.len(), 4);
}

#[test]
fn every_kind_of_value_is_read() {
    let attributes = "<nsi:description>d</nsi:description>\
        <nsi:string-attribute uid=\"a-s\" name=\"s\"/><nsi:text-attribute uid=\"a-t\" name=\"t\"/>\
        <nsi:boolean-attribute uid=\"a-b\" name=\"b\"/><nsi:date-attribute uid=\"a-d\" name=\"d\"><nsi:range from=\"1900-01-01\"/></nsi:date-attribute>\
        <nsi:integer-attribute uid=\"a-i\" name=\"i\"/><nsi:decimal-attribute uid=\"a-c\" name=\"c\"/>\
        <nsi:reference-attribute uid=\"a-r\" name=\"r\" ref-attribute-uid=\"a-k\"/><nsi:string-attribute uid=\"a-k\" name=\"autokey\"/>";
    let all = [("a-s", "string", " s "), ("a-t", "text", "a\nb"), ("a-b", "bool", "1"), ("a-d", "date", "2024-02-29+03:00")];
    let more = [("a-i", "integer", " 7 "), ("a-c", "decimal", "-0.50"), ("a-r", "reference", "C_1")];
    let values: String = all.iter().chain(&more).map(|(reference, kind, text)| value(reference, kind, text)).collect();
    let second =
        "<nsi:record action=\"remove\"><nsi:attribute-value attribute-ref=\"a-s\"><nsi:string/></nsi:attribute-value></nsi:record>";
    let (columns, rows) = told(&document(attributes, &(record(&values) + second))).unwrap();
    assert_eq!(columns, ["s", "t", "b", "d", "i", "c", "r", "autokey", "action"]);
    assert_eq!(rows[0], [" s ", "a\nb", "true", "2024-02-29", "7", "-0.50", "C_1", "", "add"]);
    assert_eq!(rows[1], ["", "", "", "", "", "", "", "", "remove"]);
}

/// A key that is made of the code alone can be taken apart; any other is left as it is.
#[test]
fn references_to_the_own_key_are_codes_where_the_key_is_made_of_them() {
    let of = |part: &str| {
        let attributes = format!(
            "<nsi:string-attribute uid=\"a-1\" name=\"Код\" tech-name=\"code\" autoKeyPartNum=\"1\"/>\
             <nsi:string-attribute uid=\"a-2\" name=\"Имя\" {part}/>\
             <nsi:reference-attribute uid=\"a-r\" name=\"r\" ref-attribute-uid=\"a-k\"/><nsi:string-attribute uid=\"a-k\" name=\"autokey\"/>"
        );
        told(&document(&attributes, &record(&value("a-r", "reference", "C_1")))).unwrap().1[0][2].clone()
    };
    assert_eq!((of("").as_str(), of("autoKeyPartNum=\"2\"").as_str()), ("1", "C_1"));
}

#[test]
fn columns_are_never_called_alike() {
    let attributes = "<nsi:string-attribute uid=\"a-1\" name=\"a\" tech-name=\"t\"/><nsi:string-attribute uid=\"a-2\" name=\"a\" tech-name=\"t\"/>\
        <nsi:string-attribute uid=\"a-3\" name=\"b\" tech-name=\"action\"/><nsi:string-attribute uid=\"a-4\" name=\"action\"/>";
    assert_eq!(told(&document(attributes, "")).unwrap().0, ["a", "a (a-2)", "b", "action (a-4)", "action"]);
}

#[test]
fn data_alone_are_surveyed() {
    let values = |pairs: &[(&str, &str)]| record(&pairs.iter().map(|(at, text)| value(at, "string", text)).collect::<String>());
    let text = format!(
        "<document xmlns=\"{DOCUMENT_NAMESPACE}\" xmlns:nsi=\"{DOCUMENT_NAMESPACE}\"><data classifier-ref=\"x\">{}{}</data></document>",
        values(&[("a-1", "1")]),
        values(&[("a-2", "2"), ("a-1", "3")])
    );
    let (columns, rows) = told(&text).unwrap();
    assert_eq!(columns, ["a-1", "a-2", "action"]);
    assert_eq!(rows, [["1", "", "add"], ["3", "2", "add"]]);
}

#[test]
fn aggregators_and_the_only_part_of_a_composite_are_read() {
    let aggregator = document(CODE, &record(&value("a-1", "string", "1")))
        .replace("simple-classifier", "aggregator-classifier")
        .replace("</nsi:aggregator", "<nsi:donor-classifier code=\"D\" name=\"Донор\" uid=\"d\"><nsi:attribute-option uid=\"a-1\"/></nsi:donor-classifier></nsi:aggregator");
    let (head, rows) = read(open, aggregator.as_bytes()).unwrap();
    assert_eq!(rows[0].1, ["1", "add"]);
    assert!(head.evidence.contains(&("donors".to_owned(), "Донор: their records are read like the others".to_owned())));

    let composite = |nested: usize| {
        let classifier = format!("<nsi:classifier code=\"N\" name=\"n\" uid=\"n\">{CODE}</nsi:classifier>").repeat(nested);
        document("", &record(&value("a-1", "string", "1")))
            .replace("</nsi:simple-classifier>", &format!("{classifier}</nsi:composite-classifier>"))
            .replace("<nsi:simple", "<nsi:composite")
            .replace("<nsi:data", "<nsi:composite-data classifier-ref=\"u-1\"><nsi:data")
            .replace("</nsi:data>", "</nsi:data></nsi:composite-data>")
    };
    assert_eq!(told(&composite(1)).unwrap(), (vec!["Код".into(), "action".into()], vec![vec!["1".into(), "add".into()]]));
    assert_eq!(
        told(&composite(2)).unwrap_err(),
        "line 2: the composite classifier «N» is made of 2 classifiers (N, N), and a table can hold one: save each in a file of its own"
    );
}

#[test]
fn attachments_of_updates_are_read() {
    let text = format!(
        "<tns:ClassifierDataUpdateRequest xmlns:tns=\"{UPDATE_NAMESPACE}\"><tns:record>\
         <tns:attribute-value attribute-name=\"Код\"><tns:string>20450001</tns:string></tns:attribute-value>\
         <tns:attribute-value attribute-name=\"Вышестоящий\"><tns:code>OFFICES</tns:code><tns:string-key>OFFICES_20450000</tns:string-key></tns:attribute-value>\
         </tns:record></tns:ClassifierDataUpdateRequest>"
    );
    let (head, rows) = read(open, text.as_bytes()).unwrap();
    assert_eq!(head.columns.unwrap(), ["Код", "Вышестоящий", "action"]);
    assert_eq!(rows[0].1, ["20450001", "20450000", "update"]);
    assert_eq!((head.hints[1].kind, head.hints[1].refers_to.as_deref()), (Some(AttributeType::Reference), Some("OFFICES")));
    let delete = text.replace("UpdateRequest", "DeleteRequest").replace("<tns:record>", "<tns:data code=\"OFFICES\"><tns:record>");
    let delete = delete.replace("</tns:record>", "</tns:record></tns:data>");
    assert_eq!(told(&delete).unwrap().1[0][2], "remove");
    assert_eq!(told(&format!("<ClassifierDataUpdateRequest xmlns=\"{UPDATE_NAMESPACE}\"/>")).unwrap(), (vec!["action".into()], vec![]));
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_field() {
    let with = |data: &str| document(CODE, data);
    let one = value("a-1", "string", "1");
    for (text, expected) in [
        (with(&record(&value("a-9", "string", "1"))), "line 4: a-9: record r-1: the classifier has no attribute with this uid: "),
        (with(&record(&format!("{one}\n{one}"))), "line 5: Код: record r-1: the attribute has two values: keep one of them"),
        (
            with(&record(&value("a-1", "integer", "1"))),
            "line 4: Код: record r-1: the value is given as <integer>, and <string> is expected",
        ),
        (with(&record(&value("a-1", "blob", "1"))), "line 4: Код: record r-1: the value is given as <blob>, and <string> is expected"),
        (with(&record("<nsi:attribute-value attribute-ref=\"a-1\"/>")), "line 4: Код: record r-1: <attribute-value> holds no value: "),
        (
            with(&record("<nsi:attribute-value><nsi:string/></nsi:attribute-value>")),
            "line 4: record r-1: <attribute-value> does not say of which",
        ),
        (
            with(&record(&one.replace("</nsi:attribute", "<nsi:string>2</nsi:string></nsi:attribute"))),
            "line 4: Код: record r-1: <attribute-value> holds more than one value",
        ),
        (with(&record("x")), "line 4: <record> holds the text «x», and only elements belong there"),
        (with("<nsi:record action=\"drop\"/>"), "line 4: action: `drop` is no action: add, update or remove is"),
        (with("<nsi:row/>"), "line 4: <row> stands where a <record> is expected"),
        (with(&format!("{}</nsi:data><nsi:data classifier-ref=\"b\">", record(&one))), "line 4: a second <data> follows: "),
        (document(&CODE.repeat(2), ""), "line 2: two attributes of the classifier C have the uid a-1"),
        (document("<nsi:blob-attribute uid=\"a-1\" name=\"x\"/>", ""), "line 2: <blob-attribute> is no kind of attribute"),
        (document("<nsi:string-attribute name=\"x\"/>", ""), "line 2: <string-attribute> lacks the attribute uid"),
        (
            document(&(0..101).map(|at| CODE.replace("a-1", &at.to_string())).collect::<String>(), ""),
            "line 2: the classifier has more than 100",
        ),
        (
            with(&record(&value("a-1", "string", "x"))).replace("</nsi:data></nsi:document>", ""),
            "line 5: the file ends in the middle of <data>",
        ),
        ("<document/>".to_owned(), "line 1: the document is <document> of the namespace «», and a file of ЕСНСИ is <document> of urn:"),
        (format!("<document xmlns=\"{DOCUMENT_NAMESPACE}\"/>"), "line 1: the document is empty"),
        (
            format!("<document xmlns=\"{DOCUMENT_NAMESPACE}\"><x/></document>"),
            "line 1: <x> stands where a classifier or its data are expected",
        ),
    ] {
        let error = told(&text).expect_err(&text);
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn identifiers_of_classifiers_may_disagree() {
    let text = document(CODE, &record(&value("a-1", "string", "1"))).replace("classifier-ref=\"u-1\"", "classifier-ref=\"ID_12\"");
    let (head, rows) = read(open, text.as_bytes()).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(head.evidence.iter().any(|(what, _)| what == "classifier-ref"));
}
