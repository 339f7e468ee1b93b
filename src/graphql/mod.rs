//! How stewards ask: the management API, a static schema over all that Svod does. One file per noun; each field is in the table of
//! permissions. It knows no HTTP: `door.rs` is all that the carriers of it share with it.

mod account;
mod audit;
mod blame;
mod change_request;
mod connection;
mod consumer;
mod consumer_input;
mod consumer_mutation;
mod cursor;
mod definition;
mod dictionary;
mod diff;
pub mod door;
mod edition;
mod execute;
mod fault;
mod feed_changes;
mod import_job;
mod item;
mod item_page;
mod item_version;
mod limits;
mod loader;
mod measure;
mod payload;
mod permission;
mod publication;
mod published;
mod root;
mod scalar;
mod search;
mod session;
mod subscribe;
mod system;
mod token;
mod usage;
mod view;

pub use execute::ManagementApi;
pub use limits::ManagementLimits;
