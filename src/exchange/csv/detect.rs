//! The first pass: reads the whole file once, in constant memory, and says what encoding and separator it has and why.
//! Whatever cannot be read with certainty is refused here, with the line of the first byte that speaks against it.
//! Deliberately unknown: the records below the first few hundred, and the limits on them: those are the second pass's.

use std::io::Read;

use super::encoding::Survey;
use super::error::{CsvError, CsvErrorKind};
use super::guard::read_at_least;
use super::separator::{self, HEAD_BYTES_MAX};
use super::{CsvFormat, Encoding, Separator, UTF8_BYTE_ORDER_MARK};

const CHUNK_BYTES: usize = 64 * 1024;

/// A character of UTF-8 has at most four bytes, so at most three of them can stand before the end of a chunk.
const CUT_BYTES_MAX: usize = 3;

/// What the first pass found, with evidence that a person can judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    pub encoding: Encoding,
    pub encoding_because: String,
    /// The file starts with the byte-order mark of UTF-8.
    pub bom: bool,
    pub separator: Separator,
    pub separator_because: String,
    pub bytes_total: u64,
}

/// Files that people send by mistake, by their first bytes.
const NOT_TEXT: [(&[u8], &str, &str); 5] = [
    (b"PK\x03\x04", "a ZIP archive", "is it an Excel workbook (.xlsx)? Save the sheet as CSV in UTF-8"),
    (
        b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        "an old Microsoft Office document",
        "is it an Excel workbook (.xls)? Save the sheet as CSV in UTF-8",
    ),
    (b"\x1F\x8B", "a gzip archive", "unpack it and send the file inside"),
    (b"%PDF-", "a PDF document", "a table in it has to be exported as CSV in UTF-8"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "unpack it and send the file inside"),
];

/// Surveys a file from its start to its end.
pub fn detect<R: Read>(mut reader: R, format: &CsvFormat) -> Result<Detected, CsvError> {
    let mut buffer = vec![0; CHUNK_BYTES + CUT_BYTES_MAX];
    let mut head = Vec::new();
    let mut survey = Survey::new(format.encoding);
    let mut kept = 0;
    loop {
        let bytes = read_at_least(&mut reader, &mut buffer[kept..], CHUNK_BYTES)?;
        let filled = kept + bytes;
        let whole = if bytes == 0 { filled } else { filled - cut_bytes(&buffer[..filled]) };
        let chunk = &buffer[..whole];
        if survey.bytes_total() == 0 {
            refuse_other_files(chunk)?;
        }
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES_MAX - head.len())]);
        survey.take(chunk)?;
        if bytes == 0 {
            break;
        }
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
    }
    conclude(survey, &head, format)
}

fn conclude(survey: Survey, head: &[u8], format: &CsvFormat) -> Result<Detected, CsvError> {
    let bytes_total = survey.bytes_total();
    let (encoding, encoding_because) = survey.conclude()?;
    let (separator, separator_because) = match format.separator {
        Some(separator) => (separator, "as named".to_owned()),
        None => separator::detect(head, head.len() as u64 == bytes_total),
    };
    let bom = head.starts_with(UTF8_BYTE_ORDER_MARK);
    Ok(Detected { encoding, encoding_because, bom, separator, separator_because, bytes_total })
}

/// How many bytes at the end of a chunk belong to a UTF-8 character that the chunk does not hold to its end.
fn cut_bytes(chunk: &[u8]) -> usize {
    for (index, byte) in chunk.iter().rev().take(CUT_BYTES_MAX).enumerate() {
        let bytes_needed = match byte {
            0x80..=0xBF => continue,
            0xC2..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0..=0xF4 => 4,
            _ => 1,
        };
        let bytes_present = index + 1;
        return if bytes_needed > bytes_present { bytes_present } else { 0 };
    }
    0
}

/// Looks at the start of the file for what is no text in a byte-oriented encoding.
fn refuse_other_files(start: &[u8]) -> Result<(), CsvError> {
    let kind = if let Some((_, what, advice)) = NOT_TEXT.iter().find(|(magic, ..)| start.starts_with(magic)) {
        CsvErrorKind::NotText { what, advice }
    } else if start.starts_with(b"\xFF\xFE") {
        CsvErrorKind::Utf16 { name: "UTF-16LE", because: "it starts with its byte-order mark" }
    } else if start.starts_with(b"\xFE\xFF") {
        CsvErrorKind::Utf16 { name: "UTF-16BE", because: "it starts with its byte-order mark" }
    } else if let Some(name) = utf16_without_mark(start) {
        CsvErrorKind::Utf16 { name, because: "every second byte is 0 or 4, as in Latin and Russian text" }
    } else {
        return Ok(());
    };
    Err(CsvError::of_file(kind))
}

