//! What may happen to change requests, in the steward's words; one file per part of their life. Every path by which anything
//! becomes known is here: drafts of stewards, imports, applied definitions, the schedule and the undoing of publications.

use std::sync::Arc;

use super::acting::{Act, Acting, Acts, Caller};
use super::publishing::Publisher;
use crate::catalog::Head;
use crate::db;
use crate::domain::account::Authority;
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::clock::Clock;
use crate::domain::error::Result;
use crate::domain::text::DictionaryCode;

mod content;
mod draft_content;
mod drafting;
mod editing;
mod filing;
mod listing;
mod permission;
mod previewing;
mod releasing;
mod reviewing;
mod settling;
mod undoing;

pub use content::{RequestConflict, Side};
pub use drafting::read_definition;
pub use editing::{RequestedEdit, RequestedItem, RequestedVersion};
pub use filing::{BulkChange, Conclude, Destination, Filed};
pub use listing::{RequestItem, check_may_approve};
pub use permission::{may_see, works_with_requests};
pub use previewing::Judgement;
pub use settling::SettledConflict;
pub use undoing::Undone;

pub use crate::db::change_request::RequestFilter;
pub use crate::db::change_request_content::{StoredDictionary, StoredItem};
pub use crate::db::review::Comment;

/// How often something is worked out anew because others published meanwhile.
const ATTEMPTS_MAX: usize = 5;

/// The use cases of change requests.
#[derive(Clone)]
pub struct ChangeRequests {
    acts: Acts,
    publisher: Arc<Publisher>,
}

impl ChangeRequests {
    pub fn new(acts: Acts, publisher: Arc<Publisher>) -> Self {
        Self { acts, publisher }
    }

    pub(super) fn acts(&self) -> &Acts {
        &self.acts
    }

    pub(super) fn check_steward(&self, authority: &Authority, head: &Head, code: &DictionaryCode) -> Result<()> {
        permission::check_steward(authority, head, code)
    }

    pub(super) fn clock(&self) -> &Clock {
        &self.acts.clock
    }

    pub(super) fn violations_max(&self) -> usize {
        self.publisher.violations_max()
    }

    fn head(&self) -> Arc<Head> {
        self.publisher.catalog().head()
    }

    /// Carries out an act on one request at the revision that the caller has seen. `change` gives the request as it is to be.
    fn act_on(
        &self,
        caller: &Caller,
        act: &Act,
        id: RequestId,
        revision: i64,
        change: impl FnOnce(&mut Acting<'_>, ChangeRequest) -> Result<ChangeRequest>,
    ) -> Result<ChangeRequest> {
        let head = self.head();
        self.acts.act(caller, act, |acting| {
            let request = permission::get_visible(acting, &head, id)?;
            request.check_revision(revision)?;
            acting.note("revision", revision);
            let changed = change(acting, request)?;
            db::change_request::update(acting.connection, &changed)?;
            Ok(changed)
        })
    }
}

/// What an act on a request is called in the audit.
fn subject(id: RequestId) -> String {
    format!("changeRequest/{}", id.0)
}
