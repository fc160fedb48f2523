//! An open PCM. It never blocks by itself: waiting is [`super::wait`].
#![allow(unsafe_code, reason = "calls of libasound")]

use super::failure::{Attempt, Failure, Trouble};
use super::library::{Library, RawPcm};
use super::messages::{Quiet, collected};
use super::terms::Direction;
use crate::error::{Error, Result};
use crate::lock::Mutex;
use crate::memory;
use crate::sys::{Home, NoFork, PerProcess};
use std::ffi::{CString, c_int};
use std::ptr::{self, NonNull};

/// `SND_PCM_NONBLOCK`.
const NONBLOCK: c_int = 1;

/// Plugins of ALSA share libraries of servers, which cannot be opened and closed by two threads at once.
static OPENING: PerProcess<Mutex<()>> = PerProcess::new();

/// Closed when it is dropped, which may take as long as its plugins do.
pub(crate) struct Pcm {
    raw: NonNull<RawPcm>,
    library: &'static Library,
    direction: Direction,
    home: Home,
}

// SAFETY: libasound's calls may be made on any thread, one at a time; the methods that are called on an audio thread and
// others at once do not exist: a `Pcm` is not `Sync`.
unsafe impl Send for Pcm {}

/// The states that matter to a driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PcmState {
    /// It stopped for want of data or room.
    Xrun,
    Suspended,
    Disconnected,
    /// It is set up, runs, or may be started.
    Other,
}

impl Pcm {
    /// Opens a PCM by ALSA's name for it. It may take as long as its plugins do.
    ///
    /// # Errors
    /// [`Error::DriverUnavailable`], [`Error::InvalidArgument`] (NUL in the name), [`Error::Driver`].
    pub fn open(name: &str, direction: Direction) -> Result<Pcm> {
        let library = Library::get()?;
        let c_name = CString::new(name)
            .map_err(|_| Error::InvalidArgument(format!("PCM name {name:?} contains NUL")))?;
        let mut raw = ptr::null_mut();
        let _whole = NoFork::begin();
        let _turn = OPENING.get().lock();
        let (opened, lines) = collected(library, || {
            // SAFETY: the place and the name are valid for the call.
            unsafe { (library.pcm_open)(&mut raw, c_name.as_ptr(), direction.number(), NONBLOCK) }
        });
        let failed = Failure::check("opening it", opened).err();
        match (failed, NonNull::new(raw)) {
            (None, Some(raw)) => Ok(Pcm {
                raw,
                library,
                direction,
                home: Home::here(),
            }),
            (failed, _) => {
                let reason = failed.map_or("no PCM".into(), |failed| failed.to_string());
                Err(Error::Driver {
                    driver: "alsa",
                    message: with_lines(format!("{} {name:?}: {reason}", direction.name()), &lines),
                })
            }
        }
    }

