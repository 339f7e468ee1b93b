//! What a filter asks of an item version, in terms of one edition's attributes. Two-valued: what is absent passes no test but
//! `IsAbsent`, and `Not` turns every answer round. It knows neither pages nor the names that a caller gives to attributes.

use std::cmp::Ordering;
use std::ops::Bound;

use rustc_hash::{FxHashMap, FxHashSet};

use super::edition::DictionarySnapshot;
use super::selection_order::SortKey;
use super::text_index::fold;
use crate::domain::item::ItemVersion;
use crate::domain::text::ItemCode;
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

/// What is asked of a subject. A list passes when any of its values does, a localised text when any of its languages does.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    Equal(Value),
    OneOf(FxHashSet<Value>),
    Within(Bound<SortKey>, Bound<SortKey>),
    /// Without regard to case and ё.
    StartsWith(Folded),
    /// Without regard to case and ё.
    Contains(Folded),
    IsAbsent(bool),
}

/// A text in the form in which texts are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded(String);

impl Folded {
    pub fn new(text: &str) -> Self {
        Self(fold(text))
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// Holds when there are none.
    All(Vec<Predicate>),
    /// Does not hold when there are none.
    Any(Vec<Predicate>),
    Not(Box<Predicate>),
    Test(Subject, Test),
    /// Stands, at any depth, under the item of this code.
    Under(ItemCode),
}

impl Predicate {
    pub fn equal(subject: Subject, code: &str) -> Self {
        Self::Test(subject, Test::Equal(Value::Text(code.into())))
    }

    fn collect_ancestors<'a>(&'a self, found: &mut Vec<&'a ItemCode>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_ancestors(found)),
            Self::Not(part) => part.collect_ancestors(found),
            Self::Under(code) => found.push(code),
            Self::Test(..) => {}
        }
    }
}

/// A predicate at work on one edition and one date.
pub struct Matcher<'a> {
    snapshot: &'a DictionarySnapshot,
    valid_on: Date,
    predicate: Option<&'a Predicate>,
    /// The positions of what stands under each item that the predicate names.
    under: FxHashMap<&'a str, FxHashSet<u32>>,
}

impl<'a> Matcher<'a> {
    pub fn new(snapshot: &'a DictionarySnapshot, valid_on: Date, predicate: Option<&'a Predicate>) -> Self {
        let mut ancestors = Vec::new();
        if let Some(predicate) = predicate {
            predicate.collect_ancestors(&mut ancestors);
        }
        let mut under: FxHashMap<&str, FxHashSet<u32>> = FxHashMap::default();
        for code in ancestors {
            under.entry(code.as_str()).or_insert_with(|| positions_under(snapshot, code, valid_on));
        }
        Self { snapshot, valid_on, predicate, under }
    }

    /// Whether the version at a position is valid on the date and passes.
    pub fn matches(&self, position: u32) -> bool {
        let version = self.snapshot.version(position as usize);
        version.validity().contains(self.valid_on) && self.predicate.is_none_or(|predicate| self.passes(predicate, position, version))
    }

    fn passes(&self, predicate: &Predicate, position: u32, version: &ItemVersion) -> bool {
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.passes(part, position, version)),
            Predicate::Any(parts) => parts.iter().any(|part| self.passes(part, position, version)),
            Predicate::Not(part) => !self.passes(part, position, version),
            Predicate::Test(subject, test) => test.passes(*subject, version),
            Predicate::Under(code) => self.under.get(code.as_str()).is_some_and(|positions| positions.contains(&position)),
        }
    }

    /// The positions among which every match is, in order, where an index tells them; `None` when all must be looked at.
    pub fn candidates(&self) -> Option<Vec<u32>> {
        let mut positions = self.candidates_of(self.predicate?)?;
        positions.sort_unstable();
        positions.dedup();
        Some(positions)
    }

    fn candidates_of(&self, predicate: &Predicate) -> Option<Vec<u32>> {
        match predicate {
            Predicate::All(parts) => parts.iter().filter_map(|part| self.candidates_of(part)).min_by_key(Vec::len),
            Predicate::Test(Subject::Code, Test::Equal(Value::Text(code))) => Some(self.position_of(code).into_iter().collect()),
            Predicate::Test(Subject::Code, Test::OneOf(codes)) => {
                Some(codes.iter().filter_map(Value::as_text).filter_map(|code| self.position_of(code)).collect())
            }
            Predicate::Test(Subject::Parent, Test::Equal(Value::Text(code))) => Some(self.snapshot.children_of(code).to_vec()),
            Predicate::Test(Subject::Parent, Test::OneOf(codes)) => {
                let children = codes.iter().filter_map(Value::as_text).flat_map(|code| self.snapshot.children_of(code));
                Some(children.copied().collect())
            }
            Predicate::Under(code) => self.under.get(code.as_str()).map(|positions| positions.iter().copied().collect()),
            Predicate::Any(_) | Predicate::Not(_) | Predicate::Test(..) => None,
        }
    }

    fn position_of(&self, code: &str) -> Option<u32> {
        self.snapshot.position_at(code, self.valid_on).map(|position| position as u32)
    }
}

