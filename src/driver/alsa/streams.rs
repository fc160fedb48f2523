//! The sides of a driver as one: they start together, and a fixed number of frames is between them.
//!
//! The *pace* is that of the input, where there is one. Both sides have the same clock, so the frames that wait to be read
//! and those that wait to be heard are always as many together. At each start this sum is made [`Streams::ahead`]: the
//! same latency after each recovery.
#![forbid(unsafe_code)]

use super::options::{AlsaConfig, AlsaInfo};
use super::side::{Ask, Opened, Outcome, Side};
use crate::alsa::{Attempt, Direction, Failure, Trouble, wait};
use crate::driver::target::Request;
use crate::error::{Error, Result};
use crate::units::{Latency, Rate};
use std::os::fd::{AsRawFd, BorrowedFd};
use std::time::Duration;

pub(super) struct Streams {
    playback: Option<Side>,
    capture: Option<Side>,
    linked: bool,
    pub rate: Rate,
    /// Of the engine.
    pub period: usize,
    /// How many frames the output is ahead.
    ahead: usize,
    /// First the one that ends waiting; then those of the side that is polled.
    polled: Vec<libc::pollfd>,
    playback_polled: Vec<libc::pollfd>,
    capture_polled: Vec<libc::pollfd>,
    /// Frames that were written, and not dropped, since the start. No more than this can be lost.
    rendered: u64,
}

/// Whether a period can run.
pub(super) enum Look {
    /// It can. The stamp says when it was due.
    Ready { stamp_ns: u64 },
    /// This side is not ready.
    Waits(Direction),
}

/// What ended a wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Woken {
    /// The device may have something to tell, or time is over.
    Look,
    /// The device signals an error, but its state tells none.
    Confused,
    Stop,
}

impl Streams {
    /// # Errors
    /// As [`Opened::new`].
    pub fn open(request: &Request, config: &AlsaConfig) -> Result<Streams> {
        let ask = |direction, channels, rate_hz| Ask {
            direction,
            channels,
            rate_hz,
            period_frames: request.period_frames.unwrap_or(256),
        };
        let (inputs, outputs) = (request.input_channels, request.output_channels);
        if inputs == 0 && outputs == 0 {
            return Err(Error::InvalidArgument(
                "input_channels and output_channels are 0; the driver alsa needs one of them"
                    .into(),
            ));
        }
        let mut rate_hz = request.frame_rate_hz;
        let mut open = |direction, channels| -> Result<Option<Opened>> {
            if channels == 0 {
                return Ok(None);
            }
            let opened = Opened::new(ask(direction, channels, rate_hz), config)?;
            // The other side must have the same.
            rate_hz = Some(opened.terms.rate_hz);
            Ok(Some(opened))
        };
        let playback = open(Direction::Playback, outputs)?;
        let capture = open(Direction::Capture, inputs)?;
        let sides = || playback.iter().chain(&capture);
        let rate = Rate::new(
            sides()
                .map(|side| side.terms.rate_hz)
                .next()
                .unwrap_or(48_000),
        );
        // What one side tells once a period must fit in the other one's buffer.
        let periods = sides().map(|side| side.terms.period_frames as usize);
        let period = periods.max().unwrap_or(0);
        for side in sides() {
            side.check_period(period)?;
        }
        let buffer = playback
            .as_ref()
            .map(|side| side.terms.buffer_frames as usize);
        let most = buffer.map_or(usize::MAX, |buffer| buffer / period);
        let ahead = period * most.min(config.periods as usize);
        let wake = match (buffer, &capture) {
            (Some(buffer), None) => buffer - ahead + period,
            _ => period,
        };
        let ready = |side: Opened| side.ready(period, wake, config);
        let playback = playback.map(ready).transpose()?;
        let capture = capture.map(ready).transpose()?;
        let linked = match (&playback, &capture) {
            (Some(playback), Some(capture)) => capture.pcm.link(&playback.pcm).is_ok(),
            _ => false,
        };
        Ok(Streams {
            playback,
            capture,
            linked,
            rate,
            period,
            ahead,
            polled: Vec::new(),
            playback_polled: Vec::new(),
            capture_polled: Vec::new(),
            rendered: 0,
        })
    }

