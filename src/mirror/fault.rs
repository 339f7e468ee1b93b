//! Why a mirror stops, by what helps: trying again, beginning anew, or somebody who must act.

use crate::domain::error::Error;
use crate::outbound::feed_client::FeedFault;

/// Why something was not done. The tables are as they were after the last publication.
#[derive(Debug)]
pub enum Fault {
    /// The service cannot be reached: trying again helps.
    Lost(String),
    /// The database cannot be reached or is locked: opening it again helps.
    Database(Error),
    /// The service was restored from a backup and has another history now.
    AnotherHistory(String),
    /// Somebody must act.
    Ended(Error),
}

pub type Outcome<T> = std::result::Result<T, Fault>;

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<FeedFault> for Fault {
    fn from(fault: FeedFault) -> Self {
        match fault {
            FeedFault::Lost(reason) => Self::Lost(reason),
            FeedFault::Foreign(reason) => Self::Ended(Error::Operator(reason)),
            FeedFault::Refused { code, message } => match code.as_str() {
                "CURSOR_OF_ANOTHER_HISTORY" | "CURSOR_OF_THE_FUTURE" => Self::AnotherHistory(message),
                "PUBLICATION_UNKNOWN" => Self::AnotherHistory(message),
                _ => Self::Ended(Error::Operator(format!("the feed refuses: {message}"))),
            },
        }
    }
}

impl Fault {
    pub fn ended(message: impl Into<String>) -> Self {
        Self::Ended(Error::Operator(message.into()))
    }

    /// Something came that no feed of this version says.
    pub fn unreadable(what: &str, reason: impl std::fmt::Display) -> Self {
        Self::ended(format!("{what} cannot be read: {reason}; if the service is newer than this mirror, bring the mirror to its version"))
    }

    /// The error for whoever started the mirror.
    pub fn into_error(self) -> Error {
        match self {
            Self::Lost(reason) | Self::AnotherHistory(reason) => Error::Operator(reason),
            Self::Database(error) | Self::Ended(error) => error,
        }
    }
}
