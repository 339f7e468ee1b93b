//! Drafting by mutation: a request is made, gets its title and basis, its definitions, its comments and its settled conflicts.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::payload::{ChangeRequestPayload, Verb, change, dictionary_code, request_id};
use super::stage::CommentObject;
use super::validation::ConflictSideValue;
use crate::app::change_request::{SettledConflict, read_definition};
use crate::domain::account::Scope;
use crate::domain::change_request::NewRequest;
use crate::domain::error::{Error, Result as CoreResult};
use crate::domain::publication::Basis;
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::graphql::fault::UserError;
use crate::graphql::payload::act;
use crate::graphql::scalar::{AnyJson, CalendarDate};
use crate::graphql::view::View;

/// The order or act that a change rests on.
#[derive(Debug, Clone, InputObject)]
struct BasisInput {
    /// `order`, `act`, `law`, `letter`, `decision` or `other`.
    kind: Option<String>,
    /// Its number.
    number: Option<String>,
    /// Its date.
    date: Option<CalendarDate>,
    /// Its title.
    title: Option<String>,
    /// Where to read it: `https://…` or `http://…`.
    link: Option<String>,
}

impl From<BasisInput> for Basis {
    fn from(input: BasisInput) -> Self {
        let BasisInput { kind, number, date, title, link } = input;
        Self { kind, number, date: date.map(|date| date.0), title, link }
    }
}

/// A draft to be made.
#[derive(InputObject)]
struct CreateChangeRequestInput {
    /// What is to change, in a line.
    title: String,
    /// What is to change and why.
    #[graphql(default)]
    description: String,
    /// What it rests on.
    basis: Option<BasisInput>,
}

/// What is to be said of a draft as a whole; what is left out stays.
#[derive(InputObject)]
struct UpdateChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// What is to change, in a line.
    title: Option<String>,
    /// What is to change and why; null: nothing is said.
    description: MaybeUndefined<String>,
    /// What it rests on, anew; null: on nothing.
    basis: MaybeUndefined<BasisInput>,
}

/// A new definition of a dictionary, or the first of a new one.
#[derive(InputObject)]
struct DefineDictionaryInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// The whole definition, as `Dictionary.definition` gives it and `dictionary.schema.json` describes it.
    definition: AnyJson,
}

/// Whose definition is to stay as it is.
#[derive(InputObject)]
struct DiscardDefinitionInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// The code of the dictionary.
    dictionary: ID,
}

/// Something to be said about a request or one of its items.
#[derive(InputObject)]
struct CommentChangeRequestInput {
    /// The number of the request.
    change_request: ID,
    /// What there is to say.
    text: String,
    /// The code of the dictionary of the item that is meant; with `code`.
    dictionary: Option<ID>,
    /// The code of the item that is meant; with `dictionary`.
    code: Option<ID>,
}

/// A choice in one conflict, which is named as `ChangeRequest.conflicts` names it.
#[derive(InputObject)]
struct ConflictChoiceInput {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item; left out: the conflict is about the definition.
    item: Option<ID>,
    /// What it is about.
    subject: String,
    /// The first day of the conflict; left out or null where it is open, and for definitions.
    valid_from: Option<CalendarDate>,
    /// Whose version is taken.
    side: ConflictSideValue,
}

/// Choices in conflicts; those that are not named stay.
#[derive(InputObject)]
struct SettleConflictsInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// A choice for each conflict that is to be settled.
    choices: Vec<ConflictChoiceInput>,
}

/// What came of `commentChangeRequest`.
#[derive(SimpleObject)]
struct CommentChangeRequestPayload {
    /// The comment as it is kept.
    comment: Option<CommentObject>,
    /// Why nothing was done; empty when it was.
    errors: Vec<UserError>,
}

fn read_choice(input: ConflictChoiceInput) -> CoreResult<SettledConflict> {
    let dictionary = dictionary_code(&input.dictionary)?;
    let item = input.item.map(|code| ItemCode::new(code.as_str()));
    let valid_from = input.valid_from.map(|date| date.0);
    Ok(SettledConflict { dictionary, item, subject: input.subject, valid_from, side: input.side.into() })
}

fn read_item(dictionary: Option<ID>, code: Option<ID>) -> CoreResult<Option<(DictionaryCode, ItemCode)>> {
    match (dictionary, code) {
        (None, None) => Ok(None),
        (Some(dictionary), Some(code)) => Ok(Some((dictionary_code(&dictionary)?, ItemCode::new(code.as_str())))),
        _ => Err(Error::refused("item_incomplete", "an item is named by its dictionary and its code: give both, or none")),
    }
}

#[derive(Default)]
pub struct DraftingMutation;

