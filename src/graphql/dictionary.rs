//! Dictionaries: passport, structure, editions, and the door to their items.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Json, Object, Result};
use jiff::Timestamp;

use super::account::RoleValue;
use super::change_request::read_id;
use super::connection::{Page, Seek, list_cost, page_cost};
use super::definition::{AccessValue, ApprovalPolicyObject, AttributeObject, ProjectionObject, RuleObject};
use super::edition::EditionObject;
use super::fault::bad_input;
use super::item::Item;
use super::item_page::{self, Wanted};
use super::item_version::{self, ItemVersionObject};
use super::scalar::{AnyJson, CalendarDate, DateTime, LocalizedText};
use super::view::View;
use crate::app::exporting;
use crate::app::reading::{Coordinate, Knowledge};
use crate::catalog::DictionarySnapshot;
use crate::domain::account::Role;
use crate::domain::change_request::RequestId;
use crate::domain::definition::Definition;
use crate::domain::freshness::{Freshness, freshness, renewal_due_on};
use crate::domain::text::{DictionaryCode, camel_case, lower_first};

/// How the age of a dictionary stands to its update period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Freshness", remote = "Freshness")]
pub enum FreshnessValue {
    /// Renewed within its period.
    Fresh,
    /// The last tenth of the period has begun, or its last day.
    Due,
    /// The period is over.
    Overdue,
    /// The passport names no period.
    Unknown,
}

/// A dictionary as it was known at a publication. The caller may read it.
#[derive(Clone)]
pub struct DictionaryObject {
    pub view: View,
    pub snapshot: Arc<DictionarySnapshot>,
}

impl DictionaryObject {
    /// The dictionary as it is now, if the caller may read it.
    pub fn current(view: &View, code: &DictionaryCode) -> Option<Self> {
        let resident = view.resident(code)?;
        Some(Self { view: view.clone(), snapshot: Arc::clone(&resident.current) })
    }

    pub fn code(&self) -> &DictionaryCode {
        &self.snapshot.dictionary.code
    }

    fn definition(&self) -> &Definition {
        &self.snapshot.dictionary.definition
    }

    fn coordinate(&self, valid_on: Option<CalendarDate>, publication: Option<i64>, known_at: Option<DateTime>) -> Result<Coordinate> {
        let knowledge = Knowledge { publication, known_at: known_at.map(|at| at.0) };
        self.view.coordinate(valid_on.map(|date| date.0), knowledge)
    }

    fn published_at(&self) -> Option<Timestamp> {
        self.view.head().publication(self.snapshot.edition.published_seq).map(|publication| publication.published_at)
    }

    fn matches(&self, search: &str) -> bool {
        let definition = self.definition();
        let texts = [Some(&definition.code), Some(&definition.name.ru), definition.name.en.as_ref()];
        texts.into_iter().flatten().any(|text| text.to_lowercase().contains(search))
    }
}

/// A dictionary: its passport, its structure and its items.
// The arguments of a field are those of its function.
#[allow(clippy::too_many_arguments)]
#[Object(name = "Dictionary")]
impl DictionaryObject {
    /// The stable code.
    #[graphql(name = "code")]
    async fn code_field(&self) -> ID {
        self.code().as_str().into()
    }

    /// What it is called.
    async fn name(&self) -> LocalizedText {
        (&self.definition().name).into()
    }

    /// What is in it.
    async fn description(&self) -> Option<LocalizedText> {
        self.definition().description.as_ref().map(Into::into)
    }

    /// The body that answers for the content.
    async fn owner(&self) -> &str {
        &self.definition().passport.owner
    }

    /// The act that establishes it.
    async fn basis(&self) -> Option<&str> {
        self.definition().passport.basis.as_deref()
    }

    /// Where the content came from.
    async fn source(&self) -> Option<&str> {
        self.definition().passport.source.as_deref()
    }

    /// How often the content is to be renewed, in days.
    async fn update_period_days(&self) -> Option<u32> {
        self.definition().passport.update_period_days
    }

    /// When its content or its definition was last changed.
    async fn last_published_at(&self) -> Option<DateTime> {
        self.published_at().map(DateTime)
    }

    /// How the time since then stands to the update period.
    async fn freshness(&self) -> FreshnessValue {
        let Some(published_at) = self.published_at() else { return FreshnessValue::Unknown };
        freshness(self.view.date_of(published_at), self.definition().passport.update_period_days, self.view.today()).into()
    }

