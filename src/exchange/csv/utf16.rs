//! UTF-16 made UTF-8 on the way, so that everything behind needs to know but one shape of text; other files pass as they are.
//! Deliberately unknown: records. A byte-order mark stays, as that of UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult};

use super::Encoding;
use super::error::{CsvError, CsvErrorKind};
use super::lines::Lines;

const CHUNK_BYTES: usize = 32 * 1024;

/// The bytes of a file as the scanner and the csv crate want them.
pub(super) struct Text<R> {
    reader: R,
    transcoding: Option<Box<Transcoding>>,
}

struct Transcoding {
    name: &'static str,
    decoder: Decoder,
    undecoded: Vec<u8>,
    /// How much of `undecoded` is there and was used up.
    filled: usize,
    used: usize,
    /// The UTF-8 made so far, and how much of it was handed on.
    decoded: Vec<u8>,
    handed_on: usize,
    lines: Lines,
    bytes_decoded: u64,
    bytes_made: u64,
    bytes_read: u64,
    is_at_end: bool,
}

impl<R: Read> Text<R> {
    pub(super) fn new(reader: R, encoding: Encoding) -> Text<R> {
        Text { reader, transcoding: encoding.is_utf16().then(|| Box::new(Transcoding::new(encoding))) }
    }

    /// How much of the file was read, where that is not what was handed on.
    pub(super) fn file_bytes_read(&self) -> Option<u64> {
        self.transcoding.as_ref().map(|transcoding| transcoding.bytes_read)
    }
}

impl<R: Read> Read for Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(transcoding) = &mut self.transcoding else { return self.reader.read(buffer) };
        while transcoding.handed_on == transcoding.decoded.len() {
            if transcoding.is_at_end {
                return Ok(0);
            }
            transcoding.decode(&mut self.reader)?;
        }
        let left = &transcoding.decoded[transcoding.handed_on..];
        let bytes = left.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&left[..bytes]);
        transcoding.handed_on += bytes;
        Ok(bytes)
    }
}

impl Transcoding {
    fn new(encoding: Encoding) -> Transcoding {
        Transcoding {
            name: encoding.name(),
            decoder: encoding.decoder().new_decoder_without_bom_handling(),
            undecoded: vec![0; CHUNK_BYTES],
            filled: 0,
            used: 0,
            decoded: Vec::new(),
            handed_on: 0,
            lines: Lines::new(),
            bytes_decoded: 0,
            bytes_made: 0,
            bytes_read: 0,
            is_at_end: false,
        }
    }

    /// Decodes the next chunk of the file.
    fn decode(&mut self, reader: &mut impl Read) -> io::Result<()> {
        if self.used == self.filled {
            self.filled = read_some(reader, &mut self.undecoded)?;
            self.used = 0;
            self.bytes_read += self.filled as u64;
            self.is_at_end = self.filled == 0;
        }
        // Two bytes of UTF-16 are at most three of UTF-8, and a character may have been cut at the end of the chunk before.
        self.decoded.resize(CHUNK_BYTES * 2, 0);
        self.handed_on = 0;
        let undecoded = &self.undecoded[self.used..self.filled];
        let (result, used, made) = self.decoder.decode_to_utf8_without_replacement(undecoded, &mut self.decoded, self.is_at_end);
        self.used += used;
        self.bytes_decoded += used as u64;
        self.decoded.truncate(made);
        self.lines.pass(&self.decoded, self.bytes_made);
        self.bytes_made += made as u64;
        match result {
            DecoderResult::Malformed(length, after) => {
                let offset = self.bytes_decoded.saturating_sub(u64::from(length) + u64::from(after));
                let kind = CsvErrorKind::NotUtf16 { name: self.name, offset };
                Err(CsvError::at_line(self.lines.number(), kind).into())
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {
                self.is_at_end = self.is_at_end && result == DecoderResult::InputEmpty;
                Ok(())
            }
        }
    }
}

fn read_some(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes_of(text: &str, encoding: Encoding) -> Vec<u8> {
        let bytes = if encoding == Encoding::Utf16Le { u16::to_le_bytes } else { u16::to_be_bytes };
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn read(bytes: &[u8], encoding: Encoding) -> Result<String, String> {
        let mut text = String::new();
        let mut reader = Text::new(bytes, encoding);
        reader.read_to_string(&mut text).map_err(|error| CsvError::from(error).to_string())?;
        assert_eq!(reader.file_bytes_read(), Some(bytes.len() as u64));
        Ok(text)
    }

    #[test]
    fn what_is_not_utf16_is_refused_where_it_stands() {
        let mut bytes = bytes_of("а\nб", Encoding::Utf16Le);
        bytes.extend([0x00, 0xD8, 0x31, 0x00]);
        let expected = "line 2: the bytes at offset 6 are not valid utf-16le: the file is damaged, or its encoding is another one";
        assert_eq!(read(&bytes, Encoding::Utf16Le), Err(expected.to_owned()));
        let odd = &bytes_of("а\nб", Encoding::Utf16Be)[..5];
        assert!(read(odd, Encoding::Utf16Be).unwrap_err().starts_with("line 2: the bytes at offset 4 are not valid"));
    }

    #[test]
    fn other_encodings_pass_as_they_are() {
        let mut text = Vec::new();
        Text::new(&b"\xFFa"[..], Encoding::Windows1251).read_to_end(&mut text).unwrap();
        assert_eq!(text, b"\xFFa");
    }

    proptest! {
        #[test]
        fn any_text_is_read_back(text in "(?s:.){0,50}", times in 1usize..1500) {
            let text = text.repeat(times);
            for encoding in [Encoding::Utf16Le, Encoding::Utf16Be] {
                prop_assert_eq!(read(&bytes_of(&text, encoding), encoding), Ok(text.clone()));
            }
        }
    }
}
