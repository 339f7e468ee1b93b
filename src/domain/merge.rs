//! The three-way merge of one item's timelines over valid time, attribute by attribute.
//! It knows neither requests nor publications: only what was said before, and what each of two sides says now.

use std::collections::BTreeSet;

use super::item::{Content, Retirement, Stretch, coalesce, cut};
use super::text::ItemCode;
use super::validity::{Date, Validity};
use super::value::Value;

/// What came of a merge. Where the sides are in conflict, the timeline says what mine says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    pub timeline: Vec<Stretch>,
    /// By time; at one time existence, then parent, attributes, retirement.
    pub conflicts: Vec<MergeConflict>,
}

/// Both sides changed the same thing, and not to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeConflict {
    pub subject: ConflictSubject,
    /// The dates it is about; a retirement is one of the end of these.
    pub validity: Validity,
    /// `None`: the item does not hold there.
    pub base: Option<Said>,
    pub theirs: Option<Said>,
    pub mine: Option<Said>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictSubject {
    /// One side ended or removed what the other one changed or prolonged.
    Existence,
    Parent,
    /// The position of the attribute in the definition.
    Attribute(usize),
    Retirement,
}

/// What one side says of the subject of a conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Of existence: everything that is said over those dates.
    Stretches(Vec<Stretch>),
    Parent(Option<ItemCode>),
    Value(Option<Value>),
    Retirement(Option<Box<Retirement>>),
}

impl Said {
    /// The texts in it: values, codes, reasons.
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Stretches(stretches) => {
                let values = stretches.iter().flat_map(|stretch| stretch.content.values.iter().flatten());
                let parents = stretches.iter().filter_map(|stretch| stretch.content.parent.as_deref());
                values.flat_map(Value::texts).chain(parents).collect()
            }
            Self::Parent(parent) => parent.as_deref().into_iter().collect(),
            Self::Value(value) => value.as_ref().map(Value::texts).unwrap_or_default(),
            Self::Retirement(retirement) => retirement.as_ref().map_or(Vec::new(), |retirement| {
                retirement.successors.iter().map(ItemCode::as_str).chain([retirement.reason.as_str()]).collect()
            }),
        }
    }
}

/// A steward's word on a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Theirs,
    Mine,
}

/// Merges what two sides made of `base`. Exactly one side's timeline when the other one changed nothing.
pub fn merge(base: &[Stretch], theirs: &[Stretch], mine: &[Stretch]) -> Merged {
    if theirs == base || theirs == mine {
        return Merged { timeline: mine.to_vec(), conflicts: Vec::new() };
    }
    if mine == base {
        return Merged { timeline: theirs.to_vec(), conflicts: Vec::new() };
    }
    let aligned = Aligned::new(base, theirs, mine);
    let (is_present, mut conflicts) = aligned.existence();
    let mut timeline: Vec<Stretch> = Vec::new();
    for at in (0..is_present.len()).filter(|at| is_present[*at]) {
        let content = aligned.content(at, &mut conflicts);
        let retirement = aligned.retirement(at, is_present.get(at + 1) == Some(&true), &mut conflicts);
        timeline.push(Stretch { validity: aligned.validity(at), content, retirement });
    }
    Merged { timeline: coalesce_unended(timeline), conflicts: joined(conflicts) }
}

/// The timelines of a request as a steward's choice makes them, so that this conflict does not arise again: after MINE the base says
/// what theirs says there, so that mine is a change of it; after THEIRS mine says it too.
pub fn settle(
    base: Vec<Stretch>,
    theirs: &[Stretch],
    mine: Vec<Stretch>,
    conflict: &MergeConflict,
    choice: Choice,
) -> (Vec<Stretch>, Vec<Stretch>) {
    let over = conflict.validity;
    let adopt = |timeline: Vec<Stretch>| match (&conflict.subject, &conflict.theirs) {
        (ConflictSubject::Parent, Some(Said::Parent(parent))) => say(timeline, over, |content| content.parent.clone_from(parent)),
        (ConflictSubject::Attribute(at), Some(Said::Value(value))) => say(timeline, over, |content| content.values[*at].clone_from(value)),
        (ConflictSubject::Retirement, Some(Said::Retirement(retirement))) => end_with(timeline, over, retirement.clone()),
        _ => paste(timeline, theirs, over),
    };
    let is_of_content = conflict.subject != ConflictSubject::Existence;
    let base = if is_of_content { filled(base, over, theirs) } else { base };
    match choice {
        Choice::Mine => (adopt(base), mine),
        Choice::Theirs => (adopt(base), adopt(mine)),
    }
}

