//! A data package of Frictionless, version 1: a ZIP of the items as CSV and of what the columns mean. Deliberately unknown: reading one,
//! which is importing the CSV inside, and neutralised formulas, since the descriptor says what the cells hold and a program reads it.

mod descriptor;

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::csv::{self, Encoding, Separator};
use super::writing::{ExportHead, ItemWriter, LineEnd, WriteOptions};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;

const DESCRIPTOR: &str = "datapackage.json";
const ITEMS: &str = "items.csv";

type Archive<'a> = Rc<RefCell<ZipWriter<StreamWriter<Box<dyn Write + 'a>>>>>;

struct PackageWriter<'a> {
    items: Box<dyn ItemWriter + 'a>,
    archive: Archive<'a>,
}

/// The part of the archive that is being written.
struct Part<'a>(Archive<'a>);

pub fn writer<'a>(
    dictionary: &'a Dictionary,
    head: &'a ExportHead,
    options: &'a WriteOptions,
    out: Box<dyn Write + 'a>,
) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let mut archive = ZipWriter::new_stream(out);
    archive.start_file(DESCRIPTOR, SimpleFileOptions::default())?;
    let descriptor = descriptor::of(dictionary, head, ITEMS);
    archive.write_all(format!("{descriptor:#}\n").as_bytes())?;
    archive.start_file(ITEMS, SimpleFileOptions::default())?;
    let archive = Rc::new(RefCell::new(archive));
    let options = WriteOptions {
        encoding: Encoding::Utf8,
        has_mark: false,
        separator: Separator::Comma,
        line_end: LineEnd::CrLf,
        has_header: true,
        neutralises_formulas: false,
        ..options.clone()
    };
    let items = csv::writer(dictionary, &options, Box::new(Part(Rc::clone(&archive))))?;
    Ok(Box::new(PackageWriter { items, archive }))
}

impl ItemWriter for PackageWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        self.items.write(item)
    }

    fn finish(&mut self) -> io::Result<()> {
        self.items.finish()?;
        // Finishing takes the archive; an empty one that writes nowhere stays behind.
        let nowhere: Box<dyn Write> = Box::new(io::sink());
        let archive = self.archive.replace(ZipWriter::new_stream(nowhere));
        archive.finish()?.into_inner().flush()
    }
}

impl Write for Part<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().flush()
    }
}
