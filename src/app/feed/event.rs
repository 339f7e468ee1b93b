//! Events as they are told: CloudEvents 1.0 in their structured JSON form, written by hand, since a big publication has a million.
//! It is given what happened and asks the database nothing.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::json;

use super::{Feed, FeedView, Touched, history_mark, item_events};
use crate::domain::digest::hex;
use crate::domain::error::Result;
use crate::domain::feed::{EventType, HistoryMark, Place, Position};
use crate::domain::publication::Publication;
use crate::domain::text::DictionaryCode;
use crate::domain::value::write_json_string;
use crate::domain::version_text::{ChangedParts, VersionTexts, changed_parts};

/// One event of the feed.
#[derive(Debug, Clone)]
pub struct FeedEvent {
    /// The same however often the event is sent: `17.offices.3`.
    pub id: String,
    pub event_type: EventType,
    pub position: Position,
    /// Where a consumer that has this event goes on.
    pub cursor: String,
    /// `None`: of the publication as a whole.
    pub dictionary: Option<DictionaryCode>,
    /// The item that it is about, if it is about one.
    pub code: Option<String>,
    pub published_at: Timestamp,
    /// The whole event, as the JSON format of `CloudEvents` has it.
    pub json: Arc<str>,
}

/// What all events of one publication have in common, worked out once.
pub struct Teller<'a> {
    pub feed: &'a Feed,
    pub view: &'a FeedView,
    pub publication: &'a Publication,
    source: String,
    time: String,
    history: HistoryMark,
    /// Whether even long events are told whole.
    is_whole: bool,
}

/// What happened to an item, and where it stands among the changes of its dictionary.
pub struct ItemChange<'a> {
    pub ordinal: i64,
    pub event_type: EventType,
    pub before: &'a [VersionTexts],
    pub after: &'a [VersionTexts],
}

impl<'a> Teller<'a> {
    pub fn new(feed: &'a Feed, view: &'a FeedView, publication: &'a Publication, is_whole: bool) -> Self {
        let mut source = String::new();
        write_json_string(&feed.source(), &mut source);
        let history = history_mark(view.head(), publication.seq);
        Self { feed, view, publication, source, time: publication.published_at.to_string(), history, is_whole }
    }

    pub fn opened(&self) -> FeedEvent {
        let publication = self.publication;
        let dictionaries: Vec<_> = self.view.touched_by(publication.seq).map(|touched| described(&touched)).collect();
        let mut data = json!({
            "publication": publication.seq,
            "publishedAt": self.time,
            "dictionaries": dictionaries,
        });
        if self.view.may_know(publication.seq) {
            let basis = &publication.basis;
            let told = [
                ("kind", basis.kind.clone()),
                ("number", basis.number.clone()),
                ("date", basis.date.map(|date| date.to_string())),
                ("title", basis.title.clone()),
                ("link", basis.link.clone()),
            ];
            let told: serde_json::Map<_, _> = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
            data["title"] = publication.title.clone().into();
            data["basis"] = told.into();
            if let Some(request) = publication.change_request {
                data["changeRequest"] = request.0.into();
            }
        }
        self.event(EventType::PublicationOpened, Place::Opened, None, &data.to_string())
    }

