//! Concept schemes: what is written is read back, real ones are read, and what an item cannot be is refused.

use proptest::prelude::*;

use super::fhir_round_trip::fixture;
use super::*;

proptest! {
    #[test]
    fn what_is_written_is_read_back(sample in sample()) {
        let bytes = written(Format::Skos, &sample, &options()).unwrap();
        let (names, texts) = sample.texts();
        prop_assert_eq!(by_name(Format::Skos, &bytes, &names).unwrap(), texts);
    }
}

#[test]
fn real_schemes_are_read() {
    let shown = |name: &str| {
        let (columns, rows) = read(Format::Skos, &fixture(name)).unwrap();
        let place = |column: &str| columns.iter().position(|name| name == column);
        let cell = |row: &[String], column: &str| place(column).map(|at| row[at].clone()).unwrap_or_default();
        let rows: Vec<String> =
            rows.iter().map(|row| format!("{} {} {}", cell(row, "code"), cell(row, "parent"), cell(row, "name_en"))).collect();
        (columns, rows)
    };
    let (columns, rows) = shown("skos/slashURIConceptScheme.ttl");
    assert_eq!(rows, ["1  Concept 1", "c2 1 Concept 2", "c3 c2 ", "c4 c2 "]);
    assert!(columns.starts_with(&["code".to_owned(), "uri".to_owned(), "parent".to_owned()]) && columns.contains(&"name_de".to_owned()));
    for (name, count) in [("skos/hashURIConceptScheme.ttl", 4), ("skos/interactivityType.ttl", 3)] {
        assert_eq!(shown(name).1.len(), count, "{name}: {:?}", shown(name));
    }
    let mut table = opened(Format::Skos, &fixture("skos/slashURIConceptScheme.ttl")).unwrap();
    let lines: Vec<u64> = super::rows(&mut *table).unwrap().into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [17, 30, 36, 41], "the lines on which the concepts are said to be concepts");
    let (columns, rows) = shown("skos/twoConceptSchemesOneFile.ttl");
    assert!(columns.contains(&"scheme".to_owned()), "{columns:?}");
    assert_eq!(rows, ["1  Concept 1", "c2 1 Concept 2", "c3 c2 ", "c4 c2 "]);
    let (_, cells) = read(Format::Skos, &fixture("skos/twoConceptSchemesOneFile.ttl")).unwrap();
    let place = columns.iter().position(|name| name == "scheme").unwrap();
    assert_eq!(cells[0][place], "cs1|just-another-scheme.org|two-concepts-one-file", "one says it itself, one is said, and one both");
    let table = opened(Format::Skos, &fixture("skos/twoConceptSchemesOneFile.ttl")).unwrap();
    let told = "4 of 3 scheme(s), told apart by the column scheme; 1 broader concept(s) that are not in the file were left out";
    assert_eq!(table.head().evidence[0].1, told);
}

#[test]
fn what_an_item_cannot_be_is_refused() {
    let prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://x/> .\n";
    let two = format!("{prefix}<a> a skos:Concept .\n<b> a skos:Concept .\n<c> a skos:Concept ; skos:broader <a>, <b> .\n");
    let told = opened(Format::Skos, two.as_bytes()).err().unwrap().to_string();
    assert_eq!(told, "line 5: c: it has two broader concepts, a and b, and an item has one parent: keep one of them");
    let told = opened(Format::Skos, format!("{prefix}<a> a skos:Concept ; skos:prefLabel \"x .\n").as_bytes()).err().unwrap().to_string();
    assert!(told.starts_with("line 3, column ") && told.contains("not Turtle"), "{told}");
    let told = opened(Format::Skos, prefix.as_bytes()).err().unwrap().to_string();
    assert!(told.contains("neither a skos:ConceptScheme nor a skos:Concept"), "{told}");
}

#[test]
fn lines_are_known_across_blank_lines_and_long_literals() {
    let long = "много\n\n".repeat(50_000);
    let text = format!(
        "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n\n\n<urn:b> a skos:Concept ;\n  skos:definition \"\"\"{long}\"\"\" .\n\
         <urn:a> a skos:Concept .\n"
    );
    let mut table = opened(Format::Skos, text.as_bytes()).unwrap();
    let shown: Vec<(u64, String)> = super::rows(&mut *table).unwrap().into_iter().map(|(line, cells)| (line, cells[0].clone())).collect();
    assert_eq!((shown[0].clone(), shown[1].1.as_str()), ((4, "b".to_owned()), "a"));
}

/// Prefixes and comments say nothing of anyone, so nothing comes out of the parser while they go in.
#[test]
fn lines_are_known_after_prefixes_and_comments() {
    for (prefixes, comments) in [(0, 0), (1, 0), (5, 0), (3, 20), (0, 40)] {
        let more: String = (0..prefixes).map(|at| format!("@prefix p{at}: <http://x/{at}/> .\n")).collect();
        let comment = "# о том, что ниже\n".repeat(comments);
        let text = format!(
            "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n{more}{comment}<urn:a> a skos:Concept .\n{comment}<urn:b> a skos:Concept .\n"
        );
        let mut table = opened(Format::Skos, text.as_bytes()).unwrap();
        let lines: Vec<u64> = super::rows(&mut *table).unwrap().into_iter().map(|(line, _)| line).collect();
        let first = (2 + prefixes + comments) as u64;
        assert_eq!(lines, [first, first + 1 + comments as u64], "{prefixes} prefixes, {comments} comments");
    }
}

