//! Which separator a file has, judged by its first records: the one that gives the steadiest number of columns above one.
//! Deliberately unknown: encodings beyond their extending ASCII, and headers, which count as records like others.

use super::scanner::{RecordSeen, Scanner};
use super::{Limits, Separator, grouped};

/// How much of the start of a file is judged, at most.
pub(super) const HEAD_BYTES_MAX: usize = 256 * 1024;
const RECORDS_MAX: usize = 200;

/// In the order of preference where the evidence is the same: what is less likely to stand inside of a text comes first.
const CANDIDATES: [Separator; 4] = [Separator::Tab, Separator::Semicolon, Separator::Pipe, Separator::Comma];

/// The start of a file split with one candidate.
struct Trial {
    separator: Separator,
    /// The start splits without breaking the rules of quoting.
    is_clean: bool,
    records: usize,
    /// The most frequent number of columns, and how many records have it.
    columns: usize,
    agreeing: usize,
}

/// Chooses the separator for the start of a file, which may be the whole of it, and says why.
pub(super) fn detect(head: &[u8], is_whole: bool, quoting: bool) -> (Separator, String) {
    let trials = CANDIDATES.map(|separator| Trial::of(separator, head, is_whole, quoting));
    // `max_by_key` prefers the last of equals.
    let best = trials.iter().rev().filter(|trial| trial.is_steady()).max_by_key(|trial| trial.rank());
    best.map_or_else(|| single_column(&trials), |trial| (trial.separator, trial.evidence()))
}

/// No separator splits the file steadily: it has one column, as long as one separator never occurs.
fn single_column(trials: &[Trial; 4]) -> (Separator, String) {
    let comma_first = || trials.iter().rev();
    if trials.iter().all(|trial| trial.records == 0) {
        return (Separator::Comma, "no record to judge by, `,` is the default".to_owned());
    }
    match comma_first().find(|trial| trial.is_clean && trial.columns == 1 && trial.agreeing == trial.records) {
        Some(Trial { separator, .. }) => (*separator, format!("a single column: {} is not among the first records", separator.shown())),
        None => (Separator::Comma, "no separator gives a steady number of columns, `,` is the default".to_owned()),
    }
}

impl Trial {
    fn of(separator: Separator, head: &[u8], is_whole: bool, quoting: bool) -> Trial {
        let unlimited = Limits { record_bytes_max: usize::MAX, columns_max: usize::MAX };
        let mut scanner = Scanner::new(separator, quoting, unlimited);
        let mut widths = Vec::with_capacity(RECORDS_MAX);
        let mut see = |record: RecordSeen| {
            if widths.len() < RECORDS_MAX {
                widths.push(record.columns);
            }
        };
        let mut ended = scanner.scan(head, &mut see);
        // Where the head is cut from a longer file, its last record is likely cut too.
        if is_whole && ended.is_ok() {
            ended = scanner.finish(&mut see);
        }
        let is_clean = ended.is_ok() || widths.len() == RECORDS_MAX;
        let (columns, agreeing) = most_frequent(&widths);
        Trial { separator, is_clean, records: widths.len(), columns, agreeing }
    }

    /// More than half of the records have the same number of columns, and it is not one.
    fn is_steady(&self) -> bool {
        self.columns > 1 && self.agreeing * 2 > self.records
    }

    /// Clean before broken, then the share of agreeing records in thousandths, then more columns before fewer.
    fn rank(&self) -> (bool, usize, usize) {
        (self.is_clean, self.agreeing * 1000 / self.records.max(1), self.columns)
    }

    fn evidence(&self) -> String {
        let Trial { records, agreeing, columns, .. } = self;
        let first = if *records == RECORDS_MAX { "first " } else { "" };
        let share = if agreeing == records {
            format!("all of the {first}{records} records")
        } else {
            format!("{agreeing} of the {first}{records} records")
        };
        let share = if *records == 1 { "the only record".to_owned() } else { share };
        format!("{} gives {} columns in {share}", self.separator.shown(), grouped(*columns as u64))
    }
}

/// The most frequent value and its count; the larger of equally frequent ones.
fn most_frequent(widths: &[usize]) -> (usize, usize) {
    let count = |width: usize| widths.iter().filter(|other| **other == width).count();
    widths.iter().map(|width| (count(*width), *width)).max().map_or((0, 0), |(count, width)| (width, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_detected(head: &str, separator: Separator, because: &str) {
        assert_eq!(detect(head.as_bytes(), true, true), (separator, because.to_owned()), "{head:?}");
    }

    #[test]
    fn the_steadiest_number_of_columns_wins() {
        assert_detected("a;b,c\n1;2\n3;4\n", Separator::Semicolon, "`;` gives 2 columns in all of the 3 records");
        assert_detected("a\tb\n1,5\t2,5\n3\t4\n", Separator::Tab, "tab gives 2 columns in all of the 3 records");
        assert_detected("a|b|c", Separator::Pipe, "`|` gives 3 columns in the only record");
        assert_detected("a,b\n1,2\n3,4,5\n", Separator::Comma, "`,` gives 2 columns in 2 of the 3 records");
        let long = "a;b;c\n".repeat(300);
        assert_detected(&long, Separator::Semicolon, "`;` gives 3 columns in all of the first 200 records");
        let ragged = "a;b;c\n".repeat(150) + &"a\n".repeat(150);
        assert_detected(&ragged, Separator::Semicolon, "`;` gives 3 columns in 150 of the first 200 records");
    }

    #[test]
    fn separators_inside_of_quotes_do_not_count() {
        let text = "\"A\";\"01\";\"Скот, птица, рыба\"\n\"B\";\"02\";\"Лес, грибы, ягоды\"\n";
        assert_detected(text, Separator::Semicolon, "`;` gives 3 columns in all of the 2 records");
    }

    #[test]
    fn equal_evidence_prefers_what_is_rarer_in_text() {
        assert_detected("1;2,5\n2;3,5\n", Separator::Semicolon, "`;` gives 2 columns in all of the 2 records");
    }

    #[test]
    fn a_single_column_is_read_whole() {
        assert_detected("code\n1\n2\n", Separator::Comma, "a single column: `,` is not among the first records");
        let prose = "Дело\nКража, грабёж\nПобои, угрозы, клевета\nИное\n";
        assert_detected(prose, Separator::Pipe, "a single column: `|` is not among the first records");
        let all = "a\nb,;\t|c\nd\n";
        assert_detected(all, Separator::Comma, "no separator gives a steady number of columns, `,` is the default");
        assert_detected("", Separator::Comma, "no record to judge by, `,` is the default");
        assert_detected("\n\n", Separator::Comma, "no record to judge by, `,` is the default");
    }

    #[test]
    fn a_cut_record_at_the_end_of_the_head_does_not_count() {
        let (_, because) = detect(b"a;b\nc;d\ne", false, true);
        assert_eq!(because, "`;` gives 2 columns in all of the 2 records");
        let (_, because) = detect(b"a;b\nc;d\ne", true, true);
        assert_eq!(because, "`;` gives 2 columns in 2 of the 3 records");
    }

    #[test]
    fn a_broken_record_does_not_hide_the_separator() {
        let text = "a;b\nc;d\n\"e\" f;g\n";
        assert_detected(text, Separator::Semicolon, "`;` gives 2 columns in all of the 2 records");
    }
}
