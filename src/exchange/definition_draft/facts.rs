//! What the cells of one column have in common: counted as they pass, in bounded memory.
//! Deliberately unknown: what the column is called, and what is concluded from its facts.

use std::hash::Hasher;

use rustc_hash::{FxHashSet, FxHasher};

use super::KnownDictionary;
use super::shape::Shapes;
use crate::domain::attribute::parse_decimal;
use crate::domain::validity::parse_date;
use crate::domain::value::INTEGER_MAX;

/// How many values are kept as they are, to see whether they are few: one more than an enum may have.
pub(super) const VALUES_MAX: usize = 13;

/// A value that is longer is not kept as it is.
const VALUE_LENGTH_MAX: usize = 60;

/// How many distinct values of a column are looked up in other dictionaries.
const LOOKED_UP_MAX: usize = 10_000;

/// From this year on a date means that there is no end.
const FAR_YEAR: i16 = 2900;

/// How the end of time is written where it is no date that could be kept.
const ENDS_OF_TIME: [&str; 2] = ["9999-12-31", "31.12.9999"];

/// How many of the filled cells are what.
#[derive(Debug, Clone, Default)]
pub(super) struct Kinds {
    /// Whole numbers as a number is written: no leading zero.
    pub integers: u64,
    /// Digits only, the first of several being zero.
    pub leading_zeros: u64,
    /// Digits only.
    pub digits: u64,
    /// Digits and spaces only, both there.
    pub spaced_digits: u64,
    /// Exact decimals with a point; whole numbers are not among them.
    pub decimals: u64,
    /// The same with a comma.
    pub decimal_commas: u64,
    /// `да`, `нет`, `true`, `false`, `yes`, `no`.
    pub truths: u64,
    /// `0` and `1`.
    pub zeros: u64,
    pub ones: u64,
    pub dates: u64,
    /// Dates so far away that they mean no end.
    pub far_dates: u64,
    /// The last day of 9999, which no item can hold.
    pub ends_of_time: u64,
    pub line_breaks: u64,
    /// Control characters other than line breaks and TABs.
    pub controls: u64,
    pub spaces: u64,
    pub cyrillic: u64,
}

#[derive(Debug)]
pub(super) struct ColumnFacts {
    pub rows: u64,
    pub filled: u64,
    pub first_blank_line: Option<u64>,
    pub kinds: Kinds,
    /// Filled cells whose value was there before.
    pub repeated: u64,
    pub first_repeated: Option<(String, u64)>,
    /// The first distinct values, each with its count; no more than [`VALUES_MAX`] of them.
    pub values: Vec<(String, u64)>,
    /// In characters, of filled cells.
    pub length_min: usize,
    pub length_max: usize,
    pub longest_line: u64,
    pub integer_max: i64,
    pub shapes: Shapes,
    /// For each target of references, how many of the distinct values are found in it.
    pub found_in: Vec<u64>,
    pub looked_up: u64,
    distinct: FxHashSet<u64>,
    distinct_max: usize,
    /// More distinct values than can be told apart in the memory there is.
    pub is_capped: bool,
}

impl ColumnFacts {
    pub fn new(distinct_max: usize, targets_count: usize) -> Self {
        Self {
            rows: 0,
            filled: 0,
            first_blank_line: None,
            kinds: Kinds::default(),
            repeated: 0,
            first_repeated: None,
            values: Vec::new(),
            length_min: usize::MAX,
            length_max: 0,
            longest_line: 0,
            integer_max: i64::MIN,
            shapes: Shapes::default(),
            found_in: vec![0; targets_count],
            looked_up: 0,
            distinct: FxHashSet::default(),
            distinct_max,
            is_capped: false,
        }
    }

