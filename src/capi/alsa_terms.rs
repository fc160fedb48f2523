//! What the ALSA driver asks of a device, and what it gets, as numbers.

use super::fault::{Checked, not_one_of};
use crate::{Access, DeviceFormat};

/// The format with the most bits that the device has: the default.
pub const AMIO_ALSA_FORMAT_DEFAULT: u32 = 0;
/// 32-bit float, little endian.
pub const AMIO_ALSA_FORMAT_FLOAT_LE: u32 = 1;
/// 32-bit float, big endian.
pub const AMIO_ALSA_FORMAT_FLOAT_BE: u32 = 2;
/// 32-bit integer, little endian.
pub const AMIO_ALSA_FORMAT_S32_LE: u32 = 3;
/// 32-bit integer, big endian.
pub const AMIO_ALSA_FORMAT_S32_BE: u32 = 4;
/// 24 bits in the lower three of four bytes, little endian.
pub const AMIO_ALSA_FORMAT_S24_LE: u32 = 5;
/// 24 bits in the lower three of four bytes, big endian.
pub const AMIO_ALSA_FORMAT_S24_BE: u32 = 6;
/// 24 bits in three bytes, little endian.
pub const AMIO_ALSA_FORMAT_S24_3LE: u32 = 7;
/// 24 bits in three bytes, big endian.
pub const AMIO_ALSA_FORMAT_S24_3BE: u32 = 8;
/// 16-bit integer, little endian.
pub const AMIO_ALSA_FORMAT_S16_LE: u32 = 9;
/// 16-bit integer, big endian.
pub const AMIO_ALSA_FORMAT_S16_BE: u32 = 10;
/// 8-bit integer; 128 is silence.
pub const AMIO_ALSA_FORMAT_U8: u32 = 11;

/// Memory that is shared with the device, where it can, else reading and writing: the default.
pub const AMIO_ALSA_ACCESS_DEFAULT: u32 = 0;
/// Memory that is shared with the device.
pub const AMIO_ALSA_ACCESS_MMAP: u32 = 1;
/// Reading and writing.
pub const AMIO_ALSA_ACCESS_READ_WRITE: u32 = 2;

const FORMATS: [(u32, DeviceFormat); 11] = [
    (AMIO_ALSA_FORMAT_FLOAT_LE, DeviceFormat::FloatLe),
    (AMIO_ALSA_FORMAT_FLOAT_BE, DeviceFormat::FloatBe),
    (AMIO_ALSA_FORMAT_S32_LE, DeviceFormat::S32Le),
    (AMIO_ALSA_FORMAT_S32_BE, DeviceFormat::S32Be),
    (AMIO_ALSA_FORMAT_S24_LE, DeviceFormat::S24Le),
    (AMIO_ALSA_FORMAT_S24_BE, DeviceFormat::S24Be),
    (AMIO_ALSA_FORMAT_S24_3LE, DeviceFormat::S24In3Le),
    (AMIO_ALSA_FORMAT_S24_3BE, DeviceFormat::S24In3Be),
    (AMIO_ALSA_FORMAT_S16_LE, DeviceFormat::S16Le),
    (AMIO_ALSA_FORMAT_S16_BE, DeviceFormat::S16Be),
    (AMIO_ALSA_FORMAT_U8, DeviceFormat::U8),
];

/// The format of a number; `None` for the default.
pub(super) fn format(what: &str, given: u32) -> Checked<Option<DeviceFormat>> {
    if given == AMIO_ALSA_FORMAT_DEFAULT {
        return Ok(None);
    }
    let found = FORMATS.iter().find(|(number, _)| *number == given);
    match found {
        Some((_, format)) => Ok(Some(*format)),
        None => Err(not_one_of(what, given, "AMIO_ALSA_FORMAT_*, 0 to 11")),
    }
}

pub(super) fn access(what: &str, given: u32) -> Checked<Access> {
    match given {
        AMIO_ALSA_ACCESS_DEFAULT => Ok(Access::Auto),
        AMIO_ALSA_ACCESS_MMAP => Ok(Access::Mmap),
        AMIO_ALSA_ACCESS_READ_WRITE => Ok(Access::ReadWrite),
        other => Err(not_one_of(what, other, "AMIO_ALSA_ACCESS_*, 0 to 2")),
    }
}

/// The number of what was agreed.
pub(super) fn format_number(agreed: DeviceFormat) -> u32 {
    let found = FORMATS.iter().find(|(_, format)| *format == agreed);
    found.map_or(AMIO_ALSA_FORMAT_DEFAULT, |(number, _)| *number)
}
