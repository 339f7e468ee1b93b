//! What a steward may do to one item: each edit takes the item's timeline and gives the one that is proposed.
//! It refuses what makes no sense on this timeline; whether the outcome is valid, `validation.rs` says.

use super::attribute_json::AttributePatch;
use super::error::{Error, Result};
use super::item::{Content, Retirement, Stretch, cut, overlay, retire};
use super::text::ItemCode;
use super::validity::{Date, Validity};

/// What becomes of a value that an edit may leave alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    #[default]
    Keep,
    Set(Option<T>),
}

/// One edit of one item.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemEdit {
    /// A new item, or one that was drafted before, over one interval.
    Add { validity: Validity, parent: Option<ItemCode>, attributes: AttributePatch },
    /// Changes attributes wherever the item is valid within the interval; what is not named stays.
    Update { validity: Validity, parent: Patch<ItemCode>, attributes: AttributePatch },
    /// Says the whole timeline anew.
    Replace(Vec<Stretch>),
    /// The item ends on a date, for a reason, and others may succeed it.
    Retire { on: Date, retirement: Retirement },
    /// Takes an interval out: the item was not there then.
    Close(Validity),
    /// It was published by mistake: it never was.
    Annul,
    /// An item that ended, or was annulled, is valid again from a date on, as it was last.
    Restore { on: Date, last: Content },
}

impl ItemEdit {
    /// The proposed timeline. `attributes_count` is that of the dictionary.
    pub fn apply(self, code: &str, timeline: Vec<Stretch>, attributes_count: usize) -> Result<Vec<Stretch>> {
        match self {
            Self::Add { validity, parent, attributes } => {
                if !timeline.is_empty() {
                    return Err(Error::refused(
                        "item_exists",
                        format!("the item {code} is there already: update it, or take another code"),
                    ));
                }
                let content =
                    patched(Content { parent: None, values: vec![None; attributes_count].into() }, &Patch::Set(parent), &attributes);
                Ok(vec![Stretch { validity, content, retirement: None }])
            }
            Self::Update { validity, parent, attributes } => update(code, timeline, validity, &parent, &attributes),
            Self::Replace(stretches) => replace(code, stretches),
            Self::Retire { on, retirement } => {
                let unknown = timeline.is_empty();
                let retired = retire(timeline, on, retirement).ok_or_else(|| nothing_there(code, unknown, on))?;
                if retired.is_empty() {
                    let message = format!("the item {code} begins on {on} or later, so nothing of it would be left: annul it instead");
                    return Err(Error::refused("item_vanishes", message));
                }
                Ok(retired)
            }
            Self::Close(validity) => close(code, timeline, validity),
            Self::Annul if timeline.is_empty() => Err(unknown_item(code)),
            Self::Annul => Ok(Vec::new()),
            Self::Restore { on, last } => restore(code, timeline, on, last),
        }
    }
}

fn unknown_item(code: &str) -> Error {
    Error::not_found(format!("there is no item {code}"))
}

fn nothing_there(code: &str, is_unknown: bool, on: Date) -> Error {
    if is_unknown {
        return unknown_item(code);
    }
    Error::refused("item_not_valid", format!("the item {code} is not valid on {on} or later: there is nothing to end"))
}

fn patched(mut content: Content, parent: &Patch<ItemCode>, attributes: &AttributePatch) -> Content {
    if let Patch::Set(parent) = parent {
        content.parent.clone_from(parent);
    }
    for (position, value) in attributes {
        if let Some(place) = content.values.get_mut(*position) {
            place.clone_from(value);
        }
    }
    content
}

