//! One good definition, and every way to spoil it that we could think of.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::domain::definition::Definition;

/// A part of the good definition, what is written instead, and the problems that follow.
type Case = (&'static str, &'static str, &'static [&'static str]);

const FILE: &str = "dictionaries/offices/dictionary.toml";

const GOOD: &str = r#"#:schema ../dictionary.schema.json
code = "offices"
type = "Office"
name = { ru = "Органы прокуратуры", en = "Prosecution offices" }
display = "name"

[passport]
owner = "Главное управление"
update_period_days = 30
access = "public"

[code_rule]
pattern = '^\d{1,12}$'

[hierarchy]
check = "strict"
roots_max = 40

[[attributes]]
code = "name"
type = "string"
label = { ru = "Наименование", en = "Name" }
required = true
length_max = 500

[[attributes]]
code = "region"
type = "reference"
to = "regions"
label = { ru = "Субъект РФ" }

[[attributes]]
code = "kind"
type = "enum"
label = { ru = "Вид" }
values = [
  { code = "CITY", label = { ru = "Городская" } },
  { code = "DISTRICT", label = { ru = "Районная" } },
]

[[attributes]]
code = "opened_on"
type = "date"
label = { ru = "Открыта" }
min = "1722-01-23"

[[rules]]
code = "district_has_parent"
when = 'item.kind == "DISTRICT"'
expect = 'has(item.parent)'
message = { ru = "Нужна вышестоящая" }

[approval]
four_eyes = true
stages = [ { name = { ru = "Методолог" }, role = "approver", quorum = 1 } ]
"#;

