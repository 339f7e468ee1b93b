//! Items as CSV by RFC 4180: quotes only where they are needed, one record after another into one buffer.
//! Deliberately unknown: which items, and what a spreadsheet makes of them beyond formulas.

use std::io::{self, Write};

use encoding_rs::{Encoder, EncoderResult};
use memchr::{memchr, memchr3};

use super::super::cells::{ItemColumn, columns, is_like_formula};
use super::super::writing::{ItemWriter, LineEnd, WriteOptions};
use super::{Encoding, UTF8_BYTE_ORDER_MARK};
use crate::domain::dictionary::Dictionary;
use crate::domain::item::ItemVersion;

/// How much is gathered before it is handed on.
const BUFFER_BYTES: usize = 64 * 1024;
const MARK: char = '\u{feff}';

struct CsvItemWriter<'a> {
    dictionary: &'a Dictionary,
    columns: Vec<ItemColumn>,
    /// For each column, whether a formula in it is to be neutralised.
    neutralised: Vec<bool>,
    quoting: Quoting,
    encoding: Encoding,
    line_end: &'static str,
    /// Records not handed on yet; of another encoding than UTF-8, the record being written.
    text: String,
    encoded: Vec<u8>,
    out: Box<dyn Write + 'a>,
}

/// Writes cells one after another, quoted where they must be.
struct Quoting {
    separator: u8,
    /// The cell that is being quoted.
    cell: String,
}

pub fn writer<'a>(dictionary: &'a Dictionary, options: &WriteOptions, out: Box<dyn Write + 'a>) -> io::Result<Box<dyn ItemWriter + 'a>> {
    let columns = columns(dictionary);
    let neutralised = columns.iter().map(|column| options.neutralises_formulas && column.holds_text(dictionary)).collect();
    let line_end = match options.line_end {
        LineEnd::Lf => "\n",
        LineEnd::CrLf => "\r\n",
    };
    let mut writer = CsvItemWriter {
        dictionary,
        columns,
        neutralised,
        quoting: Quoting { separator: options.separator.byte(), cell: String::new() },
        encoding: options.encoding,
        line_end,
        text: String::with_capacity(BUFFER_BYTES + 4096),
        encoded: Vec::new(),
        out,
    };
    writer.start(options)?;
    Ok(Box::new(writer))
}

impl CsvItemWriter<'_> {
    fn start(&mut self, options: &WriteOptions) -> io::Result<()> {
        match self.encoding {
            Encoding::Utf8 if options.has_mark => self.out.write_all(UTF8_BYTE_ORDER_MARK)?,
            // Without its mark, UTF-16 is a guess.
            Encoding::Utf16Le => self.out.write_all(b"\xFF\xFE")?,
            Encoding::Utf16Be => self.out.write_all(b"\xFE\xFF")?,
            _ => {}
        }
        if options.has_header {
            let names: Vec<String> = self.columns.iter().map(|column| column.name(self.dictionary)).collect();
            self.text.push_str(&names.join(char::from(self.quoting.separator).encode_utf8(&mut [0; 4])));
            self.end_record(None)?;
        }
        Ok(())
    }

    fn separate(&mut self, at: usize) {
        if at > 0 {
            self.text.push(char::from(self.quoting.separator));
        }
    }

    fn end_record(&mut self, item: Option<&ItemVersion>) -> io::Result<()> {
        self.text.push_str(self.line_end);
        if self.encoding != Encoding::Utf8 {
            self.encode(item)?;
        } else if self.text.len() >= BUFFER_BYTES {
            self.out.write_all(self.text.as_bytes())?;
            self.text.clear();
        }
        Ok(())
    }

    fn encode(&mut self, item: Option<&ItemVersion>) -> io::Result<()> {
        let unmappable = match self.encoding {
            Encoding::Utf16Le => encode_utf16(&self.text, u16::to_le_bytes, &mut self.encoded),
            Encoding::Utf16Be => encode_utf16(&self.text, u16::to_be_bytes, &mut self.encoded),
            single_byte => encode(single_byte.decoder().new_encoder(), &self.text, &mut self.encoded),
        };
        if let Some(character) = unmappable {
            return Err(self.refusal(item, character));
        }
        self.text.clear();
        if self.encoded.len() >= BUFFER_BYTES {
            self.hand_on()?;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> io::Result<()> {
        let bytes = if self.encoding == Encoding::Utf8 { self.text.as_bytes() } else { &self.encoded };
        self.out.write_all(bytes)?;
        self.text.clear();
        self.encoded.clear();
        Ok(())
    }

    fn refusal(&self, item: Option<&ItemVersion>, character: char) -> io::Error {
        let Some(item) = item else { return io::Error::new(io::ErrorKind::InvalidData, "a column has a name that cannot be encoded") };
        let has_character = |column: &&ItemColumn| {
            let mut cell = String::new();
            column.write(item, &mut cell);
            cell.contains(character)
        };
        let attribute = self.columns.iter().find(has_character).map(|column| column.name(self.dictionary)).unwrap_or_default();
        let message = format!(
            "{} of item {} has the character {character:?} (U+{:04X}), which {} does not have: write UTF-8, or change the text",
            attribute,
            item.code,
            u32::from(character),
            self.encoding.name()
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl ItemWriter for CsvItemWriter<'_> {
    fn write(&mut self, item: &ItemVersion) -> io::Result<()> {
        for at in 0..self.columns.len() {
            self.separate(at);
            let start = self.text.len();
            self.columns[at].write(item, &mut self.text);
            if self.neutralised[at] && is_like_formula(&self.text[start..]) {
                self.text.insert(start, '\'');
            }
            self.quoting.quote_where_needed(&mut self.text, start);
        }
        self.end_record(Some(item))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.hand_on()?;
        self.out.flush()
    }
}

impl Quoting {
    /// Quotes the last cell of a text if it would be read as something else without.
    fn quote_where_needed(&mut self, text: &mut String, start: usize) {
        let cell = &text.as_bytes()[start..];
        // A byte-order mark that begins a file would be lost unless a quote stands before it.
        let needs_quotes = memchr3(self.separator, b'"', b'\n', cell).is_some()
            || memchr(b'\r', cell).is_some()
            || (cell.first() == Some(&UTF8_BYTE_ORDER_MARK[0]) && text[start..].starts_with(MARK));
        if !needs_quotes {
            return;
        }
        self.cell.clear();
        self.cell.push_str(&text[start..]);
        text.truncate(start);
        text.push('"');
        for (at, part) in self.cell.split('"').enumerate() {
            if at > 0 {
                text.push_str("\"\"");
            }
            text.push_str(part);
        }
        text.push('"');
    }
}

/// Appends a text in another encoding; gives the first character that the encoding does not have.
fn encode(mut encoder: Encoder, mut text: &str, encoded: &mut Vec<u8>) -> Option<char> {
    loop {
        encoded.reserve(encoder.max_buffer_length_from_utf8_without_replacement(text.len()).unwrap_or(text.len()));
        let (result, read) = encoder.encode_from_utf8_to_vec_without_replacement(text, encoded, true);
        match result {
            EncoderResult::InputEmpty => return None,
            EncoderResult::OutputFull => text = &text[read..],
            EncoderResult::Unmappable(character) => return Some(character),
        }
    }
}

/// UTF-16 has every character.
fn encode_utf16(text: &str, bytes: fn(u16) -> [u8; 2], encoded: &mut Vec<u8>) -> Option<char> {
    encoded.extend(text.encode_utf16().flat_map(bytes));
    None
}
