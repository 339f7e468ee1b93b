//! How operations stand in a request: in the JSON of a POST, one or a batch of them, and in the parameters of a GET. Texts are
//! borrowed from where they stand. What they mean, the doors know; of the extensions only those of this service are read.

use std::borrow::Cow;
use std::fmt;

use actix_web::web;
use serde::de::{Deserialize, Deserializer, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::errors::Problem;
use crate::query::{QueryHash, Request, hash_of_query};

/// What the body of a POST asks for.
pub enum Asked<'a> {
    One(Request<'a>),
    /// Each is answered for itself, also one that could not be read.
    Batch(Vec<Result<Request<'a>, Problem>>),
}

/// The parameters as nearly every client sends them. What does not fit is looked at again, slowly, to say why.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters<'a> {
    #[serde(borrow)]
    query: Option<Text<'a>>,
    #[serde(borrow, default)]
    operation_name: Option<Text<'a>>,
    #[serde(borrow, default)]
    variables: Option<&'a RawValue>,
    #[serde(borrow, default)]
    extensions: Option<&'a RawValue>,
}

/// A text that is copied only where an escape stands in it. Inside an `Option`, serde borrows no `Cow` by itself.
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyText;
        impl<'de> Visitor<'de> for AnyText {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(AnyText)
    }
}

/// Reads the body of a POST. `operations_max` is how many a batch may have; 0 takes none.
pub fn in_body(body: &[u8], operations_max: usize) -> Result<Asked<'_>, Problem> {
    if body.is_empty() {
        return Err(Problem::bad_request("the request has no body: send {\"query\": \"…\"}"));
    }
    if body.trim_ascii_start().first() == Some(&b'[') { in_batch(body, operations_max) } else { in_object(body).map(Asked::One) }
}

fn in_batch(body: &[u8], operations_max: usize) -> Result<Asked<'_>, Problem> {
    let operations: Vec<&RawValue> = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let count = operations.len();
    if operations_max == 0 {
        return Err(Problem::bad_request("a batch is not taken: send one request at a time"));
    }
    if count > operations_max {
        let message = format!("the batch has {count} operations, and at most {operations_max} are taken (batch_operations_max)");
        return Err(Problem::bad_request(message));
    }
    if count == 0 {
        return Err(Problem::bad_request("the batch has no operation"));
    }
    Ok(Asked::Batch(operations.into_iter().map(|operation| in_object(operation.get().as_bytes())).collect()))
}

fn in_object(body: &[u8]) -> Result<Request<'_>, Problem> {
    let object = |raw: &Option<&RawValue>| raw.is_none_or(|raw| raw.get().starts_with('{'));
    match serde_json::from_slice::<Parameters<'_>>(body) {
        Ok(read) if body.trim_ascii_start().starts_with(b"{") && object(&read.variables) && object(&read.extensions) => {
            let request = Request {
                query: read.query.map(|text| text.0).unwrap_or_default(),
                operation_name: read.operation_name.map(|text| text.0),
                variables: Cow::Borrowed(read.variables.map(RawValue::get).unwrap_or_default()),
                ..Request::default()
            };
            extended(request, read.extensions.map(RawValue::get))
        }
        // Also an object in which a name stands twice: the last one counts, as nearly everywhere.
        Ok(_) | Err(_) => in_value(body),
    }
}

/// Reads what is not as usual, and says what is wrong with it.
fn in_value(body: &[u8]) -> Result<Request<'_>, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let Value::Object(mut parameters) = value else {
        return Err(Problem::bad_request("the body must be a JSON object with a `query`"));
    };
    let extensions = map_in(&mut parameters, "extensions")?.map(|map| Value::Object(map).to_string());
    let request = Request {
        query: text_in(&mut parameters, "query")?.unwrap_or_default().into(),
        operation_name: text_in(&mut parameters, "operationName")?.map(Cow::Owned),
        variables: map_in(&mut parameters, "variables")?.map(|map| Value::Object(map).to_string()).unwrap_or_default().into(),
        ..Request::default()
    };
    extended(request, extensions.as_deref())
}

