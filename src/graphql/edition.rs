//! Editions: what publications made of one dictionary.

use async_graphql::{ID, Object};

use super::dictionary::DictionaryObject;
use super::publication::PublicationObject;
use super::view::View;
use crate::domain::digest::hex;
use crate::domain::publication::Edition;
use crate::domain::text::DictionaryCode;

/// What a publication made of one dictionary. The caller may read that dictionary, or there would be no such object.
pub struct EditionObject {
    pub view: View,
    pub dictionary: DictionaryCode,
    pub edition: Edition,
}

/// An edition: what a publication made of one dictionary. Each dictionary counts its own.
#[Object(name = "Edition")]
impl EditionObject {
    /// The code of the dictionary.
    async fn dictionary_code(&self) -> ID {
        self.dictionary.as_str().into()
    }

    /// The dictionary as it is now.
    async fn dictionary(&self) -> Option<DictionaryObject> {
        DictionaryObject::current(&self.view, &self.dictionary)
    }

    /// 1, 2, 3 … within the dictionary.
    async fn number(&self) -> i64 {
        self.edition.number
    }

    /// The publication that made it.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.edition.published_seq)
    }

    /// Whether the definition changed with it.
    async fn definition_changed(&self) -> bool {
        self.edition.definition_changed
    }

    /// How many items it has, whenever they are valid.
    async fn items_count(&self) -> i64 {
        self.edition.items_count
    }

    /// How many items came.
    async fn added(&self) -> i64 {
        self.edition.added_count
    }

    /// How many items changed.
    async fn changed(&self) -> i64 {
        self.edition.changed_count
    }

    /// How many items were retired.
    async fn retired(&self) -> i64 {
        self.edition.retired_count
    }

    /// SHA-256 of the content, chained to the edition before, in hexadecimal.
    async fn digest(&self) -> String {
        hex(&self.edition.digest)
    }
}
