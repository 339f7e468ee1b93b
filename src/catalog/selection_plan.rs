//! How a filter is answered: as set operations over the segments of an edition, wherever an index says exactly which rows pass a
//! test, and as a set of candidates that are looked at one by one wherever it does not. It knows neither orders nor pages.

use std::cell::Cell;
use std::cmp::Ordering;
use std::ops::{Bound, Range};
use std::sync::Arc;

use super::edition::DictionarySnapshot;
use super::folding::compare_beginning;
use super::patience::{Interrupted, Patience};
use super::positions::Positions;
use super::rows::Rows;
use super::segment::Segment;
use super::segment_text::Needle;
use super::segments::{Directory, ValidOn, bit_of};
use super::selection_order::SortKey;
use super::selection_predicate::{Descendants, Matcher, Predicate, Test};
use super::subject::{Collation, Scalar, Subject};
use super::work::FoundBy;
use crate::domain::validity::Date;
use crate::domain::value::Value;

/// Of so few candidates each is looked at rather than an index made for what else is asked of them.
const CANDIDATES_FEW: usize = 32;

/// A filter on a date, ready for one edition.
pub struct Plan<'a> {
    snapshot: &'a DictionarySnapshot,
    root: Node<'a>,
    /// The segments that may have matches.
    mask: u64,
    matcher: Matcher<'a>,
    patience: &'a Patience<'a>,
    tested_count: Cell<usize>,
}

/// The rows of one segment that may match.
pub struct Matches<'a> {
    pub rows: Rows<'a>,
    /// Those of `rows` that are also in here.
    pub on_date: Rows<'a>,
    /// Whether they all do match.
    pub is_exact: bool,
}

/// A part of the filter.
enum Node<'a> {
    Nothing,
    Everything,
    All(Vec<Node<'a>>),
    Any(Vec<Node<'a>>),
    Not(Box<Node<'a>>),
    /// Segments, in order, and the rows there.
    Codes(Vec<(usize, Range<u16>)>),
    Under(&'a Positions),
    Values {
        slot: usize,
        directory: &'a Directory,
        wanted: Vec<Wanted<'a>>,
    },
    Present(usize),
    Within {
        slot: usize,
        from: &'a Bound<SortKey>,
        to: &'a Bound<SortKey>,
        collation: Collation,
    },
    StartsWith(usize, &'a str),
    Contains(usize, Needle),
}

struct Wanted<'a> {
    scalar: Scalar<'a>,
    hash: u32,
    /// The segments that may have it.
    mask: u64,
}

/// Rows that may pass, and whether all of them do.
struct Found<'a> {
    rows: Rows<'a>,
    is_exact: bool,
}

impl<'a> Plan<'a> {
    /// Interrupted when the patience ends while indexes are made that the filter needs.
    pub fn new(
        snapshot: &'a DictionarySnapshot,
        predicate: Option<&'a Predicate>,
        under: &'a Descendants<'a>,
        patience: &'a Patience<'a>,
    ) -> Result<Self, Interrupted> {
        let root = match predicate {
            Some(predicate) => Reading { snapshot, under, patience }.node(predicate)?,
            None => Node::Everything,
        };
        let mask = root.mask(snapshot.segments().all().len());
        let matcher = Matcher::new(snapshot, predicate, under, patience);
        Ok(Self { snapshot, root, mask, matcher, patience, tested_count: Cell::new(0) })
    }

    pub fn segments(&self) -> &'a [Arc<Segment>] {
        self.snapshot.segments().all()
    }

    /// Whether a segment may have matches, as far as that costs nothing to know.
    pub fn may_match(&self, at: usize) -> bool {
        self.mask & bit_of(at, self.segments().len()) != 0
    }

    pub fn patience(&self) -> &'a Patience<'a> {
        self.patience
    }

    /// The rows of a segment that may match.
    pub fn matches<'v>(&self, at: usize, valid: &'v ValidOn) -> Result<Matches<'v>, Interrupted>
    where
        'a: 'v,
    {
        self.patience.spend(1);
        let segment = &self.segments()[at];
        let found = self.root.rows(at, segment, self.patience, self.snapshot.items.base(at));
        self.patience.check()?;
        if found.rows.is_nothing() {
            return Ok(Matches { rows: Rows::Nothing, on_date: Rows::Nothing, is_exact: true });
        }
        let valid = valid.rows(at, segment, found.rows);
        Ok(Matches { rows: valid.rows, on_date: valid.on_date, is_exact: found.is_exact })
    }

    /// Whether a candidate matches: it is looked at.
    pub fn test(&self, position: u32) -> Result<bool, Interrupted> {
        self.tested_count.set(self.tested_count.get() + 1);
        let matches = self.matcher.matches(position);
        self.patience.check().map(|()| matches)
    }

    pub fn tested_count(&self) -> usize {
        self.tested_count.get()
    }

    pub fn found_by(&self) -> FoundBy {
        self.root.found_by()
    }
}

