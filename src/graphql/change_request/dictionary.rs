//! The dictionaries that a request touches: what becomes of their definitions, and their items as they would be.

use async_graphql::{Context, ID, Object, Result};
use serde_json::Value;

use crate::app::change_request::StoredDictionary;
use crate::domain::change_request::RequestId;
use crate::domain::definition_merge::diff_definitions;
use crate::graphql::connection::{Page, list_cost, page_cost};
use crate::graphql::dictionary::DictionaryObject;
use crate::graphql::diff::DefinitionChangeObject;
use crate::graphql::item::Item;
use crate::graphql::item_page::{self, Wanted};
use crate::graphql::scalar::{AnyJson, CalendarDate, json_of};
use crate::graphql::view::View;

pub struct TouchedObject {
    pub view: View,
    pub stored: StoredDictionary,
    pub items_count: i64,
}

/// A dictionary that a change request touches. The caller may read it, or would not see the request.
#[Object(name = "ChangeRequestDictionary")]
impl TouchedObject {
    /// The code of the dictionary.
    async fn dictionary_code(&self) -> ID {
        self.stored.code.as_str().into()
    }

    /// The dictionary as it is now; null while it is not published.
    async fn dictionary(&self) -> Option<DictionaryObject> {
        DictionaryObject::current(&self.view, &self.stored.code)
    }

    /// Whether the request gives it another definition, or its first.
    async fn definition_changed(&self) -> bool {
        self.stored.definition.is_some()
    }

    /// The new definition; null where it stays.
    async fn definition(&self) -> Option<AnyJson> {
        self.stored.definition.as_deref().map(json_of)
    }

    /// What the new definition changes; empty where it stays, and for a new dictionary.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn definition_changes(&self) -> Vec<DefinitionChangeObject> {
        let parsed = |text: &Option<String>| text.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
        match (parsed(&self.stored.definition_base), parsed(&self.stored.definition)) {
            (Some(before), Some(after)) => diff_definitions(&before, &after).into_iter().map(Into::into).collect(),
            _ => Vec::new(),
        }
    }

    /// How many of its items the request changes.
    async fn items_count(&self) -> i64 {
        self.items_count
    }

    /// The items as they would be, valid on a date; also of a dictionary that is not published yet.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn preview(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The date; today unless told.")] valid_on: Option<CalendarDate>,
        #[graphql(desc = "Words to look for. Blank: everything.")] search: Option<String>,
        #[graphql(desc = "Only what stands directly under the item of this code.")] parent: Option<ID>,
        #[graphql(desc = "Only what stands under nothing.", default)] roots_only: bool,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<Item>> {
        let at = self.view.coordinate(valid_on.map(|date| date.0), Default::default())?;
        let wanted = Wanted {
            search,
            parent: parent.map(|code| code.to_string()),
            roots_only,
            first,
            after,
            is_total_wanted: context.look_ahead().field("totalCount").exists(),
            change_request: Some(self.request()),
        };
        item_page::read(&self.view, &self.stored.code, at, wanted).await
    }
}

impl TouchedObject {
    fn request(&self) -> RequestId {
        self.stored.request
    }
}
