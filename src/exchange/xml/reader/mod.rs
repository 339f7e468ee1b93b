//! An XML document, event by event, with namespaces resolved and lines counted. Document types, entities, runaway depths and sizes
//! are refused, since no file of items needs them. Deliberately unknown: what the elements mean.

use std::borrow::Cow;

use quick_xml::XmlVersion;
use quick_xml::escape::{EscapeError, resolve_predefined_entity};
use quick_xml::events::attributes::AttrError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::{NamespaceResolver, ResolveResult};
use quick_xml::reader::NsReader;

use super::super::table::{FileError, FileLimits, Input};
use super::decoder::{Decoder, Refused};
use super::{forbidden_character, shown};

const DEPTH_MAX: usize = 32;

/// Also keeps the search for attributes that are there twice short.
const ATTRIBUTES_MAX: usize = 64;

/// What may stand between the children of an element besides white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    Nothing,
    /// Text that is passed over.
    AnyText,
}

/// A start tag. Its namespace is empty where it has none; of its attributes the unprefixed ones and those of `xml:` are kept.
#[derive(Debug, Default)]
pub struct Element {
    namespace: String,
    name: String,
    attributes: Vec<(String, String)>,
    /// The first of `attributes` are those of this element; the rest waits to be used again.
    attribute_count: usize,
}

impl Element {
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Without a prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes[..self.attribute_count].iter();
        attributes.find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    fn push_attribute(&mut self, name: &str, value: &str) {
        if self.attribute_count == self.attributes.len() {
            self.attributes.push(Default::default());
        }
        let (kept_name, kept_value) = &mut self.attributes[self.attribute_count];
        kept_name.clear();
        kept_name.push_str(name);
        kept_value.clear();
        kept_value.push_str(value);
        self.attribute_count += 1;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Start,
    Text,
    End,
    EndOfFile,
}

pub struct XmlReader {
    events: NsReader<Decoder>,
    buffer: Vec<u8>,
    /// The names of the elements that are open; what stands beyond `depth` waits to be used again.
    open: Vec<String>,
    depth: usize,
    line: u64,
    element: Element,
    /// One piece of text, and the pieces of one element together.
    piece: String,
    text: String,
    encoding: String,
}

impl XmlReader {
    pub fn new(input: Box<dyn Input>, limits: &FileLimits) -> Result<XmlReader, FileError> {
        let (decoder, encoding) = Decoder::new(input, limits.row.record_bytes_max)?;
        let mut events = NsReader::from_reader(decoder);
        events.config_mut().expand_empty_elements = true;
        Ok(XmlReader {
            events,
            buffer: Vec::new(),
            open: Vec::new(),
            depth: 0,
            line: 1,
            element: Element::default(),
            piece: String::new(),
            text: String::new(),
            encoding,
        })
    }

    /// How the encoding is known.
    pub fn encoding(&self) -> &str {
        &self.encoding
    }

    pub fn bytes_read(&self) -> u64 {
        self.events.get_ref().bytes_read()
    }

    /// The line on which the tag or text that was read last starts.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The start tag that was read last.
    pub fn element(&self) -> &Element {
        &self.element
    }

    /// The text of the element that `read_text` read last.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn refused(&self, message: impl Into<String>) -> FileError {
        FileError::at_line(self.line, message)
    }

    /// On the line of the first letter of the text, which may begin with line feeds.
    fn refused_text(&self, message: String) -> FileError {
        let letters = self.piece.trim_start().len();
        let line_feeds = self.piece[..self.piece.len() - letters].matches('\n').count();
        FileError::at_line(self.line + line_feeds as u64, message)
    }

    /// Goes to the start tag of the root.
    pub fn root(&mut self) -> Result<(), FileError> {
        match self.step()? {
            Step::Start => Ok(()),
            _ => Err(self.refused("the file is empty: there is no XML in it")),
        }
    }

    /// Inside an element, goes to the start tag of its next child; `false` at its end tag.
    pub fn next_child(&mut self, between: Between) -> Result<bool, FileError> {
        loop {
            match self.step()? {
                Step::Start => return Ok(true),
                Step::End | Step::EndOfFile => return Ok(false),
                Step::Text if between == Between::AnyText || self.piece.trim().is_empty() => {}
                Step::Text => {
                    let inside = &self.open[self.depth - 1];
                    let text: String = self.piece.trim().chars().take(40).collect();
                    return Err(
                        self.refused_text(format!("<{inside}> holds the text «{text}», and only elements belong there: take it out"))
                    );
                }
            }
        }
    }

