//! The doors of the feed as OpenAPI describes them, with the very words that the doors read. What events say, AsyncAPI and the schemas
//! tell; here they are only pointed to.

use serde_json::{Map, Value, json};

use super::{pull, snapshot, stream};

/// What the words of the addresses mean; each door takes some of them.
const WORDS: [(&str, &str); 6] = [
    ("after", "A cursor, `start` (before the first publication) or `now` (after the newest): the events after it."),
    ("dictionaries", "Codes with commas between them; all that one may see when left out."),
    ("filter", "CEL on an item: an event comes when it holds for a version before or after."),
    ("limit", "How many events at most."),
    ("wait", "How long to wait for the first event, as 30s or 500ms."),
    ("publication", "The number of the publication whose state is told; the newest when left out."),
];

/// The paths, by address.
pub fn openapi_paths() -> [(&'static str, Value); 6] {
    let event = path_word("event", "The id of an event, as 17.offices.3.");
    let schema = path_word("schema", "The name of a schema, as item.changed.v1.json.");
    let events =
        json!({ "type": "array", "items": { "type": "object" }, "description": "CloudEvents 1.0, as /asyncapi.json describes them." });
    let batch = content(&[("application/cloudevents-batch+json", events), ("application/x-ndjson", json!({ "type": "string" }))]);
    let last_id = json!({
        "name": "Last-Event-ID", "in": "header", "schema": { "type": "string" },
        "description": "The cursor of the last event that came: it goes before `after`.",
    });
    let range = json!({
        "name": "Range", "in": "header", "schema": { "type": "string" },
        "description": "The bytes that are missing, of the snapshot whose tag If-Range names.",
    });
    let lines = content(&[("application/x-ndjson", json!({ "type": "string" }))]);
    let mut snapshot_door = get("feedSnapshot", "The state at a publication, to begin with", words(&snapshot::KNOWN, vec![range]), &lines);
    snapshot_door["get"]["responses"]["206"] = json!({ "description": "The part that was asked for.", "content": lines });
    snapshot_door["get"]["responses"]["416"] = refused();
    [
        ("/feed", get("feed", "The events after a cursor", words(&pull::KNOWN, Vec::new()), &batch)),
        (
            "/feed/stream",
            get(
                "feedStream",
                "The events from a cursor on, as Server-Sent Events",
                words(&stream::KNOWN, vec![last_id]),
                &content(&[("text/event-stream", json!({ "type": "string" }))]),
            ),
        ),
        ("/feed/snapshot", snapshot_door),
        (
            "/feed/events/{event}",
            get(
                "feedEvent",
                "One event, whole however long it is",
                vec![event],
                &content(&[("application/cloudevents+json", json!({ "type": "object" }))]),
            ),
        ),
        (
            "/feed/schemas/{schema}",
            get(
                "feedSchema",
                "The JSON Schema of a type of event",
                vec![schema],
                &content(&[("application/schema+json", json!({ "type": "object" }))]),
            ),
        ),
        ("/feed/acknowledge", acknowledge()),
    ]
}

fn acknowledge() -> Value {
    let body = json!({
        "type": "object", "required": ["consumer", "cursor"], "additionalProperties": false,
        "properties": {
            "consumer": { "type": "string", "description": "The code of the consumer, whose account asks." },
            "cursor": { "type": "string", "description": "The cursor of the last event that it has for good." },
        },
    });
    let mut responses = refusals();
    responses.insert("204".to_owned(), json!({ "description": "It is kept; an older cursor than before changes nothing." }));
    json!({
        "post": {
            "operationId": "feedAcknowledge",
            "summary": "A consumer says up to where it has taken events",
            "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
            "responses": responses,
            "security": [{ "token": [] }],
        },
    })
}

fn get(id: &str, summary: &str, parameters: Vec<Value>, content: &Value) -> Value {
    let mut responses = refusals();
    responses.insert("200".to_owned(), json!({ "description": "What was asked for.", "content": content }));
    json!({ "get": { "operationId": id, "summary": summary, "parameters": parameters, "responses": responses } })
}

fn words(known: &[&str], more: Vec<Value>) -> Vec<Value> {
    let told = |name: &&str| {
        let description = WORDS.iter().find(|(word, _)| word == name).map_or("", |(_, description)| *description);
        let schema =
            if ["limit", "publication"].contains(name) { json!({ "type": "integer", "minimum": 1 }) } else { json!({ "type": "string" }) };
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    };
    known.iter().map(told).chain(more).collect()
}

fn path_word(name: &str, description: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": { "type": "string" } })
}

fn content(kinds: &[(&str, Value)]) -> Value {
    kinds.iter().map(|(media, schema)| ((*media).to_owned(), json!({ "schema": schema }))).collect::<Map<String, Value>>().into()
}

fn refused() -> Value {
    json!({ "$ref": "#/components/responses/Refused" })
}

fn refusals() -> Map<String, Value> {
    ["400", "401", "403", "404", "409", "429", "503"].iter().map(|status| ((*status).to_owned(), refused())).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::routes::ROUTES;
    use super::*;

    #[test]
    fn every_door_of_the_feed_is_described_with_the_words_that_it_takes() {
        let paths = openapi_paths();
        for route in ROUTES.iter().filter(|route| route.path.starts_with("/feed")) {
            let (_, described) = paths.iter().find(|(path, _)| *path == route.path).unwrap_or_else(|| panic!("{}", route.path));
            let methods: Vec<String> = described.as_object().unwrap().keys().map(|name| name.to_ascii_uppercase()).collect();
            assert_eq!(methods, [route.methods[0].as_str()], "{}", route.path);
        }
        assert_eq!(paths.len(), ROUTES.iter().filter(|route| route.path.starts_with("/feed")).count());
        let words = paths[0].1["get"]["parameters"].as_array().unwrap();
        let names: Vec<&str> = words.iter().filter_map(|word| word["name"].as_str()).collect();
        assert_eq!(names, pull::KNOWN);
        for (_, path) in &paths {
            for word in path["get"]["parameters"].as_array().into_iter().flatten() {
                assert_ne!(word["description"], "", "{word}");
            }
        }
    }
}
