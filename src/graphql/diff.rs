//! What differs in a dictionary between two points of both times: definition, items, attributes, with the names that references had
//! on either side.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, InputObject, Json, Object, Result, SimpleObject};

use super::connection::{Page, Seek, list_cost, page_cost};
use super::item_version::ItemVersionObject;
use super::loader::Reads;
use super::scalar::{AnyJson, CalendarDate, LanguageArgument, json_of};
use super::view::View;
use crate::app::comparing::{Comparison, DictionaryDifference, ItemDifference, Side};
use crate::app::svod::Svod;
use crate::catalog::Head;
use crate::domain::definition_merge::DefinitionChange;
use crate::domain::dictionary::Dictionary;
use crate::domain::diff::{ItemChangeKind, StretchDifference, attribute_codes};
use crate::domain::error::Error;
use crate::domain::item::{attributes_json, retirement_json};
use crate::domain::merge::{ConflictSubject, Said};
use crate::domain::text::{DictionaryCode, ItemCode, Localized};
use crate::domain::value::Value;

/// One side of a comparison.
#[derive(Debug, Clone, Copy, InputObject)]
struct DiffSideInput {
    /// What was known at this publication; 0 is before the first.
    publication: i64,
    /// What held on this date: on both sides, or on none, and then whole timelines are compared.
    valid_on: Option<CalendarDate>,
}

impl From<DiffSideInput> for Side {
    fn from(input: DiffSideInput) -> Self {
        Self { publication: input.publication, valid_on: input.valid_on.map(|date| date.0) }
    }
}

/// What happened to an item as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "ItemChangeKind", remote = "ItemChangeKind")]
pub enum ItemChangeKindValue {
    /// It is new.
    Added,
    /// What is said of it changed.
    Changed,
    /// It ends earlier than it did.
    Retired,
    /// It was published by mistake and has no interval any more.
    Annulled,
    /// It was annulled, and holds again.
    Restored,
    /// It is not there: only comparisons back in time find that.
    Removed,
}

/// What about an item differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum DifferenceSubject {
    /// Whether it holds at all.
    Existence,
    /// What it stands under.
    Parent,
    /// The value of an attribute.
    Attribute,
    /// Why it ends, and what comes after it.
    Retirement,
}

/// Something of a definition that changed.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "DefinitionChange")]
pub struct DefinitionChangeObject {
    /// What: `attributes[name].length_max`.
    path: String,
    /// What it was; null: it was not there.
    before: Option<AnyJson>,
    /// What it is; null: it is there no more.
    after: Option<AnyJson>,
}

impl From<DefinitionChange> for DefinitionChangeObject {
    fn from(change: DefinitionChange) -> Self {
        Self { path: change.path, before: change.before.map(Json), after: change.after.map(Json) }
    }
}

/// How many items differ in which way.
#[derive(Debug, Clone, SimpleObject)]
pub struct DifferenceCounts {
    /// Items that are new.
    added: usize,
    /// Items of which something else is said.
    changed: usize,
    /// Items that end earlier.
    retired: usize,
    /// Items that have no interval any more.
    annulled: usize,
    /// Items that were annulled and hold again.
    restored: usize,
    /// Items that are not there.
    removed: usize,
}

/// What differs in a dictionary.
#[derive(SimpleObject)]
pub struct Diff {
    /// What differs in the definition; empty where one side has none.
    definition: Vec<DefinitionChangeObject>,
    /// How many items differ, those on other pages included.
    counts: DifferenceCounts,
    /// The items that differ, in the order of their codes.
    items: Page<ItemDifferenceObject>,
}

/// The two sides of a comparison, and what they stand under.
#[derive(Clone)]
pub struct Sides {
    pub view: View,
    pub from: (Side, Option<Arc<Dictionary>>),
    pub to: (Side, Option<Arc<Dictionary>>),
}

pub struct ItemDifferenceObject {
    sides: Arc<Sides>,
    difference: ItemDifference,
}

impl ItemDifferenceObject {}

/// What differs in one item.
#[Object(name = "ItemDifference")]
impl ItemDifferenceObject {
    /// The code of the item.
    async fn code(&self) -> ID {
        self.difference.code.as_str().into()
    }

    /// What happened to it as a whole.
    async fn kind(&self) -> ItemChangeKindValue {
        self.difference.kind.into()
    }

