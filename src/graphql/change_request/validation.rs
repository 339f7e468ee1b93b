//! What is to be said of a request before it is submitted or published: violations, counts, conflicts.

use std::sync::Arc;

use async_graphql::{Enum, ID, Json, Object, SimpleObject};

use crate::app::change_request::{Judgement, RequestConflict, Side};
use crate::domain::validity::Validity;
use crate::graphql::connection::list_cost;
use crate::graphql::diff::said_json;
use crate::graphql::fault::UserError;
use crate::graphql::scalar::{AnyJson, CalendarDate};

/// What a request would change in one dictionary.
#[derive(Debug, Clone, SimpleObject)]
pub struct ValidationCounts {
    /// The code of the dictionary.
    dictionary: ID,
    /// How many items come.
    added: i64,
    /// How many items change.
    changed: i64,
    /// How many items end.
    retired: i64,
}

pub struct ValidationObject(pub Arc<Judgement>);

/// What a request comes to on what is published now.
#[Object(name = "Validation")]
impl ValidationObject {
    /// Whether it can be submitted and published: there is no violation and no conflict.
    async fn is_valid(&self) -> bool {
        self.0.violations.is_empty() && self.0.conflicts.is_empty()
    }

    /// What is wrong with the state that it would make; the first of very many. Not looked at while there are conflicts.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn violations(&self) -> Vec<UserError> {
        self.0.violations.kept().iter().map(UserError::of_violation).collect()
    }

    /// How many violations there are, those that are not listed included.
    async fn total(&self) -> usize {
        self.0.violations.total()
    }

    /// What it would change, by dictionary; empty while anything is wrong.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn counts(&self) -> Vec<ValidationCounts> {
        let counts = self.0.counts.iter().map(|(code, counts)| ValidationCounts {
            dictionary: code.as_str().into(),
            added: counts.added,
            changed: counts.changed,
            retired: counts.retired,
        });
        counts.collect()
    }

    /// The publication that it was judged against.
    async fn judged_against(&self) -> i64 {
        self.0.head_seq
    }
}

/// Whose version is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ConflictSide", remote = "Side")]
pub enum ConflictSideValue {
    /// What others published meanwhile.
    Theirs,
    /// What the request says.
    Mine,
}

/// Something that the request and others changed to different ends. It blocks until a steward chooses: see `settleConflicts`.
#[derive(SimpleObject)]
pub struct Conflict {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item; null: the conflict is about the definition.
    item: Option<ID>,
    /// What it is about: the code of an attribute, `parent`, `existence`, `retirement`, or a path of the definition.
    subject: String,
    /// The first day on which they disagree; null: since ever.
    valid_from: Option<CalendarDate>,
    /// The first day on which they do no more; null: for ever.
    valid_to: Option<CalendarDate>,
    /// What both sides began with.
    base: Option<AnyJson>,
    /// What is published now.
    theirs: Option<AnyJson>,
    /// What the request says.
    mine: Option<AnyJson>,
}

impl From<&RequestConflict> for Conflict {
    fn from(told: &RequestConflict) -> Self {
        let code = ID::from(told.dictionary_code().as_str());
        let subject = told.subject();
        match told {
            RequestConflict::Definition { base, theirs, mine, .. } => {
                let json = |side: &Option<serde_json::Value>| side.clone().map(Json);
                let (base, theirs, mine) = (json(base), json(theirs), json(mine));
                Self { dictionary: code, item: None, subject, valid_from: None, valid_to: None, base, theirs, mine }
            }
            RequestConflict::Item { dictionary, item, conflict } => {
                let date = |end: fn(Validity) -> Option<_>| end(conflict.validity).map(CalendarDate);
                Self {
                    dictionary: code,
                    item: Some(item.as_str().into()),
                    subject,
                    valid_from: date(Validity::from),
                    valid_to: date(Validity::to),
                    base: said_json(Some(dictionary), conflict.base.as_ref()),
                    theirs: said_json(Some(dictionary), conflict.theirs.as_ref()),
                    mine: said_json(Some(dictionary), conflict.mine.as_ref()),
                }
            }
        }
    }
}
