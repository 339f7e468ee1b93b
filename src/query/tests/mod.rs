//! The data API as its clients meet it: a small published world in memory and in SQLite, and questions to it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::{Caller, DataApi, QueryLimits, Request, Response, ResponseKind};
use crate::app::feed::{Feed, FeedSettings};
use crate::app::publishing::Proposal;
use crate::app::reading::Reading;
use crate::app::svod::{Svod, SvodSettings};
use crate::catalog::Head;
use crate::db::{DatabaseUrl, Store, StoreLimits};
use crate::domain::attribute::type_name;
use crate::domain::clock::Clock;
use crate::domain::dictionary::Dictionary;
use crate::domain::item::{Content, Retirement, Stretch, overlay, retire, timeline_of};
use crate::domain::publication::{Basis, ChangeSet};
use crate::domain::text::{DictionaryCode, Localized};
use crate::domain::validity::{Date, Validity, parse_date};
use crate::domain::value::Value;

mod access;
mod changes;
mod differential;
mod filter;
mod kept;
mod limit;
mod page;
mod random;
mod schema;
mod search;
mod time;

const REGIONS: &str = r#"
code = "regions"
type = "Region"
name = { ru = "Субъекты Российской Федерации", en = "Regions" }
display = "name"
passport = { owner = "Управление", access = "public" }
attributes = [ { code = "name", type = "string", label = { ru = "Наименование" }, required = true, search = true } ]
"#;

const OFFICES: &str = r#"
code = "offices"
type = "Office"
name = { ru = "Органы прокуратуры", en = "Prosecution offices" }
description = { ru = "Кавычки \"\"\" и обратная \\ черта не мешают." }
display = "name"
passport = { owner = "Управление", access = "public", update_period_days = 30 }
hierarchy = { }
attributes = [
  { code = "name", type = "string", label = { ru = "Наименование", en = "Name" }, required = true, localized = true, search = true },
  { code = "region", type = "reference", to = "regions", label = { ru = "Субъект РФ" }, description = { ru = "Где стоит" } },
  { code = "served_regions", type = "reference", to = "regions", list = true, label = { ru = "Обслуживаемые субъекты" } },
  { code = "status", type = "enum", label = { ru = "Состояние" }, values = [
    { code = "ACTIVE", label = { ru = "Действует" } }, { code = "CLOSED", label = { ru = "Закрыт" } } ] },
  { code = "staff", type = "integer", label = { ru = "Штат" } },
  { code = "budget", type = "decimal", label = { ru = "Бюджет" } },
  { code = "is_military", type = "boolean", label = { ru = "Военная" } },
  { code = "opened_on", type = "date", label = { ru = "Открыт" } },
  { code = "tags", type = "string", list = true, label = { ru = "Метки" } },
  { code = "alias", type = "string", label = { ru = "Краткое имя" } },
]
"#;

/// A published world that tests can publish more into.
pub struct Library {
    pub api: Arc<DataApi>,
    svod: Svod,
    now_ms: Arc<AtomicI64>,
    folder: TempDir,
}

/// The shared world; read only.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = Library::new(QueryLimits::default());
        publish_world(&library);
        library
    })
}

pub fn day(text: &str) -> Date {
    parse_date(text).expect("tests write dates well")
}

/// The data of an answer without errors.
pub fn data(query: &str) -> Json {
    library().data(query)
}

/// The only error of an answer: its code and message.
pub fn error(query: &str) -> (String, String) {
    library().error(query)
}

