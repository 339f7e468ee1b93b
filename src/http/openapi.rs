//! The description of the doors for files and of the feed, by OpenAPI 3.1: made from the same tables that the doors read, so that it
//! cannot disagree with them. The GraphQL doors describe themselves and stand not here.

use std::sync::LazyLock;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use serde_json::{Map, Value, json};

use super::answer::answer;
use super::{feed, routes};
use crate::app::drafting_definitions;
use crate::app::exporting::{ESNSI_UPDATE, PARAMETERS, Parameter, formats};
use crate::app::import_job::{PARAMETER_NAMES, PROPOSAL_PARAMETER_NAMES};

static DOCUMENT: LazyLock<String> = LazyLock::new(|| document().to_string());

pub async fn describe() -> HttpResponse {
    let mut response = answer(StatusCode::OK, "application/json; charset=utf-8", DOCUMENT.as_str());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// `GET /dictionary.schema.json`: what a definition looks like, for editors.
pub async fn definition_schema() -> HttpResponse {
    static SCHEMA: LazyLock<String> = LazyLock::new(drafting_definitions::definition_schema);
    let mut response = answer(StatusCode::OK, "application/schema+json; charset=utf-8", SCHEMA.as_str());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// The whole document. A door for files more is one more entry of `paths`.
fn document() -> Value {
    let paths: Map<String, Value> = {
        let of_feed = feed::openapi_paths().map(|(path, described)| (path.to_owned(), described));
        export_paths().into_iter().chain(import_paths()).chain(definition_paths()).chain(of_feed).collect()
    };
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Svod: files and the change feed",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Dictionaries as files, and what changes in them as events, which /asyncapi.json describes. Everything else is asked over GraphQL: /graphql/data and /graphql.",
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
            "schemas": { "Errors": errors_schema() },
            "responses": { "Refused": refused() },
        },
        // Without a token one reads what is public.
        "security": [{}, { "token": [] }],
    })
}

fn errors_schema() -> Value {
    let extensions = json!({
        "type": "object",
        "required": ["code", "requestId"],
        "properties": { "code": { "type": "string" }, "place": { "type": "string" }, "requestId": { "type": "string" } },
    });
    let error = json!({
        "type": "object",
        "required": ["message", "extensions"],
        "properties": { "message": { "type": "string" }, "extensions": extensions },
    });
    json!({ "type": "object", "required": ["errors"], "properties": { "errors": { "type": "array", "items": error } } })
}

fn refused() -> Value {
    json!({
        "description": "Why it is not answered, in sentences.",
        "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Errors" } } },
    })
}

/// The doors out.
fn export_paths() -> [(String, Value); 2] {
    let mut media: Map<String, Value> = Map::new();
    for (_, media_type) in formats() {
        let plain = media_type.split(';').next().unwrap_or(media_type);
        media.entry(plain.to_owned()).or_insert_with(|| json!({ "schema": { "type": "string", "format": "binary" } }));
    }
    let mut names: Vec<&str> = formats().map(|(name, _)| name).collect();
    names.push(ESNSI_UPDATE);
    let dictionary = path_parameter("dictionary", "The code of the dictionary.", json!({ "type": "string" }));
    let format = path_parameter("format", "The name of the format.", json!({ "type": "string", "enum": names }));
    let projection = path_parameter("projection", "The code of a projection of the dictionary.", json!({ "type": "string" }));
    let csv = json!({ "text/csv": { "schema": { "type": "string", "format": "binary" } } });
    // The format is a part of the last segment, which OpenAPI allows and the table of routes calls by one name.
    let by_format = routes::EXPORT_FORMAT.replace("{file}", "{dictionary}.{format}");
    [
        (by_format, operation("exportFormat", "A dictionary as a file of a format", &[dictionary.clone(), format], &Value::Object(media))),
        (
            routes::EXPORT_PROJECTION.to_owned(),
            operation("exportProjection", "A dictionary as one of its receivers wants it", &[dictionary, projection], &csv),
        ),
    ]
}

