//! Acting: everything that changes anything goes through here. Who acts is asked of the database anew inside the transaction,
//! so a role that was taken away a second ago counts no more; and what was done or refused is audited, in that order of certainty:
//! an act with its record in one transaction, a refusal in one of its own.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::pulse::Pulse;
use super::refusal_budget::RefusalBudget;
use crate::db::token::TokenId;
use crate::db::{self, Engine, Store};
use crate::domain::account::{Account, AccountId, AccountKind, Authority, Scope};
use crate::domain::audit::{AuditRecord, DONE};
use crate::domain::clock::Clock;
use crate::domain::error::{Error, Result};

/// By what a caller proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    /// By nothing.
    Nobody,
    /// By being the service itself or its command line.
    BuiltIn(AccountId),
    /// By the cookie of a session, of whose secret this is the SHA-256.
    Session([u8; 32]),
    Token(TokenId),
    /// By having begun something that is carried out later, when their session may be over.
    Began(AccountId),
}

/// Who asks, from where, and by which request.
#[derive(Debug, Clone)]
pub struct Caller {
    pub credential: Credential,
    /// What they might do when they came; an act asks again.
    pub authority: Authority,
    /// The network address, `command line` or `service`.
    pub address: String,
    /// Blank when there is none.
    pub request_id: String,
}

impl Caller {
    pub fn anonymous(address: impl Into<String>, request_id: impl Into<String>) -> Self {
        let (address, request_id) = (address.into(), request_id.into());
        Self { credential: Credential::Nobody, authority: Authority::anonymous(), address, request_id }
    }

    fn actor(&self) -> String {
        self.authority.account.as_ref().map_or_else(String::new, |account| account.name.clone())
    }
}

/// What a caller is about to do.
#[derive(Debug, Clone)]
pub struct Act {
    /// The verb, as the management API calls it: `submitChangeRequest`.
    pub verb: &'static str,
    /// What it is done to: `changeRequest/42`; blank for the service itself.
    pub subject: String,
    /// The kind of thing that a token must allow.
    pub scope: Scope,
}

impl Act {
    pub fn new(verb: &'static str, scope: Scope, subject: impl Into<String>) -> Self {
        Self { verb, subject: subject.into(), scope }
    }
}

/// An act under way, inside its transaction.
pub struct Acting<'a> {
    pub connection: &'a mut Engine,
    /// What the caller may do now.
    pub authority: Authority,
    pub now: Timestamp,
    /// What the audit is to know besides.
    pub detail: Map<String, Json>,
    /// What it was done to, where that is only known once it is done: the number of a new request.
    pub subject: String,
}

impl Acting<'_> {
    /// The account that acts. Refuses somebody without one.
    pub fn account(&self) -> Result<&Account> {
        self.authority.account.as_ref().ok_or_else(not_signed_in)
    }

    pub fn account_id(&self) -> Result<AccountId> {
        self.account().map(|account| account.id)
    }

    pub fn note(&mut self, name: &str, value: impl Into<Json>) {
        self.detail.insert(name.to_owned(), value.into());
    }
}

fn not_signed_in() -> Error {
    Error::unauthenticated("sign in first, or send a token: this is not for everybody")
}

/// Carries out acts.
#[derive(Clone)]
pub struct Acts {
    pub store: Store,
    pub clock: Clock,
    pub pulse: Pulse,
    /// Of the refusals of those who come with no account.
    pub refusals: RefusalBudget,
}

impl Acts {
    /// The service itself, or its command line, as a caller.
    pub fn built_in(&self, account: AccountId, address: &str) -> Result<Caller> {
        let credential = Credential::BuiltIn(account);
        let authority = self.store.read(|connection| authority_of(connection, &credential, self.clock.now()))?;
        Ok(Caller { credential, authority, address: address.to_owned(), request_id: String::new() })
    }

