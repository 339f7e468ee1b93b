//! Annulled items: gone from now on, still there in what was known before, their codes not free; and references to what is retired.

use std::collections::{BTreeMap, BTreeSet};

use svod::app::change_request::{BulkChange, Destination, Filed};
use svod::app::import::ImportOptions;
use svod::domain::change_request::{NewRequest, Origin};
use svod::domain::error::Result;
use svod::domain::item::{Retirement, Stretch, retire, timeline_of};
use svod::domain::publication::{ChangeSet, DictionaryChange};
use svod::domain::text::{DictionaryCode, ItemCode};
use svod::domain::validity::parse_date;

use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, offices, on};

on_both_engines!(
    an_annulled_item_is_gone_and_earlier_publications_show_it,
    what_is_referred_to_cannot_be_annulled,
    an_annulled_code_is_restored_and_never_reused,
    another_process_and_an_older_edition_know_what_was_annulled,
    a_reference_may_lean_on_successors,
);

pub fn code(text: &str) -> DictionaryCode {
    DictionaryCode::parse(text).unwrap()
}

/// Publishes what becomes of the timelines of some items of a dictionary.
pub fn change(instance: &Instance, dictionary: &str, change: &dyn Fn(&Instance) -> DictionaryChange) -> Result<Filed> {
    let change = |_: &_| -> Result<ChangeSet> { Ok(BTreeMap::from([(code(dictionary), change(instance))])) };
    let head = NewRequest { title: "проба".to_owned(), ..NewRequest::default() };
    let bulk = BulkChange { head, origin: Origin::Apply, undoes: None, change: &change, leave_out: None, conclude: None };
    instance.svod.change_requests.file(&instance.operator(), &bulk, Destination::Publish)
}

pub fn published(instance: &Instance, dictionary: &str, item: &str) -> Vec<Stretch> {
    timeline_of(instance.svod.publisher.catalog().head().dictionaries[&code(dictionary)].current.items.versions_of(item))
}

pub fn annul(instance: &Instance, dictionary: &str, items: &[&str]) -> Result<Filed> {
    change(instance, dictionary, &|_| DictionaryChange {
        timelines: items.iter().map(|item| (ItemCode::new(item), Vec::new())).collect(),
        annulled: items.iter().map(ItemCode::new).collect(),
        ..DictionaryChange::default()
    })
}

pub fn say(instance: &Instance, dictionary: &str, item: &str, timeline: &[Stretch], is_restored: bool) -> Result<Filed> {
    change(instance, dictionary, &|_| DictionaryChange {
        timelines: BTreeMap::from([(ItemCode::new(item), timeline.to_vec())]),
        restored: is_restored.then(|| ItemCode::new(item)).into_iter().collect(),
        ..DictionaryChange::default()
    })
}

pub fn retired(timeline: Vec<Stretch>, date: &str, successors: &[&str]) -> Vec<Stretch> {
    let retirement = Retirement { reason: "слияние".to_owned(), successors: successors.iter().map(ItemCode::new).collect() };
    retire(timeline, parse_date(date).unwrap(), retirement).unwrap()
}

fn annulled(instance: &Instance, dictionary: &str, publication: i64) -> BTreeSet<ItemCode> {
    let snapshot = instance.svod.reading.reader().dictionary(&code(dictionary), publication).unwrap().unwrap();
    BTreeSet::clone(&snapshot.annulled)
}

fn an_annulled_item_is_gone_and_earlier_publications_show_it(database: Database) {
    let instance = offices(&database);
    let done = annul(&instance, "offices", &["3"]).unwrap();
    assert_eq!((done.publication, done.counts[&code("offices")].retired), (Some(3), 1));
    assert!(instance.timeline("offices", "3").is_empty());
    assert_eq!(instance.timeline_at("offices", "3", 2).len(), 1);
    assert_eq!(annulled(&instance, "offices", 3), BTreeSet::from(["3".into()]));
    assert_eq!(annulled(&instance, "offices", 2), BTreeSet::new());
    let vanished = say(&instance, "offices", "2", &[], false).unwrap_err().to_string();
    assert!(vanished.contains("code_disappears"), "{vanished}");
    let restarted = database.open();
    assert_eq!(annulled(&restarted, "offices", 3), BTreeSet::from(["3".into()]));
    assert!(restarted.timeline("offices", "3").is_empty());
}