/// Each stretch within the interval keeps what the edit does not name, so a scheduled change of another attribute survives.
fn update(
    code: &str,
    timeline: Vec<Stretch>,
    validity: Validity,
    parent: &Patch<ItemCode>,
    attributes: &AttributePatch,
) -> Result<Vec<Stretch>> {
    if timeline.is_empty() {
        return Err(unknown_item(code));
    }
    let before = timeline.clone();
    let mut updated = timeline;
    let mut is_touched = false;
    for stretch in &before {
        let Some(shared) = stretch.validity.intersection(validity) else { continue };
        is_touched = true;
        updated = overlay(updated, shared, patched(stretch.content.clone(), parent, attributes));
    }
    if !is_touched {
        let message = format!("the item {code} is not valid {validity}: restore it, or say its versions anew");
        return Err(Error::refused("item_not_valid", message));
    }
    restore_retirements(&before, &mut updated);
    Ok(updated)
}

/// An update changes what is said of the item and not why it ended.
fn restore_retirements(before: &[Stretch], after: &mut [Stretch]) {
    for stretch in after.iter_mut().filter(|stretch| stretch.retirement.is_none()) {
        let same_end = before.iter().find(|old| old.validity.end_key() == stretch.validity.end_key());
        stretch.retirement = same_end.and_then(|old| old.retirement.clone());
    }
}

fn replace(code: &str, mut stretches: Vec<Stretch>) -> Result<Vec<Stretch>> {
    if stretches.is_empty() {
        return Err(Error::refused("item_vanishes", format!("the item {code} would have no version left: annul it instead")));
    }
    stretches.sort_by_key(|stretch| stretch.validity.start_key());
    for pair in stretches.windows(2) {
        if pair[0].validity.overlaps(pair[1].validity) {
            let message = format!("two versions of {code} overlap: {} and {}", pair[0].validity, pair[1].validity);
            return Err(Error::refused("validity_overlap", message));
        }
    }
    Ok(stretches)
}

fn close(code: &str, timeline: Vec<Stretch>, validity: Validity) -> Result<Vec<Stretch>> {
    if timeline.is_empty() {
        return Err(unknown_item(code));
    }
    if validity.to().is_none() {
        let message = format!("taking out everything {validity} would end {code} for good: retire it with a reason instead");
        return Err(Error::refused("item_ends", message));
    }
    if !timeline.iter().any(|stretch| stretch.validity.overlaps(validity)) {
        return Err(Error::refused("item_not_valid", format!("the item {code} is not valid {validity} anyway")));
    }
    let left = cut(timeline, validity);
    if left.is_empty() {
        return Err(Error::refused("item_vanishes", format!("the item {code} would have no version left: annul it instead")));
    }
    Ok(left)
}

