//! Change requests without their content: found by number, listed newest first, changed as a whole.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::{change_request, change_request_author, change_request_dictionary};
use crate::domain::account::AccountId;
use crate::domain::change_request::{ChangeRequest, Origin, RequestId, RequestState};
use crate::domain::error::{Error, Result};
use crate::domain::publication::Basis;
use crate::domain::text::DictionaryCode;
use crate::domain::validity::parse_date;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = change_request, treat_none_as_default_value = false, treat_none_as_null = true)]
struct RequestRow {
    id: i64,
    revision: i64,
    state: String,
    title: String,
    description: String,
    basis_kind: Option<String>,
    basis_number: Option<String>,
    basis_date: Option<String>,
    basis_title: Option<String>,
    basis_link: Option<String>,
    origin: String,
    undoes_seq: Option<i64>,
    author_id: i64,
    base_seq: i64,
    round: i64,
    created_at_ms: i64,
    updated_at_ms: i64,
    submitted_at_ms: Option<i64>,
    scheduled_at_ms: Option<i64>,
    published_seq: Option<i64>,
}

/// Which requests a list is to hold.
#[derive(Debug, Clone, Default)]
pub struct RequestFilter {
    /// Of these states; of any when there is none.
    pub states: Vec<RequestState>,
    /// Changed by this account, as the first author or later.
    pub author: Option<AccountId>,
    /// Touches this dictionary.
    pub dictionary: Option<DictionaryCode>,
    /// Only those that the caller may approve now: the floor above looks at each of them.
    pub reviewable_by_caller: bool,
    /// Its title, its number and the names of its authors have these words: the floor above looks at each of them. Any when blank.
    pub words: String,
    /// Touches none of these.
    pub hidden: Vec<DictionaryCode>,
}

pub fn find(connection: &mut Engine, id: RequestId) -> Result<Option<ChangeRequest>> {
    let row = change_request::table.filter(change_request::id.eq(id.0)).select(RequestRow::as_select()).first(connection).optional();
    row.map_err(fault)?.map(RequestRow::read).transpose()
}

pub fn list_by_id(connection: &mut Engine, ids: &[RequestId]) -> Result<Vec<ChangeRequest>> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let rows: Vec<RequestRow> =
        change_request::table.filter(change_request::id.eq_any(ids)).select(RequestRow::as_select()).load(connection).map_err(fault)?;
    rows.into_iter().map(RequestRow::read).collect()
}

/// The titles of the newest requests, newest first.
pub fn list_newest_titles(connection: &mut Engine, count_max: i64) -> Result<Vec<(RequestId, String)>> {
    let titles: Vec<(i64, String)> = change_request::table
        .order(change_request::id.desc())
        .limit(count_max)
        .select((change_request::id, change_request::title))
        .load(connection)
        .map_err(fault)?;
    Ok(titles.into_iter().map(|(id, title)| (RequestId(id), title)).collect())
}

/// Newest first, before a number. Each filter has an index that gives this order, so a page costs what it holds, however many
/// requests there are; where there are several states, each has its page, and the newest of them are taken.
pub fn list_before(
    connection: &mut Engine,
    filter: &RequestFilter,
    before: Option<RequestId>,
    count_max: i64,
) -> Result<Vec<ChangeRequest>> {
    let before = before.map_or(i64::MAX, |before| before.0);
    let mut rows = Vec::new();
    if filter.states.is_empty() {
        rows = list_rows(connection, filter, None, before, count_max)?;
    }
    for state in &filter.states {
        rows.extend(list_rows(connection, filter, Some(*state), before, count_max)?);
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.id));
    rows.dedup_by_key(|row| row.id);
    rows.truncate(usize::try_from(count_max).unwrap_or(0));
    rows.into_iter().map(RequestRow::read).collect()
}

diesel::alias! {
    const TOUCHED: Alias<Touched> = change_request_dictionary as touched;
    const AUTHORED: Alias<Authored> = change_request_author as authored;
}

/// A page of the requests that some query finds, in the order of a column that has their numbers.
macro_rules! page {
    ($connection:ident, $filter:ident, $state:ident, $before:ident, $count_max:ident, $from:expr, $id:expr) => {{
        let mut query = $from.select(RequestRow::as_select()).into_boxed();
        if let Some(state) = $state {
            query = query.filter(change_request::state.eq(state.name()));
        }
        if let Some(author) = $filter.author {
            let by_author = AUTHORED
                .filter(AUTHORED.field(change_request_author::request_id).eq(change_request::id))
                .filter(AUTHORED.field(change_request_author::account_id).eq(author.0));
            query = query.filter(diesel::dsl::exists(by_author));
        }
        if let Some(dictionary) = &$filter.dictionary {
            let touching = TOUCHED
                .filter(TOUCHED.field(change_request_dictionary::request_id).eq(change_request::id))
                .filter(TOUCHED.field(change_request_dictionary::dictionary_code).eq(dictionary.as_str()));
            query = query.filter(diesel::dsl::exists(touching));
        }
        if !$filter.hidden.is_empty() {
            let hidden: Vec<&str> = $filter.hidden.iter().map(DictionaryCode::as_str).collect();
            let touching = TOUCHED
                .filter(TOUCHED.field(change_request_dictionary::request_id).eq(change_request::id))
                .filter(TOUCHED.field(change_request_dictionary::dictionary_code).eq_any(hidden));
            query = query.filter(diesel::dsl::not(diesel::dsl::exists(touching)));
        }
        query.filter($id.lt($before)).order($id.desc()).limit($count_max).load($connection).map_err(fault)
    }};
}

