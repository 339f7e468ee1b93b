//! Drafting: a request comes into being, gets its title and basis, its definitions and its comments.

use serde_json::Value as Json;

use super::{ChangeRequests, permission, subject};
use crate::app::acting::{Act, Acting, Caller};
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::StoredDictionary;
use crate::db::review::Comment;
use crate::domain::account::{Role, Scope};
use crate::domain::change_request::{ChangeRequest, NewRequest, Origin, RequestId};
use crate::domain::definition::{Access, Definition};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::request_text::{checked_head, required_text};
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::violation::{Violation, Violations};

/// How many comments one request takes: they are read together.
const COMMENTS_MAX: i64 = 1_000;

impl ChangeRequests {
    /// A new, empty draft of the caller. Needs the role of a steward somewhere.
    pub fn create_change_request(&self, caller: &Caller, new: NewRequest) -> Result<ChangeRequest> {
        let act = Act::new("createChangeRequest", Scope::Propose, "");
        let head = self.head();
        self.acts.act(caller, &act, |acting| {
            let author = acting.account_id()?;
            if !acting.authority.holds_somewhere(Role::Steward) {
                return Err(Error::forbidden("drafting changes needs the role steward on some dictionary: ask an administrator"));
            }
            let draft = ChangeRequest::draft(checked_head(new)?, Origin::Steward, author, head.seq(), acting.now);
            insert(acting, draft)
        })
    }

    /// Title, description and basis, all anew.
    pub fn update_change_request(&self, caller: &Caller, id: RequestId, revision: i64, new: NewRequest) -> Result<ChangeRequest> {
        let act = Act::new("updateChangeRequest", Scope::Propose, subject(id));
        self.act_on(caller, &act, id, revision, |acting, request| {
            permission::check_author(acting, &request)?;
            let mut edited = authored(acting, request)?;
            let NewRequest { title, description, basis } = checked_head(new)?;
            (edited.title, edited.description, edited.basis) = (title, description, basis);
            Ok(edited)
        })
    }

    /// Gives a dictionary a new definition, or a new dictionary its first. Whether the published items fit it, validation says.
    pub fn define_dictionary(&self, caller: &Caller, id: RequestId, revision: i64, definition: Definition) -> Result<ChangeRequest> {
        let act = Act::new("defineDictionary", Scope::Propose, subject(id));
        let head = self.head();
        self.act_on(caller, &act, id, revision, |acting, request| {
            let dictionary = Dictionary::compile(definition).map_err(|problems| {
                let mut violations = Violations::new(problems.len());
                for problem in problems {
                    let violation = Violation::new("", "definition_malformed", problem.message.clone());
                    violations.push(violation.of_attribute(&problem.path_text()));
                }
                Error::Invalid(violations)
            })?;
            permission::check_owner(&acting.authority, &head, &dictionary.code)?;
            acting.note("dictionary", dictionary.code.as_str());
            let stored = StoredDictionary {
                request: id,
                definition_base: definition_base(acting, &head, id, &dictionary.code)?,
                definition: Some(dictionary.canonical_json()),
                code: dictionary.code,
            };
            db::change_request_content::put_dictionary(acting.connection, &stored)?;
            authored(acting, request)
        })
    }

    /// Takes the new definition of a dictionary out of the request; its items stay.
    pub fn discard_definition(&self, caller: &Caller, id: RequestId, revision: i64, code: &DictionaryCode) -> Result<ChangeRequest> {
        let act = Act::new("discardDefinition", Scope::Propose, subject(id));
        let head = self.head();
        self.act_on(caller, &act, id, revision, |acting, request| {
            permission::check_owner(&acting.authority, &head, code)?;
            acting.note("dictionary", code.as_str());
            let content = db::change_request_content::list_dictionaries(acting.connection, &[id])?;
            if !content.iter().any(|stored| stored.code == *code && stored.definition.is_some()) {
                return Err(Error::not_found(format!("this change request has no definition of {code}")));
            }
            let is_published = head.dictionaries.contains_key(code);
            if !is_published && db::change_request_content::count_items(acting.connection, id, code)? > 0 {
                let message = format!("{code} is not published, so its items here would stand under no definition: take them out first");
                return Err(Error::refused("definition_needed", message));
            }
            let undefined = StoredDictionary { request: id, code: code.clone(), definition_base: None, definition: None };
            db::change_request_content::put_dictionary(acting.connection, &undefined)?;
            forget_untouched(acting, &head, id, code)?;
            authored(acting, request)
        })
    }

