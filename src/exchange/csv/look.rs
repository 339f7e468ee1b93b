//! What the first records of a file show to a person who checks how it was read: quotes, unequal rows, and how cells write numbers, dates
//! and truths. Evidence only: nothing is converted here, and nothing is refused.

use std::io::Read;

use super::super::row::Row;
use super::{CsvReader, Detected, Limits, grouped};
use crate::domain::validity::parse_date;

/// How many records are looked at.
const RECORDS_MAX: usize = 200;

/// The lines of unequal rows that are named.
const LINES_MAX: usize = 5;

/// A form is that of a column when nine in ten of its filled cells have it.
const SHARE_PERCENT_MIN: usize = 90;

/// A way to write values that has to be known to read them.
struct Form {
    of_what: &'static str,
    name: &'static str,
    is_met: fn(&str) -> bool,
}

const FORMS: [Form; 5] = [
    Form { of_what: "numbers", name: "a decimal comma", is_met: has_decimal_comma },
    Form { of_what: "dates", name: "yyyy-MM-dd", is_met: |cell| cell.contains('-') && parse_date(cell).is_some() },
    Form { of_what: "dates", name: "dd.MM.yyyy", is_met: |cell| cell.contains('.') && parse_date(cell).is_some() },
    Form { of_what: "booleans", name: "да/нет", is_met: |cell| is_one_of(cell, ["да", "нет"]) },
    Form { of_what: "booleans", name: "true/false", is_met: |cell| is_one_of(cell, ["true", "false"]) },
];

/// What was counted in the first records.
#[derive(Default)]
struct Look {
    records: usize,
    quoted: usize,
    /// The line and the number of cells of each record.
    widths: Vec<(u64, usize)>,
    /// For each column, its filled cells below the first record, and how many of them have each form.
    columns: Vec<(usize, [usize; FORMS.len()])>,
    is_cut: bool,
}

/// Reads the first records and tells what they show, as (`what`, "evidence").
pub(super) fn evidence<R: Read>(reader: R, detected: &Detected, limits: Limits) -> Vec<(String, String)> {
    let mut look = Look::default();
    let mut rows = CsvReader::new(reader, detected, limits);
    let mut row = Row::new();
    // What cannot be read is refused when its turn comes.
    while let Ok(true) = rows.read(&mut row) {
        if look.records == RECORDS_MAX {
            look.is_cut = true;
            break;
        }
        look.take(&row, rows.quoted());
    }
    let mut evidence = vec![
        ("quoting".to_owned(), look.quoting(detected.quoting)),
        ("line ends".to_owned(), detected.line_ends.clone()),
        ("rows".to_owned(), look.rows()),
    ];
    evidence.extend(FORMS.iter().enumerate().filter_map(|(at, form)| {
        let columns = look.columns_of(at);
        let told = format!("{} in column{} {}", form.name, plural(columns.len()), columns.join(", "));
        (!columns.is_empty()).then(|| (form.of_what.to_owned(), told))
    }));
    evidence
}

impl Look {
    fn take(&mut self, row: &Row, quoted: usize) {
        let is_first = self.records == 0;
        self.records += 1;
        self.quoted += quoted;
        self.widths.push((row.line(), row.len()));
        if self.columns.len() < row.len() {
            self.columns.resize(row.len(), Default::default());
        }
        for (cell, (filled, forms)) in row.fields().zip(&mut self.columns) {
            let cell = cell.trim();
            // The first record is likely a header.
            if cell.is_empty() || is_first {
                continue;
            }
            *filled += 1;
            for (count, form) in forms.iter_mut().zip(&FORMS) {
                *count += usize::from((form.is_met)(cell));
            }
        }
    }

    fn seen(&self) -> String {
        let first = if self.is_cut { "first " } else { "" };
        format!("the {first}{} record{}", grouped(self.records as u64), plural(self.records))
    }

    fn quoting(&self, has_quotes: bool) -> String {
        match (has_quotes, self.quoted) {
            (false, _) => "none, as named".to_owned(),
            (true, 0) => format!("none: no field of {} is quoted", self.seen()),
            (true, quoted) => format!("`\"`, {} field{} of {}", grouped(quoted as u64), plural(quoted), self.seen()),
        }
    }

    fn rows(&self) -> String {
        let count = |width: usize| self.widths.iter().filter(|(_, other)| *other == width).count();
        let Some(usual) = self.widths.iter().map(|(_, width)| *width).max_by_key(|width| (count(*width), *width)) else {
            return "none".to_owned();
        };
        let others: Vec<&(u64, usize)> = self.widths.iter().filter(|(_, width)| *width != usual).collect();
        if others.is_empty() {
            return format!("all of {} have {usual} cell{}", self.seen(), plural(usual));
        }
        let mut shown: Vec<String> = others.iter().take(LINES_MAX).map(|(line, width)| format!("line {line} has {width}")).collect();
        if others.len() > LINES_MAX {
            shown.push("…".to_owned());
        }
        format!("{} of {} have {usual} cell{}, {} not: {}", count(usual), self.seen(), plural(usual), others.len(), shown.join(", "))
    }

    /// The numbers of the columns, from 1, that have a form.
    fn columns_of(&self, form: usize) -> Vec<String> {
        let has_form = |(filled, forms): &(usize, [usize; FORMS.len()])| *filled > 0 && forms[form] * 100 >= filled * SHARE_PERCENT_MIN;
        self.columns.iter().enumerate().filter(|(_, column)| has_form(column)).map(|(at, _)| (at + 1).to_string()).collect()
    }
}

/// `1 234,50` and `-0,5`.
fn has_decimal_comma(cell: &str) -> bool {
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = cell.strip_prefix(['-', '+']).unwrap_or(cell).replace([' ', '\u{a0}', '\u{202f}'], "");
    number.split_once(',').is_some_and(|(whole, fraction)| is_digits(whole) && is_digits(fraction))
}

fn is_one_of(cell: &str, words: [&str; 2]) -> bool {
    let cell = cell.to_lowercase();
    words.contains(&cell.as_str())
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::super::{CsvFormat, detect};
    use super::*;

    fn shown(text: &str, format: CsvFormat) -> Vec<String> {
        let limits = Limits { record_bytes_max: 1_000, columns_max: 20 };
        let detected = detect(text.as_bytes(), &format).unwrap();
        evidence(text.as_bytes(), &detected, limits).into_iter().map(|(what, told)| format!("{what}: {told}")).collect()
    }

    #[test]
    fn what_the_first_records_show_is_told() {
        let text = "код;с;по;сумма;да\r\n1;01.02.2024;2024-02-01;1 234,5;Да\r\n\"2\";\"29.02.2024\";;-0,5;нет\r\n3;x\r\n";
        assert_eq!(
            shown(text, CsvFormat::default()),
            [
                "quoting: `\"`, 2 fields of the 4 records",
                "line ends: CRLF",
                "rows: 3 of the 4 records have 5 cells, 1 not: line 4 has 2",
                "numbers: a decimal comma in column 4",
                "dates: yyyy-MM-dd in column 3",
                "booleans: да/нет in column 5",
            ]
        );
        let long = "a,b\n".repeat(300);
        assert_eq!(
            shown(&long, CsvFormat::default()),
            [
                "quoting: none: no field of the first 200 records is quoted",
                "line ends: LF",
                "rows: all of the first 200 records have 2 cells"
            ]
        );
        let none = CsvFormat { quoting: Some(false), ..CsvFormat::default() };
        assert_eq!(shown("a,b\n\"c\" d,e\n", none)[0], "quoting: none, as named");
        assert_eq!(shown("", CsvFormat::default())[2], "rows: none");
    }
}
