//! Selections in memory, without a database and without GraphQL: what a filter, an order and a page cost by the size of the dictionary.
//! Medians of single calls on one thread, after one call that makes the indexes; what that first call costs stands in its own rows.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::Bound;
use std::sync::Arc;
use std::time::{Duration, Instant};

use svod::catalog::DictionarySnapshot;
use svod::catalog::selection::{Page, Selection};
use svod::catalog::selection_order::{Order, SortKey};
use svod::catalog::selection_predicate::{Folded, Predicate, Subject, Test};
use svod::domain::dictionary::Dictionary;
use svod::domain::item::{Content, ItemVersion, Stretch};
use svod::domain::item_table::ItemTable;
use svod::domain::publication::{Edition, State};
use svod::domain::validity::{Date, Validity};
use svod::domain::value::Value;

use crate::data;

const NAME: Subject = Subject::Attribute(0);
const REGION: Subject = Subject::Attribute(1);
const POPULATION: Subject = Subject::Attribute(4);
const REGISTERED_ON: Subject = Subject::Attribute(7);

/// One item of ten has two versions, which meet on this day.
const TURN: Date = Date::constant(2015, 1, 1);
const PAST: Date = Date::constant(2014, 3, 1);

/// A dictionary of so many items, in which every region has about 2,350 of them, next to each other or scattered.
fn dictionary(rows: usize, is_scattered: bool) -> (Arc<Dictionary>, Vec<Arc<ItemVersion>>) {
    let dictionary = Arc::new(Dictionary::compile(toml::from_str(data::TERRITORIES).expect("it reads")).expect("it compiles"));
    let regions_count = (rows * 85 / 200_000).max(1);
    let file = data::csv(rows, "№");
    let text = std::str::from_utf8(&file).expect("it is UTF-8");
    let kinds: Vec<_> = dictionary.attributes.iter().map(|attribute| attribute.definition.kind).collect();
    let mut versions = Vec::with_capacity(rows + rows / 10);
    for (row, line) in text.lines().skip(1).enumerate() {
        let fields: Vec<&str> = line.split(',').collect();
        let region = if is_scattered { row % regions_count } else { row / 1_000 % regions_count };
        let value = |at: usize| {
            let text = fields[at + 2];
            let json = match kinds[at] {
                svod::domain::definition::AttributeType::Integer => serde_json::Value::from(text.parse::<i64>().expect("a number")),
                svod::domain::definition::AttributeType::Boolean => serde_json::Value::from(text == "true"),
                _ => serde_json::Value::from(text),
            };
            if at == 1 { Some(Value::Text(region.to_string().into())) } else { Value::from_json(&json, kinds[at], false) }
        };
        let content = Content { parent: (!fields[1].is_empty()).then(|| fields[1].into()), values: (0..kinds.len()).map(value).collect() };
        let validities = if row % 10 == 0 {
            vec![Validity::new(None, Some(TURN)).expect("not empty"), Validity::starting(TURN)]
        } else {
            vec![Validity::ALWAYS]
        };
        for validity in validities {
            let stretch = Stretch { validity, content: content.clone(), retirement: None };
            versions.push(Arc::new(ItemVersion { code: fields[0].into(), stretch, digest: [0; 32], published_seq: 1 }));
        }
    }
    (dictionary, versions)
}

fn edition(number: i64) -> Edition {
    Edition {
        number,
        published_seq: number,
        definition_changed: false,
        items_count: 0,
        added_count: 0,
        changed_count: 0,
        retired_count: 0,
        digest: [0; 32],
    }
}

fn snapshot(dictionary: Arc<Dictionary>, versions: Vec<Arc<ItemVersion>>) -> DictionarySnapshot {
    DictionarySnapshot::new(edition(1), State { dictionary, items: Arc::new(ItemTable::new(versions)), annulled: Arc::default() })
}

/// The median of single calls, for as long as it takes to have enough of them.
fn median(mut act: impl FnMut()) -> Duration {
    let began = Instant::now();
    let mut each = Vec::new();
    while each.len() < 2_001 && (each.len() < 11 || began.elapsed() < Duration::from_millis(400)) {
        let started = Instant::now();
        act();
        each.push(started.elapsed());
    }
    each.sort_unstable();
    each[each.len() / 2]
}

fn shown(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    if micros < 1_000.0 { format!("{micros:.2} µs") } else { format!("{:.2} ms", micros / 1e3) }
}

/// One kind of selection.
struct Case {
    name: &'static str,
    selection: Selection,
    page: Page,
}

fn page(first: usize, is_total_wanted: bool) -> Page {
    Page { first, after: None, offset: 0, is_total_wanted }
}

