//! The tests of the program `amio`, linked into one: `cargo test -p amio-cli --test cli render::` runs
//! one module of them.

mod alsa;
mod check;
mod common;
mod frozen_servers;
mod info;
mod jack;
mod latency;
mod live;
mod manual;
mod mistakes;
mod outputs;
mod patch_files;
mod patchbay;
mod plot;
mod port_names;
mod render;
mod takes;
mod usage;
mod watching;
