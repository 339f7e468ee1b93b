//! What stands under what: a column that holds codes of the file, or codes that tell their parents; and whether parents are valid while
//! their children are. A column of parents that leads nowhere for some rows is told, not proposed.
//! Deliberately unknown: types of the other columns.

use rustc_hash::FxHashMap;

use super::facts::hash_of;
use super::key::Key;
use super::levels::{self, Levels};
use super::naming;
use super::rendering::counted;
use super::rows::Rows;
use super::survey::Survey;
use crate::domain::definition::ParentFrom;
use crate::domain::hierarchy::{DEPTH_MAX, parent_from_code};
use crate::domain::validity::{Date, Validity, parse_date};
use crate::exchange::csv::grouped;
use crate::exchange::table::FileError;

/// How many items are looked at, and how many columns that might hold parents.
const ITEMS_MAX: usize = 1_000_000;
const CANDIDATES_MAX: usize = 6;

/// What stands for a blank cell: no text has this number, or one in so many that advice may rest on it.
const BLANK: u64 = 0;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Source {
    Nothing,
    Column(usize),
    Codes {
        levels: Levels,
        /// The column that names the parent where no shorter code does.
        root_column: Option<usize>,
    },
}

#[derive(Debug)]
pub(super) struct HierarchyDraft {
    pub source: Source,
    pub roots: u64,
    pub items: u64,
    /// Some item is valid while its parent is not.
    pub has_gaps: bool,
    pub valid_from: Option<usize>,
    pub valid_to: Option<usize>,
    pub because: String,
    pub warnings: Vec<String>,
}

pub(super) fn find(rows: &mut Rows<'_>, survey: &Survey, key: &Key) -> Result<HierarchyDraft, FileError> {
    let items = Items::read(rows, survey, key)?;
    let mut draft = HierarchyDraft {
        source: Source::Nothing,
        roots: 0,
        items: items.codes.len() as u64,
        has_gaps: false,
        valid_from: items.valid_from,
        valid_to: items.valid_to,
        because: "no column holds codes of the file, and the codes tell no parents".to_owned(),
        warnings: items.warnings.clone(),
    };
    let parents = items.by_column(survey, &mut draft).or_else(|| items.by_codes(survey, key, &mut draft));
    if let Some(parents) = parents {
        let gaps = items.gaps(&parents);
        draft.has_gaps = gaps > 0 || key.versions_from.is_some();
        if gaps > 0 {
            draft.because.push_str(&format!(
                "; {} valid while the parent is not",
                if gaps == 1 { "an item is".to_owned() } else { format!("{} items are", grouped(gaps)) }
            ));
        }
    }
    Ok(draft)
}

/// What of each item matters here, row by row.
struct Items {
    codes: Vec<String>,
    by_code: FxHashMap<u64, usize>,
    /// Columns that might hold parents, with a number for each text.
    candidates: Vec<(usize, Vec<u64>)>,
    /// The column that stands in for a blank code, the same way.
    stand_in: Option<(usize, Vec<u64>)>,
    valid_from: Option<usize>,
    valid_to: Option<usize>,
    intervals: Vec<Option<Validity>>,
    warnings: Vec<String>,
}

