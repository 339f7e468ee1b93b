//! A page of the items of one dictionary: what is searched for, whose children are wanted, and where the page begins.

use std::sync::Arc;

use async_graphql::Result;

use super::connection::{Page, Seek};
use super::fault::{bad_input, error};
use super::item::Item;
use super::view::View;
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::catalog::selection::{Interrupted, Page as Part, Selection};
use crate::catalog::selection_order::{Place, SortKey};
use crate::catalog::selection_predicate::{Predicate, Subject, Test};
use crate::domain::change_request::RequestId;
use crate::domain::error::Error;
use crate::domain::text::DictionaryCode;

/// What a caller asks of a list of items.
pub struct Wanted {
    pub search: Option<String>,
    pub parent: Option<String>,
    pub roots_only: bool,
    pub first: Option<i32>,
    pub after: Option<String>,
    pub is_total_wanted: bool,
    /// As this request would make them.
    pub change_request: Option<RequestId>,
}

pub async fn read(view: &View, dictionary: &DictionaryCode, at: Coordinate, wanted: Wanted) -> Result<Page<Item>> {
    let search = read_search(view, "search", wanted.search.as_deref())?;
    // A page that is ordered by how well it fits means nothing to another search.
    let list = format!("items of {dictionary} {}", search.as_deref().unwrap_or_default());
    let seek = Seek::read(view.limits(), list, wanted.first, wanted.after.as_deref())?;
    let after = seek.after.as_deref().map(|key| read_place(key, search.is_some())).transpose()?;
    let predicate = match (wanted.parent, wanted.roots_only) {
        (Some(_), true) => return Err(bad_input("give `parent` or `rootsOnly`, not both: nothing stands under an item and under nothing")),
        (Some(parent), false) => Some(Predicate::equal(Subject::Parent, &parent)),
        (None, true) => Some(Predicate::Test(Subject::Parent, Test::IsAbsent(true))),
        (None, false) => None,
    };
    let snapshot = match wanted.change_request {
        Some(id) => preview(view, id, dictionary).await?,
        None => view.snapshot(dictionary, at.publication).await?,
    };
    let Some(snapshot) = snapshot else {
        if let Some(id) = wanted.change_request {
            return Err(error("NOT_FOUND", format!("there is no change request {}, or you may not see it", id.0)));
        }
        return Ok(seek.page(Vec::new(), |_: &Item| String::new()).with_total(0));
    };
    let part = Part { first: seek.count(), after, offset: 0, is_total_wanted: wanted.is_total_wanted };
    let selected = Arc::clone(&snapshot);
    let (found, places) = view
        .work(move |_, _| {
            let selection = Selection::new(at.valid_on, predicate, search, &[]);
            let found = selection.page(&selected, &part, &|| true).map_err(|Interrupted| Error::internal("nobody interrupts"))?;
            let places: Vec<String> = found.rows.iter().map(|row| write_place(&selection.place_of(&selected, *row))).collect();
            Ok((found, places))
        })
        .await?;
    let item = |position: u32| Item::new(view, &snapshot, Arc::clone(snapshot.version(position as usize)), at);
    let entries = found.rows.iter().zip(places).map(|(row, place)| (item(row.position), place));
    let page = seek.page(entries, |(_, place)| place.clone()).map(|(item, _)| item);
    Ok(match found.total_count {
        Some(total) => page.with_total(total),
        None => page,
    })
}

/// A dictionary as a request would make it, if the caller may see the request.
pub async fn preview(view: &View, id: RequestId, dictionary: &DictionaryCode) -> Result<Option<Arc<DictionarySnapshot>>> {
    let code = dictionary.clone();
    view.work(move |svod, caller| svod.change_requests.preview(caller, id, &code)).await
}

/// A text to look for; `None` when it is blank. `argument` is what it was given as.
pub fn read_search(view: &View, argument: &str, search: Option<&str>) -> Result<Option<String>> {
    let Some(text) = search.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    let (length, max) = (text.chars().count(), view.limits().search_length_max);
    if length > max {
        let message = format!("`{argument}` has {length} characters, and at most {max} are searched for (search_length_max)");
        return Err(error("LIMIT_EXCEEDED", message));
    }
    Ok(Some(text.to_owned()))
}

/// The score, where something is searched for, and the code.
fn write_place(place: &Place) -> String {
    match place.keys.first() {
        Some(Some(SortKey::Integer(score))) => format!("{score} {}", place.code),
        _ => place.code.to_string(),
    }
}

fn read_place(key: &str, has_score: bool) -> Result<Place> {
    if !has_score {
        return Ok(Place { keys: Vec::new(), code: key.into() });
    }
    let parts = key.split_once(' ').and_then(|(score, code)| Some((score.parse().ok()?, code)));
    let (score, code) = parts.ok_or_else(|| bad_input("`after` is not a cursor of this list"))?;
    Ok(Place { keys: vec![Some(SortKey::Integer(score))], code: code.into() })
}
