//! Where things stand in a definition: bytes to lines and columns, and paths to both.
//! A path is written as people read it, `attributes[2].to`; columns count characters.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
}

/// A text that knows where its lines begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    /// The place of a byte. A byte order mark is no column.
    pub fn place(&self, byte: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= byte);
        let start = self.starts[line - 1];
        let before = self.text.get(start..byte).unwrap_or_default();
        Place { line, column: before.trim_start_matches('\u{feff}').chars().count() + 1 }
    }

    /// How many table headers stand at or before a byte: what they divide are the sections of a file.
    pub fn section(&self, byte: usize) -> usize {
        let line = self.starts.partition_point(|start| *start <= byte);
        self.text.lines().take(line).filter(|line| line.trim_start().starts_with('[')).count()
    }
}

/// The places of all values of a definition by their paths.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, Place>);

impl Places {
    pub fn of(root: &DeTable<'_>, lines: &Lines<'_>) -> Self {
        let mut places = Self::default();
        places.add_table(root, "", lines);
        places
    }

    fn add_table(&mut self, table: &DeTable<'_>, path: &str, lines: &Lines<'_>) {
        for (key, value) in table {
            self.add(value, child(path, key.get_ref()), lines);
        }
    }

    fn add(&mut self, value: &Spanned<DeValue<'_>>, path: String, lines: &Lines<'_>) {
        match value.get_ref() {
            DeValue::Table(table) => self.add_table(table, &path, lines),
            DeValue::Array(items) => items.iter().enumerate().for_each(|(at, item)| self.add(item, format!("{path}[{at}]"), lines)),
            _ => {}
        }
        self.0.insert(path, lines.place(value.span().start));
    }

    /// The place of a value or, where there is none, of the nearest table or list that would hold it.
    pub fn find(&self, path: &str) -> Place {
        let mut path = path;
        loop {
            if let Some(place) = self.0.get(path) {
                return *place;
            }
            match parent(path) {
                Some(shorter) => path = shorter,
                None => return Place { line: 1, column: 1 },
            }
        }
    }
}

/// The path of a key of a table.
pub(super) fn child(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

/// The path of what holds this; nothing holds the file itself.
pub(super) fn parent(path: &str) -> Option<&str> {
    path.rfind(['.', '[']).map(|at| &path[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let lines = Lines::new("\u{feff}name = { ru = \"Виды\", en = 1 }\r\nb = 2");
        let at = |part: &str| lines.place(lines.text.find(part).expect("it is there"));
        assert_eq!(at("name"), Place { line: 1, column: 1 });
        assert_eq!(at("1 }"), Place { line: 1, column: 28 });
        assert_eq!(at("b = 2"), Place { line: 2, column: 1 });
        assert_eq!(lines.place(lines.text.len()), Place { line: 2, column: 6 });
    }

    #[test]
    fn what_is_missing_stands_where_its_parent_does() {
        let text = "code = \"a\"\n[[attributes]]\ncode = \"b\"\n[[attributes]]\nlabel = { ru = \"x\" }\n";
        let table = DeTable::parse(text).expect("it is TOML");
        let places = Places::of(table.get_ref(), &Lines::new(text));
        let cases = [
            ("code", (1, 8)),
            ("attributes[1].label.en", (5, 9)),
            ("attributes[1].to", (4, 1)),
            ("attributes[7]", (2, 1)),
            ("passport", (1, 1)),
        ];
        for (path, (line, column)) in cases {
            assert_eq!(places.find(path), Place { line, column }, "{path}");
        }
    }
}
