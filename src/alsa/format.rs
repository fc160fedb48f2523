//! The sample formats of devices.

/// How a device stores a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceFormat {
    /// 32-bit float, little endian.
    FloatLe,
    /// 32-bit float, big endian.
    FloatBe,
    /// 32-bit integer, little endian.
    S32Le,
    /// 32-bit integer, big endian.
    S32Be,
    /// 24 bits in the lower three of four bytes, little endian.
    S24Le,
    /// 24 bits in the lower three of four bytes, big endian.
    S24Be,
    /// 24 bits in three bytes, little endian.
    S24In3Le,
    /// 24 bits in three bytes, big endian.
    S24In3Be,
    /// 16-bit integer, little endian.
    S16Le,
    /// 16-bit integer, big endian.
    S16Be,
    /// 8-bit integer; 128 is silence.
    U8,
}

/// How the numbers of a format are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Float,
    /// Signed, in the lowest `bits` of `bytes`.
    Signed {
        bits: u32,
        bytes: usize,
    },
    Unsigned8,
}

impl DeviceFormat {
    /// Floats in the byte order of this machine.
    pub(crate) const FLOAT: DeviceFormat = DeviceFormat::BEST_FIRST[0];

    /// All, those with the most bits first; in each pair the byte order of this machine first.
    pub(super) const BEST_FIRST: [DeviceFormat; 11] = {
        use DeviceFormat::*;
        match cfg!(target_endian = "little") {
            true => [
                FloatLe, FloatBe, S32Le, S32Be, S24Le, S24Be, S24In3Le, S24In3Be, S16Le, S16Be, U8,
            ],
            false => [
                FloatBe, FloatLe, S32Be, S32Le, S24Be, S24Le, S24In3Be, S24In3Le, S16Be, S16Le, U8,
            ],
        }
    };

    /// ALSA's name of it.
    pub fn name(self) -> &'static str {
        match self {
            DeviceFormat::FloatLe => "FLOAT_LE",
            DeviceFormat::FloatBe => "FLOAT_BE",
            DeviceFormat::S32Le => "S32_LE",
            DeviceFormat::S32Be => "S32_BE",
            DeviceFormat::S24Le => "S24_LE",
            DeviceFormat::S24Be => "S24_BE",
            DeviceFormat::S24In3Le => "S24_3LE",
            DeviceFormat::S24In3Be => "S24_3BE",
            DeviceFormat::S16Le => "S16_LE",
            DeviceFormat::S16Be => "S16_BE",
            DeviceFormat::U8 => "U8",
        }
    }

    /// Its `snd_pcm_format_t`.
    pub(super) fn number(self) -> i32 {
        match self {
            DeviceFormat::U8 => 1,
            DeviceFormat::S16Le => 2,
            DeviceFormat::S16Be => 3,
            DeviceFormat::S24Le => 6,
            DeviceFormat::S24Be => 7,
            DeviceFormat::S32Le => 10,
            DeviceFormat::S32Be => 11,
            DeviceFormat::FloatLe => 14,
            DeviceFormat::FloatBe => 15,
            DeviceFormat::S24In3Le => 32,
            DeviceFormat::S24In3Be => 33,
        }
    }

    pub(super) fn encoding(self) -> Encoding {
        let signed = |bits, bytes| Encoding::Signed { bits, bytes };
        match self {
            DeviceFormat::FloatLe | DeviceFormat::FloatBe => Encoding::Float,
            DeviceFormat::S32Le | DeviceFormat::S32Be => signed(32, 4),
            DeviceFormat::S24Le | DeviceFormat::S24Be => signed(24, 4),
            DeviceFormat::S24In3Le | DeviceFormat::S24In3Be => signed(24, 3),
            DeviceFormat::S16Le | DeviceFormat::S16Be => signed(16, 2),
            DeviceFormat::U8 => Encoding::Unsigned8,
        }
    }

    pub(super) fn is_big_endian(self) -> bool {
        match self {
            DeviceFormat::FloatBe
            | DeviceFormat::S32Be
            | DeviceFormat::S24Be
            | DeviceFormat::S24In3Be
            | DeviceFormat::S16Be => true,
            DeviceFormat::FloatLe
            | DeviceFormat::S32Le
            | DeviceFormat::S24Le
            | DeviceFormat::S24In3Le
            | DeviceFormat::S16Le
            | DeviceFormat::U8 => false,
        }
    }

    /// How many bytes a sample takes.
    pub(super) fn bytes(self) -> usize {
        match self.encoding() {
            Encoding::Float => 4,
            Encoding::Signed { bytes, .. } => bytes,
            Encoding::Unsigned8 => 1,
        }
    }
}