    /// Takes the next cell, as it stands in the file.
    pub fn take(&mut self, cell: &str, line: u64, known: &[KnownDictionary<'_>]) {
        self.rows += 1;
        let text = cell.trim();
        if text.is_empty() {
            self.first_blank_line.get_or_insert(line);
            return;
        }
        self.filled += 1;
        let length = text.chars().count();
        self.length_min = self.length_min.min(length);
        if length > self.length_max {
            (self.length_max, self.longest_line) = (length, line);
        }
        self.count_kinds(text);
        self.shapes.take(text);
        if self.is_new(text, line) {
            self.look_up(text, known);
        }
    }

    fn is_new(&mut self, text: &str, line: u64) -> bool {
        let has_room = self.values.len() < VALUES_MAX;
        match self.values.iter_mut().find(|(value, _)| value == text) {
            Some((_, count)) => *count += 1,
            None if has_room => {
                // A long value counts as one more than an enum may have.
                let shown = if text.chars().nth(VALUE_LENGTH_MAX).is_some() { String::new() } else { text.to_owned() };
                self.values.push((shown, 1));
            }
            None => {}
        }
        let hash = hash_of(text);
        if self.distinct.len() >= self.distinct_max && !self.distinct.contains(&hash) {
            self.is_capped = true;
            return false;
        }
        let is_new = self.distinct.insert(hash);
        if !is_new {
            self.repeated += 1;
            if self.first_repeated.is_none() {
                self.first_repeated = Some((text.chars().take(VALUE_LENGTH_MAX).collect(), line));
            }
        }
        is_new
    }

    fn look_up(&mut self, text: &str, known: &[KnownDictionary<'_>]) {
        if self.looked_up >= LOOKED_UP_MAX as u64 {
            return;
        }
        self.looked_up += 1;
        let mut found_in = self.found_in.iter_mut();
        for dictionary in known {
            let unique = dictionary.unique.iter().map(|(_, is_value)| *is_value);
            for is_known in std::iter::once(dictionary.codes).chain(unique) {
                if let Some(found) = found_in.next() {
                    *found += u64::from(is_known(text));
                }
            }
        }
    }

    fn count_kinds(&mut self, text: &str) {
        let kinds = &mut self.kinds;
        let bytes = text.as_bytes();
        let is_digits = bytes.iter().all(u8::is_ascii_digit);
        let is_spaced = !is_digits && text.chars().all(|letter| letter.is_ascii_digit() || letter == ' ');
        kinds.digits += u64::from(is_digits);
        kinds.spaced_digits += u64::from(is_spaced);
        let has_leading_zero = is_digits && bytes.len() > 1 && bytes[0] == b'0';
        kinds.leading_zeros += u64::from(has_leading_zero);
        if !has_leading_zero && let Some(number) = whole_number(text) {
            kinds.integers += 1;
            self.integer_max = self.integer_max.max(number);
        }
        kinds.decimals += u64::from(is_decimal(text, '.'));
        kinds.decimal_commas += u64::from(is_decimal(text, ','));
        match text {
            "0" => kinds.zeros += 1,
            "1" => kinds.ones += 1,
            _ => kinds.truths += u64::from(matches!(text.to_lowercase().as_str(), "да" | "нет" | "true" | "false" | "yes" | "no")),
        }
        if let Some(date) = parse_date(text) {
            kinds.dates += 1;
            kinds.far_dates += u64::from(date.year() >= FAR_YEAR);
        }
        kinds.ends_of_time += u64::from(ENDS_OF_TIME.contains(&text));
        kinds.line_breaks += u64::from(text.contains(['\n', '\r']));
        kinds.controls += u64::from(text.contains(|letter: char| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')));
        kinds.spaces += u64::from(text.contains(char::is_whitespace));
        kinds.cyrillic += u64::from(text.contains(|letter: char| matches!(letter, 'а'..='я' | 'А'..='Я' | 'ё' | 'Ё')));
    }

    pub fn blank(&self) -> u64 {
        self.rows - self.filled
    }

    /// No value is there twice, as far as could be told.
    pub fn is_unique(&self) -> bool {
        self.repeated == 0 && self.filled > 0 && !self.is_capped
    }

    pub fn distinct_count(&self) -> u64 {
        self.distinct.len() as u64
    }

    /// All filled cells, and there are some.
    pub fn are_all(&self, count: u64) -> bool {
        self.filled > 0 && count == self.filled
    }

    /// Digits of one length only, two at least: what spreadsheets cut zeros from.
    pub fn is_fixed_digits(&self) -> bool {
        self.are_all(self.kinds.digits) && self.length_min == self.length_max && self.length_max > 1
    }
}

/// A number by which texts are told apart; two of them share one so rarely that advice may rest on it.
pub(super) fn hash_of(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.write_u8(0xFF);
    hasher.finish()
}

fn whole_number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (digits == "0" || !digits.starts_with('0'));
    text.parse().ok().filter(|number| is_plain && (-INTEGER_MAX..=INTEGER_MAX).contains(number))
}

fn is_decimal(text: &str, point: char) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let Some((whole, _)) = digits.split_once(point) else { return false };
    let is_plain = whole == "0" || !whole.starts_with('0');
    is_plain && (if point == '.' { parse_decimal(text) } else { parse_decimal(&text.replace(point, ".")) }).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(cells: &[&str]) -> ColumnFacts {
        let mut facts = ColumnFacts::new(1000, 0);
        for (at, cell) in cells.iter().enumerate() {
            facts.take(cell, at as u64 + 1, &[]);
        }
        facts
    }

    #[test]
    fn kinds_are_counted_as_an_import_reads_them() {
        let facts = facts(&[
            "1",
            "-5",
            "007",
            "0",
            "1.5",
            "1,5",
            "01.5",
            "Да",
            "29.02.2024",
            "2999-12-31",
            "31.12.9999",
            "80 601 400",
            " ",
            "a\nb",
        ]);
        let kinds = &facts.kinds;
        assert_eq!((facts.rows, facts.filled, facts.first_blank_line), (14, 13, Some(13)));
        assert_eq!((kinds.integers, kinds.leading_zeros, kinds.digits, kinds.spaced_digits), (3, 1, 3, 1));
        assert_eq!((kinds.decimals, kinds.decimal_commas, kinds.truths), (1, 1, 1));
        assert_eq!((kinds.dates, kinds.far_dates, kinds.ends_of_time), (2, 1, 1));
        assert_eq!((kinds.zeros, kinds.ones, kinds.line_breaks, facts.length_max, facts.longest_line), (1, 1, 1, 10, 9));
    }

    #[test]
    fn repetition_is_told_with_its_first_place() {
        let facts = facts(&["a", "b", " a ", "a"]);
        assert_eq!((facts.repeated, facts.first_repeated.clone()), (2, Some(("a".to_owned(), 3))));
        assert_eq!(facts.values, [("a".to_owned(), 3), ("b".to_owned(), 1)]);
        assert!(!facts.is_unique());
        let mut capped = ColumnFacts::new(2, 0);
        ["a", "b", "c", "c"].iter().for_each(|cell| capped.take(cell, 1, &[]));
        assert!(capped.is_capped && !capped.is_unique());
    }
}
