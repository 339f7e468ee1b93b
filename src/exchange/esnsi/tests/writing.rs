//! What is written holds to the schema of its generation, and comes back as it was.

use proptest::prelude::*;

use super::super::super::xml::round_trip::{
    assert_damage_is_survived, assert_valid, compiled, dictionary, expected, fixture, head, item, items, options, read, version, written,
};
use super::super::*;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::validity::{Date, Validity};
use crate::exchange::writing::{ExportHead, WriteOptions};

fn options_of(generation: Generation) -> WriteOptions {
    WriteOptions { esnsi_generation: generation, ..options() }
}

fn file(dictionary: &Dictionary, generation: Generation, items: &[ItemVersion]) -> Vec<u8> {
    let (head, options, mut out) = (head(), options_of(generation), Vec::new());
    written(writer(dictionary, &head, &options, Box::new(&mut out)), items).unwrap();
    out
}

fn schema(generation: Generation) -> std::path::PathBuf {
    fixture(match generation {
        Generation::Old => "esnsi/classifier_old.xsd",
        Generation::New => "esnsi/classifier_new.xsd",
    })
}

/// What every export has, the key of each item, and `add`.
fn expected_with_key(items: &[ItemVersion]) -> (Vec<String>, Vec<Vec<String>>) {
    let (mut columns, mut rows) = expected(dictionary(), items);
    columns.extend([AUTOKEY.to_owned(), ACTION.to_owned()]);
    for (row, item) in rows.iter_mut().zip(items) {
        row.extend([format!("OFFICES_{}", item.code), "add".to_owned()]);
    }
    (columns, rows)
}

proptest! {
    #[test]
    fn what_was_written_is_read(items in items("[0-9A-Za-zА-я_.]{1,20}"), is_old: bool) {
        let generation = if is_old { Generation::Old } else { Generation::New };
        let (head, rows) = read(open, &file(dictionary(), generation, &items)).unwrap();
        let (columns, cells) = expected_with_key(&items);
        prop_assert_eq!(head.columns.unwrap(), columns);
        prop_assert_eq!(rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), cells);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn files_hold_to_the_schema_of_their_generation(items in items("[0-9A-Za-zА-я_.]{1,20}")) {
        for generation in [Generation::Old, Generation::New] {
            assert_valid(&file(dictionary(), generation, &items), &schema(generation));
        }
    }
}

proptest! {
    #[test]
    fn damage_is_survived(items in items("[0-9A-Za-z]{1,20}"), at: prop::sample::Index, byte: u8) {
        let generation = if byte % 2 == 0 { Generation::Old } else { Generation::New };
        assert_damage_is_survived(open, &file(dictionary(), generation, &items), at, byte);
    }
}

#[test]
fn the_schemas_can_tell_the_generations_apart() {
    let new = String::from_utf8(file(dictionary(), Generation::New, &[])).unwrap();
    assert!(new.contains(" updatePeriod=\"30\"") && new.contains(" tech-name=\"title_en\"") && new.contains(" autoKeyPartNum=\"1\""));
    let caught = std::panic::catch_unwind(|| assert_valid(new.as_bytes(), &schema(Generation::Old)));
    assert!(caught.is_err(), "the schema of the old generation knows nothing of updatePeriod");
}

