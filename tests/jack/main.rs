//! The JACK driver on real servers: jackd with its dummy device, and PipeWire.
//!
//! Each test runs beside a server of its own; see [`server`].

mod capture;
mod client;
mod frames;
mod loss;
mod peer;
mod server;
mod tools;
