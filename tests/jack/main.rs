//! The JACK driver on real servers: jackd with its dummy device, and PipeWire.
//!
//! Each test has its own server; see [`server`].

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../again.rs"]
mod again;
mod c;
mod capture;
mod client;
mod clock;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../recorder/files.rs"]
mod files;
mod frames;
#[path = "../interfaces/mod.rs"]
mod interfaces;
mod jackd;
mod libjack;
mod loss;
mod midi;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../recorder/numbers.rs"]
mod numbers;
mod peer;
mod recorder;
mod server;
mod several;
mod starting;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../toolchain/mod.rs"]
mod toolchain;
mod tools;