/// Three timelines cut at the same dates, so that each says one thing over each piece.
struct Aligned<'a> {
    cuts: Vec<Date>,
    base: Line<'a>,
    theirs: Line<'a>,
    mine: Line<'a>,
}

/// One timeline piece by piece.
pub(super) struct Line<'a> {
    /// The stretch that holds over the piece.
    stretches: Vec<Option<&'a Stretch>>,
    /// The stretch that ends where the piece ends.
    ended: Vec<Option<&'a Stretch>>,
}

impl<'a> Line<'a> {
    pub(super) fn new(timeline: &'a [Stretch], cuts: &[Date]) -> Self {
        let mut line = Self { stretches: Vec::with_capacity(cuts.len()), ended: Vec::with_capacity(cuts.len()) };
        let mut next = 0;
        for ends in cuts.windows(2) {
            while timeline.get(next).is_some_and(|stretch| stretch.validity.end_key() <= ends[0]) {
                next += 1;
            }
            let stretch = timeline.get(next).filter(|stretch| stretch.validity.start_key() <= ends[0]);
            line.ended.push(stretch.filter(|stretch| stretch.validity.end_key() == ends[1]));
            line.stretches.push(stretch);
        }
        line
    }

    pub(super) fn content(&self, at: usize) -> Option<&'a Content> {
        self.stretches.get(at).copied().flatten().map(|stretch| &stretch.content)
    }

    pub(super) fn is_present(&self, at: usize) -> bool {
        self.content(at).is_some()
    }

    pub(super) fn retirement(&self, at: usize) -> Option<&'a Retirement> {
        self.ended[at].and_then(|stretch| stretch.retirement.as_deref())
    }

    /// What the line says over the pieces, whole.
    pub(super) fn said(&self, pieces: std::ops::Range<usize>, cuts: &[Date]) -> Option<Said> {
        let part = |at: usize| {
            let stretch = self.stretches[at]?;
            let retirement = self.ended[at].and_then(|ended| ended.retirement.clone());
            Some(Stretch { validity: between(cuts, at), content: stretch.content.clone(), retirement })
        };
        let parts: Vec<Stretch> = pieces.filter_map(part).collect();
        (!parts.is_empty()).then(|| Said::Stretches(coalesce_unended(parts)))
    }
}

impl<'a> Aligned<'a> {
    fn new(base: &'a [Stretch], theirs: &'a [Stretch], mine: &'a [Stretch]) -> Self {
        let stretches = [base, theirs, mine].into_iter().flatten();
        let cuts: BTreeSet<Date> = stretches.flat_map(|stretch| [stretch.validity.start_key(), stretch.validity.end_key()]).collect();
        let cuts: Vec<Date> = cuts.into_iter().collect();
        let [base, theirs, mine] = [base, theirs, mine].map(|timeline| Line::new(timeline, &cuts));
        Self { cuts, base, theirs, mine }
    }

    fn validity(&self, at: usize) -> Validity {
        between(&self.cuts, at)
    }

    /// Whether the item holds over each piece, and where the sides cannot both have their will.
    ///
    /// Where just one side holds, the pieces that adjoin are judged together, so that no choice leaves holes between them.
    fn existence(&self) -> (Vec<bool>, Vec<MergeConflict>) {
        let pieces = self.cuts.len().saturating_sub(1);
        let mut is_present = Vec::with_capacity(pieces);
        let mut conflicts = Vec::new();
        while is_present.len() < pieces {
            let first = is_present.len();
            let who = |at: usize| (self.theirs.is_present(at), self.mine.is_present(at));
            let end = (first..pieces).find(|at| who(*at) != who(first)).unwrap_or(pieces);
            let run = first..end;
            match who(first) {
                (true, false) if self.is_disputed(&self.theirs, &self.mine, run.clone()) => {
                    conflicts.push(self.existence_conflict(run.clone()));
                    is_present.extend(run.map(|_| false));
                }
                (false, true) if self.is_disputed(&self.mine, &self.theirs, run.clone()) => {
                    conflicts.push(self.existence_conflict(run.clone()));
                    is_present.extend(run.map(|_| true));
                }
                (one, other) if one != other => is_present.extend(run.map(|at| !self.base.is_present(at))),
                (both, _) => is_present.extend(run.map(|_| both)),
            }
        }
        (is_present, conflicts)
    }

