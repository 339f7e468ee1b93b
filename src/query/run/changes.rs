//! Writes pages of the feed, for whoever follows what is published by asking. What events say and how cursors are read, the feed
//! knows; here they are only held to the head of the request and to the limits of an answer.

use std::sync::Arc;

use super::super::argument::Arguments;
use super::super::fault::{Fault, Outcome};
use super::super::plan::{Field, Plain, RootKind};
use super::super::schema::CHANGES_DEFAULT;
use super::super::scope::Scope;
use super::output::{Output, Written};
use super::{Run, arguments_of};
use crate::app::feed::{FeedEvent, FeedPage, FeedRequest, FeedView, START};
use crate::domain::attribute::quoted;
use crate::domain::error::Error;
use crate::domain::feed::Position;
use crate::domain::text::DictionaryCode;

/// The events of one page.
struct ChangePage {
    events: Arc<[FeedEvent]>,
    /// How many of them are told.
    count: usize,
    /// Where to go on.
    end: Position,
    has_next: bool,
}

impl ChangePage {
    /// As much of a page as one answer carries: what is left is on the next. At least one event is told, so that whoever follows
    /// comes on.
    fn cut(page: FeedPage, bytes_max: usize) -> Self {
        let mut bytes = 0;
        let fits = |event: &&FeedEvent| {
            bytes += event.json.len();
            bytes <= bytes_max
        };
        let count = page.events.iter().take_while(fits).count().max(1).min(page.events.len());
        let last = page.events.get(count.saturating_sub(1)).filter(|_| count < page.events.len());
        match last.map(|event| event.position.clone()) {
            Some(end) => Self { events: page.events, count, end, has_next: true },
            None => Self { events: page.events, count, end: page.position, has_next: !page.is_at_end },
        }
    }
}

/// What the arguments ask of the feed: for whom and of what, and after which position.
pub fn asked_changes(scope: &Scope, arguments: Arguments<'_>) -> Outcome<(FeedView, Position)> {
    let head = &scope.reader.head;
    let parse = |code: &str| {
        let unknown = || Error::not_found(format!("there is no dictionary {}", quoted(code)));
        DictionaryCode::parse(code).ok_or_else(unknown)
    };
    let asked = arguments.ids("dictionaries")?;
    let asked = asked.map(|codes| codes.iter().map(|code| parse(code)).collect()).transpose();
    let view = asked.and_then(|dictionaries| {
        let asked = FeedRequest { dictionaries, filter: None };
        scope.feed.view_of(Arc::clone(head), scope.authority(), &asked)
    });
    let view = view.map_err(|error| Fault::from(error).within("dictionaries"))?;
    let after = scope.feed.position_within(head, arguments.text("after")?.unwrap_or(START));
    Ok((view, after.map_err(|error| Fault::from(error).within("after"))?))
}

impl<'q> Run<'q> {
    pub fn changes(&self, out: &mut Output<'q>, field: &'q Field<RootKind>, of: &'q Plain) -> Written {
        // The next publication may come on the same page.
        self.is_pinned.set(false);
        let bound = self.bound(field, out)?;
        let page = self.find_changes(arguments_of(bound));
        let page = self.told(out, page)?;
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("ChangePage"),
                "nodes" => {
                    return self.composite(field, out, |out| {
                        let events = page.events[..page.count].iter();
                        self.list(out, events, |out, event| self.change_event(out, &field.kind.of, event))
                    });
                }
                "endCursor" => out.text(&self.scope.feed.cursor_within(&self.scope.reader.head, &page.end)),
                "hasNextPage" => out.boolean(page.has_next),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    fn change_event(&self, out: &mut Output<'q>, of: &'q Plain, event: &FeedEvent) -> Written {
        self.count_node(out)?;
        self.object(out, of, |out, field| {
            match field.kind.name.as_str() {
                "__typename" => out.text("ChangeEvent"),
                "id" => out.text(&event.id),
                "type" => out.text(event.event_type.name()),
                "cursor" => out.text(&event.cursor),
                "publication" => out.integer(event.position.publication),
                "dictionary" => out.optional_text(event.dictionary.as_ref().map(DictionaryCode::as_str)),
                "code" => out.optional_text(event.code.as_deref()),
                "publishedAt" => out.text(&event.published_at.to_string()),
                "event" => out.raw(&event.json),
                _ => return self.unknown(out, field),
            }
            Ok(())
        })
    }

    fn find_changes(&self, arguments: Arguments<'_>) -> Outcome<ChangePage> {
        let scope = self.scope;
        let first = arguments.page_size(scope, CHANGES_DEFAULT)?;
        let (view, after) = asked_changes(scope, arguments)?;
        if first == 0 {
            let has_next = after < Position::after(scope.reader.head.seq());
            return Ok(ChangePage { events: Arc::default(), count: 0, end: after, has_next });
        }
        let page = match scope.feed.find_read(&view, &after, first) {
            Some(page) => page,
            None => {
                scope.check_blocking()?;
                scope.feed.read(&view, &after, first)?
            }
        };
        // Half of the answer is left for what else is asked, and for the fields that tell of an event what it tells itself.
        Ok(ChangePage::cut(page, scope.limits.response_bytes_max / 2))
    }
}
