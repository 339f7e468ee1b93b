//! Data packages: the CSV inside is what was written, and the archive is one that others open.

use proptest::prelude::*;
use zip::ZipArchive;

use super::*;

fn part(bytes: &[u8], name: &str) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut part = Vec::new();
    io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut part).unwrap();
    part
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn the_table_inside_is_read_back(sample in sample()) {
        let bytes = written(Format::DataPackage, &sample, &options()).unwrap();
        prop_assert_eq!(read(Format::Csv, &part(&bytes, "items.csv")).unwrap(), sample.texts());
    }
}

#[test]
fn the_descriptor_says_what_the_columns_are() {
    let sample = Sample { dictionary: dictionary(DEFINITION), items: Vec::new() };
    let bytes = written(Format::DataPackage, &sample, &options()).unwrap();
    let descriptor: serde_json::Value = serde_json::from_slice(&part(&bytes, "datapackage.json")).unwrap();
    assert_eq!(descriptor["version"], "3");
    let schema = &descriptor["resources"][0]["schema"];
    let fields: Vec<String> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| format!("{} {}", field["name"].as_str().unwrap(), field["type"].as_str().unwrap()))
        .collect();
    assert_eq!(
        fields.join(", "),
        "code string, parent string, valid_from date, valid_to date, name string, name_en string, note string, number integer, \
         rate number, is_open boolean, since date, kind string, other string, tags string, days string, counts string, \
         long_note string, long_note_en string"
    );
    assert_eq!(
        (&schema["primaryKey"], &schema["fields"][7]["constraints"]),
        (&serde_json::json!(["code"]), &serde_json::json!({ "unique": true }))
    );
}
