//! What a filter asks of an item version, in terms of one edition's attributes. Two-valued: what is absent passes no test but
//! `IsAbsent`, and `Not` turns every answer round. It knows neither pages nor the names that a caller gives to attributes.

use std::cell::{Cell, RefCell};
use std::cmp::Ordering;
use std::ops::{Bound, Range};

use rustc_hash::{FxHashMap, FxHashSet};

use super::edition::DictionarySnapshot;
use super::selection::{Interrupted, KeepGoing};
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

/// How much work is done between two looks at the caller's patience. One test of one item is the unit, and so are so many bytes
/// of its text.
const WORK_BETWEEN_CHECKS: u32 = 4096;

/// How much of a text is folded or searched in the time that a test takes.
const BYTES_PER_WORK: usize = 64;

/// A predicate at work on one edition and one date.
pub struct Matcher<'a> {
    snapshot: &'a DictionarySnapshot,
    valid_on: Date,
    predicate: Option<&'a Predicate>,
    /// The positions of what stands under each item that the predicate names.
    under: FxHashMap<&'a str, FxHashSet<u32>>,
    folded: RefCell<FoldedTexts>,
    patience: Patience<'a>,
}

/// Counts work, and asks the caller whether to go on whenever enough of it was done.
struct Patience<'a> {
    keep_going: KeepGoing<'a>,
    work: Cell<u32>,
    is_over: Cell<bool>,
}

impl Patience<'_> {
    fn spend(&self, work: usize) {
        let sum = self.work.get().saturating_add(u32::try_from(work).unwrap_or(u32::MAX));
        if sum < WORK_BETWEEN_CHECKS {
            self.work.set(sum);
        } else {
            self.work.set(0);
            self.is_over.set(self.is_over.get() || !(self.keep_going)());
        }
    }
}

/// The texts of the item at hand in the form in which texts are compared: however many tests look at a subject, its texts are
/// folded once.
#[derive(Default)]
struct FoldedTexts {
    texts: Vec<String>,
    subjects: Vec<(Subject, Range<usize>)>,
}

impl FoldedTexts {
    fn clear(&mut self) {
        self.texts.clear();
        self.subjects.clear();
    }

    fn of(&mut self, subject: Subject, version: &ItemVersion) -> &[String] {
        let known = self.subjects.iter().find(|(known, _)| *known == subject).map(|(_, range)| range.clone());
        let range = known.unwrap_or_else(|| {
            let begin = self.texts.len();
            subject.any(version, |scalar| {
                if let Scalar::Text(text) = scalar {
                    self.texts.push(fold(text));
                }
                false
            });
            let range = begin..self.texts.len();
            self.subjects.push((subject, range.clone()));
            range
        });
        &self.texts[range]
    }
}

impl<'a> Matcher<'a> {
    /// Interrupted when the caller's patience ends while it is found out what stands under the items that the predicate names.
    pub fn new(
        snapshot: &'a DictionarySnapshot,
        valid_on: Date,
        predicate: Option<&'a Predicate>,
        keep_going: KeepGoing<'a>,
    ) -> Result<Self, Interrupted> {
        let mut ancestors = Vec::new();
        if let Some(predicate) = predicate {
            predicate.collect_ancestors(&mut ancestors);
        }
        let patience = Patience { keep_going, work: Cell::new(0), is_over: Cell::new(!keep_going()) };
        let mut matcher = Self { snapshot, valid_on, predicate, under: FxHashMap::default(), folded: RefCell::default(), patience };
        for code in ancestors {
            if !matcher.under.contains_key(code.as_str()) {
                let positions = matcher.positions_under(code);
                matcher.check()?;
                matcher.under.insert(code.as_str(), positions);
            }
        }
        Ok(matcher)
    }

    /// Counts work that is done elsewhere for the same caller.
    pub fn spend(&self, work: usize) {
        self.patience.spend(work);
    }

    /// Whether there is patience left for more. To be asked after each item: it costs nothing until enough work was done.
    pub fn check(&self) -> Result<(), Interrupted> {
        if self.patience.is_over.get() { Err(Interrupted) } else { Ok(()) }
    }

    /// Whether the version at a position is valid on the date and passes. Means nothing once the patience is over.
    pub fn matches(&self, position: u32) -> bool {
        self.patience.spend(1);
        self.folded.borrow_mut().clear();
        let version = self.snapshot.version(position as usize);
        version.validity().contains(self.valid_on) && self.predicate.is_none_or(|predicate| self.passes(predicate, position, version))
    }

