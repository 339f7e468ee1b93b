//! What a request changes, worked out against a head: its drafts merged with what others published meanwhile, attribute by attribute.
//! It reads no database and asks for nobody's rights.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::catalog::Head;
use crate::db::change_request_content::{StoredDictionary, StoredItem};
use crate::db::change_request_pack::{ItemPack, PackedItem};
use crate::domain::approval::Policy;
use crate::domain::definition::Definition;
use crate::domain::definition_merge::{DefinitionConflict, merge_definitions};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::in_order::in_order;
use crate::domain::item::{Stretch, timeline_of};
use crate::domain::merge::{MergeConflict, merge};
use crate::domain::publication::{ChangeSet, DictionaryChange, realigned_timeline};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::timeline_json::{NO_TIMELINE, parse_timeline};
use crate::domain::violation::{Violation, Violations};

/// Something that the request and others changed to different ends; it blocks until a steward chooses.
#[derive(Debug, Clone)]
pub enum RequestConflict {
    /// `path` is that of a key of the definition, such as `attributes[name].length_max`.
    Definition {
        dictionary: DictionaryCode,
        path: String,
        base: Option<Json>,
        theirs: Option<Json>,
        mine: Option<Json>,
    },
    Item {
        dictionary: Arc<Dictionary>,
        item: ItemCode,
        conflict: MergeConflict,
    },
}

/// Whose version a steward takes.
pub use crate::domain::merge::Choice as Side;

/// One item of a request against a head.
pub struct RebasedItem {
    pub stored: StoredItem,
    pub base: Vec<Stretch>,
    /// What is published now.
    pub theirs: Vec<Stretch>,
    pub mine: Vec<Stretch>,
    /// What publishing would make of it.
    pub merged: Vec<Stretch>,
}

/// One dictionary of a request against a head.
pub struct RebasedDictionary {
    pub code: DictionaryCode,
    /// The definition that the items stand under: the new one, merged with what others made of it, or the published one.
    pub dictionary: Arc<Dictionary>,
    /// Whether the request changes the definition.
    pub is_defined: bool,
    /// What publishing would change, until it is taken.
    change: DictionaryChange,
    /// The items that others changed since the request was based; the rest, however many, is in the change alone.
    pub items: Vec<RebasedItem>,
}

/// A request worked out against one head.
pub struct Rebased {
    pub head_seq: i64,
    pub dictionaries: Vec<RebasedDictionary>,
    pub conflicts: Vec<RequestConflict>,
    /// What could not even be read under its definition.
    pub violations: Violations,
}

/// The content of a request as it is stored.
pub struct Stored {
    pub dictionaries: Vec<StoredDictionary>,
    pub items: Vec<StoredItem>,
    pub packs: Vec<ItemPack>,
}

impl Stored {
    /// Merges the content with what a head holds.
    pub fn rebase(self, head: &Head, violations_max: usize) -> Result<Rebased> {
        let mut by_dictionary: BTreeMap<DictionaryCode, (Vec<StoredItem>, Vec<ItemPack>)> = BTreeMap::new();
        for item in self.items {
            by_dictionary.entry(item.dictionary.clone()).or_default().0.push(item);
        }
        for pack in self.packs {
            by_dictionary.entry(pack.dictionary.clone()).or_default().1.push(pack);
        }
        let mut rebased =
            Rebased { head_seq: head.seq(), dictionaries: Vec::new(), conflicts: Vec::new(), violations: Violations::new(violations_max) };
        for stored in self.dictionaries {
            let (items, packs) = by_dictionary.remove(&stored.code).unwrap_or_default();
            let Some(dictionary) = effective_dictionary(head, &stored, &mut rebased)? else { continue };
            let published = head.dictionaries.get(&stored.code).map(|resident| &resident.current.dictionary);
            let is_new = published.is_none_or(|published| !Arc::ptr_eq(published, &dictionary));
            let change = DictionaryChange { dictionary: is_new.then(|| Arc::clone(&dictionary)), ..DictionaryChange::default() };
            let is_defined = stored.definition.is_some();
            let mut of_dictionary = RebasedDictionary { code: stored.code, dictionary, is_defined, change, items: Vec::new() };
            for item in items {
                let kept = PackedItem { code: &item.code, base: &item.base, proposed: &item.proposed, is_restored: item.is_restored };
                let read = read_item(head, &of_dictionary.dictionary, &kept, || item.clone());
                of_dictionary.add(read, &mut rebased);
            }
            let dictionary = Arc::clone(&of_dictionary.dictionary);
            // One after another: the items of all packs would not fit into memory's budget as they are stored.
            let mut packs = packs.into_iter();
            let read = |pack: ItemPack| -> Result<Vec<ReadItem>> {
                let mut items = Vec::new();
                pack.for_each(|item| items.push(read_item(head, &dictionary, &item, || pack.stored(&item))))?;
                Ok(items)
            };
            in_order(
                || packs.next(),
                read,
                |items| {
                    items?.into_iter().for_each(|item| of_dictionary.add(item, &mut rebased));
                    Ok::<(), Error>(())
                },
            )?;
            rebased.dictionaries.push(of_dictionary);
        }
        Ok(rebased)
    }
}

