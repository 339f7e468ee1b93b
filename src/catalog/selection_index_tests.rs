//! Selection by indexes against selection by walking: on random dictionaries, over several publications that share segments.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, LazyLock};

use jiff::Span;
use proptest::prelude::*;
use proptest::sample::select;

use super::edition::DictionarySnapshot;
use super::selection::{Page, Selection};
use super::selection_order::{Direction, Order, OrderBy, SortKey};
use super::selection_predicate::{Folded, Predicate, Subject, Test};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::item_table::ItemTable;
use crate::domain::publication::{Edition, State};
use crate::domain::text::{ItemCode, Language, Localized};
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;

const TEXTS: [&str; 14] =
    ["Ёж", "еж", "ЕЖ и уж", "Уж", "a", "Aa", "аб", "абв", "АБВГ абвд", "вгабв", "İ", "", "прокуратура", "Прокуратура района"];

static DICTIONARY: LazyLock<Arc<Dictionary>> = LazyLock::new(|| {
    let definition = toml::from_str(
        r#"
        code = "things"
        type = "Thing"
        name = { ru = "Вещи" }
        passport = { owner = "Кто-то" }
        hierarchy = { }
        attributes = [
          { code = "name", type = "string", label = { ru = "Имя" }, search = true },
          { code = "title", type = "string", localized = true, label = { ru = "Название" } },
          { code = "tags", type = "string", list = true, label = { ru = "Метки" } },
          { code = "region", type = "reference", to = "regions", list = true, label = { ru = "Регионы" } },
          { code = "size", type = "integer", label = { ru = "Размер" } },
          { code = "rate", type = "decimal", label = { ru = "Доля" } },
          { code = "closed", type = "boolean", label = { ru = "Закрыто" } },
          { code = "opened", type = "date", label = { ru = "Открыто" } },
        ]
        "#,
    );
    Arc::new(Dictionary::compile(definition.unwrap()).unwrap())
});

const ATTRIBUTES: usize = 8;

fn day(number: i16) -> Date {
    Date::constant(2000, 1, 1).saturating_add(Span::new().days(number))
}

fn code(number: usize) -> String {
    format!("К{number:02}")
}

fn text() -> impl Strategy<Value = String> {
    select(TEXTS.to_vec()).prop_map(str::to_owned)
}

fn single(attribute: usize) -> BoxedStrategy<Value> {
    let text = |text: String| Value::Text(text.into());
    match attribute {
        1 => (proptest::option::of(super::selection_index_tests::text()), super::selection_index_tests::text())
            .prop_map(|(en, ru)| Value::Localized(Box::new(Localized { ru: Some(ru.into()), en: en.map(Into::into) })))
            .boxed(),
        3 => (0usize..4).prop_map(|number| Value::Text(format!("{number}").into())).boxed(),
        4 => (0i64..6).prop_map(Value::Integer).boxed(),
        5 => (0i64..5).prop_map(|number| Value::Decimal(rust_decimal::Decimal::new(number, 1).normalize())).boxed(),
        6 => any::<bool>().prop_map(Value::Boolean).boxed(),
        7 => (0i16..6).prop_map(|number| Value::Date(day(number))).boxed(),
        _ => super::selection_index_tests::text().prop_map(text).boxed(),
    }
}

fn value(attribute: usize) -> BoxedStrategy<Option<Value>> {
    let value = match attribute {
        2 | 3 => prop::collection::vec(single(attribute), 1..4).prop_map(|values| Value::List(values.into())).boxed(),
        _ => single(attribute),
    };
    proptest::option::weighted(0.8, value).boxed()
}

/// What an item is from one day to another; the days of an item follow each other.
type Said = (i16, Option<usize>, Vec<Option<Value>>);

fn said() -> impl Strategy<Value = Said> {
    let values: Vec<_> = (0..ATTRIBUTES).map(value).collect();
    (1i16..4, proptest::option::of(0usize..60), values)
}

/// Parents have smaller numbers, so that there is no cycle.
fn timeline(number: usize, begins: Option<i16>, said: Vec<Said>, is_open: bool, seq: i64) -> Vec<Arc<ItemVersion>> {
    let mut from = begins;
    let last = said.len().saturating_sub(1);
    let version = |(at, (days, parent, values)): (usize, Said)| {
        let to = from.unwrap_or(0) + days;
        let validity = Validity::new(from.map(day), (at < last || !is_open).then(|| day(to))).unwrap();
        from = Some(to);
        let parent = parent.filter(|parent| *parent < number).map(|parent| code(parent).into());
        let stretch = Stretch { validity, content: Content { parent, values: values.into() }, retirement: None };
        Arc::new(ItemVersion { code: code(number).into(), stretch, digest: [0; 32], published_seq: seq })
    };
    said.into_iter().enumerate().map(version).collect()
}

