//! The orders in which items are listed, and the place in such an order from which a page goes on.
//! The code of the item always decides last, so that an order is total and a place is never ambiguous.

use std::cmp::Ordering;

use compact_str::CompactString;
use rust_decimal::Decimal;

use super::edition::DictionarySnapshot;
use super::selection_predicate::Subject;
use super::text_index::fold;
use crate::domain::definition::AttributeType;
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
        match value {
            Value::Text(text) if is_code(kind) => Some(Self::Code(text.clone())),
            Value::Text(text) => Some(Self::text(text)),
            Value::Localized(localized) => Some(Self::text(localized.get(language))),
            Value::Integer(number) => Some(Self::Integer(*number)),
            Value::Decimal(number) => Some(Self::Decimal(*number)),
            Value::Boolean(flag) => Some(Self::Boolean(*flag)),
            Value::Date(date) => Some(Self::Date(*date)),
            Value::List(_) => None,
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
            OrderBy::Subject(Subject::Code, _) => Some(SortKey::Code(version.code.clone())),
            OrderBy::Subject(Subject::Parent, _) => version.parent().map(|parent| SortKey::Code(parent.into())),
            OrderBy::Subject(Subject::ValidFrom, _) => version.validity().from().map(SortKey::Date),
            OrderBy::Subject(Subject::ValidTo, _) => version.validity().to().map(SortKey::Date),
            OrderBy::Subject(Subject::Attribute(position), language) => {
                let kind = snapshot.dictionary.attributes[position].definition.kind;
                SortKey::of_value(version.value(position)?, kind, language)
            }
            OrderBy::Subject(Subject::Absent, _) => None,
        }
    }

    fn compare(self, a: &Option<SortKey>, b: &Option<SortKey>) -> Ordering {
        let ordering = match (a, b) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        match self.direction {
            Direction::Ascending => ordering,
            Direction::Descending => ordering.reverse(),
        }
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
