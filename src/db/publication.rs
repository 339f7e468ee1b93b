//! Publications: their numbers, instants and bases.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::publication;
use crate::domain::change_request::RequestId;
use crate::domain::error::{Error, Result};
use crate::domain::publication::{Basis, Publication};
use crate::domain::seal::PublicationTexts;
use crate::domain::validity::parse_date;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = publication, treat_none_as_default_value = false)]
pub(super) struct PublicationRow {
    seq: i64,
    published_at_ms: i64,
    title: String,
    basis_kind: Option<String>,
    basis_number: Option<String>,
    basis_date: Option<String>,
    basis_title: Option<String>,
    basis_link: Option<String>,
    change_request_id: Option<i64>,
}

/// The number of the latest publication; 0 when nothing was published.
pub fn get_latest_seq(connection: &mut Engine) -> Result<i64> {
    let latest: Option<i64> = publication::table.select(diesel::dsl::max(publication::seq)).first(connection).map_err(fault)?;
    Ok(latest.unwrap_or(0))
}

/// The publications after a number, in order.
pub fn list_after(connection: &mut Engine, seq: i64) -> Result<Vec<Publication>> {
    let rows: Vec<PublicationRow> = publication::table
        .filter(publication::seq.gt(seq))
        .order(publication::seq)
        .select(PublicationRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(Publication::try_from).collect()
}

pub fn insert(connection: &mut Engine, made: &Publication) -> Result<()> {
    let row = PublicationRow::from(PublicationTexts::of(made));
    diesel::insert_into(publication::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}

impl TryFrom<PublicationRow> for Publication {
    type Error = Error;

    fn try_from(row: PublicationRow) -> Result<Self> {
        Ok(Self {
            seq: row.seq,
            published_at: Timestamp::from_millisecond(row.published_at_ms).map_err(Error::internal)?,
            title: row.title,
            basis: Basis {
                kind: row.basis_kind,
                number: row.basis_number,
                date: row.basis_date.as_deref().and_then(parse_date),
                title: row.basis_title,
                link: row.basis_link,
            },
            change_request: row.change_request_id.map(RequestId),
        })
    }
}

impl From<PublicationTexts> for PublicationRow {
    fn from(row: PublicationTexts) -> Self {
        Self {
            seq: row.seq,
            published_at_ms: row.published_at_ms,
            title: row.title,
            basis_kind: row.basis_kind,
            basis_number: row.basis_number,
            basis_date: row.basis_date,
            basis_title: row.basis_title,
            basis_link: row.basis_link,
            change_request_id: row.change_request,
        }
    }
}

impl From<PublicationRow> for PublicationTexts {
    fn from(row: PublicationRow) -> Self {
        Self {
            seq: row.seq,
            published_at_ms: row.published_at_ms,
            title: row.title,
            basis_kind: row.basis_kind,
            basis_number: row.basis_number,
            basis_date: row.basis_date,
            basis_title: row.basis_title,
            basis_link: row.basis_link,
            change_request: row.change_request_id,
        }
    }
}
