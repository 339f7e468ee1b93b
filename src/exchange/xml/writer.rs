//! Writes XML, escaped and indented, through a buffer. Texts are taken as allowed in XML: `checked` says so beforehand.
//! Deliberately unknown: which elements a format has.

use std::io::{self, Write};

/// How much is kept before it is written out.
const BUFFER_BYTES: usize = 64 * 1024;

pub struct XmlWriter<'a> {
    out: Box<dyn Write + 'a>,
    text: String,
    open: Vec<&'static str>,
    /// Whether the last start tag still takes attributes.
    is_tag_open: bool,
}

impl<'a> XmlWriter<'a> {
    /// Begins a document in UTF-8.
    pub fn new(out: Box<dyn Write + 'a>) -> Self {
        let text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        Self { out, text, open: Vec::new(), is_tag_open: false }
    }

    /// A start tag on a line of its own.
    pub fn start(&mut self, name: &'static str) -> &mut Self {
        self.close_tag();
        self.break_line();
        self.text.push('<');
        self.text.push_str(name);
        self.open.push(name);
        self.is_tag_open = true;
        self
    }

    /// An attribute of the start tag just written.
    pub fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        escape(value, true, &mut self.text);
        self.text.push('"');
        self
    }

    /// The end tag of the element that was started last.
    pub fn end(&mut self) -> &mut Self {
        let name = self.open.pop().unwrap_or_default();
        if self.is_tag_open {
            self.text.push_str("/>");
            self.is_tag_open = false;
        } else {
            self.break_line();
            self.push_end_tag(name);
        }
        self
    }

    /// The text of the element that was started last, and its end tag.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.close_tag();
        escape(text, false, &mut self.text);
        let name = self.open.pop().unwrap_or_default();
        self.push_end_tag(name);
        self
    }

    /// An element that holds a text.
    pub fn element(&mut self, name: &'static str, text: &str) -> &mut Self {
        self.start(name).text(text)
    }

    /// Writes out what has been gathered, once that is enough to be worth it.
    pub fn flush_when_full(&mut self) -> io::Result<()> {
        if self.text.len() < BUFFER_BYTES {
            return Ok(());
        }
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    /// Ends all that is open, and the document.
    pub fn finish(&mut self) -> io::Result<()> {
        while !self.open.is_empty() {
            self.end();
        }
        self.text.push('\n');
        self.out.write_all(self.text.as_bytes())?;
        self.text.clear();
        self.out.flush()
    }

    fn close_tag(&mut self) {
        if self.is_tag_open {
            self.text.push('>');
            self.is_tag_open = false;
        }
    }

    fn break_line(&mut self) {
        self.text.push('\n');
        for _ in 0..self.open.len() {
            self.text.push_str("  ");
        }
    }

    fn push_end_tag(&mut self, name: &str) {
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }
}

/// A carriage return, and in attributes all white space but the space, would come back as something else.
fn escape(text: &str, is_attribute: bool, out: &mut String) {
    let mut plain_from = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escaped = match byte {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'\r' => "&#13;",
            b'"' if is_attribute => "&quot;",
            b'\n' if is_attribute => "&#10;",
            b'\t' if is_attribute => "&#9;",
            _ => continue,
        };
        out.push_str(&text[plain_from..at]);
        out.push_str(escaped);
        plain_from = at + 1;
    }
    out.push_str(&text[plain_from..]);
}
