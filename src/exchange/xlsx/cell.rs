//! The text of one cell, as the person who filled it would write it down. Deliberately unknown: rows and sheets.

use std::fmt::Write;

use calamine::{DataRef, ExcelDateTime};

/// Excel counts with fifteen digits, and what stands behind them in a file is the noise of binary fractions.
const DIGITS: usize = 15;

/// Whole numbers below this are exact.
const EXACT_MAX: f64 = 9_007_199_254_740_992.;

/// Appends the text of a cell. `zeros` is how many digits its format shows at least, as `00000` does. An error is given back.
pub(super) fn write(value: &DataRef<'_>, zeros: usize, out: &mut String) -> Result<(), String> {
    match value {
        DataRef::Empty => {}
        DataRef::String(text) => out.push_str(text),
        DataRef::SharedString(text) => out.push_str(text),
        DataRef::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        DataRef::Int(number) => write_number(*number as f64, zeros, out),
        DataRef::Float(number) => write_number(*number, zeros, out),
        DataRef::DateTime(moment) => write_moment(moment, out),
        DataRef::DateTimeIso(text) => out.push_str(text.strip_suffix("T00:00:00").unwrap_or(text)),
        DataRef::DurationIso(text) => out.push_str(text),
        DataRef::Error(error) => return Err(error.to_string()),
    }
    Ok(())
}

/// The least number of digits that a format asks for which shows nothing else, so that a code such as 00123 is not cut to 123.
pub(super) fn zeros_of(format_code: &str) -> usize {
    if format_code.bytes().all(|sign| sign == b'0') { format_code.len() } else { 0 }
}

/// Without an exponent, without `.0`, and with the digits that a spreadsheet shows.
fn write_number(number: f64, zeros: usize, out: &mut String) {
    // Writing into a string cannot fail.
    let _ = if number == 0. {
        write!(out, "{:0zeros$}", 0)
    } else if number.fract() == 0. && number.abs() < EXACT_MAX {
        write!(out, "{:0zeros$}", number as i64)
    } else {
        let rounded: f64 = format!("{number:.*e}", DIGITS - 1).parse().unwrap_or(number);
        write!(out, "{rounded}")
    };
}

fn write_moment(moment: &ExcelDateTime, out: &mut String) {
    if moment.is_duration() {
        let seconds = (moment.as_f64() * 86_400.).round() as i64;
        let _ = write!(out, "{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        return;
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let has_time = (hour, minute, second) != (0, 0, 0);
    // A time of no day counts from day zero.
    let has_day = !(0. ..1.).contains(&moment.as_f64());
    if has_day {
        let _ = write!(out, "{year:04}-{month:02}-{day:02}");
    }
    if has_day && has_time {
        out.push('T');
    }
    if has_time || !has_day {
        let _ = write!(out, "{hour:02}:{minute:02}:{second:02}");
    }
}

/// The address of a cell as people know it: `C7`. Counted from 0.
pub(super) fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = u64::from(column) + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

#[cfg(test)]
mod tests {
    use calamine::{CellErrorType, ExcelDateTimeType};

    use super::*;

    fn text(value: DataRef<'_>, zeros: usize) -> String {
        let mut text = String::new();
        write(&value, zeros, &mut text).unwrap();
        text
    }

    #[test]
    fn numbers_are_written_as_they_are_shown() {
        for (number, expected) in [
            (0., "0"),
            (-0., "0"),
            (5., "5"),
            (-12.5, "-12.5"),
            (0.1 + 0.2, "0.3"),
            (1e-7, "0.0000001"),
            (1e20, "100000000000000000000"),
            (9_007_199_254_740_991., "9007199254740991"),
            (45_000_000_000., "45000000000"),
            (1234.56, "1234.56"),
        ] {
            assert_eq!(text(DataRef::Float(number), 0), expected);
        }
        assert_eq!(text(DataRef::Float(123.), zeros_of("00000")), "00123");
        assert_eq!((zeros_of("0"), zeros_of("0.00"), zeros_of("General"), zeros_of("")), (1, 0, 0, 0));
    }

    #[test]
    fn dates_truths_and_errors_are_told_apart() {
        let moment = |value, kind| text(DataRef::DateTime(ExcelDateTime::new(value, kind, false)), 0);
        assert_eq!(moment(45351., ExcelDateTimeType::DateTime), "2024-02-29");
        assert_eq!(moment(45351.5, ExcelDateTimeType::DateTime), "2024-02-29T12:00:00");
        assert_eq!(moment(0.25, ExcelDateTimeType::DateTime), "06:00:00");
        assert_eq!(moment(1.5, ExcelDateTimeType::TimeDelta), "36:00:00");
        assert_eq!(text(DataRef::Bool(true), 0), "true");
        assert_eq!(text(DataRef::DateTimeIso("2024-02-29T00:00:00".into()), 0), "2024-02-29");
        assert_eq!(write(&DataRef::Error(CellErrorType::NA), 0, &mut String::new()), Err("#N/A".to_owned()));
    }

    #[test]
    fn cells_have_the_addresses_that_people_know() {
        for (row, column, expected) in [(0, 0, "A1"), (6, 2, "C7"), (0, 25, "Z1"), (0, 26, "AA1"), (1_048_575, 16_383, "XFD1048576")] {
            assert_eq!(address(row, column), expected);
        }
    }
}
