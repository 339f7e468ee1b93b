//! Selection against a model that knows no index, no early stop and no keys: it filters everything, sorts everything, and cuts pages.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use jiff::Span;
use proptest::prelude::*;

use super::edition::DictionarySnapshot;
use super::selection::{Interrupted, Page, Selection};
use super::selection_order::{Direction, Order, OrderBy, Place, SortKey};
use super::selection_predicate::{Folded, Predicate, Subject, Test};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, ItemVersion, Stretch};
use crate::domain::item_table::ItemTable;
use crate::domain::publication::{Edition, State};
use crate::domain::text::Language;
use crate::domain::validity::{Date, Validity};
use crate::domain::value::Value;

const NAME: usize = 0;
const SIZE: usize = 1;

const NAMES: [&str; 6] = ["Ёж", "еж", "Еж", "ЕЖ и уж", "Уж", "a"];

fn dictionary() -> Arc<Dictionary> {
    let definition = toml::from_str(
        r#"
        code = "things"
        type = "Thing"
        name = { ru = "Вещи" }
        passport = { owner = "Кто-то" }
        hierarchy = { }
        attributes = [
          { code = "name", type = "string", label = { ru = "Имя" }, search = true },
          { code = "size", type = "integer", label = { ru = "Размер" } },
        ]
        "#,
    );
    Arc::new(Dictionary::compile(definition.unwrap()).unwrap())
}

fn day(number: i16) -> Date {
    Date::constant(2000, 1, 1).saturating_add(Span::new().days(number))
}

fn snapshot(versions: Vec<Arc<ItemVersion>>) -> DictionarySnapshot {
    let edition = Edition {
        number: 1,
        published_seq: 1,
        definition_changed: true,
        items_count: 0,
        added_count: 0,
        changed_count: 0,
        retired_count: 0,
        digest: [0; 32],
    };
    DictionarySnapshot::new(
        edition,
        State { dictionary: dictionary(), items: Arc::new(ItemTable::new(versions)), annulled: Arc::default() },
    )
}

/// An item: the day on which its first version gives way to its second, and what each says.
#[derive(Debug, Clone)]
struct Thing {
    code: String,
    turn: i16,
    said: [Option<Said>; 2],
}

#[derive(Debug, Clone)]
struct Said {
    parent: Option<String>,
    name: Option<&'static str>,
    size: Option<i64>,
}

impl Thing {
    fn versions(&self, dictionary: &Dictionary) -> Vec<Arc<ItemVersion>> {
        let validities = [Validity::new(None, Some(day(self.turn))), Validity::new(Some(day(self.turn)), None)];
        let both = validities.into_iter().zip(&self.said);
        let version = |(validity, said): (Option<Validity>, &Option<Said>)| {
            let said = said.as_ref()?;
            let values = [said.name.map(|name| Value::Text(name.into())), said.size.map(Value::Integer)];
            let content = Content { parent: said.parent.as_deref().map(Into::into), values: Box::new(values) };
            let stretch = Stretch { validity: validity?, content, retirement: None };
            Some(Arc::new(ItemVersion::new(dictionary, self.code.as_str().into(), stretch, 1)))
        };
        both.filter_map(version).collect()
    }

    fn on(&self, number: i16) -> Option<&Said> {
        self.said[usize::from(number >= self.turn)].as_ref()
    }
}

/// Parents have smaller numbers, so that there is no cycle.
fn things() -> impl Strategy<Value = Vec<Thing>> {
    let said = |number: usize| {
        let parent = proptest::option::of(0..number.max(1))
            .prop_map(move |parent| parent.filter(|parent| *parent < number).map(|parent| format!("{parent:02}")));
        let name = proptest::option::of(prop::sample::select(NAMES.to_vec()));
        proptest::option::weighted(0.8, (parent, name, proptest::option::of(0i64..3)))
            .prop_map(|said| said.map(|(parent, name, size)| Said { parent, name, size }))
    };
    let thing = move |number: usize| {
        (1i16..4, said(number), said(number)).prop_map(move |(turn, first, second)| Thing {
            code: format!("{number:02}"),
            turn,
            said: [first, second],
        })
    };
    (0..10).map(thing).collect::<Vec<_>>()
}

