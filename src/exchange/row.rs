//! One row of a file: its cells as text, and the line on which it starts.
//! Deliberately unknown: how it was read, from which format, and what the columns are called.

use csv::StringRecord;

/// One row. Reading the next one into it overwrites it.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub(in crate::exchange) fields: StringRecord,
    pub(in crate::exchange) line: u64,
}

impl Row {
    pub fn new() -> Row {
        Row::default()
    }

    /// Begins anew, as the row on a line.
    pub fn start(&mut self, line: u64) {
        self.fields.clear();
        self.line = line;
    }

    /// Appends a cell.
    pub fn push(&mut self, cell: &str) {
        self.fields.push_field(cell);
    }

    /// The line of the file on which the row starts, from 1; of a worksheet, its row.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// How many columns the record has: one at least, for a row that was read.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Only before the first reading: the reader skips empty lines.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub fn get(&self, index: usize) -> Option<&str> {
        self.fields.get(index)
    }

    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter()
    }

    /// Nothing but separators and white space: what spreadsheets leave below a table.
    pub fn is_blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }
}

/// Where a row stands among the rows of its table. JSON and XML that nobody indents have all of them on one line, so that only the number
/// tells them apart. Halves of a word, since a million rows are remembered by their places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowPlace {
    number: u32,
    line: u32,
}

impl RowPlace {
    /// `number` counts the rows of the table from 1, a header left out.
    pub fn new(number: u64, line: u64) -> RowPlace {
        let half = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
        RowPlace { number: half(number), line: half(line) }
    }

    pub fn number(self) -> u64 {
        self.number.into()
    }

    pub fn line(self) -> u64 {
        self.line.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[&str]) -> Row {
        Row { fields: StringRecord::from(fields.to_vec()), line: 7 }
    }

    #[test]
    fn fields_are_had_by_their_index() {
        let row = row(&["a", "", "б"]);
        assert_eq!((row.line(), row.len()), (7, 3));
        assert_eq!((row.get(0), row.get(2), row.get(3)), (Some("a"), Some("б"), None));
        assert_eq!(row.fields().collect::<Vec<_>>(), ["a", "", "б"]);
    }

    #[test]
    fn a_blank_row_has_nothing_but_separators_and_spaces() {
        for blank in [&["", "", ""][..], &[" ", "\t\u{a0}"], &["\r\n"]] {
            assert!(row(blank).is_blank(), "{blank:?}");
        }
        assert!(!row(&["", "-"]).is_blank());
    }
}
