//! Wave64.
#![no_main]

const RIFF: &[u8] = b"riff\x2E\x91\xCF\x11\xA5\xD6\x28\xDB\x04\xC1\0\0";
const WAVE: &[u8] = b"wave\xF3\xAC\xD3\x11\x8C\xD1\0\xC0\x4F\x8E\xDB\x8A";

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(&[(0, RIFF), (24, WAVE)], bytes));
