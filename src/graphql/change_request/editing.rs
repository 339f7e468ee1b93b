//! Editing the items of a draft by mutation: one at a time, or many at once. Intervals are half-open, and what is said of them holds
//! for all edits alike: `validFrom` left out is today, null is since ever; `validTo` left out or null is for ever.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, OneofObject, Result};
use serde_json::{Map, Value};

use super::payload::{ChangeRequestPayload, Verb, change, dictionary_code};
use crate::app::change_request::{RequestedEdit, RequestedItem, RequestedVersion};
use crate::domain::account::Scope;
use crate::domain::error::{Error, Result as CoreResult};
use crate::domain::item_edit::Patch;
use crate::domain::text::ITEM_CODE_LENGTH_MAX;
use crate::domain::validity::{Date, Validity};
use crate::domain::violation::{Violation, Violations};
use crate::graphql::scalar::{AnyJson, CalendarDate};

/// How many wrong inputs one answer lists.
const VIOLATIONS_MAX: usize = 100;

/// A new item over one interval.
#[derive(InputObject)]
struct AddItemEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// The first day on which it holds; left out: today; null: since ever.
    valid_from: MaybeUndefined<CalendarDate>,
    /// The first day on which it holds no more; left out or null: for ever.
    valid_to: Option<CalendarDate>,
    /// The code of the item that it stands under.
    parent: Option<ID>,
    /// The values by the codes of their attributes: a JSON object.
    #[graphql(default_with = "empty_object()")]
    attributes: AnyJson,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// A change of what is said of an item over one interval, wherever it is valid within it.
#[derive(InputObject)]
struct UpdateItemEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// The first day on which the change holds; left out: today; null: since ever.
    valid_from: MaybeUndefined<CalendarDate>,
    /// The first day on which it holds no more; left out or null: for ever.
    valid_to: Option<CalendarDate>,
    /// The code of the item that it is to stand under; left out: as it is; null: under nothing.
    parent: MaybeUndefined<ID>,
    /// The values that change, by the codes of their attributes: a JSON object. What is left out stays, null takes a value away.
    #[graphql(default_with = "empty_object()")]
    attributes: AnyJson,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// Why an item ends, and what comes after it.
#[derive(InputObject)]
struct RetirementInput {
    /// Why.
    reason: String,
    /// The codes of what replaces it, in the same dictionary.
    #[graphql(default)]
    successors: Vec<ID>,
}

/// One version of a timeline that is said anew.
#[derive(InputObject)]
struct ItemVersionInput {
    /// The first day on which it holds; left out or null: since ever.
    valid_from: Option<CalendarDate>,
    /// The first day on which it holds no more; left out or null: for ever.
    valid_to: Option<CalendarDate>,
    /// The code of the item that it stands under.
    parent: Option<ID>,
    /// The values by the codes of their attributes: a JSON object.
    #[graphql(default_with = "empty_object()")]
    attributes: AnyJson,
    /// Why the item ends with this version.
    retirement: Option<RetirementInput>,
}

/// The whole timeline of an item, said anew.
#[derive(InputObject)]
struct SetItemTimelineEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// Its versions, which must not overlap.
    versions: Vec<ItemVersionInput>,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// The end of an item.
#[derive(InputObject)]
struct RetireItemEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// The first day on which it is not there any more.
    on: CalendarDate,
    /// Why.
    reason: String,
    /// The codes of what replaces it, in the same dictionary.
    #[graphql(default)]
    successors: Vec<ID>,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// An interval over which an item was not there.
#[derive(InputObject)]
struct CloseItemIntervalEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// The first day on which it is not there; left out: today; null: since ever.
    valid_from: MaybeUndefined<CalendarDate>,
    /// The first day on which it is there again; left out or null: never.
    valid_to: Option<CalendarDate>,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// An item that was published by mistake.
#[derive(InputObject)]
struct AnnulItemEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// Why; it is kept as the comment.
    reason: String,
}