    /// All that was said of it before; with dates what held on the date. The publications of the versions are not told.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn before(&self) -> Vec<ItemVersionObject> {
        ItemVersionObject::timeline(&self.sides.view, self.sides.from.1.as_ref(), &self.difference.before)
    }

    /// All that is said of it after; with dates what holds on the date. The publications of the versions are not told.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn after(&self) -> Vec<ItemVersionObject> {
        ItemVersionObject::timeline(&self.sides.view, self.sides.to.1.as_ref(), &self.difference.after)
    }

    /// What differs, by time and subject.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn differences(&self) -> Vec<DifferenceObject> {
        let object = |difference: &StretchDifference| DifferenceObject { sides: Arc::clone(&self.sides), difference: difference.clone() };
        self.difference.differences.iter().map(object).collect()
    }
}

pub struct DifferenceObject {
    pub sides: Arc<Sides>,
    pub difference: StretchDifference,
}

/// What an item that is referred to was called on one side.
#[derive(Debug, Clone, SimpleObject)]
pub struct NamedCode {
    /// The code that stands in the attribute.
    code: ID,
    /// What the item was called on that side; null where it had no name, or where the caller may not see it.
    name: Option<String>,
}

impl DifferenceObject {
    /// The attribute that differs, in the definition of the later side or else of the earlier one.
    fn attribute(&self) -> Option<&str> {
        let ConflictSubject::Attribute(position) = self.difference.subject else { return None };
        let (from, to) = (self.sides.from.1.as_ref(), self.sides.to.1.as_ref());
        let codes = attribute_codes(from.or(to)?, to.or(from)?);
        codes.get(position).copied()
    }

    /// The codes that a side refers to, and the dictionary in which they are.
    fn references(&self, dictionary: Option<&Arc<Dictionary>>, said: Option<&Said>) -> Option<(DictionaryCode, Vec<ItemCode>)> {
        let dictionary = dictionary?;
        match said? {
            Said::Parent(parent) => Some((dictionary.code.clone(), parent.iter().cloned().collect())),
            Said::Retirement(retirement) => {
                Some((dictionary.code.clone(), retirement.as_ref().map(|retirement| retirement.successors.clone()).unwrap_or_default()))
            }
            Said::Value(value) => {
                let to = dictionary.attributes[dictionary.position(self.attribute()?)?].to.clone()?;
                let codes = value.iter().flat_map(Value::each).filter_map(Value::as_text).map(ItemCode::new).collect();
                Some((to, codes))
            }
            Said::Stretches(_) => None,
        }
    }

    async fn names(
        &self,
        (side, dictionary): &(Side, Option<Arc<Dictionary>>),
        said: Option<&Said>,
        language: LanguageArgument,
    ) -> Result<Vec<NamedCode>> {
        let Some((dictionary, codes)) = self.references(dictionary.as_ref(), said) else { return Ok(Vec::new()) };
        let view = &self.sides.view;
        let key = |code: &ItemCode| NameKey { side: *side, dictionary: dictionary.clone(), code: code.clone() };
        let names = match view.resident(&dictionary) {
            Some(_) => view.loader().load_many(codes.iter().map(key)).await.map_err(|error| view.told(&error))?,
            None => HashMap::new(),
        };
        let name = |code: &ItemCode| names.get(&key(code)).map(|name| name.get(language.into()).to_owned());
        Ok(codes.iter().map(|code| NamedCode { code: code.as_str().into(), name: name(code) }).collect())
    }
}

/// What a side says: a value, the code of a parent, a retirement; of existence the attributes.
pub fn said_json(dictionary: Option<&Arc<Dictionary>>, said: Option<&Said>) -> Option<AnyJson> {
    match said? {
        Said::Value(value) => value.as_ref().map(|value| {
            let mut json = String::new();
            value.write_json(&mut json);
            json_of(&json)
        }),
        Said::Parent(parent) => parent.as_ref().map(|code| Json(code.as_str().into())),
        Said::Retirement(retirement) => retirement.as_ref().map(|retirement| json_of(&retirement_json(retirement))),
        // Values stand in the order of both definitions together, so they are told as they are only where there is one definition.
        Said::Stretches(stretches) => {
            let told = stretches.first().zip(dictionary).filter(|(stretch, of)| stretch.content.values.len() == of.attributes.len());
            told.map(|(stretch, dictionary)| json_of(&attributes_json(dictionary, &stretch.content)))
        }
    }
}

/// One thing that differs over some dates.
#[Object(name = "Difference")]
impl DifferenceObject {
    /// The first day on which it differs; null: since ever.
    async fn valid_from(&self) -> Option<CalendarDate> {
        self.difference.validity.from().map(CalendarDate)
    }

    /// The first day on which it does no more; null: for ever.
    async fn valid_to(&self) -> Option<CalendarDate> {
        self.difference.validity.to().map(CalendarDate)
    }

