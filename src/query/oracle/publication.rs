//! Publications, the bases they rest on, and the editions they made.

use std::sync::Arc;

use super::super::argument::Arguments;
use super::super::fault::Outcome;
use super::super::run::{publication_cursor, read_publication_cursor};
use super::super::schema::PAGE_SIZE_DEFAULT;
use super::super::scope::Scope;
use super::connection::PageInfo;
use crate::domain::digest::hex;
use crate::domain::publication::{Basis, Edition, Publication};
use crate::domain::text::DictionaryCode;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};

pub struct PublicationObject<'q> {
    scope: &'q Scope,
    publication: Arc<Publication>,
}

impl<'q> PublicationObject<'q> {
    /// The publication of a number as a value of the answer; null for none and for the time before the first.
    pub fn resolved(scope: &'q Scope, seq: Option<i64>) -> Outcome<ResolvedValue<'q>> {
        let Some(publication) = seq.and_then(|seq| scope.reader.head.publication(seq)) else { return Ok(ResolvedValue::null()) };
        Ok(ResolvedValue::object(Self { scope, publication: Arc::clone(publication) }))
    }

    /// What it made of each dictionary that the caller may see.
    fn editions(&self) -> ResolvedValue<'q> {
        let (scope, seq) = (self.scope, self.publication.seq);
        let seen = scope.reader.head.dictionaries.iter().filter(|(code, _)| !scope.typed.hides(code));
        let made = seen.filter_map(move |(code, resident)| {
            let edition = resident.edition_at(seq).filter(|edition| edition.published_seq == seq)?;
            Some(EditionObject::resolved(scope, code, edition))
        });
        scope.list(made)
    }

    /// Whether it touched only what the caller may not see: then there is nothing to tell but that it was.
    fn is_of_others(&self) -> bool {
        !self.scope.is_seen(self.publication.seq)
    }
}

impl ObjectValue for PublicationObject<'_> {
    fn type_name(&self) -> &str {
        "Publication"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let value = match info.field_name() {
            "number" => ResolvedValue::leaf(self.publication.seq),
            "publishedAt" => ResolvedValue::leaf(self.publication.published_at.to_string()),
            "title" if self.is_of_others() => ResolvedValue::leaf(""),
            "title" => ResolvedValue::leaf(self.publication.title.as_str()),
            "basis" if self.publication.basis == Basis::default() || self.is_of_others() => ResolvedValue::null(),
            "basis" => ResolvedValue::object(BasisObject { basis: &self.publication.basis }),
            "editions" => self.editions(),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}

struct BasisObject<'a> {
    basis: &'a Basis,
}

impl ObjectValue for BasisObject<'_> {
    fn type_name(&self) -> &str {
        "Basis"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let text = match info.field_name() {
            "kind" => self.basis.kind.clone(),
            "number" => self.basis.number.clone(),
            "date" => self.basis.date.map(|date| date.to_string()),
            "title" => self.basis.title.clone(),
            "link" => self.basis.link.clone(),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(ResolvedValue::leaf(text))
    }
}

pub struct EditionObject<'q> {
    scope: &'q Scope,
    dictionary: DictionaryCode,
    edition: Edition,
}

impl<'q> EditionObject<'q> {
    pub fn resolved(scope: &'q Scope, dictionary: &DictionaryCode, edition: &Edition) -> Outcome<ResolvedValue<'q>> {
        Ok(ResolvedValue::object(Self { scope, dictionary: dictionary.clone(), edition: edition.clone() }))
    }
}

impl ObjectValue for EditionObject<'_> {
    fn type_name(&self) -> &str {
        "Edition"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let edition = &self.edition;
        let value = match info.field_name() {
            "dictionary" => ResolvedValue::leaf(self.dictionary.as_str()),
            "number" => ResolvedValue::leaf(edition.number),
            "publication" => PublicationObject::resolved(self.scope, Some(edition.published_seq))?,
            "definitionChanged" => ResolvedValue::leaf(edition.definition_changed),
            "itemsCount" => ResolvedValue::leaf(edition.items_count),
            "added" => ResolvedValue::leaf(edition.added_count),
            "changed" => ResolvedValue::leaf(edition.changed_count),
            "retired" => ResolvedValue::leaf(edition.retired_count),
            "digest" => ResolvedValue::leaf(hex(&edition.digest)),
            _ => return Err(self.unknown_field_error(info)),
        };
        Ok(value)
    }
}

/// A page of publications. Their numbers have no gap, so a page is a range of numbers.
pub struct PublicationConnection<'q> {
    scope: &'q Scope,
    numbers: Vec<i64>,
    has_next: bool,
    has_previous: bool,
}

impl<'q> PublicationConnection<'q> {
    pub fn read(scope: &'q Scope, arguments: Arguments<'_>) -> Outcome<Self> {
        let first = arguments.page_size(scope, PAGE_SIZE_DEFAULT)?;
        let after = arguments.text("after")?.map(read_publication_cursor).transpose().map_err(|fault| fault.within("after"))?;
        let is_ascending = arguments.text("direction")? == Some("ASC");
        let all = 1..=scope.reader.head.seq();
        let is_after = |number: &i64| after.is_none_or(|after| if is_ascending { *number > after } else { *number < after });
        let ordered: Box<dyn Iterator<Item = i64>> = if is_ascending { Box::new(all.clone()) } else { Box::new(all.clone().rev()) };
        let mut numbers: Vec<i64> = ordered.filter(is_after).take(first.saturating_add(1)).collect();
        let has_next = numbers.len() > first;
        numbers.truncate(first);
        let has_previous = after.is_some() && all.clone().any(|number| !is_after(&number));
        Ok(Self { scope, numbers, has_next, has_previous })
    }

    fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next: self.has_next,
            has_previous: self.has_previous,
            start_cursor: self.numbers.first().map(|number| publication_cursor(*number)),
            end_cursor: self.numbers.last().map(|number| publication_cursor(*number)),
        }
    }
}

impl ObjectValue for PublicationConnection<'_> {
    fn type_name(&self) -> &str {
        "PublicationConnection"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let scope = self.scope;
        Ok(match info.field_name() {
            "nodes" => scope.list(self.numbers.iter().map(move |number| PublicationObject::resolved(scope, Some(*number)))),
            "edges" => {
                scope.list(self.numbers.iter().map(move |number| Ok(ResolvedValue::object(PublicationEdge { scope, number: *number }))))
            }
            "pageInfo" => self.page_info().resolved()?,
            "totalCount" => ResolvedValue::leaf(scope.reader.head.seq()),
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}

struct PublicationEdge<'q> {
    scope: &'q Scope,
    number: i64,
}

impl ObjectValue for PublicationEdge<'_> {
    fn type_name(&self) -> &str {
        "PublicationEdge"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        match info.field_name() {
            "cursor" => Ok(ResolvedValue::leaf(publication_cursor(self.number))),
            "node" => Ok(PublicationObject::resolved(self.scope, Some(self.number))?),
            _ => Err(self.unknown_field_error(info)),
        }
    }
}
