//! The packets of a track: what its tables and its fragments say of them.

use crate::clip::decode::table::PacketPlace;

/// The packets of a track.
pub struct Packets {
    pub places: Vec<PacketPlace>,
    /// How long they last in units of the track; `None` if nothing says.
    pub lasts: Option<u64>,
    /// The time at which the first one begins, in units of the track.
    pub start: u64,
    /// Whether they lie in fragments, which only add to what is in the movie itself.
    pub are_in_fragments: bool,
}
