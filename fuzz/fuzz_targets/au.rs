//! AU, big-endian; the little-endian kind differs in its first four bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[], bytes));