/// An item that ended, or was annulled, and is to hold again.
#[derive(InputObject)]
struct RestoreItemEdit {
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
    /// The first day on which it holds again, as it was last.
    on: CalendarDate,
    /// What there is to say of this change; left out: as it is.
    comment: Option<String>,
}

/// One edit of one item.
#[derive(OneofObject)]
enum ItemEditInput {
    /// A new item.
    Add(AddItemEdit),
    /// A change over an interval.
    Update(UpdateItemEdit),
    /// The whole timeline anew.
    SetTimeline(SetItemTimelineEdit),
    /// The end of an item.
    Retire(RetireItemEdit),
    /// An interval over which it was not there.
    CloseInterval(CloseItemIntervalEdit),
    /// It was published by mistake.
    Annul(AnnulItemEdit),
    /// It holds again.
    Restore(RestoreItemEdit),
}

/// Makes the input of a mutation that edits one item.
macro_rules! of_one_item {
    ($name:ident, $edit:ty, $what:literal) => {
        #[doc = $what]
        #[derive(InputObject)]
        struct $name {
            /// The number of the request.
            change_request: ID,
            /// The revision that the caller has seen.
            revision: i64,
            #[graphql(flatten)]
            edit: $edit,
        }
    };
}

of_one_item!(AddItemInput, AddItemEdit, "A new item of a draft.");
of_one_item!(UpdateItemInput, UpdateItemEdit, "A change of an item in a draft.");
of_one_item!(SetItemTimelineInput, SetItemTimelineEdit, "The timeline of an item in a draft.");
of_one_item!(RetireItemInput, RetireItemEdit, "The end of an item in a draft.");
of_one_item!(CloseItemIntervalInput, CloseItemIntervalEdit, "An interval that is taken out of an item in a draft.");
of_one_item!(AnnulItemInput, AnnulItemEdit, "An item that is annulled in a draft.");
of_one_item!(RestoreItemInput, RestoreItemEdit, "An item that is restored in a draft.");

/// Edits of several items.
#[derive(InputObject)]
struct EditItemsInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// What is to be edited, in this order; all of it or nothing.
    edits: Vec<ItemEditInput>,
}

/// An item whose change is taken out of a draft.
#[derive(InputObject)]
struct DiscardItemChangeInput {
    /// The number of the request.
    change_request: ID,
    /// The revision that the caller has seen.
    revision: i64,
    /// The code of the dictionary.
    dictionary: ID,
    /// The code of the item.
    code: ID,
}

fn empty_object() -> AnyJson {
    async_graphql::Json(Value::Object(Map::new()))
}

/// Reads the parts of one edit; what is wrong is told with the item.
struct Reading {
    dictionary: ID,
    code: ID,
    today: Date,
}

impl Reading {
    fn wrong(&self, code: &str, attribute: &str, message: &str) -> Error {
        let mut violations = Violations::new(1);
        let item: String = self.code.chars().take(ITEM_CODE_LENGTH_MAX).collect();
        violations.push(Violation::new(&self.dictionary, code, message).of_item(&item).of_attribute(attribute));
        Error::Invalid(violations)
    }

    fn interval(&self, from: Option<CalendarDate>, to: Option<CalendarDate>) -> CoreResult<Validity> {
        let validity = Validity::new(from.map(|date| date.0), to.map(|date| date.0));
        validity.ok_or_else(|| self.wrong("validity_empty", "validTo", "the interval must end after it begins"))
    }

    /// From today on, unless told.
    fn interval_from_today(&self, from: MaybeUndefined<CalendarDate>, to: Option<CalendarDate>) -> CoreResult<Validity> {
        let from = match from {
            MaybeUndefined::Undefined => Some(CalendarDate(self.today)),
            MaybeUndefined::Null => None,
            MaybeUndefined::Value(date) => Some(date),
        };
        self.interval(from, to)
    }

    fn attributes(&self, json: AnyJson) -> CoreResult<Map<String, Value>> {
        match json.0 {
            Value::Object(attributes) => Ok(attributes),
            _ => Err(self.wrong("attributes_malformed", "attributes", "attributes are a JSON object: values by the codes of attributes")),
        }
    }

