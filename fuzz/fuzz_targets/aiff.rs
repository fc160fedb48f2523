//! AIFF and AIFF-C.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[(0, b"FORM"), (8, b"AIF")], bytes));
