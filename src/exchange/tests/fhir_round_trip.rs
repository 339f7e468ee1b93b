//! CodeSystems: what is written is read back, real ones are read, and what an item cannot be is refused.

use proptest::prelude::*;

use super::*;
use crate::domain::definition::AttributeType;

proptest! {
    #[test]
    fn what_is_written_is_read_back(sample in sample()) {
        let bytes = written(Format::Fhir, &sample, &options()).unwrap();
        let (names, texts) = sample.texts();
        prop_assert_eq!(by_name(Format::Fhir, &bytes, &names).unwrap(), texts);
        prop_assert_eq!(opened(Format::Fhir, &bytes).unwrap().head().columns.as_ref().unwrap().len(), names.len());
    }
}

pub(super) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/formats").join(name)).unwrap()
}

#[test]
fn real_code_systems_are_read() {
    let bytes = fixture("fhir/CodeSystem-allergyintolerance-clinical_r4.json");
    let mut table = opened(Format::Fhir, &bytes).unwrap();
    let head = table.head().clone();
    assert_eq!(head.title.as_deref(), Some("AllergyIntolerance Clinical Status Codes"));
    assert_eq!(head.version.as_deref(), Some("4.0.1"));
    assert_eq!(head.columns.unwrap(), ["code", "name", "definition", "parent"]);
    assert_eq!(head.evidence[0].1, "3, 1 of them within another, which is their parent");
    let rows = rows(&mut *table).unwrap();
    let shown: Vec<String> = rows.iter().map(|(line, cells)| format!("{line}: {} {} {}", cells[0], cells[1], cells[3])).collect();
    assert_eq!(shown, ["1: active Active ", "1: inactive Inactive ", "1: resolved Resolved inactive"]);
    let (columns, rows) = read(Format::Fhir, &fixture("fhir/CodeSystem-w3c-provenance-activity-type_r4.json")).unwrap();
    assert_eq!((columns.len(), rows.len(), rows[0][0].as_str(), rows[0][1].as_str()), (3, 12, "Generation", "wasGeneratedBy"));
}

const SYSTEM: &str = r#"{
  "resourceType": "CodeSystem", "title": "T",
  "property": [
    {"code": "above", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
    {"code": "weight", "type": "decimal", "description": "Вес"}
  ],
  "concept": [
    {"code": "a", "display": "А",
     "designation": [{"language": "en", "value": "A"}, {"language": "de", "value": "Ah"}, {"language": "ru", "value": "А"}, {"value": "аз"}],
     "property": [{"code": "weight", "valueDecimal": 1.50}, {"code": "tag", "valueString": "x"}, {"code": "tag", "valueString": "y"}]},
    {"code": "b", "property": [{"code": "above", "valueCode": "a"}, {"code": "ok", "valueBoolean": false}]}
  ]
}"#;

#[test]
fn properties_and_designations_are_columns() {
    let mut table = opened(Format::Fhir, SYSTEM.as_bytes()).unwrap();
    assert_eq!(table.head().columns.as_ref().unwrap().join(","), "code,parent,name,weight,name_en,name_de,alt_label,tag,ok");
    let hint = &table.head().hints[3];
    assert_eq!((hint.label.as_deref(), hint.kind), (Some("Вес"), Some(AttributeType::Decimal)));
    let shown: Vec<String> = rows(&mut *table).unwrap().into_iter().map(|(line, cells)| format!("{line}: {}", cells.join(","))).collect();
    assert_eq!(shown, ["8: a,,А,1.50,A,Ah,аз,x|y,", "11: b,a,,,,,,,false"]);
}

#[test]
fn what_is_no_code_system_is_refused() {
    let refused = |text: &str| opened(Format::Fhir, text.as_bytes()).err().unwrap().to_string();
    assert_eq!(refused("{\"resourceType\": \"ValueSet\"}"), "the file is a FHIR ValueSet, and only a CodeSystem is read");
    assert!(refused("{}").contains("no resourceType"));
    assert!(refused("{\"resourceType\":\n \"CodeSystem\"").starts_with("line 2: the CodeSystem is malformed: EOF"));
    assert!(
        refused("{\"resourceType\": \"CodeSystem\",\n \"concept\": [\n{\"display\": \"x\"}]}")
            .starts_with("line 3: the CodeSystem is malformed: missing field `code`")
    );
    let twice = SYSTEM.replace("\"valueCode\": \"a\"}", "\"valueCode\": \"a\"}, {\"code\": \"parent\", \"valueCode\": \"c\"}");
    assert_eq!(refused(&twice), "line 11: parent: concept b stands under a and under c, and an item has one parent: keep one of them");
    let deep = format!(
        "{{\"resourceType\": \"CodeSystem\", \"concept\": [{}{}]}}",
        "{\"code\": \"a\", \"concept\": [".repeat(100),
        "]}".repeat(100)
    );
    assert!(refused(&deep).contains("more than 64 deep"), "{}", refused(&deep));
    let unknown = SYSTEM.replace("\"valueBoolean\": false", "\"valueQuantity\": 1");
    assert!(refused(&unknown).starts_with("line 11: ok: the property of concept b has no value"));
}

#[test]
fn several_versions_of_an_item_are_refused() {
    let mut sample = super::validators::satisfied(1);
    let again = sample.items[0].stretch.clone();
    sample.items.push(ItemVersion::new(&sample.dictionary, sample.items[0].code.clone(), again, 1));
    let error = written(Format::Fhir, &sample, &options()).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    assert!(error.to_string().starts_with("item 000 has several versions"), "{error}");
}
