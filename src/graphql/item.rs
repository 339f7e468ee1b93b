//! Items of whatever dictionary, at one point of both times: attributes are a JSON object by the codes of the definition.

use std::sync::Arc;

use async_graphql::{ID, Object, Result};

use super::blame::{self, AttributeBlame};
use super::connection::{Page, list_cost, page_cost};
use super::dictionary::DictionaryObject;
use super::item_version::{self, ItemVersionObject, RetirementObject, display_name};
use super::publication::PublicationObject;
use super::scalar::{AnyJson, CalendarDate, LanguageArgument, json_of};
use super::usage::{self, UsageObject};
use super::view::View;
use crate::app::reading::Coordinate;
use crate::catalog::DictionarySnapshot;
use crate::domain::item::{ItemVersion, attributes_json};
use crate::domain::text::{DictionaryCode, ItemCode};

/// An item that the caller may read.
#[derive(Clone)]
pub struct Item {
    view: View,
    snapshot: Arc<DictionarySnapshot>,
    version: Arc<ItemVersion>,
    /// Where it was read; what is nested in it is read there, too.
    at: Coordinate,
}

impl Item {
    pub fn new(view: &View, snapshot: &Arc<DictionarySnapshot>, version: Arc<ItemVersion>, at: Coordinate) -> Self {
        Self { view: view.clone(), snapshot: Arc::clone(snapshot), version, at }
    }

    /// The item that is valid and known at a point of both times, if the caller may read it.
    pub async fn find(view: &View, dictionary: &DictionaryCode, code: &str, at: Coordinate) -> Result<Option<Self>> {
        let Some(snapshot) = view.snapshot(dictionary, at.publication).await? else { return Ok(None) };
        let position = snapshot.position_at(code, at.valid_on);
        Ok(position.map(|position| Self::new(view, &snapshot, Arc::clone(snapshot.version(position)), at)))
    }

    fn dictionary_code(&self) -> &DictionaryCode {
        &self.snapshot.dictionary.code
    }

    /// Another item of the same edition, or of the same preview.
    fn same_dictionary(&self, code: &str) -> Option<Self> {
        let position = self.snapshot.position_at(code, self.at.valid_on)?;
        Some(Self::new(&self.view, &self.snapshot, Arc::clone(self.snapshot.version(position)), self.at))
    }
}

/// An item at one point of both times.
#[Object]
impl Item {
    /// The dictionary as it is now.
    async fn dictionary(&self) -> Option<DictionaryObject> {
        DictionaryObject::current(&self.view, self.dictionary_code())
    }

    /// The code, by which it is known for ever.
    async fn code(&self) -> ID {
        self.version.code.as_str().into()
    }

    /// What it is called; null where the dictionary names no attribute for it.
    async fn name(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Option<String> {
        display_name(&self.snapshot.dictionary, &self.version.stretch, language.into())
    }

    /// The code of the item that it stands under.
    async fn parent_code(&self) -> Option<ID> {
        self.version.parent().map(Into::into)
    }

    /// The item that it stands under; null at the top, and where that is not valid.
    async fn parent(&self) -> Option<Item> {
        self.same_dictionary(self.version.parent()?)
    }

    /// The values by the codes of their attributes; what has no value is left out.
    async fn attributes(&self) -> AnyJson {
        json_of(&attributes_json(&self.snapshot.dictionary, &self.version.stretch.content))
    }

    /// The items that its references name, in the order of the attributes.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn references(&self) -> Vec<Reference> {
        let named = self.snapshot.dictionary.references().flat_map(|(position, attribute, to)| {
            let codes = self.version.value(position).map(|value| value.each()).unwrap_or_default();
            codes.iter().filter_map(|value| value.as_text()).map(move |code| (attribute.code(), to, code))
        });
        let reference = |(attribute, to, code): (&str, &DictionaryCode, &str)| Reference {
            view: self.view.clone(),
            attribute: attribute.to_owned(),
            dictionary: to.clone(),
            code: ItemCode::new(code),
            at: self.at,
        };
        named.map(reference).collect()
    }

    /// The first day on which this content holds; null: since ever.
    async fn valid_from(&self) -> Option<CalendarDate> {
        self.version.validity().from().map(CalendarDate)
    }

    /// The first day on which it holds no more; null: for ever.
    async fn valid_to(&self) -> Option<CalendarDate> {
        self.version.validity().to().map(CalendarDate)
    }

    /// The date for which the item was read.
    async fn valid_on(&self) -> CalendarDate {
        CalendarDate(self.at.valid_on)
    }

    /// Why the item ends with this content.
    async fn retirement(&self) -> Option<RetirementObject> {
        self.version.stretch.retirement.as_deref().map(Into::into)
    }

    /// The publication that made this content known.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.version.published_seq)
    }

    /// All that is known of the item at the publication for which it was read, in the order of valid time.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn timeline(&self) -> Vec<ItemVersionObject> {
        item_version::timeline_of(&self.view, &self.snapshot, &self.version.code)
    }

    /// What refers to the item now, as far as the caller may see it; by dictionary, attribute and time.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn usages(
        &self,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<UsageObject>> {
        usage::page(&self.view, self.dictionary_code(), &self.version.code, first, after.as_deref()).await
    }

    /// All that was ever published of the item up to that publication, what was replaced since included.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn history(&self) -> Result<Vec<ItemVersionObject>> {
        item_version::history(&self.view, self.dictionary_code(), &self.version.code, self.at.publication).await
    }

    /// Where each value comes from, as of the date and the publication for which the item was read: the parent first, then the attributes
    /// in their order; those that never had a value are left out.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn blame(&self) -> Result<Vec<AttributeBlame>> {
        blame::read(&self.view, self.dictionary_code(), &self.version.code, self.at).await
    }
}

/// A value that names an item of another dictionary, or of the same.
pub struct Reference {
    view: View,
    attribute: String,
    dictionary: DictionaryCode,
    code: ItemCode,
    at: Coordinate,
}

impl Reference {
    async fn found(&self) -> Result<Option<Item>> {
        Item::find(&self.view, &self.dictionary, &self.code, self.at).await
    }
}

/// A value of an attribute that refers to an item.
#[Object]
impl Reference {
    /// The code of the attribute.
    async fn attribute(&self) -> ID {
        self.attribute.as_str().into()
    }

    /// The code that stands in the attribute.
    async fn code(&self) -> ID {
        self.code.as_str().into()
    }

    /// What the item is called; null where it is not valid, or where the caller may not see it.
    async fn name(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Result<Option<String>> {
        let found = self.found().await?;
        Ok(found.and_then(|item| display_name(&item.snapshot.dictionary, &item.version.stretch, language.into())))
    }

    /// The item at the same point of both times; null where it is not valid, or where the caller may not see it.
    async fn item(&self) -> Result<Option<Item>> {
        self.found().await
    }
}
