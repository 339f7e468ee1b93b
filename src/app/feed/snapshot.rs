//! A snapshot: what dictionaries hold at one publication, line by line, with the digests to prove it and the cursor to go on from.
//! The same publication makes the same bytes, so that one that broke off is gone on with.

use std::io::{self, Write};
use std::sync::Arc;

use serde_json::json;

use super::{Feed, FeedView, Touched};
use crate::catalog::DictionarySnapshot;
use crate::domain::digest::hex;
use crate::domain::error::{Error, Result};
use crate::domain::feed::Position;
use crate::domain::item::canonical_line;
use crate::domain::publication::Publication;
use crate::domain::value::write_json_string;

/// Found and ready to be written.
pub struct FeedSnapshot {
    source: String,
    publication: Option<Arc<Publication>>,
    dictionaries: Vec<Told>,
    cursor: String,
}

/// One dictionary of a snapshot.
struct Told {
    snapshot: Arc<DictionarySnapshot>,
    schema_version: i64,
    digest_before: Option<String>,
}

impl Feed {
    /// What the dictionaries of a view hold at a publication, at the newest one unless told. It may block.
    pub fn snapshot(&self, view: &FeedView, publication: Option<i64>) -> Result<FeedSnapshot> {
        let head = view.head();
        let seq = publication.unwrap_or_else(|| head.seq());
        if !(0..=head.seq()).contains(&seq) {
            let message = format!("there is no publication {seq}: the latest is {}", head.seq());
            return Err(Error::refused("publication_unknown", message));
        }
        let reader = self.0.reading.reader_of(Arc::clone(head));
        let mut dictionaries = Vec::new();
        for code in view.dictionaries() {
            let Some(snapshot) = reader.dictionary(code, seq)? else { continue };
            let Some(resident) = head.dictionaries.get(code) else { continue };
            let touched = Touched { code, resident, edition: &snapshot.edition };
            let (schema_version, digest_before) = (touched.schema_version(), touched.digest_before().map(hex));
            dictionaries.push(Told { schema_version, digest_before, snapshot });
        }
        let cursor = self.cursor_within(head, &Position::after(seq));
        Ok(FeedSnapshot { source: self.source(), publication: head.publication(seq).cloned(), dictionaries, cursor })
    }
}

impl FeedSnapshot {
    /// Equal tags name equal bytes.
    pub fn entity_tag(&self) -> String {
        let editions = self.dictionaries.iter().map(|told| format!("{}:{}", told.snapshot.dictionary.code, told.snapshot.edition.number));
        let text = format!("{} {} {}", self.source, self.cursor, editions.collect::<Vec<_>>().join(","));
        hex(&<sha2::Sha256 as sha2::Digest>::digest(text).into())[..32].to_owned()
    }

    /// Writes all lines; the last one says that it is whole.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let seq = self.publication.as_ref().map_or(0, |publication| publication.seq);
        let head = json!({
            "kind": "snapshot",
            "source": self.source,
            "publication": seq,
            "publishedAt": self.publication.as_ref().map(|publication| publication.published_at.to_string()),
            "dictionaries": self.dictionaries.iter().map(Told::described).collect::<Vec<_>>(),
        });
        writeln!(out, "{head}")?;
        for told in &self.dictionaries {
            told.write(out)?;
        }
        let digest = |told: &Told| {
            let (dictionary, digest) = (told.snapshot.dictionary.code.as_str(), hex(&told.snapshot.edition.digest));
            json!({ "code": dictionary, "versions": told.snapshot.items.versions().len(), "digest": digest })
        };
        let digests: Vec<_> = self.dictionaries.iter().map(digest).collect();
        writeln!(out, "{}", json!({ "kind": "end", "publication": seq, "dictionaries": digests, "cursor": self.cursor }))
    }
}

impl Told {
    fn described(&self) -> serde_json::Value {
        json!({
            "code": self.snapshot.dictionary.code.as_str(),
            "edition": self.snapshot.edition.number,
            "schemaVersion": self.schema_version,
            "versions": self.snapshot.items.versions().len(),
            "digestBefore": self.digest_before,
            "digest": hex(&self.snapshot.edition.digest),
        })
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let DictionarySnapshot { dictionary, edition, items, annulled, .. } = &*self.snapshot;
        let mut line = format!(
            "{{\"kind\":\"dictionary\",\"code\":\"{}\",\"edition\":{},\"schemaVersion\":{},\"annulled\":[",
            dictionary.code, edition.number, self.schema_version
        );
        for (at, code) in annulled.iter().enumerate() {
            if at > 0 {
                line.push(',');
            }
            write_json_string(code, &mut line);
        }
        line.push_str("],\"definition\":");
        line.push_str(&dictionary.canonical_json());
        writeln!(out, "{line}}}")?;
        for version in items.versions() {
            let canonical = canonical_line(dictionary, &version.code, &version.stretch);
            writeln!(out, "{{\"kind\":\"version\",\"dictionary\":\"{}\",\"version\":{canonical}}}", dictionary.code)?;
        }
        Ok(())
    }
}
