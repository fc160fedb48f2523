//! FLAC in Ogg.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| amio_fuzz::load(
    &[(0, b"OggS\0"), (28, b"\x7FFLAC")],
    bytes
));
