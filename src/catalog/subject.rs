//! What of an item version is looked at, and the single values that it has there: those of a list each, a localised text once
//! for every language. It knows neither tests nor indexes.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use super::folding::{compare_folded, compare_folded_to};
use super::selection_order::SortKey;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;
use crate::domain::value::Value;

/// What of an item version is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    Code,
    Parent,
    ValidFrom,
    ValidTo,
    /// By its position in the definition of the edition.
    Attribute(usize),
    /// An attribute that the edition does not have, so that no item has a value of it.
    Absent,
}

/// Subjects that are not attributes, and have the first slots.
const FIXED_SLOTS: usize = 4;

/// One value of a subject.
#[derive(Debug, Clone, Copy)]
pub enum Scalar<'a> {
    Text(&'a str),
    /// Any other value of an attribute that is neither text nor list.
    Other(&'a Value),
    Date(Date),
}

/// How texts are put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collation {
    /// By their bytes, as codes are.
    Exact,
    /// Without regard to case and ё, and by their bytes where they are then equal.
    Folded,
}

impl Subject {
    /// The slot of the parent.
    pub const PARENT_SLOT: usize = 1;

    /// Whether any of the values passes.
    pub fn any<'a>(self, version: &'a ItemVersion, mut passes: impl FnMut(Scalar<'a>) -> bool) -> bool {
        match self {
            Self::Code => passes(Scalar::Text(&version.code)),
            Self::Parent => version.parent().is_some_and(|parent| passes(Scalar::Text(parent))),
            Self::ValidFrom => version.validity().from().is_some_and(|date| passes(Scalar::Date(date))),
            Self::ValidTo => version.validity().to().is_some_and(|date| passes(Scalar::Date(date))),
            Self::Absent => false,
            Self::Attribute(position) => version.value(position).is_some_and(|value| {
                value.each().iter().any(|value| match value {
                    Value::Text(text) => passes(Scalar::Text(text)),
                    Value::Localized(localized) => localized.texts().any(|text| passes(Scalar::Text(text))),
                    Value::Date(date) => passes(Scalar::Date(*date)),
                    other => passes(Scalar::Other(other)),
                })
            }),
        }
    }

    /// The number of a subject among all of a dictionary's, for what is kept about each; `None` when no item has a value of it.
    pub fn slot(self, dictionary: &Dictionary) -> Option<usize> {
        match self {
            Self::Code => Some(0),
            Self::Parent => Some(Self::PARENT_SLOT),
            Self::ValidFrom => Some(2),
            Self::ValidTo => Some(3),
            Self::Attribute(position) => (position < dictionary.attributes.len()).then_some(FIXED_SLOTS + position),
            Self::Absent => None,
        }
    }

    pub fn of_slot(slot: usize) -> Self {
        match slot {
            0 => Self::Code,
            Self::PARENT_SLOT => Self::Parent,
            2 => Self::ValidFrom,
            3 => Self::ValidTo,
            attribute => Self::Attribute(attribute - FIXED_SLOTS),
        }
    }

    pub fn slots_count(dictionary: &Dictionary) -> usize {
        FIXED_SLOTS + dictionary.attributes.len()
    }
}

impl<'a> Scalar<'a> {
    /// The single value that a value is; `None` for what is never one.
    pub fn of(value: &'a Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(Self::Text(text)),
            Value::Date(date) => Some(Self::Date(*date)),
            Value::Localized(_) | Value::List(_) => None,
            other => Some(Self::Other(other)),
        }
    }

    pub fn is_equal(self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Self::Text(text), Value::Text(wanted)) => text == wanted,
            (Self::Date(date), Value::Date(wanted)) => date == *wanted,
            (Self::Other(value), wanted) => value == wanted,
            _ => false,
        }
    }

    pub fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.into()),
            Self::Date(date) => Value::Date(date),
            Self::Other(value) => value.clone(),
        }
    }

    /// Equal scalars have equal hashes.
    pub fn hash(self) -> u32 {
        let mut hasher = FxHasher::default();
        match self {
            Self::Text(text) => text.hash(&mut hasher),
            Self::Date(date) => date.hash(&mut hasher),
            Self::Other(value) => value.hash(&mut hasher),
        }
        (hasher.finish() >> 32) as u32
    }

    /// Values of different types are ordered by type, so that those of one type are together.
    pub fn type_rank(self) -> u8 {
        match self {
            Self::Text(_) => 0,
            Self::Date(_) => 1,
            Self::Other(Value::Integer(_)) => 2,
            Self::Other(Value::Decimal(_)) => 3,
            Self::Other(Value::Boolean(_)) => 4,
            Self::Other(_) => 5,
        }
    }

    pub fn compare(self, other: Scalar<'_>, collation: Collation) -> Ordering {
        match (self, other) {
            (Self::Text(a), Scalar::Text(b)) if collation == Collation::Folded => compare_folded(a, b).then_with(|| a.cmp(b)),
            (Self::Text(a), Scalar::Text(b)) => a.cmp(b),
            (Self::Date(a), Scalar::Date(b)) => a.cmp(&b),
            (Self::Other(Value::Integer(a)), Scalar::Other(Value::Integer(b))) => a.cmp(b),
            (Self::Other(Value::Decimal(a)), Scalar::Other(Value::Decimal(b))) => a.cmp(b),
            (Self::Other(Value::Boolean(a)), Scalar::Other(Value::Boolean(b))) => a.cmp(b),
            (a, b) => a.type_rank().cmp(&b.type_rank()),
        }
    }

    /// How the value stands to a key; `None` when the two are of different types.
    pub fn compare_to_key(self, key: &SortKey) -> Option<Ordering> {
        match (self, key) {
            (Self::Text(text), SortKey::Code(code)) => Some(text.cmp(code.as_str())),
            (Self::Text(text), SortKey::Text { folded, exact }) => {
                Some(compare_folded_to(text, folded).then_with(|| text.cmp(exact.as_str())))
            }
            (Self::Date(date), SortKey::Date(other)) => Some(date.cmp(other)),
            (Self::Other(Value::Integer(number)), SortKey::Integer(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Decimal(number)), SortKey::Decimal(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Boolean(flag)), SortKey::Boolean(other)) => Some(flag.cmp(other)),
            _ => None,
        }
    }
}
