//! The concepts of a file of Turtle as a table. Deliberately unknown: collections, mappings to other schemes, and what literals mean.

use std::collections::{BTreeMap, BTreeSet};

use oxttl::TurtleParser;

use super::super::kept_table::{KeptTable, read_document};
use super::super::row::Row;
use super::super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::{DCT, RDF_TYPE, SKOS, VOCABULARY};

/// Where relative names lead in a file that gives no base of its own.
const BASE: &str = "urn:svod:file/";

/// One subject of the file.
#[derive(Default)]
struct Subject {
    /// The line on which the first thing said of it ends: Turtle itself keeps none.
    line: u64,
    /// How many subjects come before it in the file.
    order: usize,
    /// What is said of it: predicate, text or address, language.
    said: Vec<(String, String, Option<String>)>,
}

pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let (text, bytes_total) = read_document(open()?, limits)?;
    let subjects = subjects_of(&text)?;
    let Named { schemes, concepts } = named(&subjects)?;
    if concepts.is_empty() && schemes.is_empty() {
        return Err(FileError::of_file("the file has neither a skos:ConceptScheme nor a skos:Concept: is it a concept scheme?"));
    }
    let scheme = schemes.first().and_then(|name| subjects.get(*name));
    let reading = Reading { subjects: &subjects, concepts: &concepts, has_schemes: schemes.len() > 1, scheme };
    let parents = reading.parents()?;
    let (columns, rows) = reading.rows(&parents.above, limits.row.columns_max)?;
    let hints = columns.iter().map(|name| ColumnHint { is_key: name == "code", ..ColumnHint::default() }).collect();
    let left_out = match parents.left_out {
        0 => String::new(),
        count => format!("; {count} broader concept(s) that are not in the file were left out"),
    };
    let several = if schemes.len() > 1 { ", told apart by the column scheme" } else { "" };
    let head = TableHead {
        hints,
        title: scheme.and_then(|scheme| scheme.text(&format!("{DCT}title"))),
        code: schemes.first().map(|name| local_name(name)),
        bytes_total,
        evidence: vec![("concepts".to_owned(), format!("{} of {} scheme(s){several}{left_out}", concepts.len(), schemes.len()))],
        columns: Some(columns),
        ..TableHead::default()
    };
    let rows = rows.into_iter().map(|(line, cells)| {
        let mut row = Row::new();
        row.start(line);
        cells.iter().for_each(|cell| row.push(cell));
        row
    });
    let rows = rows.collect();
    Ok(Box::new(KeptTable::new(head, rows)))
}

/// Everything that is said, by whom it is said of.
fn subjects_of(text: &str) -> Result<BTreeMap<String, Subject>, FileError> {
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
            let subject = subjects.entry(subject).or_insert_with(|| Subject { line, order, said: Vec::new() });
            let (text, language) = match &triple.object {
                oxrdf::Term::Literal(literal) => (literal.value().to_owned(), literal.language().map(str::to_owned)),
                other => (plain(&other.to_string()), None),
            };
            let predicate = triple.predicate.as_str();
            let is_literal = matches!(triple.object, oxrdf::Term::Literal(_));
            if !is_literal && matches!(predicate.strip_prefix(SKOS), Some("narrower" | "hasTopConcept")) {
                only_named.push((text.clone(), line, order));
            }
            subject.said.push((predicate.to_owned(), text, language));
        }
        if part.is_none() {
            // A concept may be known only by what another says of it.
            for (name, line, order) in only_named {
                subjects.entry(name).or_insert_with(|| Subject { line, order, said: Vec::new() });
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

/// The last part of an address, by which its concept is called where it has no notation; what is written in hexadecimal
/// (RFC 3986, 2.1) is read, unless it is no UTF-8.
fn local_name(address: &str) -> String {
    let trimmed = address.trim_end_matches(['/', '#']);
    let name = trimmed.rsplit(['/', '#', ':']).next().filter(|name| !name.is_empty()).unwrap_or(address);
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hexadecimal = match after {
            [high, low, ..] if *first == b'%' => digit(*high).zip(digit(*low)),
            _ => None,
        };
        bytes.push(hexadecimal.map_or(*first, |(high, low)| high * 16 + low));
        rest = if hexadecimal.is_some() { &after[2..] } else { after };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| name.to_owned())
}

fn digit(letter: u8) -> Option<u8> {
    char::from(letter).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl Subject {
    fn all<'s>(&'s self, predicate: &'s str) -> impl Iterator<Item = (&'s str, Option<&'s str>)> {
        let said = self.said.iter().filter(move |(name, ..)| name == predicate);
        said.map(|(_, text, language)| (text.as_str(), language.as_deref()))
    }

    fn text(&self, predicate: &str) -> Option<String> {
        self.all(predicate).next().map(|(text, _)| text.to_owned())
    }

    fn is_a(&self, kind: &str) -> bool {
        self.all(RDF_TYPE).any(|(name, _)| name.strip_prefix(SKOS) == Some(kind))
    }
}

/// The subjects of a file that are schemes, and those that are concepts.
struct Named<'a> {
    schemes: Vec<&'a str>,
    /// In the order of the file.
    concepts: Vec<&'a str>,
}