    /// Whether, over pieces over which one side holds and the other does not, each of them wants something.
    fn is_disputed(&self, holding: &Line<'_>, absent: &Line<'_>, run: std::ops::Range<usize>) -> bool {
        let is_removed = run.clone().any(|at| self.base.is_present(at));
        let is_added = run.clone().any(|at| !self.base.is_present(at));
        let is_changed = run.clone().any(|at| {
            let says_otherwise = self.base.is_present(at) && self.base.content(at) != holding.content(at);
            let ends_otherwise = holding.retirement(at).is_some() && holding.retirement(at) != self.base.retirement(at);
            says_otherwise || ends_otherwise
        });
        let ended_before = run.start.checked_sub(1).filter(|before| self.base.is_present(*before) && absent.is_present(*before));
        let is_ended = ended_before
            .is_some_and(|before| absent.retirement(before).is_some() && absent.retirement(before) != self.base.retirement(before));
        (is_removed && (is_changed || is_added)) || (is_added && is_ended)
    }

    fn existence_conflict(&self, run: std::ops::Range<usize>) -> MergeConflict {
        let said = |line: &Line<'_>| line.said(run.clone(), &self.cuts);
        MergeConflict {
            subject: ConflictSubject::Existence,
            validity: self.validity(run.start).joined(self.validity(run.end - 1)),
            base: said(&self.base),
            theirs: said(&self.theirs),
            mine: said(&self.mine),
        }
    }

    /// What is said over a piece over which the merged item holds.
    fn content(&self, at: usize, conflicts: &mut Vec<MergeConflict>) -> Content {
        let base = self.base.content(at);
        let theirs = self.theirs.content(at).or(self.mine.content(at)).expect("an item holds where a side says so");
        let mine = self.mine.content(at).unwrap_or(theirs);
        let mut report = |subject, base, theirs, mine| {
            let (theirs, mine) = (Some(theirs), Some(mine));
            conflicts.push(MergeConflict { subject, validity: self.validity(at), base, theirs, mine });
        };
        let parent_before = base.and_then(|base| base.parent.as_ref());
        let parent = three_way(parent_before, theirs.parent.as_ref(), mine.parent.as_ref()).unwrap_or_else(|| {
            let said = |content: &Content| Said::Parent(content.parent.clone());
            report(ConflictSubject::Parent, base.map(said), said(theirs), said(mine));
            mine.parent.as_ref()
        });
        let value = |position: usize| {
            let of = |content: &'a Content| content.values[position].as_ref();
            let merged = three_way(base.and_then(of), of(theirs), of(mine)).unwrap_or_else(|| {
                let said = |content: &Content| Said::Value(content.values[position].clone());
                report(ConflictSubject::Attribute(position), base.map(said), said(theirs), said(mine));
                of(mine)
            });
            merged.cloned()
        };
        Content { values: (0..mine.values.len()).map(value).collect(), parent: parent.cloned() }
    }

    /// The retirement at the end of a piece. One that no longer is at an end is let go, unless its own side goes on after it too.
    fn retirement(&self, at: usize, goes_on: bool, conflicts: &mut Vec<MergeConflict>) -> Option<Box<Retirement>> {
        let [base, theirs, mine] = [&self.base, &self.theirs, &self.mine].map(|line| line.retirement(at));
        let merged = three_way(base, theirs, mine).unwrap_or_else(|| {
            if self.theirs.ended[at].is_some() && self.mine.ended[at].is_some() {
                let said = |line: &Line<'_>| line.ended[at].map(|stretch| Said::Retirement(stretch.retirement.clone()));
                conflicts.push(MergeConflict {
                    subject: ConflictSubject::Retirement,
                    validity: self.validity(at),
                    base: said(&self.base),
                    theirs: said(&self.theirs),
                    mine: said(&self.mine),
                });
            }
            mine
        });
        let says_so_and_goes_on = |line: &Line<'_>| line.retirement(at) == merged && line.is_present(at + 1);
        let is_kept = !goes_on || says_so_and_goes_on(&self.theirs) || says_so_and_goes_on(&self.mine);
        merged.filter(|_| is_kept).cloned().map(Box::new)
    }
}

/// `None`: both changed it, and not to the same.
fn three_way<T: PartialEq + Copy>(base: T, theirs: T, mine: T) -> Option<T> {
    if theirs == base || theirs == mine {
        Some(mine)
    } else if mine == base {
        Some(theirs)
    } else {
        None
    }
}

pub(super) fn between(cuts: &[Date], at: usize) -> Validity {
    Validity::new(Some(cuts[at]), Some(cuts[at + 1])).expect("the cuts ascend")
}

/// Joins neighbours that say the same, unless something is said of the end between them.
fn coalesce_unended(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let mut parts: Vec<Vec<Stretch>> = vec![Vec::new()];
    for stretch in stretches {
        let is_ended = stretch.retirement.is_some();
        parts.last_mut().expect("there is always one").push(stretch);
        if is_ended {
            parts.push(Vec::new());
        }
    }
    parts.into_iter().flat_map(coalesce).collect()
}

