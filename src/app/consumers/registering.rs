//! Registering a consumer: administrators do it for any account, everybody else for their own. What it follows must be there for its
//! account, and its condition on items must be one under at least one dictionary.

use super::{CONSUMERS_MAX, CONSUMERS_PER_ACCOUNT_MAX, Consumers, WithSecret, check_manager};
use crate::app::acting::{Act, Acting, Caller, Credential, authority_of};
use crate::app::feed::NOW;
use crate::db;
use crate::domain::account::{AccountId, AccountKind, Authority, Scope};
use crate::domain::consumer::{Channel, Consumer, ConsumerId, ConsumerState, SigningKind};
use crate::domain::consumer_registration::{CheckedRegistration, Registration, TargetRequest, violation};
use crate::domain::error::{Error, Result};
use crate::domain::feed::Position;
use crate::domain::item_condition::ItemCondition;
use crate::domain::text::DictionaryCode;

/// A consumer to be registered.
#[derive(Debug, Clone)]
pub struct NewConsumer {
    pub code: String,
    pub account: AccountId,
    pub registration: Registration,
    /// Of a webhook.
    pub signing: SigningKind,
    /// Where to begin: a cursor, `start` or `now`; `now` unless given, so that nobody is sent years of changes by surprise.
    pub from: Option<String>,
}

impl Consumers {
    /// Registers a consumer. A webhook is sent nothing before it has answered its challenge; the secret is told this once.
    pub fn register_consumer(&self, caller: &Caller, new: NewConsumer) -> Result<WithSecret> {
        let subject = DictionaryCode::parse(&new.code).map_or_else(String::new, |code| format!("consumer/{code}"));
        let act = Act::new("registerConsumer", Scope::Administer, subject);
        // Whoever may not is told that before anything else.
        let (checked, position) = self.acts.look(caller, &act, |acting| {
            acting.account_id()?;
            self.check_new(&new)
        })?;
        let told = match &checked.channel {
            Channel::Webhook(target) => target.secrets.first().map(|secret| self.told_secret(secret)).transpose()?,
            Channel::Pull | Channel::Nats(_) => None,
        };
        let consumer = self.acts.act(caller, &act, |acting| {
            let own = acting.account_id()?;
            check_manager(&acting.authority, own, new.account)?;
            let authority = check_account(acting, new.account)?;
            self.check_reach(&authority, &checked)?;
            check_room(acting, new.account, &new.code)?;
            let made = make(&new, checked, position, acting);
            let made = db::consumer::insert(acting.connection, made)?;
            note(acting, &made);
            acting.note("account", made.account.0);
            Ok(made)
        })?;
        Ok(WithSecret { consumer, secret: told })
    }

    fn check_new(&self, new: &NewConsumer) -> Result<(CheckedRegistration, Position)> {
        let secrets = match new.registration.target {
            TargetRequest::Webhook { .. } => vec![self.make_secret(new.signing)?],
            TargetRequest::Pull | TargetRequest::Nats { .. } => Vec::new(),
        };
        let checked = new.registration.clone().check(Some(&new.code), secrets)?;
        let position = self.feed.position_of(new.from.as_deref().unwrap_or(NOW))?;
        Ok((checked, position))
    }

    /// Whether an account can follow what a registration names.
    pub(super) fn check_reach(&self, authority: &Authority, checked: &CheckedRegistration) -> Result<()> {
        let head = self.feed.head();
        let told: Vec<&DictionaryCode> = match &checked.dictionaries {
            None => head.dictionaries.keys().filter(|code| crate::app::change_request::may_see(authority, &head, code)).collect(),
            Some(codes) => {
                let is_there = |code: &&DictionaryCode| {
                    head.dictionaries.contains_key(*code) && crate::app::change_request::may_see(authority, &head, code)
                };
                if let Some(unknown) = codes.iter().find(|code| !is_there(code)) {
                    let message =
                        format!("there is no dictionary {unknown} that this account may read: name others, or grant it a role first");
                    return Err(violation("dictionaries", "dictionary_unknown", message));
                }
                codes.iter().collect()
            }
        };
        let Some(filter) = &checked.filter else { return Ok(()) };
        let mut problem = None;
        for code in told {
            let Some(resident) = head.dictionaries.get(code) else { continue };
            match ItemCondition::compile(filter, &resident.current.dictionary) {
                Ok(_) => return Ok(()),
                Err(message) => {
                    problem.get_or_insert_with(|| format!("under no dictionary is this a condition on items; of {code}: {message}"));
                }
            }
        }
        let nothing = || "there is no dictionary yet to which this condition could be held: leave it out".to_owned();
        Err(violation("filter", "filter_malformed", problem.unwrap_or_else(nothing)))
    }
}

/// The account that a consumer is to read as, with what it may.
pub(super) fn check_account(acting: &mut Acting<'_>, id: AccountId) -> Result<Authority> {
    let unknown = || violation("account", "account_unknown", "there is no such account: add it first");
    let account = db::account::find(acting.connection, id)?.ok_or_else(unknown)?;
    if account.kind == AccountKind::BuiltIn {
        let message = format!("the account {} is a part of the service: it follows nothing", account.name);
        return Err(Error::refused("account_built_in", message));
    }
    authority_of(acting.connection, &Credential::Began(id), acting.now)
}

fn check_room(acting: &mut Acting<'_>, account: AccountId, code: &str) -> Result<()> {
    if db::consumer::find_by_code(acting.connection, code)?.is_some() {
        return Err(Error::refused("code_taken", format!("there is a consumer {code} already: choose another code")));
    }
    if db::consumer::count(acting.connection, Some(account))? >= CONSUMERS_PER_ACCOUNT_MAX {
        let message = format!("an account has at most {CONSUMERS_PER_ACCOUNT_MAX} consumers: remove one first");
        return Err(Error::refused("consumers_too_many", message));
    }
    if db::consumer::count(acting.connection, None)? >= CONSUMERS_MAX {
        let message = format!("there are {CONSUMERS_MAX} consumers, which is the most: ask an administrator to remove some");
        return Err(Error::refused("consumers_too_many", message));
    }
    Ok(())
}

fn make(new: &NewConsumer, checked: CheckedRegistration, position: Position, acting: &Acting<'_>) -> Consumer {
    let CheckedRegistration { title, contact, dictionaries, filter, channel } = checked;
    let state = if matches!(channel, Channel::Webhook(_)) { ConsumerState::Unverified } else { ConsumerState::Active };
    Consumer {
        id: ConsumerId(0),
        code: new.code.clone(),
        title,
        account: new.account,
        contact,
        dictionaries,
        filter,
        channel,
        state,
        state_reason: None,
        position,
        confirmed: None,
        confirmed_at: None,
        attempts_count: 0,
        failed_count: 0,
        failures: 0,
        failing_since: None,
        next_attempt_at: None,
        delivered_at: None,
        created_at: acting.now,
    }
}

/// What the audit is to know of a consumer; never a secret.
pub(super) fn note(acting: &mut Acting<'_>, consumer: &Consumer) {
    acting.note("title", consumer.title.clone());
    acting.note("channel", consumer.channel.kind().name());
    match &consumer.channel {
        Channel::Pull => {}
        Channel::Webhook(target) => acting.note("url", target.url.clone()),
        Channel::Nats(target) => acting.note("url", target.shown_url()),
    }
    if let Some(dictionaries) = &consumer.dictionaries {
        acting.note("dictionaries", dictionaries.iter().map(DictionaryCode::as_str).collect::<Vec<_>>());
    }
    if let Some(filter) = &consumer.filter {
        acting.note("filter", filter.clone());
    }
}
