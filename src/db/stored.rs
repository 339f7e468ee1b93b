//! Published rows exactly as they are stored, for verification: texts that nobody parsed, so that a row that cannot be read any
//! more is a row to be named and not an error. What the rows mean stands in the files of their nouns.

use diesel::connection::DefaultLoadingMode;
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;

use super::connection::{Engine, fault};
use super::dictionary::DictionaryId;
use super::publication::PublicationRow;
use super::review::ReviewRow;
use super::schema::{annulment, change_request, definition, edition, item_version, publication, review};
use crate::domain::change_request::RequestState;
use crate::domain::error::Result;
use crate::domain::seal::{PublicationTexts, ReviewTexts};

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = annulment)]
pub struct StoredAnnulment {
    pub dictionary_id: i64,
    pub code: String,
    pub published_seq: i64,
    pub superseded_seq: Option<i64>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = change_request)]
pub struct StoredRequest {
    pub id: i64,
    pub state: String,
    pub published_seq: Option<i64>,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = edition)]
pub struct StoredEdition {
    pub number: i64,
    pub published_seq: i64,
    pub definition_changed: bool,
    pub items_count: i64,
    /// As it is stored: hexadecimal, if nobody meddled with it.
    pub digest: String,
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = item_version)]
pub struct StoredItemVersion {
    pub code: String,
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
    pub parent_code: Option<String>,
    pub attributes: String,
    pub retirement: Option<String>,
    pub published_seq: i64,
    pub superseded_seq: Option<i64>,
}

pub fn list_publications(connection: &mut Engine) -> Result<Vec<PublicationTexts>> {
    let rows: Vec<PublicationRow> =
        publication::table.order(publication::seq).select(PublicationRow::as_select()).load(connection).map_err(fault)?;
    Ok(rows.into_iter().map(PublicationTexts::from).collect())
}

pub fn list_annulments(connection: &mut Engine) -> Result<Vec<StoredAnnulment>> {
    annulment::table.select(StoredAnnulment::as_select()).load(connection).map_err(fault)
}

/// The requests that say in any way that they were published, by number.
pub fn list_published_requests(connection: &mut Engine) -> Result<Vec<StoredRequest>> {
    let is_published = change_request::published_seq.is_not_null().or(change_request::state.eq(RequestState::Published.name()));
    let published = change_request::table.filter(is_published).order(change_request::id);
    published.select(StoredRequest::as_select()).load(connection).map_err(fault)
}

/// All reviews, by number.
pub fn list_reviews(connection: &mut Engine) -> Result<Vec<ReviewTexts>> {
    let rows: Vec<ReviewRow> = review::table.order(review::id).select(ReviewRow::as_select()).load(connection).map_err(fault)?;
    Ok(rows.into_iter().map(ReviewTexts::from).collect())
}

/// The editions of a dictionary, by number.
pub fn list_editions(connection: &mut Engine, id: DictionaryId) -> Result<Vec<StoredEdition>> {
    let of_dictionary = edition::table.filter(edition::dictionary_id.eq(id.0));
    of_dictionary.order(edition::number).select(StoredEdition::as_select()).load(connection).map_err(fault)
}

/// The numbers of all dictionaries that have editions or items, those included that no dictionary has.
pub fn list_dictionaries(connection: &mut Engine) -> Result<Vec<i64>> {
    let of_editions: Vec<i64> = edition::table.select(edition::dictionary_id).distinct().load(connection).map_err(fault)?;
    Ok(of_editions)
}

/// The definitions of a dictionary with the publications that made them known.
pub fn list_definitions(connection: &mut Engine, id: DictionaryId) -> Result<Vec<(i64, String)>> {
    let of_dictionary = definition::table.filter(definition::dictionary_id.eq(id.0));
    of_dictionary.order(definition::published_seq).select((definition::published_seq, definition::body)).load(connection).map_err(fault)
}

/// Hands on every row that was ever published of a dictionary, in no particular order, one by one.
pub fn walk_item_versions(connection: &mut Engine, id: DictionaryId, take: &mut dyn FnMut(StoredItemVersion)) -> Result<()> {
    macro_rules! query {
        () => {
            item_version::table.filter(item_version::dictionary_id.eq(id.0)).select(StoredItemVersion::as_select())
        };
    }
    match connection {
        Engine::Sqlite(connection) => {
            for row in query!().load_iter::<_, DefaultLoadingMode>(connection).map_err(fault)? {
                take(row.map_err(fault)?);
            }
        }
        Engine::Postgres(connection) => {
            for row in query!().load_iter::<_, PgRowByRowLoadingMode>(connection).map_err(fault)? {
                take(row.map_err(fault)?);
            }
        }
    }
    Ok(())
}
