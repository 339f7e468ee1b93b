//! What may happen: use cases in the steward's words. Permission first, one write transaction each.
//! It knows the floors below and nothing of HTTP or GraphQL.

pub mod accounts;
pub mod acting;
pub mod applying;
pub mod auditing;
pub mod change_request;
pub mod comparing;
pub mod consumers;
pub mod demo;
pub mod drafting_definitions;
pub mod exporting;
pub mod feed;
pub mod identity;
pub mod import;
pub mod import_job;
mod known_credentials;
pub mod loading;
pub mod passwords;
pub mod publishing;
pub mod pulse;
pub mod readiness;
pub mod reading;
pub mod refusal_budget;
pub mod searching;
pub mod secrets;
pub mod slowing;
pub mod svod;
pub mod system;
pub mod tokens;
pub mod verifying;
mod verifying_seals;