    fn version(&self, input: ItemVersionInput) -> CoreResult<RequestedVersion> {
        Ok(RequestedVersion {
            validity: self.interval(input.valid_from, input.valid_to)?,
            parent: input.parent.map(|code| code.to_string()),
            attributes: self.attributes(input.attributes)?,
            retirement: input.retirement.map(|retirement| (retirement.reason, codes(retirement.successors))),
        })
    }

    fn item(self, edit: RequestedEdit, comment: Option<String>) -> CoreResult<RequestedItem> {
        Ok(RequestedItem { dictionary: dictionary_code(&self.dictionary)?, code: self.code.to_string(), edit, comment })
    }
}

fn codes(ids: Vec<ID>) -> Vec<String> {
    ids.into_iter().map(|code| code.to_string()).collect()
}

/// The edit as the use case takes it.
fn requested(edit: ItemEditInput, today: Date) -> CoreResult<RequestedItem> {
    let reading = |dictionary, code| Reading { dictionary, code, today };
    match edit {
        ItemEditInput::Add(AddItemEdit { dictionary, code, valid_from, valid_to, parent, attributes, comment }) => {
            let reading = reading(dictionary, code);
            let validity = reading.interval_from_today(valid_from, valid_to)?;
            let attributes = reading.attributes(attributes)?;
            reading.item(RequestedEdit::Add { validity, parent: parent.map(|code| code.to_string()), attributes }, comment)
        }
        ItemEditInput::Update(UpdateItemEdit { dictionary, code, valid_from, valid_to, parent, attributes, comment }) => {
            let reading = reading(dictionary, code);
            let validity = reading.interval_from_today(valid_from, valid_to)?;
            let attributes = reading.attributes(attributes)?;
            let parent = match parent {
                MaybeUndefined::Undefined => Patch::Keep,
                MaybeUndefined::Null => Patch::Set(None),
                MaybeUndefined::Value(code) => Patch::Set(Some(code.to_string())),
            };
            reading.item(RequestedEdit::Update { validity, parent, attributes }, comment)
        }
        ItemEditInput::SetTimeline(SetItemTimelineEdit { dictionary, code, versions, comment }) => {
            let reading = reading(dictionary, code);
            let versions = versions.into_iter().map(|version| reading.version(version)).collect::<CoreResult<_>>()?;
            reading.item(RequestedEdit::Replace(versions), comment)
        }
        ItemEditInput::Retire(RetireItemEdit { dictionary, code, on, reason, successors, comment }) => {
            let edit = RequestedEdit::Retire { on: on.0, reason, successors: codes(successors) };
            reading(dictionary, code).item(edit, comment)
        }
        ItemEditInput::CloseInterval(CloseItemIntervalEdit { dictionary, code, valid_from, valid_to, comment }) => {
            let reading = reading(dictionary, code);
            let validity = reading.interval_from_today(valid_from, valid_to)?;
            reading.item(RequestedEdit::Close(validity), comment)
        }
        ItemEditInput::Annul(AnnulItemEdit { dictionary, code, reason }) => {
            reading(dictionary, code).item(RequestedEdit::Annul { reason }, None)
        }
        ItemEditInput::Restore(RestoreItemEdit { dictionary, code, on, comment }) => {
            reading(dictionary, code).item(RequestedEdit::Restore { on: on.0 }, comment)
        }
    }
}

/// All edits, or all that is wrong with them.
fn all_requested(edits: Vec<ItemEditInput>, today: Date) -> CoreResult<Vec<RequestedItem>> {
    let mut violations = Violations::new(VIOLATIONS_MAX);
    let mut read = Vec::with_capacity(edits.len());
    for edit in edits {
        match requested(edit, today) {
            Ok(item) => read.push(item),
            Err(Error::Invalid(wrong)) => wrong.kept().iter().for_each(|violation| violations.push(violation.clone())),
            Err(other) => return Err(other),
        }
    }
    if violations.is_empty() { Ok(read) } else { Err(Error::Invalid(violations)) }
}

