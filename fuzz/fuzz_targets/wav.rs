//! WAV, RIFX, RF64 and BW64.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[(8, b"WAVE")], bytes));
