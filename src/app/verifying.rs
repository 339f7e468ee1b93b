//! Verifying: the audit chain, the numbers of publications and editions, the digest of every edition, and what the audit sealed, all
//! worked out anew from the stored rows. It reads the texts of the rows and not what they mean, so a row that nobody can parse is
//! found like any other. It changes nothing, and works on one consistent state while others write.

use std::collections::{BTreeSet, HashMap, HashSet};

use sha2::{Digest, Sha256};

use super::verifying_seals::Sealed;
use crate::db::dictionary::DictionaryId;
use crate::db::stored::{self, StoredEdition, StoredItemVersion};
use crate::db::{self, Engine};
use crate::domain::digest::{hex, parse_hex};
use crate::domain::error::Result;
use crate::domain::seal::PublicationTexts;
use crate::domain::value::write_json_string;

/// How many audit records are held at once.
const RECORDS_AT_ONCE: i64 = 10_000;
/// How often progress is told while items are read.
const ROWS_PER_WORD: u64 = 10_000;

/// How far it is.
#[derive(Debug)]
pub enum Stage<'a> {
    Audit { records: i64 },
    Items { dictionary: &'a str, rows: u64 },
    Editions { dictionary: &'a str, done: usize, total: usize },
}

/// What was verified, and what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    pub records: i64,
    /// The hash of the last audit record: whoever keeps it elsewhere can prove later that none was cut off at the end.
    pub last_hash: String,
    pub publications: i64,
    pub dictionaries: usize,
    pub editions: i64,
    pub item_versions: u64,
    /// The first bad record of each kind, of each dictionary: `audit record 17: …`, `edition 3 of offices (publication 9): …`.
    pub problems: Vec<String>,
}

