//! The driver for ALSA, without hardware: PCMs that ALSA itself has, its plugin for JACK on a real server, and a device
//! that fails as it is told to.
//!
//! libasound reads its configuration once in a process, so each test has a process of its own; see [`inside`].

#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../again.rs"]
mod again;
mod devices;
mod faults;
mod files;
mod inside;
#[path = "../interfaces/mod.rs"]
mod interfaces;
mod jack;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../recorder/numbers.rs"]
mod numbers;
mod reference;
#[allow(dead_code, reason = "each test binary uses a part of it")]
#[path = "../toolchain/mod.rs"]
mod toolchain;
mod tools;
