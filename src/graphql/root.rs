//! The three roots, merged from the nouns. Each is looked up in the table of permissions field by field.

use async_graphql::{MergedObject, MergedSubscription, Schema, SchemaBuilder};

use super::account::{AccountMutation, AccountQuery};
use super::audit::AuditQuery;
use super::change_request::{ChangeRequestQuery, ChangeRequestSubscription, DraftingMutation, EditingMutation, ReviewingMutation};
use super::consumer::ConsumerQuery;
use super::consumer_mutation::ConsumerMutation;
use super::dictionary::DictionaryQuery;
use super::diff::DiffQuery;
use super::feed_changes::ChangesSubscription;
use super::import_job::{ImportJobMutation, ImportJobQuery, ImportJobSubscription};
use super::permission::{Permitted, Root};
use super::publication::PublicationQuery;
use super::published::PublishedSubscription;
use super::search::SearchQuery;
use super::session::{SessionMutation, SessionQuery};
use super::system::SystemQuery;
use super::token::{TokenMutation, TokenQuery};
use super::usage::UsageQuery;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    SessionQuery,
    DictionaryQuery,
    SearchQuery,
    SystemQuery,
    PublicationQuery,
    UsageQuery,
    DiffQuery,
    AccountQuery,
    TokenQuery,
    AuditQuery,
    ChangeRequestQuery,
    ImportJobQuery,
    ConsumerQuery,
);

/// What can be done. Each gives what came of it, or why it was refused.
#[derive(MergedObject, Default)]
pub struct Mutation(
    SessionMutation,
    AccountMutation,
    TokenMutation,
    DraftingMutation,
    EditingMutation,
    ReviewingMutation,
    ImportJobMutation,
    ConsumerMutation,
);

/// What can be waited for.
#[derive(MergedSubscription, Default)]
pub struct Subscription(PublishedSubscription, ChangeRequestSubscription, ImportJobSubscription, ChangesSubscription);

pub type ManagementSchema = Schema<Permitted<Query>, Permitted<Mutation>, Permitted<Subscription>>;

pub fn builder() -> SchemaBuilder<Permitted<Query>, Permitted<Mutation>, Permitted<Subscription>> {
    let query = Permitted::new(Root::Query, Query::default());
    let mutation = Permitted::new(Root::Mutation, Mutation::default());
    let subscription = Permitted::new(Root::Subscription, Subscription::default());
    Schema::build(query, mutation, subscription)
}