    pub fn info(&self) -> AlsaInfo {
        AlsaInfo {
            playback: self.playback.as_ref().map(Side::info),
            capture: self.capture.as_ref().map(Side::info),
            linked: self.linked,
        }
    }

    /// The latencies from when a period is due; after a start, with what the devices keep beyond their buffers.
    pub fn latency(&self) -> Latency {
        let hidden = |side: &Option<Side>| {
            let side = side.as_ref()?;
            side.hidden_frames().ok()
        };
        let period = self.period as u32;
        Latency {
            capture_frames: match self.capture {
                Some(_) => period + hidden(&self.capture).unwrap_or(0),
                None => 0,
            },
            playback_frames: match self.playback {
                Some(_) => self.ahead as u32 - period + hidden(&self.playback).unwrap_or(0),
                None => 0,
            },
        }
    }

    /// Learns what is to be polled. Not for the audio thread while it plays.
    pub fn prepare_waiting(&mut self, stop: BorrowedFd<'_>) -> Result<()> {
        if let Some(side) = &self.playback {
            self.playback_polled = side.pcm.descriptors()?;
        }
        if let Some(side) = &self.capture {
            self.capture_polled = side.pcm.descriptors()?;
        }
        let stop = libc::pollfd {
            fd: stop.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        let longest = self.playback_polled.len().max(self.capture_polled.len());
        self.polled = Vec::with_capacity(1 + longest);
        self.polled.push(stop);
        Ok(())
    }

    /// Starts, or starts again after a fault.
    ///
    /// # Real-time contract
    /// Wait-free but for what libasound does; no allocation, free, lock, log or panic.
    pub fn start(&mut self) -> Outcome {
        self.rendered = 0;
        for side in self.playback.iter().chain(&self.capture) {
            // After a sleep, some devices must be resumed before anything else. It may have stopped by itself.
            if side
                .pcm
                .failure()
                .is_some_and(|failure| failure.trouble == Trouble::Suspended)
            {
                side.of(side.pcm.resume().or_else(unless_asleep))?;
            }
            let _ = side.pcm.halt();
        }
        for side in self.playback.iter().chain(&self.capture) {
            side.of(side.pcm.prepare())?;
        }
        if let Some(side) = &mut self.playback {
            let written = side.transfer.write_silence(&side.pcm, self.ahead);
            side.of(written)?;
        }
        // The input first: its buffer is the longer one, and what comes too early is discarded.
        if let Some(side) = &self.capture {
            side.of(side.pcm.start())?;
        }
        if let Some(side) = self
            .playback
            .as_ref()
            .filter(|_| !self.linked || self.capture.is_none())
        {
            side.of(side.pcm.start())?;
        }
        self.align()
    }

    /// Makes the frames that wait at both sides as many as they are to be.
    fn align(&mut self) -> Outcome {
        let Some(between) = self.between()? else {
            return Ok(());
        };
        let wanted = self.ahead as u64;
        match (&mut self.capture, between.checked_sub(wanted)) {
            (Some(capture), Some(early)) => {
                let readable = capture.of(capture.pcm.avail())?;
                let early = early.min(readable) as usize;
                let discarded = capture.transfer.discard(&capture.pcm, early);
                capture.of(discarded)
            }
            _ => self.fill_up(wanted - between),
        }
    }

    /// Stops at once.
    pub fn halt(&mut self) {
        for side in self.playback.iter().chain(&self.capture) {
            // A device that is gone has stopped.
            let _ = side.pcm.halt();
        }
    }

    /// How many frames wait to be read and to be heard, together. `None` without a side for each.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn between(&self) -> Outcome<Option<u64>> {
        let (Some(playback), Some(capture)) = (&self.playback, &self.capture) else {
            return Ok(None);
        };
        let readable = capture.of(capture.pcm.avail())?;
        let room = playback.of(playback.pcm.avail())?;
        Ok(Some(readable + playback.filled(room)))
    }