    /// Inside an element, goes to its end tag and leaves all its text in `text`. It may have no children.
    pub fn read_text(&mut self) -> Result<&str, FileError> {
        self.text.clear();
        loop {
            match self.step()? {
                Step::Text => self.text.push_str(&self.piece),
                Step::End | Step::EndOfFile => return Ok(&self.text),
                Step::Start => {
                    let (inside, child) = (&self.open[self.depth - 2], &self.open[self.depth - 1]);
                    return Err(self.refused(format!("<{inside}> holds <{child}>, and only text belongs there")));
                }
            }
        }
    }

    /// Inside an element, goes to its end tag. What it holds is given, which is either text or an attribute of its one child.
    pub fn read_text_or_child(&mut self, child: &str, attribute: &str) -> Result<String, FileError> {
        let mut found = String::new();
        loop {
            match self.step()? {
                Step::Text => found.push_str(&self.piece),
                Step::End | Step::EndOfFile => return Ok(found),
                Step::Start if self.element.name == child => {
                    found.push_str(self.element.attribute(attribute).unwrap_or_default());
                    self.skip()?;
                }
                Step::Start => {
                    let inside = &self.open[self.depth - 2];
                    return Err(self.refused(format!("<{inside}> holds <{}>, and a text or <{child}> belongs there", self.element.name)));
                }
            }
        }
    }

    /// Inside an element, goes to its end tag, whatever is in it.
    pub fn skip(&mut self) -> Result<(), FileError> {
        let depth = self.depth;
        while self.depth >= depth {
            self.step()?;
        }
        Ok(())
    }

    /// After the end tag of the root, makes sure that nothing follows.
    pub fn end(&mut self) -> Result<(), FileError> {
        match self.step()? {
            Step::EndOfFile => Ok(()),
            _ => Err(self.refused(format!("<{}> follows the end of the document: a file holds one document", self.element.name))),
        }
    }

    fn step(&mut self) -> Result<Step, FileError> {
        loop {
            if let Some(step) = self.read_event()? {
                return Ok(step);
            }
        }
    }

    /// One event; `None` for what nobody needs.
    fn read_event(&mut self) -> Result<Option<Step>, FileError> {
        self.line = self.events.get_ref().line();
        self.events.get_mut().start_piece();
        self.buffer.clear();
        let event = match self.events.read_event_into(&mut self.buffer) {
            Ok(event) => event,
            Err(error) => return Err(self.translate(error)),
        };
        let problem = match event {
            Event::Start(start) | Event::Empty(start) => match take(&mut self.element, &start, self.events.resolver()) {
                Ok(()) => return self.enter().map(|()| Some(Step::Start)),
                Err(message) => message,
            },
            Event::End(_) => {
                self.depth -= 1;
                return Ok(Some(Step::End));
            }
            Event::Text(text) => {
                return replace(&mut self.piece, &text.into_inner(), self.depth).map_err(|message| self.refused_text(message));
            }
            Event::CData(text) => {
                return replace(&mut self.piece, &text.into_inner(), self.depth).map_err(|message| self.refused_text(message));
            }
            Event::GeneralRef(reference) => match resolved(&reference.into_inner()) {
                Ok(letters) => return replace(&mut self.piece, &letters, self.depth).map_err(|message| self.refused_text(message)),
                Err(message) => message,
            },
            Event::DocType(_) => {
                "the file has a document type (<!DOCTYPE …>), which can pull in other files and grow without end: take it out".into()
            }
            Event::Eof if self.depth > 0 => return Err(self.cut_off()),
            Event::Eof => return Ok(Some(Step::EndOfFile)),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => return Ok(None),
        };
        Err(self.refused(problem))
    }

    fn enter(&mut self) -> Result<(), FileError> {
        if self.depth == DEPTH_MAX {
            return Err(self.refused(format!("<{}> stands inside more than {DEPTH_MAX} others: the file is damaged", self.element.name)));
        }
        if self.depth == self.open.len() {
            self.open.push(String::new());
        }
        let name = &mut self.open[self.depth];
        name.clear();
        name.push_str(&self.element.name);
        self.depth += 1;
        Ok(())
    }