/// What the schema does not admit.
const SHAPES: [Case; 41] = [
    (
        "code = \"offices\"",
        "code = \"Offices\"",
        &["2:8: code: \"Offices\" must be lower-case Latin letters, digits and `_`, a letter first, at most 63 in all"],
    ),
    ("code = \"offices\"\n", "", &["1:1: code: `code` is missing, expected a text in quotes"]),
    (
        "type = \"Office\"",
        "type = \"office\"",
        &["3:8: type: \"office\" must be Latin letters and digits, a capital first, at most 63 in all"],
    ),
    (
        "name = { ru = \"Органы прокуратуры\", en = \"Prosecution offices\" }",
        "name = \"Органы\"",
        &["4:8: name: \"Органы\" is not a table such as { ru = \"…\", en = \"…\" }"],
    ),
    ("name = { ru = \"Органы прокуратуры\",", "name = { ", &["4:8: name.ru: `ru` is missing, expected a text in quotes"]),
    ("en = \"Prosecution offices\" }", "de = \"Staatsanwaltschaften\" }", &["4:37: name.de: unknown key, expected one of en, ru"]),
    (
        "[passport]\nowner = \"Главное управление\"\nupdate_period_days = 30\naccess = \"public\"\n",
        "",
        &["1:1: passport: `passport` is missing, expected a table such as { owner = \"…\" }"],
    ),
    ("owner = \"Главное управление\"\n", "", &["7:1: passport.owner: `owner` is missing, expected a text in quotes"]),
    ("owner =", "owners =", &["8:1: passport.owners: unknown key, did you mean `owner`?"]),
    ("update_period_days = 30", "update_period_days = 0", &["9:22: passport.update_period_days: 0 is not a whole number from 1 to 36500"]),
    (
        "update_period_days = 30",
        "update_period_days = \"30\"",
        &["9:22: passport.update_period_days: \"30\" is not a whole number from 1 to 36500"],
    ),
    (
        "update_period_days = 30",
        "update_period_days = 30.5",
        &["9:22: passport.update_period_days: 30.5 is not a whole number from 1 to 36500"],
    ),
    ("access = \"public\"", "access = \"everyone\"", &["10:10: passport.access: \"everyone\" is not one of public, internal, restricted"]),
    (
        "access = \"public\"",
        "access = \"public\"\ndisplay = \"name\"",
        &[
            "11:1: passport.display: unknown key here; `display` of the dictionary itself stands above the first `[table]`; expected one of access, basis, owner, source, update_period_days",
        ],
    ),
    ("[passport]", "[[passport]]", &["7:1: passport: a list is not a table such as { owner = \"…\" }"]),
    ("pattern = '^\\d{1,12}$'", "pattern = 12", &["13:11: code_rule.pattern: 12 is not a text in quotes"]),
    ("roots_max = 40", "roots_max = -1", &["17:13: hierarchy.roots_max: -1 is not a whole number of at least 1"]),
    ("roots_max = 40", "roots_max = 5000000000", &["17:13: hierarchy.roots_max: 5000000000 is too large, expected at most 4294967295"]),
    ("check = \"strict\"", "check = \"Strict\"", &["16:9: hierarchy.check: \"Strict\" is not one of strict, warn"]),
    (
        "type = \"string\"",
        "type = \"strin\"",
        &["21:8: attributes[0].type: \"strin\" is not one of string, text, integer, decimal, boolean, date, enum, reference"],
    ),
    (
        "type = \"string\"\n",
        "",
        &["19:1: attributes[0].type: `type` is missing, expected one of string, text, integer, decimal, boolean, date, enum, reference"],
    ),
    ("length_max = 500", "lenght_max = 500", &["24:1: attributes[0].lenght_max: unknown key, did you mean `length_max`?"]),
    ("length_max = 500", "max_length = 500", &["24:1: attributes[0].max_length: unknown key, did you mean `length_max`?"]),
    ("length_max = 500", "length_max = \"500\"", &["24:14: attributes[0].length_max: \"500\" is not a whole number of at least 0"]),
    (
        "length_max = 500",
        "width = 500",
        &[
            "24:1: attributes[0].width: unknown key, expected one of check, code, description, label, length_max, length_min, list, localized, max, min, on_retire, pattern, required, search, to, type, unique, values",
        ],
    ),
    ("required = true", "required = \"true\"", &["23:12: attributes[0].required: \"true\" is not true or false"]),
    ("required = true", "required = 1", &["23:12: attributes[0].required: 1 is not true or false"]),
    (
        "label = { ru = \"Наименование\", en = \"Name\" }",
        "lable = { ru = \"Наименование\", en = \"Name\" }",
        &["22:1: attributes[0].lable: unknown key, did you mean `label`?"],
    ),
    (
        "label = { ru = \"Наименование\", en = \"Name\" }",
        "label = { en = \"Name\" }",
        &["22:9: attributes[0].label.ru: `ru` is missing, expected a text in quotes"],
    ),
    (
        "code = \"region\"",
        "code = \"Регион\"",
        &["27:8: attributes[1].code: \"Регион\" must be lower-case Latin letters, digits and `_`, a letter first, at most 63 in all"],
    ),
    (
        "to = \"regions\"",
        "to = \"Regions\"",
        &["29:6: attributes[1].to: \"Regions\" must be lower-case Latin letters, digits and `_`, a letter first, at most 63 in all"],
    ),
    (
        "{ code = \"CITY\", label",
        "{ code = \"city\", label",
        &["37:12: attributes[2].values[0].code: \"city\" must be capital Latin letters, digits and `_`, a letter first, at most 63 in all"],
    ),
    (
        "{ code = \"CITY\", label = { ru = \"Городская\" } }",
        "\"CITY\"",
        &["37:3: attributes[2].values[0]: \"CITY\" is not a table such as { code = \"…\", label = { ru = \"…\", en = \"…\" } }"],
    ),
    (
        "min = \"1722-01-23\"",
        "min = 1722-01-23",
        &["45:7: attributes[3].min: the date 1722-01-23 without quotes is not a number or a text in quotes"],
    ),
    ("min = \"1722-01-23\"", "min = [1722]", &["45:7: attributes[3].min: a list is not a number or a text in quotes"]),
    ("[[rules]]", "[rules]", &["47:1: rules: a table is not a list of tables, each under its own `[[rules]]`"]),
    ("expect = 'has(item.parent)'\n", "", &["47:1: rules[0].expect: `expect` is missing, expected a text in quotes"]),
    ("four_eyes = true", "four_eyes = \"yes\"", &["54:13: approval.four_eyes: \"yes\" is not true or false"]),
    ("role = \"approver\"", "role = \"boss\"", &["55:50: approval.stages[0].role: \"boss\" is not one of approver, owner"]),
    ("quorum = 1", "quorum = 21", &["55:71: approval.stages[0].quorum: 21 is too large, expected at most 20"]),
    (
        "stages = [ { name = { ru = \"Методолог\" }, role = \"approver\", quorum = 1 } ]",
        "stages = 1",
        &["55:10: approval.stages: 1 is not a list of tables such as [ { name = { ru = \"…\", en = \"…\" }, role = \"approver\" } ]"],
    ),
];

