//! Definitions that are refused, and rows that are made, over a small dictionary of offices and one of regions.

use compact_str::CompactString;

use super::definition::RowPosition;
use super::*;
use crate::domain::item::{Content, ItemVersion, Retirement, Stretch};
use crate::domain::text::ItemCode;
use crate::domain::validity::{Validity, parse_date};
use crate::domain::value::Value;

const HEAD: &str = r#"
type = "Office"
name = { ru = "Органы", en = "Offices" }
passport = { owner = "Управление" }
hierarchy = {}
attributes = [
  { code = "name", type = "string", label = { ru = "Имя" }, localized = true },
  { code = "kind", type = "string", label = { ru = "Вид" } },
  { code = "share", type = "decimal", label = { ru = "Доля" } },
  { code = "opened_on", type = "date", label = { ru = "Открыта" } },
  { code = "oktmo", type = "string", label = { ru = "ОКТМО" }, list = true },
  { code = "region", type = "reference", to = "regions", label = { ru = "Субъект" } },
  { code = "others", type = "reference", to = "regions", list = true, label = { ru = "Другие" } },
]
"#;

const REGIONS: &str = r#"
code = "regions"
type = "Region"
name = { ru = "Субъекты" }
passport = { owner = "Управление" }
attributes = [{ code = "name", type = "string", label = { ru = "Имя" } }]
"#;

fn compiled(projection: &str) -> Result<Dictionary, Vec<String>> {
    let text = format!("code = \"offices\"\n{HEAD}\n[[projections]]\ncode = \"p\"\nname = {{ ru = \"П\" }}\n{projection}");
    let definition: Definition = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    Dictionary::compile(definition).map_err(|problems| problems.iter().map(|p| format!("{}: {}", p.path_text(), p.message)).collect())
}

fn column(rest: &str) -> String {
    format!("columns = [{{ name = \"A\", {rest} }}]")
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(CompactString::new(text)))
}

struct World {
    dictionary: Dictionary,
    regions: Dictionary,
    region: Vec<ItemVersion>,
    parent: ItemVersion,
}

impl World {
    fn new(projection: &str) -> Self {
        let dictionary = compiled(projection).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let regions = Dictionary::compile(toml::from_str(REGIONS).unwrap()).unwrap();
        let version = |dictionary: &Dictionary, code: &str, values: Vec<Option<Value>>| {
            let content = Content { parent: None, values: values.into() };
            let stretch = Stretch { validity: Validity::ALWAYS, content, retirement: None };
            ItemVersion::new(dictionary, ItemCode::new(code), stretch, 1)
        };
        let named = ["Алтайский край", "Омская область"];
        let region = ["01", "52"].iter().zip(named).map(|(code, name)| version(&regions, code, vec![text(name)])).collect();
        let parent = version(&dictionary, "1", vec![None, text("1"), None, None, None, None, None]);
        Self { dictionary, regions, region, parent }
    }

    fn rows_of(&self, version: &ItemVersion) -> Result<Vec<Vec<String>>, String> {
        let find = |code: &DictionaryCode, item: &str, _: crate::domain::validity::Date| match code.as_str() {
            "regions" => {
                let version = self.region.iter().find(|version| version.code == item)?;
                Some(Found { dictionary: &self.regions, version })
            }
            _ => (item == "1").then_some(Found { dictionary: &self.dictionary, version: &self.parent }),
        };
        let on = parse_date("2026-11-25").unwrap();
        let projector = Projector::new(&self.dictionary.projections[0], &self.dictionary, 3, on, Box::new(find));
        let mut rows = Vec::new();
        projector.project(version, &mut |row| rows.push(row)).map_err(|fault| fault.to_string())?;
        Ok(rows)
    }

