//! Identity: who asks, by a session or a token; signing in and out. What they may then do is decided by each act anew.
//! It knows no cookie and no header: it is handed the secrets that they carried.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::acting::{Act, Acts, Caller, Credential, authority_of};
use super::auditing::Refusals;
use super::known_credentials::{CredentialKey, KnownCredentials};
use super::passwords::Passwords;
use super::secrets::{Secrets, hash_of};
use super::slowing::Attempt;
use crate::db::token::TokenId;
use crate::db::{self, Engine};
use crate::domain::account::{Account, AccountKind, Authority, Scope, check_name};
use crate::domain::error::{Error, Result};

/// How every bearer token begins, so that a scanner of leaked secrets knows one when it sees it.
pub const TOKEN_PREFIX: &str = "svod_";
/// How old a note of the last use may grow.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// How long a session that is over is still told from one that never was.
const SESSIONS_KEPT_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a request carried to prove who sends it: the raw secrets of the cookie and of the bearer token.
#[derive(Clone, Default)]
pub struct Presented {
    pub session: Option<String>,
    pub bearer: Option<String>,
}

/// A session that has just begun.
#[derive(Clone)]
pub struct SignedIn {
    /// What the cookie is to carry. It is told once and stored nowhere.
    pub secret: String,
    pub account: Account,
    pub expires_at: Timestamp,
}

/// Tells who asks.
#[derive(Clone)]
pub struct Identity {
    acts: Acts,
    passwords: Passwords,
    secrets: Secrets,
    refusals: Refusals,
    session_lifetime: SignedDuration,
    is_demo: bool,
    kept: Option<Arc<KnownCredentials>>,
}

/// A credential that was found good, when its last use was noted, and until when it is good unless it is taken back.
struct Known {
    credential: Credential,
    authority: Authority,
    last_used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

impl Identity {
    pub fn new(acts: Acts, passwords: Passwords, secrets: Secrets, session_lifetime: SignedDuration, is_demo: bool) -> Self {
        let refusals = Refusals::new(acts.clone());
        Self { acts, passwords, secrets, refusals, session_lifetime, is_demo, kept: None }
    }

    /// The same, which keeps what it finds of good credentials for so long; 0 keeps nothing.
    pub fn keeping(self, time_ms: u32) -> Self {
        let kept = (time_ms > 0).then(|| Arc::new(KnownCredentials::new(SignedDuration::from_millis(time_ms.into()))));
        Self { kept, ..self }
    }

    /// What the credential allows, if it was found good a moment ago and nothing was changed since: for reading only, and it never
    /// blocks. Acts ask the database, whatever this says.
    pub fn known(&self, presented: &Presented) -> Option<Arc<Authority>> {
        self.kept.as_ref()?.find(&key_of(presented)?, self.acts.clock.now(), self.acts.pulse.count())
    }

    /// Who presents these secrets; somebody without an account when there are none.
    ///
    /// What is presented and not good is refused, each reason with its code, and never taken for nobody. Refusals are audited.
    pub fn identify(&self, presented: &Presented, address: &str, request_id: &str) -> Result<Caller> {
        let anonymous = Caller::anonymous(address, request_id);
        if presented.session.is_none() && presented.bearer.is_none() {
            return Ok(anonymous);
        }
        // What changes while it is looked up is not missed: the beat is counted beforehand.
        let (beat, asked_at) = (self.acts.pulse.count(), self.acts.clock.now());
        let found = self.find(presented);
        let subject = if found.is_err() { self.subject_of(presented) } else { String::new() };
        let known = self.refusals.audited(&anonymous, &Act::new("identify", Scope::Read, subject), found)?;
        self.note_use(&known);
        if let Some((kept, key)) = self.kept.as_ref().zip(key_of(presented)) {
            kept.keep(key, Arc::new(known.authority.clone()), known.expires_at, asked_at, beat);
        }
        Ok(Caller { credential: known.credential, authority: known.authority, ..anonymous })
    }

    fn find(&self, presented: &Presented) -> Result<Known> {
        let now = self.acts.clock.now();
        let known = match (&presented.session, &presented.bearer) {
            (Some(session), None) => self.acts.store.read(|connection| find_session(connection, session, now))?,
            (None, Some(bearer)) => self.acts.store.read(|connection| find_token(connection, bearer, now))?,
            _ => {
                let message = "send either the cookie of a session or a token, and not both: it is not clear who asks";
                return Err(Error::refused("credentials_ambiguous", message));
            }
        };
        let is_of_demo = known.authority.account.as_ref().is_some_and(|account| account.kind == AccountKind::Demo);
        if is_of_demo && !self.is_demo {
            return Err(Error::refused(
                "account_of_demo",
                "this account is of the demo, and this service is none: use an account of your own",
            ));
        }
        Ok(known)
    }