/// A predicate as the model reads it.
#[derive(Debug, Clone)]
enum Asked {
    Code(Vec<String>),
    Parent(String),
    IsRoot,
    Under(String),
    NameIs(&'static str),
    NameContains(&'static str),
    NameStarts(&'static str),
    SizeBetween(i64, i64),
    SizeOver(i64),
    HasNoSize,
    Not(Box<Asked>),
    All(Vec<Asked>),
    Any(Vec<Asked>),
}

fn asked() -> impl Strategy<Value = Asked> {
    let code = || (0usize..12).prop_map(|number| format!("{number:02}"));
    let name = || prop::sample::select(NAMES.to_vec());
    let leaf = prop_oneof![
        prop::collection::vec(code(), 0..4).prop_map(Asked::Code),
        code().prop_map(Asked::Parent),
        Just(Asked::IsRoot),
        code().prop_map(Asked::Under),
        name().prop_map(Asked::NameIs),
        name().prop_map(Asked::NameContains),
        name().prop_map(Asked::NameStarts),
        (0i64..3, 0i64..3).prop_map(|(from, to)| Asked::SizeBetween(from, to)),
        (0i64..3).prop_map(Asked::SizeOver),
        Just(Asked::HasNoSize),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|part| Asked::Not(Box::new(part))),
            prop::collection::vec(inner.clone(), 0..3).prop_map(Asked::All),
            prop::collection::vec(inner, 0..3).prop_map(Asked::Any),
        ]
    })
}

impl Asked {
    fn predicate(&self) -> Predicate {
        let name = |test| Predicate::Test(Subject::Attribute(NAME), test);
        let size = |test| Predicate::Test(Subject::Attribute(SIZE), test);
        match self {
            Self::Code(codes) => {
                let codes = codes.iter().map(|code| Value::Text(code.as_str().into()));
                Predicate::Test(Subject::Code, Test::OneOf(codes.collect()))
            }
            Self::Parent(code) => Predicate::equal(Subject::Parent, code),
            Self::IsRoot => Predicate::Test(Subject::Parent, Test::IsAbsent(true)),
            Self::Under(code) => Predicate::Under(code.as_str().into()),
            Self::NameIs(text) => name(Test::Equal(Value::Text((*text).into()))),
            Self::NameContains(text) => name(Test::Contains(Folded::new(text))),
            Self::NameStarts(text) => name(Test::StartsWith(Folded::new(text))),
            Self::SizeBetween(from, to) => {
                size(Test::Within(Bound::Included(SortKey::Integer(*from)), Bound::Included(SortKey::Integer(*to))))
            }
            Self::SizeOver(from) => size(Test::Within(Bound::Excluded(SortKey::Integer(*from)), Bound::Unbounded)),
            Self::HasNoSize => size(Test::IsAbsent(true)),
            Self::Not(part) => Predicate::Not(Box::new(part.predicate())),
            Self::All(parts) => Predicate::All(parts.iter().map(Self::predicate).collect()),
            Self::Any(parts) => Predicate::Any(parts.iter().map(Self::predicate).collect()),
        }
    }

    fn holds(&self, world: &[Thing], thing: &Thing, on: i16) -> bool {
        let Some(said) = thing.on(on) else { return false };
        let name = said.name.map(small);
        match self {
            Self::Code(codes) => codes.contains(&thing.code),
            Self::Parent(code) => said.parent.as_ref() == Some(code),
            Self::IsRoot => said.parent.is_none(),
            Self::Under(code) => is_under(world, thing, code, on),
            Self::NameIs(text) => said.name == Some(text),
            Self::NameContains(text) => name.is_some_and(|name| name.contains(&small(text))),
            Self::NameStarts(text) => name.is_some_and(|name| name.starts_with(&small(text))),
            Self::SizeBetween(from, to) => said.size.is_some_and(|size| (*from..=*to).contains(&size)),
            Self::SizeOver(from) => said.size.is_some_and(|size| size > *from),
            Self::HasNoSize => said.size.is_none(),
            Self::Not(part) => !part.holds(world, thing, on),
            Self::All(parts) => parts.iter().all(|part| part.holds(world, thing, on)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(world, thing, on)),
        }
    }
}