fn not_json(error: &serde_json::Error) -> Problem {
    Problem::bad_request(format!("the body is not JSON: {error}"))
}

/// A text that may be absent or null.
fn text_in(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Problem> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a string"))),
    }
}

/// A map that may be absent or null.
fn map_in(parameters: &mut Map<String, Value>, name: &str) -> Result<Option<Map<String, Value>>, Problem> {
    match parameters.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(_) => Err(Problem::bad_request(format!("`{name}` must be a JSON object"))),
    }
}

/// The extensions of this service; others are passed over.
#[derive(Default, serde::Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Extensions<'a> {
    #[serde(borrow)]
    persisted_query: Option<&'a RawValue>,
    explain: Option<&'a RawValue>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct PersistedQuery {
    version: i64,
    sha256_hash: String,
}

fn extended<'a>(mut request: Request<'a>, extensions: Option<&str>) -> Result<Request<'a>, Problem> {
    if let Some(text) = extensions.filter(|text| !matches!(*text, "{}" | "null")) {
        // Where a name stands twice, which one is meant must not be guessed.
        let read: Extensions<'_> =
            serde_json::from_str(text).map_err(|error| Problem::bad_request(format!("`extensions` cannot be read: {error}")))?;
        request.is_explained = match read.explain.map(RawValue::get) {
            None | Some("null" | "false") => false,
            Some("true") => true,
            Some(_) => return Err(Problem::bad_request("`extensions.explain` must be true or false")),
        };
        request.persisted_hash = read.persisted_query.map(RawValue::get).filter(|text| *text != "null").map(hash_in).transpose()?;
    }
    match request.persisted_hash {
        None if request.query.is_empty() => Err(Problem::bad_request("the request has no `query`")),
        // Refused here, since it is a bad request in either media type.
        Some(hash) if !request.query.is_empty() && hash_of_query(&request.query) != hash => {
            Err(Problem::bad_request("provided sha does not match query"))
        }
        _ => Ok(request),
    }
}

fn hash_in(persisted: &str) -> Result<QueryHash, Problem> {
    let wrong = || Problem::bad_request("`extensions.persistedQuery` must be {\"version\": 1, \"sha256Hash\": \"64 hexadecimal digits\"}");
    let read: PersistedQuery = serde_json::from_str(persisted).map_err(|_| wrong())?;
    if read.version != 1 {
        return Err(Problem::bad_request("Unsupported persisted query version"));
    }
    let digits = read.sha256_hash.as_bytes();
    let mut hash = QueryHash::default();
    if digits.len() != 2 * hash.len() {
        return Err(wrong());
    }
    for (byte, pair) in hash.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |sign: u8| char::from(sign).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0]).zip(digit(pair[1])).map(|(high, low)| high << 4 | low).ok_or_else(wrong)?;
    }
    Ok(hash)
}