/// In UTF-16, Latin and Cyrillic text has the bytes 00 and 04 at every second place.
fn utf16_without_mark(start: &[u8]) -> Option<&'static str> {
    let has_nul = memchr::memchr(0, start).is_some();
    let pairs = start.len() / 2;
    let high_bytes_at = |place: usize| start.chunks_exact(2).filter(|pair| matches!(pair[place], 0 | 4)).count();
    let nearly_all = |count: usize| has_nul && count * 10 >= pairs * 9;
    // A file of NUL bytes satisfies both and is no text at all.
    match (nearly_all(high_bytes_at(1)), nearly_all(high_bytes_at(0))) {
        (true, false) => Some("UTF-16LE"),
        (false, true) => Some("UTF-16BE"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1251;

    use super::*;

    fn detected(bytes: &[u8]) -> Detected {
        detect(bytes, &CsvFormat::default()).expect("a readable file")
    }

    fn refused(bytes: &[u8]) -> String {
        detect(bytes, &CsvFormat::default()).expect_err("a refusal").to_string()
    }

    #[test]
    fn everything_found_is_told_with_its_evidence() {
        let expected = Detected {
            encoding: Encoding::Utf8,
            encoding_because: "valid UTF-8 with 6 Cyrillic letters and a byte-order mark".to_owned(),
            bom: true,
            separator: Separator::Semicolon,
            separator_because: "`;` gives 2 columns in all of the 2 records".to_owned(),
            bytes_total: 21,
        };
        assert_eq!(detected("\u{feff}код;имя\r\n1;2".as_bytes()), expected);
    }

    #[test]
    fn what_is_named_is_not_looked_for() {
        let format = CsvFormat { encoding: Some(Encoding::Windows1251), separator: Some(Separator::Pipe) };
        let detected = detect(&b"a;b\n"[..], &format).expect("a readable file");
        assert_eq!((detected.encoding, detected.separator), (Encoding::Windows1251, Separator::Pipe));
        assert_eq!((detected.encoding_because.as_str(), detected.separator_because.as_str()), ("as named", "as named"));
    }

    #[test]
    fn an_empty_file_is_no_trouble() {
        for text in ["", "\u{feff}", "\n"] {
            let detected = detected(text.as_bytes());
            assert_eq!((detected.encoding, detected.separator), (Encoding::Utf8, Separator::Comma));
            assert_eq!(detected.bytes_total, text.len() as u64);
        }
    }

    #[test]
    fn characters_may_lie_across_chunks() {
        for padding in CHUNK_BYTES - 5..CHUNK_BYTES + 1 {
            let text = "a".repeat(padding) + &"яЯ\u{20ac}\u{10348};".repeat(CHUNK_BYTES / 10);
            let detected = detected(text.as_bytes());
            assert_eq!(detected.bytes_total, text.len() as u64);
            assert_eq!(detected.encoding_because, "valid UTF-8 with 13,106 Cyrillic letters");
        }
        assert_eq!(cut_bytes(b""), 0);
        assert_eq!(cut_bytes(b"\x80\x80\x80\x80"), 0);
        assert_eq!(cut_bytes(b"a\xF0\x90\x8D"), 3);
        assert_eq!(cut_bytes(b"\xF0\x90\x8D\x88"), 0);
    }

    #[test]
    fn the_head_does_not_decide_the_encoding() {
        let ascii = "id;name\n".repeat(50_000);
        let mut late = WINDOWS_1251.encode("1;Прокуратура Алтайского края").0.into_owned();
        late.splice(0..0, ascii.bytes());
        let detected = detected(&late);
        assert_eq!(detected.encoding, Encoding::Windows1251);
        assert!(detected.encoding_because.starts_with("not UTF-8 from line 50001 on;"), "{}", detected.encoding_because);
    }

    #[test]
    fn files_sent_by_mistake_are_named() {
        for (start, message) in [
            (
                &b"PK\x03\x04\x14\0"[..],
                "the file is a ZIP archive, not text: is it an Excel workbook (.xlsx)? Save the sheet as CSV in UTF-8",
            ),
            (
                b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0",
                "the file is an old Microsoft Office document, not text: is it an Excel workbook (.xls)? \
                 Save the sheet as CSV in UTF-8",
            ),
            (b"\x1F\x8B\x08\0", "the file is a gzip archive, not text: unpack it and send the file inside"),
            (b"7z\xBC\xAF\x27\x1C\0", "the file is a 7-Zip archive, not text: unpack it and send the file inside"),
            (b"%PDF-1.7\n", "the file is a PDF document, not text: a table in it has to be exported as CSV in UTF-8"),
            (b"\xFF\xFE\x3A\x04", "the text is UTF-16LE (it starts with its byte-order mark): save the file as UTF-8"),
            (b"\xFE\xFF\x04\x3A", "the text is UTF-16BE (it starts with its byte-order mark): save the file as UTF-8"),
        ] {
            assert_eq!(refused(start), message);
        }
    }

    #[test]
    fn utf16_is_known_without_its_mark() {
        let units = || "код;имя\r\n1;Да\r\n".encode_utf16();
        let because = "(every second byte is 0 or 4, as in Latin and Russian text): save the file as UTF-8";
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        assert_eq!(refused(&little), format!("the text is UTF-16LE {because}"));
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(refused(&big), format!("the text is UTF-16BE {because}"));
        assert!(refused(&[0; 10]).contains("a NUL byte at offset 0"));
    }
}
