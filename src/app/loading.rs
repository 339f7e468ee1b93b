//! The catalogue from the database: whole at the start, and by what changed when others have published.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::publishing::advance_resident;
use super::reading::load_state;
use crate::catalog::{DictionarySnapshot, Head, Resident};
use crate::db::dictionary::DictionaryId;
use crate::db::{self, Engine};
use crate::domain::error::{Error, Result};
use crate::domain::item::{ItemVersion, edition_digest};
use crate::domain::publication::{Edition, Publication, RowChanges, State};
use crate::domain::text::{DictionaryCode, ItemCode};

/// The head that the database holds, worked out from an older one; `None` when that is the newest already.
/// Must be called on one consistent state of the database, so that no half of a publication is seen.
pub fn advance_head(connection: &mut Engine, head: &Head) -> Result<Option<Head>> {
    if db::publication::get_latest_seq(connection)? == head.seq() {
        return Ok(None);
    }
    let newer = db::publication::list_after(connection, head.seq())?;
    check_contiguous(head, &newer)?;
    let mut next = head.clone();
    let mut publications = Vec::clone(&next.publications);
    publications.extend(newer.into_iter().map(Arc::new));
    next.publications = Arc::new(publications);
    let codes: BTreeMap<DictionaryId, DictionaryCode> = db::dictionary::list(connection)?.into_iter().collect();
    let mut editions: BTreeMap<DictionaryId, Vec<Edition>> = BTreeMap::new();
    for (id, edition) in db::edition::list_after(connection, head.seq())? {
        if edition.definition_changed {
            next.definitions_seq = next.definitions_seq.max(edition.published_seq);
        }
        editions.entry(id).or_default().push(edition);
    }
    for (id, newer) in editions {
        let code = codes.get(&id).ok_or_else(|| Error::Internal(format!("the database has editions of an unknown dictionary {}", id.0)))?;
        let resident = match next.dictionaries.get(code) {
            Some(resident) if !newer.iter().any(|edition| edition.definition_changed) => advance_rows(connection, id, resident, newer)?,
            before => load_resident(connection, id, before, newer)?,
        };
        next.dictionaries.insert(code.clone(), resident);
    }
    Ok(Some(next))
}

fn check_contiguous(head: &Head, newer: &[Publication]) -> Result<()> {
    let expected = head.seq() + 1..;
    match newer.iter().zip(expected).find(|(publication, expected)| publication.seq != *expected) {
        None if newer.is_empty() => Err(Error::Operator(
            "the database holds fewer publications than were read from it: was it replaced by an older copy? Restart on it".to_owned(),
        )),
        None => Ok(()),
        Some((publication, expected)) => Err(Error::Internal(format!("publication {} follows where {expected} should", publication.seq))),
    }
}

/// Reads a dictionary whole.
fn load_resident(connection: &mut Engine, id: DictionaryId, before: Option<&Resident>, newer: Vec<Edition>) -> Result<Resident> {
    let last = newer.last().cloned().ok_or_else(|| Error::Internal("an edition that is not there".to_owned()))?;
    let state = load_state(connection, id, last.published_seq)?;
    let mut editions = before.map(|resident| Vec::clone(&resident.editions)).unwrap_or_default();
    editions.extend(newer);
    check_digest(&state, &editions);
    Ok(Resident { current: Arc::new(DictionarySnapshot::new(last, state)), editions: Arc::new(editions) })
}

/// Rows that were changed behind the service's back are said aloud. They are served all the same: an operator decides, not a restart.
fn check_digest(state: &State, editions: &[Edition]) {
    let [before @ .., last] = editions else { return };
    let recomputed =
        edition_digest(before.last().map(|edition| &edition.digest), &state.dictionary.definition_digest(), state.items.versions().iter());
    if recomputed != last.digest {
        tracing::error!(
            dictionary = %state.dictionary.code,
            edition = last.number,
            "the stored items do not match the digest of their edition: the database was changed by something else than Svod"
        );
    }
}

/// Reads only the rows that were opened and closed since.
fn advance_rows(connection: &mut Engine, id: DictionaryId, resident: &Resident, mut newer: Vec<Edition>) -> Result<Resident> {
    let last = newer.pop().ok_or_else(|| Error::Internal("an edition that is not there".to_owned()))?;
    let current = &resident.current;
    let since = current.edition.published_seq;
    let changed = db::item::list_changed_since(connection, id, &current.dictionary, since)?;
    let rows = RowChanges { closed: changed.closed_of(&current.items), opened: changed.opened, ..RowChanges::default() };
    let closed: FxHashSet<*const ItemVersion> = rows.closed.iter().map(Arc::as_ptr).collect();
    let is_kept = |version: &&Arc<ItemVersion>| !closed.contains(&Arc::as_ptr(version));
    let mut replaced: BTreeMap<ItemCode, Vec<Arc<ItemVersion>>> = BTreeMap::new();
    for version in rows.closed.iter().chain(&rows.opened) {
        if !replaced.contains_key(&version.code) {
            let kept = current.items.versions_of(&version.code).iter().filter(is_kept).cloned().collect();
            replaced.insert(version.code.clone(), kept);
        }
    }
    for version in &rows.opened {
        if let Some(timeline) = replaced.get_mut(&version.code) {
            timeline.push(Arc::clone(version));
            timeline.sort_by_key(|version| version.validity().start_key());
        }
    }
    let annulled = Arc::new(db::annulment::list_at(connection, id, last.published_seq)?);
    let state = State { dictionary: Arc::clone(&current.dictionary), items: Arc::new(current.items.with(&replaced)), annulled };
    let mut editions = Vec::clone(&resident.editions);
    editions.extend(newer);
    let before = Resident { current: Arc::clone(current), editions: Arc::new(editions) };
    Ok(advance_resident(Some(&before), last, state, &rows))
}