/// One item as it was stored, beside what a head holds.
enum ReadItem {
    /// Nobody else changed it; what it becomes, if that is not what is published.
    AsBased { code: ItemCode, is_restored: bool, proposed: Option<Vec<Stretch>> },
    /// Others changed it since.
    Moved { stored: StoredItem, base: Vec<Stretch>, theirs: Vec<Stretch>, mine: Vec<Stretch> },
    /// Its attributes are not those of the definition.
    Unreadable { code: ItemCode, message: String },
}

/// `stored` gives the item whole, which is rarely asked for.
fn read_item(head: &Head, dictionary: &Dictionary, item: &PackedItem<'_>, stored: impl FnOnce() -> StoredItem) -> ReadItem {
    let (base, mine) = match timelines(dictionary, item) {
        Ok(timelines) => timelines,
        Err(message) => return ReadItem::Unreadable { code: ItemCode::new(item.code), message },
    };
    let theirs = published_timeline(head, dictionary, item.code);
    if base != theirs {
        return ReadItem::Moved { stored: stored(), base, theirs, mine };
    }
    ReadItem::AsBased { code: ItemCode::new(item.code), is_restored: item.is_restored, proposed: (mine != theirs).then_some(mine) }
}

/// Base and proposal of an item, or why they cannot be read.
fn timelines(dictionary: &Dictionary, item: &PackedItem<'_>) -> std::result::Result<(Vec<Stretch>, Vec<Stretch>), String> {
    let base = if item.base == NO_TIMELINE { Vec::new() } else { parse_timeline(dictionary, &without_unknown(dictionary, item.base))? };
    Ok((base, parse_timeline(dictionary, item.proposed)?))
}

impl RebasedDictionary {
    /// Merges one item with what a head holds, and keeps what is to be kept of it.
    fn add(&mut self, read: ReadItem, rebased: &mut Rebased) {
        let dictionary = &self.dictionary;
        match read {
            ReadItem::AsBased { proposed: None, .. } => {}
            ReadItem::AsBased { code, is_restored, proposed: Some(proposed) } => self.change_item(code, is_restored, proposed),
            ReadItem::Moved { stored, base, theirs, mine } => {
                let merged = merge(&base, &theirs, &mine);
                let conflict = |conflict| RequestConflict::Item { dictionary: Arc::clone(dictionary), item: stored.code.clone(), conflict };
                rebased.conflicts.extend(merged.conflicts.into_iter().map(conflict));
                if merged.timeline != theirs {
                    self.change_item(stored.code.clone(), stored.is_restored, merged.timeline.clone());
                }
                self.items.push(RebasedItem { stored, base, theirs, mine, merged: merged.timeline });
            }
            ReadItem::Unreadable { code, message } => {
                let violation = Violation::new(dictionary.code.as_str(), "attribute_unknown", message).of_item(&code);
                rebased.violations.push(violation);
            }
        }
    }

    fn change_item(&mut self, code: ItemCode, is_restored: bool, merged: Vec<Stretch>) {
        if merged.is_empty() {
            self.change.annulled.insert(code.clone());
        } else if is_restored {
            self.change.restored.insert(code.clone());
        }
        self.change.timelines.insert(code, merged);
    }
}

/// The definition that the items of a request stand under.
fn effective_dictionary(head: &Head, stored: &StoredDictionary, rebased: &mut Rebased) -> Result<Option<Arc<Dictionary>>> {
    let published = head.dictionaries.get(&stored.code).map(|resident| Arc::clone(&resident.current.dictionary));
    let Some(definition) = &stored.definition else {
        if published.is_none() {
            let message = "the dictionary is not published: define it in this request, or take its items out";
            rebased.violations.push(Violation::new(stored.code.as_str(), "dictionary_unknown", message));
        }
        return Ok(published);
    };
    let parse = |text: &str| serde_json::from_str::<Json>(text).map_err(Error::internal);
    let mine = parse(definition)?;
    let merged = match (&stored.definition_base, &published) {
        (Some(base), Some(published)) => {
            let (merged, conflicts) = merge_definitions(&parse(base)?, &parse(&published.canonical_json())?, &mine);
            rebased.conflicts.extend(conflicts.into_iter().map(|conflict| definition_conflict(&stored.code, conflict)));
            merged
        }
        (None, Some(_)) => {
            let message = "another request defined this dictionary meanwhile: take the definition out, and change the published one";
            rebased.violations.push(Violation::new(stored.code.as_str(), "dictionary_exists", message));
            return Ok(published);
        }
        _ => mine,
    };
    let definition: Definition = match serde_json::from_value(merged) {
        Ok(definition) => definition,
        Err(error) => {
            let message = format!("the definition cannot be read: {error}");
            rebased.violations.push(Violation::new(stored.code.as_str(), "definition_malformed", message));
            return Ok(published);
        }
    };
    if published.as_ref().is_some_and(|published| published.definition == definition) {
        return Ok(published);
    }
    match Dictionary::compile(definition) {
        Ok(dictionary) => Ok(Some(Arc::new(dictionary))),
        Err(problems) => {
            for problem in problems {
                let violation = Violation::new(stored.code.as_str(), "definition_malformed", problem.message.clone());
                rebased.violations.push(violation.of_attribute(&problem.path_text()));
            }
            Ok(published)
        }
    }
}

