//! The quoting rules of RFC 4180 as an automaton over bytes: where records start, how many columns they have, which quote
//! is still open. It follows the csv crate step by step, but where that crate forgives, it refuses: a quote never closed,
//! text after a closing quote, a record without end.
//! Deliberately unknown: what the fields say and where the bytes come from. The encoding needs to extend ASCII.

use memchr::memchr3;

use super::error::{CsvError, CsvErrorKind, Place};
use super::lines::Lines;
use super::{Limits, Separator, UTF8_BYTE_ORDER_MARK};

const QUOTE: u8 = b'"';

/// A record seen to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RecordSeen {
    /// The line it starts on, one-based.
    pub(super) line: u64,
    pub(super) columns: usize,
    /// How many of its fields are quoted.
    pub(super) quoted: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    BetweenRecords,
    FieldStart,
    Unquoted,
    Quoted,
    /// After a quote inside a quoted field: the next byte tells whether it closed the field or stands for itself.
    QuoteInQuoted,
}

pub(super) struct Scanner {
    separator: u8,
    /// Whether a quote at the start of a field opens it.
    has_quotes: bool,
    limits: Limits,
    state: State,
    lines: Lines,
    /// The offset in the file of the chunk being scanned.
    chunk_offset: u64,
    record_offset: u64,
    record_line: u64,
    column: usize,
    quote_line: u64,
    quoted: usize,
}

impl Scanner {
    pub(super) fn new(separator: Separator, has_quotes: bool, limits: Limits) -> Scanner {
        Scanner {
            separator: separator.byte(),
            has_quotes,
            limits,
            state: State::BetweenRecords,
            lines: Lines::new(),
            chunk_offset: 0,
            record_offset: 0,
            record_line: 1,
            column: 1,
            quote_line: 1,
            quoted: 0,
        }
    }

    /// The offset in the file of the record that is being scanned, or was last.
    pub(super) fn record_offset(&self) -> u64 {
        self.record_offset
    }

    /// Scans the next chunk of the file. The first chunk must hold the byte-order mark whole, if the file has one.
    pub(super) fn scan(&mut self, chunk: &[u8], seen: &mut impl FnMut(RecordSeen)) -> Result<(), CsvError> {
        let has_mark = self.chunk_offset == 0 && chunk.starts_with(UTF8_BYTE_ORDER_MARK);
        let mut at = if has_mark { UTF8_BYTE_ORDER_MARK.len() } else { 0 };
        while at < chunk.len() {
            at = self.step(chunk, at, seen)?;
        }
        if self.state != State::BetweenRecords {
            self.check_length(chunk.len())?;
        }
        self.chunk_offset += chunk.len() as u64;
        Ok(())
    }

    /// The file ends here: its last record may lack a line end, but not a quote.
    pub(super) fn finish(&mut self, seen: &mut impl FnMut(RecordSeen)) -> Result<(), CsvError> {
        match self.state {
            State::BetweenRecords => {}
            State::Quoted => return Err(CsvError::at_field(self.quote_place(), CsvErrorKind::UnclosedQuote)),
            State::FieldStart | State::Unquoted | State::QuoteInQuoted => self.end_record(seen),
        }
        Ok(())
    }

    /// Takes one decision of the automaton and returns the index of the next byte to look at.
    fn step(&mut self, chunk: &[u8], at: usize, seen: &mut impl FnMut(RecordSeen)) -> Result<usize, CsvError> {
        match self.state {
            State::BetweenRecords => Ok(self.between_records(chunk, at)),
            State::FieldStart => Ok(self.start_field(chunk, at)),
            State::Unquoted => match memchr3(self.separator, b'\r', b'\n', &chunk[at..]) {
                Some(skipped) => self.end_field(chunk, at + skipped, seen),
                None => Ok(chunk.len()),
            },
            State::Quoted => self.in_quoted(chunk, at),
            State::QuoteInQuoted => self.after_quote(chunk, at, seen),
        }
    }

    /// Empty lines are no records.
    fn between_records(&mut self, chunk: &[u8], at: usize) -> usize {
        if is_line_end(chunk[at]) {
            self.end_line(chunk, at);
            return at + 1;
        }
        self.record_offset = self.offset(at);
        self.record_line = self.lines.number();
        self.column = 1;
        self.quoted = 0;
        self.state = State::FieldStart;
        at
    }

