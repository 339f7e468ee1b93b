//! The hierarchy of one dictionary: parents taken from codes, cycles, and how many items stand at the top.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::definition::{Hierarchy, ParentFrom};
use super::item::ItemVersion;
use super::publication::State;
use super::text::ItemCode;
use super::validity::{Date, Validity};
use super::violation::{Violation, Violations};

/// How deep a hierarchy may be.
pub const DEPTH_MAX: usize = 64;

/// Greater than any height that is kept.
const UNKNOWN_HEIGHT: u8 = u8::MAX;

/// The parent that a code itself tells: its longest beginning that is an item. `is_item` says which codes are.
pub fn parent_from_code(code: &str, hierarchy: &Hierarchy, is_item: impl Fn(&str) -> bool) -> Option<ItemCode> {
    if hierarchy.parent_from == ParentFrom::Column {
        return None;
    }
    let mut ends: Vec<usize> = code.char_indices().map(|(at, _)| at).skip(1).collect();
    ends.reverse();
    for (length, end) in (1..ends.len() + 1).rev().zip(ends) {
        if !hierarchy.prefix_lengths.is_empty() && !hierarchy.prefix_lengths.contains(&length) {
            continue;
        }
        let beginning = code[..end].trim_end_matches(|letter: char| !letter.is_alphanumeric());
        if beginning.len() == end && is_item(beginning) {
            return Some(ItemCode::new(beginning));
        }
        if hierarchy.parent_from == ParentFrom::ZeroPaddedPrefix {
            let padded = padded_with_zeros(code, end);
            if padded != code && is_item(&padded) {
                return Some(ItemCode::new(padded));
            }
        }
    }
    None
}

/// The code with every digit after `end` made zero; separators stay.
fn padded_with_zeros(code: &str, end: usize) -> String {
    let rest = code[end..].chars().map(|letter| if letter.is_alphanumeric() { '0' } else { letter });
    code[..end].chars().chain(rest).collect()
}

/// Reports every touched item that stands, on some date, under itself, and what it makes stand too deep.
///
/// Parents over all dates together make one graph, which has no cycle unless some date has a suspect; only then are dates compared.
/// `before` is the state that was changed, if there was one.
pub fn check_cycles(before: Option<&State>, state: &State, touched: &[ItemCode], violations: &mut Violations) {
    if !state.dictionary.is_hierarchical() {
        return;
    }
    let rows_count = state.items.versions().len();
    let mut walk = Walk { state, heights: vec![UNKNOWN_HEIGHT; rows_count], path: Vec::new(), suspects: Vec::new() };
    // By the position of an item's first version: a set of codes would take many times the memory for a bulk change.
    let mut below = vec![false; rows_count];
    let (mut items, mut items_before) = (state.items.cursor(), before.map(|before| before.items.cursor()));
    let mut has_moved = false;
    for code in touched {
        if let Some((position, versions)) = items.find(code) {
            walk.up_from(code, position, versions);
            let versions_before = items_before.as_mut().map(|items| items.versions_of(code)).unwrap_or_default();
            has_moved |= !versions_before.is_empty() && !stands_as_before(versions_before, versions);
            below[position] = true;
        }
    }
    // What stands under an item that moved went with it, though nobody touched it. Under a new one stands nothing that was not touched.
    while has_moved {
        let mut found: Vec<(usize, &str)> = Vec::new();
        let mut first = 0;
        let mut code: Option<&ItemCode> = None;
        for (position, version) in state.items.versions().iter().enumerate() {
            if code.replace(&version.code).is_none_or(|code| *code != version.code) {
                first = position;
            }
            let stands_below = || version.parent().and_then(|parent| state.items.first_position(parent)).is_some_and(|at| below[at]);
            if !below[first] && stands_below() {
                found.push((first, version.code.as_str()));
            }
        }
        has_moved = !found.is_empty();
        for (position, code) in found {
            walk.up(code);
            below[position] = true;
        }
    }
    let suspects = std::mem::take(&mut walk.suspects);
    for suspect in suspects {
        report_suspect(state, suspect, violations);
    }
}

/// Whether an item has the same parents on the same dates.
fn stands_as_before(before: &[Arc<ItemVersion>], after: &[Arc<ItemVersion>]) -> bool {
    let stands_alike = |(before, after): (&Arc<ItemVersion>, &Arc<ItemVersion>)| {
        before.validity() == after.validity() && before.parent() == after.parent()
    };
    before.len() == after.len() && before.iter().zip(after).all(stands_alike)
}

enum Suspect<'a> {
    /// The codes of a cycle in the graph over all dates.
    Cycle(Vec<&'a str>),
    TooDeep(&'a str),
}

struct Walk<'a> {
    state: &'a State,
    /// How many levels stand above an item, by the position of its first version, for items from which every way up was walked; at
    /// most one more than is allowed.
    heights: Vec<u8>,
    path: Vec<&'a str>,
    suspects: Vec<Suspect<'a>>,
}

impl<'a> Walk<'a> {
    /// Walks every way up from an item and gives how many levels stand above it.
    fn up(&mut self, code: &'a str) -> usize {
        // A parent that is not there is no cycle; that it is not is told elsewhere.
        self.state.items.cursor().find(code).map_or(0, |(position, versions)| self.up_from(code, position, versions))
    }

