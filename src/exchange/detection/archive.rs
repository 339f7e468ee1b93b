//! What a ZIP archive is, by the names of its parts: a workbook of Excel, or something to be refused by name.
//! Deliberately unknown: what the parts hold.

use memchr::memmem;

use super::Found;
use crate::exchange::format::Format;
use crate::exchange::table::FileError;

/// How many parts are looked at: the telling ones come first.
const PARTS_MAX: usize = 200;

/// Where the name of a part stands behind its signature, and where the length of the name does.
const NAME_AT: usize = 30;
const NAME_LENGTH_AT: usize = 26;

/// What an archive is that has a part of this name, or in this folder.
const OTHERS: [(&str, &str, &str); 6] = [
    ("word/", "a Word document", "copy the table into a workbook and save it as .xlsx, or export it as CSV in UTF-8"),
    ("ppt/", "a PowerPoint presentation", "copy the table into a workbook and save it as .xlsx, or export it as CSV in UTF-8"),
    ("content.xml", "an OpenDocument file", "save the sheet as an Excel workbook (.xlsx) or as CSV in UTF-8"),
    ("mimetype", "an OpenDocument file", "save the sheet as an Excel workbook (.xlsx) or as CSV in UTF-8"),
    ("datapackage.json", "a data package", "unpack it and send the CSV inside it"),
    ("xl/workbook.bin", "a binary workbook (.xlsb)", "save it as an Excel workbook (.xlsx)"),
];

/// Workbooks may be written with their sheets first and the rest behind the part of the file that is seen.
const WORKBOOK_NAMES: [&str; 2] = [".xlsx", ".xlsm"];

pub(super) fn judge(start: &[u8], file_name: &str) -> Found {
    let names = part_names(start);
    let has = |part: &str| names.iter().any(|name| name == part || (part.ends_with('/') && name.starts_with(part)));
    if let Some((_, what, advice)) = OTHERS.iter().find(|(part, ..)| has(part)) {
        return Err(FileError::of_file(format!("the file is {what}: {advice}")));
    }
    if let Some(name) = names.iter().find(|name| name.starts_with("xl/")) {
        return Ok((Format::Xlsx, format!("a ZIP archive with the part {} of an Excel workbook", super::shown(name))));
    }
    let lower = file_name.to_lowercase();
    match WORKBOOK_NAMES.iter().find(|extension| lower.ends_with(**extension)) {
        Some(extension) => Ok((Format::Xlsx, format!("a ZIP archive whose name ends in {extension}"))),
        None => Err(FileError::of_file(
            "the file is a ZIP archive and no Excel workbook (.xlsx): unpack it and send the file inside".to_owned(),
        )),
    }
}

/// The names of the parts whose headers stand in the start of an archive.
fn part_names(start: &[u8]) -> Vec<String> {
    let name = |at: usize| {
        let length = start.get(at + NAME_LENGTH_AT..at + NAME_LENGTH_AT + 2)?;
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let name = start.get(at + NAME_AT..at + NAME_AT + length)?;
        Some(String::from_utf8_lossy(name).into_owned())
    };
    memmem::find_iter(start, b"PK\x03\x04").take(PARTS_MAX).filter_map(name).collect()
}
