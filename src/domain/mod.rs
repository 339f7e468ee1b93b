//! What is true: dictionaries, items and their two times, and the rules that every edition obeys.
//! Pure: no database, no network, no clock of its own, no other floor.

pub mod account;
pub mod approval;
pub mod attribute;
pub mod attribute_json;
pub mod audit;
pub mod change_request;
pub mod clock;
pub mod definition;
pub mod definition_merge;
pub mod dictionary;
pub mod diff;
pub mod digest;
pub mod error;
pub mod feed;
pub mod hierarchy;
pub mod import_job;
pub mod item;
pub mod item_edit;
pub mod item_table;
pub mod merge;
pub mod projection;
pub mod publication;
pub mod request_text;
pub mod rule;
pub mod seal;
pub mod text;
pub mod timeline_json;
pub mod usage;
pub mod validation;
pub mod validity;
pub mod value;
pub mod version_text;
pub mod violation;
