//! Which type a column has and what its values keep to, judged by its facts; numbers that name things stay text.
//! Deliberately unknown: the other columns.

use super::KnownDictionary;
use super::facts::{ColumnFacts, VALUES_MAX};
use super::naming;
use super::rendering::{counted, shown};
use super::survey::Survey;
use crate::domain::definition::AttributeType;
use crate::exchange::csv::grouped;

/// One line of text is no longer than this, unless it is a name.
const STRING_LENGTH_MAX: usize = 255;
const NAME_LENGTH_MAX: usize = 1000;

/// Fewer rows than these say nothing about what others will be like.
const ROWS_MIN: u64 = 10;

/// An enum has each value so often on average.
const ENUM_REPETITION: u64 = 5;

/// Of the values of a reference, so many in a hundred are found.
const FOUND_PERCENT: u64 = 99;

/// What a length is rounded up to.
const LENGTHS: [usize; 13] = [10, 20, 50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000];

/// What is known of a column before its values are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Usage {
    /// It names the item.
    Name,
    /// The code is made of it and others.
    PartOfKey,
    Other,
}

/// An attribute without its name.
#[derive(Debug, Clone)]
pub(super) struct Typed {
    pub kind: AttributeType,
    pub pattern: Option<String>,
    pub length_max: Option<u32>,
    pub is_required: bool,
    pub is_unique: bool,
    /// The dictionary of a reference, and the attribute whose values the file has when they are not codes.
    pub to: Option<(String, Option<String>)>,
    /// Codes and labels of an enum.
    pub values: Vec<(String, String)>,
    pub evidence: Vec<String>,
    pub warnings: Vec<String>,
}

impl Typed {
    fn new(kind: AttributeType, evidence: impl Into<String>) -> Self {
        Self {
            kind,
            pattern: None,
            length_max: None,
            is_required: false,
            is_unique: false,
            to: None,
            values: Vec::new(),
            evidence: vec![evidence.into()],
            warnings: Vec::new(),
        }
    }
}

