//! Any text as a definition.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| svod_fuzz::read_definition(bytes));
