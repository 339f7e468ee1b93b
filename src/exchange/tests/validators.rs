//! The Python packages that know the formats better than we do; `make validators` installs them into `target/validators`, and without
//! them these tests fail.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a validator says of a file that it accepts.
pub(super) fn validated(script: &str, file_name: &str, bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file_name);
    std::fs::write(&path, bytes).unwrap();
    let (accepted, told) = run(script, &path);
    assert!(accepted, "{file_name}: {told}");
    told.trim().to_owned()
}

fn run(script: &str, path: &Path) -> (bool, String) {
    let python = root().join("target/validators/bin/python");
    assert!(python.exists(), "the validators are not installed in {}: run `make validators` first", python.display());
    let ran = Command::new(python).arg(root().join("tests/validators").join(script)).arg(path).output().unwrap();
    let told = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    (ran.status.success(), told)
}

/// A dictionary of real shape: everything that a definition can ask of an attribute, and items that satisfy it.
pub(super) fn satisfied(count: usize) -> Sample {
    let dictionary = dictionary(
        r#"
        code = "case_types"
        type = "CaseType"
        name = { ru = "Категории дел «АБВ»", en = "Types of cases" }
        description = { ru = "Категории", en = "Categories" }
        passport = { owner = "Главное управление", source = "Сайт" }
        code_rule = { pattern = '^[0-9]{3}$' }
        hierarchy = {}
        attributes = [
          { code = "name", type = "string", label = { ru = "Имя", en = "Name" }, localized = true, required = true, length_min = 1, length_max = 50 },
          { code = "number", type = "integer", label = { ru = "Номер" }, required = true, unique = true, min = 0, max = 999 },
          { code = "rate", type = "decimal", label = { ru = "Ставка" }, min = "-0.5", max = "1000.5" },
          { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
          { code = "since", type = "date", label = { ru = "С" }, min = "1900-01-01" },
          { code = "kind", type = "enum", label = { ru = "Вид" }, values = [{ code = "A", label = { ru = "а" } }, { code = "B", label = { ru = "б" } }] },
          { code = "other", type = "reference", to = "others", label = { ru = "Другой" } },
          { code = "tags", type = "string", list = true, label = { ru = "Метки" }, pattern = '^[a-z]+$' },
          { code = "days", type = "date", list = true, label = { ru = "Дни" } },
          { code = "note", type = "text", label = { ru = "Примечание" }, description = { ru = "Что угодно" } },
        ]
        "#,
    );
    let item = |at: usize| {
        let is_full = at.is_multiple_of(2);
        let text = |text: &str| Value::Text(text.into());
        let values: Box<[Option<Value>]> = Box::new([
            Some(Value::Localized(Box::new(Localized {
                ru: Some(format!("Дело «{at}»").into()),
                en: is_full.then(|| "Case, \"x\"".into()),
            }))),
            Some(Value::Integer(at as i64)),
            is_full.then(|| Value::Decimal(Decimal::new(at as i64, 1).normalize())),
            is_full.then_some(Value::Boolean(at.is_multiple_of(4))),
            is_full.then_some(Value::Date(Date::constant(2024, 2, 29))),
            is_full.then(|| text("B")),
            is_full.then(|| text("77/1 а")),
            is_full.then(|| Value::List([text("a"), text("b")].into())),
            is_full.then(|| Value::List([Value::Date(Date::constant(2024, 2, 29))].into())),
            is_full.then(|| text("первая\r\nвторая")),
        ]);
        let parent = (at > 0).then(|| format!("{:03}", at / 3).into());
        let from = is_full.then_some(Date::constant(2020, 1, 1));
        let stretch = Stretch { validity: Validity::new(from, None).unwrap(), content: Content { parent, values }, retirement: None };
        ItemVersion::new(&dictionary, format!("{at:03}").into(), stretch, 1)
    };
    let items = (0..count).map(item).collect();
    Sample { dictionary, items }
}

#[test]
fn a_data_package_is_what_frictionless_says_it_is() {
    let bytes = written(Format::DataPackage, &satisfied(20), &options()).unwrap();
    assert_eq!(validated("data_package.py", "items.zip", &bytes), "valid, 1 resource, 20 rows");
    let empty = written(Format::DataPackage, &satisfied(0), &options()).unwrap();
    assert_eq!(validated("data_package.py", "items.zip", &empty), "valid, 1 resource, 0 rows");
    let mut wrong = satisfied(20);
    wrong.items[3].code = "003x".into();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.zip");
    std::fs::write(&path, written(Format::DataPackage, &wrong, &options()).unwrap()).unwrap();
    let (accepted, told) = run("data_package.py", &path);
    assert!(!accepted && told.contains("constraint \"pattern\""), "{told}");
}

/// All versions of an item in one table.
#[test]
fn a_data_package_of_several_versions_is_valid_too() {
    let mut sample = satisfied(4);
    let again = &sample.items[2];
    let validity = Validity::new(Some(Date::constant(2000, 1, 1)), Some(Date::constant(2020, 1, 1))).unwrap();
    let earlier = ItemVersion::new(&sample.dictionary, again.code.clone(), Stretch { validity, ..again.stretch.clone() }, 1);
    sample.items.insert(2, earlier);
    let head = ExportHead { valid_on: None, ..head() };
    let bytes = written_with(Format::DataPackage, &sample, &head, &options()).unwrap();
    assert_eq!(validated("data_package.py", "items.zip", &bytes), "valid, 1 resource, 5 rows");
}

#[test]
fn a_code_system_is_what_fhir_says_it_is() {
    let bytes = written(Format::Fhir, &satisfied(20), &options()).unwrap();
    assert_eq!(validated("code_system.py", "items.json", &bytes), "valid, 20 concepts, 12 properties");
    let urn = WriteOptions { base_uri: "urn:svod:".to_owned(), ..options() };
    let empty = written(Format::Fhir, &satisfied(0), &urn).unwrap();
    assert_eq!(validated("code_system.py", "items.json", &empty), "valid, 0 concepts, 12 properties");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.json");
    let wrong = String::from_utf8(bytes).unwrap().replace("\"status\":\"active\",", "");
    std::fs::write(&path, wrong).unwrap();
    let (accepted, told) = run("code_system.py", &path);
    assert!(!accepted && told.contains("status"), "{told}");
}

#[test]
fn a_concept_scheme_is_what_skos_says_it_is() {
    let bytes = written(Format::Skos, &satisfied(20), &options()).unwrap();
    assert_eq!(validated("concept_scheme.py", "items.ttl", &bytes), "valid, 1 scheme, 20 concepts");
    let urn = WriteOptions { base_uri: "urn:svod:".to_owned(), ..options() };
    let empty = written(Format::Skos, &satisfied(0), &urn).unwrap();
    assert_eq!(validated("concept_scheme.py", "items.ttl", &empty), "valid, 1 scheme, 0 concepts");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("items.ttl");
    // A parent that is not there, as in an export that leaves some of the items out.
    let mut wrong = satisfied(20);
    wrong.items.remove(0);
    std::fs::write(&path, written(Format::Skos, &wrong, &options()).unwrap()).unwrap();
    let (accepted, told) = run("concept_scheme.py", &path);
    assert!(!accepted && told.contains("has a broader concept that is not there"), "{told}");
}
