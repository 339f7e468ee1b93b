//! The orders in which items are listed, and the place in such an order from which a page goes on.
//! The code of the item always decides last, so that an order is total and a place is never ambiguous.

use std::cmp::Ordering;

use compact_str::CompactString;
use rust_decimal::Decimal;

use super::edition::DictionarySnapshot;
use super::folding::{compare_folded, compare_folded_to, fold};
use super::subject::Subject;
use crate::domain::definition::AttributeType;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::text::{ItemCode, Language};
use crate::domain::validity::Date;
use crate::domain::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Ascending,
    Descending,
}

/// What an order looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderBy {
    /// A localised text is taken in the language.
    Subject(Subject, Language),
    /// How well an item fits the search text.
    Score,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub by: OrderBy,
    pub direction: Direction,
}

/// A value in the form in which it is compared. What is absent is greater than any of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum SortKey {
    /// Codes go by their bytes.
    Code(CompactString),
    /// Texts go without regard to case and ё, and by their bytes where they are then equal.
    Text {
        folded: String,
        exact: CompactString,
    },
    Integer(i64),
    Decimal(Decimal),
    Boolean(bool),
    Date(Date),
}

/// A place in an order: that of an item that is there, or that was there when the place was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// One for each order.
    pub keys: Vec<Option<SortKey>>,
    pub code: ItemCode,
}

/// An item version that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    pub position: u32,
    /// Zero where nothing was searched for.
    pub score: f32,
}

impl SortKey {
    pub fn text(text: &str) -> Self {
        Self::Text { folded: fold(text), exact: CompactString::new(text) }
    }

    /// The key of a single value of an attribute of a type; `None` when lists or unlike values make none.
    pub fn of_value(value: &Value, kind: AttributeType, language: Language) -> Option<Self> {
        Key::of_value(value, kind, language).map(Key::to_sort_key)
    }
}

