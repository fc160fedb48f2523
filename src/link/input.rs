//! Captured frames and their stamps: a ring of samples beside a ring of stamps.
//!
//! The samples of a chunk are pushed before its stamp, so a reader that has the stamp also has the
//! samples. If there is no room, the newest frames are dropped and counted. The next stamp
//! tells how many are missing before it.

use crate::error::Result;
use crate::memory::Keeper;
use crate::spsc::{Consumer, HeapCons, HeapProd, Observer, Producer, ring};
use crate::units::{Latency, Rate, Ticket};
use std::ops::Range;

/// Chunks are read together if their times differ by no more than this from the times that their frame numbers
/// give. The times themselves vary by more than that.
const SAME_TIME_NS: u64 = 100_000;

/// How many bytes of samples are made resident. A larger ring is for an application that
/// does not read for minutes; its memory becomes resident as it fills.
const MOST_KEPT: usize = 1 << 26;

/// How many samples are interleaved at once; at least one frame.
const BLOCK_SAMPLES: usize = 512;

/// Consecutive captured frames, and what was heard while they were captured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// How many.
    pub frames: u64,
    /// The timeline frame that was heard when the first one was captured.
    pub position: i64,
    /// The device frame at which the first one was captured.
    pub device_frame: u64,
    /// `CLOCK_MONOTONIC` when the first one came to the driver, in nanoseconds.
    pub time_ns: u64,
    /// The swap that was heard; [`Ticket::NONE`] before the first.
    pub ticket: Ticket,
    /// Whether the transport was heard rolling; if not, `position` is that of every frame.
    pub rolling: bool,
    /// Frames missing before the first one because nobody read in time.
    pub lost_before: u64,
    /// Whether the driver skipped frames just before the first one.
    pub xrun: bool,
    /// The latencies that were subtracted to find `position`; [`crate::Config::latency_offset_frames`] comes on top.
    pub latency: Latency,
}

impl Chunk {
    /// The rest of the chunk, after its first `frames` frames at `rate`.
    pub(crate) fn after(self, frames: u64, rate: Rate) -> Chunk {
        let advance = if self.rolling { frames as i64 } else { 0 };
        Chunk {
            frames: self.frames - frames,
            position: self.position.saturating_add(advance),
            device_frame: self.device_frame + frames,
            time_ns: self.time_ns + rate.nanoseconds(frames),
            lost_before: 0,
            xrun: false,
            ..self
        }
    }

    /// Whether it follows `before` without a gap: on the device, on the timeline and in time.
    fn goes_on_after(&self, before: &Chunk, rate: Rate) -> bool {
        let expected = before.after(before.frames, rate);
        let late_ns = self.time_ns.abs_diff(expected.time_ns);
        let same = Chunk {
            frames: self.frames,
            time_ns: self.time_ns,
            ..expected
        };
        *self == same && late_ns <= SAME_TIME_NS
    }
}

pub(super) fn new(
    channels: usize,
    frames: usize,
    chunks: usize,
) -> Result<(InputWriter, InputReader)> {
    let (samples_in, samples_out) = ring(channels * frames, "captured input")?;
    let (stamps_in, stamps_out) = ring(chunks, "the stamps of captured input")?;
    let writer = InputWriter {
        channels,
        samples: samples_in,
        stamps: stamps_in,
        block: [0.0; BLOCK_SAMPLES],
        lost: 0,
        xrun: false,
    };
    let reader = InputReader {
        channels,
        samples: samples_out,
        stamps: stamps_out,
        current: None,
    };
    Ok((writer, reader))
}

/// The engine's end.
pub(crate) struct InputWriter {
    channels: usize,
    samples: HeapProd<f32>,
    stamps: HeapProd<Chunk>,
    /// Interleaved samples on their way into the ring.
    block: [f32; BLOCK_SAMPLES],
    /// Frames left out since the last stamp.
    lost: u64,
    /// Whether the driver skipped frames since the last stamp.
    xrun: bool,
}

/// What became of a chunk.
#[derive(Default)]
pub(crate) struct Written {
    /// Frames left out of this chunk.
    pub lost: u64,
    /// Frames left out before it, which its stamp reports.
    pub lost_before: u64,
}