    /// The day by which it is to be renewed; null where the passport names no period.
    async fn renewal_due_on(&self) -> Option<CalendarDate> {
        let published_on = self.view.date_of(self.published_at()?);
        renewal_due_on(published_on, self.definition().passport.update_period_days).map(CalendarDate)
    }

    /// What the caller is on it: roles of their own and those that these imply, and the roles over the service.
    async fn my_roles(&self) -> Vec<RoleValue> {
        let authority = &self.view.caller().authority;
        let holds = |role: Role| if role.is_over_service() { authority.holds_everywhere(role) } else { authority.holds(role, self.code()) };
        Role::ALL.into_iter().filter(|role| holds(*role)).map(Into::into).collect()
    }

    /// Who may read it.
    async fn access(&self) -> AccessValue {
        self.definition().passport.access.into()
    }

    /// The type of its items in the data API.
    async fn type_name(&self) -> &str {
        &self.definition().type_name
    }

    /// The field of the data API that gives one item.
    async fn single_field(&self) -> String {
        lower_first(&self.definition().type_name)
    }

    /// The field of the data API that gives the list.
    async fn list_field(&self) -> String {
        camel_case(&self.definition().code)
    }

    /// A regular expression that every code matches.
    async fn code_pattern(&self) -> Option<&str> {
        self.definition().code_rule.pattern.as_deref()
    }

    /// How codes are made.
    async fn code_description(&self) -> Option<LocalizedText> {
        self.definition().code_rule.description.as_ref().map(Into::into)
    }

    /// Whether items stand under one another.
    async fn is_hierarchical(&self) -> bool {
        self.snapshot.dictionary.is_hierarchical()
    }

    /// The code of the attribute that names an item.
    async fn display(&self) -> Option<ID> {
        self.definition().display.as_deref().map(Into::into)
    }

    /// What is kept of each item, in the order in which it is shown.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn attributes(&self) -> Vec<AttributeObject> {
        self.definition().attributes.iter().map(Into::into).collect()
    }

    /// What must hold between the attributes of one item.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn rules(&self) -> Vec<RuleObject> {
        self.definition().rules.iter().map(Into::into).collect()
    }

    /// The files that its receivers are sent, each in its own form.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn projections(&self) -> Vec<ProjectionObject> {
        self.definition().projections.iter().map(Into::into).collect()
    }

    /// The formats in which it can be exported: `GET /export/{dictionary}.{format}` sends one.
    async fn export_formats(&self) -> Vec<&'static str> {
        exporting::formats().map(|(name, _)| name).collect()
    }

    /// Who must agree before a change is published.
    async fn approval(&self) -> ApprovalPolicyObject {
        let approval = &self.definition().approval;
        ApprovalPolicyObject { four_eyes: approval.four_eyes, stages: approval.stages.iter().map(Into::into).collect() }
    }

    /// The whole definition as JSON: what `defineDictionary` takes, and what `dictionary.schema.json` describes.
    #[graphql(name = "definition")]
    async fn definition_json(&self) -> AnyJson {
        Json(serde_json::to_value(self.definition()).unwrap_or_default())
    }

    /// The edition that this describes.
    async fn edition(&self) -> EditionObject {
        EditionObject { view: self.view.clone(), dictionary: self.code().clone(), edition: self.snapshot.edition.clone() }
    }

    /// All editions, newest first.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn editions(
        &self,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<EditionObject>> {
        let code = self.code();
        let seek = Seek::read(self.view.limits(), format!("editions of {code}"), first, after.as_deref())?;
        let after = seek.after_number()?;
        let editions = self.view.resident(code).map(|resident| Arc::clone(&resident.editions)).unwrap_or_default();
        let following = editions.iter().rev().filter(|edition| after.is_none_or(|after| edition.number < after));
        let object = |edition: &_| EditionObject { view: self.view.clone(), dictionary: code.clone(), edition: Clone::clone(edition) };
        Ok(seek.page(following.map(object), |entry| entry.edition.number.to_string()).with_total(editions.len()))
    }

    /// How many items this edition has, whenever they are valid.
    async fn items_count(&self) -> i64 {
        self.snapshot.edition.items_count
    }

    /// The item of a code that was valid on a date, as it was known at a publication; null when there was none.
    async fn item(
        &self,
        #[graphql(desc = "Its code.")] code: ID,
        #[graphql(desc = "The date; today unless told.")] valid_on: Option<CalendarDate>,
        #[graphql(desc = "As it was known at this publication; the latest unless told.")] publication: Option<i64>,
        #[graphql(desc = "As it was known at this instant; instead of `publication`.")] known_at: Option<DateTime>,
    ) -> Result<Option<Item>> {
        let at = self.coordinate(valid_on, publication, known_at)?;
        Item::find(&self.view, self.code(), &code, at).await
    }

    /// The items that were valid on a date, as they were known at a publication: by code, or best first where something is searched for.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn items(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The date; today unless told.")] valid_on: Option<CalendarDate>,
        #[graphql(desc = "As it was known at this publication; the latest unless told.")] publication: Option<i64>,
        #[graphql(desc = "As it was known at this instant; instead of `publication`.")] known_at: Option<DateTime>,
        #[graphql(desc = "Words to look for. Blank: everything.")] search: Option<String>,
        #[graphql(desc = "Only what stands directly under the item of this code.")] parent: Option<ID>,
        #[graphql(desc = "Only what stands under nothing.", default)] roots_only: bool,
        #[graphql(desc = "As this change request would make them; instead of `publication` and `knownAt`.")] change_request: Option<ID>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
    ) -> Result<Page<Item>> {
        let change_request = read_preview(change_request, publication.is_some() || known_at.is_some())?;
        let at = self.coordinate(valid_on, publication, known_at)?;
        let parent = parent.map(|code| code.to_string());
        let is_total_wanted = context.look_ahead().field("totalCount").exists();
        let wanted = Wanted { search, parent, roots_only, first, after, is_total_wanted, change_request };
        item_page::read(&self.view, self.code(), at, wanted).await
    }

    /// Every version of an item that is known now or was known at a publication, in valid time; also of an item that is retired.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn item_timeline(
        &self,
        #[graphql(desc = "Its code.")] code: ID,
        #[graphql(desc = "As it was known at this publication; the latest unless told.")] publication: Option<i64>,
        #[graphql(desc = "As it was known at this instant; instead of `publication`.")] known_at: Option<DateTime>,
    ) -> Result<Vec<ItemVersionObject>> {
        let at = self.coordinate(None, publication, known_at)?;
        item_version::timeline(&self.view, self.code(), &code, at.publication).await
    }

    /// Every version of an item that was ever published up to a publication, what was replaced since included.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn item_history(
        &self,
        #[graphql(desc = "Its code.")] code: ID,
        #[graphql(desc = "As it was known at this publication; the latest unless told.")] publication: Option<i64>,
        #[graphql(desc = "As it was known at this instant; instead of `publication`.")] known_at: Option<DateTime>,
    ) -> Result<Vec<ItemVersionObject>> {
        let at = self.coordinate(None, publication, known_at)?;
        item_version::history(&self.view, self.code(), &code, at.publication).await
    }
}