/// The rows of a file with these sentences, as code, parent and name.
fn concepts(sentences: &str) -> Result<Vec<String>, String> {
    let text = format!("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://x/> .\n{sentences}\n");
    let (columns, rows) = read(Format::Skos, text.as_bytes()).map_err(|error| error.to_string())?;
    let place = |column: &str| columns.iter().position(|name| name == column);
    let cell = |row: &[String], column: &str| place(column).map(|at| row[at].clone()).unwrap_or_default();
    Ok(rows.iter().map(|row| ["code", "parent", "name", "name_und"].map(|name| cell(row, name)).join(",")).collect())
}

#[test]
fn concepts_are_known_without_their_type() {
    for (sentences, expected) in [
        ("<s> a skos:ConceptScheme . <a> skos:inScheme <s> .", "a,,,"),
        ("<s> a skos:ConceptScheme . <a> skos:topConceptOf <s> .", "a,,,"),
        ("<s> a skos:ConceptScheme ; skos:hasTopConcept <a> .", "a,,,"),
        ("<s> skos:prefLabel \"С\" . <a> a skos:Concept ; skos:inScheme <s> .", "a,,,"),
        ("<a> skos:notation \"1\" .", "1,,,"),
        ("<a> skos:prefLabel \"А\"@ru .", "a,,А,"),
        ("<a> a <T> ; skos:prefLabel \"А\"@ru .", "a,,А,"),
        ("<a> a skos:Concept . <b> skos:broader <a> .", "a,,, b,a,,"),
        ("<a> a skos:Concept ; skos:narrower <b> .", "a,,, b,a,,"),
        ("<a> skos:narrower <b> . <b> skos:prefLabel \"Б\" .", "a,,, b,a,Б,"),
        (
            "<s> a skos:ConceptScheme ; skos:prefLabel \"С\" . <c> a skos:Collection ; skos:prefLabel \"С\" ; skos:member <a> . <a> a skos:Concept .",
            "a,,,",
        ),
    ] {
        assert_eq!(concepts(sentences).map(|rows| rows.join(" ")), Ok(expected.to_owned()), "{sentences}");
    }
}

#[test]
fn concepts_without_an_address_are_refused_by_name() {
    let told = concepts("<a> a skos:Concept .\n[] a skos:Concept ; skos:prefLabel \"Б\" .").unwrap_err();
    assert!(told.starts_with("line 4: Б: it is a concept without an address"), "{told}");
    let told = concepts("<a> a skos:Concept ; skos:narrower [ skos:notation \"2\" ] .").unwrap_err();
    assert!(told.starts_with("line 3: 2: it is a concept without an address"), "{told}");
}

#[test]
fn names_of_addresses_are_decoded() {
    for (address, code) in [("%D0%90", "А"), ("a%2Fb", "a/b"), ("%FF", "%FF"), ("100%25", "100%")] {
        assert_eq!(concepts(&format!("<{address}> a skos:Concept .")), Ok(vec![format!("{code},,,")]));
    }
}

#[test]
fn a_label_without_a_language_stands_for_the_russian_one() {
    for (labels, expected) in [("\"А\"", "a,,А,"), ("\"А\", \"А\"@ru", "a,,А,"), ("\"A\", \"А\"@ru", "a,,А,A")] {
        assert_eq!(concepts(&format!("<a> a skos:Concept ; skos:prefLabel {labels} .")), Ok(vec![expected.to_owned()]));
    }
    let told = concepts("<a> a skos:Concept ; skos:prefLabel \"А\"@ru, \"Б\"@ru .").unwrap_err();
    assert_eq!(told, "line 3: a: it has two labels (skos:prefLabel) in the language ru, «А» and «Б»: keep one of them");
}

#[test]
fn what_names_nothing_is_refused_by_name() {
    let links = ["broader", "inScheme", "topConceptOf"];
    for link in links {
        for (object, found) in [
            ("[ <p> \"x\" ]", "a node without an address (a blank node or a list)"),
            ("_:x", "a node without an address (a blank node or a list)"),
            ("()", "a node without an address (a blank node or a list)"),
            ("( <b> )", "a node without an address (a blank node or a list)"),
            ("\"b\"", "the text «b»"),
        ] {
            let told = concepts(&format!("<a> a skos:Concept ;\n skos:notation \"1\" ;\n skos:{link} {object} .")).unwrap_err();
            let expected = format!("line 5: 1: its skos:{link} is {found}, which names nothing: write the address that is meant");
            assert!(told.starts_with(&expected), "{link} {object}: {told}");
        }
    }
    for (sentences, expected) in [
        ("<s> skos:hasTopConcept \"b\" .", "line 3: s: its skos:hasTopConcept is the text «b», which names nothing"),
        ("<a> skos:narrower \"b\" .", "line 3: a: its skos:narrower is the text «b», which names nothing"),
        ("<a> skos:narrower () .", "line 3: a: its skos:narrower is a node without an address"),
        ("<a> skos:narrower [] .", "it is a concept without an address"),
        ("<a> a skos:Concept . [] a skos:ConceptScheme ; skos:prefLabel \"С\" .", "line 3: С: it is a scheme without an address"),
    ] {
        let told = concepts(sentences).unwrap_err();
        assert!(told.contains(expected), "{sentences}: {told}");
    }
}

