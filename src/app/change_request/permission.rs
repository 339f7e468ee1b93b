//! Who may see a change request and who may do what to it.

use std::collections::BTreeSet;

use crate::app::acting::Acting;
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::StoredDictionary;
use crate::domain::account::{AccountId, Authority, Role};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::definition::Access;
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;

/// Whether somebody works with change requests at all; readers see only what is published.
pub fn works_with_requests(authority: &Authority) -> bool {
    [Role::Steward, Role::Approver, Role::Administrator, Role::Auditor].into_iter().any(|role| authority.holds_somewhere(role))
}

/// The published dictionaries that somebody may not read.
pub fn hidden(authority: &Authority, head: &Head) -> Vec<DictionaryCode> {
    let is_hidden = |code: &&DictionaryCode| !may_see(authority, head, code);
    head.dictionaries.keys().filter(is_hidden).cloned().collect()
}

/// A dictionary that is not published yet is seen by those who will have a role on it.
pub fn may_see(authority: &Authority, head: &Head, code: &DictionaryCode) -> bool {
    match head.dictionaries.get(code) {
        Some(resident) => authority.may_read(code, resident.current.dictionary.definition.passport.access),
        None => {
            authority.holds(Role::Reader, code)
                || authority.holds_everywhere(Role::Auditor)
                || authority.holds_everywhere(Role::Administrator)
        }
    }
}

fn unknown(id: RequestId) -> Error {
    Error::not_found(format!("there is no change request {}", id.0))
}

/// The request, if the caller may see it: what one may not see is not there.
pub fn get_visible(acting: &mut Acting<'_>, head: &Head, id: RequestId) -> Result<ChangeRequest> {
    acting.account_id()?;
    find_visible(acting.connection, &acting.authority, head, id)?.ok_or_else(|| unknown(id))
}

pub fn find_visible(connection: &mut db::Engine, authority: &Authority, head: &Head, id: RequestId) -> Result<Option<ChangeRequest>> {
    if !works_with_requests(authority) {
        return Ok(None);
    }
    let found = db::change_request::find(connection, id)?;
    Ok(only_visible(connection, authority, head, found.into_iter().collect())?.pop())
}

/// Those requests that somebody who works with requests may see: all that they touch must be visible.
pub fn only_visible(
    connection: &mut db::Engine,
    authority: &Authority,
    head: &Head,
    mut requests: Vec<ChangeRequest>,
) -> Result<Vec<ChangeRequest>> {
    let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
    let touched = db::change_request_content::list_dictionaries(connection, &ids)?;
    let hidden: BTreeSet<RequestId> =
        touched.iter().filter(|stored| !may_see(authority, head, &stored.code)).map(|stored| stored.request).collect();
    requests.retain(|request| !hidden.contains(&request.id));
    Ok(requests)
}

/// Refuses whoever may not change items of a dictionary.
pub fn check_steward(authority: &Authority, head: &Head, code: &DictionaryCode) -> Result<()> {
    if !may_see(authority, head, code) {
        return Err(Error::not_found(format!("there is no dictionary {code}")));
    }
    if authority.holds(Role::Steward, code) {
        return Ok(());
    }
    Err(Error::forbidden(format!("changing items of {code} needs the role steward on it: ask an administrator")))
}

/// Refuses whoever may not change the definition of a dictionary, or make a new one.
pub fn check_owner(authority: &Authority, head: &Head, code: &DictionaryCode) -> Result<()> {
    let is_published = head.dictionaries.contains_key(code);
    if is_published && !may_see(authority, head, code) {
        return Err(Error::not_found(format!("there is no dictionary {code}")));
    }
    let may = if is_published { authority.holds(Role::Owner, code) } else { authority.holds_everywhere(Role::Owner) };
    if may {
        return Ok(());
    }
    let needed = if is_published { format!("the role owner on {code}") } else { "the role owner on all dictionaries".to_owned() };
    Err(Error::forbidden(format!("this definition needs {needed}: ask an administrator")))
}

/// Refuses whoever neither created the request nor is a steward of all that it touches. Whoever put an item of a dictionary of their own
/// into somebody else's request does not decide on the rest of it.
pub fn check_author(acting: &mut Acting<'_>, request: &ChangeRequest) -> Result<()> {
    if acting.account_id()? == request.author && acting.authority.holds_somewhere(Role::Steward) {
        return Ok(());
    }
    check_on_all(acting, request, &[Role::Steward], "this needs whoever created the change request, or a steward")
}

/// Violations as somebody may be told them: what leans on a change from a dictionary that they may not see is not named.
pub fn told_to(authority: &Authority, head: &Head, error: Error) -> Error {
    veiled(error, |code| may_see(authority, head, code))
}

/// The same for everybody who may see a request that touches these dictionaries.
pub fn told_to_readers(touched: &[StoredDictionary], head: &Head, error: Error) -> Error {
    let is_open = |code: &DictionaryCode| {
        let published = head.dictionaries.get(code);
        published.is_some_and(|resident| resident.current.dictionary.definition.passport.access != Access::Restricted)
    };
    veiled(error, |code| touched.iter().any(|stored| stored.code == *code) || is_open(code))
}

fn veiled(error: Error, is_seen: impl Fn(&DictionaryCode) -> bool) -> Error {
    let Error::Invalid(mut violations) = error else { return error };
    violations.annotate(|violation| {
        if DictionaryCode::parse(&violation.dictionary).is_some_and(|code| !is_seen(&code)) {
            let message = "something that you may not see leans on what this changes: ask an administrator who can change both";
            violation.veil(message);
        }
    });
    Error::Invalid(violations)
}

/// Refuses whoever has none of the roles on any one of the dictionaries that the request touches.
pub fn check_on_all(acting: &mut Acting<'_>, request: &ChangeRequest, roles: &[Role], message: &str) -> Result<()> {
    let touched = db::change_request_content::list_dictionaries(acting.connection, &[request.id])?;
    let lacks = |dictionary: &&StoredDictionary| !roles.iter().any(|role| acting.authority.holds(*role, &dictionary.code));
    if touched.is_empty() && !roles.iter().any(|role| acting.authority.holds_somewhere(*role)) {
        return Err(Error::forbidden(format!("{message}: ask an administrator")));
    }
    match touched.iter().find(lacks) {
        Some(lacking) => Err(Error::forbidden(format!("{message} of {}: ask an administrator", lacking.code))),
        None => Ok(()),
    }
}

pub fn authors(connection: &mut db::Engine, id: RequestId) -> Result<BTreeSet<AccountId>> {
    let authors = db::change_request_content::list_authors(connection, &[id])?;
    Ok(authors.into_iter().map(|(_, account)| account).collect())
}
