//! The tests that need a database, a process or the whole house. Everything that touches SQL runs on both engines.

// In a test an unwrap is an assertion, and the harness is told by the environment where PostgreSQL is.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods)]

#[macro_use]
mod harness;

mod account;
mod account_cli;
mod acknowledging;
mod annulment;
mod bad_input;
mod binary;
mod bulk_import;
mod carrying;
mod change_request;
mod clocks;
mod comparing;
mod consumer;
mod credential_cache;
mod data_api;
mod delivery;
mod delivery_handover;
mod delivery_nodes;
mod drafting;
mod export;
mod feed;
mod feed_copy;
mod feed_killed;
mod feed_subscribed;
mod four_eyes;
mod graphql_http;
mod import;
mod import_job;
mod import_killed;
mod inspecting;
mod killed;
mod management;
mod management_account;
mod management_requests;
mod mirror;
mod mirror_trouble;
mod nasty;
mod nats;
mod nats_tls;
mod older_edition;
mod pinging;
mod process;
mod publication;
mod real_files;
mod receiver;
mod request_edges;
mod round_trip;
mod searching;
mod serving;
mod soak;
mod stewards;
mod system;
mod tidy;
mod traces;
mod verification;
mod walkthrough;
mod webhook_sdks;
