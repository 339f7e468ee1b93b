//! How the service is: versions, sizes, queues and health for whoever runs it; and how much was published week by week, for everybody.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::connection::{list_cost, page_cost};
use super::fault::{bad_input, error};
use super::publication::PublicationObject;
use super::scalar::{CalendarDate, DateTime};
use super::view::View;
use crate::app::system::{FollowingState, SettingInForce, SystemReport};
use crate::domain::activity::{self, by_week};

/// Weeks when nobody says how many, and at most.
const WEEKS_DEFAULT: i32 = 26;
const WEEKS_MAX: i32 = 520;

/// A setting as it is in force.
#[derive(Debug, Clone, SimpleObject)]
struct Setting {
    /// As flags and files write it, with `_`: `query_page_size_max`.
    name: &'static str,
    /// Its value.
    value: String,
}

/// One thing that has to work.
#[derive(Debug, Clone, SimpleObject)]
struct HealthPart {
    /// `database`, `catalogue`, `following` or `search`.
    name: &'static str,
    /// Whether it works.
    is_good: bool,
    /// Since when it works; null where nobody notes that, and while it does not.
    since: Option<DateTime>,
    /// What there is to say of it; of what went wrong, the last.
    detail: String,
    /// When it last went wrong, since the start.
    failed_at: Option<DateTime>,
}

struct SystemObject {
    view: View,
    report: SystemReport,
}

/// How the service is.
#[Object(name = "System")]
impl SystemObject {
    /// The version of this build.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// `SQLite` or `PostgreSQL`.
    async fn engine(&self) -> &'static str {
        self.report.engine.engine
    }

    /// The version of the engine.
    async fn engine_version(&self) -> &str {
        &self.report.engine.version
    }

    /// The latest migration that was run on the database.
    async fn migration(&self) -> &str {
        &self.report.migration
    }

    /// When this process was started.
    async fn started_at(&self) -> DateTime {
        DateTime(self.report.started_at)
    }

    /// How much room the database takes, in bytes.
    async fn database_bytes(&self) -> f64 {
        self.report.engine.database_bytes as f64
    }

    /// The memory of the process, in bytes; null where the operating system does not tell.
    async fn resident_bytes(&self) -> Option<f64> {
        self.report.resident_bytes.map(|bytes| bytes as f64)
    }

    /// The latest publication; null before the first.
    async fn publication(&self) -> Option<PublicationObject> {
        PublicationObject::find(&self.view, self.view.head().seq())
    }

    /// How many dictionaries there are.
    async fn dictionaries_count(&self) -> i64 {
        self.view.residents().count() as i64
    }

    /// How many items they have together, whenever valid.
    async fn items_count(&self) -> i64 {
        self.view.residents().map(|(_, resident)| resident.current.edition.items_count).sum()
    }

    /// Who waits for something new from this process: subscriptions, streams, long polls, and its own deliveries.
    async fn listeners_count(&self) -> i64 {
        self.report.listeners_count as i64
    }

    /// Files that wait to be imported.
    async fn imports_queued(&self) -> i64 {
        self.report.imports_queued
    }

    /// Files that are being imported.
    async fn imports_running(&self) -> i64 {
        self.report.imports_running
    }

    /// What has to work, part by part.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn health(&self) -> Vec<HealthPart> {
        let good = |name, detail| HealthPart { name, is_good: true, since: None, detail, failed_at: None };
        let report = &self.report;
        let residents = || self.view.residents().map(|(_, resident)| &resident.current);
        let unsearchable: Vec<&str> =
            residents().filter(|snapshot| !snapshot.has_text_index()).map(|snapshot| snapshot.dictionary.code.as_str()).collect();
        vec![
            good("database", format!("{} {} answers", report.engine.engine, report.engine.version)),
            good("catalogue", format!("{} dictionaries as of publication {}", residents().count(), self.view.head().seq())),
            following(&report.following),
            HealthPart {
                is_good: unsearchable.is_empty(),
                ..good(
                    "search",
                    match unsearchable.as_slice() {
                        [] => "every dictionary has its text index".to_owned(),
                        codes => format!("text indexes are made when first asked for: {}", codes.join(", ")),
                    },
                )
            },
        ]
    }

    /// The limits in force, by name, those of the management API last. No secret is among them.
    #[graphql(complexity = "list_cost(child_complexity)")]
    async fn settings(&self) -> Vec<Setting> {
        let told = |setting: &SettingInForce| Setting { name: setting.name, value: setting.value.clone() };
        let own = self.view.limits().named().map(|(name, value)| Setting { name, value: value.to_string() });
        self.report.settings.iter().map(told).chain(own).collect()
    }
}

fn following(state: &FollowingState) -> HealthPart {
    let (failed_at, reason) = state.last_failure.clone().unzip();
    let detail = match (state.since, state.looked_at, reason) {
        (Some(_), ..) => "publications of other processes are seen".to_owned(),
        (None, _, Some(reason)) => format!("publications of other processes are not seen: {reason}"),
        (None, _, None) => "this process does not look for publications of others yet".to_owned(),
    };
    HealthPart {
        name: "following",
        is_good: state.since.is_some(),
        since: state.since.map(DateTime),
        detail,
        failed_at: failed_at.map(DateTime),
    }
}

/// What was published in one week.
#[derive(Debug, Clone, SimpleObject)]
struct ActivityWeek {
    /// Its Monday, in UTC.
    week_start: CalendarDate,
    /// Publications that touched a dictionary that the caller may read.
    publications: i64,
    /// Items that came, over these dictionaries.
    added: i64,
    /// Items that changed.
    changed: i64,
    /// Items that were retired.
    retired: i64,
}

impl From<activity::Week> for ActivityWeek {
    fn from(week: activity::Week) -> Self {
        Self {
            week_start: CalendarDate(week.starts_on),
            publications: week.publications_count,
            added: week.added_count,
            changed: week.changed_count,
            retired: week.retired_count,
        }
    }
}

#[derive(Default)]
pub struct SystemQuery;

#[Object]
impl SystemQuery {
    /// How the service is; for administrators and auditors.
    async fn system(&self, context: &Context<'_>) -> Result<Option<SystemObject>> {
        let view = View::of(context)?;
        let report = view.work(|svod, caller| svod.system.report(caller)).await?;
        Ok(Some(SystemObject { view, report }))
    }

    /// How much was published in each of the last weeks, the present one last; of dictionaries that the caller may read.
    #[graphql(complexity = "page_cost(Some(weeks), child_complexity)")]
    async fn activity(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many weeks, at most 520.", default_with = "WEEKS_DEFAULT")] weeks: i32,
    ) -> Result<Vec<ActivityWeek>> {
        let view = View::of(context)?;
        if weeks > WEEKS_MAX {
            return Err(error("LIMIT_EXCEEDED", format!("`weeks` is {weeks}, and at most {WEEKS_MAX} are told")));
        }
        let weeks = usize::try_from(weeks).map_err(|_| bad_input("`weeks` must not be negative"))?;
        let head = view.head();
        let editions = view.residents().flat_map(|(_, resident)| resident.editions.iter());
        let dated = editions.filter_map(|edition| Some((head.publication(edition.published_seq)?.published_at, edition)));
        Ok(by_week(view.now(), weeks, dated).into_iter().map(Into::into).collect())
    }
}