    /// Says something about a request or one of its items; in any state, and without a new revision.
    pub fn comment_change_request(
        &self,
        caller: &Caller,
        id: RequestId,
        item: Option<(DictionaryCode, ItemCode)>,
        text: &str,
    ) -> Result<Comment> {
        let act = Act::new("commentChangeRequest", Scope::Propose, subject(id));
        let head = self.head();
        self.acts.act(caller, &act, |acting| {
            permission::get_visible(acting, &head, id)?;
            let (account, at) = (acting.account_id()?, acting.now);
            let text = required_text("comment", text)?;
            if let Some((dictionary, code)) = &item {
                check_commented(acting, id, dictionary, code)?;
            }
            if db::review::count_comments(acting.connection, id)? >= COMMENTS_MAX {
                let message = format!("a change request takes {COMMENTS_MAX} comments, and this one has them: go on in a new one");
                return Err(Error::refused("comments_too_many", message));
            }
            db::review::insert_comment(acting.connection, Comment { id: 0, request: id, account, item, text, at })
        })
    }
}

/// A comment on an item is about one that the request changes.
fn check_commented(acting: &mut Acting<'_>, id: RequestId, dictionary: &DictionaryCode, code: &str) -> Result<()> {
    if db::change_request_content::find_item(acting.connection, id, dictionary, code)?.is_some() {
        return Ok(());
    }
    Err(Error::not_found("this change request does not change that item: comment on the request as a whole"))
}

/// Stores a new request with its first author, and says its number to the audit.
pub fn insert(acting: &mut Acting<'_>, draft: ChangeRequest) -> Result<ChangeRequest> {
    let created = db::change_request::insert(acting.connection, draft)?;
    db::change_request_content::insert_author(acting.connection, created.id, created.author)?;
    acting.subject = created.subject();
    acting.note("title", created.title.as_str());
    Ok(created)
}

/// The request one revision further, with the caller among its authors.
pub fn authored(acting: &mut Acting<'_>, request: ChangeRequest) -> Result<ChangeRequest> {
    let account = acting.account_id()?;
    let edited = request.edit(acting.now)?;
    db::change_request_content::insert_author(acting.connection, edited.id, account)?;
    Ok(edited)
}

/// A dictionary of which nothing is changed any more is none of the request's, unless its definition is new. A restricted one stays: the
/// request's title and comments may speak of it, and those who may not see it must not begin to see the request.
pub fn forget_untouched(acting: &mut Acting<'_>, head: &Head, id: RequestId, code: &DictionaryCode) -> Result<()> {
    let published = head.dictionaries.get(code).map(|resident| resident.current.dictionary.definition.passport.access);
    if published == Some(Access::Restricted) {
        return Ok(());
    }
    let stored = db::change_request_content::list_dictionaries(acting.connection, &[id])?;
    let is_defined = stored.iter().any(|stored| stored.code == *code && stored.definition.is_some());
    if !is_defined && db::change_request_content::count_items(acting.connection, id, code)? == 0 {
        db::change_request_content::delete_dictionary(acting.connection, id, code)?;
    }
    Ok(())
}

/// What a new definition was made from. One that is defined again keeps its base: whoever edits their draft has not seen what others
/// published meanwhile, and must not take it back unawares.
fn definition_base(acting: &mut Acting<'_>, head: &Head, id: RequestId, code: &DictionaryCode) -> Result<Option<String>> {
    let known = db::change_request_content::list_dictionaries(acting.connection, &[id])?;
    let drafted = known.into_iter().find(|stored| stored.code == *code && stored.definition.is_some());
    let published = || head.dictionaries.get(code).map(|resident| resident.current.dictionary.canonical_json());
    Ok(drafted.map_or_else(published, |drafted| drafted.definition_base))
}

/// A definition as a caller writes it: a JSON object like `dictionary.toml`.
pub fn read_definition(json: Json) -> Result<Definition> {
    serde_json::from_value(json).map_err(|error| {
        let mut violations = Violations::new(1);
        violations.push(Violation::new("", "definition_malformed", error.to_string()).of_attribute("definition"));
        Error::Invalid(violations)
    })
}
