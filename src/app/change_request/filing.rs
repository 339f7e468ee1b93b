//! Filing a change that is worked out whole: an import, applied definitions, the shipped dictionaries. It becomes a change request like
//! any other; it is published at once only where the policies of all that it touches ask for nobody's approval.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::content::policy_of;
use super::draft_content::DraftContent;
use super::drafting::insert;
use super::{ATTEMPTS_MAX, ChangeRequests, permission};
use crate::app::acting::{Act, Acting, Caller};
use crate::app::publishing::{LeaveOut, Proposal, Published, Upcoming};
use crate::catalog::Head;
use crate::db;
use crate::db::change_request_content::StoredDictionary;
use crate::domain::account::{AccountId, Scope};
use crate::domain::approval::{Policy, Progress};
use crate::domain::change_request::{ChangeRequest, NewRequest, Origin, RequestId};
use crate::domain::dictionary::Dictionary;
use crate::domain::error::{Error, Result};
use crate::domain::publication::{ChangeCounts, ChangeSet, DictionaryChange};
use crate::domain::request_text::checked_head;
use crate::domain::text::DictionaryCode;

/// How far a change is to go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Destination {
    /// Worked out and validated; nothing is stored.
    DryRun,
    /// A draft that stewards go on with.
    #[default]
    Draft,
    /// Sent to review.
    Review,
    /// Published at once, where the policies allow it.
    Publish,
}

/// A change that is worked out from the newest state, perhaps more than once.
pub struct BulkChange<'a> {
    pub head: NewRequest,
    pub origin: Origin,
    /// The publication that it takes back.
    pub undoes: Option<i64>,
    pub change: &'a dyn Fn(&Head) -> Result<ChangeSet>,
    /// What may be left out when it is not valid as it is.
    pub leave_out: Option<LeaveOut<'a>>,
    /// What else goes into the transaction that stores the request.
    pub conclude: Option<Conclude<'a>>,
}

