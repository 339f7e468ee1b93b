//! The first bytes of real files of every format, of files that people send by mistake, and of text that only looks like a format.

use proptest::prelude::*;

use super::*;

fn judged(start: &[u8], name: &str) -> (String, String) {
    match detect(start, name) {
        Ok((format, evidence)) => (format.name().to_owned(), evidence),
        Err(error) => ("refused".to_owned(), error.to_string()),
    }
}

#[test]
fn real_files_are_told_by_their_beginnings() {
    const FILES: [(&str, &str, &str); 31] = [
        ("CodeSystem-allergyintolerance-clinical_r4.json", "fhir", "JSON whose resourceType is CodeSystem"),
        ("CodeSystem-w3c-provenance-activity-type_r4.json", "fhir", "JSON whose resourceType is CodeSystem"),
        ("CountryIdentificationCode-2.0.gc", "genericode", "XML whose root is CodeList of genericode"),
        ("TaxTypeCode.gc", "genericode", "XML whose root is CodeList of genericode"),
        ("TransportationStatusCode-2.0.gc", "genericode", "XML whose root is CodeList of genericode"),
        ("codelist.xml", "sdmx", "XML whose root is Structure of SDMX 3.0"),
        ("codelist_extended.xml", "sdmx", "XML whose root is Structure of SDMX 3.0"),
        ("sdmx-json_structure_constructed-sample.json", "refused", "SDMX message in JSON: send the code list as SDMX-ML 2.1 (XML)"),
        ("hashURIConceptScheme.ttl", "skos", "Turtle that names the namespace of SKOS"),
        ("interactivityType.ttl", "skos", "Turtle that names the namespace of SKOS"),
        ("slashURIConceptScheme.ttl", "skos", "Turtle that names the namespace of SKOS"),
        ("twoConceptSchemesOneFile.ttl", "skos", "Turtle that names the namespace of SKOS"),
        ("decoder-missing-field_test.xml", "esnsi-xml", "XML whose root is document of ЕСНСИ"),
        ("okato-duplicate_test.xml", "esnsi-xml", "XML whose root is document of ЕСНСИ"),
        ("okato-valid_test.xml", "esnsi-xml", "XML whose root is document of ЕСНСИ"),
        ("schema_cnsi-2.0.0.0_classifier.xsd", "refused", "the file is an XML schema, which describes files and has no items"),
        ("schema_cnsi-2.0.0.0_update.xsd", "refused", "the file is an XML schema, which describes files and has no items"),
        ("okei.xml", "refused", "the file is XML whose root is OKEI, which is no format of items: read are ЕСНСИ"),
        ("gasps_dictionaries_2024-08.xml", "refused", "whose root is RepositoryDataSet of http://tempuri.org/DictionaryXMLSchema.xsd"),
        ("okei.json", "json", "text that begins as an object of JSON"),
        ("courts_vnkod_2023-11-18.json", "json", "text that begins as an object of JSON"),
        ("iso_4217.json", "json", "text that begins as an object of JSON"),
        ("okved2_2016-08-26.json", "json", "text that begins as an object of JSON"),
        ("city.csv-metadata.json", "refused", "@context: the file is a description of a CSV file (CSVW), and no items: send the CSV"),
        ("offices_esnsi_edited.xlsx", "xlsx", "a ZIP archive with the part xl/_rels/workbook.xml.rels of an Excel workbook"),
        ("OKEIUoms.csv", "csv", "text that is neither JSON, XML nor Turtle"),
        ("OKEIGroups.csv", "csv", "text that is neither JSON, XML nor Turtle"),
        ("court_types_gasps.csv", "csv", "text that is neither JSON, XML nor Turtle"),
        ("gas_pravosudie_material_types_raw.txt", "csv", "text that is neither JSON, XML nor Turtle"),
        ("gov_domains_bom_multiline.csv", "csv", "text that is neither JSON, XML nor Turtle"),
        ("mvd_budget_2012_maccyrillic_cr.txt", "csv", "text that is neither JSON, XML nor Turtle"),
    ];
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/formats");
    for (name, format, part_of_evidence) in FILES {
        let start = std::fs::read(format!("{folder}/{name}")).unwrap();
        let (found, evidence) = judged(&start, name);
        assert!(found == format && evidence.contains(part_of_evidence), "{name}: {found}: {evidence}");
        // Content decides: another name changes nothing.
        assert_eq!(judged(&start, "a.csv").0, found, "{name}");
    }
}

