//! The second pass: the records of a surveyed file, one at a time, decoded strictly into a row that is used again.
//! The csv crate splits and unquotes; the guard before it knows the lines and keeps the limits.
//! Deliberately unknown: which row is a header, and what to do with rows of another length.

use std::io::Read;

use super::super::row::Row;
use super::detect::Detected;
use super::error::{CsvError, CsvErrorKind, Place};
use super::guard::Guard;
use super::utf16::Text;
use super::{Encoding, Limits};
use csv::{ByteRecord, ErrorKind};

const BUFFER_BYTES: usize = 64 * 1024;

/// Reads records. After an error it is at its end.
pub struct CsvReader<R> {
    records: csv::Reader<Guard<Text<R>>>,
    encoding: Encoding,
    /// The record before decoding; empty all the time where it needs none.
    undecoded: ByteRecord,
    /// How many fields of the last record were quoted.
    quoted: usize,
    failed: bool,
}

impl<R: Read> CsvReader<R> {
    /// The reader must give the file from its start, the same bytes that were surveyed.
    pub fn new(reader: R, detected: &Detected, limits: Limits) -> CsvReader<R> {
        let records = csv::ReaderBuilder::new()
            .delimiter(detected.separator.byte())
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .quoting(detected.quoting)
            .from_reader(Guard::new(Text::new(reader, detected.encoding), detected.separator, detected.quoting, limits));
        CsvReader { records, encoding: detected.encoding, undecoded: ByteRecord::new(), quoted: 0, failed: false }
    }

