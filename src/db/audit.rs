//! The audit records, in one chain. Only appended to.

use diesel::prelude::*;
use jiff::Timestamp;

use super::connection::{Engine, fault};
use super::schema::audit;
use crate::domain::account::AccountId;
use crate::domain::audit::{AuditRecord, DONE};
use crate::domain::digest::{hex, parse_hex};
use crate::domain::error::{Error, Result};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = audit, treat_none_as_default_value = false)]
struct AuditRow {
    seq: i64,
    at_ms: i64,
    account_id: Option<i64>,
    actor: String,
    address: String,
    request_id: String,
    act: String,
    subject: String,
    outcome: String,
    detail: String,
    hash: String,
}

/// A record with the hash that stands beside it in the database.
#[derive(Debug, Clone)]
pub struct StoredRecord {
    pub record: AuditRecord,
    /// As it is stored: hexadecimal, if nobody meddled with it.
    pub hash: String,
}

/// Appends a record: takes the next number and the hash of the one before. To be called under the writers' lock.
pub fn append(connection: &mut Engine, mut record: AuditRecord) -> Result<()> {
    let last: Option<(i64, String)> =
        audit::table.order(audit::seq.desc()).select((audit::seq, audit::hash)).first(connection).optional().map_err(fault)?;
    let (seq, before) = match last {
        Some((seq, hash)) => (seq, parse_hex(&hash).ok_or_else(|| Error::Internal(format!("the hash of audit record {seq} is none")))?),
        None => (0, [0; 32]),
    };
    record.seq = seq + 1;
    let hash = hex(&record.hash(&before));
    let row = AuditRow {
        seq: record.seq,
        at_ms: record.at.as_millisecond(),
        account_id: record.account.map(|account| account.0),
        actor: record.actor,
        address: record.address,
        request_id: record.request_id,
        act: record.act,
        subject: record.subject,
        outcome: record.outcome,
        detail: record.detail.to_string(),
        hash,
    };
    diesel::insert_into(audit::table).values(row).execute(connection).map_err(fault)?;
    Ok(())
}

/// Records after a number, in order.
pub fn list_after(connection: &mut Engine, seq: i64, count_max: i64) -> Result<Vec<StoredRecord>> {
    let rows: Vec<AuditRow> = audit::table
        .filter(audit::seq.gt(seq))
        .order(audit::seq)
        .limit(count_max)
        .select(AuditRow::as_select())
        .load(connection)
        .map_err(fault)?;
    rows.into_iter().map(AuditRow::read).collect()
}

/// Which records are asked for: those that fit everything that is said.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// The name of the account that acted.
    pub actor: Option<String>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    /// The verb: `approveChangeRequest`.
    pub act: Option<String>,
    /// What it was done to: `changeRequest/42`.
    pub subject: Option<String>,
    /// `done`, or the code of a refusal.
    pub outcome: Option<String>,
    /// Whether only refusals are asked for, whatever their code.
    pub is_refused: bool,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub to: Option<Timestamp>,
}

/// Records before a number that fit a filter, newest first.
pub fn list_before(connection: &mut Engine, filter: &AuditFilter, before_seq: i64, count_max: i64) -> Result<Vec<AuditRecord>> {
    let mut query = audit::table.filter(audit::seq.lt(before_seq)).into_boxed();
    if let Some(actor) = &filter.actor {
        query = query.filter(audit::actor.eq(actor.clone()));
    }
    if let Some(address) = &filter.address {
        query = query.filter(audit::address.eq(address.clone()));
    }
    if let Some(request_id) = &filter.request_id {
        query = query.filter(audit::request_id.eq(request_id.clone()));
    }
    if let Some(act) = &filter.act {
        query = query.filter(audit::act.eq(act.clone()));
    }
    if let Some(subject) = &filter.subject {
        query = query.filter(audit::subject.eq(subject.clone()));
    }
    if let Some(outcome) = &filter.outcome {
        query = query.filter(audit::outcome.eq(outcome.clone()));
    }
    if filter.is_refused {
        query = query.filter(audit::outcome.ne(DONE));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit::at_ms.ge(from.as_millisecond()));
    }
    if let Some(to) = filter.to {
        query = query.filter(audit::at_ms.lt(to.as_millisecond()));
    }
    let rows: Vec<AuditRow> =
        query.order(audit::seq.desc()).limit(count_max).select(AuditRow::as_select()).load(connection).map_err(fault)?;
    rows.into_iter().map(|row| Ok(row.read()?.record)).collect()
}

impl AuditRow {
    fn read(self) -> Result<StoredRecord> {
        let detail = serde_json::from_str(&self.detail);
        let record = AuditRecord {
            seq: self.seq,
            // An instant out of range was meddled with, too.
            at: Timestamp::from_millisecond(self.at_ms).unwrap_or(Timestamp::MIN),
            account: self.account_id.map(AccountId),
            actor: self.actor,
            address: self.address,
            request_id: self.request_id,
            act: self.act,
            subject: self.subject,
            outcome: self.outcome,
            // What is not JSON any more was meddled with; the hash will say so.
            detail: detail.unwrap_or(serde_json::Value::String(self.detail)),
        };
        Ok(StoredRecord { record, hash: self.hash })
    }
}
