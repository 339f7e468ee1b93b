//! What a filter asks of an item version, in terms of one edition's attributes. Two-valued: what is absent passes no test but
//! `IsAbsent`, and `Not` turns every answer round. It knows neither pages nor the names that a caller gives to attributes.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::ops::{Bound, Range};

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use super::edition::DictionarySnapshot;
use super::folding::{fold, fold_into};
use super::patience::Patience;
use super::positions::Positions;
use super::selection_order::SortKey;
use super::subject::Scalar;
use crate::domain::item::ItemVersion;
use crate::domain::text::ItemCode;
use crate::domain::value::Value;

pub use super::subject::Subject;

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

    pub fn as_str(&self) -> &str {
        &self.0
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

    /// The items under which something is looked for.
    pub fn collect_ancestors<'a>(&'a self, found: &mut Vec<&'a ItemCode>) {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_ancestors(found)),
            Self::Not(part) => part.collect_ancestors(found),
            Self::Under(code) => found.push(code),
            Self::Test(..) => {}
        }
    }
}

/// How much of a text is folded or searched in the time that a test takes.
const BYTES_PER_WORK: usize = 64;

/// The positions of what stands, at any depth, under each item that a predicate names.
pub type Descendants<'a> = FxHashMap<&'a str, Positions>;

/// A predicate at work on one edition, item by item.
pub struct Matcher<'a> {
    snapshot: &'a DictionarySnapshot,
    predicate: Option<&'a Predicate>,
    under: &'a Descendants<'a>,
    folded: RefCell<FoldedTexts>,
    patience: &'a Patience<'a>,
}

/// The texts of the item at hand in the form in which texts are compared: however many tests look at a subject, its texts are
/// folded once, and into the same memory as those of the item before.
#[derive(Default)]
struct FoldedTexts {
    folded: String,
    /// Where in `folded` each text lies.
    texts: Vec<Range<usize>>,
    /// Which of the texts are of which subject.
    subjects: Vec<(Subject, Range<usize>)>,
}

impl FoldedTexts {
    fn clear(&mut self) {
        self.folded.clear();
        self.texts.clear();
        self.subjects.clear();
    }

    fn of(&mut self, subject: Subject, version: &ItemVersion) -> impl Iterator<Item = &str> {
        let known = self.subjects.iter().find(|(known, _)| *known == subject).map(|(_, range)| range.clone());
        let range = known.unwrap_or_else(|| {
            let begin = self.texts.len();
            subject.any(version, |scalar| {
                if let Scalar::Text(text) = scalar {
                    let start = self.folded.len();
                    fold_into(text, &mut self.folded);
                    self.texts.push(start..self.folded.len());
                }
                false
            });
            let range = begin..self.texts.len();
            self.subjects.push((subject, range.clone()));
            range
        });
        self.texts[range].iter().map(|text| &self.folded[text.clone()])
    }
}

impl<'a> Matcher<'a> {
    pub fn new(
        snapshot: &'a DictionarySnapshot,
        predicate: Option<&'a Predicate>,
        under: &'a Descendants<'a>,
        patience: &'a Patience<'a>,
    ) -> Self {
        Self { snapshot, predicate, under, folded: RefCell::default(), patience }
    }

    /// Whether the version at a position passes, whenever it is valid. Means nothing once the patience is over.
    pub fn matches(&self, position: u32) -> bool {
        self.patience.spend(1);
        self.folded.borrow_mut().clear();
        self.predicate.is_none_or(|predicate| self.passes(predicate, position, self.snapshot.version(position as usize)))
    }

    fn passes(&self, predicate: &Predicate, position: u32, version: &ItemVersion) -> bool {
        self.patience.spend(1);
        if self.patience.is_over() {
            return false;
        }
        match predicate {
            Predicate::All(parts) => parts.iter().all(|part| self.passes(part, position, version)),
            Predicate::Any(parts) => parts.iter().any(|part| self.passes(part, position, version)),
            Predicate::Not(part) => !self.passes(part, position, version),
            Predicate::Test(subject, test) => self.test(*subject, test, version),
            Predicate::Under(code) => self.under.get(code.as_str()).is_some_and(|positions| positions.contains(position)),
        }
    }

    fn test(&self, subject: Subject, test: &Test, version: &ItemVersion) -> bool {
        match test {
            Test::Equal(wanted) => subject.any(version, |scalar| scalar.is_equal(wanted)),
            Test::OneOf(wanted) => subject.any(version, |scalar| wanted.contains(&scalar.to_value())),
            Test::Within(from, to) if test.compares_folded() => {
                self.any_folded(subject, version, |folded, exact| is_within(from, to, |key| compare_text(folded, exact, key)))
            }
            Test::Within(from, to) => subject.any(version, |scalar| is_within(from, to, |key| scalar.compare_to_key(key))),
            Test::StartsWith(Folded(start)) => self.any_folded(subject, version, |folded, _| folded.starts_with(start.as_str())),
            Test::Contains(Folded(part)) => {
                self.any_folded(subject, version, |folded, _| memmem::find(folded.as_bytes(), part.as_bytes()).is_some())
            }
            Test::IsAbsent(is_absent) => subject.any(version, |_| true) != *is_absent,
        }
    }

    /// Whether any text of a subject passes in its folded form; the text as it is comes second.
    fn any_folded(&self, subject: Subject, version: &ItemVersion, passes: impl Fn(&str, &str) -> bool) -> bool {
        let mut texts = self.folded.borrow_mut();
        let mut folded = texts.of(subject, version);
        subject.any(version, |scalar| match scalar {
            Scalar::Text(exact) => folded.next().is_some_and(|folded| {
                self.patience.spend(folded.len() / BYTES_PER_WORK);
                passes(folded, exact)
            }),
            Scalar::Other(_) | Scalar::Date(_) => false,
        })
    }
}

impl Test {
    /// Whether texts are compared in their folded form. The bounds of one test are of one type.
    pub fn compares_folded(&self) -> bool {
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