/// Finds what stands under the items that a filter names.
pub fn descendants<'a>(
    snapshot: &DictionarySnapshot,
    predicate: Option<&'a Predicate>,
    on: Date,
    patience: &Patience<'_>,
) -> Result<Descendants<'a>, Interrupted> {
    let mut ancestors = Vec::new();
    if let Some(predicate) = predicate {
        predicate.collect_ancestors(&mut ancestors);
    }
    let mut all = Descendants::default();
    for ancestor in ancestors {
        if all.contains_key(ancestor.as_str()) {
            continue;
        }
        if snapshot.dictionary.is_hierarchical() {
            snapshot.segments().directory(Subject::PARENT_SLOT, Some(patience))?;
        }
        let mut found = Positions::none_of(snapshot.items.versions().len());
        let mut to_visit: Vec<&str> = vec![ancestor];
        while let Some(code) = to_visit.pop() {
            for position in snapshot.children_at(code, on) {
                patience.spend(1);
                // What was seen is not visited again, so that not even a cycle would keep us here.
                if found.insert(position) {
                    to_visit.push(&snapshot.version(position as usize).code);
                }
            }
            patience.check()?;
        }
        all.insert(ancestor.as_str(), found);
    }
    Ok(all)
}

/// Reads a filter.
struct Reading<'a> {
    snapshot: &'a DictionarySnapshot,
    under: &'a Descendants<'a>,
    patience: &'a Patience<'a>,
}

