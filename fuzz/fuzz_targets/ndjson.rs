//! Any bytes as lines of JSON.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| svod_fuzz::read(svod_fuzz::exchange::format::Format::Ndjson, bytes));
