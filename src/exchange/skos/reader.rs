//! The concepts of a file of Turtle as a table. Deliberately unknown: what literals mean. Collections, mappings to other schemes and
//! whatever else is no column are left out, and counted aloud.

use std::collections::{BTreeMap, BTreeSet};

use super::super::kept_table::{KeptTable, read_document};
use super::super::row::Row;
use super::super::table::{ColumnHint, FileError, FileLimits, Open, Table, TableHead};
use super::subject::{Object, Said, Subject, subjects_of};
use super::{DCT, RDF_TYPE, SKOS, VOCABULARY};

pub fn open(open: Open<'_>, limits: &FileLimits) -> Result<Box<dyn Table>, FileError> {
    let (text, bytes_total) = read_document(open()?, limits)?;
    let subjects = subjects_of(&text)?;
    check_links(&subjects)?;
    let Named { schemes, concepts } = named(&subjects)?;
    if concepts.is_empty() && schemes.is_empty() {
        return Err(FileError::of_file("the file has neither a skos:ConceptScheme nor a skos:Concept: is it a concept scheme?"));
    }
    let scheme = schemes.first().and_then(|name| subjects.get(*name));
    let mut top_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in &schemes {
        let said = subjects.get(*name).into_iter().flat_map(|subject| &subject.said);
        for concept in said.filter(|said| said.skos() == Some("hasTopConcept")) {
            top_of.entry(concept.object.text()).or_default().push(name);
        }
    }
    let reading = Reading { subjects: &subjects, concepts: &concepts, has_schemes: schemes.len() > 1, scheme, top_of };
    let parents = reading.parents()?;
    let (columns, rows) = reading.rows(&parents.above, limits.row.columns_max)?;
    let hints = columns.iter().map(|name| ColumnHint { is_key: name == "code", ..ColumnHint::default() }).collect();
    let left_out = match parents.left_out {
        0 => String::new(),
        count => format!("; {count} broader concept(s) that are not in the file were left out"),
    };
    let several = if schemes.len() > 1 { ", told apart by the column scheme" } else { "" };
    let mut evidence = vec![("concepts".to_owned(), format!("{} of {} scheme(s){several}{left_out}", concepts.len(), schemes.len()))];
    evidence.extend(reading.left_out(&schemes).map(|found| ("left out".to_owned(), found)));
    let head = TableHead {
        hints,
        title: scheme.and_then(|scheme| scheme.text(&format!("{DCT}title")).map(str::to_owned)),
        code: schemes.first().map(|name| local_name(name)),
        bytes_total,
        evidence,
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

/// What is a scheme in a file, and which subjects are concepts.
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
        for sentence in &subject.said {
            let said = sentence.skos().unwrap_or_default();
            let to = sentence.object.text();
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
    let has = |subject: &Subject, names: &[&str]| subject.said.iter().any(|said| said.skos().is_some_and(|name| names.contains(&name)));
    let is_scheme = |name: &str, subject: &Subject| subject.is_a("ConceptScheme") || schemes.contains(name);
    let is_concept = |name: &str, subject: &Subject| {
        let is_other = is_scheme(name, subject) || is_collection(subject) || has(subject, &["member", "memberList"]);
        subject.is_a("Concept") || concepts.contains(name) || (!is_other && has(subject, &["prefLabel", "notation", "inScheme"]))
    };
    let all = || subjects.iter().map(|(name, subject)| (name.as_str(), subject));
    let mut found: Vec<(&str, &Subject)> = all().filter(|(name, subject)| is_concept(name, subject)).collect();
    found.sort_by_key(|(_, subject)| subject.order);
    if let Some((name, subject)) = found.iter().find(|(name, _)| name.starts_with("_:")) {
        return Err(nameless("concept", name, subject));
    }
    let of_file: Vec<(&str, &Subject)> = all().filter(|(name, subject)| is_scheme(name, subject)).collect();
    if let Some((name, subject)) = of_file.iter().find(|(name, _)| name.starts_with("_:")) {
        return Err(nameless("scheme", name, subject));
    }
    // Those of which the file says nothing itself come last: the first gives the file its title.
    let only_named = schemes.iter().copied().filter(|name| !subjects.contains_key(*name));
    let schemes = of_file.iter().map(|(name, _)| *name).chain(only_named).collect();
    Ok(Named { schemes, concepts: found.into_iter().map(|(name, _)| name).collect() })
}

fn nameless(kind: &str, name: &str, subject: &Subject) -> FileError {
    let label = ["notation", "prefLabel"].iter().find_map(|said| subject.text(&format!("{SKOS}{said}")));
    let message = format!("it is a {kind} without an address (a blank node), which no other file could mean again: give it an address");
    FileError::at_line(subject.line, message).of_field(label.unwrap_or(name))
}

fn is_collection(subject: &Subject) -> bool {
    subject.is_a("Collection") || subject.is_a("OrderedCollection")
}

/// What tells who is a concept and what stands above it names others by their addresses, and cannot be guessed from anything else.
fn check_links(subjects: &BTreeMap<String, Subject>) -> Result<(), FileError> {
    let links = ["broader", "narrower", "inScheme", "topConceptOf", "hasTopConcept"];
    for (name, subject) in subjects {
        for said in &subject.said {
            let Some(link) = said.skos().filter(|said| links.contains(said)) else { continue };
            let found = match &said.object {
                Object::Address(_) => continue,
                // It is a concept by this, and is refused as one, by its own label.
                Object::Nameless(node) if matches!(link, "narrower" | "hasTopConcept") && node.starts_with("_:") => continue,
                Object::Nameless(_) => "a node without an address (a blank node or a list)".to_owned(),
                Object::Text { text, .. } => format!("the text «{text}»"),
            };
            let message =
                format!("its skos:{link} is {found}, which names nothing: write the address that is meant, as in skos:{link} <…>");
            return Err(FileError::at_line(said.line, message).of_field(called(name, subject)));
        }
    }
    Ok(())
}

/// What a subject is called: by its notation, else by its address.
fn called(name: &str, subject: &Subject) -> String {
    subject.text(&format!("{SKOS}notation")).map_or_else(|| local_name(name), str::to_owned)
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
    /// The schemes that say themselves that a concept is at their top.
    top_of: BTreeMap<&'a str, Vec<&'a str>>,
}

impl Reading<'_> {
    /// The columns, and for each concept its line and cells.
    fn rows(&self, above: &BTreeMap<&str, &str>, columns_max: usize) -> Result<(Vec<String>, Vec<Cells>), FileError> {
        let ours = |name: &str| self.scheme.and_then(|scheme| scheme.text(&format!("{VOCABULARY}{name}")));
        let display = ours("display").unwrap_or("name");
        let mut columns: Vec<String> = match ours("columns") {
            Some(columns) => columns.split(' ').map(str::to_owned).collect(),
            None => ["code", "uri", "parent"].map(str::to_owned).to_vec(),
        };
        let is_ours = ours("columns").is_some();
        let mut cells: Vec<(u64, BTreeMap<String, String>)> = Vec::with_capacity(self.concepts.len());
        for concept in self.concepts {
            let subject = &self.subjects[*concept];
            let row = self.cells(concept, above.get(*concept).copied(), display, !is_ours)?;
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
            for said in &self.subjects[*concept].said {
                let (child, parent) = match said.skos() {
                    Some("broader") => (*concept, said.object.text()),
                    Some("narrower") => (said.object.text(), *concept),
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
        self.subjects.get(concept).map_or_else(|| local_name(concept), |subject| called(concept, subject))
    }

    fn cells(&self, concept: &str, above: Option<&str>, display: &str, has_address: bool) -> Result<BTreeMap<String, String>, FileError> {
        let subject = &self.subjects[concept];
        let code = self.code(concept);
        let refused = |line: u64, message: String| FileError::at_line(line, message).of_field(code.clone());
        let mut row = BTreeMap::new();
        for said in &subject.said {
            let Some((name, language)) = column_of(said) else { continue };
            if let Some(fault) = fault_of_text(said) {
                return Err(refused(said.line, fault));
            }
            // The first notation is the code.
            if name == "notation" && said.object.text() == code {
                continue;
            }
            let name = match language {
                None | Some("ru") => name,
                Some(language) => format!("{name}_{}", language.replace('-', "_")),
            };
            let cell: &mut String = row.entry(name).or_default();
            if !cell.is_empty() {
                cell.push('|');
            }
            cell.push_str(said.object.text());
        }
        let mut given = self.labels(concept, subject, display)?;
        given.insert("code".to_owned(), code.clone());
        given.extend(above.map(|parent| ("parent".to_owned(), self.code(parent))));
        if has_address {
            given.insert("uri".to_owned(), concept.to_owned());
        }
        if self.has_schemes {
            given.insert("scheme".to_owned(), self.schemes_of(concept, subject));
        }
        for (name, text) in given {
            // An attribute of this name, said in our vocabulary.
            if let Some(other) = row.get(&name).filter(|other| **other != text) {
                let message = format!("its column {name} is both «{text}» by SKOS and «{other}» by <{VOCABULARY}{name}>: keep one of them");
                return Err(refused(subject.line, message));
            }
            row.insert(name, text);
        }
        Ok(row)
    }

    /// One label for each language, as SKOS has it (S14), by their columns. One without a language stands for the Russian one; where there
    /// is a Russian one too and it says something else, it has a column of its own, named after the tag `und` (RFC 5646).
    fn labels(&self, concept: &str, subject: &Subject, display: &str) -> Result<BTreeMap<String, String>, FileError> {
        let refused = |line: u64, message: String| FileError::at_line(line, message).of_field(self.code(concept));
        let said = format!("{SKOS}prefLabel");
        if let Some((line, fault)) = subject.all(&said).find_map(|said| fault_of_text(said).map(|fault| (said.line, fault))) {
            return Err(refused(line, fault));
        }
        let labels: BTreeSet<_> = subject.all(&said).map(|said| (said.object.language(), said.object.text())).collect();
        let russian = labels.iter().find(|(language, _)| *language == Some("ru")).map(|(_, text)| *text);
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (language, text) in labels {
            let name = match language {
                Some("ru") => display.to_owned(),
                Some(language) => format!("{display}_{}", language.replace('-', "_")),
                None if russian.is_none_or(|russian| russian == text) => display.to_owned(),
                None => format!("{display}_und"),
            };
            if let Some(other) = seen.insert(name, text.to_owned()).filter(|other| other != text) {
                let language = language.map_or_else(|| "no language".to_owned(), |language| format!("the language {language}"));
                let message = format!("it has two labels (skos:prefLabel) in {language}, «{other}» and «{text}»: keep one of them");
                return Err(refused(subject.line, message));
            }
        }
        Ok(seen)
    }

    /// The schemes that a concept is in, whichever of the two says so, each once.
    fn schemes_of(&self, concept: &str, subject: &Subject) -> String {
        let said = subject.said.iter().filter(|said| matches!(said.skos(), Some("inScheme" | "topConceptOf")));
        let names = said.map(|said| said.object.text()).chain(self.top_of.get(concept).into_iter().flatten().copied());
        let names: BTreeSet<String> = names.map(local_name).collect();
        names.into_iter().collect::<Vec<_>>().join("|")
    }

    /// What is in the file and in no column, in words; `None` where there is nothing of the kind.
    fn left_out(&self, schemes: &[&str]) -> Option<String> {
        let mut sentences: BTreeMap<&str, usize> = BTreeMap::new();
        for said in self.concepts.iter().flat_map(|concept| &self.subjects[*concept].said) {
            let is_read =
                said.predicate == RDF_TYPE || said.skos().is_some_and(|name| STRUCTURE.contains(&name)) || column_of(said).is_some();
            if !is_read {
                *sentences.entry(&said.predicate).or_default() += 1;
            }
        }
        let known: BTreeSet<&str> = self.concepts.iter().chain(schemes).copied().collect();
        // What has no address belongs to something that has one.
        let others = || self.subjects.iter().filter(|(name, _)| !known.contains(name.as_str()) && !name.starts_with("_:"));
        let collections = others().filter(|(_, subject)| is_collection(subject)).count();
        let mut parts: Vec<String> =
            sentences.iter().take(NAMED_MAX).map(|(name, count)| format!("{} ({count})", shortened(name))).collect();
        if sentences.len() > NAMED_MAX {
            parts.push(format!("{} more properties", sentences.len() - NAMED_MAX));
        }
        if collections > 0 {
            parts.push(format!("collections ({collections})"));
        }
        if let Some((name, _)) = others().find(|(_, subject)| !is_collection(subject)) {
            parts.push(format!("what is neither concept nor scheme ({}), such as <{name}>", others().count() - collections));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What makes concepts of subjects, and a tree of concepts.
const STRUCTURE: [&str; 6] = ["prefLabel", "broader", "narrower", "inScheme", "topConceptOf", "hasTopConcept"];

/// How many properties that are left out are named.
const NAMED_MAX: usize = 10;

/// The column that a sentence about a concept fills, and its language; labels, codes and parents are found otherwise.
fn column_of(said: &Said) -> Option<(String, Option<&str>)> {
    let name = match (said.skos(), said.predicate.strip_prefix(VOCABULARY)) {
        (Some("notation"), _) => "notation",
        (Some("altLabel"), _) => "alt_label",
        (Some("hiddenLabel"), _) => "hidden_label",
        (Some("scopeNote"), _) => "scope_note",
        (Some("changeNote"), _) => "change_note",
        (Some("editorialNote"), _) => "editorial_note",
        (Some("historyNote"), _) => "history_note",
        (Some(name @ ("definition" | "example" | "note")), _) => name,
        (_, Some(attribute)) => attribute,
        _ => return None,
    };
    Some((name.to_owned(), said.object.language()))
}

/// Why what is said cannot be the text of a cell. Notes may be documents elsewhere (SKOS reference, 7): then their address is the text.
fn fault_of_text(said: &Said) -> Option<String> {
    let name = shortened(&said.predicate);
    let is_label = said.skos().is_some_and(|name| matches!(name, "prefLabel" | "altLabel" | "hiddenLabel" | "notation"));
    match &said.object {
        Object::Text { .. } => None,
        Object::Address(_) if !is_label => None,
        Object::Address(address) => {
            Some(format!("its {name} is the address <{address}> and not a text: write the text itself, as in {name} \"…\""))
        }
        Object::Nameless(_) => Some(format!(
            "its {name} is a node without an address (a blank node or a list), and a cell holds a text: write the text itself, as in {name} \"…\""
        )),
    }
}

fn shortened(predicate: &str) -> String {
    let known = [("skos", SKOS), ("dct", DCT), ("svod", VOCABULARY)];
    let short = known.iter().find_map(|(prefix, address)| predicate.strip_prefix(address).map(|name| format!("{prefix}:{name}")));
    short.unwrap_or_else(|| format!("<{predicate}>"))
}
