//! What consumers say themselves: that they have taken everything up to a position. From it follows who has confirmed an edition.

use super::{Consumers, find_visible, oversees};
use crate::app::acting::{Act, Acting, Caller};
use crate::app::change_request::may_see as may_see_dictionary;
use crate::db;
use crate::db::consumer::ConsumerFilter;
use crate::domain::account::{Role, Scope};
use crate::domain::consumer::{ChannelKind, Consumer};
use crate::domain::error::{Error, Result};
use crate::domain::feed::{Place, Position};
use crate::domain::text::DictionaryCode;

/// Whether a consumer has confirmed an edition.
#[derive(Debug, Clone)]
pub struct Confirmation {
    pub consumer: Consumer,
    pub is_confirmed: bool,
}

/// What an acknowledgement changes.
enum Step {
    Nothing,
    /// Within a publication: a consumer may say so a thousand times on its way through a big one.
    Small,
    /// To the end of a publication that was not confirmed before.
    Publication,
}

impl Consumers {
    /// A consumer's own account says up to where it has taken events. What was confirmed before stays confirmed: an older cursor changes
    /// nothing. Confirming another publication is audited; single steps within one are not. Needs no more than the scope `read`.
    pub fn acknowledge(&self, caller: &Caller, code: &str, cursor: &str) -> Result<Consumer> {
        let subject = DictionaryCode::parse(code).map_or_else(String::new, |code| format!("consumer/{code}"));
        let act = Act::new("acknowledge", Scope::Read, subject);
        let (was, position) = self.acts.look(caller, &act, |acting| {
            let own = find_own(acting, code)?;
            Ok((own, self.feed.position_of(cursor)?))
        })?;
        match step_of(&was, &position) {
            Step::Nothing => Ok(was),
            Step::Small => self
                .acts
                .store
                .write(|connection| {
                    let found = db::consumer::find(connection, was.id)?.ok_or_else(|| super::not_found(code))?;
                    self.confirm(connection, found, &position)
                })
                .inspect(|_| self.measured.forget()),
            Step::Publication => self.acts.act(caller, &act, |acting| {
                let found = find_own(acting, code)?;
                acting.note("position", position.event_id());
                self.confirm(acting.connection, found, &position)
            }),
        }
    }

    fn confirm(&self, connection: &mut db::Engine, mut consumer: Consumer, position: &Position) -> Result<Consumer> {
        let now = self.acts.clock.now();
        if consumer.confirmed.as_ref().is_none_or(|confirmed| confirmed < position) {
            db::consumer::update_confirmed(connection, consumer.id, position, now)?;
            (consumer.confirmed, consumer.confirmed_at) = (Some(position.clone()), Some(now));
        }
        if consumer.channel.kind() == ChannelKind::Pull && consumer.position < *position {
            db::consumer::update_position(connection, consumer.id, position)?;
            consumer.position = position.clone();
        }
        Ok(consumer)
    }

    /// The consumers that follow a dictionary and may read it, with whether each has confirmed one of its editions. Whoever holds a role
    /// above reader on the dictionary is told of all, and so are administrators and auditors; others of their own.
    pub fn confirmations(&self, caller: &Caller, dictionary: &DictionaryCode, edition: i64) -> Result<Vec<Confirmation>> {
        let head = self.feed.head();
        let no_dictionary = || Error::not_found(format!("there is no dictionary {dictionary}"));
        let authority = &caller.authority;
        let account = authority.account_id().ok_or_else(|| Error::unauthenticated("sign in first: consumers are not for everybody"))?;
        let resident =
            head.dictionaries.get(dictionary).filter(|_| may_see_dictionary(authority, &head, dictionary)).ok_or_else(no_dictionary)?;
        let at = usize::try_from(edition - 1).ok().and_then(|at| resident.editions.get(at));
        let at = at.ok_or_else(|| Error::not_found(format!("{dictionary} has no edition {edition}")))?.published_seq;
        let takes_part = [Role::Steward, Role::Approver].iter().any(|role| authority.holds(*role, dictionary));
        let filter = ConsumerFilter { account: (!takes_part && !oversees(authority)).then_some(account), ..ConsumerFilter::default() };
        let consumers = self.acts.store.read(|connection| db::consumer::list(connection, &filter, super::CONSUMERS_MAX))?;
        let mut told = Vec::new();
        for consumer in consumers {
            if consumer.dictionaries.as_ref().is_some_and(|codes| !codes.contains(dictionary)) {
                continue;
            }
            // A disabled account reads nothing.
            let may_read = match self.authority_of(&consumer) {
                Ok(authority) => may_see_dictionary(&authority, &head, dictionary),
                Err(Error::Refused { .. }) => false,
                Err(fault) => return Err(fault),
            };
            if may_read {
                let is_confirmed = consumer.confirmed.as_ref().is_some_and(|confirmed| *confirmed >= Position::after(at));
                told.push(Confirmation { consumer, is_confirmed });
            }
        }
        Ok(told)
    }
}

/// Only the consumer's own account speaks for it.
fn find_own(acting: &mut Acting<'_>, code: &str) -> Result<Consumer> {
    let own = acting.account_id()?;
    let consumer = find_visible(acting.connection, &acting.authority, code)?;
    if consumer.account == own {
        return Ok(consumer);
    }
    Err(Error::forbidden(format!("only the account of the consumer {code} says what it has taken: send one of its tokens")))
}

/// The last publication that a position has the whole of.
fn whole_publication(position: &Position) -> i64 {
    if position.place == Place::Closed { position.publication } else { position.publication - 1 }
}

fn step_of(was: &Consumer, position: &Position) -> Step {
    let confirms = was.confirmed.as_ref().is_none_or(|confirmed| confirmed < position);
    let moves = was.channel.kind() == ChannelKind::Pull && was.position < *position;
    let before = was.confirmed.as_ref().map_or(-1, whole_publication);
    match (confirms, moves) {
        (true, _) if whole_publication(position) > before => Step::Publication,
        (true, _) | (_, true) => Step::Small,
        (false, false) => Step::Nothing,
    }
}