#[test]
fn a_file_says_what_the_dictionary_says() {
    let text = String::from_utf8(file(dictionary(), Generation::New, &[])).unwrap();
    for expected in [
        "code=\"OFFICES\" name=\"Органы &amp; «подразделения»\"",
        " version=\"3\" ",
        "<nsi:description>Все\n&lt;органы&gt;</nsi:description>",
        "name=\"Код\" required=\"true\" tech-name=\"code\" autoKeyPartNum=\"1\" length=\"100\" regex=\"^\\S+$\"/>",
        "name=\"Имя\" required=\"true\" tech-name=\"title\" length=\"500\"/>",
        "name=\"Имя (англ.)\" required=\"false\" tech-name=\"title_en\" length=\"500\"/>",
        "name=\"Кратко\" required=\"false\" tech-name=\"short\" unique=\"true\" length=\"100\" regex=\"^.*$\"/>",
        "<nsi:range from=\"-1000000.5\"/>",
        "<nsi:range from=\"0001-01-01\"/>",
        "name=\"autokey\" required=\"true\" tech-name=\"autokey\" unique=\"true\"/>",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    let (head, _) = read(open, text.as_bytes()).unwrap();
    assert_eq!(head.title.as_deref(), Some("Органы & «подразделения»"));
    assert_eq!((head.code.as_deref(), head.version.as_deref()), (Some("OFFICES"), Some("3")));
    let keys = head.hints.iter().map(|hint| hint.is_key);
    assert_eq!(keys.filter(|is_key| *is_key).count(), 1);
}

#[test]
fn identifiers_are_the_same_in_every_export() {
    let office = item(dictionary(), "01", None, &[("title", "Один")]);
    let text = String::from_utf8(file(dictionary(), Generation::New, &[office])).unwrap();
    // As they were when this was written: receivers know records by them.
    for expected in [
        format!("<nsi:data classifier-ref=\"{}\">", classifier_uid("offices")),
        format!("<nsi:record uid=\"{}\" action=\"add\">", uid("offices", "record", "01")),
        format!("key-attribute-ref=\"{}\"", attribute_uid("offices", "autokey")),
    ] {
        assert!(text.contains(&expected), "{expected} is not in\n{text}");
    }
    assert_eq!(uid("offices", "record", "01"), "c2f8a68b-63c0-81fd-b454-c92523ce6d2e");
    assert_eq!(attribute_uid("offices", "code"), "a075fecd-3cd3-8430-bf56-1e6580df050a");
}

#[test]
fn versions_of_one_item_are_records_of_their_own() {
    let version = |from: i16, to: i16| {
        let validity = Validity::new(Some(Date::constant(from, 1, 1)), Some(Date::constant(to, 1, 1))).unwrap();
        version(dictionary(), "01", None, validity, vec![None; dictionary().attributes.len()])
    };
    let items = [version(2001, 2002), version(2002, 2003)];
    let head = ExportHead { valid_on: None, ..head() };
    let (options, mut out) = (options(), Vec::new());
    written(writer(dictionary(), &head, &options, Box::new(&mut out)), &items).unwrap();
    assert_valid(&out, &schema(Generation::New));
    let (_, rows) = read(open, &out).unwrap();
    assert_eq!(rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(), expected_with_key(&items).1);
}

#[test]
fn what_the_register_cannot_hold_is_refused_by_name() {
    let refusal = |generation, code: &str, parent: Option<&str>, values: &[(&str, &str)]| {
        let item = item(dictionary(), code, parent, values);
        let (head, options, mut out) = (head(), options_of(generation), Vec::new());
        let error = written(writer(dictionary(), &head, &options, Box::new(&mut out)), &[item]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        error.to_string()
    };
    let long = "я".repeat(29);
    assert_eq!(
        refusal(Generation::New, "01", Some(&long), &[]),
        format!("item 01, parent: «OFFICES_{long}» has 37 characters, and ЕСНСИ takes references of at most 36: shorten it")
    );
    let longer = "я".repeat(256);
    assert!(refusal(Generation::Old, "01", None, &[("phones", &longer)]).starts_with("item 01, phones: «яяя"));
    assert_eq!(
        refusal(Generation::New, "01", None, &[("note", "a\u{1}")]),
        "item 01, note: the character U+0001 cannot stand in XML: take it out"
    );
}

#[test]
fn dictionaries_that_do_not_fit_are_refused() {
    let definition = |name: &str, attribute: &str| {
        compiled(&format!(
            "code = 'a'\ntype = 'B'\nname = {{ ru = '{name}' }}\npassport = {{ owner = 'c' }}\n\
             attributes = [{{ code = '{attribute}', type = 'string', label = {{ ru = 'd' }} }}]"
        ))
    };
    for (dictionary, expected) in [
        (definition(&"я".repeat(256), "d"), "the name of the dictionary has 256 characters, and ЕСНСИ takes at most 255: shorten it"),
        (definition("я", "autokey"), "the dictionary has an attribute `autokey`, and ЕСНСИ makes one of this name by itself: rename it"),
    ] {
        let (head, options, mut out) = (head(), options(), Vec::new());
        let error = written(writer(&dictionary, &head, &options, Box::new(&mut out)), &[]).unwrap_err();
        assert_eq!(error.to_string(), expected);
        assert_eq!(lint_dictionary(&dictionary).unwrap().message, expected);
    }
}
