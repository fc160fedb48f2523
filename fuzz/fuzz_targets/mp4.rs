//! MP4 with AAC or ALAC.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[(4, b"ftyp")], bytes));