    /// An office of kind 3 in two regions, from 2020 on.
    fn office(&self) -> ItemVersion {
        let list = |codes: &[&str]| Some(Value::List(codes.iter().map(|code| Value::Text((*code).into())).collect()));
        let name = crate::domain::text::Localized { ru: Some("Прокуратура".into()), en: None };
        let values = vec![
            Some(Value::Localized(Box::new(name))),
            text("3"),
            Some(Value::Decimal("0.10".parse().unwrap())),
            Some(Value::Date(parse_date("1899-05-07").unwrap())),
            list(&["01", "0162"]),
            text("01"),
            list(&["52", "99"]),
        ];
        let content = Content { parent: Some("1".into()), values: values.into() };
        let retirement = Some(Box::new(Retirement { reason: "слияние".to_owned(), successors: vec!["7".into(), "8".into()] }));
        let validity = Validity::new(parse_date("2020-01-01"), parse_date("2027-03-01")).unwrap();
        ItemVersion::new(&self.dictionary, ItemCode::new("20"), Stretch { validity, content, retirement }, 1)
    }
}

/// The cell of the office for a column.
fn cell(rest: &str) -> Result<String, String> {
    let world = World::new(&column(rest));
    let rows = world.rows_of(&world.office())?;
    assert_eq!(rows.len(), 1);
    Ok(rows[0][0].clone())
}

#[test]
fn cells_are_what_their_expressions_and_options_say() {
    let cases = [
        ("value = 'item.code'", "20"),
        ("value = 'item.name'", "Прокуратура"),
        ("value = 'item.name.en'", ""),
        ("value = 'item.name.en', empty = '-'", "-"),
        ("value = 'item.name.ru + \" \" + item.kind'", "Прокуратура 3"),
        ("value = 'item.share'", "0.10"),
        ("value = 'item.valid_from', date_format = 'dd.MM.yyyy'", "01.01.2020"),
        ("value = 'item.opened_on', earliest = '1900-01-01', date_format = 'dd.MM.yyyy'", "01.01.1900"),
        ("value = 'parent.valid_to', empty = '2999-12-31', date_format = 'yyyyMMdd'", "29991231"),
        ("value = 'day_before(item.valid_to)'", "2027-02-28"),
        ("value = 'date_text(item.valid_to, \"dd/MM/yyyy\")'", "01/03/2027"),
        ("value = 'item.oktmo', pad_right = { width = 8, with = '0' }", "01000000,01620000"),
        ("value = 'item.oktmo', join = '|', cut = 2", "01|01"),
        ("value = 'item.code', pad_left = { width = 5, with = '0' }", "00020"),
        ("value = 'item.kind == \"3\"', map = { true = 'Да', false = 'Нет' }", "Да"),
        ("value = 'parent.kind'", "1"),
        ("value = 'has(parent.parent)'", "false"),
        ("value = 'ref.region.name'", "Алтайский край"),
        ("value = 'ref.others.map(one, one.name)'", "Омская область"),
        ("value = 'join(ref.others.map(one, one.code), \"/\")'", "52"),
        ("value = 'item.successors'", "7,8"),
        ("value = 'item.closed_on'", "2027-03-01"),
        ("value = 'has(item.closed_on) ? item.closed_on : \"\"'", "2027-03-01"),
        ("value = 'dictionary.name.ru + \" \" + string(dictionary.edition)'", "Органы 3"),
        ("value = 'valid_on < item.valid_to'", "true"),
        ("value = 'null'", ""),
    ];
    for (rest, expected) in cases {
        assert_eq!(cell(rest).as_deref(), Ok(expected), "{rest}");
    }
}

#[test]
fn a_fault_names_item_column_and_expression() {
    let cases = [
        ("value = 'item.name.en + item.kind'", "item 20, A: `item.name.en + item.kind`: `en` is absent: ask with `has(…)` first"),
        ("value = 'item.kind', map = { '4' = 'x' }", "item 20, A: `item.kind`: \"3\" is not in the `map` of the column"),
        (
            "value = 'item.kind', date_format = 'dd.MM.yyyy'",
            "item 20, A: `item.kind`: \"3\" is not a date, and the column has a `date_format`",
        ),
        ("value = '[[1]]'", "item 20, A: `[[1]]`: it gives a list of lists, which no cell can hold"),
    ];
    for (rest, expected) in cases {
        assert_eq!(cell(rest), Err(expected.to_owned()), "{rest}");
    }
}