#[test]
fn content_is_told_before_the_name() {
    let cases: [(&[u8], &str, &str); 38] = [
        (b"", "", "csv"),
        (b"", "a.json", "json"),
        (b"  \n", "a.ttl", "skos"),
        (b"code,name\n", "a.json", "csv"),
        (b"{\"a\":1}", "a", "json"),
        (b"{\"a\":1}", "a.jsonl", "ndjson"),
        (b"{\"a\":1}\n", "a.NDJSON", "ndjson"),
        (b"{\"a\":1}\n{\"a\":2}\n", "a.json", "ndjson"),
        (b"{\"a\":1}\n\n  {\"a\"", "a.json", "ndjson"),
        (b"{\"a\":\n1}\n{\"a\":2}", "a", "json"),
        (b"[]", "a", "json"),
        (b"[{\"a\":1}", "a.csv", "json"),
        (b"[\n  1", "a", "json"),
        (b"[id];[name]\n1;a\n", "a.csv", "csv"),
        (b"{8A4F}\t1\n", "a.csv", "csv"),
        (b"{\"resourceType\"", "a", "json"),
        (b"{\"meta\":{\"resourceType\":\"CodeSystem\"}}", "a", "json"),
        (b"{\"id\":\"x\",\"n\":[1,{}],\"resourceType\":\"CodeSystem\",\"url\":", "a", "fhir"),
        (b"{\"resourceType\":\"ValueSet\"}", "a", "refused"),
        (b"<5 years;1\n", "a", "csv"),
        (b"<not xml", "a", "refused"),
        (b"<a/>", "a", "refused"),
        (b"<!-- only a comment -->", "a", "refused"),
        (b"<!DOCTYPE html><html><body>", "a.xls", "refused"),
        (b"<CodeList/>", "a", "refused"),
        (
            b"<u:ClassifierDataUpdateRequest xmlns:u=\"urn://x-artefacts-smev-gov-ru/esnsi/smev-integration/update/2.0.0\">",
            "a",
            "esnsi-xml",
        ),
        (b"<ClassifierDataDeleteRequest xmlns=\"urn://x-artefacts-smev-gov-ru/esnsi/smev-integration/update/2.0.0\"/>", "a", "esnsi-xml"),
        (b"<m:Structure xmlns:m='http://www.sdmx.org/resources/sdmxml/schemas/v2_1/message'>", "a", "sdmx"),
        (b"<m:Structure xmlns:m='http://www.SDMX.org/resources/SDMXML/schemas/v2_0/message'>", "a", "refused"),
        (b"@prefix : <http://a/> .", "a", "skos"),
        (b"# a comment\n\nPREFIX skos: <http://www.w3.org/2004/02/skos/core#>\n", "a", "skos"),
        (b"@base <http://a/> .", "a.csv", "skos"),
        (b"prefix,base\n", "a.csv", "csv"),
        (b"base ;price\n", "a.csv", "csv"),
        (b"<http://a/b> a <http://www.w3.org/2004/02/skos/core#Concept> .", "a", "skos"),
        (b"<http://a/b> a <http://a/c> .", "a.ttl", "skos"),
        (b"# comment;1\n", "a.csv", "csv"),
        (b"\xEF\xBB\xBF[{", "a", "json"),
    ];
    for (start, name, expected) in cases {
        let (found, evidence) = judged(start, name);
        assert_eq!(found, expected, "{} as {name}: {evidence}", String::from_utf8_lossy(start));
    }
}