impl Items {
    fn read(rows: &mut Rows<'_>, survey: &Survey, key: &Key) -> Result<Self, FileError> {
        let (mut valid_from, mut valid_to) = (date_column(survey, naming::is_valid_from), date_column(survey, naming::is_valid_to));
        let with_numbers = |column: usize| (column, Vec::new());
        let mut items = Self {
            codes: Vec::new(),
            by_code: FxHashMap::default(),
            candidates: candidates(survey, key).into_iter().map(with_numbers).collect(),
            stand_in: (key.ways.len() > 1).then(|| key.columns().last().map(with_numbers)).flatten(),
            valid_from,
            valid_to,
            intervals: Vec::new(),
            warnings: Vec::new(),
        };
        let mut code = String::new();
        let (mut inverted, mut first_inverted) = (0_u64, 0);
        rows.read(|row| {
            let cell = |at: usize| row.get(at).unwrap_or_default();
            key.write_code(cell, &mut code);
            if code.is_empty() || items.codes.len() == ITEMS_MAX {
                return;
            }
            items.by_code.insert(hash_of(&code), items.codes.len());
            items.codes.push(code.clone());
            for (column, numbers) in items.candidates.iter_mut().chain(&mut items.stand_in) {
                numbers.push(number_of(cell(*column), key.removes_spaces));
            }
            if valid_from.is_some() || valid_to.is_some() {
                let date = |column: Option<usize>| -> Option<Date> { parse_date(cell(column?).trim()) };
                let interval = Validity::new(date(valid_from), date(valid_to));
                if interval.is_none() {
                    inverted += 1;
                    first_inverted = if inverted == 1 { row.line() } else { first_inverted };
                }
                items.intervals.push(interval);
            }
        })?;
        if inverted > 0 {
            items.warnings.push(format!(
                "{} where the end is not after the beginning, first line {first_inverted}: both columns are drafted as plain dates",
                if inverted == 1 { "there is a row".to_owned() } else { format!("there are {} rows", grouped(inverted)) }
            ));
            (valid_from, valid_to) = (None, None);
            items.intervals.clear();
        }
        (items.valid_from, items.valid_to) = (valid_from, valid_to);
        Ok(items)
    }

    /// The parents that a column names, as positions of items.
    fn by_column(&self, survey: &Survey, draft: &mut HierarchyDraft) -> Option<Vec<Option<usize>>> {
        for (column, numbers) in &self.candidates {
            let is_named_so = naming::is_parent(&survey.names[*column]);
            let parent = |(at, number): (usize, &u64)| self.by_code.get(number).copied().filter(|parent| *parent != at);
            let parents: Vec<Option<usize>> = numbers.iter().enumerate().map(parent).collect();
            let filled = numbers.iter().filter(|number| **number != BLANK).count() as u64;
            let found = parents.iter().flatten().count() as u64;
            let shown = survey.shown(*column);
            let has_many = if is_named_so { found * 2 >= filled } else { found == filled && filled < self.codes.len() as u64 };
            if found < if is_named_so { 1 } else { 3 } || !has_many {
                continue;
            }
            let told = match (found, filled) {
                (1, 1) => format!("the only value of {shown} is a code of the file"),
                _ => format!("{} of the {} values of {shown} are codes of the file", grouped(found), grouped(filled)),
            };
            if filled > found {
                draft.warnings.push(format!(
                    "{told}, and {} not or of the row itself: it is drafted as a plain attribute; mend these and add [hierarchy] to make it the parent",
                    if filled - found == 1 { "one is".to_owned() } else { format!("{} are", grouped(filled - found)) }
                ));
                continue;
            }
            if let Some(at) = first_in_cycle(&parents) {
                draft.warnings.push(format!(
                    "{told}, but `{}` comes to stand under itself or too deep: it is drafted as a plain attribute",
                    self.codes[at]
                ));
                continue;
            }
            draft.source = Source::Column(*column);
            draft.roots = self.codes.len() as u64 - found;
            draft.because = format!("{told}; {} without one", counted(draft.roots, "item"));
            return Some(parents);
        }
        None
    }

    /// The parents that the codes themselves tell.
    fn by_codes(&self, survey: &Survey, key: &Key, draft: &mut HierarchyDraft) -> Option<Vec<Option<usize>>> {
        // Values that were joined to be unique are no structure of anybody's.
        if key.only_column().is_none() && key.ways.len() == 1 && key.parts_only.is_empty() {
            return None;
        }
        let codes: Vec<&str> = self.codes.iter().map(String::as_str).collect();
        let levels = levels::find(&codes)?;
        let hierarchy = levels.hierarchy();
        let position = |code: &str| self.by_code.get(&hash_of(code)).copied();
        let mut parents: Vec<Option<usize>> = codes
            .iter()
            .map(|code| parent_from_code(code, &hierarchy, |code| position(code).is_some()).and_then(|code| position(&code)))
            .collect();
        let from_codes = parents.iter().flatten().count() as u64;
        let root_column =
            self.stand_in.as_ref().and_then(|(column, numbers)| self.by_root_column(numbers, &mut parents).then_some(*column));
        let found = parents.iter().flatten().count() as u64;
        draft.roots = self.codes.len() as u64 - found;
        let how = match (levels.parent_from, levels.lengths.is_empty()) {
            (ParentFrom::ZeroPaddedPrefix, _) => {
                format!("begin with, or filled up with zeros are, the code of another, at the lengths {}", listed(&levels.lengths))
            }
            (_, true) => "begin with the code of another".to_owned(),
            (_, false) => format!("begin with the code of another, at the lengths {}", listed(&levels.lengths)),
        };
        let above = match root_column {
            Some(column) => format!(", and {} stand under what {} names", grouped(found - from_codes), survey.shown(column)),
            None => String::new(),
        };
        draft.because = format!(
            "{} of {} {how}{above}; {} without a parent",
            grouped(from_codes),
            counted(self.codes.len() as u64, "code"),
            counted(draft.roots, "item")
        );
        draft.source = Source::Codes { levels, root_column };
        Some(parents)
    }

