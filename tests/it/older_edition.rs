//! Older editions: kept where this process saw them superseded, loaded by what changed since where it did not, and equal either way.

use std::sync::Arc;

use svod::catalog::DictionarySnapshot;
use svod::domain::item::edition_digest;

use crate::annulment::{annul, code};
use crate::harness::{Database, Instance};
use crate::publication::{OFFICES, offices, on};

on_both_engines!(older_editions_are_what_was_published_then, an_older_edition_is_loaded_once_and_shares_what_is_current);

/// Five editions of the offices: two changes, an annulment, and a new definition.
fn published(database: &Database) -> Instance {
    let instance = offices(database);
    instance.import("offices", "code,name\n2,Районная новая\n", &on("2026-12-01")).unwrap();
    annul(&instance, "offices", &["3"]).unwrap();
    let more = "code,parent,name,region,number\n2,1,Районная,02,2\n4,1,Четвёртая,01,4\n5,1,Пятая,01,5\n";
    instance.import("offices", more, &on("2027-01-01")).unwrap();
    let larger =
        OFFICES.replace("attributes = [", "attributes = [\n  { code = \"note\", type = \"string\", label = { ru = \"Примечание\" } },");
    instance.define(&larger, None).unwrap();
    instance.import("offices", "code,note\n4,Особая\n", &on("2027-02-01")).unwrap();
    instance
}

fn older(instance: &Instance, publication: i64) -> Arc<DictionarySnapshot> {
    instance.svod.reading.reader().dictionary(&code("offices"), publication).unwrap().unwrap()
}

/// The stored digest of an edition covers every row and the definition.
fn check(instance: &Instance, publication: i64) {
    let head = instance.svod.publisher.catalog().head();
    let resident = &head.dictionaries[&code("offices")];
    let edition = resident.edition_at(publication).unwrap();
    let snapshot = older(instance, publication);
    assert_eq!(&snapshot.edition, edition);
    let before = resident.editions.iter().find(|before| before.number + 1 == edition.number);
    let digest =
        edition_digest(before.map(|before| &before.digest), &snapshot.dictionary.definition_digest(), snapshot.items.versions().iter());
    assert_eq!(digest, edition.digest, "the edition of publication {publication}");
    assert_eq!(snapshot.annulled.len(), usize::from(publication >= 4));
}

fn older_editions_are_what_was_published_then(database: Database) {
    let here = published(&database);
    let there = database.open();
    assert_eq!((here.seq(), there.seq()), (7, 7));
    for publication in (2..=7).chain([3, 5, 2]) {
        check(&here, publication);
        check(&there, publication);
    }
    let statistics = |instance: &Instance| instance.svod.publisher.catalog().older().statistics();
    assert_eq!((statistics(&here).hits, statistics(&here).loads), (8, 0), "what was superseded here is kept");
    assert_eq!((statistics(&there).hits, statistics(&there).loads), (3, 5), "what was not is loaded once");
    assert_eq!(statistics(&there).editions_count, 5);
    assert!(statistics(&there).bytes > 0);
}

fn an_older_edition_is_loaded_once_and_shares_what_is_current(database: Database) {
    drop(published(&database));
    let instance = database.open();
    let current = Arc::clone(&instance.svod.publisher.catalog().head().dictionaries[&code("offices")].current);
    let before = older(&instance, 6);
    let shared = |item: &str| {
        let (now, then) = (current.items.versions_of(item), before.items.versions_of(item));
        now.len() == then.len() && now.iter().zip(then).all(|(now, then)| Arc::ptr_eq(now, then))
    };
    assert!(shared("1") && shared("2") && shared("5"), "what did not change is the same in memory");
    assert!(!shared("4"));
    let all = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| older(&instance, 3))).collect();
        readers.into_iter().map(|reader| reader.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(all.iter().all(|snapshot| Arc::ptr_eq(snapshot, &all[0])));
    assert_eq!(instance.svod.publisher.catalog().older().statistics().loads, 2);
}