#[test]
fn utf16_is_looked_into() {
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?><document xmlns=\"urn://x-artefacts-nsi-gov-ru/services/cnsi/2.0.0.0\"/>";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for start in [[b"\xFF\xFE", little.as_slice()].concat(), [b"\xFE\xFF", big.as_slice()].concat(), little, big] {
        assert_eq!(judged(&start, "a").0, "esnsi-xml");
    }
    let table: Vec<u8> = "\u{feff}код;имя\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(judged(&table, "a").0, "csv");
}

#[test]
fn what_is_no_table_is_refused_with_the_way_out() {
    let zip = |part: &str| {
        let mut bytes = b"PK\x03\x04".to_vec();
        bytes.resize(26, 0);
        bytes.extend([part.len() as u8, 0, 0, 0]);
        bytes.extend(part.as_bytes());
        bytes
    };
    let cases: [(Vec<u8>, &str, &str); 16] = [
        (zip("a.csv"), "a.zip", "the file is a ZIP archive and no Excel workbook (.xlsx): unpack it and send the file inside"),
        (zip("word/document.xml"), "a.docx", "the file is a Word document: copy the table into a workbook"),
        (zip("mimetype"), "a.ods", "the file is an OpenDocument file: save the sheet as an Excel workbook (.xlsx) or as CSV in UTF-8"),
        (zip("datapackage.json"), "a.zip", "the file is a data package: unpack it and send the CSV inside it"),
        (zip("xl/workbook.bin"), "a.xlsb", "the file is a binary workbook (.xlsb): save it as an Excel workbook (.xlsx)"),
        (b"PK\x05\x06".to_vec(), "a.zip", "the file is a ZIP archive and no Excel workbook"),
        (
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec(),
            "a.xls",
            "the file is an old Microsoft Office document, or a workbook with a password",
        ),
        (b"%PDF-1.7".to_vec(), "a.pdf", "the file is a PDF document: a table in it has to be exported"),
        (b"7z\xBC\xAF\x27\x1C".to_vec(), "a.7z", "the file is a 7-Zip archive: unpack it and send the file inside"),
        (b"\x1F\x8B\x08".to_vec(), "a.gz", "the file is a gzip archive: unpack it and send the file inside"),
        (b"Rar!\x1A\x07\x01\0".to_vec(), "a.rar", "the file is a RAR archive: unpack it"),
        (b"SQLite format 3\0".to_vec(), "a.db", "the file is an SQLite database: export the table as CSV in UTF-8"),
        (b"<html>".to_vec(), "a.xls", "the file is a web page: is it a table that was saved as a page?"),
        (
            b"{\"resourceType\":\"ValueSet\"".to_vec(),
            "a",
            "resourceType: the file is a FHIR resource ValueSet, and only CodeSystem is read: send the code system",
        ),
        (
            b"<r:RDF xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>".to_vec(),
            "a.rdf",
            "the file is RDF in XML: save the concept scheme as Turtle",
        ),
        (b"<?xml version='1.0'?>".to_vec(), "a.xml", "the file begins as XML and has no root element: is it cut off?"),
    ];
    for (start, name, message) in cases {
        let (found, told) = judged(&start, name);
        assert!(found == "refused" && told.starts_with(message), "{name}: {found}: {told}");
    }
    assert_eq!(judged(&zip("[Content_Types].xml"), "a.XLSX").0, "xlsx", "its sheets may stand behind what is seen");
    assert_eq!(judged(&zip("xl/worksheets/sheet1.xml"), "a").0, "xlsx");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(start in prop::collection::vec(any::<u8>(), 0..200), magic in 0usize..12) {
        const STARTS: [&[u8]; 12] =
            [b"", b"PK\x03\x04", b"{", b"[", b"<", b"<?xml ", b"@prefix ", b"#", b"{\"a\":", b"\xFF\xFE", b"<\0", b"<!DOCTYPE "];
        let _ = detect(&[STARTS[magic], &start].concat(), "a");
    }
}