    /// Whose a refused credential is, as far as it is known; blank for what was only guessed.
    fn subject_of(&self, presented: &Presented) -> String {
        let hash = |secret: &Option<String>| secret.as_deref().and_then(hash_of);
        let (session, bearer) = (hash(&presented.session), hash(&presented.bearer));
        let found = self.acts.store.read(|connection| {
            if let Some(token) = bearer.map(|hash| db::token::find_by_secret(connection, &hash)).transpose()?.flatten() {
                return Ok(Some(format!("token/{}", token.id.0)));
            }
            let session = session.map(|hash| db::session::find(connection, &hash)).transpose()?.flatten();
            let account = session.map(|session| db::account::find(connection, session.account)).transpose()?.flatten();
            Ok(account.map(|account| format!("account/{}", account.name)))
        });
        found.ok().flatten().unwrap_or_default()
    }

    /// Notes the use at most once a minute, and not while others write: a read must not wait for a publication.
    fn note_use(&self, known: &Known) {
        let now = self.acts.clock.now();
        if known.last_used_at.is_some_and(|last| now.duration_since(last) < USE_NOTED_EVERY) {
            return;
        }
        let noted = self.acts.store.write_unless_busy(|connection| match &known.credential {
            Credential::Session(hash) => db::session::update_last_used(connection, hash, now),
            Credential::Token(id) => db::token::update_last_used(connection, *id, now),
            Credential::Nobody | Credential::BuiltIn(_) | Credential::Began(_) => Ok(()),
        });
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of a credential could not be noted");
        }
    }

    /// Begins a session. The answer to a wrong password, an unknown name, a system and a disabled account is the same, and as slow.
    pub fn sign_in(&self, caller: &Caller, name: &str, password: &str) -> Result<SignedIn> {
        let anonymous = Caller::anonymous(caller.address.clone(), caller.request_id.clone());
        let attempt = Attempt::new(name, &caller.address);
        let found = check_name(name).ok().map(|()| self.acts.store.read(|connection| db::account::find_by_name(connection, name)));
        let account = found.transpose()?.flatten();
        // A name that nobody has is not written down: it may be a password in the wrong field.
        let subject = account.as_ref().map(|account| format!("account/{}", account.name)).unwrap_or_default();
        let act = Act::new("signIn", Scope::Read, subject);
        let account = account.filter(|account| self.may_sign_in(account));
        let verified = self.verify(&attempt, account.as_ref(), password);
        let (account, hash) = self.refusals.audited(&anonymous, &act, verified)?;
        self.begin_session(caller, &anonymous, &act, &attempt, &account, &hash)
    }

    fn may_sign_in(&self, account: &Account) -> bool {
        let is_person = match account.kind {
            AccountKind::Person => true,
            AccountKind::Demo => self.is_demo,
            AccountKind::System | AccountKind::BuiltIn => false,
        };
        is_person && account.disabled_at.is_none()
    }

    /// Gives the account back with the hash that the password was verified against. Verifying takes long, so no transaction is open.
    fn verify(&self, attempt: &Attempt, account: Option<&Account>, password: &str) -> Result<(Account, String)> {
        let now = self.acts.clock.now();
        let hash = self.acts.store.write(|connection| {
            attempt.begin(connection, now)?;
            match account {
                Some(account) => db::account::find_password_hash(connection, account.id),
                None => Ok(None),
            }
        })?;
        let is_right = self.passwords.verify(hash.as_deref(), password)?;
        match (account, hash) {
            (Some(account), Some(hash)) if is_right => Ok((account.clone(), hash)),
            _ => Err(sign_in_failed()),
        }
    }

    fn begin_session(
        &self,
        caller: &Caller,
        anonymous: &Caller,
        act: &Act,
        attempt: &Attempt,
        account: &Account,
        verified_hash: &str,
    ) -> Result<SignedIn> {
        let secret = self.secrets.make_secret()?;
        let hash = hash_of(&secret).ok_or_else(|| Error::Internal("a secret of ours is none".to_owned()))?;
        self.acts.act(anonymous, act, |acting| {
            // The account may have been disabled, or its password changed, while it was verified.
            let found = db::account::find(acting.connection, account.id)?.filter(|account| self.may_sign_in(account));
            let account = found.ok_or_else(sign_in_failed)?;
            if db::account::find_password_hash(acting.connection, account.id)?.as_deref() != Some(verified_hash) {
                return Err(sign_in_failed());
            }
            attempt.succeed(acting.connection, acting.now)?;
            if let Credential::Session(former) = &caller.credential {
                db::session::update_ended(acting.connection, former, acting.now)?;
            }
            db::session::delete_expired(acting.connection, account.id, acting.now - SESSIONS_KEPT_FOR)?;
            let expires_at = acting.now + self.session_lifetime;
            db::session::insert(acting.connection, &hash, account.id, acting.now, expires_at)?;
            acting.note("expiresAt", expires_at.to_string());
            acting.authority.account = Some(account.clone());
            Ok(SignedIn { secret, account, expires_at })
        })
    }