    fn start_field(&mut self, chunk: &[u8], at: usize) -> usize {
        if chunk[at] != QUOTE || !self.has_quotes {
            self.state = State::Unquoted;
            return at;
        }
        self.quote_line = self.lines.number();
        self.quoted += 1;
        self.state = State::Quoted;
        at + 1
    }

    fn in_quoted(&mut self, chunk: &[u8], at: usize) -> Result<usize, CsvError> {
        let Some(skipped) = memchr3(QUOTE, b'\r', b'\n', &chunk[at..]) else {
            return Ok(chunk.len());
        };
        let at = at + skipped;
        self.check_length(at)?;
        if chunk[at] == QUOTE {
            self.state = State::QuoteInQuoted;
        } else {
            self.end_line(chunk, at);
        }
        Ok(at + 1)
    }

    fn after_quote(&mut self, chunk: &[u8], at: usize, seen: &mut impl FnMut(RecordSeen)) -> Result<usize, CsvError> {
        self.check_length(at)?;
        if chunk[at] == QUOTE {
            self.state = State::Quoted;
            return Ok(at + 1);
        }
        if chunk[at] == self.separator || is_line_end(chunk[at]) {
            return self.end_field(chunk, at, seen);
        }
        let place = Place { line: self.lines.number(), column: self.column };
        let opened_line = (self.quote_line != place.line).then_some(self.quote_line);
        Err(CsvError::at_field(place, CsvErrorKind::TextAfterQuote { opened_line }))
    }

    /// A separator or a line end outside of quotes.
    fn end_field(&mut self, chunk: &[u8], at: usize, seen: &mut impl FnMut(RecordSeen)) -> Result<usize, CsvError> {
        self.check_length(at)?;
        if chunk[at] == self.separator {
            self.state = State::FieldStart;
            self.column += 1;
            self.check_columns()?;
        } else {
            self.end_line(chunk, at);
            self.end_record(seen);
        }
        Ok(at + 1)
    }

    fn end_record(&mut self, seen: &mut impl FnMut(RecordSeen)) {
        self.state = State::BetweenRecords;
        seen(RecordSeen { line: self.record_line, columns: self.column, quoted: self.quoted });
    }

    fn end_line(&mut self, chunk: &[u8], at: usize) {
        self.lines.end_at(chunk[at], self.offset(at));
    }

    /// Called before every other refusal and change of state, so that the refusal does not depend on how the file is cut into chunks.
    fn check_length(&self, at: usize) -> Result<(), CsvError> {
        let bytes_max = self.limits.record_bytes_max;
        if self.offset(at) - self.record_offset <= bytes_max as u64 {
            return Ok(());
        }
        let open_quote = (self.state == State::Quoted).then(|| self.quote_place());
        Err(CsvError::at_line(self.record_line, CsvErrorKind::RecordTooLong { bytes_max, open_quote }))
    }

    fn check_columns(&self) -> Result<(), CsvError> {
        let columns_max = self.limits.columns_max;
        if self.column <= columns_max {
            return Ok(());
        }
        Err(CsvError::at_line(self.record_line, CsvErrorKind::TooManyColumns { columns_max }))
    }

    fn quote_place(&self) -> Place {
        Place { line: self.quote_line, column: self.column }
    }

    fn offset(&self, at: usize) -> u64 {
        self.chunk_offset + at as u64
    }
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { record_bytes_max: 1_000, columns_max: 10 };

    /// Scans a text cut into chunks of one size: the records seen, and how it ended.
    fn scanned(text: &[u8], chunk_bytes: usize, limits: Limits) -> (Vec<(u64, usize)>, Result<(), String>) {
        let mut scanner = Scanner::new(Separator::Semicolon, true, limits);
        let mut records = Vec::new();
        let mut see = |record: RecordSeen| records.push((record.line, record.columns));
        let ended = text
            .chunks(chunk_bytes)
            .try_for_each(|chunk| scanner.scan(chunk, &mut see))
            .and_then(|()| scanner.finish(&mut see))
            .map_err(|error| error.to_string());
        (records, ended)
    }

    /// Every way to cut the text must give the same answer. Chunks start at three bytes for the byte-order mark.
    fn scanned_any_way(text: &str, limits: Limits) -> (Vec<(u64, usize)>, Result<(), String>) {
        let whole = scanned(text.as_bytes(), text.len().max(1), limits);
        for chunk_bytes in 3..text.len() {
            assert_eq!(scanned(text.as_bytes(), chunk_bytes, limits), whole, "{text:?} in chunks of {chunk_bytes}");
        }
        whole
    }

