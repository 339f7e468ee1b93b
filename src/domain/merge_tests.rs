//! Merging against a naive model that keeps everything day by day. It does not test what becomes of merged timelines.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::domain::item::{overlay, retire};

const DAYS: i16 = 14;

fn day(number: i16) -> Date {
    Date::constant(2000, 1, 1).saturating_add(jiff::Span::new().days(number))
}

fn interval(from: i16, to: i16) -> Validity {
    Validity::new(Some(day(from)), Some(day(to))).unwrap()
}

fn content(parent: u8, name: u8, size: u8) -> Content {
    let value = |number: u8| (number > 0).then(|| Value::Integer(number.into()));
    Content { parent: (parent > 0).then(|| ItemCode::new(parent.to_string())), values: [value(name), value(size)].into() }
}

fn because(reason: &str) -> Retirement {
    Retirement { reason: reason.to_owned(), successors: Vec::new() }
}

#[derive(Debug, Clone)]
enum Act {
    Say(i16, i16, Content),
    Change(i16, i16, usize, u8),
    Cut(i16, i16),
    Retire(i16, u8),
}

fn act() -> impl Strategy<Value = Act> {
    let span = || (0..DAYS - 1, 1..DAYS).prop_map(|(from, length)| (from, (from + length).min(DAYS)));
    prop_oneof![
        (span(), 0u8..2, 0u8..3, 0u8..3).prop_map(|((from, to), parent, name, size)| Act::Say(from, to, content(parent, name, size))),
        (span(), 0usize..2, 0u8..3).prop_map(|((from, to), position, number)| Act::Change(from, to, position, number)),
        span().prop_map(|(from, to)| Act::Cut(from, to)),
        (1..DAYS, 0u8..3).prop_map(|(on, reason)| Act::Retire(on, reason)),
    ]
}

fn acted(mut timeline: Vec<Stretch>, acts: &[Act]) -> Vec<Stretch> {
    for act in acts {
        timeline = match act {
            Act::Say(from, to, content) => overlay(timeline, interval(*from, *to), content.clone()),
            Act::Change(from, to, position, number) => {
                let value = Some(Value::Integer((*number).into())).filter(|_| *number > 0);
                coalesce_unended(say(timeline, interval(*from, *to), |content| content.values[*position].clone_from(&value)))
            }
            Act::Cut(from, to) => cut(timeline, interval(*from, *to)),
            Act::Retire(on, reason) => retire(timeline.clone(), day(*on), because(&reason.to_string())).unwrap_or(timeline),
        };
    }
    timeline
}

fn three() -> impl Strategy<Value = [Vec<Stretch>; 3]> {
    let acts = |most| prop::collection::vec(act(), 0..most);
    (acts(5), acts(4), acts(4)).prop_map(|(base, theirs, mine)| {
        let base = acted(Vec::new(), &base);
        [base.clone(), acted(base.clone(), &theirs), acted(base, &mine)]
    })
}

fn on(timeline: &[Stretch], number: i16) -> Option<&Content> {
    timeline.iter().find(|stretch| stretch.validity.contains(day(number))).map(|stretch| &stretch.content)
}

fn ended_by(timeline: &[Stretch], number: i16) -> Option<&Retirement> {
    timeline.iter().find(|stretch| stretch.validity.to() == Some(day(number))).and_then(|stretch| stretch.retirement.as_deref())
}

/// The model of one attribute on one day: `None` in conflict.
fn picked<'a>(sides: [Option<&'a Content>; 3], of: impl Fn(&'a Content) -> Option<&'a Value>) -> Option<Option<&'a Value>> {
    let [base, theirs, mine] = sides.map(|side| side.and_then(&of));
    if mine == base || mine == theirs {
        Some(theirs)
    } else if theirs == base {
        Some(mine)
    } else {
        None
    }
}

fn days_in_conflict(merged: &Merged, subject: ConflictSubject) -> BTreeSet<i16> {
    let about = merged.conflicts.iter().filter(|conflict| conflict.subject == subject);
    about.flat_map(|conflict| (-1..=DAYS).filter(|number| conflict.validity.contains(day(*number)))).collect()
}

