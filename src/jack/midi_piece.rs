//! MIDI events on their way between the audio thread and the program: cut into pieces of one size, so that they fit into
//! rings of them.

/// How many bytes a piece has. Most events have three bytes.
pub(super) const PIECE_BYTES: usize = 16;

/// A piece of an event. The pieces of an event follow each other.
#[derive(Clone, Copy)]
pub(super) struct Piece {
    /// The frame of the event, by the server's clock.
    pub frame: u32,
    /// How many bytes of the event there are from here on.
    pub left: u32,
    /// Those of this piece; behind the end of the event, zeros.
    pub bytes: [u8; PIECE_BYTES],
}

impl Piece {
    /// The bytes that belong to the event.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..PIECE_BYTES.min(self.left as usize)]
    }
}

/// How many pieces an event of so many bytes is cut into.
pub(super) fn count(bytes: usize) -> usize {
    bytes.div_ceil(PIECE_BYTES)
}

/// The pieces of an event. Wait-free; no allocation.
pub(super) fn pieces(frame: u32, event: &[u8]) -> impl Iterator<Item = Piece> + '_ {
    let lengths = (0..event.len()).step_by(PIECE_BYTES);
    let parts = event.chunks(PIECE_BYTES);
    parts.zip(lengths).map(move |(part, before)| {
        let mut bytes = [0; PIECE_BYTES];
        bytes[..part.len()].copy_from_slice(part);
        Piece {
            frame,
            left: (event.len() - before) as u32,
            bytes,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_put_together_are_the_event() {
        for size in [1, 3, 15, 16, 17, 32, 33, 1000] {
            let event: Vec<u8> = (0..size).map(|byte| byte as u8).collect();
            let all: Vec<Piece> = pieces(7, &event).collect();
            assert_eq!(all.len(), count(size));
            let together: Vec<u8> = all.iter().flat_map(Piece::bytes).copied().collect();
            assert_eq!(together, event);
        }
    }
}