impl Library {
    pub fn new(limits: QueryLimits) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a test");
        let now_ms = Arc::new(AtomicI64::new(instant("2024-06-15T12:00:00Z").as_millisecond()));
        let clock_ms = Arc::clone(&now_ms);
        let now = move || Timestamp::from_millisecond(clock_ms.load(Ordering::SeqCst)).expect("it is an instant");
        let settings = SvodSettings {
            import_jobs: None,
            feed: Default::default(),
            consumers: crate::config::idle_consumers(),
            database_url: DatabaseUrl::Sqlite(folder.path().join("svod.db")),
            store: StoreLimits { connections_max: 2, busy_timeout_ms: 1_000, connect_timeout_ms: 1_000 },
            clock: Clock::new(TimeZone::UTC, now),
            violations_max: 100,
            older_bytes_max: 64 << 20,
            secrets: crate::config::system_secrets(),
            password_cost: crate::app::passwords::PasswordCost::default(),
            session_lifetime: jiff::SignedDuration::from_hours(12),
            is_demo: false,
            // As in a version of Svod whose own names were fewer: what does not fit is published all the same.
            name_check: |_| Vec::new(),
        };
        let svod = Svod::open(settings).expect("a new database opens");
        let api = Arc::new(DataApi::new(svod.reading.clone(), svod.feed.clone(), limits));
        Self { api, svod, now_ms, folder }
    }

    /// Another API over the same catalogue, and the store from which it reads what is older.
    pub fn with_store_of_its_own(&self) -> (DataApi, Store) {
        let limits = StoreLimits { connections_max: 2, busy_timeout_ms: 1_000, connect_timeout_ms: 50 };
        let url = DatabaseUrl::Sqlite(self.folder.path().join("svod.db"));
        let store = Store::open(url, limits).expect("the database is there");
        let catalog = Arc::clone(self.svod.publisher.catalog());
        let reading = Reading::new(catalog, store.clone(), Clock::new(TimeZone::UTC, || instant("2024-06-15T12:00:00Z")));
        let feed = Feed::new(reading.clone(), store.clone(), FeedSettings::default(), uuid::Uuid::nil());
        (DataApi::new(reading, feed, QueryLimits::default()), store)
    }

    pub fn execute(&self, query: &str, variables: Json) -> (Response, Json) {
        let request = Request { query: query.into(), variables: variables.to_string().into(), ..Request::default() };
        let response = self.api.execute(Caller::default(), request);
        let body = serde_json::from_slice(&response.body).expect("an answer is JSON");
        (response, body)
    }

    pub fn data(&self, query: &str) -> Json {
        self.data_with(query, json!({}))
    }

    pub fn data_with(&self, query: &str, variables: Json) -> Json {
        let (response, mut body) = self.execute(query, variables);
        assert_eq!(response.kind, ResponseKind::Executed, "{body}");
        assert_eq!(body.get("errors"), None, "{query}");
        body["data"].take()
    }

    pub fn error(&self, query: &str) -> (String, String) {
        let (_, body) = self.execute(query, json!({}));
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        assert_eq!(errors.len(), 1, "{:.200}: {body:.500}", query, body = body.to_string());
        let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
        (text(&errors[0]["extensions"]["code"]), text(&errors[0]["message"]))
    }

    /// Publishes at an instant, and lets it be today again.
    pub fn publish(&self, at: &str, title: &str, changes: &ChangeSet) {
        let publisher = &self.svod.publisher;
        let number = format!("{}-П", publisher.catalog().head().seq() + 1);
        let basis = Basis { kind: Some("order".into()), number: Some(number), ..Basis::default() };
        let today_ms = self.now_ms.swap(instant(at).as_millisecond(), Ordering::SeqCst);
        let proposal =
            Proposal { title: title.to_owned(), basis, change: &|_| Ok(changes.clone()), leave_out: None, record: &|_, _| Ok(None) };
        publisher.publish(&proposal).expect("the change is valid");
        self.now_ms.store(today_ms, Ordering::SeqCst);
    }

    /// The same for a change that may be refused; whether it was published.
    pub fn try_publish(&self, at: &str, changes: &ChangeSet) -> bool {
        let today_ms = self.now_ms.swap(instant(at).as_millisecond(), Ordering::SeqCst);
        let proposal = Proposal {
            title: "Случай".to_owned(),
            basis: Basis::default(),
            change: &|_| Ok(changes.clone()),
            leave_out: None,
            record: &|_, _| Ok(None),
        };
        let published = self.svod.publisher.publish(&proposal);
        self.now_ms.store(today_ms, Ordering::SeqCst);
        published.is_ok()
    }

    /// Makes it another day.
    pub fn go_to(&self, at: &str) {
        self.now_ms.store(instant(at).as_millisecond(), Ordering::SeqCst);
    }

    pub fn edit(&self) -> Edit {
        Edit { head: self.svod.publisher.catalog().head(), changes: ChangeSet::new() }
    }
}

fn instant(text: &str) -> Timestamp {
    text.parse().expect("tests write instants well")
}

/// Changes on top of what is published.
pub struct Edit {
    head: Arc<Head>,
    pub changes: ChangeSet,
}

impl Edit {
    pub fn define(mut self, toml: &str) -> Self {
        let dictionary = Dictionary::compile(toml::from_str(toml).expect("it is TOML")).expect("the definition is right");
        let code = dictionary.code.clone();
        self.changes.entry(code).or_default().dictionary = Some(Arc::new(dictionary));
        self
    }

    fn dictionary(&self, code: &DictionaryCode) -> Arc<Dictionary> {
        let new = self.changes.get(code).and_then(|change| change.dictionary.clone());
        new.unwrap_or_else(|| Arc::clone(&self.head.dictionaries[code].current.dictionary))
    }

    fn timeline(&self, dictionary: &DictionaryCode, item: &str) -> Vec<Stretch> {
        if let Some(timeline) = self.changes.get(dictionary).and_then(|change| change.timelines.get(item)) {
            return timeline.clone();
        }
        let resident = self.head.dictionaries.get(dictionary);
        resident.map(|resident| timeline_of(resident.current.items.versions_of(item))).unwrap_or_default()
    }

