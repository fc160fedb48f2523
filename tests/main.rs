//! The integration tests, linked into one program: `cargo test --test integration formats::` runs one
//! module of them.
//!
//! Tests that need a process or the machine to themselves are programs of their own: `audio_thread` is
//! traced, and is built with sanitizers by `scripts/test-rt`; `playspec_size` runs under callgrind;
//! `streams` plays in real time, and must not share the processors with other tests; `jack` plays in real
//! time with its own servers, and counts the threads and descriptors of its process.

mod arrangements;
mod capture;
mod conversion;
mod damaged_files;
mod dependencies;
mod examples;
mod ffi;
mod formats;
mod header;
mod layers;
mod limits;
mod loudness;
mod meters;
mod null_driver;
mod overview;
mod realtime;
mod recorder;
mod semantics;
mod setup;
mod symbols;
mod timeline_ends;
mod user_data;

// Shared by the tests.
mod again;
mod reference;
mod toolchain;