fn definition_conflict(code: &DictionaryCode, conflict: DefinitionConflict) -> RequestConflict {
    let DefinitionConflict { path, base, theirs, mine } = conflict;
    RequestConflict::Definition { dictionary: code.clone(), path, base, theirs, mine }
}

/// What is published of an item, with its values in the order of a definition that may be new.
pub fn published_timeline(head: &Head, dictionary: &Dictionary, item: &str) -> Vec<Stretch> {
    let Some(resident) = head.dictionaries.get(&dictionary.code) else { return Vec::new() };
    realigned_timeline(timeline_of(resident.current.items.versions_of(item)), &resident.current.dictionary, dictionary)
}

/// What was published once of an attribute that is no more says nothing about the item as it is now.
fn without_unknown(dictionary: &Dictionary, timeline: &str) -> String {
    let Ok(Json::Array(mut stretches)) = serde_json::from_str::<Json>(timeline) else { return timeline.to_owned() };
    for stretch in &mut stretches {
        if let Some(attributes) = stretch.get_mut("attributes").and_then(Json::as_object_mut) {
            attributes.retain(|code, _| dictionary.position(code).is_some());
        }
    }
    Json::Array(stretches).to_string()
}

impl Rebased {
    /// What publishing would change; it can be taken once.
    pub fn take_changes(&mut self) -> ChangeSet {
        let mut changes = ChangeSet::new();
        for rebased in &mut self.dictionaries {
            let change = std::mem::take(&mut rebased.change);
            if change.dictionary.is_some() || !change.timelines.is_empty() {
                changes.insert(rebased.code.clone(), change);
            }
        }
        changes
    }

    /// Refuses what blocks until somebody acts: unreadable content, then conflicts.
    pub fn check(&self) -> Result<()> {
        if !self.violations.is_empty() {
            return Err(Error::Invalid(self.violations.clone()));
        }
        if self.conflicts.is_empty() {
            return Ok(());
        }
        let mut violations = Violations::new(self.conflicts.len());
        self.conflicts.iter().for_each(|conflict| violations.push(conflict.violation()));
        Err(Error::Invalid(violations))
    }

    /// The policies in force for what the request touches.
    pub fn policies(&self, head: &Head) -> Vec<Policy> {
        let policy = |rebased: &RebasedDictionary| policy_of(head, &rebased.code, Some(&rebased.dictionary));
        self.dictionaries.iter().filter_map(policy).collect()
    }
}

/// The policy in force for a dictionary: the published one, and for a new dictionary the one that it brings.
pub fn policy_of(head: &Head, code: &DictionaryCode, proposed: Option<&Dictionary>) -> Option<Policy> {
    let published = head.dictionaries.get(code).map(|resident| resident.current.dictionary.as_ref());
    let approval = published.or(proposed)?.definition.approval.clone();
    Some(Policy { dictionary: code.clone(), approval })
}

impl RequestConflict {
    pub fn dictionary_code(&self) -> &DictionaryCode {
        match self {
            Self::Definition { dictionary, .. } => dictionary,
            Self::Item { dictionary, .. } => &dictionary.code,
        }
    }

    /// What the conflict is about: a path of the definition, or an attribute, `parent`, `existence`, `retirement`.
    pub fn subject(&self) -> String {
        use crate::domain::merge::ConflictSubject;
        match self {
            Self::Definition { path, .. } => path.clone(),
            Self::Item { dictionary, conflict, .. } => match conflict.subject {
                ConflictSubject::Existence => "existence".to_owned(),
                ConflictSubject::Parent => "parent".to_owned(),
                ConflictSubject::Attribute(position) => dictionary.attributes[position].code().to_owned(),
                ConflictSubject::Retirement => "retirement".to_owned(),
            },
        }
    }

    fn violation(&self) -> Violation {
        let message = "others published another change of this meanwhile: a steward chooses theirs or mine in the draft (reopen the request first if it is none)";
        let violation = Violation::new(self.dictionary_code().as_str(), "conflict", message).of_attribute(&self.subject());
        match self {
            Self::Definition { .. } => violation,
            Self::Item { item, .. } => violation.of_item(item),
        }
    }
}
