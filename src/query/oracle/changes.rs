//! The feed, read event by event instead of page by page.

use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::run::asked_changes;
use super::super::schema::CHANGES_DEFAULT;
use super::super::scope::Scope;
use crate::app::feed::FeedEvent;
use crate::domain::feed::Position;
use crate::domain::text::DictionaryCode;

pub struct ChangePage<'q> {
    scope: &'q Scope,
    events: Vec<FeedEvent>,
    end: Position,
    has_next: bool,
}

impl<'q> ChangePage<'q> {
    pub fn read(scope: &'q Scope, arguments: Arguments<'_>) -> Outcome<Self> {
        let first = arguments.page_size(scope, CHANGES_DEFAULT)?;
        let (view, mut end) = asked_changes(scope, arguments)?;
        let mut events = Vec::new();
        while events.len() < first {
            let page = scope.feed.read(&view, &end, 1)?;
            let Some(event) = page.events.first() else { break };
            events.push(event.clone());
            end = page.position;
        }
        let has_next = scope.feed.lag(&view, &end).events > 0;
        Ok(Self { scope, events, end, has_next })
    }
}

impl ObjectValue for ChangePage<'_> {
    fn type_name(&self) -> &str {
        "ChangePage"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        Ok(match info.field_name() {
            "nodes" => self.scope.list(self.events.iter().map(|event| Ok(ResolvedValue::object(ChangeEvent { event })))),
            "endCursor" => ResolvedValue::leaf(self.scope.feed.cursor_within(&self.scope.reader.head, &self.end)),
            "hasNextPage" => ResolvedValue::leaf(self.has_next),
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}

struct ChangeEvent<'a> {
    event: &'a FeedEvent,
}

impl ObjectValue for ChangeEvent<'_> {
    fn type_name(&self) -> &str {
        "ChangeEvent"
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let event = self.event;
        Ok(match info.field_name() {
            "id" => ResolvedValue::leaf(event.id.as_str()),
            "type" => ResolvedValue::leaf(event.event_type.name()),
            "cursor" => ResolvedValue::leaf(event.cursor.as_str()),
            "publication" => ResolvedValue::leaf(event.position.publication),
            "dictionary" => ResolvedValue::leaf(event.dictionary.as_ref().map(DictionaryCode::as_str)),
            "code" => ResolvedValue::leaf(event.code.as_deref()),
            "publishedAt" => ResolvedValue::leaf(event.published_at.to_string()),
            "event" => {
                let parsed: Result<JsonValue, _> = serde_json::from_str(&event.json);
                ResolvedValue::leaf(parsed.map_err(Fault::internal)?)
            }
            _ => return Err(self.unknown_field_error(info)),
        })
    }
}
