//! How the errors of the core are told: refusals of mutations as data, everything else as top-level errors with a code.
//! What is our own doing is logged and told as `internal error` only.

use async_graphql::{Error as Told, ErrorExtensions, SimpleObject};

use super::scalar::LocalizedText;
use crate::domain::error::Error;
use crate::domain::refusal_code;
use crate::domain::violation::Violation;

/// Something that keeps a mutation from being carried out, and that its caller can mend.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
pub struct UserError {
    /// What it is about: dictionary, item and attribute, as far as it is about one.
    pub path: Vec<String>,
    /// The machine-readable name: `FOUR_EYES`, `REFERENCE_GAP`.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
    /// What the definition of the dictionary says, in the languages that it has, when it is one of its own rules that is broken. The code
    /// is the rule's then; all others are listed in `graphql/refusals.json`.
    pub rule_message: Option<LocalizedText>,
}

/// `not_found` as the API writes it: `NOT_FOUND`.
pub fn written(code: &str) -> String {
    code.to_ascii_uppercase()
}

/// A top-level error with a code.
pub fn error(code: &str, message: impl Into<String>) -> Told {
    debug_assert!(refusal_code::is_known(code), "{code} is in no table of codes");
    Told::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

/// A wrong argument.
pub fn bad_input(message: impl Into<String>) -> Told {
    error("BAD_USER_INPUT", message)
}

/// An error of the core as a top-level error. The log has what is not the caller's to know.
pub fn told(error: &Error, request_id: &str) -> Told {
    match error {
        Error::Internal(problem) => ours(Fault::Internal, problem, request_id),
        Error::Operator(problem) => ours(Fault::Unavailable, problem, request_id),
        refusal => self::error(&written(refusal.code()), refusal.to_string()),
    }
}

enum Fault {
    Internal,
    Unavailable,
}

fn ours(fault: Fault, problem: &str, request_id: &str) -> Told {
    tracing::error!(problem, request_id, "a request of the management API failed");
    let (code, message) = match fault {
        Fault::Internal => ("INTERNAL", "internal error"),
        Fault::Unavailable => ("UNAVAILABLE", "the service cannot do this now; its operator finds the reason in the log by the request id"),
    };
    error(code, message).extend_with(|_, extensions| extensions.set("requestId", request_id))
}

/// The refusal of a mutation as data; a fault comes back as it was.
pub fn user_errors(error: Error) -> Result<Vec<UserError>, Error> {
    match error {
        Error::Internal(_) | Error::Operator(_) => Err(error),
        Error::Invalid(violations) => {
            let mut errors: Vec<UserError> = violations.kept().iter().map(UserError::of_violation).collect();
            let left_out = violations.total().saturating_sub(errors.len());
            if left_out > 0 {
                let message = format!("{left_out} more problems are not listed: mend these first");
                errors.push(UserError::new(Vec::new(), "VIOLATIONS_LEFT_OUT", message));
            }
            Ok(errors)
        }
        refusal => Ok(vec![UserError::new(Vec::new(), refusal.code(), refusal.to_string())]),
    }
}

impl UserError {
    pub fn new(path: Vec<String>, code: &str, message: String) -> Self {
        debug_assert!(refusal_code::is_known(code), "{code} is in no table of codes");
        Self { path, code: written(code), message, rule_message: None }
    }

    pub fn of_violation(violation: &Violation) -> Self {
        let parts = [&violation.dictionary, &violation.item, &violation.attribute];
        let path = parts.into_iter().filter(|part| !part.is_empty()).cloned().collect();
        let rule_message = violation.rule_message.as_ref().map(Into::into);
        Self { path, code: written(&violation.code), message: violation.message.clone(), rule_message }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::violation::Violations;

    #[test]
    fn a_refusal_is_data_and_a_fault_is_not() {
        let mut violations = Violations::new(1);
        violations.push(Violation::new("offices", "required", "must be filled").of_item("1").of_attribute("name"));
        violations.push(Violation::new("offices", "required", "must be filled").of_item("2").of_attribute("name"));
        let errors = user_errors(Error::Invalid(violations)).expect("violations are data");
        assert_eq!(errors[0].path, ["offices", "1", "name"]);
        assert_eq!(errors.iter().map(|error| error.code.as_str()).collect::<Vec<_>>(), ["REQUIRED", "VIOLATIONS_LEFT_OUT"]);
        assert_eq!(user_errors(Error::forbidden("no")).expect("a refusal is data")[0].code, "FORBIDDEN");
        assert!(user_errors(Error::Internal("secret".to_owned())).is_err());
        let told = told(&Error::Internal("secret".to_owned()), "r1");
        assert_eq!(told.message, "internal error");
    }
}
