//! Round trips through the doors, on both engines: a published dictionary is exported, imported into an empty database under the same
//! definition, and published there; every version of every item must be the same, to its digest.

use svod::app::exporting::{ExportRequest, Exporting};
use svod::app::import::ImportOptions;
use svod::domain::account::Authority;
use svod::domain::item::Stretch;
use svod::domain::text::ItemCode;
use svod::exchange::format::Format;

use crate::change_request::code;
use crate::harness::{Database, Instance};
use crate::publication::REGIONS;

on_both_engines!(
    all_versions_come_back_from_the_formats_that_hold_them,
    what_is_valid_on_a_date_comes_back_from_every_format,
    the_csv_of_esnsi_comes_back_but_for_separators_and_line_breaks,
    formats_of_one_version_refuse_several,
);

/// Every type, alone and in lists, and texts by language.
const THINGS: &str = r#"
code = "things"
type = "Thing"
name = { ru = "Вещи «разные»", en = "Things & others" }
approval = { four_eyes = false }
display = "name"
passport = { owner = "Управление", access = "public" }
hierarchy = {}
attributes = [
  { code = "name", type = "string", label = { ru = "Имя", en = "Name" }, localized = true, required = true },
  { code = "note", type = "text", label = { ru = "Примечание" } },
  { code = "number", type = "integer", label = { ru = "Номер" }, unique = true },
  { code = "rate", type = "decimal", label = { ru = "Ставка" } },
  { code = "is_open", type = "boolean", label = { ru = "Открыт" } },
  { code = "since", type = "date", label = { ru = "С" } },
  { code = "kind", type = "enum", label = { ru = "Вид" }, values = [{ code = "A", label = { ru = "а" } }, { code = "B_2", label = { ru = "б" } }] },
  { code = "region", type = "reference", to = "regions", label = { ru = "Регион" } },
  { code = "tags", type = "string", list = true, label = { ru = "Метки" } },
  { code = "days", type = "date", list = true, label = { ru = "Дни" } },
  { code = "counts", type = "integer", list = true, label = { ru = "Числа" } },
]
"#;

/// One version an item, with codes that every format takes.
const SINGLE: &str = "code,parent,valid_from,valid_to,name,name_en,note,number,rate,is_open,since,kind,region,tags,days,counts\n\
    007,,,,\"Прокуратура \"\"Восточный\"\"; главная, да\",Main & <first>,\"строка\nвторая «строка»\",-5,12.50,true,2024-02-29,A,01,а|б в,2024-02-29|1999-12-31,1|-2\n\
    1e5,007,2020-01-01,,=1+1,,\t'=2,12,-0.001,false,,B_2,02,=3|@x,,\n\
    TRUE,007,,2030-01-01,NULL,null,- тире,0,100,,0001-01-01,,,001|1.0,,9007199254740991\n\
    a-b_c,1e5,2021-05-05,2029-12-31,'кавычка,#N/A,\\u0041 _x000D_ &amp; ]]>,9007199254740991,0.1,true,9998-12-31,A,01,,2000-01-01,\n";

/// What has versions besides.
const SEVERAL: &str = "01.2,007,2019-01-01,2020-01-01,Старое,Old,,77,1,true,,A,01,,,\n\
    01.2,1e5,2020-01-01,2022-01-01,Новое,,новое,77,1,true,,A,01,,,\n\
    01.2,,2023-01-01,,После перерыва,New,,78,,,,,,,,\n";

const ON: &str = "2026-11-22";

fn published(database: &Database, items: Option<&str>) -> Instance {
    let instance = database.open();
    instance.define(REGIONS, Some("code,name\n01,Алтайский край\n02,Башкортостан\n")).unwrap();
    instance.define(THINGS, items).unwrap();
    instance
}

fn fresh(database: &Database) -> Database {
    if database.url.starts_with("sqlite:") { Database::sqlite() } else { Database::postgres() }
}

fn request(format: &str, words: &[(&str, &str)]) -> ExportRequest {
    let mut request = ExportRequest::of_format(format).unwrap();
    words.iter().for_each(|(name, value)| request.set(name, value).unwrap());
    request
}

fn exported(instance: &Instance, request: &ExportRequest) -> std::io::Result<Vec<u8>> {
    let exporting = Exporting::new(instance.svod.reading.clone(), std::env::temp_dir());
    let export = exporting.prepare(&Authority::anonymous(), "things", request).unwrap();
    let mut bytes = Vec::new();
    export.write(Box::new(&mut bytes), &|_, _| {})?;
    Ok(bytes)
}

/// Every version with its digest, by code and interval.
fn versions(instance: &Instance) -> Vec<(ItemCode, Stretch, [u8; 32])> {
    let head = instance.svod.publisher.catalog().head();
    let items = &head.dictionaries[&code("things")].current.items;
    items.versions().iter().map(|version| (version.code.clone(), version.stretch.clone(), version.digest)).collect()
}

