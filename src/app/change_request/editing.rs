//! Editing the items of a draft: one or many at once, each held to the definition that it will stand under. An edit is refused when it
//! cannot be read or makes no sense; whether its outcome is valid, validation says, since a draft may be invalid.

use std::sync::Arc;

use serde_json::{Map, Value as Json};

use super::content::published_timeline;
use super::drafting::{authored, forget_untouched};
use super::{ChangeRequests, permission, subject};
use crate::app::acting::{Act, Acting, Caller};
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::{StoredDictionary, StoredItem};
use crate::domain::account::{Role, Scope};
use crate::domain::attribute_json::{AttributePatch, read_attributes, read_code};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::definition::Definition;
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::item::{Content, ITEM_VERSIONS_MAX, Retirement, Stretch};
use crate::domain::item_edit::{ItemEdit, Patch};
use crate::domain::request_text::{optional_text, required_text};
use crate::domain::text::{DictionaryCode, ITEM_CODE_LENGTH_MAX, ItemCode};
use crate::domain::timeline_json::{parse_timeline, timeline_json};
use crate::domain::validity::{Date, Validity};
use crate::domain::violation::{Violation, Violations};

/// How many items one edit may change: a larger change is an import.
pub const EDITS_MAX: usize = 1_000;

/// How many successors one item may have.
const SUCCESSORS_MAX: usize = 100;

/// An edit of one item as a caller asks for it: attributes are JSON by code.
#[derive(Debug, Clone)]
pub enum RequestedEdit {
    Add { validity: Validity, parent: Option<String>, attributes: Map<String, Json> },
    Update { validity: Validity, parent: Patch<String>, attributes: Map<String, Json> },
    Replace(Vec<RequestedVersion>),
    Retire { on: Date, reason: String, successors: Vec<String> },
    Close(Validity),
    Annul { reason: String },
    Restore { on: Date },
}

/// One version of a timeline that is said anew.
#[derive(Debug, Clone)]
pub struct RequestedVersion {
    pub validity: Validity,
    pub parent: Option<String>,
    pub attributes: Map<String, Json>,
    /// Why the item ends with this version, and what comes after it.
    pub retirement: Option<(String, Vec<String>)>,
}

/// Which item is edited, how, and what there is to say about it.
#[derive(Debug, Clone)]
pub struct RequestedItem {
    pub dictionary: DictionaryCode,
    pub code: String,
    pub edit: RequestedEdit,
    /// `None` leaves the item's comment as it is.
    pub comment: Option<String>,
}

impl ChangeRequests {
    /// Edits items of a draft, all of them or none. `verb` is the name of the mutation.
    pub fn edit_items(
        &self,
        caller: &Caller,
        verb: &'static str,
        id: RequestId,
        revision: i64,
        edits: Vec<RequestedItem>,
    ) -> Result<ChangeRequest> {
        let head = self.head();
        let violations_max = self.publisher.violations_max();
        self.act_on(caller, &Act::new(verb, Scope::Propose, subject(id)), id, revision, |acting, request| {
            if edits.len() > EDITS_MAX {
                let message = format!("one edit changes at most {EDITS_MAX} items, and this one {}: import a file instead", edits.len());
                return Err(Error::refused("edits_too_many", message));
            }
            if edits.is_empty() {
                // Each edit asks for a role of its own. Without any, nobody comes to be an author of what is not theirs.
                permission::check_author(acting, &request)?;
            }
            // Refused before anything is read: what cannot be edited any more need not be looked at.
            let edited = authored(acting, request)?;
            note_items(acting, &edits);
            let mut editing = Editing { head: &head, id, dictionaries: Vec::new(), violations: Violations::new(violations_max) };
            for edit in edits {
                editing.edit(acting, edit)?;
            }
            for (dictionary, _) in &editing.dictionaries {
                forget_untouched(acting, &head, id, &dictionary.code)?;
            }
            if editing.violations.is_empty() { Ok(edited) } else { Err(Error::Invalid(editing.violations)) }
        })
    }