/// Verifies a database. To be called on one consistent state.
pub fn verify(connection: &mut Engine, progress: &dyn Fn(&Stage<'_>)) -> Result<Verified> {
    let mut verified = Verified::default();
    let sealed = verify_audit(connection, &mut verified, progress)?;
    let publications = stored::list_publications(connection)?;
    verified.publications = publications.len() as i64;
    verified.problems.extend(first_number_problem(&publications));
    let mut edition_seqs = HashSet::new();
    let dictionaries = db::dictionary::list(connection)?;
    let codes = dictionaries.iter().map(|(id, code)| (id.0, code.to_string())).collect();
    verified.problems.extend(sealed.problems(connection, &publications, &codes)?);
    for (id, code) in &dictionaries {
        verify_dictionary(connection, *id, code.as_str(), &mut verified, &mut edition_seqs, progress)?;
    }
    verified.dictionaries = dictionaries.len();
    verified.problems.extend(first_edition_problem(&publications, &edition_seqs));
    let known: HashSet<i64> = dictionaries.iter().map(|(id, _)| id.0).collect();
    let unknown = stored::list_dictionaries(connection)?.into_iter().find(|id| !known.contains(id));
    verified.problems.extend(unknown.map(|id| format!("dictionary {id}: it has editions, and its own record is missing")));
    Ok(verified)
}

/// Follows the chain up to the first record that breaks it. Gives what the records say was published and reviewed.
fn verify_audit(connection: &mut Engine, verified: &mut Verified, progress: &dyn Fn(&Stage<'_>)) -> Result<Sealed> {
    let mut before = [0; 32];
    let mut seq = 0;
    let mut sealed = Sealed::default();
    loop {
        let records = db::audit::list_after(connection, seq, RECORDS_AT_ONCE)?;
        if records.is_empty() {
            return Ok(sealed);
        }
        for stored in &records {
            let record = &stored.record;
            let is_broken = verified.problems.iter().any(|problem| problem.starts_with("audit record"));
            if !is_broken {
                let hash = record.hash(&before);
                let problem = if record.seq != seq + 1 {
                    Some(format!("audit record {}: it is missing", seq + 1))
                } else if stored.hash != hex(&hash) {
                    Some(format!("audit record {}: it does not match its hash, so it or its hash was changed", record.seq))
                } else {
                    None
                };
                verified.problems.extend(problem);
                before = hash;
            }
            sealed.take(record);
            seq = record.seq;
            verified.last_hash.clone_from(&stored.hash);
        }
        verified.records += records.len() as i64;
        progress(&Stage::Audit { records: verified.records });
    }
}

fn first_number_problem(publications: &[PublicationTexts]) -> Option<String> {
    let (_, missing) = publications.iter().zip(1..).find(|(row, expected)| row.seq != *expected)?;
    Some(format!("publication {missing}: it is missing"))
}

fn first_edition_problem(publications: &[PublicationTexts], edition_seqs: &HashSet<i64>) -> Option<String> {
    let numbers: HashSet<i64> = publications.iter().map(|row| row.seq).collect();
    let without_edition = publications.iter().map(|row| row.seq).find(|seq| !edition_seqs.contains(seq));
    let without_publication = edition_seqs.iter().filter(|seq| !numbers.contains(seq)).min();
    match (without_edition, without_publication) {
        (Some(seq), _) => Some(format!("publication {seq}: it has no edition of any dictionary")),
        (None, Some(seq)) => Some(format!("publication {seq}: it has editions, and its own record is missing")),
        (None, None) => None,
    }
}

fn verify_dictionary(
    connection: &mut Engine,
    id: DictionaryId,
    code: &str,
    verified: &mut Verified,
    edition_seqs: &mut HashSet<i64>,
    progress: &dyn Fn(&Stage<'_>),
) -> Result<()> {
    let editions = stored::list_editions(connection, id)?;
    let definitions = stored::list_definitions(connection, id)?;
    let mut rows = Vec::new();
    stored::walk_item_versions(connection, id, &mut |row| {
        rows.push(Row::of(&row));
        if (rows.len() as u64).is_multiple_of(ROWS_PER_WORD) {
            progress(&Stage::Items { dictionary: code, rows: rows.len() as u64 });
        }
    })?;
    verified.item_versions += rows.len() as u64;
    verified.editions += editions.len() as i64;
    let seqs: HashSet<i64> = editions.iter().map(|edition| edition.published_seq).collect();
    edition_seqs.extend(&seqs);
    verified.problems.extend(edition_number_problem(code, &editions));
    let mut history = History::new(rows);
    verified.problems.extend(history.first_stray(code, &seqs));
    verified.problems.extend(history.first_bad_edition(code, &editions, &definitions, progress));
    Ok(())
}

fn edition_number_problem(code: &str, editions: &[StoredEdition]) -> Option<String> {
    let missing = editions.iter().zip(1..).find(|(edition, expected)| edition.number != *expected);
    if let Some((_, missing)) = missing {
        return Some(format!("edition {missing} of {code}: it is missing"));
    }
    let late = editions.windows(2).find(|pair| pair[0].published_seq >= pair[1].published_seq)?;
    let (number, seq) = (late[1].number, late[1].published_seq);
    Some(format!("edition {number} of {code} (publication {seq}): it was not published after the edition before"))
}

/// What of a row the digests need.
struct Row {
    code: Box<str>,
    /// As text: ISO dates sort as they are, and an open start comes first.
    valid_from: Option<Box<str>>,
    digest: [u8; 32],
    published_seq: i64,
    superseded_seq: Option<i64>,
}

impl Row {
    fn of(stored: &StoredItemVersion) -> Self {
        Self {
            code: stored.code.as_str().into(),
            valid_from: stored.valid_from.as_deref().map(Into::into),
            digest: Sha256::digest(line_of(stored)).into(),
            published_seq: stored.published_seq,
            superseded_seq: stored.superseded_seq,
        }
    }
}

/// The canonical line of a row. Attributes and retirement are stored as the canonical JSON that they are told by, so the line is made
/// of the very texts: whatever was changed in them shows.
fn line_of(row: &StoredItemVersion) -> String {
    let mut line = String::with_capacity(row.attributes.len() + 128);
    line.push_str("{\"attributes\":");
    line.push_str(&row.attributes);
    line.push_str(",\"code\":");
    write_json_string(&row.code, &mut line);
    if let Some(parent) = &row.parent_code {
        line.push_str(",\"parent\":");
        write_json_string(parent, &mut line);
    }
    if let Some(retirement) = &row.retirement {
        line.push_str(",\"retirement\":");
        line.push_str(retirement);
    }
    for (name, end) in [("validFrom", &row.valid_from), ("validTo", &row.valid_to)] {
        line.push_str(&format!(",\"{name}\":"));
        match end {
            Some(date) => write_json_string(date, &mut line),
            None => line.push_str("null"),
        }
    }
    line.push('}');
    line
}

/// Every row of a dictionary in the order of digests, and which of them each publication opened and closed.
struct History {
    rows: Vec<Row>,
    opened: HashMap<i64, Vec<u32>>,
    closed: HashMap<i64, Vec<u32>>,
}

impl History {
    fn new(mut rows: Vec<Row>) -> Self {
        rows.sort_unstable_by(|a, b| (&a.code, &a.valid_from, a.published_seq).cmp(&(&b.code, &b.valid_from, b.published_seq)));
        let (mut opened, mut closed): (HashMap<i64, Vec<u32>>, HashMap<i64, Vec<u32>>) = Default::default();
        for (position, row) in rows.iter().enumerate() {
            opened.entry(row.published_seq).or_default().push(position as u32);
            if let Some(seq) = row.superseded_seq {
                closed.entry(seq).or_default().push(position as u32);
            }
        }
        Self { rows, opened, closed }
    }

    /// A row that no edition knows of would stand in no digest.
    fn first_stray(&self, dictionary: &str, edition_seqs: &HashSet<i64>) -> Option<String> {
        self.rows.iter().find_map(|row| {
            let named = [Some(row.published_seq), row.superseded_seq];
            let stray = named.into_iter().flatten().find(|seq| !edition_seqs.contains(seq));
            let backwards = row.superseded_seq.filter(|seq| *seq <= row.published_seq);
            match (stray, backwards) {
                (Some(seq), _) => {
                    Some(format!("item {} of {dictionary}: a row names publication {seq}, which has no edition of it", row.code))
                }
                (None, Some(seq)) => {
                    Some(format!("item {} of {dictionary}: a row was replaced by publication {seq} before it was there", row.code))
                }
                (None, None) => None,
            }
        })
    }

    fn first_bad_edition(
        &mut self,
        dictionary: &str,
        editions: &[StoredEdition],
        definitions: &[(i64, String)],
        progress: &dyn Fn(&Stage<'_>),
    ) -> Option<String> {
        let mut current: BTreeSet<u32> = BTreeSet::new();
        let mut before = [0; 32];
        for (done, edition) in editions.iter().enumerate() {
            let seq = edition.published_seq;
            for position in self.closed.remove(&seq).unwrap_or_default() {
                current.remove(&position);
            }
            current.extend(self.opened.remove(&seq).unwrap_or_default());
            let place = || format!("edition {} of {dictionary} (publication {seq})", edition.number);
            let Some((_, definition)) = definitions.iter().rev().find(|(since, _)| *since <= seq) else {
                return Some(format!("{}: there is no definition of it", place()));
            };
            let (digest, items_count) = self.digest_of(&current, &before, definition);
            if hex(&digest) != edition.digest {
                return Some(format!("{}: the stored items and definition do not match its digest, so they or it were changed", place()));
            }
            if items_count != edition.items_count {
                return Some(format!("{}: it says {} items, and has {items_count}", place(), edition.items_count));
            }
            before = parse_hex(&edition.digest).unwrap_or_default();
            progress(&Stage::Editions { dictionary, done: done + 1, total: editions.len() });
        }
        None
    }

    /// The digest of an edition as ARCHITECTURE.md defines it, and how many items it has.
    fn digest_of(&self, current: &BTreeSet<u32>, before: &[u8; 32], definition: &str) -> ([u8; 32], i64) {
        let mut of_items = Sha256::new();
        let mut items_count = 0;
        let mut last_code = None;
        for position in current {
            let row = &self.rows[*position as usize];
            of_items.update(row.digest);
            if last_code != Some(&row.code) {
                items_count += 1;
                last_code = Some(&row.code);
            }
        }
        let mut chained = Sha256::new();
        chained.update(before);
        chained.update(Sha256::digest(definition));
        chained.update(of_items.finalize());
        (chained.finalize().into(), items_count)
    }
}