pub type Conclude<'a> = &'a dyn Fn(&mut Acting<'_>, &Filed) -> Result<()>;

/// What became of a change.
#[derive(Debug, Default)]
pub struct Filed {
    /// `None` when nothing would change, or it was a dry run.
    pub request: Option<RequestId>,
    /// `None` unless it was published.
    pub publication: Option<i64>,
    pub counts: BTreeMap<DictionaryCode, ChangeCounts>,
}

impl ChangeRequests {
    /// Files a change as a request, and lets it go as far as it is to go.
    pub fn file(&self, caller: &Caller, bulk: &BulkChange<'_>, destination: Destination) -> Result<Filed> {
        match destination {
            Destination::DryRun => {
                let head = self.fresh_head()?;
                let worked_out = self.publisher.try_out(&head, (bulk.change)(&head)?, bulk.leave_out)?;
                let counts = worked_out.map(|worked_out| worked_out.counts()).unwrap_or_default();
                Ok(Filed { counts, ..Filed::default() })
            }
            Destination::Draft => Ok(self.file_draft(caller, bulk)?.0),
            Destination::Review => {
                let (filed, request) = self.file_draft(caller, bulk)?;
                if let Some(request) = request {
                    let submitted = self.submit_change_request(caller, request.id, request.revision);
                    submitted.map_err(|error| kept_as_draft(error, request.id))?;
                }
                Ok(filed)
            }
            Destination::Publish => self.file_published(caller, bulk),
        }
    }

    /// Refuses whoever may not import into a dictionary, before their file is read: what is wrong with it would tell what is there.
    pub(in crate::app) fn check_may_import(&self, caller: &Caller, code: &DictionaryCode, destination: Destination) -> Result<()> {
        let scope = if destination == Destination::Publish { Scope::Publish } else { Scope::Propose };
        let head = self.fresh_head()?;
        self.acts.look(caller, &Act::new(verb(Origin::Import), scope, ""), |acting| {
            if head.dictionaries.contains_key(code) {
                return permission::check_steward(&acting.authority, &head, code);
            }
            let may_see = |code: &&DictionaryCode| permission::may_see(&acting.authority, &head, code);
            let known: Vec<&str> = head.dictionaries.keys().filter(may_see).map(DictionaryCode::as_str).collect();
            Err(Error::not_found(format!("there is no published dictionary `{code}`; published are: {}", known.join(", "))))
        })
    }

    /// Refuses whoever may not define a dictionary, be it there or not.
    pub(in crate::app) fn check_may_define(&self, caller: &Caller, code: &DictionaryCode) -> Result<()> {
        let head = self.fresh_head()?;
        let act = Act::new("defineDictionary", Scope::Propose, "");
        self.acts.look(caller, &act, |acting| permission::check_owner(&acting.authority, &head, code))
    }

    fn file_draft(&self, caller: &Caller, bulk: &BulkChange<'_>) -> Result<(Filed, Option<ChangeRequest>)> {
        let act = Act::new(verb(bulk.origin), Scope::Propose, "");
        for _ in 0..ATTEMPTS_MAX {
            let head = self.fresh_head()?;
            let changes = (bulk.change)(&head)?;
            let touched = touched(&changes);
            let tried = self.publisher.try_out(&head, changes, bulk.leave_out);
            let tried = tried.map_err(|error| permission::told_to(&caller.authority, &head, error));
            let Some(worked_out) = self.acts.audited(caller, &act, tried)? else { return Ok((Filed::default(), None)) };
            let counts = worked_out.counts();
            let contents = DraftContent::of_all(&head, touched, worked_out)?;
            let stored = self.acts.try_act(caller, &act, |acting| {
                contents.iter().try_for_each(|content| check_rights(acting, &head, &content.touched))?;
                if db::publication::get_latest_seq(acting.connection)? != head.seq() {
                    return Ok(None);
                }
                let request = insert_request(acting, bulk, head.seq())?;
                contents.iter().try_for_each(|content| content.store(acting, request.id, &head))?;
                note_counts(acting, &counts);
                let filed = Filed { request: Some(request.id), publication: None, counts: counts.clone() };
                bulk.conclude.map_or(Ok(()), |conclude| conclude(acting, &filed))?;
                Ok(Some((filed, request)))
            })?;
            if let Some((filed, request)) = stored {
                return Ok((filed, Some(request)));
            }
        }
        Err(Error::refused("publication_contended", "others keep publishing meanwhile; nothing was changed, try again"))
    }

    /// One transaction makes the request and publishes it. Its items are not stored twice: they are what the publication changed.
    fn file_published(&self, caller: &Caller, bulk: &BulkChange<'_>) -> Result<Filed> {
        let act = Act::new(verb(bulk.origin), Scope::Publish, "");
        let (filed, worked_out) = (RefCell::new(None), RefCell::new(None));
        let change = |head: &Head| -> Result<ChangeSet> {
            let changes = (bulk.change)(head)?;
            worked_out.replace(Some((head.clone(), touched(&changes))));
            Ok(changes)
        };
        let record = |connection: &mut db::Engine, upcoming: &Upcoming<'_>| {
            let worked_out = worked_out.borrow();
            let (head, touched) = worked_out.as_ref().ok_or_else(|| Error::internal("a change was published that was not worked out"))?;
            let request = self.acts.act_within(connection, caller, &act, |acting| {
                touched.iter().try_for_each(|touched| check_rights(acting, head, touched))?;
                check_no_approval(acting, head, touched)?;
                let request = insert_request(acting, bulk, head.seq())?;
                for one in touched {
                    db::change_request_content::put_dictionary(acting.connection, &one.stored(request.id, head))?;
                }
                let published = request.publish_directly(upcoming.seq(), acting.now)?;
                db::change_request::update(acting.connection, &published)?;
                upcoming.note(acting, published.id);
                let filed = Filed { request: Some(published.id), publication: Some(upcoming.seq()), counts: upcoming.counts() };
                bulk.conclude.map_or(Ok(()), |conclude| conclude(acting, &filed))?;
                Ok(published.id)
            })?;
            filed.replace(Some(request));
            Ok(Some(request))
        };
        let head = checked_head(bulk.head.clone())?;
        let proposal = Proposal { title: head.title, basis: head.basis, change: &change, leave_out: bulk.leave_out, record: &record };
        let Published { seq, counts } = self.acts.audited(caller, &act, self.publisher.publish(&proposal))?;
        Ok(Filed { request: filed.into_inner().filter(|_| seq.is_some()), publication: seq, counts })
    }
}