    /// Takes the change of an item out of a draft.
    pub fn discard_item_change(
        &self,
        caller: &Caller,
        id: RequestId,
        revision: i64,
        dictionary: &DictionaryCode,
        code: &str,
    ) -> Result<ChangeRequest> {
        let head = self.head();
        self.act_on(caller, &Act::new("discardItemChange", Scope::Propose, subject(id)), id, revision, |acting, request| {
            // Whoever created the request may take out of it what others put in.
            if acting.account_id()? != request.author || !acting.authority.holds_somewhere(Role::Steward) {
                permission::check_steward(&acting.authority, &head, dictionary)?;
            }
            let edited = authored(acting, request)?;
            acting.note("items", vec![format!("{dictionary}/{}", code.chars().take(ITEM_CODE_LENGTH_MAX).collect::<String>())]);
            if db::change_request_content::find_item(acting.connection, id, dictionary, code)?.is_none() {
                return Err(Error::not_found(format!("this change request does not change {dictionary}/{code}")));
            }
            db::change_request_content::delete_item(acting.connection, id, dictionary, code)?;
            forget_untouched(acting, &head, id, dictionary)?;
            Ok(edited)
        })
    }
}

/// The audit names the items; of very many the first.
fn note_items(acting: &mut Acting<'_>, edits: &[RequestedItem]) {
    const NAMED_MAX: usize = 20;
    let cut = |text: &str| text.chars().take(100).collect::<String>();
    let named: Vec<String> = edits.iter().take(NAMED_MAX).map(|edit| format!("{}/{}", edit.dictionary, cut(&edit.code))).collect();
    acting.note("items", named);
    if edits.len() > NAMED_MAX {
        acting.note("itemsCount", edits.len());
    }
}

/// Edits of one request under way.
struct Editing<'a> {
    head: &'a Head,
    id: RequestId,
    /// The definitions that were looked up, and whether the request knows the dictionary already.
    dictionaries: Vec<(Arc<Dictionary>, bool)>,
    violations: Violations,
}

