//! The nodes, a file each. A new type of node is a file here and a line below.

mod capture;
mod clamp;
mod meter;
mod midi_in;
mod midi_lists;
mod midi_out;
mod player;
mod tap;

pub(crate) use capture::Capture;
pub(crate) use clamp::Clamp;
pub(crate) use meter::Meter;
pub(crate) use midi_in::MidiIn;
pub(crate) use midi_out::MidiOut;
pub(crate) use player::Player;
pub(crate) use tap::Tap;
