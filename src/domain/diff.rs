//! What differs between two timelines of one item: when it holds, its parent, its attributes, its retirement.
//! It compares what it is given; whose sides they are, and when they were known, it does not know.

use std::collections::BTreeSet;

use super::dictionary::Dictionary;
use super::item::{Content, Stretch};
use super::merge::{ConflictSubject, Line, Said, between};
use super::validity::{Date, Validity};

/// What happened to an item as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemChangeKind {
    Added,
    Changed,
    /// It ends earlier than it did before.
    Retired,
    Annulled,
    /// It was annulled, and holds again.
    Restored,
    /// It is not there and was not annulled: only comparisons back in time find that.
    Removed,
}

/// The kind of an item's change; `None` when nothing differs.
pub fn change_kind(before: &[Stretch], after: &[Stretch], was_annulled: bool, is_annulled: bool) -> Option<ItemChangeKind> {
    let end = |timeline: &[Stretch]| timeline.last().map(|stretch| stretch.validity.end_key());
    match (before.is_empty(), after.is_empty()) {
        _ if before == after => None,
        (true, false) if was_annulled => Some(ItemChangeKind::Restored),
        (true, _) => Some(ItemChangeKind::Added),
        (false, true) if is_annulled => Some(ItemChangeKind::Annulled),
        (false, true) => Some(ItemChangeKind::Removed),
        (false, false) if end(after) < end(before) => Some(ItemChangeKind::Retired),
        (false, false) => Some(ItemChangeKind::Changed),
    }
}

/// One thing that differs over some dates. `None`: the item does not hold there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StretchDifference {
    /// The dates it is about; a retirement is one of the end of these.
    pub validity: Validity,
    pub subject: ConflictSubject,
    pub before: Option<Said>,
    pub after: Option<Said>,
}

/// Everything that differs between two timelines under one definition, by time; at one time by subject.
pub fn diff_timelines(before: &[Stretch], after: &[Stretch]) -> Vec<StretchDifference> {
    let keys = before.iter().chain(after).flat_map(|stretch| [stretch.validity.start_key(), stretch.validity.end_key()]);
    let cuts: Vec<Date> = keys.collect::<BTreeSet<Date>>().into_iter().collect();
    let (old, new) = (Line::new(before, &cuts), Line::new(after, &cuts));
    let mut differences = Vec::new();
    let mut at = 0;
    while at + 1 < cuts.len() {
        let who = |at: usize| (old.is_present(at), new.is_present(at));
        let mut end = at + 1;
        match (old.content(at), new.content(at)) {
            (Some(before), Some(after)) => diff_contents(before, after, between(&cuts, at), &mut differences),
            (None, None) => {}
            _ => {
                while end + 1 < cuts.len() && who(end) == who(at) {
                    end += 1;
                }
                differences.push(StretchDifference {
                    validity: between(&cuts, at).joined(between(&cuts, end - 1)),
                    subject: ConflictSubject::Existence,
                    before: old.said(at..end, &cuts),
                    after: new.said(at..end, &cuts),
                });
            }
        }
        let is_held_by_both = who(at) == (true, true);
        if is_held_by_both && old.retirement(at) != new.retirement(at) {
            let said = |line: &Line<'_>| Some(Said::Retirement(line.retirement(at).cloned().map(Box::new)));
            let subject = ConflictSubject::Retirement;
            differences.push(StretchDifference { validity: between(&cuts, at), subject, before: said(&old), after: said(&new) });
        }
        at = end;
    }
    joined(differences)
}

/// The same between two definitions: positions are those of `attribute_codes`.
pub fn diff_between(
    (before_dictionary, before): (&Dictionary, &[Stretch]),
    (after_dictionary, after): (&Dictionary, &[Stretch]),
) -> Vec<StretchDifference> {
    let codes = attribute_codes(before_dictionary, after_dictionary);
    diff_timelines(&aligned(before_dictionary, before, &codes), &aligned(after_dictionary, after, &codes))
}

/// The attributes of the later definition, then those that only the earlier one has.
pub fn attribute_codes<'a>(before: &'a Dictionary, after: &'a Dictionary) -> Vec<&'a str> {
    let mut codes: Vec<&str> = after.attributes.iter().map(|attribute| attribute.code()).collect();
    codes.extend(before.attributes.iter().map(|attribute| attribute.code()).filter(|code| after.position(code).is_none()));
    codes
}

