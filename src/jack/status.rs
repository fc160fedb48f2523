//! What the server says when a client is opened.

use std::ffi::c_int;

/// What the server said when a client was opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Status(pub(super) c_int);

impl Status {
    /// It failed; the others say why.
    pub const FAILURE: Status = Status(0x01);
    /// The options contain something that libjack does not know.
    pub const INVALID_OPTION: Status = Status(0x02);
    /// The name was taken; the client has another one, or was refused, if the exact name was asked for.
    pub const NAME_NOT_UNIQUE: Status = Status(0x04);
    /// The server was started for this client.
    pub const SERVER_STARTED: Status = Status(0x08);
    /// No server answers.
    pub const SERVER_FAILED: Status = Status(0x10);
    /// The server answered with an error.
    pub const SERVER_ERROR: Status = Status(0x20);
    /// There is no such client.
    pub const NO_SUCH_CLIENT: Status = Status(0x40);
    /// A client inside the server could not be loaded.
    pub const LOAD_FAILURE: Status = Status(0x80);
    /// The client could not be set up.
    pub const INIT_FAILURE: Status = Status(0x100);
    /// The memory that is shared with the server cannot be used.
    pub const SHM_FAILURE: Status = Status(0x200);
    /// The library and the server have different protocols.
    pub const VERSION_ERROR: Status = Status(0x400);
    /// The server failed inside.
    pub const BACKEND_ERROR: Status = Status(0x800);
    /// The server has expelled the client.
    pub const CLIENT_ZOMBIE: Status = Status(0x1000);

    /// The bits that libjack knows by this number.
    pub fn from_bits(bits: u32) -> Status {
        Status(bits.cast_signed())
    }

    /// Whether all of the others are among these.
    pub fn contains(self, others: Status) -> bool {
        self.0 & others.0 == others.0
    }

    /// libjack's number of these bits.
    pub const fn bits(self) -> u32 {
        self.0.cast_unsigned()
    }
}