    /// Says `values` of an item from a date on, or always; `name` takes `ru/en`.
    pub fn say(mut self, dictionary: &str, item: &str, from: Option<&str>, values: &[(&str, &str)]) -> Self {
        let code = DictionaryCode::parse(dictionary).expect("it is a code");
        let compiled = self.dictionary(&code);
        let mut content = Content { parent: None, values: vec![None; compiled.attributes.len()].into() };
        for (name, text) in values {
            if *name == "parent" {
                content.parent = Some((*text).into());
                continue;
            }
            let position = compiled.position(name).expect("the attribute is there");
            let attribute = &compiled.attributes[position];
            content.values[position] = Some(match text.split_once('/').filter(|_| attribute.definition.localized) {
                Some((ru, en)) => Value::Localized(Box::new(Localized { ru: Some(ru.into()), en: Some(en.into()) })),
                None => attribute.parse(text).expect("the value is right"),
            });
        }
        let validity = from.map_or(Validity::ALWAYS, |from| Validity::starting(day(from)));
        let timeline = overlay(self.timeline(&code, item), validity, content);
        self.changes.entry(code).or_default().timelines.insert(item.into(), timeline);
        self
    }

    /// Whether an item has any version yet.
    pub fn has(&self, dictionary: &str, item: &str) -> bool {
        let code = DictionaryCode::parse(dictionary).expect("it is a code");
        !self.timeline(&code, item).is_empty()
    }

    pub fn is_hierarchical(&self, dictionary: &str) -> bool {
        self.dictionary(&DictionaryCode::parse(dictionary).expect("it is a code")).is_hierarchical()
    }

    /// Code, type, and whether it is a list and in two languages.
    pub fn attributes(&self, dictionary: &str) -> Vec<(String, &'static str, bool, bool)> {
        let dictionary = self.dictionary(&DictionaryCode::parse(dictionary).expect("it is a code"));
        let each = dictionary.attributes.iter().map(|attribute| &attribute.definition);
        each.map(|definition| (definition.code.clone(), type_name(definition.kind), definition.list, definition.localized)).collect()
    }

    pub fn retire_if_valid(self, dictionary: &str, item: &str, on: &str, successors: &[&str]) -> Self {
        let code = DictionaryCode::parse(dictionary).expect("it is a code");
        let is_valid = self.timeline(&code, item).iter().any(|stretch| stretch.validity.overlaps(Validity::starting(day(on))));
        if is_valid { self.retire(dictionary, item, on, successors) } else { self }
    }

    pub fn retire(mut self, dictionary: &str, item: &str, on: &str, successors: &[&str]) -> Self {
        let code = DictionaryCode::parse(dictionary).expect("it is a code");
        let successors = successors.iter().map(|code| (*code).into()).collect();
        let retirement = Retirement { reason: "слияние".to_owned(), successors };
        let timeline = retire(self.timeline(&code, item), day(on), retirement).expect("it was valid then");
        self.changes.entry(code).or_default().timelines.insert(item.into(), timeline);
        self
    }
}

/// Three publications: the beginning, a renaming, a merger.
fn publish_world(library: &Library) {
    let beginning = library.edit().define(REGIONS).define(OFFICES);
    let beginning = beginning
        .say("regions", "01", None, &[("name", "Алтайский край")])
        .say("regions", "77", None, &[("name", "Москва")])
        .say(
            "offices",
            "1",
            None,
            &[("name", "Генеральная прокуратура/Prosecutor General's Office"), ("region", "77"), ("staff", "1000"), ("status", "ACTIVE")],
        )
        .say(
            "offices",
            "10",
            None,
            &[
                ("name", "Прокуратура Алтайского края/Altai office"),
                ("parent", "1"),
                ("region", "01"),
                ("served_regions", "01|77"),
                ("staff", "200"),
                ("budget", "1000.50"),
                ("opened_on", "1937-09-28"),
                ("status", "ACTIVE"),
                ("is_military", "нет"),
                ("tags", "край|Сибирь"),
                ("alias", "ёлка"),
            ],
        )
        .say(
            "offices",
            "11",
            None,
            &[("name", "Прокуратура города Барнаула"), ("parent", "10"), ("region", "01"), ("staff", "30"), ("budget", "99.9")],
        )
        .say(
            "offices",
            "12",
            Some("2010-01-01"),
            &[("name", "Прокуратура Ёлочного района"), ("parent", "10"), ("region", "01"), ("is_military", "да"), ("alias", "Ель")],
        );
    library.publish("2020-01-10T09:00:00Z", "Начало", &beginning.changes);
    let renaming = library.edit().say(
        "offices",
        "11",
        Some("2021-07-01"),
        &[("name", "Барнаульская городская прокуратура/Barnaul office"), ("parent", "10"), ("region", "01"), ("staff", "35")],
    );
    library.publish("2021-06-01T09:00:00Z", "Переименование", &renaming.changes);
    let merger = library
        .edit()
        .say("regions", "01", Some("2022-01-01"), &[("name", "Край Алтайский")])
        .say("offices", "13", Some("2023-01-01"), &[("name", "Межрайонная прокуратура"), ("parent", "10"), ("region", "01")])
        .retire("offices", "12", "2023-01-01", &["13"]);
    library.publish("2022-12-01T09:00:00Z", "Слияние", &merger.changes);
}

#[test]
fn the_api_can_be_shared() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&library().api);
}