    fn passes(&self, predicate: &Predicate, position: u32, version: &ItemVersion) -> bool {
        self.patience.spend(1);
        if self.patience.is_over.get() {
            return false;
        }
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.passes(part, position, version)),
            Predicate::Any(parts) => parts.iter().any(|part| self.passes(part, position, version)),
            Predicate::Not(part) => !self.passes(part, position, version),
            Predicate::Test(subject, test) => self.test(*subject, test, version),
            Predicate::Under(code) => self.under.get(code.as_str()).is_some_and(|positions| positions.contains(&position)),
        }
    }

    fn test(&self, subject: Subject, test: &Test, version: &ItemVersion) -> bool {
        match test {
            Test::Equal(wanted) => subject.any(version, |scalar| scalar.is_equal(wanted)),
            Test::OneOf(wanted) => subject.any(version, |scalar| wanted.contains(&scalar.to_value())),
            Test::Within(from, to) if test.compares_folded() => {
                self.any_folded(subject, version, |folded, exact| is_within(from, to, |key| compare_text(folded, exact, key)))
            }
            Test::Within(from, to) => subject.any(version, |scalar| is_within(from, to, |key| scalar.compare(key))),
            Test::StartsWith(Folded(start)) => self.any_folded(subject, version, |folded, _| folded.starts_with(start.as_str())),
            Test::Contains(Folded(part)) => self.any_folded(subject, version, |folded, _| folded.contains(part.as_str())),
            Test::IsAbsent(is_absent) => subject.any(version, |_| true) != *is_absent,
        }
    }

    /// Whether any text of a subject passes in its folded form; the text as it is comes second.
    fn any_folded(&self, subject: Subject, version: &ItemVersion, passes: impl Fn(&str, &str) -> bool) -> bool {
        let mut texts = self.folded.borrow_mut();
        let mut folded = texts.of(subject, version).iter();
        subject.any(version, |scalar| match scalar {
            Scalar::Text(exact) => folded.next().is_some_and(|folded| {
                self.patience.spend(folded.len() / BYTES_PER_WORK);
                passes(folded, exact)
            }),
            Scalar::Other(_) | Scalar::Date(_) => false,
        })
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

    /// Not all of them once the patience is over.
    fn positions_under(&self, code: &str) -> FxHashSet<u32> {
        let mut found = FxHashSet::default();
        let mut to_visit: Vec<&str> = vec![code];
        while let Some(code) = to_visit.pop().filter(|_| !self.patience.is_over.get()) {
            for position in self.snapshot.children_of(code) {
                self.patience.spend(1);
                let version = self.snapshot.version(*position as usize);
                // What was seen is not visited again, so that not even a cycle would keep us here.
                if version.validity().contains(self.valid_on) && found.insert(*position) {
                    to_visit.push(&version.code);
                }
            }
        }
        found
    }
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
    /// Whether texts are compared in their folded form. The bounds of one test are of one type.
    fn compares_folded(&self) -> bool {
        let is_text =
            |bound: &Bound<SortKey>| matches!(bound, Bound::Included(SortKey::Text { .. }) | Bound::Excluded(SortKey::Text { .. }));
        matches!(self, Self::Within(from, to) if is_text(from) || is_text(to))
    }
}

/// `compare` says how a value stands to a key; `None` when the two are of different types.
fn is_within(from: &Bound<SortKey>, to: &Bound<SortKey>, compare: impl Fn(&SortKey) -> Option<Ordering>) -> bool {
    let is_after = match from {
        Bound::Included(from) => compare(from).is_some_and(Ordering::is_ge),
        Bound::Excluded(from) => compare(from).is_some_and(Ordering::is_gt),
        Bound::Unbounded => true,
    };
    let is_before = match to {
        Bound::Included(to) => compare(to).is_some_and(Ordering::is_le),
        Bound::Excluded(to) => compare(to).is_some_and(Ordering::is_lt),
        Bound::Unbounded => true,
    };
    is_after && is_before
}

fn compare_text(text_folded: &str, text: &str, key: &SortKey) -> Option<Ordering> {
    match key {
        SortKey::Text { folded, exact } => Some(text_folded.cmp(folded.as_str()).then_with(|| text.cmp(exact.as_str()))),
        _ => None,
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

    /// `None` when the two are of different types; folded texts are compared by [`compare_text`].
    fn compare(self, key: &SortKey) -> Option<Ordering> {
        match (self, key) {
            (Self::Text(text), SortKey::Code(code)) => Some(text.cmp(code.as_str())),
            (Self::Date(date), SortKey::Date(other)) => Some(date.cmp(other)),
            (Self::Other(Value::Integer(number)), SortKey::Integer(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Decimal(number)), SortKey::Decimal(other)) => Some(number.cmp(other)),
            (Self::Other(Value::Boolean(flag)), SortKey::Boolean(other)) => Some(flag.cmp(other)),
            _ => None,
        }
    }
}