/// The request whose preview is wanted. One that does not exist, or that the caller may not see, previews nothing.
fn read_preview(id: Option<ID>, is_published_asked: bool) -> Result<Option<RequestId>> {
    match id {
        Some(_) if is_published_asked => {
            Err(bad_input("give `changeRequest`, or `publication` or `knownAt`: a draft is not published yet"))
        }
        Some(id) => Ok(Some(read_id(&id).unwrap_or(RequestId(0)))),
        None => Ok(None),
    }
}

#[derive(Default)]
pub struct DictionaryQuery;

#[Object]
impl DictionaryQuery {
    /// The dictionaries that the caller may read, in the order of their codes.
    #[graphql(complexity = "page_cost(first, child_complexity)")]
    async fn dictionaries(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many; 50 unless told, at most 200.")] first: Option<i32>,
        #[graphql(desc = "What comes after this cursor.")] after: Option<String>,
        #[graphql(desc = "A part of the code or of the name, in whatever case.")] search: Option<String>,
    ) -> Result<Page<DictionaryObject>> {
        let view = View::of(context)?;
        let seek = Seek::read(view.limits(), "dictionaries", first, after.as_deref())?;
        let search = search.unwrap_or_default().trim().to_lowercase();
        let found: Vec<DictionaryObject> = view
            .residents()
            .filter_map(|(code, _)| DictionaryObject::current(&view, code))
            .filter(|entry| entry.matches(&search))
            .collect();
        let total = found.len();
        let following = found.into_iter().filter(|entry| seek.after.as_deref().is_none_or(|after| entry.code().as_str() > after));
        Ok(seek.page(following, |entry| entry.code().to_string()).with_total(total))
    }

    /// The dictionary of a code; null when there is none that the caller may read.
    async fn dictionary(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Its code: `offices`.")] code: ID,
    ) -> Result<Option<DictionaryObject>> {
        let view = View::of(context)?;
        Ok(DictionaryCode::parse(&code).and_then(|code| DictionaryObject::current(&view, &code)))
    }
}