fn cases(rows: usize, snapshot: &DictionarySnapshot) -> Vec<Case> {
    let contains = |text: &str| Some(Predicate::Test(NAME, Test::Contains(Folded::new(text))));
    let equal = |subject, text: &str| Some(Predicate::equal(subject, text));
    let dates = Test::Within(
        Bound::Included(SortKey::Date(Date::constant(2000, 1, 1))),
        Bound::Excluded(SortKey::Date(Date::constant(2001, 1, 1))),
    );
    let by_name = [Order::ascending(NAME)];
    let by_two = [Order::ascending(Subject::Attribute(3)), Order::ascending(POPULATION)];
    let all = |orders: &[Order]| Selection::new(PAST, None, None, orders);
    let middle = |selection: &Selection| {
        // The row in the middle of the order is looked for by passing over half of it.
        let skipping = Page { offset: rows / 2, ..page(1, false) };
        let row = selection.page(snapshot, &skipping, &|| true).expect("nobody interrupts").rows[0];
        Some(selection.place_of(snapshot, row))
    };
    let rare = format!("№ {}", rows - 1);
    let both = Predicate::All(vec![Predicate::equal(REGION, "0"), Predicate::Test(NAME, Test::Contains(Folded::new("хутор")))]);
    let case = |name, predicate, orders: &[Order], page| Case { name, selection: Selection::new(PAST, predicate, None, orders), page };
    vec![
        case("100 by code from the middle", None, &[], Page { after: middle(&all(&[])), ..page(100, false) }),
        case("100 by code, half passed over", None, &[], Page { offset: rows / 2, ..page(100, false) }),
        case("reference equal, total, first 50", equal(REGION, "0"), &[], page(50, true)),
        case("children, first 100", equal(Subject::Parent, &data::code(rows / 2_000 * 1_000)), &[], page(100, false)),
        case("contains a common text, first 20", contains("хутор"), &[], page(20, false)),
        case("contains a common text, total, first 20", contains("хутор"), &[], page(20, true)),
        case("contains a rare text, total, first 20", contains(&rare), &[], page(20, true)),
        case("contains one letter, total, first 20", contains("о"), &[], page(20, true)),
        case("reference equal and contains, total, first 20", Some(both), &[], page(20, true)),
        case("by name, first 50", None, &by_name, page(50, false)),
        case("by name from the middle, first 50", None, &by_name, Page { after: middle(&all(&by_name)), ..page(50, false) }),
        case("reference equal, by name, total, first 50", equal(REGION, "0"), &by_name, page(50, true)),
        case("by centre and population, first 50", None, &by_two, page(50, false)),
        case("a year of dates, total, first 50", Some(Predicate::Test(REGISTERED_ON, dates)), &[], page(50, true)),
        case("under a top item, total, first 50", Some(Predicate::Under(data::code(0).into())), &[], page(50, true)),
    ]
}

fn run(case: &Case, snapshot: &DictionarySnapshot) {
    let outcome = case.selection.page(snapshot, &case.page, &|| true).expect("nobody interrupts");
    black_box(outcome);
}

/// The rows of the table: what was measured, for one size.
fn of_size(rows: usize) -> Vec<(String, String)> {
    let (dictionary, versions) = self::dictionary(rows, false);
    let memory = crate::process::own_memory_mb();
    let snapshot = snapshot(Arc::clone(&dictionary), versions);
    let mut measured = vec![];
    let mut note = |name: &str, figure: String| measured.push((name.to_owned(), figure));
    note("table of all rows, MB beside them", format!("{:.1}", crate::process::own_memory_mb() - memory));
    let code = data::code(rows / 3);
    note(
        "item by code",
        shown(median(|| {
            black_box(snapshot.position_at(&code, PAST).map(|at| snapshot.version(at).published_seq));
        })),
    );
    let top = data::code(rows / 2_000 * 1_000);
    note(
        "children_at of an item of 30",
        shown(median(|| {
            black_box(snapshot.children_at(&top, PAST).count());
        })),
    );
    for case in cases(rows, &snapshot) {
        note(case.name, shown(median(|| run(&case, &snapshot))));
    }
    note("indexes of all that, MB", format!("{:.1}", crate::process::own_memory_mb() - memory));
    after_one_change(rows, &snapshot, &mut note);
    let (dictionary, versions) = self::dictionary(rows, true);
    let scattered = self::snapshot(dictionary, versions);
    let case = &cases(rows, &scattered)[2];
    note("the same reference scattered, total, first 50", shown(median(|| run(case, &scattered))));
    measured
}

/// The next edition, and each selection for the first time in it.
fn after_one_change(rows: usize, snapshot: &DictionarySnapshot, note: &mut impl FnMut(&str, String)) {
    let code = data::code(rows / 2 / 10 * 10 + 1);
    let before = &snapshot.items.versions_of(&code)[0];
    let mut stretch = before.stretch.clone();
    stretch.content.values[0] = Some(Value::Text("Переименованный посёлок".into()));
    let after = Arc::new(ItemVersion { code: before.code.clone(), stretch, digest: [0; 32], published_seq: 2 });
    let replaced = BTreeMap::from([(before.code.clone(), vec![Arc::clone(&after)])]);
    let publish = || {
        let state = State { items: Arc::new(snapshot.items.with(&replaced)), ..snapshot.state() };
        snapshot.next(edition(2), state, &[], &[])
    };
    note("one change: the next edition", shown(median(|| drop(publish()))));
    for case in cases(rows, snapshot).iter().filter(|case| {
        ["reference equal, total, first 50", "contains a rare text, total, first 20", "by name, first 50"].contains(&case.name)
    }) {
        let next = publish();
        let started = Instant::now();
        run(case, &next);
        note(&format!("one change: then first {}", case.name), shown(started.elapsed()));
    }
}

pub fn measure() {
    let sizes = [2_500, 200_000, 1_000_000];
    let by_size: Vec<_> = sizes.iter().map(|rows| of_size(*rows)).collect();
    println!("| selection | 2,500 items | 200,000 | 1,000,000 |");
    println!("|---|---|---|---|");
    for (at, (name, small)) in by_size[0].iter().enumerate() {
        println!("| {name} | {small} | {} | {} |", by_size[1][at].1, by_size[2][at].1);
    }
}