/// A sort key that is still where it lies in an item version: texts are folded as they are compared.
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    Code(&'a str),
    Text(&'a str),
    Integer(i64),
    Decimal(Decimal),
    Boolean(bool),
    Date(Date),
}

impl<'a> Key<'a> {
    fn of_value(value: &'a Value, kind: AttributeType, language: Language) -> Option<Self> {
        match value {
            Value::Text(text) if is_code(kind) => Some(Self::Code(text)),
            Value::Text(text) => Some(Self::Text(text)),
            Value::Localized(localized) => Some(Self::Text(localized.get(language))),
            Value::Integer(number) => Some(Self::Integer(*number)),
            Value::Decimal(number) => Some(Self::Decimal(*number)),
            Value::Boolean(flag) => Some(Self::Boolean(*flag)),
            Value::Date(date) => Some(Self::Date(*date)),
            Value::List(_) => None,
        }
    }

    /// The key of a version in an order that does not depend on a search.
    pub fn of(by: OrderBy, dictionary: &Dictionary, version: &'a ItemVersion) -> Option<Self> {
        match by {
            OrderBy::Subject(Subject::Code, _) => Some(Self::Code(&version.code)),
            OrderBy::Subject(Subject::Parent, _) => version.parent().map(Self::Code),
            OrderBy::Subject(Subject::ValidFrom, _) => version.validity().from().map(Self::Date),
            OrderBy::Subject(Subject::ValidTo, _) => version.validity().to().map(Self::Date),
            OrderBy::Subject(Subject::Attribute(position), language) => {
                let kind = dictionary.attributes[position].definition.kind;
                Self::of_value(version.value(position)?, kind, language)
            }
            OrderBy::Subject(Subject::Absent, _) | OrderBy::Score => None,
        }
    }

    pub fn to_sort_key(self) -> SortKey {
        match self {
            Self::Code(text) => SortKey::Code(text.into()),
            Self::Text(text) => SortKey::text(text),
            Self::Integer(number) => SortKey::Integer(number),
            Self::Decimal(number) => SortKey::Decimal(number),
            Self::Boolean(flag) => SortKey::Boolean(flag),
            Self::Date(date) => SortKey::Date(date),
        }
    }

    /// As their sort keys compare.
    pub fn compare(&self, other: &Key<'_>) -> Ordering {
        match (self, other) {
            (Self::Code(a), Key::Code(b)) => a.cmp(b),
            (Self::Text(a), Key::Text(b)) => compare_folded(a, b).then_with(|| a.cmp(b)),
            (Self::Integer(a), Key::Integer(b)) => a.cmp(b),
            (Self::Decimal(a), Key::Decimal(b)) => a.cmp(b),
            (Self::Boolean(a), Key::Boolean(b)) => a.cmp(b),
            (Self::Date(a), Key::Date(b)) => a.cmp(b),
            (a, b) => a.to_sort_key().cmp(&b.to_sort_key()),
        }
    }

    pub fn compare_to(&self, key: &SortKey) -> Ordering {
        match (self, key) {
            (Self::Text(text), SortKey::Text { folded, exact }) => {
                compare_folded_to(text, folded).then_with(|| (*text).cmp(exact.as_str()))
            }
            (key, other) => key.to_sort_key().cmp(other),
        }
    }
}

fn is_code(kind: AttributeType) -> bool {
    matches!(kind, AttributeType::Enum | AttributeType::Reference)
}

impl Order {
    pub fn ascending(subject: Subject) -> Self {
        Self { by: OrderBy::Subject(subject, Language::Ru), direction: Direction::Ascending }
    }

    /// The best hits of a search first.
    pub fn by_score() -> Self {
        Self { by: OrderBy::Score, direction: Direction::Descending }
    }

    fn key(self, snapshot: &DictionarySnapshot, version: &ItemVersion, score: f32) -> Option<SortKey> {
        match self.by {
            // The bits of floats that are not negative are in the order of the floats.
            OrderBy::Score => Some(SortKey::Integer(i64::from(score.to_bits()))),
            by => Key::of(by, &snapshot.dictionary, version).map(Key::to_sort_key),
        }
    }

    /// Puts what two keys say in the direction of the order; what has none is the greatest.
    pub fn directed<A, B>(self, a: Option<A>, b: Option<B>, compare: impl FnOnce(A, B) -> Ordering) -> Ordering {
        let ordering = match (a, b) {
            (Some(a), Some(b)) => compare(a, b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        match self.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        }
    }

    fn compare(self, a: &Option<SortKey>, b: &Option<SortKey>) -> Ordering {
        self.directed(a.as_ref(), b.as_ref(), Ord::cmp)
    }
}

/// The keys of a version, one for each order.
pub fn keys_of(orders: &[Order], snapshot: &DictionarySnapshot, row: Row) -> Vec<Option<SortKey>> {
    let version = snapshot.version(row.position as usize);
    orders.iter().map(|order| order.key(snapshot, version, row.score)).collect()
}

pub fn compare_keys(orders: &[Order], a: &[Option<SortKey>], b: &[Option<SortKey>]) -> Ordering {
    let each = orders.iter().zip(a.iter().zip(b));
    each.map(|(order, (a, b))| order.compare(a, b)).find(|ordering| ordering.is_ne()).unwrap_or(Ordering::Equal)
}

/// Orders whose later members cannot decide anything are cut off: nothing comes after the code, and the code decides last anyway.
pub fn essential(orders: &[Order]) -> Vec<Order> {
    let mut kept: Vec<Order> = Vec::with_capacity(orders.len());
    for order in orders {
        if kept.iter().any(|earlier| earlier.by == order.by) {
            continue;
        }
        let is_code = matches!(order.by, OrderBy::Subject(Subject::Code, _));
        if !(is_code && order.direction == Direction::Ascending) {
            kept.push(*order);
        }
        if is_code {
            break;
        }
    }
    kept
}