    /// Writes silence in place of what an output lacks.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn fill_up(&mut self, frames: u64) -> Outcome {
        let Some(side) = &mut self.playback else {
            return Ok(());
        };
        let room = side.of(side.pcm.avail())?;
        let written = side
            .transfer
            .write_silence(&side.pcm, frames.min(room) as usize);
        side.of(written)
    }

    /// Whether the next period can run.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn look(&self) -> Outcome<Look> {
        let period = self.period as u64;
        let (pace, needed, direction) = match (&self.capture, &self.playback) {
            (Some(capture), _) => (capture, period, Direction::Capture),
            (None, Some(playback)) => {
                let full = u64::from(playback.terms.buffer_frames);
                (
                    playback,
                    full - self.ahead as u64 + period,
                    Direction::Playback,
                )
            }
            (None, None) => return Ok(Look::Waits(Direction::Playback)),
        };
        let progress = pace.progress()?;
        if progress.avail < needed {
            return Ok(Look::Waits(direction));
        }
        if let (Some(_), Some(playback)) = (&self.capture, &self.playback)
            && playback.of(playback.pcm.avail())? < period
        {
            return Ok(Look::Waits(Direction::Playback));
        }
        let since_ns = self.rate.nanoseconds(progress.avail - needed);
        Ok(Look::Ready {
            stamp_ns: progress.time_ns.saturating_sub(since_ns),
        })
    }

    /// Reads a period; nothing without an input.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn read(&mut self, inputs: &mut [Vec<f32>]) -> Outcome {
        let Some(side) = &mut self.capture else {
            return Ok(());
        };
        let read = side.transfer.read(&side.pcm, inputs, self.period);
        side.of(read)
    }

    /// Writes a period; nothing without an output.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn write(&mut self, outputs: &[&mut [f32]]) -> Outcome {
        let Some(side) = &mut self.playback else {
            return Ok(());
        };
        let written = side.transfer.write(&side.pcm, outputs, self.period);
        side.of(written)?;
        self.rendered += self.period as u64;
        Ok(())
    }

    /// How many frames that were written will not be heard if it is stopped now.
    ///
    /// # Real-time contract
    /// As [`Streams::start`].
    pub fn unheard(&self) -> u64 {
        let Some(side) = &self.playback else {
            return 0;
        };
        match side.pcm.avail() {
            Ok(avail) => side.filled(avail).min(self.rendered),
            // It has played all that it had.
            Err(_) => 0,
        }
    }

    /// Waits until a side tells something, or for `timeout`.
    ///
    /// # Real-time contract
    /// As [`wait`].
    pub fn wait(&mut self, direction: Direction, timeout: Duration) -> Outcome<Woken> {
        let (side, descriptors) = match direction {
            Direction::Playback => (&self.playback, &self.playback_polled),
            Direction::Capture => (&self.capture, &self.capture_polled),
        };
        self.polled.truncate(1);
        self.polled.extend_from_slice(descriptors);
        wait(&mut self.polled, timeout);
        let Some((stop, descriptors)) = self.polled.split_first_mut() else {
            return Ok(Woken::Look);
        };
        if stop.revents != 0 {
            return Ok(Woken::Stop);
        }
        let Some(side) = side else {
            return Ok(Woken::Look);
        };
        let events = side.of(side.pcm.events(descriptors))?;
        let is_error = events & (libc::POLLERR | libc::POLLHUP | libc::POLLNVAL) != 0;
        match side.pcm.failure() {
            Some(failure) => side.of(Err(failure)),
            None if is_error => Ok(Woken::Confused),
            None => Ok(Woken::Look),
        }
    }

    /// Waits without asking a device.
    ///
    /// # Real-time contract
    /// As [`wait`].
    pub fn pause(&mut self, timeout: Duration) -> Woken {
        self.polled.truncate(1);
        wait(&mut self.polled, timeout);
        match self.polled.first() {
            Some(stop) if stop.revents != 0 => Woken::Stop,
            _ => Woken::Look,
        }
    }

    /// What libasound would print on this thread is dropped, as long as the result lives.
    pub fn quiet(&self) -> Option<impl Drop + use<>> {
        let side = self.playback.as_ref().or(self.capture.as_ref())?;
        Some(side.pcm.quiet())
    }

    pub fn has_input(&self) -> bool {
        self.capture.is_some()
    }
}

/// What cannot be resumed is started again. [`Trouble::Suspended`]: the system sleeps still.
fn unless_asleep(failure: Failure) -> Attempt {
    match failure.trouble {
        Trouble::NotNow => Err(Failure {
            trouble: Trouble::Suspended,
            ..failure
        }),
        _ => Ok(()),
    }
}
