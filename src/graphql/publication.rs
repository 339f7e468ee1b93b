//! Publications, and the bases they rest on. Whoever may see nothing of what a publication touched sees its number and its instant:
//! numbers have no gap for anybody, and nothing else is told.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};

use super::change_request::ChangeRequestObject;
use super::connection::{Page, Seek, page_cost};
use super::edition::EditionObject;
use super::scalar::{CalendarDate, DateTime};
use super::view::View;
use crate::domain::publication::{Basis, Publication};

/// The order or act that a change rests on.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Basis")]
pub struct BasisObject {
    /// `order`, `act`, `letter` or another word.
    kind: Option<String>,
    /// Its number.
    number: Option<String>,
    /// Its date.
    date: Option<CalendarDate>,
    /// Its title.
    title: Option<String>,
    /// Where to read it.
    link: Option<String>,
}

impl BasisObject {
    /// `None` when nothing is said of a basis.
    pub fn of(basis: &Basis) -> Option<Self> {
        let given = basis != &Basis::default();
        given.then(|| Self {
            kind: basis.kind.clone(),
            number: basis.number.clone(),
            date: basis.date.map(CalendarDate),
            title: basis.title.clone(),
            link: basis.link.clone(),
        })
    }
}

#[derive(Clone)]
pub struct PublicationObject {
    view: View,
    publication: Arc<Publication>,
}

impl PublicationObject {
    /// `None` for the time before the first publication, and for the future.
    pub fn find(view: &View, seq: i64) -> Option<Self> {
        let publication = Arc::clone(view.head().publication(seq)?);
        Some(Self { view: view.clone(), publication })
    }

    fn made(&self) -> impl Iterator<Item = EditionObject> {
        let seq = self.publication.seq;
        self.view.residents().filter_map(move |(code, resident)| {
            let edition = resident.edition_at(seq).filter(|edition| edition.published_seq == seq)?;
            Some(EditionObject { view: self.view.clone(), dictionary: code.clone(), edition: edition.clone() })
        })
    }

    /// Whether the caller may read anything that it touched.
    pub fn is_visible(&self) -> bool {
        self.made().next().is_some()
    }

    /// Whether it touched one of some dictionaries that the caller may read.
    pub fn touches(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.made().any(|edition| wanted(edition.dictionary.as_str()))
    }
}

/// A publication: one atomic act that made changes known. Numbers are the system time of the service and have no gap.
#[Object(name = "Publication")]
impl PublicationObject {
    /// 1, 2, 3 … over the whole service.
    async fn number(&self) -> i64 {
        self.publication.seq
    }

    /// When it was published.
    async fn published_at(&self) -> DateTime {
        DateTime(self.publication.published_at)
    }

    /// What it is called; blank where the caller may see nothing that it touched.
    async fn title(&self) -> &str {
        if self.is_visible() { &self.publication.title } else { "" }
    }

    /// What it rests on.
    async fn basis(&self) -> Option<BasisObject> {
        BasisObject::of(&self.publication.basis).filter(|_| self.is_visible())
    }

    /// The change request that it came from: who wrote and who approved it. Null where the caller may not see that, and for
    /// publications before there were any.
    async fn change_request(&self) -> Result<Option<ChangeRequestObject>> {
        match self.publication.change_request {
            Some(id) => ChangeRequestObject::load(&self.view, id).await,
            None => Ok(None),
        }
    }

    /// What it made of the dictionaries that the caller may read, in the order of their codes.
    #[graphql(complexity = "super::connection::list_cost(child_complexity)")]
    async fn editions(&self) -> Vec<EditionObject> {
        self.made().collect()
    }
}

#[derive(Default)]
pub struct PublicationQuery;

#[Object]
impl PublicationQuery {
    /// All publications, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn publications(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<PublicationObject>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "publications", first, after.as_deref())?;
        let latest = view.head().seq();
        let from = seek.after_number()?.map_or(latest, |after| latest.min(after.saturating_sub(1)));
        let publications = (1..=from).rev().filter_map(|seq| PublicationObject::find(&view, seq));
        Ok(seek.page(publications, |entry| entry.publication.seq.to_string()).with_total(latest))
    }

    /// The publication of a number; null when there is none.
    async fn publication(&self, context: &Context<'_>, #[graphql(desc = "1, 2, 3 …")] number: i64) -> Result<Option<PublicationObject>> {
        Ok(PublicationObject::find(&View::of(context)?, number))
    }
}