fn restore(code: &str, timeline: Vec<Stretch>, on: Date, last: Content) -> Result<Vec<Stretch>> {
    let from_then = Validity::starting(on);
    if timeline.iter().any(|stretch| stretch.validity.overlaps(from_then)) {
        return Err(Error::refused("item_valid", format!("the item {code} is valid on {on} or later: there is nothing to restore")));
    }
    let mut restored = overlay(timeline, from_then, last);
    let count = restored.len();
    for stretch in restored.iter_mut().take(count.saturating_sub(1)) {
        // Where the item begins again on the very day on which it ended, it did not end.
        if stretch.validity.to() == Some(on) {
            stretch.retirement = None;
        }
    }
    Ok(restored)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::value::Value;

    fn date(text: &str) -> Date {
        text.parse().expect("it is a date")
    }

    fn between(from: &str, to: &str) -> Validity {
        let end = |text: &str| (!text.is_empty()).then(|| date(text));
        Validity::new(end(from), end(to)).expect("it is not empty")
    }

    fn content(a: &str, b: &str) -> Content {
        Content { parent: None, values: [Some(Value::Text(a.into())), Some(Value::Text(b.into()))].into() }
    }

    fn set(position: usize, text: &str) -> AttributePatch {
        AttributePatch::from([(position, Some(Value::Text(text.into())))])
    }

    /// `from..to a/b` of each stretch; `!` after a retirement.
    fn shown(timeline: &[Stretch]) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_text).unwrap_or("-").to_owned();
        let day = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let line = |stretch: &Stretch| {
            let (validity, values) = (stretch.validity, &stretch.content.values);
            let mark = if stretch.retirement.is_some() { "!" } else { "" };
            format!("{}..{} {}/{}{mark}", day(validity.from()), day(validity.to()), text(&values[0]), text(&values[1]))
        };
        timeline.iter().map(line).collect()
    }

    fn retirement() -> Retirement {
        Retirement { reason: "Объединение".to_owned(), successors: vec!["2".into()] }
    }

    fn two() -> Vec<Stretch> {
        let stretch = |validity, content| Stretch { validity, content, retirement: None };
        vec![stretch(between("", "2025-01-01"), content("a", "x")), stretch(between("2025-01-01", ""), content("b", "x"))]
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name_on_every_stretch() {
        let edit = ItemEdit::Update { validity: between("2024-06-01", ""), parent: Patch::Keep, attributes: set(1, "y") };
        let updated = edit.apply("1", two(), 2).expect("it applies");
        assert_eq!(shown(&updated), ["..2024-06-01 a/x", "2024-06-01..2025-01-01 a/y", "2025-01-01.. b/y"]);
    }

    #[test]
    fn an_update_keeps_the_reason_of_an_end_and_does_not_prolong() {
        let retired = ItemEdit::Retire { on: date("2026-01-01"), retirement: retirement() }.apply("1", two(), 2).expect("it ends");
        let edit = ItemEdit::Update { validity: between("2025-06-01", ""), parent: Patch::Keep, attributes: set(0, "c") };
        let updated = edit.apply("1", retired.clone(), 2).expect("it applies");
        assert_eq!(shown(&updated), ["..2025-01-01 a/x", "2025-01-01..2025-06-01 b/x", "2025-06-01..2026-01-01 c/x!"]);
        let later = ItemEdit::Update { validity: between("2026-01-01", ""), parent: Patch::Keep, attributes: set(0, "c") };
        assert_eq!(later.apply("1", retired, 2).expect_err("it has ended").code(), "item_not_valid");
    }

    #[test]
    fn a_restored_item_goes_on_as_it_was() {
        let retired = ItemEdit::Retire { on: date("2026-01-01"), retirement: retirement() }.apply("1", two(), 2).expect("it ends");
        let gap = ItemEdit::Restore { on: date("2026-03-01"), last: content("b", "x") }.apply("1", retired.clone(), 2).expect("again");
        assert_eq!(shown(&gap), ["..2025-01-01 a/x", "2025-01-01..2026-01-01 b/x!", "2026-03-01.. b/x"]);
        let whole = ItemEdit::Restore { on: date("2026-01-01"), last: content("b", "x") }.apply("1", retired, 2).expect("again");
        assert_eq!(shown(&whole), ["..2025-01-01 a/x", "2025-01-01.. b/x"]);
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_name() {
        let add = || ItemEdit::Add { validity: Validity::ALWAYS, parent: None, attributes: set(0, "a") };
        assert_eq!(shown(&add().apply("1", Vec::new(), 2).expect("new")), [".. a/-"]);
        let cases = [
            (add(), two(), "item_exists"),
            (ItemEdit::Annul, Vec::new(), "not_found"),
            (ItemEdit::Replace(Vec::new()), two(), "item_vanishes"),
            (ItemEdit::Close(Validity::ALWAYS), two(), "item_ends"),
            (ItemEdit::Restore { on: date("2026-01-01"), last: content("b", "x") }, two(), "item_valid"),
            (ItemEdit::Retire { on: date("2026-01-01"), retirement: retirement() }, Vec::new(), "not_found"),
            (ItemEdit::Replace([two(), two()].concat()), two(), "validity_overlap"),
        ];
        for (edit, timeline, code) in cases {
            assert_eq!(edit.apply("1", timeline, 2).expect_err(code).code(), code);
        }
    }
}