/// What the schema admits and what makes no sense.
const SENSES: [Case; 19] = [
    (
        "type = \"Office\"",
        "type = \"Offices\"",
        &["3:8: type: one item and the list would both be `offices`: name the type in the singular and the dictionary in the plural"],
    ),
    ("display = \"name\"", "display = \"title\"", &["5:11: display: there is no attribute `title`"]),
    ("display = \"name\"", "display = \"region\"", &["5:11: display: `region` is not a single string or text"]),
    (
        "pattern = '^\\d{1,12}$'",
        "pattern = '^(\\d{1,12}$'",
        &["13:11: code_rule.pattern: `^(\\d{1,12}$` is not a regular expression: unclosed group"],
    ),
    (
        "roots_max = 40",
        "root_attribute = \"section\"",
        &[
            "17:18: hierarchy.root_attribute: there is no attribute `section`",
            "17:18: hierarchy.root_attribute: it works only where `parent_from` takes the parent from the code",
        ],
    ),
    (
        "code = \"name\"",
        "code = \"parent\"",
        &["5:11: display: there is no attribute `name`", "20:8: attributes[0].code: `parent` is reserved"],
    ),
    ("code = \"region\"", "code = \"name\"", &["27:8: attributes[1].code: `name` is there twice"]),
    ("to = \"regions\"\n", "", &["28:8: attributes[1].type: a reference needs `to`, the code of a dictionary"]),
    (
        "length_max = 500",
        "min = 1",
        &["24:7: attributes[0].min: `min` belongs to the type integer, decimal or date, and this is of type string"],
    ),
    (
        "length_max = 500",
        "check = \"warn\"",
        &["24:9: attributes[0].check: `check` belongs to the type reference, and this is of type string"],
    ),
    (
        "length_max = 500",
        "on_retire = \"successor\"",
        &["24:13: attributes[0].on_retire: `on_retire` belongs to the type reference, and this is of type string"],
    ),
    (
        "length_max = 500",
        "localized = true\nunique = true",
        &["25:10: attributes[0].unique: `unique` fits single values in one language only"],
    ),
    (
        "values = [",
        "search = [] \nvaluse = [",
        &["36:10: attributes[2].search: a list is not true or false", "37:1: attributes[2].valuse: unknown key, did you mean `values`?"],
    ),
    ("{ code = \"DISTRICT\"", "{ code = \"CITY\"", &["38:12: attributes[2].values[1].code: `CITY` is there twice"]),
    ("min = \"1722-01-23\"", "min = \"1722-13-23\"", &["45:7: attributes[3].min: `1722-13-23` is not a bound for the type date"]),
    ("min = \"1722-01-23\"", "search = true", &["45:10: attributes[3].search: `search` fits texts, and this is of type date"]),
    (
        "when = 'item.kind == \"DISTRICT\"'",
        "when = 'item.kind =='",
        &["49:8: rules[0].when: it is not a CEL expression: line 1, character 13: Syntax error: mismatched input the end"],
    ),
    (
        "expect = 'has(item.parent)'",
        "expect = 'has(office.parent)'",
        &["50:10: rules[0].expect: it reads `office`, and there is only `item`"],
    ),
    (
        "expect = 'has(item.parent)'",
        "expect = '1 +'",
        &["50:10: rules[0].expect: it is not a CEL expression: line 1, character 4: Syntax error: mismatched input the end"],
    ),
];

