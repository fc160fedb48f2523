//! One source for everything that comes in packets: it keeps each decoded frame in its place.
//!
//! Positions here are *decoder frames*: frame 0 is the first that the first packet yields. The
//! file's own first frame comes `delay` later, after what the encoder put before it.
//!
//! A seek goes to a packet early enough that the codec is in the same state as after decoding from
//! the beginning; what comes out before the wanted frame is dropped. Some codecs never forget their
//! state (the noise generator of AAC, the predictors of Opus). They begin anew at the start of each
//! *segment*, also when a file is read straight through, so that both ways give the same bits.

use super::codec::Codec;
use super::input::Input;
use crate::clip::ClipInfo;
use crate::clip::source::Source;
use crate::error::Result;
use crate::sys;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Where the frames of a packet belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketSpan {
    /// The first frame.
    pub start: u64,
    /// How many there are; 0 for a packet that only prepares the next.
    pub frames: u32,
}

/// The packets of a file, in order.
pub trait Packets: Send {
    /// Reads the next packet into `data`. An empty one stands for a packet that is lost.
    fn next(&mut self, data: &mut Vec<u8>) -> Result<Option<PacketSpan>>;

    /// Goes to a packet from which on a new decoder is right at `frame` and after it.
    fn seek(&mut self, frame: u64) -> Result<()>;
}

/// What a damaged packet leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// An error: lossless formats must not lose anything silently.
    Fails,
    /// Silence as long as the packet.
    Silence,
}

/// What there is to know of a file in packets.
pub struct Description {
    pub info: ClipInfo,
    /// Decoder frames before the first frame.
    pub delay: u64,
    pub loss: Loss,
    /// Decoder frames after which the codec begins anew, if its state never forgets.
    pub segment: Option<u64>,
}

/// Decodes the packets of a file.
pub struct Decoded {
    input: Arc<Input>,
    packets: Box<dyn Packets>,
    codec: Box<dyn Codec>,
    description: Description,
    /// The next decoder frame to hand out.
    next: u64,
    /// The packets have to be sought before the next read: `next` was changed, or the last read came short or failed.
    must_seek: bool,
    /// The segment that the codec is in.
    segment: u64,
    packet: Vec<u8>,
    /// A packet that was read, and waits until the gap before it is filled.
    held: Option<PacketSpan>,
    /// Where the packet that was decoded last ends; none after a seek.
    expected: Option<u64>,
    /// The frames of the last packet, a vector for each channel, and where they begin.
    frames: Vec<Vec<f32>>,
    start: u64,
}

/// The longest packet, in frames, of a codec with segments.
const LONGEST: u64 = 5_760;

/// Frames of silence that are made at once.
const SILENCE: u64 = 1 << 16;

impl Decoded {
    pub fn new(
        input: Arc<Input>,
        packets: Box<dyn Packets>,
        codec: Box<dyn Codec>,
        description: Description,
    ) -> Decoded {
        #[cfg(feature = "seeded-bugs")]
        let description = Description {
            delay: description.delay + crate::seeded::trim(),
            ..description
        };
        Decoded {
            input,
            packets,
            codec,
            next: description.delay,
            must_seek: false,
            segment: 0,
            packet: Vec::new(),
            held: None,
            expected: None,
            frames: vec![Vec::new(); description.info.channels.into()],
            start: 0,
            description,
        }
    }

    /// Fetches frames that hold the frame `next`, or come before it; false at the end.
    fn advance(&mut self) -> Result<bool> {
        let span = match self.held.take() {
            Some(span) => span,
            None => match self.packets.next(&mut self.packet)? {
                Some(span) => span,
                None => return Ok(false),
            },
        };
        if let Some(segment) = self.description.segment
            && span.start / segment > self.segment
        {
            self.enter(span.start / segment)?;
            return Ok(true);
        }
        if span.start > self.next {
            self.fill_gap(span)?;
            return Ok(true);
        }
        if self.expected.is_some_and(|expected| expected < span.start) {
            self.reset_codec();
        }
        self.expected = Some(span.start + u64::from(span.frames));
        let decoded = if self.packet.is_empty() {
            Err("it is missing".to_owned())
        } else {
            let (codec, packet, frames) = (&mut self.codec, &self.packet, &mut self.frames);
            let decode = || sys::with_stack(|| codec.decode(packet, frames));
            catch_unwind(AssertUnwindSafe(decode))
                .unwrap_or_else(|_| Err("the decoder failed".into()))
        };
        #[cfg(feature = "seeded-bugs")]
        crate::seeded::falsify(&mut self.frames);
        self.start = span.start;
        if let Err(damage) = decoded {
            if self.description.loss == Loss::Fails {
                let frame = span.start.saturating_sub(self.description.delay);
                return Err(self.input.bad(format!(
                    "a packet that is damaged, at frame {frame}: {damage}"
                )));
            }
            self.reset_codec();
            self.frames.iter_mut().for_each(Vec::clear);
        }
        // Without the packet before, a codec gives fewer frames than the packet lasts.
        for channel in &mut self.frames {
            channel.resize(span.frames as usize, 0.0);
        }
        Ok(true)
    }