/// What comes of a file in a database that has the definitions and nothing else.
fn come_back(database: &Database, bytes: &[u8], format: Format) -> Result<Instance, String> {
    let instance = published(&fresh(database), None);
    let options = ImportOptions { format: Some(format), ..ImportOptions::default() };
    let name = format!("things.{}", format.extension());
    let imported = instance.import_bytes("things", &name, bytes, &options).map_err(|error| error.to_string())?;
    if imported.rejected_count > 0 || imported.publication.is_none() {
        return Err(format!("{imported:?}"));
    }
    Ok(instance)
}

/// Which of the exports do not come back as they were, and how.
fn lost(database: &Database, source: &Instance, requests: &[(&str, &[(&str, &str)])]) -> Vec<String> {
    let expected = versions(source);
    let mut lost = Vec::new();
    for (format, words) in requests {
        let bytes = exported(source, &request(format, words)).unwrap_or_else(|error| panic!("{format}: {error}"));
        match come_back(database, &bytes, Format::parse(format).unwrap()) {
            Err(why) => lost.push(format!("{format} {words:?}: {why}")),
            Ok(instance) => {
                let found = versions(&instance);
                let differs = |code: &ItemCode| source.timeline("things", code) != instance.timeline("things", code);
                let codes: std::collections::BTreeSet<&ItemCode> = expected.iter().chain(&found).map(|(code, ..)| code).collect();
                for item in codes.into_iter().filter(|code| differs(code)) {
                    let (was, is) = (source.timeline("things", item), instance.timeline("things", item));
                    lost.push(format!("{format} {words:?}: {item}\n  was {was:#?}\n  is {is:#?}"));
                }
                if lost.is_empty() && found != expected {
                    lost.push(format!("{format} {words:?}: the digests differ"));
                }
            }
        }
    }
    lost
}

fn all_versions_come_back_from_the_formats_that_hold_them(database: Database) {
    let source = published(&database, Some(&format!("{SINGLE}{SEVERAL}")));
    assert_eq!(versions(&source).len(), 7);
    let all = ("all_versions", "true");
    let lost = lost(
        &database,
        &source,
        &[
            ("csv", &[all]),
            ("csv", &[all, ("separator", ";"), ("line_end", "crlf"), ("mark", "true"), ("neutralise", "false")]),
            ("csv", &[all, ("encoding", "windows-1251"), ("separator", "tab")]),
            ("xlsx", &[all]),
            ("json", &[all]),
            ("ndjson", &[all]),
            ("esnsi-xml", &[all]),
            ("esnsi-xml", &[all, ("generation", "old")]),
            ("genericode", &[all]),
        ],
    );
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

fn what_is_valid_on_a_date_comes_back_from_every_format(database: Database) {
    let source = published(&database, Some(SINGLE));
    assert_eq!(versions(&source).len(), 4);
    // The one is written only, and the other cannot hold every text.
    let left_out = [Format::DataPackage, Format::EsnsiCsv];
    let formats: Vec<&str> = Format::ALL.into_iter().filter(|format| !left_out.contains(format)).map(Format::name).collect();
    let requests: Vec<(&str, &[(&str, &str)])> = formats.into_iter().map(|format| (format, &[("valid_on", ON)][..])).collect();
    let lost = lost(&database, &source, &requests);
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// Receivers take neither separators nor line breaks within a text, so that it is written with `,` and without them.
fn the_csv_of_esnsi_comes_back_but_for_separators_and_line_breaks(database: Database) {
    let source = published(&database, Some(&format!("{SINGLE}{SEVERAL}")));
    let bytes = exported(&source, &request("esnsi-csv", &[("all_versions", "true")])).unwrap();
    let instance = come_back(&database, &bytes, Format::EsnsiCsv).unwrap();
    let differs = |code: &&ItemCode| source.timeline("things", code) != instance.timeline("things", code);
    let codes: std::collections::BTreeSet<ItemCode> = versions(&source).into_iter().map(|(code, ..)| code).collect();
    assert_eq!(codes.iter().filter(differs).map(ItemCode::as_str).collect::<Vec<_>>(), ["007", "a-b_c"]);
    for code in codes.iter() {
        let held = source.timeline("things", code).iter().map(|line| line.replace(';', ",").replace("\\n", "")).collect::<Vec<_>>();
        assert_eq!(instance.timeline("things", code), held);
    }
}

fn formats_of_one_version_refuse_several(database: Database) {
    let source = published(&database, Some(&format!("{SINGLE}{}", SEVERAL.replace("01.2", "01-2"))));
    for format in ["skos", "fhir", "sdmx"] {
        let refused = exported(&source, &request(format, &[("all_versions", "true")])).unwrap_err().to_string();
        assert!(refused.contains("01-2"), "{format}: {refused}");
    }
}