    pub(super) fn library(&self) -> &'static Library {
        self.library
    }

    pub(super) fn raw(&self) -> *mut RawPcm {
        self.raw.as_ptr()
    }

    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// What libasound would print on this thread is dropped, as long as the result lives: for an audio thread.
    pub fn quiet(&self) -> Quiet {
        Quiet::dropping(self.library)
    }

    /// Makes it ready to start, with an empty buffer.
    pub fn prepare(&self) -> Attempt {
        // SAFETY: the PCM is open, here and below.
        let result = unsafe { (self.library.pcm_prepare)(self.raw()) };
        Failure::check("preparing it", result).map(drop)
    }

    pub fn start(&self) -> Attempt {
        // SAFETY: as above.
        let result = unsafe { (self.library.pcm_start)(self.raw()) };
        Failure::check("starting it", result).map(drop)
    }

    /// Stops at once. What its buffer holds is dropped.
    pub fn halt(&self) -> Attempt {
        // SAFETY: as above.
        let result = unsafe { (self.library.pcm_drop)(self.raw()) };
        Failure::check("stopping it", result).map(drop)
    }

    /// Goes on after the system has slept. [`Trouble::NotNow`]: it sleeps still.
    pub fn resume(&self) -> Attempt {
        // SAFETY: as above.
        let result = unsafe { (self.library.pcm_resume)(self.raw()) };
        Failure::check("resuming it", result).map(drop)
    }

    /// Starts and stops another one with this one from now on. An error where the two cannot be linked.
    pub fn link(&self, other: &Pcm) -> Attempt {
        // SAFETY: both are open. Closing one unlinks it.
        let result = unsafe { (self.library.pcm_link)(self.raw(), other.raw()) };
        Failure::check("linking it", result).map(drop)
    }

    pub fn state(&self) -> PcmState {
        // SAFETY: as above.
        match unsafe { (self.library.pcm_state)(self.raw()) } {
            4 => PcmState::Xrun,
            7 => PcmState::Suspended,
            8 => PcmState::Disconnected,
            _ => PcmState::Other,
        }
    }

    /// How many frames can be read or written now.
    pub fn avail(&self) -> Attempt<u64> {
        // SAFETY: as above.
        let result = unsafe { (self.library.pcm_avail)(self.raw()) };
        let frames = Failure::check("asking it for frames", result)?;
        Ok(frames.cast_unsigned())
    }

    /// How many frames lie between the program and the loudspeaker or the microphone.
    pub fn delay(&self) -> Attempt<i64> {
        let mut frames = 0;
        // SAFETY: as above; the place is valid.
        let result = unsafe { (self.library.pcm_delay)(self.raw(), &mut frames) };
        Failure::check("asking for its delay", result)?;
        Ok(frames)
    }

    /// How many frames could be read or written at a time (`CLOCK_MONOTONIC`, in nanoseconds). `None`: it does not tell.
    pub fn time_stamp(&self) -> Option<(u64, u64)> {
        let mut frames = 0;
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: as above; the places are valid.
        let result = unsafe { (self.library.pcm_htimestamp)(self.raw(), &mut frames, &mut time) };
        let time_ns = time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64;
        (result >= 0 && time_ns > 0).then_some((frames, time_ns))
    }

    /// What is to be polled, from a start to the next one.
    pub fn descriptors(&self) -> Result<Vec<libc::pollfd>> {
        // SAFETY: as above.
        let count = unsafe { (self.library.pcm_poll_descriptors_count)(self.raw()) };
        let count = Failure::check("asking for its descriptors", count)? as usize;
        let none = libc::pollfd {
            fd: -1,
            events: 0,
            revents: 0,
        };
        let mut descriptors = memory::filled(none, count, "descriptors")?;
        // SAFETY: as above; there is room for so many.
        let filled = unsafe {
            (self.library.pcm_poll_descriptors)(self.raw(), descriptors.as_mut_ptr(), count as u32)
        };
        let filled = Failure::check("asking for its descriptors", filled)? as usize;
        descriptors.truncate(filled);
        Ok(descriptors)
    }

    /// What its descriptors tell, after they were polled. It must be asked each time: plugins empty their descriptors here.
    pub fn events(&self, descriptors: &mut [libc::pollfd]) -> Attempt<i16> {
        let mut events = 0;
        let count = descriptors.len() as u32;
        // SAFETY: as above; there are so many descriptors.
        let result = unsafe {
            (self.library.pcm_poll_descriptors_revents)(
                self.raw(),
                descriptors.as_mut_ptr(),
                count,
                &mut events,
            )
        };
        Failure::check("asking for its events", result)?;
        Ok(events.cast_signed())
    }

    /// The failure that its state stands for.
    pub fn failure(&self) -> Option<Failure> {
        let trouble = match self.state() {
            PcmState::Xrun => Trouble::Xrun,
            PcmState::Suspended => Trouble::Suspended,
            PcmState::Disconnected => Trouble::Gone,
            PcmState::Other => return None,
        };
        let what = "waiting for it";
        Some(Failure { what, trouble })
    }
}

impl Drop for Pcm {
    fn drop(&mut self) {
        if !self.home.is_here() {
            return; // It is the parent's.
        }
        let _whole = NoFork::begin();
        let _turn = OPENING.get().lock();
        // What it would print of a server that is gone helps nobody any more.
        let _quiet = self.quiet();
        // SAFETY: the PCM is open, and is not used again.
        unsafe { (self.library.pcm_close)(self.raw()) };
    }
}

/// A message, and what libasound said of it.
pub(super) fn with_lines(message: String, lines: &[String]) -> String {
    match lines {
        [] => message,
        lines => format!("{message} ({})", lines.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libasound_says_of_a_name_is_in_the_error() {
        let error = Pcm::open("no_such_device", Direction::Capture).err();
        let message = match error {
            Some(Error::Driver { message, .. }) => message,
            Some(Error::DriverUnavailable { reason, .. }) if std::env::var_os("CI").is_none() => {
                return eprintln!("*** SKIPPED, NOTHING WAS TESTED: {reason} ***");
            }
            other => panic!("{other:?}"),
        };
        assert!(
            message.starts_with("capture \"no_such_device\": opening it: No such file"),
            "{message}"
        );
        assert!(message.contains("Unknown PCM no_such_device"), "{message}");
    }
}