fn positions_under(snapshot: &DictionarySnapshot, code: &str, on: Date) -> FxHashSet<u32> {
    let mut found = FxHashSet::default();
    let mut to_visit: Vec<&str> = vec![code];
    while let Some(code) = to_visit.pop() {
        for position in snapshot.children_of(code) {
            let version = snapshot.version(*position as usize);
            // What was seen is not visited again, so that not even a cycle would keep us here.
            if version.validity().contains(on) && found.insert(*position) {
                to_visit.push(&version.code);
            }
        }
    }
    found
}

/// One value of a subject.
#[derive(Debug, Clone, Copy)]
enum Scalar<'a> {
    Text(&'a str),
    /// Any other value of an attribute that is neither text nor list.
    Other(&'a Value),
    Date(Date),
}

impl Subject {
    /// Whether any of the values passes.
    fn any(self, version: &ItemVersion, mut passes: impl FnMut(Scalar<'_>) -> bool) -> bool {
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
}

impl Test {
    fn passes(&self, subject: Subject, version: &ItemVersion) -> bool {
        match self {
            Self::Equal(wanted) => subject.any(version, |scalar| scalar.is_equal(wanted)),
            Self::OneOf(wanted) => subject.any(version, |scalar| wanted.contains(&scalar.to_value())),
            Self::Within(from, to) => subject.any(version, |scalar| {
                let is_after = match from {
                    Bound::Included(from) => scalar.compare(from).is_some_and(Ordering::is_ge),
                    Bound::Excluded(from) => scalar.compare(from).is_some_and(Ordering::is_gt),
                    Bound::Unbounded => true,
                };
                let is_before = match to {
                    Bound::Included(to) => scalar.compare(to).is_some_and(Ordering::is_le),
                    Bound::Excluded(to) => scalar.compare(to).is_some_and(Ordering::is_lt),
                    Bound::Unbounded => true,
                };
                is_after && is_before
            }),
            Self::StartsWith(Folded(start)) => {
                subject.any(version, |scalar| matches!(scalar, Scalar::Text(text) if fold(text).starts_with(start.as_str())))
            }
            Self::Contains(Folded(part)) => {
                subject.any(version, |scalar| matches!(scalar, Scalar::Text(text) if fold(text).contains(part.as_str())))
            }
            Self::IsAbsent(is_absent) => subject.any(version, |_| true) != *is_absent,
        }
    }
}

impl Scalar<'_> {
    fn is_equal(self, wanted: &Value) -> bool {
        match (self, wanted) {
            (Self::Text(text), Value::Text(wanted)) => text == wanted,
            (Self::Date(date), Value::Date(wanted)) => date == *wanted,
            (Self::Other(value), wanted) => value == wanted,
            _ => false,
        }
    }

    fn to_value(self) -> Value {
        match self {
            Self::Text(text) => Value::Text(text.into()),
            Self::Date(date) => Value::Date(date),
            Self::Other(value) => value.clone(),
        }
    }

    /// `None` when the two are of different types.
    fn compare(self, key: &SortKey) -> Option<Ordering> {
        match (self, key) {
            (Self::Text(text), SortKey::Code(code)) => Some(text.cmp(code.as_str())),
            (Self::Text(text), SortKey::Text { folded, exact }) => Some(fold(text).cmp(folded).then_with(|| text.cmp(exact.as_str()))),
            (Self::Date(date), SortKey::Date(other)) => Some(date.cmp(other)),
            (Self::Other(Value::Integer(number)), SortKey::Integer(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Decimal(number)), SortKey::Decimal(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Boolean(flag)), SortKey::Boolean(other)) => Some(flag.cmp(other)),
            _ => None,
        }
    }
}