#[test]
fn an_item_is_left_out_or_becomes_several_rows() {
    let two = "split = '[ref.region] + ref.others'\ncolumns = [{ name = 'A', value = 'part.name' }, { name = 'N', value = 'part_number' }]";
    let world = World::new(two);
    assert_eq!(
        world.rows_of(&world.office()),
        Ok(vec![vec!["Алтайский край".into(), "0".into()], vec!["Омская область".into(), "1".into()]])
    );
    let none = World::new(&format!("when = 'item.kind != \"3\"'\n{}", column("value = 'item.code'")));
    assert_eq!(none.rows_of(&none.office()), Ok(Vec::new()));
    let wrong = World::new(&format!("when = 'item.kind'\n{}", column("value = 'item.code'")));
    assert_eq!(wrong.rows_of(&wrong.office()), Err("item 20, when: `item.kind`: it gives neither true nor false".to_owned()));
}

#[test]
fn constant_rows_stand_in_the_order_of_the_columns() {
    let world = World::new(
        "columns = [{ name = 'A', value = 'item.code' }, { name = 'B b', value = 'item.kind' }]\n\
         rows = [{ values = { 'B b' = 'x' } }, { position = 'last', values = { A = '1', 'B b' = '2' } }]",
    );
    let find = |_: &DictionaryCode, _: &str, _| None;
    let projector =
        Projector::new(&world.dictionary.projections[0], &world.dictionary, 1, parse_date("2026-01-01").unwrap(), Box::new(find));
    assert_eq!(projector.constant_rows(RowPosition::First).collect::<Vec<_>>(), [["", "x"]]);
    assert_eq!(projector.constant_rows(RowPosition::Last).collect::<Vec<_>>(), [["1", "2"]]);
}

#[test]
fn what_a_receiver_refuses_is_found() {
    let world = World::new(
        "columns = [{ name = 'A', value = 'item.code', length_max = 1, pattern = '^9' }, { name = 'B', value = 'item.name.en', required = true }]",
    );
    let find = |_: &DictionaryCode, _: &str, _| None;
    let projector =
        Projector::new(&world.dictionary.projections[0], &world.dictionary, 1, parse_date("2026-01-01").unwrap(), Box::new(find));
    let mut found = Vec::new();
    projector.check("20", &["20".to_owned(), String::new()], &mut |finding| found.push(finding.to_string()));
    assert_eq!(
        found,
        [
            "20: A: \"20\" has 2 characters, and the receiver takes 1 [length]",
            "20: A: \"20\" does not match ^9 [pattern]",
            "20: B: the receiver needs a value, and there is none [required]",
        ]
    );
}

