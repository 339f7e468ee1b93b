//! Writes publications, the bases they rest on, the editions they made, and pages of them.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::plan::{Field, Plain, PlainKind};
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::super::scope::Scope;
use super::Run;
use super::output::{Output, Written};
use crate::domain::attribute::quoted;
use crate::domain::digest::hex;
use crate::domain::publication::{Basis, Edition, Publication};
use crate::domain::text::DictionaryCode;

/// Where a page stands in its list. Cursors are made only where they are asked for.
pub struct PageInfo<'p> {
    pub has_next: bool,
    pub has_previous: bool,
    pub start_cursor: Box<dyn Fn() -> Option<String> + 'p>,
    pub end_cursor: Box<dyn Fn() -> Option<String> + 'p>,
}

/// A page of publications. Their numbers have no gap, so a page is a range of numbers.
pub struct PublicationPage {
    pub numbers: Vec<i64>,
    pub has_next: bool,
    pub has_previous: bool,
}

impl PublicationPage {
    pub fn read(scope: &Scope, arguments: Arguments<'_>) -> Outcome<Self> {
        let first = arguments.page_size(scope, PAGE_SIZE_DEFAULT)?;
        let after = arguments.text("after")?.map(read_publication_cursor).transpose().map_err(|fault| fault.within("after"))?;
        let is_ascending = arguments.text("direction")? == Some("ASC");
        let last = scope.reader.head.seq();
        // What lies beyond an end is no number of a publication, and a cursor may hold any.
        let (low, high) = match after {
            None => (1, last),
            Some(after) if is_ascending => (after.saturating_add(1).max(1), last),
            Some(after) => (1, after.saturating_sub(1).min(last)),
        };
        let take = first.saturating_add(1);
        let mut numbers: Vec<i64> = if is_ascending { (low..=high).take(take).collect() } else { (low..=high).rev().take(take).collect() };
        let has_next = numbers.len() > first;
        numbers.truncate(first);
        let has_previous = after.is_some_and(|after| if is_ascending { after >= 1 && last >= 1 } else { after <= last });
        Ok(Self { numbers, has_next, has_previous })
    }
}

/// What a cursor of publications begins with, so that another list's is refused.
const CURSOR_PREFIX: &str = "publications:";

pub fn publication_cursor(number: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{CURSOR_PREFIX}{number}"))
}

pub fn read_publication_cursor(text: &str) -> Outcome<i64> {
    let written = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let number = written.as_deref().and_then(|written| written.strip_prefix(CURSOR_PREFIX)).and_then(|number| number.parse().ok());
    number.ok_or_else(|| Fault::input(format!("{} is not a cursor of the publications", quoted(text))))
}

impl<'q> Run<'q> {
    /// Writes the publication of a number; null for none and for the time before the first.
    pub fn publication(&self, out: &mut Output<'q>, of: &'q Plain, seq: Option<i64>) -> Written {
        let Some(publication) = seq.and_then(|seq| self.scope.reader.head.publication(seq)) else {
            out.null();
            return Ok(());
        };
        self.count_node(out)?;
        self.object(out, of, |out, field| self.publication_field(out, field, publication))
    }

    fn publication_field(&self, out: &mut Output<'q>, field: &'q Field<PlainKind>, publication: &'q Arc<Publication>) -> Written {
        // One that touched only what the caller may not see has nothing to tell but that it was.
        let is_of_others = || !self.scope.is_seen(publication.seq);
        match field.kind.name.as_str() {
            "__typename" => out.text("Publication"),
            "number" => out.integer(publication.seq),
            "publishedAt" => out.text(&publication.published_at.to_string()),
            "title" => out.text(if is_of_others() { "" } else { &publication.title }),
            "basis" if publication.basis == Basis::default() || is_of_others() => out.null(),
            "basis" => return self.composite(field, out, |out| self.basis(out, &field.kind.of, &publication.basis)),
            "editions" => return self.composite(field, out, |out| self.editions_of(out, &field.kind.of, publication.seq)),
            _ => return self.unknown(out, field),
        }
        Ok(())
    }