    /// What differs.
    async fn subject(&self) -> DifferenceSubject {
        match self.difference.subject {
            ConflictSubject::Existence => DifferenceSubject::Existence,
            ConflictSubject::Parent => DifferenceSubject::Parent,
            ConflictSubject::Attribute(_) => DifferenceSubject::Attribute,
            ConflictSubject::Retirement => DifferenceSubject::Retirement,
        }
    }

    /// The code of the attribute that differs.
    #[graphql(name = "attribute")]
    async fn attribute_code(&self) -> Option<ID> {
        self.attribute().map(Into::into)
    }

    /// What was said before: a value, the code of a parent, a retirement; of existence the attributes.
    async fn before(&self) -> Option<AnyJson> {
        said_json(self.sides.from.1.as_ref(), self.difference.before.as_ref())
    }

    /// What is said after.
    async fn after(&self) -> Option<AnyJson> {
        said_json(self.sides.to.1.as_ref(), self.difference.after.as_ref())
    }

    /// What the items that were referred to before were called then.
    async fn before_names(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Result<Vec<NamedCode>> {
        self.names(&self.sides.from, self.difference.before.as_ref(), language).await
    }

    /// What the items that are referred to after are called there.
    async fn after_names(&self, #[graphql(desc = "The language.", default)] language: LanguageArgument) -> Result<Vec<NamedCode>> {
        self.names(&self.sides.to, self.difference.after.as_ref(), language).await
    }
}

/// The key of what an item was called on a side.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NameKey {
    side: Side,
    dictionary: DictionaryCode,
    code: ItemCode,
}

impl Loader<NameKey> for Reads {
    type Value = Localized;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[NameKey]) -> std::result::Result<HashMap<NameKey, Localized>, Self::Error> {
        let read = |svod: &Svod, _: &Arc<Head>, keys: Vec<NameKey>| {
            let mut by_side: HashMap<(Side, DictionaryCode), Vec<ItemCode>> = HashMap::new();
            for key in keys {
                by_side.entry((key.side, key.dictionary)).or_default().push(key.code);
            }
            let mut found = HashMap::new();
            for ((side, dictionary), codes) in by_side {
                let names = svod.comparing.reference_names(side, &dictionary, &codes)?;
                found.extend(names.into_iter().map(|(code, name)| (NameKey { side, dictionary: dictionary.clone(), code }, name)));
            }
            Ok(found)
        };
        self.batch(keys, read).await
    }
}

#[derive(Default)]
pub struct DiffQuery;

#[Object]
impl DiffQuery {
    /// What differs in a dictionary between two publications, or between two dates. Null when the caller may see no such dictionary.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn diff(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the dictionary.")] dictionary: ID,
        #[graphql(desc = "The side before.")] from: DiffSideInput,
        #[graphql(desc = "The side after; it may be the earlier one.")] to: DiffSideInput,
        #[graphql(desc = "How many items; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "Items that come after this cursor.")] after: Option<String>,
    ) -> Result<Option<Diff>> {
        let view = View::of(context)?;
        let Some(dictionary) = DictionaryCode::parse(&dictionary).filter(|code| view.resident(code).is_some()) else { return Ok(None) };
        let seek = Seek::read(view.limits(), format!("diff of {dictionary}"), first, after.as_deref())?;
        let (from, to) = (Side::from(from), Side::from(to));
        let (after_code, count) = (seek.after.clone(), seek.count());
        let compared = view.work(move |svod, _| {
            svod.comparing.compare(&Comparison { dictionary: &dictionary, from, to, after_code: after_code.as_deref(), count })
        });
        let DictionaryDifference { from: before, to: after, definition, totals, items, .. } = compared.await?;
        let sides = Arc::new(Sides { view: view.clone(), from: (from, before), to: (to, after) });
        let count = |kind| totals.get(&kind).copied().unwrap_or_default();
        let counts = DifferenceCounts {
            added: count(ItemChangeKind::Added),
            changed: count(ItemChangeKind::Changed),
            retired: count(ItemChangeKind::Retired),
            annulled: count(ItemChangeKind::Annulled),
            restored: count(ItemChangeKind::Restored),
            removed: count(ItemChangeKind::Removed),
        };
        let page = seek.page(items, |item| item.code.to_string()).with_total(totals.values().sum::<usize>());
        let items = page.map(|difference| ItemDifferenceObject { sides: Arc::clone(&sides), difference });
        Ok(Some(Diff { definition: definition.into_iter().map(Into::into).collect(), counts, items }))
    }
}
