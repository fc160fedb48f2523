//! The nodes, a file each. A new type of node is a file here and a line below.

mod capture;
mod clamp;
mod meter;
mod player;
mod tap;

pub(crate) use capture::Capture;
pub(crate) use clamp::Clamp;
pub(crate) use meter::Meter;
pub(crate) use player::Player;
pub(crate) use tap::Tap;
