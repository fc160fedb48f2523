//! Moves frames between a device and buffers of floats, one for each channel, in whichever way the device wants it.
#![allow(unsafe_code, reason = "memory of libasound")]

use super::dither::Dither;
use super::failure::{Attempt, Failure, Trouble};
use super::library::RawArea;
use super::pcm::Pcm;
use super::sample::{decode, encode};
use super::terms::{Layout, Terms};
use crate::error::Result;
use crate::memory;
use std::ffi::{c_ulong, c_void};
use std::ptr;

/// The way between one PCM and the buffers.
pub(crate) struct Transfer {
    terms: Terms,
    /// For each channel of the device, the buffer that belongs to it.
    buffers: Vec<Option<usize>>,
    /// For each buffer; empty without dither.
    dithers: Vec<Dither>,
    /// The device's samples, where they are read and written. Channel after channel where the layout is planar.
    bytes: Vec<u8>,
    /// Where each channel begins in `bytes`, for libasound.
    planes: Vec<*mut c_void>,
    /// How many frames `bytes` has room for.
    room: usize,
}

// SAFETY: the pointers point into `bytes`, and only methods that borrow the transfer mutably use them.
unsafe impl Send for Transfer {}

/// Where the samples of one channel are.
#[derive(Clone, Copy)]
struct Lane {
    begin: *mut u8,
    step: usize,
}

impl Transfer {
    /// `order`: for each buffer, the channel of the device; see [`super::channel_map`]. `room`: the most frames that are moved
    /// at once. `dither_seed`: `None` without dither.
    ///
    /// # Errors
    /// [`crate::Error::OutOfMemory`].
    pub fn new(
        terms: Terms,
        order: &[usize],
        room: usize,
        dither_seed: Option<u64>,
    ) -> Result<Transfer> {
        let channels = terms.channels as usize;
        let mut buffers = memory::filled(None, channels, "channels")?;
        for (buffer, &channel) in order.iter().enumerate() {
            buffers[channel] = Some(buffer);
        }
        let dithers = match dither_seed {
            Some(seed) => (0..order.len())
                .map(|buffer| Dither::new(seed, buffer))
                .collect(),
            None => Vec::new(),
        };
        let bytes = match terms.layout {
            Layout::Mmap(_) => 0,
            Layout::Interleaved | Layout::Planar => channels * terms.format.bytes() * room,
        };
        Ok(Transfer {
            buffers,
            dithers,
            bytes: memory::filled(0, bytes, "a period")?,
            planes: memory::filled(ptr::null_mut(), channels, "channels")?,
            room,
            terms,
        })
    }

    /// Writes so many frames of the buffers, from their beginning.
    ///
    /// # Real-time contract
    /// Wait-free but for what libasound does; no allocation, free, lock, log or panic.
    pub fn write(&mut self, pcm: &Pcm, buffers: &[&mut [f32]], frames: usize) -> Attempt {
        self.put(
            pcm,
            frames,
            |transfer, device_channel, lane, from, count| {
                let buffer = transfer.buffers[device_channel];
                let samples = buffer.and_then(|index| buffers.get(index));
                match samples.and_then(|samples| samples.get(from..from + count)) {
                    Some(samples) => {
                        let dither = buffer.and_then(|index| transfer.dithers.get_mut(index));
                        // SAFETY: promised by `put`.
                        encode(
                            transfer.terms.format,
                            samples,
                            dither,
                            |index, bytes| unsafe {
                                lane.put(index, bytes);
                            },
                        );
                    }
                    None => transfer.silence(lane, count),
                }
            },
        )
    }

    /// Writes silence, without dither.
    ///
    /// # Real-time contract
    /// As [`Transfer::write`].
    pub fn write_silence(&mut self, pcm: &Pcm, frames: usize) -> Attempt {
        let mut left = frames;
        while left > 0 {
            let part = left.min(self.room);
            self.put(pcm, part, |transfer, _, lane, _, count| {
                transfer.silence(lane, count);
            })?;
            left -= part;
        }
        Ok(())
    }

    /// Fills the buffers with the next frames, which the device must have.
    ///
    /// # Real-time contract
    /// As [`Transfer::write`].
    pub fn read(&mut self, pcm: &Pcm, buffers: &mut [Vec<f32>], frames: usize) -> Attempt {
        self.get(
            pcm,
            frames,
            |transfer, device_channel, lane, from, count| {
                let samples = transfer.buffers[device_channel]
                    .and_then(|index| buffers.get_mut(index))
                    .and_then(|samples| samples.get_mut(from..from + count));
                if let Some(samples) = samples {
                    // SAFETY: promised by `get`.
                    decode(transfer.terms.format, samples, |index, bytes| unsafe {
                        lane.get(index, bytes);
                    });
                }
            },
        )
    }

    /// Reads frames that nobody wants.
    ///
    /// # Real-time contract
    /// As [`Transfer::write`].
    pub fn discard(&mut self, pcm: &Pcm, frames: usize) -> Attempt {
        let mut left = frames;
        while left > 0 {
            let part = left.min(self.room);
            self.get(pcm, part, |_, _, _, _, _| {})?;
            left -= part;
        }
        Ok(())
    }

    fn silence(&self, lane: Lane, frames: usize) {
        const ZEROS: [f32; 256] = [0.0; 256];
        let mut done = 0;
        while done < frames {
            let part = (frames - done).min(ZEROS.len());
            // SAFETY: promised by `put`, which tells how many frames there are.
            encode(
                self.terms.format,
                &ZEROS[..part],
                None,
                |index, bytes| unsafe {
                    lane.put(done + index, bytes);
                },
            );
            done += part;
        }
    }