/// Begins with what is rarest: a state in which requests do not stay, else an author, else a dictionary.
fn list_rows(
    connection: &mut Engine,
    filter: &RequestFilter,
    state: Option<RequestState>,
    before: i64,
    count_max: i64,
) -> Result<Vec<RequestRow>> {
    let is_passing = state.is_some_and(|state| !state.is_final());
    if let Some(author) = filter.author.filter(|_| !is_passing) {
        let rest = &RequestFilter { author: None, ..filter.clone() };
        let authored = change_request_author::table
            .inner_join(change_request::table.on(change_request::id.eq(change_request_author::request_id)))
            .filter(change_request_author::account_id.eq(author.0));
        return page!(connection, rest, state, before, count_max, authored, change_request_author::request_id);
    }
    if let Some(dictionary) = filter.dictionary.as_ref().filter(|_| !is_passing) {
        let rest = &RequestFilter { dictionary: None, ..filter.clone() };
        let touching = change_request_dictionary::table
            .inner_join(change_request::table.on(change_request::id.eq(change_request_dictionary::request_id)))
            .filter(change_request_dictionary::dictionary_code.eq(dictionary.as_str()));
        return page!(connection, rest, state, before, count_max, touching, change_request_dictionary::request_id);
    }
    page!(connection, filter, state, before, count_max, change_request::table, change_request::id)
}

/// The scheduled requests whose instant has come, in the order in which they are to go out.
pub fn list_due(connection: &mut Engine, at: Timestamp) -> Result<Vec<ChangeRequest>> {
    let rows: Vec<RequestRow> = change_request::table
        .filter(change_request::scheduled_at_ms.le(at.as_millisecond()))
        .filter(change_request::state.eq(RequestState::Scheduled.name()))
        .order((change_request::scheduled_at_ms, change_request::id))
        .select(RequestRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(RequestRow::read).collect()
}

/// Stores a new request under the next number. To be called under the writers' lock.
pub fn insert(connection: &mut Engine, mut request: ChangeRequest) -> Result<ChangeRequest> {
    let greatest: Option<i64> = change_request::table.select(diesel::dsl::max(change_request::id)).first(connection).map_err(fault)?;
    request.id = RequestId(greatest.unwrap_or(0) + 1);
    diesel::insert_into(change_request::table).values(RequestRow::new(&request)).execute(connection).map_err(fault)?;
    Ok(request)
}

pub fn update(connection: &mut Engine, request: &ChangeRequest) -> Result<()> {
    let row = RequestRow::new(request);
    let updated = diesel::update(change_request::table).filter(change_request::id.eq(request.id.0)).set(row).execute(connection);
    match updated.map_err(fault)? {
        1 => Ok(()),
        count => Err(Error::Internal(format!("{count} rows of change request {} were there", request.id.0))),
    }
}

impl RequestRow {
    fn new(request: &ChangeRequest) -> Self {
        let instant = |at: Option<Timestamp>| at.map(Timestamp::as_millisecond);
        let basis = request.basis.clone();
        Self {
            id: request.id.0,
            revision: request.revision,
            state: request.state.name().to_owned(),
            title: request.title.clone(),
            description: request.description.clone(),
            basis_kind: basis.kind,
            basis_number: basis.number,
            basis_date: basis.date.map(|date| date.to_string()),
            basis_title: basis.title,
            basis_link: basis.link,
            origin: request.origin.name().to_owned(),
            undoes_seq: request.undoes,
            author_id: request.author.0,
            base_seq: request.base_seq,
            round: request.round,
            created_at_ms: request.created_at.as_millisecond(),
            updated_at_ms: request.updated_at.as_millisecond(),
            submitted_at_ms: instant(request.submitted_at),
            scheduled_at_ms: instant(request.scheduled_at),
            published_seq: request.published_seq,
        }
    }

    fn read(self) -> Result<ChangeRequest> {
        let unreadable = || Error::Internal(format!("change request {} cannot be read from the database", self.id));
        let instant = |ms: i64| Timestamp::from_millisecond(ms).map_err(Error::internal);
        Ok(ChangeRequest {
            id: RequestId(self.id),
            revision: self.revision,
            state: RequestState::parse(&self.state).ok_or_else(unreadable)?,
            origin: Origin::parse(&self.origin).ok_or_else(unreadable)?,
            title: self.title,
            description: self.description,
            basis: Basis {
                kind: self.basis_kind,
                number: self.basis_number,
                date: self.basis_date.as_deref().and_then(parse_date),
                title: self.basis_title,
                link: self.basis_link,
            },
            undoes: self.undoes_seq,
            author: AccountId(self.author_id),
            base_seq: self.base_seq,
            round: self.round,
            created_at: instant(self.created_at_ms)?,
            updated_at: instant(self.updated_at_ms)?,
            submitted_at: self.submitted_at_ms.map(instant).transpose()?,
            scheduled_at: self.scheduled_at_ms.map(instant).transpose()?,
            published_seq: self.published_seq,
        })
    }
}