    /// Puts items without a parent under the one that the column names, where it names one for nearly all.
    fn by_root_column(&self, numbers: &[u64], parents: &mut [Option<usize>]) -> bool {
        let alone: Vec<usize> = (0..parents.len()).filter(|at| parents[*at].is_none()).collect();
        let named = |at: usize| self.by_code.get(&numbers[at]).copied();
        let under: Vec<(usize, usize)> =
            alone.iter().filter_map(|at| named(*at).filter(|root| root != at).map(|root| (*at, root))).collect();
        let selves = alone.iter().filter(|at| named(**at) == Some(**at)).count();
        let is_root_column = !under.is_empty() && (under.len() + selves) * 20 >= alone.len() * 19;
        if is_root_column {
            under.into_iter().for_each(|(at, root)| parents[at] = Some(root));
        }
        is_root_column
    }

    /// How many items are valid while their parent is not.
    fn gaps(&self, parents: &[Option<usize>]) -> u64 {
        let interval = |at: usize| self.intervals.get(at).copied().flatten();
        let is_gap = |(at, parent): (usize, &Option<usize>)| match (interval(at), parent.and_then(interval)) {
            (Some(own), Some(parent)) => own.uncovered_by([parent]).is_some(),
            _ => false,
        };
        parents.iter().enumerate().filter(|(at, parent)| is_gap((*at, parent))).count() as u64
    }
}

/// A column of dates by its name, all of whose cells an import can read.
fn date_column(survey: &Survey, is_named_so: fn(&str) -> bool) -> Option<usize> {
    let fits = |at: &usize| is_named_so(&survey.names[*at]) && survey.columns[*at].are_all(survey.columns[*at].kinds.dates);
    (0..survey.columns.len()).find(fits)
}

/// Columns that might hold the codes of other rows: those whose name says so first.
fn candidates(survey: &Survey, key: &Key) -> Vec<usize> {
    let fits = |at: &usize| {
        let facts = &survey.columns[*at];
        let is_key = key.columns().any(|column| column == *at);
        !is_key
            && facts.filled > 0
            && facts.kinds.line_breaks == 0
            && (naming::is_parent(&survey.names[*at]) || (facts.blank() > 0 && facts.repeated > 0))
    };
    let mut columns: Vec<usize> = (0..survey.columns.len()).filter(fits).collect();
    columns.sort_by_key(|at| !naming::is_parent(&survey.names[*at]));
    columns.truncate(CANDIDATES_MAX);
    columns
}

fn number_of(cell: &str, removes_spaces: bool) -> u64 {
    let text = cell.trim();
    match text {
        "" => BLANK,
        _ if removes_spaces && text.contains(' ') => hash_of(&text.replace(' ', "")),
        _ => hash_of(text),
    }
}

/// The first item from which the way up never ends, or is longer than is allowed.
fn first_in_cycle(parents: &[Option<usize>]) -> Option<usize> {
    (0..parents.len()).find(|start| {
        let ways = std::iter::successors(Some(*start), |at| parents[*at]);
        ways.take(DEPTH_MAX + 2).count() > DEPTH_MAX + 1
    })
}

fn listed(lengths: &[usize]) -> String {
    lengths.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}
