//! The answer while it is written: JSON bytes, the errors met so far, and the path to where the writing is.
//! It knows JSON and nothing of what is written.

use apollo_compiler::Name;
use apollo_compiler::parser::LineColumn;
use apollo_compiler::response::{GraphQLError, ResponseDataPathSegment};
use jiff::civil::Date;

use super::super::fault::Fault;

/// An error was told, and what it happened in is null or, where it must not be, goes on to what that is in
/// (specification, 6.4.4).
pub struct PropagateNull;

pub type Written = Result<(), PropagateNull>;

/// A step of the path from the root of the answer.
#[derive(Clone, Copy)]
pub enum Step<'q> {
    Key(&'q str),
    Index(usize),
}

pub struct Output<'q> {
    pub bytes: Vec<u8>,
    pub errors: Vec<GraphQLError>,
    errors_max: usize,
    path: Vec<Step<'q>>,
    /// Where the field that is being written stands in the query.
    location: Option<LineColumn>,
}

impl<'q> Output<'q> {
    /// `bytes` is how long the answer is likely to be.
    pub fn new(errors_max: usize, bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes.max(512)), errors: Vec::new(), errors_max, path: Vec::new(), location: None }
    }

    /// Goes into a field or an element; `leave` goes out of it again.
    pub fn enter(&mut self, step: Step<'q>) {
        self.path.push(step);
    }

    pub fn leave(&mut self) {
        self.path.pop();
    }

    /// Where the errors of the field at hand are located.
    pub fn locate(&mut self, location: Option<LineColumn>) -> Option<LineColumn> {
        std::mem::replace(&mut self.location, location)
    }

    /// Tells an error of the field at hand. Every object can have the same again, so only so many are kept.
    pub fn fail(&mut self, fault: &Fault) -> PropagateNull {
        if self.errors.len() < self.errors_max {
            let error = GraphQLError { locations: self.location.into_iter().collect(), path: self.error_path(), ..fault.to_error() };
            self.errors.push(error);
        }
        PropagateNull
    }

    /// The same for an error that has its location already.
    pub fn refuse(&mut self, error: &GraphQLError) -> PropagateNull {
        if self.errors.len() < self.errors_max {
            self.errors.push(GraphQLError { path: self.error_path(), ..error.clone() });
        }
        PropagateNull
    }

    fn error_path(&self) -> Vec<ResponseDataPathSegment> {
        let segment = |step: &Step<'_>| match step {
            // Keys come from names of the query.
            Step::Key(key) => Name::new(key).ok().map(ResponseDataPathSegment::Field),
            Step::Index(at) => Some(ResponseDataPathSegment::ListIndex(*at)),
        };
        self.path.iter().filter_map(segment).collect()
    }

    pub fn raw(&mut self, json: &str) {
        self.bytes.extend_from_slice(json.as_bytes());
    }

    pub fn null(&mut self) {
        self.raw("null");
    }

    /// Begins the next member of an object or the next element of a list.
    pub fn comma(&mut self, is_first: bool) {
        if !is_first {
            self.bytes.push(b',');
        }
    }

    pub fn text(&mut self, text: &str) {
        self.bytes.push(b'"');
        // Nearly no text has anything to escape, and the whole is copied much faster than letter by letter.
        if text.bytes().fold(true, |plain, byte| plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\')) {
            self.bytes.extend_from_slice(text.as_bytes());
        } else {
            self.escaped(text);
        }
        self.bytes.push(b'"');
    }

    fn escaped(&mut self, text: &str) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        for byte in text.bytes() {
            let short = match byte {
                b'"' => b'"',
                b'\\' => b'\\',
                b'\n' => b'n',
                b'\r' => b'r',
                b'\t' => b't',
                0x08 => b'b',
                0x0C => b'f',
                0..=0x1F => {
                    self.raw("\\u00");
                    self.bytes.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
                    continue;
                }
                _ => {
                    self.bytes.push(byte);
                    continue;
                }
            };
            self.bytes.extend([b'\\', short]);
        }
    }

    pub fn optional_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None => self.null(),
        }
    }

    pub fn texts<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        self.bytes.push(b'[');
        for (at, text) in texts.enumerate() {
            self.comma(at == 0);
            self.text(text);
        }
        self.bytes.push(b']');
    }

    pub fn integer(&mut self, number: i64) {
        use std::io::Write;
        write!(self.bytes, "{number}").expect("memory takes everything");
    }

    pub fn boolean(&mut self, flag: bool) {
        self.raw(if flag { "true" } else { "false" });
    }

    /// Years have four digits: `validity` reads no others.
    pub fn date(&mut self, date: Date) {
        let digits = |number: i16| [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8];
        let ([c0, c1], [y0, y1]) = (digits(date.year() / 100), digits(date.year() % 100));
        let ([m0, m1], [d0, d1]) = (digits(i16::from(date.month())), digits(i16::from(date.day())));
        self.bytes.extend([b'"', c0, c1, y0, y1, b'-', m0, m1, b'-', d0, d1, b'"']);
    }

    pub fn optional_date(&mut self, date: Option<Date>) {
        match date {
            Some(date) => self.date(date),
            None => self.null(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn texts_are_escaped_as_serde_does(text in any::<String>(), control in 0u8..0x80) {
            for text in [text.clone(), format!("{text}{}\"\\", control as char)] {
                let mut output = Output::new(0, 0);
                output.text(&text);
                prop_assert_eq!(output.bytes, serde_json::to_vec(&text).unwrap());
            }
        }

        #[test]
        fn dates_are_written_as_jiff_does(year in 1i16..=9998, month in 1i8..=12, day in 1i8..=28) {
            let date = Date::new(year, month, day).unwrap();
            let mut output = Output::new(0, 0);
            output.date(date);
            prop_assert_eq!(String::from_utf8(output.bytes).unwrap(), format!("\"{date}\""));
        }
    }
}
