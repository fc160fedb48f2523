//! One of the two sides of a driver: an open PCM, the terms that were agreed, and the way of its frames.
#![forbid(unsafe_code)]

use super::options::{AlsaConfig, AlsaDevice};
use crate::alsa::{
    Attempt, Direction, Failure, Pcm, Terms, Transfer, Wanted, WantedRate, arm, negotiate, order,
};
use crate::error::{Error, Result};
use crate::sys;
use crate::units::{MAX_PERIOD_FRAMES, Rate};
use std::fmt;

const DEFAULT: &str = "default";

/// A PCM that is set up. Its [`Transfer`] is made when the length of the engine's period is known.
pub(super) struct Opened {
    pub pcm: Pcm,
    pub terms: Terms,
    name: String,
    interface_channels: u16,
}

pub(super) struct Side {
    pub pcm: Pcm,
    pub terms: Terms,
    pub transfer: Transfer,
    name: String,
}

/// What calls of one side return.
pub(super) type Outcome<T = ()> = std::result::Result<T, Fault>;

/// A failure of one side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fault {
    pub direction: Direction,
    pub failure: Failure,
}

/// How far a side was at a time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// How many frames could be read or written.
    pub avail: u64,
    pub time_ns: u64,
}

/// What one side is to be opened for.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub direction: Direction,
    pub channels: u16,
    pub rate_hz: Option<u32>,
    pub period_frames: u32,
}

impl Opened {
    /// # Errors
    /// As [`Pcm::open`] and [`negotiate`].
    pub fn new(ask: Ask, config: &AlsaConfig) -> Result<Opened> {
        let name = match ask.direction {
            Direction::Playback => &config.playback,
            Direction::Capture => &config.capture,
        };
        let name = name.as_deref().unwrap_or(DEFAULT);
        let rate = match (ask.rate_hz, config.convert_rate) {
            (None, _) => WantedRate::Any,
            (Some(hz), false) => WantedRate::Exact(hz),
            (Some(hz), true) => WantedRate::Converted(hz),
        };
        // One more than the output is ahead, at least. A late audio thread finds captured frames in a long buffer.
        let buffer_periods = match ask.direction {
            Direction::Playback => config.periods + 1,
            Direction::Capture => config.periods.max(8),
        };
        let wanted = Wanted {
            channels: ask.channels.into(),
            rate,
            format: config.format,
            access: config.access,
            period_frames: ask.period_frames,
            buffer_periods,
            buffer_frames: config.buffer_frames.unwrap_or(0),
        };
        match Opened::as_named(name, ask, &wanted) {
            // The PCM itself does not convert.
            Err(Error::DeviceRate { .. }) if config.convert_rate => {
                Opened::as_named(&converting(name)?, ask, &wanted)
            }
            opened => opened,
        }
    }

    fn as_named(name: &str, ask: Ask, wanted: &Wanted) -> Result<Opened> {
        let pcm = Pcm::open(name, ask.direction)?;
        let terms = negotiate(&pcm, name, wanted)?;
        if terms.period_frames > MAX_PERIOD_FRAMES {
            return Err(unfit(&pcm, name, terms, "its period is too long"));
        }
        Ok(Opened {
            pcm,
            terms,
            name: name.to_owned(),
            interface_channels: ask.channels,
        })
    }

    /// For an engine with this period. `wake_frames`: how many frames can be read or written when the audio thread is to wake.
    pub fn ready(self, period: usize, wake_frames: usize, config: &AlsaConfig) -> Result<Side> {
        let terms = self.terms;
        arm(&self.pcm, wake_frames as u32)?;
        let mut order = order(&self.pcm, terms.channels);
        order.truncate(self.interface_channels.into());
        let seed = config.dither.then_some(config.dither_seed);
        Ok(Side {
            transfer: Transfer::new(terms, &order, period, seed)?,
            pcm: self.pcm,
            terms,
            name: self.name,
        })
    }

    /// # Errors
    /// [`Error::Driver`]: its buffer does not hold two periods of the engine.
    pub fn check_period(&self, period: usize) -> Result<()> {
        match 2 * period <= self.terms.buffer_frames as usize {
            true => Ok(()),
            false => Err(unfit(
                &self.pcm,
                &self.name,
                self.terms,
                &format!("two periods of {period} frames do not fit"),
            )),
        }
    }
}

impl Side {
    pub fn info(&self) -> AlsaDevice {
        AlsaDevice {
            name: self.name.clone(),
            channels: self.terms.channels,
            format: self.terms.format,
            period_frames: self.terms.period_frames,
            buffer_frames: self.terms.buffer_frames,
            mmap: self.terms.layout.is_mmap(),
        }
    }

    /// Names the side in a failure of a call.
    pub fn of<T>(&self, attempt: Attempt<T>) -> Outcome<T> {
        attempt.map_err(|failure| Fault {
            direction: self.pcm.direction(),
            failure,
        })
    }

    /// How many frames can be read or written, and when that was so.
    ///
    /// # Real-time contract
    /// Wait-free but for what libasound does; no allocation, free, lock, log or panic.
    pub fn progress(&self) -> Outcome<Progress> {
        /// A stamp that is older is of another clock.
        const OLDEST_NS: u64 = 10_000_000_000;
        let avail = self.of(self.pcm.avail())?;
        let now_ns = sys::now_ns();
        let stamped = self.pcm.time_stamp();
        let stamped = stamped.filter(|&(_, ns)| ns <= now_ns && now_ns - ns < OLDEST_NS);
        let (avail, time_ns) = stamped.unwrap_or((avail, now_ns));
        Ok(Progress { avail, time_ns })
    }

    /// How many frames were written and wait to be heard.
    pub fn filled(&self, avail: u64) -> u64 {
        u64::from(self.terms.buffer_frames).saturating_sub(avail)
    }

    /// How many frames the device keeps beyond its buffer, in converters and the like.
    pub fn hidden_frames(&self) -> Outcome<u32> {
        let delay = self.of(self.pcm.delay())?;
        let avail = self.of(self.pcm.avail())?;
        let seen = match self.pcm.direction() {
            Direction::Playback => self.filled(avail),
            Direction::Capture => avail,
        };
        let most = Rate::new(self.terms.rate_hz).hz();
        Ok(delay
            .saturating_sub(seen.cast_signed())
            .clamp(0, most.into()) as u32)
    }
}

/// A PCM that converts rates for another one.
fn converting(name: &str) -> Result<String> {
    let quote = ['\'', '"'].into_iter().find(|&quote| !name.contains(quote));
    let quote = quote.ok_or_else(|| {
        Error::InvalidArgument(format!("the name {name:?} has quotes of both types"))
    })?;
    Ok(format!("plug:SLAVE={quote}{name}{quote}"))
}

fn unfit(pcm: &Pcm, name: &str, terms: Terms, why: &str) -> Error {
    Error::Driver {
        driver: "alsa",
        message: format!(
            "{} {name:?} has a period of {} frames and a buffer of {}: {why}",
            pcm.direction().name(),
            terms.period_frames,
            terms.buffer_frames
        ),
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.direction.name(), self.failure)
    }
}

impl From<Fault> for Error {
    fn from(fault: Fault) -> Error {
        Error::Driver {
            driver: "alsa",
            message: fault.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_pcm_that_converts_holds_any_name_whole() {
        assert_eq!(
            converting("hw:0,1").ok().as_deref(),
            Some("plug:SLAVE='hw:0,1'")
        );
        assert_eq!(
            converting("x:'a'").ok().as_deref(),
            Some("plug:SLAVE=\"x:'a'\"")
        );
        assert!(converting("'\"").is_err());
    }
}
