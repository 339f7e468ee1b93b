//! The published samples, what is refused, round trips, and the published schema.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use proptest::prelude::*;

use super::super::xml::round_trip::{
    assert_damage_is_survived, assert_valid, compiled, dictionary, expected, fixture, head, item, items, options, read, written,
};
use super::*;
use crate::domain::item::ItemVersion;

const CODES: &str = "[0-9A-Za-z_@$-]{1,20}";

fn file(items: &[ItemVersion]) -> std::io::Result<Vec<u8>> {
    let (head, options, mut out) = (head(), options(), Vec::new());
    written(writer(dictionary(), &head, &options, Box::new(&mut out)), items)?;
    Ok(out)
}

/// The schemas of SDMX-ML 2.1, unpacked.
fn schema() -> PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let status = Command::new("tar").arg("-xzf").arg(fixture("sdmx/schema_2.1.tar.gz")).arg("-C").arg(folder.path()).status();
        assert!(status.unwrap().success());
        folder
    });
    folder.path().join("SDMXMessage.xsd")
}

proptest! {
    #[test]
    fn what_was_written_is_read(items in items(CODES)) {
        let (head, rows) = read(open, &file(&items).unwrap()).unwrap();
        let (columns, cells) = expected(dictionary(), &items);
        prop_assert_eq!(head.columns.unwrap(), columns);
        prop_assert_eq!(rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), cells);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn files_hold_to_the_schema(items in items(CODES)) {
        assert_valid(&file(&items).unwrap(), &schema());
    }
}

proptest! {
    #[test]
    fn damage_is_survived(items in items(CODES), at: prop::sample::Index, byte: u8) {
        assert_damage_is_survived(open, &file(&items).unwrap(), at, byte);
    }
}

#[test]
fn the_schema_can_refuse() {
    let text = String::from_utf8(file(&[]).unwrap()).unwrap().replace(" agencyID=\"SVOD\"", "");
    assert!(std::panic::catch_unwind(|| assert_valid(text.as_bytes(), &schema())).is_err());
}

#[test]
fn a_list_without_names_comes_back() {
    let plain = compiled(
        "code = 'a'\ntype = 'B'\nname = { ru = 'Имя' }\npassport = { owner = 'c' }\nattributes = [{ code = 'name', type = 'string', label = { ru = 'd' } }]",
    );
    let (head, options, mut out) = (head(), options(), Vec::new());
    let items = [item(&plain, "1", None, &[]), item(&plain, "2", None, &[("name", "x")])];
    written(writer(&plain, &head, &options, Box::new(&mut out)), &items).unwrap();
    assert_valid(&out, &schema());
    let (head, rows) = read(open, &out).unwrap();
    assert_eq!((head.columns.unwrap(), rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>()), expected(&plain, &items));
    assert_eq!((head.title.as_deref(), head.code.as_deref(), head.version.as_deref()), (Some("Имя"), Some("CL_A"), Some("3")));
}

#[test]
fn what_sdmx_cannot_hold_is_refused_by_name() {
    let refusal = |items: &[ItemVersion]| {
        let error = file(items).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        error.to_string()
    };
    let takes = "is no id of SDMX, which takes Latin letters, digits, `_`, `-`, `@` and `$`: export it in another format";
    assert_eq!(refusal(&[item(dictionary(), "01.1", None, &[])]), format!("item 01.1: the code «01.1» {takes}"));
    assert_eq!(refusal(&[item(dictionary(), "01", Some("я"), &[])]), format!("item 01: the parent «я» {takes}"));
    let twice = [item(dictionary(), "01", None, &[]), item(dictionary(), "01", None, &[])];
    assert_eq!(refusal(&twice), "item 01: it has several versions, and a codelist has each code once: choose a date");
    assert_eq!(
        refusal(&[item(dictionary(), "01", None, &[("note", "a\u{1}")])]),
        "item 01, note: the character U+0001 cannot stand in XML: take it out"
    );
}

#[test]
fn the_published_samples_load() {
    let sample = |name: &str| read(open, &std::fs::read(fixture("sdmx").join(name)).unwrap()).unwrap();
    let (head, rows) = sample("codelist.xml");
    assert_eq!(head.columns.unwrap(), ["code", "name"]);
    assert_eq!((head.title.as_deref(), head.code.as_deref(), head.version.as_deref()), (Some("Age"), Some("CL_AGE"), Some("1.0")));
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0], (14, vec!["Y".to_owned(), "Year(s)".to_owned()]));
    assert!(head.hints[0].is_key && !head.hints[1].is_key);
    // Of two lists the one that takes over the codes of the other, all but Y.
    let (head, rows) = sample("codelist_extended.xml");
    assert_eq!(head.code.as_deref(), Some("CL_EXTENDED_AGE"));
    assert_eq!(rows.iter().map(|(_, row)| row[0].as_str()).collect::<Vec<_>>(), ["M", "W", "D", "H", "I", "S"]);
    assert!(head.evidence.contains(&("extends".to_owned(), "SDMX:CL_AGE(1.0)".to_owned())));
}

fn list(id: &str, inside: &str) -> String {
    format!("<s:Codelist id=\"{id}\" agencyID=\"A\" version=\"1.0\">\n{inside}</s:Codelist>\n")
}

fn message(lists: &str) -> String {
    format!(
        "<m:Structure xmlns:m=\"{SCHEMAS}3_0/message\" xmlns:s=\"{SCHEMAS}3_0/structure\" xmlns:c=\"{SCHEMAS}3_0/common\"><m:Header/>\n\
         <m:Structures><s:Concepts><s:Code id='x'/></s:Concepts><s:Codelists>\n{lists}</s:Codelists></m:Structures></m:Structure>"
    )
}

