//! Publications: numbered without gaps, whole or not at all, and readable for ever at every point of both times.

use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use svod::app::import::{ImportOptions, Mode};
use svod::app::reading::Knowledge;
use svod::domain::item::edition_digest;
use svod::domain::text::DictionaryCode;
use svod::domain::validity::parse_date;

use crate::harness::{Database, Instance};

on_both_engines!(
    numbers_have_no_gap_and_digests_chain,
    applying_the_same_again_publishes_nothing,
    an_old_publication_stays_as_it_was,
    another_process_is_followed,
    writers_in_several_processes_lose_nothing,
    a_definition_keeps_what_is_published,
    restarting_finds_the_same_state,
);

pub const REGIONS: &str = r#"
code = "regions"
type = "Region"
name = { ru = "Регионы" }
approval = { four_eyes = false }
passport = { owner = "Управление", access = "public" }
attributes = [{ code = "name", type = "string", label = { ru = "Наименование" }, required = true }]
"#;

pub const OFFICES: &str = r#"
code = "offices"
type = "Office"
name = { ru = "Органы" }
approval = { four_eyes = false }
display = "name"
passport = { owner = "Управление", access = "public" }
hierarchy = { roots_max = 2 }
attributes = [
  { code = "name", type = "string", label = { ru = "Наименование", en = "Title" }, required = true, length_max = 40, search = true },
  { code = "region", type = "reference", to = "regions", label = { ru = "Регион" } },
  { code = "number", type = "integer", label = { ru = "Номер" }, unique = true },
]
rules = [{ code = "district_has_parent", when = 'item.name.startsWith("Район")', expect = 'has(item.parent)', message = { ru = "Нужен вышестоящий", en = "A district needs a parent" } }]
"#;

pub fn on(date: &str) -> ImportOptions {
    ImportOptions { on: parse_date(date), ..ImportOptions::default() }
}

pub fn offices(database: &Database) -> Instance {
    let instance = database.open();
    instance.define(REGIONS, Some("code,name\n01,Алтайский край\n02,Башкортостан\n")).unwrap();
    instance.define(OFFICES, Some("code,parent,name,region,number\n1,,Главная,01,1\n2,1,Районная,01,2\n3,1,Городская,02,3\n")).unwrap();
    instance
}

fn numbers_have_no_gap_and_digests_chain(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
    instance.import_refused("offices", "code,name\n2,\"\"\n9,Районная 9\n", &ImportOptions::default());
    instance.import("regions", "code,name\n02,Республика Башкортостан\n", &on("2026-12-01")).unwrap();
    let head = instance.svod.publisher.catalog().head();
    let numbers: Vec<i64> = head.publications.iter().map(|publication| publication.seq).collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let offices = &head.dictionaries[&DictionaryCode::parse("offices").unwrap()];
    let editions: Vec<(i64, i64)> = offices.editions.iter().map(|edition| (edition.number, edition.published_seq)).collect();
    assert_eq!(editions, [(1, 2), (2, 3)]);
    let recomputed = edition_digest(
        Some(&offices.editions[0].digest),
        &offices.current.dictionary.definition_digest(),
        offices.current.items.versions().iter(),
    );
    assert_eq!(offices.editions[1].digest, recomputed);
    assert_ne!(offices.editions[0].digest, offices.editions[1].digest);
}

fn applying_the_same_again_publishes_nothing(database: Database) {
    let instance = offices(&database);
    let again =
        instance.define(OFFICES, Some("code,parent,name,region,number\n3,1,Городская,02,3\n1,,Главная,01,1\n2,1,Районная,01,2\n")).unwrap();
    assert_eq!((again.request, again.publication), (None, None));
    assert_eq!(instance.seq(), 2);
}

