//! In the place of the library's `src/error.rs`: what `src/units.rs` needs of it.

pub(crate) type Result<T> = std::result::Result<T, Error>;

pub(crate) enum Error {
    OutOfRange {
        what: &'static str,
        given: i128,
        allowed: &'static str,
    },
    BadFloat {
        what: &'static str,
        given: f64,
        allowed: &'static str,
    },
}
