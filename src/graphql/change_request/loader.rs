//! What hangs on change requests, read in batches: a page of fifty asks the database as often as one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use crate::app::change_request::{Comment, Judgement, StoredDictionary};
use crate::app::svod::Svod;
use crate::catalog::Head;
use crate::domain::account::AccountId;
use crate::domain::approval::{Progress, Review};
use crate::domain::change_request::{ChangeRequest, RequestId};
use crate::domain::error::{Error, Result};
use crate::domain::text::DictionaryCode;
use crate::graphql::loader::Reads;

/// Makes the key of something that hangs on a request, and its loader.
macro_rules! of_requests {
    ($key:ident, $value:ty, $what:literal, $read:expr) => {
        #[doc = $what]
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $key(pub RequestId);

        impl Loader<$key> for Reads {
            type Value = $value;
            type Error = Arc<Error>;

            async fn load(&self, keys: &[$key]) -> std::result::Result<HashMap<$key, $value>, Arc<Error>> {
                let read = |svod: &Svod, _: &Arc<Head>, keys: Vec<$key>| {
                    let ids: Vec<RequestId> = keys.iter().map(|key| key.0).collect();
                    let found: BTreeMap<RequestId, $value> = $read(svod, &ids)?;
                    Ok(found.into_iter().map(|(id, value)| ($key(id), value)).collect())
                };
                self.batch(keys, read).await
            }
        }
    };
}

type Read<T> = Result<BTreeMap<RequestId, T>>;

of_requests!(AuthorsOf, Vec<AccountId>, "The key of who changed anything in a request.", |svod: &Svod, ids: &[RequestId]| {
    svod.change_requests.authors_by_request(ids)
});

of_requests!(DictionariesOf, Arc<Vec<StoredDictionary>>, "The key of the dictionaries that a request touches.", |svod: &Svod,
                                                                                                                 ids: &[RequestId]|
 -> Read<
    Arc<Vec<StoredDictionary>>,
> {
    let found = svod.change_requests.dictionaries_by_request(ids)?;
    Ok(found.into_iter().map(|(id, dictionaries)| (id, Arc::new(dictionaries))).collect())
});

of_requests!(
    ItemCountsOf,
    BTreeMap<DictionaryCode, i64>,
    "The key of how many items a request changes.",
    |svod: &Svod, ids: &[RequestId]| svod.change_requests.item_counts_by_request(ids)
);

of_requests!(ReviewsOf, Vec<Review>, "The key of the decisions on a request.", |svod: &Svod, ids: &[RequestId]| {
    svod.change_requests.reviews_by_request(ids)
});

of_requests!(CommentsOf, Vec<Comment>, "The key of the comments on a request.", |svod: &Svod, ids: &[RequestId]| {
    svod.change_requests.comments_by_request(ids)
});

of_requests!(ProgressOf, Arc<Progress>, "The key of how far the approval of a request is.", |svod: &Svod,
                                                                                             ids: &[RequestId]|
 -> Read<Arc<Progress>> {
    let found = svod.change_requests.progress_by_request(ids)?;
    Ok(found.into_iter().map(|(id, progress)| (id, Arc::new(progress))).collect())
});

/// The key of what a request would come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JudgementOf(pub RequestId);

impl Loader<JudgementOf> for Reads {
    type Value = Arc<Judgement>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[JudgementOf]) -> std::result::Result<HashMap<JudgementOf, Self::Value>, Self::Error> {
        let caller = self.caller();
        let read = move |svod: &Svod, _: &Arc<Head>, keys: Vec<JudgementOf>| {
            let mut found = HashMap::new();
            for key in keys {
                if let Some(judgement) = svod.change_requests.judge(&caller, key.0)? {
                    found.insert(key, Arc::new(judgement));
                }
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}

/// Requests themselves, as far as the caller may see them.
impl Loader<RequestId> for Reads {
    type Value = ChangeRequest;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RequestId]) -> std::result::Result<HashMap<RequestId, ChangeRequest>, Self::Error> {
        let caller = self.caller();
        let read = move |svod: &Svod, _: &Arc<Head>, ids: Vec<RequestId>| {
            let found = svod.change_requests.requests_by_id(&caller, &ids)?;
            Ok(found.into_iter().map(|request| (request.id, request)).collect())
        };
        self.batch(keys, read).await
    }
}