impl Editing<'_> {
    fn edit(&mut self, acting: &mut Acting<'_>, requested: RequestedItem) -> Result<()> {
        let RequestedItem { dictionary: dictionary_code, code, edit, comment } = requested;
        let dictionary = self.dictionary(acting, &dictionary_code)?;
        let code = read_code(&code);
        check_code(&dictionary, &code, "code", &code)?;
        let stored = db::change_request_content::find_item(acting.connection, self.id, &dictionary_code, &code)?;
        let mut change = self.opened(&dictionary, &code, stored)?;
        change.is_restored |= matches!(edit, RequestedEdit::Restore { .. }) && self.is_annulled(&dictionary_code, &code);
        let Some(edit) = self.read(acting, &dictionary, &code, edit, &mut change)? else { return Ok(()) };
        if matches!(edit, ItemEdit::Add { .. }) && self.is_annulled(&dictionary_code, &code) {
            return Err(Error::refused("code_reused", format!("the code {code} was annulled and is not free: restore the item instead")));
        }
        let timeline = edit.apply(&code, std::mem::take(&mut change.proposed), dictionary.attributes.len())?;
        if let Some(comment) = comment {
            change.comment = optional_text("comment", &comment)?;
        }
        self.store(acting, &dictionary, code, change, &timeline)
    }

    /// The definition that an item stands under: the one of the request where it has one, else the published one.
    fn dictionary(&mut self, acting: &mut Acting<'_>, code: &DictionaryCode) -> Result<Arc<Dictionary>> {
        if let Some((known, _)) = self.dictionaries.iter().find(|(known, _)| known.code == *code) {
            return Ok(Arc::clone(known));
        }
        permission::check_steward(&acting.authority, self.head, code)?;
        let stored = db::change_request_content::list_dictionaries(acting.connection, &[self.id])?;
        let stored = stored.into_iter().find(|stored| stored.code == *code);
        let drafted = match stored.as_ref().and_then(|stored| stored.definition.as_deref()) {
            Some(text) => Some(Arc::new(compile(text)?)),
            None => None,
        };
        let published = self.head.dictionaries.get(code).map(|resident| Arc::clone(&resident.current.dictionary));
        let unknown = || Error::not_found(format!("there is no dictionary {code}: define it in this change request first"));
        let dictionary = drafted.or(published).ok_or_else(unknown)?;
        self.dictionaries.push((Arc::clone(&dictionary), stored.is_some()));
        Ok(dictionary)
    }

    fn is_annulled(&self, dictionary: &DictionaryCode, code: &str) -> bool {
        self.head.dictionaries.get(dictionary).is_some_and(|resident| resident.current.annulled.contains(code))
    }

    /// The item as the request has it, or as it is published.
    fn opened(&self, dictionary: &Dictionary, code: &str, stored: Option<StoredItem>) -> Result<OpenedItem> {
        Ok(match stored {
            Some(stored) => {
                let proposed = parse_timeline(dictionary, &stored.proposed).map_err(|problem| {
                    Error::refused(
                        "definition_changed",
                        format!("{dictionary}/{code}: {problem}; discard its change", dictionary = dictionary.code),
                    )
                })?;
                OpenedItem { proposed, base: stored.base, is_restored: stored.is_restored, comment: stored.comment }
            }
            None => {
                let published = published_timeline(self.head, dictionary, code);
                let base = timeline_json(dictionary, &published);
                OpenedItem { proposed: published, base, is_restored: false, comment: String::new() }
            }
        })
    }

    /// The edit with its texts read; `None` when they could not be, which the violations say.
    fn read(
        &mut self,
        acting: &mut Acting<'_>,
        dictionary: &Dictionary,
        code: &str,
        requested: RequestedEdit,
        change: &mut OpenedItem,
    ) -> Result<Option<ItemEdit>> {
        let found = self.violations.total();
        let mut attributes = |json: &Map<String, Json>| read_attributes(dictionary, code, json, &mut self.violations);
        let edit = match requested {
            RequestedEdit::Add { validity, parent, attributes: json } => {
                ItemEdit::Add { validity, parent: read_parent(dictionary, code, parent)?, attributes: attributes(&json) }
            }
            RequestedEdit::Update { validity, parent, attributes: json } => {
                let parent = match parent {
                    Patch::Keep => Patch::Keep,
                    Patch::Set(parent) => Patch::Set(read_parent(dictionary, code, parent)?),
                };
                ItemEdit::Update { validity, parent, attributes: attributes(&json) }
            }
            RequestedEdit::Replace(versions) => {
                if versions.len() > ITEM_VERSIONS_MAX {
                    let message = format!("an item has at most {ITEM_VERSIONS_MAX} versions, and this one {}", versions.len());
                    return Err(Error::refused("item_versions", message));
                }
                let stretch = |version: RequestedVersion| read_version(dictionary, code, version, &mut attributes);
                ItemEdit::Replace(versions.into_iter().map(stretch).collect::<Result<_>>()?)
            }
            RequestedEdit::Retire { on, reason, successors } => {
                ItemEdit::Retire { on, retirement: read_retirement(dictionary, code, &reason, successors)? }
            }
            RequestedEdit::Close(validity) => ItemEdit::Close(validity),
            RequestedEdit::Annul { reason } => {
                change.comment = required_text("reason", &reason)?;
                ItemEdit::Annul
            }
            RequestedEdit::Restore { on } => ItemEdit::Restore { on, last: self.last_content(acting, dictionary, code, change)? },
        };
        Ok((self.violations.total() == found).then_some(edit))
    }

    /// What was last said of an item: on its timeline, or before it was annulled.
    fn last_content(&self, acting: &mut Acting<'_>, dictionary: &Dictionary, code: &str, change: &OpenedItem) -> Result<Content> {
        if let Some(last) = change.proposed.last() {
            return Ok(last.content.clone());
        }
        let unknown = || Error::not_found(format!("there is no item {code} in {}", dictionary.code));
        let id = db::dictionary::find(acting.connection, &dictionary.code)?.ok_or_else(unknown)?;
        let history = db::item::list_history(acting.connection, id, dictionary, code, self.head.seq())?;
        let last = history.iter().max_by_key(|recorded| (recorded.superseded_seq, recorded.version.validity().start_key()));
        last.map(|recorded| recorded.version.stretch.content.clone()).ok_or_else(unknown)
    }

    fn store(
        &mut self,
        acting: &mut Acting<'_>,
        dictionary: &Dictionary,
        code: ItemCode,
        change: OpenedItem,
        timeline: &[Stretch],
    ) -> Result<()> {
        let proposed = timeline_json(dictionary, timeline);
        if proposed == change.base && change.comment.is_empty() {
            // Whether the request still touches the dictionary is only known after the last of the edits.
            return db::change_request_content::delete_item(acting.connection, self.id, &dictionary.code, &code);
        }
        if let Some((_, is_known)) = self.dictionaries.iter_mut().find(|(known, _)| known.code == dictionary.code)
            && !std::mem::replace(is_known, true)
        {
            let touched = StoredDictionary { request: self.id, code: dictionary.code.clone(), definition_base: None, definition: None };
            db::change_request_content::put_dictionary(acting.connection, &touched)?;
        }
        let item = StoredItem {
            request: self.id,
            dictionary: dictionary.code.clone(),
            code,
            base: change.base,
            proposed,
            is_restored: change.is_restored,
            comment: change.comment,
            changed_by: acting.account_id()?,
            changed_at: acting.now,
        };
        db::change_request_content::put_item(acting.connection, &item)
    }
}