/// Whoever is told why their change was not submitted must be told too that it is there.
fn kept_as_draft(error: Error, id: RequestId) -> Error {
    match error {
        Error::Refused { code, message } => Error::Refused { code, message: format!("{message} (change request {} stays a draft)", id.0) },
        other => other,
    }
}

fn verb(origin: Origin) -> &'static str {
    match origin {
        Origin::Steward => "createChangeRequest",
        Origin::Import => "importItems",
        Origin::Apply => "applyDictionaries",
        Origin::Shipped => "loadShippedDictionaries",
        Origin::Undo => "undoPublication",
    }
}

fn insert_request(acting: &mut Acting<'_>, bulk: &BulkChange<'_>, base_seq: i64) -> Result<ChangeRequest> {
    let author = acting.account_id()?;
    let mut draft = ChangeRequest::draft(checked_head(bulk.head.clone())?, bulk.origin, author, base_seq, acting.now);
    draft.undoes = bulk.undoes;
    insert(acting, draft)
}

/// A dictionary that a change touches, without the change of its items.
pub(super) struct Touched {
    pub code: DictionaryCode,
    pub dictionary: Option<Arc<Dictionary>>,
}

fn touched(changes: &ChangeSet) -> Vec<Touched> {
    let touches = |change: &DictionaryChange| change.dictionary.is_some() || !change.timelines.is_empty();
    let touched = changes.iter().filter(|(_, change)| touches(change));
    touched.map(|(code, change)| Touched { code: code.clone(), dictionary: change.dictionary.clone() }).collect()
}

impl Touched {
    pub fn stored(&self, request: RequestId, head: &Head) -> StoredDictionary {
        let definition = self.dictionary.as_ref().map(|dictionary| dictionary.canonical_json());
        let published = head.dictionaries.get(&self.code).map(|resident| resident.current.dictionary.canonical_json());
        StoredDictionary { request, code: self.code.clone(), definition_base: published.filter(|_| definition.is_some()), definition }
    }
}

fn check_rights(acting: &Acting<'_>, head: &Head, Touched { code, dictionary }: &Touched) -> Result<()> {
    match dictionary {
        Some(_) => permission::check_owner(&acting.authority, head, code),
        None => permission::check_steward(&acting.authority, head, code),
    }
}

/// Refuses what somebody must approve. The first publication of an empty database is nobody's to approve: there is nobody yet,
/// and no policy; only the service and its command line can make it.
fn check_no_approval(acting: &mut Acting<'_>, head: &Head, touched: &[Touched]) -> Result<()> {
    let is_built_in = [AccountId::SVOD, AccountId::OPERATOR].contains(&acting.account_id()?);
    if head.seq() == 0 && is_built_in {
        acting.note("approval", "none: the first publication of an empty database");
        return Ok(());
    }
    let policies: Vec<Policy> = touched.iter().filter_map(|one| policy_of(head, &one.code, one.dictionary.as_deref())).collect();
    let progress = Progress::new(&policies, &[], &BTreeSet::new(), 0);
    if progress.is_complete() {
        acting.note("approval", "none: the policies of the dictionaries ask for none");
        return Ok(());
    }
    let message = format!("this needs approval before it is published: {}; send it to review instead (--submit)", progress.missing_text());
    Err(Error::refused("approval_needed", message))
}

fn note_counts(acting: &mut Acting<'_>, counts: &BTreeMap<DictionaryCode, ChangeCounts>) {
    for (code, counts) in counts {
        acting.note(code.as_str(), vec![counts.added, counts.changed, counts.retired]);
    }
}
