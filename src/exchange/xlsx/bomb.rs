//! Unpacks a workbook once without keeping anything, before a parser sees it: what its parts declare to be their length may be a lie.
//! Deliberately unknown: what is in the parts.

use std::io::{self, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::super::table::{FileError, FileLimits, Input};
use super::markup::Markup;

/// A workbook has a few parts for each sheet; more than these are no workbook.
const PARTS_MAX: usize = 2_000;

const READ_BYTES: usize = 64 * 1024;

const OLE_START: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
const ZIP_START: &[u8] = b"PK";

const PROTECTED: &str = "the workbook is protected by a password, or is an Excel 97 workbook (.xls): open it in a spreadsheet and save it as \
                         .xlsx without a password";

/// A parser holds the texts that cells share, and their markup is some of their length: so many times what else may be held whole.
const SHARED_TEXTS_FACTOR: u64 = 4;

/// Refuses what is no workbook and what would unpack to too much, altogether or of what a parser has to hold. Gives the length of the
/// file.
pub(super) fn check(mut input: Box<dyn Input>, limits: &FileLimits) -> Result<u64, FileError> {
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
        let left = limits.unpacked_bytes_max - unpacked_bytes;
        let kind = Kind::of(&name);
        let part_bytes_max = kind.bytes_max(limits);
        // One byte more than may be there tells whether there is more.
        let mut part = part.take(left.min(part_bytes_max) + 1);
        let bytes = look_at(&mut part, kind, limits, &name)?;
        unpacked_bytes += bytes;
        if bytes > left {
            return Err(too_much(packed_bytes, limits.unpacked_bytes_max, &name));
        }
        if bytes > part_bytes_max {
            let message = format!(
                "the part {name} of the workbook unpacks to more than {part_bytes_max} bytes, which is more than is held in memory: take out \
                 what is not needed, or send the sheet as CSV"
            );
            return Err(FileError::of_file(message));
        }
    }
    Ok(packed_bytes)
}

/// What a part is as far as memory goes, by its name. A workbook may call a sheet anything; then it has to be short.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Read cell by cell.
    Sheet,
    SharedTexts,
    OtherMarkup,
    Other,
}

impl Kind {
    fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase().replace('\\', "/");
        if name.contains("worksheets/") && name.ends_with(".xml") {
            Self::Sheet
        } else if name.ends_with("sharedstrings.xml") {
            Self::SharedTexts
        } else if name.ends_with(".xml") || name.ends_with(".rels") {
            Self::OtherMarkup
        } else {
            Self::Other
        }
    }

    fn bytes_max(self, limits: &FileLimits) -> u64 {
        match self {
            Self::Sheet => limits.unpacked_bytes_max,
            Self::SharedTexts => limits.document_bytes_max.saturating_mul(SHARED_TEXTS_FACTOR).min(limits.unpacked_bytes_max),
            Self::OtherMarkup | Self::Other => limits.document_bytes_max.min(limits.unpacked_bytes_max),
        }
    }
}

/// Reads a part to its end, and gives its length.
fn look_at(part: &mut impl Read, kind: Kind, limits: &FileLimits, name: &str) -> Result<u64, FileError> {
    let piece_bytes_max = matches!(kind, Kind::Sheet | Kind::SharedTexts).then_some(limits.row.record_bytes_max);
    let mut markup = (kind != Kind::Other).then(|| Markup::new(piece_bytes_max));
    let mut buffer = vec![0; READ_BYTES];
    let mut bytes = 0;
    loop {
        let count = match part.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(FileError::of_file(format!("the workbook is damaged: its part {name} does not unpack: {error}"))),
        };
        bytes += count as u64;
        if let Some(markup) = &mut markup {
            markup.take(&buffer[..count]).map_err(|fault| {
                FileError::of_file(format!(
                    "the part {name} of the workbook {fault}: no spreadsheet writes that; save it anew, or send the sheet as CSV"
                ))
            })?;
        }
    }
}

fn too_much(packed_bytes: u64, unpacked_bytes_max: u64, part: &str) -> FileError {
    let times = unpacked_bytes_max / packed_bytes.max(1);
    FileError::of_file(format!(
        "the workbook unpacks to more than {unpacked_bytes_max} bytes, {times} times its own {packed_bytes}, within its part {part}: \
         send the sheet as CSV, or in several workbooks"
    ))
}
