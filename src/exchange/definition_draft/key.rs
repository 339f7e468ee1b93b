//! Which columns make the code of an item: one that is never blank and never twice, the first that is not blank of two, or several
//! joined. Candidates are ordered by how much they look like codes, and the best that holds over all rows is taken.
//! Deliberately unknown: types, and what stands under what.

use rustc_hash::FxHashSet;

use super::facts::{ColumnFacts, hash_of};
use super::naming;
use super::rendering::{counted, shown};
use super::rows::Rows;
use super::survey::Survey;
use crate::domain::text::ITEM_CODE_LENGTH_MAX;
use crate::exchange::csv::grouped;
use crate::exchange::table::FileError;

/// How many candidates are tried in one reading, and how many readings there are: what is remembered of each is bounded so.
const TRIED_AT_ONCE: usize = 8;
const TRIALS_MAX: usize = 4;

/// How many columns are combined with each other.
const COMBINED_MAX: usize = 8;

/// A column is blank in no more than one of so many rows to be a key all the same.
const BLANK_ONE_IN: u64 = 10;

/// What a column that stands in for a blank code, or joins another, looks like: short.
const SHORT_MAX: usize = 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Column(usize),
    Dot,
}

/// How codes are made of columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Key {
    /// The first that gives anything.
    pub ways: Vec<Vec<Part>>,
    /// Spaces inside of codes are dropped.
    pub removes_spaces: bool,
    /// Rows without a code are left out.
    pub skips_blank: bool,
    /// An item may have several rows, told apart by the dates in this column.
    pub versions_from: Option<usize>,
    /// Columns that are nothing but a part of the code.
    pub parts_only: Vec<usize>,
    pub because: String,
    pub warnings: Vec<String>,
    /// How much it looks like a key.
    score: i32,
}

impl Key {
    fn of_column(column: usize, facts: &ColumnFacts, score: i32) -> Self {
        let removes_spaces = facts.kinds.spaced_digits > 0 && facts.are_all(facts.kinds.spaced_digits + facts.kinds.digits);
        Self { ways: vec![vec![Part::Column(column)]], removes_spaces, score, ..Self::default() }
    }

    fn joined(parts: Vec<Part>, score: i32) -> Self {
        Self { ways: vec![parts], score, ..Self::default() }
    }

    /// The column that is the code and nothing else is.
    pub fn only_column(&self) -> Option<usize> {
        match self.ways.as_slice() {
            [way] => {
                if let [Part::Column(column)] = way.as_slice() {
                    Some(*column)
                } else {
                    None
                }
            }
            _ => None,
        }
    }

    /// The column that holds the code where it is filled.
    pub fn first_column(&self) -> Option<usize> {
        match self.ways.first().map(Vec::as_slice) {
            Some([Part::Column(column)]) => Some(*column),
            _ => None,
        }
    }

    pub fn columns(&self) -> impl Iterator<Item = usize> {
        self.ways.iter().flatten().filter_map(|part| if let Part::Column(column) = part { Some(*column) } else { None })
    }

    /// Writes the code of a row; nothing when no way gives one. This is what an import does with the key that is proposed.
    pub fn write_code<'c>(&self, cell: impl Fn(usize) -> &'c str, code: &mut String) {
        code.clear();
        for way in &self.ways {
            for part in way {
                match part {
                    Part::Dot => code.push('.'),
                    Part::Column(column) => {
                        let text = cell(*column).trim();
                        let before = code.len();
                        code.extend(text.chars().filter(|letter| !(self.removes_spaces && *letter == ' ')));
                        if code.len() == before {
                            // A joined key needs all its columns.
                            code.clear();
                            break;
                        }
                    }
                }
            }
            if !code.is_empty() {
                return;
            }
        }
    }
}

pub(super) fn choose(rows: &mut Rows<'_>, survey: &Survey) -> Result<Key, FileError> {
    let mut candidates = candidates(survey);
    candidates.retain(|key| !repeats_at_once(key, rows));
    for _ in 0..TRIALS_MAX {
        let rest = candidates.split_off(candidates.len().min(TRIED_AT_ONCE));
        if let Some(key) = first_that_holds(rows, survey, candidates)? {
            return Ok(key);
        }
        candidates = rest;
    }
    Ok(nearest(survey))
}

