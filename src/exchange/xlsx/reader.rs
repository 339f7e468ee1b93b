//! The first visible sheet of a workbook as a table. A cell that was merged with others has its text in the first of them; rows that are
//! hidden, by a filter or by hand, are read like any other; of a formula the value that was computed last is read.
//! Deliberately unknown: whether the first row is a header.
//!
//! The rows come from a thread of their own, since the parser lends what it reads from the workbook that it holds; a parser that
//! panics on a malformed workbook ends its thread and no more.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use calamine::{Reader, SheetType, SheetVisible, Xlsx, XlsxError};

use super::super::row::Row;
use super::super::table::{FileError, FileLimits, Input, Open, Table, TableHead};
use super::{bomb, cell};

/// How many rows travel together, fewer where they are long, and how many batches may wait.
const BATCH_ROWS: usize = 256;
const BATCH_BYTES: usize = 1 << 20;
const BATCHES_MAX: usize = 4;

type Batch = Result<Vec<Row>, FileError>;

struct XlsxTable {
    head: TableHead,
    batches: Receiver<Batch>,
    batch: std::vec::IntoIter<Row>,
    bytes_read: Arc<AtomicU64>,
    is_at_end: bool,
}

/// What the sheets are called, in order, and which of them is read.
struct Sheets {
    read: String,
    others: Vec<String>,
}

pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let bytes_total = bomb::check(open()?, limits)?;
    let bytes_read = Arc::new(AtomicU64::new(0));
    let counted = Counted { input: open()?, bytes_read: Arc::clone(&bytes_read) };
    let (send_sheets, sheets) = sync_channel(1);
    let (send_batch, batches) = sync_channel(BATCHES_MAX);
    let limits = *limits;
    thread::Builder::new()
        .name("xlsx".to_owned())
        .spawn(move || read_workbook(counted, &limits, &send_sheets, &send_batch))
        .map_err(|error| FileError::of_file(format!("the workbook cannot be read now: {error}")))?;
    let sheets = sheets.recv().unwrap_or_else(|_| Err(malformed()))?;
    let head = TableHead { bytes_total, evidence: sheets.evidence(), ..TableHead::default() };
    Ok(Box::new(XlsxTable { head, batches, batch: Vec::new().into_iter(), bytes_read, is_at_end: false }))
}

impl Table for XlsxTable {
    fn head(&self) -> &TableHead {
        &self.head
    }

    fn read(&mut self, row: &mut Row) -> Result<bool, FileError> {
        loop {
            if let Some(next) = self.batch.next() {
                *row = next;
                return Ok(true);
            }
            if self.is_at_end {
                row.fields.clear();
                return Ok(false);
            }
            // An empty batch says that all is read; a thread that ends without saying so has panicked.
            let batch = self.batches.recv().unwrap_or_else(|_| Err(malformed()));
            self.is_at_end = batch.as_ref().map_or(true, Vec::is_empty);
            self.batch = batch?.into_iter();
        }
    }

    fn bytes_read(&self) -> u64 {
        // A workbook has parts that nobody needs; once its rows are at their end, it is read.
        if self.is_at_end { self.head.bytes_total } else { self.bytes_read.load(Ordering::Relaxed).min(self.head.bytes_total) }
    }
}

impl Sheets {
    /// The first visible sheet of cells, or the first hidden one where there is no other.
    fn of(workbook: &Xlsx<Counted>) -> Result<Sheets, FileError> {
        let sheets = workbook.sheets_metadata();
        let has_cells = |sheet: &&calamine::Sheet| sheet.typ == SheetType::WorkSheet;
        let is_visible = |sheet: &&calamine::Sheet| sheet.visible == SheetVisible::Visible;
        let read = sheets.iter().filter(has_cells).find(is_visible).or_else(|| sheets.iter().find(has_cells));
        let read = read.ok_or_else(|| FileError::of_file("the workbook has no sheet of cells"))?;
        let others = sheets.iter().filter(|sheet| sheet.name != read.name).map(|sheet| match sheet.visible {
            SheetVisible::Visible => sheet.name.clone(),
            SheetVisible::Hidden | SheetVisible::VeryHidden => format!("{} (hidden)", sheet.name),
        });
        Ok(Sheets { read: read.name.clone(), others: others.collect() })
    }

    fn evidence(&self) -> Vec<(String, String)> {
        let told = match self.others.len() {
            0 => format!("{}: the only one", self.read),
            _ => format!("{}: the first that is visible; not read: {}", self.read, self.others.join(", ")),
        };
        vec![("sheet".to_owned(), told)]
    }
}

/// The work of the thread. It ends when all is read or nobody waits for more.
fn read_workbook(input: Counted, limits: &FileLimits, send_sheets: &SyncSender<Result<Sheets, FileError>>, send: &SyncSender<Batch>) {
    let opened = Xlsx::new(input).map_err(|error| refused(&error)).and_then(|workbook| Ok((Sheets::of(&workbook)?, workbook)));
    let (sheets, mut workbook) = match opened {
        Ok(opened) => opened,
        Err(error) => return send_sheets.send(Err(error)).unwrap_or_default(),
    };
    let name = sheets.read.clone();
    if send_sheets.send(Ok(sheets)).is_err() {
        return;
    }
    let mut rows = Rows { limits, send, batch: Vec::new(), batch_bytes: 0, cells: Vec::new(), row_bytes: 0, width: None, bytes: 0 };
    match rows.read(&mut workbook, &name) {
        Ok(()) => {
            let last = std::mem::take(&mut rows.batch);
            let _ = send.send(Ok(last)).and_then(|()| send.send(Ok(Vec::new())));
        }
        Err(Ended::Refused(error)) => {
            let before = std::mem::take(&mut rows.batch);
            // What stands above the trouble is read all the same; an empty batch would say that all is read.
            let sent = if before.is_empty() { Ok(()) } else { send.send(Ok(before)) };
            let _ = sent.and_then(|()| send.send(Err(error)));
        }
        Err(Ended::NobodyWaits) => {}
    }
}