fn small(text: &str) -> String {
    text.to_lowercase().replace('ё', "е")
}

/// Up from the item, through items that are there on the day.
fn is_under(world: &[Thing], thing: &Thing, code: &str, on: i16) -> bool {
    let Some(parent) = thing.on(on).and_then(|said| said.parent.as_ref()) else { return false };
    parent == code || world.iter().find(|other| other.code == *parent).is_some_and(|other| is_under(world, other, code, on))
}

#[derive(Debug, Clone, Copy)]
enum Sorted {
    Code,
    Name,
    Size,
    ValidFrom,
}

fn orders() -> impl Strategy<Value = Vec<(Sorted, bool)>> {
    prop::collection::vec((prop::sample::select(vec![Sorted::Code, Sorted::Name, Sorted::Size, Sorted::ValidFrom]), any::<bool>()), 0..3)
}

fn order_of((sorted, is_descending): (Sorted, bool)) -> Order {
    let subject = match sorted {
        Sorted::Code => Subject::Code,
        Sorted::Name => Subject::Attribute(NAME),
        Sorted::Size => Subject::Attribute(SIZE),
        Sorted::ValidFrom => Subject::ValidFrom,
    };
    let direction = if is_descending { Direction::Descending } else { Direction::Ascending };
    Order { by: OrderBy::Subject(subject, Language::Ru), direction }
}

/// What is absent comes last, and first when the order is turned round.
fn compare(orders: &[(Sorted, bool)], a: &Thing, b: &Thing, on: i16) -> Ordering {
    fn absent_last<T: Ord>(a: Option<T>, b: Option<T>) -> Ordering {
        a.is_none().cmp(&b.is_none()).then(a.cmp(&b))
    }
    let (said_a, said_b) = (a.on(on).unwrap(), b.on(on).unwrap());
    for (sorted, is_descending) in orders {
        let name = |said: &Said| said.name.map(|name| (small(name), name));
        let valid_from = |thing: &Thing| (on >= thing.turn).then_some(thing.turn);
        let ordering = match sorted {
            Sorted::Code => a.code.cmp(&b.code),
            Sorted::Name => absent_last(name(said_a), name(said_b)),
            Sorted::Size => absent_last(said_a.size, said_b.size),
            Sorted::ValidFrom => absent_last(valid_from(a), valid_from(b)),
        };
        let ordering = if *is_descending { ordering.reverse() } else { ordering };
        if ordering.is_ne() {
            return ordering;
        }
    }
    a.code.cmp(&b.code)
}

