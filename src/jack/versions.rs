//! What libjack says of itself, without a client.
#![allow(unsafe_code, reason = "calls of libjack")]

use super::names::{c_string, copied};
use super::turns;
use crate::error::Result;

/// libjack's version: major, minor and micro version, and that of its protocol. jackd's library says 0 to all.
///
/// # Errors
/// [`Error::DriverUnavailable`](crate::Error::DriverUnavailable): libjack is not installed.
pub fn version() -> Result<[i32; 4]> {
    let library = turns::load()?;
    let mut numbers = [0; 4];
    let [major, minor, micro, protocol] = &mut numbers;
    // SAFETY: all four variables are writable.
    unsafe { (library.get_version)(major, minor, micro, protocol) };
    Ok(numbers)
}

/// libjack's version in words.
///
/// # Errors
/// As [`version`].
pub fn version_string() -> Result<String> {
    let library = turns::load()?;
    // SAFETY: takes nothing; returns a string that is never freed.
    Ok(unsafe { copied((library.get_version_string)()) })
}

/// How many bytes the longest name of a client has, as libjack says. jackd's server takes one less, and so does
/// [`Client::open`](super::Client::open).
///
/// # Errors
/// As [`version`].
pub fn longest_client_name() -> Result<usize> {
    let library = turns::load()?;
    // SAFETY: takes nothing. The size counts the NUL.
    Ok((unsafe { (library.client_name_size)() }.max(1) - 1) as usize)
}

/// How many bytes the longest full name of a port has, as libjack says. jackd's server takes 256; a port whose name it would cut
/// is refused.
///
/// # Errors
/// As [`version`].
pub fn longest_port_name() -> Result<usize> {
    let library = turns::load()?;
    // SAFETY: as above.
    Ok((unsafe { (library.port_name_size)() }.max(1) - 1) as usize)
}

/// The server's clock now, in microseconds, as [`Client::time_us`](super::Client::time_us).
///
/// # Errors
/// [`Error::InvalidState`](crate::Error::InvalidState): this process has had no client yet.
pub fn time_us() -> Result<u64> {
    let library = turns::load_with_clock()?;
    // SAFETY: takes nothing; reads a clock that is set up.
    Ok(unsafe { (library.get_time)() })
}

/// The process of the client of this name; `None` if there is none, or the server does not say.
///
/// # Errors
/// As [`version`], and [`Error::InvalidArgument`](crate::Error::InvalidArgument): a name with NUL.
pub fn client_pid(client_name: &str) -> Result<Option<u32>> {
    let library = turns::load()?;
    let name = c_string("client name", client_name)?;
    // SAFETY: the name is valid.
    let pid = unsafe { (library.get_client_pid)(name.as_ptr()) };
    Ok(u32::try_from(pid).ok().filter(|pid| *pid > 0))
}