/// In order, with those joined that adjoin and say the same about the same thing.
fn joined(mut conflicts: Vec<MergeConflict>) -> Vec<MergeConflict> {
    conflicts.sort_by_key(|conflict| (conflict.subject, conflict.validity.start_key()));
    let mut joined: Vec<MergeConflict> = Vec::with_capacity(conflicts.len());
    for conflict in conflicts {
        let is_of_content = matches!(conflict.subject, ConflictSubject::Parent | ConflictSubject::Attribute(_));
        match joined.last_mut() {
            Some(last)
                if is_of_content
                    && last.subject == conflict.subject
                    && last.validity.meets(conflict.validity)
                    && (&last.base, &last.theirs, &last.mine) == (&conflict.base, &conflict.theirs, &conflict.mine) =>
            {
                last.validity = last.validity.joined(conflict.validity);
            }
            _ => joined.push(conflict),
        }
    }
    joined.sort_by_key(|conflict| (conflict.validity.start_key(), conflict.subject));
    joined
}

/// Says over some dates what another timeline says there, its ends included.
fn paste(timeline: Vec<Stretch>, other: &[Stretch], over: Validity) -> Vec<Stretch> {
    let mut pasted = cut(timeline, over);
    for stretch in other {
        if let Some(validity) = stretch.validity.intersection(over) {
            let is_ended = validity.end_key() == stretch.validity.end_key();
            let retirement = if is_ended { stretch.retirement.clone() } else { None };
            pasted.push(Stretch { validity, content: stretch.content.clone(), retirement });
        }
    }
    pasted.sort_by_key(|stretch| stretch.validity.start_key());
    // Why the stretch before ended there is part of it, when both have such a stretch.
    let ends_there = |stretch: &&Stretch| stretch.validity.meets(over);
    let before = pasted.iter().position(|stretch| stretch.validity.meets(over));
    let holds_before =
        |stretch: &&Stretch| stretch.validity.start_key() < over.start_key() && over.start_key() <= stretch.validity.end_key();
    if let (Some(before), Some(_)) = (before, other.iter().find(holds_before)) {
        pasted[before].retirement = other.iter().find(ends_there).and_then(|stretch| stretch.retirement.clone());
    }
    pasted
}

/// Changes what is said over some dates.
fn say(timeline: Vec<Stretch>, over: Validity, change: impl Fn(&mut Content)) -> Vec<Stretch> {
    let mut said = split(timeline, over);
    for stretch in said.iter_mut().filter(|stretch| stretch.validity.overlaps(over)) {
        change(&mut stretch.content);
    }
    said
}

/// Says why the item ends where `over` ends.
fn end_with(timeline: Vec<Stretch>, over: Validity, retirement: Option<Box<Retirement>>) -> Vec<Stretch> {
    let mut said = split(timeline, over);
    if let Some(ended) = said.iter_mut().find(|stretch| stretch.validity.end_key() == over.end_key()) {
        ended.retirement = retirement;
    }
    said
}

/// The same with a cut at both ends of `over`.
fn split(timeline: Vec<Stretch>, over: Validity) -> Vec<Stretch> {
    let mut parts = Vec::with_capacity(timeline.len() + 2);
    for stretch in timeline {
        let Some(within) = stretch.validity.intersection(over) else {
            parts.push(stretch);
            continue;
        };
        let (before, after) = stretch.validity.without(over);
        let pieces: Vec<Validity> = [before, Some(within), after].into_iter().flatten().collect();
        for (at, validity) in pieces.iter().enumerate() {
            let retirement = if at + 1 == pieces.len() { stretch.retirement.clone() } else { None };
            parts.push(Stretch { validity: *validity, content: stretch.content.clone(), retirement });
        }
    }
    parts
}

/// The same with blank content where nothing is said over some dates; to a merge that is no difference.
fn filled(timeline: Vec<Stretch>, over: Validity, like: &[Stretch]) -> Vec<Stretch> {
    let Some(attributes) = like.first().map(|stretch| stretch.content.values.len()) else { return timeline };
    let mut filled = timeline;
    while let Some(gap) = over.uncovered_by(filled.iter().map(|stretch| stretch.validity)) {
        let content = Content { parent: None, values: vec![None; attributes].into() };
        filled.push(Stretch { validity: gap, content, retirement: None });
        filled.sort_by_key(|stretch| stretch.validity.start_key());
    }
    filled
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
