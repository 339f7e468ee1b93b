//! Stands between the file and the csv crate: lets through whole chunks, keeps the line numbers of the records in them,
//! and stops before the first record that the scanner refuses, so that everything above it is still read.
//! Deliberately unknown: fields and encodings.

use std::collections::VecDeque;
use std::io::{self, Read};

use super::error::CsvError;
use super::scanner::{RecordSeen, Scanner};
use super::{Limits, Separator, UTF8_BYTE_ORDER_MARK};

pub(super) struct Guard<R> {
    reader: R,
    scanner: Scanner,
    /// Records that ended in bytes already let through and that nobody has asked for yet: no more than one buffer holds.
    seen: VecDeque<RecordSeen>,
    refusal: Option<CsvError>,
    bytes_read: u64,
}

impl<R: Read> Guard<R> {
    pub(super) fn new(reader: R, separator: Separator, has_quotes: bool, limits: Limits) -> Guard<R> {
        let scanner = Scanner::new(separator, has_quotes, limits);
        Guard { reader, scanner, seen: VecDeque::new(), refusal: None, bytes_read: 0 }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    pub(super) fn reader(&self) -> &R {
        &self.reader
    }

    /// The next record in the order of the file.
    pub(super) fn next_record(&mut self) -> Option<RecordSeen> {
        self.seen.pop_front()
    }

    /// Scans a chunk and returns how much of it may pass: all, or what stands before a refused record.
    fn admit(&mut self, chunk: &[u8]) -> Result<usize, CsvError> {
        let (offset, seen_before) = (self.bytes_read, self.seen.len());
        self.bytes_read += chunk.len() as u64;
        let seen = &mut self.seen;
        let Err(refusal) = self.scanner.scan(chunk, &mut |record| seen.push_back(record)) else {
            return Ok(chunk.len());
        };
        if self.seen.len() == seen_before {
            return Err(refusal);
        }
        let passing = (self.scanner.record_offset() - offset) as usize;
        self.refusal = Some(refusal);
        Ok(passing)
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(refusal) = self.refusal.take() {
            return Err(refusal.into());
        }
        // The scanner and the csv crate both know a byte-order mark only if they get it whole, and the csv crate takes a
        // mark with nothing behind it for the end of the file.
        let bytes_wanted = if self.bytes_read == 0 { UTF8_BYTE_ORDER_MARK.len() + 1 } else { 1 };
        let bytes = read_at_least(&mut self.reader, buffer, bytes_wanted)?;
        if bytes == 0 {
            let seen = &mut self.seen;
            self.scanner.finish(&mut |record| seen.push_back(record))?;
            return Ok(0);
        }
        Ok(self.admit(&buffer[..bytes])?)
    }
}

/// Reads until there are so many bytes, the buffer is full or the file ends.
pub(super) fn read_at_least(reader: &mut impl Read, buffer: &mut [u8], bytes_wanted: usize) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes_wanted.min(buffer.len()) {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(bytes) => filled += bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { record_bytes_max: 100, columns_max: 10 };

    fn guard<R: Read>(reader: R) -> Guard<R> {
        Guard::new(reader, Separator::Comma, true, LIMITS)
    }

    /// What is let through before the end or a refusal, and the refusal.
    fn passed(text: &str) -> (String, Option<String>) {
        let mut guard = guard(text.as_bytes());
        let mut passed = String::new();
        let ended = guard.read_to_string(&mut passed);
        (passed, ended.err().map(|error| CsvError::from(error).to_string()))
    }

    #[test]
    fn a_well_formed_file_passes_as_it_is() {
        let mut guard = guard("\u{feff}a,b\n\n\"c\nd\"\n".as_bytes());
        let mut passed = String::new();
        guard.read_to_string(&mut passed).expect("well-formed");
        assert_eq!(passed, "\u{feff}a,b\n\n\"c\nd\"\n");
        assert_eq!(guard.bytes_read(), passed.len() as u64);
        assert_eq!(guard.next_record(), Some(RecordSeen { line: 1, columns: 2, quoted: 0 }));
        assert_eq!(guard.next_record(), Some(RecordSeen { line: 3, columns: 1, quoted: 1 }));
        assert_eq!(guard.next_record(), None);
    }

    #[test]
    fn the_refused_record_and_what_follows_stay_out() {
        let (before, refusal) = passed("a\nb\n\"c\"d\ne\n");
        assert_eq!(before, "a\nb\n");
        assert!(refusal.expect("text after a quote").starts_with("line 3, column 1: "));
        let (before, refusal) = passed("\u{feff}\"c\"d\n");
        assert_eq!(before, "");
        assert!(refusal.is_some());
    }

    #[test]
    fn an_interrupted_reading_goes_on() {
        struct Interrupted(bool);
        impl Read for Interrupted {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0 = !self.0;
                if self.0 { Err(io::ErrorKind::Interrupted.into()) } else { (&b"a"[..]).read(buffer) }
            }
        }
        let mut buffer = [0; 5];
        assert_eq!(read_at_least(&mut Interrupted(false), &mut buffer, 9).expect("no more than interrupted"), 5);
        assert_eq!(&buffer, b"aaaaa");
    }
}