async fn edit(context: &Context<'_>, verb: &'static str, id: ID, revision: i64, edits: Vec<ItemEditInput>) -> Result<ChangeRequestPayload> {
    let of_act = Verb(verb, Scope::Propose);
    change(context, of_act, id, move |svod, caller, id| {
        let read = all_requested(edits, svod.acts.clock.today());
        let edits = of_act.read(svod, caller, format!("changeRequest/{}", id.0), read)?;
        svod.change_requests.edit_items(caller, verb, id, revision, edits)
    })
    .await
}

#[derive(Default)]
pub struct EditingMutation;

#[Object]
impl EditingMutation {
    /// Adds an item to a draft, from today on unless told. For stewards.
    async fn add_item(&self, context: &Context<'_>, input: AddItemInput) -> Result<ChangeRequestPayload> {
        edit(context, "addItem", input.change_request, input.revision, vec![ItemEditInput::Add(input.edit)]).await
    }

    /// Changes what is said of an item over an interval, from today on unless told; what is not named stays. For stewards.
    async fn update_item(&self, context: &Context<'_>, input: UpdateItemInput) -> Result<ChangeRequestPayload> {
        edit(context, "updateItem", input.change_request, input.revision, vec![ItemEditInput::Update(input.edit)]).await
    }

    /// Says the whole timeline of an item anew. For stewards.
    async fn set_item_timeline(&self, context: &Context<'_>, input: SetItemTimelineInput) -> Result<ChangeRequestPayload> {
        edit(context, "setItemTimeline", input.change_request, input.revision, vec![ItemEditInput::SetTimeline(input.edit)]).await
    }

    /// Ends an item on a date, for a reason; others may succeed it. For stewards.
    async fn retire_item(&self, context: &Context<'_>, input: RetireItemInput) -> Result<ChangeRequestPayload> {
        edit(context, "retireItem", input.change_request, input.revision, vec![ItemEditInput::Retire(input.edit)]).await
    }

    /// Takes an interval out of an item, from today on unless told: it was not there then. For stewards.
    async fn close_item_interval(&self, context: &Context<'_>, input: CloseItemIntervalInput) -> Result<ChangeRequestPayload> {
        edit(context, "closeItemInterval", input.change_request, input.revision, vec![ItemEditInput::CloseInterval(input.edit)]).await
    }

    /// Takes an item back that was published by mistake: it never was. Earlier publications still know it. For stewards.
    async fn annul_item(&self, context: &Context<'_>, input: AnnulItemInput) -> Result<ChangeRequestPayload> {
        edit(context, "annulItem", input.change_request, input.revision, vec![ItemEditInput::Annul(input.edit)]).await
    }

    /// Lets an item that ended or was annulled hold again from a date on, as it was last. For stewards.
    async fn restore_item(&self, context: &Context<'_>, input: RestoreItemInput) -> Result<ChangeRequestPayload> {
        edit(context, "restoreItem", input.change_request, input.revision, vec![ItemEditInput::Restore(input.edit)]).await
    }

    /// Edits many items at once, at most 1,000; all of them or none. For stewards.
    async fn edit_items(&self, context: &Context<'_>, input: EditItemsInput) -> Result<ChangeRequestPayload> {
        edit(context, "editItems", input.change_request, input.revision, input.edits).await
    }

    /// Takes the change of an item out of a draft. For stewards.
    async fn discard_item_change(&self, context: &Context<'_>, input: DiscardItemChangeInput) -> Result<ChangeRequestPayload> {
        let DiscardItemChangeInput { change_request, revision, dictionary, code } = input;
        let verb = Verb("discardItemChange", Scope::Propose);
        change(context, verb, change_request, move |svod, caller, id| {
            let dictionary = verb.read(svod, caller, format!("changeRequest/{}", id.0), dictionary_code(&dictionary))?;
            svod.change_requests.discard_item_change(caller, id, revision, &dictionary, &code)
        })
        .await
    }
}
