//! Gathers, chunk by chunk, what there is to know about the encoding of a file, and concludes once it has seen it all: no
//! byte may contradict the answer. What is neither UTF-8 nor plausibly Russian is refused, by name if it has one.
//! Deliberately unknown: records, separators and quotes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::error::{CsvError, CsvErrorKind};
use super::lines::Lines;
use super::russian::{self, Counts, Evidence, Verdict};
use super::{Encoding, UTF8_BYTE_ORDER_MARK, counted, grouped};

/// The statistical detector is slow, and more text than this does not change its mind.
const DETECTOR_BYTES_MAX: usize = 1024 * 1024;

/// With fewer bytes beyond ASCII than these the detector's guess may refuse a file, but not name its encoding.
const NAMING_BYTES_MIN: u64 = 25;

/// With so many pairs of letters the verdict on Russian stands by itself.
const CERTAIN_PAIRS_MIN: u64 = 1_000;

/// The detector weighs its guess by the country the text is from; the files of this service are Russian.
const TOP_LEVEL_DOMAIN: Option<&[u8]> = Some(b"ru");

pub(super) struct Survey {
    named: Option<Encoding>,
    bytes_total: u64,
    lines: Lines,
    starts_with_mark: bool,
    /// Characters beyond ASCII in well-formed UTF-8, and how many of them are Cyrillic letters.
    beyond_ascii: u64,
    cyrillic: u64,
    malformed: u64,
    /// The first byte that is not UTF-8.
    first_malformed: Option<Found>,
    /// The first byte that is not windows-1251.
    first_undefined: Option<Found>,
    /// What the bytes are, if they are not UTF-8: gathered from the first malformed byte on.
    counts: Counts,
    detector: EncodingDetector,
    detector_bytes: usize,
}

/// A byte that decides something.
#[derive(Debug, Clone, Copy)]
struct Found {
    byte: u8,
    offset: u64,
    line: u64,
}

impl Survey {
    pub(super) fn new(named: Option<Encoding>) -> Survey {
        Survey {
            named,
            bytes_total: 0,
            lines: Lines::new(),
            starts_with_mark: false,
            beyond_ascii: 0,
            cyrillic: 0,
            malformed: 0,
            first_malformed: None,
            first_undefined: None,
            counts: Counts::new(),
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            detector_bytes: 0,
        }
    }

    pub(super) fn bytes_total(&self) -> u64 {
        self.bytes_total
    }

    /// Takes the next chunk of the file. Unless the file ends there, the chunk must not cut a UTF-8 character in two.
    pub(super) fn take(&mut self, chunk: &[u8]) -> Result<(), CsvError> {
        if self.bytes_total == 0 {
            self.starts_with_mark = chunk.starts_with(UTF8_BYTE_ORDER_MARK);
        }
        if let Some(found) = self.find(0, chunk) {
            return Err(found.refused(CsvErrorKind::Nul { offset: found.offset }));
        }
        if let Some(byte) = Encoding::Windows1251.undefined_byte().filter(|_| self.first_undefined.is_none()) {
            self.first_undefined = self.find(byte, chunk);
        }
        match self.named.filter(|encoding| encoding.is_single_byte()) {
            Some(named) => self.take_as_named(named, chunk)?,
            None => self.take_as_utf8(chunk)?,
        }
        if self.named.is_none() && self.first_malformed.is_some() {
            self.take_as_other(chunk);
        }
        self.lines.pass(chunk, self.bytes_total);
        self.bytes_total += chunk.len() as u64;
        Ok(())
    }

    /// The whole file has been seen.
    pub(super) fn conclude(&self) -> Result<(Encoding, String), CsvError> {
        match (self.named, self.first_malformed) {
            (None, None) => Ok((Encoding::Utf8, self.utf8_evidence())),
            (None, Some(found)) => self.conclude_other(found),
            // Nearly always a slip: text in another encoding is valid UTF-8 by accident only when it is short.
            (Some(named), None) if self.cyrillic > 0 && named.is_single_byte() => {
                Ok((named, format!("as named, although the file is {}", self.utf8_evidence())))
            }
            (Some(encoding), _) => Ok((encoding, "as named".to_owned())),
        }
    }