/// Everything that may be a key, the likeliest first.
fn candidates(survey: &Survey) -> Vec<Key> {
    let hinted: Vec<usize> = (0..survey.columns.len()).filter(|at| survey.hints[*at].is_key).collect();
    let mut found = Vec::new();
    if let [first, others @ ..] = hinted.as_slice()
        && !others.is_empty()
    {
        // A key of several columns, as the format has it; one that is enough alone goes before it.
        const HINT_SCORE: i32 = 90;
        let parts = std::iter::once(Part::Column(*first)).chain(others.iter().flat_map(|column| [Part::Dot, Part::Column(*column)]));
        found.push(Key { ways: vec![parts.collect()], score: HINT_SCORE, ..Key::default() });
    }
    for (column, facts) in survey.columns.iter().enumerate() {
        found.extend(of_column(survey, column, facts));
    }
    found.extend(with_versions(survey));
    found.extend(of_digit_parts(survey));
    found.extend(combined(survey));
    // A stable sort: among equals the one further left stays before.
    found.sort_by_key(|key| -key.score);
    found
}

fn can_be_key(survey: &Survey, column: usize) -> bool {
    let facts = &survey.columns[column];
    let kinds = &facts.kinds;
    // 110.1 is a code where the header says so.
    let is_quantity = naming::key_likelihood(&survey.names[column]) < 50
        && kinds.decimals + kinds.decimal_commas > 0
        && facts.are_all(kinds.integers + kinds.decimals + kinds.decimal_commas);
    let is_other = is_quantity || facts.are_all(kinds.dates + kinds.ends_of_time) || facts.are_all(kinds.truths);
    facts.filled > 0 && !is_other && kinds.line_breaks == 0 && kinds.controls == 0 && facts.length_max <= ITEM_CODE_LENGTH_MAX
}

fn likelihood(survey: &Survey, column: usize) -> i32 {
    const OPAQUE_LENGTH: usize = 24;
    let facts = &survey.columns[column];
    let mut score = naming::key_likelihood(&survey.names[column]);
    score += if survey.hints[column].is_key { 60 } else { 0 };
    let is_spaced_number = facts.are_all(facts.kinds.digits + facts.kinds.spaced_digits);
    let has_words = facts.kinds.spaces * 2 > facts.filled && !is_spaced_number;
    score += if facts.length_max <= SHORT_MAX { 15 } else { 0 };
    score += if facts.kinds.leading_zeros > 0 { 10 } else { 0 };
    score -= if has_words { 25 } else { 0 };
    score -= if facts.kinds.cyrillic * 2 > facts.filled { 10 } else { 0 };
    score -= if facts.length_min >= OPAQUE_LENGTH && !has_words { 30 } else { 0 };
    score
}

/// A column by itself: whole, or with something for the rows in which it is blank.
fn of_column(survey: &Survey, column: usize, facts: &ColumnFacts) -> Vec<Key> {
    if !can_be_key(survey, column) || !facts.is_unique() {
        return Vec::new();
    }
    let score = likelihood(survey, column);
    if facts.blank() == 0 {
        return vec![Key::of_column(column, facts, score)];
    }
    if facts.blank() * BLANK_ONE_IN > facts.rows {
        return Vec::new();
    }
    let stands_in = |other: &usize| {
        let facts = &survey.columns[*other];
        *other != column && facts.blank() == 0 && facts.length_max <= SHORT_MAX && facts.kinds.spaces == 0 && can_be_key(survey, *other)
    };
    let mut others: Vec<usize> = (0..survey.columns.len()).filter(stands_in).collect();
    // The letter of a section before the number of a record.
    others.sort_by_key(|other| (survey.columns[*other].is_unique(), survey.columns[*other].length_max));
    let mut keys: Vec<Key> = others
        .into_iter()
        .map(|other| {
            let mut key = Key::of_column(column, facts, score - 5);
            key.ways.push(vec![Part::Column(other)]);
            key
        })
        .collect();
    keys.push(Key { skips_blank: true, ..Key::of_column(column, facts, score - 10) });
    keys
}

/// A code that is there several times, each time from another date on.
fn with_versions(survey: &Survey) -> Option<Key> {
    let from = (0..survey.columns.len()).find(|at| naming::is_valid_from(&survey.names[*at]) && survey.columns[*at].kinds.dates > 0)?;
    let columns = 0..survey.columns.len();
    let is_code = |at: &usize| {
        let facts = &survey.columns[*at];
        *at != from
            && can_be_key(survey, *at)
            && facts.blank() == 0
            && !facts.is_unique()
            && naming::key_likelihood(&survey.names[*at]) >= 50
    };
    let column = columns.filter(is_code).max_by_key(|at| likelihood(survey, *at))?;
    let key = Key::of_column(column, &survey.columns[column], likelihood(survey, column) - 5);
    Some(Key { versions_from: Some(from), ..key })
}

