//! The three roots, merged from the nouns. Each is looked up in the table of permissions field by field.

use async_graphql::{EmptyMutation, MergedObject, MergedSubscription, Schema, SchemaBuilder};

use super::dictionary::DictionaryQuery;
use super::permission::{Permitted, Root};
use super::publication::PublicationQuery;
use super::published::PublishedSubscription;

/// What can be asked.
#[derive(MergedObject, Default)]
pub struct Query(DictionaryQuery, PublicationQuery);

/// What can be waited for.
#[derive(MergedSubscription, Default)]
pub struct Subscription(PublishedSubscription);

pub type ManagementSchema = Schema<Permitted<Query>, EmptyMutation, Permitted<Subscription>>;

pub fn builder() -> SchemaBuilder<Permitted<Query>, EmptyMutation, Permitted<Subscription>> {
    let query = Permitted::new(Root::Query, Query::default());
    let subscription = Permitted::new(Root::Subscription, Subscription::default());
    Schema::build(query, EmptyMutation, subscription)
}
