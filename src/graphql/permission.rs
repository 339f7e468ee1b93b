//! Who may ask what: every root field stands in one table, and what does not stand there is refused whoever asks. What a caller sees
//! behind a field is the business of `view.rs`, and what an act needs is asked anew inside its transaction.

use std::borrow::Cow;
use std::pin::Pin;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response, ServerError, ServerResult, SubscriptionType,
    Value, registry,
};
use futures_util::Stream;

use super::fault;
use super::view::Asking;
use crate::domain::account::{Authority, Role, Scope};

/// The three roots of the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Root {
    Query,
    Mutation,
    Subscription,
}

/// What it takes to ask a root field at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Nothing.
    Everyone,
    /// Nothing, but a token must allow to read. What comes back is what the caller may see.
    Read,
    /// An account, and a token must allow to read.
    SignedIn,
    /// The role over the service, or the administrator's, and a token must allow to read.
    OverService(Role),
    /// An act: what it takes is asked inside its transaction, so that what was taken away a second ago counts no more and so that a
    /// refusal is audited. A token must allow this kind of thing.
    Act(Scope),
}

use Permission::{Act, Everyone, OverService, Read, SignedIn};
use Root::{Mutation, Query, Subscription};

/// Every root field there is.
pub const ROOT_FIELDS: &[(Root, &str, Permission)] = &[
    (Query, "me", Everyone),
    (Query, "dictionaries", Read),
    (Query, "dictionary", Read),
    (Query, "search", Read),
    (Query, "system", OverService(Role::Auditor)),
    (Query, "activity", Read),
    (Query, "publications", Read),
    (Query, "publication", Read),
    (Query, "resolve", Read),
    (Query, "diff", Read),
    (Query, "accounts", OverService(Role::Auditor)),
    (Query, "account", SignedIn),
    (Query, "tokens", SignedIn),
    (Query, "audit", OverService(Role::Auditor)),
    (Query, "changeRequest", SignedIn),
    (Query, "changeRequests", SignedIn),
    (Query, "importJob", SignedIn),
    (Query, "importJobs", SignedIn),
    (Query, "consumer", SignedIn),
    (Query, "consumers", SignedIn),
    (Query, "confirmations", SignedIn),
    (Mutation, "signIn", Everyone),
    (Mutation, "signOut", Act(Scope::Read)),
    (Mutation, "changePassword", Act(Scope::Administer)),
    (Mutation, "addAccount", Act(Scope::Administer)),
    (Mutation, "setPassword", Act(Scope::Administer)),
    (Mutation, "disableAccount", Act(Scope::Administer)),
    (Mutation, "enableAccount", Act(Scope::Administer)),
    (Mutation, "grantRole", Act(Scope::Administer)),
    (Mutation, "revokeRole", Act(Scope::Administer)),
    (Mutation, "issueToken", Act(Scope::Administer)),
    (Mutation, "revokeToken", Act(Scope::Administer)),
    (Mutation, "createChangeRequest", Act(Scope::Propose)),
    (Mutation, "updateChangeRequest", Act(Scope::Propose)),
    (Mutation, "defineDictionary", Act(Scope::Propose)),
    (Mutation, "discardDefinition", Act(Scope::Propose)),
    (Mutation, "commentChangeRequest", Act(Scope::Propose)),
    (Mutation, "settleConflicts", Act(Scope::Propose)),
    (Mutation, "addItem", Act(Scope::Propose)),
    (Mutation, "updateItem", Act(Scope::Propose)),
    (Mutation, "setItemTimeline", Act(Scope::Propose)),
    (Mutation, "retireItem", Act(Scope::Propose)),
    (Mutation, "closeItemInterval", Act(Scope::Propose)),
    (Mutation, "annulItem", Act(Scope::Propose)),
    (Mutation, "restoreItem", Act(Scope::Propose)),
    (Mutation, "editItems", Act(Scope::Propose)),
    (Mutation, "discardItemChange", Act(Scope::Propose)),
    (Mutation, "submitChangeRequest", Act(Scope::Propose)),
    (Mutation, "approveChangeRequest", Act(Scope::Review)),
    (Mutation, "returnChangeRequest", Act(Scope::Review)),
    (Mutation, "rejectChangeRequest", Act(Scope::Review)),
    (Mutation, "withdrawChangeRequest", Act(Scope::Propose)),
    (Mutation, "reopenChangeRequest", Act(Scope::Propose)),
    (Mutation, "publishChangeRequest", Act(Scope::Publish)),
    (Mutation, "scheduleChangeRequest", Act(Scope::Publish)),
    (Mutation, "unscheduleChangeRequest", Act(Scope::Publish)),
    (Mutation, "undoPublication", Act(Scope::Propose)),
    (Subscription, "published", Read),
    (Subscription, "changes", Read),
    (Mutation, "cancelImport", Act(Scope::Propose)),
    (Mutation, "registerConsumer", Act(Scope::Administer)),
    (Mutation, "updateConsumer", Act(Scope::Administer)),
    (Mutation, "pauseConsumer", Act(Scope::Administer)),
    (Mutation, "resumeConsumer", Act(Scope::Administer)),
    (Mutation, "pingConsumer", Act(Scope::Administer)),
    (Mutation, "removeConsumer", Act(Scope::Administer)),
    (Mutation, "rotateConsumerSecret", Act(Scope::Administer)),
    (Mutation, "replayConsumer", Act(Scope::Administer)),
    (Mutation, "acknowledge", Act(Scope::Read)),
    (Subscription, "changeRequestChanged", SignedIn),
    (Subscription, "importChanged", SignedIn),
];

