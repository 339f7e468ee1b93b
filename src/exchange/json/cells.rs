//! The columns of a document, gathered in the order in which they are first seen, and the cells of one row in that order.
//! Deliberately unknown: JSON.

use rustc_hash::FxHashMap;

use super::super::row::Row;
use super::super::table::ColumnHint;
use super::object::{Kind, TakesCells};
use crate::domain::definition::AttributeType;

/// All columns of a document.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    places: FxHashMap<String, usize>,
    /// What the cells of each column agree on.
    kinds: Vec<Option<Kind>>,
    columns_max: usize,
}

impl Columns {
    pub(super) fn new(columns_max: usize) -> Self {
        Self { columns_max, ..Self::default() }
    }

    /// Adds a column that comes before those of the rows.
    pub(super) fn put_first(&mut self, name: String) {
        self.names.insert(0, name);
        self.kinds.insert(0, Some(Kind::Text));
        self.places = self.names.iter().enumerate().map(|(at, name)| (name.clone(), at)).collect();
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// A text may be anything; what is no text is of its type.
    pub(super) fn hints(&self) -> Vec<ColumnHint> {
        let kind = |kind: &Option<Kind>| match kind {
            Some(Kind::Of(kind)) => Some(*kind),
            _ => None,
        };
        self.kinds.iter().map(|found| ColumnHint { kind: kind(found), ..ColumnHint::default() }).collect()
    }
}

impl TakesCells for Columns {
    fn take(&mut self, column: &str, _text: &str, kind: Option<Kind>) -> Result<(), String> {
        let place = match self.places.get(column) {
            Some(place) => *place,
            None if self.names.len() >= self.columns_max => {
                return Err(format!("the rows have more than {} different members", self.columns_max));
            }
            None => {
                self.places.insert(column.to_owned(), self.names.len());
                self.names.push(column.to_owned());
                self.kinds.push(None);
                self.names.len() - 1
            }
        };
        let known = &mut self.kinds[place];
        *known = match (*known, kind) {
            (None, kind) | (kind, None) => kind,
            (Some(one), Some(other)) if one == other => Some(one),
            (Some(Kind::Of(one)), Some(Kind::Of(other))) if is_number(one) && is_number(other) => Some(Kind::Of(AttributeType::Decimal)),
            _ => Some(Kind::Text),
        };
        Ok(())
    }
}

fn is_number(kind: AttributeType) -> bool {
    matches!(kind, AttributeType::Integer | AttributeType::Decimal)
}

/// The cells of one row.
pub(super) struct RowCells<'a> {
    pub(super) columns: &'a Columns,
    /// For each column, its text, if the row has one.
    pub(super) texts: &'a mut Vec<(bool, String)>,
}

impl RowCells<'_> {
    pub(super) fn start(&mut self) {
        self.texts.resize(self.columns.names.len(), Default::default());
        for (is_filled, text) in self.texts.iter_mut() {
            *is_filled = false;
            text.clear();
        }
    }

    pub(super) fn finish(self, line: u64, row: &mut Row) {
        row.start(line);
        self.texts.iter().for_each(|(_, text)| row.push(text));
    }
}

impl TakesCells for RowCells<'_> {
    fn take(&mut self, column: &str, text: &str, _kind: Option<Kind>) -> Result<(), String> {
        let Some(place) = self.columns.places.get(column) else {
            return Err("the member was not there when the file was surveyed: the file has changed between two readings".to_owned());
        };
        let (is_filled, cell) = &mut self.texts[*place];
        if std::mem::replace(is_filled, true) {
            return Err(format!("the row has {column} twice: keep one of them"));
        }
        cell.push_str(text);
        Ok(())
    }
}
