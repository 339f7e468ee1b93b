//! What the feed is described by: a JSON Schema for each type of event, and the AsyncAPI document of the whole. They are the same for
//! everybody, and lie as files in `feed/`.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};

use super::super::answer::answer;
use super::super::errors::Problem;
use super::super::negotiation::Media;
use super::super::observation::RequestId;
use crate::app::consumers::Ping;

const SCHEMA: &str = "application/schema+json; charset=utf-8";
const ASYNCAPI: &str = "application/vnd.aai.asyncapi+json;version=3.0.0; charset=utf-8";

/// By the names that `EventType::schema_name` gives them; a ping is no event of the feed and has its own.
const SCHEMAS: [(&str, &str); 9] = [
    ("publication.opened.v1.json", include_str!("../../../feed/schemas/publication.opened.v1.json")),
    ("definition.changed.v1.json", include_str!("../../../feed/schemas/definition.changed.v1.json")),
    ("item.added.v1.json", include_str!("../../../feed/schemas/item.added.v1.json")),
    ("item.changed.v1.json", include_str!("../../../feed/schemas/item.changed.v1.json")),
    ("item.retired.v1.json", include_str!("../../../feed/schemas/item.retired.v1.json")),
    ("item.annulled.v1.json", include_str!("../../../feed/schemas/item.annulled.v1.json")),
    ("item.restored.v1.json", include_str!("../../../feed/schemas/item.restored.v1.json")),
    ("publication.closed.v1.json", include_str!("../../../feed/schemas/publication.closed.v1.json")),
    (Ping::SCHEMA_NAME, include_str!("../../../feed/schemas/ping.v1.json")),
];

/// `/feed/schemas/item.changed.v1.json`.
pub async fn schema(request: HttpRequest) -> HttpResponse {
    let name = request.match_info().query("schema");
    match SCHEMAS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => answer(StatusCode::OK, SCHEMA, *text),
        None => Problem::not_found(request.path()).respond(Media::Json, &RequestId::of(&request)),
    }
}

pub async fn asyncapi(_: HttpRequest) -> HttpResponse {
    answer(StatusCode::OK, ASYNCAPI, include_str!("../../../feed/asyncapi.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::feed::EventType;

    #[test]
    fn every_type_of_event_has_its_schema_and_stands_in_the_document() {
        let document: serde_json::Value = serde_json::from_str(include_str!("../../../feed/asyncapi.json")).unwrap();
        let messages = document["components"]["messages"].as_object().unwrap();
        let of_feed = EventType::ALL.map(|event_type| (event_type.name(), event_type.schema_name()));
        let of_all = of_feed.iter().map(|(event_type, name)| (*event_type, name.as_str())).chain([(Ping::EVENT_TYPE, Ping::SCHEMA_NAME)]);
        for (event_type, name) in of_all {
            let (_, text) = SCHEMAS.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("there is no schema {name}"));
            let schema: serde_json::Value = serde_json::from_str(text).unwrap();
            assert_eq!(schema["properties"]["type"]["const"], event_type);
            let message = messages.values().find(|message| message["name"] == event_type).unwrap();
            assert_eq!(message["payload"]["schema"]["$ref"], format!("/feed/schemas/{name}"));
        }
        assert_eq!((SCHEMAS.len(), messages.len()), (EventType::ALL.len() + 1, EventType::ALL.len() + 1));
    }
}
