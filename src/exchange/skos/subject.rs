//! Everything that a file of Turtle says, by whom it is said of. Deliberately unknown: what concepts are.

use std::collections::BTreeMap;

use oxttl::TurtleParser;

use super::super::table::FileError;
use super::{RDF_TYPE, SKOS};

/// Where relative names lead in a file that gives no base of its own.
const BASE: &str = "urn:svod:file/";

/// A list with nothing in it.
const RDF_NIL: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";

/// What is said of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Object {
    Text {
        text: String,
        language: Option<String>,
    },
    Address(String),
    /// A node without an address: `[…]`, a list, or `_:` something.
    Nameless(String),
}

impl Object {
    /// A text as it is, and what anything else is called.
    pub fn text(&self) -> &str {
        match self {
            Self::Text { text, .. } | Self::Address(text) | Self::Nameless(text) => text,
        }
    }

    pub fn language(&self) -> Option<&str> {
        match self {
            Self::Text { language, .. } => language.as_deref(),
            _ => None,
        }
    }
}

/// One sentence of the file, without its subject.
pub struct Said {
    pub predicate: String,
    pub object: Object,
    /// The line on which the sentence ends: Turtle itself keeps none.
    pub line: u64,
}

impl Said {
    /// What SKOS calls the predicate, if it is one of SKOS.
    pub fn skos(&self) -> Option<&str> {
        self.predicate.strip_prefix(SKOS)
    }
}

/// One subject of the file.
#[derive(Default)]
pub struct Subject {
    /// The line on which the first thing said of it ends.
    pub line: u64,
    /// How many subjects come before it in the file.
    pub order: usize,
    pub said: Vec<Said>,
}

impl Subject {
    fn new(line: u64, order: usize) -> Self {
        Self { line, order, said: Vec::new() }
    }

    pub fn all<'s>(&'s self, predicate: &'s str) -> impl Iterator<Item = &'s Said> {
        self.said.iter().filter(move |said| said.predicate == predicate)
    }

    pub fn text(&self, predicate: &str) -> Option<&str> {
        self.said.iter().find(|said| said.predicate == predicate).map(|said| said.object.text())
    }

    pub fn is_a(&self, kind: &str) -> bool {
        self.all(RDF_TYPE).any(|said| said.object.text().strip_prefix(SKOS) == Some(kind))
    }
}

/// Everything that is said, by whom it is said of.
pub fn subjects_of(text: &str) -> Result<BTreeMap<String, Subject>, FileError> {
    let mut parser = TurtleParser::new().with_base_iri(BASE).map_err(|error| FileError::of_file(error.to_string()))?.low_level();
    let mut subjects: BTreeMap<String, Subject> = BTreeMap::new();
    let mut only_named = Vec::new();
    let mut lines = Lines { left: text, line: 1, at_once: 1, silent: 0 };
    loop {
        let part = lines.next();
        match part {
            Some((lines, _)) => parser.extend_from_slice(lines.as_bytes()),
            None => parser.end(),
        }
        let line = part.map_or(lines.line, |(_, line)| line);
        let mut has_triples = false;
        while let Some(triple) = parser.parse_next() {
            has_triples = true;
            let triple = triple.map_err(|error| malformed(&error))?;
            let order = subjects.len();
            let subject = plain(&triple.subject.to_string());
            let subject = subjects.entry(subject).or_insert_with(|| Subject::new(line, order));
            let object = match &triple.object {
                oxrdf::Term::Literal(literal) => {
                    Object::Text { text: literal.value().to_owned(), language: literal.language().map(str::to_owned) }
                }
                oxrdf::Term::NamedNode(name) if name.as_str() != RDF_NIL => Object::Address(name.as_str().to_owned()),
                other => Object::Nameless(other.to_string()),
            };
            let predicate = triple.predicate.as_str().to_owned();
            let is_text = matches!(object, Object::Text { .. });
            if !is_text && matches!(predicate.strip_prefix(SKOS), Some("narrower" | "hasTopConcept")) {
                only_named.push((object.text().to_owned(), line, order));
            }
            subject.said.push(Said { predicate, object, line });
        }
        if part.is_none() {
            // A concept may be known only by what another says of it.
            for (name, line, order) in only_named {
                subjects.entry(name).or_insert_with(|| Subject::new(line, order));
            }
            return Ok(subjects);
        }
        lines.seen(has_triples);
    }
}

fn malformed(error: &oxttl::TurtleSyntaxError) -> FileError {
    let at = error.location().start;
    FileError { line: Some(at.line + 1), column: Some(at.column as usize + 1), field: None, message: format!("not Turtle: {error}") }
}

/// A text by lines, so that what comes out of the parser is known to come from the line that went in.
struct Lines<'a> {
    left: &'a str,
    /// The number of the next line.
    line: u64,
    /// How many lines go in at once: more and more while nothing comes out for long, since the parser begins anew each time at the
    /// start of a literal that goes on and on.
    at_once: usize,
    /// How many lines went in since something came out.
    silent: usize,
}

/// Prefixes and comments are silent too, and what follows them is to have its own line.
const SILENT_MAX: usize = 64;

impl<'a> Lines<'a> {
    /// The next lines, and the number of the first of them that is not blank.
    fn next(&mut self) -> Option<(&'a str, u64)> {
        if self.left.is_empty() {
            return None;
        }
        let (mut length, mut filled, mut first) = (0, 0, None);
        for line in self.left.split_inclusive('\n') {
            length += line.len();
            if !line.trim().is_empty() {
                filled += 1;
                first.get_or_insert(self.line);
            }
            self.line += 1;
            if filled == self.at_once {
                break;
            }
        }
        let (lines, left) = self.left.split_at(length);
        self.left = left;
        Some((lines, first.unwrap_or(self.line)))
    }

    fn seen(&mut self, has_triples: bool) {
        if has_triples {
            (self.at_once, self.silent) = (1, 0);
            return;
        }
        self.silent = self.silent.saturating_add(self.at_once);
        if self.silent > SILENT_MAX {
            self.at_once = self.at_once.saturating_mul(2);
        }
    }
}

/// An address without its brackets.
fn plain(name: &str) -> String {
    name.trim_start_matches('<').trim_end_matches('>').to_owned()
}
