//! The values of an arrangement that can be written in more than one way.

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use std::fmt;

/// A position or length: frames, or seconds that are rounded to the nearest frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Length {
    /// A number of frames.
    Frames(i64),
    /// A number of seconds.
    Seconds(f64),
}

impl Length {
    /// Reads `48000`, `1.5s` or `20ms`.
    pub fn parse(text: &str) -> Result<Length, String> {
        let seconds = |number: &str, unit: f64| match number.trim_end().parse::<f64>() {
            Ok(value) if value.is_finite() => Some(Length::Seconds(value * unit)),
            _ => None,
        };
        if let Some(number) = text.strip_suffix("ms") {
            seconds(number, 0.001)
        } else if let Some(number) = text.strip_suffix('s') {
            seconds(number, 1.0)
        } else {
            text.parse().ok().map(Length::Frames)
        }
        .ok_or_else(|| {
            format!("{text:?} is not a length; write frames, or seconds as in \"1.5s\" or \"20ms\"")
        })
    }

    /// The number of frames. Seconds that are too many become the largest number, which a later check
    /// refuses.
    pub fn frames(self, rate_hz: u32) -> i64 {
        match self {
            Length::Frames(frames) => frames,
            Length::Seconds(seconds) => (seconds * f64::from(rate_hz)).round() as i64,
        }
    }
}

/// How far apart the repeats of an entry begin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Interval {
    /// Exactly `numerator / denominator` frames.
    Fraction {
        /// In frames.
        numerator: i64,
        /// 1 or more.
        denominator: u32,
    },
    /// One repeat for each beat.
    BeatsPerMinute(u32),
    /// Whole frames.
    Rounded(Length),
}

impl Interval {
    fn parse(text: &str) -> Result<Interval, String> {
        if let Some((numerator, denominator)) = text.split_once('/') {
            if let (Ok(numerator), Ok(denominator)) =
                (numerator.trim().parse(), denominator.trim().parse())
            {
                return Ok(Interval::Fraction {
                    numerator,
                    denominator,
                });
            }
        } else if let Some(beats) = text.strip_suffix("bpm") {
            if let Ok(beats) = beats.trim_end().parse() {
                return Ok(Interval::BeatsPerMinute(beats));
            }
        } else if let Ok(length) = Length::parse(text) {
            return Ok(Interval::Rounded(length));
        }
        Err(format!(
            "{text:?} is not an interval; write frames, a fraction as in \"22050/7\", \"120 bpm\", or \"0.5s\""
        ))
    }

    /// As numerator and denominator, in frames.
    pub fn fraction(self, rate_hz: u32) -> (i64, u32) {
        match self {
            Interval::Fraction {
                numerator,
                denominator,
            } => (numerator, denominator),
            Interval::BeatsPerMinute(beats) => (60 * i64::from(rate_hz), beats),
            Interval::Rounded(length) => (length.frames(rate_hz), 1),
        }
    }
}

/// A gain factor for both sides, or one for each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GainPair(pub f32, pub f32);

/// One frequency, or a glide from one to another; in hertz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glide {
    /// At the first frame.
    pub from_hz: f32,
    /// At the last frame.
    pub to_hz: f32,
}

/// Implements `Deserialize` with a visitor. The arguments are the TOML types that it accepts, and how
/// it converts each of them.
macro_rules! deserialize {
    ($type:ty, $expecting:literal $(, $visit:ident($argument:ident: $from:ty) => $body:expr)*
     $(; seq($first:ident: $item:ty, $second:ident: $item2:ty) => $pair:expr)?) => {
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                struct Reader;
                impl<'de> Visitor<'de> for Reader {
                    type Value = $type;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str($expecting)
                    }
                    $(fn $visit<E: de::Error>(self, $argument: $from) -> Result<$type, E> {
                        $body
                    })*
                    $(fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<$type, A::Error> {
                        let missing = || de::Error::custom(concat!("expected ", $expecting));
                        let $first: $item = seq.next_element()?.ok_or_else(missing)?;
                        let $second: $item2 = seq.next_element()?.ok_or_else(missing)?;
                        match seq.next_element::<de::IgnoredAny>()? {
                            None => Ok($pair),
                            Some(_) => Err(missing()),
                        }
                    })?
                }
                deserializer.deserialize_any(Reader)
            }
        }
    };
}

deserialize!(Length, "frames, or seconds as in \"1.5s\"",
    visit_i64(frames: i64) => Ok(Length::Frames(frames)),
    visit_str(text: &str) => Length::parse(text).map_err(E::custom));

deserialize!(Interval, "frames, a fraction as in \"22050/7\" or [22050, 7], or \"120 bpm\"",
    visit_i64(frames: i64) => Ok(Interval::Rounded(Length::Frames(frames))),
    visit_str(text: &str) => Interval::parse(text).map_err(E::custom);
    seq(numerator: i64, denominator: u32) => Interval::Fraction { numerator, denominator });

deserialize!(GainPair, "a factor, or [left, right]",
    visit_i64(gain: i64) => Ok(GainPair(gain as f32, gain as f32)),
    visit_f64(gain: f64) => Ok(GainPair(gain as f32, gain as f32));
    seq(left: f32, right: f32) => GainPair(left, right));

deserialize!(Glide, "a frequency, or [from, to]",
    visit_i64(hz: i64) => Ok(Glide { from_hz: hz as f32, to_hz: hz as f32 }),
    visit_f64(hz: f64) => Ok(Glide { from_hz: hz as f32, to_hz: hz as f32 });
    seq(from_hz: f32, to_hz: f32) => Glide { from_hz, to_hz });

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_frames_or_seconds() {
        assert_eq!(Length::parse("48000"), Ok(Length::Frames(48_000)));
        assert_eq!(Length::parse("-5"), Ok(Length::Frames(-5)));
        assert_eq!(Length::parse("1.5s").map(|l| l.frames(48_000)), Ok(72_000));
        assert_eq!(Length::parse("20 ms").map(|l| l.frames(44_100)), Ok(882));
        for wrong in ["", "s", "1.5", "infs", "1h", "NaNms"] {
            assert!(Length::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn intervals_are_exact_fractions() {
        let fraction = |text| Interval::parse(text).map(|i| i.fraction(48_000));
        assert_eq!(fraction("22050/7"), Ok((22_050, 7)));
        assert_eq!(fraction("112 bpm"), Ok((2_880_000, 112)));
        assert_eq!(fraction("0.5s"), Ok((24_000, 1)));
        assert_eq!(fraction("300"), Ok((300, 1)));
        for wrong in ["22050/", "/7", "bpm", "fast", "1/2/3"] {
            assert!(fraction(wrong).is_err(), "{wrong}");
        }
    }
}