/// The days in a conflict of existence, worked out from scratch.
fn disputed_days(base: &[Stretch], theirs: &[Stretch], mine: &[Stretch]) -> BTreeSet<i16> {
    let mut disputed = BTreeSet::new();
    for (holding, absent) in [(theirs, mine), (mine, theirs)] {
        let is_in = |number: &i16| on(holding, *number).is_some() && on(absent, *number).is_none();
        for number in (0..DAYS).filter(is_in) {
            let first = (0..=number).rev().take_while(is_in).last().unwrap();
            let last = (number..DAYS).take_while(is_in).last().unwrap();
            let removed = (first..=last).filter(|at| on(base, *at).is_some()).count();
            let added = (first..=last).count() - removed;
            let is_changed = (first..=last).any(|at| {
                let reason = ended_by(holding, at + 1);
                (on(base, at).is_some() && on(base, at) != on(holding, at)) || (reason.is_some() && reason != ended_by(base, at + 1))
            });
            let is_ended = on(base, first - 1).is_some()
                && on(absent, first - 1).is_some()
                && ended_by(absent, first).is_some()
                && ended_by(absent, first) != ended_by(base, first);
            if (removed > 0 && (is_changed || added > 0)) || (added > 0 && is_ended) {
                disputed.insert(number);
            }
        }
    }
    disputed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn merging_agrees_with_a_model_by_days([base, theirs, mine] in three()) {
        let merged = merge(&base, &theirs, &mine);
        let disputed = disputed_days(&base, &theirs, &mine);
        prop_assert_eq!(&days_in_conflict(&merged, ConflictSubject::Existence), &disputed);
        for number in -1..=DAYS {
            let sides = [on(&base, number), on(&theirs, number), on(&mine, number)];
            let is_present = sides.map(|side| side.is_some());
            let expected = match is_present {
                _ if disputed.contains(&number) => is_present[2],
                [_, one, other] if one == other => one,
                [before, ..] => !before,
            };
            let found = on(&merged.timeline, number);
            prop_assert_eq!(found.is_some(), expected, "day {}", number);
            if let (Some(found), [_, Some(_), Some(mine)]) = (found, sides) {
                for position in 0..2 {
                    let picked = picked(sides, |content| content.values[position].as_ref());
                    prop_assert_eq!(found.values[position].as_ref(), picked.unwrap_or(mine.values[position].as_ref()));
                    let in_conflict = days_in_conflict(&merged, ConflictSubject::Attribute(position)).contains(&number);
                    prop_assert_eq!(in_conflict, picked.is_none(), "day {}", number);
                }
            }
            // An end that both agree on, or that only one of them moved, keeps its reason.
            let reasons = [&base, &theirs, &mine].map(|line| ended_by(line, number));
            if on(&merged.timeline, number - 1).is_some() && found.is_none() && reasons[0] == reasons[1] {
                prop_assert_eq!(ended_by(&merged.timeline, number), reasons[2]);
            }
        }
        for pair in merged.timeline.windows(2) {
            prop_assert!(pair[0].validity.is_before(pair[1].validity));
            let is_one = pair[0].validity.meets(pair[1].validity) && pair[0].content == pair[1].content && pair[0].retirement.is_none();
            prop_assert!(!is_one || theirs == base || mine == base || theirs == mine, "neighbours that say the same");
        }
    }

    #[test]
    fn a_side_that_changed_nothing_leaves_the_other_as_it_is([base, theirs, mine] in three()) {
        prop_assert_eq!(merge(&base, &base, &mine), Merged { timeline: mine.clone(), conflicts: Vec::new() });
        prop_assert_eq!(merge(&base, &theirs, &base), Merged { timeline: theirs.clone(), conflicts: Vec::new() });
        prop_assert_eq!(merge(&base, &mine, &mine).timeline, mine);
    }

    #[test]
    fn sides_that_change_places_agree_where_they_are_not_in_conflict([base, theirs, mine] in three()) {
        let (one, other) = (merge(&base, &theirs, &mine), merge(&base, &mine, &theirs));
        let subjects = |merged: &Merged| merged.conflicts.iter().map(|found| (found.subject, found.validity)).collect::<Vec<_>>();
        prop_assert_eq!(subjects(&one), subjects(&other));
        if one.conflicts.is_empty() {
            prop_assert_eq!(one.timeline, other.timeline);
        }
    }

    /// Whatever is chosen, in whatever order, a conflict is gone once it is settled, and all of them come to an end.
    #[test]
    fn settling_ends_conflicts([base, theirs, mine] in three(), choices in prop::collection::vec((any::<bool>(), 0usize..8), 40)) {
        let (mut base, mut mine) = (base, mine);
        let mut steps = choices.into_iter();
        loop {
            let merged = merge(&base, &theirs, &mine);
            if merged.conflicts.is_empty() {
                break;
            }
            let Some((is_mine, number)) = steps.next() else { return Err(TestCaseError::fail("conflicts without end")) };
            let conflict = &merged.conflicts[number % merged.conflicts.len()];
            let choice = if is_mine { Choice::Mine } else { Choice::Theirs };
            let settled = settle(base.clone(), &theirs, mine.clone(), conflict, choice);
            let after = merge(&settled.0, &theirs, &settled.1);
            for number in (-1..=DAYS).filter(|number| conflict.validity.contains(day(*number))) {
                prop_assert!(!days_in_conflict(&after, conflict.subject).contains(&number), "day {} is still in conflict", number);
                let expected = if is_mine { &mine } else { theirs.as_slice() };
                let (found, expected) = (on(&after.timeline, number), on(expected, number));
                match conflict.subject {
                    ConflictSubject::Existence => prop_assert_eq!(found, expected),
                    ConflictSubject::Parent => prop_assert_eq!(found.map(|c| &c.parent), expected.map(|c| &c.parent)),
                    ConflictSubject::Attribute(at) => prop_assert_eq!(found.map(|c| &c.values[at]), expected.map(|c| &c.values[at])),
                    ConflictSubject::Retirement => {}
                }
            }
            for subject in [ConflictSubject::Parent, ConflictSubject::Attribute(0), ConflictSubject::Attribute(1)] {
                let mut left = days_in_conflict(&merged, subject);
                if conflict.subject == subject {
                    left.retain(|number| !conflict.validity.contains(day(*number)));
                }
                if conflict.subject != ConflictSubject::Existence {
                    prop_assert_eq!(days_in_conflict(&after, subject), left, "exactly that one is settled");
                }
            }
            (base, mine) = settled;
        }
    }
}

