//! The first pass: reads the whole file once, in constant memory, and says what encoding and separator it has and why.
//! Whatever cannot be read with certainty is refused here, with the line of the first byte that speaks against it.
//! Deliberately unknown: the records below the first few hundred, and the limits on them: those are the second pass's.

use std::io::{Cursor, Read};

use super::error::{CsvError, CsvErrorKind};
use super::guard::read_at_least;
use super::separator::{self, HEAD_BYTES_MAX};
use super::survey::Survey;
use super::utf16::Text;
use super::{CsvFormat, Encoding, Separator, UTF8_BYTE_ORDER_MARK};

const CHUNK_BYTES: usize = 64 * 1024;

/// A character of UTF-8 has at most four bytes, so at most three of them can stand before the end of a chunk.
const CUT_BYTES_MAX: usize = 3;

const MARKED: &str = "it starts with its byte-order mark";
const UNMARKED: &str = "every second byte is 0 or 4, as in Latin and Russian text";

/// What the first pass found, with evidence that a person can judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    pub encoding: Encoding,
    pub encoding_because: String,
    /// The file starts with a byte-order mark.
    pub bom: bool,
    pub separator: Separator,
    pub separator_because: String,
    /// Whether `"` quotes fields.
    pub quoting: bool,
    /// What ends the lines at the start of the file.
    pub line_ends: String,
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
    let mut start = vec![0; CHUNK_BYTES];
    let bytes = read_at_least(&mut reader, &mut start, CHUNK_BYTES)?;
    start.truncate(bytes);
    refuse_other_files(&start)?;
    let utf16 = check_mark(&start, format.encoding)?;
    let encoding = utf16.map_or(Encoding::Utf8, |(encoding, _)| encoding);
    let mut text = Text::new(Cursor::new(start).chain(reader), encoding);
    let mut survey = Survey::new(if utf16.is_some() { Some(Encoding::Utf8) } else { format.encoding });
    let head = take_all(&mut text, &mut survey)?;
    let bytes_total = text.file_bytes_read().unwrap_or(survey.bytes_total());
    let (encoding, encoding_because) = match utf16 {
        Some((encoding, because)) => (encoding, format!("{because}; {}", survey.letters())),
        None => survey.conclude()?,
    };
    let quoting = format.quoting.unwrap_or(true);
    let (separator, separator_because) = match format.separator {
        Some(separator) => (separator, "as named".to_owned()),
        None => separator::detect(&head, head.len() as u64 == survey.bytes_total(), quoting),
    };
    let (bom, line_ends) = (head.starts_with(UTF8_BYTE_ORDER_MARK), line_ends(&head));
    Ok(Detected { encoding, encoding_because, bom, separator, separator_because, quoting, line_ends, bytes_total })
}

/// Hands a text to the survey, chunk by chunk, and gives its start.
fn take_all(text: &mut impl Read, survey: &mut Survey) -> Result<Vec<u8>, CsvError> {
    let mut buffer = vec![0; CHUNK_BYTES + CUT_BYTES_MAX];
    let mut head = Vec::new();
    let mut kept = 0;
    loop {
        let bytes = read_at_least(text, &mut buffer[kept..], CHUNK_BYTES)?;
        let filled = kept + bytes;
        let whole = if bytes == 0 { filled } else { filled - cut_bytes(&buffer[..filled]) };
        let chunk = &buffer[..whole];
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES_MAX - head.len())]);
        survey.take(chunk)?;
        if bytes == 0 {
            return Ok(head);
        }
        buffer.copy_within(whole..filled, 0);
        kept = filled - whole;
    }
}

