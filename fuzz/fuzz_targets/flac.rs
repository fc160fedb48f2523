//! FLAC.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[(0, b"fLaC")], bytes));
