//! Why a query, or a part of it, was not answered; and how the errors of the core and of apollo-compiler become GraphQL errors.
//! What is our own doing is logged and told as `internal error` only.

use std::borrow::Cow;

use apollo_compiler::request::RequestError;
use apollo_compiler::resolvers::FieldError;
use apollo_compiler::response::{GraphQLError, JsonValue};

use crate::domain::error::Error;
use crate::domain::refusal_code;

/// The machine-readable kind of an error, in `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    ParseFailed,
    ValidationFailed,
    BadUserInput,
    LimitExceeded,
    /// The operator must act; what is asked for may be answered later.
    Unavailable,
    Internal,
}

const CODES: [FaultCode; 6] = [
    FaultCode::ParseFailed,
    FaultCode::ValidationFailed,
    FaultCode::BadUserInput,
    FaultCode::LimitExceeded,
    FaultCode::Unavailable,
    FaultCode::Internal,
];

impl FaultCode {
    pub fn name(self) -> &'static str {
        match self {
            Self::ParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::ValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Internal => "INTERNAL",
        }
    }

    /// Whether its reason is in the log only.
    fn is_ours(self) -> bool {
        matches!(self, Self::Unavailable | Self::Internal)
    }
}

/// Whether an error has a code.
pub fn has_code(error: &GraphQLError, code: FaultCode) -> bool {
    error.extensions.get("code").and_then(JsonValue::as_str) == Some(code.name())
}

/// Puts the id of the request into an error whose reason is in the log only.
pub fn name_request(error: &mut GraphQLError, request_id: Option<&str>) {
    let is_ours = CODES.into_iter().any(|code| code.is_ours() && has_code(error, code));
    if let Some(id) = request_id.filter(|_| is_ours) {
        error.extensions.insert("requestId", id.into());
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub code: FaultCode,
    pub message: String,
    /// Where in the arguments of the field it is, such as `filter.opened.gte`; blank when it is not about one.
    pub argument: String,
    /// The name by which the core refuses, such as `cursor_of_the_future`, where it has one.
    pub reason: Option<Cow<'static, str>>,
}

pub type Outcome<T> = Result<T, Fault>;

impl Fault {
    pub fn new(code: FaultCode, message: impl Into<String>) -> Self {
        debug_assert!(refusal_code::is_known(code.name()), "{} is in no table of codes", code.name());
        Self { code, message: message.into(), argument: String::new(), reason: None }
    }

    pub fn input(message: impl Into<String>) -> Self {
        Self::new(FaultCode::BadUserInput, message)
    }

    pub fn limit(message: impl Into<String>) -> Self {
        Self::new(FaultCode::LimitExceeded, message)
    }

    /// Something that cannot happen did; the log says what.
    pub fn internal(problem: impl std::fmt::Display) -> Self {
        tracing::error!(%problem, "a query failed");
        Self::new(FaultCode::Internal, "internal error")
    }

    /// What is needed does not answer now; the log says why.
    pub fn unavailable(problem: impl std::fmt::Display) -> Self {
        tracing::error!(%problem, "a query could not be answered: the operator must act");
        Self::new(FaultCode::Unavailable, "the service cannot read this now; its operator finds the reason in the log by the request id")
    }

    /// The refusal of the core with its name, for programs that must tell one from another.
    fn refused(reason: &'static str, message: String) -> Self {
        Self { reason: Some(reason.into()), ..Self::input(message) }
    }

    /// Says that the fault lies inside an argument or a part of one.
    pub fn within(mut self, part: &str) -> Self {
        self.argument = match self.argument.as_str() {
            "" => part.to_owned(),
            inner if inner.starts_with('[') => format!("{part}{inner}"),
            inner => format!("{part}.{inner}"),
        };
        self
    }

    pub fn to_error(&self) -> GraphQLError {
        let mut error = GraphQLError { message: self.told(), locations: Vec::new(), path: Vec::new(), extensions: Default::default() };
        self.mark(&mut error);
        error
    }

    fn told(&self) -> String {
        if self.argument.is_empty() { self.message.clone() } else { format!("argument `{}`: {}", self.argument, self.message) }
    }

    fn mark(&self, error: &mut GraphQLError) {
        error.extensions.insert("code", self.code.name().into());
        if !self.argument.is_empty() {
            error.extensions.insert("argument", self.argument.as_str().into());
        }
        if let Some(reason) = &self.reason {
            error.extensions.insert("reason", reason.to_ascii_uppercase().into());
        }
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(violations) => Self::input(violations.to_string()),
            Error::NotFound { message } => Self::refused("not_found", message),
            Error::Refused { code, message } => Self::refused(code, message),
            Error::Operator(problem) => Self::unavailable(problem),
            Error::Internal(problem) => Self::internal(problem),
        }
    }
}