fn always(content: Content) -> Vec<Stretch> {
    overlay(Vec::new(), Validity::ALWAYS, content)
}

#[test]
fn two_that_end_an_item_on_different_dates_are_in_conflict() {
    let base = always(content(0, 1, 1));
    let theirs = retire(base.clone(), day(3), because("их")).unwrap();
    let mine = retire(base.clone(), day(6), because("моя")).unwrap();
    let merged = merge(&base, &theirs, &mine);
    assert_eq!(merged.timeline, mine);
    let [conflict] = merged.conflicts.as_slice() else { panic!("{:?}", merged.conflicts) };
    assert_eq!((conflict.subject, conflict.validity, &conflict.theirs), (ConflictSubject::Existence, interval(3, 6), &None));
    for (choice, expected) in [(Choice::Mine, &mine), (Choice::Theirs, &theirs)] {
        let settled = settle(base.clone(), &theirs, mine.clone(), conflict, choice);
        assert_eq!(merge(&settled.0, &theirs, &settled.1), Merged { timeline: expected.clone(), conflicts: Vec::new() });
    }
}

#[test]
fn two_reasons_for_one_end_are_in_conflict() {
    let base = always(content(0, 1, 1));
    let [theirs, mine] = ["их", "моя"].map(|reason| retire(base.clone(), day(3), because(reason)).unwrap());
    let merged = merge(&base, &theirs, &mine);
    assert_eq!(merged.timeline, mine);
    let subjects: Vec<ConflictSubject> = merged.conflicts.iter().map(|found| found.subject).collect();
    assert_eq!(subjects, [ConflictSubject::Retirement]);
    for (choice, expected) in [(Choice::Mine, &mine), (Choice::Theirs, &theirs)] {
        let settled = settle(base.clone(), &theirs, mine.clone(), &merged.conflicts[0], choice);
        assert_eq!(merge(&settled.0, &theirs, &settled.1), Merged { timeline: expected.clone(), conflicts: Vec::new() });
    }
}

#[test]
fn different_attributes_of_one_version_merge_and_a_change_after_an_end_does_not() {
    let base = always(content(1, 1, 1));
    let theirs = overlay(base.clone(), interval(2, 8), content(1, 2, 1));
    let mine = overlay(base.clone(), interval(5, 12), content(1, 1, 2));
    let merged = merge(&base, &theirs, &mine);
    assert!(merged.conflicts.is_empty());
    assert_eq!(on(&merged.timeline, 6), Some(&content(1, 2, 2)));
    let ended = retire(base.clone(), day(3), because("их")).unwrap();
    let merged = merge(&base, &ended, &mine);
    let [conflict] = merged.conflicts.as_slice() else { panic!("{:?}", merged.conflicts) };
    assert_eq!(conflict.validity, Validity::starting(day(3)), "one conflict, whichever part of the time was changed");
    assert_eq!(merged.timeline, mine);
}
