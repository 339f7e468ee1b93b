//! The audit, as auditors read it: every act that changed anything, and every refused one.

use async_graphql::{Context, InputObject, Json, Object, Result};

use super::account::AccountObject;
use super::connection::{Page, Seek, page_cost};
use super::fault::written;
use super::scalar::{AnyJson, DateTime};
use super::view::View;
use crate::app::auditing::AuditFilter;
use crate::domain::audit::{AuditRecord, DONE};

/// Which records are wanted; all conditions must hold.
#[derive(InputObject, Default)]
struct AuditFilterInput {
    /// By the account of this name.
    actor: Option<String>,
    /// From this network address.
    address: Option<String>,
    /// By the request of this id.
    request_id: Option<String>,
    /// The verb: `signIn`.
    act: Option<String>,
    /// What it was done to: `account/maria`.
    subject: Option<String>,
    /// `DONE`, or the code of a refusal.
    outcome: Option<String>,
    /// Only refusals, whatever their code.
    #[graphql(default)]
    refused: bool,
    /// From this instant on.
    from: Option<DateTime>,
    /// Before this instant.
    to: Option<DateTime>,
}

impl From<AuditFilterInput> for AuditFilter {
    fn from(input: AuditFilterInput) -> Self {
        Self {
            actor: input.actor,
            address: input.address,
            request_id: input.request_id,
            act: input.act,
            subject: input.subject,
            outcome: input.outcome.map(|code| code.to_ascii_lowercase()),
            is_refused: input.refused,
            from: input.from.map(|at| at.0),
            to: input.to.map(|at| at.0),
        }
    }
}

pub struct AuditRecordObject {
    view: View,
    record: AuditRecord,
}

/// One act, or one refused.
#[Object(name = "AuditRecord")]
impl AuditRecordObject {
    /// 1, 2, 3 … with no gap.
    async fn number(&self) -> i64 {
        self.record.seq
    }

    /// When.
    async fn at(&self) -> DateTime {
        DateTime(self.record.at)
    }

    /// Who, if they are known.
    async fn account(&self) -> Result<Option<AccountObject>> {
        match self.record.account {
            Some(id) => AccountObject::load(&self.view, id).await,
            None => Ok(None),
        }
    }

    /// The name of who acted, as it was then.
    async fn actor(&self) -> &str {
        &self.record.actor
    }

    /// From where: a network address, `command line` or `service`.
    async fn address(&self) -> &str {
        &self.record.address
    }

    /// The id of the request that it came by; blank when by none.
    async fn request_id(&self) -> &str {
        &self.record.request_id
    }

    /// The verb: `signIn`.
    async fn act(&self) -> &str {
        &self.record.act
    }

    /// What it was done to: `account/maria`; blank for the service itself.
    async fn subject(&self) -> &str {
        &self.record.subject
    }

    /// `DONE`, or the code of the refusal.
    async fn outcome(&self) -> String {
        written(&self.record.outcome)
    }

    /// Whether it was refused.
    async fn refused(&self) -> bool {
        self.record.outcome != DONE
    }

    /// What else there is to know.
    async fn detail(&self) -> AnyJson {
        Json(self.record.detail.clone())
    }
}

#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// The audit, newest first. For auditors and administrators.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn audit(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which records; all unless told.")] filter: Option<AuditFilterInput>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Option<Page<AuditRecordObject>>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "audit", first, after.as_deref())?;
        let (before, count) = (seek.after_number()?, seek.count() as i64);
        let filter = AuditFilter::from(filter.unwrap_or_default());
        let records = view.work(move |svod, caller| svod.auditing.list_audit(caller, &filter, before, count)).await?;
        let page = seek.page(records, |record| record.seq.to_string());
        Ok(Some(page.map(|record| AuditRecordObject { view: view.clone(), record })))
    }
}