#[derive(serde::Deserialize)]
struct GetParameters {
    query: Option<String>,
    #[serde(rename = "operationName")]
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// Reads the parameters of a GET. Those that are sent empty are taken as not sent.
pub fn in_query_string(query_string: &str) -> Result<Request<'static>, Problem> {
    let parameters = web::Query::<GetParameters>::from_query(query_string);
    let parameters = parameters.map_err(|error| Problem::bad_request(format!("the parameters of the address are not right: {error}")))?;
    let GetParameters { query, operation_name, variables, extensions } = parameters.into_inner();
    let map = |name: &str, text: Option<String>| match text.filter(|text| !text.is_empty()) {
        None => Ok(String::new()),
        Some(text) => {
            let value = serde_json::from_str(&text).map_err(|error| Problem::bad_request(format!("`{name}` is not JSON: {error}")))?;
            let map = map_in(&mut Map::from_iter([(name.to_owned(), value)]), name)?;
            Ok(map.map(|_| text).unwrap_or_default())
        }
    };
    let extensions = map("extensions", extensions)?;
    let request = Request {
        query: query.unwrap_or_default().into(),
        operation_name: operation_name.filter(|name| !name.is_empty()).map(Cow::Owned),
        variables: map("variables", variables)?.into(),
        is_get: true,
        ..Request::default()
    };
    extended(request, Some(extensions.as_str()).filter(|text| !text.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(body: &str) -> Result<Request<'_>, Problem> {
        match in_body(body.as_bytes(), 2)? {
            Asked::One(request) => Ok(request),
            Asked::Batch(_) => Err(Problem::bad_request("a batch")),
        }
    }

    #[test]
    fn texts_are_borrowed_where_they_can_be() {
        let body = r#" {"query":"{ a }","operationName":"A","variables":{"on": "\u0430"},"extensions":{"other":[1]},"more":0}"#;
        let request = one(body).expect("it is right");
        assert!(matches!((&request.query, &request.operation_name), (Cow::Borrowed("{ a }"), Some(Cow::Borrowed("A")))));
        assert!(matches!(&request.variables, Cow::Borrowed(r#"{"on": "\u0430"}"#)));
        let escaped = one(r#"{"query":"{ a(b: \"c\") }\n","variables":null,"query":"{ d(e: \"f\") }"}"#).expect("the last one counts");
        assert_eq!((escaped.query.as_ref(), escaped.variables.as_ref()), ("{ d(e: \"f\") }", ""));
    }

    #[test]
    fn extensions_of_ours_are_read_and_others_passed_over() {
        let hash = hash_of_query("{ a }");
        let hex: String = hash.iter().map(|byte| format!("{byte:02X}")).collect();
        let named = format!(r#"{{"extensions":{{"persistedQuery":{{"version":1,"sha256Hash":"{hex}"}},"explain":true}}}}"#);
        let request = one(&named).expect("it is right");
        assert_eq!((request.persisted_hash, request.is_explained, request.query.as_ref()), (Some(hash), true, ""));
        let by_get = format!("extensions=%7B%22persistedQuery%22:%7B%22version%22:1,%22sha256Hash%22:%22{hex}%22%7D%7D");
        assert_eq!(in_query_string(&by_get).expect("it is right").persisted_hash, Some(hash));
        let mismatch = named.replacen('{', r#"{"query":"{ b }","#, 1);
        assert_eq!(one(&mismatch).err(), Some(Problem::bad_request("provided sha does not match query")));
        for wrong in [
            r#"{"persistedQuery":1}"#,
            r#"{"persistedQuery":{"version":1}}"#,
            r#"{"persistedQuery":{"version":2,"sha256Hash":""}}"#,
            r#"{"persistedQuery":{"version":1,"sha256Hash":"ab"}}"#,
            r#"{"explain":1}"#,
        ] {
            assert!(one(&format!(r#"{{"query":"a","extensions":{wrong}}}"#)).is_err(), "{wrong}");
        }
        for passed_over in [r#"{"persistedQuery":null,"explain":false}"#, r#"{"tracing":{"a":[1]}}"#, "{}", "null"] {
            let body = format!(r#"{{"query":"a","extensions":{passed_over}}}"#);
            let request = one(&body).expect(passed_over);
            assert_eq!((request.persisted_hash, request.is_explained), (None, false), "{passed_over}");
        }
    }

    #[test]
    fn a_batch_is_read_operation_by_operation() {
        let Ok(Asked::Batch(operations)) = in_body(br#" [{"query":"a"},{"query":1}]"#, 2) else { panic!("it is a batch") };
        assert_eq!(operations[0].as_ref().map(|request| request.query.as_ref()), Ok("a"));
        assert_eq!(operations[1].as_ref().err(), Some(&Problem::bad_request("`query` must be a string")));
        for (body, operations_max) in [("[]", 2), ("[{},{},{}]", 2), ("[{\"query\":\"a\"}]", 0), ("[{\"query\":\"a\"}", 2), ("[] x", 2)] {
            assert!(in_body(body.as_bytes(), operations_max).is_err(), "{body}");
        }
    }
}