#[Object]
impl DraftingMutation {
    /// Makes a draft without any change yet. For stewards.
    async fn create_change_request(&self, context: &Context<'_>, input: CreateChangeRequestInput) -> Result<ChangeRequestPayload> {
        let CreateChangeRequestInput { title, description, basis } = input;
        let new = NewRequest { title, description, basis: basis.map(Into::into).unwrap_or_default() };
        let outcome = act(context, move |svod, caller| svod.change_requests.create_change_request(caller, new)).await?;
        Ok(ChangeRequestPayload::of(View::of(context)?, outcome))
    }

    /// Says title, description and basis of a draft anew. For its authors.
    async fn update_change_request(&self, context: &Context<'_>, input: UpdateChangeRequestInput) -> Result<ChangeRequestPayload> {
        let UpdateChangeRequestInput { change_request, revision, title, description, basis } = input;
        change(context, Verb("updateChangeRequest", Scope::Propose), change_request, move |svod, caller, id| {
            // What is left out is taken from the very revision that the act asks for.
            let present = svod.change_requests.find_change_request(caller, id).unwrap_or_default();
            let mut new =
                present.map(|request| NewRequest { title: request.title, description: request.description, basis: request.basis });
            let mut head = new.take().unwrap_or_default();
            head.title = title.unwrap_or(head.title);
            match description {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => head.description.clear(),
                MaybeUndefined::Value(text) => head.description = text,
            }
            match basis {
                MaybeUndefined::Undefined => {}
                MaybeUndefined::Null => head.basis = Basis::default(),
                MaybeUndefined::Value(basis) => head.basis = basis.into(),
            }
            svod.change_requests.update_change_request(caller, id, revision, head)
        })
        .await
    }

    /// Gives a dictionary a new definition, or makes a new dictionary. Whether the published items fit it, `validation` says. For owners.
    async fn define_dictionary(&self, context: &Context<'_>, input: DefineDictionaryInput) -> Result<ChangeRequestPayload> {
        let DefineDictionaryInput { change_request, revision, definition } = input;
        let verb = Verb("defineDictionary", Scope::Propose);
        change(context, verb, change_request, move |svod, caller, id| {
            let definition = verb.read(svod, caller, format!("changeRequest/{}", id.0), read_definition(definition.0))?;
            svod.change_requests.define_dictionary(caller, id, revision, definition)
        })
        .await
    }

    /// Takes the new definition of a dictionary out of a draft; its items stay. For owners.
    async fn discard_definition(&self, context: &Context<'_>, input: DiscardDefinitionInput) -> Result<ChangeRequestPayload> {
        let DiscardDefinitionInput { change_request, revision, dictionary } = input;
        let verb = Verb("discardDefinition", Scope::Propose);
        change(context, verb, change_request, move |svod, caller, id| {
            let code = verb.read(svod, caller, format!("changeRequest/{}", id.0), dictionary_code(&dictionary))?;
            svod.change_requests.discard_definition(caller, id, revision, &code)
        })
        .await
    }

    /// Says something about a request or one of its items, in whatever state it is. For everybody who may see it.
    async fn comment_change_request(&self, context: &Context<'_>, input: CommentChangeRequestInput) -> Result<CommentChangeRequestPayload> {
        let CommentChangeRequestInput { change_request, text, dictionary, code } = input;
        let verb = Verb("commentChangeRequest", Scope::Propose);
        let outcome = act(context, move |svod, caller| {
            let read = request_id(&change_request).and_then(|id| Ok((id, read_item(dictionary, code)?)));
            let (id, item) = verb.read(svod, caller, "", read)?;
            svod.change_requests.comment_change_request(caller, id, item, &text)
        });
        let outcome = outcome.await?;
        let view = View::of(context)?;
        Ok(match outcome {
            Ok(comment) => CommentChangeRequestPayload { comment: Some(CommentObject { view, comment }), errors: Vec::new() },
            Err(errors) => CommentChangeRequestPayload { comment: None, errors },
        })
    }

    /// Chooses whose version is taken in conflicts. For stewards, and of definitions for owners.
    async fn settle_conflicts(&self, context: &Context<'_>, input: SettleConflictsInput) -> Result<ChangeRequestPayload> {
        let SettleConflictsInput { change_request, revision, choices } = input;
        let verb = Verb("settleConflicts", Scope::Propose);
        change(context, verb, change_request, move |svod, caller, id| {
            let choices = choices.into_iter().map(read_choice).collect::<CoreResult<Vec<_>>>();
            let choices = verb.read(svod, caller, format!("changeRequest/{}", id.0), choices)?;
            svod.change_requests.settle_conflicts(caller, id, revision, &choices)
        })
        .await
    }
}
