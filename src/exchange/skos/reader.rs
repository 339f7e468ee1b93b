//! The concepts of a file of Turtle as a table. Deliberately unknown: collections, mappings to other schemes, and what literals mean.

use std::collections::BTreeMap;

use oxttl::TurtleParser;
use oxttl::turtle::SliceTurtleParser;

use super::super::kept_table::{KeptTable, read_document};
use super::super::row::Row;
use super::super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::{DCT, RDF_TYPE, SKOS, VOCABULARY};

/// Where relative names lead in a file that gives no base of its own.
const BASE: &str = "urn:svod:file/";

/// One subject of the file.
#[derive(Default)]
struct Subject {
    line: u64,
    /// What is said of it: predicate, text or address, language.
    said: Vec<(String, String, Option<String>)>,
}

pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let (text, bytes_total) = read_document(open()?, limits)?;
    let subjects = subjects_of(&text)?;
    let of_type = |kind: &str| subjects.iter().filter(|(_, subject)| subject.is_a(kind)).map(|(name, _)| name.as_str()).collect::<Vec<_>>();
    let (schemes, concepts) = (of_type("ConceptScheme"), of_type("Concept"));
    if concepts.is_empty() && schemes.is_empty() {
        return Err(FileError::of_file("the file has neither a skos:ConceptScheme nor a skos:Concept: is it a concept scheme?"));
    }
    let scheme = schemes.first().and_then(|name| subjects.get(*name));
    let reading = Reading { subjects: &subjects, concepts: &concepts, has_schemes: schemes.len() > 1, scheme };
    let (columns, mut rows) = reading.rows(limits.row.columns_max)?;
    rows.sort_by_key(|(line, _)| *line);
    let hints = columns.iter().map(|name| ColumnHint { is_key: name == "code", ..ColumnHint::default() }).collect();
    let several = if schemes.len() > 1 { ", told apart by the column scheme" } else { "" };
    let head = TableHead {
        hints,
        title: scheme.and_then(|scheme| scheme.text(&format!("{DCT}title"))),
        code: schemes.first().map(|name| local_name(name).to_owned()),
        bytes_total,
        evidence: vec![("concepts".to_owned(), format!("{} of {} scheme(s){several}", concepts.len(), schemes.len()))],
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
    let parser = TurtleParser::new().with_base_iri(BASE).map_err(|error| FileError::of_file(error.to_string()))?;
    let mut triples: SliceTurtleParser<'_> = parser.for_slice(text.as_bytes());
    let mut subjects: BTreeMap<String, Subject> = BTreeMap::new();
    // Subjects stand in the order of the file; that is as near to a line as Turtle gets, whose statements have none.
    let mut order = 0;
    while let Some(triple) = triples.next() {
        let triple = triple.map_err(|error| {
            let at = error.location().start;
            FileError {
                line: Some(at.line + 1),
                column: Some(at.column as usize + 1),
                field: None,
                message: format!("not Turtle: {error}"),
            }
        })?;
        let subject = plain(&triple.subject.to_string());
        let subject = subjects.entry(subject).or_insert_with(|| {
            order += 1;
            Subject { line: order, said: Vec::new() }
        });
        let (text, language) = match &triple.object {
            oxrdf::Term::Literal(literal) => (literal.value().to_owned(), literal.language().map(str::to_owned)),
            other => (plain(&other.to_string()), None),
        };
        subject.said.push((triple.predicate.as_str().to_owned(), text, language));
    }
    Ok(subjects)
}

/// An address without its brackets.
fn plain(name: &str) -> String {
    name.trim_start_matches('<').trim_end_matches('>').to_owned()
}

/// The last part of an address, by which its concept is called where it has no notation.
fn local_name(address: &str) -> &str {
    let trimmed = address.trim_end_matches(['/', '#']);
    trimmed.rsplit(['/', '#', ':']).next().filter(|name| !name.is_empty()).unwrap_or(address)
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

struct Reading<'a> {
    subjects: &'a BTreeMap<String, Subject>,
    concepts: &'a [&'a str],
    has_schemes: bool,
    scheme: Option<&'a Subject>,
}

impl Reading<'_> {
    /// The columns, and for each concept its line and cells.
    fn rows(&self, columns_max: usize) -> Result<(Vec<String>, Vec<(u64, Vec<String>)>), FileError> {
        let ours = |name: &str| self.scheme.and_then(|scheme| scheme.text(&format!("{VOCABULARY}{name}")));
        let display = ours("display").unwrap_or_else(|| "name".to_owned());
        let mut columns: Vec<String> = match ours("columns") {
            Some(columns) => columns.split(' ').map(str::to_owned).collect(),
            None => ["code", "uri", "parent"].map(str::to_owned).to_vec(),
        };
        let is_ours = ours("columns").is_some();
        let above = self.parents()?;
        let mut cells: Vec<(u64, BTreeMap<String, String>)> = Vec::with_capacity(self.concepts.len());
        for concept in self.concepts {
            let subject = &self.subjects[*concept];
            let mut row = self.cells(concept, subject, &display, is_ours);
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

    /// The one concept above each, whichever of the two says so.
    fn parents(&self) -> Result<BTreeMap<&str, &str>, FileError> {
        let mut above: BTreeMap<&str, &str> = BTreeMap::new();
        for concept in self.concepts {
            let subject = &self.subjects[*concept];
            let broader = subject.said.iter().filter(|(name, ..)| name.strip_prefix(SKOS) == Some("broader"));
            let narrower = subject.said.iter().filter(|(name, ..)| name.strip_prefix(SKOS) == Some("narrower"));
            let pairs = broader.map(|(_, to, _)| (*concept, to.as_str())).chain(narrower.map(|(_, to, _)| (to.as_str(), *concept)));
            for (child, parent) in pairs {
                if let Some(other) = above.insert(child, parent).filter(|other| *other != parent) {
                    let message =
                        format!("it has two broader concepts, {} and {}, and an item has one parent", self.code(other), self.code(parent));
                    return Err(FileError::of_file(message).of_field(self.code(child)));
                }
            }
        }
        Ok(above)
    }

    fn code(&self, concept: &str) -> String {
        let notation = self.subjects.get(concept).and_then(|subject| subject.text(&format!("{SKOS}notation")));
        notation.unwrap_or_else(|| local_name(concept).to_owned())
    }

    fn cells(&self, concept: &str, subject: &Subject, display: &str, is_ours: bool) -> BTreeMap<String, String> {
        let mut row = BTreeMap::from([("code".to_owned(), self.code(concept))]);
        if !is_ours {
            row.insert("uri".to_owned(), concept.to_owned());
        }
        if self.has_schemes {
            let scheme = ["inScheme", "topConceptOf"].iter().find_map(|name| subject.text(&format!("{SKOS}{name}")));
            row.insert("scheme".to_owned(), scheme.map(|scheme| local_name(&scheme).to_owned()).unwrap_or_default());
        }
        for (predicate, text, language) in &subject.said {
            let name = match (predicate.strip_prefix(SKOS), predicate.strip_prefix(VOCABULARY)) {
                (Some("prefLabel"), _) => display.to_owned(),
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
        row
    }
}