    /// Reads the next record; `false` at the end of the file. Records above a refused one are all read before the refusal.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, CsvError> {
        if self.failed {
            return Ok(false);
        }
        let read = self.read_checked(row);
        self.failed = read.is_err();
        read
    }

    /// How far into the file the reader is. It reads ahead by no more than one buffer.
    pub fn bytes_read(&self) -> u64 {
        let guard = self.records.get_ref();
        guard.reader().file_bytes_read().unwrap_or(guard.bytes_read())
    }

    /// How many fields of the last record were quoted.
    pub(super) fn quoted(&self) -> usize {
        self.quoted
    }

    fn read_checked(&mut self, row: &mut Row) -> Result<bool, CsvError> {
        let needs_decoding = self.encoding.is_single_byte();
        let read = match needs_decoding {
            false => self.records.read_record(&mut row.fields),
            true => self.records.read_byte_record(&mut self.undecoded),
        };
        if matches!(read, Ok(false)) {
            row.fields.clear();
            return Ok(false);
        }
        let seen = self.records.get_mut().next_record();
        row.line = seen.map_or(row.line, |record| record.line);
        self.quoted = seen.map_or(0, |record| record.quoted);
        read.map_err(|error| self.error(error, row.line))?;
        if needs_decoding {
            self.decode(row)?;
        }
        debug_assert_eq!(seen.map(|record| record.columns), Some(row.len()), "the guard and the csv crate split alike");
        Ok(true)
    }

    fn decode(&mut self, row: &mut Row) -> Result<(), CsvError> {
        row.fields.clear();
        for (index, field) in self.undecoded.iter().enumerate() {
            if self.encoding.undefined_byte().is_some_and(|byte| memchr::memchr(byte, field).is_some()) {
                return Err(self.changed(row.line, index));
            }
            let (text, _) = self.encoding.decoder().decode_without_bom_handling(field);
            row.fields.push_field(&text);
        }
        Ok(())
    }

    fn error(&self, error: csv::Error, line: u64) -> CsvError {
        match error.into_kind() {
            ErrorKind::Io(error) => CsvError::from(error),
            ErrorKind::Utf8 { err, .. } => self.changed(line, err.field()),
            // Other kinds come from headers, seeking and unequal lengths, none of which this reader asks for.
            other => CsvError::at_line(line, CsvErrorKind::Reading(std::io::Error::other(format!("{other:?}")))),
        }
    }

    fn changed(&self, line: u64, field: usize) -> CsvError {
        let place = Place { line, column: field + 1 };
        CsvError::at_field(place, CsvErrorKind::Changed { encoding: self.encoding.name() })
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use csv::{QuoteStyle, Terminator};
    use encoding_rs::WINDOWS_1251;
    use proptest::prelude::*;

    use super::super::{CsvFormat, Separator, detect};
    use super::*;

    const LIMITS: Limits = Limits { record_bytes_max: 10_000, columns_max: 20 };
    const SEPARATORS: [Separator; 4] = [Separator::Comma, Separator::Semicolon, Separator::Tab, Separator::Pipe];

    type Records = Vec<(u64, Vec<String>)>;

    /// A file that comes in pieces.
    struct Pieces<'a> {
        bytes: &'a [u8],
        piece_bytes: usize,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let piece_bytes = buffer.len().min(self.piece_bytes);
            self.bytes.read(&mut buffer[..piece_bytes])
        }
    }

    fn named(encoding: Encoding, separator: Separator) -> CsvFormat {
        CsvFormat { encoding: Some(encoding), separator: Some(separator), quoting: None }
    }

    /// Both passes: the records read, and what ended them.
    fn read_in_pieces(bytes: &[u8], format: CsvFormat, piece_bytes: usize) -> (Records, Result<(), String>) {
        let pieces = || Pieces { bytes, piece_bytes };
        let detected = match detect(pieces(), &format) {
            Ok(detected) => detected,
            Err(error) => return (Vec::new(), Err(error.to_string())),
        };
        let mut reader = CsvReader::new(pieces(), &detected, LIMITS);
        let mut row = Row::new();
        let mut records = Vec::new();
        loop {
            match reader.read(&mut row) {
                Ok(true) => records.push((row.line(), row.fields().map(str::to_owned).collect())),
                Ok(false) => return (records, Ok(())),
                Err(error) => return (records, Err(error.to_string())),
            }
        }
    }

    fn read(text: &str) -> (Records, Result<(), String>) {
        read_in_pieces(text.as_bytes(), named(Encoding::Utf8, Separator::Semicolon), usize::MAX)
    }

    fn surveyed(encoding: Encoding) -> Detected {
        detect(&b""[..], &named(encoding, Separator::Semicolon)).expect("an empty file is fine")
    }

    #[test]
    fn lines_stay_right_across_marks_breaks_and_blank_rows() {
        let text = "\u{feff}код;имя\r\n\r\n1;\"два\r\nстроки\"\r\n;;;\r\n2;\"\"\"кавычки\"\"\"\r\n\r\n";
        let (records, ended) = read(text);
        let shown: Vec<_> = records.iter().map(|(line, fields)| format!("{line}: {}", fields.join("|"))).collect();
        assert_eq!(shown, ["1: код|имя", "3: 1|два\r\nстроки", "5: |||", "6: 2|\"кавычки\""]);
        assert_eq!(ended, Ok(()));
    }

    #[test]
    fn a_quote_inside_an_unquoted_field_stands_for_itself() {
        let (records, ended) = read("1;ООО \"Заря\";x\n");
        assert_eq!(records, [(1, vec!["1".to_owned(), "ООО \"Заря\"".to_owned(), "x".to_owned()])]);
        assert_eq!(ended, Ok(()));
    }

    #[test]
    fn the_row_is_empty_before_the_first_record_and_after_the_last() {
        for encoding in [Encoding::Utf8, Encoding::Windows1251] {
            let mut reader = CsvReader::new(&b"a;b\n"[..], &surveyed(encoding), LIMITS);
            let mut row = Row::new();
            assert!(row.is_empty());
            assert!(reader.read(&mut row).expect("well-formed"));
            assert_eq!(row.len(), 2);
            assert!(!reader.read(&mut row).expect("the end"));
            assert!(row.is_empty());
            assert_eq!(reader.bytes_read(), 4);
        }
    }

    #[test]
    fn everything_above_a_refused_record_is_read_and_nothing_below() {
        for piece_bytes in 1..20 {
            let format = named(Encoding::Utf8, Separator::Semicolon);
            let (records, ended) = read_in_pieces(b"a\nb\n\"c\" d\ne\n", format, piece_bytes);
            assert_eq!(records, [(1, vec!["a".to_owned()]), (2, vec!["b".to_owned()])]);
            assert!(ended.expect_err("text after a quote").starts_with("line 3, column 1: text follows"));
        }
        let mut reader = CsvReader::new(&b"\"c\" d\ne\n"[..], &surveyed(Encoding::Utf8), LIMITS);
        assert!(reader.read(&mut Row::new()).is_err());
        assert!(!reader.read(&mut Row::new()).expect("the end"));
    }

    #[test]
    fn a_quote_never_closed_is_named_at_its_place() {
        let (records, ended) = read("a;b\nc;d\ne;\"f\ng;h\n");
        assert_eq!(records.len(), 2);
        assert_eq!(
            ended,
            Err(
                "line 3, column 2: the quote opened here is never closed; if `\"` quotes nothing in this file, read it with --quoting none"
                    .to_owned()
            )
        );
    }

    #[test]
    fn a_line_without_end_is_refused_after_its_limit() {
        let mut reader = CsvReader::new(io::repeat(b'a'), &surveyed(Encoding::Utf8), LIMITS);
        let error = reader.read(&mut Row::new()).expect_err("too long");
        assert_eq!(error.to_string(), "line 1: the record is longer than 10,000 bytes");
        assert!(reader.bytes_read() <= 2 * BUFFER_BYTES as u64);
        let mut reader = CsvReader::new(io::repeat(b';'), &surveyed(Encoding::Utf8), LIMITS);
        let error = reader.read(&mut Row::new()).expect_err("too wide");
        assert_eq!(error.to_string(), "line 1: the record has more than 20 columns");
    }

    #[test]
    fn a_file_that_changed_between_the_passes_is_refused() {
        let mut reader = CsvReader::new(&b"a\nb;\xD0\n"[..], &surveyed(Encoding::Utf8), LIMITS);
        let mut row = Row::new();
        assert!(reader.read(&mut row).expect("well-formed"));
        assert_eq!(
            reader.read(&mut row).expect_err("malformed").to_string(),
            "line 2, column 2: the field is not valid in the encoding found before, utf-8: \
             the file has changed between two readings"
        );
        let mut reader = CsvReader::new(&b"\x98"[..], &surveyed(Encoding::Windows1251), LIMITS);
        assert!(reader.read(&mut row).expect_err("undefined").to_string().contains("windows-1251"));
    }

    #[test]
    fn trouble_with_the_file_itself_is_passed_on() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let expected = "the file could not be read: the disk is gone";
        let error = detect(Broken, &CsvFormat::default()).expect_err("broken");
        assert_eq!(error.to_string(), expected);
        let mut reader = CsvReader::new(Broken, &surveyed(Encoding::Utf8), LIMITS);
        assert_eq!(reader.read(&mut Row::new()).expect_err("broken").to_string(), expected);
    }

    /// Writes records with the csv crate, and tells on which line each of them starts.
    fn written(fields: &[Vec<String>], separator: Separator, terminator: u8, style: QuoteStyle) -> (String, Records) {
        let terminator = match terminator {
            b'\n' | b'\r' => Terminator::Any(terminator),
            _ => Terminator::CRLF,
        };
        let mut text = String::new();
        let mut records = Vec::new();
        for record in fields {
            let line = 1 + text.replace("\r\n", "\n").matches(['\r', '\n']).count() as u64;
            records.push((line, record.clone()));
            let mut writer =
                csv::WriterBuilder::new().delimiter(separator.byte()).terminator(terminator).quote_style(style).from_writer(Vec::new());
            writer.write_record(record).expect("memory takes everything");
            let bytes = writer.into_inner().expect("memory takes everything");
            text.push_str(std::str::from_utf8(&bytes).expect("written from strings"));
        }
        (text, records)
    }

    fn records_of(text: &'static str) -> impl Strategy<Value = Vec<Vec<String>>> {
        // A byte-order mark at the start would rightly be taken for one, and NUL is refused.
        let field = text.prop_map(|text| text.replace(['\0', '\u{feff}'], ""));
        prop::collection::vec(prop::collection::vec(field, 1..6), 0..12)
    }

    fn style() -> impl Strategy<Value = QuoteStyle> {
        prop_oneof![Just(QuoteStyle::Necessary), Just(QuoteStyle::Always), Just(QuoteStyle::NonNumeric)]
    }

    proptest! {
        #[test]
        fn what_the_csv_crate_writes_is_read_back(
            fields in prop_oneof![records_of("(?s:.){0,12}"), records_of("[aя\"\r\n,;\t|]{0,8}")],
            separator in prop::sample::select(&SEPARATORS),
            terminator in prop::sample::select(b"\n\r-"),
            style in style(),
            piece_bytes in 1..100_usize,
            has_mark in any::<bool>(),
        ) {
            let (text, records) = written(&fields, separator, terminator, style);
            let text = if has_mark { format!("\u{feff}{text}") } else { text };
            let read = read_in_pieces(text.as_bytes(), named(Encoding::Utf8, separator), piece_bytes);
            prop_assert_eq!(read, (records, Ok(())));
        }

        #[test]
        fn windows_1251_is_read_back(
            fields in records_of("[ -~а-яёА-ЯЁ«»№—\u{a0}\r\n\t]{0,12}"),
            separator in prop::sample::select(&SEPARATORS),
            piece_bytes in 1..100_usize,
        ) {
            let (text, records) = written(&fields, separator, b'\n', QuoteStyle::Necessary);
            let (bytes, _, has_unmappable) = WINDOWS_1251.encode(&text);
            prop_assert!(!has_unmappable);
            let read = read_in_pieces(&bytes, named(Encoding::Windows1251, separator), piece_bytes);
            prop_assert_eq!(read, (records, Ok(())));
        }

        /// The scanner may refuse what the csv crate forgives, but what both accept they must split alike.
        #[test]
        fn any_text_is_split_as_the_csv_crate_does(text in "[a\";\r\n\u{feff}]{0,40}", piece_bytes in 1..50_usize) {
            let mut lenient = csv::ReaderBuilder::new()
                .delimiter(b';')
                .has_headers(false)
                .flexible(true)
                .from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                lenient.records().map(|record| record.expect("valid UTF-8").iter().map(str::to_owned).collect()).collect();
            let (records, ended) =
                read_in_pieces(text.as_bytes(), named(Encoding::Utf8, Separator::Semicolon), piece_bytes);
            let fields: Vec<_> = records.into_iter().map(|(_, fields)| fields).collect();
            prop_assert!(expected.starts_with(&fields), "{:?} against {:?}", fields, expected);
            prop_assert!(ended.is_err() || fields.len() == expected.len());
        }
    }
}
