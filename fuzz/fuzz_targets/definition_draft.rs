//! A definition drafted from any bytes as CSV, which must be one.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| svod_fuzz::draft(bytes));
