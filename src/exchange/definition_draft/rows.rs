//! The rows of a table, as often as they are asked for: without its header, without blank rows, and without those of another width.
//! Deliberately unknown: what is looked for in them.

use rustc_hash::FxHashSet;

use super::OpenTable;
use super::facts::hash_of;
use super::header::{self, Header};
use crate::exchange::row::Row;
use crate::exchange::table::{ColumnHint, FileError, TableHead};

/// What is looked at before everything else, to tell a header and the number of columns.
const PEEKED_ROWS_MAX: usize = 1000;
const PEEKED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many rows are remembered to tell those that are there twice.
const REMEMBERED_MAX: usize = 1_000_000;

/// One row with its cells as they stand.
pub(super) struct PeekedRow {
    pub line: u64,
    pub cells: Vec<String>,
}

pub(super) struct Rows<'a> {
    tables: OpenTable<'a>,
    rows_max: u64,
    may_repeat: bool,
    pub head: TableHead,
    pub header: Header,
    /// The names of the columns: the file's own, or the header's; blank where there is none.
    pub names: Vec<String>,
    pub hints: Vec<ColumnHint>,
    /// The first rows that are no header.
    pub first: Vec<PeekedRow>,
}

/// Rows that were passed over.
#[derive(Debug, Clone, Default)]
pub(super) struct PassedOver {
    pub blank: u64,
    pub ragged: u64,
    /// The line of the first one, and how many cells it has.
    pub first_ragged: Option<(u64, usize)>,
    /// Rows that say what another row above said, word for word.
    pub repeated: u64,
    pub first_repeated_line: Option<u64>,
    /// There are more rows than were to be looked at.
    pub is_cut: bool,
}

impl<'a> Rows<'a> {
    /// Reads the head of the table and its first rows.
    pub fn peek(tables: OpenTable<'a>, rows_max: u64) -> Result<Self, FileError> {
        let mut table = tables()?;
        let head = table.head().clone();
        let mut row = Row::new();
        let mut peeked = Vec::new();
        let mut bytes = 0;
        while peeked.len() < PEEKED_ROWS_MAX && bytes < PEEKED_BYTES_MAX && table.read(&mut row)? {
            if !row.is_blank() {
                let cells: Vec<String> = row.fields().map(str::to_owned).collect();
                bytes += cells.iter().map(String::len).sum::<usize>();
                peeked.push(PeekedRow { line: row.line(), cells });
            }
        }
        let header = match &head.columns {
            Some(_) => Header { is_there: false, because: "the format names the columns".to_owned() },
            None => header::judge(&peeked),
        };
        let names = match &head.columns {
            Some(columns) => columns.clone(),
            None if header.is_there => {
                let header = peeked.remove(0);
                header.cells.iter().map(|name| name.trim().to_owned()).collect()
            }
            None => vec![String::new(); usual_width(&peeked)],
        };
        let width = names.len();
        let mut hints = head.hints.clone();
        hints.resize(width, ColumnHint::default());
        let mut seen = FxHashSet::default();
        let mut is_new = |row: &PeekedRow| seen.insert(hash_of(&row.cells.join("\u{1f}")));
        peeked.retain(|row| row.cells.len() == width && is_new(row));
        Ok(Self { tables, rows_max, may_repeat: true, head, header, names, hints, first: peeked })
    }

    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Reads all rows from the start, up to the number that is to be looked at.
    pub fn read(&mut self, mut take: impl FnMut(&Row)) -> Result<PassedOver, FileError> {
        let mut table = (self.tables)()?;
        let mut row = Row::new();
        let mut passed = PassedOver::default();
        let (mut rows, mut is_header) = (0, self.header.is_there);
        let mut seen = FxHashSet::default();
        let mut whole = String::new();
        while table.read(&mut row)? {
            if row.is_blank() {
                passed.blank += 1;
            } else if std::mem::take(&mut is_header) {
                // The header is the first row with anything in it, as it was when it was peeked at.
            } else if rows == self.rows_max {
                passed.is_cut = true;
                break;
            } else if row.len() != self.names.len() {
                passed.ragged += 1;
                passed.first_ragged.get_or_insert((row.line(), row.len()));
            } else if self.may_repeat && is_repeated(&row, &mut seen, &mut whole) {
                passed.repeated += 1;
                passed.first_repeated_line.get_or_insert(row.line());
            } else {
                rows += 1;
                take(&row);
            }
        }
        // Where none repeats, later readings need not remember any.
        self.may_repeat &= passed.repeated > 0;
        Ok(passed)
    }
}

/// An import takes rows that are there twice, word for word, once.
fn is_repeated(row: &Row, seen: &mut FxHashSet<u64>, whole: &mut String) -> bool {
    whole.clear();
    for cell in row.fields() {
        whole.push_str(cell.trim());
        whole.push('\u{1f}');
    }
    let hash = hash_of(whole);
    if seen.len() < REMEMBERED_MAX { !seen.insert(hash) } else { seen.contains(&hash) }
}

/// The number of cells that most rows have.
fn usual_width(rows: &[PeekedRow]) -> usize {
    let count = |width: usize| rows.iter().filter(|row| row.cells.len() == width).count();
    let mut widths: Vec<usize> = rows.iter().map(|row| row.cells.len()).collect();
    widths.sort_unstable();
    widths.dedup();
    widths.into_iter().max_by_key(|width| count(*width)).unwrap_or(0)
}
