//! The one error of the core, sorted by who must act: the caller, the operator or us.
//! It knows no transport: `http` and `query` turn it into status codes and GraphQL errors, each in one file.

use super::refusal_code;
use super::violation::Violations;

/// Why something was not done. Nothing was changed when one of these is returned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller sent input that breaks rules; every problem found is listed.
    #[error("{0}")]
    Invalid(Violations),
    /// The caller named something that does not exist, or that they may not see.
    #[error("{message}")]
    NotFound { message: String },
    /// The caller's request is well formed, and the present state or a limit refuses it.
    #[error("{message}")]
    Refused { code: &'static str, message: String },
    /// The operator must act: a wrong setting, a locked or foreign database, a port that is taken.
    #[error("{0}")]
    Operator(String),
    /// We must act: something that cannot happen did.
    #[error("internal error: {0}")]
    Internal(String),
}

impl Error {
    /// The code is one of `refusal_code`.
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        debug_assert!(refusal_code::is_known(code), "{code} is in no table of codes");
        Self::Refused { code, message: message.into() }
    }

    /// Whoever asks has to say first who they are.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::refused("unauthenticated", message)
    }

    /// Whoever asks is known, and may not do this.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::refused("forbidden", message)
    }

    /// The machine-readable name of the refusal or fault.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "invalid",
            Self::NotFound { .. } => "not_found",
            Self::Refused { code, .. } => code,
            Self::Operator(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::NotFound { message: message.into() }
    }

    pub fn internal(problem: impl std::fmt::Display) -> Self {
        Self::Internal(problem.to_string())
    }
}

pub type Result<T> = std::result::Result<T, Error>;