impl<'a> Reading<'a> {
    fn node(&self, predicate: &'a Predicate) -> Result<Node<'a>, Interrupted> {
        Ok(match predicate {
            Predicate::All(parts) => {
                let mut nodes = self.nodes(parts)?;
                // What leaves the fewest rows with the least work comes first.
                nodes.sort_by_key(Node::cost);
                Node::All(nodes)
            }
            Predicate::Any(parts) => Node::Any(self.nodes(parts)?),
            Predicate::Not(part) => Node::Not(Box::new(self.node(part)?)),
            Predicate::Under(code) => self.under.get(code.as_str()).map_or(Node::Nothing, Node::Under),
            Predicate::Test(Subject::Code, Test::Equal(code)) => self.codes([code].into_iter()),
            Predicate::Test(Subject::Code, Test::OneOf(codes)) => self.codes(codes.iter()),
            Predicate::Test(subject, test) => match subject.slot(&self.snapshot.dictionary) {
                Some(slot) => self.test(slot, test)?,
                None if *test == Test::IsAbsent(true) => Node::Everything,
                None => Node::Nothing,
            },
        })
    }

    fn nodes(&self, parts: &'a [Predicate]) -> Result<Vec<Node<'a>>, Interrupted> {
        parts.iter().map(|part| self.node(part)).collect()
    }

    fn codes(&self, codes: impl Iterator<Item = &'a Value>) -> Node<'a> {
        let found = codes.filter_map(Value::as_text).filter_map(|code| self.snapshot.items.locate_versions(code));
        let mut found: Vec<(usize, Range<u16>)> = found.inspect(|_| self.patience.spend(1)).collect();
        found.sort_unstable_by_key(|(segment, rows)| (*segment, rows.start));
        Node::Codes(found)
    }

    fn test(&self, slot: usize, test: &'a Test) -> Result<Node<'a>, Interrupted> {
        Ok(match test {
            Test::Equal(value) => self.values(slot, std::iter::once(value))?,
            Test::OneOf(values) => self.values(slot, values.iter())?,
            Test::IsAbsent(true) => Node::Not(Box::new(Node::Present(slot))),
            Test::IsAbsent(false) => Node::Present(slot),
            Test::StartsWith(folded) => Node::StartsWith(slot, folded.as_str()),
            Test::Contains(folded) => Node::Contains(slot, Needle::new(folded.as_str())),
            Test::Within(from, to) => within(slot, from, to, test.compares_folded()),
        })
    }

    fn values(&self, slot: usize, values: impl Iterator<Item = &'a Value>) -> Result<Node<'a>, Interrupted> {
        let directory = self.snapshot.segments().directory(slot, Some(self.patience))?;
        let wanted = values.filter_map(Scalar::of).map(|scalar| {
            let hash = scalar.hash();
            Wanted { scalar, hash, mask: directory.mask(hash) }
        });
        Ok(Node::Values { slot, directory, wanted: wanted.collect() })
    }
}

/// A range of keys. Bounds of unlike types have nothing between them.
fn within<'a>(slot: usize, from: &'a Bound<SortKey>, to: &'a Bound<SortKey>, is_folded: bool) -> Node<'a> {
    let alike = match (key_of(from), key_of(to)) {
        (None, None) => return Node::Present(slot),
        (Some(from), Some(to)) => std::mem::discriminant(from) == std::mem::discriminant(to),
        _ => true,
    };
    let collation = if is_folded { Collation::Folded } else { Collation::Exact };
    if alike { Node::Within { slot, from, to, collation } } else { Node::Nothing }
}

fn key_of(bound: &Bound<SortKey>) -> Option<&SortKey> {
    match bound {
        Bound::Included(key) | Bound::Excluded(key) => Some(key),
        Bound::Unbounded => None,
    }
}

/// The rank of the type of the values that a key is compared with.
fn type_rank(key: &SortKey) -> u8 {
    match key {
        SortKey::Code(_) | SortKey::Text { .. } => 0,
        SortKey::Date(_) => 1,
        SortKey::Integer(_) => 2,
        SortKey::Decimal(_) => 3,
        SortKey::Boolean(_) => 4,
    }
}

/// Whether a value lies before the range, within or behind.
fn place(scalar: Scalar<'_>, from: &Bound<SortKey>, to: &Bound<SortKey>) -> Ordering {
    let of_type = key_of(from).or(key_of(to)).map_or(Ordering::Equal, |key| scalar.type_rank().cmp(&type_rank(key)));
    if of_type.is_ne() {
        return of_type;
    }
    let compare = |key: &SortKey| scalar.compare_to_key(key).unwrap_or(Ordering::Equal);
    let is_before = match from {
        Bound::Included(key) => compare(key).is_lt(),
        Bound::Excluded(key) => compare(key).is_le(),
        Bound::Unbounded => false,
    };
    let is_behind = match to {
        Bound::Included(key) => compare(key).is_gt(),
        Bound::Excluded(key) => compare(key).is_ge(),
        Bound::Unbounded => false,
    };
    match (is_before, is_behind) {
        (true, _) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => Ordering::Equal,
    }
}

impl<'a> Found<'a> {
    fn exactly(rows: Rows<'a>) -> Self {
        Self { rows, is_exact: true }
    }
}

impl<'a> Node<'a> {
    /// Says in which order parts of one filter are best looked at.
    fn cost(&self) -> u8 {
        match self {
            Self::Nothing => 0,
            Self::Codes(_) => 1,
            Self::Values { .. } => 2,
            Self::Under(_) => 3,
            Self::Present(_) | Self::Everything => 4,
            Self::All(_) | Self::Any(_) | Self::Not(_) => 5,
            Self::Within { .. } | Self::StartsWith(..) => 6,
            Self::Contains(..) => 7,
        }
    }

    /// The segments that may have rows.
    fn mask(&self, segments_count: usize) -> u64 {
        match self {
            Self::Nothing => 0,
            Self::All(parts) => parts.iter().fold(u64::MAX, |mask, part| mask & part.mask(segments_count)),
            Self::Any(parts) => parts.iter().fold(0, |mask, part| mask | part.mask(segments_count)),
            Self::Values { wanted, .. } => wanted.iter().fold(0, |mask, wanted| mask | wanted.mask),
            Self::Codes(codes) => codes.iter().fold(0, |mask, (segment, _)| mask | bit_of(*segment, segments_count)),
            _ => u64::MAX,
        }
    }

    fn found_by(&self) -> FoundBy {
        match self {
            Self::Nothing | Self::Everything => FoundBy::ValidTime,
            Self::All(parts) => parts.first().map_or(FoundBy::ValidTime, Node::found_by),
            Self::Any(_) | Self::Not(_) => FoundBy::Sets,
            Self::Codes(_) => FoundBy::Code,
            Self::Under(_) => FoundBy::Hierarchy,
            Self::Values { slot, .. } | Self::Present(slot) => FoundBy::Values(Subject::of_slot(*slot)),
            Self::Within { slot, .. } | Self::StartsWith(slot, _) => FoundBy::Range(Subject::of_slot(*slot)),
            Self::Contains(slot, _) => FoundBy::TextParts(Subject::of_slot(*slot)),
        }
    }

    /// Whether the index is there that the part needs, or is made soon.
    fn is_ready(&self, segment: &Segment) -> bool {
        match self {
            Self::Within { slot, collation, .. } => segment.has_sorted(*slot, *collation),
            Self::StartsWith(slot, _) => segment.has_sorted(*slot, Collation::Folded),
            Self::Contains(slot, _) => segment.has_text_parts(*slot),
            Self::All(parts) | Self::Any(parts) => parts.iter().all(|part| part.is_ready(segment)),
            Self::Not(part) => part.is_ready(segment),
            _ => true,
        }
    }

    fn rows<'s>(&self, at: usize, segment: &'s Segment, patience: &Patience<'_>, base: u32) -> Found<'s> {
        if patience.is_over() {
            return Found { rows: Rows::Nothing, is_exact: false };
        }
        if !self.is_ready(segment) {
            patience.spend(segment.rows_count());
        }
        let count = segment.rows_count();
        match self {
            Self::Nothing => Found::exactly(Rows::Nothing),
            Self::Everything => Found::exactly(Rows::Everything),
            Self::All(parts) => all_of(parts, at, segment, patience, base),
            Self::Any(parts) => any_of(parts, at, segment, patience, base),
            Self::Not(part) => {
                let found = part.rows(at, segment, patience, base);
                patience.spend_on_rows(count);
                // Of what only may pass nobody knows what may not.
                if found.is_exact { Found::exactly(found.rows.not(count)) } else { Found { rows: Rows::Everything, is_exact: false } }
            }
            Self::Codes(codes) => {
                let of_segment = &codes[codes.partition_point(|(segment, _)| *segment < at)..];
                let of_segment = of_segment.iter().take_while(|(segment, _)| *segment == at);
                let offsets: Vec<u16> = of_segment.flat_map(|(_, rows)| rows.clone()).collect();
                patience.spend(offsets.len());
                Found::exactly(if offsets.is_empty() { Rows::Nothing } else { Rows::Few(offsets.into()) })
            }
            Self::Under(positions) => {
                patience.spend_on_rows(count);
                Found::exactly(positions.rows(base, count))
            }
            Self::Values { slot, directory, wanted } => values_in(*slot, directory, wanted, at, segment, patience),
            Self::Present(slot) => Found::exactly(segment.values(*slot).present()),
            Self::Within { slot, from, to, collation } => {
                let values = segment.values(*slot);
                let place = |scalar: Scalar<'_>| place(scalar, from, to);
                let groups = segment.sorted(*slot, *collation).within(values, segment.versions(), place);
                patience.spend_on_rows(values.count_of_all(groups) * 8);
                Found::exactly(values.rows_of_all(groups, count))
            }
            Self::StartsWith(slot, "") => with_any_text(*slot, segment),
            Self::StartsWith(slot, beginning) => {
                let values = segment.values(*slot);
                let place = |scalar: Scalar<'_>| match scalar {
                    Scalar::Text(text) => compare_beginning(text, beginning),
                    Scalar::Other(_) | Scalar::Date(_) => Ordering::Greater,
                };
                let groups = segment.sorted(*slot, Collation::Folded).within(values, segment.versions(), place);
                patience.spend_on_rows(values.count_of_all(groups) * 8);
                Found::exactly(values.rows_of_all(groups, count))
            }
            Self::Contains(slot, Needle::Empty) => with_any_text(*slot, segment),
            Self::Contains(slot, needle) => {
                let (rows, looked_at) = segment.text_parts(*slot).candidates(needle, count);
                patience.spend_on_rows(looked_at * 8);
                Found { is_exact: needle.is_exact() || rows.is_nothing(), rows }
            }
        }
    }
}

/// Every text has the empty one in it; values that are no texts have not.
fn with_any_text(slot: usize, segment: &Segment) -> Found<'_> {
    let values = segment.values(slot);
    Found { rows: values.present(), is_exact: values.has_only_texts() }
}

fn all_of<'s>(parts: &[Node<'_>], at: usize, segment: &'s Segment, patience: &Patience<'_>, base: u32) -> Found<'s> {
    let mut all = Found::exactly(Rows::Everything);
    for part in parts {
        if !part.is_ready(segment) && matches!(&all.rows, Rows::Few(offsets) if offsets.len() <= CANDIDATES_FEW) {
            return Found { is_exact: false, ..all };
        }
        let found = part.rows(at, segment, patience, base);
        patience.spend_on_rows(segment.rows_count());
        all = Found { rows: all.rows.and(found.rows), is_exact: all.is_exact && found.is_exact };
        if all.rows.is_nothing() {
            return Found::exactly(Rows::Nothing);
        }
    }
    all
}

