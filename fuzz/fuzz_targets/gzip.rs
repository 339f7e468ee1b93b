//! Any bytes as gzip.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| svod_fuzz::unpack(bytes));
