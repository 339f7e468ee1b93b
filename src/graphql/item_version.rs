//! What was said of an item over one interval: as a timeline of what is known, and as the history of what ever was.

use std::sync::Arc;

use async_graphql::{ID, Object, Result, SimpleObject};

use super::fault::error;
use super::loader::HistoryKey;
use super::publication::PublicationObject;
use super::scalar::{AnyJson, CalendarDate, LanguageArgument, json_of};
use super::view::View;
use crate::app::reading::RecordedVersion;
use crate::catalog::DictionarySnapshot;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Retirement, Stretch, attributes_json};
use crate::domain::text::{DictionaryCode, ItemCode, Language};
use crate::domain::value::Value;

/// Why an item ends, and what comes after it.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Retirement")]
pub struct RetirementObject {
    /// Why.
    pub reason: String,
    /// The codes of what replaces it, in the same dictionary.
    pub successor_codes: Vec<ID>,
}

impl From<&Retirement> for RetirementObject {
    fn from(retirement: &Retirement) -> Self {
        let successor_codes = retirement.successors.iter().map(|code| code.as_str().into()).collect();
        Self { reason: retirement.reason.clone(), successor_codes }
    }
}

/// What a definition shows as the name of what a stretch says.
pub fn display_name(dictionary: &Dictionary, stretch: &Stretch, language: Language) -> Option<String> {
    match stretch.content.values.get(dictionary.display_position()?)?.as_ref()? {
        Value::Localized(localized) => Some(localized.get(language).to_owned()),
        value => value.as_text().map(str::to_owned),
    }
}

/// A version of an item, published or only drafted.
#[derive(Clone)]
pub struct ItemVersionObject {
    pub view: View,
    /// The definition in whose order the values stand.
    pub dictionary: Arc<Dictionary>,
    pub stretch: Stretch,
    /// Absent in a draft.
    pub published_seq: Option<i64>,
    pub superseded_seq: Option<i64>,
}

impl ItemVersionObject {
    /// A timeline under the definition in whose order its values stand, as it is or is to be; without a definition there is nothing.
    pub fn timeline(view: &View, dictionary: Option<&Arc<Dictionary>>, timeline: &[Stretch]) -> Vec<Self> {
        let Some(dictionary) = dictionary else { return Vec::new() };
        let version = |stretch: &Stretch| Self {
            view: view.clone(),
            dictionary: Arc::clone(dictionary),
            stretch: stretch.clone(),
            published_seq: None,
            superseded_seq: None,
        };
        timeline.iter().map(version).collect()
    }
}

/// What is said of an item over one interval of valid time.
#[Object(name = "ItemVersion")]
impl ItemVersionObject {
    /// The first day on which it holds; null: since ever.
    async fn valid_from(&self) -> Option<CalendarDate> {
        self.stretch.validity.from().map(CalendarDate)
    }

    /// The first day on which it holds no more; null: for ever.
    async fn valid_to(&self) -> Option<CalendarDate> {
        self.stretch.validity.to().map(CalendarDate)
    }

    /// What the item is called.
    async fn name(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Option<String> {
        display_name(&self.dictionary, &self.stretch, language.into())
    }

    /// The code of the item that it stands under.
    async fn parent_code(&self) -> Option<ID> {
        self.stretch.content.parent.as_deref().map(Into::into)
    }

    /// The values by the codes of their attributes; what has no value is left out.
    async fn attributes(&self) -> AnyJson {
        json_of(&attributes_json(&self.dictionary, &self.stretch.content))
    }

    /// Why the item ends with this version.
    async fn retirement(&self) -> Option<RetirementObject> {
        self.stretch.retirement.as_deref().map(Into::into)
    }

    /// The publication that made it known; null in a draft.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.published_seq?)
    }

    /// The publication that replaced it; null while it is what is known.
    async fn superseded_in(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.superseded_seq?)
    }
}

type RecordedHistory = (Arc<Dictionary>, Arc<Vec<RecordedVersion>>);

/// What is known of an item at a publication, in the order of valid time.
pub async fn timeline(view: &View, dictionary: &DictionaryCode, code: &str, publication: i64) -> Result<Vec<ItemVersionObject>> {
    let snapshot = view.snapshot(dictionary, publication).await?;
    Ok(snapshot.map(|snapshot| timeline_of(view, &snapshot, code)).unwrap_or_default())
}

/// The same of an edition or a preview that is at hand.
pub fn timeline_of(view: &View, snapshot: &DictionarySnapshot, code: &str) -> Vec<ItemVersionObject> {
    let object = |version: &Arc<crate::domain::item::ItemVersion>| ItemVersionObject {
        view: view.clone(),
        dictionary: Arc::clone(&snapshot.dictionary),
        stretch: version.stretch.clone(),
        published_seq: Some(version.published_seq),
        superseded_seq: None,
    };
    snapshot.items.versions_of(code).iter().map(object).collect()
}

/// An item's history under the definition in whose order its values stand; `None` where there was no dictionary.
pub async fn recorded(view: &View, dictionary: &DictionaryCode, code: &str, publication: i64) -> Result<Option<RecordedHistory>> {
    let Some(snapshot) = view.snapshot(dictionary, publication).await? else { return Ok(None) };
    let key = HistoryKey { dictionary: dictionary.clone(), publication, code: ItemCode::new(code) };
    let recorded = view.loader().load_one(key).await.map_err(|error| view.told(&error))?.unwrap_or_default();
    let max = view.limits().history_items_max;
    if recorded.len() > max {
        let message = format!("the history of {code} has {} versions, and at most {max} are given (history_items_max)", recorded.len());
        return Err(error("LIMIT_EXCEEDED", message));
    }
    Ok(Some((Arc::clone(&snapshot.dictionary), recorded)))
}

/// Everything that was ever published of an item up to a publication, by publication and interval.
pub async fn history(view: &View, dictionary: &DictionaryCode, code: &str, publication: i64) -> Result<Vec<ItemVersionObject>> {
    let Some((dictionary, recorded)) = recorded(view, dictionary, code, publication).await? else { return Ok(Vec::new()) };
    let object = |recorded: &RecordedVersion| ItemVersionObject {
        view: view.clone(),
        dictionary: Arc::clone(&dictionary),
        stretch: recorded.version.stretch.clone(),
        published_seq: Some(recorded.version.published_seq),
        superseded_seq: recorded.superseded_seq,
    };
    Ok(recorded.iter().map(object).collect())
}