    /// How many letters were seen, of a text that is known to be well-formed.
    pub(super) fn letters(&self) -> String {
        counted(self.cyrillic, "Cyrillic letter")
    }

    fn take_as_named(&mut self, named: Encoding, chunk: &[u8]) -> Result<(), CsvError> {
        self.refuse_undefined(named)?;
        // Whether it might be UTF-8 after all is worth a word, but no more work than that.
        if self.first_malformed.is_none() { self.take_as_utf8(chunk) } else { Ok(()) }
    }

    fn refuse_undefined(&self, encoding: Encoding) -> Result<(), CsvError> {
        match self.first_undefined {
            Some(found) if encoding == Encoding::Windows1251 => {
                Err(found.refused(CsvErrorKind::UndefinedInWindows1251 { offset: found.offset }))
            }
            _ => Ok(()),
        }
    }

    fn take_as_utf8(&mut self, chunk: &[u8]) -> Result<(), CsvError> {
        if self.first_malformed.is_none() && std::str::from_utf8(chunk).is_ok() {
            self.count_characters(chunk);
            return Ok(());
        }
        let mut at = 0;
        for part in chunk.utf8_chunks() {
            self.count_characters(part.valid().as_bytes());
            at += part.valid().len();
            if let Some(byte) = part.invalid().first() {
                self.note_malformed(chunk, at, *byte)?;
            }
            at += part.invalid().len();
        }
        Ok(())
    }

    fn note_malformed(&mut self, chunk: &[u8], at: usize, byte: u8) -> Result<(), CsvError> {
        self.malformed += 1;
        if self.first_malformed.is_some() {
            return Ok(());
        }
        let found = self.found(byte, chunk, at);
        self.first_malformed = Some(found);
        if self.named == Some(Encoding::Utf8) || self.starts_with_mark {
            return Err(found.refused(CsvErrorKind::NotUtf8 { byte, offset: found.offset }));
        }
        Ok(())
    }

    /// Counts in well-formed UTF-8: leading bytes stand for characters, and D0 to D3 lead nothing but Cyrillic.
    fn count_characters(&mut self, valid: &[u8]) {
        if valid.is_ascii() {
            return;
        }
        self.beyond_ascii += count(valid, |byte| byte >= 0xC0);
        self.cyrillic += count(valid, |byte| byte & 0xFC == 0xD0);
    }

    fn take_as_other(&mut self, chunk: &[u8]) {
        self.counts.take(chunk);
        let fed = chunk.len().min(DETECTOR_BYTES_MAX - self.detector_bytes);
        self.detector.feed(&chunk[..fed], false);
        self.detector_bytes += fed;
    }

    fn utf8_evidence(&self) -> String {
        // The byte-order mark is a character beyond ASCII, but nobody sees it.
        let beyond_ascii = self.beyond_ascii - u64::from(self.starts_with_mark);
        let text = match (self.cyrillic, beyond_ascii) {
            (0, 0) => "plain ASCII".to_owned(),
            (0, characters) => format!("valid UTF-8 with {} beyond ASCII", counted(characters, "character")),
            (letters, _) => format!("valid UTF-8 with {}", counted(letters, "Cyrillic letter")),
        };
        if self.starts_with_mark { format!("{text} and a byte-order mark") } else { text }
    }

    /// The file is not UTF-8 and nobody has named its encoding.
    fn conclude_other(&self, found: Found) -> Result<(Encoding, String), CsvError> {
        let Found { byte, offset, line } = found;
        if self.beyond_ascii > self.malformed {
            let (valid, malformed) = (self.beyond_ascii, self.malformed);
            return Err(found.refused(CsvErrorKind::BrokenUtf8 { byte, offset, valid, malformed }));
        }
        match russian::judge(&self.counts) {
            Verdict::Russian(evidence) if !self.is_doubted(&evidence) => {
                self.refuse_undefined(evidence.encoding)?;
                let Evidence { encoding, common, pairs, next, next_common } = evidence;
                let because = format!(
                    "not UTF-8 from line {line} on; as {} {} of {} pairs of letters are common in Russian, and {} as {}, the next best",
                    encoding.name(),
                    grouped(common),
                    grouped(pairs),
                    grouped(next_common),
                    next.name()
                );
                Ok((encoding, because))
            }
            Verdict::Ambiguous(candidates) => {
                let names: Vec<&str> = candidates.into_iter().map(Encoding::name).collect();
                Err(found.refused(CsvErrorKind::AmbiguousEncoding { candidates: names.join(" and "), byte, offset }))
            }
            Verdict::Russian(_) | Verdict::NotRussian => Err(self.refused_by_guess(found)),
        }
    }

