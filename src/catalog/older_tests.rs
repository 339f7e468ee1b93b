//! Older editions within their budget: who is charged, who goes first, and who loads.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::edition::DictionarySnapshot;
use super::older::{OlderEditions, OlderStatistics};
use super::selection::{Page, Selection};
use super::selection_predicate::{Predicate, Subject};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::item_table::ItemTable;
use crate::domain::publication::{Edition, State};
use crate::domain::text::DictionaryCode;
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;

const ITEMS: usize = 400;

const DEFINITION: &str = r#"
type = "Thing"
name = { ru = "Вещи" }
passport = { owner = "Кто-то" }
attributes = [{ code = "name", type = "string", label = { ru = "Имя" } }]
"#;

fn edition(number: i64) -> Edition {
    Edition {
        number,
        published_seq: number,
        definition_changed: false,
        items_count: ITEMS as i64,
        added_count: 0,
        changed_count: 0,
        retired_count: 0,
        digest: [0; 32],
    }
}

fn version(number: usize, seq: i64) -> Arc<ItemVersion> {
    let content = Content {
        parent: None, values: Box::new([Some(Value::Text(format!("имя, которое не помещается {seq}").into()))])
    };
    let stretch = Stretch { validity: Validity::ALWAYS, content, retirement: None };
    Arc::new(ItemVersion { code: format!("{number:04}").into(), stretch, digest: [0; 32], published_seq: seq })
}

/// Editions each of which changes one item of the one before.
fn editions(count: usize) -> Vec<Arc<DictionarySnapshot>> {
    editions_of("things", count)
}

fn editions_of(code: &str, count: usize) -> Vec<Arc<DictionarySnapshot>> {
    let definition = toml::from_str(&format!("code = '{code}'\n{DEFINITION}"));
    let dictionary = Arc::new(Dictionary::compile(definition.unwrap()).unwrap());
    let items = Arc::new(ItemTable::new((0..ITEMS).map(|number| version(number, 1)).collect()));
    let mut editions = vec![Arc::new(DictionarySnapshot::new(edition(1), State { dictionary, items, annulled: Arc::default() }))];
    for number in 2..=count {
        let before = &editions[number - 2];
        let changed = version(number * 7, number as i64);
        let items = Arc::new(before.items.with(&BTreeMap::from([(changed.code.clone(), vec![changed])])));
        editions.push(Arc::new(before.next(edition(number as i64), State { items, ..before.state() }, &[], &[])));
    }
    editions
}

fn code() -> DictionaryCode {
    DictionaryCode::parse("things").unwrap()
}

fn statistics(older: &OlderEditions) -> (u64, u64, u64, usize) {
    let OlderStatistics { hits, loads, evictions, editions_count, .. } = older.statistics();
    (hits, loads, evictions, editions_count)
}

#[test]
fn an_edition_is_charged_for_what_it_does_not_share() {
    let all = editions(3);
    let whole: usize = all[0].items.versions().iter().map(|version| version.estimated_bytes()).sum();
    let older = OlderEditions::new(usize::MAX);
    older.keep(Arc::clone(&all[0]), &all[1]);
    let one = older.statistics().bytes;
    assert!(one * 10 < whole, "one block and one row of {whole} bytes: {one}");
    older.keep(Arc::clone(&all[1]), &all[2]);
    let two = older.statistics().bytes;
    assert!(two > one && two < one * 3);
    // The indexes of its own segments count as they come.
    let page = Page { first: 1, after: None, offset: 0, is_total_wanted: true };
    let selection = Selection::new(Date::constant(2020, 1, 1), Some(Predicate::equal(Subject::Attribute(0), "нет")), None, &[]);
    selection.page(&all[0], &page, &|| true).unwrap();
    assert!(older.statistics().bytes > two);
}

#[test]
fn the_least_recently_used_goes_and_its_neighbour_is_charged() {
    let all = editions(12);
    let measuring = OlderEditions::new(usize::MAX);
    measuring.keep(Arc::clone(&all[0]), &all[1]);
    let one = measuring.statistics().bytes;
    let older = OlderEditions::new(one * 4);
    for pair in all.windows(2) {
        older.keep(Arc::clone(&pair[0]), &pair[1]);
        assert!(older.statistics().bytes <= one * 4);
    }
    let newest = all.last().unwrap();
    let kept = |number: i64| older.find_or_load(&code(), number, newest, || Err(())).is_ok();
    assert!(kept(11) && !kept(1));
    let (_, _, evictions, count) = statistics(&older);
    assert_eq!(evictions as usize + count, 11);
    assert!(count >= 2, "small editions fit");
    let nothing = OlderEditions::new(0);
    nothing.keep(Arc::clone(&all[0]), &all[1]);
    assert_eq!(statistics(&nothing), (0, 0, 1, 0), "without a budget none is kept");
    // A large one does not drive out the small ones.
    let small = OlderEditions::new(one * 2);
    small.keep(Arc::clone(&all[0]), &all[1]);
    let (large, stranger) = (editions_of("others", 1), editions_of("others", 1));
    small.keep(Arc::clone(&large[0]), &stranger[0]);
    assert_eq!(statistics(&small).2, 1);
    assert!(small.find_or_load(&code(), 1, newest, || Err(())).is_ok());
}

#[test]
fn who_comes_while_an_edition_is_loaded_waits_for_it() {
    let all = editions(2);
    let older = OlderEditions::new(usize::MAX);
    let loads = AtomicUsize::new(0);
    let load = || {
        loads.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(std::time::Duration::from_millis(20));
        Ok::<_, ()>(all[1].beside(all[0].edition.clone(), all[0].state()))
    };
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| older.find_or_load(&code(), 1, &all[1], load).unwrap());
        }
    });
    assert_eq!(loads.load(Ordering::SeqCst), 1);
    assert_eq!(statistics(&older), (5, 1, 0, 1));
    assert!(older.find_or_load(&code(), 7, &all[1], || Err("away")).is_err(), "a failure is told");
    assert_eq!(statistics(&older).1, 1, "and does not count");
}