fn codes_of(snapshot: &DictionarySnapshot, rows: &[super::selection_order::Row]) -> Vec<String> {
    rows.iter().map(|row| snapshot.version(row.position as usize).code.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn pages_agree_with_the_model(
        world in things(), asked in proptest::option::of(asked()), orders in orders(), first in 0usize..5, on in 0i16..5, counts in any::<bool>()
    ) {
        let dictionary = dictionary();
        let snapshot = snapshot(world.iter().flat_map(|thing| thing.versions(&dictionary)).collect());
        let is_wanted = |thing: &&Thing| {
            thing.on(on).is_some() && asked.as_ref().is_none_or(|asked| asked.holds(&world, thing, on))
        };
        let mut expected: Vec<&Thing> = world.iter().filter(is_wanted).collect();
        expected.sort_by(|a, b| compare(&orders, a, b, on));
        let expected: Vec<String> = expected.iter().map(|thing| thing.code.clone()).collect();

        let all_orders: Vec<Order> = orders.iter().copied().map(order_of).collect();
        let selection = Selection::new(day(on), asked.as_ref().map(Asked::predicate), None, &all_orders);
        let mut found: Vec<String> = Vec::new();
        let mut after: Option<Place> = None;
        loop {
            let page = Page { first, after: after.take(), offset: 0, is_total_wanted: counts };
            let outcome = selection.page(&snapshot, &page, &|| true).unwrap();
            prop_assert_eq!(outcome.total_count, counts.then_some(expected.len()));
            prop_assert_eq!(outcome.has_previous, !found.is_empty());
            found.extend(codes_of(&snapshot, &outcome.rows));
            prop_assert_eq!(outcome.has_next, found.len() < expected.len());
            after = outcome.rows.last().map(|row| selection.place_of(&snapshot, *row));
            if !outcome.has_next || after.is_none() {
                break;
            }
        }
        let seen = if first == 0 { 0 } else { expected.len() };
        prop_assert_eq!(found, &expected[..seen]);
    }

    /// A page begins after a place, whether or not the item of the place is still there.
    #[test]
    fn a_page_goes_on_where_the_model_does(world in things(), orders in orders(), gone in 0usize..10, on in 0i16..5) {
        let dictionary = dictionary();
        let all = snapshot(world.iter().flat_map(|thing| thing.versions(&dictionary)).collect());
        let left: Vec<Thing> = world.iter().enumerate().filter(|(at, _)| *at != gone).map(|(_, thing)| thing.clone()).collect();
        let without = snapshot(left.iter().flat_map(|thing| thing.versions(&dictionary)).collect());
        let selection = Selection::new(day(on), None, None, &orders.iter().copied().map(order_of).collect::<Vec<_>>());
        let everything = Page { first: 100, after: None, offset: 0, is_total_wanted: false };
        let rows = selection.page(&all, &everything, &|| true).unwrap().rows;
        let Some(row) = rows.iter().find(|row| all.version(row.position as usize).code == world[gone].code) else { return Ok(()) };
        let page = Page { after: Some(selection.place_of(&all, *row)), ..everything };
        let found = codes_of(&without, &selection.page(&without, &page, &|| true).unwrap().rows);
        let mut expected: Vec<&Thing> = left.iter().filter(|thing| thing.on(on).is_some()).collect();
        expected.retain(|thing| compare(&orders, thing, &world[gone], on).is_gt());
        expected.sort_by(|a, b| compare(&orders, a, b, on));
        prop_assert_eq!(found, expected.iter().map(|thing| thing.code.clone()).collect::<Vec<_>>());
    }
}

#[test]
fn a_caller_without_patience_is_heard() {
    let snapshot = snapshot(Vec::new());
    assert!(
        Selection::new(day(0), None, None, &[])
            .page(&snapshot, &Page { first: 1, after: None, offset: 0, is_total_wanted: false }, &|| false)
            .is_ok()
    );
    let thing = Thing { code: "1".to_owned(), turn: 1, said: [Some(Said { parent: None, name: None, size: None }), None] };
    let snapshot = self::snapshot(thing.versions(&dictionary()));
    for orders in [Vec::new(), vec![Order::ascending(Subject::ValidTo)]] {
        let outcome = Selection::new(day(0), None, None, &orders).page(
            &snapshot,
            &Page { first: 1, after: None, offset: 0, is_total_wanted: false },
            &|| false,
        );
        assert_eq!(outcome, Err(Interrupted));
    }
}

#[test]
fn patience_is_asked_for_by_the_work_done_and_not_by_the_items() {
    let said = Said { parent: None, name: Some("ежи и ужи"), size: None };
    let things = (0..3).map(|code| Thing { code: code.to_string(), turn: 1, said: [Some(said.clone()), None] });
    let dictionary = dictionary();
    let snapshot = snapshot(things.flat_map(|thing| thing.versions(&dictionary)).collect());
    let page = Page { first: 10, after: None, offset: 0, is_total_wanted: true };
    let test = || Predicate::Test(Subject::Attribute(NAME), Test::Contains(Folded::new("нет")));
    let asked_of = |tests_count: usize| {
        let asked_count = std::cell::Cell::new(0);
        let predicate = Predicate::Any((0..tests_count).map(|_| test()).collect());
        let keep_going = || {
            asked_count.set(asked_count.get() + 1);
            asked_count.get() < 4
        };
        (Selection::new(day(0), Some(predicate), None, &[]).page(&snapshot, &page, &keep_going).is_ok(), asked_count.get())
    };
    assert_eq!(asked_of(1), (true, 1), "once at the beginning");
    assert_eq!(asked_of(4_000), (true, 2), "8,000 set operations");
    assert_eq!(asked_of(100_000), (false, 4), "no more is done once the patience is over");
}
