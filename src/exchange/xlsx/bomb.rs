//! Unpacks a workbook once without keeping anything, before a parser sees it: what its parts declare to be their length may be a lie.
//! Deliberately unknown: what is in the parts.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::super::table::{FileError, Input};

/// A workbook has a few parts for each sheet; more than these are no workbook.
const PARTS_MAX: usize = 2_000;

const OLE_START: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const ZIP_START: &[u8] = b"PK";

const PROTECTED: &str = "the workbook is protected by a password, or is an Excel 97 workbook (.xls): open it in a spreadsheet and save it as \
                         .xlsx without a password";

/// Refuses what is no workbook and what would unpack to too much. Gives the length of the file.
pub(super) fn check(mut input: Box<dyn Input>, unpacked_bytes_max: u64) -> Result<u64, FileError> {
    let packed_bytes = input.seek(SeekFrom::End(0))?;
    input.rewind()?;
    let mut start = Vec::new();
    input.by_ref().take(OLE_START.len() as u64).read_to_end(&mut start)?;
    input.rewind()?;
    if start == OLE_START {
        return Err(FileError::of_file(PROTECTED));
    }
    if !start.starts_with(ZIP_START) {
        return Err(FileError::of_file("the file is not an Excel workbook (.xlsx): it does not begin as one; is it a CSV?"));
    }
    let damaged = |error| FileError::of_file(format!("the workbook is damaged or was not sent whole: {error}"));
    let mut archive = ZipArchive::new(input).map_err(damaged)?;
    if archive.len() > PARTS_MAX {
        return Err(FileError::of_file(format!("the workbook has {} parts, and at most {PARTS_MAX} are read", archive.len())));
    }
    let mut unpacked_bytes = 0;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(damaged)?;
        let name = part.name().map(|name| name.into_owned()).unwrap_or_default();
        let left = unpacked_bytes_max - unpacked_bytes;
        // One byte more than may be there tells whether there is more.
        let bytes = io::copy(&mut part.take(left + 1), &mut io::sink())
            .map_err(|error| FileError::of_file(format!("the workbook is damaged: its part {name} does not unpack: {error}")))?;
        unpacked_bytes += bytes;
        if bytes > left {
            return Err(too_much(packed_bytes, unpacked_bytes_max, &name));
        }
    }
    Ok(packed_bytes)
}

fn too_much(packed_bytes: u64, unpacked_bytes_max: u64, part: &str) -> FileError {
    let times = unpacked_bytes_max / packed_bytes.max(1);
    FileError::of_file(format!(
        "the workbook unpacks to more than {unpacked_bytes_max} bytes, {times} times its own {packed_bytes}, within its part {part}: \
         send the sheet as CSV, or in several workbooks"
    ))
}