fn any_of<'s>(parts: &[Node<'_>], at: usize, segment: &'s Segment, patience: &Patience<'_>, base: u32) -> Found<'s> {
    let mut any = Found::exactly(Rows::Nothing);
    for part in parts {
        let found = part.rows(at, segment, patience, base);
        patience.spend_on_rows(segment.rows_count());
        any = Found { rows: any.rows.or(found.rows, segment.rows_count()), is_exact: any.is_exact && found.is_exact };
    }
    any
}

fn values_in<'s>(
    slot: usize,
    directory: &Directory,
    wanted: &[Wanted<'_>],
    at: usize,
    segment: &'s Segment,
    patience: &Patience<'_>,
) -> Found<'s> {
    let values = segment.values(slot);
    let group = |wanted: &Wanted<'_>| {
        let found = directory.has(wanted.mask, at).then(|| values.group_of(wanted.scalar, wanted.hash, segment.versions()));
        found.flatten()
    };
    if let [wanted] = wanted {
        return Found::exactly(group(wanted).map_or(Rows::Nothing, |group| values.rows_of(group)));
    }
    let groups: Vec<u32> = wanted.iter().filter_map(group).collect();
    patience.spend_on_rows(wanted.len() * 8 + values.count_of_all(&groups) * 8);
    Found::exactly(values.rows_of_all(&groups, segment.rows_count()))
}
