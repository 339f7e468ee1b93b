//! How a receiver wants dates written: `dd.MM.yyyy`. It knows years, months and days, and nothing of what they stand for.

use crate::domain::validity::Date;

/// A form of dates, read from its pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Year,
    Month,
    Day,
    Between(char),
}

impl DateFormat {
    /// Reads a pattern of `yyyy`, `MM`, `dd` and signs that are no letters.
    pub fn parse(pattern: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(sign) = rest.chars().next() {
            let known = [("yyyy", Part::Year), ("MM", Part::Month), ("dd", Part::Day)];
            let found = known.into_iter().find_map(|(word, part)| Some((rest.strip_prefix(word)?, part)));
            let (left, part) = match found {
                Some(found) => found,
                None if !sign.is_alphanumeric() => (&rest[sign.len_utf8()..], Part::Between(sign)),
                None => return Err(format!("`{pattern}` is not a form of dates: write yyyy, MM and dd, as in dd.MM.yyyy")),
            };
            parts.push(part);
            rest = left;
        }
        if [Part::Year, Part::Month, Part::Day].iter().any(|part| !parts.contains(part)) {
            return Err(format!("`{pattern}` is not a form of whole dates: write yyyy, MM and dd, as in dd.MM.yyyy"));
        }
        Ok(Self(parts))
    }

    pub fn text_of(&self, date: Date) -> String {
        let part = |part: &Part| match part {
            Part::Year => format!("{:04}", date.year()),
            Part::Month => format!("{:02}", date.month()),
            Part::Day => format!("{:02}", date.day()),
            Part::Between(sign) => sign.to_string(),
        };
        self.0.iter().map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_by_their_pattern() {
        let date = Date::constant(2024, 2, 9);
        let cases = [("dd.MM.yyyy", "09.02.2024"), ("yyyyMMdd", "20240209"), ("MM/dd/yyyy", "02/09/2024"), ("yyyy-MM-dd", "2024-02-09")];
        for (pattern, text) in cases {
            assert_eq!(DateFormat::parse(pattern).map(|format| format.text_of(date)).as_deref(), Ok(text), "{pattern}");
        }
        for bad in ["", "dd.MM", "dd.mm.yyyy", "dd.MM.yy", "yyyy-MM-dd HH", "DD.MM.YYYY"] {
            assert!(DateFormat::parse(bad).is_err(), "{bad}");
        }
    }
}