    /// The same caller with what they may do now; refused when their credential is good no more.
    pub fn renewed(&self, caller: &Caller) -> Result<Caller> {
        let authority = match caller.credential {
            Credential::Nobody => Authority::anonymous(),
            _ => self.store.read(|connection| authority_of(connection, &caller.credential, self.clock.now()))?,
        };
        Ok(Caller { authority, ..caller.clone() })
    }

    /// Carries out one act in one write transaction, with its audit record. A refusal is audited too.
    pub fn act<T>(&self, caller: &Caller, act: &Act, work: impl FnOnce(&mut Acting<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.store.write(|connection| self.act_within(connection, caller, act, work));
        if outcome.is_ok() {
            self.pulse.beat();
        }
        self.audited(caller, act, outcome)
    }

    /// The same for an act that may find that its time has passed: `None` leaves nothing behind, and no record either.
    pub fn try_act<T>(&self, caller: &Caller, act: &Act, work: impl FnOnce(&mut Acting<'_>) -> Result<Option<T>>) -> Result<Option<T>> {
        let outcome = self.store.write(|connection| {
            let mut acting = self.begin(connection, caller, act)?;
            match work(&mut acting)? {
                Some(done) => record_done(acting, caller, act).map(|()| Some(done)),
                None => Ok(None),
            }
        });
        if matches!(outcome, Ok(Some(_))) {
            self.pulse.beat();
        }
        self.audited(caller, act, outcome)
    }

    /// The same inside a transaction that others began, such as that of a publication. Its refusal is to be audited by `audited`.
    pub fn act_within<T>(
        &self,
        connection: &mut Engine,
        caller: &Caller,
        act: &Act,
        work: impl FnOnce(&mut Acting<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut acting = self.begin(connection, caller, act)?;
        let done = work(&mut acting)?;
        record_done(acting, caller, act)?;
        Ok(done)
    }

    /// Asks whether an act would be refused before anything costly is worked out for it. The act itself asks again.
    pub fn look<T>(&self, caller: &Caller, act: &Act, work: impl FnOnce(&mut Acting<'_>) -> Result<T>) -> Result<T> {
        let outcome = self.store.read(|connection| {
            let mut acting = self.begin(connection, caller, act)?;
            work(&mut acting)
        });
        self.audited(caller, act, outcome)
    }

    fn begin<'a>(&self, connection: &'a mut Engine, caller: &Caller, act: &Act) -> Result<Acting<'a>> {
        let now = self.clock.now();
        let authority = authority_of(connection, &caller.credential, now)?;
        if !authority.reaches(act.scope) {
            let refusal = match &authority.account {
                None => not_signed_in(),
                Some(_) => Error::refused("scope_missing", format!("this token does not allow to {}", act.scope.name())),
            };
            return Err(refusal);
        }
        let mut detail = Map::new();
        if let Credential::Token(id) = caller.credential {
            // A token acts for its account: the audit tells the two apart.
            detail.insert("token".to_owned(), id.0.into());
        }
        Ok(Acting { connection, authority, now, detail, subject: act.subject.clone() })
    }

    /// Audits the refusal of an act, if it is one, and hands the outcome on. When even that cannot be written, the log has it.
    pub fn audited<T>(&self, caller: &Caller, act: &Act, outcome: Result<T>) -> Result<T> {
        if let Err(error) = &outcome {
            self.audit_refusal(caller, act, error);
        }
        outcome
    }

    fn audit_refusal(&self, caller: &Caller, act: &Act, error: &Error) {
        let now = self.clock.now();
        let mut detail = refusal_detail(error);
        if let Credential::Token(id) = caller.credential {
            detail["token"] = id.0.into();
        }
        if caller.credential == Credential::Nobody {
            // Anybody can bring these about, as often as they like.
            let Some(omitted) = self.refusals.take(&caller.address, now) else { return };
            if omitted > 0 {
                detail["omittedBefore"] = omitted.into();
            }
        }
        let record = AuditRecord {
            seq: 0,
            at: now,
            account: caller.authority.account_id(),
            actor: caller.actor(),
            address: caller.address.clone(),
            request_id: caller.request_id.clone(),
            act: act.verb.to_owned(),
            subject: act.subject.clone(),
            outcome: error.code().to_owned(),
            detail,
        };
        if let Err(fault) = self.store.write(|connection| db::audit::append(connection, record)) {
            tracing::error!(%fault, act = act.verb, outcome = error.code(), "a refusal could not be audited");
        }
    }
}

/// Writes down that an act was carried out, and tells the other nodes.
fn record_done(acting: Acting<'_>, caller: &Caller, act: &Act) -> Result<()> {
    let Acting { connection, authority, now, detail, subject } = acting;
    let account = authority.account.as_ref();
    let record = AuditRecord {
        seq: 0,
        at: now,
        account: account.map(|account| account.id),
        actor: account.map_or_else(String::new, |account| account.name.clone()),
        address: caller.address.clone(),
        request_id: caller.request_id.clone(),
        act: act.verb.to_owned(),
        subject,
        outcome: DONE.to_owned(),
        detail: Json::Object(detail),
    };
    db::audit::append(connection, record)?;
    db::notification::announce(connection)
}

/// The reason, as far as it is not ours to hide; many violations are only counted.
fn refusal_detail(error: &Error) -> Json {
    const REASON_CHARS_MAX: usize = 500;
    match error {
        Error::Invalid(violations) => {
            let codes: std::collections::BTreeSet<&str> = violations.kept().iter().map(|violation| violation.code.as_str()).collect();
            json!({ "violations": violations.total(), "codes": codes.into_iter().take(20).collect::<Vec<_>>() })
        }
        other => json!({ "reason": other.to_string().chars().take(REASON_CHARS_MAX).collect::<String>() }),
    }
}

/// What the bearer of a credential may do now.
///
/// Refuses a session that is over and a token that is revoked or expired, each with a code of its own.
pub fn authority_of(connection: &mut Engine, credential: &Credential, now: Timestamp) -> Result<Authority> {
    let (account, limit) = match credential {
        Credential::Nobody => return Ok(Authority::anonymous()),
        Credential::BuiltIn(account) | Credential::Began(account) => (*account, None),
        Credential::Session(hash) => {
            let session = db::session::find(connection, hash)?;
            let session = session.ok_or_else(|| Error::refused("session_unknown", "this session is not known: sign in again"))?;
            if session.ended_at.is_some() {
                return Err(Error::refused("session_ended", "this session was ended: sign in again"));
            }
            if session.expires_at <= now {
                return Err(Error::refused("session_expired", "this session has expired: sign in again"));
            }
            (session.account, None)
        }
        Credential::Token(id) => {
            let token = db::token::find(connection, *id)?;
            let token = token.ok_or_else(|| Error::refused("token_unknown", "this token is not known: ask an administrator for one"))?;
            if token.revoked_at.is_some() {
                return Err(Error::refused("token_revoked", "this token was revoked: ask an administrator for another"));
            }
            if token.expires_at.is_some_and(|expires_at| expires_at <= now) {
                return Err(Error::refused("token_expired", "this token has expired: ask an administrator for another"));
            }
            (token.account, Some(token.limit))
        }
    };
    let found = db::account::find(connection, account)?;
    let account = found.ok_or_else(|| Error::Internal(format!("there is no account {}", account.0)))?;
    if account.disabled_at.is_some() {
        return Err(Error::refused("account_disabled", format!("the account {} is disabled: ask an administrator", account.name)));
    }
    if account.kind == AccountKind::BuiltIn && !matches!(credential, Credential::BuiltIn(_)) {
        return Err(Error::Internal(format!("somebody signed in as the built-in account {}", account.name)));
    }
    let grants = db::account::list_grants(connection, account.id)?;
    Ok(Authority { account: Some(account), grants, limit })
}