#[test]
fn what_makes_no_sense_is_refused_when_the_definition_is_read() {
    let nested = "value = '[1].map(a, [2].map(b, [3].map(c, c)))'";
    let cases = [
        (column("value = 'item.kin'"), "columns[0].value: there is no attribute `kin`: `item` has code, parent, valid_from,"),
        (column("value = 'parent.kin'"), "columns[0].value: there is no attribute `kin`: `parent` has"),
        (column("value = 'item.kind.ru'"), "columns[0].value: there is nothing in `item.kind.ru`".split(".ru").next().unwrap_or_default()),
        (column("value = 'item.name.de'"), "columns[0].value: of `item.name` there are `ru` and `en`"),
        (column("value = 'ref.kind.name'"), "columns[0].value: there is no reference attribute `kind`"),
        (column("value = 'ref.others.name'"), "columns[0].value: `ref.others` is a list"),
        (column("value = 'item'"), "columns[0].value: it reads `item` as a whole"),
        (column("value = 'item[\"kind\"]'"), "columns[0].value: it reads `item` as a whole"),
        (column("value = 'office.kind'"), "columns[0].value: it reads `office`, and there are only `item`"),
        (column("value = 'part.name'"), "columns[0].value: it reads `part`, which is only in columns, and only with `split`"),
        (column("value = 'dictionary.owner'"), "columns[0].value: of `dictionary` there are"),
        (column("value = 'padleft(item.code, 8)'"), "columns[0].value: it calls `padleft`, and there is only size,"),
        (column(nested), "columns[0].value: loops stand more than 2 deep in one another"),
        (column("value = '1 +'"), "columns[0].value: it is not a CEL expression"),
        (column("value = 'item.code', date_format = 'dd.mm.yyyy'"), "columns[0].date_format: `dd.mm.yyyy` is not a form of dates"),
        (column("value = 'item.code', earliest = '1900'"), "columns[0].earliest: `1900` is not a date"),
        (column("value = 'item.code', pad_left = { width = 8, with = '00' }"), "columns[0].pad_left: it has a `width`"),
        (column("value = 'item.code', pattern = '('"), "columns[0].pattern: `(` is not a regular expression"),
        (format!("when = 'item.kin == 1'\n{}", column("value = 'item.code'")), "when: there is no attribute `kin`"),
        (format!("split = 'part'\n{}", column("value = 'item.code'")), "split: it reads `part`"),
        (format!("quoting = 'esnsi'\n{}", column("value = 'item.code'")), "quoting: the quoting `esnsi` turns separators"),
        (format!("{}\nrows = [{{ values = {{ B = '1' }} }}]", column("value = 'item.code'")), "rows[0].values.B: there is no column `B`"),
        ("columns = []".to_owned(), "columns: there are 0, and a projection has 1 to 200"),
        ("columns = [{ name = 'A', value = '1' }, { name = 'A', value = '2' }]".to_owned(), "columns[1].name: `A` is there twice"),
    ];
    for (projection, expected) in cases {
        let problems = compiled(&projection).expect_err(&projection);
        let start = format!("projections[0].{expected}");
        assert!(problems.len() == 1 && problems[0].starts_with(&start), "{projection}: {problems:#?}");
    }
    let duplicate = format!("{}\n[[projections]]\ncode = 'p'\nname = {{ ru = 'П' }}\n{}", column("value = '1'"), column("value = '1'"));
    assert_eq!(compiled(&duplicate).expect_err("twice"), ["projections[1].code: `p` is there twice"]);
}

/// Whatever its nesting, a source is refused or worked out, and no thread runs out of stack.
#[test]
fn nothing_is_nested_too_deep_to_be_told() {
    let wrapped = |open: &str, close: &str, count: usize| format!("{}1{}", open.repeat(count), close.repeat(count));
    let sources = [
        wrapped("(", ")", 990),
        wrapped("[", "]", 990),
        wrapped("-", "", 1_900),
        wrapped("!", "", 1_900),
        wrapped("true?", ":1", 280),
        wrapped("1+", "", 990),
        wrapped("{1:", "}", 490),
        format!("item{}", ".a".repeat(990)),
        format!("dyn{}", "(dyn".repeat(300)),
    ];
    for source in sources {
        let scope = Scope { definition: &toml::from_str(REGIONS).unwrap(), has_part: false };
        if let Ok(expression) = Expression::compile(&source, &scope) {
            drop(expression.program.execute(&functions::context()));
        }
    }
}

#[test]
fn targets_are_held_to_what_is_read_of_them() {
    let world = World::new("columns = [{ name = 'A', value = 'ref.region.nam' }, { name = 'B', value = 'ref.region.code' }]");
    let projection = &world.dictionary.projections[0];
    assert_eq!(
        projection.check_target(&world.regions),
        ["the projection `p` reads `ref.region.nam`, and `regions` has no attribute `nam`"]
    );
    assert_eq!(projection.target_codes().len(), 1);
}