/// A code that was cut into columns of digits, as Rosstat does, alone and behind one other column.
fn of_digit_parts(survey: &Survey) -> Vec<Key> {
    const SCORE: i32 = 30;
    let is_part =
        |at: usize| survey.columns[at].blank() == 0 && survey.columns[at].is_fixed_digits() && survey.columns[at].kinds.leading_zeros > 0;
    let Some(start) = (0..survey.columns.len()).find(|at| is_part(*at) && at + 1 < survey.columns.len() && is_part(at + 1)) else {
        return Vec::new();
    };
    let end = (start..survey.columns.len()).find(|at| !is_part(*at)).unwrap_or(survey.columns.len());
    let parts: Vec<Part> = (start..end).map(Part::Column).collect();
    let key = |parts: Vec<Part>, score: i32| Key { parts_only: (start..end).collect(), ..Key::joined(parts, score) };
    let mut keys = vec![key(parts.clone(), SCORE)];
    for other in (0..survey.columns.len()).filter(|at| !(start..end).contains(at)) {
        let facts = &survey.columns[other];
        if facts.blank() == 0 && facts.length_max <= SHORT_MAX && facts.kinds.spaces == 0 && can_be_key(survey, other) {
            keys.push(key([vec![Part::Column(other), Part::Dot], parts.clone()].concat(), SCORE - 1));
        }
    }
    keys
}

/// Pairs and triples of columns that repeat, joined by a dot. Those that have too few values for all rows are passed over.
fn combined(survey: &Survey) -> Vec<Key> {
    let fits = |at: &usize| {
        let facts = &survey.columns[*at];
        can_be_key(survey, *at) && facts.blank() == 0 && !facts.is_unique() && facts.distinct_count() > 1
    };
    let columns: Vec<usize> = (0..survey.columns.len()).filter(fits).take(COMBINED_MAX).collect();
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for (at, first) in columns.iter().enumerate() {
        for (next, second) in columns.iter().enumerate().skip(at + 1) {
            sets.push(vec![*first, *second]);
            sets.extend(columns.iter().skip(next + 1).map(|third| vec![*first, *second, *third]));
        }
    }
    let is_enough = |set: &Vec<usize>| {
        let combinations = set.iter().fold(1_u64, |product, at| product.saturating_mul(survey.columns[*at].distinct_count()));
        let length: usize = set.iter().map(|at| survey.columns[*at].length_max + 1).sum();
        combinations >= survey.rows && length <= ITEM_CODE_LENGTH_MAX
    };
    sets.retain(is_enough);
    let key = |set: Vec<usize>| {
        let words = set.iter().filter(|at| survey.columns[**at].kinds.cyrillic > 0).count() as i32;
        let parts = set.iter().flat_map(|at| [Part::Dot, Part::Column(*at)]).skip(1).collect();
        Key::joined(parts, 14 - 4 * set.len() as i32 - 2 * words)
    };
    sets.into_iter().map(key).collect()
}

/// Most candidates are given up after a few rows.
fn repeats_at_once(key: &Key, rows: &Rows<'_>) -> bool {
    let mut seen = FxHashSet::default();
    let mut code = String::new();
    rows.first.iter().any(|row| {
        key.write_code(|at| row.cells[at].as_str(), &mut code);
        !code.is_empty() && !seen.insert(identity(key, &code, |at| row.cells[at].as_str()))
    })
}

/// What must not be there twice: the code, or the code from a date on.
fn identity<'c>(key: &Key, code: &str, cell: impl Fn(usize) -> &'c str) -> u64 {
    match key.versions_from {
        Some(from) => hash_of(code) ^ hash_of(cell(from).trim()).rotate_left(1),
        None => hash_of(code),
    }
}

struct Trial {
    key: Key,
    seen: FxHashSet<u64>,
    blank: u64,
    length_max: usize,
    has_failed: bool,
}

