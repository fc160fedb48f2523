//! MP3.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[], bytes));
