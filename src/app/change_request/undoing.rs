//! Undoing a publication: a new request that reverses it, to be reviewed and published like any other. What changed again since is kept
//! as it is, and named.

use std::cell::RefCell;
use std::sync::Arc;

use super::filing::{BulkChange, Destination};
use super::{ChangeRequests, permission};
use crate::app::acting::{Act, Caller};
use crate::app::comparing::{Comparing, Comparison, DictionaryDifference, Side};
use crate::catalog::Head;
use crate::db;
use crate::domain::account::Scope;
use crate::domain::change_request::{ChangeRequest, NewRequest, Origin};
use crate::domain::error::{Error, Result};
use crate::domain::item::timeline_of;
use crate::domain::publication::{ChangeSet, DictionaryChange, realigned_timeline};
use crate::domain::text::{DictionaryCode, ItemCode};

/// A drafted undo, and what it leaves alone.
#[derive(Debug)]
pub struct Undone {
    /// `None` when there is nothing left to take back.
    pub request: Option<ChangeRequest>,
    /// Items that changed again since, by dictionary; they are kept as they are.
    pub kept: Vec<(DictionaryCode, ItemCode)>,
    /// Dictionaries whose definition is kept: it changed again since, or the publication made the dictionary.
    pub kept_definitions: Vec<DictionaryCode>,
}

impl ChangeRequests {
    /// Drafts the reversal of a publication.
    pub fn undo_publication(&self, caller: &Caller, comparing: &Comparing, seq: i64) -> Result<Undone> {
        let unknown = || Error::not_found(format!("there is no publication {seq}"));
        let head = self.fresh_head()?;
        let act = Act::new("undoPublication", Scope::Propose, format!("publication/{seq}"));
        let (publication, touched) = self.acts.look(caller, &act, |acting| {
            acting.account_id()?;
            let publication = head.publication(seq).ok_or_else(unknown)?;
            let touched: Vec<DictionaryCode> = comparing.touched_between(seq - 1, seq);
            let is_visible = touched.iter().all(|code| permission::may_see(&acting.authority, &head, code));
            if !is_visible {
                return Err(unknown());
            }
            // What was kept and why is told even when nothing is left to take back, so the roles are asked before.
            touched.iter().try_for_each(|code| permission::check_steward(&acting.authority, &head, code))?;
            Ok((Arc::clone(publication), touched))
        })?;
        let kept = RefCell::new((Vec::new(), Vec::new()));
        let change = |head: &Head| -> Result<ChangeSet> {
            let mut left = (Vec::new(), Vec::new());
            let mut changes = ChangeSet::new();
            for code in &touched {
                let side = |publication| Side { publication, valid_on: None };
                let (from, to) = (side(seq - 1), side(seq));
                let difference = comparing.compare(&Comparison { dictionary: code, from, to, after_code: None, count: usize::MAX })?;
                changes.insert(code.clone(), reversed(head, code, seq, difference, &mut left));
            }
            kept.replace(left);
            Ok(changes)
        };
        let title = format!("Отмена публикации {seq}: {}", publication.title).chars().take(300).collect();
        let new = NewRequest { title, description: String::new(), basis: publication.basis.clone() };
        let bulk = BulkChange { head: new, origin: Origin::Undo, undoes: Some(seq), change: &change, leave_out: None, conclude: None };
        let filed = self.file(caller, &bulk, Destination::Draft)?;
        let (kept, kept_definitions) = kept.into_inner();
        let request = match filed.request {
            Some(id) => self.acts.store.read(|connection| db::change_request::find(connection, id))?,
            None => None,
        };
        Ok(Undone { request, kept, kept_definitions })
    }
}

/// The change that takes one dictionary's part of a publication back.
fn reversed(
    head: &Head,
    code: &DictionaryCode,
    seq: i64,
    difference: DictionaryDifference,
    kept: &mut (Vec<(DictionaryCode, ItemCode)>, Vec<DictionaryCode>),
) -> DictionaryChange {
    let mut change = DictionaryChange::default();
    let Some(resident) = head.dictionaries.get(code) else { return change };
    let current = &resident.current;
    let was_defined = resident.edition_at(seq).is_some_and(|edition| edition.definition_changed);
    let is_redefined_since = resident.editions.iter().any(|edition| edition.published_seq > seq && edition.definition_changed);
    if was_defined {
        match difference.from.as_ref().filter(|_| !is_redefined_since) {
            Some(before) => change.dictionary = Some(before.clone()),
            None => kept.1.push(code.clone()),
        }
    }
    // Timelines stand under the definition that the dictionary will have.
    let target = change.dictionary.as_ref().unwrap_or(&current.dictionary);
    for item in difference.items {
        let published = timeline_of(current.items.versions_of(&item.code));
        let after = difference.to.as_ref().map_or_else(Vec::new, |from| realigned_timeline(item.after, from, &current.dictionary));
        if published != after {
            kept.0.push((code.clone(), item.code));
            continue;
        }
        let before = difference.from.as_ref().map_or_else(Vec::new, |from| realigned_timeline(item.before, from, target));
        if before.is_empty() {
            change.annulled.insert(item.code.clone());
        } else if after.is_empty() {
            change.restored.insert(item.code.clone());
        }
        change.timelines.insert(item.code, before);
    }
    change
}
