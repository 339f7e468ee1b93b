//! Reads from the database in batches: whoever resolves fifty entries asks fifty times, and the database is asked once.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use async_graphql::dataloader::Loader;

use super::view::hop;
use crate::app::acting::Caller;
use crate::app::reading::RecordedVersion;
use crate::app::svod::Svod;
use crate::catalog::{DictionarySnapshot, Head};
use crate::domain::error::{Error, Result};
use crate::domain::text::{DictionaryCode, ItemCode};

/// What loads: everything of one head.
#[derive(Clone)]
pub struct Reads {
    svod: Arc<Svod>,
    head: Arc<Head>,
    caller: Arc<Caller>,
}

/// An older edition of a dictionary, by the publication that made it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EditionKey {
    pub dictionary: DictionaryCode,
    pub publication: i64,
}

/// The history of an item up to a publication.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HistoryKey {
    pub dictionary: DictionaryCode,
    pub publication: i64,
    pub code: ItemCode,
}

impl Reads {
    pub fn new(svod: Arc<Svod>, head: Arc<Head>, caller: Arc<Caller>) -> Self {
        Self { svod, head, caller }
    }

    /// For whom everything is read.
    pub fn caller(&self) -> Arc<Caller> {
        Arc::clone(&self.caller)
    }

    /// Reads one batch on a thread that may wait. An error is of the whole batch, and so of each who asked.
    pub async fn batch<K, V, F>(&self, keys: &[K], read: F) -> std::result::Result<HashMap<K, V>, Arc<Error>>
    where
        K: Clone + Eq + Hash + Send + 'static,
        V: Send + 'static,
        F: FnOnce(&Svod, &Arc<Head>, Vec<K>) -> Result<HashMap<K, V>> + Send + 'static,
    {
        let (svod, head, keys) = (Arc::clone(&self.svod), Arc::clone(&self.head), keys.to_vec());
        hop(move || read(&svod, &head, keys)).await.map_err(Arc::new)
    }
}

impl Loader<EditionKey> for Reads {
    type Value = Arc<DictionarySnapshot>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[EditionKey]) -> std::result::Result<HashMap<EditionKey, Self::Value>, Self::Error> {
        let read = |svod: &Svod, head: &Arc<Head>, keys: Vec<EditionKey>| {
            let reader = svod.reading.reader_of(Arc::clone(head));
            let mut found = HashMap::new();
            for key in keys {
                if let Some(snapshot) = reader.dictionary(&key.dictionary, key.publication)? {
                    found.insert(key, snapshot);
                }
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}

impl Loader<HistoryKey> for Reads {
    type Value = Arc<Vec<RecordedVersion>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[HistoryKey]) -> std::result::Result<HashMap<HistoryKey, Self::Value>, Self::Error> {
        let read = |svod: &Svod, head: &Arc<Head>, keys: Vec<HistoryKey>| {
            let reader = svod.reading.reader_of(Arc::clone(head));
            let mut by_edition: HashMap<(DictionaryCode, i64), Vec<ItemCode>> = HashMap::new();
            for key in keys {
                by_edition.entry((key.dictionary, key.publication)).or_default().push(key.code);
            }
            let mut found = HashMap::new();
            for ((dictionary, publication), codes) in by_edition {
                let Some(snapshot) = reader.dictionary(&dictionary, publication)? else { continue };
                for (code, history) in reader.histories(&snapshot, &codes, publication)? {
                    found.insert(HistoryKey { dictionary: dictionary.clone(), publication, code }, Arc::new(history));
                }
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}
