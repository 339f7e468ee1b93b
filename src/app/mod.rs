//! What may happen: use cases in the steward's words. Permission first, one write transaction each.
//! It knows the floors below and nothing of HTTP or GraphQL.

pub mod acting;
pub mod applying;
pub mod comparing;
pub mod import;
pub mod loading;
pub mod publishing;
pub mod pulse;
pub mod readiness;
pub mod reading;
pub mod svod;
