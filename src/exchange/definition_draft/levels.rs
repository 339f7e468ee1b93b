//! Codes that tell their parents: 01.11.1 under 01.11, 80601404 under 80601400. Finds the lengths at which a shortened code is the code
//! of a heading, by what the codes of a file have in common.
//! Deliberately unknown: columns, and everything about items besides their codes.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::domain::definition::{Hierarchy, ParentFrom};
use crate::domain::hierarchy::parent_from_code;

/// Fewer codes than these have nothing in common that means anything.
const CODES_MIN: usize = 10;

/// A code that is longer is no structured one.
const LENGTH_MAX: usize = 40;

/// At a true level nearly every code has its heading, in percent; in a part without headings nearly none has.
const COVERED_PERCENT: usize = 90;
const BARE_PERCENT: usize = 15;

/// Fewer codes below a level do not make it one.
const LONGER_MIN: usize = 3;

/// At a false one many codes have nothing but zeros in it, in percent.
const SKIPPING_PERCENT: usize = 5;

/// Numbers from one on, without big gaps, are a count: 5 is no heading of 57.
const COUNT_DENSITY: u64 = 20;

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Levels {
    pub parent_from: ParentFrom,
    /// Empty where every length will do.
    pub lengths: Vec<usize>,
}

impl Levels {
    pub fn hierarchy(&self) -> Hierarchy {
        Hierarchy { parent_from: self.parent_from, prefix_lengths: self.lengths.clone(), ..Hierarchy::default() }
    }
}

/// The levels that the codes have; `None` when they tell no parents.
pub(super) fn find(codes: &[&str]) -> Option<Levels> {
    if codes.len() < CODES_MIN || is_count(codes) || has_ragged_beginnings(codes) {
        return None;
    }
    let set: FxHashSet<&str> = codes.iter().copied().collect();
    let length_max = codes.iter().map(|code| code.chars().count()).max().unwrap_or(0);
    if length_max > LENGTH_MAX {
        return None;
    }
    let mut found = Levels { parent_from: ParentFrom::Prefix, lengths: Vec::new() };
    let mut last_levels = FxHashMap::default();
    for length in 1..length_max {
        if let Some((level, groups)) = Level::of(codes, &set, found.lengths.first().copied(), &last_levels, length) {
            last_levels.extend(groups.into_iter().map(|group| (group, length)));
            found.lengths.push(length);
            if level.padded > 0 {
                found.parent_from = ParentFrom::ZeroPaddedPrefix;
            }
        }
    }
    let with_parent = codes.iter().filter(|code| parent_from_code(code, &found.hierarchy(), |code| set.contains(code)).is_some()).count();
    if found.lengths.is_empty() || with_parent * 2 < codes.len() {
        return None;
    }
    Some(simplified(found, codes, &set))
}

/// Lengths that change nothing are better not said: a new edition may have codes of another length.
fn simplified(found: Levels, codes: &[&str], set: &FxHashSet<&str>) -> Levels {
    let plain = Levels { parent_from: ParentFrom::Prefix, lengths: Vec::new() };
    let parents = |levels: &Levels, code: &str| parent_from_code(code, &levels.hierarchy(), |code| set.contains(code));
    if codes.iter().all(|code| parents(&plain, code) == parents(&found, code)) { plain } else { found }
}

/// What speaks for and against headings of one length, among codes that begin alike.
#[derive(Debug, Clone, Copy, Default)]
struct Level {
    /// Codes that say something beyond it.
    longer: usize,
    /// How many of these have a heading of this length, and how many only one that is filled up with zeros.
    covered: usize,
    padded: usize,
    /// How many say nothing between the level above and this one, so that both would have the same heading.
    skipping: usize,
}

impl Level {
    /// Judges a length. A part of a classifier may have no headings of a length at all, so codes are judged by their topmost heading.
    /// Gives also those headings under which it holds.
    fn of<'c>(
        codes: &[&'c str],
        set: &FxHashSet<&str>,
        top_length: Option<usize>,
        last_levels: &FxHashMap<&'c str, usize>,
        length: usize,
    ) -> Option<(Self, Vec<&'c str>)> {
        let mut groups: FxHashMap<&'c str, Self> = FxHashMap::default();
        for code in codes {
            let Some((end, _)) = code.char_indices().nth(length) else { continue };
            let (beginning, rest) = code.split_at(end);
            let is_said = rest.chars().any(|letter| letter.is_alphanumeric() && letter != '0');
            if beginning.ends_with(char::is_alphanumeric) && is_said {
                let top = top_length.map_or("", |top| code.char_indices().nth(top).map_or(*code, |(end, _)| &code[..end]));
                let before = last_levels.get(top).copied().or(top_length).unwrap_or(0);
                groups.entry(top).or_default().take(beginning, rest, before, set);
            }
        }
        let (mut all, mut whole, mut bare) = (Self::default(), Self::default(), Self::default());
        for group in groups.values() {
            all.add(group);
            if group.is_covered() {
                whole.add(group);
            } else if group.covered * 100 <= group.longer * BARE_PERCENT {
                bare.add(group);
            }
        }
        let is_clear = (whole.longer + bare.longer) * 100 >= all.longer * COVERED_PERCENT && whole.longer * 10 >= all.longer;
        let level = if all.is_covered() { all } else { whole };
        let is_true = level.longer >= LONGER_MIN && (all.is_covered() || is_clear);
        let is_true = is_true && level.skipping * 100 <= level.longer * SKIPPING_PERCENT;
        is_true.then(|| (level, groups.into_iter().filter(|(_, group)| group.is_covered()).map(|(top, _)| top).collect()))
    }