type Change = BTreeMap<usize, (Option<i16>, Vec<Said>, bool)>;

fn change(items: std::ops::Range<usize>) -> impl Strategy<Value = Change> {
    let timeline = (proptest::option::of(0i16..3), prop::collection::vec(said(), 0..4), any::<bool>());
    prop::collection::btree_map(0usize..60, timeline, items)
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

/// The editions that publications make one after the other.
fn editions(changes: Vec<Change>) -> Vec<DictionarySnapshot> {
    let mut editions: Vec<DictionarySnapshot> = Vec::new();
    for (number, change) in changes.into_iter().enumerate() {
        let seq = number as i64 + 1;
        let replaced: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> =
            change.into_iter().map(|(item, (begins, said, open))| (code(item).into(), timeline(item, begins, said, open, seq))).collect();
        let before = editions.last();
        let nothing = Arc::new(ItemTable::default());
        let items = before.map_or(&nothing, |before| &before.items).with(&replaced);
        let state = State { dictionary: Arc::clone(&DICTIONARY), items: Arc::new(items), annulled: Arc::default() };
        let edition = edition(seq);
        let snapshot = match before {
            Some(before) => before.next(edition, state, &[], &[]),
            None => DictionarySnapshot::new(edition, state),
        };
        // Indexes are there before the next edition takes them over.
        for by in [Subject::Parent, Subject::Attribute(0), Subject::Attribute(3)] {
            let test = Predicate::Test(by, Test::Contains(Folded::new("аб")));
            let equal = Predicate::Any(vec![test, Predicate::equal(by, "1")]);
            let selection = Selection::new(day(1), Some(equal), None, &[Order::ascending(by)]);
            selection.page(&snapshot, &Page { first: 3, after: None, offset: 0, is_total_wanted: true }, &|| true).unwrap();
        }
        editions.push(snapshot);
    }
    editions
}

fn subject() -> impl Strategy<Value = Subject> {
    let fixed = select(vec![Subject::Code, Subject::Parent, Subject::ValidFrom, Subject::ValidTo, Subject::Absent]);
    prop_oneof![1 => fixed, 2 => (0..ATTRIBUTES).prop_map(Subject::Attribute)]
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => (0..ATTRIBUTES).prop_flat_map(single),
        1 => (0usize..62).prop_map(|number| Value::Text(code(number).into())),
        1 => select(vec!["к", "К", "К1", "к05"]).prop_map(|text| Value::Text(text.into())),
    ]
}

fn key() -> impl Strategy<Value = SortKey> {
    (any_value(), any::<bool>()).prop_map(|(value, is_code)| match value {
        Value::Text(text) if is_code => SortKey::Code(text),
        Value::Text(text) => SortKey::text(&text),
        Value::Localized(localized) => SortKey::text(localized.get(Language::Ru)),
        Value::Integer(number) => SortKey::Integer(number),
        Value::Decimal(number) => SortKey::Decimal(number),
        Value::Boolean(flag) => SortKey::Boolean(flag),
        Value::Date(date) => SortKey::Date(date),
        Value::List(_) => unreachable!("single values are no lists"),
    })
}

fn bounds() -> impl Strategy<Value = (Bound<SortKey>, Bound<SortKey>)> {
    let bound = |key: Option<(SortKey, bool)>| match key {
        None => Bound::Unbounded,
        Some((key, true)) => Bound::Included(key),
        Some((key, false)) => Bound::Excluded(key),
    };
    let one = || proptest::option::weighted(0.8, (key(), any::<bool>()));
    (one(), one()).prop_map(move |(from, to)| (bound(from), bound(to)))
}

fn test() -> impl Strategy<Value = (Subject, Test)> {
    let part = || prop_oneof![text(), select(vec!["б", "аб", "бв", "в", "к", "к1", "урат", "i", "о"]).prop_map(str::to_owned)];
    let test = prop_oneof![
        3 => any_value().prop_map(Test::Equal),
        2 => prop::collection::vec(any_value(), 0..5).prop_map(|values| Test::OneOf(values.into_iter().collect())),
        3 => bounds().prop_map(|(from, to)| Test::Within(from, to)),
        3 => part().prop_map(|text| Test::StartsWith(Folded::new(&text))),
        4 => part().prop_map(|text| Test::Contains(Folded::new(&text))),
        1 => any::<bool>().prop_map(Test::IsAbsent),
    ];
    (subject(), test)
}

fn predicate() -> impl Strategy<Value = Predicate> {
    let leaf = prop_oneof![
        6 => test().prop_map(|(subject, test)| Predicate::Test(subject, test)),
        1 => (0usize..60).prop_map(|number| Predicate::Under(code(number).into())),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Predicate::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Predicate::All),
            prop::collection::vec(inner, 0..4).prop_map(Predicate::Any),
        ]
    })
}

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let order = (subject(), any::<bool>(), any::<bool>()).prop_map(|(subject, is_english, is_descending)| Order {
        by: OrderBy::Subject(subject, if is_english { Language::En } else { Language::Ru }),
        direction: if is_descending { Direction::Descending } else { Direction::Ascending },
    });
    prop::collection::vec(order, 0..3)
}