/// An item as an edit finds it.
struct OpenedItem {
    base: String,
    proposed: Vec<Stretch>,
    is_restored: bool,
    comment: String,
}

/// A code that no item can have is refused at once, however long it is; `attribute` says where it stood.
fn check_code(dictionary: &Dictionary, item: &str, attribute: &str, code: &str) -> Result<()> {
    if !code.is_empty() && code.chars().nth(ITEM_CODE_LENGTH_MAX).is_none() && !code.contains(char::is_control) {
        return Ok(());
    }
    let mut violations = Violations::new(1);
    let shown: String = item.chars().take(ITEM_CODE_LENGTH_MAX).collect();
    let message = format!("a code has 1 to {ITEM_CODE_LENGTH_MAX} printable characters");
    violations.push(Violation::new(dictionary.code.as_str(), "code_malformed", message).of_item(&shown).of_attribute(attribute));
    Err(Error::Invalid(violations))
}

fn compile(definition: &str) -> Result<Dictionary> {
    let definition: Definition = serde_json::from_str(definition).map_err(Error::internal)?;
    Dictionary::compile(definition).map_err(|_| Error::Internal("a drafted definition does not compile".to_owned()))
}

fn read_parent(dictionary: &Dictionary, item: &str, parent: Option<String>) -> Result<Option<ItemCode>> {
    let parent = parent.map(|parent| read_code(&parent)).filter(|parent| !parent.is_empty());
    parent.iter().try_for_each(|parent| check_code(dictionary, item, "parent", parent))?;
    Ok(parent)
}

fn read_retirement(dictionary: &Dictionary, item: &str, reason: &str, successors: Vec<String>) -> Result<Retirement> {
    if successors.len() > SUCCESSORS_MAX {
        let message = format!("an item has at most {SUCCESSORS_MAX} successors, and {} are named", successors.len());
        return Err(Error::refused("successors_too_many", message));
    }
    let reason = required_text("reason", reason)?;
    let successors: Vec<ItemCode> = successors.iter().map(|code| read_code(code)).collect();
    successors.iter().try_for_each(|successor| check_code(dictionary, item, "successors", successor))?;
    Ok(Retirement { reason, successors })
}

fn read_version(
    dictionary: &Dictionary,
    item: &str,
    version: RequestedVersion,
    read: &mut impl FnMut(&Map<String, Json>) -> AttributePatch,
) -> Result<Stretch> {
    let mut values = vec![None; dictionary.attributes.len()];
    for (position, value) in read(&version.attributes) {
        values[position] = value;
    }
    let retirement = match version.retirement {
        Some((reason, successors)) => Some(Box::new(read_retirement(dictionary, item, &reason, successors)?)),
        None => None,
    };
    let content = Content { parent: read_parent(dictionary, item, version.parent)?, values: values.into() };
    Ok(Stretch { validity: version.validity, content, retirement })
}