/// The doors in, and those of the jobs that files become.
fn import_paths() -> [(String, Value); 4] {
    let dictionary = path_parameter("dictionary", "The code of the dictionary.", json!({ "type": "string" }));
    let job = path_parameter("job", "The number of the import.", json!({ "type": "integer" }));
    let file = json!({ "name": "file", "in": "query", "description": "The name of the file.", "schema": { "type": "string" } });
    let named = |name: &&str| {
        let description = "As `svod import --help` says of the flag of this name.";
        json!({ "name": name, "in": "query", "description": description, "schema": { "type": "string" } })
    };
    let parameters: Vec<Value> = [dictionary, file].into_iter().chain(PARAMETER_NAMES.iter().map(named)).collect();
    let refused = json!({ "$ref": "#/components/responses/Refused" });
    let told =
        |description: &str| json!({ "description": description, "content": { "application/json": { "schema": { "type": "object" } } } });
    let answers = |done: Value| json!({ "200": done, "401": refused, "403": refused, "404": refused, "409": refused, "503": refused });
    let mut uploaded = answers(told("The same file was imported before, and its request is open: that import."));
    uploaded["202"] = told("The import that the file became; how far it is, is asked at the address in Location.");
    for status in ["400", "408", "413", "415", "422", "429"] {
        uploaded[status] = refused.clone();
    }
    let body =
        json!({ "required": true, "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } } });
    let upload = json!({
        "operationId": "importFile", "summary": "A file as it is, or packed by gzip, to be imported as a change request",
        "parameters": parameters.clone(), "requestBody": body.clone(), "responses": uploaded,
    });
    let mut looked_with = parameters.clone();
    let description = "That the file goes on behind what is sent.";
    looked_with.push(json!({ "name": "partial", "in": "query", "description": description, "schema": { "type": "boolean" } }));
    let mut looked =
        answers(told("What was found out, each column with its target, the reason and samples, and what would refuse the file."));
    for status in ["400", "408", "413", "415", "422", "429"] {
        looked[status] = refused.clone();
    }
    let inspect = json!({
        "operationId": "inspectFile", "summary": "What the beginning of a file would be taken for; nothing of it is kept",
        "parameters": looked_with, "requestBody": body, "responses": looked,
    });
    let about = |id: &str, summary: &str, done: Value| json!({ "operationId": id, "summary": summary, "parameters": [job.clone()], "responses": answers(done) });
    let rows = json!({ "description": "The rows.", "content": { "text/csv": { "schema": { "type": "string" } } } });
    [
        ("/import/{dictionary}".to_owned(), json!({ "post": upload })),
        ("/import/{dictionary}/inspect".to_owned(), json!({ "post": inspect })),
        (
            "/import/jobs/{job}".to_owned(),
            json!({
                "get": about("importJob", "How far an import is, and what it came to", told("The import.")),
                "delete": about("cancelImport", "Ends an import; nothing of it stays", told("The import, ended.")),
            }),
        ),
        (
            "/import/jobs/{job}/rejected.csv".to_owned(),
            json!({ "get": about("rejectedRows", "The rejected rows with their reasons", rows) }),
        ),
    ]
}

/// What helps to define a dictionary.
fn definition_paths() -> [(String, Value); 2] {
    let refused = json!({ "$ref": "#/components/responses/Refused" });
    let parameter = |name: &str| {
        let description =
            "As `svod dictionary draft --help` says of the flag of this name; `partial`: the file goes on behind what is sent.";
        json!({ "name": name, "in": "query", "required": name == "code", "description": description, "schema": { "type": "string" } })
    };
    let parameters: Vec<Value> = std::iter::once("file").chain(PROPOSAL_PARAMETER_NAMES).map(parameter).collect();
    let told =
        |description: &str, media: &str| json!({ "description": description, "content": { media: { "schema": { "type": "object" } } } });
    let proposed = "The definition as TOML and as JSON, each column with the reasons, and what an import of the file is to be told.";
    let mut answers = json!({ "200": told(proposed, "application/json") });
    for status in ["400", "401", "403", "404", "408", "413", "415", "422", "429", "503"] {
        answers[status] = refused.clone();
    }
    let draft = json!({
        "operationId": "draftDefinition", "summary": "A definition proposed for a file; nothing of it is kept", "parameters": parameters,
        "requestBody": { "required": true, "content": { "application/octet-stream": { "schema": { "type": "string", "format": "binary" } } } },
        "responses": answers,
    });
    let schema = json!({
        "operationId": "definitionSchema", "summary": "What a definition looks like, as JSON Schema",
        "responses": { "200": told("The schema.", "application/schema+json") },
    });
    [("/definition/draft".to_owned(), json!({ "post": draft })), ("/dictionary.schema.json".to_owned(), json!({ "get": schema }))]
}

fn path_parameter(name: &str, description: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "path", "required": true, "description": description, "schema": schema })
}

fn operation(id: &str, summary: &str, path: &[Value], content: &Value) -> Value {
    let parameters: Vec<Value> = path.iter().cloned().chain(PARAMETERS.iter().map(query_parameter)).collect();
    let refused = json!({ "$ref": "#/components/responses/Refused" });
    json!({
        "get": {
            "operationId": id,
            "summary": summary,
            "parameters": parameters,
            "responses": {
                "200": { "description": "The file. A connection that ends before the body does brought half of one.", "content": content },
                "304": { "description": "What the client keeps is still so." },
                "400": refused, "401": refused, "403": refused, "404": refused, "409": refused, "422": refused, "429": refused,
                "503": refused,
            },
        },
    })
}

fn query_parameter(parameter: &Parameter) -> Value {
    let schema = match parameter.takes {
        "DATE" => json!({ "type": "string", "format": "date" }),
        "INSTANT" => json!({ "type": "string", "format": "date-time" }),
        "NUMBER" => json!({ "type": "integer", "minimum": 0 }),
        "BOOLEAN" => json!({ "type": "boolean" }),
        "ENCODING" => json!({ "type": "string", "enum": ["utf-8", "windows-1251"] }),
        "SEPARATOR" => json!({ "type": "string", "enum": [",", ";", "|", "tab"] }),
        "LINE_END" => json!({ "type": "string", "enum": ["lf", "crlf"] }),
        "GENERATION" => json!({ "type": "string", "enum": ["new", "old"] }),
        "FORM" => json!({ "type": "string", "enum": ["document", "update-attachment", "delete-attachment"] }),
        "FILTER" => json!({ "type": "array", "items": { "type": "string" } }),
        _ => json!({ "type": "string" }),
    };
    json!({ "name": parameter.name, "in": "query", "description": parameter.description, "schema": schema })
}