    pub fn closed(&self) -> FeedEvent {
        let seq = self.publication.seq;
        let told = |touched: Touched<'_>| {
            json!({
                "code": touched.code.as_str(),
                "edition": touched.edition.number,
                "itemEvents": item_events(touched.edition),
                "digestAfter": hex(&touched.edition.digest),
            })
        };
        let dictionaries: Vec<_> = self.view.touched_by(seq).map(told).collect();
        let data = json!({ "publication": seq, "dictionaries": dictionaries });
        self.event(EventType::PublicationClosed, Place::Closed, None, &data.to_string())
    }

    /// `definition` is the canonical JSON of the new definition.
    pub fn definition_changed(&self, touched: &Touched<'_>, definition: &str) -> FeedEvent {
        let version = touched.schema_version();
        let previous = if version > 1 { (version - 1).to_string() } else { "null".to_owned() };
        let data = format!("{},\"previousSchemaVersion\":{previous},\"definition\":{definition}}}", self.beginning(touched, version));
        let place = Place::Within { dictionary: touched.code.clone(), ordinal: 0 };
        self.event(EventType::DefinitionChanged, place, Some((touched.code, None)), &data)
    }

    pub fn item_changed(&self, touched: &Touched<'_>, schema_version: i64, change: &ItemChange<'_>) -> Result<FeedEvent> {
        let changed = changed_parts(change.before, change.after)?;
        let code = change.after.first().or(change.before.first()).map(|version| version.code.as_str()).unwrap_or_default();
        let place = Place::Within { dictionary: touched.code.clone(), ordinal: change.ordinal };
        let mut data = self.beginning(touched, schema_version);
        data.push_str(&format!(",\"ordinal\":{},\"code\":", change.ordinal));
        write_json_string(code, &mut data);
        let head_length = data.len();
        for (name, versions) in [("before", change.before), ("after", change.after)] {
            data.push_str(&format!(",\"{name}\":["));
            for (at, version) in versions.iter().enumerate() {
                if at > 0 {
                    data.push(',');
                }
                version.write_line(&mut data);
            }
            data.push(']');
        }
        if data.len() > self.feed.settings().event_bytes_max && !self.is_whole {
            data.truncate(head_length);
            let position = Position { publication: self.publication.seq, place: place.clone() };
            data.push_str(",\"link\":");
            write_json_string(&format!("{}/feed/events/{}", self.feed.settings().public_url, position.event_id()), &mut data);
        }
        write_changed(&changed, &mut data);
        data.push('}');
        Ok(self.event(change.event_type, place, Some((touched.code, Some(code))), &data))
    }

    /// The members that the events of one edition share, not closed.
    fn beginning(&self, touched: &Touched<'_>, schema_version: i64) -> String {
        let mut data = String::with_capacity(1024);
        data.push_str(&format!(
            "{{\"publication\":{},\"dictionary\":\"{}\",\"edition\":{},\"schemaVersion\":{schema_version}",
            self.publication.seq, touched.code, touched.edition.number
        ));
        data
    }

    /// Puts the envelope about `data`.
    fn event(&self, event_type: EventType, place: Place, about: Option<(&DictionaryCode, Option<&str>)>, data: &str) -> FeedEvent {
        let position = Position { publication: self.publication.seq, place };
        let id = position.event_id();
        let cursor = self.feed.cursor_with(self.history, &position);
        let mut json = String::with_capacity(data.len() + 512);
        json.push_str("{\"specversion\":\"1.0\",\"id\":\"");
        json.push_str(&id);
        json.push_str("\",\"source\":");
        json.push_str(&self.source);
        json.push_str(",\"type\":\"");
        json.push_str(event_type.name());
        json.push('"');
        if let Some((dictionary, code)) = about {
            json.push_str(",\"subject\":");
            let subject = code.map_or_else(|| dictionary.to_string(), |code| format!("{dictionary}/{code}"));
            write_json_string(&subject, &mut json);
        }
        json.push_str(",\"time\":\"");
        json.push_str(&self.time);
        json.push_str("\",\"datacontenttype\":\"application/json\",\"dataschema\":");
        write_json_string(&format!("{}/feed/schemas/{}", self.feed.settings().public_url, event_type.schema_name()), &mut json);
        json.push_str(",\"cursor\":\"");
        json.push_str(&cursor);
        json.push_str("\",\"data\":");
        json.push_str(data);
        json.push('}');
        let (dictionary, published_at) = (about.map(|(dictionary, _)| dictionary.clone()), self.publication.published_at);
        let code = about.and_then(|(_, code)| code).map(ToOwned::to_owned);
        FeedEvent { id, event_type, position, cursor, dictionary, code, published_at, json: json.into() }
    }
}

/// What the header of a publication says of one dictionary.
fn described(touched: &Touched<'_>) -> serde_json::Value {
    let edition = touched.edition;
    json!({
        "code": touched.code.as_str(),
        "edition": edition.number,
        "schemaVersion": touched.schema_version(),
        "definitionChanged": edition.definition_changed,
        "itemEvents": item_events(edition),
        "added": edition.added_count,
        "changed": edition.changed_count,
        "retired": edition.retired_count,
        "items": edition.items_count,
        "digestBefore": touched.digest_before().map(hex),
        "digestAfter": hex(&edition.digest),
    })
}

fn write_changed(changed: &ChangedParts, data: &mut String) {
    data.push_str(",\"changed\":{\"attributes\":[");
    for (at, code) in changed.attributes.iter().enumerate() {
        if at > 0 {
            data.push(',');
        }
        write_json_string(code, data);
    }
    let ChangedParts { parent, validity, retirement, .. } = changed;
    data.push_str(&format!("],\"parent\":{parent},\"validity\":{validity},\"retirement\":{retirement}}}"));
}