    fn reset_codec(&mut self) {
        sys::with_stack(|| self.codec.reset());
    }

    /// Makes silence where packets are lost between `next` and `span`.
    fn fill_gap(&mut self, span: PacketSpan) -> Result<()> {
        let gap = span.start - self.next;
        if self.description.loss == Loss::Fails {
            let frame = self.next.saturating_sub(self.description.delay);
            return Err(self
                .input
                .bad(format!("{gap} frames are missing, from frame {frame} on")));
        }
        self.start = self.next;
        for channel in &mut self.frames {
            channel.clear();
            channel.resize(gap.min(SILENCE) as usize, 0.0);
        }
        self.held = Some(span);
        Ok(())
    }

    /// Goes to a packet early enough for `next`.
    fn seek_packet(&mut self) -> Result<()> {
        match self.description.segment {
            // A packet that reaches into a segment belongs to the one it begins in.
            Some(segment) => self.enter(self.next.saturating_sub(LONGEST) / segment),
            None => self.begin_before(self.next),
        }
    }

    /// Begins a segment.
    fn enter(&mut self, segment: u64) -> Result<()> {
        self.segment = segment;
        let start = segment * self.description.segment.unwrap_or(0);
        self.begin_before(start)
    }

    fn begin_before(&mut self, frame: u64) -> Result<()> {
        self.reset_codec();
        self.held = None;
        self.expected = None;
        self.frames.iter_mut().for_each(Vec::clear);
        self.packets.seek(frame)
    }

    /// The frames in memory from `next` on: where they begin in each vector, and how many.
    fn ready(&self) -> (usize, usize) {
        let length = self.frames.first().map_or(0, Vec::len);
        match self.next.checked_sub(self.start) {
            Some(skip) if skip < length as u64 => (skip as usize, length - skip as usize),
            _ => (0, 0),
        }
    }
}

impl Source for Decoded {
    fn info(&self) -> ClipInfo {
        self.description.info
    }

    fn read(&mut self, out: &mut [&mut [f32]]) -> Result<usize> {
        let end = self.description.delay + self.description.info.frames;
        let wanted = out.first().map_or(0, |channel| channel.len());
        let wanted = wanted.min(end.saturating_sub(self.next) as usize);
        // Stays so, should something fail or the file be too short.
        if std::mem::replace(&mut self.must_seek, true) {
            self.seek_packet()?;
        }
        let mut done = 0;
        while done < wanted {
            let (skip, ready) = self.ready();
            if ready == 0 {
                if self.advance()? {
                    continue;
                }
                if self.next == self.description.delay {
                    return Err(self.input.bad("truncated before its first frame"));
                }
                if self.description.loss == Loss::Fails {
                    // Right after a seek, packets before may be missing, too.
                    let (place, frame) = match self.expected {
                        Some(end) => ("at", end),
                        None => ("before", self.next),
                    };
                    let frame = frame.saturating_sub(self.description.delay);
                    let what = format!("truncated {place} frame {frame}");
                    return Err(self.input.bad(what));
                }
                break;
            }
            let count = ready.min(wanted - done);
            for (out, frames) in out.iter_mut().zip(&self.frames) {
                out[done..done + count].copy_from_slice(&frames[skip..skip + count]);
            }
            done += count;
            self.next += count as u64;
        }
        self.must_seek = done < wanted;
        Ok(done)
    }

    fn seek(&mut self, frame: u64) -> Result<()> {
        let frame = frame.min(self.description.info.frames) + self.description.delay;
        #[cfg(feature = "seeded-bugs")]
        let frame = frame + crate::seeded::seek();
        let here = std::mem::replace(&mut self.next, frame);
        let is_ready = frame == here || self.ready().1 > 0;
        self.must_seek |= !is_ready;
        Ok(())
    }
}

/// Runs a parser; a panic in one of the codecs becomes an error.
pub fn contained<T>(input: &Input, parse: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(|| sys::with_stack(parse)))
        .unwrap_or_else(|_| Err(input.bad("a file on which the decoder fails")))
}