    fn is_covered(&self) -> bool {
        self.covered * 100 >= self.longer * COVERED_PERCENT
    }

    fn add(&mut self, other: &Self) {
        self.longer += other.longer;
        self.covered += other.covered;
        self.padded += other.padded;
        self.skipping += other.skipping;
    }

    fn take(&mut self, beginning: &str, rest: &str, before: usize, set: &FxHashSet<&str>) {
        self.longer += 1;
        if set.contains(beginning) {
            self.covered += 1;
            return;
        }
        let zeros = rest.chars().map(|letter| if letter.is_alphanumeric() { '0' } else { letter });
        let heading: String = beginning.chars().chain(zeros).collect();
        if beginning.chars().skip(before).all(|letter| letter == '0' || !letter.is_alphanumeric()) {
            self.skipping += 1;
        }
        if set.contains(heading.as_str()) {
            self.covered += 1;
            self.padded += 1;
        }
    }
}

fn is_count(codes: &[&str]) -> bool {
    let number = |code: &&str| code.parse::<u64>().ok().filter(|_| !code.starts_with('0') || *code == "0");
    let numbers: Option<Vec<u64>> = codes.iter().map(number).collect();
    numbers.is_some_and(|numbers| numbers.iter().max().is_some_and(|greatest| *greatest < codes.len() as u64 * COUNT_DENSITY))
}

/// Where numbers before the first sign differ in length, 11 is no heading of 110.1.
fn has_ragged_beginnings(codes: &[&str]) -> bool {
    let has_sign = |code: &&str| code.contains(|letter: char| !letter.is_alphanumeric());
    if !codes.iter().any(has_sign) {
        return false;
    }
    let beginning = |code: &&str| {
        let end = code.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(code.len());
        code[..end].bytes().all(|byte| byte.is_ascii_digit()).then_some(end)
    };
    let mut lengths = codes.iter().filter_map(beginning);
    let first = lengths.next();
    lengths.any(|length| Some(length) != first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(codes: &[&str]) -> Option<(ParentFrom, Vec<usize>)> {
        find(codes).map(|levels| (levels.parent_from, levels.lengths))
    }

    #[test]
    fn dots_tell_parents_at_every_length() {
        let okved = ["A", "01", "01.1", "01.11", "01.11.1", "01.11.2", "01.12", "02", "02.1", "02.10", "02.10.1"];
        assert_eq!(found(&okved), Some((ParentFrom::Prefix, Vec::new())));
    }

    #[test]
    fn zeros_fill_up_headings_and_neighbours_are_none() {
        let mut codes = vec!["80000000".to_owned()];
        for district in 1..30 {
            codes.push(format!("806{district:02}000"));
            codes.push(format!("806{district:02}400"));
            codes.extend((1..25).map(|number| format!("806{district:02}4{number:02}")));
        }
        codes.push("80600000".to_owned());
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        let (parent_from, lengths) = found(&codes).unwrap();
        assert_eq!(parent_from, ParentFrom::ZeroPaddedPrefix);
        assert!(!lengths.contains(&4) && !lengths.contains(&7), "10 is no heading of 13: {lengths:?}");
        let levels = Levels { parent_from, lengths };
        let parent = |code: &str| parent_from_code(code, &levels.hierarchy(), |code| codes.contains(&code));
        for (code, above) in [("80613413", "80613400"), ("80613400", "80613000"), ("80613000", "80600000"), ("80600000", "80000000")] {
            assert_eq!(parent(code).as_deref(), Some(above), "{code}");
        }
    }

    #[test]
    fn what_only_counts_tells_nothing() {
        let numbers: Vec<String> = (1..120).map(|number| number.to_string()).collect();
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        assert_eq!(found(&numbers), None);
        let articles: Vec<String> = (1..120).flat_map(|number| [number.to_string(), format!("{number}.1")]).collect();
        let articles: Vec<&str> = articles.iter().map(String::as_str).collect();
        assert_eq!(found(&articles), None);
        let okei = ["003", "004", "005", "006", "008", "018", "019", "047", "050", "051", "096", "109"];
        assert_eq!(found(&okei), None);
    }
}