fn what_is_referred_to_cannot_be_annulled(database: Database) {
    let instance = offices(&database);
    let refused = annul(&instance, "regions", &["01"]).unwrap_err().to_string();
    assert!(refused.contains(r#"offices/1/region: "01" was annulled in regions [reference_dangling]"#), "{refused}");
    let refused = annul(&instance, "offices", &["1"]).unwrap_err().to_string();
    assert!(refused.contains(r#"offices/2/parent: "1" was annulled in offices [reference_dangling]"#), "{refused}");
    let timeline = retired(published(&instance, "offices", "2"), "2027-01-01", &["3"]);
    say(&instance, "offices", "2", &timeline, false).unwrap();
    let refused = annul(&instance, "offices", &["3"]).unwrap_err().to_string();
    assert!(refused.contains(r#"offices/2/successors: the successor "3" is not an item"#), "{refused}");
    assert_eq!(instance.seq(), 3);
    annul(&instance, "offices", &["1", "2", "3"]).unwrap();
    annul(&instance, "regions", &["01", "02"]).unwrap();
    assert_eq!(instance.seq(), 5);
}

fn an_annulled_code_is_restored_and_never_reused(database: Database) {
    let instance = offices(&database);
    let before = published(&instance, "offices", "3");
    annul(&instance, "offices", &["3"]).unwrap();
    let reused = say(&instance, "offices", "3", &before, false).unwrap_err().to_string();
    assert!(reused.contains("offices/3: the code was annulled: restore the item instead of adding it [code_reused]"), "{reused}");
    let reused = instance.import_refused("offices", "code,parent,name\n3,1,Другая\n", &ImportOptions::default());
    assert!(reused.contains("[code_reused]"), "{reused}");
    say(&instance, "offices", "3", &before, true).unwrap();
    assert_eq!(instance.timeline("offices", "3").len(), 1);
    assert_eq!(annulled(&instance, "offices", 4), BTreeSet::new());
    assert_eq!(annulled(&instance, "offices", 3), BTreeSet::from(["3".into()]));
    annul(&instance, "offices", &["3"]).unwrap();
    assert_eq!(annulled(&database.open(), "offices", 5), BTreeSet::from(["3".into()]));
    assert_eq!(annulled(&database.open(), "offices", 4), BTreeSet::new());
}

fn another_process_and_an_older_edition_know_what_was_annulled(database: Database) {
    let here = offices(&database);
    let there = database.open();
    let before = published(&here, "offices", "3");
    annul(&there, "offices", &["3"]).unwrap();
    here.svod.publisher.refresh().unwrap();
    assert_eq!(annulled(&here, "offices", 3), BTreeSet::from(["3".into()]));
    assert!(here.timeline("offices", "3").is_empty());
    say(&here, "offices", "3", &before, true).unwrap();
    there.svod.publisher.refresh().unwrap();
    assert_eq!(annulled(&there, "offices", 4), BTreeSet::new());
    assert_eq!(annulled(&there, "offices", 3), BTreeSet::from(["3".into()]));
    assert_eq!(there.timeline("offices", "3"), here.timeline("offices", "3"));
}

fn a_reference_may_lean_on_successors(database: Database) {
    let instance = offices(&database);
    instance.import("regions", "code,name\n03,Новый\n", &on("2026-12-01")).unwrap();
    let retire_region = |region: &str, successors: &[&str]| {
        let timeline = retired(published(&instance, "regions", region), "2027-01-01", successors);
        say(&instance, "regions", region, &timeline, false)
    };
    let blocked = retire_region("01", &["03"]).unwrap_err().to_string();
    assert!(blocked.contains("[reference_gap]"), "{blocked}");
    let lenient = OFFICES.replace(r#"to = "regions""#, r#"to = "regions", on_retire = "successor""#);
    instance.define(&lenient, None).unwrap();
    let needed = retire_region("01", &[]).unwrap_err().to_string();
    let expected = r#"offices/1/region: "01" of regions is retired on 2027-01-01, and "1" refers to it from 2027-01-01: name a successor that is valid then [successor_needed]"#;
    assert!(needed.contains(expected), "{needed}");
    retire_region("01", &["03"]).unwrap();
    let gone = retire_region("03", &[]).unwrap_err().to_string();
    assert!(gone.contains(r#"offices/1/region: "01" of regions is retired on 2027-01-01"#), "{gone}");
    let annulled = annul(&instance, "regions", &["03"]).unwrap_err().to_string();
    assert!(annulled.contains("[successor_needed]") && annulled.contains("regions/01/successors"), "{annulled}");
    let earlier = instance.import_refused("offices", "code,name,region\n1,Главная,03\n", &on("2026-11-25"));
    assert!(earlier.contains("[reference_gap]"), "what was not valid yet is not replaced: {earlier}");
    let unnamed = retired(published(&instance, "regions", "01"), "2026-12-31", &[]);
    let unnamed = say(&instance, "regions", "01", &unnamed, false).unwrap_err().to_string();
    assert!(unnamed.contains("[successor_needed]"), "{unnamed}");
}