pub(super) fn type_of(survey: &Survey, column: usize, usage: Usage, known: &[KnownDictionary<'_>]) -> Typed {
    let facts = &survey.columns[column];
    let hint = &survey.hints[column];
    let of_codes = usage == Usage::PartOfKey || naming::is_of_codes(&survey.names[column]);
    let mut typed = reference(survey, column, known)
        .or_else(|| hint.kind.and_then(|kind| hinted(kind, facts)))
        .or_else(|| truth(facts))
        .or_else(|| date(facts))
        .or_else(|| number(facts, of_codes))
        .or_else(|| few_values(facts))
        .unwrap_or_else(|| text(facts, usage == Usage::Name));
    if matches!(typed.kind, AttributeType::String | AttributeType::Text) {
        limit_text(&mut typed, facts, hint.length_max);
        typed.is_unique = facts.is_unique() && ((of_codes && facts.filled >= ROWS_MIN) || hint.is_unique);
    }
    typed.is_required = facts.blank() == 0;
    if hint.is_required && facts.blank() > 0 {
        typed.warnings.push(format!("{} is required by the file and blank in {}", survey.shown(column), counted(facts.blank(), "row")));
    }
    if facts.kinds.controls > 0 {
        let message = "has control characters, which an import refuses: mend the file";
        typed.warnings.push(format!("{} {message}", survey.shown(column)));
    }
    typed.evidence.push(filling(facts));
    typed
}

fn filling(facts: &ColumnFacts) -> String {
    let filled = match (facts.first_blank_line, facts.blank()) {
        (Some(line), blank) => format!("blank in {} of {}, first line {line}", grouped(blank), counted(facts.rows, "row")),
        (None, _) => format!("never blank in {}", counted(facts.rows, "row")),
    };
    let distinct = match (facts.is_unique(), facts.is_capped) {
        (true, _) => "no value twice".to_owned(),
        (false, true) => format!("more than {} values", grouped(facts.distinct_count())),
        (false, false) => format!("{} different", grouped(facts.distinct_count())),
    };
    format!("{filled}, {distinct}")
}

/// What the format says of a column, where the values agree.
fn hinted(kind: AttributeType, facts: &ColumnFacts) -> Option<Typed> {
    let kinds = &facts.kinds;
    let agrees = match kind {
        AttributeType::Integer => facts.are_all(kinds.integers),
        AttributeType::Decimal => facts.are_all(kinds.integers + kinds.decimals),
        AttributeType::Boolean => facts.are_all(kinds.truths + kinds.zeros + kinds.ones),
        AttributeType::Date => facts.are_all(kinds.dates),
        AttributeType::Text => true,
        // How long a string may be, and what it looks like, the values tell better.
        AttributeType::String | AttributeType::Enum | AttributeType::Reference => false,
    };
    agrees.then(|| Typed::new(kind, "the file says so, and all values agree"))
}

fn truth(facts: &ColumnFacts) -> Option<Typed> {
    let kinds = &facts.kinds;
    if facts.are_all(kinds.truths) {
        let values: Vec<String> =
            facts.values.iter().map(|(value, count)| format!("`{}` in {}", shown(value), counted(*count, "row"))).collect();
        return Some(Typed::new(AttributeType::Boolean, values.join(", ")));
    }
    let is_flag = facts.are_all(kinds.zeros + kinds.ones) && kinds.zeros > 0 && kinds.ones > 0 && facts.filled >= ROWS_MIN;
    is_flag.then(|| {
        Typed::new(
            AttributeType::Boolean,
            format!("0 in {} and 1 in {}, nothing else", counted(kinds.zeros, "row"), counted(kinds.ones, "row")),
        )
    })
}

fn date(facts: &ColumnFacts) -> Option<Typed> {
    let kinds = &facts.kinds;
    if facts.are_all(kinds.dates) {
        let far = match kinds.far_dates {
            0 => String::new(),
            far => format!(
                "; {} so far away that they mean no end",
                if far == 1 { "1 is".to_owned() } else { format!("{} are", grouped(far)) }
            ),
        };
        return Some(Typed::new(AttributeType::Date, format!("all are dates{far}")));
    }
    (kinds.ends_of_time > 0 && facts.are_all(kinds.dates + kinds.ends_of_time)).then(|| {
        let mut typed = Typed::new(AttributeType::String, "all are dates, but 31.12.9999 stands for no end, which no date of an item can be");
        let message = "a column has 31.12.9999 for no end, which an import refuses as a date: it is drafted as a string; make those cells blank and it can be a date";
        typed.warnings.push(message.to_owned());
        typed
    })
}

fn number(facts: &ColumnFacts, of_codes: bool) -> Option<Typed> {
    let kinds = &facts.kinds;
    if of_codes || kinds.leading_zeros > 0 {
        return None;
    }
    if facts.are_all(kinds.integers) {
        // Digits of one length are mostly codes; years are none.
        const YEAR_LENGTH: usize = 4;
        let is_years = facts.length_max == YEAR_LENGTH && facts.integer_max < 2200;
        let are_codes = facts.length_min == facts.length_max && facts.length_max > 2 && facts.filled >= ROWS_MIN && !is_years;
        return (!are_codes).then(|| {
            Typed::new(
                AttributeType::Integer,
                format!("all are whole numbers without leading zeros, up to {}", grouped_signed(facts.integer_max)),
            )
        });
    }
    if kinds.decimals > 0 && facts.are_all(kinds.integers + kinds.decimals) {
        return Some(Typed::new(AttributeType::Decimal, format!("all are numbers, {} with a fraction", grouped(kinds.decimals))));
    }
    (kinds.decimal_commas > 0 && facts.are_all(kinds.integers + kinds.decimal_commas)).then(|| {
        let with_comma = grouped(kinds.decimal_commas);
        let mut typed = Typed::new(AttributeType::String, format!("all are numbers, {with_comma} with a comma, which no decimal has"));
        let message = "a column has numbers with a decimal comma, which an import refuses as decimals: it is drafted as a string; \
                       write points and it can be a decimal";
        typed.warnings.push(message.to_owned());
        typed
    })
}

fn grouped_signed(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// Few values that repeat and can be named in Latin letters.
fn few_values(facts: &ColumnFacts) -> Option<Typed> {
    let count = facts.values.len() as u64;
    let is_few = (2..VALUES_MAX as u64).contains(&count) && facts.filled >= count * ENUM_REPETITION && facts.distinct_count() == count;
    let repeat = facts.values.iter().all(|(value, count)| *count > 1 && !value.is_empty() && !value.contains(char::is_control));
    if !is_few || !repeat {
        return None;
    }
    let mut values: Vec<(String, String)> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    for (value, _) in &facts.values {
        let code = naming::enum_code(value)?;
        let label = value.to_lowercase();
        // A value that reads as another's code or label would be taken for that one.
        if values.iter().any(|(other, _)| *other == code) || labels.contains(&label) {
            return None;
        }
        labels.push(label);
        values.push((code, value.clone()));
    }
    let mut typed = Typed::new(AttributeType::Enum, format!("{} different in {}", grouped(count), counted(facts.filled, "row")));
    typed.values = values;
    Some(typed)
}

fn text(facts: &ColumnFacts, is_name: bool) -> Typed {
    let longest = format!("the longest has {} (line {})", counted(facts.length_max as u64, "character"), facts.longest_line);
    if facts.kinds.line_breaks > 0 {
        return Typed::new(AttributeType::Text, format!("line breaks in {}; {longest}", counted(facts.kinds.line_breaks, "row")));
    }
    if facts.length_max > if is_name { NAME_LENGTH_MAX } else { STRING_LENGTH_MAX } {
        return Typed::new(AttributeType::Text, longest);
    }
    if facts.kinds.leading_zeros > 0 && facts.are_all(facts.kinds.digits) {
        return Typed::new(
            AttributeType::String,
            format!("digits, {} with leading zeros, which a number would lose", grouped(facts.kinds.leading_zeros)),
        );
    }
    Typed::new(AttributeType::String, longest)
}

/// A pattern where the values look like codes, otherwise a length with room for longer ones.
fn limit_text(typed: &mut Typed, facts: &ColumnFacts, length_hint: Option<u32>) {
    const KINDS_MAX: usize = 3;
    let is_of_codes = facts.shapes.are_codes() && facts.shapes.count().is_some_and(|count| count <= KINDS_MAX) && facts.filled >= ROWS_MIN;
    typed.pattern = facts.shapes.pattern().filter(|_| is_of_codes && typed.kind == AttributeType::String);
    if typed.pattern.is_some() {
        typed.evidence.push(format!("all {} match the pattern", grouped(facts.filled)));
        return;
    }
    let is_enough = |hint: &u32| *hint as usize >= facts.length_max;
    typed.length_max = Some(length_hint.filter(is_enough).unwrap_or_else(|| rounded_length(facts.length_max)));
}

/// A length with room for longer values: a fifth more, rounded up to a plain number.
pub(super) fn rounded_length(longest: usize) -> u32 {
    let wanted = longest + longest / 5;
    let rounded = LENGTHS.into_iter().find(|length| *length >= wanted).unwrap_or(wanted);
    u32::try_from(rounded).unwrap_or(u32::MAX)
}

/// A dictionary in which nearly all values are found, as codes or as values of a unique attribute.
fn reference(survey: &Survey, column: usize, known: &[KnownDictionary<'_>]) -> Option<Typed> {
    let facts = &survey.columns[column];
    let mut targets = facts.found_in.iter();
    let mut best: Option<(u64, &str, Option<&str>)> = None;
    for dictionary in known {
        let attributes = dictionary.unique.iter().map(|(attribute, _)| Some(*attribute));
        for attribute in std::iter::once(None).chain(attributes) {
            let found = targets.next().copied().unwrap_or_default();
            let is_likely = found * 100 >= facts.looked_up * FOUND_PERCENT && is_no_accident(survey, column, dictionary.code);
            // Codes come before other attributes, and an earlier dictionary before a later one.
            if is_likely && best.is_none_or(|(most, ..)| found > most) {
                best = Some((found, dictionary.code, attribute));
            }
        }
    }
    let (found, dictionary, attribute) = best.filter(|(found, ..)| *found > 0)?;
    let what = attribute.map_or_else(|| "codes".to_owned(), |attribute| format!("values of `{attribute}`"));
    let told = format!("{} of {} are {what} of {dictionary}", grouped(found), counted(facts.looked_up, "different value"));
    let mut typed = Typed::new(AttributeType::Reference, told.clone());
    typed.to = Some((dictionary.to_owned(), attribute.map(str::to_owned)));
    if found < facts.looked_up {
        typed.warnings.push(format!("{}: {told}; an import refuses the others", survey.shown(column)));
    }
    Some(typed)
}

/// Small numbers are found in every dictionary that counts: there the name of the column must say so too.
fn is_no_accident(survey: &Survey, column: usize, dictionary: &str) -> bool {
    const VALUES_MIN: u64 = 5;
    const SMALL_MAX: i64 = 10_000;
    let facts = &survey.columns[column];
    if survey.hints[column].refers_to.as_deref() == Some(dictionary) {
        return true;
    }
    let code = naming::proposed_code(&survey.names[column]).unwrap_or_default();
    let stem = |word: &str| word.trim_end_matches("ies").trim_end_matches('s').trim_end_matches('y').to_owned();
    let is_named_so = code.split('_').any(|word| word.len() > 2 && dictionary.split('_').any(|part| stem(part) == stem(word)));
    let are_small = facts.are_all(facts.kinds.integers) && facts.integer_max < SMALL_MAX;
    let are_words = facts.kinds.zeros + facts.kinds.ones + facts.kinds.truths == 0;
    is_named_so || (facts.looked_up >= VALUES_MIN && !are_small && are_words)
}
