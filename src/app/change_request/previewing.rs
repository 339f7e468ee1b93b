//! What a request would do, worked out against what is published now: conflicts, violations, counts, and lists as they would be.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::content::{Rebased, RequestConflict, Stored};
use super::listing::progress_of;
use super::{ChangeRequests, permission};
use crate::app::acting::{Caller, authority_of};
use crate::catalog::{DictionarySnapshot, Head};
use crate::db::{self, Engine};
use crate::domain::approval::Progress;
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::error::{Error, Result};
use crate::domain::publication::{ChangeCounts, Digesting, Edition, apply_change};
use crate::domain::text::DictionaryCode;
use crate::domain::violation::Violations;

/// What is to be said of a draft before it is submitted.
#[derive(Debug)]
pub struct Judgement {
    /// The publication that it was judged against.
    pub head_seq: i64,
    pub conflicts: Vec<RequestConflict>,
    /// What is wrong with the state that it would make; not looked at while there are conflicts.
    pub violations: Violations,
    /// What it would change, by dictionary; blank while anything is wrong.
    pub counts: BTreeMap<DictionaryCode, ChangeCounts>,
}

impl ChangeRequests {
    /// Judges a request against what is published now.
    pub fn judge(&self, caller: &Caller, id: RequestId) -> Result<Option<Judgement>> {
        let head = self.head();
        let Some(stored) = self.read_visible(caller, &head, id, |connection, _| load(connection, id))? else { return Ok(None) };
        let mut rebased = stored.rebase(&head, self.publisher.violations_max())?;
        let head_seq = rebased.head_seq;
        if !rebased.violations.is_empty() || !rebased.conflicts.is_empty() {
            let Rebased { conflicts, violations, .. } = rebased;
            return Ok(Some(Judgement { head_seq, conflicts, violations, counts: BTreeMap::new() }));
        }
        let none = Violations::new(self.publisher.violations_max());
        let outcome = self.publisher.judge(&head, rebased.take_changes());
        let (violations, counts) = match outcome.map_err(|error| permission::told_to(&caller.authority, &head, error)) {
            Ok(counts) => (none, counts),
            Err(Error::Invalid(violations)) => (violations, BTreeMap::new()),
            Err(other) => return Err(other),
        };
        Ok(Some(Judgement { head_seq, conflicts: Vec::new(), violations, counts }))
    }

    /// A dictionary as the request would make it, whether that is valid or not; mine wins where there is a conflict.
    pub fn preview(&self, caller: &Caller, id: RequestId, code: &DictionaryCode) -> Result<Option<Arc<DictionarySnapshot>>> {
        let head = self.head();
        let Some(stored) = self.read_visible(caller, &head, id, |connection, _| load(connection, id))? else { return Ok(None) };
        let resident = head.dictionaries.get(code);
        let mut changes = stored.rebase(&head, self.publisher.violations_max())?.take_changes();
        let Some(change) = changes.remove(code) else { return Ok(resident.map(|resident| Arc::clone(&resident.current))) };
        let before = resident.map(|resident| resident.current.state());
        let Some((state, _)) = apply_change(before.as_ref(), change, head.seq() + 1, Digesting::Tried) else {
            return Ok(resident.map(|resident| Arc::clone(&resident.current)));
        };
        let edition = previewed_edition(resident.map(|resident| &resident.current.edition), &head);
        let previewed = match resident {
            Some(resident) => resident.current.beside(edition, state),
            None => DictionarySnapshot::new(edition, state),
        };
        Ok(Some(Arc::new(previewed)))
    }

    /// How far the approval of a request is.
    pub fn progress(&self, caller: &Caller, id: RequestId) -> Result<Option<Progress>> {
        let head = self.head();
        self.read_visible(caller, &head, id, |connection, request| progress(connection, &head, request))
    }

    /// Reads something of a request in one consistent read; `None` when the caller may not see it.
    pub(super) fn read_visible<T>(
        &self,
        caller: &Caller,
        head: &Head,
        id: RequestId,
        read: impl FnOnce(&mut Engine, &ChangeRequest) -> Result<T>,
    ) -> Result<Option<T>> {
        self.acts.store.read(|connection| {
            let authority = authority_of(connection, &caller.credential, self.acts.clock.now())?;
            match permission::find_visible(connection, &authority, head, id)? {
                Some(request) => read(connection, &request).map(Some),
                None => Ok(None),
            }
        })
    }
}

/// The stored content of a request.
pub fn load(connection: &mut Engine, id: RequestId) -> Result<Stored> {
    let dictionaries = db::change_request_content::list_dictionaries(connection, &[id])?;
    let items = db::change_request_content::list_items(connection, id)?;
    let packs = db::change_request_pack::list(connection, id)?;
    Ok(Stored { dictionaries, items, packs })
}

/// How far the approval of a request is, under the policies in force now.
pub fn progress(connection: &mut Engine, head: &Head, request: &ChangeRequest) -> Result<Progress> {
    let mut progress = progress_of(connection, head, std::slice::from_ref(request))?;
    progress.remove(&request.id).ok_or_else(|| Error::Internal(format!("change request {} has no progress", request.id.0)))
}

/// The edition that a preview shows: the next one, not made yet.
fn previewed_edition(before: Option<&Edition>, head: &Head) -> Edition {
    Edition {
        number: before.map_or(1, |edition| edition.number + 1),
        published_seq: head.seq() + 1,
        definition_changed: false,
        items_count: 0,
        added_count: 0,
        changed_count: 0,
        retired_count: 0,
        digest: [0; 32],
    }
}