fn an_old_publication_stays_as_it_was(database: Database) {
    let instance = offices(&database);
    instance.import("offices", "code,name\n2,Районная новая\n", &on("2026-12-01")).unwrap();
    let sync = ImportOptions { mode: Mode::Sync, ..on("2027-01-01") };
    instance.import("offices", "code,parent,name\n1,,Главная\n2,1,Районная новая\n", &sync).unwrap();
    let old = r#"{"name":"Районная","number":2,"region":"01"}"#;
    let new = r#"{"name":"Районная новая","number":2,"region":"01"}"#;
    assert_eq!(instance.timeline_at("offices", "2", 1), Vec::<String>::new());
    assert_eq!(instance.timeline_at("offices", "2", 2), [format!(".. ^1 {old}")]);
    assert_eq!(instance.timeline_at("offices", "2", 3), [format!("..2026-12-01 ^1 {old}"), format!("2026-12-01.. ^1 {new}")]);
    assert_eq!(instance.timeline("offices", "3"), [r#"..2027-01-01 ^1 {"name":"Городская","number":3,"region":"02"}"#]);
    let reader = instance.svod.reading.reader();
    let snapshot = reader.dictionary(&DictionaryCode::parse("offices").unwrap(), 4).unwrap().unwrap();
    let history = reader.history(&snapshot, "2", 4).unwrap();
    let spans: Vec<(i64, Option<i64>)> = history.iter().map(|recorded| (recorded.version.published_seq, recorded.superseded_seq)).collect();
    assert_eq!(spans, [(2, Some(3)), (3, None), (3, None)]);
    assert!(reader.publication(Knowledge { publication: Some(5), known_at: None }, 4).is_err(), "the future is refused");
}

fn another_process_is_followed(database: Database) {
    let here = offices(&database);
    let there = database.open();
    let mut follower = here.svod.follower(3_600_000).unwrap();
    follower.look().unwrap();
    there.import("offices", "code,name\n2,Районная там\n", &on("2026-12-01")).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while here.seq() < 3 && std::time::Instant::now() < deadline {
        follower.look().unwrap();
    }
    assert_eq!(here.timeline("offices", "2"), there.timeline("offices", "2"));
    assert_eq!(here.timeline("offices", "2").len(), 2);
}

/// Four processes, as far as the database can tell, publish at once; every change is there and no number is missing.
fn writers_in_several_processes_lose_nothing(database: Database) {
    drop(offices(&database));
    let database = Arc::new(database);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let database = Arc::clone(&database);
            std::thread::spawn(move || {
                let instance = database.open();
                for round in 0..5 {
                    let row = format!("code,parent,name\n{writer}{round}0,1,Новая\n");
                    while let Err(error) = instance.import("offices", &row, &ImportOptions::default()) {
                        assert!(error.to_string().contains("others published"), "{error}");
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let instance = database.open();
    assert_eq!(instance.seq(), 22);
    for (writer, round) in (0..4).flat_map(|writer| (0..5).map(move |round| (writer, round))) {
        assert_eq!(instance.timeline("offices", &format!("{writer}{round}0")).len(), 1, "an import was lost");
    }
}

fn a_definition_keeps_what_is_published(database: Database) {
    let instance = offices(&database);
    let refused = |toml: &str| instance.define(toml, None).unwrap_err().to_string();
    let retyped = OFFICES.replace(r#""number", type = "integer""#, r#""number", type = "string""#);
    let told = refused(&retyped);
    let reason = "cannot become string: it was integer while published items have a value, and this one has [definition_incompatible]";
    let expected: Vec<String> = (1..=3).map(|item| format!("offices/{item}/number: {reason}")).collect();
    assert!(expected.iter().all(|line| told.contains(line)), "every item is named: {told}");
    let removed = OFFICES.replace(r#"{ code = "number", type = "integer", label = { ru = "Номер" }, unique = true },"#, "");
    assert!(refused(&removed).contains("cannot be removed"));
    let stricter = OFFICES.replace("length_max = 40", "length_max = 8");
    assert!(refused(&stricter).contains("has 9 characters, and at most 8 are allowed"));
    let dangling = OFFICES.replace(r#"to = "regions""#, r#"to = "areas""#);
    assert!(refused(&dangling).contains("refers to the dictionary areas, which is not published"));
    assert_eq!(instance.seq(), 2);
    let wider = OFFICES.replace("attributes = [", r#"attributes = [{ code = "closed", type = "boolean", label = { ru = "Закрыт" } },"#);
    assert_eq!(instance.define(&wider, None).unwrap().publication, Some(3));
    instance.import("offices", "code,closed\n2,да\n", &on("2026-12-01")).unwrap();
    assert_eq!(instance.timeline("offices", "2")[1], r#"2026-12-01.. ^1 {"closed":true,"name":"Районная","number":2,"region":"01"}"#);
    assert_eq!(database.open().timeline("offices", "2"), instance.timeline("offices", "2"));
}

fn restarting_finds_the_same_state(database: Database) {
    let before = offices(&database);
    before.import("offices", "code,name\n2,Районная 2\n", &on("2026-12-01")).unwrap();
    let after = database.open();
    let digests = |instance: &Instance| -> Vec<[u8; 32]> {
        let head = instance.svod.publisher.catalog().head();
        head.dictionaries.values().flat_map(|resident| resident.current.items.versions().iter().map(|version| version.digest)).collect()
    };
    assert_eq!(digests(&before), digests(&after));
    let heads = [&before, &after].map(|instance| instance.svod.publisher.catalog().head());
    assert_eq!(heads[0].publications, heads[1].publications);
    assert_eq!(heads[0].definitions_seq, heads[1].definitions_seq);
}

/// The bytes of an unending quoted field, made as they are read.
pub struct Endless {
    at: u64,
}

const ENDLESS_START: &[u8] = b"code,name\n1,\"";
const ENDLESS_BYTES: u64 = 1 << 30;

pub fn endless() -> Endless {
    Endless { at: 0 }
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min((ENDLESS_BYTES - self.at) as usize);
        for (offset, byte) in buffer[..count].iter_mut().enumerate() {
            *byte = ENDLESS_START.get(self.at as usize + offset).copied().unwrap_or(b'x');
        }
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(back) => ENDLESS_BYTES.saturating_add_signed(back),
            SeekFrom::Current(on) => self.at.saturating_add_signed(on),
        };
        Ok(self.at)
    }
}
