//! Items as an Excel workbook: every code and every text is a text, so that no spreadsheet makes a number, a date or a formula of it.
//! Deliberately unknown: which items. Memory holds one row, the rest is in the scratch folder until it is whole.

use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;

use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::super::cells::{ItemColumn, columns};
use super::super::writing::{ExportHead, ItemWriter, WriteOptions};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;
use crate::domain::validity::Date;
use crate::domain::value::Value;

/// What a worksheet holds at most, the header included.
const ROWS_MAX: u32 = 1_048_576;
/// What a cell holds at most, in units of UTF-16.
const CELL_LENGTH_MAX: usize = 32_767;

/// The digits that a spreadsheet keeps.
const DIGITS_MAX: usize = 15;

/// Before this day spreadsheets do not agree on the calendar.
const FIRST_DATE: Date = Date::constant(1900, 3, 1);

const SHEET_NAME_LENGTH_MAX: usize = 31;
const ABOUT: &str = "О файле";

struct XlsxItemWriter<'a> {
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    columns: Vec<ItemColumn>,
    workbook: Workbook,
    date_format: Format,
    row: u32,
    cell: String,
    scratch_folder: PathBuf,
    out: Box<dyn Write + 'a>,
}

pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let columns = columns(dictionary);
    let mut workbook = Workbook::new();
    workbook.set_tempdir(&options.scratch_folder).map_err(failed)?;
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
    write_header(sheet, dictionary, &columns).map_err(failed)?;
    Ok(Box::new(XlsxItemWriter {
        dictionary,
        head,
        columns,
        workbook,
        date_format: Format::new().set_num_format("yyyy-mm-dd"),
        row: 1,
        cell: String::new(),
        scratch_folder: options.scratch_folder.clone(),
        out,
    }))
}

fn write_header(sheet: &mut Worksheet, dictionary: &Dictionary, columns: &[ItemColumn]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    let name: String = dictionary.code.as_str().chars().take(SHEET_NAME_LENGTH_MAX).collect();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(columns) {
        sheet.set_column_width(at, if column.holds_text(dictionary) { 24 } else { 12 })?;
        sheet.write_string_with_format(0, at, column.name(dictionary), &bold)?;
    }
    Ok(())
}

impl ItemWriter for XlsxItemWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        if self.row == ROWS_MAX {
            let message =
                format!("item {}: a worksheet has at most {ROWS_MAX} rows: export CSV, or fewer items by a filter or a date", item.code);
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        for at in 0..self.columns.len() {
            self.write_cell(item, at)?;
        }
        self.row += 1;
        Ok(())
    }

    fn finish(&mut self) -> io::Result<()> {
        let last_column = (self.columns.len() - 1) as u16;
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        sheet.autofilter(0, 0, self.row - 1, last_column).map_err(failed)?;
        self.write_about().map_err(failed)?;
        let mut spool = Spool::new(&self.scratch_folder)?;
        self.workbook.save_to_writer(BufWriter::new(&spool.file)).map_err(failed)?;
        spool.file.rewind()?;
        io::copy(&mut spool.file, &mut self.out)?;
        self.out.flush()
    }
}

impl XlsxItemWriter<'_> {
    fn write_cell(&mut self, item: &ItemVersion, at: usize) -> io::Result<()> {
        let (row, place, column) = (self.row, at as u16, self.columns[at]);
        let value = match column {
            ItemColumn::Code | ItemColumn::Parent => None,
            ItemColumn::ValidFrom => item.validity().from().map(Value::Date),
            ItemColumn::ValidTo => item.validity().to().map(Value::Date),
            ItemColumn::Attribute(position, _) => item.value(position).filter(|value| !matches!(value, Value::Text(_))).cloned(),
        };
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        let is_written = match value {
            Some(Value::Integer(number)) if number.unsigned_abs() < 10_u64.pow(DIGITS_MAX as u32) => {
                sheet.write_number(row, place, number as f64).map(|_| true)
            }
            Some(Value::Decimal(number)) if has_few_digits(&number) => {
                sheet.write_number(row, place, number.to_f64().unwrap_or_default()).map(|_| true)
            }
            Some(Value::Boolean(truth)) => sheet.write_boolean(row, place, truth).map(|_| true),
            Some(Value::Date(date)) if date >= FIRST_DATE => {
                ExcelDateTime::from_ymd(date.year().unsigned_abs(), date.month().unsigned_abs(), date.day().unsigned_abs())
                    .and_then(|date| sheet.write_datetime_with_format(row, place, &date, &self.date_format))
                    .map(|_| true)
            }
            _ => Ok(false),
        };
        if is_written.map_err(failed)? {
            return Ok(());
        }
        self.cell.clear();
        column.write(item, &mut self.cell);
        self.write_text(item, at)
    }

    fn write_text(&mut self, item: &ItemVersion, at: usize) -> io::Result<()> {
        if self.cell.is_empty() {
            return Ok(());
        }
        // A text has no more units than bytes.
        if self.cell.len() > CELL_LENGTH_MAX && self.cell.encode_utf16().count() > CELL_LENGTH_MAX {
            let message = format!(
                "{} of item {} is longer than the {CELL_LENGTH_MAX} characters that a cell of a workbook holds: export CSV or JSON",
                self.columns[at].name(self.dictionary),
                item.code
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        sheet.write_string(self.row, at as u16, self.cell.as_str()).map_err(failed)?;
        Ok(())
    }

    /// The sheet that says what the other one is.
    fn write_about(&mut self) -> Result<(), XlsxError> {
        let definition = &self.dictionary.definition;
        let head = self.head;
        let valid_on = head.valid_on.map_or_else(|| "все версии".to_owned(), |date| date.to_string());
        let lines = [
            ("Справочник", definition.name.ru.clone()),
            ("Код справочника", definition.code.clone()),
            ("Владелец", definition.passport.owner.clone()),
            ("Редакция", head.edition.to_string()),
            ("Публикация", head.publication.to_string()),
            ("Опубликовано", head.published_at.to_string()),
            ("Действует на дату", valid_on),
            ("Элементов", (self.row - 1).to_string()),
        ];
        let bold = Format::new().set_bold();
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(ABOUT)?.set_column_width(0, 24)?.set_column_width(1, 60)?;
        for (row, (label, text)) in (0..).zip(lines) {
            sheet.write_string_with_format(row, 0, label, &bold)?;
            sheet.write_string(row, 1, text)?;
        }
        Ok(())
    }
}

fn has_few_digits(number: &rust_decimal::Decimal) -> bool {
    number.mantissa().unsigned_abs().checked_ilog10().map_or(0, |digits| digits as usize) < DIGITS_MAX
}

fn failed(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        error => io::Error::other(format!("the workbook cannot be written: {error}")),
    }
}

/// A file that is gone when it is not needed any more.
struct Spool {
    file: File,
    path: PathBuf,
}

impl Spool {
    fn new(folder: &std::path::Path) -> io::Result<Self> {
        let number = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        let path = folder.join(format!("export-{number:016x}.xlsx"));
        let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
        Ok(Self { file, path })
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // What is left behind in a scratch folder is swept by whoever owns it.
        let _ = remove_file(&self.path);
    }
}
