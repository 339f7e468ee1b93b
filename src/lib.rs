//! Svod: versioned reference data. The modules below stand in reading order.

pub mod app;
pub mod catalog;
pub mod db;
pub mod domain;