#[test]
fn what_is_no_text_of_a_cell_is_refused_by_name() {
    for property in ["prefLabel", "altLabel", "hiddenLabel", "notation", "definition", "scopeNote", "example", "note", "historyNote"] {
        for object in ["[ <p> \"x\" ]", "_:x", "( \"x\" )", "()"] {
            let told = concepts(&format!("<a> a skos:Concept ;\n skos:{property} {object} .")).unwrap_err();
            let expected = format!("its skos:{property} is a node without an address (a blank node or a list), and a cell holds a text");
            assert!(told.starts_with("line 4: ") && told.contains(&expected), "{property} {object}: {told}");
        }
    }
    let told = concepts("<a> a skos:Concept ; skos:prefLabel <b> .").unwrap_err();
    assert_eq!(
        told,
        "line 3: a: its skos:prefLabel is the address <http://x/b> and not a text: write the text itself, as in skos:prefLabel \"…\""
    );
    let told = concepts("<a> a skos:Concept ; <urn:svod:vocabulary#region> [] .").unwrap_err();
    assert!(told.starts_with("line 3: a: its svod:region is a node without an address"), "{told}");
    // A note may be a document elsewhere.
    assert!(concepts("<a> a skos:Concept ; skos:definition <b> .").is_ok());
}

#[test]
fn a_column_that_is_said_twice_is_refused() {
    for (said, told) in [
        ("skos:prefLabel \"А\"@ru ; <urn:svod:vocabulary#name> \"Б\"", "name is both «А» by SKOS and «Б» by <urn:svod:vocabulary#name>"),
        ("skos:broader <b> ; <urn:svod:vocabulary#parent> \"c\"", "parent is both «b» by SKOS and «c» by <urn:svod:vocabulary#parent>"),
        ("skos:notation \"1\" ; <urn:svod:vocabulary#code> \"2\"", "code is both «1» by SKOS and «2» by <urn:svod:vocabulary#code>"),
    ] {
        let refused = concepts(&format!("<a> a skos:Concept ; {said} .")).unwrap_err();
        assert!(refused.contains(told), "{said}: {refused}");
    }
}

/// What no column holds is told, so that nobody takes it for loaded.
#[test]
fn what_is_left_out_is_told() {
    let left_out = |sentences: &str| {
        let text = format!("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://x/> .\n{sentences}\n");
        let table = opened(Format::Skos, text.as_bytes()).unwrap();
        let evidence = table.head().evidence.clone();
        evidence.into_iter().find(|(name, _)| name == "left out").map(|(_, found)| found).unwrap_or_default()
    };
    assert_eq!(left_out("<s> a skos:ConceptScheme ; skos:hasTopConcept <a> . <a> skos:prefLabel \"А\" ; skos:inScheme <s> ."), "");
    let told = left_out(
        "<a> a skos:Concept, <T> ; skos:related <b>, <c> ; <http://purl.org/dc/terms/modified> \"2024\" ; <p> [ <q> \"x\" ] .\n\
         <c> a skos:Collection ; skos:member <a> . <d> a skos:Concep ; <p> \"x\" .",
    );
    assert_eq!(
        told,
        "dct:modified (1), skos:related (2), <http://x/p> (1), collections (1), what is neither concept nor scheme (1), such as <http://x/d>"
    );
    let many: String = (10..22).map(|at| format!("; <p{at}> \"x\" ")).collect();
    assert!(left_out(&format!("<a> a skos:Concept {many}.")).ends_with("<http://x/p19> (1), 2 more properties"), "{many}");
}

/// The first notation is the code, the first label the name; more of what an item has once is not lost.
#[test]
fn further_notations_and_schemes_have_columns() {
    let said = "<a> skos:inScheme <s>, <t> ; skos:topConceptOf <t> ; skos:notation \"1\", \"I\", \"1\", \"i\" .";
    let text = format!("@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@base <http://x/> .\n{said}");
    let (columns, rows) = read(Format::Skos, text.as_bytes()).unwrap();
    let cell = |column: &str| rows[0][columns.iter().position(|name| name == column).unwrap()].as_str();
    assert_eq!((cell("code"), cell("notation"), cell("scheme")), ("1", "I|i", "s|t"), "{columns:?}");
}
