//! The bytes of an XML file as UTF-8 with line feeds: what encoding it has by its mark or its declaration, where it breaks it, and
//! how many lines have been passed. It also bounds what one piece of markup or text may take.
//! Deliberately unknown: tags.

use std::fmt;
use std::io::{self, BufRead, Read};

use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251};
use memchr::{memchr, memchr_iter};

use super::super::table::{FileError, Input};

const CHUNK_BYTES: usize = 32 * 1024;

/// As far as the declaration of a document is looked for.
const DECLARATION_BYTES_MAX: usize = 4096;

/// Why the rest of a file is not read, on its way through the parser.
#[derive(Debug)]
pub(super) struct Refused(pub(super) String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

pub(super) struct Decoder {
    source: Box<dyn Input>,
    encoding: &'static Encoding,
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    /// What of `raw` is not decoded yet.
    raw_start: usize,
    is_source_at_end: bool,
    is_at_end: bool,
    text: Vec<u8>,
    /// What of `text` is not read yet.
    start: usize,
    end: usize,
    was_carriage_return: bool,
    /// Said when the text before it has been read.
    refusal: Option<String>,
    bytes_read: u64,
    line: u64,
    piece_bytes_max: usize,
    piece_bytes: usize,
}

impl Decoder {
    pub(super) fn new(mut source: Box<dyn Input>, piece_bytes_max: usize) -> Result<(Decoder, String), FileError> {
        let mut raw = Vec::with_capacity(CHUNK_BYTES);
        source.by_ref().take(DECLARATION_BYTES_MAX as u64).read_to_end(&mut raw)?;
        let (encoding, mark_bytes, because) = encoding_of(&raw)?;
        let decoder = Decoder {
            source,
            encoding,
            decoder: encoding.new_decoder_without_bom_handling(),
            bytes_read: raw.len() as u64,
            raw_start: mark_bytes,
            raw,
            is_source_at_end: false,
            is_at_end: false,
            text: vec![0; CHUNK_BYTES],
            start: 0,
            end: 0,
            was_carriage_return: false,
            refusal: None,
            line: 1,
            piece_bytes_max,
            piece_bytes: 0,
        };
        Ok((decoder, because))
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The line of what is read next, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// What follows is another tag or text: its bytes are counted anew.
    pub(super) fn start_piece(&mut self) {
        self.piece_bytes = 0;
    }

    fn refuse(&self, message: String) -> io::Error {
        io::Error::other(Refused(message))
    }

    /// Decodes until there is text, the file ends or breaks its encoding.
    fn refill(&mut self) -> io::Result<()> {
        (self.start, self.end) = (0, 0);
        while self.end == 0 && !self.is_at_end {
            if let Some(message) = self.refusal.take() {
                return Err(self.refuse(message));
            }
            if self.raw_start == self.raw.len() && !self.is_source_at_end {
                self.raw.resize(CHUNK_BYTES, 0);
                let bytes = self.source.read(&mut self.raw)?;
                self.raw.truncate(bytes);
                self.raw_start = 0;
                self.bytes_read += bytes as u64;
                self.is_source_at_end = bytes == 0;
            }
            self.decode();
            self.take_line_ends();
            self.stop_at_forbidden();
        }
        Ok(())
    }

    fn decode(&mut self) {
        let mut raw = &self.raw[self.raw_start..];
        // Decoders made for the web let the one undefined byte of windows-1251 pass as a control character.
        let undefined = if self.encoding == WINDOWS_1251 { memchr(0x98, raw) } else { None };
        raw = &raw[..undefined.unwrap_or(raw.len())];
        let is_last = self.is_source_at_end && undefined.is_none();
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, is_last);
        self.raw_start += read;
        self.end = written;
        match result {
            DecoderResult::InputEmpty if undefined.is_some() => {
                self.refusal = Some("the byte 0x98 means nothing in windows-1251: the file has another encoding than it says, or is damaged: save it as UTF-8".into());
            }
            DecoderResult::InputEmpty => self.is_at_end = is_last && written == 0,
            DecoderResult::OutputFull => {}
            DecoderResult::Malformed(..) => {
                let name = self.encoding.name();
                self.refusal =
                    Some(format!("the text is not valid {name}, which is the encoding of the file: mend it, or save it as UTF-8"));
            }
        }
    }

    /// CRLF and a lone CR are line feeds to whoever reads XML.
    fn take_line_ends(&mut self) {
        if !self.was_carriage_return && memchr(b'\r', &self.text[..self.end]).is_none() {
            return;
        }
        let mut kept = 0;
        for at in 0..self.end {
            let byte = self.text[at];
            let is_second_half = byte == b'\n' && self.was_carriage_return;
            self.was_carriage_return = byte == b'\r';
            if !is_second_half {
                self.text[kept] = if byte == b'\r' { b'\n' } else { byte };
                kept += 1;
            }
        }
        self.end = kept;
    }

    fn stop_at_forbidden(&mut self) {
        let is_forbidden = |byte: &u8| *byte < 0x20 && !matches!(byte, b'\t' | b'\n');
        if let Some(at) = self.text[..self.end].iter().position(is_forbidden) {
            self.refusal = Some(format!("the character U+{:04X} is not allowed in XML: take it out", self.text[at]));
            self.end = at;
        }
    }
}

impl BufRead for Decoder {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end {
            self.refill()?;
        }
        if self.piece_bytes > self.piece_bytes_max && self.start < self.end {
            let max = self.piece_bytes_max;
            return Err(self.refuse(format!("a tag, text or comment has more than {max} bytes: it is damaged, or too long for one value")));
        }
        Ok(&self.text[self.start..self.end])
    }

    fn consume(&mut self, bytes: usize) {
        let passed = &self.text[self.start..self.start + bytes];
        self.line += memchr_iter(b'\n', passed).count() as u64;
        self.piece_bytes += bytes;
        self.start += bytes;
    }
}

impl Read for Decoder {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bytes = self.fill_buf()?.read(buffer)?;
        self.consume(bytes);
        Ok(bytes)
    }
}

/// The encoding, the length of its mark, and how it is known.
fn encoding_of(start: &[u8]) -> Result<(&'static Encoding, usize, String), FileError> {
    if let Some((encoding, mark_bytes)) = Encoding::for_bom(start) {
        return Ok((encoding, mark_bytes, "by its byte-order mark".to_owned()));
    }
    if matches!(start, [0, b'<', ..] | [b'<', 0, ..]) {
        return Err(FileError::of_file("the text is UTF-16 without a byte-order mark: save the file as UTF-8"));
    }
    let Some(label) = declared_encoding(start) else {
        return Ok((UTF_8, 0, "the file declares none".to_owned()));
    };
    match Encoding::for_label_no_replacement(label.as_bytes()) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Err(FileError::at_line(
            1,
            format!("the file says that its encoding is {label}, but it is not: save it as UTF-8, and let it say so"),
        )),
        Some(encoding) => Ok((encoding, 0, format!("declared as {label}"))),
        None => Err(FileError::at_line(1, format!("the encoding {label} is not known: save the file as UTF-8"))),
    }
}

/// What the XML declaration says.
fn declared_encoding(start: &[u8]) -> Option<&str> {
    let declaration = start.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    value[1..].split(quote).next()
}