/// Separates what a field error must carry and apollo-compiler has no place for. No message of ours has it.
const SEPARATOR: char = '\u{1}';

/// What apollo-compiler puts before the message of a field error.
const PREFIX: &str = "resolver error: ";

impl From<Fault> for FieldError {
    fn from(fault: Fault) -> Self {
        let Fault { code, message, argument, reason } = fault;
        let reason = reason.unwrap_or_default();
        FieldError { message: format!("{SEPARATOR}{}{SEPARATOR}{argument}{SEPARATOR}{reason}{SEPARATOR}{message}", code.name()) }
    }
}

/// Gives an error of the execution its code.
pub fn finish(error: &mut GraphQLError) {
    let fault = fault_of(&error.message).unwrap_or_else(|| fault_of_apollo(error));
    error.message = fault.told();
    error.extensions = Default::default();
    fault.mark(error);
}

fn fault_of(message: &str) -> Option<Fault> {
    let mut parts = message.strip_prefix(PREFIX)?.strip_prefix(SEPARATOR)?.splitn(4, SEPARATOR);
    let name = parts.next()?;
    let code = CODES.into_iter().find(|code| code.name() == name)?;
    let (argument, reason, message) = (parts.next()?.to_owned(), parts.next()?.to_owned(), parts.next()?.to_owned());
    let reason = Some(reason).filter(|reason| !reason.is_empty()).map(Cow::Owned);
    Some(Fault { code, message, argument, reason })
}

/// How messages begin by which apollo-compiler refuses the values of arguments. All others say that our resolvers are wrong.
const INPUT_MESSAGES: [&str; 10] = [
    "null value for",
    "null variable value for",
    "missing value for",
    "Missing value for",
    "missing variable for",
    "input object has key",
    "could not coerce",
    "int value overflow",
    "float value overflow",
    "variable in default value",
];

fn fault_of_apollo(error: &GraphQLError) -> Fault {
    if INPUT_MESSAGES.iter().any(|beginning| error.message.starts_with(beginning)) {
        let message = match error.message.strip_prefix("variable in default value of ") {
            Some(place) => format!("a variable cannot stand inside a scalar: {place}"),
            None => error.message.clone(),
        };
        Fault::input(message)
    } else {
        Fault::internal(&error.message)
    }
}

/// An error that refuses the whole request, because of its operation name or its variables.
pub fn of_request(error: &RequestError, sources: &apollo_compiler::parser::SourceMap) -> GraphQLError {
    let mut told = error.to_graphql_error(sources);
    told.extensions = Default::default();
    told.extensions.insert("code", JsonValue::from(FaultCode::BadUserInput.name()));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_comes_through_apollo_whole() {
        let fault = Fault::input("is wrong").within("[1]").within("between").within("filter");
        assert_eq!(fault.argument, "filter.between[1]");
        let field_error = FieldError::from(fault.clone());
        assert_eq!(fault_of(&format!("{PREFIX}{}", field_error.message)), Some(fault));
        let refused = Fault::from(Error::refused("cursor_malformed", "is none")).within("after");
        let field_error = FieldError::from(refused.clone());
        assert_eq!(refused.to_error().extensions["reason"].as_str(), Some("CURSOR_MALFORMED"));
        assert_eq!(fault_of(&format!("{PREFIX}{}", field_error.message)), Some(refused));
    }

    #[test]
    fn our_own_doing_stays_inside() {
        let secret = || "password of the database".to_owned();
        assert_eq!(Fault::from(Error::Internal(secret())), Fault::new(FaultCode::Internal, "internal error"));
        let unavailable = Fault::from(Error::Operator(secret()));
        assert_eq!(unavailable.code, FaultCode::Unavailable);
        assert!(!unavailable.message.contains(&secret()), "{}", unavailable.message);
        let mut error = Fault::input("").to_error();
        error.message = "resolver returned \"secret\", expected Int".to_owned();
        finish(&mut error);
        assert_eq!((error.message.as_str(), error.extensions["code"].as_str()), ("internal error", Some("INTERNAL")));
        error.message = "null value for non-null argument code".to_owned();
        finish(&mut error);
        assert_eq!(error.extensions["code"].as_str(), Some("BAD_USER_INPUT"));
    }
}