    fn cut_off(&self) -> FileError {
        let line = self.events.get_ref().line();
        match self.open[..self.depth].last() {
            Some(name) => FileError::at_line(line, format!("the file ends in the middle of <{name}>: it was cut off, send it whole")),
            None => FileError::at_line(line, "the file ends in the middle of a tag: it was cut off, send it whole"),
        }
    }

    fn translate(&self, error: quick_xml::Error) -> FileError {
        let line = self.events.get_ref().line();
        match error {
            quick_xml::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()) {
                Some(Refused(message)) => FileError::at_line(line, message),
                None => FileError::at_line(line, format!("the file could not be read: {error}")),
            },
            quick_xml::Error::Syntax(quick_xml::errors::SyntaxError::InvalidBangMarkup) => {
                self.refused("`<!` begins neither a comment nor CDATA: the file is not well-formed XML, mend it or export it anew")
            }
            quick_xml::Error::Syntax(_) => self.cut_off(),
            error => self.refused(format!("the file is not well-formed XML: {error}: mend it, or export it anew")),
        }
    }
}

/// Takes a text over. Outside of the document only white space may stand, and is nothing.
fn replace(text: &mut String, read: &str, depth: usize) -> Result<Option<Step>, String> {
    text.clear();
    text.push_str(read);
    match depth {
        0 if text.trim_matches([' ', '\t', '\n']).is_empty() => Ok(None),
        0 => Err("there is text outside of the document: is the file XML at all?".to_owned()),
        _ => Ok(Some(Step::Text)),
    }
}

/// Takes a start tag over, or says what is wrong with it.
fn take(element: &mut Element, start: &BytesStart<'_>, resolver: &NamespaceResolver) -> Result<(), String> {
    let (namespace, name) = resolver.resolve_element(start.name());
    element.namespace.clear();
    match namespace {
        ResolveResult::Bound(namespace) => element.namespace.push_str(namespace.into_inner()),
        ResolveResult::Unbound => {}
        ResolveResult::Unknown(prefix) => return Err(undeclared(&prefix, start.name().as_ref())),
    }
    element.name.clear();
    element.name.push_str(name.as_ref());
    element.attribute_count = 0;
    for (at, attribute) in start.attributes().enumerate() {
        if at == ATTRIBUTES_MAX {
            return Err(format!("<{}> has more than {ATTRIBUTES_MAX} attributes: the file is damaged", element.name));
        }
        let attribute = attribute.map_err(|error| attribute_problem(&element.name, &error))?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let key: &str = attribute.key.as_ref();
        match attribute.key.prefix() {
            None => {}
            Some(prefix) if prefix.as_ref() == "xml" => {}
            Some(prefix) => match resolver.resolve_attribute(attribute.key).0 {
                ResolveResult::Unknown(_) => return Err(undeclared(prefix.as_ref(), key)),
                _ => continue,
            },
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|error| match error {
            quick_xml::Error::Escape(EscapeError::UnrecognizedEntity(_, name)) => unknown_entity(&name),
            error => format!("the attribute {key} of <{}> is not well-formed: {error}", element.name),
        })?;
        if let Some(letter) = forbidden_character(&value) {
            return Err(format!("the attribute {key} of <{}> has the character {}, which XML forbids", element.name, shown(letter)));
        }
        element.push_attribute(key, &value);
    }
    Ok(())
}

fn attribute_problem(element: &str, error: &AttrError) -> String {
    match error {
        AttrError::Duplicated(..) => format!("<{element}> has an attribute twice: keep one of them"),
        error => format!("the attributes of <{element}> are not well-formed: {error}"),
    }
}

fn undeclared(prefix: &str, name: &str) -> String {
    format!("`{name}`: the prefix `{prefix}` is not declared: the start tag of the document lacks xmlns:{prefix}=\"…\"")
}

fn unknown_entity(name: &str) -> String {
    format!(
        "the entity &{name}; is not read: only &lt; &gt; &amp; &quot; &apos; and numbers such as &#8212; are; write the character itself"
    )
}

/// What stands for a reference in text.
fn resolved(name: &str) -> Result<Cow<'static, str>, String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix('x') {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None => number.parse().ok(),
        };
        let letter = code.and_then(char::from_u32).filter(|letter| super::is_allowed(*letter));
        return letter
            .map(|letter| letter.to_string().into())
            .ok_or_else(|| format!("&{name}; is no character that XML allows: take it out"));
    }
    resolve_predefined_entity(name).map(Cow::Borrowed).ok_or_else(|| unknown_entity(name))
}

#[cfg(test)]
mod tests;