/// Wait-free; no allocation, lock, system call or log.
impl InputWriter {
    /// Appends a chunk: frame `n` of channel `c` is `inputs[c][offset + n]`.
    pub fn write(&mut self, inputs: &[&[f32]], offset: usize, mut stamp: Chunk) -> Written {
        let room = self.samples.vacant_len() / self.channels;
        let wanted = stamp.frames;
        stamp.frames = if self.stamps.is_full() {
            0
        } else {
            wanted.min(room as u64)
        };
        stamp.lost_before = self.lost;
        stamp.xrun |= self.xrun;
        self.xrun = stamp.xrun && stamp.frames == 0;
        let lost = wanted - stamp.frames;
        if stamp.frames > 0 {
            self.push(inputs, offset..offset + stamp.frames as usize);
            let has_room = self.stamps.try_push(stamp).is_ok();
            debug_assert!(has_room, "checked above, and there is one writer");
            self.lost = 0;
        }
        self.lost += lost;
        Written {
            lost,
            lost_before: if stamp.frames > 0 {
                stamp.lost_before
            } else {
                0
            },
        }
    }

    /// Appends frames for which there is room.
    fn push(&mut self, inputs: &[&[f32]], frames: Range<usize>) {
        for begin in frames.clone().step_by(BLOCK_SAMPLES / self.channels) {
            let end = frames.end.min(begin + BLOCK_SAMPLES / self.channels);
            let block = &mut self.block[..(end - begin) * self.channels];
            if let [left, right] = inputs {
                let pairs = left[begin..end].iter().zip(&right[begin..end]);
                for (frame, (left, right)) in block.as_chunks_mut().0.iter_mut().zip(pairs) {
                    *frame = [*left, *right];
                }
            } else {
                for (channel, input) in inputs.iter().enumerate() {
                    let places = block[channel..].iter_mut().step_by(self.channels);
                    for (place, sample) in places.zip(&input[begin..end]) {
                        *place = *sample;
                    }
                }
            }
            self.samples.push_slice(block);
        }
    }

    /// How many frames find room now.
    pub fn room(&self) -> usize {
        match self.stamps.is_full() {
            true => 0,
            false => self.samples.vacant_len() / self.channels,
        }
    }

    /// Hands over what is written to, of samples [`MOST_KEPT`] at the most.
    pub fn keep_memory(&mut self, keeper: &mut impl Keeper) {
        let (samples, _) = self.samples.vacant_slices_mut();
        let most = samples.len().min(MOST_KEPT / size_of::<f32>());
        keeper.keep(&mut samples[..most]);
        keeper.keep(self.stamps.vacant_slices_mut().0);
    }

    /// How many frames wait to be read.
    pub fn waiting(&self) -> usize {
        self.samples.occupied_len() / self.channels
    }
}

/// The control half's end.
pub(crate) struct InputReader {
    channels: usize,
    samples: HeapCons<f32>,
    stamps: HeapCons<Chunk>,
    /// A chunk that was read in part, and how many frames of it were read.
    current: Option<(Chunk, u64)>,
}

impl InputReader {
    /// Copies frames of one chunk, interleaved, as many as there are and fit.
    pub fn read(&mut self, buffer: &mut [f32], rate: Rate) -> Option<Chunk> {
        let next = || Some((self.stamps.try_pop()?, 0));
        let (whole, before) = self.current.take().or_else(next)?;
        let stamp = match before {
            0 => whole,
            // Computed from the beginning of the chunk, so that roundings do not add up.
            _ => whole.after(before, rate),
        };
        let frames = stamp.frames.min((buffer.len() / self.channels) as u64);
        self.samples
            .pop_slice(&mut buffer[..frames as usize * self.channels]);
        if frames < stamp.frames {
            self.current = Some((whole, before + frames));
        }
        Some(Chunk { frames, ..stamp })
    }

    /// As [`InputReader::read`], and also reads the following chunks while there is no gap.
    pub fn read_on(&mut self, buffer: &mut [f32], rate: Rate) -> Option<Chunk> {
        let mut whole = self.read(buffer, rate)?;
        loop {
            let rest = &mut buffer[whole.frames as usize * self.channels..];
            let next = self.stamps.try_peek();
            if rest.len() < self.channels
                || !next.is_some_and(|next| next.goes_on_after(&whole, rate))
            {
                return Some(whole);
            }
            whole.frames += self.read(rest, rate)?.frames;
        }
    }

    /// How many frames wait to be read.
    pub fn waiting(&self) -> usize {
        self.samples.occupied_len() / self.channels
    }

    /// Whether no further chunk finds room.
    pub fn is_full(&self) -> bool {
        self.stamps.is_full()
    }

    /// How many chunks wait to be read.
    pub fn chunks(&self) -> usize {
        self.stamps.occupied_len() + usize::from(self.is_inside_chunk())
    }

    /// Whether a chunk was read in part.
    pub fn is_inside_chunk(&self) -> bool {
        self.current.is_some()
    }

    /// Whether nothing waits to be read.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.stamps.is_empty()
    }
}
