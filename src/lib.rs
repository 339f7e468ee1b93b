//! Svod: versioned reference data. The modules below stand in reading order: what is true comes first, how it is carried last.
//! A floor imports only what lies below it; `tests/it/tidy.rs` holds the law, ARCHITECTURE.md tells it.

pub mod domain;

pub mod exchange;

pub mod db;

pub mod traces;

pub mod outbound;

pub mod catalog;

pub mod app;

pub mod jobs;

pub mod graphql;

pub mod query;

pub mod http;

pub mod mirror;

pub mod config;

pub mod logging;

pub mod cli;