pub fn permission_of(root: Root, field: &str) -> Option<Permission> {
    ROOT_FIELDS.iter().find(|(of, name, _)| *of == root && *name == field).map(|(_, _, permission)| *permission)
}

/// The code and the sentence that refuse a field.
fn refusal(permission: Option<Permission>, authority: &Authority) -> Option<(&'static str, &'static str)> {
    let is_signed_in = authority.account.is_some();
    let may_read = authority.reaches(Scope::Read);
    let holds = |role| authority.holds_everywhere(role) || authority.holds_everywhere(Role::Administrator);
    match permission {
        None => Some(("FORBIDDEN", "this field is in no table of permissions, so nobody may ask it")),
        Some(Everyone | Act(_)) => None,
        Some(SignedIn | OverService(_)) if !is_signed_in => {
            Some(("UNAUTHENTICATED", "sign in first, or send a token: this is not for everybody"))
        }
        Some(_) if !may_read => Some(("SCOPE_MISSING", "this token does not allow to read")),
        Some(OverService(role)) if !holds(role) => {
            Some(("FORBIDDEN", "this takes a role over the service that this account does not have"))
        }
        Some(Read | SignedIn | OverService(_)) => None,
    }
}

fn refused(root: Root, context: &Context<'_>) -> Option<ServerError> {
    let name = context.item.node.name.node.as_str();
    let position = context.item.pos;
    let (code, message) = match context.data::<Asking>() {
        Ok(asking) => refusal(permission_of(root, name), &asking.caller.authority)?,
        Err(_) => ("INTERNAL", "internal error"),
    };
    Some(context.set_error_path(fault::error(code, message).into_server_error(position)))
}

/// A root whose every field is looked up in the table before it is resolved.
pub struct Permitted<T> {
    root: Root,
    inner: T,
}

impl<T> Permitted<T> {
    pub const fn new(root: Root, inner: T) -> Self {
        Self { root, inner }
    }
}

impl<T: ObjectType> ContainerType for Permitted<T> {
    async fn resolve_field(&self, context: &Context<'_>) -> ServerResult<Option<Value>> {
        match refused(self.root, context) {
            None => self.inner.resolve_field(context).await,
            Some(error) if is_nullable::<T>(context) => {
                context.add_error(error);
                Ok(Some(Value::Null))
            }
            Some(error) => Err(error),
        }
    }
}

/// Whether a refused field leaves the other fields of the answer standing.
fn is_nullable<T: ObjectType>(context: &Context<'_>) -> bool {
    let root = context.schema_env.registry.types.get(T::type_name().as_ref());
    let field = root.and_then(|root| root.field_by_name(context.item.node.name.node.as_str()));
    field.is_some_and(|field| !field.ty.ends_with('!'))
}

impl<T: ObjectType> OutputType for Permitted<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, context: &ContextSelectionSet<'_>, _field: &Positioned<Field>) -> ServerResult<Value> {
        async_graphql::resolver_utils::resolve_container(context, self).await
    }
}

impl<T: ObjectType> ObjectType for Permitted<T> {}

impl<T: SubscriptionType> SubscriptionType for Permitted<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut registry::Registry) -> String {
        T::create_type_info(registry)
    }

    fn create_field_stream<'a>(&'a self, context: &'a Context<'_>) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        match refused(self.root, context) {
            None => self.inner.create_field_stream(context),
            Some(error) => {
                let answer = Response::from_errors(vec![error]);
                Some(Box::pin(futures_util::stream::once(async move { answer })))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The names of the fields of the roots, as the schema itself tells them.
    fn fields_of_schema() -> BTreeSet<(String, String)> {
        let roots = ["queryType", "mutationType", "subscriptionType"].map(|root| format!("{root} {{ name fields {{ name }} }}")).join(" ");
        let schema = super::super::root::builder().finish();
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let answer = runtime.block_on(schema.execute(format!("{{ __schema {{ {roots} }} }}")));
        let told = answer.data.into_json().expect("it is JSON");
        let roots = told["__schema"].as_object().expect("the three roots").values();
        let of_root = |root: &serde_json::Value| {
            let name = root["name"].as_str().unwrap_or_default().to_owned();
            let fields = root["fields"].as_array().cloned().unwrap_or_default();
            fields.into_iter().map(move |field| (name.clone(), field["name"].as_str().unwrap_or_default().to_owned()))
        };
        roots.flat_map(of_root).collect()
    }

    #[test]
    fn every_root_field_is_in_the_table_and_nothing_else() {
        let table: BTreeSet<(String, String)> =
            ROOT_FIELDS.iter().map(|(root, field, _)| (format!("{root:?}"), (*field).to_owned())).collect();
        assert_eq!(table.len(), ROOT_FIELDS.len(), "a field stands in the table twice");
        assert_eq!(fields_of_schema(), table);
    }

    #[test]
    fn what_is_in_no_table_is_refused_whoever_asks() {
        assert_eq!(refusal(None, &Authority::anonymous()).map(|(code, _)| code), Some("FORBIDDEN"));
        assert_eq!(refusal(Some(SignedIn), &Authority::anonymous()).map(|(code, _)| code), Some("UNAUTHENTICATED"));
        assert_eq!(refusal(Some(OverService(Role::Auditor)), &Authority::anonymous()).map(|(code, _)| code), Some("UNAUTHENTICATED"));
        assert_eq!(refusal(Some(Read), &Authority::anonymous()), None);
        assert_eq!(permission_of(Query, "signIn"), None, "a mutation is not a query");
    }
}