/// Which subjects are what, by type or by what only a concept or a scheme can say or be told (SKOS reference, S4 to S8 and S19 to S22).
/// What has a label, a notation or a scheme and is nothing else that SKOS knows is a concept too: one too many is seen in the preview,
/// one that is lost is not, and a file that is to be the whole dictionary would retire it.
fn named(subjects: &BTreeMap<String, Subject>) -> Result<Named<'_>, FileError> {
    let (mut schemes, mut concepts): (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for (name, subject) in subjects {
        for (predicate, to, _) in &subject.said {
            let said = predicate.strip_prefix(SKOS).unwrap_or_default();
            if matches!(said, "topConceptOf" | "narrower" | "broader") {
                concepts.insert(name);
            }
            if matches!(said, "hasTopConcept" | "narrower") {
                concepts.insert(to);
            }
            if said == "hasTopConcept" {
                schemes.insert(name);
            }
            if matches!(said, "inScheme" | "topConceptOf") {
                schemes.insert(to);
            }
        }
    }
    let has = |subject: &Subject, names: &[&str]| {
        subject.said.iter().any(|(predicate, ..)| predicate.strip_prefix(SKOS).is_some_and(|name| names.contains(&name)))
    };
    let is_scheme = |name: &str, subject: &Subject| subject.is_a("ConceptScheme") || schemes.contains(name);
    let is_concept = |name: &str, subject: &Subject| {
        let is_other = is_scheme(name, subject)
            || subject.is_a("Collection")
            || subject.is_a("OrderedCollection")
            || has(subject, &["member", "memberList"]);
        subject.is_a("Concept") || concepts.contains(name) || (!is_other && has(subject, &["prefLabel", "notation", "inScheme"]))
    };
    let all = || subjects.iter().map(|(name, subject)| (name.as_str(), subject));
    let mut found: Vec<(&str, &Subject)> = all().filter(|(name, subject)| is_concept(name, subject)).collect();
    found.sort_by_key(|(_, subject)| subject.order);
    if let Some((name, subject)) = found.iter().find(|(name, _)| name.starts_with("_:")) {
        let label = ["notation", "prefLabel"].iter().find_map(|said| subject.text(&format!("{SKOS}{said}")));
        let message = "it is a concept without an address (a blank node), which no other file could mean again: give it an address";
        let field = label.unwrap_or_else(|| (*name).to_owned());
        return Err(FileError { line: Some(subject.line), ..FileError::of_file(message).of_field(field) });
    }
    let schemes = all().filter(|(name, subject)| is_scheme(name, subject)).map(|(name, _)| name).collect();
    Ok(Named { schemes, concepts: found.into_iter().map(|(name, _)| name).collect() })
}

/// The line of a concept, and its cells.
type Cells = (u64, Vec<String>);

/// What stands above what.
struct Parents<'a> {
    /// The parent of each concept that has one.
    above: BTreeMap<&'a str, &'a str>,
    /// How many broader concepts are not in the file, while others are.
    left_out: usize,
}

struct Reading<'a> {
    subjects: &'a BTreeMap<String, Subject>,
    concepts: &'a [&'a str],
    has_schemes: bool,
    scheme: Option<&'a Subject>,
}