    /// A short text in windows-1251 must look so to the other detector too: the languages that it knows besides are no fewer than two dozen.
    fn is_doubted(&self, evidence: &Evidence) -> bool {
        let is_short = evidence.pairs < CERTAIN_PAIRS_MIN;
        is_short && evidence.encoding == Encoding::Windows1251 && self.guess() != evidence.encoding.decoder()
    }

    fn guess(&self) -> &'static encoding_rs::Encoding {
        self.detector.guess(TOP_LEVEL_DOMAIN, Utf8Detection::Deny)
    }

    fn refused_by_guess(&self, found: Found) -> CsvError {
        let Found { byte, offset, .. } = found;
        let guess = self.guess();
        // That it is Cyrillic was judged before, and by more than this detector looks at.
        let is_read = Encoding::ALL.iter().any(|encoding| encoding.decoder() == guess);
        if is_read || self.counts.beyond_ascii() < NAMING_BYTES_MIN {
            return found.refused(CsvErrorKind::UnknownEncoding { byte, offset });
        }
        found.refused(CsvErrorKind::LooksLike { name: guess.name(), byte, offset })
    }

    /// The first such byte in the chunk.
    fn find(&self, byte: u8, chunk: &[u8]) -> Option<Found> {
        memchr::memchr(byte, chunk).map(|at| self.found(byte, chunk, at))
    }

    fn found(&self, byte: u8, chunk: &[u8], at: usize) -> Found {
        let mut lines = self.lines;
        lines.pass(&chunk[..at], self.bytes_total);
        Found { byte, offset: self.bytes_total + at as u64, line: lines.number() }
    }
}

/// How many bytes are so: counted in bytes, as many as one can count, which the compiler does for many at a time.
fn count(bytes: &[u8], is_so: impl Fn(u8) -> bool) -> u64 {
    bytes.chunks(usize::from(u8::MAX)).map(|some| u64::from(some.iter().map(|byte| u8::from(is_so(*byte))).sum::<u8>())).sum()
}