/// Reads all rows and gives the first of the candidates that makes a code for every row and no code twice.
fn first_that_holds(rows: &mut Rows<'_>, survey: &Survey, candidates: Vec<Key>) -> Result<Option<Key>, FileError> {
    if candidates.is_empty() {
        return Ok(None);
    }
    let trial = |key| Trial { key, seen: FxHashSet::default(), blank: 0, length_max: 0, has_failed: false };
    let mut trials: Vec<Trial> = candidates.into_iter().map(trial).collect();
    let mut code = String::new();
    rows.read(|row| {
        for trial in trials.iter_mut().filter(|trial| !trial.has_failed) {
            let cell = |at: usize| row.get(at).unwrap_or_default();
            trial.key.write_code(cell, &mut code);
            if code.is_empty() {
                trial.blank += 1;
                trial.has_failed |= !trial.key.skips_blank;
            } else {
                trial.length_max = trial.length_max.max(code.chars().count());
                trial.has_failed |= !trial.seen.insert(identity(&trial.key, &code, cell)) || trial.length_max > ITEM_CODE_LENGTH_MAX;
            }
            if trial.has_failed {
                trial.seen = FxHashSet::default();
            }
        }
    })?;
    let Some(at) = trials.iter().position(|trial| !trial.has_failed) else { return Ok(None) };
    let Trial { mut key, blank, .. } = trials.swap_remove(at);
    let others: Vec<String> = (0..survey.columns.len())
        .filter(|at| {
            survey.columns[*at].is_unique()
                && survey.columns[*at].blank() == 0
                && can_be_key(survey, *at)
                && !key.columns().any(|column| column == *at)
        })
        .map(|at| survey.shown(at))
        .collect();
    key.because = because(survey, &key, blank, &others);
    Ok(Some(key))
}

fn because(survey: &Survey, key: &Key, blank: u64, others: &[String]) -> String {
    let rows = counted(survey.rows, "row");
    let names: Vec<String> = key.columns().map(|at| survey.shown(at)).collect();
    let told = match (key.ways.as_slice(), key.versions_from) {
        ([_, _], _) => {
            let filled = key.first_column().map_or(0, |at| survey.columns[at].blank());
            format!("{}, and {} in the {} where that is blank: no code twice in {rows}", names[0], names[1], counted(filled, "row"))
        }
        (_, Some(from)) => format!("{}: an item has several rows, each from another date in {}", names[0], survey.shown(from)),
        _ if names.len() > 1 => format!("{} joined: no code twice in {rows}; no likelier column or pair is unique", names.join(", ")),
        _ if blank > 0 => format!(
            "{}: no code twice in {rows}; {} without one left out",
            names[0],
            if blank == 1 { "a row is".to_owned() } else { format!("{} rows are", grouped(blank)) }
        ),
        _ => format!("{}: never blank and no code twice in {rows}", names[0]),
    };
    let told = if key.removes_spaces { format!("{told}; spaces inside of codes are dropped") } else { told };
    const OTHERS_MAX: usize = 4;
    match others {
        [] => told,
        others => format!("{told}; unique as well: {}", others[..others.len().min(OTHERS_MAX)].join(", ")),
    }
}

/// Nothing is unique: the column that looks most like a code, with what is wrong with it.
fn nearest(survey: &Survey) -> Key {
    let columns = 0..survey.columns.len();
    let column = columns.filter(|at| can_be_key(survey, *at)).max_by_key(|at| {
        // What comes near to being unique, then what looks like a code, then what stands further left.
        let facts = &survey.columns[*at];
        let percent = (facts.distinct_count() * 100 / facts.rows.max(1)) as i32;
        (percent + likelihood(survey, *at), std::cmp::Reverse(*at))
    });
    let is_possible = column.is_some();
    let column = column.unwrap_or(0);
    let facts = &survey.columns[column];
    let shown_column = survey.shown(column);
    let mut key = Key::of_column(column, facts, 0);
    if !is_possible {
        key.because = format!("{shown_column}, because there has to be one: no column could be a code");
        key.warnings.push(format!(
            "no column could be a code, which has at most {ITEM_CODE_LENGTH_MAX} characters in one line and is no date or quantity: add a column of codes to the file"
        ));
        return key;
    }
    key.skips_blank = facts.blank() > 0;
    let (repeated, example) = match &facts.first_repeated {
        Some((value, line)) => (facts.repeated, format!(", such as `{}` on line {line}", shown(value))),
        None => (0, String::new()),
    };
    key.because = format!("{shown_column}, because there has to be one: no column is unique, nor any pair or triple that was tried");
    key.warnings.push(format!(
        "no column tells all rows apart; {shown_column} comes nearest, with {} that were there before{example}: an import refuses those, so mend the file or name another key",
        counted(repeated, "value")
    ));
    if facts.blank() > 0 {
        key.warnings.push(format!("{shown_column} is blank in {}, which an import leaves out", counted(facts.blank(), "row")));
    }
    key
}
