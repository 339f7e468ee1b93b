//! Settling conflicts: where the request and others changed the same thing, a steward chooses whose version it is to be.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::content::{RequestConflict, Side};
use super::drafting::authored;
use super::previewing::load;
use super::{ChangeRequests, permission, subject};
use crate::app::acting::{Act, Acting, Caller};
use crate::catalog::Head;
use crate::db;
use crate::domain::account::Scope;
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::definition_merge::{DefinitionConflict, settle_definition};
use crate::domain::error::{Error, Result};
use crate::domain::item::Stretch;
use crate::domain::merge::{merge, settle};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::timeline_json::timeline_json;
use crate::domain::validity::Date;

/// A steward's choice in one conflict.
#[derive(Debug, Clone)]
pub struct SettledConflict {
    pub dictionary: DictionaryCode,
    /// `None`: a conflict of the definition.
    pub item: Option<ItemCode>,
    /// As the conflict names it: a path of the definition, an attribute, `parent`, `existence`, `retirement`.
    pub subject: String,
    /// The start of the conflict's interval; `None` where that is open, and for definitions.
    pub valid_from: Option<Date>,
    pub side: Side,
}

/// Both timelines of an item whose conflicts are settled one by one.
type Sides = (Vec<Stretch>, Vec<Stretch>);

impl ChangeRequests {
    /// Settles conflicts of a draft; those that are not named stay.
    pub fn settle_conflicts(&self, caller: &Caller, id: RequestId, revision: i64, settled: &[SettledConflict]) -> Result<ChangeRequest> {
        let act = Act::new("settleConflicts", Scope::Propose, subject(id));
        let head = self.fresh_head()?;
        let violations_max = self.publisher.violations_max();
        self.act_on(caller, &act, id, revision, |acting, request| {
            if settled.is_empty() {
                return Err(Error::refused("choices_missing", "no choice is named: say whose version is to be taken in which conflict"));
            }
            let edited = authored(acting, request)?;
            let rebased = load(acting.connection, id)?.rebase(&head, violations_max)?;
            let mut items: BTreeMap<(DictionaryCode, ItemCode), Sides> = BTreeMap::new();
            for choice in settled {
                match &choice.item {
                    None => settle_of_definition(acting, &head, id, &rebased.conflicts, choice)?,
                    Some(item) => {
                        permission::check_steward(&acting.authority, &head, &choice.dictionary)?;
                        let of_item = rebased.dictionaries.iter().filter(|dictionary| dictionary.code == choice.dictionary);
                        let found = of_item.flat_map(|dictionary| &dictionary.items).find(|found| found.stored.code == *item);
                        let found = found.ok_or_else(|| no_conflict(choice))?;
                        let sides = items.remove(&(choice.dictionary.clone(), item.clone()));
                        let (base, mine) = sides.unwrap_or_else(|| (found.base.clone(), found.mine.clone()));
                        let conflict = conflict_of(&rebased.conflicts, choice).ok_or_else(|| no_conflict(choice))?;
                        let sides = settle(base, &found.theirs, mine, conflict, choice.side);
                        items.insert((choice.dictionary.clone(), item.clone()), sides);
                    }
                }
            }
            for dictionary in &rebased.dictionaries {
                for item in &dictionary.items {
                    let Some((base, mine)) = items.remove(&(dictionary.code.clone(), item.stored.code.clone())) else { continue };
                    let mut stored = item.stored.clone();
                    // Once nothing is in conflict any more, the item stands on what is published now.
                    let merged = merge(&base, &item.theirs, &mine);
                    let (base, mine) = if merged.conflicts.is_empty() { (item.theirs.clone(), merged.timeline) } else { (base, mine) };
                    stored.base = timeline_json(&dictionary.dictionary, &base);
                    stored.proposed = timeline_json(&dictionary.dictionary, &mine);
                    // Others annulled it meanwhile and the steward keeps it: then it comes back.
                    let annulled = head.dictionaries.get(&dictionary.code).map(|resident| &resident.current.annulled);
                    stored.is_restored |= !mine.is_empty() && annulled.is_some_and(|codes| codes.contains(&stored.code));
                    (stored.changed_by, stored.changed_at) = (acting.account_id()?, acting.now);
                    db::change_request_content::put_item(acting.connection, &stored)?;
                }
            }
            acting.note("settled", settled.len());
            Ok(edited)
        })
    }
}

fn no_conflict(choice: &SettledConflict) -> Error {
    let item = choice.item.as_ref().map(|item| format!("/{item}")).unwrap_or_default();
    let from = choice.valid_from.map(|from| format!(" from {from}")).unwrap_or_default();
    let message = format!("there is no conflict about {}{item}/{}{from}: read the conflicts anew", choice.dictionary, choice.subject);
    Error::refused("conflict_unknown", message)
}

fn conflict_of<'a>(conflicts: &'a [RequestConflict], choice: &SettledConflict) -> Option<&'a crate::domain::merge::MergeConflict> {
    conflicts.iter().find_map(|conflict| match conflict {
        RequestConflict::Item { dictionary, item, conflict: merge } => {
            let is_it = dictionary.code == choice.dictionary
                && Some(item) == choice.item.as_ref()
                && conflict.subject() == choice.subject
                && merge.validity.from() == choice.valid_from;
            is_it.then_some(merge)
        }
        RequestConflict::Definition { .. } => None,
    })
}

fn settle_of_definition(
    acting: &mut Acting<'_>,
    head: &Head,
    id: RequestId,
    conflicts: &[RequestConflict],
    choice: &SettledConflict,
) -> Result<()> {
    permission::check_owner(&acting.authority, head, &choice.dictionary)?;
    let found = conflicts.iter().find_map(|conflict| match conflict {
        RequestConflict::Definition { dictionary, path, base, theirs, mine }
            if *dictionary == choice.dictionary && *path == choice.subject =>
        {
            Some(DefinitionConflict { path: path.clone(), base: base.clone(), theirs: theirs.clone(), mine: mine.clone() })
        }
        _ => None,
    });
    let conflict = found.ok_or_else(|| no_conflict(choice))?;
    let stored = db::change_request_content::list_dictionaries(acting.connection, &[id])?;
    let mut stored = stored.into_iter().find(|stored| stored.code == choice.dictionary).ok_or_else(|| no_conflict(choice))?;
    let parse = |text: &Option<String>| serde_json::from_str::<Json>(text.as_deref().unwrap_or("null")).map_err(Error::internal);
    let (base, mine) = settle_definition(parse(&stored.definition_base)?, parse(&stored.definition)?, &conflict, choice.side);
    stored.definition_base = Some(base.to_string());
    stored.definition = Some(mine.to_string());
    db::change_request_content::put_dictionary(acting.connection, &stored)
}
