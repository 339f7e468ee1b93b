//! What acts on change requests answer with: the request as it is then, or as it stands where the act was refused.

use async_graphql::{Context, ID, Result, SimpleObject};

use super::object::{ChangeRequestObject, read_id};
use crate::app::acting::{Act, Caller};
use crate::app::svod::Svod;
use crate::domain::account::Scope;
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::error::{Error, Result as CoreResult};
use crate::domain::text::DictionaryCode;
use crate::graphql::fault::UserError;
use crate::graphql::payload::{Outcome, act};
use crate::graphql::view::View;

/// What came of an act on a change request.
#[derive(SimpleObject)]
pub struct ChangeRequestPayload {
    /// The request after the act. After a refusal as it stands, so that its present revision is known; null where the caller may not
    /// see it.
    change_request: Option<ChangeRequestObject>,
    /// Why nothing was done; empty when it was.
    errors: Vec<UserError>,
}

/// What a mutation is called, and the kind of thing that a token must allow for it.
#[derive(Debug, Clone, Copy)]
pub struct Verb(pub &'static str, pub Scope);

impl Verb {
    /// A wrong input is refused in the name of the act: first is asked who acts, and the refusal is audited.
    pub fn read<T>(self, svod: &Svod, caller: &Caller, subject: impl Into<String>, input: CoreResult<T>) -> CoreResult<T> {
        match input {
            Ok(read) => Ok(read),
            Err(error) => svod.acts.look(caller, &Act::new(self.0, self.1, subject), |acting| {
                acting.account_id()?;
                Err(error)
            }),
        }
    }
}

/// Reads the number of a request.
pub fn request_id(id: &str) -> CoreResult<RequestId> {
    let shown: String = id.chars().take(20).collect();
    read_id(id).ok_or_else(|| Error::not_found(format!("there is no change request {shown}")))
}

/// Reads the code of a dictionary.
pub fn dictionary_code(code: &str) -> CoreResult<DictionaryCode> {
    let shown: String = code.chars().take(64).collect();
    DictionaryCode::parse(code).ok_or_else(|| Error::not_found(format!("there is no dictionary {shown}")))
}

/// Carries out a use case on one request. `use_case` gives the request as it is afterwards, and whatever else there is to tell.
pub async fn act_on_request<T, F>(context: &Context<'_>, verb: Verb, id: ID, use_case: F) -> Result<(ChangeRequestPayload, Option<T>)>
where
    T: Send + 'static,
    F: FnOnce(&Svod, &Caller, RequestId) -> CoreResult<(ChangeRequest, T)> + Send + 'static,
{
    let target = read_id(&id);
    let outcome = act(context, move |svod, caller| {
        let id = verb.read(svod, caller, "", request_id(&id))?;
        use_case(svod, caller, id)
    });
    let outcome = outcome.await?;
    let view = View::of(context)?;
    match outcome {
        Ok((request, told)) => {
            let change_request = Some(ChangeRequestObject { view, request });
            Ok((ChangeRequestPayload { change_request, errors: Vec::new() }, Some(told)))
        }
        Err(errors) => {
            let change_request = standing(&view, target).await?;
            Ok((ChangeRequestPayload { change_request, errors }, None))
        }
    }
}

/// The same where there is nothing else to tell.
pub async fn change<F>(context: &Context<'_>, verb: Verb, id: ID, use_case: F) -> Result<ChangeRequestPayload>
where
    F: FnOnce(&Svod, &Caller, RequestId) -> CoreResult<ChangeRequest> + Send + 'static,
{
    let done = act_on_request(context, verb, id, move |svod, caller, id| use_case(svod, caller, id).map(|request| (request, ())));
    Ok(done.await?.0)
}

/// A request as it stands after a refusal, if the caller may see it.
async fn standing(view: &View, id: Option<RequestId>) -> Result<Option<ChangeRequestObject>> {
    let Some(id) = id.filter(|_| view.caller().authority.reaches(Scope::Read)) else { return Ok(None) };
    // Whose session or token is good no more is told so by the refusal already.
    let found = view.work(move |svod, caller| Ok(svod.change_requests.find_change_request(caller, id).unwrap_or_default())).await?;
    Ok(found.map(|request| ChangeRequestObject { view: view.clone(), request }))
}

impl ChangeRequestPayload {
    /// Of an act that made a request.
    pub fn of(view: View, outcome: Outcome<ChangeRequest>) -> Self {
        match outcome {
            Ok(request) => Self { change_request: Some(ChangeRequestObject { view, request }), errors: Vec::new() },
            Err(errors) => Self { change_request: None, errors },
        }
    }

    pub fn into_parts(self) -> (Option<ChangeRequestObject>, Vec<UserError>) {
        (self.change_request, self.errors)
    }
}