    /// Hands frames to the device. `fill` gets a channel of the device, where it is, and which of the frames to put
    /// there: the first one, and how many.
    fn put(
        &mut self,
        pcm: &Pcm,
        frames: usize,
        mut fill: impl FnMut(&mut Transfer, usize, Lane, usize, usize),
    ) -> Attempt {
        if self.terms.layout.is_mmap() {
            return self.through_mapped(pcm, frames, fill);
        }
        let frames = frames.min(self.room);
        for channel in 0..self.buffers.len() {
            let lane = self.lane(channel);
            fill(self, channel, lane, 0, frames);
        }
        let (library, raw, layout) = (pcm.library(), pcm.raw(), self.terms.layout);
        self.in_pieces("writing", frames, |begin, planes, count| {
            // SAFETY: the PCM is open and set up for this layout; so many frames are there.
            unsafe {
                match layout {
                    Layout::Planar => (library.pcm_writen)(raw, planes, count),
                    _ => (library.pcm_writei)(raw, begin, count),
                }
            }
        })
    }

    /// Fetches frames from the device. `take` as the `fill` of [`Transfer::put`].
    fn get(
        &mut self,
        pcm: &Pcm,
        frames: usize,
        mut take: impl FnMut(&mut Transfer, usize, Lane, usize, usize),
    ) -> Attempt {
        if self.terms.layout.is_mmap() {
            return self.through_mapped(pcm, frames, take);
        }
        let frames = frames.min(self.room);
        let (library, raw, layout) = (pcm.library(), pcm.raw(), self.terms.layout);
        self.in_pieces("reading", frames, |begin, planes, count| {
            // SAFETY: the PCM is open and set up for this layout; there is room for so many frames.
            unsafe {
                match layout {
                    Layout::Planar => (library.pcm_readn)(raw, planes, count),
                    _ => (library.pcm_readi)(raw, begin, count),
                }
            }
        })?;
        for channel in 0..self.buffers.len() {
            let lane = self.lane(channel);
            take(self, channel, lane, 0, frames);
        }
        Ok(())
    }

    /// Calls until all frames have been moved. `call` gets where they are, and how many are left.
    fn in_pieces(
        &mut self,
        what: &'static str,
        frames: usize,
        mut call: impl FnMut(*mut c_void, *mut *mut c_void, c_ulong) -> i64,
    ) -> Attempt {
        let mut done = 0;
        while done < frames {
            for channel in 0..self.planes.len() {
                let lane = self.lane(channel);
                // Within `bytes`: `done` is less than its room.
                self.planes[channel] = lane.begin.wrapping_add(done * lane.step).cast();
            }
            let begin = self.planes.first().copied().unwrap_or(ptr::null_mut());
            let moved = call(begin, self.planes.as_mut_ptr(), (frames - done) as c_ulong);
            done += moved_some(what, moved)?;
        }
        Ok(())
    }

    fn lane(&mut self, channel: usize) -> Lane {
        let width = self.terms.format.bytes();
        let (offset, step) = match self.terms.layout {
            Layout::Planar => (channel * self.room * width, width),
            _ => (channel * width, self.buffers.len() * width),
        };
        Lane {
            begin: self.bytes.as_mut_ptr().wrapping_add(offset),
            step,
        }
    }

    /// Calls `each` for the device's own memory.
    fn through_mapped(
        &mut self,
        pcm: &Pcm,
        frames: usize,
        mut each: impl FnMut(&mut Transfer, usize, Lane, usize, usize),
    ) -> Attempt {
        let (library, raw) = (pcm.library(), pcm.raw());
        let mut done = 0;
        while done < frames {
            let mut areas: *const RawArea = ptr::null();
            let (mut offset, mut count): (c_ulong, c_ulong) = (0, (frames - done) as c_ulong);
            // SAFETY: the PCM is open and set up for shared memory; the places are valid.
            let begun =
                unsafe { (library.pcm_mmap_begin)(raw, &mut areas, &mut offset, &mut count) };
            Failure::check("sharing its memory", begun)?;
            let count = (count as usize).min(frames - done);
            for channel in 0..self.buffers.len() {
                // SAFETY: libasound has as many areas as channels, each valid until the commit.
                let area = unsafe { &*areas.add(channel) };
                let step = area.step_bits as usize / 8;
                let begin = area.begin.cast::<u8>();
                let begin =
                    begin.wrapping_add(area.first_bits as usize / 8 + offset as usize * step);
                each(self, channel, Lane { begin, step }, done, count);
            }
            // SAFETY: these frames were lent by the call above.
            let moved = unsafe { (library.pcm_mmap_commit)(raw, offset, count as c_ulong) };
            done += moved_some("sharing its memory", moved)?;
        }
        Ok(())
    }
}

/// How many frames were moved. None, without a failure, would be tried for ever.
fn moved_some(what: &'static str, result: i64) -> Attempt<usize> {
    match Failure::check(what, result)? {
        0 => Err(Failure {
            what,
            trouble: Trouble::NotNow,
        }),
        moved => Ok(moved as usize),
    }
}

impl Lane {
    /// # Safety
    /// The lane has a sample of so many bytes at this index.
    unsafe fn put(self, index: usize, bytes: &[u8]) {
        // SAFETY: promised by the caller.
        unsafe {
            ptr::copy_nonoverlapping(
                bytes.as_ptr(),
                self.begin.add(index * self.step),
                bytes.len(),
            );
        }
    }

    /// # Safety
    /// As [`Lane::put`].
    unsafe fn get(self, index: usize, bytes: &mut [u8]) {
        // SAFETY: promised by the caller.
        unsafe {
            ptr::copy_nonoverlapping(
                self.begin.add(index * self.step),
                bytes.as_mut_ptr(),
                bytes.len(),
            );
        }
    }
}