    /// Changes one's own password and ends one's other sessions. Slowed like signing in, and for sessions only: whoever holds a
    /// token does not become its account.
    pub fn change_password(&self, caller: &Caller, current: &str, new: &str) -> Result<()> {
        let name = caller.authority.account.as_ref().map(|account| account.name.clone()).unwrap_or_default();
        let act = Act::new("changePassword", Scope::Administer, format!("account/{name}"));
        let (session, account) = self.acts.audited(caller, &act, session_of(caller))?;
        let attempt = Attempt::new(&name, &caller.address);
        let verified = self.verify(&attempt, Some(account), current);
        let (account, verified_hash) = self.refusals.audited(caller, &act, verified)?;
        let new_hash = self.acts.audited(caller, &act, self.passwords.hash(new))?;
        self.acts.act(caller, &act, |acting| {
            if db::account::find_password_hash(acting.connection, account.id)?.as_deref() != Some(verified_hash.as_str()) {
                return Err(sign_in_failed());
            }
            attempt.succeed(acting.connection, acting.now)?;
            db::account::update_password(acting.connection, account.id, &new_hash)?;
            let ended = db::session::update_all_ended(acting.connection, account.id, Some(session), acting.now)?;
            acting.note("sessionsEnded", ended);
            Ok(())
        })
    }

    /// Ends the caller's session.
    pub fn sign_out(&self, caller: &Caller) -> Result<()> {
        let act = Act::new("signOut", Scope::Read, "");
        self.acts.act(caller, &act, |acting| {
            let (session, account) = session_of(caller)?;
            acting.subject = format!("account/{}", account.name);
            db::session::update_ended(acting.connection, session, acting.now)
        })
    }
}

/// By what a credential is kept. Whoever presents two is refused, so there is nothing to keep of them.
fn key_of(presented: &Presented) -> Option<CredentialKey> {
    match (&presented.session, &presented.bearer) {
        (Some(session), None) => hash_of(session).map(CredentialKey::Session),
        (None, Some(bearer)) => hash_of(bearer).map(CredentialKey::Token),
        _ => None,
    }
}

/// The session that a caller came with, and whose it is. Refuses who came without one.
pub fn session_of(caller: &Caller) -> Result<(&[u8; 32], &Account)> {
    match (&caller.credential, &caller.authority.account) {
        (Credential::Session(hash), Some(account)) => Ok((hash, account)),
        _ => Err(Error::refused("session_needed", "sign in with your password first: this is not for tokens, nor for nobody")),
    }
}

fn sign_in_failed() -> Error {
    Error::refused("sign_in_failed", "the name or the password is wrong")
}

fn find_session(connection: &mut Engine, secret: &str, now: Timestamp) -> Result<Known> {
    let hash = hash_of(secret).ok_or_else(|| Error::refused("session_unknown", "this session is not known: sign in again"))?;
    let credential = Credential::Session(hash);
    let authority = authority_of(connection, &credential, now)?;
    let session = db::session::find(connection, &hash)?;
    let last_used_at = session.as_ref().map(|session| session.last_used_at);
    let expires_at = session.map(|session| session.expires_at);
    Ok(Known { credential, authority, last_used_at, expires_at })
}

fn find_token(connection: &mut Engine, secret: &str, now: Timestamp) -> Result<Known> {
    let hash = secret.strip_prefix(TOKEN_PREFIX).and_then(|_| hash_of(secret));
    let token = hash.map(|hash| db::token::find_by_secret(connection, &hash)).transpose()?.flatten();
    let (id, last_used_at, expires_at) = token.map_or((TokenId(0), None, None), |token| (token.id, token.last_used_at, token.expires_at));
    // No token has the number 0, so what is not found is refused there as unknown.
    let credential = Credential::Token(id);
    let authority = authority_of(connection, &credential, now)?;
    Ok(Known { credential, authority, last_used_at, expires_at })
}