/// Stretches with their values in the order of these attributes.
fn aligned(dictionary: &Dictionary, timeline: &[Stretch], codes: &[&str]) -> Vec<Stretch> {
    let positions: Vec<Option<usize>> = codes.iter().map(|code| dictionary.position(code)).collect();
    let align = |stretch: &Stretch| {
        let values = positions.iter().map(|at| at.and_then(|at| stretch.content.values[at].clone())).collect();
        let content = Content { parent: stretch.content.parent.clone(), values };
        Stretch { validity: stretch.validity, content, retirement: stretch.retirement.clone() }
    };
    timeline.iter().map(align).collect()
}

fn diff_contents(before: &Content, after: &Content, validity: Validity, differences: &mut Vec<StretchDifference>) {
    let mut report = |subject, before, after| {
        differences.push(StretchDifference { validity, subject, before: Some(before), after: Some(after) });
    };
    if before.parent != after.parent {
        report(ConflictSubject::Parent, Said::Parent(before.parent.clone()), Said::Parent(after.parent.clone()));
    }
    for (position, (before, after)) in before.values.iter().zip(&after.values).enumerate() {
        if before != after {
            report(ConflictSubject::Attribute(position), Said::Value(before.clone()), Said::Value(after.clone()));
        }
    }
}

/// Joins what adjoins and differs in the same way.
fn joined(mut differences: Vec<StretchDifference>) -> Vec<StretchDifference> {
    differences.sort_by_key(|difference| (difference.subject, difference.validity.start_key()));
    let mut joined: Vec<StretchDifference> = Vec::with_capacity(differences.len());
    for difference in differences {
        let is_of_content = matches!(difference.subject, ConflictSubject::Parent | ConflictSubject::Attribute(_));
        match joined.last_mut() {
            Some(last)
                if is_of_content
                    && last.validity.meets(difference.validity)
                    && (last.subject, &last.before, &last.after) == (difference.subject, &difference.before, &difference.after) =>
            {
                last.validity = last.validity.joined(difference.validity);
            }
            _ => joined.push(difference),
        }
    }
    joined.sort_by_key(|difference| (difference.validity.start_key(), difference.subject));
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::item::{Retirement, overlay, retire};
    use crate::domain::value::Value;

    fn day(number: i8) -> Date {
        Date::constant(2024, 3, number)
    }

    fn content(name: i64, size: i64) -> Content {
        Content { parent: None, values: [Some(Value::Integer(name)), Some(Value::Integer(size))].into() }
    }

    fn shown(differences: &[StretchDifference]) -> Vec<String> {
        differences.iter().map(|difference| format!("{:?} {}", difference.subject, difference.validity)).collect()
    }

    #[test]
    fn differences_are_joined_over_time_and_told_by_subject() {
        let before = overlay(overlay(Vec::new(), Validity::ALWAYS, content(1, 1)), Validity::starting(day(10)), content(1, 2));
        let after = overlay(overlay(Vec::new(), Validity::starting(day(5)), content(3, 1)), Validity::starting(day(10)), content(3, 4));
        let retirement = Retirement { reason: "слияние".to_owned(), successors: Vec::new() };
        let after = retire(after, day(20), retirement).unwrap();
        assert_eq!(
            shown(&diff_timelines(&before, &after)),
            [
                "Existence until 2024-03-05",
                "Attribute(0) from 2024-03-05 until 2024-03-20",
                "Attribute(1) from 2024-03-10 until 2024-03-20",
                "Retirement from 2024-03-10 until 2024-03-20",
                "Existence from 2024-03-20",
            ]
        );
        assert!(diff_timelines(&before, &before).is_empty());
        let added = diff_timelines(&[], &before);
        assert_eq!((shown(&added), &added[0].after), (vec!["Existence always".to_owned()], &Some(Said::Stretches(before.clone()))));
    }

    #[test]
    fn kinds_tell_annulled_from_removed_and_retired_from_changed() {
        let always = overlay(Vec::new(), Validity::ALWAYS, content(1, 1));
        let ended = overlay(Vec::new(), Validity::new(None, Some(day(5))).unwrap(), content(1, 1));
        for (before, after, annulled, expected) in [
            (&[][..], &always[..], (false, false), Some(ItemChangeKind::Added)),
            (&[], &always, (true, false), Some(ItemChangeKind::Restored)),
            (&always, &[], (false, true), Some(ItemChangeKind::Annulled)),
            (&always, &[], (false, false), Some(ItemChangeKind::Removed)),
            (&always, &ended, (false, false), Some(ItemChangeKind::Retired)),
            (&ended, &always, (false, false), Some(ItemChangeKind::Changed)),
            (&always, &always, (false, false), None),
        ] {
            assert_eq!(change_kind(before, after, annulled.0, annulled.1), expected);
        }
    }
}