fn told(text: &str) -> Result<(Vec<String>, Vec<Vec<String>>), String> {
    let (head, rows) = read(open, text.as_bytes()).map_err(|error| error.to_string())?;
    Ok((head.columns.unwrap(), rows.into_iter().map(|(_, row)| row).collect()))
}

#[test]
fn names_parents_and_annotations_are_columns() {
    let text = message(&list(
        "X",
        "<s:Code id='1'><c:Annotations><c:Annotation id='ORDER'><c:AnnotationText xml:lang='en'>7</c:AnnotationText></c:Annotation>\
         <c:Annotation><c:AnnotationTitle>t</c:AnnotationTitle><c:AnnotationType>code</c:AnnotationType></c:Annotation></c:Annotations>\
         <c:Name>One</c:Name><c:Name xml:lang='ru'>Один</c:Name><c:Description xml:lang='fr'>un</c:Description></s:Code>\n\
         <s:Code id='2'><c:Annotations><c:Annotation id='ORDER'><c:AnnotationText xml:lang='en'>8</c:AnnotationText></c:Annotation>\
         <c:Annotation id='ORDER'><c:AnnotationText xml:lang='en'>9</c:AnnotationText></c:Annotation></c:Annotations>\
         <c:Name xml:lang='ru'>Два</c:Name><s:Parent>1</s:Parent></s:Code>\n<s:Code id='3'><s:Parent><Ref id='2'/></s:Parent></s:Code>",
    ));
    let (columns, rows) = told(&text).unwrap();
    assert_eq!(columns, ["code", "parent", "name_en", "name", "description", "ORDER", "annotation_code"]);
    assert_eq!(rows[0], ["1", "", "One", "Один", "un", "7", "t"]);
    assert_eq!(rows[1], ["2", "1", "", "Два", "", "8|9", ""]);
    assert_eq!(rows[2], ["3", "2", "", "", "", "", ""]);
}

#[test]
fn codes_are_taken_over_as_the_list_says() {
    let base = list("B", "<s:Code id='A1'/><s:Code id='A2'><s:Parent>A1</s:Parent></s:Code><s:Code id='B1'/>");
    let extended = |prefix: &str, selection: &str| {
        let extension =
            format!("<s:CodelistExtension{prefix}><s:Codelist>urn:x.Codelist=A:B(1.0)</s:Codelist>{selection}</s:CodelistExtension>");
        let (_, rows) = told(&message(&(list("X", &format!("<s:Code id='own'/>{extension}")) + &base))).unwrap();
        rows.into_iter().map(|row| row.join(" ")).collect::<Vec<_>>()
    };
    let of = |kind: &str, member: &str| format!("<s:{kind}CodeSelection><s:MemberValue>{member}</s:MemberValue></s:{kind}CodeSelection>");
    assert_eq!(extended("", ""), ["own ", "A1 ", "A2 A1", "B1 "]);
    assert_eq!(extended("", &of("Inclusive", "A%")), ["own ", "A1 ", "A2 A1"]);
    assert_eq!(extended(" prefix='P_'", &of("Exclusive", "%1")), ["own ", "P_A2 P_A1"]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_line_and_field() {
    let one = |inside: &str| message(&list("X", inside));
    let extension = |base: &str, more: &str| {
        format!("<s:CodelistExtension><s:Codelist>urn:x.Codelist=A:{base}(1.0)</s:Codelist>{more}</s:CodelistExtension>")
    };
    let cascading = "<s:InclusiveCodeSelection><s:MemberValue cascadeValues='true'>1</s:MemberValue></s:InclusiveCodeSelection>";
    for (text, expected) in [
        (one("<s:Code/>"), "line 4: id: the code has no id: give it one"),
        (one("<s:Code id='1'><s:Parent/></s:Code>"), "line 4: the parent of the code 1 is not named"),
        (one("<s:Code id='1'><s:Parent><Other/></s:Parent></s:Code>"), "line 4: <Parent> holds <Other>, and a text or <Ref> belongs there"),
        (
            one("<s:Code id='1'><c:Name>a</c:Name><c:Name xml:lang='en'>b</c:Name></s:Code>"),
            "line 4: Name: the code 1 has it twice in one language",
        ),
        (message(""), "the message holds no codelist"),
        (
            message(&(list("X", "") + &list("Y", ""))),
            "the message holds 2 codelists (A:X(1.0), A:Y(1.0)), and a table can hold one: save each in a file of its own",
        ),
        (one("").replace("agencyID", "isExternalReference=\"true\" agencyID"), "line 3: the codelist A:X(1.0) is only referred to"),
        (one(&extension("Y", "")), "line 4: the codelist A:X(1.0) takes over codes of A:Y(1.0), and it is not in the file"),
        (
            message(&(list("X", &extension("Y", cascading)) + &list("Y", ""))),
            "line 4: the codelist A:X(1.0) takes over codes of A:Y(1.0), with all that",
        ),
        (
            message(&(list("X", &extension("Y", "").repeat(2)) + &list("Y", ""))),
            "line 4: the codelist A:X(1.0) takes over codes of A:Y(1.0), twice",
        ),
        (
            message(&(list("X", &extension("Y", "")) + &list("Y", &extension("Z", "")) + &list("Z", ""))),
            "line 4: the codelist A:X(1.0) takes over codes of A:Y(1.0), and that takes over codes itself",
        ),
        (message("").replace("3_0/message", "2_0/message"), "line 1: the message is of SDMX-ML 2.0, and 2.1, 3.0 and 3.1 are read"),
        ("<Structure/>".to_owned(), "line 1: the document is <Structure> of the namespace «», and a codelist comes in a <Structure>"),
    ] {
        let error = told(&text).expect_err(&text);
        assert!(error.starts_with(expected), "{error}");
    }
}