    /// The same, of an item that was found.
    fn up_from(&mut self, code: &'a str, position: usize, versions: &'a [Arc<ItemVersion>]) -> usize {
        if self.heights[position] != UNKNOWN_HEIGHT {
            return usize::from(self.heights[position]);
        }
        if let Some(at) = self.path.iter().position(|passed| *passed == code) {
            self.suspects.push(Suspect::Cycle(self.path[at..].to_vec()));
            return 0;
        }
        // No deeper than this, whatever a file says: the walk calls itself.
        if self.path.len() > DEPTH_MAX {
            return DEPTH_MAX + 1;
        }
        self.path.push(code);
        let mut height = 0;
        for version in versions {
            if let Some(parent) = version.parent() {
                height = height.max(self.up(parent) + 1).min(DEPTH_MAX + 1);
            }
        }
        self.path.pop();
        if height > DEPTH_MAX {
            self.suspects.push(Suspect::TooDeep(code));
        }
        self.heights[position] = height as u8;
        height
    }
}

fn report_suspect(state: &State, suspect: Suspect<'_>, violations: &mut Violations) {
    let dictionary = state.dictionary.code.as_str();
    match suspect {
        Suspect::TooDeep(code) => {
            let message = format!("stands deeper than {DEPTH_MAX} levels");
            violations.push(Violation::new(dictionary, "hierarchy_depth", message).of_item(code).of_attribute("parent"));
        }
        // A cycle on one date is a cycle of the graph, and the walk reports it from the item it met first.
        Suspect::Cycle(codes) => {
            let mut way = vec![codes[0]];
            if let Some(during) = climb_back(state, &mut way, Validity::ALWAYS) {
                let message = format!("stands under itself ({}), {during}", way.join(" → "));
                violations.push(Violation::new(dictionary, "hierarchy_cycle", message).of_item(codes[0]).of_attribute("parent"));
            }
        }
    }
}

/// Climbs from the last code of `way` back to its first; the interval during which every step of the way holds at once, if any does.
fn climb_back<'a>(state: &'a State, way: &mut Vec<&'a str>, during: Validity) -> Option<Validity> {
    let code = *way.last()?;
    for version in state.items.versions_of(code) {
        let (Some(parent), Some(shared)) = (version.parent(), during.intersection(version.validity())) else { continue };
        let is_back = parent == way[0];
        if !is_back && (way.contains(&parent) || way.len() > DEPTH_MAX) {
            continue;
        }
        way.push(parent);
        if is_back {
            return Some(shared);
        }
        if let Some(found) = climb_back(state, way, shared) {
            return Some(found);
        }
        way.pop();
    }
    None
}

/// Reports a dictionary in which, on some date, more items stand at the top than its definition allows.
pub fn check_roots(state: &State, violations: &mut Violations) {
    let Some(roots_max) = state.dictionary.definition.hierarchy.as_ref().and_then(|hierarchy| hierarchy.roots_max) else { return };
    let mut steps: FxHashMap<Date, i64> = FxHashMap::default();
    for version in state.items.versions().iter().filter(|version| version.parent().is_none()) {
        *steps.entry(version.validity().start_key()).or_default() += 1;
        *steps.entry(version.validity().end_key()).or_default() -= 1;
    }
    let mut steps: Vec<(Date, i64)> = steps.into_iter().collect();
    steps.sort_unstable();
    let mut standing = 0;
    for (date, step) in steps {
        standing += step;
        if standing > i64::from(roots_max) {
            let since = if date == Date::MIN { String::new() } else { format!(" on {date}") };
            let message = format!("{standing} items have no parent{since}, and at most {roots_max} may");
            violations.push(Violation::new(state.dictionary.code.as_str(), "hierarchy_roots", message).of_attribute("parent"));
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_tell_their_parents() {
        let by = |parent_from, prefix_lengths: &[usize]| Hierarchy {
            parent_from,
            prefix_lengths: prefix_lengths.to_vec(),
            ..Hierarchy::default()
        };
        let prefix = by(ParentFrom::Prefix, &[]);
        let padded = by(ParentFrom::ZeroPaddedPrefix, &[]);
        let okved = ["01", "01.1", "01.11", "01.11.1"];
        let of = |code: &str| parent_from_code(code, &prefix, |candidate| okved.contains(&candidate));
        assert_eq!(of("01.11.1").as_deref(), Some("01.11"));
        assert_eq!(of("01.11").as_deref(), Some("01.1"));
        assert_eq!(of("01.1").as_deref(), Some("01"));
        assert_eq!(of("01"), None);

        let oktmo = ["80000000", "80600000", "80601000", "80601400", "80601404"];
        let of = |code: &str| parent_from_code(code, &padded, |candidate| oktmo.contains(&candidate));
        assert_eq!(of("80601404").as_deref(), Some("80601400"));
        assert_eq!(of("80601400").as_deref(), Some("80601000"));
        assert_eq!(of("80601000").as_deref(), Some("80600000"));
        assert_eq!(of("80600000").as_deref(), Some("80000000"));
        assert_eq!(of("80000000"), None);

        let okpd = ["01.11.11", "01.11.11.110", "01.11.11.112", "90", "92"];
        let padded = by(ParentFrom::ZeroPaddedPrefix, &[2, 4, 5, 7, 8, 11]);
        let of = |code: &str| parent_from_code(code, &padded, |candidate| okpd.contains(&candidate));
        assert_eq!(of("01.11.11.112").as_deref(), Some("01.11.11.110"));
        assert_eq!(of("01.11.11.110").as_deref(), Some("01.11.11"));
        assert_eq!(of("92"), None, "one digit is no group");
    }
}