/// Why reading stops before the end of the sheet.
enum Ended {
    Refused(FileError),
    NobodyWaits,
}

impl From<FileError> for Ended {
    fn from(error: FileError) -> Self {
        Ended::Refused(error)
    }
}

/// Puts cells together into rows, and rows into batches.
struct Rows<'a> {
    limits: &'a FileLimits,
    send: &'a SyncSender<Batch>,
    batch: Vec<Row>,
    batch_bytes: usize,
    /// The cells of the row being read. Texts beyond its last cell are blank.
    cells: Vec<String>,
    row_bytes: usize,
    /// How many cells the first row has: a sheet does not say where a row ends, so shorter ones are filled up.
    width: Option<usize>,
    /// Of all texts so far. One long text that a million cells share takes no room in the file.
    bytes: u64,
}

impl Rows<'_> {
    fn read(&mut self, workbook: &mut Xlsx<Counted>, sheet: &str) -> Result<(), Ended> {
        let mut cells = workbook.worksheet_cells_reader(sheet).map_err(|error| refused(&error))?;
        let zeros: Vec<usize> = cells
            .styles()
            .iter()
            .map(|style| style.number_format.as_ref().map_or(0, |format| cell::zeros_of(&format.format_code)))
            .collect();
        let mut line = 0;
        while let Some((found, style)) = cells.next_cell_with_style_id().map_err(|error| refused(&error).at_row(line))? {
            let (row, column) = found.get_position();
            if u64::from(row) + 1 != line {
                self.end_row(line)?;
                line = u64::from(row) + 1;
            }
            let column_at = column as usize;
            if column_at >= self.limits.row.columns_max {
                let message = format!(
                    "the cell {} stands beyond the {} columns that are read: take it away",
                    cell::address(row, column),
                    self.limits.row.columns_max
                );
                return Err(FileError::at_line(line, message).into());
            }
            if column_at >= self.cells.len() {
                self.cells.resize(column_at + 1, String::new());
            }
            let text = &mut self.cells[column_at];
            text.clear();
            cell::write(found.get_value(), zeros.get(style).copied().unwrap_or(0), text).map_err(|error| {
                let message = format!(
                    "the cell {} holds the error {error}: mend its formula in the workbook, or clear the cell",
                    cell::address(row, column)
                );
                FileError { column: Some(column_at + 1), ..FileError::at_line(line, message) }
            })?;
            self.row_bytes += text.len();
            self.count(line)?;
        }
        self.end_row(line)
    }

    /// Rows without any text are passed over, as empty lines of a CSV are.
    fn end_row(&mut self, line: u64) -> Result<(), Ended> {
        let filled = self.cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |last| last + 1);
        if filled > 0 {
            let width = *self.width.get_or_insert(filled);
            let mut row = Row::new();
            row.start(line);
            self.cells.iter().take(filled).for_each(|cell| row.push(cell));
            (filled..width).for_each(|_| row.push(""));
            self.batch.push(row);
        }
        self.cells.iter_mut().for_each(String::clear);
        self.batch_bytes += self.row_bytes;
        self.bytes += self.row_bytes as u64;
        self.row_bytes = 0;
        if self.batch.len() >= BATCH_ROWS || self.batch_bytes >= BATCH_BYTES {
            let batch = std::mem::take(&mut self.batch);
            self.batch_bytes = 0;
            self.send.send(Ok(batch)).map_err(|_| Ended::NobodyWaits)?;
        }
        Ok(())
    }

    /// After each cell: a row of long ones must not be in memory before it is refused.
    fn count(&self, line: u64) -> Result<(), FileError> {
        let (row_bytes_max, all_bytes_max) = (self.limits.row.record_bytes_max, self.limits.unpacked_bytes_max);
        if self.row_bytes > row_bytes_max {
            let message =
                format!("the row has more than {row_bytes_max} bytes of text: shorten its texts, or leave out what is not needed");
            return Err(FileError::at_line(line, message));
        }
        if self.bytes + self.row_bytes as u64 > all_bytes_max {
            let message = format!("the rows up to here have more than {all_bytes_max} bytes of text: send the sheet in several workbooks");
            return Err(FileError::at_line(line, message));
        }
        Ok(())
    }
}

impl FileError {
    /// Behind the last row that was begun, where it is not known better.
    fn at_row(self, line: u64) -> Self {
        Self { line: Some(line.max(1)), ..self }
    }
}

fn refused(error: &XlsxError) -> FileError {
    match error {
        XlsxError::Password => FileError::of_file("the workbook is protected by a password: save it without one"),
        XlsxError::Io(error) => FileError::of_file(format!("the workbook could not be read: {error}")),
        error => FileError::of_file(format!(
            "the file is not an Excel workbook (.xlsx), or is damaged ({error}): open it in a spreadsheet and save it as .xlsx again"
        )),
    }
}

fn malformed() -> FileError {
    FileError::of_file("the workbook is malformed: open it in a spreadsheet and save it as .xlsx again")
}

/// Counts what is read.
struct Counted {
    input: Box<dyn Input>,
    bytes_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.input.read(buffer)?;
        self.bytes_read.fetch_add(bytes as u64, Ordering::Relaxed);
        Ok(bytes)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}
