//! The door of the management API: what a carrier hands in and what it gets back. It knows neither HTTP nor the schema:
//! a cookie here is a secret with an expiry, and whoever carries the answer decides what it is called and where it is kept.

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

/// One operation, as a client sent it.
#[derive(Debug, Clone)]
pub struct Request {
    pub query: String,
    pub operation_name: Option<String>,
    pub variables: Map<String, Json>,
    /// A GET changes nothing, so a mutation that comes by GET is refused.
    pub is_get: bool,
}

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseKind {
    /// It was carried out; refusals are data of its payload.
    Executed,
    /// It was not a valid request: no field was resolved.
    RequestError,
    /// The database does not answer just now.
    Unavailable,
    /// The fault is ours.
    Failed,
}

#[derive(Debug, Clone)]
pub struct Response {
    /// JSON, as the GraphQL specification says.
    pub body: Vec<u8>,
    pub kind: ResponseKind,
    /// What the log calls the operation.
    pub operation_name: Option<String>,
    pub cookies: Vec<SetCookie>,
}

/// What the browser is to remember from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetCookie {
    Session { secret: String, expires_at: Timestamp },
    EndSession,
}

/// What goes out to a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    Text(String),
    /// The connection is over: the code and reason of `graphql-transport-ws`.
    Close(u16, String),
}
