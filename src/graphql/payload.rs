//! What mutations answer with: what came of it, or why it was refused. Refusals are data; faults are errors of the whole field.

use async_graphql::{Context, Result};

use super::fault::{self, UserError, user_errors};
use super::view::{Asking, Management, hop};
use crate::app::acting::Caller;
use crate::app::svod::Svod;
use crate::domain::error::Result as CoreResult;

/// The outcome of a use case: done, or refused for reasons that the caller can mend.
pub type Outcome<T> = std::result::Result<T, Vec<UserError>>;

/// Carries out a use case on a thread that may wait.
pub async fn act<T, F>(context: &Context<'_>, use_case: F) -> Result<Outcome<T>>
where
    T: Send + 'static,
    F: FnOnce(&Svod, &Caller) -> CoreResult<T> + Send + 'static,
{
    let svod = context.data::<Management>()?.svod.clone();
    let caller = context.data::<Asking>()?.caller.clone();
    let request_id = caller.request_id.clone();
    match hop(move || use_case(&svod, &caller)).await {
        Ok(done) => Ok(Ok(done)),
        Err(error) => user_errors(error).map(Err).map_err(|fault| fault::told(&fault, &request_id)),
    }
}

/// A wrong argument of a mutation, told as data.
pub fn refused<T>(path: &str, code: &str, message: impl Into<String>) -> Outcome<T> {
    Err(vec![UserError::new(vec![path.to_owned()], code, message.into())])
}

/// Makes the payload of a mutation: what came of it under a name of its own, and the refusals.
macro_rules! payload {
    ($name:ident, $what:literal, $field:ident: $type:ty, $told:literal) => {
        #[doc = $what]
        #[derive(async_graphql::SimpleObject)]
        pub struct $name {
            #[doc = $told]
            $field: Option<$type>,
            /// Why nothing was done; empty when it was.
            errors: Vec<$crate::graphql::fault::UserError>,
        }

        impl $name {
            fn of(outcome: $crate::graphql::payload::Outcome<$type>) -> Self {
                match outcome {
                    Ok(done) => Self { $field: Some(done), errors: Vec::new() },
                    Err(errors) => Self { $field: None, errors },
                }
            }
        }
    };
}

pub(super) use payload;
