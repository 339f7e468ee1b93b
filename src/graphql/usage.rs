//! What refers to an item, and what became of one that was retired.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use super::connection::{Page, Seek, list_cost};
use super::definition::CheckValue;
use super::item::Item;
use super::loader::Reads;
use super::scalar::CalendarDate;
use super::view::View;
use crate::app::reading::{Coordinate, Knowledge};
use crate::app::svod::Svod;
use crate::catalog::Head;
use crate::domain::definition::OnRetire;
use crate::domain::error::Error;
use crate::domain::text::{DictionaryCode, ItemCode};
use crate::domain::usage::{Usage, resolve, usages_of};
use crate::domain::validity::Date;

/// What a reference asks of the retirement of the item that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "OnRetire", remote = "OnRetire")]
pub enum OnRetireValue {
    /// It must not be retired while it is referred to.
    Block,
    /// A successor must be valid then.
    Successor,
}

/// One item that refers to another one, and when.
#[derive(Clone)]
pub struct UsageObject {
    view: View,
    usage: Usage,
    /// A day on which it does.
    at: Coordinate,
}

impl UsageObject {
    fn key(&self) -> String {
        let usage = &self.usage;
        format!("{} {} {} {}", usage.dictionary, usage.attribute, usage.validity.start_key(), usage.code)
    }
}

/// An item that refers to another one, over one interval of valid time.
#[Object(name = "Usage")]
impl UsageObject {
    /// The code of the dictionary of the item that refers.
    async fn dictionary_code(&self) -> ID {
        self.usage.dictionary.as_str().into()
    }

    /// The code of the item that refers.
    async fn code(&self) -> ID {
        self.usage.code.as_str().into()
    }

    /// The item that refers, on the first day on which it does from today on.
    async fn item(&self) -> Result<Option<Item>> {
        Item::find(&self.view, &self.usage.dictionary, &self.usage.code, self.at).await
    }

    /// The code of the attribute that refers; `parent` for what stands under the item.
    async fn attribute(&self) -> ID {
        self.usage.attribute.as_str().into()
    }

    /// The first day on which it refers; null: since ever.
    async fn valid_from(&self) -> Option<CalendarDate> {
        self.usage.validity.from().map(CalendarDate)
    }

    /// The first day on which it does no more; null: for ever.
    async fn valid_to(&self) -> Option<CalendarDate> {
        self.usage.validity.to().map(CalendarDate)
    }

    /// What it asks of the retirement of what it names.
    async fn on_retire(&self) -> OnRetireValue {
        self.usage.on_retire.into()
    }

    /// How strictly it must resolve.
    async fn check(&self) -> CheckValue {
        self.usage.check.into()
    }
}

/// The key of what refers to an item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UsagesOf {
    dictionary: DictionaryCode,
    code: ItemCode,
}

impl Loader<UsagesOf> for Reads {
    type Value = Arc<Vec<Usage>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[UsagesOf]) -> std::result::Result<HashMap<UsagesOf, Self::Value>, Self::Error> {
        let read = |_: &Svod, head: &Arc<Head>, keys: Vec<UsagesOf>| {
            let world = head.world();
            let found = keys.into_iter().map(|key| {
                let usages = usages_of(&world, &key.dictionary, &key.code);
                (key, Arc::new(usages))
            });
            Ok(found.collect())
        };
        self.batch(keys, read).await
    }
}

/// A page of what refers to an item now, as far as the caller may see it.
pub async fn page(
    view: &View,
    dictionary: &DictionaryCode,
    code: &str,
    first: Option<i32>,
    after: Option<&str>,
) -> Result<Page<UsageObject>> {
    let seek = Seek::read(view.limits(), format!("usages of {dictionary} {code}"), first, after)?;
    let now = view.coordinate(None, Knowledge::default())?;
    let key = UsagesOf { dictionary: dictionary.clone(), code: ItemCode::new(code) };
    let usages = view.loader().load_one(key).await.map_err(|error| view.told(&error))?.unwrap_or_default();
    let visible = usages.iter().filter(|usage| view.resident(&usage.dictionary).is_some());
    let object = |usage: &Usage| {
        let at = Coordinate { valid_on: day_of(usage, now.valid_on), ..now };
        UsageObject { view: view.clone(), usage: usage.clone(), at }
    };
    let mut objects: Vec<(String, UsageObject)> = visible.map(object).map(|entry| (entry.key(), entry)).collect();
    objects.sort_by(|a, b| a.0.cmp(&b.0));
    let total = objects.len();
    let following = objects.into_iter().filter(|(key, _)| seek.after.as_deref().is_none_or(|after| key.as_str() > after));
    Ok(seek.page(following, |(key, _)| key.clone()).map(|(_, entry)| entry).with_total(total))
}

/// The day of a usage that is nearest to today and not before it, if there is one.
fn day_of(usage: &Usage, today: Date) -> Date {
    match (usage.validity.from(), usage.validity.to()) {
        (Some(from), _) if today < from => from,
        (_, Some(to)) if today >= to => to.yesterday().unwrap_or(to),
        _ => today,
    }
}

/// An item that was retired, and what it was replaced by.
#[derive(Debug, Clone, SimpleObject)]
pub struct ResolutionStep {
    /// The code of the retired item.
    code: ID,
    /// The codes of what replaced it; none: nothing did.
    successors: Vec<ID>,
}

/// What stands for an item on a date.
#[derive(SimpleObject)]
pub struct Resolution {
    /// The item itself, or the successors that are valid on the date.
    items: Vec<Item>,
    /// Each item that was retired by then, and what it was replaced by.
    path: Vec<ResolutionStep>,
}

#[derive(Default)]
pub struct UsageQuery;

#[Object]
impl UsageQuery {
    /// What stands for an item on a date: the item itself, or what it was replaced by, through however many successors. Null when
    /// there never was such an item.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn resolve(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The code of the dictionary.")] dictionary: ID,
        #[graphql(desc = "The code of the item.")] code: ID,
        #[graphql(desc = "The date; today unless told.")] on: Option<CalendarDate>,
    ) -> Result<Option<Resolution>> {
        let view = View::of(context)?;
        let at = view.coordinate(on.map(|date| date.0), Knowledge::default())?;
        let Some(dictionary) = DictionaryCode::parse(&dictionary) else { return Ok(None) };
        let Some(resident) = view.resident(&dictionary) else { return Ok(None) };
        let Some(resolution) = resolve(&resident.current.state(), &code, at.valid_on) else { return Ok(None) };
        let snapshot = Arc::clone(&resident.current);
        let positions = resolution.items.iter().filter_map(|code| snapshot.position_at(code, at.valid_on));
        let items = positions.map(|position| Item::new(&view, &snapshot, Arc::clone(snapshot.version(position)), at)).collect();
        let id = |code: &ItemCode| ID::from(code.as_str());
        let step = |(code, successors): &(ItemCode, Vec<ItemCode>)| ResolutionStep {
            code: id(code),
            successors: successors.iter().map(id).collect(),
        };
        Ok(Some(Resolution { items, path: resolution.path.iter().map(step).collect() }))
    }
}
