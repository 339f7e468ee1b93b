//! Which format a file has, judged by its first bytes, and by its name only where the bytes leave a choice.
//! What is no table in a format that is read is refused here, with the way out.
//! Deliberately unknown: the rest of the file, and whether it is well-formed.

mod archive;
mod json;
mod turtle;
mod xml;

use std::borrow::Cow;

use encoding_rs::{UTF_16BE, UTF_16LE};

use super::format::Format;
use super::table::FileError;

/// How much of the start of a file is enough to judge it.
pub const START_BYTES: usize = 64 * 1024;

/// A format, and a sentence that says how it was told.
type Found = Result<(Format, String), FileError>;

const SEND_INSIDE: &str = "unpack it and send the file inside";

/// Files that people send by mistake, by their first bytes. A ZIP archive is looked into.
const NOT_TABLES: [(&[u8], &str, &str); 9] = [
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an old Microsoft Office document, or a workbook with a password",
        "save the sheet as an Excel workbook (.xlsx) without a password, or as CSV in UTF-8",
    ),
    (b"%PDF-", "a PDF document", "a table in it has to be exported as CSV in UTF-8 or as an Excel workbook (.xlsx)"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", SEND_INSIDE),
    (b"Rar!\x1A\x07", "a RAR archive", SEND_INSIDE),
    // One layer of gzip is unpacked by whoever takes the file in.
    (b"\x1F\x8B", "a gzip archive", SEND_INSIDE),
    (b"\xFD7zXZ\0", "an xz archive", SEND_INSIDE),
    (b"\x28\xB5\x2F\xFD", "a Zstandard archive", SEND_INSIDE),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV in UTF-8"),
    (b"PAR1", "a Parquet file", "export the table as CSV in UTF-8"),
];

/// Which format a file has, and why. `start` is the file's beginning: [`START_BYTES`] of it, or all of it when it is shorter.
/// Text that is of no other format is CSV.
pub fn detect(start: &[u8], file_name: &str) -> Found {
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") {
        return archive::judge(start, file_name);
    }
    if let Some((_, what, advice)) = NOT_TABLES.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Err(FileError::of_file(format!("the file is {what}: {advice}")));
    }
    let text = decoded(start);
    let body = text.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
    match body.as_bytes().first() {
        Some(b'{' | b'[') if json::is_likely(body) => json::judge(body, file_name),
        Some(b'<') if xml::is_likely(body) => xml::judge(body),
        Some(b'<' | b'@' | b'#' | b'P' | b'p' | b'B' | b'b') if turtle::is_likely(body, file_name) => Ok(turtle::judge(body)),
        _ => by_name(body, file_name),
    }
}

/// Text that its beginning does not tell: CSV, unless its name promises something else, which is then read and refused as that.
fn by_name(body: &str, file_name: &str) -> Found {
    let named = |extension: &str| file_name.to_lowercase().ends_with(extension);
    let promised = [(".ttl", Format::Skos), (".ndjson", Format::Ndjson), (".jsonl", Format::Ndjson), (".json", Format::Json)];
    // Only an empty file has nothing that speaks against its name; an RDF file may open with a blank node or a prefixed name.
    match promised.into_iter().find(|(extension, format)| named(extension) && (body.is_empty() || *format == Format::Skos)) {
        Some((extension, format)) => Ok((format, format!("its name ends in {extension}"))),
        None if body.is_empty() => Ok((Format::Csv, "the file is empty, which is taken for CSV".to_owned())),
        None => Ok((Format::Csv, "text that is neither JSON, XML nor Turtle".to_owned())),
    }
}

/// The start as text. Only its signs matter, which are ASCII: what is no UTF-8 is made legible, not judged.
fn decoded(start: &[u8]) -> Cow<'_, str> {
    match start {
        [0xFF, 0xFE, ..] => UTF_16LE.decode(start).0,
        [0xFE, 0xFF, ..] => UTF_16BE.decode(start).0,
        // UTF-16 without its mark, as XML declares it.
        [b'<' | b'{' | b'[', 0, ..] => UTF_16LE.decode(start).0,
        [0, b'<' | b'{' | b'[', ..] => UTF_16BE.decode(start).0,
        _ => String::from_utf8_lossy(start),
    }
}

/// A name of somebody else's file in a message: short, and of one line.
fn shown(name: &str) -> String {
    const LENGTH_MAX: usize = 60;
    name.chars().filter(|letter| !letter.is_control()).take(LENGTH_MAX).collect()
}

#[cfg(test)]
mod tests;