impl Found {
    fn refused(self, kind: CsvErrorKind) -> CsvError {
        CsvError::at_line(self.line, kind)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{WINDOWS_1251, WINDOWS_1252};

    use super::*;

    const PROSE: &str = "код;название\n01;Прокуратура Республики Адыгея\n02;Прокуратура Республики Башкортостан\n";

    fn windows_1251(text: &str) -> Vec<u8> {
        WINDOWS_1251.encode(text).0.into_owned()
    }

    fn concluded(chunks: &[&[u8]], named: Option<Encoding>) -> Result<(Encoding, String), String> {
        let mut survey = Survey::new(named);
        let taken = chunks.iter().try_for_each(|chunk| survey.take(chunk));
        taken.and_then(|()| survey.conclude()).map_err(|error| error.to_string())
    }

    fn found(bytes: &[u8]) -> (Encoding, String) {
        concluded(&[bytes], None).expect("an encoding")
    }

    fn refused(bytes: &[u8], named: Option<Encoding>) -> String {
        concluded(&[bytes], named).expect_err("a refusal")
    }

    #[test]
    fn valid_utf8_is_taken_for_utf8() {
        for (text, because) in [
            ("", "plain ASCII"),
            ("a;b\n", "plain ASCII"),
            ("\u{feff}a", "plain ASCII and a byte-order mark"),
            ("caf\u{e9}", "valid UTF-8 with 1 character beyond ASCII"),
            ("Я — код", "valid UTF-8 with 4 Cyrillic letters"),
            ("\u{feff}Я", "valid UTF-8 with 1 Cyrillic letter and a byte-order mark"),
        ] {
            assert_eq!(found(text.as_bytes()), (Encoding::Utf8, because.to_owned()));
        }
        let many = "я".repeat(1_203);
        assert_eq!(found(many.as_bytes()).1, "valid UTF-8 with 1,203 Cyrillic letters");
    }

    #[test]
    fn plausible_russian_is_taken_for_the_encoding_that_makes_it_so() {
        let because = "not UTF-8 from line 1 on; as windows-1251 62 of 63 pairs of letters are common in Russian, and 55 as x-mac-cyrillic, the next best";
        assert_eq!(found(&windows_1251(PROSE)), (Encoding::Windows1251, because.to_owned()));
        let ascii = "a;b\n".repeat(10);
        let late = concluded(&[ascii.as_bytes(), &windows_1251(PROSE)], None).expect("an encoding");
        assert!(late.0 == Encoding::Windows1251 && late.1.starts_with("not UTF-8 from line 11 on;"), "{late:?}");
        for encoding in Encoding::ALL.into_iter().filter(|encoding| encoding.is_single_byte()) {
            assert_eq!(found(&encoding.decoder().encode(PROSE).0).0, encoding);
        }
    }

    #[test]
    fn another_encoding_is_refused_by_its_name() {
        let french = "Forêt domaniale de la Vallée; Hôpital général, très égaré; élève à l'école ".repeat(3);
        assert!(
            refused(&WINDOWS_1252.encode(&french).0, None).contains("looks like windows-1252, which is not read: save the file as UTF-8")
        );
        assert_eq!(
            refused(b"a\nb\ncaf\xE9", None),
            "line 3: byte 0xE9 at offset 7 is not UTF-8, and it cannot be told which encoding it is: save the file as UTF-8, or name the \
             encoding (utf-8, utf-16le, utf-16be, windows-1251, koi8-r, cp866, x-mac-cyrillic or iso-8859-5)"
        );
    }

    #[test]
    fn damaged_utf8_is_not_taken_for_another_encoding() {
        assert_eq!(
            refused(b"\xD0\xBA\xD0\xBE\xD0\xB4\n\xD0\n", None),
            "line 2: byte 0xD0 at offset 7 is not valid UTF-8, though the text is mostly UTF-8 (3 characters beyond \
             ASCII well-formed, 1 not): mend the file and save it as UTF-8"
        );
        assert_eq!(
            refused(b"\xEF\xBB\xBFa\r\n\xEF\xF0", None),
            "line 2: byte 0xEF at offset 6 is not valid UTF-8: mend the file, or name its true encoding"
        );
    }

    #[test]
    fn a_named_encoding_is_kept_to_strictly() {
        let utf8 = Some(Encoding::Utf8);
        let cyrillic = Some(Encoding::Windows1251);
        assert_eq!(concluded(&[PROSE.as_bytes()], utf8), Ok((Encoding::Utf8, "as named".to_owned())));
        assert_eq!(concluded(&[b"caf\xE9"], cyrillic), Ok((Encoding::Windows1251, "as named".to_owned())));
        assert_eq!(
            concluded(&["да".as_bytes()], cyrillic).expect("an encoding").1,
            "as named, although the file is valid UTF-8 with 2 Cyrillic letters"
        );
        assert_eq!(
            refused(b"a\rb\r\xC0", utf8),
            "line 3: byte 0xC0 at offset 4 is not valid UTF-8: mend the file, or name its true encoding"
        );
    }

    #[test]
    fn the_byte_that_windows_1251_leaves_undefined_is_refused() {
        let expected = "line 2: byte 0x98 at offset 2 means nothing in windows-1251: the encoding is another one, or the \
                        file is damaged";
        assert_eq!(refused(b"a\n\x98", Some(Encoding::Windows1251)), expected);
        let mut prose = windows_1251(PROSE);
        prose.splice(0..0, *b"a\n\x98");
        assert_eq!(refused(&prose, None), expected);
    }

    #[test]
    fn nul_is_refused_whatever_is_named() {
        for named in [None, Some(Encoding::Utf8), Some(Encoding::Windows1251)] {
            assert_eq!(
                refused(b"a\nb\0", named),
                "line 2: a NUL byte at offset 3: the file is binary, not text; is it an Excel workbook? \
                 Save the sheet as CSV in UTF-8"
            );
        }
    }
}