impl Reading<'_> {
    /// The columns, and for each concept its line and cells.
    fn rows(&self, above: &BTreeMap<&str, &str>, columns_max: usize) -> Result<(Vec<String>, Vec<Cells>), FileError> {
        let ours = |name: &str| self.scheme.and_then(|scheme| scheme.text(&format!("{VOCABULARY}{name}")));
        let display = ours("display").unwrap_or_else(|| "name".to_owned());
        let mut columns: Vec<String> = match ours("columns") {
            Some(columns) => columns.split(' ').map(str::to_owned).collect(),
            None => ["code", "uri", "parent"].map(str::to_owned).to_vec(),
        };
        let is_ours = ours("columns").is_some();
        let mut cells: Vec<(u64, BTreeMap<String, String>)> = Vec::with_capacity(self.concepts.len());
        for concept in self.concepts {
            let subject = &self.subjects[*concept];
            let mut row = self.cells(concept, subject, &display, is_ours)?;
            if let Some(parent) = above.get(*concept) {
                row.insert("parent".to_owned(), self.code(parent));
            }
            for name in row.keys() {
                if !columns.contains(name) {
                    columns.push(name.clone());
                }
            }
            if columns.len() > columns_max {
                return Err(FileError::of_file(format!("the concepts have more than {columns_max} properties and languages")));
            }
            cells.push((subject.line, row));
        }
        let filled = |mut row: BTreeMap<String, String>| columns.iter().map(|name| row.remove(name).unwrap_or_default()).collect();
        let rows = cells.into_iter().map(|(line, row)| (line, filled(row))).collect();
        Ok((columns, rows))
    }

    /// The one concept above each, whichever of the two says so. What is broader and not in the file counts only where nothing in it is.
    fn parents(&self) -> Result<Parents<'_>, FileError> {
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for concept in self.concepts {
            for (predicate, to, _) in &self.subjects[*concept].said {
                let (child, parent) = match predicate.strip_prefix(SKOS) {
                    Some("broader") => (*concept, to.as_str()),
                    Some("narrower") => (to.as_str(), *concept),
                    _ => continue,
                };
                all.entry(child).or_default().insert(parent);
            }
        }
        let concepts: BTreeSet<&str> = self.concepts.iter().copied().collect();
        let mut parents = Parents { above: BTreeMap::new(), left_out: 0 };
        for (child, above) in all {
            let is_here = |parent: &&str| concepts.contains(*parent);
            let here: Vec<&str> = above.iter().copied().filter(is_here).collect();
            let counted: Vec<&str> = if here.is_empty() { above.iter().copied().collect() } else { here };
            parents.left_out += above.len() - counted.len();
            if let [first, second, ..] = counted[..] {
                let message = format!(
                    "it has two broader concepts, {} and {}, and an item has one parent: keep one of them",
                    self.code(first),
                    self.code(second)
                );
                let line = self.subjects.get(child).map(|subject| subject.line);
                return Err(FileError { line, ..FileError::of_file(message).of_field(self.code(child)) });
            }
            parents.above.extend(counted.first().map(|parent| (child, *parent)));
        }
        Ok(parents)
    }

    fn code(&self, concept: &str) -> String {
        let notation = self.subjects.get(concept).and_then(|subject| subject.text(&format!("{SKOS}notation")));
        notation.unwrap_or_else(|| local_name(concept))
    }

    fn cells(&self, concept: &str, subject: &Subject, display: &str, is_ours: bool) -> Result<BTreeMap<String, String>, FileError> {
        let mut row = BTreeMap::from([("code".to_owned(), self.code(concept))]);
        if !is_ours {
            row.insert("uri".to_owned(), concept.to_owned());
        }
        if self.has_schemes {
            let scheme = ["inScheme", "topConceptOf"].iter().find_map(|name| subject.text(&format!("{SKOS}{name}")));
            row.insert("scheme".to_owned(), scheme.map(|scheme| local_name(&scheme)).unwrap_or_default());
        }
        for (predicate, text, language) in &subject.said {
            let name = match (predicate.strip_prefix(SKOS), predicate.strip_prefix(VOCABULARY)) {
                (Some("prefLabel"), _) => continue,
                (Some("altLabel"), _) => "alt_label".to_owned(),
                (Some(name @ ("definition" | "example" | "note")), _) => name.to_owned(),
                (Some("scopeNote"), _) => "scope_note".to_owned(),
                (_, Some(attribute)) => attribute.to_owned(),
                _ => continue,
            };
            let name = match language.as_deref() {
                None | Some("ru") => name,
                Some(language) => format!("{name}_{}", language.replace('-', "_")),
            };
            let cell = row.entry(name).or_default();
            if !cell.is_empty() {
                cell.push('|');
            }
            cell.push_str(text);
        }
        self.labels(concept, subject, display, &mut row)?;
        Ok(row)
    }

    /// One label for each language, as SKOS has it (S14). One without a language stands for the Russian one; where there is a Russian
    /// one too and it says something else, it has a column of its own, named after the tag `und` (RFC 5646).
    fn labels(&self, concept: &str, subject: &Subject, display: &str, row: &mut BTreeMap<String, String>) -> Result<(), FileError> {
        let said = format!("{SKOS}prefLabel");
        let labels: BTreeSet<_> = subject.all(&said).map(|(text, language)| (language, text)).collect();
        let russian = labels.iter().find(|(language, _)| *language == Some("ru")).map(|(_, text)| *text);
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (language, text) in labels {
            let name = match language {
                Some("ru") => display.to_owned(),
                Some(language) => format!("{display}_{}", language.replace('-', "_")),
                None if russian.is_none_or(|russian| russian == text) => display.to_owned(),
                None => format!("{display}_und"),
            };
            if let Some(other) = seen.insert(name, text).filter(|other| *other != text) {
                let language = language.map_or_else(|| "no language".to_owned(), |language| format!("the language {language}"));
                let message = format!("it has two labels (skos:prefLabel) in {language}, «{other}» and «{text}»: keep one of them");
                return Err(FileError { line: Some(subject.line), ..FileError::of_file(message).of_field(self.code(concept)) });
            }
        }
        row.extend(seen.into_iter().map(|(name, text)| (name, text.to_owned())));
        Ok(())
    }
}
