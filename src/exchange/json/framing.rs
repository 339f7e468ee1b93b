//! Cuts a JSON document into the objects that are its rows, one at a time: it follows brackets and strings and keeps the lines.
//! Deliberately unknown: what is inside of a row.

use std::io::{self, Read};

use memchr::memchr2;
use serde::de::IgnoredAny;

use super::super::table::FileError;
use super::object::malformed;

const BUFFER_BYTES: usize = 64 * 1024;

/// How deep a document may be. Rows are flat, so that anything deep is no table.
const DEPTH_MAX: usize = 64;

/// The longest name of a group of rows.
const KEY_BYTES_MAX: usize = 10_000;

/// Where a row stands in the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the array that the document is.
    Array,
    /// In an array that is a member of the document.
    MemberArray,
    /// A member of the document.
    Member,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    InArray {
        is_first: bool,
    },
    InObject {
        is_first: bool,
    },
    /// In an array that is a member of the document.
    InMemberArray {
        is_first: bool,
    },
    End,
}

pub(super) struct Framing<R> {
    reader: R,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    bytes_before: u64,
    line: u64,
    state: State,
    has_lines: bool,
    row_bytes_max: usize,
    /// The key of the member that the last row is or is in.
    pub(super) key: String,
}

impl<R: Read> Framing<R> {
    /// `has_lines`: every line is a row; otherwise the document is one value.
    pub(super) fn new(reader: R, has_lines: bool, row_bytes_max: usize) -> Self {
        let state = State::Start;
        let buffer = vec![0; BUFFER_BYTES];
        Self { reader, buffer, at: 0, filled: 0, bytes_before: 0, line: 1, state, has_lines, row_bytes_max, key: String::new() }
    }

    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_before + self.at as u64
    }

    /// Puts the next row into `row`, and tells where it stands and on which line it begins. `None` at the end.
    pub(super) fn next(&mut self, row: &mut Vec<u8>) -> Result<Option<(Place, u64)>, FileError> {
        row.clear();
        if self.state == State::Start {
            self.start()?;
        }
        loop {
            let found = match self.state {
                State::Start | State::End => return Ok(None),
                State::InArray { .. } if self.has_lines => self.next_line(row)?,
                State::InArray { is_first } => self.next_of_array(is_first, Place::Array, row)?,
                State::InMemberArray { is_first } => self.next_of_array(is_first, Place::MemberArray, row)?,
                State::InObject { is_first } => self.next_member(is_first, row)?,
            };
            if found.is_some() {
                return Ok(found);
            }
        }
    }

    fn start(&mut self) -> Result<(), FileError> {
        self.fill()?;
        let start = &self.buffer[..self.filled];
        if start.starts_with(b"\xFF\xFE") || start.starts_with(b"\xFE\xFF") {
            return Err(FileError::of_file("the file is UTF-16, and JSON is UTF-8: save it as UTF-8"));
        }
        if start.starts_with(b"\xEF\xBB\xBF") {
            self.at = 3;
        }
        self.state = match self.peek()? {
            None => State::End,
            Some(_) if self.has_lines => State::InArray { is_first: true },
            Some(b'[') => State::InArray { is_first: true },
            Some(b'{') => State::InObject { is_first: true },
            Some(_) => return Err(self.refused("the document is neither an array nor an object")),
        };
        if !self.has_lines && self.state != State::End {
            self.at += 1;
        }
        Ok(())
    }

    fn next_line(&mut self, row: &mut Vec<u8>) -> Result<Option<(Place, u64)>, FileError> {
        let Some(byte) = self.peek()? else {
            self.state = State::End;
            return Ok(None);
        };
        let line = self.line;
        if byte != b'{' {
            return Err(self.refused("the line is not an object"));
        }
        self.copy_value(row)?;
        // What follows on the line is no row of its own.
        while self.fill()? && matches!(self.buffer[self.at], b' ' | b'\t' | b'\r') {
            self.at += 1;
        }
        if self.fill()? && self.buffer[self.at] != b'\n' {
            return Err(self.refused("something follows the object on its line: every line is one object"));
        }
        Ok(Some((Place::Array, line)))
    }

    fn next_of_array(&mut self, is_first: bool, place: Place, row: &mut Vec<u8>) -> Result<Option<(Place, u64)>, FileError> {
        if self.ends(b']', is_first)? {
            if place == Place::Array {
                self.finish()?;
            } else {
                self.state = State::InObject { is_first: false };
            }
            return Ok(None);
        }
        self.state = if place == Place::Array { State::InArray { is_first: false } } else { State::InMemberArray { is_first: false } };
        let line = self.line;
        if self.peek()? != Some(b'{') {
            return Err(self.refused("a row is not an object: rows are objects such as {\"code\": \"01\", \"name\": \"…\"}"));
        }
        self.copy_value(row)?;
        Ok(Some((place, line)))
    }

    fn next_member(&mut self, is_first: bool, row: &mut Vec<u8>) -> Result<Option<(Place, u64)>, FileError> {
        if self.ends(b'}', is_first)? {
            self.finish()?;
            return Ok(None);
        }
        self.state = State::InObject { is_first: false };
        self.read_key(row)?;
        let line = self.line;
        match self.peek()? {
            Some(b'{') => {
                self.copy_value(row)?;
                Ok(Some((Place::Member, line)))
            }
            Some(b'[') => {
                self.at += 1;
                // An array of anything else says something about the table, not what is in it.
                if self.peek()? == Some(b'{') {
                    self.state = State::InMemberArray { is_first: true };
                } else {
                    self.skip_rest_of_array()?;
                }
                Ok(None)
            }
            Some(_) => {
                self.skip_value(row)?;
                Ok(None)
            }
            None => Err(self.cut()),
        }
    }

    /// Whether the array or object ends here; if not, the comma before the next part is passed.
    fn ends(&mut self, bracket: u8, is_first: bool) -> Result<bool, FileError> {
        match self.peek()? {
            None => return Err(self.cut()),
            Some(byte) if byte == bracket => {
                self.at += 1;
                return Ok(true);
            }
            Some(b',') if !is_first => self.at += 1,
            Some(_) if is_first => return Ok(false),
            Some(byte) => return Err(self.refused(format!("`,` or `{}` is missing before {}", char::from(bracket), shown(byte)))),
        }
        match self.peek()? {
            None => Err(self.cut()),
            Some(byte) if byte == bracket => Err(self.refused("a comma stands behind the last part: take it away")),
            Some(_) => Ok(false),
        }
    }

    fn read_key(&mut self, row: &mut Vec<u8>) -> Result<(), FileError> {
        if self.peek()? != Some(b'"') {
            return Err(self.refused("the name of a member is missing"));
        }
        row.clear();
        self.copy_value(row)?;
        if row.len() > KEY_BYTES_MAX {
            return Err(self.refused(format!("the name of a member has more than {KEY_BYTES_MAX} bytes")));
        }
        self.key = serde_json::from_slice(row).map_err(|error| self.refused(format!("the name of a member is malformed: {error}")))?;
        row.clear();
        match self.peek()? {
            Some(b':') => {
                self.at += 1;
                Ok(())
            }
            Some(_) => Err(self.refused(format!("`:` is missing behind {:?}", self.key))),
            None => Err(self.cut()),
        }
    }

    /// Copies the value that begins here, however it is made, to its end.
    fn copy_value(&mut self, value: &mut Vec<u8>) -> Result<(), FileError> {
        let line = self.line;
        let mut depth = 0_usize;
        loop {
            if !self.fill()? {
                // A number or word may end with the document; that it is whole is for others to see.
                return if depth == 0 && !value.is_empty() { Ok(()) } else { Err(self.cut()) };
            }
            let byte = self.buffer[self.at];
            match byte {
                b'"' => {
                    self.copy_string(value, line)?;
                    if depth == 0 {
                        return Ok(());
                    }
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth == 0 => return Ok(()),
                b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' if depth == 0 => return Ok(()),
                b'}' | b']' => depth -= 1,
                b'\n' => self.line += 1,
                _ => {}
            }
            value.push(byte);
            self.at += 1;
            if depth > DEPTH_MAX {
                return Err(self.refused(format!("the document is more than {DEPTH_MAX} levels deep")));
            }
            if value.len() > self.row_bytes_max {
                return Err(self.too_long(line));
            }
            if depth == 0 && matches!(byte, b'}' | b']') {
                return Ok(());
            }
        }
    }

    /// Copies a string with both its quotes.
    fn copy_string(&mut self, value: &mut Vec<u8>, line: u64) -> Result<(), FileError> {
        value.push(b'"');
        self.at += 1;
        loop {
            if !self.fill()? {
                return Err(self.cut());
            }
            let left = &self.buffer[self.at..self.filled];
            let end = memchr2(b'"', b'\\', left);
            let length = end.map_or(left.len(), |end| end + 1);
            // Line breaks are not allowed in strings, but lines are counted as they are.
            self.line += memchr::memchr_iter(b'\n', &left[..length]).count() as u64;
            value.extend_from_slice(&left[..length]);
            self.at += length;
            if value.len() > self.row_bytes_max {
                return Err(self.too_long(line));
            }
            match end.map(|_| self.buffer[self.at - 1]) {
                Some(b'"') => return Ok(()),
                Some(_) => {
                    if !self.fill()? {
                        return Err(self.cut());
                    }
                    value.push(self.buffer[self.at]);
                    self.at += 1;
                }
                None => {}
            }
        }
    }

    fn skip_rest_of_array(&mut self) -> Result<(), FileError> {
        let mut part = Vec::new();
        let mut is_first = true;
        while !self.ends(b']', is_first)? {
            is_first = false;
            self.skip_value(&mut part)?;
        }
        Ok(())
    }

    /// Passes a value that is no row, but has to be one of JSON all the same.
    fn skip_value(&mut self, value: &mut Vec<u8>) -> Result<(), FileError> {
        value.clear();
        let line = self.line;
        self.copy_value(value)?;
        serde_json::from_slice::<IgnoredAny>(value).map_err(|error| malformed(&error, line))?;
        value.clear();
        Ok(())
    }

    /// The document is at its end: nothing may follow.
    fn finish(&mut self) -> Result<(), FileError> {
        self.state = State::End;
        match self.peek()? {
            None => Ok(()),
            Some(b'{') => Err(self.refused("another object follows the document: if every line is an object, name the format ndjson")),
            Some(byte) => Err(self.refused(format!("{} follows the end of the document: take away what follows", shown(byte)))),
        }
    }

    /// The next byte that is no white space, without taking it.
    fn peek(&mut self) -> Result<Option<u8>, FileError> {
        while self.fill()? {
            match self.buffer[self.at] {
                b'\n' => self.line += 1,
                b' ' | b'\t' | b'\r' => {}
                byte => return Ok(Some(byte)),
            }
            self.at += 1;
        }
        Ok(None)
    }

    /// Makes sure that there is a byte to look at; `false` at the end of the file.
    fn fill(&mut self) -> Result<bool, FileError> {
        if self.at < self.filled {
            return Ok(true);
        }
        self.bytes_before += self.filled as u64;
        (self.at, self.filled) = (0, 0);
        self.filled = loop {
            match self.reader.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        Ok(self.filled > 0)
    }

    fn refused(&self, message: impl Into<String>) -> FileError {
        FileError::at_line(self.line, message)
    }

    fn cut(&self) -> FileError {
        self.refused("the file ends in the middle of the document: it was not written or sent whole")
    }

    fn too_long(&self, line: u64) -> FileError {
        FileError::at_line(line, format!("the row is longer than {} bytes", self.row_bytes_max))
    }
}

fn shown(byte: u8) -> String {
    if byte.is_ascii_graphic() { format!("`{}`", char::from(byte)) } else { format!("the byte 0x{byte:02X}") }
}