#[derive(Debug, Clone)]
struct Asked {
    on: i16,
    predicate: Option<Predicate>,
    orders: Vec<Order>,
    first: usize,
    offset: usize,
    is_total_wanted: bool,
    /// The page goes on after this one of the rows of another edition.
    place: Option<prop::sample::Index>,
}

fn asked() -> impl Strategy<Value = Asked> {
    let page =
        (0usize..8, prop_oneof![3 => Just(0usize), 1 => 0usize..30], any::<bool>(), proptest::option::of(any::<prop::sample::Index>()));
    (0i16..8, proptest::option::weighted(0.8, predicate()), orders(), page).prop_map(
        |(on, predicate, orders, (first, offset, is_total_wanted, place))| Asked {
            on,
            predicate,
            orders,
            first,
            offset,
            is_total_wanted,
            place,
        },
    )
}

fn check(editions: &[DictionarySnapshot], asked: &Asked) -> Result<(), TestCaseError> {
    let selection = Selection::new(day(asked.on), asked.predicate.clone(), None, &asked.orders);
    let everything = Page { first: usize::MAX, after: None, offset: 0, is_total_wanted: false };
    let of_first = selection.page_by_walking(&editions[0], &everything).rows;
    let place = asked.place.as_ref().filter(|_| !of_first.is_empty()).map(|index| selection.place_of(&editions[0], *index.get(&of_first)));
    for snapshot in editions {
        let page = Page { first: asked.first, after: place.clone(), offset: asked.offset, is_total_wanted: asked.is_total_wanted };
        let expected = selection.page_by_walking(snapshot, &page);
        let outcome = selection.page(snapshot, &page, &|| true).unwrap();
        prop_assert_eq!(outcome.found(), expected.found(), "edition {} {:?}", snapshot.edition.number, outcome.work);
        // Once more, when the indexes are there and the date is known.
        let again = selection.page(snapshot, &page, &|| true).unwrap();
        prop_assert_eq!(again.found(), expected.found(), "again");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn indexes_agree_with_walking(
        changes in (change(30..60), prop::collection::vec(change(1..6), 0..3)), asked in prop::collection::vec(asked(), 12)
    ) {
        let (first, later) = changes;
        let editions = editions(std::iter::once(first).chain(later).collect());
        for asked in &asked {
            check(&editions, asked)?;
        }
    }
}

/// Of more segments than a mask has bits several share one.
#[test]
fn values_are_found_in_hundreds_of_segments() {
    let item = |number: usize| {
        let values = (0..ATTRIBUTES).map(|attribute| match attribute {
            0 => Some(Value::Text(format!("имя {}", number % 500).into())),
            4 => Some(Value::Integer(number as i64 / 7)),
            _ => None,
        });
        let parent = (number > 0).then(|| format!("{:05}", number / 20).into());
        let stretch = Stretch { validity: Validity::ALWAYS, content: Content { parent, values: values.collect() }, retirement: None };
        Arc::new(ItemVersion { code: format!("{number:05}").into(), stretch, digest: [0; 32], published_seq: 1 })
    };
    let items = Arc::new(ItemTable::new((0..4_000).map(item).collect()));
    assert!(items.blocks().len() > 130);
    let state = State { dictionary: Arc::clone(&DICTIONARY), items, annulled: Arc::default() };
    let snapshot = DictionarySnapshot::new(edition(1), state);
    for number in [0, 1, 7, 63, 199, 200, 3_999] {
        let parent = format!("{number:05}");
        let children: Vec<u32> = snapshot.children_at(&parent, day(0)).collect();
        let expected: Vec<u32> = (1..4_000u32).filter(|child| *child as usize / 20 == number).collect();
        assert_eq!(children, expected);
        for predicate in [
            Predicate::equal(Subject::Attribute(0), &format!("имя {number}")),
            Predicate::Test(Subject::Attribute(4), Test::OneOf([3, 570, 900].map(Value::Integer).into_iter().collect())),
            Predicate::Under(parent.as_str().into()),
        ] {
            for orders in [vec![], vec![Order::ascending(Subject::Attribute(0))]] {
                let selection = Selection::new(day(0), Some(predicate.clone()), None, &orders);
                let page = Page { first: 5, after: None, offset: 2, is_total_wanted: true };
                let expected = selection.page_by_walking(&snapshot, &page);
                assert_eq!(selection.page(&snapshot, &page, &|| true).unwrap().found(), expected.found());
            }
        }
    }
}
