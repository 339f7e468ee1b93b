//! Which format any bytes have, and then reading them as that.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| svod_fuzz::tell(bytes));