/// Which line ends there are, the most frequent first.
fn line_ends(head: &[u8]) -> String {
    let (mut crlf, mut lf, mut cr) = (0_u64, 0_u64, 0_u64);
    for at in memchr::memchr2_iter(b'\r', b'\n', head) {
        match head[at] {
            b'\r' if head.get(at + 1) == Some(&b'\n') => crlf += 1,
            b'\r' => cr += 1,
            _ if at > 0 && head[at - 1] == b'\r' => {}
            _ => lf += 1,
        }
    }
    let mut kinds = [("CRLF", crlf), ("LF", lf), ("CR", cr)];
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let found = kinds.iter().filter(|(_, count)| *count > 0);
    match kinds {
        [(_, 0), ..] => "none: the file is one line".to_owned(),
        [(name, _), (_, 0), _] => name.to_owned(),
        _ => found.map(|(name, count)| format!("{name} ({})", super::grouped(*count))).collect::<Vec<_>>().join(", "),
    }
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

fn refuse_other_files(start: &[u8]) -> Result<(), CsvError> {
    match NOT_TEXT.iter().find(|(magic, ..)| start.starts_with(magic)) {
        Some((_, what, advice)) => Err(CsvError::of_file(CsvErrorKind::NotText { what, advice })),
        None => Ok(()),
    }
}

/// Whether the file is UTF-16, and why. A mark that says otherwise than the name is refused.
fn check_mark(start: &[u8], named: Option<Encoding>) -> Result<Option<(Encoding, &'static str)>, CsvError> {
    let found = if start.starts_with(b"\xFF\xFE") {
        Some((Encoding::Utf16Le, MARKED))
    } else if start.starts_with(b"\xFE\xFF") {
        Some((Encoding::Utf16Be, MARKED))
    } else if start.starts_with(UTF8_BYTE_ORDER_MARK) {
        Some((Encoding::Utf8, MARKED))
    } else {
        utf16_without_mark(start).map(|encoding| (encoding, UNMARKED))
    };
    match (named, found) {
        (Some(named), Some((encoding, because))) if named != encoding => {
            let kind = CsvErrorKind::NamedWrongly { name: encoding.name(), because, named: named.name() };
            Err(CsvError::of_file(kind))
        }
        (Some(named), _) => Ok(named.is_utf16().then_some((named, "as named"))),
        (None, found) => Ok(found.filter(|(encoding, _)| encoding.is_utf16())),
    }
}

/// In UTF-16, Latin and Cyrillic text has the bytes 00 and 04 at every second place.
fn utf16_without_mark(start: &[u8]) -> Option<Encoding> {
    let has_nul = memchr::memchr(0, start).is_some();
    let pairs = start.len() / 2;
    let high_bytes_at = |place: usize| start.chunks_exact(2).filter(|pair| matches!(pair[place], 0 | 4)).count();
    let nearly_all = |count: usize| has_nul && count * 10 >= pairs * 9;
    // A file of NUL bytes satisfies both and is no text at all.
    match (nearly_all(high_bytes_at(1)), nearly_all(high_bytes_at(0))) {
        (true, false) => Some(Encoding::Utf16Le),
        (false, true) => Some(Encoding::Utf16Be),
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
            quoting: true,
            line_ends: "CRLF".to_owned(),
            bytes_total: 21,
        };
        assert_eq!(detected("\u{feff}код;имя\r\n1;2".as_bytes()), expected);
    }

    #[test]
    fn what_is_named_is_not_looked_for() {
        let format = CsvFormat { encoding: Some(Encoding::Windows1251), separator: Some(Separator::Pipe), quoting: None };
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
        ] {
            assert_eq!(refused(start), message);
        }
    }

    #[test]
    fn utf16_is_known_with_and_without_its_mark() {
        for (encoding, bytes) in [(Encoding::Utf16Le, u16::to_le_bytes as fn(u16) -> [u8; 2]), (Encoding::Utf16Be, u16::to_be_bytes)] {
            for (mark, because) in [("", UNMARKED), ("\u{feff}", MARKED)] {
                let text: Vec<u8> = format!("{mark}код;имя\r\n1;Да\r\n").encode_utf16().flat_map(bytes).collect();
                let detected = detected(&text);
                assert_eq!((detected.encoding, detected.separator, detected.bom), (encoding, Separator::Semicolon, !mark.is_empty()));
                assert_eq!(detected.encoding_because, format!("{because}; 8 Cyrillic letters"));
                assert_eq!((detected.bytes_total, detected.line_ends.as_str()), (text.len() as u64, "CRLF"));
                let named = CsvFormat { encoding: Some(Encoding::Windows1251), ..CsvFormat::default() };
                let expected =
                    format!("the text is {} ({because}), but windows-1251 was named as its encoding: name {0}, or none", encoding.name());
                assert_eq!(detect(&text[..], &named).unwrap_err().to_string(), expected);
            }
        }
        assert!(refused(&[0; 10]).contains("a NUL byte at offset 0"));
    }

    #[test]
    fn line_ends_are_told() {
        for (text, expected) in [
            ("a", "none: the file is one line"),
            ("a\nb\n", "LF"),
            ("a\rb\r", "CR"),
            ("a\r\nb\r\nc\nd", "CRLF (2), LF (1)"),
            ("a\n\r\n\rb\r", "CR (2), CRLF (1), LF (1)"),
        ] {
            assert_eq!(line_ends(text.as_bytes()), expected, "{text:?}");
        }
    }
}