/// What is not TOML.
const SYNTAXES: [Case; 17] = [
    ("code = \"offices\"", "code = \"offices", &["2:16: the text is not closed in its line, expected a closing quote"]),
    ("code = \"offices\"", "code = offices", &["2:8: \"offices\" is not a value, expected a text in quotes, a number, true or false"]),
    ("code = \"offices\"", "code: \"offices\"", &["2:5: `:` is not a key, expected Latin letters, digits, `-` and `_`, and `=` behind it"]),
    ("code = \"offices\"", "code", &["2:5: key with no value, expected `=`"]),
    ("[passport]", "[passport", &["7:10: unclosed table, expected `]`"]),
    ("[[attributes]]", "[[attributes]", &["19:14: unclosed array table, expected `]`"]),
    (
        "[[attributes]]",
        "[attributes]",
        &[
            "19:1: attributes: a table is not a list of tables, each under its own `[[attributes]]`",
            "26:3: the table `attributes` is there twice, expected it once or, for a list, `[[attributes]]` each time",
            "32:3: the table `attributes` is there twice, expected it once or, for a list, `[[attributes]]` each time",
            "41:3: the table `attributes` is there twice, expected it once or, for a list, `[[attributes]]` each time",
        ],
    ),
    (
        "update_period_days = 30",
        "update_period_days = 030",
        &["9:22: a number begins with no zero, expected a code to be a text in quotes: \"01\""],
    ),
    ("access = \"public\"", "access = \"public\"\naccess = \"internal\"", &["11:1: the key `access` is there twice, expected it once"]),
    (
        "pattern = '^\\d{1,12}$'",
        "pattern = \"^\\d{1,12}$\"",
        &["13:14: `\\` begins an escape, expected `\\\\`, `\\\"`, `\\n`, `\\t` or `\\u`; a pattern is written in single quotes: '^\\d+$'"],
    ),
    ("required = true", "required = True", &["23:12: invalid boolean, expected `true`"]),
    ("ru = \"Наименование\", en", "ru = \"Наименование\" en", &["22:31: missing comma between key-value pairs, expected `,`"]),
    ("en = \"Name\" }", "en = \"Name\"", &["22:9: `{` is not closed, expected `}`"]),
    (
        "  { code = \"CITY\", label = { ru = \"Городская\" } }",
        "  { code = \"CITY\", label = { ru = \"Городская\" }",
        &["37:3: `{` is not closed, expected `}`"],
    ),
    ("},\n]", "},\n", &["36:10: `[` is not closed, expected `]`"]),
    ("[[rules]]", "[passport]", &["47:2: the table `passport` is there twice, expected it once or, for a list, `[[passport]]` each time"]),
    ("name = { ru", "name = { ru = \"a\", ru", &["4:20: the key `ru` is there twice, expected it once"]),
];

/// The problems of the good definition with one or more parts written otherwise.
fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let mut text = GOOD.to_owned();
    for (part, instead) in changes {
        assert!(text.contains(part), "{part} is not in the good definition");
        text = text.replacen(part, instead, 1);
    }
    match read(Source { file: FILE, text: &text }) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|problem| problem.to_string().replacen(&format!("{FILE}:"), "", 1)).collect(),
    }
}

#[test]
fn the_good_definition_is_good() {
    assert_eq!(problems(&[]), Vec::<String>::new());
}

#[test]
fn every_mistake_is_reported_at_its_line_and_nothing_else_is() {
    for (part, instead, expected) in SHAPES.iter().chain(&SENSES).chain(&SYNTAXES) {
        assert_eq!(problems(&[(part, instead)]), *expected, "{instead}");
    }
}

#[test]
fn ten_mistakes_of_shape_and_sense_are_reported_together() {
    let found = problems(&[
        ("type = \"Office\"", "type = \"office\""),
        ("owner = \"Главное управление\"\n", ""),
        ("access = \"public\"", "acess = \"public\""),
        ("pattern = '^\\d{1,12}$'", "pattern = '^(\\d{1,12}$'"),
        ("roots_max = 40", "roots_max = \"40\"\nroot_attribute = \"section\""),
        ("type = \"string\"", "type = \"strin\""),
        ("length_max = 500", "length_max = -1"),
        ("to = \"regions\"\n", ""),
        ("{ code = \"DISTRICT\"", "{ code = \"CITY\""),
        ("min = \"1722-01-23\"", "min = \"1722-13-23\""),
        ("expect = 'has(item.parent)'", "expect = 'has(office.parent)'"),
        ("quorum = 1", "quorum = 0"),
    ]);
    let expected = [
        "3:8: type: \"office\" must be Latin letters and digits, a capital first, at most 63 in all",
        "7:1: passport.owner: `owner` is missing, expected a text in quotes",
        "9:1: passport.acess: unknown key, did you mean `access`?",
        "12:11: code_rule.pattern: `^(\\d{1,12}$` is not a regular expression: unclosed group",
        "16:13: hierarchy.roots_max: \"40\" is not a whole number of at least 1",
        "21:8: attributes[0].type: \"strin\" is not one of string, text, integer, decimal, boolean, date, enum, reference",
        "24:14: attributes[0].length_max: -1 is not a whole number of at least 0",
        "28:8: attributes[1].type: a reference needs `to`, the code of a dictionary",
        "37:12: attributes[2].values[1].code: `CITY` is there twice",
        "44:7: attributes[3].min: `1722-13-23` is not a bound for the type date",
        "49:10: rules[0].expect: it reads `office`, and there is only `item`",
        "54:71: approval.stages[0].quorum: 0 is not a whole number from 1 to 20",
    ];
    assert_eq!(found, expected);
}

