//! What may happen: use cases in the steward's words. Permission first, one write transaction each.
//! It knows the floors below and nothing of HTTP or GraphQL.

pub mod readiness;
pub mod reading;
