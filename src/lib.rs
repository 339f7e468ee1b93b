//! Svod: versioned reference data. The modules below stand in reading order.

pub mod domain;

pub mod exchange;

pub mod db;

pub mod catalog;

pub mod app;

pub mod query;

pub mod jobs;

pub mod http;

pub mod config;

pub mod logging;
