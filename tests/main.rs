//! The integration tests, linked into one program: `cargo test --test integration formats::` runs one
//! module of them.
//!
//! Other programs hold what needs a process, or a machine, to itself: `audio_thread` is watched from
//! outside and built with sanitizers by `scripts/test-rt`; `playspec_size` runs under callgrind;
//! `streams` plays in real time and must not share the processors with other tests; `jack` does so
//! beside servers of its own, and counts the threads and descriptors of its process.

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
mod recorder;
mod semantics;
mod setup;
mod symbols;
mod timeline_ends;
mod user_data;

// What they share.
mod again;
mod reference;
mod toolchain;