    /// What a publication made of each dictionary that the caller may see.
    fn editions_of(&self, out: &mut Output<'q>, of: &'q Plain, seq: i64) -> Written {
        let seen = self.scope.reader.head.dictionaries.iter().filter(|(code, _)| !self.typed.hides(code));
        let made = seen.filter_map(|(code, resident)| {
            let edition = resident.edition_at(seq).filter(|edition| edition.published_seq == seq)?;
            Some((code, edition))
        });
        self.list(out, made, |out, (code, edition)| self.edition(out, of, code, edition))
    }

    fn basis(&self, out: &mut Output<'q>, of: &'q Plain, basis: &Basis) -> Written {
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("Basis"),
                "kind" => out.optional_text(basis.kind.as_deref()),
                "number" => out.optional_text(basis.number.as_deref()),
                "date" => out.optional_date(basis.date),
                "title" => out.optional_text(basis.title.as_deref()),
                "link" => out.optional_text(basis.link.as_deref()),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    pub fn edition(&self, out: &mut Output<'q>, of: &'q Plain, dictionary: &DictionaryCode, edition: &Edition) -> Written {
        self.count_node(out)?;
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("Edition"),
                "dictionary" => out.text(dictionary.as_str()),
                "number" => out.integer(edition.number),
                "publication" => {
                    return self.composite(field, out, |out| self.publication(out, &field.kind.of, Some(edition.published_seq)));
                }
                "definitionChanged" => out.boolean(edition.definition_changed),
                "itemsCount" => out.integer(edition.items_count),
                "added" => out.integer(edition.added_count),
                "changed" => out.integer(edition.changed_count),
                "retired" => out.integer(edition.retired_count),
                "digest" => out.text(&hex(&edition.digest)),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    pub fn publications(&self, out: &mut Output<'q>, of: &'q Plain, page: &PublicationPage) -> Written {
        self.object(out, of, |out, field| match field.kind.name.as_str() {
            "__typename" => {
                out.text("PublicationConnection");
                Ok(())
            }
            "nodes" => self.composite(field, out, |out| {
                self.list(out, page.numbers.iter(), |out, number| self.publication(out, &field.kind.of, Some(*number)))
            }),
            "edges" => self.composite(field, out, |out| {
                self.list(out, page.numbers.iter(), |out, number| self.publication_edge(out, &field.kind.of, *number))
            }),
            "pageInfo" => self.composite(field, out, |out| {
                let cursor = |number: Option<&i64>| number.map(|number| publication_cursor(*number));
                let info = PageInfo {
                    has_next: page.has_next,
                    has_previous: page.has_previous,
                    start_cursor: Box::new(move || cursor(page.numbers.first())),
                    end_cursor: Box::new(move || cursor(page.numbers.last())),
                };
                self.page_info(out, &field.kind.of, &info)
            }),
            "totalCount" => {
                out.integer(self.scope.reader.head.seq());
                Ok(())
            }
            _ => self.unknown(out, field),
        })
    }

    fn publication_edge(&self, out: &mut Output<'q>, of: &'q Plain, number: i64) -> Written {
        self.object(out, of, |out, field| match field.kind.name.as_str() {
            "__typename" => {
                out.text("PublicationEdge");
                Ok(())
            }
            "cursor" => {
                out.text(&publication_cursor(number));
                Ok(())
            }
            "node" => self.composite(field, out, |out| self.publication(out, &field.kind.of, Some(number))),
            _ => self.unknown(out, field),
        })
    }

    pub fn page_info(&self, out: &mut Output<'q>, of: &'q Plain, info: &PageInfo<'_>) -> Written {
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("PageInfo"),
                "hasNextPage" => out.boolean(info.has_next),
                "hasPreviousPage" => out.boolean(info.has_previous),
                "startCursor" => out.optional_text((info.start_cursor)().as_deref()),
                "endCursor" => out.optional_text((info.end_cursor)().as_deref()),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    /// A field that no object of its type has: validation lets none through.
    pub fn unknown(&self, out: &mut Output<'q>, field: &'q Field<PlainKind>) -> Written {
        let fault = Fault::internal(format!("a valid query selects the unknown field {}", field.kind.name));
        self.composite(field, out, |out| Err(out.fail(&fault)))
    }
}