    #[test]
    fn records_are_seen_with_the_line_they_start_on() {
        for (text, records) in [
            ("", vec![]),
            ("\u{feff}", vec![]),
            ("a;b\nc;d", vec![(1, 2), (2, 2)]),
            ("a;b\r\nc;d\r\n", vec![(1, 2), (2, 2)]),
            ("a;b\rc;d\r", vec![(1, 2), (2, 2)]),
            ("\n\n a\n\n\nb\n\n", vec![(3, 1), (6, 1)]),
            ("\u{feff}\"a\nb\";c\nd\n", vec![(1, 2), (3, 1)]),
            ("\"a\r\n\r\nb\"\r\nc", vec![(1, 1), (4, 1)]),
            ("\"a\rb\";c\rd", vec![(1, 2), (3, 1)]),
            (";;;\n\"\"\n", vec![(1, 4), (2, 1)]),
            ("\"a\"\"b;c\";d\n", vec![(1, 2)]),
            ("a \"b\";c\"\n \"d\"\n", vec![(1, 2), (2, 1)]),
            ("a;", vec![(1, 2)]),
            ("\"a\"", vec![(1, 1)]),
        ] {
            assert_eq!(scanned_any_way(text, LIMITS), (records, Ok(())), "{text:?}");
        }
    }

    #[test]
    fn a_quote_that_stays_open_is_refused_where_it_opened() {
        let (records, ended) = scanned_any_way("a;b\nc;\"d\"\"\ne;f\ng", LIMITS);
        assert_eq!(records, vec![(1, 2)]);
        assert_eq!(
            ended.expect_err("a refusal"),
            "line 2, column 2: the quote opened here is never closed; if `\"` quotes nothing in this file, read it with --quoting none"
        );
    }

    #[test]
    fn text_after_a_closing_quote_is_refused() {
        let (records, ended) = scanned_any_way("a;b\n\"c\" ;d\n", LIMITS);
        assert_eq!(records, vec![(1, 2)]);
        assert_eq!(
            ended.expect_err("a refusal"),
            "line 2, column 1: text follows the closing quote of a field; a quote inside a quoted field is written twice; if `\"` quotes nothing in this file, read it with --quoting none"
        );
        let (_, ended) = scanned_any_way("a;\"b\nc\nd\"e", LIMITS);
        assert_eq!(
            ended.expect_err("a refusal"),
            "line 3, column 2: text follows the closing quote of a field that opened at line 1; \
             a quote inside a quoted field is written twice; if `\"` quotes nothing in this file, read it with --quoting none"
        );
    }

    #[test]
    fn a_record_may_be_as_long_as_its_limit_and_no_longer() {
        let limits = Limits { record_bytes_max: 10, ..LIMITS };
        assert_eq!(scanned_any_way("1234567890\n\"234567\"\"\"\n", limits).1, Ok(()));
        let (records, ended) = scanned_any_way("123\n1234;67890a\nb\n", limits);
        assert_eq!(records, vec![(1, 1)]);
        assert_eq!(ended.expect_err("a refusal"), "line 2: the record is longer than 10 bytes");
        let (_, ended) = scanned_any_way("123\n1;\"\n\n567890;\nb\n", limits);
        assert_eq!(
            ended.expect_err("a refusal"),
            "line 2: the record is longer than 10 bytes; a quote opened at line 2, column 2 is not closed within it"
        );
        let (_, ended) = scanned_any_way("\"23456789\"x", limits);
        assert!(ended.expect_err("a refusal").starts_with("line 1, column 1: text follows"));
        let (_, ended) = scanned_any_way("\"234567890\"x", limits);
        assert!(ended.expect_err("a refusal").starts_with("line 1: the record is longer"));
    }

    #[test]
    fn a_record_may_have_as_many_columns_as_its_limit_and_no_more() {
        let limits = Limits { columns_max: 3, ..LIMITS };
        let (records, ended) = scanned_any_way("a;b;c\n\"\n\";;;d\n", limits);
        assert_eq!(records, vec![(1, 3)]);
        assert_eq!(ended.expect_err("a refusal"), "line 2: the record has more than 3 columns");
    }
}