/// A projection that stands behind the good definition.
const PROJECTION: &str = r#"
[[projections]]
code = "receiver"
name = { ru = "Получатель" }
encoding = "windows-1251"
separator = ";"
when = 'has(item.kind)'
columns = [
  { name = "КОД", value = 'item.code', pad_left = { width = 8, with = "0" } },
  { name = "ВИД", value = 'item.kind', map = { CITY = "1", DISTRICT = "2" } },
]
rows = [ { position = "last", values = { "КОД" = "3200" } } ]
"#;

#[test]
fn mistakes_of_projections_are_reported_at_their_lines() {
    let found = |part: &str, instead: &str| -> Vec<String> {
        let text = format!("{GOOD}{}", PROJECTION.replacen(part, instead, 1));
        let shape = shape::check(schema::schema(), &syntax::parse(&text).tree);
        let validator = jsonschema::draft7::new(schema::schema()).expect("the schema is a schema");
        let json: serde_json::Value = toml::from_str(&text).expect("it is TOML");
        assert_eq!(validator.is_valid(&json), shape.misfits.is_empty(), "{instead}: {:#?}", shape.misfits);
        let problems = read(Source { file: FILE, text: &text }).err().unwrap_or_default();
        problems.iter().map(|problem| format!("{}:{}: {}: {}", problem.line, problem.column, problem.path, problem.message)).collect()
    };
    assert_eq!(found("", ""), Vec::<String>::new());
    let cases = [
        ("value = 'item.code'", "value = 'item.cod'", "64:27: projections[0].columns[0].value: there is no attribute `cod`"),
        ("'has(item.kind)'", "'has(item.kin'", "62:8: projections[0].when: it is not a CEL expression: line 1, character"),
        ("windows-1251", "koi8-r", "60:12: projections[0].encoding: \"koi8-r\" is not one of utf-8, windows-1251"),
        ("CITY = \"1\"", "CITY = 1", "65:55: projections[0].columns[1].map.CITY: 1 is not a text in quotes"),
        ("width = 8", "width = 0", "64:61: projections[0].columns[0].pad_left.width: 0 is not a whole number from 1 to 1000"),
        ("\"КОД\" = \"3200\"", "\"КОТ\" = \"3200\"", "67:50: projections[0].rows[0].values.КОТ: there is no column `КОТ`"),
        ("pad_left", "padleft", "64:40: projections[0].columns[0].padleft: unknown key, did you mean `pad_left`?"),
    ];
    for (part, instead, expected) in &cases {
        let problems = found(part, instead);
        assert!(problems.len() == 1 && problems[0].starts_with(expected), "{instead}: {problems:#?}");
    }
}

#[test]
fn an_error_of_syntax_hides_only_its_own_section() {
    let found = problems(&[
        ("type = \"Office\"", "type = \"office\""),
        ("update_period_days = 30", "update_period_days = 030\nacess = 1"),
        ("check = \"strict\"", "check = \"Strict\""),
        ("label = { ru = \"Субъект РФ\" }\n", ""),
        ("[approval]", "[approval"),
    ]);
    let expected = [
        "3:8: type: \"office\" must be Latin letters and digits, a capital first, at most 63 in all",
        "9:22: a number begins with no zero, expected a code to be a text in quotes: \"01\"",
        "17:9: hierarchy.check: \"Strict\" is not one of strict, warn",
        "27:1: attributes[1].label: `label` is missing, expected a table such as { ru = \"…\", en = \"…\" }",
        "53:10: unclosed table, expected `]`",
    ];
    assert_eq!(found, expected);
}

#[test]
fn what_is_no_definition_at_all_is_told_so() {
    let messages = |text: &str| -> Vec<String> {
        let problems = read(Source { file: "x.toml", text }).err().unwrap_or_default();
        problems.iter().map(ToString::to_string).collect()
    };
    let missing = [
        "x.toml:1:1: code: `code` is missing, expected a text in quotes",
        "x.toml:1:1: type: `type` is missing, expected a text in quotes",
        "x.toml:1:1: name: `name` is missing, expected a table such as { ru = \"…\", en = \"…\" }",
        "x.toml:1:1: passport: `passport` is missing, expected a table such as { owner = \"…\" }",
    ];
    assert_eq!(messages(""), missing);
    assert_eq!(messages("\u{feff}# пусто\n"), missing);
    let nested = format!("a = {}{}", "[".repeat(1000), "]".repeat(1000));
    assert_eq!(messages(&nested)[0], "x.toml:1:85: it is nested too deeply, expected at most 80 levels");
}

/// The hand-written checker and a validator of JSON Schema call the same files right and wrong.
#[test]
fn the_checker_agrees_with_the_json_schema() {
    let schema: serde_json::Value = serde_json::from_str(&json_schema()).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::draft7::new(&schema).expect("the schema is a schema");
    let mut counts = [0, 0];
    let spoiled = SHAPES.iter().chain(&SENSES).map(|(part, instead, _)| GOOD.replacen(part, instead, 1));
    for text in spoiled.chain([GOOD.to_owned(), String::new()]).chain(shipped().into_iter().map(|(_, text)| text)) {
        let json: serde_json::Value = toml::from_str(&text).expect("it is TOML");
        let shape = shape::check(schema::schema(), &syntax::parse(&text).tree);
        assert_eq!(validator.is_valid(&json), shape.misfits.is_empty(), "{:#?}\n{text}", shape.misfits);
        assert!(serde_json::from_value::<Definition>(shape.json).is_ok(), "what was mended can be read\n{text}");
        counts[usize::from(shape.misfits.is_empty())] += 1;
    }
    assert!(counts.iter().all(|count| *count > SENSES.len()), "{counts:?}");
}

/// The definitions that we ship and those of the tests, with their paths.
fn shipped() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for folder in ["dictionaries", "tests/fixtures/classifiers"] {
        let entries = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).expect("the folder is there");
        for entry in entries {
            let path = entry.expect("it can be listed").path().join("dictionary.toml");
            if let Ok(text) = std::fs::read_to_string(&path) {
                found.push((path.display().to_string(), text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_shipped_definitions_have_no_problem() {
    let mut loaded = Vec::new();
    let mut problems = Vec::new();
    for (file, text) in &shipped() {
        match read(Source { file, text }) {
            Ok(definition) => loaded.push(definition),
            Err(found) => problems.extend(found),
        }
    }
    problems.extend(check_together(&loaded, &BTreeSet::new()));
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
    assert!(loaded.len() > 10, "only {} were found", loaded.len());
}

proptest! {
    /// Whatever is deleted, doubled or put in: no panic, and every problem stands inside the file.
    #[test]
    fn no_text_is_too_spoiled_to_be_reported(from in 0..GOOD.len(), length in 0usize..60, with in "[\\[\\]{}\"'=,.#\\\\\\n a1я]{0,3}") {
        let boundary = |at: usize| (0..=at.min(GOOD.len())).rev().find(|at| GOOD.is_char_boundary(*at)).unwrap_or(0);
        let text = format!("{}{with}{}", &GOOD[..boundary(from)], &GOOD[boundary(from + length)..]);
        let lines: Vec<&str> = text.split('\n').collect();
        let shape = shape::check(schema::schema(), &syntax::parse(&text).tree);
        prop_assert!(serde_json::from_value::<Definition>(shape.json).is_ok());
        for problem in read(Source { file: FILE, text: &text }).err().unwrap_or_default() {
            let line = lines.get(problem.line - 1).expect("the line is in the file");
            prop_assert!(problem.column <= line.chars().count() + 1, "{problem}\n{text}");
        }
    }
}
